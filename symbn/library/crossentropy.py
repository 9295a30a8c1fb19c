"""Kernels of derivations/cross_entropy_layer.md, “Softmax with cross entropy as it is computed”.

NumPy target: arguments are float32 or float64 arrays of any layout and are never written to; out= takes the array (or
the arrays) for the result.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 0bf3ae69f7e9561e4c97368e39c27bb2037fea7fa2a033a6695f57ef49ce502f
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
    "forward_backward",
    "loss",
    "softmax",
    "softmax_backward",
]


def _softmax_whole(Z: Array, work: Any, wide: Any) -> tuple[Array, ...]:
    """`softmax` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    Z = Z.astype(work, copy=False)
    Z_max = np.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = np.exp(Z_shifted)
    Z_total = np.sum(Z_weights, axis=1, dtype=wide)
    factor = 1.0 / Z_total
    factor_rounded = factor.astype(work)
    P = Z_weights * factor_rounded[:, None]
    return (P,)


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
    wide = np.float64
    work = dtype
    blocks = _blocks(n, k, dtype.itemsize)
    buffers = np.empty((2, blocks[0].stop, k), work)
    for rows in blocks:
        height = rows.stop - rows.start
        Z_max = np.max(Z[rows], axis=1)
        Z_max__column = Z_max.astype(work, copy=False)[:, None]
        np.subtract(Z[rows], Z_max__column, out=buffers[1, :height])
        np.exp(buffers[1, :height], out=buffers[0, :height])
        Z_total = np.sum(buffers[0, :height], axis=1).astype(wide)
        factor = 1.0 / Z_total
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(buffers[0, :height], factor__column, out=P[rows])
    return P


def _loss_whole(Z: Array, T: Array, work: Any, wide: Any) -> tuple[Array, ...]:
    """`loss` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Z.shape[0]
    Z = Z.astype(work, copy=False)
    T = T.astype(work, copy=False)
    Z_max = np.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = np.exp(Z_shifted)
    Z_total = np.sum(Z_weights, axis=1, dtype=wide)
    factor = np.log(Z_total)
    total = np.sum(T * (Z_shifted - factor[:, None]), axis=1, dtype=wide)
    total_2 = np.sum(total, axis=0, dtype=wide)
    ell = -total_2 / n
    return (ell,)


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
    blocks = _blocks(n, k, dtype.itemsize)
    buffers = np.empty((3, blocks[0].stop, k), work)
    for rows in blocks:
        height = rows.stop - rows.start
        Z_max = np.max(Z[rows], axis=1)
        Z_max__column = Z_max.astype(work, copy=False)[:, None]
        np.subtract(Z[rows], Z_max__column, out=buffers[1, :height])
        np.exp(buffers[1, :height], out=buffers[0, :height])
        Z_total = np.sum(buffers[0, :height], axis=1).astype(wide)
        factor = np.log(Z_total)
        factor__column = factor.astype(work, copy=False)[:, None]
        np.subtract(buffers[1, :height], factor__column, out=buffers[2, :height])
        total__rows = np.einsum("ij,ij->i", T[rows], buffers[2, :height]).astype(wide)
        total[rows] = total__rows
    total_rounded = total.astype(work)
    total_2 = np.sum(total_rounded, axis=0, dtype=wide)
    ell[...] = -total_2 / n
    return ell


def _softmax_backward_whole(Z: Array, grad_P: Array, work: Any, wide: Any) -> tuple[Array, ...]:
    """`softmax_backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    Z = Z.astype(work, copy=False)
    grad_P = grad_P.astype(work, copy=False)
    Z_max = np.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = np.exp(Z_shifted)
    Z_total = np.sum(Z_weights, axis=1, dtype=wide)
    factor = 1.0 / Z_total
    total = np.sum(factor[:, None] * Z_weights * grad_P, axis=1, dtype=wide)
    factor_2 = -total
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    grad_Z = factor_rounded[:, None] * Z_weights * (grad_P + factor_2_rounded[:, None])
    return (grad_Z,)


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
    wide = np.float64
    work = dtype
    blocks = _blocks(n, k, dtype.itemsize)
    buffers = np.empty((4, blocks[0].stop, k), work)
    for rows in blocks:
        height = rows.stop - rows.start
        Z_max = np.max(Z[rows], axis=1)
        Z_max__column = Z_max.astype(work, copy=False)[:, None]
        np.subtract(Z[rows], Z_max__column, out=buffers[1, :height])
        np.exp(buffers[1, :height], out=buffers[0, :height])
        Z_total = np.sum(buffers[0, :height], axis=1).astype(wide)
        factor = 1.0 / Z_total
        np.multiply(buffers[0, :height], grad_P[rows], out=buffers[2, :height])
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(buffers[2, :height], factor__column, out=buffers[2, :height])
        total = np.sum(buffers[2, :height], axis=1).astype(wide)
        factor_2 = -total
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        np.add(grad_P[rows], factor_2__column, out=buffers[3, :height])
        np.multiply(buffers[0, :height], buffers[3, :height], out=grad_Z[rows])
        np.multiply(grad_Z[rows], factor__column, out=grad_Z[rows])
    return grad_Z


def _backward_whole(Z: Array, T: Array, work: Any, wide: Any) -> tuple[Array, ...]:
    """`backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Z.shape[0]
    Z = Z.astype(work, copy=False)
    T = T.astype(work, copy=False)
    total = np.sum(T, axis=1, dtype=wide)
    Z_max = np.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = np.exp(Z_shifted)
    Z_total = np.sum(Z_weights, axis=1, dtype=wide)
    factor = 1.0 / Z_total
    factor_2 = total * factor
    factor_2_rounded = factor_2.astype(work)
    grad_Z = (factor_2_rounded[:, None] * Z_weights - T) / n
    return (grad_Z,)


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
    wide = np.float64
    work = dtype
    blocks = _blocks(n, k, dtype.itemsize)
    buffers = np.empty((2, blocks[0].stop, k), work)
    for rows in blocks:
        height = rows.stop - rows.start
        Z_max = np.max(Z[rows], axis=1)
        total = np.sum(T[rows], axis=1).astype(wide)
        Z_max__column = Z_max.astype(work, copy=False)[:, None]
        np.subtract(Z[rows], Z_max__column, out=buffers[1, :height])
        np.exp(buffers[1, :height], out=buffers[0, :height])
        Z_total = np.sum(buffers[0, :height], axis=1).astype(wide)
        factor = 1.0 / Z_total
        factor_2 = total * factor
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        np.multiply(buffers[0, :height], factor_2__column, out=grad_Z[rows])
        np.subtract(grad_Z[rows], T[rows], out=grad_Z[rows])
        np.multiply(grad_Z[rows], 1 / n, out=grad_Z[rows])
    return grad_Z


def _forward_backward_whole(Z: Array, T: Array, work: Any, wide: Any) -> tuple[Array, ...]:
    """`forward_backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    n = Z.shape[0]
    Z = Z.astype(work, copy=False)
    T = T.astype(work, copy=False)
    Z_max = np.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = np.exp(Z_shifted)
    Z_total = np.sum(Z_weights, axis=1, dtype=wide)
    factor = np.log(Z_total)
    total = np.sum(T * (Z_shifted - factor[:, None]), axis=1, dtype=wide)
    total_2 = np.sum(total, axis=0, dtype=wide)
    ell = -total_2 / n
    total_3 = np.sum(T, axis=1, dtype=wide)
    factor_2 = 1.0 / Z_total
    factor_3 = total_3 * factor_2
    factor_3_rounded = factor_3.astype(work)
    grad_Z = (factor_3_rounded[:, None] * Z_weights - T) / n
    return (ell, grad_Z,)


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
    blocks = _blocks(n, k, dtype.itemsize)
    buffers = np.empty((3, blocks[0].stop, k), work)
    for rows in blocks:
        height = rows.stop - rows.start
        Z_max = np.max(Z[rows], axis=1)
        Z_max__column = Z_max.astype(work, copy=False)[:, None]
        np.subtract(Z[rows], Z_max__column, out=buffers[1, :height])
        np.exp(buffers[1, :height], out=buffers[0, :height])
        Z_total = np.sum(buffers[0, :height], axis=1).astype(wide)
        total_3 = np.sum(T[rows], axis=1).astype(wide)
        factor = np.log(Z_total)
        factor_2 = 1.0 / Z_total
        factor_3 = total_3 * factor_2
        factor__column = factor.astype(work, copy=False)[:, None]
        np.subtract(buffers[1, :height], factor__column, out=buffers[2, :height])
        total__rows = np.einsum("ij,ij->i", T[rows], buffers[2, :height]).astype(wide)
        factor_3__column = factor_3.astype(work, copy=False)[:, None]
        np.multiply(buffers[0, :height], factor_3__column, out=grad_Z[rows])
        np.subtract(grad_Z[rows], T[rows], out=grad_Z[rows])
        np.multiply(grad_Z[rows], 1 / n, out=grad_Z[rows])
        total[rows] = total__rows
    total_rounded = total.astype(work)
    total_2 = np.sum(total_rounded, axis=0, dtype=wide)
    ell[...] = -total_2 / n
    return ell, grad_Z
