"""Laws of the numbers: exact where exact is possible, rigorous elsewhere, undefined rather than guessed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from symbn.evidence.elementary import FUNCTIONS, elementwise, power
from symbn.evidence.numeric import (
    Dual,
    Scalar,
    Undefined,
    certainly_differ,
    coefficient,
    divide,
    identical,
    is_exact,
    perturb,
    real,
    working_precision,
)

rationals = st.builds(fmpq, st.integers(-9, 9), st.integers(1, 9))
nonzero = rationals.filter(lambda x: x != 0)
positive = st.builds(fmpq, st.integers(1, 40), st.integers(1, 9))


def derivative(f: Callable[[Scalar], Scalar], x: Scalar, tag: int = 1) -> Scalar:
    return coefficient(f(perturb(x, tag, 0)), tag, 0)


def close(a: Scalar, b: Scalar) -> bool:
    return not certainly_differ(real(a), real(b))


@given(rationals, rationals, nonzero)
def test_quotients_of_rationals_are_exact_and_the_derivative_of_a_quotient_is_the_quotient_rule(
    a: fmpq, b: fmpq, c: fmpq
) -> None:
    """((a + x)/(c + bx))′ at 0 is (c − ab)/c²."""
    slope = derivative(lambda x: divide(a + x, c + b * x), 0)
    assert slope == (c - a * b) / (c * c)
    assert slope != (c - a * b) / (c * c) + 1


@given(nonzero, st.integers(-4, 5))
def test_integer_powers_differentiate_to_any_order(x: fmpq, k: int) -> None:
    """(xᵏ)″ = k (k − 1) xᵏ⁻²."""
    second = derivative(lambda u: derivative(lambda v: power(v, Fraction(k)), u, 2), x, 1)
    assert second == k * (k - 1) * real(power(x, Fraction(k - 2)))


@given(positive, st.sampled_from([Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2), Fraction(2, 3)]))
def test_rational_powers_satisfy_their_law(x: fmpq, r: Fraction) -> None:
    value = power(x, r)
    assert close(power(value, Fraction(r.denominator)), power(x, Fraction(r.numerator)))
    assert close(derivative(lambda u: power(u, r), x), fmpq(r.numerator, r.denominator) * real(power(x, r - 1)))


@given(positive)
def test_the_root_of_a_square_stays_exact(x: fmpq) -> None:
    root = power(x * x, Fraction(1, 2))
    assert root == x and is_exact(real(root))
    assert not is_exact(real(power(2 * x * x, Fraction(1, 2))))


def test_perturbations_of_nested_derivatives_do_not_mix() -> None:
    """d/dx (x · d/dy (x + y)) = 1, not 2."""
    assert derivative(lambda x: x * derivative(lambda y: x + y, 1, 2), 1, 1) == 1
    assert derivative(lambda x: x * derivative(lambda y: x * y, 1, 2), 3, 1) == 6


def test_an_outer_perturbation_may_carry_the_smaller_or_the_larger_tag() -> None:
    x, y = perturb(3, 1, 0), perturb(5, 2, 0)
    product = x * y
    assert real(coefficient(coefficient(product, 2, 0), 1, 0)) == 1
    assert real(coefficient(coefficient(product, 1, 0), 2, 0)) == 1


SERIES: dict[str, tuple[fmpq, list[Scalar]]] = {
    "exp": (fmpq(1, 2), [1, 1, 1]),
    "sinh": (fmpq(0), [0, 1, 0]),
    "cosh": (fmpq(0), [1, 0, 1]),
    "sin": (fmpq(0), [0, 1, 0]),
    "cos": (fmpq(0), [1, 0, -1]),
    "tan": (fmpq(0), [0, 1, 0]),
    "tanh": (fmpq(0), [0, 1, 0]),
    "log": (fmpq(1), [0, 1, -1]),
    "sigmoid": (fmpq(0), [fmpq(1, 2), fmpq(1, 4), 0]),
    "abs": (fmpq(-3), [3, -1, 0]),
    "sign": (fmpq(-3), [-1, 0, 0]),
    "relu": (fmpq(5), [5, 1, 0]),
}


@pytest.mark.parametrize("name", sorted(SERIES))
def test_values_and_two_derivatives_at_a_known_point(name: str) -> None:
    x, expected = SERIES[name]

    def f(u: Scalar) -> Scalar:
        return elementwise(name, u)

    got = [f(x), derivative(f, x), derivative(lambda u: derivative(f, u, 2), x, 1)]
    scale = elementwise("exp", fmpq(1, 2)) if name == "exp" else 1
    for a, b in zip(got, expected, strict=True):
        assert close(a, scale * b)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("x", [fmpq(3, 4), fmpq(6, 5)])
def test_every_derivative_is_near_a_difference_quotient(name: str, x: fmpq) -> None:
    """|(f(x + h) − f(x − h)) / 2h − f′(x)| < 1000 h², for the first and the second derivative; twice f′ is refuted."""
    h = fmpq(1, 10**6)
    with working_precision(256):
        functions: list[Callable[[Scalar], Scalar]] = [
            lambda u: elementwise(name, u),
            lambda u: derivative(lambda v: elementwise(name, v), u, 7),
        ]
        for f in functions:
            quotient = (real(f(x + h)) - real(f(x - h))) / (2 * h)
            slope = real(derivative(f, x))
            assert arb(abs(arb(quotient - slope))) < 1000 * h * h
            if slope != 0:
                assert arb(abs(arb(quotient - 2 * slope))) > h


@pytest.mark.parametrize(
    "undefined",
    [
        lambda: divide(1, 0),
        lambda: divide(1, fmpq(0)),
        lambda: divide(1, arb(0, 1)),
        lambda: divide(1, perturb(0, 1, 0)),
        lambda: power(-1, Fraction(1, 2)),
        lambda: power(arb(0, 1), Fraction(1, 2)),
        lambda: power(0, Fraction(-1)),
        lambda: power(0, Fraction(-1, 2)),
        lambda: power(perturb(0, 1, 0), Fraction(1, 2)),
        lambda: power(-2, arb(2).sqrt()),
        lambda: elementwise("log", 0),
        lambda: elementwise("log", -1),
        lambda: elementwise("abs", perturb(0, 1, 0)),
        lambda: elementwise("relu", perturb(0, 1, 0)),
        lambda: elementwise("sign", arb(0, 1)),
    ],
)
def test_what_has_no_value_raises(undefined: Callable[[], Scalar]) -> None:
    with pytest.raises(Undefined):
        undefined()


def test_zero_has_a_root_an_absolute_value_and_a_zeroth_power() -> None:
    assert power(0, Fraction(1, 2)) == 0 and elementwise("abs", 0) == 0 and power(0, 0) == 1


def test_an_undefined_value_tells_whether_more_bits_could_help() -> None:
    with pytest.raises(Undefined) as wide:
        divide(1, arb(0, 1))
    with pytest.raises(Undefined) as never:
        divide(1, fmpq(0))
    assert wide.value.straddles and not never.value.straddles


def test_an_unknown_function_has_no_rule() -> None:
    with pytest.raises(TypeError):
        elementwise("gamma", 1)


@given(positive)
def test_an_exponent_may_be_differentiated_by(x: fmpq) -> None:
    """d/dp xᵖ = xᵖ log x."""
    slope = derivative(lambda p: power(x, p), fmpq(3, 2))
    assert close(slope, power(x, Fraction(3, 2)) * elementwise("log", x))


def test_identity_of_duals_looks_at_perturbations() -> None:
    x = perturb(2, 1, 0)
    assert identical(x * x, perturb(4, 1, 0) + 3 * (x - 2))
    assert not identical(x, 2)
    assert identical(x - x + 2, 2)
    assert not identical(x, perturb(2, 1, 1))
    assert identical(Dual(2, 1, {}), 1)
