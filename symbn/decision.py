"""Whether an equation, or every link of a chain, holds: the reports of the links, and what they come to together."""

from __future__ import annotations

from dataclasses import dataclass

from symbn.diagnostics import Diagnostic
from symbn.report import Counterexample, Report, Verdict

_WEIGHTIEST: tuple[Verdict, ...] = ("refuted", "error", "undecided", "not checked", "proved")
"""Of several verdicts the first decides: a chain with a false link is false, whatever is known of the others."""


@dataclass(frozen=True)
class Decision:
    """Whether an equation holds; true in a condition only if it is proved.

    reports: one for each link of a chain, in order; there is at least one.
    """

    reports: tuple[Report, ...]

    @property
    def report(self) -> Report:
        """The report that decides: the first of the links that has the weightiest verdict."""
        return min(self.reports, key=lambda report: _WEIGHTIEST.index(report.verdict))

    @property
    def verdict(self) -> Verdict:
        """`proved` if every link is; `refuted` if one is; else `error`, `undecided` or `not checked`."""
        return self.report.verdict

    @property
    def conditions(self) -> tuple[str, ...]:
        """What must hold besides the declarations, as LaTeX: `n \\ne 1`; of all links, each once."""
        return tuple(dict.fromkeys(condition.latex for report in self.reports for condition in report.conditions))

    @property
    def counterexample(self) -> Counterexample | None:
        """Sizes and numbers at which the two sides differ."""
        return self.report.counterexample

    @property
    def message(self) -> str:
        """Why it is not proved; empty where it is."""
        return self.report.message

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What could not be read or cannot be, and where."""
        return self.report.diagnostics

    @property
    def suggestion(self) -> str | None:
        """A right side near the author's own that is proved, as LaTeX, if one was asked for and found."""
        return None if self.report.suggestion is None else self.report.suggestion.latex

    @property
    def derived(self) -> str | None:
        """The closed form of a hole or of a refuted derivative, as LaTeX, if one was asked for and found."""
        return self.report.derived

    @property
    def understood(self) -> tuple[str, ...]:
        """The equations as they were read, what was assumed, and how they were decided."""
        return tuple(line for report in self.reports for line in report.understood)

    def __bool__(self) -> bool:
        return self.verdict == "proved"

    def __repr__(self) -> str:
        more = self.message or "; ".join(f"if {condition}" for condition in self.conditions)
        return f"<{self.verdict}{': ' if more else ''}{more}>"
