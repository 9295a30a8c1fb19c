"""How much of The Matrix Cookbook (Petersen and Pedersen, version of 15 November 2012) symbn proves.

    python scripts/coverage.py [--list]

Checks the notes of derivations/cookbook/ and prints one row a chapter as a Markdown table: how many of its numbered
equations are proved, refuted (the book has them wrong), undecided, definitions, proved in part, and not expressible in
symbn's language (derivations/cookbook/coverage.yml gives the reasons).  An equation is proved only if every claim
under its number is.  With `--list`, the numbers too.

The figures beside are of others, counted by the same rule where that can be:

- Lean: the theorems of https://github.com/eric-wieser/lean-matrix-cookbook (16 September 2025) that are stated and
  proved without `sorry`.  In chapter 2 one of the eleven, (46), rests on (42), which is not proved.
- SymPy 1.14: the equations that `sympy/matrices/expressions/tests/test_derivatives.py` names by their number and
  asserts; it names 43 of chapter 2, of which the assertions of five are commented out or missing.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from symbn.note import Note
from symbn.report import Report
from symbn.verifier import Limits

FOLDER = Path(__file__).resolve().parent.parent / "derivations" / "cookbook"
LEAN = {1: 30, 2: 11, 3: 16, 9: 37, 10: 38}
SYMPY = {2: 38}
PATIENT = Limits(seconds=3600.0)
"""So that no verdict depends on the machine."""

COLUMNS = ("proved", "refuted", "undecided", "definition", "in part", "not expressible")
WORST = ("error", "refuted", "undecided", "proved", "definition")
_TAG = re.compile(r"(\d+)(?:\.\d+)?('?)\Z")


@dataclass(frozen=True)
class Claim:
    """A statement under a number of the book; `mended` where it is not what was printed."""

    note: str
    id: str
    number: int
    mended: bool
    verdict: str


@dataclass(frozen=True)
class Chapter:
    number: int
    title: str
    first: int
    last: int

    @property
    def equations(self) -> range:
        return range(self.first, self.last + 1)


@dataclass(frozen=True)
class Book:
    """What coverage.yml says: the chapters, and of each number listed there what becomes of it."""

    chapters: tuple[Chapter, ...]
    listed: dict[int, str]

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Book:
        """Raises ValueError for a number in two lists."""
        data = yaml.safe_load((folder / "coverage.yml").read_text(encoding="utf-8"))
        listed: dict[int, str] = {}
        for becomes in COLUMNS[1:]:
            for key in data[becomes]:
                for number in numbers(str(key)):
                    if number in listed:
                        raise ValueError(f"({number}) is both {listed[number]} and {becomes}")
                    listed[number] = becomes
        return cls(tuple(Chapter(**row) for row in data["chapters"]), listed)

    def expected(self, number: int) -> str:
        return self.listed.get(number, "proved")


def numbers(key: str) -> range:
    """`7-10` is 7, 8, 9, 10 and `12` is 12."""
    first, _, last = key.partition("-")
    return range(int(first), int(last or first) + 1)


def claims(note: str, reports: Iterable[Report]) -> Iterator[Claim]:
    """The statements of a note that have a number."""
    for report in reports:
        tag = _TAG.match(report.label or "")
        if tag is not None:
            yield Claim(note, report.id, int(tag[1]), bool(tag[2]), report.verdict)


def checked(folder: Path = FOLDER) -> Iterator[Claim]:
    """Those of all notes of the folder."""
    for path in sorted(folder.glob("*.md")):
        yield from claims(path.stem, Note.read(path).check(limits=PATIENT, explain=False, repair=False).statements)


def outcomes(found: list[Claim], book: Book) -> dict[int, str]:
    """What becomes of each number: the worst verdict of its claims, and `in part` for what the notes say in part."""
    verdicts = {number: "not expressible" for chapter in book.chapters for number in chapter.equations}
    for claim in sorted(found, key=lambda claim: WORST.index(claim.verdict), reverse=True):
        if not claim.mended or book.expected(claim.number) == "in part":
            verdicts[claim.number] = claim.verdict
    return {n: "in part" if v == "proved" and book.expected(n) == "in part" else v for n, v in verdicts.items()}


def table(found: list[Claim], book: Book) -> Iterator[str]:
    yield f"| chapter | equations | {' | '.join(COLUMNS)} | Lean | SymPy |"
    yield f"|---|---|{'---|' * (len(COLUMNS) + 2)}"
    became = outcomes(found, book)
    for chapter in book.chapters:
        counts = [str(sum(became[n] == column for n in chapter.equations)) for column in COLUMNS]
        others = [str(of[chapter.number]) if chapter.number in of else "–" for of in (LEAN, SYMPY)]
        title = f"{chapter.number} {chapter.title} ({chapter.first}–{chapter.last})"
        yield f"| {title} | {len(chapter.equations)} | {' | '.join(counts)} | {' | '.join(others)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="the numbers of what is not proved")
    arguments = parser.parse_args()
    book, found = Book.read(), list(checked())
    print("\n".join(table(found, book)))
    if arguments.list:
        became = outcomes(found, book)
        for column in ("error", *COLUMNS[1:]):
            print(f"\n{column}: {', '.join(str(n) for n, outcome in became.items() if outcome == column)}")


if __name__ == "__main__":
    main()
