r"""Formulas as LaTeX may have them: read against the commands that symbn knows, and written anew.

A note's author writes what he likes; what is printed here is made of the commands of `latex_commands` only, its
braces and brackets balanced, its scripts in braces, so that no formula can read a file, give a command another
meaning, or stop LaTeX.  What cannot be printed so is refused.

    formula  = item*                           item = atom script*
    script   = ' | ^ argument | _ argument     atom = sign | letter | number | command argument* | { formula }
                                                      | \left delimiter formula \right delimiter
                                                      | \begin{matrix} cells \end{matrix}
"""

from __future__ import annotations

import re
from dataclasses import replace

from symbn.export.latex_commands import (
    ACCENTS,
    ARROWS,
    BIG,
    CLOSING,
    COUNTED,
    DELIMITERS,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FONTS,
    FRACTIONS,
    FRAMES,
    MARKED,
    MATRICES,
    OPENING,
    RELATIONS,
    ROWS,
    SIGNS,
    SIZES,
    SPELLED,
    TEXTS,
    UNICODE,
    WIDTHS,
    WORDS,
)
from symbn.export.latex_pieces import Piece, Role, bracketed, joined, matrix, stacked, width_of, with_scripts
from symbn.export.latex_text import code_latex, text_latex
from symbn.export.symbols import without_kerns
from symbn.notes.vocabulary import SETS

LONGEST = 20_000
DEEPEST = 40
_SCALES = (1.0, 1.0, 0.72, 0.6)
"""Widths in displays, in running formulas, in scripts, in scripts of scripts."""

_SMALL = frozenset([r"\tfrac", r"\nicefrac", r"\sfrac"])
_TOKEN = re.compile(
    r"\\(?P<end>begin|end)\s*\{(?P<environment>[a-zA-Z]+)\*?\}|%[^\n]*\n?|\\(?:operatorname|[hv]space)\*|"
    r"\\[a-zA-Z]+|\\.|\s+|\d+(?:\.\d+)?|:=|.",
    re.DOTALL,
)
_OPTION = re.compile(r"\[[^\[\]]*\]")
_SPACING = re.compile(r"\\[,;:! ]|~|\s+")
_ESCAPE = re.compile(r"\\([%&#_])")
_NAME = re.compile(r"[A-Za-z0-9 -]+\Z")


class Refused(Exception):
    """A formula that cannot be passed on, and why."""


class _Unpaired(Exception):
    r"""A \left without its \right."""


def read_math(latex: str, *, display: bool = True, room: float | None = None) -> list[Piece]:
    r"""The formula's pieces.  Raises Refused.

    In a matrix or a fraction that takes more than `room`, sums are broken before their signs: for formulas that nobody
    reads back.

    >>> " ".join(piece.latex for piece in read_math(r"\hat y_i^2=\frac12 x % gone"))
    '\\hat{y}_{i}^{2} = \\frac{1}{2} x'
    """
    if len(latex) > LONGEST:
        raise Refused("it is too long")
    try:
        return _Reader(latex, display, paired=True, room=room).formula()
    except _Unpaired:
        return _Reader(latex, display, paired=False, room=room).formula()


def inline_math(latex: str) -> str:
    r"""A formula within a sentence: \( … \), or its characters where it is refused."""
    try:
        inside = joined(read_math(latex, display=False))
    except Refused:
        return code_latex(latex)
    return rf"\( {inside} \)" if inside else ""


class _Reader:
    """Reads one formula."""

    def __init__(self, latex: str, display: bool, paired: bool, room: float | None) -> None:
        self.tokens = list(_TOKEN.finditer(without_kerns(latex)))
        self.place = 0
        self.depth = 0
        self.level = 0 if display else 1
        self.paired = paired
        self.room = room

    # Tokens.

    def _peek(self) -> str | None:
        """The next token that means something."""
        while self.place < len(self.tokens):
            token = self.tokens[self.place].group()
            if not token.isspace() and token[0] not in "%~" and token not in DROPPED:
                return token
            self.place += 1
        return None

    def _next(self) -> str:
        token = self._peek()
        if token is None:
            raise Refused("it ends too early")
        self.place += 1
        return token

    def _scaled(self, width: float) -> float:
        return width * _SCALES[self.level]

    # Formulas.

    def formula(self) -> list[Piece]:
        """The whole formula."""
        pieces = self._until(None)
        if self._peek() is not None:
            raise Refused(f"{self._peek()} closes nothing")
        return pieces

    def _until(self, close: str | None) -> list[Piece]:
        r"""The pieces up to a closing token (not consumed): }, \right, or \end of a matrix; all if there is none."""
        if self.depth > DEEPEST:
            raise Refused("it is nested too deeply")
        self.depth += 1
        pieces: list[Piece] = []
        while (token := self._peek()) is not None and token != close and not self._closes(close):
            if token == r"\middle" and close == r"\right":
                break
            if token in ("^", "_", "'"):
                pieces.append(self._with_scripts(pieces.pop() if pieces and _bears(pieces[-1]) else Piece("{}")))
            elif token == "}":
                break
            else:
                apart = self.place > 0 and self.tokens[self.place - 1].group().isspace()
                pieces += [replace(piece, apart=apart) for piece in self._item()]
        self.depth -= 1
        return pieces

    def _closes(self, close: str | None) -> bool:
        """Whether an environment's end stands here that is waited for."""
        match = self.tokens[self.place]
        return close == r"\end" and match["end"] == "end" and match["environment"] in MATRICES

    def _inside(self, close: str, level: int) -> list[Piece]:
        """The pieces up to a closing token, which is consumed, set at a level of scripts."""
        before, self.level = self.level, min(level, 3)
        pieces = self._until(close)
        self.level = before
        if self._peek() is None or (self._peek() != close and not self._closes(close)):
            raise Refused(f"{close} is missing")
        self._next()
        return pieces

    def _argument(self, level: int | None = None) -> list[Piece]:
        """A group in braces, or one token with what belongs to it."""
        level = self.level if level is None else level
        token = self._peek()
        if token == "{":
            self.place += 1
            return self._inside("}", level)
        if token is None or token in ("^", "_", "'", "}", "&", r"\\") or token in RELATIONS:
            raise Refused("an argument is missing")
        if token[0].isdigit() and len(token) > 1:  # \frac12 is one half
            return self._digit(token)
        before, self.level = self.level, min(level, 3)
        pieces = self._item()
        self.level = before
        return pieces

    def _digit(self, token: str) -> list[Piece]:
        match = self.tokens[self.place]
        rest = _TOKEN.match(match.string, match.start() + 1, match.end())
        assert rest is not None
        self.tokens[self.place] = rest
        return [Piece(token[0], self._scaled(1.0))]

    def _with_scripts(self, base: Piece) -> Piece:
        """The base with the primes, the subscript and the superscript that follow it, each once."""
        if base.scripted:
            raise Refused("a script of something that has its scripts")
        level = self.level + 2 if self.level == 0 else self.level + 1
        scripts: dict[str, list[Piece]] = {}
        while (token := self._peek()) in ("^", "_", "'"):
            self.place += 1
            if token == "'":
                scripts.setdefault(token, []).append(Piece("'", self._scaled(0.6)))
            elif token in scripts:
                raise Refused("a second script")
            else:
                scripts[token] = self._argument(level)
        if len(scripts) > 1 and "'" in scripts:  # TeX wants primes directly before a superscript
            scripts = {mark: scripts[mark] for mark in ("_", "'", "^") if mark in scripts}
        latex = "".join(
            joined(inside) if mark == "'" else f"{mark}{{{joined(inside)}}}" for mark, inside in scripts.items()
        )
        beside = max(width_of(scripts.get("_", [])), width_of(scripts.get("^", []) + scripts.get("'", [])))
        if self.level == 0 and base.latex in BIG:
            return replace(base, latex=base.latex + latex, width=max(base.width, beside), scripted=True)
        return with_scripts(base, latex, beside)

    def _item(self) -> list[Piece]:
        """What the next token stands for, with its arguments."""
        match = self.tokens[self.place]
        token = self._next()
        if match["environment"] is not None:
            return self._environment(match["end"], match["environment"])
        if token == "{":
            inside = self._inside("}", self.level)
            if not inside and self._peek() not in ("^", "_", "'"):
                return []
            return [Piece(f"{{{joined(inside)}}}", width_of(inside))]
        if token == "&":
            return [Piece("&", 0.0, "cell")]
        if token in (r"\\", r"\cr", r"\newline"):
            self._option()
            return [Piece(r"\\", 0.0, "row")]
        if token in SETS:
            return [Piece(SETS[token], self._scaled(1.2))]
        if token[0] == "\\" and token not in WIDTHS:
            return self._command(r"\mathbb" if token == r"\Bbb" else token)
        return [self._sign(token)]

    def _sign(self, token: str) -> Piece:
        """A letter, number or sign, or a command without arguments."""
        token = SPELLED.get(token, token)
        role: Role = "atom"
        if token in RELATIONS:
            role = "relation"
        elif token in SIGNS:
            role = "sign"
        elif token in OPENING:
            role = "open"
        elif token in CLOSING:
            role = "close"
        elif token in (",", ";"):
            role = "comma"
        if token in WIDTHS:
            return Piece(token, self._scaled(WIDTHS[token] + (0.6 if token in WORDS else 0.0)), role)
        if token in UNICODE:
            return Piece(token, self._scaled(1.2))
        if token.isascii() and (token.isalpha() or token[0].isdigit()):
            return Piece(token, self._scaled(1.4 if token.isupper() else 1.1 if token.isalpha() else len(token)))
        raise Refused(f"{token} is not known")

    def _command(self, token: str) -> list[Piece]:
        """A command with arguments, or one that is dropped."""
        if token in ACCENTS or token in FONTS:
            inside = self._argument()
            return [Piece(f"{token}{{{joined(inside)}}}", max(width_of(inside), self._scaled(1.0)))]
        if token in FRACTIONS:
            parts = [self._argument(self.level + 1 + (token in _SMALL)) for _ in range(2)]
            (above, upper), (below, lower) = (stacked(part, self.room) for part in parts)
            return [Piece(f"{token}{{{above}}}{{{below}}}", max(upper, lower) + self._scaled(0.6))]
        if token == r"\sqrt":
            return [self._root()]
        if token == r"\substack":
            return [self._below_each_other()]
        if token in MARKED:
            return [self._marked(token)]
        if token in FRAMES:
            return self._framed(token)
        if token == r"\ensuremath":
            return [Piece(joined(inside := self._argument()), width_of(inside))]
        if token in (r"\operatorname", r"\operatorname*"):
            return [self._operator(token)]
        if token in TEXTS:
            return [self._text(TEXTS[token])]
        if token in (r"\left", r"\right", r"\middle") and self.paired:
            return self._sized(token)
        if token in SIZES:
            delimiter = self._delimiter()
            shown = Piece(".") if delimiter == "." else self._sign(delimiter)
            return [Piece(f"{token}{delimiter}", 1.0, shown.role)]
        if token in (r"\left", r"\right", r"\middle"):
            if self._peek() == ".":
                self.place += 1
            return []
        if token in DROPPED_WITH_ARGUMENT:
            if self._peek() == "{":
                self._raw()
            return []
        raise Refused(f"{token} is not known")

    def _below_each_other(self) -> Piece:
        r"""\substack with its rows."""
        rows: list[list[Piece]] = [[]]
        for piece in self._argument():
            if piece.role == "row":
                rows.append([])
            else:
                rows[-1].append(piece)
        below = r" \\ ".join(map(joined, rows))
        return Piece(rf"\substack{{{below}}}", max(map(width_of, rows)))

    def _root(self) -> Piece:
        root = ""
        if self._peek() == "[":
            self.place += 1
            root = f"[{{{joined(self._inside(']', self.level + 2))}}}]"
        inside = self._argument(max(self.level, 1))
        return Piece(rf"\sqrt{root}{{{joined(inside)}}}", width_of(inside) + self._scaled(2.0))

    def _marked(self, token: str) -> Piece:
        r"""\overset{(a)}{=}: what is written over a relation belongs to it; an arrow is one itself."""
        mark = self._argument(self.level + 1)
        base = [Piece(ARROWS[token], 2.7, "relation")] if token in ARROWS else self._base()
        under = joined(base)
        latex = f"{MARKED[token]}{{{joined(mark)}}}" + (f"{{{under}}}" if under else "")
        role: Role = "relation" if [piece.role for piece in base] == ["relation"] else "atom"
        return Piece(latex, max(width_of(mark), width_of(base)), role)

    def _base(self) -> list[Piece]:
        """An argument that may be a relation without braces."""
        return self._item() if self._peek() in RELATIONS else self._argument()

    def _framed(self, token: str) -> list[Piece]:
        """What stands in a frame, which needs packages and says nothing."""
        for _ in range(FRAMES[token]):
            self._raw()
        inside = self._argument()
        return inside if len(inside) == 1 else [Piece(f"{{{joined(inside)}}}", width_of(inside))]

    def _operator(self, token: str) -> Piece:
        """An operator's name: letters, digits and hyphens, whatever the font."""
        words = re.sub(r"\\(?:[a-zA-Z]+|[,;:! ])|[{}\s]", "", self._raw())
        if not _NAME.match(words):
            raise Refused("an operator's name of other characters than letters")
        return Piece(f"{token}{{{words}}}", self._scaled(1.0 * len(words) + 0.6))

    def _text(self, command: str) -> Piece:
        """Words within a formula, and the formulas within them."""
        words = _ESCAPE.sub(r"\1", _SPACING.sub(" ", self._raw()))
        parts = words.split("$")
        if len(parts) % 2 == 0:
            raise Refused("a $ without another")
        shown = [
            f"${joined(read_math(part, display=False))}$" if place % 2 else _with_ends(part)
            for place, part in enumerate(parts)
        ]
        return Piece(f"{command}{{{''.join(shown)}}}", self._scaled(1.0 * len(words)))

    def _sized(self, token: str) -> list[Piece]:
        r"""\left … \right as one piece."""
        if token != r"\left":
            raise _Unpaired
        left = self._delimiter()
        pieces = self._until(r"\right")
        plain = self._peek() != r"\middle"
        while self._peek() == r"\middle":
            self.place += 1
            pieces += [Piece(rf"\middle{self._delimiter()}", 1.0), *self._until(r"\right")]
        if self._peek() != r"\right":
            raise _Unpaired
        self.place += 1
        right = self._delimiter()
        shown = Piece(rf"\left{left} {joined(pieces)} \right{right}", width_of(pieces) + self._scaled(2.0))
        breakable = plain and left in OPENING and right in CLOSING
        return [bracketed(shown, left, pieces, right) if breakable else shown]

    def _delimiter(self) -> str:
        delimiter = self._next()
        if delimiter not in DELIMITERS:
            raise Refused(f"{delimiter} is no delimiter")
        return delimiter

    def _environment(self, end: str, name: str) -> list[Piece]:
        """A matrix as one piece; the environments that arrange rows leave only their rows."""
        if name in ROWS:
            if end == "begin" and name in COUNTED:
                self._raw()
            return []
        if end == "end" or name not in MATRICES:
            raise Refused(f"the environment {name} is not known, or not opened")
        if self._peek() == "[":
            self._option()
        if name == "array":
            self._raw()
        columns, latex, width = matrix(self._inside(r"\end", max(self.level, 1)), self.room)
        begin = rf"\begin{{array}}{{{'c' * columns}}}" if name == "array" else rf"\begin{{{name}}}"
        return [Piece(rf"{begin} {latex} \end{{{name}}}", width + self._scaled(2.0) * (columns + 1))]

    def _option(self) -> None:
        r"""Past an option in brackets, such as the height in \\[1ex]."""
        if self._peek() == "[":
            start = self.tokens[self.place].start()
            option = _OPTION.match(self.tokens[self.place].string, start)
            while option and self.place < len(self.tokens) and self.tokens[self.place].start() < option.end():
                self.place += 1

    def _raw(self) -> str:
        """The characters of a group in braces, which are not a formula."""
        if self._peek() != "{":
            raise Refused("{ is missing")
        self.place += 1
        start, open_groups = self.place, 1
        while open_groups:
            if self.place >= len(self.tokens):
                raise Refused("} is missing")
            token = self.tokens[self.place].group()
            open_groups += (token == "{") - (token == "}")
            self.place += 1
        return "".join(match.group() for match in self.tokens[start : self.place - 1])


def _with_ends(words: str) -> str:
    """Words with the spaces before and after them."""
    inside = text_latex(words)
    return f"{' ' * words.startswith(' ')}{inside}{' ' * words.endswith(' ')}" if inside else words[:1]


def _bears(piece: Piece) -> bool:
    """Whether a script that follows belongs to a piece."""
    return piece.role in ("atom", "close")
