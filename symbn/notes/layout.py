r"""What is only drawn: the tokens of a formula without its frames, the numbers of its rows, the remarks beside them.

    \boxed{a = b}  →  a = b             \overset{(a)}{=}  →  =           (ii) \quad a = b  →  a = b
    a = b \quad (\text{by symmetry})  →  a = b         a_i = b_i \quad (i = 1, …, n)  →  a_i = b_i \quad i = 1, …, n

A number in parentheses before a product can be a factor too: that is told by a token of its own, unless the rows are
counted so.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass
from itertools import pairwise

from symbn.notes.decorations import relation_under
from symbn.notes.lexer import Token
from symbn.notes.vocabulary import FONTS, LETTERS, ROW_ENVIRONMENTS, relates
from symbn.source import Span

NUMBER_OR_FACTOR = "number or factor"
"""The kind of a token that could be either."""

_OPENS = ("{", "(", "[", r"\{", r"\langle")
_CLOSES = ("}", ")", "]", r"\}", r"\rangle")
_MARKS = (r"\star", r"\ast", "*", r"\dagger", r"\ddagger", r"\sharp", r"\diamond")
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii".split()
_LONGEST_NUMBER = 10
"""Tokens, with the parentheses and a font."""


def undrawn(tokens: Many[Token]) -> list[Token]:
    """The tokens of a formula without what is only drawn."""
    found = _without_frames(_with_plain_relations(tokens))
    return _without_numbers(_without_remarks(found))


def closing(tokens: Many[Token], opened: int, limit: int | None = None) -> int | None:
    """The place, before the limit, of what closes the bracket, brace or environment at a place; None if nothing."""
    depth = 0
    for place in range(opened, len(tokens) if limit is None else min(limit, len(tokens))):
        token = tokens[place]
        depth += token.is_(*_OPENS) or token.kind == "begin"
        depth -= token.is_(*_CLOSES) or token.kind == "end"
        if depth == 0:
            return place
    return None


def relations_in(tokens: Many[Token]) -> bool:
    """Whether a relation stands outside of all brackets, braces and environments."""
    depth = 0
    for token in tokens:
        depth += token.is_(*_OPENS) or token.kind == "begin"
        depth -= token.is_(*_CLOSES) or token.kind == "end"
        if depth == 0 and relates(token):
            return True
    return False


def _with_plain_relations(tokens: Many[Token]) -> list[Token]:
    r"""\overset{(a)}{=} as the relation that it is."""
    found: list[Token] = []
    place = depth = 0
    while place < len(tokens):
        token = tokens[place]
        depth += token.is_("{") - token.is_("}")
        if place + 2 < len(tokens) and tokens[place + 1].kind == "over":
            over, base = tokens[place + 1 : place + 3]
            last = place + 2
            if base.is_("{") and place + 4 < len(tokens) and tokens[place + 4].is_("}"):
                base, last = tokens[place + 3], place + 4
            if relates(base):
                found.append(_marked(token, over, base, tokens[last]))
                place = last + 1
                continue
        if token.is_(r"\forall"):  # it begins a remark, and is no factor of what stands before it
            found.append(Token("quad", "", Span(token.span.start, token.span.start)))
        if token.kind != "over" and not (depth > 0 and token.is_("$")):  # \fbox{$a$} is text around math
            found.append(token)
        place += 1
    return found


def _marked(command: Token, over: Token, base: Token, last: Token) -> Token:
    """A relation with something written over it: itself, :=, or another one, which is told as it is written."""
    span = command.span.to(last.span)
    relation = relation_under(over.text, base.text)
    if relation is None:
        return Token("marked relation", f"{command.text}{{{' '.join(over.text.split())}}}{{{base.text}}}", span)
    return Token("command" if relation.startswith("\\") else "symbol", relation, span)


@dataclass
class _Braces:
    """Braces that are open: where, whether a frame or nothing stands before them, and what stands in them so far."""

    start: int
    frame: bool
    free: bool
    depth: int = 0
    """Brackets and environments open in them."""
    arranges: bool = False
    """Whether a relation, or a mark of rows and columns, stands in them outside of all brackets."""


def _without_frames(tokens: list[Token]) -> list[Token]:
    """Without the frames and braces around whole equations, or around rows and columns of them."""
    dropped: set[int] = set()
    opened: list[_Braces] = []
    for place, token in enumerate(tokens):
        if token.is_("{"):
            before = tokens[place - 1] if place else None
            frame = before is not None and before.is_(r"\boxed")
            opened.append(_Braces(place, frame, frame or _stands_free(before)))
        elif token.is_("}") and opened:
            last = opened.pop()
            if last.free and last.arranges:
                dropped |= {last.start, place, *([last.start - 1] if last.frame else [])}
                if opened and opened[-1].depth <= 0:
                    opened[-1].arranges = True
        elif opened:
            around = opened[-1]
            around.depth += (token.is_(*_OPENS) or token.kind == "begin") - (token.is_(*_CLOSES) or token.kind == "end")
            if around.depth <= 0 and (relates(token) or token.is_("&", r"\\")):
                around.arranges = True
    return [token for place, token in enumerate(tokens) if place not in dropped]


def _stands_free(before: Token | None) -> bool:
    """Whether what begins behind a token is no argument and no script."""
    return before is None or before.kind in ("begin", "quad", "prose") or before.is_("&", r"\\") or relates(before)


def _without_remarks(tokens: list[Token]) -> list[Token]:
    """Parentheses behind a wide space or in a column of their own: a remark is prose, a range or condition is none."""
    found: list[Token] = []
    place = depth = 0
    while place < len(tokens):
        token = tokens[place]
        before = tokens[place - 1] if place else None
        end = closing(tokens, place) if token.is_("(") and depth == 0 else None
        apart = before is not None and (before.kind in ("quad", "prose") or before.is_("&", ",", "."))
        if end is None or not apart or not _ends_piece(tokens, end + 1):
            arranging = token.text in ROW_ENVIRONMENTS
            depth += token.is_(*_OPENS) or (token.kind == "begin" and not arranging)
            depth -= token.is_(*_CLOSES) or (token.kind == "end" and not arranging)
            found.append(token)
            place += 1
            continue
        content, whole = tokens[place + 1 : end], token.span.to(tokens[end].span)
        if content and (content[0].kind == "prose" or _number(content) is not None or _is_mark(content)):
            found.append(Token("prose", "".join(t.text for t in content), whole))
        elif relations_in(content) or (content and content[0].is_(r"\forall")):
            found += [Token("quad", "(", token.span), *content]
        else:
            found += tokens[place : end + 1]
        place = end + 1
    return found


def _ends_piece(tokens: Many[Token], place: int) -> bool:
    if place >= len(tokens):
        return True
    token = tokens[place]
    return token.kind in ("quad", "prose", "label", "tag", "end") or token.is_("&", r"\\", ",", ".", ";")


def _is_mark(content: Many[Token]) -> bool:
    return len(content) == 1 and content[0].is_(*_MARKS)


def _number(content: Many[Token]) -> str | None:
    """What counts a row: a number, a letter, a small Roman numeral; None for anything else."""
    kept = [t for t in content if not (t.is_("{", "}") or (t.kind == "command" and t.text in FONTS))]
    text = "".join(t.text for t in kept)
    if len(kept) == 1 and (kept[0].kind in ("number", "letter", "word") or text in LETTERS):
        return text if kept[0].kind != "word" or len(text) == 1 or text in _ROMAN else None
    return text if text in _ROMAN and all(t.kind == "letter" for t in kept) else None


def _without_numbers(tokens: list[Token]) -> list[Token]:
    """Without the numbers that stand before the equations of rows; with a question where one could be a factor."""
    starts = [place for place in _row_starts(tokens) if place < len(tokens)]
    numbers = {place: number for place in starts if (number := _number_at(tokens, place)) is not None}
    count = [number for number, _ in numbers.values()]
    counted = len(count) > 1 and all(_follows(a, b) for a, b in pairwise(count)) and count[0] in ("1", "i", "a", "A")
    kept: list[Token] = []
    done = 0
    for place, (said, end) in numbers.items():
        following = tokens[end] if end < len(tokens) else None
        kept += tokens[done:place]
        done = place
        if following is None:
            continue
        if counted or following.kind in ("quad", "prose") or not tokens[end - 1].is_(")") or said in _MARKS:
            done = end
        elif following.kind in ("letter", "number", "word") or (
            following.kind == "command" and (following.text in LETTERS | FONTS or following.is_(r"\frac"))
        ):
            kept.append(Token(NUMBER_OR_FACTOR, said, tokens[place].span.to(tokens[end - 1].span)))
            done = end
    return [*kept, *tokens[done:]]


def _row_starts(tokens: Many[Token]) -> list[int]:
    """Where the rows of a formula begin, past spaces and marks; those of a matrix are its own."""
    starts = []
    inside, begins = 0, True
    for place, token in enumerate(tokens):
        arranging = token.text in ROW_ENVIRONMENTS
        inside += (token.kind == "begin" and not arranging) - (token.kind == "end" and not arranging)
        if inside == 0 and (token.is_(r"\\") or (token.kind == "begin" and arranging)):
            begins = True
        elif begins and token.kind not in ("quad", "label", "tag") and not token.is_("&"):
            starts.append(place)
            begins = False
    return starts


def _number_at(tokens: Many[Token], place: int) -> tuple[str, int] | None:
    """The number of a row that begins at a place, and where the row goes on: (1), (ii), (a), (*), 1. or 1)."""
    token = tokens[place]
    if token.is_("(") and (end := closing(tokens, place, place + _LONGEST_NUMBER)) is not None:
        content = tokens[place + 1 : end]
        number = content[0].text if _is_mark(content) else _number(content)
        return None if number is None else (number, end + 1)
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if token.kind == "number" and token.text.isdigit() and following is not None and following.is_(".", ")"):
        return token.text, place + 2
    return None


def _follows(first: str, second: str) -> bool:
    """Whether one number of a row is the next after another: 1 and 2, ii and iii, a and b."""
    if first.isdigit() and second.isdigit():
        return int(second) == int(first) + 1
    if first in _ROMAN and second in _ROMAN:
        return _ROMAN.index(second) == _ROMAN.index(first) + 1
    return len(first) == len(second) == 1 and ord(second) == ord(first) + 1
