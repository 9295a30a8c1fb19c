r"""Names with a number below them: x_1 is an entry of x, and A_{11} of A, unless it is declared as a part of its own.

Where an entry stands in the place of a vector or a matrix, or where all entries of a small matrix of blocks stand,
symbn asks: what holds of numbers does not hold of blocks.
"""

from __future__ import annotations

from symbn.diagnostics import NoteError, fail
from symbn.expr import tree
from symbn.expr.shape import is_scalar
from symbn.expr.tree import Expr, Shape
from symbn.notes.scope import Scope, spelled
from symbn.notes.syntax import Script, Syntax
from symbn.source import Span


def is_part(subject: Syntax, shape: Shape, scope: Scope) -> bool:
    r"""Whether x_1 \in \mathbb{R}^n beside an x, or A_{11} \in \mathbb{R}^{p \times q}, is no number: a new name."""
    if not isinstance(subject, Script) or subject.sup is not None or subject.primes:
        return False
    number = (spelled(subject.sub) if subject.sub is not None else None) or ""
    symbols = scope.context.symbols
    known = spelled(subject) in symbols or spelled(subject.base) not in symbols
    return not known and not is_scalar(shape) and number.replace(",", "").replace(" ", "").isdigit()


def ask_about_entry(e: tree.Slice, span: Span) -> NoteError:
    """E233, for x_1 or A_{11} that stands where a vector or a matrix is meant."""
    whole = f"`{e.arg.name}`" if isinstance(e.arg, tree.Symbol | tree.Reference) else "the whole"
    return fail(
        "E233", f"is this an entry of {whole}, or a vector or matrix of its own?", span,
        help=r"declare what is a part, such as $A_{11} \in \mathbb{R}^{p \times p}$; write (A)_{11} for an entry",
    )  # fmt: skip


def check_no_entry(e: Expr, span: Span) -> None:
    """Raises NoteError (E233) for the transpose, or the norm, of a number made of entries: (x_1 − x_2)ᵀ, ‖x_k‖."""
    match e:
        case tree.Slice(arg=tree.Symbol()) if is_scalar(e.shape):
            raise ask_about_entry(e, span)
        case tree.Add() | tree.Product() if is_scalar(e.shape):
            for part in e.terms if isinstance(e, tree.Add) else e.factors:
                check_no_entry(part, span)


def check_no_numbered_entry(e: Expr, span: Span) -> None:
    """Raises NoteError (E233) for x_1, with a number for its index."""
    if isinstance(e, tree.Slice) and isinstance(e.arg, tree.Symbol) and is_scalar(e.shape):
        if any(isinstance(at, tree.IndexConst) for at in (e.row, e.column)):
            raise ask_about_entry(e, span)


def stands_in_its_place(e: Expr, row: int, column: int) -> bool:
    """Whether a cell is written as that entry of a free matrix, or vector, whose size is no number: perhaps a block."""
    if not (isinstance(e, tree.Slice) and isinstance(e.arg, tree.Symbol) and is_scalar(e.shape)):
        return False
    if all(isinstance(size, int) for size in e.arg.shape):
        return False
    places = [at.value for at in (e.row, e.column) if isinstance(at, tree.IndexConst)]
    return places in ([row, column], [max(row, column)], [row, 1], [1, column])
