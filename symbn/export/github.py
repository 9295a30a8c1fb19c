"""Reports as GitHub workflow commands, which annotate the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symbn.diagnostics import Diagnostic
from symbn.export.layout import visible
from symbn.export.summary import summary_line
from symbn.report import NoteReport, Report
from symbn.source import SourceFile, Span

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_LEVELS = {"refuted": "error", "error": "error", "undecided": "warning"}


def render_github(notes: Iterable[NoteReport]) -> Iterator[str]:
    """A command for every diagnostic and every claim that is not proved, and a notice that sums up."""
    listed = list(notes)
    for note in listed:
        for diagnostic in note.diagnostics:
            yield _of_diagnostic(diagnostic, note.source)
        for report in note.statements:
            yield from _of_statement(report, note.source)
    summary = summary_line(statement for note in listed for statement in note.statements)
    yield _command("notice", {"title": "symbn"}, summary)


def _of_statement(report: Report, source: SourceFile) -> Iterator[str]:
    """One command for a claim that is not proved, its diagnostics within; else one for each diagnostic."""
    level = _LEVELS.get(report.verdict)
    if level is None:
        for diagnostic in report.diagnostics:
            yield _of_diagnostic(diagnostic, source)
        return
    span = report.span
    told = any(diagnostic.message == report.message for diagnostic in report.diagnostics)
    lines = [report.message] if report.message and not told else []
    for diagnostic in report.diagnostics:
        primary = next((label.span for label in diagnostic.labels if label.primary), None)
        if primary is not None and span is report.span:
            span = primary
        lines += [line for line in _message(diagnostic, report.suggestion is None) if line not in lines]
    if report.suggestion is not None:
        what = "; ".join(edit.what for edit in report.suggestion.edits)
        lines.append(f"did you mean: {report.suggestion.latex}" + (f" ({what})" if what else ""))
    message = "\n".join(map(visible, lines)) or report.verdict
    title = f"{report.id} {report.verdict}{_cell(span, source)}"
    yield _command(level, {**_place(span, source), "title": title}, message)


def _of_diagnostic(diagnostic: Diagnostic, source: SourceFile) -> str:
    primary = next((label.span for label in diagnostic.labels if label.primary), None)
    place = _place(primary, source) if primary is not None else _file(source)
    message = "\n".join(map(visible, _message(diagnostic)))
    title = f"symbn {diagnostic.code}{_cell(primary, source)}"
    return _command(_COMMANDS[diagnostic.severity], {**place, "title": title}, message)


def _message(diagnostic: Diagnostic, with_help: bool = True) -> list[str]:
    """What a diagnostic says; what is suggested takes the place of its help."""
    texts = [label.text for label in diagnostic.labels if label.text]
    marked = f" ({'; '.join(texts)})" if texts else ""
    help = [f"help: {diagnostic.help}"] if diagnostic.help and with_help else []
    return [diagnostic.message + marked, *diagnostic.notes, *help]


def _file(source: SourceFile) -> dict[str, str]:
    return {} if source.path.startswith("<") else {"file": source.path}


def _place(span: Span, source: SourceFile) -> dict[str, str]:
    """Columns only within one line: GitHub takes none otherwise."""
    start, end = source.place(span.start), source.place(max(span.start, span.end))
    place = {**_file(source), "line": str(start.line), "endLine": str(end.line)}
    if start.line == end.line:
        place |= {"col": str(start.column), "endColumn": str(end.column)}
    return place


def _cell(span: Span | None, source: SourceFile) -> str:
    """The cell of a notebook, which GitHub has no place for."""
    cell = None if span is None else source.place(span.start).cell
    return "" if cell is None else f" (cell {cell})"


def _command(name: str, properties: dict[str, str], message: str) -> str:
    """`::name key=value,…::message`, with what would end a part of it escaped.

    >>> _command("error", {"file": "a,b.md", "line": "3"}, "100% wrong\\nsee: b")
    '::error file=a%2Cb.md,line=3::100%25 wrong%0Asee: b'
    """
    given = ",".join(f"{key}={_escaped(visible(value), property=True)}" for key, value in properties.items())
    return f"::{name} {given}::{_escaped(message)}"


def _escaped(text: str, *, property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property else text
