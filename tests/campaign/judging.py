r"""Judging: symbn's verdict on the LaTeX of a statement beside what the oracle says of its trees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from random import Random

import symbn
from tests.campaign.oracle import Comparison, Oracle
from tests.campaign.statements import Statement
from tests.campaign.worlds import SPELLINGS, WORLDS, given
from tests.campaign.writing import Pen

LIMITS = symbn.Limits(seconds=5.0, terms=20_000)

FAULTS = ("false proof", "false refutation", "own fault", "paths disagree")
"""Outcomes that must never be."""

OUTCOMES = (
    *FAULTS,
    "proved, equal",
    "refuted, unequal",
    "undecided, equal",
    "undecided, unequal",
    "error",
    "refuted, unclear",
    "refuted, the rewriting is wrong",
    "nowhere defined",
    "not drawn",
)


@dataclass(frozen=True)
class Judgement:
    """One outcome, with what symbn was given and said."""

    outcome: str
    verdict: str = ""
    claim: str = ""
    code: str = ""
    message: str = ""

    @property
    def is_fault(self) -> bool:
        return self.outcome in FAULTS


@cache
def declarations(world: str, spelling: int, unused: bool = False) -> str:
    return given(WORLDS[world], SPELLINGS[spelling], unused)


@cache
def oracle(world: str) -> Oracle:
    return Oracle(WORLDS[world], seed=20)


def spelling_of(statement: Statement) -> int:
    return statement.style % len(SPELLINGS)


def claim_of(statement: Statement, spelling: int | None = None) -> str:
    """The equation as LaTeX."""
    chosen = spelling_of(statement) if spelling is None else spelling
    pen = Pen(SPELLINGS[chosen], Random(statement.style))
    sides = [side for side in (statement.left, statement.middle, statement.right) if side is not None]
    tail = "" if statement.small is None else rf" + o(\mathrm{{d}} {SPELLINGS[chosen][statement.small]})"
    return " = ".join(map(pen.write, sides)) + tail


def decided(statement: Statement) -> tuple[str, symbn.Decision]:
    claim = claim_of(statement)
    return claim, symbn.verify(claim, declarations(statement.world, spelling_of(statement)), limits=LIMITS)


def compared(statement: Statement) -> Comparison:
    found = oracle(statement.world).compare(statement.left, statement.right, dict(statement.free), 4, statement.small)
    if statement.middle is not None:
        also = oracle(statement.world).compare(statement.left, statement.middle, dict(statement.free))
        found = Comparison(found.differ or also.differ, min(found.agreed, also.agreed), found.unclear or also.unclear)
    return found


def judge(statement: Statement) -> Judgement:
    """Both opinions, and what they come to."""
    found = compared(statement)
    claim, decision = decided(statement)
    code = next((d.code for d in decision.diagnostics if d.severity == "error"), "")
    outcome = outcome_of(statement.equal, decision.verdict, code, found)
    return Judgement(outcome, decision.verdict, claim, code, decision.message)


def outcome_of(equal: bool, verdict: str, code: str, found: Comparison) -> str:
    """What a verdict means, where the sides were made equal or not, and points agree or not."""
    if code.startswith("X"):
        return "paths disagree" if code == "X001" else "own fault"
    if verdict == "proved":
        if found.differ:
            return "false proof"
        return "proved, equal" if found.agreed else "nowhere defined"
    if verdict == "refuted":
        if found.differ:
            return "refuted, the rewriting is wrong" if equal else "refuted, unequal"
        if not found.agreed:
            return "nowhere defined"
        return "false refutation" if equal else "refuted, unclear"
    if verdict == "error":
        return "error"
    if not found.agreed and not found.differ:
        return "nowhere defined"
    return "undecided, unequal" if found.differ else "undecided, equal"


def tally(statement: Statement | None, judgement: Judgement) -> Counter[str]:
    """The counters that one judgement adds to."""
    counts = Counter({f"outcome: {judgement.outcome}": 1})
    if statement is None:
        return counts
    counts[f"made: {'equal' if statement.equal else 'unequal'}"] += 1
    counts[f"world: {statement.world}"] += 1
    if judgement.outcome == "error":
        counts[f"error: {judgement.code}"] += 1
    if judgement.verdict in ("proved", "refuted", "undecided"):
        for kind in statement.kinds:
            counts[f"kind: {kind}: {judgement.verdict}"] += 1
    for made in statement.made:
        counts[f"by: {made}"] += 1
    return counts
