"""One term of a sum as a graph: indices are vertices, factors its edges (two indices), weights (one), scalars (none).

    A[r,k] B[k,c]  →  (A B)[r,c]        A[k,k]        →  tr(A)            A[r,k] v[k]  →  (A v)[r]
    u[k] v[k]      →  uᵀ v              A[r,k]        →  (A 𝟏)[r]         A[r,k] v[k] B[k,c]  →  (A Diag(v) B)[r,c]

Each elimination of a bound index is one of these; what is left at the row and the column is a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from symbn.core.terms import Index
from symbn.explain.notation import ONE, diagonal, hadamard, least_transposed, ones, product, transpose
from symbn.expr import tree
from symbn.expr.tree import Dim, Expr

Place = Index | None


@dataclass(frozen=True)
class Edge:
    """A matrix from one index to another."""

    expr: Expr
    start: Index
    end: Index

    def leaving(self, index: Index) -> Edge:
        """The edge, turned so that it starts at one of its ends."""
        return self if self.start == index else Edge(transpose(self.expr), self.end, self.start)

    def other(self, index: Index) -> Index:
        return self.end if self.start == index else self.start


@dataclass
class TermGraph:
    """A term while its bound indices are eliminated."""

    edges: list[Edge] = field(default_factory=list)
    weights: dict[Index, list[Expr]] = field(default_factory=dict)
    scalars: list[Expr] = field(default_factory=list)

    def add(self, e: Expr, indices: tuple[Index, ...]) -> None:
        """A factor that was written out."""
        if not indices:
            self.scalars.append(e)
        elif len(indices) == 1:
            self.weights.setdefault(indices[0], []).append(e)
        else:
            start, end = indices
            self.edges.append(Edge(e, start, end))

    def at(self, index: Index) -> list[Edge]:
        return [e for e in self.edges if index in (e.start, e.end)]

    def degree(self, index: Index) -> int:
        """How many edges lead from an index to others."""
        return sum(e.start != e.end for e in self.at(index))

    def loops_to_weights(self, index: Index) -> None:
        """A loop A[v, v] is the weight diag(A) at v."""
        for loop in [e for e in self.edges if e.start == e.end == index]:
            self.edges.remove(loop)
            self.add(tree.DiagonalPart(arg=loop.expr, shape=(loop.expr.shape[0], 1)), (index,))

    def merge_parallel(self) -> bool:
        """Edges between the same two indices become one entrywise product; whether there were any."""
        groups: dict[frozenset[Index], list[Edge]] = {}
        for edge in self.edges:
            groups.setdefault(frozenset((edge.start, edge.end)), []).append(edge)
        merged = []
        for group in groups.values():
            first = group[0]
            together = hadamard([edge.leaving(first.start).expr for edge in group])
            merged.append(Edge(together, first.start, first.end))
        found = len(merged) < len(self.edges)
        self.edges = merged
        return found

    def eliminate(self, index: Index) -> None:
        """Σ over an index at which at most two edges meet."""
        edges = self.at(index)
        if len(edges) == 1 and edges[0].start == edges[0].end and index not in self.weights:
            self.edges.remove(edges[0])
            self.scalars.append(tree.Trace(arg=least_transposed(edges[0].expr), shape=(1, 1)))
            return
        self.loops_to_weights(index)
        edges = self.at(index)
        weights = self.weights.pop(index, [])
        for edge in edges:
            self.edges.remove(edge)
        dim: Dim = index.dim
        if not edges:
            first, rest = (weights[0], weights[1:]) if len(weights) > 1 else (ones(dim), weights)
            self.scalars.append(least_transposed(product([transpose(first), hadamard(rest)])))
        elif len(edges) == 1:
            (edge,) = edges
            weight = hadamard(weights) if weights else ones(dim)
            start = edge.other(index)
            self.add(product([edge.leaving(start).expr, weight]), (start,))
        else:
            into, out = edges[0], edges[1].leaving(index)
            start = into.other(index)
            between = [diagonal(hadamard(weights))] if weights else []
            self.add(product([into.leaving(start).expr, *between, out.expr]), (start, out.end))

    def matrix(self, row: Place, column: Place) -> Expr | None:
        """What is left at the row and the column; None if it is all ones there (or a scalar)."""
        for place in (row, column):
            if place is not None:
                self.loops_to_weights(place)
        left = self.weights.pop(row, []) if row is not None else []
        right = self.weights.pop(column, []) if column is not None else []
        self.merge_parallel()
        assert not self.weights and len(self.edges) <= 1, "an index that is neither bound, row nor column"
        if row is None or column is None:
            weight = hadamard(left or right) if left or right else None
            return weight if column is None or weight is None else transpose(weight)
        if self.edges:
            middle = self.edges[0].leaving(row).expr
            before, after = (diagonal(hadamard(weights)) if weights else ONE for weights in (left, right))
            return product([before, middle, after])
        if not left and not right:
            return None
        before, after = (
            hadamard(weights) if weights else ones(place.dim) for weights, place in ((left, row), (right, column))
        )
        return product([before, transpose(after)])
