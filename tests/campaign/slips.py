r"""Slips of the pen: a tree with one mistake, of the kinds that authors make.  Whether it is one, the oracle says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random

from tests.campaign import trees as t
from tests.campaign.trees import Node, paths, transpose
from tests.campaign.worlds import POSITIVE, REALS, World

Slip = Callable[[Node, World, Random], Node | None]


def _sign(e: Node, world: World, random: Random) -> Node | None:
    return t.minus(e) if e.kind not in ("number", "unit") else None


def _transpose(e: Node, world: World, random: Random) -> Node | None:
    if e.kind == "transpose" and e.is_square:
        return e.parts[0]
    return transpose(e) if e.is_square and e.kind in ("symbol", "mul") else None


def _factor(e: Node, world: World, random: Random) -> Node | None:
    if e.kind == "number":
        return t.number(e.data + random.choice([1, -1]))
    return t.mul(t.TWO, e) if e.kind in ("mul", "trace") else None


def _exponent(e: Node, world: World, random: Random) -> Node | None:
    if e.kind == "power" and isinstance(e.data, Fraction):
        return replace(e, data=e.data + 1) if e.data + 1 not in (0, 1) else None
    if e.kind == "matrix power":
        return replace(e, data=(e.data[0], e.data[1] + 1))
    return t.power(e, 2) if e.kind in ("function", "entry") else None


def _missing_term(e: Node, world: World, random: Random) -> Node | None:
    if e.kind != "add":
        return None
    k = random.randrange(len(e.parts))
    return t.add(*e.parts[:k], *e.parts[k + 1 :])


def _missing_factor(e: Node, world: World, random: Random) -> Node | None:
    if e.kind not in ("mul", "hadamard"):
        return None
    k = random.randrange(len(e.parts))
    if e.kind == "mul" and not (e.parts[k].is_scalar or e.parts[k].is_square):
        return None
    rest = [*e.parts[:k], *e.parts[k + 1 :]]
    if e.kind == "mul" and e.shape != t.SCALAR and all(p.is_scalar for p in rest):
        return None
    return (t.mul if e.kind == "mul" else t.hadamard)(*rest)


def _size(e: Node, world: World, random: Random) -> Node | None:
    return t.size({"n": "m", "m": "n"}[e.data]) if e.kind == "size" and e.data in "nm" else None


def _name(e: Node, world: World, random: Random) -> Node | None:
    if e.kind == "symbol":
        others = [other for other in world.symbols(e.shape) if other != e]
        if e.is_scalar:
            others = [o for o in others if (o.data in POSITIVE) == (e.data in POSITIVE) or e.data in REALS]
        return random.choice(others) if others else None
    return None


def _index(e: Node, world: World, random: Random) -> Node | None:
    if e.kind == "entry" and e.data[0] and e.data[1] and e.parts[0].is_square:
        return t.entry(e.parts[0], e.data[1], e.data[0]) if e.data[0] != e.data[1] else None
    if e.kind == "sum":
        return replace(e, data=(e.data[0], {"n": "m", "m": "n"}.get(e.data[1], e.data[1]))) if not _uses(e) else None
    return None


def _uses(e: Node) -> bool:
    return e.data[0] in t.free_indices(e.parts[0])


def _order(e: Node, world: World, random: Random) -> Node | None:
    if e.kind != "mul":
        return None
    for k, (a, b) in enumerate(zip(e.parts, e.parts[1:], strict=False)):
        if a.is_square and b.is_square and a.shape == b.shape and a != b:
            return replace(e, parts=(*e.parts[:k], b, a, *e.parts[k + 2 :]))
    return None


def _hadamard_for_product(e: Node, world: World, random: Random) -> Node | None:
    if e.kind == "mul" and len(e.parts) == 2 and all(p.is_square for p in e.parts):
        return t.hadamard(*e.parts)
    if e.kind == "hadamard" and e.is_square:
        return t.mul(*e.parts)
    return None


def _function(e: Node, world: World, random: Random) -> Node | None:
    if e.kind == "unknown":
        return replace(e, data=(e.data[0], e.data[1] + 1))
    other = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "tanh": "sigmoid", "sigmoid": "tanh"}
    if e.kind == "function" and e.data in other:
        return replace(e, data=other[e.data])
    if e.kind == "log determinant":
        return t.scalar_of("determinant", e.parts[0])
    return None


def _inverse(e: Node, world: World, random: Random) -> Node | None:
    if e.kind == "inverse":
        return e.parts[0]
    return None


def _ones_for_identity(e: Node, world: World, random: Random) -> Node | None:
    return t.mul(t.ones(e.shape[0]), transpose(t.ones(e.shape[0]))) if e.kind == "identity" else None


def _mean(e: Node, world: World, random: Random) -> Node | None:
    return e.parts[0] if e.kind == "mean" else None


def _diagonal(e: Node, world: World, random: Random) -> Node | None:
    if e.kind == "diagonal":
        return t.mul(e.parts[0], transpose(t.ones(e.shape[0])))
    return None


def _shift(e: Node, world: World, random: Random) -> Node | None:
    """Something small is added that is 0 at some sizes."""
    if e.is_square and e.shape[0] == "n" and e.kind in ("add", "mul", "symbol"):
        one = t.mul(t.ones("n"), transpose(t.ones("n")))
        return t.add(e, one, t.minus(t.mul(t.size("n"), t.identity("n"))))
    return None


SLIPS: dict[str, Slip] = {
    "sign": _sign, "transpose": _transpose, "factor": _factor, "exponent": _exponent, "missing term": _missing_term,
    "missing factor": _missing_factor, "wrong size": _size, "wrong name": _name, "index": _index, "order": _order,
    "entrywise product": _hadamard_for_product, "function": _function, "inverse": _inverse,
    "ones for identity": _ones_for_identity, "mean": _mean, "diagonal": _diagonal, "true for n = 1 only": _shift,
}  # fmt: skip


def slipped(e: Node, world: World, random: Random) -> tuple[Node, str] | None:
    """The tree with one slip, at a random place."""
    kinds = list(SLIPS)
    random.shuffle(kinds)
    places = list(paths(e))
    for kind in kinds:
        random.shuffle(places)
        for at, node in places:
            new = SLIPS[kind](node, world, random)
            if new is not None and new != node and new.shape == node.shape:
                return t.replaced(e, at, new), kind
    return None
