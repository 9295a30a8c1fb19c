r"""Means: 𝔼 e = Σ_k w_k e(outcome k), for random names that take finitely many values jointly.

    x, y, … random:   (x, y, …) = (x_k, y_k, …) with probability w_k

An expectation binds every random name: inside of it, they and all that rests on them have the outcome's values,
whatever is held as a variable outside.  A random name outside of every expectation is a name like another.  A
parameter stands for its argument as written, so that v(u) := 𝔼(u − 𝔼u)² can be applied to a random name.

How many outcomes are enough: a claim in which products of up to r expectations occur is ∫ … ∫ q(x¹, …, xʳ) dP … dP
for a symmetric q (factors 1 = ∫ dP added).  With K ≥ r outcomes the coefficient of w_1 ⋯ w_r is r! q(x_1, …, x_r),
which is 0 for all outcomes only if q = 0: moments of any order are told apart.  And a covariance matrix of n rows
has an inverse only if K > n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbn.evidence.matrices import Matrix, entries, scaled
from symbn.evidence.worlds import Binding, Frame, World
from symbn.expr.tree import Expectation, Expr, Reference, Symbol, walk

if TYPE_CHECKING:
    from symbn.evidence.components import Evaluator


def mean(e: Evaluator, node: Expectation, frame: Frame) -> Matrix:
    """Σ_k w_k arg at outcome k."""
    e.check_time()
    if frame.parameters:
        return _mean(e, node, frame)
    world = frame.world
    if world.outcome is not None and world.parent is not None:
        world = world.parent  # a mean within a mean: all that is random is bound anew
    key = ("mean", id(node), tuple(sorted(frame.indices.items())))
    found: tuple[Expectation, Matrix] | None = world.memo.get(key)
    if found is None:  # the node is kept with its value, so that no other one can have its id
        found = world.memo[key] = node, _mean(e, node, Frame(world, frame.indices, {}))
    return found[1]


def _mean(e: Evaluator, node: Expectation, frame: Frame) -> Matrix:
    total: Matrix | None = None
    for k, weight in enumerate(e.weights()):
        part = scaled(weight, e.value(node.arg, at_outcome(e, frame, k)))
        total = part if total is None else entries(lambda x, y: x + y, total, part)
    assert total is not None, "a distribution without outcomes"
    return total


def at_outcome(e: Evaluator, frame: Frame, k: int) -> Frame:
    """The frame with outcome k of the random names; arguments that rest on random names are evaluated anew."""
    world = frame.world.children.get(k)
    if world is None:
        world = frame.world.children[k] = World(frame.world, outcome=k)
    return Frame(world, frame.indices, {name: _anew(e, binding, k) for name, binding in frame.parameters.items()})


def _anew(e: Evaluator, binding: Binding, k: int) -> Binding:
    if not _is_random(e, binding):
        return binding
    assert binding.written is not None and binding.frame is not None
    value = e.value(binding.written, at_outcome(e, binding.frame, k))
    return Binding(value, binding.written, binding.frame)


def _is_random(e: Evaluator, binding: Binding) -> bool:
    return binding.written is not None and binding.frame is not None and is_random(e, binding.written, binding.frame)


def is_random(e: Evaluator, written: Expr, frame: Frame) -> bool:
    """Whether an expression rests on a random name, through definitions and parameters."""
    for node in walk(written):
        if isinstance(node, Symbol) and node.name in frame.parameters:
            if _is_random(e, frame.parameters[node.name]):
                return True
        elif isinstance(node, Symbol | Reference) and e.dependence.is_random(node.name):
            return True
    return False
