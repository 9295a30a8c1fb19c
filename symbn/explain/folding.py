"""Names put back: parts of a sum's terms that a definition stands for are replaced by its name.

    ŷ[r,i] := J[r,q] Y[q,i] s[i]^(−½)      J[r,q] Y[q,i]  →  ŷ[r,i] s[i]^½
    c[k]   := (1/(n−1)) g[r,k] ŷ[r,k]      g[r,k] ŷ[r,k]  →  (n−1) c[k]
    σ[k]   := s[k]^(−½)                    s[k]^(−3/2)    →  σ[k]³
    C[k,l] := δ[k,l] c[k]                  a diagonal matrix is folded as its diagonal

and facts about defined names that the core finds for itself:

    P[a,b] v[b]  →  v[a]                   where P v = v        (J J = J, J ŷ = ŷ)
    a component  →  0                      where it vanishes when all is unfolded (𝟏ᵀJ = 0)

A definition of one term is a pattern; its bound indices must be bound in the term, and occur in nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from symbn.core.contraction import atom, contract, is_exponential
from symbn.core.heads import opened_component, tensor
from symbn.core.powers import power
from symbn.core.ring import Coefficient
from symbn.core.terms import (
    Component,
    DeltaHead,
    Factor,
    Index,
    Monomial,
    Power,
    SumOfProducts,
    Tensor,
    constant,
)
from symbn.core.unfolding import unfold_all, unfold_derivatives
from symbn.explain.folded_sums import DIAGONAL, WORD, FoldedSums


@dataclass(frozen=True)
class Pattern:
    """name[out] = coefficient · Σ_bound Π factors · Π powers; powers are of bases at `out` indices alone."""

    name: str
    out: tuple[Index, ...]
    coefficient: Coefficient
    factors: tuple[Factor, ...]
    powers: tuple[Factor, ...]
    bound: frozenset[Index]
    diagonal: bool = False
    fixed: int = 0

    def fits(self, places: tuple[Index, ...], running: Collection[Index]) -> bool:
        """A diagonal runs; the author's derivative by one member of a family (∂L/∂ŷ_i) is of one that is fixed."""
        if self.diagonal:
            return set(places) <= set(running)
        return not set(places[: self.fixed]) & set(running)

    @property
    def is_gain(self) -> bool:
        """Whether a name in place of the factors is shorter."""
        derived = any(isinstance(f.head, Tensor) and f.head.slots for f in self.factors)
        return len(self.factors) > 1 or bool(self.bound) or derived or (len(self.factors) == 1 and bool(self.powers))


def pattern_of(name: str, indices: tuple[Index, ...], body: SumOfProducts) -> Pattern | None:
    """A definition as a pattern; None if it has several terms, or says nothing shorter."""
    if len(body.terms) != 1:
        return None
    ((monomial, coefficient),) = body.terms.items()
    factors, bound = _opened(monomial)
    diagonals = [f for f in factors if isinstance(f.head, DeltaHead)]
    diagonal = False
    if diagonals:
        if len(diagonals) != 1 or len(indices) != 2 or set(diagonals[0].indices) != set(indices):
            return None
        kept, gone = indices
        factors = [Factor(f.head, tuple(kept if i == gone else i for i in f.indices)) for f in factors]
        factors = [f for f in factors if not isinstance(f.head, DeltaHead)]
        indices, diagonal = (kept,), True
    powers = [f for f in factors if _is_divisor(f) and not bound & set(f.indices)]
    rest = [f for f in factors if f not in powers]
    if {i for f in factors for i in f.indices} - bound != set(indices):
        return None
    found = Pattern(name, indices, coefficient, tuple(rest), tuple(powers), frozenset(bound), diagonal)
    return found if found.is_gain or (not rest and len(powers) == 1) else None


def _is_divisor(factor: Factor) -> bool:
    """A power, but for the powers that exponentials are kept as."""
    return isinstance(factor.head, Power) and not is_exponential(factor.head.base)


def _opened(monomial: Monomial) -> tuple[list[Factor], set[Index]]:
    factors: list[Factor] = []
    bound: set[Index] = set()
    for component in monomial:
        opened, own = opened_component(component)
        factors += opened
        bound |= set(own)
    return factors, bound


class Facts:
    """What the core finds out about named heads, kept: P v = v, and components that vanish."""

    def __init__(self, sums: FoldedSums) -> None:
        self.sums = sums
        self._absorbed: dict[tuple[Factor, Factor], bool] = {}
        self._vanishing: dict[Component, bool] = {}

    def absorptions(self, factors: list[Factor], bound: set[Index]) -> Iterator[list[Factor]]:
        """The factors without one that changes nothing: P v = v."""
        for number, factor in enumerate(factors):
            head, indices = factor
            if not self._is_square_name(head, indices):
                continue
            for inner, outer in (indices, indices[::-1]):
                if inner not in bound or inner == outer:
                    continue
                others = [k for k, f in enumerate(factors) if k != number and inner in f.indices]
                if len(others) == 1 and factors[others[0]].indices.count(inner) == 1:
                    if self._is_absorbed(factor, inner, outer, factors[others[0]]):
                        kept = [f for k, f in enumerate(factors) if k != number]
                        names = {inner: outer}
                        yield [Factor(f.head, tuple(names.get(i, i) for i in f.indices)) for f in kept]

    def _is_square_name(self, head: object, indices: tuple[Index, ...]) -> bool:
        return (
            isinstance(head, Tensor)
            and head.name in self.sums.theory.unfoldings
            and not head.slots
            and len(indices) == 2
            and indices[0].dim == indices[1].dim
        )

    def _is_absorbed(self, factor: Factor, inner: Index, outer: Index, other: Factor) -> bool:
        ring = self.sums.ring
        names = {i: Index(f"?{k}", i.dim) for k, i in enumerate(dict.fromkeys((outer, inner, *other.indices)))}
        ours = Factor(factor.head, tuple(names[i] for i in factor.indices))
        theirs = Factor(other.head, tuple(names[i] for i in other.indices))
        if (ours, theirs) not in self._absorbed:
            alone = atom(ring, *theirs)
            product = contract([atom(ring, *ours), alone], [names[inner]])
            moved = tuple(names[outer] if i == inner else names[i] for i in other.indices)
            difference = product - atom(ring, theirs.head, moved)
            self._absorbed[ours, theirs] = unfold_all(difference, self.sums.theory).is_zero()
        return self._absorbed[ours, theirs]

    def vanishes(self, component: Component) -> bool:
        """Whether a factor of a term is 0 when all is unfolded."""
        if component not in self._vanishing:
            ring = self.sums.ring
            alone = SumOfProducts(ring, {(component,): ring.one})
            names = alone.tensor_names & self.sums.theory.unfoldings.keys()
            self._vanishing[component] = bool(names) and unfold_all(alone, self.sums.theory).is_zero()
        return self._vanishing[component]


def patterns(facts: Facts) -> list[Pattern]:
    """The definitions that can be put back, those defined first first; each is said in terms of those before it."""
    sums = facts.sums
    found: list[Pattern] = []
    for unfolding in sorted(sums.theory.unfoldings.values(), key=lambda u: u.rank):
        if not unfolding.parameters and not unfolding.name.endswith(DIAGONAL):
            body = unfold_derivatives(unfolding.body, sums.theory)
            body = Folding(facts, found).folded(body, frozenset(unfolding.indices))
            pattern = pattern_of(unfolding.name, unfolding.indices, body)
            if pattern is not None:
                fixed = len(sums.context.definitions[unfolding.name].indices)
                found.append(replace(pattern, fixed=fixed if unfolding.name.startswith(WORD) else 0))
    return found


class Folding:
    """Puts names back into sums over one context, by the patterns given."""

    def __init__(self, facts: Facts, chosen: list[Pattern]) -> None:
        self._facts = facts
        self._patterns = chosen
        self.used: set[str] = set()
        """The names that were put back."""

    def folded(self, e: SumOfProducts, variable: frozenset[Index]) -> SumOfProducts:
        """e with names put back; `variable` are the free indices that run (its row and its column)."""
        result = SumOfProducts(e.ring, {})
        for monomial, coefficient in e.terms.items():
            if not any(self._facts.vanishes(component) for component in monomial):
                result = result + self._term(e, monomial, coefficient, variable)
        return result

    def _term(
        self, e: SumOfProducts, monomial: Monomial, coefficient: Coefficient, variable: frozenset[Index]
    ) -> SumOfProducts:
        for changed in self._changes(e, monomial, coefficient, variable):
            return self.folded(changed, variable)
        return SumOfProducts(e.ring, {monomial: coefficient})

    def _changes(
        self, e: SumOfProducts, monomial: Monomial, coefficient: Coefficient, variable: frozenset[Index]
    ) -> Iterator[SumOfProducts]:
        """What the first rule that applies makes of a term."""
        factors, bound = _opened(monomial)
        for others in self._facts.absorptions(factors, bound):
            yield _product(e, coefficient, [atom(e.ring, *f) for f in others], bound)
        for pattern in self._patterns:
            for found in _matches(pattern, factors, bound):
                places, rest = found
                kept = _divided(rest, pattern, dict(zip(pattern.out, places, strict=True)))
                if kept is None or not pattern.fits(places, bound | variable):
                    continue
                named = tensor(e.ring, pattern.name + (DIAGONAL if pattern.diagonal else ""), places)
                parts = [atom(e.ring, *f) for f in kept] + [named]
                self.used.add(pattern.name)
                yield _product(e, coefficient / pattern.coefficient, parts, bound)
            if not pattern.factors:
                yield from self._roots(e, pattern, coefficient, factors, bound, variable)

    def _roots(
        self, e: SumOfProducts, pattern: Pattern, coefficient: Coefficient, factors: list[Factor], bound: set[Index],
        variable: frozenset[Index],
    ) -> Iterator[SumOfProducts]:  # fmt: skip
        """A power of what a named root or power is of."""
        (own,) = pattern.powers
        assert isinstance(own.head, Power)
        if not pattern.coefficient.is_one() or len(set(own.indices)) != len(pattern.out):
            return
        for number, factor in enumerate(factors):
            if not isinstance(factor.head, Power) or factor.head.base != own.head.base:
                continue
            ratio = _ratio(factor.head.exponent, own.head.exponent)
            if ratio is None or ratio.denominator != 1 or (pattern.diagonal and ratio < 1):
                continue
            at = dict(zip(own.indices, factor.indices, strict=True))
            places = tuple(at[i] for i in pattern.out)
            if not pattern.fits(places, bound | variable):
                continue
            name = pattern.name + (DIAGONAL if pattern.diagonal else "")
            parts = [atom(e.ring, *f) for k, f in enumerate(factors) if k != number]
            parts.append(power(tensor(e.ring, name, places), e.ring.rational(ratio)))
            self.used.add(pattern.name)
            yield _product(e, coefficient, parts, bound)


def _product(
    e: SumOfProducts, coefficient: Coefficient, parts: list[SumOfProducts], bound: set[Index]
) -> SumOfProducts:
    used = {i for part in parts for i in part.free}
    return contract([constant(coefficient), *parts], [i for i in bound if i in used])


def _divided(rest: list[Factor], pattern: Pattern, at: dict[Index, Index]) -> list[Factor] | None:
    """The factors that are left, divided by the pattern's powers; None where a whole power would come up, which is
    multiplied out."""
    result = list(rest)
    for head, indices in pattern.powers:
        assert isinstance(head, Power)
        places = tuple(at.get(i, i) for i in indices)
        exponent = -head.exponent
        for factor in result:
            if isinstance(factor.head, Power) and factor.head.base == head.base and factor.indices == places:
                exponent = factor.head.exponent - head.exponent
                result.remove(factor)
                break
        if exponent.is_zero():
            continue
        if exponent.as_natural() is not None:
            return None
        result.append(Factor(replace(head, exponent=exponent), places))
    return result


def _ratio(a: Coefficient, b: Coefficient) -> Fraction | None:
    value, unit = a.as_fraction(), b.as_fraction()
    return None if value is None or not unit else value / unit


def _matches(
    pattern: Pattern, factors: list[Factor], bound: set[Index]
) -> Iterator[tuple[tuple[Index, ...], list[Factor]]]:
    """Where the pattern's factors occur: (what stands at its out indices, the factors that are left)."""
    if not pattern.factors:
        return

    def search(
        left: tuple[Factor, ...], used: frozenset[int], at: dict[Index, Index]
    ) -> Iterator[tuple[dict[Index, Index], frozenset[int]]]:
        if not left:
            yield at, used
            return
        head, indices = left[0]
        for number, factor in enumerate(factors):
            if number in used or factor.head != head:
                continue
            for symmetry in head.symmetries:
                extended = _unified(pattern, bound, at, indices, tuple(factor.indices[p] for p in symmetry))
                if extended is not None:
                    yield from search(left[1:], used | {number}, extended)

    for at, used in search(pattern.factors, frozenset(), {}):
        rest = [f for k, f in enumerate(factors) if k not in used]
        inside = {at[i] for i in pattern.bound}
        if not any(inside & set(f.indices) for f in rest):
            yield tuple(at[i] for i in pattern.out), rest


def _unified(
    pattern: Pattern, bound: set[Index], at: dict[Index, Index], wanted: tuple[Index, ...], given: tuple[Index, ...]
) -> dict[Index, Index] | None:
    result = dict(at)
    for own, index in zip(wanted, given, strict=True):
        if own in result:
            if result[own] != index:
                return None
            continue
        if own.dim != index.dim or (
            own in pattern.bound and (index not in bound or index in (result.get(i) for i in pattern.bound))
        ):
            return None
        result[own] = index
    return result
