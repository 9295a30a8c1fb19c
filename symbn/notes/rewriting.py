"""Expressions with names exchanged: a symbol by its definition, a constant by what it is for a parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from symbn.diagnostics import fail
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.shape import shape_text
from symbn.expr.tree import Definition, Expr
from symbn.notes.mentions import symbols_under
from symbn.notes.scope import DefinedFunction, DefinedTensor, Derived, Scope


def referring(e: Expr, definition: Definition) -> Expr:
    """e with a symbol made a reference to its definition."""

    def reference(part: Expr) -> Expr | None:
        if isinstance(part, tree.Symbol) and part.name == definition.key:
            return tree.Reference(name=definition.key, shape=part.shape, span=part.span)
        return None

    return _exchanged(e, reference)


def by_members(e: Expr, whole: str, definition: Definition) -> Expr:
    """e with each derivative by a column or row of a symbol made one by the member of a family, which that is."""

    def held(part: Expr) -> Expr | None:
        if not (isinstance(part, tree.Derivative | tree.Differential) and part.target.name == whole):
            return None
        row, column = part.target.row, part.target.column
        if definition.body.shape[1] == 1:
            member, column = column, None
        else:
            member, row = row, None
        assert member is not None, "nothing is differentiated by the whole of a family"
        target = tree.Target(definition.key, definition.body.shape, (member,), row, column)
        return replace(part, arg=by_members(part.arg, whole, definition), target=target)

    return _exchanged(e, held)


def about(body: Expr, parameters: Mapping[str, Expr], context: Context) -> Expr:
    """A body in which names that were defined for y speak of the parameter y: the μ_y of BN(y)."""

    def inlined(part: Expr) -> Expr | None:
        if isinstance(part, tree.Reference) and not part.arguments:
            definition = context.definitions[part.name]
            own = symbols_under([part], context) & set(parameters)
            if not definition.indices and own:
                for name in sorted(own):
                    _check_shape(name, parameters[name], context, definition)
                return about(tree.with_symbols(definition.body, parameters), parameters, context)
        return None

    return _exchanged(body, inlined, kept=("variable", "target"))


def unplaced(e: Expr) -> Expr:
    """e without the places where it was written."""
    bare = _exchanged(e, lambda part: None if part.span is None else unplaced(replace(part, span=None)))
    return bare if bare.span is None else replace(bare, span=None)


def forget_places(scope: Scope) -> None:
    """What has been read was written in another text: no place in it means anything from here on."""
    kept: dict[int, Definition] = {}

    def moved(definition: Definition) -> Definition:
        if id(definition) not in kept:
            kept[id(definition)] = replace(definition, body=unplaced(definition.body), span=None)
        return kept[id(definition)]

    definitions = scope.context.definitions
    definitions.update({key: moved(definition) for key, definition in definitions.items()})
    scope.families.update({stem: moved(definition) for stem, definition in scope.families.items()})
    for name, meaning in list(scope.meanings.items()):
        match meaning:
            case DefinedTensor():
                scope.meanings[name] = DefinedTensor(moved(meaning.definition))
            case DefinedFunction():
                scope.meanings[name] = replace(meaning, elsewhere=True)
            case Derived():
                scope.meanings[name] = Derived(unplaced(meaning.expression))
    scope.places.clear()


def _check_shape(name: str, given: Expr, context: Context, definition: Definition) -> None:
    """A name that was defined for y speaks of another y only in y's own shape."""
    declared = context.symbols[name].shape
    if declared != given.shape:
        raise fail(
            "E199",
            f"`{definition.latex}` is defined for `{name}` {shape_text(declared)}, not {shape_text(given.shape)}",
            given.span, help=f"define it as a function of `{name}`, or apply it to what is {shape_text(declared)}",
        )  # fmt: skip


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
