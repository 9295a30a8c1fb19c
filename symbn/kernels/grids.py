"""Which steps one loop over the rows of a matrix can do.

A step fits a grid (r × c) if every matrix that it reads is read at [r, c] and every vector at [r] or at [c].  It goes
by rows if it needs a row as a whole before the next: it sums along the row, or reads a number that each row has of its
own.  Otherwise any row will do at any time, which `passes.Pass` makes use of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from symbn.kernels.ir import Array, Axis, Centring, Delta, Dim, Entry, Node, Sum, in_order, walk
from symbn.kernels.program import Guess, Pointwise, Product, Program, Reduction, Step, entries_of, layout, renamed

Grid: TypeAlias = tuple[Dim, Dim]
Virtual: TypeAlias = Mapping[Array, Pointwise]
"""Matrices that are never stored, by the step that says what they are."""


ROW, COLUMN = "↓", "→"
"""What the axes of a grid are called in `on_grid`."""


@dataclass(frozen=True)
class Fit:
    """The grid of a step, its two axes, and whether it goes by rows."""

    grid: Grid
    row: Axis
    column: Axis
    by_rows: bool


def fit_of(step: Step, virtual: Virtual, by_rows: bool = True) -> Fit | None:
    """The loop that a step fits; None for one that is a statement of its own.

    by_rows: whether a loop may hold numbers of one row (`goes_by_rows`).
    """
    axes = _axes(step)
    if axes is None or isinstance(step, Product):
        return None
    body = step.body
    if set(axes) != body.axes or not is_plain(body, axes):
        return None
    if not any(isinstance(n, Entry) and len(n.places) == 2 for n in walk(body)):
        return None
    row, column = axes
    inner = [
        fit_of(virtual[n.array], virtual, by_rows) for n in walk(body) if isinstance(n, Entry) and n.array in virtual
    ]
    if None in inner:
        return None
    along = isinstance(step, Guess) or (isinstance(step, Reduction) and column in step.over)
    held = any(isinstance(n, Entry) and n.places == (row,) for n in walk(body))
    if held and not by_rows:
        return None
    return Fit((row.dim, column.dim), row, column, along or held or any(f.by_rows for f in inner if f is not None))


def goes_by_rows(program: Program) -> bool:
    """Whether rows are summed, so that a loop works on one row after the other.

    Where none is, a vector along the rows is no reason for a loop: one statement on whole arrays does it.
    """
    every = {s.array: s for s in program.steps if isinstance(s, Pointwise) and len(s.axes) == 2}
    fits = (fit_of(s, every) for s in program.steps if isinstance(s, Reduction | Guess))
    return any(fit is not None and fit.by_rows for fit in fits)


def _axes(step: Step) -> tuple[Axis, ...] | None:
    """Row and column of a step that has the form of one in a loop over rows."""
    match step:
        case Pointwise():
            axes = step.axes
        case Reduction():
            axes = layout(step.body, in_order(step.body.axes))
            if step.axes != tuple(axis for axis in axes if axis not in step.over):
                return None
        case Guess():
            if step.of is not None:
                return None
            axes = layout(step.body, in_order(step.body.axes))
            if axes != (*step.axes, step.along):
                return None
        case Product():
            return None
    return axes if len(axes) == 2 else None


def is_vector(step: Step) -> bool:
    """Entry by entry on vectors along one axis, and scalars."""
    if isinstance(step, Guess):
        return step.of is not None and len(step.axes) <= 1
    return isinstance(step, Pointwise) and len(step.axes) <= 1 and is_plain(step.body, step.axes)


def is_plain(e: Node, axes: tuple[Axis, ...]) -> bool:
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


def virtual_matrices(program: Program) -> dict[Array, Pointwise]:
    """The matrices that only loops over rows read, entry by entry in the order of their own axes."""
    by_rows = goes_by_rows(program)
    found = {
        s.array: s
        for s in program.steps
        if isinstance(s, Pointwise) and len(s.axes) == 2 and s.array not in program.outputs
    }
    while True:
        kept = {array: s for array, s in found.items() if fit_of(s, found, by_rows) is not None}
        for step in program.steps:
            if isinstance(step, Product) or fit_of(step, kept, by_rows) is None:
                for entry in entries_of(step):
                    kept.pop(entry.array, None)
        if len(kept) == len(found):
            return kept
        found = kept


def on_grid(body: Node, row: Axis, column: Axis) -> Node:
    """What a step computes, with one name for every loop's row and one for its column."""
    return renamed(body, {row: Axis(ROW, row.dim), column: Axis(COLUMN, column.dim)})


def virtual_on_grid(virtual: Virtual) -> dict[Array, Node]:
    """What each matrix that is not stored is at [row, column]."""
    return {array: on_grid(step.body, *step.axes) for array, step in virtual.items()}


def body_on_grid(step: Pointwise | Reduction | Guess, virtual: Virtual) -> Node:
    """What a step of a loop over rows computes at [row, column]."""
    fit = fit_of(step, virtual)
    assert fit is not None
    return on_grid(step.body, fit.row, fit.column)


def stored_reads(e: Node, row: Axis, virtual: Virtual) -> Iterator[tuple[Array, bool]]:
    """The stored arrays that an expression rests on, and whether each is a vector that is read at the row's place."""
    for node in walk(e):
        if isinstance(node, Entry):
            step = virtual.get(node.array)
            if step is None:
                yield node.array, node.places == (row,)
            else:
                yield from stored_reads(step.body, step.axes[0], virtual)
