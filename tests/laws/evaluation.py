"""Values of raw and of normalised sums by explicit entries: loops over indices, nothing of the core's arithmetic.

Entries are small integers, exact as long as no root and no known function occurs; those are 60-digit numbers.
ψ(t) = t⁵ − 2t² + 3t stands for the unknown ℝ → ℝ, f_o(x) = (o + 2) (Σ_a (a + 1) x_a)⁴ for the unknown ℝⁿ → ℝᵐ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from math import factorial, prod
from random import Random
from typing import Any, TypeAlias

import mpmath

from symbn.core.ring import Coefficient
from symbn.core.terms import DeltaHead, Factor, Index, Power, Scalarwise, SumOfProducts, Tensor
from tests.laws.strategies import (
    SIGNATURES,
    SYMMETRIC,
    RawCoefficient,
    RawDelta,
    RawFactor,
    RawFunction,
    RawPower,
    RawProduct,
    RawScalarwise,
    RawSum,
    RawTensor,
)

Value: TypeAlias = Any
"""Fraction, or mpmath.mpf once a root was taken."""

Places = Mapping[Index, int]
CONTEXT = mpmath.mp.clone()
CONTEXT.dps = 60


class Undefined(Exception):
    """A negative power of 0, or a root of something that is not positive."""


class World:
    """Sizes, tensors' entries and parameters' values."""

    def __init__(self, sizes: Mapping[str, int], seed: int, spread: int = 9) -> None:
        self.sizes = dict(sizes)
        random = Random(seed)
        self.scalars: dict[str, Fraction] = {d: Fraction(k) for d, k in sizes.items()}
        self.scalars["a"] = Fraction(random.choice([-3, -2, 2, 3, 5]))
        self.scalars["e"] = Fraction(random.randrange(1, 5), 2)
        self.entries: dict[str, dict[tuple[int, ...], int]] = {}
        for name, dims in SIGNATURES.items():
            table = {at: random.randint(-spread, spread) for at in product(*(range(sizes[d]) for d in dims))}
            if name in SYMMETRIC:
                table = {at: table[tuple(sorted(at))] for at in table}
            self.entries[name] = table

    def size(self, index: Index) -> int:
        return index.dim if isinstance(index.dim, int) else self.sizes[index.dim]

    def assignments(self, indices: Iterable[Index]) -> Iterable[dict[Index, int]]:
        """All values of indices."""
        names = list(dict.fromkeys(indices))
        for values in product(*(range(self.size(i)) for i in names)):
            yield dict(zip(names, values, strict=True))


def raised(base: Value, exponent: Fraction) -> Value:
    """base ^ exponent.  Raises Undefined."""
    if exponent.denominator == 1:
        if base == 0 and exponent < 0:
            raise Undefined
        return base ** int(exponent)
    if base <= 0:
        raise Undefined
    return CONTEXT.power(_real(base), _real(exponent))


def _real(value: Value) -> Value:
    return CONTEXT.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else CONTEXT.mpf(value)


def applied(function: str, order: int, t: Value) -> Value:
    """φ⁽ᵏ⁾(t)"""
    if function == "ψ":
        terms = {5: 1, 2: -2, 1: 3}
        return sum(
            (
                c * Fraction(factorial(k), factorial(k - order)) * t ** (k - order)
                for k, c in terms.items()
                if k >= order
            ),
            Fraction(0),
        )
    assert order == 0
    return {"sin": CONTEXT.sin, "cos": CONTEXT.cos, "tanh": CONTEXT.tanh, "exp": CONTEXT.exp}[function](_real(t))


def unknown(out: int, slots: tuple[int, ...], argument: list[Value]) -> Value:
    """∂^slots f_out(argument)"""
    k = len(slots)
    if k > 4:
        return Fraction(0)
    inside = sum(((a + 1) * x for a, x in enumerate(argument)), Fraction(0))
    return (out + 2) * Fraction(factorial(4), factorial(4 - k)) * prod(a + 1 for a in slots) * inside ** (4 - k)


# Raw sums -------------------------------------------------------------------------------------------------


def raw_value(raw: RawSum, world: World, places: Places) -> Value:
    return sum((_raw_product(p, world, places) for p in raw.products), Fraction(0))


def _raw_coefficient(raw: RawCoefficient, world: World) -> Value:
    return raw.number * prod((world.scalars[n] ** k for n, k in raw.exponents), start=Fraction(1))


def _raw_product(raw: RawProduct, world: World, places: Places) -> Value:
    total: Value = Fraction(0)
    for chosen in world.assignments(raw.bound):
        here = {**places, **chosen}
        total += prod((_raw_factor(f, world, here) for f in raw.factors), start=Fraction(1))
    return total * _raw_coefficient(raw.coefficient, world)


def _raw_factor(raw: RawFactor, world: World, places: Places) -> Value:
    match raw:
        case RawTensor(name, indices):
            return Fraction(world.entries[name][tuple(places[i] for i in indices)])
        case RawDelta(first, second):
            return Fraction(int(places[first] == places[second]))
        case RawPower(base, exponent):
            return raised(raw_value(base, world, places), exponent)
        case RawScalarwise(function, order, argument, _):
            return applied(function, order, raw_value(argument, world, places))
        case RawFunction(out, slots, formal, body):
            argument = [raw_value(body, world, {**places, formal: k}) for k in range(world.size(formal))]
            return unknown(places[out], tuple(places[s] for s in slots), argument)
    raise AssertionError(raw)


# Normal forms ---------------------------------------------------------------------------------------------


def value(e: SumOfProducts, world: World, places: Places) -> Value:
    """The value of a normal form; bound indices are numbered anew in each component."""
    total: Value = Fraction(0)
    for monomial, c in e.terms.items():
        term: Value = coefficient_value(c, world)
        for component in monomial:
            bound = [i for f in component for i in f.indices if i.is_bound]
            part: Value = Fraction(0)
            for chosen in world.assignments(bound):
                here = {**places, **chosen}
                part += prod((_factor_value(f, world, here) for f in component), start=Fraction(1))
            term *= part
        total += term
    return total


def coefficient_value(c: Coefficient, world: World) -> Value:
    """p / q at the world's scalars."""

    def at(polynomial: Any) -> Fraction:
        total = Fraction(0)
        for exponents, number in polynomial.to_dict().items():
            powers = (world.scalars[n] ** int(k) for n, k in zip(c.ring.names, exponents, strict=True))
            total += int(number) * prod(powers, start=Fraction(1))
        return total

    below = at(c.denominator)
    if below == 0:
        raise Undefined
    return at(c.numerator) / below


def _factor_value(factor: Factor, world: World, places: Places) -> Value:
    head = factor.head
    at = tuple(places[i] for i in factor.indices)
    match head:
        case DeltaHead():
            return Fraction(int(at[0] == at[1]))
        case Power():
            exponent = coefficient_value(head.exponent, world)
            return raised(value(head.base, world, _parameters(factor, at)), exponent)
        case Scalarwise():
            return applied(head.function, head.order, value(head.argument, world, _parameters(factor, at)))
        case Tensor():
            if not head.arguments:
                return Fraction(world.entries[head.name][at])
            arity = sum(slot.arity for slot in head.slots)
            slots, captured = at[head.out : head.out + arity], at[head.out + arity :]
            around = {
                Index(f"#{number}", i.dim): place
                for number, (i, place) in enumerate(zip(factor.indices[head.out + arity :], captured, strict=True))
            }
            ((formals, body),) = head.arguments
            argument = [value(body, world, {**around, formals[0]: k}) for k in range(world.size(formals[0]))]
            return unknown(at[0], slots, argument)
    raise AssertionError(head)


def _parameters(factor: Factor, at: tuple[int, ...]) -> dict[Index, int]:
    indices = factor.indices
    return {Index(f"#{k}", i.dim): place for k, (i, place) in enumerate(zip(indices, at, strict=True))}


def agree(a: Value, b: Value) -> bool:
    """Equal, or equal to 30 digits where a root was taken."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a == b
    a, b = _real(a), _real(b)
    return bool(abs(a - b) <= CONTEXT.mpf(10) ** -30 * (1 + abs(a) + abs(b)))
