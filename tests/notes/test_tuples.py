"""A list in parentheses is a column where it is transposed, and asked about where it could be two things."""

from __future__ import annotations

import pytest

from symbn import verify

GIVEN = r"$a, b, c \in \mathbb{R}$, $x, y \in \mathbb{R}^n$, $A \in \mathbb{R}^{m \times n}$"


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        (r"(x_1, \ldots, x_n)^\top", "x", "-x"),
        (r"(x_1, x_2, \dots, x_n)^T", "x", "2 x"),
        (r"A (x_1, \ldots, x_n)^\top", "A x", "-A x"),
        (r"\|(a, b, c)^\top\|^2", "a^2 + b^2 + c^2", "a^2 + b^2 - c^2"),
        (r"(a, b)^\top", r"\begin{pmatrix} a \\ b \end{pmatrix}", r"\begin{pmatrix} b \\ a \end{pmatrix}"),
        (r"(x^\top, y^\top)^\top", r"\begin{pmatrix} x \\ y \end{pmatrix}", r"\begin{pmatrix} y \\ x \end{pmatrix}"),
        (r"y^\top (x_1, \ldots, x_n)^{\mathsf T}", r"x^\top y", r"2 x^\top y"),
    ],
)
def test_a_transposed_list_is_a_column(left: str, right: str, wrong: str) -> None:
    assert verify(f"{left} = {right}", GIVEN).verdict == "proved"
    assert verify(f"{left} = {wrong}", GIVEN).verdict == "refuted"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (r"(x, y)^\top", "E235"),
        (r"(x_1, \ldots, x_n)", "E103"),
        ("(a, b, c)", "E103"),
        ("(a, b)^{-1}", "E103"),
        (r"(x_n, \ldots, x_1)^\top", "E152"),
    ],
)
def test_a_list_that_can_be_something_else_is_asked_about(asked: str, code: str) -> None:
    decision = verify(f"{asked} = x", GIVEN)
    assert decision.verdict == "error" and [d.code for d in decision.diagnostics] == [code]


def test_a_shifted_index_is_told_as_one() -> None:
    decision = verify(r"x_{i+1} = x_i", GIVEN)
    assert [d.code for d in decision.diagnostics] == ["E122"] and "shifted" in (decision.diagnostics[0].help or "")


def test_the_arguments_of_a_function_are_no_list() -> None:
    given = GIVEN + r", $f : \mathbb{R}^n \times \mathbb{R}^n \to \mathbb{R}$"
    assert verify(r"f(x, y)^\top = f(x, y)", given).verdict == "proved"
    assert verify(r"f(x, y)^\top = f(y, x)", given).verdict == "refuted"
