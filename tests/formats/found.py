"""What is found in a text, for the tests of formats: each formula as TeX has it, with its place."""

from __future__ import annotations

from collections.abc import Iterable

from symbn.notes.documents import scan_source
from symbn.notes.markdown import MathBlock, Scan
from symbn.notes.transcript import transcribed
from symbn.source import SourceFile


def scanned(text: str, path: str = "note.md") -> Scan:
    return scan_source(SourceFile(path, text))


def spelled(text: str, block: MathBlock) -> str:
    """A formula on one line, spelled out."""
    transcript = transcribed(text, block.segments, block.notation)
    whole = "".join(text[s.start : s.end] for s in block.segments) if transcript is None else transcript.text
    return " ".join(whole.split())


def formulas(text: str, path: str = "note.md") -> list[str]:
    """The formulas of a text, but for those that only define abbreviations."""
    found = (spelled(text, block) for block in scanned(text, path).blocks)
    return [formula for formula in found if formula]


def labels(text: str, path: str = "note.md") -> list[str | None]:
    return [block.label for block in scanned(text, path).blocks]


def codes(text: str, path: str = "note.md") -> list[str]:
    return [diagnostic.code for diagnostic in scanned(text, path).diagnostics]


def places(text: str, path: str = "note.md") -> list[tuple[int, int]]:
    """(line, column) of each formula's first character."""
    source = SourceFile(path, text)
    return [source.position(block.content.start) for block in scanned(text, path).blocks]


def texts(text: str, blocks: Iterable[MathBlock]) -> list[str]:
    """What stands between the delimiters."""
    return [text[block.content.start : block.content.end] for block in blocks]
