"""The options that several commands have."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

SECONDS, TERMS, MEGABYTES = 10.0, 200_000, 1024
"""What a claim may take if nothing else is asked for."""


def seconds(context: click.Context, parameter: click.Parameter, value: float) -> float:
    """A time that some work may take.  Raises BadParameter."""
    if math.isnan(value) or value <= 0:
        raise click.BadParameter("give a number of seconds above 0")
    return value


def file(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A file to be written.  Raises BadParameter."""
    if value in ("", "-"):
        raise click.BadParameter("give the name of a file; one that is called - is ./-")
    return value


select = click.option(
    "--select",
    "select",
    multiple=True,
    metavar="LABEL",
    help="Only the statement or chain of this label or number.  May be repeated.",
)
preambles = click.option(
    "--preamble",
    "preambles",
    multiple=True,
    metavar="FILE",
    help="A note read first: what it declares and defines serves the note.  May be repeated.",
)
output = click.option(
    "-o",
    "--output",
    "output",
    metavar="FILE",
    callback=file,
    help="Where to write it; standard output if not given.",
)
force = click.option("--force", is_flag=True, help="Write over a file that symbn did not make.")


def asking(*formats: str, timeout: str) -> Callable[[_Command], _Command]:
    """What is asked of a note's statements: which ones, with which preambles, in which format, for how long."""
    format = click.option(
        "--format",
        "format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print the reports.",
    )
    time = click.option(
        "--timeout",
        type=float,
        default=SECONDS,
        show_default=True,
        metavar="SECONDS",
        callback=seconds,
        help=timeout,
    )
    return lambda command: preambles(select(format(time(command))))


def check_standard_input(paths: Sequence[str]) -> None:
    """Raises UsageError where several of the files to be read are standard input."""
    if paths.count("-") > 1:
        raise click.UsageError("standard input (-) can be read once only")
