"""Powers and the known scalar functions, on rationals, balls and duals.

    f(v + cε) = f(v) + f′(v) c ε

A function's slope is written in scalars again, so that its derivatives of any order come by recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import arb, fmpq, fmpz

from symbn.evidence.numeric import Dual, Real, Scalar, Undefined, reciprocal


def power(base: Scalar, exponent: Scalar | Fraction) -> Scalar:
    """base ^ exponent, the principal real value; d(bʳ) = r bʳ⁻¹ db.

    A rational that is no integer needs base > 0 (or base = 0 < r, without a derivative); 0⁰ = 1.  An exponent
    that is a ball or is differentiated by gives exp(r log b).
    """
    if isinstance(exponent, (arb, Dual)):
        return elementwise("exp", exponent * elementwise("log", base))
    if isinstance(exponent, fmpq):
        exponent = Fraction(int(exponent.p), int(exponent.q))
    if exponent == int(exponent):
        return _integer_power(base, int(exponent))
    return _root_power(base, Fraction(exponent))


def _integer_power(base: Scalar, k: int) -> Scalar:
    if k < 0:
        return _integer_power(reciprocal(base), -k)
    if k == 0:
        return 1
    if type(base) is Dual:
        below = _integer_power(base.value, k - 1)
        slope = k * below
        return Dual(base.tag, below * base.value, {d: slope * c for d, c in base.parts.items()})
    assert not isinstance(base, Dual)
    if not isinstance(base, arb) and k * _bits(base) > _MOST_BITS:
        return _finite(arb(base) ** k)
    return base**k


_MOST_BITS = 1 << 17
"""An exact power longer than this is enclosed in a ball instead: 10^(10^10) has ten thousand million digits."""


def enclosed(x: Scalar) -> Scalar:
    """A rational that has become too long in a ball; any other number as it is."""
    if isinstance(x, arb):
        return x
    if isinstance(x, Dual):
        return Dual(x.tag, enclosed(x.value), {d: enclosed(c) for d, c in x.parts.items()})
    return x if _bits(x) <= _MOST_BITS else arb(x)


def _bits(x: int | fmpq) -> int:
    """How long a rational is; 0 for 0, 1 and −1, whose powers are no longer."""
    if isinstance(x, int):
        return x.bit_length() if abs(x) > 1 else 0
    return max(int(x.p.bit_length()), int(x.q.bit_length())) if x * x != 1 else 0


def _root_power(base: Scalar, r: Fraction) -> Scalar:
    if type(base) is Dual:
        value = _root_power(base.value, r)
        slope = value * reciprocal(base.value) * fmpq(r.numerator, r.denominator)
        return Dual(base.tag, value, {d: slope * c for d, c in base.parts.items()})
    assert not isinstance(base, Dual)
    if type(base) is arb:
        if not base > 0:
            if base.is_zero() and r > 0:
                return 0
            raise Undefined("root of a number that may be negative or 0", straddles=base.contains(0))
    elif base < 0:
        raise Undefined("root of a negative number")
    elif base == 0:
        if r < 0:
            raise Undefined("negative power of 0")
        return 0
    else:
        assert not isinstance(base, arb)
        exact = _exact_root(base, r.denominator)
        if exact is not None:
            return _integer_power(exact, r.numerator)
    ball = arb(base)
    root = ball.sqrt() if r.denominator == 2 else ball.root(r.denominator)
    return _finite(root**r.numerator)


def _exact_root(base: int | fmpq, k: int) -> fmpq | None:
    """The k-th root of a positive rational if it is rational."""
    q = fmpq(base)
    p, s = fmpz(q.p).root(k), fmpz(q.q).root(k)
    return fmpq(p, s) if p**k == q.p and s**k == q.q else None


# ---------------------------------------------------------------- functions by name


def elementwise(name: str, x: Scalar) -> Scalar:
    """f(x) of a known function, f(v + cε) = f(v) + f′(v) c ε; TypeError for a name without a rule."""
    if name not in FUNCTIONS:
        raise TypeError(f"no rule for the function {name}")
    value, slope = FUNCTIONS[name]
    if type(x) is Dual:
        inner = elementwise(name, x.value)
        s = slope(x.value, inner)
        return Dual(x.tag, inner, {d: s * c for d, c in x.parts.items()})
    assert not isinstance(x, Dual)
    return value(x)


def _finite(x: arb) -> arb:
    if not x.is_finite():
        raise Undefined("no finite value", straddles=True)
    return x


def _ball(f: Callable[[arb], arb], at_zero: int | None = None) -> Callable[[Real], Real]:
    """f on balls; `at_zero` is its exact value at an exact 0, if that is rational."""

    def value(x: Real) -> Real:
        if at_zero is not None and type(x) is not arb and x == 0:
            return at_zero
        return _finite(f(arb(x)))

    return value


def _log(x: Real) -> Real:
    if not x > 0:
        raise Undefined("log of a number that may be negative or 0", straddles=type(x) is arb and x.contains(0))
    return 0 if type(x) is not arb and x == 1 else arb(x).log()


def _sqrt(x: Real) -> Real:
    root = _root_power(x, Fraction(1, 2))
    assert not isinstance(root, Dual)
    return root


def _abs(x: Real) -> Real:
    return -x if x < 0 else x if x >= 0 else abs(arb(x))


def _sign(x: Real) -> Real:
    if x > 0:
        return 1
    if x < 0:
        return -1
    if type(x) is arb and not x.is_zero():
        raise Undefined("sign of a ball around 0", straddles=True)
    return 0


def _relu(x: Real) -> Real:
    if type(x) is arb and x.contains(0):
        return x.nonnegative_part()
    return x if x > 0 else 0


def _side(x: Scalar) -> int:
    """±1 by the side of 0 on which x lies; at 0 there is a kink, and no derivative."""
    while isinstance(x, Dual):
        x = x.value
    if x > 0:
        return 1
    if x < 0:
        return -1
    raise Undefined("derivative at a kink", straddles=type(x) is arb and not x.is_zero())


def _flat(x: Scalar, _: Scalar) -> Scalar:
    """sign′ = 0 away from 0."""
    return abs(_side(x)) - 1


def _erf_slope(x: Scalar, _: Scalar) -> Scalar:
    """erf′(x) = 2/√π exp(−x²)."""
    return elementwise("exp", -(x * x)) * (2 / arb.pi().sqrt())


FUNCTIONS: dict[str, tuple[Callable[[Real], Real], Callable[[Scalar, Scalar], Scalar]]] = {
    "exp": (_ball(arb.exp, 1), lambda x, f: f),
    "log": (_log, lambda x, f: reciprocal(x)),
    "sin": (_ball(arb.sin, 0), lambda x, f: elementwise("cos", x)),
    "cos": (_ball(arb.cos, 1), lambda x, f: -elementwise("sin", x)),
    "tan": (_ball(arb.tan, 0), lambda x, f: 1 + f * f),
    "tanh": (_ball(arb.tanh, 0), lambda x, f: 1 - f * f),
    "sinh": (_ball(arb.sinh, 0), lambda x, f: elementwise("cosh", x)),
    "cosh": (_ball(arb.cosh, 1), lambda x, f: elementwise("sinh", x)),
    "abs": (_abs, lambda x, f: _side(x)),
    "sign": (_sign, _flat),
    "sigmoid": (_ball(lambda x: 1 / (1 + (-x).exp())), lambda x, f: f * (1 - f)),
    "relu": (_relu, lambda x, f: (1 + _side(x)) // 2),
    "softplus": (_ball(lambda x: x.exp().log1p()), lambda x, f: elementwise("sigmoid", x)),
    "erf": (_ball(arb.erf, 0), _erf_slope),
    "arctan": (_ball(arb.atan, 0), lambda x, f: reciprocal(1 + x * x)),
    "sqrt": (_sqrt, lambda x, f: reciprocal(2 * f)),
}
"""name → (f, (x, f(x)) ↦ f′(x)): one line a function."""
