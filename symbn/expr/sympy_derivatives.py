"""Derivatives in SymPy expressions: symbn's own nodes, and of SymPy's those that mean the same in both.

SymPy's derivative of a vector by a vector is in denominator layout, symbn's in numerator layout: it raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy
from sympy.core.function import AppliedUndef

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_scalar, shape_text
from symbn.expr.tree import Expr, Shape

if TYPE_CHECKING:
    from symbn.expr.sympy_reading import Reading


def unknown(e: Any) -> NoteError:
    """The error for a SymPy node without a rule."""
    return fail("E193", f"symbn has no rule for SymPy's {type(e).__name__}: {e}")


def derivative(reading: Reading, e: Any) -> Expr:
    body, variable = reading.of(e.expr), reading.of(e.variable)
    target = target_of(variable) if e.target is None else _given_target(reading, e.target)
    return differentiated(body, variable, target, e.layout)


def differential(reading: Reading, e: Any) -> Expr:
    body, variable, increment = reading.of(e.args[2]), reading.of(e.args[3]), reading.of(e.args[5])
    if not isinstance(increment, tree.Symbol):
        raise unknown(e)
    target = _given_target(reading, e.args[4])
    return tree.Differential(arg=body, variable=variable, target=target, increment=increment, shape=body.shape)


def _given_target(reading: Reading, target: Any) -> tree.Target:
    name, sizes, family, row, column, arguments = target.args
    shape = reading.shape(sizes)
    definition = reading.context.definitions.get(name.name)
    ranges = definition.indices if definition is not None else ()
    return tree.Target(
        name.name, shape, tuple(reading.index(i, v.dim) for i, v in zip(family, ranges, strict=True)),
        reading.index(row[0], shape[0]) if row else None, reading.index(column[0], shape[1]) if column else None,
        reading.all(arguments),
    )  # fmt: skip


def target_of(variable: Expr) -> tree.Target:
    """What a derivative by an expression means: a name, an entry, row or column of one, or an application."""
    match variable:
        case tree.Symbol():
            return tree.Target(variable.name, variable.shape)
        case tree.Reference(arguments=()):
            return tree.Target(variable.name, variable.shape, variable.indices)
        case tree.Vec(arg=tree.Symbol() | tree.Reference(arguments=())):
            return target_of(variable.arg)
        case tree.Apply(entrywise=False):
            return tree.Target(variable.name, variable.shape, arguments=variable.arguments)
        case tree.Slice(arg=tree.Symbol() | tree.Reference(arguments=())):
            inner = target_of(variable.arg)
            return tree.Target(inner.name, inner.shape, inner.family, variable.row, variable.column)
    raise fail("E197", "a derivative is taken by a name, or an entry, a row or a column of one")


def at_zero(reading: Reading, e: Any) -> Expr:
    held = reading.of(e.args[3])
    if not isinstance(held, tree.Symbol):
        raise unknown(e)
    arg = reading.of(e.args[2])
    return tree.At(arg=arg, name=held.name, shape=arg.shape)


def sympy_derivative(reading: Reading, e: Any) -> Expr:
    """SymPy's own: by scalars, or of a scalar by a matrix; of a vector by a vector it has another layout."""
    body = reading.of(e.expr)
    for variable, count in e.variable_count:
        by = reading.of(variable)
        scalar = is_scalar(by.shape)
        if not isinstance(by, tree.Symbol) or not isinstance(count, sympy.Integer):
            raise fail("E197", f"a derivative by {variable}, {count} times")
        if not scalar and not (is_scalar(body.shape) and count == 1):
            raise fail(
                "E197", "SymPy's derivative of a vector by a vector is in denominator layout, symbn's is not",
                help="write symbn.expr.sympy_nodes.Jacobian(e, x) for the Jacobian in numerator layout",
            )  # fmt: skip
        for _ in range(int(count)):
            body = differentiated(body, by, target_of(by), "entrywise" if scalar else "gradient")
    return body


def subs(reading: Reading, e: Any) -> Expr:
    """φ⁽ᵏ⁾(e) as SymPy writes it: Subs(Derivative(φ(ξ), (ξ, k)), ξ, e)."""
    inner = e.expr
    if isinstance(inner, sympy.Derivative) and len(e.variables) == 1 and len(inner.variable_count) == 1:
        function, (variable, order) = inner.expr, inner.variable_count[0]
        simple = isinstance(function, AppliedUndef) and function.args == (variable,) == tuple(e.variables)
        if simple and isinstance(order, sympy.Integer):
            return reading.apply(function.func.__name__, (reading.scalar(e.point[0]),), (1, 1), int(order))
    raise unknown(e)


def differentiated(body: Expr, variable: Expr, target: tree.Target, layout: str) -> tree.Derivative:
    """∂body/∂variable in a layout.  Raises ShapeError (S240) where that is no matrix."""
    (rows, columns), (p, q) = body.shape, variable.shape
    by = f"the derivative of something {shape_text(body.shape)} by something {shape_text(variable.shape)}"
    if layout == "jacobian" and 1 in (rows, columns) and 1 in (p, q):
        shape: Shape = (rows if columns == 1 else columns, p if q == 1 else q)
    elif layout == "gradient" and is_scalar(body.shape):
        shape = variable.shape
    elif layout == "entrywise" and is_scalar(variable.shape):
        shape = body.shape
    else:
        raise build.shape_error("S240", f"{by} is no {layout}", (body, variable))
    return tree.Derivative(arg=body, variable=variable, target=target, layout=layout, shape=shape)  # type: ignore[arg-type]
