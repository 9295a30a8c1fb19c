"""Sizes that are numbers: sums, free indices, determinants and inverses written out entry by entry.

    Σ_i F(i)       = F(1) + … + F(d)                  i over a size d that is a number
    det A          = Σ_σ sgn σ A[1, σ1] … A[d, σd]     Leibniz
    A⁻¹[i, j]      = cofactor[j, i] / det A            Cramer

What is left are polynomials, quotients and roots of single entries, so that equality is decided as for numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from symbn.core.axioms import all_factors
from symbn.core.contraction import atom, contract, multiply, rename
from symbn.core.heads import opened_component, split_tensor
from symbn.core.matrices import DETERMINANT, INVERSE
from symbn.core.powers import power
from symbn.core.rebuilding import rebuilt, rebuilt_everywhere, remade
from symbn.core.ring import BudgetExceeded
from symbn.core.terms import Component, Factor, Index, SumOfProducts, Tensor, constant, nested

_LARGEST_SIZE = 4
_MOST_CASES = 4096


def has_counted_sizes(e: SumOfProducts) -> bool:
    """Whether e has an index over a size that is a number, or a determinant of such a matrix."""
    return any(_is_counted(i) for i in e.free) or any(map(_holds_counted, all_factors(e)))


def _is_counted(index: Index) -> bool:
    return isinstance(index.dim, int) and not index.is_constant


def _holds_counted(factor: Factor) -> bool:
    head = factor.head
    formals = [i for a in head.arguments for i in a.formals] if isinstance(head, Tensor) else []
    return any(map(_is_counted, (*factor.indices, *formals)))


def cases(e: SumOfProducts) -> Iterator[SumOfProducts]:
    """e at every position of its free indices over sizes that are numbers, written out.  Raises BudgetExceeded."""
    free = sorted((i for i in e.free if _is_counted(i)), key=lambda i: str(i.label))
    for positions in product(*(_positions(i) for i in free)):
        yield _matrices_written_out(_written_out(rename(e, dict(zip(free, positions, strict=True)))))


def _positions(index: Index) -> list[Index]:
    assert isinstance(index.dim, int)
    if index.dim > _MOST_CASES:
        raise BudgetExceeded(f"a size of {index.dim} is not written out")
    return [Index(f"={k}", index.dim) for k in range(1, index.dim + 1)]


def _written_out(e: SumOfProducts) -> SumOfProducts:
    """e with every sum over a size that is a number written out, nested ones first."""
    e = rebuilt(e, _nests_counted, lambda factor: remade(e.ring, factor, _written_out))
    result = SumOfProducts(e.ring, {})
    for monomial, coefficient in e.terms.items():
        term = constant(coefficient)
        for component in monomial:
            term = multiply(term, _component_written_out(e, component))
        result = result + term
    return result


def _nests_counted(factor: Factor) -> bool:
    return any(has_counted_sizes(inner) for inner in nested(factor.head))


def _component_written_out(e: SumOfProducts, component: Component) -> SumOfProducts:
    if not any(_is_counted(i) and i.is_bound for factor in component for i in factor.indices):
        return SumOfProducts(e.ring, {(component,): e.ring.one})
    factors, bound = opened_component(component)
    counted = [i for i in bound if _is_counted(i)]
    rest = [i for i in bound if i not in counted]
    total = constant(e.ring.zero)
    for positions in product(*map(_positions, counted)):
        e.ring.budget.spend()
        names = dict(zip(counted, positions, strict=True))
        parts = [atom(e.ring, f.head, tuple(names.get(i, i) for i in f.indices)) for f in factors]
        total = total + contract(parts, rest)
    return total


# Determinants and inverses --------------------------------------------------------------------------------


def _matrices_written_out(e: SumOfProducts) -> SumOfProducts:
    return rebuilt_everywhere(e, _is_small_matrix, _matrix_written_out)


def _is_small_matrix(factor: Factor) -> bool:
    head = factor.head
    if not (isinstance(head, Tensor) and head.name in (INVERSE, DETERMINANT)):
        return False
    size = head.arguments[0].formals[0].dim
    placed = all(i.is_constant for i in factor.indices[: head.out])
    return isinstance(size, int) and size <= _LARGEST_SIZE and placed


def _matrix_written_out(factor: Factor) -> SumOfProducts:
    assert isinstance(factor.head, Tensor)
    out, _, ((formals, body),) = split_tensor(factor.head, factor.indices)
    positions = _positions(formals[0])

    def entry(row: Index, column: Index) -> SumOfProducts:
        return rename(body, dict(zip(formals, (row, column), strict=True)))

    entries = [[entry(row, column) for column in positions] for row in positions]
    determinant = _leibniz(entries)
    if not out:
        return determinant
    row, column = (positions.index(i) for i in out)
    minor = [[x for c, x in enumerate(line) if c != row] for r, line in enumerate(entries) if r != column]
    sign = body.ring.rational((-1) ** (row + column))
    cofactor = _leibniz(minor) if minor else constant(body.ring.one)
    return multiply(cofactor.scaled(sign), power(determinant, body.ring.rational(-1)))


def _leibniz(entries: list[list[SumOfProducts]]) -> SumOfProducts:
    ring = entries[0][0].ring
    total = constant(ring.zero)
    for order in permutations(range(len(entries))):
        sign = (-1) ** sum(a > b for k, a in enumerate(order) for b in order[k:])
        term = constant(ring.rational(sign))
        for row, column in enumerate(order):
            term = multiply(term, entries[row][column])
        total = total + term
    return total
