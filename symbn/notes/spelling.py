r"""Names that are written with commands: \hat{y}, \mathbf 1, \mathrm{BN}, \operatorname{diag}.

A name has one canonical spelling, whatever the braces: \hat y and \hat{y} are `\hat{y}`; a font around several
letters makes one word of them.
"""

from __future__ import annotations

from symbn.diagnostics import fail
from symbn.notes.cursor import Cursor
from symbn.notes.reserved import is_operator, is_unread
from symbn.notes.syntax import Name, Numeral, Script, Sequence, Syntax
from symbn.notes.vocabulary import FONTS, SETS, SPELLINGS, relates


class Spelling(Cursor):
    """The part of the parser that reads decorated names."""

    def letter(self) -> Name:
        """One letter, or an operator's word without a mark before what it acts on: tr(A), log x."""
        token = self.advance()
        if token.text in SETS:
            return Name(SETS[token.text], token.span)
        if self._inside():
            return Name(token.text, token.span)
        place = self.place
        while place < len(self.tokens) and self._joins(place):
            place += 1
        word = "".join(t.text for t in self.tokens[self.place - 1 : place])
        if len(word) == 1 or not (is_operator(word) or is_unread(word)) or not self._acts(place):
            return Name(token.text, token.span)
        self.place = place
        return Name(word, self.since(token.span), word=True, bare=True)

    def _joins(self, place: int) -> bool:
        """Whether a letter stands directly behind the token before it."""
        token, before = self.tokens[place], self.tokens[place - 1]
        return token.kind == "letter" and before.kind == "letter" and token.span.start == before.span.end

    def _inside(self) -> bool:
        """Whether the last letter read stands directly behind another one."""
        return self.place > 1 and self._joins(self.place - 1)

    def _acts(self, place: int) -> bool:
        """Whether what an operator acts on stands here: a bracket, or something behind a space."""
        following = self.tokens[place] if place < len(self.tokens) else self.end
        if following.is_("_", "^"):
            return True
        if following.is_("(", "["):
            return True
        apart = following.span.start > self.tokens[place - 1].span.end
        return apart and (following.kind in ("letter", "command", "number", "begin") and not relates(following))

    def decorated(self) -> Syntax:
        """An accent or a font with the name below it."""
        command = self.advance()
        start = command.span
        spelling = SPELLINGS.get(command.text, command.text)
        if command.text in FONTS and self.current.is_("{"):
            inside = self.peek()
            after = self.peek(2)
            if inside.kind in ("letter", "number") and not after.is_("}") and self._only_letters():
                word = self.raw_letters(self.advance())
                return Name(word, self.since(start), word=True)
        content = self.argument(command)
        span = self.since(start)
        if isinstance(content, (Name, Numeral)):
            inner = content.latex if isinstance(content, Name) else content.text
            if command.text in (r"\mathrm", r"\mathit", r"\mathsf") and isinstance(content, Name) and content.word:
                return Name(inner, span, word=True)
            return Name(f"{spelling}{{{inner}}}", span)
        if isinstance(content, Script) and isinstance(content.base, Name):
            inside_name = Name(f"{spelling}{{{content.base.latex}}}", content.base.span)
            return Script(inside_name, content.sub, content.sup, content.primes, span)
        if isinstance(content, Sequence) and all(isinstance(i, Name) for i in content.items):
            joined = " ".join(i.latex for i in content.items if isinstance(i, Name))
            return Name(f"{spelling}{{{joined}}}", span)
        raise fail(
            "P253", f"{command.text} over something that is no name", span, help=f"put {command.text} on one letter"
        )

    def _only_letters(self) -> bool:
        """Whether the braces that open here hold letters and numbers only."""
        place = self.place + 1
        while place < len(self.tokens) and self.tokens[place].kind in ("letter", "number"):
            place += 1
        return place < len(self.tokens) and self.tokens[place].is_("}")

    def operator_name(self) -> Syntax:
        r"""\operatorname{name}."""
        command = self.advance()
        if not self.current.is_("{"):
            raise fail("P254", f"{command.text} without its name", command.span, help=r"write \operatorname{name}")
        opened = self.advance()
        word = ""
        while not self.current.is_("}"):
            if self.current is self.end:
                self.expect("}", opened)
            token = self.advance()
            if token.kind in ("letter", "number", "word") or token.is_("-"):
                word += token.text
            elif token.is_("{"):
                word += self.raw_letters(token)
            elif not (token.kind == "command" and token.text in FONTS):
                raise fail("P255", f"`{token.text}` in an operator's name", token.span, help="use letters only")
        self.advance()
        return Name(word, self.since(command.span), word=True)
