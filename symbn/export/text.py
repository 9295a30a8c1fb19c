"""Reports for a person at a terminal: a line a statement, what is wrong and where, and a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import click

from symbn.diagnostics import Diagnostic, Label
from symbn.export.excerpt import Paint, plain_paint, render_diagnostic, render_excerpt
from symbn.export.layout import cell_width, pad, shorten, visible, wrap
from symbn.export.matrices import render_counterexample
from symbn.export.plain import plain
from symbn.export.summary import CLAIM_KINDS, count_verdicts, summary_line
from symbn.report import NoteReport, Report

MARKS = {"proved": "✓", "refuted": "✗", "undecided": "?", "error": "!"}
_ASCII_MARKS = {"proved": "+", "refuted": "x", "undecided": "?", "error": "!"}
_WIDEST_ID = 28
_MOST_FILE_DIAGNOSTICS = 50
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
    shown = [report for report in note.statements if style.explain or _is_listed(report)]
    columns = _Columns(note, shown)
    for report in shown:
        yield from _render_statement(report, note, columns, style)
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
        positions = ["{}:{}".format(*note.source.position(report.span.start)) for report in shown]
        self.id = min(_WIDEST_ID, max((cell_width(visible(report.id)) for report in shown), default=0))
        self.place = max(map(len, positions), default=0)


def _render_statement(report: Report, note: NoteReport, columns: _Columns, style: TextStyle) -> Iterator[str]:
    paint = style.paint
    role = report.verdict if report.verdict in MARKS else "quiet"
    place = "{}:{}".format(*note.source.position(report.span.start))
    left = f"{pad(visible(report.id), columns.id)}  {pad(place, columns.place)}"
    seconds = _duration(report.seconds) if report.verdict in ("proved", "refuted", "undecided") else ""
    room = max(8, style.width - cell_width(left) - 16)
    formula = formula_of(report, note, room)
    if report.verdict == "not checked":
        formula = f"{shorten(formula, room - 15)}  (not checked)"
    mark = paint(style.mark(report.verdict), role)
    body = f"{left}  {pad(formula, room) if seconds else formula}"
    yield f"{mark} {paint(body, 'quiet') if role == 'quiet' else body}{paint(f'{seconds:>10}', 'quiet')}".rstrip()
    details = list(_details(report, note, style))
    yield from details
    if details and report.verdict in ("refuted", "undecided", "error"):
        yield ""


def _details(report: Report, note: NoteReport, style: TextStyle) -> Iterator[str]:
    """All that stands below a statement's line."""
    paint, width = style.paint, style.width - len(_INDENT)
    if report.conditions:
        yield from _listed("if ", (readable(c) for c in report.conditions), width, ", ")
    yield from _indented(_why(report, note, style))
    if report.counterexample is not None:
        yield from _indented(render_counterexample(report.counterexample, paint, width))
    if report.derived is not None:
        yield from _latex_answer("derived", report.derived)
    if report.suggestion is not None:
        yield from _latex_answer("did you mean", report.suggestion.latex)
    if style.explain:
        for line in report.understood:
            yield from _listed("", visible(line).split(), width, " ")


def _why(report: Report, note: NoteReport, style: TextStyle) -> Iterator[str]:
    """The diagnostics; or, if a claim failed without any, its place and message."""
    width = style.width - len(_INDENT)
    failed = report.verdict in ("refuted", "undecided", "error")
    if failed and not report.diagnostics:
        message = report.message or "the two sides are not shown to be equal"
        lines = wrap(visible(f"{report.verdict}: {message}").split(), width - 4)
        yield style.paint(report.verdict, report.verdict) + style.paint(lines[0][len(report.verdict) :], "message")
        yield from ("    " + style.paint(line, "message") for line in lines[1:])
        severity = "warning" if report.verdict == "undecided" else "error"
        yield from render_excerpt((Label(report.span),), note.source, severity, style.paint, width)
    elif report.message and (failed or style.explain) and not _says(report.diagnostics, report.message):
        yield from (visible(line) for line in report.message.splitlines())
    for diagnostic in report.diagnostics:
        yield from render_diagnostic(diagnostic, note.source, style.paint, width)


def _says(diagnostics: tuple[Diagnostic, ...], message: str) -> bool:
    return any(message == diagnostic.message for diagnostic in diagnostics)


def formula_of(report: Report, note: NoteReport, width: int = 100) -> str:
    """The statement as understood, on one line; as written where it has no two sides.

    Where it is too long, each side is cut, so that the beginnings of both are seen.
    """
    relation = {"definition": " := ", "shape": " ∈ "}.get(report.kind, " = ")
    if report.kind in ("declaration", "unchecked") or not (report.lhs and report.rhs):
        return shorten(plain(note.source.slice(report.span).strip().strip("$")), width)
    left, right = plain(report.lhs), plain(report.rhs)
    room = width - len(relation)
    left = shorten(left, max(room // 2, room - cell_width(right)))
    return left + relation + shorten(right, room - cell_width(left))


def readable(condition: str) -> str:
    r"""A condition as text: LaTeX made plain, words left alone."""
    return plain(condition) if "\\" in condition else visible(condition)


def _latex_answer(head: str, latex: str) -> Iterator[str]:
    """An answer to be read, and the LaTeX to be pasted."""
    written = visible(latex)
    read = plain(latex)
    yield f"{_INDENT}{head}: {read}"
    if read != written:
        yield f"{_INDENT}{'as LaTeX'.rjust(len(head))}: {written}"


def _listed(head: str, items: Iterable[str], width: int, separator: str) -> Iterator[str]:
    for number, line in enumerate(wrap(items, width - len(head), separator)):
        yield _INDENT + (head if number == 0 else " " * len(head)) + line


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
