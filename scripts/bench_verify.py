"""How many claims a second `symbn.verify` decides on one core, and what it accepts, beside Math-Verify.

    python scripts/bench_verify.py [--mutants 16] [--seed 4]

The claims are those of tests/corpus and derivations/, and mutants of them: one slip of the pen in the right side, told
true or false by exact evaluation.  Both get the same pairs of LaTeX strings, interleaved in one run; symbn is also
given the note's declarations and definitions, or those before the claim where names mean something else afterwards
(Math-Verify takes none).  The first claim with the same given things pays for reading them; the rate at the median is
1 / (median processor seconds of a claim).

Math-Verify (`pip install math-verify`) is left out where it is not installed.  Nothing here decides a test.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import symbn  # noqa: E402
from symbn.expr.statement import Statement  # noqa: E402
from symbn.note import Note  # noqa: E402
from symbn.notes.markdown import scan  # noqa: E402
from symbn.verifier import Verifier  # noqa: E402
from tests.corpus.claims import Claim, right_sides  # noqa: E402
from tests.corpus.classes import FALSE, class_of  # noqa: E402
from tests.corpus.mutations import Mutant, mutants, sample  # noqa: E402


@dataclass(frozen=True)
class Pair:
    """left = right, with what is given for it; a mutant knows what it was made of."""

    name: str
    left: str
    right: str
    given: tuple[str, ...]
    mutant: Mutant | None = None

    @property
    def is_false(self) -> bool:
        """Whether exact evaluation finds the sides different; not known of what cannot be read."""
        return self.mutant is not None and class_of(self.mutant) in FALSE


def notes() -> Iterator[tuple[str, Note]]:
    """The notes whose claims are all meant to be true."""
    for path in (*sorted((ROOT / "tests/corpus").glob("*.md")), *sorted((ROOT / "derivations").rglob("*.md"))):
        if "as_published" not in path.stem:
            yield path.relative_to(ROOT).as_posix(), Note.read(path)


def given_before(note: Note, end: int) -> tuple[str, ...]:
    """The declarations and definitions that stand before a place, in their order, after those of the front matter."""
    text = note.source.text
    front = scan(text).front_matter
    starts: dict[int, int] = {}
    for statement in note.statements:
        if statement.kind in ("declaration", "definition") and statement.span.end <= end and not statement.diagnostics:
            at = starts.setdefault(statement.span.end, statement.span.start)
            starts[statement.span.end] = min(at, statement.span.start)
    listed = sorted((start, stop) for stop, start in starts.items())
    formulas = (" ".join(text[start:stop].split()) for start, stop in listed)
    return (*((text[front.span.start : front.span.end],) if front else ()), *formulas)


def reads_alike(statement: Statement, given: tuple[str, ...]) -> bool:
    """Whether a claim by itself says what it says in its note: the same sides, about the same names."""
    found = symbn.verify(f"{statement.lhs} = {statement.rhs}", given, limits=symbn.Limits(0.001, 1), explain=True)
    own = Verifier(symbn.Limits(0.001, 1)).check(statement)
    read = [line for line in own.understood if line.startswith("read as:")]
    return read == [line for line in found.understood if line.startswith("read as:")] and found.verdict == own.verdict


def pairs(of_each_kind: int, seed: int) -> tuple[list[Pair], list[Pair]]:
    """The claims, and mutants of them."""
    claims: list[Pair] = []
    made: dict[str, tuple[Pair, Mutant]] = {}
    found: list[Mutant] = []
    for name, note in notes():
        rights = right_sides(note.source.text)
        for statement in note.statements:
            if statement.kind != "claim" or statement.diagnostics or statement.span not in rights:
                continue
            given = given_before(note, len(note.source.text))
            if not reads_alike(statement, given):
                given = given_before(note, statement.span.start)
            claims.append(Pair(f"{name}:{statement.id}", statement.lhs, statement.rhs, given))
            for mutant in mutants(Claim(name, note.source.text, statement, rights[statement.span])):
                found.append(mutant)
                made[str(mutant)] = (claims[-1], mutant)
    chosen = set(map(str, sample(found, of_each_kind, seed)))
    slips = [  # in the order of the claims, as they come where many are made about the same given things
        Pair(name, origin.left, mutant.after, origin.given, mutant)
        for name, (origin, mutant) in made.items()
        if name in chosen
    ]
    return claims, slips


def math_verify() -> Callable[[Pair], bool] | None:
    """Math-Verify's answer for a pair, without its timeouts, which need signals; None where it is not installed."""
    try:
        from math_verify import parse
        from math_verify import verify as equal
    except ImportError:
        return None

    def accepts(pair: Pair) -> bool:
        left, right = (parse(f"${side}$", parsing_timeout=None) for side in (pair.left, pair.right))
        return bool(left and right and equal(left, right, timeout_seconds=None))

    return accepts


@dataclass
class Outcome:
    """What one program said of the pairs, and how long each took."""

    seconds: list[float]
    accepted: list[Pair]
    verdicts: Counter[str]

    def row(self, name: str, program: str, refuted: set[str]) -> str:
        """A line of the table; `refuted` are the pairs for which symbn has a counterexample."""
        rate = f"{1 / median(self.seconds):.0f}"
        wrong = sum(pair.name in refuted or pair.is_false for pair in self.accepted)
        told = ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts.most_common())
        return f"| {len(self.seconds)} {name} | {program} | {rate} | {len(self.accepted)} | {wrong} | {told} |"


def measured(name: str, listed: list[Pair], beside: Callable[[Pair], bool] | None) -> Iterator[str]:
    """Both programs on every pair in turn, and a line of the table for each."""
    own, other, refuted = Outcome([], [], Counter()), Outcome([], [], Counter()), set()
    for pair in listed:
        started = time.process_time()
        decision = symbn.verify(f"{pair.left} = {pair.right}", pair.given)
        own.seconds.append(time.process_time() - started)
        own.verdicts[decision.verdict] += 1
        if decision:
            own.accepted.append(pair)
        elif decision.verdict == "refuted":
            refuted.add(pair.name)
        if beside is not None:
            started = time.process_time()
            told, accepts = asked(beside, pair)
            other.seconds.append(time.process_time() - started)
            other.verdicts[told] += 1
            if accepts:
                other.accepted.append(pair)
    yield own.row(name, "symbn", refuted)
    if beside is not None:
        yield other.row(name, "Math-Verify", refuted)


def asked(beside: Callable[[Pair], bool], pair: Pair) -> tuple[str, bool]:
    """What the other program says, and whether it accepts; what it raises is told by its name."""
    try:
        accepts = beside(pair)
    except Exception as error:
        return type(error).__name__, False
    return "accepted" if accepts else "rejected", accepts


SQUARE = (r"A, B \in \mathbb{R}^{n \times n}",)
KNOWN = {
    "false": Pair("AB = BA", "A B", "B A", SQUARE),
    "true": Pair("tr(AB) = tr(BA)", r"\operatorname{tr}(A B)", r"\operatorname{tr}(B A)", SQUARE),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=16, help="mutants of each kind")
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    claims, slips = pairs(options.mutants, options.seed)
    beside = math_verify()
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{time.strftime('%Y-%m-%d')}, {where}\n")
    for truth, pair in KNOWN.items():
        other = "" if beside is None else f"; Math-Verify: {asked(beside, pair)[0]}"
        print(f"{pair.name} ({truth}): symbn: {symbn.verify(f'{pair.left} = {pair.right}', pair.given).verdict}{other}")
    print("\n| pairs | | claims a second at the median | accepted | of these false | told |\n|---|---|---|---|---|---|")
    for name, listed in (("claims of the notes", claims), ("mutants", slips)):
        for row in measured(name, listed, beside):
            print(row)


if __name__ == "__main__":
    main()
