"""What the NumPy and Numba targets share: arguments checked, results allocated, few rows computed on whole arrays."""

from __future__ import annotations

from symbn.kernels.arrays import Dialect
from symbn.kernels.expressions import numpy_function
from symbn.kernels.kernel import Kernel
from symbn.kernels.module import dims_text, indented, mentions
from symbn.kernels.targets.whole import WholeBody, array_names, few_rows

CONSTANTS = '''
Array = NDArray[Any]

FEW = 16
"""Below so many rows everything is computed in the widest float: little may be left of a difference there."""
'''

ARRAYS = '''
def _dtype(**arrays: Array) -> np.dtype[Any]:
    """The one dtype of all arguments, float32 or float64; TypeError for anything else."""
    first = None
    for name, value in arrays.items():
        if not isinstance(value, np.ndarray):
            raise TypeError(f"{name}: a NumPy array is needed, not {type(value).__name__}")
        if isinstance(value, np.ma.MaskedArray):
            raise TypeError(f"{name}: a masked array has no defined means")
        if value.dtype != np.float32 and value.dtype != np.float64:
            raise TypeError(f"{name}: float32 or float64 is needed, not {value.dtype}")
        if first is None:
            first = name
        elif value.dtype != arrays[first].dtype:
            raise TypeError(
                f"{name} is {value.dtype}, but {first} is {arrays[first].dtype}: give all arrays one dtype"
            )
    assert first is not None
    return arrays[first].dtype


def _refuse(least: dict[str, int], /, **arrays: tuple[Array, tuple[str | int, ...]]) -> None:
    """ValueError that says which arguments do not fit each other."""
    found: dict[str | int, tuple[int, str]] = {}
    for name, (array, dims) in arrays.items():
        if array.ndim != len(dims):
            raise ValueError(f"{name}: {len(dims)} dimensions are needed, not {array.ndim}")
        for dim, size in zip(dims, array.shape, strict=True):
            wanted, whose = found.setdefault(dim, (size, name)) if isinstance(dim, str) else (dim, "the formula")
            if size != wanted:
                raise ValueError(f"{name} has shape {array.shape}, but {dim} = {wanted} by {whose}")
            if isinstance(dim, str) and size < least[dim]:
                raise ValueError(f"{name} has shape {array.shape}: {dim} must be at least {least[dim]}")
    raise AssertionError("shapes that fit")


def _check_finite(**arrays: Array) -> None:
    """ValueError for an array with an infinity or NaN."""
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            raise ValueError(f"{name} holds infinities or NaN")


def _outputs(out: Any, count: int) -> tuple[Array | None, ...]:
    """The arrays to write the results to, as many as there are; None for a new one."""
    if out is None:
        return (None,) * count
    if not isinstance(out, tuple) or len(out) != count:
        raise TypeError(f"out: a tuple of {count} arrays is needed, one for each result")
    return out


def _output(out: Array | None, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], /, **others: Array) -> Array:
    """The array to write a result to: `out`, if it fits and shares no memory with the others, or else a new one."""
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out for {name}: an array of {dtype} is needed, not {type(out).__name__}")
    if out.dtype != dtype:
        raise TypeError(f"out for {name}: an array of {dtype} is needed, not of {out.dtype}")
    if out.shape != shape:
        raise ValueError(f"out for {name}: the shape {shape} is needed, not {out.shape}")
    if not out.flags.writeable:
        raise ValueError(f"out for {name} is read-only")
    for other, value in others.items():
        if np.may_share_memory(out, value):
            raise ValueError(f"out for {name} shares memory with {other}")
    return out
'''


def dialect() -> Dialect:
    return Dialect(
        module="np",
        function=numpy_function,
        eye=lambda size: f"np.eye({size}, dtype=work)",
        full=lambda text, shape: f"np.full({shape}, {text}, dtype=work)",
        diagonal="np.diagonal",
        permuted=lambda text, order: f"{text}.T" if order == (1, 0) else f"np.transpose({text}, {order})",
        summed=lambda text, axis: f"np.sum({text}, axis={axis}, dtype=wide)",
        guess=lambda text, axis, size: f"np.divide(np.sum({text}, axis={axis}, dtype=wide), {size}).astype(work)",
        greatest=lambda text, axis: f"np.max({text}, axis={axis})",
        narrowed=lambda text: f"({text}).astype(work)" if " " in text else f"{text}.astype(work)",
    )


def whole_function(kernel: Kernel) -> list[str]:
    """The kernel on whole arrays, of `work` and `wide` floats."""
    whole = WholeBody(kernel, kernel.program, dialect())
    arguments = [f"{a.name}: Array" for a in kernel.arguments]
    numbers = [f"{n.name}: float" for n in kernel.numbers] + [f"{n.name}: int" for n in kernel.sizes]
    results = [whole.arrays[array] for array in kernel.program.outputs]
    head = f"def _{kernel.name}_whole({', '.join([*arguments, *numbers, 'work: Any', 'wide: Any'])})"
    lines = [f'"""`{kernel.name}` on whole arrays: vectors and scalars in `wide`, matrices in `work`."""']
    lines += [f"{a.name} = {a.name}.astype(work, copy=False)" for a in kernel.arguments]
    lines += whole.lines()
    sizes = shape_lines(kernel, "\n".join(lines))
    lines[1:1] = sizes
    return [f"{head} -> tuple[Array, ...]:", *indented([*lines, f"return ({', '.join(results)},)"]), "", ""]


def argument_checks(kernel: Kernel) -> list[str]:
    """Dtypes, dimensions and sizes."""
    dims = kernel.names()
    lines = []
    if kernel.arguments:
        lines.append(f"dtype = _dtype({', '.join(f'{a.name}={a.name}' for a in kernel.arguments)})")
    else:
        lines.append("dtype = np.dtype(np.float64)")
    if kernel.dimensions():
        least = ", ".join(f'"{dims[d]}": {kernel.least[d]}' for d in kernel.dimensions())
        arrays = [f"{a.name}=({a.name}, {dims_text(dims, a.array.dims)})" for a in kernel.arguments]
        for d in kernel.dimensions():
            a = next(a for a in kernel.arguments if d in a.array.dims)
            place, rank = a.array.dims.index(d), len(a.array.dims)
            lines.append(f"{dims[d]} = {a.name}.shape[{place}] if {a.name}.ndim == {rank} else 0")
        misfits = [f"{a.name}.shape != {shape_text(dims, a.array.dims)}" for a in kernel.arguments]
        misfits += [f"{dims[d]} < {kernel.least[d]}" for d in kernel.dimensions()]
        lines += [f"if {' or '.join(misfits)}:", f"    _refuse({{{least}}}, {', '.join(arrays)})"]
    return lines


def shape_text(names: dict[str, str], dims: tuple[str | int, ...]) -> str:
    """A shape in names of sizes."""
    sizes = [names[d] if isinstance(d, str) else str(d) for d in dims]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def shape_lines(kernel: Kernel, text: str) -> list[str]:
    """Statements that bind the sizes a text mentions."""
    names = kernel.names()
    lines = []
    for dim in kernel.dimensions():
        array, place = next((a, a.array.dims.index(dim)) for a in kernel.arguments if dim in a.array.dims)
        if mentions(text, names[dim]):
            lines.append(f"{names[dim]} = {array.name}.shape[{place}]")
    return lines


def result_names(kernel: Kernel) -> list[str]:
    """The variables that hold the results."""
    names = array_names(kernel, kernel.refined)
    return [names[array] for array in kernel.refined.outputs]


def result_shape(kernel: Kernel, place: int) -> str:
    return shape_text(kernel.names(), kernel.results[place].array.dims)


def output_lines(kernel: Kernel) -> list[str]:
    """The arrays to write the results to."""
    lines = []
    inputs = "".join(f", {a.name}={a.name}" for a in kernel.arguments)
    names = result_names(kernel)
    if len(names) > 1:
        lines.append(f"given = _outputs(out, {len(names)})")
    for place, name in enumerate(names):
        given = "out" if len(names) == 1 else f"given[{place}]"
        shape = result_shape(kernel, place)
        lines.append(f'{name} = _output({given}, "{kernel.results[place].name}", {shape}, dtype{inputs})')
        inputs += f", {name}={name}"
    return lines


def _whole_call(kernel: Kernel, work: str, wide: str) -> str:
    given = [a.name for a in kernel.arguments] + [n.name for n in (*kernel.numbers, *kernel.sizes)]
    return f"_{kernel.name}_whole({', '.join([*given, work, wide])})"


def _copied(kernel: Kernel, call: str) -> list[str]:
    names = result_names(kernel)
    if len(names) == 1:
        return [f'np.copyto({names[0]}, {call}[0], casting="same_kind")']
    pairs = f"for target, value in zip(({', '.join(names)}), {call}, strict=True):"
    return [pairs, '    np.copyto(target, value, casting="same_kind")']


def whole_body(kernel: Kernel, few: str) -> list[str]:
    """A kernel that is no loop over rows."""
    lines = output_lines(kernel)
    if few:
        lines.append(f"few = {few}")
        call = _whole_call(kernel, "np.longdouble if few else dtype", "np.longdouble if few else np.float64")
    else:
        call = _whole_call(kernel, "dtype", "np.float64")
    return [*lines, *_copied(kernel, call), f"return {', '.join(result_names(kernel))}"]


def few_body(kernel: Kernel, small: bool = False) -> list[str]:
    """The way out for few rows, and with `small` for matrices so small that blocks of rows do not pay."""
    few = few_rows(kernel)
    if not few:
        return []
    returned = f"return {', '.join(result_names(kernel))}"
    lines = [
        f"if {few}:",
        *indented([*_copied(kernel, _whole_call(kernel, "np.longdouble", "np.longdouble")), returned]),
    ]
    matrices = [a.name for a in kernel.arguments if len(a.array.dims) == 2]
    if small and matrices:
        sizes = " and ".join(f"{name}.size <= SMALL" for name in matrices)
        call = _whole_call(kernel, "np.float64", "np.float64")
        lines += [f"if {sizes}:", *indented([*_copied(kernel, call), returned])]
    return lines
