"""Reads a note from a file or standard input, or says why it cannot be read."""

from __future__ import annotations

import os
import re
import sys
from difflib import get_close_matches

from symbn.diagnostics import fail
from symbn.notes.folders import ENDINGS, is_note
from symbn.notes.notebooks import notebook
from symbn.source import SourceFile

_NOTEBOOK = re.compile(r'\s*\{\s*"(?:cells|metadata|nbformat|nbformat_minor)"\s*:')
LARGEST = 64 * 1024 * 1024
STANDARD_INPUT = "-"


def read_source(path: str) -> SourceFile:
    """The text of the file `path` (`-`: standard input), a byte order mark dropped, line ends as LF.

    Raises NoteError: P001 no such file, P002 a directory, P003 not readable, P004 not UTF-8 text, P005 too large,
    P006 a notebook that is none.
    """
    if path == STANDARD_INPUT and sys.stdin is None:
        raise fail("P003", "standard input is closed", help="give the name of a note, or a note as standard input")
    try:
        if path == STANDARD_INPUT:
            return source_from_bytes("<stdin>", sys.stdin.buffer.read(LARGEST + 1))
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        if not path:
            raise fail("P001", "the name of a file is empty", help="give the name of a note") from error
        raise fail("P001", f"there is no file {path}", help=_similar(path)) from error
    except IsADirectoryError as error:
        raise fail("P002", f"{path} is a directory, not a note", help=_notes_in(path)) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise fail("P003", f"{path} cannot be read: {reason}") from error
    return source_from_bytes(path, data)


def source_from_bytes(path: str, data: bytes) -> SourceFile:
    """The note in `data`; raises NoteError P004, P005 or P006 if it is none."""
    if len(data) > LARGEST:
        raise fail("P005", f"{path} is larger than {LARGEST >> 20} MiB", help="split the note")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise fail("P004", f"{path} is UTF-16 text", help="save it as UTF-8")
    if b"\0" in data:
        raise fail(
            "P004",
            f"{path} is not text: byte {data.index(0)} is zero",
            help="give a Markdown file, a notebook or a LaTeX document",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise fail("P004", f"{path} is not UTF-8: byte 0x{byte:02x} in line {line}", help="save it as UTF-8") from error
    if path.lower().endswith(".ipynb") or (path.startswith("<") and _NOTEBOOK.match(text)):
        return notebook(path, text)
    return SourceFile(path, text.replace("\r\n", "\n").replace("\r", "\n"))


def _similar(path: str) -> str | None:
    """A file beside it with nearly the same name."""
    directory, name = os.path.split(path)
    near = get_close_matches(name, _listing(directory or "."), n=1)
    return f"did you mean {os.path.join(directory, near[0])}?" if near else None


def _notes_in(directory: str) -> str:
    notes = sorted(name for name in _listing(directory) if is_note(name))
    if not notes:
        return f"no file in it is a note by its name, which ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
    return f"give the notes themselves, such as {os.path.join(directory, notes[0])}"


def _listing(directory: str) -> list[str]:
    try:
        return os.listdir(directory)[:10_000]
    except OSError:
        return []
