r"""Stacks: the pattern of a first and a last element, a_1, …, a_m, as one body under an index.

The two must be the same but for places where the first says 1 and the last says one and the same dimension.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from symbn.diagnostics import Diagnostic, Label, NoteError
from symbn.notes.syntax import Commas, Dots, Name, Numeral, Script, Sequence, Syntax, walk
from symbn.source import Span


@dataclass(frozen=True)
class Pattern:
    """body with the name `index` where it runs; `last` is how the last position was written."""

    body: Syntax
    index: str
    last: Name | Numeral


def find_pattern(cells: list[Syntax], index: str, span: Span) -> Pattern:
    """The pattern of a list whose middle is elided.  Raises NoteError (E151, E152) if there is none."""
    dots = next((place for place, cell in enumerate(cells) if isinstance(cell, Dots)), len(cells))
    before, after = cells[:dots], [cell for cell in cells[dots:] if not isinstance(cell, Dots)]
    if not before or not after:
        raise _error("E151", "an elided list needs its first and its last element", span, ())
    first, last = _split_alike(before[0], after[-1]), after[-1]
    found: list[tuple[Syntax, Syntax]] = []
    body = _generalise(first, last, index, found)
    if body is None or len({_text(b) for _, b in found}) != 1:
        raise mismatch(first, last)
    for place, middle in enumerate(before[1:], start=2):
        positions: list[tuple[Syntax, Syntax]] = []
        agrees = _generalise(first, _split_alike(middle, last), index, positions)
        if agrees is None or len(positions) != len(found) or {_text(b) for _, b in positions} != {str(place)}:
            raise mismatch(first, middle)
    if len(after) > 1:
        raise mismatch(after[0], last)
    end = found[0][1]
    assert isinstance(end, (Name, Numeral))
    return Pattern(body, index, end)


@dataclass(frozen=True)
class Slip:
    """A subscript of the first or the last element that keeps a list from following a pattern.

    owner: what the subscript is put on; due: the size that the last element says elsewhere, if it does.
    """

    at: Name
    owner: Syntax | None
    in_last: bool
    due: str | None


def find_slips(cells: list[Syntax], sizes: Container[str]) -> list[Slip]:
    """The one letter of the first element that should be 1, or of the last that should be a size, or both."""
    first, last = cells[0], cells[-1]
    letters = [list(_subscripts(cell)) for cell in (first, last)]
    due = next((_text(b) for _, b in _agreements(first, last) if _text(b) in sizes), None)
    ways = [(a, b) for a in (None, *letters[0]) for b in (None, *letters[1]) if a is not None or b is not None]
    for in_first, in_last in sorted(ways, key=lambda way: None not in way):
        changed = first if in_first is None else _put(first, in_first[0].latex, Numeral("1", in_first[0].span))
        other = last if in_last is None else _put(last, in_last[0].latex, Name(due or "·", in_last[0].span))
        found: list[tuple[Syntax, Syntax]] = []
        body = _generalise(changed, other, "·", found)
        ends = {_text(b) for _, b in found}
        if body is not None and len(ends) == 1 and all(end == "·" or end in sizes for end in ends):
            size = next((end for end in ends if end != "·"), None)
            first_slip = [] if in_first is None else [Slip(*in_first, False, size)]
            return first_slip + ([] if in_last is None else [Slip(*in_last, True, due)])
    return []


def _subscripts(cell: Syntax) -> Iterator[tuple[Name, Syntax]]:
    """The letters that stand as subscripts, and what they are put on; each once."""
    seen: set[str] = set()
    for node in walk(cell):
        if isinstance(node, Script) and isinstance(node.sub, Name) and node.sub.latex not in seen:
            seen.add(node.sub.latex)
            yield node.sub, node.base


def _agreements(first: Syntax, last: Syntax) -> list[tuple[Syntax, Syntax]]:
    """Where the first says 1 and the last a name, also if the rest does not agree."""
    ones = [n.sub for n in walk(first) if isinstance(n, Script) and isinstance(n.sub, Numeral) and n.sub.text == "1"]
    names = [n.sub for n in walk(last) if isinstance(n, Script) and isinstance(n.sub, Name)]
    return [(one, name) for one in ones[:1] for name in names[-1:]]


def _put(value: Any, letter: str, other: Syntax) -> Any:
    """What is written, with another subscript in a letter's place."""
    if isinstance(value, tuple):
        return tuple(_put(item, letter, other) for item in value)
    if not is_dataclass(value) or isinstance(value, type | Span):
        return value
    if isinstance(value, Script) and isinstance(value.sub, Name) and value.sub.latex == letter:
        value = replace(value, sub=other)
    return replace(value, **{f.name: _put(getattr(value, f.name), letter, other) for f in fields(value)})


def _text(syntax: Syntax) -> str:
    return syntax.latex if isinstance(syntax, Name) else syntax.text if isinstance(syntax, Numeral) else ""


def _generalise(first: Any, last: Any, index: str, found: list[tuple[Syntax, Syntax]]) -> Any:
    """The common pattern of two trees, or None; places that differ go to `found`."""
    if isinstance(first, Numeral) and first.text == "1" and isinstance(last, (Name, Numeral)):
        if isinstance(last, Numeral) and last.text == "1":
            return first
        found.append((first, last))
        return Name(index, first.span)
    if type(first) is not type(last):
        return None
    if isinstance(first, tuple):
        if len(first) != len(last):
            return None
        items = [_generalise(a, b, index, found) for a, b in zip(first, last, strict=True)]
        pairs = zip(items, first, last, strict=True)
        return None if any(i is None and not (a is b is None) for i, a, b in pairs) else tuple(items)
    if is_dataclass(first) and not isinstance(first, (type, Span)):
        values: dict[str, Any] = {}
        for field in fields(first):
            a, b = getattr(first, field.name), getattr(last, field.name)
            if field.name == "span":
                values[field.name] = a
                continue
            values[field.name] = _generalise(a, b, index, found)
            if values[field.name] is None and not (a is b is None):
                return None  # also where one of the two has something that the other lacks: c_1, …, c_m^2
        return type(first)(**values)
    return first if first == last else None


def _split_alike(cell: Any, last: Any) -> Any:
    """The cell with the numeral 11 or 12 of a subscript as two indices where the last element has two."""
    if isinstance(cell, Numeral) and isinstance(last, (Sequence, Commas)) and len(cell.text) == len(last.items):
        start = cell.span.start
        digits = tuple(Numeral(d, Span(start + k, start + k + 1)) for k, d in enumerate(cell.text))
        return type(last)(digits, cell.span)
    if isinstance(cell, tuple) and isinstance(last, tuple) and len(cell) == len(last):
        return tuple(_split_alike(a, b) for a, b in zip(cell, last, strict=True))
    if type(cell) is not type(last) or not is_dataclass(cell) or isinstance(cell, type | Span):
        return cell
    values = {f.name: _split_alike(getattr(cell, f.name), getattr(last, f.name)) for f in fields(cell)}
    return replace(cell, **values)


def mismatch(first: Syntax, last: Syntax) -> NoteError:
    """E152 for two elements that cannot be of one list."""
    labels = (Label(first.span, "this says one thing", False), Label(last.span, "this another"))
    return _error(
        "E152", "the elements of this list do not follow one pattern with an index that runs from 1", first.span, labels
    )


def _error(code: str, message: str, span: Span, labels: tuple[Label, ...]) -> NoteError:
    return NoteError(
        Diagnostic(
            code,
            message,
            labels or (Label(span),),
            help=r"write the first element with 1 and the last with the dimension: y_1, \ldots, y_m",
        )
    )
