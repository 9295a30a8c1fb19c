"""The readable reference: a kernel's steps as SymPy expressions of arrays, compiled by `lambdify`.

An array is a SymPy symbol that stands for a NumPy array with one dimension for each axis of its step, so that +, ·
and powers are NumPy's, entry by entry; sums, products and identities are undefined functions that mean NumPy's.
It is slow and short, and what the other targets are compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from symbn.core.ring import Coefficient
from symbn.kernels.ir import Add, Array, Axis, Centring, Delta, Entry, Map, Mul, Node, Pow, Scalar, in_order
from symbn.kernels.kernel import Kernel
from symbn.kernels.program import Guess, Pointwise, Product, Reduction, Step, layout
from symbn.kernels.targets.whole import array_names

Grid = tuple[Axis, ...]


def steps_as_sympy(kernel: Kernel) -> list[tuple[sympy.Symbol, sympy.Expr]]:
    """Each step's array and the expression that it is: a guess is the mean."""
    return _Reading(kernel).steps()


def reference(kernel: Kernel) -> Callable[..., Any]:
    """The kernel as a function of NumPy arrays and numbers, in the order of its arguments."""
    reading = _Reading(kernel)
    steps = reading.steps()
    arguments = [reading.symbol(a.array) for a in kernel.arguments]
    numbers = [reading.names[n.symbol] for n in (*kernel.numbers, *kernel.sizes)]
    sizes = [reading.names[d] for d in kernel.dimensions()]
    known = [*arguments, *numbers, *sizes]
    compiled = []
    for symbol, e in steps:
        compiled.append(sympy.lambdify([*known], e, modules=[_MEANINGS, "numpy"], cse=True))
        known.append(symbol)
    results = [known.index(reading.symbol(array)) for array in kernel.program.outputs]

    def call(*arrays: Any, **values: float) -> Any:
        shapes = {
            dim: np.shape(value)[place]
            for value, argument in zip(arrays, kernel.arguments, strict=True)
            for place, dim in enumerate(argument.array.dims)
            if isinstance(dim, str)
        }
        given = [*arrays, *(values[n.name] for n in (*kernel.numbers, *kernel.sizes))]
        given += [shapes[d] for d in kernel.dimensions()]
        for function in compiled:
            given.append(function(*given))
        found = [np.asarray(given[place]) for place in results]
        return found[0] if len(found) == 1 else tuple(found)

    call.__doc__ = "\n".join(f"{symbol} = {e}" for symbol, e in steps)
    return call


_MEANINGS: Mapping[str, Callable[..., Any]] = {  # no array has a name that begins with _
    "_total": lambda x, *axes: np.sum(x, axis=tuple(map(int, axes))),
    "_greatest": lambda x, axis: np.max(x, axis=int(axis)),
    "_mean": lambda x, axis: np.mean(x, axis=int(axis)),
    "_turned": lambda x, *order: np.transpose(x, tuple(map(int, order))),
    "_widened": lambda x, *places: np.expand_dims(x, tuple(map(int, places))),
    "_entries": lambda x, axis, position: np.take(x, int(position), axis=int(axis)),
    "_diagonal": lambda x, first, second: np.diagonal(x, axis1=int(first), axis2=int(second)),
    "_identity": lambda n: np.eye(int(n)),
    "_same": lambda a, b: float(a == b),
    "_filled": lambda x, *shape: np.broadcast_to(x, tuple(map(int, shape))).copy(),
}


class _Reading:
    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.names = {name: sympy.Symbol(python) for name, python in kernel.names().items()}
        self.arrays = array_names(kernel, kernel.program)

    def symbol(self, array: Array) -> sympy.Symbol:
        return sympy.Symbol(self.arrays[array])

    def steps(self) -> list[tuple[sympy.Symbol, sympy.Expr]]:
        return [(self.symbol(step.array), self._step(step)) for step in self.kernel.program.steps]

    def _step(self, step: Step) -> sympy.Expr:
        match step:
            case Pointwise():
                value = self._node(step.body, step.axes)
                return (
                    value if step.body.axes == set(step.axes) else _call("_filled", value, *map(self._size, step.axes))
                )
            case Guess():
                return self._mean(step)
            case Reduction():
                return self._total(step.body, step.over, step.axes)
            case Product():
                return self._total(Mul(factors=(step.left, step.right)), step.over, step.axes)

    def _mean(self, step: Guess) -> sympy.Expr:
        assert isinstance(step.body, Entry)
        grid = tuple(dict.fromkeys(step.body.places))
        name = "_greatest" if step.what == "max" else "_mean"
        mean = _call(name, self._node(step.body, grid), grid.index(step.along))
        return _turned(mean, tuple(a for a in grid if a != step.along), step.axes)

    def _total(self, body: Node, over: Sequence[Axis], axes: Grid) -> sympy.Expr:
        grid = (*axes, *over)
        if not set(grid) <= body.axes:
            grid = layout(body, in_order(body.axes))
        return _call("_total", self._node(body, grid), *(grid.index(axis) for axis in over))

    def _node(self, e: Node, order: Grid) -> sympy.Expr:
        match e:
            case Scalar():
                return self._coefficient(e.value)
            case Entry():
                return self._entry(e, order)
            case Add():
                return sympy.Add(*(self._node(term, order) for term in e.terms))
            case Mul():
                return sympy.Mul(*(self._node(factor, order) for factor in e.factors))
            case Pow():
                return self._node(e.base, order) ** self._coefficient(e.exponent)
            case Map():
                arg = self._node(e.arg, order)
                more = {"sigmoid": 1 / (1 + sympy.exp(-arg)), "softplus": sympy.log(1 + sympy.exp(arg))}
                return more[e.function] if e.function in more else getattr(sympy, e.function)(arg)
            case Delta() if e.first.is_constant and e.second.is_constant:
                return _call("_same", *(self._counted(place) for place in (e.first, e.second)))
            case Delta() | Centring():
                eye = _call("_identity", self._size(e.first))
                if any(place.is_constant for place in (e.first, e.second)):
                    constant, axis = (e.first, e.second) if e.first.is_constant else (e.second, e.first)
                    placed = _placed(_call("_entries", eye, 1, _position(constant)), (axis,), order)
                else:
                    placed = _placed(eye, (e.first, e.second), order)
                return placed - 1 / self._size(e.first) if isinstance(e, Centring) else placed
        raise TypeError(f"{type(e).__name__} is no expression of entries")

    def _entry(self, e: Entry, order: Grid) -> sympy.Expr:
        value: sympy.Expr = self.symbol(e.array)
        places = list(e.places)
        while (k := next((k for k, place in enumerate(places) if place.is_constant), None)) is not None:
            value = _call("_entries", value, k, _position(places.pop(k)))
        while len(set(places)) < len(places):
            twice = next(p for p in places if places.count(p) > 1)
            first, second = [k for k, p in enumerate(places) if p == twice][:2]
            value = _call("_diagonal", value, first, second)
            places = [*(p for k, p in enumerate(places) if k not in (first, second)), twice]
        return _placed(value, tuple(places), order)

    def _counted(self, place: Axis) -> sympy.Expr:
        text = str(place.label)[1:]
        return sympy.Integer(text) if text.isdigit() else self.names[text]

    def _size(self, axis: Axis) -> sympy.Expr:
        return self.names[axis.dim] if isinstance(axis.dim, str) else sympy.Integer(axis.dim)

    def _coefficient(self, value: Coefficient) -> sympy.Expr:
        ring = value.ring

        def polynomial(p: Any) -> sympy.Expr:
            return sympy.Add(*(
                sympy.Mul(int(c), *(self.names[name] ** int(k) for name, k in zip(ring.names, e, strict=True) if k))
                for e, c in p.to_dict().items()
            ))  # fmt: skip

        return polynomial(value.numerator) / polynomial(value.denominator)


def _call(name: str, *arguments: Any) -> sympy.Expr:
    return sympy.Function(name)(*arguments)


def _turned(value: sympy.Expr, have: Grid, want: Grid) -> sympy.Expr:
    return value if have == want else _call("_turned", value, *(have.index(axis) for axis in want))


def _placed(value: sympy.Expr, places: Grid, order: Grid) -> sympy.Expr:
    """An array of some axes so that it broadcasts over `order`."""
    present = tuple(axis for axis in order if axis in places)
    value = _turned(value, places, present)
    missing = [k for k, axis in enumerate(order) if axis not in places]
    return _call("_widened", value, *missing) if missing and present else value


def _position(place: Axis) -> int:
    text = str(place.label)[1:]
    return int(text) - 1 if text.isdigit() else -1
