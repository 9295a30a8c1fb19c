"""Powers and scalar functions of generalised sums, split as far as that is an identity.

    (c e)^r               = c^r e^r           r integer, or c ≥ 0
    (e₁ e₂)^r             = e₁^r e₂^r         r integer, or e₁ a sum of squares
    (e⁻ᵘ + 1)^r           = (e⁻ᵘ)^r (1 + eᵘ)^r
    (e^a)^r               = e^(a r)           r integer, or e > 0: a no integer, or e a sum of squares
    (c²)^r                = |c|^(2 r)         never c^(2 r) for a c of unknown sign
    |e|                   = (e²)^½            max(0, e) = (e + |e|)/2
    log(a b)              = log a + log b     a known to be ≥ 0
    log(e^r)              = r log e           e known to be ≥ 0, or under a root
    log(e^(2k))           = k log(e²)
    exp(a + b)            = exp(a) exp(b)     exp(c log e) = e^c

A base with several terms has coefficients without a common factor (of a sign that is not known to be ≥ 0, unless r is
an integer), whatever its indices are called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from symbn.core.contraction import atom, close_one, integer_power, is_exponential, multiply, natural_power, opened
from symbn.core.ring import Coefficient, Ring
from symbn.core.terms import (
    Component,
    DeltaHead,
    Factor,
    Index,
    Monomial,
    NoRule,
    Power,
    Scalarwise,
    SumOfProducts,
    Tensor,
    constant,
    in_order,
)


def power(e: SumOfProducts, exponent: Coefficient) -> SumOfProducts:
    """e ^ exponent.  Raises ZeroDivisionError or NoRule for a power of 0 that may not be 0, BudgetExceeded."""
    result = _power(e, exponent)
    e.ring.note("power", e, exponent, result)
    return result


def _power(e: SumOfProducts, exponent: Coefficient) -> SumOfProducts:
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
        if not exponent.is_positive():
            raise NoRule("a power of 0 whose exponent may be 0")
        return e
    integer = exponent.is_integral()
    coefficient = e.as_coefficient()
    if coefficient is not None:
        return _coefficient_power(coefficient, exponent)
    if len(e.terms) == 1:
        return _monomial_power(e, exponent, integer)
    common, e = _without_common_powers(e)
    if common.as_coefficient() is None:
        return multiply(power(common, exponent), power(e, exponent))
    content = ring.content(e.terms.values())
    if value is not None and integer:
        return integer_power(e.scaled(content.inverse()), exponent).scaled(content ** int(value))
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
        pieces += [(ring.rational(p), k) for p, k in ring.primes(abs(content))]
        for piece, multiplicity in pieces:
            whole = piece ** (side * multiplicity)
            if not piece.is_nonnegative() and not exponent.is_integral() and multiplicity % 2 == 0:
                piece, multiplicity = piece * piece, multiplicity // 2
            if piece.is_nonnegative() or exponent.is_integral():
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
    """Whether every term is a coefficient ≥ 0 times components ≥ 0 (sufficient for e ≥ 0)."""
    return all(c.is_nonnegative() and all(map(_is_sum_of_squares, m)) for m, c in e.terms.items())


def _is_sum_of_squares(component: Component) -> bool:
    """Whether every factor occurs an even number of times or is known to be ≥ 0: then the component is ≥ 0."""
    return all(component.count(factor) % 2 == 0 or _is_nonnegative_factor(factor) for factor in component)


def _is_nonnegative_factor(factor: Factor) -> bool:
    """An exponential, a root, an even power, or a tensor whose entries are declared ≥ 0."""
    head = factor.head
    if isinstance(head, Tensor):
        return "nonnegative" in head.traits and not head.slots
    if isinstance(head, Power):
        exponent = head.exponent.as_fraction()
        rooted = exponent is not None and (exponent.denominator != 1 or exponent.numerator % 2 == 0)
        return rooted or is_exponential(head.base) or _is_nonnegative(head.base)
    return isinstance(head, Scalarwise) and head.known and head.function in _NONNEGATIVE


_NONNEGATIVE = frozenset(["exp", "cosh", "sigmoid", "softplus"])


def scalarwise(function: str, order: int, argument: SumOfProducts, known: bool = True) -> SumOfProducts:
    """φ⁽ᵏ⁾(argument); exponentials, logarithms and absolute values in their normal form."""
    if known and function in _NORMAL_FORMS:
        result = _NORMAL_FORMS[function](argument)
        argument.ring.note("function", function, argument, result)
        return result
    return _scalarwise_atom(function, order, argument, known)


def _scalarwise_atom(function: str, order: int, argument: SumOfProducts, known: bool = True) -> SumOfProducts:
    body, captured, symmetries = close_one(argument)
    return atom(argument.ring, Scalarwise(function, order, body, known, symmetries), captured)


def absolute(e: SumOfProducts) -> SumOfProducts:
    """|e| = √(e²)."""
    return e if _is_nonnegative(e) else power(multiply(e, e), e.ring.rational(Fraction(1, 2)))


def _rectified(e: SumOfProducts) -> SumOfProducts:
    """max(0, e) = (e + |e|) / 2."""
    return (e + absolute(e)).scaled(e.ring.rational(Fraction(1, 2)))


def _exponential_of_logarithm(ring: Ring, monomial: Monomial, coefficient: Coefficient) -> SumOfProducts | None:
    """exp(c log e) = e^c, where log e is defined; None for anything else."""
    if len(monomial) != 1 or len(monomial[0]) != 1:
        return None
    head, indices = monomial[0][0]
    if not (isinstance(head, Scalarwise) and head.known and head.function == "log"):
        return None
    return power(opened(head.argument, indices), coefficient)


def _exponential(argument: SumOfProducts) -> SumOfProducts:
    """exp(Σ c m) = Π exp(m)^c, where m is a monomial, of tensors or of parameters."""
    ring = argument.ring
    result = constant(ring.one)
    for monomial, coefficient in argument.terms.items():
        undone = _exponential_of_logarithm(ring, monomial, coefficient)
        if undone is not None:
            result = multiply(result, undone)
            continue
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


def _logarithm(e: SumOfProducts) -> SumOfProducts:
    """log of a product: of each factor that is known to be ≥ 0 by itself, of the rest together."""
    ring = e.ring
    if len(e.terms) != 1:
        common, e = _without_common_powers(e)
        if common.as_coefficient() is None:
            return _logarithm(common) + _logarithm(e)
        content = ring.content(e.terms.values()) if e.terms else ring.one
        if not content.is_positive():
            return _scalarwise_atom("log", 0, e)
        return _logarithm_of_coefficient(content) + _scalarwise_atom("log", 0, e.scaled(content.inverse()))
    ((monomial, coefficient),) = e.terms.items()
    outside = ring.one
    if (-coefficient).is_positive():
        coefficient, outside = -coefficient, -outside
    elif not coefficient.is_positive():
        coefficient, outside = outside, coefficient
    result = _logarithm_of_coefficient(coefficient)
    rest: list[tuple[SumOfProducts, Coefficient]] = []
    for component in dict.fromkeys(monomial):
        alone = SumOfProducts(ring, {(component,): ring.one})
        base, exponent = _as_power(alone, ring.rational(monomial.count(component)))
        part = _logarithm_of_power(base, exponent)
        if part is None:
            rest.append((base, exponent))
        else:
            result = result + part
    if len(rest) == 1 and outside.is_one() and rest[0][1].is_integer():
        ((base, exponent),) = rest
        return result + _scalarwise_atom("log", 0, base).scaled(exponent)
    if not rest and outside.is_one():
        return result
    together = constant(outside)
    for base, exponent in rest:
        together = multiply(together, power(base, exponent))
    return result + _scalarwise_atom("log", 0, together)


def _without_common_powers(e: SumOfProducts) -> tuple[SumOfProducts, SumOfProducts]:
    """e = common · rest: what divides every term of exponentials and of quantities > 0 below a fraction.

    So eᵘ + 1 and 1 + e⁻ᵘ have one form but for a factor, and 1 − 1/(1 + eᵘ) is eᵘ/(1 + eᵘ).
    """
    ring = e.ring
    places: dict[tuple[SumOfProducts, tuple[Index, ...]], dict[int, int]] = {}
    for number, monomial in enumerate(e.terms):
        for component in monomial:
            head = component[0].head
            value = head.exponent.as_fraction() if component.is_power and isinstance(head, Power) else None
            if value is not None and value.denominator == 1 and isinstance(head, Power):
                if is_exponential(head.base) or (value < 0 and _is_nonnegative(head.base)):
                    places.setdefault((head.base, component[0].indices), {})[number] = int(value)
    shared = {
        place: least
        for place, exponents in sorted(places.items(), key=lambda item: item[0][0].key)
        if (least := min([*exponents.values(), *([0] if len(exponents) < len(e.terms) else [])]))
    }
    common = constant(ring.one)
    for (base, indices), least in shared.items():
        common = multiply(common, _power_atom(opened(base, indices), ring.rational(least)))
    if not shared:
        return common, e
    rest = constant(ring.zero)
    for number, (monomial, coefficient) in enumerate(e.terms.items()):
        kept = [c for c in monomial if not (c.is_power and (c[0].head.base, c[0].indices) in shared)]  # type: ignore[union-attr]
        term = SumOfProducts(ring, {tuple(kept): coefficient})
        for (base, indices), least in shared.items():
            present = places[base, indices].get(number, 0)
            term = multiply(term, power(opened(base, indices), ring.rational(present - least)))
        rest = rest + term
    return common, rest


def _as_power(e: SumOfProducts, times: Coefficient) -> tuple[SumOfProducts, Coefficient]:
    """e ^ times, e one component, as base ^ exponent."""
    ((monomial, _),) = e.terms.items()
    (component,) = monomial
    head = component[0].head
    if component.is_power and isinstance(head, Power):
        return opened(head.base, component[0].indices), head.exponent * times
    return e, times


def _logarithm_of_power(base: SumOfProducts, exponent: Coefficient) -> SumOfProducts | None:
    """log(base ^ exponent) where base is known to be ≥ 0 (or must be, under a root), or the exponent is even."""
    if is_exponential(base):
        (factor,) = base.factors()
        assert isinstance(factor.head, Scalarwise)
        return opened(factor.head.argument, factor.indices).scaled(exponent)
    value = exponent.as_fraction()
    if _is_nonnegative(base) or (value is not None and value.denominator != 1):
        coefficient = base.as_coefficient()
        if coefficient is not None and coefficient.is_positive():
            return _logarithm_of_coefficient(coefficient).scaled(exponent)
        return _scalarwise_atom("log", 0, base).scaled(exponent)
    if value is not None and value.numerator % 2 == 0:
        half = exponent * base.ring.rational(Fraction(1, 2))
        return _scalarwise_atom("log", 0, multiply(base, base)).scaled(half)
    return None


def _logarithm_of_coefficient(c: Coefficient) -> SumOfProducts:
    """log c = Σ k log p over the irreducible factors p > 0; c > 0."""
    ring = c.ring
    result = constant(ring.zero)
    rest = ring.one
    for polynomial, side in ((c.numerator, 1), (c.denominator, -1)):
        content, factors = ring.factors(polynomial)
        pieces = [(ring.quotient(f, polynomial**0), k) for f, k in factors]
        pieces += [(ring.rational(p), k) for p, k in ring.primes(abs(content))]
        rest = -rest if content < 0 else rest
        for piece, multiplicity in pieces:
            if piece.is_positive():
                logarithm = _scalarwise_atom("log", 0, constant(piece))
                result = result + logarithm.scaled(ring.rational(side * multiplicity))
            else:
                rest = rest * piece ** (side * multiplicity)
    return result if rest.is_one() else result + _scalarwise_atom("log", 0, constant(rest))


_NORMAL_FORMS: Mapping[str, Callable[[SumOfProducts], SumOfProducts]] = {
    "exp": _exponential,
    "log": _logarithm,
    "abs": absolute,
    "relu": _rectified,
}
"""Known functions that are not opaque; each is an identity wherever the function is defined."""
