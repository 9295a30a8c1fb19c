"""The kinds of things that a name without a meaning may be: of each one, of which the sizes are open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from symbn.expr.tree import Dim, DimVar
from symbn.notes.extents import NUMBER, Form, column, matrix, transposed

Kind: TypeAlias = Literal[
    "number",
    "column",
    "row",
    "matrix",
    "family",
    "family of rows",
    "number-valued",
    "column-valued",
    "matrix-valued",
    "entrywise",
]
FUNCTIONS: tuple[Kind, ...] = ("number-valued", "column-valued", "entrywise", "matrix-valued")


@dataclass
class Tensor:
    """A number, column or matrix."""

    shape: Form


@dataclass
class Family:
    """x_i, for i up to `range`."""

    member: Form
    range: Dim


@dataclass
class Function:
    """f of arguments of these shapes (as many as it is first given), entry by entry where it has no `codomain`."""

    codomain: Form
    entrywise: bool = False
    domain: list[Form] = field(default_factory=list)


Meaning: TypeAlias = Tensor | Family | Function


def supposed(kind: Kind | None) -> Meaning | None:
    """One thing of a kind."""
    match kind:
        case "number":
            return Tensor(NUMBER)
        case "column":
            return Tensor(column())
        case "row":
            return Tensor(transposed(column()))
        case "matrix":
            return Tensor(matrix())
        case "family":
            return Family(column(), DimVar("a range"))
        case "family of rows":
            return Family(transposed(column()), DimVar("a range"))
        case "number-valued":
            return Function(NUMBER)
        case "column-valued":
            return Function(column())
        case "matrix-valued":
            return Function(matrix())
        case "entrywise":
            return Function(None, entrywise=True)
    return None
