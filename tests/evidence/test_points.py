"""Drawn values satisfy what was declared of them, exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from symbn.evidence.functions import Hashing, Polynomial, describe, polynomial
from symbn.evidence.matrices import Matrix, multiplied
from symbn.evidence.numeric import coefficient, perturb, real
from symbn.evidence.points import Point, Style, draw_matrix, mirror_image
from symbn.expr.context import Context, Sign, Structure, SymbolDeclaration

draws = st.tuples(st.integers(1, 4), st.sampled_from(Style), st.integers(0, 10**6))


def drawn(structure: Structure, n: int, style: Style, seed: int) -> Matrix:
    return draw_matrix(SymbolDeclaration("A", ("n", "n"), "real", structure), n, n, style, Hashing(seed))


def transposed(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a, strict=True)]


def determinant(a: Matrix) -> fmpq:
    """Laplace expansion by the first row."""
    total = fmpq(int(not a))
    for j, x in enumerate(a[0] if a else []):
        assert isinstance(x, (int, fmpq))
        total = total + (-1) ** j * x * determinant([row[:j] + row[j + 1 :] for row in a[1:]])
    return total


@given(draws)
def test_orthogonal_means_that_the_transpose_is_the_inverse(draw: tuple[int, Style, int]) -> None:
    n, _, _ = draw
    q = drawn("orthogonal", *draw)
    assert multiplied(transposed(q), q) == [[int(i == j) for j in range(n)] for i in range(n)]


@given(draws)
def test_symmetric_means_equal_to_the_transpose(draw: tuple[int, Style, int]) -> None:
    a = drawn("symmetric", *draw)
    assert a == transposed(a)


@given(draws)
def test_positive_definite_means_symmetric_with_positive_leading_minors(draw: tuple[int, Style, int]) -> None:
    n, _, _ = draw
    a = drawn("positive definite", *draw)
    assert a == transposed(a)
    assert all(determinant([row[:k] for row in a[:k]]) > 0 for k in range(1, n + 1))


@given(draws)
def test_invertible_means_a_determinant_that_is_not_0(draw: tuple[int, Style, int]) -> None:
    assert determinant(drawn("invertible", *draw)) != 0


@pytest.mark.parametrize("structure", get_args(Structure))
@given(draws)
def test_a_mirror_image_is_of_the_same_structure_and_another_matrix(
    structure: Structure, draw: tuple[int, Style, int]
) -> None:
    declaration = SymbolDeclaration("A", ("n", "n"), "real", structure)
    a = drawn(structure, *draw)
    image = mirror_image(declaration, a)
    if structure in ("symmetric", "positive definite"):
        assert image == transposed(image)
    if structure == "positive definite":
        assert multiplied(a, image) == [[int(i == j) for j in range(len(a))] for i in range(len(a))]
        assert determinant(a) >= 1
    if structure == "invertible":
        assert determinant(image) != 0
    is_its_own = not any(x for row in a for x in row) or (structure == "positive definite" and determinant(a) == 1)
    assert (image == a) == (structure == "orthogonal" or is_its_own)


@pytest.mark.parametrize("sign", get_args(Sign))
@given(st.sampled_from(Style), st.integers(0, 10**6))
def test_a_mirror_image_has_the_declared_sign_and_what_is_positive_is_on_the_other_side_of_1(
    sign: Sign, style: Style, seed: int
) -> None:
    declaration = SymbolDeclaration("A", ("n", "m"), sign)
    value = draw_matrix(declaration, 2, 3, style, Hashing(seed))
    for row, mirrored in zip(value, mirror_image(declaration, value), strict=True):
        for x, y in zip(row, mirrored, strict=True):
            assert HOLDS[sign](y) and isinstance(x, int | fmpq) and isinstance(y, int | fmpq)
            if sign in ("positive", "negative"):
                assert (abs(x) < 1) == (abs(y) > 1)
            elif sign in ("real", "nonzero"):
                assert y == -x


def test_general_draws_are_none_of_these() -> None:
    """The false twin: a general matrix is not symmetric, orthogonal or always invertible by accident."""
    general = [drawn("general", 2, Style.TINY, seed) for seed in range(40)]
    assert any(a != transposed(a) for a in general)
    assert any(determinant(a) == 0 for a in general)


HOLDS: dict[str, Callable[[Any], bool]] = {
    "real": lambda x: True,
    "positive": lambda x: x > 0,
    "nonnegative": lambda x: x >= 0,
    "negative": lambda x: x < 0,
    "nonpositive": lambda x: x <= 0,
    "nonzero": lambda x: x != 0,
}


@pytest.mark.parametrize("sign", get_args(Sign))
@given(st.sampled_from(Style), st.integers(0, 10**6))
def test_signs_are_respected(sign: Sign, style: Style, seed: int) -> None:
    value = draw_matrix(SymbolDeclaration("A", ("n", "m"), sign), 2, 3, style, Hashing(seed))
    assert all(HOLDS[sign](x) for row in value for x in row)


def test_real_draws_take_both_signs() -> None:
    values = [x for seed in range(9) for row in draw_matrix(None, 2, 3, Style.SMALL, Hashing(seed)) for x in row]
    assert any(real(x) > 0 for x in values) and any(real(x) < 0 for x in values)


def test_the_same_seed_gives_the_same_values_in_any_order() -> None:
    first, second = Point(Context(), 5, Style.SMALL), Point(Context(), 5, Style.SMALL)
    a, b = first.symbol("A", 2, 3), first.symbol("B", 2, 3)
    assert (second.symbol("B", 2, 3), second.symbol("A", 2, 3)) == (b, a)
    assert a != b


@given(st.integers(1, 6), st.integers(0, 3), st.booleans(), st.integers(0, 99))
def test_partials_of_a_polynomial_agree_with_its_duals(arity: int, output: int, plain: bool, seed: int) -> None:
    """∂_k p by formula, by a perturbation, and by the exact difference quotient of a cubic."""
    p = polynomial(seed, "f", output, arity, plain)
    x = [fmpq(k + 2, 3) for k in range(arity)]
    h = fmpq(1, 5)
    for k in range(arity):
        at = [[*x[:k], x[k] + s * h, *x[k + 1 :]] for s in (-2, -1, 1, 2)]
        u, v, w, z = (real(p(point)) for point in at)
        exact = (u - 8 * v + 8 * w - z) / (12 * h)
        assert p.partial(k)(x) == exact
        assert coefficient(p([*x[:k], perturb(x[k], 1, 0), *x[k + 1 :]]), 1, 0) == exact


@given(st.integers(2, 6), st.integers(0, 99))
def test_a_generic_function_has_a_hessian_that_is_not_diagonal_and_outputs_that_differ(arity: int, seed: int) -> None:
    p, q = polynomial(seed, "f", 0, arity), polynomial(seed, "f", 1, arity)
    x = [fmpq(2 * k + 1, 7) for k in range(arity)]
    assert p.partial(0).partial(1).terms
    assert p(x) != q(x) and p.terms != q.terms


def test_a_function_is_described_by_its_entries() -> None:
    p = Polynomial({(0, 0): 1, (1, 2): -2, (): 3})
    assert describe("L", [(2, 2)], [p]) == "L(Z) = Z_{11}^2 - 2 Z_{12} Z_{21} + 3"
    assert describe(r"\phi", [(1, 1)], [Polynomial({(0,): -1})]) == r"\phi(x) = -x"
