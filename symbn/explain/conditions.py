"""The side conditions of a claim, said in the author's own expressions, with where they come from.

Every denominator must not be 0, and what a root is taken of must be > 0 (≥ 0 where no derivative or division
needs more).  Conditions that the declarations already give, or the form of the expression, are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from symbn.core.ring import BudgetExceeded, Coefficient
from symbn.core.terms import NoRule
from symbn.explain.latex import to_latex
from symbn.explain.positivity import Positivity, Sign
from symbn.expr import tree
from symbn.expr.build import is_sum_of_squares
from symbn.expr.context import Context
from symbn.expr.exponents import is_nonnegative, polynomial
from symbn.expr.indexing import Indexing
from symbn.expr.places import indices_of
from symbn.expr.tree import Expr
from symbn.report import Origin
from symbn.source import Span


@dataclass(frozen=True)
class SideCondition:
    """latex: the condition; expression and relation: what it says; origins: what needs it, in the note."""

    latex: str
    expression: Expr
    relation: str
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class _Need:
    """An expression that must be > 0, ≥ 0 or ≠ 0, because of what stands at a place."""

    expression: Expr
    relation: str
    place: Span | None


class ConditionFinder:
    """The side conditions within one context; those of a definition are found once."""

    def __init__(self, context: Context, indexing: Indexing) -> None:
        self.context = context
        self.indexing = indexing
        self._positivity = Positivity(context, indexing)
        self._of_definition: dict[tuple[str, bool], list[SideCondition]] = {}
        self._said: dict[tuple[Expr, str], str | None] = {}

    def conditions(self, expressions: Iterable[Expr]) -> list[SideCondition]:
        """The conditions of expressions and of all definitions that they rest on."""
        expressions = list(expressions)
        used = [d for d in self.context.definitions_used(expressions) if not d.parameters]
        bodies = [*expressions, *(d.body for d in used)]
        differentiated = any(isinstance(n, tree.Derivative) for e in bodies for n in tree.walk(e))
        found: dict[str, SideCondition] = {}
        for expression in expressions:
            _collect(found, self._in(expression, differentiated, None))
        for definition in used:
            key = (definition.key, differentiated)
            if key not in self._of_definition:
                self._of_definition[key] = list(self._in(definition.body, differentiated, definition.span))
            _collect(found, self._of_definition[key])
        return list(_strongest(found).values())

    def _in(self, body: Expr, differentiated: bool, holder: Span | None) -> Iterator[SideCondition]:
        for part, home in _with_applied(body, holder, self.context):
            for need in _needs(part, differentiated, part.span, self.context.dimensions):
                key = (need.expression, need.relation)
                if key not in self._said:
                    self._said[key] = self._condition(*key)
                latex = self._said[key]
                if latex is not None:
                    yield SideCondition(latex, need.expression, need.relation, _origins(need.place, home))

    def _condition(self, e: Expr, relation: str) -> str | None:
        """The condition as LaTeX; None if the declarations or the form of e give it."""
        if isinstance(e, tree.Fill):
            e = e.arg
        if self._is_implied(e, relation):
            return None
        if is_sum_of_squares(e):
            inside = e.arg if isinstance(e, tree.Trace) else e
            assert isinstance(inside, tree.Product)
            left, right = inside.factors
            root = right if isinstance(left, tree.Transpose) and left.arg == right else left
            return None if self._is_declared_nonzero(root) else rf"{to_latex(root)} \ne 0"
        excluded = None if relation == r"\ge" else self._excluded(e)
        if excluded is not None:
            return rf"{excluded[0]} \ne {excluded[1]}" if excluded[1] > 0 else None
        where = "" if e.is_scalar else r" \text{ in every entry}"
        return f"{to_latex(e)} {relation} 0{where}"

    def _is_implied(self, e: Expr, relation: str) -> bool:
        if relation == r"\ne" and isinstance(e, tree.Determinant) and self._positivity.is_invertible(e.arg):
            return True
        sign = self._positivity.sign(e)
        if sign == Sign.POSITIVE or (relation == r"\ge" and sign):
            return True
        return relation == r"\ne" and e.is_scalar and self._is_declared_nonzero(e)

    def _is_declared_nonzero(self, e: Expr) -> bool:
        """Whether a name is declared ≠ 0; of a vector that says that one entry is not 0."""
        declaration = self.context.symbols.get(e.name) if isinstance(e, tree.Symbol) else None
        return declaration is not None and declaration.sign in ("negative", "nonzero", "positive")

    def _excluded(self, e: Expr) -> tuple[str, int] | None:
        """(n, k) where e > 0 or e ≠ 0 says no more than n ≠ k."""
        if _is_named(e):
            return None
        try:
            coefficient = self.indexing.to_sum(e, *indices_of(e.shape)).as_coefficient()
        except (BudgetExceeded, NoRule, ZeroDivisionError):
            return None
        return None if coefficient is None else _only_root(coefficient)


def _strongest(found: dict[str, SideCondition]) -> dict[str, SideCondition]:
    """e ≥ 0 and e ≠ 0 are left out where e > 0 is needed as well, which then comes from their places too."""
    kept: dict[str, SideCondition] = {}
    for latex, condition in found.items():
        positive = latex.replace(rf" {condition.relation} 0", " > 0")
        _collect(kept, [replace(found[positive], origins=condition.origins) if positive in found else condition])
    return kept


def _origins(place: Span | None, home: Span | None) -> tuple[Origin, ...]:
    """A place in a definition; what stands outside of it came in with an argument, and is found where that is."""
    inside = home is None or (place is not None and home.start <= place.start and place.end <= home.end)
    return (Origin(place, home),) if place is not None and inside else ()


def _collect(found: dict[str, SideCondition], conditions: Iterable[SideCondition]) -> None:
    """Each condition once, with all of its origins."""
    for condition in conditions:
        known = found.get(condition.latex)
        origins = tuple(dict.fromkeys((*(known.origins if known else ()), *condition.origins)))
        found[condition.latex] = replace(known or condition, origins=origins)


def _with_applied(body: Expr, holder: Span | None, context: Context) -> Iterator[tuple[Expr, Span | None]]:
    """The body, and those of the functions applied in it with their arguments put in place of the parameters.

    Each with the definition that holds it.
    """
    pending: list[tuple[Expr, Span | None]] = [(body, holder)]
    seen: set[Expr] = set()
    while pending:
        body, holder = pending.pop(0)
        yield body, holder
        for node in tree.walk(body):
            if isinstance(node, tree.Reference) and node.arguments and node not in seen:
                seen.add(node)
                definition = context.definitions[node.name]
                values = {p.name: a for p, a in zip(definition.parameters, node.arguments, strict=True)}
                pending.append((tree.with_symbols(definition.body, values), definition.span))


def _needs(body: Expr, differentiated: bool, place: Span | None, least: Mapping[str, int]) -> Iterator[_Need]:
    """What the node and all below it must have; a node without a place stands where the one above it stands."""
    place = body.span or place
    if isinstance(body, tree.Quotient):
        for e, relation in _nonzero(body.denominator):
            yield _Need(e, relation, body.denominator.span or place)
    elif isinstance(body, tree.Power) and isinstance(body.exponent, tree.Number):
        value = body.exponent.value
        strict = differentiated or value < 0
        if value.denominator != 1 and _is_even_power(body.base):
            for e, relation in _nonzero(body.base) if strict else ():
                yield _Need(e, relation, place)
        elif value.denominator != 1:
            yield _Need(body.base, ">" if strict else r"\ge", place)
        elif value < 0:
            yield _Need(body.base, r"\ne", place)
    elif isinstance(body, tree.Power):
        needed = _by_size(body.exponent, {} if differentiated else least)
        if needed is not None:
            yield _Need(body.base, needed, place)
    elif isinstance(body, tree.Inverse):
        yield _Need(tree.Determinant(arg=body.arg, shape=(1, 1)), r"\ne", place)
    elif isinstance(body, tree.Elementwise):
        if body.function == "log":
            yield _Need(body.arg, ">", place)
        elif body.function == "sign" or (body.function in ("abs", "relu") and differentiated):
            yield _Need(body.arg, r"\ne", place)
        elif body.function == "tan":
            yield _Need(replace(body, function="cos"), r"\ne", place)
    for child in tree.children(body):
        yield from _needs(child, differentiated, place, least)


def _is_even_power(e: Expr) -> bool:
    """Whether e is written as a square, a fourth power, …: then it is ≥ 0."""
    if not (isinstance(e, tree.Power) and isinstance(e.exponent, tree.Number)):
        return False
    value = e.exponent.value
    return value.denominator == 1 and value > 0 and value.numerator % 2 == 0


def _by_size(exponent: Expr, least: Mapping[str, int]) -> str | None:
    """What a base must be under an exponent that is no number: one made of sizes is an integer, of positions too.

    `least` are the least sizes, by which an exponent may be known to be ≥ 0; a derivative needs more than that.
    """
    integer = polynomial(exponent)
    if integer is None:
        return ">"
    negative = any(times < 0 for times in integer.values())
    return r"\ne" if negative and not (least and is_nonnegative(integer, least)) else None


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
    elif isinstance(e, tree.Elementwise) and e.function == "abs":
        yield from _nonzero(e.arg)
    else:
        yield e, r"\ne"


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
