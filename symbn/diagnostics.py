"""What symbn says to a person: one `Diagnostic`, rendered elsewhere (`export/`).

Codes are stable: `P…` reading a file and its math, `E…` names and meaning, `S…` shapes, `C…` claims,
`B…` checks that did not end, `X…` symbn's own faults.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import dataclass
from typing import Literal

from symbn.source import Span

Severity = Literal["error", "warning", "note"]
Extent = str | int
"""The size of one side of a matrix: a dimension's name, or a number."""


@dataclass(frozen=True)
class Label:
    """A place a diagnostic points to, and what stands there."""

    span: Span
    text: str = ""
    primary: bool = True


@dataclass(frozen=True)
class Diagnostic:
    """A message with a stable code, its places, what is known besides, and a next step.

    shapes: those that do not fit, in the order of the formula; none where one is not known.
    """

    code: str
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    severity: Severity = "error"
    shapes: tuple[tuple[Extent, Extent], ...] = ()


@dataclass
class NoteError(Exception):
    """A statement (or file) that could not be read; carries its diagnostic."""

    diagnostic: Diagnostic

    def __str__(self) -> str:
        return f"{self.diagnostic.code}: {self.diagnostic.message}"


class ShapeError(NoteError):
    """A statement whose shapes cannot be: read as far as that, and false for it."""


def fail(
    code: str,
    message: str,
    span: Span | None = None,
    *,
    at: str = "",
    help: str | None = None,
    notes: tuple[str, ...] = (),
) -> NoteError:
    """A `NoteError` with one place; meant to be raised."""
    labels = () if span is None else (Label(span, at),)
    return NoteError(Diagnostic(code, message, labels, notes, help))


def own_fault(error: Exception) -> Diagnostic:
    """X900: symbn itself failed, with the place in its code."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = tuple(f"in {frame.name}, {os.path.basename(frame.filename)}:{frame.lineno}" for frame in reversed(frames))
    return Diagnostic(
        "X900",
        f"symbn itself failed: {type(error).__name__}: {error}",
        notes=places,
        help="this is a fault of symbn; please report the note",
    )
