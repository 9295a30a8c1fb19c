"""Notes are checked one after another, or several at once in processes of their own; what was checked before is found.

Whichever way, the reports are the same and come in the order of the notes.  A fault of symbn's own becomes a
diagnostic, and Ctrl-C ends the work at once with what was decided until then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symbn.diagnostics import Diagnostic, NoteError, own_fault
from symbn.export.progress import Progress
from symbn.kept import LEAST_SEARCH, KeptReports
from symbn.memory import MEGABYTE, tells_of_memory
from symbn.report import NOT_REACHED, NoteReport, Report
from symbn.source import SourceFile

if TYPE_CHECKING:
    from symbn.expr.statement import Statement
    from symbn.note import Note

OnReport = Callable[[Report, int, int], None]
"""Told of each report: it, how many there are, how many there will be.

Before the first it is told of each claim, as one that was not reached, with the number 0.
"""


@dataclass(frozen=True)
class Asked:
    """What a check of one note is asked for; for one claim, so many seconds, terms and megabytes of memory."""

    source: SourceFile
    preambles: tuple[SourceFile, ...] = ()
    select: tuple[str, ...] = ()
    seconds: float = 10.0
    terms: int = 200_000
    explain: bool = False
    memory: int = 1024


@dataclass(frozen=True)
class Checked:
    """A note's report, and whether it would be the same on any other day."""

    report: NoteReport
    lasting: bool


@dataclass(frozen=True)
class Partial:
    """What was found of a note until Ctrl-C: its report, in which the claims that are left were not reached.

    checked: how many of its statements were checked.  total: how many it has, 0 if that is not known yet.  ended: it
    was done, and only not handed on.  begun: the work on it had begun.
    """

    report: NoteReport
    checked: int
    total: int
    ended: bool = False
    begun: bool = True


class Interrupted(Exception):
    """Ctrl-C came; what was found of the notes that had not been handed on."""

    def __init__(self, partial: Iterable[Partial]) -> None:
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
            yield result.report  # before it is kept: Ctrl-C in the middle of that loses nothing
            if result.lasting and not one.select:
                kept.keep(_name(one, kept), result.report)
        else:
            yield report


def _found(one: Asked | NoteReport, kept: KeptReports) -> NoteReport | None:
    if isinstance(one, NoteReport):
        return one
    return None if one.select else kept.find(_name(one, kept), one.source)


def _name(one: Asked, kept: KeptReports) -> str:
    return kept.name(one.source, one.preambles, one.seconds, one.terms, one.explain, one.memory)


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
        if on_report is not None:
            _tell_what_is_left(note, asked.select, on_report)
        limits = Limits(seconds=asked.seconds, terms=asked.terms, memory=asked.memory * MEGABYTE)
        report = note.check(select=asked.select, limits=limits, on_report=collect, explain=asked.explain)
    except NoteError as error:
        return Checked(NoteReport(asked.source, None, tuple(done), (error.diagnostic,)), False)
    except Exception as error:
        return Checked(NoteReport(asked.source, None, tuple(done), (own_fault(error),)), False)
    plain = NoteReport(report.source, report.title, report.statements, report.diagnostics)
    return Checked(plain, not hurried and not is_own_fault(plain))


def _tell_what_is_left(note: Note, select: Sequence[str], on_report: OnReport) -> None:
    """Tell of each claim that will be checked, as not reached."""
    from symbn.note import selects  # as above

    chosen = [s for s in note.statements if not select or any(selects(one, s.id, s.label) for one in select)]
    for statement in chosen:
        if statement.kind in ("claim", "shape", "hole"):
            on_report(_not_reached(statement), 0, len(chosen))


def _not_reached(statement: Statement) -> Report:
    return Report(
        statement.id, statement.label, statement.span, statement.kind, "not checked", statement.lhs, statement.rhs,
        NOT_REACHED,
    )  # fmt: skip


def _may_be_cut_short(report: Report, seconds: float, limit: float) -> bool:
    """Whether a clock may have ended a search for a statement that took so long, or memory: another day it may end
    otherwise."""
    return tells_of_memory(report.message) or seconds >= (
        min(limit, LEAST_SEARCH) if report.verdict == "refuted" else limit
    )


def is_own_fault(report: NoteReport) -> bool:
    """Whether a report tells of a fault of symbn's own."""
    diagnostics = [*report.diagnostics, *(d for statement in report.statements for d in statement.diagnostics)]
    return any(diagnostic.code.startswith("X") for diagnostic in diagnostics)


# Several ----------------------------------------------------------------------------------------------------


@dataclass
class _Progressed:
    """What is known of a note while it is checked."""

    source: SourceFile
    done: list[Report] = field(default_factory=list)
    left: dict[str, Report] = field(default_factory=dict)
    total: int = 0

    def told(self, report: Report, count: int, total: int) -> None:
        """One more report; with the number 0, of a claim that is not reached yet."""
        self.total = total
        if count == 0:
            self.left[report.id] = report
        else:
            self.left.pop(report.id, None)
            self.done.append(report)

    def partial(self) -> Partial:
        """What there is to say of it when Ctrl-C comes."""
        begun = bool(self.done or self.left)
        return Partial(self._report((*self.done, *self.left.values())), len(self.done), self.total, begun=begun)

    def died(self, code: int | None) -> NoteReport:
        """What there is to say of it when its process ended by itself."""
        diagnostic = Diagnostic(
            "X901", f"the process that checked this note ended by itself (exit code {code})",
            help="check it without -j; if it ends again, please report the note",
        )  # fmt: skip
        return self._report(tuple(self.done), diagnostic)

    def _report(self, statements: tuple[Report, ...], *diagnostics: Diagnostic) -> NoteReport:
        return NoteReport(self.source, None, statements, diagnostics)


def _in_turn(asked: Sequence[Asked]) -> Iterator[Checked]:
    notes = [_Progressed(one.source) for one in asked]
    for place, one in enumerate(asked):
        with Progress(one.source.path) as progress:

            def collect(report: Report, count: int, total: int, note: _Progressed = notes[place]) -> None:
                note.told(report, count, total)
                progress.report(count, total)

            try:
                checked = check(one, collect)
            except KeyboardInterrupt:
                raise Interrupted(note.partial() for note in notes[place:]) from None
        yield checked


def _at_once(asked: Sequence[Asked], processes: int) -> Iterator[Checked]:
    from symbn.workers import Dead, Done, Said, Workers  # processes are rare, and this is slow to import

    notes = [_Progressed(one.source) for one in asked]
    ended: dict[int, Checked] = {}
    handed_on = 0
    try:
        with Workers(check, asked, min(processes, len(asked))) as workers, Progress(f"{len(asked)} notes") as progress:
            for event in workers:
                match event:
                    case Said(place, (report, count, total)):
                        notes[place].told(report, count, total)
                    case Done(place, checked):
                        ended[place] = checked
                        progress.report(len(ended), len(asked))
                    case Dead(place, code):
                        ended[place] = Checked(notes[place].died(code), False)
                while handed_on in ended:
                    handed_on += 1
                    yield ended[handed_on - 1]
    except KeyboardInterrupt:
        raise Interrupted(
            Partial(ended[place].report, 0, 0, ended=True) if place in ended else notes[place].partial()
            for place in range(handed_on, len(asked))
        ) from None
