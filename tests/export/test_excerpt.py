"""Diagnostics point at what they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbn.diagnostics import Diagnostic, Label
from symbn.export.excerpt import render_diagnostic
from symbn.export.layout import cell_width, expand_tabs
from symbn.source import SourceFile, Span


def rendered(source: SourceFile, *labels: Label, width: int = 100) -> list[str]:
    return list(render_diagnostic(Diagnostic("S201", "wrong", labels), source, width=width))


def source_with(line: str, number: int = 1) -> SourceFile:
    return SourceFile("note.md", "\n" * (number - 1) + line + "\nnext\n")


def test_two_labels_on_a_line_are_marked_and_named_below() -> None:
    line = r"\left(…-\hat{Y}C\right)^{\top}\Sigma_{y}^{-1}"
    source = source_with(line, 198)
    first, second, end = 197, 197 + line.index("\\Sigma"), 197 + len(line)
    diagnostic = Diagnostic(
        "S201",
        "these two factors cannot be multiplied",
        (Label(Span(first, second), "m×n", primary=False), Label(Span(second, end), "m×m")),
        help=r"without ^{\top} the row is n×m, as ∇_Y is",
    )
    assert "\n".join(render_diagnostic(diagnostic, source)) == (
        r"""error[S201]: these two factors cannot be multiplied
  --> note.md:198:31
      |
  198 | \left(…-\hat{Y}C\right)^{\top}\Sigma_{y}^{-1}
      | ------------------------------^^^^^^^^^^^^^^^
      | m×n                           m×m
help: without ^{\top} the row is n×m, as ∇_Y is"""
    )


def test_a_single_label_is_named_beside_its_carets() -> None:
    assert rendered(source_with("a = bc"), Label(Span(4, 6), "here"))[-1].endswith("    ^^ here")


def test_labels_whose_texts_would_run_together_stand_in_rows() -> None:
    lines = rendered(source_with("a b"), Label(Span(0, 1), "the first of them", False), Label(Span(2, 3), "second"))
    assert [line[8:] for line in lines[4:]] == ["- ^", "| second", "the first of them"]


@given(st.text(alphabet="a\t行ŷ", max_size=12), st.sampled_from(["b", "列", "bb"]))
def test_carets_stand_below_their_characters(before: str, marked: str) -> None:
    source = source_with(before + marked + " tail")
    lines = rendered(source, Label(Span(len(before), len(before) + len(marked))))
    carets = lines[-1][8:]
    assert len(carets) - carets.count("^") == cell_width(expand_tabs(before))
    assert carets.count("^") == cell_width(marked)


def test_a_label_over_several_lines_marks_each_of_them() -> None:
    source = SourceFile("note.md", "one two\n  three\nfour five")
    lines = rendered(source, Label(Span(4, source.text.index(" five")), "all this"))
    assert [line[8:] for line in lines[3:]] == [
        "one two",
        "    ^^^",
        "  three",
        "  ^^^^^",
        "four five",
        "^^^^ all this",
    ]


def test_a_label_over_many_lines_shows_its_ends() -> None:
    source = SourceFile("note.md", "\n".join("abcdefgh"))
    lines = rendered(source, Label(Span(0, 15)))
    assert [line.strip() for line in lines[3:]] == ["1 | a", "| ^", "...", "8 | h", "| ^"]


@given(st.integers(0, 600), st.integers(1, 600), st.integers(30, 120))
def test_long_lines_are_cut_around_the_label(start: int, length: int, width: int) -> None:
    line = "".join(chr(0x61 + position % 26) for position in range(1200))
    lines = rendered(source_with(line), Label(Span(start, start + length)), width=width)
    text, carets = lines[3][8:], lines[4][8:]
    assert cell_width(lines[3]) <= width
    at = carets.index("^")
    assert text[at] == line[start]


def test_all_labels_of_a_line_are_shown_where_they_fit() -> None:
    line = "".join(chr(0x61 + position % 26) for position in range(300))
    lines = rendered(source_with(line), Label(Span(60, 65), "first"), Label(Span(100, 104), "second"), width=80)
    text, carets = lines[3][8:], lines[4][8:]
    assert cell_width(lines[3]) <= 80 and carets.count("^") == 9
    assert text[carets.index("^")] == line[60] and text[carets.rindex("^")] == line[103]
    assert "first" in lines[5] and "second" in lines[5]


@pytest.mark.parametrize("span", [Span(0, 0), Span(6, 6), Span(100, 200), Span(6, 3), Span(2, 10**9)])
def test_places_outside_of_the_text_do_no_harm(span: Span) -> None:
    assert any("^" in line for line in rendered(SourceFile("note.md", "a = b\n"), Label(span)))
    assert any("^" in line for line in rendered(SourceFile("note.md", ""), Label(span)))


def test_a_diagnostic_without_a_place_is_its_message() -> None:
    assert rendered(SourceFile("note.md", "")) == ["error[S201]: wrong"]


def test_control_characters_are_shown_and_not_sent() -> None:
    lines = rendered(source_with("a\x1b[31m = b\u202e"), Label(Span(0, 1), "\x1b[0m"))
    assert all(line.isprintable() for line in lines)
