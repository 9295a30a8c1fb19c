r"""Many right sides against one left side: which of them certainly differ, at a few fixed points.

The left side, and all definitions below it, are evaluated once for each point.  A right side that is dropped differs
for certain (two unequal rationals, or two balls without a common point); one that is left may still differ: this
proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from symbn.evidence.claim import Sizes, index_values
from symbn.evidence.components import Evaluator
from symbn.evidence.counterexample import size_plan
from symbn.evidence.dependence import Dependence
from symbn.evidence.matrices import Matrix
from symbn.evidence.numeric import Undefined, certainly_differ, real, working_precision
from symbn.evidence.points import Point, Style
from symbn.expr.context import Context
from symbn.expr.statement import Goal
from symbn.expr.tree import Expr, IndexVar

_BITS = 128
_CHOICES = 4


@dataclass
class _Trial:
    """One point, and the values that left sides have there."""

    sizes: Sizes
    evaluator: Evaluator
    left: dict[tuple[Expr, tuple[int, ...]], Matrix | None] = field(default_factory=dict)


class Screen:
    """Fixed points of one context, for claims about one left side.

    `deadline` is a `time.thread_time()` moment, after which evaluation raises `OutOfTime`.
    """

    def __init__(
        self, sides: Iterable[Expr], context: Context, free: tuple[IndexVar, ...] = (), deadline: float | None = None
    ) -> None:
        self.dependence = Dependence(context)
        survey = self.dependence.survey(sides, free)
        least = survey.least(context)
        dimensions = tuple(dict.fromkeys((*survey.dimensions, *context.dimensions)))
        plan = size_plan(dimensions, least, 3)
        styles = (Style.WIDE,) * 3 if survey.holds_application else (Style.SMALL, Style.POSITIVE, Style.WIDE)
        self._trials = []
        for seed, (style, sizes) in enumerate(zip(styles, (plan[0], plan[0], plan[1 % len(plan)]), strict=True)):
            evaluator = Evaluator(context, sizes, Point(context, seed, style), self.dependence, deadline)
            self._trials.append(_Trial(sizes, evaluator))

    def differ(self, goals: Iterable[Goal], free: tuple[IndexVar, ...]) -> bool:
        """Whether the sides of some goal certainly differ at one of the points.  Raises OutOfTime.

        A right side without a value where the left one has a value differs from it.
        """
        goals = tuple(goals)
        with working_precision(_BITS):
            return any(self._differ(goal, free, trial) for trial in self._trials for goal in goals)

    def _differ(self, goal: Goal, free: tuple[IndexVar, ...], trial: _Trial) -> bool:
        """Whether a goal's sides differ at a point; a left side without a value there tells nothing."""
        for indices in index_values(free, trial.sizes, _CHOICES):
            left = self._left(goal.left, indices, trial)
            if left is None:
                continue
            try:
                right = trial.evaluator.evaluate(goal.right, indices)
            except Undefined as undefined:
                if not undefined.straddles:
                    return True
                continue
            for p, q in zip(left, right, strict=True):
                if any(certainly_differ(real(x), real(y)) for x, y in zip(p, q, strict=True)):
                    return True
        return False

    def _left(self, side: Expr, indices: dict[str, int], trial: _Trial) -> Matrix | None:
        key = side, tuple(indices.values())
        if key not in trial.left:
            try:
                trial.left[key] = trial.evaluator.evaluate(side, indices)
            except Undefined:
                trial.left[key] = None
        return trial.left[key]
