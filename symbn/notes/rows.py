r"""The rows of a formula to chains `a = b = c`: environments that only arrange rows are taken off.

A row that begins with a relation or a sign, or follows a dangling relation, goes on with the chain before it.
A comma or a wide space ends a chain that is whole; before any relation it lists subjects, as in A, B ∈ ….
A row that cannot be read does not take down others.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import replace

from symbn.diagnostics import Diagnostic, NoteError, fail
from symbn.notes.lexer import Token
from symbn.notes.parser import Parser
from symbn.notes.syntax import Chain, Commas, Dots, Group, Link, Name, Numeral, Signed, Syntax
from symbn.notes.vocabulary import DOTS, IN_RANGE, ROW_ENVIRONMENTS, relates
from symbn.source import Span


def parse_block(tokens: Many[Token], whole: Span) -> tuple[list[Chain], list[Diagnostic]]:
    """The chains of one formula, and what could not be read."""
    chains: list[Chain] = []
    problems: list[Diagnostic] = []
    pending: _Open | None = None
    try:
        rows = _rows(tokens, whole)
    except NoteError as error:
        return [], [error.diagnostic]
    labels = [label for _, label in rows if label is not None]
    block_label = labels[0] if len(labels) == 1 else None
    for row, label in rows:
        if not row:
            if pending is not None and label is not None and pending.label is None:
                pending.label = label
            continue
        own = label if len(labels) > 1 else None
        try:
            pending = _Row(row, pending, own, chains).read()
        except NoteError as error:
            problems.append(error.diagnostic)
            pending = None
    if pending is not None:
        try:
            chains.append(pending.close())
        except NoteError as error:
            problems.append(error.diagnostic)
    if block_label is not None:
        chains = [replace(chain, label=block_label) for chain in chains]
    return chains, problems


def _rows(tokens: Many[Token], whole: Span) -> list[tuple[list[Token], str | None]]:
    """Tokens split at top-level row ends, with the label of each row."""
    rows: list[tuple[list[Token], str | None]] = []
    row: list[Token] = []
    label: str | None = None
    inside: list[Token] = []
    braces = 0
    apart = False
    for token in tokens:
        if token.kind in ("begin", "end") and token.text in ROW_ENVIRONMENTS and not inside:
            continue
        if token.kind == "begin":
            inside.append(token)
        elif token.kind == "end":
            if not inside or inside[-1].text != token.text:
                raise fail(
                    "P211", f"\\end{{{token.text}}} closes nothing that is open here", token.span,
                    help=f"open it with \\begin{{{token.text}}}, or remove it",
                )  # fmt: skip
            inside.pop()
        elif token.is_("{"):
            braces += 1
        elif token.is_("}"):
            braces -= 1
        if token.kind in ("label", "tag"):
            label = token.text
        elif token.is_(r"\\") and not inside and braces <= 0:
            rows.append((row, label))
            row, label = [], None
        elif not (token.is_("&") and not inside):
            row.append(Token("prose", token.text, token.span) if apart and token.kind == "word" else token)
        apart = token.is_("&") and not inside
    if inside:
        opened = inside[-1]
        raise fail(
            "P210", f"\\begin{{{opened.text}}} is never closed", opened.span,
            help=f"close it with \\end{{{opened.text}}}",
        )  # fmt: skip
    rows.append((row, label))
    return rows


class _Open:
    """A chain that a following row may go on with."""

    def __init__(self) -> None:
        self.sides: list[Syntax] = []
        self.links: list[Link] = []
        self.subjects: list[Syntax] = []
        self.label: str | None = None
        self.dangling: Token | None = None

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
        first = tokens[0]
        signed = first.is_("+", "-", r"\pm")
        if before is not None and not (relates(first) or before.dangling is not None or signed):
            done.append(before.close())
            before = None
        self.goes_on = before is not None and before.dangling is None and signed
        self.chain = before or _Open()

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
            self.done.append(chain.close())
            self.chain = _Open()
        elif chain.sides and not chain.links:
            chain.subjects.append(chain.sides.pop())

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
