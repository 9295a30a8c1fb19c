"""Reports of a small note, for the renderers' tests."""

from __future__ import annotations

from dataclasses import replace

from symbn.diagnostics import Diagnostic, Label
from symbn.report import Condition, Counterexample, Edit, NoteReport, Origin, Report, Step, Suggestion
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
DEFINITION = Report(
    "0.2", None, place("y := A x"), "definition", "definition", "y", "A x", conventions=("a scalar stands everywhere",)
)
PROVED = Report(
    "eq:one", "eq:one", place("A^\\top y = B"), "claim", "proved", "A^\\top y", "B",
    conditions=(Condition("n \\ne 1", (Origin(place("A x"), place("y := A x")), Origin(place("B"))), 1),
                Condition("B is invertible")),
    conventions=("a scalar stands everywhere", "the layout is \\nabla_X"), seconds=0.01234567,
    understood=("read as: A^\\top y = B   [n×1]", "rules: first (what it says)"),
)  # fmt: skip
SAME = replace(PROVED, id="0.9", conditions=(Condition("n - 1 \\ne 0", (), 1),))
"""Needs what PROVED needs, said at more length."""
REFUTED = Report(
    "eq:two", "eq:two", place("\\hat{y} A = A\n\\hat{y}"), "claim", "refuted", "\\hat{y} A", "A \\hat{y}",
    message="at m = 2 the two sides differ",
    counterexample=Counterexample(
        {"m": 2, "n": 3}, {"i": 1}, {"A": [["1", "-1/2"], ["0", "10"]], "\\epsilon": [["2"]]}, {"f": "f(x) = x^2"},
        [["1", "2"]], [["1", "3"]], (1, 2),
    ),
    suggestion=Suggestion("\\hat{y}^\\top", (Edit(place("A\n\\hat{y}"), "\\hat{y}^\\top", "transpose \\hat{y}"),)),
    derived="A^2",
    steps=(Step("s", "A A"), Step("A", "A A", ("product rule",)), Step("", "A^2", ("definition",), (r"A^\top = A",))),
    snippet="import numpy as np\n\nprint(1)\n", seconds=1.5,
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
SHAPES = replace(
    MISSHAPEN, counterexample=Counterexample({"m": 2, "n": 3}, misfit="2×1 times 2×3"), suggestion=REFUTED.suggestion
)
UNDECIDED = Report(
    "eq:one", "eq:one", place("A^\\top y = B"), "claim", "undecided", "A^\\top y", "B", message="tried sizes 2 and 3"
)
UNCHECKED = Report("0.3", None, place("y := A x"), "unchecked", "not checked", "y", "A x")
FAULT = Diagnostic("X001", "the two paths disagree")
UNCLOSED = Diagnostic("P011", "this display is not closed", (Label(place("$$A^"), "opened here"),), help="write $$")


def note(*statements: Report, diagnostics: tuple[Diagnostic, ...] = ()) -> NoteReport:
    return NoteReport(SOURCE, "A note", statements, diagnostics)
