r"""A 0 of unsaid shape: the number, or where that does not fit, a column or matrix of zeros.

    \phi(0) = \phi(x - x)        A 0 = 0        0_{kk} = (A - A)_{kk}        \operatorname{softmax}(0) = \mathbf 1 / n

A 0 that is a whole side or term takes the shape of the others.  Any other is read as a number first.  Where that is
false, and another reading is true, symbn asks: is \phi(0)^\top \phi(0) a product of numbers?
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Literal, TypeAlias

from symbn.diagnostics import NoteError, fail
from symbn.expr import tree
from symbn.expr.build import is_zero
from symbn.expr.shape import resolved, resolved_shape, shape_text
from symbn.expr.statement import Goal
from symbn.expr.tree import DimVar, Expr, Shape, Zero
from symbn.notes.syntax import Group, Matrix, Name, Numeral, Script, Syntax, arguments_of, unscripted, walk
from symbn.notes.syntax import Sequence as Juxtaposed
from symbn.source import Span

Kind: TypeAlias = Literal["number", "column", "matrix"]
_KINDS: tuple[Kind, ...] = ("number", "column", "matrix")
_FEW = 3
"""Of so many zeros each may be of another kind than the others."""
_MANY = 12
"""Of so many one may be."""


class OpenZeros:
    """What the 0 of some places is; any other is a number."""

    def __init__(self, kinds: dict[Span, Kind]) -> None:
        self._kinds = kinds
        self._shapes: dict[Span, Shape] = {}

    def at(self, span: Span) -> Expr | None:
        """The zero of a place, of a size that is found from where it stands; None for the number."""
        kind = self._kinds.get(span, "number")
        if kind == "number":
            return None
        shape = (DimVar("`0`", span), 1 if kind == "column" else DimVar("`0`", span))
        self._shapes[span] = shape
        return Zero(shape=shape, span=span)

    def check_no_rows(self) -> None:
        """Raises NoteError (E258) for a zero that would be a row."""
        for place, shape in self._shapes.items():
            if resolved(shape[0]) == 1:
                raise fail("E258", "a 0 would be a row here", place)

    def notices(self) -> Iterator[str]:
        """What to tell of the zeros that are no numbers."""
        for rows, columns in map(resolved_shape, self._shapes.values()):
            yield f"a 0 is {shape_text((rows, columns))}: as a number it does not fit where it stands"


def possible_zeros(sides: Sequence[Syntax]) -> Iterator[OpenZeros]:
    """What each 0 in some sides may be, where not all are numbers: as few matrices as can be first, and few columns.

    Of many zeros one is a column or matrix, or all are; of very many all.
    """
    places = [place for side in sides for place in _places(side)]
    if len(places) <= _FEW:
        every = product(_KINDS, repeat=len(places))
        for kinds in sorted(every, key=lambda kinds: (kinds.count("matrix"), kinds.count("column"))):
            if set(kinds) - {"number"}:
                yield OpenZeros(dict(zip(places, kinds, strict=True)))
    else:
        for kind in _KINDS[1:]:
            yield from (OpenZeros({place: kind}) for place in places if len(places) <= _MANY)
            yield OpenZeros(dict.fromkeys(places, kind))


def _places(side: Syntax) -> list[Span]:
    r"""Where a 0 stands that may be no number: none in a script, none that \max compares with something, no block."""
    numbers: set[Span] = set()
    for node in walk(side):
        match node:
            case Script():
                scripts = (part for part in (node.sub, node.sup) if part is not None)
                numbers |= {zero.span for script in scripts for zero in walk(script) if _is_literal(zero)}
            case Matrix():
                numbers |= {cell.span for row in node.rows for cell in row if cell is not None and _is_literal(cell)}
            case Juxtaposed(items=items):
                for word, group in pairwise(map(unscripted, items)):
                    if isinstance(word, Name) and isinstance(group, Group) and word.latex in (r"\max", r"\min"):
                        numbers |= _compared(group)
    return [node.span for node in walk(side) if _is_literal(node) and node.span not in numbers]


def _compared(group: Group) -> set[Span]:
    """The zeros among what is compared, if it is not all zeros."""
    arguments = arguments_of(group.content)
    return set() if all(map(_is_literal, arguments)) else {a.span for a in arguments if _is_literal(a)}


def _is_literal(node: Syntax) -> bool:
    return isinstance(node, Numeral) and node.text == "0"


def is_applied_to_zero(goal: Goal) -> bool:
    """Whether a function is applied to the number 0 on a side: f(0) is a number then, and else a column of them."""
    return any(
        is_zero(argument)
        for side in (goal.left, goal.right)
        for node in tree.walk(side)
        for argument in _arguments(node)
    )


def _arguments(node: Expr) -> tuple[Expr, ...]:
    match node:
        case tree.Elementwise():
            return (node.arg,)
        case tree.Apply() | tree.Reference():
            return node.arguments
    return ()


def zero_of_unknown_size(reason: NoteError, span: Span) -> NoteError:
    """E258, for what can be read but for the size of a zero."""
    return fail(
        "E258", "of what shape is the 0 here? It does not fit as a number", span,
        help=r"write 0_n for a column of zeros, 0_{m \times n} for a matrix",
        notes=(f"with another 0: {reason.diagnostic.message}",),
    )  # fmt: skip
