"""Statement to report: the core decides, the second path must agree.

    core says                 evidence says           verdict
    Proof                     agrees                  proved
    Proof                     a rigorous difference   symbn's own fault (X001), exit 3
    Proof                     nothing (undefined)     undecided
    Residual, or no budget    a rigorous difference   refuted
    Residual, or no budget    agrees                  undecided

Agreement of numbers alone never gives `proved`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter, thread_time

from symbn.core.equality import Proof, Residual, decide
from symbn.core.ring import Budget, BudgetExceeded
from symbn.core.terms import NoRule
from symbn.diagnostics import Diagnostic, Label
from symbn.evidence.claim import Difference
from symbn.evidence.counterexample import Search, confirm, search
from symbn.evidence.misfit import misfit
from symbn.explain.conditions import ConditionFinder
from symbn.explain.conventions import conventions
from symbn.explain.latex import name_latex, to_latex
from symbn.explain.numbering import Numbering
from symbn.expr import build, tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.shape import shape_text
from symbn.expr.statement import Goal, Statement
from symbn.expr.tree import Expr
from symbn.memory import MEGABYTE, Allowance
from symbn.report import Condition, Counterexample, Report, Verdict

_FARTHEST_REACH = 8

_FIRST_SHARE = 100
"""The first look at a goal may make one part in so many of the terms."""


@dataclass(frozen=True)
class Limits:
    """What one claim may cost: seconds of work for each of the two paths, terms made by the core, memory in bytes."""

    seconds: float = 10.0
    terms: int = 200_000
    memory: int = 1024 * MEGABYTE


@dataclass(frozen=True)
class _Outcome:
    """What became of one goal."""

    verdict: Verdict
    message: str = ""
    counterexample: Counterexample | None = None
    proof: Proof | None = None
    diagnostic: Diagnostic | None = None
    snippet: str | None = None


@dataclass(frozen=True)
class Workspace:
    """What was translated for one context, as long as it has `size` definitions."""

    context: Context
    size: int
    indexing: Indexing
    conditions: ConditionFinder


class Verifier:
    """Checks statements; what was translated for one context is kept for the next statement of it."""

    def __init__(
        self, limits: Limits | None = None, explain: bool = True, workspaces: dict[int, Workspace] | None = None
    ) -> None:
        """workspaces: those of verifiers before this one, by the identity of their contexts; they are added to."""
        self.limits = limits or Limits()
        self.explain = explain
        self._workspaces = {} if workspaces is None else workspaces
        self._numbering = Numbering()
        self._memory = Allowance(self.limits.memory)

    def check(self, statement: Statement) -> Report:
        """The report of one statement."""
        started = perf_counter()
        report = self._report(statement)
        if statement.under and report["verdict"] in ("refuted", "undecided"):
            report = self._under(statement, report)
        elif statement.unmoved and report["verdict"] in ("refuted", "undecided"):
            report = self._unmoved(statement, report)
        elif report["verdict"] == "refuted" and any(self._is_proved(reading) for reading in statement.otherwise):
            report = self._ambiguous_zero(statement, report)
        return Report(**{**report, "seconds": perf_counter() - started})  # type: ignore[arg-type]

    def _under(self, statement: Statement, report: dict[str, object]) -> dict[str, object]:
        """The report of what is not true by itself: refuted only if it is false under what is supposed too."""
        message = f"not proved by itself; it is said {statement.under}"
        if statement.supposed is not None:
            supposed = self._report(replace(statement, context=statement.supposed))
            if supposed["verdict"] == "refuted":
                return supposed
            if supposed["verdict"] == "proved":
                message = f"true if that is declared: it is said {statement.under}"
        return report | {
            "verdict": "not checked", "message": message, "counterexample": None, "snippet": None, "diagnostics": (),
        }  # fmt: skip

    def _unmoved(self, statement: Statement, report: dict[str, object]) -> dict[str, object]:
        """The report; a question (E243) where the claim is true if what varies elsewhere in the note is held here."""
        zeros = {increment.name: tree.Zero(shape=increment.shape) for increment in statement.unmoved}
        goals = tuple(
            Goal(tree.with_symbols(goal.left, zeros), tree.with_symbols(goal.right, zeros), goal.note)
            for goal in statement.goals
        )
        if not self._is_proved(replace(statement, goals=goals)):
            return report
        names = " and ".join(f"`{build.varying(increment)}`" for increment in statement.unmoved)
        asked = Diagnostic(
            "E243", f"does {names} vary here? Then this is not so; it is where {names} is held",
            (Label(statement.span),), help="write the terms that are missing, or call what is held by another name: "
            "a name varies if its increment stands anywhere in the note",
        )  # fmt: skip
        return _asked(report, asked)

    def _ambiguous_zero(self, statement: Statement, report: dict[str, object]) -> dict[str, object]:
        """A question (E259): the claim is false with its 0 as numbers, and true with one as a column or matrix."""
        asked = Diagnostic(
            "E259", "is the 0 here a number? Then this is not so; it is with a column or matrix of zeros",
            (Label(statement.span),), help=r"write 0_n for a column of zeros, 0_{m \times n} for a matrix",
        )  # fmt: skip
        return _asked(report, asked)

    def _is_proved(self, statement: Statement) -> bool:
        return self._report(statement)["verdict"] == "proved"

    def _report(self, statement: Statement) -> dict[str, object]:
        base: dict[str, object] = {
            "id": statement.id, "label": statement.label, "span": statement.span, "kind": statement.kind,
            "lhs": statement.lhs, "rhs": statement.rhs, "message": statement.message,
            "diagnostics": tuple(statement.diagnostics),
            "conventions": conventions(_expressions(statement), statement.notices, statement.context),
        }  # fmt: skip
        errors = [d for d in statement.diagnostics if d.severity == "error"]
        if errors:
            if not (statement.misshapen and statement.kind in ("claim", "shape")):
                return base | {"verdict": "error", "message": errors[0].message}
            return base | {
                "verdict": "refuted", "message": errors[0].message,
                "counterexample": misfit(errors[0], statement.context.dimensions),
                "snippet": self._misfit_snippet(errors[0], statement.context),
            }  # fmt: skip
        if statement.kind in ("definition", "declaration"):
            return base | {"verdict": statement.kind, "understood": self._understood(statement)}
        if statement.kind == "unchecked":
            return base | {"verdict": "not checked"}
        if statement.kind == "shape" and not statement.goals:
            return base | self._shape(statement)
        if statement.kind == "hole":
            return base | {"verdict": "undecided", "message": "closed forms are not derived yet"}
        return base | self._claim(statement)

    # Shapes -----------------------------------------------------------------------------------------------

    def _shape(self, statement: Statement) -> dict[str, object]:
        assert statement.expression is not None and statement.claimed is not None
        own, claimed = statement.expression.shape, statement.claimed
        if own == claimed:
            return {"verdict": "proved", "understood": self._understood(statement)}
        message = f"this is {shape_text(own)}, not {shape_text(claimed)}"
        label = Label(statement.expression.span or statement.span, shape_text(own))
        diagnostic = Diagnostic("S250", message, (label,), shapes=build.known_shapes((own, claimed)))
        return {
            "verdict": "refuted", "message": message, "diagnostics": (diagnostic,),
            "counterexample": misfit(diagnostic, statement.context.dimensions),
            "snippet": self._misfit_snippet(diagnostic, statement.context),
            "understood": self._understood(statement),
        }  # fmt: skip

    # Claims -----------------------------------------------------------------------------------------------

    def _claim(self, statement: Statement) -> dict[str, object]:
        self._memory = Allowance(self.limits.memory)
        outcomes: list[_Outcome] = []
        for goal in statement.goals:
            outcomes.append(self._decide(goal, statement))
            if outcomes[-1].verdict != "proved":
                break
        last = outcomes[-1]
        result: dict[str, object] = {
            "verdict": last.verdict, "message": last.message, "counterexample": last.counterexample,
            "snippet": last.snippet,
            "understood": self._understood(statement, outcomes),
        }  # fmt: skip
        if last.diagnostic is not None:
            result["diagnostics"] = (last.diagnostic,)
        if last.verdict == "proved":
            sides = [side for goal in statement.goals for side in (goal.left, goal.right)]
            result["conditions"] = self._conditions(sides, statement.context)
        return result

    def _conditions(self, sides: list[Expr], context: Context) -> tuple[Condition, ...]:
        """The side conditions; of several that say the same the shortest, with the origins of all."""
        workspace = self._workspace(context)
        workspace.indexing.ring.budget = Budget(self.limits.terms, memory=self._memory)
        found: dict[int, Condition] = {}
        for condition in workspace.conditions.conditions(sides):
            number = self._numbering.number(condition, workspace.indexing)
            known = found.get(number)
            latex = min((known.latex if known else condition.latex, condition.latex), key=len)
            origins = dict.fromkeys((*(known.origins if known else ()), *condition.origins))
            found[number] = Condition(latex, tuple(origins), number)
        return tuple(found.values())

    def _workspace(self, context: Context) -> Workspace:
        found = self._workspaces.get(id(context))
        if found is None or found.size != len(context.definitions):
            indexing = Indexing(context)
            found = Workspace(context, len(context.definitions), indexing, ConditionFinder(context, indexing))
            self._workspaces[id(context)] = found
        return found

    def _decide(self, goal: Goal, statement: Statement) -> _Outcome:
        try:
            answer = self._answer(goal, statement)
        except BudgetExceeded as stop:
            self._forget_workspace(statement.context)
            return self._evidence_alone(goal, statement, 4, f"the proof search ended: {stop}")
        except MemoryError:
            self._forget_workspace(statement.context)
            return self._evidence_alone(goal, statement, 4, "the proof search ended: the machine has no more memory")
        except RecursionError:
            return self._evidence_alone(goal, statement, 4, "the proof search ended: it is nested too deeply")
        except NoRule as missing:
            return self._evidence_alone(goal, statement, 4, f"outside of what is decided: {missing}")
        except ZeroDivisionError as zero:
            return self._evidence_alone(goal, statement, 3, f"a side is defined nowhere: {zero}")
        if isinstance(answer, Residual):
            reach = min(answer.reach, _FARTHEST_REACH)
            return self._evidence_alone(goal, statement, reach, "no proof was found")
        return self._confirmed(answer, goal, statement)

    def _answer(self, goal: Goal, statement: Statement) -> Proof | Residual:
        """What the core says: within a small budget first, and if that is spent with the whole of it, unless numbers at
        two points refute the goal at once.  Raises BudgetExceeded, NoRule, ZeroDivisionError."""
        indexing = self._workspace(statement.context).indexing
        try:
            return _decided(goal, indexing, self._budget(self.limits.terms // _FIRST_SHARE))
        except BudgetExceeded:
            if self._is_refuted_at_once(goal, statement):
                raise
        return _decided(goal, indexing, self._budget(self.limits.terms))

    def _is_refuted_at_once(self, goal: Goal, statement: Statement) -> bool:
        found = confirm(
            goal.left, goal.right, statement.context, statement.free, deadline=self._deadline(), memory=self._memory
        )
        return found.counterexample is not None

    def _budget(self, terms: int) -> Budget:
        return Budget(terms, self._deadline(), self._memory)

    def _forget_workspace(self, context: Context) -> None:
        """Let go of what was translated for a claim that became too large."""
        self._workspaces.pop(id(context), None)

    def _deadline(self) -> float:
        return thread_time() + self.limits.seconds

    def _confirmed(self, proof: Proof, goal: Goal, statement: Statement) -> _Outcome:
        sides = (goal.left, goal.right, statement.context, statement.free)
        found = confirm(*sides, deadline=self._deadline(), memory=self._memory)
        if found.counterexample is None and not found.agreed:
            found = search(*sides, reach=3, deadline=self._deadline(), memory=self._memory)
        if found.counterexample is not None:
            diagnostic = Diagnostic(
                "X001",
                "symbn's two paths disagree: the core proves this, and explicit entries refute it",
                (Label(statement.span),),
                notes=(f"{statement.lhs} = {statement.rhs}",),
                help="this is a fault of symbn; please report the note",
            )
            return _Outcome("error", diagnostic.message, found.counterexample, diagnostic=diagnostic)
        if not found.agreed:
            ended = f"; the search for one ended: {found.ended}" if found.ended else ""
            message = f"proved by the core, but no point was found at which both sides are defined{ended}"
            return _Outcome("undecided", message)
        return _Outcome("proved", proof=proof)

    def _evidence_alone(self, goal: Goal, statement: Statement, reach: int, reason: str) -> _Outcome:
        found = search(
            goal.left, goal.right, statement.context, statement.free,
            reach=reach, deadline=self._deadline(), memory=self._memory,
        )  # fmt: skip
        if found.counterexample is not None and found.difference is not None:
            where = f" ({goal.note})" if goal.note else ""
            message = _difference(found.counterexample) + where
            return _Outcome("refuted", message, found.counterexample, snippet=self._snippet(goal, found.difference))
        return _Outcome("undecided", f"{reason}; {_tried(found)}")

    # Explanation ------------------------------------------------------------------------------------------

    def _snippet(self, goal: Goal, difference: Difference) -> str | None:
        if not self.explain:
            return None
        from symbn.explain.snippet import numpy_snippet  # explanations are rare, and this is slow to import

        return numpy_snippet(goal.left, goal.right, difference)

    def _misfit_snippet(self, diagnostic: Diagnostic, context: Context) -> str | None:
        if not self.explain:
            return None
        from symbn.explain.snippet import misfit_snippet  # as above

        return misfit_snippet(diagnostic, context.dimensions)

    def _understood(self, statement: Statement, outcomes: list[_Outcome] | None = None) -> tuple[str, ...]:
        """The statement as it was read, the assumptions it rests on, how it was decided."""
        if not self.explain:
            return ()
        lines = []
        for goal in statement.goals:
            note = f"   ({goal.note})" if goal.note else ""
            shape = shape_text(goal.left.shape)
            lines.append(f"read as: {to_latex(goal.left)} = {to_latex(goal.right)}   [{shape}]{note}")
        if statement.expression is not None:
            lines.append(f"read as: {to_latex(statement.expression)}   [{shape_text(statement.expression.shape)}]")
        lines += [f"for all: {i.name} in 1 … {i.dim}" for i in statement.free if not i.name.startswith("'")]
        for outcome in outcomes or []:
            if outcome.proof is not None:
                proof = outcome.proof
                lines += [f"assumes: {assumption}" for assumption in proof.assumptions]
                if proof.unfolded:
                    lines.append("unfolded: " + ", ".join(dict.fromkeys(map(name_latex, proof.unfolded))))
                lines.append("rules: " + "; ".join(f"{rule.name} ({rule.statement})" for rule in proof.rules))
        return tuple(lines)


def _asked(report: dict[str, object], question: Diagnostic) -> dict[str, object]:
    """A report that is a question now."""
    return report | {
        "verdict": "error", "message": question.message, "counterexample": None, "snippet": None,
        "diagnostics": (question,),
    }  # fmt: skip


def _decided(goal: Goal, indexing: Indexing, budget: Budget) -> Proof | Residual:
    """The core's answer on every part of a goal; the first that is no proof, else the last proof."""
    indexing.ring.budget = budget
    answer: Proof | Residual | None = None
    for left, right in indexing.sides(goal.left, goal.right):
        answer = decide(left, right, indexing.theory)
        if isinstance(answer, Residual):
            break
    assert answer is not None, "a goal without a part"
    return answer


def _expressions(statement: Statement) -> list[Expr]:
    """All that a statement says, and what it defines."""
    found = [side for goal in statement.goals for side in (goal.left, goal.right)]
    if statement.expression is not None:
        found.append(statement.expression)
    if statement.defined is not None and statement.defined in statement.context.definitions:
        found.append(statement.context.definitions[statement.defined].body)
    return found


def _difference(found: Counterexample) -> str:
    at = ", ".join(f"{name} = {value}" for name, value in found.sizes.items())
    where = f" at {at}" if at else ""
    if found.entry is None:
        return f"the two sides differ{where}"
    row, column = found.entry
    left, right = found.left[row - 1][column - 1], found.right[row - 1][column - 1]
    one = len(found.left) == 1 and len(found.left[0]) == 1
    entry = "" if one else f"entry ({row}, {column}) of "
    return f"{entry}the left side is {left}, {'' if one else 'of '}the right side {right}{where}"


def _tried(found: Search) -> str:
    def sizes(of: tuple[dict[str, int], ...]) -> str:
        shown = sorted({", ".join(f"{n}={k}" for n, k in s.items()) for s in of})
        return "; ".join(shown[:6]) + ("; …" if len(shown) > 6 else "")

    parts = []
    if found.agreed:
        where = f" (sizes {sizes(found.agreed)})" if any(found.agreed) else ""
        parts.append(f"both sides agreed at the points that were tried{where}")
    if found.undefined:
        parts.append("a side was undefined at some points")
    if found.ended:
        parts.append(f"the search for a counterexample ended: {found.ended}")
    return ", ".join(parts) or "no point could be evaluated"
