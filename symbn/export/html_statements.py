"""A note's formulas with their verdicts: each row of a display beside its badge, wrong factors pointed at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from symbn.diagnostics import NoteError
from symbn.export.html_answers import FAILED, answers, badge, name_of, understood
from symbn.export.html_formulas import Row, Unprintable, block, code, rows, sides
from symbn.export.html_letters import written
from symbn.export.html_marks import Mark
from symbn.export.html_pieces import Shown
from symbn.export.noted import NotedConditions
from symbn.notes.documents import scan_source
from symbn.notes.markdown import MathBlock
from symbn.notes.transcript import transcribed
from symbn.report import NoteReport, Report


class Statements:
    """The statements of a note by the formulas that they stand in."""

    def __init__(self, note: NoteReport) -> None:
        self.note = note
        self.scan = scan_source(note.source)
        self.conditions = NotedConditions(note)
        self.anchors = {report.id: f"s-{written('-'.join(report.id.split()))}" for report in note.statements}

    @cached_property
    def _by_block(self) -> dict[int, list[Report]]:
        found: dict[int, list[Report]] = {}
        place = 0
        blocks = self.scan.blocks
        for report in sorted(self.note.statements, key=lambda report: report.span.start):
            while place < len(blocks) and blocks[place].outer.end <= report.span.start:
                place += 1
            if place < len(blocks) and blocks[place].outer.start <= report.span.start:
                found.setdefault(place, []).append(report)
        return found

    def homeless(self) -> list[Report]:
        """The statements that stand in no formula that was found."""
        placed = {report.id for reports in self._by_block.values() for report in reports}
        return [report for report in self.note.statements if report.id not in placed]

    def shown(self, number: int, own: bool) -> Shown:
        """A formula; a display where it may be one."""
        reports = self._by_block.get(number, [])
        found = self.scan.blocks[number]
        if own and found.display and not _says_nothing(self.note.source.text, found):
            return Shown(self._display(found, reports), own=True)
        text = self.note.source.text
        if _says_nothing(text, found):
            return Shown("")
        formula = block(text, found.segments, found.content, _marks(reports), found.display, found.notation)
        claimed = [report for report in reports if report.kind not in ("declaration", "definition") or _failed(report)]
        badges = "".join(f" {badge(report.verdict)}{self._needs(report)}" for report in claimed)
        anchors = "".join(f'<span id="{self.anchors[report.id]}"></span>' for report in reports)
        return Shown(f'<span class="inline">{anchors}{formula}{badges}</span>', self._below(reports))

    def _display(self, found: MathBlock, reports: list[Report]) -> str:
        try:
            shown = rows(self.note.source.text, found.segments, _marks(reports), found.notation)
        except Unprintable:
            source = self.note.source.text[found.content.start : found.content.end]
            verdicts = "".join(map(self._verdict, reports))
            body = f'<div class="verdicts">{verdicts}</div><div class="scroll" tabindex="0">{code(source)}</div>'
        else:
            body = (
                f'<div class="scroll" tabindex="0"><div class="rows">{"".join(self._rows(shown, reports))}</div></div>'
            )
        named = ", ".join(name_of(report) for report in reports)
        label = f' role="group" aria-label="{written(named)}"' if named else ""
        return f'<div class="display"{label}>{body}{self._below(reports)}</div>'

    def _rows(self, shown: list[Row], reports: list[Report]) -> Iterator[str]:
        beside = _placed(shown, reports)
        for row, own in zip(shown, beside, strict=True):
            left, right = sides(self.note.source.text, row)
            verdicts = "".join(map(self._verdict, own))
            parts = {"left": left, "right": right} if right else {"whole": left}
            formula = "".join(f'<div class="{side}">{shown}</div>' for side, shown in parts.items())
            yield f'<div class="verdicts">{verdicts}</div>{formula}'

    def _verdict(self, report: Report) -> str:
        """A statement's name, its badge, and the numbers of the side conditions that it needs."""
        anchor = self.anchors[report.id]
        name = f'<a class="name" href="#{anchor}">{written(name_of(report))}</a>'
        return f'<span class="verdict" id="{anchor}">{badge(report.verdict)} {name}{self._needs(report)}</span>'

    def _needs(self, report: Report) -> str:
        """The numbers of the side conditions that a statement needs."""
        numbers = "".join(
            f' <a href="#condition-{one.number}" aria-label="side condition {one.number}">({one.number})</a>'
            for one in self.conditions.of(report)
        )
        return f' <span class="needs">if{numbers}</span>' if numbers else ""

    def _below(self, reports: Iterable[Report]) -> str:
        listed = list(reports)
        shown = "".join(answers(report, self.note, self.anchors[report.id]) for report in listed)
        read = [f"<li>{written(name_of(report))}: {line}</li>" for report in listed if report.kind != "declaration"
                for line in understood(report)]  # fmt: skip
        if read:
            shown += f'<details class="read"><summary>How this was read</summary><ul>{"".join(read)}</ul></details>'
        return f'<div class="below">{shown}</div>' if shown else ""


def _says_nothing(text: str, found: MathBlock) -> bool:
    """Whether a formula only defines abbreviations."""
    try:
        transcript = transcribed(text, found.segments, found.notation)
    except NoteError:
        return False
    return transcript is not None and not transcript.text.strip()


def _failed(report: Report) -> bool:
    return report.verdict in FAILED


def _placed(shown: list[Row], reports: list[Report]) -> list[list[Report]]:
    """The statements of each row: those that begin there; what begins in none stands at the first."""
    beside: list[list[Report]] = [[] for _ in shown]
    for report in reports:
        beside[next((place for place, row in enumerate(shown) if row.meets(report.span)), 0)].append(report)
    return beside


def _marks(reports: Iterable[Report]) -> Iterator[Mark]:
    """What is wrong: the places of edits and of diagnostics, these with their shapes."""
    for report in reports:
        if _failed(report):
            edits = report.suggestion.edits if report.suggestion is not None else ()
            yield from (Mark(edit.span) for edit in edits)
            for diagnostic in report.diagnostics:
                yield from (Mark(label.span, "suspect", label.text) for label in diagnostic.labels)
