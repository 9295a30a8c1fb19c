"""`symbn verify-certificate`, and what `check --certificate` writes: proofs that another program checks."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from symbn.cli.endings import NOT_PROVED, PROVED, UNUSABLE, ended, tried
from symbn.cli.printing import print_error, style_of
from symbn.export.layout import visible
from symbn.export.writing import check_output, write_whole
from symbn.report import NoteReport
from symbn.source import SourceFile

LARGEST = 256 * 1024 * 1024
"""Bytes; a claim takes some ten thousand."""


@click.command("verify-certificate")
@click.argument("certificate", metavar="FILE")
@click.pass_context
def verify_certificate(context: click.Context, certificate: str) -> None:
    """Check the proofs in FILE, which `check --certificate` wrote, by a checker that shares no code with the prover.

    Exits 0 when every claim in it holds, 1 when one is rejected, 2 when FILE is no certificate.
    """
    context.exit(ended(lambda: tried(SourceFile(certificate, ""), lambda: _verify(certificate))))


def _verify(path: str) -> int:
    """Check a certificate and say what it shows, or what is wrong with it; the exit code."""
    from symbn.certificate.checker import NoCertificate, verify  # slow to import, and --help must not wait for it
    from symbn.certificate.graphs import Rejected  # as above

    try:
        claims, left_out = verify(_text_of(path))
    except (NoCertificate, _Unreadable) as reason:
        print_error(f"{path}: {reason}; give a file that `symbn check --certificate` wrote")
        return UNUSABLE
    except Rejected as reason:
        click.echo(f"rejected: {visible(str(reason))}", err=True)
        return NOT_PROVED
    mark = style_of(sys.stdout).mark("proved")
    for claim in claims:
        note, line, column, name = (visible(str(claim[key])) for key in ("note", "line", "column", "id"))
        click.echo(f"{mark} {note}:{line}:{column}  {name}")
    holds = "1 claim holds" if len(claims) == 1 else f"{len(claims)} claims hold"
    click.echo(holds + (f"; {left_out} are listed as proved without a certificate" if left_out else ""))
    return PROVED


class _Unreadable(Exception):
    """Why a file has no text."""


def _text_of(path: str) -> str:
    """The text of a file that is not too large.  Raises _Unreadable."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = b"" if size > LARGEST else file.read(LARGEST + 1)  # a pipe has no size
    except FileNotFoundError as error:
        raise _Unreadable("there is no such file") from error
    except IsADirectoryError as error:
        raise _Unreadable("it is a folder") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _Unreadable(f"it cannot be read ({reason})") from error
    if max(size, len(data)) > LARGEST:
        raise _Unreadable(f"it is larger than {LARGEST >> 20} MiB")
    if not data.strip():
        raise _Unreadable("it is empty")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unreadable("it is no text in UTF-8") from error


def check_place(path: str, force: bool, sources: Sequence[str]) -> None:
    """Refuse early where a certificate cannot be written, or is not to be.  Raises NotWritten."""
    check_output(path, force or _is_certificate(path), sources)


def write_certificate(
    reports: Sequence[NoteReport], preambles: tuple[SourceFile, ...], path: str, force: bool, terms: int
) -> None:
    """Write the certificate of what the reports say is proved, over an older one of that name.  Raises NotWritten."""
    from symbn.certificate.writer import certificate  # slow to import, and few checks ask for it
    from symbn.note import Note  # as above

    text, certified, left_out = certificate([(Note(report.source, preambles), report) for report in reports], terms)
    write_whole(text, path, force or _is_certificate(path))
    rest = f"; {left_out} proved claims it has no words for" if left_out else ""
    click.echo(f"{visible(path)}: a certificate of {certified} claim{'s' if certified != 1 else ''}{rest}", err=True)


def _is_certificate(path: str) -> bool:
    """Whether a file is a certificate, which may be written over; a link is none, whatever it points to."""
    from symbn.certificate.checker import BEGINNING  # slow to import, and few checks ask for it

    try:
        if not Path(path).is_file() or Path(path).is_symlink():
            return False
        with open(path, "rb") as file:
            return file.read(len(BEGINNING)) == BEGINNING.encode()
    except (OSError, ValueError):
        return False
