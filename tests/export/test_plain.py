r"""LaTeX as one line of Unicode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbn.export.layout import cell_width, pad, shorten, visible, wrap
from symbn.export.plain import plain


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\hat{y}_i^{\top}", "ŷᵢᵀ"),
        (r"A^{-1} B^{-\top} C^T", "A⁻¹B⁻ᵀCᵀ"),
        (r"\frac{1}{n}", "1/n"),
        (r"\frac{1}{n} x", "(1/n)x"),
        (r"\frac{1}{2n}", "1/(2n)"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\frac12", "1/2"),
        (r"\frac{\partial L}{\partial y_i}", "∂L/∂yᵢ"),
        (r"\left(\frac{\partial L}{\partial x}\right)^\top", "(∂L/∂x)ᵀ"),
        (r"\sqrt{\sigma^2+\epsilon}", "√(σ² + ε)"),
        (r"\sqrt[3]{x}", "³√x"),
        (r"x^{3/2}", "x^(3/2)"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\log\det A", "log det A"),
        (r"\operatorname{tr}(AB)", "tr(AB)"),
        (r"\mathbb{R}^{m \times n}", "ℝᵐˣⁿ"),
        (r"\|x\|_2^2", "‖x‖₂²"),
        (r"\begin{pmatrix} A & B \\ 0 & D \end{pmatrix}", "[A, B; 0, D]"),
        (r"a - b", "a − b"),
        (r"-a \cdot (-b)", "−a · (−b)"),
        (r"\phi'(x)", "φ′(x)"),
        (r"\Sigma_{y}^{-1}", "Σ_y⁻¹"),
        (r"x_{\text{new}}", "x_new"),
        (r"a &= b \nonumber", "a = b"),
        (r"n \ne 1", "n ≠ 1"),
        (r"\unknown x", r"\unknown x"),
    ],
)
def test_latex_is_shown_as_one_would_write_it(latex: str, shown: str) -> None:
    assert plain(latex) == shown


def test_different_quotients_are_shown_differently() -> None:
    shown = {plain(latex) for latex in (r"\frac{1}{n}x", r"\frac{1}{nx}", r"\frac{1}{n x^{-1}}", r"\frac{1}{n}+x")}
    assert len(shown) == 4


@given(st.text(alphabet="\\{}[]()^_&$ab1+-='. \n\x1b", max_size=60))
def test_any_text_gives_one_line_that_steers_no_terminal(latex: str) -> None:
    shown = plain(latex)
    assert shown.isprintable()


@given(
    st.lists(st.sampled_from([r"\frac", r"\hat", "{", "}", r"\sqrt", "[", "x", "^", "_", r"\begin{matrix}", r"\left("]))
)
def test_unfinished_latex_is_shown_without_complaint(pieces: list[str]) -> None:
    assert "\n" not in plain("".join(pieces))


@pytest.mark.parametrize("piece", ["{", "\\hat", "\\frac", "\\sqrt{", "x^{", "\\begin{pmatrix}", "("])
def test_depth_is_no_matter(piece: str) -> None:
    plain(piece * 20_000)


@given(st.text(alphabet="aŷ行\u0302\x1b\t", max_size=30), st.integers(1, 30))
def test_shortened_text_fits_its_width(text: str, width: int) -> None:
    shown = shorten(visible(text), width)
    assert cell_width(shown) <= width
    assert cell_width(pad(shown, width)) == width


@given(st.lists(st.text(alphabet="ab", min_size=1, max_size=12)), st.integers(1, 30))
def test_wrapping_keeps_every_item_and_the_width(items: list[str], width: int) -> None:
    lines = wrap(items, width)
    assert " ".join(lines).split() == items
    assert all(cell_width(line) <= width or " " not in line for line in lines)
