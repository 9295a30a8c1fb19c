"""The Matrix Cookbook: every equation has the verdict that derivations/cookbook/coverage.yml gives it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from symbn.note import Note
from symbn.report import Report
from tests.cookbook.book import FOLDER, NOTES, script, statements, text

STATED = {note: [(s.id, s.label) for s in statements(note) if s.label] for note in NOTES}
CLAIMS = [(note, id_, label) for note in NOTES for id_, label in STATED[note]]


@cache
def book() -> Any:
    return script().Book.read()


@cache
def reports(note: str) -> dict[str, Report]:
    checked = Note.read(FOLDER / f"{note}.md").check(limits=script().PATIENT, explain=False, repair=False)
    return {report.id: report for report in checked.statements}


def claims() -> list[Any]:
    return [claim for note in NOTES for claim in script().claims(note, reports(note).values())]


def number_of(label: str) -> int:
    return int(label.split(".")[0].rstrip("'"))


@pytest.mark.parametrize(("note", "id_", "label"), CLAIMS, ids=[f"{note}:{id_}" for note, id_, _ in CLAIMS])
def test_every_equation_has_its_verdict(note: str, id_: str, label: str) -> None:
    report, listed = reports(note)[id_], book().expected(number_of(label))
    expected = "proved" if label.endswith("'") or listed == "in part" else listed
    if expected == "proved" and report.kind == "definition":
        expected = "definition"
    assert report.verdict == expected, f"{report.lhs} = {report.rhs}: {report.message}"
    if expected == "refuted":
        assert report.counterexample is not None


_MAY_FAIL = re.compile(r"\^\{-|\\frac|/|\\ln|\\\|")
"""Inverses, quotients, logarithms and norms: what may be undefined, or not differentiable."""


def fails_somewhere(report: Report) -> bool:
    sides = re.sub(r"\\frac\{\d+\}\{\d+\}|\\frac\{?\\partial|/ ?\d", "", report.lhs + " " + report.rhs)
    return bool(_MAY_FAIL.search(sides))


@pytest.mark.parametrize("note", NOTES)
def test_only_what_may_be_undefined_has_conditions(note: str) -> None:
    """Where a definition may be undefined, so may what uses it."""
    if not any(fails_somewhere(r) for r in reports(note).values() if r.kind == "definition"):
        assert not [r.id for r in reports(note).values() if r.conditions and not fails_somewhere(r)]


@pytest.mark.parametrize("note", ["2_1_determinant", "2_2_inverse", "9_1_block_matrices"])
def test_what_is_inverted_and_not_declared_invertible_is_a_condition(note: str) -> None:
    inverts = [r for r in reports(note).values() if r.verdict == "proved" and "^{-" in r.lhs + r.rhs]
    assert inverts
    for report in inverts:
        assert any(r"\det" in c.latex for c in report.conditions), report.id


@pytest.mark.parametrize("note", NOTES)
def test_what_has_no_number_is_read(note: str) -> None:
    """Declarations and definitions between the equations."""
    wrong = {i: r.message for i, r in reports(note).items() if r.label is None}
    kinds = {r.verdict for i, r in reports(note).items() if i in wrong}
    assert kinds <= {"definition", "declaration"}, wrong


@pytest.mark.parametrize("note", NOTES)
def test_every_number_belongs_to_its_chapter_and_comes_in_order(note: str) -> None:
    numbers = [number_of(label) for _, label in STATED[note]]
    chapter = {c.number: c for c in book().chapters}[int(note.split("_")[0])]
    assert all(n in chapter.equations or n == 32 for n in numbers)
    assert len({id_ for id_, _ in STATED[note]}) == len(numbers)


def test_every_number_is_said_or_listed() -> None:
    """No equation of a chapter is forgotten, and none that is listed as not expressible is said."""
    said = {number_of(label) for _, _, label in CLAIMS}
    assert said == {n for c in book().chapters for n in c.equations if book().expected(n) != "not expressible"}


def test_the_lists_are_apart(tmp_path: Path) -> None:
    lists = "refuted: {27: x}\nundecided: {}\ndefinition: [%s]\nin part: {5: z}\n"
    lists += "not expressible: {30-31: y}\nchapters: []\n"
    (tmp_path / "coverage.yml").write_text(lists % 29)
    assert script().Book.read(tmp_path).listed == {5: "in part", 27: "refuted", 29: "definition"} | dict.fromkeys(
        (30, 31), "not expressible"
    )
    (tmp_path / "coverage.yml").write_text(lists % 31)
    with pytest.raises(ValueError, match="31"):
        script().Book.read(tmp_path)


def test_an_equation_is_as_good_as_its_worst_claim() -> None:
    Claim, Book, Chapter = script().Claim, script().Book, script().Chapter
    book_ = Book((Chapter(9, "Test", 1, 6),), {4: "in part", 6: "in part"})
    verdicts = [(1, False, "proved"), (1, False, "refuted"), (1, True, "proved"), (2, False, "definition")]
    verdicts += [(2, False, "proved"), (3, False, "undecided"), (3, False, "proved"), (4, False, "proved")]
    verdicts += [(6, True, "proved")]
    found = [Claim("note", str(k), n, mended, verdict) for k, (n, mended, verdict) in enumerate(verdicts)]
    outcomes = {1: "refuted", 2: "proved", 3: "undecided", 4: "in part", 5: "not expressible", 6: "in part"}
    assert script().outcomes(found, book_) == outcomes
    row = list(script().table(found, book_))[-1]
    assert row == "| 9 Test (1–6) | 6 | 1 | 1 | 1 | 0 | 2 | 1 | 37 | – |"


def test_the_table_counts_every_equation_once() -> None:
    became = script().outcomes(claims(), book())
    assert len(became) == sum(len(c.equations) for c in book().chapters)
    for number, outcome in became.items():
        assert outcome == book().expected(number), number


def test_the_notes_say_where_they_are_from() -> None:
    assert all("source: K. B. Petersen and M. S. Pedersen" in text(note) for note in NOTES)
