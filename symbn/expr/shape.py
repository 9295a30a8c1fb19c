"""Shapes and their unification: sizes that are not written are found from where they stand."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from symbn.diagnostics import fail
from symbn.expr.tree import Dim, DimVar, Shape

Value = TypeVar("Value")


def resolved(dim: Dim) -> Dim:
    """The dimension that a variable is bound to, or the variable itself."""
    while isinstance(dim, DimVar) and dim.bound is not None:
        dim = dim.bound
    return dim


def resolved_shape(shape: Shape) -> Shape:
    return resolved(shape[0]), resolved(shape[1])


def unify(a: Dim, b: Dim) -> bool:
    """Make two dimensions equal; False if they are two different ones."""
    a, b = resolved(a), resolved(b)
    if a is b or (not isinstance(a, DimVar) and a == b):
        return True
    if isinstance(a, DimVar):
        a.bound = b
        return True
    if isinstance(b, DimVar):
        b.bound = a
        return True
    return False


def unify_shapes(a: Shape, b: Shape) -> bool:
    """Make two shapes equal; False (with nothing promised about their variables) if they cannot be."""
    return unify(a[0], b[0]) and unify(a[1], b[1])


def is_scalar(shape: Shape) -> bool:
    return resolved_shape(shape) == (1, 1)


def is_column(shape: Shape) -> bool:
    rows, columns = resolved_shape(shape)
    return columns == 1 and rows != 1


def is_row(shape: Shape) -> bool:
    rows, columns = resolved_shape(shape)
    return rows == 1 and columns != 1


def is_vector(shape: Shape) -> bool:
    return is_column(shape) or is_row(shape)


def is_square(shape: Shape) -> bool:
    rows, columns = resolved_shape(shape)
    return rows is columns or rows == columns


def shape_text(shape: Shape) -> str:
    """`n×m`, a size that is not known yet as `?`."""
    return "×".join("?" if isinstance(dim, DimVar) else str(dim) for dim in resolved_shape(shape))


def finished(value: Value) -> Value:
    """An expression with every dimension variable replaced by what it was found to be.

    Raises NoteError (S230) for one that nothing fixes.
    """
    return _finished(value)  # type: ignore[no-any-return]


_FIELDS: dict[type, tuple[str, ...]] = {}


def _finished(value: Any) -> Any:
    if isinstance(value, DimVar):
        dim = resolved(value)
        if isinstance(dim, DimVar):
            raise fail(
                "S230",
                f"the size of {dim.origin} cannot be inferred from where it stands",
                dim.span,
                at="of what size?",
                help="write the size as a subscript, such as I_n or \\mathbf 1_n, or declare what it is used with",
            )
        return dim
    if isinstance(value, tuple):
        new = tuple(map(_finished, value))
        return value if all(a is b for a, b in zip(new, value, strict=True)) else new
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        names = _FIELDS.get(kind)
        if names is None:
            names = _FIELDS[kind] = tuple(f.name for f in fields(value))
        old = {name: getattr(value, name) for name in names}
        changed = {name: v if name == "span" else _finished(v) for name, v in old.items()}
        return value if all(changed[name] is old[name] for name in names) else kind(**changed)
    return value
