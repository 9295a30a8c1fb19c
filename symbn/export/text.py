"""Reports for a person at a terminal: a line a statement, what is wrong and where, and a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import click

from symbn.diagnostics import Diagnostic, Label
from symbn.export.answers import answer, derivation, did_you_mean, folded, program, with_plain_names
from symbn.export.excerpt import Paint, plain_paint, render_diagnostic, render_excerpt
from symbn.export.layout import cell_width, pad, shorten, visible, wrap
from symbn.export.matrices import render_counterexample
from symbn.export.noted import NotedConditions, NotedConvention, Place, noted_conventions
from symbn.export.plain import plain
from symbn.export.summary import CLAIM_KINDS, count_verdicts, summary_line
from symbn.export.texts import texts_of
from symbn.report import NOT_REACHED, NoteReport, Report

MARKS = {"proved": "✓", "refuted": "✗", "undecided": "?", "error": "!"}
_ASCII_MARKS = {"proved": "+", "refuted": "x", "undecided": "?", "error": "!"}
_WIDEST_ID = 28
_MOST_FILE_DIAGNOSTICS = 50
_MOST_ORIGINS = 3
_NARROWEST = 8  # cells for a formula
_INDENT = "    "

_ROLES: dict[str, dict[str, object]] = {
    "proved": {"fg": "green"},
    "refuted": {"fg": "red", "bold": True},
    "undecided": {"fg": "yellow", "bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "cyan"},
    "help": {"fg": "green"},
    "gutter": {"fg": "blue"},
    "secondary": {"fg": "blue"},
    "message": {"bold": True},
    "title": {"bold": True},
    "quiet": {"dim": True},
    "differs": {"fg": "red", "bold": True},
}


@dataclass(frozen=True)
class TextStyle:
    """How wide, in colours or not, and with explanations or not."""

    width: int = 100
    colour: bool = False
    explain: bool = False
    unicode_marks: bool = True

    def mark(self, verdict: str) -> str:
        """A statement's verdict in one character."""
        marks = MARKS if self.unicode_marks else _ASCII_MARKS
        return marks.get(verdict, "·" if self.unicode_marks else "-")

    @property
    def paint(self) -> Paint:
        return _coloured if self.colour else plain_paint


def _coloured(text: str, role: str) -> str:
    return click.style(text, **_ROLES.get(role, {})) if text.strip() else text  # type: ignore[arg-type]


def render_text(notes: Iterable[NoteReport], style: TextStyle) -> Iterator[str]:
    """The lines for all notes; a total at the end if there are several."""
    rendered = list(notes)
    for note in rendered:
        yield from render_note(note, style)
    yield from render_total(rendered, style)


def render_total(notes: list[NoteReport], style: TextStyle) -> Iterator[str]:
    """The summary of all notes together, if there are several."""
    if len(notes) > 1:
        statements = [statement for note in notes for statement in note.statements]
        yield style.paint(f"{len(notes)} notes", "title") + f": {summary_line(statements)}"


def render_note(note: NoteReport, style: TextStyle) -> Iterator[str]:
    """A note's heading, statements, the file's own diagnostics and its summary."""
    paint = style.paint
    heading = paint(visible(note.source.path), "title")
    yield heading + (paint(f"  {visible(note.title)}", "quiet") if note.title else "")
    for diagnostic in note.diagnostics[:_MOST_FILE_DIAGNOSTICS]:
        yield from _indented(render_diagnostic(diagnostic, note.source, paint, style.width - 4))
        yield ""
    if len(note.diagnostics) > _MOST_FILE_DIAGNOSTICS:
        yield f"{_INDENT}… and {len(note.diagnostics) - _MOST_FILE_DIAGNOSTICS} more like these"
        yield ""
    if style.explain:
        yield from _conventions(noted_conventions(note), note, style)
    shown = [report for report in note.statements if style.explain or _is_listed(report)]
    conditions = NotedConditions(note)
    columns = _Columns(note, shown)
    told = _Told()
    for report in shown:
        needs = ", ".join(f"({condition.number})" for condition in conditions.of(report))
        yield from _render_statement(report, note, columns, needs, told, style)
    yield from _side_conditions(conditions, note, style)
    counts = count_verdicts(note.statements)
    if not any(report.kind in CLAIM_KINDS or report.verdict == "error" for report in note.statements):
        yield "no claims" + (f": {summary_line(note.statements)}" if any(counts.values()) else " in this note")
    else:
        yield summary_line(note.statements)
    yield ""


def _is_listed(report: Report) -> bool:
    """Declarations are many: they are listed if something is wrong with them, otherwise only counted."""
    return report.verdict != "declaration" or bool(report.diagnostics)


class _Columns:
    """The widths that align a note's statements."""

    def __init__(self, note: NoteReport, shown: list[Report]) -> None:
        positions = [str(note.source.place(report.span.start)) for report in shown]
        self.id = min(_WIDEST_ID, max((cell_width(visible(report.id)) for report in shown), default=0))
        self.place = max(map(len, positions), default=0)


class _Told:
    """What the rules say that were named: it is told with the first statement that uses them."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def shortened(self, line: str) -> str:
        """A line `rules: name (what it says); …` without what was said before."""
        head, colon, rules = line.partition("rules: ")
        if head or not colon:
            return line
        named = []
        for rule in rules.split("; "):
            named.append(rule.split(" (")[0] if rule in self._seen else rule)
            self._seen.add(rule)
        return colon + "; ".join(named)


def _render_statement(
    report: Report, note: NoteReport, columns: _Columns, needs: str, told: _Told, style: TextStyle
) -> Iterator[str]:
    """A statement's line, with the numbers of its side conditions, and its details."""
    paint = style.paint
    role = report.verdict if report.verdict in MARKS else "quiet"
    place = str(note.source.place(report.span.start))
    left = f"{pad(visible(report.id), columns.id)}  {pad(place, columns.place)}"
    seconds = _duration(report.seconds) if report.verdict in ("proved", "refuted", "undecided") else ""
    room = max(_NARROWEST, style.width - cell_width(left) - 16)
    formula = formula_of(report, note, room)
    if report.verdict == "not checked":
        said = "not reached" if report.message == NOT_REACHED else "not checked"
        formula = f"{shorten(formula, room - 15)}  ({said})"
    mark = paint(style.mark(report.verdict), role)
    beside = room - len(needs) - 5
    if needs and beside >= _NARROWEST:
        formula = f"{pad(formula_of(report, note, beside), beside)}  if {needs}"
    body = f"{left}  {pad(formula, room) if seconds else formula}"
    yield f"{mark} {paint(body, 'quiet') if role == 'quiet' else body}{paint(f'{seconds:>10}', 'quiet')}".rstrip()
    if needs and beside < _NARROWEST:
        yield f"{_INDENT}if {needs}"
    details = list(_details(report, note, told, style))
    yield from details
    if details and report.verdict in ("refuted", "undecided", "error"):
        yield ""


def _details(report: Report, note: NoteReport, told: _Told, style: TextStyle) -> Iterator[str]:
    """All that stands below a statement's line: what is wrong and where, what would be right, and the numbers."""
    paint, width = style.paint, style.width - len(_INDENT)
    yield from _indented(_why(report, note, style))
    if report.suggestion is not None:
        yield from _indented(did_you_mean(report.suggestion, paint, width))
    if report.counterexample is not None:
        yield from _indented(render_counterexample(report.counterexample, paint, width))
    if report.derived is not None:
        yield from _indented(answer("derived", report.derived, paint, width))
    if style.explain:
        yield from _indented(derivation(report.steps, paint, width))
        for line in report.understood:
            yield from _indented(folded("", _understood(told.shortened(line)), width))
        if report.snippet is not None:
            yield from program(report.snippet, paint)


def _why(report: Report, note: NoteReport, style: TextStyle) -> Iterator[str]:
    """The diagnostics; or, if a claim failed without any, its message and its place."""
    width = style.width - len(_INDENT)
    failed = report.verdict in ("refuted", "undecided", "error")
    if failed and not report.diagnostics:
        message = report.message or "the two sides are not shown to be equal"
        lines = wrap(visible(f"{report.verdict}: {message}").split(), width - 4)
        yield style.paint(report.verdict, report.verdict) + style.paint(lines[0][len(report.verdict) :], "message")
        yield from ("    " + style.paint(line, "message") for line in lines[1:])
        severity = "warning" if report.verdict == "undecided" else "error"
        yield from render_excerpt(_wrong_places(report), note.source, severity, style.paint, width)
    elif report.message and (failed or style.explain) and not _says(report.diagnostics, report.message):
        yield from (visible(line) for line in report.message.splitlines())
    for diagnostic in report.diagnostics:
        # What is suggested is proved, and takes the place of a hint.
        shown = diagnostic if report.suggestion is None else replace(diagnostic, help=None)
        yield from render_diagnostic(shown, note.source, style.paint, width)


def _wrong_places(report: Report) -> tuple[Label, ...]:
    """What would have to change, if that is known; else the whole statement."""
    edits = report.suggestion.edits if report.suggestion is not None else ()
    return tuple(Label(edit.span, with_plain_names(edit.what)) for edit in edits) or (Label(report.span),)


def _says(diagnostics: tuple[Diagnostic, ...], message: str) -> bool:
    return any(message == diagnostic.message for diagnostic in diagnostics)


def formula_of(report: Report, note: NoteReport, width: int = 100) -> str:
    """The statement as understood, on one line; as written where it has no two sides.

    Where it is too long, each side is cut, so that the beginnings of both are seen.
    """
    relation = {"definition": " := ", "shape": " ∈ "}.get(report.kind, " = ")
    if report.kind in ("declaration", "unchecked") or not (report.lhs and report.rhs):
        return shorten(plain(texts_of(note.source).of(report.span).strip().strip("$")), width)
    left, right = plain(report.lhs), plain(report.rhs)
    room = width - len(relation)
    left = shorten(left, max(room // 2, room - cell_width(right)))
    return left + relation + shorten(right, room - cell_width(left))


def readable(condition: str) -> str:
    r"""A condition as text: LaTeX made plain, words left alone."""
    return plain(condition) if "\\" in condition else visible(condition)


def _understood(line: str) -> str:
    """A line of how a statement was understood; the statement itself as plain text."""
    head, colon, rest = line.partition("read as: ")
    if head or not colon:
        return with_plain_names(line)
    formula, bracket, shape = rest.rpartition("   [")
    return f"{colon}{plain(formula)}{bracket}{visible(shape)}" if bracket else colon + plain(rest)


def _conventions(conventions: tuple[NotedConvention, ...], note: NoteReport, style: TextStyle) -> Iterator[str]:
    """The note's conventions, each with the first statement that it concerns."""
    if conventions:
        yield style.paint("conventions", "title")
    for convention in conventions:
        text = f"{with_plain_names(convention.text)}; first in {_place(convention.place, note)}"
        yield from folded("  - ", text, style.width)


def _side_conditions(conditions: NotedConditions, note: NoteReport, style: TextStyle) -> Iterator[str]:
    """The note's side conditions by their numbers, with the denominators and roots that they come from."""
    if conditions.conditions:
        yield style.paint("side conditions", "title")
    for condition in conditions.conditions:
        places = [_place(origin, note) for origin in condition.origins]
        more = f" and {len(places) - _MOST_ORIGINS} more" if len(places) > _MOST_ORIGINS else ""
        told = f", from {', '.join(places[:_MOST_ORIGINS])}{more}" if places else ""
        yield from folded(f"  ({condition.number}) ", readable(condition.latex) + told, style.width)


def _place(place: Place, note: NoteReport) -> str:
    return f"{visible(place.statement)} ({note.source.place(place.span.start)})"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (_INDENT + line if line else line for line in lines)


def _duration(seconds: float) -> str:
    """
    >>> _duration(0.0123), _duration(2.5)
    ('12.3 ms', '2.5 s')
    """
    if seconds < 1:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds:.1f} s"
