"""Tensor expressions with named axes: what is computed, before it is decided how.

    t ::= c                          a scalar: a rational function of sizes and scalar arguments
        | array[axis, …]             an entry of an argument, or of an array computed before
        | t + … + t | t · … · t      entry by entry; a part that lacks an axis is the same all along it
        | t ^ c | φ(t)               entry by entry
        | Σ_axes t                   a contraction: of a product, a matrix product
        | t − mean_axis t            centred along an axis that it has
        | exp t / Σ_axis exp t       softmax along an axis that it has
        | δ[a, b]                    the identity matrix
        | J[a, b]                    the centering matrix δ − 1/n, n the length of both axes

Unlike the core's normal form nothing is multiplied out: an expression keeps the form that its author gave it, up to
the rewritings of `rewriting`.  Unlike matrix notation a transpose, a broadcast diagonal and a batch of
columns need no operations: they are other axes.

Invariants: nodes are made by `rewriting`; bound axes have names that nothing else has; an expression's free axes
are `axes`.  Equality is that of the terms as written, `alpha_key` that up to names of axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from symbn.core.ring import Coefficient
from symbn.core.terms import Index

Axis: TypeAlias = Index
"""A named axis: a label and the dimension that it runs over."""

Dim: TypeAlias = str | int


@dataclass(frozen=True)
class Array:
    """A named array of some dimensions: an argument of a kernel, or a result on the way."""

    name: str
    dims: tuple[Dim, ...]


@dataclass(frozen=True, eq=False)
class Node:
    """A tensor expression; hash and free axes are computed once."""

    def __post_init__(self) -> None:
        parts = self._parts()
        free: frozenset[Axis] = frozenset()
        for child in self.children():
            free |= child.axes
        object.__setattr__(self, "axes", self._free(free))
        object.__setattr__(self, "_hash", hash((type(self).__name__, parts)))

    axes: frozenset[Axis] = frozenset()

    def _parts(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__dataclass_fields__ if name != "axes")

    def _free(self, inside: frozenset[Axis]) -> frozenset[Axis]:
        return inside

    def children(self) -> tuple[Node, ...]:
        """The parts, in order."""
        return ()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(self) is type(other) and hash(self) == hash(other) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True, eq=False, kw_only=True)
class Scalar(Node):
    """A rational function of sizes and scalar arguments."""

    value: Coefficient


@dataclass(frozen=True, eq=False, kw_only=True)
class Entry(Node):
    """array[places]; an axis may occur twice, A[i, i], and a place may be a fixed position."""

    array: Array
    places: tuple[Axis, ...]

    def _free(self, inside: frozenset[Axis]) -> frozenset[Axis]:
        return frozenset(p for p in self.places if not p.is_constant)


@dataclass(frozen=True, eq=False, kw_only=True)
class Add(Node):
    """A sum, flat; at most one term is a `Scalar`."""

    terms: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.terms


@dataclass(frozen=True, eq=False, kw_only=True)
class Mul(Node):
    """A product, flat; a `Scalar` stands first if there is one."""

    factors: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.factors


@dataclass(frozen=True, eq=False, kw_only=True)
class Pow(Node):
    """base ^ exponent; x² is x · x."""

    base: Node
    exponent: Coefficient

    def children(self) -> tuple[Node, ...]:
        return (self.base,)


@dataclass(frozen=True, eq=False, kw_only=True)
class Map(Node):
    """A known scalar function of every entry."""

    function: str
    arg: Node

    def children(self) -> tuple[Node, ...]:
        return (self.arg,)


@dataclass(frozen=True, eq=False, kw_only=True)
class Sum(Node):
    """Σ over axes that the body has."""

    over: tuple[Axis, ...]
    body: Node

    def _free(self, inside: frozenset[Axis]) -> frozenset[Axis]:
        return inside - frozenset(self.over)

    def children(self) -> tuple[Node, ...]:
        return (self.body,)


@dataclass(frozen=True, eq=False, kw_only=True)
class Centre(Node):
    """arg − mean of arg along one of its axes."""

    axis: Axis
    arg: Node

    def children(self) -> tuple[Node, ...]:
        return (self.arg,)


@dataclass(frozen=True, eq=False, kw_only=True)
class Softmax(Node):
    """exp arg over the sum of exp arg along one of its axes."""

    axis: Axis
    arg: Node

    def children(self) -> tuple[Node, ...]:
        return (self.arg,)


@dataclass(frozen=True, eq=False, kw_only=True)
class Delta(Node):
    """δ[first, second]."""

    first: Axis
    second: Axis

    def _free(self, inside: frozenset[Axis]) -> frozenset[Axis]:
        return frozenset(p for p in (self.first, self.second) if not p.is_constant)


@dataclass(frozen=True, eq=False, kw_only=True)
class Centring(Node):
    """J[first, second] = δ[first, second] − 1/n."""

    first: Axis
    second: Axis

    def _free(self, inside: frozenset[Axis]) -> frozenset[Axis]:
        return frozenset(p for p in (self.first, self.second) if not p.is_constant)


def axis_order(axis: Axis) -> tuple[bool, int, str]:
    """A total order on axes that is the same whatever was numbered before: named ones, then new ones by age."""
    label = str(axis.label)
    return (True, int(label[1:]), "") if label.startswith("~") else (False, 0, label)


def in_order(axes: Iterable[Axis]) -> tuple[Axis, ...]:
    """Axes in that order."""
    return tuple(sorted(axes, key=axis_order))


def walk(e: Node) -> Iterator[Node]:
    """A node and all below it, parents first."""
    yield e
    for child in e.children():
        yield from walk(child)


def rebuilt(e: Node, change: Callable[[Node], Node]) -> Node:
    """e with its direct parts changed, as it stands: nothing is rewritten."""
    match e:
        case Add():
            return Add(terms=tuple(map(change, e.terms)))
        case Mul():
            return Mul(factors=tuple(map(change, e.factors)))
        case Pow():
            return Pow(base=change(e.base), exponent=e.exponent)
        case Map():
            return Map(function=e.function, arg=change(e.arg))
        case Sum():
            return Sum(over=e.over, body=change(e.body))
        case Centre():
            return Centre(axis=e.axis, arg=change(e.arg))
        case Softmax():
            return Softmax(axis=e.axis, arg=change(e.arg))
    return e


def scalars_of(e: Node) -> set[str]:
    """The sizes and scalar arguments that occur in coefficients and exponents."""
    found: set[str] = set()
    for node in walk(e):
        if isinstance(node, Scalar):
            found |= node.value.variables()
        elif isinstance(node, Pow):
            found |= node.exponent.variables()
    return found


def factors_of(e: Node) -> tuple[Node, ...]:
    """The factors of a product; a node that is none is its own one factor."""
    return e.factors if isinstance(e, Mul) else (e,)


def terms_of(e: Node) -> tuple[Node, ...]:
    """The terms of a sum; a node that is none is its own one term."""
    return e.terms if isinstance(e, Add) else (e,)


# Equality up to the names of axes ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Pattern:
    """An expression up to the names of its axes: `key` is the same for renamings of one expression.

    `axes` are the free axes in the order in which the pattern meets them.
    """

    key: object
    axes: tuple[Axis, ...]


def pattern(e: Node) -> Pattern:
    """The pattern of an expression.  Two of equal keys are equal up to names; the converse may fail."""
    names: dict[Axis, int] = {}
    key = alpha_key(e, names)
    return Pattern(key, tuple(axis for axis in names if axis in e.axes))


def alpha_key(e: Node, names: dict[Axis, int]) -> object:
    """A key with axes by number; axes that are met first get the next number."""

    def number(axis: Axis) -> tuple[int | str, Dim]:
        return str(axis.label) if axis.is_constant else names.setdefault(axis, len(names)), axis.dim

    match e:
        case Scalar():
            return ("scalar", e.value.key)
        case Entry():
            return ("entry", e.array, tuple(map(number, e.places)))
        case Delta() | Centring():
            return (type(e).__name__, number(e.first), number(e.second))
        case Add() | Mul():
            parts = sorted(e.children(), key=_blind)
            return (type(e).__name__, tuple([alpha_key(part, names) for part in parts]))
        case Pow():
            return ("pow", e.exponent.key, alpha_key(e.base, names))
        case Map():
            return ("map", e.function, alpha_key(e.arg, names))
        case Centre() | Softmax():
            inside = alpha_key(e.arg, names)
            return (type(e).__name__, number(e.axis), inside)
        case Sum():
            inside = alpha_key(e.body, names)
            return ("sum", tuple(sorted(map(number, e.over), key=repr)), inside)
    raise TypeError(f"no key of {type(e).__name__}")


def _blind(e: Node) -> str:
    """A sort key that no name of an axis enters."""
    match e:
        case Scalar():
            return f"0{e.value.key}"
        case Entry():
            order: Mapping[Axis, int] = {axis: n for n, axis in reversed(list(enumerate(e.places)))}
            return f"1{e.array.name}{[p.label if p.is_constant else order[p] for p in e.places]}"
        case Delta() | Centring():
            fixed = sorted(str(p.label) for p in (e.first, e.second) if p.is_constant)
            return f"2{type(e).__name__}{e.first.dim}{fixed}"
        case Pow():
            return f"3{e.exponent.key}({_blind(e.base)})"
        case Map():
            return f"4{e.function}({_blind(e.arg)})"
        case Centre() | Softmax():
            return f"5{type(e).__name__}{e.axis.dim}({_blind(e.arg)})"
        case Sum():
            return f"6{sorted(str(axis.dim) for axis in e.over)}({_blind(e.body)})"
    return f"7{type(e).__name__}({sorted(map(_blind, e.children()))})"
