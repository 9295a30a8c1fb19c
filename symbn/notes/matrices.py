r"""The cells of a matrix environment: separated by &, or by commas; rows by \\.

Rules drawn around a cell are no signs and read over: - a -, — a —, a | alone in its cell, and | a | in a matrix with
dots.
"""

from __future__ import annotations

from symbn.diagnostics import fail
from symbn.notes.cursor import Cursor
from symbn.notes.syntax import Group, Matrix, Syntax
from symbn.notes.vocabulary import DOTS, MATRICES


class Matrices(Cursor):
    """The part of the parser that reads matrices."""

    def matrix(self) -> Syntax:
        r"""\begin{pmatrix} … \end{pmatrix}; of a vmatrix the determinant."""
        opened = self.advance()
        if opened.text in ("cases", "dcases", "rcases"):
            raise fail(
                "P259", "what is said by cases is not read: which of them holds is a condition", opened.span,
                help=r"write each case as an equation of its own, and what it assumes as a declaration: $t > 0$; "
                r"|t|, \max(0, t) and \operatorname{sign}(t) are read",
            )  # fmt: skip
        if opened.text not in MATRICES:
            raise fail(
                "P256", f"the environment {opened.text} is not read inside a formula", opened.span,
                help="use pmatrix or bmatrix for matrices",
            )  # fmt: skip
        rows: list[list[Syntax | None]] = [[]]
        cell: Syntax | None = None
        elided = self._is_elided()
        ruled = False
        bars, self.bars = self.bars, int(elided)
        while self.current.kind != "end":
            token = self.current
            if token is self.end:
                raise fail("P210", f"\\begin{{{opened.text}}} is never closed", opened.span)
            if token.is_("&", r"\\") or (cell is not None and token.is_(",")):
                self.advance()
                if token.is_(",") and self.current.is_("&"):
                    continue  # a, & b is one step to the next cell
                rows[-1].append(cell)
                cell = None
                if token.is_(r"\\"):
                    rows.append([])
            elif self._at_bar(elided) or token.kind == "rule" or self._at_rule():
                ruled = True
                self.advance()
            elif token.kind in ("quad", "prose"):
                self.advance()
            elif cell is not None:
                raise fail("P257", f"`{token.text}` is not expected in this cell", token.span)
            else:
                cell = self.additive()
                if self.at_trailing_rule():
                    self.advance()
        closed = self.advance()
        self.bars = bars
        rows[-1].append(cell)
        kept = tuple(tuple(row) for row in rows if any(c is not None for c in row))
        if not kept:
            raise fail("P258", "an empty matrix", opened.span.to(closed.span), help="write its entries")
        span = opened.span.to(closed.span)
        bar = {"vmatrix": "|", "Vmatrix": r"\|"}.get(opened.text)
        matrix = Matrix(kept, span, ruled)
        return matrix if bar is None else Group(bar, matrix, span)

    def _is_elided(self) -> bool:
        """Whether dots stand in a cell of the matrix that begins here."""
        depth = 0
        for token in self.tokens[self.place :]:
            if token.kind == "end" and depth == 0:
                return False
            depth += (token.kind == "begin") - (token.kind == "end")
            if depth == 0 and token.kind == "command" and token.text in DOTS:
                return True
        return False

    def _at_bar(self, elided: bool) -> bool:
        """Whether a | is a drawn rule: alone in its cell, or anywhere where a pattern of rows or columns is drawn."""
        if not self.current.is_("|", r"\|"):
            return False
        return elided or self.peek().is_("&", r"\\") or self.peek().kind == "end"

    def at_trailing_rule(self) -> bool:
        """Whether a `-` ends a cell."""
        dash = self.current.is_("-") and (self.peek().is_("&", r"\\") or self.peek().kind == "end")
        return dash or self.current.kind == "rule"

    def _at_rule(self) -> bool:
        """Whether a `-` is a drawn rule."""
        return self.current.is_("-") and (
            self.peek().is_("&", r"\\", "-", "|") or self.peek().kind == "end" or self._around_row()
        )

    def _around_row(self) -> bool:
        """Whether a `-` at a cell's start is a drawn rule around a row: - a -."""
        if (
            self.place
            and not self.tokens[self.place - 1].is_("&", r"\\")
            and self.tokens[self.place - 1].kind != "begin"
        ):
            return False
        depth, place = 0, self.place + 1
        while place < len(self.tokens):
            token = self.tokens[place]
            if token.is_("{", "(") or token.kind == "begin":
                depth += 1
            elif token.is_("}", ")") or (token.kind == "end" and depth):
                depth -= 1
            elif depth == 0 and (token.is_("&", r"\\") or token.kind == "end"):
                return self.tokens[place - 1].is_("-")
            place += 1
        return False
