"""What is known of a statement after it was checked: plain data for every renderer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from symbn.diagnostics import Diagnostic
from symbn.source import SourceFile, Span

Kind = Literal["definition", "claim", "shape", "declaration", "hole", "unchecked"]
NOT_REACHED = "not reached: the check was interrupted"
"""The message of a claim that is not checked as Ctrl-C came before."""

Verdict = Literal["proved", "refuted", "undecided", "error", "definition", "declaration", "not checked"]


@dataclass(frozen=True)
class Counterexample:
    """Sizes and values at which the two sides differ, and both sides there.

    sizes: dimension → integer.  indices: free index → its value (from 1).  values: name → rows of numbers, as
    text; `functions` tells what unknown functions were taken to be.
    left, right: rows of numbers.  entry: (row, column) from 1 of the first entry that differs.
    A number is "2", "-1/3"; or if it is only enclosed, or a long fraction, "-0.408248…" (every digit is certain,
    more follow) or "0.5 ± 1e-38" (no further than this from it).  exact: left and right are shown as they are.
    For shapes that cannot be, left and right are empty, `sizes` tells the dimensions apart, and `misfit` says
    what does not fit there: "2×3 times 4×2".
    """

    sizes: dict[str, int]
    indices: dict[str, int] = field(default_factory=dict)
    values: dict[str, list[list[str]]] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    left: list[list[str]] = field(default_factory=list)
    right: list[list[str]] = field(default_factory=list)
    entry: tuple[int, int] | None = None
    exact: bool = True
    misfit: str = ""

    @property
    def author_indices(self) -> dict[str, int]:
        """The free indices that the author wrote; the names of those that symbn added begin with a quote."""
        return {name: value for name, value in self.indices.items() if not name.startswith("'")}


@dataclass(frozen=True)
class Origin:
    """A denominator, root or logarithm that a condition comes from.

    definition: the whole definition that holds it; None if it stands in the statement itself.
    """

    span: Span
    definition: Span | None = None


@dataclass(frozen=True)
class Condition:
    """What a proof needs besides the declarations, as LaTeX: `n \\ne 1`.

    number: the same for all conditions of a note that the core proves to say the same.
    """

    latex: str
    origins: tuple[Origin, ...] = ()
    number: int | None = None


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
    """A line of a derivation: left = right by the named rules and by facts, such as J^\\top = J.

    An empty `left` goes on from the line before.  A line without rules says what a letter of the derivation stands for.
    """

    left: str
    right: str
    rules: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


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
    conditions: tuple[Condition, ...] = ()
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
    conventions: tuple[str, ...] = ()
    """How the statement was read where it could be read otherwise."""
    uses: tuple[str, ...] = ()
    """The ids of the definitions that the statement mentions."""
    understood: tuple[str, ...] = ()
    """For `--explain`: the statement as read, its assumptions, and how it was decided."""

    def _repr_latex_(self) -> str | None:
        """For notebooks: the derivation if there is one, else the statement with its verdict."""
        if self.verdict == "error":
            return None  # what was not read is not handed on
        lines = [(step.left, step.right, step.rules) for step in self.steps if step.rules]
        if not lines:
            relation = r"\in" if self.kind == "shape" else ":=" if self.kind == "definition" else "="
            right = self.derived if self.kind == "hole" and self.derived else self.rhs
            said = f"{self.lhs} {relation} {right}" if right else self.lhs
            return rf"$\displaystyle {said} \qquad \text{{{self.verdict}}}$"
        letters = [rf"\text{{write }} {step.left} = {step.right}" for step in self.steps if not step.rules]
        rows = [rf"{left} &= {right} && \text{{{', '.join(rules)}}}" for left, right, rules in lines]
        aligned = r" \\ ".join([*(f"&{letter}" for letter in letters), *rows])
        return rf"$\displaystyle \begin{{aligned}} {aligned} \end{{aligned}}$"


@dataclass(frozen=True)
class NoteReport:
    """All statements of one note, in the order of the text, and what was wrong with the file itself."""

    source: SourceFile
    title: str | None
    statements: tuple[Report, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
