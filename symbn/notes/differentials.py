r"""Differentials: \mathrm d(XY), \mathrm d \log\det X, dY of a defined Y, and dX itself, the increment of a free X.

    d f = Σ_X Σ_kl ∂f/∂X_kl · dX_kl        over the free names X whose increment is written anywhere in the note

All other names are held.  A d acts on the product that follows; of a first factor alone it is the same where no other
factor varies, and where one does symbn asks (E207).  Plain increments are clear in an expansion, f(x + dx) = … + o(dx),
transposed, and between matrices: X^{-1} dX X^{-1}.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Many

from symbn.diagnostics import fail
from symbn.expr import build, tree
from symbn.expr.context import SymbolDeclaration
from symbn.expr.tree import Expr
from symbn.notes.calculus import Calculus
from symbn.notes.mentions import symbols_under
from symbn.notes.reserved import DIFFERENTIALS, transposes
from symbn.notes.scope import spelled
from symbn.notes.syntax import Fraction, Name, Numeral, Script, Sequence, Syntax, juxtaposed, unscripted, walk
from symbn.source import Span

_MOST_MARKS = 8
"""In one product; what stands behind each is read twice."""


class Differentials(Calculus):
    """The part of the reader that reads d."""

    def is_differential(self, item: Syntax) -> bool:
        r"""Whether this is a d, or a \mathrm d^2, that is no name of the note."""
        mark = unscripted(item)
        if not isinstance(mark, Name) or mark.latex not in DIFFERENTIALS or self.is_name(mark.latex):
            return False
        return mark is item or (isinstance(item, Script) and item.sub is None and isinstance(item.sup, Numeral))

    def joined_increment(self, item: Syntax) -> Expr | None:
        r"""\mathrm{dx}, the increment of x in one word."""
        if not (isinstance(item, Name) and item.word and item.latex[:1] == "d" and len(item.latex) > 1):
            return None
        variable = item.latex[1:]
        if self.is_name(item.latex) or variable not in self.scope.context.symbols:
            return None
        return self._increment(Name(variable, item.span), item.span)

    def differential(self, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """The d at `place` with what it acts on, and the place after that.  Raises NoteError (E207 … E210)."""
        mark, rest = items[place], items[place + 1 :]
        if not rest:
            raise fail("E208", "this d has nothing to act on", mark.span, help="write what it is the differential of")
        if sum(map(self.is_differential, rest)) > _MOST_MARKS:
            raise fail("E208", f"more than {_MOST_MARKS} differentials in one product", mark.span)
        order = _order(mark)
        clear = False
        e, after = (None, place + 2) if order > 1 else (self._increment(rest[0], mark.span.to(rest[0].span)), place + 2)
        if e is not None:
            clear = self.expands or isinstance(e, tree.Transpose) or (place > 0 and not _is_number(items[place - 1]))
        else:
            arg, after = self.next_factor(items, place + 1)
            if after < len(items) and not self._varying([arg]):
                arg, after = self.read(juxtaposed(rest)), len(items)
            self._check_power(items[after - 1], mark)
            e = arg
            for _ in range(order):
                e = self._differential(e, mark.span.to(items[after - 1].span))
        if after < len(items) and not clear:
            self.check_others_held(self.read(juxtaposed(items[after:])), mark.span.to(items[after].span))
        return e, after

    def check_others_held(self, other: Expr, span: Span) -> None:
        """Raises NoteError (E207) where a factor beside what d acts on varies too."""
        if self._varying([other]):
            raise fail(
                "E207", "does this d act on the first factor alone, or on the whole product?", span,
                help=r"write (\mathrm{d}X) Y, or \mathrm{d}(X Y)",
            )  # fmt: skip

    def ends_in_differential(self, syntax: Syntax) -> bool:
        """Whether the last factor of a product is what a d acts on."""
        if self.expands or not isinstance(syntax, Sequence):
            return False
        marks = [place for place, item in enumerate(syntax.items) if self.is_differential(item)]
        if not marks:
            return False
        return self.differential(list(syntax.items), marks[-1])[1] == len(syntax.items)

    def _increment(self, following: Syntax, span: Span) -> Expr | None:
        """dx of a free x; None for what is computed."""
        turned = isinstance(following, Script) and transposes(following.sup)
        base = following.base if isinstance(following, Script) and turned else following
        name = spelled(base)
        if name is None or name in self.locals or name in self.scope.meanings:
            return None
        declared = self.scope.context.symbols.get(name)
        if declared is None:
            return None
        if declared.structure == "orthogonal":
            raise fail(
                "E210", f"the increment of the orthogonal `{name}` is not free", span,
                help=r"declare it as a matrix, and say what you need of it",
            )  # fmt: skip
        increment = build.increment(tree.Symbol(name=name, shape=declared.shape), span)
        if declared.structure in ("symmetric", "positive definite"):
            self.scope.context.symbols.setdefault(
                increment.name, SymbolDeclaration(increment.name, declared.shape, structure="symmetric")
            )
        return build.transpose(increment, span) if turned else increment

    def _check_power(self, operand: Syntax, mark: Syntax) -> None:
        """Raises NoteError (E207) for dx^2: d(x²), or (dx)²?"""
        if isinstance(operand, Script) and isinstance(operand.sup, Numeral) and isinstance(operand.base, Name):
            raise fail(
                "E207", "is this the differential of a power, or the power of a differential?",
                mark.span.to(operand.span), help=r"write \mathrm{d}(x^2), or (\mathrm{d}x)^2",
            )  # fmt: skip

    def _varying(self, expressions: Many[Expr]) -> list[str]:
        """The free names that vary, among those that the expressions rest on."""
        under = symbols_under(expressions, self.scope.context)
        marked = (name for mark, name in self.scope.increments if not self.is_name(mark))
        return [name for name in dict.fromkeys(marked) if name in under and name in self.scope.context.symbols]

    def _differential(self, arg: Expr, span: Span) -> Expr:
        names = self._varying([arg])
        if not names:
            raise fail(
                "E209", "nothing that varies stands in this differential", span,
                help=r"write somewhere the increment of what varies, such as \mathrm{d}X; all other names are held",
            )  # fmt: skip
        terms = []
        for name in names:
            variable = tree.Symbol(name=name, shape=self.scope.context.symbols[name].shape)
            increment = self._increment(Name(name, span), span)
            assert isinstance(increment, tree.Symbol)
            terms.append(
                tree.Differential(
                    arg=arg, variable=variable, target=tree.Target(name, variable.shape),
                    increment=tree.at_span(increment, None), shape=arg.shape, span=span,
                )
            )  # fmt: skip
        self.notices[f"d is the differential by {_listed(names)}; all other names are held"] = None
        return terms[0] if len(terms) == 1 else tree.Add(terms=tuple(terms), shape=arg.shape, span=span)


def written_increments(side: Syntax) -> Iterator[tuple[str, str]]:
    """The marks and names of all increments dX that stand in a side, whatever they turn out to be."""
    for node in walk(side):
        if isinstance(node, Name) and node.word and node.latex[:1] == "d" and len(node.latex) > 1:
            yield node.latex, node.latex[1:]
        for first, second in zip(node.items, node.items[1:], strict=False) if isinstance(node, Sequence) else ():
            mark = unscripted(first)
            turned = isinstance(first, Script) and transposes(first.sup)
            if isinstance(mark, Name) and mark.latex in DIFFERENTIALS and not turned:
                for base in (second, unscripted(second)):
                    name = spelled(base)
                    if name is not None:
                        yield mark.latex, name


def _order(mark: Syntax) -> int:
    r"""The k of \mathrm d^k."""
    return int(mark.sup.text) if isinstance(mark, Script) and isinstance(mark.sup, Numeral) else 1


def _is_number(syntax: Syntax) -> bool:
    return isinstance(syntax, Numeral | Fraction)


def _listed(names: Many[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
