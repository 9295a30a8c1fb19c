r"""What scripts are put on: numbers, letters, groups in delimiters, commands with their arguments.

Every opening delimiter waits for its own closing one; | and \| close where one of them is open.
"""

from __future__ import annotations

from itertools import pairwise

from symbn.diagnostics import fail
from symbn.notes.decorations import MARKED
from symbn.notes.lexer import Token
from symbn.notes.matrices import Matrices
from symbn.notes.operators import derivation
from symbn.notes.spelling import Spelling
from symbn.notes.syntax import Big, Commas, Dots, Fraction, Given, Group, Hole, Matrix, Name, Numeral, Root, Syntax
from symbn.notes.vocabulary import ACCENTS, DOTS, FONTS, LETTERS, LOOSE, OPENERS, RELATIONS, SETS, TIGHT, WORDS
from symbn.source import Span


class Primaries(Spelling, Matrices):
    """The part of the parser that reads one primary."""

    def primary(self) -> Syntax | None:
        with self.deeper():
            return self._primary()

    def _primary(self) -> Syntax | None:
        token = self.current
        if token.kind == "number":
            self.advance()
            return Numeral(token.text, token.span)
        if token.kind == "letter":
            return self.letter()
        if token.kind == "word":
            self.advance()
            return Name(r"\mathrm{d}", token.span) if token.text == "d" else Name(token.text, token.span, word=True)
        if token.kind == "begin":
            return self.matrix()
        if token.kind == "command":
            return self.command()
        if token.kind == "symbol":
            if token.text in ("(", "[", r"\{"):
                return self.group()
            if token.text == "{":
                return self.braces()
            if self.at_opening_bar():
                return self.barred()
            if token.text == "?":
                self.advance()
                return Hole(token.span)
        return None

    def braces(self) -> Syntax:
        opened = self.advance()
        if self.current.is_("}"):
            self.advance()
            following = self.factor()
            if following is None:
                raise fail("P239", "empty braces", opened.span, help="remove them")
            return following
        with self.enclosed():
            content = self.additive()
        closed = self.expect("}", opened)
        if isinstance(content, (Name, Numeral)):
            return content
        return Group("{", content, opened.span.to(closed.span))

    def group(self) -> Syntax:
        opened = self.advance()
        closer = OPENERS[opened.text]
        with self.enclosed():
            self.closer = closer
            content = self.list_content(closer, opened)
        closed = self.expect(closer, opened)
        return Group(opened.text, content, opened.span.to(closed.span))

    def list_content(self, closer: str, opened: Token) -> Syntax:
        """What stands in delimiters: one expression, a list, two with a bar, or in brackets rows with semicolons."""
        items: list[Syntax] = []
        given: tuple[str, Syntax] | None = None
        rows: list[int] = []
        while not self.current.is_(closer):
            token = self.current
            if token.is_(r"\dots", r"\cdots", r"\vdots", r"\ddots"):
                self.advance()
                items.append(Dots(token.text, token.span))
            else:
                items.append(self.additive())
            if given is None and not rows and self.at_given():
                given = ("|" if self.advance().text == "|" else r"\|", _listed(items))
                items = []
            elif self.current.is_(",", ";"):
                if self.advance().text == ";" and closer == "]":
                    rows.append(len(items))
            elif not self.current.is_(closer):
                self.expect(closer, opened)
        if not items:
            raise fail("P241", "nothing stands in these parentheses", opened.span, help="remove them")
        if given is not None:
            bar, left = given
            return Given(bar, left, _listed(items), left.span.to(items[-1].span))
        if len(items) == 1:
            return items[0]
        whole = items[0].span.to(items[-1].span)
        if rows:
            bounds = [0, *(row for row in rows if row < len(items)), len(items)]
            return Matrix(tuple(tuple(items[start:end]) for start, end in pairwise(bounds)), whole)
        return _listed(items)

    def barred(self) -> Syntax:
        r"""|x|, \|x\|, and ||x||; the || of |a||b| is a bar that closes and one that opens."""
        opened = self.advance()
        if opened.side:
            with self.enclosed(paired=True):
                content = self.additive()
        else:
            self.bars += 1
            content = self.additive()
            self.bars -= 1
        if opened.is_("|") and self.current.is_("||"):
            start, end = self.current.span.start, self.current.span.end
            both = [Token("symbol", "|", Span(start, end - 1)), Token("symbol", "|", Span(end - 1, end))]
            self.tokens = [*self.tokens[: self.place], *both, *self.tokens[self.place + 1 :]]
        elif opened.is_("||") and self.current.is_("|"):
            raise fail(
                "P243", "are these two bars a norm, or an absolute value in another?", opened.span,
                help=r"write \|x\| for a norm, and a space between two bars that open one after the other",
            )  # fmt: skip
        closed = self.expect(opened.text, opened)
        return Group("|" if opened.is_("|") else r"\|", content, opened.span.to(closed.span))

    def command(self) -> Syntax | None:
        token = self.current
        name = token.text
        if name in LETTERS or name in (r"\partial", r"\nabla"):
            self.advance()
            return Name(name, token.span)
        if name in WORDS:
            self.advance()
            return Name(name[1:], token.span, word=True)
        if name in ACCENTS or name in FONTS:
            return self.decorated()
        if name in SETS:
            self.advance()
            return Name(SETS[name], token.span)
        if name in (r"\operatorname", r"\operatorname*", r"\mathop"):
            return self.operator_name()
        if name in (r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"):
            return self.fraction()
        if name == r"\sqrt":
            return self.root()
        if name in (r"\sum", r"\prod"):
            return self.big()
        if name in DOTS:
            self.advance()
            return Dots(name, token.span)
        if name in (r"\underbrace", r"\overbrace", r"\boxed", r"\ensuremath"):
            self.advance()
            content = self.argument(token)
            if name in (r"\underbrace", r"\overbrace") and self.current.is_("_", "^"):
                self.advance()
                if self.current.is_("{"):
                    self.skip_braces()
                else:
                    self.advance()
            return content
        if name == r"\langle":
            return self.group()
        if name in (r"\mathrm{d}", r"\dd", r"\differential"):
            self.advance()
            return Name(r"\mathrm{d}", token.span)
        if name in RELATIONS or name in LOOSE or name in TIGHT or name in (r"\pm", r"\mp", r"\rangle", r"\mid"):
            return None
        if name in MARKED:
            raise fail(
                "P240", f"{name} puts a mark on something that is no relation, and such a mark is not known",
                token.span, help=r"mark a letter as \hat{x} or x^{\star}, and write what stands under an operator as "
                r"its subscript: \max_{x}",
            )  # fmt: skip
        raise fail(
            "P250", f"unknown command {name}", token.span,
            help="symbn reads the commands of the language's reference only; "
            f"is {name} a macro? Write what it stands for",
        )  # fmt: skip

    def fraction(self) -> Syntax:
        command = self.advance()
        numerator = self.argument(command)
        denominator = self.argument(command)
        span = self.since(command.span)
        return derivation(numerator, denominator, span) or Fraction(numerator, denominator, span)

    def root(self) -> Syntax:
        command = self.advance()
        degree: Syntax | None = None
        if self.current.is_("["):
            opened = self.advance()
            degree = self.additive()
            self.expect("]", opened)
        arg = self.argument(command)
        return Root(arg, degree, self.since(command.span))

    def big(self) -> Syntax:
        command = self.advance()
        sub: Syntax | None = None
        sup: Syntax | None = None
        while self.current.is_("_", "^"):
            marker = self.advance()
            if marker.text == "_":
                sub = self.script_argument(marker)
            else:
                sup = self.script_argument(marker)
        body = self.loose()
        return Big(command.text[1:], sub, sup, body, command.span.to(body.span))


def _listed(items: list[Syntax]) -> Syntax:
    """One expression, or a list."""
    return items[0] if len(items) == 1 else Commas(tuple(items), items[0].span.to(items[-1].span))
