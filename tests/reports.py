"""Reports of whole notes, each made once in a run of the tests, by whichever process asks for it first.

They are for tests of what is made of a report; a test of what a check itself does has the note checked anew.
"""

from __future__ import annotations

import os
import pickle
from functools import cache
from hashlib import sha256
from pathlib import Path

from symbn.note import Note
from symbn.report import NoteReport

FOLDER = "SYMBN_TESTS_REPORTS"
"""The environment names the folder of this run, if its processes share one."""


@cache
def checked(path: Path, explain: bool = True, repair: bool = True) -> NoteReport:
    """What a check of the note says."""
    if FOLDER not in os.environ:
        return Note.read(path).check(explain=explain, repair=repair)
    import fcntl  # not everywhere, and there no folder is shared

    name = sha256(repr((str(path), explain, repair)).encode()).hexdigest()
    with Path(os.environ[FOLDER], name).open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # who comes second waits for the first, and is let in if that one dies
        file.seek(0)
        if kept := file.read():
            found = pickle.loads(kept)
            assert isinstance(found, NoteReport)
            return found
        report = Note.read(path).check(explain=explain, repair=repair)
        file.write(pickle.dumps(report))
        return report


def shared_out(notes: list[str]) -> list[str]:
    """Notes in an order in which the processes of a run do not all begin with the same one."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = len(notes) * int(worker) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return [*notes[first:], *notes[:first]]
