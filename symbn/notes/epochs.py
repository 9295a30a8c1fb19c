r"""A declared symbol that becomes defined: from there on it depends on its definition.

The context from there on is another object, so that what was stated before keeps the context it was stated in.
Definitions that mention the symbol refer to its definition, and are ranked anew: each after those it uses.
"""

from __future__ import annotations

from dataclasses import replace

from symbn.expr.tree import Definition
from symbn.notes.rewriting import referring
from symbn.notes.scope import DefinedTensor, Scope


def new_epoch(scope: Scope) -> None:
    """Give the scope a context of its own."""
    scope.context = scope.context.copy()


def replace_symbol(definition: Definition, scope: Scope) -> int:
    """Let a definition take the place of the symbol of its name; the highest rank then taken, and one more."""
    context = scope.context
    context.definitions[definition.key] = definition
    for key, old in list(context.definitions.items()):
        if key != definition.key:
            context.definitions[key] = replace(old, body=referring(old.body, definition))
    ranked: dict[str, Definition] = {}

    def visit(key: str) -> None:
        if key in ranked:
            return
        for used in context.definitions_used([context.definitions[key].body]):
            visit(used.key)
        ranked[key] = replace(context.definitions[key], rank=len(ranked) + 1)

    for key in sorted(context.definitions, key=lambda k: context.definitions[k].rank):
        visit(key)
    context.definitions.clear()
    context.definitions.update(ranked)
    for name, meaning in list(scope.meanings.items()):
        if isinstance(meaning, DefinedTensor):
            key = meaning.definition.key
            scope.meanings[name] = DefinedTensor(context.definitions.get(key, meaning.definition))
    for name, argument in list(scope.bare_arguments.items()):
        scope.bare_arguments[name] = referring(argument, definition)
    for stem, family in list(scope.families.items()):
        scope.families[stem] = context.definitions[family.key]
    return len(ranked) + 1
