"""`symbn kernels`: what its options ask for, done; exit codes as in `cli.endings`."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import click

from symbn.diagnostics import NoteError
from symbn.export.excerpt import render_diagnostic
from symbn.export.writing import NotWritten, check_output, write_whole
from symbn.kernels.identifiers import identifier
from symbn.kernels.kernel import Kernel
from symbn.kernels.module import Origin
from symbn.kernels.plan import plan_lines
from symbn.kernels.selection import NotMade, UnknownSelector, kernels_of
from symbn.kernels.source import source_of
from symbn.note import Note, read_source
from symbn.source import SourceFile

MARK = "Made by symbn;"
"""What a generated file says of itself: such a file may be written over."""


@dataclass(frozen=True)
class Request:
    """The command line."""

    note: str
    preambles: tuple[str, ...]
    select: tuple[str, ...]
    fuse: tuple[str, ...]
    target: str
    output: str | None
    force: bool
    plan: bool


def run(request: Request) -> int:
    """Make the module or print the plan; the exit code.  Raises UsageError, NotWritten."""
    fuse = _fusions(request.fuse)
    _check_output(request)
    sources = []
    for path in (request.note, *request.preambles):
        try:
            sources.append(read_source(path))
        except NoteError as error:
            click.echo("\n".join(render_diagnostic(error.diagnostic, SourceFile(path, ""), _plain, 100)), err=True)
            return 2
    note = Note(sources[0], sources[1:])
    try:
        made = kernels_of(note, request.select, fuse)
    except UnknownSelector as unknown:
        names = [name for pair in note.ids() for name in pair if name is not None]
        near = get_close_matches(str(unknown), [*names, *(name.removeprefix("eq:") for name in names)], n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""
        raise click.UsageError(f"no statement is called {unknown}{hint}") from None
    except NotMade as none:
        for reason in none.reasons:
            click.echo(f"{note.source.path}: no kernel of {reason}", err=True)
        return 1
    if not made:
        click.echo(f"{note.source.path}: there is no equation to make a kernel of", err=True)
        return 1
    if request.plan:
        click.echo("\n\n".join("\n".join(plan_lines(kernel, request.target)) for kernel in made))
        return 0
    text = _module(made, note, request)
    if request.output is None:
        click.echo(text, nl=False)
    else:
        write_whole(text, request.output, True)
    return 0


def _plain(text: str, *_: object) -> str:
    return text


def _module(made: list[Kernel], note: Note, request: Request) -> str:
    sha256 = hashlib.sha256(note.source.text.encode()).hexdigest()
    path = "standard input" if request.note == "-" else Path(request.note).as_posix()
    return source_of(made, Origin(path, note.title, sha256), request.target)


def _fusions(given: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        name, equals, labels = text.partition("=")
        listed = [label.strip() for label in labels.split(",") if label.strip()]
        if not equals or not listed:
            raise click.UsageError(f"--fuse: write NAME=LABEL,LABEL,…, not {text}")
        if identifier(name) != name:
            raise click.UsageError(f"--fuse: {name} cannot name the function; {identifier(name)} can")
        if name in found:
            raise click.UsageError(f"--fuse: {name} is given twice")
        found[name] = listed
    return found


def _check_output(request: Request) -> None:
    """Refuse early what could not be written, or would destroy something.  Raises NotWritten."""
    if request.output is not None and not request.plan:
        check_output(request.output, True, (request.note, *request.preambles))
        if not request.force and not _may_be_replaced(Path(request.output)):
            raise NotWritten(f"{request.output} exists and symbn did not make it; --force writes over it")


def _may_be_replaced(path: Path) -> bool:
    """Whether nothing is there, or a module that symbn made."""
    if not os.path.lexists(path):
        return True
    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(4096)
    except OSError:
        return False
