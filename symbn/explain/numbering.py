"""Side conditions that say the same get one number: equal as the core proves, whatever the free indices are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from symbn.core.contraction import rename
from symbn.core.equality import Proof, decide
from symbn.core.ring import Budget, BudgetExceeded
from symbn.core.terms import Index, NoRule, SumOfProducts
from symbn.explain.conditions import SideCondition
from symbn.expr import tree
from symbn.expr.indexing import Indexing
from symbn.expr.tree import Expr

_TERMS = 20_000
_MOST_INDICES = 3


@dataclass(frozen=True)
class _Known:
    """A condition met before, and the translation of the context that it was met in."""

    condition: SideCondition
    indexing: Indexing
    number: int


class Numbering:
    """Numbers for the conditions of one note, from 1, in the order in which they are met."""

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self._numbers: dict[str, int] = {}

    def number(self, condition: SideCondition, indexing: Indexing) -> int:
        """The number of the conditions that say what this one says; a new one if there is none."""
        found = self._numbers.get(condition.latex)
        if found is None:
            same = (k.number for k in self._known if _says_the_same(k, condition))
            found = next(same, len(set(self._numbers.values())) + 1)
            self._numbers[condition.latex] = found
            self._known.append(_Known(condition, indexing, found))
        return found


def _says_the_same(known: _Known, condition: SideCondition) -> bool:
    """Whether the core proves it, by what was declared and defined where the known one was met."""
    a, b, indexing = known.condition.expression, condition.expression, known.indexing
    if condition.relation != known.condition.relation or not _stands_in(b, indexing):
        return False
    before, indexing.ring.budget = indexing.ring.budget, Budget(_TERMS)
    try:
        left, right = indexing.side(a), indexing.side(b)
        return any(
            isinstance(decide(left, rename(right, names), indexing.theory), Proof) for names in _renamings(left, right)
        )
    except (BudgetExceeded, NoRule, ZeroDivisionError):
        return False
    finally:
        indexing.ring.budget = before


def _stands_in(e: Expr, indexing: Indexing) -> bool:
    """Whether all names of an expression are known in a context."""
    context = indexing.context
    names = {node.name for node in tree.walk(e) if isinstance(node, tree.Reference)}
    symbols = {node.name for node in tree.walk(e) if isinstance(node, tree.Symbol)}
    return names <= context.definitions.keys() and symbols <= context.symbols.keys()


def _renamings(left: SumOfProducts, right: SumOfProducts) -> Iterator[dict[Index, Index]]:
    """The ways to call the free indices of one side as those of the other: each is said for all of its values."""
    own, others = ([i for i in sorted(e.free, key=str) if not i.is_constant] for e in (left, right))
    if len(own) == len(others) <= _MOST_INDICES:
        for chosen in permutations(own):
            if all(a.dim == b.dim for a, b in zip(others, chosen, strict=True)):
                yield dict(zip(others, chosen, strict=True))
