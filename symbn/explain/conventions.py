"""The conventions that a statement's reading rests on: of layout, of what ∇ means, and those met in reading."""

from __future__ import annotations

from collections.abc import Iterable

from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.tree import Expr

_LAYOUTS = {
    "jacobian": "∂f/∂x is the Jacobian in numerator layout: its entry (i, j) is ∂f_i/∂x_j; of a scalar by a column"
    " it is a row",
    "gradient": "the derivative of a scalar by a matrix X, and ∇_X always, has the shape of X",
    "entrywise": "a derivative by a scalar is taken entry by entry",
}


_WITHIN_SYMMETRIC = "∂/∂S of a symmetric S is taken within the symmetric matrices"


def conventions(expressions: Iterable[Expr], notices: Iterable[str], context: Context) -> tuple[str, ...]:
    """Each once, in the order in which they are met: those of derivatives first."""
    found: dict[str, None] = {}
    for expression in expressions:
        for node in tree.walk(expression):
            # Of one scalar by another all layouts are the same.
            if isinstance(node, tree.Derivative) and not (node.arg.is_scalar and node.variable.is_scalar):
                found[_LAYOUTS[node.layout]] = None
            if isinstance(node, tree.Derivative) and _is_symmetric(node.target.name, context):
                found[_WITHIN_SYMMETRIC] = None
    return (*found, *dict.fromkeys(notices))


def _is_symmetric(name: str, context: Context) -> bool:
    """Whether a free name is declared symmetric, or positive definite."""
    symbol = context.symbols.get(name)
    return symbol is not None and symbol.structure in ("symmetric", "positive definite")
