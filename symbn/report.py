"""What is known of a statement after it was checked: plain data for every renderer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from symbn.diagnostics import Diagnostic
from symbn.source import SourceFile, Span

Kind = Literal["definition", "claim", "shape", "declaration", "hole", "unchecked"]
Verdict = Literal["proved", "refuted", "undecided", "error", "definition", "declaration", "not checked"]


@dataclass(frozen=True)
class Counterexample:
    """Sizes and values at which the two sides differ, and both sides there.

    sizes: dimension → integer.  indices: free index → its value (from 1).  values: name → rows of numbers, as
    text ("2", "-1/3"; balls as "[1.414 +/- 3e-5]"); `functions` tells what unknown functions were taken to be.
    left, right: rows of numbers.  entry: (row, column) from 1 of the first entry that differs.
    exact: the numbers shown are exact rationals (else rigorous enclosures).
    For two shapes that cannot be equal, left and right are empty and `sizes` tells them apart.
    """

    sizes: dict[str, int]
    indices: dict[str, int] = field(default_factory=dict)
    values: dict[str, list[list[str]]] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    left: list[list[str]] = field(default_factory=list)
    right: list[list[str]] = field(default_factory=list)
    entry: tuple[int, int] | None = None
    exact: bool = True


@dataclass(frozen=True)
class Edit:
    """A change of the note's text: the characters of `span` become `replacement`; `what` says it in words."""

    span: Span
    replacement: str
    what: str


@dataclass(frozen=True)
class Suggestion:
    """A right side near the author's own for which the claim is proved.

    latex: that right side, in the author's spelling.  edits: what makes it of the one that was written; none where
    the right side is right and the left one (refuted before, in the same chain) is not.
    """

    latex: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Step:
    """A line of a derivation: left = right by the named rules; an empty `left` goes on from the line before."""

    left: str
    right: str
    rules: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Report:
    """One statement's verdict, with all that supports or explains it."""

    id: str
    label: str | None
    span: Span
    kind: Kind
    verdict: Verdict
    lhs: str
    rhs: str
    message: str = ""
    conditions: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    suggestion: Suggestion | None = None
    """For a refuted claim: a right side near the author's that is proved."""
    derived: str | None = None
    """The closed form that symbn derives itself, as LaTeX: for a hole, or a refuted derivative."""
    steps: tuple[Step, ...] = ()
    """For `--explain`: how a derivative is derived."""
    snippet: str | None = None
    """For `--explain`: a NumPy program that shows the counterexample without symbn."""
    seconds: float = 0.0
    diagnostics: tuple[Diagnostic, ...] = ()
    understood: tuple[str, ...] = ()
    """For `--explain`: the statement as read, its conventions and assumptions, and how it was decided."""


@dataclass(frozen=True)
class NoteReport:
    """All statements of one note, in the order of the text, and what was wrong with the file itself."""

    source: SourceFile
    title: str | None
    statements: tuple[Report, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
