"""A derivative derived line by line, as a lecturer would on a board.

    dŷ = d(J y / √s) = d(1/√s) J y + (1/√s) J dy = … = (1/√s) (J − ŷŷᵀ/(n−1)) dy,   so   ∂ŷ/∂y = …

Each line is proved equal to the one before by the core; a derivation with a line that is not is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symbn.core.axioms import DIFFERENTIALS, Rule
from symbn.core.equality import Proof, decide
from symbn.core.ring import Budget
from symbn.core.terms import NoRule
from symbn.diagnostics import ShapeError
from symbn.explain.differentials import Differentials
from symbn.explain.latex import to_latex
from symbn.explain.notation import product, transpose, untransposed
from symbn.explain.shorthand import Shorthand
from symbn.expr import tree
from symbn.expr.consistency import check_shape
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.places import indices_of
from symbn.expr.tree import Expr

_MOST_LINES = 14


@dataclass(frozen=True)
class Line:
    """left = right by rules, and by facts (LaTeX); without a left side it goes on from the line before."""

    left: Expr | None
    right: Expr
    rules: tuple[Rule, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """Shorthands that the lines use, and the lines; the last one states the derivative."""

    shorthands: tuple[tree.Definition, ...]
    lines: tuple[Line, ...]


Closed = Callable[[Expr], Expr | None]


def derivation(
    asked: tree.Derivative, context: Context, closed_form: Closed, budget: Budget | None = None
) -> Derivation | None:
    """How `asked` comes to be its closed form; None if it has none, or a line has no rule or no proof.

    Raises BudgetExceeded.
    """
    shorthand = Shorthand(context, asked, budget)
    indexing = Indexing(shorthand.context)
    if budget is not None:
        indexing.ring.budget = budget
    variable = asked.variable
    increment = tree.Symbol(name=rf"\mathrm{{d}} {to_latex(variable)}", shape=variable.shape)
    lines: list[Line] = []

    def inner(e: tree.Derivative) -> Expr:
        found = derivation(e, context, closed_form, budget)
        if found is None:
            raise NoRule("an inner derivative that has no derivation")
        if any(own.key not in shorthand.context.definitions for own in found.shorthands):
            raise NoRule("an inner derivative, in a definition, with names of its own")
        lines.extend(line for line in found.lines if line not in lines)
        return found.lines[-1].right

    differentials = Differentials(indexing, variable, asked.target, increment, shorthand.body, inner)
    try:
        closed = closed_form(asked)
        if closed is None:
            return None
        own = list(_lines(asked, closed, differentials, shorthand))
    except NoRule:
        return None
    lines += own
    if not all(_is_proved(before, after, indexing) for before, after in _pairs(lines)):
        return None
    used = {node.name for line in lines for node in tree.walk(line.right) if isinstance(node, tree.Reference)}
    return Derivation(shorthand.used(used), tuple(lines))


def _lines(asked: tree.Derivative, closed: Expr, differentials: Differentials, shorthand: Shorthand) -> Iterator[Line]:
    start = differentials.whole(asked.arg)
    current: Expr = start
    left: Expr | None = start
    body = shorthand.shortened_inside(asked.arg)
    if body != asked.arg:
        current = differentials.whole(body)
    for _ in range(_MOST_LINES):
        if not any(isinstance(node, tree.Differential) for node in tree.walk(current)):
            break
        if isinstance(current, tree.Differential) and isinstance(current.arg, tree.Reference):
            following = differentials.whole(shorthand.body(current.arg))
            yield Line(left, following, (DIFFERENTIALS["definition"],))
        else:
            following = differentials.expanded(current)
            yield Line(left, following, tuple(differentials.used), tuple(differentials.facts))
        left, current = None, following
    else:
        raise NoRule("a derivation of too many lines")
    collected, rule = _identified(asked, closed, differentials.increment)
    collected = untransposed(collected, shorthand.symmetric)
    if collected != current:
        yield Line(left, collected, (DIFFERENTIALS["collecting"],), tuple(_named(closed, current, shorthand)))
    yield Line(asked, closed, (rule,))


def _identified(asked: tree.Derivative, closed: Expr, increment: Expr) -> tuple[Expr, Rule]:
    """df in terms of the derivative, and the rule that reads it off."""
    if asked.layout == "jacobian":
        if asked.arg.shape[1] != 1 or asked.variable.shape[1] != 1:
            raise NoRule("a row by a column")
        return product([closed, increment]), DIFFERENTIALS["Jacobian"]
    if asked.layout == "entrywise":
        return product([increment, closed]), DIFFERENTIALS["derivative"]
    inside = product([transpose(closed), increment])
    if asked.variable.shape[1] != 1:
        inside = tree.Trace(arg=inside, shape=(1, 1))
    return inside, DIFFERENTIALS["gradient"]


def _named(closed: Expr, before: Expr, shorthand: Shorthand) -> Iterator[str]:
    """What the names stand for that come up in the closed form."""
    known = {node.name for node in tree.walk(before) if isinstance(node, tree.Reference)}
    for node in dict.fromkeys(tree.walk(closed)):
        if isinstance(node, tree.Reference) and node.name not in known and not node.arguments:
            known.add(node.name)
            body = shorthand.body(node)
            if not isinstance(body, tree.Slice | tree.Transpose):
                yield f"{to_latex(node)} = {to_latex(body)}"


def _pairs(lines: list[Line]) -> Iterator[tuple[Expr, Expr]]:
    """What is said to be equal."""
    before: Expr | None = None
    for line in lines:
        left = line.left if line.left is not None else before
        assert left is not None
        yield left, line.right
        before = line.right


def _fits(e: Expr) -> bool:
    try:
        for node in tree.walk(e):
            check_shape(node)
    except ShapeError:
        return False
    return True


def _is_proved(left: Expr, right: Expr, indexing: Indexing) -> bool:
    if left.shape != right.shape or not (_fits(left) and _fits(right)):
        return False
    places = indices_of(left.shape)
    sides = indexing.to_sum(left, *places), indexing.to_sum(right, *places)
    return isinstance(decide(*sides, indexing.theory), Proof)
