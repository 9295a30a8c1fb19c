"""A text as it is parsed, before any name has a meaning: its formulas, and what its prose says of them.

It is the same whatever was declared before, so that it is parsed once however often it is elaborated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symbn.diagnostics import NoteError
from symbn.notes.foreseen import Foreseen, foreseen_in
from symbn.notes.lexer import tokenize
from symbn.notes.markdown import MathBlock
from symbn.notes.named_slices import NamedSlice, named_slices
from symbn.notes.open_chains import is_range
from symbn.notes.qualities import Named, Quality, qualities
from symbn.notes.rows import parse_block
from symbn.notes.said_ranges import Formula, SaidRanges
from symbn.notes.samples import limits
from symbn.notes.scope import spelled
from symbn.notes.sentences import Lead, leads
from symbn.notes.syntax import Chain
from symbn.notes.vocabulary import EQUALITIES, relates
from symbn.source import SourceFile


@dataclass(frozen=True)
class Parsed:
    """The formulas of a text in order, what each is about, and what is said of names, indices, rows and columns."""

    source: SourceFile
    formulas: tuple[Formula, ...]
    named: tuple[Named, ...]
    qualities: tuple[Quality, ...]
    ranges: SaidRanges
    slices: tuple[NamedSlice, ...]
    foreseen: Foreseen

    @property
    def chains(self) -> list[Chain]:
        """The chains of all formulas."""
        return [chain for formula in self.formulas for chain in formula.chains]


def parse(source: SourceFile, blocks: Sequence[MathBlock]) -> Parsed:
    """A text, whose math is in these blocks.  What cannot be read is kept with the formula that it stands in."""
    text = source.text
    formulas = [_formula(text, block, lead) for block, lead in zip(blocks, leads(text, blocks), strict=True)]
    named: list[Named] = []
    for formula in formulas:
        named.append(_named(formula, named[-1] if named else None))
    return Parsed(
        source, tuple(formulas), tuple(named), tuple(qualities(text, named)), SaidRanges(text, formulas),
        tuple(named_slices(text, formulas)), foreseen_in(chain for formula in formulas for chain in formula.chains),
    )  # fmt: skip


def _formula(text: str, block: MathBlock, lead: Lead) -> Formula:
    """A formula with its chains, and what is wrong with it; nothing is, where it states nothing."""
    try:
        tokens = tokenize(text, block.segments, block.notation)
    except NoteError as error:
        return Formula(block, (), lead, (error.diagnostic,))
    chains, problems = parse_block(tokens) if tokens else ([], [])
    return Formula(block, chains, lead, problems if any(map(relates, tokens)) else ())


def _named(formula: Formula, before: Named | None) -> Named:
    """What a formula is about, for the prose around it; a range behind another formula is about what that is."""
    block, chains = formula.block, formula.chains
    if before is not None and chains and all(chain.links and is_range(chain) for chain in chains):
        return Named(block, before.names, False)
    names: list[str] = []
    for chain in chains:
        if not chain.links or (chain.links[0].relation == r"\in" and limits(chain.sides[1]) is None):
            names += [spelled(side) or "" for side in (*chain.subjects, chain.sides[0])]
    states = any(link.relation in EQUALITIES for chain in chains for link in chain.links)
    return Named(block, tuple(filter(None, names)), states)
