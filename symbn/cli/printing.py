"""What a command prints: reports on standard output, what is wrong on standard error, as a terminal can show it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

import click

from symbn.report import NoteReport

if TYPE_CHECKING:
    from symbn.export.text import TextStyle


def print_lines(lines: Iterable[str]) -> None:
    """Lines on standard output; nothing if there are none."""
    text = "\n".join(lines)
    if text:
        click.echo(text)


def print_diagnostics(reports: Iterable[NoteReport]) -> None:
    """What is wrong with files, on standard error."""
    from symbn.export.excerpt import render_diagnostic  # only what is printed is imported

    style = style_of(sys.stderr)
    for report in reports:
        for diagnostic in report.diagnostics:
            click.echo("\n".join(render_diagnostic(diagnostic, report.source, style.paint, style.width)), err=True)


def print_error(message: str) -> None:
    """Why something cannot be done, in one line on standard error."""
    from symbn.export.layout import visible

    click.echo(f"Error: {visible(message)}", err=True)


def style_of(stream: TextIO | None, explain: bool = False) -> TextStyle:
    """Colours on a terminal only, and not if NO_COLOR is set; plain marks where the encoding has no others.

    A stream that is closed is None.
    """
    from symbn.export.text import MARKS, TextStyle

    is_terminal = stream is not None and stream.isatty()
    colour = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    try:
        "".join(MARKS.values()).encode((stream and stream.encoding) or "utf-8")
        unicode_marks = True
    except (UnicodeEncodeError, LookupError):
        unicode_marks = False
    width = max(40, shutil.get_terminal_size((100, 24)).columns)
    return TextStyle(width=width, colour=colour, explain=explain, unicode_marks=unicode_marks)
