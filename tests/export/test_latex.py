r"""LaTeX documents: complete, inert whatever their notes hold, and compiled where there is a pdflatex."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbn.export import latex_commands
from symbn.export.latex import render_fragment, render_latex
from symbn.export.latex_chains import Chain, Unprinted, written
from symbn.export.latex_math import Refused, read_math
from symbn.export.latex_pieces import joined, width_of
from symbn.export.latex_text import code_latex, text_latex
from symbn.note import Note
from symbn.notes import signs, vocabulary
from symbn.report import NoteReport, Report
from symbn.source import SourceFile, Span
from tests.long_notes import LONG
from tests.reports import checked

from . import hostile, samples

DERIVATIONS = sorted((Path(__file__).parents[2] / "derivations").glob("*.md"))
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+|.)", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%.*")

STRUCTURE = frozenset(
    r"""\documentclass \usepackage \setlength \newenvironment \providecommand \DeclareUnicodeCharacter \ensuremath
    \allowdisplaybreaks \textwidth \oddsidemargin \textheight \topmargin \parindent \parskip \leftmargin \topsep \item
    \itemsep \relax \small \footnotesize \scriptsize \tiny \raggedright \begin \end \Large \bfseries \subsection \textbf
    \texttt \tag \label \notag \begingroup \endgroup \checkmark \abovedisplayskip \belowdisplayskip \( \) \\
    \textbackslash \textdollar \textasciicircum \textasciitilde \textless \textgreater \textbar \textquoteleft
    \textquoteright \textquotedblleft \textquotedblright \{ \} \% \# \& \_ \ldots \bullet \surd \S \mathbf \mathbb
    \operatorname \mathrel \char""".split()
)
"""What symbn itself writes."""
FORMULAS = frozenset(
    {name for name in latex_commands.WIDTHS if name.startswith("\\")}
    | latex_commands.ACCENTS | latex_commands.FONTS | latex_commands.FRACTIONS | latex_commands.SIZES
    | latex_commands.DELIMITERS | set(latex_commands.TEXTS.values()) | set(latex_commands.MARKED.values())
    | {r"\sqrt", r"\operatorname", r"\left", r"\right", r"\middle", r"\sum", r"\prod"}
)  # fmt: skip
ALLOWED = STRUCTURE | FORMULAS


def commands(latex: str) -> set[str]:
    """The commands that LaTeX would meet."""
    return {name for line in latex.splitlines() for name in _COMMAND.findall(_COMMENT.sub("", line))}


def reported(path: Path) -> NoteReport:
    whole = path.stem not in LONG
    return checked(path, explain=whole, repair=whole)


def exported(text: str) -> str:
    return render_latex(Note.from_text(text).check(repair=False))


def balanced(latex: str) -> bool:
    """Whether the braces of a document match."""
    depth = 0
    for brace in re.findall(r"\\.|%[^\n]*|[{}]", latex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        assert depth >= 0
    return depth == 0


# Formulas -----------------------------------------------------------------------------------------------------

READ = sorted(
    vocabulary.RELATIONS | vocabulary.LOOSE | vocabulary.TIGHT | vocabulary.WORDS | vocabulary.LETTERS
    | vocabulary.DOTS | set(signs.SYNONYMS) | {word for word in signs.NOTHING if len(word) > 1}
)  # fmt: skip


@pytest.mark.parametrize("word", READ)
def test_what_symbn_reads_can_be_printed(word: str) -> None:
    brackets = word if word.rstrip("*") not in (r"\middle",) else r"\left( \middle|"
    read_math(f"a {brackets}( b )")


@pytest.mark.parametrize("command", sorted(vocabulary.ACCENTS | vocabulary.FONTS | signs.TEXT_COMMANDS))
def test_what_symbn_reads_with_an_argument_can_be_printed(command: str) -> None:
    read_math(rf"a {command}{{b}} c")


@pytest.mark.parametrize("name", sorted(vocabulary.MATRICES | vocabulary.ROW_ENVIRONMENTS))
def test_environments_can_be_printed(name: str) -> None:
    counted = {"array": "{cc}", "alignat": "{2}", "alignedat": "{2}", "IEEEeqnarray": "{rCl}"}.get(name, "")
    shown = joined(read_math(rf"\begin{{{name}}}{counted} b & c \\ d & e \end{{{name}}}"))
    assert (rf"\begin{{{name}}}" in shown) == (name in vocabulary.MATRICES)


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (r"\hat y", r"\hat{y}"),
        (r"\frac12", r"\frac{1}{2}"),
        (r"x^\top_i", r"x^{\top}_{i}"),
        (r"f'_i{}^2", r"f_{i}'{}^{2}"),
        (r"\left( a \middle| b \right]^2", r"\left( a\middle| b \right]^{2}"),
        (r"\left( a", "( a"),
        (r"1\! 2 % gone", r"1\! 2"),
        (r"1\nonumber2", "1 2"),
        (r"\operatorname{\mathrm{var}} u", r"\operatorname{var} u"),
        (r"\sqrt[3] x", r"\sqrt[{3}]{x}"),
        (r"a \hspace{9in} b \label{x}", "a b"),
        ("A − B·C", r"A - B\cdot C"),
        (r"\begin{matrix} a \\{} [b] \\ {}* \end{matrix}", r"\begin{matrix} a \\ \relax [b] \\ \relax * \end{matrix}"),
        (r"x_{i", None),
        (r"\foo", None),
        (r"x^2^2", None),
        (r"x_i\limits^2", r"x_{i}^{2}"),
        (r"x^2\label{a}^2", None),
        (r"a # b", None),
        ("é", None),
    ],
)
def test_a_formula_is_printed_from_known_commands_or_refused(written: str, printed: str | None) -> None:
    if printed is None:
        with pytest.raises(Refused):
            read_math(written)
    else:
        assert joined(read_math(written)) == printed


@pytest.mark.parametrize("path", DERIVATIONS, ids=lambda path: path.stem)
def test_what_is_printed_is_printed_the_same_again(path: Path) -> None:
    for report in reported(path).statements:
        once = joined(read_math(report.rhs))
        assert joined(read_math(once)) == once


def test_a_fraction_is_as_wide_as_its_wider_part_and_a_product_as_both() -> None:
    def width(latex: str) -> float:
        return width_of(read_math(latex))

    assert width(r"\frac{a}{b c}") == pytest.approx(width("b c") + 0.6)
    assert width("a b") == pytest.approx(width("a") + width("b"))
    assert width(r"\begin{pmatrix} a \\ b c \end{pmatrix}") > width("b c")


# User text is data -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formula", hostile.FORMULAS.values(), ids=hostile.FORMULAS)
def test_a_formula_stays_inert(formula: str) -> None:
    report = Note.from_text(hostile.note_with(formula)).check(repair=False)
    for document in (render_latex(report), render_fragment(report)):
        assert commands(document) <= ALLOWED
        assert "^^" not in document
        assert balanced(document)


@pytest.mark.parametrize("words", hostile.WORDS.values(), ids=hostile.WORDS)
def test_words_stay_inert(words: str) -> None:
    note = Note.from_text(hostile.titled(words))
    document = render_latex(note.check(repair=False), credit=words)
    assert commands(document) <= ALLOWED
    assert "^^" not in document
    assert balanced(document)
    lines = document.splitlines()
    assert lines.count("% symbn: end commentary") == lines.count("% symbn: commentary")


PARTS = [
    *"{}^_&%#$~'()[]|+-=x2 ", "\n", "\\", r"\\\\", "^^", "ε", "é", r"\input", r"\write18", r"\def", r"\frac", r"\sqrt",
    r"\hat", r"\left", r"\right", r"\middle", r"\big", r"\text", r"\operatorname", r"\begin{pmatrix}",
    r"\end{pmatrix}", r"\begin{array}", r"\end{array}", r"\begin{align}", r"\end{align}", r"\label", r"\tag",
    r"\hspace", r"\sum", r"\alpha", r"\quad", r"\,",
]  # fmt: skip
"""What formulas are made of, and what could do harm in them."""


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_whatever_is_written_is_refused_or_inert(formula: str) -> None:
    try:
        printed = joined(read_math(formula))
    except Refused:
        return
    assert commands(printed) <= FORMULAS | STRUCTURE | {r"\relax"}
    assert balanced(printed)
    assert not re.search(r"(?<!\\)[%#~]|\^\^|\n", printed)
    counts = Counter(_COMMAND.findall(printed))
    assert counts[r"\left"] == counts[r"\right"]
    opened, closed = (re.findall(rf"\\{word}\{{(\w+)\}}", printed) for word in ("begin", "end"))
    assert Counter(opened) == Counter(closed) and "align" not in opened
    if r"\text" not in printed:
        assert joined(read_math(printed)) == printed


@pytest.mark.parametrize(
    "formula", [r"\input{x}", r"\special{x}", r"\csname x\endcsname", r"\write18{x}", r"\catcode`a"]
)
def test_a_refused_formula_is_shown_as_its_characters(formula: str) -> None:
    document = exported(hostile.note_with(f"x = {formula}"))
    assert code_latex(formula).removeprefix(r"\texttt{")[:-1] in document


@pytest.mark.parametrize("character", [chr(code) for code in [*range(32, 127), 0xE9, 0x2202, 0x1D7CF, 0x4E2D, 0x202E]])
def test_every_character_of_a_text_has_its_way(character: str) -> None:
    shown = text_latex(f"a{character}b")
    assert commands(shown) <= ALLOWED
    assert balanced(shown) and shown.isprintable()
    assert shown[0] == "a" and shown[-1] == "b"


# The document ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DERIVATIONS, ids=lambda path: path.stem)
def test_every_statement_of_a_note_is_in_the_document(path: Path) -> None:
    report = reported(path)
    document = render_latex(report)
    assert commands(document) <= ALLOWED
    assert text_latex(report.title or "") in document
    for statement in report.statements:
        if statement.kind not in ("declaration", "definition"):
            name = re.escape(text_latex(statement.id.removeprefix("eq:")))
            assert re.search(rf"\\tag\*\{{.*{name}(?!\w)", document), statement.id


def test_a_statement_says_all_that_is_known_of_it() -> None:
    document = render_latex(samples.note(samples.DEFINITION, samples.PROVED, samples.REFUTED))
    assert r"\tag*{one\ if (1), (2)\ \(\checkmark\)} % symbn: commentary" in document
    assert r"\tag*{two\ \(\times\) refuted} % symbn: commentary" in document
    for part in (
        "at m = 2 the two sides differ", r"\begin{pmatrix} 1 & -\tfrac{1}{2} \\ 0 & 10 \end{pmatrix}",
        r"\tag*{proved}", r"& = \hat{y}^{\top}", r"\tag*{derived}", r"\tag*{product rule}",
        r"\tag*{definition; \( A^{\top} = A \)}", r"\( n \ne 1 \), from 0.2, one", "(2) B is invertible",
        "a scalar stands everywhere; first in 0.2",
    ):  # fmt: skip
        assert part in document, part


def test_an_unproved_claim_has_no_tick() -> None:
    for sample in (samples.REFUTED, samples.UNDECIDED, samples.MISSHAPEN):
        document = render_latex(samples.note(sample))
        assert document.count(r"\checkmark") == 1, "in the legend"


def test_a_long_sum_is_broken_before_its_signs() -> None:
    terms = " + ".join(f"A_{{{k}}} x_{{{k}}} B_{{{k}}}" for k in range(30))
    document = exported(f"$x, y \\in \\mathbb{{R}}^n$\n\n$$y = {terms}$$ {{#eq:long}}\n")
    rows = [line for line in document.splitlines() if line.startswith(r"& \qquad +")]
    assert len(rows) >= 2
    assert document.count(r"\label{eq:long}") == 1


def test_a_long_sum_within_brackets_is_broken_too_and_reads_back() -> None:
    inner = " + ".join(f"A x_{{{k}}}" for k in range(24))
    declared = "$A \\in \\mathbb{R}^{n \\times n}$, " + ", ".join(
        f"$x_{{{k}}} \\in \\mathbb{{R}}^n$" for k in range(24)
    )
    document = exported(f"{declared}\n\n$$\\left( {inner} \\right)^\\top x_{{0}} = 0$$ {{#eq:a}}\n")
    assert r"\bigl( " in document and r"\bigr)^{\top}" in document
    (claim,) = [r for r in Note.from_text(document).check(repair=False).statements if r.kind == "claim"]
    assert claim.verdict == "refuted"


def test_a_bracket_that_fits_into_a_line_is_left_whole() -> None:
    terms = " + ".join(rf"A \left( x_{{{k}}} + x \right)" for k in range(30))
    document = exported(f"$x, y \\in \\mathbb{{R}}^n$\n\n$$y = {terms}$$ {{#eq:long}}\n")
    assert document.count(r"\left( ") == document.count(r"\right)") == 30


def test_a_wide_numerator_is_stacked_only_where_nobody_reads_back() -> None:
    wide = rf"\frac{{{' + '.join('a b c' for _ in range(30))}}}{{2}}"
    assert r"\begin{array}" not in joined(read_math(wide))
    (piece,) = read_math(wide, room=40.0)
    assert piece.latex.count(r"\\") == 29 and piece.width < 10


def test_a_label_stands_once_and_the_second_one_is_told_to_the_reader_only() -> None:
    document = exported(
        "$x \\in \\mathbb{R}^n$\n\n$$x = x$$ {#eq:a}\n\n$$2 x = x + x$$ {#eq:a}\n\n$$x = x$$ {#eq:ä%}\n"
    )
    assert document.count(r"\label{eq:a}") == 1
    assert "% symbn: label eq:a\n" in document and "% symbn: label eq:ä%\n" in document


def test_letters_typed_as_such_are_declared_or_translated() -> None:
    report = Note.from_text("$ε \\in \\mathbb{R}$\n\n$$ε + ε = 2 ε$$ {#eq:a}\n").check(repair=False)
    assert r"\DeclareUnicodeCharacter{03B5}{\ensuremath{\epsilon}}" in render_latex(report)
    fragment = render_fragment(report)
    assert "ε" not in fragment and r"\epsilon + \epsilon" in " ".join(fragment.split())


def test_a_command_that_latex_lacks_is_defined_where_it_is_used() -> None:
    text = "$x \\in \\mathbb{R}^n$\n\n$$y \\coloneqq \\bm{x}$$\n"
    for document in (exported(text), render_fragment(Note.from_text(text).check(repair=False))):
        assert r"\providecommand{\coloneqq}{\mathrel{:=}}" in document
    assert r"\providecommand" not in exported("$x \\in \\mathbb{R}^n$\n\n$$x = x$$\n")


@pytest.mark.parametrize("definition", [r"\def\x{\input{x}}", r"\newcommand{\x}{\input{x}}"])
def test_an_abbreviation_is_neither_printed_nor_a_part_of_what_stands_beside_it(definition: str) -> None:
    document = exported(hostile.note_with(f"{definition} x = x"))
    assert "x & = x" in document and "input{x}" not in document


@pytest.mark.parametrize(
    "relation",
    sorted(vocabulary.RELATIONS - vocabulary.IMPLICATIONS - {r"\overset"} | {"≤", "≥", "∈", r"\overset{d}{=}"}),
)
def test_a_chain_is_one_display_whatever_its_relations(relation: str) -> None:
    text = f"$x \\in \\mathbb{{R}}^n$\n\n$$x = x {relation} x = x$$ {{#eq:a}}\n"
    document = exported(text)
    assert document.count(r"\begin{align}") == document.count(r"\label{eq:a}") == 1


@pytest.mark.parametrize("arrow", sorted(vocabulary.IMPLICATIONS | {r"\Longleftarrow", r"\xRightarrow{(a)}"}))
def test_what_implies_and_what_is_implied_are_displays_of_their_own(arrow: str) -> None:
    document = exported(f"$x, y \\in \\mathbb{{R}}^n$\n\n$$x = x {arrow} 2 x = x$$ {{#eq:a}}\n")
    assert document.count(r"\begin{align}") == 2
    assert document.count(r"\label{eq:a}") == document.count("% symbn: label eq:a") == 1
    claims = [s for s in Note.from_text(document).check(repair=False).statements if s.kind == "claim"]
    assert [(s.lhs, s.rhs, s.verdict) for s in claims] == [("x", "x", "proved"), ("2 x", "x", "refuted")]


@pytest.mark.parametrize(
    ("relation", "printed", "verdicts"),
    [
        (r"\overset{(a)}{=}", r"\overset{( a)}{=}", ["proved", "refuted"]),
        (r"\overset{d}{=}", r"\overset{d}{=}", ["not checked", "refuted"]),
        (r"\stackrel{d}=", r"\stackrel{d}{=}", ["not checked", "refuted"]),
        (r"\xlongequal{(a)}", r"\overset{( a)}{=}", ["proved", "refuted"]),
        (r"\underset{\text{by (a)}}{=}", r"\underset{\text{by (a)}}{=}", ["proved", "refuted"]),
    ],
)
def test_what_is_written_over_a_relation_is_printed_and_reads_back(
    relation: str, printed: str, verdicts: list[str]
) -> None:
    document = exported(f"$x, y \\in \\mathbb{{R}}^n$\n\n$$x {relation} x = y$$ {{#eq:a}}\n")
    assert printed.replace("( a", "(a") in document
    read = Note.from_text(document).check(repair=False).statements
    assert [s.verdict for s in read if s.kind in ("claim", "unchecked")] == verdicts


def test_statements_that_cannot_be_printed_keep_their_own_verdicts() -> None:
    document = exported("$x, y \\in \\mathbb{R}^n$\n\n$$x = \\fbox{$x$} = y$$\n")
    (line,) = [line for line in document.splitlines() if r"\texttt{" in line]
    assert line.endswith(r"\(\checkmark\), \(\times\) refuted")


@pytest.mark.parametrize(
    ("text", "whole"), [("a = b", True), ("a + q = b", False), ("a = q + b", False), ("a b", False)]
)
def test_an_equation_is_printed_only_if_it_is_what_was_checked(text: str, whole: bool) -> None:
    report = Report("1.1", None, Span(0, len(text)), "claim", "proved", "a", "b")
    (unit,) = written(NoteReport(SourceFile("n.md", text), None, (report,)))
    assert isinstance(unit, Chain if whole else Unprinted)


def test_brackets_at_the_beginning_are_no_option() -> None:
    text = "$x \\in \\mathbb{R}^n$\n\n$$[x + x]^\\top x = 2 x^\\top x$$ {#eq:a}\n"
    (statement,) = [s for s in Note.from_text(exported(text)).statements if s.kind == "claim"]
    assert statement.lhs == r"[x + x]^{\top} x"


# The fragment ------------------------------------------------------------------------------------------------------


def test_a_fragment_holds_only_align_blocks() -> None:
    for path in DERIVATIONS:
        fragment = render_fragment(reported(path))
        outside = re.sub(r"\\begin\{align\}.*?\\end\{align\}", "", fragment, flags=re.DOTALL)
        left = [line for line in outside.splitlines() if line and not line.startswith("%")]
        assert all(re.fullmatch(r"\\begingroup(\\\w+)|\\endgroup|\\providecommand.*", line) for line in left)
        assert r"\tag" not in fragment
        labels = [r.label for r in reported(path).statements if r.label]
        assert sorted(re.findall(r"\\label\{(.*?)\}", fragment)) == sorted(set(labels))


def test_a_fragment_says_the_verdicts_in_comments() -> None:
    fragment = render_fragment(samples.note(samples.PROVED, samples.REFUTED))
    assert "% eq:one: proved\n" in fragment
    assert "% eq:two: refuted; proved with the right side \\hat{y}^\\top\n" in fragment


# pdfLaTeX -------------------------------------------------------------------------------------------------------------

needs_latex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is missing (apt-get install texlive-latex-recommended)"
)


def compiled(document: str, folder: Path) -> str:
    """What pdflatex says of a document."""
    (folder / "note.tex").write_text(document, encoding="utf-8")
    ran = subprocess.run(
        ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "note.tex"],
        cwd=folder, capture_output=True, text=True, errors="replace", timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    return ran.stdout


def words_of(folder: Path) -> str:
    """The text of the PDF."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing (apt-get install poppler-utils)")
    ran = subprocess.run(["pdftotext", "-layout", "note.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return ran.stdout.decode("utf-8", "replace").replace("˜", "~")


@needs_latex
@pytest.mark.parametrize("path", DERIVATIONS, ids=lambda path: path.stem)
def test_a_note_compiles_without_warnings(path: Path, tmp_path: Path) -> None:
    report = reported(path)
    document = render_latex(report, credit="by its author")
    compiled(document, tmp_path)
    log = compiled(document, tmp_path)  # the labels are known now
    assert not re.findall(r"(?m)^.*(?:Warning|Overfull|undefined|Missing).*$", log)
    words = words_of(tmp_path)
    for statement in report.statements:
        if statement.kind != "declaration":
            assert statement.id.removeprefix("eq:") in words
    assert words.count("refuted") >= sum(r.verdict == "refuted" for r in report.statements)


@needs_latex
def test_hostile_notes_compile_to_their_characters(tmp_path: Path) -> None:
    text = "$x \\in \\mathbb{R}^n$\n\n" + "\n\n".join(f"$${formula}$$" for formula in hostile.FORMULAS.values())
    text += "\n\n$$x + x = 2 x$$ {#eq:honest}\n"
    report = Note.from_text(text).check(repair=False)
    log = compiled(render_latex(report, credit=" ".join(hostile.WORDS.values())), tmp_path)
    assert "undefined" not in log
    words = words_of(tmp_path)
    assert hostile.SECRET not in words and "honest" in words
    assert {path.suffix for path in tmp_path.iterdir()} == {".tex", ".pdf", ".log", ".aux"}


@needs_latex
def test_a_fragment_compiles_within_a_paper(tmp_path: Path) -> None:
    report = reported(DERIVATIONS[0])
    label = next(statement.label for statement in report.statements if statement.label)
    (tmp_path / "fragment.tex").write_text(render_fragment(report), encoding="utf-8")
    paper = f"\\documentclass{{article}}\\usepackage{{amsmath,amssymb}}\\begin{{document}}\nSee \\eqref{{{label}}}.\n"
    paper += "\\input{fragment}\n\\end{document}\n"
    compiled(paper, tmp_path)
    assert "undefined" not in compiled(paper, tmp_path)
    assert "??" not in words_of(tmp_path)
