r"""The rows of a formula to chains `a = b = c`, several side by side where the rows have columns.

A row that begins with a relation, a sign or an operator, or follows a dangling relation, goes on with the chain above
it.  A row that cannot be read does not take down others: in its chain it leaves a side that is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import replace
from functools import lru_cache

from symbn.diagnostics import Diagnostic, NoteError, fail
from symbn.notes.chains import RowReader
from symbn.notes.columns import SIGNS, Row, equations, goes_on, operates, split_rows
from symbn.notes.layout import NUMBER_OR_FACTOR, undrawn
from symbn.notes.lexer import Token
from symbn.notes.open_chains import OpenChain, is_product
from symbn.notes.syntax import Chain, Link, Unread
from symbn.notes.values import compares_numbers_of
from symbn.notes.vocabulary import relates


def parse_block(tokens: Many[Token]) -> tuple[list[Chain], list[Diagnostic]]:
    """The chains of one formula, and what could not be read."""
    chains, problems = _parsed(tuple(tokens))
    return list(chains), list(problems)


@lru_cache(maxsize=1024)  # `symbn init` and repairs read the same formulas again, after other declarations
def _parsed(tokens: tuple[Token, ...]) -> tuple[tuple[Chain, ...], tuple[Diagnostic, ...]]:
    rows = split_rows(undrawn(tokens))
    labels = [row.label for row in rows if row.label is not None]
    block = _Block(several=len(labels) > 1)
    for row in rows:
        block.read(row)
    block.close(block.open)
    chains = sorted(block.chains, key=lambda chain: chain.span.start)
    if len(labels) == 1:
        chains = [replace(chain, label=labels[0]) for chain in chains]
    return tuple(chains), tuple(block.problems)


class _Block:
    """The chains of a formula that are whole, and for each column the one that a following row may go on with."""

    def __init__(self, several: bool) -> None:
        self.several = several
        """Whether more than one row has a label: then each is its own row's."""
        self.chains: list[Chain] = []
        self.problems: list[Diagnostic] = []
        self.open: dict[int, OpenChain] = {}
        self._starts: set[int] = set()
        """Where the rows of equations begin."""

    def read(self, row: Row) -> None:
        """One more row."""
        if not any(row.columns):
            for whole in self.open.values():
                whole.label = whole.label or row.label
            if row.problem is not None:
                self.problems.append(row.problem)
            return
        above, self.open = self.open, {}
        try:
            found = _equations(row, {place: chain.dangling is not None for place, chain in above.items()})
        except NoteError as error:
            self._lose_row(row, above, error.diagnostic)
            return
        begins = False
        self._starts |= {tokens[0].span.start for _, tokens in found}
        for place, tokens in found:
            before, problem = self._before(above, place, tokens)
            begins = begins or before is None
            chain = self._equation(tokens, before, row, problem)
            if chain is not None:
                self.open[place] = chain
        self._tell_apart()
        if begins:
            self.close(above)
        else:
            self.open |= above

    def _tell_apart(self) -> None:
        r"""Put the equations of a row under the i \ne j that stands in a column of its own."""
        for place, chain in self.open.items():
            others = [other for at, other in self.open.items() if at != place]
            if chain.whole and not chain.said and compares_numbers_of(chain, [s for o in others for s in o.sides]):
                chain.said = "if"
                for other in others:
                    other.conditions.append(chain.close().span)

    def _equation(
        self, tokens: list[Token], before: OpenChain | None, row: Row, problem: Diagnostic | None
    ) -> OpenChain | None:
        """The chain that goes on behind an equation; a side that is lost stands for what cannot be read."""
        if before is not None and problem is not None:
            before.lose(problem, tokens)
            return before
        reader = RowReader(tokens, before, row.label if self.several else None, self.chains, self.problems)
        try:
            return reader.read()
        except NoteError as error:
            reader.chain.lose(error.diagnostic, tokens)
            return reader.chain

    def _lose_row(self, row: Row, above: dict[int, OpenChain], problem: Diagnostic) -> None:
        """A row whose columns cannot be put together takes a side from each chain that goes on in it."""
        for place, chain in above.items():
            column = row.columns[place] if place < len(row.columns) else []
            if chain.dangling is not None or goes_on(column):
                if chain.dangling is None and relates(column[0]):
                    chain.links.append(Link(column[0].text, column[0].span, None))
                chain.lose(problem, column)
                self.open[place] = chain
        if not self.open:
            lost = OpenChain()
            lost.lose(problem, next(column for column in row.columns if column))
            self.open[0] = lost
        self.close({place: chain for place, chain in above.items() if place not in self.open})

    def _before(
        self, above: dict[int, OpenChain], place: int, tokens: list[Token]
    ) -> tuple[OpenChain | None, Diagnostic | None]:
        """The chain of the rows above that an equation goes on with, and why it cannot; others above are whole."""
        first = tokens[0]
        if place not in above and above and (goes_on(tokens) or operates(first)):
            place = max((p for p in above if p < place), default=min(above))
        chain = above.pop(place, None)
        if chain is None:
            return None, None
        problem = None
        if chain.dangling is None and operates(first) and not is_product(chain.sides[-1], first):
            problem = fail(
                "P227", f"what does this {first.text} multiply, at the beginning of a row?", first.span,
                help="put the whole product in one row, or parentheses around the factor above",
            ).diagnostic  # fmt: skip
        if chain.dangling is None and first.is_(*SIGNS) and self._stand_apart(chain, first):
            problem = fail(
                "P225", "a sum goes on in another row, beside another equation", first.span,
                help="write the equations one below the other",
            ).diagnostic  # fmt: skip
        if chain.dangling is not None or goes_on(tokens) or operates(first):
            return chain, problem
        self.close({place: chain})
        return None, None

    def _stand_apart(self, chain: OpenChain, sign: Token) -> bool:
        """Whether another equation stands between the rows of a sum."""
        return any(chain.sides[-1].span.start < start < sign.span.start for start in self._starts - chain.starts)

    def close(self, chains: Mapping[int, OpenChain]) -> None:
        """No row goes on with these."""
        for chain in chains.values():
            last = chain.sides[-1]
            if not chain.links and isinstance(last, Unread):
                self.problems.append(last.diagnostic)
            else:
                self.chains.append(chain.close())


def _equations(row: Row, waiting: Mapping[int, bool]) -> list[tuple[int, list[Token]]]:
    """The equations of a row.  Raises NoteError where it cannot be split, or begins with what may be its number."""
    if row.problem is not None:
        raise NoteError(row.problem)
    found = equations(row.columns, waiting)
    for _, tokens in found:
        first = tokens[0]
        if first.kind == NUMBER_OR_FACTOR:
            raise fail(
                "P228", f"is ({first.text}) the number of this equation, or a factor?", first.span,
                help=rf"for its number write \text{{({first.text})}} before it or \tag{{{first.text}}} behind it; "
                "for a factor leave out the parentheses",
            )  # fmt: skip
    return found
