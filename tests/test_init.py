"""`symbn init` writes the preamble that a note lacks: short, honest of what it assumes, and read back as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symbn.cli import main
from symbn.note import Note
from symbn.notes.markdown import MathBlock
from symbn.notes.parsed import Parsed, parse
from symbn.preamble import needed, proposed_preamble
from symbn.source import SourceFile

LAYER = r"""
# A layer

The outputs are $$y := W x + b$$ and the activations $$h := \phi(y)$$.

$$\frac{\partial y}{\partial x} = W$$

$$\nabla_W L(y) = \nabla_y L(y) x^\top$$

$$\nabla_b L(y) = \nabla_y L(y)$$
"""

POST = r"""
# Normalised columns

A column of the outputs is $$y_i = Y_{:i}$$, its mean is $$\frac{1}{n} \mathbf{1}^\top y_i$$, and

$$v_i := \frac{1}{n} y_i^\top y_i$$

$$\hat y_i := \frac{1}{\sqrt{v_i + \epsilon}} y_i$$

$$\frac{\partial \hat y_i}{\partial y_i}
  = \frac{1}{\sqrt{v_i + \epsilon}} \left( I - \frac{1}{n} \hat y_i \hat y_i^\top \right)$$

The outputs come from a linear map, $$Y = X W^\top$$.
"""

SUMS = r"""
# Least squares

$$J := \sum_{i=1}^{m} (a_i^\top w - t_i)^2$$

$$\nabla_w J = \sum_{i=1}^{m} 2 (a_i^\top w - t_i) a_i$$

$$A \Sigma = \Sigma A$$
"""

NOTES = {"layer": LAYER, "post": POST, "sums": SUMS}


def note(text: str, preamble: str | None = None) -> Note:
    given = () if preamble is None else (SourceFile("preamble.md", preamble),)
    return Note(SourceFile("note.md", text), given)


def verdicts(of: Note) -> list[str]:
    return [report.verdict for report in of.check(explain=False, repair=False).statements]


def declarations(preamble: str) -> list[str]:
    return re.findall(r"^- (\$.*?\$): ", preamble, re.MULTILINE)


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_read_with_its_proposed_preamble(name: str) -> None:
    bare = note(NOTES[name])
    assert "error" in verdicts(bare)
    proposed = proposed_preamble(bare)
    assert "error" not in verdicts(note(NOTES[name], proposed))


def test_what_is_true_is_proved_with_it_and_its_false_twin_refuted() -> None:
    proposed = proposed_preamble(note(LAYER))
    assert verdicts(note(LAYER, proposed)) == ["definition", "definition", "proved", "proved", "proved"]
    false = LAYER.replace(r"\nabla_b L(y) = \nabla_y", r"\nabla_b L(y) = 2 \nabla_y")
    assert verdicts(note(false, proposed_preamble(note(false))))[-1] == "refuted"


def test_nothing_is_proposed_that_the_note_says_itself() -> None:
    proposed = declarations(proposed_preamble(note(LAYER)))
    assert proposed == [
        r"$b \in \mathbb{R}^{n}$", r"$x \in \mathbb{R}^{m}$", r"$W \in \mathbb{R}^{n \times m}$",
        r"$\phi : \mathbb{R} \to \mathbb{R}$", r"$L : \mathbb{R}^{n} \to \mathbb{R}$",
    ]  # fmt: skip
    whole = LAYER.replace("# A layer", "# A layer\n\n" + ", ".join(proposed))
    assert needed(note(whole)) == []
    assert "Nothing is missing" in proposed_preamble(note(whole))


@pytest.mark.parametrize("name", NOTES)
def test_each_entry_is_needed(name: str) -> None:
    entries = needed(note(NOTES[name]))
    assert entries
    with_all = verdicts(note(NOTES[name], "\n\n".join(e.markdown for e in entries))).count("error")
    for entry in entries:
        rest = "\n\n".join(e.markdown for e in entries if e is not entry)
        assert verdicts(note(NOTES[name], rest)).count("error") > with_all, entry.markdown


def test_a_definition_that_comes_too_late_is_repeated() -> None:
    proposed = declarations(proposed_preamble(note(POST)))
    assert any(r"Y" in d and (r"\in" in d or "=" in d) for d in proposed)
    assert r"$\epsilon \in \mathbb{R}$" in proposed


def test_positivity_is_not_assumed_but_told() -> None:
    proposed = proposed_preamble(note(POST))
    assert r"$\epsilon \in \mathbb{R}$" in declarations(proposed)
    assert r"if it is positive, $\epsilon > 0$ removes side conditions" in proposed
    assert r"\epsilon > 0" not in " ".join(declarations(proposed))
    plain = proposed_preamble(note("$$A x = \\lambda x$$\n\n$A \\in \\mathbb{R}^{n \\times n}$"))
    assert "side conditions" not in plain


def test_what_is_assumed_is_told_from_what_follows_from_use() -> None:
    proposed = proposed_preamble(note("$A \\in \\mathbb{R}^{m \\times n}$\n\n$$A x = A y + A y$$\n\n$$Q R = R Q$$"))
    lines = {d: line for line in proposed.splitlines() for d in declarations(line)}
    assert "inferred from its uses" in lines[r"$x \in \mathbb{R}^{n}$"]
    assert any("assumed" in line for d, line in lines.items() if d.startswith("$Q"))


HALF = [
    "",
    "no math at all",
    "$$",
    "$$\\frac{a}{$$ $$a = b$$",
    "$$x_{$$",
    "$$\\left( a = b$$",
    "$x \\in$ $$x = y$$",
    "$$f(f(f)) = f$$ $$f = f(x)$$",
    "$$a_{i_{j}} = b^{c^{d}}$$",
    "$$\\sum_i = \\sum$$",
    "$$\\nabla = \\nabla \\nabla$$",
    "$$\\frac{\\partial}{\\partial x} = d$$",
    "$$x^{(1)} = x^{(n)}$$",
    "$$\\begin{pmatrix} a & \\cdots \\\\ \\vdots \\end{pmatrix} = A$$",
    "$$A := B$$ $$B := C$$ $$C := A$$",
    "---\nsymbn: [1\n---\n$$x = y z$$",
    "$$(x)' = {x}^{-1} \\odot \\|x\\|_F |x|$$",
    "$$\\langle a, b \\rangle = [a, b] = (a, b) = \\{a\\}$$",
    "$$\\exp = \\log(\\det) \\tr$$",
    "$$a \\otimes b = b \\otimes a$$",
]


@pytest.mark.parametrize("text", HALF)
def test_any_note_has_a_preamble(text: str) -> None:
    """Whatever a note holds, init ends with a text, which is a note without errors of its own."""
    proposed = proposed_preamble(note(text))
    assert proposed.startswith("# A preamble for note.md")
    assert "error" not in verdicts(note(proposed))


# The command ------------------------------------------------------------------------------------------------


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    path = tmp_path / "layer.md"
    path.write_text(LAYER, encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_init_prints_and_check_takes_what_it_wrote(layer: Path, tmp_path: Path) -> None:
    printed = run("init", str(layer))
    assert printed.exit_code == 0
    written = tmp_path / "preamble.md"
    assert run("init", str(layer), "-o", str(written)).exit_code == 0
    assert written.read_text(encoding="utf-8") == printed.stdout
    assert run("check", "--no-cache", str(layer)).exit_code == 1
    assert run("check", "--no-cache", str(layer), "--preamble", str(written)).exit_code == 0


def test_init_writes_over_nothing_unasked(layer: Path, tmp_path: Path) -> None:
    written = tmp_path / "preamble.md"
    written.write_text("mine", encoding="utf-8")
    refused = run("init", str(layer), "-o", str(written))
    assert (refused.exit_code, written.read_text(encoding="utf-8")) == (2, "mine")
    assert "--force writes over it" in refused.stderr
    assert run("init", str(layer), "-o", str(written), "--force").exit_code == 0
    assert written.read_text(encoding="utf-8").startswith("# A preamble")


def test_init_never_writes_over_the_note(layer: Path) -> None:
    before = layer.read_text(encoding="utf-8")
    for options in ([], ["--force"]):
        assert run("init", str(layer), "-o", str(layer), *options).exit_code == 2
    assert layer.read_text(encoding="utf-8") == before


def test_init_needs_a_note(tmp_path: Path) -> None:
    missing = run("init", str(tmp_path / "none.md"))
    assert missing.exit_code == 2
    assert "P001" in missing.stderr


def test_a_note_is_parsed_once_however_many_preambles_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    note, parsed = Note.from_text(POST), []

    def counted(source: SourceFile, blocks: Sequence[MathBlock]) -> Parsed:
        parsed.append(source)
        return parse(source, blocks)

    monkeypatch.setattr("symbn.note.parse", counted)
    assert needed(note)
    assert parsed.count(note.source) == 1 < len(parsed)
