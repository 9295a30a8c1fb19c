r"""∂/∂ and ∇ as they are written: \frac{\partial^2 f}{\partial x \partial y}, ∂f/∂x, \nabla^2_x.

A fraction is a derivation if both sides begin with the same mark, ∂ or an upright or plain d; as many marks
stand below as the order above says, or one with that power: \partial x^2.  The mark above acts on the product that
follows it: \partial\, x \odot y is ∂(x ⊙ y).
"""

from __future__ import annotations

from dataclasses import replace

from symbn.diagnostics import NoteError, fail
from symbn.notes.syntax import (
    Binary,
    Commas,
    Derivation,
    Group,
    Nabla,
    Name,
    Numeral,
    Script,
    Sequence,
    Signed,
    Syntax,
    juxtaposed,
    unscripted,
)
from symbn.source import Span


def derivation(numerator: Syntax, denominator: Syntax, span: Span) -> Derivation | None:
    r"""∂f/∂x and the like; None for any other quotient.  Raises NoteError (P260, P261, P262)."""
    head, body = _parted(numerator)
    below = _items(denominator)
    order = _order(head)
    if order is None or _order(below[0]) is None:
        _ask_about_sum(numerator, denominator)
        return None
    mark = unscripted(head)
    assert isinstance(mark, Name)
    if not _leads_with(denominator, mark.latex) or len(below) < 2:
        return None
    variables: list[Syntax] = []
    current: list[Syntax] = []
    for place, item in enumerate(below[1:], start=1):
        if isinstance(item, Name) and item.latex == mark.latex and not (place + 1 == len(below) and not current):
            if not current:
                raise _without_variable(item.span)
            variables.append(juxtaposed(current))
            current = []
        else:
            current.append(item)
    if not current:
        raise _without_variable(below[-1].span)
    variables.append(juxtaposed(current))
    if len(variables) == 1 and order > 1:
        variables = _repeated(variables[0], order)
    if len(variables) != order:
        raise fail(
            "P261", f"∂ of order {order} by {len(variables)} variable(s)", span,
            help=r"write \frac{\partial^2 f}{\partial x \partial y}, with as many ∂ below as above",
        )  # fmt: skip
    return Derivation(body, tuple(variables), order, mark.latex, span)


def _without_variable(span: Span) -> NoteError:
    return fail("P260", "nothing stands after this ∂", span, help="write the variable")


def is_partial(syntax: Syntax) -> bool:
    """Whether something begins with ∂."""
    return _order(_parted(syntax)[0]) is not None and _leads_with(syntax, r"\partial")


def numerator_place(items: list[Syntax]) -> int:
    r"""Where the numerator of a/b begins in a product: at its last ∂ or d with something after it, else at 0.

    So a ∂f/∂x is a(∂f/∂x), and ∂f/∂y ∂y/∂x a product of two.
    """
    places = [place for place, item in enumerate(items[:-1]) if _order(item) is not None]
    return places[-1] if places else 0


def marks_alike(left: Syntax, right: Syntax) -> bool:
    """Whether a numerator begins with the ∂ or d that its denominator is so far."""
    head = _parted(left)[0]
    return _order(head) is not None and isinstance(right, Name) and unscripted(head) == replace(right, span=head.span)


def partial(sub: Syntax, sup: Syntax | None, span: Span) -> Derivation:
    r"""\partial_x and \partial_x^2: ∂/∂x and ∂²/∂x², acting on what follows.  Raises NoteError (P261, P263)."""
    order = _order(Script(Name(r"\partial", span), None, sup, 0, span)) if sup is not None else 1
    if order is None:
        raise fail("P263", "this superscript of ∂ is no order", span, help=r"write \frac{\partial^2}{\partial x^2}")
    if isinstance(sub, Commas):
        raise fail(
            "P261", "∂ by several variables at once", span,
            help=r"write \frac{\partial^2}{\partial x \partial y}",
        )  # fmt: skip
    return Derivation(None, (sub,) * order, order, r"\partial", span)


def acts(syntax: Syntax) -> bool:
    r"""Whether something is an operator that acts on what follows: \nabla_x, \frac{\partial}{\partial x}."""
    return isinstance(syntax, Nabla) or (isinstance(syntax, Derivation) and syntax.body is None)


def nabla(sub: Syntax | None, sup: Syntax | None, span: Span) -> Syntax:
    r"""\nabla with its scripts: the variable below, the order above, and what else stands above."""
    order = 1
    rest: Syntax | None = sup
    if isinstance(sup, Numeral):
        order, rest = _times(sup), None
    elif isinstance(sup, Sequence) and isinstance(sup.items[0], Numeral):
        order, rest = _times(sup.items[0]), juxtaposed(sup.items[1:])
    operator = Nabla(sub, order, span)
    return operator if rest is None else Script(operator, None, rest, 0, span)


def _items(syntax: Syntax) -> list[Syntax]:
    if isinstance(syntax, Group) and syntax.delimiter == "{":
        return _items(syntax.content)
    return list(syntax.items) if isinstance(syntax, Sequence) else [syntax]


def _parted(syntax: Syntax) -> tuple[Syntax, Syntax | None]:
    r"""The first factor of a product, and what is left of the product: ∂ and x ⊙ y for \partial x \odot y."""
    if isinstance(syntax, Binary):
        head, rest = _parted(syntax.left)
        if rest is None:
            return syntax, None  # the sign joins the first factor itself to something
        return head, Binary(syntax.op, rest, syntax.right, rest.span.to(syntax.right.span))
    first, *others = _items(syntax)
    if first is syntax:
        return syntax, None
    head, rest = _parted(first)
    left = others if rest is None else [rest, *others]
    return head, juxtaposed(left) if left else None


def _ask_about_sum(numerator: Syntax, denominator: Syntax) -> None:
    r"""Raises NoteError (P262) for \frac{\partial x + y}{\partial x}."""
    if isinstance(numerator, Group) and numerator.delimiter == "{":
        _ask_about_sum(numerator.content, denominator)
    elif isinstance(numerator, Signed) and _leads_with(denominator, r"\partial") and is_partial(numerator.terms[0][1]):
        raise fail(
            "P262", "how far does this ∂ reach?", numerator.span,
            help="put what it acts on in parentheses, or write a fraction for each term",
        )  # fmt: skip


def _order(syntax: Syntax) -> int | None:
    r"""The k of a leading \partial^k; None if this is none."""
    if isinstance(syntax, Name) and syntax.latex in (r"\partial", r"\mathrm{d}", "d"):
        return 1
    if isinstance(syntax, Script) and syntax.sub is None and _order(syntax.base) == 1:
        return _times(syntax.sup) if isinstance(syntax.sup, Numeral) else None
    return None


_MOST_TIMES = 24


def _times(order: Numeral) -> int:
    """How often is differentiated.  Raises NoteError (P269)."""
    if order.text.isdigit() and int(order.text) <= _MOST_TIMES:
        return int(order.text)
    raise fail(
        "P269", f"a derivative of order {order.text[:9]} is not read, only 1 to {_MOST_TIMES}", order.span,
        help="define a lower derivative, and differentiate that",
    )  # fmt: skip


def _leads_with(syntax: Syntax, latex: str) -> bool:
    first = unscripted(_parted(syntax)[0])
    return isinstance(first, Name) and first.latex == latex


def _repeated(variable: Syntax, order: int) -> list[Syntax]:
    r"""x, …, x for the x^k of \partial x^k; else the one variable."""
    if isinstance(variable, Script) and isinstance(variable.sup, Numeral) and variable.sup.text == str(order):
        bare = variable.sub is None and not variable.primes
        plain = variable.base if bare else Script(variable.base, variable.sub, None, variable.primes, variable.span)
        return [plain] * order
    return [variable]
