"""Kernels of derivations/batchnorm_layer.md, “The batch norm layer as it is computed”.

Array API target: NumPy, PyTorch, JAX (under jit), CuPy, Dask and whatever else follows the standard. Nothing is
written in place; results have the dtype and the device of the arguments.  check_finite looks at values: not under
jit, and Dask computes at once for it.

Made by symbn; every function computes the right side of an equation that symbn proved, by statements that
symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.

sha256 of the note: 41cda8423e9347e96a1b970dc1990be6aa8dc2df659ce9fbccaed0d6dc1f6a7b
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


def normalise(Y: Array, *, eps: float, ddof: float, check_finite: bool = False) -> Array:
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
    xp, dtype, wide = _namespace(Y=Y)
    sizes = _sizes({"n": 1, "m": 1}, Y=(Y, ("n", "m")))
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, Y=Y)
    work = wide if n < FEW else dtype
    Y = xp.astype(Y, work, copy=False)
    total = xp.sum(Y, axis=0, dtype=wide)
    Y_guess = xp.astype(total / n, work)
    Y_shifted = Y - Y_guess
    Y_excess = xp.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = xp.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    factor_2 = -factor * Y_rest
    factor_rounded = xp.astype(factor, work)
    factor_2_rounded = xp.astype(factor_2, work)
    Y_hat = factor_rounded * Y_shifted + factor_2_rounded
    return xp.astype(Y_hat, dtype, copy=False)


def forward(Y: Array, gamma: Array, beta: Array, *, eps: float, ddof: float, check_finite: bool = False) -> Array:
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
    xp, dtype, wide = _namespace(Y=Y, gamma=gamma, beta=beta)
    sizes = _sizes({"n": 1, "m": 1}, Y=(Y, ("n", "m")), gamma=(gamma, ("m",)), beta=(beta, ("m",)))
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, Y=Y, gamma=gamma, beta=beta)
    work = wide if n < FEW else dtype
    Y = xp.astype(Y, work, copy=False)
    gamma = xp.astype(gamma, work, copy=False)
    beta = xp.astype(beta, work, copy=False)
    total = xp.sum(Y, axis=0, dtype=wide)
    Y_guess = xp.astype(total / n, work)
    Y_shifted = Y - Y_guess
    Y_excess = xp.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = xp.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    factor_2 = factor * gamma
    factor_3 = -factor * gamma * Y_rest
    factor_4 = factor_3 + beta
    factor_2_rounded = xp.astype(factor_2, work)
    factor_4_rounded = xp.astype(factor_4, work)
    Z = factor_2_rounded * Y_shifted + factor_4_rounded
    return xp.astype(Z, dtype, copy=False)


def backward_normalised(Y: Array, grad_Y_hat: Array, *, eps: float, ddof: float, check_finite: bool = False) -> Array:
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
    xp, dtype, wide = _namespace(Y=Y, grad_Y_hat=grad_Y_hat)
    sizes = _sizes({"n": 1, "m": 1}, Y=(Y, ("n", "m")), grad_Y_hat=(grad_Y_hat, ("n", "m")))
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, Y=Y, grad_Y_hat=grad_Y_hat)
    work = wide if n < FEW else dtype
    Y = xp.astype(Y, work, copy=False)
    grad_Y_hat = xp.astype(grad_Y_hat, work, copy=False)
    total = xp.sum(grad_Y_hat, axis=0, dtype=wide)
    grad_Y_hat_guess = xp.astype(total / n, work)
    grad_Y_hat_shifted = grad_Y_hat - grad_Y_hat_guess
    grad_Y_hat_excess = xp.sum(grad_Y_hat_shifted, axis=0, dtype=wide)
    grad_Y_hat_rest = grad_Y_hat_excess / n
    total_2 = xp.sum(Y, axis=0, dtype=wide)
    Y_guess = xp.astype(total_2 / n, work)
    Y_shifted = Y - Y_guess
    Y_excess = xp.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_3 = xp.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_3 - n * Y_rest * Y_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    total_4 = xp.sum(Y_shifted * grad_Y_hat_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Y_hat_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_4 = -grad_Y_hat_rest + factor_3
    factor_rounded = xp.astype(factor, work)
    factor_2_rounded = xp.astype(factor_2, work)
    factor_4_rounded = xp.astype(factor_4, work)
    grad_Y = factor_rounded * (grad_Y_hat_shifted + factor_2_rounded * Y_shifted + factor_4_rounded)
    return xp.astype(grad_Y, dtype, copy=False)


def grad_gamma(Y: Array, grad_Z: Array, *, eps: float, ddof: float, check_finite: bool = False) -> Array:
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
    xp, dtype, wide = _namespace(Y=Y, grad_Z=grad_Z)
    sizes = _sizes({"n": 1, "m": 1}, Y=(Y, ("n", "m")), grad_Z=(grad_Z, ("n", "m")))
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, Y=Y, grad_Z=grad_Z)
    work = wide if n < FEW else dtype
    Y = xp.astype(Y, work, copy=False)
    grad_Z = xp.astype(grad_Z, work, copy=False)
    total = xp.sum(Y, axis=0, dtype=wide)
    Y_guess = xp.astype(total / n, work)
    Y_shifted = Y - Y_guess
    Y_excess = xp.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = xp.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    total_3 = xp.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = xp.astype(total_3 / n, work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = xp.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_4 = xp.sum(Y_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Z_rest
    grad_gamma = factor * moment_2
    return xp.astype(grad_gamma, dtype, copy=False)


def grad_beta(grad_Z: Array, *, check_finite: bool = False) -> Array:
    r"""\nabla_\beta L(Z) = H^\top \mathbf{1}

    eq:grad-beta: proved where $\operatorname{var}(y_{i}) + \epsilon > 0$, $n - \mathrm{ddof} \ne 0$.

    grad_Z : n×m, $\nabla_{Z} L(Z)$
    Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.
    Returns grad_beta : m.
    """
    xp, dtype, wide = _namespace(grad_Z=grad_Z)
    _sizes({"n": 1, "m": 1}, grad_Z=(grad_Z, ("n", "m")))
    if check_finite:
        _check_finite(xp, grad_Z=grad_Z)
    grad_beta = xp.sum(grad_Z, axis=0, dtype=wide)
    return xp.astype(grad_beta, dtype, copy=False)


def grad_Y(Y: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float, check_finite: bool = False) -> Array:
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
    xp, dtype, wide = _namespace(Y=Y, gamma=gamma, grad_Z=grad_Z)
    sizes = _sizes({"n": 1, "m": 1}, Y=(Y, ("n", "m")), gamma=(gamma, ("m",)), grad_Z=(grad_Z, ("n", "m")))
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, Y=Y, gamma=gamma, grad_Z=grad_Z)
    work = wide if n < FEW else dtype
    Y = xp.astype(Y, work, copy=False)
    gamma = xp.astype(gamma, work, copy=False)
    grad_Z = xp.astype(grad_Z, work, copy=False)
    total = xp.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = xp.astype(total / n, work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = xp.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_2 = xp.sum(Y, axis=0, dtype=wide)
    Y_guess = xp.astype(total_2 / n, work)
    Y_shifted = Y - Y_guess
    Y_excess = xp.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_3 = xp.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_3 - n * Y_rest * Y_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    total_4 = xp.sum(Y_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_5 = gamma * factor
    factor_5_rounded = xp.astype(factor_5, work)
    factor_2_rounded = xp.astype(factor_2, work)
    factor_4_rounded = xp.astype(factor_4, work)
    grad_Y = factor_5_rounded * (grad_Z_shifted + factor_2_rounded * Y_shifted + factor_4_rounded)
    return xp.astype(grad_Y, dtype, copy=False)


def grad_W(
    X: Array, W: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float, check_finite: bool = False,
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
    xp, dtype, wide = _namespace(X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    sizes = _sizes(
        {"n": 1, "p": 1, "m": 1}, X=(X, ("n", "p")), W=(W, ("m", "p")), gamma=(gamma, ("m",)),
        grad_Z=(grad_Z, ("n", "m")),
    )
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    work = wide if n < FEW else dtype
    X = xp.astype(X, work, copy=False)
    W = xp.astype(W, work, copy=False)
    gamma = xp.astype(gamma, work, copy=False)
    grad_Z = xp.astype(grad_Z, work, copy=False)
    product = xp.matmul(X, xp.permute_dims(W, (1, 0)))
    total = xp.sum(product, axis=0, dtype=wide)
    product_guess = xp.astype(total / n, work)
    product_shifted = product - product_guess
    product_excess = xp.sum(product_shifted, axis=0, dtype=wide)
    product_rest = product_excess / n
    total_2 = xp.sum(product_shifted * product_shifted, axis=0, dtype=wide)
    moment = total_2 - n * product_rest * product_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    total_3 = xp.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = xp.astype(total_3 / n, work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = xp.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_4 = xp.sum(product_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * product_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * product_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_2_rounded = xp.astype(factor_2, work)
    factor_4_rounded = xp.astype(factor_4, work)
    matrix = grad_Z_shifted + factor_2_rounded * product_shifted + factor_4_rounded
    product_2 = xp.matmul(xp.permute_dims(matrix, (1, 0)), X)
    factor_5 = gamma * factor
    factor_5_rounded = xp.astype(factor_5, work)
    grad_W = factor_5_rounded[:, None] * product_2
    return xp.astype(grad_W, dtype, copy=False)


def grad_X(
    X: Array, W: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float, check_finite: bool = False,
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
    xp, dtype, wide = _namespace(X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    sizes = _sizes(
        {"n": 1, "p": 1, "m": 1}, X=(X, ("n", "p")), W=(W, ("m", "p")), gamma=(gamma, ("m",)),
        grad_Z=(grad_Z, ("n", "m")),
    )
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    work = wide if n < FEW else dtype
    X = xp.astype(X, work, copy=False)
    W = xp.astype(W, work, copy=False)
    gamma = xp.astype(gamma, work, copy=False)
    grad_Z = xp.astype(grad_Z, work, copy=False)
    total = xp.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = xp.astype(total / n, work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = xp.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    product = xp.matmul(X, xp.permute_dims(W, (1, 0)))
    total_2 = xp.sum(product, axis=0, dtype=wide)
    product_guess = xp.astype(total_2 / n, work)
    product_shifted = product - product_guess
    product_excess = xp.sum(product_shifted, axis=0, dtype=wide)
    product_rest = product_excess / n
    total_3 = xp.sum(product_shifted * product_shifted, axis=0, dtype=wide)
    moment = total_3 - n * product_rest * product_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    total_4 = xp.sum(product_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * product_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * product_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_5 = factor * gamma
    factor_5_rounded = xp.astype(factor_5, work)
    factor_2_rounded = xp.astype(factor_2, work)
    factor_4_rounded = xp.astype(factor_4, work)
    matrix = factor_5_rounded * (grad_Z_shifted + factor_2_rounded * product_shifted + factor_4_rounded)
    grad_X = xp.matmul(matrix, W)
    return xp.astype(grad_X, dtype, copy=False)


def backward(
    Y: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float, check_finite: bool = False,
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
    xp, dtype, wide = _namespace(Y=Y, gamma=gamma, grad_Z=grad_Z)
    sizes = _sizes({"n": 1, "m": 1}, Y=(Y, ("n", "m")), gamma=(gamma, ("m",)), grad_Z=(grad_Z, ("n", "m")))
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, Y=Y, gamma=gamma, grad_Z=grad_Z)
    work = wide if n < FEW else dtype
    Y = xp.astype(Y, work, copy=False)
    gamma = xp.astype(gamma, work, copy=False)
    grad_Z = xp.astype(grad_Z, work, copy=False)
    grad_beta = xp.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = xp.astype(grad_beta / n, work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = xp.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_2 = xp.sum(Y, axis=0, dtype=wide)
    Y_guess = xp.astype(total_2 / n, work)
    Y_shifted = Y - Y_guess
    Y_excess = xp.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_3 = xp.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_3 - n * Y_rest * Y_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    total_4 = xp.sum(Y_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_5 = gamma * factor
    factor_5_rounded = xp.astype(factor_5, work)
    factor_2_rounded = xp.astype(factor_2, work)
    factor_4_rounded = xp.astype(factor_4, work)
    grad_Y = factor_5_rounded * (grad_Z_shifted + factor_2_rounded * Y_shifted + factor_4_rounded)
    grad_gamma = factor * moment_2
    return xp.astype(grad_Y, dtype, copy=False), xp.astype(grad_gamma, dtype, copy=False), xp.astype(grad_beta, dtype, copy=False)


def backward_weights(
    X: Array, W: Array, gamma: Array, grad_Z: Array, *, eps: float, ddof: float, check_finite: bool = False,
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
    xp, dtype, wide = _namespace(X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    sizes = _sizes(
        {"n": 1, "p": 1, "m": 1}, X=(X, ("n", "p")), W=(W, ("m", "p")), gamma=(gamma, ("m",)),
        grad_Z=(grad_Z, ("n", "m")),
    )
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, X=X, W=W, gamma=gamma, grad_Z=grad_Z)
    work = wide if n < FEW else dtype
    X = xp.astype(X, work, copy=False)
    W = xp.astype(W, work, copy=False)
    gamma = xp.astype(gamma, work, copy=False)
    grad_Z = xp.astype(grad_Z, work, copy=False)
    product = xp.matmul(X, xp.permute_dims(W, (1, 0)))
    total = xp.sum(product, axis=0, dtype=wide)
    product_guess = xp.astype(total / n, work)
    product_shifted = product - product_guess
    product_excess = xp.sum(product_shifted, axis=0, dtype=wide)
    product_rest = product_excess / n
    total_2 = xp.sum(product_shifted * product_shifted, axis=0, dtype=wide)
    moment = total_2 - n * product_rest * product_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    total_3 = xp.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = xp.astype(total_3 / n, work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = xp.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_4 = xp.sum(product_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * product_rest * grad_Z_rest
    factor_2 = -factor * factor * moment_2 / (n - ddof)
    factor_3 = factor * factor * moment_2 * product_rest / (n - ddof)
    factor_4 = -grad_Z_rest + factor_3
    factor_2_rounded = xp.astype(factor_2, work)
    factor_4_rounded = xp.astype(factor_4, work)
    matrix = grad_Z_shifted + factor_2_rounded * product_shifted + factor_4_rounded
    product_2 = xp.matmul(xp.permute_dims(matrix, (1, 0)), X)
    factor_5 = gamma * factor
    factor_5_rounded = xp.astype(factor_5, work)
    grad_W = factor_5_rounded[:, None] * product_2
    matrix_2 = factor_5_rounded * (grad_Z_shifted + factor_2_rounded * product_shifted + factor_4_rounded)
    grad_X = xp.matmul(matrix_2, W)
    return xp.astype(grad_W, dtype, copy=False), xp.astype(grad_X, dtype, copy=False)


def forward_backward(
    Y: Array, gamma: Array, beta: Array, grad_Z: Array, *, eps: float, ddof: float, check_finite: bool = False,
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
    xp, dtype, wide = _namespace(Y=Y, gamma=gamma, beta=beta, grad_Z=grad_Z)
    sizes = _sizes(
        {"n": 1, "m": 1}, Y=(Y, ("n", "m")), gamma=(gamma, ("m",)), beta=(beta, ("m",)), grad_Z=(grad_Z, ("n", "m")),
    )
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, Y=Y, gamma=gamma, beta=beta, grad_Z=grad_Z)
    work = wide if n < FEW else dtype
    Y = xp.astype(Y, work, copy=False)
    gamma = xp.astype(gamma, work, copy=False)
    beta = xp.astype(beta, work, copy=False)
    grad_Z = xp.astype(grad_Z, work, copy=False)
    total = xp.sum(Y, axis=0, dtype=wide)
    Y_guess = xp.astype(total / n, work)
    Y_shifted = Y - Y_guess
    Y_excess = xp.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = xp.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    factor_2 = factor * gamma
    factor_3 = -factor * gamma * Y_rest
    factor_4 = factor_3 + beta
    factor_2_rounded = xp.astype(factor_2, work)
    factor_4_rounded = xp.astype(factor_4, work)
    Z = factor_2_rounded * Y_shifted + factor_4_rounded
    grad_beta = xp.sum(grad_Z, axis=0, dtype=wide)
    grad_Z_guess = xp.astype(grad_beta / n, work)
    grad_Z_shifted = grad_Z - grad_Z_guess
    grad_Z_excess = xp.sum(grad_Z_shifted, axis=0, dtype=wide)
    grad_Z_rest = grad_Z_excess / n
    total_4 = xp.sum(Y_shifted * grad_Z_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Z_rest
    factor_5 = -factor * factor * moment_2 / (n - ddof)
    factor_6 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_7 = -grad_Z_rest + factor_6
    factor_5_rounded = xp.astype(factor_5, work)
    factor_7_rounded = xp.astype(factor_7, work)
    grad_Y = factor_2_rounded * (grad_Z_shifted + factor_5_rounded * Y_shifted + factor_7_rounded)
    grad_gamma = factor * moment_2
    return xp.astype(Z, dtype, copy=False), xp.astype(grad_Y, dtype, copy=False), xp.astype(grad_gamma, dtype, copy=False), xp.astype(grad_beta, dtype, copy=False)


def forward_backward_normalised(
    Y: Array, grad_Y_hat: Array, *, eps: float, ddof: float, check_finite: bool = False,
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
    xp, dtype, wide = _namespace(Y=Y, grad_Y_hat=grad_Y_hat)
    sizes = _sizes({"n": 1, "m": 1}, Y=(Y, ("n", "m")), grad_Y_hat=(grad_Y_hat, ("n", "m")))
    n = sizes["n"]
    _require(n - ddof, "n - ddof", ">", ddof=ddof, n=n)
    if check_finite:
        _check_finite(xp, Y=Y, grad_Y_hat=grad_Y_hat)
    work = wide if n < FEW else dtype
    Y = xp.astype(Y, work, copy=False)
    grad_Y_hat = xp.astype(grad_Y_hat, work, copy=False)
    total = xp.sum(Y, axis=0, dtype=wide)
    Y_guess = xp.astype(total / n, work)
    Y_shifted = Y - Y_guess
    Y_excess = xp.sum(Y_shifted, axis=0, dtype=wide)
    Y_rest = Y_excess / n
    total_2 = xp.sum(Y_shifted * Y_shifted, axis=0, dtype=wide)
    moment = total_2 - n * Y_rest * Y_rest
    factor = 1.0 / xp.sqrt(moment / (n - ddof) + eps)
    factor_2 = -factor * Y_rest
    factor_rounded = xp.astype(factor, work)
    factor_2_rounded = xp.astype(factor_2, work)
    Y_hat = factor_rounded * Y_shifted + factor_2_rounded
    total_3 = xp.sum(grad_Y_hat, axis=0, dtype=wide)
    grad_Y_hat_guess = xp.astype(total_3 / n, work)
    grad_Y_hat_shifted = grad_Y_hat - grad_Y_hat_guess
    grad_Y_hat_excess = xp.sum(grad_Y_hat_shifted, axis=0, dtype=wide)
    grad_Y_hat_rest = grad_Y_hat_excess / n
    total_4 = xp.sum(Y_shifted * grad_Y_hat_shifted, axis=0, dtype=wide)
    moment_2 = total_4 - n * Y_rest * grad_Y_hat_rest
    factor_3 = -factor * factor * moment_2 / (n - ddof)
    factor_4 = factor * factor * moment_2 * Y_rest / (n - ddof)
    factor_5 = -grad_Y_hat_rest + factor_4
    factor_3_rounded = xp.astype(factor_3, work)
    factor_5_rounded = xp.astype(factor_5, work)
    grad_Y = factor_rounded * (grad_Y_hat_shifted + factor_3_rounded * Y_shifted + factor_5_rounded)
    return xp.astype(Y_hat, dtype, copy=False), xp.astype(grad_Y, dtype, copy=False)
