r"""Canonical spellings of names as MathML: \hat{\mathbf{x}} is a bold upright x under a hat.

MathML's own font is italic for one letter and upright for several; every other font is a range of Unicode's
mathematical alphanumeric symbols.
"""

from __future__ import annotations

import re
from html import escape

from symbn.export.layout import visible
from symbn.export.symbols import SYMBOLS

_COMMANDED = re.compile(r"(\\[a-zA-Z]+)\{(.*)\}", re.DOTALL)

CHARACTERS = {"\\" + name: character for name, character in SYMBOLS.items() if name.isalpha()} | {
    r"\epsilon": "ϵ", r"\varepsilon": "ε", r"\phi": "ϕ", r"\varphi": "φ", r"\imath": "ı", r"\jmath": "ȷ",
    r"\hbar": "ℏ", r"\Re": "ℜ", r"\Im": "ℑ", r"\aleph": "ℵ", r"\bot": "⊥", r"\ast": "∗", r"\star": "⋆",
    r"\varnothing": "∅", r"\degree": "°", r"\wp": "℘", r"\dag": "†", r"\prime": "′",
    r"\dagger": "†", r"\perp": "⟂", r"\sharp": "♯", r"\flat": "♭",
    r"\odot": "⊙", r"\circ": "∘", r"\otimes": "⊗", r"\cdot": "⋅", r"\times": "×",
}  # fmt: skip
"""Letters and signs that stand for themselves."""

_SLANTED = frozenset("αβγδϵεζηθϑικλμνξπϖρϱσςτυϕφχψωıȷ∂")

ACCENTS = {
    r"\hat": "^", r"\widehat": "^", r"\tilde": "~", r"\widetilde": "~", r"\bar": "¯", r"\overline": "¯",
    r"\underline": "_", r"\vec": "→", r"\dot": "˙", r"\ddot": "¨", r"\check": "ˇ", r"\breve": "˘", r"\acute": "´",
    r"\grave": "`", r"\mathring": "˚",
}  # fmt: skip
_STRETCHED = frozenset([r"\widehat", r"\widetilde", r"\overline", r"\underline"])

_GREEK = "αβγδεζηθικλμνξοπρςστυφχψω"
_GREEK_CAPITALS = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ"
_EXCEPTIONS = {
    r"\mathcal": dict(zip("BEFHILMR", "ℬℰℱℋℐℒℳℛ", strict=True)),
    r"\mathfrak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    r"\mathbb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}


def _range(characters: str, first: int) -> dict[str, str]:
    return {character: chr(first + place) for place, character in enumerate(characters)}


def _latin(first: int) -> dict[str, str]:
    return _range("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", first)


def _digits(first: int) -> dict[str, str]:
    return _range("0123456789", first)


_BOLD_GREEK = _range(_GREEK_CAPITALS, 0x1D6A8) | _range(_GREEK, 0x1D6C2) | {"ϵ": "𝛜", "ϕ": "𝛟"}
_BOLD_SLANTED_GREEK = _range(_GREEK_CAPITALS, 0x1D71C) | _range(_GREEK, 0x1D736) | {"ϵ": "𝝐", "ϕ": "𝝓"}
FONTS: dict[str, dict[str, str]] = {
    r"\mathbf": _latin(0x1D400) | _digits(0x1D7CE) | _BOLD_GREEK,
    r"\boldsymbol": _latin(0x1D468) | _digits(0x1D7CE) | _BOLD_SLANTED_GREEK,
    r"\mathcal": _latin(0x1D49C) | {"e": "ℯ", "g": "ℊ", "o": "ℴ"} | _EXCEPTIONS[r"\mathcal"],
    r"\mathscr": _latin(0x1D49C) | {"e": "ℯ", "g": "ℊ", "o": "ℴ"} | _EXCEPTIONS[r"\mathcal"],
    r"\mathfrak": _latin(0x1D504) | _EXCEPTIONS[r"\mathfrak"],
    r"\mathbb": _latin(0x1D538) | _digits(0x1D7D8) | _EXCEPTIONS[r"\mathbb"],
    r"\mathsf": _latin(0x1D5A0) | _digits(0x1D7E2),
    r"\mathtt": _latin(0x1D670) | _digits(0x1D7F6),
    r"\mathrm": {},
    r"\mathit": {},
}
FONTS[r"\bf"] = FONTS[r"\mathbf"]


def written(text: str) -> str:
    """A note's own characters, escaped, those that would steer a reader's device made visible."""
    return escape(visible(text))


def letters(latex: str, word: bool = False) -> str:
    r"""A name by its canonical spelling.

    >>> letters("x"), letters(r"\mathbf{1}"), letters("tr", word=True)
    ('<mi>x</mi>', '<mn>𝟏</mn>', '<mi mathvariant="normal">tr</mi>')
    """
    if word:
        return f'<mi mathvariant="normal">{written(latex)}</mi>'
    return _letters(latex, "")


def _letters(latex: str, font: str) -> str:
    commanded = _COMMANDED.fullmatch(latex)
    if commanded and commanded[1] in ACCENTS:
        return _accented(commanded[1], _letters(commanded[2], font))
    if commanded and commanded[1] in FONTS:
        return _letters(commanded[2], commanded[1])
    if latex.startswith("\\") and latex not in CHARACTERS:
        raise ValueError(f"no character for {latex}")
    parts = latex.split(" ")
    if len(parts) > 1:
        return f"<mrow>{''.join(_letters(part, font) for part in parts)}</mrow>"
    return _letter(CHARACTERS.get(latex, latex), font)


def _letter(character: str, font: str) -> str:
    if not character:
        return ""
    if character.isdigit():
        return f"<mn>{written(FONTS[font].get(character, character) if font else character)}</mn>"
    if font in ("", r"\mathit"):
        upright = len(character) == 1 and not (character.isascii() and character.isalpha()) and (
            character not in _SLANTED and not font
        )  # fmt: skip
        return f'<mi mathvariant="normal">{written(character)}</mi>' if upright else f"<mi>{written(character)}</mi>"
    shown = "".join(FONTS[font].get(one, one) for one in character)
    plain = ' mathvariant="normal"' if shown == character else ""
    return f"<mi{plain}>{written(shown)}</mi>"


def _accented(command: str, base: str) -> str:
    stretchy = "true" if command in _STRETCHED else "false"
    mark = f'<mo stretchy="{stretchy}">{ACCENTS[command]}</mo>'
    if command == r"\underline":
        return f'<munder accentunder="true">{base}{mark}</munder>'
    return f'<mover accent="true">{base}{mark}</mover>'
