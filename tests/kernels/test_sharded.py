"""A batch whose rows lie on several devices or workers: only sums of columns go from one to another.

JAX, four virtual devices: of each compiled function the collective operations are counted, at most 3 all-reduces of a
few times m numbers each, and nothing that gathers or moves rows.  ∇_W, m×p, is itself a sum over all rows: one more.
Dask: in each graph no task sees rows of two blocks, and nothing else is larger than that; two worker processes give
NumPy's values.  The literal n×n form is the false twin of both.

JAX and the workers run in processes of their own: the number of devices is set before JAX is loaded.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from symbn.library import batchnorm

from .calls import NAMES, arguments, difference, drawn, tuples

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"n": 512, "m": 6, "p": 5}
DEVICES = 4
LITERAL = "literal"
"""The twin: ŷ = J y / √(yᵀ J y/n + ε) with J as an n×n matrix."""

CALLED = [(LITERAL, "float64"), *((name, "float64") for name in NAMES)]
CALLED += [(name, "float32") for name in ("forward", "backward", "forward_backward")]
REDUCTIONS = {name: 3 + (name in ("grad_W", "backward_weights")) for name in NAMES}
MOVING = r"all-gather|all-to-all|collective-permute|collective-broadcast|ragged-all-to-all|reduce-scatter|send|recv"

each_function = pytest.mark.parametrize("name", NAMES)


def array_api() -> ModuleType:
    return import_module("symbn.library.batchnorm_array_api")


def in_its_own_process(function: str, **environment: str) -> Any:
    """What a function of this file returns, called elsewhere."""
    code = f"from {__name__} import {function} as f; import json; print(json.dumps(f()))"
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


# JAX


def operations(compiled: str) -> dict[str, list[int]]:
    """The collective operations of a compiled module, each with the number of entries of its results together."""
    found: dict[str, list[int]] = {}
    for shapes, name in re.findall(rf"= ([^=\n]*?) (all-reduce|{MOVING})(?:-start)?\(", compiled):
        sizes = [np.prod([int(k) for k in dims.split(",") if k]) for dims in re.findall(r"\w\[([\d,]*)\]", shapes)]
        found.setdefault(name, []).append(int(sum(sizes)))
    return found


def jax_on_devices() -> dict[str, Any]:
    """For each function and dtype: its collectives, whether results lie by rows, and how far off they are."""
    import jax
    import jax.numpy as jnp
    from jax.sharding import Mesh, NamedSharding, PartitionSpec

    devices = jax.devices()
    assert len(devices) == DEVICES
    mesh = Mesh(np.array(devices), ("rows",))
    by_rows, everywhere = NamedSharding(mesh, PartitionSpec("rows")), NamedSharding(mesh, PartitionSpec())
    module = array_api()

    def literal(Y: Any) -> tuple[Any, ...]:
        n = Y.shape[0]
        J = jnp.eye(n, dtype=Y.dtype) - jnp.ones((n, n), dtype=Y.dtype) / n
        return (J @ Y / jnp.sqrt(jnp.diagonal(Y.T @ J @ Y) / n + 1e-3),)

    reports: dict[str, Any] = {}
    for name, dtype in CALLED:
        with jax.enable_x64(dtype == "float64"):
            function = jax.jit(literal if name == LITERAL else tuples(module, name))
            of = "normalise" if name == LITERAL else name
            arrays = drawn(of, dtype, SIZES)
            rows = [letters.startswith("n") for letters in arguments(of).values()]
            given = [jax.device_put(A, by_rows if r else everywhere) for A, r in zip(arrays, rows, strict=True)]
            compiled = function.lower(*given).compile()
            found, alone = compiled(*given), function(*(jax.device_put(A, devices[0]) for A in arrays))
            reports[f"{name} {dtype}"] = {
                "operations": operations(compiled.as_text() or ""),
                "by rows": [A.sharding.is_equivalent_to(by_rows, A.ndim) for A in found if A.shape[0] == SIZES["n"]],
                "error": max(difference(A, B) for A, B in zip(found, alone, strict=True)),
            }
    return reports


@pytest.fixture(scope="module")
def devices() -> Any:
    for needed in ("jax", "array_api_compat"):
        pytest.importorskip(needed)
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={DEVICES}"
    return in_its_own_process("jax_on_devices", JAX_PLATFORMS="cpu", XLA_FLAGS=flags.strip())


@pytest.mark.parametrize(("name", "dtype"), CALLED[1:])
def test_jax_reduces_sums_of_columns_and_moves_nothing_else(devices: Any, name: str, dtype: str) -> None:
    report = devices[f"{name} {dtype}"]
    assert set(report["operations"]) <= {"all-reduce"}
    sizes = report["operations"]["all-reduce"]
    assert 1 <= len(sizes) <= REDUCTIONS[name]
    assert max(sizes) <= 4 * SIZES["m"] or (REDUCTIONS[name] > 3 and max(sizes) <= SIZES["m"] * SIZES["p"])
    assert all(report["by rows"])
    assert report["error"] <= {"float32": 2e-6, "float64": 1e-13}[dtype]


def test_jax_moves_rows_for_the_literal_form(devices: Any) -> None:
    report = devices[f"{LITERAL} float64"]
    assert report["error"] <= 1e-13
    assert set(report["operations"]) > {"all-reduce"} or max(report["operations"]["all-reduce"]) >= SIZES["n"]


def test_collectives_are_seen_and_counted() -> None:
    text = """
      %a = f32[32]{0} all-reduce(%x), channel_id=1, to_apply=%add
      %b = (f32[32]{0}, f32[4,2]{1,0}) all-reduce-start(%x, %y), channel_id=2
      %c = (f32[32]{0}, f32[4,2]{1,0}) all-reduce-done(%b)
      ROOT %d = f64[64,8]{1,0} all-gather(%z), dimensions={0}, metadata={op_name="all-reduce(x)"}
      %all-reduce.7 = f32[]{:T(128)} add(%a, %b)
    """
    assert operations(text) == {"all-reduce": [32, 40], "all-gather": [512]}


# Dask

BLOCK = 40


def dask_arrays(name: str, dtype: str, sizes: dict[str, int], block: int) -> list[Any]:
    """In blocks of rows, what has no rows in one block."""
    da = import_module("dask.array")
    given = zip(drawn(name, dtype, sizes), arguments(name).values(), strict=True)
    return [da.from_array(A, chunks=(block, -1) if letters.startswith("n") else -1) for A, letters in given]


def mixed(found: Iterable[Any], given: Iterable[Any]) -> tuple[list[Any], int]:
    """Of the tasks that make arrays of others, before any are fused: those that see rows of several blocks.

    And the size of the largest value that is no block of rows.
    """
    dask = import_module("dask")
    rows: dict[Any, set[int]] = {
        (A.name, *place): {place[0]} if A.shape[0] == SIZES["n"] else set()
        for A in given
        for place in np.ndindex(A.numblocks)
    }
    several, largest = [], 0

    def after(key: Any, value: Any, _: Any, state: Any, __: Any) -> None:
        nonlocal largest
        seen = rows.get(key, set()).union(*(rows.get(source, set()) for source in state["dependencies"][key]))
        if len(seen) > 1:
            several.append(key)
        if max(np.shape(value), default=1) < SIZES["n"] % BLOCK:
            seen = set()
            largest = max(largest, np.size(value))
        rows[key] = seen

    with import_module("dask.callbacks").Callback(posttask=after):
        dask.persist(*found, scheduler="sync", optimize_graph=False)
    return several, largest


@each_function
def test_no_task_of_dask_sees_rows_of_two_blocks(name: str) -> None:
    pytest.importorskip("dask.array")
    pytest.importorskip("array_api_compat")
    given = dask_arrays(name, "float64", SIZES, BLOCK)
    tasks, largest = mixed(tuples(array_api(), name)(*given), given)
    assert not tasks
    assert 0 < largest <= SIZES["m"] * SIZES["p"]


def test_dask_mixes_rows_for_the_literal_form() -> None:
    da = pytest.importorskip("dask.array")
    (Y,) = dask_arrays("normalise", "float64", SIZES, BLOCK)
    J = da.eye(SIZES["n"], chunks=BLOCK) - 1 / SIZES["n"]
    for literal in (J @ Y, Y - Y.rechunk(-1).mean(axis=0)):
        tasks, _ = mixed([literal], [Y])
        assert tasks


def dask_on_workers() -> dict[str, float]:
    """How far forward and backward on two worker processes are from NumPy's."""
    from dask.distributed import Client, LocalCluster

    sizes = {"n": 300_000, "m": 8}
    errors = {}
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, memory_limit="1GiB", dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        for name in ("forward", "backward"):
            found = tuples(array_api(), name)(*dask_arrays(name, "float64", sizes, 25_000))
            expected = tuples(batchnorm, name)(*drawn(name, "float64", sizes))
            values = [future.result() for future in client.compute(list(found))]
            errors[name] = max(difference(A, B) for A, B in zip(values, expected, strict=True))
    return errors


def test_two_workers_of_dask_give_the_values_of_numpy() -> None:
    for needed in ("dask.array", "distributed", "array_api_compat"):
        pytest.importorskip(needed)
    errors = in_its_own_process("dask_on_workers")
    assert set(errors) == {"forward", "backward"} and max(errors.values()) <= 1e-13
