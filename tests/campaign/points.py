"""Points: sizes and floating-point values for the names of a world that fulfil what it declares of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tests.campaign.duals import Array
from tests.campaign.worlds import POSITIVE, World


@dataclass
class Point:
    """Sizes and values for the names of a world that fulfil what it declares."""

    world: World
    sizes: dict[str, int]
    seed: int
    positive: bool = False
    values: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        for name, (rows, columns) in self.world.shapes.items():
            self.values[name] = self._drawn(name, self.sizes.get(rows, 1), self.sizes.get(columns, 1))
            self.values["d" + name] = self._general(*self.values[name].shape)
        self.weights = self._random.dirichlet(np.ones(5) * 3)
        self.outcomes = {
            name: [self._general(*self.values[name].shape) for _ in self.weights] for name in self.world.random
        }
        n, m = self.sizes["n"], self.sizes["m"]
        self.inner = {"f": self._general(m, n), "g": self._general(1, m), "L": self._general(m, n)}
        self.outer = {"f": self._general(m, 1), "g": self._general(1, 1), "L": self._general(1, 1)}

    def _general(self, rows: int, columns: int) -> Array:
        drawn = self._random.uniform(0.2, 1.3, (rows, columns))
        return drawn if self.positive else drawn * self._random.choice([-1.0, 1.0], (rows, columns))

    def _drawn(self, name: str, rows: int, columns: int) -> Array:
        structure = self.world.structures.get(name)
        drawn = self._general(rows, columns)
        if name in POSITIVE:
            return np.abs(drawn)
        if structure == "symmetric":
            return drawn + drawn.T
        if structure == "positive definite":
            return drawn @ drawn.T / rows + np.eye(rows) * 0.7
        if structure == "orthogonal":
            return np.asarray(np.linalg.qr(self._random.standard_normal((rows, rows)))[0])
        if structure == "invertible":
            return drawn + 1.5 * np.diag(self._random.choice([-1.0, 1.0], rows))
        return drawn
