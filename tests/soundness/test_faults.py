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
        (r"\phi''(W (x - x)) = \phi''(0)", "proved"),
        (r"\phi''(W - W) = \phi''(0)", "proved"),
        (r"\phi''(W) = \phi''(0)", "refuted"),
        (r"L(\phi((\nabla^2_x 2) W^\top)^\top) = L(\phi(0))", "proved"),
        (r"L(\phi(W)) = L(\phi(0))", "refuted"),
        (r"(\nabla^2_x 1)_{kk} = 0_{kk}", "proved"),
        (r"(x x^\top)_{kl} = 0_{kl}", "refuted"),
        (r"(x - x)_k = (0^{\odot 2})_k", "proved"),
        (r"\operatorname{softmax}(0) = \frac1n \mathbf 1_n", "proved"),
        (r"\operatorname{softmax}(0) = \mathbf 1_n", "refuted"),
        (r"\max(0, x) = \max(0, x^\top x)", "refuted"),
    ],
)
def test_the_zero_that_a_function_acts_on_has_the_shape_that_it_needs(claim: str, expected: str) -> None:
    given = r"$n, m \in \mathbb{N}$, $a \in \mathbb{R}$, $x \in \mathbb{R}^{n}$, $W \in \mathbb{R}^{m \times n}$, "
    given += r"$\phi : \mathbb{R} \to \mathbb{R}$, $q : \mathbb{R}^{n} \to \mathbb{R}$, "
    given += r"$L : \mathbb{R}^{m \times n} \to \mathbb{R}$"
    assert symbn.verify(claim, given).verdict == expected


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (r"x^\top \phi(A - A) = x^\top \phi(0)", "E259"),
        (r"\mathbf 1^\top \phi(x - x) = \mathbf 1^\top \phi(0)", "E259"),
        (r"(A - A) \otimes A = 0 \otimes A", "E258"),
        (r"\phi(x^\top - x^\top) = \phi(0)", "E258"),
        (r"\sum_k (A - A)_{kl} = \sum_k 0_{kl}", "E258"),
    ],
)
def test_what_depends_on_the_shape_of_a_zero_is_asked(claim: str, code: str) -> None:
    given = r"$A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^{n}$, $\phi : \mathbb{R} \to \mathbb{R}$"
    report = symbn.verify(claim, given)
    assert [diagnostic.code for diagnostic in report.diagnostics] == [code]


@pytest.mark.parametrize(
    "claim",
    [
        r"q(e_s + e_s) = q(2 e_s)",
        r"q(e_s + e_s) x_s = q(I_n (e_s + e_s)) x_s = q(e_s + e_s) x_s",
    ],
)
def test_a_unit_vector_takes_its_size_from_the_function_that_is_defined_for_it(claim: str) -> None:
    given = r"$A \in \mathbb{R}^{n \times n}$, $a \in \mathbb{R}$, $x \in \mathbb{R}^n$, $q(h) := 2 h^\top A h + a$"
    assert symbn.verify(claim, given).verdict == "proved"


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


@pytest.mark.parametrize(
    "more", ["", r", $\Omega \in \mathbb{R}^{p \times m}$", r", $\Omega, V \in O(n)$", r", $B \in GL(n)$"]
)
@pytest.mark.parametrize("name", ["U", "Q", "R", r"\Omega_0", "Z", "a_0"])
def test_the_inverse_of_an_orthogonal_matrix_is_its_transpose_under_any_name(name: str, more: str) -> None:
    given = rf"$A \in \mathbb{{R}}^{{n \times n}}$, $x \in \mathbb{{R}}^n$, ${name} \in O(n)$" + more
    turned, inverse = (rf"\operatorname{{tr}}({name}^{{{power}}})^2" for power in (r"\top", "-1"))
    claim = rf"\frac{{A^\top}}{{1 + {turned}}} x = \frac{{A^\top}}{{1 + {inverse}}} x"
    limits = symbn.Limits(seconds=5.0, terms=20_000)
    assert symbn.verify(claim, given, limits=limits).verdict == "proved"


def test_a_unit_vector_takes_no_size_from_a_function_of_numbers() -> None:
    given = r"$x \in \mathbb{R}^n$, $g(t) := 2 \exp(t)$"
    assert symbn.verify(r"x^\top g(e_s) = 2 x^\top \exp(e_s)", given).verdict in ("proved", "error")
    assert symbn.verify(r"g(e_s) = 2 \exp(e_s)", given).verdict == "error"
