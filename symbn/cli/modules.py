"""`symbn kernels`: the proved equations of a note as a Python module."""

from __future__ import annotations

import click

from symbn.cli import options
from symbn.cli.endings import ended, tried
from symbn.source import SourceFile


@click.command()
@click.argument("note", metavar="NOTE")
@options.select
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
@options.output
@options.force
@click.option("--plan", is_flag=True, help="Print the passes over memory, bytes, operations and temporaries instead.")
@options.preambles
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
    options.check_standard_input([note, *preambles])
    from symbn.kernels.command import Request, run  # slow to import, and --help must not wait for it

    request = Request(note, preambles, select, fuse, target, output, force, plan)
    context.exit(ended(lambda: tried(SourceFile(note, ""), lambda: run(request))))
