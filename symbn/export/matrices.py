"""A counterexample as text: the sizes, the values as small matrices side by side, and both sides."""

from __future__ import annotations

from collections.abc import Iterator

from symbn.export.excerpt import Paint, plain_paint
from symbn.export.layout import cell_width, pad, shorten, visible, wrap
from symbn.export.plain import plain
from symbn.report import Counterexample

_WIDEST_ENTRY = 24
_MOST = 8  # rows and columns of a matrix that are shown


def render_counterexample(counterexample: Counterexample, paint: Paint = plain_paint, width: int = 96) -> Iterator[str]:
    """The lines that show where two sides differ."""
    numbers = {**counterexample.sizes, **counterexample.author_indices}
    sizes = ", ".join(f"{plain(name)} = {value}" for name, value in numbers.items())
    where = f" at {sizes}" if sizes else ""
    misfit = f": {visible(counterexample.misfit)}" if counterexample.misfit else ""
    yield f"{paint('counterexample', 'error')}{where}{misfit}"
    for description in counterexample.functions.values():
        yield from ("  " + line for line in wrap(plain(description).split(), width - 2))
    grids = [_Grid(plain(name), rows) for name, rows in counterexample.values.items()]
    yield from _side_by_side(grids, width - 2)
    if counterexample.left and counterexample.right:
        sides = [
            _Grid("left side", counterexample.left, counterexample.entry, paint),
            _Grid("right side", counterexample.right, counterexample.entry, paint),
        ]
        yield from _side_by_side(sides, width - 2)


def _columns(rows: list[list[str]]) -> int:
    return max((len(row) for row in rows), default=0)


class _Grid:
    """`name = [ … ]`, one string a row, all of the same width."""

    def __init__(
        self, name: str, rows: list[list[str]], entry: tuple[int, int] | None = None, paint: Paint = plain_paint
    ) -> None:
        m, n = len(rows), _columns(rows)
        head = f"{name} = "
        shown = [[shorten(visible(x), _WIDEST_ENTRY) for x in row[:_MOST]] for row in rows[:_MOST]]
        widths = [max(cell_width(row[j]) for row in shown if j < len(row)) for j in range(_columns(shown))]
        self.lines: list[str] = []
        self.width = 0
        for i, row in enumerate(shown):
            cells = []
            for j, text in enumerate(row):
                aligned = " " * (widths[j] - cell_width(text)) + text
                cells.append(paint(aligned, "differs") if entry == (i + 1, j + 1) else aligned)
            inside = "  ".join(cells) + ("  …" if n > _MOST else "")
            bare = sum(widths) + 2 * max(0, len(widths) - 1) + (3 if n > _MOST else 0)
            start = head if i == 0 else " " * cell_width(head)
            is_scalar = m == n == 1
            self.lines.append(f"{start}{inside}" if is_scalar else f"{start}[{inside}]")
            self.width = max(self.width, cell_width(head) + bare + (0 if is_scalar else 2))
        if m > _MOST:
            self.lines.append(pad(" " * cell_width(head) + "⋮", self.width))
        if not rows:
            self.lines = [f"{head}[] "]
            self.width = cell_width(self.lines[0])

    def line(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else " " * self.width


def _side_by_side(grids: list[_Grid], width: int) -> Iterator[str]:
    """Grids in rows, as many beside each other as fit."""
    row: list[_Grid] = []
    for grid in grids:
        if row and sum(g.width + 4 for g in row) + grid.width > width:
            yield from _row_of(row)
            row = []
        row.append(grid)
    if row:
        yield from _row_of(row)


def _row_of(grids: list[_Grid]) -> Iterator[str]:
    for number in range(max(len(grid.lines) for grid in grids)):
        yield "  " + "    ".join(grid.line(number) for grid in grids).rstrip()
