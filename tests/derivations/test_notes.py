"""The derivations of the field's usual layers, losses and steps: each is proved whole, and its twins are refuted.

`NOTE.yml` lists twins of derivations/NOTE.md by hand, each a slip that people make: a label, a piece of its formula,
what is written instead.  Besides, every claim is doubled.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from symbn.expr.statement import Statement
from symbn.note import Note
from symbn.report import Report
from tests.long_notes import LONG
from tests.reports import checked

TWINS = Path(__file__).parent
FOLDER = TWINS.parents[1] / "derivations"
NOTES = tuple(sorted(path.stem for path in TWINS.glob("*.yml")))
LEAST_TWINS = 5

Twin = tuple[str, str, str]
"""A label without its `eq:`, a piece of that formula, what is written in its place."""


@cache
def text(note: str) -> str:
    return (FOLDER / f"{note}.md").read_text(encoding="utf-8")


@cache
def statements(note: str) -> tuple[Statement, ...]:
    return tuple(Note.from_text(text(note)).statements)


@cache
def reports(note: str) -> dict[str, Report]:
    return {r.id: r for r in checked(FOLDER / f"{note}.md", explain=False, repair=False).statements}


def claims(note: str) -> list[Statement]:
    return [s for s in statements(note) if s.kind == "claim"]


@cache
def twins(note: str) -> tuple[Twin, ...]:
    listed = yaml.safe_load((TWINS / f"{note}.yml").read_text(encoding="utf-8"))
    return tuple((str(label), str(old), str(new)) for label, old, new in listed)


# Verdicts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("note", NOTES)
def test_every_claim_is_proved(note: str) -> None:
    wrong = {r.id: r.message for r in reports(note).values() if r.kind in ("claim", "shape") and r.verdict != "proved"}
    assert not wrong


@pytest.mark.parametrize("note", NOTES)
def test_nothing_is_left_unread(note: str) -> None:
    kinds = {r.verdict: r.id for r in reports(note).values()}
    assert kinds.keys() <= {"proved", "definition", "declaration"}, kinds


@pytest.mark.parametrize("note", NOTES)
def test_every_claim_has_a_label(note: str) -> None:
    """A claim without one was meant as a definition or as prose."""
    assert not [s.id for s in claims(note) if s.label is None or not s.label.startswith("eq:")]


# Twins by hand ----------------------------------------------------------------------------------------------------


CASES = [(note, *twin) for note in NOTES for twin in twins(note)]


def places(note: str, label: str, old: str) -> list[tuple[Statement, int]]:
    """Where a piece stands in the formulas of a label; a side that two links share is found in the first."""
    found: dict[int, Statement] = {}
    for statement in statements(note):
        if statement.kind == "claim" and f"eq:{label}" in (statement.id, statement.label):
            for match in re.finditer(re.escape(old), text(note)[statement.span.start : statement.span.end]):
                found.setdefault(statement.span.start + match.start(), statement)
    return [(statement, start) for start, statement in found.items()]


@pytest.mark.parametrize(
    ("note", "label", "old", "new"), CASES, ids=[f"{n}:{label}:{new}" for n, label, _, new in CASES]
)
def test_a_twin_is_refuted(note: str, label: str, old: str, new: str) -> None:
    statement, start = places(note, label, old)[0]
    changed = Note.from_text(text(note)[:start] + new + text(note)[start + len(old) :])
    assert {s.id for s in changed.statements} == {s.id for s in statements(note)}, "the twin reads as other statements"
    checked = changed.check(select=[statement.id], explain=False, repair=False).statements
    (report,) = [r for r in checked if r.id == statement.id]
    assert report.verdict == "refuted", f"{report.lhs} = {report.rhs}: {report.verdict} {report.message}"


@pytest.mark.parametrize("note", NOTES)
def test_a_note_has_enough_twins_and_each_speaks_of_it(note: str) -> None:
    assert len({label for label, _, _ in twins(note)}) >= LEAST_TWINS
    for label, old, new in twins(note):
        assert old != new and places(note, label, old), f"{label}: {old}"


# Twice the right side -------------------------------------------------------------------------------------------------


def right_side(note: str, statement: Statement) -> tuple[int, int]:
    """Where the right side of a claim stands: from its relation's end to its own."""
    right = statement.goals[0].right
    assert right.span is not None
    return text(note).rindex("=", statement.span.start, right.span.start + 1) + 1, statement.span.end


def is_zero(note: str, statement: Statement) -> bool:
    return text(note)[slice(*right_side(note, statement))].strip(" .,") == "0"


@cache
def doubled(note: str) -> dict[str, Report]:
    """The reports of all claims at once, each with twice its right side.

    In a chain a right side is the next link's left side, so it is doubled once more than the one before it.
    """
    pieces, end, power = [], 0, 0
    for statement in sorted(claims(note), key=lambda s: s.span.start):
        start, stop = right_side(note, statement)
        power = power + 1 if statement.goes_on and power else 1
        pieces += [text(note)[end:start], rf" {2**power} \left( {text(note)[start:stop].strip()} \right)"]
        end = stop
    changed = Note.from_text("".join(pieces) + text(note)[end:])
    return {r.id: r for r in changed.check(explain=False, repair=False).statements}


@pytest.mark.parametrize("note", [note for note in NOTES if note not in LONG])
def test_a_claim_of_twice_as_much_is_refuted(note: str) -> None:
    assert doubled(note).keys() == reports(note).keys(), "the twins read as other statements"
    for statement in claims(note):
        if not is_zero(note, statement):
            report = doubled(note)[statement.id]
            assert report.verdict == "refuted", f"{report.id}: {report.lhs} = {report.rhs}: {report.verdict}"
