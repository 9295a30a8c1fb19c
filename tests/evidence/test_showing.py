"""Counterexamples are the smallest, and plain enough to redo by hand."""

from __future__ import annotations

from itertools import islice

import pytest

from symbn.diagnostics import Diagnostic
from symbn.evidence.counterexample import search
from symbn.evidence.dependence import holds_one_application
from symbn.evidence.misfit import distinct_sizes, misfit
from symbn.evidence.showing import vectors_below
from symbn.expr.context import Context
from symbn.expr.tree import Expr, IndexVar

from .notation import (
    apply,
    declare,
    dimension,
    entry,
    entrywise,
    function,
    gradient,
    minus,
    number,
    power,
    symbol,
    times,
    total,
    trace,
    transposed,
)


def test_sizes_are_tried_by_their_sum() -> None:
    below = list(vectors_below({"m": 2, "n": 3}, {"n": 2}))
    assert below == [{"m": 1, "n": 2}, {"m": 1, "n": 3}, {"m": 2, "n": 2}]
    assert list(vectors_below({}, {})) == [] and list(vectors_below({"n": 1}, {})) == []
    sums = [sum(sizes.values()) for sizes in islice(vectors_below(dict.fromkeys("abcdef", 4), {}), 500)]
    assert sums == sorted(sums) and len(sums) == 500


def vanishing(*roots: int) -> Expr:
    """Π (n − k): 0 at the sizes k only."""
    return times(*(minus(dimension("n"), number(k)) for k in roots))


@pytest.mark.parametrize(("roots", "least"), [((1,), 2), ((1, 2), 3), ((2, 3), 1), ((1, 2, 3, 4), 5)])
def test_the_smallest_size_that_separates_is_shown(roots: tuple[int, ...], least: int) -> None:
    context = Context()
    x = declare(context, symbol("x", "n"))
    found = search(times(vanishing(*roots), transposed(x), x), number(0), context, reach=6).counterexample
    assert found is not None and found.sizes == {"n": least}


def test_one_large_dimension_is_better_than_two_of_middle_size() -> None:
    """tr((AᵀA)²) = (tr AᵀA)² for one row or one column; the sizes 2 × 2 are the least that tell."""
    context = Context()
    a = declare(context, symbol("A", "m", "n"))
    gram = times(transposed(a), a)
    found = search(trace(times(gram, gram)), power(trace(gram), 2), context, reach=4).counterexample
    assert found is not None and found.sizes == {"m": 2, "n": 2}
    assert sorted(x for row in found.values["A"] for x in row) in (["0", "0", "1", "1"], ["0", "1", "1", "1"])


def test_a_root_is_taken_of_squares_where_that_will_do() -> None:
    context = Context()
    x = declare(context, symbol("x", "n"))
    square = times(transposed(x), x)
    found = search(gradient(square, x), x, context).counterexample
    assert found is not None and found.sizes == {"n": 1} and found.values["x"] == [["1"]]
    assert (found.left, found.right, found.exact) == ([["2"]], [["1"]], True)


def test_where_a_held_application_is_the_only_one_its_counterexample_is_plain() -> None:
    """∂(h(a) c)/∂h(a) = 2c: nothing else that h is applied to could have the value a by accident."""
    context = Context()
    a, c = declare(context, symbol("a")), declare(context, symbol("c"))
    function(context, "h", (1, 1), (1, 1))
    ha = apply("h", (1, 1), a)
    found = search(entrywise(times(ha, c), ha), times(number(2), c), context).counterexample
    assert found is not None and found.values["c"] == [["1"]]
    assert (found.left, found.right) == ([["1"]], [["2"]])


def test_where_other_applications_occur_values_do_not_coincide() -> None:
    """∂(h(a) h(b))/∂h(a) at a = b would be 2h(a): the values that refute = 0 have to differ."""
    context = Context()
    a, b = declare(context, symbol("a")), declare(context, symbol("b"))
    function(context, "h", (1, 1), (1, 1))
    ha, hb = apply("h", (1, 1), a), apply("h", (1, 1), b)
    assert not holds_one_application([entrywise(times(ha, hb), ha)], context)
    found = search(entrywise(times(ha, hb), ha), times(a, hb), context)
    shown, difference = found.counterexample, found.difference
    assert shown is not None and difference is not None and difference.point.drawn["a"] != difference.point.drawn["b"]


def test_an_application_to_what_an_index_picks_is_not_the_only_one() -> None:
    """h(x_i) under a sum is many applications, though it is written once."""
    context = Context()
    x = declare(context, symbol("x", "n"))
    function(context, "h", (1, 1), (1, 1))
    i = IndexVar("i", "n")
    h = apply("h", (1, 1), entry(x, i))
    assert not holds_one_application([entrywise(total(i, h), h)], context)
    assert holds_one_application([entrywise(total(i, h), declare(context, symbol("a")))], context)


def test_the_same_counterexample_every_time() -> None:
    context = Context()
    a, b = (declare(context, symbol(name, "n", "n")) for name in "AB")
    first, second = (search(times(a, b), times(b, a), context) for _ in range(2))
    assert first.counterexample == second.counterexample
    assert first.difference is not None and first.difference.sizes == {"n": 2}


def test_dimensions_of_a_misfit_are_all_different() -> None:
    assert distinct_sizes(["m", "n", "p", "m"], {}) == {"m": 2, "n": 3, "p": 4}
    assert distinct_sizes(["m", 3, "n", 2], {"m": 1}) == {"m": 4, "n": 5}
    assert distinct_sizes(["n", "m"], {"n": 5}) == {"n": 5, "m": 2}


def test_a_misfit_is_said_in_numbers() -> None:
    shapes = (("m", "n"), ("p", "m"))
    found = misfit(Diagnostic("S201", "", shapes=shapes), {})
    assert found is not None and found.misfit == "2×3 times 4×2"
    assert misfit(Diagnostic("S201", ""), {}) is None
    assert misfit(Diagnostic("S208", "", shapes=shapes[:1]), {}) is None
