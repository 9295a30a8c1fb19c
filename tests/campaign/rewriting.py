r"""Random rewriting with the named identities, at random places of a tree."""

from __future__ import annotations

from tests.campaign import trees as t
from tests.campaign.identities import RULES, Setting
from tests.campaign.trees import Node, paths, replaced

_MOST_NODES = 60
_NAMES = tuple(RULES)
_ALWAYS = (
    "a term is added and taken away",
    "an identity is put in",
    "an inverse is put in and taken out",
    "sin² + cos² = 1",
)
"""These fit nearly everywhere, and teach little."""

_LINEAR = ("transpose", "vec", "diagonal", "diagonal part", "trace", "row", "column", "entry", "kronecker",
           "sum", "mean", "quotient")  # fmt: skip

_UNFOLDING = ("a definition is unfolded", "a derivative is taken", "the centring matrix is symmetric and idempotent")

_PREFERRED = ("a derivative is taken", "the chain rule through a defined name")


def rewritten(e: Node, setting: Setting, steps: int) -> tuple[Node, list[str]]:
    """The tree after so many rewritings, and the names of the identities used."""
    used: list[str] = []
    for _ in range(steps):
        found = _one(e, setting)
        if found is None:
            break
        name, new = found
        if t.weight(new) <= _MOST_NODES:
            e = new
            used.append(name)
    return e, used


def _one(e: Node, setting: Setting) -> tuple[str, Node] | None:
    """One rewriting; of derivatives first of all."""
    places = list(paths(e))
    derivatives = [(at, node) for at, node in places if node.kind in t.DERIVATIVES]
    if derivatives and setting.random.random() < 0.7:
        for name in _PREFERRED:
            found = _applied(e, name, derivatives, setting)
            if found is not None:
                return found
    for _ in range(12):
        name = setting.random.choice(_NAMES)
        if name in _ALWAYS and setting.random.random() < 0.8:
            continue
        found = _applied(e, name, places, setting)
        if found is not None:
            return found
    return None


def _applied(
    e: Node, name: str, places: list[tuple[tuple[int, ...], Node]], setting: Setting
) -> tuple[str, Node] | None:
    """The rule at one of the places where it fits."""
    chosen = list(places)
    setting.random.shuffle(chosen)
    for at, node in chosen:
        if name in _UNFOLDING and _is_held(e, at):
            continue
        new = RULES[name](node, setting)
        if new is not None and new != node:
            assert new.shape == node.shape, f"{name}: {node.shape} became {new.shape}"
            return name, _rebuilt(e, at, new)
    return None


def _is_held(e: Node, at: tuple[int, ...]) -> bool:
    """Whether a place stands in a derivative by a defined name: there the name is a variable, not its body."""
    for step in at:
        if e.kind in t.DERIVATIVES and e.parts[1].kind == "reference":
            return True
        e = e.parts[step]
    return False


def _rebuilt(e: Node, at: tuple[int, ...], new: Node) -> Node:
    """The tree with another subtree; sums and products that come to stand in their like are opened."""
    if not at:
        return new
    parent = e
    below = _rebuilt(parent.parts[at[0]], at[1:], new)
    parts = [*parent.parts[: at[0]], below, *parent.parts[at[0] + 1 :]]
    if parent.kind == "add":
        return t.add(*parts)
    if parent.kind == "mul":
        return t.mul(*parts)
    if parent.kind == "hadamard":
        return t.hadamard(*parts)
    if t.is_zero(below) and parent.kind in _LINEAR:
        return t.zero(parent.shape)
    return replaced(e, (at[0],), below)
