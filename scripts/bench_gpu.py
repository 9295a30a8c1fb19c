"""How fast symbn's kernels of whole layers are beside PyTorch's own, on a GPU or on the CPU, measured in one run.

    python scripts/bench_gpu.py [--device cuda] [--layers layernorm,attention] [--shapes 4096x1024,65536x256]
                                [--dtypes float32,float64] [--threads 1] [--runs 30] [--eager]
                                [--groups torch,numba] [--json FILE]

For every layer of `symbn.library` (the norms, softmax with cross entropy, attention), shape n×d and dtype, three works:

forward             (X, …) → Z; for cross entropy, the mean loss of n rows of d scores
backward            (X, …, ∇_Z) → ∇_X, …; PyTorch may use what its forward pass kept, symbn starts from X again
forward+backward    both

Candidates: PyTorch's function with its autograd, as it is and compiled (`torch.compile`, unless --eager is given); the
library's array-API kernel on PyTorch's tensors, as it is and compiled; on the CPU the NumPy and Numba kernels, too,
which write to arrays that they are given; with JAX on the same kind of device the array-API kernel under `jit` beside
JAX's own derivative.  Every answer is first compared with float64 autograd of the textbook's formula.  Candidates run
in turns, the device is waited for after each, and the tables give medians and how many times faster than PyTorch.

It needs this repository, NumPy and PyTorch, and array-api-compat for the array-API kernels (pure Python: any folder on
PYTHONPATH will do).  Nothing here decides a test.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder, whose coverage.py is none that Numba knows

EPS = 1e-5
WIDE = ((256, 1024), (4096, 1024), (16384, 4096), (65536, 256), (1048576, 64))
SEQUENCES = ((256, 64), (1024, 64), (4096, 128))
WORKS = ("forward", "backward", "forward+backward")
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}
COMPAT = "array_api_compat"

Tensor = Any
Tensors = tuple[Any, ...]
Action = Callable[[], Tensors]


@dataclass(frozen=True)
class Layer:
    """One layer: what is drawn for it, how PyTorch has it, and the textbook's formula for the reference.

    draws: the tensors that are differentiated by, others that the layer takes, and ∇ of its output, by the shape;
    *_arguments: which of all these each kernel takes, by their places.
    """

    module: str
    options: dict[str, Any]
    draws: Callable[[Any, int, int], tuple[Tensors, Tensors, Tensor]]
    own: Callable[..., Tensor]
    textbook: Callable[..., Tensor]
    arguments: dict[str, tuple[int, ...]]
    forward: str = "forward"
    shapes: tuple[tuple[int, int], ...] = WIDE

    def function(self, module: Any, work: str) -> Callable[..., Any]:
        """The kernel of a work."""
        return getattr(module, self.forward if work == "forward" else work.replace("+", "_"))


def norm(module: str, options: dict[str, Any], own: Callable[..., Tensor], axis: int, shift: bool) -> Layer:
    """A layer that normalises along an axis: X, γ and, with `shift`, β."""

    def draws(torch: Any, n: int, d: int) -> tuple[Tensors, Tensors, Tensor]:
        more = (torch.randn(d),) if shift else ()
        return (torch.randn(n, d), torch.rand(d) + 0.5, *more), (), torch.randn(n, d)

    def textbook(X: Tensor, gamma: Tensor, *beta: Tensor) -> Tensor:
        deviations = X - X.mean(axis)[(None, slice(None)) if axis == 0 else (slice(None), None)] if shift else X
        squares = (deviations * deviations).mean(axis)[(None, slice(None)) if axis == 0 else (slice(None), None)]
        Z = deviations / (squares + EPS) ** 0.5 * gamma
        return Z + beta[0] if beta else Z

    last = 3 if shift else 2
    places = {"forward": tuple(range(last)), "backward": (0, 1, last), "forward+backward": tuple(range(last + 1))}
    return Layer(f"symbn.library.{module}", options, draws, own, textbook, places)


def functional() -> Any:
    return importlib.import_module("torch.nn.functional")


def _scores(torch: Any, n: int, k: int) -> tuple[Tensors, Tensors, Tensor]:
    return (3 * torch.randn(n, k),), (torch.softmax(torch.randn(n, k), 1),), torch.ones(())


def _cross_entropy(Z: Tensor, T: Tensor) -> Tensor:
    shifted = Z - Z.max()
    return ((T.sum(1) * _log(_exp(shifted).sum(1))) - (T * shifted).sum(1)).mean()


def _exp(x: Any) -> Any:
    return x.exp() if hasattr(x, "exp") else importlib.import_module("jax.numpy").exp(x)


def _log(x: Any) -> Any:
    return x.log() if hasattr(x, "log") else importlib.import_module("jax.numpy").log(x)


def _heads(torch: Any, n: int, d: int) -> tuple[Tensors, Tensors, Tensor]:
    return tuple(torch.randn(n, d) for _ in range(3)), (), torch.randn(n, d)


def _attention(Q: Tensor, K: Tensor, V: Tensor) -> Tensor:
    weights = _exp(Q @ K.T / Q.shape[1] ** 0.5)
    return weights @ V / weights.sum(1)[:, None]


def _own_attention(Q: Tensor, K: Tensor, V: Tensor) -> Tensor:
    return functional().scaled_dot_product_attention(Q[None], K[None], V[None])[0]


LAYERS = {
    "batchnorm": norm(
        "batchnorm", {"eps": EPS, "ddof": 0},
        lambda X, gamma, beta: functional().batch_norm(X, None, None, gamma, beta, training=True, eps=EPS), 0, True,
    ),
    "layernorm": norm(
        "layernorm", {"eps": EPS},
        lambda X, gamma, beta: functional().layer_norm(X, (X.shape[1],), gamma, beta, EPS), 1, True,
    ),
    "rmsnorm": norm(
        "rmsnorm", {"eps": EPS}, lambda X, gamma: functional().rms_norm(X, (X.shape[1],), gamma, EPS), 1, False
    ),
    "crossentropy": Layer(
        "symbn.library.crossentropy", {}, _scores, lambda Z, T: functional().cross_entropy(Z, T), _cross_entropy,
        dict.fromkeys(WORKS, (0, 1)), "loss",
    ),
    "attention": Layer(
        "symbn.library.attention", {}, _heads, _own_attention, _attention,
        {"forward": (0, 1, 2), "backward": (0, 1, 2, 3), "forward+backward": (0, 1, 2, 3)}, shapes=SEQUENCES,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What one layer is measured on: tensors to differentiate by, others, and ∇ of the output."""

    leaves: Tensors
    others: Tensors
    cotangent: Tensor

    @classmethod
    def drawn(cls, torch: Any, layer: Layer, shape: tuple[int, int], dtype: Any, device: str) -> Given:
        """From one seed, on the CPU, in float64, then rounded."""
        torch.manual_seed(sum(shape))
        torch.set_default_dtype(torch.float64)
        leaves, others, cotangent = layer.draws(torch, *shape)
        torch.set_default_dtype(torch.float32)
        put = lambda tensor: tensor.to(device=device, dtype=dtype)  # noqa: E731
        return cls(tuple(map(put, leaves)), tuple(map(put, others)), put(cotangent))

    def everything(self) -> Tensors:
        """All of them, in the order in which kernels take them."""
        return (*self.leaves, *self.others, self.cotangent)


@dataclass(frozen=True)
class Candidate:
    """One way to do one work; `wait` returns when the device has done it."""

    work: str
    name: str
    action: Action
    wait: Callable[[tuple[Any, ...]], None]
    to_torch: Callable[[Any], Tensor]


@dataclass(frozen=True)
class Setting:
    """Where it is run, whether nothing is compiled by PyTorch, and which groups of candidates there are."""

    device: str
    eager: bool
    groups: tuple[str, ...]

    def variants(self, name: str, function: Any, torch: Any) -> tuple[tuple[str, Any], ...]:
        """A function as it is and compiled."""
        plain = (name, function)
        return (plain,) if self.eager else (plain, (f"{name} compiled", torch.compile(function, dynamic=False)))


def tupled(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


# --- candidates ----------------------------------------------------------------------------------------------------


def pytorch(torch: Any, layer: Layer, given: Given, setting: Setting) -> Iterator[Candidate]:
    """PyTorch's own function and autograd, as it is and compiled."""
    leaves = [tensor.clone().requires_grad_() for tensor in given.leaves]
    wait = waiting(torch, setting.device)
    for name, function in setting.variants("PyTorch", layer.own, torch):
        Z = function(*leaves, *given.others)

        def forward(function: Any = function) -> Tensors:
            with torch.no_grad():
                return (function(*given.leaves, *given.others),)

        def backward(Z: Tensor = Z) -> Tensors:
            return tupled(torch.autograd.grad(Z, leaves, given.cotangent, retain_graph=True))

        def both(function: Any = function) -> Tensors:
            Z = function(*leaves, *given.others)
            return (Z, *torch.autograd.grad(Z, leaves, given.cotangent))

        for work, action in zip(WORKS, (forward, backward, both), strict=True):
            yield Candidate(work, name, action, wait, lambda tensor: tensor.detach())


def array_api(torch: Any, layer: Layer, given: Given, setting: Setting) -> Iterator[Candidate]:
    """The library's array-API kernels on PyTorch's tensors, as they are and compiled."""
    module, everything = importlib.import_module(f"{layer.module}_array_api"), given.everything()
    wait = waiting(torch, setting.device)
    for work in WORKS:
        function, arguments = layer.function(module, work), [everything[k] for k in layer.arguments[work]]
        for name, one in setting.variants("symbn array-api", function, torch):

            def action(one: Any = one, arguments: Any = arguments) -> Tensors:
                return tupled(one(*arguments, **layer.options))

            yield Candidate(work, name, action, wait, lambda tensor: tensor)


def on_the_cpu(torch: Any, layer: Layer, given: Given, setting: Setting) -> Iterator[Candidate]:
    """The library's NumPy and Numba kernels, which write where they are told to."""
    if setting.device != "cpu":
        return
    importlib.import_module("numba").set_num_threads(torch.get_num_threads())
    everything = [tensor.numpy() for tensor in given.everything()]
    for name, ending in (("symbn numpy", ""), ("symbn numba", "_numba")):
        module = importlib.import_module(layer.module + ending)
        for work in WORKS:
            function, arguments = layer.function(module, work), [everything[k] for k in layer.arguments[work]]
            out = function(*arguments, **layer.options)

            def action(function: Any = function, arguments: Any = arguments, out: Any = out) -> Tensors:
                return tupled(function(*arguments, out=out, **layer.options))

            yield Candidate(work, name, action, lambda _: None, torch.from_numpy)


def jax_candidates(torch: Any, layer: Layer, given: Given, setting: Setting) -> Iterator[Candidate]:
    """The array-API kernels under JAX's `jit`, beside JAX's own derivative of the textbook's formula."""
    jax, jnp = importlib.import_module("jax"), importlib.import_module("jax.numpy")
    platforms = {"cuda": "gpu", "cpu": "cpu"}
    if jax.default_backend() != platforms[setting.device.split(":")[0]]:
        raise RuntimeError(f"JAX runs on {jax.default_backend()} here")
    jax.config.update("jax_enable_x64", given.cotangent.dtype == torch.float64)
    everything = [jnp.asarray(tensor.cpu().numpy()) for tensor in given.everything()]
    leaves, others = everything[: len(given.leaves)], everything[len(given.leaves) : -1]
    module = importlib.import_module(f"{layer.module}_array_api")

    def both(*arguments: Any) -> Tensors:
        Z, pull = jax.vjp(lambda *leaves: layer.textbook(*leaves, *others), *arguments[:-1])
        return (Z, *pull(arguments[-1]))

    def to_torch(array: Any) -> Tensor:
        return torch.from_numpy(importlib.import_module("numpy").array(array)).to(setting.device)

    def candidate(work: str, name: str, function: Any, arguments: Any) -> Candidate:
        jitted = jax.jit(function)
        return Candidate(work, name, lambda: tupled(jitted(*arguments)), jax.block_until_ready, to_torch)

    yield candidate("forward", "JAX", layer.textbook, (*leaves, *others))
    yield candidate("forward+backward", "JAX", both, (*leaves, everything[-1]))
    for work in WORKS:
        function, arguments = layer.function(module, work), [everything[k] for k in layer.arguments[work]]
        yield candidate(work, "symbn in JAX", partial(function, **layer.options), arguments)


GROUPS = {"torch": pytorch, "numba": on_the_cpu, COMPAT: array_api, "jax": jax_candidates}
"""What is needed, and the candidates that need it."""


def waiting(torch: Any, device: str) -> Callable[[tuple[Any, ...]], None]:
    return (lambda _: torch.cuda.synchronize()) if device.startswith("cuda") else (lambda _: None)


# --- measuring -----------------------------------------------------------------------------------------------------


def reference(torch: Any, layer: Layer, given: Given) -> dict[str, Tensors]:
    """Every answer, by float64 autograd of the textbook's formula."""
    leaves = [tensor.double().clone().requires_grad_() for tensor in given.leaves]
    Z = layer.textbook(*leaves, *(tensor.double() for tensor in given.others))
    gradients = tupled(torch.autograd.grad(Z, leaves, given.cotangent.double()))
    return {"forward": (Z.detach(),), "backward": gradients, "forward+backward": (Z.detach(), *gradients)}


def disagreement(candidate: Candidate, exact: Tensors) -> float:
    """The largest difference from the reference, over the reference's largest entry."""
    found = [candidate.to_torch(answer) for answer in candidate.action()]
    assert [answer.shape for answer in found] == [answer.shape for answer in exact], candidate.name
    pairs = zip(found, exact, strict=True)
    return max(float((a.double() - b).abs().max() / b.abs().max()) for a, b in pairs)


def candidates(torch: Any, layer: Layer, given: Given, setting: Setting) -> Iterator[Candidate]:
    """All that can be had; says what cannot."""
    for needed, group in ((name, GROUPS[name]) for name in setting.groups):
        try:
            importlib.import_module(needed)
            yield from group(torch, layer, given, setting)
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


def measured(chosen: list[Candidate], exact: dict[str, Tensors], dtype: str, runs: int) -> dict[str, Any]:
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


def shapes(text: str | None) -> list[tuple[int, int]]:
    """4096x1024,65536x256 as pairs."""
    pairs = (part.split("x") for part in text.split(",")) if text else ()
    return [(int(n), int(d)) for n, d in pairs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", help="cuda if there is one")
    parser.add_argument("--layers", default=",".join(LAYERS))
    parser.add_argument("--shapes", help="n×d, or for attention n queries and keys of size d: 4096x1024,65536x256")
    parser.add_argument("--threads", type=int, default=1, help="on the CPU")
    parser.add_argument("--dtypes", default="float32")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--eager", action="store_true", help="leave torch.compile out, which takes most of the time")
    parser.add_argument(
        "--groups", default=",".join(GROUPS), help="on the CPU runtimes disturb one another: torch,numba"
    )
    parser.add_argument("--json", type=Path, help="write all medians, in seconds, to a file")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", "Dynamo detected a call to a `functools.lru_cache`")  # array-api-compat's
    for runtime in ("OMP", "NUMBA", "OPENBLAS"):  # read when they are imported: idle threads of one slow another down
        os.environ[f"{runtime}_NUM_THREADS"] = str(options.threads)
    torch = importlib.import_module("torch")
    torch.set_num_threads(options.threads)
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    name = torch.cuda.get_device_name() if device.startswith("cuda") else platform.machine()
    print(f"# {name}, PyTorch {torch.__version__}, Python {platform.python_version()}")
    everything: dict[str, Any] = {}
    for layer in options.layers.split(","):
        for n, d in shapes(options.shapes) or LAYERS[layer].shapes:
            for dtype in options.dtypes.split(","):
                title = f"{layer}, {n}×{d}, {dtype}"
                print(f"\n## {title}\n", flush=True)
                given = Given.drawn(torch, LAYERS[layer], (n, d), getattr(torch, dtype), device)
                exact = reference(torch, LAYERS[layer], given)
                chosen = list(
                    candidates(
                        torch, LAYERS[layer], given, Setting(device, options.eager, tuple(options.groups.split(",")))
                    )
                )
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
