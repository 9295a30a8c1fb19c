"""The free indices of expressions, and other indices in their place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symbn.expr import tree
from symbn.expr.tree import Expr, IndexVar, Ix, Target


def free_indices(e: Expr) -> dict[str, IndexVar]:
    """The indices of an expression that no sum or stack in it binds, by name, in the order of their names."""
    own: dict[str, IndexVar] = {}
    for name in e.__dataclass_fields__:
        value = getattr(e, name)
        if isinstance(value, Target):
            value = (*value.family, value.row, value.column)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, IndexVar):
                own[one.name] = one
    for child in tree.children(e):
        own |= free_indices(child)
    if isinstance(e, tree.Derivative | tree.Differential):
        own |= free_indices(e.variable)
    if isinstance(e, tree.Sum | tree.Stack):
        own.pop(e.index.name, None)
    return dict(sorted(own.items()))


def with_indices(e: Expr, at: dict[str, Ix]) -> Expr:
    """e with other indices in place of its free ones; bound indices must have names of their own."""
    if isinstance(e, tree.Sum | tree.Stack) and e.index.name in at:
        at = {name: index for name, index in at.items() if name != e.index.name}
    if not at:
        return e
    bound = isinstance(e, tree.Sum | tree.Stack)
    changes = {
        name: _replaced(getattr(e, name), at)
        for name in e.__dataclass_fields__
        if name not in ("shape", "span") and not (bound and name == "index")
    }
    return replace(e, **changes)


def _replaced(value: Any, at: dict[str, Ix]) -> Any:
    match value:
        case Expr():
            return with_indices(value, at)
        case IndexVar():
            return at.get(value.name, value)
        case Target():
            fields = ("family", "row", "column", "arguments")
            return replace(value, **{name: _replaced(getattr(value, name), at) for name in fields})
        case tuple():
            return tuple(_replaced(v, at) for v in value)
    return value
