r"""Sums and products over an index: \sum_i, \sum_{i=1}^{n}, and those over numbers, \prod_{k=1}^{3} A_k, written out.

Over a range of numbers the index is one of them in each term, so that it may stand in a name, A_1 A_2 A_3, or be
a number itself, \sum_{k=0}^{2} t^k.  A product is taken from left to right.  The index of a sum over a size may be a
number as well: \sum_{r=0}^{n-1} X^r is the sum of X^{r-1} over r from 1 to n.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Many
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.tree import Dim, DimVar, Expr, IndexVar
from symbn.notes.scope import spelled
from symbn.notes.subscripts import Subscripts
from symbn.notes.syntax import Big, Group, Name, Numeral, Related, Signed, Syntax
from symbn.source import Span

_MOST_TERMS = 20


class Ranges(Subscripts):
    r"""The part of the reader that reads \sum and \prod."""

    def big(self, syntax: Big) -> Expr:
        if syntax.sub is None:
            raise fail("E154", f"a {syntax.kind} without its index", syntax.span, help=r"write \sum_{i=1}^{n}")
        sub = syntax.sub
        names = self.subscripts(sub.left if isinstance(sub, Related) else sub)
        if isinstance(sub, Related) and sub.relation != "=":
            raise fail(
                "E155", f"a {syntax.kind} over a condition is not read", sub.span,
                help=r"write the sum over the whole range, less what is left out: \sum_j a_j - a_i",
            )  # fmt: skip
        first, last = (sub.right if isinstance(sub, Related) else None), syntax.sup
        numbers = _number(first), _number(last)
        if syntax.kind == "prod":
            if numbers[0] is None or numbers[1] is None:
                raise fail(
                    "E153", "a product over a range that is not of numbers", syntax.span,
                    help=r"write \prod_{k=1}^{3}",
                )  # fmt: skip
            return self._written_out(names, numbers[0], numbers[1], syntax)
        if first is None or numbers[0] == 1:
            return self._whole(names, numbers, syntax)
        size = _before_last(last) if numbers[0] == 0 else None
        if size is not None:
            return self._from_zero(names, size, syntax)
        if numbers[0] is None or numbers[1] is None:
            raise fail("E155", "a sum that does not begin at 1", sub.span, help="symbn reads sums over a whole range, "
                       "or over numbers")  # fmt: skip
        return self._written_out(names, numbers[0], numbers[1], syntax)

    def _whole(self, names: Many[Syntax], numbers: tuple[int | None, int | None], syntax: Big) -> Expr:
        """Over a whole range; from 1 to a number also where that is no whole range."""
        size = None if syntax.sup is None else self.dimension(syntax.sup)
        try:
            return self._sum(names, size, syntax)
        except NoteError:
            if numbers[0] is None or numbers[1] is None or len(names) > 1:
                raise
        return self._written_out(names, numbers[0], numbers[1], syntax)

    def _sum(self, names: Many[Syntax], size: Dim | None, syntax: Big) -> Expr:
        first, rest = names[0], names[1:]
        name = self._index_name(first)
        index = IndexVar(name, size if size is not None else DimVar(f"the range of `{name}`", first.span))
        with self.binding(index):
            body = self._sum(rest, size, syntax) if rest else self.read(syntax.body)
        return tree.Sum(index=index, body=body, shape=body.shape, span=syntax.span)

    def _from_zero(self, names: Many[Syntax], size: Syntax, syntax: Big) -> Expr:
        """A sum from 0 to n − 1, as one from 1 to n with r − 1 for its index r, which is a number there."""
        body = syntax.body
        for name in map(self._index_name, names):
            body = _at(body, name, partial(_one_less, name))
        return self._sum(names, self.dimension(size), replace(syntax, body=body))

    def _index_name(self, syntax: Syntax) -> str:
        name = spelled(syntax)
        if name is None or isinstance(syntax, Numeral):
            raise fail("E156", "a sum's index is a letter", syntax.span)
        if name in self.scope.context.symbols or name in self.scope.meanings:
            raise fail("E157", f"`{name}` is no index: it has a meaning already", syntax.span)
        return name

    def _written_out(self, names: Many[Syntax], first: int, last: int, syntax: Big) -> Expr:
        """Term by term.  Raises NoteError (E213) for an empty range, or more terms than anyone writes out."""
        if len(names) != 1 or not 0 < last - first + 1 <= _MOST_TERMS:
            raise fail("E213", f"a {syntax.kind} from {first} to {last}", syntax.span,
                       help=f"symbn writes out from 1 to {_MOST_TERMS} terms, over one index")  # fmt: skip
        name = self._index_name(names[0])
        terms = [self.read(_at(syntax.body, name, partial(_numeral, value))) for value in range(first, last + 1)]
        if syntax.kind == "sum":
            return tree.at_span(build.add(terms, syntax.span, self.notices), syntax.span)
        return tree.at_span(build.multiply(terms, syntax.span), syntax.span)


def _number(syntax: Syntax | None) -> int | None:
    match syntax:
        case Numeral() if syntax.text.isdigit():
            return int(syntax.text)
        case Signed(terms=(("-", Numeral() as numeral),)) if numeral.text.isdigit():
            return -int(numeral.text)
    return None


def _before_last(syntax: Syntax | None) -> Syntax | None:
    """The n of n − 1."""
    match syntax:
        case Group(delimiter="{"):
            return _before_last(syntax.content)
        case Signed(terms=(("+", size), ("-", Numeral(text="1")))):
            return size
    return None


Number = Callable[[Span], Syntax]


def _at(value: Any, name: str, number: Number) -> Any:
    """What is written, with a number in place of the index; a sum over an index of the same name keeps its own."""
    if isinstance(value, Name) and value.latex == name:
        return number(value.span)
    if isinstance(value, tuple):
        return tuple(_at(item, name, number) for item in value)
    if not is_dataclass(value) or isinstance(value, type | Span):
        return value
    if isinstance(value, Big) and value.sub is not None:
        index = value.sub.left if isinstance(value.sub, Related) else value.sub
        if spelled(index) == name:
            return value
    return replace(value, **{f.name: _at(getattr(value, f.name), name, number) for f in fields(value)})


def _numeral(position: int, span: Span) -> Syntax:
    numeral = Numeral(str(abs(position)), span)
    return numeral if position >= 0 else Signed((("-", numeral),), span)


def _one_less(name: str, span: Span) -> Syntax:
    return Group("{", Signed((("+", Name(name, span)), ("-", Numeral("1", span))), span), span)
