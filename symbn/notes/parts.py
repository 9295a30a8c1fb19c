r"""A known matrix written by new names for its parts: A = (a_{ij}), A = (a_1 \cdots a_n), X = (x_1^\top; …; x_n^\top).

Such an equation says of no known thing what it is; it defines the parts, as the entries, rows or columns of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from symbn.diagnostics import NoteError
from symbn.notes.patterns import Pattern, find_pattern
from symbn.notes.reserved import is_constant, transposes
from symbn.notes.scope import DefinedTensor, Scope, composite
from symbn.notes.syntax import Colon, Commas, Dots, Group, Matrix, Name, Script, Sequence, Syntax

_INDEX = "·"
"""The index of a stack's rows or columns, which has no letter."""


@dataclass(frozen=True)
class Parts:
    """name_indices := body, or its transpose if `turned`; `last` is what the index runs to, where that is written."""

    name: str
    indices: tuple[str, ...]
    body: Syntax
    turned: bool = False
    last: Syntax | None = None


def named_parts(whole: Syntax, body: Syntax, scope: Scope) -> Parts | None:
    """The parts that `whole = body` defines; None where it claims something, or says something else."""
    if not (isinstance(whole, Name) and _is_tensor(whole.latex, scope)):
        return None
    if isinstance(body, Group) and body.delimiter == "[" and isinstance(body.content, Commas):
        body = Matrix((body.content.items,), body.span)
    elif isinstance(body, Group) and body.delimiter in ("(", "["):
        body = body.content
    if isinstance(body, Matrix):
        return _stacked(whole, body, scope)
    match body:
        case Script(base=Name(latex=name), sub=Sequence(items=(Name(latex=i), Name(latex=j))), sup=None, primes=0):
            # (a_{ji}) can be the transpose of (a_{ij}): that is no name for the entries
            if (
                i < j
                and not any(scope.knows(letter) and letter not in scope.indices for letter in (i, j))
                and (_is_new(name, scope) and not scope.knows(composite(body) or name))
            ):
                return Parts(name, (i, j), Script(whole, body.sub, None, 0, whole.span))
    return None


def _stacked(whole: Name, body: Matrix, scope: Scope) -> Parts | None:
    """The rows or the columns of a matrix of which the first and the last are written."""
    rows = [[cell for cell in row if cell is not None] for row in body.rows]
    rows = [row for row in rows if row]
    upright = all(len(row) == 1 for row in rows)
    cells = [row[0] for row in rows] if upright else rows[0]
    if not (upright or len(rows) == 1) or not any(isinstance(cell, Dots) for cell in cells):
        return None
    try:
        pattern = find_pattern(cells, _INDEX, body.span)
    except NoteError:
        return None  # what reads the stack says what is wrong with it
    name, turned = _member(pattern)
    if name is None or turned != upright or not _is_new(name, scope) or scope.knows(f"{name}_{{1}}"):
        return None
    index, every = Name(_INDEX, whole.span), Colon(whole.span)
    place = Sequence((index, every) if upright else (every, index), whole.span)
    return Parts(name, (_INDEX,), Script(whole, place, None, 0, whole.span), turned, pattern.last)


def _member(pattern: Pattern) -> tuple[str | None, bool]:
    r"""The stem x of x_i, and whether a member is written transposed, x_i^\top."""
    match pattern.body:
        case Script(base=Script(base=Name() as stem, sub=Name(latex=i), sup=None), sub=None, sup=sup, primes=0):
            pass
        case Script(base=Name() as stem, sub=Name(latex=i), sup=sup, primes=0):
            pass
        case _:
            return None, False
    if i != pattern.index or not (sup is None or transposes(sup)):
        return None, False
    return stem.latex, sup is not None


def _is_tensor(name: str, scope: Scope) -> bool:
    return name in scope.context.symbols or isinstance(scope.meanings.get(name), DefinedTensor)


def _is_new(name: str, scope: Scope) -> bool:
    return not (scope.knows(name) or name in scope.families or is_constant(name))
