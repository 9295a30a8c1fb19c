r"""Sums and products over an index: \sum_i, \sum_{i=1}^{n}, and those over numbers, \prod_{k=1}^{3} A_k, written out.

Those over a part of a range are read by `partial_sums`.

Over a range of numbers the index is one of them in each term, so that it may stand in a name, A_1 A_2 A_3, or be
a number itself, \sum_{k=0}^{2} t^k.  A product is taken from left to right.  The index of a sum over a size may be a
number as well: \sum_{r=0}^{n-1} X^r is the sum of X^{r-1} over r from 1 to n.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import replace
from functools import partial

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.tree import Dim, DimVar, Expr, IndexVar
from symbn.notes.partial_sums import PartialSums, at_index, excluding, pair_of, stands_in_subscript
from symbn.notes.scope import spelled
from symbn.notes.syntax import Big, Group, Name, Numeral, Related, Signed, Syntax
from symbn.source import Span

_MOST_TERMS = 20


class Ranges(PartialSums):
    r"""The part of the reader that reads \sum and \prod."""

    def big(self, syntax: Big) -> Expr:
        if syntax.sub is None:
            raise fail("E154", f"a {syntax.kind} without its index", syntax.span, help=r"write \sum_{i=1}^{n}")
        sub = syntax.sub
        if syntax.kind == "sum" and (pair := pair_of(sub, syntax.sup)) is not None:
            return self.over_pair(pair, syntax)
        if syntax.kind == "sum" and (excluded := excluding(sub)) is not None:
            return self.all_but(*excluded, syntax)
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
        size = _before_last(last)
        if first is not None and size is None and last is not None and numbers[1] is None and (numbers[0] or 0) > 1:
            return self.part_of_range(self._only_index(names, syntax), numbers[0] or 0, last, False, syntax)
        if first is not None and size is not None and (numbers[0] or 0) > 0:
            return self.part_of_range(self._only_index(names, syntax), numbers[0] or 0, size, True, syntax)
        if first is None or numbers[0] == 1:
            return self._whole(names, numbers, syntax)
        if size is not None and numbers[0] == 0:
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

    def _only_index(self, names: Many[Syntax], syntax: Big) -> str:
        """The one index of a sum over a part of a range.  Raises NoteError (E155) for several."""
        if len(names) != 1:
            raise fail(
                "E155", "a sum over a part of a range has one index", syntax.span, help="write one sum for each index",
            )  # fmt: skip
        return self._index_name(names[0])

    def sum_over(self, names: Many[str], size: Dim | None, syntax: Big) -> Expr:
        """The sum over whole ranges."""
        return self._sum([Name(name, syntax.span) for name in names], size, syntax)

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
            if stands_in_subscript(body, name):
                raise fail(
                    "E252", f"entries are counted from 1 here, and this sum counts `{name}` from 0", syntax.span,
                    help=rf"write \sum_{{{name}=1}}^{{{spelled(size) or 'n'}}}; give an x_0 that is "
                    "another thing a name of its own",
                )  # fmt: skip
            body = at_index(body, name, partial(_one_less, name))
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
        terms = [self.read(at_index(syntax.body, name, partial(_numeral, value))) for value in range(first, last + 1)]
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


def _numeral(position: int, span: Span) -> Syntax:
    numeral = Numeral(str(abs(position)), span)
    return numeral if position >= 0 else Signed((("-", numeral),), span)


def _one_less(name: str, span: Span) -> Syntax:
    return Group("{", Signed((("+", Name(name, span)), ("-", Numeral("1", span))), span), span)
