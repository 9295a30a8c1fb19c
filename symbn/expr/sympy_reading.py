"""SymPy expressions as typed ones: one rule for each SymPy class that has a meaning here, all others raise.

Shapes are checked here: SymPy adds m×n to p×q without complaint when sizes are symbols; that raises ShapeError.
A 1×1 matrix is a scalar.  Nothing is read from text, and nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice

from symbn.diagnostics import fail
from symbn.expr import build, tree
from symbn.expr import sympy_nodes as nodes
from symbn.expr.consistency import check_shape
from symbn.expr.context import Context
from symbn.expr.shape import is_scalar, is_square, is_vector, shape_text
from symbn.expr.sympy_declarations import Declarations
from symbn.expr.sympy_derivatives import at_zero, derivative, differential, subs, sympy_derivative, unknown
from symbn.expr.sympy_entrywise import entrywise, function_name
from symbn.expr.tree import Expr, Ix, Shape


def from_sympy(e: Any, context: Context | None = None) -> tuple[Expr, Context]:
    """e as a typed expression, and the context with what its symbols declare added to it.

    Raises ShapeError (S2…) for shapes that cannot be, NoteError (E193 … E197) for what has no meaning here.

    >>> A, B = sympy.MatrixSymbol("A", 2, 3), sympy.MatrixSymbol("B", 3, 2)
    >>> e, context = from_sympy(sympy.Trace(A * B))
    >>> type(e).__name__, sorted(context.symbols)
    ('Trace', ['A', 'B'])
    """
    reading = Reading(context)
    return reading.read(e), reading.context


class Reading(Declarations):
    """One rule for each class, by its exact type; what `Declarations` says of names holds."""

    def read(self, e: Any) -> Expr:
        """An expression, its sizes and free indices found first."""
        e = sympy.sympify(e, strict=True)
        self.find(e)
        return self.of(e)

    def of(self, e: Any) -> Expr:
        kind = AppliedUndef if isinstance(e, AppliedUndef) else sympy.Rational if e.is_Rational else type(e)
        rule = _RULES.get(kind)
        if rule is not None:
            found = rule(self, e)
            check_shape(found)
            return found
        known = function_name(e)
        if known is None:
            raise unknown(e)
        return tree.Elementwise(function=known, arg=self.scalar(e.args[0]), shape=(1, 1))

    def all(self, expressions: Iterable[Any]) -> tuple[Expr, ...]:
        return tuple(self.of(e) for e in expressions)

    def scalar(self, e: Any) -> Expr:
        """An expression that must be 1×1."""
        found = self.of(e)
        if not is_scalar(found.shape):
            raise build.shape_error("S252", f"a scalar is meant here, and this is {shape_text(found.shape)}: {e}", ())
        return found

    def named(self, e: Any) -> Expr:
        definition = self.context.definitions.get(e.key)
        if definition is None:
            raise fail("E192", f"`{e.key}` is not defined in this context")
        indices = tuple(self.index(i, v.dim) for i, v in zip(e.indices, definition.indices, strict=True))
        arguments = self.all(e.arguments)
        for argument, parameter in zip(arguments, definition.parameters, strict=True):
            if argument.shape != parameter.shape:
                raise build.shape_error("S254", f"`{e.key}` of something {shape_text(argument.shape)}", ())
        return tree.Reference(name=e.key, indices=indices, arguments=arguments, shape=definition.body.shape)

    # Products and powers ----------------------------------------------------------------------------------

    def mat_add(self, e: Any) -> Expr:
        """A sum of matrices; unlike a note's, a scalar is not broadcast."""
        terms = self.all(e.args)
        for term in terms[1:]:
            if term.shape != terms[0].shape:
                a, b = shape_text(terms[0].shape), shape_text(term.shape)
                raise build.shape_error("S202", f"{a} and {b} cannot be added: {e}", (terms[0], term))
        return tree.Add(terms=terms, shape=terms[0].shape)

    def hadamard(self, e: Any) -> Expr:
        factors = self.all(e.args)
        for factor in factors[1:]:
            build.hadamard(factors[0], factor, None)
        return tree.Hadamard(factors=factors, shape=factors[0].shape)

    def power(self, base: Any, exponent: Any) -> Expr:
        """A scalar's power, a negative one as a quotient, or a natural power of a square matrix."""
        below, power = self.of(base), self.of(exponent)
        if is_scalar(below.shape) and isinstance(power, tree.Number) and power.value < 0:
            inverse = build.number(-power.value)
            below = below if inverse.value == 1 else build.power(below, inverse, None)
            return tree.Quotient(numerator=build.number(1), denominator=below, shape=(1, 1))
        if not is_scalar(below.shape) and not is_square(below.shape):
            raise build.shape_error("S207", f"a power of something {shape_text(below.shape)}", (below,))
        return build.power(below, power, None)

    def product(self, e: Any) -> Expr:
        """A product, of scalars or of matrices and scalars; what is divided by stands in one denominator."""
        factors = self.all(e.args)
        below = [f.denominator for f in factors if _is_inverse(f)]  # type: ignore[attr-defined]
        above = [f for f in factors if not _is_inverse(f)]
        if not below:
            return build.multiply(above, None)
        denominator = build.multiply(below, None)
        if above and all(is_scalar(f.shape) for f in above):
            return tree.Quotient(numerator=build.multiply(above, None), denominator=denominator, shape=(1, 1))
        inverse = tree.Quotient(numerator=build.number(1), denominator=denominator, shape=(1, 1))
        return build.multiply([inverse, *above], None)

    def hadamard_power(self, e: Any) -> Expr:
        base, exponent = self.of(e.base), self.scalar(e.exp)
        return build.entrywise_power(base, exponent, None)

    def apply_function(self, e: Any) -> Expr:
        """f applied to every entry: the body of f with the matrix in place of its variable."""
        function, matrix = e.function, self.of(e.expr)
        if not isinstance(function, sympy.Lambda):
            function = sympy.Lambda(entry := sympy.Dummy("d"), function(entry))
        return entrywise(function.expr, function.variables[0], matrix, self, self.scalar)

    # Entries ----------------------------------------------------------------------------------------------

    def element(self, e: Any) -> Expr:
        parent = self.of(e.parent)
        if is_scalar(parent.shape):
            return self._only_entry(parent, e.args[1:])
        row, column = (self.index(i, dim) for i, dim in zip(e.args[1:], parent.shape, strict=True))
        rows, columns = parent.shape
        return build.entry(parent, None if rows == 1 else row, None if columns == 1 else column, None)

    def _only_entry(self, e: Expr, places: Any) -> Expr:
        if any(place != 0 for place in places):
            raise build.shape_error("S213", f"the entry {places} of something 1×1", (e,))
        return e

    def slice(self, e: Any) -> Expr:
        parent = self.of(e.parent)
        chosen: list[Ix | None] = []
        for (start, stop, step), size in zip(e.args[1:], e.parent.shape, strict=True):
            if step != 1:
                raise unknown(e)
            if start == 0 and stop == size:
                chosen.append(None)
            elif sympy.expand(stop - start) == 1:
                chosen.append(self.index(start, size))
            else:
                raise fail("E196", f"one row or column, or all of them, can be sliced, not {start} … {stop}")
        row, column = chosen
        return build.entry(parent, row, column, None) if row is not None or column is not None else parent

    def delta(self, e: Any) -> Expr:
        first, second = e.args[:2]
        if len(e.args) > 2:
            size = sympy.expand(e.args[2][1] - e.args[2][0] + 1)
        else:
            size = next((d for i in (first, second) if (d := self.range_of(i)) is not None), None)
            if size is None:
                raise fail("E196", f"the range of {e} is not known")
        return tree.Delta(first=self.index(first, size), second=self.index(second, size), shape=(1, 1))

    def sum(self, e: Any) -> Expr:
        return self._summed(e.function, list(e.limits))

    def _summed(self, body: Any, limits: list[Any]) -> Expr:
        if not limits:
            return self.of(body)
        index, inner = self.within(limits[-1], lambda: self._summed(body, limits[:-1]))
        return tree.Sum(index=index, body=inner, shape=inner.shape)

    def stacked(self, e: Any) -> Expr:
        index, body = self.within(e.limits, lambda: self.of(e.body))
        return tree.Stack(index=index, body=body, axis=e.axis, shape=self.shape(e.shape))

    def function_matrix(self, e: Any) -> Expr:
        """The matrix with entries λ(i, j)."""
        (rows, columns), (i, j) = e.shape, e.lamda.variables

        def line(body: Any) -> Expr:
            if columns == 1:
                return self.scalar(body.xreplace({j: sympy.Integer(0)}))
            column, entry = self.within((j, 0, columns - 1), lambda: self.scalar(body))
            return tree.Stack(index=column, body=entry, axis="columns", shape=(1, column.dim))

        if rows == 1:
            return line(e.lamda.expr.xreplace({i: sympy.Integer(0)}))
        row, body = self.within((i, 0, rows - 1), lambda: line(e.lamda.expr))
        return tree.Stack(index=row, body=body, axis="rows", shape=(row.dim, body.shape[1]))

    def explicit(self, e: Any) -> Expr:
        """A matrix of numbers and expressions: Σ a_ij e_i e_jᵀ."""
        rows, columns = (int(size) for size in e.shape)
        if rows * columns == 0:
            raise fail("E194", "a matrix without entries")
        shape: Shape = (rows, columns)
        terms: list[Expr] = []
        for i in range(rows):
            for j in range(columns):
                factors = [self.scalar(e[i, j])]
                if rows > 1:
                    factors.append(_unit(i, rows))
                if columns > 1:
                    factors.append(build.transpose(_unit(j, columns)))
                terms.append(build.multiply(factors, None))
        return tree.Add(terms=tuple(terms), shape=shape)


def _kronecker(left: Expr, right: Expr) -> Expr:
    return build.kronecker(left, right, None)


def _unit(position: int, size: int) -> Expr:
    return tree.UnitVector(index=tree.IndexConst(position + 1, size), shape=(size, 1))


def _is_inverse(e: Expr) -> bool:
    """1/e of a scalar."""
    return isinstance(e, tree.Quotient) and e.numerator == build.number(1) and is_scalar(e.shape)


def _number(value: Any) -> Expr:
    return tree.Number(value=Fraction(int(value.p), int(value.q)), shape=(1, 1))


def _constant(make: Callable[[Shape], Expr], scalar: int) -> Callable[[Reading, Any], Expr]:
    def rule(reading: Reading, e: Any) -> Expr:
        shape = reading.shape(e.shape)
        return build.number(scalar) if shape == (1, 1) else make(shape)

    return rule


def _scalar_sum(reading: Reading, e: Any) -> Expr:
    return tree.Add(terms=tuple(reading.scalar(a) for a in e.args), shape=(1, 1))


def _diagonal(reading: Reading, e: Any) -> Expr:
    return build.diagonal(reading.of(e.arg), None)


def _applied(reading: Reading, e: Any) -> Expr:
    return reading.apply(e.name, reading.all(e.arguments), reading.shape((e.args[0], e.args[1])))


def _diagonal_part(e: Expr) -> Expr:
    if is_vector(e.shape):
        raise build.shape_error("S212", f"the diagonal of something {shape_text(e.shape)}", (e,))
    return build.diagonal(e, None)


def _diagonal_only(reading: Reading, e: Any) -> Expr:
    """A matrix with all but its diagonal set to 0."""
    return build.diagonal(_diagonal_part(reading.of(e.arg)), None)


_RULES: dict[type, Callable[[Reading, Any], Expr]] = {
    sympy.Rational: lambda reading, e: _number(e),
    sympy.E.__class__: lambda reading, e: tree.Elementwise(function="exp", arg=build.number(1), shape=(1, 1)),
    sympy.Symbol: Reading.symbol,
    sympy.Dummy: Reading.symbol,
    sympy.MatrixSymbol: Reading.matrix_symbol,
    sympy.Identity: _constant(lambda shape: tree.Identity(shape=shape), 1),
    sympy.OneMatrix: _constant(lambda shape: tree.Ones(shape=shape), 1),
    sympy.ZeroMatrix: _constant(lambda shape: tree.Zero(shape=shape), 0),
    sympy.Add: _scalar_sum,
    sympy.Mul: Reading.product,
    sympy.Pow: lambda reading, e: reading.power(e.base, e.exp),
    sympy.MatAdd: Reading.mat_add,
    sympy.MatMul: Reading.product,
    sympy.MatPow: lambda reading, e: reading.power(e.base, e.exp),
    sympy.Inverse: lambda reading, e: reading.power(e.base, e.exp),
    sympy.Determinant: lambda reading, e: build.determinant(reading.of(e.arg), None),
    sympy.KroneckerProduct: lambda reading, e: reduce(_kronecker, map(reading.of, e.args)),
    sympy.BlockMatrix: lambda reading, e: build.block([reading.all(row) for row in e.blocks.tolist()], None),
    nodes.Vectorized: lambda reading, e: build.vec(reading.of(e.args[2]), None),
    nodes.SoftmaxVector: lambda reading, e: build.softmax(reading.of(e.args[2]), None),
    nodes.MeanScalar: lambda reading, e: build.expectation(reading.of(e.args[2]), None),
    nodes.MeanMatrix: lambda reading, e: build.expectation(reading.of(e.args[2]), None),
    sympy.Transpose: lambda reading, e: build.transpose(reading.of(e.arg)),
    sympy.Trace: lambda reading, e: _trace(reading.of(e.arg)),
    sympy.HadamardProduct: Reading.hadamard,
    HadamardPower: Reading.hadamard_power,
    sympy.DiagMatrix: lambda reading, e: build.diagonal(reading.of(e.args[0]), None),
    sympy.DiagonalOf: lambda reading, e: _diagonal_part(reading.of(e.arg)),
    sympy.DiagonalMatrix: _diagonal_only,
    ElementwiseApplyFunction: Reading.apply_function,
    MatrixElement: Reading.element,
    MatrixSlice: Reading.slice,
    sympy.FunctionMatrix: Reading.function_matrix,
    sympy.ImmutableDenseMatrix: Reading.explicit,
    sympy.KroneckerDelta: Reading.delta,
    sympy.Sum: Reading.sum,
    sympy.Derivative: sympy_derivative,
    sympy.Subs: subs,
    AppliedUndef: lambda reading, e: reading.apply(e.func.__name__, reading.all(e.args), (1, 1)),
    nodes.NamedScalar: Reading.named,
    nodes.NamedMatrix: Reading.named,
    nodes.AppliedScalar: _applied,
    nodes.AppliedMatrix: _applied,
    nodes.DerivativeScalar: derivative,
    nodes.DerivativeMatrix: derivative,
    nodes.DifferentialScalar: differential,
    nodes.DifferentialMatrix: differential,
    nodes.AtZeroScalar: at_zero,
    nodes.AtZeroMatrix: at_zero,
    nodes.MatrixSum: lambda reading, e: reading._summed(e.body, [e.limits]),
    nodes.Stacked: Reading.stacked,
    nodes.UnitVector: lambda reading, e: tree.UnitVector(
        index=reading.index(e.args[2], e.args[0]), shape=reading.shape(e.shape)
    ),
}


def _trace(e: Expr) -> Expr:
    return e if is_scalar(e.shape) else build.trace(e, None)
