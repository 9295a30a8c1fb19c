"""The command line: reads its options, has notes checked, prints reports.  No mathematics.

Each command is a module beside this one; its exit codes are those of `endings`.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any

import click

from symbn.cli.certificates import verify_certificate
from symbn.cli.checks import check
from symbn.cli.derivations import derive
from symbn.cli.documents import export, init
from symbn.cli.endings import UNUSABLE
from symbn.cli.modules import kernels
from symbn.cli.printing import print_error

__all__ = ["main"]


class _Commands(click.Group):
    """The commands; where what they print cannot be written, on a full disk say, that is told in one line."""

    def main(self, *arguments: Any, **settings: Any) -> Any:
        try:
            return super().main(*arguments, **settings)
        except OSError as error:
            with suppress(OSError):
                print_error(f"{error.filename or 'the output'} cannot be written: {error.strerror or error}")
            _drop_what_waits()
            sys.exit(UNUSABLE)


def _drop_what_waits() -> None:
    """What could not be written is not tried again when Python ends."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="symbn", message="symbn %(version)s")
def main() -> None:
    """Check the matrix calculus of Markdown notes: a verdict for every equation."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


for command in (check, verify_certificate, kernels, derive, export, init):
    main.add_command(command)
