"""The text of a notebook: its Markdown cells, one below the other.  No cell is run, and outputs are not looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator

from symbn.diagnostics import fail
from symbn.source import Cell, SourceFile

_BETWEEN = "\n\n"
_KINDS = ("markdown", "code", "raw", "heading")


def notebook(path: str, text: str) -> SourceFile:
    """The note in a notebook's JSON.  Raises NoteError (P006) where it is none."""
    parts: list[str] = []
    cells: list[Cell] = []
    start = 0
    for number, source in _markdown(path, text):
        if parts:
            parts.append(_BETWEEN)
            start += len(_BETWEEN)
        cells.append(Cell(number, start))
        parts.append(source)
        start += len(source)
    return SourceFile(path, "".join(parts), tuple(cells) or (Cell(1, 0),))


def _markdown(path: str, text: str) -> Iterator[tuple[int, str]]:
    """The Markdown cells with their numbers among all cells."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
        raise fail("P006", f"{path} is no notebook: {reason}", help="save it anew from Jupyter") from error
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise fail("P006", f"{path} is no notebook: it has no cells", help="a notebook of nbformat 4 has `cells`")
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict) or cell.get("cell_type") not in _KINDS:
            raise fail("P006", f"{path} is no notebook: its cell {number} is none", help="save it anew from Jupyter")
        if cell["cell_type"] == "markdown":
            yield number, _source(path, number, cell.get("source", ""))


def _source(path: str, number: int, source: object) -> str:
    """A cell's text, which is one string or a list of its lines."""
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise fail("P006", f"{path} is no notebook: the text of its cell {number} is none")
    text = "".join(map(str, lines))
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise fail("P006", f"{path} is no notebook: its cell {number} holds half a character")
    return text.replace("\r\n", "\n").replace("\r", "\n")
