r"""A note's report as a LaTeX document, or its equations as a fragment for a paper.

The document needs amsmath and amssymb only, and reads back as a note: what the note's author stated stands between
the displays as he wrote it; all that symbn says about it is commentary, and marked so for the reader of notes:

    % symbn: section 4        the section that numbers what follows
    % symbn: label eq:a       the label of the display that follows, where LaTeX cannot have it
    % symbn: norm: frobenius  what the front matter of a note says under `symbn:`
    % symbn: commentary       up to `% symbn: end commentary`, or for one line at its end

The author's words and formulas are data: see `latex_math` and `latex_text`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from symbn.export.answers import with_plain_names
from symbn.export.latex_chains import Chain, Declaration, Unprinted, Written, section_of, written
from symbn.export.latex_commands import DEFINED, UNICODE
from symbn.export.latex_display import display
from symbn.export.latex_math import inline_math
from symbn.export.latex_remarks import remarks
from symbn.export.latex_text import code_latex, comment_latex, message_latex, text_latex
from symbn.export.noted import NotedConditions, noted_conventions
from symbn.export.summary import summary_line
from symbn.notes.documents import scan_source
from symbn.report import NoteReport, Report, Verdict

MARKS: dict[Verdict, str] = {
    "proved": r"\(\checkmark\)", "refuted": r"\(\times\) refuted", "undecided": "? undecided", "error": "! error",
    "definition": r"\(:=\)", "declaration": "", "not checked": "-- not checked",
}  # fmt: skip
_LEGEND = r"\(\checkmark\) proved for all sizes, \(\times\) refuted, ? undecided, ! not read, \(:=\) definition"
_SAFE_LABEL = re.compile(r"[A-Za-z0-9:._+*/' -]+\Z")
_LETTER = re.compile(f"[{''.join(UNICODE)}]")
_COMMAND = re.compile(r"\\[a-zA-Z]+")

_PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb}
\setlength{\textwidth}{17cm}
\setlength{\oddsidemargin}{-0.54cm}
\setlength{\textheight}{25cm}
\setlength{\topmargin}{-2cm}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.4em}
\allowdisplaybreaks"""
_SKIPS = r"""\begin{document}
\setlength{\abovedisplayskip}{4pt plus 2pt}
\setlength{\belowdisplayskip}{4pt plus 2pt}"""
_REMARKS = r"""\newenvironment{remarks}%
  {\begin{list}{}{\setlength{\leftmargin}{2em}\setlength{\topsep}{0pt}}\item\relax\small\raggedright}%
  {\end{list}}"""


def render_latex(note: NoteReport, credit: str | None = None, given: Sequence[NoteReport] = ()) -> str:
    """The document.  `credit` tells where the note comes from; what the `given` notes declare is stated first."""
    page = _Page(note)
    for other in given:
        page.state(other, numbered=False)
    page.state(note, numbered=True)
    end = [*_side_conditions(note), r"\end{document}"]
    # What the author's formulas need is known only now.
    head = [*_preamble("\n".join(page.lines)), _SKIPS, *_opening(note, credit)]
    settled = dict.fromkeys(line for other in (*given, note) for line in _settled(other))
    return "\n".join([*_commentary(head), *settled, *page.lines, *_commentary(end), ""]).lstrip("\n")


def render_fragment(note: NoteReport) -> str:
    r"""The equations alone, in `align` with their \label, each with its verdicts in comments."""
    labels = _Labels(again=False)
    lines: list[str] = []
    for unit in written(note):
        if isinstance(unit, Declaration):
            continue
        lines += ["", *(comment_latex(f"{r.id}: {r.verdict}{_mended(r)}") for r in unit.reports)]
        if isinstance(unit, Unprinted):
            lines.append(comment_latex(f"not printed: {unit.text}"))
            continue
        placed = labels.of(unit)
        lines += display(unit, _label_or_none(placed))
    text = "\n".join(_typed(line) for line in lines)
    needed = _definitions(text)
    return "\n".join(["% needs amsmath and amssymb", *_settled(note), *needed, *text.split("\n"), ""])


def _settled(note: NoteReport) -> list[str]:
    """How a note settles what its formulas could mean: comments to LaTeX, and read back."""
    return [str(setting) for setting in scan_source(note.source).settled]


def _label_or_none(placed: Mapping[int, str]) -> Callable[[int], list[str]]:
    return lambda place: [placed.get(place, r"\notag")]


def _mended(report: Report) -> str:
    return f"; proved with the right side {report.suggestion.latex}" if report.suggestion is not None else ""


def _typed(line: str) -> str:
    """A line in which letters that only a document can declare are commands."""
    return line if line.startswith("%") else _LETTER.sub(lambda match: f"{UNICODE[match[0]]} ", line)


class _Labels:
    r"""The \label of each chain or row.

    LaTeX has the label of a chain once.  A row's may be had `again`, by equations that stood in one row: no marker
    could tell a reader of it, and LaTeX only warns.
    """

    def __init__(self, again: bool) -> None:
        self._again = again
        self._used: set[str] = set()

    def of(self, chain: Chain) -> dict[int, str]:
        r"""The \label of the k-th link: its own, or the chain's at its end."""
        if chain.label is not None:
            wanted = {len(chain.links) - 1: chain.label} if chain.label not in self._used else {}
        else:
            labels = {place: link.label for place, link in enumerate(chain.links) if link.label is not None}
            wanted = {place: label for place, label in labels.items() if self._again or label not in self._used}
        self._used |= set(wanted.values())
        return {place: rf"\label{{{label}}}" for place, label in wanted.items() if _SAFE_LABEL.match(label)}


class _Page:
    """The statements of a note, one below the other."""

    def __init__(self, note: NoteReport) -> None:
        self.lines: list[str] = []
        self._conditions = NotedConditions(note)
        self._labels = _Labels(again=True)
        self._section: str | None = "0"
        """What a reader would number what follows with; None once that is unknown."""

    def state(self, note: NoteReport, numbered: bool) -> None:
        """All that a note states; without numbers if it is only given."""
        if not numbered and note.statements:
            self._enter("given")
        for unit in written(note):
            section = section_of(unit.reports[0]) if numbered else None
            if section is not None:
                self._enter(section)
            if isinstance(unit, Declaration):
                self._declare(unit)
            elif isinstance(unit, Chain):
                self._display(unit, numbered)
            else:
                self._unprinted(unit)
            self.lines += _commentary(
                [line for report in unit.reports for line in remarks(report, _relation(unit, report))]
            )

    def _declare(self, unit: Declaration) -> None:
        """One more declaration, in the sentence before if that is one."""
        if self.lines and self.lines[-1].startswith(r"Let \("):
            self.lines[-1] = rf"{self.lines[-1][:-1]}, \( {unit.latex} \)."
        else:
            self.lines += ["", rf"Let \( {unit.latex} \)."]

    def _enter(self, section: str) -> None:
        if section != self._section and section.isprintable():
            self.lines += ["", f"% symbn: section {section}"]
            self._section = section

    def _display(self, chain: Chain, numbered: bool) -> None:
        placed = self._labels.of(chain)
        label = chain.label if not placed and chain.label is not None else None
        self.lines.append("%")  # no blank line: to TeX, the display belongs to the paragraph before
        if label is not None and label.isprintable():
            self.lines.append(f"% symbn: label {label}")

        def ending(place: int) -> Iterator[str]:
            if place in placed:
                yield placed[place]
            said = "; ".join(self._margin(report, numbered) for report in chain.links[place].reports)
            yield rf"\tag*{{{said}}} % symbn: commentary" if said else r"\notag"

        self.lines += display(chain, ending)

    def _margin(self, report: Report, numbered: bool) -> str:
        """What stands in the margin: the statement's name, what it needs, its verdict."""
        name = text_latex(report.id.removeprefix("eq:")) if numbered or report.label else ""
        numbers = ", ".join(f"({condition.number})" for condition in self._conditions.of(report)) if numbered else ""
        return r"\ ".join(part for part in (name, f"if {numbers}" if numbers else "", MARKS[report.verdict]) if part)

    def _unprinted(self, unit: Unprinted) -> None:
        names = ", ".join(text_latex(report.id.removeprefix("eq:")) for report in unit.reports)
        verdicts = [report.verdict for report in unit.reports]
        marks = ", ".join(MARKS[verdict] for verdict in (verdicts if len(set(verdicts)) > 1 else verdicts[:1]))
        self.lines += _commentary([rf"{names}: {code_latex(unit.text)} {marks}"])


def _relation(unit: Written, report: Report) -> str:
    """The relation of a statement's two sides."""
    links = unit.links if isinstance(unit, Chain) else ()
    return next((link.relation for link in links if report in link.reports), "=")


def _commentary(lines: Iterable[str]) -> list[str]:
    shown = list(lines)
    return ["", "% symbn: commentary", *shown, "% symbn: end commentary"] if shown else []


def _preamble(body: str) -> Iterator[str]:
    yield _PREAMBLE
    yield _REMARKS
    yield from _definitions(body)
    for character in sorted(set(body) & set(UNICODE)):
        yield rf"\DeclareUnicodeCharacter{{{ord(character):04X}}}{{\ensuremath{{{UNICODE[character]}}}}}"


def _definitions(body: str) -> list[str]:
    """What LaTeX must be told of the commands that are used."""
    used = set(_COMMAND.findall(body))
    return [rf"\providecommand{{{name}}}{{{DEFINED[name]}}}" for name in sorted(used & DEFINED.keys())]


def _opening(note: NoteReport, credit: str | None) -> Iterator[str]:
    """The title, where the note comes from, what became of it, and how it was read."""
    yield rf"\begin{{center}}{{\Large\bfseries {text_latex(note.title or note.source.path)}}}\end{{center}}"
    if credit:
        yield rf"\begin{{center}}\small {text_latex(credit)}\end{{center}}"
    yield ""
    yield rf"Checked by symbn: {text_latex(summary_line(note.statements))}. In the margin: {_LEGEND}."
    for diagnostic in note.diagnostics:
        yield ""
        yield rf"{diagnostic.severity} {diagnostic.code}: {text_latex(diagnostic.message)}"
    conventions = noted_conventions(note)
    if conventions:
        yield r"\subsection*{Conventions}"
        yield r"\begin{itemize}\setlength{\itemsep}{0pt}\setlength{\parskip}{0pt}"
        for convention in conventions:
            place = text_latex(convention.place.statement.removeprefix("eq:"))
            yield rf"\item {message_latex(with_plain_names(convention.text))}; first in {place}"
        yield r"\end{itemize}"


def _side_conditions(note: NoteReport) -> Iterator[str]:
    """The side conditions by their numbers, with what they come from."""
    conditions = NotedConditions(note).conditions
    if not conditions:
        return
    yield r"\subsection*{Side conditions}"
    for condition in conditions:
        places = dict.fromkeys(place.statement.removeprefix("eq:") for place in condition.origins)
        told = f", from {text_latex(', '.join(places))}" if places else ""
        said = inline_math(condition.latex) if "\\" in condition.latex else text_latex(condition.latex)
        yield ""
        yield f"({condition.number}) {said}{told}"
