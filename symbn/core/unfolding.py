"""Definitions put in place of the names that stand for them (what proof assistants call delta reduction).

    name[i](u)            →  body[i] with u for the parameter
    ∂_r name[i; a](u)     →  ∂body[i]/∂r[a], every other name without parameters held
    ∂_1 name[i; a](u)     →  ∂body[i]/∂parameter[a] at u

Each is an identity; it reaches into nested sums.
"""

from __future__ import annotations

from collections.abc import Callable

from symbn.core.axioms import Theory, Unfolding
from symbn.core.contraction import (
    atom,
    bind,
    multiply,
    opened,
    opened_component,
    power,
    rename,
    scalarwise,
    split_tensor,
    tensor,
)
from symbn.core.differentiation import Variable, differentiate
from symbn.core.terms import (
    Argument,
    DeltaHead,
    Factor,
    Index,
    NoRule,
    Power,
    Scalarwise,
    Slot,
    SumOfProducts,
    Tensor,
    constant,
    nested,
)

_Slots = tuple[tuple[Slot, tuple[Index, ...]], ...]
_Replacement = Callable[[Tensor, tuple[Index, ...], _Slots, tuple[Argument, ...]], SumOfProducts | None]


def unfold(e: SumOfProducts, unfolding: Unfolding, theory: Theory) -> SumOfProducts:
    """e with every atom of one definition replaced by what it stands for."""

    def replacement(
        head: Tensor, out: tuple[Index, ...], slots: _Slots, arguments: tuple[Argument, ...]
    ) -> SumOfProducts | None:
        if head.name != unfolding.name:
            return None
        body = rename(unfolding.body, dict(zip(unfolding.indices, out, strict=True)))
        held = theory.functions_only
        for slot, places in slots:
            target = unfolding.parameters[slot.target][0] if isinstance(slot.target, int) else slot.target
            body = differentiate(body, Variable(target, places), held)
        for (name, _), argument in zip(unfolding.parameters, arguments, strict=True):
            body = substitute(body, name, argument)
        return body

    return _rebuild(e, frozenset({unfolding.name}), replacement)


def substitute(e: SumOfProducts, name: str, value: Argument) -> SumOfProducts:
    """e with λ formals. body in place of the tensor `name`, a definition's parameter."""

    def replacement(
        head: Tensor, out: tuple[Index, ...], slots: _Slots, arguments: tuple[Argument, ...]
    ) -> SumOfProducts | None:
        if head.name != name:
            return None
        assert not slots and not arguments, "a parameter is no function"
        return rename(value.body, dict(zip(value.formals, out, strict=True)))

    return _rebuild(e, frozenset({name}), replacement)


def at_zero(e: SumOfProducts, name: str) -> SumOfProducts:
    """e with every entry of the tensor `name` set to 0.  Raises ZeroDivisionError."""

    def replacement(head: Tensor, *_: object) -> SumOfProducts | None:
        return SumOfProducts(e.ring, {}) if head.name == name else None

    return _rebuild(e, frozenset({name}), replacement)


def _rebuild(e: SumOfProducts, names: frozenset[str], replacement: _Replacement) -> SumOfProducts:
    """e with tensors replaced wherever one of `names` occurs in a factor, however deep."""
    if names.isdisjoint(e.tensor_names):
        return e
    result = SumOfProducts(e.ring, {})
    for monomial, coefficient in e.terms.items():
        product = constant(coefficient)
        for component in monomial:
            if not any(_mentions(factor, names) for factor in component):
                product = multiply(product, SumOfProducts(e.ring, {(component,): e.ring.one}))
                continue
            factors, bound = opened_component(component)
            inside = constant(e.ring.one)
            for factor in factors:
                inside = multiply(inside, _rebuild_factor(e, factor, names, replacement))
            for index in bound:
                inside = bind(inside, index)
            product = multiply(product, inside)
        result = result + product
    return result


def _mentions(factor: Factor, names: frozenset[str]) -> bool:
    head = factor.head
    if isinstance(head, Tensor) and head.name in names:
        return True
    return any(not names.isdisjoint(inner.tensor_names) for inner in nested(head))


def _rebuild_factor(
    e: SumOfProducts, factor: Factor, names: frozenset[str], replacement: _Replacement
) -> SumOfProducts:
    head, indices = factor
    if not _mentions(factor, names) or isinstance(head, DeltaHead):
        return atom(e.ring, head, indices)
    if isinstance(head, Tensor):
        out, slots, arguments = split_tensor(head, indices)
        rebuilt = tuple(Argument(a.formals, _rebuild(a.body, names, replacement)) for a in arguments)
        replaced = replacement(head, out, slots, rebuilt)
        return tensor(e.ring, head.name, out, slots, rebuilt, head.symmetric) if replaced is None else replaced
    if isinstance(head, Power):
        return power(_rebuild(opened(head.base, indices), names, replacement), head.exponent)
    if isinstance(head, Scalarwise):
        return scalarwise(
            head.function, head.order, _rebuild(opened(head.argument, indices), names, replacement), head.known
        )
    raise NoRule(f"no rule to rebuild {head!r}")
