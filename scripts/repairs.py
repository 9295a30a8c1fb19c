"""How often `symbn check` finds what was meant: the share of false mutants for which a repair is suggested.

    python scripts/repairs.py [--kind KIND]… [--note NOTE]… [--limit N] [--seed S] [--show N] [--processes P]

Every claim of `tests/corpus` gets one slip at a time in its right side.  What exact evaluation shows to be false, or
whose shapes do not fit, is to be refuted, with a suggestion that is proved (goal: for 95 % of them).  One table, a row
for each kind of slip:

    mutants          all of the kind;  same: those that are equal by accident;  unread: without a meaning
    false            ill-shaped or different: what must be refuted
    refuted, undecided
    suggested        refuted with a suggestion, and its share of the false ones
    as meant         the suggestion is the right side that the claim had
    without, with    median and 95th percentile of the seconds of one check, without the search for repairs and with it

Every suggestion is checked once more here: its edits are made in the mutant's text, and the claim must be proved there.
Whatever breaks a promise (a false claim that is not refuted, a suggestion that is not proved) is listed and makes the
exit status 1.  The share decides nothing, nor does any time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from symbn.note import Note  # noqa: E402
from symbn.report import Report, Suggestion  # noqa: E402
from tests.corpus.claims import NOTES, claims  # noqa: E402
from tests.corpus.classes import FALSE, Class, class_of  # noqa: E402
from tests.corpus.mutations import Mutant, mutants, sample  # noqa: E402
from tests.corpus.slips import KINDS  # noqa: E402


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant: its class, the verdict, the suggestion's right side, and what broke a promise."""

    mutant: Mutant
    found: Class
    verdict: str
    suggested: str | None = None
    as_meant: bool = False
    violation: str | None = None
    without: float = 0.0
    searched: float = 0.0

    @property
    def false(self) -> bool:
        return self.found in FALSE


def outcome(mutant: Mutant) -> Outcome:
    """Class, verdict and suggestion of a mutant; what has no meaning has neither."""
    try:
        found = class_of(mutant)
        if found == "unreadable":
            return Outcome(mutant, found, "error")
        _, without = timed_check(mutant.text, mutant.id, repair=False)
        report, searched = timed_check(mutant.text, mutant.id, repair=True)
        suggestion, latex, as_meant = report.suggestion, None, False
        if suggestion is not None:
            latex = suggestion.latex
            as_meant = spelled_alike(repaired(mutant.text, suggestion), original(mutant))
        broken = violation(mutant, found, report)
        return Outcome(mutant, found, report.verdict, latex, as_meant, broken, without, searched)
    except Exception as error:
        error.add_note(str(mutant))
        raise


def timed_check(text: str, id: str, repair: bool) -> tuple[Report, float]:
    """The report of one claim, and the seconds of its check once the note has been read."""
    note = Note.from_text(text)
    assert note.statements
    started = time.perf_counter()
    reports = note.check(select=[id], explain=False, repair=repair).statements
    return next(r for r in reports if r.id == id), time.perf_counter() - started


def violation(mutant: Mutant, found: Class, report: Report) -> str | None:
    """What symbn promised and did not keep."""
    if found in FALSE and report.verdict != "refuted":
        return f"{found}, but {report.verdict}"
    if found not in FALSE and report.verdict == "refuted":
        return f"{found}, but refuted"
    if report.suggestion is not None:
        if report.verdict != "refuted":
            return f"{report.verdict}, and a suggestion"
        text = repaired(mutant.text, report.suggestion)
        verdict = timed_check(text, mutant.id, repair=False)[0].verdict
        if verdict != "proved":
            return f"the suggestion {report.suggestion.latex} is {verdict}"
    return None


def repaired(text: str, suggestion: Suggestion) -> str:
    """The note with a suggestion's edits made."""
    for edit in sorted(suggestion.edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text


def original(mutant: Mutant) -> str:
    return (ROOT / "tests" / "corpus" / f"{mutant.note}.md").read_text(encoding="utf-8")


def spelled_alike(first: str, second: str) -> bool:
    """Whether two texts are the same but for spaces and braces."""
    left, right = ("".join(c for c in text if not c.isspace() and c not in "{}") for text in (first, second))
    return left == right


# Tables -----------------------------------------------------------------------------------------------------

HEADER = (
    "| slip | mutants | same | unread | false | refuted | undecided | suggested | share | as meant "
    "| without, median | 95 % | with, median | 95 % |\n" + "|---" * 14 + "|"
)


def row(name: str, outcomes: Sequence[Outcome]) -> str:
    """One line of the table."""
    false = [o for o in outcomes if o.false]
    refuted = [o for o in false if o.verdict == "refuted"]
    suggested = [o for o in refuted if o.suggested is not None]
    counts = (
        len(outcomes), sum(o.found in ("same", "undefined") for o in outcomes),
        sum(o.found == "unreadable" for o in outcomes), len(false), len(refuted),
        sum(o.verdict == "undecided" for o in false), len(suggested),
    )  # fmt: skip
    share = f"{100 * len(suggested) / len(false):.1f} %" if false else "–"
    cells = [name, *map(str, counts), share, str(sum(o.as_meant for o in suggested))]
    for times in ([o.without for o in false], [o.searched for o in false]):
        cells += [f"{median(times):.3f}", f"{percentile(times, 95):.3f}"] if times else ["–", "–"]
    return f"| {' | '.join(cells)} |"


def percentile(values: Iterable[float], percent: int) -> float:
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]


def print_table(outcomes: Sequence[Outcome]) -> None:
    print(HEADER)
    for kind in KINDS:
        of_kind = [o for o in outcomes if o.mutant.kind == kind]
        if of_kind:
            print(row(kind, of_kind))
    print(row("all", outcomes))


def print_lists(outcomes: Sequence[Outcome], show: int) -> int:
    """The false mutants without a suggestion, `show` of each kind, and all violations; how many of these."""
    for kind in KINDS:
        missed = [o for o in outcomes if o.mutant.kind == kind and o.false and o.suggested is None][:show]
        if missed:
            print(f"\n## No suggestion: {kind}\n")
        for o in missed:
            print(f"- {o.mutant.note} {o.mutant.id} ({o.found}, {o.searched:.2f} s)")
            print(f"    written    {o.mutant.after}\n    meant      {o.mutant.before}")
    violations = [o for o in outcomes if o.violation is not None]
    if violations:
        print("\n## Violations\n")
    for o in violations:
        print(f"- {o.mutant}\n    {o.violation}")
    return len(violations)


def corpus(notes: Sequence[str], kinds: Sequence[str], limit: int | None, seed: int) -> list[Mutant]:
    """The mutants asked for; `limit` of each kind, chosen by the seed."""
    found = [mutant for note in notes for claim in claims(note) for mutant in mutants(claim)]
    chosen = found if limit is None else sample(found, limit, seed)
    return [mutant for mutant in chosen if mutant.kind in kinds]


def outcomes_of(chosen: Sequence[Mutant], processes: int) -> list[Outcome]:
    """The outcomes in the order of the mutants; how far it is goes to standard error."""
    done: list[Outcome] = []
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for one in pool.imap(outcome, chosen, chunksize=8):
            done.append(one)
            if len(done) % 50 == 0 or len(done) == len(chosen):
                suggested = sum(o.suggested is not None for o in done)
                print(f"{len(done)} of {len(chosen)}, {suggested} suggestions", file=sys.stderr, flush=True)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="only this kind of slip; may be repeated")
    parser.add_argument("--note", action="append", choices=NOTES, help="only this note; may be repeated")
    parser.add_argument("--limit", type=int, help="at most so many mutants of each kind")
    parser.add_argument("--seed", type=int, default=0, help="which ones, where there are more")
    parser.add_argument("--show", type=int, default=0, help="list so many of each kind without a suggestion")
    parser.add_argument("--processes", type=int, default=2, choices=(1, 2))
    options = parser.parse_args()
    chosen = corpus(options.note or NOTES, options.kind or list(KINDS), options.limit, options.seed)
    outcomes = outcomes_of(chosen, options.processes)
    print_table(outcomes)
    violations = print_lists(outcomes, options.show)
    print(f"\n{violations} violations")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()
