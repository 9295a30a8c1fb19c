"""Where an expression is evaluated: worlds that hold a name as a variable, and frames that bind what is local.

World ::= the point | a world with one name held at its value + ε | a world with one symbol held at 0
Frame ::= a world, values of indices, values of a definition's parameters
"""

from __future__ import annotations

from typing import Any

from symbn.evidence.matrices import Matrix
from symbn.expr.tree import Target


class World:
    """Values of names, memoised: the point itself, or its parent with one name held as a variable (or at 0)."""

    __slots__ = ("children", "column", "family", "frame", "memo", "name", "parent", "row", "tag", "target")

    def __init__(self, parent: World | None = None, name: str = "", tag: int = 0) -> None:
        self.parent = parent
        self.name = name
        self.tag = tag  # 0: `name` is held at the value 0
        self.family: tuple[int, ...] = ()
        self.row: int | None = None
        self.column: int | None = None
        self.target: Target | None = None
        self.frame: Frame | None = None
        self.memo: dict[Any, Any] = {}
        self.children: dict[Any, World] = {}


class Frame:
    """Where an expression stands: a world, values of its indices (from 1), values of its definition's parameters."""

    __slots__ = ("indices", "parameters", "world")

    def __init__(self, world: World, indices: dict[str, int], parameters: dict[str, Matrix]) -> None:
        self.world = world
        self.indices = indices
        self.parameters = parameters
