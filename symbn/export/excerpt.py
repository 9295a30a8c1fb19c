"""A diagnostic as text: its message, the source lines it points to with carets below, notes and help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from symbn.diagnostics import Diagnostic, Label
from symbn.export.layout import TAB_WIDTH, cell_width, character_width, visible, wrap
from symbn.source import SourceFile, Span

Paint = Callable[[str, str], str]
"""(text, role) → the text in the colours of its role; roles: error, warning, note, help, gutter, secondary, …"""

_LONGEST_SPAN = 4  # a label over more lines than this shows its first and last


def plain_paint(text: str, role: str) -> str:
    """No colours."""
    return text


def render_diagnostic(
    diagnostic: Diagnostic, source: SourceFile, paint: Paint = plain_paint, width: int = 100
) -> Iterator[str]:
    """The lines that show a diagnostic of a note."""
    code = f"{diagnostic.severity}[{diagnostic.code}]" if diagnostic.code else diagnostic.severity
    lines = wrap(f"{code}: {visible(diagnostic.message)}".split(), width)
    yield paint(code, diagnostic.severity) + paint(lines[0][len(code) :], "message")
    yield from ("    " + paint(line, "message") for line in lines[1:])
    yield from render_excerpt(diagnostic.labels, source, diagnostic.severity, paint, width)
    for note in diagnostic.notes:
        yield from _paragraph("note", note, paint, width)
    if diagnostic.help:
        yield from _paragraph("help", diagnostic.help, paint, width)


def render_excerpt(
    labels: tuple[Label, ...], source: SourceFile, severity: str, paint: Paint = plain_paint, width: int = 100
) -> Iterator[str]:
    """The place of the first primary label, and every labelled line with its marks."""
    if not labels:
        return
    main = next((label for label in labels if label.primary), labels[0])
    place = source.place(_clamped(main.span, source).start)
    marks = sorted(_marks(labels, source), key=lambda mark: (mark.line, mark.start))
    gutter = max(3, *(len(_counted(mark.line, source)) for mark in marks)) + 2
    yield f"{paint('-->'.rjust(gutter), 'gutter')} {visible(source.path)}:{place}"
    yield paint(" " * gutter + " |", "gutter")
    previous = None
    for number, group in groupby(marks, key=lambda mark: mark.line):
        if previous is not None and number > previous + 1:
            yield paint("...".rjust(gutter), "gutter")
        previous = number
        window = _Window(source.line(number), list(group), max(20, width - gutter - 3))
        yield f"{paint(f'{_counted(number, source):>{gutter}} |', 'gutter')} {window.text}".rstrip()
        for marked in window.marked(severity, paint):
            yield f"{paint(' ' * gutter + ' |', 'gutter')} {marked}"


def _counted(number: int, source: SourceFile) -> str:
    """A line's number, in a notebook behind that of its cell."""
    place = source.place(source.start_of(number))
    return str(place.line) if place.cell is None else f"{place.cell}:{place.line}"


@dataclass(frozen=True)
class _Mark:
    """The characters start … end of one line, marked; and what is said of them."""

    line: int
    start: int
    end: int
    text: str
    primary: bool


def _clamped(span: Span, source: SourceFile) -> Span:
    start = min(max(span.start, 0), len(source.text))
    return Span(start, min(max(span.end, start), len(source.text)))


def _marks(labels: tuple[Label, ...], source: SourceFile) -> Iterator[_Mark]:
    """Each label as a mark on every line it covers (of a long one: the first and the last)."""
    for label in labels:
        span = _clamped(label.span, source)
        while span.end > span.start + 1 and source.text[span.end - 1].isspace():
            span = Span(span.start, span.end - 1)
        first, start = source.position(span.start)
        last, end = source.position(span.end)
        lines = range(first, last + 1)
        shown = list(lines) if len(lines) <= _LONGEST_SPAN else [first, last]
        for number in shown:
            text = source.line(number)
            indent = len(text) - len(text.lstrip(" \t>")) if number > first else 0
            low = start - 1 if number == first else indent
            high = end - 1 if number == last else len(text)
            if low < high or number == first:
                said = label.text if number == shown[-1] else ""
                yield _Mark(number, low, max(high, low + 1), said, label.primary)


class _Window:
    """The part of one line that fits the width, in terminal cells, and its marks."""

    def __init__(self, line: str, marks: list[_Mark], width: int) -> None:
        low = 0
        if len(line) * 2 > width and _cells(line[: 2 * width]) > width:
            primary = next((mark for mark in marks if mark.primary), marks[0])
            low = max(0, min(mark.start for mark in marks if primary.start - mark.start < width // 2) - width // 4)
            low = 0 if primary.end < width else min(low, max(0, len(line) - width + 2))
            first, last = min(mark.start for mark in marks), max(mark.end for mark in marks)
            if last - low > width - 2 and last - first <= width - 2:  # all marks fit, if the line begins later
                low = last - width + 2
        self._width = width
        self._cells = {low: 1 if low else 0}  # where each character starts, in cells
        pieces = ["…"] if low else []
        cells = self._cells[low]
        for position in range(low, len(line)):
            character = visible(line[position]) if line[position] != "\t" else " " * (TAB_WIDTH - cells % TAB_WIDTH)
            cells += cell_width(character)
            if cells > width - 1 and position < len(line) - 1:
                pieces.append("…")
                break
            pieces.append(character)
            self._cells[position + 1] = cells
        self.text = "".join(pieces)
        self._low, self._high = low, max(self._cells)
        self._marks = [mark for mark in marks if mark.end > low and mark.start <= self._high]

    def _column(self, position: int) -> int:
        if position < self._low:
            return 0
        return self._cells[min(position, self._high)] + max(0, position - self._high)

    def marked(self, severity: str, paint: Paint) -> Iterator[str]:
        """The line of carets and dashes, then what is said of them."""
        if not self._marks:
            return
        underline: list[tuple[str, str]] = []  # a character and its role for each cell
        for mark in sorted(self._marks, key=lambda mark: mark.primary):  # carets over dashes
            start = self._column(mark.start)
            end = min(max(self._column(mark.end), start + 1), max(self._width, start + 1))
            underline.extend([(" ", "")] * (end - len(underline)))
            cell = ("^", severity) if mark.primary else ("-", "secondary")
            underline[start:end] = [cell] * (end - start)
        said = [mark for mark in self._marks if mark.text]
        painted = "".join(
            paint("".join(character for character, _ in run), role) if role else "".join(c for c, _ in run)
            for role, run in ((role, list(run)) for role, run in groupby(underline, key=lambda cell: cell[1]))
        )
        if len(said) == 1 and self._column(said[0].end) >= len(underline):
            text = visible(said[0].text)
            if len(underline) + 1 + cell_width(text) <= self._width + 20:
                yield f"{painted} {paint(text, severity if said[0].primary else 'secondary')}"
                return
        yield painted
        yield from self._texts(said, severity, paint)

    def _texts(self, said: list[_Mark], severity: str, paint: Paint) -> Iterator[str]:
        """Each label's text below its start; one that would run into the next stands a row lower."""
        rows: list[list[tuple[int, str, str]]] = []
        for mark in sorted(said, key=lambda mark: mark.start, reverse=True):
            column, text = self._column(mark.start), visible(mark.text)
            role = severity if mark.primary else "secondary"
            level = 0
            while level < len(rows) and column + cell_width(text) + 2 > min(start for start, _, _ in rows[level]):
                level += 1
            if level == len(rows):
                rows.append([])
            for row in rows[:level]:
                row.append((column, "|", role))
            rows[level].append((column, text, role))
        for row in rows:
            line, cells = "", 0
            for column, text, role in sorted(row):
                if column < cells:
                    continue
                line += " " * (column - cells) + paint(text, role)
                cells = column + cell_width(text)
            yield line


def _cells(text: str) -> int:
    return sum(TAB_WIDTH if character == "\t" else character_width(character) for character in text)


def _paragraph(head: str, text: str, paint: Paint, width: int) -> Iterator[str]:
    """`note: …`, further lines indented under the first."""
    indent = " " * (len(head) + 2)
    lines = [line for given in text.splitlines() for line in wrap(visible(given).split(), width - len(indent))] or [""]
    yield f"{paint(head, head)}: {lines[0]}"
    yield from (indent + line for line in lines[1:])
