"""The array-API target: one file that runs on NumPy, PyTorch, JAX (under `jit` too), CuPy and Dask.

Standard functions only, nothing is written in place, dtype and device are those of the arguments.  Sums are taken
in float64 where the library has it.  With the rows sharded over devices only sums of columns are communicated.
"""

from __future__ import annotations

from collections.abc import Sequence

from symbn.kernels.arrays import Dialect
from symbn.kernels.kernel import Kernel
from symbn.kernels.module import NUMBER_HELPERS, assembled, dims_text
from symbn.kernels.targets.whole import WholeBody, few_rows

HEAD = """
from numbers import Integral, Real
from operator import index
from typing import Any

from array_api_compat import array_namespace, device, is_array_api_obj
"""

HELPERS = '''
Array = Any
"""An array of any library that follows the array API standard."""

FEW = 16
"""Below so many rows everything is computed in the wide dtype: little may be left of a difference there."""


def _namespace(**arrays: Array) -> tuple[Any, Any, Any]:
    """The library of the arguments, their dtype, and the dtype for sums; TypeError for other things."""
    for name, value in arrays.items():
        if not is_array_api_obj(value):
            raise TypeError(f"{name}: an array is needed, not {type(value).__name__}")
        if hasattr(value, "mask"):
            raise TypeError(f"{name}: a masked array has no defined means")
    xp = array_namespace(*arrays.values())
    dtypes = {name: value.dtype for name, value in arrays.items()}
    for name, dtype in dtypes.items():
        if dtype not in (xp.float32, xp.float64):
            raise TypeError(f"{name}: float32 or float64 is needed, not {dtype}")
    (first, dtype), *others = dtypes.items()
    for name, other in others:
        if other != dtype:
            raise TypeError(f"{name} is {other}, but {first} is {dtype}: give all arrays one dtype")
    if dtype == xp.float64:
        return xp, dtype, dtype
    info = getattr(xp, "__array_namespace_info__", None)
    known = info is None or "float64" in info().dtypes(device=device(arrays[first]), kind="real floating")
    return xp, dtype, xp.float64 if known else dtype


def _check_finite(xp: Any, /, **arrays: Array) -> None:
    """ValueError for an array with an infinity or NaN."""
    for name, value in arrays.items():
        if not bool(xp.all(xp.isfinite(value))):
            raise ValueError(f"{name} holds infinities or NaN")


def _sizes(least: dict[str, int], /, **arrays: tuple[Array, tuple[str | int, ...]]) -> dict[str, int]:
    """The size of each dimension; ValueError where arguments do not fit each other."""
    found: dict[str, tuple[int, str]] = {}
    for name, (array, dims) in arrays.items():
        if array.ndim != len(dims):
            raise ValueError(f"{name}: {len(dims)} dimensions are needed, not {array.ndim}")
        for dim, size in zip(dims, array.shape, strict=True):
            if size is None or size != size:
                raise ValueError(f"{name}: {dim} is not known (in Dask, call compute_chunk_sizes() first)")
            wanted, whose = found.setdefault(dim, (size, name)) if isinstance(dim, str) else (dim, "the formula")
            if size != wanted:
                raise ValueError(f"{name} has shape {tuple(array.shape)}, but {dim} = {wanted} by {whose}")
            if isinstance(dim, str) and size < least[dim]:
                raise ValueError(f"{name} has shape {tuple(array.shape)}: {dim} must be at least {least[dim]}")
    return {dim: size for dim, (size, _) in found.items()}
'''


def _function(name: str, arg: str) -> str:
    """A known function; those that the standard lacks are helpers."""
    return f"_{name}(xp, {arg})" if name in ("sigmoid", "softplus") else f"xp.{name}({arg})"


FUNCTIONS = '''
def _softplus(xp: Any, x: Array) -> Array:
    """log(1 + exp x), without overflow."""
    return xp.logaddexp(xp.zeros_like(x), x)


def _sigmoid(xp: Any, x: Array) -> Array:
    """1 / (1 + exp(−x)), without overflow."""
    return xp.exp(-xp.logaddexp(xp.zeros_like(x), -x))
'''


def dialect() -> Dialect:
    return Dialect(
        module="xp",
        function=_function,
        eye=lambda size: f"xp.eye({size}, dtype=work, device=where)",
        full=lambda text, shape: f"xp.broadcast_to(xp.asarray({text}, dtype=work, device=where), {shape}) + 0",
        diagonal="xp.linalg.diagonal",
        permuted=lambda text, order: f"xp.permute_dims({text}, {order})",
        summed=lambda text, axis: f"xp.sum({text}, axis={axis}, dtype=wide)",
        guess=lambda text, axis, size: f"xp.astype(xp.sum({text}, axis={axis}, dtype=wide) / {size}, work)",
        greatest=lambda text, axis: f"xp.max({text}, axis={axis})",
        narrowed=lambda text: f"xp.astype({text}, work)",
    )


class ArrayApi:
    """See `module.Target`."""

    name = "array-api"
    namespace = "xp, "
    eager = False
    about = (
        "Array API target: NumPy, PyTorch, JAX (under jit), CuPy, Dask and whatever else follows the standard. "
        "Nothing is written in place; results have the dtype and the device of the arguments.  check_finite looks at "
        "values: not under jit, and Dask computes at once for it."
    )

    def head(self, kernels: Sequence[Kernel]) -> str:
        text = "\n".join(line for kernel in kernels for line in self.body(kernel))
        more = [FUNCTIONS] if "_sigmoid(" in text or "_softplus(" in text else []
        return assembled([HEAD, HELPERS, NUMBER_HELPERS, *more])

    def before(self, kernel: Kernel) -> list[str]:
        return []

    def parameters(self, kernel: Kernel) -> list[str]:
        return [] if kernel.arguments else ["like: Array"]

    def notes(self, kernel: Kernel) -> list[str]:
        return [] if kernel.arguments else ["like : any array of the library, dtype and device that are wanted"]

    def checks(self, kernel: Kernel) -> list[str]:
        names = [a.name for a in kernel.arguments] or ["like"]
        lines = [f"xp, dtype, wide = _namespace({', '.join(f'{n}={n}' for n in names)})"]
        dims = kernel.names()
        if kernel.dimensions():
            least = {dims[d]: kernel.least[d] for d in kernel.dimensions()}
            shown = ", ".join(f'"{d}": {k}' for d, k in least.items())
            arrays = [f"{a.name}=({a.name}, {dims_text(dims, a.array.dims)})" for a in kernel.arguments]
            lines.append(f"sizes = _sizes({{{shown}}}, {', '.join(arrays)})")
            lines += [f'{dims[d]} = sizes["{dims[d]}"]' for d in kernel.dimensions()]
        return lines

    def body(self, kernel: Kernel) -> list[str]:
        whole = WholeBody(kernel, kernel.program, dialect())
        lines = whole.lines()
        text = "\n".join(lines)
        few = few_rows(kernel)
        head = [f"work = wide if {few} else dtype" if few else "work = dtype"]
        if few:
            for argument in kernel.arguments:
                head.append(f"{argument.name} = xp.astype({argument.name}, work, copy=False)")
        if "device=where" in text:
            head.append(f"where = device({kernel.arguments[0].name if kernel.arguments else 'like'})")
        results = [f"xp.astype({whole.arrays[array]}, dtype, copy=False)" for array in kernel.program.outputs]
        return [*head, *lines, f"return {', '.join(results)}"]
