"""What a sign in a product stands between: the same whatever its factors are, or symbn asks."""

from __future__ import annotations

import pytest

import symbn

GIVEN = r"""
$W \in \mathbb{R}^{m \times n}$, $z \in \mathbb{R}^n$, $\phi : \mathbb{R} \to \mathbb{R}$,
$F : \mathbb{R}^m \to \mathbb{R}$, $a = \phi(z)$, $y = W a$, $r = F(y)$, $V \in \mathbb{R}^{n \times n}$,
$G : \mathbb{R}^n \to \mathbb{R}$, $q = V a$, $s = G(q)$, $b = \phi(q)$, $t = G(b)$,
$u, v, x \in \mathbb{R}^n$, $c \in \mathbb{R}$
"""


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"\nabla_z r = W^\top \nabla_y r \odot \phi'(z)", "proved"),
        (r"\nabla_z r = \phi'(z) \odot W^\top \nabla_y r", "proved"),
        (r"\nabla_z r = W^\top (\nabla_y r \odot \phi'(y))", "refuted"),
        (r"\nabla_z r = W^\top \nabla_y r \odot \phi'(y)", "error"),
        (r"\nabla_z s = V^\top \nabla_q s \odot \phi'(z)", "proved"),
        (r"\nabla_a t = V^\top \nabla_b t \odot \phi'(q)", "refuted"),
        (r"\nabla_a t = V^\top (\nabla_b t \odot \phi'(q))", "proved"),
        (r"\nabla_x c \, x^\top x = 2 c x", "proved"),
        (r"2 \nabla_x x^\top x \cdot c = 4 c x", "proved"),
    ],
)
def test_a_gradient_is_a_factor_like_any_other(claim: str, expected: str) -> None:
    assert symbn.verify(claim, GIVEN).verdict == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"x^\top V x / x^\top x = \frac{x^\top V x}{x^\top x}", "proved"),
        (r"x^\top V x / x^\top x = x^\top V x", "refuted"),
        (r"x x^\top / x^\top x = \frac{1}{x^\top x} x x^\top", "proved"),
        (r"u^\top v / \|u\| \|v\| = \frac{u^\top v}{\|u\| \|v\|}", "error"),
        (r"u^\top v / (\|u\| \|v\|) = \frac{u^\top v}{\|u\| \|v\|}", "proved"),
        (r"1/2 x^\top x = \frac12 x^\top x", "proved"),
        (r"1/2 x^\top x = \frac{1}{2 x^\top x}", "refuted"),
    ],
)
def test_a_product_is_divided_by_what_can_divide_it(claim: str, expected: str) -> None:
    assert symbn.verify(claim, GIVEN).verdict == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"\sum_{i=1}^n u_i + v_i = \sum_{i=1}^n v_i + u_i", "error"),
        (r"\sum_{i=1}^n (u_i + v_i) = \sum_{i=1}^n u_i + \sum_{i=1}^n v_i", "proved"),
        (r"\sum_{j=1}^n V_{ij} u_j + v_i = (V u + v)_i", "proved"),
        (r"\sum_{j=1}^n V_{ij} u_j + v_j = (V u + v)_i", "error"),
        (r"v_i + \sum_{i=1}^n u_i = \mathbf 1_n^\top u + v_i", "proved"),
        (r"(\sum_{i=1}^n u_i) + v_i = \mathbf 1_n^\top u + v_i", "proved"),
    ],
)
def test_a_sum_whose_index_stands_behind_it_is_asked_about(claim: str, expected: str) -> None:
    assert symbn.verify(claim, GIVEN).verdict == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"u \cdot V v = u^\top V v", "proved"),
        (r"u \cdot V v = v^\top V u", "refuted"),
        (r"V u \cdot v = u^\top V^\top v", "proved"),
        (r"u^\top v \odot x = 0", "error"),
        (r"u^\top (v \odot x) = x^\top (u \odot v)", "proved"),
        (r"V u \odot v = v \odot (V u)", "proved"),
        (r"V u \odot v = V (u \odot v)", "refuted"),
    ],
)
def test_a_dot_stands_between_products(claim: str, expected: str) -> None:
    assert symbn.verify(claim, GIVEN).verdict == expected
