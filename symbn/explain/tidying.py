"""Expressions of a derivation as one writes them: numbers first, nothing nested without need.

½ · 2 · s · A x       →  s A x                (A + (B + C))  →  A + B + C
(A e_iᵀ)_{:i}         →  A                    A + 0          →  A
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symbn.explain.notation import number, product, rebuilt, total, transpose
from symbn.expr import tree
from symbn.expr.tree import Expr


def zero(shape: tree.Shape) -> Expr:
    """0 of a shape."""
    return number(0) if shape == (1, 1) else tree.Zero(shape=shape)


def is_zero(e: Expr) -> bool:
    """Whether e is written as 0."""
    return isinstance(e, tree.Zero) or e == number(0) or (isinstance(e, tree.Fill) and is_zero(e.arg))


def summed(terms: Sequence[Expr], shape: tree.Shape) -> Expr:
    """A sum without its zeros."""
    kept = [term for term in terms if not is_zero(term)]
    return total(kept) if kept else zero(shape)


def opened(e: tree.Add) -> list[Expr]:
    """The terms of a sum, those of sums within it in their place."""
    return [t for term in e.terms for t in (term.terms if isinstance(term, tree.Add) else (term,))]


def unit(index: tree.Ix) -> Expr:
    """e_i, a column."""
    return tree.UnitVector(index=index, shape=(index.dim, 1))


def tidied(e: Expr) -> Expr:
    """The expression, tidied from the inside out."""
    e = rebuilt(e, tidied)
    match e:
        case tree.Product():
            return _product(e)
        case tree.Slice(arg=tree.Product() as inside) if len(inside.factors) > 1:
            return _slice(e, inside.factors)
        case tree.Add():
            return summed(opened(e), e.shape)
    return e


def _product(e: tree.Product) -> Expr:
    flat = product(e.factors)
    value = Fraction(1)
    others: list[Expr] = []
    for factor in flat.factors if isinstance(flat, tree.Product) else (flat,):
        own, rest = _number_apart(factor)
        value *= own
        others += rest
    front = [] if value == 1 else [number(value)]
    return product([*front, *others]) if others else number(value)


def _number_apart(factor: Expr) -> tuple[Fraction, list[Expr]]:
    """A factor as a number and what is left: 2/n as 2 and 1/n."""
    match factor:
        case tree.Number():
            return factor.value, []
        case tree.Quotient(numerator=tree.Number() as above, denominator=tree.Number() as below) if below.value:
            return above.value / below.value, []
        case tree.Quotient(numerator=tree.Number() as above):
            return above.value, [replace(factor, numerator=number(1))]
    return Fraction(1), [factor]


def _slice(e: tree.Slice, factors: tuple[Expr, ...]) -> Expr:
    if e.row is None and e.column is not None and factors[-1] == transpose(unit(e.column)):
        return product(factors[:-1])
    if e.column is None and e.row is not None and factors[0] == unit(e.row):
        return product(factors[1:])
    return e
