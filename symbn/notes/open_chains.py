"""A chain `a = b = c` as far as it has been read, which a following row may go on with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from symbn.diagnostics import Diagnostic, NoteError, fail
from symbn.notes.lexer import Token
from symbn.notes.syntax import (
    Binary,
    Chain,
    Commas,
    Dots,
    Fraction,
    Group,
    Link,
    Name,
    Numeral,
    Root,
    Said,
    Script,
    Sequence,
    Signed,
    Syntax,
    Unread,
    walk,
)
from symbn.notes.vocabulary import IN_RANGE, LOOSE
from symbn.source import Span


class OpenChain:
    """A chain that a following row may go on with."""

    def __init__(self) -> None:
        self.sides: list[Syntax] = []
        self.links: list[Link] = []
        self.subjects: list[Syntax] = []
        self.label: str | None = None
        self.dangling: Token | None = None
        self.starts: set[int] = set()
        """Where its rows begin."""
        self.said: Said = ""
        self.conditions: list[Span] = []

    @property
    def whole(self) -> bool:
        """Whether a relation has been written, and its right side."""
        return bool(self.links) and len(self.sides) > len(self.links)

    def lose(self, problem: Diagnostic, tokens: list[Token]) -> None:
        """What stands in a row cannot be read: the side that it begins, or goes on with, is lost."""
        lost = Unread(problem, tokens[0].span.to(tokens[-1].span) if tokens else problem.labels[0].span)
        if self.whole or (self.sides and not self.links):
            lost = Unread(problem, self.sides.pop().span.to(lost.span))
        self.sides.append(lost)
        self.dangling = None

    def close(self) -> Chain:
        """The chain as it stands; where nothing follows a relation (P220), its right side is not read."""
        if self.dangling is not None and len(self.links) >= len(self.sides):
            problem = nothing_right_of(self.dangling).diagnostic
            self.sides.append(Unread(problem, self.dangling.span))
        relations = [link.relation for link in self.links]
        if relations == ["="] and isinstance(self.sides[0], Name) and (listed := _dotted(self.sides[1])) is not None:
            self.sides[1] = listed
            self.links[0] = Link(IN_RANGE, self.links[0].span, self.links[0].label)
        span = self.sides[0].span
        for side in (*self.sides, *self.subjects):
            span = span.to(side.span)
        return Chain(
            tuple(self.sides), tuple(self.links), tuple(self.subjects), self.label, span, self.said,
            tuple(self.conditions),
        )  # fmt: skip


def nothing_right_of(relation: Token, help: str | None = None) -> NoteError:
    """P220, for a relation that lacks its right side."""
    return fail("P220", f"nothing stands right of this {relation.text}", relation.span, help=help)


def begins_range(chain: OpenChain) -> bool:
    """Whether a chain so far is i = 1, which `, …, m` would make a range."""
    return (
        [link.relation for link in chain.links] == ["="]
        and len(chain.sides) == 2
        and isinstance(chain.sides[0], Name)
        and isinstance(chain.sides[1], Numeral)
    )


def _dotted(side: Syntax) -> Group | None:
    r"""{1, …, n} for 1 \ldots n; what is multiplied has its dots in the middle."""
    match side:
        case Sequence(items=(Numeral(), Dots(latex=r"\dots"), Name() | Numeral() | Script())):
            return Group(r"\{", Commas(side.items, side.span), side.span)
    return None


def only_numbers(letter: Syntax, sides: Collection[Syntax]) -> bool:
    """Whether a letter stands in the subscripts of some sides, and nowhere else there."""
    name = letter.latex if isinstance(letter, Name) else ""
    within = {
        id(node) for side in sides for script in walk(side) if isinstance(script, Script) and script.sub is not None
        for node in walk(script.sub)
    }  # fmt: skip
    found = [node for side in sides for node in walk(side) if isinstance(node, Name) and node.latex == name]
    return bool(found) and all(id(node) in within for node in found)


def is_range(chain: OpenChain | Chain) -> bool:
    """Whether a chain says what an index runs over: i = 1, …, m or 1 ≤ i ≤ m."""
    relations = [link.relation for link in chain.links]
    if relations == [IN_RANGE]:
        return True
    return relations == [r"\le", r"\le"] and len(chain.sides) == 3 and isinstance(chain.sides[0], Numeral)


def limits_something(chain: Chain) -> bool:
    """Whether a range runs otherwise than from 1 to a name: then what it stands beside holds for a part only."""
    listed = chain.sides[1].content if isinstance(chain.sides[1], Group) else None
    ends = (listed.items[0], listed.items[-1]) if isinstance(listed, Commas) else (chain.sides[0], chain.sides[-1])
    return not (isinstance(ends[0], Numeral) and ends[0].text == "1" and isinstance(ends[1], Name))


def as_range(chain: Chain) -> Chain:
    r"""\forall i \in \{1, …, n\} beside an equation: it says where i runs there, and declares nothing."""
    link = Link(IN_RANGE, chain.links[0].span, chain.links[0].label)
    return replace(chain, links=(link, *chain.links[1:]), said="range")


def summed(left: Syntax, right: Syntax) -> Syntax:
    """A side that goes on in the next row with a sign."""
    before = left.terms if isinstance(left, Signed) else (("+", left),)
    after = right.terms if isinstance(right, Signed) else (("+", right),)
    return Signed((*before, *after), left.span.to(right.span))


def is_product(side: Syntax, operator: Token) -> bool:
    """Whether a side is one product that a factor in the next row is put to, whichever part of it is meant."""
    match side:
        case Sequence():
            return all(is_product(item, operator) for item in side.items)
        case Binary():
            loose = side.op in LOOSE
            return not loose and is_product(side.left, operator) and is_product(side.right, operator)
        case Script():
            return is_product(side.base, operator)
    return isinstance(side, (Name, Numeral, Group, Fraction, Root))
