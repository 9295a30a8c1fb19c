"""The inputs on which kernels are measured, the measure, and the targets that are measured.

Every case is a function of the dtype alone (its seed is its name): all targets and all runs see the same numbers.
`FINITE` has the rows of the accuracy table and what else is known to break a batch norm; `NON_FINITE` has an infinity
or a NaN in one column, and beside it the same input without.

The measure: the error of an entry over the larger of the exact entry and the root mean square of its exact column, the
worst over all entries.  For a sum over the column (∇_γ, ∇_β): over the larger of the exact sum and the root of the sum
of its terms' squares, which is how large a sum of independent terms is; one that happens to be nearly 0 has no relative
accuracy to speak of.  The terms of ∇_γ are those with ∇ centred, ŷ∘J∇_z: they have the same sum, and are smaller.

Where the exact column is 0 throughout, the error is taken over the natural size of such a column: 1 for Ŷ, whose
columns have size 1 unless ε rules, and |γ| rms(∇_z)/σ for ∇_Y, what the layer makes of a cotangent of that size.

Numbers below the smallest normal one are evenly spaced: a result may be off by half of that, its correct rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray

from . import extended

Array: TypeAlias = NDArray[Any]
Results: TypeAlias = dict[str, Array]
"""What each function of a module returned; `backward` has its results as three entries."""

DTYPES = ("float32", "float64")
LARGE = 262144


@dataclass(frozen=True)
class Case:
    """Y, grad_Z : n×m;  gamma, beta : m."""

    name: str
    Y: Array
    gamma: Array
    beta: Array
    grad_Z: Array
    ddof: int = 0
    eps: float = 1e-5

    @property
    def options(self) -> dict[str, Any]:
        return {"ddof": self.ddof, "eps": self.eps}


@dataclass(frozen=True)
class Exact:
    """A case's results in extended precision, and for each what its errors are taken over."""

    Y_hat: Array
    Z: Array
    grad_Y: Array
    grad_Y_plain: Array
    grad_gamma: Array
    grad_beta: Array
    sizes: dict[str, Array]


@dataclass(frozen=True)
class Broken:
    """A case with values that are not finite in one column, and the same with ordinary ones there."""

    name: str
    case: Case
    without: Case
    column: int
    forward: bool
    """Whether it is Y that has them, or grad_Z only."""


def normal(name: str, dtype: str, n: int, m: int) -> Case:
    """Standard normal Y and grad_Z, γ of size 1 and of both signs, β standard normal."""
    random = np.random.default_rng(crc32(name.encode()))
    Y, grad_Z = random.standard_normal((n, m)), random.standard_normal((n, m))
    gamma = random.uniform(0.5, 2.0, m) * random.choice([-1.0, 1.0], m)
    beta = random.standard_normal(m)
    return rounded(Case(name, Y, gamma, beta, grad_Z), dtype)


def shifted(name: str, dtype: str, n: int, m: int, mean: float, deviation: float = 1.0, **options: Any) -> Case:
    """Y of the given mean and deviation, rounded to dtype once."""
    case = normal(name, "float64", n, m)
    case = replace(case, Y=mean + deviation * case.Y, **options)
    return rounded(case, dtype)


def rounded(case: Case, dtype: str) -> Case:
    return replace(case, **{key: getattr(case, key).astype(dtype) for key in ("Y", "gamma", "beta", "grad_Z")})


def outlier(name: str, dtype: str, n: int, m: int) -> Case:
    """The first row is 1e4: a bad first guess of the mean."""
    case = normal(name, dtype, n, m)
    case.Y[0] = 1e4
    return case


def drift(name: str, dtype: str, n: int, m: int) -> Case:
    """The first tenth of the rows is off by 1e4."""
    case = normal(name, dtype, n, m)
    case.Y[: n // 10] += np.asarray(1e4, dtype)
    return case


def steep(name: str, dtype: str, n: int, m: int, mean: float = 0.0) -> Case:
    """grad_Z of mean 1e3."""
    case = shifted(name, "float64", n, m, mean)
    return rounded(replace(case, grad_Z=case.grad_Z + 1e3), dtype)


def constant(name: str, dtype: str, n: int, m: int) -> Case:
    """Columns 0, 2, 4, … of Y are constant, and no power of two: 0.1, 0.3, 1e4/3, 1e-3, −1e6/7, …"""
    case = normal(name, dtype, n, m)
    values = [0.1, 0.3, 1e4 / 3, -1e-3, -1e6 / 7, 0.0]
    for k, j in enumerate(range(0, m, 2)):
        case.Y[:, j] = values[k % len(values)]
    return case


def level(name: str, dtype: str, n: int, m: int) -> Case:
    """Columns 0, 2, 4, … of grad_Z are constant, so that ∇_Y is exactly 0 there."""
    case = normal(name, dtype, n, m)
    values = [0.1, -0.3, 1e3 / 3]
    for k, j in enumerate(range(0, m, 2)):
        case.grad_Z[:, j] = values[k % len(values)]
    return case


def subnormal(name: str, dtype: str, n: int, m: int) -> Case:
    """Columns of Y by turns under the smallest normal number, partly under it, and of the size of its root."""
    case = normal(name, "float64", n, m)
    tiny = float(np.finfo(dtype).tiny)
    scales = np.resize([0.1 * tiny, 4 * tiny, np.sqrt(tiny), 1.0], m)
    case = rounded(replace(case, Y=case.Y * scales), dtype)
    case.Y[::7, 3::4] = tiny / 16
    return case


def scales(name: str, dtype: str, n: int, m: int, decades: float) -> Case:
    """Deviations from 10^−decades to 10^decades, means 30 deviations off, cotangents the other way round."""
    case = normal(name, "float64", n, m)
    powers = 10.0 ** np.linspace(-decades, decades, m)
    return rounded(replace(case, Y=(case.Y + 30) * powers, grad_Z=case.grad_Z / powers), dtype)


FINITE: dict[str, Callable[[str, str], Case]] = {
    "mean 0": lambda name, dtype: normal(name, dtype, 4096, 8),
    "mean 1e3": lambda name, dtype: shifted(name, dtype, 4096, 8, 1e3),
    "mean 1e4": lambda name, dtype: shifted(name, dtype, 4096, 8, 1e4),
    "mean 1e5": lambda name, dtype: shifted(name, dtype, 4096, 8, 1e5),
    "mean 1e5, n = 262144": lambda name, dtype: shifted(name, dtype, LARGE, 2, 1e5),
    "mean 0, n = 262144": lambda name, dtype: normal(name, dtype, LARGE, 2),
    "mean 1e5, ddof 1": lambda name, dtype: shifted(name, dtype, 300, 24, -1e5, ddof=1),
    "deviation 1e-3 at mean 1": lambda name, dtype: shifted(name, dtype, 1000, 12, 1, 1e-3),
    "deviation 1e-6 at mean 1": lambda name, dtype: shifted(name, dtype, 1000, 12, 1, 1e-6),
    "deviation 1e-6 at mean 1, eps 1e-12": lambda name, dtype: shifted(name, dtype, 1000, 12, 1, 1e-6, eps=1e-12),
    "eps 1e-12": lambda name, dtype: shifted(name, dtype, 1000, 12, 0.5, eps=1e-12),
    "gradient of mean 1e3": lambda name, dtype: steep(name, dtype, 4096, 8),
    "gradient of mean 1e3, mean 1e4": lambda name, dtype: steep(name, dtype, 4096, 8, 1e4),
    "outlier first row": lambda name, dtype: outlier(name, dtype, 4096, 24),
    "outlier first row, n = 262144": lambda name, dtype: outlier(name, dtype, LARGE, 2),
    "drift": lambda name, dtype: drift(name, dtype, 4096, 8),
    "drift, n = 262144": lambda name, dtype: drift(name, dtype, LARGE, 2),
    "n = 2": lambda name, dtype: normal(name, dtype, 2, 24),
    "n = 2, ddof 1, eps 0.1": lambda name, dtype: shifted(name, dtype, 2, 24, 0, ddof=1, eps=0.1),
    "n = 2, mean 1e3": lambda name, dtype: shifted(name, dtype, 2, 24, 1e3, ddof=1),
    "n = 2, eps 1e-12": lambda name, dtype: shifted(name, dtype, 2, 24, 0, eps=1e-12),
    "n = 3": lambda name, dtype: normal(name, dtype, 3, 24),
    "n = 3, mean 1e3": lambda name, dtype: shifted(name, dtype, 3, 24, 1e3, ddof=1),
    "constant columns": lambda name, dtype: constant(name, dtype, 1000, 12),
    "constant columns, n = 3": lambda name, dtype: constant(name, dtype, 3, 24),
    "constant gradient": lambda name, dtype: level(name, dtype, 1000, 12),
    "subnormals": lambda name, dtype: subnormal(name, dtype, 1000, 12),
    "scales 1e-6 to 1e6": lambda name, dtype: scales(name, dtype, 1000, 12, 6),
    "scales 1e-14 to 1e14": lambda name, dtype: scales(name, dtype, 1000, 12, 14),
    "one column": lambda name, dtype: normal(name, dtype, 4097, 1),
    "many columns": lambda name, dtype: shifted(name, dtype, 33, 2003, 10),
}


@cache
def finite(name: str, dtype: str) -> Case:
    return frozen(FINITE[name](name, dtype))


def frozen(case: Case) -> Case:
    """The case, read-only."""
    for A in (case.Y, case.gamma, case.beta, case.grad_Z):
        A.flags.writeable = False
    return case


def _non_finite(name: str, value: float, rows: slice, *, forward: bool) -> Callable[[str], Broken]:
    def made(dtype: str) -> Broken:
        without = shifted(name, dtype, 257, 19, 100)
        column = 7
        Y, grad_Z = without.Y.copy(), without.grad_Z.copy()
        (Y if forward else grad_Z)[rows, column] = value
        return Broken(name, frozen(replace(without, Y=Y, grad_Z=grad_Z)), frozen(without), column, forward)

    return made


NON_FINITE: dict[str, Callable[[str], Broken]] = {
    name: _non_finite(name, value, rows, forward=forward)
    for name, value, rows, forward in [
        ("NaN", np.nan, slice(100, 101), True),
        ("NaN in the first row", np.nan, slice(0, 1), True),
        ("inf", np.inf, slice(100, 101), True),
        ("-inf in the first row", -np.inf, slice(0, 1), True),
        ("a column of inf", np.inf, slice(None), True),
        ("NaN in the gradient", np.nan, slice(100, 101), False),
        ("inf in the first row of the gradient", np.inf, slice(0, 1), False),
    ]
}


@lru_cache(maxsize=2)
def exact(name: str, dtype: str) -> Exact:
    """The results of a finite case.  Only the last are kept: tests go through all targets with one case."""
    return exactly(finite(name, dtype))


def exactly(case: Case) -> Exact:
    gamma = case.gamma.astype(np.longdouble)
    Y_hat = extended.normalise(case.Y, **case.options)
    Z = Y_hat * gamma + case.beta.astype(np.longdouble)
    plain, grad_gamma, grad_beta = extended.backward(case.Y, np.ones_like(gamma), case.grad_Z, **case.options)
    grad_Y = plain * gamma
    g = extended.columns(case.grad_Z)
    sigma = extended.deviation(extended.centred(extended.columns(case.Y)), **case.options)[:, 0]
    uncancelled = np.sqrt((g * g).mean(axis=1)) / sigma
    sizes = {
        "Y_hat": size(Y_hat, 1),
        "Z": size(Z, 1),
        "grad_Y": size(grad_Y, uncancelled * abs(gamma)),
        "grad_Y_plain": size(plain, uncancelled),
        "grad_gamma": size_of_sum(grad_gamma, Y_hat.T * extended.centred(g)),
        "grad_beta": size_of_sum(grad_beta, g),
    }
    return Exact(Y_hat, Z, grad_Y, plain, grad_gamma, grad_beta, sizes)


def size(exact: Array, of_zero: Array | float) -> Array:
    """What errors in columns are taken over.  exact : n×m;  of_zero : where a column is 0;  returns n×m."""
    found = np.maximum(abs(exact), np.sqrt((exact * exact).mean(axis=0)))
    return _positive(np.where(found > 0, found, of_zero))


def size_of_sum(exact: Array, terms: Array) -> Array:
    """What errors of sums are taken over.  exact : m;  terms : m×n;  returns m."""
    return _positive(np.maximum(abs(exact), np.sqrt((terms * terms).sum(axis=1))))


def _positive(size: Array) -> Array:
    return np.where(size > 0, size, 1).astype(float)


def errors(computed: Mapping[str, Array], exact: Exact) -> dict[str, float]:
    """The measure of every result: infinite where one is not finite."""
    return {name: _worst(A, getattr(exact, RESULTS[name]), exact.sizes[RESULTS[name]]) for name, A in computed.items()}


def _worst(computed: Array, exact: Array, size: Array) -> float:
    assert computed.shape == exact.shape, (computed.shape, exact.shape)
    assert computed.dtype in DTYPES, computed.dtype
    if not np.isfinite(computed).all():
        return float("inf")
    error = abs((computed - exact).astype(float)) - float(np.finfo(computed.dtype).smallest_subnormal) / 2
    return float(np.max(error / size, initial=0))


RESULTS = {
    "normalise": "Y_hat",
    "forward": "Z",
    "grad_Y": "grad_Y",
    "backward_normalised": "grad_Y_plain",
    "grad_gamma": "grad_gamma",
    "grad_beta": "grad_beta",
    "backward ∇_Y": "grad_Y",
    "backward ∇_γ": "grad_gamma",
    "backward ∇_β": "grad_beta",
}
"""Which exact result each entry of `Results` is measured against."""


def computed(
    module: ModuleType, Y: Any, gamma: Any, beta: Any, grad_Z: Any, *, ddof: int, eps: float
) -> dict[str, Any]:
    """What all functions of a module return, in its own arrays."""
    o: dict[str, Any] = {"ddof": ddof, "eps": eps}
    grad_Y, grad_gamma, grad_beta = module.backward(Y, gamma, grad_Z, **o)
    return {
        "normalise": module.normalise(Y, **o),
        "forward": module.forward(Y, gamma, beta, **o),
        "grad_Y": module.grad_Y(Y, gamma, grad_Z, **o),
        "backward_normalised": module.backward_normalised(Y, grad_Z, **o),
        "grad_gamma": module.grad_gamma(Y, grad_Z, **o),
        "grad_beta": module.grad_beta(grad_Z),
        "backward ∇_Y": grad_Y,
        "backward ∇_γ": grad_gamma,
        "backward ∇_β": grad_beta,
    }


@dataclass(frozen=True)
class Target:
    """A generated module with arrays it is called with.

    `needs` : the modules without which it is skipped;  `setting` : what its calls run in;  `around` : what is made of a
    function before it is called (compiled, say).
    """

    name: str
    module: str
    goals: dict[str, float]
    needs: tuple[str, ...] = ()
    arrays: Callable[[Array], Any] = np.array
    back: Callable[[Any], Array] = np.asarray
    setting: Callable[[], AbstractContextManager[Any]] = nullcontext
    around: Callable[[Callable[..., Any]], Callable[..., Any]] = field(default=lambda f: f)

    def load(self) -> ModuleType:
        """The module; the test is skipped where what it needs is not installed."""
        for need in self.needs:
            pytest.importorskip(need)
        return import_module(self.module)

    def call(self, function: Callable[..., Any], *arrays: Array) -> Any:
        """function of the target's arrays; what it returns (an array, or a tuple or dict of them) as NumPy's."""
        with self.setting():
            returned = self.around(function)(*(self.arrays(A) for A in arrays))
            if isinstance(returned, dict):
                return {name: self.back(A) for name, A in returned.items()}
            if isinstance(returned, tuple):
                return tuple(self.back(A) for A in returned)
            return self.back(returned)

    def results(self, case: Case) -> Results:
        module = self.load()

        def all_of_it(Y: Any, gamma: Any, beta: Any, grad_Z: Any) -> dict[str, Any]:
            return computed(module, Y, gamma, beta, grad_Z, **case.options)

        results: Results = self.call(all_of_it, case.Y, case.gamma, case.beta, case.grad_Z)
        return results


def _strict(A: Array) -> Any:
    return import_module("array_api_strict").asarray(np.array(A))


def _torch(A: Array) -> Any:
    return import_module("torch").asarray(np.array(A))


def _jax(A: Array) -> Any:
    return import_module("jax.numpy").asarray(A)


def _with_x64(x64: bool) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: import_module("jax").enable_x64(x64)


def _jit(function: Callable[..., Any]) -> Callable[..., Any]:
    jitted: Callable[..., Any] = import_module("jax").jit(function)
    return jitted


FINE = {"float32": 1e-6, "float64": 1e-12}
COARSE = {"float32": 1e-5, "float64": 1e-11}
ARRAY_API = "symbn.library.batchnorm_array_api"

TARGETS = {
    target.name: target
    for target in [
        Target("numpy", "symbn.library.batchnorm", COARSE),
        Target("numba", "symbn.library.batchnorm_numba", FINE, needs=("numba",)),
        Target("array-api, NumPy", ARRAY_API, COARSE, needs=("array_api_compat",)),
        Target("array-api, strict", ARRAY_API, COARSE, ("array_api_compat", "array_api_strict"), _strict),
        Target("array-api, PyTorch", ARRAY_API, COARSE, ("array_api_compat", "torch"), _torch),
        Target(
            "array-api, JAX",
            ARRAY_API,
            {"float32": COARSE["float32"]},
            ("array_api_compat", "jax"),
            _jax,
            setting=_with_x64(False),
            around=_jit,
        ),
        Target(
            "array-api, JAX with x64",
            ARRAY_API,
            {"float64": COARSE["float64"]},
            ("array_api_compat", "jax"),
            _jax,
            setting=_with_x64(True),
            around=_jit,
        ),
    ]
}
