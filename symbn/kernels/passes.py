"""When each step of a program is done by loops over the rows of matrices: as few passes over memory as there can be.

    stage ::= guesses      rough means, from some rows
            | vectors      steps on vectors and scalars
            | a pass       over the rows of one grid (n×m): sums of columns, and matrices written
            | rows         the same row by row, where each row has sums and numbers of its own: a row is read again
                           while it is in the cache
            | a statement  on whole arrays: a matrix product, or what is no fit for a loop over rows

    part ::= guesses | vectors     numbers of one row
           | a sweep               along one row: its sums, or what it adds to sums of columns and entries to write

A matrix that only such loops read is never stored: its entries are computed where they are needed (`Schedule.virtual`).
A pass takes all sums that can be taken then, so that forward and backward share theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from symbn.kernels.grids import Fit, Grid, Virtual, fit_of, goes_by_rows, is_vector, stored_reads, virtual_matrices
from symbn.kernels.ir import Array, Entry, Node, walk
from symbn.kernels.program import Guess, Pointwise, Product, Program, Reduction, Step, entries_of


@dataclass(frozen=True)
class Guesses:
    """Rough means of the columns of stored matrices; as a part of `Rows`, of a row, or about its greatest entry."""

    steps: tuple[Guess, ...]


@dataclass(frozen=True)
class Vectors:
    """Steps on vectors and scalars, in order; a refined guess is one of them."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Pass:
    """A loop over the rows of a grid: sums of columns, and matrices to write."""

    grid: Grid
    sums: tuple[Reduction, ...]
    writes: tuple[Pointwise, ...]

    @property
    def steps(self) -> tuple[Reduction | Pointwise, ...]:
        """All that is computed, sums first."""
        return (*self.sums, *self.writes)


@dataclass(frozen=True)
class Sweep:
    """Once along a row: its own sums, what it adds to sums of columns (or of all entries), and entries to write."""

    along: tuple[Reduction, ...]
    sums: tuple[Reduction, ...]
    writes: tuple[Pointwise, ...]

    @property
    def steps(self) -> tuple[Reduction | Pointwise, ...]:
        """All that is computed, sums first."""
        return (*self.along, *self.sums, *self.writes)


Part: TypeAlias = Guesses | Vectors | Sweep


@dataclass(frozen=True)
class Rows:
    """A loop over the rows of a grid, each in several parts; `numbers` are what one row has of its own."""

    grid: Grid
    parts: tuple[Part, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All that is computed, in order."""
        steps: list[Step] = []
        for part in self.parts:
            steps += part.steps
        return tuple(steps)

    @property
    def sweeps(self) -> tuple[Sweep, ...]:
        return tuple(part for part in self.parts if isinstance(part, Sweep))

    @property
    def means(self) -> tuple[Guess, ...]:
        """The rough means of rows."""
        return tuple(s for part in self.parts if isinstance(part, Guesses) for s in part.steps if s.what == "mean")

    @property
    def sums(self) -> tuple[Reduction, ...]:
        """Sums of columns, and of all entries."""
        return tuple(step for sweep in self.sweeps for step in sweep.sums)

    @property
    def writes(self) -> tuple[Pointwise, ...]:
        return tuple(step for sweep in self.sweeps for step in sweep.writes)

    @property
    def numbers(self) -> tuple[Array, ...]:
        """What each row has one of."""
        others: set[Array] = set()
        for sweep in self.sweeps:
            others |= {step.array for step in sweep.sums} | {step.array for step in sweep.writes}
        return tuple(step.array for step in self.steps if step.array not in others)


@dataclass(frozen=True)
class Statement:
    """A step on whole stored arrays."""

    step: Step


Loop: TypeAlias = Pass | Rows
Stage: TypeAlias = Guesses | Vectors | Pass | Rows | Statement


@dataclass(frozen=True)
class Schedule:
    """The stages of a program, and the matrices that are never stored, by the step that says what they are."""

    stages: tuple[Stage, ...]
    virtual: Virtual

    def passes(self) -> tuple[Loop, ...]:
        """The loops over rows."""
        return tuple(stage for stage in self.stages if isinstance(stage, Pass | Rows))

    def read_by(self, stage: Loop) -> tuple[Array, ...]:
        """The stored matrices that a loop reads, in the order in which it does."""
        found: dict[Array, None] = {}
        for array in self.arrays_of(stage):
            if len(array.dims) == 2:
                found[array] = None
        return tuple(found)

    def arrays_of(self, stage: Stage) -> Iterator[Array]:
        """The stored arrays that a stage reads."""
        for step in steps_of(stage):
            for entry in entries_of(step):
                yield from self.leaves(entry)

    def leaves(self, e: Node) -> Iterator[Array]:
        """The stored arrays that an expression rests on."""
        for node in walk(e):
            if isinstance(node, Entry):
                step = self.virtual.get(node.array)
                if step is None:
                    yield node.array
                else:
                    yield from self.leaves(step.body)

    def kept(self, stage: Rows, outputs: Sequence[Array]) -> tuple[Array, ...]:
        """The numbers of rows that are needed when the loop is over."""
        after = self.stages[self.stages.index(stage) + 1 :]
        needed = {array for later in after for array in self.arrays_of(later)} | set(outputs)
        return tuple(array for array in stage.numbers if array in needed)


def schedule(program: Program) -> Schedule:
    """The stages of a program."""
    return _Planner(program).planned()


class _Planner:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.virtual = virtual_matrices(program)
        self.by_rows = goes_by_rows(program)
        self.done: set[Array] = set(program.arguments())
        self.pending: list[Step] = [s for s in program.steps if s.array not in self.virtual]

    def planned(self) -> Schedule:
        stages: list[Stage] = []
        while self.pending:
            stage = self._next()
            stages.append(stage)
            steps = steps_of(stage)
            self.pending = [step for step in self.pending if step not in steps]
            self.done |= {step.array for step in steps}
        return Schedule(tuple(stages), self.virtual)

    def _next(self) -> Stage:
        ready = self._ready()
        guesses = tuple(s for s in ready if isinstance(s, Guess) and s.of is None and self._is_column_guess(s))
        other = next((s for s in ready if self._fit(s) is None and not is_vector(s) and s not in guesses), None)
        if other is not None:
            return Statement(other)
        if guesses:
            return Guesses(guesses)
        vectors = self._vectors()
        if vectors:
            return Vectors(vectors)
        fits = [(s, fit) for s in ready if (fit := self._fit(s)) is not None]
        assert fits, "a program that cannot be ordered"
        summing = [fit.grid for s, fit in fits if isinstance(s, Reduction | Guess)]
        grid = (summing or [fit.grid for _, fit in fits])[0]
        own = [(s, fit) for s, fit in fits if fit.grid == grid]
        if any(fit.by_rows for _, fit in own):
            return _RowPlanner(self, grid).planned()
        sums = tuple(s for s, _ in own if isinstance(s, Reduction))
        return Pass(grid, sums, tuple(s for s, _ in own if isinstance(s, Pointwise)))

    def _ready(self) -> list[Step]:
        return [step for step in self.pending if self.needs(step) <= self.done]

    def needs(self, step: Step) -> set[Array]:
        """The stored arrays that a step rests on."""
        needed: set[Array] = set()
        for entry in entries_of(step):
            inner = self.virtual.get(entry.array)
            needed |= {entry.array} if inner is None else self.needs(inner)
        return needed

    def _vectors(self) -> tuple[Step, ...]:
        """All vector steps that can be done now, each after those it needs."""
        found: list[Step] = []
        done = set(self.done)
        for step in self.pending:
            if is_vector(step) and self.needs(step) <= done:
                found.append(step)
                done.add(step.array)
        return tuple(found)

    def _is_column_guess(self, step: Guess) -> bool:
        plain = isinstance(step.body, Entry) and step.body.places[1:] == step.axes and len(step.axes) == 1
        return plain and step.what == "mean"

    def _fit(self, step: Step) -> Fit | None:
        return fit_of(step, self.virtual, self.by_rows)


class _RowPlanner:
    """All that one loop over the rows of a grid can do: sums along a row as early as can be, the rest after them."""

    def __init__(self, planner: _Planner, grid: Grid) -> None:
        self.planner, self.grid, self.virtual = planner, grid, planner.virtual
        self.pending = list(planner.pending)
        self.done = set(planner.done)
        self.numbers: set[Array] = set()

    def planned(self) -> Rows:
        parts: list[Part] = []
        while (part := self._next()) is not None:
            parts.append(part)
            for step in part.steps:
                self.pending.remove(step)
                self._note(step)
        return Rows(self.grid, tuple(parts))

    def _note(self, step: Step) -> None:
        """A step's array is there for this row; not so a sum over all rows."""
        match step:
            case Reduction() if len(step.axes) == 0 or not self._is_along(step):
                return
            case Pointwise() if len(step.axes) == 2:
                pass
            case _:
                self.numbers.add(step.array)
        self.done.add(step.array)

    def _next(self) -> Part | None:
        vectors = self._vectors()
        if vectors:
            return Vectors(vectors)
        ready = [step for step in self.pending if self._is_ready(step)]
        guesses = tuple(s for s in ready if isinstance(s, Guess))
        if guesses:
            return Guesses(guesses)
        sums = [s for s in ready if isinstance(s, Reduction)]
        along = tuple(s for s in sums if s.axes and self._is_along(s))
        if along:
            return Sweep(along, (), ())
        others = tuple(s for s in sums if s not in along)
        writes = tuple(s for s in ready if isinstance(s, Pointwise))
        return Sweep((), others, writes) if others or writes else None

    def _vectors(self) -> tuple[Step, ...]:
        found: list[Step] = []
        known = set(self.numbers)
        done = set(self.done)
        for step in self.pending:
            needs = self.planner.needs(step)
            if is_vector(step) and step.axes and needs <= done and needs & known:
                found.append(step)
                known.add(step.array)
                done.add(step.array)
        return tuple(found)

    def _is_ready(self, step: Step) -> bool:
        fit = fit_of(step, self.virtual)
        if fit is None or fit.grid != self.grid or isinstance(step, Product):
            return False
        reads = list(stored_reads(step.body, fit.row, self.virtual))
        return all(array in self.done and (at_row or array not in self.numbers) for array, at_row in reads)

    def _is_along(self, step: Reduction) -> bool:
        fit = fit_of(step, self.virtual)
        assert fit is not None
        return fit.column in step.over


def steps_of(stage: Stage) -> tuple[Step, ...]:
    match stage:
        case Statement():
            return (stage.step,)
    return stage.steps
