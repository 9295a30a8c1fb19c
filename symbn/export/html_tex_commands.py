"""The commands of LaTeX's running text: what each shows on a page, and what it takes as its arguments."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from symbn.export import html_tex_words as words
from symbn.export.html_blocks import Blocks
from symbn.export.html_letters import written
from symbn.export.html_pieces import Shown
from symbn.export.html_tex_document import CLOSE, OPEN, TexDocument, escaped

_OPTION = re.compile(r"\s*\[([^\[\]]{0,400})\]")
_SPACE = re.compile(r"[ \t]*(?:\n[ \t]*(?=[^ \t\n]))?")
_WORD = re.compile(rf"\\(?:[a-zA-Z@]+|.)|{OPEN}\d+{CLOSE}", re.DOTALL)
_FI = re.compile(r"\\(?:fi|else)(?![a-zA-Z])")
_WEB = re.compile(r"https?://[^\s\"<>]+\Z", re.IGNORECASE)
_HEADINGS = frozenset(r"\part \chapter \section \subsection \subsubsection".split())
_DEEPEST = 12
"""Arguments within arguments that are read; what is deeper is shown as it is written."""


@dataclass
class Group:
    """What a brace or the beginning of an environment opened.

    spans: how many elements within the paragraph.  closing: what is shown at its end.  depth: how many blocks were
    open before it.
    """

    name: str | None = None
    spans: int = 0
    closing: str = ""
    depth: int | None = None


class Commands(ABC):
    """A part of a document: its whole text, or the argument of a command (`running`: it holds no blocks)."""

    def __init__(self, document: TexDocument, start: int, end: int, depth: int = 0) -> None:
        self.document, self.text = document, document.text
        self.start, self.end, self.depth = start, end, depth
        self.running = depth > 0
        self.blocks = Blocks()
        self.groups = [Group()]

    @abstractmethod
    def read(self) -> None:
        """Read all of it."""

    def end_paragraph(self) -> None:
        if self.running:
            self.blocks.text(" ")
        else:
            self.blocks.end_paragraph()

    # Arguments.

    def argument(self, position: int) -> tuple[int, int, int]:
        """Where an argument begins and ends, and where the text goes on: a group in braces, a command, a character."""
        while position < self.end and self.text[position].isspace():
            position += 1
        if position < self.end and self.text[position] == "{":
            end = self.document.closing.get(position, self.end)
            return (position + 1, end, end + 1) if end < self.end else (position, position, position)
        word = _WORD.match(self.text, position, self.end)
        end = word.end() if word else min(position + 1, self.end)
        return position, end, end

    def option(self, position: int) -> tuple[str | None, int]:
        """An option in brackets, if there is one, and where the text goes on."""
        option = _OPTION.match(self.text, position, self.end)
        return (None, position) if option is None else (option[1], option.end())

    def skipped(self, position: int, count: int) -> int:
        """Past so many arguments, and the options before and between them."""
        _, position = self.option(position)
        for _ in range(count):
            _, _, position = self.argument(position)
            _, position = self.option(position)
        return position

    def _inner(self, start: int, end: int) -> Shown:
        """What an argument shows."""
        if self.depth >= _DEEPEST:
            return Shown(self.document.as_written(start, end))
        reader = type(self)(self.document, start, end, self.depth + 1)
        reader.read()
        return reader.blocks.running()

    def _around(self, before: str, position: int, after: str) -> int:
        """Show an argument between two texts."""
        start, end, position = self.argument(position)
        inner = self._inner(start, end)
        self.blocks.add(Shown(f"{before}{inner.inline}{after}", inner.below))
        return position

    # Commands.

    def command(self, name: str, position: int) -> int:
        """Show what a command stands for; where the text goes on."""
        plain = name if len(name) == 2 else name.removesuffix("*")
        if plain in words.ACCENTS:
            start, end, position = self.argument(position)
            self.blocks.text(written(words.accented(plain, self.text[start:end])))
        elif plain in words.SIGNS:
            self.blocks.text(written(words.SIGNS[plain]))
            return self._after(plain, position)
        elif plain in words.SPANS:
            return self._span(words.SPANS[plain], position)
        elif plain in words.DECLARED:
            self.groups[-1].spans += 1
            self.blocks.open_span(words.DECLARED[plain])
            return self._after(plain, position)
        elif plain in words.OMITTED:
            return self._after(plain, self.skipped(position, words.OMITTED[plain]))
        elif plain in words.BREAKS:
            if not self.blocks.next_row():
                self.blocks.text("<br>")
            return self.option(position + self.text.startswith("*", position))[1]
        elif plain in words.REFERENCES or plain in words.CITATIONS:
            return self._reference(plain, position)
        elif (past := self._structure(plain, position)) is not None:
            return past
        else:
            return self._unknown(name, position)
        return position

    def _after(self, command: str, position: int) -> int:
        """TeX passes over space behind a command of letters."""
        space = _SPACE.match(self.text, position, self.end) if command[-1:].isalpha() else None
        return space.end() if space else position

    def _span(self, tag: str, position: int) -> int:
        """At an argument that becomes an element."""
        start, _, past = self.argument(position)
        if past > start and self.text[start - 1 : start] == "{":
            self.groups.append(Group(spans=1 if tag else 0))
            if tag:
                self.blocks.open_span(tag)
            return start
        return position

    def _reference(self, command: str, position: int) -> int:
        """`(eq:a)` for what a formula is called; `[knuth, p. 3]` for a citation."""
        option, position = self.option(position)
        start, end, position = self.argument(position)
        names = [name.strip() for name in self.document.raw(start, end).split(",")]
        if command in words.CITATIONS:
            said = [*names, option.replace("~", "\u00a0")] if option else names
            self.blocks.text(written(f"[{', '.join(said)}]"))
        else:
            shown = ", ".join(map(self._linked, names))
            self.blocks.text(f"({shown})" if command == r"\eqref" else shown)
        return position

    def _place(self, position: int) -> int:
        """The place that links to a label lead to, the first of its name."""
        start, end, position = self.argument(position)
        if not self.running and (place := self.document.places.pop(self.text[start:end].strip(), None)) is not None:
            self.blocks.text(f'<span id="{place}"></span>')
        return position

    def _linked(self, label: str) -> str:
        anchor = self.document.anchors.get(label)
        name = written(label.removeprefix("eq:"))
        return name if anchor is None else f'<a href="#{anchor}">{name}</a>'

    def _structure(self, name: str, position: int) -> int | None:
        """At a command that parts a text, or shows its argument in a way of its own; None for every other."""
        blocks = self.blocks
        if name in _HEADINGS and not self.running:
            start, end, position = self.argument(self.option(position)[1])
            if start == end:
                return None
            inner = self._inner(start, end)
            blocks.close_to(0)
            blocks.block(self.document.heading(name, inner.inline) + inner.below)
        elif name in (r"\paragraph", r"\subparagraph"):
            self.end_paragraph()
            position = self._around("<strong>", position, "</strong> ")
        elif name == r"\par":
            self.end_paragraph()
        elif name == r"\label":
            position = self._place(position)
        elif name == r"\item" and not self.running and blocks.item():
            label, position = self.option(position)
            blocks.text(f"<strong>{escaped(label)}</strong> " if label else "")
        elif name == r"\bibitem" and not self.running and blocks.item():
            start, end, position = self.argument(self.option(position)[1])
            blocks.text(f"[{self.document.as_written(start, end)}] ")
        elif name == r"\footnote":
            position = self._around(' <span class="footnote">[', self.option(position)[1], "]</span>")
        elif name == r"\enquote":
            position = self._around("“", position, "”")
        elif name == r"\caption":
            self.end_paragraph()
            position = self._around('<span class="caption">', self.option(position)[1], "</span>")
        elif name == r"\includegraphics":
            start, end, position = self.argument(self.option(position)[1])
            blocks.text(f'<span class="picture">[picture: {self.document.as_written(start, end)}]</span>')
        elif name in (r"\url", r"\href"):
            position = self._link(name, position)
        elif name == r"\multicolumn":
            position = self._around("", self.skipped(position, 2), "")
        elif name == r"\def":
            opening = self.text.find("{", position, min(position + 100, self.end))
            position = self.document.closing.get(opening, position - 1) + 1
        elif name == r"\iffalse":
            shown_again = _FI.search(self.text, position, self.end)
            position = shown_again.end() if shown_again else self.end
        else:
            return None
        return position

    def _link(self, command: str, position: int) -> int:
        """A link that leads to the web; to nowhere else."""
        start, end, position = self.argument(position)
        target = self.document.raw(start, end).replace("\\", "").strip()
        shown = Shown(f"<code>{written(target)}</code>")
        if command == r"\href":
            start, end, position = self.argument(position)
            shown = self._inner(start, end)
        if _WEB.match(target) and "<a " not in shown.inline:
            link = f'<a href="{written(target)}" rel="noopener noreferrer">{shown.inline}</a>'
            shown = Shown(link, shown.below)
        self.blocks.add(shown)
        return position

    def _unknown(self, name: str, position: int) -> int:
        """At a command without a rule: an abbreviation of plain words is put in, all others are shown as they are."""
        if name in self.document.abbreviations:
            self.blocks.text(escaped(self.document.abbreviations[name]))
            return position
        self.blocks.text(written(name))
        if self.text.startswith("{", position) and position in self.document.closing:
            self.blocks.text("{")
            self.groups.append(Group(closing="}"))
            return position + 1
        return position
