r"""What something written mentions: by itself, in its subscripts, or through definitions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.tree import Expr
from symbn.notes.scope import DefinedFunction, DefinedTensor, Derived, Scope, composite, spelled
from symbn.notes.syntax import Group, Name, Script, Syntax, children, unscripted, walk


def mentions(syntax: Syntax, name: str, scope: Scope | None = None) -> bool:
    """Whether a name occurs, with whatever scripts; the subscript of a name that the scope knows is part of it."""
    if isinstance(syntax, Name):
        return syntax.latex == name
    if isinstance(syntax, Script):
        whole = composite(replace(syntax, sup=None, primes=0))
        if whole == name:
            return True
        if syntax.sub is not None and is_whole_name(syntax, scope):
            return syntax.sup is not None and mentions(syntax.sup, name, scope)
        if isinstance(syntax.base, Group) and syntax.base.delimiter == r"\|":  # the F of a Frobenius norm is no name
            return mentions(syntax.base, name, scope) or (syntax.sup is not None and mentions(syntax.sup, name, scope))
    return any(mentions(child, name, scope) for child in children(syntax))


def is_whole_name(script: Script, scope: Scope | None) -> bool:
    """W_Q is a name of its own where it is declared, whatever W and Q are."""
    whole = composite(replace(script, sup=None, primes=0))
    return scope is not None and whole is not None and scope.knows(whole)


def subscripted(syntax: Syntax, letter: str, scope: Scope) -> bool:
    """Whether a letter occurs in a subscript that is no part of a known name."""
    return any(
        isinstance(n, Script) and n.sub is not None and mentions(n.sub, letter) and not is_whole_name(n, scope)
        for n in walk(syntax)
    )


def rests_on(syntax: Syntax, name: str, scope: Scope) -> bool:
    """Whether something written depends on a symbol through definitions."""
    return any(
        spelling is not None and _means(spelling, name, scope)
        for node in walk(syntax)
        if isinstance(node, (Name, Script))
        for spelling in (spelled(node), spelled(unscripted(node)))
    )


def symbols_under(roots: Iterable[Expr], context: Context) -> set[str]:
    """The symbols that expressions are made of, by themselves and through definitions."""
    roots = list(roots)
    bodies = [*roots, *(d.body for d in context.definitions_used(roots))]
    return {node.name for body in bodies for node in tree.walk(body) if isinstance(node, tree.Symbol)}


def _means(spelling: str, name: str, scope: Scope) -> bool:
    """Whether what a spelling stands for depends on a symbol."""
    meaning = scope.meanings.get(spelling)
    roots: list[Expr] = []
    if isinstance(meaning, DefinedFunction):
        return mentions(meaning.body, name) and name not in meaning.parameters
    if isinstance(meaning, DefinedTensor):
        roots.append(meaning.definition.body)
    elif isinstance(meaning, Derived):
        roots.append(meaning.expression)
    if spelling in scope.families:
        roots.append(scope.families[spelling].body)
    return name in symbols_under(roots, scope.context)
