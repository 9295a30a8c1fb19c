"""The sentences that formulas stand in: what the prose before and after a formula makes of it.

If $a = 1$, then $b = c$.        Suppose that $A = A^\\top$; then …        …, provided $x = y$.
Let $t = 1$.  For $t = 1$ and $t = 2$ …     Setting $\\nabla f = 0$ …     …, where $W \\in \\mathbb{R}^{m \\times n}$
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symbn.notes.imposed import Imposed, concludes, imposed_by
from symbn.notes.markdown import MathBlock
from symbn.notes.prose import CONDITIONS, HEADING, NEXT_HEADING, SUPPOSING, one_of
from symbn.notes.special_cases import gives_something, is_brought_in_by_for, is_chosen, is_special, stands_behind

_ENDS = re.compile(rf"(?:(?<![ei]\.[ge])\.|[!?])[\"')*_}}]*(?:\s|$)|\n[ \t]*\n|{NEXT_HEADING}|\\par\b")
_CONDITION = re.compile(
    rf"(?:^|[\s(,;:*_])(?:{one_of(CONDITIONS)}|(?P<lasts>{one_of(SUPPOSING)}(?:e|ing)))(?:\s+that)?"
    r"(?:\s+(?:now|here|also|further|in addition|from now on))*[\s:*_]*$",
    re.IGNORECASE,
)
_PROPERTY = re.compile(
    r"(?:^|[\s(,;:*_])(?:with|satisfying|(?<!\bit\s)satisfies|satisfy|such\s+that|s\.t\.|subject\s+to|obeying|fulfilling|having)\s*$",
    re.IGNORECASE,
)
_LET = re.compile(
    rf"\W*(?P<word>let|{one_of(SUPPOSING)}e)\b(?!.*\b(?:then|so|hence|thus|we|have|show|prove)\b)",
    re.IGNORECASE | re.DOTALL,
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
_SECTION = re.compile(rf"{HEADING}|\\end\s*\{{(?!itemize|enumerate|align|equation)")
_EXPLAINS = re.compile(r"[^\w\\]*(?:here|where|with|for|in which|wherein)\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_AND = re.compile(r"[\s,]*(?:and|or)?\s*$")
_NEW_PARAGRAPH = re.compile(r"[ \t]*\n[ \t]*\n")
_NEW_CASE = re.compile(r"[ \t]*\n[ \t>]*(?:[-*+]\s+|[*_]+)?Case\b")
_FOLLOWING = 80
_LONGEST = 400
"""So much of a sentence is looked at that goes on over formulas."""
_FORMULAS = 4
"""So many of a sentence are looked at behind one of its formulas."""


@dataclass(frozen=True)
class Lead:
    """What the prose around a formula makes of it.

    condition: what it says is supposed; supposed: past its sentence too, up to the next formula that is `apart`, in
    another section; property: it says so of names that are declared beside it, unless it defines one.
    goes_on: its sentence began before it.
    explains: it tells what stands in the formula before it: `where $W …$`, also as a sentence of its own.
    settles: where it gives a name a constant value, that is the name's from here on; else it is one of several cases.
    special: what it says of a declared name is a special case; says_more: what is so then is said behind it in its
    sentence; else it reaches over its section, unless `for` brings it in.
    chosen: `setting`, `choosing` or the like brings it in.
    brought_in_by_for: `for`, `in the case` or `with` stands right before it.
    behind: no more than `for`, `if` or a comma stands between it and the formula before it.
    imposed: its sentence imposes it, as a constraint, or at an optimum; follows: from the formula before it, in words.
    stationary: where it says that something is 0, that is where a derivative vanishes.
    aside: it stands in parentheses.
    lets: the word that its sentence begins with, if that is `let` or `suppose`: what it says of a name is no claim.
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
    lets: str
    special: bool = False
    says_more: bool = False
    chosen: bool = False
    brought_in_by_for: bool = False
    behind: bool = False
    imposed: Imposed = ""
    follows: bool = False


NO_LEAD = Lead(False, False, False, False, False, False, False, False, False, "")


def leads(text: str, blocks: Sequence[MathBlock]) -> Iterator[Lead]:
    """The lead of each formula of a text, in order."""
    lead, so_far = NO_LEAD, ""
    letting, settled = "", False
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
        apart = apart or (before is not None and _NEW_CASE.match(prose) is not None)
        goes_on = before is not None and not ends and not apart
        joined = goes_on and _AND.match(inside) is not None
        flows = goes_on and before is not None and not (before.display and (block.display or not inside))
        so_far = " ".join([so_far, _plain(sentence)] if flows else [_plain(sentence)])[-_LONGEST:]
        brought_in = _CONDITION.search(sentence)
        if not goes_on:
            begun = _LET.match(sentence)
            letting = "" if begun is None else begun["word"].lower()
        elif not (joined and inside):
            letting = ""
        condition = (joined and lead.condition) or brought_in is not None
        new_section = _SECTION.search(prose) is not None
        following = text[block.outer.end : block.outer.end + _FOLLOWING]
        rest, leads_on = _rest_of_sentence(text, blocks, place)
        says_more = leads_on or gives_something(rest)
        by_for = is_brought_in_by_for(sentence) or (joined and lead.brought_in_by_for)
        settles = _SETTLES.search(sentence) is not None
        settled = settles or (settled and not by_for if goes_on else _WORDS.search(sentence) is None)
        goes_on_so = lead.special and goes_on and not settles and not gives_something(sentence)
        lead = Lead(
            condition=condition,
            supposed=brought_in["lasts"] is not None if brought_in is not None else condition and lead.supposed,
            property=not (block.display or text.startswith("$$", block.outer.start))
            and bool(_PROPERTY.search(sentence) or letting or (joined and inside and lead.property)),
            apart=new_section,
            goes_on=goes_on,
            explains=not new_section
            and bool(
                _EXPLAINS.match(_COMMENT.sub("", prose)) is not None
                or (lead.explains and goes_on and not block.display and inside)
            ),
            settles=settled and not (following.startswith(":") and _WORDS.search(sentence) is None and not goes_on),
            stationary=_STATIONARY.search(sentence) is not None
            or (goes_on and lead.stationary)
            or _SOLVED.match(following) is not None,
            aside=sentence.endswith("(") and following.startswith(")"),
            lets=letting,
            special=goes_on_so or is_special(sentence, rest),
            says_more=says_more,
            chosen=is_chosen(sentence) or (goes_on_so and lead.chosen),
            brought_in_by_for=by_for,
            behind=goes_on and stands_behind(prose),
            imposed=imposed_by(so_far),
            follows=flows or (concludes(sentence) and not new_section),
        )
        yield lead


def _plain(sentence: str) -> str:
    return " ".join(_COMMENT.sub("", sentence).split())


def _rest_of_sentence(text: str, blocks: Sequence[MathBlock], place: int) -> tuple[str, bool]:
    """The words of a sentence behind a formula, and whether another formula stands among them, not joined by `and`."""
    words, leads_on = [], False
    for at in range(place, min(place + _FORMULAS, len(blocks))):
        start = blocks[at].outer.end
        behind = blocks[at + 1].outer.start if at + 1 < len(blocks) else start + _FOLLOWING
        prose = text[start : min(behind, start + _FOLLOWING)]
        end = _ENDS.search(prose)
        words.append(prose[: end.start()] if end is not None else prose)
        if end is not None or at + 1 == len(blocks):
            break
        leads_on = leads_on or _AND.match(prose) is None
    return " ".join(words), leads_on
