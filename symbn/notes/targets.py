r"""What a derivative is taken by: the entries of one named tensor.

A definition that only slices, transposes or renames is looked through: ∂/∂y_i with y_i := Y_{:i} is taken by column i
of Y.  A definition that computes is held as it stands.
"""

from __future__ import annotations

from symbn.diagnostics import fail
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.tree import Expr, IndexVar, Ix


def target_of(variable: Expr, context: Context) -> tree.Target:
    """What a derivative's variable means.  Raises NoteError (E135)."""
    match variable:
        case tree.Symbol():
            return tree.Target(variable.name, variable.shape)
        case tree.Transpose():
            return target_of(variable.arg, context)
        case tree.Vec(arg=tree.Symbol() | tree.Reference(arguments=()) as whole):
            found = target_of(whole, context)
            if found.name == whole.name:
                return found
        case tree.Apply(entrywise=False):
            return tree.Target(variable.name, variable.shape, arguments=variable.arguments)
        case tree.Reference(arguments=()):
            definition = context.definitions[variable.name]
            if _is_renaming(definition.body):
                return target_of(_instantiated(definition, variable.indices), context)
            return tree.Target(variable.name, variable.shape, variable.indices)
        case tree.Slice():
            inner = target_of(variable.arg, context)
            row, column = variable.row, variable.column
            if isinstance(variable.arg, tree.Transpose):
                row, column = column, row
            if inner.row is not None or inner.column is not None:
                pin = row if row is not None else column
                row = inner.row if inner.row is not None else pin
                column = inner.column if inner.column is not None else pin
            return tree.Target(inner.name, inner.shape, inner.family, row, column, inner.arguments)
    raise fail(
        "E135", "a derivative is taken by a name, an entry, a row or a column of one", variable.span,
        help="define this expression under a name and differentiate by the name",
    )  # fmt: skip


def unsliced(body: Expr) -> Expr:
    """What is under slices and transposes."""
    while isinstance(body, (tree.Slice, tree.Transpose)):
        body = body.arg
    return body


def _is_renaming(body: Expr) -> bool:
    """Whether a definition only slices, transposes or renames a tensor."""
    body = unsliced(body)
    return isinstance(body, tree.Symbol) or (isinstance(body, tree.Reference) and not body.arguments)


def _instantiated(definition: tree.Definition, indices: tuple[Ix, ...]) -> Expr:
    """A renaming's body at indices."""
    names = {i.name: new for i, new in zip(definition.indices, indices, strict=True)}

    def at(index: Ix | None) -> Ix | None:
        return names.get(index.name, index) if isinstance(index, IndexVar) else index

    def walk(e: Expr) -> Expr:
        match e:
            case tree.Slice():
                return tree.Slice(arg=walk(e.arg), row=at(e.row), column=at(e.column), shape=e.shape, span=e.span)
            case tree.Transpose():
                return tree.Transpose(arg=walk(e.arg), shape=e.shape, span=e.span)
            case tree.Reference():
                new = tuple(i for i in map(at, e.indices) if i is not None)
                return tree.Reference(name=e.name, indices=new, shape=e.shape, span=e.span)
        return e

    return walk(definition.body)
