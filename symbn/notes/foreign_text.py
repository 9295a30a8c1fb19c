r"""What of running text is no Markdown: code spans, comments, the elements of HTML whose text is their own.

`<script type="math/tex">` holds math.
"""

from __future__ import annotations

import re

from symbn.diagnostics import Diagnostic, Label
from symbn.notes.passages import Finder, Found, Lines
from symbn.source import Span

_CLOSING_NOTE = re.compile(r"(?<!%)%%(?!%)")
_MATH_SCRIPT = re.compile(r"""<script\s[^<>]*type\s*=\s*["']?math/tex(;\s*mode=display)?["']?[^<>]*>""", re.IGNORECASE)
BACKTICKS = re.compile("`+")


class CodeSpans:
    """Where code spans end in one passage: at the next run of as many backticks."""

    def __init__(self, view: str) -> None:
        self.view = view
        self._last: dict[int, int] | None = None

    def end(self, start: int, stop: int) -> int | None:
        """The end of the code span that the backticks start … stop open; None if they open none."""
        if self._last is None:
            self._last = {len(m.group()): m.start() for m in BACKTICKS.finditer(self.view, start)}
        length = stop - start
        if self._last.get(length, -1) <= start:
            return None
        for match in BACKTICKS.finditer(self.view, stop):
            if match.end() - match.start() == length:
                return match.end()
        return None


class ForeignText(Finder):
    """The part of the scanner that goes past comments and elements of HTML."""

    def __init__(self, text: str, lines: Lines) -> None:
        super().__init__(text, lines)
        self.never_closed: set[str] = set()
        """Closing tags that no longer occur."""

    def skipped(self, match: re.Match[str], base: int, end: int) -> int | None:
        """The end of what is no Markdown: an element of HTML, a comment; None where it does not end."""
        if match.group() == "%%":
            closing = _CLOSING_NOTE.search(self.text, base + match.end())
            return closing.end() if closing else None
        script = _MATH_SCRIPT.match(self.text, base + match.start()) if match[3] else None
        skipped = self._skip_html(match[3], base + match.end(), end)
        if script is not None and skipped is not None:
            content = Span(script.end(), skipped - len("</script"))
            if self.text[content.start : content.end].strip():
                display = script[1] is not None
                self.found.append(Found(content, Span(script.start(), skipped), display, segments=(content,)))
        return skipped

    def _skip_html(self, tag: str | None, start: int, end: int) -> int | None:
        """The end of a comment, or of an element whose text is not Markdown; None if it has none."""
        close = "-->" if tag is None else f"</{tag.lower()}"
        if close in self.never_closed:
            return None
        stop = end if close == "</code" else len(self.text)
        match = re.compile(close, re.IGNORECASE).search(self.text, start, stop)
        if match is not None:
            return match.end()
        self.never_closed.add(close)
        if tag is None:
            self.diagnostics.append(
                Diagnostic(
                    "P015",
                    "this comment is not closed",
                    (Label(Span(start - 4, start), "opened here"),),
                    help="write `-->` where it ends; it is read as text",
                    severity="warning",
                )
            )
        return None
