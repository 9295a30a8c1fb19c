r"""Which bars open and which close, where bars of two kinds stand in one another: \| |x| \|.

A bar tells by itself neither.  What it can be is limited by its neighbours (nothing opens before an operator, nothing
closes behind one) and by the bars around it (the last that opened is the first to close, with a bar of its own kind).
Only what is left in one way is read; \lvert, \rVert, \left and \right say which is which, and need none of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Many
from dataclasses import replace

from symbn.diagnostics import fail
from symbn.notes.lexer import Side, Token
from symbn.notes.vocabulary import LETTERS, LOOSE, TIGHT, relates

BARS = ("|", "||", r"\|")
_OPENS = ("(", "[", "{", r"\{", r"\langle")
_CLOSES = (")", "]", "}", r"\}", r"\rangle")
_MOST = 12
"""Bars in a row of which the readings are tried one by one."""


def ends_something(token: Token) -> bool:
    """Whether an expression can end with a token, so that a bar after it opens nothing by itself."""
    if token.kind in ("letter", "number", "word", "end"):
        return True
    return (token.is_(*_CLOSES, "'", *BARS) and token.side != "opens") or (
        token.kind == "command" and token.text in LETTERS
    )


def sided(tokens: list[Token], start: int) -> tuple[list[Token], int]:
    """The tokens, the bars from `start` on told as opening and closing where two kinds can be read in one way only.

    Also up to where in the text this was looked at.  Raises NoteError (P244) where there are several ways.
    """
    places, end = _bars(tokens, start)
    if len({tokens[place].text for place in places}) < 2 or len(places) > _MOST or len(places) % 2:
        return tokens, end
    told = list(tokens)
    readings: list[list[Side]] = []
    for reading in _readings(tokens, places, [], []):
        readings.append(reading)
        if len(readings) > 1:
            raise fail(
                "P244", "which of these bars open, and which close?",
                tokens[places[0]].span.to(tokens[places[-1]].span),
                help=r"write \lvert x \rvert for the absolute value, \lVert x \rVert for the norm",
            )  # fmt: skip
    for place, side in zip(places, readings[0] if readings else (), strict=False):
        told[place] = replace(tokens[place], side=side)
    return told, end


def _bars(tokens: Many[Token], start: int) -> tuple[list[int], int]:
    """The bars that do not say their side, from `start` to what ends the expression, and its end; none with a |_."""
    found: list[int] = []
    readable = True
    depth = 0
    end = tokens[start].span.end
    for place in range(start, len(tokens)):
        token = tokens[place]
        depth += token.is_(*_OPENS) or token.kind == "begin" or token.side == "opens"
        depth -= token.is_(*_CLOSES) or token.kind == "end" or token.side == "closes"
        if depth < 0 or (depth == 0 and (relates(token) or token.is_(",", ";", "&", r"\\") or token.kind == "prose")):
            break
        if depth == 0 and token.is_(*BARS) and not token.side:
            following = tokens[place + 1] if place + 1 < len(tokens) else None
            readable &= not token.is_("||") and not (token.is_("|") and following is not None and following.is_("_"))
            found.append(place)
        end = token.span.end
    return (found if readable else []), end


def _readings(
    tokens: Many[Token], places: list[int], sides: list[Side], opened: list[str]
) -> Iterator[list[Side]]:  # fmt: skip
    """The ways to read the bars behind the first few, whose sides are known, and of which some are open."""
    if len(sides) == len(places):
        if not opened:
            yield sides
        return
    place = places[len(sides)]
    bar = tokens[place].text
    beside = bool(sides) and places[len(sides) - 1] == place - 1
    behind = sides[-1] == "closes" if beside else place > 0 and ends_something(tokens[place - 1])
    if opened and opened[-1] == bar and behind:
        yield from _readings(tokens, places, [*sides, "closes"], opened[:-1])
    if _begins_something(tokens, place + 1):
        yield from _readings(tokens, places, [*sides, "opens"], [*opened, bar])


def _begins_something(tokens: Many[Token], place: int) -> bool:
    """Whether an expression can begin with a token."""
    if place >= len(tokens):
        return False
    token = tokens[place]
    if token.kind in ("quad", "prose", "end") or relates(token):
        return False
    return token.text not in LOOSE | TIGHT and not token.is_(*_CLOSES, "^", "_", "'", ",", ".", ";", "&", r"\\")
