r"""Expansions: f(x + dx) = f(x) + f'(x) dx + o(dx), to be read as two equations.

Both sides agree at dx = 0, in value and in derivative; the o(dx) or O(‖dx‖²) itself is left out.
"""

from __future__ import annotations

from symbn.diagnostics import fail
from symbn.expr import build, tree
from symbn.expr.shape import is_column, is_scalar, resolved
from symbn.expr.statement import Goal
from symbn.expr.tree import Expr, IndexVar
from symbn.notes.expressions import Reader
from symbn.notes.scope import Scope
from symbn.notes.syntax import Group, Name, Script, Sequence, Signed, Syntax
from symbn.source import Span


def without_order(side: Syntax, scope: Scope) -> Syntax:
    """A side without its o(dx)."""
    if not isinstance(side, Signed):
        return side
    kept = tuple(term for term in side.terms if not _is_order(term[1], scope))
    if len(kept) == len(side.terms) or not kept:
        return side
    return kept[0][1] if len(kept) == 1 and kept[0][0] == "+" else Signed(kept, side.span)


def orders(side: Syntax, scope: Scope) -> list[Syntax]:
    """The increments of a side's o(dx) and O(‖dx‖²)."""
    terms = [term for _, term in side.terms] if isinstance(side, Signed) else [side]
    found: list[Syntax] = []
    for term in terms:
        if _is_order(term, scope):
            assert isinstance(term, Sequence)
            inner = term.items[1]
            while isinstance(inner, (Group, Script)):
                inner = inner.content if isinstance(inner, Group) else inner.base
            found.append(inner)
    return found


def first_order_goals(left: Expr, right: Expr, increments: list[Syntax], reader: Reader) -> list[Goal]:
    """The equation at dx = 0, and that of the derivatives by dx there, entry by entry where that is no matrix."""
    symbols = {s.name: s for s in map(reader.read, increments) if isinstance(s, tree.Symbol)}
    if len(symbols) != 1:
        taken = ("`d` means something else in this note",) if reader.stands_alone("d") else ()
        raise fail(
            "E170", "an expansion is in one increment", increments[0].span,
            help="write o(\\mathrm{d}x)", notes=taken,
        )  # fmt: skip
    (dx,) = symbols.values()
    goals = [Goal(_at_zero(left, dx), _at_zero(right, dx), f"at {dx.name} = 0")]
    if (
        not is_scalar(left.shape)
        and not is_scalar(dx.shape)
        and not (resolved(left.shape[1]) == 1 and is_column(dx.shape))
    ):
        row, column = (
            None if resolved(dim) == 1 else reader.free.setdefault(f"'{what}", IndexVar(f"'{what}", dim))
            for dim, what in zip(left.shape, ("row", "column"), strict=True)
        )
        left, right = (build.entry(e, row, column, e.span) for e in (left, right))
    left, right = (_at_zero(reader.derivative(e, dx, dx.span or Span(0, 0)), dx) for e in (left, right))
    goals.append(Goal(left, right, f"derivatives by {dx.name} at 0"))
    return goals


def _is_order(term: Syntax, scope: Scope) -> bool:
    if not (isinstance(term, Sequence) and len(term.items) == 2):
        return False
    first, second = term.items
    return (
        isinstance(first, Name)
        and first.latex in ("o", "O", r"\mathcal{O}", r"\mathcal{o}")
        and isinstance(second, Group)
        and not scope.knows(first.latex)
    )


def _at_zero(e: Expr, dx: tree.Symbol) -> Expr:
    return tree.At(arg=e, name=dx.name, shape=e.shape, span=e.span)
