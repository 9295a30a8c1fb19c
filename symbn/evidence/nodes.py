"""One rule a node: its entries from the entries below it.  A node that is not in `RULES` has no value.

Semantics stand in the docstrings of `symbn.expr.tree`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from symbn.evidence.elementary import elementwise, power
from symbn.evidence.inverses import determinant, inverse
from symbn.evidence.matrices import Matrix, blocks, chained, entries, kronecker, multiplied, scaled, stacked_columns
from symbn.evidence.numeric import Scalar, Undefined, divide, reciprocal
from symbn.evidence.sizes import same_size
from symbn.evidence.worlds import Binding, Frame
from symbn.expr.tree import (
    Add,
    Apply,
    At,
    Block,
    Delta,
    Derivative,
    Determinant,
    Diagonal,
    DiagonalPart,
    Differential,
    Dim,
    Dimension,
    Elementwise,
    Expectation,
    Expr,
    Fill,
    Hadamard,
    Identity,
    Inverse,
    Kronecker,
    MatrixPower,
    Number,
    Ones,
    Position,
    Power,
    Product,
    Quotient,
    Reference,
    Slice,
    Softmax,
    Stack,
    Sum,
    Symbol,
    SymbolicPower,
    Trace,
    Transpose,
    UnitVector,
    Vec,
    Zero,
)

if TYPE_CHECKING:
    from symbn.evidence.components import Evaluator

Rule: TypeAlias = "Callable[[Evaluator, Any, Frame], Matrix]"


def _dimension(e: Evaluator, node: Dimension, frame: Frame) -> Matrix:
    return [[e.size(node.dim)]]


def _number(e: Evaluator, node: Number, frame: Frame) -> Matrix:
    return [[divide(node.value.numerator, node.value.denominator)]]


def _symbol(e: Evaluator, node: Symbol, frame: Frame) -> Matrix:
    bound = frame.parameters.get(node.name)
    return e.symbol(node, frame.world) if bound is None else bound.value


def _reference(e: Evaluator, node: Reference, frame: Frame) -> Matrix:
    family = tuple([e.place(index, frame) for index in node.indices])
    return e.reference(node.name, family, [Binding(e.value(a, frame), a, frame) for a in node.arguments], frame.world)


def _constant(entry: Callable[[int, int], int]) -> Rule:
    def rule(e: Evaluator, node: Expr, frame: Frame) -> Matrix:
        rows, columns = e.sizes(node.shape)
        return [[entry(i, j) for j in range(columns)] for i in range(rows)]

    return rule


def _unit_vector(e: Evaluator, node: UnitVector, frame: Frame) -> Matrix:
    k = e.place(node.index, frame)
    return [[int(i == k)] for i in range(1, e.sizes(node.shape)[0] + 1)]


def _delta(e: Evaluator, node: Delta, frame: Frame) -> Matrix:
    return [[int(e.place(node.first, frame) == e.place(node.second, frame))]]


def _add(e: Evaluator, node: Add, frame: Frame) -> Matrix:
    total = e.value(node.terms[0], frame)
    for term in node.terms[1:]:
        total = entries(lambda x, y: x + y, total, e.value(term, frame))
    return total


def _product(e: Evaluator, node: Product, frame: Frame) -> Matrix:
    """Factors of matching shapes are chained; 1×1 factors and chains (xᵀy) scale the one left."""
    scale: Scalar = 1
    result: Matrix | None = None
    chains: list[tuple[Dim, Dim, list[Matrix]]] = []
    for factor in node.factors:
        value = e.value(factor, frame)
        rows, columns = factor.shape
        if factor.is_scalar:
            scale = scale * value[0][0]
        elif chains and same_size(chains[-1][1], rows):
            chains[-1] = (chains[-1][0], columns, [*chains[-1][2], value])
        else:
            chains.append((rows, columns, [value]))
    for rows, columns, chain in chains:
        value = chained(chain)
        if (rows, columns) == (1, 1):
            scale = scale * value[0][0]
        else:
            assert result is None, "factors that cannot be multiplied"
            result = value
    if result is None:
        return [[scale]]
    return scaled(scale, result)


def _hadamard(e: Evaluator, node: Hadamard, frame: Frame) -> Matrix:
    total = e.value(node.factors[0], frame)
    for factor in node.factors[1:]:
        total = entries(lambda x, y: x * y, total, e.value(factor, frame))
    return total


def _quotient(e: Evaluator, node: Quotient, frame: Frame) -> Matrix:
    numerator, denominator = e.value(node.numerator, frame), e.value(node.denominator, frame)
    if node.denominator.is_scalar:
        if node.numerator.is_scalar:
            return [[divide(numerator[0][0], denominator[0][0])]]
        return scaled(divide(1, denominator[0][0]), numerator)
    return entries(divide, numerator, denominator)


def _power(e: Evaluator, node: Power, frame: Frame) -> Matrix:
    exponent = e.scalar(node.exponent, frame)
    return [[power(x, exponent) for x in row] for row in e.value(node.base, frame)]


def _matrix_power(e: Evaluator, node: MatrixPower, frame: Frame) -> Matrix:
    if node.exponent < 0:
        raise TypeError("evidence has no rule for a negative matrix power")
    return _raised(e, e.value(node.base, frame), node.exponent)


def _raised(e: Evaluator, base: Matrix, times: int) -> Matrix:
    result: Matrix = [[int(i == j) for j in range(len(base))] for i in range(len(base))]
    for _ in range(times):
        e.check_time()
        result = multiplied(result, base)
    return result


def _symbolic_power(e: Evaluator, node: SymbolicPower, frame: Frame) -> Matrix:
    """By repeated multiplication; Undefined where the exponent is negative at these sizes."""
    exponent = e.scalar(node.exponent, frame)
    if not isinstance(exponent, int) or exponent < 0:
        raise Undefined(f"a matrix to the power {exponent}")
    return _raised(e, e.value(node.base, frame), exponent)


def _position(e: Evaluator, node: Position, frame: Frame) -> Matrix:
    return [[e.place(node.index, frame)]]


def _inverse(e: Evaluator, node: Inverse, frame: Frame) -> Matrix:
    e.check_time()
    return inverse(e.value(node.arg, frame))


def _determinant(e: Evaluator, node: Determinant, frame: Frame) -> Matrix:
    e.check_time()
    return [[determinant(e.value(node.arg, frame))]]


def _kronecker(e: Evaluator, node: Kronecker, frame: Frame) -> Matrix:
    e.sizes(node.shape)  # too large a product is not begun
    return kronecker(e.value(node.left, frame), e.value(node.right, frame))


def _vec(e: Evaluator, node: Vec, frame: Frame) -> Matrix:
    return stacked_columns(e.value(node.arg, frame))


def _block(e: Evaluator, node: Block, frame: Frame) -> Matrix:
    return blocks([e.value(cell, frame) for cell in node.cells], node.columns)


def _transpose(e: Evaluator, node: Transpose, frame: Frame) -> Matrix:
    return [list(column) for column in zip(*e.value(node.arg, frame), strict=True)]


def _fill(e: Evaluator, node: Fill, frame: Frame) -> Matrix:
    rows, columns = e.sizes(node.shape)
    return [[e.scalar(node.arg, frame)] * columns] * rows


def _elementwise(e: Evaluator, node: Elementwise, frame: Frame) -> Matrix:
    return [[elementwise(node.function, x) for x in row] for row in e.value(node.arg, frame)]


def _softmax(e: Evaluator, node: Softmax, frame: Frame) -> Matrix:
    """exp(x_i) / Σ_k exp(x_k): the same for x − x_1, which is exact where all entries are equal."""
    rows = e.value(node.arg, frame)
    first = rows[0][0]
    raised = [[elementwise("exp", x - first) for x in row] for row in rows]
    total: Scalar = 0
    for row in raised:
        for x in row:
            total = total + x
    return scaled(reciprocal(total), raised)


def _expectation(e: Evaluator, node: Expectation, frame: Frame) -> Matrix:
    return e.mean(node, frame)


def _apply(e: Evaluator, node: Apply, frame: Frame) -> Matrix:
    return e.application(node, frame)


def _slice(e: Evaluator, node: Slice, frame: Frame) -> Matrix:
    row, column = e.optional_place(node.row, frame), e.optional_place(node.column, frame)
    rows = e.value(node.arg, frame)
    if row is not None:
        rows = rows[row - 1 : row]
    if column is not None:
        return [r[column - 1 : column] for r in rows]
    return rows


def _trace(e: Evaluator, node: Trace, frame: Frame) -> Matrix:
    total: Scalar = 0
    for i, row in enumerate(e.value(node.arg, frame)):
        total = total + row[i]
    return [[total]]


def _diagonal(e: Evaluator, node: Diagonal, frame: Frame) -> Matrix:
    e.sizes(node.shape)
    entries = [x for row in e.value(node.arg, frame) for x in row]
    return [[x if i == j else 0 for j in range(len(entries))] for i, x in enumerate(entries)]


def _diagonal_part(e: Evaluator, node: DiagonalPart, frame: Frame) -> Matrix:
    return [[row[i]] for i, row in enumerate(e.value(node.arg, frame))]


def _sum(e: Evaluator, node: Sum, frame: Frame) -> Matrix:
    e.check_time()
    rows, columns = e.sizes(node.shape)
    total: Matrix = [[0] * columns for _ in range(rows)]
    for body in _bodies(e, node, frame):
        total = entries(lambda x, y: x + y, total, body)
    return total


def _stack(e: Evaluator, node: Stack, frame: Frame) -> Matrix:
    e.sizes(node.shape)
    bodies = list(_bodies(e, node, frame))
    if node.axis == "rows":
        return [row for body in bodies for row in body]
    if node.axis == "columns":
        return [[x for body in bodies for x in body[i]] for i in range(e.size(node.shape[0]))]
    return [[body[0][0] if i == j else 0 for j in range(len(bodies))] for i, body in enumerate(bodies)]


def _bodies(e: Evaluator, node: Sum | Stack, frame: Frame) -> Iterator[Matrix]:
    for k in range(1, e.size(node.index.dim) + 1):
        yield e.value(node.body, Frame(frame.world, {**frame.indices, node.index.name: k}, frame.parameters))


def _derivative(e: Evaluator, node: Derivative, frame: Frame) -> Matrix:
    return e.derivative(node, frame)


def _differential(e: Evaluator, node: Differential, frame: Frame) -> Matrix:
    return e.differential(node, frame)


def _at(e: Evaluator, node: At, frame: Frame) -> Matrix:
    return e.at_zero(node, frame)


RULES: dict[type[Expr], Rule] = {
    Number: _number,
    Dimension: _dimension,
    Symbol: _symbol,
    Reference: _reference,
    Identity: _constant(lambda i, j: int(i == j)),
    Ones: _constant(lambda i, j: 1),
    Zero: _constant(lambda i, j: 0),
    UnitVector: _unit_vector,
    Delta: _delta,
    Add: _add,
    Product: _product,
    Hadamard: _hadamard,
    Quotient: _quotient,
    Power: _power,
    MatrixPower: _matrix_power,
    SymbolicPower: _symbolic_power,
    Position: _position,
    Inverse: _inverse,
    Determinant: _determinant,
    Kronecker: _kronecker,
    Vec: _vec,
    Block: _block,
    Transpose: _transpose,
    Fill: _fill,
    Elementwise: _elementwise,
    Softmax: _softmax,
    Expectation: _expectation,
    Apply: _apply,
    Slice: _slice,
    Trace: _trace,
    Diagonal: _diagonal,
    DiagonalPart: _diagonal_part,
    Sum: _sum,
    Stack: _stack,
    Derivative: _derivative,
    Differential: _differential,
    At: _at,
}
