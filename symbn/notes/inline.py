r"""Math in running text: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and bare environments, past code, comments and escapes.

Also `\\(…\\)` and `\\[…\\]`, which Markdown hands on to TeX with one backslash less, MyST's {math}`…`, and
`<script type="math/tex">`.  Passed over: HTML's tags, where links lead, and Obsidian's %% comments %%.

A `Passage` is a stretch of one paragraph (or heading, or table row) in which container markers such as `>`
are blanked, so that its offsets are those of the source.  A display may run past the passage that opens it,
over lines that would be something else in Markdown (`- b` is a list item, in a display a term), but never
past a blank line.  Every character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from symbn.diagnostics import Diagnostic, Label
from symbn.notes.macros import DEFINING, definition_at
from symbn.notes.templates import JOINER
from symbn.notes.transcript import Coding, coding_of
from symbn.source import Span

ENVIRONMENTS = frozenset(
    """equation align aligned alignat flalign gather gathered eqnarray multline split displaymath math
    IEEEeqnarray""".split()
)
UNREAD_ENVIRONMENTS = frozenset({"dmath", "dgroup", "darray"})

_ATTRIBUTE = r"""\s+[a-zA-Z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
_ADDRESS = r"<[^<>\n]*>|[^\s()<]*(?:\([^\s()]*\)[^\s()]*)*"
_TITLE = r"""[ \t]+(?:"[^"\n]*"|'[^'\n]*')"""
_PASSED = "|".join(
    [
        rf"</?[a-zA-Z][a-zA-Z0-9-]*(?:{_ATTRIBUTE})*\s*/?>",  # a tag
        r"<[a-zA-Z][a-zA-Z0-9+.-]+:[^\s<>]*>",  # <https://…>
        rf"\]\((?:{_ADDRESS})(?:{_TITLE})?\s*\)",  # [words](address "title")
        r"\bhttps?://[^\s<>()\[\]]*",
        rf"^ {{0,3}}\[(?!\^)[^\]\n]{{1,200}}\]:[ \t]*\S+(?:{_TITLE})?",  # [name]: address "title"
    ]
)
_TOKEN = re.compile(
    r"\\begin\{([A-Za-z]+)(\*?)\}|\\\\[(\[]|" + DEFINING.pattern + r"|\\[^\n]|\{math\}(?=`)|`+|\$\$?|<!--|"
    rf"(?<![%\d])%%(?!%)|<((?i:pre|script|style|textarea|code))(?=[\s>])|{_PASSED}",
    re.MULTILINE,
)
_CLOSING_NOTE = re.compile(r"(?<!%)%%(?!%)")
_MATH_SCRIPT = re.compile(r"""<script\s[^<>]*type\s*=\s*["']?math/tex(;\s*mode=display)?["']?[^<>]*>""", re.IGNORECASE)
_INLINE_TOKEN = re.compile(
    r"\\(?:text(?:rm|bf|it|sf|tt|normal)?|mbox)[ ]?\{[^{}$\n]*(?:\$[^{}$\n]*\$[^{}$\n]*)+\}|\\[\s\S]|`+|\$"
)
_BACKTICKS = re.compile("`+")
_LABEL = re.compile(r"[ \t]*(?:\n[ \t>]{0,40})?\{:?[ \t]*#([^\s{}]{1,200})[^{}\n]{0,200}\}")
_LABEL_AFTER_DOLLARS = re.compile(r"[ \t]*\(([^\s(){}$]{1,200})\)[ \t]*(?=\n|\Z)")
_COLUMNS = {
    "alignat": re.compile(r"[ \t]*\{[ \t]*\d{1,2}[ \t]*\}"),
    "IEEEeqnarray": re.compile(r"[ \t]*\{[^{}\n]{0,80}\}"),
}
"""What says how many columns an environment has."""
_REST_OF_LINE = re.compile(rf"[ \t.,;:{JOINER}]*(?=\n|\Z)")

Lines = Callable[[int], Iterator[tuple[int, int, int]]]
"""From the offset of a line's start: (line start, content start, line end) of it and all that follow in the same
run, the last being the blank line (content start = line end) that ends it, or the text's end."""


@dataclass(frozen=True, slots=True)
class Found:
    """Math and where it stands, before sections are known; `lines` tells where the lines inside it begin."""

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


class _Closer:
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


class InlineScanner:
    """Collects the math of passages given in the order of the text."""

    def __init__(self, text: str, lines: Lines) -> None:
        self.text = text
        self.lines = lines
        self.found: list[Found] = []
        self.definitions: list[Span] = []
        """The places of abbreviations that are defined in running text."""
        self.diagnostics: list[Diagnostic] = []
        self._unclosed_dollars = False  # the last `$$` was not closed: its own `$$` may yet come
        self._no_bracket_before: dict[str, int] = {}  # no \] closes a \[ before this offset
        self._no_definition_before = 0  # none ends before this offset
        self._never_closed: set[str] = set()  # closing tags that no longer occur

    def scan(self, passage: Passage) -> tuple[int, bool]:
        """Collect a passage's math; returns where the block's text goes on, and whether it does.

        The first is the passage's end, or lies beyond it if a display or comment ran on; the second is False
        if a display that is not closed has used up the block.
        """
        view, base = passage.view, passage.start
        position = 0
        code = _CodeSpans(view)
        self._never_closed.discard("</code")
        unclosed: set[str] = set()
        no_dollar = False
        while (match := _TOKEN.search(view, position)) is not None:
            token, position = match.group(), match.end()
            if token[0] == "`":
                position = code.end(match.start(), position) or position
            elif token == "{math}":
                position = self._role(passage, position, code)
            elif token in ("$$", r"\[", r"\\[") or match[1]:
                opened = self._display(passage, match)
                if opened is None:
                    continue
                offset, goes_on = opened
                if offset > passage.end or not goes_on:
                    return offset, goes_on
                position = offset - base
            elif token in (r"\(", r"\\(") and token not in unclosed:
                close = token.replace("(", ")")
                closing = _Closer(close).find(view, position, len(view))
                if closing is None:
                    unclosed.add(token)
                else:
                    end = closing + len(close)
                    coding: Coding = "html" if len(token) == 2 else "markdown"
                    self._add(passage, Span(position, closing), Span(match.start(), end), coding)
                    position = end
            elif token == "$" and not no_dollar and position < len(view) and not view[position].isspace():
                closing = self._dollar(view, position, code)
                no_dollar = closing is None
                if closing is not None and _may_close(view, closing):
                    content = Span(position, closing)
                    if closing - position > 2 and view[position] == view[closing - 1] == "`":
                        content = Span(position + 1, closing - 1)
                    self._add(passage, content, Span(match.start(), closing + 1))
                    position = closing + 1
            elif token == "%%" or match[3] or token == "<!--":
                skipped = self._skipped(match, base, passage.end)
                if skipped is not None and skipped > passage.end:
                    return skipped, True
                position = position if skipped is None else skipped - base
            elif DEFINING.fullmatch(token):
                position = self._definition(passage, match)
        return passage.end, True

    def _role(self, passage: Passage, start: int, code: _CodeSpans) -> int:
        """Past the code span of a {math} role."""
        ticks = _BACKTICKS.match(passage.view, start)
        assert ticks is not None, "backticks follow {math}"
        end = code.end(start, ticks.end())
        if end is None:
            return ticks.end()
        content = Span(ticks.end(), end - (ticks.end() - start))
        self._add(passage, content, Span(start - len("{math}"), end), "tex")
        return end

    def _definition(self, passage: Passage, match: re.Match[str]) -> int:
        """Past a definition of an abbreviation in running text, as Pandoc has it."""
        start = passage.start + match.start()
        found = None if self._no_definition_before > start else definition_at(self.text, start, passage.end, {})
        if found is None:
            self._no_definition_before = passage.end
            return match.end()
        self.definitions.append(Span(start, found[1]))
        return max(found[1] - passage.start, match.end())

    def _dollar(self, view: str, start: int, code: _CodeSpans) -> int | None:
        """The next `$` that is neither escaped, nor in code, nor in a \\text group's own math."""
        position = start
        while (match := _INLINE_TOKEN.search(view, position)) is not None:
            position = match.end()
            if match.group() == "$":
                return match.start()
            if match.group()[0] == "`":
                position = code.end(match.start(), position) or position
        return None

    def _display(self, passage: Passage, match: re.Match[str]) -> tuple[int, bool] | None:
        r"""The display that `match` opens; None if it is plain text, else where the text goes on, and whether."""
        token = match.group()
        opener = Span(passage.start + match.start(), passage.start + match.end())
        environment = None
        if match[1]:
            if match[1] not in ENVIRONMENTS:
                if match[1] in UNREAD_ENVIRONMENTS:
                    self._report_unread(opener, match[1])
                return None
            environment = match[1] + match[2]
            counted = _COLUMNS.get(match[1])
            if counted is not None and (columns := counted.match(passage.view, match.end())):
                opener = Span(opener.start, passage.start + columns.end())
            closer = _Closer(rf"\end{{{environment}}}", token)
        elif token.endswith("["):
            if opener.start < self._no_bracket_before.get(token, 0):
                return None
            closer = _Closer(token.replace("[", "]"))
        else:
            closer = _Closer("$$")

        skips = passage.skips
        closing = closer.find(passage.view, match.end(), len(passage.view))
        if closing is not None:
            closing += passage.start
        else:
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
            if closing is None:
                if token.endswith("["):
                    self._no_bracket_before[token] = max(blank, opener.end)
                    return None
                self._report_unclosed(opener, environment, closer.close, self.text[opener.end : blank])
                return (blank, False) if passage.extendable else (passage.end, True)
        self._unclosed_dollars = False
        outer_end = closing + len(closer.close)
        label = _LABEL.match(self.text, outer_end)
        after = label.end() if label else outer_end
        content = Span(opener.end, closing)
        display = token != "$$" or self._stands_alone(passage, opener, content, after)
        if label is None and token == "$$" and (label := _LABEL_AFTER_DOLLARS.match(self.text, outer_end)):
            display = self._stands_alone(passage, opener, content, label.end())
            label, after = (label, label.end()) if display else (None, after)
        if self.text[content.start : content.end].strip():
            segments = _segments(content, skips)
            outer = Span(opener.start, outer_end)
            coding = coding_of(self.text, content, "markdown" if token == r"\\[" else "html")
            name = label[1] if label else None
            self.found.append(Found(content, outer, display, environment, name, segments, coding))
        return after, True

    def _stands_alone(self, passage: Passage, opener: Span, content: Span, after: int) -> bool:
        """Is `$$…$$` a display: over several lines, or with nothing else on its line?"""
        if "\n" in self.text[content.start : content.end]:
            return True
        before = opener.start - passage.start
        while before > 0 and passage.view[before - 1] in f" \t{JOINER}":
            before -= 1
        begins_line = before == 0 or passage.view[before - 1] == "\n"
        return begins_line and _REST_OF_LINE.match(self.text, after) is not None

    def add_fence(self, content: Span, outer: Span, label: str | None, skips: list[Span]) -> None:
        """Note the math of a fenced block."""
        if self.text[content.start : content.end].strip():
            self.found.append(Found(content, outer, True, None, label, _segments(content, skips)))

    def _add(self, passage: Passage, content: Span, outer: Span, coding: Coding = "html") -> None:
        """Note inline math whose place is given in the passage's own offsets."""
        base = passage.start
        inner = Span(base + content.start, base + content.end)
        if passage.view[content.start : content.end].strip():
            whole = Span(base + outer.start, base + outer.end)
            segments = _segments(inner, passage.skips)
            self.found.append(Found(inner, whole, False, None, None, segments, coding_of(self.text, inner, coding)))

    def _skipped(self, match: re.Match[str], base: int, end: int) -> int | None:
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
        if close in self._never_closed:
            return None
        stop = end if close == "</code" else len(self.text)
        match = re.compile(close, re.IGNORECASE).search(self.text, start, stop)
        if match is not None:
            return match.end()
        self._never_closed.add(close)
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

    def _report_unclosed(self, opener: Span, environment: str | None, close: str, rest: str) -> None:
        """Say so once: the `$$` that was meant to close an unclosed one opens nothing."""
        if environment is None:
            if self._unclosed_dollars and not rest.strip():
                self._unclosed_dollars = False
                return
            self._unclosed_dollars = True
        code, what = ("P011", "this display") if environment is None else ("P012", "this environment")
        self.diagnostics.append(
            Diagnostic(
                code,
                f"{what} is not closed",
                (Label(opener, "opened here"),),
                help=f"write {close} before the next blank line; LaTeX allows no blank line in a display",
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


class _CodeSpans:
    """Where code spans end in one passage: at the next run of as many backticks."""

    def __init__(self, view: str) -> None:
        self.view = view
        self._last: dict[int, int] | None = None

    def end(self, start: int, stop: int) -> int | None:
        """The end of the code span that the backticks start … stop open; None if they open none."""
        if self._last is None:
            self._last = {len(m.group()): m.start() for m in _BACKTICKS.finditer(self.view, start)}
        length = stop - start
        if self._last.get(length, -1) <= start:
            return None
        for match in _BACKTICKS.finditer(self.view, stop):
            if match.end() - match.start() == length:
                return match.end()
        return None


def _may_close(view: str, position: int) -> bool:
    """Pandoc's rule: no space before a closing `$`, no digit after it (`$5 and $6` is money)."""
    following = view[position + 1 : position + 2]
    return not view[position - 1].isspace() and not following.isdigit()


def _segments(content: Span, skips: list[Span]) -> tuple[Span, ...]:
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
