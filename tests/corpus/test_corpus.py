"""The corpus of true claims, and their mutants: what is true is proved, what is false refuted, nothing false proved.

A mutant's class is told by exact evaluation (`classes`), not by the core.  Every run takes the same few mutants of each
kind; with SYMBN_ALL_MUTANTS set in the environment it takes all, which needs some minutes.
"""

from __future__ import annotations

import os
from functools import cache

import pytest

from symbn.note import Note
from symbn.report import Report
from tests.corpus.claims import FOLDER, NOTES, Claim, claims, read
from tests.corpus.classes import FALSE, class_of
from tests.corpus.mutations import Mutant, mutants, sample
from tests.corpus.slips import KINDS
from tests.reports import checked

LEAST_CLAIMS = 150
OF_EACH_KIND = 16
SEED = 4

CLAIMS = [claim for note in NOTES for claim in claims(note)]


@cache
def reports(note: str) -> dict[str, Report]:
    return {report.id: report for report in checked(FOLDER / f"{note}.md", explain=False, repair=False).statements}


@cache
def all_mutants() -> list[Mutant]:
    return [mutant for claim in CLAIMS for mutant in mutants(claim)]


def chosen_mutants() -> list[Mutant]:
    found = all_mutants()
    return found if os.environ.get("SYMBN_ALL_MUTANTS") else sample(found, OF_EACH_KIND, SEED)


def verdict(mutant: Mutant) -> str:
    """What a check of the mutant's one claim says."""
    found = Note.from_text(mutant.text).check(select=[mutant.id], explain=False, repair=False).statements
    return next((report.verdict for report in found if report.id == mutant.id), "error")


# True claims ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_a_true_claim_is_proved(claim: Claim) -> None:
    report = reports(claim.note)[claim.statement.id]
    assert report.verdict == "proved", f"{report.lhs} = {report.rhs}: {report.message}"


def test_the_corpus_is_large_enough() -> None:
    assert len({(claim.note, claim.statement.id) for claim in CLAIMS}) == len(CLAIMS) >= LEAST_CLAIMS


@pytest.mark.parametrize("note", NOTES)
def test_a_note_of_the_corpus_is_read_without_a_fault(note: str) -> None:
    assert not read(note).check(select=["none"]).diagnostics
    assert {r.verdict for r in reports(note).values()} <= {"proved", "definition", "declaration"}


def test_no_claim_says_that_something_is_itself() -> None:
    for claim in CLAIMS:
        assert claim.statement.lhs != claim.statement.rhs
        assert all(goal.left != goal.right for goal in claim.statement.goals), claim


# Mutants ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_slip_makes_false_claims(kind: str) -> None:
    of_kind = [mutant for mutant in all_mutants() if mutant.kind == kind]
    assert any(class_of(mutant) in FALSE for mutant in sample(of_kind, OF_EACH_KIND, SEED))


def test_a_mutant_changes_one_right_side_only() -> None:
    for mutant in sample(all_mutants(), 4, SEED):
        original, changed = read(mutant.note), Note.from_text(mutant.text)
        before = {s.id: (s.lhs, s.rhs) for s in original.statements if s.id != mutant.id}
        after = {s.id: (s.lhs, s.rhs) for s in changed.statements if s.id != mutant.id}
        assert before == after, mutant


def test_mutants_are_made_in_one_order() -> None:
    again = [mutant for claim in claims(NOTES[0]) for mutant in mutants(claim)]
    assert again == [mutant for mutant in all_mutants() if mutant.note == NOTES[0]]


@pytest.mark.parametrize("mutant", chosen_mutants(), ids=str)
def test_a_mutant_is_refuted_just_when_it_is_false(mutant: Mutant) -> None:
    found = class_of(mutant)
    told = verdict(mutant)
    if found in FALSE:
        assert told == "refuted", f"{found}, but {told}"
    elif found == "same":
        assert told in ("proved", "undecided"), f"{found}, but {told}"
    elif found == "undefined":
        assert told == "undecided", f"{found}, but {told}"
    else:
        assert told == "error", f"{found}, but {told}"
