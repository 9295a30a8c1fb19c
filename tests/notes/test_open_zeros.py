"""How many readings of its zeros an equation has: few, however many zeros stand in it."""

from __future__ import annotations

import pytest

from symbn.notes.open_zeros import possible_zeros
from symbn.notes.syntax import Matrix, Numeral, Sequence, Syntax
from symbn.source import Span


def zeros(count: int) -> tuple[Syntax, ...]:
    return tuple(Numeral("0", Span(k, k + 1)) for k in range(count))


@pytest.mark.parametrize(("count", "most"), [(0, 0), (1, 2), (2, 8), (3, 26), (5, 12), (12, 26), (13, 2), (600, 2)])
def test_the_readings_of_many_zeros_are_few(count: int, most: int) -> None:
    assert len(list(possible_zeros([Sequence(zeros(count), Span(0, 600))]))) == most


def test_a_block_of_a_matrix_takes_its_shape_from_the_others() -> None:
    matrix = Matrix((zeros(4), zeros(4)), Span(0, 8))
    assert not list(possible_zeros([matrix]))
