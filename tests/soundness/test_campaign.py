"""A small sample of the soundness campaign, and that the campaign would see a wrong verdict."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import symbn
from scripts import soundness
from tests.campaign import judging
from tests.campaign.judging import FAULTS, judge, outcome_of
from tests.campaign.oracle import Comparison
from tests.campaign.shrinking import shrunk
from tests.campaign.statements import Statement, drawn
from tests.campaign.trees import weight

SEED = 20261123


def statements(count: int) -> list[tuple[int, Statement]]:
    found = ((number, drawn(SEED, number)) for number in range(count))
    return [(number, statement) for number, statement in found if statement is not None]


def test_no_statement_of_a_sample_is_judged_wrongly() -> None:
    outcomes: Counter[str] = Counter()
    for number, statement in statements(250):
        judgement = judge(statement)
        assert not judgement.is_fault, f"seed {SEED}, number {number}: {judgement}"
        outcomes[judgement.outcome] += 1
    assert outcomes["proved, equal"] > 100
    assert outcomes["refuted, unequal"] > 60


def test_a_statement_is_drawn_from_its_seed_and_number_alone() -> None:
    assert [drawn(SEED, number) for number in (5, 3)] == [drawn(SEED, 3 + 2 * k) for k in (1, 0)]
    assert drawn(SEED, 3) != drawn(SEED + 1, 3)


class _Says:
    """A stand-in for symbn that gives every claim one verdict."""

    def __init__(self, verdict: str) -> None:
        self.verdict, self.diagnostics, self.message = verdict, (), ""

    def __call__(self, *_: Any, **__: Any) -> _Says:
        return self


@pytest.mark.parametrize(("verdict", "fault"), [("proved", "false proof"), ("refuted", "false refutation")])
def test_a_checker_that_says_one_thing_is_caught(verdict: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbn, "verify", _Says(verdict))
    outcomes = Counter(judge(statement).outcome for _, statement in statements(60))
    assert outcomes[fault] > 10
    assert outcomes[verdict + (", equal" if verdict == "proved" else ", unequal")] > 10


AGREE, DIFFER, NOWHERE = Comparison(agreed=3), Comparison(differ=True, agreed=1), Comparison()


@pytest.mark.parametrize(
    ("equal", "verdict", "code", "found", "outcome"),
    [
        (True, "proved", "", AGREE, "proved, equal"),
        (True, "proved", "", DIFFER, "false proof"),
        (False, "proved", "", DIFFER, "false proof"),
        (False, "proved", "", AGREE, "proved, equal"),
        (True, "refuted", "", AGREE, "false refutation"),
        (True, "refuted", "S210", AGREE, "false refutation"),
        (True, "refuted", "", DIFFER, "refuted, the rewriting is wrong"),
        (False, "refuted", "", AGREE, "refuted, unclear"),
        (False, "refuted", "", DIFFER, "refuted, unequal"),
        (True, "undecided", "", AGREE, "undecided, equal"),
        (False, "undecided", "", DIFFER, "undecided, unequal"),
        (True, "proved", "", NOWHERE, "nowhere defined"),
        (True, "error", "S230", AGREE, "error"),
        (True, "error", "X001", AGREE, "paths disagree"),
        (True, "error", "X900", AGREE, "own fault"),
    ],
)
def test_what_two_opinions_come_to(equal: bool, verdict: str, code: str, found: Comparison, outcome: str) -> None:
    assert outcome_of(equal, verdict, code, found) == outcome
    assert outcome in judging.OUTCOMES


def test_what_fails_is_shrunk_to_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbn, "verify", _Says("proved"))

    def fails(statement: Statement) -> bool:
        return judge(statement).outcome == "false proof"

    number, failing = next((k, s) for k, s in statements(200) if fails(s) and weight(s.left) > 8)
    least = shrunk(failing, fails)
    assert fails(least), f"number {number}"
    assert weight(least.left) + weight(least.right) <= 6


def test_a_campaign_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundness, "BLOCK", 5)
    whole, parted = soundness.State(SEED), soundness.State(SEED)
    soundness.run(whole, tmp_path / "whole.json", 15, 1, 0.2)
    soundness.run(parted, tmp_path / "parted.json", 10, 1, 0.2)
    resumed = soundness.State.read(tmp_path / "parted.json")
    assert resumed.next == 10
    soundness.run(resumed, tmp_path / "parted.json", 15, 1, 0.2)
    assert resumed.counts == whole.counts
    kept = json.loads((tmp_path / "parted.json").read_text(encoding="utf-8"))
    assert (kept["seed"], kept["next"]) == (SEED, 15)
    assert not list(tmp_path.glob("*.part"))
    assert "outcome: proved, equal" in soundness.shown(whole)


def test_every_fault_stops_the_campaign_s_good_name() -> None:
    state = soundness.State(SEED, 10, 1.0, Counter({"outcome: proved, equal": 9, "outcome: paths disagree": 1}))
    assert soundness.faults(state) == 1
    assert soundness.faults(soundness.State(SEED, 10, 1.0, Counter({"outcome: error": 1}))) == 0
    contrary = Counter({"variants: sides swapped: proved became refuted": 1})
    assert soundness.faults(soundness.State(SEED, 10, 1.0, contrary)) == 1
    assert all(outcome in judging.OUTCOMES for outcome in FAULTS)
