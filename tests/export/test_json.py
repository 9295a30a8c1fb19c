"""Reports as JSON have the promised form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from symbn.export.json import render_json
from symbn.report import Report

from . import samples

STATEMENT_KEYS = (
    "id label line column end_line end_column kind verdict lhs rhs message conditions counterexample suggestion "
    "derived seconds"
).split()


def rendered(*statements: Report) -> Any:
    return json.loads(render_json([samples.note(*statements, diagnostics=(samples.UNCLOSED,))]))


def test_the_object_has_the_promised_keys() -> None:
    data = rendered(samples.DECLARATION, samples.DEFINITION, samples.PROVED, samples.REFUTED)
    assert list(data) == ["version", "notes", "summary"]
    assert data["version"] == 1
    (note,) = data["notes"]
    assert list(note) == ["path", "title", "statements", "diagnostics"]
    assert all(list(statement) == STATEMENT_KEYS for statement in note["statements"])


def test_places_count_from_one_and_end_after_the_last_character() -> None:
    (statement,) = rendered(samples.REFUTED)["notes"][0]["statements"]
    assert [statement[key] for key in ("line", "column", "end_line", "end_column")] == [7, 3, 8, 8]


def test_the_summary_counts_every_verdict() -> None:
    summary = rendered(samples.PROVED, samples.PROVED, samples.REFUTED, samples.UNCHECKED)["summary"]
    assert summary == {
        "proved": 2, "refuted": 1, "undecided": 0, "error": 0, "definition": 0, "declaration": 0, "not checked": 1,
    }  # fmt: skip


def test_a_counterexample_is_an_object_or_null() -> None:
    proved, refuted = rendered(samples.PROVED, samples.REFUTED)["notes"][0]["statements"]
    assert proved["counterexample"] is None
    assert refuted["counterexample"]["sizes"] == {"m": 2, "n": 3}
    assert refuted["counterexample"]["values"]["A"] == [["1", "-1/2"], ["0", "10"]]
    assert refuted["counterexample"]["entry"] == [1, 2]


def test_diagnostics_name_their_statement() -> None:
    found = rendered(samples.MISSHAPEN)["notes"][0]["diagnostics"]
    assert [(d["code"], d["statement"]) for d in found] == [("P011", None), ("S201", "eq:two")]
    assert found[1]["labels"][0]["line"] == 7


@pytest.mark.parametrize("statement", [samples.PROVED, samples.REFUTED, samples.MISSHAPEN])
def test_rendering_is_deterministic(statement: Report) -> None:
    note = samples.note(statement)
    assert render_json([note]) == render_json([note])
