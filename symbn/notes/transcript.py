r"""What a formula says once its text is spelled out: abbreviations put in, HTML's and Markdown's own codes undone.

    \newcommand{\norm}[1]{\|#1\|}     \norm{x}  →  \|x\|       x keeps its place, the bars have that of \norm{x}
    HTML                              a &lt; b  →  a < b
    Markdown, within \\( … \\)        x\_1      →  x_1

Every character of a transcript has the place in the note that it comes from.  Expansion is substitution of tokens, as
TeX has it, within bounds: nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence as Many
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from symbn.diagnostics import NoteError, fail
from symbn.notes.macros import DEFINING, Ended, Macros, Piece, Pieces, definitions_in, pieces_of, read_definition
from symbn.source import Macro, Span

Coding = Literal["tex", "html", "markdown"]
"""What a formula's text is written for: TeX itself, a reader of HTML, or one of Markdown that hands it on to TeX."""

_ENTITY = r"&(?:lt|gt|amp|quot|apos|nbsp|le|ge|ne|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});"
_CODES: dict[Coding, re.Pattern[str]] = {
    "html": re.compile(_ENTITY),
    "markdown": re.compile(rf"{_ENTITY}|\\[!-/:-@\[-`{{-~]"),
}
_COMMAND = re.compile(r"\\[a-zA-Z@]+|\\.", re.DOTALL)
_DEEPEST = 60
_MOST_EXPANSIONS = 4_000
_LONGEST = 40_000

_ARGUMENTS = {
    word: count
    for count, words in (
        (1, r"\hat \widehat \tilde \widetilde \bar \overline \underline \vec \dot \ddot \check \breve \acute \grave"),
        (1, r"\mathring \mathbf \boldsymbol \bm \mathrm \mathsf \mathcal \mathbb \mathit \mathfrak \mathscr \mathtt"),
        (1, r"\pmb \symbf \sqrt \operatorname \boxed \underbrace \overbrace"),
        (2, r"\frac \dfrac \tfrac \cfrac \binom \overset \underset \stackrel"),
    )
    for word in words.split()
}
"""Commands that take a whole abbreviation as one argument: the \\b of \\hat\\b, both of \\frac\\a\\b."""


_SILENT = re.compile(r"\s+|\\(?:left|right|[bB]igg?[lrm]?)")
"""Tokens that leave nothing of themselves."""
_SIGNS = frozenset(
    r"""( ) [ ] { } | \| \{ \} , ^ _ + - = \lVert \rVert \lvert \rvert \vert \Vert \langle \rangle""".split()
)


@dataclass(frozen=True)
class Notation:
    """How a formula is to be spelled out: what its text is written for, and the abbreviations known there."""

    coding: Coding = "tex"
    macros: Macros = field(default_factory=dict)


PLAIN = Notation()


@dataclass(frozen=True)
class Transcript:
    """A formula spelled out; `origins` has the place of each of its characters in the note."""

    text: str
    origins: tuple[Span, ...]

    def origin(self, span: Span) -> Span:
        """The place in the note that a part of the transcript comes from."""
        if span.start >= span.end:
            if span.start < len(self.origins):
                place = self.origins[span.start].start
            else:
                place = self.origins[-1].end if self.origins else 0
            return Span(place, place)
        return self.origins[span.start].to(self.origins[span.end - 1])


def transcribed(text: str, segments: Iterable[Span], notation: Notation) -> Transcript | None:
    """A formula spelled out; None where its text says all itself.

    Raises NoteError: P280 an abbreviation without end, P281 one whose arguments are missing, P282 one whose definition
    cannot be followed, P283 a definition that does not end.
    """
    listed = tuple(segments)
    if not _needs(text, listed, notation):
        return None
    return _joined(_Expansion(_decoded(text, listed, notation.coding), notation.macros).run())


def spelled_out(text: str, span: Span, notation: Notation) -> str:
    """A part of a note's formula as TeX without abbreviations; as it stands where that cannot be."""
    try:
        transcript = transcribed(text, [span], notation)
    except NoteError:
        transcript = None
    return text[span.start : span.end] if transcript is None else transcript.text


def macros_after(text: str, segments: Iterable[Span], notation: Notation) -> Macros:
    """The abbreviations known after a formula, which may define some."""
    listed = tuple(segments)
    if not any(DEFINING.search(text, segment.start, segment.end) for segment in listed):
        return notation.macros
    return definitions_in(_decoded(text, listed, notation.coding), notation.macros)


def coding_of(text: str, span: Span, coding: Coding) -> Coding:
    """The coding, if there is anything of it in the text; else there is nothing to undo."""
    codes = _CODES.get(coding)
    return coding if codes is not None and codes.search(text, span.start, span.end) else "tex"


def _needs(text: str, segments: Many[Span], notation: Notation) -> bool:
    if notation.coding != "tex":
        return True
    names = {name for s in segments for name in _COMMAND.findall(text, s.start, s.end)}
    return not names.isdisjoint(notation.macros) or any(DEFINING.fullmatch(name) for name in names)


def _decoded(text: str, segments: Many[Span], coding: Coding) -> list[Piece]:
    """TeX's tokens, after what the text is coded for has been undone."""
    codes = _CODES.get(coding)
    found: list[Piece] = []
    for segment in segments:
        if codes is None:
            found += pieces_of(text, segment.start, segment.end)
        else:
            found += _recoded(text, segment, codes)
        found.append(Piece("\n", Span(segment.end, segment.end)))
    return found


def _recoded(text: str, segment: Span, codes: re.Pattern[str]) -> list[Piece]:
    characters: list[str] = []
    origins: list[Span] = []
    position = segment.start
    while position < segment.end:
        code = codes.match(text, position, segment.end)
        end = code.end() if code else position + 1
        written = text[position:end]
        for character in (written[1] if written[0] == "\\" and code else unescape(written)) if code else written:
            characters.append(character)
            origins.append(Span(position, end))
        position = end
    whole = "".join(characters)
    return [
        Piece(piece.text, origins[piece.origin.start].to(origins[piece.origin.end - 1])) for piece in pieces_of(whole)
    ]


class _Expansion:
    """Puts in abbreviations until none is left."""

    def __init__(self, pieces: list[Piece], macros: Macros) -> None:
        self._pieces = Pieces(pieces)
        self._macros = dict(macros)
        self._count = 0
        self._made: list[Piece] = []
        self._due: list[int] = []
        """How many arguments the commands before still take, the innermost last."""

    def run(self) -> list[Piece]:
        try:
            while True:
                self._next(self._pieces.take())
        except Ended:
            return self._made

    def _next(self, piece: Piece) -> None:
        macro = None if piece.fixed else self._macros.get(piece.text)
        if macro is not None:
            self._expand(piece, macro)
        elif DEFINING.fullmatch(piece.text) and piece.depth == 0:
            self._define(piece)
        else:
            self._made.append(piece)
            if not piece.is_space:
                self._count_arguments(piece)

    def _define(self, command: Piece) -> None:
        """Past a definition.  Raises NoteError (P283)."""
        try:
            found = read_definition(command.text, self._pieces, self._macros)
        except Ended:
            raise fail(
                "P283", f"the definition that this {command.text} begins does not end", command.origin,
                help=r"write \newcommand{\name}[number of arguments]{…}, all braces closed",
            ) from None  # fmt: skip
        if found is not None:
            self._macros[found.name] = found

    def _count_arguments(self, piece: Piece) -> None:
        r"""Keep account of which command takes what comes next: the second \b of \frac\b\b."""
        if piece.text == "{":
            self._due.append(-1)
        elif piece.text == "}":
            while self._due and self._due.pop() != -1:
                pass
            self._argument_ended()
        elif piece.text in _ARGUMENTS:
            self._due.append(_ARGUMENTS[piece.text])
        else:
            self._argument_ended()

    def _argument_ended(self) -> None:
        while self._due and self._due[-1] > 0:
            self._due[-1] -= 1
            if self._due[-1] > 0:
                return
            self._due.pop()

    def _expand(self, use: Piece, macro: Macro) -> None:
        if macro.problem:
            raise fail(
                "P282", f"`{macro.name}` has a definition that symbn cannot follow: {macro.problem}", use.origin,
                help=r"define it with \newcommand{\name}[number of arguments]{…}",
            )  # fmt: skip
        self._count += 1
        if use.depth >= _DEEPEST or self._count > _MOST_EXPANSIONS or len(self._made) > _LONGEST:
            raise fail(
                "P280", f"`{macro.name}` stands for more than symbn writes out, or for itself", use.origin,
                help="does its definition use its own name? Define it by other commands",
            )  # fmt: skip
        arguments = self._arguments(use, macro)
        span = use.origin if not arguments and not macro.parameters else use.origin.to(self._pieces.last)
        if not macro.parameters and self._pieces.follows("{") and not self._pieces.follows("}"):
            self._pieces.put([Piece("{", self._pieces.last)])
        put: list[Piece] = []
        for place, text in enumerate(macro.body):
            if len(text) == 2 and text[0] == "#":
                own = _is_enclosed(macro.body, place)
                for p in arguments[int(text[1]) - 1]:
                    put.append(Piece(p.text, p.origin if own else span, max(p.depth, use.depth), p.fixed))
            else:
                put.append(Piece(text, span, use.depth + 1, place in macro.fixed))
        if len(put) > _LONGEST:
            raise fail("P280", f"`{macro.name}` stands for more than symbn writes out", use.origin, help="shorten it")
        if self._due and self._due[-1] > 0:
            put = [Piece("{", span, _DEEPEST), *put, Piece("}", span, _DEEPEST)]
        self._pieces.put(put)

    def _arguments(self, use: Piece, macro: Macro) -> list[list[Piece]]:
        """The arguments of a use.  Raises NoteError (P281)."""
        pieces = self._pieces
        found: list[list[Piece]] = []
        try:
            if macro.starred and not pieces.follows("*") and pieces.follows("["):
                pieces.up_to("]")
            if macro.default is not None:
                optional = pieces.follows("[")
                given = pieces.up_to("]") if optional else [Piece(t, use.origin, use.depth + 1) for t in macro.default]
                found.append(given)
            while len(found) < macro.parameters:
                following = pieces.solid()
                if following.text == "}":
                    raise Ended
                pieces.put([following])
                found.append(pieces.argument())
        except Ended:
            raise fail(
                "P281", f"`{macro.name}` takes {macro.parameters} arguments, and there are fewer", use.origin,
                help=f"write them in braces: {macro.name}{'{…}' * macro.parameters}",
            ) from None  # fmt: skip
        return found


def _is_enclosed(body: Many[str], place: int) -> bool:
    r"""Whether a parameter stands between signs of the body: then what is read together of the argument and of what is
    around it holds one of them, and so has the place of the whole use.  `#1` alone, in `#1 #2` or in `2#1`, does not.
    """
    before = next((text for text in reversed(body[:place]) if not _SILENT.fullmatch(text)), "#")
    after = next((text for text in body[place + 1 :] if not _SILENT.fullmatch(text)), "#")
    return all(text in _SIGNS for text in (before, after))


def _joined(pieces: Many[Piece]) -> Transcript:
    r"""The tokens as a text; \alpha and b do not become \alphab."""
    parts: list[str] = []
    origins: list[Span] = []
    after_word = False
    for piece in pieces:
        text = f" {piece.text}" if after_word and piece.text[0].isalpha() else piece.text
        parts.append(text)
        origins += [piece.origin] * len(text)
        after_word = piece.is_word
    return Transcript("".join(parts), tuple(origins))
