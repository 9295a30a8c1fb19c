"""The command line: reads its options, has notes checked, prints reports.  No mathematics.

Exit codes: 0 every claim is proved; 1 one is not; 2 wrong usage, or a note that cannot be read; 3 symbn's own
fault, such as its two paths disagreeing; 130 interrupted.
"""

from __future__ import annotations

import io
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from symbn.checking import Asked, Interrupted, Partial, is_own_fault, reports_of
from symbn.diagnostics import NoteError, own_fault
from symbn.kept import KeptReports, cache_folder
from symbn.report import NoteReport
from symbn.source import SourceFile

if TYPE_CHECKING:
    from symbn.export.text import TextStyle
    from symbn.note import Note

PROVED, NOT_PROVED, UNUSABLE, OWN_FAULT, INTERRUPTED = 0, 1, 2, 3, 130
SECONDS, TERMS, MEGABYTES = 10.0, 200_000, 1024


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="symbn", message="symbn %(version)s")
def main() -> None:
    """Check the matrix calculus of Markdown notes: a verdict for every equation."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _positive(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if math.isnan(value) or value <= 0:
        raise click.BadParameter("give a number of seconds above 0")
    return value


@main.command()
@click.argument("notes", nargs=-1, required=True, metavar="NOTE...")
@click.option(
    "--preamble",
    "preambles",
    multiple=True,
    metavar="FILE",
    help="A note read first: what it declares and defines serves the notes.  May be repeated.",
)
@click.option(
    "--select",
    "select",
    multiple=True,
    metavar="LABEL",
    help="Check only the statement or chain of this label or number.  May be repeated.",
)
@click.option(
    "--format",
    "format",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print the reports.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Print each statement as understood, its conventions, assumptions and the rules that decided it.",
)
@click.option(
    "--timeout",
    type=float,
    default=SECONDS,
    show_default=True,
    metavar="SECONDS",
    callback=_positive,
    help="Time for a claim; past it, it is undecided.",
)
@click.option(
    "--max-terms",
    type=click.IntRange(min=1),
    default=TERMS,
    show_default=True,
    metavar="N",
    help="Terms that a proof may make; past it, the claim is undecided.",
)
@click.option(
    "--max-memory",
    type=click.IntRange(min=1),
    default=MEGABYTES,
    show_default=True,
    metavar="MB",
    help="Memory that a claim may take; past it, the claim is undecided.",
)
@click.option(
    "-j",
    "--jobs",
    "jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Check so many notes at once; what is printed stays the same.",
)
@click.option("--no-cache", is_flag=True, help="Check again what was checked before, and keep no reports.")
@click.option(
    "--certificate",
    "certificate",
    metavar="FILE",
    help="Write what another program needs to check the proofs; see verify-certificate.",
)
@click.pass_context
def check(
    context: click.Context,
    notes: tuple[str, ...],
    preambles: tuple[str, ...],
    select: tuple[str, ...],
    format: str,
    explain: bool,
    timeout: float,
    max_terms: int,
    max_memory: int,
    jobs: int,
    no_cache: bool,
    certificate: str | None,
) -> None:
    """Check the equations of each NOTE (Markdown, a notebook or LaTeX, or a folder of them; - is standard input).

    Exits 0 when every claim is proved, 1 when one is not, 2 on wrong usage.

    A report is kept in the user's cache directory, and serves as long as symbn, the note and its preambles are as they
    were.
    """
    _check_standard_input([*notes, *preambles])
    asked = Asked(SourceFile("", ""), (), select, timeout, max_terms, explain, max_memory)
    kept = KeptReports(None if no_cache else cache_folder())
    printer = _Printer(format, explain)
    context.exit(_ended(lambda: _run(notes, preambles, asked, kept, jobs, printer, certificate)))


@main.command("verify-certificate")
@click.argument("certificate", metavar="FILE")
@click.pass_context
def verify_certificate(context: click.Context, certificate: str) -> None:
    """Check the proofs in FILE, which `check --certificate` wrote, by a checker that shares no code with the prover.

    Exits 0 when every claim in it holds, 1 when one is rejected, 2 when FILE cannot be read.
    """
    from symbn.certificate.command import (
        verify_certificate as verify,
    )  # slow to import, and --help must not wait for it

    context.exit(_ended(lambda: verify(certificate)))


@main.command()
@click.argument("note", metavar="NOTE")
@click.option(
    "--select",
    "select",
    multiple=True,
    metavar="LABEL",
    help="Only the equation or chain of this label or number.  May be repeated.",
)
@click.option(
    "--fuse",
    "fuse",
    multiple=True,
    metavar="NAME=LABEL,...",
    help="One function of this name for several equations, which share what they have in common.  May be repeated.",
)
@click.option(
    "--target",
    type=click.Choice(["numpy", "array-api", "numba"]),
    default="numpy",
    show_default=True,
    help="What the module is written for.",
)
@click.option("-o", "--output", "output", metavar="FILE", help="Where to write the module; standard output without it.")
@click.option("--force", is_flag=True, help="Write over a file that symbn did not make.")
@click.option("--plan", is_flag=True, help="Print the passes over memory, bytes, operations and temporaries instead.")
@click.option("--preamble", "preambles", multiple=True, metavar="FILE", help="A note read first.  May be repeated.")
@click.pass_context
def kernels(
    context: click.Context,
    note: str,
    select: tuple[str, ...],
    fuse: tuple[str, ...],
    target: str,
    output: str | None,
    force: bool,
    plan: bool,
    preambles: tuple[str, ...],
) -> None:
    """Write the proved equations of NOTE as a Python module, one function for each.

    Exits 0 when it is written, 1 when an equation is not proved or computes nothing, 2 on wrong usage.
    """
    _check_standard_input([note, *preambles])
    from symbn.kernels.command import Request, run  # slow to import, and --help must not wait for it

    context.exit(_ended(lambda: run(Request(note, preambles, select, fuse, target, output, force, plan))))


@main.command()
@click.argument("note", metavar="NOTE")
@click.option(
    "--select",
    "select",
    multiple=True,
    metavar="LABEL",
    help="Only the statement or chain of this label or number.  May be repeated.",
)
@click.option("--preamble", "preambles", multiple=True, metavar="FILE", help="A note read first.  May be repeated.")
@click.option(
    "--format", "format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
@click.option(
    "--timeout", type=float, default=SECONDS, show_default=True, metavar="SECONDS", callback=_positive,
    help="Time for a derivation.",
)  # fmt: skip
@click.pass_context
def derive(
    context: click.Context, note: str, select: tuple[str, ...], preambles: tuple[str, ...], format: str, timeout: float
) -> None:
    """Derive the derivatives of NOTE line by line: what chains begin with, and what `= ?` asks for.

    Exits 0 when each has a closed form, 1 when one has none, 2 on wrong usage.
    """
    _check_standard_input([note, *preambles])
    context.exit(_ended(lambda: _derive(note, preambles, select, timeout, format)))


def _check_standard_input(paths: Sequence[str]) -> None:
    if paths.count("-") > 1:
        raise click.UsageError("standard input (-) can be read once only")


def _ended(work: Callable[[], int]) -> int:
    """The exit code of some work, which Ctrl-C ends."""
    try:
        return work()
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return INTERRUPTED


def _opened(paths: Sequence[str], select: Sequence[str]) -> Note | None:
    """The note of the first path, the others its preambles'; None, and said why, where one cannot be read.

    Raises UsageError for a selector that names nothing.
    """
    from symbn.note import Note  # slow to import, and --help must not wait for it

    sources = [_read(one) for one in paths]
    unreadable = [source for source in sources if isinstance(source, NoteReport)]
    if unreadable:
        _print_unreadable(unreadable)
        return None
    source, *preambles = [one for one in sources if isinstance(one, SourceFile)]
    note = Note(source, preambles)
    if select:
        _selected([source], preambles, select)
    return note


def _derive(path: str, preamble_paths: Sequence[str], select: Sequence[str], timeout: float, format: str) -> int:
    """Derive and print; the exit code."""
    from symbn.note import Limits  # slow to import, and --help must not wait for it

    note = _opened((path, *preamble_paths), select)
    if note is None:
        return UNUSABLE
    try:
        report = note.derive(select, Limits(seconds=timeout, terms=TERMS))
    except Exception as error:
        _print_unreadable([NoteReport(note.source, None, (), (own_fault(error),))])
        return OWN_FAULT
    if not report.statements:
        click.echo(f"{note.source.path}: there is no derivative to derive", err=True)
        return NOT_PROVED
    if format == "json":
        from symbn.export.json import render_json

        _print([render_json([report])])
    else:
        from symbn.export.derivations import render_derivations

        _print(render_derivations(report, _style(sys.stdout, False)))
    return PROVED if all(statement.derived is not None for statement in report.statements) else NOT_PROVED


@main.command()
@click.argument("note", metavar="NOTE")
@click.option("--to", "to", type=click.Choice(["latex", "html", "json"]), required=True, help="What to write.")
@click.option("-o", "--output", "output", metavar="FILE", help="Where to write it; standard output if not given.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@click.option("--fragment", is_flag=True, help="With latex: only the equations, to be read into a paper by \\input.")
@click.option(
    "--select",
    "select",
    multiple=True,
    metavar="LABEL",
    help="Only the statement or chain of this label or number.  May be repeated.",
)
@click.option("--preamble", "preambles", multiple=True, metavar="FILE", help="A note read first.  May be repeated.")
@click.pass_context
def export(
    context: click.Context,
    note: str,
    to: str,
    output: str | None,
    force: bool,
    fragment: bool,
    select: tuple[str, ...],
    preambles: tuple[str, ...],
) -> None:
    """Write what is known of NOTE (a Markdown file; - is standard input) as a document.

    Exits 0 when it is written, whatever the verdicts, and 2 on wrong usage.
    """
    _check_standard_input([note, *preambles])
    if fragment and to != "latex":
        raise click.UsageError("--fragment goes with --to latex")
    context.exit(_ended(lambda: _export((note, *preambles), to, output, force, fragment, select)))


def _export(
    paths: Sequence[str], to: str, output: str | None, force: bool, fragment: bool, select: Sequence[str]
) -> int:
    """Check a note and write its report; the exit code.  The note's path comes first, then its preambles'."""
    from symbn.export.layout import visible
    from symbn.export.writing import NotWritten, check_output, write_whole

    try:
        if output is not None:
            check_output(output, force, paths)
        note = _opened(paths, select)
        if note is None:
            return UNUSABLE
        asked = Asked(note.source, note.preambles, tuple(select), SECONDS, TERMS, explain=True)
        report = next(reports_of([asked], KeptReports(None)))
        code = exit_code(report)
        if code in (UNUSABLE, OWN_FAULT):
            _print_faults(report)
            return code
        try:
            text = _exported(note, report, to, fragment)
        except Exception as error:
            _print_unreadable([NoteReport(note.source, None, (), (own_fault(error),))])
            return OWN_FAULT
        if output is None:
            click.echo(text, nl=not text.endswith("\n"))
        else:
            write_whole(text, output, force)
    except Interrupted:
        raise KeyboardInterrupt from None
    except NotWritten as error:
        click.echo(f"Error: {visible(str(error))}", err=True)
        return UNUSABLE
    return PROVED


@main.command()
@click.argument("note", metavar="NOTE")
@click.option("-o", "--output", "output", metavar="FILE", help="Where to write it; standard output if not given.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@click.option("--preamble", "preambles", multiple=True, metavar="FILE", help="A note read first.  May be repeated.")
@click.pass_context
def init(context: click.Context, note: str, output: str | None, force: bool, preambles: tuple[str, ...]) -> None:
    """Write the preamble that NOTE lacks: a declaration for each name without a meaning, as its uses suggest.

    Exits 0 when it is written, and 2 on wrong usage.  Read it, correct it, then check NOTE with --preamble and it.
    """
    _check_standard_input([note, *preambles])
    context.exit(_ended(lambda: _init((note, *preambles), output, force)))


def _init(paths: Sequence[str], output: str | None, force: bool) -> int:
    """Propose and write; the exit code.  The note's path comes first, then its preambles'."""
    from symbn.export.layout import visible
    from symbn.export.writing import NotWritten, check_output, write_whole
    from symbn.preamble import proposed_preamble  # slow to import, and --help must not wait for it

    try:
        if output is not None:
            check_output(output, force, paths)
        note = _opened(paths, ())
        if note is None:
            return UNUSABLE
        try:
            text = proposed_preamble(note)
        except Exception as error:
            _print_unreadable([NoteReport(note.source, None, (), (own_fault(error),))])
            return OWN_FAULT
        if output is None:
            click.echo(text, nl=False)
        else:
            write_whole(text, output, force)
    except NotWritten as error:
        click.echo(f"Error: {visible(str(error))}", err=True)
        return UNUSABLE
    return PROVED


def _exported(note: Note, report: NoteReport, to: str, fragment: bool) -> str:
    """A report as a document."""
    if to == "json":
        from symbn.export.json import render_json

        return render_json([report])
    if to == "html":
        from symbn.export.html import render_html

        return render_html(report)
    from symbn.export.latex import render_fragment, render_latex
    from symbn.given import credit, given

    return render_fragment(report) if fragment else render_latex(report, credit(note), given(note))


def _print_faults(report: NoteReport) -> None:
    """Why a note has no report that could be written."""
    found = [*report.diagnostics, *(d for statement in report.statements for d in statement.diagnostics)]
    faults = tuple(d for d in found if d.code.startswith("X")) or report.diagnostics
    _print_unreadable([NoteReport(report.source, None, (), faults)])


def _run(
    paths: Sequence[str],
    preamble_paths: Sequence[str],
    asked: Asked,
    kept: KeptReports,
    jobs: int,
    printer: _Printer,
    certificate: str | None = None,
) -> int:
    """Check the notes, each as it is `asked`, and print their reports; the exit code."""
    from symbn.notes.folders import with_folders_opened  # beside the checking part, not needed for --help

    sources = [_read(path) for path in with_folders_opened(paths)]
    given = [_read(path) for path in preamble_paths]
    preambles = tuple(source for source in given if isinstance(source, SourceFile))
    if len(preambles) < len(given):
        _print_unreadable(source for source in given if isinstance(source, NoteReport))
        return UNUSABLE
    if asked.select:
        sources = _selected(sources, preambles, asked.select)
    notes = [one if isinstance(one, NoteReport) else replace(asked, source=one, preambles=preambles) for one in sources]
    code = PROVED
    reports = []
    try:
        for report in reports_of(notes, kept, jobs):
            code = max(code, exit_code(report))
            printer.add(report)
            reports.append(report)
    except Interrupted as stop:
        for partial in stop.partial:
            if partial.report.statements or partial.ended:
                printer.add(partial.report)
        printer.finish()
        for partial in stop.partial:
            if not partial.ended:
                click.echo(_until_when(partial), err=True)
        return INTERRUPTED
    printer.finish()
    if certificate is not None:
        from symbn.certificate.command import write_certificate  # slow to import, and few checks ask for it

        code = max(code, write_certificate(reports, preambles, certificate, asked.terms))
    return code


def _until_when(partial: Partial) -> str:
    from symbn.export.layout import visible

    path = visible(partial.report.source.path)
    if not partial.begun:
        return f"{path}: not begun"
    done = f"after {partial.checked} of {partial.total} statements"
    return f"{path}: interrupted {done if partial.checked else 'before its first statement was checked'}"


def _read(path: str) -> SourceFile | NoteReport:
    """A note's text; or, if it has none, a report that says why."""
    from symbn.notes.reading import read_source  # beside the checking part, not needed for --help

    try:
        return read_source(path)
    except NoteError as error:
        return NoteReport(SourceFile(path, ""), None, (), (error.diagnostic,))


def _selected(
    sources: Sequence[SourceFile | NoteReport], preambles: Sequence[SourceFile], select: Sequence[str]
) -> list[SourceFile | NoteReport]:
    """The notes that hold a selected statement.  Raises UsageError for a selector that names none."""
    from symbn.note import selects  # slow to import, and --help must not wait for it

    kept: list[SourceFile | NoteReport] = []
    names: list[str] = []
    found: set[str] = set()
    for source in sources:
        ids = [] if isinstance(source, NoteReport) else _ids(source, preambles)
        if isinstance(ids, NoteReport):
            return [ids if other is source else other for other in sources]
        matched = {one for one in select if any(selects(one, id, label) for id, label in ids)}
        names += [name for pair in ids for name in pair if name is not None]
        found |= matched
        if matched or isinstance(source, NoteReport):
            kept.append(source)
    for selector in select:
        if selector not in found and not any(isinstance(source, NoteReport) for source in sources):
            names = list(dict.fromkeys(names))
            near = get_close_matches(selector, names, n=3, cutoff=0.5)
            near = near or get_close_matches(f"eq:{selector}", names, n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise click.UsageError(f"--select: no statement is called {selector}{hint}")
    return kept


def _ids(source: SourceFile, preambles: Sequence[SourceFile]) -> list[tuple[str, str | None]] | NoteReport:
    """The statements' names; a report of symbn's own fault if reading the note fails."""
    from symbn.note import Note  # as above

    try:
        return Note(source, preambles).ids()
    except Exception as error:
        return NoteReport(source, None, (), (own_fault(error),))


def exit_code(report: NoteReport) -> int:
    """What a note's report means for the exit code."""
    if is_own_fault(report):
        return OWN_FAULT
    if _is_unreadable(report):
        return UNUSABLE
    failed = any(statement.verdict in ("refuted", "undecided", "error") for statement in report.statements)
    wrong = any(diagnostic.severity == "error" for diagnostic in report.diagnostics)
    return NOT_PROVED if failed or wrong else PROVED


def _is_unreadable(report: NoteReport) -> bool:
    return any(diagnostic.code in ("P001", "P002", "P003", "P004", "P005", "P006") for diagnostic in report.diagnostics)


class _Printer:
    """Prints reports in one format: text as soon as a note is done, the others at the end."""

    def __init__(self, format: str, explain: bool) -> None:
        self._format, self.explain = format, explain
        self._reports: list[NoteReport] = []

    def add(self, report: NoteReport) -> None:
        self._reports.append(report)
        if self._format != "text":
            return
        if _is_unreadable(report):
            _print_unreadable([report])
            return
        from symbn.export.text import render_note  # only what is printed is imported

        _print(render_note(report, _style(sys.stdout, self.explain)))

    def finish(self) -> None:
        if self._format == "json":
            from symbn.export.json import render_json

            _print([render_json(self._reports)])
        elif self._format == "github":
            from symbn.export.github import render_github

            _print(render_github(self._reports))
        else:
            from symbn.export.text import render_total

            _print(render_total([r for r in self._reports if not _is_unreadable(r)], _style(sys.stdout, False)))


def _print(lines: Iterable[str]) -> None:
    text = "\n".join(lines)
    if text:
        click.echo(text)


def _print_unreadable(reports: Iterable[NoteReport]) -> None:
    from symbn.export.excerpt import render_diagnostic

    style = _style(sys.stderr, False)
    for report in reports:
        for diagnostic in report.diagnostics:
            click.echo("\n".join(render_diagnostic(diagnostic, report.source, style.paint, style.width)), err=True)


def _style(stream: io.TextIOBase | object, explain: bool) -> TextStyle:
    """Colours on a terminal only, and not if NO_COLOR is set; plain marks where the encoding has no others."""
    from symbn.export.text import MARKS, TextStyle

    is_terminal = bool(getattr(stream, "isatty", lambda: False)())
    colour = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    try:
        "".join(MARKS.values()).encode(getattr(stream, "encoding", None) or "utf-8")
        unicode_marks = True
    except (UnicodeEncodeError, LookupError):
        unicode_marks = False
    width = max(40, shutil.get_terminal_size((100, 24)).columns)
    return TextStyle(width=width, colour=colour, explain=explain, unicode_marks=unicode_marks)
