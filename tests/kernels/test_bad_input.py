"""Bad input to a kernel: a clear error, and never a word written to an input.

What is assumed of all three modules:

- Arrays are of one dtype, float32 or float64.  What is no array (a list, a number), or has another dtype (integers,
  bool, float16, complex, object), or another dtype than the rest: TypeError.
- Another rank, or another size than other arguments have: ValueError.
- A message names the argument, what was expected (`float64`, a size) and what came (type, dtype, shape or rank).
  Where two arguments do not go together, it may name either.
- Fewer rows than ddof + 1 (none at all included), a negative ddof, ε ≤ 0 and ε = NaN: ValueError.
  No columns at all: ValueError, too.
- Strides do not matter beyond rounding (sums may be taken in another order); read-only inputs are fine.
- `out` (numpy, numba): an array of the result's shape and dtype, a tuple of them where there are several results; it is
  what is returned.  It may have any strides.  No array, or of another dtype: TypeError; of another shape, read-only, or
  sharing memory with an input or with another `out`: ValueError.  Nothing has been written then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from .cases import DTYPES, TARGETS, Array

MODULES = ["numpy", "numba", "array-api, NumPy"]
WITH_OUT = ["numpy", "numba"]
SIZES = {"n": 70, "p": 4, "m": 5}
OPTIONS: dict[str, Any] = {"ddof": 1, "eps": 1e-5}
CLOSE = {"float32": 4e-6, "float64": 1e-14}


@dataclass(frozen=True)
class Function:
    """name(*arguments, ddof=…, eps=…) -> results; shapes in letters of SIZES."""

    name: str
    arguments: dict[str, str]
    results: tuple[str, ...]
    options: bool = True

    def arrays(self, dtype: str, sizes: dict[str, int] | None = None) -> dict[str, Array]:
        random = np.random.default_rng(7)
        sizes = sizes or SIZES
        return {
            name: (random.standard_normal([sizes[s] for s in shape]) + 1).astype(dtype)
            for name, shape in self.arguments.items()
        }

    def call(self, module: ModuleType, arrays: dict[str, Any], **options: Any) -> tuple[Array, ...]:
        """The results, as a tuple.  Raises what the function raises."""
        given = OPTIONS | options if self.options else options
        returned = getattr(module, self.name)(*arrays.values(), **given)
        return returned if isinstance(returned, tuple) else (returned,)

    def outs(self, dtype: str) -> tuple[Array, ...]:
        return tuple(np.full([SIZES[s] for s in shape], np.nan, dtype) for shape in self.results)

    def out(self, arrays: tuple[Any, ...]) -> Any:
        """What is given as `out`: the array, or the tuple of several."""
        return arrays if len(self.results) > 1 else arrays[0]


FUNCTIONS = {
    f.name: f
    for f in [
        Function("normalise", {"Y": "nm"}, ("nm",)),
        Function("forward", {"Y": "nm", "gamma": "m", "beta": "m"}, ("nm",)),
        Function("grad_Y", {"Y": "nm", "gamma": "m", "grad_Z": "nm"}, ("nm",)),
        Function("grad_gamma", {"Y": "nm", "grad_Z": "nm"}, ("m",)),
        Function("grad_beta", {"grad_Z": "nm"}, ("m",), options=False),
        Function("backward", {"Y": "nm", "gamma": "m", "grad_Z": "nm"}, ("nm", "m", "m")),
        Function("backward_normalised", {"Y": "nm", "grad_Y_hat": "nm"}, ("nm",)),
        Function("grad_W", {"X": "np", "W": "mp", "gamma": "m", "grad_Z": "nm"}, ("mp",)),
        Function("grad_X", {"X": "np", "W": "mp", "gamma": "m", "grad_Z": "nm"}, ("np",)),
    ]
}
SUMMING = [name for name, f in FUNCTIONS.items() if f.options]

each_module = pytest.mark.parametrize("target", MODULES)
each_with_out = pytest.mark.parametrize("target", WITH_OUT)
each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def refuses(
    kind: type[Exception], names: str | list[str], came: tuple[Any, ...], call: Callable[[], object], expected: Any = ""
) -> None:
    """The call raises that kind; its message has one of the names, one way to say what came, and what was expected."""
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    message = str(caught.value)
    assert caught.type is kind, message
    assert any(re.search(rf"\b{name}\b", message) for name in ([names] if isinstance(names, str) else names)), message
    assert not came or any(re.search(rf"(?<!\w){re.escape(str(way))}(?!\w)", message) for way in came), message
    assert str(expected) in message, message


@each_module
@each_function
def test_what_is_no_array_is_refused(name: str, target: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    for argument in f.arguments:
        for wrong, came in [([[1.0, 2.0], [3.0, 4.0]], ["list"]), (1.0, ["float"]), (None, ["None", "NoneType"])]:
            arrays = f.arrays("float64") | {argument: wrong}
            refuses(TypeError, argument, (*came,), partial(f.call, module, arrays))


@each_module
@each_function
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool", "float16", "complex128", "object", "longdouble"])
def test_another_dtype_is_refused(name: str, target: str, dtype: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    for argument in f.arguments:
        arrays: dict[str, Any] = f.arrays("float64")
        arrays[argument] = arrays[argument].astype(dtype)
        came = arrays[argument].dtype.name
        refuses(TypeError, argument, (came,), partial(f.call, module, arrays), "float64")


@each_module
@pytest.mark.parametrize("name", [name for name, f in FUNCTIONS.items() if len(f.arguments) > 1])
def test_arrays_of_two_dtypes_are_refused(name: str, target: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    for argument in f.arguments:
        arrays = f.arrays("float64")
        arrays[argument] = arrays[argument].astype("float32")
        others = list(f.arguments)
        refuses(TypeError, others, ("float32",), partial(f.call, module, arrays), "float64")


@each_module
@each_function
def test_another_rank_is_refused(name: str, target: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    for argument, shape in f.arguments.items():
        A = f.arrays("float32")[argument]
        for wrong in (A[0], A[None], A[..., None]):
            arrays = f.arrays("float32") | {argument: np.asarray(wrong)}
            came = (arrays[argument].ndim, arrays[argument].shape)
            refuses(ValueError, argument, came, partial(f.call, module, arrays))
        assert len(shape) == A.ndim


@each_module
@pytest.mark.parametrize("name", [name for name, f in FUNCTIONS.items() if len(f.arguments) > 1])
def test_sizes_that_do_not_go_together_are_refused(name: str, target: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    for argument, shape in f.arguments.items():
        for axis, letter in enumerate(shape):
            arrays = f.arrays("float64")
            sharing = [other for other, letters in f.arguments.items() if letter in letters]
            if len(sharing) == 1:
                continue
            arrays[argument] = np.delete(arrays[argument], 0, axis=axis)
            came, expected = SIZES[letter] - 1, SIZES[letter]
            refuses(ValueError, sharing, (came,), partial(f.call, module, arrays), expected)


@each_module
@pytest.mark.parametrize("name", SUMMING)
def test_too_few_rows_are_refused(name: str, target: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    first = next(iter(f.arguments))
    for n, ddof in [(0, 0), (0, 1), (1, 1)]:
        arrays = f.arrays("float64", SIZES | {"n": n})
        refuses(ValueError, [first, "ddof"], (n,), partial(f.call, module, arrays, ddof=ddof))


@each_module
@each_dtype
@pytest.mark.parametrize("name", SUMMING)
def test_one_row_is_normalised_to_0(name: str, target: str, dtype: str) -> None:
    """With ddof = 0 one row is its own mean: Ŷ = 0, and no gradient comes through."""
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    arrays = f.arrays(dtype, SIZES | {"n": 1})
    results = f.call(module, arrays, ddof=0)
    expected = arrays["beta"] if name == "forward" else 0
    assert (results[0] == expected).all()
    if name == "backward":
        assert (results[1] == 0).all() and (results[2] == arrays["grad_Z"][0]).all()


@each_module
@each_dtype
@each_function
def test_no_columns_are_refused(name: str, target: str, dtype: str) -> None:
    """A size is a positive integer: what is proved is proved for those."""
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    arrays = f.arrays(dtype, SIZES | {"m": 0})
    refuses(ValueError, list(f.arguments), (0,), partial(f.call, module, arrays), "at least 1")


@each_module
@pytest.mark.parametrize("name", SUMMING)
def test_numbers_outside_their_range_are_refused(name: str, target: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    arrays = f.arrays("float64")
    for eps in (0.0, -1e-5, float("nan")):
        refuses(ValueError, "eps", (eps,), partial(f.call, module, arrays, eps=eps))
    refuses(ValueError, "ddof", (-1,), partial(f.call, module, arrays, ddof=-1))


def strided(A: Array) -> Iterator[Array]:
    """The same numbers with other strides: of columns, every second row, back to front, and read-only."""
    yield np.asfortranarray(A)
    yield np.repeat(A, 2, axis=0)[::2]
    yield np.repeat(A, 3, axis=-1)[..., ::3]
    yield np.ascontiguousarray(A[::-1])[::-1]
    frozen = A.copy()
    frozen.flags.writeable = False
    yield frozen


@each_module
@each_dtype
@each_function
def test_strides_do_not_matter_and_inputs_are_never_written_to(name: str, target: str, dtype: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    arrays = f.arrays(dtype)
    before = {argument: A.tobytes() for argument, A in arrays.items()}
    expected = f.call(module, arrays)
    for argument in f.arguments:
        for given in strided(arrays[argument]):
            found = f.call(module, arrays | {argument: given})
            for result, other in zip(found, expected, strict=True):
                np.testing.assert_allclose(
                    result, other, rtol=0, atol=CLOSE[dtype] * abs(other).max(), err_msg=argument
                )
            assert given.tobytes() == before[argument]
    assert {argument: A.tobytes() for argument, A in arrays.items()} == before


@each_with_out
@each_dtype
@each_function
def test_out_is_written_and_returned(name: str, target: str, dtype: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    arrays = f.arrays(dtype)
    before = {argument: A.tobytes() for argument, A in arrays.items()}
    expected = f.call(module, arrays)
    wide = tuple(np.full((*A.shape[:-1], 2 * A.shape[-1]), np.nan, dtype)[..., ::2] for A in f.outs(dtype))
    for outs in (f.outs(dtype), wide, tuple(np.asfortranarray(A) for A in f.outs(dtype))):
        returned = f.call(module, arrays, out=f.out(outs))
        for result, out, other in zip(returned, outs, expected, strict=True):
            assert result is out
            np.testing.assert_allclose(result, other, rtol=0, atol=CLOSE[dtype] * abs(other).max())
    assert {argument: A.tobytes() for argument, A in arrays.items()} == before


@each_with_out
@each_function
def test_an_out_that_does_not_fit_is_refused(name: str, target: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    arrays = f.arrays("float32")
    for k in range(len(f.results)):
        outs = f.outs("float32")
        for wrong, kind, came in [
            (outs[k].tolist(), TypeError, "list"),
            (outs[k].astype("float64"), TypeError, "float64"),
            (np.zeros(outs[k].shape, "int32"), TypeError, "int32"),
            (outs[k][1:], ValueError, outs[k][1:].shape),
            (outs[k][None], ValueError, outs[k][None].shape),
            (np.broadcast_to(outs[k], outs[k].shape), ValueError, "read-only"),
        ]:
            given = f.out((*outs[:k], wrong, *outs[k + 1 :]))
            refuses(kind, "out", (came,), partial(f.call, module, arrays, out=given))
            assert all(np.isnan(A).all() for A in outs)


@each_with_out
def test_several_results_need_as_many_outs(target: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS["backward"]
    arrays = f.arrays("float32")
    outs = f.outs("float32")
    for wrong in (outs[0], outs[:2], (*outs, outs[0])):
        with pytest.raises((TypeError, ValueError), match=r"\bout\b"):
            f.call(module, arrays, out=wrong)
    assert all(np.isnan(A).all() for A in outs)


@each_with_out
@each_function
def test_an_out_that_overlaps_an_input_is_refused(name: str, target: str) -> None:
    """The input itself, and one that shares only its last row's memory."""
    module, f = TARGETS[target].load(), FUNCTIONS[name]
    for argument, letters in f.arguments.items():
        for k, shape in enumerate(f.results):
            for shift in (0, 1):
                if shape == letters:
                    lead = SIZES[shape[0]]
                    both = np.ones((2 * lead, *(SIZES[s] for s in shape[1:])), "float64")
                    given, wrong = both[:lead], both[shift * (lead - 1) :][:lead]
                elif len(shape) < len(letters):
                    given = np.ones([SIZES[s] for s in letters])
                    flat = given.reshape(-1)
                    wrong = flat[shift * (flat.size - SIZES[shape]) :][: SIZES[shape]]
                else:
                    continue
                arrays = f.arrays("float64")
                given[...] = arrays[argument]
                outs = f.outs("float64")
                out = f.out((*outs[:k], wrong, *outs[k + 1 :]))
                arrays[argument] = given
                kept = given.tobytes()
                refuses(ValueError, "out", (argument,), partial(f.call, module, arrays, out=out))
                assert given.tobytes() == kept


@each_with_out
def test_outs_that_overlap_each_other_are_refused(target: str) -> None:
    module, f = TARGETS[target].load(), FUNCTIONS["backward"]
    grad_Y, grad_gamma, _ = f.outs("float32")
    for outs in [(grad_Y, grad_gamma, grad_gamma), (grad_Y, grad_Y[0], grad_gamma)]:
        with pytest.raises(ValueError, match=r"\bout\b"):
            f.call(module, f.arrays("float32"), out=outs)
        assert all(np.isnan(A).all() for A in outs)
