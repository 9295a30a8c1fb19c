r"""What an index is said to run over: for i = 1, …, n; 1 ≤ i ≤ n; i \in [n]; \{x_i\}_{i=1}^n; x_1, …, x_n.

What is said in the formula or the sentence of a name counts for it before what is said in its paragraph, and that
before what was said earlier.  Where two ends are said as near as each other, both are told (E188).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.notes.markdown import MathBlock
from symbn.notes.prose import EVERY, NEW_PARAGRAPH, one_of
from symbn.notes.samples import Sample, joined, limits, sample_of, stem_of
from symbn.notes.scope import Scope, composite, spelled
from symbn.notes.sentences import Lead
from symbn.notes.syntax import Big, Chain, Group, Name, Numeral, Related, Script, Syntax, walk
from symbn.notes.vocabulary import IN_RANGE
from symbn.source import Span

_FOR = re.compile(rf"\bfor(?:\s+{one_of(EVERY)})?\s*$", re.IGNORECASE)
_FOR_ALL = re.compile(rf"[\s,(]*for(?:\s+{one_of(EVERY)})?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class SaidRange:
    """From `first` to `last`; of these members only, if it is said of some (by their stems)."""

    letter: str | None
    first: Syntax
    last: Syntax | None
    members: frozenset[str]
    span: Span

    @property
    def size(self) -> Syntax | None:
        """n, of a range that begins at 1 and ends at n."""
        endless = isinstance(self.last, Name) and self.last.latex == r"\infty"
        return self.last if isinstance(self.first, Numeral) and self.first.text == "1" and not endless else None


@dataclass(frozen=True)
class Formula:
    """A formula of a note, how its sentence brings it in, and what is wrong with it."""

    block: MathBlock
    chains: Sequence[Chain]
    lead: Lead
    problems: Sequence[Diagnostic] = ()

    @property
    def items(self) -> list[Chain | Diagnostic]:
        """Its chains and what is wrong with it, in the order in which they stand there."""
        placed: list[tuple[int, Chain | Diagnostic]] = [(chain.span.start, chain) for chain in self.chains]
        whole = self.block.content
        placed += [
            (problem.labels[0].span.start if problem.labels else whole.start, problem) for problem in self.problems
        ]
        return [item for _, item in sorted(placed, key=lambda pair: pair[0])]


class SaidRanges:
    """The ranges that one text says, by where they stand."""

    def __init__(self, text: str = "", formulas: Sequence[Formula] = ()) -> None:
        self._text = text
        self._starts = [formula.block.content.start for formula in formulas]
        self._sentences, self._paragraphs = _counts(text, formulas)
        self._attached = [_attached(text, formulas, place) for place in range(len(formulas))]
        chains = [chain for formula in formulas for chain in formula.chains]
        self._said = [said for chain in chains for said in _ranges(chain)]
        self._chains = chains

    def beside(self, member: Script) -> SaidRange | None:
        """What is said in the formula or in the sentence of a member.  Raises NoteError (E188) for two ends."""
        at = self._formula(member.span)
        told = self._told(member)
        return self._nearest(
            member,
            [said for said in told if self._formula(said.span) == at],
            [said for said in told if self._formula(said.span) in self._attached[at]],
            [said for said in told if self._sentences[self._formula(said.span)] == self._sentences[at]],
        )

    def around(self, member: Script) -> SaidRange | None:
        """What is said in its paragraph, else earlier, where the sums over it say nothing else.  Raises NoteError."""
        at = self._formula(member.span)
        told = self._told(member)
        found = self._nearest(
            member,
            [said for said in told if self._paragraphs[self._formula(said.span)] == self._paragraphs[at]],
            [said for said in told if said.span.start < member.span.start],
        )
        sums = self.sums_over(member)
        return None if found is not None and sums and sums != {self._end(found)} else found

    def _told(self, member: Script) -> list[SaidRange]:
        letter, stem = spelled(member.sub) if member.sub is not None else None, stem_of(member)
        return [said for said in self._said if stem in said.members or said.letter == letter is not None]

    def _formula(self, span: Span) -> int:
        return max(bisect_right(self._starts, span.start) - 1, 0)

    def _nearest(self, member: Script, *levels: Sequence[SaidRange]) -> SaidRange | None:
        for level in levels:
            own = [said for said in level if stem_of(member) in said.members]
            found = own or level
            others = [said for said in found if self._end(said) != self._end(found[0])]
            if others:
                raise _two_ends(member, found[0], others[0], self._end(found[0]), self._end(others[0]))
            if found:
                return found[0]
        return None

    def _end(self, said: SaidRange) -> str:
        """How a range is told: by its last number, or by both ends."""
        last = "…" if said.last is None else self._slice(said.last)
        return last if said.size is not None else f"{self._slice(said.first)}, …, {last}"

    def _slice(self, syntax: Syntax) -> str:
        return spelled(syntax) or " ".join(self._text[syntax.span.start : syntax.span.end].split())

    def told_as(self, said: SaidRange) -> str:
        """A range as it is written."""
        return " ".join(self._text[said.span.start : said.span.end].split())

    def sums_over(self, member: Script) -> set[str]:
        r"""How far the sums run that have x_k under them: n of \sum_{k=1}^{n}."""
        stem = stem_of(member)
        return {
            self._slice(end)
            for big, letter, end in self._sums()
            for node in walk(big.body)
            if isinstance(node, Script)
            and node.sub is not None
            and spelled(node.sub) == letter
            and stem in _possible_stems(node)
        }

    def binds(self, letter: str) -> bool:
        """Whether a sum or a product runs over a letter, or a range is said of it."""
        bound = (big for chain in self._chains for side in chain.sides for big in walk(side) if isinstance(big, Big))
        return any(said.letter == letter for said in self._said) or any(
            isinstance(node, Name) and node.latex == letter
            for big in bound
            if big.sub is not None
            for node in walk(big.sub.left if isinstance(big.sub, Related) else big.sub)
        )

    def _sums(self) -> Iterator[tuple[Big, str, Syntax]]:
        for chain in self._chains:
            for side in chain.sides:
                for node in walk(side):
                    match node:
                        case Big(sub=Related(relation="=", left=Name(latex=letter), right=Numeral(text="1")), sup=end):
                            if end is not None:
                                yield node, letter, end

    def stands_among_labels(self, member: Script) -> bool:
        """Whether W_i stands in a list with W_f, whose subscript is no index."""
        letter = spelled(member.sub) if member.sub is not None else None
        return letter in INDEX_LETTERS and stem_of(member) in self._stems_with_label(letter or "")

    def _stems_with_label(self, letter: str) -> set[str]:
        """The stems W of lists W_f, W_i, W_o that have a letter among their subscripts, and one that is no index."""
        ends = {self._slice(said.last) for said in self._said if said.last is not None}
        return {
            stem
            for chain in self._chains
            for stem, letters in _listed_subscripts(chain).items()
            if letter in letters
            and any(o not in INDEX_LETTERS and o not in ends and not self.binds(o) for o in letters)
        }

    def is_label(self, member: Script, scope: Scope) -> bool:
        """Whether the i of W_i is a part of a name as f and o are in W_f, W_i, W_o, and is an index nowhere.

        Each name that has it as its subscript stands in such a list somewhere; what is a size counts for nothing.
        """
        letter = spelled(member.sub) if member.sub is not None else None
        if letter is None or self.binds(letter) or not isinstance(member.sub, Name):
            return False
        labelled = self._stems_with_label(letter)
        return stem_of(member) in labelled and not any(
            letter in {n.latex for n in walk(node.sub) if isinstance(n, Name)}
            and (spelled(node.sub) != letter or not labelled & _possible_stems(node))
            and composite(node) not in scope.context.dimensions
            for chain in self._chains
            for side in (*chain.subjects, *chain.sides)
            for node in walk(side)
            if isinstance(node, Script) and node.sub is not None
        )


def _counts(text: str, formulas: Sequence[Formula]) -> tuple[list[int], list[int]]:
    """In which sentence and in which paragraph each formula stands, counted."""
    sentences, paragraphs = [0], [0]
    for before, formula in pairwise(formulas):
        prose = text[before.block.outer.end : formula.block.outer.start]
        new = NEW_PARAGRAPH.search(prose) is not None
        sentences.append(sentences[-1] + (new or not formula.lead.goes_on))
        paragraphs.append(paragraphs[-1] + new)
    return sentences, paragraphs


def _attached(text: str, formulas: Sequence[Formula], place: int) -> set[int]:
    """Which formulas stand beside one as its range: `A for all B`, `For all B, A`."""
    found = set()
    ends = [formula.block.outer for formula in formulas]
    before = text[ends[place - 2].end if place > 1 else 0 : ends[place - 1].start] if place else ""
    if place and _FOR.search(before) and not text[ends[place - 1].end : ends[place].start].strip(" \n,"):
        found.add(place - 1)
    if place + 1 < len(ends) and _FOR_ALL.fullmatch(text[ends[place].end : ends[place + 1].start]):
        found.add(place + 1)
    return found


def _ranges(chain: Chain) -> Iterator[SaidRange]:
    """What one chain says of indices and samples."""
    for side in (*joined((*chain.subjects, chain.sides[0])), *chain.sides[1:]):
        sample = sample_of(side)
        if sample is not None:
            yield SaidRange(sample.letter, sample.first, sample.last, _stems(sample), side.span)
    relations = [link.relation for link in chain.links]
    match relations, chain.sides:
        case [r"\le" | "<" as begin, r"\le" | "<" as end], (first, Name(latex=letter), last):
            loose = begin == end == r"\le"
            yield SaidRange(letter, first, last if loose else None, frozenset(), chain.span)
        case [relation], (Name(), Group() as listed) if relation in (IN_RANGE, r"\in"):
            ends = limits(listed)
            if ends is not None:
                letters = (side.latex for side in (*chain.subjects, chain.sides[0]) if isinstance(side, Name))
                yield from (SaidRange(letter, *ends, frozenset(), chain.span) for letter in letters)


def _possible_stems(use: Script) -> set[str | None]:
    r"""x and x^\top, where x_i^\top is used."""
    return {stem_of(use), spelled(use.base)}


def _stems(sample: Sample) -> frozenset[str]:
    found = (stem_of(member) for member in sample.members if isinstance(member, Script))
    return frozenset(stem for stem in found if stem is not None)


def _listed_subscripts(chain: Chain) -> dict[str, set[str]]:
    r"""The letters below each stem of a list W_f, W_i, W_o \in A."""
    subscripts: dict[str, set[str]] = {}
    if chain.links and chain.links[0].relation == r"\in":
        for subject in (*chain.subjects, chain.sides[0]):
            if isinstance(subject, Script) and isinstance(subject.sub, Name):
                subscripts.setdefault(stem_of(subject) or "", set()).add(subject.sub.latex)
    return subscripts


INDEX_LETTERS = frozenset("ijklrst")
"""Letters that are indices in a subscript, unless something says that they are not."""


def _two_ends(member: Script, one: SaidRange, other: SaidRange, end: str, other_end: str) -> NoteError:
    """E188: which range is it for this member?"""
    labels = (
        Label(one.span, f"to {end}", False), Label(other.span, f"to {other_end}", False),
        Label(member.span, "which of the two?"),
    )  # fmt: skip
    name = composite(member) or "this"
    return NoteError(
        Diagnostic(
            "E188", f"two ranges are said here: how many `{name}` are there, {end} or {other_end}?", labels,
            help=f"say its own range in the formula that declares `{name}`, or take another letter for one of them",
        )
    )  # fmt: skip


def not_from_one(member: Script, said: SaidRange) -> NoteError:
    """E179: a family that is not numbered from 1 to its size."""
    return fail(
        "E179", "a family is numbered from 1 to its size, and this range is another", said.span,
        help=rf"number them from 1 on, such as ${stem_of(member)}_1, \ldots, {stem_of(member)}_m$",
    )  # fmt: skip
