r"""∂/∂ and ∇ as they are written: \frac{\partial^2 f}{\partial x \partial y}, ∂f/∂x, \nabla^2_x.

A fraction is a derivation if both sides begin with the same mark, ∂ or an upright or plain d; as many marks
stand below as the order above says, or one with that power: \partial x^2.
"""

from __future__ import annotations

from symbn.diagnostics import NoteError, fail
from symbn.notes.syntax import (
    Derivation,
    Group,
    Nabla,
    Name,
    Numeral,
    Script,
    Sequence,
    Syntax,
    juxtaposed,
    unscripted,
)
from symbn.source import Span


def derivation(numerator: Syntax, denominator: Syntax, span: Span) -> Derivation | None:
    r"""∂f/∂x and the like; None for any other quotient.  Raises NoteError (P260, P261)."""
    above, below = _items(numerator), _items(denominator)
    order = _order(above[0])
    if order is None or _order(below[0]) is None:
        return None
    mark = unscripted(above[0])
    assert isinstance(mark, Name)
    if not _leads_with(denominator, mark.latex) or len(below) < 2:
        return None
    variables: list[Syntax] = []
    current: list[Syntax] = []
    for item in below[1:]:
        if isinstance(item, Name) and item.latex == mark.latex:
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
    body = juxtaposed(above[1:]) if len(above) > 1 else None
    return Derivation(body, tuple(variables), order, mark.latex, span)


def _without_variable(span: Span) -> NoteError:
    return fail("P260", "nothing stands after this ∂", span, help="write the variable")


def is_partial(syntax: Syntax) -> bool:
    """Whether something begins with ∂."""
    return _order(_items(syntax)[0]) is not None and _leads_with(syntax, r"\partial")


def nabla(sub: Syntax | None, sup: Syntax | None, span: Span) -> Syntax:
    r"""\nabla with its scripts: the variable below, the order above, and what else stands above."""
    order = 1
    rest: Syntax | None = sup
    if isinstance(sup, Numeral):
        order, rest = int(sup.text), None
    elif isinstance(sup, Sequence) and isinstance(sup.items[0], Numeral):
        order, rest = int(sup.items[0].text), juxtaposed(sup.items[1:])
    operator = Nabla(sub, order, span)
    return operator if rest is None else Script(operator, None, rest, 0, span)


def _items(syntax: Syntax) -> list[Syntax]:
    if isinstance(syntax, Group) and syntax.delimiter == "{":
        return _items(syntax.content)
    return list(syntax.items) if isinstance(syntax, Sequence) else [syntax]


def _order(syntax: Syntax) -> int | None:
    r"""The k of a leading \partial^k; None if this is none."""
    if isinstance(syntax, Name) and syntax.latex in (r"\partial", r"\mathrm{d}", "d"):
        return 1
    if isinstance(syntax, Script) and syntax.sub is None and _order(syntax.base) == 1:
        return int(syntax.sup.text) if isinstance(syntax.sup, Numeral) else None
    return None


def _leads_with(syntax: Syntax, latex: str) -> bool:
    first = unscripted(_items(syntax)[0])
    return isinstance(first, Name) and first.latex == latex


def _repeated(variable: Syntax, order: int) -> list[Syntax]:
    r"""x, …, x for the x^k of \partial x^k; else the one variable."""
    if isinstance(variable, Script) and isinstance(variable.sup, Numeral) and int(variable.sup.text) == order:
        bare = variable.sub is None and not variable.primes
        plain = variable.base if bare else Script(variable.base, variable.sub, None, variable.primes, variable.span)
        return [plain] * order
    return [variable]
