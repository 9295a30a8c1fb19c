r"""Sums over a part of a range, \sum_{i=2}^{n}, \sum_{i \ne j}, \sum_{i<j}: over all of it, less what is left out.

    Σ_{i ≥ 2} f_i = Σ_i f_i − f_1        Σ_{i ≠ j} f_i = Σ_i f_i − f_j        Σ_{i ≠ j} f_ij = Σ_i Σ_j f_ij − Σ_i f_ii
    Σ_{i < j} f_ij = ½ Σ_{i ≠ j} f_ij  where f_ij = f_ji, which the core must prove

What is left out must be defined where the sum leaves it out: Σ_{i ≠ j} 1/(x_i − x_j) is no such difference (E255).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from collections.abc import Sequence as Many
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction as Rational
from functools import partial
from typing import Any

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.context import SymbolDeclaration
from symbn.expr.reindexing import with_indices
from symbn.expr.shape import finished, resolved, shape_text
from symbn.expr.tree import Dim, Expr, IndexVar
from symbn.notes.mentions import is_whole_name, mentions, symbols_under
from symbn.notes.restrictions import is_generic, restricted
from symbn.notes.scope import Scope, spelled
from symbn.notes.subscripts import Subscripts
from symbn.notes.syntax import Big, Commas, Name, Numeral, Related, Script, Syntax, children, walk
from symbn.source import Span

UNEQUAL = frozenset([r"\ne", r"\neq"])
_ORDERED = frozenset(["<", ">"])
_ORDERED_OR_EQUAL = frozenset([r"\le", r"\ge"])

Sign = Callable[[Span], Syntax]
"""What is written in an index's place, to stand where the index did."""


@dataclass(frozen=True)
class Pair:
    r"""i \ne j or i < j below a sum; end: what both run to, where that is written."""

    relation: str
    left: str
    right: str
    end: Syntax | None


class PartialSums(Subscripts):
    """The part of the reader that reads sums over less than a range."""

    sides: Many[Syntax] = ()
    """The sides of the equation that is read: they tell which letters are free in it."""

    @abstractmethod
    def sum_over(self, names: Many[str], size: Dim | None, syntax: Big) -> Expr:
        """The sum over whole ranges."""

    def part_of_range(self, name: str, first: int, last: Syntax, before_last: bool, syntax: Big) -> Expr:
        """Σ_{i=k}^{n} or, with `before_last`, Σ_{i=k}^{n−1}: less the first k − 1 terms, and less the n-th.

        Raises NoteError (E155) where there may be fewer terms than are left out.
        """
        size = self.dimension(last)
        left_out: list[Sign] = [partial(_numeral, value) for value in range(1, first)]
        if before_last:
            left_out.append(partial(_name, size))
        least = size if isinstance(size, int) else self.scope.context.dimensions.get(str(size), 1)
        if least < len(left_out) or (before_last and not isinstance(size, str | int)):
            end = shape_text((size, 1))[:-2]
            raise fail(
                "E155", f"a sum from {first} to {end}{' − 1' if before_last else ''} of a range that may be shorter",
                syntax.span,
                help=rf"declare ${end} \ge {len(left_out)}$, or write the sum over all, less what is left out",
            )  # fmt: skip
        return self._less(self.sum_over([name], size, syntax), name, left_out, syntax)

    def all_but(self, name: str, other: Syntax, syntax: Big) -> Expr:
        """Σ_i f_i − f_j, of a sum over all i but j."""
        size = None if syntax.sup is None else self.dimension(syntax.sup)
        sign = partial(_name, spelled(other)) if isinstance(other, Name) else partial(_numeral, spelled(other))
        return self._less(self.sum_over([name], size, syntax), name, [sign], syntax)

    def over_pair(self, pair: Pair, syntax: Big) -> Expr:
        """A sum over i ≠ j, or over i < j.  Raises NoteError (E155, E253, E254, E255)."""
        held = [name for name in (pair.left, pair.right) if self._is_held(name, syntax)]
        size = None if pair.end is None else self.dimension(pair.end)
        if len(held) == 2 or (len(held) == 1 and pair.relation not in UNEQUAL):
            raise fail(
                "E155", "a sum over a condition on indices that have a meaning around it is not read", syntax.span,
                help=r"write the sum over the whole range, less what is left out: \sum_j a_j - a_i",
            )  # fmt: skip
        if held:
            (other,) = held
            name = pair.left if pair.right == other else pair.right
            return self._less(self.sum_over([name], size, syntax), name, [partial(_name, other)], syntax)
        if not all(stands_in_subscript(syntax.body, name) for name in (pair.left, pair.right)):
            raise fail(
                "E253", f"does this sum run over {pair.left}, {pair.right}, or both?", syntax.span,
                help=rf"write \sum_{{{pair.left}}} \sum_{{{pair.right} \ne {pair.left}}} for both, and for one of them "
                "the sum over the whole range, less what is left out",
            )  # fmt: skip
        return self._over_both(pair, size, syntax)

    def _over_both(self, pair: Pair, size: Dim | None, syntax: Big) -> Expr:
        """The double sum: all, less the diagonal; half of that for i < j, and with the diagonal for i ≤ j."""
        i, j = pair.left, pair.right
        every = self.sum_over([i, j], size, syntax)
        assert isinstance(every, tree.Sum) and isinstance(every.body, tree.Sum)
        outer, inner, body = every.index, every.body.index, every.body.body
        diagonal = self.sum_over([j], outer.dim, replace(syntax, body=self._at(syntax.body, i, partial(_name, j))))
        if pair.relation in UNEQUAL:
            self._check_defined(body, i, syntax)
            return self._with_terms(every, [diagonal], syntax)
        self._check_symmetric(body, outer, inner, syntax)
        if pair.relation in _ORDERED:
            self._check_defined(body, i, syntax)
        twice = self._with_terms(every, [diagonal], syntax, 1 if pair.relation in _ORDERED_OR_EQUAL else -1)
        return build.multiply([build.number(Rational(1, 2)), twice], syntax.span)

    def _less(self, every: Expr, name: str, left_out: Many[Sign], syntax: Big) -> Expr:
        assert isinstance(every, tree.Sum)
        if left_out:
            self._check_defined(every.body, name, syntax)
        return self._with_terms(every, [self.read(self._at(syntax.body, name, sign)) for sign in left_out], syntax)

    def _with_terms(self, every: Expr, left_out: Many[Expr], syntax: Big, sign: int = -1) -> Expr:
        terms = [every, *(term if sign > 0 else build.negative(term) for term in left_out)]
        return tree.at_span(build.add(terms, syntax.span, self.notices), syntax.span)

    def _at(self, body: Syntax, name: str, sign: Sign) -> Any:
        """The summand with something in the index's place.  Raises NoteError (E155) where a sum in it hides that."""
        written = sign(body.span)
        letter = written.latex if isinstance(written, Name) else None
        if any(isinstance(node, Big) and letter in bound_by(node) for node in walk(body)):
            raise fail(
                "E155", f"`{letter}` is bound again in this sum over a condition", body.span,
                help="take another letter for the inner sum",
            )  # fmt: skip
        return at_index(body, name, sign)

    # What must be known ---------------------------------------------------------------------------------------

    def _is_held(self, name: str, syntax: Big) -> bool:
        """Whether an index has a meaning around a sum: another sum binds it, or it stands free in the equation."""
        return name in self._bound or any(_stands_free(side, name, syntax, self.scope) for side in self.sides)

    def _check_defined(self, summand: Expr, name: str, syntax: Big) -> None:
        """Raises NoteError (E255) where what is left out may be undefined: for a quotient, a root or a logarithm."""
        for argument in restricted(summand, self.scope.context):
            if not is_generic(argument, name, self.scope.context):
                raise fail(
                    "E255", "what this sum leaves out may not be defined there, so it is no difference of sums",
                    argument.span or syntax.span,
                    help="declare the matrix that the quotient, root or logarithm makes, with any values where i = j",
                )  # fmt: skip

    def _check_symmetric(self, body: Expr, i: IndexVar, j: IndexVar, syntax: Big) -> None:
        """Raises NoteError (E254) unless the core proves that exchanging two indices does not change a summand."""
        if not self._is_symmetric(body, i, j):
            raise fail(
                "E254", f"this sum over an order of {i.name} and {j.name} changes, or may, where they are exchanged",
                syntax.span,
                help=rf"write \sum_{{{i.name} \ne {j.name}}} if all pairs are meant; a sum over half of them is read "
                "where the summand is proved to be symmetric in the two",
            )  # fmt: skip
        self.notices[
            f"the summand is the same with {i.name} and {j.name} exchanged, so that the sum over an order of them is "
            "half of the sum over all pairs"
        ] = None

    def _is_symmetric(self, body: Expr, i: IndexVar, j: IndexVar) -> bool:
        if resolved(i.dim) != resolved(j.dim):
            return False
        try:
            first = finished(body)
        except NoteError:
            return False
        dim = finished(i).dim
        exchanged = with_indices(first, {i.name: IndexVar(j.name, dim), j.name: IndexVar(i.name, dim)})
        context = self.scope.context.copy()
        for local in self.locals.values():
            if isinstance(local, tree.Symbol):
                context.symbols[local.name] = SymbolDeclaration(local.name, finished(local).shape)
        proved = self.scope.always_equal(first, exchanged, context)
        if proved:
            symbols = (context.symbols[name] for name in symbols_under([first], context))
            self.scope.relied_on |= {symbol.name for symbol in symbols if symbol.structure != "general"}
        return proved


def pair_of(sub: Syntax | None, sup: Syntax | None) -> Pair | None:
    r"""The pair of i \ne j, i < j, i, j = 1 with i \ne j, or 1 \le i < j \le n; None for anything else."""
    match sub:
        case Related(relation=relation, left=Name(latex=i), right=Name(latex=j)) if relation in _RELATIONS and i and j:
            return Pair(relation, i, j, sup)
        case Related(
            relation=r"\le",
            left=Related(
                relation=relation, left=Related(relation=r"\le", left=first, right=Name(latex=i)), right=Name(latex=j)
            ),
            right=last,
        ) if relation in ("<", r"\le") and sup is None and isinstance(first, Numeral) and first.text == "1":
            return Pair(relation, i, j, last)
    return None


def excluding(sub: Syntax | None) -> tuple[str, Syntax] | None:
    r"""i and what it is not, of i \ne 1 and of i = 1, i \ne j; None for anything else."""
    match sub:
        case Commas(items=(Related(relation="=", left=Name(latex=i), right=Numeral(text="1")), Related() as second)):
            sides = second.left, second.right
            own = [side for side in sides if spelled(side) == i]
            other = [side for side in sides if isinstance(side, Name | Numeral) and spelled(side) != i]
            return (i, other[0]) if second.relation in UNEQUAL and len(own) == len(other) == 1 else None
        case Related(relation=relation, left=Name(latex=i), right=Numeral() as other) if relation in UNEQUAL:
            return i, other
    return None


def bound_by(big: Big) -> list[str]:
    """The letters that a sum binds, or may bind: i, or i and j of ij and of i ≠ j."""
    below = [] if big.sub is None else [big.sub]
    while any(isinstance(item, Related) and item.relation == "=" for item in below):
        below = [item.left if isinstance(item, Related) and item.relation == "=" else item for item in below]
    return [node.latex for item in below for node in walk(item) if isinstance(node, Name)]


def at_index(value: Any, name: str, sign: Sign) -> Any:
    """What is written, with something in place of an index; a sum over an index of the same name keeps its own."""
    if isinstance(value, Name) and value.latex == name:
        return sign(value.span)
    if isinstance(value, tuple):
        return tuple(at_index(item, name, sign) for item in value)
    if not is_dataclass(value) or isinstance(value, type | Span):
        return value
    if isinstance(value, Big) and value.sub is not None:
        index = value.sub.left if isinstance(value.sub, Related) else value.sub
        if spelled(index) == name:
            return value
    return replace(value, **{f.name: at_index(getattr(value, f.name), name, sign) for f in fields(value)})


_RELATIONS = UNEQUAL | _ORDERED | _ORDERED_OR_EQUAL


def _numeral(value: Any, span: Span) -> Syntax:
    return Numeral(str(value), span)


def _name(latex: Any, span: Span) -> Syntax:
    return Name(latex, span) if isinstance(latex, str) else Numeral(str(latex), span)


def stands_in_subscript(syntax: Syntax, letter: str) -> bool:
    """Whether a letter is a subscript, or a part of one, somewhere."""
    return any(isinstance(n, Script) and n.sub is not None and mentions(n.sub, letter) for n in walk(syntax))


def _stands_free(syntax: Syntax, letter: str, within: Big, scope: Scope) -> bool:
    """Whether a letter is an index somewhere outside of one sum, and no sum there can bind it."""
    if syntax is within or (isinstance(syntax, Big) and letter in bound_by(syntax)):
        return False
    if isinstance(syntax, Script) and syntax.sub is not None and not is_whole_name(syntax, scope):
        if mentions(syntax.sub, letter):
            return True
    return any(_stands_free(child, letter, within, scope) for child in children(syntax))
