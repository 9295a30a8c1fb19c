"""Expectation is linear, binds the random names, and tells moments and dependence apart; every law has a false twin."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from flint import fmpq

from symbn.evidence.components import Evaluator
from symbn.evidence.counterexample import confirm, search
from symbn.evidence.points import Point, Style
from symbn.expr.context import Context
from symbn.expr.tree import At, Dim, Expr, Symbol

from .notation import (
    add,
    apply,
    block,
    declare,
    define,
    entrywise,
    function,
    gradient,
    identity,
    inverse,
    mean,
    minus,
    number,
    over,
    power,
    reference,
    symbol,
    times,
    trace,
    transposed,
)


class Names:
    """u, v random scalars, x and y random n×1, X random n×n; A n×n, b n×1, c, d and e > 0 scalars."""

    def __init__(self) -> None:
        self.context = Context()
        self.u, self.v = self._random("u"), self._random("v")
        self.x, self.y, self.X = self._random("x", "n"), self._random("y", "n"), self._random("X", "n", "n")
        self.A, self.b = declare(self.context, symbol("A", "n", "n")), declare(self.context, symbol("b", "n"))
        self.c, self.d = declare(self.context, symbol("c")), declare(self.context, symbol("d"))
        self.e = declare(self.context, symbol("e"), "positive")

    def _random(self, name: str, rows: Dim = 1, columns: Dim = 1) -> Symbol:
        self.context.random[name] = None
        return declare(self.context, symbol(name, rows, columns))

    def variance(self, argument: Expr) -> Expr:
        """var(t) := 𝔼(t − 𝔼t)², defined once and applied."""
        t = symbol("t")
        define(self.context, "var", mean(power(minus(t, mean(t)), 2)), (), (t,))
        return reference(self.context, "var", arguments=(argument,))


def covariance(x: Expr, y: Expr) -> Expr:
    return mean(times(minus(x, mean(x)), transposed(minus(y, mean(y)))))


def moment(e: Expr, k: int) -> Expr:
    return mean(power(e, k))


def central(e: Expr, k: int) -> Expr:
    return moment(minus(e, mean(e)), k)


TRUE_AND_FALSE: dict[str, Callable[[Names], tuple[Expr, Expr, Expr]]] = {
    "linear": lambda N: (mean(add(times(N.A, N.x), N.b)), add(times(N.A, mean(N.x)), N.b), add(times(N.A, N.x), N.b)),
    "of a product of dependent names": lambda N: (
        mean(times(N.c, N.u, N.v)),
        times(N.c, mean(times(N.u, N.v))),
        times(N.c, mean(N.u), mean(N.v)),
    ),
    "of a mean": lambda N: (mean(times(N.u, mean(N.v))), times(mean(N.u), mean(N.v)), mean(times(N.u, N.v))),
    "of what is not random": lambda N: (mean(N.b), N.b, times(number(2), N.b)),
    "variance": lambda N: (central(N.u, 2), minus(moment(N.u, 2), power(mean(N.u), 2)), moment(N.u, 2)),
    "covariance": lambda N: (
        covariance(N.x, N.y),
        minus(mean(times(N.x, transposed(N.y))), times(mean(N.x), transposed(mean(N.y)))),
        covariance(N.y, N.x),
    ),
    "covariance of an image": lambda N: (
        covariance(add(times(N.A, N.x), N.b), add(times(N.A, N.x), N.b)),
        times(N.A, covariance(N.x, N.x), transposed(N.A)),
        times(N.A, covariance(N.x, N.x), N.A),
    ),
    "fourth central moment": lambda N: (
        central(N.u, 4),
        add(
            moment(N.u, 4),
            times(number(-4), moment(N.u, 3), mean(N.u)),
            times(number(6), moment(N.u, 2), power(mean(N.u), 2)),
            times(number(-3), power(mean(N.u), 4)),
        ),
        times(number(3), power(central(N.u, 2), 2)),  # of a normal variable
    ),
    "third central moment": lambda N: (
        central(N.u, 3),
        add(
            moment(N.u, 3),
            times(number(-3), moment(N.u, 2), mean(N.u)),
            times(number(2), power(mean(N.u), 3)),
        ),
        number(0),
    ),
    "trace of a quadratic form": lambda N: (
        mean(times(transposed(N.x), N.A, N.x)),
        add(
            trace(times(N.A, covariance(N.x, N.x))),
            times(transposed(mean(N.x)), N.A, mean(N.x)),
        ),
        trace(times(N.A, covariance(N.x, N.x))),
    ),
    "inverse of a covariance": lambda N: (
        times(inverse(covariance(N.x, N.x)), covariance(N.x, N.x)),
        identity("n"),
        covariance(N.x, N.x),
    ),
    "inverse of a joint covariance": lambda N: (
        times(inverse(covariance(joint(N), joint(N))), covariance(joint(N), joint(N))),
        block((identity("n"), times(number(0), N.A)), (times(number(0), N.A), identity("n"))),
        covariance(joint(N), joint(N)),
    ),
    "random matrix": lambda N: (mean(transposed(times(N.A, N.X))), times(mean(transposed(N.X)), transposed(N.A)), N.X),
    "function of its argument": lambda N: (
        N.variance(add(times(N.c, N.u), N.d)),
        times(power(N.c, 2), N.variance(N.u)),
        times(N.c, N.variance(N.u)),
    ),
    "function of what is not random": lambda N: (N.variance(N.c), number(0), N.c),
    "derivative by what is not random": lambda N: (
        gradient(moment(times(transposed(N.b), N.x), 2), N.b),
        times(number(2), mean(times(N.x, transposed(N.x))), N.b),
        times(number(2), mean(N.x), transposed(mean(N.x)), N.b),
    ),
    "derivative inside": lambda N: (
        mean(gradient(times(transposed(N.x), N.A, N.x), N.x)),
        times(add(N.A, transposed(N.A)), mean(N.x)),
        times(number(2), N.A, mean(N.x)),
    ),
    "derivative by a random name that a mean binds": lambda N: (
        entrywise(times(N.u, mean(N.u)), N.u),
        mean(N.u),
        times(number(2), N.u),
    ),
    "normalisation by population statistics": lambda N: (
        entrywise(over(minus(N.u, mean(N.u)), power(add(central(N.u, 2), N.e), Fraction(1, 2))), N.u),
        power(add(central(N.u, 2), N.e), Fraction(-1, 2)),
        number(0),
    ),
    "at zero": lambda N: (At(arg=mean(times(add(N.u, N.c), N.u)), name="c", shape=(1, 1)), moment(N.u, 2), mean(N.u)),
}  # fmt: skip


def joint(N: Names) -> Expr:
    return block((N.x,), (N.y,))


@pytest.mark.parametrize("name", TRUE_AND_FALSE)
def test_a_law_of_means_agrees_and_its_false_twin_is_refuted(name: str) -> None:
    N = Names()
    lhs, good, bad = TRUE_AND_FALSE[name](N)
    for look in (search, confirm):
        found = look(lhs, good, N.context)
        assert found.counterexample is None and len(found.agreed) >= min(2, len(found.agreed + found.undefined))
        assert look(lhs, bad, N.context).counterexample is not None


def test_a_random_name_outside_of_a_mean_is_a_name_like_another() -> None:
    """Its value is none of the outcomes, and does not depend on what was evaluated before."""
    N = Names()
    define(N.context, "w", times(number(2), N.u))
    w = reference(N.context, "w")
    assert (
        search(add(mean(w), w), add(times(number(2), mean(N.u)), times(number(2), N.u)), N.context).counterexample
        is None
    )
    for lhs, rhs in ((w, mean(w)), (mean(w), w), (add(mean(w), w), times(number(2), mean(w)))):
        assert search(lhs, rhs, N.context).counterexample is not None


def test_definitions_that_rest_on_random_names_take_part_in_every_outcome() -> None:
    """w := cu, s := 𝔼w²: ∂s/∂c = 2c 𝔼u² through w; by w itself, which the mean binds, 0."""
    N = Names()
    define(N.context, "w", times(N.c, N.u))
    w = reference(N.context, "w")
    define(N.context, "s", moment(w, 2))
    s = reference(N.context, "s")
    assert search(entrywise(s, N.c), times(number(2), N.c, moment(N.u, 2)), N.context).counterexample is None
    assert search(entrywise(s, N.c), times(number(2), mean(w)), N.context).counterexample is not None
    assert search(entrywise(s, w), number(0), N.context).counterexample is None
    assert search(entrywise(times(s, w), w), s, N.context).counterexample is None
    define(N.context, "q", times(N.c, N.c))
    q = reference(N.context, "q")
    held = entrywise(mean(times(q, q, N.u)), q)
    assert search(held, times(number(2), q, mean(N.u)), N.context).counterexample is None
    assert search(held, number(0), N.context).counterexample is not None


def test_a_held_application_to_a_random_name_is_bound_by_a_mean() -> None:
    N = Names()
    function(N.context, "h", (1, 1), (1, 1))
    of_u, of_c = apply("h", (1, 1), N.u), apply("h", (1, 1), N.c)
    assert search(entrywise(mean(of_u), of_u), number(0), N.context).counterexample is None
    assert search(entrywise(mean(of_c), of_c), number(1), N.context).counterexample is None
    assert search(mean(entrywise(power(of_u, 2), of_u)), times(number(2), mean(of_u)), N.context).counterexample is None


def test_a_parameter_within_a_parameter_is_taken_as_written() -> None:
    """var(g(u)) with g(t) := c t + var(t): the inner variance is a number."""
    N = Names()
    t = symbol("s")
    variance = N.variance(t)
    define(N.context, "g", add(times(N.c, t), variance), (), (t,))
    inner = reference(N.context, "g", arguments=(N.u,))
    lhs = reference(N.context, "var", arguments=(inner,))
    rhs = times(power(N.c, 2), reference(N.context, "var", arguments=(N.u,)))
    assert search(lhs, rhs, N.context).counterexample is None
    assert search(lhs, times(N.c, rhs), N.context).counterexample is not None


def test_a_coefficient_of_1_at_a_point_does_not_make_two_arguments_one() -> None:
    """u·v and u are the same number where v = 1, not under a mean."""
    N = Names()
    lhs, rhs = N.variance(times(N.v, N.u)), N.variance(N.u)
    evaluator = Evaluator(N.context, {"n": 2}, Point(N.context, 0, Style.SMALL, {"v": [[1]]}))
    assert evaluator.evaluate(times(N.v, N.u)) == evaluator.evaluate(N.u)
    assert evaluator.evaluate(lhs) != evaluator.evaluate(rhs) == evaluator.evaluate(N.variance(N.u))


def test_expressions_that_come_and_go_have_values_of_their_own() -> None:
    """One evaluator for many right sides, each forgotten before the next is made."""
    N = Names()
    evaluator = Evaluator(N.context, {"n": 2}, Point(N.context, 0, Style.SMALL))
    once = evaluator.evaluate(mean(N.u))[0][0]
    assert all(evaluator.evaluate(mean(times(number(k), N.u))) == [[k * once]] for k in range(1, 50))


@pytest.mark.parametrize("style", Style)
def test_probabilities_are_different_and_sum_to_1(style: Style) -> None:
    for rows in range(5):
        weights = Point(Names().context, 3, style).weights(rows)
        assert sum(weights, start=fmpq(0)) == 1 and len(set(map(str, weights))) == len(weights)
        assert all(w > 0 for w in weights) and (style is Style.TINY or len(weights) > rows + 3)


def test_outcomes_satisfy_what_is_declared_and_differ() -> None:
    context = Context()
    p = declare(context, symbol("p", "n"), "positive")
    context.random["p"] = None
    drawn = [Point(context, 0, Style.FRACTION).outcome("p", 2, 1, k) for k in range(5)]
    assert all(x > 0 for value in drawn for row in value for x in row)
    assert len(set(map(str, drawn))) > 3
    root = power(p, Fraction(1, 2))
    assert search(mean(times(transposed(root), root)), mean(times(transposed(root), root)), context).undefined == ()


def test_a_counterexample_tells_the_distribution() -> None:
    N = Names()
    shown = search(mean(times(N.u, N.v)), times(mean(N.u), mean(N.v)), N.context).counterexample
    assert shown is not None and set(shown.functions) == {"P"} and shown.values == {}
    said = shown.functions["P"].split(r",\; ")
    assert len(said) == 2 and all(text.startswith("P(u = ") and ", v = " in text for text in said)
    assert sum(Fraction(text.split(") = ")[1]) for text in said) == 1
