"""One equation at points: where its two sides have values, and whether these differ.

A difference is a fact: two unequal rationals, or two balls without a common point.  Balls that overlap although they
are wide, or that straddle the edge of where a function has a value, are computed again with more bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from symbn.evidence.components import Evaluator
from symbn.evidence.dependence import Dependence, Survey
from symbn.evidence.functions import Hashing
from symbn.evidence.matrices import Matrix
from symbn.evidence.numeric import Undefined, certainly_differ, is_exact, is_loose, real, working_precision
from symbn.evidence.points import Point
from symbn.evidence.sizes import size_of
from symbn.expr.context import Context
from symbn.expr.tree import Expr, IndexVar

Sizes = dict[str, int]

_PRECISIONS = (128, 512, 2048)


@dataclass(frozen=True)
class Difference:
    """A point at which the sides certainly differ, first at `entry` (from 0)."""

    sizes: Sizes
    indices: dict[str, int]
    point: Point
    left: Matrix
    right: Matrix
    entry: tuple[int, int]

    @property
    def exact(self) -> bool:
        return all(is_exact(real(x)) for side in (self.left, self.right) for row in side for x in row)


@dataclass
class Claim:
    """lhs = rhs for all values of the free indices, in a context; what it rests on is surveyed once.

    `least` holds the least size of each dimension: as declared, and no smaller than its fixed positions (x_3).
    """

    lhs: Expr
    rhs: Expr
    context: Context
    free: tuple[IndexVar, ...]
    deadline: float | None
    memory: Callable[[], str] | None = None
    dependence: Dependence = field(init=False)
    survey: Survey = field(init=False)
    least: Sizes = field(init=False)

    def __post_init__(self) -> None:
        self.dependence = Dependence(self.context)
        self.survey = self.dependence.survey((self.lhs, self.rhs), self.free)
        self.least = self.survey.least(self.context)

    def compare(self, sizes: Sizes, point: Point, indices: Iterable[dict[str, int]]) -> Difference | None:
        """A certain difference at this point, or None; Undefined where a side has no value."""
        choices = list(indices)
        for bits in _PRECISIONS:
            with working_precision(bits):
                try:
                    difference, loose = self._compare(sizes, point, choices)
                except Undefined as undefined:
                    if not undefined.straddles or bits == _PRECISIONS[-1]:
                        raise
                    continue
            if difference is not None or not loose:
                return difference
        return None

    def _compare(self, sizes: Sizes, point: Point, choices: list[dict[str, int]]) -> tuple[Difference | None, bool]:
        evaluator = Evaluator(self.context, sizes, point, self.dependence, self.deadline, self.memory)
        loose = False
        for indices in choices:
            left, right = evaluator.evaluate(self.lhs, indices), evaluator.evaluate(self.rhs, indices)
            if (len(left), len(left[0])) != (len(right), len(right[0])):
                raise ValueError("two sides of different shapes cannot be compared")
            for i, (p, q) in enumerate(zip(left, right, strict=True)):
                for j, (x, y) in enumerate(zip(p, q, strict=True)):
                    a, b = real(x), real(y)
                    if certainly_differ(a, b):
                        return Difference(sizes, indices, point, left, right, (i, j)), False
                    loose = loose or is_loose(a, b)
        return None, loose


def index_values(free: tuple[IndexVar, ...], sizes: Sizes, limit: int) -> Iterator[dict[str, int]]:
    """Values of the free indices, from 1: all of them up to `limit`, else the corners and a deterministic choice."""
    ranges = [size_of(index.dim, sizes) for index in free]
    total = 1
    for size in ranges:
        total *= size
    names = [index.name for index in free]
    if total <= limit:
        for values in product(*(range(1, size + 1) for size in ranges)):
            yield dict(zip(names, values, strict=True))
        return
    hashing = Hashing("indices", *names, *ranges)
    chosen = {tuple(k % size + 1 for k, size in enumerate(ranges)), (1,) * len(ranges), tuple(ranges)}
    while len(chosen) < limit:
        chosen.add(tuple(1 + hashing.below(size) for size in ranges))
    for values in sorted(chosen):
        yield dict(zip(names, values, strict=True))
