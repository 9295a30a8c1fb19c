"""What has no value everywhere: quotients, roots, inverses, logarithms; and whether that depends on two indices.

A sum that leaves terms out is the whole sum less those terms only if what is left out has a value.
"""

from __future__ import annotations

from collections.abc import Iterator

from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.reindexing import free_indices
from symbn.expr.tree import Expr


def restricted(e: Expr, context: Context) -> Iterator[Expr]:
    """What may not have every value: what is divided by, rooted, inverted, in a logarithm; and names made of such."""
    for node in tree.walk(e):
        own = _restriction(node)
        if own is not None:
            yield own
        if isinstance(node, tree.Reference | tree.Slice):
            bodies = [definition.body for definition in context.definitions_used([node])]
            if any(_restriction(part) is not None for body in bodies for part in tree.walk(body)):
                yield node


def _restriction(node: Expr) -> Expr | None:
    """What must be of a kind for a node to have a value."""
    match node:
        case tree.Quotient():
            return node.denominator
        case tree.Power(exponent=tree.Number(value=value)) if value.denominator == 1 and value >= 0:
            return None
        case tree.Power() | tree.Inverse() | tree.SymbolicPower():
            return node
        case tree.Elementwise(function="log" | "tan"):
            return node.arg
    return None


def is_generic(e: Expr, name: str, context: Context) -> bool:
    """Whether an expression says of one value of an index what it says of any other: no position, no second index."""
    free = free_indices(e)
    bodies = [e, *(definition.body for definition in context.definitions_used([e]))]
    nodes = [node for body in bodies for node in tree.walk(body)]
    special = (tree.Position, tree.Delta, tree.UnitVector, tree.Identity)
    fixed = any(isinstance(at, tree.IndexConst) for node in nodes for at in _places(node))
    return name not in free or not (len(free) > 1 or fixed or any(isinstance(node, special) for node in nodes))


def _places(node: Expr) -> Iterator[object]:
    """The positions that a node picks."""
    match node:
        case tree.Slice():
            yield from (node.row, node.column)
        case tree.Reference():
            yield from node.indices
