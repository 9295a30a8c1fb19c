"""The notes that ship: every equation is there and has its verdict, and its false twin is refuted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from symbn.expr.statement import Statement
from symbn.note import Note
from symbn.report import Report

FOLDER = Path(__file__).parent.parent / "derivations"
NOTES = ("batchnorm", "batchnorm_as_published", "batchnorm_affine", "batchnorm_layer")
WRONG = {"eq:N2b", "eq:N2b-square", "eq:N7s", "eq:N12f", "eq:N17"}
"""What was published wrong."""

ROWS = {
    "N1": "definition", "N4": "proved", "N6": "definition", "N12g": "definition", "N12h": "definition",
    **dict.fromkeys(
        [
            "N2a", "N2b", "N3", "N5a", "N5b", "N5c", "N5d", "N7", "N7s", "N8a", "N8b", "N9", "N9s", "N10a", "N10b",
            "N11a", "N11b", "N11c", "N11s", "N12a", "N12b", "N12c", "N12d", "N12e", "N12f", "N13a", "N14a", "N14b",
            "N15a", "N15b", "N16a", "N16b", "N16c", "N17",
        ],
        "proved",
    ),
}  # fmt: skip
"""Every row of the table of the note's equations, and its verdict once it is mended (N4 is a claim beside var's own
definition, which comes first)."""


@cache
def text(note: str) -> str:
    return (FOLDER / f"{note}.md").read_text(encoding="utf-8")


@cache
def reports(note: str) -> dict[str, Report]:
    return {report.id: report for report in Note.read(FOLDER / f"{note}.md").check(repair=False).statements}


@cache
def statements(note: str) -> dict[str, Statement]:
    return {s.id: s for s in Note.read(FOLDER / f"{note}.md").statements}


def claims(note: str) -> list[str]:
    return [id_ for id_, r in reports(note).items() if r.kind in ("claim", "shape")]


# Verdicts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ROWS))
@pytest.mark.parametrize("note", ["batchnorm", "batchnorm_as_published"])
def test_every_equation_of_the_note_has_its_verdict(note: str, name: str) -> None:
    report = reports(note)[f"eq:{name}"]
    expected = ROWS[name]
    if note == "batchnorm_as_published" and f"eq:{name}" in WRONG:
        expected = "refuted"
    assert report.verdict == expected, report.message


@pytest.mark.parametrize(("note", "least"), [("batchnorm", 38), ("batchnorm_affine", 18), ("batchnorm_layer", 7)])
def test_every_claim_is_proved(note: str, least: int) -> None:
    wrong = {id_: reports(note)[id_].message for id_ in claims(note) if reports(note)[id_].verdict != "proved"}
    assert not wrong and len(claims(note)) >= least


@pytest.mark.parametrize("note", NOTES)
def test_nothing_is_left_unread(note: str) -> None:
    kinds = {r.verdict for r in reports(note).values()}
    assert kinds <= {"proved", "refuted", "definition", "declaration"}
    assert not Note.read(FOLDER / f"{note}.md").check(select=["none"]).diagnostics


def test_as_published_exactly_the_four_errors_are_wrong() -> None:
    found = {
        id_ for id_ in claims("batchnorm_as_published") if reports("batchnorm_as_published")[id_].verdict != "proved"
    }
    assert found == WRONG


@pytest.mark.parametrize(
    ("name", "shapes"),
    [("N2b", ("p×m", "p×p")), ("N7s", ("n×p", "p×n")), ("N12f", ("m×n", "m×m")), ("N17", ("m×n", "p×m"))],
)
def test_a_shape_error_names_both_shapes(name: str, shapes: tuple[str, str]) -> None:
    report = reports("batchnorm_as_published")[f"eq:{name}"]
    assert report.verdict == "refuted" and report.diagnostics
    for shape in shapes:
        assert shape in report.message


def test_with_a_square_matrix_only_values_refute() -> None:
    report = reports("batchnorm_as_published")["eq:N2b-square"]
    assert report.verdict == "refuted" and not report.diagnostics
    found = report.counterexample
    assert found is not None and found.entry is not None
    row, column = found.entry
    assert found.left[row - 1][column - 1] != found.right[row - 1][column - 1]


@pytest.mark.parametrize("note", NOTES)
def test_a_proof_lists_what_it_needs_and_no_more(note: str) -> None:
    """var + ε > 0 is a condition where ε may have any sign, and goes without saying for ε > 0 and n ≥ 2."""
    free = Note.from_text(text(note).replace(r"\epsilon > 0", r"\epsilon \in \mathbb{R}")).check(
        explain=False, repair=False
    )
    for report in free.statements:
        if report.verdict == "proved" and r"\sqrt" in report.lhs + report.rhs:
            assert any(r"\epsilon > 0" in c.latex for c in report.conditions), report.id
    ddof = any("ddof" in c.latex for r in reports(note).values() for c in r.conditions)
    assert ddof == (note == "batchnorm_layer")  # n − ddof may have any sign, and with it the variance
    assert ddof or not any(r.conditions for r in reports(note).values())


# False twins ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Twin:
    """A note in which the right side of one claim is twice what it was, or its opposite."""

    note: str
    id: str
    text: str


_ZERO = re.compile(r"\A\s*0\s*\Z")


def _turned(source: str, start: int, end: int, factor: str) -> str:
    right = source[start:end].strip()
    return source[:start] + f" {factor} \\left( {right} \\right)" + source[end:]


def _right_side(note: str, id_: str) -> tuple[int, int]:
    """Where the right side of a claim stands in its note: from its relation's end to its own."""
    source, span = text(note), statements(note)[id_].span
    goal = statements(note)[id_].goals[0]
    assert goal.right.span is not None
    start = source.rindex("=", span.start, goal.right.span.start + 1) + 1
    return start, span.end


def twins(note: str, factor: str) -> list[Twin]:
    found = []
    for id_ in claims(note):
        report = reports(note)[id_]
        if report.kind == "shape" or report.verdict != "proved" or _ZERO.match(report.rhs) or "dx" in report.rhs:
            continue
        if r"\mathrm{d}x" in report.rhs:
            continue
        found.append(Twin(note, id_, _turned(text(note), *_right_side(note, id_), factor)))
    return found


def _same_in_mended(twin: Twin) -> bool:
    """Whether a claim as published stands in the mended note, word for word: once is enough."""
    own, mended = reports(twin.note)[twin.id], reports("batchnorm").get(twin.id)
    return (
        twin.note == "batchnorm_as_published" and mended is not None and (own.lhs, own.rhs) == (mended.lhs, mended.rhs)
    )


TWINS = [twin for note in NOTES for factor in ("2", "-") for twin in twins(note, factor) if not _same_in_mended(twin)]


@pytest.mark.parametrize("twin", TWINS, ids=[f"{t.note}:{t.id}:{k}" for k, t in enumerate(TWINS)])
def test_the_false_twin_of_a_claim_is_refuted(twin: Twin) -> None:
    changed = Note.from_text(twin.text)
    ids = {s.id for s in changed.statements}
    assert ids == set(statements(twin.note)), "the twin reads as other statements"
    (report,) = (
        changed.check(select=[twin.id], explain=False, repair=False).statements
        if _unique(twin)
        else _own(changed, twin)
    )
    assert report.verdict == "refuted", f"{report.lhs} = {report.rhs}: {report.verdict} {report.message}"
    assert report.counterexample is not None


def _unique(twin: Twin) -> bool:
    return (
        statements(twin.note)[twin.id].label != twin.id
        or sum(s.label == twin.id for s in statements(twin.note).values()) <= 1
    )


def _own(changed: Note, twin: Twin) -> tuple[Report, ...]:
    return tuple(r for r in changed.check(select=[twin.id], explain=False, repair=False).statements if r.id == twin.id)


# Definitions deleted ----------------------------------------------------------------------------------------------


def definitions(note: str) -> list[str]:
    return [id_ for id_, r in reports(note).items() if r.kind == "definition"]


# As published holds all definitions of the mended note, and wrong claims besides.
CASES = [(note, id_) for note in ("batchnorm_as_published", "batchnorm_affine") for id_ in definitions(note)]


@pytest.mark.parametrize(("note", "id_"), CASES, ids=[f"{n}:{i}" for n, i in CASES])
def test_without_a_definition_nothing_wrong_is_proved(note: str, id_: str) -> None:
    """What is still proved says of names what they say in the whole note: the same claims, and none that was wrong."""
    span = statements(note)[id_].span
    source = text(note)
    # Blanks keep all places, so that claims are found again by where they stand.
    blank = re.sub(r"\S", " ", source[span.start : span.end])
    changed = Note.from_text(source[: span.start] + blank + source[span.end :])
    right = {s.span.start: reports(note)[i].verdict for i, s in statements(note).items()}
    by_span = {s.id: s.span.start for s in changed.statements}
    for report in changed.check(explain=False, repair=False).statements:
        if report.verdict == "proved":
            before = right.get(by_span[report.id])
            assert before in ("proved", "definition"), f"{report.id}: {report.lhs} = {report.rhs}"
        assert not any(d.code.startswith("X") for d in report.diagnostics), report.id
