"""Markdown notes as tests: every statement's expected verdict stands in an HTML comment after its math.

    $$A B = B A$$  <!-- refuted -->
    $$a = b = c$$  <!-- proved; refuted S201: cannot be multiplied -->

A comment speaks of the statements that begin between the comment before it and itself, in order; definitions and
declarations need no mention where they are just that.  An expectation is a verdict, then the code of a diagnostic,
then after a colon a text that the message, a label, a note or the help holds.  Other comments are comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from symbn.diagnostics import Diagnostic
from symbn.note import Note
from symbn.report import Report
from tests.reports import checked, shared_out

FOLDER = Path(__file__).parent
NOTES = sorted(path.name for path in FOLDER.glob("*.md"))
_VERDICTS = ("proved", "refuted", "undecided", "error", "not checked", "definition", "declaration")
_COMMENT = re.compile(rf"<!--\s*((?:{'|'.join(_VERDICTS)})\b[^>]*?)\s*-->", re.DOTALL)
_ONE = re.compile(rf"({'|'.join(_VERDICTS)})(?:\s+([A-Z]\d+))?(?::\s*(.+))?\Z", re.DOTALL)
_SILENT = ("definition", "declaration")


@dataclass(frozen=True)
class Expectation:
    """A verdict, the code of a diagnostic, a text that is part of what it says."""

    verdict: str
    code: str | None = None
    text: str | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.verdict, self.code, self.text and f"({self.text})") if part)


@dataclass(frozen=True)
class Case:
    """The report of one statement that a comment speaks of; its place, or what does not fit."""

    note: str
    name: str
    line: int
    report: Report | None
    expected: Expectation | None


def parsed(comment: str) -> list[Expectation]:
    """The expectations of one comment.

    >>> [str(e) for e in parsed("proved; refuted S201: cannot be multiplied")]
    ['proved', 'refuted S201 (cannot be multiplied)']
    """
    found = []
    for part in comment.split(";"):
        one = _ONE.match(" ".join(part.split()))
        assert one is not None, f"no expectation: {part!r}"
        found.append(Expectation(*one.groups()))
    return found


@cache
def reports(note: str) -> tuple[Report, ...]:
    """All reports of a note, made once."""
    return checked(FOLDER / note, explain=False, repair=False).statements


def cases(note: str) -> list[Case]:
    """Statements and expectations of a note, paired by their places."""
    found = Note.read(FOLDER / note)
    text = found.source.text
    # A later definition may give a statement another place in the order, but never in the text.
    waiting = sorted(reports(note), key=lambda r: (r.span.start, r.span.end))
    result = []
    for comment in _COMMENT.finditer(text):
        here = [r for r in waiting if r.span.start < comment.start()]
        waiting = waiting[len(here) :]
        expectations = parsed(comment.group(1))
        said = {e.verdict for e in expectations}
        spoken = [r for r in here if r.verdict not in _SILENT or r.verdict in said]
        for number in range(max(len(spoken), len(expectations))):
            report = spoken[number] if number < len(spoken) else None
            expected = expectations[number] if number < len(expectations) else None
            start = report.span.start if report is not None else comment.start()
            name = report.id if report is not None else "nothing"
            result.append(Case(note, name, text.count("\n", 0, start) + 1, report, expected))
    for report in waiting:
        if report.verdict not in _SILENT:
            result.append(Case(note, report.id, text.count("\n", 0, report.span.start) + 1, report, None))
    return result


def _says(diagnostic: Diagnostic, text: str) -> bool:
    parts = [diagnostic.message, diagnostic.help or "", *diagnostic.notes, *(label.text for label in diagnostic.labels)]
    return any(text in part for part in parts)


def _collected(note: str) -> list[Case]:
    try:
        return cases(note)
    except Exception:  # a note that cannot be checked at all is one failing case, and not the end of all others
        return [Case(note, "crash", 1, None, None)]


_FOUND = {note: _collected(note) for note in shared_out(NOTES)}
CASES = [case for note in NOTES for case in _FOUND[note]]


@pytest.mark.parametrize("case", CASES, ids=[f"{c.note[:-3]}:{c.line}:{c.name}" for c in CASES])
def test_statement_has_its_expected_verdict(case: Case) -> None:
    where = f"{case.note}:{case.line}"
    assert case.report is not None or cases(case.note)
    assert case.report is not None, f"{where}: expected {case.expected}, but there is no statement"
    report = case.report
    formula = f"{report.lhs} = {report.rhs}"
    got = f"{report.verdict}: {report.message or '; '.join(map(str, report.diagnostics))}"
    assert case.expected is not None, f"{where}: no verdict is expected of {formula}; it is {got}"
    assert report.verdict == case.expected.verdict, f"{where}: expected {case.expected} of {formula}; it is {got}"
    if case.expected.code is not None:
        codes = [d.code for d in report.diagnostics]
        assert case.expected.code in codes, f"{where}: expected {case.expected}; the diagnostics are {codes}"
    if case.expected.text is not None:
        wanted = case.expected.text
        assert wanted in report.message or any(_says(d, wanted) for d in report.diagnostics), f"{where}: {got}"


@pytest.mark.parametrize("note", NOTES)
def test_every_error_has_a_place_and_every_refutation_a_reason(note: str) -> None:
    for report in reports(note):
        if report.verdict == "error":
            assert report.diagnostics and all(d.labels for d in report.diagnostics), report.id
        if report.verdict == "refuted":
            assert report.counterexample is not None or report.diagnostics, report.id


@pytest.mark.parametrize("note", NOTES)
def test_every_note_has_a_false_twin(note: str) -> None:
    """A verifier is judged by what it rejects."""
    assert any(c.expected is not None and c.expected.verdict in ("refuted", "error") for c in cases(note))
