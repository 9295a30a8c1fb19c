"""Writes a file whole or not at all: beside the place it is meant for, then renamed."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


class NotWritten(Exception):
    """Why a file was not written, in one line; what was there is as it was."""


def check_output(path: str, force: bool, sources: Iterable[str] = ()) -> None:
    """Refuse early what could not be written, or would destroy something.  Raises NotWritten.

    `sources` are the files that are read: they are never written over.
    """
    try:
        _check(Path(path), force, sources)
    except (OSError, ValueError) as error:
        raise NotWritten(_reason(path, error)) from error


def write_whole(text: str, path: str, force: bool) -> None:
    """Write a text to a file.  Raises NotWritten.

    A symbolic link is replaced itself: what it points to is not touched.
    """
    try:
        target = Path(path)
        _check(target, force, ())
        beside = target.with_name(f".symbn-{secrets.token_hex(8)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if target.is_file() and not target.is_symlink():
                    os.fchmod(descriptor, stat.S_IMODE(target.stat().st_mode))
                file.write(text.encode("utf-8", "backslashreplace"))
                file.flush()
                os.fsync(descriptor)
            os.replace(beside, target)
        finally:
            with suppress(FileNotFoundError):  # it is gone when all went well
                os.unlink(beside)
    except (OSError, ValueError) as error:
        raise NotWritten(_reason(path, error)) from error


def _check(path: Path, force: bool, sources: Iterable[str]) -> None:
    if path.is_dir():
        raise NotWritten(f"{path} is a folder; give the name of a file in it")
    if not path.parent.is_dir():
        raise NotWritten(f"there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise NotWritten(f"the folder {path.parent} cannot be written to")
    if not os.path.lexists(path):
        return
    if path.exists() and not path.is_file():
        raise NotWritten(f"{path} is no ordinary file, such as a pipe or a device; give the name of a new file")
    if not path.is_symlink() and any(os.path.exists(one) and os.path.samefile(path, one) for one in sources):
        raise NotWritten(f"{path} is read for this: writing it would destroy the note")
    if not force:
        raise NotWritten(f"{path} exists; --force writes over it")


def _reason(path: str, error: OSError | ValueError) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{path} cannot be written: {said}"
