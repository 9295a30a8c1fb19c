"""The right answer: closed forms for what a note asks for or gets wrong, and how they come about.

    ∂f/∂x = ?              a hole: the closed form, proved by both paths, is the answer
    ∂f/∂x = wrong          a refuted claim about a derivative: the closed form beside it
    ∂f/∂x = right          with steps asked for: the derivation

A closed form is said in the names that are known where it stands; names that are defined later are not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import thread_time

from symbn.core.ring import Budget, BudgetExceeded
from symbn.core.terms import NoRule
from symbn.explain.closed_form import closed_form
from symbn.explain.latex import index_latex, name_latex, to_latex
from symbn.explain.steps import Derivation, derivation
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.reindexing import free_indices
from symbn.expr.statement import Goal, Statement
from symbn.expr.tree import Expr
from symbn.memory import Allowance
from symbn.report import Report, Step
from symbn.verifier import Verifier

_MOST_WORDS = 8
"""How many of the author's derivatives are tried in a closed form, the nearest first."""
_MOST_PHRASES = 12
"""How many of his sums and applied functions."""


class Deriver:
    """Derives closed forms for the statements of one note."""

    def __init__(self, statements: Sequence[Statement], verifier: Verifier) -> None:
        self._statements = list(statements)
        self._verifier = verifier
        self._closed: dict[tuple[int, Expr], Expr | None] = {}

    def answered(self, statement: Statement, report: Report, steps: bool = False) -> Report:
        """The report, with the closed form if the statement is a hole or a refuted derivative; with its derivation
        if `steps` are asked for."""
        asked = statement.asked
        if asked is None:
            return report
        if statement.kind == "hole" and report.verdict == "undecided":
            report = self._filled(statement, asked, report)
        elif report.verdict == "refuted":
            closed = self._proved_form(statement, asked)
            report = replace(report, derived=None if closed is None else to_latex(closed))
        if not steps or not isinstance(asked, tree.Derivative) or statement.goes_on:
            return report
        return replace(report, steps=self.steps(statement))

    def derived(self, statement: Statement) -> Report:
        """What a statement asks for, with its closed form and derivation: `proved` if there is one."""
        report = Report(
            statement.id, statement.label, statement.span, statement.kind, "undecided", statement.lhs, "?",
            "there is no derivative on its left side", diagnostics=tuple(statement.diagnostics),
        )  # fmt: skip
        if statement.asked is None:
            return report
        closed = self._proved_form(statement, statement.asked)
        if closed is None:
            return replace(report, message="no closed form was found")
        found = replace(report, verdict="proved", message="", diagnostics=(), derived=to_latex(closed))
        return replace(found, lhs=to_latex(statement.asked), steps=self.steps(statement))

    def closed_form(self, statement: Statement) -> Expr | None:
        """The closed form of what a statement asks for, proved by the core; None if there is none."""
        asked = statement.asked
        return None if asked is None else self._form(statement, asked, self._visible(statement))

    def steps(self, statement: Statement) -> tuple[Step, ...]:
        """The derivation of the derivative that a statement is about; none if there is none to show."""
        asked = statement.asked
        if not isinstance(asked, tree.Derivative):
            return ()
        context = self._visible(statement)

        def closed(e: Expr) -> Expr | None:
            return self._form(statement, e, context)

        try:
            found = derivation(asked, context, closed, self._budget())
        except (BudgetExceeded, ZeroDivisionError, NoRule):
            return ()
        return () if found is None else tuple(_written(found))

    def _filled(self, statement: Statement, asked: Expr, report: Report) -> Report:
        """A hole's report with its answer."""
        closed = self.closed_form(statement)
        if closed is None and not any(isinstance(node, tree.Derivative) for node in tree.walk(asked)):
            closed = asked  # as short as it can be said
        if closed is None:
            return replace(report, message="no closed form was found")
        checked = self._verifier.check(_claim(statement, asked, closed))
        if checked.verdict != "proved":
            return replace(checked, kind=report.kind, rhs=report.rhs)
        return replace(checked, kind=report.kind, rhs=report.rhs, derived=to_latex(closed))

    def _proved_form(self, statement: Statement, asked: Expr) -> Expr | None:
        """The closed form, if both paths prove it."""
        closed = self.closed_form(statement)
        if closed is None or self._verifier.check(_claim(statement, asked, closed)).verdict != "proved":
            return None
        return closed

    def _form(self, statement: Statement, asked: Expr, context: Context) -> Expr | None:
        key = (id(statement), asked)
        if key not in self._closed:
            words = self._vocabulary(statement) if isinstance(asked, tree.Derivative) else []
            try:
                self._closed[key] = closed_form(asked, context, words, self._budget())
            except (BudgetExceeded, ZeroDivisionError, NoRule):
                self._closed[key] = None
        return self._closed[key]

    def _budget(self) -> Budget:
        limits = self._verifier.limits
        return Budget(limits.terms, thread_time() + limits.seconds, Allowance(limits.memory))

    def _vocabulary(self, statement: Statement) -> list[Expr]:
        """What the author writes in the statement's chain and before it, the nearest first: derivatives, sums and
        applied functions."""
        place = next((k for k, s in enumerate(self._statements) if s is statement), len(self._statements) - 1)
        while place + 1 < len(self._statements) and self._statements[place + 1].goes_on:
            place += 1
        derivatives: dict[Expr, None] = {}
        phrases: dict[Expr, None] = {}
        for earlier in reversed(self._statements[: place + 1]):
            for side in reversed(_sides(earlier)):
                for node in tree.walk(side):
                    if isinstance(node, tree.Derivative) and len(derivatives) < _MOST_WORDS:
                        derivatives[node] = None
                    applied = isinstance(node, tree.Reference) and bool(node.arguments)
                    if (applied or isinstance(node, tree.Add)) and len(phrases) < _MOST_PHRASES:
                        phrases[node] = None
        return [*derivatives, *phrases]

    def _visible(self, statement: Statement) -> Context:
        """The context without what is defined after the statement, unless the statement rests on it."""
        context = statement.context
        here = {s.span for s in self._statements}
        needed = {
            d.key for d in context.definitions_used(_sides(statement) + ([statement.asked] if statement.asked else []))
        }
        later = {
            key
            for key, d in context.definitions.items()
            if key not in needed and d.span is not None and d.span in here and d.span.start > statement.span.start
        }
        kept = {key: d for key, d in context.definitions.items() if key not in later}
        kept = {d.key: d for d in context.definitions_used([d.body for d in kept.values()])} | kept
        return context.copy(kept)


def _sides(statement: Statement) -> list[Expr]:
    sides = [side for goal in statement.goals for side in (goal.left, goal.right)]
    if statement.defined is not None and statement.defined in statement.context.definitions:
        sides.append(statement.context.definitions[statement.defined].body)
    return sides


def _claim(statement: Statement, asked: Expr, closed: Expr) -> Statement:
    """asked = closed for all values of the free indices, as a statement of its own."""
    free = tuple((free_indices(asked) | free_indices(closed)).values())
    return replace(
        statement, kind="claim", goals=(Goal(asked, closed),), free=free, expression=None, diagnostics=[],
        misshapen=False, message="",
    )  # fmt: skip


def _written(found: Derivation) -> Iterator[Step]:
    for definition in found.shorthands:
        indices = "".join(map(index_latex, definition.indices))
        name = name_latex(definition.key) + (f"_{{{indices}}}" if indices else "")
        yield Step(name, to_latex(definition.body))
    for line in found.lines:
        left = "" if line.left is None else to_latex(line.left)
        yield Step(left, to_latex(line.right), tuple(rule.name for rule in line.rules), line.facts)
