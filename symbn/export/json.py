"""Reports as one JSON object, for programs; its form is fixed by `VERSION`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from symbn.diagnostics import Diagnostic
from symbn.export.counterexample_latex import counterexample_latex
from symbn.export.noted import NotedCondition, NotedConditions, Place, noted_conventions
from symbn.export.summary import count_verdicts
from symbn.report import Counterexample, Edit, NoteReport, Report, Step
from symbn.source import SourceFile, Span

VERSION = 1
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that change the direction of what follows: they stand in strings only."""


def render_json(notes: Iterable[NoteReport]) -> str:
    """The object, indented, keys in a fixed order; what would steer a terminal is escaped."""
    text = json.dumps(json_object(notes), ensure_ascii=False, indent=2)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_object(notes: Iterable[NoteReport]) -> dict[str, object]:
    """version, notes with their statements and diagnostics, and how many statements have each verdict."""
    listed = list(notes)
    return {
        "version": VERSION,
        "notes": [_note(note) for note in listed],
        "summary": count_verdicts(statement for note in listed for statement in note.statements),
    }


def _note(note: NoteReport) -> dict[str, object]:
    conditions = NotedConditions(note)
    return {
        "path": note.source.path,
        "title": note.title,
        "conventions": [
            {"text": convention.text, **_origin(convention.place, note.source)}
            for convention in noted_conventions(note)
        ],
        "conditions": [_condition(condition, note.source) for condition in conditions.conditions],
        "statements": [_statement(report, conditions, note.source) for report in note.statements],
        "diagnostics": list(_diagnostics(note)),
    }


def _condition(condition: NotedCondition, source: SourceFile) -> dict[str, object]:
    """A side condition of the note, the statements that need it, the denominators and roots that it comes from."""
    return {
        "latex": condition.latex,
        "statements": list(condition.statements),
        "origins": [_origin(place, source) for place in condition.origins],
    }


def _origin(place: Place, source: SourceFile) -> dict[str, object]:
    return {"statement": place.statement, **_place(place.span, source)}


def _statement(report: Report, conditions: NotedConditions, source: SourceFile) -> dict[str, object]:
    return {
        "id": report.id,
        "label": report.label,
        **_place(report.span, source),
        "kind": report.kind,
        "verdict": report.verdict,
        "lhs": report.lhs,
        "rhs": report.rhs,
        "message": report.message,
        "conditions": [condition.latex for condition in conditions.of(report)],
        "counterexample": _counterexample(report.counterexample) if report.counterexample else None,
        "suggestion": report.suggestion.latex if report.suggestion else None,
        "edits": [_edit(edit, source) for edit in report.suggestion.edits] if report.suggestion else [],
        "derived": report.derived,
        "steps": [_step(step) for step in report.steps],
        "snippet": report.snippet,
        "seconds": round(report.seconds, 6),
    }


def _edit(edit: Edit, source: SourceFile) -> dict[str, object]:
    return {**_place(edit.span, source), "replacement": edit.replacement, "what": edit.what}


def _step(step: Step) -> dict[str, object]:
    return {"left": step.left, "right": step.right, "rules": list(step.rules), "facts": list(step.facts)}


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
        "misfit": found.misfit or None,
        "latex": counterexample_latex(found),
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
    """Lines and columns from 1; the end is the position after the last character.  A notebook's are those of a cell."""
    start, end = source.place(span.start), source.place(span.end)
    lines = {"line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column}
    return {"cell": start.cell, **lines}
