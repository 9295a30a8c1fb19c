"""How fast symbn's batch norm kernels are, beside their peers, measured in one run on one machine.

    python scripts/bench_kernels.py [--quick] [--shapes 32x64,4096x1024] [--threads 1,2] [--runs 7] [--json FILE]

For every shape n×d, in float32 and float64, with one and with two threads, three works:

forward             (Y, γ, β) → Z
backward            (Y, γ, ∇_Z) → ∇_Y, ∇_γ, ∇_β; frameworks may use what their forward pass kept, symbn's kernels start
                    from Y again
forward+backward    (Y, γ, β, ∇_Z) → ∇_Y, ∇_γ, ∇_β.  symbn's fused kernel, the C reference and one NumPy candidate need
                    no Z on the way and make none; “with Z” is said of those which return it though they need not

Every answer is compared with one reference (float64, two passes) before anything is timed: 1e-9 in float64, 1e-4 in
float32, of the largest entry.  Candidates run in turns, so that a change of the machine meets all of them; those that
share no runtime run in processes of their own, which sleep meanwhile.  The tables give medians of the turns.  Then
come the growth with n·d, the memory beyond the outputs, and issue 3's goals.  A peer that is not installed is named and
left out.  Nothing here decides a test; run it on a machine that does nothing else, with 20 GB for the largest shape.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import importlib
import json
import math
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent)  # not this folder, whose coverage.py is none that Numba knows
SHAPES = ((32, 64), (256, 1024), (4096, 1024), (65536, 256), (1048576, 64))
LARGE = SHAPES[2:]
OUT_OF_CACHE = SHAPES[3:]
DTYPES = ("float32", "float64")
WORKS = ("forward", "backward", "forward+backward")
GRADIENTS = ("grad_Y", "grad_gamma", "grad_beta")
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}
EPS, DDOF = 1e-5, 0
OPTIONS: dict[str, Any] = {"eps": EPS, "ddof": DDOF}
DENSE_ROWS = 4096
"""The dense n×n peer stops here."""

SPAWN = multiprocessing.get_context("spawn")

Shape = tuple[int, int]
Array = Any
"""A NumPy array, or a tensor of the framework at hand."""


class Data(NamedTuple):
    """Inputs (standard normal; γ in [½, 3/2]) and, as files that are read when needed, the answers."""

    Y: Array
    gamma: Array
    beta: Array
    grad_Z: Array
    folder: Path

    @classmethod
    def read(cls, folder: Path) -> Data:
        Y, gamma, beta, grad_Z = (np.load(folder / f"{name}.npy") for name in cls._fields[:-1])
        return cls(Y, gamma, beta, grad_Z, folder)


class Candidate(NamedTuple):
    """One way to do one work; `action` returns what `answers` name, in that order."""

    work: str
    name: str
    answers: tuple[str, ...]
    action: Callable[[], Any]
    to_numpy: Callable[[Any], Array] = np.asarray


Measured = dict[tuple[str, str], float]
"""Median seconds of (work, candidate)."""


# --- data and the reference --------------------------------------------------------------------------------------


def write_data(shape: Shape, dtype: str, folder: Path) -> None:
    """Draws the inputs and works out every answer in float64, block by block."""
    n, d = shape
    rng: Any = np.random.default_rng(n + d)
    Y, grad_Z = (rng.standard_normal(shape, dtype=dtype) for _ in range(2))
    gamma, beta = rng.uniform(0.5, 1.5, d).astype(dtype), rng.standard_normal(d).astype(dtype)
    blocks = [slice(i, i + 65536) for i in range(0, n, 65536)]

    def total(part: Callable[[slice], Array]) -> Array:
        return np.sum([part(b).sum(0, dtype=np.float64) for b in blocks], axis=0)

    mean, grad_mean = total(lambda b: Y[b]) / n, total(lambda b: grad_Z[b]) / n
    inverse = 1 / np.sqrt(total(lambda b: (Y[b] - mean) ** 2) / (n - DDOF) + EPS)
    grad_gamma = total(lambda b: (Y[b] - mean) * inverse * grad_Z[b])
    Z, grad_Y = np.empty_like(Y), np.empty_like(Y)
    for b in blocks:
        Y_hat = (Y[b] - mean) * inverse
        Z[b] = Y_hat * gamma + beta
        grad_Y[b] = (grad_Z[b] - grad_mean - Y_hat * grad_gamma / (n - DDOF)) * gamma * inverse
    written = {"Y": Y, "gamma": gamma, "beta": beta, "grad_Z": grad_Z, "Z": Z, "grad_Y": grad_Y}
    written |= {"grad_gamma": grad_gamma, "grad_beta": grad_mean * n}
    for name, value in written.items():
        np.save(folder / f"{name}.npy", value)


def disagreement(candidate: Candidate, folder: Path) -> float:
    """The largest difference from the reference, over the reference's largest entry or 1."""
    result = candidate.action()
    found = result if len(candidate.answers) > 1 else (result,)
    worst = 0.0
    for name, value in zip(candidate.answers, found, strict=True):
        reference = np.load(folder / f"{name}.npy", mmap_mode="r")
        value = candidate.to_numpy(value)
        assert value.shape == reference.shape, (candidate.name, name, value.shape)
        size = max(1.0, float(np.abs(reference).max()))
        error = max(
            float(np.abs(value[i : i + 65536] - reference[i : i + 65536]).max()) for i in range(0, len(value), 65536)
        )
        worst = max(worst, error / size if math.isfinite(error) else math.inf)
    return worst


# --- candidates: one function for each process, a list for each shape and dtype ------------------------------------


def symbn(library: Any, name: str, data: Data, with_out: bool = True) -> Iterator[Candidate]:
    """A generated NumPy or Numba module; arrays for the results are given to it, as they are to C."""
    Y, gamma, beta, grad_Z, _ = data
    Z, grad_Y = np.empty_like(Y), np.empty_like(Y)
    gradients = (grad_Y, np.empty_like(gamma), np.empty_like(gamma))
    yield Candidate("forward", name, ("Z",), lambda: library.forward(Y, gamma, beta, out=Z, **OPTIONS))
    for work in WORKS[1:]:
        fused = Candidate(work, name, GRADIENTS, lambda: library.backward(Y, gamma, grad_Z, out=gradients, **OPTIONS))
        yield fused
    yield Candidate(work, f"{name}, new arrays", GRADIENTS, lambda: library.backward(Y, gamma, grad_Z, **OPTIONS))
    if hasattr(library, "forward_backward"):
        both = lambda: library.forward_backward(Y, gamma, beta, grad_Z, out=(Z, *gradients), **OPTIONS)  # noqa: E731
        yield Candidate(work, f"{name}, with Z", ("Z", *GRADIENTS), both)


def array_api(library: Any, name: str, arrays: tuple[Array, ...], **settings: Any) -> Iterator[Candidate]:
    """The generated array API module on the arrays of some library; settings: compile, wait, to_numpy."""
    compile_ = settings.get("compile", lambda function: function)
    wait = settings.get("wait", lambda result: result)
    to_numpy = settings.get("to_numpy", np.asarray)
    Y, gamma, beta, grad_Z = arrays
    forward = compile_(lambda Y, gamma, beta: library.forward(Y, gamma, beta, **OPTIONS))
    backward = compile_(lambda Y, gamma, grad_Z: library.backward(Y, gamma, grad_Z, **OPTIONS))
    yield Candidate("forward", name, ("Z",), lambda: wait(forward(Y, gamma, beta)), to_numpy)
    for work in WORKS[1:]:
        yield Candidate(work, name, GRADIENTS, lambda: wait(backward(Y, gamma, grad_Z)), to_numpy)


def numba_candidates(data: Data, threads: int, **_: Any) -> Iterator[Candidate]:
    import numba

    numba.set_num_threads(threads)
    yield from symbn(importlib.import_module("symbn.library.batchnorm_numba"), "symbn numba", data)


def numpy_candidates(data: Data, threads: int, **_: Any) -> Iterator[Candidate]:
    yield from by_hand(data)
    yield from cs231n(data)
    if len(data.Y) <= DENSE_ROWS:
        yield from dense(data)
    yield from symbn(importlib.import_module("symbn.library.batchnorm"), "symbn numpy", data)
    library = importlib.import_module("symbn.library.batchnorm_array_api")
    yield from array_api(library, "symbn array-api, NumPy", data[:4])


def by_hand(data: Data) -> Iterator[Candidate]:
    """The fewest whole-array operations, each into an array that is there already."""
    Y, gamma, beta, grad_Z, _ = data
    n = len(Y)
    Z, grad_Y, Y_hat, work = (np.empty_like(Y) for _ in range(4))

    def inverse(centered: Array) -> Array:
        return 1 / np.sqrt(np.einsum("ij,ij->j", centered, centered) / (n - DDOF) + EPS)

    def forward() -> Array:
        np.subtract(Y, Y.mean(0), out=Z)
        np.multiply(Z, gamma * inverse(Z), out=Z)
        return np.add(Z, beta, out=Z)

    def keep() -> Array:
        np.subtract(Y, Y.mean(0), out=Y_hat)
        factor = inverse(Y_hat)
        np.multiply(Y_hat, factor, out=Y_hat)
        return factor

    def gradients(factor: Array) -> tuple[Array, ...]:
        grad_beta, grad_gamma = grad_Z.sum(0), np.einsum("ij,ij->j", grad_Z, Y_hat)
        np.multiply(Y_hat, grad_gamma / (n - DDOF), out=work)
        np.subtract(grad_Z, grad_beta / n, out=grad_Y)
        np.subtract(grad_Y, work, out=grad_Y)
        return np.multiply(grad_Y, gamma * factor, out=grad_Y), grad_gamma, grad_beta

    def from_y() -> tuple[Array, ...]:
        np.subtract(Y, Y.mean(0), out=work)
        factor = inverse(work)
        grad_beta, products = grad_Z.sum(0), np.einsum("ij,ij->j", grad_Z, work)
        np.multiply(work, products * factor * factor / (n - DDOF), out=work)
        np.subtract(grad_Z, grad_beta / n, out=grad_Y)
        np.subtract(grad_Y, work, out=grad_Y)
        return np.multiply(grad_Y, gamma * factor, out=grad_Y), products * factor, grad_beta

    def with_z() -> tuple[Array, ...]:
        factor = keep()
        np.multiply(Y_hat, gamma, out=Z)
        np.add(Z, beta, out=Z)
        return Z, *gradients(factor)

    kept = keep()
    yield Candidate("forward", "NumPy by hand", ("Z",), forward)
    yield Candidate("backward", "NumPy by hand", GRADIENTS, lambda: gradients(kept))
    yield Candidate("forward+backward", "NumPy by hand", GRADIENTS, from_y)
    yield Candidate("forward+backward", "NumPy by hand, with Z", ("Z", *GRADIENTS), with_z)


def cs231n(data: Data) -> Iterator[Candidate]:
    """One array for every node of the computation graph, as the course teaches it."""
    Y, gamma, beta, grad_Z, _ = data
    n = len(Y)

    def forward() -> tuple[Array, tuple[Array, ...]]:
        mean = np.sum(Y, axis=0) / n
        centered = Y - mean
        variance = np.sum(centered**2, axis=0) / (n - DDOF)
        deviation = np.sqrt(variance + EPS)
        inverse = 1.0 / deviation
        Y_hat = centered * inverse
        scaled = gamma * Y_hat
        return scaled + beta, (Y_hat, centered, inverse, deviation)

    def backward(kept: tuple[Array, ...]) -> tuple[Array, ...]:
        Y_hat, centered, inverse, deviation = kept
        grad_beta = np.sum(grad_Z, axis=0)
        grad_gamma = np.sum(grad_Z * Y_hat, axis=0)
        grad_Y_hat = grad_Z * gamma
        grad_inverse = np.sum(grad_Y_hat * centered, axis=0)
        grad_centered = grad_Y_hat * inverse
        grad_variance = -grad_inverse / deviation**2 * 0.5 * inverse
        grad_squares = np.ones_like(Y) * grad_variance / (n - DDOF)
        grad_centered = grad_centered + 2 * centered * grad_squares
        grad_mean = -np.sum(grad_centered, axis=0)
        return grad_centered + np.ones_like(Y) * grad_mean / n, grad_gamma, grad_beta

    kept = forward()[1]
    yield Candidate("forward", "NumPy, cs231n style", ("Z",), lambda: forward()[0])
    yield Candidate("backward", "NumPy, cs231n style", GRADIENTS, lambda: backward(kept))
    yield Candidate("forward+backward", "NumPy, cs231n style", GRADIENTS, lambda: backward(forward()[1]))


def dense(data: Data) -> Iterator[Candidate]:
    """SymPy's `lambdify` of the formulas as they stand, with J = I − 11ᵀ/n as an n×n array."""
    import sympy as sp
    from sympy import HadamardProduct as Times

    Y, gamma, beta, grad_Z, _ = data
    n, d = Y.shape
    J, A, B, R, S = sp.MatrixSymbol("J", n, n), *(sp.MatrixSymbol(name, n, d) for name in "ABRS")
    row = sp.MatrixSymbol("row", 1, n)
    centered_and_squares = sp.lambdify((J, A, row), [J * A, row * Times(A, J * A)], cse=True)
    affine = sp.lambdify((A, R, S), Times(A, R) + S)
    products = sp.lambdify((A, B, row), row * Times(A, B))
    gradient = sp.lambdify((J, A, B, R, S), Times(J * A - Times(B, R), S))
    centering = np.eye(n, dtype=Y.dtype) - np.full((n, n), 1 / n, dtype=Y.dtype)
    ones = np.ones((1, n), dtype=Y.dtype)

    def normalise() -> tuple[Array, Array]:
        centered, squares = centered_and_squares(centering, Y, ones)
        inverse = 1 / np.sqrt(squares / (n - DDOF) + EPS)
        return affine(centered, inverse, np.zeros_like(inverse)), inverse

    def backward(Y_hat: Array, inverse: Array) -> tuple[Array, ...]:
        grad_gamma = products(grad_Z, Y_hat, ones)
        grad_Y = gradient(centering, grad_Z, Y_hat, grad_gamma / (n - DDOF), gamma * inverse)
        return grad_Y, grad_gamma[0], (ones @ grad_Z)[0]

    kept = normalise()
    name = "SymPy lambdify, dense J"
    yield Candidate("forward", name, ("Z",), lambda: affine(normalise()[0], gamma, beta))
    yield Candidate("backward", name, GRADIENTS, lambda: backward(*kept))
    yield Candidate("forward+backward", name, GRADIENTS, lambda: backward(*normalise()))


def torch_candidates(data: Data, threads: int, quick: bool, **_: Any) -> Iterator[Candidate]:
    import torch
    import torch._functorch.config

    warnings.filterwarnings("ignore", module=r"torch\b")  # the compiler names every function it looks through
    torch.set_num_threads(threads)
    torch._functorch.config.donated_buffer = False  # a graph that is run backward again keeps its buffers
    torch._dynamo.reset()
    Y, gamma, beta, grad_Z = (torch.from_numpy(array) for array in data[:4])
    leaves = tuple(array.detach().requires_grad_() for array in (Y, gamma, beta))

    def layer(Y: Array, gamma: Array, beta: Array) -> Array:
        return torch.nn.functional.batch_norm(Y, None, None, gamma, beta, training=True, momentum=0.0, eps=EPS)

    def plain(forward: Callable[..., Array]) -> Array:
        with torch.no_grad():
            return forward(Y, gamma, beta)

    def gradients(Z: Array, keep: bool) -> tuple[Array, ...]:
        return torch.autograd.grad(Z, leaves, grad_Z, retain_graph=keep)

    def candidates(name: str, forward: Callable[..., Array]) -> Iterator[Candidate]:
        kept = forward(*leaves)
        to_numpy = lambda tensor: tensor.detach().numpy()  # noqa: E731
        yield Candidate("forward", name, ("Z",), lambda: plain(forward), to_numpy)
        yield Candidate("backward", name, GRADIENTS, lambda: gradients(kept, True), to_numpy)
        yield Candidate("forward+backward", name, GRADIENTS, lambda: gradients(forward(*leaves), False), to_numpy)

    def compile_(function: Callable[..., Any]) -> Callable[..., Any]:
        return torch.compile(function, dynamic=False)

    yield from candidates("PyTorch eager", layer)
    if not quick:
        yield from candidates("torch.compile", compile_(layer))
    library, arrays = importlib.import_module("symbn.library.batchnorm_array_api"), (Y, gamma, beta, grad_Z)
    yield from array_api(library, "symbn array-api, PyTorch", arrays)
    if not quick:
        yield from array_api(library, "symbn array-api, torch.compile", arrays, compile=compile_)


def jax_candidates(data: Data, threads: int, **_: Any) -> Iterator[Candidate]:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])  # XLA makes a thread for every core it sees
    jax: Any = importlib.import_module("jax")
    jnp: Any = importlib.import_module("jax.numpy")

    jax.config.update("jax_enable_x64", True)
    Y, gamma, beta, grad_Z = arrays = tuple(jnp.asarray(array) for array in data[:4])
    n = len(Y)

    def layer(Y: Array, gamma: Array, beta: Array) -> Array:
        centered = Y - Y.mean(0)
        variance = (centered * centered).sum(0) / (n - DDOF)
        return centered * (gamma / jnp.sqrt(variance + EPS)) + beta

    wait = jax.block_until_ready
    forward = jax.jit(layer)
    pull = jax.jit(lambda pull_back, grad_Z: pull_back(grad_Z))
    both = jax.jit(lambda Y, gamma, beta, grad_Z: jax.vjp(layer, Y, gamma, beta)[1](grad_Z))
    kept = jax.jit(lambda Y, gamma, beta: jax.vjp(layer, Y, gamma, beta)[1])(Y, gamma, beta)
    yield Candidate("forward", "JAX jit", ("Z",), lambda: wait(forward(Y, gamma, beta)))
    yield Candidate("backward", "JAX jit", GRADIENTS, lambda: wait(pull(kept, grad_Z)))
    yield Candidate("forward+backward", "JAX jit", GRADIENTS, lambda: wait(both(*arrays)))
    library = importlib.import_module("symbn.library.batchnorm_array_api")
    yield from array_api(library, "symbn array-api, JAX jit", arrays, compile=jax.jit, wait=wait)


def c_candidates(data: Data, threads: int, binaries: Path, **_: Any) -> Iterator[Candidate]:
    Y, gamma, beta, grad_Z = data[:4]
    compiled = ctypes.CDLL(str(binaries / f"{Y.dtype}.so"))
    (n, d), Z = Y.shape, np.empty_like(Y)
    gradients = (np.empty_like(Y), np.empty_like(gamma), np.empty_like(gamma))
    settings = (ctypes.c_long(n), ctypes.c_long(d), ctypes.c_double(DDOF), ctypes.c_double(EPS), threads)

    def pointers(*arrays: Array) -> list[ctypes.c_void_p]:
        return [ctypes.c_void_p(array.ctypes.data) for array in arrays]

    forward_arguments = pointers(Y, gamma, beta, Z)
    backward_arguments = pointers(Y, gamma, grad_Z, *gradients)
    copy_arguments = pointers(Y, Z)

    def forward() -> Array:
        compiled.forward(*forward_arguments, *settings)
        return Z

    def backward() -> tuple[Array, ...]:
        compiled.backward(*backward_arguments, *settings)
        return gradients

    def stream() -> Array:
        compiled.stream_copy(*copy_arguments, ctypes.c_long(n * d), threads)
        return Z

    yield Candidate("forward", "C reference", ("Z",), forward)
    for work in WORKS[1:]:
        yield Candidate(work, "C reference", GRADIENTS, backward)
    yield Candidate(work, "STREAM copy", ("Y",), stream)


PROCESSES: dict[str, Callable[..., Iterator[Candidate]]] = {
    "numba": numba_candidates,
    "numpy": numpy_candidates,
    "torch": torch_candidates,
    "jax": jax_candidates,
    "C": c_candidates,
}


# --- timing -------------------------------------------------------------------------------------------------------


def compile_reference(folder: Path) -> bool:
    """The C reference for both types; False where there is no compiler."""
    flags = "-std=c11 -O3 -march=native -ffp-contract=fast -fopenmp -shared -fPIC".split()
    for dtype, real in zip(DTYPES, ("float", "double"), strict=True):
        command = ["gcc", *flags, f"-DREAL={real}", str(HERE / "batchnorm_reference.c"), "-o", f"{folder / dtype}.so"]
        try:
            subprocess.run([*command, "-lm"], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"(the C reference is left out: {error})")
            return False
    return True


def serve(connection: Connection, process: str, threads: int, settings: dict[str, Any]) -> None:
    """The life of one process: ("load", folder) → candidates that are right, [why others are not];
    ("time", index) → seconds a call; "stop"."""
    gc.disable()
    candidates: list[Candidate] = []
    guesses: list[float] = []
    while (message := connection.recv()) != "stop":
        order, value = message
        if order == "time":
            action, guess = candidates[value].action, guesses[value]
            if guess < 0.05:
                action()
            calls = max(1, min(2000, round(0.004 / guess)))
            started = time.perf_counter()
            for _ in range(calls):
                action()
            connection.send((time.perf_counter() - started) / calls)
            continue
        candidates, guesses = [], []
        refused: list[str] = []
        gc.collect()
        if value is not None:
            data = Data.read(value)
            for candidate in right(PROCESSES[process](data, threads, **settings), process, data, refused):
                started = time.perf_counter()
                candidate.action()
                guesses.append(time.perf_counter() - started)
                candidates.append(candidate)
        connection.send(([(c.work, c.name) for c in candidates], refused))


def right(made: Iterator[Candidate], process: str, data: Data, refused: list[str]) -> Iterator[Candidate]:
    """The candidates that run and agree with the reference; why the others do not goes to `refused`."""
    while True:
        try:
            candidate = next(made, None)
            if candidate is None:
                return
            error = disagreement(candidate, data.folder)
        except ImportError as missing:
            refused.append(f"{process}: {missing}")
        except Exception:
            refused.append(f"{process}: {traceback.format_exc(limit=-2).strip()}")
        else:
            if error <= TOLERANCE[str(data.Y.dtype)]:
                yield candidate
            else:
                refused.append(f"{candidate.name}, {candidate.work}: WRONG by {error:.1e}")


@contextmanager
def environment(threads: int) -> Iterator[None]:
    """What a process that starts now reads of how many threads to use."""
    before = dict(os.environ)
    names = "OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS NUMBA_NUM_THREADS".split()
    os.environ.update(dict.fromkeys(names, str(threads)))
    if threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def workers(names: list[str], threads: int, settings: dict[str, Any]) -> Iterator[dict[str, Connection]]:
    """A process for each name."""
    connections, processes = {}, []
    with environment(threads):
        for name in names:
            connections[name], theirs = SPAWN.Pipe()
            processes.append(SPAWN.Process(target=serve, args=(theirs, name, threads, settings), daemon=True))
            processes[-1].start()
            theirs.close()
    try:
        yield connections
    finally:
        for connection in connections.values():
            connection.send("stop")
        for process in processes:
            process.join(10)


def turns(connections: dict[str, Connection], folder: Path, runs: int, said: set[str]) -> Measured:
    """Checks every candidate, then lets each do each of its works, `runs` times around."""
    order: list[tuple[str, int, tuple[str, str]]] = []
    for name, connection in connections.items():
        connection.send(("load", folder))
        known, refused = connection.recv()
        order += [(name, index, key) for index, key in enumerate(known)]
        for line in refused:
            if line not in said:
                print(f"({line})", flush=True)
                said.add(line)
    order.sort(key=lambda entry: WORKS.index(entry[2][0]))
    times: dict[tuple[str, str], list[float]] = {key: [] for _, _, key in order}
    for run in range(runs):
        for name, index, key in order:
            if run >= 3 and median(times[key]) > 1:
                continue
            time.sleep(0.01)  # the workers of the last one's thread pool fall asleep
            connections[name].send(("time", index))
            times[key].append(connections[name].recv())
    for connection in connections.values():
        connection.send(("load", None))
        connection.recv()
    return {key: median(taken) for key, taken in times.items()}


def print_table(title: str, measured: Measured) -> None:
    """Milliseconds, and how many times as long as the first symbn candidate."""
    names = sorted(dict.fromkeys(name for _, name in measured), key=lambda name: not name.startswith("symbn"))
    first = next((name for name in names if name.startswith("symbn numba")), names[0])
    print(f"\n### {title}\n\n| milliseconds (times {first}) | {' | '.join(WORKS)} |\n|---|---|---|---|")
    for name in names:
        cells = []
        for work in WORKS:
            taken, unit = measured.get((work, name)), measured.get((work, first))
            ratio = f" ({taken / unit:.2f})" if taken and unit else ""
            cells.append(f"{taken * 1e3:.4g}{ratio}" if taken else "–")
        print(f"| {name} | {' | '.join(cells)} |")
    sys.stdout.flush()


# --- growth and memory ---------------------------------------------------------------------------------------------


def growth(library: Any, runs: int, exponents: range) -> list[tuple[int, float]]:
    """(n·d, seconds) of the fused backward, n·d = 2^k, n and d growing in turn; float32."""
    cases: list[tuple[Array, Array, dict[str, Array]]] = []
    for k in exponents:
        rng = np.random.default_rng(k)
        Y, grad = (rng.standard_normal((1 << (k + 1) // 2 + 2, 1 << k // 2 - 2), dtype=np.float32) for _ in range(2))
        cases.append((Y, grad, {"out": np.empty_like(Y)} if "out" in library.normalise.__kwdefaults__ else {}))
    times: list[list[float]] = [[] for _ in cases]
    for run in range(runs + 1):
        for taken, (Y, grad, out) in zip(times, cases, strict=True):
            started = time.perf_counter()
            library.backward_normalised(Y, grad, **out, **OPTIONS)
            if run:
                taken.append(time.perf_counter() - started)
    return [(case[0].size, median(taken)) for case, taken in zip(cases, times, strict=True)]


def slope(points: list[tuple[int, float]]) -> float:
    """The exponent p of the fit seconds = c·sizeᵖ."""
    return float(np.polyfit(np.log([size for size, _ in points]), np.log([taken for _, taken in points]), 1)[0])


def peak_bytes() -> int:
    """The most memory this process has held since the peak was cleared."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def extra_memory(library: Any, shape: Shape) -> dict[str, float]:
    """Peak memory of each kernel beyond what there was and its outputs, over the size of Y; float32."""
    rng = np.random.default_rng(1)
    gamma = np.ones(shape[1], np.float32)
    Y, grad = (rng.standard_normal(shape, dtype=np.float32) for _ in range(2))
    calls: dict[str, Callable[[Array, Array], Any]] = {
        "forward": lambda Y, grad: library.forward(Y, gamma, gamma, **OPTIONS),
        "backward": lambda Y, grad: library.backward(Y, gamma, grad, **OPTIONS),
        "backward_normalised": lambda Y, grad: library.backward_normalised(Y, grad, **OPTIONS),
    }
    if hasattr(library, "forward_backward"):
        calls["forward_backward"] = lambda Y, grad: library.forward_backward(Y, gamma, gamma, grad, **OPTIONS)
    beyond = {}
    for name, call in calls.items():
        call(Y[:64], grad[:64])
        call(Y[: len(Y) // 8], grad[: len(Y) // 8])  # everything that is compiled late is compiled now
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")
        before = peak_bytes()
        result = call(Y, grad)
        outputs = sum(array.nbytes for array in (result if isinstance(result, tuple) else (result,)))
        beyond[name] = (peak_bytes() - before - outputs) / Y.nbytes
        del result
    return beyond


def grow(connection: Connection, module: str, quick: bool, runs: int) -> None:
    """What a fresh process finds of a module's growth and memory; None where it is not there."""
    try:
        library = importlib.import_module(module)
    except ImportError as missing:
        connection.send(str(missing))
        return
    memory = extra_memory(library, (65536, 256)) if Path("/proc/self/clear_refs").exists() else {}
    connection.send((growth(library, runs, range(20, 24 if quick else 27)), memory))


def growth_and_memory(modules: dict[str, str], quick: bool, runs: int) -> dict[str, Any]:
    """The exponent over the four largest sizes; small ones fit into the cache, so the steps below are steeper."""
    found: dict[str, Any] = {}
    print("\n## Growth with n·d, and memory: float32, (Y, ∇_Ŷ) → ∇_Y, 1 thread\n")
    print("| kernels | ns an entry at n·d = 2^k | exponent of n·d | memory beyond the outputs, in Ys |")
    print("|---|---|---|---|")
    for name, module in modules.items():
        with environment(1):
            ours, theirs = SPAWN.Pipe()
            process = SPAWN.Process(target=grow, args=(theirs, module, quick, runs))
            process.start()
        told = ours.recv()
        process.join()
        if isinstance(told, str):
            print(f"({name}: {told})")
            continue
        points, memory = told
        found[name] = {"seconds": points, "exponent": slope(points[-4:]), "memory": memory}
        costs = ", ".join(f"{math.log2(size):.0f}: {taken / size * 1e9:.2f}" for size, taken in points)
        shares = ", ".join(f"{kernel} {share:.2f}" for kernel, share in memory.items())
        print(f"| {name} | {costs} | {found[name]['exponent']:.2f} | {shares} |", flush=True)
    return found


# --- the goals of issue 3 --------------------------------------------------------------------------------------------


def print_goals(everything: dict[tuple[Shape, str, int], Measured], extra: dict[str, Any]) -> list[dict[str, Any]]:
    """One line for each goal and each place where it was measured: reached, and met or missed by how much."""
    lines: list[dict[str, Any]] = []

    def goal(
        text: str, wanted: float, work: str, ours: str, theirs: str, shapes: tuple[Shape, ...], scale: float = 1
    ) -> None:
        for (shape, dtype, threads), measured in everything.items():
            mine, other = measured.get((work, ours)), measured.get((work, theirs))
            if shape in shapes and mine and other:
                where = f"{shape[0]}×{shape[1]} {dtype} {threads} thread{'s' if threads > 1 else ''}"
                lines.append({"goal": text, "where": where, "wanted": wanted, "reached": scale * other / mine})

    both, numba, eager = "forward+backward", "symbn numba", "PyTorch eager"
    goal("numba forward+backward, times PyTorch eager", 3, both, numba, eager, LARGE)
    goal("numba forward+backward, times PyTorch eager", 5, both, numba, eager, SHAPES[:1])
    goal("numba forward+backward, of the C reference", 0.95, both, numba, "C reference", LARGE)
    goal("numba backward alone, times PyTorch eager", 1.25, "backward", numba, eager, SHAPES)
    # least traffic: Y and ∇ twice, ∇_Y once; STREAM's copy: once, once
    goal("numba forward+backward, of STREAM", 0.85, both, numba, "STREAM copy", OUT_OF_CACHE, 5 / 2)
    for work in ("forward", both):  # the backward by hand goes on from what its forward kept
        goal(f"numpy {work}, of NumPy by hand", 1, work, "symbn numpy", "NumPy by hand", SHAPES)
    dense_shapes = tuple(shape for shape, _, _ in everything if shape[0] == DENSE_ROWS)
    goal(
        "numpy forward+backward, times dense lambdify", 30, both, "symbn numpy", "SymPy lambdify, dense J", dense_shapes
    )
    for name, found in extra.items():
        lines.append({"goal": f"{name}: exponent of n·d", "where": "", "wanted": 1.1, "reached": found["exponent"]})
        for kernel, share in found["memory"].items():
            lines.append({"goal": f"{name}: memory beyond outputs", "where": kernel, "wanted": 1.0, "reached": share})
    print("\n## Goals\n\n| goal | where | wanted | reached | |\n|---|---|---|---|---|")
    for line in lines:
        at_most = "exponent" in line["goal"] or "memory" in line["goal"]
        beyond = line["reached"] / line["wanted"] - 1
        line["met"] = beyond <= 0 if at_most else beyond >= 0
        verdict = "met" if line["met"] else f"**missed by {abs(beyond) * 100:.0f} %**"
        sign = "≤" if at_most else "≥"
        print(f"| {line['goal']} | {line['where']} | {sign} {line['wanted']:g} | {line['reached']:.2f} | {verdict} |")
    print(f"\n{sum(line['met'] for line in lines)} of {len(lines)} met")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, help="turns of each candidate (7; with --quick 3)")
    parser.add_argument("--quick", action="store_true", help="three shapes, one thread, nothing that compiles for long")
    parser.add_argument("--shapes", help="such as 32x64,4096x1024")
    parser.add_argument("--threads", help="such as 1,2")
    parser.add_argument("--dtypes", default=",".join(DTYPES))
    parser.add_argument("--only", default=",".join(PROCESSES), help=f"of {', '.join(PROCESSES)}")
    parser.add_argument("--json", type=Path, help="where to write every median")
    options = parser.parse_args()
    quick, runs = options.quick, options.runs or (3 if options.quick else 7)
    shapes: tuple[tuple[int, ...], ...] = SHAPES[:3] if quick else SHAPES
    if options.shapes:
        shapes = tuple(tuple(int(size) for size in shape.split("x")) for shape in options.shapes.split(","))
    thread_counts = [int(count) for count in (options.threads or ("1" if quick else "1,2")).split(",")]
    names = [name for name in PROCESSES if name in options.only.split(",")]
    machine = f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"
    print(f"{time.strftime('%Y-%m-%d')}, {machine}; medians of {runs} turns; load before: {os.getloadavg()[0]:.2f}")
    everything: dict[tuple[Shape, str, int], Measured] = {}
    said: set[str] = set()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if not compile_reference(folder):
            names = [name for name in names if name != "C"]
        for threads in thread_counts:
            print(f"\n## {threads} thread{'s' if threads > 1 else ''}")
            with workers(names, threads, {"quick": quick, "binaries": folder}) as connections:
                for n, d in shapes:
                    shape = (n, d)
                    for dtype in options.dtypes.split(","):
                        write_data(shape, dtype, folder)
                        measured = turns(connections, folder, runs, said)
                        if measured:
                            everything[shape, dtype, threads] = measured
                            print_table(
                                f"{shape[0]}×{shape[1]} {dtype}, {threads} thread{'s' if threads > 1 else ''}", measured
                            )
    modules = {"symbn numba": "_numba", "symbn numpy": "", "symbn array-api": "_array_api"}
    modules = {name: f"symbn.library.batchnorm{end}" for name, end in modules.items()}
    extra = growth_and_memory(modules, quick, runs)
    goals = print_goals(everything, extra)
    if options.json:
        medians = [
            {"shape": shape, "dtype": dtype, "threads": threads, "work": work, "candidate": name, "seconds": taken}
            for (shape, dtype, threads), measured in everything.items()
            for (work, name), taken in measured.items()
        ]
        options.json.write_text(
            json.dumps({"machine": machine, "medians": medians, "extra": extra, "goals": goals}, indent=1)
        )
    if any("WRONG" in line and line.startswith("symbn") for line in said):
        raise SystemExit("a kernel of symbn's is wrong")


if __name__ == "__main__":
    main()
