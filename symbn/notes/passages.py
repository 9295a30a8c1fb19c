r"""Stretches of running text, and the math that is found in them.

A `Passage` is a stretch of one paragraph (or heading, or table row) in which container markers such as `>`
are blanked, so that its offsets are those of the source.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from symbn.diagnostics import Diagnostic
from symbn.notes.transcript import Coding
from symbn.source import Span

ENVIRONMENTS = frozenset(
    """equation align aligned alignat flalign gather gathered eqnarray multline split displaymath math
    IEEEeqnarray""".split()
)
UNREAD_ENVIRONMENTS = frozenset({"dmath", "dgroup", "darray"})

Lines: TypeAlias = Callable[[int], Iterator[tuple[int, int, int]]]
"""From the offset of a line's start: (line start, content start, line end) of it and all that follow in the same
run, the last being the blank line (content start = line end) that ends it, or the text's end."""


@dataclass(frozen=True, slots=True)
class Found:
    """Math and where it stands, before sections are known; `segments` is its content line by line."""

    content: Span
    outer: Span
    display: bool
    environment: str | None = None
    label: str | None = None
    segments: tuple[Span, ...] = ()
    coding: Coding = "tex"


@dataclass
class Passage:
    """view = the source from `start` on, container markers blanked; `skips` are those markers' places."""

    start: int
    view: str
    skips: list[Span] = field(default_factory=list)
    extendable: bool = True

    @property
    def end(self) -> int:
        return self.start + len(self.view)


class Finder:
    """Collects the math of a text, and what is wrong with it."""

    def __init__(self, text: str, lines: Lines) -> None:
        self.text = text
        self.lines = lines
        self.found: list[Found] = []
        self.diagnostics: list[Diagnostic] = []


def segments_of(content: Span, skips: list[Span]) -> tuple[Span, ...]:
    """The content without the skipped places."""
    segments = []
    start = content.start
    position = bisect_left(skips, start, key=lambda skip: skip.start)
    while position < len(skips) and skips[position].start < content.end:
        if skips[position].start > start:
            segments.append(Span(start, skips[position].start))
        start = skips[position].end
        position += 1
    if start < content.end or not segments:
        segments.append(Span(start, content.end))
    return tuple(segments)
