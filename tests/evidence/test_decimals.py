"""Every digit that is shown is certain."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from symbn.evidence.decimals import decimal_text
from symbn.evidence.numeric import working_precision


def enclosed(text: str) -> tuple[Fraction, Fraction]:
    """The least and the greatest number that a text may stand for."""
    if "±" in text:
        middle, radius = map(Fraction, text.split(" ± "))
        return middle - radius, middle + radius
    digits, more, exponent = text.partition("…")
    scale = Fraction(f"1{exponent}") if exponent else Fraction(1)
    low = Fraction(digits) * scale
    last = scale / 10 ** len(digits.partition(".")[2]) if more else Fraction(0)
    return (low - last, low) if digits.startswith("-") else (low, low + last)


def test_exact_numbers_are_shown_as_they_are() -> None:
    assert [decimal_text(x) for x in (3, fmpq(-1, 2), arb(1) / 2, arb(0))] == ["3", "-1/2", "1/2", "0"]


def test_a_long_fraction_is_shown_by_its_first_digits() -> None:
    assert decimal_text(fmpq(1326836164233157794983, 86730203469006241)) == "15298.4…"
    assert decimal_text(fmpq(-1, 10**20)) == "-1.00000…e-20"
    assert decimal_text(fmpq(12345678, 1234567)) == "12345678/1234567"


def test_roots_are_shown_by_their_first_digits() -> None:
    with working_precision(128):
        assert decimal_text(arb(fmpq(1, 2)).sqrt()) == "0.707106…"  # and not 0.707107: no digit is rounded
        assert decimal_text(-arb(fmpq(1, 6)).sqrt()) == "-0.408248…"
        assert decimal_text(arb(100).exp()) == "2.68811…e43"
        assert decimal_text(arb(2).sqrt(), 30) == "1.41421356237309504880168872420…"


@pytest.mark.parametrize("middle", [0, 1, -2, Fraction(1, 4)])
def test_a_ball_around_a_short_number_is_no_more_than_that(middle: Fraction) -> None:
    text = decimal_text(arb(float(middle), 1e-9))
    assert text.startswith(f"{float(middle):g} ± ")


@given(
    st.integers(-(10**9), 10**9), st.integers(1, 10**6), st.integers(-40, 40), st.integers(1, 200), st.integers(1, 30)
)
def test_what_is_shown_holds_the_ball(top: int, bottom: int, power: int, bits: int, digits: int) -> None:
    with working_precision(256):
        ball = arb(fmpq(top, bottom)) * arb(10) ** power
        ball = ball + arb(0, float(abs(ball.mid()) * 2.0**-bits)) if top else arb(0, 2.0**-bits)
        low, high = enclosed(decimal_text(ball, digits))
        assert _exact(ball.lower()) >= low and _exact(ball.upper()) <= high


def _exact(x: arb) -> Fraction:
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
