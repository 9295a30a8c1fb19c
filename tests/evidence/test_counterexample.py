"""True claims agree, false twins are refuted, at the smallest sizes that can tell."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from symbn import evidence
from symbn.evidence.claim import index_values
from symbn.evidence.counterexample import confirm, search, size_plan
from symbn.expr.context import Context
from symbn.expr.tree import At, Derivative, Expr, IndexConst, IndexVar, Symbol

from .batch_norm import batch_norm, chain_rule, closed_jacobian, gradients, weight_gradients
from .notation import (
    add,
    apply,
    declare,
    define,
    dimension,
    elementwise,
    entry,
    entrywise,
    function,
    gradient,
    identity,
    jacobian,
    minus,
    number,
    ones,
    over,
    phi,
    power,
    reference,
    symbol,
    times,
    total,
    trace,
    transposed,
)

Pair = tuple[Expr, Expr]


def squares(*names: str) -> tuple[Context, list[Symbol]]:
    context = Context()
    return context, [declare(context, symbol(name, "n", "n")) for name in names]


def e4(a: Expr) -> Expr:
    """(t₁⁴ − 6 t₁² t₂ + 3 t₂² + 8 t₁ t₃ − 6 t₄)/24, t_k = tr Aᵏ: the fourth elementary symmetric polynomial."""
    t = [trace(times(*[a] * k)) for k in range(1, 5)]
    terms = add(
        power(t[0], 4),
        times(number(-6), power(t[0], 2), t[1]),
        times(number(3), power(t[1], 2)),
        times(number(8), t[0], t[2]),
        times(number(-6), t[3]),
    )
    return over(terms, number(24))


def test_e4_is_refuted_at_four_and_not_before() -> None:
    context, (a,) = squares("A")
    found = search(e4(a), number(0), context, reach=4)
    assert found.counterexample is not None and found.counterexample.sizes == {"n": 4}
    assert {"n": 2} in found.agreed and {"n": 3} in found.agreed and {"n": 1} in found.agreed
    assert confirm(e4(a), number(0), context).counterexample is None


def test_a_trace_of_a_product_is_cyclic() -> None:
    context = Context()
    a, b = declare(context, symbol("A", "n", "m")), declare(context, symbol("B", "m", "n"))
    found = search(trace(times(a, b)), trace(times(b, a)), context, reach=3)
    assert found.counterexample is None and {"n": 2, "m": 3} in found.agreed


def test_matrices_do_not_commute_which_two_by_two_show_with_small_numbers() -> None:
    context, (a, b) = squares("A", "B")
    c = search(times(a, b), times(b, a), context).counterexample
    assert c is not None and c.sizes == {"n": 2} and c.exact
    assert c.entry is not None
    row, column = c.entry
    assert c.left[row - 1][column - 1] != c.right[row - 1][column - 1]
    assert set(c.values) == {"A", "B"} and all(
        x in ["0", "1", "-1", "2"] for m in c.values.values() for r in m for x in r
    )
    assert c.values["A"] != c.values["B"]


def test_only_what_the_sides_depend_on_is_shown() -> None:
    context, (a, _) = squares("A", "B")
    c = search(a, transposed(a), context).counterexample
    assert c is not None and set(c.values) == {"A"} and c.functions == {}


@pytest.mark.parametrize("linear", [False, True])
def test_the_batch_norm_jacobian_agrees_with_its_closed_form_and_its_twin_is_refuted(linear: bool) -> None:
    bn = batch_norm(linear)
    lhs = bn.by_y(bn.yhat(bn.i), bn.i)
    free = (bn.i,)
    for look in (search, confirm):
        good = look(lhs, closed_jacobian(bn, bn.i), bn.context, free)
        assert good.counterexample is None and good.agreed
        bad = look(lhs, closed_jacobian(bn, bn.i, Fraction(1, 2)), bn.context, free).counterexample
        assert (
            bad is not None
            and bad.exact
            and bad.indices == {"i": 1}
            and bad.sizes == {"n": 2, **dict.fromkeys(bad.sizes.keys() - {"n"}, 1)}
        )


def test_batch_norm_needs_two_rows() -> None:
    bn = batch_norm()
    found = search(bn.by_y(bn.yhat(bn.i), bn.i), closed_jacobian(bn, bn.i), bn.context, (bn.i,))
    assert found.undefined and all(sizes["n"] == 1 for sizes in found.undefined)


def test_gradients_of_an_unknown_loss_of_batch_norm() -> None:
    bn, lin = batch_norm(), batch_norm(True)
    for context, free, (lhs, rhs) in (
        (bn.context, (bn.i,), chain_rule(bn, bn.i)),
        (bn.context, (), gradients(bn)),
        (lin.context, (), gradients(lin)),
        (lin.context, (), weight_gradients(lin)),
    ):
        assert confirm(lhs, rhs, context, free).counterexample is None
        assert len(confirm(lhs, rhs, context, free).agreed) >= 2
        twin = search(lhs, times(number(2), rhs), context, free).counterexample
        assert twin is not None and "L" in twin.functions and twin.functions["L"].startswith("L(")


def test_differentiating_by_another_column_is_zero_and_not_otherwise() -> None:
    bn = batch_norm()
    zero = times(number(0), identity("n"))
    lhs = bn.by_y(bn.yhat(bn.i), bn.j)
    c = search(lhs, zero, bn.context, (bn.i, bn.j)).counterexample
    assert c is not None and c.indices["i"] == c.indices["j"]


def vectors() -> tuple[Context, Symbol, Symbol, Symbol]:
    context = Context()
    return (
        context,
        declare(context, symbol("S", "n", "n"), structure="symmetric"),
        declare(context, symbol("x", "n")),
        declare(context, symbol("P", "n", "n"), structure="positive definite"),
    )


CLOSED: dict[str, Callable[[Symbol, Symbol, Symbol], tuple[Expr, Expr, Expr]]] = {
    "quadratic form": lambda S, x, P: (
        gradient(times(transposed(x), S, x), x),
        times(number(2), S, x),
        times(S, x),
    ),
    "norm": lambda S, x, P: (
        jacobian(power(times(transposed(x), x), Fraction(1, 2)), x),
        over(transposed(x), power(times(transposed(x), x), Fraction(1, 2))),
        transposed(x),
    ),
    "energy norm": lambda S, x, P: (
        gradient(power(times(transposed(x), P, x), Fraction(-1, 2)), x),
        times(number(-1), power(times(transposed(x), P, x), Fraction(-3, 2)), P, x),
        times(number(-1), power(times(transposed(x), P, x), Fraction(-1, 2)), P, x),
    ),
    "trace": lambda S, x, P: (
        gradient(trace(times(S, P, S)), P),
        times(S, S),
        times(S, P),
    ),
    "log of exp": lambda S, x, P: (
        elementwise("log", elementwise("exp", x)),
        x,
        elementwise("abs", x),
    ),
    "softmax": lambda S, x, P: (
        gradient(elementwise("log", times(ones(1, "n"), elementwise("exp", x))), x),
        over(elementwise("exp", x), times(ones(1, "n"), elementwise("exp", x))),
        elementwise("exp", x),
    ),
    "hessian": lambda S, x, P: (
        jacobian(gradient(times(transposed(x), S, x), x), x),
        times(number(2), S),
        S,
    ),
    "first order": lambda S, x, P: (
        At(arg=jacobian(times(transposed(add(x, _dx())), S, add(x, _dx())), _dx()), name="dx", shape=(1, "n")),
        times(number(2), transposed(x), S),
        times(number(2), transposed(x), P),
    ),
}


def _dx() -> Symbol:
    return symbol("dx", "n")


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_a_closed_form_agrees_and_its_false_twin_is_refuted(name: str) -> None:
    context, S, x, P = vectors()
    lhs, good, bad = CLOSED[name](S, x, P)
    found = search(lhs, good, context, reach=3)
    assert found.counterexample is None and {"n": 2} in found.agreed and {"n": 3} in found.agreed
    assert len(confirm(lhs, good, context).agreed) >= 2
    assert search(lhs, bad, context, reach=3).counterexample is not None
    assert confirm(lhs, bad, context).counterexample is not None


def test_what_is_declared_of_a_symbol_makes_claims_true() -> None:
    """QᵀQ = I, Sᵀ = S, |c| = c for c > 0; and none of them without the declaration."""
    context = Context()
    q, s = symbol("Q", "n", "n"), symbol("S", "n", "n")
    c = declare(context, symbol("c"), "positive")
    declare(context, q, structure="orthogonal")
    declare(context, s, structure="symmetric")
    plain = Context()
    for a in (q, s, c):
        declare(plain, a)
    pairs: list[Pair] = [
        (times(transposed(q), q), identity("n")),
        (transposed(s), s),
        (elementwise("abs", c), c),
    ]
    for lhs, rhs in pairs:
        assert search(lhs, rhs, context).counterexample is None
        assert search(lhs, rhs, plain).counterexample is not None


def test_a_side_without_a_value_is_drawn_again_and_else_told() -> None:
    context = Context()
    c = declare(context, symbol("c"))
    root = power(c, Fraction(1, 2))
    assert search(times(root, root), c, context).agreed == ({},)
    never = power(minus(c, add(c, number(1))), Fraction(1, 2))
    found = search(never, never, context)
    assert found.counterexample is None and found.agreed == () and found.undefined == ({},)


def test_variance_of_one_entry_is_told_as_undefined() -> None:
    context = Context()
    x = declare(context, symbol("x", "n"))
    e = over(times(transposed(x), x), add(dimension("n"), number(-1)))
    found = search(e, e, context)
    assert found.undefined == ({"n": 1},)
    context.dimensions["n"] = 2
    assert search(e, e, context).undefined == ()


def test_sizes_are_large_enough_for_fixed_positions() -> None:
    """x_5 = eᵀ₅x needs five entries; both points of a confirmation have them, also through a definition."""
    context = Context()
    x = declare(context, symbol("x", "n"))
    define(context, "fifth", entry(x, IndexConst(5, "n")))
    fifth, last = reference(context, "fifth"), entry(x, IndexConst("n", "n"))
    found = confirm(fifth, fifth, context)
    assert len(found.agreed) == 2 and all(sizes["n"] >= 5 for sizes in found.agreed)
    c = search(fifth, last, context).counterexample
    assert c is not None and c.sizes == {"n": 6}


def test_free_indices_run_over_all_values() -> None:
    """A_ij = A_ji fails only off the diagonal; at two sizes that differ it has no meaning, so one dimension."""
    context, (a,) = squares("A")
    i, j = IndexVar("i", "n"), IndexVar("j", "n")
    c = search(entry(a, i, j), entry(a, j, i), context, (i, j)).counterexample
    assert c is not None and c.indices["i"] != c.indices["j"] and c.entry == (1, 1)


def test_a_sum_over_an_index_is_a_matrix_product() -> None:
    context = Context()
    a, b = declare(context, symbol("A", "n", "m")), declare(context, symbol("B", "m", "p"))
    i, j, k = IndexVar("i", "n"), IndexVar("j", "p"), IndexVar("k", "m")
    lhs, rhs = entry(times(a, b), i, j), total(k, times(entry(a, i, k), entry(b, k, j)))
    assert search(lhs, rhs, context, (i, j)).counterexample is None
    assert search(lhs, times(number(2), rhs), context, (i, j)).counterexample is not None


def test_identities_of_transcendental_functions_agree_and_are_never_refuted() -> None:
    """sin² + cos² = 1; cosh² − sinh² = 1, even with arguments so large that balls are wide; not cosh² + sinh²."""
    context = Context()
    c = declare(context, symbol("c"))
    big = times(number(60), c)

    def square(name: str, e: Expr) -> Expr:
        return power(elementwise(name, e), 2)

    assert search(add(square("sin", c), square("cos", c)), number(1), context).counterexample is None
    assert search(minus(square("cosh", big), square("sinh", big)), number(1), context).counterexample is None
    assert search(add(square("cosh", c), square("sinh", c)), number(1), context).counterexample is not None


def test_unknown_scalar_functions_act_entrywise_and_have_derivatives() -> None:
    context = Context()
    x = declare(context, symbol("x", "n"))
    function(context, "phi", (1, 1), (1, 1))
    e = times(ones(1, "n"), phi("phi", x))
    assert search(gradient(e, x), phi("phi", x, 1), context).counterexample is None
    c = search(gradient(e, x), phi("phi", x), context).counterexample
    assert c is not None and c.functions["phi"].startswith("phi(x) = ")


def test_a_derivative_by_an_application_is_judged_at_values_that_do_not_coincide() -> None:
    """∂(h(a)h(b))/∂h(a) = h(b) for different a and b; a small point could take a = b and refute it wrongly."""
    context = Context()
    a, b = declare(context, symbol("a")), declare(context, symbol("b"))
    function(context, "h", (1, 1), (1, 1))
    ha, hb = apply("h", (1, 1), a), apply("h", (1, 1), b)
    e: Derivative = entrywise(times(ha, hb), ha)
    assert search(e, hb, context).counterexample is None
    assert search(e, ha, context).counterexample is not None


def test_dimensions_are_found_through_definitions() -> None:
    context = Context()
    a = declare(context, symbol("A", "n", "k"))
    define(context, "s", trace(times(transposed(a), a)))
    s = reference(context, "s")
    c = search(s, dimension("n"), context).counterexample
    assert c is not None and set(c.sizes) == {"n", "k"}


def test_a_deadline_that_has_passed_ends_a_search_with_what_is_known() -> None:
    context, (a,) = squares("A")
    found = search(a, transposed(a), context, deadline=0.0)
    assert (found.counterexample, found.agreed, found.undefined) == (None, (), ())


def test_the_first_sizes_are_small_and_unequal_and_the_last_reach_the_top() -> None:
    plan = size_plan(("n", "m", "k"), {"m": 2}, 5)
    assert plan[0] == {"n": 2, "m": 3, "k": 4} and plan[-1] == {"n": 5, "m": 5, "k": 5}
    assert {"n": 1, "m": 2, "k": 1} in plan and all(sizes["m"] >= 2 for sizes in plan)
    assert len({tuple(sizes.items()) for sizes in plan}) == len(plan)
    assert size_plan((), {}, 4) == [{}]


def test_index_values_are_all_or_a_choice_with_the_corners() -> None:
    i, j = IndexVar("i", "n"), IndexVar("j", 3)
    assert len(list(index_values((i, j), {"n": 2}, 9))) == 6
    some = list(index_values((i, j), {"n": 4}, 5))
    assert len(some) == 5 and {"i": 1, "j": 1} in some and {"i": 4, "j": 3} in some
    assert list(index_values((), {}, 4)) == [{}]


def test_the_second_path_imports_nothing_of_the_first() -> None:
    for file in Path(evidence.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not any(name.startswith(("symbn.core", "sympy", "numpy")) for name in names), file.name
