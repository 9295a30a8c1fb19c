"""The verdicts of claims under a mutation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.sabotage.mutants import Mutation, mutated


@dataclass(frozen=True)
class Outcome:
    """One claim under a mutation."""

    label: str
    truth: bool
    verdict: str
    codes: tuple[str, ...]
    core_proves: bool


def outcomes(mutation: Mutation | None, text: str) -> dict[str, Outcome]:
    """Every claim of a note, by its label, checked by a symbn with the mutation; those under `## False` are false."""
    with mutated(mutation) as module:
        note = module.Note.from_text(text)
        verify = __import__("symbn.verifier", fromlist=["Verifier"])
        verifier = verify.Verifier(verify.Limits(seconds=3.0, terms=30_000))
        border = text.index("## False")
        found = {}
        for statement in note.statements:
            if statement.kind != "claim":
                assert statement.kind in ("definition", "declaration"), statement
                continue
            label = (statement.label or statement.id).removeprefix("eq:")
            verdict, codes = _checked(verifier, statement)
            proves = verdict == "proved" or "X001" in codes
            found[label] = Outcome(label, statement.span.start < border, verdict, codes, proves)
        return found


def _checked(verifier: Any, statement: Any) -> tuple[str, tuple[str, ...]]:
    try:
        report = verifier.check(statement)
    except Exception as crash:  # a broken rule may break anything: that is noticed too
        return f"crash: {crash!r}", ()
    return report.verdict, tuple(d.code for d in report.diagnostics)


def assert_noticed(mutation: Mutation, found: dict[str, Outcome], right: dict[str, Outcome]) -> None:
    """Some claim has another verdict, none a wrong one; one that the broken core proves is the error X001."""
    assert any(o.verdict != right[o.label].verdict for o in found.values()), "no claim notices"
    for outcome in found.values():
        assert outcome.verdict != ("refuted" if outcome.truth else "proved"), outcome
    assert set(mutation.proves) <= set(found)
    tempted = [found[label] for label in mutation.proves]
    if tempted:
        caught = [o for o in tempted if o.verdict == "error" and "X001" in o.codes]
        assert caught, f"the second path did not have to notice: {tempted}"


def assert_right(found: dict[str, Outcome]) -> None:
    """Every true claim is proved, and every false one refuted."""
    assert not [o for o in found.values() if o.verdict != ("proved" if o.truth else "refuted")]
