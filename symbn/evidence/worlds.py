"""Where an expression is evaluated: worlds that change what a name is worth, and frames that bind what is local.

World ::= the point | a world with one name held at its value + ε | a world with one symbol held at 0
        | a world in which all random names have one of their outcomes
Frame ::= a world, values of indices, bindings of a definition's parameters
"""

from __future__ import annotations

from typing import Any

from symbn.evidence.matrices import Matrix
from symbn.expr.tree import Expr, Target


class World:
    """Values of names, memoised: the point itself, or its parent with one name held as a variable (or at 0).

    outcome: the number of the outcome that random names have here; such a world holds no name.
    """

    __slots__ = ("children", "column", "family", "frame", "memo", "name", "outcome", "parent", "row", "tag", "target")

    def __init__(
        self, parent: World | None = None, name: str = "", tag: int = 0, *, outcome: int | None = None
    ) -> None:
        self.parent = parent
        self.name = name
        self.tag = tag  # 0: `name` is held at the value 0
        self.outcome = outcome
        self.family: tuple[int, ...] = ()
        self.row: int | None = None
        self.column: int | None = None
        self.target: Target | None = None
        self.frame: Frame | None = None
        self.memo: dict[Any, Any] = {}
        self.children: dict[Any, World] = {}


class Binding:
    """A parameter's value; and the argument as written with where it stood, as a mean takes its own values of it."""

    __slots__ = ("frame", "value", "written")

    def __init__(self, value: Matrix, written: Expr | None = None, frame: Frame | None = None) -> None:
        self.value = value
        self.written = written
        self.frame = frame


class Frame:
    """Where an expression stands: a world, values of its indices (from 1), bindings of its definition's parameters."""

    __slots__ = ("indices", "parameters", "world")

    def __init__(self, world: World, indices: dict[str, int], parameters: dict[str, Binding]) -> None:
        self.world = world
        self.indices = indices
        self.parameters = parameters
