r"""Words as LaTeX prints them: every character stands for itself, and none is a command.

What a note, a path or a message holds is text here, whatever it looks like.  Letters, signs and accents that symbn's
messages use are put in math; a character that pdfLaTeX has no glyph for is told by its number.
"""

from __future__ import annotations

import re
import unicodedata

from symbn.export.symbols import ACCENTS, BLACKBOARD, OPERATORS, SUBSCRIPTS, SUPERSCRIPTS, SYMBOLS

_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\textdollar{}", "%": r"\%", "#": r"\#", "&": r"\&",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}",
}  # fmt: skip
_TYPED = {
    r"\textbackslash{}": r"\char92{}", r"\textless{}": r"\char60{}", r"\textgreater{}": r"\char62{}",
    r"\textbar{}": r"\char124{}", r"\{": r"\char123{}", r"\}": r"\char125{}", r"\_": r"\char95{}",
}  # fmt: skip
"""Signs that the typewriter fonts hold themselves, and LaTeX would take from others."""
_DOUBLE = re.compile(r"\^(?=\^)")
_QUOTES = {
    '"': (r"\textquotedblleft{}", r"\textquotedblright{}"),
    "`": (r"\textquoteleft{}", r"\textquoteright{}"),
}
"""How they open and how they close."""
_TYPESET = {
    "–": "--", "—": "---", "‘": r"\textquoteleft{}", "’": r"\textquoteright{}", "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}", "…": r"\ldots{}", "•": r"\ensuremath{\bullet}", "§": r"\S{}", "\u00a0": "~",
}  # fmt: skip
_MATHEMATICAL = {
    "−": "-", "⊤": r"\top", "ᵀ": r"{}^{\top}", "𝟏": r"\mathbf{1}", "√": r"\surd", "⟨": r"\langle", "⟩": r"\rangle",
    "‖": r"\|", "⁻": r"{}^{-}", "∥": r"\|", "⇒": r"\Rightarrow", "→": r"\to", "·": r"\cdot",
}  # fmt: skip
_SHOWN = {
    **{sign: rf"\{name}" for name, sign in reversed(OPERATORS.items()) if len(sign) == 1 and not sign.isascii()},
    **{sign: rf"\{name}" for name, sign in reversed(SYMBOLS.items()) if len(sign) == 1 and not sign.isascii()},
    **{raised: f"{{}}^{{{sign}}}" for sign, raised in SUPERSCRIPTS.items() if sign.isascii() and not raised.isascii()},
    **{lowered: f"{{}}_{{{sign}}}" for sign, lowered in SUBSCRIPTS.items() if sign.isascii() and not lowered.isascii()},
    **{sign: rf"\mathbb{{{letter}}}" for letter, sign in BLACKBOARD.items()},
    **_MATHEMATICAL,
}
"""Signs of symbn's messages, as commands for math."""
_MARKS = {mark: name for name, mark in reversed(ACCENTS.items())}
_COMPOSED = frozenset("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327")
"""Accents that LaTeX puts on any letter, in all its fonts."""
_LAST_WITH_ACCENTS = "\u017f"
_INDEXED = re.compile(
    r"(?:(?<![A-Za-z0-9_])([A-Za-z])|\\ensuremath\{(\\[A-Za-z]+)\})\\_([A-Za-z0-9])(?![A-Za-z0-9]|\\_)"
)
_LETTERS = frozenset("ßæøœłÆØŒŁ¡¿")


def text_latex(text: str) -> str:
    r"""The text, inert.

    >>> print(text_latex(r"50% of $x_1$ \input{f}"), text_latex("ε ≥ ŷ, 中"))
    50\% of \textdollar{}x\_1\textdollar{} \textbackslash{}input\{f\} \ensuremath{\epsilon} \ensuremath{\ge} ŷ, [U+4E2D]
    """
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    shown: list[str] = []
    for place, character in enumerate(text):
        if character in _QUOTES:
            shown.append(_QUOTES[character][place > 0 and text[place - 1] not in " (["])
        elif character in _MARKS and shown:
            shown[-1] = rf"\ensuremath{{\{_MARKS[character]}{{{_bare(text[place - 1])}}}}}"
        else:
            shown.append(_character(character))
    return "".join(shown)


def message_latex(text: str) -> str:
    r"""What symbn says, inert; one letter below another stands there as an index.

    >>> print(message_latex("f_i by ∇_X, a_file, a_b_c, Σ_y²"))
    \ensuremath{f_{i}} by \ensuremath{\nabla_{X}}, a\_file, a\_b\_c, \ensuremath{\Sigma_{y}}\ensuremath{{}^{2}}
    """
    return _INDEXED.sub(lambda m: rf"\ensuremath{{{m[1] or m[2]}_{{{m[3]}}}}}", text_latex(text))


def _character(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if character in _TYPESET:
        return _TYPESET[character]
    if character in _SHOWN:
        return rf"\ensuremath{{{_SHOWN[character]}}}"
    if " " <= character <= "~" or character in _LETTERS or _is_composed(character):
        return character
    return f"[U+{ord(character):04X}]"


def _is_composed(character: str) -> bool:
    """Whether it is a letter with an accent that LaTeX makes of the two."""
    parts = unicodedata.normalize("NFD", character)
    return len(parts) == 2 and parts[0].isascii() and parts[1] in _COMPOSED and character <= _LAST_WITH_ACCENTS


def _bare(character: str) -> str:
    """A letter below an accent, for math."""
    if character in _SHOWN:
        return _SHOWN[character]
    return character if character.isascii() and character.isalnum() else rf"\text{{{_character(character)}}}"


def code_latex(text: str) -> str:
    """A formula as its characters, in typewriter type."""
    shown = text_latex(text)
    for command, typed in _TYPED.items():
        shown = shown.replace(command, typed)
    return rf"\texttt{{{shown}}}"


def comment_latex(text: str) -> str:
    """A text as one line of a comment, without ^^, which could end it."""
    line = "".join(character if character.isprintable() else " " for character in " ".join(text.split()))
    return "% " + _DOUBLE.sub("^ ", line)
