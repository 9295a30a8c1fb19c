"""`symbn export`: what is written, where, and what is told when it cannot be."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from symbn import cli
from symbn.export import latex
from symbn.export.schema import json_schema
from symbn.note import Note

TRUE = (
    "---\nsource: A book\n---\nLet $A, B \\in \\mathbb{R}^{m \\times n}$.\n\n"
    "$$(A + B)^\\top = B^\\top + A^\\top$$ {#eq:a}\n"
)
FALSE = TRUE.replace("B^\\top + A^\\top", "B^\\top - A^\\top").replace("eq:a", "eq:b")
Export = Callable[..., Result]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Runs `symbn export` in a folder that holds true.md and false.md."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "true.md").write_text(TRUE, encoding="utf-8")
    (tmp_path / "false.md").write_text(FALSE, encoding="utf-8")

    def run(*arguments: str, input: str | None = None) -> Result:
        return CliRunner().invoke(cli.main, ["export", *arguments], input=input, catch_exceptions=False)

    return run


def _written(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"true.md", "false.md"}


@pytest.mark.parametrize("note", ["true.md", "false.md"])
@pytest.mark.parametrize(
    ("to", "begins"),
    [("latex", "% symbn: commentary\n\\documentclass"), ("json", "{"), ("html", "<!DOCTYPE html>")],
)
def test_without_a_file_the_document_goes_to_standard_output(export: Export, note: str, to: str, begins: str) -> None:
    result = export(note, "--to", to)
    assert result.exit_code == 0, "whatever the verdicts"
    assert result.stdout.startswith(begins) and result.stdout.endswith("\n")


@pytest.mark.parametrize("to", ["latex", "json"])
def test_a_file_holds_what_standard_output_would(export: Export, tmp_path: Path, to: str) -> None:
    printed = export("true.md", "--to", to).stdout
    result = export("true.md", "--to", to, "-o", "out")
    assert (result.exit_code, result.output) == (0, "")
    text = (tmp_path / "out").read_text(encoding="utf-8")
    if to == "latex":
        assert text == printed
    else:
        assert _timeless(json.loads(text)) == _timeless(json.loads(printed))


def _timeless(report: Any) -> Any:
    for note in report["notes"]:
        for statement in note["statements"]:
            statement["seconds"] = 0
    return report


def test_json_is_what_check_prints_and_has_the_published_form(export: Export) -> None:
    exported = json.loads(export("false.md", "--to", "json").stdout)
    checked = CliRunner().invoke(cli.main, ["check", "--format", "json", "--explain", "false.md"])
    assert _timeless(exported) == _timeless(json.loads(checked.stdout))
    jsonschema.Draft202012Validator(json_schema()).validate(exported)


def test_the_document_says_where_the_note_comes_from(export: Export) -> None:
    assert "A book" in export("true.md", "--to", "latex").stdout


def test_standard_input_is_read(export: Export) -> None:
    result = export("-", "--to", "latex", input=TRUE)
    assert result.exit_code == 0 and r"\label{eq:a}" in result.stdout


def test_a_fragment_and_selected_statements(export: Export) -> None:
    text = TRUE + "\n$$A = A$$ {#eq:c}\n\n$$B = B$$ {#eq:d}\n"
    result = export("-", "--to", "latex", "--fragment", "--select", "c", "--select", "eq:d", input=text)
    assert result.exit_code == 0
    assert r"\documentclass" not in result.stdout and r"\label{eq:a}" not in result.stdout
    assert r"\label{eq:c}" in result.stdout and r"\label{eq:d}" in result.stdout


def test_what_is_given_is_stated_first_and_serves_when_read_back(export: Export, tmp_path: Path) -> None:
    (tmp_path / "pre.md").write_text("$A \\in \\mathbb{R}^{m \\times n}$, $G := A^\\top A$\n\n$$G = G$$ {#eq:g}\n")
    note = "---\nsymbn:\n  declarations: ['x \\in \\mathbb{R}^n']\n---\n$$x^\\top G x = \\|A x\\|^2$$ {#eq:x}\n"
    document = export("-", "--to", "latex", "--preamble", "pre.md", input=note).stdout
    back = Note.from_text(document).check(repair=False)
    assert {r.id: r.verdict for r in back.statements if r.kind == "claim"} == {"eq:x": "proved"}
    assert [r.id for r in back.statements if r.kind != "claim"] == ["given.1", "given.2", "given.3"]


# What goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["true.md"], "--to"),
        (["true.md", "--to", "docx"], "docx"),
        (["true.md", "--to", "json", "--fragment"], "--fragment goes with --to latex"),
        (["-", "--to", "latex", "--preamble", "-"], "once only"),
        (["true.md", "--to", "latex", "--select", "eq:none"], "eq:none"),
        (["none.md", "--to", "latex"], "there is no file none.md"),
        (["true.md", "--to", "latex", "-o", "-"], "give the name of a file"),
        (["true.md", "--to", "latex", "--preamble", "none.md"], "there is no file none.md"),
        (["true.md", "--to", "latex", "-o", "."], "is a folder"),
        (["true.md", "--to", "latex", "-o", "none/out.tex"], "there is no folder none"),
        (["true.md", "--to", "latex", "-o", "false.md"], "--force"),
        (["true.md", "--to", "latex", "-o", "true.md", "--force"], "destroy the note"),
        (["true.md", "--to", "latex", "-o", "/dev/null", "--force"], "no ordinary file"),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_written(
    export: Export, tmp_path: Path, arguments: list[str], said: str
) -> None:
    result = export(*arguments)
    assert result.exit_code == 2
    assert result.stdout == "" and said in result.stderr
    assert _written(tmp_path) == set()
    assert (tmp_path / "false.md").read_text(encoding="utf-8") == FALSE


def test_force_writes_over_a_file(export: Export, tmp_path: Path) -> None:
    assert export("true.md", "--to", "latex", "-o", "false.md", "--force").exit_code == 0
    assert r"\documentclass" in (tmp_path / "false.md").read_text(encoding="utf-8")


def test_a_full_disk_is_told_in_one_line(export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    result = export("true.md", "--to", "latex", "-o", "out.tex")
    assert (result.exit_code, result.stderr) == (2, "Error: out.tex cannot be written: No space left on device\n")
    assert _written(tmp_path) == set()


def test_a_fault_of_symbn_in_writing_is_exit_3(export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise AssertionError("broken")

    monkeypatch.setattr(latex, "render_latex", broken)
    result = export("true.md", "--to", "latex", "-o", "out.tex")
    assert result.exit_code == 3 and "symbn itself failed" in result.stderr
    assert _written(tmp_path) == set()


def test_a_fault_of_symbn_in_checking_is_exit_3(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise AssertionError("broken")

    monkeypatch.setattr(Note, "check", broken)
    result = export("true.md", "--to", "json")
    assert (result.exit_code, result.stdout) == (3, "") and "X900" in result.stderr


def test_an_interruption_is_told(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(Note, "check", stopped)
    result = export("true.md", "--to", "latex")
    assert (result.exit_code, result.stdout) == (130, "") and "interrupted" in result.stderr
