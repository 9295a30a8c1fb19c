"""Equality of two generalised sums: the only place that makes a `Proof`.

*Sound.*  Both sides are normalised by identities that hold for every size; where a power's relation or a
denominator is used, it is one that the statement itself already presupposes (`Proof.conditions`).

*Complete on polynomials.*  For generic tensors two sums of products agree for all sizes only if their normal
forms are the same: order non-isomorphic contraction hypergraphs by their number of indices; assigning distinct
values to distinct indices gives each a monomial in the entries that no graph with as many or fewer indices has
unless isomorphic to it, so they are linearly independent over ℚ(dimensions) for sizes at least that number.
`Residual.reach` is that number: evaluation at sizes up to it must separate the sides.

*Outside polynomials* the test is sufficient only: radicals by their one relation (`radicals`), elementwise
functions as free symbols.  What is not shown equal is a `Residual`, never a proof.

*Definitions stay folded until unfolding is needed*: with names as atoms an equality holds for whatever they
stand for.  Names are unfolded one at a time until the sides agree or none is left: first where they are
differentiated, then everywhere; each time one that only one side has, if there is one, and the one defined last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symbn.core.applications import FUNCTIONS
from symbn.core.axioms import (
    ASSUMED,
    CLEARING,
    CONTRACTION,
    ELEMENTARY_FUNCTIONS,
    ENTRIES,
    MATRIX_POWERS,
    PERIODIC_POWERS,
    RADICAL,
    RELATIONS,
    THROUGH,
    UNFOLDING,
    UPDATES,
    Rule,
    Theory,
    all_factors,
)
from symbn.core.elementary import expanded
from symbn.core.entries import cases, has_counted_sizes
from symbn.core.matrices import POWER
from symbn.core.periodic_powers import without_periodic_powers
from symbn.core.power_chains import merged_powers
from symbn.core.radicals import clear_one, has_powers, reduce_leading_monomials
from symbn.core.relations import has_relations, related
from symbn.core.terms import Power, SumOfProducts, Tensor, constant
from symbn.core.through import multiplied_through
from symbn.core.unfolding import unfold
from symbn.core.updates import has_updates, updated

_MOST_MULTIPLIED = 3


@dataclass(frozen=True)
class Condition:
    """A side condition: e ≠ 0, or e > 0 where a root of it is taken."""

    expression: SumOfProducts
    positive: bool


@dataclass(frozen=True)
class Passage:
    """One rule used on a sum that is to be 0, and what it left; ENTRIES says that every case of the sum is 0."""

    rule: Rule
    before: SumOfProducts
    after: SumOfProducts


Way = tuple[Passage, ...]
"""From a difference to 0."""


@dataclass(frozen=True)
class Proof:
    """left = right for every size and every value at which both are defined.

    Made by `decide` alone.  stages: both sides as they were at first and after each unfolding; unfolded: the
    definitions that were opened, in that order; rules: the named facts used; way: how the last difference is 0.
    """

    left: SumOfProducts
    right: SumOfProducts
    stages: tuple[SumOfProducts, ...]
    unfolded: tuple[str, ...]
    rules: tuple[Rule, ...]
    way: Way

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every base that is divided by or rooted at some stage."""
        return _conditions(self.stages)

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What is used of the variables."""
        return _assumptions(self.stages)


@dataclass(frozen=True)
class Residual:
    """left − right, all definitions unfolded, when it could not be shown to be 0."""

    difference: SumOfProducts
    unfolded: tuple[str, ...]
    reach: int


def decide(left: SumOfProducts, right: SumOfProducts, theory: Theory) -> Proof | Residual:
    """Whether left = right; free indices are for all.  Raises BudgetExceeded, ZeroDivisionError."""
    sides = left, right
    seen = [left, right]
    unfolded: list[str] = []
    rules = [CONTRACTION]
    settled = False
    while True:
        difference = sides[0] - sides[1]
        slotted = _slotted(difference, theory)
        names = slotted or _unfoldable(difference, theory)
        one_sided = _one_sided(names, sides, bool(slotted))
        thorough = not (names and (slotted or settled or one_sided))
        settled = settled or thorough
        way = way_to_zero(difference, thorough)
        if way is not None:
            found = tuple(dict.fromkeys([*rules, *(passage.rule for passage in way)]))
            return Proof(left, right, tuple(seen), tuple(unfolded), found, way)
        if not names:
            return Residual(difference, tuple(unfolded), _reach(difference))
        chosen = max(
            one_sided or names, key=lambda name: (_is_matrix(name, theory), theory.unfoldings[name].rank, name)
        )
        sides = (
            unfold(sides[0], theory.unfoldings[chosen], theory, bool(slotted)),
            unfold(sides[1], theory.unfoldings[chosen], theory, bool(slotted)),
        )
        difference.ring.note("unfold", chosen, bool(slotted))
        if chosen not in unfolded:
            unfolded.append(chosen)
        seen += sides
        rules.append(UNFOLDING)


def _is_matrix(name: str, theory: Theory) -> bool:
    """Whether a definition has entries: numbers stay folded longer, an equality seldom rests on what they are."""
    return bool(theory.unfoldings[name].indices)


def _one_sided(names: frozenset[str], sides: tuple[SumOfProducts, SumOfProducts], slotted: bool) -> frozenset[str]:
    """Those of the names that only one side has: they are unfolded first."""
    in_left, in_right = ((e.slotted_names if slotted else e.tensor_names) for e in sides)
    return names & (in_left ^ in_right)


def _slotted(e: SumOfProducts, theory: Theory) -> frozenset[str]:
    return e.slotted_names & theory.unfoldings.keys()


def _unfoldable(e: SumOfProducts, theory: Theory) -> frozenset[str]:
    return e.tensor_names & theory.unfoldings.keys()


def way_to_zero(e: SumOfProducts, thorough: bool = True) -> Way | None:
    """The passages by which e is 0; None if that is not shown.

    The costly ones are tried once both sides have the same names, and at the end.
    """
    if e.is_zero():
        return ()
    if not thorough:
        return None
    found = _way_of_powers(e)
    if found is not None:
        return found
    merged = merged_powers(e)
    simpler = expanded(merged)
    way: Way = () if merged is e else (Passage(MATRIX_POWERS, e, merged),)
    way += () if simpler is merged else (Passage(ELEMENTARY_FUNCTIONS, merged, simpler),)
    if way and (found := _way_of_powers(simpler)) is not None:
        return way + found
    if has_relations(simpler):
        found = _way_of_relations(simpler, _MOST_MULTIPLIED)
        if found is not None:
            return way + found
    if has_updates(simpler):
        fewer = updated(simpler)
        found = _way_of_relations(fewer, 0)
        if found is not None:
            return (*way, Passage(UPDATES, simpler, fewer), *found)
    if POWER in simpler.tensor_names:
        settled = without_periodic_powers(e, lambda difference: way_by_relations(difference) is not None)
        found = _way_of_relations(settled, 0)
        if found is not None:
            return (Passage(PERIODIC_POWERS, e, settled), *found)
    if has_counted_sizes(simpler) and all(way_of_case(case) is not None for case in cases(simpler)):
        return (*way, Passage(ENTRIES, simpler, constant(e.ring.zero)))
    return None


def way_by_relations(e: SumOfProducts) -> Way | None:
    """The passages by which e is 0 without multiplying through."""
    return _way_of_relations(e, 0)


def way_of_case(e: SumOfProducts) -> Way | None:
    """The passages by which one entry is 0."""
    merged = merged_powers(e)
    found = _way_of_powers(merged)
    return found if found is None or merged is e else (Passage(MATRIX_POWERS, e, merged), *found)


def _way_of_powers(e: SumOfProducts) -> Way | None:
    """How e is 0 through the relation of its powers."""
    if e.is_zero():
        return ()
    if not has_powers(e):
        return None
    reduced = reduce_leading_monomials(e)
    way = (Passage(RADICAL, e, reduced),)
    if reduced.is_zero():
        return way
    return (*way, Passage(CLEARING, reduced, constant(e.ring.zero))) if _vanishes_when_cleared(reduced) else None


def _way_of_relations(e: SumOfProducts, depth: int) -> Way | None:
    """How e is 0 through its inverses, multiplied through at most `depth` times."""
    simpler = related(e)
    reduced = merged_powers(simpler)
    way: Way = (Passage(RELATIONS, e, simpler),)
    way += () if reduced is simpler else (Passage(MATRIX_POWERS, simpler, reduced),)
    found = _way_of_powers(reduced)
    if found is not None:
        return way + found
    if depth:
        for through in multiplied_through(reduced):
            found = _way_of_relations(through, depth - 1)
            if found is not None:
                return (*way, Passage(THROUGH, reduced, through), *found)
    return None


def _vanishes_when_cleared(e: SumOfProducts) -> bool:
    if e.is_zero():
        return True
    groups = clear_one(e)
    if groups is None:
        return has_powers(e) and reduce_leading_monomials(e).is_zero()
    return all(_vanishes_when_cleared(group) for group in groups)


def _conditions(sums: tuple[SumOfProducts, ...]) -> tuple[Condition, ...]:
    found: dict[Condition, None] = {}
    for e in sums:
        for factor in all_factors(e):
            head = factor.head
            if isinstance(head, Power):
                exponent = head.exponent.as_fraction()
                found[Condition(head.base, exponent is None or exponent.denominator != 1)] = None
    return tuple(found)


def _assumptions(sums: tuple[SumOfProducts, ...]) -> tuple[str, ...]:
    """What is declared of the names that occur, once each, and used by a rule."""
    found = {
        (f.head.name, trait)
        for e in sums
        for f in all_factors(e)
        if isinstance(f.head, Tensor) and f.head.name not in FUNCTIONS
        for trait in f.head.traits
    }
    return tuple(f"{name} is {ASSUMED[trait]}" for name, trait in sorted(found) if trait in ASSUMED)


def _reach(e: SumOfProducts) -> int:
    """The largest number of distinct indices of one term, and past the sizes at which its coefficient may vanish.

    The free indices of all terms are told apart: u_i − u_j is 0 at size 1.
    """
    most = 1
    for monomial, coefficient in e.terms.items():
        bound = sum(len({i for f in component for i in f.indices if i.is_bound}) for component in monomial)
        most = max(most, bound + len(e.free), 1 + coefficient.degree_in_dimensions())
    return most
