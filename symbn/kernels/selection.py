"""Which equations of a note become kernels, and which of them share one function.

Without a selection all claims are meant, and definitions are passed over; a claim that is not proved is a reason to
make nothing.  The fused function returns the results of the selection in one go: of a chain only the last link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symbn.expr.statement import Statement
from symbn.kernels.identifiers import distinct, function_name
from symbn.kernels.kernel import Equation, Kernel, equation_of, kernel_of
from symbn.kernels.lowering import NoKernel
from symbn.note import Note, selects
from symbn.report import Report
from symbn.verifier import Limits, Verifier


class NotMade(Exception):
    """Why there are no kernels: one line for each statement that gives none."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


class UnknownSelector(Exception):
    """A name that no statement has."""


def kernels_of(
    note: Note,
    select: Sequence[str] = (),
    fuse: Mapping[str, Sequence[str]] | None = None,
    limits: Limits | None = None,
) -> list[Kernel]:
    """A kernel for each selected equation, in the order of the note, and one for each fused set.

    fuse: the name of a function to the equations that it computes together; without it, and with more than one
    equation of one context selected by name, they are fused as `fused`.  Raises NotMade, UnknownSelector.
    """
    given = dict(fuse or {})
    wanted = [*select, *(label for labels in given.values() for label in labels)]
    statements = {s.id: s for s in note.statements}
    for selector in wanted:
        if not any(selects(selector, s.id, s.label) for s in statements.values()):
            raise UnknownSelector(selector)
    verifier = Verifier(limits, explain=False)
    reports: dict[str, Report] = {}
    reasons: list[str] = []
    equations: dict[str, Equation] = {}
    for statement in note.statements:
        chosen = any(selects(one, statement.id, statement.label) for one in wanted)
        readable = not any(diagnostic.severity == "error" for diagnostic in statement.diagnostics)
        if not chosen and (wanted or (statement.kind != "claim" and readable)):
            continue
        report = reports[statement.id] = verifier.check(statement)
        try:
            equations[statement.id] = equation_of(statement, report)
        except NoKernel as none:
            if chosen or report.verdict != "proved":
                said = f" ({report.message})" if report.verdict in ("error", "undecided") and report.message else ""
                reasons.append(f"{statement.id}: {none}{said}")
    if reasons:
        raise NotMade(reasons)
    taken: set[str] = set(given)
    made: list[Kernel] = []
    for id, equation in equations.items():
        alone = not select or any(selects(one, id, equation.statement.label) for one in select)
        if alone and (select or not given):
            made += _kernel(distinct(function_name(id), taken), [equation], reasons)
    if not given and select:
        given = _default_fusion(equations, taken)
    for name, labels in given.items():
        named: dict[str, Equation] = {}
        for one in labels:  # a chain's name stands for its last link, a link's name for itself
            group = [e for i, e in equations.items() if selects(one, i, e.statement.label)]
            named |= {e.statement.id: e for e in _last_links(group)}
        made += _kernel(name, list(named.values()), reasons)
    if reasons:
        raise NotMade(reasons)
    return made


def _kernel(name: str, equations: Sequence[Equation], reasons: list[str]) -> list[Kernel]:
    try:
        return [kernel_of(name, equations)]
    except NoKernel as none:
        reasons.append(f"{', '.join(e.statement.id for e in equations)}: {none}")
        return []


def _default_fusion(equations: Mapping[str, Equation], taken: set[str]) -> dict[str, Sequence[str]]:
    """One function for the selected equations of each context, where there are several results to share."""
    by_context: dict[int, list[Equation]] = {}
    for equation in equations.values():
        by_context.setdefault(id(equation.context), []).append(equation)
    return {
        distinct("fused", taken): [e.statement.id for e in group]
        for group in map(_last_links, by_context.values())
        if len(group) > 1
    }


def _last_links(equations: Sequence[Equation]) -> list[Equation]:
    """Of each chain only the last equation: its links compute one and the same."""
    kept: list[Equation] = []
    for equation in equations:
        if kept and _continues(kept[-1].statement, equation.statement):
            kept.pop()
        kept.append(equation)
    return kept


def _continues(first: Statement, second: Statement) -> bool:
    """Whether two equations are links of one chain, one after the other."""
    if not (first.goals and second.goals) or first.context is not second.context:
        return False
    return _chain(first) == _chain(second) and first.goals[-1].right == second.goals[-1].left


def _chain(statement: Statement) -> str:
    """What names the chain that a statement is a link of."""
    return statement.label or statement.id.rstrip("abcdefghijklmnopqrstuvwxyz")
