"""Matrices of scalars, as rows of entries: what sums and products of them are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flint import fmpq

from symbn.evidence.numeric import Scalar, identical, perturb

Matrix: TypeAlias = list[list[Scalar]]
"""Rows of entries.  Never changed once made: matrices are shared and known by identity."""


def entries(operation: Callable[[Scalar, Scalar], Scalar], a: Matrix, b: Matrix) -> Matrix:
    """Entry by entry; both of one shape."""
    assert len(a) == len(b) and len(a[0]) == len(b[0]), "entries of different shapes"
    return [list(map(operation, p, q)) for p, q in zip(a, b, strict=True)]


def scaled(s: Scalar, a: Matrix) -> Matrix:
    if type(s) is int and s == 1:
        return a
    return [[s * x for x in row] for row in a]


def chained(chain: list[Matrix]) -> Matrix:
    """The product of a chain, from the right where it ends in a column, else from the left."""
    if len(chain[-1][0]) == 1:
        result = chain[-1]
        for a in reversed(chain[:-1]):
            result = multiplied(a, result)
        return result
    result = chain[0]
    for a in chain[1:]:
        result = multiplied(result, a)
    return result


def multiplied(a: Matrix, b: Matrix) -> Matrix:
    """(ab)_ij = Σ_k a_ik b_kj, exact zeros passed over."""
    assert len(a[0]) == len(b), "factors that cannot be multiplied"
    columns = list(zip(*b, strict=True))
    product: Matrix = []
    for row in a:
        out: list[Scalar] = []
        for column in columns:
            total: Scalar = 0
            for x, y in zip(row, column, strict=True):
                if x and y:
                    total = total + x * y
            out.append(total)
        product.append(out)
    return product


def kronecker(a: Matrix, b: Matrix) -> Matrix:
    """a ⊗ b: block (i, j) is a_ij b."""
    return [[x * y for x in p for y in q] for p in a for q in b]


def stacked_columns(a: Matrix) -> Matrix:
    """vec a: the columns below each other."""
    return [[x] for column in zip(*a, strict=True) for x in column]


def blocks(cells: list[Matrix], columns: int) -> Matrix:
    """Matrices side by side, `columns` in a row of blocks."""
    bands = [cells[k : k + columns] for k in range(0, len(cells), columns)]
    return [[x for part in parts for x in part] for band in bands for parts in zip(*band, strict=True)]


def perturbed(value: Matrix, tag: int, row: int | None, column: int | None) -> Matrix:
    """value + ε, one direction for each entry of the pinned slice (or of all), row by row."""
    direction = 0
    result: Matrix = []
    for i, old in enumerate(value, 1):
        fresh = list(old)
        if row is None or row == i:
            for j in range(len(fresh)) if column is None else (column - 1,):
                fresh[j] = perturb(fresh[j], tag, direction)
                direction += 1
        result.append(fresh)
    return result


def symmetrised(a: Matrix) -> Matrix:
    """(A + Aᵀ)/2."""
    half = fmpq(1, 2)
    return [[(x + a[j][i]) * half for j, x in enumerate(row)] for i, row in enumerate(a)]


def same(a: Matrix, b: Matrix) -> bool:
    """The same shape, and entries that no ball tells apart, perturbations included."""
    return len(a) == len(b) and all(len(p) == len(q) and all(map(identical, p, q)) for p, q in zip(a, b, strict=True))
