"""`symbn derive`: the derivatives of a note, line by line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from symbn.cli import options
from symbn.cli.endings import NOT_PROVED, PROVED, ended, tried
from symbn.cli.opening import opened
from symbn.cli.printing import print_lines, style_of


@click.command()
@click.argument("note", metavar="NOTE")
@options.asking("text", "json", timeout="Time for a derivation.")
@click.pass_context
def derive(
    context: click.Context, note: str, select: tuple[str, ...], preambles: tuple[str, ...], format: str, timeout: float
) -> None:
    """Derive the derivatives of NOTE line by line: what chains begin with, and what `= ?` asks for.

    Exits 0 when each has a closed form, 1 when one has none, 2 on wrong usage.
    """
    options.check_standard_input([note, *preambles])
    context.exit(ended(lambda: _derive((note, *preambles), select, timeout, format)))


def _derive(paths: Sequence[str], select: Sequence[str], seconds: float, format: str) -> int:
    """Derive and print; the exit code.  The note's path comes first, then its preambles'."""
    from symbn.note import Limits  # slow to import, and --help must not wait for it

    note = opened(paths, select)
    report = tried(note.source, lambda: note.derive(select, Limits(seconds=seconds, terms=options.TERMS)))
    if not report.statements:
        click.echo(f"{note.source.path}: there is no derivative to derive", err=True)
        return NOT_PROVED
    if format == "json":
        from symbn.export.json import render_json

        print_lines([render_json([report])])
    else:
        from symbn.export.derivations import render_derivations

        print_lines(render_derivations(report, style_of(sys.stdout)))
    return PROVED if all(statement.derived is not None for statement in report.statements) else NOT_PROVED
