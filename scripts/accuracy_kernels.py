"""How exact the kernels of `symbn.library` are, beside their peers, in every finite case of `tests/kernels/cases.py`.

    python scripts/accuracy_kernels.py [--only TEXT]

A Markdown table for float32 and one for float64: the worst error forward (Z) | backward (∇_Y), by the measure of the
cases, against extended precision.  The peers:

- PyTorch eager: `torch.nn.functional.batch_norm` in training mode, and its autograd (ddof = 0 only);
- JAX: the layer with `mean` and `var`, compiled, and its VJP (float64 with x64 switched on);
- NumPy by hand: the same formulas in the arrays' own precision, the gradient as the note has it;
- dense: yᵀCy with the n×n centering matrix, as `lambdify` of the note's formulas computes it (n ≤ 4096).

What is not installed is left out, with a line that says so.  Nothing here decides a test.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder, whose coverage.py is none that Numba knows

from tests.kernels import cases, extended  # noqa: E402
from tests.kernels.cases import TARGETS, Array, Case  # noqa: E402

Measured: TypeAlias = Callable[[Case], Mapping[str, Array] | None]
"""Some of `cases.Results`; None for what it cannot do."""

FORWARD, BACKWARD = "forward", "backward ∇_Y"
OURS = {"numpy": "numpy", "numba": "numba", "array-api": "array-api, NumPy"}


def by_hand(case: Case) -> Mapping[str, Array]:
    """σ² = dᵀd/N + ε, ŷ = d/σ and ∇_y = (J∇_ŷ − ŷ ŷᵀ∇_ŷ/N)/σ with N = n − ddof, in the dtype of Y."""
    spread, eps = len(case.Y) - case.ddof, np.asarray(case.eps, case.Y.dtype)
    d = case.Y - case.Y.mean(axis=0)
    sigma = np.sqrt(np.sum(d * d, axis=0) / spread + eps)
    Y_hat, grad_Y_hat = d / sigma, case.grad_Z * case.gamma
    grad_Y = (grad_Y_hat - grad_Y_hat.mean(axis=0) - Y_hat * (np.sum(Y_hat * grad_Y_hat, axis=0) / spread)) / sigma
    return {FORWARD: Y_hat * case.gamma + case.beta, BACKWARD: grad_Y}


def dense(case: Case) -> Mapping[str, Array] | None:
    """The same with d = C y and dᵀd = yᵀCy, C = I − 11ᵀ/n written out."""
    n, dtype = len(case.Y), case.Y.dtype
    if n > 4096:
        return None
    spread, eps = n - case.ddof, np.asarray(case.eps, dtype)
    C = np.eye(n, dtype=dtype) - np.full((n, n), 1 / n, dtype)
    d = C @ case.Y
    sigma = np.sqrt(np.sum(case.Y * d, axis=0) / spread + eps)
    Y_hat, grad_Y_hat = d / sigma, case.grad_Z * case.gamma
    grad_Y = (C @ grad_Y_hat - Y_hat * (np.sum(Y_hat * grad_Y_hat, axis=0) / spread)) / sigma
    return {FORWARD: Y_hat * case.gamma + case.beta, BACKWARD: grad_Y}


def pytorch(case: Case) -> Mapping[str, Array] | None:
    if case.ddof:
        return None
    torch = import_module("torch")
    Y, gamma, beta, grad_Z = (torch.tensor(A) for A in (case.Y, case.gamma, case.beta, case.grad_Z))
    Y.requires_grad_()
    Z = torch.nn.functional.batch_norm(Y, None, None, gamma, beta, training=True, eps=case.eps)
    Z.backward(grad_Z)
    return {FORWARD: Z.detach().numpy(), BACKWARD: Y.grad.numpy()}


def jax(case: Case) -> Mapping[str, Array]:
    jax = import_module("jax")
    jnp = import_module("jax.numpy")

    def both(Y: Any, gamma: Any, beta: Any, grad_Z: Any) -> tuple[Any, Any]:
        def layer(Y: Any) -> Any:
            return (Y - Y.mean(axis=0)) / jnp.sqrt(Y.var(axis=0, ddof=case.ddof) + case.eps) * gamma + beta

        Z, back = jax.vjp(layer, Y)
        return Z, back(grad_Z)[0]

    with jax.enable_x64(case.Y.dtype == "float64"):
        arrays = (jnp.asarray(A) for A in (case.Y, case.gamma, case.beta, case.grad_Z))
        Z, grad_Y = jax.jit(both)(*arrays)
        return {FORWARD: np.asarray(Z), BACKWARD: np.asarray(grad_Y)}


PEERS: dict[str, tuple[str | None, Measured]] = {
    "PyTorch eager": ("torch", pytorch),
    "JAX": ("jax", jax),
    "NumPy by hand": (None, by_hand),
    "dense yᵀCy": (None, dense),
}
"""Column, what must be installed, and what is measured."""


def candidates() -> dict[str, Measured]:
    """Our targets, then the peers.  Says what is left out."""
    found: dict[str, Measured] = {}
    for column, name in OURS.items():
        target = TARGETS[name]
        missing = [need for need in (*target.needs, target.module) if find_spec(need) is None]
        if missing:
            print(f"- {column}: left out, {missing[0]} is not installed")
        else:
            found[column] = target.results
    for column, (needed, measured) in PEERS.items():
        if needed is not None and find_spec(needed) is None:
            print(f"- {column}: left out, {needed} is not installed")
        else:
            found[column] = measured
    return found


def figures(errors: list[float]) -> str:
    return r" \| ".join(f"{error:.1e}" if np.isfinite(error) else "NaN" for error in errors) or "–"


def table(dtype: str, columns: Mapping[str, Measured], only: str) -> None:
    print(f"\n## {dtype}, forward | backward\n")
    print("| case | " + " | ".join(columns) + " |\n|---" + "|---" * len(columns) + "|")
    worst: dict[str, list[float]] = {column: [] for column in columns}
    for name in cases.FINITE:
        if only not in name:
            continue
        case, exact = cases.finite(name, dtype), cases.exact(name, dtype)
        row = []
        for column, measured in columns.items():
            with np.errstate(all="ignore"):
                results = measured(case)
            shown = {} if results is None else {result: results[result] for result in (FORWARD, BACKWARD)}
            errors = list(cases.errors(shown, exact).values())
            worst[column] = [max(pair) for pair in zip(errors, worst[column] or errors, strict=False)] or worst[column]
            row.append(figures(errors))
        print(f"| {name} | " + " | ".join(row) + " |", flush=True)
    print("| **worst** | " + " | ".join(map(figures, worst.values())) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="cases with this text in their name")
    only = parser.parse_args().only
    if not extended.AVAILABLE:
        raise SystemExit("long double is double here: there is nothing to measure against")
    packages = [name for name in ("numpy", "numba", "torch", "jax") if find_spec(name)]
    print("# Accuracy of batch norm\n")
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {', '.join(f'{p} {version(p)}' for p in packages)}"
    )
    print("\nWorst error of an entry over the larger of the exact entry and its column's root mean square.\n")
    columns = candidates()
    for dtype in cases.DTYPES:
        table(dtype, columns, only)


if __name__ == "__main__":
    main()
