"""Kernels of derivations/cross_entropy_layer.md, “Softmax with cross entropy as it is computed”.

Numba target: arguments are float32 or float64 NumPy arrays and are never written to (those that do not lie in C order
are copied); out= takes the array (or the arrays) for the result.  The first call of a function with a dtype compiles
it, which takes seconds; a module that is importable by its name keeps what was compiled on disk.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 0bf3ae69f7e9561e4c97368e39c27bb2037fea7fa2a033a6695f57ef49ce502f
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from numbers import Integral, Real
from operator import index
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[Any]

FEW = 16
"""Below so many rows everything is computed in the widest float: little may be left of a difference there."""


def _dtype(**arrays: Array) -> np.dtype[Any]:
    """The one dtype of all arguments, float32 or float64; TypeError for anything else."""
    first = None
    for name, value in arrays.items():
        if not isinstance(value, np.ndarray):
            raise TypeError(f"{name}: a NumPy array is needed, not {type(value).__name__}")
        if isinstance(value, np.ma.MaskedArray):
            raise TypeError(f"{name}: a masked array has no defined means")
        if value.dtype != np.float32 and value.dtype != np.float64:
            raise TypeError(f"{name}: float32 or float64 is needed, not {value.dtype}")
        if first is None:
            first = name
        elif value.dtype != arrays[first].dtype:
            raise TypeError(
                f"{name} is {value.dtype}, but {first} is {arrays[first].dtype}: give all arrays one dtype"
            )
    assert first is not None
    return arrays[first].dtype


def _refuse(least: dict[str, int], /, **arrays: tuple[Array, tuple[str | int, ...]]) -> None:
    """ValueError that says which arguments do not fit each other."""
    found: dict[str | int, tuple[int, str]] = {}
    for name, (array, dims) in arrays.items():
        if array.ndim != len(dims):
            raise ValueError(f"{name}: {len(dims)} dimensions are needed, not {array.ndim}")
        for dim, size in zip(dims, array.shape, strict=True):
            wanted, whose = found.setdefault(dim, (size, name)) if isinstance(dim, str) else (dim, "the formula")
            if size != wanted:
                raise ValueError(f"{name} has shape {array.shape}, but {dim} = {wanted} by {whose}")
            if isinstance(dim, str) and size < least[dim]:
                raise ValueError(f"{name} has shape {array.shape}: {dim} must be at least {least[dim]}")
    raise AssertionError("shapes that fit")


def _check_finite(**arrays: Array) -> None:
    """ValueError for an array with an infinity or NaN."""
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            raise ValueError(f"{name} holds infinities or NaN")


def _outputs(out: Any, count: int) -> tuple[Array | None, ...]:
    """The arrays to write the results to, as many as there are; None for a new one."""
    if out is None:
        return (None,) * count
    if not isinstance(out, tuple) or len(out) != count:
        raise TypeError(f"out: a tuple of {count} arrays is needed, one for each result")
    return out


def _output(out: Array | None, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], /, **others: Array) -> Array:
    """The array to write a result to: `out`, if it fits and shares no memory with the others, or else a new one."""
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out for {name}: an array of {dtype} is needed, not {type(out).__name__}")
    if out.dtype != dtype:
        raise TypeError(f"out for {name}: an array of {dtype} is needed, not of {out.dtype}")
    if out.shape != shape:
        raise ValueError(f"out for {name}: the shape {shape} is needed, not {out.shape}")
    if not out.flags.writeable:
        raise ValueError(f"out for {name} is read-only")
    for other, value in others.items():
        if np.may_share_memory(out, value):
            raise ValueError(f"out for {name} shares memory with {other}")
    return out


def _is_importable() -> bool:
    """Whether another process finds this module by its name: only for such a one what is compiled can be kept."""
    parent, _, own = __name__.rpartition(".")
    spec = PathFinder.find_spec(own, sys.modules[parent].__path__ if parent else None)
    return spec is not None and spec.origin == globals().get("__file__")


_OPTIONS: dict[str, Any] = {
    "fastmath": {"contract"},
    "error_model": "numpy",
    "nogil": True,
    "cache": _is_importable(),
}
_compiled: Any = njit(**_OPTIONS)
_compiled_parallel: Any = njit(parallel=True, **_OPTIONS)

def _frozen(x: Array) -> Array:
    """x in C order, not to be written to: one compiled version serves every argument."""
    view: Array = x.view() if x.flags.c_contiguous else np.ascontiguousarray(x).view()
    view.flags.writeable = False
    return view


def _chunks(x: Array) -> int:
    """How many chunks the rows are cut into, by the shape alone: of about 1 MiB; 1 where threads do not pay."""
    if x.nbytes < 1 << 19:
        return 1
    chunks: int = max(2, min(x.nbytes // (1 << 20), x.shape[0] // 256))
    return chunks


@_compiled
def _vectors(count: Any, length: Any, like: Any) -> Any:
    """Vectors of zeros: each on cache lines of its own, 1 KiB past a multiple of 4 apart so that none share sets."""
    stride = ((length * like.itemsize + 3071) // 4096 * 4096 + 1024) // like.itemsize
    flat = np.zeros(count * stride + 64 // like.itemsize, like.dtype)
    skip = -flat.ctypes.data % 64 // like.itemsize
    return flat[skip : skip + count * stride].reshape((count, stride))


@_compiled
def _column_guess(x: Any, guess: Any) -> None:
    """About the mean of each column: of up to 64 rows spread evenly, without the least and the greatest."""
    n, m = x.shape
    count = min(n, 64)
    total = np.zeros(m)
    low = np.full(m, np.inf)
    high = np.full(m, -np.inf)
    for r in range(count):
        i = (2 * r + 1) * n // (2 * count)
        for j in range(m):
            value = np.float64(x[i, j])
            total[j] += value
            low[j] = value if value < low[j] else low[j]
            high[j] = value if value > high[j] else high[j]
    for j in range(m):
        if low[j] == high[j]:
            guess[j] = low[j]
        elif count > 2:
            guess[j] = (total[j] - low[j] - high[j]) / (count - 2)
        else:
            guess[j] = total[j] / count


@_compiled
def _merge(totals: Any, sums: Any) -> None:
    """The totals of all chunks into those of the first."""
    for k in range(sums, totals.shape[0]):
        for j in range(totals.shape[1]):
            totals[k % sums, j] += totals[k, j]


@njit(fastmath={"contract", "reassoc", "nsz"}, error_model="numpy", nogil=True, cache=_is_importable())
def _plus(total: Any, more: Any) -> Any:
    """total + more, in a sum whose order is free."""
    return total + more


@_compiled
def _exp(x: Any) -> Any:
    """exp x within one unit in the last place, without a branch: 2ⁿ exp r with r = x − n log 2, |r| ≤ log 2 / 2."""
    y = x if x > -746.0 else -746.0
    y = y if y < 710.0 else 710.0
    n = np.floor(y * 1.4426950408889634 + 0.5)
    r = y - n * 0.6931471803691238 - n * 1.9082149292705877e-10
    e = 1 / 6227020800
    e = e * r + 1 / 479001600
    e = e * r + 1 / 39916800
    e = e * r + 1 / 3628800
    e = e * r + 1 / 362880
    e = e * r + 1 / 40320
    e = e * r + 1 / 5040
    e = e * r + 1 / 720
    e = e * r + 1 / 120
    e = e * r + 1 / 24
    e = e * r + 1 / 6
    e = e * r + 1 / 2
    e = e * r * r + r + 1.0
    half = np.int64(n) >> 1
    low = np.int64((half + 1023) << 52).view(np.float64)
    high = np.int64((np.int64(n) - half + 1023) << 52).view(np.float64)
    return e * low * high if x == x else x


def _number(name: str, value: float, relation: str) -> float:
    """A number of a sign; ValueError for another sign, TypeError for no number.  What is traced is taken as it is."""
    if type(value) is float:
        pass
    elif isinstance(value, Integral):
        value = int(value)
    elif isinstance(value, Real):
        value = float(value)
    elif hasattr(value, "dtype") and getattr(value, "shape", None) == ():
        return value
    else:
        raise TypeError(f"{name}: a number is needed, not {type(value).__name__}")
    fits = {"": True, ">": value > 0, ">=": value >= 0, "<": value < 0, "<=": value <= 0, "!=": value != 0}
    if not fits[relation]:
        raise ValueError(f"{name} must be {relation} 0, not {value}")
    return value


def _size(name: str, value: int, least: int) -> int:
    """A size; ValueError for one that is too small."""
    size = index(value)
    if size < least:
        raise ValueError(f"{name} must be at least {least}, not {size}")
    return size


def _require(value: float, text: str, relation: str, /, **given: float) -> None:
    """A condition of the formula on sizes and numbers; ValueError where it does not hold."""
    known = isinstance(value, (int, float))
    if known and not {">": value > 0, ">=": value >= 0, "!=": value != 0}[relation]:
        shown = ", ".join(f"{name} = {number}" for name, number in given.items())
        raise ValueError(f"{text} must be {relation} 0, not {value}: {shown}")


__all__ = [
    "backward",
    "forward_backward",
    "loss",
    "softmax",
    "softmax_backward",
]


@_compiled
def _softmax_1_rows_1(Z: Any, P: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    k = Z.shape[1]
    Z_weights__row = np.empty(k)
    for i in range(first, last):
        Z_max = -np.inf
        for j in range(k):
            Z__ij = np.float64(Z[i, j])
            Z_max = Z__ij if Z__ij > Z_max else Z_max
        Z_total = 0.0
        for j in range(k):
            Z__ij = np.float64(Z[i, j])
            Z_shifted__ij = Z__ij - Z_max
            Z_weights__ij = _exp(Z_shifted__ij)
            Z_weights__row[j] = Z_weights__ij
            Z_total = _plus(Z_total, Z_weights__ij)
        factor = 1.0 / Z_total
        for j in range(k):
            Z_weights__ij = Z_weights__row[j]
            P[i, j] = Z_weights__ij * factor


@_compiled
def _softmax_1(Z: Any, P: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in range(chunks):
        _softmax_1_rows_1(Z, P, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _softmax_1_parallel(Z: Any, P: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in prange(chunks):
        _softmax_1_rows_1(Z, P, n * chunk // chunks, n * (chunk + 1) // chunks)


def softmax(Z: Array, *, out: Array | None = None, check_finite: bool = False) -> Array:
    r"""P = \begin{pmatrix} \operatorname{softmax}(Z_{1:}^\top)^\top \\ \vdots \\
    \operatorname{softmax}(Z_{n:}^\top)^\top \end{pmatrix}

    eq:softmax: as it is defined.

    Z : n×k, $Z$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns P : n×k.
    """
    dtype = _dtype(Z=Z)
    n = Z.shape[0] if Z.ndim == 2 else 0
    k = Z.shape[1] if Z.ndim == 2 else 0
    if Z.shape != (n, k) or n < 1 or k < 1:
        _refuse({"n": 1, "k": 1}, Z=(Z, ("n", "k")))
    if check_finite:
        _check_finite(Z=Z)
    P = _output(out, "P", (n, k), dtype, Z=Z)
    P__c = P if P.flags.c_contiguous else np.empty_like(P, order="C")
    chunks = _chunks(Z)
    driver = _softmax_1 if chunks == 1 else _softmax_1_parallel
    driver(_frozen(Z), P__c, chunks)
    if P__c is not P:
        P[...] = P__c
    return P


@_compiled
def _loss_1_rows_1(Z: Any, T: Any, total: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    k = Z.shape[1]
    for i in range(first, last):
        Z_max = -np.inf
        for j in range(k):
            Z__ij = np.float64(Z[i, j])
            Z_max = Z__ij if Z__ij > Z_max else Z_max
        Z_total = 0.0
        for j in range(k):
            Z__ij = np.float64(Z[i, j])
            Z_shifted__ij = Z__ij - Z_max
            Z_weights__ij = _exp(Z_shifted__ij)
            Z_total = _plus(Z_total, Z_weights__ij)
        factor = np.log(Z_total)
        total__i = 0.0
        for j in range(k):
            T__ij = np.float64(T[i, j])
            Z__ij = np.float64(Z[i, j])
            Z_shifted__ij = Z__ij - Z_max
            total__i = _plus(total__i, T__ij * (Z_shifted__ij - factor))
        total[i] = total__i


@_compiled
def _loss_1(Z: Any, T: Any, total: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in range(chunks):
        _loss_1_rows_1(Z, T, total, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _loss_1_parallel(Z: Any, T: Any, total: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in prange(chunks):
        _loss_1_rows_1(Z, T, total, n * chunk // chunks, n * (chunk + 1) // chunks)


def loss(Z: Array, T: Array, *, out: Array | None = None, check_finite: bool = False) -> Array:
    r"""\ell = -\frac{1}{n} \sum_{i=1}^{n} \sum_{j=1}^{k} T_{ij} \log P_{ij}

    eq:loss: as it is defined.

    Z : n×k, $Z$
    T : n×k, $T$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns ell : a number.
    """
    dtype = _dtype(Z=Z, T=T)
    n = Z.shape[0] if Z.ndim == 2 else 0
    k = Z.shape[1] if Z.ndim == 2 else 0
    if Z.shape != (n, k) or T.shape != (n, k) or n < 1 or k < 1:
        _refuse({"n": 1, "k": 1}, Z=(Z, ("n", "k")), T=(T, ("n", "k")))
    if check_finite:
        _check_finite(Z=Z, T=T)
    ell = _output(out, "ell", (), dtype, Z=Z, T=T)
    wide = np.float64
    work = dtype
    total = np.empty(n, wide)
    chunks = _chunks(Z)
    driver = _loss_1 if chunks == 1 else _loss_1_parallel
    driver(_frozen(Z), _frozen(T), total, chunks)
    total_rounded = total.astype(work)
    total_2 = np.sum(total_rounded, axis=0, dtype=wide)
    ell[...] = -total_2 / n
    return ell


@_compiled
def _softmax_backward_1_rows_1(Z: Any, grad_P: Any, grad_Z: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    k = Z.shape[1]
    Z_weights__row = np.empty(k)
    for i in range(first, last):
        Z_max = -np.inf
        for j in range(k):
            Z__ij = np.float64(Z[i, j])
            Z_max = Z__ij if Z__ij > Z_max else Z_max
        Z_total = 0.0
        for j in range(k):
            Z__ij = np.float64(Z[i, j])
            Z_shifted__ij = Z__ij - Z_max
            Z_weights__ij = _exp(Z_shifted__ij)
            Z_weights__row[j] = Z_weights__ij
            Z_total = _plus(Z_total, Z_weights__ij)
        factor = 1.0 / Z_total
        total = 0.0
        for j in range(k):
            Z_weights__ij = Z_weights__row[j]
            grad_P__ij = np.float64(grad_P[i, j])
            total = _plus(total, factor * Z_weights__ij * grad_P__ij)
        factor_2 = -total
        for j in range(k):
            Z_weights__ij = Z_weights__row[j]
            grad_P__ij = np.float64(grad_P[i, j])
            grad_Z[i, j] = factor * Z_weights__ij * (grad_P__ij + factor_2)


@_compiled
def _softmax_backward_1(Z: Any, grad_P: Any, grad_Z: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in range(chunks):
        _softmax_backward_1_rows_1(Z, grad_P, grad_Z, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _softmax_backward_1_parallel(Z: Any, grad_P: Any, grad_Z: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in prange(chunks):
        _softmax_backward_1_rows_1(Z, grad_P, grad_Z, n * chunk // chunks, n * (chunk + 1) // chunks)


def softmax_backward(Z: Array, grad_P: Array, *, out: Array | None = None, check_finite: bool = False) -> Array:
    r"""\nabla_Z L(P) = P \odot \left( G - \operatorname{diag}(P G^\top) \mathbf{1}^\top \right)

    eq:softmax-backward: proved.

    Z : n×k, $Z$
    grad_P : n×k, $\nabla_{P} L(P)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns grad_Z : n×k.
    """
    dtype = _dtype(Z=Z, grad_P=grad_P)
    n = Z.shape[0] if Z.ndim == 2 else 0
    k = Z.shape[1] if Z.ndim == 2 else 0
    if Z.shape != (n, k) or grad_P.shape != (n, k) or n < 1 or k < 1:
        _refuse({"n": 1, "k": 1}, Z=(Z, ("n", "k")), grad_P=(grad_P, ("n", "k")))
    if check_finite:
        _check_finite(Z=Z, grad_P=grad_P)
    grad_Z = _output(out, "grad_Z", (n, k), dtype, Z=Z, grad_P=grad_P)
    grad_Z__c = grad_Z if grad_Z.flags.c_contiguous else np.empty_like(grad_Z, order="C")
    chunks = _chunks(Z)
    driver = _softmax_backward_1 if chunks == 1 else _softmax_backward_1_parallel
    driver(_frozen(Z), _frozen(grad_P), grad_Z__c, chunks)
    if grad_Z__c is not grad_Z:
        grad_Z[...] = grad_Z__c
    return grad_Z


@_compiled
def _backward_1_rows_1(Z: Any, T: Any, grad_Z: Any, n: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    k = Z.shape[1]
    Z_weights__row = np.empty(k)
    for i in range(first, last):
        Z_max = -np.inf
        for j in range(k):
            Z__ij = np.float64(Z[i, j])
            Z_max = Z__ij if Z__ij > Z_max else Z_max
        total = 0.0
        Z_total = 0.0
        for j in range(k):
            T__ij = np.float64(T[i, j])
            Z__ij = np.float64(Z[i, j])
            Z_shifted__ij = Z__ij - Z_max
            Z_weights__ij = _exp(Z_shifted__ij)
            Z_weights__row[j] = Z_weights__ij
            total = _plus(total, T__ij)
            Z_total = _plus(Z_total, Z_weights__ij)
        factor = 1.0 / Z_total
        factor_2 = total * factor
        for j in range(k):
            Z_weights__ij = Z_weights__row[j]
            T__ij = np.float64(T[i, j])
            grad_Z[i, j] = (factor_2 * Z_weights__ij - T__ij) / n


@_compiled
def _backward_1(Z: Any, T: Any, grad_Z: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in range(chunks):
        _backward_1_rows_1(Z, T, grad_Z, n, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _backward_1_parallel(Z: Any, T: Any, grad_Z: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in prange(chunks):
        _backward_1_rows_1(Z, T, grad_Z, n, n * chunk // chunks, n * (chunk + 1) // chunks)


def backward(Z: Array, T: Array, *, out: Array | None = None, check_finite: bool = False) -> Array:
    r"""\nabla_Z \ell = \frac{1}{n} \left( \operatorname{diag}(T \mathbf{1}) P - T \right)

    eq:grad-Z: proved.

    Z : n×k, $Z$
    T : n×k, $T$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns grad_Z : n×k.
    """
    dtype = _dtype(Z=Z, T=T)
    n = Z.shape[0] if Z.ndim == 2 else 0
    k = Z.shape[1] if Z.ndim == 2 else 0
    if Z.shape != (n, k) or T.shape != (n, k) or n < 1 or k < 1:
        _refuse({"n": 1, "k": 1}, Z=(Z, ("n", "k")), T=(T, ("n", "k")))
    if check_finite:
        _check_finite(Z=Z, T=T)
    grad_Z = _output(out, "grad_Z", (n, k), dtype, Z=Z, T=T)
    grad_Z__c = grad_Z if grad_Z.flags.c_contiguous else np.empty_like(grad_Z, order="C")
    chunks = _chunks(Z)
    driver = _backward_1 if chunks == 1 else _backward_1_parallel
    driver(_frozen(Z), _frozen(T), grad_Z__c, chunks)
    if grad_Z__c is not grad_Z:
        grad_Z[...] = grad_Z__c
    return grad_Z


@_compiled
def _forward_backward_1_rows_1(Z: Any, T: Any, grad_Z: Any, total: Any, n: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    k = Z.shape[1]
    Z_weights__row = np.empty(k)
    for i in range(first, last):
        Z_max = -np.inf
        for j in range(k):
            Z__ij = np.float64(Z[i, j])
            Z_max = Z__ij if Z__ij > Z_max else Z_max
        Z_total = 0.0
        total_3 = 0.0
        for j in range(k):
            Z__ij = np.float64(Z[i, j])
            T__ij = np.float64(T[i, j])
            Z_shifted__ij = Z__ij - Z_max
            Z_weights__ij = _exp(Z_shifted__ij)
            Z_weights__row[j] = Z_weights__ij
            Z_total = _plus(Z_total, Z_weights__ij)
            total_3 = _plus(total_3, T__ij)
        factor = np.log(Z_total)
        factor_2 = 1.0 / Z_total
        factor_3 = total_3 * factor_2
        total__i = 0.0
        for j in range(k):
            T__ij = np.float64(T[i, j])
            Z__ij = np.float64(Z[i, j])
            Z_shifted__ij = Z__ij - Z_max
            total__i = _plus(total__i, T__ij * (Z_shifted__ij - factor))
        for j in range(k):
            Z_weights__ij = Z_weights__row[j]
            T__ij = np.float64(T[i, j])
            grad_Z[i, j] = (factor_3 * Z_weights__ij - T__ij) / n
        total[i] = total__i


@_compiled
def _forward_backward_1(Z: Any, T: Any, total: Any, grad_Z: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in range(chunks):
        _forward_backward_1_rows_1(Z, T, grad_Z, total, n, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _forward_backward_1_parallel(Z: Any, T: Any, total: Any, grad_Z: Any, chunks: Any) -> None:
    n = Z.shape[0]
    for chunk in prange(chunks):
        _forward_backward_1_rows_1(Z, T, grad_Z, total, n, n * chunk // chunks, n * (chunk + 1) // chunks)


def forward_backward(
    Z: Array, T: Array, *, out: tuple[Array | None, Array | None] | None = None, check_finite: bool = False,
) -> tuple[Array, Array]:
    r"""\ell = -\frac{1}{n} \sum_{i=1}^{n} \sum_{j=1}^{k} T_{ij} \log P_{ij}

    eq:loss: as it is defined.

    \nabla_Z \ell = \frac{1}{n} \left( \operatorname{diag}(T \mathbf{1}) P - T \right)

    eq:grad-Z: proved.

    Z : n×k, $Z$
    T : n×k, $T$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns ell : a number; grad_Z : n×k.
    """
    dtype = _dtype(Z=Z, T=T)
    n = Z.shape[0] if Z.ndim == 2 else 0
    k = Z.shape[1] if Z.ndim == 2 else 0
    if Z.shape != (n, k) or T.shape != (n, k) or n < 1 or k < 1:
        _refuse({"n": 1, "k": 1}, Z=(Z, ("n", "k")), T=(T, ("n", "k")))
    if check_finite:
        _check_finite(Z=Z, T=T)
    given = _outputs(out, 2)
    ell = _output(given[0], "ell", (), dtype, Z=Z, T=T)
    grad_Z = _output(given[1], "grad_Z", (n, k), dtype, Z=Z, T=T, ell=ell)
    wide = np.float64
    work = dtype
    total = np.empty(n, wide)
    grad_Z__c = grad_Z if grad_Z.flags.c_contiguous else np.empty_like(grad_Z, order="C")
    chunks = _chunks(Z)
    driver = _forward_backward_1 if chunks == 1 else _forward_backward_1_parallel
    driver(_frozen(Z), _frozen(T), total, grad_Z__c, chunks)
    if grad_Z__c is not grad_Z:
        grad_Z[...] = grad_Z__c
    total_rounded = total.astype(work)
    total_2 = np.sum(total_rounded, axis=0, dtype=wide)
    ell[...] = -total_2 / n
    return ell, grad_Z
