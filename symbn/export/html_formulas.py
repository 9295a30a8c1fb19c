r"""Formulas of a note as the rows they are shown in: a chain a = b = c has a row for each `=`.

What `notes.rows` does not keep (punctuation, words, `\forall i`) is shown where it stands.  A formula that cannot
be read, or that holds words its tree has no place for, is shown as its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from symbn.diagnostics import NoteError
from symbn.export.html_letters import CHARACTERS, letters, written
from symbn.export.html_marks import Mark, Marks
from symbn.export.mathml import SIGNS, MathML, marked, math, operator
from symbn.export.plain import plain
from symbn.notes.lexer import Token, tokenize
from symbn.notes.parser import Parser
from symbn.notes.rows import parse_block
from symbn.notes.syntax import Chain, Group, Link, Signed, Syntax, Unread
from symbn.notes.transcript import PLAIN, Notation, spelled_out
from symbn.notes.vocabulary import EQUALITIES, IN_RANGE
from symbn.source import Span

_LONG_EQUALS = re.compile(r"\\x(?:long)?equal\s*\{(.*)\}", re.DOTALL)
_MARKED = re.compile(r"\\(?:overset|underset|stackrel|x(?:long)?equal)")
_WIDE = '<mspace width="1em"></mspace>'
_SILENT = frozenset(["begin", "end", "label", "tag"])
_PUNCTUATION = (",", ".", ";", ":", "!")


@dataclass
class Row:
    """A row of a formula: what stands left and right of the place where rows are aligned, and the places of both."""

    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    left_span: Span | None = None
    right_span: Span | None = None

    def meets(self, span: Span) -> bool:
        """Whether a part of the text stands in this row."""
        held = [place for place in (self.left_span, self.right_span) if place is not None]
        return any(place.start < span.end and span.start < place.end for place in held)


class Unprintable(Exception):
    """A formula that is shown as its source."""


def code(text: str) -> str:
    """What is shown as it was written."""
    return f"<code>{'<br/>'.join(map(written, text.strip().split(chr(10))))}</code>"


@lru_cache(maxsize=512)  # the same facts and statements are shown at several places
def formula(latex: str, display: bool = False) -> str:
    r"""A formula that stands in no note: a `<math>` element, or its source where it cannot be read.

    >>> formula("n")
    '<math alttext="n"><mi>n</mi></math>'
    """
    whole = Span(0, len(latex))
    return block(latex, [whole], whole, (), display)


def content(latex: str) -> str:
    """A formula as a part of another one: no element of its own; its source as words where it cannot be read."""
    try:
        return _whole(rows(latex, [Span(0, len(latex))]))
    except Unprintable:
        return f"<mtext>{written(latex)}</mtext>"


def block(
    text: str,
    segments: Iterable[Span],
    whole: Span,
    marks: Iterable[Mark] = (),
    display: bool = False,
    notation: Notation = PLAIN,
) -> str:
    """A piece of a note's math as one element."""
    source = spelled_out(text, whole, notation)
    try:
        return math(_whole(rows(text, segments, marks, notation), display), plain(source), display)
    except Unprintable:
        return code(source)


def _whole(shown: list[Row], aligned: bool = False) -> str:
    """Rows as one piece: one behind the other, or one below the other."""
    if len(shown) == 1 or not aligned:
        return _one([part for row in shown for part in (*row.left, *row.right)])
    pairs = [(_one(row.left), _one(row.right)) for row in shown]
    cells = "".join(
        f'<mtr><mtd class="left">{left}</mtd><mtd class="right">{right}</mtd></mtr>' for left, right in pairs
    )
    return f'<mtable class="chain" columnalign="right left" displaystyle="true">{cells}</mtable>'


def sides(text: str, row: Row) -> tuple[str, str]:
    """A row as two formulas, left and right of the place where rows are aligned."""
    left, right = (
        math(_one(shown), plain(text[span.start : span.end]) if span else "", display=True) if shown else ""
        for shown, span in ((row.left, row.left_span), (row.right, row.right_span))
    )
    return left, right


def rows(text: str, segments: Iterable[Span], marks: Iterable[Mark] = (), notation: Notation = PLAIN) -> list[Row]:
    """The rows of a formula.  Raises Unprintable."""
    try:
        tokens = tokenize(text, segments, notation)
    except NoteError as error:
        raise Unprintable from error
    if not tokens:
        raise Unprintable
    chains, problems = parse_block(tokens)
    if problems:
        chains = _expression(tokens)
    if any(isinstance(side, Unread) for chain in chains for side in chain.sides):
        raise Unprintable
    trees = (side for chain in chains for side in (*chain.subjects, *chain.sides))
    shown = _Rows(MathML(text, Marks(trees, marks)), tokens, notation)
    shown.read(sorted(chains, key=lambda chain: chain.span.start))
    return shown.rows


def _expression(tokens: list[Token]) -> list[Chain]:
    """A list of expressions without a relation: `x, y`.  Raises Unprintable."""
    parser = Parser(list(tokens))
    found: list[Chain] = []
    try:
        while parser.current is not parser.end:
            side = parser.additive()
            found.append(Chain((side,), (), (), None, side.span))
            if parser.current.is_(*_PUNCTUATION):
                parser.advance()
    except NoteError as error:
        raise Unprintable from error
    return found


class _Rows:
    """Chains and what stands between them, put into rows."""

    def __init__(self, printer: MathML, tokens: list[Token], notation: Notation) -> None:
        self.printer = printer
        self.tokens = tokens
        self.notation = notation
        self.rows: list[Row] = []
        self._place = 0

    def read(self, chains: list[Chain]) -> None:
        for chain in chains:
            before = self._between(chain.span.start)
            broken = self._breaks(Span(self._last_end(), chain.span.start))
            if not self.rows or broken or chain.links or self.rows[-1].right:
                self.rows.append(Row())
                if before and len(self.rows) > 1:
                    self.rows[-2].right += before
                else:
                    self.rows[-1].left += before
            else:
                self.rows[-1].left += before
            self._chain(chain)
            self._pass(chain)
        after = self._between(self.tokens[-1].span.end + 1)
        if not self.rows:
            self.rows.append(Row())
        last = self.rows[-1]
        (last.right or last.left).extend(after)

    def _last_end(self) -> int:
        return self.tokens[self._place - 1].span.end if self._place else 0

    def _chain(self, chain: Chain) -> None:
        printer, row = self.printer, self.rows[-1]
        for subject in chain.subjects:
            row.left += [printer.print(subject), "<mo>,</mo>"]
        first, *others = chain.sides
        for place, (span, part) in enumerate(self._broken(first)):
            row = self.rows[-1] if place == 0 else self._new_row()
            row.left += part
            row.left_span = span.to(chain.subjects[0].span) if place == 0 and chain.subjects else span
        for number, (link, side) in enumerate(zip(chain.links, others, strict=True)):
            row.right += self._aside(Span(chain.sides[number].span.end, link.span.start))
            if number and link.relation in EQUALITIES:
                row = self._new_row()
            row.right.append(self._relation(link))
            row.right_span = link.span.to(row.right_span or link.span)
            shown = side.content if link.relation == IN_RANGE and isinstance(side, Group) else side
            for place, (span, part) in enumerate(self._broken(shown)):
                row = row if place == 0 else self._new_row()
                row.right += part
                row.right_span = span.to(row.right_span or span)

    def _relation(self, link: Link) -> str:
        """A relation with what its author wrote over or under it.  Raises Unprintable."""
        source = spelled_out(self.printer.text, link.span, self.notation)
        if (long := _LONG_EQUALS.fullmatch(source)) is not None:
            return marked(operator("="), over=_mark(long[1]))
        tokens = [token for token in tokenize(source, [Span(0, len(source))]) if not token.is_("{", "}")]
        if [token.kind for token in tokens[1:2]] == ["over"]:
            command, mark, *rest = tokens
            if len(rest) != 1 or rest[0].text not in SIGNS:
                raise Unprintable
            shown, sign = _mark(mark.text), operator(rest[0].text)
            return marked(sign, under=shown) if command.is_(r"\underset") else marked(sign, over=shown)
        if link.relation not in SIGNS and link.relation != IN_RANGE:
            raise Unprintable
        return operator("=" if link.relation == IN_RANGE else link.relation)

    def _new_row(self) -> Row:
        self.rows.append(Row())
        return self.rows[-1]

    def _broken(self, side: Syntax) -> Iterator[tuple[Span, list[str]]]:
        r"""A side's rows and their places: a sum is broken where the author did, at \\."""
        if not isinstance(side, Signed):
            yield side.span, [self.printer.print(side)]
            return
        start = place = 0
        for place, ((_, before), (_, term)) in enumerate(pairwise(side.terms), start=1):
            if self._breaks(Span(before.span.end, term.span.start)):
                yield self._terms(side, start, place)
                start = place
        if start == 0:
            yield side.span, [self.printer.print(side)]
        else:
            yield self._terms(side, start, place + 1)

    def _terms(self, side: Signed, start: int, stop: int) -> tuple[Span, list[str]]:
        """Some terms of a sum, behind the sign that joins them to what stands before."""
        terms = side.terms[start:stop]
        sign = [operator(terms[0][0])] if start else []
        part = Signed((("+", terms[0][1]), *terms[1:]) if start else terms, terms[0][1].span.to(terms[-1][1].span))
        return part.span, [*sign, *self.printer.terms(part)]

    def _breaks(self, between: Span) -> bool:
        return any(t.is_(r"\\") and between.start <= t.span.start < between.end for t in self.tokens)

    def _between(self, end: int) -> list[str]:
        """What stands between chains.  Raises Unprintable."""
        shown = []
        while self._place < len(self.tokens) and self.tokens[self._place].span.start < end:
            shown.append(_token(self.tokens[self._place]))
            self._place += 1
        return [part for part in shown if part]

    def _aside(self, between: Span) -> list[str]:
        """The words at the end of a row of a chain."""
        words = [t for t in self.tokens if t.kind == "prose" and between.start <= t.span.start < between.end]
        return [shown for token in words for shown in (_WIDE, _token(token))]

    def _pass(self, chain: Chain) -> None:
        """Past the chain's own tokens.  Raises Unprintable where a side holds words that its tree has no place for."""
        held = [part.span for part in (*chain.subjects, *chain.sides)]
        while self._place < len(self.tokens) and self.tokens[self._place].span.start < chain.span.end:
            token = self.tokens[self._place]
            if token.kind == "prose" or token.is_(r"\underbrace", r"\overbrace"):
                if any(span.start <= token.span.start < span.end for span in held):
                    raise Unprintable
            self._place += 1


def _mark(latex: str) -> str:
    """What is written over a relation, which holds no relation with a mark itself: formulas must not nest so."""
    return f"<mtext>{written(latex)}</mtext>" if _MARKED.search(latex) else content(latex)


def _token(token: Token) -> str:
    """What a token outside of all chains shows as; delimiters of arrangements are not seen."""
    if token.kind in _SILENT or token.is_(r"\\", "&", "{", "}"):
        return ""
    if token.kind in ("prose", "word"):
        return f"<mtext>\u00a0{written(token.text)}\u00a0</mtext>"
    if token.kind == "quad":
        return _WIDE
    if token.kind == "number":
        return f"<mn>{written(token.text)}</mn>"
    if token.kind == "letter" or token.text in CHARACTERS:
        return letters(token.text)
    if token.text in SIGNS and token.text not in _PUNCTUATION:
        return operator(token.text)
    if token.kind == "symbol" and not token.text.startswith("\\"):
        return f'<mo stretchy="false">{written(token.text)}</mo>'
    raise Unprintable


def _one(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"
