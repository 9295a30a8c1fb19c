r"""The constants that need no declaration, where one is declared: \mathbf 1 \in \mathbb{R}^n says how large 𝟏 is.

It stays what it is, and has that size wherever nothing else says one.  An I that is not square is another name, and so
is 𝟏 or 0 with a subscript that is no size of it: \mathbf 1_k \in \mathbb{R}^n.
"""

from __future__ import annotations

from symbn.diagnostics import fail
from symbn.expr.shape import is_scalar, is_square
from symbn.expr.tree import Shape
from symbn.notes.reserved import IDENTITIES, ONES, ZEROS
from symbn.notes.scope import Scope, spelled
from symbn.notes.syntax import Binary, Name, Script, Syntax


def constant_of(subject: Syntax, shape: Shape, scope: Scope) -> str | None:
    r"""`I`, `\mathbf 1` or `\mathbf 0` if a subject of ∈ is that constant; None for another name.

    Raises NoteError (E207) for ones that are no column.
    """
    base, sub = (subject.base, subject.sub) if isinstance(subject, Script) else (subject, None)
    name = base.latex if isinstance(base, Name) else ""
    if scope.knows(name) or scope.knows(spelled(subject) or ""):
        return None
    if isinstance(subject, Script) and (subject.sup is not None or subject.primes or not _says(sub, shape)):
        return None
    if name in IDENTITIES:
        return "I" if is_square(shape) and not is_scalar(shape) else None
    if name in ONES and sub is None and shape[1] != 1:
        raise fail(
            "E207", r"\mathbf 1 is a column of ones, and this is no column", subject.span,
            help=r"write \mathbf 1_m \mathbf 1_n^\top for a matrix of ones, or take another letter for another thing",
        )  # fmt: skip
    return r"\mathbf 1" if name in ONES else r"\mathbf 0" if name in ZEROS else None


def _says(sub: Syntax | None, shape: Shape) -> bool:
    """Whether a subscript is the size, or the sizes, of a shape."""
    rows, columns = map(str, shape)
    if isinstance(sub, Binary) and sub.op == r"\times":
        return (spelled(sub.left), spelled(sub.right)) == (rows, columns)
    return spelled(sub) == rows if sub is not None else False
