"""Names applied to arguments: the core's own functions of matrices in their normal form, any other as a tensor.

A function of the core's own is data: how it is made from its arguments, and its derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symbn.core.contraction import rename
from symbn.core.expectation import MEAN, expectation
from symbn.core.heads import tensor
from symbn.core.matrices import (
    DETERMINANT,
    INVERSE,
    determinant,
    differentiated_determinant,
    differentiated_inverse,
    inverse,
)
from symbn.core.ring import Ring
from symbn.core.terms import Argument, Index, Slot, SumOfProducts, Trait

Places = tuple[Index, ...]


@dataclass(frozen=True)
class MatrixFunction:
    """A function of one argument: its value at `out` indices, and its differential from that of the argument."""

    value: Callable[[Places, Argument], SumOfProducts]
    differential: Callable[[Places, Argument, SumOfProducts], SumOfProducts]


def _inverse(out: Places, argument: Argument) -> SumOfProducts:
    row, column = argument.formals
    return rename(inverse(argument.body, row, column), {row: out[0], column: out[1]})


def _inverse_differential(out: Places, argument: Argument, changed: SumOfProducts) -> SumOfProducts:
    row, column = argument.formals
    return differentiated_inverse(changed, argument.body, (out[0], out[1]), (row, column))


def _determinant(out: Places, argument: Argument) -> SumOfProducts:
    row, column = argument.formals
    return determinant(argument.body, row, column)


def _determinant_differential(out: Places, argument: Argument, changed: SumOfProducts) -> SumOfProducts:
    row, column = argument.formals
    return differentiated_determinant(changed, argument.body, (row, column))


FUNCTIONS: Mapping[str, MatrixFunction] = {
    INVERSE: MatrixFunction(_inverse, _inverse_differential),
    DETERMINANT: MatrixFunction(_determinant, _determinant_differential),
    MEAN: MatrixFunction(
        lambda out, argument: expectation(argument.body), lambda out, argument, changed: expectation(changed)
    ),
}


def application(
    ring: Ring,
    name: str,
    out: Places,
    slots: tuple[tuple[Slot, Places], ...] = (),
    arguments: tuple[Argument, ...] = (),
    traits: frozenset[Trait] = frozenset(),
) -> SumOfProducts:
    """name[out](arguments), in normal form.  Raises ZeroDivisionError for the inverse of 0."""
    function = FUNCTIONS.get(name)
    if function is None:
        return tensor(ring, name, out, slots, arguments, traits)
    (argument,) = arguments
    return function.value(out, argument)
