"""A note's text, places in it, and the abbreviations that it is given.

A `SourceFile` is the text that was read, under the name it was asked for; a `Span` is a half-open
range of character offsets into it.  Lines and columns count from 1, columns in characters; in a
notebook they count from the beginning of the cell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

_TEX_NAMES = (".tex", ".ltx", ".latex")
_TEX_OPENING = re.compile(r"^[^%\n]*\\begin\s*\{document\}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start … end` (end excluded) of one source file."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, from 1; in a notebook, of the cell of that number, from 1."""

    line: int
    column: int
    cell: int | None = None

    def __str__(self) -> str:
        return f"{self.line}:{self.column}" if self.cell is None else f"cell {self.cell}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A Markdown cell of a notebook: its number among all cells, from 1, and where its text begins."""

    number: int
    start: int


@dataclass(frozen=True, slots=True)
class Macro:
    r"""An abbreviation of a text's own: `\newcommand{\name}[parameters][default]{body}`.

    body: TeX's tokens, `#1` for the first argument; one of `fixed` keeps the meaning that TeX gives it.
    problem: why the definition cannot be followed; empty where it can.
    """

    name: str
    parameters: int = 0
    default: tuple[str, ...] | None = None
    body: tuple[str, ...] = ()
    fixed: frozenset[int] = frozenset()
    starred: bool = False
    problem: str = ""


@dataclass(frozen=True)
class SourceFile:
    """A note's name and text; CRLF and CR line ends are read as LF.

    cells: where the cells of a notebook begin.  given: the abbreviations that its preambles define.
    """

    path: str
    text: str
    cells: tuple[Cell, ...] = ()
    given: tuple[Macro, ...] = ()

    @cached_property
    def is_tex(self) -> bool:
        """Whether it is a LaTeX document: by its name; a text without one by its \\begin{document}."""
        if self.path.startswith("<"):
            return _TEX_OPENING.search(self.text) is not None
        return self.path.lower().endswith(_TEX_NAMES)

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset in the whole text, both from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def place(self, offset: int) -> Place:
        """Where an offset is for who reads the file: in a notebook, within a cell."""
        line, column = self.position(offset)
        before = bisect_right(self.cells, offset, key=lambda cell: cell.start)
        if not self.cells:
            return Place(line, column)
        cell = self.cells[max(before, 1) - 1]
        return Place(line - self.position(cell.start)[0] + 1, column, cell.number)

    def start_of(self, number: int) -> int:
        """The offset at which line `number` (from 1) of the whole text begins."""
        return self._line_starts[number - 1]

    def line(self, number: int) -> str:
        """Line `number` (from 1) of the whole text without its line end."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]

    def slice(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]
