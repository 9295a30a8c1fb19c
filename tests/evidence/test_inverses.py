"""Inverses and determinants of rationals, balls and duals: what multiplication says of them, and singular matrices."""

from __future__ import annotations

from itertools import permutations
from math import prod

import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from symbn.evidence.inverses import adjugate, determinant, inverse
from symbn.evidence.matrices import Matrix, multiplied, same, scaled
from symbn.evidence.numeric import Dual, Scalar, Undefined, coefficient, perturb

numbers = st.builds(fmpq, st.integers(-5, 5), st.integers(1, 3))


@st.composite
def duals(draw: st.DrawFn) -> Scalar:
    """A number, perturbed in some directions of two tags, one within the other and on its own."""
    x: Scalar = draw(numbers)
    for tag in draw(st.sampled_from([(), (1,), (2,), (1, 2)])):
        x = x + Dual(tag, 0, {draw(st.integers(0, 1)): draw(numbers)})
    if type(x) is Dual and draw(st.booleans()):
        x = x * perturb(1, 1, 0)
    return x


@st.composite
def matrices(draw: st.DrawFn, count: int = 1) -> tuple[Matrix, ...]:
    n = draw(st.integers(1, 3))
    return tuple([[draw(duals()) for _ in range(n)] for _ in range(n)] for _ in range(count))


def identity(n: int) -> Matrix:
    return [[int(i == j) for j in range(n)] for i in range(n)]


def leibniz(a: Matrix) -> Scalar:
    """Σ over permutations of sign · Π a_{i, p(i)}"""
    total: Scalar = 0
    for p in permutations(range(len(a))):
        sign = prod(-1 for i in range(len(p)) for j in range(i) if p[j] > p[i])
        term: Scalar = sign
        for i, j in enumerate(p):
            term = term * a[i][j]
        total = total + term
    return total


@given(matrices())
def test_a_matrix_times_its_inverse_is_the_identity_in_every_perturbation(draw: tuple[Matrix]) -> None:
    (a,) = draw
    try:
        b = inverse(a)
    except Undefined:
        assert same([[_plain(leibniz(a))]], [[0]])
    else:
        assert same(multiplied(a, b), identity(len(a))) and same(multiplied(b, a), identity(len(a)))
        assert not same(multiplied(a, b), scaled(2, identity(len(a))))


def _plain(x: Scalar) -> Scalar:
    while isinstance(x, Dual):
        x = x.value
    return x


@given(matrices())
def test_a_determinant_is_the_sum_over_permutations_at_singular_matrices_too(draw: tuple[Matrix]) -> None:
    (a,) = draw
    assert same([[determinant(a)]], [[leibniz(a)]])
    singular = [a[0], *a[:-1]] if len(a) > 1 else [[0]]
    assert same([[determinant(singular)]], [[leibniz(singular)]])


@given(matrices())
def test_the_adjugate_times_the_matrix_is_the_determinant(draw: tuple[Matrix]) -> None:
    for a in (draw[0], [[2 * x for x in draw[0][0]], *draw[0][:-1]]):
        assert same(multiplied(a, adjugate(a)), scaled(determinant(a), identity(len(a))))


def test_the_derivative_of_a_determinant_at_a_singular_matrix_is_the_adjugate() -> None:
    a: Matrix = [[1, 2], [2, 4]]
    held = [[perturb(x, 1, 2 * i + j) for j, x in enumerate(row)] for i, row in enumerate(a)]
    assert [coefficient(determinant(held), 1, d) for d in range(4)] == [4, -2, -2, 1]
    with pytest.raises(Undefined) as never:
        inverse(held)
    assert not never.value.straddles


def test_balls_have_inverses_that_enclose_or_none() -> None:
    root = arb(2).sqrt()
    a: Matrix = [[root, 1], [fmpq(1, 3), 2]]
    assert same(multiplied(a, inverse(a)), identity(2)) and same([[determinant(a)]], [[leibniz(a)]])
    b: Matrix = [[root, root], [root * root, 2]]
    with pytest.raises(Undefined) as wide:
        inverse(b)
    assert wide.value.straddles
    held = [[perturb(x, 1, j) for j, x in enumerate(row)] for row in b]
    assert same([[determinant(held)]], [[leibniz(held)]])
