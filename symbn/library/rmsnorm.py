"""Kernels of derivations/rms_norm.md, “RMS norm”.

NumPy target: arguments are float32 or float64 arrays of any layout and are never written to; out= takes the array (or
the arrays) for the result.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 39101324b13675b40488ed65267669d6b661d61bb9077a058500c2defa7a54bf
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
    total = np.sum(X * X, axis=1, dtype=wide)
    factor = 1.0 / np.sqrt(total / d + eps)
    factor_rounded = factor.astype(work)
    X_hat = factor_rounded[:, None] * X
    return (X_hat,)


def normalise(X: Array, *, eps: float, out: Array | None = None, check_finite: bool = False) -> Array:
    r"""\hat X = R_x^{-1} X

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
    wide = np.float64
    work = dtype
    blocks = _blocks(n, d, dtype.itemsize)
    for rows in blocks:
        total = np.einsum("ij,ij->i", X[rows], X[rows]).astype(wide)
        factor = 1.0 / np.sqrt(total / d + eps)
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(X[rows], factor__column, out=X_hat[rows])
    return X_hat


def _forward_whole(X: Array, gamma: Array, eps: float, work: Any, wide: Any) -> tuple[Array, ...]:
    """`forward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = X.shape[1]
    X = X.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    total = np.sum(X * X, axis=1, dtype=wide)
    factor = 1.0 / np.sqrt(total / d + eps)
    factor_rounded = factor.astype(work)
    Z = factor_rounded[:, None] * gamma * X
    return (Z,)


def forward(X: Array, gamma: Array, *, eps: float, out: Array | None = None, check_finite: bool = False) -> Array:
    r"""Z = \hat X \operatorname{diag}(\gamma)

    eq:forward: as it is defined.

    X : n×d, $X$
    gamma : d×1, $\gamma$, dimensions (d)
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    Returns Z : n×d.
    """
    eps = _number("eps", eps, ">")
    dtype = _dtype(X=X, gamma=gamma)
    n = X.shape[0] if X.ndim == 2 else 0
    d = X.shape[1] if X.ndim == 2 else 0
    if X.shape != (n, d) or gamma.shape != (d,) or n < 1 or d < 1:
        _refuse({"n": 1, "d": 1}, X=(X, ("n", "d")), gamma=(gamma, ("d",)))
    if check_finite:
        _check_finite(X=X, gamma=gamma)
    Z = _output(out, "Z", (n, d), dtype, X=X, gamma=gamma)
    wide = np.float64
    work = dtype
    blocks = _blocks(n, d, dtype.itemsize)
    gamma__tile = _tile(gamma, blocks)
    for rows in blocks:
        height = rows.stop - rows.start
        total = np.einsum("ij,ij->i", X[rows], X[rows]).astype(wide)
        factor = 1.0 / np.sqrt(total / d + eps)
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(X[rows], factor__column, out=Z[rows])
        np.multiply(Z[rows], gamma__tile[:height], out=Z[rows])
    return Z


def _backward_whole(X: Array, gamma: Array, grad_Z: Array, eps: float, work: Any, wide: Any) -> tuple[Array, ...]:
    """`backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = X.shape[1]
    X = X.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    total = np.sum(X * X, axis=1, dtype=wide)
    factor = 1.0 / np.sqrt(total / d + eps)
    total_2 = np.sum(gamma * grad_Z * X, axis=1, dtype=wide)
    factor_2 = -factor * total_2 * factor / d
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    grad_X = factor_rounded[:, None] * (gamma * grad_Z + factor_2_rounded[:, None] * X)
    grad_gamma = np.sum(factor[:, None] * X * grad_Z, axis=0, dtype=wide)
    return (grad_X, grad_gamma,)


def backward(
    X: Array, gamma: Array, grad_Z: Array, *, eps: float, out: tuple[Array | None, Array | None] | None = None,
    check_finite: bool = False,
) -> tuple[Array, Array]:
    r"""\nabla_X L(Z) = R_x^{-1} \left( \hat H - \frac{1}{d} \operatorname{diag}(\operatorname{diag}(\hat H \hat
    X^\top)) \hat X \right)

    eq:grad-X: proved.

    \nabla_\gamma L(Z) = \operatorname{diag}(\hat X^\top H)

    eq:grad-gamma: proved.

    X : n×d, $X$
    gamma : d×1, $\gamma$, dimensions (d)
    grad_Z : n×d, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    Returns grad_X : n×d; grad_gamma : d.
    """
    eps = _number("eps", eps, ">")
    dtype = _dtype(X=X, gamma=gamma, grad_Z=grad_Z)
    n = X.shape[0] if X.ndim == 2 else 0
    d = X.shape[1] if X.ndim == 2 else 0
    if X.shape != (n, d) or gamma.shape != (d,) or grad_Z.shape != (n, d) or n < 1 or d < 1:
        _refuse({"n": 1, "d": 1}, X=(X, ("n", "d")), gamma=(gamma, ("d",)), grad_Z=(grad_Z, ("n", "d")))
    if check_finite:
        _check_finite(X=X, gamma=gamma, grad_Z=grad_Z)
    given = _outputs(out, 2)
    grad_X = _output(given[0], "grad_X", (n, d), dtype, X=X, gamma=gamma, grad_Z=grad_Z)
    grad_gamma = _output(given[1], "grad_gamma", (d,), dtype, X=X, gamma=gamma, grad_Z=grad_Z, grad_X=grad_X)
    wide = np.float64
    work = dtype
    grad_gamma_total = np.zeros(d, wide)
    blocks = _blocks(n, d, dtype.itemsize)
    gamma__tile = _tile(gamma, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((3, blocks[0].stop, d), work)
    for rows in blocks:
        height = rows.stop - rows.start
        total = np.einsum("ij,ij->i", X[rows], X[rows]).astype(wide)
        np.multiply(grad_Z[rows], X[rows], out=buffers[0, :height])
        np.multiply(buffers[0, :height], gamma__tile[:height], out=buffers[0, :height])
        total_2 = np.sum(buffers[0, :height], axis=1).astype(wide)
        factor = 1.0 / np.sqrt(total / d + eps)
        factor_2 = -factor * total_2 * factor / d
        np.multiply(X[rows], grad_Z[rows], out=buffers[1, :height])
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(buffers[1, :height], factor__column, out=buffers[1, :height])
        grad_gamma_total += ones[:height] @ buffers[1, :height]
        np.multiply(grad_Z[rows], gamma__tile[:height], out=grad_X[rows])
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        np.multiply(X[rows], factor_2__column, out=buffers[2, :height])
        np.add(grad_X[rows], buffers[2, :height], out=grad_X[rows])
        np.multiply(grad_X[rows], factor__column, out=grad_X[rows])
    grad_gamma[...] = grad_gamma_total
    return grad_X, grad_gamma


def _forward_backward_whole(
    X: Array, gamma: Array, grad_Z: Array, eps: float, work: Any, wide: Any,
) -> tuple[Array, ...]:
    """`forward_backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = X.shape[1]
    X = X.astype(work, copy=False)
    gamma = gamma.astype(work, copy=False)
    grad_Z = grad_Z.astype(work, copy=False)
    total = np.sum(X * X, axis=1, dtype=wide)
    factor = 1.0 / np.sqrt(total / d + eps)
    factor_rounded = factor.astype(work)
    Z = factor_rounded[:, None] * gamma * X
    total_2 = np.sum(gamma * grad_Z * X, axis=1, dtype=wide)
    factor_2 = -factor * total_2 * factor / d
    factor_2_rounded = factor_2.astype(work)
    grad_X = factor_rounded[:, None] * (gamma * grad_Z + factor_2_rounded[:, None] * X)
    grad_gamma = np.sum(factor[:, None] * X * grad_Z, axis=0, dtype=wide)
    return (Z, grad_X, grad_gamma,)


def forward_backward(
    X: Array, gamma: Array, grad_Z: Array, *, eps: float,
    out: tuple[Array | None, Array | None, Array | None] | None = None, check_finite: bool = False,
) -> tuple[Array, Array, Array]:
    r"""Z = \hat X \operatorname{diag}(\gamma)

    eq:forward: as it is defined.

    \nabla_X L(Z) = R_x^{-1} \left( \hat H - \frac{1}{d} \operatorname{diag}(\operatorname{diag}(\hat H \hat
    X^\top)) \hat X \right)

    eq:grad-X: proved.

    \nabla_\gamma L(Z) = \operatorname{diag}(\hat X^\top H)

    eq:grad-gamma: proved.

    X : n×d, $X$
    gamma : d×1, $\gamma$, dimensions (d)
    grad_Z : n×d, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    Returns Z : n×d; grad_X : n×d; grad_gamma : d.
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
    Z = _output(given[0], "Z", (n, d), dtype, X=X, gamma=gamma, grad_Z=grad_Z)
    grad_X = _output(given[1], "grad_X", (n, d), dtype, X=X, gamma=gamma, grad_Z=grad_Z, Z=Z)
    grad_gamma = _output(given[2], "grad_gamma", (d,), dtype, X=X, gamma=gamma, grad_Z=grad_Z, Z=Z, grad_X=grad_X)
    wide = np.float64
    work = dtype
    grad_gamma_total = np.zeros(d, wide)
    blocks = _blocks(n, d, dtype.itemsize)
    gamma__tile = _tile(gamma, blocks)
    ones = np.ones(blocks[0].stop, work)
    buffers = np.empty((3, blocks[0].stop, d), work)
    for rows in blocks:
        height = rows.stop - rows.start
        total = np.einsum("ij,ij->i", X[rows], X[rows]).astype(wide)
        np.multiply(grad_Z[rows], X[rows], out=buffers[0, :height])
        np.multiply(buffers[0, :height], gamma__tile[:height], out=buffers[0, :height])
        total_2 = np.sum(buffers[0, :height], axis=1).astype(wide)
        factor = 1.0 / np.sqrt(total / d + eps)
        factor_2 = -factor * total_2 * factor / d
        np.multiply(X[rows], grad_Z[rows], out=buffers[1, :height])
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(buffers[1, :height], factor__column, out=buffers[1, :height])
        grad_gamma_total += ones[:height] @ buffers[1, :height]
        np.multiply(X[rows], factor__column, out=Z[rows])
        np.multiply(Z[rows], gamma__tile[:height], out=Z[rows])
        np.multiply(grad_Z[rows], gamma__tile[:height], out=grad_X[rows])
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        np.multiply(X[rows], factor_2__column, out=buffers[2, :height])
        np.add(grad_X[rows], buffers[2, :height], out=grad_X[rows])
        np.multiply(grad_X[rows], factor__column, out=grad_X[rows])
    grad_gamma[...] = grad_gamma_total
    return Z, grad_X, grad_gamma
