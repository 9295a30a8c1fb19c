"""Closed forms: as short as an author's, in his names, and proved."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from symbn.core.equality import Proof, decide
from symbn.derive import Deriver
from symbn.explain import polishing
from symbn.explain.closed_form import closed_form, length
from symbn.explain.latex import to_latex
from symbn.expr import tree
from symbn.expr.indexing import Indexing
from symbn.expr.places import indices_of
from symbn.expr.statement import Statement
from symbn.expr.tree import Expr
from symbn.note import Note
from symbn.verifier import Verifier

DERIVATIONS = Path(__file__).parents[2] / "derivations"
SHIPPED = ("batchnorm", "batchnorm_affine", "batchnorm_layer")

DECLARED = r"""
$A, B \in \mathbb{R}^{n \times n}$, $S \in \mathbb{S}^n$, $x, y \in \mathbb{R}^n$, $X, M \in \mathbb{R}^{m \times n}$,
$b \in \mathbb{R}^m$, $w \in \mathbb{R}^n$, $\lambda > 0$, $\phi : \mathbb{R} \to \mathbb{R}$,
$L : \mathbb{R}^m \to \mathbb{R}$, $f : \mathbb{R}^n \to \mathbb{R}^m$, $g : \mathbb{R}^m \to \mathbb{R}^n$.
"""


@cache
def note(name: str) -> Note:
    return Note.read(DERIVATIONS / f"{name}.md")


def derivatives() -> list[tuple[str, str]]:
    """The chains of the shipped notes that begin with a derivative."""
    return [
        (name, s.id)
        for name in SHIPPED
        for s in note(name).statements
        if s.asked is not None and not s.goes_on and s.kind == "claim"
    ]


def last_side(name: str, statement: Statement) -> Expr:
    """The note's own closed form: the last side of the chain."""
    statements = note(name).statements
    place = statements.index(statement)
    while place + 1 < len(statements) and statements[place + 1].goes_on and statements[place + 1].kind == "claim":
        place += 1
    return statements[place].goals[0].right


@cache
def form(name: str, id: str) -> tuple[Expr, Expr]:
    """(the derived form, the note's own)."""
    statement = next(s for s in note(name).statements if s.id == id)
    assert statement.asked is not None
    closed = Deriver(note(name).statements, Verifier()).closed_form(statement)
    assert closed is not None, id
    return closed, last_side(name, statement)


@pytest.mark.parametrize(("name", "id"), derivatives())
def test_a_derived_form_is_not_longer_than_one_and_a_half_times_the_notes(name: str, id: str) -> None:
    closed, own = form(name, id)
    assert length(closed) <= 1.5 * length(own), (to_latex(closed), to_latex(own))


def test_the_median_of_the_lengths_is_the_notes_own() -> None:
    ratios = [length(closed) / length(own) for closed, own in (form(*key) for key in derivatives())]
    assert len(ratios) >= 15
    assert median(ratios) <= 1.0


def answer(text: str, *definitions: str) -> str | None:
    checked = Note.from_text(DECLARED + "\n".join(f"\n$${d}$$\n" for d in definitions) + f"\n$${text} = ?$$\n").check()
    hole = checked.statements[-1]
    assert hole.kind == "hole"
    assert (hole.verdict == "proved") is (hole.derived is not None)
    return hole.derived


@pytest.mark.parametrize(
    ("asked", "derived"),
    [
        (r"\frac{\partial}{\partial x} (x^\top A x)", r"x^{\top} \left( A + A^{\top} \right)"),
        (r"\frac{\partial}{\partial x} (x^\top S x)", r"2 x^{\top} S"),
        (r"\nabla_w \|X w - b\|^2", r"2 X^{\top} \left( X w - b \right)"),
        (r"\nabla_w^2 (\frac12 \|X w - b\|^2 + \frac\lambda2 \|w\|^2)", r"\lambda I_{n} + X^{\top} X"),
        (r"\nabla_X \operatorname{tr}(X^\top M)", "M"),
        (r"\frac{\partial \exp(A x)}{\partial x}", r"\operatorname{diag}\left( \exp\left( A x \right) \right) A"),
        (
            r"\frac{\partial}{\partial x} \frac{x}{\|x\|}",
            r"\frac{1}{\sqrt{x^{\top} x}} \left( I_{n} - \frac{1}{x^{\top} x} x x^{\top} \right)",
        ),
        (
            r"\nabla_x (\mathbf 1^\top \log(1 + \exp(x)))",
            r"\frac{\exp\left( x \right)}{1 + \exp\left( x \right)}",
        ),
        (r"(A + B)^\top - B^\top", r"A^{\top}"),
        (r"\frac{\partial y}{\partial x}", "0"),
    ],
)
def test_textbook_forms(asked: str, derived: str) -> None:
    assert answer(asked) == derived


LAYER = (
    r"\mu := \frac1n \sum_t x_t",
    r"\sigma^2 := \frac1n \sum_t (x_t - \mu)^2",
    r"\hat x := \frac{x - \mu}{\sqrt{\sigma^2 + \lambda}}",
)


def test_layer_norm_without_a_centering_matrix() -> None:
    assert answer(r"\frac{\partial \hat x}{\partial x}", *LAYER) == (
        r"\frac{1}{\sqrt{\sigma^{2} + \lambda}} \left( I_{n} - \frac{1}{n} \mathbf{1}_{n} \mathbf{1}_{n}^{\top}"
        r" - \frac{1}{n} \hat{x} \hat{x}^{\top} \right)"
    )
    assert answer(r"\frac{\partial \sigma^2}{\partial x}", *LAYER) == r"\frac{2}{n} \left( x - \mu \right)^{\top}"


def test_softmax_is_folded_back() -> None:
    p = r"p := \frac{\exp(x)}{\mathbf 1^\top \exp(x)}"
    assert answer(r"\frac{\partial p}{\partial x}", p) == r"\operatorname{diag}\left( p \right) - p p^{\top}"


def test_a_name_that_is_defined_later_is_not_used() -> None:
    text = DECLARED + "\n$$\\nabla_w \\|X w - b\\|^2 = ?$$\n\n$$e := X w - b$$\n\n$$\\nabla_w \\|X w - b\\|^2 = ?$$\n"
    first, _, second = Note.from_text(text).check().statements[-3:]
    assert first.derived == r"2 X^{\top} \left( X w - b \right)"
    assert second.derived == r"2 X^{\top} e"


def test_the_answer_is_not_the_question_by_another_name() -> None:
    """G := ∇L is no answer to ∇L = ?, nor is ∂g(h(x))/∂x one to ∂f(x)/∂x where f(x) := g(h(x))."""
    text = r"$Z \in \mathbb{R}^{m}$, $L = L(Z)$" + "\n\n$$G := \\nabla_Z L$$\n\n$$\\nabla_Z L = ?$$\n"
    hole = Note.from_text(DECLARED + text).check().statements[-1]
    assert hole.derived is None and hole.verdict == "undecided"
    sides = r"\frac{\partial h(x)}{\partial x} = \frac{\partial g(f(x))}{\partial x} = ?"
    chain = f"\n$$h(x) := g(f(x))$$\n\n$${sides}$$\n"
    last = Note.from_text(DECLARED + chain).check().statements[-1]
    assert last.derived == r"\frac{\partial g(f(x))}{\partial f(x)} \frac{\partial f(x)}{\partial x}"


def test_a_refuted_derivative_is_told_its_closed_form() -> None:
    wrong = (
        Note.from_text(DECLARED + r"$$\frac{\partial}{\partial x} (x^\top A x) = 2 x^\top A$$").check().statements[-1]
    )
    assert wrong.verdict == "refuted"
    assert wrong.derived == r"x^{\top} \left( A + A^{\top} \right)"
    misshapen = Note.from_text(DECLARED + r"$$\nabla_w \|X w - b\|^2 = 2 X (X w - b)$$").check().statements[-1]
    assert misshapen.verdict == "refuted"
    assert misshapen.derived == r"2 X^{\top} \left( X w - b \right)"


@pytest.mark.parametrize(("name", "id"), derivatives())
def test_a_derived_form_is_equal_in_the_authors_own_context(name: str, id: str) -> None:
    statement = next(s for s in note(name).statements if s.id == id)
    closed, _ = form(name, id)
    asked = statement.asked
    assert asked is not None and closed != asked
    indexing = Indexing(statement.context)
    row, column = indices_of(asked.shape)
    sides = indexing.to_sum(closed, row, column), indexing.to_sum(asked, row, column)
    assert isinstance(decide(*sides, indexing.theory), Proof)
    assert all(
        node.name in statement.context.definitions for node in tree.walk(closed) if isinstance(node, tree.Reference)
    )


def test_a_form_that_is_not_proved_is_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polishing that doubles: every candidate is then false, and none is shown."""
    polished = polishing.Polish.polished

    def doubled(self: polishing.Polish, e: Expr) -> Expr:
        return tree.Product(factors=(tree.Number(value=Fraction(2), shape=(1, 1)), polished(self, e)), shape=e.shape)

    statement = next(s for s in note("batchnorm").statements if s.id == "eq:N10a")
    assert statement.asked is not None
    monkeypatch.setattr(polishing.Polish, "polished", doubled)
    assert closed_form(statement.asked, statement.context) is None
