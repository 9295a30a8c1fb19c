r"""Where the math of a LaTeX document stands, what hides it, how its rows are named, what its abbreviations mean."""

from __future__ import annotations

import pytest

from symbn.note import Note
from symbn.source import SourceFile

from .found import codes, formulas, places, scanned, texts

PREAMBLE = "\\documentclass{article}\n\\newcommand{\\R}{\\mathbb{R}}\n\\title{On \\emph{this} % not this\n}\n"


def document(body: str, preamble: str = PREAMBLE) -> str:
    return f"{preamble}\\begin{{document}}\n{body}\n\\end{{document}}\n$after$\n"


def found(body: str, preamble: str = PREAMBLE) -> list[str]:
    return formulas(document(body, preamble), "a.tex")


def note(body: str, preamble: str = PREAMBLE) -> Note:
    return Note(SourceFile("a.tex", document(body, preamble)))


@pytest.mark.parametrize(
    "written",
    [
        "$a = b$", "$$a = b$$", r"\(a = b\)", r"\[a = b\]", r"\begin{equation}a = b\end{equation}",
        r"\begin{align*}a = b\end{align*}", r"\begin{eqnarray}a = b\end{eqnarray}",
        r"\begin{subequations}\begin{gather}a = b\end{gather}\end{subequations}",
        r"\begin{theorem}[Of $a = b$] words\end{theorem}", r"\section{On $a = b$}", r"\footnote{for $a = b$}",
        r"\begin{tabular}{>{$}c<{$}} x & $a = b$ \end{tabular}", r"\begin{IEEEeqnarray}{rCl}a = b\end{IEEEeqnarray}",
        r"\begin{alignat}{2}a = b\end{alignat}", r"\begin{displaymath}a = b\end{displaymath}", r"{\bf $a = b$}",
        r"\iffalse $x$ \else $a = b$ \fi", r"\\$a = b$", r"\% $a = b$", "% $x$\n$a = b$", r"\verb|$x$| $a = b$",
    ],
)  # fmt: skip
def test_math_is_found_in_every_place_of_a_document(written: str) -> None:
    assert found(written) == ["a = b"]
    assert not codes(document(written), "a.tex")


@pytest.mark.parametrize(
    "written",
    [
        "% $a$", r"\$a\$", r"\verb|$a$|", r"\verb*+$a$+", r"\lstinline!$a$!", r"\iffalse $a$ \fi",
        r"\iffalse \ifx $a$ \fi $b$ \fi", "\\begin{comment}\n$a$\n\\end{comment}", r"\url{http://x.org/$a$}",
        "\\begin{verbatim}\n$a$ % \\end{comment}\n\\end{verbatim}", r"\begin{lstlisting}[x=y] $a$ \end{lstlisting}",
        r"\begin{tikzpicture}\draw ($(a)!0.5!(b)$);\end{tikzpicture}", r"\newcommand{\x}{$a$}", r"\def\x#1{$a$}",
        r"\newenvironment{q}[1]{$a$}{$b$}", r"\label{$a$} \ref{$b$} \cite{$c$}",
    ],
)  # fmt: skip
def test_what_is_hidden_from_the_reader_is_not_read(written: str) -> None:
    assert found(written) == []


def test_the_preamble_and_what_follows_the_document_are_not_read() -> None:
    assert found("$a$", PREAMBLE + "\\pagestyle{$x$}\n% \\begin{document}\n$y$\n") == ["a"]


def test_a_document_without_a_preamble_is_read_from_its_start() -> None:
    assert formulas("\\section{One} $a$\n", "part.tex") == ["a"]


def test_a_text_without_a_name_is_a_document_if_it_begins_one() -> None:
    text = document(r"\verb|$x$| $a$")
    assert texts(text, scanned(text, "<stdin>").blocks) == ["a"]
    assert len(scanned(text, "a.md").blocks) > 1


def test_places_are_those_of_the_file() -> None:
    text = document("% $x$\nLet $a$ be\n\\[\n  b\n\\]")
    line = text.split("\n").index("Let $a$ be") + 1
    assert places(text, "a.tex") == [(line, 6), (line + 1, 3)]


def test_a_dollar_in_a_text_within_math_does_not_close() -> None:
    assert found(r"$a \text{ if $b$ or {c}} = d$ $e$") == [r"a \text{ if $b$ or {c}} = d", "e"]


def test_a_dollar_in_a_comment_within_math_does_not_close() -> None:
    assert [formula.split()[0] for formula in found("$a % the $ sign\n= b$ $e$")] == ["a", "e"]


@pytest.mark.parametrize(("written", "code"), [("$a\n\n$b$", "P011"), (r"\begin{align}a" + "\n\n$b$", "P012")])
def test_a_formula_that_is_not_closed_is_told_and_reading_goes_on(written: str, code: str) -> None:
    assert codes(document(written), "a.tex") == [code]
    assert found(written) == ["b"]


def test_a_line_of_comment_within_a_formula_is_no_blank_line() -> None:
    assert len(found("\\[a\n%\n= b\\]")) == 1
    assert codes(document("\\[a\n%\n\n= b\\]"), "a.tex") == ["P011"]


# Names.


def test_rows_are_named_by_their_sections() -> None:
    body = "$z = z$ \\section{One} $a=a$ \\subsection{x} $b=b$ \\section*{No} $c=c$ \\section{2 Two} $d=d$ $e=e$"
    ids = [s.id for s in note("Let $a,b,c,d,e,z \\in \\R$. " + body).statements if s.kind == "claim"]
    assert ids == ["0.2", "1.1", "1.2", "1.3", "2.1", "2.2"]


def test_sections_without_numbers_count_where_there_are_no_others() -> None:
    blocks = scanned(document(r"\section*{A} $a$ \section*{B} $b$"), "a.tex").blocks
    assert [block.section for block in blocks] == ["1", "2"]


def test_the_title_is_the_documents() -> None:
    assert note("").title == "On this"
    assert note("", "\\documentclass{article}\n").title is None


def test_labels_and_tags_name_their_rows() -> None:
    body = r"""Let $a, b \in \R$.
\begin{align} a + b &= b + a \label{eq:one} \\ a b &= b a \tag{star} \\ a - a &= 0 \nonumber \end{align}"""
    assert [s.id for s in note(body).statements if s.kind == "claim"] == ["eq:one", "star", "0.2"]


def test_a_reference_states_nothing() -> None:
    read = note(r"Let $a \in \R$. By $\eqref{eq:x}$ and $(\ref{eq:x})$: $a = a \quad \text{by } \eqref{eq:x}$")
    assert [(s.kind, s.diagnostics) for s in read.statements] == [("declaration", []), ("claim", [])]


def test_other_files_are_not_followed_and_that_is_told() -> None:
    scan = scanned(document("\\input{other} $a$ \\include{more}"), "a.tex")
    assert [(d.code, d.severity) for d in scan.diagnostics] == [("P020", "note")] * 2
    assert len(scan.blocks) == 1


# Abbreviations.


def test_abbreviations_may_stand_for_the_ends_of_a_display() -> None:
    preamble = PREAMBLE + r"\newcommand{\be}{\begin{equation}}\newcommand\ee{\end{equation}}\def\beq{\[}\def\eeq{\]}"
    assert found(r"\be a = b \ee and \beq c \eeq", preamble) == ["a = b", "c"]


def test_math_within_an_abbreviation_of_running_text_is_told() -> None:
    body = "By \\fact, \\fact."
    assert codes(document(body, PREAMBLE + "\\newcommand{\\fact}{$a = b$}\n"), "a.tex") == ["P022"]


def test_an_abbreviation_of_a_group_ends_with_it() -> None:
    """As TeX has it: a second meaning within a group, an environment or a formula says nothing of what follows."""
    for opened, closed in (("{", "}"), (r"\begin{proof}", r"\end{proof}"), (r"\begingroup ", r"\endgroup ")):
        body = rf"\def\w{{v}} {opened}\def\w{{u}} $\w${closed} $\w$"
        assert found(body) == ["u", "v"]
    assert found(r"\def\w{v} $\def\w{u} \w$ $\w$") == ["u", "v"]
    assert found(r"\def\w{v} {\gdef\w{u} $\w$} $\w$") == ["u", "u"]


def test_an_abbreviation_means_what_it_last_was_defined_as() -> None:
    assert found(r"\def\w{v} $\w$ \renewcommand{\w}{u} $\w$ \providecommand{\w}{t} $\w$") == ["v", "u", "u"]


def test_a_document_is_checked_with_its_own_abbreviations() -> None:
    preamble = PREAMBLE + "\\DeclareMathOperator{\\tr}{tr}\n\\newcommand{\\norm}[1]{\\left\\| #1 \\right\\|}\n"
    body = r"""Let $x \in \R^{n}$, $A \in \R^{n \times m}$, $B \in \R^{m \times n}$.
\[ \tr(A B) = \tr(B A) \] \[ \tr(A B) = \tr(B A) + 1 \] \[ \norm{A^\top x}^2 = x^\top A A^\top x \]
\[ \norm{A^\top x}^2 = x^\top A^\top A x \]"""
    verdicts = [r.verdict for r in note(body, preamble).check().statements if r.kind == "claim"]
    assert verdicts == ["proved", "refuted", "proved", "refuted"]


@pytest.mark.parametrize(
    "text",
    [
        "$a " * 30_000, "\\[\n\n" * 20_000, "\\begin{align}" * 20_000, "{" * 50_000, "\\title{" * 20_000,
        "\\newcommand{" * 20_000, "\\iffalse " * 20_000, "\\verb|" * 20_000, "\\section{" * 20_000,
        "\\begin{verbatim}" * 20_000, "\\text{$" * 20_000, "$\\text{" * 20_000, "\\begin{tabular}[" * 10_000,
        "".join(rf"\def\{''.join(chr(97 + int(d)) for d in str(i))}{{}}" for i in range(9_000)),
        "%\n" * 50_000, "\\def\\be{\\begin{align}}" + "\\be" * 20_000,
    ],
    ids=range(16),
)  # fmt: skip
def test_hostile_documents_are_read_to_their_end(text: str) -> None:
    scanned(text, "a.tex")
