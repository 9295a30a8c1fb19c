"""Integers made of sizes and positions: the exponents of matrices, as polynomials with integer coefficients.

    exponent ::= Σ integer · size · size ⋯ + Σ integer · size ⋯ · position[r]          r = 1 … dim

`polynomial` reads an expression as one, `expression` writes one, `least` bounds it from below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias

from symbn.expr import tree
from symbn.expr.shape import resolved
from symbn.expr.tree import Dim, Expr, IndexConst, IndexVar

Atom: TypeAlias = str | IndexVar
Monomial: TypeAlias = tuple[Atom, ...]
Polynomial: TypeAlias = dict[Monomial, int]


def polynomial(e: Expr) -> Polynomial | None:
    """An expression as such a polynomial, at most linear in the positions; None if it is none."""
    match e:
        case tree.Number():
            return None if e.value.denominator != 1 else _collected([((), e.value.numerator)])
        case tree.Dimension():
            return _of_size(resolved(e.dim))
        case tree.Position(index=IndexVar() as index):
            return {(index,): 1} if isinstance(resolved(index.dim), str | int) else None
        case tree.Position(index=IndexConst() as index):
            return _of_size(index.value)
        case tree.Add():
            parts = [polynomial(term) for term in e.terms]
            known = [part for part in parts if part is not None]
            return _collected(item for part in known for item in part.items()) if len(known) == len(parts) else None
        case tree.Product():
            found: Polynomial = {(): 1}
            for factor in e.factors:
                part = polynomial(factor)
                if part is None:
                    return None
                found = _collected(((*a, *b), m * n) for a, m in found.items() for b, n in part.items())
            return found if all(len(_positions(monomial)) <= 1 for monomial in found) else None
    return None


def _of_size(size: Dim) -> Polynomial | None:
    return {(size,): 1} if isinstance(size, str) else {(): size} if isinstance(size, int) else None


def expression(exponent: Polynomial) -> Expr:
    """A polynomial as an expression: what is added first, then what is subtracted."""
    terms = [_term(monomial, times) for monomial, times in sorted(exponent.items(), key=_order)]
    if not terms:
        return tree.Number(value=Fraction(0), shape=(1, 1))
    return terms[0] if len(terms) == 1 else tree.Add(terms=tuple(terms), shape=(1, 1))


def parted(exponent: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Two polynomials with coefficients > 0 whose difference the exponent is."""
    above = {monomial: times for monomial, times in exponent.items() if times > 0}
    return above, {monomial: -times for monomial, times in exponent.items() if times < 0}


def is_nonnegative(exponent: Polynomial, least: Mapping[str, int]) -> bool:
    """Whether an exponent is ≥ 0 for all sizes that are at least as declared (sufficient)."""
    bounded: list[tuple[Monomial, int]] = []
    for monomial, times in exponent.items():
        sizes: Monomial = tuple(atom for atom in monomial if isinstance(atom, str))
        for index in _positions(monomial):
            last = resolved(index.dim)
            # A position is at least 1, and at most the size of its range.
            if times < 0 and isinstance(last, str):
                sizes += (last,)
            elif times < 0 and isinstance(last, int):
                times *= last
        bounded.append((sizes, times))
    # Each size counted from its least value: n = n₀ + n′ with n′ ≥ 0.
    shifted: Polynomial = {}
    for sizes, times in _collected(bounded).items():
        product: Polynomial = {(): times}
        for size in sizes:
            assert isinstance(size, str)
            low = least.get(size, 1)
            product = _collected(item for m, c in product.items() for item in (((*m, size), c), (m, c * low)))
        shifted = _collected((*shifted.items(), *product.items()))
    return all(times >= 0 for times in shifted.values())


def is_positive(exponent: Expr) -> bool:
    """Whether an exponent is > 0: a number, or made of sizes and positions that are so for all sizes (sufficient)."""
    if isinstance(exponent, tree.Number):
        return exponent.value > 0
    found = polynomial(exponent)
    return found is not None and is_nonnegative(_collected([*found.items(), ((), -1)]), {})


def _collected(terms: Iterable[tuple[Monomial, int]]) -> Polynomial:
    found: Polynomial = {}
    for monomial, times in terms:
        key = tuple(sorted(monomial, key=_name))
        found[key] = found.get(key, 0) + times
    return {monomial: times for monomial, times in found.items() if times}


def _positions(monomial: Monomial) -> list[IndexVar]:
    return [atom for atom in monomial if isinstance(atom, IndexVar)]


def _name(atom: Atom) -> tuple[bool, str]:
    return isinstance(atom, IndexVar), atom if isinstance(atom, str) else atom.name


def _order(term: tuple[Monomial, int]) -> tuple[bool, bool, list[tuple[bool, str]]]:
    """What is added before what is subtracted, numbers last."""
    monomial, times = term
    return times < 0, not monomial, [_name(atom) for atom in monomial]


def _term(monomial: Monomial, times: int) -> Expr:
    factors = [_atom(atom) for atom in monomial]
    if times != 1 or not factors:
        factors.insert(0, tree.Number(value=Fraction(times), shape=(1, 1)))
    return factors[0] if len(factors) == 1 else tree.Product(factors=tuple(factors), shape=(1, 1))


def _atom(atom: Atom) -> Expr:
    if isinstance(atom, str):
        return tree.Dimension(dim=atom, shape=(1, 1))
    return tree.Position(index=atom, shape=(1, 1))
