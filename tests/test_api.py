"""The library: claims and derivatives of SymPy expressions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

import symbn
from symbn import (
    Jacobian,
    Note,
    NoteError,
    ShapeError,
    UnknownFunction,
    from_sympy,
    gradient,
    jacobian,
    prove,
    sympy_sides,
)

NOTE = Path(__file__).parents[1] / "derivations" / "batchnorm.md"
m, n, p = sp.symbols("m n p", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True)
eps, a = sp.Symbol("epsilon", positive=True), sp.Symbol("a")
y, x = sp.MatrixSymbol("y", n, 1), sp.MatrixSymbol("x", n, 1)
A, B, X = sp.MatrixSymbol("A", m, n), sp.MatrixSymbol("B", n, m), sp.MatrixSymbol("X", m, n)
S, T = sp.MatrixSymbol("S", n, n), sp.MatrixSymbol("T", n, n)
C = sp.Identity(n) - sp.OneMatrix(n, n) / n
VARIANCE = (y.T * C * y)[0, 0] / (n - 1)
BATCH_NORM = C * y / sp.sqrt(VARIANCE + eps)


# Proofs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (C * C, C),
        (C.T, C),
        (C * sp.OneMatrix(n, 1), sp.ZeroMatrix(n, 1)),
        (C * sp.OneMatrix(n, 1), 0),
        (sp.Trace(A * B), sp.Trace(B * A)),
        (sp.Trace(C), n - 1),
        ((x + y).T * (x + y), x.T * x + 2 * x.T * y + y.T * y),
        (sp.sqrt((x.T * x)[0, 0]) ** 2, (x.T * x)[0, 0]),
        (A[i, :] * B[:, j], (A * B)[i, j]),
        ((a + 1) ** 2, a**2 + 2 * a + 1),
        ((n + 1) ** 2, n**2 + 2 * n + 1),
    ],
    ids=str,
)
def test_proved(left: Any, right: Any) -> None:
    decision = prove(left, right)
    assert decision and decision.verdict == "proved" and decision.counterexample is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (C * C, 2 * C),
        (S * T, T * S),
        (sp.Trace(S * T), sp.Trace(S) * sp.Trace(T)),
        (sp.Trace(C), n),
        ((x + y).T * (x + y), x.T * x + y.T * y),
        (S[i, j], S[j, i]),
        (sp.sqrt(a**2), a),
        (n + 1, m),
    ],
    ids=str,
)
def test_refuted(left: Any, right: Any) -> None:
    decision = prove(left, right)
    assert not decision and decision.verdict == "refuted"
    assert decision.counterexample is not None and decision.counterexample.left != decision.counterexample.right


def test_two_sides_of_two_shapes_are_refuted() -> None:
    decision = prove(A * B, B * A)
    assert decision.verdict == "refuted" and "m×m" in decision.message and "n×n" in decision.message


def test_what_is_not_decided_is_undecided() -> None:
    assert prove(sp.sin(2 * a), 2 * sp.sin(a) * sp.cos(a)).verdict == "undecided"


def test_agreement_at_small_sizes_proves_nothing() -> None:
    # e₄(S) = 0 holds for n ≤ 3 only.
    t = [sp.Trace(S), sp.Trace(S * S), sp.Trace(S * S * S), sp.Trace(S * S * S * S)]
    e4 = t[0] ** 4 - 6 * t[0] ** 2 * t[1] + 3 * t[1] ** 2 + 8 * t[0] * t[2] - 6 * t[3]
    assert prove(e4, 0).verdict == "refuted"


def test_conditions_are_listed() -> None:
    assert prove((a + n - 1) / (n - 1), 1 + a / (n - 1)).conditions == (r"n \ne 1",)
    assert prove((a + n - 1) / (n - 1), 1 + a / (n - 1), n >= 2).conditions == ()


@pytest.mark.parametrize(
    "assumptions",
    [
        sp.Q.symmetric(S),
        [sp.Q.positive_definite(S)],
        sp.And(sp.Q.symmetric(S), sp.Q.positive(a)),
        (n > 2, sp.Q.symmetric(S)),
    ],
    ids=str,
)
def test_assumptions_are_used(assumptions: Any) -> None:
    assert prove(S * x, S.T * x, assumptions)
    assert not prove(S * x, S.T * x)


def test_signs_are_used() -> None:
    assert prove(sp.sqrt(a**2), a, a > 0)
    assert prove(sp.sqrt(a**2), a, sp.Q.positive(a))
    assert not prove(sp.sqrt(a**2), a, a < 0)


@pytest.mark.parametrize("odd", [sp.Q.unitary(S), sp.Q.even(a), a > 1, sp.Eq(a, 1), a < -1])
def test_assumptions_that_cannot_be_used_raise(odd: Any) -> None:
    with pytest.raises(NoteError):
        prove(a * S, S * a, odd)


@pytest.mark.parametrize("ill", [A + B, A * A, C * C + A])
def test_ill_shaped_sides_raise(ill: Any) -> None:
    with pytest.raises(ShapeError):
        prove(ill, A)


def test_one_name_is_one_thing() -> None:
    with pytest.raises(NoteError):
        prove(sp.Symbol("a", real=True), sp.Symbol("a"))
    with pytest.raises(ShapeError):
        prove(S, sp.MatrixSymbol("S", m, m))


# Derivatives ----------------------------------------------------------------------------------------------


def test_the_rank_one_term_is_there() -> None:
    found = jacobian(BATCH_NORM, y)
    s = sp.sqrt(VARIANCE + eps)
    normalised = C * y / s
    assert prove(found, (C - normalised * normalised.T / (n - 1)) / s)
    # What SymPy 1.14 answers: the same without the rank-one term.
    assert prove(found, C / s).verdict == "refuted"


def explicit(e: Any, sizes: dict[Any, int], values: dict[str, Any]) -> Any:
    """An expression at explicit sizes, with explicit matrices for its symbols."""
    e = e.subs(sizes).subs({sp.MatrixSymbol(name, *value.shape): value for name, value in values.items()})
    e = e.replace(lambda part: isinstance(part, sp.OneMatrix | sp.Identity), lambda part: part.as_explicit()).doit()
    return e.as_explicit() if hasattr(e, "as_explicit") else e


def entries(name: str, rows: int, columns: int) -> Any:
    return sp.ImmutableMatrix(rows, columns, lambda i, j: sp.Symbol(f"{name}{i}{j}", positive=True))


def vanishes(e: Any) -> bool:
    """Whether a matrix is 0 at rational points, exactly where that simplifies, else to 30 digits."""
    symbols = sorted(e.free_symbols, key=str)
    for shift in (3, 8):
        at = {s: sp.Rational(1 + (shift * q * q) % 7, 2 + q % 5) for q, s in enumerate(symbols)}
        if any(abs(sp.N(value.subs(at), 40)) > sp.Float("1e-30") for value in e):
            return False
    return True


PHI = sp.Function("phi")
SOFTMAX = (S * x).applyfunc(sp.exp)
JACOBIANS = [
    BATCH_NORM,
    S * x,
    S.T * x + 3 * x,
    sp.HadamardProduct(x, S * x),
    sp.HadamardPower(x, 3),
    x / sp.sqrt((x.T * x)[0, 0]),
    (S * x).applyfunc(sp.tanh),
    SOFTMAX / (sp.OneMatrix(1, n) * SOFTMAX)[0, 0],
    sp.DiagMatrix(S * x) * x,
    (x.T * S * x)[0, 0] * x,
    S * x / (1 + sp.Trace(x.T * T * x)) ** 2,
    sp.log(sp.Sum(sp.exp(x[i, 0]), (i, 0, n - 1))) * x,
]


@pytest.mark.parametrize("e", JACOBIANS, ids=str)
def test_jacobians_agree_with_sympys_derivatives_by_entries(e: Any) -> None:
    by = y if e is BATCH_NORM else x
    found = jacobian(e, by)
    values = {"x": entries("x", 3, 1), "y": entries("y", 3, 1), "S": entries("s", 3, 3), "T": entries("t", 3, 3)}
    column = sp.Matrix(values[by.name])
    value = sp.Matrix(explicit(e, {n: 3}, values))
    assert vanishes(value.jacobian(column) - explicit(found, {n: 3}, values))


GRADIENTS = [
    sp.Trace(A * X.T),
    sp.Trace(X.T * X),
    sp.Trace(X * S * X.T),
    sp.Trace(X * X.T * X * X.T),
    (x.T * X.T * X * y)[0, 0],
    sp.sqrt(sp.Trace(X.T * X) + 1),
    sp.Trace((X * x - A * y).T * (X * x - A * y)),
    sp.Sum(sp.exp(X[i, j] * A[i, j]), (i, 0, m - 1), (j, 0, n - 1)),
    sp.log((sp.OneMatrix(1, m) * X.applyfunc(sp.exp) * sp.OneMatrix(n, 1))[0, 0]),
    sp.Sum(X[i, j] * X[i, k] * A[i, j] * S[j, k], (i, 0, m - 1), (j, 0, n - 1), (k, 0, n - 1)),
    X[1, 0] ** 2 * X[0, n - 1],
]


@pytest.mark.parametrize("e", GRADIENTS, ids=str)
def test_gradients_agree_with_sympys_derivatives_by_entries(e: Any) -> None:
    found = gradient(e, X)
    sizes = {m: 2, n: 3}
    values = {
        "X": entries("x", 2, 3), "A": entries("a", 2, 3), "S": entries("s", 3, 3),
        "x": entries("u", 3, 1), "y": entries("v", 3, 1),
    }  # fmt: skip
    value = explicit(e, sizes, values)
    exact = values["X"].applyfunc(lambda entry: sp.diff(value, entry))
    assert vanishes(exact - explicit(found, sizes, values))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda: jacobian(S * x, x), S),
        (lambda: jacobian(x.T * S * x, x), x.T * (S + S.T)),
        (lambda: gradient((S * x - y).T * (S * x - y), x), 2 * S.T * (S * x - y)),
        (lambda: gradient(sp.Trace(A * B), A), B.T),
        (lambda: jacobian(a * x, a), x),
        (lambda: gradient(a**3, a), 3 * a**2),
        (lambda: jacobian(x, y), sp.ZeroMatrix(n, n)),
    ],
)
def test_simple_derivatives_look_simple(found: Any, expected: Any) -> None:
    assert found() == expected


def test_a_result_holds_the_callers_own_symbols() -> None:
    plain, size = sp.Symbol("c"), sp.Symbol("q")
    v = sp.MatrixSymbol("v", size, 1)
    found = jacobian(plain * size * sp.HadamardProduct(v, v), v)
    assert found.free_symbols == {plain, size, v}


def test_unknown_functions() -> None:
    f, g, loss = UnknownFunction("f", m), UnknownFunction("g", p), UnknownFunction("L")
    chain = jacobian(g(f(x)), x)
    assert prove(chain, Jacobian(g(f(x)), f(x)) * Jacobian(f(x), x))
    hessian = jacobian(gradient(loss(x), x), x)
    assert prove(hessian, hessian.T)
    assert prove(jacobian(x.applyfunc(PHI), x), Jacobian(x.applyfunc(PHI), x))
    pair = sp.Function("q")(a, a**2)
    assert prove(jacobian(pair, a), Jacobian(pair, a))
    second = jacobian(gradient(loss(S * x), x), x)
    assert prove(second, Jacobian(gradient(loss(S * x), x), x))


@pytest.mark.parametrize(
    ("derivative", "e", "by"),
    [(jacobian, X, x), (jacobian, x, X), (gradient, x, x), (gradient, x, X), (jacobian, S * x, 2 * x)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_derivatives_that_are_no_matrix_raise(derivative: Any, e: Any, by: Any) -> None:
    with pytest.raises(NoteError):
        derivative(e, by)


# Notes ----------------------------------------------------------------------------------------------------


def test_a_notes_claims_are_sympy_expressions() -> None:
    note = Note.read(NOTE)
    claims = [s for s in note.statements if s.goals]
    for statement in claims:
        left, right = statement.sympy()
        assert isinstance(left, sp.Basic) and isinstance(right, sp.Basic)
        assert sympy_sides(statement) == (left, right)
    first_order = next(s for s in claims if len(s.goals) == 2)
    assert first_order.sympy(1) != first_order.sympy(0)
    with pytest.raises(ValueError, match="two sides"):
        next(s for s in note.statements if s.kind == "definition").sympy()


def test_a_side_of_a_note_reads_back_in_its_context() -> None:
    statement = next(s for s in Note.read(NOTE).statements if s.label == "eq:N10")
    e, context = from_sympy(statement.sympy()[0], statement.context)
    assert e.shape == ("n", "n") and context.definitions == statement.context.definitions


def test_importing_symbn_does_not_import_sympy() -> None:
    code = (
        "import sys, symbn, symbn.cli\n"
        "symbn.Note.from_text('$$1 + 1 = 2$$').check()\n"
        "assert 'sympy' not in sys.modules\n"
        "symbn.prove\n"
        "assert 'sympy' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=NOTE.parents[1])


def test_the_public_names_exist() -> None:
    assert all(hasattr(symbn, name) for name in symbn.__all__)
    assert dir(symbn) == symbn.__all__
    with pytest.raises(AttributeError):
        symbn.nothing
