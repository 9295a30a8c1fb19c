r"""Inverses and determinants of matrices of scalars: exact, in balls, and of duals by their differentials.

    d(A⁻¹) = −A⁻¹ dA A⁻¹          d(det A) = tr(adj(A) dA)

The perturbations of the outermost tag are split off first, so that what is left may hold those of inner tags.  The
determinant has a derivative at singular matrices too: there the adjugate is made of minors.
"""

from __future__ import annotations

from flint import arb, arb_mat, fmpq, fmpq_mat

from symbn.evidence.matrices import Matrix, multiplied, scaled
from symbn.evidence.numeric import Dual, Real, Scalar, Undefined, real


def inverse(a: Matrix) -> Matrix:
    """a⁻¹.  Undefined where a is singular, or balls do not tell."""
    tag = _outermost(a)
    if not tag:
        return _inverse([[real(x) for x in row] for row in a])
    value, parts = _split(a, tag)
    inside = inverse(value)
    left = scaled(-1, inside)
    changes = {d: multiplied(multiplied(left, part), inside) for d, part in parts.items()}
    return [
        [Dual(tag, x, {d: change[i][j] for d, change in changes.items()}) for j, x in enumerate(row)]
        for i, row in enumerate(inside)
    ]


def determinant(a: Matrix) -> Scalar:
    """det a, a polynomial in the entries."""
    tag = _outermost(a)
    if not tag:
        return _determinant([[real(x) for x in row] for row in a])
    value, parts = _split(a, tag)
    adjoint = adjugate(value)
    whole = multiplied(value[:1], [row[:1] for row in adjoint])[0][0]
    return Dual(tag, whole, {d: _traced(adjoint, part) for d, part in parts.items()})


def adjugate(a: Matrix) -> Matrix:
    """adj(a) with a adj(a) = det(a) I: det(a) a⁻¹, and where that has no value the transposed cofactors."""
    if len(a) == 1:
        return [[1]]
    try:
        return scaled(determinant(a), inverse(a))
    except Undefined:
        places = range(len(a))
        return [[(-1) ** (i + j) * determinant(_minor(a, j, i)) for j in places] for i in places]


def _minor(a: Matrix, i: int, j: int) -> Matrix:
    """a without row i and column j."""
    return [row[:j] + row[j + 1 :] for k, row in enumerate(a) if k != i]


def _traced(a: Matrix, b: Matrix) -> Scalar:
    """tr(ab)"""
    total: Scalar = 0
    for i, row in enumerate(a):
        for j, x in enumerate(row):
            total = total + x * b[j][i]
    return total


def _outermost(a: Matrix) -> int:
    """The largest tag of the entries, 0 if none is a dual."""
    return max(x.tag if type(x) is Dual else 0 for row in a for x in row)


def _split(a: Matrix, tag: int) -> tuple[Matrix, dict[int, Matrix]]:
    """The values, and for each direction the coefficients, as a = value + Σ_d parts[d] ε_d for the ε of one tag."""
    value: Matrix = [[x.value if type(x) is Dual and x.tag == tag else x for x in row] for row in a]
    parts: dict[int, Matrix] = {}
    for i, row in enumerate(a):
        for j, x in enumerate(row):
            if type(x) is Dual and x.tag == tag:
                for d, c in x.parts.items():
                    if d not in parts:
                        parts[d] = [[0] * len(row) for _ in a]
                    parts[d][i][j] = c
    return value, parts


# ---------------------------------------------------------------- of numbers


def _inverse(a: list[list[Real]]) -> Matrix:
    exact = _exact(a)
    try:
        if exact is not None:
            return [list(row) for row in exact.inv().table()]
        found = arb_mat(a).inv().table()
    except ZeroDivisionError:
        message = "the inverse of a matrix that is or may be singular"
        raise Undefined(message, straddles=exact is None) from None
    if not all(x.is_finite() for row in found for x in row):
        raise Undefined("the inverse of a matrix that may be singular", straddles=True)
    return [list(row) for row in found]


def _determinant(a: list[list[Real]]) -> Real:
    exact = _exact(a)
    return arb_mat(a).det() if exact is None else exact.det()


def _exact(a: list[list[Real]]) -> fmpq_mat | None:
    """The matrix of rationals; None if an entry is a ball."""
    rows: list[list[int | fmpq]] = []
    for row in a:
        rows.append([])
        for x in row:
            if isinstance(x, arb):
                return None
            rows[-1].append(x)
    return fmpq_mat(rows)
