"""What is fuzzed: each target takes any bytes, and must end without an exception.

scanner      where the math of a note stands: every place within the text, in order
lexer        the tokens of a formula: every place within it
parser       the chains of a formula, and what could not be read of it
elaboration  the typed statements of a note
check        a file's bytes to a report and its text, as `symbn check --explain` does
export       a file's bytes to HTML, LaTeX, JSON and annotations

What a person is told (a `NoteError`, a diagnostic) is an answer; symbn's own fault (X…) is none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from symbn.checking import Asked, check, is_own_fault
from symbn.diagnostics import NoteError
from symbn.export.github import render_github
from symbn.export.html import render_html
from symbn.export.json import render_json
from symbn.export.latex import render_latex
from symbn.export.text import TextStyle, render_note
from symbn.given import credit, given
from symbn.note import Note
from symbn.notes.lexer import Token, tokenize
from symbn.notes.markdown import scan
from symbn.notes.reading import source_from_bytes
from symbn.notes.rows import parse_block
from symbn.report import NoteReport
from symbn.source import SourceFile, Span

SECONDS, TERMS = 0.3, 3_000
"""A claim's budget here: enough for what the notes claim, little enough for a million notes."""

_STYLE = TextStyle(width=80, colour=False, explain=True, unicode_marks=True)


def text_of(data: bytes) -> str:
    """Bytes as text; what is no UTF-8 becomes a lone surrogate, as a caller from Python may pass."""
    return data.decode("utf-8", "surrogateescape")


def _within(spans: Iterable[Span], text: str) -> None:
    for span in spans:
        assert 0 <= span.start <= span.end <= len(text), span


def scanner(data: bytes) -> None:
    text = text_of(data)
    found = scan(text)
    _within([span for block in found.blocks for span in (block.content, block.outer, *block.segments)], text)
    _within([label.span for diagnostic in found.diagnostics for label in diagnostic.labels], text)
    places = [block.outer.start for block in found.blocks]
    assert places == sorted(places)


def _tokens(text: str) -> list[Token]:
    try:
        return tokenize(text, [Span(0, len(text))])
    except NoteError as error:
        _within([label.span for label in error.diagnostic.labels], text)
        return []


def lexer(data: bytes) -> None:
    text = text_of(data)
    _within([token.span for token in _tokens(text)], text)


def parser(data: bytes) -> None:
    text = text_of(data)
    tokens = _tokens(text)
    if tokens:
        chains, problems = parse_block(tokens)
        _within([chain.span for chain in chains], text)
        _within([label.span for problem in problems for label in problem.labels], text)


def elaboration(data: bytes) -> None:
    text = text_of(data)
    _within([statement.span for statement in Note.from_text(text).statements], text)


def _source(data: bytes) -> SourceFile | None:
    try:
        return source_from_bytes("note.md", data)
    except NoteError:
        return None


def _report(source: SourceFile, explain: bool) -> NoteReport:
    report = check(Asked(source, seconds=SECONDS, terms=TERMS, explain=explain)).report
    assert not is_own_fault(report), [d for s in report.statements for d in s.diagnostics] + [*report.diagnostics]
    return report


def check_(data: bytes) -> None:
    source = _source(data)
    if source is not None:
        "\n".join(render_note(_report(source, explain=len(data) % 2 == 0), _STYLE)).encode("utf-8", "backslashreplace")


def export(data: bytes) -> None:
    source = _source(data)
    if source is not None:
        report, note = _report(source, explain=True), Note(source)
        render_html(report)
        render_latex(report, credit(note), given(note))
        render_github([report])
        json.loads(render_json([report]))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "scanner": scanner, "lexer": lexer, "parser": parser, "elaboration": elaboration,
    "check": check_, "export": export,
}  # fmt: skip
