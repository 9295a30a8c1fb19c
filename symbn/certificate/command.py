"""What `symbn check --certificate` and `symbn verify-certificate` do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from symbn.certificate.calculus import Rejected
from symbn.certificate.checker import TOLD, verify
from symbn.certificate.writer import certificate
from symbn.export.layout import visible
from symbn.export.writing import NotWritten, write_whole
from symbn.note import Note
from symbn.report import NoteReport
from symbn.source import SourceFile

VALID, REJECTED, UNUSABLE = 0, 1, 2


def write_certificate(reports: Sequence[NoteReport], preambles: tuple[SourceFile, ...], path: str, terms: int) -> int:
    """Write the certificate of what the reports say is proved, over an older one of that name; the exit code."""
    text, certified, left_out = certificate([(Note(report.source, preambles), report) for report in reports], terms)
    try:
        write_whole(text, path, _is_certificate(path))
    except NotWritten as error:
        click.echo(f"Error: {visible(str(error))}", err=True)
        return UNUSABLE
    rest = f"; {left_out} proved claims it has no words for" if left_out else ""
    click.echo(f"{visible(path)}: a certificate of {certified} claims{rest}", err=True)
    return VALID


def _is_certificate(path: str) -> bool:
    """Whether a file is a certificate, which may be written over."""
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(12) == '{"format":"s'
    except (OSError, UnicodeDecodeError):
        return False


def verify_certificate(path: str) -> int:
    """Check a certificate and say what it shows; the exit code."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        click.echo(f"Error: {visible(path)} cannot be read: {visible(str(error))}", err=True)
        return UNUSABLE
    try:
        claims, left_out = verify(text)
    except Rejected as reason:
        click.echo(f"rejected: {visible(str(reason))}", err=True)
        return REJECTED
    for claim in claims:
        note, line, column, name = (visible(str(claim[key])) for key in TOLD)
        click.echo(f"✓ {note}:{line}:{column}  {name}")
    click.echo(
        f"{len(claims)} claims hold" + (f"; {left_out} are listed as proved without a certificate" if left_out else "")
    )
    return VALID
