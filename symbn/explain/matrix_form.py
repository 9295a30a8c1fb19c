"""Indices back to matrices: a generalised sum with a row and a column index as a typed expression.

    A[r,k] B[k,c]          →  A B                   x[k] A[k,l] y[l]     →  xᵀ A y
    A[k,l] B[l,k]          →  tr(A B)               v[r] A[r,c]          →  Diag(v) A
    A[r,c] B[r,c]          →  A ⊙ B                 u[r] v[c]            →  u vᵀ
    A[r,k], k bound        →  A 𝟏                   anything else        →  Σ_k of the same with k fixed

A term is a graph: its indices are vertices, its factors edges (two indices), weights (one) and scalars (none).
Bound vertices are eliminated one at a time, those with fewest edges first; one where three different edges meet
has no matrix form and becomes an explicit sum.  The result is proved equal to its source before it is returned,
so that what is written here may be ugly, but not wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbn.core.contraction import opened_component
from symbn.core.equality import Proof, decide
from symbn.core.ring import Coefficient
from symbn.core.terms import Component, Factor, Index, Monomial, Power, SumOfProducts, component_key
from symbn.core.unfolding import slotted_names, unfold
from symbn.explain.factors import FactorForms, as_index, names_for_indices
from symbn.explain.notation import (
    ONE,
    coefficient_parts,
    collected,
    diagonal,
    hadamard,
    number,
    ones,
    product,
    scaled,
    total,
    transpose,
)
from symbn.expr import tree
from symbn.expr.indexing import Indexing
from symbn.expr.tree import Dim, Expr, IndexVar

Place = Index | None


class NoMatrixForm(Exception):
    """What was written could not be proved equal to its source: a fault of this module, never a result."""


def matrix_form(e: SumOfProducts, row: Place, column: Place, indexing: Indexing) -> Expr:
    """e[row, column] in matrix notation; None is a dimension of size 1.  Other free indices keep their names.

    Partial derivatives of definitions are unfolded, other defined names stay as they are.  Raises NoRule for
    what no expression can say, NoMatrixForm where the proof fails.
    """
    theory = indexing.theory
    shown = e
    while names := slotted_names(shown) & theory.unfoldings.keys():
        chosen = max(names, key=lambda name: (theory.unfoldings[name].rank, name))
        shown = unfold(shown, theory.unfoldings[chosen], theory, slotted_only=True)
    result = _Forms(indexing).write(shown, row, column)
    if not isinstance(decide(indexing.to_sum(result, row, column), e, theory), Proof):
        raise NoMatrixForm(f"not proved equal to its source: {e!r}")
    return result


# One term as a graph --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Edge:
    """A matrix from one index to another."""

    expr: Expr
    start: Index
    end: Index
    symmetric: bool = False

    def leaving(self, index: Index) -> _Edge:
        """The edge, turned so that it starts at one of its ends."""
        if self.start == index:
            return self
        return _Edge(self.expr if self.symmetric else transpose(self.expr), self.end, self.start, self.symmetric)

    def other(self, index: Index) -> Index:
        return self.end if self.start == index else self.start


@dataclass
class _Graph:
    """A term while its bound indices are eliminated."""

    edges: list[_Edge] = field(default_factory=list)
    weights: dict[Index, list[Expr]] = field(default_factory=dict)
    scalars: list[Expr] = field(default_factory=list)

    def add(self, e: Expr, indices: tuple[Index, ...], symmetric: bool = False) -> None:
        """A factor that was written out."""
        if not indices:
            self.scalars.append(e)
        elif len(indices) == 1:
            self.weights.setdefault(indices[0], []).append(e)
        else:
            start, end = indices
            self.edges.append(_Edge(e, start, end, symmetric))

    def at(self, index: Index) -> list[_Edge]:
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
        groups: dict[frozenset[Index], list[_Edge]] = {}
        for edge in self.edges:
            groups.setdefault(frozenset((edge.start, edge.end)), []).append(edge)
        merged = []
        for group in groups.values():
            first = group[0]
            together = hadamard([edge.leaving(first.start).expr for edge in group])
            symmetric = all(edge.symmetric for edge in group)
            merged.append(_Edge(together, first.start, first.end, symmetric))
        found = len(merged) < len(self.edges)
        self.edges = merged
        return found

    def eliminate(self, index: Index) -> None:
        """Σ over an index at which at most two edges meet."""
        edges = self.at(index)
        if len(edges) == 1 and edges[0].start == edges[0].end and index not in self.weights:
            self.edges.remove(edges[0])
            self.scalars.append(tree.Trace(arg=edges[0].expr, shape=(1, 1)))
            return
        self.loops_to_weights(index)
        edges = self.at(index)
        weights = self.weights.pop(index, [])
        for edge in edges:
            self.edges.remove(edge)
        dim: Dim = index.dim
        if not edges:
            first, rest = (weights[0], weights[1:]) if len(weights) > 1 else (ones(dim), weights)
            self.scalars.append(product([transpose(first), hadamard(rest)]))
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


# Sums -----------------------------------------------------------------------------------------------------


class _Forms:
    """The matrix forms of sums in one context."""

    def __init__(self, indexing: Indexing) -> None:
        self._factors = FactorForms(indexing, self.write)

    def write(self, e: SumOfProducts, row: Place, column: Place) -> Expr:
        """A sum, with what all its terms share outside of the parentheses."""
        shape = _shape(row, column)
        if e.is_zero():
            return number(0) if shape == (1, 1) else tree.Zero(shape=shape)
        if len(e.terms) == 1:
            ((monomial, coefficient),) = e.terms.items()
            return self._term(coefficient, monomial, row, column, None)
        common, rest = _common(e, set(_present(row, column)))
        shared, coefficients = _shared_coefficient(list(rest.values()))
        order = sorted(zip(rest, coefficients, strict=True), key=_term_order)
        inside = total([self._term(c, m, row, column, None) for m, c in order])
        if shared.is_one() and not common:
            return inside
        return self._term(shared, common, row, column, inside)

    def _term(
        self, coefficient: Coefficient, monomial: Monomial, row: Place, column: Place, inside: Expr | None
    ) -> Expr:
        """coefficient · Π components, times the (factored) matrix `inside` at row and column."""
        factors: list[Factor] = []
        bound: list[Index] = []
        for component in monomial:
            opened, own = opened_component(component)
            factors += opened
            bound += own
        graph = self._contracted(factors, bound, row, column)
        if inside is not None:
            graph.add(inside if row is not None else transpose(inside), _present(row, column))
        matrix = graph.matrix(row, column)
        if matrix is None and (row, column) != (None, None):
            matrix = ones(*_shape(row, column))
        value, above, below = coefficient_parts(coefficient)
        for scalar in graph.scalars:
            _place_scalar(scalar, above, below)
        return scaled(value, collected(above), collected(below), matrix)

    def _contracted(self, factors: list[Factor], bound: list[Index], row: Place, column: Place) -> _Graph:
        """Σ_bound Π factors as a graph of row and column only."""
        variable = {*bound, *_present(row, column)}
        wide = next((f for f in factors if len(variable & set(f.indices)) > 2), None)
        if wide is not None:
            return self._explicit_sum(next(i for i in wide.indices if i in bound), factors, bound, row, column)
        graph = _Graph()
        for factor in factors:
            graph.add(*self._factors.piece(factor, variable), getattr(factor.head, "symmetric", False))
        left = list(bound)
        while left:
            least = min(left, key=graph.degree)
            if graph.degree(least) > 2:
                if graph.merge_parallel():
                    continue
                most = max(bound, key=lambda i: sum(i in f.indices for f in factors))
                return self._explicit_sum(most, factors, bound, row, column)
            graph.eliminate(least)
            left.remove(least)
        return graph

    def _explicit_sum(
        self, index: Index, factors: list[Factor], bound: list[Index], row: Place, column: Place
    ) -> _Graph:
        """Σ_k of the term with one index fixed to k."""
        taken = self._factors.reserved | {str(i.label) for f in factors for i in f.indices}
        over = IndexVar(next(names_for_indices(taken)), index.dim)
        names = {index: as_index(over)}
        fixed = [Factor(f.head, tuple(names.get(i, i) for i in f.indices)) for f in factors]
        inner = self._contracted(fixed, [i for i in bound if i != index], row, column)
        matrix = inner.matrix(row, column)
        shape = _shape(row, column)
        body = product([*inner.scalars, ones(*shape) if matrix is None else matrix])
        whole = tree.Sum(index=over, body=body, shape=shape)
        graph = _Graph()
        graph.add(whole if row is not None else transpose(whole), _present(row, column))
        return graph


def _present(row: Place, column: Place) -> tuple[Index, ...]:
    return tuple(place for place in (row, column) if place is not None)


def _shape(row: Place, column: Place) -> tuple[Dim, Dim]:
    return 1 if row is None else row.dim, 1 if column is None else column.dim


def _place_scalar(scalar: Expr, above: list[Expr], below: list[Expr]) -> None:
    """A negative power goes below."""
    if isinstance(scalar, tree.Product) and all(f.is_scalar for f in scalar.factors):
        for factor in scalar.factors:
            _place_scalar(factor, above, below)
        return
    if isinstance(scalar, tree.Power) and isinstance(scalar.exponent, tree.Number) and scalar.exponent.value < 0:
        exponent = -scalar.exponent.value
        base = scalar.base
        below.append(base if exponent == 1 else replace(scalar, exponent=number(exponent)))
        return
    above.append(scalar)


def _term_order(term: tuple[Monomial, Coefficient]) -> tuple[object, ...]:
    monomial, coefficient = term
    negative = coefficient_parts(coefficient)[0] < 0
    return negative, sum(map(len, monomial)), tuple(map(component_key, monomial)), coefficient.key


def _shared_coefficient(coefficients: list[Coefficient]) -> tuple[Coefficient, list[Coefficient]]:
    """A coefficient that all are rational multiples of, taken out if it is no number itself."""
    first = coefficients[0]
    ratios = [c / first for c in coefficients]
    values = [ratio.as_fraction() for ratio in ratios]
    if first.as_fraction() is None and all(v is not None and v.denominator == 1 for v in values):
        return first, ratios
    if all(c == first for c in coefficients):
        return first, ratios
    return first.ring.one, coefficients


# What all terms share -------------------------------------------------------------------------------------

_Base = tuple[SumOfProducts, tuple[Index, ...]]


def _common(e: SumOfProducts, places: set[Index]) -> tuple[Monomial, dict[Monomial, Coefficient]]:
    """Components that every term has and that hold at most one of row and column, and the terms without them.

    Of powers of one base the greatest is taken out, if their exponents differ by whole numbers.
    """

    def simple(component: Component) -> bool:
        return len({i for f in component for i in f.indices if i in places}) < max(len(places), 1)

    terms = dict(e.terms)
    shared: list[Component] = []
    for component in next(iter(terms)):
        if simple(component) and _power_base(component) is None and all(component in m for m in terms):
            terms = {_without(m, component): c for m, c in terms.items()}
            shared.append(component)
    for base in {b for c in next(iter(terms)) if simple(c) and (b := _power_base(c)) is not None}:
        exponents = [_exponent(m, base) for m in terms]
        if all(r is not None and (r - (exponents[0] or 0)).denominator == 1 for r in exponents):
            greatest = max(r for r in exponents if r is not None)
            shared.append(_powered(e, base, greatest, next(iter(terms))))
            terms = {_divided(e, m, base, greatest): c for m, c in terms.items()}
    return tuple(shared), terms


def _without(monomial: Monomial, component: Component) -> Monomial:
    place = monomial.index(component)
    return monomial[:place] + monomial[place + 1 :]


def _power_base(component: Component) -> _Base | None:
    """The base of a power that stands alone, at free indices."""
    head, indices = component[0]
    alone = len(component) == 1 and isinstance(head, Power) and not any(i.is_bound for i in indices)
    return (head.base, indices) if alone and isinstance(head, Power) else None


def _exponent(monomial: Monomial, base: _Base) -> Fraction | None:
    for component in monomial:
        head = component[0].head
        if _power_base(component) == base and isinstance(head, Power):
            return head.exponent.as_fraction()
    return None


def _powered(e: SumOfProducts, base: _Base, exponent: Fraction, example: Monomial) -> Component:
    found = next(c[0].head for c in example if _power_base(c) == base)
    assert isinstance(found, Power)
    return Component((Factor(replace(found, exponent=e.ring.rational(exponent)), base[1]),))


def _divided(e: SumOfProducts, monomial: Monomial, base: _Base, exponent: Fraction) -> Monomial:
    """The monomial over base ^ exponent."""
    own = _exponent(monomial, base)
    assert own is not None
    rest = tuple(c for c in monomial if _power_base(c) != base)
    return rest if own == exponent else (*rest, _powered(e, base, own - exponent, monomial))
