"""What holds for a whole note is said once: its side conditions and its conventions, with where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symbn.report import Condition, NoteReport, Report
from symbn.source import Span


@dataclass(frozen=True)
class Place:
    """A part of the note, and the statement that it is in."""

    span: Span
    statement: str


@dataclass(frozen=True)
class NotedCondition:
    """A side condition, numbered from 1 in the order of use; the denominators and roots that it comes from."""

    number: int
    latex: str
    origins: tuple[Place, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True)
class NotedConvention:
    """How the note was read, and the first statement that this concerns."""

    text: str
    place: Place


class NotedConditions:
    """The side conditions of a note: those that say the same are one, in its shortest form."""

    def __init__(self, note: NoteReport) -> None:
        self._definitions = {r.span: r.id for r in note.statements if r.kind == "definition"}
        told: dict[object, list[tuple[Report, Condition]]] = {}
        for report in note.statements:
            for condition in report.conditions:
                told.setdefault(_key(condition), []).append((report, condition))
        self._numbers = {key: number for number, key in enumerate(told, start=1)}
        self.conditions = tuple(self._noted(number, told[key]) for key, number in self._numbers.items())

    def of(self, report: Report) -> tuple[NotedCondition, ...]:
        """The conditions of one statement, by their numbers."""
        numbers = sorted({self._numbers[_key(condition)] for condition in report.conditions})
        return tuple(self.conditions[number - 1] for number in numbers)

    def _noted(self, number: int, told: list[tuple[Report, Condition]]) -> NotedCondition:
        latex = min((condition.latex for _, condition in told), key=len)
        origins = dict.fromkeys(place for pair in told for place in self._places(*pair))
        return NotedCondition(number, latex, tuple(origins), tuple(report.id for report, _ in told))

    def _places(self, report: Report, condition: Condition) -> Iterator[Place]:
        for origin in condition.origins:
            if origin.definition is None:
                yield Place(origin.span, report.id)
            elif origin.definition in self._definitions:  # else it stands in a preamble, or was not selected
                yield Place(origin.span, self._definitions[origin.definition])


def _key(condition: Condition) -> object:
    return condition.latex if condition.number is None else condition.number


def noted_conventions(note: NoteReport) -> tuple[NotedConvention, ...]:
    """Each convention once, in the order of the first statements."""
    first: dict[str, Report] = {}
    for report in note.statements:
        for convention in report.conventions:
            first.setdefault(convention, report)
    return tuple(NotedConvention(text, Place(report.span, report.id)) for text, report in first.items())
