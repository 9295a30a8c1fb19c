"""Shapes and their unification: sizes that are not written are found from where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from math import prod
from typing import Any, TypeVar

from symbn.diagnostics import fail
from symbn.expr.tree import Dim, DimProduct, DimSum, DimVar, Shape
from symbn.source import Span

Value = TypeVar("Value")


def resolved(dim: Dim) -> Dim:
    """The dimension that a variable is bound to, or the variable itself."""
    while isinstance(dim, DimVar) and dim.bound is not None:
        dim = dim.bound
    return dim


def settled(dim: Dim) -> Dim:
    """The dimension that a variable is bound to, or its usual one, which it is bound to then."""
    dim = resolved(dim)
    while isinstance(dim, DimVar) and dim.usual is not None and resolved(dim.usual) is not dim:
        dim.bound = dim.usual
        dim = resolved(dim)
    return dim


def resolved_shape(shape: Shape) -> Shape:
    return resolved(shape[0]), resolved(shape[1])


def unify(a: Dim, b: Dim) -> bool:
    """Make two dimensions equal; False if they are two different ones.  A product's order makes no other size.

    Raises NoteError (S237) for sizes that are equal as numbers, but whose positions are counted in other ways.
    """
    a, b = resolved(a), resolved(b)
    if a is b or (not isinstance(a, DimVar) and a == b):
        return True
    if isinstance(a, DimVar) and isinstance(b, DimVar) and a.usual is not None:
        a, b = b, a
    if isinstance(a, DimVar):
        a.bound = b
        return True
    if isinstance(b, DimVar):
        b.bound = a
        return True
    if isinstance(a, DimProduct) and isinstance(b, DimProduct):
        if sorted(map(str, a.factors)) == sorted(map(str, b.factors)):
            return True
    if isinstance(a, DimProduct | DimSum) or isinstance(b, DimProduct | DimSum):
        if _monomials(a) == _monomials(b):
            raise fail(
                "S237", f"{a} and {b} are one size, but divided into other parts", help="write the parts in one order"
            )
    return False


def _monomials(dim: str | int | DimProduct | DimSum) -> Counter[tuple[str, ...]]:
    """A size as a polynomial: how often each product of names occurs."""
    if isinstance(dim, DimSum):
        found: Counter[tuple[str, ...]] = Counter()
        for part in dim.parts:
            found.update(_monomials(part))
        return found
    factors = dim.factors if isinstance(dim, DimProduct) else (dim,)
    return Counter(
        {tuple(sorted(f for f in factors if isinstance(f, str))): prod(f for f in factors if isinstance(f, int))}
    )


def product_dim(a: Dim, b: Dim, span: Span | None = None) -> Dim:
    """The size of pairs of positions, b's fastest.  Raises NoteError (S230) for a size that is not known."""
    factors: list[str | int] = []
    for dim in map(_known, (a, b)):
        if isinstance(dim, DimSum):
            raise fail("S231", "a product with the size of a block matrix is not read", span)
        factors += dim.factors if isinstance(dim, DimProduct) else (dim,)
    kept = tuple(f for f in factors if f != 1)
    return kept[0] if len(kept) == 1 else DimProduct(kept) if kept else 1


def sum_dim(dims: Sequence[Dim], span: Span | None = None) -> Dim:
    """The size of blocks beside each other; of numbers their sum, of a single block its own.

    Raises NoteError (S230) for one of several that is not known.
    """
    if len(dims) == 1:
        return resolved(dims[0])
    parts: list[str | int] = []
    for dim in map(_known, dims):
        if isinstance(dim, DimProduct):
            raise fail("S231", "a block whose size is a product is not read", span)
        parts += dim.parts if isinstance(dim, DimSum) else (dim,)
    numbers = [part for part in parts if isinstance(part, int)]
    return sum(numbers) if len(numbers) == len(parts) else DimSum(tuple(parts))


def _known(dim: Dim) -> str | int | DimProduct | DimSum:
    found = settled(dim)
    if isinstance(found, DimVar):
        raise fail("S230", f"the size of {found.origin} is not known here", found.span, at="of what size?",
                   help="write the size as a subscript, such as I_n")  # fmt: skip
    return found


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
        dim = settled(value)
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
