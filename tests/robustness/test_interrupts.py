"""Ctrl-C ends a check at once: what was decided is told, what was not is said to be so, and nothing of it is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from symbn.cli import main
from symbn.export.schema import json_schema
from symbn.kept import KeptReports
from symbn.report import NOT_REACHED

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals")

NOTE = (
    "Let $u, v, w \\in \\mathbb{R}$.\n\n$$u + v = v + u$$ {#eq:first}\n\n$$v + w = w + v$$ {#eq:waits}\n\n"
    "$$u w = w u = w u$$ {#eq:last}\n"
)

DRIVER = """
import os, signal, sys, time
from pathlib import Path

from symbn.verifier import Verifier

original = Verifier.check


def check(self, statement):
    if statement.label == "eq:waits" and not os.environ.get("HURRY"):
        Path(f"{os.getpid()}.waits").write_text("")
        time.sleep(600)
    return original(self, statement)


Verifier.check = check

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests may have it ignored
    from symbn.cli import main
    main(["check", *sys.argv[1:]])
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts a check that waits for ever at the claim `eq:waits` of each note."""
    (tmp_path / "driver.py").write_text(DRIVER)

    def started(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        for name in arguments:
            if name.endswith(".md"):
                (tmp_path / name).write_text(NOTE + f"\n{name}\n")
        return subprocess.Popen(
            [sys.executable, "driver.py", *arguments], cwd=tmp_path, text=True, start_new_session=True,
            env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    return started


def interrupted(process: subprocess.Popen[str], folder: Path, waiting: int) -> tuple[str, str, list[int]]:
    """What it prints when it is interrupted once so many processes wait, and the ids of these."""
    end = time.monotonic() + 300
    while len(found := list(folder.glob("*.waits"))) < waiting and time.monotonic() < end:
        time.sleep(0.05)
    assert len(found) == waiting
    os.killpg(process.pid, signal.SIGINT)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert "Traceback" not in err
    return out, err, [int(path.stem) for path in found]


@pytest.mark.parametrize("jobs", [1, 2])
def test_json_tells_what_was_decided_and_what_was_not_reached(start: Start, tmp_path: Path, jobs: int) -> None:
    names = ["a.md", "b.md", "c.md"]
    with start("-j", str(jobs), "--format", "json", *names) as process:
        out, err, ids = interrupted(process, tmp_path, jobs)
    assert process.returncode == 130
    notes = json.loads(out)["notes"]
    assert [note["path"] for note in notes] == names
    for note in notes[jobs:]:
        assert not note["statements"] and said_of(note) == ["B001: not begun"]
    for note in notes[:jobs]:
        assert any(one.startswith("B001: interrupted after ") for one in said_of(note))
        told = {s["id"]: (s["verdict"], s["message"]) for s in note["statements"] if s["kind"] == "claim"}
        assert told.pop("eq:first") == ("proved", "")
        assert len(told) == 3 and set(told.values()) == {("not checked", NOT_REACHED)}
    assert f"{names[0]}: interrupted after " in err
    assert all(f"{name}: not begun" in err for name in names[jobs:])
    assert not any(_is_alive(one) for one in ids)


def said_of(note: dict[str, Any]) -> list[str]:
    return [f"{one['code']}: {one['message']}" for one in note["diagnostics"]]


@pytest.mark.parametrize("when", ["reading", "keeping"])
def test_json_is_whole_between_two_notes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Nothing that was decided is lost; before anything was, every note is listed as not begun."""
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(NOTE + f"\n{name}\n")
    monkeypatch.chdir(tmp_path)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    if when == "reading":
        monkeypatch.setattr("symbn.notes.reading.source_from_bytes", interrupted)
    else:
        monkeypatch.setattr(KeptReports, "keep", interrupted)
    result = CliRunner().invoke(main, ["check", "--format", "json", "a.md", "b.md"])
    assert result.exit_code == 130
    report = json.loads(result.stdout)
    jsonschema.Draft202012Validator(json_schema()).validate(report)
    first, second = report["notes"]
    assert (first["path"], second["path"], said_of(second)) == ("a.md", "b.md", ["B001: not begun"])
    assert said_of(first) == (["B001: not begun"] if when == "reading" else [])
    assert [s["verdict"] for s in first["statements"]].count("proved") == (0 if when == "reading" else 4)


def test_a_note_that_was_done_is_not_said_to_be_interrupted(start: Start, tmp_path: Path) -> None:
    with start("a.md", HURRY="1") as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0 and "interrupted" not in out + err


def test_annotations_tell_the_same(start: Start, tmp_path: Path) -> None:
    with start("--format", "github", "a.md", "b.md") as process:
        out, _, _ = interrupted(process, tmp_path, 1)
    assert process.returncode == 130
    assert "::warning file=a.md,title=symbn B001::interrupted after " in out
    assert "::warning file=b.md,title=symbn B001::not begun" in out


def test_text_tells_the_same(start: Start, tmp_path: Path) -> None:
    with start("a.md") as process:
        out, err, _ = interrupted(process, tmp_path, 1)
    assert process.returncode == 130
    assert "✓ eq:first" in out and out.count("(not reached)") == 3
    assert "a.md: interrupted after " in err


def test_nothing_of_an_interrupted_note_is_kept(start: Start, tmp_path: Path, own_cache: Path) -> None:
    with start("a.md") as process:
        interrupted(process, tmp_path, 1)
    assert not list(own_cache.rglob("*.json"))
    with start("a.md", HURRY="1") as process:
        out, _ = process.communicate(timeout=300)
    assert process.returncode == 0 and "(not reached)" not in out
    assert len(list(own_cache.rglob("*.json"))) == 1, "one that ended is kept"


def _is_alive(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True
