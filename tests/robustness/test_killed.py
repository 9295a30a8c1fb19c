"""Processes that share a cache may be killed at any moment: no entry is ever read that is not whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from symbn.kept import KeptReports
from symbn.report import NoteReport, Report
from symbn.source import SourceFile, Span

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs kill")

SOURCE = SourceFile("a.md", "$$A = A$$\n")
NAMES = [f"entry{k}" for k in range(8)]


def report(name: str) -> NoteReport:
    """A report that tells its own name, and is long enough to be written in several pieces."""
    one = Report(name, None, Span(0, 9), "claim", "proved", "A", "A", message=name * 2_000)
    return NoteReport(SOURCE, name, (one,) * 20)


HAMMER = """
import random, sys
from pathlib import Path
from symbn.kept import KeptReports
from tests.robustness.test_killed import NAMES, SOURCE, report

kept = KeptReports(Path(sys.argv[1]))
kept._code = "the same"  # the modules are not read again and again
import symbn.kept
symbn.kept.code_digest = lambda: "the same"
draw = random.Random(int(sys.argv[2]))
reports = {name: report(name) for name in NAMES}
print("begun", flush=True)
while True:
    name = draw.choice(NAMES)
    kept.keep(name, reports[name])
    found = kept.find(draw.choice(NAMES), SOURCE)
    assert found is None or found == reports[found.title], "a damaged entry was read"
"""


def test_a_cache_survives_processes_that_are_killed(tmp_path: Path) -> None:
    draw = random.Random(7)
    folder = tmp_path / "cache"
    running: list[subprocess.Popen[str]] = []
    for seed in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", HAMMER, str(folder), str(seed)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        running.append(process)
    for process in running:
        assert process.stdout is not None and process.stdout.readline() == "begun\n", process.communicate()[1]
    for process in running:
        time.sleep(draw.random() / 4)
        assert process.poll() is None, process.communicate()[1]
        process.kill()
        process.communicate()
    kept = KeptReports(folder)
    found = {name: kept.find(name, SOURCE) for name in NAMES}
    assert any(found.values())
    assert all(one is None or one == report(name) for name, one in found.items())
    _leave_something(folder)
    kept.keep("entry0", report("entry0"))
    assert kept.find("entry0", SOURCE) == report("entry0")
    assert not [path for path in folder.iterdir() if path.name.startswith(".symbn-") and path.stat().st_mtime < 10]


def _leave_something(folder: Path) -> None:
    """What a killed process left long ago."""
    (folder / ".symbn-left").write_text("half of a rep")
    os.utime(folder / ".symbn-left", (1, 1))
