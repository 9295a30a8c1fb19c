"""The Numba target: one loop nest a pass, whole rows in order, rows shared out to threads.

A pass walks three streams of rows at once, so that what is kept for each column is loaded once for three entries; where
rows have sums of their own they go one by one (`numba_rows`).  Sums are taken in float64, which costs nothing where
memory is what is waited for; which rows make a chunk depends on the shape alone, so that results are the same bits for
any number of threads.  Nothing is reassociated (`contract` is the one liberty the compiler has), so NaN and infinities
stay in their columns.  Matrix products, and what no pass can do, are NumPy's, as in the NumPy target.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symbn.kernels.expressions import Spelling, numpy_function, written
from symbn.kernels.ir import Array, Dim, Entry, scalars_of
from symbn.kernels.kernel import Kernel
from symbn.kernels.module import NUMBER_HELPERS, assembled, indented, mentions, without_unused
from symbn.kernels.passes import Guesses, Loop, Pass, Rows, Schedule, Stage, Vectors, schedule, steps_of
from symbn.kernels.program import Guess, Pointwise, Product, entries_of
from symbn.kernels.targets.blocked import GUESS, Blocked, with_dtypes
from symbn.kernels.targets.ndarrays import (
    ARRAYS,
    CONSTANTS,
    argument_checks,
    few_body,
    output_lines,
    result_names,
    whole_body,
    whole_function,
)
from symbn.kernels.targets.numba_rows import ROW_EXP, ROW_GUESS, ROW_SUM, RowLoop
from symbn.kernels.targets.numpy import Numpy
from symbn.kernels.targets.whole import array_names, few_rows, wide_arrays

HEAD = """
import sys
from importlib.machinery import PathFinder
from numbers import Integral, Real
from operator import index
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
"""

HELPERS = '''
def _is_importable() -> bool:
    """Whether another process finds this module by its name: only for such a one what is compiled can be kept."""
    parent, _, own = __name__.rpartition(".")
    spec = PathFinder.find_spec(own, sys.modules[parent].__path__ if parent else None)
    return spec is not None and spec.origin == globals().get("__file__")


_OPTIONS: dict[str, Any] = {
    "fastmath": {"contract"},
    "error_model": "numpy",
    "nogil": True,
    "cache": _is_importable(),
}
_compiled: Any = njit(**_OPTIONS)
_compiled_parallel: Any = njit(parallel=True, **_OPTIONS)

def _frozen(x: Array) -> Array:
    """x in C order, not to be written to: one compiled version serves every argument."""
    view: Array = x.view() if x.flags.c_contiguous else np.ascontiguousarray(x).view()
    view.flags.writeable = False
    return view


def _chunks(x: Array) -> int:
    """How many chunks the rows are cut into, by the shape alone: of about 1 MiB; 1 where threads do not pay."""
    if x.nbytes < 1 << 19:
        return 1
    chunks: int = max(2, min(x.nbytes // (1 << 20), x.shape[0] // 256))
    return chunks


@_compiled
def _vectors(count: Any, length: Any, like: Any) -> Any:
    """Vectors of zeros: each on cache lines of its own, 1 KiB past a multiple of 4 apart so that none share sets."""
    stride = ((length * like.itemsize + 3071) // 4096 * 4096 + 1024) // like.itemsize
    flat = np.zeros(count * stride + 64 // like.itemsize, like.dtype)
    skip = -flat.ctypes.data % 64 // like.itemsize
    return flat[skip : skip + count * stride].reshape((count, stride))


@_compiled
def _column_guess(x: Any, guess: Any) -> None:
    """About the mean of each column: of up to 64 rows spread evenly, without the least and the greatest."""
    n, m = x.shape
    count = min(n, 64)
    total = np.zeros(m)
    low = np.full(m, np.inf)
    high = np.full(m, -np.inf)
    for r in range(count):
        i = (2 * r + 1) * n // (2 * count)
        for j in range(m):
            value = np.float64(x[i, j])
            total[j] += value
            low[j] = value if value < low[j] else low[j]
            high[j] = value if value > high[j] else high[j]
    for j in range(m):
        if low[j] == high[j]:
            guess[j] = low[j]
        elif count > 2:
            guess[j] = (total[j] - low[j] - high[j]) / (count - 2)
        else:
            guess[j] = total[j] / count


@_compiled
def _merge(totals: Any, sums: Any) -> None:
    """The totals of all chunks into those of the first."""
    for k in range(sums, totals.shape[0]):
        for j in range(totals.shape[1]):
            totals[k % sums, j] += totals[k, j]
'''


STREAMS = 3
"""How many rows are walked at once."""


class Numba:
    """See `module.Target`."""

    name = "numba"
    namespace = ""
    eager = True
    about = (
        "Numba target: arguments are float32 or float64 NumPy arrays and are never written to (those that do not "
        "lie in C order are copied); out= takes the array (or the arrays) for the result.  The first call of a "
        "function with a dtype compiles it, which takes seconds; a module that is importable by its name keeps what "
        "was compiled on disk."
    )

    def __init__(self) -> None:
        self._numpy = Numpy()

    def head(self, kernels: Sequence[Kernel]) -> str:
        plans = [schedule(kernel.refined) for kernel in kernels]
        if not any(map(_segments, plans)):
            return self._numpy.head(kernels)
        parts = [HEAD, CONSTANTS, ARRAYS, HELPERS]
        if any(isinstance(stage, Guesses) for plan in plans for stage in _outside(plan)):
            parts.append(GUESS)
        loops = [stage for plan in plans for stage in plan.stages if isinstance(stage, Rows)]
        if loops:
            parts.append(ROW_SUM)
        if any(loop.means for loop in loops):
            parts.append(ROW_GUESS)
        text = "\n".join(line for kernel in kernels for line in self.before(kernel))
        if mentions(text, "_exp"):
            parts.append(ROW_EXP)
        return assembled([*parts, NUMBER_HELPERS])

    def parameters(self, kernel: Kernel) -> list[str]:
        return self._numpy.parameters(kernel)

    def notes(self, kernel: Kernel) -> list[str]:
        return self._numpy.notes(kernel)

    def checks(self, kernel: Kernel) -> list[str]:
        return argument_checks(kernel)

    def before(self, kernel: Kernel) -> list[str]:
        plan = schedule(kernel.refined)
        lines = whole_function(kernel) if few_rows(kernel) or not plan.passes() else []
        for number, segment in enumerate(_segments(plan), start=1):
            lines += _Segment(kernel, plan, segment, number).functions()
        return lines

    def body(self, kernel: Kernel) -> list[str]:
        plan = schedule(kernel.refined)
        if not plan.passes():
            return whole_body(kernel, few_rows(kernel))
        lines = [*output_lines(kernel), *few_body(kernel)]
        return [*lines, *_wrapper_lines(kernel, plan), f"return {', '.join(result_names(kernel))}"]


def _segments(plan: Schedule) -> list[tuple[Stage, ...]]:
    """The runs of stages that are compiled together: with a loop over rows, and vectors along one axis each."""
    return [run for run in _runs(plan) if any(isinstance(stage, Pass | Rows) for stage in run)]


def _outside(plan: Schedule) -> list[Stage]:
    inside = {id(stage) for segment in _segments(plan) for stage in segment}
    return [stage for stage in plan.stages if id(stage) not in inside]


def _runs(plan: Schedule) -> Iterator[tuple[Stage, ...]]:
    run: list[Stage] = []
    for stage in plan.stages:
        totals = {step.array for other in run for step in steps_of(other) if not step.axes}
        if run and totals & set(plan.arrays_of(stage)):  # numbers are handed to a run, not from stage to stage in it
            yield tuple(run)
            run = []
        if _compiles(stage):
            run.append(stage)
        elif run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def _compiles(stage: Stage) -> bool:
    if isinstance(stage, Vectors):
        return all(len(step.axes) == 1 for step in stage.steps)
    return isinstance(stage, Pass | Rows | Guesses)


def _wrapper_lines(kernel: Kernel, plan: Schedule) -> list[str]:
    """The stages of a kernel: compiled ones by a call, the others as NumPy statements."""
    blocked = Blocked(kernel, plan)
    segments = {id(segment[0]): (number, segment) for number, segment in enumerate(_segments(plan), start=1)}
    inside = {id(stage) for _, segment in segments.values() for stage in segment}
    lines: list[str] = []
    for stage in plan.stages:
        if id(stage) in segments:
            number, segment = segments[id(stage)]
            lines += _Segment(kernel, plan, segment, number).call()
        elif id(stage) not in inside:
            lines += blocked.stage(stage)
    return with_dtypes(lines)


class _Segment:
    """One run of stages as compiled functions: a driver, and a function for each pass and each run of vectors."""

    def __init__(self, kernel: Kernel, plan: Schedule, stages: tuple[Stage, ...], number: int) -> None:
        self.kernel, self.plan, self.stages = kernel, plan, stages
        self.prefix = f"_{kernel.name}_{number}"
        self.arrays = array_names(kernel, kernel.refined)
        self.names = kernel.names()
        self.wide = wide_arrays(kernel.refined)
        self.steps = [step for stage in stages for step in steps_of(stage)]
        self.made = [step.array for step in self.steps]
        self.outputs = set(kernel.refined.outputs)
        end = plan.stages.index(stages[-1]) + 1
        self.later = {a for stage in plan.stages[end:] for a in plan.arrays_of(stage)}
        self.given_out = [step.array for step in self.steps if step.array in self.later | self.outputs]
        self.passes: list[Loop] = [stage for stage in stages if isinstance(stage, Pass | Rows)]
        self.numbers_of_rows = {a for stage in stages if isinstance(stage, Rows) for a in stage.numbers}
        self.matrices = list(dict.fromkeys(
            a for stage in self.passes for a in plan.read_by(stage) if a not in self.made
        ))  # fmt: skip
        self.matrices += [
            e.array for stage in stages if isinstance(stage, Guesses) for s in stage.steps for e in entries_of(s)
            if e.array not in self.matrices and e.array not in self.made
        ]  # fmt: skip
        leaves = list(dict.fromkeys(a for s in self.steps for e in entries_of(s) for a in plan.leaves(e)))
        self.vectors = [a for a in leaves if len(a.dims) == 1 and a not in self.made]
        self.scalars = [a for a in leaves if not a.dims]
        bodies = [s.body for s in (*self.steps, *plan.virtual.values()) if not isinstance(s, Product)]
        used = {name for body in bodies for name in scalars_of(body)}
        known = {d for a in (*self.matrices, *self.vectors) for d in a.dims}
        self.numbers = [n.name for n in kernel.numbers if n.symbol in used] + [self.arrays[a] for a in self.scalars]
        self.sizes = [
            name for symbol, name in self.names.items() if symbol in used - known and name not in self.numbers
        ]
        self.in_passes = {a for stage in self.passes for a in plan.arrays_of(stage) if len(a.dims) == 1}

    # The call ---------------------------------------------------------------------------------------------

    def _parameters(self) -> list[str]:
        given = [self.arrays[a] for a in (*self.matrices, *self.vectors)]
        return [*given, *self.numbers, *self.sizes, *(self.arrays[a] for a in self.given_out), "chunks"]

    def call(self) -> list[str]:
        """The statements that call the driver."""
        lines = []
        spent: set[Array] = set()
        for array in self.given_out:
            if array in self.outputs:
                continue
            shape = ", ".join(self._size(d) for d in array.dims) or "()"
            if len(array.dims) == 2:
                old = self._spent(array, spent)
                if old is not None:
                    spent.add(old)
                    lines.append(f"{self.arrays[array]} = {self.arrays[old]}")
                else:
                    lines.append(f"{self.arrays[array]} = np.empty(({shape}), work)")
            else:
                dtype = "wide" if array in self.wide else "work"
                lines.append(f"{self.arrays[array]} = np.empty({shape}, {dtype})")
        arguments = [f"_frozen({self.arrays[a]})" for a in (*self.matrices, *self.vectors)]
        arguments += [*(f"float({number})" for number in self.numbers), *self.sizes]
        rest = [self.arrays[a] for a in self.given_out]
        strided = [a for a in self.given_out if a in self.outputs]
        first = self.arrays[self.matrices[0]]
        if strided:
            targets = [self.arrays[a] for a in strided]
            lines += [f'{t}__c = {t} if {t}.flags.c_contiguous else np.empty_like({t}, order="C")' for t in targets]
            rest = [f"{name}__c" if name in targets else name for name in rest]
        lines += [
            f"chunks = _chunks({first})",
            f"driver = {self.prefix} if chunks == 1 else {self.prefix}_parallel",
            f"driver({', '.join([*arguments, *rest, 'chunks'])})",
        ]
        for array in strided:
            name = self.arrays[array]
            lines += [f"if {name}__c is not {name}:", f"    {name}[...] = {name}__c"]
        return lines

    def _spent(self, array: Array, taken: set[Array]) -> Array | None:
        """A matrix made before this segment that nothing needs after: its entries are read before they are written."""
        computed = {step.array for step in self.kernel.refined.steps}
        last = next(s for s in reversed(self.passes) if any(w.array == array for w in s.writes))
        if isinstance(last, Rows) and not any(w.array == array for w in last.sweeps[-1].writes):
            return None  # a later sweep may read the row
        for old in self.matrices:
            free = old in computed and old not in self.outputs and old not in self.later and old not in taken
            if free and old.dims == array.dims and self.passes[-1] is last:
                return old
        return None

    def _size(self, dim: Dim) -> str:
        return self.names[dim] if isinstance(dim, str) else str(dim)

    # The functions ----------------------------------------------------------------------------------------

    def functions(self) -> list[str]:
        """The compiled functions, the driver last, once for one thread and once for several."""
        lines: list[str] = []
        number = 0
        body: list[str] = []
        body += self._sizes()
        body += self._workspaces()
        first = self.arrays[self.matrices[0]]
        for one in self.passes:
            for write in one.writes:
                if write.array not in self.given_out:
                    shape = ", ".join(self._size(d) for d in write.array.dims)
                    body.append(f"{self.arrays[write.array]} = np.empty(({shape}), {first}.dtype)")
        self._totals: dict[Array, str] = {}
        for stage in self.stages:
            match stage:
                case Guesses():
                    for step in stage.steps:
                        (entry,) = entries_of(step)
                        body.append(f"_column_guess({self.arrays[entry.array]}, {self.arrays[step.array]})")
                case Vectors():
                    number += 1
                    name = f"{self.prefix}__columns_{number}"
                    function, arguments = self._columns(stage, name)
                    lines += function
                    body.append(f"{name}({', '.join(arguments)})")
                case Pass() | Rows():
                    number += 1
                    name = f"{self.prefix}_{'pass' if isinstance(stage, Pass) else 'rows'}_{number}"
                    made = self._pass(stage, name) if isinstance(stage, Pass) else self._rows(stage, name)
                    function, arguments = made
                    lines += function
                    body += self._pass_call(stage, name, number, arguments)
        parameters = ", ".join(f"{p}: Any" for p in self._parameters())
        drivers: list[str] = []
        for suffix, decorator, loop in (("", "_compiled", "range"), ("_parallel", "_compiled_parallel", "prange")):
            drivers += [f"@{decorator}", f"def {self.prefix}{suffix}({parameters}) -> None:"]
            drivers += indented(without_unused([line.replace("RANGE", loop) for line in body]))
            drivers += ["", ""]
        return [*lines, *drivers]

    def _sizes(self) -> list[str]:
        lines = []
        seen: set[Dim] = set()
        for array in (*self.matrices, *self.vectors):
            for place, dim in enumerate(array.dims):
                if isinstance(dim, str) and dim not in seen:
                    seen.add(dim)
                    lines.append(f"{self.names[dim]} = {self.arrays[array]}.shape[{place}]")
        return lines

    def _kept(self) -> list[tuple[Array, str]]:
        """Vectors that are kept between functions: wide ones, and rounded ones for passes."""
        found: list[tuple[Array, str]] = []
        for stage in self.stages:
            if isinstance(stage, Pass | Rows):
                found += [(s.array, "narrow") for s in stage.sums if s.array in self.in_passes and s.axes]
            if isinstance(stage, Rows):
                found += [(a, "wide") for a in self._stored(stage) if a not in self.given_out]
            if not isinstance(stage, Vectors | Guesses):
                continue
            own = {s.array for s in stage.steps}
            elsewhere = {
                e.array for other in self.stages if other is not stage and isinstance(other, Vectors)
                for s in other.steps for e in entries_of(s)
            }  # fmt: skip
            for step in stage.steps:
                array = step.array
                handed = array in self.given_out  # its own array comes with the call
                if not isinstance(step, Guess) and array in elsewhere & own and not handed:
                    found.append((array, "wide"))
                rounded = isinstance(step, Guess) or array in self.in_passes
                if rounded and not (handed and self._narrow(array) == self.arrays[array]):
                    found.append((array, "narrow"))
        return found

    def _workspaces(self) -> list[str]:
        lines: list[str] = []
        first = self.arrays[self.matrices[0]]
        for kind, like in (("narrow", first), ("wide", "np.zeros(1)")):
            by_dim: dict[Dim, list[Array]] = {}
            for array, where in self._kept():
                if where == kind:
                    by_dim.setdefault(array.dims[0], []).append(array)
            for dim, arrays in by_dim.items():
                name = f"{kind}_{self._size(dim)}"
                lines.append(f"{name} = _vectors({len(arrays)}, {self._size(dim)}, {like})")
                lines += [f"{self._narrow(a) if kind == 'narrow' else self.arrays[a]} = {name}[{k}]"
                          for k, a in enumerate(arrays)]  # fmt: skip
        return lines

    def _narrow(self, array: Array) -> str:
        """The name of a vector rounded to the array's dtype."""
        name = self.arrays[array]
        rounded = array in self.wide and array in self.made and array not in self.numbers_of_rows
        return f"{name}__rounded" if rounded else name

    def _stored(self, stage: Rows) -> tuple[Array, ...]:
        return self.plan.kept(stage, self.kernel.refined.outputs)

    def _columns(self, stage: Vectors, name: str) -> tuple[list[str], list[str]]:
        """A function of the vector steps, column by column, in float64."""
        local = {step.array: f"{self.arrays[step.array]}__j" for step in stage.steps}
        kept = self._kept()
        wide = {a for a, where in kept if where == "wide"} | set(self.given_out)
        narrow = {a for a, where in kept if where == "narrow"}

        def entry(e: Entry) -> str:
            if not e.places:
                return self.arrays[e.array]
            return local.get(e.array) or f"{self._totals.get(e.array, self.arrays[e.array])}[j]"

        spelling = Spelling(entry, lambda a, b: "", numpy_function, self.names)
        lines: list[str] = []
        dim: Dim | None = None
        for step in stage.steps:
            if step.axes[0].dim != dim:
                dim = step.axes[0].dim
                lines.append(f"for j in range({self._size(dim)}):")
            value = local[step.array]
            if isinstance(step, Guess):
                assert step.of is not None
                a, b = (entry(e) for e in step.of)
                lines += [
                    f"    {self.arrays[step.array]}[j] = {a} + {b}",
                    f"    {value} = np.float64({self.arrays[step.array]}[j])",
                ]
                continue
            assert isinstance(step, Pointwise)
            lines.append(f"    {value} = {written(step.body, spelling)}")
            if step.array in wide:
                lines.append(f"    {self.arrays[step.array]}[j] = {value}")
            if step.array in narrow:
                lines.append(f"    {self._narrow(step.array)}[j] = {value}")
        text = "\n".join(lines)
        candidates = [*self.numbers, *self.sizes, *self.names.values()]
        candidates += [self.arrays[a] for a in (*self.vectors, *self.made)] + [self._narrow(a) for a in self.made]
        candidates += list(self._totals.values())
        used = [c for c in dict.fromkeys(candidates) if mentions(text, c)]
        parameters = ", ".join(f"{c}: Any" for c in used)
        head = ["@_compiled", f"def {name}({parameters}) -> None:", '    """Vectors, in float64."""']
        guessed = [f"    {line}" for line in lines]
        return [*head, *guessed, "", ""], used

    def _pass(self, stage: Pass, name: str) -> tuple[list[str], list[str]]:
        """A function of a pass over some rows."""
        columns = self._size(stage.grid[1])
        read = self.plan.read_by(stage)
        vectors = list(dict.fromkeys(
            a for s in stage.steps for a in self.plan.leaves(s.body) if len(a.dims) == 1
        ))  # fmt: skip
        written_to = [w.array for w in stage.writes]
        sums = [s.array for s in stage.sums]
        total_names = [f"{self.arrays[a]}__total" for a in sums]
        matrices = [self.arrays[a] for a in dict.fromkeys((*read, *written_to))]
        body: list[str] = []
        body += [f"part = (last - first) // {STREAMS}", "part = max(part - 1 + part % 2, 0)"]
        vector_names = {a: f"{self._narrow(a)}__j" for a in vectors}
        loads = [f"{vector_names[a]} = {self._narrow(a)}[j]" for a in vectors]
        inner = [*loads]
        values: dict[Array, list[str]] = {a: [] for a in (*sums, *written_to)}
        streams = ["i", "i + part", *(f"i + {k} * part" for k in range(2, STREAMS))][:STREAMS]
        for stream, row in enumerate(streams):
            inner += self._entries(stage, read, vector_names, row, f"__{stream}", values)
        inner += [f"{total}[j] += {' + '.join(values[a])}" for a, total in zip(sums, total_names, strict=True)]
        for a in written_to:
            inner += [f"{self.arrays[a]}[{row}, j] = {v}" for row, v in zip(streams, values[a], strict=True)]
        body += ["for i in range(first, first + part):", f"    for j in range({columns}):", *indented(inner, 8)]
        single: dict[Array, list[str]] = {a: [] for a in (*sums, *written_to)}
        rest = [*loads, *self._entries(stage, read, vector_names, "i", "__0", single)]
        rest += [f"{total}[j] += {single[a][0]}" for a, total in zip(sums, total_names, strict=True)]
        rest += [f"{self.arrays[a]}[i, j] = {single[a][0]}" for a in written_to]
        body += [
            f"for i in range(first + {STREAMS} * part, last):",
            f"    for j in range({columns}):",
            *indented(rest, 8),
        ]
        text = "\n".join([*inner, *rest])
        sizes = [self.names[d] for d in self.kernel.dimensions()]
        used = [name for name in dict.fromkeys((*self.numbers, *self.sizes, *sizes)) if mentions(text, name)]
        arguments = [*matrices, *(self._narrow(a) for a in vectors), *used]
        if columns not in used and not columns.isdigit():
            body = [f"{columns} = {matrices[0]}.shape[1]", *body]
        parameters = ", ".join(f"{p}: Any" for p in [*arguments, "first", "last", *total_names])
        head = ["@_compiled", f"def {name}({parameters}) -> None:", '    """A pass over the rows first … last − 1."""']
        return [*head, *indented(body), "", ""], arguments

    def _rows(self, stage: Rows, name: str) -> tuple[list[str], list[str]]:
        """A function of a loop over some rows, each in several sweeps."""
        columns = self._size(stage.grid[1])
        stored = self._stored(stage)
        body = RowLoop(stage, self.plan, self.arrays, self.names, self._narrow, stored).lines()
        text = "\n".join(body)
        touched = (*self.plan.read_by(stage), *(write.array for write in stage.writes))
        matrices = [self.arrays[a] for a in dict.fromkeys(touched)]
        own = set(stage.numbers)
        vectors = [a for a in dict.fromkeys(self.plan.arrays_of(stage)) if len(a.dims) == 1 and a not in own]
        sizes = [self.names[d] for d in self.kernel.dimensions()]
        used = [s for s in dict.fromkeys((*self.numbers, *self.sizes, *sizes)) if mentions(text, s) and s != columns]
        arguments = [*matrices, *(self._narrow(a) for a in vectors), *(self.arrays[a] for a in stored), *used]
        arguments = list(dict.fromkeys(arguments))
        if not columns.isdigit():
            body = [f"{columns} = {matrices[0]}.shape[1]", *body]
        totals = [f"{self.arrays[s.array]}__total" for s in stage.sums]
        parameters = ", ".join(f"{p}: Any" for p in [*arguments, "first", "last", *totals])
        head = ["@_compiled", f"def {name}({parameters}) -> None:", '    """The rows first … last − 1, one by one."""']
        return [*head, *indented(body), "", ""], arguments

    def _entries(
        self, stage: Pass, read: Sequence[Array], vectors: dict[Array, str], row: str, suffix: str,
        values: dict[Array, list[str]],
    ) -> list[str]:  # fmt: skip
        """Statements that compute one row's entry of everything; `values` gets what is summed and written."""
        load = "np.float64({})" if stage.sums else "{}"
        lines = [f"{self.arrays[a]}{suffix} = {load.format(f'{self.arrays[a]}[{row}, j]')}" for a in read]
        known: dict[Array, str] = {}

        def entry(e: Entry) -> str:
            if not e.places:
                return self.arrays[e.array]
            if len(e.places) == 1:
                return vectors[e.array]
            virtual = self.plan.virtual.get(e.array)
            if virtual is None:
                return f"{self.arrays[e.array]}{suffix}"
            if e.array not in known:
                value = written(virtual.body, spelling)
                known[e.array] = f"{self.arrays[e.array]}{suffix}"
                lines.append(f"{known[e.array]} = {value}")
            return known[e.array]

        spelling = Spelling(entry, lambda a, b: "", numpy_function, self.names)
        for step in stage.steps:
            text = written(step.body, spelling)
            name = f"{self.arrays[step.array]}{suffix}"
            if text != name:
                lines.append(f"{name} = {text}" if step in stage.sums else f"{name}__new = {text}")
            values[step.array].append(name if step in stage.sums else f"{name}__new")
        return lines

    def _pass_call(self, stage: Loop, name: str, number: int, arguments: Sequence[str]) -> list[str]:
        rows, columns = (self._size(d) for d in stage.grid)
        given = [*arguments, f"{rows} * chunk // chunks", f"{rows} * (chunk + 1) // chunks"]
        lines: list[str] = []
        if stage.sums:
            totals = f"totals_{number}"
            count = len(stage.sums)
            lines.append(f"{totals} = _vectors({count} * chunks, {columns}, np.zeros(1))")
            given += [f"{totals}[{count} * chunk + {k}]" for k in range(count)]
        lines += ["for chunk in RANGE(chunks):", f"    {name}({', '.join(given)})"]
        if stage.sums:
            lines.append(f"_merge({totals}, {len(stage.sums)})")
            for k, step in enumerate(stage.sums):
                if not step.axes:
                    lines.append(f"{self.arrays[step.array]}[()] = {totals}[{k}, 0]")
                    continue
                if step.array in self.given_out:
                    lines += [f"for j in range({columns}):", f"    {self.arrays[step.array]}[j] = {totals}[{k}, j]"]
                if step.array in self.in_passes:
                    rounded = f"{self._narrow(step.array)}[j]"
                    lines += [f"for j in range({columns}):", f"    {rounded} = {totals}[{k}, j]"]
                self._totals[step.array] = f"{self.arrays[step.array]}__total"
                lines.append(f"{self.arrays[step.array]}__total = {totals}[{k}]")
        return lines
