"""One row, read from left to right into the chain that the row before left open, or into a new one.

A comma or a wide space ends a chain that is whole; before any relation it lists subjects, as in A, B ∈ ….
A side that cannot be read stands in its chain as such: the equations beside it are lost, and no others.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from symbn.diagnostics import Diagnostic, NoteError, fail
from symbn.notes.columns import SIGNS, operates, states
from symbn.notes.introductions import conditions_itself, places, ranges_over, said_by
from symbn.notes.layout import relations_in
from symbn.notes.lexer import Token
from symbn.notes.open_chains import OpenChain, begins_range, is_range, nothing_right_of, summed
from symbn.notes.parser import Parser
from symbn.notes.remarks import Remarks, ranges_alone, read_range
from symbn.notes.syntax import Chain, Link, Syntax, Unread
from symbn.notes.vocabulary import IMPLICATIONS, IN_RANGE, relates
from symbn.source import Span


class RowReader:
    """Reads one row; `done` takes the chains that are whole, `problems` what could not be read."""

    def __init__(
        self, tokens: list[Token], before: OpenChain | None, label: str | None, done: list[Chain],
        problems: list[Diagnostic], beside: bool = False,
    ) -> None:  # fmt: skip
        """beside: in a remark that stands beside another chain; no further remark stands in it."""
        self.parser = Parser(tokens)
        self.label = label
        self.done = done
        self.problems = problems
        self.remarks = Remarks(done)
        self.implied = len(done)
        """Up to where in `done` they are known to be parts of an implication."""
        self.beside = beside
        self.goes_on = before is not None and before.dangling is None and (tokens[0].is_(*SIGNS) or operates(tokens[0]))
        self.chain = before or OpenChain()
        self.chain.starts.add(tokens[0].span.start)
        self.previous: OpenChain | None = None
        """The chain that a comma or a space has just ended: a range behind it does not stand in its place."""

    def read(self) -> OpenChain | None:
        """The chain that may go on."""
        parser = self.parser
        if self.goes_on:
            self._side(self.chain.sides.pop())
        while (parser := self.parser).current is not parser.end:
            token = parser.current
            if token.is_(r"\forall") and self.beside:
                break
            if token.is_(r"\forall"):
                self._remark(parser.advance())
            elif (
                token.kind in ("quad", "prose")
                or (token.kind == "word" and self._written())
                or token.is_(",", ";", ".")
            ):
                self._separated()
            elif relates(token):
                self._related()
            elif self._written():
                self._stray(token)
            else:
                self._side()
        chain, label = self.chain, self.label
        if label is not None and chain.label is None and not any(link.label for link in chain.links):
            chain.label = label
        if self.previous is not None and is_range(chain):
            chain = self._after_range(self.previous)
        elif self.previous is not None and chain.whole and not chain.said and self.remarks.tell_apart(chain.close()):
            chain = self._after_condition(self.previous)
        return chain if chain.sides else None

    def _written(self) -> bool:
        return len(self.chain.sides) > len(self.chain.links)

    # Sides.

    def _side(self, left: Syntax | None = None) -> None:
        """One more side, or what follows the sign that a side goes on with in this row."""
        parser, chain = self.parser, self.chain
        start = parser.place
        try:
            side = parser.additive() if left is None else self._continued(left)
        except NoteError as error:
            if not chain.links and not relations_in(parser.tokens[start:]):
                raise
            span = self._skip(start)
            side = Unread(error.diagnostic, span if left is None else left.span.to(span))
        chain.sides.append(_with_braces(side, parser.tokens[start], parser.tokens[self.parser.place - 1]))
        chain.dangling = None

    def _continued(self, left: Syntax) -> Syntax:
        """A side that goes on with a sign, or a product that goes on with a factor."""
        parser = self.parser
        if not operates(parser.current):
            return summed(left, parser.additive())
        product = parser.loose(left)
        return summed(product, parser.additive()) if parser.current.is_(*SIGNS) else product

    def _stray(self, token: Token) -> None:
        """What can be no part of the side before it."""
        error = fail("P222", f"`{token.text}` is not expected here", token.span, help="is a relation missing?")
        if not self.chain.links and not relations_in(self.parser.tokens[self.parser.place :]):
            raise error
        span = self.chain.sides[-1].span.to(self._skip(self.parser.place))
        self.chain.sides[-1] = Unread(error.diagnostic, span)

    def _skip(self, start: int) -> Span:
        """Past what cannot be read, up to the next relation, comma or wide space outside of brackets."""
        tokens = self.parser.tokens
        place, depth = start, 0
        while place < len(tokens):
            token = tokens[place]
            if place > start and depth == 0 and (relates(token) or token.kind in ("quad", "prose") or token.is_(",")):
                break
            depth += token.is_("{", "(", "[", r"\{") or token.kind == "begin"
            depth = max(depth - (token.is_("}", ")", "]", r"\}") or token.kind == "end"), 0)
            place += 1
        self.parser = Parser(tokens)
        self.parser.place = place
        return tokens[start].span.to(tokens[place - 1].span)

    # Between sides.

    def _separated(self) -> None:
        """Past a comma, a wide space or prose, which may end a chain or list a subject."""
        parser, chain = self.parser, self.chain
        token = parser.advance()
        following = parser.current
        if token.is_(".") and following.is_("^"):
            self._skip_footnote()
            return
        said = said_by(token)
        if token.kind == "prose" and not chain.links and (not chain.sides or said):
            chain.sides.clear()  # before `subject to` only a task stands, which states nothing
            chain.said = said or ("where" if places(token) else "")
            return
        if chain.whole and conditions_itself(token):
            chain.conditions.append(token.span)
        if chain.whole and not self.beside and (said or ranges_over(token) or places(token) or token.text == "("):
            self._remark(token)
        elif token.is_(",") and begins_range(chain) and following.kind in ("command", "number"):
            self._range()
        elif following is parser.end or self._at_piece_end(following):
            return
        elif chain.whole:
            if token.kind == "quad" and following.is_(*SIGNS) and not states(self._up_to_space()):
                raise fail(
                    "P226", "does this sum go on behind the space?", following.span,
                    help="remove the space, or write a relation",
                )  # fmt: skip
            self._ended()
        elif chain.sides and not chain.links:
            chain.subjects.append(chain.sides.pop())

    def _ended(self) -> None:
        """The chain is whole, and another begins; what follows a condition holds under it."""
        ended = self.chain
        if not (ended.said or self.beside) and self.remarks.tell_apart(ended.close()):
            ended.said = "if"
        self.done.append(ended.close())
        self.chain = OpenChain()
        if ended.said == "if" and self.previous is not None:
            return
        if ended.said == "if":
            self.chain.conditions = [*ended.conditions, self.done[-1].span]
        if not is_range(ended):
            self.previous = ended
        elif self.previous is not None:
            self.remarks.limit(self.done[-1], self.chain)

    def _up_to_space(self) -> list[Token]:
        """What stands before the next wide space."""
        following = self.parser.tokens[self.parser.place :]
        return list(takewhile(lambda token: token.kind != "quad", following))

    def _at_piece_end(self, token: Token) -> bool:
        """Whether what follows a comma or a wide space still belongs to the same chain."""
        punctuation = token.kind in ("quad", "prose") or token.is_(",", ".", ";", r"\forall")
        return punctuation or (relates(token) and bool(self.chain.sides))

    def _skip_footnote(self) -> None:
        """Past the ^{(*)} behind a full stop: nothing is there that it could raise."""
        parser = self.parser
        parser.advance()
        if parser.current.is_("{"):
            parser.skip_braces()
        else:
            parser.advance()

    def _related(self) -> None:
        """Past a relation."""
        token, chain = self.parser.advance(), self.chain
        if token.text in IMPLICATIONS:
            self._implied()
            return
        if chain.dangling is not None:
            error = nothing_right_of(chain.dangling, "remove one of the two")
            chain.sides.append(Unread(error.diagnostic, chain.dangling.span))
        if not chain.sides:
            raise fail(
                "P221", f"nothing stands left of this {token.text}", token.span,
                help="write the left side, or let the row before it end without a full stop",
            )  # fmt: skip
        chain.links.append(Link(token.text, token.span, self.label))
        chain.dangling = token

    def _implied(self) -> None:
        """Past ⟹ or ⟺: what stands on either side is said of the other, and neither by itself."""
        self.done[self.implied :] = [
            replace(chain, said=chain.said or "implies") for chain in self.done[self.implied :]
        ]
        self.implied = len(self.done)
        if self.chain.links:
            self.chain.said = self.chain.said or "implies"
            self.done.append(self.chain.close())
        self.chain = OpenChain()
        self.chain.said = "implies"

    # Ranges and conditions.

    def _remark(self, token: Token) -> None:
        """The rest of the row: a condition, a reason, what an index runs over, or what a name stands for."""
        main, tokens = self.chain, self.parser.tokens
        rest = tokens[self.parser.place :]
        self.parser.place = len(tokens)
        if token.is_(r"\forall") and not main.sides:
            if self._ranges_only(rest):
                return
            raise fail(
                "P229", "a statement that begins with ∀ is not read", token.span,
                help=r"write the equation first, and \forall behind it",
            )  # fmt: skip
        if not rest:
            return
        try:
            found = self._beside(rest, self.problems)
        except NoteError as error:
            main.conditions.append(rest[0].span.to(rest[-1].span))
            if not token.is_(r"\forall"):
                self.problems.append(error.diagnostic)
            return
        for chain in found:
            self.remarks.heed(chain, token, main)

    def _beside(self, rest: list[Token], problems: list[Diagnostic]) -> list[Chain]:
        """The chains of a remark.  Raises NoteError."""
        found: list[Chain] = []
        last = RowReader(rest, None, None, found, problems, beside=True).read()
        return [*found, last.close()] if last is not None else found

    def _ranges_only(self, rest: list[Token]) -> bool:
        r"""Take up \forall i \in [n], which is a whole formula; False for a statement behind it."""
        try:
            ranges = ranges_alone(self._beside(rest, []))
        except NoteError:
            return False
        self.done += ranges or ()
        return ranges is not None

    def _range(self) -> None:
        """The rest of `i = 1, …, m` or `i = 1, 2, …, m`: the range of an index, said as i ∈ {1, …, m}."""
        chain = self.chain
        chain.sides[1] = read_range(self.parser, chain.sides[1])
        chain.links[0] = Link(IN_RANGE, chain.links[0].span, chain.links[0].label)

    def _after_range(self, main: OpenChain) -> OpenChain:
        """The chain before a range, which the next row may go on with; it is not done with."""
        chain = self.chain.close()
        self.remarks.limit(chain, self.chain)
        closed = self.done.pop()
        main.conditions = list(closed.conditions)
        self.done.append(replace(chain, said="range"))
        return main

    def _after_condition(self, main: OpenChain) -> OpenChain:
        r"""The chain before `, \quad i \ne j`, which the next row may go on with."""
        condition = replace(self.chain.close(), said="if")
        if self.done[-1].sides != tuple(main.sides):
            self.chain.said = "if"
            return self.chain
        main.conditions = list(self.done.pop().conditions)
        self.done.append(condition)
        return main


def _with_braces(side: Syntax, first: Token, last: Token) -> Syntax:
    r"""A side with the place of all its tokens: the braces of \textcolor{red}{x} and {x} leave no node of their own."""
    start = first.span if first.is_(r"\boxed", "{") else side.span
    span = start.to(last.span)
    return side if span == side.span else replace(side, span=span)
