"""Every JSON report has the published form, and the form says no more than reports hold."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from symbn.export.json import VERSION, json_object
from symbn.export.schema import json_schema
from symbn.report import Kind, Verdict
from tests.long_notes import LONG
from tests.reports import checked

from . import samples

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
ROOT = Path(__file__).parents[2]
DERIVATIONS = sorted((ROOT / "derivations").glob("*.md"))
NOTES = sorted([*(ROOT / "tests" / "mdtest").glob("*.md"), *(ROOT / "tests" / "corpus").glob("*.md")])
SAMPLES = [value for value in vars(samples).values() if isinstance(value, samples.Report)]


def whole() -> Any:
    """A report that holds something of everything."""
    reports = [sample for sample in SAMPLES if sample is not samples.SAME]
    return json.loads(json.dumps(json_object([samples.note(*reports, diagnostics=(samples.UNCLOSED,))])))


def objects(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that the schema describes by its keys."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield path, schema
        for key, value in schema.items():
            yield from objects(value, f"{path}/{key}")


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_has_the_version_of_the_reports() -> None:
    assert SCHEMA["properties"]["version"]["const"] == VERSION
    assert SCHEMA["$id"].endswith(f":{VERSION}")


@pytest.mark.parametrize(
    ("path", "schema"), list(objects(SCHEMA)), ids=lambda value: value if isinstance(value, str) else ""
)
def test_objects_have_the_keys_that_are_described_and_no_others(path: str, schema: dict[str, Any]) -> None:
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"])
    if path != "/properties/summary":
        assert all("description" in value or "$ref" in value for value in schema["properties"].values())


def test_kinds_and_verdicts_are_those_of_reports() -> None:
    statement = SCHEMA["$defs"]["statement"]["properties"]
    assert statement["kind"]["enum"] == list(get_args(Kind))
    assert (
        statement["verdict"]["enum"] == list(get_args(Verdict)) == list(SCHEMA["properties"]["summary"]["properties"])
    )


def test_a_report_with_everything_in_it_is_valid() -> None:
    VALIDATOR.validate(whole())


def _members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all members of all objects."""
    if isinstance(value, dict):
        for key, member in value.items():
            if not {"sizes", "indices", "values", "functions"} & set(path):
                yield (*path, key)
            yield from _members(member, (*path, key))
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from _members(member, (*path, place))


@pytest.mark.parametrize("path", list(_members(whole())), ids=lambda path: ".".join(map(str, path)))
def test_a_report_without_a_key_or_with_another_one_is_not_valid(path: tuple[Any, ...]) -> None:
    report = whole()
    holder = report
    for key in path[:-1]:
        holder = holder[key]
    kept = holder.pop(path[-1])
    assert not VALIDATOR.is_valid(report)
    holder[path[-1]] = kept
    assert VALIDATOR.is_valid(report)
    holder["another"] = kept
    assert not VALIDATOR.is_valid(report)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("version", 2), ("notes", None), ("summary", {}), ("version", "1")],
)
def test_a_report_of_another_form_is_not_valid(key: str, wrong: object) -> None:
    report = copy.deepcopy(whole())
    report[key] = wrong
    assert not VALIDATOR.is_valid(report)


@pytest.mark.parametrize("path", [p for p in DERIVATIONS if p.stem not in LONG], ids=lambda path: path.stem)
def test_reports_of_the_notes_that_ship_are_valid(path: Path) -> None:
    VALIDATOR.validate(json.loads(json.dumps(json_object([checked(path)]))))


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_reports_of_the_tests_notes_are_valid(path: Path) -> None:
    VALIDATOR.validate(json.loads(json.dumps(json_object([checked(path, explain=False, repair=False)]))))
