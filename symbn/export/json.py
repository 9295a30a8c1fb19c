"""Reports as one JSON object, for programs; its form is fixed by `VERSION`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from symbn.diagnostics import Diagnostic
from symbn.export.summary import count_verdicts
from symbn.report import Counterexample, NoteReport, Report
from symbn.source import SourceFile, Span

VERSION = 1


def render_json(notes: Iterable[NoteReport]) -> str:
    """The object, indented, keys in a fixed order."""
    return json.dumps(json_object(notes), ensure_ascii=False, indent=2)


def json_object(notes: Iterable[NoteReport]) -> dict[str, object]:
    """version, notes with their statements and diagnostics, and how many statements have each verdict."""
    listed = list(notes)
    return {
        "version": VERSION,
        "notes": [_note(note) for note in listed],
        "summary": count_verdicts(statement for note in listed for statement in note.statements),
    }


def _note(note: NoteReport) -> dict[str, object]:
    return {
        "path": note.source.path,
        "title": note.title,
        "statements": [_statement(report, note.source) for report in note.statements],
        "diagnostics": list(_diagnostics(note)),
    }


def _statement(report: Report, source: SourceFile) -> dict[str, object]:
    return {
        "id": report.id,
        "label": report.label,
        **_place(report.span, source),
        "kind": report.kind,
        "verdict": report.verdict,
        "lhs": report.lhs,
        "rhs": report.rhs,
        "message": report.message,
        "conditions": list(report.conditions),
        "counterexample": _counterexample(report.counterexample) if report.counterexample else None,
        "suggestion": report.suggestion.latex if report.suggestion else None,
        "derived": report.derived,
        "seconds": round(report.seconds, 6),
    }


def _counterexample(found: Counterexample) -> dict[str, object]:
    return {
        "sizes": dict(found.sizes),
        "indices": dict(found.indices),
        "values": dict(found.values),
        "functions": dict(found.functions),
        "left": found.left,
        "right": found.right,
        "entry": list(found.entry) if found.entry else None,
        "exact": found.exact,
    }


def _diagnostics(note: NoteReport) -> Iterator[dict[str, object]]:
    """The file's own diagnostics, then those of its statements, which name their statement."""
    for diagnostic in note.diagnostics:
        yield _diagnostic(diagnostic, note.source, None)
    for report in note.statements:
        for diagnostic in report.diagnostics:
            yield _diagnostic(diagnostic, note.source, report.id)


def _diagnostic(diagnostic: Diagnostic, source: SourceFile, statement: str | None) -> dict[str, object]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "statement": statement,
        "labels": [
            {**_place(label.span, source), "text": label.text, "primary": label.primary} for label in diagnostic.labels
        ],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
    }


def _place(span: Span, source: SourceFile) -> dict[str, object]:
    """Lines and columns from 1; the end is the position after the last character."""
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}
