"""A statement of a note, read and typed: what is to be decided, and what was understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symbn.diagnostics import Diagnostic
from symbn.expr.context import Context
from symbn.expr.tree import Expr, IndexVar, Shape, Symbol
from symbn.report import Kind
from symbn.source import Span


@dataclass(frozen=True)
class Goal:
    """left = right, of one shape, for all values of the free indices."""

    left: Expr
    right: Expr
    note: str = ""


@dataclass
class Statement:
    """One line of a report.

    claims have goals (two for a first-order expansion); a shape claim has `expression` and `claimed`;
    `asked` is what a closed form may be wanted of: a hole's side, or the derivative that a chain begins with; it
    `goes_on` where that is not the statement's own left side;
    a definition of a name without parameters has its key in `defined`; what could
    not be read has an error among its diagnostics, `misshapen` if it is a shape that cannot be;
    `under`: what it is said under, as an implication or a condition that is not read: it may be false without that;
    `supposed`: a context that says that too, if one can;
    `unmoved`: increments dA that a d brings in, and that never stand in one formula with those written in it;
    `otherwise`: the statement as it reads with other shapes for the 0 in it.
    """

    id: str
    label: str | None
    span: Span
    kind: Kind
    lhs: str
    rhs: str
    context: Context
    goals: tuple[Goal, ...] = ()
    free: tuple[IndexVar, ...] = ()
    expression: Expr | None = None
    claimed: Shape | None = None
    defined: str | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    misshapen: bool = False
    asked: Expr | None = None
    goes_on: bool = False
    notices: tuple[str, ...] = ()
    message: str = ""
    under: str = ""
    supposed: Context | None = None
    unmoved: tuple[Symbol, ...] = ()
    otherwise: tuple[Statement, ...] = ()

    def _repr_latex_(self) -> str | None:
        """For notebooks: the statement as it was written; nothing for one that could not be read."""
        if any(diagnostic.severity == "error" for diagnostic in self.diagnostics):
            return None
        relation = ":=" if self.kind == "definition" else r"\in" if self.kind in ("shape", "declaration") else "="
        return rf"$\displaystyle {self.lhs} {relation} {self.rhs}$" if self.rhs else rf"$\displaystyle {self.lhs}$"

    def sympy(self, goal: int = 0) -> tuple[Any, Any]:
        """The two sides of a claim as SymPy expressions; a first-order claim's goal 1 is its derivative."""
        # Imported here: `symbn check` never needs SymPy, whose import alone takes longer than a check.
        from symbn.expr.sympy_view import to_sympy

        if not self.goals:
            raise ValueError(f"a {self.kind} has no two sides")
        chosen = self.goals[goal]
        return to_sympy(chosen.left, self.context), to_sympy(chosen.right, self.context)
