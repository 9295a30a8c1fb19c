"""What a note's text is made of on its page, whatever it is written in: pieces of running text, and headings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby


@dataclass(frozen=True)
class Shown:
    """A piece of math: what stands in its place, and what is said of it below the paragraph.

    own: it is a block and cannot stand in a paragraph.
    """

    inline: str
    below: str = ""
    own: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading of the note: the level it is shown at, its anchor, and its content."""

    level: int
    anchor: str
    content: str


Render = Callable[[int, bool], Shown]
"""(number of the piece of math, may it be a block?) → how it is shown"""


def parted(pieces: Iterable[Shown], bare: bool = False) -> str:
    """A paragraph, parted where a display stands in it; `bare`: without tags of its own."""
    shown = []
    for own, together in groupby(pieces, key=lambda piece: piece.own):
        content = "".join(piece.inline for piece in together)
        shown.append(content if own or bare or not content.strip() else f"<p>{content.strip()}</p>")
    return "".join(shown)


@dataclass
class Headings:
    """The headings so far: below the page's own, no level left out."""

    listed: list[Heading] = field(default_factory=list)

    def add(self, level: int, content: str) -> str:
        """One more, as an element."""
        above = self.listed[-1].level if self.listed else 1
        level = min(max(2, level), above + 1, 6)
        anchor = f"section-{len(self.listed) + 1}"
        self.listed.append(Heading(level, anchor, content))
        return f'<h{level} id="{anchor}">{content}</h{level}>'
