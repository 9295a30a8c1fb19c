"""The sentences that formulas stand in: what the prose before and after a formula makes of it.

If $a = 1$, then $b = c$.        Suppose that $A = A^\\top$; then …        …, provided $x = y$.
Let $t = 1$.  For $t = 1$ and $t = 2$ …     Setting $\\nabla f = 0$ …     …, where $W \\in \\mathbb{R}^{m \\times n}$
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
_PROPERTY = re.compile(
    r"(?:^|[\s(,;:*_])(?:with|satisfying|satisfies|satisfy|such\s+that|s\.t\.|subject\s+to|obeying|fulfilling|having)\s*$",
    re.IGNORECASE,
)
_LET = re.compile(
    r"\W*(?:let|suppose|assume)\b(?!.*\b(?:then|so|hence|thus|we|have|show|prove)\b)", re.IGNORECASE | re.DOTALL
)
_SETTLES = re.compile(
    r"\b(?:let|set|setting|define|defining|denote|denoting|fix|fixing|put|where|write|writing|choose|call|abbreviat\w+)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_STATIONARY = re.compile(
    r"\b(?:(?:set|sets|setting|equat\w+)\b[^.:;]*\b(?:zero|0)\b|stationar\w+\s+point|stationarity|critical\s+point|"
    r"first[- ]order\s+(?:optimality\s+)?condition|optimality\s+condition)",
    re.IGNORECASE,
)
_SOLVED = re.compile(
    r"\W*(?:and\s+|then\s+|which\s+|this\s+|we\s+)*(?:gives?|yields?|solv\w+|whose\s+solution)\b", re.IGNORECASE
)
_SECTION = re.compile(r"(?:^|\n)[ \t>]*#|\\(?:sub)*section\b|\\end\s*\{(?!itemize|enumerate|align|equation)")
_EXPLAINS = re.compile(r"[^\w\\]*(?:here|where|with|for|in which|wherein)\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_AND = re.compile(r"[\s,]*(?:and|or)?\s*$")
_NEW_PARAGRAPH = re.compile(r"[ \t]*\n[ \t]*\n")
_FOLLOWING = 80


@dataclass(frozen=True)
class Lead:
    """What the prose around a formula makes of it.

    condition: what it says is supposed; supposed: past its sentence too, up to the next formula that is `apart`, in
    another section; property: it says so of names that are declared beside it, unless it defines one.
    goes_on: its sentence began before it.
    explains: it tells what stands in the formula before it: `where $W …$`, also as a sentence of its own.
    settles: where it gives a name a number, that is the name's from here on; else it is one of several cases.
    stationary: where it says that something is 0, that is where a derivative vanishes.
    aside: it stands in parentheses.
    """

    condition: bool
    supposed: bool
    property: bool
    apart: bool
    goes_on: bool
    explains: bool
    settles: bool
    stationary: bool
    aside: bool


NO_LEAD = Lead(False, False, False, False, False, False, False, False, False)


def leads(text: str, blocks: Sequence[MathBlock]) -> Iterator[Lead]:
    """The lead of each formula of a text, in order."""
    lead = NO_LEAD
    letting = False
    for place, block in enumerate(blocks):
        before = blocks[place - 1] if place else None
        prose = text[before.outer.end if before is not None else 0 : block.outer.start]
        inside = prose.strip(" \t\r\n>")
        ends = list(_ENDS.finditer(inside + ("" if block.display else prose[len(prose.rstrip()) :])))
        sentence = inside[ends[-1].end() :] if ends else inside
        # A display is a paragraph by itself in many notes, and its sentence goes on behind it.
        apart = (
            inside[:1].isupper() if before is not None and before.display else _NEW_PARAGRAPH.match(prose) is not None
        )
        goes_on = before is not None and not ends and not apart
        joined = goes_on and _AND.match(inside) is not None
        brought_in = _CONDITION.search(sentence)
        letting = _LET.match(sentence) is not None if not goes_on else letting and joined and inside != ""
        condition = (joined and lead.condition) or brought_in is not None
        new_section = _SECTION.search(prose) is not None
        following = text[block.outer.end : block.outer.end + _FOLLOWING]
        lead = Lead(
            condition=condition,
            supposed=brought_in["lasts"] is not None if brought_in is not None else condition and lead.supposed,
            property=not (block.display or text.startswith("$$", block.outer.start))
            and (_PROPERTY.search(sentence) is not None or letting or (joined and inside != "" and lead.property)),
            apart=new_section,
            goes_on=goes_on,
            explains=not new_section
            and bool(
                _EXPLAINS.match(_COMMENT.sub("", prose)) is not None
                or (lead.explains and goes_on and not block.display and inside)
            ),
            settles=_SETTLES.search(sentence) is not None
            or (lead.settles if goes_on else _WORDS.search(sentence) is None),
            stationary=_STATIONARY.search(sentence) is not None
            or (goes_on and lead.stationary)
            or _SOLVED.match(following) is not None,
            aside=sentence.endswith("(") and following.startswith(")"),
        )
        yield lead
