"""Powers of projections and reflections.

    M² = M    gives    Mᵉ = M                                   for e ≥ 1
    M² = I    gives    Mᵉ = ½ (1 + (−1)ᵉ) I + ½ (1 − (−1)ᵉ) M     for every integer e

By induction on e.  Whether M² = M or M² = I is asked of the caller, who must not say yes without a proof.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symbn.core.contraction import atom, bind, delta, dimension, fresh, multiply, rename
from symbn.core.heads import split_tensor
from symbn.core.matrices import POWER
from symbn.core.powers import power
from symbn.core.rebuilding import rebuilt_everywhere
from symbn.core.ring import Coefficient
from symbn.core.terms import Argument, Factor, SumOfProducts, Tensor, constant

Zero = Callable[[SumOfProducts], bool]


def without_periodic_powers(e: SumOfProducts, is_zero: Zero) -> SumOfProducts:
    """e with the powers of projections and reflections put in terms of M and I."""

    def change(factor: Factor) -> SumOfProducts:
        found = _settled(factor, is_zero)
        return atom(e.ring, *factor) if found is None else found

    return rebuilt_everywhere(e, _is_power, change)


def _is_power(factor: Factor) -> bool:
    return isinstance(factor.head, Tensor) and factor.head.name == POWER


def _settled(factor: Factor, is_zero: Zero) -> SumOfProducts | None:
    """Mᵉ at its indices without the power; None if neither M² = M nor M² = I is shown."""
    assert isinstance(factor.head, Tensor)
    (start, end), _, (matrix, exponent) = split_tensor(factor.head, factor.indices)
    row, column = matrix.formals
    ring = matrix.body.ring
    square, unit = _squared(matrix), delta(ring, row, column)
    at = {row: start, column: end}
    if is_at_least(exponent.body, 1) and is_zero(square - matrix.body):
        ring.note("periodic", matrix, exponent, matrix.body, square - matrix.body)
        return rename(matrix.body, at)
    size = exponent.body.as_coefficient()
    if size is None or not is_zero(square - unit):
        return None
    half = ring.rational(Fraction(1, 2))
    sign = power(constant(ring.rational(-1)), _parity(size)).scaled(half)
    even, odd = constant(half) + sign, constant(half) - sign
    value = multiply(even, unit) + multiply(odd, matrix.body)
    ring.note("periodic", matrix, exponent, value, square - unit)
    return rename(value, at)


def _parity(size: Coefficient) -> Coefficient:
    """An integer of the same parity, with coefficients 0 and 1."""
    total = size.ring.zero
    for product, number in size.polynomial_terms():
        total = total + product if number.whole_part() % 2 else total
    return total


def _squared(matrix: Argument) -> SumOfProducts:
    row, column = matrix.formals
    joint = fresh(row.dim)
    return bind(multiply(rename(matrix.body, {column: joint}), rename(matrix.body, {row: joint})), joint)


def is_at_least(exponent: SumOfProducts, number: int) -> bool:
    """Whether an exponent is ≥ number for all sizes and positions (sufficient): each position is at its worst end."""
    least = exponent.ring.rational(-number)
    for monomial, times in exponent.terms.items():
        if not monomial:
            least = least + times
            continue
        ((factor,),) = monomial
        if times.is_nonnegative():
            least = least + times
        elif (-times).is_nonnegative():
            least = least + times * dimension(exponent.ring, factor.indices[0].dim)
        else:
            return False
    return least.is_nonnegative()
