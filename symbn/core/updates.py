"""Sums A + W of an invertible matrix and one chain W = L R: their inverses and determinants in fewer dimensions.

    det(A + W)       = det A det(I + A⁻¹ W)
    det(I + L R)     = det(I + R L)                                  Sylvester; a number if L is a column
    (A + u vᵀ)⁻¹     = A⁻¹ − A⁻¹ u vᵀ A⁻¹ / (1 + vᵀ A⁻¹ u)           Sherman and Morrison

A is one whose inverse the equation holds already, or that is declared invertible, or a number ≠ 0 times I: nothing is
inverted that was not.  If A and A + u vᵀ are invertible then 1 + vᵀA⁻¹u = det(A + u vᵀ)/det A is not 0.

Source: Horn and Johnson, "Matrix Analysis", 2nd ed. (2013), sections 0.7.4 and 1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symbn.core.axioms import all_factors
from symbn.core.chains import chain, joined
from symbn.core.contraction import atom, bind, close, delta, fresh, multiply, rename
from symbn.core.heads import split_tensor
from symbn.core.matrices import DETERMINANT, INVERSE, POWER, determinant, inverse
from symbn.core.powers import power
from symbn.core.rebuilding import rebuilt_everywhere
from symbn.core.ring import Coefficient
from symbn.core.terms import Factor, Head, Index, SumOfProducts, Tensor, constant

_Known = frozenset[Head]


def has_updates(e: SumOfProducts) -> bool:
    """Whether e holds an inverse or a determinant of a sum of two terms."""
    return any(_is_update(factor, name) for factor in all_factors(e) for name in (INVERSE, DETERMINANT))


def updated(e: SumOfProducts) -> SumOfProducts:
    """e with the identities applied wherever they can be.  Raises BudgetExceeded, ZeroDivisionError."""
    known = frozenset(f.head for f in all_factors(e) if isinstance(f.head, Tensor) and f.head.name == INVERSE)
    e = rebuilt_everywhere(e, lambda factor: _is_update(factor, DETERMINANT), _changed(_determinant_of_update, known))
    return rebuilt_everywhere(e, lambda factor: _is_update(factor, INVERSE), _changed(_inverse_of_update, known))


def _is_update(factor: Factor, name: str) -> bool:
    head = factor.head
    return isinstance(head, Tensor) and head.name == name and len(head.arguments[0].body.terms) == 2


_Rule = Callable[[SumOfProducts, SumOfProducts, Index, Index], SumOfProducts | None]


def _changed(rule: _Rule, known: _Known) -> Callable[[Factor], SumOfProducts]:
    def change(factor: Factor) -> SumOfProducts:
        assert isinstance(factor.head, Tensor)
        out, _, ((formals, body),) = split_tensor(factor.head, factor.indices)
        for first, rest in _parted(body):
            row, column = formals
            if _is_invertible(first, row, column, known):
                found = rule(first, rest, row, column)
                if found is not None:
                    body.ring.note("settled", factor.head.name, body, (row, column), found)
                    return rename(found, dict(zip(formals, out, strict=True))) if out else found
        return atom(body.ring, *factor)

    return change


def _parted(e: SumOfProducts) -> Iterator[tuple[SumOfProducts, SumOfProducts]]:
    """The two terms of e, in either order, the least first."""
    one, other = (SumOfProducts(e.ring, {m: e.terms[m]}) for m in sorted(e.terms, key=lambda m: [c.key for c in m]))
    yield one, other
    yield other, one


def _is_invertible(e: SumOfProducts, row: Index, column: Index, known: _Known) -> bool:
    """Whether one term's inverse is made of what is inverted already, or is known to be invertible."""
    ((monomial, coefficient),) = e.terms.items()
    if not _is_nonzero(coefficient) or not any(row in c.free and column in c.free for c in monomial):
        return False
    if any(not c.free & {row, column} for c in monomial):
        return False
    turned = inverse(e.scaled(coefficient.inverse()), row, column)
    return all(_is_given(factor, known) for factor in turned.factors())


def _is_given(factor: Factor, known: _Known) -> bool:
    """Whether a factor of an inverse stands for nothing that might not exist."""
    head = factor.head
    if not isinstance(head, Tensor):
        return not hasattr(head, "exponent")
    if head.name != INVERSE or head in known:
        return head.name != POWER  # Mᵉ is turned to M⁻ᵉ, and M may be singular
    inner = list(head.arguments[0].body.factors())
    return len(inner) == 1 and isinstance(inner[0].head, Tensor) and "invertible" in inner[0].head.traits


def _is_nonzero(c: Coefficient) -> bool:
    return c.as_fraction() is not None or c.is_positive() or (-c).is_positive()


def _times_inverse(first: SumOfProducts, rest: SumOfProducts, row: Index, column: Index) -> SumOfProducts:
    """A⁻¹ W."""
    joint = fresh(row.dim)
    return bind(multiply(rename(inverse(first, row, column), {column: joint}), rename(rest, {row: joint})), joint)


def _determinant_of_update(
    first: SumOfProducts, rest: SumOfProducts, row: Index, column: Index
) -> SumOfProducts | None:
    """det(A + W) = det A det(I + A⁻¹W), the rest turned round as far as it comes first."""
    turned = _times_inverse(first, rest, row, column)
    if len(turned.terms) != 1:
        return None
    ((monomial, coefficient),) = turned.terms.items()
    around = determinant(first, row, column)
    ring = first.ring
    if not any(row in c.free and column in c.free for c in monomial):
        near = SumOfProducts(ring, {tuple(c for c in monomial if row in c.free): ring.one})
        far = SumOfProducts(ring, {tuple(c for c in monomial if row not in c.free): coefficient})
        ring.note("update", first + rest, first, (row, column), near, far, None)
        return multiply(around, constant(ring.one) + bind(rename(turned, {column: row}), row))
    blocks = chain(monomial, turned, row, column)
    if not blocks:
        return None
    best: tuple[str, int, SumOfProducts, Index, Index] | None = None
    for start in range(len(blocks)):
        value, begin, end = joined([*blocks[start:], *blocks[:start]])
        key = min(close((value,), (ends,))[0][0].key for ends in ((begin, end), (end, begin)))
        if best is None or key < best[0]:
            best = key, start, value, begin, end
    assert best is not None
    _, start, value, begin, end = best
    _note_chain(first + rest, first, (row, column), blocks[:start], blocks[start:], coefficient)
    places = fresh(begin.dim), fresh(end.dim)
    inside = delta(ring, *places) + rename(value, dict(zip((begin, end), places, strict=True))).scaled(coefficient)
    return multiply(around, determinant(inside, *places))


def _note_chain(
    whole: SumOfProducts,
    first: SumOfProducts,
    places: tuple[Index, Index],
    before: list[SumOfProducts],
    after: list[SumOfProducts],
    times: Coefficient,
) -> None:
    """A⁻¹W = L R, with L the blocks before the cut and R those after it."""
    ring = whole.ring
    if ring.record is None:
        return
    right, begin, end = joined(after)
    cut = fresh(begin.dim)
    right = rename(right, {begin: cut, end: places[1]})
    if before:
        left, begin, end = joined(before)
        left = rename(left, {begin: places[0], end: cut})
    else:
        left = delta(ring, places[0], cut)
    ring.note("update", whole, first, places, left, right.scaled(times), cut)


def _inverse_of_update(first: SumOfProducts, rest: SumOfProducts, row: Index, column: Index) -> SumOfProducts | None:
    """(A + u vᵀ)⁻¹ = A⁻¹ − A⁻¹ u vᵀ A⁻¹ / (1 + vᵀ A⁻¹ u); None for a W that is no u vᵀ."""
    ((monomial, _),) = rest.terms.items()
    if any(row in c.free and column in c.free for c in monomial):
        return None
    left = _times_inverse(first, rest, row, column)
    joint = fresh(row.dim)
    both = bind(multiply(rename(left, {column: joint}), rename(inverse(first, row, column), {row: joint})), joint)
    scale = constant(first.ring.one) + bind(rename(left, {column: row}), row)
    return inverse(first, row, column) - multiply(both, power(scale, first.ring.rational(-1)))
