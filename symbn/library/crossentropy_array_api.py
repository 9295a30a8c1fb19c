"""Kernels of derivations/cross_entropy_layer.md, “Softmax with cross entropy as it is computed”.

Array API target: NumPy, PyTorch, JAX (under jit), CuPy, Dask and whatever else follows the standard. Nothing is
written in place; results have the dtype and the device of the arguments.  check_finite looks at values: not under
jit, and Dask computes at once for it.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 0bf3ae69f7e9561e4c97368e39c27bb2037fea7fa2a033a6695f57ef49ce502f
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
    "forward_backward",
    "loss",
    "softmax",
    "softmax_backward",
]


def softmax(Z: Array, *, check_finite: bool = False) -> Array:
    r"""P = \begin{pmatrix} \operatorname{softmax}(Z_{1:}^\top)^\top \\ \vdots \\
    \operatorname{softmax}(Z_{n:}^\top)^\top \end{pmatrix}

    eq:softmax: as it is defined.

    Z : n×k, $Z$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns P : n×k.
    """
    xp, dtype, wide = _namespace(Z=Z)
    _sizes({"n": 1, "k": 1}, Z=(Z, ("n", "k")))
    if check_finite:
        _check_finite(xp, Z=Z)
    work = dtype
    Z_max = xp.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = xp.exp(Z_shifted)
    Z_total = xp.sum(Z_weights, axis=1, dtype=wide)
    factor = 1.0 / Z_total
    factor_rounded = xp.astype(factor, work)
    P = Z_weights * factor_rounded[:, None]
    return xp.astype(P, dtype, copy=False)


def loss(Z: Array, T: Array, *, check_finite: bool = False) -> Array:
    r"""\ell = -\frac{1}{n} \sum_{i=1}^{n} \sum_{j=1}^{k} T_{ij} \log P_{ij}

    eq:loss: as it is defined.

    Z : n×k, $Z$
    T : n×k, $T$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns ell : a number.
    """
    xp, dtype, wide = _namespace(Z=Z, T=T)
    sizes = _sizes({"n": 1, "k": 1}, Z=(Z, ("n", "k")), T=(T, ("n", "k")))
    n = sizes["n"]
    if check_finite:
        _check_finite(xp, Z=Z, T=T)
    Z_max = xp.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = xp.exp(Z_shifted)
    Z_total = xp.sum(Z_weights, axis=1, dtype=wide)
    factor = xp.log(Z_total)
    total = xp.sum(T * (Z_shifted - factor[:, None]), axis=1, dtype=wide)
    total_2 = xp.sum(total, axis=0, dtype=wide)
    ell = -total_2 / n
    return xp.astype(ell, dtype, copy=False)


def softmax_backward(Z: Array, grad_P: Array, *, check_finite: bool = False) -> Array:
    r"""\nabla_Z L(P) = P \odot \left( G - \operatorname{diag}(P G^\top) \mathbf{1}^\top \right)

    eq:softmax-backward: proved.

    Z : n×k, $Z$
    grad_P : n×k, $\nabla_{P} L(P)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns grad_Z : n×k.
    """
    xp, dtype, wide = _namespace(Z=Z, grad_P=grad_P)
    _sizes({"n": 1, "k": 1}, Z=(Z, ("n", "k")), grad_P=(grad_P, ("n", "k")))
    if check_finite:
        _check_finite(xp, Z=Z, grad_P=grad_P)
    work = dtype
    Z_max = xp.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = xp.exp(Z_shifted)
    Z_total = xp.sum(Z_weights, axis=1, dtype=wide)
    factor = 1.0 / Z_total
    total = xp.sum(factor[:, None] * Z_weights * grad_P, axis=1, dtype=wide)
    factor_2 = -total
    factor_rounded = xp.astype(factor, work)
    factor_2_rounded = xp.astype(factor_2, work)
    grad_Z = factor_rounded[:, None] * Z_weights * (grad_P + factor_2_rounded[:, None])
    return xp.astype(grad_Z, dtype, copy=False)


def backward(Z: Array, T: Array, *, check_finite: bool = False) -> Array:
    r"""\nabla_Z \ell = \frac{1}{n} \left( \operatorname{diag}(T \mathbf{1}) P - T \right)

    eq:grad-Z: proved.

    Z : n×k, $Z$
    T : n×k, $T$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns grad_Z : n×k.
    """
    xp, dtype, wide = _namespace(Z=Z, T=T)
    sizes = _sizes({"n": 1, "k": 1}, Z=(Z, ("n", "k")), T=(T, ("n", "k")))
    n = sizes["n"]
    if check_finite:
        _check_finite(xp, Z=Z, T=T)
    work = dtype
    total = xp.sum(T, axis=1, dtype=wide)
    Z_max = xp.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = xp.exp(Z_shifted)
    Z_total = xp.sum(Z_weights, axis=1, dtype=wide)
    factor = 1.0 / Z_total
    factor_2 = total * factor
    factor_2_rounded = xp.astype(factor_2, work)
    grad_Z = (factor_2_rounded[:, None] * Z_weights - T) / n
    return xp.astype(grad_Z, dtype, copy=False)


def forward_backward(Z: Array, T: Array, *, check_finite: bool = False) -> tuple[Array, Array]:
    r"""\ell = -\frac{1}{n} \sum_{i=1}^{n} \sum_{j=1}^{k} T_{ij} \log P_{ij}

    eq:loss: as it is defined.

    \nabla_Z \ell = \frac{1}{n} \left( \operatorname{diag}(T \mathbf{1}) P - T \right)

    eq:grad-Z: proved.

    Z : n×k, $Z$
    T : n×k, $T$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns ell : a number; grad_Z : n×k.
    """
    xp, dtype, wide = _namespace(Z=Z, T=T)
    sizes = _sizes({"n": 1, "k": 1}, Z=(Z, ("n", "k")), T=(T, ("n", "k")))
    n = sizes["n"]
    if check_finite:
        _check_finite(xp, Z=Z, T=T)
    work = dtype
    Z_max = xp.max(Z, axis=1)
    Z_shifted = Z - Z_max[:, None]
    Z_weights = xp.exp(Z_shifted)
    Z_total = xp.sum(Z_weights, axis=1, dtype=wide)
    factor = xp.log(Z_total)
    total = xp.sum(T * (Z_shifted - factor[:, None]), axis=1, dtype=wide)
    total_2 = xp.sum(total, axis=0, dtype=wide)
    ell = -total_2 / n
    total_3 = xp.sum(T, axis=1, dtype=wide)
    factor_2 = 1.0 / Z_total
    factor_3 = total_3 * factor_2
    factor_3_rounded = xp.astype(factor_3, work)
    grad_Z = (factor_3_rounded[:, None] * Z_weights - T) / n
    return xp.astype(ell, dtype, copy=False), xp.astype(grad_Z, dtype, copy=False)
