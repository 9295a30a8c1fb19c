r"""Sums and stacks: \sum_i, and matrices and diagonals whose middle is elided, y_1, …, y_m.

Each is a body under a bound index.  A list's pattern is found in `patterns`; it runs from 1 to a dimension.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from typing import Literal

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_scalar, resolved, shape_text
from symbn.expr.tree import Dim, DimVar, Expr, IndexVar
from symbn.notes.patterns import find_pattern
from symbn.notes.scope import spelled
from symbn.notes.subscripts import Subscripts
from symbn.notes.syntax import Big, Commas, Dots, Matrix, Name, Numeral, Related, Syntax
from symbn.source import Span


class Stacks(Subscripts):
    """The part of the reader that reads sums, matrices and lists."""

    def big(self, syntax: Big) -> Expr:
        if syntax.kind != "sum":
            raise fail("E153", "products over a range are not read yet", syntax.span)
        if syntax.sub is None:
            raise fail("E154", "a sum without its index", syntax.span, help=r"write \sum_{i=1}^{n}")
        sub = syntax.sub
        names = self.subscripts(sub.left if isinstance(sub, Related) else sub)
        size: Dim | None = None
        if isinstance(sub, Related):
            if sub.relation != "=" or not (isinstance(sub.right, Numeral) and sub.right.text == "1"):
                raise fail(
                    "E155", "a sum that does not begin at 1", sub.span, help="symbn reads sums over a whole range only"
                )
            if syntax.sup is not None:
                size = self.dimension(syntax.sup)
        return self._sum(names, size, syntax)

    def _sum(self, names: Many[Syntax], size: Dim | None, syntax: Big) -> Expr:
        first, rest = names[0], names[1:]
        name = spelled(first)
        if name is None or isinstance(first, Numeral):
            raise fail("E156", "a sum's index is a letter", first.span)
        if name in self.scope.context.symbols or name in self.scope.meanings:
            raise fail("E157", f"`{name}` is no index: it has a meaning already", first.span)
        index = IndexVar(name, size if size is not None else DimVar(f"the range of `{name}`", first.span))
        with self.binding(index):
            body = self._sum(rest, size, syntax) if rest else self.read(syntax.body)
        return tree.Sum(index=index, body=body, shape=body.shape, span=syntax.span)

    def matrix(self, syntax: Matrix) -> Expr:
        rows = [[cell for cell in row if cell is not None] for row in syntax.rows]
        rows = [row for row in rows if row]
        columns = {place for row in syntax.rows for place, cell in enumerate(row) if cell is not None}
        if len(columns) == 1:
            cells = [row[0] for row in rows]
            if len(cells) == 1:
                return tree.at_span(self.read(cells[0]), syntax.span)
            return self.stack(cells, "rows", syntax.span)
        if len(rows) == 1:
            return self.stack(rows[0], "columns", syntax.span)
        return self.square_stack(rows, syntax)

    def stack(self, cells: list[Syntax], axis: Literal["rows", "columns"], span: Span) -> Expr:
        """A column of rows, or a row of columns."""
        if not any(isinstance(cell, Dots) for cell in cells):
            raise fail(
                "E158", "a matrix of explicit blocks is not read yet", span,
                help=r"a stack needs \vdots or \cdots between its first and its last element",
            )  # fmt: skip
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
        """diag(a_1, …, a_m)."""
        if not any(isinstance(item, Dots) for item in content.items):
            raise fail("E150", "diag of a list without dots", span, help=r"write diag(a_1, \ldots, a_m)")
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
