r"""The rows of a formula and the equations that stand side by side in them: what \\ ends, and what & separates.

As in amsmath, the 1st, 3rd, … & of a row of `align` marks a place to align at, and the 2nd, 4th, … begins the next
column.  In `eqnarray` two & stand around one relation; inside of a matrix & is the matrix's own.  A column that begins
with a relation or a sign, or stands after one, goes on with what is left of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass, field

from symbn.diagnostics import fail
from symbn.notes.lexer import Token
from symbn.notes.vocabulary import LOOSE, ROW_ENVIRONMENTS, TIGHT, relates

SIGNS = ("+", "-", r"\pm", r"\mp")


@dataclass
class Row:
    """The columns of a row from left to right, and the row's label."""

    columns: list[list[Token]] = field(default_factory=lambda: [[]])
    label: str | None = None


def split_rows(tokens: Many[Token]) -> list[Row]:
    """The rows of a formula.  Raises NoteError (P210, P211, P213)."""
    rows = [Row()]
    around: list[str] = []
    inside: list[Token] = []
    braces = marks = 0
    continued = False
    for place, token in enumerate(tokens):
        row = rows[-1]
        begins, ends = token.kind == "begin", token.kind == "end"
        if (begins or ends) and token.text in ROW_ENVIRONMENTS and not inside:
            around = [*around, token.text] if begins else around[:-1]
            marks = 0
            continue
        _nest(token, inside)
        braces += token.is_("{") - token.is_("}")
        if token.kind in ("label", "tag"):
            row.label = token.text
        elif token.is_(r"\\") and not inside and braces <= 0:
            if _open_brackets(row.columns[-1]) and _closes_first(tokens[place + 1 :]):
                continued = True
                continue
            rows.append(Row())
            marks, continued = 0, False
        elif token.is_("&") and not inside and braces <= 0 and continued:
            pass  # in the second row of a bracket nothing is set apart
        elif token.is_("&") and not inside and braces <= 0:
            marks += 1
            if around[-1:] == ["eqnarray"]:
                _check_eqnarray(token, marks)
            elif marks % 2 == 0:
                row.columns.append([])
            row.columns[-1].append(Token("mark", "&", token.span))
        else:
            row.columns[-1].append(token)
    if inside:
        opened = inside[-1]
        raise fail(
            "P210", f"\\begin{{{opened.text}}} is never closed", opened.span,
            help=f"close it with \\end{{{opened.text}}}",
        )  # fmt: skip
    return [Row([_trimmed(column) for column in row.columns], row.label) for row in rows]


def _bracketed(token: Token) -> int:
    """1 for a bracket that opens, −1 for one that closes."""
    return token.is_("(", "[", r"\{") - token.is_(")", "]", r"\}")


def _open_brackets(column: Many[Token]) -> int:
    """How many brackets a column opens, and does not close."""
    depth = 0
    for token in column:
        depth = max(depth + _bracketed(token), 0)
    return depth


def _closes_first(following: Many[Token]) -> bool:
    r"""Whether a bracket that the row before left open is closed before another relation is stated."""
    depth = 0
    for token in following:
        depth += _bracketed(token)
        if depth < 0:
            return True
        if depth == 0 and relates(token):
            return False
    return False


def _nest(token: Token, inside: list[Token]) -> None:
    """Keep account of the environments that do not arrange rows.  Raises NoteError (P211)."""
    if token.kind == "begin":
        inside.append(token)
    elif token.kind == "end":
        if not inside or inside[-1].text != token.text:
            raise fail(
                "P211", f"\\end{{{token.text}}} closes nothing that is open here", token.span,
                help=f"open it with \\begin{{{token.text}}}, or remove it",
            )  # fmt: skip
        inside.pop()


def _check_eqnarray(token: Token, marks: int) -> None:
    if marks > 2:
        raise fail(
            "P213", "a third & in a row of eqnarray", token.span,
            help="eqnarray has three columns; use align for equations side by side",
        )  # fmt: skip


def _trimmed(column: list[Token]) -> list[Token]:
    r"""A column without its marks and what only spaces it: \qquad where it begins, the {} between a mark and a sign."""
    kept: list[Token] = []
    place = 0
    while place < len(column):
        token, following = column[place], column[place + 1 : place + 3]
        before = column[place - 1] if place else None
        marked = before is not None and before.kind == "mark"
        free = before is None or marked or not kept or relates(before) or before.is_(*SIGNS)
        if token.kind == "mark" or (token.kind == "quad" and not kept):
            place += 1
        elif free and token.is_("{") and _is_spacing(following):
            place += 2
        else:
            kept.append(Token("prose", token.text, token.span) if marked and token.kind == "word" else token)
            place += 1
    return kept


def _is_spacing(following: list[Token]) -> bool:
    r"""Whether a brace is closed at once, and nothing is put on it: not the base of {}^\top."""
    return bool(following) and following[0].is_("}") and not (following[1:] and following[1].is_("^", "_"))


def goes_on(column: Many[Token]) -> bool:
    """Whether a column begins with a relation or a sign, and so goes on with another."""
    return bool(column) and (relates(column[0]) or column[0].is_(*SIGNS))


def equations(columns: Many[list[Token]], waiting: Mapping[int, bool]) -> list[tuple[int, list[Token]]]:
    """The columns of a row, those that are one equation put together, each with its place in the row.

    `waiting`: the places of the equations that a row before left open, and whether they lack their right side.
    Raises NoteError (P224) where a column could belong to the one before it, or stand for itself.
    """
    found: list[tuple[int, list[Token]]] = []
    for place, column in enumerate(columns):
        if not column:
            continue
        below = place in waiting and (goes_on(column) or waiting[place])
        if found and not below and _belongs(column, found[-1][1], waiting.get(found[-1][0], False)):
            found[-1][1].extend(column)
        else:
            found.append((place, list(column)))
    return found


def _belongs(column: list[Token], before: list[Token], completes: bool) -> bool:
    """Whether a column is part of what stands left of it; `completes`: that is the right side of a row above."""
    last = before[-1]
    if goes_on(column) or operates(column[0]) or operates(last) or relates(last) or last.is_(*SIGNS):
        return True
    if states(before) or goes_on(before) or completes or before[0].kind == "prose":
        if states(column) or column[0].kind == "prose" or column[0].is_(r"\forall", ",", ".", ";"):
            return False
    elif last.is_(","):
        return True  # A, & B \in …
    raise fail(
        "P224", "is this a part of what stands left of the &, or does it stand for itself?", column[0].span,
        help="the second & of a row begins another equation: remove it, or write a relation",
    )  # fmt: skip


def operates(token: Token) -> bool:
    """Whether a token joins factors."""
    return token.kind in ("command", "symbol") and token.text in LOOSE | TIGHT


def states(column: Many[Token]) -> bool:
    """Whether there is a relation outside of all brackets."""
    depth = 0
    for token in column:
        depth += token.kind == "begin" or token.is_("{", "(", "[", r"\{", r"\langle")
        depth -= token.kind == "end" or token.is_("}", ")", "]", r"\}", r"\rangle")
        if depth <= 0 and relates(token):
            return True
    return False
