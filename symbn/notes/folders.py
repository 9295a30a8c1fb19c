"""The notes of a folder: every Markdown file below it, in the order of their names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from symbn.diagnostics import fail


def notes_below(path: str) -> list[str]:
    """The paths of the notes in a folder and its folders, but for hidden ones.  Raises NoteError where there are none.

    What a file of a note is called ends in `.md`; a link to a folder is not followed.
    """
    found = sorted(_notes(path), key=lambda note: note.split(os.sep))
    if not found:
        raise fail("P002", f"{path} is a folder that holds no note", help="a note's name ends in .md")
    return found


def _notes(path: str) -> Iterator[str]:
    for folder, names, files in os.walk(path):
        names[:] = [name for name in names if not name.startswith(".")]
        yield from (os.path.join(folder, file) for file in files if _is_note(file))


def _is_note(file: str) -> bool:
    return file.endswith(".md") and not file.startswith(".")


def with_folders_opened(paths: Iterable[str]) -> Iterator[str]:
    """The paths as they were given, each folder that holds notes replaced by these."""
    for path in paths:
        if os.path.isdir(path) and any(True for _ in _notes(path)):
            yield from notes_below(path)
        else:
            yield path
