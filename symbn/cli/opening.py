"""Opens the notes that a command names, and finds the statements that `--select` names."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from symbn.cli.endings import UNUSABLE, Stopped, tried
from symbn.diagnostics import NoteError
from symbn.report import NoteReport
from symbn.source import SourceFile

if TYPE_CHECKING:
    from symbn.note import Note


def read(path: str) -> SourceFile | NoteReport:
    """A note's text; or, if it has none, a report that says why."""
    from symbn.notes.reading import read_source  # beside the checking part, not needed for --help

    try:
        return read_source(path)
    except NoteError as error:
        return NoteReport(SourceFile(path, ""), None, (), (error.diagnostic,))


def read_all(paths: Sequence[str]) -> list[SourceFile]:
    """The texts of files.  Raises Stopped where one cannot be read."""
    sources = [read(path) for path in paths]
    unreadable = [source for source in sources if isinstance(source, NoteReport)]
    if unreadable:
        raise Stopped(UNUSABLE, unreadable)
    return [source for source in sources if isinstance(source, SourceFile)]


def opened(paths: Sequence[str], select: Sequence[str] = ()) -> Note:
    """The note of the first path, the others its preambles'.

    Raises Stopped where one cannot be read, UsageError for a selector that names nothing.
    """
    from symbn.note import Note  # slow to import, and --help must not wait for it

    source, *preambles = read_all(paths)
    if select:
        selected([source], preambles, select)
    return tried(source, lambda: Note(source, preambles))


def selected(
    sources: Sequence[SourceFile | NoteReport], preambles: Sequence[SourceFile], select: Sequence[str]
) -> list[SourceFile | NoteReport]:
    """The notes that hold a selected statement; and of those that cannot be read, reports that say why.

    Raises UsageError for a selector that names none.
    """
    from symbn.note import selects  # slow to import, and --help must not wait for it

    kept: list[SourceFile | NoteReport] = []
    names: list[str] = []
    found: set[str] = set()
    for source in sources:
        ids = source if isinstance(source, NoteReport) else _ids(source, preambles)
        if isinstance(ids, NoteReport):
            kept.append(ids)
            continue
        matched = {one for one in select if any(selects(one, id, label) for id, label in ids)}
        names += [name for pair in ids for name in pair if name is not None]
        found |= matched
        if matched:
            kept.append(source)
    unknown = [one for one in select if one not in found]
    if unknown and not any(isinstance(one, NoteReport) for one in kept):
        raise click.UsageError(_no_such(unknown[0], list(dict.fromkeys(names))))
    return kept


def _ids(source: SourceFile, preambles: Sequence[SourceFile]) -> list[tuple[str, str | None]] | NoteReport:
    """The statements' names; a report of symbn's own fault if reading the note fails."""
    from symbn.note import Note  # as above

    try:
        return tried(source, lambda: Note(source, preambles).ids())
    except Stopped as stop:
        return stop.reports[0]


def _no_such(selector: str, names: Sequence[str]) -> str:
    near = get_close_matches(selector, names, n=3, cutoff=0.5)
    near = near or get_close_matches(f"eq:{selector}", names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"--select: no statement is called {selector}{hint}"
