"""Kernels of derivations/attention_layer.md, “Attention as it is computed”.

Numba target: arguments are float32 or float64 NumPy arrays and are never written to (those that do not lie in C order
are copied); out= takes the array (or the arrays) for the result.  The first call of a function with a dtype compiles
it, which takes seconds; a module that is importable by its name keeps what was compiled on disk.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: a35a8b102fcce8d38e9bf01aff54266d8b56179ad7488d43735811504a35602d
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
    "forward",
    "forward_backward",
]


@_compiled
def _forward_1_rows_1(product: Any, matrix_2: Any, scalar: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    m = product.shape[1]
    matrix_weights__row = np.empty(m)
    for i in range(first, last):
        matrix_max = -np.inf
        for j in range(m):
            product__ij = np.float64(product[i, j])
            matrix__ij = scalar * product__ij
            matrix_max = matrix__ij if matrix__ij > matrix_max else matrix_max
        matrix_total = 0.0
        for j in range(m):
            product__ij = np.float64(product[i, j])
            matrix__ij = scalar * product__ij
            matrix_shifted__ij = matrix__ij - matrix_max
            matrix_weights__ij = _exp(matrix_shifted__ij)
            matrix_weights__row[j] = matrix_weights__ij
            matrix_total = _plus(matrix_total, matrix_weights__ij)
        factor = 1.0 / matrix_total
        for j in range(m):
            matrix_weights__ij = matrix_weights__row[j]
            matrix_2[i, j] = factor * matrix_weights__ij


@_compiled
def _forward_1(product: Any, scalar: Any, matrix_2: Any, chunks: Any) -> None:
    n = product.shape[0]
    for chunk in range(chunks):
        _forward_1_rows_1(product, matrix_2, scalar, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _forward_1_parallel(product: Any, scalar: Any, matrix_2: Any, chunks: Any) -> None:
    n = product.shape[0]
    for chunk in prange(chunks):
        _forward_1_rows_1(product, matrix_2, scalar, n * chunk // chunks, n * (chunk + 1) // chunks)


def forward(Q: Array, K: Array, V: Array, *, out: Array | None = None, check_finite: bool = False) -> Array:
    """O = P V

    eq:forward: as it is defined.

    Q : n×d, $Q$
    K : m×d, $K$
    V : m×v, $V$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns O : n×v.
    """
    dtype = _dtype(Q=Q, K=K, V=V)
    n = Q.shape[0] if Q.ndim == 2 else 0
    d = Q.shape[1] if Q.ndim == 2 else 0
    m = K.shape[0] if K.ndim == 2 else 0
    v = V.shape[1] if V.ndim == 2 else 0
    if Q.shape != (n, d) or K.shape != (m, d) or V.shape != (m, v) or n < 1 or d < 1 or m < 1 or v < 1:
        _refuse({"n": 1, "d": 1, "m": 1, "v": 1}, Q=(Q, ("n", "d")), K=(K, ("m", "d")), V=(V, ("m", "v")))
    if check_finite:
        _check_finite(Q=Q, K=K, V=V)
    O = _output(out, "O", (n, v), dtype, Q=Q, K=K, V=V)
    work = dtype
    product = np.matmul(Q, K.T)
    scalar = np.full((), 1.0 / d ** 0.5, dtype=work)
    matrix_2 = product
    chunks = _chunks(product)
    driver = _forward_1 if chunks == 1 else _forward_1_parallel
    driver(_frozen(product), float(scalar), matrix_2, chunks)
    np.matmul(matrix_2, V, out=O)
    return O


@_compiled
def _backward_1_rows_1(
    product: Any, matrix_weights: Any, product_2: Any, matrix_2: Any, factor: Any, scalar: Any, first: Any, last: Any,
) -> None:
    """The rows first … last − 1, one by one."""
    m = product.shape[1]
    for i in range(first, last):
        matrix_max = -np.inf
        for j in range(m):
            product__ij = np.float64(product[i, j])
            matrix__ij = scalar * product__ij
            matrix_max = matrix__ij if matrix__ij > matrix_max else matrix_max
        for j in range(m):
            product__ij = np.float64(product[i, j])
            matrix__ij = scalar * product__ij
            matrix_shifted__ij = matrix__ij - matrix_max
            matrix_weights[i, j] = _exp(matrix_shifted__ij)
        matrix_total = 0.0
        for j in range(m):
            matrix_weights__ij = np.float64(matrix_weights[i, j])
            matrix_total = _plus(matrix_total, matrix_weights__ij)
        factor__i = 1.0 / matrix_total
        total = 0.0
        for j in range(m):
            product_2__ij = np.float64(product_2[i, j])
            matrix_weights__ij = np.float64(matrix_weights[i, j])
            total = _plus(total, factor__i * product_2__ij * matrix_weights__ij)
        factor_2 = -total
        for j in range(m):
            matrix_weights__ij = np.float64(matrix_weights[i, j])
            product_2__ij = np.float64(product_2[i, j])
            matrix_2[i, j] = factor__i * matrix_weights__ij * (product_2__ij + factor_2)
        factor[i] = factor__i


@_compiled
def _backward_1(
    product: Any, product_2: Any, scalar: Any, matrix_weights: Any, factor: Any, matrix_2: Any, chunks: Any,
) -> None:
    n = product.shape[0]
    for chunk in range(chunks):
        _backward_1_rows_1(
            product, matrix_weights, product_2, matrix_2, factor, scalar, n * chunk // chunks,
            n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _backward_1_parallel(
    product: Any, product_2: Any, scalar: Any, matrix_weights: Any, factor: Any, matrix_2: Any, chunks: Any,
) -> None:
    n = product.shape[0]
    for chunk in prange(chunks):
        _backward_1_rows_1(
            product, matrix_weights, product_2, matrix_2, factor, scalar, n * chunk // chunks,
            n * (chunk + 1) // chunks,
        )


@_compiled
def _backward_2_pass_1(product_3: Any, grad_Q: Any, scalar: Any, first: Any, last: Any) -> None:
    """A pass over the rows first … last − 1."""
    d = product_3.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(d):
            product_3__0 = product_3[i, j]
            grad_Q__0__new = scalar * product_3__0
            product_3__1 = product_3[i + part, j]
            grad_Q__1__new = scalar * product_3__1
            product_3__2 = product_3[i + 2 * part, j]
            grad_Q__2__new = scalar * product_3__2
            grad_Q[i, j] = grad_Q__0__new
            grad_Q[i + part, j] = grad_Q__1__new
            grad_Q[i + 2 * part, j] = grad_Q__2__new
    for i in range(first + 3 * part, last):
        for j in range(d):
            product_3__0 = product_3[i, j]
            grad_Q__0__new = scalar * product_3__0
            grad_Q[i, j] = grad_Q__0__new


@_compiled
def _backward_2_pass_2(product_4: Any, grad_K: Any, scalar: Any, first: Any, last: Any) -> None:
    """A pass over the rows first … last − 1."""
    d = product_4.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(d):
            product_4__0 = product_4[i, j]
            grad_K__0__new = scalar * product_4__0
            product_4__1 = product_4[i + part, j]
            grad_K__1__new = scalar * product_4__1
            product_4__2 = product_4[i + 2 * part, j]
            grad_K__2__new = scalar * product_4__2
            grad_K[i, j] = grad_K__0__new
            grad_K[i + part, j] = grad_K__1__new
            grad_K[i + 2 * part, j] = grad_K__2__new
    for i in range(first + 3 * part, last):
        for j in range(d):
            product_4__0 = product_4[i, j]
            grad_K__0__new = scalar * product_4__0
            grad_K[i, j] = grad_K__0__new


@_compiled
def _backward_2_rows_3(grad_O: Any, matrix_3: Any, factor: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    v = grad_O.shape[1]
    for i in range(first, last):
        factor__i = factor[i]
        factor__i__rounded = grad_O.dtype.type(factor__i)
        for j in range(v):
            grad_O__ij = grad_O[i, j]
            matrix_3[i, j] = factor__i__rounded * grad_O__ij


@_compiled
def _backward_2(
    product_3: Any, product_4: Any, grad_O: Any, factor: Any, scalar: Any, grad_Q: Any, grad_K: Any, matrix_3: Any,
    chunks: Any,
) -> None:
    n = product_3.shape[0]
    m = product_4.shape[0]
    for chunk in range(chunks):
        _backward_2_pass_1(product_3, grad_Q, scalar, n * chunk // chunks, n * (chunk + 1) // chunks)
    for chunk in range(chunks):
        _backward_2_pass_2(product_4, grad_K, scalar, m * chunk // chunks, m * (chunk + 1) // chunks)
    for chunk in range(chunks):
        _backward_2_rows_3(grad_O, matrix_3, factor, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _backward_2_parallel(
    product_3: Any, product_4: Any, grad_O: Any, factor: Any, scalar: Any, grad_Q: Any, grad_K: Any, matrix_3: Any,
    chunks: Any,
) -> None:
    n = product_3.shape[0]
    m = product_4.shape[0]
    for chunk in prange(chunks):
        _backward_2_pass_1(product_3, grad_Q, scalar, n * chunk // chunks, n * (chunk + 1) // chunks)
    for chunk in prange(chunks):
        _backward_2_pass_2(product_4, grad_K, scalar, m * chunk // chunks, m * (chunk + 1) // chunks)
    for chunk in prange(chunks):
        _backward_2_rows_3(grad_O, matrix_3, factor, n * chunk // chunks, n * (chunk + 1) // chunks)


def backward(
    Q: Array, K: Array, V: Array, grad_O: Array, *,
    out: tuple[Array | None, Array | None, Array | None] | None = None, check_finite: bool = False,
) -> tuple[Array, Array, Array]:
    r"""\nabla_Q L(O) = \bar S K

    eq:grad-Q: proved.

    \nabla_K L(O) = \bar S^\top Q

    eq:grad-K: proved.

    \nabla_V L(O) = P^\top G

    eq:grad-V: proved.

    Q : n×d, $Q$
    K : m×d, $K$
    V : m×v, $V$
    grad_O : n×v, $\nabla_{O} L(O)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns grad_Q : n×d; grad_K : m×d; grad_V : m×v.
    """
    dtype = _dtype(Q=Q, K=K, V=V, grad_O=grad_O)
    n = Q.shape[0] if Q.ndim == 2 else 0
    d = Q.shape[1] if Q.ndim == 2 else 0
    m = K.shape[0] if K.ndim == 2 else 0
    v = V.shape[1] if V.ndim == 2 else 0
    if Q.shape != (n, d) or K.shape != (m, d) or V.shape != (m, v) or grad_O.shape != (n, v) or n < 1 or d < 1 or m < 1 or v < 1:
        _refuse(
            {"n": 1, "d": 1, "m": 1, "v": 1}, Q=(Q, ("n", "d")), K=(K, ("m", "d")), V=(V, ("m", "v")),
            grad_O=(grad_O, ("n", "v")),
        )
    if check_finite:
        _check_finite(Q=Q, K=K, V=V, grad_O=grad_O)
    given = _outputs(out, 3)
    grad_Q = _output(given[0], "grad_Q", (n, d), dtype, Q=Q, K=K, V=V, grad_O=grad_O)
    grad_K = _output(given[1], "grad_K", (m, d), dtype, Q=Q, K=K, V=V, grad_O=grad_O, grad_Q=grad_Q)
    grad_V = _output(given[2], "grad_V", (m, v), dtype, Q=Q, K=K, V=V, grad_O=grad_O, grad_Q=grad_Q, grad_K=grad_K)
    wide = np.float64
    work = dtype
    product = np.matmul(Q, K.T)
    product_2 = np.matmul(grad_O, V.T)
    scalar = np.full((), 1.0 / d ** 0.5, dtype=work)
    matrix_weights = np.empty((n, m), work)
    factor = np.empty(n, wide)
    matrix_2 = product
    chunks = _chunks(product)
    driver = _backward_1 if chunks == 1 else _backward_1_parallel
    driver(_frozen(product), _frozen(product_2), float(scalar), matrix_weights, factor, matrix_2, chunks)
    product_3 = np.matmul(matrix_2, K)
    product_4 = np.matmul(matrix_2.T, Q)
    matrix_3 = np.empty((n, v), work)
    grad_Q__c = grad_Q if grad_Q.flags.c_contiguous else np.empty_like(grad_Q, order="C")
    grad_K__c = grad_K if grad_K.flags.c_contiguous else np.empty_like(grad_K, order="C")
    chunks = _chunks(product_3)
    driver = _backward_2 if chunks == 1 else _backward_2_parallel
    driver(
        _frozen(product_3), _frozen(product_4), _frozen(grad_O), _frozen(factor), float(scalar), grad_Q__c, grad_K__c,
        matrix_3, chunks,
    )
    if grad_Q__c is not grad_Q:
        grad_Q[...] = grad_Q__c
    if grad_K__c is not grad_K:
        grad_K[...] = grad_K__c
    np.matmul(matrix_weights.T, matrix_3, out=grad_V)
    return grad_Q, grad_K, grad_V


@_compiled
def _forward_backward_1_rows_1(
    product: Any, matrix_weights: Any, product_3: Any, matrix_2: Any, matrix_3: Any, factor: Any, scalar: Any,
    first: Any, last: Any,
) -> None:
    """The rows first … last − 1, one by one."""
    m = product.shape[1]
    for i in range(first, last):
        matrix_max = -np.inf
        for j in range(m):
            product__ij = np.float64(product[i, j])
            matrix__ij = scalar * product__ij
            matrix_max = matrix__ij if matrix__ij > matrix_max else matrix_max
        for j in range(m):
            product__ij = np.float64(product[i, j])
            matrix__ij = scalar * product__ij
            matrix_shifted__ij = matrix__ij - matrix_max
            matrix_weights[i, j] = _exp(matrix_shifted__ij)
        matrix_total = 0.0
        for j in range(m):
            matrix_weights__ij = np.float64(matrix_weights[i, j])
            matrix_total = _plus(matrix_total, matrix_weights__ij)
        factor__i = 1.0 / matrix_total
        total = 0.0
        for j in range(m):
            product_3__ij = np.float64(product_3[i, j])
            matrix_weights__ij = np.float64(matrix_weights[i, j])
            total = _plus(total, factor__i * product_3__ij * matrix_weights__ij)
        factor_2 = -total
        for j in range(m):
            matrix_weights__ij = np.float64(matrix_weights[i, j])
            product_3__ij = np.float64(product_3[i, j])
            matrix_2[i, j] = factor__i * matrix_weights__ij
            matrix_3[i, j] = factor__i * matrix_weights__ij * (product_3__ij + factor_2)
        factor[i] = factor__i


@_compiled
def _forward_backward_1(
    product: Any, product_3: Any, scalar: Any, matrix_weights: Any, factor: Any, matrix_2: Any, matrix_3: Any,
    chunks: Any,
) -> None:
    n = product.shape[0]
    for chunk in range(chunks):
        _forward_backward_1_rows_1(
            product, matrix_weights, product_3, matrix_2, matrix_3, factor, scalar, n * chunk // chunks,
            n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _forward_backward_1_parallel(
    product: Any, product_3: Any, scalar: Any, matrix_weights: Any, factor: Any, matrix_2: Any, matrix_3: Any,
    chunks: Any,
) -> None:
    n = product.shape[0]
    for chunk in prange(chunks):
        _forward_backward_1_rows_1(
            product, matrix_weights, product_3, matrix_2, matrix_3, factor, scalar, n * chunk // chunks,
            n * (chunk + 1) // chunks,
        )


@_compiled
def _forward_backward_2_pass_1(product_4: Any, grad_Q: Any, scalar: Any, first: Any, last: Any) -> None:
    """A pass over the rows first … last − 1."""
    d = product_4.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(d):
            product_4__0 = product_4[i, j]
            grad_Q__0__new = scalar * product_4__0
            product_4__1 = product_4[i + part, j]
            grad_Q__1__new = scalar * product_4__1
            product_4__2 = product_4[i + 2 * part, j]
            grad_Q__2__new = scalar * product_4__2
            grad_Q[i, j] = grad_Q__0__new
            grad_Q[i + part, j] = grad_Q__1__new
            grad_Q[i + 2 * part, j] = grad_Q__2__new
    for i in range(first + 3 * part, last):
        for j in range(d):
            product_4__0 = product_4[i, j]
            grad_Q__0__new = scalar * product_4__0
            grad_Q[i, j] = grad_Q__0__new


@_compiled
def _forward_backward_2_pass_2(product_5: Any, grad_K: Any, scalar: Any, first: Any, last: Any) -> None:
    """A pass over the rows first … last − 1."""
    d = product_5.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(d):
            product_5__0 = product_5[i, j]
            grad_K__0__new = scalar * product_5__0
            product_5__1 = product_5[i + part, j]
            grad_K__1__new = scalar * product_5__1
            product_5__2 = product_5[i + 2 * part, j]
            grad_K__2__new = scalar * product_5__2
            grad_K[i, j] = grad_K__0__new
            grad_K[i + part, j] = grad_K__1__new
            grad_K[i + 2 * part, j] = grad_K__2__new
    for i in range(first + 3 * part, last):
        for j in range(d):
            product_5__0 = product_5[i, j]
            grad_K__0__new = scalar * product_5__0
            grad_K[i, j] = grad_K__0__new


@_compiled
def _forward_backward_2_rows_3(grad_O: Any, matrix_4: Any, factor: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    v = grad_O.shape[1]
    for i in range(first, last):
        factor__i = factor[i]
        factor__i__rounded = grad_O.dtype.type(factor__i)
        for j in range(v):
            grad_O__ij = grad_O[i, j]
            matrix_4[i, j] = factor__i__rounded * grad_O__ij


@_compiled
def _forward_backward_2(
    product_4: Any, product_5: Any, grad_O: Any, factor: Any, scalar: Any, grad_Q: Any, grad_K: Any, matrix_4: Any,
    chunks: Any,
) -> None:
    n = product_4.shape[0]
    m = product_5.shape[0]
    for chunk in range(chunks):
        _forward_backward_2_pass_1(product_4, grad_Q, scalar, n * chunk // chunks, n * (chunk + 1) // chunks)
    for chunk in range(chunks):
        _forward_backward_2_pass_2(product_5, grad_K, scalar, m * chunk // chunks, m * (chunk + 1) // chunks)
    for chunk in range(chunks):
        _forward_backward_2_rows_3(grad_O, matrix_4, factor, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _forward_backward_2_parallel(
    product_4: Any, product_5: Any, grad_O: Any, factor: Any, scalar: Any, grad_Q: Any, grad_K: Any, matrix_4: Any,
    chunks: Any,
) -> None:
    n = product_4.shape[0]
    m = product_5.shape[0]
    for chunk in prange(chunks):
        _forward_backward_2_pass_1(product_4, grad_Q, scalar, n * chunk // chunks, n * (chunk + 1) // chunks)
    for chunk in prange(chunks):
        _forward_backward_2_pass_2(product_5, grad_K, scalar, m * chunk // chunks, m * (chunk + 1) // chunks)
    for chunk in prange(chunks):
        _forward_backward_2_rows_3(grad_O, matrix_4, factor, n * chunk // chunks, n * (chunk + 1) // chunks)


def forward_backward(
    Q: Array, K: Array, V: Array, grad_O: Array, *,
    out: tuple[Array | None, Array | None, Array | None, Array | None] | None = None, check_finite: bool = False,
) -> tuple[Array, Array, Array, Array]:
    r"""O = P V

    eq:forward: as it is defined.

    \nabla_Q L(O) = \bar S K

    eq:grad-Q: proved.

    \nabla_K L(O) = \bar S^\top Q

    eq:grad-K: proved.

    \nabla_V L(O) = P^\top G

    eq:grad-V: proved.

    Q : n×d, $Q$
    K : m×d, $K$
    V : m×v, $V$
    grad_O : n×v, $\nabla_{O} L(O)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns O : n×v; grad_Q : n×d; grad_K : m×d; grad_V : m×v.
    """
    dtype = _dtype(Q=Q, K=K, V=V, grad_O=grad_O)
    n = Q.shape[0] if Q.ndim == 2 else 0
    d = Q.shape[1] if Q.ndim == 2 else 0
    m = K.shape[0] if K.ndim == 2 else 0
    v = V.shape[1] if V.ndim == 2 else 0
    if Q.shape != (n, d) or K.shape != (m, d) or V.shape != (m, v) or grad_O.shape != (n, v) or n < 1 or d < 1 or m < 1 or v < 1:
        _refuse(
            {"n": 1, "d": 1, "m": 1, "v": 1}, Q=(Q, ("n", "d")), K=(K, ("m", "d")), V=(V, ("m", "v")),
            grad_O=(grad_O, ("n", "v")),
        )
    if check_finite:
        _check_finite(Q=Q, K=K, V=V, grad_O=grad_O)
    given = _outputs(out, 4)
    O = _output(given[0], "O", (n, v), dtype, Q=Q, K=K, V=V, grad_O=grad_O)
    grad_Q = _output(given[1], "grad_Q", (n, d), dtype, Q=Q, K=K, V=V, grad_O=grad_O, O=O)
    grad_K = _output(given[2], "grad_K", (m, d), dtype, Q=Q, K=K, V=V, grad_O=grad_O, O=O, grad_Q=grad_Q)
    grad_V = _output(
        given[3], "grad_V", (m, v), dtype, Q=Q, K=K, V=V, grad_O=grad_O, O=O, grad_Q=grad_Q, grad_K=grad_K,
    )
    wide = np.float64
    work = dtype
    product = np.matmul(Q, K.T)
    product_3 = np.matmul(grad_O, V.T)
    scalar = np.full((), 1.0 / d ** 0.5, dtype=work)
    matrix_weights = np.empty((n, m), work)
    factor = np.empty(n, wide)
    matrix_2 = product
    matrix_3 = product_3
    chunks = _chunks(product)
    driver = _forward_backward_1 if chunks == 1 else _forward_backward_1_parallel
    driver(_frozen(product), _frozen(product_3), float(scalar), matrix_weights, factor, matrix_2, matrix_3, chunks)
    np.matmul(matrix_2, V, out=O)
    product_4 = np.matmul(matrix_3, K)
    product_5 = np.matmul(matrix_3.T, Q)
    matrix_4 = np.empty((n, v), work)
    grad_Q__c = grad_Q if grad_Q.flags.c_contiguous else np.empty_like(grad_Q, order="C")
    grad_K__c = grad_K if grad_K.flags.c_contiguous else np.empty_like(grad_K, order="C")
    chunks = _chunks(product_4)
    driver = _forward_backward_2 if chunks == 1 else _forward_backward_2_parallel
    driver(
        _frozen(product_4), _frozen(product_5), _frozen(grad_O), _frozen(factor), float(scalar), grad_Q__c, grad_K__c,
        matrix_4, chunks,
    )
    if grad_Q__c is not grad_Q:
        grad_Q[...] = grad_Q__c
    if grad_K__c is not grad_K:
        grad_K[...] = grad_K__c
    np.matmul(matrix_weights.T, matrix_4, out=grad_V)
    return O, grad_Q, grad_K, grad_V
