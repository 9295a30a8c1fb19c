r"""Variants: ways to say the same that must not change a verdict.

names renamed · sides swapped · terms of sums reordered · index letters renamed · an unused declaration added ·
what symbn read, as it prints it, read again
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import symbn
from tests.campaign import trees as t
from tests.campaign.judging import LIMITS, claim_of, declarations, spelling_of
from tests.campaign.statements import Statement
from tests.campaign.trees import Node
from tests.campaign.worlds import LETTERS, SPELLINGS

Verdict = str


def _verdict(statement: Statement, spelling: int | None = None, unused: bool = False) -> symbn.Decision:
    chosen = spelling_of(statement) if spelling is None else spelling
    given = declarations(statement.world, chosen, unused)
    return symbn.verify(claim_of(statement, chosen), given, limits=LIMITS)


def renamed(statement: Statement) -> symbn.Decision:
    return _verdict(statement, (spelling_of(statement) + 1) % len(SPELLINGS))


def swapped(statement: Statement) -> symbn.Decision:
    return _verdict(replace(statement, left=statement.right, right=statement.left))


def reordered(statement: Statement) -> symbn.Decision:
    random = Random(statement.style)

    def shuffled(e: Node) -> Node:
        if e.kind not in ("add", "hadamard"):
            return e
        parts = list(e.parts)
        random.shuffle(parts)
        return replace(e, parts=tuple(parts))

    sides = (t.rebuilt(side, shuffled) for side in (statement.left, statement.right))
    return _verdict(replace(statement, left=next(sides), right=next(sides)))


def relettered(statement: Statement) -> symbn.Decision:
    """All index letters replaced by those after them: i by j, j by k, …"""

    def other(side: Node) -> Node:
        for letter in LETTERS:
            side = t.with_index(side, letter, letter + "'")
        for place, letter in enumerate(LETTERS):
            side = t.with_index(side, letter + "'", LETTERS[(place + 1) % len(LETTERS)])
        return side

    middle = None if statement.middle is None else other(statement.middle)
    return _verdict(replace(statement, left=other(statement.left), right=other(statement.right), middle=middle))


def with_more_declared(statement: Statement) -> symbn.Decision:
    return _verdict(statement, unused=True)


def reread(statement: Statement) -> symbn.Decision | None:
    """What symbn printed as read, read again; None where it prints what is no LaTeX of a note, or says no goal."""
    chosen = spelling_of(statement)
    given = declarations(statement.world, chosen)
    first = symbn.verify(claim_of(statement, chosen), given, limits=LIMITS, explain=True)
    said = [line for line in first.understood if line.startswith("read as: ")]
    if len(said) != 1:
        return None
    return symbn.verify(said[0].removeprefix("read as: ").rsplit("   [", 1)[0], given, limits=LIMITS)


VARIANTS: dict[str, Callable[[Statement], symbn.Decision | None]] = {
    "names renamed": renamed, "sides swapped": swapped, "terms reordered": reordered, "letters renamed": relettered,
    "unused declaration": with_more_declared, "printed and read": reread,
}  # fmt: skip


def disagreements(statement: Statement, verdict: Verdict) -> list[tuple[str, Verdict, str]]:
    """The variants with another verdict, and what symbn says of them.

    A variant that ends undecided or unread is a weaker answer, not a contrary one; it is listed all the same.
    """
    found = []
    for name, variant in VARIANTS.items():
        decision = variant(statement)
        if decision is not None and decision.verdict != verdict:
            found.append((name, decision.verdict, decision.message))
    return found


def is_contrary(first: Verdict, second: Verdict) -> bool:
    """Whether two verdicts cannot both be right."""
    return {first, second} == {"proved", "refuted"}
