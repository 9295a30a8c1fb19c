"""The core's normal form of a random expression has the values that explicit entries have: two paths, one meaning.

The normal form is evaluated by loops over its indices, at the points, and with the numbers, of the second path.
"""

from __future__ import annotations

from itertools import product

from hypothesis import HealthCheck, given, note, reject, settings
from hypothesis import strategies as st

from symbn.core.ring import Budget, BudgetExceeded
from symbn.core.terms import Index, NoRule, SumOfProducts
from symbn.evidence.components import Evaluator
from symbn.evidence.numeric import Real, Undefined, certainly_differ, real, working_precision
from symbn.evidence.points import Point, Style
from symbn.expr import tree
from symbn.expr.indexing import Indexing
from symbn.expr.tree import Expr
from tests.expressions import WIDE_CONTEXT, expressions, kronecker, vec
from tests.laws.values import Values

SIZES = {"m": 2, "n": 3, "p": 1}
laws = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), print_blob=True)


def agree(e: Expr, seed: int) -> bool:
    """Whether both paths give the same entries.  Rejects what one of them cannot evaluate."""
    point = Point(WIDE_CONTEXT, seed, Style.FRACTION)
    with working_precision(400):
        try:
            indexing = Indexing(WIDE_CONTEXT)
            indexing.ring.budget = Budget(5000)
            form = indexing.side(e)
            by_entries = Evaluator(WIDE_CONTEXT, SIZES, point).evaluate(e)
            values = Values(WIDE_CONTEXT, SIZES, point)
            places = [sorted({i for i in form.free if str(i.label).startswith(arrow)}) for arrow in "↓→"]
            by_sums = _table(values, form, e, places)
        except (Undefined, NoRule, BudgetExceeded, ZeroDivisionError):
            reject()
        note(f"{e}\n{by_entries}\n{by_sums}")
        return not any(
            certainly_differ(a, real(b))
            for p, q in zip(by_sums, by_entries, strict=True)
            for a, b in zip(p, q, strict=True)
        )


def _table(values: Values, form: SumOfProducts, e: Expr, places: list[list[Index]]) -> list[list[Real]]:
    """The normal form at all positions of a side, those of a product of sizes in order, the last fastest."""
    axes = []
    for dim, arrow in zip(e.shape, "↓→", strict=True):
        factors = dim.factors if isinstance(dim, tree.DimProduct) else (dim,)
        labels = [f"{arrow}{k}" for k in range(len(factors))] if isinstance(dim, tree.DimProduct) else [arrow]
        indices = [Index(label, factor) for label, factor in zip(labels, factors, strict=True) if factor != 1]  # type: ignore[arg-type]
        axes.append(
            [dict(zip(indices, at, strict=True)) for at in product(*(range(values.size(i.dim)) for i in indices))]
        )
    return [[real(values.sum(form, {**row, **column})) for column in axes[1]] for row in axes[0]]


@laws
@given(expressions(wide=True), st.integers(0, 99))
def test_a_normal_form_has_the_entries_of_its_expression(e: Expr, seed: int) -> None:
    assert agree(e, seed)


def jacobian_by_vec(e: Expr, name: str) -> Expr:
    """∂ vec e / ∂ vec name"""
    declared = WIDE_CONTEXT.symbols[name]
    column, variable = vec(e), vec(tree.Symbol(name=name, shape=declared.shape))
    target = tree.Target(name, declared.shape)
    shape = (column.shape[0], variable.shape[0])
    return tree.Derivative(arg=column, variable=variable, target=target, layout="jacobian", shape=shape)


@laws
@given(expressions(("m", "n"), depth=2, wide=True), st.sampled_from(["A", "M"]), st.integers(0, 99))
def test_jacobians_by_vec_have_the_entries_of_the_second_path(e: Expr, name: str, seed: int) -> None:
    assert agree(jacobian_by_vec(e, name), seed)


@laws
@given(expressions(("n", "n"), depth=2, wide=True), expressions(("m", "m"), depth=1, wide=True), st.integers(0, 99))
def test_kronecker_products_have_the_entries_of_the_second_path(a: Expr, b: Expr, seed: int) -> None:
    assert agree(kronecker(a, b), seed)


@laws
@given(
    expressions(("n", "n"), depth=1, wide=True), st.sampled_from(["inverse", "determinant", "mean"]), st.integers(0, 99)
)
def test_derivatives_of_inverses_and_determinants_have_the_entries_of_the_second_path(
    e: Expr, kind: str, seed: int
) -> None:
    """∂/∂vec M of (M + e)⁻¹, of det(M + e) and of 𝔼[y yᵀ(M + e)]."""
    moved = tree.Add(terms=(tree.Symbol(name="M", shape=("n", "n")), e), shape=("n", "n"))
    y = tree.Symbol(name="y", shape=("n", 1))
    made: dict[str, Expr] = {
        "inverse": tree.Inverse(arg=moved, shape=("n", "n")),
        "determinant": tree.Determinant(arg=moved, shape=(1, 1)),
        "mean": tree.Expectation(
            arg=tree.Product(factors=(y, tree.Transpose(arg=y, shape=(1, "n")), moved), shape=("n", "n")),
            shape=("n", "n"),
        ),
    }
    assert agree(jacobian_by_vec(made[kind], "M"), seed)
