"""What the core proves while a note is still read: that two expressions are the same for all that a context allows.

A note is read without the core; where the meaning of a formula rests on a proof, the reading is given this.
"""

from __future__ import annotations

from symbn.core.equality import Proof, decide
from symbn.core.ring import Budget, BudgetExceeded
from symbn.core.terms import NoRule
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.tree import Expr


def always_equal(left: Expr, right: Expr, context: Context) -> bool:
    """Whether left = right is proved without a side condition; no other answer is told from another."""
    indexing = Indexing(context)
    indexing.ring.budget = Budget()
    try:
        answers = [decide(*sides, indexing.theory) for sides in indexing.sides(left, right)]
    except (BudgetExceeded, NoRule, ZeroDivisionError):
        return False
    return all(isinstance(answer, Proof) and not answer.conditions for answer in answers)
