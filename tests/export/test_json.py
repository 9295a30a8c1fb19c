"""Reports as JSON have the promised form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from symbn.export.json import render_json
from symbn.report import Report

from . import samples

STATEMENT_KEYS = (
    "id label cell line column end_line end_column kind verdict lhs rhs message conditions counterexample suggestion "
    "edits derived steps snippet seconds"
).split()


def rendered(*statements: Report) -> Any:
    return json.loads(render_json([samples.note(*statements, diagnostics=(samples.UNCLOSED,))]))


def test_the_object_has_the_promised_keys() -> None:
    data = rendered(samples.DECLARATION, samples.DEFINITION, samples.PROVED, samples.REFUTED)
    assert list(data) == ["version", "notes", "summary"]
    assert data["version"] == 1
    (note,) = data["notes"]
    assert list(note) == ["path", "title", "conventions", "conditions", "statements", "diagnostics"]
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
    assert refuted["counterexample"]["misfit"] is None
    assert r"A = \begin{pmatrix} 1 & -\tfrac{1}{2} \\ 0 & 10 \end{pmatrix}" in refuted["counterexample"]["latex"]


def test_shapes_that_cannot_be_are_told_by_sizes() -> None:
    (statement,) = rendered(samples.SHAPES)["notes"][0]["statements"]
    found = statement["counterexample"]
    assert (found["sizes"], found["misfit"], found["left"], found["entry"]) == (
        {"m": 2, "n": 3}, "2×1 times 2×3", [], None,
    )  # fmt: skip


def test_a_suggestion_has_its_edits_with_their_places() -> None:
    (statement,) = rendered(samples.REFUTED)["notes"][0]["statements"]
    (edit,) = statement["edits"]
    assert statement["suggestion"] == edit["replacement"] == r"\hat{y}^\top"
    assert (edit["line"], edit["end_line"], edit["what"]) == (7, 8, r"transpose \hat{y}")


def test_steps_and_the_program_are_given_where_they_were_made() -> None:
    proved, refuted = rendered(samples.PROVED, samples.REFUTED)["notes"][0]["statements"]
    assert (proved["steps"], proved["snippet"], proved["edits"]) == ([], None, [])
    assert [step["rules"] for step in refuted["steps"]] == [[], ["product rule"], ["definition"]]
    assert [step["facts"] for step in refuted["steps"]] == [[], [], [r"A^\top = A"]]
    assert refuted["snippet"].startswith("import numpy as np\n")


def test_a_condition_is_said_once_in_its_shortest_form_with_its_origins() -> None:
    (note,) = rendered(samples.DEFINITION, samples.PROVED, samples.SAME)["notes"]
    first, second = note["conditions"]
    assert (first["latex"], first["statements"]) == (r"n \ne 1", ["eq:one", "0.9"])
    assert [(o["statement"], o["line"]) for o in first["origins"]] == [("0.2", 3), ("eq:one", 5)]
    assert (second["latex"], second["origins"]) == ("B is invertible", [])
    assert [s["conditions"] for s in note["statements"]] == [[], [r"n \ne 1", "B is invertible"], [r"n \ne 1"]]


def test_an_origin_in_a_definition_that_is_not_reported_is_not_told() -> None:
    (note,) = rendered(samples.PROVED)["notes"]
    assert [o["statement"] for o in note["conditions"][0]["origins"]] == ["eq:one"]


def test_a_convention_is_said_once_with_its_first_statement() -> None:
    (note,) = rendered(samples.DEFINITION, samples.PROVED)["notes"]
    assert [(c["text"], c["statement"], c["line"]) for c in note["conventions"]] == [
        ("a scalar stands everywhere", "0.2", 3), ("the layout is \\nabla_X", "eq:one", 5),
    ]  # fmt: skip


def test_diagnostics_name_their_statement() -> None:
    found = rendered(samples.MISSHAPEN)["notes"][0]["diagnostics"]
    assert [(d["code"], d["statement"]) for d in found] == [("P011", None), ("S201", "eq:two")]
    assert found[1]["labels"][0]["line"] == 7


@pytest.mark.parametrize("statement", [samples.PROVED, samples.REFUTED, samples.MISSHAPEN])
def test_rendering_is_deterministic(statement: Report) -> None:
    note = samples.note(statement)
    assert render_json([note]) == render_json([note])
