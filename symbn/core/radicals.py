"""Zero tests modulo the one relation of a power: e · e^(r−1) = e^r.

Two reductions, each sound wherever the statement itself is defined (e ≠ 0, and e > 0 under a root):

*Leading monomials.*  With e = c·l + e′, l its leading monomial, a product l · e^r with r < 0 becomes
(e^(r+1) − e′ e^r) / c.  This works under a sum over an index that e carries, and ends, because l is the
greatest monomial of e in a monomial order.

*Clearing.*  A power at free indices is a single quantity Q.  The terms are grouped by what is not whole in Q's
exponent; each group is multiplied by the power of e that makes all its exponents natural.  That every
group vanishes is sufficient; it is necessary too when e is no square (a + b√e = 0 only if a = b = 0).
"""

from __future__ import annotations

from collections import Counter

from symbn.core.contraction import bind, fresh, is_exponential, multiply, normal_product, opened
from symbn.core.powers import power
from symbn.core.ring import Coefficient
from symbn.core.terms import Component, Factor, Index, Monomial, Power, SumOfProducts


def has_powers(e: SumOfProducts) -> bool:
    return any(isinstance(f.head, Power) for f in e.factors())


def reduce_leading_monomials(e: SumOfProducts) -> SumOfProducts:
    """e with no product l · e^r left, r < 0.  Raises BudgetExceeded."""
    result = SumOfProducts(e.ring, {})
    pending = [(m, c) for m, c in e.terms.items()]
    while pending:
        monomial, coefficient = pending.pop()
        e.ring.budget.spend()
        reduced = _reduce_once(e, monomial)
        if reduced is None:
            result = result + SumOfProducts(e.ring, {monomial: coefficient})
        else:
            e.ring.note("times", coefficient)
            pending += [(m, c * coefficient) for m, c in reduced.terms.items()]
    return result


def leading_monomial(e: SumOfProducts) -> Monomial:
    """The greatest monomial: most factors, then fewest components, then by the greatest components.

    A monomial order: compatible with multiplication by a monomial, as far as components do not react.
    """
    return max(e.terms, key=lambda m: (sum(map(len, m)), -len(m), tuple(c.key for c in reversed(m))))


def _reduce_once(e: SumOfProducts, monomial: Monomial) -> SumOfProducts | None:
    for place, component in enumerate(monomial):
        for number, factor in enumerate(component):
            head = factor.head
            if not isinstance(head, Power) or head.base.as_coefficient() is not None or is_exponential(head.base):
                continue
            exponent = head.exponent.as_fraction()
            if exponent is None or exponent >= 0:
                continue
            rest = monomial[:place] + monomial[place + 1 :]
            reduced = _reduce_factor(e, component, number, rest)
            if reduced is not None:
                return reduced
    return None


def _reduce_factor(e: SumOfProducts, component: Component, number: int, rest: Monomial) -> SumOfProducts | None:
    """One component's power at place `number` against the leading monomial of its base, wherever that stands."""
    ring = e.ring
    own = {i: fresh(i.dim) for i in component[number].indices if i.is_bound}
    factors = [Factor(f.head, tuple(own.get(i, i) for i in f.indices)) for f in component]
    chosen = factors.pop(number)
    head = chosen.head
    assert isinstance(head, Power)
    base = opened(head.base, chosen.indices)
    leading = leading_monomial(head.base)
    opened_lead = opened(SumOfProducts(ring, {leading: head.base.terms[leading]}), chosen.indices)
    if len(opened_lead.terms) != 1 or next(iter(opened_lead.terms)) not in base.terms:
        return None
    (lead,) = opened_lead.terms
    bound = {i for f in factors for i in f.indices if i.is_bound}
    around = normal_product(ring.one, factors, bound)
    if len(around.terms) != 1:
        return None
    ((inner, factor_coefficient),) = around.terms.items()
    missing = Counter(lead)
    missing.subtract(Counter([*inner, *rest]))
    if any(count > 0 for count in missing.values()):
        return None
    remaining = list((Counter([*inner, *rest]) - Counter(lead)).elements())
    others = _product_of(e, remaining).scaled(factor_coefficient)
    c = base.terms[lead]
    lower = base - SumOfProducts(ring, {lead: c})
    raised = power(base, head.exponent + ring.one) - multiply(lower, power(base, head.exponent))
    result = multiply(others, raised.scaled(c.inverse()))
    ring.note("multiple", others.scaled(c.inverse()), base, head.exponent, tuple(own.values()))
    for index in own.values():
        result = bind(result, index)
    return result


def _product_of(e: SumOfProducts, components: list[Component]) -> SumOfProducts:
    result = SumOfProducts(e.ring, {(): e.ring.one})
    for component in components:
        result = multiply(result, SumOfProducts(e.ring, {(component,): e.ring.one}))
    return result


_Place = tuple[SumOfProducts, tuple[Index, ...]]


def clear_one(e: SumOfProducts) -> list[SumOfProducts] | None:
    """The groups of e by one power at free indices, multiplied out: e = 0 if each is 0.  None: no power is left."""
    place = _open_power(e)
    if place is None:
        return None
    ring = e.ring
    groups: dict[Coefficient, list[tuple[int, SumOfProducts]]] = {}
    for monomial, coefficient in e.terms.items():
        exponent = ring.zero
        rest: list[Component] = []
        for component in monomial:
            head = component[0].head
            if len(component) == 1 and isinstance(head, Power) and (head.base, component[0].indices) == place:
                exponent = exponent + head.exponent
            else:
                rest.append(component)
        whole = exponent.whole_part()
        term = SumOfProducts(ring, {tuple(rest): coefficient})
        groups.setdefault(exponent - ring.rational(whole), []).append((whole, term))
    base = opened(*place)
    cleared = []
    for terms in groups.values():
        least = min(whole for whole, _ in terms)
        total = SumOfProducts(ring, {})
        for whole, term in terms:
            total = total + multiply(term, power(base, ring.rational(whole - least)))
        cleared.append(total)
    return cleared


def _open_power(e: SumOfProducts) -> _Place | None:
    """A power that stands alone at free indices: one with a rational exponent, else another; the deepest first."""
    found: dict[_Place, tuple[bool, int]] = {}
    for monomial in e.terms:
        for component in monomial:
            head = component[0].head
            if not (component.is_power and isinstance(head, Power)) or is_exponential(head.base):
                continue
            place = (head.base, component[0].indices)
            rational = head.exponent.as_fraction() is not None
            found[place] = max(found.get(place, (False, 0)), (rational, _depth(head.base)))
    return max(found, key=lambda place: (found[place], place[0].key), default=None)


def _depth(e: SumOfProducts) -> int:
    return max((1 + _depth(f.head.base) for f in e.factors() if isinstance(f.head, Power)), default=0)
