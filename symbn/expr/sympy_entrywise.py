"""f applied to every entry of a matrix: the body of SymPy's Lambda with the matrix in place of its variable.

(x² + 1)(A)  →  A^{⊙2} + 𝟙        (x e^x)(A)  →  A ⊙ exp(A)        φ′(x)(A)  →  φ′(A)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from symbn.diagnostics import fail
from symbn.expr import sympy_nodes as nodes
from symbn.expr import tree
from symbn.expr.build import number
from symbn.expr.shape import is_scalar
from symbn.expr.sympy_declarations import Declarations
from symbn.expr.tree import Expr

FUNCTIONS: dict[str, Any] = {
    name: getattr(sympy, name) for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")
} | {
    "sigmoid": nodes.sigmoid, "softplus": nodes.softplus, "relu": nodes.relu, "abs": sympy.Abs, "sign": sympy.sign,
}  # fmt: skip
_NAMES = {function: name for name, function in FUNCTIONS.items()}


def function_name(e: Any) -> str | None:
    """The name of a known scalar function that e is a value of."""
    return _NAMES.get(type(e)) if len(e.args) == 1 else None


def entrywise(body: Any, variable: Any, matrix: Expr, names: Declarations, scalar: Callable[[Any], Expr]) -> Expr:
    """A scalar expression in one variable with a matrix for it; `scalar` reads what does not hold the variable."""
    shape = matrix.shape
    if variable not in body.free_symbols:
        constant = scalar(body)
        return constant if is_scalar(shape) else tree.Fill(arg=constant, shape=shape)
    if body == variable:
        return matrix

    def inside(e: Any) -> Expr:
        return entrywise(e, variable, matrix, names, scalar)

    match body:
        case sympy.Add():
            return tree.Add(terms=tuple(map(inside, body.args)), shape=shape)
        case sympy.Mul():
            return tree.Hadamard(factors=tuple(map(inside, body.args)), shape=shape)
        case sympy.Pow() if variable not in body.exp.free_symbols:
            return tree.Power(base=inside(body.base), exponent=scalar(body.exp), shape=shape)
        case AppliedUndef() if len(body.args) == 1:
            return _unknown(body, inside(body.args[0]), 0, names)
        case sympy.Derivative() if body.expr.args == (variable,) and len(body.variable_count) == 1:
            return _unknown(body.expr, matrix, body.variable_count[0][1], names)
        case sympy.Subs(expr=sympy.Derivative()) if len(body.point) == 1:
            (held, order), *rest = body.expr.variable_count
            if not rest and body.expr.expr.args == (held,) == tuple(body.variables):
                return _unknown(body.expr.expr, inside(body.point[0]), order, names)
    known = function_name(body)
    if known is None:
        raise fail("E193", f"symbn has no rule for SymPy's {type(body).__name__} of every entry: {body}")
    return tree.Elementwise(function=known, arg=inside(body.args[0]), shape=shape)


def _unknown(function: Any, argument: Expr, order: Any, names: Declarations) -> Expr:
    """φ⁽ᵏ⁾ of every entry."""
    if not isinstance(function, AppliedUndef) or not isinstance(order, sympy.Integer | int):
        raise fail("E193", f"symbn has no rule for the derivative of {function}")
    name = function.func.__name__
    names.apply(name, (number(0),), (1, 1))
    return tree.Apply(name=name, arguments=(argument,), entrywise=True, order=int(order), shape=argument.shape)
