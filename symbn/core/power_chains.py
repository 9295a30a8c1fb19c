"""Powers of one matrix that stand side by side, as one power; sums over their exponents in one order.

    Mᵉ Mᶠ = Mᵉ⁺ᶠ                                  M itself and M⁻¹ among them; by the invariant of `matrix_powers`
    Σ_{r=1}^{n} F(r) = Σ_{r=1}^{n} F(n + 1 − r)      where r stands in exponents only: of both the one that comes first
    Σ_{r=1}^{n} Mʳ⁺ˢ = Σ_{r=1}^{n} Mʳ⁻¹ + M^{n+s} + … + Mⁿ − Mˢ − … − M⁰

Two powers are side by side where a bound index joins them that nothing else holds; an exponent holds its positions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import permutations, product

from symbn.core.contraction import atom, bind, contract, dimension, fresh, rename
from symbn.core.heads import opened_monomial, split_tensor
from symbn.core.matrices import INVERSE, POWER
from symbn.core.matrix_powers import is_orthogonal, matrix_power, position
from symbn.core.rebuilding import rebuilt, remade
from symbn.core.ring import Coefficient, Ring
from symbn.core.terms import (
    Factor,
    Index,
    Monomial,
    SumOfProducts,
    Tensor,
    accumulate,
    constant,
    formal,
    nested,
)

_MOST_REFLECTED = 3
_FARTHEST_SHIFT = 8


def merged_powers(e: SumOfProducts) -> SumOfProducts:
    """e with the powers that stand side by side merged, in nested sums first.  Raises NoRule, ZeroDivisionError."""
    if POWER not in e.tensor_names:
        return e
    inner = rebuilt(e, _nests_powers, lambda factor: remade(e.ring, factor, merged_powers))
    result = constant(e.ring.zero)
    pending = dict(inner.terms)
    while pending:
        e.ring.budget.spend()
        monomial, coefficient = pending.popitem()
        changed = _merged_once(e.ring, monomial)
        if changed is None:
            result = result + SumOfProducts(e.ring, {monomial: coefficient})
            continue
        e.ring.note("times", coefficient)
        for m, c in changed.terms.items():
            accumulate(pending, m, c * coefficient)
    e.ring.note("same", inner, result)
    return result


def _nests_powers(factor: Factor) -> bool:
    nests = any(POWER in inner.tensor_names for inner in nested(factor.head))
    placed = any(i.is_constant for inner in nested(factor.head) for i in inner.free)
    return nests or (_is_power(factor) and placed)


def _is_power(factor: Factor) -> bool:
    return isinstance(factor.head, Tensor) and factor.head.name == POWER


def _merged_once(ring: Ring, monomial: Monomial) -> SumOfProducts | None:
    """A term with one pair of powers merged, or with its sums over exponents in order; None if nothing changes."""
    factors, bound = opened_monomial(monomial)
    if not any(map(_is_power, factors)):
        return None
    pair = _side_by_side(ring, factors, bound)
    if pair is None:
        return _in_order(ring, factors, bound)
    numbers, joint, value = pair
    rest = [atom(ring, *factor) for number, factor in enumerate(factors) if number not in numbers]
    outside = [i for i in bound if i != joint]
    ring.note("around", rest, outside)
    return contract([value, *rest], outside)


# Side by side ---------------------------------------------------------------------------------------------


_Way = tuple[SumOfProducts, Index, Index]


@dataclass(frozen=True)
class _Letter:
    """A factor Mᵉ: M at the formal indices @0 and @1, and the ways to read it, with e from one index to another."""

    base: SumOfProducts
    ways: tuple[_Way, ...]
    is_power: bool


def _side_by_side(
    ring: Ring, factors: list[Factor], bound: list[Index]
) -> tuple[tuple[int, int], Index, SumOfProducts] | None:
    """Two factors that are powers of one matrix, the index that joins them, and what they are together."""
    letters = _letters(ring, factors)
    held = Counter(i for factor in factors for i in factor.indices)
    for (one, first), (other, second) in permutations(letters.items(), 2):
        if first.base != second.base or not (first.is_power or second.is_power):
            continue
        for (before, start, joint), (after, again, end) in product(first.ways, second.ways):
            if joint == again and joint in bound and held[joint] == 2:
                ring.note("raised", first.base, before, after, (start, joint, end))
                return (one, other), joint, _power(first.base, before + after, start, end)
    return None


def _power(base: SumOfProducts, exponent: SumOfProducts, start: Index, end: Index) -> SumOfProducts:
    row, column = fresh(start.dim), fresh(end.dim)
    body = rename(base, {formal(0, row.dim): row, formal(1, column.dim): column})
    return rename(matrix_power(body, row, column, exponent), {row: start, column: end})


def _letters(ring: Ring, factors: list[Factor]) -> dict[int, _Letter]:
    """The powers, inverses and bare matrices among the factors."""
    found: dict[int, _Letter] = {}
    for number, (head, indices) in enumerate(factors):
        if isinstance(head, Tensor) and head.name in (POWER, INVERSE):
            out, _, (matrix, *rest) = split_tensor(head, indices)
            ends = formal(0, out[0].dim), formal(1, out[1].dim)
            base = rename(matrix.body, dict(zip(matrix.formals, ends, strict=True)))
            exponent = rest[0].body if rest else constant(ring.rational(-1))
            found[number] = _Letter(base, _ways(head, base, exponent, out), head.name == POWER)
    bases = {letter.base for letter in found.values() if letter.is_power}
    for number, (head, indices) in enumerate(factors):
        if number in found or not isinstance(head, Tensor) or len(indices) != 2 or indices[0].dim != indices[1].dim:
            continue
        ends = formal(0, indices[0].dim), formal(1, indices[1].dim)
        for order, base in ((1, atom(ring, head, ends)), (-1, atom(ring, head, ends[::-1]))):
            if base in bases and number not in found:
                found[number] = _Letter(base, _ways(head, base, constant(ring.one), indices[::order]), False)
    return found


def _ways(head: Tensor, base: SumOfProducts, exponent: SumOfProducts, ends: tuple[Index, ...]) -> tuple[_Way, ...]:
    """From row to column; back as well where M is symmetric, and with −e where it is orthogonal."""
    row, column = ends
    ways: list[_Way] = [(exponent, row, column)]
    if "symmetric" in head.traits:
        ways.append((exponent, column, row))
    if is_orthogonal(base):
        ways.append((-exponent, column, row))
    return tuple(ways)


# Sums over exponents --------------------------------------------------------------------------------------


def _in_order(ring: Ring, factors: list[Factor], bound: list[Index]) -> SumOfProducts | None:
    """The term with its sums over exponents in one order, and begun at the exponent 0 where one power holds them.

    None for one that is so.
    """
    running = [i for i in bound if _runs_in_exponents(factors, i)]
    for index in running:
        shifted = _shifted(ring, factors, bound, index)
        if shifted is not None:
            return shifted
    present = best = _contracted(ring, factors, bound)
    way: tuple[Index, ...] = ()
    for turned in product((False, True), repeat=len(running[:_MOST_REFLECTED])):
        reflected = factors
        for index, turns in zip(running, turned, strict=False):
            reflected = [_reflected(ring, factor, index) for factor in reflected] if turns else reflected
        found = _contracted(ring, reflected, bound)
        if found.key < best.key:
            best, way = found, tuple(index for index, turns in zip(running, turned, strict=False) if turns)
    if ring.record is not None:
        ring.note("running", _reflections(ring, factors, bound, way))
    return None if best == present else best


def _reflections(
    ring: Ring, factors: list[Factor], bound: list[Index], way: tuple[Index, ...]
) -> list[tuple[str, SumOfProducts, Index]]:
    """The sums that run backwards one after the other: what is summed, and over which index."""
    found = []
    for index in way:
        found.append(("reflected", _contracted(ring, factors, [i for i in bound if i != index]), index))
        factors = [_reflected(ring, factor, index) for factor in factors]
    return found


def _contracted(ring: Ring, factors: list[Factor], bound: list[Index]) -> SumOfProducts:
    return contract([atom(ring, *factor) for factor in factors], bound)


def _runs_in_exponents(factors: list[Factor], index: Index) -> bool:
    """Whether an index stands in exponents of powers, and nowhere else."""
    for factor in factors:
        if index not in factor.indices:
            continue
        if not _is_power(factor):
            return False
        out, (matrix, _) = _taken_apart(factor)
        if index in out or index in matrix.free:
            return False
    return True


def _taken_apart(factor: Factor) -> tuple[tuple[Index, ...], tuple[SumOfProducts, SumOfProducts]]:
    """Where a power stands, its matrix there, and its exponent."""
    assert isinstance(factor.head, Tensor)
    out, _, (matrix, exponent) = split_tensor(factor.head, factor.indices)
    ends = formal(0, out[0].dim), formal(1, out[1].dim)
    return out, (rename(matrix.body, dict(zip(matrix.formals, ends, strict=True))), exponent.body)


def _with_exponent(factor: Factor, exponent: SumOfProducts) -> SumOfProducts:
    (start, end), (matrix, _) = _taken_apart(factor)
    return _power(matrix, exponent, start, end)


def _reflected(ring: Ring, factor: Factor, index: Index) -> Factor:
    """A factor with n + 1 − r for the position r of an index 1 … n."""
    if index not in factor.indices:
        return factor
    _, (_, exponent) = _taken_apart(factor)
    at = position(ring, index)
    times = _times(exponent, at)
    last = constant(dimension(ring, index.dim) + ring.one)
    changed = exponent + (last - at - at).scaled(times)
    (found,) = _with_exponent(factor, changed).factors()
    return found


def _times(exponent: SumOfProducts, at: SumOfProducts) -> Coefficient:
    """The coefficient of a position in an exponent."""
    (monomial,) = at.terms
    return exponent.terms.get(monomial, exponent.ring.zero)


def _shifted(ring: Ring, factors: list[Factor], bound: list[Index], index: Index) -> SumOfProducts | None:
    """Σ_r Mʳ⁺ˢ as Σ_r Mʳ⁻¹ and what the two do not share; None where more than one power holds r, or s is no number."""
    holding = [number for number, factor in enumerate(factors) if index in factor.indices]
    if len(holding) != 1:
        return None
    factor = factors[holding[0]]
    at = position(ring, index)
    if (-_times(_taken_apart(factor)[1][1], at)).is_one():
        factor = _reflected(ring, factor, index)
    exponent = _taken_apart(factor)[1][1]
    offset = (exponent - at).as_coefficient()
    number = offset.as_fraction() if offset is not None else None
    if number is None or not 0 <= number <= _FARTHEST_SHIFT:
        return None
    size = constant(dimension(ring, index.dim))
    rest = [atom(ring, *other) for k, other in enumerate(factors) if k != holding[0]]
    outside = [i for i in bound if i != index]
    if ring.record is not None:
        running = _reflections(ring, factors, bound, () if factor == factors[holding[0]] else (index,))
        for k in range(int(number) + 1):
            term = contract([_with_exponent(factor, at + constant(ring.rational(k - 1))), *rest], outside)
            running.append(("shifted", term, index))
        ring.note("running", running)
    total = bind(_with_exponent(factor, at - constant(ring.one)), index)
    for k in range(int(number) + 1):
        added = constant(ring.rational(k))
        total = total + _with_exponent(factor, size + added) - _with_exponent(factor, added)
    return contract([total, *rest], outside)
