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
    POWER,
    determinant,
    differentiated_determinant,
    differentiated_inverse,
    inverse,
)
from symbn.core.matrix_powers import differentiated_power, matrix_power
from symbn.core.ring import Ring
from symbn.core.terms import Argument, Index, Slot, SumOfProducts, Trait

Places = tuple[Index, ...]
Arguments = tuple[Argument, ...]


@dataclass(frozen=True)
class MatrixFunction:
    """A function's value at `out` indices, and its differential by its first argument, from that argument's."""

    value: Callable[[Places, Arguments], SumOfProducts]
    differential: Callable[[Places, Arguments, SumOfProducts], SumOfProducts]


def _inverse(out: Places, arguments: Arguments) -> SumOfProducts:
    (argument,) = arguments
    row, column = argument.formals
    return rename(inverse(argument.body, row, column), {row: out[0], column: out[1]})


def _inverse_differential(out: Places, arguments: Arguments, changed: SumOfProducts) -> SumOfProducts:
    (argument,) = arguments
    row, column = argument.formals
    return differentiated_inverse(changed, argument.body, (out[0], out[1]), (row, column))


def _determinant(out: Places, arguments: Arguments) -> SumOfProducts:
    (argument,) = arguments
    row, column = argument.formals
    return determinant(argument.body, row, column)


def _determinant_differential(out: Places, arguments: Arguments, changed: SumOfProducts) -> SumOfProducts:
    (argument,) = arguments
    row, column = argument.formals
    return differentiated_determinant(changed, argument.body, (row, column))


def _power(out: Places, arguments: Arguments) -> SumOfProducts:
    (row, column), body = arguments[0]
    return rename(matrix_power(body, row, column, arguments[1].body), {row: out[0], column: out[1]})


def _power_differential(out: Places, arguments: Arguments, changed: SumOfProducts) -> SumOfProducts:
    matrix, exponent = arguments
    return differentiated_power(changed, matrix, exponent.body, (out[0], out[1]))


FUNCTIONS: Mapping[str, MatrixFunction] = {
    INVERSE: MatrixFunction(_inverse, _inverse_differential),
    DETERMINANT: MatrixFunction(_determinant, _determinant_differential),
    POWER: MatrixFunction(_power, _power_differential),
    MEAN: MatrixFunction(
        lambda out, arguments: expectation(arguments[0].body), lambda out, arguments, changed: expectation(changed)
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
    return function.value(out, arguments)
