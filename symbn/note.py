"""A note: read once, checked as often as one likes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from symbn.diagnostics import Diagnostic, NoteError
from symbn.exchanges import always_equal
from symbn.expr.statement import Statement
from symbn.expr.uses import uses
from symbn.notes.documents import scan_source
from symbn.notes.elaborate import Elaborator
from symbn.notes.markdown import MathBlock, Scan
from symbn.notes.parsed import Parsed, parse
from symbn.notes.reading import read_source
from symbn.notes.rereading import Place
from symbn.notes.transcript import PLAIN, Notation
from symbn.notes.undeclared import tell_undeclared
from symbn.report import NoteReport, Report
from symbn.source import SourceFile, Span
from symbn.verifier import Limits, Verifier

if TYPE_CHECKING:
    from symbn.answers import Answers

__all__ = ["Limits", "Note", "read_source"]


class CheckedNote(NoteReport):
    """A note's report, which shows itself in a notebook as the page that `symbn export --to html` writes."""

    def __repr__(self) -> str:
        counts = Counter(report.verdict for report in self.statements)
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        return f"<{self.source.path}: {told or 'no statements'}>"

    def _repr_html_(self) -> str:
        from symbn.export.html import render_html  # nothing else needs it here

        page = escape(render_html(self), quote=True)
        return f'<iframe sandbox title="symbn" srcdoc="{page}" style="width: 100%; height: 40em; border: 0"></iframe>'


class Note:
    """The statements of a Markdown note.

    `preambles` are notes read first: their declarations and definitions serve this one.
    """

    def __init__(self, source: SourceFile, preambles: Sequence[SourceFile] = ()) -> None:
        macros = source.given
        read: list[SourceFile] = []
        for preamble in preambles:
            read.append(replace(preamble, given=macros))
            macros = scan_source(read[-1]).macros
        self.source = replace(source, given=macros) if macros != source.given else source
        self.preambles = tuple(read)

    @classmethod
    def read(cls, path: str | Path, preambles: Sequence[str | Path] = ()) -> Note:
        """The note in a file.  Raises NoteError for a file that cannot be read."""
        return cls(read_source(str(path)), [read_source(str(p)) for p in preambles])

    @classmethod
    def from_text(cls, text: str, path: str = "<text>") -> Note:
        """A note from its text."""
        return cls(SourceFile(path, text.replace("\r\n", "\n").replace("\r", "\n")))

    @cached_property
    def _scan(self) -> Scan:
        return scan_source(self.source)

    @cached_property
    def _parsed(self) -> Parsed:
        return parse(self.source, self._scan.blocks)

    @cached_property
    def _parsed_preambles(self) -> list[tuple[Scan, Parsed]]:
        return [_read(preamble) for preamble in self.preambles]

    @property
    def title(self) -> str | None:
        return self._scan.title

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the file itself."""
        return (*self._scan.diagnostics, *self._front_matter_diagnostics)

    def elaborated(self, besides: Sequence[SourceFile] = ()) -> tuple[Elaborator, list[Diagnostic]]:
        """The note's chains and statements, elaborated anew after its preambles; what is wrong with front matters.

        besides: more preambles, which define no abbreviations.
        """
        elaborator = Elaborator()
        elaborator.scope.always_equal = always_equal
        problems: list[Diagnostic] = []
        for scanned, parsed in (*self._parsed_preambles, *map(_read, besides)):
            problems += assumptions(elaborator, scanned)
            elaborator.elaborate(parsed)
            elaborator.forget_statements()
        problems += assumptions(elaborator, self._scan)
        elaborator.forget_statements()
        elaborator.elaborate(self._parsed)
        return elaborator, problems

    @cached_property
    def _elaborated(self) -> tuple[list[Statement], list[Diagnostic], dict[str, Place]]:
        elaborator, problems = self.elaborated()
        tell_undeclared(elaborator, self.source)
        return elaborator.statements, problems, elaborator.places

    @property
    def _front_matter_diagnostics(self) -> list[Diagnostic]:
        return self._elaborated[1]

    @property
    def statements(self) -> list[Statement]:
        """All statements, in the order of the text."""
        return self._elaborated[0]

    @property
    def places(self) -> dict[str, Place]:
        """Where each claim stands, by its id."""
        return self._elaborated[2]

    @cached_property
    def _definitions(self) -> dict[Span, str]:
        """The ids of the definitions, by their places."""
        return {s.span: s.id for s in self.statements if s.kind == "definition"}

    def ids(self) -> list[tuple[str, str | None]]:
        """(id, label) of every statement."""
        return [(s.id, s.label) for s in self.statements]

    def check(
        self,
        select: Sequence[str] = (),
        limits: Limits | None = None,
        on_report: Callable[[Report, int, int], None] | None = None,
        explain: bool = True,
        repair: bool = True,
    ) -> CheckedNote:
        """Check the statements (those that a selector names, if there are any).

        Without `explain` a report does not say how its statement was understood; without `repair` no right side is
        suggested for a refuted claim.
        """
        chosen = [s for s in self.statements if not select or any(selects(one, s.id, s.label) for one in select)]
        verifier = Verifier(limits, explain)
        reports: list[Report] = []
        verdicts: dict[str, str] = {}
        answers: Answers | None = None
        for done, statement in enumerate(chosen, start=1):
            report = verifier.check(statement)
            verdicts[statement.id] = report.verdict
            if explain or report.verdict == "refuted" or statement.kind == "hole":
                if answers is None:
                    answers = self._answers(verifier, repair, verdicts)
                report = answers.answered(statement, report)
            if explain:
                report = replace(report, uses=uses(statement, self._definitions))
            reports.append(report)
            if on_report is not None:
                on_report(reports[-1], done, len(chosen))
        return CheckedNote(self.source, self.title, tuple(reports), self.diagnostics)

    def _repr_html_(self) -> str:
        return self.check()._repr_html_()

    def _answers(self, verifier: Verifier, repair: bool, verdicts: Mapping[str, str]) -> Answers:
        from symbn.answers import Answers  # half as slow to import as all the rest, and few statements need it

        return Answers(self.statements, self.places if repair else {}, verifier, verdicts)

    def derive(self, select: Sequence[str] = (), limits: Limits | None = None) -> CheckedNote:
        """The derivations of what the statements ask for: holes, and derivatives that chains begin with."""
        from symbn.derive import Deriver  # as above

        deriver = Deriver(self.statements, Verifier(limits, explain=False))
        reports = []
        for statement in self.statements:
            if statement.goes_on or (statement.asked is None and not select):
                continue
            if not select or any(selects(one, statement.id, statement.label) for one in select):
                reports.append(deriver.derived(statement))
        return CheckedNote(self.source, self.title, tuple(reports), self.diagnostics)


def selects(selector: str, id: str, label: str | None) -> bool:
    """Whether a selector names a statement: its id or its label, with or without a leading `eq:`."""
    names = {id, label} - {None}
    return selector in names or f"eq:{selector}" in names


_SETTLED = (
    "`functions: elementwise`, `norm: frobenius` and `prime: transpose` settle what the exp, the norm and the prime of "
    "a matrix are, `layout: denominator` that ∂f/∂x is a column where f is a number and x a column"
)


def _read(source: SourceFile) -> tuple[Scan, Parsed]:
    scanned = scan_source(source)
    return scanned, parse(source, scanned.blocks)


def formula(text: str, notation: Notation = PLAIN) -> MathBlock:
    """A text that is one piece of math by itself, without delimiters."""
    span = Span(0, len(text))
    return MathBlock(span, span, False, None, None, "0", (span,), notation, notation)


def assumptions(elaborator: Elaborator, scanned: Scan) -> list[Diagnostic]:
    """What is given under `symbn:` in the front matter, and by markers: settings, and statements as LaTeX."""
    problems: list[Diagnostic] = []
    front_matter = scanned.front_matter
    for setting in scanned.settings:
        if not elaborator.settle(setting.name, setting.value):
            problems.append(Diagnostic("P120", f"`{setting}` is not understood", help=_SETTLED))
    notation = Notation(macros={macro.name: macro for macro in scanned.macros})
    if front_matter is None:
        return problems
    for key, value in front_matter.symbn.items():
        if elaborator.settle(key, value):
            continue
        given = value if isinstance(value, list) else [value]
        if key not in ("declarations", "assumptions", "definitions") or not all(isinstance(v, str) for v in given):
            problems.append(
                NoteError(
                    Diagnostic(
                        "P120",
                        f"`symbn: {key}` in the front matter is not understood",
                        (),
                        help=f"`declarations`, `assumptions` and `definitions` hold lists of LaTeX "
                        f"statements; {_SETTLED}",
                    )
                ).diagnostic
            )
            continue
        for text in given:
            text = text.strip().strip("$")
            before = len(elaborator.statements)
            elaborator.read(SourceFile("front matter", text), [formula(text, notation)])
            for statement in elaborator.statements[before:]:
                problems += [
                    Diagnostic(d.code, f"in the front matter, `{text}`: {d.message}", (), d.notes, d.help)
                    for d in statement.diagnostics
                ]
    return problems
