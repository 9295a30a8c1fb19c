r"""What symbn writes as LaTeX reads back as what it was: whole notes, and single expressions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, settings
from hypothesis import given as drawn

from symbn.core.equality import Proof, decide
from symbn.explain.latex import to_latex
from symbn.export.latex import render_fragment, render_latex
from symbn.export.latex_chains import Unprinted, written
from symbn.expr.indexing import Indexing
from symbn.expr.statement import Statement
from symbn.expr.tree import Expr
from symbn.given import given
from symbn.note import Note
from symbn.report import NoteReport, Report
from symbn.source import SourceFile
from tests.long_notes import LONG
from tests.reports import checked

from .expressions import CONTEXT, DECLARED, expressions

ROOT = Path(__file__).parents[1]
DRAWN = {"layout", "drawn_matrices"}
"""Notes whose words between equations a document leaves out, and whose frames and marks it shows as characters."""
NOTES = [
    path
    for folder in ("derivations", "tests/corpus", "tests/mdtest")
    for path in sorted((ROOT / folder).glob("*.md"))
    if path.stem not in DRAWN
]
SHIPPED = sorted((ROOT / "derivations").glob("*.md"))
VERIFIED = [path for path in NOTES if path.parent.name != "mdtest"]
UNREADABLE = {"bad_input", "columns", "function_primes", "names_and_operators", "reach"}
"""Notes with formulas that nobody can read: these are shown as characters, and the numbers after them differ."""


def unchecked(note: Note) -> NoteReport:
    """A report that knows what was stated, and no verdicts."""
    reports = [
        Report(
            s.id,
            s.label,
            s.span,
            s.kind,
            "error" if s.diagnostics else "undecided",
            s.lhs,
            s.rhs,
            diagnostics=tuple(s.diagnostics),
        )
        for s in note.statements
    ]
    return NoteReport(note.source, note.title, tuple(reports), note.diagnostics)


def _said(report: Report) -> tuple[object, ...]:
    """What a report says of a statement, wherever it stands."""
    codes = tuple(d.code for d in report.diagnostics)
    return report.id, report.label, report.kind, report.verdict, codes, [c.latex for c in report.conditions]


def _meant(statement: Statement) -> tuple[object, ...]:
    """What a statement was read as."""
    codes = [d.code for d in statement.diagnostics]
    return statement.label, statement.kind, codes, statement.goals, statement.expression, statement.claimed


def _known(note: Note) -> tuple[object, ...]:
    """What a note's names stand for at its end."""
    context = note.statements[-1].context
    return context.dimensions, context.symbols, context.functions, context.definitions


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_a_document_states_what_its_note_states(path: Path) -> None:
    """The same statements under the same names, each read as the same expressions, of names that mean the same."""
    note = Note.read(path)
    report = unchecked(note)
    back = Note.from_text(render_latex(report))
    lost = {r.id for unit in written(report) if isinstance(unit, Unprinted) for r in unit.reports}
    assert bool(lost) == (path.stem in UNREADABLE)
    assert all(r.verdict == "error" for r in report.statements if r.id in lost)
    kept = [s for s in note.statements if s.id not in lost]
    assert not back.diagnostics
    assert list(map(_meant, back.statements)) == list(map(_meant, kept))
    assert _known(back) == _known(note)
    if not lost:
        assert [s.id for s in back.statements] == [s.id for s in note.statements]


@pytest.mark.parametrize("path", VERIFIED, ids=lambda path: path.stem)
def test_a_document_has_the_verdicts_of_its_note(path: Path) -> None:
    report = checked(path, explain=False, repair=False)
    back = Note.from_text(render_latex(report)).check(explain=False, repair=False)
    assert list(map(_said, back.statements)) == list(map(_said, report.statements))


@pytest.mark.parametrize("path", [path for path in SHIPPED if path.stem not in LONG], ids=lambda path: path.stem)
def test_what_symbn_says_is_not_read_as_the_authors(path: Path) -> None:
    """With all that it has to say: counterexamples, mended and derived formulas, steps."""
    whole = checked(path)
    document = render_latex(whole, credit="$x = y$")
    assert [(s.id, s.label, s.kind) for s in Note.from_text(document).statements] == [
        (r.id, r.label, r.kind) for r in whole.statements
    ]
    without = [line for line in document.splitlines() if "% symbn:" not in line]
    assert len(Note.from_text("\n".join(without)).statements) > len(whole.statements)


QUOTED = r"""> $x, y \in \mathbb{R}^n$
>
> - $$
>   \begin{aligned}
>   x^\top (x + y) &= x^\top x \\
>     &\quad + x^\top y \\
>     &= \|x\|^2 + y^\top x
>   \end{aligned}
>   $$ {#eq:quoted}
>
> $$x^\top y > 0$$
"""
SPLIT = r"""$x, y \in \mathbb{R}^n$
\begin{align} x + y &= y + x & 2 x &= x + x \label{eq:a} \\ &= y + {x + 0 y} & &= 3 x - x \label{eq:b} \end{align}
"""


@pytest.mark.parametrize("text", [QUOTED, SPLIT], ids=["quoted", "split"])
def test_equations_in_quotes_and_side_by_side_come_back_one_below_the_other(text: str) -> None:
    note = Note.from_text(text)
    back = Note.from_text(render_latex(unchecked(note)))
    assert list(map(_meant, back.statements)) == list(map(_meant, note.statements))
    assert len(note.statements) > 4 and not any(s.diagnostics for s in note.statements)


SETTLED = {
    "functions: elementwise": (r"\exp(A) \odot \exp(-A) = \mathbf{1} \mathbf{1}^\top", r"\exp(A) \exp(-A) = I", "E149"),
    "norm: frobenius": (r"\|A\|^2 = \operatorname{tr}(A^\top A)", r"\|A\|^2 = \operatorname{tr}(A A)", "E145"),
    "prime: transpose": (r"\operatorname{tr}(A' B) = \operatorname{tr}(B' A)", r"A' B = B' A", "E116"),
}
"""What is settled: a claim that is true for it, one that is false, and what they are where nothing is settled."""


@pytest.mark.parametrize("place", ["note", "preamble"])
@pytest.mark.parametrize("setting", SETTLED)
def test_what_the_front_matter_settles_is_carried_into_the_document(setting: str, place: str) -> None:
    """As a line of comment that settles it in any document; without that line the claims are not read."""
    true, false, code = SETTLED[setting]
    front = f"---\nsymbn:\n  {setting}\n---\n"
    declared = "$A, B \\in \\mathbb{R}^{n \\times n}$\n\n"
    preambles = [SourceFile("before.md", front)] if place == "preamble" else []
    text = f"{declared}$${true}$$ {{#eq:true}}\n\n$${false}$$ {{#eq:false}}\n"
    note = Note(SourceFile("note.md", text if preambles else front + text), preambles)
    report = note.check(repair=False)
    verdicts = {"eq:true": "proved", "eq:false": "refuted"}
    assert {r.id: r.verdict for r in report.statements if r.kind == "claim"} == verdicts
    for document in (render_latex(report, given=given(note)), declared + render_fragment(report)):
        if "documentclass" not in document and preambles:
            continue  # a fragment states what is the note's own
        assert f"% symbn: {setting}\n" in document
        for source in (SourceFile("note.tex", document), SourceFile("<text>", document)):
            back = Note(source)
            assert not back.diagnostics
            assert {r.id: r.verdict for r in back.check(repair=False).statements if r.kind == "claim"} == verdicts
        unsettled = Note(SourceFile("note.tex", document.replace(f"% symbn: {setting}\n", "")))
        assert [d.code for s in unsettled.statements if s.kind != "declaration" for d in s.diagnostics][:1] == [code]


@pytest.mark.parametrize("line", ["% symbn: norm: spectral", "% symbn: norms: frobenius", "% symbn: note: ask"])
def test_a_setting_that_is_none_is_told(line: str) -> None:
    for path in ("note.tex", "note.md"):
        (told,) = Note(SourceFile(path, f"{line}\n\n$x \\in \\mathbb{{R}}$\n")).diagnostics
        assert told.code == "P120" and f"`{line}` is not understood" in told.message


# Expressions ---------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@drawn(expressions())
def test_an_expression_reads_back_as_itself(e: Expr) -> None:
    """As the same tree, or as one that the core proves equal: (a b) c is printed as a b c."""
    latex = to_latex(e)
    (claim,) = [s for s in Note.from_text(f"{DECLARED}\n$$0 = {latex}$$\n").statements if s.kind == "claim"]
    assume(all(diagnostic.code != "E216" for diagnostic in claim.diagnostics))  # 0 only for want of a variable: asked
    assert not claim.diagnostics, latex
    (goal,) = claim.goals
    assert goal.right.shape == e.shape
    if goal.right != e:
        indexing = Indexing(CONTEXT)
        assert isinstance(decide(indexing.side(goal.right), indexing.side(e), indexing.theory), Proof), latex


@settings(max_examples=100, deadline=None)
@drawn(expressions())
def test_a_printed_expression_is_passed_on_as_it_is(e: Expr) -> None:
    """What symbn prints is made of the commands that documents may have, and means the same in them."""
    latex = to_latex(e)
    text = f"{DECLARED}\n$$0 = {latex}$$ {{#eq:a}}\n"
    note = Note.from_text(text)
    back = Note.from_text(render_latex(unchecked(note)))
    assert list(map(_meant, back.statements)) == list(map(_meant, note.statements))
