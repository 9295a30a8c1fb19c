r"""The rows of a formula and the equations that stand side by side in them: what \\ ends, and what & separates.

As in amsmath, the 1st, 3rd, … & of a row of `align` marks a place to align at, and the 2nd, 4th, … begins the next
column.  In `eqnarray` two & stand around one relation; inside of a matrix & is the matrix's own.  An `array` whose
cells hold relations is no matrix, but equations in rows: each & begins a column.  A column that begins with a relation
or a sign, or stands after one, goes on with what is left of it; a row goes on with an open bracket of the row before.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass, field

from symbn.diagnostics import Diagnostic, fail
from symbn.notes.introductions import conditions_itself, ranges_over, said_by
from symbn.notes.layout import closing, relations_in
from symbn.notes.lexer import Token
from symbn.notes.vocabulary import LOOSE, ROW_ENVIRONMENTS, TIGHT, relates

SIGNS = ("+", "-", r"\pm", r"\mp")


@dataclass
class Row:
    """The columns of a row from left to right, the row's label, and why it cannot be split, if so."""

    columns: list[list[Token]] = field(default_factory=lambda: [[]])
    label: str | None = None
    problem: Diagnostic | None = None


def split_rows(tokens: Many[Token]) -> list[Row]:
    """The rows of a formula; one that cannot be split (P210, P211, P213) says so and leaves the others whole."""
    splitter = _Splitter(tokens)
    while splitter.place < len(tokens):
        splitter.step()
    return splitter.finished()


class _Splitter:
    """Goes through a formula and puts its tokens into rows and columns."""

    def __init__(self, tokens: Many[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.rows = [Row()]
        self.around: list[str] = []
        """The environments around, that arrange rows."""
        self.fences: list[bool] = []
        """For each of them whether a brace is drawn before it: that of a system of equations."""
        self.inside: list[Token] = []
        """The environments of a matrix that are open."""
        self.braces = self.marks = 0
        self.brackets = 0
        """How many brackets the last column leaves open."""
        self.continued = False
        """Whether this row goes on with a bracket or a sign of the row before, in which nothing is set apart."""

    def step(self) -> None:
        """Past one token."""
        token = self.tokens[self.place]
        self.place += 1
        row = self.rows[-1]
        if not self.inside and token.kind == "begin" and self._arranges(token):
            self._enter(token)
            return
        if not self.inside and token.kind == "end" and (self.around and token.text == self.around[-1]):
            self._leave()
            return
        if not self.inside and token.kind == "end" and token.text in ROW_ENVIRONMENTS:
            return
        self._nest(token)
        self.braces += token.is_("{") - token.is_("}")
        free = not self.inside and self.braces <= 0
        if token.kind in ("label", "tag"):
            row.label = token.text
        elif token.is_(r"\\") and free:
            self._end_row()
        elif token.is_("&") and free and not self.continued:
            self._mark(token)
        elif not (free and ((self.continued and token.is_("&")) or (self._within() and token.kind == "quad"))):
            row.columns[-1].append(token)
            self.brackets = max(self.brackets + _bracketed(token), 0)

    def _within(self) -> bool:
        """Whether space sets nothing apart: in brackets, and in a row that goes on with those of the row before."""
        return self.continued or self.brackets > 0

    def finished(self) -> list[Row]:
        """The rows, without the marks between their columns."""
        if self.inside:
            opened = self.inside[0]
            self.rows[-1].problem = fail(
                "P210", f"\\begin{{{opened.text}}} is never closed", opened.span,
                help=f"close it with \\end{{{opened.text}}}",
            ).diagnostic  # fmt: skip
        return [Row([_trimmed(column) for column in row.columns], row.label, row.problem) for row in self.rows]

    def _arranges(self, token: Token) -> bool:
        """Whether an environment arranges rows: those that are made for it, and an array whose cells hold relations."""
        if token.text in ROW_ENVIRONMENTS:
            return True
        if token.text not in _TABLES or any(not t.is_(*_FENCES) for t in self.rows[-1].columns[-1]):
            return False
        end = closing(self.tokens, self.place - 1)
        return end is not None and relations_in(self.tokens[self.place : end])

    def _enter(self, token: Token) -> None:
        column = self.rows[-1].columns[-1]
        fenced = bool(column) and column[-1].is_(*_FENCES)
        if fenced:
            column.pop()
        self.around.append(token.text)
        self.fences.append(fenced)
        self.marks = 0

    def _leave(self) -> None:
        self.around.pop()
        fenced = self.fences.pop()
        if fenced and self.place < len(self.tokens) and self.tokens[self.place].is_(r"\}", ")", "]", "|"):
            self.place += 1
        self.marks = 0

    def _end_row(self) -> None:
        column = next((column for column in reversed(self.rows[-1].columns) if column), [])
        dangles = bool(column) and (column[-1].is_(*SIGNS) or operates(column[-1]))
        if (self.brackets and _closes_first(self.tokens, self.place)) or (
            dangles and _begins_factor(self.tokens, self.place)
        ):
            self.continued = True
            return
        self.rows.append(Row())
        self.marks, self.brackets, self.continued = 0, 0, False

    def _mark(self, token: Token) -> None:
        row = self.rows[-1]
        self.marks += 1
        kind = self.around[-1] if self.around else ""
        if kind in _TRIPLES and self.marks > 2:
            row.problem = fail(
                "P213", f"a third & in a row of {kind}", token.span,
                help=f"{kind} has three columns; use align for equations side by side",
            ).diagnostic  # fmt: skip
        elif kind in _TABLES or (kind not in _TRIPLES and self.marks % 2 == 0):
            row.columns.append([])
            self.brackets = 0
        row.columns[-1].append(Token("mark", "&", token.span))

    def _nest(self, token: Token) -> None:
        """Keep account of the environments that do not arrange rows."""
        if token.kind == "begin":
            self.inside.append(token)
        elif token.kind == "end" and self.inside and self.inside[-1].text == token.text:
            self.inside.pop()
        elif token.kind == "end":
            self.rows[-1].problem = fail(
                "P211", f"\\end{{{token.text}}} closes nothing that is open here", token.span,
                help=f"open it with \\begin{{{token.text}}}, or remove it",
            ).diagnostic  # fmt: skip


_TABLES = frozenset("array matrix cases dcases rcases".split())
_TRIPLES = frozenset(["eqnarray", "IEEEeqnarray"])
_FENCES = (r"\{", "(", "[", "|")


def _begins_factor(tokens: Many[Token], start: int) -> bool:
    """Whether a row begins with what a sign at the end of the row before can be put on."""
    for place in range(start, len(tokens)):
        token = tokens[place]
        if not (token.is_("&") or token.kind in ("quad", "label", "tag")):
            return not (relates(token) or operates(token) or token.is_(*SIGNS, r"\\") or token.kind == "end")
    return False


def _bracketed(token: Token) -> int:
    """1 for a bracket that opens, −1 for one that closes."""
    return token.is_("(", "[", r"\{") - token.is_(")", "]", r"\}")


def _closes_first(tokens: Many[Token], start: int) -> bool:
    r"""Whether a bracket that the row before left open is closed before another relation is stated."""
    depth = 0
    for place in range(start, len(tokens)):
        token = tokens[place]
        depth += _bracketed(token)
        if depth < 0:
            return True
        if depth == 0 and relates(token):
            return False
    return False


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
            apart = [Token("quad", "&", column[0].span)] if column[0].is_(r"\forall") else []
            found[-1][1].extend([*apart, *column])
        else:
            found.append((place, list(column)))
    return found


def _belongs(column: list[Token], before: list[Token], completes: bool) -> bool:
    """Whether a column is part of what stands left of it; `completes`: that is the right side of a row above."""
    last = before[-1]
    first = column[0]
    if goes_on(column) or operates(first) or operates(last) or relates(last) or last.is_(*SIGNS):
        return True
    if first.is_(r"\forall") or said_by(first) or ranges_over(first) or conditions_itself(first):
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
