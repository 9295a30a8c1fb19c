r"""Math in running text: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and bare environments, past code, comments and escapes.

Also `\\(…\\)` and `\\[…\\]`, which Markdown hands on to TeX with one backslash less, MyST's {math}`…`, and
`<script type="math/tex">`.  Passed over: HTML's tags, where links lead, and Obsidian's %% comments %%.  Every
character is looked at a bounded number of times.
"""

from __future__ import annotations

import re

from symbn.notes.displays import Closer, Displays
from symbn.notes.foreign_text import BACKTICKS, CodeSpans, ForeignText
from symbn.notes.macros import DEFINING, definition_at
from symbn.notes.passages import Found, Lines, Passage, segments_of
from symbn.notes.transcript import Coding, coding_of
from symbn.source import Span

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
_INLINE_TOKEN = re.compile(
    r"\\(?:text(?:rm|bf|it|sf|tt|normal)?|mbox)[ ]?\{[^{}$\n]*(?:\$[^{}$\n]*\$[^{}$\n]*)+\}|\\[\s\S]|`+|\$"
)


class InlineScanner(Displays, ForeignText):
    """Collects the math of passages given in the order of the text."""

    def __init__(self, text: str, lines: Lines) -> None:
        super().__init__(text, lines)
        self.definitions: list[Span] = []
        """The places of abbreviations that are defined in running text."""
        self._no_definition_before = 0  # none ends before this offset

    def scan(self, passage: Passage) -> tuple[int, bool]:
        """Collect a passage's math; returns where the block's text goes on, and whether it does.

        The first is the passage's end, or lies beyond it if a display or comment ran on; the second is False
        if a display that is not closed has used up the block.
        """
        view, base = passage.view, passage.start
        position = 0
        code = CodeSpans(view)
        self.never_closed.discard("</code")
        unclosed: set[str] = set()
        no_dollar = False
        while (match := _TOKEN.search(view, position)) is not None:
            token, position = match.group(), match.end()
            if token[0] == "`":
                position = code.end(match.start(), position) or position
            elif token == "{math}":
                position = self._role(passage, position, code)
            elif token in ("$$", r"\[", r"\\[") or match[1]:
                opened = self.display(passage, match)
                if opened is None:
                    continue
                offset, goes_on = opened
                if offset > passage.end or not goes_on:
                    return offset, goes_on
                position = offset - base
            elif token in (r"\(", r"\\(") and token not in unclosed:
                close = token.replace("(", ")")
                closing = Closer(close).find(view, position, len(view))
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
                skipped = self.skipped(match, base, passage.end)
                if skipped is not None and skipped > passage.end:
                    return skipped, True
                position = position if skipped is None else skipped - base
            elif DEFINING.fullmatch(token):
                position = self._definition(passage, match)
        return passage.end, True

    def _role(self, passage: Passage, start: int, code: CodeSpans) -> int:
        """Past the code span of a {math} role."""
        ticks = BACKTICKS.match(passage.view, start)
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

    def _dollar(self, view: str, start: int, code: CodeSpans) -> int | None:
        """The next `$` that is neither escaped, nor in code, nor in a \\text group's own math."""
        position = start
        while (match := _INLINE_TOKEN.search(view, position)) is not None:
            position = match.end()
            if match.group() == "$":
                return match.start()
            if match.group()[0] == "`":
                position = code.end(match.start(), position) or position
        return None

    def add_fence(self, content: Span, outer: Span, label: str | None, skips: list[Span]) -> None:
        """Note the math of a fenced block."""
        if self.text[content.start : content.end].strip():
            self.found.append(Found(content, outer, True, None, label, segments_of(content, skips)))

    def _add(self, passage: Passage, content: Span, outer: Span, coding: Coding = "html") -> None:
        """Note inline math whose place is given in the passage's own offsets."""
        base = passage.start
        inner = Span(base + content.start, base + content.end)
        if passage.view[content.start : content.end].strip():
            whole = Span(base + outer.start, base + outer.end)
            segments = segments_of(inner, passage.skips)
            self.found.append(Found(inner, whole, False, None, None, segments, coding_of(self.text, inner, coding)))


def _may_close(view: str, position: int) -> bool:
    """Pandoc's rule: no space before a closing `$`, no digit after it (`$5 and $6` is money)."""
    following = view[position + 1 : position + 2]
    return not view[position - 1].isspace() and not following.isdigit()
