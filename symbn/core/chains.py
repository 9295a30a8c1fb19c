"""Terms with two ends as words of blocks: the chain of matrices that a term is, between two of its indices.

    A[i, k] B[k, l] d[l] C[l, j]   =   A · B · diag(d) · C

The joints of a chain are the bound indices that every way from one end to the other passes; what hangs at a joint
is a diagonal block.  A block is closed: its ends are the formal indices @0 and @1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symbn.core.contraction import atom, bind, contract, delta, fresh, multiply, rename
from symbn.core.heads import opened_component
from symbn.core.ring import Ring
from symbn.core.terms import Component, Factor, Index, Monomial, SumOfProducts, formal


def chain(monomial: Monomial, e: SumOfProducts, row: Index, column: Index) -> list[SumOfProducts] | None:
    """The blocks of a monomial of e between row and column; None if no factor leads from one to the other."""
    ring = e.ring

    def single(component: Component) -> SumOfProducts:
        return SumOfProducts(ring, {(component,): ring.one})

    scalars = [c for c in monomial if row not in c.free and column not in c.free]
    at_row = [c for c in monomial if row in c.free and column not in c.free]
    at_column = [c for c in monomial if column in c.free and row not in c.free]
    both = [c for c in monomial if row in c.free and column in c.free]
    joined = [c for c in both if c.is_delta]
    if len(both) != 1:
        return None
    blocks = [_diagonal(single(c), row) for c in at_row] + [_diagonal(single(c), None, row.dim) for c in scalars]
    ending = [_diagonal(single(c), column) for c in at_column]
    if joined:
        return sorted([*blocks, *ending], key=lambda block: block.key)
    return [*_sorted(blocks), *_links(single(both[0]), row, column), *_sorted(ending)]


def joined(blocks: list[SumOfProducts]) -> tuple[SumOfProducts, Index, Index]:
    """The chain of one block or more, and its ends."""
    total = blocks[0]
    for block in blocks[1:]:
        end, start = ends(total)[1], ends(block)[0]
        joint = fresh(end.dim)
        total = bind(multiply(rename(total, {end: joint}), rename(block, {start: joint})), joint)
    return total, *ends(total)


def ends(block: SumOfProducts) -> tuple[Index, Index]:
    """The indices @0 and @1 of a block."""
    found = {str(i.label): i for i in block.free}
    return found["@0"], found["@1"]


def _sorted(blocks: list[SumOfProducts]) -> list[SumOfProducts]:
    return sorted(blocks, key=lambda block: block.key)


def _diagonal(e: SumOfProducts, place: Index | None, dim: str | int | None = None) -> SumOfProducts:
    """diag(e) for an e at one index; a number times the identity for one at none."""
    size = place.dim if place is not None else dim
    assert size is not None
    first, second = formal(0, size), formal(1, size)
    return multiply(delta(e.ring, first, second), rename(e, {place: first}) if place is not None else e)


def _links(e: SumOfProducts, row: Index, column: Index) -> Iterator[SumOfProducts]:
    """One component that holds both ends, from joint to joint."""
    ((monomial, _),) = e.terms.items()
    (component,) = monomial
    factors, bound = opened_component(component)

    def reached(start: Index, barrier: Index) -> set[int]:
        return set(reached_from(factors, start, {*bound, row, column} - {barrier}))

    def block(numbers: set[int], first: Index, second: Index) -> SumOfProducts:
        body = part(e.ring, factors, sorted(numbers), [i for i in bound if i not in (first, second)])
        return rename(body, {first: formal(0, first.dim), second: formal(1, second.dim)})

    joints = []
    for place in bound:
        near = reached(row, place)
        if not any(column in factors[k].indices for k in near):
            joints.append((len(near), place, near, reached(column, place)))
    joints.sort(key=lambda joint: joint[0])
    everything = set(range(len(factors)))
    start, beyond = row, everything
    for _, place, near, far in joints:
        yield block(near & beyond, start, place)
        hanging = everything - near - far
        if hanging:
            yield _diagonal(part(e.ring, factors, sorted(hanging), [i for i in bound if i != place]), place)
        start, beyond = place, far
    yield block(beyond, start, column)


def part(ring: Ring, factors: list[Factor], numbers: list[int], bound: Iterable[Index]) -> SumOfProducts:
    """The product of some of the factors, summed over those of the bound indices that they hold."""
    inside = [i for i in bound if any(i in factors[k].indices for k in numbers)]
    return contract([atom(ring, *factors[k]) for k in numbers], inside)


def reached_from(factors: list[Factor], start: Index, joints: set[Index]) -> list[int]:
    """The numbers of the factors that hang together with an index through the joints."""
    found: list[int] = []
    pending = [start]
    while pending:
        index = pending.pop()
        for number, factor in enumerate(factors):
            if index in factor.indices and number not in found:
                found.append(number)
                pending += joints.intersection(factor.indices)
    return found
