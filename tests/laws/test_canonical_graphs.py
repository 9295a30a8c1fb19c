"""Canonical labelling where colour refinement alone cannot tell vertices, or whole graphs, apart."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import TypeAlias

import pytest

from symbn.core.canonical import canonical_component
from symbn.core.contraction import normal_product
from symbn.core.ring import Ring
from symbn.core.terms import Component, Factor, Index, SumOfProducts, Tensor

RING = Ring({"n": 1}, {})
DIRECTED = Tensor("M", 2)
UNDIRECTED = Tensor("S", 2, traits=frozenset(["symmetric"]))

Edge: TypeAlias = tuple[int, int]


def component(head: Tensor, edges: list[Edge], seed: int | None = None) -> Component:
    """Σ Π head[a, b] over the edges of a connected graph, its vertices and edges in a random order."""
    order = Random(seed)
    names = sorted({v for edge in edges for v in edge})
    if seed is not None:
        order.shuffle(names)
    places = {name: Index(number, "n") for number, name in enumerate(names)}
    factors = []
    for a, b in edges:
        pair = (places[a], places[b])
        if "symmetric" in head.traits and seed is not None and order.random() < 0.5:
            pair = pair[::-1]
        factors.append(Factor(head, pair))
    if seed is not None:
        order.shuffle(factors)
    return canonical_component(RING, factors)


def cycle(n: int) -> list[Edge]:
    return [(k, (k + 1) % n) for k in range(n)]


def star(n: int) -> list[Edge]:
    return [(0, k) for k in range(1, n + 1)]


def under_a_hub(edges: list[Edge]) -> list[Edge]:
    """The same with one more vertex that is joined to all."""
    vertices = {v for edge in edges for v in edge}
    return [*edges, *((len(vertices), v) for v in sorted(vertices))]


def circulant(n: int, *steps: int) -> list[Edge]:
    return sorted({tuple(sorted((k, (k + s) % n))) for k in range(n) for s in steps})  # type: ignore[misc]


def rooks(n: int) -> list[Edge]:
    cells = [(a, b) for a in range(n) for b in range(n)]
    return [
        (cells.index(x), cells.index(y)) for x, y in combinations(cells, 2) if x[0] == y[0] or x[1] == y[1]
    ]  # fmt: skip


def shrikhande() -> list[Edge]:
    """Strongly regular with the parameters of the rook's graph 4×4, and not isomorphic to it."""
    cells = [(a, b) for a in range(4) for b in range(4)]
    steps = {(0, 1), (1, 0), (1, 1), (0, 3), (3, 0), (3, 3)}
    return [
        (cells.index(x), cells.index(y))
        for x, y in combinations(cells, 2)
        if ((x[0] - y[0]) % 4, (x[1] - y[1]) % 4) in steps
    ]


PETERSEN = (
    [(k, (k + 1) % 5) for k in range(5)] + [(k, k + 5) for k in range(5)] + [(5 + k, 5 + (k + 2) % 5) for k in range(5)]
)
PRISM = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5)]
UTILITIES = [(a, b) for a in range(3) for b in range(3, 6)]
CUBE = [(a, b) for a, b in combinations(range(8), 2) if (a ^ b) in (1, 2, 4)]
MOEBIUS = circulant(8, 1, 4)

SYMMETRIC_GRAPHS = {
    **{f"cycle {n}": cycle(n) for n in (3, 4, 5, 6, 8, 12)},
    **{f"star {n}": star(n) for n in (2, 5, 9)},
    "prism": PRISM, "K33": UTILITIES, "cube": CUBE, "Moebius ladder": MOEBIUS, "Petersen": PETERSEN,
    "K4": list(combinations(range(4), 2)), "K5": list(combinations(range(5), 2)), "rook 3": rooks(3),
    "two triangles at a vertex": [(0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 0)],
    "loop and double edge": [(0, 0), (0, 1), (0, 1), (1, 2)],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SYMMETRIC_GRAPHS))
@pytest.mark.parametrize("head", [DIRECTED, UNDIRECTED], ids=["M", "S"])
def test_labelling_ignores_names_and_orders(name: str, head: Tensor) -> None:
    edges = SYMMETRIC_GRAPHS[name]
    assert len({component(head, edges, seed) for seed in range(12)} | {component(head, edges)}) == 1


def test_no_two_of_the_graphs_are_confused() -> None:
    forms = {name: component(UNDIRECTED, edges) for name, edges in SYMMETRIC_GRAPHS.items() if name != "cycle 3"}
    assert len(set(forms.values())) == len(forms)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (PRISM, UTILITIES),
        (CUBE, MOEBIUS),
        (circulant(9, 1, 2), circulant(9, 1, 3)),
        (circulant(10, 1, 2), circulant(10, 1, 4)),
        # Cycles under a hub that is a neighbour of every vertex: refinement sees no difference.
        (under_a_hub(cycle(6)), under_a_hub([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)])),
        (under_a_hub(cycle(8)), under_a_hub([*cycle(4), *((a + 4, b + 4) for a, b in cycle(4))])),
        (under_a_hub(cycle(7)), under_a_hub([*cycle(3), *((a + 3, b + 3) for a, b in cycle(4))])),
    ],
    ids=[
        "prism and K33", "cube and Moebius ladder", "circulants of 9", "circulants of 10", "hub on 6", "hub on 8",
        "hub on 7",
    ],
)  # fmt: skip
def test_regular_graphs_with_the_same_colours_are_told_apart(one: list[Edge], two: list[Edge]) -> None:
    first = {component(UNDIRECTED, one, seed) for seed in range(8)}
    second = {component(UNDIRECTED, two, seed) for seed in range(8)}
    assert len(first) == len(second) == 1
    assert first != second


def test_strongly_regular_graphs_are_told_apart() -> None:
    """Rook's graph 4×4 and Shrikhande's graph: 16 vertices, 6-regular, the same numbers of common neighbours."""
    first = {component(UNDIRECTED, rooks(4), seed) for seed in range(2)}
    assert len(first) == 1
    assert component(UNDIRECTED, shrikhande(), 0) not in first


def _sum(edges: list[Edge], head: Tensor) -> SumOfProducts:
    factors = [Factor(head, (Index(a, "n"), Index(b, "n"))) for a, b in edges]
    return normal_product(RING.one, factors, {i for f in factors for i in f.indices})


def test_a_six_cycle_is_not_two_triangles() -> None:
    """tr S⁶ ≠ (tr S³)²"""
    two = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)]
    assert _sum(cycle(6), UNDIRECTED) != _sum(two, UNDIRECTED)
    assert len(next(iter(_sum(two, UNDIRECTED).terms))) == 2


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7])
def test_a_directed_cycle_is_its_reverse_only_for_traces_of_a_transpose(n: int) -> None:
    """tr M^n = tr (Mᵀ)^n, and tr of M with one factor transposed is something else."""
    turned = [(b, a) for a, b in cycle(n)]
    assert _sum(cycle(n), DIRECTED) == _sum(turned, DIRECTED)
    one_turned = [cycle(n)[0][::-1], *cycle(n)[1:]]
    assert _sum(cycle(n), DIRECTED) != _sum(one_turned, DIRECTED)
    assert _sum(cycle(n), UNDIRECTED) == _sum(one_turned, UNDIRECTED)


@pytest.mark.parametrize("leaves", [3, 10, 40])
def test_twins_do_not_cost_a_factorial(leaves: int) -> None:
    assert component(UNDIRECTED, star(leaves), 1) == component(UNDIRECTED, star(leaves), 2)


def test_directed_neighbours_are_no_twins() -> None:
    """Σ M_ij M_ik ≠ Σ M_ij M_ki"""
    assert component(DIRECTED, [(0, 1), (0, 2)]) != component(DIRECTED, [(0, 1), (2, 0)])
    assert component(UNDIRECTED, [(0, 1), (0, 2)]) == component(UNDIRECTED, [(0, 1), (2, 0)])
