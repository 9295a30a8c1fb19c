"""What a report says beyond its verdict: a repair, the right answer, the derivation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symbn.derive import Deriver
from symbn.expr.statement import Statement
from symbn.notes.rereading import Place
from symbn.repair import Repairer
from symbn.report import Report
from symbn.verifier import Verifier


class Answers:
    """Answers for the statements of one note; `known` are the verdicts so far, `places` what may be repaired."""

    def __init__(
        self, statements: Sequence[Statement], places: Mapping[str, Place], verifier: Verifier, known: Mapping[str, str]
    ) -> None:
        self._repairer = Repairer(places, verifier, known)
        self._deriver = Deriver(statements, verifier)
        self._explain = verifier.explain

    def answered(self, statement: Statement, report: Report) -> Report:
        """The report with all that there is to add; its derivation only where explanations are asked for."""
        report = self._repairer.repaired(report)
        return self._deriver.answered(statement, report, steps=self._explain)
