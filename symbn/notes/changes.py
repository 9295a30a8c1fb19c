r"""Changes of what is written, as data: some characters become others, between them what is kept of the author's own.

    change ::= span → (text | kept span)*          A B → B A keeps both factors and what stands between them

Changes are made together where they stand apart, or one inside of what the other keeps; so two small changes make a
larger one, and each can be shown in the note by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence as Many
from dataclasses import dataclass
from typing import TypeAlias

from symbn.source import Span

Piece: TypeAlias = str | Span
_OPEN_COMMAND = re.compile(r"\\[a-zA-Z]+\Z")


@dataclass(frozen=True)
class Change:
    """The characters of `span` become the pieces; `kind` is the slip it mends, `what` says it in words."""

    kind: str
    span: Span
    pieces: tuple[Piece, ...]
    what: str

    def keeps(self, other: Change) -> bool:
        """Whether another change lies in something that this one keeps."""
        return any(isinstance(piece, Span) and _holds(piece, other.span) for piece in self.pieces)

    def agrees_with(self, other: Change) -> bool:
        """Whether both can be made."""
        apart = self.span.end <= other.span.start or other.span.end <= self.span.start
        return (apart and self.span != other.span) or self.keeps(other) or other.keeps(self)


def changed(text: str, span: Span, changes: Many[Change]) -> str:
    """The text of a span after changes that agree with each other."""
    outer = [c for k, c in enumerate(changes) if not any(_is_inside(c, k, d, j) for j, d in enumerate(changes))]
    outer.sort(key=lambda c: (c.span.start, c.span.end, not _is_attached(c)))
    parts: list[str] = []
    at = span.start
    for change in outer:
        parts.append(text[at : change.span.start])
        for piece in change.pieces:
            if isinstance(piece, str):
                parts.append(piece)
            else:
                inside = [c for c in changes if c is not change and _holds(piece, c.span)]
                parts.append(changed(text, piece, inside))
        at = change.span.end
    parts.append(text[at : span.end])
    return _joined(parts)


def _holds(piece: Span, inner: Span) -> bool:
    """Whether a change at `inner` is one of `piece`; what is put at its very front is not."""
    return piece.start <= inner.start and inner.end <= piece.end and inner.end > piece.start


def _is_inside(change: Change, place: int, other: Change, other_place: int) -> bool:
    """Whether a change is made inside another one; of two that hold each other the first is the outer one."""
    if other_place == place or not other.keeps(change):
        return False
    return not change.keeps(other) or other_place < place


def _is_attached(change: Change) -> bool:
    """Whether something is put behind what stands there: a script."""
    return bool(change.pieces) and isinstance(change.pieces[0], str) and change.pieces[0].startswith(("^", "_", "'"))


def _joined(parts: Iterable[str]) -> str:
    r"""Parts one after the other; \mu and x do not become \mux."""
    whole = ""
    for part in parts:
        if part[:1].isalpha() and _OPEN_COMMAND.search(whole):
            whole += " "
        whole += part
    return whole
