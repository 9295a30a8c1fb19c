r"""Statements of the campaign: two sides over a world, made equal by rewriting, or unequal by a slip or a trap.

Statement number k of a campaign is drawn from its seed and k alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from tests.campaign import trees as t
from tests.campaign.derivatives import NoRule, Rules, depends
from tests.campaign.growing import Grower
from tests.campaign.identities import Setting
from tests.campaign.rewriting import rewritten
from tests.campaign.schemes import TRAPS, scheme_of
from tests.campaign.slips import slipped
from tests.campaign.trees import Node
from tests.campaign.worlds import LETTERS, WORLDS


@dataclass(frozen=True)
class Statement:
    """left = right for all values of the free indices; `made` says by which identities or which slip."""

    world: str
    left: Node
    right: Node
    equal: bool
    made: tuple[str, ...]
    free: tuple[tuple[str, str], ...] = ()
    style: int = 0
    """The seed of how it is written."""
    middle: Node | None = None
    """What stands between the sides in a chain left = middle = right; equal to the left one."""
    small: str | None = None
    """"x" where right + o(dx) is claimed."""

    @property
    def kinds(self) -> set[str]:
        """The kinds of nodes in both sides."""
        return {node.kind for side in (self.left, self.right) for node in t.walk(side)} | (
            {"first order"} if self.small else set()
        )


def drawn(seed: int, number: int) -> Statement | None:
    """One statement; None where none of six draws came to two different sides."""
    random = Random(f"{seed}:{number}")
    for _ in range(6):
        found = _drawn(random)
        if found is not None:
            return found
    return None


def _drawn(random: Random) -> Statement | None:
    """One statement; None where the two sides came out the same, or an index is on one side only."""
    name = random.choices(list(WORLDS), (8, 2, 1))[0]
    world = WORLDS[name]
    grower = Grower(world, random)
    draw = random.random()
    if draw < 0.05 and not world.random:
        trap = random.choice(list(TRAPS))
        left, right = TRAPS[trap](grower)
        return _finished(Statement(name, left, right, False, (f"trap: {trap}",), (), random.getrandbits(30)))
    if draw < 0.2:
        made, (left, right) = scheme_of(world, grower)
        names = [made]
    elif draw < 0.23 and not world.random:
        return _first_order(name, grower, random)
    elif draw < 0.5 and not world.random:
        found_derivative = grower.derivative(random.choice((3, 4, 5, 6, 8, 10)))
        if found_derivative is None:
            return None
        left = right = found_derivative
        names = []
    else:
        left = _grown(grower, random)
        right, names = left, []
    free = {} if draw < 0.2 else dict(grower.indices)
    if names == ["derivative of entries"]:
        free = {"i": "m", "j": "p", "k": "n", "l": "n"}
    setting = Setting(world, random, t.indices_in(left) | t.indices_in(right) | set(free))
    steps = random.randint(0 if names and left != right else 1, 5)
    right, used = rewritten(right, setting, steps)
    if random.random() < 0.3:
        left, also = rewritten(left, setting, random.randint(1, 2))
        used += also
    middle = None
    if random.random() < 0.1:
        middle, _ = rewritten(left, setting, 2)
        middle = None if middle == left or t.free_indices(middle) != t.free_indices(left) else middle
    found = Statement(name, left, right, True, (*names, *used), tuple(free.items()), random.getrandbits(30), middle)
    if random.random() < 0.4:
        slip = slipped(right, world, random)
        if slip is not None:
            found = replace(found, right=slip[0], equal=False, made=(f"slip: {slip[1]}",))
    return _finished(found)


def _first_order(name: str, grower: Grower, random: Random) -> Statement | None:
    """e(x + dx) = e(x) + de + o(dx)"""
    variable = grower.world.named(random.choice("xyuAC"))
    grower.variable, grower.derivatives = variable, False
    body = grower.grow(random.choice([t.SCALAR, ("n", "1"), ("n", "n"), ("m", "n")]), random.randint(2, 7))
    moved = t.with_symbol(body, variable.data, t.add(variable, t.increment(variable)))
    try:
        change = Rules(variable, grower.world).moved(body)
    except NoRule:
        return None
    folded = [node for node in t.walk(body) if node.kind == "reference" and not node.parts]
    if moved == body or change is None or any(depends(node, variable, grower.world) for node in folded):
        return None
    setting = Setting(grower.world, random, t.indices_in(body))
    right, used = rewritten(t.add(body, change), setting, random.randint(0, 2))
    made, equal = ("first order", *used), True
    if random.random() < 0.4:
        slip = slipped(right, grower.world, random)
        if slip is not None:
            right, made, equal = slip[0], (f"slip: {slip[1]}",), False
    return _finished(Statement(name, moved, right, equal, made, (), random.getrandbits(30), small=variable.data))


def _grown(grower: Grower, random: Random) -> Node:
    if random.random() < 0.3:
        for letter in random.sample(LETTERS, random.choice((1, 2, 2))):
            grower.indices[letter] = random.choice(("n", "n", "m"))
    shape = t.SCALAR if grower.indices and random.random() < 0.7 else grower.shape()
    size = random.choice((3, 4, 5, 6, 6, 8, 8, 10, 12, 16))
    return grower.grow(shape, size)


def _finished(statement: Statement) -> Statement | None:
    if statement.left == statement.right or statement.left.shape != statement.right.shape:
        return None
    free = t.free_indices(statement.left)
    if free != t.free_indices(statement.right) or not all(_has_size(statement, index) for index in free):
        return None
    for side in (statement.left, statement.right):
        if side.kind == "zero" or (side.kind == "number" and statement.equal):
            if side is statement.left or statement.equal:
                return None
    return replace(statement, free=tuple((i, d) for i, d in statement.free if i in free))


def _has_size(statement: Statement, index: str) -> bool:
    """Whether a free index stands at a name, which says what it runs over."""
    return any(t.fixes(side, index) for side in (statement.left, statement.right))
