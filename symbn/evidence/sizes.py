"""Sizes of dimensions at a point: a named one has the size given, a product or a sum that of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from symbn.expr.shape import resolved, unify
from symbn.expr.tree import Dim, DimProduct, DimSum, DimVar, Shape


def size_of(dim: Dim, sizes: Mapping[str, int]) -> int:
    """The dimension as a number.  Raises KeyError for a name without a size."""
    found = resolved(dim)
    assert not isinstance(found, DimVar), "a dimension was never inferred"
    if isinstance(found, DimProduct):
        return prod(size_of(factor, sizes) for factor in found.factors)
    if isinstance(found, DimSum):
        return sum(size_of(part, sizes) for part in found.parts)
    return found if isinstance(found, int) else sizes[found]


def names_in(dim: Dim) -> Iterator[str]:
    """The named dimensions that a dimension is made of; none for one that is not inferred."""
    found = resolved(dim)
    if isinstance(found, str):
        yield found
    for part in parts_of(found):
        yield from names_in(part)


def parts_of(dim: Dim) -> tuple[str | int, ...]:
    """The factors of a product, the parts of a sum."""
    if isinstance(dim, DimProduct):
        return dim.factors
    return dim.parts if isinstance(dim, DimSum) else ()


def is_known(shape: Shape, sizes: Mapping[str, int]) -> bool:
    """Whether every dimension of a shape has a size: a declared one may not occur in the claim."""
    return all(not isinstance(resolved(dim), DimVar) and all(name in sizes for name in names_in(dim)) for dim in shape)


def same_size(a: Dim, b: Dim) -> bool:
    """Whether two dimensions are written as the same size, the factors of a product in any order."""
    return a == b or unify(a, b)
