"""The corpus: notes of true claims, and where the right side of each claim stands in its note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from symbn.expr.statement import Statement
from symbn.note import Note
from symbn.notes.lexer import tokenize
from symbn.notes.markdown import scan
from symbn.notes.rows import parse_block
from symbn.notes.syntax import Syntax
from symbn.source import Span

FOLDER = Path(__file__).parent
NOTES = tuple(sorted(path.stem for path in FOLDER.glob("*.md")))


@dataclass(frozen=True)
class Claim:
    """One claim of a note: its statement, and its right side as it is written."""

    note: str
    text: str
    statement: Statement
    right: Syntax

    def __str__(self) -> str:
        return f"{self.note}:{self.statement.id}"


@cache
def read(note: str) -> Note:
    """A note of the corpus."""
    return Note.read(FOLDER / f"{note}.md")


def claims(note: str) -> Iterator[Claim]:
    """The claims of a note, in its order."""
    text = read(note).source.text
    rights = right_sides(text)
    for statement in read(note).statements:
        if statement.kind == "claim":
            yield Claim(note, text, statement, rights[statement.span])


def right_sides(text: str) -> dict[Span, Syntax]:
    """The right side of every equation, by the place its statement has: a chain's later links begin at the sign."""
    found: dict[Span, Syntax] = {}
    for block in scan(text).blocks:
        tokens = tokenize(text, block.segments)
        chains = parse_block(tokens)[0] if tokens else []
        for chain in chains:
            for place, (link, right) in enumerate(zip(chain.links, chain.sides[1:], strict=True)):
                first = chain.sides[0].span if place == 0 else link.span
                found[first.to(right.span)] = right
    return found
