"""Kernels of derivations/attention_layer.md, “Attention as it is computed”.

Array API target: NumPy, PyTorch, JAX (under jit), CuPy, Dask and whatever else follows the standard. Nothing is
written in place; results have the dtype and the device of the arguments.  check_finite looks at values: not under
jit, and Dask computes at once for it.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: a35a8b102fcce8d38e9bf01aff54266d8b56179ad7488d43735811504a35602d
"""

from __future__ import annotations

from numbers import Integral, Real
from operator import index
from typing import Any

from array_api_compat import array_namespace, device, is_array_api_obj

Array = Any
"""An array of any library that follows the array API standard."""

FEW = 16
"""Below so many rows everything is computed in the wide dtype: little may be left of a difference there."""


def _namespace(**arrays: Array) -> tuple[Any, Any, Any]:
    """The library of the arguments, their dtype, and the dtype for sums; TypeError for other things."""
    for name, value in arrays.items():
        if not is_array_api_obj(value):
            raise TypeError(f"{name}: an array is needed, not {type(value).__name__}")
        if hasattr(value, "mask"):
            raise TypeError(f"{name}: a masked array has no defined means")
    xp = array_namespace(*arrays.values())
    dtypes = {name: value.dtype for name, value in arrays.items()}
    for name, dtype in dtypes.items():
        if dtype not in (xp.float32, xp.float64):
            raise TypeError(f"{name}: float32 or float64 is needed, not {dtype}")
    (first, dtype), *others = dtypes.items()
    for name, other in others:
        if other != dtype:
            raise TypeError(f"{name} is {other}, but {first} is {dtype}: give all arrays one dtype")
    if dtype == xp.float64:
        return xp, dtype, dtype
    info = getattr(xp, "__array_namespace_info__", None)
    known = info is None or "float64" in info().dtypes(device=device(arrays[first]), kind="real floating")
    return xp, dtype, xp.float64 if known else dtype


def _check_finite(xp: Any, /, **arrays: Array) -> None:
    """ValueError for an array with an infinity or NaN."""
    for name, value in arrays.items():
        if not bool(xp.all(xp.isfinite(value))):
            raise ValueError(f"{name} holds infinities or NaN")


def _sizes(least: dict[str, int], /, **arrays: tuple[Array, tuple[str | int, ...]]) -> dict[str, int]:
    """The size of each dimension; ValueError where arguments do not fit each other."""
    found: dict[str, tuple[int, str]] = {}
    for name, (array, dims) in arrays.items():
        if array.ndim != len(dims):
            raise ValueError(f"{name}: {len(dims)} dimensions are needed, not {array.ndim}")
        for dim, size in zip(dims, array.shape, strict=True):
            if size is None or size != size:
                raise ValueError(f"{name}: {dim} is not known (in Dask, call compute_chunk_sizes() first)")
            wanted, whose = found.setdefault(dim, (size, name)) if isinstance(dim, str) else (dim, "the formula")
            if size != wanted:
                raise ValueError(f"{name} has shape {tuple(array.shape)}, but {dim} = {wanted} by {whose}")
            if isinstance(dim, str) and size < least[dim]:
                raise ValueError(f"{name} has shape {tuple(array.shape)}: {dim} must be at least {least[dim]}")
    return {dim: size for dim, (size, _) in found.items()}


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


def forward(Q: Array, K: Array, V: Array, *, check_finite: bool = False) -> Array:
    """O = P V

    eq:forward: as it is defined.

    Q : n×d, $Q$
    K : m×d, $K$
    V : m×v, $V$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns O : n×v.
    """
    xp, dtype, wide = _namespace(Q=Q, K=K, V=V)
    sizes = _sizes({"n": 1, "d": 1, "m": 1, "v": 1}, Q=(Q, ("n", "d")), K=(K, ("m", "d")), V=(V, ("m", "v")))
    d = sizes["d"]
    if check_finite:
        _check_finite(xp, Q=Q, K=K, V=V)
    work = dtype
    where = device(Q)
    scalar = xp.broadcast_to(xp.asarray(1.0 / d ** 0.5, dtype=work, device=where), ()) + 0
    product = xp.matmul(Q, xp.permute_dims(K, (1, 0)))
    matrix = scalar * product
    matrix_max = xp.max(matrix, axis=1)
    matrix_shifted = matrix - matrix_max[:, None]
    matrix_weights = xp.exp(matrix_shifted)
    matrix_total = xp.sum(matrix_weights, axis=1, dtype=wide)
    factor = 1.0 / matrix_total
    factor_rounded = xp.astype(factor, work)
    matrix_2 = factor_rounded[:, None] * matrix_weights
    O = xp.matmul(matrix_2, V)
    return xp.astype(O, dtype, copy=False)


def backward(
    Q: Array, K: Array, V: Array, grad_O: Array, *, check_finite: bool = False,
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
    xp, dtype, wide = _namespace(Q=Q, K=K, V=V, grad_O=grad_O)
    sizes = _sizes(
        {"n": 1, "d": 1, "m": 1, "v": 1}, Q=(Q, ("n", "d")), K=(K, ("m", "d")), V=(V, ("m", "v")),
        grad_O=(grad_O, ("n", "v")),
    )
    d = sizes["d"]
    if check_finite:
        _check_finite(xp, Q=Q, K=K, V=V, grad_O=grad_O)
    work = dtype
    where = device(Q)
    scalar = xp.broadcast_to(xp.asarray(1.0 / d ** 0.5, dtype=work, device=where), ()) + 0
    product = xp.matmul(Q, xp.permute_dims(K, (1, 0)))
    matrix = scalar * product
    matrix_max = xp.max(matrix, axis=1)
    matrix_shifted = matrix - matrix_max[:, None]
    matrix_weights = xp.exp(matrix_shifted)
    matrix_total = xp.sum(matrix_weights, axis=1, dtype=wide)
    factor = 1.0 / matrix_total
    product_2 = xp.matmul(grad_O, xp.permute_dims(V, (1, 0)))
    total = xp.sum(factor[:, None] * product_2 * matrix_weights, axis=1, dtype=wide)
    factor_2 = -total
    factor_rounded = xp.astype(factor, work)
    factor_2_rounded = xp.astype(factor_2, work)
    matrix_2 = factor_rounded[:, None] * matrix_weights * (product_2 + factor_2_rounded[:, None])
    product_3 = xp.matmul(matrix_2, K)
    grad_Q = scalar * product_3
    product_4 = xp.matmul(xp.permute_dims(matrix_2, (1, 0)), Q)
    grad_K = scalar * product_4
    matrix_3 = factor_rounded[:, None] * grad_O
    grad_V = xp.matmul(xp.permute_dims(matrix_weights, (1, 0)), matrix_3)
    return xp.astype(grad_Q, dtype, copy=False), xp.astype(grad_K, dtype, copy=False), xp.astype(grad_V, dtype, copy=False)


def forward_backward(
    Q: Array, K: Array, V: Array, grad_O: Array, *, check_finite: bool = False,
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
    xp, dtype, wide = _namespace(Q=Q, K=K, V=V, grad_O=grad_O)
    sizes = _sizes(
        {"n": 1, "d": 1, "m": 1, "v": 1}, Q=(Q, ("n", "d")), K=(K, ("m", "d")), V=(V, ("m", "v")),
        grad_O=(grad_O, ("n", "v")),
    )
    d = sizes["d"]
    if check_finite:
        _check_finite(xp, Q=Q, K=K, V=V, grad_O=grad_O)
    work = dtype
    where = device(Q)
    scalar = xp.broadcast_to(xp.asarray(1.0 / d ** 0.5, dtype=work, device=where), ()) + 0
    product = xp.matmul(Q, xp.permute_dims(K, (1, 0)))
    matrix = scalar * product
    matrix_max = xp.max(matrix, axis=1)
    matrix_shifted = matrix - matrix_max[:, None]
    matrix_weights = xp.exp(matrix_shifted)
    matrix_total = xp.sum(matrix_weights, axis=1, dtype=wide)
    factor = 1.0 / matrix_total
    factor_rounded = xp.astype(factor, work)
    matrix_2 = factor_rounded[:, None] * matrix_weights
    O = xp.matmul(matrix_2, V)
    product_3 = xp.matmul(grad_O, xp.permute_dims(V, (1, 0)))
    total = xp.sum(factor[:, None] * product_3 * matrix_weights, axis=1, dtype=wide)
    factor_2 = -total
    factor_2_rounded = xp.astype(factor_2, work)
    matrix_3 = factor_rounded[:, None] * matrix_weights * (product_3 + factor_2_rounded[:, None])
    product_4 = xp.matmul(matrix_3, K)
    grad_Q = scalar * product_4
    product_5 = xp.matmul(xp.permute_dims(matrix_3, (1, 0)), Q)
    grad_K = scalar * product_5
    matrix_4 = factor_rounded[:, None] * grad_O
    grad_V = xp.matmul(xp.permute_dims(matrix_weights, (1, 0)), matrix_4)
    return xp.astype(O, dtype, copy=False), xp.astype(grad_Q, dtype, copy=False), xp.astype(grad_K, dtype, copy=False), xp.astype(grad_V, dtype, copy=False)
