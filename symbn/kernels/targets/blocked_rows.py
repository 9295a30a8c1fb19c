"""A loop over rows that have numbers of their own, as NumPy statements on blocks of rows that stay in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symbn.kernels.arrays import WholeArrays
from symbn.kernels.grids import COLUMN, ROW, body_on_grid, virtual_on_grid
from symbn.kernels.ir import Array, Axis, Entry, Mul, Node
from symbn.kernels.passes import Guesses, Rows, Sweep, Vectors
from symbn.kernels.program import Guess, Pointwise, Reduction, Step
from symbn.kernels.targets.block import Block
from symbn.kernels.targets.ndarrays import dialect

if TYPE_CHECKING:
    from symbn.kernels.targets.blocked import Blocked

ROW_GUESS = '''
def _row_guess(x: Array) -> Array:
    """About the mean of each row: of up to 32 entries spread evenly, without the least and the greatest."""
    columns = x[:, :: -(-x.shape[1] // 32)]
    shifted = columns - columns[:, :1]
    total: Array = shifted.sum(axis=1)
    count = columns.shape[1]
    if count > 2:
        total = total - shifted.max(axis=1) - shifted.min(axis=1)
    guess: Array = columns[:, 0] + total / max(count - 2 * (count > 2), 1)
    return guess.astype(x.dtype)
'''


class RowBlock(Block):
    """The statements on one block of rows; the numbers of its rows are vectors as long as the block is high.

    kept: numbers that are stored for later.
    """

    def __init__(self, code: Blocked, stage: Rows, over: set[Array], kept: Sequence[Array]) -> None:
        super().__init__(code, stage, over)
        self.parts, self.kept, self.own = stage.parts, kept, set(stage.numbers)
        bodies = virtual_on_grid(code.plan.virtual)
        self.virtual = {
            array: (tuple(Axis(name, axis.dim) for name, axis in zip((ROW, COLUMN), axes, strict=True)), bodies[array])
            for array, (axes, _) in self.virtual.items()
        }
        self._columns: set[str] = set()

    def lines(self) -> list[str]:
        for part in self.parts:
            match part:
                case Guesses():
                    for step in part.steps:
                        value = self._value(self._body(step))
                        guess = f"np.max({value}, axis=1)" if step.what == "max" else f"_row_guess({value})"
                        self.statements.append(f"{self._local(step.array)} = {guess}")
                case Vectors():
                    self.statements += [self._number(step) for step in part.steps]
                case Sweep():
                    self._sweep(part)
        self.statements += [f"{self.arrays[a]}[rows] = {self._local(a)}" for a in self.kept]
        return self._with_height()

    def _body(self, step: Pointwise | Reduction | Guess) -> Node:
        return body_on_grid(step, self.code.plan.virtual)

    def _local(self, array: Array) -> str:
        """What holds the numbers of the block's rows."""
        return f"{self.arrays[array]}__rows" if array in self.kept else self.arrays[array]

    def _of_rows(self, array: Array) -> str:
        if array in self.own:
            return self._local(array)
        return f"{self.code.arrays[array]}[rows]" if len(array.dims) == 1 else self.code.arrays[array]

    def _number(self, step: Step) -> str:
        names = {array: self._of_rows(array) for array in self.arrays}
        return f"{self._local(step.array)} = {WholeArrays(dialect(), names, self.code.names).value(step)}"

    def _sweep(self, part: Sweep) -> None:
        for step in part.along:
            self.statements.append(f"{self._local(step.array)} = {self._row_sums(self._body(step))}")
        for step in part.sums:
            body = self._body(step)
            value = self._column_sums(body) if step.axes else f"np.sum({self._value(body)}, dtype=wide)"
            self.statements.append(f"{self.code.arrays[step.array]} += {value}")
        self._write([(step.array, self._body(step)) for step in part.writes])

    def _row_sums(self, body: Node) -> str:
        if isinstance(body, Mul) and len(body.factors) == 2 and all(self._is_grid(f) for f in body.factors):
            a, b = (self._value(f) for f in body.factors)
            return f'np.einsum("ij,ij->i", {a}, {b}).astype(wide)'
        return f"np.sum({self._value(body)}, axis=1).astype(wide)"

    def _row(self, e: Entry) -> str:
        """A vector in every row of the block, or the number of each row in every column."""
        if not e.places or e.places[0].label != ROW:
            return super()._row(e)
        name = self._of_rows(e.array)
        if e.array not in self.own:
            return f"{name}.astype(work, copy=False)[:, None]"
        if name not in self._columns:
            self._columns.add(name)
            self.statements.append(f"{name}__column = {name}.astype(work, copy=False)[:, None]")
        return f"{name}__column"
