r"""A declared symbol, or family of vectors, that becomes defined: from there on it depends on its definition.

The context from there on is another object, so that what was stated before keeps the context it was stated in.
Definitions that mention the symbol refer to its definition, and are ranked anew: each after those it uses.
The members of a family are references before and after; only what is differentiated by one becomes another target.
"""

from __future__ import annotations

from dataclasses import replace

from symbn.expr.tree import Definition
from symbn.notes.rewriting import by_members, referring
from symbn.notes.scope import DefinedTensor, Scope, whole_of


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
    for name, argument in list(scope.bare_arguments.items()):
        scope.bare_arguments[name] = referring(argument, definition)
    return _ranked_anew(scope)


def replace_family(definition: Definition, scope: Scope) -> int:
    """Let a definition take the place of the declared family of its name; the highest rank then taken, and one more."""
    context, whole = scope.context, whole_of(definition.latex)
    del context.symbols[whole]
    context.definitions[definition.key] = definition
    for key, old in list(context.definitions.items()):
        context.definitions[key] = replace(old, body=by_members(old.body, whole, definition))
    scope.families[definition.latex] = context.definitions[definition.key]
    for name, argument in list(scope.bare_arguments.items()):
        scope.bare_arguments[name] = by_members(argument, whole, definition)
    return _ranked_anew(scope)


def _ranked_anew(scope: Scope) -> int:
    """Rank each definition after those it uses, and let names mean the new ones; the highest rank, and one more."""
    context = scope.context
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
    for stem, family in list(scope.families.items()):
        scope.families[stem] = context.definitions[family.key]
    return len(ranked) + 1
