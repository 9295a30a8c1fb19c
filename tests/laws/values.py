"""Values of normal forms by loops over their indices, at the points and with the numbers of the second path."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from types import SimpleNamespace

from flint import fmpq

from symbn.core.expectation import MEAN
from symbn.core.matrices import DETERMINANT, INVERSE
from symbn.core.ring import Coefficient
from symbn.core.terms import DeltaHead, Factor, Index, Power, Scalarwise, SumOfProducts, Tensor
from symbn.evidence.elementary import elementwise, power
from symbn.evidence.inverses import determinant, inverse
from symbn.evidence.matrices import Matrix
from symbn.evidence.numeric import Scalar, real
from symbn.evidence.points import Point
from symbn.expr.context import Context
from tests.laws.evaluation import coefficient_value

Places = Mapping[Index, int]


class Values:
    """What symbols and functions are worth at a point; random names at an outcome, if one is given."""

    def __init__(self, context: Context, sizes: Mapping[str, int], point: Point, outcome: int | None = None) -> None:
        self.context, self.sizes, self.point, self.outcome = context, sizes, point, outcome
        numbers = {dim: Fraction(size) for dim, size in sizes.items()}
        for name, declared in context.symbols.items():
            if declared.shape == (1, 1):
                numbers[name] = Fraction(str(real(point.symbol(name, 1, 1)[0][0])))
        self.scalars = SimpleNamespace(scalars=numbers)
        self._known: dict[tuple[object, tuple[int, ...]], Scalar] = {}
        self._outcomes: dict[int, Values] = {}

    def size(self, dim: object) -> int:
        return dim if isinstance(dim, int) else self.sizes[str(dim)]

    def sum(self, e: SumOfProducts, places: Places) -> Scalar:
        total: Scalar = 0
        for monomial, coefficient in e.terms.items():
            term = self.coefficient(coefficient)
            for component in monomial:
                bound = list(dict.fromkeys(i for factor in component for i in factor.indices if i.is_bound))
                part: Scalar = 0
                for at in product(*(range(self.size(i.dim)) for i in bound)):
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
        at = tuple(int(str(i.label)[1:]) - 1 if i.is_constant else places[i] for i in factor.indices)
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
        if head.name in self.context.symbols:
            assert not head.arguments and not head.slots
            rows, columns = (self.size(d) for d in self.context.symbols[head.name].shape)
            row, column = self._position(head.name, at)
            if self.outcome is not None and head.name in self.context.random:
                return self.point.outcome(head.name, rows, columns, self.outcome)[row][column]
            return self.point.symbol(head.name, rows, columns)[row][column]
        ((formals, body),) = head.arguments
        if head.name == MEAN:
            total: Scalar = 0
            rows = sum(self.size(self.context.symbols[name].shape[0]) for name in self.context.random)
            for k, weight in enumerate(self.point.weights(rows)):
                if k not in self._outcomes:
                    self._outcomes[k] = Values(self.context, self.sizes, self.point, k)
                total = total + weight * self._outcomes[k].sum(body, around)
            return total
        if head.name in (INVERSE, DETERMINANT):
            return self._of_matrix(head, formals, body, around, at)
        (formal,) = formals
        arguments = [self.sum(body, {**around, formal: k}) for k in range(self.size(formal.dim))]
        derived = self.point.polynomial(head.name, at[0] if head.out else 0, len(arguments))
        for place in at[head.out : first]:
            derived = derived.partial(place)
        return derived(arguments)

    def _position(self, name: str, at: tuple[int, ...]) -> tuple[int, int]:
        """Row and column of an entry; a size of 1 has no index."""
        remaining = list(at)
        rows, columns = (0 if dim == 1 else remaining.pop(0) for dim in self.context.symbols[name].shape)
        return rows, columns

    def _of_matrix(
        self, head: Tensor, formals: tuple[Index, ...], body: SumOfProducts, around: Places, at: tuple[int, ...]
    ) -> Scalar:
        """An entry of an inverse, or a determinant."""
        row, column = formals
        places = range(self.size(row.dim)), range(self.size(column.dim))
        matrix: Matrix = [[self.sum(body, {**around, row: i, column: j}) for j in places[1]] for i in places[0]]
        if head.name == DETERMINANT:
            return determinant(matrix)
        turned = inverse(matrix)
        for i, j in product(*places):
            self._known[head, (i, j, *at[2:])] = turned[i][j]
        return turned[at[0]][at[1]]
