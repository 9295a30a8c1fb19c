"""Programs run as they are defined, entry by entry over grids of indices: slow, and nothing to misread.

A guess is whatever it is given: what a program computes must not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from math import prod
from operator import add, mul
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from symbn.core.ring import Coefficient
from symbn.kernels.ir import Add, Array, Axis, Centring, Delta, Entry, Map, Mul, Node, Pow, Scalar, Sum
from symbn.kernels.program import Guess, Pointwise, Product, Program, Reduction

Values: TypeAlias = NDArray[Any]

FUNCTIONS: Mapping[str, Callable[[Values], Values]] = {
    **{name: getattr(np, name) for name in "exp log sin cos tan sinh cosh tanh".split()},
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
}


class Interpreter:
    """A program's results at given sizes, numbers, arrays; `guess` makes the guesses, of a shape."""

    def __init__(
        self, numbers: Mapping[str, float], arrays: Mapping[Array, Values], guess: Callable[[tuple[int, ...]], Values]
    ) -> None:
        self.numbers = numbers
        self.arrays = dict(arrays)
        self.guess = guess

    def run(self, program: Program) -> tuple[Values, ...]:
        known = dict(self.arrays)
        for step in program.steps:
            shape = tuple(self.size(axis) for axis in step.axes)
            match step:
                case Guess():
                    value = self.guess(shape)
                case Pointwise():
                    value = self.value(step.body, step.axes, known)
                case Reduction():
                    value = self.value(Sum(over=step.over, body=step.body), step.axes, known)
                case Product():
                    body = Sum(over=step.over, body=Mul(factors=(step.left, step.right)))
                    value = self.value(body, step.axes, known)
            known[step.array] = np.broadcast_to(value, shape).copy()
        return tuple(known[array] for array in program.outputs)

    def size(self, axis: Axis) -> int:
        return axis.dim if isinstance(axis.dim, int) else int(self.numbers[axis.dim])

    def value(self, e: Node, order: tuple[Axis, ...], known: Mapping[Array, Values]) -> Values:
        """The expression over the axes `order`, of as many dimensions; those it lacks have length 1."""

        def inside(e: Node) -> Values:
            return self.value(e, order, known)

        match e:
            case Scalar():
                return np.asarray(self.number(e.value)).reshape((1,) * len(order))
            case Entry():
                places = tuple(self.place(p, order) for p in e.places)
                return np.asarray(known[e.array][places]).reshape(self.shape(e, order))
            case Add():
                return reduce(add, map(inside, e.terms))
            case Mul():
                return reduce(mul, map(inside, e.factors))
            case Pow():
                return np.power(inside(e.base), self.number(e.exponent))
            case Map():
                return FUNCTIONS[e.function](inside(e.arg))
            case Sum():
                full = self.value(e.body, (*order, *e.over), known)
                sizes = tuple(self.size(axis) for axis in e.over)
                spread: Values = np.broadcast_to(full, (*full.shape[: len(order)], *sizes))
                summed: Values = spread.sum(axis=tuple(range(len(order), len(order) + len(e.over))))
                return summed
            case Delta() | Centring():
                equal = np.asarray(self.place(e.first, order) == self.place(e.second, order), float)
                return np.asarray(equal.reshape(self.shape(e, order)) - isinstance(e, Centring) / self.size(e.first))
        raise TypeError(f"{type(e).__name__} stands in no program")

    def shape(self, e: Node, order: tuple[Axis, ...]) -> tuple[int, ...]:
        return tuple(self.size(axis) if axis in e.axes else 1 for axis in order)

    def place(self, axis: Axis, order: tuple[Axis, ...]) -> Any:
        """The positions along an axis, as a grid over `order`; a fixed position as it is."""
        if axis.is_constant:
            text = str(axis.label)[1:]
            return np.asarray(int(text) - 1 if text.isdigit() else self.size(axis) - 1)
        return np.arange(self.size(axis)).reshape(tuple(-1 if other == axis else 1 for other in order))

    def number(self, value: Coefficient) -> float:
        def at(polynomial: Any) -> float:
            total = 0.0
            for exponents, c in polynomial.to_dict().items():
                powers = zip(value.ring.names, exponents, strict=True)
                total += int(c) * prod(self.numbers[name] ** int(k) for name, k in powers if k)
            return total

        return at(value.numerator) / at(value.denominator)
