"""The programs that show counterexamples: they run without symbn, and say what symbn says."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from symbn.note import Note
from symbn.report import Report
from symbn.verifier import Verifier

ROOT = Path(__file__).parent.parent.parent
NOTES = sorted([*(ROOT / "tests" / "mdtest").glob("*.md"), *(ROOT / "derivations").glob("*.md")])

RUNNER = """
import contextlib, io, json, sys
import numpy as np

results = []
for program in json.load(sys.stdin):
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program, names)
    sides = [np.atleast_2d(np.array(names[side], float)).tolist() for side in ("left", "right") if side in names]
    results.append([printed.getvalue(), *sides])
json.dump(results, sys.stdout)
"""


def ran(programs: list[str]) -> list[list[Any]]:
    """What each program prints, and both of its sides; all run by one other Python, which knows NumPy only."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUNNER], input=json.dumps(programs), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def checked(note: Note, explain: bool = True) -> list[Report]:
    """The verdicts alone: nothing is derived or repaired."""
    verifier = Verifier(explain=explain)
    return [verifier.check(statement) for statement in note.statements]


@cache
def refuted() -> dict[str, Report]:
    found = {}
    for path in NOTES:
        for report in checked(Note.read(path)):
            if report.verdict == "refuted":
                found[f"{path.stem}:{report.id}"] = report
    return found


_WITHOUT_PROGRAM = {"means", "symmetric", "population_batchnorm", "natural_gradient"}


def programs(with_values: bool) -> dict[str, Report]:
    return {
        name: report
        for name, report in refuted().items()
        if report.snippet is not None
        and report.counterexample is not None
        and bool(report.counterexample.left) == with_values
    }


def number(text: str) -> float:
    top, _, bottom = text.replace("…", "").split(" ± ")[0].partition("/")
    return float(top) / float(bottom or 1)


def test_every_counterexample_of_values_has_its_program() -> None:
    """But of means, and of derivatives by a symmetric matrix: the notes that hold these."""
    without = [n for n, r in refuted().items() if r.counterexample and r.counterexample.left and r.snippet is None]
    assert {name.split(":")[0] for name in without} <= _WITHOUT_PROGRAM
    assert len(programs(with_values=True)) > 300


def test_programs_compute_the_values_that_are_shown() -> None:
    """Differences of differences are exact to some 1e-6 where values are of size 1."""
    named = programs(with_values=True)
    for (name, report), (_, *sides) in zip(named.items(), ran([r.snippet for r in named.values()]), strict=True):  # type: ignore[misc]
        found = report.counterexample
        assert found is not None and found.entry is not None
        for side, shown in zip(sides, (found.left, found.right), strict=True):
            wanted = [[number(x) for x in row] for row in shown]
            assert [len(row) for row in side] == [len(row) for row in wanted], name
            for row, expected in zip(side, wanted, strict=True):
                assert row == pytest.approx(expected, rel=1e-4, abs=1e-4), name
        i, j = found.entry
        assert abs(sides[0][i - 1][j - 1] - sides[1][i - 1][j - 1]) > 1e-3, name


def test_programs_for_shapes_say_that_they_do_not_fit() -> None:
    named = programs(with_values=False)
    assert len(named) > 20
    for (name, report), (printed, *_) in zip(named.items(), ran([r.snippet for r in named.values()]), strict=True):  # type: ignore[misc]
        assert "mismatch" in printed or "False" in printed, (name, report.snippet, printed)


def test_programs_need_numpy_only_and_are_short() -> None:
    for name, report in programs(with_values=True).items():
        assert report.snippet is not None
        imported = [
            node for node in ast.walk(ast.parse(report.snippet)) if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert [ast.unparse(node) for node in imported] == ["import numpy as np"], name
        assert len(report.snippet.splitlines()) <= 50, name


BATCH_NORM = r"""$n \ge 2$, $Y \in \mathbb{R}^{n \times m}$, $y_i := Y_{:i}$, $\epsilon > 0$, $L : \mathbb{R}^{n \times m} \to \mathbb{R}$,
$C := I_n - \frac{1}{n} \mathbf 1 \mathbf 1^\top$, $\sigma_i := \sqrt{\frac{1}{n} y_i^\top C y_i + \epsilon}$,
$\hat y_i := \frac{1}{\sigma_i} C y_i$, $\hat Y := \begin{pmatrix} \hat y_1 & \cdots & \hat y_m \end{pmatrix}$.

$$\frac{\partial \hat y_i}{\partial y_i} = \frac{1}{\sigma_i} C$$

$$\frac{\partial L(\hat Y)}{\partial y_i} = \frac{\partial L(\hat Y)}{\partial \hat y_i} \frac{1}{\sigma_i} C$$

$$\nabla_Y L(\hat Y) = \nabla_{\hat Y} L(\hat Y)$$
"""  # noqa: E501


def test_derivatives_by_symbols_families_and_defined_names() -> None:
    reports = [r for r in checked(Note.from_text(BATCH_NORM)) if r.kind == "claim"]
    assert [r.verdict for r in reports] == ["refuted"] * 3
    for report, (_, left, right) in zip(reports, ran([r.snippet or "" for r in reports]), strict=True):
        assert report.counterexample is not None and report.counterexample.entry is not None
        i, j = report.counterexample.entry
        assert left[i - 1][j - 1] == pytest.approx(number(report.counterexample.left[i - 1][j - 1]), abs=1e-4)
        assert right[i - 1][j - 1] == pytest.approx(number(report.counterexample.right[i - 1][j - 1]), abs=1e-4)


def test_what_has_no_code_gives_no_program() -> None:
    """∂/∂h(a) where h is applied to b as well: nothing in the program could hold h(a) alone."""
    text = r"""$a, b \in \mathbb{R}$, $h : \mathbb{R} \to \mathbb{R}$.

$$\frac{\partial}{\partial h(a)} (h(a) h(b)) = h(a)$$
"""
    (report,) = [r for r in checked(Note.from_text(text)) if r.kind == "claim"]
    assert report.verdict in ("refuted", "error")
    assert report.snippet is None


def test_programs_are_made_to_explain_only() -> None:
    text = "$a \\in \\mathbb{R}$.\n\n$$a^2 = a$$\n"
    assert checked(Note.from_text(text))[-1].snippet is not None
    assert checked(Note.from_text(text), explain=False)[-1].snippet is None
