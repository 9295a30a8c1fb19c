"""Notes, statements and derivations show themselves in a notebook; the example runs, and says what it said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from symbn.note import Note

EXAMPLE = Path(__file__).parent.parent / "derivations" / "example.ipynb"
NOTE = Note.from_text(
    r"""
$A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^n$

$$\nabla_x (x^\top A x) = (A + A^\top) x \label{eq:true}$$

$$\nabla_x (x^\top A x) = q x \label{eq:unread}$$

$$A x \in \mathbb{R}^n \label{eq:shape}$$

$$z := A x \label{eq:name}$$

$$\nabla_x z^\top z = ? \label{eq:hole}$$
"""
)


def said(notebook: Any) -> list[dict[str, str]]:
    """What each cell shows; a page's markup may change with the style sheet."""
    return [
        {kind: text for kind, text in output.get("data", {}).items() if kind != "text/html"}
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]


def test_the_example_runs_and_says_what_it_said() -> None:
    kept = nbformat.read(EXAMPLE, as_version=4)
    run = nbformat.read(EXAMPLE, as_version=4)
    NotebookClient(run, timeout=300, kernel_name="python3").execute()
    assert said(run) == said(kept)
    assert any("text/html" in output.data for cell in run.cells for output in cell.get("outputs", []))


def test_a_note_shows_itself_as_a_page_that_runs_nothing() -> None:
    shown = NOTE._repr_html_()
    assert shown.startswith("<iframe sandbox ") and shown.endswith("</iframe>")
    assert "<script" not in shown and shown.count("<") == 2, "the page is escaped within the attribute"
    assert repr(NOTE.check(explain=False)).startswith("<<text>: ")


def test_statements_show_themselves_with_their_verdicts() -> None:
    reports = {report.id: report for report in NOTE.check(explain=False).statements}
    true = reports["eq:true"]._repr_latex_()
    assert true is not None and r"\text{proved}" in true and r"= (A + A^\top) x" in true
    assert reports["eq:unread"]._repr_latex_() is None, "what was not read is not handed on"
    assert r"\in \mathbb{R}^n" in (reports["eq:shape"]._repr_latex_() or "")
    assert ":= A x" in (reports["eq:name"]._repr_latex_() or "")
    assert r"= 2 A^{\top} z" in (reports["eq:hole"]._repr_latex_() or "")


def test_a_statement_shows_itself_as_it_was_written() -> None:
    statements = {statement.id: statement for statement in NOTE.statements}
    assert statements["eq:true"]._repr_latex_() == r"$\displaystyle \nabla_x (x^\top A x) = (A + A^\top) x$"
    assert statements["eq:name"]._repr_latex_() == r"$\displaystyle z := A x$"
    assert statements["eq:unread"]._repr_latex_() is None


def test_a_derivation_shows_itself_line_by_line() -> None:
    (derived,) = NOTE.derive(["eq:hole"]).statements
    shown = derived._repr_latex_() or ""
    assert shown.count(r"\\") == len([step for step in derived.steps if step.rules]) - 1
    assert r"\text{squared norm}" in shown
