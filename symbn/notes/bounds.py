r"""What inequalities with numbers say of a number: x > 0, x \ne 0, \gamma < 1, 0 \le p \le 1.

A sign is taken on.  What else they say is not: a claim that is not proved without it is not refuted either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction as Rational
from math import ceil, floor

from symbn.expr.context import Sign
from symbn.notes.number_sets import Values, rational
from symbn.notes.syntax import Name, Signed, Syntax

TURNED = {">": "<", "<": ">", r"\ge": r"\le", r"\le": r"\ge", r"\ne": r"\ne"}
"""The relations that compare numbers, each with the one that says the same from the other side."""


@dataclass(frozen=True)
class Bounds:
    """The numbers between two ends, which are among them unless `above` or `below` is strict; None is no end."""

    low: Rational | int | None = None
    high: Rational | int | None = None
    above: bool = False
    below: bool = False
    without_zero: bool = False
    unread: str | None = None
    """What is said, where one of the ends is no number."""

    def holds(self, number: Rational | int) -> bool:
        """Whether a number is one of them."""
        if self.unread is not None or (self.without_zero and number == 0):
            return False
        over = self.low is None or number > self.low or (number == self.low and not self.above)
        under = self.high is None or number < self.high or (number == self.high and not self.below)
        return over and under

    def within(self, other: Bounds) -> Bounds:
        """The numbers that are between both pairs of ends, of which each has one."""
        first, second = (self, other) if self.high is None else (other, self)
        return replace(first, high=second.high, below=second.below, unread=first.unread or second.unread)

    @property
    def empty(self) -> bool:
        """Whether there is no more than one of them."""
        return self.low is not None and self.high is not None and self.low >= self.high

    @property
    def sign(self) -> Sign:
        """What all of them have in common."""
        if self.low is not None and self.low >= 0:
            return "positive" if self.low > 0 or self.above else "nonnegative"
        if self.high is not None and self.high <= 0:
            return "negative" if self.high < 0 or self.below else "nonpositive"
        return "nonzero" if self.without_zero else "real"

    @property
    def text(self) -> str:
        r"""An interval, such as (0, 1], or what is said."""
        low = "-∞" if self.low is None else str(self.low)
        high = "∞" if self.high is None else str(self.high)
        opens, closes = "(["[self.low is not None and not self.above], ")]"[self.high is not None and not self.below]
        return self.unread or f"{opens}{low}, {high}{closes}"

    @property
    def values(self) -> Values | None:
        """What they say besides the sign, with some of them; None for nothing."""
        if self.unread is None and {self.low, self.high} in ({None}, {None, 0}):
            return None
        ends = [Rational(end) for end in (self.low, self.high) if end is not None]
        if len(ends) == 2:
            some: tuple[Rational, ...] = (*ends, ends[0] + (ends[1] - ends[0]) / 3, (ends[0] + ends[1]) / 2)
        else:
            some = (*ends, *(number for end in ends for number in (end + 1, end - 1, end / 2, end / 3, 2 * end)))
        return Values(self.text, tuple(number for number in some if self.holds(number)))

    @property
    def least(self) -> int | None:
        """The least whole number of those that have no upper end."""
        if self.low is None or self.high is not None or self.unread is not None:
            return None
        return floor(self.low) + 1 if self.above else ceil(self.low)

    @property
    def spans_sizes(self) -> bool:
        """Whether they hold what may be meant as sizes or places: all from 1 on, or several whole numbers."""
        if self.low is None or self.low.denominator > 1:
            return False
        if self.high is None:
            return self.low > 0
        least = floor(self.low) + 1 if self.above else ceil(self.low)
        most = ceil(self.high) - 1 if self.below else floor(self.high)
        return self.low >= 0 and most - least >= (1 if least >= 1 else 2)


def bounds(relation: str, end: Syntax) -> Bounds | None:
    r"""The numbers that stand in a relation with one, x ≥ 2; all for x < \infty; None for any other end."""
    infinite = end.terms[0][1] if isinstance(end, Signed) and len(end.terms) == 1 else end
    if isinstance(infinite, Name) and infinite.latex == r"\infty":
        return Bounds()
    number = rational(end)
    if relation == r"\ne":
        return Bounds(without_zero=True) if number == 0 else None
    if number is None or relation not in TURNED:
        return None
    strict = relation in (">", "<")
    return Bounds(low=number, above=strict) if relation in (">", r"\ge") else Bounds(high=number, below=strict)
