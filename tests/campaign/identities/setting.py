"""The register of identities, and what a rule may use besides the tree that it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.campaign.growing import Grower
from tests.campaign.trees import Node
from tests.campaign.worlds import DIMS, LETTERS, World


@dataclass
class Setting:
    """What rules may use: the world, chance, and letters that the whole statement does not use."""

    world: World
    random: Random
    used: set[str]

    def letter(self, dim: str = "n") -> str | None:
        """A new index of a dimension; None for one that has no name of its own."""
        if dim not in DIMS:
            return None
        left = [letter for letter in LETTERS if letter not in self.used]
        if not left:
            return None
        found = self.random.choice(left)
        self.used.add(found)
        return found

    def grower(self) -> Grower:
        grower = Grower(self.world, self.random)
        grower.derivatives = False
        grower.means = False
        return grower


Rule = Callable[[Node, Setting], Node | None]
RULES: dict[str, Rule] = {}


def named(name: str) -> Callable[[Rule], Rule]:
    def entered(rule: Rule) -> Rule:
        assert name not in RULES
        RULES[name] = rule
        return rule

    return entered
