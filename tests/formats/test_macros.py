r"""Abbreviations: what \newcommand and its kin define, what a formula says once they are put in, and that nothing else
happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbn.diagnostics import NoteError
from symbn.export.html import render_html
from symbn.export.latex import render_fragment, render_latex
from symbn.note import Note
from symbn.notes.macros import definitions_in, pieces_of
from symbn.notes.transcript import Notation, transcribed
from symbn.report import Report
from symbn.source import SourceFile, Span

from .found import formulas

ROOT = Path(__file__).parents[2]


def spelled(definitions: str, formula: str) -> str:
    notation = Notation(macros=definitions_in(pieces_of(definitions), {}))
    transcript = transcribed(formula, [Span(0, len(formula))], notation)
    return formula if transcript is None else " ".join(transcript.text.split())


def refusal(definitions: str, formula: str) -> tuple[str, str]:
    with pytest.raises(NoteError) as caught:
        spelled(definitions, formula)
    return caught.value.diagnostic.code, caught.value.diagnostic.message


@pytest.mark.parametrize(
    ("definitions", "formula", "meant"),
    [
        (r"\newcommand{\R}{\mathbb{R}}", r"x \in \R^n", r"x \in \mathbb{R}^n"),
        (r"\newcommand\R{\mathbb{R}}", r"\R", r"\mathbb{R}"),
        (r"\newcommand* { \R } {\mathbb{R}}", r"\R", r"\mathbb{R}"),
        (r"\newcommand{\norm}[1]{\|#1\|}", r"\norm{x} \norm y \norm\alpha", r"\|x\| \|y\| \|\alpha\|"),
        (r"\newcommand{\g}[2][f]{\partial_{#2} #1}", r"\g{x} + \g[h]{y}", r"\partial_{x} f + \partial_{y} h"),
        (r"\def\p#1#2{#2 #1}", r"\p{a}{b} \p cd", r"b a d c"),
        (r"\def\T{^\top}", r"A\T B", r"A^\top B"),
        (r"\let\w\omega \let\v=\w", r"\v", r"\omega"),
        (r"\DeclareMathOperator{\vect}{vec}", r"\vect A", r"\operatorname{vec} A"),
        (r"\DeclareMathOperator*{\E}{\mathbb{E}}", r"\E x", r"{\mathbb{E}} x"),
        (r"\DeclarePairedDelimiter{\norm}{\lVert}{\rVert}", r"\norm{x} \norm*{y} \norm[\big]{z}",
         r"\lVert x\rVert \lVert y\rVert \lVert z\rVert"),
        (r"\newcommand{\b}{\mathbf b}", r"\hat\b \frac\b\b x_\b \b{} c",
         r"\hat{\mathbf b} \frac{\mathbf b}{\mathbf b} x_\mathbf b \mathbf b c"),
        (r"\newcommand{\s}{ab}", r"x^\s \bar\s", r"x^ab \bar{ab}"),
        (r"\newcommand{\a}{\alpha}", r"\a b\a", r"\alpha b\alpha"),
        (r"\newcommand{\a}{\b}\newcommand{\b}{c}", r"\a", "c"),
        (r"\providecommand{\a}{b}\providecommand{\a}{c}", r"\a", "b"),
        (r"\newcommand{\a}{b}\renewcommand{\a}{c}", r"\a", "c"),
        (r"\let\old\epsilon\renewcommand{\epsilon}{\varepsilon\old}", r"\epsilon", r"\varepsilon\epsilon"),
        (r"\newcommand{\a}[1]{#1}", r"\a{{b} \a{c}}", r"{b} c"),
        (r"\newcommand{\a}{b}", r"\newcommand{\c}{\a} \c \def\a{d} \c \a", "b d d"),
        ("", r"\require{ams} a", "a"),
    ],
)  # fmt: skip
def test_a_formula_says_what_tex_would_make_of_it(definitions: str, formula: str, meant: str) -> None:
    assert spelled(definitions, formula) == meant


@pytest.mark.parametrize(
    ("definitions", "formula", "code", "name"),
    [
        (r"\def\a{\a}", r"\a", "P280", r"\a"),
        (r"\def\a{\b\b}\def\b{x\a}", r"\a", "P280", r"\a"),
        (r"\def\a#1{\a{#1#1}}", r"\a{x}", "P280", r"\a"),
        ("".join(rf"\def\{chr(97 + k)}{{\{chr(98 + k)}\{chr(98 + k)}}}" for k in range(25)), r"\a", "P280", "\\"),
        (r"\newcommand{\a}[2]{#1#2}", r"\a{x}", "P281", r"\a"),
        (r"\newcommand{\a}[1]{#1}", r"{\a} x", "P281", r"\a"),
        (r"\def\a(#1){#1}", r"\a(x)", "P282", r"\a"),
        (r"\edef\a{x}", r"\a", "P282", r"\a"),
        (r"\newcommand{\a}{#1}", r"\a", "P282", r"\a"),
        (r"\newcommand{\a}[x]{b}", r"\a", "P282", r"\a"),
        (r"\NewDocumentCommand{\a}{m}{#1}", r"\a{x}", "P282", r"\a"),
        (r"\renewcommand{\left}{x}", r"\left", "P282", r"\left"),
        ("", r"a \def\b{c", "P283", r"\def"),
    ],
)
def test_what_cannot_be_put_in_is_refused_by_its_name(definitions: str, formula: str, code: str, name: str) -> None:
    found, message = refusal(definitions, formula)
    assert found == code and name in message


@pytest.mark.parametrize(
    "definition", [r"\newcommand{x}{y}", r"\newcommand{\a", r"\def", r"\let\x", r"\newcommand{}{y}"]
)
def test_what_is_no_definition_defines_nothing(definition: str) -> None:
    assert not definitions_in(pieces_of(definition), {})


@given(st.text(alphabet="\\{}#12[]ab \n%*=", max_size=60), st.text(alphabet="\\{}#1[]ab \n%", max_size=30))
def test_any_text_is_read_to_its_end(definitions: str, formula: str) -> None:
    words = definitions.replace("\\", "\\def\\a").replace("##", r"\newcommand\b[1]")
    notation = Notation(macros=definitions_in(pieces_of(words), {}))
    written = formula.replace("\\", "\\a ")
    try:
        transcript = transcribed(written, [Span(0, len(written))], notation)
    except NoteError:
        return
    if transcript is not None:
        assert len(transcript.text) == len(transcript.origins)
        assert all(0 <= origin.start <= origin.end <= len(written) for origin in transcript.origins)


def test_places_are_those_of_the_use() -> None:
    text = r"$\newcommand{\bad}{q r}$ $x \in \mathbb{R}$ $2 x = \bad$"
    (statement,) = [s for s in Note.from_text(text).statements if s.kind == "claim"]
    assert {text[label.span.start : label.span.end] for d in statement.diagnostics for label in d.labels} == {r"\bad"}


def test_an_argument_keeps_its_own_place() -> None:
    text = r"$\newcommand{\norm}[1]{\|#1\|}$ $x \in \mathbb{R}$ $2 x = \norm{q}$"
    (statement,) = [s for s in Note.from_text(text).statements if s.kind == "claim"]
    assert {text[label.span.start : label.span.end] for d in statement.diagnostics for label in d.labels} == {"q"}


def test_what_an_abbreviation_puts_side_by_side_is_read_as_if_written_so() -> None:
    """Where symbn reads a word, or asks about an entry, because nothing stands between, it does so here too."""
    declared = r"$x \in \mathbb{R}^{n}$, $A \in \mathbb{R}^{n \times n}$, "

    def last(text: str) -> tuple[str, list[str]]:
        report = Note.from_text(declared + text).check(explain=False, repair=False).statements[-1]
        return report.verdict, [d.code for d in report.diagnostics]

    assert last(r"$\def\w{tr} \w(A) = tr(A^\top)$") == last(r"$tr(A) = tr(A^\top)$") == ("proved", [])
    assert last(r"$\def\w{tr} \w(A) = tr(2 A)$")[0] == "refuted"
    at = r"$\newcommand{\at}[2]{#1[#2]} \sum_i \at{x}{i} = \sum_i x_i$"
    assert last(at) == last(r"$\sum_i x[i] = \sum_i x_i$")


def test_rows_of_equations_stand_in_the_formula_itself() -> None:
    assert refusal(r"\def\q{a &= b \\ &= c}", r"\q")[0] == "P282"
    assert spelled(r"\def\nl{\\}\def\m{\begin{pmatrix}a\\b\end{pmatrix}}", r"\m\nl c").startswith(r"\begin{pmatrix}")


# In notes.

SHORT = {
    r"^\top": r"\T", r"\mathbb{R}": r"\R", r"\operatorname{tr}": r"\trace", r"\operatorname{diag}": r"\dg",
    r"\odot": r"\had", r"\Sigma": r"\Sg", r"\hat": r"\h",
}  # fmt: skip
DEFINED = (
    "$$\n\\def\\T{^\\top} \\newcommand{\\R}{\\mathbb{R}} \\DeclareMathOperator{\\trace}{tr}\n"
    "\\DeclareMathOperator{\\dg}{diag} \\let\\had\\odot \\newcommand\\Sg{\\Sigma} \\newcommand{\\h}[1]{\\hat{#1}}\n$$\n"
)
NOTES = [*sorted((ROOT / "tests/corpus").glob("*.md")), ROOT / "derivations/ridge_regression.md"]


def meant(note: Note) -> list[object]:
    return [(s.id, s.kind, [d.code for d in s.diagnostics], s.goals, s.expression, s.claimed) for s in note.statements]


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_a_note_with_abbreviations_states_what_it_states_without(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    front = text.index("---", 3) + 4 if text.startswith("---") else 0
    body = text[front:]
    for long, short in SHORT.items():
        body = re.sub(re.escape(long) + r"(?=[a-zA-Z])", short.replace("\\", r"\\") + " ", body).replace(long, short)
    assert body != text[front:]
    assert meant(Note.from_text(text[:front] + DEFINED + "\n" + body)) == meant(Note.from_text(text))


HEAD = r"""$$\newcommand{\R}{\mathbb{R}} \newcommand{\norm}[1]{\left\|#1\right\|}$$
$$\newcommand{\bx}{\mathbf{x}} \def\T{^\top}$$
$$\newcommand{\g}[2]{\frac{\partial #1}{\partial #2}} \newcommand{\swap}[2]{#2 #1} \newcommand{\sq}[1]{#1\T #1}$$

$\bx, y \in \R^{n}$, $A, B \in \R^{n \times n}$.

"""
SLIPS = [
    r"$$\norm{A \bx}^2 = \bx\T A A\T \bx$$",
    "> $$\\norm{\\bx}^2\n> = \\bx\\T y$$",
    r"$$\norm{\bx + y}^2 = \norm{\bx}^2 + \bx\T y + \norm{y}^2$$",
    r"$$\g{\norm{\bx}^2}{\bx} = \bx\T$$",
    r"$$\g{\bx\T y}{\bx} = y$$",
    r"$$\swap{A}{B} = \swap{B}{A}$$",
    r"$$\sq{\bx} = \sq{y}$$",
    r"$$y\T A \bx = \bx\T \swap{y}{A}$$",
    r"$$\norm{\bx}^2 = \swap{y}{\bx\T}$$",
    r"<p>\(\bx\T y = y\T A\bx\)</p>",
    r"so \\(\bx\T y = y^\\top A\bx\\)",
]


@pytest.mark.parametrize("slip", SLIPS)
def test_a_repair_of_a_claim_with_abbreviations_is_right_where_it_is_made(slip: str) -> None:
    """The edits make a note in which the claim is proved; and what is offered as LaTeX has no abbreviation in it."""
    text = HEAD + slip
    report = Note.from_text(text).check(explain=False).statements[-1]
    assert report.verdict == "refuted"
    if report.suggestion is None:
        return
    for edit in reversed(report.suggestion.edits):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    assert Note.from_text(text).check(explain=False).statements[-1].verdict == "proved"
    plain = HEAD + f"${report.lhs} = {report.suggestion.latex}$"
    assert Note.from_text(plain).check(explain=False).statements[-1].verdict == "proved"
    assert not any(name in report.suggestion.latex for name in (r"\norm", r"\bx", r"\T ", r"\g{", r"\swap", r"\sq"))


def test_most_slips_with_abbreviations_have_a_repair() -> None:
    offered = [Note.from_text(HEAD + slip).check(explain=False).statements[-1].suggestion for slip in SLIPS]
    assert sum(suggestion is not None for suggestion in offered) >= 6


def said(report: Report) -> tuple[object, ...]:
    return report.id, report.kind, report.verdict


def test_exported_documents_have_no_abbreviations_and_read_back() -> None:
    slips = "\n\n".join(slip for slip in SLIPS)
    note = Note.from_text(HEAD + slips).check(explain=False, repair=False)
    document = render_latex(note)
    assert not any(name in document for name in (r"\norm", r"\bx", r"\swap", "not printed"))
    back = Note.from_text(document).check(explain=False, repair=False)
    assert [said(r)[1:] for r in back.statements] == [said(r)[1:] for r in note.statements]
    assert r"\bx" not in render_fragment(note)


def test_the_page_of_a_note_shows_formulas_and_not_the_definitions() -> None:
    page = render_html(Note.from_text(HEAD + SLIPS[0]).check(explain=False, repair=False))
    assert "newcommand" not in page and "<mi>" in page


# Where definitions stand.


def test_a_preamble_gives_its_abbreviations() -> None:
    preamble = SourceFile("p.tex", r"\newcommand{\R}{\mathbb{R}} Let $x \in \R^{n}$. \newcommand{\bx}{x}")
    note = Note(SourceFile("n.md", r"$\bx^\top \bx = \|\bx\|^2$ and $\bx = 2 \bx$, $y \in \R$"), [preamble])
    report = note.check(explain=False, repair=False)
    assert [r.verdict for r in report.statements] == ["proved", "refuted", "declaration"]
    assert r"\bx" not in render_latex(report)


def test_front_matter_gives_abbreviations() -> None:
    text = "---\nmath:\n  '\\R': '\\mathbb{R}'\n  norm: ['\\|#1\\|', 1]\n  x: {macro: y}\n---\n$\\norm{a} \\in \\R$\n"
    assert formulas(text) == [r"\|a\| \in \mathbb{R}"]
    text = "---\nmacros: {R: '\\mathbb{R}'}\nsymbn:\n  declarations: ['x \\in \\R']\n---\n$x = x$, $x = x + x$\n"
    assert [s.verdict for s in Note.from_text(text).check(explain=False, repair=False).statements] == [
        "proved",
        "refuted",
    ]


def test_a_definition_holds_from_its_place_on() -> None:
    assert formulas(r"$\w$ $\def\w{a}$ $\w$ $\def\w{b}\w$ $\w$") == [r"\w", "a", "b", "b"]


def test_no_definition_is_read_in_code_or_comments() -> None:
    hidden = "`$\\def\\w{a}$`\n\n```\n$\\def\\w{b}$\n```\n\n<!-- $\\def\\w{c}$ -->\n\n"
    assert formulas(hidden + r"$\w$") == [r"\w"]
