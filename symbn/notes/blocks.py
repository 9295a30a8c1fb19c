"""The block structure of a Markdown note, as far as it decides what is running text.

Containers (block quotes, list items, footnotes) are matched line by line as CommonMark does; code, fences and
headings are told apart; what is left are paragraphs, whose math `inline` finds.  Lines are read once, in
order; nesting deeper than `DEPTH` is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symbn.diagnostics import Diagnostic, Label
from symbn.notes.inline import Found, InlineScanner, Passage
from symbn.source import Span

DEPTH = 64
_QUOTE = -1
_TAB = 4

_HEADING = re.compile(r"(#{1,6})(?=[ \t\n]|\Z)")
_FENCE = re.compile(r"(`{3,})(?=[^`\n]*(?:\n|\Z))|(~{3,})|(:{3,})(?=[ \t]*\{math\})")
_OPTION = re.compile(r"[ \t>]*:([A-Za-z-]{1,40}):[ \t]*([^\n]*?)[ \t]*(?:\n|\Z)")
"""A line of a MyST directive that says something of it: `:label: eq:name`."""
_MATH = frozenset(["math", "{math}"])
_RAW = frozenset(["{=latex}", "{=tex}"])
"""Fences whose content Pandoc hands on to LaTeX."""
_ORDERED = re.compile(r"(\d{1,9})[.)](?=[ \t\n]|\Z)")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,100}\]:")
_HTML = re.compile(r"<!--|<(?i:pre|script|style|textarea)(?=[\s>])")
_FENCE_LABEL = re.compile(r"\{[^#{}\n]{0,100}#([^\s{}]{1,200})")
_BLANKS = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the note itself (none inside a quotation or list) and the place of its text."""

    level: int
    text: Span


@dataclass(frozen=True, slots=True)
class _Line:
    """A line inside the open containers: the first `matched` of them hold it; the rest of it starts at
    `start`, and `base` is the column that its indentation counts from."""

    first: int
    start: int
    end: int
    base: int
    matched: int
    blank: bool


class BlockScanner:
    """Reads a note from `start`; leaves `headings`, and `found` with the number of headings before each."""

    def __init__(self, text: str, start: int = 0) -> None:
        self.text = text
        self.headings: list[Heading] = []
        self.found: list[tuple[Found, int]] = []
        self._inline = InlineScanner(text, self._lines)
        self._raw: list[Span] = []
        self._containers: list[int] = []  # _QUOTE, or the column at which a list item's content starts
        self._uniform: tuple[int, str, int] = (-1, "", 0)
        self._scan(start)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return self._inline.diagnostics

    @property
    def definitions(self) -> list[Span]:
        """The places of abbreviations that are defined outside of math."""
        return self._inline.definitions

    @property
    def raw(self) -> list[Span]:
        """The places of LaTeX that is handed on as it is."""
        return self._raw

    def _scan(self, position: int) -> None:
        while position < len(self.text):
            line = self._match(position)
            del self._containers[line.matched :]
            position = line.end + 1
            if line.blank:
                continue
            start, base = self._open_containers(line)
            content, column = self._indentation(start, line.end, line.first)
            if content == line.end or column - base >= _TAB:
                continue  # an empty list item, or indented code
            if fence := _FENCE.match(self.text, content, line.end):
                position = self._fence(fence, line.end)
            elif heading := _HEADING.match(self.text, content, line.end + 1):
                self._note_heading(len(heading[1]), Span(heading.end(), line.end))
                self._passage(Passage(heading.end(), self.text[heading.end() : line.end], extendable=False))
            elif not self._is_rule(content, line.end):
                position = self._paragraph(content, line)

    # Lines and containers.

    def _line_end(self, position: int) -> int:
        end = self.text.find("\n", position)
        return len(self.text) if end < 0 else end

    def _indentation(self, position: int, end: int, first: int, column: int | None = None) -> tuple[int, int]:
        """Past spaces and tabs: the position and its column in the line that starts at `first`."""
        if column is None:
            column = self._column(first, position)
        if position == end or self.text[position] not in " \t":
            return position, column
        blanks = _BLANKS.match(self.text, position, end)
        assert blanks is not None
        return blanks.end(), _advance(column, blanks.group())

    def _column(self, first: int, position: int) -> int:
        return _advance(0, self.text[first:position]) if position > first else 0

    def _match(self, first: int) -> _Line:
        """The line that starts at `first`, inside as many open containers as it continues."""
        end = self._line_end(first)
        position, column, base, matched = first, 0, 0, 0
        for container in self._containers:
            content, indent = self._indentation(position, end, first, column)
            if container == _QUOTE:
                if content == end or self.text[content] != ">" or indent - base >= _TAB:
                    break
                position, column = content + 1, indent + 1
                if position < end and self.text[position] in " \t":
                    position, column = position + 1, column + 1
                base = column
            elif content == end or indent >= container:
                base = container
            else:
                break
            matched += 1
        content, _ = self._indentation(position, end, first, column)
        return _Line(first, position, end, base, matched, content == end)

    def _open_containers(self, line: _Line) -> tuple[int, int]:
        """Open the containers whose markers begin the rest of a line; where its content starts, and the column
        that its indentation counts from."""
        position, base = line.start, line.base
        column = self._column(line.first, position)
        while len(self._containers) < DEPTH:
            content, indent = self._indentation(position, line.end, line.first, column)
            if content == line.end or indent - base >= _TAB:
                break
            if self.text[content] == ">":
                position, column = content + 1, indent + 1
                if position < line.end and self.text[position] in " \t":
                    position, column = position + 1, column + 1
                base = column
                self._containers.append(_QUOTE)
            elif marker := self._list_marker(content, line.end):
                after = indent + marker - content
                text, text_column = self._indentation(marker, line.end, line.first, after)
                if text == line.end or text_column - after > _TAB:
                    text, text_column = marker, after + 1
                position, column, base = text, text_column, text_column
                self._containers.append(base)
            elif footnote := _FOOTNOTE.match(self.text, content, line.end):
                self._containers.append(base + _TAB)
                position, column = self._indentation(footnote.end(), line.end, line.first)
                base = column
            else:
                break
        return position, base

    def _list_marker(self, position: int, end: int) -> int | None:
        """The end of the list marker that stands here, if one does."""
        if self.text[position] in "-+*":
            spaced = position + 1 == end or self.text[position + 1] in " \t"
            return position + 1 if spaced and not self._is_rule(position, end) else None
        ordered = _ORDERED.match(self.text, position, end + 1)
        return ordered.end() if ordered else None

    def _is_rule(self, position: int, end: int) -> bool:
        """Is the rest of the line a thematic break (`---`, `* * *`)?"""
        mark = self.text[position]
        if mark not in "-*_":
            return False
        if self._uniform[:2] != (end, mark):  # once a line: deep nesting asks again and again
            line = self.text.rfind("\n", 0, end) + 1
            self._uniform = (end, mark, line + len(self.text[line:end].rstrip(f"{mark} \t")))
        return position >= self._uniform[2] and self.text[position:end].count(mark) >= 3

    def _interrupts(self, line: _Line) -> bool:
        """Does this line, after one of a paragraph, start a block of its own?"""
        content, column = self._indentation(line.start, line.end, line.first)
        if column - line.base >= _TAB:
            return False
        first = self.text[content]
        if first == ">":
            return True
        if first in "`~:":
            return _FENCE.match(self.text, content, line.end + 1) is not None
        if first == "#":
            return _HEADING.match(self.text, content, line.end + 1) is not None
        if first == "<":
            return _HTML.match(self.text, content, line.end + 1) is not None
        if first == "[":
            return _FOOTNOTE.match(self.text, content, line.end) is not None
        if self._is_rule(content, line.end):
            return True
        marker = self._list_marker(content, line.end)
        if marker is None:
            return False
        if line.matched < len(self._containers):
            return True
        return marker < line.end and (first in "-+*" or self.text[content:marker] in ("1.", "1)"))

    def _lines(self, position: int) -> Iterator[tuple[int, int, int]]:
        """The lines from `position` on inside the open containers, up to and with the first blank one."""
        while position < len(self.text):
            line = self._match(position)
            yield (position, line.end, line.end) if line.blank else (position, line.start, line.end)
            if line.blank:
                return
            position = line.end + 1

    # Leaves.

    def _fence(self, fence: re.Match[str], line_end: int) -> int:
        """Past a fenced block, which is math if it says so; where the text goes on."""
        mark = fence.group()
        info = self.text[fence.end() : line_end].split(None, 1)
        is_math = bool(info) and info[0] in _MATH
        first_line = position = min(line_end + 1, len(self.text))
        skips = []
        content_end, outer_end, closed = position, line_end, False
        while position < len(self.text):
            line = self._match(position)
            if line.matched < len(self._containers):
                break
            if line.start > line.first:
                skips.append(Span(line.first, line.start))
            position = min(line.end + 1, len(self.text))
            rest = self.text[line.start : line.end].strip()
            if rest.startswith(mark) and not rest.strip(mark[0]):
                closed, outer_end = True, line.end
                break
            content_end = position
        opener = Span(fence.start(), fence.end())
        if is_math and closed:
            label = _FENCE_LABEL.search(self.text, fence.end(), line_end)
            name, start = label[1] if label else None, first_line
            while info[0] == "{math}" and (option := _OPTION.match(self.text, start, content_end)):
                name = option[2] if option[1] in ("label", "name") and option[2] else name
                start = option.end()
            self._inline.add_fence(Span(start, content_end), Span(opener.start, outer_end), name, skips)
            self._collect()
        elif closed and info and info[0] in _RAW:
            self._raw.append(Span(first_line, content_end))
        elif not closed:
            self._report_unclosed_fence(opener, is_math)
        return position

    def _report_unclosed_fence(self, opener: Span, is_math: bool) -> None:
        what = "math" if is_math else "code"
        self.diagnostics.append(
            Diagnostic(
                "P013" if is_math else "P014",
                f"this {what} block is not closed",
                (Label(opener, "opened here"),),
                help=f"write {self.text[opener.start : opener.end]} on a line of its own where it ends",
                severity="error" if is_math else "warning",
            )
        )

    def _paragraph(self, start: int, line: _Line) -> int:
        """Past a paragraph (or a table, or a heading that is underlined); where the text goes on."""
        position, goes_on = start, True
        already_found = len(self.found)
        while goes_on:
            passage, level = self._passage_from(position, line)
            rows = _table_rows(passage) if position == start else None
            if rows:
                for row in rows:
                    self._passage(row)
                return passage.end
            position, goes_on = self._passage(passage)
            if position == passage.end and goes_on:
                if level:
                    self._note_heading(level, Span(start, position))
                    self.found[already_found:] = [(f, len(self.headings)) for f, _ in self.found[already_found:]]
                    position = min(self._line_end(position) + 1, len(self.text))
                break
            if position >= len(self.text):
                break
            line = self._match(self.text.rfind("\n", 0, position) + 1)
        return position

    def _passage_from(self, start: int, line: _Line) -> tuple[Passage, int]:
        """The paragraph's lines from `start` (on `line`) up to what ends it, and the level of a heading's underline
        that does."""
        pieces = [self.text[start : line.end + 1]]
        skips: list[Span] = []
        position, level = line.end + 1, 0
        while position < len(self.text):
            line = self._match(position)
            if line.blank:
                break
            if line.matched == len(self._containers) and (level := self._underline(line)):
                break
            if self._interrupts(line):
                break
            if line.start > line.first:
                skips.append(Span(line.first, line.start))
            pieces.append(" " * (line.start - line.first))
            pieces.append(self.text[line.start : line.end + 1])
            position = line.end + 1
        return Passage(start, "".join(pieces), skips), level

    def _underline(self, line: _Line) -> int:
        """1 or 2 if the line underlines a heading (=== or ---), else 0."""
        content, column = self._indentation(line.start, line.end, line.first)
        mark = self.text[content]
        if mark not in "=-" or column - line.base >= _TAB or self.text[content : line.end].strip(" \t").strip(mark):
            return 0
        return 1 if mark == "=" else 2

    def _note_heading(self, level: int, text: Span) -> None:
        if not self._containers:
            self.headings.append(Heading(level, text))

    def _passage(self, passage: Passage) -> tuple[int, bool]:
        outcome = self._inline.scan(passage)
        self._collect()
        return outcome

    def _collect(self) -> None:
        self.found.extend((found, len(self.headings)) for found in self._inline.found)
        self._inline.found.clear()


def _advance(column: int, text: str) -> int:
    """The column after `text`, with tab stops every four columns."""
    if "\t" not in text:
        return column + len(text)
    for character in text:
        column += _TAB - column % _TAB if character == "\t" else 1
    return column


def _table_rows(passage: Passage) -> list[Passage] | None:
    """The rows of a table (its second line is made of | - : only), each to be read on its own."""
    lines = passage.view.split("\n", 2)
    delimiter = lines[1].strip() if len(lines) > 1 else ""
    if "|" not in lines[0] or "|" not in delimiter or "-" not in delimiter or set(delimiter) - set("|-: \t"):
        return None
    rows = []
    start = passage.start
    for row in passage.view.split("\n"):
        rows.append(Passage(start, row, extendable=False))
        start += len(row) + 1
    return rows
