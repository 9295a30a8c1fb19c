"""Indices back to matrices: a generalised sum with a row and a column index as a typed expression.

    A[r,k] B[k,c]          →  A B                   x[k] A[k,l] y[l]     →  xᵀ A y
    A[k,l] B[l,k]          →  tr(A B)               v[r] A[r,c]          →  Diag(v) A
    A[r,c] B[r,c]          →  A ⊙ B                 u[r] v[c]            →  u vᵀ
    A[r,k], k bound        →  A 𝟏                   anything else        →  Σ_k of the same with k fixed

A term is a graph: its indices are vertices, its factors edges (two indices), weights (one) and scalars (none).
Bound vertices are eliminated one at a time, those with fewest edges first; one where three different edges meet
has no matrix form and becomes an explicit sum.  Nothing here is trusted: `closed_form` proves what is made of it.
"""

from __future__ import annotations

from dataclasses import replace

from symbn.core.heads import opened_monomial
from symbn.core.ring import Coefficient
from symbn.core.terms import Factor, Index, Monomial, SumOfProducts
from symbn.explain.common_factors import common_factors, shared_coefficient
from symbn.explain.factors import FactorForms, as_index, names_for_indices
from symbn.explain.latex import to_latex
from symbn.explain.notation import (
    coefficient_parts,
    collected,
    number,
    ones,
    product,
    scaled,
    total,
    transpose,
    untransposed,
)
from symbn.explain.term_graph import TermGraph
from symbn.expr import tree
from symbn.expr.indexing import Indexing
from symbn.expr.tree import Dim, Expr, IndexVar

Place = Index | None


def matrix_form(e: SumOfProducts, row: Place, column: Place, indexing: Indexing) -> Expr:
    """e[row, column] in matrix notation; None is a dimension of size 1.  Other free indices keep their names.

    Partial derivatives of definitions must have been worked out.  Raises NoRule for what no expression can say.
    """
    symmetric = {name for name, signature in indexing.theory.signatures.items() if "symmetric" in signature.traits}
    return untransposed(_Forms(indexing).write(e, row, column), symmetric)


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
        common, rest = common_factors(e, set(_present(row, column)))
        shared, coefficients = shared_coefficient(list(rest.values()))
        terms = [(m, c, self._term(c, m, row, column, None)) for m, c in zip(rest, coefficients, strict=True)]
        inside = total([written for _, _, written in sorted(terms, key=_term_order)])
        if shared.is_one() and not common:
            return inside
        return self._term(shared, common, row, column, inside)

    def _term(
        self, coefficient: Coefficient, monomial: Monomial, row: Place, column: Place, inside: Expr | None
    ) -> Expr:
        """coefficient · Π components, times the (factored) matrix `inside` at row and column."""
        factors, bound = opened_monomial(monomial)
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

    def _contracted(self, factors: list[Factor], bound: list[Index], row: Place, column: Place) -> TermGraph:
        """Σ_bound Π factors as a graph of row and column only."""
        variable = {*bound, *_present(row, column)}
        wide = next((f for f in factors if len(variable & set(f.indices)) > 2), None)
        if wide is not None:
            return self._explicit_sum(next(i for i in wide.indices if i in bound), factors, bound, row, column)
        graph = TermGraph()
        for factor in factors:
            graph.add(*self._factors.piece(factor, variable))
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
    ) -> TermGraph:
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
        graph = TermGraph()
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


def _term_order(term: tuple[Monomial, Coefficient, Expr]) -> tuple[bool, int, str]:
    """Positive terms first, short ones first."""
    monomial, coefficient, written = term
    return coefficient_parts(coefficient)[0] < 0, sum(map(len, monomial)), to_latex(written)
