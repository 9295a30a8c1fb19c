r"""Expressions with names exchanged: a symbol by its definition, a constant by what it is for a parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.tree import Definition, Expr
from symbn.notes.mentions import symbols_under


def referring(e: Expr, definition: Definition) -> Expr:
    """e with a symbol made a reference to its definition."""

    def reference(part: Expr) -> Expr | None:
        if isinstance(part, tree.Symbol) and part.name == definition.key:
            return tree.Reference(name=definition.key, shape=part.shape, span=part.span)
        return None

    return _exchanged(e, reference)


def about(body: Expr, parameters: Mapping[str, Expr], context: Context) -> Expr:
    """A body in which names that were defined for y speak of the parameter y: the μ_y of BN(y)."""

    def inlined(part: Expr) -> Expr | None:
        if isinstance(part, tree.Reference) and not part.arguments:
            definition = context.definitions[part.name]
            if not definition.indices and symbols_under([part], context) & set(parameters):
                return about(tree.with_symbols(definition.body, parameters), parameters, context)
        return None

    return _exchanged(body, inlined, kept=("variable", "target"))


def _exchanged(e: Expr, exchange: Callable[[Expr], Expr | None], kept: tuple[str, ...] = ()) -> Expr:
    """e with its parts exchanged, those that `exchange` has something for, but for those in the fields `kept`."""
    new = exchange(e)
    if new is not None:
        return new
    changes: dict[str, Any] = {}
    for field in fields(e):
        value = getattr(e, field.name)
        if field.name in kept:
            continue
        if isinstance(value, Expr):
            changes[field.name] = _exchanged(value, exchange, kept)
        elif isinstance(value, tuple) and any(isinstance(v, Expr) for v in value):
            changes[field.name] = tuple(_exchanged(v, exchange, kept) if isinstance(v, Expr) else v for v in value)
        elif isinstance(value, tree.Target) and value.arguments:
            arguments = tuple(_exchanged(argument, exchange, kept) for argument in value.arguments)
            changes[field.name] = replace(value, arguments=arguments)
    return replace(e, **changes) if changes else e
