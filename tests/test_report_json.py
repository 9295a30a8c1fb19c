"""Reports as JSON and back: the same report, or a refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from symbn.note import Note
from symbn.report import Condition, Counterexample, Report
from symbn.report_json import from_json, to_json
from symbn.source import Span
from tests.corpus.claims import FOLDER as CORPUS
from tests.corpus.claims import NOTES
from tests.reports import checked

PUBLISHED = Path(__file__).parent.parent / "derivations" / "batchnorm_as_published.md"


def there_and_back(report: Report) -> Report:
    return from_json(Report, json.loads(json.dumps(to_json(report))))


@pytest.mark.parametrize("note", NOTES)
def test_a_report_is_read_back_as_it_was_written(note: str) -> None:
    for report in checked(CORPUS / f"{note}.md", explain=False, repair=False).statements:
        assert there_and_back(report) == report


def test_so_is_all_that_is_told_of_what_is_wrong() -> None:
    reports = Note.read(PUBLISHED).check(["eq:N10", "eq:N12f", "eq:N2b-square"], explain=True).statements
    assert any(r.suggestion for r in reports) and any(r.counterexample for r in reports)
    assert any(r.steps for r in reports) and any(r.diagnostics for r in reports) and any(r.snippet for r in reports)
    for report in reports:
        assert there_and_back(report) == report


REPORT = Report(
    "1", None, Span(0, 5), "claim", "refuted", "A", "B", "é \ud800 \u2028 \x00", (Condition(r"n \ne 1", number=2),),
    Counterexample({"n": 2, "m": 1}, {"i": 1}, {"A": [["1", "-1/3"]]}, {"f": "x ↦ x²"}, [["1"]], [["2"]], (1, 1)),
    seconds=0.1,
)  # fmt: skip


def test_any_text_is_read_back() -> None:
    back = there_and_back(REPORT)
    assert back == REPORT
    assert back.counterexample is not None and REPORT.counterexample is not None
    assert list(back.counterexample.sizes) == list(REPORT.counterexample.sizes), "in their order"


@pytest.mark.parametrize(
    "change",
    [
        {"id": 1},
        {"label": 3},
        {"verdict": "Proved"},
        {"verdict": None},
        {"kind": ["claim"]},
        {"span": {"start": 0}},
        {"span": {"start": 0, "end": 5, "more": 1}},
        {"span": {"start": 0.0, "end": 5}},
        {"span": {"start": True, "end": 5}},
        {"span": [0, 5]},
        {"seconds": 1},
        {"seconds": "0.1"},
        {"conditions": None},
        {"conditions": {"latex": "n"}},
        {"counterexample": {}},
        {"uses": [1]},
        {"more": 0},
    ],
    ids=str,
)
def test_anything_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="unexpected"):
        from_json(Report, to_json(REPORT) | change)


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [1, 2]])
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="unexpected"):
        from_json(Report, value)


def test_a_missing_field_is_refused() -> None:
    for name in to_json(REPORT):
        with pytest.raises(ValueError, match="unexpected"):
            from_json(Report, {key: value for key, value in to_json(REPORT).items() if key != name})


@dataclass(frozen=True)
class _Flagged:
    flag: Literal[1]
    pair: tuple[int, str]


def test_literals_and_pairs_are_read_by_their_kinds() -> None:
    assert from_json(_Flagged, {"flag": 1, "pair": [2, "x"]}) == _Flagged(1, (2, "x"))
    for wrong in ({"flag": True, "pair": [2, "x"]}, {"flag": 1, "pair": [2]}, {"flag": 1, "pair": [2, "x", "y"]}):
        with pytest.raises(ValueError, match="unexpected"):
            from_json(_Flagged, wrong)


def test_what_a_report_is_not_made_of_is_a_fault() -> None:
    with pytest.raises(AssertionError, match="set in a report"):
        to_json(replace(REPORT, uses={"x"}))  # type: ignore[arg-type]
