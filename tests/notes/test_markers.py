"""What a document that symbn wrote says to its reader: commentary is passed over, sections and labels are told."""

from __future__ import annotations

import pytest

from symbn.note import Note
from symbn.notes.markdown import scan

HEAD = "$x \\in \\mathbb{R}^n$\n\n"
BEGIN, END = "% symbn: commentary\n", "% symbn: end commentary\n"


def formulas(text: str) -> list[str]:
    """What is read of each formula."""
    return [" ".join("".join(text[s.start : s.end] for s in block.segments).split()) for block in scan(text).blocks]


def test_commentary_is_passed_over() -> None:
    text = f"$$a = b$$\n\n{BEGIN}$$c = d$$\n\n# A heading\n\n\\begin{{align}}\n{END}\n$$e = f$$\n"
    assert formulas(text) == ["a = b", "e = f"]
    assert {block.section for block in scan(text).blocks} == {"0"} and not scan(text).diagnostics


def test_a_line_within_a_formula_is_passed_over() -> None:
    text = "\\begin{align}\na &= b\n\\tag*{no} % symbn: commentary\n\\\\\n&= c \\label{eq:x}\n\\end{align}\n"
    assert formulas(text) == [r"a &= b \\ &= c \label{eq:x}"]


def test_commentary_cannot_be_half_of_a_formula() -> None:
    """What stands in it neither opens nor closes anything outside of it."""
    for inside in ("$$", "`", "<!--", "```", r"\begin{align}", r"\(", r"\]", "> - "):
        assert formulas(f"$$a = b$$\n\n{BEGIN}{inside}\n{END}\n$$c = d$$\n") == ["a = b", "c = d"], inside


def test_places_are_those_of_the_text() -> None:
    text = f"{BEGIN}∂ $$q$$\n{END}$$a = b$$\n"
    (block,) = scan(text).blocks
    assert text[block.content.start : block.content.end] == "a = b"


def test_commentary_that_is_not_closed_is_told_and_hides_nothing() -> None:
    text = f"{HEAD}{BEGIN}\n$$x = 2 x$$\n"
    note = Note.from_text(text)
    assert [d.code for d in note.diagnostics] == ["P019"]
    assert [s.kind for s in note.statements] == ["declaration", "claim"]


@pytest.mark.parametrize(
    "line", ["% symbn: comment", "%symbn: commentary", " % symbn: commentaries", "% end commentary"]
)
def test_other_comments_hide_nothing(line: str) -> None:
    assert formulas(f"$$a = b$$\n\n{line}\n\n$$c = d$$\n\n% symbn: end commentary\n") == ["a = b", "c = d"]


def test_a_marker_names_the_section_of_what_follows() -> None:
    text = f"{HEAD}% symbn: section 4\n\n$$x = x$$\n\n$$x = x$$\n\n% symbn: section 7.1\n\n$$x = x$$\n"
    assert [s.id for s in Note.from_text(text).statements] == ["0.1", "4.1", "4.2", "7.1.1"]


def test_a_marker_labels_the_next_formula_only() -> None:
    text = f"{HEAD}% symbn: label eq:a\n$$x = x$$\n\n$$x = x$$\n\n% symbn: label b % c\n\n$$x = x$$ {{#eq:own}}\n"
    assert [s.id for s in Note.from_text(text).statements] == ["0.1", "eq:a", "0.2", "eq:own"]


def test_markers_within_commentary_say_nothing() -> None:
    text = f"{HEAD}{BEGIN}% symbn: section 4\n% symbn: label eq:a\n{BEGIN}{END}\n$$x = x$$\n"
    assert [s.id for s in Note.from_text(text).statements] == ["0.1", "0.2"]
