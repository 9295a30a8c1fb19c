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
from typing import Protocol

from symbn.evidence.dependence import Dependence
from symbn.evidence.functions import Polynomial
from symbn.evidence.matrices import Matrix, perturbed, same
from symbn.evidence.nodes import RULES
from symbn.evidence.numeric import Scalar, Undefined, coefficient
from symbn.evidence.worlds import Frame, World
from symbn.expr.context import Context
from symbn.expr.tree import (
    Apply,
    At,
    Derivative,
    Differential,
    Dim,
    DimVar,
    Expr,
    IndexConst,
    Ix,
    Shape,
    Symbol,
    Target,
    Transpose,
)


class OutOfTime(Exception):
    """The deadline passed in the middle of an evaluation."""


class Valuation(Protocol):
    """A point: concrete values for symbols and concrete polynomials for unknown functions."""

    def symbol(self, name: str, rows: int, columns: int) -> Matrix: ...

    def polynomial(self, name: str, output: int, arity: int) -> Polynomial: ...


class Evaluator:
    """Expressions of one context at one point: `sizes` of all dimensions, values of symbols and functions.

    `deadline` is a `time.monotonic()` moment, after which evaluation raises `OutOfTime`.
    """

    def __init__(
        self,
        context: Context,
        sizes: dict[str, int],
        point: Valuation,
        dependence: Dependence | None = None,
        deadline: float | None = None,
    ) -> None:
        self._context = context
        self._sizes = sizes
        self._point = point
        self._dependence = dependence or Dependence(context)
        self._deadline = deadline
        self._root = World()
        self._tags = 0

    def evaluate(self, expr: Expr, indices: dict[str, int] | None = None) -> Matrix:
        """The entries of `expr`, its free indices at the values given (from 1)."""
        return self.value(expr, Frame(self._root, indices or {}, {}))

    def value(self, node: Expr, frame: Frame) -> Matrix:
        rule = RULES.get(type(node))
        if rule is None:
            raise TypeError(f"evidence has no rule for {type(node).__name__}")
        return rule(self, node, frame)

    def scalar(self, node: Expr, frame: Frame) -> Scalar:
        return self.value(node, frame)[0][0]

    # ------------------------------------------------------------ sizes and places

    def size(self, dim: Dim) -> int:
        while isinstance(dim, DimVar):
            assert dim.bound is not None, "a dimension was never inferred"
            dim = dim.bound
        return dim if isinstance(dim, int) else self._sizes[dim]

    def sizes(self, shape: Shape) -> tuple[int, int]:
        return self.size(shape[0]), self.size(shape[1])

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
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise OutOfTime

    # ------------------------------------------------------------ names

    def symbol(self, node: Symbol, world: World) -> Matrix:
        """A free name's value: drawn at the root, perturbed or 0 in a world that holds it."""
        found: Matrix | None = world.memo.get(node.name)
        if found is None:
            rows, columns = self.sizes(node.shape)
            if world.parent is None:
                found = self._point.symbol(node.name, rows, columns)
            elif world.name != node.name:
                found = self.symbol(node, world.parent)
            elif not world.tag:
                found = [[0] * columns for _ in range(rows)]
            else:
                found = perturbed(self.symbol(node, world.parent), world.tag, world.row, world.column)
            world.memo[node.name] = found
        return found

    def reference(self, name: str, family: tuple[int, ...], arguments: list[Matrix], world: World) -> Matrix:
        """A defined name's value: the body's where it rests on what this world holds, else the parent world's.

        Perturbations of the name itself are added to it, whichever world made them.
        """
        key = (name, family, tuple(map(id, arguments)))
        found: tuple[Matrix, list[Matrix]] | None = world.memo.get(key)
        if found is not None:
            return found[0]
        if world.parent is None or world.name in self._dependence.names(name):
            self.check_time()
            definition = self._context.definitions[name]
            indices = {index.name: k for index, k in zip(definition.indices, family, strict=True)}
            bound = {p.name: a for p, a in zip(definition.parameters, arguments, strict=True)}
            value = self.value(definition.body, Frame(world, indices, bound))
            outer = world.parent
            while outer is not None:
                value = self._held(value, name, family, arguments, outer, world)
                outer = outer.parent
        else:
            value = self.reference(name, family, arguments, world.parent)
        value = self._held(value, name, family, arguments, world, world)
        world.memo[key] = value, arguments
        return value

    def _held(
        self, value: Matrix, name: str, family: tuple[int, ...], arguments: list[Matrix], holder: World, world: World
    ) -> Matrix:
        """The value + ε if `holder` holds this very member of the family, or this very application."""
        if holder.name != name or not holder.tag or holder.family != family:
            return value
        if holder.target is not None:
            assert holder.frame is not None
            at = Frame(world, holder.frame.indices, holder.frame.parameters)
            held = [self.value(argument, at) for argument in holder.target.arguments]
            if not all(map(same, held, arguments)):
                return value
        return perturbed(value, holder.tag, holder.row, holder.column)

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

    # ------------------------------------------------------------ derivatives

    def derivative(self, node: Derivative, frame: Frame) -> Matrix:
        """∂arg/∂target from one evaluation of arg; see tree.Derivative for the three layouts."""
        self.check_time()
        inside, tag = self._holding(node.target, frame)
        values = self.value(node.arg, inside)
        rows, columns = self.sizes(node.variable.shape)
        height, width = self.sizes(node.target.shape)
        held = (1 if node.target.row else height) * (1 if node.target.column else width)
        assert held == rows * columns, "a derivative's variable and target have different sizes"
        if node.layout == "jacobian":
            return [[coefficient(x, tag, d) for d in range(rows * columns)] for row in values for x in row]
        if node.layout == "entrywise":
            return [[coefficient(x, tag, 0) for x in row] for row in values]
        x = values[0][0]
        if isinstance(node.variable, Transpose) and node.target.row is None and node.target.column is None:
            return [[coefficient(x, tag, j * rows + i) for j in range(columns)] for i in range(rows)]
        return [[coefficient(x, tag, i * columns + j) for j in range(columns)] for i in range(rows)]

    def differential(self, node: Differential, frame: Frame) -> Matrix:
        """Σ ∂arg/∂target[k, l] · increment[k, l]."""
        inside, tag = self._holding(node.target, frame)
        change = [x for row in self.value(node.increment, frame) for x in row]
        return [
            [sum((coefficient(x, tag, d) * c for d, c in enumerate(change)), start=0 * x) for x in row]
            for row in self.value(node.arg, inside)
        ]

    def _holding(self, target: Target, frame: Frame) -> tuple[Frame, int]:
        """The frame in which the target is held as the variable, and its tag."""
        row, column = self.optional_place(target.row, frame), self.optional_place(target.column, frame)
        family = tuple(self.place(index, frame) for index in target.family)
        if target.name in frame.parameters:
            tag = self._new_tag()
            held = perturbed(frame.parameters[target.name], tag, row, column)
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
            zeros: Matrix = [[0] * len(row) for row in frame.parameters[node.name]]
            return self.value(node.arg, Frame(frame.world, frame.indices, {**frame.parameters, node.name: zeros}))
        world = frame.world.children.get(node.name)
        if world is None:
            if node.name in self._context.definitions or node.name in self._context.functions:
                raise TypeError(f"evidence sets only symbols to 0, not {node.name}")
            world = frame.world.children[node.name] = World(frame.world, node.name)
        return self.value(node.arg, Frame(world, frame.indices, frame.parameters))
