"""Real numbers as text of which every digit is certain.

3    -1/2        exact
-0.408248…       a ball: the digits are those of every number in it, and more follow; or a long fraction
0.5 ± 1e-38      a ball around a number of few digits: no further than this from it
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb, fmpq

from symbn.evidence.numeric import Real

_FEWEST = 3
_LONGEST_FRACTION = 16
_FARTHEST = 10_000
"""Bits: Python writes no integer of more than 4300 digits."""
_LONGEST_WHOLE = 12  # digits before the point; larger numbers are written with an exponent


def decimal_text(x: Real, digits: int = 6) -> str:
    """The number, or up to `digits` certain digits of a ball.

    >>> decimal_text(arb(2).sqrt()), decimal_text(-arb(2).sqrt() / 10000), decimal_text(-3)
    ('1.41421…', '-0.000141421…', '-3')
    """
    if not isinstance(x, arb):
        q = fmpq(x)
        if max(abs(int(q.p)), int(q.q)).bit_length() > _FARTHEST:
            return _far_text(arb(q), digits)
        return _fraction_text(Fraction(int(q.p), int(q.q)), digits)
    if _is_far(x.lower()) or _is_far(x.upper()):
        return _far_text(x, digits)
    low, high = _exactly(x.lower()), _exactly(x.upper())
    if low == high:
        return _fraction_text(low, digits)
    sign = "-" if high < 0 else ""
    least, most = sorted((abs(low), abs(high)))
    if low > 0 or high < 0:
        for count in range(max(digits, _FEWEST), _FEWEST - 1, -1):
            text = _leading_digits(least, count)
            if text == _leading_digits(most, count):
                return sign + text
    near = _nearest(x, digits)
    bound = max(abs(low - near), abs(high - near))
    return f"{_short(near)} ± {_upper(bound)}"


def _fraction_text(x: Fraction, digits: int) -> str:
    """The fraction; the first digits of one that is too long to be read."""
    text = str(x)
    if len(text) <= _LONGEST_FRACTION or x.denominator == 1:
        return text
    return ("-" if x < 0 else "") + _leading_digits(abs(x), max(digits, _FEWEST))


def _is_far(x: arb) -> bool:
    """Whether a ball of radius 0 is so large or so near to 0 that its digits cannot be written out."""
    mantissa, exponent = x.man_exp()
    return abs(int(exponent) + int(mantissa).bit_length()) > _FARTHEST


def _far_text(x: arb, digits: int) -> str:
    """A number far from 1, in between what FLINT says of it: 1e10000000000 ± 3e9999999986."""
    middle, _, radius = x.str(digits).strip("[]").replace("e+", "e").partition("+/- ")
    return f"{middle.strip() or '0'} ± {radius}" if radius else middle


def _exactly(x: arb) -> Fraction:
    """The value of a ball of radius 0."""
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _order(x: Fraction) -> int:
    """e with 10ᵉ ≤ x < 10ᵉ⁺¹, of x > 0."""
    e = len(str(x.numerator)) - len(str(x.denominator))
    return e if x >= Fraction(10) ** e else e - 1


def _leading_digits(x: Fraction, count: int) -> str:
    """The first digits of x > 0, cut off and never rounded; at least one of them behind the point."""
    e = _order(x)
    if -_FEWEST - 2 < e < _LONGEST_WHOLE:
        behind = max(count - 1 - e, 1)
        whole, rest = divmod(x.numerator * 10**behind // x.denominator, 10**behind)
        return f"{whole}.{rest:0{behind}d}…"
    mantissa = str(int(x / Fraction(10) ** (e - count + 1)))
    return f"{mantissa[0]}.{mantissa[1:]}…e{e}"


def _nearest(x: arb, digits: int) -> Fraction:
    """A decimal fraction of `digits` digits near the middle of a ball."""
    middle = _exactly(x.mid())
    if x.contains(0) or middle == 0:
        return Fraction(0)
    unit = Fraction(10) ** (_order(abs(middle)) - digits + 1)
    return round(middle / unit) * unit


def _short(x: Fraction) -> str:
    """A decimal fraction without needless digits."""
    if x == int(x):
        return str(int(x))
    behind = next(k for k in range(1, 10**6) if (x * 10**k).denominator == 1)
    whole, rest = divmod(int(abs(x) * 10**behind), 10**behind)
    return f"{'-' if x < 0 else ''}{whole}.{rest:0{behind}d}"


def _upper(x: Fraction) -> str:
    """A number ≥ x > 0 of one digit: 3e-39."""
    e = _order(x)
    leading = -int(-x // Fraction(10) ** e)
    return f"1e{e + 1}" if leading == 10 else f"{leading}e{e}"
