"""The campaign's oracle and its identities: each is right by itself, whatever symbn says."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest

from tests.campaign import trees as t
from tests.campaign.duals import Undefined
from tests.campaign.evaluation import Evaluation
from tests.campaign.growing import Grower
from tests.campaign.identities import RULES, Setting
from tests.campaign.oracle import Oracle
from tests.campaign.points import Point
from tests.campaign.schemes import MEANS_SCHEMES, SCHEMES, TRAPS
from tests.campaign.trees import Node
from tests.campaign.worlds import ALGEBRA, MEANS, WORLDS

FREE = {"i": "n", "j": "m"}
SIZES = {"n": 3, "m": 2, "p": 4, "r": 3}
ORACLES = {name: Oracle(world, 5, large=False) for name, world in WORLDS.items()}


def nodes(seed: int) -> list[tuple[str, Node]]:
    """Subtrees of a random tree whose free indices are i and j, with the name of their world."""
    random = Random(seed)
    name = random.choice(list(WORLDS))
    grower = Grower(WORLDS[name], random)
    grower.indices = dict(FREE) if random.random() < 0.3 else {}
    wanted = random.random() < 0.4 and name != "means"
    tree = grower.derivative(5) if wanted else grower.grow(grower.shape(), random.randint(3, 6))
    if tree is None or any(node.kind in ("sum", "stack") and node.data[0] in FREE for node in t.walk(tree)):
        return []
    return [(name, node) for _, node in t.paths(tree) if t.free_indices(node) <= FREE.keys()]


def test_every_identity_holds_at_points() -> None:
    held: Counter[str] = Counter()
    for seed in range(500):
        for world, node in nodes(seed):
            for name, rule in RULES.items():
                setting = Setting(WORLDS[world], Random(seed), t.indices_in(node) | FREE.keys())
                new = rule(node, setting) if held[name] < 40 else None
                if new is None or new == node:
                    continue
                held[name] += 1
                free = {i: d for i, d in FREE.items() if i in t.free_indices(node) | t.free_indices(new)}
                assert new.shape == node.shape, f"{name}: {node}"
                assert not ORACLES[world].compare(node, new, free, 2).differ, f"{name}: {node} became {new}"
    assert len(held) > 30, "few identities were met"


@pytest.mark.parametrize("name", [*SCHEMES, *MEANS_SCHEMES])
def test_every_scheme_holds_at_points(name: str) -> None:
    world = MEANS if name in MEANS_SCHEMES else ALGEBRA
    free = {"i": "m", "j": "p", "k": "n", "l": "n"} if name == "derivative of entries" else {}
    for seed in range(3):
        left, right = (SCHEMES | MEANS_SCHEMES)[name](Grower(world, Random(seed)))
        found = ORACLES["means" if world is MEANS else "algebra"].compare(left, right, free, 2)
        assert found.agreed, f"seed {seed}"
        assert not found.differ, f"seed {seed}"


@pytest.mark.parametrize("name", TRAPS)
def test_every_trap_is_false_at_large_sizes_and_true_at_a_small_one(name: str) -> None:
    oracle = Oracle(ALGEBRA, 5)
    ones = [Point(ALGEBRA, {"n": n, "m": n, "p": n, "r": 3}, 7) for n in (1, 2, 3, 4)]
    trues = 0
    for seed in range(6):
        left, right = TRAPS[name](Grower(ALGEBRA, Random(seed)))
        assert oracle.compare(left, right, {}).differ, f"seed {seed}"
        trues += any(_agree(point, left, right) for point in ones)
    assert trues


def _agree(point: Point, left: Node, right: Node) -> bool:
    a, b = (Evaluation(point).value(side) for side in (left, right))
    return bool(np.abs(a - b).max() < 1e-9 * (1 + np.abs(a).max()))


X, M = ALGEBRA.named("x"), ALGEBRA.named("M")
BODIES = {
    "quadratic form": (t.mul(t.transpose(X), ALGEBRA.named("A"), X), X),
    "log of a sum": (t.function("log", t.add(t.ONE, t.mul(t.transpose(X), X))), X),
    "softmax": (t.mul(t.transpose(ALGEBRA.named("y")), t.softmax(X)), X),
    "determinant": (t.scalar_of("determinant", M), M),
    "inverse": (t.trace(t.inverse(M)), M),
    "unknown function": (t.apply("g", t.SCALAR, t.reference("w", ("m", "1"))), X),
    "root": (t.scalar_of("norm", X), X),
}


@pytest.mark.parametrize("name", BODIES)
def test_derivatives_are_those_of_finite_differences(name: str) -> None:
    body, variable = BODIES[name]
    point = Point(ALGEBRA, SIZES, 11)
    found = Evaluation(point).value(t.gradient(body, variable))
    step = 1e-6
    for place in np.ndindex(*found.shape):
        ends = []
        for sign in (1, -1):
            moved = Evaluation(point)
            value = np.array(point.values[variable.data])
            value[place] += sign * step
            moved.names[variable.data] = value
            ends.append(moved.value(body)[0, 0])
        assert found[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-7)


def test_second_derivatives_are_derivatives_of_the_first() -> None:
    body, variable = BODIES["log of a sum"]
    point = Point(ALGEBRA, SIZES, 12)
    hessian = Evaluation(point).value(t.hessian(body, variable))
    assert np.allclose(hessian, Evaluation(point).value(t.jacobian(t.gradient(body, variable), variable)))
    assert np.allclose(hessian, hessian.T)
    assert not np.allclose(hessian, 0)


def test_what_has_no_value_is_said() -> None:
    with pytest.raises(Undefined):
        Evaluation(Point(ALGEBRA, SIZES, 1)).value(t.function("log", t.number(-1)))
