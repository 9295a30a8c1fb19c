"""Typed expressions made from typed parts: every shape is checked here, before a node exists.

Each function raises ShapeError (S2…) with both offenders and their shapes.  What is read elementwise, or is
broadcast, is told to `notices`, so that a report can say it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from symbn.diagnostics import Diagnostic, Label, NoteError, ShapeError, fail
from symbn.expr import exponents, tree
from symbn.expr.shape import (
    is_column,
    is_row,
    is_scalar,
    is_square,
    is_vector,
    product_dim,
    resolved,
    resolved_shape,
    shape_text,
    sum_dim,
    unify,
    unify_shapes,
)
from symbn.expr.tree import Expr, Shape
from symbn.source import Span

Notices = dict[str, None]
SCALAR: Shape = (1, 1)
NUMERATOR_LAYOUT = (
    "∂f/∂x of a number f by a column x is a row here (numerator layout); ∇_x f is the column, and so is ∂f/∂x under "
    "`symbn: {layout: denominator}` in the front matter"
)


def number(value: int | Fraction, span: Span | None = None) -> tree.Number:
    return tree.Number(value=Fraction(value), shape=SCALAR, span=span)


def shape_error(
    code: str, message: str, offenders: Sequence[Expr], help: str | None = None, notes: tuple[str, ...] = ()
) -> ShapeError:
    """A misfit: each offender with its shape below it."""
    labels = tuple(
        Label(e.span, shape_text(e.shape), primary=place == len(offenders) - 1)
        for place, e in enumerate(offenders)
        if e.span is not None
    )
    return ShapeError(
        Diagnostic(code, message, labels, help=help, notes=notes, shapes=known_shapes(e.shape for e in offenders))
    )


def known_shapes(shapes: Iterable[Shape]) -> tuple[tuple[str | int, str | int], ...]:
    """The shapes, all of sizes that are one name or number; none if one is not."""
    found: list[tuple[str | int, str | int]] = []
    for shape in shapes:
        rows, columns = resolved_shape(shape)
        if not (isinstance(rows, str | int) and isinstance(columns, str | int)):
            return ()
        found.append((rows, columns))
    return tuple(found)


def is_zero(e: Expr) -> bool:
    """Whether this is written as 0, or as a sum, a product or a power of zeros: then it has the shape that it needs."""
    match e:
        case tree.Number():
            return e.value == 0
        case tree.Sum():
            return is_zero(e.body)
        case tree.Add():
            return all(map(is_zero, e.terms))
        case tree.Quotient():
            return is_scalar(e.shape) and is_zero(e.numerator)
        case tree.Product() | tree.Hadamard():
            return all(is_scalar(f.shape) for f in e.factors) and any(map(is_zero, e.factors))
        case tree.Power():
            return is_scalar(e.shape) and is_zero(e.base) and exponents.is_positive(e.exponent)
    return False


def as_shape(e: Expr, shape: Shape) -> Expr:
    """The literal 0 as the zero of a shape."""
    return tree.Zero(shape=shape, span=e.span) if is_zero(e) and not is_scalar(shape) else e


def _alike(left: Expr, right: Expr) -> tuple[Expr, Expr, bool]:
    """Two expressions, a 0 in the shape of the other, and whether their shapes are one."""
    left, right = as_shape(left, right.shape), as_shape(right, left.shape)
    return left, right, unify_shapes(left.shape, right.shape)


def same_shape(left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """Two sides of an equation.  Raises ShapeError S210."""
    left, right, fit = _alike(left, right)
    if fit:
        return left, right
    a, b = resolved_shape(left.shape), resolved_shape(right.shape)
    help_ = "one side is the transpose of the other's shape" if a == b[::-1] else None
    derived = any(_is_row_of_derivatives(node) for e in (left, right) for node in tree.walk(e))
    raise shape_error(
        "S210", f"the two sides have different shapes: {shape_text(a)} and {shape_text(b)}", (left, right), help_,
        (NUMERATOR_LAYOUT,) if derived and help_ is not None else (),
    )  # fmt: skip


def _is_row_of_derivatives(e: Expr) -> bool:
    return isinstance(e, tree.Derivative) and e.layout == "jacobian" and is_row(e.shape)


def add(terms: Sequence[Expr], span: Span | None, notices: Notices) -> Expr:
    """A sum; a scalar beside vectors is broadcast."""
    if len(terms) == 1:
        return terms[0]
    shaped = [t for t in terms if not is_scalar(t.shape)]
    if not shaped:
        return tree.Add(terms=tuple(terms), shape=SCALAR, span=span)
    first = shaped[0]
    for term in shaped[1:]:
        before = resolved_shape(first.shape)
        if not unify_shapes(first.shape, term.shape):
            _check_no_offset(first, term)
            turned = before == resolved_shape(term.shape)[::-1]
            raise shape_error(
                "S202", f"{shape_text(before)} and {shape_text(term.shape)} cannot be added", (first, term),
                "one of the two lacks a transpose" if turned else None,
            )  # fmt: skip
    fitted = [t if not is_scalar(t.shape) else _broadcast(t, first, notices) for t in terms]
    return tree.Add(terms=tuple(fitted), shape=first.shape, span=span)


def _check_no_offset(first: Expr, second: Expr) -> None:
    """Raises NoteError (S222) for X W + b with a column b: many add it to every row, or to every column."""
    for matrix, column in ((first, second), (second, first)):
        if not is_vector(matrix.shape) and is_column(column.shape):
            length = resolved(column.shape[0])
            for fits, every, written in (
                (resolved(matrix.shape[1]), "row", r"\mathbf 1 b^\top"),
                (resolved(matrix.shape[0]), "column", r"b \mathbf 1^\top"),
            ):  # fmt: skip
                if length == fits:
                    misread = shape_error(
                        "S222", f"is this column added to every {every} of the matrix?", (matrix, column),
                        f"write {written} then: a sum is of two things of one shape",
                    )  # fmt: skip
                    raise NoteError(misread.diagnostic)


def _broadcast(scalar: Expr, beside: Expr, notices: Notices) -> Expr:
    if is_zero(scalar):
        return tree.Zero(shape=beside.shape, span=scalar.span)
    if is_square(beside.shape) and not is_scalar(beside.shape):
        misread = shape_error(
            "S220", "a scalar added to a square matrix can mean two things", (beside, scalar),
            r"write \lambda I for the diagonal, or \lambda \mathbf 1 \mathbf 1^\top for every entry",
        )  # fmt: skip
        raise NoteError(misread.diagnostic)
    notices["a scalar beside a vector stands in every entry"] = None
    return tree.Fill(arg=scalar, shape=beside.shape, span=scalar.span)


def multiply(factors: Sequence[Expr], span: Span | None) -> Expr:
    """A product as written.  A stretch that gives a scalar (yᵀCy) scales the rest."""
    if len(factors) == 1:
        return factors[0]
    done: list[Expr] = []
    run: list[Expr] = []
    pending = _zeros_shaped(factors)
    while pending:
        factor = pending.pop(0)
        if is_scalar(factor.shape):
            done.append(factor)
            continue
        if run and is_scalar((run[0].shape[0], run[-1].shape[1])):
            done.append(_run(run))
            run = []
        if run and not _fits(run[-1], factor):
            scalar = _scalar_prefix([factor, *pending])
            if scalar is None:
                raise _misfit(run[-1], factor)
            done.append(_run([factor, *pending[: scalar - 1]]))
            pending = pending[scalar - 1 :]
            continue
        run.append(factor)
    if run:
        done.append(_run(run))
    if len(done) == 1:
        return tree.at_span(done[0], span)
    shaped = [e for e in done if not is_scalar(e.shape)]
    if len(shaped) > 1:
        raise _misfit(shaped[0], shaped[1])
    flat: list[Expr] = []
    for e in done:
        flat += e.factors if isinstance(e, tree.Product) and not is_scalar(e.shape) and e.span is None else [e]
    return tree.Product(factors=tuple(flat), shape=shaped[0].shape if shaped else SCALAR, span=span)


def _zeros_shaped(factors: Sequence[Expr]) -> list[Expr]:
    """Factors of which each 0 among vectors and matrices has the shape that it needs: xᵀ0 = 0, (B − B)A = 0A.

    Where any shape would do, it is that of the product with the number 0.
    """
    places = [place for place, f in enumerate(factors) if not is_scalar(f.shape)]
    if not places:
        return list(factors)
    whole = factors[places[0]].shape[0], factors[places[-1]].shape[1]
    return [
        tree.Zero(shape=_open_shape(f, whole), span=f.span)
        if isinstance(f, tree.Number) and f.value == 0 and (not is_scalar(whole) or places[0] < place < places[-1])
        else f
        for place, f in enumerate(factors)
    ]


def _open_shape(e: Expr, usual: Shape) -> Shape:
    return tree.DimVar("`0`", e.span, usual=usual[0]), tree.DimVar("`0`", e.span, usual=usual[1])


def _run(run: list[Expr]) -> Expr:
    if len(run) == 1:
        return run[0]
    return tree.Product(factors=tuple(run), shape=(run[0].shape[0], run[-1].shape[1]))


def _fits(left: Expr, right: Expr) -> bool:
    a, b = resolved(left.shape[1]), resolved(right.shape[0])
    return unify(a, b)


def _scalar_prefix(factors: Sequence[Expr]) -> int | None:
    """How many leading factors multiply to a scalar."""
    if resolved(factors[0].shape[0]) != 1:
        return None
    for count in range(1, len(factors) + 1):
        if resolved(factors[count - 1].shape[1]) == 1:
            return count
        if count < len(factors):
            a, b = resolved(factors[count - 1].shape[1]), resolved(factors[count].shape[0])
            if not isinstance(a, tree.DimVar) and not isinstance(b, tree.DimVar) and a != b:
                return None
    return None


def _misfit(left: Expr, right: Expr) -> ShapeError:
    a, b = resolved_shape(left.shape), resolved_shape(right.shape)
    hints = []
    for which, factor, fits in (("first", left, a[0] == b[0]), ("second", right, a[1] == b[1])):
        if fits:
            hints.append(f"{'drop the transpose of' if _is_transposed(factor) else 'transpose'} the {which} factor")
    return shape_error(
        "S201", f"these two factors cannot be multiplied: {shape_text(a)} times {shape_text(b)}", (left, right),
        f"{' or '.join(hints)}, perhaps" if hints else None,
    )  # fmt: skip


def _is_transposed(e: Expr) -> bool:
    return isinstance(e, tree.Transpose) or (
        isinstance(e, tree.Product) and len(e.factors) == 1 and _is_transposed(e.factors[0])
    )


def dot(left: Expr, right: Expr, span: Span | None) -> Expr:
    r"""a \cdot b: the inner product of two columns, otherwise the product."""
    if is_column(left.shape) and is_column(right.shape):
        return inner(left, right, span)
    return multiply((left, right), span)


def inner(left: Expr, right: Expr, span: Span | None) -> Expr:
    """⟨a, b⟩ = aᵀb for columns, tr(AᵀB) for matrices."""
    if is_scalar(left.shape) and is_scalar(right.shape):
        return multiply((left, right), span)
    left, right, fit = _alike(left, right)
    if not fit:
        raise shape_error("S204", "an inner product of two shapes", (left, right))
    product = tree.Product(factors=(transpose(left), right), shape=(left.shape[1], right.shape[1]), span=span)
    return product if is_column(left.shape) else tree.Trace(arg=product, shape=SCALAR, span=span)


def hadamard(left: Expr, right: Expr, span: Span | None) -> Expr:
    """A ⊙ B."""
    left, right, fit = _alike(left, right)
    if not fit:
        raise shape_error("S205", "an entrywise product of two shapes", (left, right))
    return tree.Hadamard(factors=(left, right), shape=left.shape, span=span)


def quotient(above: Expr, below: Expr, span: Span | None, notices: Notices) -> Expr:
    """above / below; by a vector or matrix it is entrywise."""
    if not is_scalar(below.shape):
        if is_scalar(above.shape):
            notices["a scalar divided by a vector is taken elementwise"] = None
            above = tree.Fill(arg=above, shape=below.shape, span=above.span)
        elif not unify_shapes(above.shape, below.shape):
            raise shape_error("S203", "a quotient of two shapes", (above, below))
        notices["a quotient of two vectors or matrices is taken elementwise"] = None
    return tree.Quotient(numerator=above, denominator=below, shape=above.shape, span=span)


def root(e: Expr, degree: int, span: Span | None, notices: Notices) -> Expr:
    """The root of a scalar, or of every entry."""
    if not is_scalar(e.shape):
        notices["the root of a vector or matrix is taken elementwise"] = None
    return tree.Power(base=e, exponent=number(Fraction(1, degree)), shape=e.shape, span=span)


def power(e: Expr, exponent: Expr, span: Span | None, least: Mapping[str, int] | None = None) -> Expr:
    """A scalar's power, or a square matrix's power by an integer; a negative one is a power of the inverse.

    `least` are the least values of sizes: whether an exponent made of sizes is ≥ 0 rests on them.
    Raises NoteError (S207) for a vector or a matrix that is not square: v² may be v ⊙ v, or vᵀv.
    """
    if not is_scalar(exponent.shape):
        raise fail(
            "S206",
            f"an exponent that is no number, but {shape_text(exponent.shape)}",
            exponent.span or span,
            help="declare the name with what stands above it, if that is part of the name",
        )
    if is_scalar(e.shape):
        return tree.Power(base=e, exponent=exponent, shape=SCALAR, span=span)
    if is_vector(e.shape) or not unify(*e.shape):
        raise _ask_about_power(e, span)
    symbolic = exponents.polynomial(exponent)
    if symbolic is None:
        raise fail(
            "E214", "the exponent of a matrix is an integer: a number, or made of sizes and of positions of indices",
            span, help=r"declare it, $k \in \mathbb{N}$; A^{\odot r} is the power of every entry",
        )  # fmt: skip
    if symbolic.keys() <= {()}:
        return _counted_power(e, symbolic.get((), 0), span)
    if exponents.is_nonnegative(symbolic, least or {}):
        return tree.SymbolicPower(base=e, exponent=exponents.expression(symbolic), shape=e.shape, span=span)
    above, below = exponents.parted(symbolic)
    turned = power(inverse(e, span), exponents.expression(below), span, least)
    return multiply((power(e, exponents.expression(above), span, least), turned), span) if above else turned


def _ask_about_power(e: Expr, span: Span | None) -> NoteError:
    """S207: what is not square has no power as a matrix, so the author means something else by it."""
    vector = is_vector(e.shape)
    what = "a vector" if vector else "a matrix that is not square"
    return fail(
        "S207", f"a power of {what}, {shape_text(e.shape)}: of every entry, or which product is meant?", span or e.span,
        help=r"write x^{\odot 2} for the power of every entry, x^\top x for the inner product" if vector else
        r"write A^{\odot 2} for the power of every entry, A A^\top or A^\top A for a product",
    )  # fmt: skip


def _counted_power(e: Expr, times: int, span: Span | None) -> Expr:
    if times < 0:
        turned = inverse(e, span)
        return turned if times == -1 else tree.MatrixPower(base=turned, exponent=-times, shape=e.shape, span=span)
    return tree.MatrixPower(base=e, exponent=times, shape=e.shape, span=span)


def inverse(e: Expr, span: Span | None) -> Expr:
    """e⁻¹ of a square matrix; of a scalar the power −1.  Raises NoteError (S207) for a vector, ShapeError."""
    if is_scalar(e.shape):
        return tree.Power(base=e, exponent=number(-1), shape=SCALAR, span=span)
    if is_vector(e.shape):
        raise _ask_about_power(e, span)
    if not unify(*e.shape):
        raise shape_error("S209", f"the inverse of something {shape_text(e.shape)}, which is not square", (e,))
    return tree.Inverse(arg=e, shape=e.shape, span=span)


def determinant(e: Expr, span: Span | None) -> Expr:
    """det A of a square matrix; of a scalar itself."""
    if is_scalar(e.shape):
        return e
    if is_vector(e.shape) or not unify(*e.shape):
        raise shape_error("S219", f"the determinant of something {shape_text(e.shape)}, which is not square", (e,))
    return tree.Determinant(arg=e, shape=SCALAR, span=span)


def kronecker(left: Expr, right: Expr, span: Span | None) -> Expr:
    """A ⊗ B; with a scalar it is a scaling."""
    if is_scalar(left.shape) or is_scalar(right.shape):
        return multiply((left, right), span)
    (a, b), (c, d) = left.shape, right.shape
    return tree.Kronecker(left=left, right=right, shape=(product_dim(a, c, span), product_dim(b, d, span)), span=span)


def vec(e: Expr, span: Span | None) -> Expr:
    """vec A, the columns below each other; of a column itself, of a row its transpose."""
    if is_scalar(e.shape) or is_column(e.shape):
        return e
    if is_row(e.shape):
        return transpose(e, span)
    return tree.Vec(arg=e, shape=(product_dim(e.shape[1], e.shape[0], span), 1), span=span)


def block(rows: Sequence[Sequence[Expr]], span: Span | None) -> Expr:
    """A matrix of blocks: equal heights in a row, equal widths in a column.  A cell 0 takes the size it must have."""
    columns = len(rows[0])
    shaped: list[list[Expr]] = [list(row) for row in rows]
    if any(len(row) != columns for row in shaped):
        raise fail("S232", "rows of blocks of different lengths", span, help="fill the row up with 0")
    alone = all(is_scalar(cell.shape) for row in shaped for cell in row)
    heights = [_extent(row, 0, alone, span) for row in shaped]
    widths = [_extent([row[c] for row in shaped], 1, alone, span) for c in range(columns)]
    for r, row in enumerate(shaped):
        for c, cell in enumerate(row):
            row[c] = as_shape(cell, (heights[r], widths[c]))
            if not unify(row[c].shape[0], heights[r]):
                raise shape_error("S233", "blocks of one row, of different heights", (row[c - 1], row[c]))
            if not unify(row[c].shape[1], widths[c]):
                raise shape_error("S233", "blocks of one column, of different widths", (shaped[r - 1][c], row[c]))
    cells = tuple(cell for row in shaped for cell in row)
    if len(cells) == 1:
        return tree.at_span(cells[0], span)
    return tree.Block(cells=cells, columns=columns, shape=(sum_dim(heights, span), sum_dim(widths, span)), span=span)


def _extent(cells: Sequence[Expr], axis: int, alone: bool, span: Span | None) -> tree.Dim:
    """The height of a row of blocks (axis 0), or the width of a column: that of its first cell that is not just 0.

    Of nothing but 0 it is 1 where all blocks are numbers (`alone`), else it is not known.
    """
    for cell in cells:
        if not is_zero(cell):
            return cell.shape[axis]
    return 1 if alone else tree.DimVar("a row or a column of blocks 0", span)


def softmax(e: Expr, span: Span | None) -> Expr:
    """softmax of a column or a row.  Raises ShapeError for a matrix: by rows, or by columns?"""
    if not is_vector(e.shape):
        raise fail(
            "S234", f"softmax of something {shape_text(e.shape)}, which is no vector", e.span or span,
            help=r"say it by rows, P_{i:} = \operatorname{softmax}(S_{i:}), or by columns",
        )  # fmt: skip
    return tree.Softmax(arg=e, shape=e.shape, span=span)


def expectation(e: Expr, span: Span | None) -> Expr:
    """𝔼 e, entry by entry."""
    return tree.Expectation(arg=e, shape=e.shape, span=span)


def covariance(left: Expr, right: Expr, span: Span | None) -> Expr:
    """cov(x, y) = 𝔼[(x − 𝔼x)(y − 𝔼y)ᵀ] of two columns or scalars."""
    for e in (left, right):
        if not (is_scalar(e.shape) or is_column(e.shape)):
            raise fail("S235", f"the covariance of something {shape_text(e.shape)}, which is no column", e.span or span)
    centred = [
        tree.Add(
            terms=(e, tree.Product(factors=(number(-1), expectation(e, span)), shape=e.shape)), shape=e.shape, span=span
        )
        for e in (left, right)
    ]
    return expectation(multiply((centred[0], transpose(centred[1])), span), span)


def negative(e: Expr, span: Span | None = None) -> Expr:
    """−e; a number's is a number."""
    if isinstance(e, tree.Number):
        return number(-e.value, e.span)
    return tree.Product(factors=(number(-1), e), shape=e.shape, span=e.span or span)


_INCREMENT = r"\mathrm{d}"


def increment(variable: tree.Symbol, span: Span | None = None) -> tree.Symbol:
    """dX, the increment of a free X: a name of X's shape."""
    return tree.Symbol(name=_INCREMENT + variable.name, shape=variable.shape, span=span)


def varying(increment: tree.Symbol) -> str:
    """The name X of an increment dX."""
    return increment.name.removeprefix(_INCREMENT)


def is_increment(e: Expr) -> bool:
    """Whether e is the dX of some X."""
    return isinstance(e, tree.Symbol) and e.name.startswith(_INCREMENT) and e.name != _INCREMENT


def total(e: Expr, span: Span | None = None) -> Expr:
    """The sum of the entries of a vector: 𝟏ᵀx of a column, x𝟏 of a row; a scalar itself."""
    if is_scalar(e.shape):
        return e
    assert is_vector(e.shape), "the entries of a matrix have no one order"
    if is_column(e.shape):
        factors = (transpose(tree.Ones(shape=e.shape, span=span)), e)
    else:
        factors = (e, tree.Ones(shape=(e.shape[1], 1), span=span))
    return tree.Product(factors=factors, shape=SCALAR, span=span)


def entrywise_power(e: Expr, exponent: Expr, span: Span | None) -> Expr:
    """x^{⊙r}."""
    return tree.Power(base=e, exponent=exponent, shape=e.shape, span=span)


def transpose(e: Expr, span: Span | None = None) -> Expr:
    """eᵀ."""
    if is_scalar(e.shape):
        return e
    if isinstance(e, tree.Transpose) and span is None:
        return e.arg
    return tree.Transpose(arg=e, shape=(e.shape[1], e.shape[0]), span=span or e.span)


def trace(e: Expr, span: Span | None) -> Expr:
    """tr A of a square matrix."""
    if is_vector(e.shape) or not unify(*e.shape):
        raise shape_error("S211", f"the trace of something {shape_text(e.shape)}, which is not square", (e,))
    return tree.Trace(arg=e, shape=SCALAR, span=span)


def diagonal(e: Expr, span: Span | None, only_matrix: bool = False) -> Expr:
    """diag: of a vector the diagonal matrix, of a square matrix its diagonal as a column."""
    if is_vector(e.shape):
        length = e.shape[0] if is_column(e.shape) else e.shape[1]
        return tree.Diagonal(arg=e, shape=(length, length), span=span)
    if only_matrix or not unify(*e.shape):
        raise shape_error(
            "S212", f"diag of something {shape_text(e.shape)}: neither a vector nor a square matrix", (e,)
        )
    if is_scalar(e.shape):
        return e
    return tree.DiagonalPart(arg=e, shape=(e.shape[0], 1), span=span)


def norm_squared(e: Expr, span: Span | None) -> Expr:
    """Σ of the squares of all entries."""
    if is_scalar(e.shape):
        return tree.Power(base=e, exponent=number(2), shape=SCALAR, span=span)
    left, right = (transpose(e), e) if not is_row(e.shape) else (e, transpose(e))
    product = tree.Product(factors=(left, right), shape=(left.shape[0], right.shape[1]), span=span)
    return product if is_vector(e.shape) else tree.Trace(arg=product, shape=SCALAR, span=span)


def is_sum_of_squares(e: Expr) -> bool:
    """Whether e is written as xᵀx or tr(AᵀA)."""
    if isinstance(e, tree.Trace):
        return is_sum_of_squares(e.arg)
    if not isinstance(e, tree.Product) or len(e.factors) != 2:
        return False
    left, right = e.factors
    return (isinstance(left, tree.Transpose) and left.arg == right) or (
        isinstance(right, tree.Transpose) and right.arg == left
    )


def entry(e: Expr, row: tree.Ix | None, column: tree.Ix | None, span: Span | None) -> Expr:
    """e[row, column]; None keeps the whole range.  Raises ShapeError S213 for an index of another range."""
    for index, dim, what in ((row, e.shape[0], "rows"), (column, e.shape[1], "columns")):
        if index is not None and not unify(index.dim, dim):
            name = index.name if isinstance(index, tree.IndexVar) else str(index.value)
            raise shape_error(
                "S213",
                f"the index {name} runs to {shape_text((index.dim, 1))[:-2]}, "
                f"but this has {shape_text((dim, 1))[:-2]} {what}",
                (tree.at_span(e, span),),
                f"use an index that runs to {shape_text((dim, 1))[:-2]}",
            )
    shape: Shape = (e.shape[0] if row is None else 1, e.shape[1] if column is None else 1)
    return tree.Slice(arg=e, row=row, column=column, shape=shape, span=span)
