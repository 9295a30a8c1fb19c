"""Reports as text: a line a statement, and below it what a reader needs."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from symbn.export.layout import cell_width
from symbn.export.text import TextStyle, render_note, render_text
from symbn.report import Condition, Counterexample, NoteReport, Origin, Suggestion
from symbn.source import Span

from . import samples

WIDE = TextStyle(width=120)


def lines(note: NoteReport, style: TextStyle = WIDE) -> list[str]:
    return list(render_note(note, style))


def test_each_verdict_has_its_mark_and_each_statement_its_place_and_time() -> None:
    shown = lines(samples.note(samples.DEFINITION, samples.PROVED))
    assert shown[1].split() == ["·", "0.2", "3:42", "y", ":=", "Ax"]
    assert shown[2].split() == ["✓", "eq:one", "5:3", "Aᵀy", "=", "B", "if", "(1),", "(2)", "12.3", "ms"]


def test_side_conditions_are_said_once_at_the_end_with_where_they_come_from() -> None:
    shown = lines(samples.note(samples.DEFINITION, samples.PROVED, samples.SAME))
    start = shown.index("side conditions")
    assert shown[start + 1 : start + 3] == ["  (1) n ≠ 1, from 0.2 (3:47), eq:one (5:14)", "  (2) B is invertible"]
    assert shown[start - 1].split()[-4:] == ["if", "(1)", "12.3", "ms"]
    assert shown[start - 2].split()[-5:] == ["if", "(1),", "(2)", "12.3", "ms"]


def test_many_origins_of_a_condition_are_cut() -> None:
    origins = tuple(Origin(Span(k, k + 1)) for k in range(7))
    many = replace(samples.PROVED, conditions=(Condition("n \\ne 1", origins),))
    (line,) = [line for line in lines(samples.note(many)) if line.startswith("  (1)")]
    assert line.endswith(" and 4 more") and line.count("eq:one") == 3


def test_a_counterexample_shows_sizes_values_and_both_sides() -> None:
    shown = lines(samples.note(samples.REFUTED))
    start = shown.index("    counterexample at m = 2, n = 3, i = 1")
    assert shown[start + 1 : start + 5] == [
        "      f(x) = x²",
        "      A = [1  -1/2]    ε = 2",
        "          [0    10]",
        "      left side = [1  2]    right side = [1  3]",
    ]


def test_indices_that_symbn_added_are_not_shown() -> None:
    counterexample = Counterexample({"n": 1}, {"i": 1, "'row": 2}, {}, {}, [["1"]], [["2"]], (1, 1))
    shown = lines(samples.note(replace(samples.REFUTED, counterexample=counterexample)))
    assert "    counterexample at n = 1, i = 1" in shown


def test_shapes_that_cannot_be_are_one_line() -> None:
    assert "    counterexample at m = 2, n = 3: 2×1 times 2×3" in lines(samples.note(samples.SHAPES))


def test_a_refuted_claim_says_what_is_wrong_where_what_would_be_right_and_with_what_numbers() -> None:
    shown = "\n".join(lines(samples.note(samples.REFUTED)))
    parts = [
        "refuted: at m = 2 the two sides differ\n      --> notes/a,b.md:7:15", "transpose ŷ\n",
        "did you mean: ŷᵀ\n      \\hat{y}^\\top\n      transpose ŷ\n", "counterexample at", "derived: A²\n      A^2",
    ]  # fmt: skip
    places = [shown.find(part) for part in parts]
    assert places == sorted(places) and places[0] >= 0


def test_without_a_suggestion_the_whole_claim_is_pointed_at() -> None:
    shown = "\n".join(lines(samples.note(replace(samples.REFUTED, suggestion=None))))
    assert "--> notes/a,b.md:7:3" in shown and "did you mean" not in shown


def test_a_right_side_that_is_right_is_said_to_be() -> None:
    right = replace(samples.REFUTED, suggestion=Suggestion("A", ()))
    assert "      this right side is right; the left side is not" in lines(samples.note(right))


def test_a_suggestion_takes_the_place_of_a_hint() -> None:
    shown = "\n".join(lines(samples.note(samples.SHAPES)))
    assert "help:" not in shown and "did you mean: ŷᵀ" in shown


def test_steps_and_the_program_are_shown_to_explain_only() -> None:
    note = samples.note(samples.REFUTED)
    assert not any("derivation" in line or "numpy" in line for line in lines(note))
    shown = lines(note, TextStyle(width=120, explain=True))
    start = shown.index("    derivation")
    lead, first, second = shown[start + 1 : start + 4]
    assert lead == "      write s = AA"
    assert first.startswith("      A = AA   ") and first.endswith("   product rule") and len(first) == 120
    assert second.startswith("        = A²   ") and second.endswith("   definition; Aᵀ = A")
    start = shown.index("import numpy as np")  # at the margin, so that it can be pasted
    assert shown[start - 2 : start + 3] == ["    to redo it with NumPy:", "", "import numpy as np", "", "print(1)"]


def test_conventions_are_said_once_at_the_head_to_explain() -> None:
    note = samples.note(samples.DEFINITION, samples.PROVED)
    assert "conventions" not in lines(note)
    assert lines(note, TextStyle(width=120, explain=True))[1:4] == [
        "conventions",
        "  - a scalar stands everywhere; first in 0.2 (3:42)",
        "  - the layout is ∇_X; first in eq:one (5:3)",
    ]


def test_a_rule_says_what_it_is_where_it_is_first_used() -> None:
    shown = lines(samples.note(samples.PROVED, samples.SAME), TextStyle(width=120, explain=True))
    assert [line.strip() for line in shown if "rules:" in line] == ["rules: first (what it says)", "rules: first"]


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
    assert "    read as: Aᵀy = B [n×1]" in explained


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
