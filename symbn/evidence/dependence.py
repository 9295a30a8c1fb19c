"""What an expression rests on: names and dimensions, through definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from symbn.evidence.sizes import names_in
from symbn.expr.context import Context
from symbn.expr.shape import resolved
from symbn.expr.tree import (
    Apply,
    At,
    Definition,
    Derivative,
    Differential,
    Dim,
    Dimension,
    Expr,
    IndexConst,
    IndexVar,
    Reference,
    Symbol,
    Target,
    walk,
)


@dataclass(frozen=True)
class Survey:
    """names: symbols, definitions' keys and functions; dimensions: named sizes in order of appearance.

    `positions`: the largest fixed position in a dimension, x_3; at smaller sizes the expression has no value.
    `holds_application`: some derivative is by an application h(x) held as the variable.
    """

    names: frozenset[str]
    dimensions: tuple[str, ...]
    positions: tuple[tuple[str, int], ...]
    holds_application: bool

    def least(self, context: Context) -> dict[str, int]:
        """The least size of each dimension: as declared, and no smaller than its fixed positions (x_3)."""
        sizes = dict(context.dimensions)
        for dim, position in self.positions:
            sizes[dim] = max(position, sizes.get(dim, 1))
        return sizes


class Dependence:
    """Surveys of expressions in one context; each definition is walked once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reached: dict[str, frozenset[str]] = {}

    def names(self, key: str) -> frozenset[str]:
        """All that the definition `key` rests on, itself and its parameters excluded."""
        found = self._reached.get(key)
        if found is None:
            definition = self._context.definitions[key]
            own = _own_of(definition).names.difference([parameter.name for parameter in definition.parameters])
            found = own.union(*(self.names(n) for n in own if n in self._context.definitions))
            self._reached[key] = found
        return found

    def is_random(self, name: str) -> bool:
        """Whether a name is declared random, or is defined and rests on one that is."""
        if not self._context.random:
            return False
        rests = self.names(name) if name in self._context.definitions else frozenset((name,))
        return not rests.isdisjoint(self._context.random)

    def survey(self, expressions: Iterable[Expr], free: Iterable[IndexVar] = ()) -> Survey:
        """Names and dimensions of expressions and free indices, with those of all definitions below them."""
        collected = _Collected()
        for index in free:
            collected.dim(index.dim)
        for expression in expressions:
            collected.visit(expression)
        names = set(collected.names)
        for key in collected.names:
            if key in self._context.definitions:
                names |= self.names(key)
        for key in sorted(names):
            definition = self._context.definitions.get(key)
            if definition is not None:
                own = _own_of(definition)
                collected.merge(own)
            declaration = self._context.symbols.get(key)
            if declaration is not None:
                for dim in declaration.shape:
                    collected.dim(dim)
        collected.names = names
        return collected.survey()


def holds_one_application(expressions: Iterable[Expr], context: Context) -> bool:
    """Whether what is held as a variable, h(x), is all that h is applied to: always the same closed arguments.

    Then no other application of h can have arguments of the same values by accident.
    """
    expressions = list(expressions)
    bodies = [*expressions, *(definition.body for definition in context.definitions_used(expressions))]
    nodes = [node for body in bodies for node in walk(body)]
    for held in (node.target for node in nodes if isinstance(node, Derivative) and node.target.arguments):
        applied = {node.arguments for node in nodes if isinstance(node, Apply | Reference) and node.name == held.name}
        if applied | {held.arguments} != {held.arguments} or not all(_is_closed(e, context) for e in held.arguments):
            return False
    return True


def _is_closed(e: Expr, context: Context) -> bool:
    """Whether e mentions declared symbols and defined names only: no index, no parameter."""
    return all(
        node.name in context.symbols
        if isinstance(node, Symbol)
        else not any(isinstance(part, IndexVar) for part in _flat(vars(node).values()))
        for node in walk(e)
    )


def _flat(values: Iterable[object]) -> Iterator[object]:
    for value in values:
        yield from _flat(value) if isinstance(value, tuple) else (value,)


class _Collected:
    """What one walk over an expression has met."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.dimensions: dict[str, int] = {}
        self.holds_application = False

    def survey(self) -> Survey:
        positions = tuple((d, k) for d, k in self.dimensions.items() if k > 1)
        return Survey(frozenset(self.names), tuple(self.dimensions), positions, self.holds_application)

    def merge(self, other: Survey) -> None:
        """Takes in the dimensions of a definition, not its names."""
        for d in other.dimensions:
            self.dim(d)
        for d, k in other.positions:
            self.dim(d, k)
        self.holds_application = self.holds_application or other.holds_application

    def dim(self, dim: Dim | None, position: int = 1) -> None:
        if dim is None:
            return
        for name in names_in(dim):
            least = position if name == resolved(dim) else 1
            self.dimensions[name] = max(least, self.dimensions.get(name, 1))

    def visit(self, node: Expr) -> None:
        for dim in node.shape:
            self.dim(dim)
        if isinstance(node, (Symbol, Reference, Apply, At)):
            self.names.add(node.name)
        elif isinstance(node, Dimension):
            self.dim(node.dim)
        for value in vars(node).values():
            self._part(value)
        if isinstance(node, Derivative | Differential):
            self.names.add(node.target.name)
            self.holds_application = self.holds_application or bool(node.target.arguments)

    def _part(self, value: object) -> None:
        if isinstance(value, Expr):
            self.visit(value)
        elif isinstance(value, (IndexVar, IndexConst)):
            position = value.value if isinstance(value, IndexConst) else 1
            self.dim(value.dim, position if isinstance(position, int) else 1)
        elif isinstance(value, tuple):
            for part in value:
                self._part(part)
        elif isinstance(value, Target):
            self._part((value.family, value.arguments, value.row, value.column))


def _own_of(definition: Definition) -> Survey:
    """What the body names itself; kept while the definition is the same object."""
    kept = _KEPT.get(id(definition))
    if kept is None or kept[0] is not definition:
        collected = _Collected()
        collected.visit(definition.body)
        for index in definition.indices:
            collected.dim(index.dim)
        own = collected.survey()
        if len(_KEPT) >= 4096:
            _KEPT.clear()
        kept = _KEPT[id(definition)] = (definition, own)
    return kept[1]


_KEPT: dict[int, tuple[Definition, Survey]] = {}
