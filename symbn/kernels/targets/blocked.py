"""Passes over matrices as NumPy statements on blocks of rows that stay in the cache."""

from __future__ import annotations

from collections.abc import Sequence

from symbn.kernels.arrays import WholeArrays
from symbn.kernels.expressions import Spelling, number_text, numpy_function, written
from symbn.kernels.identifiers import distinct
from symbn.kernels.ir import Add, Array, Entry, Map, Mul, Node, Pow, Scalar
from symbn.kernels.kernel import Kernel
from symbn.kernels.module import indented, mentions
from symbn.kernels.passes import Guesses, Pass, Schedule, Stage, Statement, Vectors
from symbn.kernels.program import Guess, Pointwise, Product, Step, entries_of
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
            case Pass():
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

    def _pass(self, stage: Pass) -> list[str]:
        lines: list[str] = []
        for one in stage.steps:
            for array in self.plan.leaves(one.body):
                if len(array.dims) < 2 and array in self.wide and array not in self.rounded:
                    lines.append(self._round(array))
        columns = self.names[stage.grid[1]] if isinstance(stage.grid[1], str) else str(stage.grid[1])
        length = self.names[stage.grid[0]] if isinstance(stage.grid[0], str) else str(stage.grid[0])
        for step in stage.sums:
            lines.append(f"{self.arrays[step.array]} = np.zeros({columns}, wide)")
        over: dict[Array, Array] = {}
        for write in stage.writes:
            if write.array not in self.outputs:
                spent = self._spent(stage, write, over)
                if spent is not None:
                    over[write.array] = spent
                    lines.append(f"{self.arrays[write.array]} = {self.arrays[spent]}")
                else:
                    lines.append(f"{self.arrays[write.array]} = np.empty(({length}, {columns}), work)")
        block = _Block(self, stage, set(over))
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

    def _spent(self, stage: Pass, write: Pointwise, over: dict[Array, Array]) -> Array | None:
        """A matrix that was made on the way and that nothing needs after this pass: its memory can be written to."""
        computed = {step.array for step in self.kernel.refined.steps}
        for array in self.plan.read_by(stage):
            free = array in computed and array not in self.outputs and array not in self.later
            if free and array.dims == write.array.dims and array not in over.values():
                return array
        return None


class _Block:
    """The statements on one block of rows, each into a buffer; `over` are written where something is read."""

    def __init__(self, code: Blocked, stage: Pass, over: set[Array]) -> None:
        self.code, self.stage, self.over = code, stage, over
        self.arrays = code.arrays | code.rounded
        self.buffers = 0
        self.known: dict[Node, str] = {}
        self.tiles: dict[str, None] = {}
        self.statements: list[str] = []

    def lines(self) -> list[str]:
        for step in self.stage.sums:
            self.statements.append(f"{self.code.arrays[step.array]} += {self._column_sums(step.body)}")
        copies = []
        for write in self.stage.writes:
            target = f"{self.code.arrays[write.array]}[rows]"
            if write.array in self.over:
                buffer = self._buffer()
                self._into(write.body, buffer)
                copies.append(f"np.copyto({target}, {buffer})")
            else:
                self._into(write.body, target)
        self.statements += copies
        if not any(":height" in statement for statement in self.statements):
            return self.statements
        return ["height = rows.stop - rows.start", *self.statements]

    def _column_sums(self, body: Node) -> str:
        if isinstance(body, Mul) and len(body.factors) == 2 and all(self._is_grid(f) for f in body.factors):
            a, b = (self._value(f) for f in body.factors)
            return f'np.einsum("ij,ij->j", {a}, {b})'
        return f"ones[:height] @ {self._value(body)}"

    def _is_grid(self, e: Node) -> bool:
        return len(e.axes) == 2

    def _vector(self, e: Node) -> str:
        """A part that does not vary along the rows."""
        spelling = Spelling(
            entry=self._row,
            delta=lambda a, b: "",
            function=numpy_function,
            names=self.code.names,
        )
        return written(e, spelling)

    def _row(self, e: Entry) -> str:
        """A vector in every row of the block; a number as it is."""
        name = self.arrays[e.array]
        if not e.places:
            return name
        self.tiles[name] = None
        return f"{name}__tile[:height]"

    def _value(self, e: Node) -> str:
        """A matrix of the block: where it is stored, or in a buffer that keeps it."""
        if isinstance(e, Entry):
            virtual = self.code.plan.virtual.get(e.array)
            if virtual is None:
                return f"{self.arrays[e.array]}[rows]"
            key: Node = Entry(array=e.array, places=virtual.axes)
            e = virtual.body
        else:
            key = e
        if key not in self.known:
            target = self._buffer()
            self._into(e, target)
            self.known[key] = target
        return self.known[key]

    def _buffer(self) -> str:
        self.buffers += 1
        return f"buffers[{self.buffers - 1}, :height]"

    def _into(self, e: Node, target: str) -> None:
        """Compute a matrix of the block into a target."""
        match e:
            case Entry():
                virtual = self.code.plan.virtual.get(e.array)
                if virtual is not None and Entry(array=e.array, places=virtual.axes) not in self.known:
                    self._into(virtual.body, target)
                else:
                    self.statements.append(f"np.copyto({target}, {self._value(e)})")
            case Add():
                self._fold(_signed(e.terms), target)
            case Mul():
                self._fold([("*", factor) for factor in e.factors], target)
            case Pow():
                self._into_power(e, target)
            case Map():
                value = self._value(e.arg)
                if e.function in ("sigmoid", "softplus"):
                    self.statements.append(f"{target}[...] = {numpy_function(e.function, value)}")
                else:
                    self.statements.append(f"np.{e.function}({value}, out={target})")
            case _:
                self.statements.append(f"{target}[...] = {self._vector(e)}")

    def _into_power(self, e: Pow, target: str) -> None:
        exponent = e.exponent.as_fraction()
        value = self._value(e.base)
        if exponent is not None and abs(exponent) * 2 == 1:
            self.statements.append(f"np.sqrt({value}, out={target})")
            if exponent < 0:
                self.statements.append(f"np.divide(1, {target}, out={target})")
        elif exponent == -1:
            self.statements.append(f"np.divide(1, {value}, out={target})")
        else:
            text, _ = number_text(e.exponent, self.code.names)
            self.statements.append(f"np.power({value}, {text}, out={target})")

    def _fold(self, parts: list[tuple[str, Node]], target: str) -> None:
        """Parts one after the other into the target: matrices first, the first two at once."""
        verbs = {"+": "add", "-": "subtract", "*": "multiply"}
        grids = sorted((p for p in parts if self._is_grid(p[1])), key=lambda p: p[0] == "-")
        others = [p for p in parts if not self._is_grid(p[1])]
        first_sign, first = grids[0]
        rest = [*grids[1:], *others]
        nested = not self._is_stored(first)
        if nested or not rest:
            self._into(first, target)
            if first_sign == "-":
                self.statements.append(f"np.negative({target}, out={target})")
            left = target
        else:
            left = self._value(first)
            if first_sign == "-":
                self.statements.append(f"np.negative({left}, out={target})")
                left = target
        for sign, part in rest:
            right = self._value(part) if self._is_grid(part) else self._vector(part)
            self.statements.append(f"np.{verbs[sign]}({left}, {right}, out={target})")
            left = target

    def _is_stored(self, e: Node) -> bool:
        if not isinstance(e, Entry):
            return False
        virtual = self.code.plan.virtual.get(e.array)
        return virtual is None or Entry(array=e.array, places=virtual.axes) in self.known


def _signed(terms: Sequence[Node]) -> list[tuple[str, Node]]:
    """Terms with their signs: −1 · t is t with a minus."""
    found: list[tuple[str, Node]] = []
    for term in terms:
        first = term.factors[0] if isinstance(term, Mul) else None
        if isinstance(term, Mul) and isinstance(first, Scalar) and first.value.as_fraction() == -1:
            rest = term.factors[1:]
            found.append(("-", rest[0] if len(rest) == 1 else Mul(factors=rest)))
        else:
            found.append(("+", term))
    return found


def _of(step: Guess) -> Array:
    assert isinstance(step.body, Entry)
    return step.body.array


def with_dtypes(lines: list[str]) -> list[str]:
    """Statements after those that bind the two dtypes they mention."""
    text = "\n".join(lines)
    given = (("wide", "wide = np.float64"), ("work", "work = dtype"))
    return [*(line for name, line in given if mentions(text, name)), *lines]
