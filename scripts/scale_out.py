"""Forward and backward of batch norm when the rows lie in several places, measured in one run on one machine.

    python scripts/scale_out.py [--rows 400000] [--small 4096] [--runs 5]

Two tables, each of the fused form `forward_backward` of symbn.library.batchnorm_array_api on float32 rows × 32:

1. Dask with 2 local worker processes, beside NumPy in one: seconds until the results lie on the workers, where the
   batch lies too, and what the workers sent each other in such a run: sums of columns, and now and then a block that
   Dask's scheduler gives to an idle worker of its own accord;
2. JAX with 4 virtual devices, rows sharded, beside one device: seconds, and the all-reduces and gathers that were
   compiled.  Virtual devices share the cores: this tells what sharding costs, not what more machines would gain.

The literal form, with I − 11ᵀ/n as an n×n matrix, has its rows at a small n, where it can run at all, with the fused
form again beside it.  Medians of interleaved runs; the answers are compared with NumPy's before anything is timed.
Nothing here decides a test.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np
from bench_check import interleaved
from numpy.typing import NDArray

from symbn.library import batchnorm, batchnorm_array_api

Array = NDArray[Any]

COLUMNS = 32
WORKERS = 2
DEVICES = 4
OPTIONS: dict[str, Any] = {"eps": 1e-5, "ddof": 0}


def batch(rows: int) -> tuple[Array, ...]:
    """Y, gamma, beta, grad_Z."""
    random = np.random.default_rng(2026)
    shapes: list[tuple[int, ...]] = [(rows, COLUMNS), (COLUMNS,), (COLUMNS,), (rows, COLUMNS)]
    return tuple(random.standard_normal(shape, dtype=np.float32) for shape in shapes)


def fused(Y: Any, gamma: Any, beta: Any, grad_Z: Any) -> tuple[Any, ...]:
    results: tuple[Any, ...] = batchnorm_array_api.forward_backward(Y, gamma, beta, grad_Z, **OPTIONS)
    return results


def literal(xp: ModuleType, centering: Any, Y: Any, gamma: Any, beta: Any, grad_Z: Any) -> tuple[Any, ...]:
    """The same as it is written in the note, with the n×n matrix J = `centering`, and diag(…) as matrices."""
    n = Y.shape[0] - OPTIONS["ddof"]
    inverse = xp.diag(1 / xp.sqrt(xp.diag(Y.T @ centering @ Y) / n + OPTIONS["eps"]))
    normalised = centering @ Y @ inverse
    grad_gamma = xp.diag(normalised.T @ grad_Z)
    grad_Y = (centering @ grad_Z - normalised @ xp.diag(grad_gamma) / n) @ xp.diag(gamma) @ inverse
    return normalised @ xp.diag(gamma) + beta, grad_Y, grad_gamma, grad_Z.sum(axis=0)


def compare(found: tuple[Any, ...], given: tuple[Array, ...]) -> None:
    for ours, numpys in zip(found, batchnorm.forward_backward(*given, **OPTIONS), strict=True):
        difference = abs(np.asarray(ours) - numpys).max() / abs(numpys).max()
        assert difference <= 1e-4, difference


def table(head: str, lines: dict[str, str], times: dict[str, list[float]]) -> None:
    """A line for each work: its median, over that of the first, and what else there is to say."""
    print(f"\n| work | median seconds | ratio | {head} |\n|---|---|---|{'---|' * (head.count('|') + 1)}")
    first = median(next(iter(times.values())))
    for name, taken in times.items():
        print(f"| {name} | {median(taken):.3f} | {median(taken) / first:.2f} | {lines.get(name, '–')} |")


def dask(sizes: tuple[int, int], runs: int) -> None:
    import dask.array as da
    from dask.distributed import Client, LocalCluster, wait

    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):

        def sent() -> int:
            """Bytes that the workers have sent so far."""
            totals = client.run(lambda dask_worker: dask_worker.transfer_outgoing_bytes_total)
            return int(sum(totals.values()))

        def on_workers(of: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
            """Computed and left there.  As long as they are kept, the same work again is done already."""
            results = client.persist(list(of()))
            wait(results)
            return tuple(results)

        def placed(array: Array, blocks: int) -> Any:
            """By blocks of rows, the same rows of every array on the same worker."""
            names = sorted(client.scheduler_info()["workers"])
            pieces = np.array_split(array, blocks) if array.ndim == 2 else [array]
            futures = [client.scatter(piece, workers=[names[i * WORKERS // blocks]]) for i, piece in enumerate(pieces)]
            return da.concatenate(
                [da.from_delayed(f, piece.shape, array.dtype) for f, piece in zip(futures, pieces, strict=True)]
            )

        print(f"\n## Dask, {WORKERS} workers of one thread")
        for rows, small in zip(sizes, (False, True), strict=True):
            given = batch(rows)
            arrays = [placed(A, 4 * WORKERS) for A in given]
            centering = da.eye(rows, chunks=arrays[0].chunks[0][0], dtype=np.float32) - np.float32(1 / rows)
            works: dict[str, Callable[[], tuple[Any, ...]]] = {"fused": partial(fused, *arrays)}
            if small:
                works["literal"] = partial(literal, da, centering, *arrays)
            for work in works.values():
                compare(tuple(A.compute() for A in on_workers(work)), given)
            actions: dict[str, Callable[[], object]] = {
                f"NumPy, one process, {rows} rows": partial(batchnorm.forward_backward, *given, **OPTIONS)
            }
            actions |= {f"{name}, {rows} rows": partial(on_workers, work) for name, work in works.items()}
            times = interleaved(actions, runs)
            lines = {}
            for name, work in works.items():
                before = sent()
                for _ in range(runs):
                    on_workers(work)
                lines[f"{name}, {rows} rows"] = f"{(sent() - before) / runs / 1e6:.2f}"
            table("MB sent between workers", lines, times)


def jax(sizes: tuple[int, int], runs: int) -> None:
    os.environ["JAX_PLATFORMS"] = "cpu"
    flags = [os.environ.get("XLA_FLAGS", ""), f"--xla_force_host_platform_device_count={DEVICES}"]
    os.environ["XLA_FLAGS"] = " ".join(flags).strip()
    import jax
    import jax.numpy as jnp
    from jax.sharding import Mesh, NamedSharding, PartitionSpec

    devices = jax.devices()
    assert len(devices) == DEVICES
    mesh = Mesh(np.array(devices), ("rows",))
    by_rows, everywhere = NamedSharding(mesh, PartitionSpec("rows")), NamedSharding(mesh, PartitionSpec())

    def written_out(*arrays: Any) -> tuple[Any, ...]:
        rows = arrays[0].shape[0]
        return literal(jnp, jnp.eye(rows, dtype=jnp.float32) - 1 / rows, *arrays)

    def ready(function: Callable[..., Any], arrays: list[Any]) -> None:
        jax.block_until_ready(function(*arrays))

    print(f"\n## JAX, {DEVICES} virtual devices")
    for rows, small in zip(sizes, (False, True), strict=True):
        given = batch(rows - rows % DEVICES)
        alone = [jax.device_put(A, devices[0]) for A in given]
        sharded = [jax.device_put(A, by_rows if A.ndim == 2 else everywhere) for A in given]
        actions: dict[str, Callable[[], object]] = {}
        lines = {}
        for name, function in {"fused": fused, "literal": written_out}.items():
            if name == "literal" and not small:
                continue
            for where, arrays in {"one device": alone, f"{DEVICES} devices": sharded}.items():
                results = (by_rows, by_rows, everywhere, everywhere) if arrays is sharded else None
                compiled = jax.jit(function, out_shardings=results).lower(*arrays).compile()
                compare(compiled(*arrays), given)
                counts = (
                    len(re.findall(rf" {collective}(?:-start)?\(", compiled.as_text() or ""))
                    for collective in ("all-reduce", "(?:all-gather|all-to-all|collective-permute)")
                )
                label = f"{name}, {where}, {len(given[0])} rows"
                lines[label] = " | ".join(map(str, counts))
                actions[label] = partial(ready, compiled, arrays)
        table("all-reduces | gathers and moves", lines, interleaved(actions, runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--small", type=int, default=4096, help="rows for the literal form beside the fused one")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    sizes = options.rows, options.small
    print(
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    matrix, whole = (4e-9 * options.rows * columns for columns in (options.rows, COLUMNS))
    print(f"\nI − 11ᵀ/n for {options.rows} rows would be {matrix:.0f} GB, where the batch is {whole:.2f} GB")
    for library in (dask, jax):
        try:
            library(sizes, options.runs)
        except ImportError as missing:
            print(f"\n({library.__name__}: {missing.name} is not installed)")


if __name__ == "__main__":
    main()
