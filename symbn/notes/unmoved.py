r"""Names that a d varies where their increments do not stand: d(x^\top A x) = … dx, with a dA elsewhere in the note.

A name varies if its increment stands anywhere in the note.  Where the author writes dA and dx in one formula somewhere,
both are meant to vary in all of them; where they never stand together, A may be held while x varies.
"""

from __future__ import annotations

from collections.abc import Iterable

from symbn.expr import build, tree
from symbn.expr.statement import Statement
from symbn.notes.differentials import written_increments
from symbn.notes.syntax import Chain


def unmoved(statement: Statement, chain: Chain, chains: Iterable[Chain]) -> tuple[tree.Symbol, ...]:
    """The increments that a d brings into a claim, and that stand in no formula with those that are written in it."""
    sides = [side for goal in statement.goals for side in (goal.left, goal.right)]
    brought = {
        build.varying(node.increment): node.increment
        for side in sides
        for node in tree.walk(side)
        if isinstance(node, tree.Differential)
    }
    own = _written(chain) & brought.keys()
    if not own or own == brought.keys():
        return ()
    together: set[str] = set()
    for other in map(_written, chains):
        together |= other if other & own else set()
    return tuple(increment for name, increment in brought.items() if name not in own | together)


def _written(chain: Chain) -> set[str]:
    """The names whose increments stand in a chain."""
    return {name for side in chain.sides for _, name in written_increments(side)}
