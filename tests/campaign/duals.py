r"""Dual numbers a + b ε, ε² = 0, over arrays: nested by tags where derivatives are nested, and functions of them.

Arrays have rows and columns last; before them is an axis for all directions of each variable that is being
differentiated by.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Dual:
    """main + tangent · ε of the tag; the parts may be duals of smaller tags."""

    tag: int
    main: Value
    tangent: Value


Value = Array | Dual


class Undefined(Exception):
    """A side has no value at a point."""


# Arithmetic of dual numbers ---------------------------------------------------------------------------------


def linear(op: Callable[[Array], Array], v: Value) -> Value:
    if isinstance(v, Dual):
        return Dual(v.tag, linear(op, v.main), linear(op, v.tangent))
    return op(v)


def split(v: Value, tag: int) -> tuple[Value, Value | None]:
    return (v.main, v.tangent) if isinstance(v, Dual) and v.tag == tag else (v, None)


def _tag(*values: Value) -> int:
    return max((v.tag for v in values if isinstance(v, Dual)), default=-1)


def added(u: Value, v: Value) -> Value:
    tag = _tag(u, v)
    if tag < 0:
        return u + v  # type: ignore[operator]
    (a, da), (b, db) = split(u, tag), split(v, tag)
    tangent = db if da is None else da if db is None else added(da, db)
    assert tangent is not None
    return Dual(tag, added(a, b), tangent)


def bilinear(op: Callable[[Array, Array], Array], u: Value, v: Value) -> Value:
    tag = _tag(u, v)
    if tag < 0:
        return op(u, v)  # type: ignore[arg-type]
    (a, da), (b, db) = split(u, tag), split(v, tag)
    parts = [] if da is None else [bilinear(op, da, b)]
    parts += [] if db is None else [bilinear(op, a, db)]
    return Dual(tag, bilinear(op, a, b), parts[0] if len(parts) == 1 else added(*parts))


def times(u: Value, v: Value) -> Value:
    """Entrywise, or by a 1×1."""
    return bilinear(np.multiply, u, v)


def dot(u: Value, v: Value) -> Value:
    return bilinear(np.matmul, u, v)


def negative(v: Value) -> Value:
    return linear(np.negative, v)


def turned(v: Value) -> Value:
    return linear(lambda a: np.swapaxes(a, -1, -2), v)


def mapped(derivative: Callable[[int, Array], Array], v: Value, order: int = 0) -> Value:
    """φ⁽ᵒʳᵈᵉʳ⁾ entrywise; `derivative(k, a)` is φ⁽ᵏ⁾(a)."""
    if isinstance(v, Dual):
        return Dual(v.tag, mapped(derivative, v.main, order), times(mapped(derivative, v.main, order + 1), v.tangent))
    return derivative(order, v)


def inverted(v: Value) -> Value:
    """(a + b ε)⁻¹ = a⁻¹ − a⁻¹ b a⁻¹ ε.  Raises Undefined."""
    if isinstance(v, Dual):
        a = inverted(v.main)
        return Dual(v.tag, a, negative(dot(dot(a, v.tangent), a)))
    try:
        return np.linalg.inv(v)
    except np.linalg.LinAlgError:
        raise Undefined("a singular matrix") from None


def determinant(v: Value) -> Value:
    """det(a + b ε) = det a + det a tr(a⁻¹ b) ε"""
    if isinstance(v, Dual):
        d = determinant(v.main)
        return Dual(v.tag, d, times(d, traced(dot(inverted(v.main), v.tangent))))
    return np.linalg.det(v)[..., None, None]


def traced(v: Value) -> Value:
    return linear(lambda a: np.trace(a, axis1=-2, axis2=-1)[..., None, None], v)


def total(v: Value) -> Value:
    return linear(lambda a: a.sum((-2, -1))[..., None, None], v)


# Functions --------------------------------------------------------------------------------------------------


def _polynomials_of(rule: list[float]) -> list[Any]:
    """f, f′, f″, … as polynomials of f, where f′ = rule(f)."""
    found = [np.polynomial.Polynomial([0, 1])]
    for _ in range(5):
        found.append(found[-1].deriv() * np.polynomial.Polynomial(rule))
    return found


_TANH, _SIGMOID = _polynomials_of([1, 0, -1]), _polynomials_of([0, 1, -1])


def log(order: int, a: Array) -> Array:
    if (a <= 0).any():
        raise Undefined("log")
    return np.log(a) if order == 0 else (-1) ** (order - 1) * math.factorial(order - 1) * a ** (-order)


def _moderate(a: Array, most: float = 7) -> Array:
    """a, where differences of functions of it lose few digits."""
    if (np.abs(a) > most).any():
        raise Undefined("rounding")
    return a


def _alternating(even: Callable[[Array], Array], odd: Callable[[Array], Array]) -> Callable[[int, Array], Array]:
    return lambda order, a: even(a) if order % 2 == 0 else odd(a)


FUNCTIONS: dict[str, Callable[[int, Array], Array]] = {
    "exp": lambda order, a: np.exp(_moderate(a)),
    "log": log,
    "sin": lambda order, a: np.sin(_moderate(a, 1e3) + order * np.pi / 2),
    "cos": lambda order, a: np.cos(_moderate(a, 1e3) + order * np.pi / 2),
    "sinh": _alternating(lambda a: np.sinh(_moderate(a)), lambda a: np.cosh(_moderate(a))),
    "cosh": _alternating(lambda a: np.cosh(_moderate(a)), lambda a: np.sinh(_moderate(a))),
    "tanh": lambda order, a: _TANH[order](np.tanh(a)),
    "sigmoid": lambda order, a: _SIGMOID[order](1 / (1 + np.exp(-a))),
    "relu": lambda order, a: np.maximum(a, 0) if order == 0 else (a > 0) * 1.0 if order == 1 else a * 0,
    "abs": lambda order, a: np.abs(a) if order == 0 else np.sign(a) if order == 1 else a * 0,
}


def phi(order: int, a: Array) -> Array:
    """An unknown ℝ → ℝ taken to be sin(1.3 t + 0.7) + 0.2 exp(t / 2)."""
    return 1.3**order * np.sin(1.3 * a + 0.7 + order * np.pi / 2) + 0.2 * 0.5**order * np.exp(a / 2)


def powered(exponent: float) -> Callable[[int, Array], Array]:
    def derivative(order: int, a: Array) -> Array:
        if (exponent < 0 and (a == 0).any()) or (exponent % 1 and (a <= 0).any()):
            raise Undefined("power")
        falling = math.prod(exponent - k for k in range(order))
        return falling * a ** (exponent - order) if falling else a * 0

    return derivative
