r"""Matrices of blocks, \begin{pmatrix} A & B \\ 0 & D \end{pmatrix} and [A, B]: cells that are all written out.

Numbers in all cells are blocks 1×1.  A cell 0 takes the size that its row and its column have.
"""

from __future__ import annotations

from symbn.diagnostics import fail
from symbn.expr import build, tree
from symbn.expr.shape import is_scalar, is_square, unify_shapes
from symbn.expr.tree import Expr
from symbn.notes.names import Names
from symbn.notes.parts_of_names import ask_about_entry, stands_in_its_place
from symbn.notes.syntax import Commas, Matrix, Syntax
from symbn.source import Span


class BlockMatrices(Names):
    """The part of the reader that reads matrices without dots."""

    def block_matrix(self, syntax: Matrix) -> Expr:
        """Cells in rows.  Raises NoteError (E211) for an empty one, (S230, S232) for sizes that are not known."""
        width = max(map(len, syntax.rows))
        used = [place for place in range(width) if any(_cell(row, place) is not None for row in syntax.rows)]
        rows: list[list[Expr]] = []
        for row in syntax.rows:
            cells = [_cell(row, place) for place in used]
            if None in cells:
                raise fail("E211", "a matrix with an empty cell", syntax.span, help="write 0 for a block of zeros")
            rows.append([self.read(cell) for cell in cells if cell is not None])
        if len(rows) * len(used) > 1 and all(
            stands_in_its_place(cell, r, c) for r, row in enumerate(rows, 1) for c, cell in enumerate(row, 1)
        ):
            assert isinstance(rows[0][0], tree.Slice) and isinstance(rows[0][0].arg, tree.Symbol)
            self.scope.parted.add(rows[0][0].arg.name)
            raise ask_about_entry(rows[0][0], syntax.span)
        return tree.at_span(build.block(rows, syntax.span), syntax.span)

    def row_of_blocks(self, listed: Commas, span: Span) -> Expr:
        """[A, B], side by side.  Raises NoteError (E212) where it could be the commutator."""
        blocks = [self.read(item) for item in listed.items]
        first = blocks[0].shape
        if len(blocks) == 2 and is_square(first) and not is_scalar(first) and unify_shapes(first, blocks[1].shape):
            raise fail(
                "E212", "are these two blocks, or a commutator?", span,
                help=r"write \begin{bmatrix} A & B \end{bmatrix}, or A B - B A",
            )  # fmt: skip
        return tree.at_span(build.block([blocks], span), span)


def _cell(row: tuple[Syntax | None, ...], place: int) -> Syntax | None:
    return row[place] if place < len(row) else None
