"""How a command ends: its exit codes, Ctrl-C, and what is told of a fault of symbn's own.

0 every claim is proved, or it is written; 1 a claim is not proved; 2 wrong usage, or a note that cannot be read;
3 symbn's own fault, such as its two paths disagreeing; 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import click

from symbn.checking import Interrupted, is_own_fault
from symbn.cli.printing import print_diagnostics, print_error
from symbn.diagnostics import own_fault
from symbn.export.writing import NotWritten
from symbn.report import NoteReport
from symbn.source import SourceFile

PROVED, NOT_PROVED, UNUSABLE, OWN_FAULT, INTERRUPTED = 0, 1, 2, 3, 130

_UNREADABLE = frozenset(["P001", "P002", "P003", "P004", "P005", "P006"])
_Result = TypeVar("_Result")


class Stopped(Exception):
    """A command cannot go on: its exit code, and the reports that say why."""

    def __init__(self, code: int, reports: Iterable[NoteReport]) -> None:
        super().__init__(code)
        self.code = code
        self.reports = tuple(reports)


def ended(work: Callable[[], int]) -> int:
    """The exit code of some work, which may be stopped, or find that a file cannot be written, or end by Ctrl-C."""
    try:
        return work()
    except Stopped as stop:
        print_diagnostics(stop.reports)
        return stop.code
    except NotWritten as error:
        print_error(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return INTERRUPTED


def tried(source: SourceFile, work: Callable[[], _Result]) -> _Result:
    """What some work on a note comes to.  Raises Stopped where symbn itself fails in it.

    Wrong usage is handed on, and that something cannot be written.
    """
    try:
        return work()
    except (click.ClickException, Interrupted, NotWritten, OSError, Stopped):
        raise
    except Exception as error:
        raise Stopped(OWN_FAULT, [NoteReport(source, None, (), (own_fault(error),))]) from error


def exit_code(report: NoteReport) -> int:
    """What a note's report means for the exit code."""
    if is_own_fault(report):
        return OWN_FAULT
    if is_unreadable(report):
        return UNUSABLE
    failed = any(statement.verdict in ("refuted", "undecided", "error") for statement in report.statements)
    wrong = any(diagnostic.severity == "error" for diagnostic in report.diagnostics)
    return NOT_PROVED if failed or wrong else PROVED


def is_unreadable(report: NoteReport) -> bool:
    """Whether there is no text that could have been checked."""
    return any(diagnostic.code in _UNREADABLE for diagnostic in report.diagnostics)
