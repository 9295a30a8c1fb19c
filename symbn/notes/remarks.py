r"""What is said beside the chains of a row: what they hold under, where their indices run, what their names are.

    a_i = b_i \text{ for } i = 1, …, n        a = b \text{ if } n = 3        a = b, \quad \forall t \in [0, 1]

A range from 1 to a name limits nothing; any other is a condition on the chains that it stands beside.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import replace

from symbn.diagnostics import fail
from symbn.notes.introductions import places, said_by
from symbn.notes.lexer import Token
from symbn.notes.open_chains import OpenChain, as_range, is_range, limits_something, only_numbers
from symbn.notes.parser import Parser
from symbn.notes.syntax import Chain, Commas, Dots, Group, Name, Said, Syntax, unscripted
from symbn.notes.values import compares_letters, compares_numbers_of
from symbn.notes.vocabulary import DOTS


class Remarks:
    """Puts what is said beside the chains of one row to them: the whole ones in `done`, and the one that is open."""

    def __init__(self, done: list[Chain]) -> None:
        self.done = done
        self.first = len(done)
        """Where the chains of this row begin in `done`."""

    def heed(self, remark: Chain, token: Token, main: OpenChain) -> None:
        """A chain that a token brings in beside the main one."""
        if not remark.links:
            if remark.sides and said_by(token) in ("if", "since"):
                main.conditions.append(remark.span)  # \text{if } x \perp y
            return
        said: Said = said_by(token) or ("where" if places(token) else "if")
        if is_range(remark) and (len(remark.links) == 1 or not limits_something(remark)):
            self.limit(remark, main)
            self.done.append(replace(remark, said="range"))
        elif remark.links[0].relation in (r"\in", ":") and said_by(token) != "if":
            self._heed_membership(remark, token, main, said)
        else:
            if said != "where":
                main.conditions.append(remark.span)
            if not token.is_(r"\forall"):
                self.done.append(replace(remark, said=remark.said or said))

    def _heed_membership(self, remark: Chain, token: Token, main: OpenChain, said: Said) -> None:
        """For all i ∈ {1, …, n}, where x ∈ ℝ^n, for t ∈ (0, 1)."""
        space = remark.sides[1]
        if isinstance(space, Group) and space.delimiter == r"\{":
            self.limit(remark, main)
        elif said == "if" and not _is_whole_space(space):
            main.conditions.append(remark.span)
            remark = replace(remark, said=said)
        if not token.is_(r"\forall"):
            self.done.append(remark)
        elif isinstance(space, Group):
            self.done.append(as_range(remark))

    def limit(self, chain: Chain, main: OpenChain) -> None:
        """A range that does not run from 1 to a name is a condition on the chains of this row."""
        compared = chain.links[0].relation == r"\le"
        sides = (main.sides, *(one.sides for one in self.done[self.first :]))
        beside = [side for own in sides if tuple(own) != chain.sides for side in own]
        if limits_something(chain) or (compared and not only_numbers(chain.sides[1], beside)):
            main.conditions.append(chain.span)
            self._put_under(chain)

    def tell_apart(self, chain: Chain) -> bool:
        """Whether a chain is i ≠ j, which is then a condition on those before it in the row, or on those behind it."""
        beside = [
            side for one in self.done[self.first :] if one.said != "range" and not is_range(one) for side in one.sides
        ]
        if beside and compares_numbers_of(chain, beside):
            self._put_under(chain)
            return True
        return not beside and compares_letters(chain) and chain.links[0].relation != "="

    def _put_under(self, condition: Chain) -> None:
        """Note a condition of the chains that are done in this row."""
        self.done[self.first :] = [
            replace(one, conditions=(*one.conditions, condition.span)) for one in self.done[self.first :]
        ]


def ranges_alone(found: Many[Chain]) -> list[Chain] | None:
    r"""\forall i \in [n], j = 1, …, m as ranges, where nothing else is said; None for a statement among them."""
    over = [c for c in found if c.links and c.links[0].relation == r"\in" and isinstance(c.sides[1], Group)]
    if not found or len(over) + sum(map(is_range, found)) < len(found):
        return None
    return [as_range(chain) if chain in over else replace(chain, said="range") for chain in found]


def read_range(parser: Parser, first: Syntax) -> Group:
    """The rest of `1, …, m` or `1, 2, …, m` behind its first number, as {1, …, m}.  Raises NoteError (P219)."""
    items = [first]
    while parser.current is not parser.end:
        dots = parser.current
        if dots.kind == "command" and dots.text in DOTS:
            items.append(Dots(parser.advance().text, dots.span))
        else:
            items.append(parser.additive())
        if not parser.current.is_(",") or isinstance(items[-2], Dots):
            break
        parser.advance()
    listed = Commas(tuple(items), first.span.to(items[-1].span))
    if not any(isinstance(item, Dots) for item in items):
        raise fail(
            "P219", "is this list the range of an index?", listed.span,
            help=r"write dots for a range, i = 1, \ldots, n, or one equation after the other",
        )  # fmt: skip
    return Group(r"\{", listed, listed.span)


def _is_whole_space(space: Syntax) -> bool:
    r"""\mathbb{R}^n or [n]: saying that something is in it limits nothing."""
    base = unscripted(space)
    return (isinstance(base, Name) and base.latex == r"\mathbb{R}") or isinstance(base, Group)
