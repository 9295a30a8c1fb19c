"""Metamorphic: ways to say the same that must not change a verdict, of the campaign's statements and of notes' claims.

Of the notes a seeded sample; with SYMBN_ALL_NOTES=1 in the environment all claims.
"""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

import symbn
from symbn.expr import tree
from symbn.expr.statement import Statement
from symbn.expr.tree import Expr
from symbn.note import Note
from symbn.verifier import Verifier
from tests.campaign import statements as campaign
from tests.campaign import trees, variants
from tests.campaign.judging import decided
from tests.long_notes import LONG

ROOT = Path(__file__).resolve().parents[2]
SEED = 11
ALL = bool(os.environ.get("SYMBN_ALL_NOTES"))
LIMITS = symbn.Limits(seconds=20.0, terms=20_000)
ADDED = (r"h_{\text{unused}}", r"H_{\text{unused}}")
UNUSED = rf"""
Given ${ADDED[0]} \in \mathbb{{R}}^{{\varkappa}}$ and ${ADDED[1]} \in \mathbb{{R}}^{{\varkappa \times \varkappa}}$.
"""


# The campaign's statements ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", variants.VARIANTS)
def test_no_variant_of_a_statement_has_another_verdict(name: str) -> None:
    asked = 0
    for number in range(400 if ALL else 25):
        statement = campaign.drawn(SEED, number)
        assert statement is not None
        _, first = decided(statement)
        if first.verdict not in ("proved", "refuted"):
            continue
        second = variants.VARIANTS[name](statement)
        if second is not None:
            asked += 1
            said = f"seed {SEED}, number {number}: {first.message} | {second.message} | {statement.made}"
            assert second.verdict == first.verdict, said
    assert asked > 15


def test_a_variant_with_another_verdict_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = filter(None, (campaign.drawn(SEED, number) for number in range(99)))
    found = next(statement for statement in drawn if decided(statement)[1].verdict == "proved")
    spoiled = replace(found, right=trees.add(found.right, found.right), middle=None)
    monkeypatch.setitem(variants.VARIANTS, "sides swapped", lambda _: decided(spoiled)[1])
    seen = variants.disagreements(found, "proved")
    assert ("sides swapped", "refuted") in [(name, verdict) for name, verdict, _ in seen]
    assert variants.is_contrary("proved", "refuted")
    assert not variants.is_contrary("proved", "undecided")


# The notes' claims ------------------------------------------------------------------------------------------


def notes() -> list[Path]:
    found = [*sorted((ROOT / "tests/corpus").glob("*.md")), *sorted((ROOT / "derivations").rglob("*.md"))]
    chosen = [path for path in found if path.stem not in LONG and "as_published" not in path.stem]
    return chosen if ALL else Random(SEED).sample([path for path in chosen if path.stat().st_size < 2500], 4)


def claims(note: Note) -> list[Statement]:
    """The claims that could be read; of many a sample."""
    found = [s for s in note.statements if s.kind == "claim" and not s.diagnostics and s.goals]
    return found if ALL or len(found) <= 6 else sorted(Random(SEED).sample(found, 6), key=lambda s: s.span.start)


def verdict(statement: Statement) -> str:
    return Verifier(LIMITS, explain=False).check(statement).verdict


@pytest.mark.parametrize("path", notes(), ids=lambda path: path.stem)
def test_sides_of_a_note_s_claims_may_be_swapped(path: Path) -> None:
    for statement in claims(Note.read(path)):
        swapped = tuple(replace(goal, left=goal.right, right=goal.left) for goal in statement.goals)
        assert verdict(replace(statement, goals=swapped)) == verdict(statement), statement.lhs


@pytest.mark.parametrize("path", notes(), ids=lambda path: path.stem)
def test_an_unused_declaration_changes_no_claim_of_a_note(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    front, body = ("", text) if not text.startswith("---") else _parted(text)
    other = tmp_path / path.name
    other.write_text(f"{front}\n{UNUSED}\n\n{body}", encoding="utf-8")
    first, second = Note.read(path), Note.read(other)
    pairs = dict(zip((s.id for s in first.statements), _without_added(second), strict=True))
    for statement in claims(first):
        assert verdict(pairs[statement.id]) == verdict(statement), statement.lhs


def _parted(text: str) -> tuple[str, str]:
    end = text.index("\n---", 3) + len("\n---")
    return text[:end] + "\n", text[end:]


def _without_added(note: Note) -> list[Statement]:
    return [s for s in note.statements if not (s.kind == "declaration" and s.lhs in ADDED)]


@pytest.mark.parametrize("path", notes(), ids=lambda path: path.stem)
def test_a_claim_that_is_spoiled_in_both_ways_is_refuted_in_both(path: Path) -> None:
    """The false twin: with 1 added in every entry of a side."""
    for statement in claims(Note.read(path))[:3]:
        if verdict(statement) != "proved" or statement.free:
            continue
        spoiled = tuple(replace(goal, right=_and_one(goal.right)) for goal in statement.goals)
        swapped = tuple(replace(goal, left=goal.right, right=goal.left) for goal in spoiled)
        assert verdict(replace(statement, goals=spoiled)) == "refuted", statement.lhs
        assert verdict(replace(statement, goals=swapped)) == "refuted", statement.lhs


def _and_one(e: Expr) -> Expr:
    """The side with 1 added in every entry."""
    one = tree.Number(value=Fraction(1), shape=(1, 1))
    return tree.Add(terms=(e, one if e.is_scalar else tree.Fill(arg=one, shape=e.shape)), shape=e.shape)
