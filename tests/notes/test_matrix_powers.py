r"""What powers of matrices are read as: X^k, X^{n-1-r} under a sum, and exponents that are none."""

from __future__ import annotations

import pytest

from symbn.explain.latex import to_latex
from symbn.expr import tree
from symbn.expr.statement import Statement
from symbn.expr.tree import Expr, IndexVar
from symbn.note import Note

DECLARED = r"""$k, n \in \mathbb{N}$, $X \in \mathbb{R}^{p \times p}$, $M \in \mathbb{R}^{p \times q}$,
$c \in \mathbb{R}$, $x \in \mathbb{R}^p$"""


def statement(formula: str, before: str = "") -> Statement:
    """The last statement of a note with a formula in it."""
    return Note.from_text(f"{DECLARED}\n{before}\n\n$${formula}$$\n").statements[-1]


def read(formula: str, before: str = "") -> Expr:
    """What stands right of 0 =."""
    found = statement(f"0 = {formula}", before)
    assert not found.diagnostics, [str(d) for d in found.diagnostics]
    return found.goals[0].right


X = tree.Symbol(name="X", shape=("p", "p"))
K, N = (tree.Dimension(dim=name, shape=(1, 1)) for name in "kn")
R = tree.Position(index=IndexVar("r", "n"), shape=(1, 1))


def number(value: int) -> tree.Number:
    return tree.Number(value=value, shape=(1, 1))  # type: ignore[arg-type]


def less(e: Expr, *others: Expr) -> Expr:
    """e − others"""
    terms = [tree.Product(factors=(number(-1), f), shape=(1, 1)) if f != number(1) else number(-1) for f in others]
    return tree.Add(terms=(e, *terms), shape=(1, 1))


def raised(base: Expr, exponent: Expr) -> Expr:
    return tree.SymbolicPower(base=base, exponent=exponent, shape=base.shape)


INVERSE = tree.Inverse(arg=X, shape=("p", "p"))


@pytest.mark.parametrize(
    ("formula", "meant"),
    [
        ("X^k", raised(X, K)),
        ("X^{k-1}", raised(X, less(K, number(1)))),
        ("X^{-k}", raised(INVERSE, K)),
        ("X^{k-k}", tree.MatrixPower(base=X, exponent=0, shape=("p", "p"))),
        ("X^{k+2-k}", tree.MatrixPower(base=X, exponent=2, shape=("p", "p"))),
        ("X^{-k+k-1}", INVERSE),
        (r"\sum_{r=1}^{n} X^r", tree.Sum(index=IndexVar("r", "n"), body=raised(X, R), shape=("p", "p"))),
        (
            r"\sum_{r=0}^{n-1} X^r",
            tree.Sum(index=IndexVar("r", "n"), body=raised(X, less(R, number(1))), shape=("p", "p")),
        ),
        (
            r"\sum_{r=0}^{n-1} X^{n-1-r}",
            tree.Sum(index=IndexVar("r", "n"), body=raised(X, less(N, R)), shape=("p", "p")),
        ),
    ],
)
def test_a_power_is_read_with_its_exponent_in_one_order(formula: str, meant: Expr) -> None:
    assert read(formula) == meant


@pytest.mark.parametrize(
    "formula",
    [
        "X^k",
        "X^{k-1}",
        "X^{-k}",
        "X^{-k-1}",
        "X^{2k}",
        "X^{k n}",
        "X^{k-2}",
        r"(X^k)^\top X",
        r"(X + X^\top)^{n+1}",
        r"\left( X^k \right)^n",
        r"\sum_{r=1}^{n} r X^r",
        r"\sum_{r=0}^{n-1} (X^r)^\top x x^\top (X^{n-1-r})^\top",
        r"\sum_{i=1}^{p} i\, x_i",
    ],
)
def test_a_power_survives_its_printing(formula: str) -> None:
    once = read(formula)
    assert read(to_latex(once)) == once


def test_a_power_that_may_be_negative_is_one_of_the_inverse() -> None:
    """X^{k−2} with k ≥ 1 is X^k X^{−2}; with k ≥ 2 it is a power of X."""
    product = read("X^{k-2}")
    assert isinstance(product, tree.Product)
    assert product.factors[1] == tree.MatrixPower(base=INVERSE, exponent=2, shape=("p", "p"))
    assert isinstance(read("X^{k-2}", r"$k \ge 2$"), tree.SymbolicPower)


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("X^c", "E214"),
        ("X^{1/2}", "E214"),
        ("X^{k/2}", "E214"),
        (r"X^{\alpha}", "E141"),
        (r"\sum_{r=0}^{n-1} x_r", "E252"),
        (r"\sum_{r=0}^{n-2} X^r", "E155"),
    ],
)
def test_an_exponent_that_cannot_be_read_is_no_refutation(formula: str, code: str) -> None:
    found = statement(f"0 = {formula}")
    assert [d.code for d in found.diagnostics] == [code]
    assert not found.misshapen


@pytest.mark.parametrize("formula", ["M^k", "M^2", "x^2", "(x^\\top)^2", r"\tanh(x)^2", "x^{-1}", "x^{1/2}"])
def test_a_power_of_what_is_not_square_asks(formula: str) -> None:
    found = statement(f"0 = {formula}")
    assert [d.code for d in found.diagnostics] == ["S207"] and not found.misshapen
    assert r"^{\odot 2}" in (found.diagnostics[0].help or "")


def test_the_inverse_of_a_matrix_that_is_not_square_is_misshapen() -> None:
    found = statement("0 = M^{-1}")
    assert [d.code for d in found.diagnostics] == ["S209"] and found.misshapen


def test_the_index_of_a_sum_hides_a_size_of_its_name() -> None:
    found = read(r"\sum_{k=1}^{n} X^k")
    assert isinstance(found, tree.Sum)
    assert found.body == raised(X, tree.Position(index=IndexVar("k", "n"), shape=(1, 1)))


def test_a_free_index_is_no_number() -> None:
    (diagnostic,) = statement("x_i = i x_i").diagnostics
    assert diagnostic.code == "E113"
