"""Softmax, cross entropy and attention of `symbn.library`: right for scores of any size, each row by itself.

Against the formulas in NumPy's widest float, in every finite case.  The measure: the error of an entry over the larger
of the exact entry and the root mean square of its exact row.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from . import extended
from .cases import COARSE, DTYPES, FINE, Array

pytestmark = pytest.mark.skipif(not extended.AVAILABLE, reason="long double is double here")

TARGETS = {"": COARSE, "_numba": FINE, "_array_api": COARSE}
NEEDS = {"_numba": "numba", "_array_api": "array_api_compat"}


def functions(layer: str, target: str) -> Any:
    """A module of the library; the test is skipped where what it needs is not installed."""
    if target in NEEDS:
        pytest.importorskip(NEEDS[target])
    return import_module(f"symbn.library.{layer}{target}")


def wide(*arrays: Array) -> list[Array]:
    return [A.astype(np.longdouble) for A in arrays]


def softmax(Z: Array) -> tuple[Array, Array]:
    """Softmax of each row, and its logarithm."""
    shifted = Z - Z.max(axis=1, keepdims=True)
    log = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.exp(log), log


def error(found: Any, exact: Array) -> float:
    """The measure; infinite where something is not finite or has another shape."""
    found = np.asarray(found)
    if found.shape != exact.shape or not np.isfinite(found).all():
        return float("inf")
    size = np.sqrt(np.mean(exact**2, axis=-1, keepdims=True)) if exact.ndim else abs(exact)
    size = np.maximum(abs(exact), size)
    return float(np.max(abs(found - exact) / np.where(size > 0, size, 1)))


def random(name: str) -> np.random.Generator:
    return np.random.default_rng(crc32(name.encode()))


SCORES: dict[str, Callable[[np.random.Generator], Array]] = {
    "standard": lambda r: r.standard_normal((301, 257)),
    "far from 0": lambda r: 1e4 + r.standard_normal((40, 300)),
    "far below 0": lambda r: -1e4 + r.standard_normal((40, 300)),
    "far apart": lambda r: 300 * r.standard_normal((40, 300)),
    "all the same": lambda r: np.full((9, 300), 88.8),
    "one class": lambda r: r.standard_normal((20, 1)),
    "two classes": lambda r: 5 * r.standard_normal((200, 2)),
    "one row": lambda r: r.standard_normal((1, 5000)),
    "one large score": lambda r: np.where(np.arange(300) == 7, 700.0, r.standard_normal((11, 300))),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", SCORES)
def test_softmax_and_cross_entropy_are_exact_for_scores_of_any_size(name: str, target: str, dtype: str) -> None:
    module, draw = functions("crossentropy", target), random(name)
    Z = SCORES[name](draw).astype(dtype)
    n, k = Z.shape
    T = draw.random((n, k))
    T = (T / T.sum(axis=1, keepdims=True)).astype(dtype)
    G = draw.standard_normal((n, k)).astype(dtype)
    P, log = softmax(wide(Z)[0])
    loss = -np.sum(wide(T)[0] * log) / n
    grad = (wide(T)[0].sum(axis=1, keepdims=True) * P - wide(T)[0]) / n
    back = P * (wide(G)[0] - np.sum(P * wide(G)[0], axis=1, keepdims=True))
    both = module.forward_backward(Z, T)
    goal = TARGETS[target][dtype]
    found = [(module.softmax(Z), P), (module.loss(Z, T), loss), (module.backward(Z, T), grad), (both[0], loss)]
    assert not [
        e for e in (error(*pair) for pair in [*found, (both[1], grad)] if k > 1 or pair[1] is not grad) if e > goal
    ]
    # Of one class, and of one score above all others, a gradient has nothing left but what the shares do not cancel.
    lost = abs(np.asarray(module.softmax_backward(Z, G)) - back).max() / np.abs(P * wide(G)[0]).max()
    assert lost <= 4 * goal
    if k == 1:
        assert abs(np.asarray(both[1])).max() <= goal


@pytest.mark.parametrize("target", TARGETS)
def test_a_masked_score_has_no_share_and_changes_no_other(target: str) -> None:
    """A score of −∞ is one that is not there."""
    module = functions("crossentropy", target)
    Z = random("mask").standard_normal((30, 40))
    Z[:, ::3] = -np.inf
    P = np.asarray(module.softmax(Z))
    kept = np.asarray(module.softmax(np.delete(Z, np.s_[::3], axis=1)))
    assert (P[:, ::3] == 0).all() and error(np.delete(P, np.s_[::3], axis=1), kept) <= 1e-14


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("target", TARGETS)
def test_what_is_not_finite_stays_in_its_row(target: str, value: float) -> None:
    module = functions("crossentropy", target)
    Z = random("broken").standard_normal((50, 90)).astype("float32")
    whole = np.asarray(module.softmax(Z))
    Z[7, 11] = value
    with np.errstate(all="ignore"):
        broken = np.asarray(module.softmax(Z))
    others = np.arange(50) != 7
    assert np.array_equal(broken[others], whole[others]) and np.isnan(broken[7]).any()


def attention(Q: Array, K: Array, V: Array, G: Array) -> tuple[Array, ...]:
    """O, ∇_Q, ∇_K, ∇_V in extended precision."""
    Q, K, V, G = wide(Q, K, V, G)
    root = np.sqrt(np.longdouble(Q.shape[1]))
    P, _ = softmax(Q @ K.T / root)
    grad_P = G @ V.T
    grad_S = P * (grad_P - np.sum(P * grad_P, axis=1, keepdims=True)) / root
    return P @ V, grad_S @ K, grad_S.T @ Q, P.T @ G


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("sizes", "scale"), [((70, 50, 16, 24), 1), ((33, 129, 8, 8), 4), ((5, 1, 3, 2), 1)])
def test_attention_is_exact(sizes: tuple[int, int, int, int], scale: float, target: str, dtype: str) -> None:
    module, draw = functions("attention", target), random(str(sizes))
    n, m, d, v = sizes
    Q, K, V, G = (draw.standard_normal(s).astype(dtype) for s in ((n, d), (m, d), (m, v), (n, v)))
    Q = (scale * Q).astype(dtype)
    exact = attention(Q, K, V, G)
    both = module.forward_backward(Q, K, V, G)
    found = [module.forward(Q, K, V), *module.backward(Q, K, V, G)]
    limit = 2e-5 if dtype == "float32" else 1e-13
    if m > 1:
        assert not [e for e in map(error, [*found, *both], [*exact, *exact]) if e > limit]
    else:  # one key: its share is 1 whatever the scores are
        assert all(abs(np.asarray(A)).max() <= limit for A in found[1:3])


@pytest.mark.parametrize("target", TARGETS)
def test_attention_to_scores_far_apart_is_a_choice(target: str) -> None:
    module, draw = functions("attention", target), random("choice")
    K, V = 100 * np.eye(6), draw.standard_normal((6, 4))
    chosen = np.asarray(module.forward(100 * np.eye(6)[::-1].copy(), K, V))
    assert np.array_equal(chosen, V[::-1])


def test_the_exponential_of_the_numba_kernels_is_within_one_unit_in_the_last_place() -> None:
    module = functions("crossentropy", "_numba")
    draw = random("exp")
    xs = np.concatenate([draw.uniform(-708, 709.7, 20000), draw.uniform(-1, 1, 20000), draw.uniform(-745, -708, 999)])
    exact = np.exp(xs.astype(np.longdouble))
    found = np.array([module._exp(x) for x in xs])
    assert np.max(abs(found - exact) / np.spacing(exact.astype(float))) <= 1
    special = {0.0: 1.0, np.inf: np.inf, -np.inf: 0.0, 710.0: np.inf, 1e300: np.inf, -746.0: 0.0, -1e300: 0.0}
    assert {x: module._exp(x) for x in special} == special and np.isnan(module._exp(np.nan))


def test_the_measure_sees_one_wrong_entry() -> None:
    P, _ = softmax(wide(random("measure").standard_normal((20, 30)))[0])
    rounded = P.astype("float64")
    assert error(rounded, P) <= 1e-15
    rounded[3, 4] += 1e-8
    assert error(rounded, P) > 1e-9


def test_scores_far_from_0_overflow_where_nothing_is_taken_off() -> None:
    """The cases refute the formula as it is written."""
    Z = SCORES["far from 0"](random("far from 0"))
    with np.errstate(all="ignore"):
        plain = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    assert error(plain, softmax(wide(Z)[0])[0]) == float("inf")


@pytest.mark.parametrize(
    ("layer", "function", "shapes", "options"),
    [
        ("layernorm", "forward_backward", ["nd", "d", "d", "nd"], {"eps": 1e-5}),
        ("rmsnorm", "forward_backward", ["nd", "d", "nd"], {"eps": 1e-5}),
        ("crossentropy", "forward_backward", ["nd", "nd"], {}),
        ("crossentropy", "softmax_backward", ["nd", "nd"], {}),
        ("attention", "forward_backward", ["nd", "kd", "kv", "nv"], {}),
    ],
)
def test_the_array_kernels_ask_for_no_more_than_the_standard_has(
    layer: str, function: str, shapes: list[str], options: dict[str, float]
) -> None:
    """On arrays that have nothing else, the same results as on NumPy's."""
    strict = pytest.importorskip("array_api_strict")
    module, draw = functions(layer, "_array_api"), random(layer)
    sizes = {"n": 20, "d": 18, "k": 17, "v": 5}
    arrays = [draw.standard_normal([sizes[letter] for letter in shape]) for shape in shapes]
    own = getattr(module, function)(*arrays, **options)
    found = getattr(module, function)(*map(strict.asarray, arrays), **options)
    pairs = zip(own, found, strict=True) if isinstance(own, tuple) else [(own, found)]
    for a, b in pairs:
        assert np.allclose(a, np.asarray(b), rtol=1e-13, atol=1e-14)
