r"""Screening: what is dropped differs for certain; what is equal is never dropped."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from symbn.evidence.components import OutOfTime
from symbn.evidence.screening import Screen
from symbn.expr.context import Context
from symbn.expr.statement import Goal
from symbn.expr.tree import Expr, IndexVar

from .notation import (
    add,
    dimension,
    entry,
    identity,
    minus,
    number,
    ones,
    over,
    power,
    symbol,
    times,
    total,
    transposed,
)

N = "n"
x, y = symbol("x", N), symbol("y", N)
A, B = symbol("A", "m", N), symbol("B", N, "m")
a = symbol("a")
i = IndexVar("i", N)


def context(*, least: int = 1) -> Context:
    return Context(dimensions={N: least, "m": 1, "k": 1})


def differ(left: Expr, right: Expr, free: tuple[IndexVar, ...] = ()) -> bool:
    return Screen((left,), context(), free).differ([Goal(left, right)], free)


EQUAL: dict[str, tuple[Expr, Expr, tuple[IndexVar, ...]]] = {
    "a transpose": (transposed(times(A, B)), times(transposed(B), transposed(A)), ()),
    "a scalar's transpose": (times(transposed(x), y), times(transposed(y), x), ()),
    "a sum": (add(x, y), add(y, x), ()),
    "the identity": (times(identity(N), x), x, ()),
    "ones": (times(transposed(ones(N)), ones(N)), dimension(N), ()),
    "a root": (power(power(a, number(2)), number(1)), times(a, a), ()),
    "an entry": (entry(times(B, A), i, i), entry(transposed(times(B, A)), i, i), (i,)),
}
DIFFERENT: dict[str, tuple[Expr, Expr, tuple[IndexVar, ...]]] = {
    "two vectors": (x, y, ()),
    "a sign": (x, times(number(-1), x), ()),
    "a size": (times(transposed(ones(N)), ones(N)), add(dimension(N), number(1)), ()),
    "another size": (dimension(N), dimension("m"), ()),
    "a factor": (times(number(2), x), x, ()),
    "an entry": (entry(times(B, A), i, i), entry(x, i), (i,)),
    "a quotient": (over(x, a), times(a, x), ()),
}


@pytest.mark.parametrize("name", EQUAL)
def test_what_is_equal_is_kept(name: str) -> None:
    left, right, free = EQUAL[name]
    assert not differ(left, right, free)
    assert not differ(right, left, free)


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_is_dropped(name: str) -> None:
    left, right, free = DIFFERENT[name]
    assert differ(left, right, free)


def test_one_screen_serves_many_right_sides() -> None:
    left = transposed(times(A, B))
    screen = Screen((left,), context())
    rights = [times(transposed(B), transposed(A)), times(number(-1), left), left, times(number(2), left)]
    assert [screen.differ([Goal(left, right)], ()) for right in rights] == [False, True, False, True]


def test_a_right_side_without_a_value_is_dropped() -> None:
    """1/(a − a) is no answer where the left side is a number."""
    assert differ(a, over(a, minus(a, a)))


def test_a_left_side_without_a_value_tells_nothing() -> None:
    assert not differ(over(a, minus(a, a)), a)


def test_any_goal_that_differs_is_enough() -> None:
    screen = Screen((x,), context())
    assert screen.differ([Goal(x, x), Goal(x, y)], ())
    assert not screen.differ([Goal(x, x), Goal(y, y)], ())


def test_sizes_are_as_large_as_declared() -> None:
    left = over(number(1), add(dimension(N), number(-1)))
    screen = Screen((left,), context(least=2))
    assert not screen.differ([Goal(left, left)], ())
    assert screen.differ([Goal(left, over(number(1), dimension(N)))], ())


def test_names_that_only_the_right_side_has_get_sizes_too() -> None:
    assert differ(a, dimension("k"))


def test_after_the_deadline_nothing_is_said() -> None:
    left = total(i, entry(x, i))
    screen = Screen((left,), context(), (), deadline=time.thread_time() - 1)
    with pytest.raises(OutOfTime):
        screen.differ([Goal(left, left)], ())


def test_balls_that_overlap_do_not_differ() -> None:
    """√2 · √2 is enclosed, not known to be 2: kept."""
    root = power(number(2), Fraction(1, 2))
    left, right = times(root, root), number(2)
    assert not differ(left, right)
    assert differ(left, number(Fraction(2000001, 1000000)))
