"""The math of a note, whatever it is written in: Markdown, a notebook, or LaTeX."""

from __future__ import annotations

from bisect import bisect_left

from symbn.notes.markdown import Scan, placed, scan
from symbn.notes.markers import read_markers
from symbn.notes.tex_documents import scan_tex, section_numbers
from symbn.source import SourceFile


def scan_source(source: SourceFile) -> Scan:
    """Find the math of a note."""
    return _scan_tex(source) if source.is_tex else scan(source.text, source.given, source.cells)


def _scan_tex(source: SourceFile) -> Scan:
    markers = read_markers(source.text)
    given = {macro.name: macro for macro in source.given}
    read = scan_tex(markers.without_commentary(source.text), given)
    numbers = section_numbers(read.headings)
    sections = [numbers[bisect_left(read.headings, math.outer.start, key=lambda h: h.end)] for math in read.found]
    blocks = placed(source.text, zip(read.found, sections, read.known, strict=True), markers)
    diagnostics = (*read.diagnostics, *markers.diagnostics)
    return Scan(None, blocks, diagnostics, read.title, tuple(read.macros.values()), read.start, markers.settings)
