r"""Expressions of the campaign: typed trees that know nothing of symbn, each with a shape, a spelling and a value.

    e ::= number | size | name | dX | I | 1 | e_i | δ_ij | e + e | e e | e ⊙ e | e / e | s^r | A^{-1} | Aᵀ | tr A | …

A shape is a pair of dimensions, and a dimension is text: "1", a name, "n*m" of a Kronecker product, "n+m" of blocks.
`parts` are the subexpressions; `data` is what else a kind needs, always hashable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

Shape = tuple[str, str]
SCALAR: Shape = ("1", "1")


@dataclass(frozen=True)
class Node:
    """One expression."""

    kind: str
    shape: Shape
    parts: tuple[Node, ...] = ()
    data: Any = None

    @property
    def is_scalar(self) -> bool:
        return self.shape == SCALAR

    @property
    def is_column(self) -> bool:
        return self.shape[1] == "1" and self.shape[0] != "1"

    @property
    def is_row(self) -> bool:
        return self.shape[0] == "1" and self.shape[1] != "1"

    @property
    def is_square(self) -> bool:
        return self.shape[0] == self.shape[1] != "1"


# Leaves -----------------------------------------------------------------------------------------------------


def number(value: Fraction | int) -> Node:
    return Node("number", SCALAR, data=Fraction(value))


ONE, TWO, MINUS = number(1), number(2), number(-1)


def size(dim: str) -> Node:
    """The dimension as a number."""
    return Node("size", SCALAR, data=dim)


def symbol(name: str, shape: Shape) -> Node:
    return Node("symbol", shape, data=name)


def increment(variable: Node) -> Node:
    """dX of the variable X."""
    return Node("increment", variable.shape, data=variable.data)


def identity(dim: str) -> Node:
    return Node("identity", (dim, dim))


def ones(dim: str) -> Node:
    return Node("ones", (dim, "1"))


def zero(shape: Shape) -> Node:
    return number(0) if shape == SCALAR else Node("zero", shape)


def unit(index: str, dim: str) -> Node:
    """e_i"""
    return Node("unit", (dim, "1"), data=index)


def delta(first: str, second: str, dim: str) -> Node:
    return Node("delta", SCALAR, data=(first, second, dim))


def reference(name: str, shape: Shape, indices: tuple[str, ...] = (), arguments: tuple[Node, ...] = ()) -> Node:
    """A defined name, folded; an indexed family's member, a defined function at its arguments."""
    return Node("reference", shape, arguments, (name, indices))


# Sums and products ------------------------------------------------------------------------------------------


def add(*terms: Node) -> Node:
    """A sum; sums in it are opened, and zeros left out."""
    flat: list[Node] = []
    for term in terms:
        flat += term.parts if term.kind == "add" else [] if is_zero(term) else [term]
    if not flat:
        return zero(terms[0].shape)
    return flat[0] if len(flat) == 1 else Node("add", flat[0].shape, tuple(flat))


def is_zero(e: Node) -> bool:
    return e.kind == "zero" or (e.kind == "number" and e.data == 0)


def mul(*factors: Node) -> Node:
    """A product of scalars, wherever they stand, and of a chain r×k, k×l, …; products that chain are opened.

    A product of vectors that gives a scalar stays one factor of its own, so that every chain fits.
    """
    flat: list[Node] = []
    for factor in factors:
        opened = factor.kind == "mul" and (not factor.is_scalar or all(part.is_scalar for part in factor.parts))
        flat += factor.parts if opened else [factor]
    rational = Fraction(1)
    rest: list[Node] = []
    for factor in flat:
        if factor.kind == "number":
            rational *= factor.data
        else:
            rest.append(factor)
    chain = [f for f in rest if not f.is_scalar]
    for left, right in pairwise(chain):
        assert left.shape[1] == right.shape[0], f"{left.shape} times {right.shape}"
    shape = (chain[0].shape[0], chain[-1].shape[1]) if chain else SCALAR
    if rational == 0 or any(map(is_zero, rest)):
        return zero(shape)
    if shape == SCALAR and chain and len(rest) > len(chain):
        inner = Node("mul", SCALAR, tuple(chain))
        rest = [f for f in rest if f.is_scalar] + [inner]
    if rational != 1 or not rest:
        rest = [number(rational), *rest]
    return rest[0] if len(rest) == 1 else Node("mul", shape, tuple(rest))


def minus(e: Node) -> Node:
    return mul(MINUS, e)


def hadamard(*factors: Node) -> Node:
    if factors[0].is_scalar:
        return mul(*factors)
    flat: list[Node] = []
    for factor in factors:
        flat += factor.parts if factor.kind == "hadamard" else [factor]
    if any(map(is_zero, flat)):
        return zero(flat[0].shape)
    return flat[0] if len(flat) == 1 else Node("hadamard", flat[0].shape, tuple(flat))


def quotient(numerator: Node, denominator: Node) -> Node:
    """By a scalar, or entrywise."""
    return Node("quotient", numerator.shape, (numerator, denominator))


def power(base: Node, exponent: Fraction | int | str) -> Node:
    """base^exponent of a scalar or, entrywise, of a vector or matrix; a name is a symbolic exponent."""
    if exponent == 1:
        return base
    return Node("power", base.shape, (base,), exponent if isinstance(exponent, str) else Fraction(exponent))


def matrix_power(base: Node, exponent: int | str, more: int = 0) -> Node:
    """base^(exponent + more), a square matrix times itself; `exponent` may be a name."""
    return Node("matrix power", base.shape, (base,), (exponent, more))


# Matrices ---------------------------------------------------------------------------------------------------


def transpose(e: Node) -> Node:
    if e.is_scalar or e.kind == "identity":
        return e
    if e.kind == "zero":
        return zero((e.shape[1], e.shape[0]))
    return e.parts[0] if e.kind == "transpose" else Node("transpose", (e.shape[1], e.shape[0]), (e,))


def inverse(e: Node) -> Node:
    return Node("inverse", e.shape, (e,))


def scalar_of(kind: str, e: Node) -> Node:
    """trace, determinant, log determinant, norm (with a 2: its square)."""
    return Node(kind, SCALAR, (e,))


def trace(e: Node) -> Node:
    return e if e.is_scalar else number(0) if is_zero(e) else scalar_of("trace", e)


def diagonal(v: Node) -> Node:
    """Diag(v) of a column."""
    return Node("diagonal", (v.shape[0], v.shape[0]), (v,))


def diagonal_part(e: Node) -> Node:
    """diag(A), a column."""
    return Node("diagonal part", (e.shape[0], "1"), (e,))


def inner(a: Node, b: Node) -> Node:
    return Node("inner", SCALAR, (a, b))


def kronecker(a: Node, b: Node) -> Node:
    shape = (_joined("*", a.shape[0], b.shape[0]), _joined("*", a.shape[1], b.shape[1]))
    return Node("kronecker", shape, (a, b))


def vec(e: Node) -> Node:
    return Node("vec", (_joined("*", e.shape[1], e.shape[0]), "1"), (e,))


def block(columns: int, *cells: Node) -> Node:
    """A matrix of blocks, row by row."""
    rows = "+".join(cells[k].shape[0] for k in range(0, len(cells), columns))
    return Node("block", (rows, "+".join(cell.shape[1] for cell in cells[:columns])), cells, columns)


def _joined(sign: str, *dims: str) -> str:
    return sign.join(dim for dim in dims if dim != "1") or "1"


# Entries and sums over indices ------------------------------------------------------------------------------


def entry(e: Node, row: str | None, column: str | None) -> Node:
    """e_ij; of a column only the row, of a row only the column."""
    if e.kind == "zero":
        return number(0)
    return Node("entry", SCALAR, (e,), (row, column))


def row(e: Node, index: str) -> Node:
    return zero(("1", e.shape[1])) if is_zero(e) else Node("row", ("1", e.shape[1]), (e,), index)


def column(e: Node, index: str) -> Node:
    return zero((e.shape[0], "1")) if is_zero(e) else Node("column", (e.shape[0], "1"), (e,), index)


def sum_over(index: str, dim: str, body: Node) -> Node:
    """Σ over index = 1 … dim"""
    return zero(body.shape) if is_zero(body) else Node("sum", body.shape, (body,), (index, dim))


def stack(index: str, dim: str, body: Node, axis: str) -> Node:
    """The matrix whose rows or columns are the body at index = 1 … dim, or whose diagonal it is."""
    shape = {"rows": (dim, body.shape[1]), "columns": (body.shape[0], dim), "diagonal": (dim, dim)}[axis]
    return Node("stack", shape, (body,), (index, dim, axis))


# Functions, means and derivatives ---------------------------------------------------------------------------


def function(name: str, e: Node) -> Node:
    """A known or unknown scalar function, entrywise; the name of an unknown one is (φ, number of primes)."""
    return Node("function", e.shape, (e,), name)


def unknown(name: str, order: int, e: Node) -> Node:
    """φ⁽ᵏ⁾ entrywise."""
    return Node("unknown", e.shape, (e,), (name, order))


def softmax(v: Node) -> Node:
    return Node("softmax", v.shape, (v,))


def apply(name: str, shape: Shape, e: Node) -> Node:
    """f(e) of an otherwise unknown function."""
    return Node("apply", shape, (e,), name)


def mean(e: Node) -> Node:
    return Node("mean", e.shape, (e,))


def covariance(v: Node) -> Node:
    return Node("covariance", (v.shape[0], v.shape[0]), (v,))


def jacobian(e: Node, variable: Node) -> Node:
    """∂e/∂x in numerator layout: e a column, a row or a scalar; x a column."""
    rows = e.shape[0] if e.shape[1] == "1" else e.shape[1]
    return Node("jacobian", (rows, variable.shape[0]), (e, variable))


def gradient(e: Node, variable: Node) -> Node:
    return Node("gradient", variable.shape, (e, variable))


def hessian(e: Node, variable: Node) -> Node:
    return Node("hessian", (variable.shape[0], variable.shape[0]), (e, variable))


def slope(e: Node, variable: Node, row: str | None, column: str | None) -> Node:
    """∂e/∂X_kl of a scalar."""
    return Node("slope", SCALAR, (e, variable), (row, column))


def differential(e: Node, variable: Node) -> Node:
    """d e, linear in d variable."""
    return Node("differential", e.shape, (e, variable))


def rate(e: Node, variable: Node) -> Node:
    """∂e/∂c by a scalar, entrywise."""
    return Node("rate", e.shape, (e, variable))


DERIVATIVES = ("jacobian", "gradient", "hessian", "slope", "rate", "differential")


# Walking ----------------------------------------------------------------------------------------------------


def walk(e: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield e
    for part in e.parts:
        yield from walk(part)


def weight(e: Node) -> int:
    return sum(1 for _ in walk(e))


def paths(e: Node, at: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node]]:
    """Every place of a tree that may be rewritten: all but what a derivative is taken by."""
    yield at, e
    for k, part in enumerate(e.parts):
        if not (e.kind in DERIVATIVES and k == 1):
            yield from paths(part, (*at, k))


def replaced(e: Node, at: tuple[int, ...], new: Node) -> Node:
    """The tree with another subtree of the same shape at a place."""
    if not at:
        return new
    parts = list(e.parts)
    parts[at[0]] = replaced(parts[at[0]], at[1:], new)
    return replace(e, parts=tuple(parts))


def rebuilt(e: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every node changed, leaves first."""
    return change(replace(e, parts=tuple(rebuilt(part, change) for part in e.parts)) if e.parts else e)


def indices_in(e: Node) -> set[str]:
    """All index letters of a tree, bound or free."""
    found: set[str] = set()
    for node in walk(e):
        found.update(_indices_of(node))
    return found


def _indices_of(node: Node) -> tuple[str, ...]:
    """The letters that a node itself uses; a fixed position (a digit) is none."""
    if node.kind in ("unit", "row", "column"):
        return (node.data,)
    if node.kind in ("entry", "slope"):
        return tuple(index for index in node.data if index and not index.isdigit())
    if node.kind == "delta":
        return tuple(node.data[:2])
    if node.kind in ("sum", "stack"):
        return (node.data[0],)
    return tuple(node.data[1]) if node.kind == "reference" else ()


def free_indices(e: Node) -> set[str]:
    inside = set().union(*(free_indices(part) for part in e.parts)) if e.parts else set()
    if e.kind in ("sum", "stack"):
        return inside - {e.data[0]}
    return inside | set(_indices_of(e))


def with_index(e: Node, old: str, new: str) -> Node:
    """The tree with another letter for an index, bound or free."""

    def other(node: Node) -> Node:
        def swap(index: Any) -> Any:
            return new if index == old else index

        if node.kind in ("unit", "row", "column"):
            return replace(node, data=swap(node.data))
        if node.kind in ("entry", "slope"):
            return replace(node, data=tuple(map(swap, node.data)))
        if node.kind == "delta":
            return replace(node, data=(swap(node.data[0]), swap(node.data[1]), node.data[2]))
        if node.kind in ("sum", "stack"):
            return replace(node, data=(swap(node.data[0]), *node.data[1:]))
        if node.kind == "reference":
            return replace(node, data=(node.data[0], tuple(map(swap, node.data[1]))))
        return node

    return rebuilt(e, other)


def with_symbol(e: Node, name: str, value: Node) -> Node:
    """The tree with an expression in place of a name."""
    return rebuilt(e, lambda node: value if node.kind == "symbol" and node.data == name else node)


def mentions(e: Node, name: str) -> bool:
    """Whether a symbol occurs, definitions left folded."""
    return any(_name_of(node) == name for node in walk(e))


def _name_of(node: Node) -> str | None:
    if node.kind in ("symbol", "increment"):
        return str(node.data)
    return str(node.data[0]) if node.kind == "reference" else None


def fixes(e: Node, index: str) -> bool:
    """Whether a name's entry, row or column says which range an index has."""
    return any(
        node.kind in ("entry", "row", "column")
        and node.parts[0].kind in ("symbol", "reference")
        and (index in node.data if node.kind == "entry" else index == node.data)
        for node in walk(e)
    )
