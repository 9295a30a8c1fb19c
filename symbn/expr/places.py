"""Places in a shape: an index for a plain size, several for a product of sizes, one in a part for a sum of sizes.

place ::= index | None                     a size of its own; the size 1 has no index
        | Pair(index, …)                   a product: the last index is the fastest
        | Part(number, place)              a sum: a place in part `number`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from symbn.core.contraction import fresh
from symbn.core.terms import Index, NoRule
from symbn.expr.tree import Dim, DimProduct, DimSum, DimVar, IndexVar, Ix, Shape


class Pair(NamedTuple):
    """A position of a product of sizes."""

    indices: tuple[Index, ...]


class Part(NamedTuple):
    """A position of a sum of sizes."""

    number: int
    place: Index | None


Place: TypeAlias = Index | Pair | Part | None


def dim_of(dim: Dim) -> str | int:
    """A plain size.  Raises NoRule for one that is a product or a sum of sizes."""
    if isinstance(dim, DimVar):
        raise TypeError("a size that was not inferred")
    if isinstance(dim, DimProduct | DimSum):
        raise NoRule(f"one index over the size {dim}")
    return dim


def factors_of(dim: Dim) -> tuple[str | int, ...]:
    """The sizes that a size is the product of."""
    return dim.factors if isinstance(dim, DimProduct) else (dim_of(dim),)


def parts_of(dim: Dim) -> tuple[str | int, ...]:
    """The sizes that a size is the sum of."""
    return dim.parts if isinstance(dim, DimSum) else (dim_of(dim),)


def positions(dim: Dim) -> Iterator[Place]:
    """Fresh places that together run over a size once: one, or one in each part of a sum."""
    if isinstance(dim, DimSum):
        for number, part in enumerate(dim.parts):
            yield Part(number, None if part == 1 else fresh(part))
    elif isinstance(dim, DimProduct):
        yield Pair(tuple(fresh(factor) for factor in dim.factors))
    else:
        yield None if dim == 1 else fresh(dim_of(dim))


def place_of(dim: Dim) -> Place:
    """A fresh place.  Raises NoRule for a sum of sizes, which has several."""
    found = list(positions(dim))
    if len(found) > 1:
        raise NoRule(f"one place for all of the size {dim}")
    return found[0]


def places_of(shape: Shape) -> tuple[Place, Place]:
    """Fresh places for the rows and columns of a shape."""
    return place_of(shape[0]), place_of(shape[1])


def indices_of(shape: Shape) -> tuple[Index | None, Index | None]:
    """Fresh indices for the rows and columns of a shape of plain sizes.  Raises NoRule for other sizes."""
    rows, columns = map(dim_of, shape)
    return (None if rows == 1 else fresh(rows)), (None if columns == 1 else fresh(columns))


def present(*places: Place) -> tuple[Index, ...]:
    """The indices of places, in order."""
    found: list[Index] = []
    for place in places:
        match place:
            case Index():
                found.append(place)
            case Pair():
                found += place.indices
            case Part() if place.place is not None:
                found.append(place.place)
    return tuple(found)


def split(place: Place, first: Dim, second: Dim) -> tuple[Place, Place]:
    """A place in first · second as its places in the two.  Raises NoRule where the sizes are others."""
    indices = present(place)
    dims = [f for f in factors_of(first) if f != 1], [f for f in factors_of(second) if f != 1]
    if isinstance(place, Part) or [i.dim for i in indices] != [*dims[0], *dims[1]]:
        raise NoRule("a size that is read as two different products")
    return _joined(indices[: len(dims[0])]), _joined(indices[len(dims[0]) :])


def _joined(indices: tuple[Index, ...]) -> Place:
    return None if not indices else indices[0] if len(indices) == 1 else Pair(indices)


def index_of(index: Ix) -> Index:
    if isinstance(index, IndexVar):
        return Index(index.name, dim_of(index.dim))
    return Index(f"={index.value}", dim_of(index.dim))
