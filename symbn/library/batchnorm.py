"""Kernels of derivations/batchnorm_layer.md, “The batch norm layer as it is computed”.

NumPy target: arguments are float32 or float64 arrays of any layout and are never written to; out= takes the array (or
the arrays) for the result.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 41cda8423e9347e96a1b970dc1990be6aa8dc2df659ce9fbccaed0d6dc1f6a7b
"""

from __future__ import annotations

from numbers import Integral, Real
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

FEW = 16
"""Below so many rows everything is computed in the widest float: little may be left of a difference there."""

SMALL = 1 << 12
"""Up to so many entries matrices are worked on as a whole, in float64."""

BLOCK = 1 << 18
"""Bytes of one matrix that are worked on at a time."""


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


def _guess(x: Array) -> Array:
    """About the mean of each column: of up to 32 rows spread evenly, without the least and the greatest."""
    rows = x[:: -(-len(x) // 32)]
    shifted = rows - rows[0]
    total: Array = shifted.sum(axis=0)
    if len(rows) > 2:
        total = total - shifted.max(axis=0) - shifted.min(axis=0)
    guess: Array = rows[0] + total / max(len(rows) - 2 * (len(rows) > 2), 1)
    return guess.astype(x.dtype)


def _blocks(rows: int, columns: int, itemsize: int) -> list[slice]:
    """The rows in blocks of about BLOCK bytes and at most 256 rows."""
    height = max(1, min(256, BLOCK // (columns * itemsize)))
    return [slice(start, min(start + height, rows)) for start in range(0, rows, height)]


def _tile(vector: Array, blocks: list[slice]) -> Array:
    """A vector as every row of a block: stored as such, which is faster to work with, where that pays."""
    tile: Array = np.broadcast_to(vector, (blocks[0].stop, len(vector)))
    return tile.copy() if len(blocks) > 4 else tile


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
    if Y.size <= SMALL:
        np.copyto(Y_hat, _normalise_whole(Y, eps, ddof, np.float64, np.float64)[0], casting="same_kind")
        return Y_hat
    wide = np.float64
    work = dtype
    Y_guess = _guess(Y)
    Y_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    Y_guess__tile = _tile(Y_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((1, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(Y[rows], Y_guess__tile[:height], out=buffers[0, :height])
        Y_excess += ones[:height] @ buffers[0, :height]
        total += np.einsum("ij,ij->j", buffers[0, :height], buffers[0, :height])
    Y_rest = Y_excess / n
    Y_mean = (Y_guess + Y_rest).astype(work)
    Y_mean_low = Y_guess - Y_mean + Y_rest
    moment = total - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    factor_2 = -factor * Y_mean_low
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    Y_mean__tile = _tile(Y_mean, blocks)
    factor_rounded__tile = _tile(factor_rounded, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(Y[rows], Y_mean__tile[:height], out=Y_hat[rows])
        np.multiply(Y_hat[rows], factor_rounded__tile[:height], out=Y_hat[rows])
        np.add(Y_hat[rows], factor_2_rounded__tile[:height], out=Y_hat[rows])
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
    if Y.size <= SMALL:
        np.copyto(Z, _forward_whole(Y, gamma, beta, eps, ddof, np.float64, np.float64)[0], casting="same_kind")
        return Z
    wide = np.float64
    work = dtype
    Y_guess = _guess(Y)
    Y_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    Y_guess__tile = _tile(Y_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((1, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(Y[rows], Y_guess__tile[:height], out=buffers[0, :height])
        Y_excess += ones[:height] @ buffers[0, :height]
        total += np.einsum("ij,ij->j", buffers[0, :height], buffers[0, :height])
    Y_rest = Y_excess / n
    Y_mean = (Y_guess + Y_rest).astype(work)
    Y_mean_low = Y_guess - Y_mean + Y_rest
    moment = total - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    factor_2 = factor * gamma
    factor_3 = -factor * gamma * Y_mean_low
    factor_4 = factor_3 + beta
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    Y_mean__tile = _tile(Y_mean, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    factor_4_rounded__tile = _tile(factor_4_rounded, blocks)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(Y[rows], Y_mean__tile[:height], out=Z[rows])
        np.multiply(Z[rows], factor_2_rounded__tile[:height], out=Z[rows])
        np.add(Z[rows], factor_4_rounded__tile[:height], out=Z[rows])
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
    if Y.size <= SMALL and grad_Y_hat.size <= SMALL:
        np.copyto(
            grad_Y, _backward_normalised_whole(Y, grad_Y_hat, eps, ddof, np.float64, np.float64)[0],
            casting="same_kind",
        )
        return grad_Y
    wide = np.float64
    work = dtype
    grad_Y_hat_guess = _guess(grad_Y_hat)
    Y_guess = _guess(Y)
    grad_Y_hat_excess = np.zeros(m, wide)
    Y_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    total_2 = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    grad_Y_hat_guess__tile = _tile(grad_Y_hat_guess, blocks)
    Y_guess__tile = _tile(Y_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Y_hat[rows], grad_Y_hat_guess__tile[:height], out=buffers[0, :height])
        grad_Y_hat_excess += ones[:height] @ buffers[0, :height]
        np.subtract(Y[rows], Y_guess__tile[:height], out=buffers[1, :height])
        Y_excess += ones[:height] @ buffers[1, :height]
        total += np.einsum("ij,ij->j", buffers[1, :height], buffers[1, :height])
        total_2 += np.einsum("ij,ij->j", buffers[1, :height], buffers[0, :height])
    grad_Y_hat_rest = grad_Y_hat_excess / n
    grad_Y_hat_mean = (grad_Y_hat_guess + grad_Y_hat_rest).astype(work)
    grad_Y_hat_mean_low = grad_Y_hat_guess - grad_Y_hat_mean + grad_Y_hat_rest
    Y_rest = Y_excess / n
    Y_mean = (Y_guess + Y_rest).astype(work)
    Y_mean_low = Y_guess - Y_mean + Y_rest
    moment = total - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    moment_2 = total_2 - n * Y_rest * grad_Y_hat_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * Y_mean_low / (n - ddof)
    factor_4 = -grad_Y_hat_mean_low + factor_3
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    grad_Y_hat_mean__tile = _tile(grad_Y_hat_mean, blocks)
    Y_mean__tile = _tile(Y_mean, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    factor_4_rounded__tile = _tile(factor_4_rounded, blocks)
    factor_rounded__tile = _tile(factor_rounded, blocks)
    buffers = np.empty((1, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Y_hat[rows], grad_Y_hat_mean__tile[:height], out=grad_Y[rows])
        np.subtract(Y[rows], Y_mean__tile[:height], out=buffers[0, :height])
        np.multiply(buffers[0, :height], factor_2_rounded__tile[:height], out=buffers[0, :height])
        np.add(grad_Y[rows], buffers[0, :height], out=grad_Y[rows])
        np.add(grad_Y[rows], factor_4_rounded__tile[:height], out=grad_Y[rows])
        np.multiply(grad_Y[rows], factor_rounded__tile[:height], out=grad_Y[rows])
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
    if Y.size <= SMALL and grad_Z.size <= SMALL:
        np.copyto(grad_gamma, _grad_gamma_whole(Y, grad_Z, eps, ddof, np.float64, np.float64)[0], casting="same_kind")
        return grad_gamma
    wide = np.float64
    work = dtype
    Y_guess = _guess(Y)
    grad_Z_guess = _guess(grad_Z)
    Y_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    grad_Z_excess = np.zeros(m, wide)
    total_2 = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    Y_guess__tile = _tile(Y_guess, blocks)
    grad_Z_guess__tile = _tile(grad_Z_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(Y[rows], Y_guess__tile[:height], out=buffers[0, :height])
        Y_excess += ones[:height] @ buffers[0, :height]
        total += np.einsum("ij,ij->j", buffers[0, :height], buffers[0, :height])
        np.subtract(grad_Z[rows], grad_Z_guess__tile[:height], out=buffers[1, :height])
        grad_Z_excess += ones[:height] @ buffers[1, :height]
        total_2 += np.einsum("ij,ij->j", buffers[0, :height], buffers[1, :height])
    Y_rest = Y_excess / n
    moment = total - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    grad_Z_rest = grad_Z_excess / n
    moment_2 = total_2 - n * Y_rest * grad_Z_rest
    grad_gamma[...] = factor * moment_2
    return grad_gamma


def _grad_beta_whole(grad_Z: Array, work: Any, wide: Any) -> tuple[Array, ...]:
    """`grad_beta` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    grad_Z = grad_Z.astype(work, copy=False)
    grad_beta = np.sum(grad_Z, axis=0, dtype=wide)
    return (grad_beta,)


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
    wide = np.float64
    work = dtype
    grad_beta_total = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    ones = np.ones(blocks[0].stop, work)
    for rows in blocks:
        height = rows.stop - rows.start
        grad_beta_total += ones[:height] @ grad_Z[rows]
    grad_beta[...] = grad_beta_total
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
    if Y.size <= SMALL and grad_Z.size <= SMALL:
        np.copyto(grad_Y, _grad_Y_whole(Y, gamma, grad_Z, eps, ddof, np.float64, np.float64)[0], casting="same_kind")
        return grad_Y
    wide = np.float64
    work = dtype
    grad_Z_guess = _guess(grad_Z)
    Y_guess = _guess(Y)
    grad_Z_excess = np.zeros(m, wide)
    Y_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    total_2 = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    grad_Z_guess__tile = _tile(grad_Z_guess, blocks)
    Y_guess__tile = _tile(Y_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Z[rows], grad_Z_guess__tile[:height], out=buffers[0, :height])
        grad_Z_excess += ones[:height] @ buffers[0, :height]
        np.subtract(Y[rows], Y_guess__tile[:height], out=buffers[1, :height])
        Y_excess += ones[:height] @ buffers[1, :height]
        total += np.einsum("ij,ij->j", buffers[1, :height], buffers[1, :height])
        total_2 += np.einsum("ij,ij->j", buffers[1, :height], buffers[0, :height])
    grad_Z_rest = grad_Z_excess / n
    grad_Z_mean = (grad_Z_guess + grad_Z_rest).astype(work)
    grad_Z_mean_low = grad_Z_guess - grad_Z_mean + grad_Z_rest
    Y_rest = Y_excess / n
    Y_mean = (Y_guess + Y_rest).astype(work)
    Y_mean_low = Y_guess - Y_mean + Y_rest
    moment = total - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    moment_2 = total_2 - n * Y_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * Y_mean_low / (n - ddof)
    factor_4 = -grad_Z_mean_low + factor_3
    factor_5 = gamma * factor
    factor_5_rounded = factor_5.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    grad_Z_mean__tile = _tile(grad_Z_mean, blocks)
    Y_mean__tile = _tile(Y_mean, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    factor_4_rounded__tile = _tile(factor_4_rounded, blocks)
    factor_5_rounded__tile = _tile(factor_5_rounded, blocks)
    buffers = np.empty((1, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Z[rows], grad_Z_mean__tile[:height], out=grad_Y[rows])
        np.subtract(Y[rows], Y_mean__tile[:height], out=buffers[0, :height])
        np.multiply(buffers[0, :height], factor_2_rounded__tile[:height], out=buffers[0, :height])
        np.add(grad_Y[rows], buffers[0, :height], out=grad_Y[rows])
        np.add(grad_Y[rows], factor_4_rounded__tile[:height], out=grad_Y[rows])
        np.multiply(grad_Y[rows], factor_5_rounded__tile[:height], out=grad_Y[rows])
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
    if X.size <= SMALL and W.size <= SMALL and grad_Z.size <= SMALL:
        np.copyto(
            grad_W, _grad_W_whole(X, W, gamma, grad_Z, eps, ddof, np.float64, np.float64)[0], casting="same_kind",
        )
        return grad_W
    wide = np.float64
    work = dtype
    product = np.matmul(X, W.T)
    product_guess = _guess(product)
    grad_Z_guess = _guess(grad_Z)
    product_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    grad_Z_excess = np.zeros(m, wide)
    total_2 = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    product_guess__tile = _tile(product_guess, blocks)
    grad_Z_guess__tile = _tile(grad_Z_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(product[rows], product_guess__tile[:height], out=buffers[0, :height])
        product_excess += ones[:height] @ buffers[0, :height]
        total += np.einsum("ij,ij->j", buffers[0, :height], buffers[0, :height])
        np.subtract(grad_Z[rows], grad_Z_guess__tile[:height], out=buffers[1, :height])
        grad_Z_excess += ones[:height] @ buffers[1, :height]
        total_2 += np.einsum("ij,ij->j", buffers[0, :height], buffers[1, :height])
    product_rest = product_excess / n
    product_mean = (product_guess + product_rest).astype(work)
    product_mean_low = product_guess - product_mean + product_rest
    moment = total - n * product_rest * product_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    grad_Z_rest = grad_Z_excess / n
    grad_Z_mean = (grad_Z_guess + grad_Z_rest).astype(work)
    grad_Z_mean_low = grad_Z_guess - grad_Z_mean + grad_Z_rest
    moment_2 = total_2 - n * product_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * product_mean_low / (n - ddof)
    factor_4 = -grad_Z_mean_low + factor_3
    factor_5 = gamma * factor
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    matrix = product
    grad_Z_mean__tile = _tile(grad_Z_mean, blocks)
    product_mean__tile = _tile(product_mean, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    factor_4_rounded__tile = _tile(factor_4_rounded, blocks)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Z[rows], grad_Z_mean__tile[:height], out=buffers[0, :height])
        np.subtract(product[rows], product_mean__tile[:height], out=buffers[1, :height])
        np.multiply(buffers[1, :height], factor_2_rounded__tile[:height], out=buffers[1, :height])
        np.add(buffers[0, :height], buffers[1, :height], out=buffers[0, :height])
        np.add(buffers[0, :height], factor_4_rounded__tile[:height], out=buffers[0, :height])
        np.copyto(matrix[rows], buffers[0, :height])
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
    if X.size <= SMALL and W.size <= SMALL and grad_Z.size <= SMALL:
        np.copyto(
            grad_X, _grad_X_whole(X, W, gamma, grad_Z, eps, ddof, np.float64, np.float64)[0], casting="same_kind",
        )
        return grad_X
    wide = np.float64
    work = dtype
    product = np.matmul(X, W.T)
    grad_Z_guess = _guess(grad_Z)
    product_guess = _guess(product)
    grad_Z_excess = np.zeros(m, wide)
    product_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    total_2 = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    grad_Z_guess__tile = _tile(grad_Z_guess, blocks)
    product_guess__tile = _tile(product_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Z[rows], grad_Z_guess__tile[:height], out=buffers[0, :height])
        grad_Z_excess += ones[:height] @ buffers[0, :height]
        np.subtract(product[rows], product_guess__tile[:height], out=buffers[1, :height])
        product_excess += ones[:height] @ buffers[1, :height]
        total += np.einsum("ij,ij->j", buffers[1, :height], buffers[1, :height])
        total_2 += np.einsum("ij,ij->j", buffers[1, :height], buffers[0, :height])
    grad_Z_rest = grad_Z_excess / n
    grad_Z_mean = (grad_Z_guess + grad_Z_rest).astype(work)
    grad_Z_mean_low = grad_Z_guess - grad_Z_mean + grad_Z_rest
    product_rest = product_excess / n
    product_mean = (product_guess + product_rest).astype(work)
    product_mean_low = product_guess - product_mean + product_rest
    moment = total - n * product_rest * product_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    moment_2 = total_2 - n * product_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * product_mean_low / (n - ddof)
    factor_4 = -grad_Z_mean_low + factor_3
    factor_5 = factor * gamma
    factor_5_rounded = factor_5.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    matrix = product
    grad_Z_mean__tile = _tile(grad_Z_mean, blocks)
    product_mean__tile = _tile(product_mean, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    factor_4_rounded__tile = _tile(factor_4_rounded, blocks)
    factor_5_rounded__tile = _tile(factor_5_rounded, blocks)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Z[rows], grad_Z_mean__tile[:height], out=buffers[0, :height])
        np.subtract(product[rows], product_mean__tile[:height], out=buffers[1, :height])
        np.multiply(buffers[1, :height], factor_2_rounded__tile[:height], out=buffers[1, :height])
        np.add(buffers[0, :height], buffers[1, :height], out=buffers[0, :height])
        np.add(buffers[0, :height], factor_4_rounded__tile[:height], out=buffers[0, :height])
        np.multiply(buffers[0, :height], factor_5_rounded__tile[:height], out=buffers[0, :height])
        np.copyto(matrix[rows], buffers[0, :height])
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
    if Y.size <= SMALL and grad_Z.size <= SMALL:
        for target, value in zip(
            (grad_Y, grad_gamma, grad_beta), _backward_whole(Y, gamma, grad_Z, eps, ddof, np.float64, np.float64),
            strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return grad_Y, grad_gamma, grad_beta
    wide = np.float64
    work = dtype
    grad_Z_guess = _guess(grad_Z)
    Y_guess = _guess(Y)
    grad_Z_excess = np.zeros(m, wide)
    Y_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    total_2 = np.zeros(m, wide)
    grad_beta_total = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    grad_Z_guess__tile = _tile(grad_Z_guess, blocks)
    Y_guess__tile = _tile(Y_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Z[rows], grad_Z_guess__tile[:height], out=buffers[0, :height])
        grad_Z_excess += ones[:height] @ buffers[0, :height]
        np.subtract(Y[rows], Y_guess__tile[:height], out=buffers[1, :height])
        Y_excess += ones[:height] @ buffers[1, :height]
        total += np.einsum("ij,ij->j", buffers[1, :height], buffers[1, :height])
        total_2 += np.einsum("ij,ij->j", buffers[1, :height], buffers[0, :height])
        grad_beta_total += ones[:height] @ grad_Z[rows]
    grad_beta[...] = grad_beta_total
    grad_Z_rest = grad_Z_excess / n
    grad_Z_mean = (grad_Z_guess + grad_Z_rest).astype(work)
    grad_Z_mean_low = grad_Z_guess - grad_Z_mean + grad_Z_rest
    Y_rest = Y_excess / n
    Y_mean = (Y_guess + Y_rest).astype(work)
    Y_mean_low = Y_guess - Y_mean + Y_rest
    moment = total - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    moment_2 = total_2 - n * Y_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * Y_mean_low / (n - ddof)
    factor_4 = -grad_Z_mean_low + factor_3
    factor_5 = gamma * factor
    grad_gamma[...] = factor * moment_2
    factor_5_rounded = factor_5.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    grad_Z_mean__tile = _tile(grad_Z_mean, blocks)
    Y_mean__tile = _tile(Y_mean, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    factor_4_rounded__tile = _tile(factor_4_rounded, blocks)
    factor_5_rounded__tile = _tile(factor_5_rounded, blocks)
    buffers = np.empty((1, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Z[rows], grad_Z_mean__tile[:height], out=grad_Y[rows])
        np.subtract(Y[rows], Y_mean__tile[:height], out=buffers[0, :height])
        np.multiply(buffers[0, :height], factor_2_rounded__tile[:height], out=buffers[0, :height])
        np.add(grad_Y[rows], buffers[0, :height], out=grad_Y[rows])
        np.add(grad_Y[rows], factor_4_rounded__tile[:height], out=grad_Y[rows])
        np.multiply(grad_Y[rows], factor_5_rounded__tile[:height], out=grad_Y[rows])
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
    if X.size <= SMALL and W.size <= SMALL and grad_Z.size <= SMALL:
        for target, value in zip(
            (grad_W, grad_X), _backward_weights_whole(X, W, gamma, grad_Z, eps, ddof, np.float64, np.float64),
            strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return grad_W, grad_X
    wide = np.float64
    work = dtype
    product = np.matmul(X, W.T)
    product_guess = _guess(product)
    grad_Z_guess = _guess(grad_Z)
    product_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    grad_Z_excess = np.zeros(m, wide)
    total_2 = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    product_guess__tile = _tile(product_guess, blocks)
    grad_Z_guess__tile = _tile(grad_Z_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(product[rows], product_guess__tile[:height], out=buffers[0, :height])
        product_excess += ones[:height] @ buffers[0, :height]
        total += np.einsum("ij,ij->j", buffers[0, :height], buffers[0, :height])
        np.subtract(grad_Z[rows], grad_Z_guess__tile[:height], out=buffers[1, :height])
        grad_Z_excess += ones[:height] @ buffers[1, :height]
        total_2 += np.einsum("ij,ij->j", buffers[0, :height], buffers[1, :height])
    product_rest = product_excess / n
    product_mean = (product_guess + product_rest).astype(work)
    product_mean_low = product_guess - product_mean + product_rest
    moment = total - n * product_rest * product_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    grad_Z_rest = grad_Z_excess / n
    grad_Z_mean = (grad_Z_guess + grad_Z_rest).astype(work)
    grad_Z_mean_low = grad_Z_guess - grad_Z_mean + grad_Z_rest
    moment_2 = total_2 - n * product_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * product_mean_low / (n - ddof)
    factor_4 = -grad_Z_mean_low + factor_3
    factor_5 = gamma * factor
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    factor_5_rounded = factor_5.astype(work)
    matrix = product
    matrix_2 = np.empty((n, m), work)
    grad_Z_mean__tile = _tile(grad_Z_mean, blocks)
    product_mean__tile = _tile(product_mean, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    factor_4_rounded__tile = _tile(factor_4_rounded, blocks)
    factor_5_rounded__tile = _tile(factor_5_rounded, blocks)
    buffers = np.empty((3, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(grad_Z[rows], grad_Z_mean__tile[:height], out=buffers[0, :height])
        np.subtract(product[rows], product_mean__tile[:height], out=buffers[1, :height])
        np.multiply(buffers[1, :height], factor_2_rounded__tile[:height], out=buffers[1, :height])
        np.add(buffers[0, :height], buffers[1, :height], out=buffers[0, :height])
        np.add(buffers[0, :height], factor_4_rounded__tile[:height], out=buffers[0, :height])
        np.subtract(grad_Z[rows], grad_Z_mean__tile[:height], out=matrix_2[rows])
        np.subtract(product[rows], product_mean__tile[:height], out=buffers[2, :height])
        np.multiply(buffers[2, :height], factor_2_rounded__tile[:height], out=buffers[2, :height])
        np.add(matrix_2[rows], buffers[2, :height], out=matrix_2[rows])
        np.add(matrix_2[rows], factor_4_rounded__tile[:height], out=matrix_2[rows])
        np.multiply(matrix_2[rows], factor_5_rounded__tile[:height], out=matrix_2[rows])
        np.copyto(matrix[rows], buffers[0, :height])
    product_2 = np.matmul(matrix.T, X)
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
    if Y.size <= SMALL and grad_Z.size <= SMALL:
        for target, value in zip(
            (Z, grad_Y, grad_gamma, grad_beta),
            _forward_backward_whole(Y, gamma, beta, grad_Z, eps, ddof, np.float64, np.float64), strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return Z, grad_Y, grad_gamma, grad_beta
    wide = np.float64
    work = dtype
    Y_guess = _guess(Y)
    grad_Z_guess = _guess(grad_Z)
    Y_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    grad_Z_excess = np.zeros(m, wide)
    total_2 = np.zeros(m, wide)
    grad_beta_total = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    Y_guess__tile = _tile(Y_guess, blocks)
    grad_Z_guess__tile = _tile(grad_Z_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(Y[rows], Y_guess__tile[:height], out=buffers[0, :height])
        Y_excess += ones[:height] @ buffers[0, :height]
        total += np.einsum("ij,ij->j", buffers[0, :height], buffers[0, :height])
        np.subtract(grad_Z[rows], grad_Z_guess__tile[:height], out=buffers[1, :height])
        grad_Z_excess += ones[:height] @ buffers[1, :height]
        total_2 += np.einsum("ij,ij->j", buffers[0, :height], buffers[1, :height])
        grad_beta_total += ones[:height] @ grad_Z[rows]
    grad_beta[...] = grad_beta_total
    Y_rest = Y_excess / n
    Y_mean = (Y_guess + Y_rest).astype(work)
    Y_mean_low = Y_guess - Y_mean + Y_rest
    moment = total - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    factor_2 = factor * gamma
    factor_3 = -factor * gamma * Y_mean_low
    factor_4 = factor_3 + beta
    grad_Z_rest = grad_Z_excess / n
    grad_Z_mean = (grad_Z_guess + grad_Z_rest).astype(work)
    grad_Z_mean_low = grad_Z_guess - grad_Z_mean + grad_Z_rest
    moment_2 = total_2 - n * Y_rest * grad_Z_rest
    factor_5 = -factor * factor * moment_2 / (n - ddof)
    factor_6 = factor * factor * moment_2 * Y_mean_low / (n - ddof)
    factor_7 = -grad_Z_mean_low + factor_6
    grad_gamma[...] = factor * moment_2
    factor_2_rounded = factor_2.astype(work)
    factor_4_rounded = factor_4.astype(work)
    factor_5_rounded = factor_5.astype(work)
    factor_7_rounded = factor_7.astype(work)
    Y_mean__tile = _tile(Y_mean, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    factor_4_rounded__tile = _tile(factor_4_rounded, blocks)
    grad_Z_mean__tile = _tile(grad_Z_mean, blocks)
    factor_5_rounded__tile = _tile(factor_5_rounded, blocks)
    factor_7_rounded__tile = _tile(factor_7_rounded, blocks)
    buffers = np.empty((1, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(Y[rows], Y_mean__tile[:height], out=Z[rows])
        np.multiply(Z[rows], factor_2_rounded__tile[:height], out=Z[rows])
        np.add(Z[rows], factor_4_rounded__tile[:height], out=Z[rows])
        np.subtract(grad_Z[rows], grad_Z_mean__tile[:height], out=grad_Y[rows])
        np.subtract(Y[rows], Y_mean__tile[:height], out=buffers[0, :height])
        np.multiply(buffers[0, :height], factor_5_rounded__tile[:height], out=buffers[0, :height])
        np.add(grad_Y[rows], buffers[0, :height], out=grad_Y[rows])
        np.add(grad_Y[rows], factor_7_rounded__tile[:height], out=grad_Y[rows])
        np.multiply(grad_Y[rows], factor_2_rounded__tile[:height], out=grad_Y[rows])
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
    if Y.size <= SMALL and grad_Y_hat.size <= SMALL:
        for target, value in zip(
            (Y_hat, grad_Y), _forward_backward_normalised_whole(Y, grad_Y_hat, eps, ddof, np.float64, np.float64),
            strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return Y_hat, grad_Y
    wide = np.float64
    work = dtype
    Y_guess = _guess(Y)
    grad_Y_hat_guess = _guess(grad_Y_hat)
    Y_excess = np.zeros(m, wide)
    total = np.zeros(m, wide)
    grad_Y_hat_excess = np.zeros(m, wide)
    total_2 = np.zeros(m, wide)
    blocks = _blocks(n, m, dtype.itemsize)
    Y_guess__tile = _tile(Y_guess, blocks)
    grad_Y_hat_guess__tile = _tile(grad_Y_hat_guess, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((2, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(Y[rows], Y_guess__tile[:height], out=buffers[0, :height])
        Y_excess += ones[:height] @ buffers[0, :height]
        total += np.einsum("ij,ij->j", buffers[0, :height], buffers[0, :height])
        np.subtract(grad_Y_hat[rows], grad_Y_hat_guess__tile[:height], out=buffers[1, :height])
        grad_Y_hat_excess += ones[:height] @ buffers[1, :height]
        total_2 += np.einsum("ij,ij->j", buffers[0, :height], buffers[1, :height])
    Y_rest = Y_excess / n
    Y_mean = (Y_guess + Y_rest).astype(work)
    Y_mean_low = Y_guess - Y_mean + Y_rest
    moment = total - n * Y_rest * Y_rest
    factor = 1.0 / np.sqrt(moment / (n - ddof) + eps)
    factor_2 = -factor * Y_mean_low
    grad_Y_hat_rest = grad_Y_hat_excess / n
    grad_Y_hat_mean = (grad_Y_hat_guess + grad_Y_hat_rest).astype(work)
    grad_Y_hat_mean_low = grad_Y_hat_guess - grad_Y_hat_mean + grad_Y_hat_rest
    moment_2 = total_2 - n * Y_rest * grad_Y_hat_rest
    factor_3 = -factor * factor * moment_2 / (n - ddof)
    factor_4 = factor * factor * moment_2 * Y_mean_low / (n - ddof)
    factor_5 = -grad_Y_hat_mean_low + factor_4
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    factor_3_rounded = factor_3.astype(work)
    factor_5_rounded = factor_5.astype(work)
    Y_mean__tile = _tile(Y_mean, blocks)
    factor_rounded__tile = _tile(factor_rounded, blocks)
    factor_2_rounded__tile = _tile(factor_2_rounded, blocks)
    grad_Y_hat_mean__tile = _tile(grad_Y_hat_mean, blocks)
    factor_3_rounded__tile = _tile(factor_3_rounded, blocks)
    factor_5_rounded__tile = _tile(factor_5_rounded, blocks)
    buffers = np.empty((1, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.subtract(Y[rows], Y_mean__tile[:height], out=Y_hat[rows])
        np.multiply(Y_hat[rows], factor_rounded__tile[:height], out=Y_hat[rows])
        np.add(Y_hat[rows], factor_2_rounded__tile[:height], out=Y_hat[rows])
        np.subtract(grad_Y_hat[rows], grad_Y_hat_mean__tile[:height], out=grad_Y[rows])
        np.subtract(Y[rows], Y_mean__tile[:height], out=buffers[0, :height])
        np.multiply(buffers[0, :height], factor_3_rounded__tile[:height], out=buffers[0, :height])
        np.add(grad_Y[rows], buffers[0, :height], out=grad_Y[rows])
        np.add(grad_Y[rows], factor_5_rounded__tile[:height], out=grad_Y[rows])
        np.multiply(grad_Y[rows], factor_rounded__tile[:height], out=grad_Y[rows])
    return Y_hat, grad_Y
