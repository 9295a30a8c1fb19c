"""The text of a LaTeX document with its math taken out, and what is known of the document as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence as Many

from symbn.export import html_tex_words as words
from symbn.export.html_letters import written
from symbn.export.html_pieces import Headings, Render, Shown
from symbn.notes.markers import read_markers
from symbn.source import Span

OPEN, CLOSE = "\ue000", "\ue001"
_PLACEHOLDER = re.compile(f"{OPEN}(\\d+){CLOSE}")
_BRACES = re.compile(r"%[^\n]*|\\.|[{}]", re.DOTALL)
_SECTIONS = ("part", "chapter", "section", "subsection", "subsubsection")
_SECTION = re.compile(rf"\\({'|'.join(_SECTIONS)})(?![a-zA-Z])")
_NAMED = re.compile(r"\\newtheorem\*?\s*\{(\w{1,40})\}\s*(?:\[\w{1,40}\])?\s*\{([^{}\\]{1,80})\}")
_LABEL = re.compile(r"\\label\s*\{([^{}]{1,200})\}")
_ABBREVIATION = re.compile(
    r"\\(?:new|renew|provide)command\*?\s*\{?(\\[a-zA-Z]{1,40})\}?\s*\{([^\\{}$%#&~]{1,400})(?:\\xspace\s*)?\}"
)
_END = re.compile(r"\\end\s*\{document\}")


class TexDocument:
    """What stands in a document from `start` on; `math` are the places of its math.

    text: what is read, with a placeholder for each piece of math.  closing: for each opening brace the one that closes
    it.  named: the words that environments begin with.  abbreviations: those of plain words.  anchors: the places on
    the page of what has a label.  places: those of them that stand in the text itself.
    """

    def __init__(
        self,
        source: str,
        start: int,
        math: Many[Span],
        render: Render,
        anchors: Mapping[str, str],
    ) -> None:
        self._source = source
        self._math = math
        self._render = render
        self.abbreviations = dict(_ABBREVIATION.findall(source))
        self.named = {**words.THEOREMS, **dict(_NAMED.findall(source))}
        self.text = self._with_placeholders(start)
        self.closing = _matching(self.text)
        self.headings = Headings()
        labels = dict.fromkeys(label.strip() for label in _LABEL.findall(self.text))
        self.places = {label: f"place-{number}" for number, label in enumerate(labels, start=1)}
        self.anchors = {**self.places, **anchors}
        self._top = min((_SECTIONS.index(name) for name in _SECTION.findall(self.text)), default=0)
        self._left = set(range(len(math)))
        self._nowhere: set[str] = set()

    def _with_placeholders(self, start: int) -> str:
        text = read_markers(self._source).without_commentary(self._source)
        text = text.replace(OPEN, "\ufffd").replace(CLOSE, "\ufffd")
        parts = []
        for number, span in enumerate(self._math):
            parts += [text[start : span.start], f"{OPEN}{number}{CLOSE}"]
            start = span.end
        whole = "".join([*parts, text[start:]])
        end = _END.search(whole)
        return whole[: end.start()] if end else whole

    def formula(self, number: int, own: bool) -> Shown:
        """A piece of math, as a block of its own if it may be one."""
        self._left.discard(number)
        return self._render(number, own)

    def rest(self) -> str:
        """The math that was not shown, as it stood in what a page has no place for."""
        missing = [self._render(number, True) for number in sorted(self._left)]
        return "".join(one.inline if one.own else f"<p>{one.inline}</p>{one.below}" for one in missing)

    def heading(self, command: str, content: str) -> str:
        r"""The heading of a part of the document, by the command that names it; `\section` or one like it."""
        return self.headings.add(_SECTIONS.index(command.strip("\\*")) - self._top + 2, content)

    def find(self, what: str, position: int, end: int) -> int | None:
        """Where a text is found next; what is found nowhere is not looked for again."""
        found = -1 if what in self._nowhere else self.text.find(what, position)
        if found < 0:
            self._nowhere.add(what)
        return found if 0 <= found < end else None

    def raw(self, start: int, end: int) -> str:
        """Text as it stands in the document."""
        return _PLACEHOLDER.sub(self._formula_as_written, self.text[start:end])

    def as_written(self, start: int, end: int) -> str:
        """Text as it stands in the document, escaped."""
        return escaped(self.raw(start, end))

    def _formula_as_written(self, match: re.Match[str]) -> str:
        span = self._math[int(match[1])]
        return self._source[span.start : span.end]


def _matching(text: str) -> dict[int, int]:
    found: dict[int, int] = {}
    waiting: list[int] = []
    for brace in _BRACES.finditer(text):
        if brace.group() == "{":
            waiting.append(brace.start())
        elif brace.group() == "}" and waiting:
            found[waiting.pop()] = brace.start()
    return found


def escaped(text: str) -> str:
    """Lines of a document's own characters."""
    return "\n".join(map(written, text.split("\n")))
