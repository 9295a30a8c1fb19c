"""Names and lines of the programs that show counterexamples."""

from __future__ import annotations

import ast

import pytest

from symbn.explain.numpy_code import broken
from symbn.explain.python_names import Names


@pytest.mark.parametrize(
    ("latex", "name"),
    [
        (r"\hat{y}_", "y_hat"),
        (r"\hat y", "y_hat"),
        (r"\widehat{Y}", "Y_widehat"),
        (r"\hat{\beta}", "beta_hat"),
        (r"\Sigma_{y}^{-1}", "Sigma_y_inverse"),
        (r"\mathbf{w}", "w"),
        (r"W^{(1)}", "W_1"),
        (r"\epsilon", "eps"),
        (r"\operatorname{var}@n×1", "var"),
        (r"\lambda", "lambda_"),
        ("sum", "sum_"),
        ("np", "np_2"),
        ("f'", "f_prime"),
        ("2", "eq_2"),
        ("·", "k"),
    ],
)
def test_names_are_those_of_the_note(latex: str, name: str) -> None:
    assert Names().new(latex) == name and name.isidentifier()


def test_two_names_are_never_one() -> None:
    names = Names()
    found = [names.of(name) for name in (r"\mu@n×1", r"\mu@m×1", r"\mu", "mu", "mu_2")]
    assert len(set(found)) == 5
    assert names.of(r"\mu") == found[2]


def test_long_lines_are_broken_before_terms_and_mean_the_same() -> None:
    text = " + ".join(f"a * (b - {k})" for k in range(40))
    lines = broken("x = ", text)
    assert len(lines) > 3 and max(map(len, lines)) <= 100
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(f"x = {text}"))
