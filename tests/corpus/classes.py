"""What a mutant is: told by reading it and by exact evaluation of both sides, without the core's proofs.

unreadable   the note's language has no meaning for it, or more than one
ill-shaped   its shapes do not fit
different    a point was found at which the sides certainly differ
undefined    no point was found at which both sides have a value
same         the sides agree wherever both have a value: equal by accident, as the transpose of a symmetric matrix
"""

from __future__ import annotations

from typing import Literal

from symbn.evidence.counterexample import search
from symbn.expr.statement import Statement
from symbn.note import Note
from tests.corpus.mutations import Mutant

Class = Literal["unreadable", "ill-shaped", "different", "undefined", "same"]

FALSE: tuple[Class, ...] = ("ill-shaped", "different")
"""What must be refuted."""

REACH = 4
SEED = 20_000
"""Other points than those at which a check looks for a counterexample first."""


def class_of(mutant: Mutant) -> Class:
    """The class of a mutant."""
    statement = statement_of(mutant)
    if statement is None or statement.kind != "claim":
        return "unreadable"
    if any(d.severity == "error" for d in statement.diagnostics):
        return "ill-shaped" if statement.misshapen else "unreadable"
    agreed = True
    for goal in statement.goals:
        found = search(goal.left, goal.right, statement.context, statement.free, reach=REACH, seed=SEED)
        if found.counterexample is not None:
            return "different"
        agreed = agreed and bool(found.agreed)
    return "same" if agreed else "undefined"


def statement_of(mutant: Mutant) -> Statement | None:
    """The mutant's one claim as it is read in its note; None if the note has no statement of its id any more."""
    return next((s for s in Note.from_text(mutant.text).statements if s.id == mutant.id), None)
