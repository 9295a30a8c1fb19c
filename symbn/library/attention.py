"""Kernels of derivations/attention_layer.md, “Attention as it is computed”.

NumPy target: arguments are float32 or float64 arrays of any layout and are never written to; out= takes the array (or
the arrays) for the result.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: a35a8b102fcce8d38e9bf01aff54266d8b56179ad7488d43735811504a35602d
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
]


def _forward_whole(Q: Array, K: Array, V: Array, work: Any, wide: Any) -> tuple[Array, ...]:
    """`forward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = Q.shape[1]
    Q = Q.astype(work, copy=False)
    K = K.astype(work, copy=False)
    V = V.astype(work, copy=False)
    scalar = np.full((), 1.0 / d ** 0.5, dtype=work)
    product = np.matmul(Q, K.T)
    matrix = scalar * product
    matrix_max = np.max(matrix, axis=1)
    matrix_shifted = matrix - matrix_max[:, None]
    matrix_weights = np.exp(matrix_shifted)
    matrix_total = np.sum(matrix_weights, axis=1, dtype=wide)
    factor = 1.0 / matrix_total
    factor_rounded = factor.astype(work)
    matrix_2 = factor_rounded[:, None] * matrix_weights
    O = np.matmul(matrix_2, V)
    return (O,)


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
    wide = np.float64
    work = dtype
    product = np.matmul(Q, K.T)
    scalar = np.full((), 1.0 / d ** 0.5, dtype=work)
    matrix_2 = product
    blocks = _blocks(n, m, dtype.itemsize)
    buffers = np.empty((4, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.multiply(product[rows], scalar, out=buffers[0, :height])
        matrix_max = np.max(buffers[0, :height], axis=1)
        matrix_max__column = matrix_max.astype(work, copy=False)[:, None]
        np.subtract(buffers[0, :height], matrix_max__column, out=buffers[2, :height])
        np.exp(buffers[2, :height], out=buffers[1, :height])
        matrix_total = np.sum(buffers[1, :height], axis=1).astype(wide)
        factor = 1.0 / matrix_total
        factor__column = factor.astype(work, copy=False)[:, None]
        np.multiply(buffers[1, :height], factor__column, out=buffers[3, :height])
        np.copyto(matrix_2[rows], buffers[3, :height])
    np.matmul(matrix_2, V, out=O)
    return O


def _backward_whole(Q: Array, K: Array, V: Array, grad_O: Array, work: Any, wide: Any) -> tuple[Array, ...]:
    """`backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = Q.shape[1]
    Q = Q.astype(work, copy=False)
    K = K.astype(work, copy=False)
    V = V.astype(work, copy=False)
    grad_O = grad_O.astype(work, copy=False)
    scalar = np.full((), 1.0 / d ** 0.5, dtype=work)
    product = np.matmul(Q, K.T)
    matrix = scalar * product
    matrix_max = np.max(matrix, axis=1)
    matrix_shifted = matrix - matrix_max[:, None]
    matrix_weights = np.exp(matrix_shifted)
    matrix_total = np.sum(matrix_weights, axis=1, dtype=wide)
    factor = 1.0 / matrix_total
    product_2 = np.matmul(grad_O, V.T)
    total = np.sum(factor[:, None] * product_2 * matrix_weights, axis=1, dtype=wide)
    factor_2 = -total
    factor_rounded = factor.astype(work)
    factor_2_rounded = factor_2.astype(work)
    matrix_2 = factor_rounded[:, None] * matrix_weights * (product_2 + factor_2_rounded[:, None])
    product_3 = np.matmul(matrix_2, K)
    grad_Q = scalar * product_3
    product_4 = np.matmul(matrix_2.T, Q)
    grad_K = scalar * product_4
    matrix_3 = factor_rounded[:, None] * grad_O
    grad_V = np.matmul(matrix_weights.T, matrix_3)
    return (grad_Q, grad_K, grad_V,)


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
    factor = np.empty(n, wide)
    matrix_weights = np.empty((n, m), work)
    matrix_2 = product
    blocks = _blocks(n, m, dtype.itemsize)
    buffers = np.empty((5, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.multiply(product[rows], scalar, out=buffers[0, :height])
        matrix_max = np.max(buffers[0, :height], axis=1)
        matrix_max__column = matrix_max.astype(work, copy=False)[:, None]
        np.subtract(buffers[0, :height], matrix_max__column, out=buffers[1, :height])
        np.exp(buffers[1, :height], out=matrix_weights[rows])
        matrix_total = np.sum(matrix_weights[rows], axis=1).astype(wide)
        factor__rows = 1.0 / matrix_total
        np.multiply(product_2[rows], matrix_weights[rows], out=buffers[2, :height])
        factor__rows__column = factor__rows.astype(work, copy=False)[:, None]
        np.multiply(buffers[2, :height], factor__rows__column, out=buffers[2, :height])
        total = np.sum(buffers[2, :height], axis=1).astype(wide)
        factor_2 = -total
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        np.add(product_2[rows], factor_2__column, out=buffers[4, :height])
        np.multiply(matrix_weights[rows], buffers[4, :height], out=buffers[3, :height])
        np.multiply(buffers[3, :height], factor__rows__column, out=buffers[3, :height])
        np.copyto(matrix_2[rows], buffers[3, :height])
        factor[rows] = factor__rows
    product_3 = np.matmul(matrix_2, K)
    product_4 = np.matmul(matrix_2.T, Q)
    blocks = _blocks(n, d, dtype.itemsize)
    for rows in blocks:
        np.multiply(product_3[rows], scalar, out=grad_Q[rows])
    blocks = _blocks(m, d, dtype.itemsize)
    for rows in blocks:
        np.multiply(product_4[rows], scalar, out=grad_K[rows])
    matrix_3 = np.empty((n, v), work)
    blocks = _blocks(n, v, dtype.itemsize)
    for rows in blocks:
        np.multiply(grad_O[rows], factor[rows].astype(work, copy=False)[:, None], out=matrix_3[rows])
    np.matmul(matrix_weights.T, matrix_3, out=grad_V)
    return grad_Q, grad_K, grad_V


def _forward_backward_whole(Q: Array, K: Array, V: Array, grad_O: Array, work: Any, wide: Any) -> tuple[Array, ...]:
    """`forward_backward` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""
    d = Q.shape[1]
    Q = Q.astype(work, copy=False)
    K = K.astype(work, copy=False)
    V = V.astype(work, copy=False)
    grad_O = grad_O.astype(work, copy=False)
    scalar = np.full((), 1.0 / d ** 0.5, dtype=work)
    product = np.matmul(Q, K.T)
    matrix = scalar * product
    matrix_max = np.max(matrix, axis=1)
    matrix_shifted = matrix - matrix_max[:, None]
    matrix_weights = np.exp(matrix_shifted)
    matrix_total = np.sum(matrix_weights, axis=1, dtype=wide)
    factor = 1.0 / matrix_total
    factor_rounded = factor.astype(work)
    matrix_2 = factor_rounded[:, None] * matrix_weights
    O = np.matmul(matrix_2, V)
    product_3 = np.matmul(grad_O, V.T)
    total = np.sum(factor[:, None] * product_3 * matrix_weights, axis=1, dtype=wide)
    factor_2 = -total
    factor_2_rounded = factor_2.astype(work)
    matrix_3 = factor_rounded[:, None] * matrix_weights * (product_3 + factor_2_rounded[:, None])
    product_4 = np.matmul(matrix_3, K)
    grad_Q = scalar * product_4
    product_5 = np.matmul(matrix_3.T, Q)
    grad_K = scalar * product_5
    matrix_4 = factor_rounded[:, None] * grad_O
    grad_V = np.matmul(matrix_weights.T, matrix_4)
    return (O, grad_Q, grad_K, grad_V,)


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
    factor = np.empty(n, wide)
    matrix_weights = np.empty((n, m), work)
    matrix_2 = product
    matrix_3 = product_3
    blocks = _blocks(n, m, dtype.itemsize)
    buffers = np.empty((6, blocks[0].stop, m), work)
    for rows in blocks:
        height = rows.stop - rows.start
        np.multiply(product[rows], scalar, out=buffers[0, :height])
        matrix_max = np.max(buffers[0, :height], axis=1)
        matrix_max__column = matrix_max.astype(work, copy=False)[:, None]
        np.subtract(buffers[0, :height], matrix_max__column, out=buffers[1, :height])
        np.exp(buffers[1, :height], out=matrix_weights[rows])
        matrix_total = np.sum(matrix_weights[rows], axis=1).astype(wide)
        factor__rows = 1.0 / matrix_total
        np.multiply(product_3[rows], matrix_weights[rows], out=buffers[2, :height])
        factor__rows__column = factor__rows.astype(work, copy=False)[:, None]
        np.multiply(buffers[2, :height], factor__rows__column, out=buffers[2, :height])
        total = np.sum(buffers[2, :height], axis=1).astype(wide)
        factor_2 = -total
        np.multiply(matrix_weights[rows], factor__rows__column, out=buffers[3, :height])
        factor_2__column = factor_2.astype(work, copy=False)[:, None]
        np.add(product_3[rows], factor_2__column, out=buffers[5, :height])
        np.multiply(matrix_weights[rows], buffers[5, :height], out=buffers[4, :height])
        np.multiply(buffers[4, :height], factor__rows__column, out=buffers[4, :height])
        np.copyto(matrix_2[rows], buffers[3, :height])
        np.copyto(matrix_3[rows], buffers[4, :height])
        factor[rows] = factor__rows
    np.matmul(matrix_2, V, out=O)
    product_4 = np.matmul(matrix_3, K)
    product_5 = np.matmul(matrix_3.T, Q)
    blocks = _blocks(n, d, dtype.itemsize)
    for rows in blocks:
        np.multiply(product_4[rows], scalar, out=grad_Q[rows])
    blocks = _blocks(m, d, dtype.itemsize)
    for rows in blocks:
        np.multiply(product_5[rows], scalar, out=grad_K[rows])
    matrix_4 = np.empty((n, v), work)
    blocks = _blocks(n, v, dtype.itemsize)
    for rows in blocks:
        np.multiply(grad_O[rows], factor[rows].astype(work, copy=False)[:, None], out=matrix_4[rows])
    np.matmul(matrix_weights.T, matrix_4, out=grad_V)
    return O, grad_Q, grad_K, grad_V
