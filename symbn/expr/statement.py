"""A statement of a note, read and typed: what is to be decided, and what was understood."""

from __future__ import annotations

from dataclasses import dataclass, field

from symbn.diagnostics import Diagnostic
from symbn.expr.context import Context
from symbn.expr.tree import Expr, IndexVar, Shape
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

    claims have goals (two for a first-order expansion); a shape claim has `expression` and `claimed`; what could
    not be read has an error among its diagnostics, `misshapen` if it is a shape that cannot be.
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
    diagnostics: list[Diagnostic] = field(default_factory=list)
    misshapen: bool = False
    notices: tuple[str, ...] = ()
    message: str = ""
