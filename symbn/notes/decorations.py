r"""What LaTeX draws around a formula and over its relations: how far its arguments reach, and what they say.

A colour, a phantom, a footnote say nothing.  What is written over a relation may: \overset{(a)}{=} gives a reason,
\overset{\text{def}}{=} defines, \overset{d}{=} is another relation.
"""

from __future__ import annotations

import re

from symbn.source import Span

UNSEEN = frozenset(
    r"""\hspace \vspace \phantom \hphantom \vphantom \color \cline \cmidrule \footnote \footnotetext \thanks
    \require""".split()
)
"""What has an argument that is no part of the formula."""

SIGNS_OF_AN_END = frozenset(r"\qed \qedhere \qedsymbol \blacksquare \square \Box".split())
"""What stands at the end of a proof."""

FRAMES = {
    r"\boxed": 0, r"\fbox": 0, r"\framebox": 0, r"\cancel": 0, r"\bcancel": 0, r"\xcancel": 0,
    r"\textcolor": 1, r"\colorbox": 1, r"\enclose": 1, r"\fcolorbox": 2,
}  # fmt: skip
r"""What is drawn around its argument or through it, and how many arguments say a colour or a form before.

A term that is struck out together with another is still there: a + \cancel{b} - \cancel{b}.
"""

TEXT_FRAMES = frozenset(r"\fbox \framebox \colorbox \fcolorbox".split())
"""The frames whose argument is text, math in it between dollars."""

MARKED = frozenset(r"\overset \underset \stackrel".split())
ARROWS = {
    r"\xrightarrow": r"\to", r"\xleftarrow": r"\gets", r"\xRightarrow": r"\implies", r"\xLeftarrow": r"\impliedby",
    r"\xLeftrightarrow": r"\iff", r"\xmapsto": r"\mapsto",
}  # fmt: skip
LONG_EQUALS = frozenset(r"\xlongequal \xequal".split())

_ESCAPED = re.compile(r"\\.|[{}]", re.DOTALL)
_DROPPED = re.compile(
    r"\\(?:text(?:rm|normal|it|bf)?|mathrm|mathit|mbox|operatorname|scriptsize|tiny|footnotesize)\b|[{}$~\s]"
)
_DEFINING = re.compile(r"(?:by )?def(?:n|inition)?\.?|\\(?:Delta|triangle|vartriangle)|:|∆|△", re.IGNORECASE)
_REASON = re.compile(
    r"""\((?:[\w*†‡',.]|\\[a-zA-Z]+\*?)+\) | [!?\d*†‡] | \\(?:star|ast|dagger|ddagger|eqref.*|ref.*)
    | (?:by|from|using|use|see|since|due|via|cf|because)\b.*
    | (?:eqs?|eqn|lem|lemma|thm|theorem|prop|proposition|cor|corollary|sec|section|step|line|rule)\b.*""",
    re.VERBOSE | re.IGNORECASE,
)


_LONGEST_ARGUMENT = 3000


def braced(text: str, position: int, end: int) -> Span | None:
    """The inside of the braces that open next, those inside of it counted; None if none do, or they stay open.

    So far only as an argument is long that is drawn or said: that keeps the work in proportion to the text.
    """
    end = min(end, position + _LONGEST_ARGUMENT)
    while position < end and text[position].isspace():
        position += 1
    if position >= end or text[position] != "{":
        return None
    depth = 0
    for match in _ESCAPED.finditer(text, position, end):
        depth += (match.group() == "{") - (match.group() == "}")
        if depth == 0:
            return Span(position + 1, match.start())
    return None


def behind(text: str, position: int, end: int, arguments: int) -> int:
    """Where the text goes on behind an option in brackets and so many arguments in braces."""
    option = re.compile(r"\s*\[[^\]\n]*\]").match(text, position, end)
    position = option.end() if option else position
    for _ in range(arguments):
        inside = braced(text, position, end)
        if inside is None:
            break
        position = inside.end + 1
    return position


def relation_under(mark: str, relation: str) -> str | None:
    r"""The relation that is meant where something is written over one: itself, :=, or None where it is another one.

    >>> relation_under(r"\text{def}", "="), relation_under("(a)", "="), relation_under("d", "=")
    (':=', '=', None)
    """
    said = " ".join(_DROPPED.sub(" ", mark).split())
    if relation == "=" and _DEFINING.fullmatch(said):
        return ":="
    if not said or _REASON.fullmatch(said) or relation not in ("=", r"\equiv"):
        return relation
    return None
