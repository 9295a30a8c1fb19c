r"""How a matrix with dots is drawn: as a stack, a diagonal, or a table whose rows, columns or both are elided.

rules around columns:  \vdots      \vdots         a diagonal:  a_1               a table:  A_{11} \cdots A_{1n}
                        a_1  \cdots  a_n                            \ddots                 \vdots        \vdots
                       \vdots      \vdots                                 a_n              A_{m1} \cdots A_{mn}
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from itertools import pairwise

from symbn.notes.reserved import ZEROS
from symbn.notes.syntax import Dots, Name, Numeral, Syntax

Cell = Syntax | None
Rows = tuple[tuple[Cell, ...], ...]


def is_dots(cell: Cell) -> bool:
    """Whether a cell holds dots alone."""
    return isinstance(cell, Dots)


def is_zero(cell: Cell) -> bool:
    """Whether a cell is a zero, or a block of them."""
    return (isinstance(cell, Numeral) and cell.text == "0") or (isinstance(cell, Name) and cell.latex in ZEROS)


def says(cell: Cell) -> bool:
    """Whether a cell holds an element."""
    return cell is not None and not is_dots(cell)


def squared(rows: Rows) -> Rows:
    """All rows as long as the longest; columns and rows that are empty throughout left out."""
    width = max(map(len, rows))
    full = [(*row, *(None,) * (width - len(row))) for row in rows]
    used = [place for place in range(width) if any(row[place] is not None for row in full)]
    return tuple(tuple(row[place] for place in used) for row in full if any(cell is not None for cell in row))


def without_rules(rows: Rows) -> Rows:
    r"""Without the \vdots that are drawn above and below a row of columns, and the \cdots left and right of rows."""
    if (inner := _inner(rows)) is not None:
        return inner
    turned = transposed(rows)
    if (inner := _inner(turned)) is not None:
        return transposed(inner)
    return rows


def _inner(rows: Rows) -> Rows | None:
    """The one row that holds elements, between rows of dots that only draw."""
    said = [place for place, row in enumerate(rows) if any(map(says, row))]
    if len(said) == 1 and 0 < said[0] < len(rows) - 1 and sum(map(says, rows[said[0]])) > 1:
        return (rows[said[0]],)
    return None


def transposed(rows: Rows) -> Rows:
    """Columns for rows."""
    return tuple(zip(*rows, strict=True))


def diagonal(rows: Rows) -> list[Syntax] | None:
    r"""a_1, (a_2,) \ddots, a_n where nothing else is said, and nothing or zeros stand in the corners."""
    elements: list[tuple[int, int, Syntax]] = []
    bends: list[tuple[int, int]] = []
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, Dots):
                bends += [(r, c)] if cell.latex == r"\ddots" else []
            elif cell is not None and not is_zero(cell):
                elements.append((r, c, cell))
    if len(elements) < 2 or not bends or any(is_dots(corner) for corner in (rows[0][-1], rows[-1][0])):
        return None
    places = [*((r, c) for r, c, _ in elements[:-1]), bends[0], elements[-1][:2]]
    descends = all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(places))
    whole = elements[0][:2] == (0, 0) and elements[-1][:2] == (len(rows) - 1, len(rows[0]) - 1)
    if not descends or not whole:
        return None
    return [*(cell for _, _, cell in elements[:-1]), Dots(r"\ddots", elements[0][2].span), elements[-1][2]]


def table(rows: Rows) -> tuple[list[list[Syntax]], bool, bool] | None:
    """The elements row by row, dots among them, and whether rows and whether columns are elided; None if neither fits.

    A row of dots alone, in which cells may be empty, stands for the rows that are left out, and so does a column.
    """
    gaps = [place for place, row in enumerate(rows) if not any(map(says, row))]
    holes = [place for place, column in enumerate(transposed(rows)) if not any(map(says, column))]
    if len(gaps) > 1 or len(holes) > 1:
        return None
    found: list[list[Syntax]] = []
    for r, row in enumerate(rows):
        if r in gaps:
            continue
        cells = [cell for c, cell in enumerate(row) if c not in holes]
        if not all(map(says, cells)) or any(not is_dots(row[c]) for c in holes):
            return None
        found.append([cell for cell in row if cell is not None])
    return found, bool(gaps), bool(holes)


def with_gap_filled(rows: Many[tuple[Cell, ...]]) -> list[Syntax] | None:
    r"""a_1 & & a_n, one row with an empty cell before its last element, as a_1, \cdots, a_n; None for anything else."""
    if len(rows) != 1:
        return None
    row = list(rows[0])
    while row and row[-1] is None:
        row.pop()
    said = [place for place, cell in enumerate(row) if says(cell)]
    if len(said) < 2 or len(said) == len(row) or said[-1] - said[-2] < 2 or said[:-1] != list(range(len(said) - 1)):
        return None
    cells = [cell for cell in row if cell is not None]
    return [*cells[:-1], Dots(r"\cdots", cells[-1].span), cells[-1]]
