"""When each step of a program is done by loops over the rows of matrices: as few passes over memory as there can be.

    stage ::= guesses      rough means, from some rows
            | vectors      steps on vectors and scalars
            | a pass       over the rows of one grid (n×m): sums of columns, and matrices written
            | a statement  on whole arrays: a matrix product, or what is no fit for a loop over rows

A matrix that only passes read is never stored: its entries are computed where they are needed (`Schedule.virtual`).
A pass takes all sums that can be taken then, so that forward and backward share theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from symbn.kernels.ir import Array, Axis, Centring, Delta, Dim, Entry, Node, Sum, in_order, walk
from symbn.kernels.program import Guess, Pointwise, Product, Program, Reduction, Step, entries_of, layout

Grid: TypeAlias = tuple[Dim, Dim]


@dataclass(frozen=True)
class Guesses:
    """Rough means of the columns of stored matrices."""

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
class Statement:
    """A step on whole stored arrays."""

    step: Step


Stage: TypeAlias = Guesses | Vectors | Pass | Statement


@dataclass(frozen=True)
class Schedule:
    """The stages of a program, and the matrices that are never stored, by the step that says what they are."""

    stages: tuple[Stage, ...]
    virtual: dict[Array, Pointwise]

    def passes(self) -> tuple[Pass, ...]:
        return tuple(stage for stage in self.stages if isinstance(stage, Pass))

    def read_by(self, stage: Pass) -> tuple[Array, ...]:
        """The stored matrices that a pass reads, in the order in which it does."""
        found: dict[Array, None] = {}
        for step in stage.steps:
            for array in self.leaves(step.body):
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


def schedule(program: Program) -> Schedule:
    """The stages of a program."""
    return _Planner(program).planned()


class _Planner:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.virtual = _virtual(program)
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
        other = next((s for s in ready if self._grid(s) is None and not _is_vector(s) and s not in guesses), None)
        if other is not None:
            return Statement(other)
        if guesses:
            return Guesses(guesses)
        vectors = self._vectors()
        if vectors:
            return Vectors(vectors)
        grids = [grid for s in ready if (grid := self._grid(s)) is not None]
        assert grids, "a program that cannot be ordered"
        summing = [g for g in grids if any(isinstance(s, Reduction) and self._grid(s) == g for s in ready)]
        grid = (summing or grids)[0]
        own = [s for s in ready if self._grid(s) == grid]
        sums = tuple(s for s in own if isinstance(s, Reduction))
        return Pass(grid, sums, tuple(s for s in own if isinstance(s, Pointwise)))

    def _ready(self) -> list[Step]:
        return [step for step in self.pending if self._needs(step) <= self.done]

    def _needs(self, step: Step) -> set[Array]:
        needed: set[Array] = set()
        for entry in entries_of(step):
            inner = self.virtual.get(entry.array)
            needed |= {entry.array} if inner is None else self._needs(inner)
        return needed

    def _vectors(self) -> tuple[Step, ...]:
        """All vector steps that can be done now, each after those it needs."""
        found: list[Step] = []
        done = set(self.done)
        for step in self.pending:
            if _is_vector(step) and self._needs(step) <= done:
                found.append(step)
                done.add(step.array)
        return tuple(found)

    def _is_column_guess(self, step: Guess) -> bool:
        return isinstance(step.body, Entry) and step.body.places[1:] == step.axes and len(step.axes) == 1

    def _grid(self, step: Step) -> Grid | None:
        """The grid that a step loops over; None for a step that is a statement of its own."""
        return grid_of(step, self.virtual)


def steps_of(stage: Stage) -> tuple[Step, ...]:
    match stage:
        case Pass():
            return stage.steps
        case Statement():
            return (stage.step,)
    return stage.steps


def _is_vector(step: Step) -> bool:
    """Entry by entry on vectors along one axis, and scalars."""
    if isinstance(step, Guess):
        return step.of is not None and len(step.axes) <= 1
    return isinstance(step, Pointwise) and len(step.axes) <= 1 and _is_plain(step.body, step.axes)


def _is_plain(e: Node, axes: tuple[Axis, ...]) -> bool:
    """Whether an expression reads its arrays at the axes in their order, has all of these, and holds no δ."""
    for node in walk(e):
        if isinstance(node, Delta | Centring | Sum):
            return False
        if isinstance(node, Entry):
            if any(p.is_constant for p in node.places) or len(set(node.places)) < len(node.places):
                return False
            if tuple(axis for axis in axes if axis in node.places) != node.places:
                return False
    return True


def grid_of(step: Step, virtual: dict[Array, Pointwise]) -> Grid | None:
    """The rows and columns that a pass would loop over for a step."""
    if isinstance(step, Pointwise):
        axes = step.axes
    elif isinstance(step, Reduction):
        axes = layout(step.body, in_order(step.body.axes))
        if step.over != axes[:1] or step.axes != axes[1:]:
            return None
    else:
        return None
    if len(axes) != 2 or set(axes) != step.body.axes or not _is_plain(step.body, axes):
        return None
    if not any(isinstance(n, Entry) and len(n.places) == 2 for n in walk(step.body)):
        return None
    if any(isinstance(n, Entry) and n.places == axes[:1] for n in walk(step.body)):
        return None  # a vector along the rows: no pass holds one
    for node in walk(step.body):
        inner = virtual.get(node.array) if isinstance(node, Entry) else None
        if inner is not None and grid_of(inner, virtual) is None:
            return None
    return axes[0].dim, axes[1].dim


def _virtual(program: Program) -> dict[Array, Pointwise]:
    """The matrices that only passes read, entry by entry in the order of their own axes."""
    found = {
        s.array: s
        for s in program.steps
        if isinstance(s, Pointwise) and len(s.axes) == 2 and s.array not in program.outputs
    }
    while True:
        kept = {array: s for array, s in found.items() if grid_of(s, found) is not None}
        for step in program.steps:
            stored = isinstance(step, Product | Guess) or grid_of(step, kept) is None
            if stored:
                for entry in entries_of(step):
                    kept.pop(entry.array, None)
        if len(kept) == len(found):
            return kept
        found = kept
