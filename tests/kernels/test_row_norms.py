"""Layer norm and RMS norm of `symbn.library`: as exact as batch norm, each row by itself, whatever its length.

Against the formulas in NumPy's widest float.  The measure is that of `cases`, by rows: the error of an entry over the
larger of the exact entry and the root mean square of its exact row; of a sum over the rows (∇_γ, ∇_β), over the root
of the sum of its terms' squares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from . import extended
from .cases import COARSE, DTYPES, FINE, Array

needs_extended = pytest.mark.skipif(not extended.AVAILABLE, reason="long double is double here")

TARGETS = {"": COARSE, "_numba": FINE, "_array_api": COARSE}
NEEDS = {"_numba": "numba", "_array_api": "array_api_compat"}
LAYERS = ("layernorm", "rmsnorm")
LIMITS = {
    ("steep gradient", "layernorm", "", "float32"): 1e-4,
    ("steep gradient", "layernorm", "_array_api", "float32"): 1e-4,
}
"""Where the goal is missed: ∇_Z diag(γ) is rounded to float32 before its rows are centred."""

LENGTHS = (1, 2, 3, 15, 16, 17, 33, 64, 1000)
EPS = 1e-5


@dataclass(frozen=True)
class Case:
    """X, grad_Z : n×d;  gamma, beta : d."""

    X: Array
    gamma: Array
    beta: Array
    grad_Z: Array
    eps: float = EPS


def functions(layer: str, target: str) -> Any:
    """A module of the library; the test is skipped where what it needs is not installed."""
    if target in NEEDS:
        pytest.importorskip(NEEDS[target])
    return import_module(f"symbn.library.{layer}{target}")


def computed(layer: str, target: str, case: Case) -> dict[str, Array]:
    """What all functions of a module return."""
    module = functions(layer, target)
    shift = (case.beta,) if layer == "layernorm" else ()
    names = ("grad_X", "grad_gamma", "grad_beta")
    back = module.backward(case.X, case.gamma, case.grad_Z, eps=case.eps)
    both = module.forward_backward(case.X, case.gamma, *shift, case.grad_Z, eps=case.eps)
    found = {
        "X_hat": module.normalise(case.X, eps=case.eps),
        "Z": module.forward(case.X, case.gamma, *shift, eps=case.eps),
        **dict(zip(names, back, strict=False)),
        **{f"{name} with Z": A for name, A in zip(("Z", *names), both, strict=False)},
    }
    return {name: np.asarray(A) for name, A in found.items()}


def exact(layer: str, case: Case) -> tuple[dict[str, Array], dict[str, Array]]:
    """The same in extended precision, and what errors are taken over."""
    X, gamma, beta, H = (A.astype(np.longdouble) for A in (case.X, case.gamma, case.beta, case.grad_Z))
    d = X.shape[1]

    def centred(A: Array) -> Array:
        if layer == "rmsnorm":
            return A
        B = A - A.mean(axis=1, keepdims=True)
        return B - B.mean(axis=1, keepdims=True)

    deviations = centred(X)
    factor = 1 / np.sqrt((deviations**2).mean(axis=1, keepdims=True) + np.longdouble(case.eps))
    X_hat, G = deviations * factor, H * gamma
    inner = (centred(G) * X_hat).mean(axis=1, keepdims=True)
    shift = beta if layer == "layernorm" else 0 * beta
    values = {
        "X_hat": X_hat, "Z": X_hat * gamma + shift, "grad_X": factor * (centred(G) - X_hat * inner),
        "grad_gamma": (X_hat * H).sum(axis=0), "grad_beta": H.sum(axis=0),
    }  # fmt: skip
    terms = {"grad_gamma": X_hat * H, "grad_beta": H}
    sizes = {}
    for name, A in values.items():
        size = np.sqrt((terms[name] ** 2).sum(axis=0) if name in terms else (A**2).mean(axis=1, keepdims=True))
        sizes[name] = np.maximum(abs(A), size)
    natural = factor * np.sqrt((G**2).mean(axis=1, keepdims=True)) * np.sqrt(d)
    sizes["grad_X"] = np.where(sizes["grad_X"] > 0, sizes["grad_X"], natural)
    return values, {name: np.where(size > 0, size, 1) for name, size in sizes.items()}


def worst(layer: str, target: str, case: Case) -> dict[str, float]:
    """The measure of every result."""
    values, sizes = exact(layer, case)
    errors = {}
    for name, A in computed(layer, target, case).items():
        own = name.removesuffix(" with Z")
        assert A.shape == values[own].shape and A.dtype == case.X.dtype, name
        tiny = float(np.finfo(A.dtype).smallest_subnormal) / 2
        error = np.max((abs(A - values[own]) - tiny) / sizes[own])
        errors[name] = float(error) if np.isfinite(A).all() else np.inf
    return errors


def normal(name: str, dtype: str, n: int, d: int, mean: float = 0, deviation: float = 1, slope: float = 0) -> Case:
    """X of some mean and deviation; ∇_Z of mean `slope`; γ of size 1 and both signs."""
    random = np.random.default_rng(crc32(name.encode()))
    X = mean + deviation * random.standard_normal((n, d))
    grad_Z = slope + random.standard_normal((n, d))
    gamma = random.uniform(0.5, 2.0, d) * random.choice([-1.0, 1.0], d)
    return Case(*(A.astype(dtype) for A in (X, gamma, random.standard_normal(d), grad_Z)))


def outlier(name: str, dtype: str) -> Case:
    """The first entry of each row is 1e4."""
    case = normal(name, dtype, 37, 1000)
    case.X[:, 0] = 1e4
    return case


def drift(name: str, dtype: str) -> Case:
    """The first tenth of each row is off by 1e4."""
    case = normal(name, dtype, 37, 1000)
    case.X[:, :100] += np.asarray(1e4, dtype)
    return case


def steep(name: str, dtype: str) -> Case:
    """∇_Z of mean 1e3 under a constant γ, so that ∇_Z diag(γ) is nearly constant along a row."""
    case = normal(name, dtype, 41, 300, slope=1e3)
    case.gamma[:] = 0.7
    return case


CASES: dict[str, Callable[[str, str], Case]] = {
    "standard": lambda name, dtype: normal(name, dtype, 301, 257),
    "mean 1e3": lambda name, dtype: normal(name, dtype, 67, 300, mean=1e3),
    "mean 1e5": lambda name, dtype: normal(name, dtype, 67, 300, mean=1e5),
    "mean 1e4, long rows": lambda name, dtype: normal(name, dtype, 5, 65537, mean=1e4),
    "deviation 1e-3 at mean 1": lambda name, dtype: normal(name, dtype, 67, 300, mean=1, deviation=1e-3),
    "outlier": outlier,
    "drift": drift,
    "steep gradient": steep,
    "one row": lambda name, dtype: normal(name, dtype, 1, 300),
    "many rows": lambda name, dtype: normal(name, dtype, 5003, 33, mean=10),
}


@needs_extended
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", CASES)
def test_the_worst_error_stays_under_the_goal(name: str, layer: str, target: str, dtype: str) -> None:
    errors = worst(layer, target, CASES[name](name, dtype))
    limit = LIMITS.get((name, layer, target, dtype), TARGETS[target][dtype])
    assert not {result: error for result, error in errors.items() if not error <= limit}


@needs_extended
@pytest.mark.parametrize("name", ["mean 1e5", "steep gradient"])
def test_the_cases_refute_the_textbook_formulas(name: str) -> None:
    """In float32 the same formulas, as they are written, lose what the kernels keep."""
    case = CASES[name](name, "float32")
    d = case.X - case.X.mean(axis=1, keepdims=True)
    a = 1 / np.sqrt((d * d).mean(axis=1, keepdims=True) + np.float32(case.eps))
    G = case.grad_Z * case.gamma
    grad_X = a * (G - G.mean(axis=1, keepdims=True) - d * a * (d * a * G).mean(axis=1, keepdims=True))
    values, sizes = exact("layernorm", case)
    errors = {"X_hat": d * a, "grad_X": grad_X}
    assert max(float(np.max(abs(A - values[name]) / sizes[name])) for name, A in errors.items()) > 1e-5


@needs_extended
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("d", LENGTHS)
def test_rows_of_any_length(d: int, layer: str, target: str) -> None:
    """A short row leaves little of its gradient: with one or two entries all but the share of ε."""
    limit = 1e-6 if d < 3 else 1e-9
    errors = worst(layer, target, normal(f"{d}", "float64", 129, d))
    assert not {result: error for result, error in errors.items() if not error <= limit}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
def test_a_constant_row_is_normalised_to_nothing(target: str, dtype: str) -> None:
    case = normal("constant rows", dtype, 12, 100)
    values = np.array([0.1, 1e4 / 3, -1e-3, 0.0]).astype(dtype)
    case.X[::3] = values[:, None]
    X_hat = computed("layernorm", target, case)["X_hat"]
    size = 0 if target != "_array_api" else 1e-3
    assert np.max(abs(X_hat[::3])) <= size and np.min(np.std(X_hat[1::3], axis=1)) > 0.9


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_not_finite_stays_in_its_row(layer: str, target: str, value: float) -> None:
    """And, in the gradients by γ and β, which sum over rows, in what they are made of."""
    case = normal("broken", "float32", 64, 80)
    whole = computed(layer, target, case)
    case.X[7, 11] = value
    with np.errstate(all="ignore"):
        broken = computed(layer, target, case)
    others = np.arange(64) != 7
    for name in ("X_hat", "Z", "grad_X"):
        assert np.array_equal(broken[name][others], whole[name][others]), name
        assert not np.isfinite(broken[name][7]).all(), name
    if layer == "layernorm":
        assert np.array_equal(broken["grad_beta"], whole["grad_beta"])
    assert not np.isfinite(broken["grad_gamma"]).all()


@pytest.mark.parametrize("target", ["", "_numba"])
@pytest.mark.parametrize("layer", LAYERS)
def test_arguments_of_any_layout_give_the_same(layer: str, target: str) -> None:
    """To the bit with Numba; NumPy takes sums in the order of memory.  Nothing is written to them."""
    case = normal("layout", "float32", 120, 90)
    turned = Case(
        np.asfortranarray(case.X), case.gamma[::-1].copy()[::-1], case.beta, np.repeat(case.grad_Z, 2, 1)[:, ::2]
    )
    for A in (turned.X, turned.gamma, turned.beta, turned.grad_Z):
        A.flags.writeable = False
    first, second = computed(layer, target, case), computed(layer, target, turned)
    for name, A in first.items():
        assert np.max(abs(A - second[name])) <= (0 if target else 4e-6 * np.max(abs(A))), name


@pytest.mark.parametrize("target", ["", "_numba"])
def test_results_are_written_where_they_are_asked_for(target: str) -> None:
    case = normal("out", "float64", 70, 40)
    module = functions("layernorm", target)
    out = np.full((40, 70), np.nan).T
    assert module.forward(case.X, case.gamma, case.beta, eps=EPS, out=out) is out
    assert np.array_equal(out, module.forward(case.X, case.gamma, case.beta, eps=EPS))


def test_the_number_of_threads_changes_no_bit() -> None:
    numba = pytest.importorskip("numba")
    case = normal("threads", "float32", 5001, 120)
    threads = numba.get_num_threads()
    try:
        found = []
        for count in {1, threads}:
            numba.set_num_threads(count)
            found.append({name: A.tobytes() for name, A in computed("layernorm", "_numba", case).items()})
    finally:
        numba.set_num_threads(threads)
    assert all(one == found[0] for one in found)


@needs_extended
def test_the_measure_sees_one_wrong_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    case = normal("measure", "float64", 20, 30)
    module = functions("layernorm", "")
    right = module.forward

    def wrong(*arguments: Any, **options: Any) -> Array:
        Z: Array = right(*arguments, **options)
        Z[3, 4] += 1e-6
        return Z

    monkeypatch.setattr(module, "forward", wrong)
    assert worst("layernorm", "", case)["Z"] > 1e-7
