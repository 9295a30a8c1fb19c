"""Kernels of derivations/layer_norm.md, “Layer norm”.

Numba target: arguments are float32 or float64 NumPy arrays and are never written to (those that do not lie in C order
are copied); out= takes the array (or the arrays) for the result.  The first call of a function with a dtype compiles
it, which takes seconds; a module that is importable by its name keeps what was compiled on disk.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 060307274d5925a23f4f5c0e85adbed33aab3b88801b4e52ab0d2011b57b4969
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
def _row_guess(sample: Any) -> Any:
    """About the mean of a row: of some entries spread evenly, without the least and the greatest."""
    total, low, high = 0.0, sample[0], sample[0]
    for value in sample:
        total += value
        low = value if value < low else low
        high = value if value > high else high
    if low == high:
        return low
    return (total - low - high) / (len(sample) - 2) if len(sample) > 2 else total / len(sample)


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
    "normalise",
]


def _normalise_whole(X: Array, eps: float, work: Any, wide: Any) -> tuple[Array, ...]:
    """`normalise` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = X.shape[1]
    X = X.astype(work, copy=False)
    total = np.sum(X, axis=1, dtype=wide)
    X_guess = (total / d).astype(work)
    X_shifted = X - X_guess[:, None]
    X_excess = np.sum(X_shifted, axis=1, dtype=wide)
    X_rest = X_excess / d
    total_2 = np.sum(X_shifted * X_shifted, axis=1, dtype=wide)
    moment = total_2 - d * X_rest * X_rest
    factor = 1.0 / np.sqrt(moment / d + eps)
    factor_2 = -factor * X_rest
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    X_hat = factor_rounded[:, None] * X_shifted + factor_2_rounded[:, None]
    return (X_hat,)


@_compiled
def _normalise_1_rows_1(X: Any, X_hat: Any, eps: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    d = X.shape[1]
    sample__ = np.empty((1, min(d, 16)))
    stride__ = d // sample__.shape[1]
    for i in range(first, last):
        for k__ in range(sample__.shape[1]):
            j = k__ * stride__ + stride__ // 2
            X__ij = np.float64(X[i, j])
            sample__[0, k__] = X__ij
        X_guess = _row_guess(sample__[0])
        X_excess = 0.0
        total = 0.0
        for j in range(d):
            X__ij = np.float64(X[i, j])
            X_shifted__ij = X__ij - X_guess
            X_excess = _plus(X_excess, X_shifted__ij)
            total = _plus(total, X_shifted__ij * X_shifted__ij)
        X_rest = X_excess / d
        X_mean = X.dtype.type(X_guess + X_rest)
        X_mean_low = X_guess - X_mean + X_rest
        moment = total - d * X_rest * X_rest
        factor = 1.0 / np.sqrt(moment / d + eps)
        factor_2 = -factor * X_mean_low
        factor__rounded = X.dtype.type(factor)
        X_mean__rounded = X.dtype.type(X_mean)
        factor_2__rounded = X.dtype.type(factor_2)
        for j in range(d):
            X__ij = X[i, j]
            X_deviation__ij = X__ij - X_mean__rounded
            X_hat[i, j] = factor__rounded * X_deviation__ij + factor_2__rounded


@_compiled
def _normalise_1(X: Any, eps: Any, X_hat: Any, chunks: Any) -> None:
    n = X.shape[0]
    for chunk in range(chunks):
        _normalise_1_rows_1(X, X_hat, eps, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _normalise_1_parallel(X: Any, eps: Any, X_hat: Any, chunks: Any) -> None:
    n = X.shape[0]
    for chunk in prange(chunks):
        _normalise_1_rows_1(X, X_hat, eps, n * chunk // chunks, n * (chunk + 1) // chunks)


def normalise(X: Array, *, eps: float, out: Array | None = None, check_finite: bool = False) -> Array:
    r"""\hat X = \Sigma_x^{-1} X J

    eq:normalise: proved.

    X : n×d, $X$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    Returns X_hat : n×d.
    """
    eps = _number("eps", eps, ">")
    dtype = _dtype(X=X)
    n = X.shape[0] if X.ndim == 2 else 0
    d = X.shape[1] if X.ndim == 2 else 0
    if X.shape != (n, d) or n < 1 or d < 1:
        _refuse({"n": 1, "d": 1}, X=(X, ("n", "d")))
    if check_finite:
        _check_finite(X=X)
    X_hat = _output(out, "X_hat", (n, d), dtype, X=X)
    if d < FEW:
        np.copyto(X_hat, _normalise_whole(X, eps, np.longdouble, np.longdouble)[0], casting="same_kind")
        return X_hat
    X_hat__c = X_hat if X_hat.flags.c_contiguous else np.empty_like(X_hat, order="C")
    chunks = _chunks(X)
    driver = _normalise_1 if chunks == 1 else _normalise_1_parallel
    driver(_frozen(X), float(eps), X_hat__c, chunks)
    if X_hat__c is not X_hat:
        X_hat[...] = X_hat__c
    return X_hat


def _forward_whole(X: Array, gamma: Array, beta: Array, eps: float, work: Any, wide: Any) -> tuple[Array, ...]:
    """`forward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = X.shape[1]
    X = X.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    beta = beta.astype(work, copy=False)
    total = np.sum(X, axis=1, dtype=wide)
    X_guess = (total / d).astype(work)
    X_shifted = X - X_guess[:, None]
    X_excess = np.sum(X_shifted, axis=1, dtype=wide)
    X_rest = X_excess / d
    total_2 = np.sum(X_shifted * X_shifted, axis=1, dtype=wide)
    moment = total_2 - d * X_rest * X_rest
    factor = 1.0 / np.sqrt(moment / d + eps)
    factor_2 = factor * X_rest
    factor_3 = -gamma
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    Z = factor_rounded[:, None] * gamma * X_shifted + factor_2_rounded[:, None] * factor_3 + beta
    return (Z,)


@_compiled
def _forward_1__columns_1(d: Any, gamma: Any, factor_3: Any) -> None:
    """Vectors, in float64."""
    for j in range(d):
        factor_3__j = -gamma[j]
        factor_3[j] = factor_3__j


@_compiled
def _forward_1_rows_2(X: Any, Z: Any, gamma: Any, factor_3: Any, beta: Any, eps: Any, first: Any, last: Any) -> None:
    """The rows first … last − 1, one by one."""
    d = X.shape[1]
    sample__ = np.empty((1, min(d, 16)))
    stride__ = d // sample__.shape[1]
    for i in range(first, last):
        for k__ in range(sample__.shape[1]):
            j = k__ * stride__ + stride__ // 2
            X__ij = np.float64(X[i, j])
            sample__[0, k__] = X__ij
        X_guess = _row_guess(sample__[0])
        X_excess = 0.0
        total = 0.0
        for j in range(d):
            X__ij = np.float64(X[i, j])
            X_shifted__ij = X__ij - X_guess
            X_excess = _plus(X_excess, X_shifted__ij)
            total = _plus(total, X_shifted__ij * X_shifted__ij)
        X_rest = X_excess / d
        X_mean = X.dtype.type(X_guess + X_rest)
        X_mean_low = X_guess - X_mean + X_rest
        moment = total - d * X_rest * X_rest
        factor = 1.0 / np.sqrt(moment / d + eps)
        factor_2 = factor * X_mean_low
        factor__rounded = X.dtype.type(factor)
        X_mean__rounded = X.dtype.type(X_mean)
        factor_2__rounded = X.dtype.type(factor_2)
        for j in range(d):
            gamma__j = gamma[j]
            X__ij = X[i, j]
            factor_3__j = factor_3[j]
            beta__j = beta[j]
            X_deviation__ij = X__ij - X_mean__rounded
            Z[i, j] = factor__rounded * gamma__j * X_deviation__ij + factor_2__rounded * factor_3__j + beta__j


@_compiled
def _forward_1(X: Any, gamma: Any, beta: Any, eps: Any, Z: Any, chunks: Any) -> None:
    n = X.shape[0]
    d = X.shape[1]
    narrow_d = _vectors(1, d, X)
    factor_3 = narrow_d[0]
    _forward_1__columns_1(d, gamma, factor_3)
    for chunk in range(chunks):
        _forward_1_rows_2(X, Z, gamma, factor_3, beta, eps, n * chunk // chunks, n * (chunk + 1) // chunks)


@_compiled_parallel
def _forward_1_parallel(X: Any, gamma: Any, beta: Any, eps: Any, Z: Any, chunks: Any) -> None:
    n = X.shape[0]
    d = X.shape[1]
    narrow_d = _vectors(1, d, X)
    factor_3 = narrow_d[0]
    _forward_1__columns_1(d, gamma, factor_3)
    for chunk in prange(chunks):
        _forward_1_rows_2(X, Z, gamma, factor_3, beta, eps, n * chunk // chunks, n * (chunk + 1) // chunks)


def forward(
    X: Array, gamma: Array, beta: Array, *, eps: float, out: Array | None = None, check_finite: bool = False,
) -> Array:
    r"""Z = \hat X \operatorname{diag}(\gamma) + \mathbf{1} \beta^\top

    eq:forward: as it is defined.

    X : n×d, $X$
    gamma : d×1, $\gamma$, dimensions (d)
    beta : d×1, $\beta$, dimensions (d)
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    Returns Z : n×d.
    """
    eps = _number("eps", eps, ">")
    dtype = _dtype(X=X, gamma=gamma, beta=beta)
    n = X.shape[0] if X.ndim == 2 else 0
    d = X.shape[1] if X.ndim == 2 else 0
    if X.shape != (n, d) or gamma.shape != (d,) or beta.shape != (d,) or n < 1 or d < 1:
        _refuse({"n": 1, "d": 1}, X=(X, ("n", "d")), gamma=(gamma, ("d",)), beta=(beta, ("d",)))
    if check_finite:
        _check_finite(X=X, gamma=gamma, beta=beta)
    Z = _output(out, "Z", (n, d), dtype, X=X, gamma=gamma, beta=beta)
    if d < FEW:
        np.copyto(Z, _forward_whole(X, gamma, beta, eps, np.longdouble, np.longdouble)[0], casting="same_kind")
        return Z
    Z__c = Z if Z.flags.c_contiguous else np.empty_like(Z, order="C")
    chunks = _chunks(X)
    driver = _forward_1 if chunks == 1 else _forward_1_parallel
    driver(_frozen(X), _frozen(gamma), _frozen(beta), float(eps), Z__c, chunks)
    if Z__c is not Z:
        Z[...] = Z__c
    return Z


def _backward_whole(X: Array, gamma: Array, grad_Z: Array, eps: float, work: Any, wide: Any) -> tuple[Array, ...]:
    """`backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = X.shape[1]
    X = X.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    total = np.sum(X, axis=1, dtype=wide)
    X_guess = (total / d).astype(work)
    X_shifted = X - X_guess[:, None]
    X_excess = np.sum(X_shifted, axis=1, dtype=wide)
    X_rest = X_excess / d
    total_2 = np.sum(X_shifted * X_shifted, axis=1, dtype=wide)
    moment = total_2 - d * X_rest * X_rest
    factor = 1.0 / np.sqrt(moment / d + eps)
    matrix = gamma * grad_Z
    total_3 = np.sum(matrix, axis=1, dtype=wide)
    matrix_guess = (total_3 / d).astype(work)
    matrix_shifted = matrix - matrix_guess[:, None]
    matrix_excess = np.sum(matrix_shifted, axis=1, dtype=wide)
    matrix_rest = matrix_excess / d
    total_4 = np.sum(X_shifted * matrix_shifted, axis=1, dtype=wide)
    moment_2 = total_4 - d * X_rest * matrix_rest
    factor_2 = -factor * moment_2 * factor / d
    factor_3 = factor * moment_2 * factor * X_rest / d
    factor_4 = -matrix_rest + factor_3
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    grad_X = factor_rounded[:, None] * (matrix_shifted + factor_2_rounded[:, None] * X_shifted + factor_4_rounded[:, None])
    grad_gamma = np.sum(factor[:, None] * (X_shifted - X_rest[:, None]) * grad_Z, axis=0, dtype=wide)
    grad_beta = np.sum(grad_Z, axis=0, dtype=wide)
    return (grad_X, grad_gamma, grad_beta,)


@_compiled
def _backward_1_rows_1(
    X: Any, grad_Z: Any, grad_X: Any, gamma: Any, eps: Any, first: Any, last: Any, grad_gamma__total: Any,
    grad_beta__total: Any,
) -> None:
    """The rows first … last − 1, one by one."""
    d = X.shape[1]
    sample__ = np.empty((2, min(d, 16)))
    stride__ = d // sample__.shape[1]
    for i in range(first, last):
        for k__ in range(sample__.shape[1]):
            j = k__ * stride__ + stride__ // 2
            X__ij = np.float64(X[i, j])
            gamma__j = gamma[j]
            grad_Z__ij = np.float64(grad_Z[i, j])
            matrix__ij = gamma__j * grad_Z__ij
            sample__[0, k__] = X__ij
            sample__[1, k__] = matrix__ij
        X_guess = _row_guess(sample__[0])
        matrix_guess = _row_guess(sample__[1])
        X_excess = 0.0
        total = 0.0
        matrix_excess = 0.0
        total_2 = 0.0
        for j in range(d):
            X__ij = np.float64(X[i, j])
            gamma__j = gamma[j]
            grad_Z__ij = np.float64(grad_Z[i, j])
            X_shifted__ij = X__ij - X_guess
            matrix__ij = gamma__j * grad_Z__ij
            matrix_shifted__ij = matrix__ij - matrix_guess
            X_excess = _plus(X_excess, X_shifted__ij)
            total = _plus(total, X_shifted__ij * X_shifted__ij)
            matrix_excess = _plus(matrix_excess, matrix_shifted__ij)
            total_2 = _plus(total_2, X_shifted__ij * matrix_shifted__ij)
        X_rest = X_excess / d
        X_mean = X.dtype.type(X_guess + X_rest)
        X_mean_low = X_guess - X_mean + X_rest
        moment = total - d * X_rest * X_rest
        factor = 1.0 / np.sqrt(moment / d + eps)
        matrix_rest = matrix_excess / d
        matrix_mean = X.dtype.type(matrix_guess + matrix_rest)
        matrix_mean_low = matrix_guess - matrix_mean + matrix_rest
        moment_2 = total_2 - d * X_rest * matrix_rest
        factor_2 = -factor * moment_2 * factor / d
        factor_3 = factor * moment_2 * factor * X_mean_low / d
        factor_4 = -matrix_mean_low + factor_3
        for j in range(d):
            X__ij = np.float64(X[i, j])
            grad_Z__ij = np.float64(grad_Z[i, j])
            gamma__j = gamma[j]
            X_deviation__ij = X__ij - X_mean
            matrix__ij = gamma__j * grad_Z__ij
            matrix_deviation__ij = matrix__ij - matrix_mean
            grad_gamma__total[j] += factor * (X_deviation__ij - X_mean_low) * grad_Z__ij
            grad_beta__total[j] += grad_Z__ij
            grad_X[i, j] = factor * (matrix_deviation__ij + factor_2 * X_deviation__ij + factor_4)


@_compiled
def _backward_1(
    X: Any, grad_Z: Any, gamma: Any, eps: Any, grad_gamma: Any, grad_beta: Any, grad_X: Any, chunks: Any,
) -> None:
    n = X.shape[0]
    d = X.shape[1]
    totals_1 = _vectors(2 * chunks, d, np.zeros(1))
    for chunk in range(chunks):
        _backward_1_rows_1(
            X, grad_Z, grad_X, gamma, eps, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[2 * chunk + 0],
            totals_1[2 * chunk + 1],
        )
    _merge(totals_1, 2)
    for j in range(d):
        grad_gamma[j] = totals_1[0, j]
    for j in range(d):
        grad_beta[j] = totals_1[1, j]


@_compiled_parallel
def _backward_1_parallel(
    X: Any, grad_Z: Any, gamma: Any, eps: Any, grad_gamma: Any, grad_beta: Any, grad_X: Any, chunks: Any,
) -> None:
    n = X.shape[0]
    d = X.shape[1]
    totals_1 = _vectors(2 * chunks, d, np.zeros(1))
    for chunk in prange(chunks):
        _backward_1_rows_1(
            X, grad_Z, grad_X, gamma, eps, n * chunk // chunks, n * (chunk + 1) // chunks, totals_1[2 * chunk + 0],
            totals_1[2 * chunk + 1],
        )
    _merge(totals_1, 2)
    for j in range(d):
        grad_gamma[j] = totals_1[0, j]
    for j in range(d):
        grad_beta[j] = totals_1[1, j]


def backward(
    X: Array, gamma: Array, grad_Z: Array, *, eps: float,
    out: tuple[Array | None, Array | None, Array | None] | None = None, check_finite: bool = False,
) -> tuple[Array, Array, Array]:
    r"""\nabla_X L(Z) = \Sigma_x^{-1} \left( \hat H J - \frac{1}{d} \operatorname{diag}(\operatorname{diag}(\hat H
    \hat X^\top)) \hat X \right)

    eq:grad-X: proved.

    \nabla_\gamma L(Z) = \operatorname{diag}(\hat X^\top H)

    eq:grad-gamma: proved.

    \nabla_\beta L(Z) = H^\top \mathbf{1}

    eq:grad-beta: proved.

    X : n×d, $X$
    gamma : d×1, $\gamma$, dimensions (d)
    grad_Z : n×d, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    Returns grad_X : n×d; grad_gamma : d; grad_beta : d.
    """
    eps = _number("eps", eps, ">")
    dtype = _dtype(X=X, gamma=gamma, grad_Z=grad_Z)
    n = X.shape[0] if X.ndim == 2 else 0
    d = X.shape[1] if X.ndim == 2 else 0
    if X.shape != (n, d) or gamma.shape != (d,) or grad_Z.shape != (n, d) or n < 1 or d < 1:
        _refuse({"n": 1, "d": 1}, X=(X, ("n", "d")), gamma=(gamma, ("d",)), grad_Z=(grad_Z, ("n", "d")))
    if check_finite:
        _check_finite(X=X, gamma=gamma, grad_Z=grad_Z)
    given = _outputs(out, 3)
    grad_X = _output(given[0], "grad_X", (n, d), dtype, X=X, gamma=gamma, grad_Z=grad_Z)
    grad_gamma = _output(given[1], "grad_gamma", (d,), dtype, X=X, gamma=gamma, grad_Z=grad_Z, grad_X=grad_X)
    grad_beta = _output(
        given[2], "grad_beta", (d,), dtype, X=X, gamma=gamma, grad_Z=grad_Z, grad_X=grad_X, grad_gamma=grad_gamma,
    )
    if d < FEW:
        for target, value in zip(
            (grad_X, grad_gamma, grad_beta), _backward_whole(X, gamma, grad_Z, eps, np.longdouble, np.longdouble),
            strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return grad_X, grad_gamma, grad_beta
    grad_gamma__c = grad_gamma if grad_gamma.flags.c_contiguous else np.empty_like(grad_gamma, order="C")
    grad_beta__c = grad_beta if grad_beta.flags.c_contiguous else np.empty_like(grad_beta, order="C")
    grad_X__c = grad_X if grad_X.flags.c_contiguous else np.empty_like(grad_X, order="C")
    chunks = _chunks(X)
    driver = _backward_1 if chunks == 1 else _backward_1_parallel
    driver(_frozen(X), _frozen(grad_Z), _frozen(gamma), float(eps), grad_gamma__c, grad_beta__c, grad_X__c, chunks)
    if grad_gamma__c is not grad_gamma:
        grad_gamma[...] = grad_gamma__c
    if grad_beta__c is not grad_beta:
        grad_beta[...] = grad_beta__c
    if grad_X__c is not grad_X:
        grad_X[...] = grad_X__c
    return grad_X, grad_gamma, grad_beta


def _forward_backward_whole(
    X: Array, gamma: Array, beta: Array, grad_Z: Array, eps: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`forward_backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = X.shape[1]
    X = X.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    beta = beta.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    total = np.sum(X, axis=1, dtype=wide)
    X_guess = (total / d).astype(work)
    X_shifted = X - X_guess[:, None]
    X_excess = np.sum(X_shifted, axis=1, dtype=wide)
    X_rest = X_excess / d
    total_2 = np.sum(X_shifted * X_shifted, axis=1, dtype=wide)
    moment = total_2 - d * X_rest * X_rest
    factor = 1.0 / np.sqrt(moment / d + eps)
    factor_2 = factor * X_rest
    factor_3 = -gamma
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    Z = factor_rounded[:, None] * gamma * X_shifted + factor_2_rounded[:, None] * factor_3 + beta
    matrix = gamma * grad_Z
    total_3 = np.sum(matrix, axis=1, dtype=wide)
    matrix_guess = (total_3 / d).astype(work)
    matrix_shifted = matrix - matrix_guess[:, None]
    matrix_excess = np.sum(matrix_shifted, axis=1, dtype=wide)
    matrix_rest = matrix_excess / d
    total_4 = np.sum(X_shifted * matrix_shifted, axis=1, dtype=wide)
    moment_2 = total_4 - d * X_rest * matrix_rest
    factor_4 = -factor * moment_2 * factor / d
    factor_5 = factor * moment_2 * factor * X_rest / d
    factor_6 = -matrix_rest + factor_5
    factor_4_rounded = factor_4.astype(work)
    factor_6_rounded = factor_6.astype(work)
    grad_X = factor_rounded[:, None] * (matrix_shifted + factor_4_rounded[:, None] * X_shifted + factor_6_rounded[:, None])
    grad_gamma = np.sum(factor[:, None] * (X_shifted - X_rest[:, None]) * grad_Z, axis=0, dtype=wide)
    grad_beta = np.sum(grad_Z, axis=0, dtype=wide)
    return (Z, grad_X, grad_gamma, grad_beta,)


@_compiled
def _forward_backward_1__columns_1(d: Any, gamma: Any, factor_3: Any) -> None:
    """Vectors, in float64."""
    for j in range(d):
        factor_3__j = -gamma[j]
        factor_3[j] = factor_3__j


@_compiled
def _forward_backward_1_rows_2(
    X: Any, grad_Z: Any, Z: Any, grad_X: Any, gamma: Any, factor_3: Any, beta: Any, eps: Any, first: Any, last: Any,
    grad_gamma__total: Any, grad_beta__total: Any,
) -> None:
    """The rows first … last − 1, one by one."""
    d = X.shape[1]
    sample__ = np.empty((2, min(d, 16)))
    stride__ = d // sample__.shape[1]
    for i in range(first, last):
        for k__ in range(sample__.shape[1]):
            j = k__ * stride__ + stride__ // 2
            X__ij = np.float64(X[i, j])
            gamma__j = gamma[j]
            grad_Z__ij = np.float64(grad_Z[i, j])
            matrix__ij = gamma__j * grad_Z__ij
            sample__[0, k__] = X__ij
            sample__[1, k__] = matrix__ij
        X_guess = _row_guess(sample__[0])
        matrix_guess = _row_guess(sample__[1])
        X_excess = 0.0
        total = 0.0
        matrix_excess = 0.0
        total_2 = 0.0
        for j in range(d):
            X__ij = np.float64(X[i, j])
            gamma__j = gamma[j]
            grad_Z__ij = np.float64(grad_Z[i, j])
            X_shifted__ij = X__ij - X_guess
            matrix__ij = gamma__j * grad_Z__ij
            matrix_shifted__ij = matrix__ij - matrix_guess
            X_excess = _plus(X_excess, X_shifted__ij)
            total = _plus(total, X_shifted__ij * X_shifted__ij)
            matrix_excess = _plus(matrix_excess, matrix_shifted__ij)
            total_2 = _plus(total_2, X_shifted__ij * matrix_shifted__ij)
        X_rest = X_excess / d
        X_mean = X.dtype.type(X_guess + X_rest)
        X_mean_low = X_guess - X_mean + X_rest
        moment = total - d * X_rest * X_rest
        factor = 1.0 / np.sqrt(moment / d + eps)
        factor_2 = factor * X_mean_low
        matrix_rest = matrix_excess / d
        matrix_mean = X.dtype.type(matrix_guess + matrix_rest)
        matrix_mean_low = matrix_guess - matrix_mean + matrix_rest
        moment_2 = total_2 - d * X_rest * matrix_rest
        factor_4 = -factor * moment_2 * factor / d
        factor_5 = factor * moment_2 * factor * X_mean_low / d
        factor_6 = -matrix_mean_low + factor_5
        for j in range(d):
            X__ij = np.float64(X[i, j])
            grad_Z__ij = np.float64(grad_Z[i, j])
            gamma__j = gamma[j]
            factor_3__j = factor_3[j]
            beta__j = beta[j]
            X_deviation__ij = X__ij - X_mean
            matrix__ij = gamma__j * grad_Z__ij
            matrix_deviation__ij = matrix__ij - matrix_mean
            grad_gamma__total[j] += factor * (X_deviation__ij - X_mean_low) * grad_Z__ij
            grad_beta__total[j] += grad_Z__ij
            Z[i, j] = factor * gamma__j * X_deviation__ij + factor_2 * factor_3__j + beta__j
            grad_X[i, j] = factor * (matrix_deviation__ij + factor_4 * X_deviation__ij + factor_6)


@_compiled
def _forward_backward_1(
    X: Any, grad_Z: Any, gamma: Any, beta: Any, eps: Any, grad_gamma: Any, grad_beta: Any, Z: Any, grad_X: Any,
    chunks: Any,
) -> None:
    n = X.shape[0]
    d = X.shape[1]
    narrow_d = _vectors(1, d, X)
    factor_3 = narrow_d[0]
    _forward_backward_1__columns_1(d, gamma, factor_3)
    totals_2 = _vectors(2 * chunks, d, np.zeros(1))
    for chunk in range(chunks):
        _forward_backward_1_rows_2(
            X, grad_Z, Z, grad_X, gamma, factor_3, beta, eps, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_2[2 * chunk + 0], totals_2[2 * chunk + 1],
        )
    _merge(totals_2, 2)
    for j in range(d):
        grad_gamma[j] = totals_2[0, j]
    for j in range(d):
        grad_beta[j] = totals_2[1, j]


@_compiled_parallel
def _forward_backward_1_parallel(
    X: Any, grad_Z: Any, gamma: Any, beta: Any, eps: Any, grad_gamma: Any, grad_beta: Any, Z: Any, grad_X: Any,
    chunks: Any,
) -> None:
    n = X.shape[0]
    d = X.shape[1]
    narrow_d = _vectors(1, d, X)
    factor_3 = narrow_d[0]
    _forward_backward_1__columns_1(d, gamma, factor_3)
    totals_2 = _vectors(2 * chunks, d, np.zeros(1))
    for chunk in prange(chunks):
        _forward_backward_1_rows_2(
            X, grad_Z, Z, grad_X, gamma, factor_3, beta, eps, n * chunk // chunks, n * (chunk + 1) // chunks,
            totals_2[2 * chunk + 0], totals_2[2 * chunk + 1],
        )
    _merge(totals_2, 2)
    for j in range(d):
        grad_gamma[j] = totals_2[0, j]
    for j in range(d):
        grad_beta[j] = totals_2[1, j]


def forward_backward(
    X: Array, gamma: Array, beta: Array, grad_Z: Array, *, eps: float,
    out: tuple[Array | None, Array | None, Array | None, Array | None] | None = None, check_finite: bool = False,
) -> tuple[Array, Array, Array, Array]:
    r"""Z = \hat X \operatorname{diag}(\gamma) + \mathbf{1} \beta^\top

    eq:forward: as it is defined.

    \nabla_X L(Z) = \Sigma_x^{-1} \left( \hat H J - \frac{1}{d} \operatorname{diag}(\operatorname{diag}(\hat H
    \hat X^\top)) \hat X \right)

    eq:grad-X: proved.

    \nabla_\gamma L(Z) = \operatorname{diag}(\hat X^\top H)

    eq:grad-gamma: proved.

    \nabla_\beta L(Z) = H^\top \mathbf{1}

    eq:grad-beta: proved.

    X : n×d, $X$
    gamma : d×1, $\gamma$, dimensions (d)
    beta : d×1, $\beta$, dimensions (d)
    grad_Z : n×d, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    Returns Z : n×d; grad_X : n×d; grad_gamma : d; grad_beta : d.
    """
    eps = _number("eps", eps, ">")
    dtype = _dtype(X=X, gamma=gamma, beta=beta, grad_Z=grad_Z)
    n = X.shape[0] if X.ndim == 2 else 0
    d = X.shape[1] if X.ndim == 2 else 0
    if X.shape != (n, d) or gamma.shape != (d,) or beta.shape != (d,) or grad_Z.shape != (n, d) or n < 1 or d < 1:
        _refuse(
            {"n": 1, "d": 1}, X=(X, ("n", "d")), gamma=(gamma, ("d",)), beta=(beta, ("d",)),
            grad_Z=(grad_Z, ("n", "d")),
        )
    if check_finite:
        _check_finite(X=X, gamma=gamma, beta=beta, grad_Z=grad_Z)
    given = _outputs(out, 4)
    Z = _output(given[0], "Z", (n, d), dtype, X=X, gamma=gamma, beta=beta, grad_Z=grad_Z)
    grad_X = _output(given[1], "grad_X", (n, d), dtype, X=X, gamma=gamma, beta=beta, grad_Z=grad_Z, Z=Z)
    grad_gamma = _output(
        given[2], "grad_gamma", (d,), dtype, X=X, gamma=gamma, beta=beta, grad_Z=grad_Z, Z=Z, grad_X=grad_X,
    )
    grad_beta = _output(
        given[3], "grad_beta", (d,), dtype, X=X, gamma=gamma, beta=beta, grad_Z=grad_Z, Z=Z, grad_X=grad_X,
        grad_gamma=grad_gamma,
    )
    if d < FEW:
        for target, value in zip(
            (Z, grad_X, grad_gamma, grad_beta),
            _forward_backward_whole(X, gamma, beta, grad_Z, eps, np.longdouble, np.longdouble), strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return Z, grad_X, grad_gamma, grad_beta
    grad_gamma__c = grad_gamma if grad_gamma.flags.c_contiguous else np.empty_like(grad_gamma, order="C")
    grad_beta__c = grad_beta if grad_beta.flags.c_contiguous else np.empty_like(grad_beta, order="C")
    Z__c = Z if Z.flags.c_contiguous else np.empty_like(Z, order="C")
    grad_X__c = grad_X if grad_X.flags.c_contiguous else np.empty_like(grad_X, order="C")
    chunks = _chunks(X)
    driver = _forward_backward_1 if chunks == 1 else _forward_backward_1_parallel
    driver(
        _frozen(X), _frozen(grad_Z), _frozen(gamma), _frozen(beta), float(eps), grad_gamma__c, grad_beta__c, Z__c,
        grad_X__c, chunks,
    )
    if grad_gamma__c is not grad_gamma:
        grad_gamma[...] = grad_gamma__c
    if grad_beta__c is not grad_beta:
        grad_beta[...] = grad_beta__c
    if Z__c is not Z:
        Z[...] = Z__c
    if grad_X__c is not grad_X:
        grad_X[...] = grad_X__c
    return Z, grad_X, grad_gamma, grad_beta
