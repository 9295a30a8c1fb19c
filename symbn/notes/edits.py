r"""Edits: the ways to mend one slip in a side, likeliest first; and what edits together make of the author's text.

KINDS     one generator for each kind of slip, in the order in which slips are likely
singles   all changes of a side, near what a shape diagnostic points to first
edited    the side's text after changes;  shown: the same changes, as a report shows them in the note
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Many
from dataclasses import replace

from symbn.notes.changes import Change, changed
from symbn.notes.edits_of_names import (
    extra_factors,
    extra_terms,
    functions,
    indices,
    missing_factors,
    missing_terms,
    names,
    operators,
)
from symbn.notes.edits_of_numbers import (
    exponents,
    extra_denominators,
    inverted_fractions,
    missing_scalars,
    numerals,
    rarer_scalars,
    roots,
    signs,
    sizes,
)
from symbn.notes.edits_of_products import (
    added_transposes,
    dropped_transposes,
    other_products,
    reordered_factors,
    transposed_runs,
)
from symbn.notes.written import Vocabulary, Written
from symbn.report import Edit
from symbn.source import Span

__all__ = ["INSERTING", "KINDS", "SHAPING", "Change", "Vocabulary", "Written", "edited", "shown", "singles"]

KINDS: tuple[Callable[[Written], Iterator[Change]], ...] = (
    dropped_transposes,
    added_transposes,
    transposed_runs,
    signs,
    sizes,
    reordered_factors,
    extra_factors,
    extra_terms,
    names,
    indices,
    numerals,
    functions,
    exponents,
    roots,
    extra_denominators,
    inverted_fractions,
    missing_scalars,
    other_products,
    operators,
    rarer_scalars,
    missing_factors,
    missing_terms,
)

SHAPING = frozenset(["transpose", "transposed run", "order"])
"""The kinds that mend a shape and leave every name in its place."""
INSERTING = frozenset(["rarer scalar missing", "factor missing", "term missing"])
"""The kinds that put in what can be many things: as far from what is written as two small slips."""


def singles(side: Written, near: Many[Span] = ()) -> list[Change]:
    """All changes of a side, each once; those near the given places first, then by kind, then from left to right."""
    bare = side.open_arguments()
    found: dict[tuple[object, ...], Change] = {}
    for generate in KINDS:
        for change in sorted(generate(side), key=lambda c: c.span.start):
            whole = _with_braces(change, bare)
            found.setdefault((whole.span, whole.pieces), whole)
    return sorted(found.values(), key=lambda c: not any(_touch(c.span, place) for place in near))


def edited(side: Written, changes: Many[Change]) -> str:
    """The side's text after changes that agree with each other."""
    return changed(side.text, side.span(side.root), changes)


def shown(side: Written, changes: Many[Change]) -> tuple[Edit, ...]:
    """Changes as edits of the note that stand apart, in the order of the text.

    One inside another is shown with it, and so is one at the same place: no two edits begin at one character.
    """
    groups: list[list[Change]] = []
    for change in sorted(changes, key=lambda c: (c.span.start, -c.span.end)):
        if groups and any(_belong_together(change, c) for c in groups[-1]):
            groups[-1].append(change)
        else:
            groups.append([change])
    edits = []
    for group in groups:
        span = group[0].span
        for change in group:
            span = span.to(change.span)
        ordered = [c for c in changes if c in group]
        what = ", and ".join(c.what for c in group)
        edits.append(Edit(span, changed(side.text, span, ordered), what))
    return tuple(edits)


def _belong_together(first: Change, second: Change) -> bool:
    return first.span.start == second.span.start or first.keeps(second) or second.keeps(first)


def _with_braces(change: Change, bare: set[Span]) -> Change:
    r"""A change of the 1 of \frac1n, in the braces that more than one character needs."""
    for argument in bare:
        if argument.start <= change.span.start and change.span.end <= argument.end:
            before, after = Span(argument.start, change.span.start), Span(change.span.end, argument.end)
            inside = [p for p in (before, *change.pieces, after) if isinstance(p, str) or p.start < p.end]
            return replace(change, span=argument, pieces=("{", *inside, "}"))
    return change


def _touch(span: Span, place: Span) -> bool:
    return span.start <= place.end and place.start <= span.end
