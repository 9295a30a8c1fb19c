"""Names and lines of the programs that show counterexamples."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from symbn.explain.numpy_code import Code, broken
from symbn.explain.python_names import Names
from symbn.expr import tree


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


def _symbol(name: str, *shape: tree.Dim) -> tree.Symbol:
    return tree.Symbol(name=name, shape=shape)  # type: ignore[arg-type]


_A, _B, _X = _symbol("A", "n", "n"), _symbol("B", "n", "m"), _symbol("x", "n", 1)
_VALUES = {"A": np.array([[2.0, 1.0], [0.5, 3.0]]), "B": np.arange(6.0).reshape(2, 3), "x": np.array([[1.0], [2.0]])}


@pytest.mark.parametrize(
    ("e", "code", "value"),
    [
        (tree.Inverse(arg=_A, shape=("n", "n")), "np.linalg.inv(A)", [[12 / 22, -4 / 22], [-2 / 22, 8 / 22]]),
        (tree.Determinant(arg=_A, shape=(1, 1)), "np.linalg.det(A)", 5.5),
        (tree.Vec(arg=_B, shape=(tree.DimProduct(("m", "n")), 1)), "np.reshape(B, (-1, 1), order='F')",
         [[0], [3], [1], [4], [2], [5]]),
        (tree.Kronecker(left=_X, right=_X, shape=(tree.DimProduct(("n", "n")), 1)), "np.kron(x, x)",
         [[1], [2], [2], [4]]),
        (tree.Block(cells=(_A, _X), columns=2, shape=("n", tree.DimSum(("n", 1)))), "np.block([[A, x]])",
         [[2, 1, 1], [0.5, 3, 2]]),
        (tree.Ones(shape=(tree.DimProduct(("m", "n")), 1)), "np.ones(((m * n), 1))", np.ones((6, 1))),
    ],
    ids=lambda part: type(part).__name__ if isinstance(part, tree.Expr) else "",
)  # fmt: skip
def test_matrices_are_written_with_numpys_own_functions(e: tree.Expr, code: str, value: object) -> None:
    names = Names()
    names.given |= {name: name for name in _VALUES} | {"size m": "m", "size n": "n"}
    assert Code(names, frozenset(), {}).write(e, {}) == code
    # The code that is compared above says what NumPy is asked for; this says that NumPy means the same by it.
    written = {
        "np.linalg.inv(A)": lambda: np.linalg.inv(_VALUES["A"]),
        "np.linalg.det(A)": lambda: np.linalg.det(_VALUES["A"]),
        "np.reshape(B, (-1, 1), order='F')": lambda: np.reshape(_VALUES["B"], (-1, 1), order="F"),
        "np.kron(x, x)": lambda: np.kron(_VALUES["x"], _VALUES["x"]),
        "np.block([[A, x]])": lambda: np.block([[_VALUES["A"], _VALUES["x"]]]),
        "np.ones(((m * n), 1))": lambda: np.ones(((3 * 2), 1)),
    }[code]()
    np.testing.assert_allclose(written, value)
