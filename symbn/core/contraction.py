"""Arithmetic of generalised sums: every operation returns the normal form of `terms`.

The reductions, each an identity for every size:

    Σ_i δ[i, j] F(i)      = F(j)              a δ with a bound index disappears
    Σ_i F                 = n F               an index bound and unused gives its dimension  (i not in F)
    δ[i, i]               = 1
    δ[1, 2]               = 0                 two different constant positions
    δ[i, j] F(j)          = δ[i, j] F(i)      free indices joined by a δ get one name
    e^a e^b               = e^(a+b)           where e^a and e^b are defined
    e^k                   = e ⋯ e             k natural
    (c e)^r               = c^r e^r           r integer, or c ≥ 0
    (e₁ e₂)^r             = e₁^r e₂^r         r integer, or e₁ a sum of squares
    exp(a + b)            = exp(a) exp(b)
    (e^a)^r               = e^(a r)           r integer, or e > 0: a no integer, or e a sum of squares
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

import flint

from symbn.core.canonical import arrange, candidate_orders, canonical_component, symmetries_of
from symbn.core.ring import BudgetExceeded, Coefficient, Ring
from symbn.core.terms import (
    DELTA,
    Argument,
    Component,
    DeltaHead,
    Factor,
    Head,
    Index,
    Monomial,
    Power,
    Scalarwise,
    Slot,
    SumOfProducts,
    Tensor,
    accumulate,
    constant,
    formal,
    in_order,
    index_key,
    parameter,
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
    merged, expanded, whole = _merge_powers(factors)
    if whole is not None:
        coefficient = coefficient * whole
    used = {i for f in (*merged, *expanded) for i in f.indices}
    for index in set(bound) - used - eliminated:
        coefficient = coefficient * dimension(ring, index.dim)
    result = SumOfProducts(ring, {_components(ring, merged): coefficient}) if not expanded else None
    if result is not None:
        return result
    # A natural power came up: multiply its expansion in, its indices held free, and bind them again.
    opened = {i: fresh(i.dim) for i in sorted(used, key=index_key) if i.is_bound}
    product = normal_product(coefficient, [_renamed(f, opened) for f in merged], ())
    for power in expanded:
        product = multiply(product, instantiate(power.head, tuple(opened.get(i, i) for i in power.indices)))
    for index in opened.values():
        product = bind(product, index)
    return product


def dimension(ring: Ring, dim: str | int) -> Coefficient:
    """The size of a dimension as a coefficient."""
    return ring.rational(dim) if isinstance(dim, int) else ring.variable(dim)


def _renamed(factor: Factor, names: Renaming) -> Factor:
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
    rest = [_renamed(f, names) for f in factors if not isinstance(f.head, DeltaHead)]
    rest += [Factor(DELTA, (kept, gone)) for gone, kept in names.items() if not gone.is_bound]
    return rest, {i for i in names if i.is_bound}


def _merge_powers(factors: list[Factor]) -> tuple[list[Factor], list[Factor], Coefficient | None]:
    """Powers of one base at the same indices joined: (what stays, powers that became natural, a coefficient).

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
        if exponent.as_natural() is None or is_exponential(base):
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
            factors.append(_renamed(factor, names) if names else factor)
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
        part = normal_product(coefficient, [_renamed(f, {index: new}) for f in factors], [*bound, new])
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
                c if c.free.isdisjoint(moved) else canonical_component(e.ring, [_renamed(f, moved) for f in c])
                for c in monomial
            )
            accumulate(total, in_order(components), coefficient)
        else:
            factors, bound = _apart(monomial)
            _add_into(total, normal_product(coefficient, [_renamed(f, moved) for f in factors], bound))
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


# Closed heads ---------------------------------------------------------------------------------------------


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


def opened(body: SumOfProducts, indices: tuple[Index, ...]) -> SumOfProducts:
    """A closed body at indices."""
    return rename(body, {parameter(number, i.dim): i for number, i in enumerate(indices)})


def tensor(
    ring: Ring,
    name: str,
    out: tuple[Index, ...],
    slots: tuple[tuple[Slot, tuple[Index, ...]], ...] = (),
    arguments: tuple[Argument, ...] = (),
    symmetric: bool = False,
) -> SumOfProducts:
    """name[out] with derivative slots at indices, applied to arguments (whose formal indices have free names)."""
    bodies, captured, symmetries = close(tuple(a.body for a in arguments), tuple(a.formals for a in arguments))
    closed = tuple(
        Argument(tuple(formal(number, i.dim) for number, i in enumerate(a.formals)), body)
        for a, body in zip(arguments, bodies, strict=True)
    )
    ordered = sorted(slots, key=lambda slot: (str(slot[0].target), slot[0].arity))
    head = Tensor(name, len(out), tuple(s for s, _ in ordered), closed, len(captured), symmetric, symmetries)
    return atom(ring, head, out + tuple(i for _, places in ordered for i in places) + captured)


def split_tensor(
    head: Tensor, indices: tuple[Index, ...]
) -> tuple[tuple[Index, ...], tuple[tuple[Slot, tuple[Index, ...]], ...], tuple[Argument, ...]]:
    """What `tensor` was made of: out indices, slots at their indices, arguments with fresh formal indices."""
    out, position = indices[: head.out], head.out
    slots = []
    for slot in head.slots:
        slots.append((slot, indices[position : position + slot.arity]))
        position += slot.arity
    names = {parameter(number, i.dim): i for number, i in enumerate(indices[position:])}
    arguments = []
    for formals, body in head.arguments:
        new = tuple(fresh(i.dim) for i in formals)
        arguments.append(Argument(new, rename(body, names | dict(zip(formals, new, strict=True)))))
    return out, tuple(slots), tuple(arguments)


def opened_component(component: Component) -> tuple[list[Factor], tuple[Index, ...]]:
    """The factors of a component with its bound indices made free under fresh names; those names."""
    names: dict[Index, Index] = {}
    for factor in component:
        names.update((i, fresh(i.dim)) for i in factor.indices if i.is_bound and i not in names)
    return [_renamed(factor, names) for factor in component], tuple(names.values())


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


def is_exponential(e: SumOfProducts) -> bool:
    """Whether e is a bare exp(m), which stands only as the base of a power, whatever the exponent."""
    if len(e.terms) != 1:
        return False
    ((monomial, coefficient),) = e.terms.items()
    if len(monomial) != 1 or len(monomial[0]) != 1 or not coefficient.is_one():
        return False
    head = monomial[0][0].head
    return isinstance(head, Scalarwise) and head.known and head.function == "exp"


def instantiate(head: Head, indices: tuple[Index, ...]) -> SumOfProducts:
    """A natural power at indices, multiplied out."""
    assert isinstance(head, Power)
    return power(opened(head.base, indices), head.exponent)


# Powers ---------------------------------------------------------------------------------------------------


def power(e: SumOfProducts, exponent: Coefficient) -> SumOfProducts:
    """e ^ exponent.  Raises ZeroDivisionError for a negative power of 0, BudgetExceeded for a huge one."""
    ring = e.ring
    natural = exponent.as_natural()
    if is_exponential(e):
        return constant(ring.one) if exponent.is_zero() else _power_atom(e, exponent)
    if natural is not None:
        if natural > _LARGEST_POWER:
            raise BudgetExceeded(f"a power above {_LARGEST_POWER} is not multiplied out")
        result = constant(ring.one)
        for _ in range(natural):
            result = multiply(result, e)
        return result
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
    lead = e.terms[leading_monomial(e)]
    if integer or lead.is_nonnegative():
        content = lead
    elif (-lead).is_nonnegative():
        content = -lead
    else:
        content = ring.one
    outside = _coefficient_power(content, exponent)
    return multiply(outside, _power_atom(e.scaled(content.inverse()), exponent))


def leading_monomial(e: SumOfProducts) -> Monomial:
    """The greatest monomial: most factors, then fewest components, then by the greatest components.

    A monomial order: compatible with multiplication by a monomial, as far as components do not react.
    """
    return max(e.terms, key=lambda m: (sum(map(len, m)), -len(m), tuple(c.key for c in reversed(m))))


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
