"""Whether a node's shape follows from its parts: for trees that were not made by `build`.

SymPy adds m×n to p×q without complaint when sizes are symbols, so this is asked before a SymPy node is made.
"""

from __future__ import annotations

from symbn.expr import tree
from symbn.expr.build import as_shape, block, kronecker, multiply, shape_error, vec
from symbn.expr.shape import is_square, is_vector, shape_text
from symbn.expr.tree import Expr, Ix, Shape


def check_shape(e: Expr) -> None:
    """Raises ShapeError (S251) if the node is misshapen; what is below it is not looked into."""
    if not _fits(e):
        raise shape_error(
            "S251", f"{type(e).__name__} of these parts is not {shape_text(e.shape)}", (*tree.children(e), e)
        )


def _fits(e: Expr) -> bool:
    shape = e.shape
    match e:
        case tree.Number() | tree.Dimension() | tree.Position() | tree.Delta():
            return shape == (1, 1)
        case tree.Symbol() | tree.Reference() | tree.Ones() | tree.Zero() | tree.Apply(entrywise=False):
            return True
        case tree.Apply() | tree.Elementwise() | tree.At() | tree.Sum():
            return all(child.shape == shape for child in tree.children(e))
        case tree.Identity():
            return is_square(shape)
        case tree.UnitVector():
            return shape == (e.index.dim, 1)
        case tree.Add():
            return bool(e.terms) and all(as_shape(term, shape).shape == shape for term in e.terms)
        case tree.Product():
            return bool(e.factors) and multiply(e.factors, None).shape == shape
        case tree.Hadamard():
            return bool(e.factors) and all(factor.shape == shape for factor in e.factors)
        case tree.Quotient():
            return e.numerator.shape == shape and e.denominator.shape in (shape, (1, 1))
        case tree.Power():
            return e.base.shape == shape and e.exponent.is_scalar
        case tree.MatrixPower():
            return e.base.shape == shape and is_square(shape) and e.exponent >= 0
        case tree.SymbolicPower():
            return e.base.shape == shape and is_square(shape) and e.exponent.is_scalar
        case tree.Inverse():
            return e.arg.shape == shape and is_square(shape) and not e.is_scalar
        case tree.Determinant():
            return shape == (1, 1) and is_square(e.arg.shape)
        case tree.Kronecker():
            return kronecker(e.left, e.right, None).shape == shape
        case tree.Vec():
            return vec(e.arg, None).shape == shape
        case tree.Block():
            cells = [e.cells[k : k + e.columns] for k in range(0, len(e.cells), e.columns)]
            return block(cells, None).shape == shape
        case tree.Softmax():
            return e.arg.shape == shape and is_vector(shape)
        case tree.Expectation():
            return e.arg.shape == shape
        case tree.Transpose():
            return e.arg.shape == shape[::-1]
        case tree.Fill():
            return e.arg.is_scalar
        case tree.Slice():
            return shape == _sliced(e)
        case tree.Trace():
            return shape == (1, 1) and is_square(e.arg.shape)
        case tree.Diagonal():
            rows, columns = e.arg.shape
            length = rows if columns == 1 else columns
            return (is_vector(e.arg.shape) or e.arg.is_scalar) and shape == (length, length)
        case tree.DiagonalPart():
            return is_square(e.arg.shape) and shape == (e.arg.shape[0], 1)
        case tree.Stack():
            return _stacked(e)
        case tree.Derivative():
            return _differentiated(e)
    return True


def _sliced(e: tree.Slice) -> Shape | None:
    def size(index: Ix | None, dim: tree.Dim) -> tree.Dim | None:
        if index is None:
            return dim
        return 1 if index.dim == dim else None

    rows, columns = size(e.row, e.arg.shape[0]), size(e.column, e.arg.shape[1])
    return None if rows is None or columns is None else (rows, columns)


def _stacked(e: tree.Stack) -> bool:
    rows, columns = e.body.shape
    dim = e.index.dim
    if e.axis == "rows":
        return rows == 1 and e.shape == (dim, columns)
    if e.axis == "columns":
        return columns == 1 and e.shape == (rows, dim)
    return e.body.is_scalar and e.shape == (dim, dim)


def _differentiated(e: tree.Derivative) -> bool:
    (rows, columns), (p, q) = e.arg.shape, e.variable.shape
    if e.layout == "entrywise":
        return e.variable.is_scalar and e.shape == e.arg.shape
    if e.layout == "gradient":
        return e.arg.is_scalar and e.shape == e.variable.shape
    vectors = 1 in (rows, columns) and 1 in (p, q)
    return vectors and e.shape == (rows if columns == 1 else columns, p if q == 1 else q)
