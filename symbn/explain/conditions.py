"""The side conditions of a claim, said in the author's own expressions.

Every denominator must not be 0, and what a root is taken of must be > 0 (≥ 0 where no derivative or division
needs more).  Conditions that the declarations already give are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symbn.core.ring import Coefficient
from symbn.explain.latex import to_latex
from symbn.expr import tree
from symbn.expr.build import is_sum_of_squares
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing, places_of
from symbn.expr.tree import Expr


@dataclass(frozen=True)
class SideCondition:
    """latex: the condition; expression and relation: what it says."""

    latex: str
    expression: Expr
    relation: str


class ConditionFinder:
    """The side conditions within one context; those of a definition are found once."""

    def __init__(self, context: Context, indexing: Indexing) -> None:
        self.context = context
        self.indexing = indexing
        self._of_definition: dict[tuple[str, bool], list[SideCondition]] = {}

    def conditions(self, expressions: Iterable[Expr]) -> list[SideCondition]:
        """The conditions of expressions and of all definitions that they rest on."""
        expressions = list(expressions)
        used = [d for d in self.context.definitions_used(expressions) if not d.parameters]
        bodies = [*expressions, *(d.body for d in used)]
        differentiated = any(isinstance(n, tree.Derivative) for e in bodies for n in tree.walk(e))
        found: dict[str, SideCondition] = {}
        for expression in expressions:
            found |= {c.latex: c for c in self._in(expression, differentiated)}
        for definition in used:
            key = (definition.key, differentiated)
            if key not in self._of_definition:
                self._of_definition[key] = self._in(definition.body, differentiated)
            for condition in self._of_definition[key]:
                found.setdefault(condition.latex, condition)
        return [
            condition
            for latex, condition in found.items()
            if latex.replace(rf" {condition.relation} 0", " > 0") not in found.keys() - {latex}
        ]

    def _in(self, body: Expr, differentiated: bool) -> list[SideCondition]:
        found = []
        for part in _with_applied([body], self.context):
            for needed, relation in _needs(part, differentiated):
                latex = _condition(needed, relation, self.indexing)
                if latex is not None:
                    found.append(SideCondition(latex, needed, relation))
        return found


def _with_applied(bodies: list[Expr], context: Context) -> list[Expr]:
    """Bodies, and those of defined functions with their arguments put in place of the parameters."""
    result: list[Expr] = []
    pending = list(bodies)
    seen: set[Expr] = set()
    while pending:
        body = pending.pop(0)
        result.append(body)
        for node in tree.walk(body):
            if isinstance(node, tree.Reference) and node.arguments and node not in seen:
                seen.add(node)
                definition = context.definitions[node.name]
                values = {p.name: a for p, a in zip(definition.parameters, node.arguments, strict=True)}
                pending.append(tree.with_symbols(definition.body, values))
    return result


def _needs(body: Expr, differentiated: bool) -> Iterable[tuple[Expr, str]]:
    for node in tree.walk(body):
        if isinstance(node, tree.Quotient):
            yield from _nonzero(node.denominator)
        elif isinstance(node, tree.Power) and isinstance(node.exponent, tree.Number):
            value = node.exponent.value
            if value.denominator != 1:
                yield node.base, ">" if differentiated or value < 0 else r"\ge"
            elif value < 0:
                yield node.base, r"\ne"
        elif isinstance(node, tree.Power):
            yield node.base, ">"
        elif isinstance(node, tree.Elementwise) and node.function == "log":
            yield node.arg, ">"


def _nonzero(e: Expr) -> Iterable[tuple[Expr, str]]:
    """e ≠ 0, taken apart: a product by its scalar factors, a root or power by its base."""
    if isinstance(e, tree.Product) and e.is_scalar and all(f.is_scalar for f in e.factors):
        for factor in e.factors:
            yield from _nonzero(factor)
    elif isinstance(e, tree.Power) and isinstance(e.exponent, tree.Number) and e.exponent.value > 0:
        if e.exponent.value.denominator == 1:
            yield from _nonzero(e.base)
        else:
            yield e.base, ">"
    else:
        yield e, r"\ne"


def _condition(e: Expr, relation: str, indexing: Indexing) -> str | None:
    """The condition as LaTeX; None if the declarations give it."""
    if isinstance(e, tree.Fill):
        e = e.arg
    if is_sum_of_squares(e):
        if relation == r"\ge":
            return None
        inside = e.arg if isinstance(e, tree.Trace) else e
        assert isinstance(inside, tree.Product)
        root = next(f for f in inside.factors if not isinstance(f, tree.Transpose) or len(inside.factors) == 1)
        return rf"{to_latex(root)} \ne 0"
    coefficient = None if _is_named(e) else indexing.to_sum(e, *places_of(e.shape)).as_coefficient()
    if coefficient is not None:
        if coefficient.is_positive() or (relation == r"\ge" and coefficient.is_nonnegative()):
            return None
        if relation != r"\ge":
            excluded = _only_root(coefficient)
            if excluded is not None:
                return rf"{excluded[0]} \ne {excluded[1]}" if excluded[1] > 0 else None
    where = "" if e.is_scalar else r" \text{ in every entry}"
    return f"{to_latex(e)} {relation} 0{where}"


def _is_named(e: Expr) -> bool:
    """Whether an expression mentions more than numbers, sizes and declared scalars."""
    return any(
        isinstance(node, (tree.Reference, tree.Apply)) or (isinstance(node, tree.Symbol) and not node.is_scalar)
        for node in tree.walk(e)
    )


def _only_root(coefficient: Coefficient) -> tuple[str, int] | None:
    """(n, k) for a multiple of n − k that is ≥ 0 where n ≥ k."""
    ring = coefficient.ring
    names = coefficient.variables()
    if len(names) != 1 or not coefficient.denominator.is_constant():
        return None
    (name,) = names
    if name not in ring.dimensions or coefficient.numerator.total_degree() != 1:
        return None
    by_degree = {sum(map(int, e)): int(c) for e, c in coefficient.numerator.to_dict().items()}
    root, rest = divmod(-by_degree.get(0, 0), by_degree[1])
    return (name, root) if rest == 0 else None
