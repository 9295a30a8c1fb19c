"""Kernels of derivations/layer_norm.md, “Layer norm”.

NumPy target: arguments are float32 or float64 arrays of any layout and are never written to; out= takes the array (or
the arrays) for the result.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 060307274d5925a23f4f5c0e85adbed33aab3b88801b4e52ab0d2011b57b4969
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


def _row_guess(x: Array) -> Array:
    """About the mean of each row: of up to 32 entries spread evenly, without the least and the greatest."""
    columns = x[:, :: -(-x.shape[1] // 32)]
    shifted = columns - columns[:, :1]
    total: Array = shifted.sum(axis=1)
    count = columns.shape[1]
    if count > 2:
        total = total - shifted.max(axis=1) - shifted.min(axis=1)
    guess: Array = columns[:, 0] + total / max(count - 2 * (count > 2), 1)
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
    if X.size <= SMALL:
        np.copyto(X_hat, _normalise_whole(X, eps, np.float64, np.float64)[0], casting="same_kind")
        return X_hat
    wide = np.float64
    work = dtype
    blocks = _blocks(n, d, dtype.itemsize)
    buffers = np.empty((1, blocks[0].stop, d), work)
    for rows in blocks:
        height = rows.stop - rows.start
        X_guess = _row_guess(X[rows])
        X_guess__column = X_guess.astype(work, copy=False)[:, None]
        np.subtract(X[rows], X_guess__column, out=buffers[0, :height])
        X_excess = np.sum(buffers[0, :height], axis=1).astype(wide)
        total = np.einsum("ij,ij->i", buffers[0, :height], buffers[0, :height]).astype(wide)
        X_rest = X_excess / d
        X_mean = (X_guess + X_rest).astype(work)
        X_mean_low = X_guess - X_mean + X_rest
        moment = total - d * X_rest * X_rest
        factor = 1.0 / np.sqrt(moment / d + eps)
        factor_2 = -factor * X_mean_low
        X_mean__column = X_mean.astype(work, copy=False)[:, None]
        np.subtract(X[rows], X_mean__column, out=X_hat[rows])
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(X_hat[rows], factor__column, out=X_hat[rows])
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        np.add(X_hat[rows], factor_2__column, out=X_hat[rows])
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
    if X.size <= SMALL:
        np.copyto(Z, _forward_whole(X, gamma, beta, eps, np.float64, np.float64)[0], casting="same_kind")
        return Z
    wide = np.float64
    work = dtype
    factor_3 = -gamma
    blocks = _blocks(n, d, dtype.itemsize)
    gamma__tile = _tile(gamma, blocks)
    factor_3__tile = _tile(factor_3, blocks)
    beta__tile = _tile(beta, blocks)
    buffers = np.empty((2, blocks[0].stop, d), work)
    for rows in blocks:
        height = rows.stop - rows.start
        X_guess = _row_guess(X[rows])
        X_guess__column = X_guess.astype(work, copy=False)[:, None]
        np.subtract(X[rows], X_guess__column, out=buffers[0, :height])
        X_excess = np.sum(buffers[0, :height], axis=1).astype(wide)
        total = np.einsum("ij,ij->i", buffers[0, :height], buffers[0, :height]).astype(wide)
        X_rest = X_excess / d
        X_mean = (X_guess + X_rest).astype(work)
        X_mean_low = X_guess - X_mean + X_rest
        moment = total - d * X_rest * X_rest
        factor = 1.0 / np.sqrt(moment / d + eps)
        factor_2 = factor * X_mean_low
        X_mean__column = X_mean.astype(work, copy=False)[:, None]
        np.subtract(X[rows], X_mean__column, out=Z[rows])
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(Z[rows], factor__column, out=Z[rows])
        np.multiply(Z[rows], gamma__tile[:height], out=Z[rows])
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        buffers[1, :height][...] = factor_2__column
        np.multiply(buffers[1, :height], factor_3__tile[:height], out=buffers[1, :height])
        np.add(Z[rows], buffers[1, :height], out=Z[rows])
        np.add(Z[rows], beta__tile[:height], out=Z[rows])
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
    if X.size <= SMALL and grad_Z.size <= SMALL:
        for target, value in zip(
            (grad_X, grad_gamma, grad_beta), _backward_whole(X, gamma, grad_Z, eps, np.float64, np.float64),
            strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return grad_X, grad_gamma, grad_beta
    wide = np.float64
    work = dtype
    grad_gamma_total = np.zeros(d, wide)
    grad_beta_total = np.zeros(d, wide)
    blocks = _blocks(n, d, dtype.itemsize)
    gamma__tile = _tile(gamma, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((5, blocks[0].stop, d), work)
    for rows in blocks:
        height = rows.stop - rows.start
        X_guess = _row_guess(X[rows])
        np.multiply(grad_Z[rows], gamma__tile[:height], out=buffers[0, :height])
        matrix_guess = _row_guess(buffers[0, :height])
        X_guess__column = X_guess.astype(work, copy=False)[:, None]
        np.subtract(X[rows], X_guess__column, out=buffers[1, :height])
        X_excess = np.sum(buffers[1, :height], axis=1).astype(wide)
        total = np.einsum("ij,ij->i", buffers[1, :height], buffers[1, :height]).astype(wide)
        matrix_guess__column = matrix_guess.astype(work, copy=False)[:, None]
        np.subtract(buffers[0, :height], matrix_guess__column, out=buffers[2, :height])
        matrix_excess = np.sum(buffers[2, :height], axis=1).astype(wide)
        total_2 = np.einsum("ij,ij->i", buffers[1, :height], buffers[2, :height]).astype(wide)
        X_rest = X_excess / d
        X_mean = (X_guess + X_rest).astype(work)
        X_mean_low = X_guess - X_mean + X_rest
        moment = total - d * X_rest * X_rest
        factor = 1.0 / np.sqrt(moment / d + eps)
        matrix_rest = matrix_excess / d
        matrix_mean = (matrix_guess + matrix_rest).astype(work)
        matrix_mean_low = matrix_guess - matrix_mean + matrix_rest
        moment_2 = total_2 - d * X_rest * matrix_rest
        factor_2 = -factor * moment_2 * factor / d
        factor_3 = factor * moment_2 * factor * X_mean_low / d
        factor_4 = -matrix_mean_low + factor_3
        X_mean__column = X_mean.astype(work, copy=False)[:, None]
        np.subtract(X[rows], X_mean__column, out=buffers[3, :height])
        X_mean_low__column = X_mean_low.astype(work, copy=False)[:, None]
        np.subtract(buffers[3, :height], X_mean_low__column, out=buffers[3, :height])
        np.multiply(buffers[3, :height], grad_Z[rows], out=buffers[3, :height])
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(buffers[3, :height], factor__column, out=buffers[3, :height])
        grad_gamma_total += ones[:height] @ buffers[3, :height]
        grad_beta_total += ones[:height] @ grad_Z[rows]
        matrix_mean__column = matrix_mean.astype(work, copy=False)[:, None]
        np.subtract(buffers[0, :height], matrix_mean__column, out=grad_X[rows])
        np.subtract(X[rows], X_mean__column, out=buffers[4, :height])
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        np.multiply(buffers[4, :height], factor_2__column, out=buffers[4, :height])
        np.add(grad_X[rows], buffers[4, :height], out=grad_X[rows])
        factor_4__column = factor_4.astype(work, copy=False)[:, None]
        np.add(grad_X[rows], factor_4__column, out=grad_X[rows])
        np.multiply(grad_X[rows], factor__column, out=grad_X[rows])
    grad_gamma[...] = grad_gamma_total
    grad_beta[...] = grad_beta_total
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
    if X.size <= SMALL and grad_Z.size <= SMALL:
        for target, value in zip(
            (Z, grad_X, grad_gamma, grad_beta),
            _forward_backward_whole(X, gamma, beta, grad_Z, eps, np.float64, np.float64), strict=True,
        ):
            np.copyto(target, value, casting="same_kind")
        return Z, grad_X, grad_gamma, grad_beta
    wide = np.float64
    work = dtype
    factor_3 = -gamma
    grad_gamma_total = np.zeros(d, wide)
    grad_beta_total = np.zeros(d, wide)
    blocks = _blocks(n, d, dtype.itemsize)
    gamma__tile = _tile(gamma, blocks)
    factor_3__tile = _tile(factor_3, blocks)
    beta__tile = _tile(beta, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((6, blocks[0].stop, d), work)
    for rows in blocks:
        height = rows.stop - rows.start
        X_guess = _row_guess(X[rows])
        np.multiply(grad_Z[rows], gamma__tile[:height], out=buffers[0, :height])
        matrix_guess = _row_guess(buffers[0, :height])
        X_guess__column = X_guess.astype(work, copy=False)[:, None]
        np.subtract(X[rows], X_guess__column, out=buffers[1, :height])
        X_excess = np.sum(buffers[1, :height], axis=1).astype(wide)
        total = np.einsum("ij,ij->i", buffers[1, :height], buffers[1, :height]).astype(wide)
        matrix_guess__column = matrix_guess.astype(work, copy=False)[:, None]
        np.subtract(buffers[0, :height], matrix_guess__column, out=buffers[2, :height])
        matrix_excess = np.sum(buffers[2, :height], axis=1).astype(wide)
        total_2 = np.einsum("ij,ij->i", buffers[1, :height], buffers[2, :height]).astype(wide)
        X_rest = X_excess / d
        X_mean = (X_guess + X_rest).astype(work)
        X_mean_low = X_guess - X_mean + X_rest
        moment = total - d * X_rest * X_rest
        factor = 1.0 / np.sqrt(moment / d + eps)
        factor_2 = factor * X_mean_low
        matrix_rest = matrix_excess / d
        matrix_mean = (matrix_guess + matrix_rest).astype(work)
        matrix_mean_low = matrix_guess - matrix_mean + matrix_rest
        moment_2 = total_2 - d * X_rest * matrix_rest
        factor_4 = -factor * moment_2 * factor / d
        factor_5 = factor * moment_2 * factor * X_mean_low / d
        factor_6 = -matrix_mean_low + factor_5
        X_mean__column = X_mean.astype(work, copy=False)[:, None]
        np.subtract(X[rows], X_mean__column, out=buffers[3, :height])
        X_mean_low__column = X_mean_low.astype(work, copy=False)[:, None]
        np.subtract(buffers[3, :height], X_mean_low__column, out=buffers[3, :height])
        np.multiply(buffers[3, :height], grad_Z[rows], out=buffers[3, :height])
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(buffers[3, :height], factor__column, out=buffers[3, :height])
        grad_gamma_total += ones[:height] @ buffers[3, :height]
        grad_beta_total += ones[:height] @ grad_Z[rows]
        np.subtract(X[rows], X_mean__column, out=Z[rows])
        np.multiply(Z[rows], factor__column, out=Z[rows])
        np.multiply(Z[rows], gamma__tile[:height], out=Z[rows])
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        buffers[4, :height][...] = factor_2__column
        np.multiply(buffers[4, :height], factor_3__tile[:height], out=buffers[4, :height])
        np.add(Z[rows], buffers[4, :height], out=Z[rows])
        np.add(Z[rows], beta__tile[:height], out=Z[rows])
        matrix_mean__column = matrix_mean.astype(work, copy=False)[:, None]
        np.subtract(buffers[0, :height], matrix_mean__column, out=grad_X[rows])
        np.subtract(X[rows], X_mean__column, out=buffers[5, :height])
        factor_4__column = factor_4.astype(work, copy=False)[:, None]
        np.multiply(buffers[5, :height], factor_4__column, out=buffers[5, :height])
        np.add(grad_X[rows], buffers[5, :height], out=grad_X[rows])
        factor_6__column = factor_6.astype(work, copy=False)[:, None]
        np.add(grad_X[rows], factor_6__column, out=grad_X[rows])
        np.multiply(grad_X[rows], factor__column, out=grad_X[rows])
    grad_gamma[...] = grad_gamma_total
    grad_beta[...] = grad_beta_total
    return Z, grad_X, grad_gamma, grad_beta
