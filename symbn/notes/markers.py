r"""What a document that symbn wrote tells its reader: which lines are commentary, and how statements are numbered.

    % symbn: commentary           what follows, up to `% symbn: end commentary`, is not the author's: it is passed over
    …     % symbn: commentary     this line is passed over
    % symbn: section 4            what follows is numbered as in section 4
    % symbn: label eq:a           the label of the next math

To LaTeX these lines are comments.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from symbn.diagnostics import Diagnostic, Label
from symbn.source import Span

_SIGN = "% symbn:"
_MARKER = re.compile(
    r"^(?:% symbn: (?:(?P<word>commentary|end commentary)|section (?P<section>\S[^\n]*?)|label (?P<label>\S[^\n]*?))"
    r"|(?P<line>[^\n]*\S[^\n]*[ \t]% symbn: commentary))[ \t]*$",
    re.MULTILINE,
)
_CHARACTER = re.compile(r"[^\n]")


@dataclass(frozen=True)
class Markers:
    """Where commentary stands; from where on a section's number holds; the labels of what follows them."""

    commentary: tuple[Span, ...] = ()
    sections: tuple[tuple[int, str], ...] = ()
    labels: tuple[tuple[int, str], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def without_commentary(self, text: str) -> str:
        """The text with % for every character of commentary: all places are kept, and no math is found there."""
        for span in self.commentary:
            text = text[: span.start] + _CHARACTER.sub("%", text[span.start : span.end]) + text[span.end :]
        return text

    def section(self, place: int) -> str | None:
        """The section that a marker before a place names."""
        before = bisect_right(self.sections, place, key=lambda pair: pair[0])
        return self.sections[before - 1][1] if before else None

    def label(self, start: int, end: int) -> str | None:
        """The label that a marker between two places names; the last one, if there are several."""
        return next((label for place, label in reversed(self.labels) if start <= place < end), None)

    def outside(self, segments: tuple[Span, ...]) -> tuple[Span, ...]:
        """Segments of a formula without the commentary in them."""
        for span in self.commentary:
            segments = tuple(part for segment in segments for part in _cut(segment, span))
        return segments


def read_markers(text: str) -> Markers:
    """The markers of a text, in its order."""
    if _SIGN not in text:
        return Markers()
    commentary: list[Span] = []
    sections: list[tuple[int, str]] = []
    labels: list[tuple[int, str]] = []
    opened: re.Match[str] | None = None
    for marker in _MARKER.finditer(text):
        if marker["word"] == "end commentary" and opened is not None:
            commentary.append(Span(opened.start(), marker.end()))
            opened = None
        elif opened is not None or marker["word"] == "end commentary":
            continue
        elif marker["word"]:
            opened = marker
        elif marker["line"]:
            commentary.append(Span(marker.start(), marker.end()))
        elif marker["section"]:
            sections.append((marker.start(), marker["section"]))
        else:
            labels.append((marker.start(), marker["label"]))
    problems = () if opened is None else (_unclosed(opened),)
    return Markers(tuple(commentary), tuple(sections), tuple(labels), problems)


def _unclosed(opened: re.Match[str]) -> Diagnostic:
    return Diagnostic(
        "P019",
        "this commentary is not closed",
        (Label(Span(opened.start(), opened.end()), "opened here"),),
        help="write `% symbn: end commentary` where it ends; it is read as text",
    )


def _cut(segment: Span, span: Span) -> tuple[Span, ...]:
    """A segment without a span of it."""
    if span.end <= segment.start or segment.end <= span.start:
        return (segment,)
    parts = (Span(segment.start, max(segment.start, span.start)), Span(min(span.end, segment.end), segment.end))
    return tuple(part for part in parts if part.start < part.end)
