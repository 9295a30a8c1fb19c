"""The gradient kernels are the forward pass's derivatives: central differences, PyTorch and JAX say the same.

L(Z) = Σ sin(Z) + ½ Σ A∘Z∘Z for a fixed A, so ∇_Z = cos(Z) + A∘Z;  Z = BN(X Wᵀ) diag(γ) + 1βᵀ.  Sizes are all unequal.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from . import extended
from .cases import TARGETS, Array

N, P, M = 7, 4, 3
EPS = 0.1
OURS = ["numpy", "numba", "array-api, NumPy"]
DDOFS = [0, 1]
NAMES = ["grad_Y", "grad_gamma", "grad_beta", "grad_W", "grad_X", "grad_Y_hat to grad_Y"]

random = np.random.default_rng(20190215)
X = random.standard_normal((N, P))
W = random.standard_normal((M, P))
GAMMA = random.uniform(0.5, 2.0, M) * np.array([1.0, -1.0, 1.0])
BETA = random.standard_normal(M)
A = random.standard_normal((N, M))
Y = X @ W.T


def kernels(target: str, ddof: int) -> dict[str, Array]:
    """What the generated functions say of L.  Where ∇_Z is wanted, it is that of the exact Z."""
    ours = TARGETS[target]
    module = ours.load()
    Y_hat = extended.normalise(Y, ddof=ddof, eps=EPS)
    Z = Y_hat * GAMMA + BETA
    grad_Z, grad_Y_hat = ((np.cos(V) + A * V).astype(float) for V in (Z, Y_hat))

    def call(name: str, *arrays: Array, **options: Any) -> Array:
        result: Array = ours.call(lambda *given: getattr(module, name)(*given, **options), *arrays)
        return result

    return {
        "grad_Y": call("grad_Y", Y, GAMMA, grad_Z, ddof=ddof, eps=EPS),
        "grad_gamma": call("grad_gamma", Y, grad_Z, ddof=ddof, eps=EPS),
        "grad_beta": call("grad_beta", grad_Z),
        "grad_W": call("grad_W", X, W, GAMMA, grad_Z, ddof=ddof, eps=EPS),
        "grad_X": call("grad_X", X, W, GAMMA, grad_Z, ddof=ddof, eps=EPS),
        "grad_Y_hat to grad_Y": call("backward_normalised", Y, grad_Y_hat, ddof=ddof, eps=EPS),
    }


def differences(ddof: int) -> dict[str, Array]:
    """Central differences of fourth order in extended precision: an error of some 1e-14."""

    def loss(Z: Array) -> Any:
        return (np.sin(Z) + A * Z * Z / 2).sum()

    def layer(Y: Array, gamma: Array = GAMMA, beta: Array = BETA) -> Any:
        return loss(extended.forward(Y, gamma, beta, ddof=ddof, eps=EPS))

    def product(X: Array, W: Array) -> Array:
        return X.astype(np.longdouble) @ W.T.astype(np.longdouble)

    return {
        "grad_Y": difference(layer, Y),
        "grad_gamma": difference(lambda gamma: layer(Y, gamma), GAMMA),
        "grad_beta": difference(lambda beta: layer(Y, GAMMA, beta), BETA),
        "grad_W": difference(lambda W: layer(product(X, W)), W),
        "grad_X": difference(lambda X: layer(product(X, W)), X),
        "grad_Y_hat to grad_Y": difference(lambda Y: loss(extended.normalise(Y, ddof=ddof, eps=EPS)), Y),
    }


def difference(f: Callable[[Array], Any], at: Array) -> Array:
    """∇f at a point, in its shape: (8 (f₁ − f₋₁) − (f₂ − f₋₂))/12h."""
    h = np.longdouble(2.0**-13)
    gradient = np.empty(at.shape)
    for place in np.ndindex(at.shape):
        step = np.zeros(at.shape, np.longdouble)
        step[place] = h
        near, far = (f(at + k * step) - f(at - k * step) for k in (1, 2))
        gradient[place] = (8 * near - far) / (12 * h)
    return gradient


def pytorch(ddof: int) -> dict[str, Array]:
    torch = pytest.importorskip("torch")
    x, w, y, gamma, beta, a = (torch.tensor(V, requires_grad=True) for V in (X, W, Y, GAMMA, BETA, A))

    def normalised(y: Any) -> Any:
        return (y - y.mean(0)) / torch.sqrt(y.var(0, correction=ddof) + EPS)

    def loss(z: Any) -> Any:
        return torch.sin(z).sum() + (a * z * z).sum() / 2

    def gradients(value: Any, *to: Any) -> list[Array]:
        return [g.numpy() for g in torch.autograd.grad(value, to)]

    found = gradients(loss(normalised(y) * gamma + beta), y, gamma, beta)
    found += gradients(loss(normalised(x @ w.T) * gamma + beta), w, x)
    found += gradients(loss(normalised(y)), y)
    if ddof == 0:
        layer = torch.nn.functional.batch_norm(y, None, None, gamma, beta, training=True, eps=EPS)
        for of, own in zip(gradients(loss(layer), y, gamma, beta), found, strict=False):
            np.testing.assert_allclose(of, own, rtol=1e-11, atol=1e-12)
    return dict(zip(NAMES, found, strict=True))


def jax(ddof: int) -> dict[str, Array]:
    jax = pytest.importorskip("jax")
    jnp = import_module("jax.numpy")

    def normalised(y: Any) -> Any:
        return (y - y.mean(0)) / jnp.sqrt(y.var(0, ddof=ddof) + EPS)

    def loss(z: Any) -> Any:
        return jnp.sin(z).sum() + (A * z * z).sum() / 2

    with jax.enable_x64(True):
        through_y = jax.grad(lambda y, gamma, beta: loss(normalised(y) * gamma + beta), (0, 1, 2))
        through_w = jax.grad(lambda w, x: loss(normalised(x @ w.T) * GAMMA + BETA), (0, 1))
        plain = jax.grad(lambda y: loss(normalised(y)))
        found = [*through_y(*map(jnp.asarray, (Y, GAMMA, BETA))), *through_w(*map(jnp.asarray, (W, X)))]
        found.append(plain(jnp.asarray(Y)))
        return dict(zip(NAMES, map(np.asarray, found), strict=True))


ORACLES = {"central differences": differences, "PyTorch": pytorch, "JAX": jax}
TOLERANCE = 1e-12


def disagreement(ours: dict[str, Array], theirs: dict[str, Array]) -> dict[str, float]:
    """The largest difference over the largest entry, of each gradient."""
    assert ours.keys() == theirs.keys()
    assert {name: A.shape for name, A in ours.items()} == {name: A.shape for name, A in theirs.items()}
    return {name: float(abs(ours[name] - theirs[name]).max() / abs(theirs[name]).max()) for name in ours}


@pytest.mark.parametrize("ddof", DDOFS)
@pytest.mark.parametrize("target", OURS)
@pytest.mark.parametrize("oracle", ORACLES)
def test_the_gradients_are_the_derivatives(oracle: str, target: str, ddof: int) -> None:
    if oracle == "central differences" and not extended.AVAILABLE:
        pytest.skip("long double is double here")
    found = disagreement(kernels(target, ddof), ORACLES[oracle](ddof))
    assert not {name: error for name, error in found.items() if not error <= TOLERANCE}


@pytest.mark.skipif(not extended.AVAILABLE, reason="long double is double here")
def test_the_other_variance_is_refuted() -> None:
    found = disagreement(kernels("numpy", 1), differences(0))
    del found["grad_beta"]
    # grad_beta is ∇_Zᵀ1, where ∇_Z is that of the layer with ddof = 1
    assert min(found.values()) > 1e-3


@pytest.mark.skipif(not extended.AVAILABLE, reason="long double is double here")
@pytest.mark.parametrize("ddof", DDOFS)
def test_the_reference_itself_is_the_derivative(ddof: int) -> None:
    Z = extended.forward(Y, GAMMA, BETA, ddof=ddof, eps=EPS)
    found = extended.backward(Y, GAMMA, (np.cos(Z) + A * Z).astype(float), ddof=ddof, eps=EPS)
    theirs = {name: gradient for name, gradient in differences(ddof).items() if name in NAMES[:3]}
    assert max(disagreement(dict(zip(theirs, found, strict=True)), theirs).values()) <= TOLERANCE
