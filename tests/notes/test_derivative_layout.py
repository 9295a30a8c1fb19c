"""Denominator layout: a note that settles on it writes ∂f/∂x for what is (∂f/∂x)ᵀ in numerator layout."""

from __future__ import annotations

import pytest

import symbn
from symbn import Note
from symbn.preamble import proposed_preamble
from symbn.source import SourceFile

_GIVEN = (
    r"$x, b \in \mathbb{R}^n$, $W \in \mathbb{R}^{m \times n}$, $A \in \mathbb{R}^{n \times n}$, $t \in \mathbb{R}$, "
    r"$L : \mathbb{R}^m \to \mathbb{R}$, $y = Wx$"
)

_CLAIMS = [
    # (claim, in denominator layout, in numerator layout)
    (r"\frac{\partial (b^\top x)}{\partial x} = b", "proved", "refuted"),
    (r"\frac{\partial (b^\top x)}{\partial x} = b^\top", "refuted", "proved"),
    (r"\frac{\partial (W x)}{\partial x} = W^\top", "proved", "refuted"),
    (r"\frac{\partial (W x)}{\partial x} = W", "refuted", "proved"),
    (r"\frac{\partial (W x)}{\partial x^\top} = W", "proved", "proved"),
    (r"\frac{\partial (b^\top x)}{\partial x^\top} = b^\top", "proved", "error"),
    (r"\frac{\partial}{\partial x} x^\top A x = (A + A^\top) x", "proved", "refuted"),
    (r"\frac{\partial}{\partial x} x^\top A x = 2 A x", "refuted", "refuted"),
    (r"\frac{\partial^2 (x^\top A x)}{\partial x \partial x^\top} = A + A^\top", "proved", "proved"),
    (r"\frac{\partial}{\partial x} \frac{\partial (x^\top A b)}{\partial b} = A", "proved", "refuted"),
    (r"\frac{\partial L(y)}{\partial x} = W^\top \frac{\partial L(y)}{\partial y}", "proved", "refuted"),
    (
        r"\frac{\partial L(y)}{\partial x} = \frac{\partial y}{\partial x} \frac{\partial L(y)}{\partial y}",
        "proved", None,
    ),
    (r"\frac{\partial L(y)}{\partial x} = \frac{\partial L(y)}{\partial y} W", "refuted", "proved"),
    (r"\frac{\partial L(y)}{\partial W} = \frac{\partial L(y)}{\partial y} x^\top", "proved", "refuted"),
    (r"\nabla_x (b^\top x) = b", "proved", "proved"),
    (r"\frac{\partial (t x)}{\partial t} = x", "proved", "proved"),
    (r"\frac{\partial (t x)}{\partial t} = x^\top", "refuted", "refuted"),
]  # fmt: skip


def _verdict(claim: str, layout: str) -> str:
    text = f"---\nsymbn:\n  layout: {layout}\n---\n{_GIVEN}\n\n$${claim}$$\n"
    return Note(SourceFile("note.md", text)).check().statements[-1].verdict


@pytest.mark.parametrize(("claim", "denominator", "numerator"), _CLAIMS)
def test_a_derivative_is_in_the_layout_that_the_note_settles_on(
    claim: str, denominator: str, numerator: str | None
) -> None:
    assert _verdict(claim, "denominator") == denominator
    if numerator is not None:
        assert _verdict(claim, "numerator") == numerator
        assert symbn.verify(claim, _GIVEN).verdict == numerator


def test_the_layout_is_said_and_a_misfit_names_the_other_one() -> None:
    text = f"---\nsymbn: {{layout: denominator}}\n---\n{_GIVEN}\n\n" + r"$$\frac{\partial (W x)}{\partial x} = W^\top$$"
    (settled,) = [s for s in Note(SourceFile("n.md", text)).check().statements if s.kind == "claim"]
    assert any("denominator layout" in convention for convention in settled.conventions)
    refuted = symbn.verify(r"\frac{\partial (b^\top x)}{\partial x} = b", _GIVEN)
    assert any("layout: denominator" in note for d in refuted.diagnostics for note in d.notes)


def test_sizes_are_inferred_in_the_layout_of_the_note() -> None:
    text = r"""---
symbn: {layout: denominator}
---
$x \in \mathbb{R}^n$, $L : \mathbb{R}^n \to \mathbb{R}$

$$g + \frac{\partial L(x)}{\partial x} = \frac{\partial L(x)}{\partial x} + g$$
"""
    assert r"g \in \mathbb{R}^{n}" in proposed_preamble(Note(SourceFile("note.md", text)))
