"""The body of a kernel as statements on whole arrays, in two precisions.

Matrices are computed in the dtype `work`, vectors and scalars that come of sums in the dtype `wide`, and rounded to
`work` where they meet a matrix.
"""

from __future__ import annotations

from symbn.kernels.arrays import Dialect, WholeArrays
from symbn.kernels.identifiers import distinct, identifier
from symbn.kernels.ir import Array
from symbn.kernels.kernel import Kernel
from symbn.kernels.program import Guess, Pointwise, Product, Program, Reduction, Step, entries_of


def array_names(kernel: Kernel, program: Program) -> dict[Array, str]:
    """A Python name for every array: those of arguments and results, and names of their own."""
    taken = {*kernel.names().values(), "work", "wide", "xp", "np", "dtype"}
    names: dict[Array, str] = {}
    for argument in kernel.arguments:
        names[argument.array] = argument.name
        taken.add(argument.name)
    for array, result in zip(program.outputs, kernel.results, strict=True):
        names[array] = distinct(result.name, taken)
    for step in program.steps:
        if step.array not in names:
            names[step.array] = distinct(identifier(step.array.name), taken)
    return names


class WholeBody:
    """The lines of one program; `narrowed` writes an array rounded to `work`."""

    def __init__(self, kernel: Kernel, program: Program, dialect: Dialect) -> None:
        self.kernel = kernel
        self.program = program
        self.dialect = dialect
        self.arrays = array_names(kernel, program)
        self.names = kernel.names()
        self._wide = wide_arrays(program)

    def lines(self) -> list[str]:
        """One statement a step, in order."""
        lines: list[str] = []
        narrow: dict[Array, str] = {}
        taken = {*self.arrays.values(), *self.names.values()}
        for step in self.program.steps:
            names = dict(self.arrays)
            if not self._is_wide(step):
                for entry in entries_of(step):
                    array = entry.array
                    if array in self._wide and array not in narrow:
                        narrow[array] = distinct(f"{self.arrays[array]}_rounded", taken)
                        lines.append(f"{narrow[array]} = {self.dialect.narrowed(self.arrays[array])}")
                names |= narrow
            names[step.array] = self.arrays[step.array]
            lines.append(WholeArrays(self.dialect, names, self.names).statement(step))
        return lines

    def _is_wide(self, step: Step) -> bool:
        return step.array in self._wide or isinstance(step, Guess)


def wide_arrays(program: Program) -> set[Array]:
    """Vectors and scalars that come of sums."""
    wide: set[Array] = set()
    for step in program.steps:
        if len(step.array.dims) > 1:
            continue
        match step:
            case Reduction():
                wide.add(step.array)
            case Pointwise():
                if any(entry.array in wide for entry in entries_of(step)):
                    wide.add(step.array)
            case Product() | Guess():
                pass
    return wide


def few_rows(kernel: Kernel) -> str:
    """The condition under which a kernel's means are over few entries; empty for a kernel without means."""
    names = kernel.names()
    sizes = dict.fromkeys(
        names[step.along.dim] for step in kernel.program.steps
        if isinstance(step, Guess) and step.what == "mean" and isinstance(step.along.dim, str)
    )  # fmt: skip
    return " or ".join(f"{size} < FEW" for size in sizes)
