"""What stands at a place of a note, as TeX has it: without abbreviations, codes of HTML, or marks of block quotes."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from symbn.diagnostics import NoteError
from symbn.notes.documents import scan_source
from symbn.notes.transcript import Notation, Transcript, transcribed
from symbn.source import SourceFile, Span

_QUOTED = re.compile(r"(?:[ \t]{0,3}>)+")


@lru_cache(maxsize=8)
def texts_of(source: SourceFile) -> Texts:
    """The texts of a note; the note is read again once for all of them."""
    return Texts(source)


class Texts:
    """What stands in a note, spelled out where it has abbreviations or codes."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.blocks = scan_source(source).blocks

    def of(self, span: Span) -> str:
        """What is written at a place."""
        before = bisect_right(self.blocks, span.start, key=lambda block: block.content.start)
        if before and self.blocks[before - 1].content.end >= span.end:
            block = self.blocks[before - 1]
            inside = [Span(max(s.start, span.start), min(s.end, span.end)) for s in block.segments]
            transcript = _transcript(self.source.text, [s for s in inside if s.start < s.end], block.inner)
            if transcript is not None:
                return transcript.text
        return _text(span, self.source)


def _transcript(text: str, segments: list[Span], notation: Notation) -> Transcript | None:
    """A formula spelled out, if it needs that and it can be."""
    try:
        return transcribed(text, segments, notation)
    except NoteError:
        return None


def _text(span: Span, source: SourceFile) -> str:
    """What is written there, without the marks of block quotes at the beginnings of lines."""
    text = source.slice(span)
    if "\n" not in text:
        return text
    line = source.line(source.position(span.start)[0])
    marks = _QUOTED.match(line)
    if marks is None:
        return text
    depth = marks.group().count(">")
    first, *rest = text.split("\n")
    return "\n".join([first, *(re.sub(rf"^(?:[ \t]{{0,3}}>){{0,{depth}}}", "", one) for one in rest)])
