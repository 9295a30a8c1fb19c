"""Equations multiplied through by what is inverted: Σ_j A⁻¹[i, j] b[j] = c[i] says b[k] = Σ_i A[k, i] c[i].

Multiplying by an invertible matrix loses nothing, so that the new equation holds only if the old one does.
"""

from __future__ import annotations

from collections.abc import Iterator

from symbn.core.contraction import atom, bind, contract, delta, multiply, rename
from symbn.core.heads import opened_component, split_tensor
from symbn.core.matrices import INVERSE
from symbn.core.terms import Component, Head, Index, SumOfProducts, Tensor, constant


def multiplied_through(e: SumOfProducts) -> Iterator[SumOfProducts]:
    """e = 0 as equations without one inverse that stands at a free end of it, each of them equivalent to e = 0."""
    tried: set[tuple[Head, Index, int]] = set()
    for factor in e.factors():
        head = factor.head
        if not (isinstance(head, Tensor) and head.name == INVERSE and not head.captured):
            continue
        for side in (0, 1):
            end = factor.indices[side]
            outside = not end.is_bound and not end.is_constant and str(end.label)[:1] not in "#@"
            if outside and factor.indices[1 - side] != end and (head, end, side) not in tried:
                tried.add((head, end, side))
                yield _multiplied(e, head, end, side)


def _multiplied(e: SumOfProducts, head: Tensor, end: Index, side: int) -> SumOfProducts:
    """Σ_end A[new, end] e[end], where e holds A⁻¹[end, j]; with side 1, Σ_end e[end] A[end, new] for A⁻¹[j, end]."""
    new = _beside(e, end)
    _, _, (argument,) = split_tensor(head, (end, end))
    ends = (new, end) if side == 0 else (end, new)
    e.ring.note("through", head, end, new, side)
    body = rename(argument.body, dict(zip(argument.formals, ends, strict=True)))
    result = constant(e.ring.zero)
    for monomial, coefficient in e.terms.items():
        term = SumOfProducts(e.ring, {monomial: coefficient})
        held = [component for component in monomial if end in component.free]
        cancelled = _cancelled(held[0], head, end, side, new) if len(held) == 1 else None
        if cancelled is None:
            result = result + bind(multiply(body, term), end)
        else:
            rest = SumOfProducts(e.ring, {tuple(c for c in monomial if c is not held[0]): coefficient})
            e.ring.note("around", SumOfProducts(e.ring, {tuple(c for c in monomial if c is not held[0]): e.ring.one}))
            e.ring.note("times", coefficient)
            result = result + multiply(cancelled, rest)
    return result


def _beside(e: SumOfProducts, index: Index) -> Index:
    """An index of a name that e does not have: the same each time."""
    while index in e.free:
        index = index._replace(label=f"{index.label}′")
    return index


def _cancelled(component: Component, head: Tensor, end: Index, side: int, new: Index) -> SumOfProducts | None:
    """A component with δ in place of the inverse at its end; None if something else is there too."""
    factors, bound = opened_component(component)
    at = [k for k, factor in enumerate(factors) if end in factor.indices]
    if len(at) != 1:
        return None
    found = factors[at[0]]
    symmetric = "symmetric" in head.traits
    if found.head != head or (found.indices[side] != end and not (symmetric and found.indices[1 - side] == end)):
        return None
    other = found.indices[1 - side] if found.indices[side] == end else found.indices[side]
    if other == end:
        return None
    ring = head.arguments[0].body.ring
    rest = [atom(ring, *factor) for k, factor in enumerate(factors) if k != at[0]]
    ring.note("cancelled", head, (new, other), side, rest, bound)
    return contract([delta(ring, new, other), *rest], bound)
