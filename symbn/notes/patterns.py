r"""Stacks: the pattern of a first and a last element, a_1, …, a_m, as one body under an index.

The two must be the same but for places where the first says 1 and the last says one and the same dimension.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from symbn.diagnostics import Diagnostic, Label, NoteError
from symbn.notes.syntax import Commas, Dots, Name, Numeral, Sequence, Syntax
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
    first, last = before[0], after[-1]
    found: list[tuple[Syntax, Syntax]] = []
    body = _generalise(first, last, index, found)
    if body is None or len({_text(b) for _, b in found}) != 1:
        raise _mismatch(first, last)
    for place, middle in enumerate(before[1:], start=2):
        positions: list[tuple[Syntax, Syntax]] = []
        agrees = _generalise(first, middle, index, positions)
        if agrees is None or len(positions) != len(found) or {_text(b) for _, b in positions} != {str(place)}:
            raise _mismatch(first, middle)
    if len(after) > 1:
        raise _mismatch(after[0], last)
    end = found[0][1]
    assert isinstance(end, (Name, Numeral))
    return Pattern(body, index, end)


def _text(syntax: Syntax) -> str:
    return syntax.latex if isinstance(syntax, Name) else syntax.text if isinstance(syntax, Numeral) else ""


def _generalise(first: Any, last: Any, index: str, found: list[tuple[Syntax, Syntax]]) -> Any:
    """The common pattern of two trees, or None; places that differ go to `found`."""
    if isinstance(first, Numeral) and first.text == "1" and isinstance(last, (Name, Numeral)):
        if isinstance(last, Numeral) and last.text == "1":
            return first
        found.append((first, last))
        return Name(index, first.span)
    first, last = _split_alike(first, last)
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


def _split_alike(first: Any, last: Any) -> tuple[Any, Any]:
    """The numeral 11 or 12 in a subscript is two indices where the other side has two."""
    if isinstance(first, Numeral) and isinstance(last, (Sequence, Commas)) and len(first.text) == len(last.items):
        digits = tuple(
            Numeral(d, Span(first.span.start + k, first.span.start + k + 1)) for k, d in enumerate(first.text)
        )
        return type(last)(digits, first.span), last
    return first, last


def _mismatch(first: Syntax, last: Syntax) -> NoteError:
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
