r"""Displays in running text: where one is closed, whether `$$…$$` is one, and its label.

A display may run past the passage that opens it, over lines that would be something else in Markdown (`- b` is a
list item, in a display a term), but never past a blank line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symbn.diagnostics import Diagnostic, Label
from symbn.notes.passages import ENVIRONMENTS, UNREAD_ENVIRONMENTS, Finder, Found, Lines, Passage, segments_of
from symbn.notes.templates import JOINER
from symbn.notes.transcript import coding_of
from symbn.source import Span

_LABEL = re.compile(r"[ \t]*(?:\n[ \t>]{0,40})?\{:?[ \t]*#([^\s{}]{1,200})[^{}\n]{0,200}\}")
_LABEL_AFTER_DOLLARS = re.compile(r"[ \t]*\(([^\s(){}$]{1,200})\)[ \t]*(?=\n|\Z)")
_COLUMNS = {
    "alignat": re.compile(r"[ \t]*\{[ \t]*\d{1,2}[ \t]*\}"),
    "IEEEeqnarray": re.compile(r"[ \t]*\{[^{}\n]{0,80}\}"),
}
"""What says how many columns an environment has."""
_REST_OF_LINE = re.compile(rf"[ \t.,;:{JOINER}]*(?=\n|\Z)")


class Closer:
    """Looks for what closes a display, in pieces of text given in order."""

    def __init__(self, close: str, reopen: str | None = None) -> None:
        self.close, self.reopen, self.depth = close, reopen, 1
        alternatives = [re.escape(close), *([re.escape(reopen)] if reopen else []), r"\\[^\n]"]
        if close.startswith("\\\\"):
            alternatives.insert(0, r"\\\\\\\\")  # \\ as Markdown has it
        self.pattern = re.compile("|".join(alternatives))

    def find(self, text: str, start: int, end: int) -> int | None:
        """Where the closing delimiter stands between start and end, if it is there."""
        for match in self.pattern.finditer(text, start, end):
            if match.group() == self.reopen:
                self.depth += 1
            elif match.group() == self.close:
                self.depth -= 1
                if self.depth == 0:
                    return match.start()
        return None


@dataclass(frozen=True)
class _Opened:
    """A display that has been opened: by what, what closes it, and its environment if it is one."""

    span: Span
    closer: Closer
    environment: str | None = None


class Displays(Finder):
    """The part of the scanner that reads displays."""

    def __init__(self, text: str, lines: Lines) -> None:
        super().__init__(text, lines)
        self._unclosed_dollars = False  # the last `$$` was not closed: its own `$$` may yet come
        self._no_bracket_before: dict[str, int] = {}  # no \] closes a \[ before this offset

    def display(self, passage: Passage, match: re.Match[str]) -> tuple[int, bool] | None:
        r"""The display that `match` opens; None if it is plain text, else where the text goes on, and whether."""
        opened = self._opened(passage, match)
        if opened is None:
            return None
        token = match.group()
        closing, blank, skips = self._closed(passage, match.end(), opened.closer)
        if closing is None:
            if token.endswith("["):
                self._no_bracket_before[token] = max(blank, opened.span.end)
                return None
            self._report_unclosed(opened, self.text[opened.span.end : blank])
            return (blank, False) if passage.extendable else (passage.end, True)
        self._unclosed_dollars = False
        content = Span(opened.span.end, closing)
        outer = Span(opened.span.start, closing + len(opened.closer.close))
        display, label, after = self._labelled(passage, outer, content, token == "$$")
        if self.text[content.start : content.end].strip():
            segments = segments_of(content, skips)
            coding = coding_of(self.text, content, "markdown" if token == r"\\[" else "html")
            self.found.append(Found(content, outer, display, opened.environment, label, segments, coding))
        return after, True

    def _opened(self, passage: Passage, match: re.Match[str]) -> _Opened | None:
        """What a token opens; None where it is plain text."""
        token = match.group()
        span = Span(passage.start + match.start(), passage.start + match.end())
        if match[1]:
            if match[1] not in ENVIRONMENTS:
                if match[1] in UNREAD_ENVIRONMENTS:
                    self._report_unread(span, match[1])
                return None
            environment = match[1] + match[2]
            counted = _COLUMNS.get(match[1])
            if counted is not None and (columns := counted.match(passage.view, match.end())):
                span = Span(span.start, passage.start + columns.end())
            return _Opened(span, Closer(rf"\end{{{environment}}}", token), environment)
        if token.endswith("["):
            if span.start < self._no_bracket_before.get(token, 0):
                return None
            return _Opened(span, Closer(token.replace("[", "]")))
        return _Opened(span, Closer("$$"))

    def _closed(self, passage: Passage, start: int, closer: Closer) -> tuple[int | None, int, list[Span]]:
        """Where a display is closed, if it is; the blank line before which it must be, and the markers inside."""
        skips = passage.skips
        closing = closer.find(passage.view, start, len(passage.view))
        if closing is not None:
            return closing + passage.start, passage.end, skips
        blank, last = passage.end, passage.end
        if passage.extendable:
            skips = list(skips)
            for line_start, content_start, line_end in self.lines(passage.end):
                blank = line_start
                if content_start == line_end:
                    break
                if content_start > line_start:
                    skips.append(Span(line_start, content_start))
                closing = closer.find(self.text, content_start, line_end)
                last = line_end
                if closing is not None:
                    break
            else:
                blank = last
        return closing, blank, skips

    def _labelled(self, passage: Passage, outer: Span, content: Span, dollars: bool) -> tuple[bool, str | None, int]:
        """Whether math is a display, its label, and where the text goes on behind them."""
        label = _LABEL.match(self.text, outer.end)
        after = label.end() if label else outer.end
        display = not dollars or self._stands_alone(passage, outer, content, after)
        if label is None and dollars and (label := _LABEL_AFTER_DOLLARS.match(self.text, outer.end)):
            display = self._stands_alone(passage, outer, content, label.end())
            label, after = (label, label.end()) if display else (None, after)
        return display, label[1] if label else None, after

    def _stands_alone(self, passage: Passage, opener: Span, content: Span, after: int) -> bool:
        """Is `$$…$$` a display: over several lines, or with nothing else on its line?"""
        if "\n" in self.text[content.start : content.end]:
            return True
        before = opener.start - passage.start
        while before > 0 and passage.view[before - 1] in f" \t{JOINER}":
            before -= 1
        begins_line = before == 0 or passage.view[before - 1] == "\n"
        return begins_line and _REST_OF_LINE.match(self.text, after) is not None

    def _report_unclosed(self, opened: _Opened, rest: str) -> None:
        """Say so once: the `$$` that was meant to close an unclosed one opens nothing."""
        if opened.environment is None:
            if self._unclosed_dollars and not rest.strip():
                self._unclosed_dollars = False
                return
            self._unclosed_dollars = True
        code, what = ("P011", "this display") if opened.environment is None else ("P012", "this environment")
        self.diagnostics.append(
            Diagnostic(
                code,
                f"{what} is not closed",
                (Label(opened.span, "opened here"),),
                help=f"write {opened.closer.close} before the next blank line; LaTeX allows no blank line in a display",
            )
        )

    def _report_unread(self, opener: Span, environment: str) -> None:
        self.diagnostics.append(
            Diagnostic(
                "P018",
                f"math in the environment {environment} is not read",
                (Label(opener),),
                help=f"symbn reads these: {', '.join(sorted(ENVIRONMENTS))}",
                severity="warning",
            )
        )
