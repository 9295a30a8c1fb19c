"""Points at which two sides differ: where to look, and how to show the simplest one found.

    search:   sizes small and unequal first, then up to `reach`, then all dimensions at `reach`
    confirm:  two cheap points, for a claim that has been proved already

A difference is a fact: two unequal rationals, or two balls without a common point.  Agreement at points proves
nothing (the trace polynomial e₄ vanishes for n ≤ 3 only), and is reported as what it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from symbn.evidence.claim import Claim, Difference, Sizes, index_values
from symbn.evidence.components import OutOfTime
from symbn.evidence.numeric import Undefined
from symbn.evidence.points import Point, Style
from symbn.evidence.showing import present, reduced
from symbn.expr.context import Context
from symbn.expr.tree import Expr, IndexVar
from symbn.report import Counterexample

_STYLES = (
    Style.SMALL,
    Style.FRACTION,
    Style.POSITIVE,
    Style.UNIT,
    Style.LARGE,
    Style.WIDE,
    Style.POSITIVE,
    Style.UNIT,
)
_CAREFUL_STYLES = (Style.WIDE,) * 6
"""Where applications h(x) are recognised by the values of x, values must not coincide by accident."""


@dataclass(frozen=True)
class Search:
    """What was found: a counterexample, or the sizes at which both sides agreed at a point or had no value.

    difference: the counterexample's sides and point as numbers and functions.
    """

    counterexample: Counterexample | None = None
    agreed: tuple[Sizes, ...] = ()
    undefined: tuple[Sizes, ...] = ()
    difference: Difference | None = None


def search(
    lhs: Expr,
    rhs: Expr,
    context: Context,
    free: tuple[IndexVar, ...] = (),
    *,
    reach: int = 4,
    deadline: float | None = None,
    seed: int = 0,
) -> Search:
    """Looks for a point at which lhs ≠ rhs, up to sizes max(reach, 4); `deadline` is a `time.monotonic()` moment."""
    claim = Claim(lhs, rhs, context, free, deadline)
    plan = size_plan(claim.survey.dimensions, claim.least, max(reach, 4))
    return _run(claim, plan, seed, points=2 if plan[0] else 4, choices=27)


def confirm(
    lhs: Expr, rhs: Expr, context: Context, free: tuple[IndexVar, ...] = (), deadline: float | None = None
) -> Search:
    """Two cheap points at small unequal sizes: a second opinion on a claim that has been proved.

    What may have either sign has one at the first point and the other at the second.
    """
    claim = Claim(lhs, rhs, context, free, deadline)
    plan = size_plan(claim.survey.dimensions, claim.least, 3)[:2]
    return _run(claim, plan, seed=1, points=3 - len(plan), choices=4, mirrors=True)


def _run(claim: Claim, plan: list[Sizes], seed: int, points: int, choices: int, mirrors: bool = False) -> Search:
    """Tries each size at `points` points, with more draws where a side has no value."""
    agreed: list[Sizes] = []
    undefined: list[Sizes] = []
    found: Difference | None = None
    styles = _CAREFUL_STYLES if claim.survey.holds_application else _STYLES
    try:
        for number, sizes in enumerate(plan):
            values = list(index_values(claim.free, sizes, choices))
            agreements = 0
            trials = [(style, False) for style in styles]
            if mirrors:
                order = (False, True) if number % 2 == 0 else (True, False)
                trials = [(style, mirrored) for style in styles for mirrored in order]
            for attempt, (style, mirrored) in enumerate(trials):
                if claim.deadline is not None and time.monotonic() > claim.deadline:
                    raise OutOfTime
                offset = 0 if mirrors else 101 * number + 7919 * attempt
                point = Point(claim.context, seed + offset, style, mirrored=mirrored)
                try:
                    found = claim.compare(sizes, point, values)
                except Undefined:
                    continue
                if found is not None:
                    break
                agreements += 1
                if agreements >= points:
                    break
            if found is not None:
                break
            (agreed if agreements else undefined).append(sizes)
    except OutOfTime:
        pass
    if found is None:
        return Search(None, tuple(agreed), tuple(undefined))
    found = reduced(claim, found)
    return Search(present(found), tuple(agreed), tuple(undefined), found)


def size_plan(dimensions: tuple[str, ...], least: dict[str, int], top: int) -> list[Sizes]:
    """Sizes to try, in order: small and unequal, equal, with 1s, then larger, up to all dimensions = top.

    A dimension that may not be as small as a pattern says takes its least value, or one more.
    """
    patterns: list[tuple[int, ...]] = [(2, 3, 4), (3, 2), (2,), (1, 2), (2, 1), (1,), (3, 4), (4, 3, 2)]
    if len(dimensions) < 3:
        patterns[0] = (2, 3)
    patterns += [(m,) for m in range(3, top + 1)]
    plan: dict[tuple[int, ...], Sizes] = {}
    for pattern in patterns:
        sizes = {}
        for j, d in enumerate(dimensions):
            wanted, low = pattern[j % len(pattern)], least.get(d, 1)
            sizes[d] = wanted if wanted >= low else low + wanted % 2 if low > 2 else low
        plan.setdefault(tuple(sizes.values()), sizes)
    return list(plan.values())
