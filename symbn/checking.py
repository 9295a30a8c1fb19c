"""Notes are checked one after another, or several at once in processes of their own; what was checked before is found.

Whichever way, the reports are the same and come in the order of the notes.  A fault of symbn's own becomes a
diagnostic, and Ctrl-C ends the work at once with what was decided until then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from symbn.diagnostics import Diagnostic, NoteError, own_fault
from symbn.export.progress import Progress
from symbn.kept import LEAST_SEARCH, KeptReports
from symbn.report import NoteReport, Report
from symbn.source import SourceFile

OnReport = Callable[[Report, int, int], None]
"""Told of each report: it, how many there are, how many there will be."""


@dataclass(frozen=True)
class Asked:
    """What a check of one note is asked for."""

    source: SourceFile
    preambles: tuple[SourceFile, ...] = ()
    select: tuple[str, ...] = ()
    seconds: float = 10.0
    terms: int = 200_000
    explain: bool = False


@dataclass(frozen=True)
class Checked:
    """A note's report, and whether it would be the same on any other day."""

    report: NoteReport
    lasting: bool


@dataclass(frozen=True)
class Partial:
    """What was found of a note until Ctrl-C; `total` is how many statements it has, 0 if that is not known yet."""

    report: NoteReport
    total: int
    ended: bool = False


class Interrupted(Exception):
    """Ctrl-C came; what was found of the notes that had not been handed on."""

    def __init__(self, partial: Sequence[Partial]) -> None:
        super().__init__("interrupted")
        self.partial = tuple(partial)


def reports_of(asked: Sequence[Asked | NoteReport], kept: KeptReports, processes: int = 1) -> Iterator[NoteReport]:
    """The reports, in order; one that is there already is handed on.  Raises Interrupted."""
    found = [_found(one, kept) for one in asked]
    missing = [place for place, report in enumerate(found) if report is None]
    open_ones = [one for place in missing if isinstance(one := asked[place], Asked)]
    checked = _at_once(open_ones, processes) if processes > 1 and len(open_ones) > 1 else _in_turn(open_ones)
    for place, report in enumerate(found):
        if report is None:
            one, result = asked[place], next(checked)
            assert isinstance(one, Asked)
            if result.lasting and not one.select:
                kept.keep(_name(one, kept), result.report)
            report = result.report
        yield report


def _found(one: Asked | NoteReport, kept: KeptReports) -> NoteReport | None:
    if isinstance(one, NoteReport):
        return one
    return None if one.select else kept.find(_name(one, kept), one.source)


def _name(one: Asked, kept: KeptReports) -> str:
    return kept.name(one.source, one.preambles, one.seconds, one.terms, one.explain)


# One note ---------------------------------------------------------------------------------------------------


def check(asked: Asked, on_report: OnReport | None = None) -> Checked:
    """A note's report."""
    # The checking part takes some time to import: --help and what was checked before must not wait for it.
    from symbn.note import Limits, Note

    note = Note(asked.source, asked.preambles)
    done: list[Report] = []
    hurried = False
    last = time.perf_counter()

    def collect(report: Report, count: int, total: int) -> None:
        nonlocal hurried, last
        now = time.perf_counter()
        hurried = hurried or _may_be_cut_short(report, now - last, asked.seconds)
        last = now
        done.append(report)
        if on_report is not None:
            on_report(report, count, total)

    try:
        limits = Limits(seconds=asked.seconds, terms=asked.terms)
        report = note.check(select=asked.select, limits=limits, on_report=collect, explain=asked.explain)
    except NoteError as error:
        return Checked(NoteReport(asked.source, None, tuple(done), (error.diagnostic,)), False)
    except Exception as error:
        return Checked(NoteReport(asked.source, None, tuple(done), (own_fault(error),)), False)
    plain = NoteReport(report.source, report.title, report.statements, report.diagnostics)
    return Checked(plain, not hurried and not is_own_fault(plain))


def _may_be_cut_short(report: Report, seconds: float, limit: float) -> bool:
    """Whether a clock may have ended a search for a statement that took so long: another day it may end otherwise."""
    return seconds >= (min(limit, LEAST_SEARCH) if report.verdict == "refuted" else limit)


def is_own_fault(report: NoteReport) -> bool:
    """Whether a report tells of a fault of symbn's own."""
    diagnostics = [*report.diagnostics, *(d for statement in report.statements for d in statement.diagnostics)]
    return any(diagnostic.code.startswith("X") for diagnostic in diagnostics)


# Several ----------------------------------------------------------------------------------------------------


def _in_turn(asked: Sequence[Asked]) -> Iterator[Checked]:
    for one in asked:
        done: list[Report] = []
        totals = [0]
        with Progress(one.source.path) as progress:
            collect = partial(_collect, done, totals, progress)
            try:
                checked = check(one, collect)
            except KeyboardInterrupt:
                raise Interrupted([Partial(NoteReport(one.source, None, tuple(done)), totals[0])]) from None
        yield checked


def _collect(done: list[Report], totals: list[int], progress: Progress, report: Report, count: int, total: int) -> None:
    done.append(report)
    totals[0] = total
    progress.report(count, total)


def _at_once(asked: Sequence[Asked], processes: int) -> Iterator[Checked]:
    from symbn.workers import Dead, Done, Said, Workers  # processes are rare, and this is slow to import

    done: list[list[Report]] = [[] for _ in asked]
    totals = [0] * len(asked)
    ended: dict[int, Checked] = {}
    handed_on = 0
    try:
        with Workers(check, asked, min(processes, len(asked))) as workers, Progress(f"{len(asked)} notes") as progress:
            for event in workers:
                match event:
                    case Said(place, (report, _, total)):
                        done[place].append(report)
                        totals[place] = total
                    case Done(place, checked):
                        ended[place] = checked
                        progress.report(len(ended), len(asked))
                    case Dead(place, code):
                        ended[place] = Checked(_died(asked[place], done[place], code), False)
                while handed_on in ended:
                    handed_on += 1
                    yield ended[handed_on - 1]
    except KeyboardInterrupt:
        raise Interrupted(list(_until_now(asked, done, totals, ended, handed_on))) from None


def _until_now(
    asked: Sequence[Asked], done: list[list[Report]], totals: list[int], ended: dict[int, Checked], start: int
) -> Iterator[Partial]:
    """What is known of the notes from a place on, but for those that were not begun."""
    for place in range(start, len(asked)):
        if place in ended:
            yield Partial(ended[place].report, totals[place], ended=True)
        elif done[place] or place == start:
            yield Partial(NoteReport(asked[place].source, None, tuple(done[place])), totals[place])


def _died(one: Asked, done: list[Report], code: int | None) -> NoteReport:
    diagnostic = Diagnostic(
        "X901", f"the process that checked this note ended by itself (exit code {code})",
        help="check it without -j; if it ends again, please report the note",
    )  # fmt: skip
    return NoteReport(one.source, None, tuple(done), (diagnostic,))
