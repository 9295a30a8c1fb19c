"""The block structure of a Markdown note, as far as it decides what is running text.

In the containers that are open (`containers`), code, fences and headings are told apart; what is left are paragraphs,
whose math `inline` finds.  Lines are read once, in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symbn.diagnostics import Diagnostic, Label
from symbn.notes.containers import FENCE, HEADING, TAB, Containers, Line
from symbn.notes.inline import InlineScanner
from symbn.notes.passages import Found, Passage
from symbn.source import Span

_OPTION = re.compile(r"[ \t>]*:([A-Za-z-]{1,40}):[ \t]*([^\n]*?)[ \t]*(?:\n|\Z)")
"""A line of a MyST directive that says something of it: `:label: eq:name`."""
_MATH = frozenset(["math", "{math}"])
_RAW = frozenset(["{=latex}", "{=tex}"])
"""Fences whose content Pandoc hands on to LaTeX."""
_FENCE_LABEL = re.compile(r"\{[^#{}\n]{0,100}#([^\s{}]{1,200})")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the note itself (none inside a quotation or list) and the place of its text."""

    level: int
    text: Span


class BlockScanner(Containers):
    """Reads a note from `start`; leaves `headings`, and `found` with the number of headings before each."""

    def __init__(self, text: str, start: int = 0) -> None:
        super().__init__(text)
        self.headings: list[Heading] = []
        self.found: list[tuple[Found, int]] = []
        self._inline = InlineScanner(text, self.following_lines)
        self._raw: list[Span] = []
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
            line = self.match(position)
            del self.containers[line.matched :]
            position = line.end + 1
            if line.blank:
                continue
            start, base = self.open_containers(line)
            content, column = self.indentation(start, line.end, line.first)
            if content == line.end or column - base >= TAB:
                continue  # an empty list item, or indented code
            if fence := FENCE.match(self.text, content, line.end):
                position = self._fence(fence, line.end)
            elif heading := HEADING.match(self.text, content, line.end + 1):
                self._note_heading(len(heading[1]), Span(heading.end(), line.end))
                self._passage(Passage(heading.end(), self.text[heading.end() : line.end], extendable=False))
            elif not self.is_rule(content, line.end):
                position = self._paragraph(content, line)

    def _fence(self, fence: re.Match[str], line_end: int) -> int:
        """Past a fenced block, which is math if it says so; where the text goes on."""
        mark = fence.group()
        info = self.text[fence.end() : line_end].split(None, 1)
        is_math = bool(info) and info[0] in _MATH
        first_line = position = min(line_end + 1, len(self.text))
        skips = []
        content_end, outer_end, closed = position, line_end, False
        while position < len(self.text):
            line = self.match(position)
            if line.matched < len(self.containers):
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

    def _paragraph(self, start: int, line: Line) -> int:
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
                    position = min(self.line_end(position) + 1, len(self.text))
                break
            if position >= len(self.text):
                break
            line = self.match(self.text.rfind("\n", 0, position) + 1)
        return position

    def _passage_from(self, start: int, line: Line) -> tuple[Passage, int]:
        """The paragraph's lines from `start` (on `line`) up to what ends it, and the level of a heading's underline
        that does."""
        pieces = [self.text[start : line.end + 1]]
        skips: list[Span] = []
        position, level = line.end + 1, 0
        while position < len(self.text):
            line = self.match(position)
            if line.blank:
                break
            if line.matched == len(self.containers) and (level := self.underline(line)):
                break
            if self.interrupts(line):
                break
            if line.start > line.first:
                skips.append(Span(line.first, line.start))
            pieces.append(" " * (line.start - line.first))
            pieces.append(self.text[line.start : line.end + 1])
            position = line.end + 1
        return Passage(start, "".join(pieces), skips), level

    def _note_heading(self, level: int, text: Span) -> None:
        if not self.containers:
            self.headings.append(Heading(level, text))

    def _passage(self, passage: Passage) -> tuple[int, bool]:
        outcome = self._inline.scan(passage)
        self._collect()
        return outcome

    def _collect(self) -> None:
        self.found.extend((found, len(self.headings)) for found in self._inline.found)
        self._inline.found.clear()


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
