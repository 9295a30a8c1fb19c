"""Powers and scalar functions of generalised sums, split as far as that is an identity.

    (c e)^r               = c^r e^r           r integer, or c ≥ 0
    (e₁ e₂)^r             = e₁^r e₂^r         r integer, or e₁ a sum of squares
    (e^a)^r               = e^(a r)           r integer, or e > 0: a no integer, or e a sum of squares
    (c²)^r                = |c|^(2 r)         never c^(2 r) for a c of unknown sign
    exp(a + b)            = exp(a) exp(b)

A base with several terms has coefficients without a common factor (of a sign that is not known to be ≥ 0, unless r is
an integer), whatever its indices are called.
"""

from __future__ import annotations

import flint

from symbn.core.contraction import atom, close_one, integer_power, is_exponential, multiply, natural_power, opened
from symbn.core.ring import Coefficient
from symbn.core.terms import (
    Component,
    DeltaHead,
    Factor,
    Power,
    Scalarwise,
    SumOfProducts,
    constant,
    in_order,
)


def power(e: SumOfProducts, exponent: Coefficient) -> SumOfProducts:
    """e ^ exponent.  Raises ZeroDivisionError for a negative power of 0, BudgetExceeded for a huge one."""
    ring = e.ring
    natural = exponent.as_natural()
    if is_exponential(e):
        return constant(ring.one) if exponent.is_zero() else _power_atom(e, exponent)
    if natural is not None:
        return natural_power(e, natural)
    value = exponent.as_fraction()
    if e.is_zero():
        if value is not None and value < 0:
            raise ZeroDivisionError("a negative power of an expression that is 0")
        return e
    integer = value is not None and value.denominator == 1
    coefficient = e.as_coefficient()
    if coefficient is not None:
        return _coefficient_power(coefficient, exponent)
    if len(e.terms) == 1:
        return _monomial_power(e, exponent, integer)
    content = ring.content(e.terms.values())
    if integer:
        return integer_power(e.scaled(content.inverse()), exponent).scaled(content ** int(value or 0))
    if not content.is_nonnegative():
        content = ring.one
    outside = _coefficient_power(content, exponent)
    return multiply(outside, _power_atom(e.scaled(content.inverse()), exponent))


def _power_atom(e: SumOfProducts, exponent: Coefficient) -> SumOfProducts:
    body, captured, symmetries = close_one(e)
    return atom(e.ring, Power(body, exponent, symmetries), captured)


def _power_or_product(e: SumOfProducts, exponent: Coefficient) -> SumOfProducts:
    """e ^ exponent for an e that splits no further."""
    return power(e, exponent) if exponent.as_natural() is not None else _power_atom(e, exponent)


def _coefficient_power(c: Coefficient, exponent: Coefficient) -> SumOfProducts:
    """c ^ exponent: whole powers stay coefficients, the rest splits over factors that are known to be ≥ 0."""
    ring = c.ring
    value = exponent.as_fraction()
    if value is not None and value.denominator == 1:
        return constant(c ** int(value))
    if c.is_one():
        return constant(c)
    result = constant(ring.one)
    rest = ring.one
    for polynomial, side in ((c.numerator, 1), (c.denominator, -1)):
        content, factors = ring.factors(polynomial)
        pieces = [(ring.quotient(f, polynomial**0), k) for f, k in factors]
        if content < 0:
            rest = -rest
        pieces += [(ring.rational(int(p)), int(k)) for p, k in flint.fmpz(abs(content)).factor()]
        for piece, multiplicity in pieces:
            whole = piece ** (side * multiplicity)
            if not piece.is_nonnegative() and multiplicity % 2 == 0:
                piece, multiplicity = piece * piece, multiplicity // 2
            if piece.is_nonnegative():
                result = multiply(result, _split_power(piece, exponent * ring.rational(side * multiplicity)))
            else:
                rest = rest * whole
    if rest.is_one():
        return result
    return multiply(result, _power_atom(constant(rest), exponent))


def _split_power(base: Coefficient, exponent: Coefficient) -> SumOfProducts:
    """base ^ exponent as base^⌊r⌋ · base^(r − ⌊r⌋), base ≥ 0 irreducible."""
    ring = base.ring
    whole = exponent.whole_part()
    rest = exponent - ring.rational(whole)
    outside = constant(base**whole)
    return outside if rest.is_zero() else multiply(outside, _power_atom(constant(base), rest))


def _monomial_power(e: SumOfProducts, exponent: Coefficient, integer: bool) -> SumOfProducts:
    """(c · Π components) ^ exponent, split where that is an identity."""
    ring = e.ring
    ((monomial, c),) = e.terms.items()
    result = constant(ring.one)
    rest: list[Component] = []
    counted: dict[Component, int] = {}
    for component in monomial:
        counted[component] = counted.get(component, 0) + 1
    for component, multiplicity in counted.items():
        total = exponent * ring.rational(multiplicity)
        head = component[0].head
        if component.is_power and isinstance(head, Power):
            fractional = head.exponent.as_fraction()
            rooted = fractional is not None and fractional.denominator != 1
            if integer or rooted or _is_nonnegative(head.base):
                base = opened(head.base, component[0].indices)
                total = head.exponent * exponent * ring.rational(multiplicity)
                result = multiply(result, _power_or_product(base, total))
                continue
        if len(component) == 1 and isinstance(head, DeltaHead):
            value = exponent.as_fraction()
            if value is None or value < 0:
                raise ZeroDivisionError("a negative power of δ_ij, which is 0 for i ≠ j")
            result = multiply(result, SumOfProducts(ring, {(component,): ring.one}))
        elif integer or _is_sum_of_squares(component):
            single = SumOfProducts(ring, {(component,): ring.one})
            result = multiply(result, _power_or_product(single, total))
        else:
            rest += [component] * multiplicity
    if not rest:
        return multiply(_coefficient_power(c, exponent), result)
    if integer or c.is_nonnegative():
        content = c
    elif (-c).is_nonnegative():
        content = -c
    else:
        content = ring.one
    inside = SumOfProducts(ring, {in_order(rest): c / content})
    return multiply(multiply(_coefficient_power(content, exponent), result), _power_atom(inside, exponent))


def _is_nonnegative(e: SumOfProducts) -> bool:
    """Whether every term is a coefficient ≥ 0 times sums of squares (sufficient for e ≥ 0)."""
    return all(c.is_nonnegative() and all(map(_is_sum_of_squares, m)) for m, c in e.terms.items())


def _is_sum_of_squares(component: Component) -> bool:
    """Whether every factor occurs an even number of times, or it is an exponential: then the component is ≥ 0."""
    return all(component.count(factor) % 2 == 0 for factor in component) or (
        len(component) == 1 and isinstance(component[0].head, Scalarwise) and component[0].head.function == "exp"
    )


def scalarwise(function: str, order: int, argument: SumOfProducts, known: bool = True) -> SumOfProducts:
    """φ⁽ᵏ⁾(argument); an exponential splits into those of its argument's terms."""
    if function == "exp" and known:
        return _exponential(argument)
    body, captured, symmetries = close_one(argument)
    return atom(argument.ring, Scalarwise(function, order, body, known, symmetries), captured)


def _exponential(argument: SumOfProducts) -> SumOfProducts:
    """exp(Σ c m) = Π exp(m)^c, where m is a monomial, of tensors or of parameters."""
    ring = argument.ring
    result = constant(ring.one)
    for monomial, coefficient in argument.terms.items():
        pieces = [(SumOfProducts(ring, {monomial: ring.one}), coefficient)]
        if not monomial:
            pieces = [(constant(m), c) for m, c in coefficient.polynomial_terms()]
        for inside, exponent in pieces:
            body, captured, symmetries = close_one(inside)
            raw = SumOfProducts(
                ring, {(Component((Factor(Scalarwise("exp", 0, body, True, symmetries), captured),)),): ring.one}
            )
            result = multiply(result, _power_atom(raw, exponent))
    return result
