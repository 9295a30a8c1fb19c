"""For Python: claims and derivatives of SymPy expressions, by the same two paths that check a note.

    prove(lhs, rhs)         core and evidence must agree, as for a claim of a note
    jacobian(expr, x)       ∂expr/∂x in numerator layout, (i, j) = ∂expr_i/∂x_j
    gradient(expr, X)       ∇expr in the shape of X

A derivative is differentiated with indices, written back with matrices, and proved equal to what was
differentiated before it is returned.  What is read from SymPy, and what raises, stands in `expr.sympy_reading`.
"""

from __future__ import annotations

from typing import Any

from symbn.decision import Decision
from symbn.diagnostics import Diagnostic, ShapeError
from symbn.explain.closed_form import closed_form
from symbn.explain.latex import to_latex
from symbn.expr import build
from symbn.expr.assumptions import assume
from symbn.expr.statement import Goal, Statement
from symbn.expr.sympy_derivatives import differentiated, target_of
from symbn.expr.sympy_reading import Reading
from symbn.expr.sympy_view import from_sympy, to_sympy
from symbn.source import Span
from symbn.verifier import Limits, Verifier

__all__ = [
    "Decision",
    "NotProved",
    "from_sympy",
    "gradient",
    "jacobian",
    "prove",
    "sympy_sides",
    "to_sympy",
]

_NOWHERE = Span(0, 0)


class NotProved(Exception):
    """A derivative that could not be proved equal to its source, so that none is returned."""


def prove(lhs: Any, rhs: Any, assumptions: Any = (), limits: Limits | None = None) -> Decision:
    """Decides lhs = rhs for all sizes and values: two SymPy expressions, matrices or scalars.

    assumptions: SymPy's `Q.symmetric(A)`, `Q.positive(x)`, …, and relations such as `n >= 2` or `x > 0`, one or
    several.  Free indices mean: for all.  Raises ShapeError for a side that cannot be, NoteError for one that has
    no meaning here; two sides of different shapes are `refuted`.

    >>> import sympy
    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> C = sympy.Identity(n) - sympy.OneMatrix(n, n) / n
    >>> prove(C * C, C)
    <proved>
    >>> A, B = sympy.MatrixSymbol("A", n, n), sympy.MatrixSymbol("B", n, n)
    >>> prove(sympy.Trace(A * B), sympy.Trace(B * A)).verdict
    'proved'
    >>> prove(A * B, B * A).verdict
    'refuted'
    """
    reading = Reading()
    left, right = reading.read(lhs), reading.read(rhs)
    assume(assumptions, reading)
    try:
        left, right = build.same_shape(left, right)
        problems: list[Diagnostic] = []
    except ShapeError as misfit:
        problems = [misfit.diagnostic]
    goals = () if problems else (Goal(left, right),)
    statement = _claim(goals, (to_latex(left), to_latex(right)), reading)
    statement.diagnostics, statement.misshapen = problems, bool(problems)
    return Decision((Verifier(limits).check(statement),))


def _claim(goals: tuple[Goal, ...], sides: tuple[str, str], reading: Reading) -> Statement:
    free = tuple(reading.free.values())
    return Statement("1", None, _NOWHERE, "claim", *sides, reading.context, goals=goals, free=free)


# Derivatives ----------------------------------------------------------------------------------------------


def jacobian(expr: Any, x: Any, assumptions: Any = ()) -> Any:
    """∂expr/∂x in numerator layout: (i, j) = ∂expr_i/∂x_j.  expr : n×1;  x : p×1;  returns n×p.

    A scalar counts as 1×1: the Jacobian of a scalar is a row, that by a scalar a column.

    >>> import sympy
    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> A, x = sympy.MatrixSymbol("A", n, n), sympy.MatrixSymbol("x", n, 1)
    >>> jacobian(x.T * A * x, x)
    x.T*(A + A.T)
    """
    return _derivative(expr, x, "jacobian", assumptions)


def gradient(expr: Any, X: Any, assumptions: Any = ()) -> Any:
    """∇expr in the shape of X, so that d expr = tr(∇exprᵀ dX).  expr : scalar;  X : m×n;  returns m×n.

    >>> import sympy
    >>> m, n = sympy.symbols("m n", integer=True, positive=True)
    >>> A, X = sympy.MatrixSymbol("A", n, m), sympy.MatrixSymbol("X", m, n)
    >>> gradient(sympy.Trace(A * X), X)
    A.T
    """
    return _derivative(expr, X, "gradient", assumptions)


def _derivative(expr: Any, by: Any, layout: str, assumptions: Any) -> Any:
    reading = Reading()
    body, variable = reading.read(expr), reading.read(by)
    assume(assumptions, reading)
    asked = differentiated(body, variable, target_of(variable), layout)
    found = closed_form(asked, reading.context) or asked
    for evaluate in (True, False):
        result = to_sympy(found, reading.context, reading.originals, evaluate=evaluate)
        # Proved as it is returned: read back from SymPy, which may have reordered it.
        returned = reading.read(result)
        sides = (to_latex(asked), to_latex(returned))
        report = Verifier().check(_claim((Goal(asked, returned),), sides, reading))
        if report.verdict == "proved":
            return result
    raise NotProved(f"{report.verdict}: {report.message}")


# Notes ----------------------------------------------------------------------------------------------------


def sympy_sides(statement: Statement, goal: int = 0) -> tuple[Any, Any]:
    """The two sides of a note's claim as SymPy expressions; `goal` 1 is the derivative of a first-order claim."""
    return statement.sympy(goal)
