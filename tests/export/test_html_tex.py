"""The page of a LaTeX document: prose is prose, what has no rule stays as it is written, nothing becomes markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbn.export.html import render_html
from symbn.export.html_pieces import Shown
from symbn.export.html_tex import TexProse
from symbn.note import Note
from symbn.notes.documents import scan_source
from symbn.report import NoteReport
from symbn.source import SourceFile

from .test_html import Page

TAGS = frozenset(
    "p h2 h3 h4 h5 h6 em strong code u sup sub s br a span ul ol li blockquote div table tbody tr td pre".split()
)


def prose(text: str, anchors: dict[str, str] | None = None) -> str:
    """The prose alone; each formula as its number, or as a block of its own."""
    found = scan_source(SourceFile("n.tex", text))

    def render(number: int, own: bool) -> Shown:
        block = own and found.blocks[number].display
        if block:
            return Shown(f"<figure>{number}</figure>", "", True)
        return Shown(f"<i>{number}</i>", f"<aside>{number}</aside>")

    return TexProse(text, found.start, [block.outer for block in found.blocks], render, anchors).html()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"\emph{a \textbf{b}} {\it c} d", "<p><em>a <strong>b</strong></em> <em>c</em> d</p>"),
        (r"\texttt{x\_y} \textsc{Caps} {plain}", "<p><code>x_y</code> Caps plain</p>"),
        ("one\n\ntwo\\par three\\\\ four", "<p>one</p><p>two</p><p>three<br> four</p>"),
        (r"G\"odel Erd\H{o}s na\"{\i}ve \'Ecole \ss\ \O re", "<p>Gödel Erdős naïve École ß Øre</p>"),
        (r"``a'' `b' -- c --- d~e 5\% \& \# \_ \$", "<p>“a” ‘b’ – c — d\u00a0e 5% &amp; # _ $</p>"),
        ("a % b\nc %\n\nd", "<p>a c</p><p>d</p>"),
        (r"\verb|a{%$x$ <b>| and \verb+\emph{c}+", "<p><code>a{%$x$ &lt;b&gt;</code> and <code>\\emph{c}</code></p>"),
        (r"a\footnote{b $x$} c", '<p>a <span class="footnote">[b <i>0</i>]</span> c</p><aside>0</aside>'),
        (r"\cite{a,b} and \citep[p.~3]{c}", "<p>[a, b] and [c, p.\u00a03]</p>"),
        ("\\begin{quote}q\\end{quote} a", "<blockquote><p>q</p></blockquote><p>a</p>"),
        ("\\begin{verbatim}\n$x$ \\emph{<b>}\n\\end{verbatim}",
         '<pre tabindex="0"><code>$x$ \\emph{&lt;b&gt;}</code></pre>'),
        ("\\newcommand{\\ie}{that is\\xspace} \\def\\x#1{y} so, \\ie this", "<p>so, that is this</p>"),
        ("\\iffalse hidden $x$ \\fi seen", "<p>seen</p>"),
        (r"\centering\vspace{2em}\noindent\label{l} a \Large b", '<p><span id="place-1"></span> a b</p>'),
        ("\\begin{center} a \\end{center} b", "<p>a</p><p>b</p>"),
        (r"\includegraphics[width=2cm]{p_1.png}", '<p><span class="picture">[picture: p_1.png]</span></p>'),
    ],
)  # fmt: skip
def test_running_text(text: str, shown: str) -> None:
    assert prose(text) == shown


def test_headings_lists_and_theorems() -> None:
    text = r"""\documentclass{article}
\newtheorem{satz}[theorem]{Satz}
\begin{document}
\section[short]{One $a$}\label{sec:one}
\begin{itemize} \item x \begin{enumerate} \item[(c)] y $$b = c$$ \end{enumerate} \item z \end{itemize}
\subsection*{Two}
\begin{satz}[Gauss] w \end{satz} \begin{proof} v \end{proof}
See \ref{sec:one} and \ref{none}.
\section{Three}
\end{document}
never shown
"""
    shown = " ".join(prose(text).split())
    assert '<h2 id="section-1">One <i>0</i></h2><aside>0</aside>' in shown
    assert re.search(r"x <ol><li> <strong>\(c\)</strong> y <figure>1</figure> ?</li></ol></li><li> z </li></ul>", shown)
    assert '<h3 id="section-2">Two</h3>' in shown and '<h2 id="section-3">Three</h2>' in shown
    assert '<div class="theorem"><p><strong>Satz (Gauss).</strong> w</p></div>' in shown
    assert '<div class="theorem"><p><strong>Proof.</strong> v</p></div>' in shown
    assert '<span id="place-1"></span>' in shown and 'See <a href="#place-1">sec:one</a> and none.' in shown
    assert "never" not in shown and "documentclass" not in shown


def test_a_reference_leads_to_the_statement_of_that_label() -> None:
    text = "$x \\in \\mathbb{R}$ \\begin{equation}\\label{eq:a} x = x \\end{equation} By \\eqref{eq:a}, \\ref{eq:b}.\n"
    html = render_html(Note(SourceFile("n.tex", text)).check(repair=False))
    assert 'By (<a href="#s-eq:a">a</a>), b.' in html and 'id="s-eq:a"' in html


def test_a_table_has_its_rows_and_cells() -> None:
    text = "\\begin{tabular}{l|r} \\hline a & $b$ \\\\ \\hline c \\& d & e \\\\[2pt] \\end{tabular} f & g"
    rows = (
        "<tr><td> a </td><td> <i>0</i> <aside>0</aside></td></tr>",
        "<tr><td> c &amp; d </td><td> e </td></tr>",
    )
    assert prose(text) == f"<table><tbody>{''.join(rows)}</tbody></table><p>f &amp; g</p>"


@pytest.mark.parametrize(
    "text",
    [
        r"\unknown{an argument}[o] \other", r"\begin{unknown} a \end{unknown}", r"\end{center}", r"\item a", "a & b",
        r"\begin{verbatim} never closed", r"\verb|a", r"\[ x", r"\section",
    ],
)  # fmt: skip
def test_what_has_no_rule_stays_as_it_is_written(text: str) -> None:
    shown = Page(prose(text)).text
    assert "".join(shown.split()) == "".join(text.split())


def test_what_symbn_says_in_a_document_is_not_shown_as_the_authors() -> None:
    text = "% symbn: commentary\nits own\n% symbn: end commentary\n% symbn: norm: frobenius\nthe author's\n"
    assert prose(text) == "<p>the author’s</p>"


def test_math_in_what_is_left_out_is_shown_at_the_end() -> None:
    assert prose(r"a \index{$x$} b") == "<p>a b</p><p><i>0</i></p><aside>0</aside>"


HOSTILE = [
    "<script>alert(1)</script>", r"\href{javascript:alert(1)}{x}", r"\url{javascript:alert(1)}",
    r"\href{https://e.org/\"onclick=alert(1)}{x}", r"\href{https://e.org}{\href{https://e.org}{y}}",
    r"\section{<img src=x onerror=alert(1)>}", r"\label{\"><script>} \ref{\"><script>}", r"\textbf{<b onclick=x>}",
    r"\begin{<script>} a \end{<script>}", r"\includegraphics{<script>}", r"\cite[<b>]{<script>}",
    r"\newcommand{\x}{<script>} \x", r"\newtheorem{t}{<script>} \begin{t}[<b>] \end{t}", "\ue0000\ue001 $a$",
    r"\item[<script>]", r"\begin{itemize}\item[<script>]\end{itemize}", r"\verb|<script>|", r"\'<", r"\bibitem{<b>}",
    r"\emph{a \section{b} c", r"{\bf a \begin{itemize} \item b } c \end{itemize} d",
    r"\begin{quote}\emph{a \end{quote}",
    "\\emph{" * 300 + "a", "\\footnote{" * 300 + "a" + "}" * 300, "\\begin{quote}" * 300, "{" * 3000, "}" * 3000,
    r"\begin{tabular}{c} a & \begin{itemize} \item b & c \\ d \end{itemize}", r"\input{/etc/passwd}",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_document_becomes_markup(text: str) -> None:
    inert(prose(text))
    html = render_html(NoteReport(SourceFile("<b>.tex", text), "<script>", ()))
    assert "script" not in {tag for tag, _ in Page(html).elements} and "root:x" not in html


def inert(html: str) -> None:
    """Closed in order, of known elements and attributes, and leading to the web or to places of the page only."""
    shown = Page(html)
    assert {tag for tag, _ in shown.elements} <= TAGS | {"figure", "i", "aside"}
    names = {name for _, attributes in shown.elements for name in attributes}
    assert names <= {"id", "class", "href", "rel", "tabindex"}
    assert all(re.match(r"#|https?://", target) for target in shown.values("href"))
    anchors = shown.values("id")
    assert len(set(anchors)) == len(anchors)
    assert not re.search(r"<a [^>]*>(?:(?!</a>).)*<a ", html, re.DOTALL), "links do not hold links"


WORDS = st.sampled_from(
    [*r"""\emph{ \textbf{ { } \bf $x$ $$x=x$$ \section{ \item \item[ ] \begin{itemize} \end{itemize} \begin{enumerate}
    \end{enumerate} \begin{quote} \end{quote} \begin{tabular}{l} \end{tabular} & \\ \begin{theorem}[ \end{theorem}
    \footnote{ \href{https://e.org}{ \url{https://e.org} \label{a} \ref{a} \begin{verbatim} \end{verbatim} % \verb| |
    \unknown{ \begin{x} \end{x} \caption{ \par \' \begin{thebibliography}{9} \end{thebibliography} \bibitem{k} \iffalse
    \fi \begin{center} \end{center} \multicolumn{2}{c}{ \paragraph{ a < " word""".split(), "\n\n", "\n", " "]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_any_text_gives_elements_that_are_closed_in_order(parts: list[str]) -> None:
    text = " ".join(parts)
    shown = prose(text)
    inert(shown)
    for number in range(len(scan_source(SourceFile("n.tex", text)).blocks)):
        assert shown.count(f"<i>{number}</i>") + shown.count(f"<figure>{number}</figure>") == 1, "math is shown once"
