"""Paragraphs of running text within blocks, as HTML whose elements are closed in their order, whatever is asked for."""

from __future__ import annotations

import re

from symbn.export.html_pieces import Shown, parted

_TAGS = re.compile(r"<[^<>]*>")
_ITEMS = frozenset(["ul", "ol"])
_BARE = frozenset(["li", "td"])


class Blocks:
    """What was written so far: finished blocks, the blocks that are open, and the paragraph that is being written."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._open: list[str] = []
        self._pieces: list[Shown] = []
        self._spans: list[str] = []
        self._fresh = False
        """Whether the innermost block holds nothing yet."""

    @property
    def takes_displays(self) -> bool:
        """Whether a display may stand here."""
        return not self._spans and "td" not in self._open

    def add(self, piece: Shown) -> None:
        """One more piece of running text."""
        self._pieces.append(piece)

    def text(self, shown: str) -> None:
        """Text that is escaped already."""
        self._pieces.append(Shown(shown))

    def open_span(self, tag: str) -> None:
        """What follows stands in an element within the paragraph, and in those after it until it is closed."""
        self._spans.append(tag)
        self.text(f"<{tag}>")

    def close_span(self) -> None:
        self.text(f"</{self._spans.pop()}>")

    def end_paragraph(self) -> None:
        """What follows is a new paragraph."""
        if not any(piece.own or piece.below or _is_seen(piece.inline) for piece in self._pieces):
            return
        pieces, below = self._pieces, "".join(piece.below for piece in self._pieces)
        self._pieces = [Shown(f"<{tag}>") for tag in self._spans]
        pieces += [Shown(f"</{tag}>") for tag in reversed(self._spans)]
        if self._open and self._open[-1] in _ITEMS:
            self._enter("li")
        bare = bool(self._open) and self._open[-1] in _BARE and self._fresh
        self._done += [parted(pieces, bare), below]
        self._fresh = False

    def open(self, tag: str, attributes: str = "") -> None:
        """Begin a block."""
        self.end_paragraph()
        if tag != "li" and self._open and self._open[-1] in _ITEMS:
            self._enter("li")
        self._enter(tag, attributes)

    def item(self) -> bool:
        """Begin the next item of the list that is open; False if none is."""
        lists = [place for place, tag in enumerate(self._open) if tag in _ITEMS]
        if not lists:
            return False
        self.close_to(lists[-1] + 1)
        self._enter("li")
        return True

    def _enter(self, tag: str, attributes: str = "") -> None:
        self._open.append(tag)
        self._done.append(f"<{tag}{attributes}>")
        self._fresh = True

    @property
    def depth(self) -> int:
        """How many blocks are open."""
        return len(self._open)

    def close_to(self, depth: int) -> None:
        """Close blocks until so many are open; a row of a table that holds nothing is dropped."""
        self.end_paragraph()
        if len(self._open) > depth and self._done[-2:] == ["<tr>", "<td>"]:
            del self._done[-2:], self._open[-2:]
        while len(self._open) > depth:
            self._done.append(f"</{self._open.pop()}>")
            self._fresh = False

    def block(self, html: str) -> None:
        """A finished block."""
        self.end_paragraph()
        if self._open and self._open[-1] in _ITEMS:
            self._enter("li")
        self._done.append(html)
        self._fresh = False

    def html(self) -> str:
        """All of it; what is open is closed."""
        while self._spans:
            self.close_span()
        self.close_to(0)
        return "".join(self._done)

    def running(self) -> Shown:
        """All of it as running text, without blocks."""
        while self._spans:
            self.close_span()
        inline = "".join(piece.inline for piece in self._pieces)
        return Shown(inline, "".join(piece.below for piece in self._pieces))

    # Tables.

    def open_table(self) -> None:
        """Begin a table, with its first cell."""
        self.open("table")
        for tag in ("tbody", "tr", "td"):
            self._enter(tag)

    def next_cell(self) -> bool:
        """Begin the next cell of the table that is open; False if none is."""
        return self._new("td", ("td",))

    def next_row(self) -> bool:
        """Begin the next row of the table that is open; False if none is."""
        return self._new("tr", ("tr", "td"))

    def _new(self, last: str, tags: tuple[str, ...]) -> bool:
        places = [place for place, tag in enumerate(self._open) if tag == last]
        if not places:
            return False
        self.close_to(places[-1])
        for tag in tags:
            self._enter(tag)
        return True


def _is_seen(inline: str) -> bool:
    """Whether a piece is more than space and empty elements, such as the place that a link leads to."""
    return bool(_TAGS.sub("", inline).strip())
