"""x_1 is an entry of x unless it is declared as a part of its own; what holds of numbers is not proved of blocks."""

from __future__ import annotations

import pytest

from tests.notes.verdicts import verdicts_of

GIVEN = r"Let $x, y \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$, $P \in \mathbb{R}^{2 \times 2}$. "
BLOCKS = r"""$A_{11} \in \mathbb{R}^{p \times p}$, $A_{12} \in \mathbb{R}^{p \times q}$,
$A_{21} \in \mathbb{R}^{q \times p}$, $A_{22} \in \mathbb{R}^{q \times q}$. """


def verdicts(text: str) -> list[str]:
    return verdicts_of(GIVEN + text)


def matrix(*cells: str) -> str:
    a, b, c, d = cells
    return rf"\begin{{pmatrix}} {a} & {b} \\ {c} & {d} \end{{pmatrix}}"


TURNED = [part + r"^\top" for part in ("A_{11}", "A_{21}", "A_{12}", "A_{22}")]
WHOLE = matrix("A_{11}", "A_{12}", "A_{21}", "A_{22}")


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"x_1 x_2^\top = x_2 x_1^\top", "refuted"),
        (r"\|x - x_1\|^2 = \|x\|^2 - 2 x^\top x_1 + \|x_1\|^2", "proved"),
        (r"x_1^\top x_1 = x_1 x_1^\top", "refuted"),
        (r"x_0^\top x_1 = x_1^\top x_0", "proved"),
    ],
)
def test_a_part_that_is_declared_is_a_name(claim: str, expected: str) -> None:
    assert verdicts(rf"Samples $x_0, x_1, x_2 \in \mathbb{{R}}^n$: ${claim}$") == [expected]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (rf"{WHOLE}^\top = {matrix('A_{11}', 'A_{21}', 'A_{12}', 'A_{22}')}", "refuted"),
        (
            rf"{WHOLE}^\top = {matrix(*TURNED)}",
            "proved",
        ),
        (rf"\det {WHOLE} = \det(A_{{11}}) \det(A_{{22}}) - \det(A_{{12}}) \det(A_{{21}})", "refuted"),
    ],
)
def test_blocks_that_are_declared_are_blocks(claim: str, expected: str) -> None:
    assert verdicts(f"{BLOCKS}${claim}$") == [expected]


@pytest.mark.parametrize(
    "claim",
    [
        r"x_1 x_2^\top = x_2 x_1^\top",
        rf"\det {WHOLE} = A_{{11}} A_{{22}} - A_{{12}} A_{{21}}",
        rf"A = {WHOLE}",
        r"\det(A_{11}) = A_{11}",
        r"\operatorname{tr} A_{11} = A_{11}",
        r"\begin{pmatrix} x_1 \\ x_2 \end{pmatrix} = x",
        r"(x_1 - x_2)(x_1 - x_2)^\top = (x_1 - x_2)^\top (x_1 - x_2)",
        r"\|x_1 - 2 x_2\|_1 = \|x_1 - 2 x_2\|_2",
        r"\|x_k\|^2 = x_k^2",
        r"x + y_1 = y_1 + x",
    ],
)
def test_what_may_be_a_block_is_asked_about(claim: str) -> None:
    assert verdicts(f"${claim}$") == ["error"]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"x_1 y_1 = y_1 x_1", "proved"),
        (r"|x_1|^2 = x_1^2", "proved"),
        (r"(x_1 x)^\top = x_1 x^\top", "proved"),
        (r"(x^\top y)^\top = y^\top x", "proved"),
        (r"A_{11} A_{12} = A_{12} A_{11}", "proved"),
        (r"A_{11} = A_{22}", "refuted"),
        (rf"P = {WHOLE.replace('A', 'P')}", "proved"),
        (r"\det P = P_{11} P_{22} - P_{12} P_{21}", "proved"),
        (r"x_1 \in \mathbb{R}", "proved"),
    ],
)
def test_an_entry_is_a_number(claim: str, expected: str) -> None:
    assert verdicts(f"${claim}$") == [expected]


def test_of_what_was_written_in_blocks_an_entry_is_asked_about() -> None:
    assert verdicts(rf"$A_{{12}} = A_{{12}}$, $A = {WHOLE}$, $A_{{12}} = A_{{12}}$") == ["proved", "error", "error"]


@pytest.mark.parametrize("claim", [r"f^{-1}(a) f(a) = 1", r"f^{-1}(f(a)) = a", r"g^{-1}(a) = 2"])
def test_the_inverse_of_a_function_is_asked_about(claim: str) -> None:
    given = r"$f : \mathbb{R} \to \mathbb{R}$, $a \in \mathbb{R}$, $g(z) := 2 z$: "
    assert verdicts(f"{given}${claim}$")[-1] == "error"
