"""What the campaign found, shrunk: each was wrong once."""

from __future__ import annotations

import pytest

import symbn

GIVEN = r"$A \in \mathbb{R}^{n \times n}$, $M \in GL(n)$, $x, y \in \mathbb{R}^{n}$, $a \in \mathbb{R}$"


def verdict(claim: str) -> str:
    return symbn.verify(claim, GIVEN).verdict


@pytest.mark.parametrize(
    "zero", [r"\sum_{i=1}^{n} 0", r"\sum_{i=1}^{n} \sum_{j=1}^{n} 0", "0", r"0^{\odot 2}", "0^2", r"2 \cdot 0"]
)
def test_a_sum_of_zeros_has_the_shape_that_it_needs(zero: str) -> None:
    assert verdict(f"A - A = {zero}") == "proved"
    assert verdict(f"x - x + {zero} = x - x") == "proved"
    assert verdict(f"A - 2 A = {zero}") == "refuted"


@pytest.mark.parametrize(
    ("left", "zero"),
    [
        ("B (A - A)", "B 0"),
        ("(B - B) A", "0 A"),
        ("B (x - x)", "B 0"),
        (r"x^\top (x - y) - x^\top x + x^\top y", r"x^\top 0"),
        ("B (A - A) x", "B 0 x"),
        (r"(B - B) \odot B", r"0 \odot B"),
        ("A - A", "0 + 0"),
        ("A - A", r"\frac{0}{2}"),
    ],
)
def test_a_zero_among_factors_has_the_shape_that_it_needs(left: str, zero: str) -> None:
    given = rf"{GIVEN}, $B \in \mathbb{{R}}^{{p \times n}}$"
    assert symbn.verify(f"{left} = {zero}", given).verdict == "proved"
    assert symbn.verify(f"{zero} = {left}", given).verdict == "proved"
    assert symbn.verify(f"{left} = {zero} + {left}", given).verdict == "proved"


@pytest.mark.parametrize("false", ["B 0 = A", "A 0 = x", "0 x = x", r"0 \odot B = A", r"x^\top 0 = x", "A 0 x = 1"])
def test_a_product_with_a_zero_is_no_other_thing(false: str) -> None:
    assert symbn.verify(false, rf"{GIVEN}, $B \in \mathbb{{R}}^{{p \times n}}$").verdict == "refuted"


@pytest.mark.parametrize(
    ("claim", "expected"),
    [(r"e^{0 x^\top x} = 1", "proved"), (r"e^{0 x^\top x} = 0", "refuted"), (r"\|0 A\|_F = 0", "proved")],
)
def test_a_number_zero_scales_what_is_a_number(claim: str, expected: str) -> None:
    assert verdict(claim) == expected


def test_a_sum_of_ones_is_no_matrix() -> None:
    assert verdict(r"A - A = \sum_{i=1}^{n} 1") == "refuted"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (r"\sum_{t=1}^{n} a", "n a", "proved"),
        (r"\sum_{t=1}^{n} a", "a", "refuted"),
        (r"\sum_{t=1}^{n} \det(M)", r"n \det(M)", "proved"),
        (r"\sum_{t=1}^{n} e_t^\top e_t", "n", "proved"),
        (r"\sum_{t=1}^{n} e_t^\top e_t", "n^2", "refuted"),
    ],
)
def test_a_sum_is_printed_with_the_range_that_its_body_does_not_tell(left: str, right: str, expected: str) -> None:
    found = symbn.verify(f"{left} = {right}", GIVEN, explain=True)
    assert found.verdict == expected
    read = next(line for line in found.understood if line.startswith("read as: "))
    again = read.removeprefix("read as: ").rsplit("   [", 1)[0]
    assert r"\sum_{t=1}^{n}" in again
    assert verdict(again) == expected


def test_a_sum_of_entries_is_printed_without_what_they_tell() -> None:
    found = symbn.verify(r"\sum_{t=1}^{n} x_t y_t = x^\top y", GIVEN, explain=True)
    assert found.verdict == "proved"
    assert any(r"\sum_{t} x_{t} y_{t}" in line for line in found.understood)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"\operatorname{tr}((\mathbf 1_n \mathbf 1_n^\top)^k) = -1", "refuted"),
        (r"(\mathbf 1_n \mathbf 1_n^\top)^k = (\mathbf 1_n \mathbf 1_n^\top)^k", "proved"),
        (r"(\mathbf 1_n \mathbf 1_n^\top)^k = \mathbf 1_n \mathbf 1_n^\top", "refuted"),
    ],
)
def test_a_power_of_a_matrix_of_ones_is_a_power(claim: str, expected: str) -> None:
    assert symbn.verify(claim, rf"{GIVEN}, $k \in \mathbb{{N}}$").verdict == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"\langle A - A, A \rangle = \langle 0, A \rangle", "proved"),
        (r"\langle A, A \rangle = \langle 0, A \rangle", "refuted"),
    ],
)
def test_a_zero_in_an_inner_product_has_the_shape_of_the_other_side(claim: str, expected: str) -> None:
    assert verdict(claim) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("|a + b| = |a| + |b|", "refuted"),
        ("|a| |b| |c| = a b c", "refuted"),
        ("(a^2)^{1/2} (b^2)^{1/2} = a b", "refuted"),
        ("(a^2)^{1/2} (b^2)^{1/2} = |a b|", "proved"),
        (r"\max(a, b) = \frac{a + b + |a - b|}{2}", "proved"),
    ],
)
def test_numbers_of_either_sign_are_tried_together(claim: str, expected: str) -> None:
    assert symbn.verify(claim, r"$a, b, c \in \mathbb{R}$").verdict == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"q(\frac{\exp(\phi(0))}{\mathbf 1_n^\top \exp(\phi(0))}) = q(\frac{1}{n} \mathbf 1_n)", "proved"),
        (r"q(\frac{\exp(\phi(0))}{\mathbf 1_n^\top \exp(\phi(0))}) = q(\mathbf 1_n)", "refuted"),
        (r"q(\phi(0)) = q(\phi(0) \mathbf 1)", "proved"),
        (r"q(\phi(0)) = q(0)", "refuted"),
        (r"W \phi(0) = \phi(0) W \mathbf 1", "proved"),
        (r"W \phi(0) = \phi(0) W x", "refuted"),
        (r"W \exp(a 0) = W \mathbf 1", "proved"),
        (r"W \exp(0) = x", "refuted"),
        (r"\phi(0) x = \phi(0) \mathbf 1^\top x", "refuted"),
        (r"x^\top x - x^\top x = x \cdot 0", "proved"),
        (r"x^\top x = x \cdot 0", "refuted"),
        (r"x - x = x \cdot 0", "proved"),
        (r"a - a = x \cdot \operatorname{diag}(0)", "proved"),
        (r"a = 0 \cdot x", "refuted"),
    ],
)
def test_the_zero_that_a_function_acts_on_has_the_shape_that_it_needs(claim: str, expected: str) -> None:
    given = r"$n, m \in \mathbb{N}$, $a \in \mathbb{R}$, $x \in \mathbb{R}^{n}$, $W \in \mathbb{R}^{m \times n}$, "
    given += r"$\phi : \mathbb{R} \to \mathbb{R}$, $q : \mathbb{R}^{n} \to \mathbb{R}$"
    assert symbn.verify(claim, given).verdict == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("B - B = 0^r", "proved"),
        ("B = 0^r", "refuted"),
        ("B - B = 0^{r + 1}", "proved"),
        ("B - B = 0^{r - 1}", "refuted"),  # 0^0 = 1 where r = 1
        ("0^r = 0", "proved"),
    ],
)
def test_a_power_of_zero_is_the_zero_of_a_shape_where_its_exponent_is_positive(claim: str, expected: str) -> None:
    assert symbn.verify(claim, r"$r, n \in \mathbb{N}$, $B \in \mathbb{R}^{n \times n}$").verdict == expected
