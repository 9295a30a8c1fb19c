"""Arithmetic of generalised sums: every operation returns the normal form of `terms`.

The reductions, each an identity for every size:

    Σ_i δ[i, j] F(i)      = F(j)              a δ with a bound index disappears
    Σ_i F                 = n F               an index bound and unused gives its dimension  (i not in F)
    δ[i, i]               = 1
    δ[1, 2]               = 0                 two different constant positions
    δ[i, j] F(j)          = δ[i, j] F(i)      free indices joined by a δ get one name
    e^a e^b               = e^(a+b)           where e^a and e^b are defined
    e^k                   = e ⋯ e             k natural
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from symbn.core.canonical import arrange, candidate_orders, canonical_component, symmetries_of
from symbn.core.ring import BudgetExceeded, Coefficient, Ring
from symbn.core.terms import (
    DELTA,
    Component,
    DeltaHead,
    Factor,
    Head,
    Index,
    Monomial,
    Power,
    Scalarwise,
    SumOfProducts,
    Tensor,
    accumulate,
    constant,
    formal,
    in_order,
    index_key,
    nested,
    parameter,
    with_nested,
)

_LARGEST_POWER = 256

Renaming = Mapping[Index, Index]


# Normal form of one product -------------------------------------------------------------------------------


def normal_product(coefficient: Coefficient, factors: list[Factor], bound: Iterable[Index]) -> SumOfProducts:
    """coefficient · Σ_bound Π factors, in normal form.  `bound` holds every bound index of the factors."""
    ring = coefficient.ring
    ring.budget.spend()
    contracted = _eliminate_deltas(factors)
    if contracted is None:
        return SumOfProducts(ring, {})
    factors, eliminated = contracted
    closed = [_closed_again(factor) for factor in factors]
    factors = [factor for factor in closed if factor is not None]
    if len(factors) < len(closed):
        return SumOfProducts(ring, {})
    merged, expanded, whole = _merge_powers(factors)
    if whole is not None:
        coefficient = coefficient * whole
    used = {i for f in (*merged, *expanded) for i in f.indices}
    for index in set(bound) - used - eliminated:
        coefficient = coefficient * dimension(ring, index.dim)
    result = SumOfProducts(ring, {_components(ring, merged): coefficient}) if not expanded else None
    if result is not None:
        return result
    # A natural power came up, or a base to be turned round: multiply it in, its indices held free, and bind them again.
    names = {i: fresh(i.dim) for i in sorted(used, key=index_key) if i.is_bound}
    product = normal_product(coefficient, [renamed(f, names) for f in merged], ())
    for power in expanded:
        assert isinstance(power.head, Power)
        base, exponent = opened(power.head.base, tuple(names.get(i, i) for i in power.indices)), power.head.exponent
        natural = exponent.as_natural()
        factor = integer_power(base, exponent) if natural is None else natural_power(base, natural)
        product = multiply(product, factor)
    for index in names.values():
        product = bind(product, index)
    return product


def dimension(ring: Ring, dim: str | int) -> Coefficient:
    """The size of a dimension as a coefficient."""
    return ring.rational(dim) if isinstance(dim, int) else ring.variable(dim)


def renamed(factor: Factor, names: Renaming) -> Factor:
    return Factor(factor.head, tuple(names.get(i, i) for i in factor.indices))


def _eliminate_deltas(factors: list[Factor]) -> tuple[list[Factor], set[Index]] | None:
    """No δ with a bound index left, free indices joined; the indices that disappeared.  None: the product is 0."""
    if not any(isinstance(f.head, DeltaHead) for f in factors):
        return factors, set()
    parent: dict[Index, Index] = {}

    def find(index: Index) -> Index:
        while index in parent:
            index = parent[index]
        return index

    for factor in factors:
        if isinstance(factor.head, DeltaHead):
            a, b = (find(i) for i in factor.indices)
            if a == b:
                continue
            if a.is_constant and b.is_constant:
                if a.dim == b.dim and str(a.label)[1:].isdigit() and str(b.label)[1:].isdigit():
                    return None
                kept, gone = sorted((a, b), key=index_key)
            else:
                # Constants stay before free indices, free ones before bound ones; then the least name.
                kept, gone = sorted((a, b), key=lambda i: (not i.is_constant, i.is_bound, index_key(i)))
            parent[gone] = kept
    names = {index: find(index) for index in parent}
    rest = [renamed(f, names) for f in factors if not isinstance(f.head, DeltaHead)]
    rest += [Factor(DELTA, (kept, gone)) for gone, kept in names.items() if not gone.is_bound]
    return rest, {i for i in names if i.is_bound}


def _closed_again(factor: Factor) -> Factor | None:
    """Nested sums whose places have come to coincide or are fixed: sin(x[#0] y[#1])[i, i] as sin(x[#0] y[#0])[i].

    None for a power that is 0 there.  Raises ZeroDivisionError for a negative power of 0.
    """
    head, indices = factor.head, factor.indices
    if isinstance(head, DeltaHead):
        return factor
    # A tensor's own indices come first; its arguments use the last ones.
    own = len(indices) - head.captured if isinstance(head, Tensor) else 0
    places = indices[own:]
    if len(set(places)) == len(places) and not any(i.is_constant for i in places):
        return factor
    names = {i: i if i.is_constant else fresh(i.dim) for i in places}
    old = {new: i for i, new in names.items()}
    bodies = tuple(opened(body, tuple(names[i] for i in places)) for body in nested(head))
    if isinstance(head, Power) and bodies[0].is_zero():
        value = head.exponent.as_fraction()
        if value is not None and value > 0:
            return None
        raise ZeroDivisionError("a negative power of an expression that is 0")
    formals = tuple(a.formals for a in head.arguments) if isinstance(head, Tensor) else ((),)
    bodies, captured, symmetries = close(bodies, formals)
    return Factor(with_nested(head, bodies, len(captured), symmetries), indices[:own] + tuple(old[i] for i in captured))


def _merge_powers(factors: list[Factor]) -> tuple[list[Factor], list[Factor], Coefficient | None]:
    """Powers of one base at the same indices joined: (what stays, powers to be written anew, a coefficient).

    Natural powers are multiplied out; in an integer power e is exchanged for −e where that comes first.

    A root of a coefficient keeps an exponent in (0, 1); its whole part is the coefficient.
    """
    powers = [f for f in factors if isinstance(f.head, Power)]
    if not powers:
        return factors, [], None
    rest = [f for f in factors if not isinstance(f.head, Power)]
    exponents: dict[tuple[SumOfProducts, tuple[Index, ...]], Coefficient] = {}
    symmetries: dict[SumOfProducts, tuple[tuple[int, ...], ...]] = {}
    for power in map(arrange, powers):
        head = power.head
        assert isinstance(head, Power)
        symmetries[head.base] = head.symmetries
        place = (head.base, power.indices)
        before = exponents.get(place)
        exponents[place] = head.exponent if before is None else before + head.exponent
    expanded = []
    outside: Coefficient | None = None
    for (base, indices), exponent in exponents.items():
        constant_base = base.as_coefficient()
        if constant_base is not None:
            floor = exponent.whole_part()
            if floor:
                whole = constant_base**floor
                outside = whole if outside is None else outside * whole
                exponent = exponent - base.ring.rational(floor)
        factor = Factor(Power(base, exponent, symmetries[base]), indices)
        if exponent.is_zero():
            continue
        natural = exponent.as_natural() is not None and not is_exponential(base)
        if not natural and not (exponent.is_integer() and base.comes_after_its_negative):
            rest.append(factor)
        else:
            expanded.append(factor)
    return rest, expanded, outside


def _components(ring: Ring, factors: list[Factor]) -> Monomial:
    """Factors grouped by the bound indices they share, each group in canonical form, all sorted."""
    groups: list[tuple[set[Index], list[Factor]]] = []
    for factor in factors:
        bound = {i for i in factor.indices if i.is_bound}
        joined = [factor]
        apart = []
        for group in groups:
            if bound and not bound.isdisjoint(group[0]):
                bound |= group[0]
                joined += group[1]
            else:
                apart.append(group)
        groups = [*apart, (bound, joined)]
    return in_order(canonical_component(ring, group) for _, group in groups)


# Ring operations ------------------------------------------------------------------------------------------


def _apart(components: Iterable[Component]) -> tuple[list[Factor], list[Index]]:
    """All factors with bound indices numbered apart, and those indices."""
    factors: list[Factor] = []
    bound: list[Index] = []
    for component in components:
        names: dict[Index, Index] = {}
        for factor in component:
            for i in factor.indices:
                if isinstance(i.label, int) and i not in names:
                    names[i] = Index(len(bound), i.dim)
                    bound.append(names[i])
            factors.append(renamed(factor, names) if names else factor)
    return factors, bound


def multiply(a: SumOfProducts, b: SumOfProducts) -> SumOfProducts:
    """a · b, entry by entry: free indices of the same name are the same."""
    if len(b.terms) == 1 and () in b.terms:
        return a.scaled(b.terms[()])
    if len(a.terms) == 1 and () in a.terms:
        return b.scaled(a.terms[()])
    total: dict[Monomial, Coefficient] = {}
    for left, c in a.terms.items():
        for right, d in b.terms.items():
            a.ring.budget.spend()
            if _react(left, right):
                factors, bound = _apart(left + right)
                _add_into(total, normal_product(c * d, factors, bound))
            else:
                accumulate(total, in_order(left + right), c * d)
    return SumOfProducts(a.ring, total)


def _react(left: Monomial, right: Monomial) -> bool:
    """Whether two monomials do more than stand side by side: a δ that shares an index, two powers of one base."""
    for one, other in ((left, right), (right, left)):
        for component in one:
            if component.is_delta and any(not component.free.isdisjoint(c.free) for c in other):
                return True
    powers = {(c[0].head.base, c.free) for c in left if c.is_power and isinstance(c[0].head, Power)}
    if not powers:
        return False
    return any(c.is_power and isinstance(c[0].head, Power) and (c[0].head.base, c.free) in powers for c in right)


def _add_into(total: dict[Monomial, Coefficient], addend: SumOfProducts) -> None:
    for monomial, coefficient in addend.terms.items():
        accumulate(total, monomial, coefficient)


def bind(e: SumOfProducts, index: Index) -> SumOfProducts:
    """Σ_index e."""
    total: dict[Monomial, Coefficient] = {}
    for monomial, coefficient in e.terms.items():
        touched = [c for c in monomial if index in c.free]
        if not touched:
            accumulate(total, monomial, coefficient * dimension(e.ring, index.dim))
            continue
        rest = [c for c in monomial if index not in c.free]
        if any(c.is_delta for c in touched):
            touched, rest = list(monomial), []
        factors, bound = _apart(touched)
        new = Index(len(bound), index.dim)
        part = normal_product(coefficient, [renamed(f, {index: new}) for f in factors], [*bound, new])
        for m, c in part.terms.items():
            accumulate(total, in_order([*m, *rest]), c)
    return SumOfProducts(e.ring, total)


def contract(parts: list[SumOfProducts], bound: Iterable[Index]) -> SumOfProducts:
    """Σ_bound Π parts, each index bound as soon as no other part carries it, so that little is ever expanded."""
    pending = list(parts)
    open_indices = list(bound)
    product = pending.pop(0)
    while True:
        done = [i for i in open_indices if not any(i in part.free for part in pending)]
        for index in done:
            product = bind(product, index)
        open_indices = [i for i in open_indices if i not in done]
        if not pending:
            return product
        neighbour = next((k for k, part in enumerate(pending) if not part.free.isdisjoint(product.free)), 0)
        product = multiply(product, pending.pop(neighbour))


def rename(e: SumOfProducts, names: Renaming) -> SumOfProducts:
    """e with free indices renamed; two may get one name."""
    moved = {old: new for old, new in names.items() if old != new and old in e.free}
    if not moved:
        return e
    apart = len(set(moved.values())) == len(moved) and (e.free - moved.keys()).isdisjoint(moved.values())
    constant_target = any(new.is_constant for new in moved.values())
    total: dict[Monomial, Coefficient] = {}
    for monomial, coefficient in e.terms.items():
        if apart and not constant_target and not any(c.is_delta for c in monomial):
            e.ring.budget.spend()
            components = (
                c if c.free.isdisjoint(moved) else canonical_component(e.ring, [renamed(f, moved) for f in c])
                for c in monomial
            )
            accumulate(total, in_order(components), coefficient)
        else:
            factors, bound = _apart(monomial)
            _add_into(total, normal_product(coefficient, [renamed(f, moved) for f in factors], bound))
    return SumOfProducts(e.ring, total)


def delta(ring: Ring, a: Index, b: Index) -> SumOfProducts:
    """δ[a, b]."""
    return normal_product(ring.one, [Factor(DELTA, (a, b))], ())


def atom(ring: Ring, head: Head, indices: tuple[Index, ...]) -> SumOfProducts:
    """A single factor at free indices."""
    return normal_product(ring.one, [Factor(head, indices)], ())


_fresh = count()


def fresh(dim: str | int) -> Index:
    """A free index of a name that nothing else has."""
    return Index(f"~{next(_fresh)}", dim)


def opened(body: SumOfProducts, indices: tuple[Index, ...]) -> SumOfProducts:
    """A closed body at indices."""
    return rename(body, {parameter(number, i.dim): i for number, i in enumerate(indices)})


def natural_power(e: SumOfProducts, exponent: int) -> SumOfProducts:
    """e ⋯ e, multiplied out.  Raises BudgetExceeded for a huge exponent."""
    if exponent > _LARGEST_POWER:
        raise BudgetExceeded(f"a power above {_LARGEST_POWER} is not multiplied out")
    result = constant(e.ring.one)
    for _ in range(exponent):
        result = multiply(result, e)
    return result


def is_exponential(e: SumOfProducts) -> bool:
    """Whether e is a bare exp(m), which stands only as the base of a power, whatever the exponent."""
    if len(e.terms) != 1:
        return False
    ((monomial, coefficient),) = e.terms.items()
    if len(monomial) != 1 or len(monomial[0]) != 1 or not coefficient.is_one():
        return False
    head = monomial[0][0].head
    return isinstance(head, Scalarwise) and head.known and head.function == "exp"


def close(
    bodies: tuple[SumOfProducts, ...], formals: tuple[tuple[Index, ...], ...]
) -> tuple[tuple[SumOfProducts, ...], tuple[Index, ...], tuple[tuple[int, ...], ...]]:
    """Bodies closed: their formal indices become @0, @1, …; what else they use of their surroundings becomes
    parameters #0, #1, ….  Returns (bodies, captured indices in canonical order, symmetries of that order)."""
    captured = sorted(
        {i for body, own in zip(bodies, formals, strict=True) for i in body.free if not i.is_constant and i not in own},
        key=index_key,
    )
    best: tuple[tuple[str, ...], tuple[SumOfProducts, ...]] | None = None
    orders: list[tuple[Index, ...]] = []
    for order in candidate_orders(captured):
        names = {i: parameter(number, i.dim) for number, i in enumerate(order)}
        closed = tuple(
            rename(body, names | {i: formal(number, i.dim) for number, i in enumerate(own)})
            for body, own in zip(bodies, formals, strict=True)
        )
        key = tuple(body.key for body in closed)
        if best is None or key < best[0]:
            best, orders = (key, closed), [order]
        elif key == best[0] and closed == best[1]:
            orders.append(order)
    assert best is not None
    return best[1], orders[0], symmetries_of(orders)


def close_one(body: SumOfProducts) -> tuple[SumOfProducts, tuple[Index, ...], tuple[tuple[int, ...], ...]]:
    """A body without formal indices, closed."""
    (closed,), captured, symmetries = close((body,), ((),))
    return closed, captured, symmetries


def integer_power(e: SumOfProducts, exponent: Coefficient) -> SumOfProducts:
    """e ^ k, k a negative integer, of the one of e and −e that comes first."""
    turned = e.comes_after_its_negative
    sign = e.ring.rational(-1) ** -int(exponent.as_fraction() or 0) if turned else e.ring.one
    body, captured, symmetries = close_one(-e if turned else e)
    result = atom(e.ring, Power(body, exponent, symmetries), captured).scaled(sign)
    e.ring.note("power", e, exponent, result)
    return result
