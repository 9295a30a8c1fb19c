r"""What a document that symbn wrote tells its reader: which lines are commentary, and how statements are numbered.

    % symbn: commentary           what follows, up to `% symbn: end commentary`, is not the author's: it is passed over
    …     % symbn: commentary     this line is passed over
    % symbn: section 4            what follows is numbered as in section 4
    % symbn: label eq:a           the label of the next math
    % symbn: norm: frobenius      what the front matter of a note says under `symbn:`, wherever it stands

To LaTeX these lines are comments.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from symbn.diagnostics import Diagnostic, Label
from symbn.source import Span

_SIGN = "% symbn: "
_CHARACTER = re.compile(r"[^\n]")
_SETTING = re.compile(r"([A-Za-z]\w*):\s+(\S.*)")


@dataclass(frozen=True)
class Setting:
    """A question of reading, and how it is settled: `norm: frobenius`."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{_SIGN}{self.name}: {self.value}"


@dataclass(frozen=True)
class Markers:
    """Where commentary stands; from where on a section's number holds; the labels of what follows them; settings."""

    commentary: tuple[Span, ...] = ()
    sections: tuple[tuple[int, str], ...] = ()
    labels: tuple[tuple[int, str], ...] = ()
    settings: tuple[Setting, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def without_commentary(self, text: str) -> str:
        """The text with % for every character of commentary: all places are kept, and no math is found there."""
        parts, end = [], 0
        for span in self.commentary:
            parts += [text[end : span.start], _CHARACTER.sub("%", text[span.start : span.end])]
            end = span.end
        return "".join([*parts, text[end:]])

    def section(self, place: int) -> str | None:
        """The section that a marker before a place names."""
        before = bisect_right(self.sections, place, key=lambda pair: pair[0])
        return self.sections[before - 1][1] if before else None

    def label(self, start: int, end: int) -> str | None:
        """The label that a marker between two places names; the last one, if there are several."""
        before = bisect_left(self.labels, end, key=lambda pair: pair[0])
        return self.labels[before - 1][1] if before and self.labels[before - 1][0] >= start else None

    def outside(self, segments: tuple[Span, ...]) -> tuple[Span, ...]:
        """Segments of a formula without the commentary in them."""
        return without(self.commentary, segments)


def read_markers(text: str) -> Markers:
    """The markers of a text, in its order."""
    commentary: list[Span] = []
    sections: list[tuple[int, str]] = []
    labels: list[tuple[int, str]] = []
    settings: list[Setting] = []
    opened: Span | None = None
    for line, alone, said in _signs(text):
        word, _, name = said.partition(" ")
        if alone and said == "end commentary" and opened is not None:
            commentary.append(opened.to(line))
            opened = None
        elif opened is not None:
            continue
        elif said == "commentary":
            if alone:
                opened = line
            else:
                commentary.append(line)
        elif alone and word == "section" and name.strip():
            sections.append((line.start, name.strip()))
        elif alone and word == "label" and name.strip():
            labels.append((line.start, name.strip()))
        elif alone and (setting := _SETTING.fullmatch(said)):
            settings.append(Setting(setting[1], setting[2]))
    problems = () if opened is None else (_unclosed(opened),)
    return Markers(tuple(commentary), tuple(sections), tuple(labels), tuple(settings), problems)


def _signs(text: str) -> Iterator[tuple[Span, bool, str]]:
    """The lines with a marker: their places, whether they begin with it, and what it says."""
    position = text.find(_SIGN)
    while position >= 0:
        start, end = text.rfind("\n", 0, position) + 1, text.find("\n", position)
        end = len(text) if end < 0 else end
        if position != start:  # at the end of a line, the last one counts
            position = text.rfind(_SIGN, position, end)
        if position == start or text[position - 1] in " \t":
            yield Span(start, end), not text[start:position].strip(), text[position + len(_SIGN) : end].strip()
        position = text.find(_SIGN, end)


def _unclosed(opened: Span) -> Diagnostic:
    return Diagnostic(
        "P019",
        "this commentary is not closed",
        (Label(opened, "opened here"),),
        help="write `% symbn: end commentary` where it ends; it is read as text",
    )


def without(spans: tuple[Span, ...], segments: tuple[Span, ...]) -> tuple[Span, ...]:
    """Segments of a formula without some spans of the text; both are in its order."""
    if not segments:
        return ()
    first = bisect_right(spans, segments[0].start, key=lambda span: span.end)
    last = bisect_left(spans, segments[-1].end, key=lambda span: span.start)
    for span in spans[first:last]:
        segments = tuple(part for segment in segments for part in _cut(segment, span))
    return segments


def _cut(segment: Span, span: Span) -> tuple[Span, ...]:
    """A segment without a span of it."""
    if span.end <= segment.start or segment.end <= span.start:
        return (segment,)
    parts = (Span(segment.start, max(segment.start, span.start)), Span(min(span.end, segment.end), segment.end))
    return tuple(part for part in parts if part.start < part.end)
