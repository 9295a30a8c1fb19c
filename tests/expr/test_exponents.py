"""Exponents as integer polynomials in sizes and positions: what is one, and which are ≥ 0."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from symbn.expr import tree
from symbn.expr.exponents import Polynomial, expression, is_nonnegative, parted, polynomial
from symbn.expr.tree import Expr, IndexConst, IndexVar, Ix

R = IndexVar("r", "n")


def number(value: int | Fraction) -> Expr:
    return tree.Number(value=Fraction(value), shape=(1, 1))


def size(name: str) -> Expr:
    return tree.Dimension(dim=name, shape=(1, 1))


def position(index: Ix) -> Expr:
    return tree.Position(index=index, shape=(1, 1))


def total(*terms: Expr) -> Expr:
    return tree.Add(terms=terms, shape=(1, 1))


def times(*factors: Expr) -> Expr:
    return tree.Product(factors=factors, shape=(1, 1))


@pytest.mark.parametrize(
    ("e", "found"),
    [
        (number(3), {(): 3}),
        (number(0), {}),
        (total(size("n"), number(-1), times(number(-1), position(R))), {("n",): 1, (): -1, (R,): -1}),
        (times(total(size("n"), number(1)), size("k")), {("k", "n"): 1, ("k",): 1}),
        (total(size("n"), times(number(-1), size("n"))), {}),
        (position(IndexConst(2, "n")), {(): 2}),
        (position(IndexConst("n", "n")), {("n",): 1}),
        (number(Fraction(1, 2)), None),
        (times(position(R), position(R)), None),
        (tree.Quotient(numerator=size("n"), denominator=number(2), shape=(1, 1)), None),
        (tree.Symbol(name="c", shape=(1, 1)), None),
    ],
)
def test_an_exponent_is_read_as_a_polynomial(e: Expr, found: Polynomial | None) -> None:
    assert polynomial(e) == found


EXPONENTS: list[Polynomial] = [
    {("n",): 1, (): -1},
    {("n",): 1, (): -2},
    {("n",): 1, (R,): -1},
    {("n",): 1, (R,): -1, (): -1},
    {(R,): 1, (): -1},
    {(R,): 2, (): -3},
    {("k", "n"): 1, ("k",): -1},
    {("k", "n"): 1, ("k",): -1, (): -1},
    {("n",): -1},
    {},
]


@pytest.mark.parametrize("exponent", EXPONENTS, ids=str)
@pytest.mark.parametrize("least", [1, 2])
def test_a_bound_from_below_holds_at_small_sizes(exponent: Polynomial, least: int) -> None:
    """Said to be ≥ 0 only if it is, and for these exponents whenever it is."""

    def value(n: int, k: int, r: int) -> int:
        worth = {"n": n, "k": k, R: r}
        return sum(c * multiplied([worth[atom] for atom in monomial]) for monomial, c in exponent.items())

    values = [value(n, k, r) for n, k in product(range(least, 5), repeat=2) for r in range(1, n + 1)]
    assert is_nonnegative(exponent, {"n": least, "k": least}) == (min(values) >= 0)


def multiplied(values: list[int]) -> int:
    result = 1
    for value in values:
        result *= value
    return result


@pytest.mark.parametrize("exponent", EXPONENTS, ids=str)
def test_a_polynomial_survives_its_writing(exponent: Polynomial) -> None:
    assert polynomial(expression(exponent)) == exponent
    above, below = parted(exponent)
    assert all(c > 0 for part in (above, below) for c in part.values())
    assert polynomial(total(expression(above), times(number(-1), expression(below)))) == exponent
