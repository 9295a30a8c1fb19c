r"""Typed expressions evaluated by explicit entries at given sizes: the second path, by forward differentiation.

    evaluate(e, indices) = the matrix of e's entries at one point of sizes and values

A derivative ∂e/∂v evaluates e in a *world* in which the named tensor v is v + ε, one direction ε_d for each of its
entries; ∂e_ij/∂v_d is the coefficient of ε_d.  Whatever rests on v, through definitions, is evaluated anew in that
world; the rest is the parent world's.  Worlds nest, each with a perturbation of its own.  A held definition is its
body's value + ε, a held application h(x) is h's value + ε wherever h meets arguments of the same values.

A node without a rule raises TypeError: it is never a constant.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from flint import arb

from symbn.evidence.dependence import Dependence
from symbn.evidence.elementary import enclosed
from symbn.evidence.functions import Polynomial
from symbn.evidence.matrices import Matrix, perturbed, same, symmetrised
from symbn.evidence.means import is_random, mean
from symbn.evidence.nodes import RULES
from symbn.evidence.numeric import Scalar, Undefined, coefficient
from symbn.evidence.sizes import is_known, size_of
from symbn.evidence.worlds import Binding, Frame, World
from symbn.expr.context import Context
from symbn.expr.tree import (
    Apply,
    At,
    Derivative,
    Differential,
    Dim,
    Expectation,
    Expr,
    IndexConst,
    Ix,
    Reference,
    Shape,
    Symbol,
    Target,
    Transpose,
    Vec,
)


class OutOfTime(Exception):
    """The deadline passed in the middle of an evaluation."""


class OutOfRoom(OutOfTime):
    """An evaluation took more memory than it was allowed, or would make a matrix of too many entries."""


_LOOK_EVERY = 64
"""After so many nodes evaluation looks at the clock and at the memory."""

MOST_ENTRIES = 1_000_000
"""Of one matrix: a claim about all sizes is told apart at small ones, and larger numbers are not written out."""


class Valuation(Protocol):
    """A point: concrete values for symbols, concrete polynomials for unknown functions, outcomes of random names.

    weights(rows): the probabilities of the outcomes, for random names of so many rows in all.
    """

    def symbol(self, name: str, rows: int, columns: int) -> Matrix: ...

    def polynomial(self, name: str, output: int, arity: int) -> Polynomial: ...

    def weights(self, rows: int) -> list[Scalar]: ...

    def outcome(self, name: str, rows: int, columns: int, number: int) -> Matrix: ...


class Evaluator:
    """Expressions of one context at one point: `sizes` of all dimensions, values of symbols and functions.

    `deadline` is a `time.thread_time()` moment, after which evaluation raises `OutOfTime`; `memory` says what is too
    much once more memory is taken than is allowed, and then evaluation raises `OutOfRoom`.
    """

    def __init__(
        self,
        context: Context,
        sizes: dict[str, int],
        point: Valuation,
        dependence: Dependence | None = None,
        deadline: float | None = None,
        memory: Callable[[], str] | None = None,
    ) -> None:
        self._context = context
        self._sizes = sizes
        self._point = point
        self.dependence = dependence or Dependence(context)
        self._deadline = deadline
        self._memory = memory
        self._root = World()
        self._weights: list[Scalar] = []
        self._tags = 0
        self._visits = 0

    def evaluate(self, expr: Expr, indices: dict[str, int] | None = None) -> Matrix:
        """The entries of `expr`, its free indices at the values given (from 1)."""
        return self.value(expr, Frame(self._root, indices or {}, {}))

    def value(self, node: Expr, frame: Frame) -> Matrix:
        rule = RULES.get(type(node))
        if rule is None:
            raise TypeError(f"evidence has no rule for {type(node).__name__}")
        self._visits += 1
        if self._visits % _LOOK_EVERY == 0:
            self.check_time()
        return rule(self, node, frame)

    def scalar(self, node: Expr, frame: Frame) -> Scalar:
        return self.value(node, frame)[0][0]

    # ------------------------------------------------------------ sizes and places

    def size(self, dim: Dim) -> int:
        return size_of(dim, self._sizes)

    def sizes(self, shape: Shape) -> tuple[int, int]:
        """Rows and columns.  Raises OutOfRoom for a matrix that is too large to be written out."""
        rows, columns = self.size(shape[0]), self.size(shape[1])
        if rows * columns > MOST_ENTRIES:
            raise OutOfRoom(f"a matrix would have more than {MOST_ENTRIES} entries")
        return rows, columns

    def place(self, index: Ix, frame: Frame) -> int:
        """The index's position, from 1; Undefined beyond its dimension's size."""
        size = self.size(index.dim)
        if not isinstance(index, IndexConst):
            position = frame.indices[index.name]
        elif isinstance(index.value, str):
            position = size
        else:
            position = index.value
        if not 1 <= position <= size:
            raise Undefined(f"position {position} in a dimension of size {size}")
        return position

    def optional_place(self, index: Ix | None, frame: Frame) -> int | None:
        return None if index is None else self.place(index, frame)

    def check_time(self) -> None:
        """Raises OutOfTime, OutOfRoom."""
        if self._deadline is not None and time.thread_time() > self._deadline:
            raise OutOfTime("out of time")
        if self._memory is not None and (too_much := self._memory()):
            raise OutOfRoom(too_much)

    # ------------------------------------------------------------ names

    def symbol(self, node: Symbol, world: World) -> Matrix:
        """A free name's value: drawn at the root, perturbed or 0 in a world that holds it."""
        found: Matrix | None = world.memo.get(node.name)
        if found is None:
            rows, columns = self.sizes(node.shape)
            if node.name in self._context.symbols and self._context.symbols[node.name].value == "π":
                found = [[arb.pi()]]
            elif world.parent is None:
                found = self._point.symbol(node.name, rows, columns)
            elif world.outcome is not None and node.name in self._context.random:
                found = self._point.outcome(node.name, rows, columns, world.outcome)
            elif world.name != node.name:
                found = self.symbol(node, world.parent)
            elif not world.tag:
                found = [[0] * columns for _ in range(rows)]
            else:
                found = self._perturbed_symbol(node, world)
            world.memo[node.name] = found
        return found

    def _perturbed_symbol(self, node: Symbol, world: World) -> Matrix:
        """value + ε; of a symmetric matrix + (ε + εᵀ)/2, so that it stays one."""
        assert world.parent is not None
        declared = self._context.symbols.get(node.name)
        structure = "general" if declared is None else declared.structure
        if structure == "orthogonal":
            raise Undefined(f"a derivative by {node.name}, which is orthogonal: its entries depend on each other")
        found = perturbed(self.symbol(node, world.parent), world.tag, world.row, world.column)
        return symmetrised(found) if structure in ("symmetric", "positive definite") else found

    def reference(self, name: str, family: tuple[int, ...], bindings: list[Binding], world: World) -> Matrix:
        """A defined name's value: the body's where it rests on what this world changes, else the parent world's.

        Perturbations of the name itself are added to it, whichever world made them.
        """
        arguments = [binding.value for binding in bindings]
        key = (name, family, tuple(map(id, arguments)))
        found: tuple[Matrix, list[Matrix]] | None = world.memo.get(key)
        if found is not None:
            return found[0]
        if world.parent is None or self._changes(world, name):
            self.check_time()
            definition = self._context.definitions[name]
            indices = {index.name: k for index, k in zip(definition.indices, family, strict=True)}
            bound = {p.name: a for p, a in zip(definition.parameters, bindings, strict=True)}
            body = self.value(definition.body, Frame(world, indices, bound))
            value = [list(map(enclosed, row)) for row in body]  # names of squares of names grow without end
            outer = world.parent
            while outer is not None:
                value = self._held(value, name, family, arguments, outer, world)
                outer = outer.parent
        else:
            value = self.reference(name, family, bindings, world.parent)
        value = self._held(value, name, family, arguments, world, world)
        if not (arguments and self._context.random):  # a mean looks at what arguments rest on, not at their values only
            world.memo[key] = value, arguments
        return value

    def _changes(self, world: World, name: str) -> bool:
        """Whether a definition rests on the name that a world holds, or on the random names that have an outcome."""
        if world.outcome is not None:
            return self.dependence.is_random(name)
        return world.name in self.dependence.names(name)

    def _held(
        self, value: Matrix, name: str, family: tuple[int, ...], arguments: list[Matrix], holder: World, world: World
    ) -> Matrix:
        """The value + ε if `holder` holds this very member of the family, or this very application."""
        if holder.name != name or not holder.tag or holder.family != family or self._is_bound(holder, world):
            return value
        if holder.target is not None:
            assert holder.frame is not None
            at = Frame(world, holder.frame.indices, holder.frame.parameters)
            held = [self.value(argument, at) for argument in holder.target.arguments]
            if not all(map(same, held, arguments)):
                return value
        return perturbed(value, holder.tag, holder.row, holder.column)

    def _is_bound(self, holder: World, world: World) -> bool:
        """Whether a mean between a holder and a world binds what is held, as that rests on random names."""
        inner: World | None = world
        while inner is not None and inner is not holder and inner.outcome is None:
            inner = inner.parent
        if inner is None or inner is holder:
            return False
        held = holder.target.arguments if holder.target is not None else ()
        at = holder.frame
        return self.dependence.is_random(holder.name) or (at is not None and any(is_random(self, a, at) for a in held))

    def application(self, node: Apply, frame: Frame) -> Matrix:
        """f(e, …): the point's polynomials of all entries of the arguments; φ⁽ᵏ⁾(e) entry by entry."""
        arguments = [self.value(argument, frame) for argument in node.arguments]
        declared = self._context.functions.get(node.name)
        if node.entrywise or (declared is not None and declared.entrywise):
            phi = self._point.polynomial(node.name, 0, 1)
            for _ in range(node.order):
                phi = phi.partial(0)
            value = [[phi((x,)) for x in row] for row in arguments[0]]
        elif node.order:
            raise TypeError("evidence has no rule for primes of a function of many variables")
        else:
            entries = [x for argument in arguments for row in argument for x in row]
            rows, columns = self.sizes(node.shape)
            value = [
                [self._point.polynomial(node.name, i * columns + j, len(entries))(entries) for j in range(columns)]
                for i in range(rows)
            ]
        if node.order:
            return value
        world: World | None = frame.world
        while world is not None:
            value = self._held(value, node.name, (), arguments, world, frame.world)
            world = world.parent
        return value

    # ------------------------------------------------------------ means

    def mean(self, node: Expectation, frame: Frame) -> Matrix:
        """𝔼 arg, over the outcomes of all random names."""
        return mean(self, node, frame)

    def weights(self) -> list[Scalar]:
        """The probabilities of the outcomes, for the random names whose sizes are known here."""
        if not self._weights:
            shapes = [self._context.symbols[name].shape for name in self._context.random]
            rows = sum(self.size(shape[0]) for shape in shapes if is_known(shape, self._sizes))
            self._weights = self._point.weights(rows)
        return self._weights

    # ------------------------------------------------------------ derivatives

    def derivative(self, node: Derivative, frame: Frame) -> Matrix:
        """∂arg/∂target from one evaluation of arg; see tree.Derivative for the three layouts."""
        self.check_time()
        self.sizes(node.shape)
        inside, tag = self._holding(node.target, frame)
        values = self.value(node.arg, inside)
        directions = self._directions(node.variable, node.target)
        if node.layout == "jacobian":
            order = [d for row in directions for d in row]
            return [[coefficient(x, tag, d) for d in order] for row in values for x in row]
        if node.layout == "entrywise":
            return [[coefficient(x, tag, 0) for x in row] for row in values]
        return [[coefficient(values[0][0], tag, d) for d in row] for row in directions]

    def differential(self, node: Differential, frame: Frame) -> Matrix:
        """Σ ∂arg/∂target[k, l] · increment[k, l]."""
        inside, tag = self._holding(node.target, frame)
        directions = self._directions(node.variable, node.target)
        change = self.value(node.increment, frame)
        pairs = [(d, c) for p, q in zip(directions, change, strict=True) for d, c in zip(p, q, strict=True)]
        return [
            [sum((coefficient(x, tag, d) * c for d, c in pairs), start=0 * x) for x in row]
            for row in self.value(node.arg, inside)
        ]

    def _directions(self, variable: Expr, target: Target) -> list[list[int]]:
        """Which direction moves each entry of the variable; those of what is held are numbered row by row."""

        def numbered(e: Expr) -> list[list[int]]:
            if isinstance(e, Vec):
                return [[d] for column in zip(*numbered(e.arg), strict=True) for d in column]
            if isinstance(e, Transpose):
                return [list(column) for column in zip(*numbered(e.arg), strict=True)]
            if isinstance(e, Reference) and e.name != target.name and target.row is target.column is None:
                return numbered(self._context.definitions[e.name].body)  # another name for what is held
            rows, columns = self.sizes(e.shape)
            return [[i * columns + j for j in range(columns)] for i in range(rows)]

        height, width = self.sizes(target.shape)
        held = (1 if target.row else height) * (1 if target.column else width)
        rows, columns = self.sizes(variable.shape)
        assert held == rows * columns, "a derivative's variable and target have different sizes"
        return numbered(variable)

    def _holding(self, target: Target, frame: Frame) -> tuple[Frame, int]:
        """The frame in which the target is held as the variable, and its tag."""
        row, column = self.optional_place(target.row, frame), self.optional_place(target.column, frame)
        family = tuple(self.place(index, frame) for index in target.family)
        if target.name in frame.parameters:
            tag = self._new_tag()
            old = frame.parameters[target.name]
            held = Binding(perturbed(old.value, tag, row, column), old.written, old.frame)
            return Frame(frame.world, frame.indices, {**frame.parameters, target.name: held}), tag
        key = (target.name, family, row, column)
        child = None if target.arguments else frame.world.children.get(key)
        if child is None:
            self._check_target(target)
            child = World(frame.world, target.name, self._new_tag())
            child.family, child.row, child.column = family, row, column
            if target.arguments:
                child.target, child.frame = target, frame
            else:
                frame.world.children[key] = child
        return Frame(child, frame.indices, frame.parameters), child.tag

    def _new_tag(self) -> int:
        self._tags += 1
        return self._tags

    def _check_target(self, target: Target) -> None:
        """A target that no name answers to would make a silent 0."""
        definition = self._context.definitions.get(target.name)
        if definition is not None:
            named = len(definition.indices) == len(target.family)
            known = named and len(definition.parameters) == len(target.arguments)
        else:
            known = not target.family and bool(target.arguments) == (target.name in self._context.functions)
        if not known:
            raise TypeError(f"evidence cannot hold {target.name} as a variable")

    def at_zero(self, node: At, frame: Frame) -> Matrix:
        """arg with the symbol at 0; a derivative by it inside is one at 0."""
        if node.name in frame.parameters:
            zeros = Binding([[0] * len(row) for row in frame.parameters[node.name].value])
            return self.value(node.arg, Frame(frame.world, frame.indices, {**frame.parameters, node.name: zeros}))
        world = frame.world.children.get(node.name)
        if world is None:
            if node.name in self._context.definitions or node.name in self._context.functions:
                raise TypeError(f"evidence sets only symbols to 0, not {node.name}")
            world = frame.world.children[node.name] = World(frame.world, node.name)
        return self.value(node.arg, Frame(world, frame.indices, frame.parameters))
