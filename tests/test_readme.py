"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from symbn.note import Note

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert found is not None, f"the README has no {language} block"
    return found.group(1)


def test_the_example_note_has_the_verdicts_that_the_readme_tells() -> None:
    claims = [r for r in Note.from_text(block("markdown")).check().statements if r.kind == "claim"]
    assert [r.verdict for r in claims] == ["proved", "proved", "refuted"]
    assert claims[1].conditions == (r"x \ne 0",)
    counterexample = claims[2].counterexample
    assert counterexample is not None
    assert counterexample.sizes == {"n": 2}


def test_the_python_example_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(block("python"), "README.md", "exec"), {})
    assert "y*y.T" in capsys.readouterr().out, "the rank-one term"


def test_the_trace_polynomial_is_refuted_at_size_4() -> None:
    t = [rf"\operatorname{{tr}}(A^{k})" for k in range(5)]
    claim = f"{t[1]}^4 - 6 {t[1]}^2 {t[2]} + 3 {t[2]}^2 + 8 {t[1]} {t[3]} - 6 {t[4]} = 0"
    note = Note.from_text(r"$A \in \mathbb{R}^{n \times n}$" + f"\n\n$${claim}$$")
    (report,) = (r for r in note.check().statements if r.kind == "claim")
    assert report.verdict == "refuted"
    assert report.counterexample is not None
    assert report.counterexample.sizes == {"n": 4}
