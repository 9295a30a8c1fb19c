"""Derivations for a person at a terminal: what was asked, the lines of the board, and the answer as LaTeX."""

from __future__ import annotations

from collections.abc import Iterator

from symbn.export.answers import answer, derivation
from symbn.export.layout import visible
from symbn.export.plain import plain
from symbn.export.text import TextStyle
from symbn.report import NoteReport, Report


def render_derivations(note: NoteReport, style: TextStyle) -> Iterator[str]:
    """The derivations of one note, one below the other."""
    yield style.paint(f"{visible(note.source.path)}  {visible(note.title or '')}".rstrip(), "message")
    for report in note.statements:
        yield ""
        yield from _derived(report, note, style)


def _derived(report: Report, note: NoteReport, style: TextStyle) -> Iterator[str]:
    place = str(note.source.place(report.span.start))
    mark = style.paint(style.mark(report.verdict), report.verdict)
    yield f"{mark} {visible(report.id)}  {style.paint(place, 'quiet')}  {plain(report.lhs)}"
    width = style.width - 4
    if report.derived is None:
        yield f"    {visible(report.message)}"
        return
    yield from (f"    {line}" for line in derivation(report.steps, style.paint, width))
    yield from (f"    {line}" for line in answer("derived", report.derived, style.paint, width))
