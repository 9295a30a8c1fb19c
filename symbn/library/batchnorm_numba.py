"""Kernels of derivations/batchnorm_layer.md, “The batch norm layer as it is computed”.

Numba target: arguments are float32 or float64 NumPy arrays and are never written to (those that do not lie in C order
are copied); out= takes the array (or the arrays) for the result.  The first call of a function with a dtype compiles
it, which takes seconds; a module that is importable by its name keeps what was compiled on disk.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 41cda8423e9347e96a1b970dc1990be6aa8dc2df659ce9fbccaed0d6dc1f6a7b
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
    "backward_normalised",
    "backward_weights",
    "forward",
    "forward_backward",
    "forward_backward_normalised",
    "grad_W",
    "grad_X",
    "grad_Y",
    "grad_beta",
    "grad_gamma",
    "normalise",
]


def _normalise_whole(Y: Array, eps: float, ddof: float, work: Any, wide: Any) -> tuple[Array, ...]:
    """`normalise` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Y.shape[0]
    Y = Y.astype(work, copy=False)
    total = np.sum(Y, axis=0, dtype=wide)
    Y_guess = (total / n).astype(work)
    Y_shifted = Y - Y_guess
    Y_excess = np.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = np.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    factor_2 = -factor * Y_rest
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    Y_hat = factor_rounded * Y_shifted + factor_2_rounded
    return (Y_hat,)


@_compiled
def _normalise_1_pass_1(Y: Any, Y_guess: Any, first: Any, last: Any, Y_excess__total: Any, total__total: Any) -> None:
    """A pass over the rows first … last − 1."""
    m = Y.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            Y__0 = np.float64(Y[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            Y__1 = np.float64(Y[i + part, j])
            Y_shifted__1 = Y__1 - Y_guess__j
            Y_excess__1 = Y_shifted__1
            total__1 = Y_shifted__1 * Y_shifted__1
            Y__2 = np.float64(Y[i + 2 * part, j])
            Y_shifted__2 = Y__2 - Y_guess__j
            Y_excess__2 = Y_shifted__2
            total__2 = Y_shifted__2 * Y_shifted__2
            Y_excess__total[j] += Y_excess__0 + Y_excess__1 + Y_excess__2
            total__total[j] += total__0 + total__1 + total__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            Y__0 = np.float64(Y[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            Y_excess__total[j] += Y_excess__0
            total__total[j] += total__0


@_compiled
def _normalise_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, Y_guess: Any, Y_mean: Any, factor__rounded: Any, factor_2__rounded: Any,
    Y_excess__total: Any, total__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        Y_rest__j = Y_excess__total[j] / n
        Y_mean[j] = Y_guess[j] + Y_rest__j
        Y_mean__j = np.float64(Y_mean[j])
        Y_mean_low__j = Y_guess[j] - Y_mean__j + Y_rest__j
        moment__j = total__total[j] - n * Y_rest__j * Y_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        factor__rounded[j] = factor__j
        factor_2__j = -factor__j * Y_mean_low__j
        factor_2__rounded[j] = factor_2__j


@_compiled
def _normalise_1_pass_3(
    Y: Any, Y_hat: Any, factor__rounded: Any, Y_mean: Any, factor_2__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = Y.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            factor__rounded__j = factor__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            Y__0 = Y[i, j]
            Y_deviation__0 = Y__0 - Y_mean__j
            Y_hat__0__new = factor__rounded__j * Y_deviation__0 + factor_2__rounded__j
            Y__1 = Y[i + part, j]
            Y_deviation__1 = Y__1 - Y_mean__j
            Y_hat__1__new = factor__rounded__j * Y_deviation__1 + factor_2__rounded__j
            Y__2 = Y[i + 2 * part, j]
            Y_deviation__2 = Y__2 - Y_mean__j
            Y_hat__2__new = factor__rounded__j * Y_deviation__2 + factor_2__rounded__j
            Y_hat[i, j] = Y_hat__0__new
            Y_hat[i + part, j] = Y_hat__1__new
            Y_hat[i + 2 * part, j] = Y_hat__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            factor__rounded__j = factor__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            Y__0 = Y[i, j]
            Y_deviation__0 = Y__0 - Y_mean__j
            Y_hat__0__new = factor__rounded__j * Y_deviation__0 + factor_2__rounded__j
            Y_hat[i, j] = Y_hat__0__new


@_compiled
def _normalise_1(Y: Any, eps: Any, ddof: Any, Y_hat: Any, chunks: Any) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(4, m, Y)
    Y_guess = narrow_m[0]
    Y_mean = narrow_m[1]
    factor__rounded = narrow_m[2]
    factor_2__rounded = narrow_m[3]
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(2 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _normalise_1_pass_1(
            Y, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[2 * chunk + 0],
            totals_1[2 * chunk + 1],
        )
    _merge(totals_1, 2)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    _normalise_1__columns_2(
        eps, ddof, n, m, Y_guess, Y_mean, factor__rounded, factor_2__rounded, Y_excess__total, total__total,
    )
    for chunk in range(chunks):
        _normalise_1_pass_3(
            Y, Y_hat, factor__rounded, Y_mean, factor_2__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _normalise_1_parallel(Y: Any, eps: Any, ddof: Any, Y_hat: Any, chunks: Any) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(4, m, Y)
    Y_guess = narrow_m[0]
    Y_mean = narrow_m[1]
    factor__rounded = narrow_m[2]
    factor_2__rounded = narrow_m[3]
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(2 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _normalise_1_pass_1(
            Y, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[2 * chunk + 0],
            totals_1[2 * chunk + 1],
        )
    _merge(totals_1, 2)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    _normalise_1__columns_2(
        eps, ddof, n, m, Y_guess, Y_mean, factor__rounded, factor_2__rounded, Y_excess__total, total__total,
    )
    for chunk in prange(chunks):
        _normalise_1_pass_3(
            Y, Y_hat, factor__rounded, Y_mean, factor_2__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def normalise(Y: Array, *, eps: float, ddof: float, out: Array | None = None, check_finite: bool = False) -> Array:
    r"""\hat Y = J Y \Sigma_y^{-1}

    eq:normalise: proved where $\operatorname{var}(y_{i}) + \epsilon > 0$, $n - \mathrm{ddof} \ne 0$.

    Y : n×m, $Y$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns Y_hat : n×m.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(Y=Y)
    n = Y.shape[0] if Y.ndim == 2 else 0
    m = Y.shape[1] if Y.ndim == 2 else 0
    if Y.shape != (n, m) or n < 1 or m < 1:
        _refuse({"n": 1, "m": 1}, Y=(Y, ("n", "m")))
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(Y=Y)
    Y_hat = _output(out, "Y_hat", (n, m), dtype, Y=Y)
    if n < FEW:
        np.copyto(Y_hat, _normalise_whole(Y, eps, ddof, np.longdouble, np.longdouble)[0], casting="same_kind")
        return Y_hat
    Y_hat__c = Y_hat if Y_hat.flags.c_contiguous else np.empty_like(Y_hat, order="C")
    chunks = _chunks(Y)
    driver = _normalise_1 if chunks == 1 else _normalise_1_parallel
    driver(_frozen(Y), float(eps), float(ddof), Y_hat__c, chunks)
    if Y_hat__c is not Y_hat:
        Y_hat[...] = Y_hat__c
    return Y_hat


def _forward_whole(
    Y: Array, gamma: Array, beta: Array, eps: float, ddof: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`forward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Y.shape[0]
    Y = Y.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    beta = beta.astype(work, copy=False)
    total = np.sum(Y, axis=0, dtype=wide)
    Y_guess = (total / n).astype(work)
    Y_shifted = Y - Y_guess
    Y_excess = np.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = np.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    factor_2 = factor * gamma
    factor_3 = -factor * gamma * Y_rest
    factor_4 = factor_3 + beta
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    Z = factor_2_rounded * Y_shifted + factor_4_rounded
    return (Z,)


@_compiled
def _forward_1_pass_1(Y: Any, Y_guess: Any, first: Any, last: Any, Y_excess__total: Any, total__total: Any) -> None:
    """A pass over the rows first … last − 1."""
    m = Y.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            Y__0 = np.float64(Y[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            Y__1 = np.float64(Y[i + part, j])
            Y_shifted__1 = Y__1 - Y_guess__j
            Y_excess__1 = Y_shifted__1
            total__1 = Y_shifted__1 * Y_shifted__1
            Y__2 = np.float64(Y[i + 2 * part, j])
            Y_shifted__2 = Y__2 - Y_guess__j
            Y_excess__2 = Y_shifted__2
            total__2 = Y_shifted__2 * Y_shifted__2
            Y_excess__total[j] += Y_excess__0 + Y_excess__1 + Y_excess__2
            total__total[j] += total__0 + total__1 + total__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            Y__0 = np.float64(Y[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            Y_excess__total[j] += Y_excess__0
            total__total[j] += total__0


@_compiled
def _forward_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, gamma: Any, beta: Any, Y_guess: Any, Y_mean: Any, factor_2__rounded: Any,
    factor_4__rounded: Any, Y_excess__total: Any, total__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        Y_rest__j = Y_excess__total[j] / n
        Y_mean[j] = Y_guess[j] + Y_rest__j
        Y_mean__j = np.float64(Y_mean[j])
        Y_mean_low__j = Y_guess[j] - Y_mean__j + Y_rest__j
        moment__j = total__total[j] - n * Y_rest__j * Y_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        factor_2__j = factor__j * gamma[j]
        factor_2__rounded[j] = factor_2__j
        factor_3__j = -factor__j * gamma[j] * Y_mean_low__j
        factor_4__j = factor_3__j + beta[j]
        factor_4__rounded[j] = factor_4__j


@_compiled
def _forward_1_pass_3(
    Y: Any, Z: Any, factor_2__rounded: Any, Y_mean: Any, factor_4__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = Y.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            Y__0 = Y[i, j]
            Y_deviation__0 = Y__0 - Y_mean__j
            Z__0__new = factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j
            Y__1 = Y[i + part, j]
            Y_deviation__1 = Y__1 - Y_mean__j
            Z__1__new = factor_2__rounded__j * Y_deviation__1 + factor_4__rounded__j
            Y__2 = Y[i + 2 * part, j]
            Y_deviation__2 = Y__2 - Y_mean__j
            Z__2__new = factor_2__rounded__j * Y_deviation__2 + factor_4__rounded__j
            Z[i, j] = Z__0__new
            Z[i + part, j] = Z__1__new
            Z[i + 2 * part, j] = Z__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            Y__0 = Y[i, j]
            Y_deviation__0 = Y__0 - Y_mean__j
            Z__0__new = factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j
            Z[i, j] = Z__0__new


@_compiled
def _forward_1(Y: Any, gamma: Any, beta: Any, eps: Any, ddof: Any, Z: Any, chunks: Any) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(4, m, Y)
    Y_guess = narrow_m[0]
    Y_mean = narrow_m[1]
    factor_2__rounded = narrow_m[2]
    factor_4__rounded = narrow_m[3]
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(2 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _forward_1_pass_1(
            Y, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[2 * chunk + 0],
            totals_1[2 * chunk + 1],
        )
    _merge(totals_1, 2)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    _forward_1__columns_2(
        eps, ddof, n, m, gamma, beta, Y_guess, Y_mean, factor_2__rounded, factor_4__rounded, Y_excess__total,
        total__total,
    )
    for chunk in range(chunks):
        _forward_1_pass_3(
            Y, Z, factor_2__rounded, Y_mean, factor_4__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _forward_1_parallel(Y: Any, gamma: Any, beta: Any, eps: Any, ddof: Any, Z: Any, chunks: Any) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(4, m, Y)
    Y_guess = narrow_m[0]
    Y_mean = narrow_m[1]
    factor_2__rounded = narrow_m[2]
    factor_4__rounded = narrow_m[3]
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(2 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _forward_1_pass_1(
            Y, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[2 * chunk + 0],
            totals_1[2 * chunk + 1],
        )
    _merge(totals_1, 2)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    _forward_1__columns_2(
        eps, ddof, n, m, gamma, beta, Y_guess, Y_mean, factor_2__rounded, factor_4__rounded, Y_excess__total,
        total__total,
    )
    for chunk in prange(chunks):
        _forward_1_pass_3(
            Y, Z, factor_2__rounded, Y_mean, factor_4__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def forward(
    Y: Array, gamma: Array, beta: Array, *, eps: float, ddof: float, out: Array | None = None,
    check_finite: bool = False,
) -> Array:
    r"""Z = \hat Y \operatorname{diag}(\gamma) + \mathbf{1} \beta^\top

    eq:forward: as it is defined.

    Y : n×m, $Y$
    gamma : m×1, $\gamma$, dimensions (m)
    beta : m×1, $\beta$, dimensions (m)
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns Z : n×m.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(Y=Y, gamma=gamma, beta=beta)
    n = Y.shape[0] if Y.ndim == 2 else 0
    m = Y.shape[1] if Y.ndim == 2 else 0
    if Y.shape != (n, m) or gamma.shape != (m,) or beta.shape != (m,) or n < 1 or m < 1:
        _refuse({"n": 1, "m": 1}, Y=(Y, ("n", "m")), gamma=(gamma, ("m",)), beta=(beta, ("m",)))
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(Y=Y, gamma=gamma, beta=beta)
    Z = _output(out, "Z", (n, m), dtype, Y=Y, gamma=gamma, beta=beta)
    if n < FEW:
        np.copyto(Z, _forward_whole(Y, gamma, beta, eps, ddof, np.longdouble, np.longdouble)[0], casting="same_kind")
        return Z
    Z__c = Z if Z.flags.c_contiguous else np.empty_like(Z, order="C")
    chunks = _chunks(Y)
    driver = _forward_1 if chunks == 1 else _forward_1_parallel
    driver(_frozen(Y), _frozen(gamma), _frozen(beta), float(eps), float(ddof), Z__c, chunks)
    if Z__c is not Z:
        Z[...] = Z__c
    return Z


def _backward_normalised_whole(
    Y: Array, grad_Y_hat: Array, eps: float, ddof: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`backward_normalised` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Y.shape[0]
    Y = Y.astype(work, copy=False)
    grad_Y_hat = grad_Y_hat.astype(work, copy=False)
    total = np.sum(grad_Y_hat, axis=0, dtype=wide)
    grad_Y_hat_guess = (total / n).astype(work)
    grad_Y_hat_shifted = grad_Y_hat - grad_Y_hat_guess
    grad_Y_hat_excess = np.sum(grad_Y_hat_shifted, axis=0, dtype=wide)
    grad_Y_hat_rest = grad_Y_hat_excess / n
    total_2 = np.sum(Y, axis=0, dtype=wide)
    Y_guess = (total_2 / n).astype(work)
    Y_shifted = Y - Y_guess
    Y_excess = np.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_3 = np.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_3 - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    total_4 = np.sum(Y_shifted * grad_Y_hat_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Y_hat_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_4 = -grad_Y_hat_rest + factor_3
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    grad_Y = factor_rounded * (grad_Y_hat_shifted + factor_2_rounded * Y_shifted + factor_4_rounded)
    return (grad_Y,)


@_compiled
def _backward_normalised_1_pass_1(
    grad_Y_hat: Any, Y: Any, grad_Y_hat_guess: Any, Y_guess: Any, first: Any, last: Any,
    grad_Y_hat_excess__total: Any, Y_excess__total: Any, total__total: Any, total_2__total: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Y_hat.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            grad_Y_hat_guess__j = grad_Y_hat_guess[j]
            Y_guess__j = Y_guess[j]
            grad_Y_hat__0 = np.float64(grad_Y_hat[i, j])
            Y__0 = np.float64(Y[i, j])
            grad_Y_hat_shifted__0 = grad_Y_hat__0 - grad_Y_hat_guess__j
            grad_Y_hat_excess__0 = grad_Y_hat_shifted__0
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            total_2__0 = Y_shifted__0 * grad_Y_hat_shifted__0
            grad_Y_hat__1 = np.float64(grad_Y_hat[i + part, j])
            Y__1 = np.float64(Y[i + part, j])
            grad_Y_hat_shifted__1 = grad_Y_hat__1 - grad_Y_hat_guess__j
            grad_Y_hat_excess__1 = grad_Y_hat_shifted__1
            Y_shifted__1 = Y__1 - Y_guess__j
            Y_excess__1 = Y_shifted__1
            total__1 = Y_shifted__1 * Y_shifted__1
            total_2__1 = Y_shifted__1 * grad_Y_hat_shifted__1
            grad_Y_hat__2 = np.float64(grad_Y_hat[i + 2 * part, j])
            Y__2 = np.float64(Y[i + 2 * part, j])
            grad_Y_hat_shifted__2 = grad_Y_hat__2 - grad_Y_hat_guess__j
            grad_Y_hat_excess__2 = grad_Y_hat_shifted__2
            Y_shifted__2 = Y__2 - Y_guess__j
            Y_excess__2 = Y_shifted__2
            total__2 = Y_shifted__2 * Y_shifted__2
            total_2__2 = Y_shifted__2 * grad_Y_hat_shifted__2
            grad_Y_hat_excess__total[j] += grad_Y_hat_excess__0 + grad_Y_hat_excess__1 + grad_Y_hat_excess__2
            Y_excess__total[j] += Y_excess__0 + Y_excess__1 + Y_excess__2
            total__total[j] += total__0 + total__1 + total__2
            total_2__total[j] += total_2__0 + total_2__1 + total_2__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            grad_Y_hat_guess__j = grad_Y_hat_guess[j]
            Y_guess__j = Y_guess[j]
            grad_Y_hat__0 = np.float64(grad_Y_hat[i, j])
            Y__0 = np.float64(Y[i, j])
            grad_Y_hat_shifted__0 = grad_Y_hat__0 - grad_Y_hat_guess__j
            grad_Y_hat_excess__0 = grad_Y_hat_shifted__0
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            total_2__0 = Y_shifted__0 * grad_Y_hat_shifted__0
            grad_Y_hat_excess__total[j] += grad_Y_hat_excess__0
            Y_excess__total[j] += Y_excess__0
            total__total[j] += total__0
            total_2__total[j] += total_2__0


@_compiled
def _backward_normalised_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, grad_Y_hat_guess: Any, Y_guess: Any, grad_Y_hat_mean: Any, Y_mean: Any,
    factor__rounded: Any, factor_2__rounded: Any, factor_4__rounded: Any, grad_Y_hat_excess__total: Any,
    Y_excess__total: Any, total__total: Any, total_2__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        grad_Y_hat_rest__j = grad_Y_hat_excess__total[j] / n
        grad_Y_hat_mean[j] = grad_Y_hat_guess[j] + grad_Y_hat_rest__j
        grad_Y_hat_mean__j = np.float64(grad_Y_hat_mean[j])
        grad_Y_hat_mean_low__j = grad_Y_hat_guess[j] - grad_Y_hat_mean__j + grad_Y_hat_rest__j
        Y_rest__j = Y_excess__total[j] / n
        Y_mean[j] = Y_guess[j] + Y_rest__j
        Y_mean__j = np.float64(Y_mean[j])
        Y_mean_low__j = Y_guess[j] - Y_mean__j + Y_rest__j
        moment__j = total__total[j] - n * Y_rest__j * Y_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        factor__rounded[j] = factor__j
        moment_2__j = total_2__total[j] - n * Y_rest__j * grad_Y_hat_rest__j
        factor_2__j = -factor__j * factor__j * moment_2__j / (n - ddof)
        factor_2__rounded[j] = factor_2__j
        factor_3__j = factor__j * factor__j * moment_2__j * Y_mean_low__j / (n - ddof)
        factor_4__j = -grad_Y_hat_mean_low__j + factor_3__j
        factor_4__rounded[j] = factor_4__j


@_compiled
def _backward_normalised_1_pass_3(
    grad_Y_hat: Any, Y: Any, grad_Y: Any, factor__rounded: Any, grad_Y_hat_mean: Any, factor_2__rounded: Any,
    Y_mean: Any, factor_4__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Y_hat.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            factor__rounded__j = factor__rounded[j]
            grad_Y_hat_mean__j = grad_Y_hat_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Y_hat__0 = grad_Y_hat[i, j]
            Y__0 = Y[i, j]
            grad_Y_hat_deviation__0 = grad_Y_hat__0 - grad_Y_hat_mean__j
            Y_deviation__0 = Y__0 - Y_mean__j
            grad_Y__0__new = factor__rounded__j * (grad_Y_hat_deviation__0 + factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j)
            grad_Y_hat__1 = grad_Y_hat[i + part, j]
            Y__1 = Y[i + part, j]
            grad_Y_hat_deviation__1 = grad_Y_hat__1 - grad_Y_hat_mean__j
            Y_deviation__1 = Y__1 - Y_mean__j
            grad_Y__1__new = factor__rounded__j * (grad_Y_hat_deviation__1 + factor_2__rounded__j * Y_deviation__1 + factor_4__rounded__j)
            grad_Y_hat__2 = grad_Y_hat[i + 2 * part, j]
            Y__2 = Y[i + 2 * part, j]
            grad_Y_hat_deviation__2 = grad_Y_hat__2 - grad_Y_hat_mean__j
            Y_deviation__2 = Y__2 - Y_mean__j
            grad_Y__2__new = factor__rounded__j * (grad_Y_hat_deviation__2 + factor_2__rounded__j * Y_deviation__2 + factor_4__rounded__j)
            grad_Y[i, j] = grad_Y__0__new
            grad_Y[i + part, j] = grad_Y__1__new
            grad_Y[i + 2 * part, j] = grad_Y__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            factor__rounded__j = factor__rounded[j]
            grad_Y_hat_mean__j = grad_Y_hat_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Y_hat__0 = grad_Y_hat[i, j]
            Y__0 = Y[i, j]
            grad_Y_hat_deviation__0 = grad_Y_hat__0 - grad_Y_hat_mean__j
            Y_deviation__0 = Y__0 - Y_mean__j
            grad_Y__0__new = factor__rounded__j * (grad_Y_hat_deviation__0 + factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j)
            grad_Y[i, j] = grad_Y__0__new


@_compiled
def _backward_normalised_1(grad_Y_hat: Any, Y: Any, eps: Any, ddof: Any, grad_Y: Any, chunks: Any) -> None:
    n = grad_Y_hat.shape[0]
    m = grad_Y_hat.shape[1]
    narrow_m = _vectors(7, m, grad_Y_hat)
    grad_Y_hat_guess = narrow_m[0]
    Y_guess = narrow_m[1]
    grad_Y_hat_mean = narrow_m[2]
    Y_mean = narrow_m[3]
    factor__rounded = narrow_m[4]
    factor_2__rounded = narrow_m[5]
    factor_4__rounded = narrow_m[6]
    _column_guess(grad_Y_hat, grad_Y_hat_guess)
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _backward_normalised_1_pass_1(
            grad_Y_hat, Y, grad_Y_hat_guess, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    grad_Y_hat_excess__total = totals_1[0]
    Y_excess__total = totals_1[1]
    total__total = totals_1[2]
    total_2__total = totals_1[3]
    _backward_normalised_1__columns_2(
        eps, ddof, n, m, grad_Y_hat_guess, Y_guess, grad_Y_hat_mean, Y_mean, factor__rounded, factor_2__rounded,
        factor_4__rounded, grad_Y_hat_excess__total, Y_excess__total, total__total, total_2__total,
    )
    for chunk in range(chunks):
        _backward_normalised_1_pass_3(
            grad_Y_hat, Y, grad_Y, factor__rounded, grad_Y_hat_mean, factor_2__rounded, Y_mean, factor_4__rounded,
            n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _backward_normalised_1_parallel(grad_Y_hat: Any, Y: Any, eps: Any, ddof: Any, grad_Y: Any, chunks: Any) -> None:
    n = grad_Y_hat.shape[0]
    m = grad_Y_hat.shape[1]
    narrow_m = _vectors(7, m, grad_Y_hat)
    grad_Y_hat_guess = narrow_m[0]
    Y_guess = narrow_m[1]
    grad_Y_hat_mean = narrow_m[2]
    Y_mean = narrow_m[3]
    factor__rounded = narrow_m[4]
    factor_2__rounded = narrow_m[5]
    factor_4__rounded = narrow_m[6]
    _column_guess(grad_Y_hat, grad_Y_hat_guess)
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _backward_normalised_1_pass_1(
            grad_Y_hat, Y, grad_Y_hat_guess, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    grad_Y_hat_excess__total = totals_1[0]
    Y_excess__total = totals_1[1]
    total__total = totals_1[2]
    total_2__total = totals_1[3]
    _backward_normalised_1__columns_2(
        eps, ddof, n, m, grad_Y_hat_guess, Y_guess, grad_Y_hat_mean, Y_mean, factor__rounded, factor_2__rounded,
        factor_4__rounded, grad_Y_hat_excess__total, Y_excess__total, total__total, total_2__total,
    )
    for chunk in prange(chunks):
        _backward_normalised_1_pass_3(
            grad_Y_hat, Y, grad_Y, factor__rounded, grad_Y_hat_mean, factor_2__rounded, Y_mean, factor_4__rounded,
            n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def backward_normalised(
    Y: Array, grad_Y_hat: Array, *, eps: float, ddof: float, out: Array | None = None, check_finite: bool = False,
) -> Array:
    r"""\nabla_Y M(\hat Y) = \left( J G - \frac{1}{n - \operatorname{ddof}} \hat Y
    \operatorname{diag}(\operatorname{diag}(\hat Y^\top G)) \right) \Sigma_y^{-1}

    eq:backward-normalised: proved where $n - \mathrm{ddof} \ne 0$, $\operatorname{var}(y_{i}) + \epsilon > 0$.

    Y : n×m, $Y$
    grad_Y_hat : n×m, $\nabla_{\hat{Y}} M(\hat{Y})$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns grad_Y : n×m.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(Y=Y, grad_Y_hat=grad_Y_hat)
    n = Y.shape[0] if Y.ndim == 2 else 0
    m = Y.shape[1] if Y.ndim == 2 else 0
    if Y.shape != (n, m) or grad_Y_hat.shape != (n, m) or n < 1 or m < 1:
        _refuse({"n": 1, "m": 1}, Y=(Y, ("n", "m")), grad_Y_hat=(grad_Y_hat, ("n", "m")))
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(Y=Y, grad_Y_hat=grad_Y_hat)
    grad_Y = _output(out, "grad_Y", (n, m), dtype, Y=Y, grad_Y_hat=grad_Y_hat)
    if n < FEW:
        np.copyto(
            grad_Y, _backward_normalised_whole(Y, grad_Y_hat, eps, ddof, np.longdouble, np.longdouble)[0],
            casting="same_kind",
        )
        return grad_Y
    grad_Y__c = grad_Y if grad_Y.flags.c_contiguous else np.empty_like(grad_Y, order="C")
    chunks = _chunks(grad_Y_hat)
    driver = _backward_normalised_1 if chunks == 1 else _backward_normalised_1_parallel
    driver(_frozen(grad_Y_hat), _frozen(Y), float(eps), float(ddof), grad_Y__c, chunks)
    if grad_Y__c is not grad_Y:
        grad_Y[...] = grad_Y__c
    return grad_Y


def _grad_gamma_whole(Y: Array, grad_Z: Array, eps: float, ddof: float, work: Any, wide: Any) -> tuple[Array, ...]:
    """`grad_gamma` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Y.shape[0]
    Y = Y.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    total = np.sum(Y, axis=0, dtype=wide)
    Y_guess = (total / n).astype(work)
    Y_shifted = Y - Y_guess
    Y_excess = np.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = np.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    total_3 = np.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = (total_3 / n).astype(work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = np.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_4 = np.sum(Y_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Z_rest
    grad_gamma = factor * moment_2
    return (grad_gamma,)


@_compiled
def _grad_gamma_1_pass_1(
    Y: Any, grad_Z: Any, Y_guess: Any, grad_Z_guess: Any, first: Any, last: Any, Y_excess__total: Any,
    total__total: Any, grad_Z_excess__total: Any, total_2__total: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = Y.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            grad_Z_guess__j = grad_Z_guess[j]
            Y__0 = np.float64(Y[i, j])
            grad_Z__0 = np.float64(grad_Z[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            total_2__0 = Y_shifted__0 * grad_Z_shifted__0
            Y__1 = np.float64(Y[i + part, j])
            grad_Z__1 = np.float64(grad_Z[i + part, j])
            Y_shifted__1 = Y__1 - Y_guess__j
            Y_excess__1 = Y_shifted__1
            total__1 = Y_shifted__1 * Y_shifted__1
            grad_Z_shifted__1 = grad_Z__1 - grad_Z_guess__j
            grad_Z_excess__1 = grad_Z_shifted__1
            total_2__1 = Y_shifted__1 * grad_Z_shifted__1
            Y__2 = np.float64(Y[i + 2 * part, j])
            grad_Z__2 = np.float64(grad_Z[i + 2 * part, j])
            Y_shifted__2 = Y__2 - Y_guess__j
            Y_excess__2 = Y_shifted__2
            total__2 = Y_shifted__2 * Y_shifted__2
            grad_Z_shifted__2 = grad_Z__2 - grad_Z_guess__j
            grad_Z_excess__2 = grad_Z_shifted__2
            total_2__2 = Y_shifted__2 * grad_Z_shifted__2
            Y_excess__total[j] += Y_excess__0 + Y_excess__1 + Y_excess__2
            total__total[j] += total__0 + total__1 + total__2
            grad_Z_excess__total[j] += grad_Z_excess__0 + grad_Z_excess__1 + grad_Z_excess__2
            total_2__total[j] += total_2__0 + total_2__1 + total_2__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            grad_Z_guess__j = grad_Z_guess[j]
            Y__0 = np.float64(Y[i, j])
            grad_Z__0 = np.float64(grad_Z[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            total_2__0 = Y_shifted__0 * grad_Z_shifted__0
            Y_excess__total[j] += Y_excess__0
            total__total[j] += total__0
            grad_Z_excess__total[j] += grad_Z_excess__0
            total_2__total[j] += total_2__0


@_compiled
def _grad_gamma_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, grad_gamma: Any, Y_excess__total: Any, total__total: Any,
    grad_Z_excess__total: Any, total_2__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        Y_rest__j = Y_excess__total[j] / n
        moment__j = total__total[j] - n * Y_rest__j * Y_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        grad_Z_rest__j = grad_Z_excess__total[j] / n
        moment_2__j = total_2__total[j] - n * Y_rest__j * grad_Z_rest__j
        grad_gamma__j = factor__j * moment_2__j
        grad_gamma[j] = grad_gamma__j


@_compiled
def _grad_gamma_1(Y: Any, grad_Z: Any, eps: Any, ddof: Any, grad_gamma: Any, chunks: Any) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(2, m, Y)
    Y_guess = narrow_m[0]
    grad_Z_guess = narrow_m[1]
    _column_guess(Y, Y_guess)
    _column_guess(grad_Z, grad_Z_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _grad_gamma_1_pass_1(
            Y, grad_Z, Y_guess, grad_Z_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[4 * chunk + 0],
            totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Z_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    _grad_gamma_1__columns_2(
        eps, ddof, n, m, grad_gamma, Y_excess__total, total__total, grad_Z_excess__total, total_2__total,
    )


@_compiled_parallel
def _grad_gamma_1_parallel(Y: Any, grad_Z: Any, eps: Any, ddof: Any, grad_gamma: Any, chunks: Any) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(2, m, Y)
    Y_guess = narrow_m[0]
    grad_Z_guess = narrow_m[1]
    _column_guess(Y, Y_guess)
    _column_guess(grad_Z, grad_Z_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _grad_gamma_1_pass_1(
            Y, grad_Z, Y_guess, grad_Z_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[4 * chunk + 0],
            totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Z_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    _grad_gamma_1__columns_2(
        eps, ddof, n, m, grad_gamma, Y_excess__total, total__total, grad_Z_excess__total, total_2__total,
    )


def grad_gamma(
    Y: Array, grad_Z: Array, *, eps: float, ddof: float, out: Array | None = None, check_finite: bool = False,
) -> Array:
    r"""\nabla_\gamma L(Z) = \operatorname{diag}(\hat Y^\top H)

    eq:grad-gamma: proved where $\operatorname{var}(y_{i}) + \epsilon > 0$, $n - \mathrm{ddof} \ne 0$.

    Y : n×m, $Y$
    grad_Z : n×m, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns grad_gamma : m.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(Y=Y, grad_Z=grad_Z)
    n = Y.shape[0] if Y.ndim == 2 else 0
    m = Y.shape[1] if Y.ndim == 2 else 0
    if Y.shape != (n, m) or grad_Z.shape != (n, m) or n < 1 or m < 1:
        _refuse({"n": 1, "m": 1}, Y=(Y, ("n", "m")), grad_Z=(grad_Z, ("n", "m")))
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(Y=Y, grad_Z=grad_Z)
    grad_gamma = _output(out, "grad_gamma", (m,), dtype, Y=Y, grad_Z=grad_Z)
    if n < FEW:
        np.copyto(
            grad_gamma, _grad_gamma_whole(Y, grad_Z, eps, ddof, np.longdouble, np.longdouble)[0], casting="same_kind",
        )
        return grad_gamma
    grad_gamma__c = grad_gamma if grad_gamma.flags.c_contiguous else np.empty_like(grad_gamma, order="C")
    chunks = _chunks(Y)
    driver = _grad_gamma_1 if chunks == 1 else _grad_gamma_1_parallel
    driver(_frozen(Y), _frozen(grad_Z), float(eps), float(ddof), grad_gamma__c, chunks)
    if grad_gamma__c is not grad_gamma:
        grad_gamma[...] = grad_gamma__c
    return grad_gamma


@_compiled
def _grad_beta_1_pass_1(grad_Z: Any, first: Any, last: Any, grad_beta__total: Any) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Z.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            grad_Z__0 = np.float64(grad_Z[i, j])
            grad_beta__0 = grad_Z__0
            grad_Z__1 = np.float64(grad_Z[i + part, j])
            grad_beta__1 = grad_Z__1
            grad_Z__2 = np.float64(grad_Z[i + 2 * part, j])
            grad_beta__2 = grad_Z__2
            grad_beta__total[j] += grad_beta__0 + grad_beta__1 + grad_beta__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            grad_Z__0 = np.float64(grad_Z[i, j])
            grad_beta__0 = grad_Z__0
            grad_beta__total[j] += grad_beta__0


@_compiled
def _grad_beta_1(grad_Z: Any, grad_beta: Any, chunks: Any) -> None:
    n = grad_Z.shape[0]
    m = grad_Z.shape[1]
    totals_1 = _vectors(1 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _grad_beta_1_pass_1(grad_Z, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[1 * chunk + 0])
    _merge(totals_1, 1)
    for j in range(m):
        grad_beta[j] = totals_1[0, j]


@_compiled_parallel
def _grad_beta_1_parallel(grad_Z: Any, grad_beta: Any, chunks: Any) -> None:
    n = grad_Z.shape[0]
    m = grad_Z.shape[1]
    totals_1 = _vectors(1 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _grad_beta_1_pass_1(grad_Z, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[1 * chunk + 0])
    _merge(totals_1, 1)
    for j in range(m):
        grad_beta[j] = totals_1[0, j]


def grad_beta(grad_Z: Array, *, out: Array | None = None, check_finite: bool = False) -> Array:
    r"""\nabla_\beta L(Z) = H^\top \mathbf{1}

    eq:grad-beta: proved where $\operatorname{var}(y_{i}) + \epsilon > 0$, $n - \mathrm{ddof} \ne 0$.

    grad_Z : n×m, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns grad_beta : m.
    """
    dtype = _dtype(grad_Z=grad_Z)
    n = grad_Z.shape[0] if grad_Z.ndim == 2 else 0
    m = grad_Z.shape[1] if grad_Z.ndim == 2 else 0
    if grad_Z.shape != (n, m) or n < 1 or m < 1:
        _refuse({"n": 1, "m": 1}, grad_Z=(grad_Z, ("n", "m")))
    if check_finite:
        _check_finite(grad_Z=grad_Z)
    grad_beta = _output(out, "grad_beta", (m,), dtype, grad_Z=grad_Z)
    grad_beta__c = grad_beta if grad_beta.flags.c_contiguous else np.empty_like(grad_beta, order="C")
    chunks = _chunks(grad_Z)
    driver = _grad_beta_1 if chunks == 1 else _grad_beta_1_parallel
    driver(_frozen(grad_Z), grad_beta__c, chunks)
    if grad_beta__c is not grad_beta:
        grad_beta[...] = grad_beta__c
    return grad_beta


def _grad_Y_whole(
    Y: Array, gamma: Array, grad_Z: Array, eps: float, ddof: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`grad_Y` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Y.shape[0]
    Y = Y.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    total = np.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = (total / n).astype(work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = np.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_2 = np.sum(Y, axis=0, dtype=wide)
    Y_guess = (total_2 / n).astype(work)
    Y_shifted = Y - Y_guess
    Y_excess = np.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_3 = np.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_3 - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    total_4 = np.sum(Y_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_5 = gamma * factor
    factor_5_rounded = factor_5.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    grad_Y = factor_5_rounded * (grad_Z_shifted + factor_2_rounded * Y_shifted + factor_4_rounded)
    return (grad_Y,)


@_compiled
def _grad_Y_1_pass_1(
    grad_Z: Any, Y: Any, grad_Z_guess: Any, Y_guess: Any, first: Any, last: Any, grad_Z_excess__total: Any,
    Y_excess__total: Any, total__total: Any, total_2__total: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Z.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            grad_Z_guess__j = grad_Z_guess[j]
            Y_guess__j = Y_guess[j]
            grad_Z__0 = np.float64(grad_Z[i, j])
            Y__0 = np.float64(Y[i, j])
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            total_2__0 = Y_shifted__0 * grad_Z_shifted__0
            grad_Z__1 = np.float64(grad_Z[i + part, j])
            Y__1 = np.float64(Y[i + part, j])
            grad_Z_shifted__1 = grad_Z__1 - grad_Z_guess__j
            grad_Z_excess__1 = grad_Z_shifted__1
            Y_shifted__1 = Y__1 - Y_guess__j
            Y_excess__1 = Y_shifted__1
            total__1 = Y_shifted__1 * Y_shifted__1
            total_2__1 = Y_shifted__1 * grad_Z_shifted__1
            grad_Z__2 = np.float64(grad_Z[i + 2 * part, j])
            Y__2 = np.float64(Y[i + 2 * part, j])
            grad_Z_shifted__2 = grad_Z__2 - grad_Z_guess__j
            grad_Z_excess__2 = grad_Z_shifted__2
            Y_shifted__2 = Y__2 - Y_guess__j
            Y_excess__2 = Y_shifted__2
            total__2 = Y_shifted__2 * Y_shifted__2
            total_2__2 = Y_shifted__2 * grad_Z_shifted__2
            grad_Z_excess__total[j] += grad_Z_excess__0 + grad_Z_excess__1 + grad_Z_excess__2
            Y_excess__total[j] += Y_excess__0 + Y_excess__1 + Y_excess__2
            total__total[j] += total__0 + total__1 + total__2
            total_2__total[j] += total_2__0 + total_2__1 + total_2__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            grad_Z_guess__j = grad_Z_guess[j]
            Y_guess__j = Y_guess[j]
            grad_Z__0 = np.float64(grad_Z[i, j])
            Y__0 = np.float64(Y[i, j])
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            total_2__0 = Y_shifted__0 * grad_Z_shifted__0
            grad_Z_excess__total[j] += grad_Z_excess__0
            Y_excess__total[j] += Y_excess__0
            total__total[j] += total__0
            total_2__total[j] += total_2__0


@_compiled
def _grad_Y_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, gamma: Any, grad_Z_guess: Any, Y_guess: Any, grad_Z_mean: Any, Y_mean: Any,
    factor_2__rounded: Any, factor_4__rounded: Any, factor_5__rounded: Any, grad_Z_excess__total: Any,
    Y_excess__total: Any, total__total: Any, total_2__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        grad_Z_rest__j = grad_Z_excess__total[j] / n
        grad_Z_mean[j] = grad_Z_guess[j] + grad_Z_rest__j
        grad_Z_mean__j = np.float64(grad_Z_mean[j])
        grad_Z_mean_low__j = grad_Z_guess[j] - grad_Z_mean__j + grad_Z_rest__j
        Y_rest__j = Y_excess__total[j] / n
        Y_mean[j] = Y_guess[j] + Y_rest__j
        Y_mean__j = np.float64(Y_mean[j])
        Y_mean_low__j = Y_guess[j] - Y_mean__j + Y_rest__j
        moment__j = total__total[j] - n * Y_rest__j * Y_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        moment_2__j = total_2__total[j] - n * Y_rest__j * grad_Z_rest__j
        factor_2__j = -factor__j * factor__j * moment_2__j / (n - ddof)
        factor_2__rounded[j] = factor_2__j
        factor_3__j = factor__j * factor__j * moment_2__j * Y_mean_low__j / (n - ddof)
        factor_4__j = -grad_Z_mean_low__j + factor_3__j
        factor_4__rounded[j] = factor_4__j
        factor_5__j = gamma[j] * factor__j
        factor_5__rounded[j] = factor_5__j


@_compiled
def _grad_Y_1_pass_3(
    grad_Z: Any, Y: Any, grad_Y: Any, factor_5__rounded: Any, grad_Z_mean: Any, factor_2__rounded: Any, Y_mean: Any,
    factor_4__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Z.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            factor_5__rounded__j = factor_5__rounded[j]
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            Y__0 = Y[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            Y_deviation__0 = Y__0 - Y_mean__j
            grad_Y__0__new = factor_5__rounded__j * (grad_Z_deviation__0 + factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j)
            grad_Z__1 = grad_Z[i + part, j]
            Y__1 = Y[i + part, j]
            grad_Z_deviation__1 = grad_Z__1 - grad_Z_mean__j
            Y_deviation__1 = Y__1 - Y_mean__j
            grad_Y__1__new = factor_5__rounded__j * (grad_Z_deviation__1 + factor_2__rounded__j * Y_deviation__1 + factor_4__rounded__j)
            grad_Z__2 = grad_Z[i + 2 * part, j]
            Y__2 = Y[i + 2 * part, j]
            grad_Z_deviation__2 = grad_Z__2 - grad_Z_mean__j
            Y_deviation__2 = Y__2 - Y_mean__j
            grad_Y__2__new = factor_5__rounded__j * (grad_Z_deviation__2 + factor_2__rounded__j * Y_deviation__2 + factor_4__rounded__j)
            grad_Y[i, j] = grad_Y__0__new
            grad_Y[i + part, j] = grad_Y__1__new
            grad_Y[i + 2 * part, j] = grad_Y__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            factor_5__rounded__j = factor_5__rounded[j]
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            Y__0 = Y[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            Y_deviation__0 = Y__0 - Y_mean__j
            grad_Y__0__new = factor_5__rounded__j * (grad_Z_deviation__0 + factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j)
            grad_Y[i, j] = grad_Y__0__new


@_compiled
def _grad_Y_1(grad_Z: Any, Y: Any, gamma: Any, eps: Any, ddof: Any, grad_Y: Any, chunks: Any) -> None:
    n = grad_Z.shape[0]
    m = grad_Z.shape[1]
    narrow_m = _vectors(7, m, grad_Z)
    grad_Z_guess = narrow_m[0]
    Y_guess = narrow_m[1]
    grad_Z_mean = narrow_m[2]
    Y_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    _column_guess(grad_Z, grad_Z_guess)
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _grad_Y_1_pass_1(
            grad_Z, Y, grad_Z_guess, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[4 * chunk + 0],
            totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    grad_Z_excess__total = totals_1[0]
    Y_excess__total = totals_1[1]
    total__total = totals_1[2]
    total_2__total = totals_1[3]
    _grad_Y_1__columns_2(
        eps, ddof, n, m, gamma, grad_Z_guess, Y_guess, grad_Z_mean, Y_mean, factor_2__rounded, factor_4__rounded,
        factor_5__rounded, grad_Z_excess__total, Y_excess__total, total__total, total_2__total,
    )
    for chunk in range(chunks):
        _grad_Y_1_pass_3(
            grad_Z, Y, grad_Y, factor_5__rounded, grad_Z_mean, factor_2__rounded, Y_mean, factor_4__rounded,
            n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _grad_Y_1_parallel(grad_Z: Any, Y: Any, gamma: Any, eps: Any, ddof: Any, grad_Y: Any, chunks: Any) -> None:
    n = grad_Z.shape[0]
    m = grad_Z.shape[1]
    narrow_m = _vectors(7, m, grad_Z)
    grad_Z_guess = narrow_m[0]
    Y_guess = narrow_m[1]
    grad_Z_mean = narrow_m[2]
    Y_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    _column_guess(grad_Z, grad_Z_guess)
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _grad_Y_1_pass_1(
            grad_Z, Y, grad_Z_guess, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[4 * chunk + 0],
            totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    grad_Z_excess__total = totals_1[0]
    Y_excess__total = totals_1[1]
    total__total = totals_1[2]
    total_2__total = totals_1[3]
    _grad_Y_1__columns_2(
        eps, ddof, n, m, gamma, grad_Z_guess, Y_guess, grad_Z_mean, Y_mean, factor_2__rounded, factor_4__rounded,
        factor_5__rounded, grad_Z_excess__total, Y_excess__total, total__total, total_2__total,
    )
    for chunk in prange(chunks):
        _grad_Y_1_pass_3(
            grad_Z, Y, grad_Y, factor_5__rounded, grad_Z_mean, factor_2__rounded, Y_mean, factor_4__rounded,
            n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def grad_Y(
    Y: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float, out: Array | None = None,
    check_finite: bool = False,
) -> Array:
    r"""\nabla_Y L(Z) = \left( J H - \frac{1}{n - \operatorname{ddof}} \hat Y \operatorname{diag}(\nabla_\gamma L(Z))
    \right) \operatorname{diag}(\gamma) \Sigma_y^{-1}

    eq:grad-Y: proved where $n - \mathrm{ddof} \ne 0$, $\operatorname{var}(y_{i}) + \epsilon > 0$.

    Y : n×m, $Y$
    gamma : m×1, $\gamma$, dimensions (m)
    grad_Z : n×m, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns grad_Y : n×m.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(Y=Y, gamma=gamma, grad_Z=grad_Z)
    n = Y.shape[0] if Y.ndim == 2 else 0
    m = Y.shape[1] if Y.ndim == 2 else 0
    if Y.shape != (n, m) or gamma.shape != (m,) or grad_Z.shape != (n, m) or n < 1 or m < 1:
        _refuse({"n": 1, "m": 1}, Y=(Y, ("n", "m")), gamma=(gamma, ("m",)), grad_Z=(grad_Z, ("n", "m")))
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(Y=Y, gamma=gamma, grad_Z=grad_Z)
    grad_Y = _output(out, "grad_Y", (n, m), dtype, Y=Y, gamma=gamma, grad_Z=grad_Z)
    if n < FEW:
        np.copyto(
            grad_Y, _grad_Y_whole(Y, gamma, grad_Z, eps, ddof, np.longdouble, np.longdouble)[0], casting="same_kind",
        )
        return grad_Y
    grad_Y__c = grad_Y if grad_Y.flags.c_contiguous else np.empty_like(grad_Y, order="C")
    chunks = _chunks(grad_Z)
    driver = _grad_Y_1 if chunks == 1 else _grad_Y_1_parallel
    driver(_frozen(grad_Z), _frozen(Y), _frozen(gamma), float(eps), float(ddof), grad_Y__c, chunks)
    if grad_Y__c is not grad_Y:
        grad_Y[...] = grad_Y__c
    return grad_Y


def _grad_W_whole(
    X: Array, W: Array, gamma: Array, grad_Z: Array, eps: float, ddof: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`grad_W` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = X.shape[0]
    X = X.astype(work, copy=False)
    W = W.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    product = np.matmul(X, W.T)
    total = np.sum(product, axis=0, dtype=wide)
    product_guess = (total / n).astype(work)
    product_shifted = product - product_guess
    product_excess = np.sum(product_shifted, axis=0, dtype=wide)
    product_rest = product_excess / n
    total_2 = np.sum(product_shifted * product_shifted, axis=0, dtype=wide)
    moment = total_2 - n * product_rest * product_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    total_3 = np.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = (total_3 / n).astype(work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = np.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_4 = np.sum(product_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * product_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * product_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    matrix = grad_Z_shifted + factor_2_rounded * product_shifted + factor_4_rounded
    product_2 = np.matmul(matrix.T, X)
    factor_5 = gamma * factor
    factor_5_rounded = factor_5.astype(work)
    grad_W = factor_5_rounded[:, None] * product_2
    return (grad_W,)


@_compiled
def _grad_W_1_pass_1(
    product: Any, grad_Z: Any, product_guess: Any, grad_Z_guess: Any, first: Any, last: Any,
    product_excess__total: Any, total__total: Any, grad_Z_excess__total: Any, total_2__total: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = product.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            product_guess__j = product_guess[j]
            grad_Z_guess__j = grad_Z_guess[j]
            product__0 = np.float64(product[i, j])
            grad_Z__0 = np.float64(grad_Z[i, j])
            product_shifted__0 = product__0 - product_guess__j
            product_excess__0 = product_shifted__0
            total__0 = product_shifted__0 * product_shifted__0
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            total_2__0 = product_shifted__0 * grad_Z_shifted__0
            product__1 = np.float64(product[i + part, j])
            grad_Z__1 = np.float64(grad_Z[i + part, j])
            product_shifted__1 = product__1 - product_guess__j
            product_excess__1 = product_shifted__1
            total__1 = product_shifted__1 * product_shifted__1
            grad_Z_shifted__1 = grad_Z__1 - grad_Z_guess__j
            grad_Z_excess__1 = grad_Z_shifted__1
            total_2__1 = product_shifted__1 * grad_Z_shifted__1
            product__2 = np.float64(product[i + 2 * part, j])
            grad_Z__2 = np.float64(grad_Z[i + 2 * part, j])
            product_shifted__2 = product__2 - product_guess__j
            product_excess__2 = product_shifted__2
            total__2 = product_shifted__2 * product_shifted__2
            grad_Z_shifted__2 = grad_Z__2 - grad_Z_guess__j
            grad_Z_excess__2 = grad_Z_shifted__2
            total_2__2 = product_shifted__2 * grad_Z_shifted__2
            product_excess__total[j] += product_excess__0 + product_excess__1 + product_excess__2
            total__total[j] += total__0 + total__1 + total__2
            grad_Z_excess__total[j] += grad_Z_excess__0 + grad_Z_excess__1 + grad_Z_excess__2
            total_2__total[j] += total_2__0 + total_2__1 + total_2__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            product_guess__j = product_guess[j]
            grad_Z_guess__j = grad_Z_guess[j]
            product__0 = np.float64(product[i, j])
            grad_Z__0 = np.float64(grad_Z[i, j])
            product_shifted__0 = product__0 - product_guess__j
            product_excess__0 = product_shifted__0
            total__0 = product_shifted__0 * product_shifted__0
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            total_2__0 = product_shifted__0 * grad_Z_shifted__0
            product_excess__total[j] += product_excess__0
            total__total[j] += total__0
            grad_Z_excess__total[j] += grad_Z_excess__0
            total_2__total[j] += total_2__0


@_compiled
def _grad_W_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, gamma: Any, product_guess: Any, grad_Z_guess: Any, product_mean: Any,
    grad_Z_mean: Any, factor_5: Any, factor_2__rounded: Any, factor_4__rounded: Any, product_excess__total: Any,
    total__total: Any, grad_Z_excess__total: Any, total_2__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        product_rest__j = product_excess__total[j] / n
        product_mean[j] = product_guess[j] + product_rest__j
        product_mean__j = np.float64(product_mean[j])
        product_mean_low__j = product_guess[j] - product_mean__j + product_rest__j
        moment__j = total__total[j] - n * product_rest__j * product_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        grad_Z_rest__j = grad_Z_excess__total[j] / n
        grad_Z_mean[j] = grad_Z_guess[j] + grad_Z_rest__j
        grad_Z_mean__j = np.float64(grad_Z_mean[j])
        grad_Z_mean_low__j = grad_Z_guess[j] - grad_Z_mean__j + grad_Z_rest__j
        moment_2__j = total_2__total[j] - n * product_rest__j * grad_Z_rest__j
        factor_2__j = -factor__j * factor__j * moment_2__j / (n - ddof)
        factor_2__rounded[j] = factor_2__j
        factor_3__j = factor__j * factor__j * moment_2__j * product_mean_low__j / (n - ddof)
        factor_4__j = -grad_Z_mean_low__j + factor_3__j
        factor_4__rounded[j] = factor_4__j
        factor_5__j = gamma[j] * factor__j
        factor_5[j] = factor_5__j


@_compiled
def _grad_W_1_pass_3(
    grad_Z: Any, product: Any, matrix: Any, grad_Z_mean: Any, factor_2__rounded: Any, product_mean: Any,
    factor_4__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Z.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            product_mean__j = product_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            product__0 = product[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            product_deviation__0 = product__0 - product_mean__j
            matrix__0__new = grad_Z_deviation__0 + factor_2__rounded__j * product_deviation__0 + factor_4__rounded__j
            grad_Z__1 = grad_Z[i + part, j]
            product__1 = product[i + part, j]
            grad_Z_deviation__1 = grad_Z__1 - grad_Z_mean__j
            product_deviation__1 = product__1 - product_mean__j
            matrix__1__new = grad_Z_deviation__1 + factor_2__rounded__j * product_deviation__1 + factor_4__rounded__j
            grad_Z__2 = grad_Z[i + 2 * part, j]
            product__2 = product[i + 2 * part, j]
            grad_Z_deviation__2 = grad_Z__2 - grad_Z_mean__j
            product_deviation__2 = product__2 - product_mean__j
            matrix__2__new = grad_Z_deviation__2 + factor_2__rounded__j * product_deviation__2 + factor_4__rounded__j
            matrix[i, j] = matrix__0__new
            matrix[i + part, j] = matrix__1__new
            matrix[i + 2 * part, j] = matrix__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            product_mean__j = product_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            product__0 = product[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            product_deviation__0 = product__0 - product_mean__j
            matrix__0__new = grad_Z_deviation__0 + factor_2__rounded__j * product_deviation__0 + factor_4__rounded__j
            matrix[i, j] = matrix__0__new


@_compiled
def _grad_W_1(
    product: Any, grad_Z: Any, gamma: Any, eps: Any, ddof: Any, factor_5: Any, matrix: Any, chunks: Any,
) -> None:
    n = product.shape[0]
    m = product.shape[1]
    narrow_m = _vectors(6, m, product)
    product_guess = narrow_m[0]
    grad_Z_guess = narrow_m[1]
    product_mean = narrow_m[2]
    grad_Z_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    _column_guess(product, product_guess)
    _column_guess(grad_Z, grad_Z_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _grad_W_1_pass_1(
            product, grad_Z, product_guess, grad_Z_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    product_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Z_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    _grad_W_1__columns_2(
        eps, ddof, n, m, gamma, product_guess, grad_Z_guess, product_mean, grad_Z_mean, factor_5, factor_2__rounded,
        factor_4__rounded, product_excess__total, total__total, grad_Z_excess__total, total_2__total,
    )
    for chunk in range(chunks):
        _grad_W_1_pass_3(
            grad_Z, product, matrix, grad_Z_mean, factor_2__rounded, product_mean, factor_4__rounded,
            n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _grad_W_1_parallel(
    product: Any, grad_Z: Any, gamma: Any, eps: Any, ddof: Any, factor_5: Any, matrix: Any, chunks: Any,
) -> None:
    n = product.shape[0]
    m = product.shape[1]
    narrow_m = _vectors(6, m, product)
    product_guess = narrow_m[0]
    grad_Z_guess = narrow_m[1]
    product_mean = narrow_m[2]
    grad_Z_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    _column_guess(product, product_guess)
    _column_guess(grad_Z, grad_Z_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _grad_W_1_pass_1(
            product, grad_Z, product_guess, grad_Z_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    product_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Z_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    _grad_W_1__columns_2(
        eps, ddof, n, m, gamma, product_guess, grad_Z_guess, product_mean, grad_Z_mean, factor_5, factor_2__rounded,
        factor_4__rounded, product_excess__total, total__total, grad_Z_excess__total, total_2__total,
    )
    for chunk in prange(chunks):
        _grad_W_1_pass_3(
            grad_Z, product, matrix, grad_Z_mean, factor_2__rounded, product_mean, factor_4__rounded,
            n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def grad_W(
    X: Array, W: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float, out: Array | None = None,
    check_finite: bool = False,
) -> Array:
    r"""\nabla_W L(Z) = \left( \left( J H - \frac{1}{n - \operatorname{ddof}} \hat Y \operatorname{diag}(\nabla_\gamma
    L(Z)) \right) \operatorname{diag}(\gamma) \Sigma_y^{-1} \right)^\top X

    eq:grad-W: proved where $n - \mathrm{ddof} \ne 0$, $\operatorname{var}(y_{i}) + \epsilon > 0$.

    X : n×p, $X$
    W : m×p, $W$
    gamma : m×1, $\gamma$, dimensions (m)
    grad_Z : n×m, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns grad_W : m×p.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    n = X.shape[0] if X.ndim == 2 else 0
    p = X.shape[1] if X.ndim == 2 else 0
    m = W.shape[0] if W.ndim == 2 else 0
    if X.shape != (n, p) or W.shape != (m, p) or gamma.shape != (m,) or grad_Z.shape != (n, m) or n < 1 or p < 1 or m < 1:
        _refuse(
            {"n": 1, "p": 1, "m": 1}, X=(X, ("n", "p")), W=(W, ("m", "p")), gamma=(gamma, ("m",)),
            grad_Z=(grad_Z, ("n", "m")),
        )
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    grad_W = _output(out, "grad_W", (m, p), dtype, X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    if n < FEW:
        np.copyto(
            grad_W, _grad_W_whole(X, W, gamma, grad_Z, eps, ddof, np.longdouble, np.longdouble)[0],
            casting="same_kind",
        )
        return grad_W
    wide = np.float64
    work = dtype
    product = np.matmul(X, W.T)
    factor_5 = np.empty(m, wide)
    matrix = product
    chunks = _chunks(product)
    driver = _grad_W_1 if chunks == 1 else _grad_W_1_parallel
    driver(_frozen(product), _frozen(grad_Z), _frozen(gamma), float(eps), float(ddof), factor_5, matrix, chunks)
    product_2 = np.matmul(matrix.T, X)
    factor_5_rounded = factor_5.astype(work)
    np.copyto(grad_W, factor_5_rounded[:, None] * product_2, casting="same_kind")
    return grad_W


def _grad_X_whole(
    X: Array, W: Array, gamma: Array, grad_Z: Array, eps: float, ddof: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`grad_X` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = X.shape[0]
    X = X.astype(work, copy=False)
    W = W.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    total = np.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = (total / n).astype(work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = np.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    product = np.matmul(X, W.T)
    total_2 = np.sum(product, axis=0, dtype=wide)
    product_guess = (total_2 / n).astype(work)
    product_shifted = product - product_guess
    product_excess = np.sum(product_shifted, axis=0, dtype=wide)
    product_rest = product_excess / n
    total_3 = np.sum(product_shifted * product_shifted, axis=0, dtype=wide)
    moment = total_3 - n * product_rest * product_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    total_4 = np.sum(product_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * product_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * product_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_5 = factor * gamma
    factor_5_rounded = factor_5.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    matrix = factor_5_rounded * (grad_Z_shifted + factor_2_rounded * product_shifted + factor_4_rounded)
    grad_X = np.matmul(matrix, W)
    return (grad_X,)


@_compiled
def _grad_X_1_pass_1(
    grad_Z: Any, product: Any, grad_Z_guess: Any, product_guess: Any, first: Any, last: Any,
    grad_Z_excess__total: Any, product_excess__total: Any, total__total: Any, total_2__total: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Z.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            grad_Z_guess__j = grad_Z_guess[j]
            product_guess__j = product_guess[j]
            grad_Z__0 = np.float64(grad_Z[i, j])
            product__0 = np.float64(product[i, j])
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            product_shifted__0 = product__0 - product_guess__j
            product_excess__0 = product_shifted__0
            total__0 = product_shifted__0 * product_shifted__0
            total_2__0 = product_shifted__0 * grad_Z_shifted__0
            grad_Z__1 = np.float64(grad_Z[i + part, j])
            product__1 = np.float64(product[i + part, j])
            grad_Z_shifted__1 = grad_Z__1 - grad_Z_guess__j
            grad_Z_excess__1 = grad_Z_shifted__1
            product_shifted__1 = product__1 - product_guess__j
            product_excess__1 = product_shifted__1
            total__1 = product_shifted__1 * product_shifted__1
            total_2__1 = product_shifted__1 * grad_Z_shifted__1
            grad_Z__2 = np.float64(grad_Z[i + 2 * part, j])
            product__2 = np.float64(product[i + 2 * part, j])
            grad_Z_shifted__2 = grad_Z__2 - grad_Z_guess__j
            grad_Z_excess__2 = grad_Z_shifted__2
            product_shifted__2 = product__2 - product_guess__j
            product_excess__2 = product_shifted__2
            total__2 = product_shifted__2 * product_shifted__2
            total_2__2 = product_shifted__2 * grad_Z_shifted__2
            grad_Z_excess__total[j] += grad_Z_excess__0 + grad_Z_excess__1 + grad_Z_excess__2
            product_excess__total[j] += product_excess__0 + product_excess__1 + product_excess__2
            total__total[j] += total__0 + total__1 + total__2
            total_2__total[j] += total_2__0 + total_2__1 + total_2__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            grad_Z_guess__j = grad_Z_guess[j]
            product_guess__j = product_guess[j]
            grad_Z__0 = np.float64(grad_Z[i, j])
            product__0 = np.float64(product[i, j])
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            product_shifted__0 = product__0 - product_guess__j
            product_excess__0 = product_shifted__0
            total__0 = product_shifted__0 * product_shifted__0
            total_2__0 = product_shifted__0 * grad_Z_shifted__0
            grad_Z_excess__total[j] += grad_Z_excess__0
            product_excess__total[j] += product_excess__0
            total__total[j] += total__0
            total_2__total[j] += total_2__0


@_compiled
def _grad_X_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, gamma: Any, grad_Z_guess: Any, product_guess: Any, grad_Z_mean: Any,
    product_mean: Any, factor_2__rounded: Any, factor_4__rounded: Any, factor_5__rounded: Any,
    grad_Z_excess__total: Any, product_excess__total: Any, total__total: Any, total_2__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        grad_Z_rest__j = grad_Z_excess__total[j] / n
        grad_Z_mean[j] = grad_Z_guess[j] + grad_Z_rest__j
        grad_Z_mean__j = np.float64(grad_Z_mean[j])
        grad_Z_mean_low__j = grad_Z_guess[j] - grad_Z_mean__j + grad_Z_rest__j
        product_rest__j = product_excess__total[j] / n
        product_mean[j] = product_guess[j] + product_rest__j
        product_mean__j = np.float64(product_mean[j])
        product_mean_low__j = product_guess[j] - product_mean__j + product_rest__j
        moment__j = total__total[j] - n * product_rest__j * product_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        moment_2__j = total_2__total[j] - n * product_rest__j * grad_Z_rest__j
        factor_2__j = -factor__j * factor__j * moment_2__j / (n - ddof)
        factor_2__rounded[j] = factor_2__j
        factor_3__j = factor__j * factor__j * moment_2__j * product_mean_low__j / (n - ddof)
        factor_4__j = -grad_Z_mean_low__j + factor_3__j
        factor_4__rounded[j] = factor_4__j
        factor_5__j = factor__j * gamma[j]
        factor_5__rounded[j] = factor_5__j


@_compiled
def _grad_X_1_pass_3(
    grad_Z: Any, product: Any, matrix: Any, factor_5__rounded: Any, grad_Z_mean: Any, factor_2__rounded: Any,
    product_mean: Any, factor_4__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Z.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            factor_5__rounded__j = factor_5__rounded[j]
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            product_mean__j = product_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            product__0 = product[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            product_deviation__0 = product__0 - product_mean__j
            matrix__0__new = factor_5__rounded__j * (grad_Z_deviation__0 + factor_2__rounded__j * product_deviation__0 + factor_4__rounded__j)
            grad_Z__1 = grad_Z[i + part, j]
            product__1 = product[i + part, j]
            grad_Z_deviation__1 = grad_Z__1 - grad_Z_mean__j
            product_deviation__1 = product__1 - product_mean__j
            matrix__1__new = factor_5__rounded__j * (grad_Z_deviation__1 + factor_2__rounded__j * product_deviation__1 + factor_4__rounded__j)
            grad_Z__2 = grad_Z[i + 2 * part, j]
            product__2 = product[i + 2 * part, j]
            grad_Z_deviation__2 = grad_Z__2 - grad_Z_mean__j
            product_deviation__2 = product__2 - product_mean__j
            matrix__2__new = factor_5__rounded__j * (grad_Z_deviation__2 + factor_2__rounded__j * product_deviation__2 + factor_4__rounded__j)
            matrix[i, j] = matrix__0__new
            matrix[i + part, j] = matrix__1__new
            matrix[i + 2 * part, j] = matrix__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            factor_5__rounded__j = factor_5__rounded[j]
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            product_mean__j = product_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            product__0 = product[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            product_deviation__0 = product__0 - product_mean__j
            matrix__0__new = factor_5__rounded__j * (grad_Z_deviation__0 + factor_2__rounded__j * product_deviation__0 + factor_4__rounded__j)
            matrix[i, j] = matrix__0__new


@_compiled
def _grad_X_1(grad_Z: Any, product: Any, gamma: Any, eps: Any, ddof: Any, matrix: Any, chunks: Any) -> None:
    n = grad_Z.shape[0]
    m = grad_Z.shape[1]
    narrow_m = _vectors(7, m, grad_Z)
    grad_Z_guess = narrow_m[0]
    product_guess = narrow_m[1]
    grad_Z_mean = narrow_m[2]
    product_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    _column_guess(grad_Z, grad_Z_guess)
    _column_guess(product, product_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _grad_X_1_pass_1(
            grad_Z, product, grad_Z_guess, product_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    grad_Z_excess__total = totals_1[0]
    product_excess__total = totals_1[1]
    total__total = totals_1[2]
    total_2__total = totals_1[3]
    _grad_X_1__columns_2(
        eps, ddof, n, m, gamma, grad_Z_guess, product_guess, grad_Z_mean, product_mean, factor_2__rounded,
        factor_4__rounded, factor_5__rounded, grad_Z_excess__total, product_excess__total, total__total,
        total_2__total,
    )
    for chunk in range(chunks):
        _grad_X_1_pass_3(
            grad_Z, product, matrix, factor_5__rounded, grad_Z_mean, factor_2__rounded, product_mean,
            factor_4__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _grad_X_1_parallel(grad_Z: Any, product: Any, gamma: Any, eps: Any, ddof: Any, matrix: Any, chunks: Any) -> None:
    n = grad_Z.shape[0]
    m = grad_Z.shape[1]
    narrow_m = _vectors(7, m, grad_Z)
    grad_Z_guess = narrow_m[0]
    product_guess = narrow_m[1]
    grad_Z_mean = narrow_m[2]
    product_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    _column_guess(grad_Z, grad_Z_guess)
    _column_guess(product, product_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _grad_X_1_pass_1(
            grad_Z, product, grad_Z_guess, product_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    grad_Z_excess__total = totals_1[0]
    product_excess__total = totals_1[1]
    total__total = totals_1[2]
    total_2__total = totals_1[3]
    _grad_X_1__columns_2(
        eps, ddof, n, m, gamma, grad_Z_guess, product_guess, grad_Z_mean, product_mean, factor_2__rounded,
        factor_4__rounded, factor_5__rounded, grad_Z_excess__total, product_excess__total, total__total,
        total_2__total,
    )
    for chunk in prange(chunks):
        _grad_X_1_pass_3(
            grad_Z, product, matrix, factor_5__rounded, grad_Z_mean, factor_2__rounded, product_mean,
            factor_4__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def grad_X(
    X: Array, W: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float, out: Array | None = None,
    check_finite: bool = False,
) -> Array:
    r"""\nabla_X L(Z) = \left( J H - \frac{1}{n - \operatorname{ddof}} \hat Y \operatorname{diag}(\nabla_\gamma L(Z))
    \right) \operatorname{diag}(\gamma) \Sigma_y^{-1} W

    eq:grad-X: proved where $n - \mathrm{ddof} \ne 0$, $\operatorname{var}(y_{i}) + \epsilon > 0$.

    X : n×p, $X$
    W : m×p, $W$
    gamma : m×1, $\gamma$, dimensions (m)
    grad_Z : n×m, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns grad_X : n×p.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    n = X.shape[0] if X.ndim == 2 else 0
    p = X.shape[1] if X.ndim == 2 else 0
    m = W.shape[0] if W.ndim == 2 else 0
    if X.shape != (n, p) or W.shape != (m, p) or gamma.shape != (m,) or grad_Z.shape != (n, m) or n < 1 or p < 1 or m < 1:
        _refuse(
            {"n": 1, "p": 1, "m": 1}, X=(X, ("n", "p")), W=(W, ("m", "p")), gamma=(gamma, ("m",)),
            grad_Z=(grad_Z, ("n", "m")),
        )
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    grad_X = _output(out, "grad_X", (n, p), dtype, X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    if n < FEW:
        np.copyto(
            grad_X, _grad_X_whole(X, W, gamma, grad_Z, eps, ddof, np.longdouble, np.longdouble)[0],
            casting="same_kind",
        )
        return grad_X
    product = np.matmul(X, W.T)
    matrix = product
    chunks = _chunks(grad_Z)
    driver = _grad_X_1 if chunks == 1 else _grad_X_1_parallel
    driver(_frozen(grad_Z), _frozen(product), _frozen(gamma), float(eps), float(ddof), matrix, chunks)
    np.matmul(matrix, W, out=grad_X)
    return grad_X


def _backward_whole(
    Y: Array, gamma: Array, grad_Z: Array, eps: float, ddof: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Y.shape[0]
    Y = Y.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    grad_beta = np.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = (grad_beta / n).astype(work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = np.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_2 = np.sum(Y, axis=0, dtype=wide)
    Y_guess = (total_2 / n).astype(work)
    Y_shifted = Y - Y_guess
    Y_excess = np.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_3 = np.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_3 - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    total_4 = np.sum(Y_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_5 = gamma * factor
    factor_5_rounded = factor_5.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    grad_Y = factor_5_rounded * (grad_Z_shifted + factor_2_rounded * Y_shifted + factor_4_rounded)
    grad_gamma = factor * moment_2
    return (grad_Y, grad_gamma, grad_beta,)


@_compiled
def _backward_1_pass_1(
    grad_Z: Any, Y: Any, grad_Z_guess: Any, Y_guess: Any, first: Any, last: Any, grad_Z_excess__total: Any,
    Y_excess__total: Any, total__total: Any, total_2__total: Any, grad_beta__total: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Z.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            grad_Z_guess__j = grad_Z_guess[j]
            Y_guess__j = Y_guess[j]
            grad_Z__0 = np.float64(grad_Z[i, j])
            Y__0 = np.float64(Y[i, j])
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            total_2__0 = Y_shifted__0 * grad_Z_shifted__0
            grad_beta__0 = grad_Z__0
            grad_Z__1 = np.float64(grad_Z[i + part, j])
            Y__1 = np.float64(Y[i + part, j])
            grad_Z_shifted__1 = grad_Z__1 - grad_Z_guess__j
            grad_Z_excess__1 = grad_Z_shifted__1
            Y_shifted__1 = Y__1 - Y_guess__j
            Y_excess__1 = Y_shifted__1
            total__1 = Y_shifted__1 * Y_shifted__1
            total_2__1 = Y_shifted__1 * grad_Z_shifted__1
            grad_beta__1 = grad_Z__1
            grad_Z__2 = np.float64(grad_Z[i + 2 * part, j])
            Y__2 = np.float64(Y[i + 2 * part, j])
            grad_Z_shifted__2 = grad_Z__2 - grad_Z_guess__j
            grad_Z_excess__2 = grad_Z_shifted__2
            Y_shifted__2 = Y__2 - Y_guess__j
            Y_excess__2 = Y_shifted__2
            total__2 = Y_shifted__2 * Y_shifted__2
            total_2__2 = Y_shifted__2 * grad_Z_shifted__2
            grad_beta__2 = grad_Z__2
            grad_Z_excess__total[j] += grad_Z_excess__0 + grad_Z_excess__1 + grad_Z_excess__2
            Y_excess__total[j] += Y_excess__0 + Y_excess__1 + Y_excess__2
            total__total[j] += total__0 + total__1 + total__2
            total_2__total[j] += total_2__0 + total_2__1 + total_2__2
            grad_beta__total[j] += grad_beta__0 + grad_beta__1 + grad_beta__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            grad_Z_guess__j = grad_Z_guess[j]
            Y_guess__j = Y_guess[j]
            grad_Z__0 = np.float64(grad_Z[i, j])
            Y__0 = np.float64(Y[i, j])
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            total_2__0 = Y_shifted__0 * grad_Z_shifted__0
            grad_beta__0 = grad_Z__0
            grad_Z_excess__total[j] += grad_Z_excess__0
            Y_excess__total[j] += Y_excess__0
            total__total[j] += total__0
            total_2__total[j] += total_2__0
            grad_beta__total[j] += grad_beta__0


@_compiled
def _backward_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, gamma: Any, grad_Z_guess: Any, Y_guess: Any, grad_Z_mean: Any, Y_mean: Any,
    grad_gamma: Any, factor_2__rounded: Any, factor_4__rounded: Any, factor_5__rounded: Any,
    grad_Z_excess__total: Any, Y_excess__total: Any, total__total: Any, total_2__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        grad_Z_rest__j = grad_Z_excess__total[j] / n
        grad_Z_mean[j] = grad_Z_guess[j] + grad_Z_rest__j
        grad_Z_mean__j = np.float64(grad_Z_mean[j])
        grad_Z_mean_low__j = grad_Z_guess[j] - grad_Z_mean__j + grad_Z_rest__j
        Y_rest__j = Y_excess__total[j] / n
        Y_mean[j] = Y_guess[j] + Y_rest__j
        Y_mean__j = np.float64(Y_mean[j])
        Y_mean_low__j = Y_guess[j] - Y_mean__j + Y_rest__j
        moment__j = total__total[j] - n * Y_rest__j * Y_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        moment_2__j = total_2__total[j] - n * Y_rest__j * grad_Z_rest__j
        factor_2__j = -factor__j * factor__j * moment_2__j / (n - ddof)
        factor_2__rounded[j] = factor_2__j
        factor_3__j = factor__j * factor__j * moment_2__j * Y_mean_low__j / (n - ddof)
        factor_4__j = -grad_Z_mean_low__j + factor_3__j
        factor_4__rounded[j] = factor_4__j
        factor_5__j = gamma[j] * factor__j
        factor_5__rounded[j] = factor_5__j
        grad_gamma__j = factor__j * moment_2__j
        grad_gamma[j] = grad_gamma__j


@_compiled
def _backward_1_pass_3(
    grad_Z: Any, Y: Any, grad_Y: Any, factor_5__rounded: Any, grad_Z_mean: Any, factor_2__rounded: Any, Y_mean: Any,
    factor_4__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Z.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            factor_5__rounded__j = factor_5__rounded[j]
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            Y__0 = Y[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            Y_deviation__0 = Y__0 - Y_mean__j
            grad_Y__0__new = factor_5__rounded__j * (grad_Z_deviation__0 + factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j)
            grad_Z__1 = grad_Z[i + part, j]
            Y__1 = Y[i + part, j]
            grad_Z_deviation__1 = grad_Z__1 - grad_Z_mean__j
            Y_deviation__1 = Y__1 - Y_mean__j
            grad_Y__1__new = factor_5__rounded__j * (grad_Z_deviation__1 + factor_2__rounded__j * Y_deviation__1 + factor_4__rounded__j)
            grad_Z__2 = grad_Z[i + 2 * part, j]
            Y__2 = Y[i + 2 * part, j]
            grad_Z_deviation__2 = grad_Z__2 - grad_Z_mean__j
            Y_deviation__2 = Y__2 - Y_mean__j
            grad_Y__2__new = factor_5__rounded__j * (grad_Z_deviation__2 + factor_2__rounded__j * Y_deviation__2 + factor_4__rounded__j)
            grad_Y[i, j] = grad_Y__0__new
            grad_Y[i + part, j] = grad_Y__1__new
            grad_Y[i + 2 * part, j] = grad_Y__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            factor_5__rounded__j = factor_5__rounded[j]
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            Y__0 = Y[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            Y_deviation__0 = Y__0 - Y_mean__j
            grad_Y__0__new = factor_5__rounded__j * (grad_Z_deviation__0 + factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j)
            grad_Y[i, j] = grad_Y__0__new


@_compiled
def _backward_1(
    grad_Z: Any, Y: Any, gamma: Any, eps: Any, ddof: Any, grad_beta: Any, grad_gamma: Any, grad_Y: Any, chunks: Any,
) -> None:
    n = grad_Z.shape[0]
    m = grad_Z.shape[1]
    narrow_m = _vectors(7, m, grad_Z)
    grad_Z_guess = narrow_m[0]
    Y_guess = narrow_m[1]
    grad_Z_mean = narrow_m[2]
    Y_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    _column_guess(grad_Z, grad_Z_guess)
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(5 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _backward_1_pass_1(
            grad_Z, Y, grad_Z_guess, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[5 * chunk + 0],
            totals_1[5 * chunk + 1], totals_1[5 * chunk + 2], totals_1[5 * chunk + 3], totals_1[5 * chunk + 4],
        )
    _merge(totals_1, 5)
    grad_Z_excess__total = totals_1[0]
    Y_excess__total = totals_1[1]
    total__total = totals_1[2]
    total_2__total = totals_1[3]
    for j in range(m):
        grad_beta[j] = totals_1[4, j]
    _backward_1__columns_2(
        eps, ddof, n, m, gamma, grad_Z_guess, Y_guess, grad_Z_mean, Y_mean, grad_gamma, factor_2__rounded,
        factor_4__rounded, factor_5__rounded, grad_Z_excess__total, Y_excess__total, total__total, total_2__total,
    )
    for chunk in range(chunks):
        _backward_1_pass_3(
            grad_Z, Y, grad_Y, factor_5__rounded, grad_Z_mean, factor_2__rounded, Y_mean, factor_4__rounded,
            n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _backward_1_parallel(
    grad_Z: Any, Y: Any, gamma: Any, eps: Any, ddof: Any, grad_beta: Any, grad_gamma: Any, grad_Y: Any, chunks: Any,
) -> None:
    n = grad_Z.shape[0]
    m = grad_Z.shape[1]
    narrow_m = _vectors(7, m, grad_Z)
    grad_Z_guess = narrow_m[0]
    Y_guess = narrow_m[1]
    grad_Z_mean = narrow_m[2]
    Y_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    _column_guess(grad_Z, grad_Z_guess)
    _column_guess(Y, Y_guess)
    totals_1 = _vectors(5 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _backward_1_pass_1(
            grad_Z, Y, grad_Z_guess, Y_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[5 * chunk + 0],
            totals_1[5 * chunk + 1], totals_1[5 * chunk + 2], totals_1[5 * chunk + 3], totals_1[5 * chunk + 4],
        )
    _merge(totals_1, 5)
    grad_Z_excess__total = totals_1[0]
    Y_excess__total = totals_1[1]
    total__total = totals_1[2]
    total_2__total = totals_1[3]
    for j in range(m):
        grad_beta[j] = totals_1[4, j]
    _backward_1__columns_2(
        eps, ddof, n, m, gamma, grad_Z_guess, Y_guess, grad_Z_mean, Y_mean, grad_gamma, factor_2__rounded,
        factor_4__rounded, factor_5__rounded, grad_Z_excess__total, Y_excess__total, total__total, total_2__total,
    )
    for chunk in prange(chunks):
        _backward_1_pass_3(
            grad_Z, Y, grad_Y, factor_5__rounded, grad_Z_mean, factor_2__rounded, Y_mean, factor_4__rounded,
            n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def backward(
    Y: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float,
    out: tuple[Array | None, Array | None, Array | None] | None = None, check_finite: bool = False,
) -> tuple[Array, Array, Array]:
    r"""\nabla_Y L(Z) = \left( J H - \frac{1}{n - \operatorname{ddof}} \hat Y \operatorname{diag}(\nabla_\gamma L(Z))
    \right) \operatorname{diag}(\gamma) \Sigma_y^{-1}

    eq:grad-Y: proved where $n - \mathrm{ddof} \ne 0$, $\operatorname{var}(y_{i}) + \epsilon > 0$.

    \nabla_\gamma L(Z) = \operatorname{diag}(\hat Y^\top H)

    eq:grad-gamma: proved where $\operatorname{var}(y_{i}) + \epsilon > 0$, $n - \mathrm{ddof} \ne 0$.

    \nabla_\beta L(Z) = H^\top \mathbf{1}

    eq:grad-beta: proved where $\operatorname{var}(y_{i}) + \epsilon > 0$, $n - \mathrm{ddof} \ne 0$.

    Y : n×m, $Y$
    gamma : m×1, $\gamma$, dimensions (m)
    grad_Z : n×m, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns grad_Y : n×m; grad_gamma : m; grad_beta : m.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(Y=Y, gamma=gamma, grad_Z=grad_Z)
    n = Y.shape[0] if Y.ndim == 2 else 0
    m = Y.shape[1] if Y.ndim == 2 else 0
    if Y.shape != (n, m) or gamma.shape != (m,) or grad_Z.shape != (n, m) or n < 1 or m < 1:
        _refuse({"n": 1, "m": 1}, Y=(Y, ("n", "m")), gamma=(gamma, ("m",)), grad_Z=(grad_Z, ("n", "m")))
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(Y=Y, gamma=gamma, grad_Z=grad_Z)
    given = _outputs(out, 3)
    grad_Y = _output(given[0], "grad_Y", (n, m), dtype, Y=Y, gamma=gamma, grad_Z=grad_Z)
    grad_gamma = _output(given[1], "grad_gamma", (m,), dtype, Y=Y, gamma=gamma, grad_Z=grad_Z, grad_Y=grad_Y)
    grad_beta = _output(
        given[2], "grad_beta", (m,), dtype, Y=Y, gamma=gamma, grad_Z=grad_Z, grad_Y=grad_Y, grad_gamma=grad_gamma,
    )
    if n < FEW:
        for target, value in zip(
            (grad_Y, grad_gamma, grad_beta),
            _backward_whole(Y, gamma, grad_Z, eps, ddof, np.longdouble, np.longdouble), strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return grad_Y, grad_gamma, grad_beta
    grad_beta__c = grad_beta if grad_beta.flags.c_contiguous else np.empty_like(grad_beta, order="C")
    grad_gamma__c = grad_gamma if grad_gamma.flags.c_contiguous else np.empty_like(grad_gamma, order="C")
    grad_Y__c = grad_Y if grad_Y.flags.c_contiguous else np.empty_like(grad_Y, order="C")
    chunks = _chunks(grad_Z)
    driver = _backward_1 if chunks == 1 else _backward_1_parallel
    driver(
        _frozen(grad_Z), _frozen(Y), _frozen(gamma), float(eps), float(ddof), grad_beta__c, grad_gamma__c, grad_Y__c,
        chunks,
    )
    if grad_beta__c is not grad_beta:
        grad_beta[...] = grad_beta__c
    if grad_gamma__c is not grad_gamma:
        grad_gamma[...] = grad_gamma__c
    if grad_Y__c is not grad_Y:
        grad_Y[...] = grad_Y__c
    return grad_Y, grad_gamma, grad_beta


def _backward_weights_whole(
    X: Array, W: Array, gamma: Array, grad_Z: Array, eps: float, ddof: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`backward_weights` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = X.shape[0]
    X = X.astype(work, copy=False)
    W = W.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    product = np.matmul(X, W.T)
    total = np.sum(product, axis=0, dtype=wide)
    product_guess = (total / n).astype(work)
    product_shifted = product - product_guess
    product_excess = np.sum(product_shifted, axis=0, dtype=wide)
    product_rest = product_excess / n
    total_2 = np.sum(product_shifted * product_shifted, axis=0, dtype=wide)
    moment = total_2 - n * product_rest * product_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    total_3 = np.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = (total_3 / n).astype(work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = np.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_4 = np.sum(product_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * product_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * product_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    matrix = grad_Z_shifted + factor_2_rounded * product_shifted + factor_4_rounded
    product_2 = np.matmul(matrix.T, X)
    factor_5 = gamma * factor
    factor_5_rounded = factor_5.astype(work)
    grad_W = factor_5_rounded[:, None] * product_2
    matrix_2 = factor_5_rounded * (grad_Z_shifted + factor_2_rounded * product_shifted + factor_4_rounded)
    grad_X = np.matmul(matrix_2, W)
    return (grad_W, grad_X,)


@_compiled
def _backward_weights_1_pass_1(
    product: Any, grad_Z: Any, product_guess: Any, grad_Z_guess: Any, first: Any, last: Any,
    product_excess__total: Any, total__total: Any, grad_Z_excess__total: Any, total_2__total: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = product.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            product_guess__j = product_guess[j]
            grad_Z_guess__j = grad_Z_guess[j]
            product__0 = np.float64(product[i, j])
            grad_Z__0 = np.float64(grad_Z[i, j])
            product_shifted__0 = product__0 - product_guess__j
            product_excess__0 = product_shifted__0
            total__0 = product_shifted__0 * product_shifted__0
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            total_2__0 = product_shifted__0 * grad_Z_shifted__0
            product__1 = np.float64(product[i + part, j])
            grad_Z__1 = np.float64(grad_Z[i + part, j])
            product_shifted__1 = product__1 - product_guess__j
            product_excess__1 = product_shifted__1
            total__1 = product_shifted__1 * product_shifted__1
            grad_Z_shifted__1 = grad_Z__1 - grad_Z_guess__j
            grad_Z_excess__1 = grad_Z_shifted__1
            total_2__1 = product_shifted__1 * grad_Z_shifted__1
            product__2 = np.float64(product[i + 2 * part, j])
            grad_Z__2 = np.float64(grad_Z[i + 2 * part, j])
            product_shifted__2 = product__2 - product_guess__j
            product_excess__2 = product_shifted__2
            total__2 = product_shifted__2 * product_shifted__2
            grad_Z_shifted__2 = grad_Z__2 - grad_Z_guess__j
            grad_Z_excess__2 = grad_Z_shifted__2
            total_2__2 = product_shifted__2 * grad_Z_shifted__2
            product_excess__total[j] += product_excess__0 + product_excess__1 + product_excess__2
            total__total[j] += total__0 + total__1 + total__2
            grad_Z_excess__total[j] += grad_Z_excess__0 + grad_Z_excess__1 + grad_Z_excess__2
            total_2__total[j] += total_2__0 + total_2__1 + total_2__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            product_guess__j = product_guess[j]
            grad_Z_guess__j = grad_Z_guess[j]
            product__0 = np.float64(product[i, j])
            grad_Z__0 = np.float64(grad_Z[i, j])
            product_shifted__0 = product__0 - product_guess__j
            product_excess__0 = product_shifted__0
            total__0 = product_shifted__0 * product_shifted__0
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            total_2__0 = product_shifted__0 * grad_Z_shifted__0
            product_excess__total[j] += product_excess__0
            total__total[j] += total__0
            grad_Z_excess__total[j] += grad_Z_excess__0
            total_2__total[j] += total_2__0


@_compiled
def _backward_weights_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, gamma: Any, product_guess: Any, grad_Z_guess: Any, product_mean: Any,
    grad_Z_mean: Any, factor_5: Any, factor_2__rounded: Any, factor_4__rounded: Any, factor_5__rounded: Any,
    product_excess__total: Any, total__total: Any, grad_Z_excess__total: Any, total_2__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        product_rest__j = product_excess__total[j] / n
        product_mean[j] = product_guess[j] + product_rest__j
        product_mean__j = np.float64(product_mean[j])
        product_mean_low__j = product_guess[j] - product_mean__j + product_rest__j
        moment__j = total__total[j] - n * product_rest__j * product_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        grad_Z_rest__j = grad_Z_excess__total[j] / n
        grad_Z_mean[j] = grad_Z_guess[j] + grad_Z_rest__j
        grad_Z_mean__j = np.float64(grad_Z_mean[j])
        grad_Z_mean_low__j = grad_Z_guess[j] - grad_Z_mean__j + grad_Z_rest__j
        moment_2__j = total_2__total[j] - n * product_rest__j * grad_Z_rest__j
        factor_2__j = -factor__j * factor__j * moment_2__j / (n - ddof)
        factor_2__rounded[j] = factor_2__j
        factor_3__j = factor__j * factor__j * moment_2__j * product_mean_low__j / (n - ddof)
        factor_4__j = -grad_Z_mean_low__j + factor_3__j
        factor_4__rounded[j] = factor_4__j
        factor_5__j = gamma[j] * factor__j
        factor_5[j] = factor_5__j
        factor_5__rounded[j] = factor_5__j


@_compiled
def _backward_weights_1_pass_3(
    grad_Z: Any, product: Any, matrix: Any, matrix_2: Any, grad_Z_mean: Any, factor_2__rounded: Any,
    product_mean: Any, factor_4__rounded: Any, factor_5__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = grad_Z.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            product_mean__j = product_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            factor_5__rounded__j = factor_5__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            product__0 = product[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            product_deviation__0 = product__0 - product_mean__j
            matrix__0__new = grad_Z_deviation__0 + factor_2__rounded__j * product_deviation__0 + factor_4__rounded__j
            matrix_2__0__new = factor_5__rounded__j * (grad_Z_deviation__0 + factor_2__rounded__j * product_deviation__0 + factor_4__rounded__j)
            grad_Z__1 = grad_Z[i + part, j]
            product__1 = product[i + part, j]
            grad_Z_deviation__1 = grad_Z__1 - grad_Z_mean__j
            product_deviation__1 = product__1 - product_mean__j
            matrix__1__new = grad_Z_deviation__1 + factor_2__rounded__j * product_deviation__1 + factor_4__rounded__j
            matrix_2__1__new = factor_5__rounded__j * (grad_Z_deviation__1 + factor_2__rounded__j * product_deviation__1 + factor_4__rounded__j)
            grad_Z__2 = grad_Z[i + 2 * part, j]
            product__2 = product[i + 2 * part, j]
            grad_Z_deviation__2 = grad_Z__2 - grad_Z_mean__j
            product_deviation__2 = product__2 - product_mean__j
            matrix__2__new = grad_Z_deviation__2 + factor_2__rounded__j * product_deviation__2 + factor_4__rounded__j
            matrix_2__2__new = factor_5__rounded__j * (grad_Z_deviation__2 + factor_2__rounded__j * product_deviation__2 + factor_4__rounded__j)
            matrix[i, j] = matrix__0__new
            matrix[i + part, j] = matrix__1__new
            matrix[i + 2 * part, j] = matrix__2__new
            matrix_2[i, j] = matrix_2__0__new
            matrix_2[i + part, j] = matrix_2__1__new
            matrix_2[i + 2 * part, j] = matrix_2__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            grad_Z_mean__j = grad_Z_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            product_mean__j = product_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            factor_5__rounded__j = factor_5__rounded[j]
            grad_Z__0 = grad_Z[i, j]
            product__0 = product[i, j]
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            product_deviation__0 = product__0 - product_mean__j
            matrix__0__new = grad_Z_deviation__0 + factor_2__rounded__j * product_deviation__0 + factor_4__rounded__j
            matrix_2__0__new = factor_5__rounded__j * (grad_Z_deviation__0 + factor_2__rounded__j * product_deviation__0 + factor_4__rounded__j)
            matrix[i, j] = matrix__0__new
            matrix_2[i, j] = matrix_2__0__new


@_compiled
def _backward_weights_1(
    product: Any, grad_Z: Any, gamma: Any, eps: Any, ddof: Any, factor_5: Any, matrix: Any, matrix_2: Any,
    chunks: Any,
) -> None:
    n = product.shape[0]
    m = product.shape[1]
    narrow_m = _vectors(7, m, product)
    product_guess = narrow_m[0]
    grad_Z_guess = narrow_m[1]
    product_mean = narrow_m[2]
    grad_Z_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    _column_guess(product, product_guess)
    _column_guess(grad_Z, grad_Z_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _backward_weights_1_pass_1(
            product, grad_Z, product_guess, grad_Z_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    product_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Z_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    _backward_weights_1__columns_2(
        eps, ddof, n, m, gamma, product_guess, grad_Z_guess, product_mean, grad_Z_mean, factor_5, factor_2__rounded,
        factor_4__rounded, factor_5__rounded, product_excess__total, total__total, grad_Z_excess__total,
        total_2__total,
    )
    for chunk in range(chunks):
        _backward_weights_1_pass_3(
            grad_Z, product, matrix, matrix_2, grad_Z_mean, factor_2__rounded, product_mean, factor_4__rounded,
            factor_5__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _backward_weights_1_parallel(
    product: Any, grad_Z: Any, gamma: Any, eps: Any, ddof: Any, factor_5: Any, matrix: Any, matrix_2: Any,
    chunks: Any,
) -> None:
    n = product.shape[0]
    m = product.shape[1]
    narrow_m = _vectors(7, m, product)
    product_guess = narrow_m[0]
    grad_Z_guess = narrow_m[1]
    product_mean = narrow_m[2]
    grad_Z_mean = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    factor_4__rounded = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    _column_guess(product, product_guess)
    _column_guess(grad_Z, grad_Z_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _backward_weights_1_pass_1(
            product, grad_Z, product_guess, grad_Z_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    product_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Z_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    _backward_weights_1__columns_2(
        eps, ddof, n, m, gamma, product_guess, grad_Z_guess, product_mean, grad_Z_mean, factor_5, factor_2__rounded,
        factor_4__rounded, factor_5__rounded, product_excess__total, total__total, grad_Z_excess__total,
        total_2__total,
    )
    for chunk in prange(chunks):
        _backward_weights_1_pass_3(
            grad_Z, product, matrix, matrix_2, grad_Z_mean, factor_2__rounded, product_mean, factor_4__rounded,
            factor_5__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def backward_weights(
    X: Array, W: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float,
    out: tuple[Array | None, Array | None] | None = None, check_finite: bool = False,
) -> tuple[Array, Array]:
    r"""\nabla_W L(Z) = \left( \left( J H - \frac{1}{n - \operatorname{ddof}} \hat Y \operatorname{diag}(\nabla_\gamma
    L(Z)) \right) \operatorname{diag}(\gamma) \Sigma_y^{-1} \right)^\top X

    eq:grad-W: proved where $n - \mathrm{ddof} \ne 0$, $\operatorname{var}(y_{i}) + \epsilon > 0$.

    \nabla_X L(Z) = \left( J H - \frac{1}{n - \operatorname{ddof}} \hat Y \operatorname{diag}(\nabla_\gamma L(Z))
    \right) \operatorname{diag}(\gamma) \Sigma_y^{-1} W

    eq:grad-X: proved where $n - \mathrm{ddof} \ne 0$, $\operatorname{var}(y_{i}) + \epsilon > 0$.

    X : n×p, $X$
    W : m×p, $W$
    gamma : m×1, $\gamma$, dimensions (m)
    grad_Z : n×m, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns grad_W : m×p; grad_X : n×p.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    n = X.shape[0] if X.ndim == 2 else 0
    p = X.shape[1] if X.ndim == 2 else 0
    m = W.shape[0] if W.ndim == 2 else 0
    if X.shape != (n, p) or W.shape != (m, p) or gamma.shape != (m,) or grad_Z.shape != (n, m) or n < 1 or p < 1 or m < 1:
        _refuse(
            {"n": 1, "p": 1, "m": 1}, X=(X, ("n", "p")), W=(W, ("m", "p")), gamma=(gamma, ("m",)),
            grad_Z=(grad_Z, ("n", "m")),
        )
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    given = _outputs(out, 2)
    grad_W = _output(given[0], "grad_W", (m, p), dtype, X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    grad_X = _output(given[1], "grad_X", (n, p), dtype, X=X, W=W, gamma=gamma, grad_Z=grad_Z, grad_W=grad_W)
    if n < FEW:
        for target, value in zip(
            (grad_W, grad_X), _backward_weights_whole(X, W, gamma, grad_Z, eps, ddof, np.longdouble, np.longdouble),
            strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return grad_W, grad_X
    wide = np.float64
    work = dtype
    product = np.matmul(X, W.T)
    factor_5 = np.empty(m, wide)
    matrix = product
    matrix_2 = np.empty((n, m), work)
    chunks = _chunks(product)
    driver = _backward_weights_1 if chunks == 1 else _backward_weights_1_parallel
    driver(
        _frozen(product), _frozen(grad_Z), _frozen(gamma), float(eps), float(ddof), factor_5, matrix, matrix_2,
        chunks,
    )
    product_2 = np.matmul(matrix.T, X)
    factor_5_rounded = factor_5.astype(work)
    np.copyto(grad_W, factor_5_rounded[:, None] * product_2, casting="same_kind")
    np.matmul(matrix_2, W, out=grad_X)
    return grad_W, grad_X


def _forward_backward_whole(
    Y: Array, gamma: Array, beta: Array, grad_Z: Array, eps: float, ddof: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`forward_backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Y.shape[0]
    Y = Y.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    beta = beta.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    total = np.sum(Y, axis=0, dtype=wide)
    Y_guess = (total / n).astype(work)
    Y_shifted = Y - Y_guess
    Y_excess = np.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = np.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    factor_2 = factor * gamma
    factor_3 = -factor * gamma * Y_rest
    factor_4 = factor_3 + beta
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    Z = factor_2_rounded * Y_shifted + factor_4_rounded
    grad_beta = np.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = (grad_beta / n).astype(work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = np.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_4 = np.sum(Y_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Z_rest
    factor_5 = -factor * factor * moment_2 / (n - ddof)
    factor_6 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_7 = -grad_Z_rest + factor_6
    factor_5_rounded = factor_5.astype(work)
    factor_7_rounded = factor_7.astype(work)
    grad_Y = factor_2_rounded * (grad_Z_shifted + factor_5_rounded * Y_shifted + factor_7_rounded)
    grad_gamma = factor * moment_2
    return (Z, grad_Y, grad_gamma, grad_beta,)


@_compiled
def _forward_backward_1_pass_1(
    Y: Any, grad_Z: Any, Y_guess: Any, grad_Z_guess: Any, first: Any, last: Any, Y_excess__total: Any,
    total__total: Any, grad_Z_excess__total: Any, total_2__total: Any, grad_beta__total: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = Y.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            grad_Z_guess__j = grad_Z_guess[j]
            Y__0 = np.float64(Y[i, j])
            grad_Z__0 = np.float64(grad_Z[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            total_2__0 = Y_shifted__0 * grad_Z_shifted__0
            grad_beta__0 = grad_Z__0
            Y__1 = np.float64(Y[i + part, j])
            grad_Z__1 = np.float64(grad_Z[i + part, j])
            Y_shifted__1 = Y__1 - Y_guess__j
            Y_excess__1 = Y_shifted__1
            total__1 = Y_shifted__1 * Y_shifted__1
            grad_Z_shifted__1 = grad_Z__1 - grad_Z_guess__j
            grad_Z_excess__1 = grad_Z_shifted__1
            total_2__1 = Y_shifted__1 * grad_Z_shifted__1
            grad_beta__1 = grad_Z__1
            Y__2 = np.float64(Y[i + 2 * part, j])
            grad_Z__2 = np.float64(grad_Z[i + 2 * part, j])
            Y_shifted__2 = Y__2 - Y_guess__j
            Y_excess__2 = Y_shifted__2
            total__2 = Y_shifted__2 * Y_shifted__2
            grad_Z_shifted__2 = grad_Z__2 - grad_Z_guess__j
            grad_Z_excess__2 = grad_Z_shifted__2
            total_2__2 = Y_shifted__2 * grad_Z_shifted__2
            grad_beta__2 = grad_Z__2
            Y_excess__total[j] += Y_excess__0 + Y_excess__1 + Y_excess__2
            total__total[j] += total__0 + total__1 + total__2
            grad_Z_excess__total[j] += grad_Z_excess__0 + grad_Z_excess__1 + grad_Z_excess__2
            total_2__total[j] += total_2__0 + total_2__1 + total_2__2
            grad_beta__total[j] += grad_beta__0 + grad_beta__1 + grad_beta__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            grad_Z_guess__j = grad_Z_guess[j]
            Y__0 = np.float64(Y[i, j])
            grad_Z__0 = np.float64(grad_Z[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            grad_Z_shifted__0 = grad_Z__0 - grad_Z_guess__j
            grad_Z_excess__0 = grad_Z_shifted__0
            total_2__0 = Y_shifted__0 * grad_Z_shifted__0
            grad_beta__0 = grad_Z__0
            Y_excess__total[j] += Y_excess__0
            total__total[j] += total__0
            grad_Z_excess__total[j] += grad_Z_excess__0
            total_2__total[j] += total_2__0
            grad_beta__total[j] += grad_beta__0


@_compiled
def _forward_backward_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, gamma: Any, beta: Any, Y_guess: Any, grad_Z_guess: Any, Y_mean: Any,
    grad_Z_mean: Any, grad_gamma: Any, factor_2__rounded: Any, factor_4__rounded: Any, factor_5__rounded: Any,
    factor_7__rounded: Any, Y_excess__total: Any, total__total: Any, grad_Z_excess__total: Any, total_2__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        Y_rest__j = Y_excess__total[j] / n
        Y_mean[j] = Y_guess[j] + Y_rest__j
        Y_mean__j = np.float64(Y_mean[j])
        Y_mean_low__j = Y_guess[j] - Y_mean__j + Y_rest__j
        moment__j = total__total[j] - n * Y_rest__j * Y_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        factor_2__j = factor__j * gamma[j]
        factor_2__rounded[j] = factor_2__j
        factor_3__j = -factor__j * gamma[j] * Y_mean_low__j
        factor_4__j = factor_3__j + beta[j]
        factor_4__rounded[j] = factor_4__j
        grad_Z_rest__j = grad_Z_excess__total[j] / n
        grad_Z_mean[j] = grad_Z_guess[j] + grad_Z_rest__j
        grad_Z_mean__j = np.float64(grad_Z_mean[j])
        grad_Z_mean_low__j = grad_Z_guess[j] - grad_Z_mean__j + grad_Z_rest__j
        moment_2__j = total_2__total[j] - n * Y_rest__j * grad_Z_rest__j
        factor_5__j = -factor__j * factor__j * moment_2__j / (n - ddof)
        factor_5__rounded[j] = factor_5__j
        factor_6__j = factor__j * factor__j * moment_2__j * Y_mean_low__j / (n - ddof)
        factor_7__j = -grad_Z_mean_low__j + factor_6__j
        factor_7__rounded[j] = factor_7__j
        grad_gamma__j = factor__j * moment_2__j
        grad_gamma[j] = grad_gamma__j


@_compiled
def _forward_backward_1_pass_3(
    Y: Any, grad_Z: Any, Z: Any, grad_Y: Any, factor_2__rounded: Any, Y_mean: Any, factor_4__rounded: Any,
    grad_Z_mean: Any, factor_5__rounded: Any, factor_7__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = Y.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z_mean__j = grad_Z_mean[j]
            factor_5__rounded__j = factor_5__rounded[j]
            factor_7__rounded__j = factor_7__rounded[j]
            Y__0 = Y[i, j]
            grad_Z__0 = grad_Z[i, j]
            Y_deviation__0 = Y__0 - Y_mean__j
            Z__0__new = factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            grad_Y__0__new = factor_2__rounded__j * (grad_Z_deviation__0 + factor_5__rounded__j * Y_deviation__0 + factor_7__rounded__j)
            Y__1 = Y[i + part, j]
            grad_Z__1 = grad_Z[i + part, j]
            Y_deviation__1 = Y__1 - Y_mean__j
            Z__1__new = factor_2__rounded__j * Y_deviation__1 + factor_4__rounded__j
            grad_Z_deviation__1 = grad_Z__1 - grad_Z_mean__j
            grad_Y__1__new = factor_2__rounded__j * (grad_Z_deviation__1 + factor_5__rounded__j * Y_deviation__1 + factor_7__rounded__j)
            Y__2 = Y[i + 2 * part, j]
            grad_Z__2 = grad_Z[i + 2 * part, j]
            Y_deviation__2 = Y__2 - Y_mean__j
            Z__2__new = factor_2__rounded__j * Y_deviation__2 + factor_4__rounded__j
            grad_Z_deviation__2 = grad_Z__2 - grad_Z_mean__j
            grad_Y__2__new = factor_2__rounded__j * (grad_Z_deviation__2 + factor_5__rounded__j * Y_deviation__2 + factor_7__rounded__j)
            Z[i, j] = Z__0__new
            Z[i + part, j] = Z__1__new
            Z[i + 2 * part, j] = Z__2__new
            grad_Y[i, j] = grad_Y__0__new
            grad_Y[i + part, j] = grad_Y__1__new
            grad_Y[i + 2 * part, j] = grad_Y__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            factor_2__rounded__j = factor_2__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_4__rounded__j = factor_4__rounded[j]
            grad_Z_mean__j = grad_Z_mean[j]
            factor_5__rounded__j = factor_5__rounded[j]
            factor_7__rounded__j = factor_7__rounded[j]
            Y__0 = Y[i, j]
            grad_Z__0 = grad_Z[i, j]
            Y_deviation__0 = Y__0 - Y_mean__j
            Z__0__new = factor_2__rounded__j * Y_deviation__0 + factor_4__rounded__j
            grad_Z_deviation__0 = grad_Z__0 - grad_Z_mean__j
            grad_Y__0__new = factor_2__rounded__j * (grad_Z_deviation__0 + factor_5__rounded__j * Y_deviation__0 + factor_7__rounded__j)
            Z[i, j] = Z__0__new
            grad_Y[i, j] = grad_Y__0__new


@_compiled
def _forward_backward_1(
    Y: Any, grad_Z: Any, gamma: Any, beta: Any, eps: Any, ddof: Any, grad_beta: Any, grad_gamma: Any, Z: Any,
    grad_Y: Any, chunks: Any,
) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(8, m, Y)
    Y_guess = narrow_m[0]
    grad_Z_guess = narrow_m[1]
    Y_mean = narrow_m[2]
    factor_2__rounded = narrow_m[3]
    factor_4__rounded = narrow_m[4]
    grad_Z_mean = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    factor_7__rounded = narrow_m[7]
    _column_guess(Y, Y_guess)
    _column_guess(grad_Z, grad_Z_guess)
    totals_1 = _vectors(5 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _forward_backward_1_pass_1(
            Y, grad_Z, Y_guess, grad_Z_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[5 * chunk + 0],
            totals_1[5 * chunk + 1], totals_1[5 * chunk + 2], totals_1[5 * chunk + 3], totals_1[5 * chunk + 4],
        )
    _merge(totals_1, 5)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Z_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    for j in range(m):
        grad_beta[j] = totals_1[4, j]
    _forward_backward_1__columns_2(
        eps, ddof, n, m, gamma, beta, Y_guess, grad_Z_guess, Y_mean, grad_Z_mean, grad_gamma, factor_2__rounded,
        factor_4__rounded, factor_5__rounded, factor_7__rounded, Y_excess__total, total__total, grad_Z_excess__total,
        total_2__total,
    )
    for chunk in range(chunks):
        _forward_backward_1_pass_3(
            Y, grad_Z, Z, grad_Y, factor_2__rounded, Y_mean, factor_4__rounded, grad_Z_mean, factor_5__rounded,
            factor_7__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _forward_backward_1_parallel(
    Y: Any, grad_Z: Any, gamma: Any, beta: Any, eps: Any, ddof: Any, grad_beta: Any, grad_gamma: Any, Z: Any,
    grad_Y: Any, chunks: Any,
) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(8, m, Y)
    Y_guess = narrow_m[0]
    grad_Z_guess = narrow_m[1]
    Y_mean = narrow_m[2]
    factor_2__rounded = narrow_m[3]
    factor_4__rounded = narrow_m[4]
    grad_Z_mean = narrow_m[5]
    factor_5__rounded = narrow_m[6]
    factor_7__rounded = narrow_m[7]
    _column_guess(Y, Y_guess)
    _column_guess(grad_Z, grad_Z_guess)
    totals_1 = _vectors(5 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _forward_backward_1_pass_1(
            Y, grad_Z, Y_guess, grad_Z_guess, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[5 * chunk + 0],
            totals_1[5 * chunk + 1], totals_1[5 * chunk + 2], totals_1[5 * chunk + 3], totals_1[5 * chunk + 4],
        )
    _merge(totals_1, 5)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Z_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    for j in range(m):
        grad_beta[j] = totals_1[4, j]
    _forward_backward_1__columns_2(
        eps, ddof, n, m, gamma, beta, Y_guess, grad_Z_guess, Y_mean, grad_Z_mean, grad_gamma, factor_2__rounded,
        factor_4__rounded, factor_5__rounded, factor_7__rounded, Y_excess__total, total__total, grad_Z_excess__total,
        total_2__total,
    )
    for chunk in prange(chunks):
        _forward_backward_1_pass_3(
            Y, grad_Z, Z, grad_Y, factor_2__rounded, Y_mean, factor_4__rounded, grad_Z_mean, factor_5__rounded,
            factor_7__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def forward_backward(
    Y: Array, gamma: Array, beta: Array, grad_Z: Array, *, eps: float, ddof: float,
    out: tuple[Array | None, Array | None, Array | None, Array | None] | None = None, check_finite: bool = False,
) -> tuple[Array, Array, Array, Array]:
    r"""Z = \hat Y \operatorname{diag}(\gamma) + \mathbf{1} \beta^\top

    eq:forward: as it is defined.

    \nabla_Y L(Z) = \left( J H - \frac{1}{n - \operatorname{ddof}} \hat Y \operatorname{diag}(\nabla_\gamma L(Z))
    \right) \operatorname{diag}(\gamma) \Sigma_y^{-1}

    eq:grad-Y: proved where $n - \mathrm{ddof} \ne 0$, $\operatorname{var}(y_{i}) + \epsilon > 0$.

    \nabla_\gamma L(Z) = \operatorname{diag}(\hat Y^\top H)

    eq:grad-gamma: proved where $\operatorname{var}(y_{i}) + \epsilon > 0$, $n - \mathrm{ddof} \ne 0$.

    \nabla_\beta L(Z) = H^\top \mathbf{1}

    eq:grad-beta: proved where $\operatorname{var}(y_{i}) + \epsilon > 0$, $n - \mathrm{ddof} \ne 0$.

    Y : n×m, $Y$
    gamma : m×1, $\gamma$, dimensions (m)
    beta : m×1, $\beta$, dimensions (m)
    grad_Z : n×m, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns Z : n×m; grad_Y : n×m; grad_gamma : m; grad_beta : m.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(Y=Y, gamma=gamma, beta=beta, grad_Z=grad_Z)
    n = Y.shape[0] if Y.ndim == 2 else 0
    m = Y.shape[1] if Y.ndim == 2 else 0
    if Y.shape != (n, m) or gamma.shape != (m,) or beta.shape != (m,) or grad_Z.shape != (n, m) or n < 1 or m < 1:
        _refuse(
            {"n": 1, "m": 1}, Y=(Y, ("n", "m")), gamma=(gamma, ("m",)), beta=(beta, ("m",)),
            grad_Z=(grad_Z, ("n", "m")),
        )
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(Y=Y, gamma=gamma, beta=beta, grad_Z=grad_Z)
    given = _outputs(out, 4)
    Z = _output(given[0], "Z", (n, m), dtype, Y=Y, gamma=gamma, beta=beta, grad_Z=grad_Z)
    grad_Y = _output(given[1], "grad_Y", (n, m), dtype, Y=Y, gamma=gamma, beta=beta, grad_Z=grad_Z, Z=Z)
    grad_gamma = _output(
        given[2], "grad_gamma", (m,), dtype, Y=Y, gamma=gamma, beta=beta, grad_Z=grad_Z, Z=Z, grad_Y=grad_Y,
    )
    grad_beta = _output(
        given[3], "grad_beta", (m,), dtype, Y=Y, gamma=gamma, beta=beta, grad_Z=grad_Z, Z=Z, grad_Y=grad_Y,
        grad_gamma=grad_gamma,
    )
    if n < FEW:
        for target, value in zip(
            (Z, grad_Y, grad_gamma, grad_beta),
            _forward_backward_whole(Y, gamma, beta, grad_Z, eps, ddof, np.longdouble, np.longdouble), strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return Z, grad_Y, grad_gamma, grad_beta
    grad_beta__c = grad_beta if grad_beta.flags.c_contiguous else np.empty_like(grad_beta, order="C")
    grad_gamma__c = grad_gamma if grad_gamma.flags.c_contiguous else np.empty_like(grad_gamma, order="C")
    Z__c = Z if Z.flags.c_contiguous else np.empty_like(Z, order="C")
    grad_Y__c = grad_Y if grad_Y.flags.c_contiguous else np.empty_like(grad_Y, order="C")
    chunks = _chunks(Y)
    driver = _forward_backward_1 if chunks == 1 else _forward_backward_1_parallel
    driver(
        _frozen(Y), _frozen(grad_Z), _frozen(gamma), _frozen(beta), float(eps), float(ddof), grad_beta__c,
        grad_gamma__c, Z__c, grad_Y__c, chunks,
    )
    if grad_beta__c is not grad_beta:
        grad_beta[...] = grad_beta__c
    if grad_gamma__c is not grad_gamma:
        grad_gamma[...] = grad_gamma__c
    if Z__c is not Z:
        Z[...] = Z__c
    if grad_Y__c is not grad_Y:
        grad_Y[...] = grad_Y__c
    return Z, grad_Y, grad_gamma, grad_beta


def _forward_backward_normalised_whole(
    Y: Array, grad_Y_hat: Array, eps: float, ddof: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`forward_backward_normalised` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Y.shape[0]
    Y = Y.astype(work, copy=False)
    grad_Y_hat = grad_Y_hat.astype(work, copy=False)
    total = np.sum(Y, axis=0, dtype=wide)
    Y_guess = (total / n).astype(work)
    Y_shifted = Y - Y_guess
    Y_excess = np.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = np.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    factor_2 = -factor * Y_rest
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    Y_hat = factor_rounded * Y_shifted + factor_2_rounded
    total_3 = np.sum(grad_Y_hat, axis=0, dtype=wide)
    grad_Y_hat_guess = (total_3 / n).astype(work)
    grad_Y_hat_shifted = grad_Y_hat - grad_Y_hat_guess
    grad_Y_hat_excess = np.sum(grad_Y_hat_shifted, axis=0, dtype=wide)
    grad_Y_hat_rest = grad_Y_hat_excess / n
    total_4 = np.sum(Y_shifted * grad_Y_hat_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Y_hat_rest
    factor_3 = -factor * factor * moment_2 / (n - ddof)
    factor_4 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_5 = -grad_Y_hat_rest + factor_4
    factor_3_rounded = factor_3.astype(work)
    factor_5_rounded = factor_5.astype(work)
    grad_Y = factor_rounded * (grad_Y_hat_shifted + factor_3_rounded * Y_shifted + factor_5_rounded)
    return (Y_hat, grad_Y,)


@_compiled
def _forward_backward_normalised_1_pass_1(
    Y: Any, grad_Y_hat: Any, Y_guess: Any, grad_Y_hat_guess: Any, first: Any, last: Any, Y_excess__total: Any,
    total__total: Any, grad_Y_hat_excess__total: Any, total_2__total: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = Y.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            grad_Y_hat_guess__j = grad_Y_hat_guess[j]
            Y__0 = np.float64(Y[i, j])
            grad_Y_hat__0 = np.float64(grad_Y_hat[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            grad_Y_hat_shifted__0 = grad_Y_hat__0 - grad_Y_hat_guess__j
            grad_Y_hat_excess__0 = grad_Y_hat_shifted__0
            total_2__0 = Y_shifted__0 * grad_Y_hat_shifted__0
            Y__1 = np.float64(Y[i + part, j])
            grad_Y_hat__1 = np.float64(grad_Y_hat[i + part, j])
            Y_shifted__1 = Y__1 - Y_guess__j
            Y_excess__1 = Y_shifted__1
            total__1 = Y_shifted__1 * Y_shifted__1
            grad_Y_hat_shifted__1 = grad_Y_hat__1 - grad_Y_hat_guess__j
            grad_Y_hat_excess__1 = grad_Y_hat_shifted__1
            total_2__1 = Y_shifted__1 * grad_Y_hat_shifted__1
            Y__2 = np.float64(Y[i + 2 * part, j])
            grad_Y_hat__2 = np.float64(grad_Y_hat[i + 2 * part, j])
            Y_shifted__2 = Y__2 - Y_guess__j
            Y_excess__2 = Y_shifted__2
            total__2 = Y_shifted__2 * Y_shifted__2
            grad_Y_hat_shifted__2 = grad_Y_hat__2 - grad_Y_hat_guess__j
            grad_Y_hat_excess__2 = grad_Y_hat_shifted__2
            total_2__2 = Y_shifted__2 * grad_Y_hat_shifted__2
            Y_excess__total[j] += Y_excess__0 + Y_excess__1 + Y_excess__2
            total__total[j] += total__0 + total__1 + total__2
            grad_Y_hat_excess__total[j] += grad_Y_hat_excess__0 + grad_Y_hat_excess__1 + grad_Y_hat_excess__2
            total_2__total[j] += total_2__0 + total_2__1 + total_2__2
    for i in range(first + 3 * part, last):
        for j in range(m):
            Y_guess__j = Y_guess[j]
            grad_Y_hat_guess__j = grad_Y_hat_guess[j]
            Y__0 = np.float64(Y[i, j])
            grad_Y_hat__0 = np.float64(grad_Y_hat[i, j])
            Y_shifted__0 = Y__0 - Y_guess__j
            Y_excess__0 = Y_shifted__0
            total__0 = Y_shifted__0 * Y_shifted__0
            grad_Y_hat_shifted__0 = grad_Y_hat__0 - grad_Y_hat_guess__j
            grad_Y_hat_excess__0 = grad_Y_hat_shifted__0
            total_2__0 = Y_shifted__0 * grad_Y_hat_shifted__0
            Y_excess__total[j] += Y_excess__0
            total__total[j] += total__0
            grad_Y_hat_excess__total[j] += grad_Y_hat_excess__0
            total_2__total[j] += total_2__0


@_compiled
def _forward_backward_normalised_1__columns_2(
    eps: Any, ddof: Any, n: Any, m: Any, Y_guess: Any, grad_Y_hat_guess: Any, Y_mean: Any, grad_Y_hat_mean: Any,
    factor__rounded: Any, factor_2__rounded: Any, factor_3__rounded: Any, factor_5__rounded: Any,
    Y_excess__total: Any, total__total: Any, grad_Y_hat_excess__total: Any, total_2__total: Any,
) -> None:
    """Vectors, in float64."""
    for j in range(m):
        Y_rest__j = Y_excess__total[j] / n
        Y_mean[j] = Y_guess[j] + Y_rest__j
        Y_mean__j = np.float64(Y_mean[j])
        Y_mean_low__j = Y_guess[j] - Y_mean__j + Y_rest__j
        moment__j = total__total[j] - n * Y_rest__j * Y_rest__j
        factor__j = 1.0 / np.sqrt(moment__j / (n - ddof) + eps)
        factor__rounded[j] = factor__j
        factor_2__j = -factor__j * Y_mean_low__j
        factor_2__rounded[j] = factor_2__j
        grad_Y_hat_rest__j = grad_Y_hat_excess__total[j] / n
        grad_Y_hat_mean[j] = grad_Y_hat_guess[j] + grad_Y_hat_rest__j
        grad_Y_hat_mean__j = np.float64(grad_Y_hat_mean[j])
        grad_Y_hat_mean_low__j = grad_Y_hat_guess[j] - grad_Y_hat_mean__j + grad_Y_hat_rest__j
        moment_2__j = total_2__total[j] - n * Y_rest__j * grad_Y_hat_rest__j
        factor_3__j = -factor__j * factor__j * moment_2__j / (n - ddof)
        factor_3__rounded[j] = factor_3__j
        factor_4__j = factor__j * factor__j * moment_2__j * Y_mean_low__j / (n - ddof)
        factor_5__j = -grad_Y_hat_mean_low__j + factor_4__j
        factor_5__rounded[j] = factor_5__j


@_compiled
def _forward_backward_normalised_1_pass_3(
    Y: Any, grad_Y_hat: Any, Y_hat: Any, grad_Y: Any, factor__rounded: Any, Y_mean: Any, factor_2__rounded: Any,
    grad_Y_hat_mean: Any, factor_3__rounded: Any, factor_5__rounded: Any, first: Any, last: Any,
) -> None:
    """A pass over the rows first … last − 1."""
    m = Y.shape[1]
    part = (last - first) // 3
    part = max(part - 1 + part % 2, 0)
    for i in range(first, first + part):
        for j in range(m):
            factor__rounded__j = factor__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            grad_Y_hat_mean__j = grad_Y_hat_mean[j]
            factor_3__rounded__j = factor_3__rounded[j]
            factor_5__rounded__j = factor_5__rounded[j]
            Y__0 = Y[i, j]
            grad_Y_hat__0 = grad_Y_hat[i, j]
            Y_deviation__0 = Y__0 - Y_mean__j
            Y_hat__0__new = factor__rounded__j * Y_deviation__0 + factor_2__rounded__j
            grad_Y_hat_deviation__0 = grad_Y_hat__0 - grad_Y_hat_mean__j
            grad_Y__0__new = factor__rounded__j * (grad_Y_hat_deviation__0 + factor_3__rounded__j * Y_deviation__0 + factor_5__rounded__j)
            Y__1 = Y[i + part, j]
            grad_Y_hat__1 = grad_Y_hat[i + part, j]
            Y_deviation__1 = Y__1 - Y_mean__j
            Y_hat__1__new = factor__rounded__j * Y_deviation__1 + factor_2__rounded__j
            grad_Y_hat_deviation__1 = grad_Y_hat__1 - grad_Y_hat_mean__j
            grad_Y__1__new = factor__rounded__j * (grad_Y_hat_deviation__1 + factor_3__rounded__j * Y_deviation__1 + factor_5__rounded__j)
            Y__2 = Y[i + 2 * part, j]
            grad_Y_hat__2 = grad_Y_hat[i + 2 * part, j]
            Y_deviation__2 = Y__2 - Y_mean__j
            Y_hat__2__new = factor__rounded__j * Y_deviation__2 + factor_2__rounded__j
            grad_Y_hat_deviation__2 = grad_Y_hat__2 - grad_Y_hat_mean__j
            grad_Y__2__new = factor__rounded__j * (grad_Y_hat_deviation__2 + factor_3__rounded__j * Y_deviation__2 + factor_5__rounded__j)
            Y_hat[i, j] = Y_hat__0__new
            Y_hat[i + part, j] = Y_hat__1__new
            Y_hat[i + 2 * part, j] = Y_hat__2__new
            grad_Y[i, j] = grad_Y__0__new
            grad_Y[i + part, j] = grad_Y__1__new
            grad_Y[i + 2 * part, j] = grad_Y__2__new
    for i in range(first + 3 * part, last):
        for j in range(m):
            factor__rounded__j = factor__rounded[j]
            Y_mean__j = Y_mean[j]
            factor_2__rounded__j = factor_2__rounded[j]
            grad_Y_hat_mean__j = grad_Y_hat_mean[j]
            factor_3__rounded__j = factor_3__rounded[j]
            factor_5__rounded__j = factor_5__rounded[j]
            Y__0 = Y[i, j]
            grad_Y_hat__0 = grad_Y_hat[i, j]
            Y_deviation__0 = Y__0 - Y_mean__j
            Y_hat__0__new = factor__rounded__j * Y_deviation__0 + factor_2__rounded__j
            grad_Y_hat_deviation__0 = grad_Y_hat__0 - grad_Y_hat_mean__j
            grad_Y__0__new = factor__rounded__j * (grad_Y_hat_deviation__0 + factor_3__rounded__j * Y_deviation__0 + factor_5__rounded__j)
            Y_hat[i, j] = Y_hat__0__new
            grad_Y[i, j] = grad_Y__0__new


@_compiled
def _forward_backward_normalised_1(
    Y: Any, grad_Y_hat: Any, eps: Any, ddof: Any, Y_hat: Any, grad_Y: Any, chunks: Any,
) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(8, m, Y)
    Y_guess = narrow_m[0]
    grad_Y_hat_guess = narrow_m[1]
    Y_mean = narrow_m[2]
    factor__rounded = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    grad_Y_hat_mean = narrow_m[5]
    factor_3__rounded = narrow_m[6]
    factor_5__rounded = narrow_m[7]
    _column_guess(Y, Y_guess)
    _column_guess(grad_Y_hat, grad_Y_hat_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in range(chunks):
        _forward_backward_normalised_1_pass_1(
            Y, grad_Y_hat, Y_guess, grad_Y_hat_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Y_hat_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    _forward_backward_normalised_1__columns_2(
        eps, ddof, n, m, Y_guess, grad_Y_hat_guess, Y_mean, grad_Y_hat_mean, factor__rounded, factor_2__rounded,
        factor_3__rounded, factor_5__rounded, Y_excess__total, total__total, grad_Y_hat_excess__total, total_2__total,
    )
    for chunk in range(chunks):
        _forward_backward_normalised_1_pass_3(
            Y, grad_Y_hat, Y_hat, grad_Y, factor__rounded, Y_mean, factor_2__rounded, grad_Y_hat_mean,
            factor_3__rounded, factor_5__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


@_compiled_parallel
def _forward_backward_normalised_1_parallel(
    Y: Any, grad_Y_hat: Any, eps: Any, ddof: Any, Y_hat: Any, grad_Y: Any, chunks: Any,
) -> None:
    n = Y.shape[0]
    m = Y.shape[1]
    narrow_m = _vectors(8, m, Y)
    Y_guess = narrow_m[0]
    grad_Y_hat_guess = narrow_m[1]
    Y_mean = narrow_m[2]
    factor__rounded = narrow_m[3]
    factor_2__rounded = narrow_m[4]
    grad_Y_hat_mean = narrow_m[5]
    factor_3__rounded = narrow_m[6]
    factor_5__rounded = narrow_m[7]
    _column_guess(Y, Y_guess)
    _column_guess(grad_Y_hat, grad_Y_hat_guess)
    totals_1 = _vectors(4 * chunks, m, np.zeros(1))
    for chunk in prange(chunks):
        _forward_backward_normalised_1_pass_1(
            Y, grad_Y_hat, Y_guess, grad_Y_hat_guess, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_1[4 * chunk + 0], totals_1[4 * chunk + 1], totals_1[4 * chunk + 2], totals_1[4 * chunk + 3],
        )
    _merge(totals_1, 4)
    Y_excess__total = totals_1[0]
    total__total = totals_1[1]
    grad_Y_hat_excess__total = totals_1[2]
    total_2__total = totals_1[3]
    _forward_backward_normalised_1__columns_2(
        eps, ddof, n, m, Y_guess, grad_Y_hat_guess, Y_mean, grad_Y_hat_mean, factor__rounded, factor_2__rounded,
        factor_3__rounded, factor_5__rounded, Y_excess__total, total__total, grad_Y_hat_excess__total, total_2__total,
    )
    for chunk in prange(chunks):
        _forward_backward_normalised_1_pass_3(
            Y, grad_Y_hat, Y_hat, grad_Y, factor__rounded, Y_mean, factor_2__rounded, grad_Y_hat_mean,
            factor_3__rounded, factor_5__rounded, n * chunk // chunks, n * (chunk + 1) // chunks,
        )


def forward_backward_normalised(
    Y: Array, grad_Y_hat: Array, *, eps: float, ddof: float, out: tuple[Array | None, Array | None] | None = None,
    check_finite: bool = False,
) -> tuple[Array, Array]:
    r"""\hat Y = J Y \Sigma_y^{-1}

    eq:normalise: proved where $\operatorname{var}(y_{i}) + \epsilon > 0$, $n - \mathrm{ddof} \ne 0$.

    \nabla_Y M(\hat Y) = \left( J G - \frac{1}{n - \operatorname{ddof}} \hat Y
    \operatorname{diag}(\operatorname{diag}(\hat Y^\top G)) \right) \Sigma_y^{-1}

    eq:backward-normalised: proved where $n - \mathrm{ddof} \ne 0$, $\operatorname{var}(y_{i}) + \epsilon > 0$.

    Y : n×m, $Y$
    grad_Y_hat : n×m, $\nabla_{\hat{Y}} M(\hat{Y})$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    ddof : a number ≥ 0, $ddof$
    Returns Y_hat : n×m; grad_Y : n×m.
    """
    eps = _number("eps", eps, ">")
    ddof = _number("ddof", ddof, ">=")
    dtype = _dtype(Y=Y, grad_Y_hat=grad_Y_hat)
    n = Y.shape[0] if Y.ndim == 2 else 0
    m = Y.shape[1] if Y.ndim == 2 else 0
    if Y.shape != (n, m) or grad_Y_hat.shape != (n, m) or n < 1 or m < 1:
        _refuse({"n": 1, "m": 1}, Y=(Y, ("n", "m")), grad_Y_hat=(grad_Y_hat, ("n", "m")))
    if not n - ddof > 0:
        _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(Y=Y, grad_Y_hat=grad_Y_hat)
    given = _outputs(out, 2)
    Y_hat = _output(given[0], "Y_hat", (n, m), dtype, Y=Y, grad_Y_hat=grad_Y_hat)
    grad_Y = _output(given[1], "grad_Y", (n, m), dtype, Y=Y, grad_Y_hat=grad_Y_hat, Y_hat=Y_hat)
    if n < FEW:
        for target, value in zip(
            (Y_hat, grad_Y),
            _forward_backward_normalised_whole(Y, grad_Y_hat, eps, ddof, np.longdouble, np.longdouble), strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return Y_hat, grad_Y
    Y_hat__c = Y_hat if Y_hat.flags.c_contiguous else np.empty_like(Y_hat, order="C")
    grad_Y__c = grad_Y if grad_Y.flags.c_contiguous else np.empty_like(grad_Y, order="C")
    chunks = _chunks(Y)
    driver = _forward_backward_normalised_1 if chunks == 1 else _forward_backward_normalised_1_parallel
    driver(_frozen(Y), _frozen(grad_Y_hat), float(eps), float(ddof), Y_hat__c, grad_Y__c, chunks)
    if Y_hat__c is not Y_hat:
        Y_hat[...] = Y_hat__c
    if grad_Y__c is not grad_Y:
        grad_Y[...] = grad_Y__c
    return Y_hat, grad_Y
