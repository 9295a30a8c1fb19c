"""Identities as named data: each takes a tree to an equal one, for all sizes and values, or does not fit (None).

A rule looks at the root of a tree only; `rewriting` picks the places.
"""

from __future__ import annotations

from tests.campaign.identities import functions, indices, matrices, products
from tests.campaign.identities.setting import RULES, Setting

__all__ = ["RULES", "Setting", "functions", "indices", "matrices", "products"]
