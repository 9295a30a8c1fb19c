r"""The words and marks by which prose says how far something holds: if, suppose, for all; paragraphs and headings.

Whoever reads prose anchors them: at the end of what stands before a formula, or at the beginning of what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CONDITIONS = ("if", "iff", "when", "whenever", "unless", "provided")
"""They make what follows them a condition of something else in their sentence."""
SUPPOSING = ("suppos", "assum")
"""How the words begin that suppose something beyond their sentence: suppose, supposing, assume, assuming."""
EVERY = ("all", "each", "every", "any")
"""They stand behind `for`, before what an index runs over."""

_SECTION = r"\\(?:sub)*section\b"
HEADING = rf"(?:^|\n)[ \t>]*#|{_SECTION}"
NEXT_HEADING = rf"\n[ \t>]*#|{_SECTION}"
"""A heading that some text stands before."""
NEW_PARAGRAPH = re.compile(rf"\n[ \t>]*\n(?=[ \t>]*[A-Z#*\-\\0-9])|{NEXT_HEADING}|\\par\b")
"""Behind a display prose goes on in small letters, in the same paragraph."""


def one_of(words: Iterable[str]) -> str:
    """A pattern for one of several words."""
    return f"(?:{'|'.join(words)})"
