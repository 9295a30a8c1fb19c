"""Text as a terminal shows it: cell widths, shortening, wrapping, and characters that must not act."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_BIDIRECTIONAL = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}
TAB_WIDTH = 4


def cell_width(text: str) -> int:
    """How many terminal cells a text takes.

    >>> cell_width("ŷ"), cell_width("y\\u0302"), cell_width("行列")
    (1, 1, 4)
    """
    if text.isascii():
        return len(text)
    return sum(character_width(character) for character in text)


def character_width(character: str) -> int:
    """0 for combining marks and joiners, 2 for wide characters, else 1."""
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def visible(text: str) -> str:
    """The text on one line, with characters that would steer a terminal made visible.

    >>> visible("a\\x1b[31m\\tb")
    'a␛[31m b'
    """
    if text.isprintable():
        return text
    return "".join(_visible_character(character) for character in text)


def _visible_character(character: str) -> str:
    code = ord(character)
    if character in "\t\n":
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    if 0x7F <= code < 0xA0 or code in _BIDIRECTIONAL or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return character


def expand_tabs(text: str) -> str:
    """The text with tabs as spaces up to stops of `TAB_WIDTH` cells."""
    if "\t" not in text:
        return text
    cells = 0
    expanded = []
    for character in text:
        piece = " " * (TAB_WIDTH - cells % TAB_WIDTH) if character == "\t" else character
        cells += cell_width(piece)
        expanded.append(piece)
    return "".join(expanded)


def shorten(text: str, width: int) -> str:
    """The text, cut to `width` cells with an ellipsis where it is longer.

    >>> shorten("abcdef", 4)
    'abc…'
    """
    if len(text) <= width and cell_width(text) <= width:
        return text
    cells = 0
    for position, character in enumerate(text):
        cells += character_width(character)
        if cells > width - 1:
            return text[:position].rstrip() + "…"
    return text


def pad(text: str, width: int) -> str:
    """The text with spaces after it up to `width` cells."""
    return text + " " * max(0, width - cell_width(text))


def wrap(items: Iterable[str], width: int, separator: str = " ") -> list[str]:
    """Items joined by the separator into lines of at most `width` cells (a longer item has its own line)."""
    lines: list[str] = []
    line = ""
    for item in items:
        joined = f"{line}{separator}{item}" if line else item
        if line and cell_width(joined) > width:
            lines.append(line + separator.rstrip())
            joined = item
        line = joined
    return [*lines, line] if line else lines
