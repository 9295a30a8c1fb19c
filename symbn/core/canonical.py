"""Canonical labelling of bound indices and canonical order of factors.

A component is a hypergraph: bound indices are its vertices, factors its labelled, ordered hyperedges (up to
the head's own symmetries).  Its canonical form is found by colour refinement, then individualisation and
search where colours tie, as in McKay & Piperno, "Practical graph isomorphism, II" (2014), with one pruning:
of vertices that a transposition exchanges without changing the component, one is tried.

Invariant.  `canonical_component` returns one representative of an isomorphism class: the labelled component
with the least key over all labellings that refinement leaves open.  It only renames bound indices, reorders
factors and applies symmetries of heads, so it is an identity for every size.
"""

from __future__ import annotations

from collections import Counter
from itertools import permutations

from symbn.core.ring import BudgetExceeded, Ring
from symbn.core.terms import Component, Factor, Index, Permutation, index_key

_MOST_CAPTURED = 6
_FACTORS_A_TERM = 16
"""A component of more factors than this costs more than one term."""

_Colours = dict[Index, int]


def arrange(factor: Factor) -> Factor:
    """The factor with its indices in the least of the orders that its head's symmetries allow."""
    symmetries = factor.head.symmetries
    if len(symmetries) == 1:
        return factor
    orders = (tuple(factor.indices[place] for place in symmetry) for symmetry in symmetries)
    return Factor(factor.head, min(orders, key=lambda order: tuple(map(index_key, order))))


def _sort_key(factor: Factor) -> tuple[object, ...]:
    return factor.head.key, tuple(map(index_key, factor.indices))


def relabel(factors: list[Factor], names: dict[Index, Index]) -> Component:
    """Factors with indices renamed, each arranged, all sorted."""
    renamed = (Factor(f.head, tuple(names.get(i, i) for i in f.indices)) for f in factors)
    return Component(sorted(map(arrange, renamed), key=_sort_key))


def canonical_component(ring: Ring, factors: list[Factor]) -> Component:
    """The canonical form of one connected component.  Raises BudgetExceeded."""
    bound = list(dict.fromkeys(i for f in factors for i in f.indices if isinstance(i.label, int)))
    if not bound:
        return relabel(factors, {})
    if len(bound) == 1:
        return relabel(factors, {bound[0]: Index(0, bound[0].dim)})
    ring.budget.spend(len(factors) // _FACTORS_A_TERM)
    ranks = {dim: rank for rank, dim in enumerate(sorted({str(i.dim) for i in bound}))}
    return _search(ring, factors, _refine(factors, {i: ranks[str(i.dim)] for i in bound}))


def _refine(factors: list[Factor], colours: _Colours) -> _Colours:
    """Split colours until vertices of one colour look alike from their factors."""
    classes = len(set(colours.values()))
    while classes < len(colours):
        seen: dict[Index, list[tuple[object, ...]]] = {i: [] for i in colours}
        for head, indices in factors:
            marks = [(1, colours[i], "") if i.is_bound else (2, 0, str(i.label)) for i in indices]
            for vertex in {i for i in indices if i.is_bound}:
                view = [(0, 0, "") if i == vertex else mark for i, mark in zip(indices, marks, strict=True)]
                least = min(tuple(view[place] for place in symmetry) for symmetry in head.symmetries)
                seen[vertex].append((head.key, least))
        signatures = {i: (colours[i], tuple(sorted(views))) for i, views in seen.items()}
        order = {signature: rank for rank, signature in enumerate(sorted(set(signatures.values())))}
        colours = {i: order[signature] for i, signature in signatures.items()}
        if len(order) == classes:
            break
        classes = len(order)
    return colours


def _search(ring: Ring, factors: list[Factor], colours: _Colours) -> Component:
    """The least labelling that agrees with the colours."""
    ring.budget.spend()
    cells: dict[int, list[Index]] = {}
    for vertex, colour in colours.items():
        cells.setdefault(colour, []).append(vertex)
    tied = min(((len(cell), colour) for colour, cell in cells.items() if len(cell) > 1), default=None)
    if tied is None:
        order = sorted(colours, key=colours.__getitem__)
        return relabel(factors, {vertex: Index(number, vertex.dim) for number, vertex in enumerate(order)})
    cell = cells[tied[1]]
    tried: list[Index] = []
    best: Component | None = None
    for vertex in cell:
        if any(_exchangeable(factors, vertex, other) for other in tried):
            continue
        tried.append(vertex)
        chosen = {i: 2 * c + (c == tied[1] and i != vertex) for i, c in colours.items()}
        found = _search(ring, factors, _refine(factors, chosen))
        if best is None or found.key < best.key:
            best = found
    assert best is not None
    return best


def _exchangeable(factors: list[Factor], a: Index, b: Index) -> bool:
    """Whether exchanging two vertices maps the component to itself."""
    swap = {a: b, b: a}
    moved = (Factor(f.head, tuple(swap.get(i, i) for i in f.indices)) for f in factors)
    return Counter(map(arrange, moved)) == Counter(map(arrange, factors))


def candidate_orders(captured: list[Index]) -> list[tuple[Index, ...]]:
    """The orders in which a nested sum's outer indices may become its parameters: by dimension, then any.

    Raises BudgetExceeded when there are too many to try.
    """
    by_dim: dict[str, list[Index]] = {}
    for index in captured:
        by_dim.setdefault(str(index.dim), []).append(index)
    if max(map(len, by_dim.values()), default=0) > _MOST_CAPTURED:
        raise BudgetExceeded(f"a nested expression depends on more than {_MOST_CAPTURED} indices of one dimension")
    orders: list[tuple[Index, ...]] = [()]
    for dim in sorted(by_dim):
        orders = [before + chosen for before in orders for chosen in permutations(by_dim[dim])]
    return orders


def symmetries_of(orders: list[tuple[Index, ...]]) -> tuple[Permutation, ...]:
    """Orders that give one and the same closed body, as permutations of the first."""
    first = orders[0]
    return tuple(tuple(first.index(i) for i in order) for order in orders)
