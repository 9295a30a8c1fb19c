r"""What is told of a name without a meaning (E110): what it is used as, and how to declare it; or where it gets one.

A name whose definition failed, or stands further on, is told that place: one failure is told in full once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symbn.diagnostics import Diagnostic, Label
from symbn.expr.statement import Statement
from symbn.notes.elaborate import Elaborator
from symbn.notes.occurrences import ELIDED, Defining, Occurrences, names_of
from symbn.notes.proposals import Proposal, proposals
from symbn.notes.samples import BELONGING, joined, memberships
from symbn.notes.syntax import Chain, Commas, Name, Script, Syntax, walk
from symbn.source import SourceFile, Span

UNDECLARED = "E110"


def tell_undeclared(elaborator: Elaborator, source: SourceFile) -> None:
    """Tell each statement of the source that was read last what its names without a meaning could be."""
    statements = [s for s in elaborator.statements if any(d.code == UNDECLARED for d in s.diagnostics)]
    if not statements:
        return
    occurrences = Occurrences(elaborator.scope, elaborator.chains, elaborator.defining)
    teller = _Teller(source, occurrences, elaborator.chains, proposals(occurrences, elaborator.chains))
    for statement in statements:
        statement.diagnostics = [teller.told(diagnostic, statement) for diagnostic in statement.diagnostics]


class _Teller:
    """Diagnostics with what the whole note says of their names."""

    def __init__(
        self, source: SourceFile, occurrences: Occurrences, chains: list[Chain], found: dict[str, Proposal]
    ) -> None:
        self.source = source
        self.occurrences = occurrences
        self.found = found
        self.names = names_by_place(chains, occurrences)
        self.declaring: dict[str, Span] = {}
        for chain in chains:
            if chain.links[0].relation in (":", *BELONGING):
                for subject in _subjects(chain):
                    self.declaring.setdefault(self.names.get(subject.span.start, ""), subject.span)
        self.definers: dict[str, list[Defining]] = {}
        for d in occurrences.definitions:
            for head in d.heads:
                for name in names_of(head):
                    self.definers.setdefault(name, []).append(d)

    def told(self, diagnostic: Diagnostic, statement: Statement) -> Diagnostic:
        """The same, with a help that fits the note."""
        if diagnostic.code != UNDECLARED or not diagnostic.labels:
            return diagnostic
        span = diagnostic.labels[0].span
        name = self.names.get(span.start)
        word = self.occurrences.words.get(span.start)
        if word is not None:
            return replace(diagnostic, help=rf"is `{word}` one name? Then write \operatorname{{{word}}}")
        if name is None:
            return diagnostic
        if name in self.definers:
            return self._defined(diagnostic, self.definers[name], span, statement)
        declared = self.declaring.get(name)
        if declared is not None and declared.start > span.start:
            return self._elsewhere(
                diagnostic, f"declared below, at {self._at(declared)}", declared, "declared only here",
                "move the declaration up, or put it in a preamble",
            )  # fmt: skip
        if declared is not None and declared.start < span.start and declared.start != statement.span.start:
            return self._elsewhere(
                diagnostic, f"its declaration at {self._at(declared)} could not be read: see there", declared,
                "this declaration could not be read", None,
            )  # fmt: skip
        proposal = self.found.get(name)
        return diagnostic if proposal is None else self._proposed(diagnostic, proposal)

    def _defined(self, diagnostic: Diagnostic, definers: list[Defining], span: Span, own: Statement) -> Diagnostic:
        """A name that the note defines: its definition failed, or comes later."""
        before = [d for d in definers if d.chain.span.start < span.start and d.chain.sides[0].span != span]
        if any(_body(d).span.start <= span.start < _body(d).span.end for d in before):
            return diagnostic  # by itself
        if before:
            place = before[-1].chain.sides[0].span
            return self._elsewhere(
                diagnostic, f"its definition at {self._at(place)} could not be read: see there", place,
                "this definition could not be read", None,
            )  # fmt: skip
        place = definers[0].chain.sides[0].span
        return self._elsewhere(
            diagnostic, f"defined below, at {self._at(place)}", place, "defined only here",
            "move the definition up, or put it in a preamble",
        )  # fmt: skip

    def _elsewhere(
        self, diagnostic: Diagnostic, note: str, place: Span, text: str, help: str | None
    ) -> Diagnostic:  # fmt: skip
        labels = (*diagnostic.labels, Label(place, text, primary=False))
        return replace(diagnostic, labels=labels, notes=(note,), help=help)

    def _proposed(self, diagnostic: Diagnostic, proposal: Proposal) -> Diagnostic:
        clash = proposal.clash
        if clash is not None:
            places = zip((clash.here, clash.there), clash.spans, strict=True)
            here, there = (f"as {shape} at {self._at(span)}" for shape, span in places)
            return replace(
                diagnostic, notes=(*diagnostic.notes, f"used {here}, and {there}"),
                help="one name has one shape: rename one of the two, or transpose it",
            )  # fmt: skip
        guessed = "" if proposal.settled else "; its uses would allow something else"
        notes = (*diagnostic.notes, f"used as {proposal.used_as}{guessed}")
        if ELIDED in diagnostic.message:  # the name in a list carries an index that the note does not write
            subject = proposal.declarations[-1].split(r" \in ")[0]
            diagnostic = replace(diagnostic, message=f"`{subject}` is not declared")
        return replace(diagnostic, notes=notes, help=f"declare {proposal.declaration} before its use, or define it")

    def _at(self, span: Span) -> str:
        line, column = self.source.position(span.start)
        return f"{line}:{column}"


def names_by_place(chains: list[Chain], occurrences: Occurrences) -> dict[int, str]:
    """The names that occur, by where they begin."""
    names: dict[int, str] = {}
    for chain in chains:
        for side in (*chain.subjects, *chain.sides):
            for node in walk(side):
                found = occurrences.of(node) if isinstance(node, (Name, Script)) else None
                if found is not None:
                    names.setdefault(node.span.start, found.name)
    return names


def _subjects(chain: Chain) -> Iterator[Name | Script]:
    """The names that a declaration is about, each of x_1, …, x_n and of (x_i, y_i) too."""
    parts = list(memberships(chain)) if len(chain.sides) > 1 else []
    for part in parts or [chain]:
        for subject in joined((*part.subjects, part.sides[0])):
            listed = subject.items if isinstance(subject, Commas) else (subject,)
            yield from (item for item in listed if isinstance(item, (Name, Script)))


def _body(defining: Defining) -> Syntax:
    return defining.chain.sides[len(defining.heads)]
