"""`symbn check`: the verdicts of notes, printed as they come; after Ctrl-C, what was decided until then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import click

from symbn.checking import Asked, Interrupted, Partial, reports_of
from symbn.cli import options
from symbn.cli.certificates import check_place, write_certificate
from symbn.cli.endings import INTERRUPTED, PROVED, ended, exit_code, tried
from symbn.cli.opening import read, read_all, selected
from symbn.cli.reports import Printer, until_when
from symbn.export.layout import visible
from symbn.kept import KeptReports, cache_folder
from symbn.report import NoteReport
from symbn.source import SourceFile


@click.command()
@click.argument("notes", nargs=-1, required=True, metavar="NOTE...")
@options.asking("text", "json", "github", timeout="Time for a claim; past it, it is undecided.")
@click.option(
    "--explain",
    is_flag=True,
    help="Print each statement as understood, its conventions, assumptions and the rules that decided it.",
)
@click.option(
    "--max-terms",
    type=click.IntRange(min=1),
    default=options.TERMS,
    show_default=True,
    metavar="N",
    help="Terms that a proof may make; past it, the claim is undecided.",
)
@click.option(
    "--max-memory",
    type=click.IntRange(min=1),
    default=options.MEGABYTES,
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
    callback=options.file,
    help="Write what another program needs to check the proofs; see verify-certificate.",
)
@options.force
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
    force: bool,
) -> None:
    """Check the equations of each NOTE (Markdown, a notebook or LaTeX, or a folder of them; - is standard input).

    Exits 0 when every claim is proved, 1 when one is not, 2 on wrong usage.

    A report is kept in the user's cache directory, and serves as long as symbn, the note and its preambles are as they
    were.
    """
    options.check_standard_input([*notes, *preambles])
    if force and certificate is None:
        raise click.UsageError("--force goes with --certificate")
    asked = Asked(SourceFile("", ""), (), select, timeout, max_terms, explain, max_memory)
    kept = KeptReports(None if no_cache else cache_folder())
    request = _Request(notes, preambles, asked, kept, jobs, certificate, force)
    context.exit(ended(lambda: _run(request, Printer(format, explain))))


@dataclass(frozen=True)
class _Request:
    """The command line; each note is checked as it is `asked`."""

    notes: Sequence[str]
    preambles: Sequence[str]
    asked: Asked
    kept: KeptReports
    jobs: int
    certificate: str | None
    force: bool


def _run(request: _Request, printer: Printer) -> int:
    """Check the notes and print their reports; the exit code."""
    from symbn.notes.folders import with_folders_opened  # beside the checking part, not needed for --help

    paths = list(with_folders_opened(request.notes))
    if request.certificate is not None:
        check_place(request.certificate, request.force, (*paths, *request.preambles))
    reports: list[NoteReport] = []
    open_ones = [NoteReport(SourceFile(path, ""), None, ()) for path in paths]
    try:
        preambles = tuple(read_all(request.preambles))
        notes = _notes(paths, preambles, request.asked)
        open_ones = [one if isinstance(one, NoteReport) else NoteReport(one.source, None, ()) for one in notes]
        for report in reports_of(notes, request.kept, request.jobs):
            reports.append(report)
            printer.add(report)
    except Interrupted as stop:
        return _interrupted(stop.partial, printer)
    except KeyboardInterrupt:  # not in the middle of a note
        return _interrupted((Partial(one, 0, 0, begun=False) for one in open_ones[len(reports) :]), printer)
    printer.finish()
    if request.certificate is not None:
        _certify(request, request.certificate, reports, preambles)
    return max(map(exit_code, reports), default=PROVED)


def _certify(request: _Request, path: str, reports: Sequence[NoteReport], preambles: tuple[SourceFile, ...]) -> None:
    """Write the certificate.  Raises NotWritten, and Stopped where symbn itself fails in it."""
    tried(SourceFile(path, ""), lambda: write_certificate(reports, preambles, path, request.force, request.asked.terms))


def _notes(paths: Sequence[str], preambles: tuple[SourceFile, ...], asked: Asked) -> list[Asked | NoteReport]:
    """What is to be checked; of what cannot be read, reports that say why.  Raises UsageError."""
    sources: Sequence[SourceFile | NoteReport] = [read(path) for path in paths]
    if asked.select:
        sources = selected(sources, preambles, asked.select)
    return [one if isinstance(one, NoteReport) else replace(asked, source=one, preambles=preambles) for one in sources]


def _interrupted(partial: Iterable[Partial], printer: Printer) -> int:
    """Print what was found of the notes that had not been handed on; the exit code."""
    told = list(partial)
    for one in told:
        printer.add_partial(one)
    printer.finish()
    for line in _told(told):
        click.echo(line, err=True)
    return INTERRUPTED


def _told(partial: Sequence[Partial]) -> Iterator[str]:
    """What a person is told of notes that were not done; of none in particular if no work on one had begun."""
    cut = [one for one in partial if not one.ended]
    if any(one.begun for one in cut):
        yield from (f"{visible(one.report.source.path)}: {until_when(one)}" for one in cut)
    else:
        yield "interrupted"
