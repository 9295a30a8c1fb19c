"""`symbn export` and `symbn init`: a note's report as a document, and the preamble that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from symbn.checking import Asked, Interrupted, reports_of
from symbn.cli import options
from symbn.cli.endings import OWN_FAULT, PROVED, UNUSABLE, Stopped, ended, exit_code, tried
from symbn.cli.opening import opened
from symbn.export.writing import check_output, write_whole
from symbn.kept import KeptReports
from symbn.report import NoteReport

if TYPE_CHECKING:
    from symbn.note import Note

_force = click.option("--force", is_flag=True, help="Write over a file that exists.")


@click.command()
@click.argument("note", metavar="NOTE")
@click.option("--to", "to", type=click.Choice(["latex", "html", "json"]), required=True, help="What to write.")
@options.output
@_force
@click.option("--fragment", is_flag=True, help="With latex: only the equations, to be read into a paper by \\input.")
@options.select
@options.preambles
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
    """Write what is known of NOTE (Markdown, a notebook or LaTeX; - is standard input) as a document.

    Exits 0 when it is written, whatever the verdicts, and 2 on wrong usage.
    """
    options.check_standard_input([note, *preambles])
    if fragment and to != "latex":
        raise click.UsageError("--fragment goes with --to latex")
    paths = (note, *preambles)
    context.exit(ended(lambda: _written(output, force, paths, lambda: _document(paths, to, fragment, select))))


@click.command()
@click.argument("note", metavar="NOTE")
@options.output
@_force
@options.preambles
@click.pass_context
def init(context: click.Context, note: str, output: str | None, force: bool, preambles: tuple[str, ...]) -> None:
    """Write the preamble that NOTE lacks: a declaration for each name without a meaning, as its uses suggest.

    Exits 0 when it is written, and 2 on wrong usage.  Read it, correct it, then check NOTE with --preamble and it.
    """
    options.check_standard_input([note, *preambles])
    paths = (note, *preambles)
    context.exit(ended(lambda: _written(output, force, paths, lambda: _preamble(paths))))


def _written(output: str | None, force: bool, paths: Sequence[str], make: Callable[[], str]) -> int:
    """Make a text of some files and write it; the exit code.  Raises NotWritten, before it is made if it can."""
    if output is not None:
        check_output(output, force, paths)
    text = make()
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_whole(text, output, force)
    return PROVED


def _document(paths: Sequence[str], to: str, fragment: bool, select: Sequence[str]) -> str:
    """Check a note; its report as a document.  The note's path comes first, then its preambles'."""
    note = opened(paths, select)
    asked = Asked(note.source, note.preambles, tuple(select), options.SECONDS, options.TERMS, explain=True)
    try:
        report = next(reports_of([asked], KeptReports(None)))
    except Interrupted:
        raise KeyboardInterrupt from None
    code = exit_code(report)
    if code in (UNUSABLE, OWN_FAULT):
        raise Stopped(code, [_faults(report)])
    return tried(note.source, lambda: _exported(note, report, to, fragment))


def _preamble(paths: Sequence[str]) -> str:
    """What a note lacks; its path comes first, then its preambles'."""
    from symbn.preamble import proposed_preamble  # slow to import, and --help must not wait for it

    note = opened(paths)
    return tried(note.source, lambda: proposed_preamble(note))


def _exported(note: Note, report: NoteReport, to: str, fragment: bool) -> str:
    if to == "json":
        from symbn.export.json import render_json

        return render_json([report])
    if to == "html":
        from symbn.export.html import render_html

        return render_html(report)
    from symbn.export.latex import render_fragment, render_latex
    from symbn.given import credit, given

    return render_fragment(report) if fragment else render_latex(report, credit(note), given(note))


def _faults(report: NoteReport) -> NoteReport:
    """Why a note has no report that could be written."""
    found = [*report.diagnostics, *(d for statement in report.statements for d in statement.diagnostics)]
    faults = tuple(d for d in found if d.code.startswith("X")) or report.diagnostics
    return NoteReport(report.source, None, (), faults)
