r"""Products that signs divide, grouped anew where only one other way has a meaning; else symbn asks.

V^\top \nabla_q s \odot a        (Vᵀ ∇_q s) ⊙ a, as with any name in place of ∇_q s
x^\top A x / x^\top x            divided by xᵀx: a quotient by the row xᵀ is none
x \cdot A y                      x · (A y)
"""

from __future__ import annotations

from abc import abstractmethod

from symbn.diagnostics import NoteError, ShapeError, fail
from symbn.expr.shape import is_column, is_scalar, resolved, resolved_shape, shape_text
from symbn.expr.tree import Expr
from symbn.notes.syntax import Binary, Group, Nabla, Sequence, Syntax, juxtaposed, unscripted
from symbn.notes.vocabulary import LOOSE


class Grouping:
    """The part of the reader that finds what a sign in a product stands between."""

    @abstractmethod
    def read(self, syntax: Syntax) -> Expr:
        """The expression; sizes may still be open.  Raises NoteError, ShapeError."""

    @abstractmethod
    def acts_on_all(self, syntax: Nabla, rest: list[Syntax]) -> bool:
        """Whether a ∇ before a sign acts on both sides of it.  Raises NoteError (E171)."""

    def readable(self, syntax: Syntax) -> Expr | None:
        """The expression, if it can be read."""
        try:
            return self.read(syntax)
        except NoteError:
            return None

    def regrouped(self, items: list[Syntax]) -> Syntax | None:
        """A product as it is meant, if its signs stand between other things than those beside them."""
        for place, item in enumerate(items[:-1]):
            following = items[place + 1]
            if isinstance(item, Nabla) and place and isinstance(following, Binary):
                if not self.acts_on_all(item, items[place + 1 :]):
                    return juxtaposed(carried(items[: place + 1], items[place + 1 :]))
            elif isinstance(item, Binary) and item.op in ("/", r"\cdot"):
                whole = self._with_all_behind(item, items[place + 1 :])
                if whole is not None:
                    return juxtaposed([*items[:place], whole])
        return None

    def _with_all_behind(self, item: Binary, behind: list[Syntax]) -> Binary | None:
        """a op (b c) for (a op b) c, where b is no divisor, or no factor of a, and b c is one."""
        right = self.readable(item.right)
        if right is None or is_scalar(right.shape) or (item.op == r"\cdot" and resolved(right.shape[0]) == 1):
            return None
        product = juxtaposed([item.right, *behind])
        meant, left = self.readable(product), self.readable(item.left)
        if meant is None or left is None:
            return None
        if item.op == "/":
            fits = is_scalar(meant.shape)
        else:
            fits = is_column(meant.shape) and is_column(left.shape) and not is_column(right.shape)
        return Binary(item.op, item.left, product, item.span.to(product.span)) if fits else None

    def check_grouping(self, syntax: Binary, left: Expr, right: Expr, misfit: ShapeError) -> None:
        r"""Raises NoteError (E237) for A b \odot c that has no value, where A (b \odot c) has one."""
        if syntax.op not in LOOSE:
            return
        for product, factor, other in (
            (left, _last(_factors(syntax.left)), right),
            (right, _factors(syntax.right)[0], left),
        ):
            beside = None if is_argument(factor) else self.readable(factor)
            if beside is not None and resolved_shape(beside.shape) == resolved_shape(other.shape):
                raise fail(
                    "E237", f"does {syntax.op} stand between two products, or between two factors?", syntax.span,
                    help=f"the product is {shape_text(product.shape)}, the factor {shape_text(beside.shape)}; "
                    "put what belongs together in parentheses",
                ) from misfit  # fmt: skip


def carried(before: list[Syntax], rest: list[Syntax]) -> list[Syntax]:
    r"""A product with what stands before its first sign inside of it: (∇ a) · b for ∇ (a · b)."""
    first = rest[0]
    if not isinstance(first, Binary):
        return [*before, *rest]
    inner = carried(before, list(_factors(first.left)))
    return [Binary(first.op, juxtaposed(inner), first.right, before[0].span.to(first.right.span)), *rest[1:]]


def divides_openly(syntax: Syntax | None) -> bool:
    """a / b with no delimiters around b but those of a norm: a / b c can be read in two ways."""
    if not isinstance(syntax, Binary) or syntax.op != "/":
        return False
    below = unscripted(syntax.right)
    return not isinstance(below, Group) or below.delimiter in ("|", r"\|")


def is_argument(syntax: Syntax) -> bool:
    """Whether something stands in parentheses or braces."""
    group = unscripted(syntax)
    return isinstance(group, Group) and group.delimiter in ("(", "[", "{")


def _last(items: tuple[Syntax, ...]) -> Syntax:
    """The last factor of a product: a ∇ with what it acts on."""
    place = next((k for k in reversed(range(len(items))) if isinstance(items[k], Nabla)), len(items) - 1)
    return juxtaposed(list(items[place:]))


def _factors(syntax: Syntax) -> tuple[Syntax, ...]:
    return syntax.items if isinstance(syntax, Sequence) else (syntax,)
