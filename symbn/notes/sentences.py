"""The sentences that formulas stand in: which of them the prose brings in as a condition, and what is said under it.

If $a = 1$, then $b = c$.        Suppose that $A = A^\\top$; then …        …, provided $x = y$.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symbn.notes.markdown import MathBlock

_ENDS = re.compile(r"[.!?][\"')*_}]*(?:\s|$)|\n[ \t]*\n|\n[ \t>]*#|\\(?:sub)*section\b|\\par\b")
_CONDITION = re.compile(
    r"(?:^|[\s(,;:*_])(?:if|iff|when|whenever|unless|provided|(?P<lasts>suppose|assume|assuming|supposing))(?:\s+that)?"
    r"(?:\s+(?:now|here|also|further|in addition|from now on))*[\s:*_]*$",
    re.IGNORECASE,
)
_SECTION = re.compile(r"(?:^|\n)[ \t>]*#|\\(?:sub)*section\b|\\end\s*\{(?!itemize|enumerate|align|equation)")
_EXPLAINS = re.compile(r"[^\w\\]*(?:here|where|with|for|in which|wherein)\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_AND = re.compile(r"[\s,]*(?:and|or)?\s*$")
_NEW_PARAGRAPH = re.compile(r"[ \t]*\n[ \t]*\n")


@dataclass(frozen=True)
class Lead:
    """What stands before a formula: whether it makes a condition of it, and whether its sentence began before it.

    supposed: whether the condition holds past its sentence, up to the next formula that is `apart`, in another section.
    explains: whether the formula tells what stands in the one before it: `where $W …$`, also as a sentence of its own.
    """

    condition: bool
    goes_on: bool
    supposed: bool
    apart: bool
    explains: bool


def leads(text: str, blocks: Sequence[MathBlock]) -> Iterator[Lead]:
    """The lead of each formula of a text, in order."""
    before: MathBlock | None = None
    condition = supposed = explains = False
    for block in blocks:
        prose = text[before.outer.end if before is not None else 0 : block.outer.start]
        inside = prose.strip(" \t\r\n>")
        ends = list(_ENDS.finditer(inside + ("" if block.display else prose[len(prose.rstrip()) :])))
        # A display is a paragraph by itself in many notes, and its sentence goes on behind it.
        apart = (
            inside[:1].isupper() if before is not None and before.display else _NEW_PARAGRAPH.match(prose) is not None
        )
        goes_on = before is not None and not ends and not apart
        joined = condition and goes_on and _AND.match(inside) is not None
        brought_in = _CONDITION.search(inside[ends[-1].end() :] if ends else inside)
        condition = joined or brought_in is not None
        supposed = brought_in["lasts"] is not None if brought_in is not None else joined and supposed
        new_section = _SECTION.search(prose) is not None
        explains = not new_section and bool(
            _EXPLAINS.match(_COMMENT.sub("", prose)) is not None
            or (explains and goes_on and not block.display and inside)
        )
        yield Lead(condition, goes_on, supposed, new_section, explains)
        before = block
