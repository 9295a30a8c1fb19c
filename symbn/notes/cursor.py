r"""A place in a row of tokens: what stands there, what follows, how far a delimiter reaches.

The parser is this cursor with rules on top; the rules that call each other are declared here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.notes.bars import BARS, ends_something, sided
from symbn.notes.lexer import Token
from symbn.notes.syntax import Syntax
from symbn.source import Span

_DEEPEST = 60


class Cursor(ABC):
    """Reads a row from left to right."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0
        """How many primaries are being read, one inside the other."""
        self.bars = 0
        """How many bars | or ‖ are open here: the next one closes."""
        self.paired = False
        r"""Whether a bar that says that it opens, such as \left| or \lvert, is open here."""
        self.operands = 0
        """How many operators ∂/∂x and ∇ reach over what is read: a bar |_{x = a} stands behind them all."""
        self.closer = ""
        """What closes the list that is being read here; a bar in a list may part it in two."""
        self._odd: dict[int, bool] = {}
        """Whether the bars from a place to the end of its list are odd in number."""
        self._told = 0
        """Up to where it has been told which bars open."""
        end = tokens[-1].span.end
        self.end = Token("end of row", "", Span(end, end))

    @abstractmethod
    def additive(self) -> Syntax:
        """A sum of products."""

    @abstractmethod
    def loose(self) -> Syntax:
        r"""A product, with \odot and the like."""

    @abstractmethod
    def factor(self) -> Syntax | None:
        """A primary with its scripts; None where none begins."""

    @abstractmethod
    def primary(self) -> Syntax | None:
        """What scripts are put on; None where none begins."""

    @abstractmethod
    def script_argument(self, marker: Token) -> Syntax:
        """What stands after _ or ^."""

    @property
    def current(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else self.end

    def peek(self, ahead: int = 1) -> Token:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else self.end

    def advance(self) -> Token:
        token = self.current
        self.place += 1
        return token

    def at_evaluation(self) -> bool:
        """At a bar with a subscript that nothing opened: |_{x = a}."""
        bar = self.current
        if not (bar.is_("|") and self.bars == 0 and self.peek().is_("_")):
            return False
        return not bar.side or (bar.side == "closes" and not self.paired)

    def at_opening_bar(self) -> bool:
        """At a bar that opens: it says so, or nothing waits for it.  Raises NoteError (P244) where nobody can tell."""
        bar = self.current
        if bar.side or not bar.is_(*BARS) or self.bars or self.at_evaluation() or self.at_given():
            return bar.side == "opens"
        if bar.span.start >= self._told:
            self.tokens, self._told = sided(self.tokens, self.place)
        return self.tokens[self.place].side != "closes"

    def at_given(self) -> bool:
        r"""At a bar that parts a list in two, f(x | A): the bars of its kind from here to the list's end are odd."""
        bar, before = self.current, self.tokens[self.place - 1] if self.place else self.end
        if not (self.closer and bar.is_(*BARS)) or bar.side or self.bars or self.at_evaluation():
            return False
        if not ends_something(before):
            return False
        if bar.span.start not in self._odd:
            alike = self._bars_ahead(bar.text)
            self._odd |= {start: (len(alike) - place) % 2 == 1 for place, start in enumerate(alike)}
        return self._odd.get(bar.span.start, False)

    def _bars_ahead(self, bar: str) -> list[int]:
        """Where the bars of a kind stand from here to the end of the list; none where it does not end."""
        found: list[int] = []
        depth = 0
        for token in self.tokens[self.place :]:
            if token.is_("(", "[", "{", r"\{", r"\langle") or token.kind == "begin" or token.side == "opens":
                depth += 1
            elif depth and (token.is_(")", "]", "}", r"\}", r"\rangle") or token.kind == "end" or token.side):
                depth -= 1
            elif token.is_(self.closer):
                return found
            elif depth == 0 and token.text == bar:
                found.append(token.span.start)
        return []

    @contextmanager
    def enclosed(self, paired: bool = False) -> Iterator[None]:
        """Inside of delimiters: bars and operators outside do not reach in; `paired`: these are bars themselves."""
        outside = self.bars, self.paired, self.operands, self.closer
        self.bars, self.paired, self.operands, self.closer = 0, paired, 0, ""
        yield
        self.bars, self.paired, self.operands, self.closer = outside

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level down.  Raises NoteError (P230) at the deepest."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise fail(
                "P230", f"nested more than {_DEEPEST} deep", self.current.span,
                help="name an inner part and use the name",
            )  # fmt: skip
        try:
            yield
        finally:
            self.depth -= 1

    def since(self, start: Span) -> Span:
        """From a place to the last token read."""
        return Span(start.start, self.tokens[self.place - 1].span.end)

    def expect(self, closer: str, opened: Token) -> Token:
        if self.current.is_(closer):
            return self.advance()
        found = self.current
        what = "the formula ends" if found is self.end else f"`{found.text}` stands"
        raise NoteError(
            Diagnostic(
                "P212",
                f"`{opened.text}` is not closed: {what} where `{closer}` is due",
                (Label(opened.span, "opened here", False), Label(found.span, f"`{closer}` expected")),
                help=f"close it with `{closer}`",
            )
        )

    def skip_braces(self) -> None:
        opened = self.advance()
        depth = 1
        while depth:
            if self.current is self.end:
                self.expect("}", opened)
            depth += self.current.is_("{") - self.current.is_("}")
            self.advance()

    def raw_letters(self, opened: Token) -> str:
        """The text up to the closing brace."""
        text = ""
        while not self.current.is_("}"):
            if self.current is self.end:
                self.expect("}", opened)
            text += self.advance().text
        self.advance()
        return text

    def argument(self, command: Token) -> Syntax:
        """A command's argument: braces or a single token."""
        if self.current.is_("{"):
            opened = self.advance()
            if self.current.is_("}"):
                raise fail("P251", f"{command.text} has an empty argument", command.span, help="write it in the braces")
            with self.enclosed():
                content = self.additive()
            self.expect("}", opened)
            return content
        if self.current.kind == "number" and len(self.current.text) > 1:
            token = self.current
            if not (token.text[0].isdigit() and token.text[1:].replace(".", "", 1).isdigit()):
                raise fail("P252", f"{command.text} takes the first sign only", token.span, help="write it in braces")
            first = Token("number", token.text[0], Span(token.span.start, token.span.start + 1))
            rest = Token("number", token.text[1:], Span(token.span.start + 1, token.span.end))
            self.tokens = [*self.tokens[: self.place], first, rest, *self.tokens[self.place + 1 :]]
        content_or_none = self.primary()
        if content_or_none is None:
            raise fail("P252", f"{command.text} has no argument", command.span, help="write it in braces")
        return content_or_none
