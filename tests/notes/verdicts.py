"""The verdicts on a text, as the tests of reading compare them."""

from __future__ import annotations

from symbn.note import Note
from symbn.source import SourceFile


def verdicts_of(text: str) -> list[str]:
    """Of all statements that are no declarations; nothing is repaired or explained."""
    checked = Note(SourceFile("n.md", text)).check(repair=False, explain=False)
    return [one.verdict for one in checked.statements if one.verdict != "declaration"]
