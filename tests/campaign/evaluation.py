r"""The value of a tree at a point, by explicit entries and dual numbers; it shares nothing with symbn.

A sum over an index, a stack and a mean are loops.  A derivative seeds its variable with dual numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tests.campaign.duals import (
    FUNCTIONS,
    Array,
    Dual,
    Undefined,
    Value,
    added,
    bilinear,
    determinant,
    dot,
    inverted,
    linear,
    log,
    mapped,
    negative,
    phi,
    powered,
    split,
    times,
    total,
    traced,
    turned,
)
from tests.campaign.points import Point
from tests.campaign.trees import Node

FIXED = {"1": 0, "2": 1}
"""Positions that are written as digits."""


class Evaluation:
    """Values of trees at one point."""

    def __init__(self, point: Point) -> None:
        self.point = point
        self.names: dict[str, Value] = dict(point.values)
        self.at: dict[str, int] = dict(FIXED)
        self.level = 0

    def value(self, e: Node) -> Array:
        """The entries.  Raises Undefined."""
        try:
            with np.errstate(all="ignore"):
                found = self.of(e)
        except np.linalg.LinAlgError:
            raise Undefined("inverse") from None
        return checked(found)

    def expansion(self, e: Node) -> Array:
        """The value and the derivative along the one dual number among the names, beside each other."""
        with np.errstate(all="ignore"):
            main, tangent = split(self.of(e), 0)
        main = checked(main)
        return np.concatenate([main, main * 0 if tangent is None else checked(tangent)], -1)

    def size(self, dim: str) -> int:
        if "+" in dim:
            return sum(map(self.size, dim.split("+")))
        if "*" in dim:
            return math.prod(map(self.size, dim.split("*")))
        return 1 if dim == "1" else self.point.sizes[dim]

    def of(self, e: Node) -> Value:
        found = getattr(self, "_" + e.kind.replace(" ", "_"))(e)
        assert isinstance(found, np.ndarray | Dual)
        return found

    def _first(self, e: Node) -> Value:
        return self.of(e.parts[0])

    # Leaves

    def _number(self, e: Node) -> Value:
        return np.array([[float(e.data)]])

    def _size(self, e: Node) -> Value:
        return np.array([[float(self.size(e.data))]])

    def _symbol(self, e: Node) -> Value:
        return self.names[e.data]

    def _increment(self, e: Node) -> Value:
        return self.names["d" + e.data]

    def _identity(self, e: Node) -> Value:
        return np.eye(self.size(e.shape[0]))

    def _ones(self, e: Node) -> Value:
        return np.ones((self.size(e.shape[0]), 1))

    def _zero(self, e: Node) -> Value:
        return np.zeros((self.size(e.shape[0]), self.size(e.shape[1])))

    def _unit(self, e: Node) -> Value:
        return np.eye(self.size(e.shape[0]))[:, [self.at[e.data]]]

    def _delta(self, e: Node) -> Value:
        return np.array([[float(self.at[e.data[0]] == self.at[e.data[1]])]])

    def _reference(self, e: Node) -> Value:
        name, indices = e.data
        if name in self.names:
            return self.names[name]
        definition = self.point.world.definitions[name]
        if definition.index is not None:
            return self._with_index(definition.index[0], self.at[indices[0]], definition.body)
        if definition.parameter is None:
            return self.of(definition.body)
        return self._with_name(definition.parameter.data, self._first(e), definition.body)

    def _with_index(self, index: str, at: int, body: Node) -> Value:
        before = self.at
        self.at = before | {index: at}
        try:
            return self.of(body)
        finally:
            self.at = before

    def _with_name(self, name: str, value: Value, body: Node) -> Value:
        before = self.names
        self.names = before | {name: value}
        try:
            return self.of(body)
        finally:
            self.names = before

    # Sums and products

    def _add(self, e: Node) -> Value:
        found = self.of(e.parts[0])
        for part in e.parts[1:]:
            found = added(found, self.of(part))
        return found

    def _mul(self, e: Node) -> Value:
        chain: Value | None = None
        scale: Value | None = None
        for part in e.parts:
            value = self.of(part)
            if part.is_scalar:
                scale = value if scale is None else times(scale, value)
            else:
                chain = value if chain is None else dot(chain, value)
        if chain is None or scale is None:
            found = scale if chain is None else chain
            assert found is not None
            return found
        return times(scale, chain)

    def _hadamard(self, e: Node) -> Value:
        found = self.of(e.parts[0])
        for part in e.parts[1:]:
            found = times(found, self.of(part))
        return found

    def _quotient(self, e: Node) -> Value:
        return times(self._first(e), mapped(powered(-1.0), self.of(e.parts[1])))

    def _power(self, e: Node) -> Value:
        if isinstance(e.data, str):
            return mapped(powered(float(self.size(e.data))), self._first(e))
        return mapped(powered(float(e.data)), self._first(e))

    def _matrix_power(self, e: Node) -> Value:
        exponent, more = e.data
        base = self._first(e)
        count = (exponent if isinstance(exponent, int) else self.size(exponent)) + more
        found: Value = np.eye(self.size(e.shape[0]))
        for _ in range(abs(count)):
            found = dot(found, base)
        return found if count >= 0 else inverted(found)

    # Matrices

    def _transpose(self, e: Node) -> Value:
        return turned(self._first(e))

    def _inverse(self, e: Node) -> Value:
        return inverted(self._first(e))

    def _trace(self, e: Node) -> Value:
        return traced(self._first(e))

    def _determinant(self, e: Node) -> Value:
        return determinant(self._first(e))

    def _log_determinant(self, e: Node) -> Value:
        return mapped(log, determinant(self._first(e)))

    def _norm(self, e: Node) -> Value:
        v = self._first(e)
        return mapped(powered(0.5), total(times(v, v)))

    def _inner(self, e: Node) -> Value:
        return total(times(self._first(e), self.of(e.parts[1])))

    def _diagonal(self, e: Node) -> Value:
        return linear(lambda a: a * np.eye(a.shape[-2]), self._first(e))

    def _diagonal_part(self, e: Node) -> Value:
        return linear(lambda a: np.diagonal(a, axis1=-2, axis2=-1)[..., None], self._first(e))

    def _kronecker(self, e: Node) -> Value:
        def kron(a: Array, b: Array) -> Array:
            found = np.einsum("...ij,...kl->...ikjl", a, b)
            return found.reshape(*found.shape[:-4], a.shape[-2] * b.shape[-2], a.shape[-1] * b.shape[-1])

        return bilinear(kron, self._first(e), self.of(e.parts[1]))

    def _vec(self, e: Node) -> Value:
        return linear(lambda a: np.swapaxes(a, -1, -2).reshape(*a.shape[:-2], -1, 1), self._first(e))

    def _block(self, e: Node) -> Value:
        rows = [self.size(d) for d in e.shape[0].split("+")]
        columns = [self.size(d) for d in e.shape[1].split("+")]
        whole = (sum(rows), sum(columns))
        found: Value = np.zeros(whole)
        for place, cell in enumerate(e.parts):
            i, j = divmod(place, e.data)
            top, left = sum(rows[:i]), sum(columns[:j])

            def put(a: Array, top: int = top, left: int = left) -> Array:
                into = np.zeros((*a.shape[:-2], *whole))
                into[..., top : top + a.shape[-2], left : left + a.shape[-1]] = a
                return into

            found = added(found, linear(put, self.of(cell)))
        return found

    # Entries and sums over indices

    def _entry(self, e: Node) -> Value:
        i, j = (0 if index is None else self.at[index] for index in e.data)
        return linear(lambda a: a[..., i : i + 1, j : j + 1], self._first(e))

    def _row(self, e: Node) -> Value:
        i = self.at[e.data]
        return linear(lambda a: a[..., i : i + 1, :], self._first(e))

    def _column(self, e: Node) -> Value:
        j = self.at[e.data]
        return linear(lambda a: a[..., :, j : j + 1], self._first(e))

    def _sum(self, e: Node) -> Value:
        index, dim = e.data
        found = self._with_index(index, 0, e.parts[0])
        for k in range(1, self.size(dim)):
            found = added(found, self._with_index(index, k, e.parts[0]))
        return found

    def _stack(self, e: Node) -> Value:
        index, dim, axis = e.data
        count = self.size(dim)
        found: Value | None = None
        for k in range(count):
            basis = np.eye(count)[:, [k]]
            body = self._with_index(index, k, e.parts[0])
            if axis == "rows":
                term = dot(basis, body)
            elif axis == "columns":
                term = dot(body, basis.T)
            else:
                term = times(body, basis @ basis.T)
            found = term if found is None else added(found, term)
        assert found is not None
        return found

    # Functions and means

    def _function(self, e: Node) -> Value:
        return mapped(FUNCTIONS[e.data], self._first(e))

    def _unknown(self, e: Node) -> Value:
        return mapped(phi, self._first(e), e.data[1])

    def _softmax(self, e: Node) -> Value:
        v = mapped(FUNCTIONS["exp"], self._first(e))
        return times(v, mapped(powered(-1.0), total(v)))

    def _apply(self, e: Node) -> Value:
        """An unknown function taken to be sin(K x + k) + (K x)² / 5, row by row."""
        inside, outside = self.point.inner[e.data], self.point.outer[e.data]
        v = self._first(e)
        mixed = total(times(inside, v)) if e.data == "L" else dot(inside, v)
        return added(mapped(FUNCTIONS["sin"], added(mixed, outside)), times(times(mixed, mixed), np.array([[0.2]])))

    def _mean(self, e: Node) -> Value:
        return self._averaged(lambda: self._first(e))

    def _covariance(self, e: Node) -> Value:
        mean = self._averaged(lambda: self._first(e))

        def square() -> Value:
            v = added(self._first(e), negative(mean))
            return dot(v, turned(v))

        return self._averaged(square)

    def _averaged(self, of: Callable[[], Value]) -> Value:
        found: Value | None = None
        before = self.names
        for k, weight in enumerate(self.point.weights):
            self.names = before | {name: outcomes[k] for name, outcomes in self.point.outcomes.items()}
            term = times(np.array([[weight]]), of())
            found = term if found is None else added(found, term)
        self.names = before
        assert found is not None
        return found

    # Derivatives

    def _tangent(self, arg: Node, variable: Node, seed: Array) -> Value | None:
        """The derivative of `arg` along the seed of the variable; None where it does not depend on it."""
        name = variable.data[0] if variable.kind == "reference" else variable.data
        tag, before = self.level, self.names
        main = self.of(variable)
        self.names = before | {name: Dual(tag, main, seed)}
        self.level += 1
        try:
            found = self.of(arg)
        finally:
            self.level -= 1
            self.names = before
        return split(found, tag)[1]

    def _all_directions(self, e: Node) -> tuple[Value | None, int]:
        """The derivative along every entry of the variable, row by row, on the first axis."""
        variable = e.parts[1]
        rows, columns = self.size(variable.shape[0]), self.size(variable.shape[1])
        seed = np.eye(rows * columns).reshape(rows * columns, *(1,) * self.level, rows, columns)
        return self._tangent(e.parts[0], variable, seed), rows * columns

    def _on_first_axis(self, a: Array, count: int) -> Array:
        """With the axis of this level's directions in front, also where nothing varies along it."""
        while a.ndim < self.level + 3:
            a = a[None]
        return np.broadcast_to(a, (count, *a.shape[1:]))

    def _jacobian(self, e: Node) -> Value:
        found, count = self._all_directions(e)
        if found is None:
            return np.zeros((self.size(e.shape[0]), count))

        def laid_out(a: Array) -> Array:
            moved = np.moveaxis(self._on_first_axis(a, count), 0, -1)
            return moved.reshape(*moved.shape[:-3], -1, count)

        return linear(laid_out, found)

    def _gradient(self, e: Node) -> Value:
        rows, columns = self.size(e.shape[0]), self.size(e.shape[1])
        found, count = self._all_directions(e)
        if found is None:
            return np.zeros((rows, columns))

        def laid_out(a: Array) -> Array:
            moved = np.moveaxis(self._on_first_axis(a, count), 0, -1)
            return moved.reshape(*moved.shape[:-3], rows, columns)

        return linear(laid_out, found)

    def _slope(self, e: Node) -> Value:
        i, j = (0 if index is None else self.at[index] for index in e.data)
        whole = self._gradient(Node("gradient", e.parts[1].shape, e.parts))
        return linear(lambda a: a[..., i : i + 1, j : j + 1], whole)

    def _hessian(self, e: Node) -> Value:
        first = Node("jacobian", ("1", e.shape[0]), e.parts)
        return self._jacobian(Node("jacobian", e.shape, (first, e.parts[1])))

    def _rate(self, e: Node) -> Value:
        return self._along(e, np.ones((1, 1)))

    def _differential(self, e: Node) -> Value:
        direction = self.names["d" + e.parts[1].data]
        assert isinstance(direction, np.ndarray)
        return self._along(e, direction)

    def _along(self, e: Node, direction: Array) -> Value:
        found = self._tangent(e.parts[0], e.parts[1], direction)
        if found is None:
            return np.zeros((self.size(e.shape[0]), self.size(e.shape[1])))
        return found


def checked(found: Value) -> Array:
    """A finite array.  Raises Undefined."""
    assert isinstance(found, np.ndarray)
    if not np.isfinite(found).all() or np.abs(found).max(initial=0) > 1e12:
        raise Undefined("overflow")
    return found
