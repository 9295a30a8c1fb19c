r"""The rows of a formula to chains `a = b = c`, several side by side where the rows have columns.

A row that begins with a relation or a sign, or follows a dangling relation, goes on with the chain above it.
A comma or a wide space ends a chain that is whole; before any relation it lists subjects, as in A, B ∈ ….
A row that cannot be read does not take down others.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import replace
from itertools import takewhile

from symbn.diagnostics import Diagnostic, NoteError, fail
from symbn.notes.columns import SIGNS, Row, equations, goes_on, operates, split_rows, states
from symbn.notes.lexer import Token
from symbn.notes.parser import Parser
from symbn.notes.syntax import Chain, Commas, Dots, Group, Link, Name, Numeral, Signed, Syntax
from symbn.notes.vocabulary import DOTS, IN_RANGE, relates


def parse_block(tokens: Many[Token]) -> tuple[list[Chain], list[Diagnostic]]:
    """The chains of one formula, and what could not be read."""
    try:
        rows = split_rows(tokens)
    except NoteError as error:
        return [], [error.diagnostic]
    labels = [row.label for row in rows if row.label is not None]
    block = _Block(several=len(labels) > 1)
    for row in rows:
        block.read(row)
    block.close(block.open)
    chains = sorted(block.chains, key=lambda chain: chain.span.start)
    if len(labels) == 1:
        chains = [replace(chain, label=labels[0]) for chain in chains]
    return chains, block.problems


class _Block:
    """The chains of a formula that are whole, and for each column the one that a following row may go on with."""

    def __init__(self, several: bool) -> None:
        self.several = several
        """Whether more than one row has a label: then each is its own row's."""
        self.chains: list[Chain] = []
        self.problems: list[Diagnostic] = []
        self.open: dict[int, _Open] = {}
        self._starts: set[int] = set()
        """Where the rows of equations begin."""

    def read(self, row: Row) -> None:
        """One more row."""
        if not any(row.columns):
            for whole in self.open.values():
                whole.label = whole.label or row.label
            return
        above, self.open = self.open, {}
        try:
            found = equations(row.columns, {place: chain.dangling is not None for place, chain in above.items()})
        except NoteError as error:
            self.problems.append(error.diagnostic)
            self.close({place: chain for place, chain in above.items() if not self._continues(row, place, chain)})
            return
        begins = False
        self._starts |= {tokens[0].span.start for _, tokens in found}
        for place, tokens in found:
            try:
                before = self._before(above, place, tokens)
                begins = begins or before is None
                chain = _Row(tokens, before, row.label if self.several else None, self.chains).read()
            except NoteError as error:
                self.problems.append(error.diagnostic)
                continue
            if chain is not None:
                self.open[place] = chain
        if begins:
            self.close(above)
        else:
            self.open |= above

    @staticmethod
    def _continues(row: Row, place: int, chain: _Open) -> bool:
        column = row.columns[place] if place < len(row.columns) else []
        return goes_on(column) or chain.dangling is not None

    def _before(self, above: dict[int, _Open], place: int, tokens: list[Token]) -> _Open | None:
        """The chain of the rows above that an equation goes on with; one that it does not go on with is whole."""
        first = tokens[0]
        if place not in above and above and (goes_on(tokens) or operates(first)):
            place = max((p for p in above if p < place), default=min(above))
        chain = above.pop(place, None)
        if chain is None:
            return None
        if chain.dangling is None and operates(first):
            raise fail(
                "P227", f"a row cannot begin with {first.text}", first.span,
                help="is it a factor of the row before? Put the product in one row",
            )  # fmt: skip
        if chain.dangling is None and first.is_(*SIGNS):
            self._check_apart(chain, first)
        if chain.dangling is not None or goes_on(tokens):
            return chain
        self.close({place: chain})
        return None

    def _check_apart(self, chain: _Open, sign: Token) -> None:
        """Raises NoteError (P225) where another equation stands between the rows of a sum."""
        if any(chain.sides[-1].span.start < start < sign.span.start for start in self._starts - chain.starts):
            raise fail(
                "P225", "a sum goes on in another row, beside another equation", sign.span,
                help="write the equations one below the other",
            )  # fmt: skip

    def close(self, chains: Mapping[int, _Open]) -> None:
        """No row goes on with these."""
        for chain in chains.values():
            try:
                self.chains.append(chain.close())
            except NoteError as error:
                self.problems.append(error.diagnostic)


class _Open:
    """A chain that a following row may go on with."""

    def __init__(self) -> None:
        self.sides: list[Syntax] = []
        self.links: list[Link] = []
        self.subjects: list[Syntax] = []
        self.label: str | None = None
        self.dangling: Token | None = None
        self.starts: set[int] = set()
        """Where its rows begin."""

    def close(self) -> Chain:
        if self.dangling is not None and len(self.links) >= len(self.sides):
            raise fail("P220", f"nothing stands right of this {self.dangling.text}", self.dangling.span)
        span = self.sides[0].span
        for side in (*self.sides, *self.subjects):
            span = span.to(side.span)
        return Chain(tuple(self.sides), tuple(self.links), tuple(self.subjects), self.label, span)


class _Row:
    """One row, read from left to right into the chain that the row before left open, or into a new one."""

    def __init__(self, tokens: list[Token], before: _Open | None, label: str | None, done: list[Chain]) -> None:
        self.parser = Parser(tokens)
        self.label = label
        self.done = done
        self.goes_on = before is not None and before.dangling is None and tokens[0].is_(*SIGNS)
        self.chain = before or _Open()
        self.chain.starts.add(tokens[0].span.start)

    def read(self) -> _Open | None:
        """The chain that may go on; those that are whole go to `done`."""
        parser = self.parser
        if self.goes_on:
            self.chain.sides.append(_continued(self.chain.sides.pop(), parser.additive()))
        while parser.current is not parser.end and not parser.current.is_(r"\forall"):
            token = parser.current
            written = len(self.chain.sides) > len(self.chain.links)
            if token.kind in ("quad", "prose") or (token.kind == "word" and written) or token.is_(",", ";", "."):
                self._separated()
            elif relates(token):
                self._related()
            elif written:
                raise fail("P222", f"`{token.text}` is not expected here", token.span, help="is a relation missing?")
            else:
                self.chain.sides.append(parser.additive())
                self.chain.dangling = None
        chain, label = self.chain, self.label
        if label is not None and chain.label is None and not any(link.label for link in chain.links):
            chain.label = label
        return chain if chain.sides else None

    def _separated(self) -> None:
        """Past a comma, a wide space or prose, which may end a chain or list a subject."""
        parser, chain = self.parser, self.chain
        token = parser.advance()
        following = parser.current
        if token.kind == "prose" and not chain.sides and not chain.links:
            return
        if token.is_(",") and _begins_range(chain) and following.kind == "command" and following.text in DOTS:
            self._range()
        elif following is parser.end or self._at_piece_end(following):
            return
        elif chain.links and len(chain.sides) > len(chain.links):
            if token.kind == "quad" and following.is_(*SIGNS) and not states(self._up_to_space()):
                raise fail(
                    "P226", "does this sum go on behind the space?", following.span,
                    help="remove the space, or write a relation",
                )  # fmt: skip
            self.done.append(chain.close())
            self.chain = _Open()
        elif chain.sides and not chain.links:
            chain.subjects.append(chain.sides.pop())

    def _up_to_space(self) -> list[Token]:
        """What stands before the next wide space."""
        following = self.parser.tokens[self.parser.place :]
        return list(takewhile(lambda token: token.kind != "quad", following))

    def _at_piece_end(self, token: Token) -> bool:
        """Whether what follows a comma or a wide space still belongs to the same chain."""
        return token.kind == "quad" or token.is_(",", ".", ";") or (relates(token) and bool(self.chain.sides))

    def _related(self) -> None:
        """Past a relation."""
        token = self.parser.advance()
        before = self.chain.dangling
        if before is not None:
            raise fail("P220", f"nothing stands right of this {before.text}", before.span, help="remove one of the two")
        self.chain.links.append(Link(token.text, token.span, self.label))
        self.chain.dangling = token
        if not self.chain.sides:
            raise fail(
                "P221", f"nothing stands left of this {token.text}", token.span,
                help="write the left side, or let the row before it end without a full stop",
            )  # fmt: skip

    def _range(self) -> None:
        """The rest of `i = 1, …, m`: the range of an index, said as i ∈ {1, …, m}."""
        parser, chain = self.parser, self.chain
        dots = parser.advance()
        if parser.current.is_(","):
            parser.advance()
        last = parser.additive()
        listed = Commas((chain.sides[1], Dots(dots.text, dots.span), last), chain.sides[1].span.to(last.span))
        chain.sides[1] = Group(r"\{", listed, listed.span)
        chain.links[0] = Link(IN_RANGE, chain.links[0].span, chain.links[0].label)


def _begins_range(chain: _Open) -> bool:
    return (
        [link.relation for link in chain.links] == ["="]
        and len(chain.sides) == 2
        and isinstance(chain.sides[0], Name)
        and isinstance(chain.sides[1], Numeral)
    )


def _continued(left: Syntax, right: Syntax) -> Syntax:
    """A side that goes on in the next row with a sign."""
    before = left.terms if isinstance(left, Signed) else (("+", left),)
    after = right.terms if isinstance(right, Signed) else (("+", right),)
    return Signed((*before, *after), left.span.to(right.span))
