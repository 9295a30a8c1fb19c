r"""LaTeX math as one readable line of Unicode, for terminals: `\frac{1}{n}\hat{y}^{\top}` is (1/n)ŷᵀ.

For people's eyes only: nothing reads the result back.  What is not known is shown as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from symbn.export.layout import visible
from symbn.export.symbols import (
    ACCENTS,
    BLACKBOARD,
    DROPPED,
    FONTS,
    FRACTIONS,
    OPERATORS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    SYMBOLS,
    WORDS,
    without_kerns,
)

LONGEST = 4000
DEEPEST = 40

_TOKEN = re.compile(
    r"\\(?:begin|end)\s*\{([a-zA-Z]+\*?)\}|\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|:=|[A-Za-z]|\s+|[^\s]", re.DOTALL
)
_MATRICES = frozenset({"matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "array", "smallmatrix"})
_COUNTED = frozenset({"array", "alignat", "alignedat", "IEEEeqnarray"})
_MARKED = frozenset({"overset", "underset", "stackrel"})

Kind = Literal["atom", "word", "fraction", "operator", "open", "close", "punctuation"]

_OPERANDS = ("atom", "word", "fraction")


@dataclass
class _Piece:
    """Text, and how it must be bracketed."""

    text: str
    kind: Kind


def plain(latex: str) -> str:
    r"""The formula as one line of Unicode.

    >>> plain(r"\hat{y} = \frac{y-\mu_y}{\sqrt{\operatorname{var}(y)+\epsilon}}")
    'ŷ = (y − μ_y)/√(var(y) + ε)'
    >>> plain(r"\frac{1}{n-1} y_i^{\top}\left(I-\frac{\mathbf 1\mathbf 1^\top}{n}\right)^{-1}y_i")
    '(1/(n − 1))yᵢᵀ(I − 𝟏𝟏ᵀ/n)⁻¹yᵢ'
    """
    cut = latex[:LONGEST]
    reader = _Reader(cut)
    text = _join(reader.read(None))
    return visible(text) + ("…" if len(latex) > LONGEST else "")


class _Reader:
    """Reads the tokens of one formula; deeper than `DEEPEST` it copies them."""

    def __init__(self, latex: str) -> None:
        self.tokens = [m.group() for m in _TOKEN.finditer(without_kerns(latex))]
        self.position = 0
        self.depth = 0

    def _peek(self) -> str | None:
        while self.position < len(self.tokens) and self.tokens[self.position].isspace():
            self.position += 1
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def read(self, end: str | None) -> list[_Piece]:
        """The pieces up to `end` (consumed) or the formula's end."""
        pieces: list[_Piece] = []
        while (token := self._peek()) is not None:
            self.position += 1
            if token == end:
                break
            if token in ("^", "_"):
                self._attach_script(pieces, token)
            elif token == "'":
                _attach(pieces, "′")
            else:
                pieces.extend(self._piece(token))
        return pieces

    def _argument(self) -> list[_Piece]:
        """A group in braces, or one token."""
        token = self._peek()
        if token is None:
            return []
        self.position += 1
        if token[0].isdigit() and len(token) > 1:  # \\frac12 is one half
            self.position -= 1
            self.tokens[self.position] = token[1:]
            return [_Piece(token[0], "atom")]
        self.depth += 1
        pieces = self._piece(token)
        self.depth -= 1
        return pieces

    def _group(self, end: str) -> list[_Piece]:
        if self.depth >= DEEPEST:
            return self._copied(end)
        self.depth += 1
        pieces = self.read(end)
        self.depth -= 1
        return pieces

    def _copied(self, end: str) -> list[_Piece]:
        """A group too deep to be read, as it was written."""
        open_groups, start = 1, self.position
        while self.position < len(self.tokens) and open_groups:
            token = self.tokens[self.position]
            open_groups += (token == "{") - (token in ("}", end))
            self.position += 1
        return [_Piece("".join(self.tokens[start : self.position - 1]), "atom")]

    def _raw_group(self) -> str:
        """The characters of a group (a name, not math)."""
        if self._peek() != "{":
            return _join(self._argument())
        self.position += 1
        start = self.position
        while self.position < len(self.tokens) and self.tokens[self.position] != "}":
            self.position += 1
        self.position += 1
        return "".join(self.tokens[start : self.position - 1])

    def _piece(self, token: str) -> list[_Piece]:
        """What a token, with the arguments that follow it, shows as."""
        if token == "{":
            return self._group("}")
        if self.depth >= DEEPEST:
            return [_Piece(token, "atom")]
        if token[0] == "\\":
            return self._command(token[1:])
        if token in ("+", "=", "<", ">", ":="):
            return [_Piece(token, "operator")]
        if token == "-":
            return [_Piece("−", "operator")]
        if token in "([":
            return [_Piece(token, "open")]
        if token in ")]":
            return [_Piece(token, "close")]
        if token in ",;":
            return [_Piece(token, "punctuation")]
        return [] if token in "&}" else [_Piece(token, "atom")]

    def _command(self, name: str) -> list[_Piece]:
        if name.startswith(("begin", "end")) and name.endswith("}"):
            return self._environment(name)
        if name in FRACTIONS:
            above, below = self._argument(), self._argument()
            return [_Piece(f"{_bracketed(above)}/{_bracketed(below, alone=True)}", "fraction")]
        if name == "sqrt":
            root = ""
            if self._peek() == "[":
                self.position += 1
                root = _script(_join(self._group("]")), SUPERSCRIPTS, "")
            return [_Piece(f"{root}√{_bracketed(self._argument(), alone=True)}", "atom")]
        if name in _MARKED and self._peek() is not None:
            mark, base = _join(self._argument()), _join(self._argument())
            if base.isalnum():  # a raised mark would be a power
                return [_Piece(f"\\{name}{{{mark}}}{{{base}}}", "word")]
            raised = _script(mark, SUBSCRIPTS, "_") if name == "underset" else _script(mark, SUPERSCRIPTS, "^")
            return [_Piece(base + raised, "operator")]
        if name in ACCENTS:
            under = _join(self._argument())
            return [_Piece(unicodedata.normalize("NFC", under[:1] + ACCENTS[name] + under[1:]), "atom")]
        if name == "mathbb":
            text = self._raw_group()
            return [_Piece(BLACKBOARD.get(text, text), "atom")]
        if name in ("operatorname", "text", "textrm", "mbox", "mathrm", "textbf", "mathop", "shortintertext"):
            if self._peek() == "*":
                self.position += 1
            text = self._raw_group().strip()
            return [_Piece(text, "word" if len(text) > 1 else "atom")] if text else []
        if name in FONTS:
            text = _join(self._argument())
            return [_Piece("𝟏" if text == "1" else text, "word" if text.isalpha() and len(text) > 1 else "atom")]
        if name in ("label", "tag"):
            self._raw_group()
            return []
        if name in ("left", "right"):
            if self._peek() == ".":
                self.position += 1
            return []
        if name in DROPPED or not name.strip():
            return []
        if name in OPERATORS:
            return [_Piece(OPERATORS[name], "operator")]
        if name in WORDS:
            return [_Piece(WORDS[name], "word")]
        if name in SYMBOLS:
            return [_Piece(SYMBOLS[name], "word" if name in ("sum", "prod") else "atom")]
        if name in "{}|":
            kinds: dict[str, Kind] = {"{": "open", "}": "close"}
            return [_Piece("‖" if name == "|" else name, kinds.get(name, "atom"))]
        if name == "\\":
            return [_Piece(";", "punctuation")]
        return [_Piece("\\" + name, "word")]

    def _environment(self, name: str) -> list[_Piece]:
        """A matrix as [a, b; c, d]; of any other environment only its content."""
        environment = name[name.index("{") + 1 : -1]
        if name.startswith("end"):
            return []
        is_matrix = environment in _MATRICES
        if environment.rstrip("*") in _COUNTED and self._peek() == "{":
            self._raw_group()
        if not is_matrix or self.depth >= DEEPEST:
            return []
        entries: list[_Piece] = []
        self.depth += 1
        while (token := self._peek()) is not None:
            self.position += 1
            if token.startswith("\\end") and token.endswith("}"):
                break
            if token == "&":
                entries.append(_Piece(",", "punctuation"))
            elif token in ("^", "_"):
                self._attach_script(entries, token)
            else:
                entries.extend(self._piece(token))
        self.depth -= 1
        return [_Piece("[", "open"), *entries, _Piece("]", "close")]

    def _attach_script(self, pieces: list[_Piece], mark: str) -> None:
        argument = self._argument()
        text = _join(argument)
        if mark == "^":
            text = {"⊤": "ᵀ", "T": "ᵀ", "⊺": "ᵀ", "−⊤": "⁻ᵀ", "−T": "⁻ᵀ"}.get(text) or _script(text, SUPERSCRIPTS, "^")
        else:
            text = _script(text, SUBSCRIPTS, "_")
        _attach(pieces, text)


def _script(text: str, raised: dict[str, str], mark: str) -> str:
    """A sub- or superscript in its own characters where they all exist, else after `mark`."""
    compact = text.replace(" ", "")
    if compact and all(character in raised for character in compact):
        return "".join(raised[character] for character in compact)
    if len(compact) <= 1 or (mark == "_" and all(c.isalnum() or c in ":," for c in compact)):
        return mark + compact
    return f"{mark}({compact})"


def _attach(pieces: list[_Piece], script: str) -> None:
    if pieces and pieces[-1].kind == "fraction":
        pieces[-1] = _Piece(f"({pieces[-1].text})", "atom")
    if pieces and pieces[-1].kind not in ("operator", "open", "punctuation"):
        pieces[-1].text += script
    else:
        pieces.append(_Piece(script, "atom"))


def _bracketed(pieces: list[_Piece], *, alone: bool = False) -> str:
    """A numerator, denominator or radicand, in parentheses unless it cannot be misread.

    alone: a product too would be misread (1/2n).
    """
    text = _join(pieces)
    is_one = len(pieces) == (2 if pieces and pieces[0].text == "∂" else 1) and pieces[-1].kind in ("atom", "word")
    is_product = all(piece.kind in ("atom", "word", "open", "close") for piece in pieces)
    inside_only = not any(piece.kind == "operator" for piece in pieces)
    if is_one or (is_product and inside_only and not alone) or _is_enclosed(pieces):
        return text
    return f"({text})"


def _is_enclosed(pieces: list[_Piece]) -> bool:
    """Do the first and last piece open and close the same brackets?"""
    depth = 0
    for position, piece in enumerate(pieces):
        depth += (piece.kind == "open") - (piece.kind == "close")
        if depth == 0:
            return position == len(pieces) - 1 and piece.kind == "close" and piece.text == ")"
    return False


def _join(pieces: list[_Piece]) -> str:
    """The pieces with spaces where a reader needs them."""
    out: list[str] = []
    operand = False  # does an operand stand to the left, so that a sign is binary?
    previous: _Piece | None = None
    for position, piece in enumerate(pieces):
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        text = piece.text
        if piece.kind == "operator":
            text = f" {text} " if operand or text not in ("−", "+") else text
        elif piece.kind == "punctuation":
            text += " "
        elif piece.kind == "fraction" and (
            (previous and previous.kind in (*_OPERANDS, "close"))
            or (following and following.kind in (*_OPERANDS, "open"))
        ):
            text = f"({text})"
        elif (
            previous
            and previous.kind in _OPERANDS
            and piece.kind in _OPERANDS
            and "word" in (previous.kind, piece.kind)
        ):
            text = " " + text
        out.append(text)
        operand = piece.kind not in ("operator", "open", "punctuation")
        previous = piece
    return " ".join("".join(out).split())
