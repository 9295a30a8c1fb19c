"""Points at which two sides differ: where to look, and how to show the simplest one found.

    search:   sizes small and unequal first, then up to `reach`, then all dimensions at `reach`
    confirm:  two cheap points, for a claim that has been proved already

A difference is a fact: two unequal rationals, or two balls without a common point.  Agreement at points proves
nothing (the trace polynomial e₄ vanishes for n ≤ 3 only), and is reported as what it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
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

    difference: the counterexample's sides and point as numbers and functions.  ended: what bound ended the search
    before its plan did, if one did.
    """

    counterexample: Counterexample | None = None
    agreed: tuple[Sizes, ...] = ()
    undefined: tuple[Sizes, ...] = ()
    difference: Difference | None = None
    ended: str = ""


def search(
    lhs: Expr,
    rhs: Expr,
    context: Context,
    free: tuple[IndexVar, ...] = (),
    *,
    reach: int = 4,
    deadline: float | None = None,
    memory: Callable[[], str] | None = None,
    seed: int = 0,
) -> Search:
    """Looks for a point at which lhs ≠ rhs, up to sizes max(reach, 4); `deadline` is a `time.thread_time()` moment, and
    `memory` says what is too much, once more is taken than is allowed."""
    claim = Claim(lhs, rhs, context, free, deadline, memory)
    plan = size_plan(claim.survey.dimensions, claim.least, max(reach, 4))
    attempts = [
        _Attempt(sizes, _spread(claim, seed + 101 * number, both_signs=number == 0), 3 if number == 0 else 2)
        for number, sizes in enumerate(plan)
    ]
    if not plan[0]:
        attempts = [_Attempt({}, trials := [*attempts[0].trials, *_scattered(seed)], len(trials))]
    return _run(claim, attempts, choices=27)


def confirm(
    lhs: Expr,
    rhs: Expr,
    context: Context,
    free: tuple[IndexVar, ...] = (),
    deadline: float | None = None,
    memory: Callable[[], str] | None = None,
) -> Search:
    """A few cheap points, at small unequal sizes and at each size's least: a second opinion on a claim that is proved.

    What may have either sign has one at the first point and the other at the second.
    """
    claim = Claim(lhs, rhs, context, free, deadline, memory)
    plan = size_plan(claim.survey.dimensions, claim.least, 3)[:2]
    attempts = [
        _Attempt(sizes, [(s, 1, m) for s in _styles(claim) for m in (number == 1, number == 0)], 3 - len(plan))
        for number, sizes in enumerate(plan)
    ]
    for dimension in claim.survey.dimensions:
        sizes = plan[0] | {dimension: claim.least.get(dimension, 1)}
        if sizes not in plan:
            attempts.append(_Attempt(sizes, [(_styles(claim)[0], 1, False)], 1))
    return _run(claim, attempts, choices=4)


_Trial = tuple[Style, int, bool]
"""A style, a seed, and whether the point is the mirror image."""


@dataclass(frozen=True)
class _Attempt:
    """Sizes, points to try there in order, and at how many the sides shall agree."""

    sizes: Sizes
    trials: list[_Trial]
    points: int


def _styles(claim: Claim) -> tuple[Style, ...]:
    return _CAREFUL_STYLES if claim.survey.holds_application else _STYLES


def _spread(claim: Claim, seed: int, both_signs: bool) -> list[_Trial]:
    """Points that have little in common; with mirror images what holds for one sign only is seen."""
    images = (False, True) if both_signs else (False,)
    return [(style, seed + 7919 * k, m) for k, style in enumerate(_styles(claim)) for m in images]


def _scattered(seed: int) -> list[_Trial]:
    """Points of numbers alone, of all the signs that a few numbers can have together."""
    return [(Style.WIDE, seed + 6151 * k, mirrored) for k in range(1, 13) for mirrored in (False, True)]


def _run(claim: Claim, attempts: list[_Attempt], choices: int) -> Search:
    """Tries each size until the sides agreed at enough points, with more draws where a side has no value."""
    agreed: list[Sizes] = []
    undefined: list[Sizes] = []
    found: Difference | None = None
    ended = ""
    try:
        for attempt in attempts:
            found, agreements = _tried(claim, attempt, choices)
            if found is not None:
                break
            (agreed if agreements else undefined).append(attempt.sizes)
    except OutOfTime as stop:
        ended = str(stop)
    if found is None:
        return Search(None, tuple(agreed), tuple(undefined), ended=ended)
    found = reduced(claim, found)
    return Search(present(found), tuple(agreed), tuple(undefined), found)


def _tried(claim: Claim, attempt: _Attempt, choices: int) -> tuple[Difference | None, int]:
    """The first difference at these sizes, and at how many points before the sides agreed."""
    values = list(index_values(claim.free, attempt.sizes, choices))
    agreements = 0
    for style, seed, mirrored in attempt.trials:
        if claim.deadline is not None and time.thread_time() > claim.deadline:
            raise OutOfTime("out of time")
        try:
            found = claim.compare(attempt.sizes, Point(claim.context, seed, style, mirrored=mirrored), values)
        except Undefined:
            continue
        if found is not None:
            return found, agreements
        agreements += 1
        if agreements >= attempt.points:
            break
    return None, agreements


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
