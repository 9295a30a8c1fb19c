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
from symbn.notes.elisions import Rows, diagonal, is_dots, squared, table, with_gap_filled, without_rules
from symbn.notes.patterns import Pattern, Slip, find_pattern, find_slips, mismatch
from symbn.notes.ranges import Ranges
from symbn.notes.scope import spelled
from symbn.notes.syntax import Commas, Dots, Matrix, Name, Sequence, Syntax
from symbn.source import Span


class Stacks(Ranges, BlockMatrices):
    """The part of the reader that reads matrices and lists."""

    def matrix(self, syntax: Matrix) -> Expr:
        """A matrix whose cells are all written, or one with dots."""
        rows = _split(syntax.rows)
        if not any(is_dots(cell) for row in rows for cell in row):
            return self._between_rules(syntax) or self.block_matrix(syntax)
        shown = without_rules(squared(rows))
        if len(shown[0]) == 1:
            return self.stack([row[0] for row in shown if row[0] is not None], "rows", syntax.span)
        if len(shown) == 1:
            return self.stack([cell for cell in shown[0] if cell is not None], "columns", syntax.span)
        entries = diagonal(squared(rows))
        return self._table(shown, syntax.span) if entries is None else self._diagonal(entries, syntax.span)

    def _between_rules(self, syntax: Matrix) -> Expr | None:
        r"""a_1 & & a_n between drawn rules: the columns from 1 to n, though no dots say so.

        Raises NoteError (E230) where nothing tells whether columns are left out.
        """
        cells = with_gap_filled(syntax.rows)
        gap = cells is not None
        rows = squared(syntax.rows)
        said = [cell for row in rows for cell in row if cell is not None]
        if not gap and syntax.ruled and len(said) > 1 and 1 in (len(rows), len(rows[0])):
            cells = [*said[:-1], Dots(r"\cdots", said[-1].span), said[-1]]
        if cells is None or not self._runs_to_a_size(cells, syntax.span):
            return None
        if not (gap and syntax.ruled):
            raise fail(
                "E230", "is something left out between the first and the last?", cells[-1].span,
                help=r"write \cdots or \vdots in its place; or name the last before, and write the name",
            )  # fmt: skip
        self.notices["the dots that are left out between the first and the last column of a matrix are read"] = None
        return self.stack(cells, "columns", syntax.span)

    def _runs_to_a_size(self, cells: list[Syntax], span: Span) -> bool:
        """Whether the cells follow one pattern from 1 to a dimension."""
        try:
            last = find_pattern(cells, "·", span).last
        except NoteError:
            return False
        return isinstance(last, Name) and spelled(last) in self.scope.context.dimensions

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

    def row_between_brackets(self, listed: Sequence, span: Span) -> Expr:
        r"""[x_1 \cdots x_n] of columns.  Raises NoteError (E231) where numbers could be a row, or a product."""
        stack = self.stack(list(listed.items), "columns", span)
        if isinstance(stack, tree.Stack) and is_scalar(stack.body.shape):
            raise fail(
                "E231", "is this a row of numbers, or their product?", span,
                help=r"write commas for a row, [a_1, \ldots, a_n]; a product over a size is not read",
            )  # fmt: skip
        return stack

    def _table(self, rows: Rows, span: Span) -> Expr:
        r"""A_{11} … A_{1n} over A_{m1} … A_{mn}: an entry under two indices; or rows, or columns, that are all written.

        Raises NoteError (E159) for what is neither.
        """
        found = table(rows)
        if found is None:
            raise fail(
                "E159", "this matrix follows no pattern that symbn reads", span,
                help=r"write a stack of rows, a diagonal with \ddots, or define its entries: C_{ij} := …",
            )  # fmt: skip
        elements, elided_rows, elided_columns = found
        if not elided_columns:
            columns = [[elements[0][c], Dots(r"\vdots", span), elements[-1][c]] for c in range(len(elements[0]))]
            if len(elements) > 2:
                columns = [[*(row[c] for row in elements[:-1]), *column[1:]] for c, column in enumerate(columns)]
            return tree.at_span(build.block([[self.stack(c, "rows", span) for c in columns]], span), span)
        if not elided_rows:
            return tree.at_span(build.block([[self.stack(row, "columns", span)] for row in elements], span), span)
        across, down = self._fresh_index(), self._fresh_index()
        patterns = [find_pattern(row, across, span) for row in elements]
        for other in patterns[1:]:
            if spelled(other.last) != spelled(patterns[0].last):
                raise mismatch(patterns[0].last, other.last)
        bodies: list[Syntax] = [*(p.body for p in patterns[:-1]), Dots(r"\vdots", span), patterns[-1].body]
        whole = find_pattern(bodies, down, span)
        i, j = self._index(down, whole, elements[0][0]), self._index(across, patterns[0], elements[0][0])
        body = self.under((i, j), whole.body)
        if not is_scalar(body.shape):
            raise build.shape_error("S216", "the entries of a table are scalars", (body,))
        row = tree.Stack(index=j, body=body, axis="columns", shape=(1, j.dim), span=span)
        return tree.Stack(index=i, body=row, axis="rows", shape=(i.dim, j.dim), span=span)

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
        name = self._fresh_index()
        try:
            pattern = find_pattern(cells, name, span)
        except NoteError as error:
            raise self._with_suggestion(error, cells) from None
        index = self._index(name, pattern, cells[0])
        return index, self.under((index,), pattern.body)

    def _fresh_index(self) -> str:
        self._fresh += 1
        return f"·{self._fresh}"

    def _index(self, name: str, pattern: Pattern, first: Syntax) -> IndexVar:
        """The index that a pattern runs over.  Raises NoteError (E152) where its last is no size."""
        last = spelled(pattern.last)
        if isinstance(pattern.last, Name) and last not in self.scope.context.dimensions:
            raise NoteError(
                Diagnostic(
                    "E152",
                    f"this list runs from 1 to `{last}`, which is no size",
                    (
                        Label(first.span, "the first says 1", False),
                        Label(pattern.last.span, f"the last says {last}"),
                    ),
                    help="let the last element say the dimension that the list runs to",
                )
            )
        return IndexVar(name, self.dimension(pattern.last))

    def _with_suggestion(self, error: NoteError, cells: list[Syntax]) -> NoteError:
        """Where the list would follow a pattern if another letter stood in its first or its last, that one is shown."""
        slips = find_slips(cells, self.scope.context.dimensions)
        if not slips:
            return error
        sizes = {self._range_of(slip) for slip in slips if slip.in_last} - {None}
        size = sizes.pop() if len(sizes) == 1 else slips[-1].due
        due = [("last", size or "the size") if slip.in_last else ("first", "1") for slip in slips]
        labels = (
            Label(slip.at.span, f"{what} in the {place} element?")
            for slip, (place, what) in zip(slips, due, strict=True)
        )
        letters = " and ".join(sorted({f"`{slip.at.latex}`" for slip in slips}))
        return NoteError(
            Diagnostic(
                "E152",
                f"the elements of this list do not follow one pattern: {letters} stands where its index should",
                tuple(labels),
                help="did you mean " + " and ".join(f"{what} in the {place} element" for place, what in due) + "?",
            )
        )

    def _range_of(self, slip: Slip) -> str | None:
        """The size that the index of a family runs to, where its letter stands."""
        stem = None if slip.owner is None else spelled(slip.owner)
        family = self.scope.families.get(stem) if stem is not None else None
        dim = resolved(family.indices[0].dim) if family is not None and len(family.indices) == 1 else slip.due
        return dim if isinstance(dim, str) else None


def _split(rows: Rows) -> Rows:
    r"""x_1 \cdots x_n in one cell, as the three that it lists."""
    if len(rows) != 1 or len(rows[0]) != 1:
        return rows
    cell = rows[0][0]
    return (cell.items,) if isinstance(cell, Sequence) and any(map(is_dots, cell.items)) else rows
