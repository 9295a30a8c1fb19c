"""Tensor expressions as the core's sums: what is lowered is proved equal to its statement before it is used."""

from __future__ import annotations

from collections.abc import Callable

from symbn.core.contraction import bind, delta, dimension, fresh, multiply, rename
from symbn.core.equality import Proof, decide
from symbn.core.powers import power, scalarwise
from symbn.core.terms import Index, NoRule, SumOfProducts, constant
from symbn.expr.indexing import Indexing
from symbn.kernels.ir import Add, Array, Axis, Centre, Centring, Delta, Entry, Map, Mul, Node, Pow, Scalar, Softmax, Sum

Value = Callable[[tuple[Index, ...]], SumOfProducts]


class NotEqual(Exception):
    """A lowered expression that the core does not prove equal to its source: a fault of symbn, never code."""


class Denotation:
    """What a tensor expression means: `arrays` gives the entries of each array that it mentions."""

    def __init__(self, indexing: Indexing, arrays: dict[Array, Value]) -> None:
        self.indexing = indexing
        self.ring = indexing.ring
        self.arrays = arrays

    def to_sum(self, e: Node) -> SumOfProducts:
        """The expression as a generalised sum in its free axes."""
        ring = self.ring
        match e:
            case Scalar():
                return constant(e.value)
            case Entry():
                return self.arrays[e.array](e.places)
            case Add():
                total = constant(ring.zero)
                for term in e.terms:
                    total = total + self.to_sum(term)
                return total
            case Mul():
                result = constant(ring.one)
                for factor in e.factors:
                    result = multiply(result, self.to_sum(factor))
                return result
            case Pow():
                return power(self.to_sum(e.base), e.exponent)
            case Map():
                return scalarwise(e.function, 0, self.to_sum(e.arg))
            case Sum():
                result = self.to_sum(e.body)
                for axis in e.over:
                    result = self._bound(result, axis)
                return result
            case Centre():
                inside = self.to_sum(e.arg)
                return inside - self._mean(inside, e.axis)
            case Softmax():
                above = scalarwise("exp", 0, self.to_sum(e.arg))
                return multiply(above, power(self._bound(above, e.axis), self.ring.rational(-1)))
            case Delta():
                return delta(ring, e.first, e.second)
            case Centring():
                share = constant(dimension(ring, e.first.dim).inverse())
                return delta(ring, e.first, e.second) - share
        raise NoRule(f"no rule to write {type(e).__name__} with indices")

    def _bound(self, e: SumOfProducts, axis: Axis) -> SumOfProducts:
        new = fresh(axis.dim)
        return bind(rename(e, {axis: new}), new)

    def _mean(self, e: SumOfProducts, axis: Axis) -> SumOfProducts:
        return self._bound(e, axis).scaled(dimension(self.ring, axis.dim).inverse())

    def prove(self, e: Node, source: SumOfProducts) -> Proof:
        """e = source.  Raises NotEqual."""
        answer = decide(self.to_sum(e), source, self.indexing.theory)
        if not isinstance(answer, Proof):
            raise NotEqual(f"not proved equal to its source: {e!r}")
        return answer
