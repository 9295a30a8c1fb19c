r"""Stacks: matrices and diagonals whose middle is elided, y_1, …, y_m.

Each is a body under a bound index.  A list's pattern is found in `patterns`; it runs from 1 to a dimension.
"""

from __future__ import annotations

from typing import Literal

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_scalar, resolved, shape_text
from symbn.expr.tree import Expr, IndexVar
from symbn.notes.block_matrices import BlockMatrices
from symbn.notes.patterns import find_pattern
from symbn.notes.ranges import Ranges
from symbn.notes.scope import spelled
from symbn.notes.syntax import Commas, Dots, Matrix, Name, Numeral, Syntax
from symbn.source import Span


class Stacks(Ranges, BlockMatrices):
    """The part of the reader that reads matrices and lists."""

    def matrix(self, syntax: Matrix) -> Expr:
        if not any(isinstance(cell, Dots) for row in syntax.rows for cell in row):
            return self.block_matrix(syntax)
        rows = [[cell for cell in row if cell is not None] for row in syntax.rows]
        rows = [row for row in rows if row]
        columns = {place for row in syntax.rows for place, cell in enumerate(row) if cell is not None}
        if len(columns) == 1:
            cells = [row[0] for row in rows]
            return self.stack(cells, "rows", syntax.span)
        if len(rows) == 1:
            return self.stack(rows[0], "columns", syntax.span)
        return self.square_stack(rows, syntax)

    def stack(self, cells: list[Syntax], axis: Literal["rows", "columns"], span: Span) -> Expr:
        """A column of rows, or a row of columns."""
        index, body = self.pattern(cells, span)
        code, what, place, other = (
            ("S217", "row", 0, "columns by &") if axis == "rows" else ("S218", "column", 1, r"rows by \\")
        )
        if resolved(body.shape[place]) != 1:
            raise build.shape_error(
                code, f"a {what} of this stack is {shape_text(body.shape)}, not a {what}", (body,),
                f"transpose it, or separate {other}",
            )  # fmt: skip
        shape = (index.dim, body.shape[1]) if axis == "rows" else (body.shape[0], index.dim)
        return tree.Stack(index=index, body=body, axis=axis, shape=shape, span=span)

    def square_stack(self, rows: list[list[Syntax]], syntax: Matrix) -> Expr:
        """A diagonal (its other cells 0 or empty), or a full matrix by the pattern of its corners."""
        first, last = rows[0][0], rows[-1][-1]
        others = [cell for row in rows for cell in row if cell not in (first, last)]
        if all(isinstance(c, Dots) or (isinstance(c, Numeral) and c.text == "0") for c in others) and any(
            isinstance(c, Dots) and c.latex == r"\ddots" for c in others
        ):
            return self._diagonal([first, Dots(r"\ddots", first.span), last], syntax.span)
        raise fail(
            "E159", "this matrix follows no pattern that symbn reads", syntax.span,
            help=r"write a stack of rows, a diagonal with \ddots, or define its entries: C_{ij} := …",
        )  # fmt: skip

    def diagonal_list(self, content: Commas, span: Span) -> Expr:
        """diag(a_1, …, a_m), or of scalars that are all written."""
        if not any(isinstance(item, Dots) for item in content.items):
            entries = [self.read(item) for item in content.items]
            if not all(is_scalar(e.shape) for e in entries):
                raise fail(
                    "E150", "diag of a list that is not of scalars", span,
                    help=r"write a block matrix, \begin{pmatrix} A & 0 \\ 0 & B \end{pmatrix}",
                )  # fmt: skip
            return build.diagonal(build.block([[e] for e in entries], span), span)
        return self._diagonal(list(content.items), span)

    def _diagonal(self, cells: list[Syntax], span: Span) -> Expr:
        index, body = self.pattern(cells, span)
        if not is_scalar(body.shape):
            raise build.shape_error("S216", "the entries of a diagonal are scalars", (body,))
        return tree.Stack(index=index, body=body, axis="diagonal", shape=(index.dim, index.dim), span=span)

    def pattern(self, cells: list[Syntax], span: Span) -> tuple[IndexVar, Expr]:
        """The index and the body of an elided list."""
        self._fresh += 1
        name = f"·{self._fresh}"
        pattern = find_pattern(cells, name, span)
        last = spelled(pattern.last)
        if isinstance(pattern.last, Name) and last not in self.scope.context.dimensions:
            raise NoteError(
                Diagnostic(
                    "E152",
                    f"this list runs from 1 to `{last}`, which is no size",
                    (
                        Label(cells[0].span, "the first says 1", False),
                        Label(pattern.last.span, f"the last says {last}"),
                    ),
                    help="let the last element say the dimension that the list runs to",
                )
            )
        index = IndexVar(name, self.dimension(pattern.last))
        return index, self.under((index,), pattern.body)
