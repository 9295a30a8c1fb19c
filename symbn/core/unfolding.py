"""Definitions put in place of the names that stand for them (what proof assistants call delta reduction).

    name[i](u)            →  body[i] with u for the parameter
    ∂_r name[i; a](u)     →  ∂body[i]/∂r[a], every other name without parameters held
    ∂_1 name[i; a](u)     →  ∂body[i]/∂parameter[a] at u

Each is an identity; it reaches into nested sums.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from symbn.core.axioms import Theory, Unfolding
from symbn.core.contraction import atom, contract, multiply, rename
from symbn.core.differentiation import Variable, differentiate
from symbn.core.heads import opened_component, split_tensor
from symbn.core.rebuilding import remade
from symbn.core.terms import (
    Argument,
    Component,
    DeltaHead,
    Factor,
    Head,
    Index,
    Slot,
    SumOfProducts,
    Tensor,
    constant,
    nested,
)

_Slots = tuple[tuple[Slot, tuple[Index, ...]], ...]
_Replacement = Callable[[Tensor, tuple[Index, ...], _Slots, tuple[Argument, ...]], SumOfProducts | None]


def unfold(e: SumOfProducts, unfolding: Unfolding, theory: Theory, slotted_only: bool = False) -> SumOfProducts:
    """e with every atom of one definition (or only its derivatives) replaced by what it stands for."""

    def replacement(
        head: Tensor, out: tuple[Index, ...], slots: _Slots, arguments: tuple[Argument, ...]
    ) -> SumOfProducts | None:
        if head.name != unfolding.name or (slotted_only and not slots):
            return None
        body = rename(unfolding.body, dict(zip(unfolding.indices, out, strict=True)))
        held = theory.functions_only
        for slot, places in slots:
            target = unfolding.parameters[slot.target][0] if isinstance(slot.target, int) else slot.target
            body = differentiate(body, Variable(target, places), held)
        for (name, _), argument in zip(unfolding.parameters, arguments, strict=True):
            body = substitute(body, name, argument)
        return body

    wanted = slotted_names if slotted_only else tensor_names
    kept = theory.unfolded.setdefault((unfolding.name, slotted_only), {})
    return _rebuild(e, unfolding.name, replacement, wanted, kept)


def unfold_derivatives(e: SumOfProducts, theory: Theory) -> SumOfProducts:
    """e with every partial derivative of a definition worked out, the definition last made first."""
    while names := e.slotted_names & theory.unfoldings.keys():
        e = unfold(e, theory.unfoldings[_last(names, theory)], theory, slotted_only=True)
    return e


def unfold_all(e: SumOfProducts, theory: Theory) -> SumOfProducts:
    """e with every definition put in place."""
    while names := e.tensor_names & theory.unfoldings.keys():
        e = unfold(e, theory.unfoldings[_last(names, theory)], theory)
    return e


def _last(names: Collection[str], theory: Theory) -> str:
    return max(names, key=lambda name: (theory.unfoldings[name].rank, name))


def substitute(e: SumOfProducts, name: str, value: Argument) -> SumOfProducts:
    """e with λ formals. body in place of the tensor `name`, a definition's parameter."""

    def replacement(
        head: Tensor, out: tuple[Index, ...], slots: _Slots, arguments: tuple[Argument, ...]
    ) -> SumOfProducts | None:
        if head.name != name:
            return None
        assert not slots and not arguments, "a parameter is no function"
        return rename(value.body, dict(zip(value.formals, out, strict=True)))

    return _rebuild(e, name, replacement, tensor_names)


def at_zero(e: SumOfProducts, name: str) -> SumOfProducts:
    """e with every entry of the tensor `name` set to 0.  Raises ZeroDivisionError."""

    def replacement(head: Tensor, *_: object) -> SumOfProducts | None:
        return SumOfProducts(e.ring, {}) if head.name == name else None

    return _rebuild(e, name, replacement, tensor_names)


_Kept = dict[tuple[Head, tuple[str | int, ...]], SumOfProducts]
_Names = Callable[[SumOfProducts], frozenset[str]]


def tensor_names(e: SumOfProducts) -> frozenset[str]:
    """The names of all tensors in a sum."""
    return e.tensor_names


def slotted_names(e: SumOfProducts) -> frozenset[str]:
    """The names of all tensors that occur differentiated in a sum."""
    return e.slotted_names


def _rebuild(
    e: SumOfProducts, name: str, replacement: _Replacement, names: _Names, kept: _Kept | None = None
) -> SumOfProducts:
    """e with tensors replaced wherever `name` is among the names of a factor, however deep.

    What a head becomes is the same wherever it stands: it is `kept` at placeholder indices.
    """
    if name not in names(e):
        return e
    result = SumOfProducts(e.ring, {})
    for monomial, coefficient in e.terms.items():
        product = constant(coefficient)
        untouched: list[Component] = []
        for component in monomial:
            if not any(_mentions(factor, name, names) for factor in component):
                untouched.append(component)
                continue
            factors, bound = opened_component(component)
            inside = contract([_rebuilt(e, factor, name, replacement, names, kept) for factor in factors], bound)
            product = multiply(product, inside)
        if untouched:
            product = multiply(product, SumOfProducts(e.ring, {tuple(untouched): e.ring.one}))
        result = result + product
    return result


def _rebuilt(
    e: SumOfProducts, factor: Factor, name: str, replacement: _Replacement, names: _Names, kept: _Kept | None
) -> SumOfProducts:
    if kept is None or not _mentions(factor, name, names):
        return _rebuild_factor(e, factor, name, replacement, names)
    dims = tuple(i.dim for i in factor.indices)
    places = tuple(Index(f"?{number}", dim) for number, dim in enumerate(dims))
    found = kept.get((factor.head, dims))
    if found is None:
        found = _rebuild_factor(e, Factor(factor.head, places), name, replacement, names)
        kept[(factor.head, dims)] = found
    return rename(found, dict(zip(places, factor.indices, strict=True)))


def _mentions(factor: Factor, name: str, names: _Names) -> bool:
    head = factor.head
    if isinstance(head, Tensor) and head.name == name and (names is tensor_names or head.slots):
        return True
    return any(name in names(inner) for inner in nested(head))


def _rebuild_factor(
    e: SumOfProducts, factor: Factor, name: str, replacement: _Replacement, names: _Names
) -> SumOfProducts:
    head, indices = factor
    if not _mentions(factor, name, names) or isinstance(head, DeltaHead):
        return atom(e.ring, head, indices)

    def change(inner: SumOfProducts) -> SumOfProducts:
        return _rebuild(inner, name, replacement, names)

    if isinstance(head, Tensor) and head.name == name:
        out, slots, arguments = split_tensor(head, indices)
        changed = tuple(Argument(a.formals, change(a.body)) for a in arguments)
        replaced = replacement(head, out, slots, changed)
        if replaced is not None:
            return replaced
    return remade(e.ring, factor, change)
