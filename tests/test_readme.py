"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from symbn.cli import main
from symbn.note import Note

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert found, f"the README has no {language} block"
    return found


def block(language: str) -> str:
    return blocks(language)[0]


def test_the_example_note_has_the_verdicts_that_the_readme_tells() -> None:
    claims = [r for r in Note.from_text(block("markdown")).check().statements if r.kind == "claim"]
    assert [r.verdict for r in claims] == ["proved", "proved", "refuted"]
    assert [condition.latex for condition in claims[1].conditions] == [r"x \ne 0"]
    counterexample = claims[2].counterexample
    assert counterexample is not None
    assert counterexample.sizes == {"n": 2}


def test_the_python_example_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(block("python"), "README.md", "exec"), {})
    assert "y*y.T" in capsys.readouterr().out, "the rank-one term"


def test_the_library_example_prints_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    library = blocks("python")[1]
    exec(compile(library, "README.md", "exec"), {})
    said = [line.split("#")[1].strip() for line in library.splitlines() if "#" in line]
    assert capsys.readouterr().out.splitlines() == said


def test_the_kernels_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    _, _, kernels = blocks("python")
    exec(compile(kernels, "README.md", "exec"), {})


def test_the_kernels_commands_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    commands = [line.split("#")[0].split() for text in blocks("sh") for line in text.splitlines()]
    chosen = [words[1:] for words in commands if words[:2] == ["symbn", "kernels"] and "note.md" not in words]
    assert len(chosen) == 4
    for words in chosen:
        arguments = [str(ROOT / word) if word.startswith("derivations/") else word for word in words]
        assert CliRunner().invoke(main, arguments).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"layer.py", "fast.py", "fused.py"}


def test_the_trace_polynomial_is_refuted_at_size_4() -> None:
    t = [rf"\operatorname{{tr}}(A^{k})" for k in range(5)]
    claim = f"{t[1]}^4 - 6 {t[1]}^2 {t[2]} + 3 {t[2]}^2 + 8 {t[1]} {t[3]} - 6 {t[4]} = 0"
    note = Note.from_text(r"$A \in \mathbb{R}^{n \times n}$" + f"\n\n$${claim}$$")
    (report,) = (r for r in note.check().statements if r.kind == "claim")
    assert report.verdict == "refuted"
    assert report.counterexample is not None
    assert report.counterexample.sizes == {"n": 4}
