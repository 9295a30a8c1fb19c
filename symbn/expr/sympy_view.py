"""Typed expressions as SymPy's: one rule for each kind of node, in the form the author gave it.

Scalars become SymPy expressions, vectors and matrices matrix expressions; nothing is evaluated, reordered or
merged.  Indices count from 0 in SymPy, from 1 in a note: the entry A_{11} is A[0, 0].  Defined names stay folded.
A node whose shape does not follow from its parts raises ShapeError before a SymPy node is made; a node without
a rule raises NoteError (E191).  `from_sympy` is the way back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy
from sympy.core.symbol import Str
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice

from symbn.diagnostics import fail
from symbn.expr import sympy_nodes as nodes
from symbn.expr import tree
from symbn.expr.consistency import check_shape
from symbn.expr.context import Context
from symbn.expr.sympy_entrywise import FUNCTIONS
from symbn.expr.sympy_reading import from_sympy
from symbn.expr.tree import Dim, Expr, Ix, Shape

__all__ = ["from_sympy", "to_sympy"]


def to_sympy(e: Expr, context: Context, originals: Mapping[str, Any] | None = None, *, evaluate: bool = False) -> Any:
    """e as a SymPy expression.  Raises ShapeError (S2…) for a misshapen node, NoteError (E191) for one without a rule.

    `originals` are the SymPy symbols of sizes, scalars and indices by name, where e came from SymPy: a symbol
    of the same name with other assumptions would be another symbol.  With `evaluate` SymPy may bring sums and
    products into its own order.

    >>> A = tree.Symbol(name="A", shape=("m", "n"))
    >>> to_sympy(tree.Product(factors=(tree.Transpose(arg=A, shape=("n", "m")), A), shape=("n", "n")), Context())
    A.T*A
    """
    for node in tree.walk(e):
        check_shape(node)
    return _View(context, originals or {}, evaluate).of(e)


class _View:
    """The conversion within one context."""

    def __init__(self, context: Context, originals: Mapping[str, Any], evaluate: bool) -> None:
        self.context = context
        self.originals = originals
        self.evaluate = evaluate

    def of(self, e: Expr) -> Any:
        rule = _RULES.get(type(e))
        if rule is None:
            raise fail("E191", f"no rule to write {type(e).__name__} in SymPy", e.span)
        return rule(self, e)

    def all(self, expressions: Sequence[Expr]) -> list[Any]:
        return [self.of(e) for e in expressions]

    def size(self, dim: Dim) -> Any:
        if isinstance(dim, tree.DimVar):
            raise fail("S230", f"the size of {dim.origin} is not known", dim.span)
        if isinstance(dim, int):
            return sympy.Integer(dim)
        if isinstance(dim, tree.DimProduct):
            return sympy.Mul(*map(self.size, dim.factors))
        if isinstance(dim, tree.DimSum):
            return sympy.Add(*map(self.size, dim.parts))
        return self.originals.get(dim) or sympy.Symbol(dim, integer=True, positive=True)

    def shape(self, shape: Shape) -> tuple[Any, Any]:
        return self.size(shape[0]), self.size(shape[1])

    def index(self, index: Ix) -> Any:
        """A position, from 0."""
        if isinstance(index, tree.IndexVar):
            return self.originals.get(index.name) or nodes.index_symbol(index.name)
        value = self.size(index.value) if isinstance(index.value, str) else sympy.Integer(index.value)
        return value - 1

    def limits(self, index: tree.IndexVar) -> Any:
        return sympy.Tuple(self.index(index), sympy.Integer(0), self.size(index.dim) - 1)

    def optional(self, index: Ix | None) -> Any:
        return sympy.Tuple() if index is None else sympy.Tuple(self.index(index))

    # Names ------------------------------------------------------------------------------------------------

    def symbol(self, e: tree.Symbol) -> Any:
        if not e.is_scalar:
            return sympy.MatrixSymbol(e.name, *self.shape(e.shape))
        if e.name in self.originals:
            return self.originals[e.name]
        declared = self.context.symbols.get(e.name)
        assumptions = {"real": True} | ({declared.sign: True} if declared is not None else {})
        return sympy.Symbol(e.name, **assumptions)

    def reference(self, e: tree.Reference) -> Any:
        definition = self.context.definitions.get(e.name)
        if definition is None:
            raise fail("E192", f"`{e.name}` is not defined here", e.span)
        kind = nodes.NamedScalar if e.is_scalar else nodes.NamedMatrix
        return kind(
            *self.shape(e.shape), Str(e.name), Str(definition.latex), sympy.Tuple(*map(self.index, e.indices)),
            sympy.Tuple(*self.all(e.arguments)), sympy.Tuple(*self._free_symbols(definition)),
        )  # fmt: skip

    def _free_symbols(self, definition: tree.Definition) -> list[Any]:
        """What a definition rests on, so that SymPy does not take it for a constant."""
        used = [definition, *self.context.definitions_used([definition.body])]
        own = {parameter.name for one in used for parameter in one.parameters}
        found = {
            node.name: node
            for one in used
            for node in tree.walk(one.body)
            if isinstance(node, tree.Symbol) and node.name not in own
        }
        return [self.symbol(found[name]) for name in sorted(found)]

    def applied(self, e: tree.Apply) -> Any:
        arguments = self.all(e.arguments)
        if e.entrywise:
            return self._entrywise(e, arguments[0])
        if e.order:
            raise fail("E191", f"no rule to write a prime of {e.name}, a function of many variables", e.span)
        if e.is_scalar and all(argument.is_scalar for argument in e.arguments):
            return sympy.Function(e.name)(*arguments)
        return nodes.UnknownFunction(e.name, *self.shape(e.shape))(*arguments)

    def _entrywise(self, e: tree.Apply, argument: Any) -> Any:
        function = sympy.Function(e.name)

        def value(x: Any) -> Any:
            if not e.order:
                return function(x)
            at = sympy.Dummy("xi")
            return sympy.Subs(sympy.Derivative(function(at), (at, e.order)), at, x)

        if e.is_scalar:
            return value(argument)
        entry = sympy.Dummy("d")
        return ElementwiseApplyFunction(sympy.Lambda(entry, value(entry)), argument)

    # Derivatives ------------------------------------------------------------------------------------------

    def derivative(self, e: tree.Derivative) -> Any:
        kind = nodes.DerivativeScalar if e.is_scalar else nodes.DerivativeMatrix
        meant = self.target(e.target)
        return kind(*self.shape(e.shape), self.of(e.arg), self.of(e.variable), Str(e.layout), meant)

    def differential(self, e: tree.Differential) -> Any:
        kind = nodes.DifferentialScalar if e.is_scalar else nodes.DifferentialMatrix
        parts = self.of(e.arg), self.of(e.variable), self.target(e.target), self.of(e.increment)
        return kind(*self.shape(e.shape), *parts)

    def target(self, target: tree.Target) -> Any:
        return nodes.DerivativeTarget(
            Str(target.name), sympy.Tuple(*self.shape(target.shape)), sympy.Tuple(*map(self.index, target.family)),
            self.optional(target.row), self.optional(target.column), sympy.Tuple(*self.all(target.arguments)),
        )  # fmt: skip

    def at_zero(self, e: tree.At) -> Any:
        held = next((n for n in tree.walk(e.arg) if isinstance(n, tree.Symbol) and n.name == e.name), None)
        declared = self.context.symbols.get(e.name)
        shape = held.shape if held is not None else declared.shape if declared is not None else (1, 1)
        kind = nodes.AtZeroScalar if e.is_scalar else nodes.AtZeroMatrix
        return kind(*self.shape(e.shape), self.of(e.arg), self.symbol(tree.Symbol(name=e.name, shape=shape)))

    # Sums and products ------------------------------------------------------------------------------------

    def add(self, e: tree.Add) -> Any:
        return _sum(e)(*self.all(e.terms), evaluate=self.evaluate)

    def product(self, e: tree.Product) -> Any:
        """Scalars stand where they stood; a chain that gives a scalar is its one entry.

        SymPy multiplies an entry out when it evaluates, a trace not.
        """
        if not e.is_scalar:
            return sympy.MatMul(*self.all(e.factors), evaluate=self.evaluate)
        chain = sympy.MatMul(*self.all([f for f in e.factors if not f.is_scalar]), evaluate=self.evaluate)
        scalars = self.all([f for f in e.factors if f.is_scalar])
        if len(scalars) < len(e.factors):
            scalars.append(sympy.Trace(chain) if self.evaluate else MatrixElement(chain, 0, 0))
        return sympy.Mul(*scalars, evaluate=self.evaluate)

    def hadamard(self, e: tree.Hadamard) -> Any:
        factors = self.all(e.factors)
        return (
            sympy.Mul(*factors, evaluate=self.evaluate)
            if e.is_scalar
            else sympy.HadamardProduct(*factors, evaluate=self.evaluate)
        )

    def quotient(self, e: tree.Quotient) -> Any:
        above, below = self.of(e.numerator), self.of(e.denominator)
        if not e.denominator.is_scalar:
            return sympy.HadamardProduct(above, HadamardPower(below, sympy.Integer(-1)), evaluate=self.evaluate)
        inverse = sympy.Pow(below, -1, evaluate=self.evaluate)
        if e.is_scalar:
            return sympy.Mul(above, inverse, evaluate=self.evaluate)
        return sympy.MatMul(inverse, above, evaluate=self.evaluate)

    def power(self, e: tree.Power) -> Any:
        base, exponent = self.of(e.base), self.of(e.exponent)
        return sympy.Pow(base, exponent, evaluate=self.evaluate) if e.is_scalar else HadamardPower(base, exponent)

    def matrix_power(self, e: tree.MatrixPower) -> Any:
        if e.is_scalar:
            return sympy.Pow(self.of(e.base), e.exponent, evaluate=self.evaluate)
        return sympy.MatPow(self.of(e.base), sympy.Integer(e.exponent), evaluate=self.evaluate)

    def elementwise(self, e: tree.Elementwise) -> Any:
        function = FUNCTIONS.get(e.function)
        if function is None:
            raise fail("E191", f"no rule to write the function {e.function} in SymPy", e.span)
        if e.is_scalar:
            return function(self.of(e.arg), evaluate=self.evaluate)
        return ElementwiseApplyFunction(function, self.of(e.arg))

    # Indices ----------------------------------------------------------------------------------------------

    def slice(self, e: tree.Slice) -> Any:
        parent = self.of(e.arg)
        row = None if e.row is None else self.index(e.row)
        column = None if e.column is None else self.index(e.column)
        if e.arg.is_scalar or (row is None and column is None):
            return parent
        if e.is_scalar:
            return MatrixElement(parent, 0 if row is None else row, 0 if column is None else column)
        rows, columns = self.shape(e.arg.shape)
        of_row = (0, rows) if row is None else (row, row + 1)
        return MatrixSlice(parent, of_row, (0, columns) if column is None else (column, column + 1))

    def delta(self, e: tree.Delta) -> Any:
        return sympy.KroneckerDelta(self.index(e.first), self.index(e.second), (0, self.size(e.first.dim) - 1))

    def sum(self, e: tree.Sum) -> Any:
        limits = self.limits(e.index)
        if e.is_scalar:
            return sympy.Sum(self.of(e.body), limits)
        return nodes.MatrixSum(*self.shape(e.shape), self.of(e.body), limits)

    def stack(self, e: tree.Stack) -> Any:
        return nodes.Stacked(*self.shape(e.shape), self.of(e.body), self.limits(e.index), Str(e.axis))

    def diagonal(self, e: tree.Diagonal) -> Any:
        return self.of(e.arg) if e.arg.is_scalar else sympy.DiagMatrix(self.of(e.arg))

    def diagonal_part(self, e: tree.DiagonalPart) -> Any:
        return self.of(e.arg) if e.arg.is_scalar else sympy.DiagonalOf(self.of(e.arg))

    def block(self, e: tree.Block) -> Any:
        """Numbers are matrices 1×1 among the blocks."""
        cells = [sympy.ImmutableDenseMatrix([[self.of(c)]]) if c.is_scalar else self.of(c) for c in e.cells]
        return sympy.BlockMatrix([cells[k : k + e.columns] for k in range(0, len(cells), e.columns)])

    def vectorized(self, e: tree.Vec) -> Any:
        return nodes.Vectorized(*self.shape(e.shape), self.of(e.arg))

    def softmax(self, e: tree.Softmax) -> Any:
        return nodes.SoftmaxVector(*self.shape(e.shape), self.of(e.arg))

    def mean(self, e: tree.Expectation) -> Any:
        kind = nodes.MeanScalar if e.is_scalar else nodes.MeanMatrix
        return kind(*self.shape(e.shape), self.of(e.arg))

    def trace(self, e: tree.Trace) -> Any:
        return self.of(e.arg) if e.arg.is_scalar else sympy.Trace(self.of(e.arg))


def _sum(e: Expr) -> Any:
    return sympy.Add if e.is_scalar else sympy.MatAdd


def _constant(matrix: Any, scalar: int) -> Callable[[_View, Any], Any]:
    """A constant matrix of a shape; the number it is if that is 1×1."""

    def rule(view: _View, e: Expr) -> Any:
        sizes = view.shape(e.shape)
        return sympy.Integer(scalar) if e.is_scalar else matrix(*sizes)

    return rule


def _transposed(view: _View, e: tree.Transpose) -> Any:
    arg = view.of(e.arg)
    return arg if e.is_scalar else arg.T if view.evaluate else sympy.Transpose(arg)


def _filled(view: _View, e: tree.Fill) -> Any:
    if e.is_scalar:
        return view.of(e.arg)
    return sympy.MatMul(view.of(e.arg), sympy.OneMatrix(*view.shape(e.shape)), evaluate=view.evaluate)


_RULES: dict[type[Expr], Callable[[_View, Any], Any]] = {
    tree.Number: lambda view, e: sympy.Rational(e.value.numerator, e.value.denominator),
    tree.Dimension: lambda view, e: view.size(e.dim),
    tree.Symbol: _View.symbol,
    tree.Reference: _View.reference,
    tree.Identity: _constant(lambda rows, _: sympy.Identity(rows), 1),
    tree.Ones: _constant(sympy.OneMatrix, 1),
    tree.Zero: _constant(sympy.ZeroMatrix, 0),
    tree.UnitVector: lambda view, e: nodes.UnitVector(*view.shape(e.shape), view.index(e.index)),
    tree.Delta: _View.delta,
    tree.Add: _View.add,
    tree.Product: _View.product,
    tree.Hadamard: _View.hadamard,
    tree.Quotient: _View.quotient,
    tree.Power: _View.power,
    tree.MatrixPower: _View.matrix_power,
    tree.SymbolicPower: lambda view, e: sympy.MatPow(view.of(e.base), view.of(e.exponent), evaluate=view.evaluate),
    tree.Position: lambda view, e: view.index(e.index) + 1,
    tree.Inverse: lambda view, e: sympy.Inverse(view.of(e.arg)),
    tree.Determinant: lambda view, e: sympy.Determinant(view.of(e.arg)),
    tree.Kronecker: lambda view, e: sympy.KroneckerProduct(view.of(e.left), view.of(e.right)),
    tree.Vec: _View.vectorized,
    tree.Block: _View.block,
    tree.Softmax: _View.softmax,
    tree.Expectation: _View.mean,
    tree.Transpose: _transposed,
    tree.Fill: _filled,
    tree.Elementwise: _View.elementwise,
    tree.Apply: _View.applied,
    tree.Slice: _View.slice,
    tree.Trace: _View.trace,
    tree.Diagonal: _View.diagonal,
    tree.DiagonalPart: _View.diagonal_part,
    tree.Sum: _View.sum,
    tree.Stack: _View.stack,
    tree.Derivative: _View.derivative,
    tree.Differential: _View.differential,
    tree.At: _View.at_zero,
}
