"""Many notes: folders, several at once, what was kept; whichever way, the same bytes in the same order."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symbn import cli
from symbn.diagnostics import NoteError
from symbn.notes.folders import notes_below, with_folders_opened

DECLARED = "Let $A, B \\in \\mathbb{R}^{n \\times n}$, $x \\in \\mathbb{R}^{n}$ and $c > 0$.\n\n"
TRUE = DECLARED + "# True\n\n$$\\frac{x^\\top A x}{x^\\top x} = \\frac{x^\\top A^\\top x}{x^\\top x}$$ {#eq:true}\n"
FALSE = DECLARED + "$$\\nabla_x x^\\top A x = 2 A x = A x + A^\\top x$$ {#eq:false}\n\n$$A B = B^\\top A + x$$\n"
HOLE = (
    DECLARED
    + "$$J := I_n - \\frac{1}{n} \\mathbf 1_n \\mathbf 1_n^\\top$$\n\n$$\\nabla_x x^\\top J x = ?$$ {#eq:hole}\n"
)
BROKEN = DECLARED + "$$A = \\foo$$\n\n$$\nA = B\n\nend\n"
NOTES = {
    "b.md": TRUE, "a/z.md": FALSE, "a/y.md": HOLE,
    "a.md": BROKEN, "c/deep/er.md": TRUE + "\n", "a b/x.md": "no claims\n",
}  # fmt: skip
IN_ORDER = ["a/y.md", "a/z.md", "a b/x.md", "a.md", "b.md", "c/deep/er.md"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of notes, and of what is none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("symbn.checking.LEAST_SEARCH", float("inf"))  # on a slow machine too a report is kept
    hidden = {".git/no.md": TRUE, "a/.hidden.md": TRUE, "a/notes.txt": TRUE, "a/md": TRUE}
    for name, text in {**NOTES, **hidden}.items():
        path = tmp_path / "notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "notes"


def check(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["check", *arguments], catch_exceptions=False)


def timeless(text: str) -> str:
    """Without the times, which are another on every run."""
    text = re.sub(r'"seconds": [0-9.e-]+', '"seconds": 0', text)
    return re.sub(r" *\d+\.\d m?s$", "", text, flags=re.MULTILINE)


# Folders --------------------------------------------------------------------------------------------------------


def test_a_folder_is_every_note_below_it_in_the_order_of_names(folder: Path) -> None:
    assert [path.relative_to(folder).as_posix() for path in map(Path, notes_below(str(folder)))] == IN_ORDER
    listed = list(with_folders_opened(["x.md", str(folder / "a"), "y.md"]))
    assert [Path(path).name for path in listed] == ["x.md", "y.md", "z.md", "y.md"]


def test_a_folder_is_checked_as_its_notes_are(folder: Path) -> None:
    whole = check("--no-cache", "notes")
    one_by_one = check("--no-cache", *(f"notes/{name}" for name in IN_ORDER))
    assert timeless(whole.output) == timeless(one_by_one.output)
    assert whole.exit_code == 1
    assert "6 notes" in whole.stdout


def test_a_folder_without_notes_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    result = check("empty")
    assert result.exit_code == 2 and "P002" in result.stderr
    with pytest.raises(NoteError, match="holds no note"):
        notes_below("empty")


def test_a_label_is_looked_for_in_the_whole_folder(folder: Path) -> None:
    result = check("notes", "--select", "eq:hole")
    assert result.exit_code == 0
    assert "y.md" in result.stdout and "b.md" not in result.stdout


# The same bytes -------------------------------------------------------------------------------------------------

FORMATS = [["--format", "text"], ["--format", "json"], ["--format", "github"], ["--explain"]]


@pytest.mark.parametrize("options", FORMATS, ids=" ".join)
def test_what_was_kept_is_printed_as_it_was(folder: Path, own_cache: Path, options: list[str]) -> None:
    """To the byte, times and all."""
    first = check("notes", *options)
    assert len(list((own_cache / "symbn").glob("*.json"))) == len(set(NOTES.values()))
    again = check("notes", *options)
    assert (again.output, again.exit_code) == (first.output, first.exit_code)
    fresh = check("--no-cache", "notes", *options)
    assert timeless(fresh.output) == timeless(first.output)


@pytest.mark.parametrize("options", FORMATS, ids=" ".join)
def test_several_at_once_print_the_same(folder: Path, options: list[str]) -> None:
    alone = check("--no-cache", "notes", "missing.md", *options)
    assert alone.exit_code == 2
    at_once = check("--no-cache", "-j", "3", "notes", "missing.md", *options)
    assert timeless(at_once.output) == timeless(alone.output)
    assert at_once.exit_code == alone.exit_code


def test_without_the_cache_nothing_is_kept(folder: Path, own_cache: Path) -> None:
    check("--no-cache", "notes")
    assert not own_cache.exists()


def test_several_at_once_keep_and_find(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found needs no process, and one note alone is checked in this one."""
    proved = [f"notes/{name}" for name in ("b.md", "c", "a/y.md")]
    first = check("-j", "2", *proved)
    monkeypatch.setattr("symbn.workers.Workers", None)
    assert check("-j", "2", *proved).stdout == first.stdout
    (folder / "b.md").write_text(TRUE.replace("eq:true", "eq:changed"))
    changed = check("-j", "2", *proved)
    assert "eq:changed" in changed.stdout and changed.exit_code == first.exit_code == 0


def test_a_changed_preamble_changes_the_report(folder: Path) -> None:
    (folder / "p.txt").write_text("With $A \\in \\mathbb{S}^{n}$, $$D := A$$")
    claim = folder / "claim.md"
    claim.write_text("$$D^\\top = D$$\n")
    assert check(str(claim), "--preamble", str(folder / "p.txt")).exit_code == 0
    (folder / "p.txt").write_text("With $A \\in \\mathbb{R}^{n \\times n}$, $$D := A$$")
    assert check(str(claim), "--preamble", str(folder / "p.txt")).exit_code == 1


def test_what_is_kept_is_printed_without_the_mathematics(folder: Path) -> None:
    run = f"from symbn.cli import main; main(['check', {str(folder / 'b.md')!r}], standalone_mode=False)"
    code = f"import sys\n{run}\nprint('symbn.core.equality' in sys.modules)"
    said = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
        for _ in range(2)
    ]
    assert said[0][:-1] == said[1][:-1]
    assert (said[0][-1], said[1][-1]) == ("True", "False")


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_a_wrong_number_of_jobs_is_wrong_usage(folder: Path, jobs: str) -> None:
    assert check("-j", jobs, "notes").exit_code == 2


# Processes that end ---------------------------------------------------------------------------------------------

DRIVER = """
import os, signal, sys, time
from pathlib import Path

from symbn import checking
from symbn.checking import check as original


def check(asked, on_report=None):
    if "die" in asked.source.path:
        os.kill(os.getpid(), signal.SIGKILL)
    if "wait" in asked.source.path:
        on_report(original(asked).report.statements[-1], 1, 9)
        Path(f"{asked.source.path}.now").write_text(str(os.getpid()))
        os.rename(f"{asked.source.path}.now", f"{asked.source.path}.pid")
        time.sleep(600)
    return original(asked, on_report)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests may have it ignored
    checking.check = check
    from symbn.cli import main
    main(["check", "-j", "2", "--no-cache", *sys.argv[1:]])
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts a check of notes, of which those called `wait` never end and those called `die` kill their process."""

    def started(*names: str) -> subprocess.Popen[str]:
        (tmp_path / "driver.py").write_text(DRIVER)
        for name in names:
            (tmp_path / name).write_text(TRUE)
        return subprocess.Popen(
            [sys.executable, "driver.py", *names], cwd=tmp_path, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    return started


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def waited_for(condition: Callable[[], bool], seconds: float = 120.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_an_interrupt_ends_all_processes_with_what_was_decided(start: Start, tmp_path: Path) -> None:
    waiting = ["wait.md", "wait_too.md"]
    with start(*waiting, "z.md") as process:
        assert waited_for(lambda: all((tmp_path / f"{name}.pid").exists() for name in waiting))
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    told = dict(re.findall(r"^(.*): interrupted (after 1 of 9 statements|before its first)", err, re.MULTILINE))
    assert "wait.md" in told and "z.md" not in told
    assert out.count("✓ eq:true") == sum(said.startswith("after") for said in told.values())
    assert "Traceback" not in err
    for name in waiting:
        worker = int((tmp_path / f"{name}.pid").read_text())
        assert waited_for(lambda: not is_alive(worker))  # noqa: B023


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_process_that_dies_is_told_and_the_others_go_on(start: Start) -> None:
    with start("die.md", "b.md", "die_too.md", "d.md", "e.md") as process:
        out, err = process.communicate()
    assert process.returncode == 3
    assert out.count("error[X901]") == 2 and "exit code -9" in " ".join(out.split())
    assert out.count("✓ eq:true") == 3
    order = [line for line in out.splitlines() if ".md" in line and "-->" not in line]
    assert [line.split(".md")[0] for line in order] == ["die", "b", "die_too", "d", "e"]
    assert "Traceback" not in err
