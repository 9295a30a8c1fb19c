"""The batch-norm layer in extended precision, from the formulas of the note: what every kernel is measured against.

With d = J y (J = I − 11ᵀ/n), h = J ∇_z, q = dᵀd, N = n − ddof, σ² = q/N + ε, for a column y and its cotangent ∇_z:

    ŷ = d/σ                    z = γŷ + β
    ∇_y = γ (h − ŷ (ŷᵀh)/N)/σ  (N12f, with ∇_ŷ = γ∇_z)
    ∇_γ = ŷᵀ∇_z = ŷᵀh          ∇_β = 1ᵀ∇_z

h is split into its part along d and the rest r, so that nothing cancels (for n = 2, r = 0 and ∇_y is of ε's size):

    h = k d + r,  k = dᵀh/q,   ∇_y = γ (r + k d · Nε/(q + Nε))/σ

Arrays: `np.longdouble` of 64 bits, pairwise sums, every centering and projection done twice.  Columns are kept as rows
(m×n, contiguous), for NumPy sums pairwise along the last axis only.  `exact_column` says the same with 50 digits.
Errors are below 1e-17 by the measure of `cases`; a test holds them against the 50 digits.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

import mpmath
import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Extended: TypeAlias = NDArray[np.longdouble]

AVAILABLE = bool(np.finfo(np.longdouble).eps < 2e-19)
"""False where long double is double (Windows, macOS on ARM)."""

DIGITS = 50


def columns(A: Array) -> Extended:
    """The columns of A as contiguous rows.  A : n×m;  returns m×n."""
    return np.ascontiguousarray(A.T, dtype=np.longdouble)


def centred(rows: Extended) -> Extended:
    """J applied to each row, twice: what rounding the mean left behind goes with the second.  m×n."""
    varies = (rows != rows[:, :1]).any(axis=1, keepdims=True)
    for _ in range(2):
        rows = rows - rows.sum(axis=1, keepdims=True) / rows.shape[1]
    return np.where(varies, rows, 0)


def deviation(d: Extended, *, ddof: int, eps: float) -> Extended:
    """σ = √(dᵀd/(n − ddof) + ε) of each row.  d : m×n;  returns m×1."""
    sigma: Extended = np.sqrt((d * d).sum(axis=1, keepdims=True) / (d.shape[1] - ddof) + np.longdouble(eps))
    return sigma


def normalise(Y: Array, *, ddof: int, eps: float) -> Extended:
    """Ŷ = J Y Σ⁻¹.  Y : n×m;  returns n×m."""
    d = centred(columns(Y))
    return np.ascontiguousarray((d / deviation(d, ddof=ddof, eps=eps)).T)


def forward(Y: Array, gamma: Array, beta: Array, *, ddof: int, eps: float) -> Extended:
    """Z = Ŷ diag(γ) + 1βᵀ.  Y : n×m;  gamma, beta : m;  returns n×m."""
    return normalise(Y, ddof=ddof, eps=eps) * gamma.astype(np.longdouble) + beta.astype(np.longdouble)


def backward(Y: Array, gamma: Array, grad_Z: Array, *, ddof: int, eps: float) -> tuple[Extended, Extended, Extended]:
    """(∇_Y, ∇_γ, ∇_β).  Y, grad_Z : n×m;  gamma : m;  returns n×m, m, m."""
    g = columns(grad_Z)
    d, h = centred(columns(Y)), centred(g)
    spread = d.shape[1] - ddof
    q = (d * d).sum(axis=1, keepdims=True)
    sigma = deviation(d, ddof=ddof, eps=eps)
    direction = np.where(q > 0, d / np.sqrt(np.where(q > 0, q, 1)), 0)
    rest = h
    for _ in range(3):
        rest = rest - direction * (direction * rest).sum(axis=1, keepdims=True)
        rest = centred(rest)
    kept = spread * np.longdouble(eps) / (q + spread * np.longdouble(eps))
    along = direction * (direction * h).sum(axis=1, keepdims=True)
    grad_Y = (rest + along * kept) / sigma * gamma.astype(np.longdouble)[:, None]
    grad_gamma = (d * h).sum(axis=1) / sigma[:, 0]
    return np.ascontiguousarray(grad_Y.T), grad_gamma, g.sum(axis=1)


def backward_normalised(Y: Array, grad_Y_hat: Array, *, ddof: int, eps: float) -> Extended:
    """∇_Y = (J ∇_Ŷ − Ŷ C) Σ⁻¹, the layer without γ and β.  Y, grad_Y_hat : n×m;  returns n×m."""
    return backward(Y, np.ones(Y.shape[1]), grad_Y_hat, ddof=ddof, eps=eps)[0]


def exact_column(
    y: Array, gamma: float, grad_z: Array, *, ddof: int, eps: float, rows: slice = slice(None)
) -> tuple[list[Any], list[Any], Any, Any]:
    """(ŷ, ∇_y, ∇_γ, ∇_β) of one column: exact moments, then 50 digits.  y, grad_z : n;  rows : which of ŷ, ∇_y.

    The formulas as the note has them, with Σ(y − μ)² = Σy² − (Σy)²/n, which no rounding harms here.
    """
    n = len(y)
    ys, unit_y = integers(y)
    gs, unit_g = integers(grad_z)
    sum_y, sum_g = sum(ys), sum(gs)
    q = Fraction(n * sum(a * a for a in ys) - sum_y**2, n * unit_y**2)
    dh = Fraction(n * sum(a * b for a, b in zip(ys, gs, strict=True)) - sum_y * sum_g, n * unit_y * unit_g)
    with mpmath.workdps(DIGITS):
        sigma = mpmath.sqrt(number(q / (n - ddof) + Fraction(eps)))
        grad_gamma = number(dh) / sigma
        y_hat = [number(Fraction(n * a - sum_y, n * unit_y)) / sigma for a in ys[rows]]
        h = [number(Fraction(n * b - sum_g, n * unit_g)) for b in gs[rows]]
        scale = mpmath.mpf(float(gamma)) / sigma
        grad_y = [scale * (a - b * grad_gamma / (n - ddof)) for a, b in zip(h, y_hat, strict=True)]
        return y_hat, grad_y, grad_gamma, number(Fraction(sum_g, unit_g))


def integers(column: Array) -> tuple[list[int], int]:
    """(a, u) with column = a/u, exactly."""
    ratios = [float(v).as_integer_ratio() for v in column]
    unit = max(below for _, below in ratios)
    return [above * (unit // below) for above, below in ratios], unit


def number(q: Fraction) -> Any:
    return mpmath.mpf(q.numerator) / q.denominator
