"""The command line: options, exit codes, and what is printed where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from symbn import cli
from symbn.diagnostics import Diagnostic
from symbn.note import Limits, Note
from symbn.report import NoteReport, Report

TRUE = "Let $A, B \\in \\mathbb{R}^{m \\times n}$.\n\n$$(A + B)^\\top = B^\\top + A^\\top$$ {#eq:true}\n"
FALSE = TRUE.replace("B^\\top + A^\\top", "B^\\top - A^\\top").replace("eq:true", "eq:false")
CHAIN = (
    "Let $A \\in \\mathbb{R}^{m \\times n}$.\n\n"
    "$$\\operatorname{tr}(A^\\top A) = \\operatorname{tr}(A A^\\top) = \\|A\\|_F^2$$ {#eq:chain}\n\n"
    "$$(A^\\top)^\\top = A$$ {#eq:other}\n"
)


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `symbn check` with arguments, in a directory that holds the given notes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: str, input: str | bytes | None = None, **notes: str | bytes) -> Result:
        for name, content in notes.items():
            data = content.encode() if isinstance(content, str) else content
            (tmp_path / f"{name}.md").write_bytes(data)
        return CliRunner().invoke(cli.main, ["check", *arguments], input=input, catch_exceptions=False)

    return run


Check = Callable[..., Result]


def verdicts(result: Result) -> dict[str, str]:
    data = json.loads(result.stdout)
    return {s["id"]: s["verdict"] for note in data["notes"] for s in note["statements"] if s["kind"] == "claim"}


def fake_check(monkeypatch: pytest.MonkeyPatch, outcome: Callable[[Note, Any], NoteReport]) -> None:
    """Replace the checking itself."""

    def check(
        self: Note,
        select: Sequence[str] = (),
        limits: Limits | None = None,
        on_report: Any = None,
        explain: bool = True,
    ) -> NoteReport:
        return outcome(self, on_report)

    monkeypatch.setattr(Note, "check", check)


# Exit codes.


def test_exit_is_0_when_every_claim_is_proved(check: Check) -> None:
    result = check("a.md", a=TRUE)
    assert result.exit_code == 0
    assert "✓ eq:true" in result.stdout
    assert "1 proved" in result.stdout


def test_exit_is_1_when_a_claim_is_refuted(check: Check) -> None:
    result = check("a.md", a=FALSE)
    assert result.exit_code == 1
    assert "✗ eq:false" in result.stdout
    assert "counterexample" in result.stdout


def test_exit_is_1_when_a_statement_cannot_be_read(check: Check) -> None:
    assert check("a.md", a="$$x = \\foo{y}$$").exit_code == 1


def test_exit_is_1_when_a_display_is_not_closed(check: Check) -> None:
    result = check("a.md", a=TRUE + "\n$$\na = b\n\nend\n")
    assert result.exit_code == 1
    assert "P011" in result.stdout


def test_one_bad_note_among_good_ones_counts(check: Check) -> None:
    assert check("a.md", "b.md", "a.md", a=TRUE, b=FALSE).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a.md", "--format", "xml"],
        ["a.md", "--timeout", "0"],
        ["a.md", "--timeout", "nan"],
        ["a.md", "--timeout", "soon"],
        ["a.md", "--max-terms", "0"],
        ["a.md", "--unknown"],
        ["-", "-"],
        ["-", "--preamble", "-"],
        ["a.md", "--select", "eq:none"],
        ["missing.md"],
        ["folder"],
        ["a.md", "missing.md"],
        ["a.md", "--preamble", "missing.md"],
        ["binary.md"],
        ["latin.md"],
        ["\0"],
    ],
    ids=" ".join,
)
def test_exit_is_2_on_wrong_usage_and_nothing_is_a_traceback(check: Check, arguments: list[str]) -> None:
    Path("folder").mkdir()
    result = check(*arguments, a=TRUE, binary=b"\0\1\2", latin="é".encode("latin-1"))
    assert result.exit_code == 2
    assert result.stderr
    assert "Traceback" not in result.output


def test_unreadable_notes_are_told_with_code_and_next_step(check: Check) -> None:
    result = check("nite.md", note=TRUE)
    assert "error[P001]: there is no file nite.md" in result.stderr
    assert "help: did you mean note.md?" in result.stderr
    assert result.stdout == ""


def test_the_readable_notes_are_checked_beside_unreadable_ones(check: Check) -> None:
    result = check("missing.md", "a.md", a=TRUE)
    assert result.exit_code == 2
    assert "✓ eq:true" in result.stdout


def test_an_unreadable_note_is_in_the_json_too(check: Check) -> None:
    result = check("missing.md", "a.md", "--format", "json", a=TRUE)
    missing, note = json.loads(result.stdout)["notes"]
    assert missing["path"] == "missing.md"
    assert missing["diagnostics"][0]["code"] == "P001"
    assert note["diagnostics"] == []


def test_exit_is_3_when_the_two_paths_disagree(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def disagree(note: Note, on_report: Any) -> NoteReport:
        statement = note.statements[-1]
        fault = Diagnostic("X001", "the two paths disagree")
        report = Report("1", None, statement.span, "claim", "error", "a", "b", diagnostics=(fault,))
        return NoteReport(note.source, None, (report,))

    fake_check(monkeypatch, disagree)
    result = check("a.md", "missing.md", a=TRUE)
    assert result.exit_code == 3
    assert "X001" in result.stdout


def test_a_fault_of_symbn_is_told_without_a_traceback(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(note: Note, on_report: Any) -> NoteReport:
        raise ZeroDivisionError("by the test")

    fake_check(monkeypatch, fail)
    result = check("a.md", a=TRUE)
    assert result.exit_code == 3
    assert "error[X900]: symbn itself failed: ZeroDivisionError: by the test" in result.stdout
    assert "in fail, test_cli.py:" in result.stdout


def test_an_interrupt_prints_what_was_decided(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(note: Note, on_report: Any) -> NoteReport:
        statement = note.statements[-1]
        on_report(Report("eq:early", None, statement.span, "claim", "proved", "a", "b"), 1, 7)
        raise KeyboardInterrupt

    fake_check(monkeypatch, interrupted)
    result = check("a.md", "a.md", a=TRUE)
    assert result.exit_code == 130
    assert result.stdout.count("✓ eq:early") == 1
    assert "a.md: interrupted after 1 of 7 statements" in result.stderr


def test_an_interrupt_before_any_verdict_claims_nothing_of_the_note(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(note: Note, on_report: Any) -> NoteReport:
        raise KeyboardInterrupt

    fake_check(monkeypatch, interrupted)
    result = check("a.md", a=TRUE)
    assert result.exit_code == 130
    assert "no claims" not in result.output
    assert "interrupted before its first statement was checked" in result.stderr


def test_an_interrupt_while_reading_is_quiet(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(note: Note) -> list[tuple[str, str | None]]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Note, "ids", interrupted)
    result = check("a.md", "--select", "eq:true", a=TRUE)
    assert result.exit_code == 130
    assert result.output == "interrupted\n"


def test_a_fault_while_reading_is_told_with_select_too(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(note: Note) -> list[Any]:
        raise RecursionError("by the test")

    monkeypatch.setattr(Note, "statements", property(fail))
    result = check("a.md", "--select", "eq:true", a=TRUE)
    assert result.exit_code == 3
    assert "error[X900]" in result.stdout


@pytest.mark.parametrize("text", ["", "\n\n", "words only", "the size $n \\times d$", "Let $c \\in \\mathbb{R}$."])
def test_a_note_without_claims_says_so_and_is_no_failure(check: Check, text: str) -> None:
    result = check("a.md", a=text)
    assert result.exit_code == 0
    assert "no claims" in result.stdout


# Input.


def test_line_ends_and_byte_order_marks_change_nothing_but_the_bytes(check: Check) -> None:
    expected = check("a.md", "--format", "json", a=TRUE)
    for data in (TRUE.replace("\n", "\r\n"), "\ufeff" + TRUE, TRUE.replace("\n", "\r")):
        result = check("a.md", "--format", "json", a=data)
        assert result.exit_code == 0
        assert verdicts(result) == verdicts(expected)


def test_a_hyphen_reads_standard_input(check: Check) -> None:
    result = check("-", input=TRUE)
    assert result.exit_code == 0
    assert "<stdin>" in result.stdout


def test_a_preamble_serves_the_note(check: Check) -> None:
    declared, claim = TRUE.split("\n\n", 1)
    assert check("a.md", a=claim).exit_code == 1
    assert check("a.md", "--preamble", "pre.md", a=claim, pre=declared).exit_code == 0


# Selecting.


def test_a_label_selects_its_statement_with_or_without_eq(check: Check) -> None:
    for selector in ("eq:other", "other"):
        result = check("a.md", "--select", selector, "--format", "json", a=CHAIN)
        assert verdicts(result) == {"eq:other": "proved"}


def test_a_chains_label_selects_all_links_and_an_id_one(check: Check) -> None:
    chain = check("a.md", "--select", "eq:chain", "--format", "json", a=CHAIN)
    assert set(verdicts(chain)) == {"eq:chaina", "eq:chainb"}
    link = check("a.md", "--select", "eq:chainb", "--format", "json", a=CHAIN)
    assert set(verdicts(link)) == {"eq:chainb"}


def test_an_unknown_label_names_the_near_ones(check: Check) -> None:
    result = check("a.md", "--select", "eq:othr", a=CHAIN)
    assert result.exit_code == 2
    assert "no statement is called eq:othr; did you mean eq:other" in result.stderr


def test_a_label_need_be_in_one_note_only(check: Check) -> None:
    result = check("a.md", "b.md", "--select", "eq:other", "--format", "json", a=TRUE, b=CHAIN)
    assert result.exit_code == 0
    assert [note["path"] for note in json.loads(result.stdout)["notes"]] == ["b.md"]


# Output.


def test_json_is_the_only_thing_on_standard_output(check: Check) -> None:
    result = check("a.md", "--format", "json", a=TRUE)
    assert list(json.loads(result.stdout)) == ["version", "notes", "summary"]


def test_github_commands_name_the_file(check: Check) -> None:
    result = check("a.md", "--format", "github", a=FALSE)
    assert result.exit_code == 1
    assert result.stdout.startswith("::error file=a.md,line=3")


def test_explaining_shows_what_was_read(check: Check) -> None:
    assert "read as:" not in check("a.md", a=TRUE).stdout
    assert "read as:" in check("a.md", "--explain", a=TRUE).stdout


def test_no_colours_go_into_a_pipe(check: Check) -> None:
    assert "\x1b" not in check("a.md", a=FALSE).output


def test_limits_reach_the_checker(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def remember(self: Note, select: Any, limits: Limits, on_report: Any, explain: bool) -> NoteReport:
        seen.append(limits)
        return NoteReport(self.source, None, ())

    monkeypatch.setattr(Note, "check", remember)
    check("a.md", a=TRUE)
    check("a.md", "--timeout", "0.5", "--max-terms", "7", a=TRUE)
    assert seen == [Limits(), Limits(seconds=0.5, terms=7)]


# The process.


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"]])
def test_help_is_printed_without_importing_the_mathematics(arguments: list[str]) -> None:
    printed = run_python(
        "import sys\n"
        "from symbn.cli import main\n"
        f"main({arguments!r}, prog_name='symbn', standalone_mode=False)\n"
        "print(sorted({'sympy', 'flint', 'numpy', 'rich', 'yaml'} & set(sys.modules)))"
    )
    assert printed.splitlines()[-1] == "[]"
    assert "symbn" in printed


@pytest.mark.skipif(os.name != "posix", reason="needs a shell's pipe")
def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(TRUE)
    code = f"from symbn.cli import main; main(['check'] + [{str(note)!r}] * 50)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full")
@pytest.mark.parametrize(
    "arguments",
    [["check"], ["check", "--format", "json"], ["export", "--to", "latex"], ["init"], ["kernels"], ["--help"]],
)
def test_output_that_cannot_be_written_is_told_in_one_line(tmp_path: Path, arguments: list[str]) -> None:
    note = tmp_path / "note.md"
    note.write_text(TRUE)
    command = [sys.executable, "-m", "symbn", *arguments, *([str(note)] if "--help" not in arguments else [])]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "Error: the output cannot be written: No space left on device\n"
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize(
    ("redirected", "code", "said"),
    [("check note.md >&-", 0, ""), ("check - <&-", 2, "standard input is closed"), ("check - < note.md", 0, "")],
)
def test_closed_streams_are_no_fault(tmp_path: Path, redirected: str, code: int, said: str) -> None:
    (tmp_path / "note.md").write_text(TRUE)
    command = f'"{sys.executable}" -m symbn {redirected}'
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == code and said in done.stderr and "Traceback" not in done.stderr
    assert bool(said) == bool(done.stderr)


def test_a_name_that_is_empty_and_a_folder_without_notes_are_told(check: Check, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    result = check("")
    assert result.exit_code == 2 and "the name of a file is empty" in result.stderr
    result = check("none")
    assert result.exit_code == 2 and "no file in it is a note by its name" in " ".join(result.stderr.split())


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_any_encoding_of_the_output_will_do(tmp_path: Path, encoding: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(TRUE)
    code = f"from symbn.cli import main; main(['check', {str(note)!r}])"
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=False)
    assert done.returncode == 0
    assert ("✓" if encoding == "utf-8" else "+ eq:true") in done.stdout.decode(encoding, errors="replace")
