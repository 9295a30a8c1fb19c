"""The oracle: whether two trees differ at points, up to rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.campaign.duals import Dual, Undefined
from tests.campaign.evaluation import FIXED, Evaluation
from tests.campaign.points import Point
from tests.campaign.trees import Node
from tests.campaign.worlds import World

_SMALL = {"n": 3, "m": 2, "p": 4, "r": 3}
_MIXED = {"n": 2, "m": 4, "p": 3, "r": 2}
_LARGE = {"n": 6, "m": 5, "p": 4, "r": 4}


@dataclass
class Comparison:
    """What points say: `differ` is a fact up to rounding; `unclear`: about the size of rounding."""

    differ: bool = False
    agreed: int = 0
    unclear: bool = False


class Oracle:
    """Compares two trees at a few points of a world, which are drawn once."""

    def __init__(self, world: World, seed: int = 0, large: bool = True) -> None:
        plan = [(_SMALL, False), (_MIXED, False), (_SMALL, True), *([(_LARGE, False)] if large else [])]
        self.points = [Point(world, sizes, seed + k, positive) for k, (sizes, positive) in enumerate(plan)]

    def compare(
        self, left: Node, right: Node, free: dict[str, str], enough: int = 4, small: str | None = None
    ) -> Comparison:
        """left = right at all values of the free indices, at `enough` points; free: index → dimension.

        With `small` = "x" the sides are compared at dx = 0 in value and in derivative.
        """
        found = Comparison()
        for point in self.points:
            if found.differ or found.agreed >= enough:
                break
            try:
                gap = max(_gaps(point, left, right, free, small))
            except Undefined:
                continue
            found.differ |= gap > 1e-6
            found.unclear |= 1e-9 < gap <= 1e-6
            found.agreed += gap <= 1e-9
        return found


def _gaps(point: Point, left: Node, right: Node, free: dict[str, str], small: str | None) -> list[float]:
    """|left − right| relative to the greatest entry of both, at a few values of the free indices."""
    evaluation = Evaluation(point)
    if small is not None:
        step = point.values["d" + small]
        evaluation.names["d" + small] = Dual(0, step * 0, step)
        evaluation.level = 1
    choices = [0, 1, 2, 5]
    gaps: list[float] = []
    for place in choices[: 1 if not free else 4]:
        evaluation.at = FIXED | {
            index: (place + 2 * k * (place > 0)) % evaluation.size(dim) for k, (index, dim) in enumerate(free.items())
        }
        a, b = ((evaluation.expansion if small else evaluation.value)(side) for side in (left, right))
        assert a.shape == b.shape, f"{a.shape} = {b.shape}: {left} = {right}"
        gaps.append(float(np.abs(a - b).max(initial=0) / (1 + max(np.abs(a).max(initial=0), np.abs(b).max(initial=0)))))
    return gaps
