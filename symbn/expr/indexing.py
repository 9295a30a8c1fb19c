"""Typed expressions as generalised sums: matrix notation to index notation.

`to_sum(e, row, column)` is the entry e[row, column] as a `SumOfProducts` in those free indices; a dimension of
size 1 has no index (None).  One rule for each kind of node; a node without a rule raises.  Defined names stay
folded atoms, except aliases (a definition that only renames or slices another name) and the few whose
derivative cannot stay folded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from itertools import product as pairs

from symbn.core.axioms import Signature, Theory, Unfolding, mentioned_names
from symbn.core.contraction import bind, delta, dimension, fresh, multiply, rename
from symbn.core.differentiation import Variable, differentiate
from symbn.core.expectation import expectation, is_random
from symbn.core.heads import tensor
from symbn.core.matrix_powers import POSITION, position
from symbn.core.powers import power, scalarwise
from symbn.core.ring import Ring
from symbn.core.terms import Argument, Index, NoRule, SumOfProducts, Tensor, Trait, constant
from symbn.core.unfolding import at_zero, substitute, unfold
from symbn.expr import tree
from symbn.expr.context import Context, SymbolDeclaration
from symbn.expr.matrix_functions import MatrixFunctions, bound
from symbn.expr.places import (
    Pair,
    Part,
    Place,
    dim_of,
    factors_of,
    index_of,
    places_of,
    positions,
    present,
    split,
)
from symbn.expr.shape import unify


class Indexing(MatrixFunctions):
    """The translation within one context; definitions are translated once."""

    def __init__(self, context: Context) -> None:
        self.context = context
        signs = {"positive": "positive", "nonnegative": "nonnegative"}
        parameters = {
            name: signs.get(symbol.sign, "real")
            for name, symbol in context.symbols.items()
            if symbol.shape == (1, 1) and name not in context.random
        }
        self.ring = Ring(context.dimensions, parameters)  # type: ignore[arg-type]
        self._unfoldings: dict[str, Unfolding] = {}
        self._signatures: dict[str, Signature] = {}
        self._inlined: set[str] = set()
        self._averaged: set[str] = set()
        self._sides: deque[tuple[tree.Expr, SumOfProducts]] = deque(maxlen=4)
        self._held: set[str] = set()
        self.stated: tuple[tree.Expr, ...] = ()
        for symbol in context.symbols.values():
            self._signatures[symbol.name] = Signature(_dims(symbol.shape), _traits(symbol, context))
        self.theory = Theory(self.ring, self._signatures, self._unfoldings)
        for definition in sorted(context.definitions.values(), key=lambda d: d.rank):
            self._define(definition)

    def _define(self, definition: tree.Definition) -> None:
        dims = tuple(dim_of(i.dim) for i in definition.indices) + _dims(definition.body.shape)
        averages = bool(definition.parameters) and self._averages(definition.body)
        for parameter in definition.parameters:
            self._signatures[parameter.name] = Signature(_dims(parameter.shape))
            if averages:
                self._averaged.add(parameter.name)
        places = places_of(definition.body.shape)
        body = self.to_sum(definition.body, *places)
        random = any(map(is_random, body.factors()))
        self._signatures[definition.key] = Signature(dims, frozenset(["random"] if random else []))
        indices = tuple(Index(i.name, dim_of(i.dim)) for i in definition.indices) + present(*places)
        formals = tuple((parameter.name, present(*places_of(parameter.shape))) for parameter in definition.parameters)
        self._unfoldings[definition.key] = Unfolding(definition.key, indices, formals, body, definition.rank)
        if averages or is_alias(body) or not self.theory.differentiates_folded(definition.key):
            self._inlined.add(definition.key)

    def _averages(self, body: tree.Expr) -> bool:
        """Whether a function's body holds a mean: then its arguments may be random in it, and it is always unfolded."""
        return any(
            isinstance(node, tree.Expectation)
            or (isinstance(node, tree.Reference) and bool(node.arguments) and self._averages(self._body(node.name)))
            for node in tree.walk(body)
        )

    def _body(self, name: str) -> tree.Expr:
        return self.context.definitions[name].body

    def side(self, e: tree.Expr) -> SumOfProducts:
        """A side of an equation, at indices that are the same for every side of its shape.

        The last sides are kept: in a chain the right side of one equation is the left side of the next.
        """
        for known, found in self._sides:
            if known is e:
                return found
        row, column = _side_places(e.shape[0], "↓"), _side_places(e.shape[1], "→")
        if len(row) > 1 or len(column) > 1:
            raise NoRule("one place for all blocks of a matrix")
        self._sides.append((e, self.to_sum(e, row[0], column[0])))
        return self._sides[-1][1]

    def sides(self, left: tree.Expr, right: tree.Expr) -> Iterator[tuple[SumOfProducts, SumOfProducts]]:
        """Both sides of an equation at one place, or at one in each block of a block matrix.

        Of the inverse of a block matrix it is said by multiplying through: M⁻¹ = N if M N = I.
        """
        self.stated = left, right
        left, right = _cleared(left, right)
        rows, columns = _side_places(left.shape[0], "↓"), _side_places(left.shape[1], "→")
        if len(rows) == len(columns) == 1 and left.shape == right.shape:
            yield self.side(left), self.side(right)
            return
        for row, column in pairs(rows, columns):
            yield self.to_sum(left, row, column), self.to_sum(right, row, column)

    # Nodes ------------------------------------------------------------------------------------------------

    def to_sum(self, e: tree.Expr, row: Place, column: Place) -> SumOfProducts:
        """e[row, column].  Raises NoRule for a node without a rule, ZeroDivisionError, BudgetExceeded."""
        ring = self.ring
        if (isinstance(row, Part) or isinstance(column, Part)) and not isinstance(e, _BLOCKWISE):
            raise NoRule(f"blocks of {type(e).__name__}")
        match e:
            case tree.Number():
                return constant(ring.rational(e.value))
            case tree.Dimension():
                return constant(dimension(ring, dim_of(e.dim)))
            case tree.Symbol():
                if e.name in ring.parameters and e.name not in self._held:
                    return constant(ring.variable(e.name))
                signature = self._signatures.setdefault(e.name, Signature(_dims(e.shape)))
                _check_order(present(row, column), signature.dims)
                random: frozenset[Trait] = frozenset(["random"] if e.name in self._averaged else [])
                return tensor(ring, e.name, present(row, column), traits=signature.traits | random)
            case tree.Reference():
                return self._reference(e, row, column)
            case tree.Identity():
                return self.identity(row, column)
            case tree.Ones():
                return constant(ring.one)
            case tree.Zero():
                return constant(ring.zero)
            case tree.UnitVector():
                return self.identity(row, index_of(e.index))
            case tree.Delta():
                return self.identity(index_of(e.first), index_of(e.second))
            case tree.Add():
                total = constant(ring.zero)
                for term in e.terms:
                    total = total + self.to_sum(term, row, column)
                return total
            case tree.Product():
                return self.product(e.factors, row, column)
            case tree.Hadamard():
                result = constant(ring.one)
                for factor in e.factors:
                    result = multiply(result, self.to_sum(factor, row, column))
                return result
            case tree.Quotient():
                places = (None, None) if e.denominator.shape == (1, 1) else (row, column)
                below = power(self.to_sum(e.denominator, *places), ring.rational(-1))
                return multiply(self.to_sum(e.numerator, row, column), below)
            case tree.Power():
                exponent = self.to_sum(e.exponent, None, None).as_coefficient()
                if exponent is None:
                    raise NoRule("an exponent that is no number, dimension or parameter")
                return power(self.to_sum(e.base, row, column), exponent)
            case tree.MatrixPower():
                if e.exponent == 0:
                    return self.identity(row, column)
                self.ring.budget.spend(e.exponent)
                return self.product((e.base,) * e.exponent, row, column)
            case tree.SymbolicPower():
                return self.symbolic_power(e, row, column)
            case tree.Position():
                return position(ring, index_of(e.index))
            case tree.Inverse():
                return self.inverse(e.arg, row, column)
            case tree.Determinant():
                return self.determinant(e.arg)
            case tree.Kronecker():
                (up, down), (left, right) = (
                    split(place, e.left.shape[axis], e.right.shape[axis]) for axis, place in enumerate((row, column))
                )
                return multiply(self.to_sum(e.left, up, left), self.to_sum(e.right, down, right))
            case tree.Vec():
                beside, down = split(row, e.arg.shape[1], e.arg.shape[0])
                return self.to_sum(e.arg, down, beside)
            case tree.Block():
                return self.block(e, row, column)
            case tree.Softmax():
                return self.softmax(e, row, column)
            case tree.Expectation():
                return expectation(self.to_sum(e.arg, row, column))
            case tree.Transpose():
                return self.to_sum(e.arg, column, row)
            case tree.Fill():
                return self.to_sum(e.arg, None, None)
            case tree.Elementwise():
                return scalarwise(e.function, 0, self.to_sum(e.arg, row, column))
            case tree.Apply():
                return self._apply(e, row, column)
            case tree.Slice():
                own_row = index_of(e.row) if e.row is not None else row
                own_column = index_of(e.column) if e.column is not None else column
                if e.arg.shape[0] == 1:
                    own_row = None
                if e.arg.shape[1] == 1:
                    own_column = None
                return self.to_sum(e.arg, own_row, own_column)
            case tree.Trace():
                return self._trace(e.arg)
            case tree.Diagonal():
                if row is None or column is None:
                    return self.to_sum(e.arg, None, None)
                entry = self.to_sum(e.arg, row, None) if e.arg.shape[1] == 1 else self.to_sum(e.arg, None, row)
                return multiply(self.identity(row, column), entry)
            case tree.DiagonalPart():
                return self.to_sum(e.arg, row, row)
            case tree.Sum():
                return self._bound(e.index, e.body, row, column)
            case tree.Stack():
                return self._stack(e, row, column)
            case tree.Derivative():
                return self._derivative(e, row, column)
            case tree.Differential():
                return self._differential(e, row, column)
            case tree.At():
                return self._at_zero(e, row, column)
        raise NoRule(f"no rule to write {type(e).__name__} with indices")

    def identity(self, row: Place, column: Place) -> SumOfProducts:
        if isinstance(row, Part) and isinstance(column, Part) and row.number != column.number:
            return constant(self.ring.zero)
        rows, columns = present(row), present(column)
        result = constant(self.ring.one)
        if not rows or not columns:
            return result
        if [i.dim for i in rows] != [i.dim for i in columns]:
            raise NoRule("a size that is read as two different products")
        for a, b in zip(rows, columns, strict=True):
            result = multiply(result, delta(self.ring, a, b))
        return result

    def product(self, factors: tuple[tree.Expr, ...], row: Place, column: Place) -> SumOfProducts:
        result = constant(self.ring.one)
        matrices = [f for f in factors if not f.is_scalar]
        for factor in factors:
            if factor.is_scalar:
                result = multiply(result, self.to_sum(factor, None, None))
        fitting = all(unify(a.shape[1], b.shape[0]) for a, b in pairwise(matrices))
        assert fitting, "a product that is no chain of matrices"
        return multiply(result, self._chain(matrices, row, column)) if matrices else result

    def _chain(self, matrices: list[tree.Expr], row: Place, column: Place) -> SumOfProducts:
        """The product of matrices, from the left; over a sum of sizes, part by part."""
        if len(matrices) == 1:
            return self.to_sum(matrices[0], row, column)
        before: list[tuple[Place, SumOfProducts]] = [
            (place, self.to_sum(matrices[0], row, place)) for place in positions(matrices[0].shape[1])
        ]
        for number, factor in enumerate(matrices[1:], 1):
            last = number == len(matrices) - 1
            after: list[tuple[Place, SumOfProducts]] = []
            for right in [column] if last else positions(factor.shape[1]):
                total = constant(self.ring.zero)
                for left, product_before in before:
                    total = total + bound(multiply(product_before, self.to_sum(factor, left, right)), left)
                after.append((right, total))
            before = after
        return before[0][1]

    def _trace(self, e: tree.Expr) -> SumOfProducts:
        total = constant(self.ring.zero)
        for place in positions(e.shape[0]):
            total = total + bound(self.to_sum(e, place, place), place)
        return total

    def _bound(self, index: tree.IndexVar, body: tree.Expr, row: Place, column: Place) -> SumOfProducts:
        new = fresh(dim_of(index.dim))
        return bind(self._renamed(body, row, column, {index_of(index): new}), new)

    def _renamed(self, body: tree.Expr, row: Place, column: Place, names: dict[Index, Index]) -> SumOfProducts:
        """body[row, column] with indices of its own renamed; a place of the same name is another index, and stays."""
        if names.keys().isdisjoint(present(row, column)):
            return rename(self.to_sum(body, row, column), names)
        places = places_of(body.shape)
        outside = dict(zip(present(*places), present(row, column), strict=True))
        return rename(self.to_sum(body, *places), names | outside)

    def _stack(self, e: tree.Stack, row: Place, column: Place) -> SumOfProducts:
        index = index_of(e.index)
        if e.axis == "diagonal":
            assert isinstance(row, Index) and isinstance(column, Index)
            entry = self._renamed(e.body, None, None, {index: row})
            return multiply(delta(self.ring, row, column), entry)
        if e.axis == "rows":
            assert isinstance(row, Index)
            return self._renamed(e.body, None, column, {index: row})
        assert isinstance(column, Index)
        return self._renamed(e.body, row, None, {index: column})

    def _reference(self, e: tree.Reference, row: Place, column: Place) -> SumOfProducts:
        out = tuple(index_of(i) for i in e.indices) + present(row, column)
        unfolding = self._unfoldings[e.name]
        arguments = tuple(self._argument(a) for a in e.arguments)
        if e.name not in self._inlined:
            return tensor(self.ring, e.name, out, arguments=arguments, traits=self._signatures[e.name].traits)
        body = rename(unfolding.body, dict(zip(unfolding.indices, out, strict=True)))
        for (name, _), argument in zip(unfolding.parameters, arguments, strict=True):
            body = substitute(body, name, argument)
        return body

    def _argument(self, e: tree.Expr) -> Argument:
        formals = places_of(e.shape)
        return Argument(present(*formals), self.to_sum(e, *formals))

    def _apply(self, e: tree.Apply, row: Place, column: Place) -> SumOfProducts:
        if e.entrywise:
            return scalarwise(e.name, e.order, self.to_sum(e.arguments[0], row, column), known=False)
        arguments = tuple(self._argument(a) for a in e.arguments)
        return tensor(self.ring, e.name, present(row, column), arguments=arguments)

    def _at_zero(self, e: tree.At, row: Place, column: Place) -> SumOfProducts:
        """arg with a symbol at 0: a scalar is no coefficient then, and definitions that rest on it are unfolded."""
        before = set(self._held)
        self._held.add(e.name)
        try:
            inside = self.to_sum(e.arg, row, column)
        finally:
            self._held = before
        while resting := [
            name for name in inside.tensor_names & self._unfoldings.keys() if e.name in self.theory.dependencies(name)
        ]:
            last = max(resting, key=lambda name: (self._unfoldings[name].rank, name))
            inside = unfold(inside, self._unfoldings[last], self.theory)
        result = at_zero(inside, e.name)
        if e.name in mentioned_names(result):
            raise NoRule(f"{e.name} set to 0 inside of a definition")
        return result

    # Derivatives ------------------------------------------------------------------------------------------

    def _derivative(self, e: tree.Derivative, row: Place, column: Place) -> SumOfProducts:
        """Entry (row, column) of ∂arg/∂target: the layout says which of the two are the argument's."""
        if e.layout == "jacobian":
            tall = e.arg.shape[1] == 1
            inside = self.to_sum(e.arg, row if tall else None, None if tall else row)
            free = present(column)
            if isinstance(e.variable, tree.Vec):
                free = present(*reversed(split(column, e.variable.arg.shape[1], e.variable.arg.shape[0])))
        elif e.layout == "gradient":
            inside = self.to_sum(e.arg, None, None)
            free = present(row, column)
        else:
            inside = self.to_sum(e.arg, row, column)
            free = present()
        return self.derived(inside, self.variable(e, free))

    def derived(self, inside: SumOfProducts, by: Variable) -> SumOfProducts:
        """The derivative of what was translated."""
        return differentiate(inside, by, self.theory)

    def _differential(self, e: tree.Differential, row: Place, column: Place) -> SumOfProducts:
        places = places_of(e.variable.shape)
        free = present(*places)
        partial = self.derived(self.to_sum(e.arg, row, column), self.variable(e, free))
        result = multiply(partial, self.to_sum(e.increment, *places))
        for index in free:
            result = bind(result, index)
        return result

    def variable(self, e: tree.Derivative | tree.Differential, free: tuple[Index, ...]) -> Variable:
        """What a derivative is taken by, at the free indices that its target does not pin."""
        target = e.target
        pinned: list[Index] = []
        remaining = list(free)
        for dim, pin in zip(target.shape, (target.row, target.column), strict=True):
            if pin is not None and dim != 1:
                pinned.append(index_of(pin))
            elif pin is None:
                pinned += [remaining.pop(0) for factor in factors_of(dim) if factor != 1]
        if remaining:
            # A row's derivative, or a transposed variable, has its one index on the other side.
            raise TypeError("a derivative with more indices than its variable has")
        indices = tuple(index_of(i) for i in target.family) + tuple(pinned)
        if target.name in self._inlined:
            return self._renamed_variable(target.name, indices)
        if not target.arguments:
            return Variable(target.name, indices)
        arguments = tuple(self._argument(a) for a in target.arguments)
        (factor,) = tensor(self.ring, target.name, indices, arguments=arguments).factors()
        assert isinstance(factor.head, Tensor)
        return Variable(target.name, indices, factor.head, factor.indices[len(indices) :])

    def alias(self, name: str, indices: tuple[Index, ...]) -> tuple[str, tuple[Index, ...]] | None:
        """The entry that a name which only renames or slices another one stands for; None for other names."""
        if name not in self._inlined or not is_alias(self._unfoldings[name].body):
            return None
        variable = self._renamed_variable(name, indices)
        return variable.name, variable.indices

    def _renamed_variable(self, name: str, indices: tuple[Index, ...]) -> Variable:
        """The entry that an alias renames: by Ŷ with Ŷ := (ŷ_1 … ŷ_m) is by ŷ."""
        unfolding = self._unfoldings[name]
        if not is_alias(unfolding.body):
            raise NoRule(f"a derivative by {name}, whose definition holds a derivative")
        (factor,) = unfolding.body.factors()
        assert isinstance(factor.head, Tensor)
        if not set(unfolding.indices) <= set(factor.indices):
            raise NoRule(f"a derivative by {name}")
        names = dict(zip(unfolding.indices, indices, strict=True))
        return Variable(factor.head.name, tuple(names.get(i, i) for i in factor.indices))


_BLOCKWISE = (
    tree.Identity, tree.Ones, tree.Zero, tree.Add, tree.Product, tree.MatrixPower, tree.Hadamard, tree.Quotient,
    tree.Transpose, tree.Fill, tree.Elementwise, tree.Block, tree.Expectation,
)  # fmt: skip
"""The nodes whose entry in a block is made of entries in blocks."""

_TRAITS: dict[str, tuple[Trait, ...]] = {
    "symmetric": ("symmetric",),
    "positive definite": ("symmetric", "definite", "invertible"),
    "orthogonal": ("orthogonal", "invertible"),
    "invertible": ("invertible",),
    "positive": ("positive", "nonnegative"),
    "nonnegative": ("nonnegative",),
}
"""What a declared structure or sign says of a tensor."""


def _traits(symbol: SymbolDeclaration, context: Context) -> frozenset[Trait]:
    random: tuple[Trait, ...] = ("random",) if symbol.name in context.random else ()
    return frozenset((*_TRAITS.get(symbol.structure, ()), *_TRAITS.get(symbol.sign, ()), *random))


def is_alias(body: SumOfProducts) -> bool:
    """Whether a definition only renames or slices a name: then it is always unfolded."""
    factors = list(body.factors())
    return (
        len(body.terms) == 1
        and len(factors) == 1
        and all(c.is_one() for c in body.terms.values())
        and isinstance(factors[0].head, Tensor)
        and factors[0].head.name != POSITION
        and not factors[0].head.arguments
        and not factors[0].head.slots
    )


def _dims(shape: tree.Shape) -> tuple[str | int, ...]:
    return tuple(factor for dim in shape for factor in factors_of(dim) if factor != 1)


def _check_order(indices: tuple[Index, ...], dims: tuple[str | int, ...]) -> None:
    """Raises NoRule where a name of the size m n is read with the size n m."""
    if tuple(i.dim for i in indices) != dims:
        raise NoRule("a size that is read as two different products")


def _side_places(dim: tree.Dim, name: str) -> list[Place]:
    """The places of a side of an equation along one axis."""
    if isinstance(dim, tree.DimSum):
        return [Part(k, None if part == 1 else Index(name, part)) for k, part in enumerate(dim.parts)]
    if isinstance(dim, tree.DimProduct):
        return [Pair(tuple(Index(f"{name}{k}", factor) for k, factor in enumerate(dim.factors)))]
    return [None if dim == 1 else Index(name, dim_of(dim))]


def _cleared(left: tree.Expr, right: tree.Expr) -> tuple[tree.Expr, tree.Expr]:
    """M⁻¹ = N of a block matrix as M N = I."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, tree.Inverse) and isinstance(one.shape[0], tree.DimSum):
            product_of_both = tree.Product(factors=(one.arg, other), shape=one.shape)
            return product_of_both, tree.Identity(shape=one.shape)
    return left, right
