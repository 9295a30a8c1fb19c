"""Closed heads: what a nested sum uses of the indices around it becomes the head's parameters, in canonical order.

`tensor` makes a factor with arguments from sums over free indices; `split_tensor` takes it apart again, its
arguments over fresh formal indices, so that no two binders ever share a name.
"""

from __future__ import annotations

from symbn.core.canonical import candidate_orders, symmetries_of
from symbn.core.contraction import atom, fresh, rename, renamed
from symbn.core.ring import Ring
from symbn.core.terms import (
    Argument,
    Component,
    Factor,
    Index,
    Slot,
    SumOfProducts,
    Tensor,
    formal,
    index_key,
    parameter,
)


def close(
    bodies: tuple[SumOfProducts, ...], formals: tuple[tuple[Index, ...], ...]
) -> tuple[tuple[SumOfProducts, ...], tuple[Index, ...], tuple[tuple[int, ...], ...]]:
    """Bodies closed: their formal indices become @0, @1, …; what else they use of their surroundings becomes
    parameters #0, #1, ….  Returns (bodies, captured indices in canonical order, symmetries of that order)."""
    captured = sorted(
        {i for body, own in zip(bodies, formals, strict=True) for i in body.free if not i.is_constant and i not in own},
        key=index_key,
    )
    best: tuple[tuple[str, ...], tuple[SumOfProducts, ...]] | None = None
    orders: list[tuple[Index, ...]] = []
    for order in candidate_orders(captured):
        names = {i: parameter(number, i.dim) for number, i in enumerate(order)}
        closed = tuple(
            rename(body, names | {i: formal(number, i.dim) for number, i in enumerate(own)})
            for body, own in zip(bodies, formals, strict=True)
        )
        key = tuple(body.key for body in closed)
        if best is None or key < best[0]:
            best, orders = (key, closed), [order]
        elif key == best[0] and closed == best[1]:
            orders.append(order)
    assert best is not None
    return best[1], orders[0], symmetries_of(orders)


def close_one(body: SumOfProducts) -> tuple[SumOfProducts, tuple[Index, ...], tuple[tuple[int, ...], ...]]:
    """A body without formal indices, closed."""
    (closed,), captured, symmetries = close((body,), ((),))
    return closed, captured, symmetries


def tensor(
    ring: Ring,
    name: str,
    out: tuple[Index, ...],
    slots: tuple[tuple[Slot, tuple[Index, ...]], ...] = (),
    arguments: tuple[Argument, ...] = (),
    symmetric: bool = False,
) -> SumOfProducts:
    """name[out] with derivative slots at indices, applied to arguments (whose formal indices have free names)."""
    bodies, captured, symmetries = close(tuple(a.body for a in arguments), tuple(a.formals for a in arguments))
    closed = tuple(
        Argument(tuple(formal(number, i.dim) for number, i in enumerate(a.formals)), body)
        for a, body in zip(arguments, bodies, strict=True)
    )
    ordered = sorted(slots, key=lambda slot: (str(slot[0].target), slot[0].arity))
    head = Tensor(name, len(out), tuple(s for s, _ in ordered), closed, len(captured), symmetric, symmetries)
    return atom(ring, head, out + tuple(i for _, places in ordered for i in places) + captured)


def split_tensor(
    head: Tensor, indices: tuple[Index, ...]
) -> tuple[tuple[Index, ...], tuple[tuple[Slot, tuple[Index, ...]], ...], tuple[Argument, ...]]:
    """What `tensor` was made of: out indices, slots at their indices, arguments with fresh formal indices."""
    out, position = indices[: head.out], head.out
    slots = []
    for slot in head.slots:
        slots.append((slot, indices[position : position + slot.arity]))
        position += slot.arity
    names = {parameter(number, i.dim): i for number, i in enumerate(indices[position:])}
    arguments = []
    for formals, body in head.arguments:
        new = tuple(fresh(i.dim) for i in formals)
        arguments.append(Argument(new, rename(body, names | dict(zip(formals, new, strict=True)))))
    return out, tuple(slots), tuple(arguments)


def opened_component(component: Component) -> tuple[list[Factor], tuple[Index, ...]]:
    """The factors of a component with its bound indices made free under fresh names; those names."""
    names: dict[Index, Index] = {}
    for factor in component:
        names.update((i, fresh(i.dim)) for i in factor.indices if i.is_bound and i not in names)
    return [renamed(factor, names) for factor in component], tuple(names.values())
