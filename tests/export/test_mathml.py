"""Formulas as MathML: a rule for every node, what the author wrote, and nothing of a note becomes markup."""

from __future__ import annotations

import ast
import inspect
import re
import typing
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from symbn.export import mathml
from symbn.export.html_formulas import Unprintable, block, formula, rows, sides
from symbn.export.html_letters import ACCENTS, CHARACTERS, FONTS, letters
from symbn.export.html_marks import Mark
from symbn.export.mathml import SIGNS, MathML, operator
from symbn.export.plain import plain
from symbn.notes import syntax, vocabulary
from symbn.notes.markdown import scan
from symbn.source import Span

NOTES = sorted((Path(__file__).parents[2] / "derivations").glob("*.md"))


def bare(latex: str) -> str:
    """The MathML of a formula without attributes and rows, for reading."""
    shown = re.sub(r"<(/?)(\w+)[^>]*>", r"<\1\2>", formula(latex))
    return re.sub(r"</?(?:mrow|math)>|<mspace></mspace>", "", shown)


def words(latex: str) -> str:
    """The characters that a formula shows."""
    return "".join(ET.fromstring(formula(latex)).itertext())


# A rule for everything --------------------------------------------------------------------------------------------


def test_every_node_of_the_syntax_tree_has_a_rule() -> None:
    cases = {
        ast.unparse(node.pattern.cls)
        for node in ast.walk(ast.parse(inspect.getsource(mathml)))
        if isinstance(node, ast.match_case) and isinstance(node.pattern, ast.MatchClass)
    }
    assert {kind.__name__ for kind in typing.get_args(syntax.Syntax)} == cases


def test_a_node_without_a_rule_raises() -> None:
    with pytest.raises(TypeError, match="Span"):
        MathML("").print(Span(0, 0))  # type: ignore[arg-type]


def test_every_letter_accent_font_and_sign_of_the_language_has_its_characters() -> None:
    assert vocabulary.LETTERS - {r"\partial"} <= set(CHARACTERS)
    assert set(ACCENTS) == vocabulary.ACCENTS
    assert {vocabulary.SPELLINGS.get(font, font) for font in vocabulary.FONTS} <= set(FONTS)
    assert set(SIGNS) >= vocabulary.RELATIONS - {r"\overset"} | vocabulary.LOOSE | vocabulary.TIGHT


def test_a_letter_or_a_sign_that_is_not_known_raises() -> None:
    for unknown in (lambda: letters(r"\foo"), lambda: letters(r"\hat{\foo}"), lambda: operator(r"\foo")):
        with pytest.raises(ValueError, match="foo"):
            unknown()


# What is written ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\mathbf 1", "<mn>𝟏</mn>"),
        (r"\boldsymbol{x}", "<mi>𝒙</mi>"),
        (r"\mathbf{\Sigma}", "<mi>𝚺</mi>"),
        (r"\mathcal{L}", "<mi>ℒ</mi>"),
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\hat{\mathbf{x}}", "<mover><mi>𝐱</mi><mo>^</mo></mover>"),
        (r"\bar y", "<mover><mi>y</mi><mo>¯</mo></mover>"),
        (r"\tilde y", "<mover><mi>y</mi><mo>~</mo></mover>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
        (r"\hat Y_{ij}^\top", "<msubsup><mover><mi>Y</mi><mo>^</mo></mover><mi>i</mi><mi>j</mi><mi>⊤</mi></msubsup>"),
        (r"f''(x)", "<msup><mi>f</mi><mo>′′</mo></msup><mo>(</mo><mi>x</mi><mo>)</mo>"),
        (r"W^{(1)}_i", "<msubsup><mi>W</mi><mi>i</mi><mo>(</mo><mn>1</mn><mo>)</mo></msubsup>"),
        (r"W^{(l)}", "<msup><mi>W</mi><mo>(</mo><mi>l</mi><mo>)</mo></msup>"),
        (r"\nabla_x^2 f", "<msubsup><mo>∇</mo><mi>x</mi><mn>2</mn></msubsup><mi>f</mi>"),
        (r"\nabla_Y^\top", "<msubsup><mo>∇</mo><mi>Y</mi><mi>⊤</mi></msubsup>"),
        (r"\|x\|_2", "<msub><mo>‖</mo><mi>x</mi><mo>‖</mo><mn>2</mn></msub>"),
        (r"\langle a, b\rangle", "<mo>⟨</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>⟩</mo>"),
        (r"\operatorname{tr} A", "<mi>tr</mi><mi>A</mi>"),
        (r"A_{:j}", "<msub><mi>A</mi><mo>:</mo><mi>j</mi></msub>"),
        (r"p(y \mid x)", "<mi>p</mi><mo>(</mo><mi>y</mi><mo>|</mo><mi>x</mi><mo>)</mo>"),
        (r"x \overset{d}{=} y", "<mi>x</mi><mover><mo>=</mo><mi>d</mi></mover><mi>y</mi>"),
        (r"x \stackrel{a}= y", "<mi>x</mi><mover><mo>=</mo><mi>a</mi></mover><mi>y</mi>"),
        (r"x \underset{a}{\le} y", "<mi>x</mi><munder><mo>≤</mo><mi>a</mi></munder><mi>y</mi>"),
        (
            r"a = b, \quad 1 \le i \le n",
            "<mi>a</mi><mo>=</mo><mi>b</mi><mo>,</mo><mn>1</mn><mo>≤</mo><mi>i</mi><mo>≤</mo><mi>n</mi>",
        ),
        (r"\nicefrac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"a \odot b", "<mi>a</mi><mo>⊙</mo><mi>b</mi>"),
        (r"-a - b", "<mo>−</mo><mi>a</mi><mo>−</mo><mi>b</mi>"),
    ],
)
def test_each_construct_is_set_as_it_is_written(latex: str, expected: str) -> None:
    assert bare(latex) == expected


def test_sums_have_their_limits() -> None:
    assert bare(r"\sum_{i=1}^n a_i").startswith("<munderover><mo>∑</mo><mi>i</mi><mo>=</mo><mn>1</mn><mi>n</mi>")
    assert "<munder>" in bare(r"\sum_t a_t") and bare(r"\prod_t a_t").startswith("<munder><mo>∏")


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\frac{\partial f}{\partial x}", "∂f∂x"),
        (r"\frac{\partial^2 f}{\partial x^2}", "∂2f∂x2"),
        (r"\frac{\partial^2 f}{\partial x \partial y}", "∂2f∂x∂y"),
        (r"\frac{\partial}{\partial x} f", "∂∂xf"),
        (r"∂f/∂x", "∂f/∂x"),
        (r"\mathrm{d}f", "df"),
    ],
)
def test_derivatives_are_set_as_they_are_written(latex: str, shown: str) -> None:
    assert words(latex) == shown
    assert ("<mfrac>" in bare(latex)) == (r"\frac" in latex)


@pytest.mark.parametrize(("environment", "fences"), [("pmatrix", "()"), ("bmatrix", "[]"), ("vmatrix", "||")])
def test_matrices_keep_their_fences_and_dots(environment: str, fences: str) -> None:
    shown = words(rf"\begin{{{environment}}} y_1 & \cdots & y_m \end{{{environment}}}")
    assert shown == f"{fences[0]}y1⋯ym{fences[1]}"
    column = bare(rf"\begin{{{environment}}} y_1^\top \\ \vdots \\ y_m^\top \end{{{environment}}}")
    assert column.count("<mtr>") == 3 and "⋮" in column


def test_parentheses_are_the_authors() -> None:
    assert words("f x") == "fx" and words("f(x)") == "f(x)" and words("(f) x") == "(f)x"
    assert 'stretchy="true"' in formula(r"\left(x\right)") and 'stretchy="true"' not in formula("(x)")


def test_small_fractions_are_the_authors() -> None:
    assert 'displaystyle="false"' in formula(r"\tfrac{1}{2}") and "displaystyle" not in formula(r"\frac{1}{2}")


def test_separators_are_the_authors() -> None:
    assert words("f(a; b)") == "f(a;b)" and words("f(a, b)") == "f(a,b)"


@pytest.mark.parametrize("note", NOTES, ids=lambda path: path.stem)
def test_every_formula_of_the_shipped_notes_is_well_formed_and_said_in_plain_words(note: Path) -> None:
    text = note.read_text(encoding="utf-8")
    for found in scan(text).blocks:
        shown = ET.fromstring(block(text, found.segments, found.content, (), found.display))
        assert shown.tag == "math"
        assert shown.get("alttext") == plain(text[found.content.start : found.content.end])


@pytest.mark.parametrize("note", NOTES, ids=lambda path: path.stem)
def test_no_name_and_no_number_is_lost(note: Path) -> None:
    """Every letter and digit of a formula is shown, as often as it is written, in whatever font."""
    text = note.read_text(encoding="utf-8")
    for found in scan(text).blocks:
        source = text[found.content.start : found.content.end]
        letters_written = re.sub(r"\\(?:begin|end|label|tag)\s*\{[^}]*\}|\\[a-zA-Z]+", "", source)
        inside = "".join(ET.fromstring(block(text, found.segments, found.content)).itertext())
        shown = unicodedata.normalize("NFKC", inside)  # 𝔼 is an E
        for character in "abcdfghijklmnpqrstuvwxyzABCDEFGHIJKLMNOPQSTUVWXYZ023456789":
            assert shown.count(character) >= letters_written.count(character), (character, source)


# Rows ---------------------------------------------------------------------------------------------------------------


def lines(latex: str) -> list[tuple[str, str]]:
    """The rows of a formula as the characters left and right of where they are aligned."""
    shown = [sides(latex, row) for row in rows(latex, [Span(0, len(latex))])]
    return [tuple("".join(ET.fromstring(side).itertext()) if side else "" for side in row) for row in shown]  # type: ignore[misc]


def test_a_chain_has_a_row_for_each_equality() -> None:
    assert lines("a = b = c") == [("a", "=b"), ("", "=c")]
    assert lines(r"\begin{aligned} a &= b \\ &= c \end{aligned}") == [("a", "=b"), ("", "=c")]
    assert lines(r"f : \mathbb{R}^n \to \mathbb{R}") == [("f", ":ℝn→ℝ")]


def test_a_sum_goes_on_in_the_row_where_it_was_broken() -> None:
    assert lines(r"a &= b \\ &\quad - c + d") == [("a", "=b"), ("", "−c+d")]
    assert lines("a = b - c + d") == [("a", "=b−c+d")]


def test_words_and_punctuation_stay_where_they_are() -> None:
    shown = lines(r"a = b, \quad \text{and so} \quad c = d.")
    assert [row[0] for row in shown] == ["a", "c"] and "and so" in shown[0][1] and shown[1][1] == "=d."
    (row,) = lines(r"a = b \quad \forall i")
    assert row[1].endswith("∀i")
    aside = lines(r"a &= b && \text{by symmetry} \\ &= c")
    assert "by symmetry" in aside[0][1] and aside[1] == ("", "=c")


def test_a_row_is_said_in_plain_words() -> None:
    text = r"\frac{1}{n} a = b"
    left, right = sides(text, rows(text, [Span(0, len(text))])[0])
    assert 'alttext="(1/n)a"' in left and 'alttext="= b"' in right


UNREAD = [r"\frac{1}{2 x = x", r"A \foo x", "x_i_j", r"\underbrace{x}_{y} = x", r"x_{a \text{at the end}} = x", ""]


@pytest.mark.parametrize("latex", UNREAD)
def test_what_cannot_be_read_is_shown_as_its_source(latex: str) -> None:
    with pytest.raises(Unprintable):
        rows(latex, [Span(0, len(latex))])
    assert formula(latex) == f"<code>{latex}</code>"


def test_an_expression_without_a_relation_is_shown_too() -> None:
    assert words(r"n \times d") == "n×d" and words("x, y") == "x,y"


# Marks --------------------------------------------------------------------------------------------------------------


def marked(latex: str, part: Span, note: str = "") -> list[str]:
    """The characters of each element that is pointed at."""
    whole = Span(0, len(latex))
    shown = ET.fromstring(block(latex, [whole], whole, [Mark(part, "wrong", note)]))
    return ["".join(node.itertext()) for node in shown.iter() if node.get("class") == "wrong"]


def test_a_factor_is_pointed_at_in_place() -> None:
    latex = r"y = A W^\top x"
    start = latex.index("W")
    assert marked(latex, Span(start, start + 6)) == ["W⊤"]
    assert marked(latex, Span(start + 1, start + 6)) == ["⊤"], "only the transpose"
    assert marked(latex, Span(start - 2, start + 6)) == ["AW⊤"], "neighbours are one"


def test_where_something_is_missing_its_neighbour_is_pointed_at() -> None:
    latex = r"y = (A + B)x"
    place = latex.index("B") + 1
    assert marked(latex, Span(place, place)) == ["B"]


def test_a_short_note_stands_below_what_is_pointed_at() -> None:
    latex = "y = A B x"
    place = latex.index("A")
    whole = Span(0, len(latex))
    for part in (Span(place, place + 1), Span(place, place + 3)):
        shown = block(latex, [whole], whole, [Mark(part, "suspect", "m×n")])
        assert shown.count("<mtext>m×n</mtext>") == 1
    long = block(latex, [whole], whole, [Mark(Span(place, place + 1), "suspect", "a long explanation of it")])
    assert "long" not in long and 'class="suspect"' in long


def test_without_marks_nothing_is_pointed_at() -> None:
    assert "class" not in formula("y = A x")


def test_overlapping_marks_keep_every_factor() -> None:
    latex = "y = A B D x"
    whole, a = Span(0, len(latex)), latex.index("A")
    marks = [Mark(Span(a, a + 3)), Mark(Span(a + 2, a + 5), "suspect"), Mark(Span(a, a + 3), "suspect")]
    assert "".join(ET.fromstring(block(latex, [whole], whole, marks)).itertext()) == "y=ABDx"


# Nothing becomes markup ---------------------------------------------------------------------------------------------

HOSTILE = [
    r"\text{<script>alert(1)</script>}", r"\operatorname{a</math><img src=x onerror=alert(1)>}", r"x <y> z", r"a & b",
    r"\text{\" onload=alert(1) x=\"}", r"<script>alert(1)</script>", r"\tag{<b>} x = y", r"x' \" ' = y", "\u202ex = y",
    r"\mathrm{<i>} = x", "x\u2028 = y\x1b[31m",
]  # fmt: skip


@pytest.mark.parametrize("latex", HOSTILE)
def test_nothing_of_a_formula_becomes_markup(latex: str) -> None:
    shown = ET.fromstring(formula(latex))
    allowed = {
        "math",
        "code",
        "br",
        "mrow",
        "mi",
        "mn",
        "mo",
        "mtext",
        "mspace",
        "msup",
        "msub",
        "mtable",
        "mtr",
        "mtd",
    }
    for node in shown.iter():
        assert node.tag in allowed, node.tag
        assert not [name for name in node.keys() if name.startswith("on")]  # noqa: SIM118
    assert "\u202e" not in formula(latex) and "\x1b" not in formula(latex)
