r"""Numbers of the second path: exact rationals, rigorous balls, and dual numbers over both.

    scalar ::= int | fmpq | arb | Dual(tag, scalar, {direction: scalar})

A dual number is v + Σ_d c_d ε_d with ε_d ε_e = 0 for the ε of one `tag`.  Every derivative that is being taken has
a tag of its own, so that nested derivatives never mix their perturbations; parts may be duals of other tags.

Rationals stay exact as long as they can; a root that is irrational or a transcendental function gives a ball of
the working precision.  What has no value (1/0, √−1, |x|′ at 0), or a ball too wide to exclude that it has none,
raises `Undefined`: evidence never computes on with a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from flint import arb, ctx, fmpq


class Undefined(ArithmeticError):
    """An expression without a value at this point; `straddles`: a ball was too wide to tell."""

    def __init__(self, message: str, straddles: bool = False) -> None:
        super().__init__(message)
        self.straddles = straddles


class Dual:
    """value + Σ_d parts[d] ε_d, where ε_d ε_e = 0.

    Binary operations take the operand with the larger tag as the outer one, so that value and parts only hold
    duals of smaller tags.
    """

    __slots__ = ("parts", "tag", "value")

    def __init__(self, tag: int, value: Scalar, parts: dict[int, Scalar]) -> None:
        self.tag = tag
        self.value = value
        self.parts = parts

    def __repr__(self) -> str:
        return f"Dual({self.tag}, {self.value}, {self.parts})"

    def __add__(self, other: Scalar) -> Dual:
        if type(other) is Dual:
            if other.tag == self.tag:
                parts = dict(self.parts)
                for d, c in other.parts.items():
                    parts[d] = parts[d] + c if d in parts else c
                return Dual(self.tag, self.value + other.value, parts)
            if other.tag > self.tag:
                return Dual(other.tag, self + other.value, other.parts)
        return Dual(self.tag, self.value + other, self.parts)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(self.tag, -self.value, {d: -c for d, c in self.parts.items()})

    def __sub__(self, other: Scalar) -> Dual:
        return self + (-other)

    def __rsub__(self, other: Scalar) -> Dual:
        return -self + other

    def __mul__(self, other: Scalar) -> Scalar:
        if type(other) is Dual:
            if other.tag == self.tag:
                u, v = self.value, other.value
                parts = {d: c * v for d, c in self.parts.items()}
                for d, c in other.parts.items():
                    parts[d] = parts[d] + u * c if d in parts else u * c
                return Dual(self.tag, u * v, parts)
            if other.tag > self.tag:
                return Dual(other.tag, self * other.value, {d: self * c for d, c in other.parts.items()})
        elif type(other) is int:
            if other == 1:
                return self
            if other == 0:
                return 0
        return Dual(self.tag, self.value * other, {d: c * other for d, c in self.parts.items()})

    __rmul__ = __mul__


Real: TypeAlias = int | fmpq | arb
Scalar: TypeAlias = int | fmpq | arb | Dual


def perturb(value: Scalar, tag: int, direction: int) -> Scalar:
    """value + ε_direction."""
    return value + Dual(tag, 0, {direction: 1})


def coefficient(x: Scalar, tag: int, direction: int) -> Scalar:
    """The coefficient of ε_direction of that tag, wherever the tag stands in the nesting."""
    if type(x) is not Dual or x.tag < tag:
        return 0
    if x.tag == tag:
        return x.parts.get(direction, 0)
    value = coefficient(x.value, tag, direction)
    parts = {d: coefficient(c, tag, direction) for d, c in x.parts.items()}
    return Dual(x.tag, value, parts)


def real(x: Scalar) -> Real:
    """A number with no perturbation left in it."""
    assert not isinstance(x, Dual), "a perturbation escaped its derivative"
    return x


def is_exact(x: Real) -> bool:
    return type(x) is not arb


def is_loose(a: Real, b: Real) -> bool:
    """Whether a − b is a ball so wide that more precision could still separate a and b."""
    difference = a - b
    return type(difference) is arb and not difference.rad() < _TIGHT


_TIGHT = arb(2) ** -60


def certainly_differ(a: Real, b: Real) -> bool:
    """a ≠ b, as a fact: unequal rationals, or balls without a common point."""
    if type(a) is not arb and type(b) is not arb:
        return a != b
    return not arb(a).overlaps(arb(b))


def identical(a: Scalar, b: Scalar) -> bool:
    """Equal as far as can be told: values overlap, and so do all coefficients of all perturbations."""
    if type(a) is Dual or type(b) is Dual:
        if type(a) is not Dual or (type(b) is Dual and b.tag > a.tag):
            a, b = b, a
        assert type(a) is Dual
        value, parts = (b.value, b.parts) if type(b) is Dual and b.tag == a.tag else (b, {})
        directions = a.parts.keys() | parts.keys()
        return identical(a.value, value) and all(identical(a.parts.get(d, 0), parts.get(d, 0)) for d in directions)
    return not certainly_differ(real(a), real(b))


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Balls are computed with `bits` bits inside."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def divide(a: Scalar, b: Scalar) -> Scalar:
    """a / b; Undefined where b is 0 or a ball around 0."""
    if isinstance(b, int):
        if b == 1:
            return a
        if b == 0:
            raise Undefined("division by 0")
        if isinstance(a, int):
            return a // b if a % b == 0 else fmpq(a, b)
        return a * fmpq(1, b)
    return a * reciprocal(b)


def reciprocal(b: Scalar) -> Scalar:
    """1 / b; d(1/b) = −b⁻² db."""
    if type(b) is Dual:
        r = reciprocal(b.value)
        slope = -(r * r)
        return Dual(b.tag, r, {d: slope * c for d, c in b.parts.items()})
    if type(b) is arb:
        if b.contains(0):
            raise Undefined("division by a ball around 0", straddles=not b.is_zero())
        return 1 / b
    if b == 0:
        raise Undefined("division by 0")
    assert not isinstance(b, Dual)
    return fmpq(1) / b
