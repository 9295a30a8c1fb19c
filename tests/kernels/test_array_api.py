"""The array-API module does in every library what its docstring says.

Values agree with NumPy's module, results are of the library, the dtype and the device of the arguments, nothing is
written in place, and the derivatives that PyTorch and JAX take of `forward` are the module's own gradients.  How exact
it is, in JAX and PyTorch too, is tested in `test_accuracy`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from symbn.library import batchnorm

from .calls import NAMES, OPTIONS, arguments, difference, drawn, options, tuples
from .cases import DTYPES, Array

SIZES = {"many rows": {"n": 70, "p": 4, "m": 5}, "few rows": {"n": 9, "p": 4, "m": 5}}
CLOSE = {"float32": 2e-6, "float64": 1e-13}


def array_api() -> ModuleType:
    pytest.importorskip("array_api_compat")
    return import_module("symbn.library.batchnorm_array_api")


@dataclass(frozen=True)
class Library:
    """How NumPy's arrays become a library's, and back; `setting` and `around` are as in `cases.Target`."""

    needs: tuple[str, ...]
    arrays: Callable[[Array], Any]
    back: Callable[[Any], Array] = np.asarray
    dtypes: tuple[str, ...] = DTYPES
    setting: Callable[[], AbstractContextManager[Any]] = nullcontext
    around: Callable[[Callable[..., Any]], Callable[..., Any]] = field(default=lambda f: f)

    def load(self) -> ModuleType:
        """The module; the test is skipped where the library is not installed."""
        for need in self.needs:
            pytest.importorskip(need)
        return array_api()


def strict(device: str) -> Callable[[Array], Any]:
    def convert(A: Array) -> Any:
        xp = import_module("array_api_strict")
        return xp.asarray(np.array(A), device=xp.Device(device))

    return convert


def from_strict(A: Any) -> Array:
    return np.asarray(A.to_device(import_module("array_api_strict").Device("CPU_DEVICE")))


def torch_array(A: Array) -> Any:
    return import_module("torch").asarray(np.array(A))


def jax_array(A: Array) -> Any:
    return import_module("jax.numpy").asarray(A)


def dask_array(A: Array) -> Any:
    """In uneven blocks of rows, and of columns too."""
    return import_module("dask.array").from_array(np.array(A), chunks=(30, 3) if A.ndim == 2 else 2)


def x64(wanted: bool) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: import_module("jax").enable_x64(wanted)


def jitted(function: Callable[..., Any]) -> Callable[..., Any]:
    compiled: Callable[..., Any] = import_module("jax").jit(function)
    return compiled


LIBRARIES = {
    "NumPy": Library((), np.array),
    "array-api-strict": Library(("array_api_strict",), strict("CPU_DEVICE"), from_strict),
    "array-api-strict, another device": Library(("array_api_strict",), strict("device1"), from_strict),
    "array-api-strict, a device without float64": Library(
        ("array_api_strict",), strict("no_float64"), from_strict, ("float32",)
    ),
    "PyTorch": Library(("torch",), torch_array),
    "Dask": Library(("dask.array",), dask_array),
    "JAX": Library(("jax",), jax_array, dtypes=("float32",), setting=x64(False)),
    "JAX with x64": Library(("jax",), jax_array, setting=x64(True)),
    "JAX jit": Library(("jax",), jax_array, dtypes=("float32",), setting=x64(False), around=jitted),
    "JAX jit with x64": Library(("jax",), jax_array, dtypes=("float64",), setting=x64(True), around=jitted),
}

each_function = pytest.mark.parametrize("name", NAMES)
each_library = pytest.mark.parametrize("library", LIBRARIES)
CALLED = [
    pytest.param(name, dtype, rows, id=f"{name}-{dtype}-{rows}")
    for name, library in LIBRARIES.items()
    for dtype in library.dtypes
    for rows in SIZES
    if rows == "many rows" or name != "JAX jit"
]
"""Without float64 few rows are computed as many are; what is compiled takes its time."""


def test_it_has_the_functions_of_the_numpy_module() -> None:
    assert sorted(array_api().__all__) == sorted(batchnorm.__all__)


@pytest.mark.parametrize(("library", "dtype", "rows"), CALLED)
@each_function
def test_values_are_those_of_the_numpy_module(name: str, library: str, dtype: str, rows: str) -> None:
    """Of the library, dtype and device of the arguments too; and these are as they were."""
    ours = LIBRARIES[library]
    module = ours.load()
    device = import_module("array_api_compat").device
    arrays = drawn(name, dtype, SIZES[rows])
    expected = tuples(batchnorm, name)(*arrays)
    with ours.setting():
        given = [ours.arrays(A) for A in arrays]
        found = ours.around(tuples(module, name))(*given)
        assert {type(A) for A in found} == {type(given[0])}
        assert {A.dtype for A in found} == {given[0].dtype}
        assert {device(A) for A in found} == {device(given[0])}
        errors = [difference(ours.back(A), B) for A, B in zip(found, expected, strict=True)]
        assert [ours.back(A).tobytes() for A in given] == [A.tobytes() for A in arrays]
    assert max(errors) <= CLOSE[dtype]


def test_nothing_is_written_in_place() -> None:
    """No statement of the module sets an entry or is an operation in place, and no call is given an `out`."""
    path = array_api().__file__
    assert path is not None
    for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.AugAssign | ast.Delete)
        targets = node.targets if isinstance(node, ast.Assign) else []
        assert not any(isinstance(t, ast.Subscript | ast.Attribute) for target in targets for t in ast.walk(target))
        assert not (isinstance(node, ast.keyword) and node.arg == "out")


@each_function
def test_dask_computes_nothing_before_it_is_asked(name: str) -> None:
    dask = pytest.importorskip("dask")
    da = pytest.importorskip("dask.array")
    module = array_api()

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something was computed")

    with dask.config.set(scheduler=refuse):
        found = tuples(module, name)(*(dask_array(A) for A in drawn(name, "float32", SIZES["many rows"])))
        with pytest.raises(AssertionError, match="something was computed"):
            found[0].compute()
    for A in found:
        assert type(A) is da.Array
        assert A.dtype == np.float32
        assert A.shape[0] != 70 or A.chunks[0] == (30, 30, 10)
        assert type(A.compute(scheduler="sync")) is np.ndarray


@each_function
def test_pytorch_keeps_a_device_that_is_not_the_default(name: str) -> None:
    torch = pytest.importorskip("torch")
    arrays = drawn(name, "float32", SIZES["many rows"])
    found = tuples(array_api(), name)(*(torch_array(A).to("meta") for A in arrays))
    expected = tuples(batchnorm, name)(*arrays)
    assert {A.device.type for A in found} == {"meta"}
    assert [(A.dtype, tuple(A.shape)) for A in found] == [(torch.float32, A.shape) for A in expected]


@pytest.mark.parametrize("dtype", DTYPES)
def test_pytorch_compiles_it_in_one_graph(dtype: str) -> None:
    """Traced by Dynamo and AOTAutograd without a break; what makes machine code of the graph is not asked."""
    torch = pytest.importorskip("torch")
    module = array_api()
    arrays = drawn("forward_backward", dtype, SIZES["many rows"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of caches within array-api-compat
        torch.compiler.reset()
        compiled = torch.compile(tuples(module, "forward_backward"), backend="aot_eager", fullgraph=True)
        found = compiled(*map(torch_array, arrays))
    expected = tuples(batchnorm, "forward_backward")(*arrays)
    assert {type(A) for A in found} == {torch.Tensor} and {A.dtype for A in found} == {getattr(torch, dtype)}
    assert max(difference(A, B) for A, B in zip(found, expected, strict=True)) <= CLOSE[dtype]


def test_jax_may_trace_the_numbers_too() -> None:
    jax = pytest.importorskip("jax")
    module = array_api()
    arrays = drawn("backward", "float64", SIZES["many rows"])
    expected = tuples(batchnorm, "backward")(*arrays)
    with jax.enable_x64(True):
        found = jax.jit(lambda eps, ddof, *given: module.backward(*given, eps=eps, ddof=ddof))(
            OPTIONS["eps"], OPTIONS["ddof"], *map(jax_array, arrays)
        )
        assert max(difference(A, B) for A, B in zip(found, expected, strict=True)) <= CLOSE["float64"]


@each_library
def test_what_does_not_fit_is_refused(library: str) -> None:
    """In every library with the same kinds of error, under `jit` while it traces."""
    ours = LIBRARIES[library]
    module = ours.load()
    dtype = ours.dtypes[0]
    Y, gamma, grad_Z = drawn("backward", dtype, SIZES["many rows"])
    with ours.setting():

        def call(*given: Array, **numbers: Any) -> None:
            ours.around(tuples(module, "backward", **numbers))(*map(ours.arrays, given))

        call(Y, gamma, grad_Z)
        for kind, named, given in [
            (TypeError, "Y", (Y.astype("int32"), gamma, grad_Z)),
            (TypeError, "gamma", (Y, gamma.astype("int32"), grad_Z)),
            (ValueError, "grad_Z", (Y, gamma, grad_Z[1:])),
            (ValueError, "gamma", (Y, gamma[1:], grad_Z)),
            (ValueError, "gamma", (Y, gamma[:, None], grad_Z)),
            (ValueError, "Y", (Y[0], gamma, grad_Z)),
            (ValueError, "Y", (Y[:0], gamma, grad_Z[:0])),
            (ValueError, "ddof", (Y[:1], gamma, grad_Z[:1])),
        ]:
            with pytest.raises(kind, match=rf"\b{named}\b"):
                call(*given)
        for option, number in [("eps", 0.0), ("eps", -1e-3), ("eps", float("nan")), ("ddof", -1), ("ddof", len(Y))]:
            with pytest.raises(ValueError, match=rf"\b{option}\b"):
                call(Y, gamma, grad_Z, **{option: number})


each_eager = pytest.mark.parametrize("library", [name for name in LIBRARIES if "jit" not in name])


@each_eager
def test_check_finite_refuses_infinities_and_nan(library: str) -> None:
    ours = LIBRARIES[library]
    module = ours.load()
    Y, gamma, grad_Z = drawn("backward", ours.dtypes[0], SIZES["many rows"])
    with ours.setting():
        module.backward(*map(ours.arrays, (Y, gamma, grad_Z)), check_finite=True, **OPTIONS)
        for value in (np.nan, np.inf, -np.inf):
            broken = grad_Z.copy()
            broken[3, 2] = value
            with pytest.raises(ValueError, match=r"\bgrad_Z\b"):
                module.backward(*map(ours.arrays, (Y, gamma, broken)), check_finite=True, **OPTIONS)


@each_eager
def test_numbers_of_other_kinds_are_taken_and_checked(library: str) -> None:
    """NumPy's scalars and fractions count as numbers everywhere, also where a library's operators refuse them."""
    ours = LIBRARIES[library]
    module = ours.load()
    dtype = ours.dtypes[-1]
    arrays = drawn("forward", dtype, SIZES["many rows"])
    expected = batchnorm.forward(*arrays, eps=0.25, ddof=2)
    with ours.setting():

        def call(eps: Any, ddof: Any) -> Array:
            return ours.back(module.forward(*map(ours.arrays, arrays), eps=eps, ddof=ddof))

        for eps, ddof in [
            (np.float64(0.25), np.int64(2)),
            (np.float32(0.25), np.int32(2)),
            (np.float16(0.25), np.float64(2)),
            (Fraction(1, 4), Fraction(2)),
        ]:
            assert difference(call(eps, ddof), expected) <= CLOSE[dtype]
        for eps in (np.float64(-1), np.float32(-1), np.float32(0), np.float32("nan"), Fraction(-1)):
            with pytest.raises(ValueError, match=r"\beps\b"):
                call(eps, 0)
        for ddof in (np.int64(-1), np.int64(len(arrays[0])), np.float32(-1), Fraction(-1)):
            with pytest.raises(ValueError, match=r"\bddof\b"):
                call(0.25, ddof)
        for wrong in ("1e-3", None, [1e-3]):
            with pytest.raises(TypeError, match=r"\beps\b"):
                call(wrong, 0)


@pytest.mark.parametrize("library", ["array-api-strict", "PyTorch", "Dask", "JAX"])
def test_arrays_of_two_libraries_are_refused(library: str) -> None:
    ours = LIBRARIES[library]
    module = ours.load()
    Y, gamma, grad_Z = drawn("backward", "float32", SIZES["many rows"])
    with ours.setting(), pytest.raises(TypeError):
        module.backward(ours.arrays(Y), gamma, ours.arrays(grad_Z), **OPTIONS)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "complex64"])
def test_other_floats_are_refused(dtype: str) -> None:
    module = array_api()
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match=rf"\bY: .*\b{dtype}$"):
        module.normalise(torch.ones((20, 3), dtype=getattr(torch, dtype)), **OPTIONS)


@pytest.mark.parametrize("dtype", DTYPES)
def test_masked_arrays_are_refused(dtype: str) -> None:
    Y = drawn("normalise", dtype, SIZES["many rows"])[0]
    with pytest.raises(TypeError, match=r"\bY\b"):
        array_api().normalise(np.ma.masked_greater(Y, 1), **OPTIONS)


def test_dask_rows_of_unknown_number_are_refused() -> None:
    module = array_api()
    pytest.importorskip("dask.array")
    Y = dask_array(drawn("normalise", "float64", SIZES["many rows"])[0])
    chosen = Y[Y[:, 0] > 0]
    with pytest.raises(ValueError, match=r"\bY: n is not known .*compute_chunk_sizes"):
        module.normalise(chosen, **OPTIONS)
    found = module.normalise(chosen.compute_chunk_sizes(), **OPTIONS).compute()
    assert difference(found, batchnorm.normalise(chosen.compute(), **OPTIONS)) <= CLOSE["float64"]


def pytorch_gradients(function: Callable[..., Any], at: list[Array], cotangent: Array) -> list[Array]:
    torch = pytest.importorskip("torch")
    given = [torch_array(A).requires_grad_() for A in at]
    return [g.numpy() for g in torch.autograd.grad(function(*given), given, torch_array(cotangent))]


def jax_gradients(function: Callable[..., Any], at: list[Array], cotangent: Array) -> list[Array]:
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        loss = jax.jit(jax.grad(lambda *given: (function(*given) * cotangent).sum(), range(len(at))))
        return [np.asarray(g) for g in loss(*map(jax_array, at))]


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize("gradients", [pytorch_gradients, jax_gradients])
def test_derivatives_through_the_forward_functions_are_the_gradients(
    gradients: Callable[..., list[Array]], rows: str, ddof: int
) -> None:
    """Those are in the library's arrays, which it differentiates, and the gradients in NumPy's."""
    module = array_api()
    numbers = {"eps": 1e-3, "ddof": ddof}
    Y, gamma, beta, H = drawn("forward_backward", "float64", SIZES[rows])
    X, W = drawn("grad_W", "float64", SIZES[rows])[:2]

    def close(found: list[Array], *expected: Array) -> None:
        assert max(difference(A, B) for A, B in zip(found, expected, strict=True)) <= 1e-9

    found = gradients(lambda *given: module.forward(*given, **numbers), [Y, gamma, beta], H)
    grad_gamma, grad_beta = module.grad_gamma(Y, H, **numbers), module.grad_beta(H)
    close(found, module.grad_Y(Y, gamma, H, **numbers), grad_gamma, grad_beta)
    close(found, *module.backward(Y, gamma, H, **numbers))
    close(found, *module.forward_backward(Y, gamma, beta, H, **numbers)[1:])

    found = gradients(lambda Y: module.normalise(Y, **numbers), [Y], H)
    close(found, module.backward_normalised(Y, H, **numbers))
    close(found, module.forward_backward_normalised(Y, H, **numbers)[1])

    found = gradients(lambda X, W, *rest: module.forward(X @ W.T, *rest, **numbers), [X, W, gamma, beta], H)
    grad_gamma = module.grad_gamma(X @ W.T, H, **numbers)
    close(
        found, module.grad_X(X, W, gamma, H, **numbers), module.grad_W(X, W, gamma, H, **numbers), grad_gamma, grad_beta
    )
    close(found[1::-1], *module.backward_weights(X, W, gamma, H, **numbers))


@each_function
def test_every_argument_is_named_in_the_docstring(name: str) -> None:
    lines = [line.strip() for line in (getattr(array_api(), name).__doc__ or "").splitlines()]
    for argument, letters in arguments(name).items():
        shape = "×".join(letters) if len(letters) == 2 else f"{letters}×1"
        assert any(line.startswith(f"{argument} : {shape},") for line in lines)
    for option in options(name):
        assert any(line.startswith(f"{option} : a number") for line in lines)
