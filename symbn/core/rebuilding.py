"""Sums rebuilt from the inside: a change of factors carried through every nested sum, each remade in normal form."""

from __future__ import annotations

from collections.abc import Callable

from symbn.core.applications import application
from symbn.core.contraction import atom, contract, multiply, opened
from symbn.core.heads import opened_component, split_tensor
from symbn.core.powers import power, scalarwise
from symbn.core.ring import Ring
from symbn.core.terms import (
    Argument,
    Component,
    DeltaHead,
    Factor,
    NoRule,
    Power,
    Scalarwise,
    SumOfProducts,
    Tensor,
    constant,
    nested,
)

Change = Callable[[SumOfProducts], SumOfProducts]


def remade(ring: Ring, factor: Factor, change: Change) -> SumOfProducts:
    """A factor with its nested sums changed.  Raises ZeroDivisionError, BudgetExceeded."""
    head, indices = factor
    if isinstance(head, DeltaHead):
        return atom(ring, head, indices)
    if isinstance(head, Tensor):
        out, slots, arguments = split_tensor(head, indices)
        changed = tuple(Argument(a.formals, change(a.body)) for a in arguments)
        return application(ring, head.name, out, slots, changed, head.traits)
    if isinstance(head, Power):
        return power(change(opened(head.base, indices)), head.exponent)
    if isinstance(head, Scalarwise):
        return scalarwise(head.function, head.order, change(opened(head.argument, indices)), head.known)
    raise NoRule(f"no rule to rebuild {head!r}")


def rebuilt(
    e: SumOfProducts, touched: Callable[[Factor], bool], change: Callable[[Factor], SumOfProducts]
) -> SumOfProducts:
    """e with every factor that is touched changed, at the top level only."""
    result = SumOfProducts(e.ring, {})
    for monomial, coefficient in e.terms.items():
        product = constant(coefficient)
        kept: list[Component] = []
        for component in monomial:
            if not any(map(touched, component)):
                kept.append(component)
                continue
            factors, bound = opened_component(component)
            parts = [change(factor) if touched(factor) else atom(e.ring, *factor) for factor in factors]
            product = multiply(product, contract(parts, bound))
        if kept:
            product = multiply(product, SumOfProducts(e.ring, {tuple(kept): e.ring.one}))
        result = result + product
    return result


def rebuilt_everywhere(
    e: SumOfProducts, wanted: Callable[[Factor], bool], change: Callable[[Factor], SumOfProducts]
) -> SumOfProducts:
    """e with every wanted factor changed, however deep it stands, the innermost first."""

    def holds(factor: Factor) -> bool:
        return wanted(factor) or any(holds(inner) for e in nested(factor.head) for inner in e.factors())

    def inside(e: SumOfProducts) -> SumOfProducts:
        return rebuilt(e, holds, deep)

    def deep(factor: Factor) -> SumOfProducts:
        if any(holds(inner) for e in nested(factor.head) for inner in e.factors()):
            return rebuilt(remade(e.ring, factor, inside), wanted, change)
        return change(factor)

    return inside(e)
