"""The notes that ship: every equation is there and has its verdict, and its false twin is refuted."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from symbn.expr.statement import Statement
from symbn.note import Note
from symbn.report import Report
from tests.reports import checked

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
    return {report.id: report for report in checked(FOLDER / f"{note}.md").statements}


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


FACTORS = {"2": 2, "-": -1}
_ZERO = re.compile(r"\A\s*0\s*\Z")


def _right_side(note: str, id_: str) -> tuple[int, int]:
    """Where the right side of a claim stands in its note: from its relation's end to its own."""
    source, span = text(note), statements(note)[id_].span
    goal = statements(note)[id_].goals[0]
    assert goal.right.span is not None
    start = source.rindex("=", span.start, goal.right.span.start + 1) + 1
    return start, span.end


def turned_claims(note: str) -> list[str]:
    """The claims that are true, and false of twice the right side and of its opposite."""
    return [
        id_
        for id_, s in statements(note).items()
        if s.kind == "claim"
        and not (note == "batchnorm_as_published" and id_ in WRONG)
        and not (_ZERO.match(s.rhs) or "dx" in s.rhs or r"\mathrm{d}x" in s.rhs)
    ]


@cache
def turned(note: str, factor: str) -> dict[str, Report]:
    """The reports of all claims at once, each with another right side.

    In a chain a right side is the next link's left side, so it is multiplied once more than the one before it.
    """
    pieces, end, power, last = [], 0, 0, -1
    order = list(statements(note).values())
    for id_ in turned_claims(note):
        place = order.index(statements(note)[id_])
        power = power + 1 if order[place].goes_on and place == last + 1 else 1
        start, stop = _right_side(note, id_)
        right = text(note)[start:stop].strip()
        pieces += [text(note)[end:start], rf" {FACTORS[factor] ** power} \left( {right} \right)"]
        end, last = stop, place
    changed = Note.from_text("".join(pieces) + text(note)[end:])
    return {r.id: r for r in changed.check(explain=False, repair=False).statements}


def _same_in_mended(note: str, id_: str) -> bool:
    """Whether a claim as published stands in the mended note, word for word: once is enough."""
    own, mended = statements(note)[id_], statements("batchnorm").get(id_)
    return note == "batchnorm_as_published" and mended is not None and (own.lhs, own.rhs) == (mended.lhs, mended.rhs)


TWINS = [(note, id_, factor) for note in NOTES for factor in FACTORS for id_ in turned_claims(note)
         if not _same_in_mended(note, id_)]  # fmt: skip


@pytest.mark.parametrize(("note", "id_", "factor"), TWINS, ids=[":".join(twin) for twin in TWINS])
def test_the_false_twin_of_a_claim_is_refuted(note: str, id_: str, factor: str) -> None:
    assert turned(note, factor).keys() == statements(note).keys(), "the twins read as other statements"
    report = turned(note, factor)[id_]
    assert report.verdict == "refuted", f"{report.lhs} = {report.rhs}: {report.verdict} {report.message}"
    assert report.counterexample is not None


# Definitions deleted ----------------------------------------------------------------------------------------------


def definitions(note: str) -> list[str]:
    return [id_ for id_, s in statements(note).items() if s.kind == "definition"]


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
