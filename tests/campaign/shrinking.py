r"""Shrinking: the smallest statement near a failing one that fails in the same way.

A candidate replaces one subtree, on one side or wherever it stands on both, by a leaf or by something of its own shape
that it holds; what still fails is kept, until nothing smaller does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.campaign import trees as t
from tests.campaign.statements import Statement
from tests.campaign.trees import Node, paths, replaced, weight
from tests.campaign.worlds import WORLDS


def shrunk(statement: Statement, fails: Callable[[Statement], bool], most: int = 600) -> Statement:
    """A statement that fails and whose every candidate does not, or the smallest after so many tries."""
    tries = 0
    smaller = True
    while smaller:
        smaller = False
        for candidate in _candidates(statement):
            tries += 1
            if tries > most:
                return statement
            if fails(candidate):
                statement, smaller = candidate, True
                break
    return statement


def _candidates(statement: Statement) -> Iterator[Statement]:
    """Smaller statements, the smallest first."""
    found: list[Statement] = []
    left, right = statement.left, statement.right
    for at, node in paths(left):
        for new in _smaller(node, statement):
            middle = None if statement.middle is None else _everywhere(statement.middle, node, new)
            both = replace(statement, left=replaced(left, at, new), right=_everywhere(right, node, new), middle=middle)
            found.append(both)
            found.append(replace(statement, left=replaced(left, at, new)))
    for at, node in paths(right):
        for new in _smaller(node, statement):
            found.append(replace(statement, right=replaced(right, at, new)))
    if statement.middle is not None:
        found.append(replace(statement, middle=None))
        found.append(replace(statement, right=statement.middle, middle=None))
    if statement.style:
        found.append(replace(statement, style=0))
    seen: set[Statement] = set()
    for candidate in sorted(found, key=lambda s: weight(s.left) + weight(s.right)):
        if candidate not in seen and candidate.left != candidate.right and _is_well_formed(candidate):
            seen.add(candidate)
            yield candidate


def _is_well_formed(statement: Statement) -> bool:
    free = t.free_indices(statement.left)
    return free == t.free_indices(statement.right) and free <= {i for i, _ in statement.free}


def _everywhere(e: Node, old: Node, new: Node) -> Node:
    return t.rebuilt(e, lambda node: new if node == old else node)


def _smaller(node: Node, statement: Statement) -> Iterator[Node]:
    """What may stand in a node's place: what it holds, fewer terms or factors, a name of its shape."""
    for inner in t.walk(node):
        if inner is not node and inner.shape == node.shape:
            yield inner
    if node.kind in ("add", "hadamard"):
        build = t.add if node.kind == "add" else t.hadamard
        for k in range(len(node.parts)):
            yield build(*node.parts[:k], *node.parts[k + 1 :])
    if node.kind == "mul":
        for k, part in enumerate(node.parts):
            rest = [*node.parts[:k], *node.parts[k + 1 :]]
            if (part.is_scalar and any(not p.is_scalar for p in rest)) or (part.is_square and len(rest) > 0):
                found = t.mul(*rest)
                if found.shape == node.shape:
                    yield found
    if weight(node) > 1:
        if node.is_scalar:
            yield t.ONE
        yield from WORLDS[statement.world].symbols(node.shape)[:2]
