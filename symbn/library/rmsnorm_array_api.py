"""Kernels of derivations/rms_norm.md, “RMS norm”.

Array API target: NumPy, PyTorch, JAX (under jit), CuPy, Dask and whatever else follows the standard. Nothing is
written in place; results have the dtype and the device of the arguments.  check_finite looks at values: not under
jit, and Dask computes at once for it.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 39101324b13675b40488ed65267669d6b661d61bb9077a058500c2defa7a54bf
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
    "normalise",
]


def normalise(X: Array, *, eps: float, check_finite: bool = False) -> Array:
    r"""\hat X = R_x^{-1} X

    eq:normalise: proved.

    X : n×d, $X$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    Returns X_hat : n×d.
    """
    eps = _number("eps", eps, ">")
    xp, dtype, wide = _namespace(X=X)
    sizes = _sizes({"n": 1, "d": 1}, X=(X, ("n", "d")))
    d = sizes["d"]
    if check_finite:
        _check_finite(xp, X=X)
    work = dtype
    total = xp.sum(X * X, axis=1, dtype=wide)
    factor = 1.0 / xp.sqrt(total / d + eps)
    factor_rounded = xp.astype(factor, work)
    X_hat = factor_rounded[:, None] * X
    return xp.astype(X_hat, dtype, copy=False)


def forward(X: Array, gamma: Array, *, eps: float, check_finite: bool = False) -> Array:
    r"""Z = \hat X \operatorname{diag}(\gamma)

    eq:forward: as it is defined.

    X : n×d, $X$
    gamma : d×1, $\gamma$, dimensions (d)
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    eps : a number > 0, $\epsilon$
    Returns Z : n×d.
    """
    eps = _number("eps", eps, ">")
    xp, dtype, wide = _namespace(X=X, gamma=gamma)
    sizes = _sizes({"n": 1, "d": 1}, X=(X, ("n", "d")), gamma=(gamma, ("d",)))
    d = sizes["d"]
    if check_finite:
        _check_finite(xp, X=X, gamma=gamma)
    work = dtype
    total = xp.sum(X * X, axis=1, dtype=wide)
    factor = 1.0 / xp.sqrt(total / d + eps)
    factor_rounded = xp.astype(factor, work)
    Z = factor_rounded[:, None] * gamma * X
    return xp.astype(Z, dtype, copy=False)


def backward(X: Array, gamma: Array, grad_Z: Array, *, eps: float, check_finite: bool = False) -> tuple[Array, Array]:
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
    xp, dtype, wide = _namespace(X=X, gamma=gamma, grad_Z=grad_Z)
    sizes = _sizes({"n": 1, "d": 1}, X=(X, ("n", "d")), gamma=(gamma, ("d",)), grad_Z=(grad_Z, ("n", "d")))
    d = sizes["d"]
    if check_finite:
        _check_finite(xp, X=X, gamma=gamma, grad_Z=grad_Z)
    work = dtype
    total = xp.sum(X * X, axis=1, dtype=wide)
    factor = 1.0 / xp.sqrt(total / d + eps)
    total_2 = xp.sum(gamma * grad_Z * X, axis=1, dtype=wide)
    factor_2 = -factor * total_2 * factor / d
    factor_rounded = xp.astype(factor, work)
    factor_2_rounded = xp.astype(factor_2, work)
    grad_X = factor_rounded[:, None] * (gamma * grad_Z + factor_2_rounded[:, None] * X)
    grad_gamma = xp.sum(factor[:, None] * X * grad_Z, axis=0, dtype=wide)
    return xp.astype(grad_X, dtype, copy=False), xp.astype(grad_gamma, dtype, copy=False)


def forward_backward(
    X: Array, gamma: Array, grad_Z: Array, *, eps: float, check_finite: bool = False,
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
    xp, dtype, wide = _namespace(X=X, gamma=gamma, grad_Z=grad_Z)
    sizes = _sizes({"n": 1, "d": 1}, X=(X, ("n", "d")), gamma=(gamma, ("d",)), grad_Z=(grad_Z, ("n", "d")))
    d = sizes["d"]
    if check_finite:
        _check_finite(xp, X=X, gamma=gamma, grad_Z=grad_Z)
    work = dtype
    total = xp.sum(X * X, axis=1, dtype=wide)
    factor = 1.0 / xp.sqrt(total / d + eps)
    factor_rounded = xp.astype(factor, work)
    Z = factor_rounded[:, None] * gamma * X
    total_2 = xp.sum(gamma * grad_Z * X, axis=1, dtype=wide)
    factor_2 = -factor * total_2 * factor / d
    factor_2_rounded = xp.astype(factor_2, work)
    grad_X = factor_rounded[:, None] * (gamma * grad_Z + factor_2_rounded[:, None] * X)
    grad_gamma = xp.sum(factor[:, None] * X * grad_Z, axis=0, dtype=wide)
    return xp.astype(Z, dtype, copy=False), xp.astype(grad_X, dtype, copy=False), xp.astype(grad_gamma, dtype, copy=False)
