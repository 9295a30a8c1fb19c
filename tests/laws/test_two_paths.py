"""The core's normal form of a random expression has the values that explicit entries have: two paths, one meaning.

The normal form is evaluated by loops over its indices, at the points, and with the numbers, of the second path.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from types import SimpleNamespace

from flint import fmpq
from hypothesis import HealthCheck, given, note, reject, settings
from hypothesis import strategies as st

from symbn.core.expectation import MEAN
from symbn.core.matrices import DETERMINANT, INVERSE
from symbn.core.ring import Budget, BudgetExceeded, Coefficient
from symbn.core.terms import DeltaHead, Factor, Index, NoRule, Power, Scalarwise, SumOfProducts, Tensor
from symbn.evidence.components import Evaluator
from symbn.evidence.elementary import elementwise, power
from symbn.evidence.inverses import determinant, inverse
from symbn.evidence.matrices import Matrix
from symbn.evidence.numeric import Real, Scalar, Undefined, certainly_differ, real, working_precision
from symbn.evidence.points import Point, Style
from symbn.expr import tree
from symbn.expr.indexing import Indexing
from symbn.expr.tree import Expr
from tests.expressions import WIDE_CONTEXT, expressions, kronecker, vec
from tests.laws.evaluation import coefficient_value

SIZES = {"m": 2, "n": 3, "p": 1}
laws = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), print_blob=True)
Places = Mapping[Index, int]


class Values:
    """What symbols and functions are worth at a point; random names at an outcome, if one is given."""

    def __init__(self, point: Point, outcome: int | None = None) -> None:
        self.point, self.outcome = point, outcome
        numbers = {dim: Fraction(size) for dim, size in SIZES.items()}
        for name, declared in WIDE_CONTEXT.symbols.items():
            if declared.shape == (1, 1):
                numbers[name] = Fraction(str(real(point.symbol(name, 1, 1)[0][0])))
        self.scalars = SimpleNamespace(scalars=numbers)
        self._known: dict[tuple[object, tuple[int, ...]], Scalar] = {}
        self._outcomes: dict[int, Values] = {}

    def sum(self, e: SumOfProducts, places: Places) -> Scalar:
        total: Scalar = 0
        for monomial, coefficient in e.terms.items():
            term = self.coefficient(coefficient)
            for component in monomial:
                bound = list(dict.fromkeys(i for factor in component for i in factor.indices if i.is_bound))
                part: Scalar = 0
                for at in product(*(range(size(i)) for i in bound)):
                    here = {**places, **dict(zip(bound, at, strict=True))}
                    value: Scalar = 1
                    for factor in component:
                        value = value * self.factor(factor, here)
                    part = part + value
                term = term * part
            total = total + term
        return total

    def coefficient(self, c: Coefficient) -> Scalar:
        value = coefficient_value(c, self.scalars)  # type: ignore[arg-type]
        return fmpq(value.numerator, value.denominator)

    def factor(self, factor: Factor, places: Places) -> Scalar:
        """The value at places, found once."""
        at = tuple(places[i] for i in factor.indices)
        key = factor.head, at
        if key not in self._known:
            self._known[key] = self._factor(factor, at)
        return self._known[key]

    def _factor(self, factor: Factor, at: tuple[int, ...]) -> Scalar:
        head = factor.head
        own = {Index(f"#{k}", i.dim): place for k, (i, place) in enumerate(zip(factor.indices, at, strict=True))}
        match head:
            case DeltaHead():
                return int(at[0] == at[1])
            case Power():
                exponent = coefficient_value(head.exponent, self.scalars)  # type: ignore[arg-type]
                return power(self.sum(head.base, own), exponent)
            case Scalarwise():
                assert head.known and not head.order
                return elementwise(head.function, self.sum(head.argument, own))
            case Tensor():
                return self.tensor(head, factor.indices, at)
        raise AssertionError(head)

    def tensor(self, head: Tensor, indices: tuple[Index, ...], at: tuple[int, ...]) -> Scalar:
        first = head.out + sum(slot.arity for slot in head.slots)
        captured = zip(indices[first:], at[first:], strict=True)
        around = {Index(f"#{k}", i.dim): place for k, (i, place) in enumerate(captured)}
        if head.name in WIDE_CONTEXT.symbols:
            assert not head.arguments and not head.slots
            rows, columns = (SIZES.get(str(d), 1) for d in WIDE_CONTEXT.symbols[head.name].shape)
            row, column = (*at, 0, 0)[:2]
            if self.outcome is not None and head.name in WIDE_CONTEXT.random:
                return self.point.outcome(head.name, rows, columns, self.outcome)[row][column]
            return self.point.symbol(head.name, rows, columns)[row][column]
        ((formals, body),) = head.arguments
        if head.name == MEAN:
            total: Scalar = 0
            rows = sum(SIZES[str(WIDE_CONTEXT.symbols[name].shape[0])] for name in WIDE_CONTEXT.random)
            for k, weight in enumerate(self.point.weights(rows)):
                if k not in self._outcomes:
                    self._outcomes[k] = Values(self.point, k)
                total = total + weight * self._outcomes[k].sum(body, around)
            return total
        if head.name in (INVERSE, DETERMINANT):
            row_index, column_index = formals
            places = range(size(row_index)), range(size(column_index))
            matrix: Matrix = [
                [self.sum(body, {**around, row_index: i, column_index: j}) for j in places[1]] for i in places[0]
            ]
            if head.name == DETERMINANT:
                return determinant(matrix)
            turned = inverse(matrix)
            for i, j in product(*places):
                self._known[head, (i, j, *at[2:])] = turned[i][j]
            return turned[at[0]][at[1]]
        (formal,) = formals
        arguments = [self.sum(body, {**around, formal: k}) for k in range(size(formal))]
        derived = self.point.polynomial(head.name, at[0] if head.out else 0, len(arguments))
        for place in at[head.out : first]:
            derived = derived.partial(place)
        return derived(arguments)


def size(index: Index) -> int:
    return index.dim if isinstance(index.dim, int) else SIZES[index.dim]


def agree(e: Expr, seed: int) -> bool:
    """Whether both paths give the same entries.  Rejects what one of them cannot evaluate."""
    point = Point(WIDE_CONTEXT, seed, Style.FRACTION)
    with working_precision(400):
        try:
            indexing = Indexing(WIDE_CONTEXT)
            indexing.ring.budget = Budget(5000)
            form = indexing.side(e)
            by_entries = Evaluator(WIDE_CONTEXT, SIZES, point).evaluate(e)
            values = Values(point)
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
        axes.append([dict(zip(indices, at, strict=True)) for at in product(*(range(size(i)) for i in indices))])
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
