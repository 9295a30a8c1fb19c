r"""Sums too wide for a line, broken before their signs: between their terms first, then within brackets.

TeX wants \left and its \right in one row, so brackets that are broken between have a fixed size: \bigl( … \bigr).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symbn.export.latex_pieces import Piece, terms, width_of

_LEAST = 0.5
"""The share of a line that a part may take in any case, however wide what stands beside it."""

Row = tuple[Piece, ...]


def broken(side: tuple[Row, ...], room: float, further: float) -> list[Row]:
    """The author's rows, each broken where it is wider than there is `room`, in the rows after the first `further`."""
    found: list[Row] = []
    for row in side:
        found += _filled(row, further if found else room, further)
    return found


def _filled(row: Row, room: float, further: float) -> Iterator[Row]:
    """As many parts in a line as it holds."""
    line: Row = ()
    for part in _parts(row, further):
        if line and width_of(line) + width_of(part) > room:
            yield line
            line, room = (), further
        line += part
    if line:
        yield line


def _parts(row: Row, room: float) -> list[Row]:
    """The terms of a sum; of a term wider than `room`, what stands between the signs within its widest brackets."""
    summands = list(terms(row))
    if len(summands) > 1:
        return [part for term in summands for part in _parts(term, room)]
    if width_of(row) > room:
        for before, inside, after in sorted(_bracketed(row), key=lambda found: -width_of(found[1])):
            first, *rest = _inner_parts(inside, room, width_of(before), width_of(after))
            if rest:
                return [(*before, *first), *rest[:-1], (*rest[-1], *after)]
    return [row]


def _inner_parts(inside: Row, room: float, before: float, after: float) -> list[Row]:
    """The terms within brackets, the first beside what stands before them, the last beside what stands after."""
    summands = list(terms(inside))
    beside = [0.0] * len(summands)
    beside[0] += before
    beside[-1] += after
    return [
        part
        for term, taken in zip(summands, beside, strict=True)
        for part in _parts(term, max(_LEAST * room, room - taken))
    ]


def _bracketed(term: Row) -> Iterator[tuple[Row, Row, Row]]:
    """What stands before the inside of a pair of brackets, their inside, and what stands after it, pair by pair."""
    depth = start = 0
    for place, piece in enumerate(term):
        if piece.inside and not depth:
            opening, closing = piece.brackets
            yield (*term[:place], replace(opening, apart=piece.apart)), piece.inside, (closing, *term[place + 1 :])
        elif piece.role == "open":
            start = start if depth else place + 1
            depth += 1
        elif piece.role == "close" and depth:
            depth -= 1
            if not depth and start < place:
                yield term[:start], term[start:place], term[place:]
