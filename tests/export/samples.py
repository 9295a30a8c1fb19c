"""Reports of a small note, for the renderers' tests."""

from __future__ import annotations

from symbn.diagnostics import Diagnostic, Label
from symbn.report import Counterexample, NoteReport, Report, Suggestion
from symbn.source import SourceFile, Span

TEXT = """# A note

Let $A \\in \\mathbb{R}^{m \\times n}$ and $y := A x$.

$$A^\\top y = B$$ {#eq:one}

$$\\hat{y} A = A
\\hat{y}$$ {#eq:two}
"""

SOURCE = SourceFile("notes/a,b.md", TEXT)


def place(part: str) -> Span:
    """Where a part of the text stands."""
    start = TEXT.index(part)
    return Span(start, start + len(part))


DECLARATION = Report(
    "0.1", None, place("A \\in \\mathbb{R}^{m \\times n}"), "declaration", "declaration",
    "A", "\\mathbb{R}^{m \\times n}", understood=("A is m×n",),
)  # fmt: skip
DEFINITION = Report("0.2", None, place("y := A x"), "definition", "definition", "y", "A x")
PROVED = Report(
    "eq:one", "eq:one", place("A^\\top y = B"), "claim", "proved", "A^\\top y", "B",
    conditions=("n \\ne 1", "B is invertible"), seconds=0.01234567, understood=("both sides are n×1",),
)  # fmt: skip
REFUTED = Report(
    "eq:two", "eq:two", place("\\hat{y} A = A\n\\hat{y}"), "claim", "refuted", "\\hat{y} A", "A \\hat{y}",
    message="at m = 2 the two sides differ",
    counterexample=Counterexample(
        {"m": 2, "n": 3}, {"i": 1}, {"A": [["1", "-1/2"], ["0", "10"]], "\\epsilon": [["2"]]}, {"f": "x ↦ x²"},
        [["1", "2"]], [["1", "3"]], (1, 2),
    ),
    suggestion=Suggestion("\\hat{y}^\\top", ()), seconds=1.5,
)  # fmt: skip
MISSHAPEN = Report(
    "eq:two", "eq:two", place("\\hat{y} A = A\n\\hat{y}"), "claim", "refuted", "\\hat{y} A", "A \\hat{y}",
    message="these two factors cannot be multiplied",
    diagnostics=(
        Diagnostic(
            "S201", "these two factors cannot be multiplied",
            (Label(place("\\hat{y} A"), "m×1", False), Label(place("A\n\\hat{y}"), "m×n")),
            ("declared in line 3",), "transpose one of them",
        ),
    ),
)  # fmt: skip
UNDECIDED = Report(
    "eq:one", "eq:one", place("A^\\top y = B"), "claim", "undecided", "A^\\top y", "B", message="tried sizes 2 and 3"
)
UNCHECKED = Report("0.3", None, place("y := A x"), "unchecked", "not checked", "y", "A x")
FAULT = Diagnostic("X001", "the two paths disagree")
UNCLOSED = Diagnostic("P011", "this display is not closed", (Label(place("$$A^"), "opened here"),), help="write $$")


def note(*statements: Report, diagnostics: tuple[Diagnostic, ...] = ()) -> NoteReport:
    return NoteReport(SOURCE, "A note", statements, diagnostics)
