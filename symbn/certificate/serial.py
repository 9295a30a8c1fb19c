"""Sums of the core as plain data, in the grammar that `checker` reads."""

from __future__ import annotations

from typing import Any

from symbn.core.ring import Coefficient, Polynomial
from symbn.core.terms import DeltaHead, Factor, Index, Monomial, NoRule, Power, Scalarwise, SumOfProducts, Tensor

Data = Any
"""What JSON writes."""


def place(index: Index) -> Data:
    return [index.label, index.dim]


def places(indices: tuple[Index, ...]) -> Data:
    return [place(i) for i in indices]


def coefficient(c: Coefficient) -> Data:
    """Numerator and denominator, each a list of [integer, [[variable, exponent], …]]."""

    def side(polynomial: Polynomial) -> Data:
        return [
            [str(n), [[v, int(k)] for v, k in zip(c.ring.names, exponents, strict=True) if k]]
            for exponents, n in sorted((tuple(map(int, e)), int(n)) for e, n in polynomial.to_dict().items())
        ]

    return [side(c.numerator), side(c.denominator)]


def total(e: SumOfProducts) -> Data:
    """A sum, its terms in the order of their keys."""
    ordered = sorted(e.terms.items(), key=lambda term: [c.key for c in term[0]])
    return [[coefficient(c), _factors(monomial)] for monomial, c in ordered]


def _factors(monomial: Monomial) -> Data:
    """The factors of all components, bound indices numbered apart."""
    found: list[Data] = []
    used = 0
    for component in monomial:
        names: dict[Index, Index] = {}
        for f in component:
            for i in f.indices:
                if i.is_bound and i not in names:
                    names[i] = Index(used, i.dim)
                    used += 1
        found += [factor(Factor(f.head, tuple(names.get(i, i) for i in f.indices))) for f in component]
    return found


def factor(f: Factor) -> Data:
    """A factor; its nested sums use the places `captured` as #0, #1, … and their formal indices as @0, @1, …."""
    head, indices = f
    match head:
        case DeltaHead():
            return _data("delta", "", indices)
        case Tensor():
            position = head.out
            slots: list[Data] = []
            for slot in head.slots:
                slots.append([slot.target, places(indices[position : position + slot.arity])])
                position += slot.arity
            over: list[Data] = [[[i.dim for i in a.formals], total(a.body)] for a in head.arguments]
            return _data("tensor", head.name, indices[: head.out], slots, indices[position:], over)
        case Power():
            return _data("power", "", (), [], indices, [[[], total(head.base)]], coefficient(head.exponent))
        case Scalarwise():
            name = head.function if head.known else f"?{head.function}"
            return _data("function", name, (), [], indices, [[[], total(head.argument)]], head.order)
    raise NoRule(f"a head without a form: {head!r}")


def _data(
    kind: str,
    name: str,
    at: tuple[Index, ...],
    slots: Data = None,
    captured: tuple[Index, ...] = (),
    over: Data = None,
    exponent: Data = None,
) -> Data:
    return {
        "kind": kind, "name": name, "at": places(at), "slots": slots or [], "captured": places(captured),
        "over": over or [], "exponent": exponent,
    }  # fmt: skip
