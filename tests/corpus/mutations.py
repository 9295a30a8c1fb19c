"""Mutants: each claim of the corpus with one slip of the pen in its right side, as a whole note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.corpus.claims import Claim
from tests.corpus.places import places, setting_of
from tests.corpus.slips import KINDS


@dataclass(frozen=True)
class Mutant:
    """A note whose claim `id` has a slip of a `kind` in its right side, from `before` to `after`."""

    kind: str
    note: str
    id: str
    before: str
    after: str
    text: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.note}:{self.id}: {self.kind}: {self.before} -> {self.after}"


def mutants(claim: Claim) -> Iterator[Mutant]:
    """All mutants of a claim, in the order of the kinds and then of the text; each right side once."""
    setting, side = setting_of(claim), claim.right.span
    found = list(places(setting))
    seen = {_squeezed(setting.written(claim.right))}
    for kind, slips in KINDS.items():
        for place in found:
            for splice in slips(place, setting):
                text = claim.text[: splice.span.start] + splice.text + claim.text[splice.span.end :]
                grown = len(text) - len(claim.text)
                after = text[side.start : side.end + grown]
                if _squeezed(after) not in seen:
                    seen.add(_squeezed(after))
                    before = _line(setting.written(claim.right))
                    yield Mutant(kind, claim.note, claim.statement.id, before, _line(after), text)


def sample(found: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """As many mutants of each kind, chosen by a seed; all of a kind that has fewer."""
    chosen: list[Mutant] = []
    for kind in KINDS:
        of_kind = [mutant for mutant in found if mutant.kind == kind]
        random = Random(f"{seed} {kind}")
        chosen += of_kind if len(of_kind) <= count else random.sample(of_kind, count)
    return chosen


def _line(text: str) -> str:
    return " ".join(text.split())


def _squeezed(text: str) -> str:
    return "".join(text.split())
