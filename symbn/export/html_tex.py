r"""The text of a LaTeX document as HTML, with its math put in by the caller.

Only what has a rule in `html_tex_words` becomes an element or is left out; every other command is shown as it is
written, and all text is escaped.  Each piece of math is a placeholder while the text is read, so that no rule touches
it.  Nothing is executed: of a document's own abbreviations only those of plain words are put in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence as Many

from symbn.export import html_tex_words as words
from symbn.export.html_letters import written
from symbn.export.html_pieces import Heading, Render
from symbn.export.html_tex_commands import Commands, Group
from symbn.export.html_tex_document import CLOSE, OPEN, TexDocument, escaped
from symbn.source import Span

_TOKEN = re.compile(
    rf"{OPEN}(?P<math>\d+){CLOSE}|(?P<comment>%[^\n]*(?:\n[ \t]*(?=[^ \t\n]))?)|"
    r"\\begin\s*\{(?P<begin>[^{}\n]{1,80})\}|\\end\s*\{(?P<end>[^{}\n]{1,80})\}|"
    r"\\(?:verb\*?|lstinline)(?P<quote>[^A-Za-z\s*{])|(?P<command>\\[a-zA-Z@]+\*?|\\.)|"
    r"(?P<space>\n[ \t]*\n\s*)|(?P<mark>---?|``|''|[`'~&{}])",
    re.DOTALL,
)

_DEEPEST = 40
"""Blocks within blocks; the beginning of one that is deeper is shown as it is written."""


class TexProse:
    """The text of a document from `start` on; `math` are the places of its math.

    `anchors` are the places on the page of what has a label.
    """

    def __init__(
        self,
        text: str,
        start: int,
        math: Many[Span],
        render: Render,
        anchors: Mapping[str, str] | None = None,
    ) -> None:
        self._document = TexDocument(text, start, math, render, anchors or {})

    @property
    def headings(self) -> list[Heading]:
        return self._document.headings.listed

    def html(self) -> str:
        """The whole text; math that it does not show (in what a page has no place for) stands at its end."""
        reader = _Reader(self._document, 0, len(self._document.text))
        reader.read()
        return reader.blocks.html() + self._document.rest()


class _Reader(Commands):
    """Reads a part of a document from its start to its end."""

    def __init__(self, document: TexDocument, start: int, end: int, depth: int = 0) -> None:
        super().__init__(document, start, end, depth)
        self._begun: Counter[str] = Counter()
        """How many environments of each name are open."""

    def read(self) -> None:
        position = self.start
        while (token := _TOKEN.search(self.text, position, self.end)) is not None:
            self.blocks.text(escaped(self.text[position : token.start()]))
            position = self._past(token)
        self.blocks.text(escaped(self.text[position : self.end]))

    def _past(self, token: re.Match[str]) -> int:
        """Show what a token begins; where the text goes on."""
        if token["math"]:
            own = self.blocks.takes_displays and not self.running
            self.blocks.add(self.document.formula(int(token["math"]), own))
        elif token["space"]:
            self.end_paragraph()
        elif token["begin"]:
            return self._begin(token, token["begin"].strip())
        elif token["end"]:
            self._end(token, token["end"].strip())
        elif token["quote"]:
            return self._verb(token)
        elif token["command"]:
            return self.command(token["command"], token.end())
        elif token["mark"]:
            self._mark(token["mark"])
        return token.end()

    def _mark(self, mark: str) -> None:
        if mark == "{":
            self.groups.append(Group())
        elif mark == "}":
            if len(self.groups) > 1 and self.groups[-1].name is None:
                self._leave(self.groups.pop())
        elif mark == "&":
            if not self.blocks.next_cell():
                self.blocks.text("&amp;")
        else:
            self.blocks.text(words.SIGNS[mark])

    def _leave(self, group: Group) -> None:
        """Close what a group opened."""
        if group.name is not None:
            self._begun[group.name] -= 1
        for _ in range(group.spans):
            self.blocks.close_span()
        self.blocks.text(group.closing)
        if group.depth is not None:
            self.blocks.close_to(group.depth)

    # Environments.

    def _begin(self, token: re.Match[str], name: str) -> int:
        """At the beginning of an environment."""
        position, plain, blocks = token.end(), name.removesuffix("*"), self.blocks
        group = Group(name, depth=None if self.running else blocks.depth)
        if plain in words.VERBATIM or plain in words.UNSEEN or plain in words.DRAWN:
            return self._passed_over(token, name, plain)
        known = plain in words.PLACED or plain in words.KNOWN or name in self.document.named
        if self.running or not known or blocks.depth > _DEEPEST:
            blocks.text(self.document.as_written(token.start(), token.end()))
            group = Group(name, closing=written(rf"\end{{{name}}}"))
        elif plain in words.LISTS:
            blocks.open(words.LISTS[plain])
            position = self.option(position)[1]
        elif plain in words.QUOTES:
            blocks.open("blockquote")
        elif name in self.document.named:
            blocks.open("div", ' class="theorem"')
            note, position = self.option(position)
            blocks.text(
                f"<strong>{written(self.document.named[name])}{f' ({escaped(note)})' if note else ''}.</strong> "
            )
        elif plain in words.TABLES:
            position = self.skipped(position, words.TABLES[plain])
            blocks.open_table()
        elif name == "thebibliography":
            blocks.block(self.document.headings.add(2, "References"))
            blocks.open("ul")
            position = self.skipped(position, 1)
        else:
            blocks.end_paragraph()
            position = self.skipped(position, words.PLACED_WITH.get(plain, 0))
        self.groups.append(group)
        self._begun[name] += 1
        return position

    def _end(self, token: re.Match[str], name: str) -> None:
        if not self._begun[name]:
            self.blocks.text(self.document.as_written(token.start(), token.end()))
            return
        while (group := self.groups.pop()).name != name:
            self._leave(group)
        self._leave(group)

    def _passed_over(self, token: re.Match[str], name: str, plain: str) -> int:
        """Past an environment of which nothing is read."""
        closing = rf"\end{{{name}}}"
        end = self.document.find(closing, token.end(), self.end)
        if end is None:
            self.blocks.text(self.document.as_written(token.start(), token.end()))
            return token.end()
        if plain in words.VERBATIM:
            start = self.option(token.end())[1]
            code = self.document.as_written(start, end).strip("\n")
            shown = f'<pre tabindex="0"><code>{code}</code></pre>'
        else:
            shown = '<p class="picture">[picture]</p>' if plain in words.DRAWN else ""
        if self.running:
            self.blocks.text(self.document.as_written(token.start(), end + len(closing)))
        else:
            self.blocks.block(shown)
        return end + len(closing)

    def _verb(self, token: re.Match[str]) -> int:
        line_end = self.document.find("\n", token.end(), self.end)
        end = self.text.find(token["quote"], token.end(), self.end if line_end is None else line_end)
        if end < 0:
            self.blocks.text(self.document.as_written(token.start(), token.end()))
            return token.end()
        self.blocks.text(f"<code>{self.document.as_written(token.end(), end)}</code>")
        return end + 1
