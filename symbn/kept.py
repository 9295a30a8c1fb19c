"""Reports that are kept on disk by content: a note that was checked before is not checked again.

    name of an entry = digest of symbn's own code, of the texts that were read and of what was asked

An entry is JSON, written beside its place and then renamed, so that several processes may write and none reads half of
one.  It tells its own name and a digest of what it holds: what is damaged, of another name, or belongs to another user
is passed over, as if it were not there.  What a clock cut short, and symbn's own faults, are not kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from symbn.diagnostics import Diagnostic
from symbn.export.writing import NotWritten, write_whole
from symbn.report import NoteReport, Report
from symbn.report_json import from_json, to_json
from symbn.source import SourceFile

LEAST_SEARCH = 1.0
"""Seconds that every search beside the two paths has at least: a refuted claim that took less was not cut short."""

_LARGEST = 64 * 1024 * 1024
_MOST_ENTRIES = 2000
_STALE = 3600.0
"""After so many seconds a file that was never renamed is left over from a process that was killed."""


@dataclass(frozen=True)
class _Kept:
    """What an entry says of a note; its text is known to who asks."""

    title: str | None
    statements: tuple[Report, ...]
    diagnostics: tuple[Diagnostic, ...]


class KeptReports:
    """The entries of one folder, for one state of symbn's code; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._code = code_digest() if folder is not None else ""
        self._folder = folder if self._code else None

    def name(self, source: SourceFile, preambles: Iterable[SourceFile], *asked: float | bool) -> str:
        """What a report is kept under: the texts, in their order, and what was asked."""
        content = [self._code, *map(_text, [source, *preambles]), list(asked)]
        return _digest(json.dumps(content).encode())

    def find(self, name: str, source: SourceFile) -> NoteReport | None:
        """The report that was kept under a name."""
        if self._folder is None:
            return None
        try:
            entry = json.loads(_own_text(self._folder / f"{name}.json"))
            if not isinstance(entry, dict) or entry.keys() != {"name", "digest", "report"} or entry["name"] != name:
                return None
            if not isinstance(entry["report"], str) or entry["digest"] != _digest(entry["report"].encode()):
                return None
            kept = from_json(_Kept, json.loads(entry["report"]))
        except (OSError, ValueError, RecursionError):
            return None
        return NoteReport(source, kept.title, kept.statements, kept.diagnostics)

    def keep(self, name: str, report: NoteReport) -> None:
        """Keep a report, if it can be written; unless symbn's code has changed since this began."""
        if self._folder is None or code_digest() != self._code:
            return
        said = json.dumps(to_json(_Kept(report.title, report.statements, report.diagnostics)))
        entry = json.dumps({"name": name, "digest": _digest(said.encode()), "report": said})
        with suppress(NotWritten, OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(entry, str(self._folder / f"{name}.json"), force=True)
            _prune(self._folder)


def _text(source: SourceFile) -> list[object]:
    """A text and how it is read."""
    return [source.text, source.is_tex, [[cell.number, cell.start] for cell in source.cells]]


def cache_folder() -> Path | None:
    """Where the user's caches are, by the XDG rules; None where there is no such place."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(given):
        return Path(given) / "symbn"
    try:
        return Path.home() / ".cache" / "symbn"
    except RuntimeError:
        return None


def code_digest() -> str:
    """A digest of all that decides what a report says: symbn's modules, Python, and the library of numbers.

    Empty where the modules cannot be read as files.
    """
    root = Path(__file__).parent
    digest = hashlib.blake2b(repr((sys.version_info[:3], _flint())).encode(), digest_size=16)
    try:
        modules = sorted(_modules(root))
        for path in modules:
            digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    except OSError:
        return ""
    return digest.hexdigest() if modules else ""


def _modules(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name != "__pycache__"]
        yield from (Path(folder) / file for file in files if file.endswith(".py"))


def _flint() -> str:
    from importlib.metadata import PackageNotFoundError, version  # slow to import

    try:
        return version("python-flint")
    except PackageNotFoundError:
        return "none"


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=20).hexdigest()


def _own_text(path: Path) -> str:
    """The text of a file that belongs to this user.  Raises OSError, ValueError."""
    with open(path, "rb") as file:
        state = os.fstat(file.fileno())
        if hasattr(os, "getuid") and state.st_uid != os.getuid():
            raise ValueError("another user's file")
        if state.st_size > _LARGEST:
            raise ValueError("no entry is as large")
        return file.read().decode("ascii")


def _prune(folder: Path) -> None:
    """Drop the oldest entries where there are many, and what killed processes left."""
    entries = sorted(((entry.stat().st_mtime, entry.name) for entry in os.scandir(folder)), reverse=True)
    for place, (written, name) in enumerate(entries):
        left = name.startswith(".symbn-") and written < time.time() - _STALE
        if left or (place >= _MOST_ENTRIES and name.endswith(".json")):
            with suppress(FileNotFoundError):  # another process was faster
                os.unlink(folder / name)
