"""The containers of a Markdown note (block quotes, list items, footnotes) and the lines inside of them.

They are matched line by line as CommonMark does; nesting deeper than `DEPTH` is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DEPTH = 64
_QUOTE = -1
TAB = 4

HEADING = re.compile(r"(#{1,6})(?=[ \t\n]|\Z)")
FENCE = re.compile(r"(`{3,})(?=[^`\n]*(?:\n|\Z))|(~{3,})|(:{3,})(?=[ \t]*\{math\})")
_ORDERED = re.compile(r"(\d{1,9})[.)](?=[ \t\n]|\Z)")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,100}\]:")
_HTML = re.compile(r"<!--|<(?i:pre|script|style|textarea)(?=[\s>])")
_BLANKS = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line inside the open containers: the first `matched` of them hold it; the rest of it starts at
    `start`, and `base` is the column that its indentation counts from."""

    first: int
    start: int
    end: int
    base: int
    matched: int
    blank: bool


class Containers:
    """The containers that are open at a line of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.containers: list[int] = []  # _QUOTE, or the column at which a list item's content starts
        self._uniform: tuple[int, str, int] = (-1, "", 0)

    def line_end(self, position: int) -> int:
        end = self.text.find("\n", position)
        return len(self.text) if end < 0 else end

    def indentation(self, position: int, end: int, first: int, column: int | None = None) -> tuple[int, int]:
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

    def match(self, first: int) -> Line:
        """The line that starts at `first`, inside as many open containers as it continues."""
        end = self.line_end(first)
        position, column, base, matched = first, 0, 0, 0
        for container in self.containers:
            content, indent = self.indentation(position, end, first, column)
            if container == _QUOTE:
                if content == end or self.text[content] != ">" or indent - base >= TAB:
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
        content, _ = self.indentation(position, end, first, column)
        return Line(first, position, end, base, matched, content == end)

    def open_containers(self, line: Line) -> tuple[int, int]:
        """Open the containers whose markers begin the rest of a line; where its content starts, and the column
        that its indentation counts from."""
        position, base = line.start, line.base
        column = self._column(line.first, position)
        while len(self.containers) < DEPTH:
            content, indent = self.indentation(position, line.end, line.first, column)
            if content == line.end or indent - base >= TAB:
                break
            if self.text[content] == ">":
                position, column = content + 1, indent + 1
                if position < line.end and self.text[position] in " \t":
                    position, column = position + 1, column + 1
                base = column
                self.containers.append(_QUOTE)
            elif marker := self._list_marker(content, line.end):
                after = indent + marker - content
                text, text_column = self.indentation(marker, line.end, line.first, after)
                if text == line.end or text_column - after > TAB:
                    text, text_column = marker, after + 1
                position, column, base = text, text_column, text_column
                self.containers.append(base)
            elif footnote := _FOOTNOTE.match(self.text, content, line.end):
                self.containers.append(base + TAB)
                position, column = self.indentation(footnote.end(), line.end, line.first)
                base = column
            else:
                break
        return position, base

    def _list_marker(self, position: int, end: int) -> int | None:
        """The end of the list marker that stands here, if one does."""
        if self.text[position] in "-+*":
            spaced = position + 1 == end or self.text[position + 1] in " \t"
            return position + 1 if spaced and not self.is_rule(position, end) else None
        ordered = _ORDERED.match(self.text, position, end + 1)
        return ordered.end() if ordered else None

    def is_rule(self, position: int, end: int) -> bool:
        """Is the rest of the line a thematic break (`---`, `* * *`)?"""
        mark = self.text[position]
        if mark not in "-*_":
            return False
        if self._uniform[:2] != (end, mark):  # once a line: deep nesting asks again and again
            line = self.text.rfind("\n", 0, end) + 1
            self._uniform = (end, mark, line + len(self.text[line:end].rstrip(f"{mark} \t")))
        return position >= self._uniform[2] and self.text[position:end].count(mark) >= 3

    def interrupts(self, line: Line) -> bool:
        """Does this line, after one of a paragraph, start a block of its own?"""
        content, column = self.indentation(line.start, line.end, line.first)
        if column - line.base >= TAB:
            return False
        first = self.text[content]
        if first == ">":
            return True
        if first in "`~:":
            return FENCE.match(self.text, content, line.end + 1) is not None
        if first == "#":
            return HEADING.match(self.text, content, line.end + 1) is not None
        if first == "<":
            return _HTML.match(self.text, content, line.end + 1) is not None
        if first == "[":
            return _FOOTNOTE.match(self.text, content, line.end) is not None
        if self.is_rule(content, line.end):
            return True
        marker = self._list_marker(content, line.end)
        if marker is None:
            return False
        if line.matched < len(self.containers):
            return True
        return marker < line.end and (first in "-+*" or self.text[content:marker] in ("1.", "1)"))

    def underline(self, line: Line) -> int:
        """1 or 2 if the line underlines a heading (=== or ---), else 0."""
        content, column = self.indentation(line.start, line.end, line.first)
        mark = self.text[content]
        if mark not in "=-" or column - line.base >= TAB or self.text[content : line.end].strip(" \t").strip(mark):
            return 0
        return 1 if mark == "=" else 2

    def following_lines(self, position: int) -> Iterator[tuple[int, int, int]]:
        """The lines from `position` on inside the open containers, up to and with the first blank one."""
        while position < len(self.text):
            line = self.match(position)
            yield (position, line.end, line.end) if line.blank else (position, line.start, line.end)
            if line.blank:
                return
            position = line.end + 1


def _advance(column: int, text: str) -> int:
    """The column after `text`, with tab stops every four columns."""
    if "\t" not in text:
        return column + len(text)
    for character in text:
        column += TAB - column % TAB if character == "\t" else 1
    return column
