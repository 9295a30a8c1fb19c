"""`symbn kernels`: what is written where, what is refused, and with which exit code."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from symbn import cli
from symbn.kernels import command

NOTE = r"""# Least squares

$X \in \mathbb{R}^{n \times p}$, $w \in \mathbb{R}^{p}$, $y \in \mathbb{R}^{n}$, $\lambda > 0$

$$J := I_n - \frac{1}{n} \mathbf{1} \mathbf{1}^\top$$

$$s(u) := \frac{1}{n-1} u^\top J u$$

$$r := X w - y \label{eq:residual}$$

$$\nabla_w \left( \|X w - y\|^2 + \lambda \|w\|^2 \right) = 2 X^\top (X w - y) + 2 \lambda w \label{eq:gradient}$$

$$\|X w - y\|^2 = \operatorname{tr}(r r^\top) = r^\top r \label{eq:loss}$$

$$\frac{w}{\|w\|} = \nabla_w \|w\| \label{eq:unit}$$

$$\nabla_w s(X w) = \frac{2}{n-1} X^\top J X w \label{eq:spread}$$
"""
CLAIMS = ["gradient", "lossa", "lossb", "unit", "spread"]
WRONG = NOTE + "\n$$\\nabla_w \\|X w - y\\|^2 = X^\\top (X w - y) \\label{eq:half}$$\n"
UNDECIDED = "$x \\in \\mathbb{R}^{p}$\n\n$$\\sin(2 x) = 2 \\sin(x) \\odot \\cos(x) \\label{eq:twice}$$\n"

n, p = 5, 3
RANDOM = np.random.default_rng(5)
X, w, y = RANDOM.normal(size=(n, p)), RANDOM.normal(size=p), RANDOM.normal(size=n)
LAMBDA = 0.75
GRADIENT = 2 * X.T @ (X @ w - y) + 2 * LAMBDA * w

Kernels = Callable[..., Result]


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernels:
    """Runs `symbn kernels` in a folder that holds note.md, wrong.md and whatever else is given."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("note", NOTE), ("wrong", WRONG), ("undecided", UNDECIDED)):
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")

    def run(*arguments: str, input: str | None = None, **notes: str | bytes) -> Result:
        for name, content in notes.items():
            data = content.encode() if isinstance(content, str) else content
            (tmp_path / f"{name}.md").write_bytes(data)
        return CliRunner().invoke(cli.main, ["kernels", *arguments], input=input, catch_exceptions=False)

    return run


def module(path: Path) -> ModuleType:
    """The file, imported."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


NOTES = {"note.md", "wrong.md", "undecided.md"}


# What is written ------------------------------------------------------------------------------------------


def test_a_module_has_one_function_for_each_proved_claim(kernels: Kernels, tmp_path: Path) -> None:
    result = kernels("note.md", "-o", "made.py")
    assert (result.exit_code, result.output) == (0, "")
    made = module(tmp_path / "made.py")
    assert sorted(made.__all__) == sorted(CLAIMS)
    assert np.allclose(made.gradient(X, w, y, lambda_=LAMBDA), GRADIENT, 1e-13)
    assert np.allclose(made.lossa(X, w, y), sum((X @ w - y) ** 2))
    assert np.allclose(made.lossb(X, w, y), sum((X @ w - y) ** 2))
    assert np.allclose(made.unit(w), w / np.linalg.norm(w))
    assert np.allclose(made.spread(X, w), 2 / (n - 1) * X.T @ (X @ w - (X @ w).mean()))


def test_a_module_says_where_it_comes_from(kernels: Kernels, tmp_path: Path) -> None:
    """The note's path, title and SHA-256; in each function the equation, verdict, conditions, shapes."""
    kernels("note.md", "-o", "made.py")
    made = module(tmp_path / "made.py")
    head = made.__doc__ or ""
    assert "note.md" in head and "Least squares" in head and command.MARK in head
    assert hashlib.sha256((tmp_path / "note.md").read_bytes()).hexdigest() in head
    gradient, unit, spread = (getattr(made, name).__doc__ for name in ("gradient", "unit", "spread"))
    assert r"\nabla_w \left( \|X w - y\|^2 + \lambda \|w\|^2 \right) = 2 X^\top (X w - y) + 2 \lambda w" in gradient
    assert "eq:gradient: proved." in gradient
    assert "X : n×p, $X$" in gradient and "w : p×1, $w$, dimensions (p)" in gradient
    assert r"lambda_ : a number > 0, $\lambda$" in gradient and "Returns grad_w : p" in gradient
    assert re.search(r"eq:unit: proved where \$.*\\ne 0\$", unit)
    assert "eq:spread: proved where $n \\ne 1$." in spread


def test_every_function_is_typed(kernels: Kernels, tmp_path: Path) -> None:
    for target in ("numpy", "array-api", "numba"):
        source = kernels("note.md", "--target", target).output
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                arguments = [*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs]
                assert node.returns is not None and all(a.annotation is not None for a in arguments), node.name


@pytest.mark.parametrize("target", ["numpy", "array-api", "numba"])
def test_every_target_writes_a_module_that_computes(target: str, kernels: Kernels, tmp_path: Path) -> None:
    if target == "numba":
        pytest.importorskip("numba")
    assert kernels("note.md", "--target", target, "--select", "gradient", "-o", "made.py").exit_code == 0
    made = module(tmp_path / "made.py")
    assert made.__all__ == ["gradient"]
    assert np.allclose(made.gradient(X, w, y, lambda_=LAMBDA), GRADIENT, 1e-13)


def test_without_a_file_the_module_goes_to_standard_output(kernels: Kernels, tmp_path: Path) -> None:
    result = kernels("note.md", "--select", "gradient")
    assert result.exit_code == 0 and result.stderr == "" and entries(tmp_path) == NOTES
    kernels("note.md", "--select", "gradient", "-o", "made.py")
    assert (tmp_path / "made.py").read_text(encoding="utf-8") == result.stdout


def test_the_same_note_gives_the_same_text(kernels: Kernels) -> None:
    assert kernels("note.md").stdout == kernels("note.md").stdout


def test_standard_input_is_a_note(kernels: Kernels) -> None:
    result = kernels("-", "--select", "gradient", input=NOTE)
    assert result.exit_code == 0 and "standard input" in (ast.get_docstring(ast.parse(result.stdout)) or "")
    there = kernels("note.md", "--select", "gradient").stdout
    assert result.stdout.replace("standard input", "note.md") == there


def test_a_preamble_is_read_first(kernels: Kernels) -> None:
    """What it declares serves; it has no functions of its own; standard input may be only one of them."""
    declared, claim = NOTE.split("$$J", 1)[0], "$$X w = X w \\label{eq:claim}$$\n"
    result = kernels("claim.md", "--preamble", "before.md", claim=claim, before=declared + "$$y = y$$\n")
    assert result.exit_code == 0 and '__all__ = [\n    "claim",\n]' in result.stdout
    assert kernels("claim.md").exit_code == 1
    assert kernels("-", "--preamble", "-", input=claim).exit_code == 2


# Selections -----------------------------------------------------------------------------------------------


def functions(source: str) -> list[str]:
    """The names that a module exports."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    raise AssertionError("no __all__")


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        (["gradient"], ["gradient"]),
        (["eq:gradient"], ["gradient"]),
        (["residual"], ["residual"]),
        (["loss"], ["lossa", "lossb"]),
        (["lossb"], ["lossb"]),
        (["gradient", "residual"], ["fused", "gradient", "residual"]),
        (["gradient", "loss"], ["fused", "gradient", "lossa", "lossb"]),
    ],
)
def test_a_selection_is_a_label_or_a_number(kernels: Kernels, select: list[str], expected: list[str]) -> None:
    result = kernels("note.md", *(part for one in select for part in ("--select", one)))
    assert result.exit_code == 0 and sorted(functions(result.stdout)) == expected


def test_what_is_selected_together_is_computed_together(kernels: Kernels, tmp_path: Path) -> None:
    """`fused` returns the results in the order of the note: of a chain the last one."""
    kernels("note.md", "--select", "loss", "--select", "gradient", "-o", "made.py")
    made = module(tmp_path / "made.py")
    gradient, loss = made.fused(X, w, y, lambda_=LAMBDA)
    assert np.allclose(gradient, GRADIENT) and np.allclose(loss, sum((X @ w - y) ** 2))


def test_only_what_is_selected_has_to_be_proved(kernels: Kernels) -> None:
    assert kernels("wrong.md", "--select", "gradient").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "named", "why"),
    [
        (["wrong.md"], "eq:half", "it is refuted"),
        (["wrong.md", "--select", "half"], "eq:half", "it is refuted"),
        (["wrong.md", "--select", "gradient", "--select", "half"], "eq:half", "it is refuted"),
        (["wrong.md", "--fuse", "both=gradient,half"], "eq:half", "it is refuted"),
        (["undecided.md"], "eq:twice", "it is undecided"),
        (["note.md", "--select", "0.6"], "0.6", "it defines a function"),
    ],
)
@pytest.mark.parametrize("plan", [[], ["--plan"]], ids=["module", "plan"])
def test_what_is_not_proved_is_named_and_nothing_is_written(
    arguments: list[str], named: str, why: str, plan: list[str], kernels: Kernels, tmp_path: Path
) -> None:
    result = kernels(*arguments, *plan, "-o", "made.py")
    assert result.exit_code == 1 and result.stdout == ""
    assert f"{arguments[0]}: no kernel of {named}: {why}" in result.stderr
    assert entries(tmp_path) == NOTES


def test_everything_that_gives_no_kernel_is_named_at_once(kernels: Kernels) -> None:
    undecided = UNDECIDED.split("\n\n", 1)[1].replace("(x)", "(w)").replace("(-x)", "(-w)")
    result = kernels("both.md", both=WRONG + undecided)
    assert result.exit_code == 1
    lines = [line.split(": ") for line in result.stderr.splitlines()]
    assert [line[1] for line in lines] == ["no kernel of eq:half", "no kernel of eq:twice"]


def test_a_note_without_equations_gives_no_module(kernels: Kernels, tmp_path: Path) -> None:
    result = kernels("empty.md", "-o", "made.py", empty="Nothing but words.\n")
    assert result.exit_code == 1 and "no equation" in result.stderr and not (tmp_path / "made.py").exists()


def test_a_statement_that_cannot_be_read_is_not_proved(kernels: Kernels) -> None:
    result = kernels("bad.md", bad="$x \\in \\mathbb{R}^p$\n\n$$x = x +$$\n\n$$x = x$$\n")
    assert result.exit_code == 1 and "no kernel of 0.2: it is error" in result.stderr


@pytest.mark.parametrize("arguments", [["--select", "gradeint"], ["--fuse", "f=gradeint"]])
def test_an_unknown_selector_is_wrong_usage(arguments: list[str], kernels: Kernels) -> None:
    result = kernels("note.md", *arguments)
    assert result.exit_code == 2 and "gradeint" in result.stderr and result.stdout == ""


# Fusions --------------------------------------------------------------------------------------------------


def test_a_fusion_returns_its_results_in_the_order_given(kernels: Kernels, tmp_path: Path) -> None:
    result = kernels("note.md", "--fuse", "there=lossb, gradient", "--fuse", "back=gradient,lossb", "-o", "made.py")
    assert result.exit_code == 0
    made = module(tmp_path / "made.py")
    assert sorted(made.__all__) == ["back", "there"]
    loss, gradient = made.there(X, w, y, lambda_=LAMBDA)
    assert np.allclose(gradient, GRADIENT) and np.shape(loss) == ()
    gradient, loss = made.back(X, w, y, lambda_=LAMBDA)
    assert np.allclose(gradient, GRADIENT) and np.allclose(loss, sum((X @ w - y) ** 2))


def test_a_fusion_stands_beside_what_is_selected(kernels: Kernels) -> None:
    result = kernels("note.md", "--select", "unit", "--fuse", "both=lossb,gradient")
    assert functions(result.stdout) == ["both", "unit"]


@pytest.mark.parametrize(
    "fuse",
    ["both", "both=", "=gradient", "both=,", "1st=gradient", "a b=gradient", "a.b=gradient", "class=gradient",
     "np=gradient", "__all__=gradient", "_dtype=gradient", "Array=gradient", "print=gradient", "é=gradient"],
)  # fmt: skip
def test_a_fusion_needs_a_name_that_a_function_can_have(fuse: str, kernels: Kernels, tmp_path: Path) -> None:
    result = kernels("note.md", "--fuse", fuse, "-o", "made.py")
    assert result.exit_code == 2 and "--fuse" in result.stderr and entries(tmp_path) == NOTES


def test_two_fusions_of_one_name_are_wrong_usage(kernels: Kernels) -> None:
    result = kernels("note.md", "--fuse", "f=gradient", "--fuse", "f=lossb")
    assert result.exit_code == 2 and "f is given twice" in result.stderr


def test_equations_of_two_contexts_are_not_fused(kernels: Kernels) -> None:
    """A name that becomes defined speaks of something else from there on."""
    twice = "$x, y \\in \\mathbb{R}^{p}$\n\n$$2 y = y + y \\label{eq:one}$$\n\n$$y := 5 x$$\n\n"
    twice += "$$y + y = 10 x \\label{eq:other}$$\n"
    result = kernels("twice.md", "--select", "one", "--select", "other", twice=twice)
    assert result.exit_code == 0 and functions(result.stdout) == ["one", "other"]
    result = kernels("twice.md", "--fuse", "both=one,other")
    assert result.exit_code == 1 and "defined anew" in result.stderr and "eq:one, eq:other" in result.stderr


# Files ----------------------------------------------------------------------------------------------------


def test_a_missing_folder_is_wrong_usage(kernels: Kernels, tmp_path: Path) -> None:
    result = kernels("note.md", "-o", "none/made.py")
    assert result.exit_code == 2 and "there is no folder none" in result.stderr and entries(tmp_path) == NOTES


def test_a_folder_is_no_file(kernels: Kernels, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    result = kernels("note.md", "-o", "made")
    assert result.exit_code == 2 and "made is a folder" in result.stderr and entries(tmp_path / "made") == set()


@pytest.mark.parametrize("content", [b"precious = 1\n", b"", b"\xff\x00binary", b"# Made by hand\n"])
def test_a_file_that_symbn_did_not_make_is_left_alone(content: bytes, kernels: Kernels, tmp_path: Path) -> None:
    """Without --force; with it, it is replaced."""
    path = tmp_path / "mine.py"
    path.write_bytes(content)
    result = kernels("note.md", "-o", "mine.py")
    assert result.exit_code == 2 and "mine.py" in result.stderr and "--force" in result.stderr
    assert path.read_bytes() == content and entries(tmp_path) == NOTES | {"mine.py"}
    assert kernels("note.md", "-o", "mine.py", "--force").exit_code == 0
    assert module(path).__all__ and entries(tmp_path) == NOTES | {"mine.py"}


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
def test_a_note_is_not_written_over(kernels: Kernels, tmp_path: Path, force: list[str]) -> None:
    (tmp_path / "before.md").write_text("Nothing.\n")
    for name, content in (("note.md", NOTE), ("before.md", "Nothing.\n")):
        result = kernels("note.md", "--preamble", "before.md", "-o", name, *force)
        assert result.exit_code == 2 and "would destroy the note" in result.stderr
        assert (tmp_path / name).read_text(encoding="utf-8") == content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
def test_what_is_no_file_is_neither_read_nor_replaced(kernels: Kernels, tmp_path: Path, force: list[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    other_end = os.open(tmp_path / "pipe", os.O_RDWR)
    try:
        os.write(other_end, b"-" * 4096)  # whoever reads it does not wait for ever, but takes these
        for name in ("pipe", "link", "/dev/null"):
            result = kernels("note.md", "-o", name, *force)
            assert result.exit_code == 2 and f"{name} is no ordinary file" in result.stderr
        assert os.read(other_end, 8192) == b"-" * 4096
    finally:
        os.close(other_end)
    assert (tmp_path / "pipe").is_fifo() and (tmp_path / "link").is_symlink()


def test_a_link_to_nothing_is_not_replaced_unasked(kernels: Kernels, tmp_path: Path) -> None:
    (tmp_path / "made.py").symlink_to("nothing")
    assert kernels("note.md", "-o", "made.py").exit_code == 2
    assert kernels("note.md", "-o", "made.py", "--force").exit_code == 0
    assert entries(tmp_path) == NOTES | {"made.py"} and not (tmp_path / "made.py").is_symlink()


def test_a_fault_of_symbn_is_told_without_a_traceback(kernels: Kernels, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by the test")

    monkeypatch.setattr(command, "kernels_of", fail)
    result = kernels("note.md")
    assert result.exit_code == 3 and "error[X900]" in result.stderr and "ZeroDivisionError" in result.stderr


def test_a_file_that_symbn_made_is_replaced(kernels: Kernels, tmp_path: Path) -> None:
    assert kernels("note.md", "-o", "made.py").exit_code == 0
    before = (tmp_path / "made.py").read_bytes()
    assert kernels("note.md", "--select", "unit", "-o", "made.py").exit_code == 0
    assert module(tmp_path / "made.py").__all__ == ["unit"] and (tmp_path / "made.py").read_bytes() != before
    assert kernels("note.md", "--target", "array-api", "-o", "made.py").exit_code == 0
    assert kernels("note.md", "-o", "made.py").exit_code == 0
    assert (tmp_path / "made.py").read_bytes() == before


def test_a_file_is_replaced_wholly_or_not_at_all(
    kernels: Kernels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full in the middle leaves the old module and nothing beside it."""
    kernels("note.md", "--select", "unit", "-o", "made.py")
    before = (tmp_path / "made.py").read_bytes()

    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    result = kernels("note.md", "-o", "made.py")
    assert result.exit_code == 2 and "No space left on device" in result.stderr
    assert (tmp_path / "made.py").read_bytes() == before and entries(tmp_path) == NOTES | {"made.py"}


def test_a_claim_that_became_wrong_leaves_the_old_module(kernels: Kernels, tmp_path: Path) -> None:
    kernels("note.md", "-o", "made.py")
    before = (tmp_path / "made.py").read_bytes()
    assert kernels("note.md", "-o", "made.py", note=WRONG).exit_code == 1
    assert (tmp_path / "made.py").read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="permissions of files")
def test_a_module_has_the_permissions_of_a_new_file(kernels: Kernels, tmp_path: Path) -> None:
    kernels("note.md", "-o", "made.py")
    (tmp_path / "other").write_text("")
    assert (tmp_path / "made.py").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize(
    ("name", "content"), [("none.md", None), ("binary.md", b"\xff\xfe\x00\x80"), ("note.md", "folder")]
)
def test_a_note_that_cannot_be_read_is_wrong_usage(
    name: str, content: bytes | str | None, kernels: Kernels, tmp_path: Path
) -> None:
    if content == "folder":
        (tmp_path / name).unlink()
        (tmp_path / name).mkdir()
    elif isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    result = kernels(name, "-o", "made.py")
    assert result.exit_code == 2 and name in result.stderr and result.stdout == ""
    assert not (tmp_path / "made.py").exists()
    result = kernels("undecided.md", "--preamble", name)
    assert result.exit_code == 2 and name in result.stderr


# Plans ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["numpy", "array-api", "numba"])
def test_a_plan_counts_passes_traffic_operations_and_temporaries(target: str, kernels: Kernels, tmp_path: Path) -> None:
    result = kernels("note.md", "--plan", "--target", target, "-o", "made.py")
    assert result.exit_code == 0 and entries(tmp_path) == NOTES
    plans = result.stdout.strip().split("\n\n")
    assert [plan.split(" ", 1)[0] for plan in plans] == CLAIMS
    for plan in plans:
        lines = plan.splitlines()
        assert f"({target})" in lines[0] and "→" in lines[0]
        assert "entries of memory traffic" in plan and "operations; temporaries: " in plan
        assert all(re.match(r"  +\d+  .*\[.* entries, .* operations\]$", line) for line in lines[1:-2])
        assert ("passes over matrices" in plan) == (target != "array-api")


CENTRED = r"""
$A \in \mathbb{R}^{n \times p}$, $J := I_n - \frac{1}{n} \mathbf{1} \mathbf{1}^\top$

$$J A = J A \label{eq:centred}$$
"""


def test_the_plan_of_a_centred_matrix_is_two_passes(kernels: Kernels) -> None:
    """Read A, sum; read A, write: 3 n p entries, and no temporary that grows with the rows."""
    plan = kernels("centred.md", "--plan", centred=CENTRED).stdout
    assert "2 passes over matrices; 3·n·p entries of memory traffic" in plan
    assert re.search(r"temporaries: \d+·p entries", plan)
    assert plan.count("pass over n×p") == 2 and plan.count("write") == 1


def test_a_plan_of_a_fusion_is_cheaper_than_of_its_parts(kernels: Kernels) -> None:
    note = CENTRED + "\n$$\\operatorname{diag}(A^\\top J A) = \\operatorname{diag}(A^\\top J A) \\label{eq:spread}$$\n"
    plan = kernels("centred.md", "--plan", "--fuse", "both=centred,spread", centred=note).stdout
    assert "2 passes over matrices; 3·n·p entries" in plan
    alone = kernels("centred.md", "--plan", "--select", "spread", centred=note).stdout
    assert "1 passes over matrices; n·p" in alone or "1 pass over matrices; n·p" in alone
