"""How fast symbn's array-API kernels are on a GPU, beside PyTorch's own layers, measured in one run.

    python scripts/bench_gpu.py [--device cuda] [--layers layernorm,rmsnorm] [--shapes 4096x1024,65536x256]
                                [--dtypes float32,float64] [--runs 30] [--json FILE]

For every layer (batch norm, layer norm, RMS norm: what `symbn.library` has), shape n×d and dtype, three works:

forward             (X, γ, …) → Z
backward            (X, γ, ∇_Z) → ∇_X, ∇_γ, …; PyTorch may use what its forward pass kept, symbn starts from X again
forward+backward    both, and Z is returned

Candidates: PyTorch's function with its autograd, as it is and compiled (`torch.compile`), and the library's kernel as
it is and compiled; with JAX on the same kind of device the kernel under `jit` beside JAX's own derivative.
Every answer is first compared with float64 autograd of the textbook's formula.  Candidates run in turns, the device is
waited for after each, and the tables give medians and how many times faster than PyTorch as it is.

It needs this repository, NumPy and PyTorch, and array-api-compat for the kernels (pure Python: any folder on PYTHONPATH
will do).  Nothing here decides a test.
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

EPS = 1e-5
SHAPES = ((256, 1024), (4096, 1024), (16384, 4096), (65536, 256), (1048576, 64))
WORKS = ("forward", "backward", "forward+backward")
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}
COMPAT = "array_api_compat"

Tensor = Any
Action = Callable[[], tuple[Tensor, ...]]


@dataclass(frozen=True)
class Layer:
    """One layer: how PyTorch has it, the textbook's formula for the reference, and the options of the kernels."""

    module: str
    has_shift: bool
    options: dict[str, Any]
    own: Callable[..., Tensor]
    textbook: Callable[..., Tensor]

    def inputs(self, torch: Any, shape: tuple[int, int], dtype: Any, device: str) -> list[Tensor]:
        """X, γ and, where the layer has it, β, drawn on the CPU from one seed; then ∇_Z."""
        made = torch.Generator().manual_seed(sum(shape))
        X = torch.randn(shape, generator=made, dtype=torch.float64)
        gamma = torch.rand(shape[1], generator=made, dtype=torch.float64) + 0.5
        beta = [torch.randn(shape[1], generator=made, dtype=torch.float64)] if self.has_shift else []
        grad_Z = torch.randn(shape, generator=made, dtype=torch.float64)
        return [tensor.to(device=device, dtype=dtype) for tensor in (X, gamma, *beta, grad_Z)]


def _normalised(X: Tensor, axis: int, centred: bool) -> Tensor:
    d = X - X.mean(axis, keepdim=True) if centred else X
    return d / ((d * d).mean(axis, keepdim=True) + EPS) ** 0.5


def _batch_norm(X: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    functional = importlib.import_module("torch.nn.functional")
    return functional.batch_norm(X, None, None, gamma, beta, training=True, eps=EPS)


def _layer_norm(X: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    return importlib.import_module("torch.nn.functional").layer_norm(X, (X.shape[1],), gamma, beta, EPS)


def _rms_norm(X: Tensor, gamma: Tensor) -> Tensor:
    return importlib.import_module("torch.nn.functional").rms_norm(X, (X.shape[1],), gamma, EPS)


LAYERS = {
    "batchnorm": Layer(
        "symbn.library.batchnorm_array_api", True, {"eps": EPS, "ddof": 0}, _batch_norm,
        lambda X, gamma, beta: _normalised(X, 0, True) * gamma + beta,
    ),
    "layernorm": Layer(
        "symbn.library.layernorm_array_api", True, {"eps": EPS}, _layer_norm,
        lambda X, gamma, beta: _normalised(X, 1, True) * gamma + beta,
    ),
    "rmsnorm": Layer(
        "symbn.library.rmsnorm_array_api", False, {"eps": EPS}, _rms_norm,
        lambda X, gamma: _normalised(X, 1, False) * gamma,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """One way to do one work; `wait` returns when the device has done it."""

    work: str
    name: str
    action: Action
    wait: Callable[[tuple[Any, ...]], None]
    to_torch: Callable[[Any], Tensor]


def tupled(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


# --- candidates ----------------------------------------------------------------------------------------------------


def pytorch(torch: Any, layer: Layer, given: list[Tensor], device: str) -> Iterator[Candidate]:
    """PyTorch's own function and autograd, as it is and compiled."""
    *parameters, grad_Z = given
    leaves = [tensor.clone().requires_grad_() for tensor in parameters]
    wait = waiting(torch, device)
    for name, function in (("PyTorch", layer.own), ("PyTorch compiled", torch.compile(layer.own, dynamic=False))):
        Z = function(*leaves)

        def forward(function: Any = function) -> tuple[Tensor, ...]:
            with torch.no_grad():
                return (function(*parameters),)

        def backward(Z: Tensor = Z) -> tuple[Tensor, ...]:
            return tupled(torch.autograd.grad(Z, leaves, grad_Z, retain_graph=True))

        def both(function: Any = function) -> tuple[Tensor, ...]:
            Z = function(*leaves)
            return (Z, *torch.autograd.grad(Z, leaves, grad_Z))

        for work, action in zip(WORKS, (forward, backward, both), strict=True):
            yield Candidate(work, name, action, wait, lambda tensor: tensor.detach())


def kernels(torch: Any, layer: Layer, given: list[Tensor], device: str) -> Iterator[Candidate]:
    """The library's functions, as they are and compiled."""
    *parameters, grad_Z = given
    module = importlib.import_module(layer.module)
    back = (parameters[0], parameters[1], grad_Z)
    arguments = {"forward": parameters, "backward": back, "forward+backward": (*parameters, grad_Z)}
    wait = waiting(torch, device)
    for work in WORKS:
        function = getattr(module, work.replace("+", "_"))
        compiled = torch.compile(function, dynamic=False, fullgraph=True)
        for name, one in (("symbn", function), ("symbn compiled", compiled)):

            def action(one: Any = one, work: str = work) -> tuple[Tensor, ...]:
                return tupled(one(*arguments[work], **layer.options))

            yield Candidate(work, name, action, wait, lambda tensor: tensor)


def jax_candidates(torch: Any, layer: Layer, given: list[Tensor], device: str) -> Iterator[Candidate]:
    """The library's functions under JAX's `jit`, beside JAX's own derivative of the textbook's formula."""
    jax, jnp = importlib.import_module("jax"), importlib.import_module("jax.numpy")
    platforms = {"cuda": "gpu", "cpu": "cpu"}
    if jax.default_backend() != platforms[device.split(":")[0]]:
        raise RuntimeError(f"JAX runs on {jax.default_backend()} here")
    jax.config.update("jax_enable_x64", given[0].dtype == torch.float64)
    *parameters, grad_Z = (jnp.asarray(tensor.cpu().numpy()) for tensor in given)
    module = importlib.import_module(layer.module)
    axis, centred = (0 if "batch" in layer.module else 1), layer.has_shift

    def formula(X: Any, gamma: Any, *beta: Any) -> Any:
        d = X - X.mean(axis, keepdims=True) if centred else X
        Z = d / jnp.sqrt((d * d).mean(axis, keepdims=True) + EPS) * gamma
        return Z + beta[0] if beta else Z

    def both(*arguments: Any) -> tuple[Any, ...]:
        Z, pull = jax.vjp(formula, *arguments[:-1])
        return (Z, *pull(arguments[-1]))

    back = (parameters[0], parameters[1], grad_Z)
    arguments = {"forward": parameters, "backward": back, "forward+backward": (*parameters, grad_Z)}

    def to_torch(array: Any) -> Tensor:
        return torch.from_numpy(importlib.import_module("numpy").array(array)).to(device)

    def candidate(work: str, name: str, function: Any) -> Candidate:
        jitted = jax.jit(function)
        return Candidate(
            work, name, lambda: tupled(jitted(*arguments[work])), lambda done: jax.block_until_ready(done), to_torch
        )

    yield candidate("forward", "JAX", formula)
    yield candidate("forward+backward", "JAX", both)
    for work in WORKS:
        function = getattr(module, work.replace("+", "_"))
        yield candidate(work, "symbn in JAX", lambda *given, function=function: function(*given, **layer.options))


GROUPS = {"torch": pytorch, COMPAT: kernels, "jax": jax_candidates}
"""What is needed, and the candidates that need it."""


def waiting(torch: Any, device: str) -> Callable[[tuple[Any, ...]], None]:
    return (lambda _: torch.cuda.synchronize()) if device.startswith("cuda") else (lambda _: None)


# --- measuring -----------------------------------------------------------------------------------------------------


def reference(torch: Any, layer: Layer, given: list[Tensor]) -> dict[str, tuple[Tensor, ...]]:
    """Every answer, by float64 autograd of the textbook's formula."""
    *parameters, grad_Z = (tensor.double() for tensor in given)
    leaves = [tensor.requires_grad_() for tensor in parameters]
    Z = layer.textbook(*leaves)
    gradients = tupled(torch.autograd.grad(Z, leaves, grad_Z))
    return {"forward": (Z.detach(),), "backward": gradients, "forward+backward": (Z.detach(), *gradients)}


def disagreement(candidate: Candidate, exact: tuple[Tensor, ...]) -> float:
    """The largest difference from the reference, over the reference's largest entry."""
    found = [candidate.to_torch(answer) for answer in candidate.action()]
    assert [answer.shape for answer in found] == [answer.shape for answer in exact], candidate.name
    pairs = zip(found, exact, strict=True)
    return max(float((a.double() - b).abs().max() / b.abs().max()) for a, b in pairs)


def candidates(torch: Any, layer: Layer, given: list[Tensor], device: str) -> Iterator[Candidate]:
    """All that can be had; says what cannot."""
    for needed, group in GROUPS.items():
        try:
            importlib.import_module(needed)
            yield from group(torch, layer, given, device)
        except ImportError as missing:
            print(f"- left out: {missing}")
        except Exception as failed:  # a peer that fails is named, and the others are measured
            print(f"- left out, {group.__name__}: {type(failed).__name__}: {failed}")
            traceback.print_exc(limit=2, file=sys.stderr)


def timed(candidate: Candidate) -> float:
    started = time.perf_counter()
    done = candidate.action()
    candidate.wait(done)
    return time.perf_counter() - started


def measured(chosen: list[Candidate], exact: dict[str, tuple[Tensor, ...]], dtype: str, runs: int) -> dict[str, Any]:
    """Median seconds by work and candidate, of those whose answers are right; candidates take turns."""
    right = []
    for candidate in chosen:
        try:
            error = disagreement(candidate, exact[candidate.work])
        except Exception as failed:  # as above
            print(f"- {candidate.name}, {candidate.work}: {type(failed).__name__}: {str(failed).splitlines()[:1]}")
            continue
        if not error <= TOLERANCE[dtype]:
            print(f"- {candidate.name}, {candidate.work}: off by {error:.1e}, not timed")
            continue
        right.append(candidate)
    times: dict[tuple[str, str], list[float]] = {(c.work, c.name): [] for c in right}
    for turn in range(runs + 3):
        for candidate in right:
            seconds = timed(candidate)
            if turn >= 3:  # the first turns warm up
                times[candidate.work, candidate.name].append(seconds)
    return {f"{work}: {name}": median(seconds) for (work, name), seconds in times.items()}


def table(found: dict[str, float]) -> None:
    for work in WORKS:
        own = found.get(f"{work}: PyTorch")
        for key, seconds in found.items():
            if key.startswith(f"{work}: "):
                ratio = f"{own / seconds:.2f}" if own else "–"
                print(f"| {work} | {key.removeprefix(f'{work}: ')} | {seconds * 1e3:.3f} | {ratio} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", help="cuda if there is one")
    parser.add_argument("--layers", default=",".join(LAYERS))
    parser.add_argument("--shapes", default=",".join(f"{n}x{d}" for n, d in SHAPES))
    parser.add_argument("--dtypes", default="float32")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--json", type=Path, help="write all medians, in seconds, to a file")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", "Dynamo detected a call to a `functools.lru_cache`")  # array-api-compat's
    torch = importlib.import_module("torch")
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    name = torch.cuda.get_device_name() if device.startswith("cuda") else platform.machine()
    print(f"# {name}, PyTorch {torch.__version__}, Python {platform.python_version()}")
    everything: dict[str, Any] = {}
    for layer in options.layers.split(","):
        for shape in (tuple(map(int, text.split("x"))) for text in options.shapes.split(",")):
            for dtype in options.dtypes.split(","):
                title = f"{layer}, {shape[0]}×{shape[1]}, {dtype}"
                print(f"\n## {title}\n", flush=True)
                given = LAYERS[layer].inputs(torch, shape, getattr(torch, dtype), device)
                exact = reference(torch, LAYERS[layer], given)
                chosen = list(candidates(torch, LAYERS[layer], given, device))
                found = measured(chosen, exact, dtype, options.runs)
                print("\n| work | candidate | ms | times PyTorch |\n|---|---|---|---|")
                table(found)
                everything[title] = found
                torch.compiler.reset()
                del given, exact, chosen
    if options.json:
        options.json.write_text(json.dumps(everything, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
