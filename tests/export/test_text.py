"""Reports as text: a line a statement, and below it what a reader needs."""

from __future__ import annotations

import click
import pytest

from symbn.export.layout import cell_width
from symbn.export.text import TextStyle, render_note, render_text
from symbn.report import NoteReport

from . import samples

WIDE = TextStyle(width=120)


def lines(note: NoteReport, style: TextStyle = WIDE) -> list[str]:
    return list(render_note(note, style))


def test_each_verdict_has_its_mark_and_each_statement_its_place_and_time() -> None:
    shown = lines(samples.note(samples.DEFINITION, samples.PROVED))
    assert shown[1].split() == ["·", "0.2", "3:42", "y", ":=", "Ax"]
    assert shown[2].split() == ["✓", "eq:one", "5:3", "Aᵀy", "=", "B", "12.3", "ms"]


def test_side_conditions_are_listed_below_the_claim() -> None:
    assert "    if n ≠ 1, B is invertible" in lines(samples.note(samples.PROVED))


def test_a_counterexample_shows_sizes_values_and_both_sides() -> None:
    shown = lines(samples.note(samples.REFUTED))
    start = shown.index("    counterexample at m = 2, n = 3, i = 1")
    assert shown[start + 1 : start + 6] == [
        "      f: x ↦ x²",
        "      A = [1  -1/2]    ε = 2",
        "          [0    10]",
        "      left side = [1  2]    right side = [1  3]",
        "      they differ at row 1, column 2",
    ]


def test_a_failed_claim_without_diagnostics_shows_its_lines_and_message() -> None:
    shown = "\n".join(lines(samples.note(samples.REFUTED)))
    assert "refuted: at m = 2 the two sides differ\n      --> notes/a,b.md:7:3" in shown
    assert "did you mean: ŷᵀ" in shown
    assert r"\hat{y}^\top" in shown


def test_diagnostics_stand_below_their_statement() -> None:
    shown = "\n".join(lines(samples.note(samples.MISSHAPEN)))
    assert "error[S201]: these two factors cannot be multiplied" in shown
    assert "note: declared in line 3" in shown
    assert "help: transpose one of them" in shown
    assert shown.count("these two factors cannot be multiplied") == 1


def test_declarations_are_counted_and_listed_only_to_explain() -> None:
    note = samples.note(samples.DECLARATION, samples.PROVED)
    assert not any("0.1" in line for line in lines(note))
    assert "1 proved; 1 declaration" in lines(note)
    explained = lines(note, TextStyle(width=120, explain=True))
    assert any("A ∈ ℝᵐˣⁿ" in line for line in explained)
    assert "    A is m×n" in explained
    assert "    both sides are n×1" in explained


def test_what_is_not_checked_says_so() -> None:
    assert any("(not checked)" in line for line in lines(samples.note(samples.UNCHECKED)))


@pytest.mark.parametrize("statements", [(), (samples.DEFINITION,), (samples.DECLARATION,)])
def test_a_note_without_claims_says_so(statements: tuple[object, ...]) -> None:
    assert any(line.startswith("no claims") for line in lines(samples.note(*statements)))  # type: ignore[arg-type]


def test_what_is_wrong_with_the_file_stands_first() -> None:
    shown = lines(samples.note(samples.PROVED, diagnostics=(samples.UNCLOSED,)))
    assert shown[1] == "    error[P011]: this display is not closed"


def test_many_diagnostics_of_a_file_are_cut() -> None:
    shown = lines(samples.note(diagnostics=(samples.UNCLOSED,) * 1000))
    assert "    … and 950 more like these" in shown


def test_several_notes_have_a_total() -> None:
    notes = [samples.note(samples.PROVED), samples.note(samples.REFUTED, samples.UNDECIDED)]
    assert list(render_text(notes, WIDE))[-1] == "2 notes: 1 proved, 1 refuted, 1 undecided"


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_statement_lines_fit_the_terminal(width: int) -> None:
    note = samples.note(samples.DEFINITION, samples.PROVED, samples.REFUTED, samples.UNDECIDED)
    statements = [line for line in lines(note, TextStyle(width=width)) if line and line[0] in "✓✗?!·"]
    assert len(statements) >= 4
    assert all(cell_width(line) <= width for line in statements)


def test_colours_add_nothing_but_colours() -> None:
    note = samples.note(samples.DEFINITION, samples.PROVED, samples.REFUTED, samples.MISSHAPEN, samples.UNDECIDED)
    plain = lines(note)
    coloured = lines(note, TextStyle(width=120, colour=True))
    assert [click.unstyle(line).rstrip() for line in coloured] == [line.rstrip() for line in plain]
    assert plain != coloured
    assert not any("\x1b" in line for line in plain)


def test_plain_marks_never_confuse_two_verdicts() -> None:
    style = TextStyle(unicode_marks=False)
    marks = [style.mark(verdict) for verdict in ("proved", "refuted", "undecided", "error", "definition")]
    assert len(set(marks)) == len(marks)
    assert all(mark.isascii() for mark in marks)
