"""The notes of a folder: every Markdown file, notebook and LaTeX document below it, in the order of their names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from symbn.diagnostics import fail

ENDINGS = (".md", ".markdown", ".tex", ".ipynb")


def notes_below(path: str) -> list[str]:
    """The paths of the notes in a folder and its folders, but for hidden ones.  Raises NoteError where there are none.

    What a note is called ends in one of `ENDINGS`; a link to a folder is not followed, nor a link out of the folder.
    """
    found = sorted(_notes(path), key=lambda note: note.split(os.sep))
    if not found:
        raise fail(
            "P002",
            f"{path} is a folder that holds no note",
            help=f"a note's name ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}",
        )
    return found


def _notes(path: str) -> Iterator[str]:
    root = os.path.realpath(path)
    for folder, names, files in os.walk(path):
        names[:] = [name for name in names if not name.startswith(".")]
        found = (os.path.join(folder, file) for file in files if is_note(file))
        yield from (file for file in found if _lies_in(root, file))


def _lies_in(root: str, file: str) -> bool:
    """Whether an ordinary file lies in a folder, and is no link to one that lies elsewhere."""
    return os.path.isfile(file) and os.path.commonpath([root, os.path.realpath(file)]) == root


def is_note(file: str) -> bool:
    """Whether a file is a note by its name."""
    return file.lower().endswith(ENDINGS) and not file.startswith(".")


def with_folders_opened(paths: Iterable[str]) -> Iterator[str]:
    """The paths as they were given, each folder that holds notes replaced by these."""
    for path in paths:
        if os.path.isdir(path) and any(True for _ in _notes(path)):
            yield from notes_below(path)
        else:
            yield path
