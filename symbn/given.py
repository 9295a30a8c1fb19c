"""What a note is given besides its own text: what its preambles and front matters declare, define and settle."""

from __future__ import annotations

from collections.abc import Iterator

from symbn.note import Note
from symbn.notes.documents import scan_source
from symbn.notes.front_matter import FrontMatter
from symbn.report import Kind, NoteReport, Report, Verdict
from symbn.source import SourceFile

_KEYS = ("declarations", "assumptions", "definitions")
_VERDICTS: dict[Kind, Verdict] = {"declaration": "declaration", "definition": "definition"}


def credit(note: Note) -> str | None:
    """Where a note comes from, as its front matter says."""
    front_matter = scan_source(note.source).front_matter
    return front_matter.source if front_matter is not None else None


def given(note: Note) -> list[NoteReport]:
    """Reports that hold declarations and definitions only, in the order in which they are read.

    What is settled is told by the sources of these reports, of which some state nothing else.
    """
    reports: list[NoteReport] = []
    for number, preamble in enumerate(note.preambles):
        before = note.preambles[:number]
        reports += _stated(Note(_front(preamble), before))
        reports += _stated(Note(preamble, before))
    return reports + _stated(Note(_front(note.source), note.preambles))


def _front(source: SourceFile) -> SourceFile:
    """What a front matter settles and states, as a note."""
    scanned = scan_source(source)
    stated = [*map(str, scanned.settled), *(f"$${text}$$" for text in _formulas(scanned.front_matter))]
    return SourceFile(f"front matter of {source.path}", "\n\n".join(stated))


def _formulas(front_matter: FrontMatter | None) -> Iterator[str]:
    if front_matter is None:
        return
    for key, value in front_matter.symbn.items():
        listed = value if isinstance(value, list) else [value]
        if key in _KEYS and all(isinstance(text, str) for text in listed):
            yield from (" ".join(text.strip().strip("$").split()) for text in listed)


def _stated(note: Note) -> list[NoteReport]:
    kept = tuple(
        Report(s.id, s.label, s.span, s.kind, "error" if s.diagnostics else _VERDICTS[s.kind], s.lhs, s.rhs)
        for s in note.statements
        if s.kind in _VERDICTS
    )
    return [NoteReport(note.source, note.title, kept)] if kept or scan_source(note.source).settled else []
