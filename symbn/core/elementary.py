"""Elementary functions in terms of few: tanh, σ and the like by exp, sin² by cos²."""

from __future__ import annotations

from symbn.core.axioms import ELEMENTARY, all_factors
from symbn.core.contraction import atom, contract, multiply, opened
from symbn.core.heads import opened_monomial
from symbn.core.powers import scalarwise
from symbn.core.rebuilding import rebuilt_everywhere
from symbn.core.terms import Factor, Scalarwise, SumOfProducts, constant


def expanded(e: SumOfProducts) -> SumOfProducts:
    """e with each function of `ELEMENTARY` replaced by what it is, and sin² by 1 − cos².  Raises ZeroDivisionError."""
    if any(map(_is_elementary, all_factors(e))):
        e = rebuilt_everywhere(e, _is_elementary, _in_few)
    return _without_squared_sines(e) if any(map(_is_sine, e.factors())) else e


def _is_elementary(factor: Factor) -> bool:
    head = factor.head
    return isinstance(head, Scalarwise) and head.known and head.function in ELEMENTARY


def _in_few(factor: Factor) -> SumOfProducts:
    assert isinstance(factor.head, Scalarwise)
    return ELEMENTARY[factor.head.function](opened(factor.head.argument, factor.indices))


def _is_sine(factor: Factor) -> bool:
    return isinstance(factor.head, Scalarwise) and factor.head.known and factor.head.function == "sin"


def _without_squared_sines(e: SumOfProducts) -> SumOfProducts:
    """sin²(u) = 1 − cos²(u), wherever the same sine occurs twice in a term."""
    result = SumOfProducts(e.ring, {})
    for monomial, coefficient in e.terms.items():
        factors, bound = opened_monomial(monomial)
        twice = next((f for f in factors if _is_sine(f) and factors.count(f) > 1), None)
        if twice is None:
            result = result + SumOfProducts(e.ring, {monomial: coefficient})
            continue
        factors.remove(twice)
        factors.remove(twice)
        assert isinstance(twice.head, Scalarwise)
        cosine = scalarwise("cos", 0, opened(twice.head.argument, twice.indices))
        square = constant(e.ring.one) - multiply(cosine, cosine)
        parts = [square, *(atom(e.ring, *factor) for factor in factors)]
        result = result + _without_squared_sines(contract(parts, bound).scaled(coefficient))
    return result
