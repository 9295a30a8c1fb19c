"""Laws of ∂/∂V: linear, a derivation, a chain; and the same as what the second path would say, by polynomials."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, reject, settings

from symbn.core.axioms import KNOWN_DERIVATIVES, Theory, Unfolding
from symbn.core.contraction import bind, delta, fresh, multiply, rename
from symbn.core.differentiation import Variable, differentiate
from symbn.core.equality import Proof, decide
from symbn.core.heads import tensor
from symbn.core.powers import power, scalarwise
from symbn.core.terms import Argument, Index, NoRule, Scalarwise, Slot, SumOfProducts, constant
from symbn.core.unfolding import substitute
from tests.laws.evaluation import CONTEXT, Undefined, World, value
from tests.laws.strategies import (
    FREE,
    RING,
    THEORY,
    I,
    J,
    K,
    L,
    RawSum,
    orders,
    polynomials,
    presented,
    sums,
)

laws = settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck), print_blob=True)
D = Index("d", "n")
C = Index("c", "m")
BY_U = Variable("u", (D,))
BY_A = Variable("A", (D, C))


@contextmanager
def defined() -> Iterator[None]:
    try:
        yield
    except (ZeroDivisionError, Undefined):
        reject()


def d(e: SumOfProducts, by: Variable = BY_U) -> SumOfProducts:
    return differentiate(e, by, THEORY)


def u(i: Index) -> SumOfProducts:
    return tensor(RING, "u", (i,))


@laws
@given(sums(), sums())
def test_differentiation_is_linear(a: RawSum, b: RawSum) -> None:
    with defined():
        x, y = presented(a), presented(b)
        assert d(x + y) == d(x) + d(y)
        assert d(x.scaled(RING.variable("n"))) == d(x).scaled(RING.variable("n"))


@laws
@given(sums(), orders)
def test_differentiation_does_not_see_how_a_sum_was_written(raw: RawSum, order: object) -> None:
    with defined():
        assert d(presented(raw, order)) == d(presented(raw))  # type: ignore[arg-type]


@laws
@given(sums(most=2), sums(most=2))
def test_product_rule(a: RawSum, b: RawSum) -> None:
    with defined():
        x, y = presented(a), presented(b)
        assert isinstance(decide(d(multiply(x, y)), multiply(d(x), y) + multiply(x, d(y)), THEORY), Proof)


@laws
@given(sums())
def test_differentiation_commutes_with_a_sum_over_another_index(raw: RawSum) -> None:
    with defined():
        e = presented(raw)
        assert d(bind(e, I)) == bind(d(e), I)


@laws
@given(sums())
def test_mixed_partial_derivatives_commute(raw: RawSum) -> None:
    with defined():
        e = presented(raw)
        assert d(d(e, BY_U), BY_A) == d(d(e, BY_A), BY_U)
        other = Variable("u", (Index("d2", "n"),))
        assert d(d(e, BY_U), other) == d(d(e, other), BY_U)


@laws
@given(sums(most=2), polynomials((D,), 1))
def test_chain_rule_by_substitution(outer: RawSum, inner: RawSum) -> None:
    """∂e(u := g)/∂w = Σ_a (∂e/∂u_a)(u := g) ∂g_a/∂w"""
    with defined():
        e, g = presented(outer), presented(inner)
        value_of_u = Argument((D,), g)
        by = Variable("w", (C,))
        a = fresh("n")
        direct = d(substitute(e, "u", value_of_u), by)
        outside = substitute(d(e, Variable("u", (a,))), "u", value_of_u)
        held = substitute(d(e, by), "u", value_of_u)
        chained = bind(multiply(outside, d(rename(g, {D: a}), by)), a) + held
        assert isinstance(decide(direct, chained, THEORY), Proof)


@laws
@given(sums(depth=1, most=2), polynomials((D,), 1))
def test_a_folded_definition_has_the_derivative_of_its_body(outer: RawSum, inner: RawSum) -> None:
    """∂e/∂w with u folded, then unfolded, is ∂/∂w of e unfolded."""
    with defined():
        e, g = presented(outer), presented(inner)
        if "u" in g.tensor_names:
            reject()
        theory = Theory(RING, THEORY.signatures, {"u": Unfolding("u", (D,), (), g, 1)})
        by = Variable("w", (C,))
        folded = differentiate(e, by, theory)
        direct = d(substitute(e, "u", Argument((D,), g)), by)
        assert isinstance(decide(folded, direct, theory), Proof)


@laws
@given(polynomials())
def test_derivatives_of_polynomials_are_difference_quotients(raw: RawSum) -> None:
    """Of degree ≤ 4 in one entry, exactly: by interpolation at 9 points."""
    e = presented(raw)
    sizes = {"n": 2, "m": 1, "p": 1}
    places = dict.fromkeys(FREE, 0)
    world = World(sizes, 3, spread=3)
    slope = value(d(e), world, {**places, D: 1})
    entry = world.entries["u"][(1,)]
    nodes = [Fraction(entry + h) for h in range(-4, 5)]
    values = []
    for node in nodes:
        world.entries["u"][(1,)] = node  # type: ignore[assignment]
        values.append(value(e, world, places))
    assert slope == _slope_at(nodes, values, 4)


def _slope_at(x: list[Fraction], y: list[Fraction], k: int) -> Fraction:
    """The derivative at x[k] of the polynomial through the points (Lagrange)."""
    total = Fraction(0)
    for j, yj in enumerate(y):
        if j == k:
            weight = sum((1 / (x[k] - x[i]) for i in range(len(x)) if i != k), Fraction(0))
        else:
            weight = 1 / (x[j] - x[k])
            for i in range(len(x)):
                if i not in (j, k):
                    weight *= (x[k] - x[i]) / (x[j] - x[i])
        total += weight * yj
    return total


@laws
@given(sums())
def test_a_derivative_by_what_does_not_occur_is_zero(raw: RawSum) -> None:
    with defined():
        e = presented(raw)
        assert d(e, Variable("q", (D,))).is_zero()


# Each kind of factor ---------------------------------------------------------------------------------------


def test_the_variable_itself() -> None:
    assert d(u(I)) == delta(RING, I, D)
    assert d(tensor(RING, "A", (I, K)), BY_A) == multiply(delta(RING, I, D), delta(RING, K, C))
    assert d(tensor(RING, "A", (I, K))).is_zero()
    assert d(delta(RING, I, J)).is_zero()


def test_hessian_of_a_quadratic_form_is_the_matrix_and_its_transpose() -> None:
    m = tensor(RING, "M", (I, J))
    form = bind(bind(multiply(multiply(u(I), m), u(J)), I), J)
    other = Index("d2", "n")
    expected = tensor(RING, "M", (D, other)) + tensor(RING, "M", (other, D))
    assert d(d(form), Variable("u", (other,))) == expected
    s = tensor(RING, "S", (I, J), traits=frozenset(["symmetric"]))
    symmetric = bind(bind(multiply(multiply(u(I), s), u(J)), I), J)
    twice = tensor(RING, "S", (D, other), traits=frozenset(["symmetric"])).scaled(RING.rational(2))
    assert d(d(symmetric), Variable("u", (other,))) == twice


@pytest.mark.parametrize(
    "r", [Fraction(-2), Fraction(-1), Fraction(-1, 2), Fraction(1, 2), Fraction(3, 2), Fraction(3)]
)
def test_power_rule(r: Fraction) -> None:
    """∂(uᵀu + ε)^r/∂u = 2 r (uᵀu + ε)^(r−1) u"""
    e = bind(multiply(u(I), u(I)), I) + constant(RING.variable("e"))
    lower = power(e, RING.rational(r - 1))
    expected = multiply(lower, u(D)).scaled(RING.rational(2 * r))
    assert isinstance(decide(d(power(e, RING.rational(r))), expected, THEORY), Proof)


def test_power_rule_by_the_exponent() -> None:
    """∂e^a/∂a = e^a log e"""
    e = bind(multiply(u(I), u(I)), I) + constant(RING.variable("e"))
    same = power(e, RING.variable("a"))
    assert d(same, Variable("a")) == multiply(same, scalarwise("log", 0, e))


def test_coefficients_are_differentiated_by_their_parameters() -> None:
    a = RING.variable("a")
    e = u(I).scaled(a * a / RING.variable("n"))
    assert d(e, Variable("a")) == u(I).scaled(RING.rational(2) * a / RING.variable("n"))


def test_unknown_functions_gain_a_slot_for_each_argument() -> None:
    """∂f_k(u ⊙ u)/∂u_d = 2 ∂_d f_k(u ⊙ u) u_d"""
    formal = Index("x", "n")
    argument = Argument((formal,), multiply(u(formal), u(formal)))
    f = tensor(RING, "f", (K,), arguments=(argument,))
    slotted = tensor(RING, "f", (K,), ((Slot(0, 1), (D,)),), (argument,))
    assert d(f) == multiply(slotted, u(D)).scaled(RING.rational(2))
    two = tensor(RING, "g", (), arguments=(argument, argument))
    first = tensor(RING, "g", (), ((Slot(0, 1), (D,)),), (argument, argument))
    second = tensor(RING, "g", (), ((Slot(1, 1), (D,)),), (argument, argument))
    assert d(two) == multiply(first + second, u(D)).scaled(RING.rational(2))


def test_unknown_elementwise_functions_gain_a_prime() -> None:
    e = multiply(u(I), tensor(RING, "v", (I,)))
    expected = multiply(scalarwise("φ", 1, e, known=False), multiply(tensor(RING, "v", (I,)), delta(RING, I, D)))
    assert d(scalarwise("φ", 0, e, known=False)) == expected


@pytest.mark.parametrize("name", sorted(KNOWN_DERIVATIVES))
def test_known_derivatives_are_difference_quotients(name: str) -> None:
    """Each line of `KNOWN_DERIVATIVES` against a central difference with 60 digits."""
    functions = {
        "exp": CONTEXT.exp, "log": CONTEXT.log, "sin": CONTEXT.sin, "cos": CONTEXT.cos, "tan": CONTEXT.tan,
        "sinh": CONTEXT.sinh, "cosh": CONTEXT.cosh, "tanh": CONTEXT.tanh, "sign": CONTEXT.sign,
        "sigmoid": lambda t: 1 / (1 + CONTEXT.exp(-t)), "softplus": lambda t: CONTEXT.log(1 + CONTEXT.exp(t)),
    }  # fmt: skip
    assert name in functions, f"no independent value of {name}: add one here"
    derivative = KNOWN_DERIVATIVES[name](tensor(RING, "s", ()))

    def at(e: SumOfProducts, t: object) -> object:
        total = CONTEXT.mpf(0)
        for monomial, c in e.terms.items():
            part = CONTEXT.mpf(c.as_fraction().numerator) / c.as_fraction().denominator  # type: ignore[union-attr]
            for component in monomial:
                for factor in component:
                    head = factor.head
                    if isinstance(head, Scalarwise):
                        part *= functions[head.function](at(head.argument, t))
                    elif hasattr(head, "exponent"):
                        part *= at(head.base, t) ** int(head.exponent.as_fraction())
                    else:
                        part *= t
            total += part
        return total

    h = CONTEXT.mpf(10) ** -20
    for t in (CONTEXT.mpf(1) / 3, CONTEXT.mpf(7) / 5):
        quotient = (functions[name](t + h) - functions[name](t - h)) / (2 * h)
        assert abs(at(derivative, t) - quotient) < CONTEXT.mpf(10) ** -35  # type: ignore[operator]


def test_a_known_function_without_a_rule_raises() -> None:
    with pytest.raises(NoRule, match="erf"):
        d(scalarwise("erf", 0, u(I)))


def test_gradient_of_a_tensor_of_rank_three() -> None:
    t = tensor(RING, "T", (I, K, L))
    by = Variable("T", (Index("x", "n"), Index("y", "m"), Index("z", "p")))
    norm = bind(bind(bind(multiply(t, t), I), K), L)
    assert d(norm, by) == tensor(RING, "T", by.indices).scaled(RING.rational(2))
