"""What all terms of a sum share: taken out of the parentheses.

e^{-1/2} A + e^{-3/2} B  →  e^{-1/2} (A + e^{-1} B)        u[r] A[r,c] + u[r] B[r,c]  →  Diag(u) (A + B)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from symbn.core.ring import Coefficient
from symbn.core.terms import Component, Factor, Index, Monomial, Power, SumOfProducts

_Base = tuple[SumOfProducts, tuple[Index, ...]]


def common_factors(e: SumOfProducts, places: set[Index]) -> tuple[Monomial, dict[Monomial, Coefficient]]:
    """Components that every term has and that hold at most one of row and column, and the terms without them.

    Of powers of one base the greatest is taken out, if their exponents differ by whole numbers.  What is left of
    each term still holds the row or column that the component holds, so that no ones take its place.
    """

    def spared(component: Component, rest: dict[Monomial, Coefficient]) -> bool:
        held = component.free & places
        return len(held) < 2 and all(held <= {i for c in monomial for i in c.free} for monomial in rest)

    terms = dict(e.terms)
    shared: list[Component] = []
    for component in next(iter(terms)):
        base = _power_base(component)
        if base is None and all(component in m for m in terms):
            rest = {_without(m, component): c for m, c in terms.items()}
        elif base is not None and (greatest := _greatest_power(base, terms)) is not None:
            component = _powered(component, e.ring.rational(greatest))
            rest = {_divided(m, base, greatest): c for m, c in terms.items()}
        else:
            continue
        if spared(component, rest):
            shared.append(component)
            terms = rest
    return tuple(shared), terms


def _without(monomial: Monomial, component: Component) -> Monomial:
    place = monomial.index(component)
    return monomial[:place] + monomial[place + 1 :]


def _power_base(component: Component) -> _Base | None:
    """The base of a power that stands alone, at free indices."""
    head, indices = component[0]
    alone = len(component) == 1 and isinstance(head, Power) and not any(i.is_bound for i in indices)
    return (head.base, indices) if alone and isinstance(head, Power) else None


def _greatest_power(base: _Base, terms: Iterable[Monomial]) -> Fraction | None:
    """The greatest exponent of a base, if every term has a power of it and they differ by whole numbers."""
    exponents = [_exponent(monomial, base) for monomial in terms]
    known = [r for r in exponents if r is not None]
    if len(known) < len(exponents) or any((r - known[0]).denominator != 1 for r in known):
        return None
    return max(known)


def _exponent(monomial: Monomial, base: _Base) -> Fraction | None:
    for component in monomial:
        head = component[0].head
        if _power_base(component) == base and isinstance(head, Power):
            return head.exponent.as_fraction()
    return None


def _powered(component: Component, exponent: Coefficient) -> Component:
    """A power that stands alone, with another exponent."""
    (head, indices) = component[0]
    assert isinstance(head, Power)
    return Component((Factor(replace(head, exponent=exponent), indices),))


def _divided(monomial: Monomial, base: _Base, exponent: Fraction) -> Monomial:
    """The monomial over base ^ exponent."""
    rest = []
    for component in monomial:
        head = component[0].head
        if _power_base(component) != base or not isinstance(head, Power):
            rest.append(component)
        elif (left := head.exponent - head.exponent.ring.rational(exponent)).as_fraction() != 0:
            rest.append(_powered(component, left))
    return tuple(rest)


def shared_coefficient(coefficients: list[Coefficient]) -> tuple[Coefficient, list[Coefficient]]:
    """A coefficient that all are rational multiples of, taken out if it is no number itself."""
    first = coefficients[0]
    ratios = [c / first for c in coefficients]
    values = [ratio.as_fraction() for ratio in ratios]
    if first.as_fraction() is None and all(v is not None and v.denominator == 1 for v in values):
        return first, ratios
    if all(c == first for c in coefficients):
        return first, ratios
    return first.ring.one, coefficients
