r"""A list in parentheses that is transposed is a column, (x_1, …, x_n)^\top; without the transpose it is nothing."""

from __future__ import annotations

from symbn.diagnostics import fail
from symbn.expr.shape import resolved
from symbn.expr.tree import Expr
from symbn.notes.reserved import transposes
from symbn.notes.syntax import Commas, Group, Script


def row_of(syntax: Script) -> Group | None:
    r"""The row [x_1, …, x_n] that (x_1, …, x_n)^\top is the transpose of; None for what is no such list."""
    base = syntax.base
    plain = syntax.sub is None and not syntax.primes and transposes(syntax.sup)
    if plain and isinstance(base, Group) and base.delimiter == "(" and isinstance(base.content, Commas):
        return Group("[", base.content, base.span)
    return None


def check_row(row: Expr, written: Script) -> None:
    r"""Raises NoteError (E235) where columns are listed: (x, y)^\top can be two rows, or one column of all entries."""
    if resolved(row.shape[0]) != 1:
        raise fail(
            "E235", "does this list stand for rows one below the other, or for one long column?", written.span,
            help=r"write [x, y]^\top for the rows, (x^\top, y^\top)^\top for the column",
        )  # fmt: skip
