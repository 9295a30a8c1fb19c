"""Closed heads: what a nested sum uses of the indices around it becomes the head's parameters, in canonical order.

`tensor` makes a factor with arguments from sums over free indices; `split_tensor` takes it apart again, its
arguments over fresh formal indices, so that no two binders ever share a name.
"""

from __future__ import annotations

from symbn.core.contraction import atom, close, fresh, rename, renamed
from symbn.core.ring import Ring
from symbn.core.terms import (
    Argument,
    Component,
    Factor,
    Index,
    Monomial,
    Slot,
    SumOfProducts,
    Tensor,
    Trait,
    formal,
    parameter,
)


def tensor(
    ring: Ring,
    name: str,
    out: tuple[Index, ...],
    slots: tuple[tuple[Slot, tuple[Index, ...]], ...] = (),
    arguments: tuple[Argument, ...] = (),
    traits: frozenset[Trait] = frozenset(),
) -> SumOfProducts:
    """name[out] with derivative slots at indices, applied to arguments (whose formal indices have free names)."""
    bodies, captured, symmetries = close(tuple(a.body for a in arguments), tuple(a.formals for a in arguments))
    closed = tuple(
        Argument(tuple(formal(number, i.dim) for number, i in enumerate(a.formals)), body)
        for a, body in zip(arguments, bodies, strict=True)
    )
    ordered = sorted(slots, key=lambda slot: (str(slot[0].target), slot[0].arity))
    head = Tensor(name, len(out), tuple(s for s, _ in ordered), closed, len(captured), traits, symmetries)
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


def opened_monomial(monomial: Monomial) -> tuple[list[Factor], list[Index]]:
    """The factors of all components of a monomial, bound indices made free under fresh names; those names."""
    factors: list[Factor] = []
    bound: list[Index] = []
    for component in monomial:
        own, indices = opened_component(component)
        factors += own
        bound += indices
    return factors, bound
