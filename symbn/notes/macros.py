r"""Abbreviations that a text defines: \newcommand, \def, \let, \DeclareMathOperator and their kin.

    \newcommand*{\name}[2][default]{body}     also \renewcommand, \providecommand
    \def\name#1#2{body}                       \let\name=\other
    \DeclareMathOperator*{\name}{words}       \DeclarePairedDelimiter{\name}{left}{right}
    \require{package}                         defines nothing

A definition is data: its body is kept as TeX's tokens and put in where the name is used (`transcript`).  What
cannot be followed (delimited parameters, \edef) is kept with the reason, so that a use of it can say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from symbn.source import Macro, Span

Macros = Mapping[str, Macro]
"""The abbreviations known at a place, by their names with the backslash."""

DEFINING = re.compile(
    r"\\(?:newcommand|renewcommand|providecommand|[gex]?def|let|DeclareMathOperator|DeclarePairedDelimiter|"
    r"NewDocumentCommand|RenewDocumentCommand|require)(?![a-zA-Z@])"
)
"""The commands that define something, or look as if they did."""

_PIECE = re.compile(r"\\[a-zA-Z@]+|\\.|%[^\n]*\n?|#[1-9]|\s+|.", re.DOTALL)
_WORD = re.compile(r"\\[a-zA-Z@]+\Z")
_NAME = re.compile(r"\\(?:[a-zA-Z@]+|.)\Z", re.DOTALL)
_LETTERS = re.compile(r"[A-Za-z0-9 \-]|\\[,;:! ]|\s")
_PARTS_OF_TEX = frozenset([r"\begin", r"\end", r"\left", r"\right", "\\\\", r"\(", r"\)", r"\[", r"\]"])
_LONGEST = 100_000
MOST = 2_000
"""Abbreviations that a note may have."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of TeX and the place it comes from; `depth` counts the abbreviations that it was in.

    A `fixed` one has TeX's own meaning, whatever has been defined since.
    """

    text: str
    origin: Span
    depth: int = 0
    fixed: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is a backslash with letters."""
        return _WORD.match(self.text) is not None

    @property
    def is_space(self) -> bool:
        return self.text.isspace()


class Ended(Exception):
    """The text ends where more of it is due."""


class Pieces:
    """TeX's tokens in order; what was taken can be put back."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._ahead = iter(pieces)
        self._back: list[Piece] = []
        self.last = Span(0, 0)
        """The place of the last token that was taken."""

    def take(self) -> Piece:
        """The next token.  Raises Ended."""
        if self._back:
            piece = self._back.pop()
        else:
            found = next(self._ahead, None)
            if found is None:
                raise Ended
            piece = found
        self.last = piece.origin
        return piece

    def put(self, pieces: list[Piece]) -> None:
        """These stand before the rest."""
        self._back.extend(reversed(pieces))

    def solid(self) -> Piece:
        """The next token that is no space.  Raises Ended."""
        piece = self.take()
        while piece.is_space:
            piece = self.take()
        return piece

    def follows(self, text: str) -> bool:
        """Whether a token is the next one that is no space; then it, and the space before it, is taken."""
        passed: list[Piece] = []
        last = self.last
        try:
            passed.append(self.take())
            while passed[-1].is_space:
                passed.append(self.take())
        except Ended:
            self.put(passed)
            self.last = last
            return False
        if passed[-1].text == text:
            return True
        self.put(passed)
        self.last = last
        return False

    def argument(self) -> list[Piece]:
        """What stands in the braces that follow, or the one token there.  Raises Ended."""
        first = self.solid()
        return self.up_to("}") if first.text == "{" else [first]

    def up_to(self, closer: str) -> list[Piece]:
        """The tokens before the closer that is in no braces; it is taken too.  Raises Ended."""
        found: list[Piece] = []
        depth = 0
        while True:
            piece = self.take()
            if depth == 0 and piece.text == closer:
                return found
            depth += (piece.text == "{") - (piece.text == "}")
            if len(found) > _LONGEST:
                raise Ended
            found.append(piece)


def pieces_of(text: str, start: int = 0, end: int | None = None) -> Iterator[Piece]:
    """The tokens of a text without its comments, each with its place."""
    for match in _PIECE.finditer(text, start, len(text) if end is None else end):
        if not match.group().startswith("%"):
            yield Piece(match.group(), Span(match.start(), match.end()))


def definition_at(text: str, start: int, end: int, known: Macros) -> tuple[Macro | None, int] | None:
    """What is defined at a place of the text, and where that ends; None if it does not end before `end`."""
    pieces = Pieces(pieces_of(text, start, end))
    try:
        found = read_definition(pieces.take().text, pieces, known)
    except Ended:
        return None
    return found, pieces.last.end


def definitions_in(pieces: Iterable[Piece], known: Macros) -> Macros:
    """What is known after these tokens; `known` itself where they define nothing."""
    stream = Pieces(pieces)
    after: dict[str, Macro] = {}
    table: dict[str, Macro] = {}
    try:
        while True:
            command = stream.take().text
            if DEFINING.fullmatch(command):
                table = table or dict(known)
                found = read_definition(command, stream, table)
                if found is not None:
                    after[found.name] = table[found.name] = found
    except Ended:
        return extended(known, after)


def extended(known: Macros, new: Macros) -> Macros:
    """What is known after new definitions; of names beyond `MOST` there is no account."""
    if not new or len(known) + len(new) > MOST:
        return known
    return {**known, **new}


def read_definition(command: str, pieces: Pieces, known: Macros) -> Macro | None:
    """The definition whose command was just taken; None where it defines nothing.  Raises Ended."""
    word = command[1:]
    if word == "require":
        pieces.argument()
        return None
    pieces.follows("*")
    name = _name(pieces)
    found = _defined(command, name, pieces, known)
    return found if _NAME.match(name) else None


def _defined(command: str, name: str, pieces: Pieces, known: Macros) -> Macro | None:
    word = command[1:]
    if word == "let":
        return _let(name, pieces, known)
    if word == "DeclareMathOperator":
        return _operator(name, pieces.argument())
    if word == "DeclarePairedDelimiter":
        left, right = pieces.argument(), pieces.argument()
        return _macro(name, 1, None, [*_texts(left), "#1", *_texts(right)], starred=True)
    if word.endswith("DocumentCommand"):
        pieces.argument()
        pieces.argument()
        return Macro(name, problem=f"symbn does not read {command}")
    if word.endswith("def"):
        return _def(command, name, pieces)
    made = _newcommand(name, pieces)
    return None if word == "providecommand" and name in known else made


def _name(pieces: Pieces) -> str:
    held = [piece.text for piece in pieces.argument() if not piece.is_space]
    return "".join(held)


def _let(name: str, pieces: Pieces, known: Macros) -> Macro:
    pieces.follows("=")
    other = pieces.solid().text
    if other in known:
        same = known[other]
        return Macro(name, same.parameters, same.default, same.body, same.fixed, same.starred, same.problem)
    return _checked(Macro(name, body=(other,), fixed=frozenset([0])))


def _operator(name: str, words: list[Piece]) -> Macro:
    texts = _texts(words)
    plain = all(_LETTERS.fullmatch(text) for text in texts)
    return _macro(name, 0, None, [r"\operatorname", "{", *texts, "}"] if plain else ["{", *texts, "}"])


def _newcommand(name: str, pieces: Pieces) -> Macro:
    parameters, default = 0, None
    if pieces.follows("["):
        count = "".join(_texts(pieces.up_to("]"))).strip()
        parameters = int(count) if count in tuple("0123456789") else -1
        if pieces.follows("["):
            default = tuple(_texts(pieces.up_to("]")))
    body = pieces.argument()
    if parameters < 0:
        return Macro(name, problem="the number of its parameters is none")
    return _macro(name, parameters, default, _texts(body))


def _def(command: str, name: str, pieces: Pieces) -> Macro:
    given = _texts(pieces.up_to("{"))
    body = _texts(pieces.up_to("}"))
    if given != [f"#{place}" for place in range(1, len(given) + 1)]:
        return Macro(name, problem=r"symbn does not read \def with delimiters between its parameters")
    if command in (r"\edef", r"\xdef"):
        return Macro(name, problem=f"symbn does not read {command}")
    return _macro(name, len(given), None, body)


def _macro(
    name: str, parameters: int, default: tuple[str, ...] | None, body: list[str], starred: bool = False
) -> Macro:
    beyond = next((t for t in body if t[0] == "#" and len(t) == 2 and int(t[1]) > parameters), None)
    if beyond is not None:
        return Macro(name, problem=f"its body uses {beyond}, which is no parameter")
    return _checked(Macro(name, parameters, default, tuple(t for t in body if t != r"\xspace"), starred=starred))


def _checked(macro: Macro) -> Macro:
    if macro.name in _PARTS_OF_TEX or DEFINING.fullmatch(macro.name):
        return Macro(macro.name, problem=f"symbn does not read a new meaning of {macro.name}")
    if _holds_rows(macro.body):
        return Macro(macro.name, problem="it holds rows of equations, which are written where they stand")
    return macro


def _holds_rows(body: tuple[str, ...]) -> bool:
    r"""Whether there is a row's end outside of all environments, beside anything else."""
    depth = 0
    for text in body:
        depth += (text == r"\begin") - (text == r"\end")
        if text == "\\\\" and depth == 0:
            return any(not other.isspace() and other != text for other in body)
    return False


def _texts(pieces: list[Piece]) -> list[str]:
    return [piece.text for piece in pieces]
