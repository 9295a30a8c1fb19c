"""Passes over matrices as NumPy statements on blocks of rows that stay in the cache."""

from __future__ import annotations

from symbn.kernels.arrays import WholeArrays
from symbn.kernels.identifiers import distinct
from symbn.kernels.ir import Array, Entry
from symbn.kernels.kernel import Kernel
from symbn.kernels.module import indented, mentions
from symbn.kernels.passes import Guesses, Loop, Pass, Rows, Schedule, Stage, Statement, Vectors
from symbn.kernels.program import Guess, Pointwise, Product, Step, entries_of
from symbn.kernels.targets.block import Block
from symbn.kernels.targets.blocked_rows import RowBlock
from symbn.kernels.targets.ndarrays import dialect
from symbn.kernels.targets.whole import array_names, wide_arrays

BLOCK_SIZE = '''
SMALL = 1 << 12
"""Up to so many entries matrices are worked on as a whole, in float64."""

BLOCK = 1 << 18
"""Bytes of one matrix that are worked on at a time."""
'''

GUESS = '''
def _guess(x: Array) -> Array:
    """About the mean of each column: of up to 32 rows spread evenly, without the least and the greatest."""
    rows = x[:: -(-len(x) // 32)]
    shifted = rows - rows[0]
    total: Array = shifted.sum(axis=0)
    if len(rows) > 2:
        total = total - shifted.max(axis=0) - shifted.min(axis=0)
    guess: Array = rows[0] + total / max(len(rows) - 2 * (len(rows) > 2), 1)
    return guess.astype(x.dtype)
'''

BLOCKS = '''
def _blocks(rows: int, columns: int, itemsize: int) -> list[slice]:
    """The rows in blocks of about BLOCK bytes and at most 256 rows."""
    height = max(1, min(256, BLOCK // (columns * itemsize)))
    return [slice(start, min(start + height, rows)) for start in range(0, rows, height)]


def _tile(vector: Array, blocks: list[slice]) -> Array:
    """A vector as every row of a block: stored as such, which is faster to work with, where that pays."""
    tile: Array = np.broadcast_to(vector, (blocks[0].stop, len(vector)))
    return tile.copy() if len(blocks) > 4 else tile
'''


class Blocked:
    """The statements of a schedule, its passes over blocks of rows."""

    def __init__(self, kernel: Kernel, plan: Schedule) -> None:
        self.kernel, self.plan = kernel, plan
        self.names = kernel.names()
        self.arrays = array_names(kernel, kernel.refined)
        self.taken = {*self.arrays.values(), *self.names.values(), "rows", "buffers", "given", "few", "sizes"}
        self.wide = wide_arrays(kernel.refined)
        self.outputs = set(kernel.refined.outputs)
        self.rounded: dict[Array, str] = {}
        self.later: set[Array] = set()
        self.grid: object = None

    def lines(self) -> list[str]:
        """All statements after the results were allocated."""
        lines = []
        for number, stage in enumerate(self.plan.stages):
            self.later = {a for after in self.plan.stages[number + 1 :] for a in self.plan.arrays_of(after)}
            lines += self.stage(stage)
        return with_dtypes(lines)

    def stage(self, stage: Stage) -> list[str]:
        """The statements of one stage."""
        match stage:
            case Guesses():
                return [f"{self.arrays[s.array]} = _guess({self.arrays[_of(s)]})" for s in stage.steps]
            case Vectors():
                return [self._statement(step) for step in stage.steps]
            case Pass() | Rows():
                return self._pass(stage)
            case Statement():
                return self._whole(stage)

    def _statement(self, step: Step) -> str:
        whole = WholeArrays(dialect(), self.arrays, self.names)
        target, value = self.arrays[step.array], whole.value(step)
        return f"{target}[...] = {value}" if step.array in self.outputs else f"{target} = {value}"

    def _whole(self, stage: Statement) -> list[str]:
        """A statement on whole arrays; a product goes right to its target."""
        step = stage.step
        lines = [self._round(e.array) for e in entries_of(step) if e.array in self.wide and e.array not in self.rounded]
        whole = WholeArrays(dialect(), self.arrays | self.rounded, self.names)
        value, target = whole.value(step), self.arrays[step.array]
        if step.array not in self.outputs:
            return [*lines, f"{target} = {value}"]
        if isinstance(step, Product) and value.startswith("np.matmul(") and value.endswith(")"):
            return [*lines, f"{value[:-1]}, out={target})"]
        return [*lines, f'np.copyto({target}, {value}, casting="same_kind")']

    def _round(self, array: Array) -> str:
        name = distinct(f"{self.arrays[array]}_rounded", self.taken)
        self.rounded[array] = name
        return f"{name} = {self.arrays[array]}.astype(work)"

    def _pass(self, stage: Loop) -> list[str]:
        lines: list[str] = []
        numbers = set(stage.numbers) if isinstance(stage, Rows) else set()
        for array in self.plan.arrays_of(stage):
            if len(array.dims) < 2 and array in self.wide and array not in self.rounded and array not in numbers:
                lines.append(self._round(array))
        columns = self.names[stage.grid[1]] if isinstance(stage.grid[1], str) else str(stage.grid[1])
        length = self.names[stage.grid[0]] if isinstance(stage.grid[0], str) else str(stage.grid[0])
        for step in stage.sums:
            lines.append(f"{self.arrays[step.array]} = np.zeros({columns if step.axes else '()'}, wide)")
        kept = self.plan.kept(stage, self.kernel.refined.outputs) if isinstance(stage, Rows) else ()
        lines += [f"{self.arrays[array]} = np.empty({length}, wide)" for array in kept if array not in self.outputs]
        over: dict[Array, Array] = {}
        for write in stage.writes:
            if write.array not in self.outputs:
                spent = self._spent(stage, write, over)
                if spent is not None:
                    over[write.array] = spent
                    lines.append(f"{self.arrays[write.array]} = {self.arrays[spent]}")
                else:
                    lines.append(f"{self.arrays[write.array]} = np.empty(({length}, {columns}), work)")
        block = RowBlock(self, stage, set(over), kept) if isinstance(stage, Rows) else Block(self, stage, set(over))
        inside = block.lines()
        if stage.grid != self.grid:
            self.grid = stage.grid
            lines.append(f"blocks = _blocks({length}, {columns}, dtype.itemsize)")
        lines += [f"{name}__tile = _tile({name}, blocks)" for name in block.tiles]
        if any(line.find("ones[") >= 0 for line in inside):
            lines.append("ones = np.ones(blocks[0].stop, work)")
        if block.buffers:
            lines.append(f"buffers = np.empty(({block.buffers}, blocks[0].stop, {columns}), work)")
        copied: list[str] = []
        for step in stage.sums:
            if step.array in self.outputs:
                name = distinct(f"{self.arrays[step.array]}_total", self.taken)
                lines = [line.replace(f"{self.arrays[step.array]} = np.zeros", f"{name} = np.zeros") for line in lines]
                inside = [line.replace(f"{self.arrays[step.array]} +=", f"{name} +=") for line in inside]
                copied.append(f"{self.arrays[step.array]}[...] = {name}")
        return [*lines, "for rows in blocks:", *indented(inside), *copied]

    def _spent(self, stage: Loop, write: Pointwise, over: dict[Array, Array]) -> Array | None:
        """A matrix that was made on the way and that nothing needs after this pass: its memory can be written to."""
        computed = {step.array for step in self.kernel.refined.steps}
        if isinstance(stage, Rows) and write not in stage.sweeps[-1].writes:
            return None  # a later sweep may read the block
        for array in self.plan.read_by(stage):
            free = array in computed and array not in self.outputs and array not in self.later
            if free and array.dims == write.array.dims and array not in over.values():
                return array
        return None


def _of(step: Guess) -> Array:
    assert isinstance(step.body, Entry)
    return step.body.array


def with_dtypes(lines: list[str]) -> list[str]:
    """Statements after those that bind the two dtypes they mention."""
    text = "\n".join(lines)
    given = (("wide", "wide = np.float64"), ("work", "work = dtype"))
    return [*(line for name, line in given if mentions(text, name)), *lines]
