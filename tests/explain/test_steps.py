"""Derivations: lines that the core proves, by rules that have names; a wrong rule shows nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from symbn.core.axioms import DIFFERENTIALS
from symbn.explain import differentials
from symbn.explain.closed_form import closed_form
from symbn.explain.differentials import Differentials
from symbn.explain.notation import product
from symbn.explain.steps import Derivation, derivation
from symbn.expr import tree
from symbn.expr.tree import Expr
from symbn.note import Note
from symbn.report import Step

DERIVATIONS = Path(__file__).parents[2] / "derivations"
DECLARED = r"""
$A, B \in \mathbb{R}^{n \times n}$, $S \in \mathbb{S}^n$, $x, y \in \mathbb{R}^n$, $X, M \in \mathbb{R}^{m \times n}$,
$b \in \mathbb{R}^m$, $w \in \mathbb{R}^n$, $\lambda > 0$, $t \in \mathbb{R}$, $\phi : \mathbb{R} \to \mathbb{R}$,
$L : \mathbb{R}^m \to \mathbb{R}$, $f : \mathbb{R}^n \to \mathbb{R}^m$, $g : \mathbb{R}^m \to \mathbb{R}^n$,
$h : \mathbb{R}^{m \times n} \to \mathbb{R}$.
"""


@cache
def steps(asked: str, *definitions: str) -> tuple[Step, ...]:
    text = DECLARED + "\n".join(f"\n$${d}$$\n" for d in definitions) + f"\n$${asked} = ?$$\n"
    return Note.from_text(text).check().statements[-1].steps


def rules(asked: str, *definitions: str) -> set[str]:
    return {rule for step in steps(asked, *definitions) for rule in step.rules}


RULES = {
    "definition": (r"\frac{\partial z}{\partial w}", r"z := X w"),
    "linear map": (r"\nabla_X \operatorname{tr}(X^\top M)",),
    "product rule": (r"\frac{\partial}{\partial x} ((x^\top y) A x)",),
    "Hadamard product": (r"\frac{\partial}{\partial x} (x \odot (A x))",),
    "quotient rule": (r"\frac{\partial}{\partial x} \frac{A x}{x^\top x + \lambda}",),
    "power rule": (r"\frac{\partial}{\partial x} \sqrt{x^\top x + \lambda}",),
    "squared norm": (r"\nabla_w \|X w - b\|^2",),
    "quadratic form": (r"\frac{\partial}{\partial x} (x^\top A x)",),
    "symmetric quadratic form": (r"\frac{\partial}{\partial x} (x^\top S x)",),
    "entrywise function": (r"\frac{\partial \phi(A x)}{\partial x}",),
    "chain rule": (r"\frac{\partial g(f(x))}{\partial x}",),
    "inner derivative": (r"\nabla_w^2 \|X w - b\|^2",),
    "collecting": (r"\frac{\partial}{\partial x} \frac{x}{\sqrt{x^\top x}}",),
    "Jacobian": (r"\frac{\partial}{\partial x} (A x)",),
    "gradient": (r"\nabla_X \|X w\|^2",),
    "derivative": (r"\frac{\partial}{\partial t} (t^2 x)",),
}


def test_every_rule_is_tried() -> None:
    assert RULES.keys() == DIFFERENTIALS.keys()


@pytest.mark.parametrize("name", DIFFERENTIALS)
def test_a_rule_is_used_where_it_belongs(name: str) -> None:
    assert name in rules(*RULES[name])


def test_the_symmetry_that_a_rule_rests_on_is_said() -> None:
    facts = [fact for step in steps(r"\frac{\partial}{\partial x} (x^\top S x)") for fact in step.facts]
    assert r"S^{\top} = S" in facts


@cache
def lecture(name: str, id: str) -> tuple[Step, ...]:
    return Note.read(DERIVATIONS / name).derive([id]).statements[0].steps


def test_batch_norm_of_a_column_is_derived_as_on_a_board() -> None:
    """N10: letters for J and s, then at most ten lines, the last of them the Jacobian in the note's own names."""
    found = lecture("batchnorm.md", "eq:N10")
    letters = [step for step in found if not step.rules]
    lines = [step for step in found if step.rules]
    assert [step.left for step in letters] == ["J", "s_{i}"]
    assert len(lines) <= 10
    assert [step.rules for step in lines] == [
        ("definition",), ("product rule",), ("power rule",), ("definition",), ("symmetric quadratic form",),
        ("collecting",), ("Jacobian",),
    ]  # fmt: skip
    assert lines[1].right == (
        r"\left( \mathrm{d} \left( \frac{1}{\sqrt{s_{i}}} \right) \right) J y_{i}"
        r" + \frac{1}{\sqrt{s_{i}}} J \mathrm{d} y_{i}"
    )
    assert lines[-1].left == r"\frac{\partial \hat{y}_{i}}{\partial y_{i}}"
    assert lines[-1].right == (
        r"\frac{1}{\sqrt{\operatorname{var}(y_{i}) + \epsilon}} \left( I_{n} - \frac{\mathbf{1}_{n} "
        r"\mathbf{1}_{n}^{\top}}{n} - \frac{1}{n - 1} \hat{y}_{i} \hat{y}_{i}^{\top} \right)"
    )


@pytest.mark.parametrize("id", ["eq:N8", "eq:N10", "eq:N11", "eq:N12", "eq:N14", "eq:N15", "eq:N16", "eq:N17"])
def test_every_derivative_of_the_note_has_a_derivation(id: str) -> None:
    found = lecture("batchnorm.md", id)
    assert 3 <= len(found) <= 13


def asked(text: str) -> tuple[tree.Derivative, Note]:
    note = Note.from_text(DECLARED + f"\n$${text} = ?$$\n")
    found = note.statements[-1].asked
    assert isinstance(found, tree.Derivative)
    return found, note


def derived(text: str) -> Derivation | None:
    e, note = asked(text)
    context = note.statements[-1].context
    return derivation(e, context, lambda inner: closed_form(inner, context))


def wrong_product(self: Differentials, e: tree.Product) -> tuple[str, Expr]:
    """d(A B) = dA dB, as a beginner has it."""
    return "product rule", product([self.of(f) if not self.is_constant(f) else f for f in e.factors])


def test_a_wrong_rule_shows_no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    text = r"\frac{\partial}{\partial x} ((x^\top y) A x)"
    assert derived(text) is not None
    monkeypatch.setattr(Differentials, "_product", wrong_product)
    assert derived(text) is None


def test_a_slope_that_is_off_shows_no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    text = r"\frac{\partial \sin(A x)}{\partial x}"
    assert derived(text) is not None
    monkeypatch.setitem(differentials._SLOPES, "sin", lambda e: e)
    assert derived(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"\frac{\partial f(A x)}{\partial x}", "the argument A x has no name to differentiate by"),
        (r"\frac{\partial (x^\top A)}{\partial x}", "a row by a column"),
    ],
)
def test_what_has_no_rule_has_no_derivation(text: str, reason: str) -> None:
    assert derived(text) is None, reason
