r"""The column of ones written as a plain 1: 1^\top x, 11^\top / n.  The transpose of the number one is never meant."""

from __future__ import annotations

from symbn.notes.reserved import transposes
from symbn.notes.syntax import Group, Name, Numeral, Script, Sequence, Syntax
from symbn.source import Span


def ones_at(span: Span) -> Name:
    r"""\mathbf{1}, where a 1 stands."""
    return Name(r"\mathbf{1}", span)


def plain_ones(syntax: Syntax) -> Syntax | None:
    r"""\mathbf{1}^\top for 1^\top, \mathbf{1}\mathbf{1}^\top for 11^\top; None for anything else."""
    if not isinstance(syntax, Script) or syntax.sub is not None or syntax.primes or not transposes(_inside(syntax.sup)):
        return None
    base = syntax.base
    if not isinstance(base, Numeral) or base.text not in ("1", "11"):
        return None
    middle = base.span.end - 1
    turned = Script(ones_at(Span(middle, base.span.end)), None, syntax.sup, 0, Span(middle, syntax.span.end))
    if base.text == "1":
        return turned
    return Sequence((ones_at(Span(base.span.start, middle)), turned), syntax.span)


def _inside(sup: Syntax | None) -> Syntax | None:
    return sup.content if isinstance(sup, Group) and sup.delimiter == "{" else sup
