r"""What is known to be positive by its form, each with a false twin; and never against a number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from symbn.evidence.components import Evaluator
from symbn.evidence.dependence import Dependence
from symbn.evidence.numeric import Undefined, real
from symbn.evidence.points import Point, Style
from symbn.explain.positivity import Positivity, Sign
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.statement import Statement
from symbn.expr.tree import Expr
from symbn.note import Note

DECLARED = r"""$n \ge 2$, $x, y \in \mathbb{R}^{n}$, $A, B \in \mathbb{R}^{m \times n}$,
$M \in \mathbb{R}^{n \times n}$, $S \in \mathbb{S}^{n}$, $P \in \mathbb{S}^{n}_{++}$,
$a \in \mathbb{R}$, $c \in \mathbb{R}$, $\epsilon > 0$, $b \ge 0$.
$J := I_n - \frac{1}{n} \mathbf 1 \mathbf 1^\top$, $K := I_n - \frac{1}{n+1} \mathbf 1 \mathbf 1^\top$,
$\operatorname{var}(u) := \frac{1}{n - 1} \sum_t (u_t - \frac{1}{n} \mathbf 1^\top u)^2$,
$\operatorname{cov}(u, v) := \frac{1}{n - 1} \sum_t (u_t - \frac{1}{n} \mathbf 1^\top u) v_t$,
$\operatorname{gram}(X) := \frac{1}{n} X^\top X$, $q(u, v) := u^\top v$.
"""
"""What the expressions below speak of; K is no projection."""


@dataclass(frozen=True)
class Law:
    """An expression of a known sign, and one that looks like it and has none."""

    name: str
    sign: Sign
    true: str
    false: str


LAWS = [
    Law("numbers", Sign.POSITIVE, r"\frac{1}{2}", r"-\frac{1}{2}"),
    Law("dimensions", Sign.POSITIVE, "n - 1", "n - 3"),
    Law("a coefficient", Sign.POSITIVE, r"\frac{1}{n - 1}", r"\frac{1}{n - 4}"),
    Law("declared positive", Sign.POSITIVE, r"\epsilon", "a"),
    Law("declared nonnegative", Sign.NONNEGATIVE, "b", "-b"),
    Law("an even power", Sign.NONNEGATIVE, "a^2", "a^3"),
    Law("a negative even power", Sign.POSITIVE, "a^{-2}", "a^{-1}"),
    Law("a power of a positive number", Sign.POSITIVE, r"\epsilon^3", "(-\\epsilon)^3"),
    Law("a root", Sign.NONNEGATIVE, r"\sqrt{a^2}", r"-\sqrt{a^2}"),
    Law("a factor twice", Sign.NONNEGATIVE, "a c a c", "a c a"),
    Law("an inner square", Sign.NONNEGATIVE, r"x^\top x", r"x^\top y"),
    Law("a sum", Sign.POSITIVE, r"x^\top x + \epsilon", r"x^\top y + \epsilon"),
    Law("a difference", Sign.POSITIVE, r"x^\top x + \epsilon + b", r"x^\top x + \epsilon - b"),
    Law("a quotient", Sign.NONNEGATIVE, r"\frac{x^\top x}{\epsilon}", r"\frac{x^\top x}{a}"),
    Law("an entrywise square", Sign.NONNEGATIVE, r"(x \odot x)_1", r"(x \odot y)_1"),
    Law("a sum over an index", Sign.NONNEGATIVE, r"\sum_i x_i^2", r"\sum_i x_i"),
    Law("a sum of products", Sign.NONNEGATIVE, r"\sum_i x_i y_i x_i y_i", r"\sum_i x_i y_i x_i"),
    Law("a positive definite form", Sign.NONNEGATIVE, r"x^\top P x", r"x^\top S x"),
    Law("a form of two vectors", Sign.NONNEGATIVE, r"x^\top P x", r"x^\top P y"),
    Law("a congruence", Sign.NONNEGATIVE, r"x^\top A^\top A x", r"x^\top A^\top B x"),
    Law("a congruence the wrong way", Sign.NONNEGATIVE, r"x^\top M M^\top x", r"x^\top M M x"),
    Law("a projection", Sign.NONNEGATIVE, r"x^\top J x", r"x^\top (-J) x"),
    Law("a projection proved", Sign.NONNEGATIVE, r"x^\top (I - \frac{\mathbf 1 \mathbf 1^\top}{n}) x", r"x^\top M x"),
    Law("a product of projections", Sign.NONNEGATIVE, r"x^\top J J x", r"x^\top J M x"),
    Law("a sum of semidefinite matrices", Sign.NONNEGATIVE, r"x^\top (P + A^\top A) x", r"x^\top (P - A^\top A) x"),
    Law("a scaled semidefinite matrix", Sign.NONNEGATIVE, r"x^\top (\frac{1}{n-1} J) x", r"x^\top (a J) x"),
    Law("a diagonal form", Sign.NONNEGATIVE, r"x^\top \operatorname{diag}(y \odot y) x",
        r"x^\top \operatorname{diag}(y) x"),
    Law("a trace", Sign.NONNEGATIVE, r"\operatorname{tr}(A^\top A)", r"\operatorname{tr}(A^\top B)"),
    Law("a diagonal entry", Sign.NONNEGATIVE, r"(A^\top A)_{11}", r"(A^\top A)_{12}"),
    Law("a diagonal", Sign.NONNEGATIVE, r"\operatorname{diag}(A^\top A)_1", r"\operatorname{diag}(A^\top B)_1"),
    Law("a defined function", Sign.NONNEGATIVE, r"\operatorname{var}(x)", r"\operatorname{cov}(x, y)"),
    Law("a defined matrix", Sign.NONNEGATIVE, r"x^\top \operatorname{gram}(A) x",
        r"x^\top (-\operatorname{gram}(A)) x"),
    Law("a function of different arguments", Sign.UNKNOWN, "q(x, x)", "q(x, y)"),
    Law("the exponential", Sign.POSITIVE, r"\exp(a)", r"\sin(a)"),
    Law("a norm", Sign.NONNEGATIVE, r"\|x - y\|", r"\|x\| - \|y\|"),
    Law("a power of a matrix", Sign.NONNEGATIVE, r"x^\top P^3 x", r"x^\top S^3 x"),
    Law("a transposed form", Sign.NONNEGATIVE, r"(A x)^\top (A x)", r"(A x)^\top (B x)"),
    Law("an outer product", Sign.NONNEGATIVE, r"x^\top (y y^\top) x", r"x^\top (y x^\top) x"),
    Law("no projection", Sign.NONNEGATIVE, r"x^\top J x", r"x^\top K x"),
]  # fmt: skip


def signs(*expressions: str) -> list[tuple[Sign, bool]]:
    """The sign of each expression, and whether it has none at some point (by its values there)."""
    claims = "\n".join(f"\n$$0 = {e}$$ {{#eq:k{k}}}\n" for k, e in enumerate(expressions))
    note = Note.from_text(DECLARED + claims)
    found = []
    for k, statement in enumerate(s for s in note.statements if re.match(r"eq:k\d", s.id)):
        assert statement.id == f"eq:k{k}" and not statement.diagnostics, statement.diagnostics
        e = statement.goals[0].right
        sign = Positivity(statement.context, Indexing(statement.context)).sign(e)
        found.append((sign, _takes_both_signs(e, statement.context)))
    return found


def _takes_both_signs(e: Expr, context: Context) -> bool:
    """Whether e < 0 at some of a few points (at which it has a value)."""
    for seed in range(24):
        point = Point(context, seed, (Style.SMALL, Style.FRACTION, Style.UNIT)[seed % 3])
        try:
            value = real(Evaluator(context, {"n": 2 + seed % 2, "m": 3}, point).evaluate(e)[0][0])
        except Undefined:
            continue
        if value < 0:
            return True
    return False


_TRUE, _FALSE = signs(*(law.true for law in LAWS)), signs(*(law.false for law in LAWS))
KNOWN = {law.name: pair for law, *pair in zip(LAWS, _TRUE, _FALSE, strict=True)}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_a_form_gives_its_sign(law: Law) -> None:
    (sign, negative), _ = KNOWN[law.name]
    assert sign == law.sign
    assert not negative


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_its_twin_has_no_sign(law: Law) -> None:
    _, (sign, _) = KNOWN[law.name]
    assert sign == Sign.UNKNOWN


def test_most_twins_are_negative_somewhere() -> None:
    """That a twin's sign is not known is no weakness of the rules; K and ‖x‖ − ‖y‖ among the others."""
    assert sum(negative for _, (_, negative) in KNOWN.values()) >= len(LAWS) - 5


# Against numbers ------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parent.parent.parent
NOTES = [ROOT / "derivations" / "batchnorm_layer.md", ROOT / "derivations" / "batchnorm_as_published.md"] + [
    ROOT / "tests" / "mdtest" / f"{name}.md" for name in ("normalisation", "quadratic_forms", "roots", "traces")
]


def parts(path: Path) -> Iterator[tuple[Statement, Positivity, Expr]]:
    """All expressions within the claims of a note."""
    for statement in Note.read(path).statements:
        if statement.goals:
            positivity = Positivity(statement.context, Indexing(statement.context))
            sides = [side for goal in statement.goals for side in (goal.left, goal.right)]
            for node in dict.fromkeys(node for side in sides for node in tree.walk(side)):
                yield statement, positivity, node


def values(e: Expr, statement: Statement) -> Iterator[list[list[float]]]:
    """e at some points, where it has a value; free indices are 1 or 2."""
    dependence = Dependence(statement.context)
    dimensions = dependence.survey([e], statement.free).dimensions
    least = statement.context.dimensions
    for seed in range(6):
        sizes = {d: max(least.get(d, 1), 2 + (place + seed) % 3) for place, d in enumerate(dimensions)}
        style = (Style.SMALL, Style.FRACTION, Style.UNIT)[seed % 3]
        point = Point(statement.context, seed, style, mirrored=seed % 2 == 1)
        indices = {index.name: 1 + seed % 2 for index in statement.free}
        try:
            rows = Evaluator(statement.context, sizes, point, dependence).evaluate(e, indices)
        except (Undefined, KeyError):  # KeyError: an index that a sum around e binds
            continue
        yield [[float(real(x)) for x in row] for row in rows]


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_no_sign_is_contradicted_by_a_number(path: Path) -> None:
    told = 0
    for statement, positivity, e in parts(path):
        sign = positivity.sign(e)
        if sign:
            for rows in values(e, statement):
                told += 1
                assert all(x > 0 if sign == Sign.POSITIVE else x >= 0 for row in rows for x in row), (statement.id, e)
    assert told > 50


def test_no_form_that_is_semidefinite_is_negative_anywhere() -> None:
    """M = Mᵀ and xᵀMx ≥ 0 for all x of −1, 0 and 1, up to rounding."""
    told = 0
    for path in NOTES:
        for statement, positivity, e in parts(path):
            if not e.is_scalar and positivity.is_semidefinite(e):
                for rows in values(e, statement):
                    told += 1
                    n = range(len(rows))
                    assert all(rows[i][j] == pytest.approx(rows[j][i]) for i in n for j in n)
                    for x in product((-1, 0, 1), repeat=len(rows)):
                        assert sum(x[i] * rows[i][j] * x[j] for i in n for j in n) > -1e-9, (statement.id, e)
    assert told > 50
