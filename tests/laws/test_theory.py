"""The theory, law by law: the core proves each, its false twin is refuted, and sampled numbers agree."""

from __future__ import annotations

from collections import Counter
from time import thread_time

import pytest

from symbn.core.equality import Proof, decide
from symbn.core.laws import DECLARED, THEORY, Law
from symbn.evidence.counterexample import search
from symbn.expr.indexing import Indexing
from symbn.expr.statement import Goal
from symbn.note import Note

laws = pytest.mark.parametrize("law", THEORY, ids=[law.name.replace(" ", "-") for law in THEORY])


def claimed(left: str, right: str) -> tuple[Note, Goal]:
    note = Note.from_text(f"{DECLARED}\n$${left} = {right}$$\n")
    statement = note.statements[-1]
    assert statement.kind == "claim" and statement.goals, [d.message for d in statement.diagnostics]
    return note, statement.goals[0]


@laws
def test_a_law_is_proved(law: Law) -> None:
    note, goal = claimed(law.left, law.right)
    indexing = Indexing(note.statements[-1].context)
    for left, right in indexing.sides(goal.left, goal.right):
        assert isinstance(decide(left, right, indexing.theory), Proof)


@laws
def test_a_law_holds_in_numbers(law: Law) -> None:
    note, goal = claimed(law.left, law.right)
    statement = note.statements[-1]
    found = search(goal.left, goal.right, statement.context, statement.free, reach=3, deadline=thread_time() + 60)
    assert found.agreed and found.counterexample is None


@laws
def test_a_false_twin_is_refuted(law: Law) -> None:
    note, _ = claimed(law.left, law.twin)
    report = note.check().statements[-1]
    assert report.verdict == "refuted", report.message


def test_every_law_has_a_name_of_its_own() -> None:
    assert max(Counter(law.name for law in THEORY).values()) == 1
