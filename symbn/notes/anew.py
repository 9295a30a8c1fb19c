r"""Names that a later section declares or defines anew: `Let $c \in \mathbb{R}^m$` where c was a number before.

The name is forgotten, with every definition that rests on it; what was stated before keeps the context it was stated
in.  Only what says so is taken so (Let, Suppose, :=): anything else about a known name is a claim.
"""

from __future__ import annotations

from symbn.expr import tree
from symbn.expr.context import Context, mentioned_names
from symbn.expr.tree import Expr
from symbn.notes.epochs import new_epoch
from symbn.notes.scope import DefinedTensor, Derived, Scope


def forget(name: str, scope: Scope) -> None:
    """Take from a scope what a symbol, or a definition of one name, means, and all that was defined by it."""
    new_epoch(scope)
    context = scope.context
    meaning = scope.meanings.pop(name, None)
    gone = {name} | {key for key in context.definitions if key.startswith(f"{name}@")}
    if isinstance(meaning, DefinedTensor):
        gone.add(meaning.definition.key)
    _close(gone, context)
    for key in gone:
        context.definitions.pop(key, None)
    for table in (context.symbols, context.random, scope.values, scope.places, scope.bare_arguments):
        table.pop(name, None)
    for other, known in list(scope.meanings.items()):
        if (isinstance(known, DefinedTensor) and known.definition.key in gone) or (
            isinstance(known, Derived) and _mentions(known.expression, gone)
        ):
            del scope.meanings[other]
    scope.families = {stem: family for stem, family in scope.families.items() if family.key not in gone}
    for function, argument in list(scope.bare_arguments.items()):
        if _mentions(argument, gone):
            del scope.bare_arguments[function]


def _close(gone: set[str], context: Context) -> None:
    """Add the keys of the definitions that mention one of the names, directly or not."""
    before = -1
    while len(gone) > before:
        before = len(gone)
        gone |= {key for key, definition in context.definitions.items() if _mentions(definition.body, gone)}


def _mentions(e: Expr, names: set[str]) -> bool:
    symbols = (node.name for node in tree.walk(e) if isinstance(node, tree.Symbol))
    return any(name in names for name in (*symbols, *mentioned_names(e)))
