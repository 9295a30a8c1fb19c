"""Every stage of the search for a proof leaves the values of a sum as they are, wherever both are defined.

Random formulas with inverses, orthogonal matrices, low-rank updates and elementary functions, and with families of
matrices, are read as notes are; each stage's result is evaluated beside what it was made of.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, note, reject, settings
from hypothesis import strategies as st

from symbn.core.elementary import expanded
from symbn.core.entries import cases
from symbn.core.radicals import reduce_leading_monomials
from symbn.core.relations import related
from symbn.core.ring import Budget, BudgetExceeded
from symbn.core.terms import NoRule, SumOfProducts
from symbn.core.updates import updated
from symbn.evidence.numeric import Undefined, certainly_differ, real, working_precision
from symbn.evidence.points import Point, Style
from symbn.expr.indexing import Indexing
from symbn.note import Note
from tests.laws.values import Values

laws = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck), print_blob=True)

SIZES = {"n": 3, "m": 2}
DECLARED = r"""
$M, N \in \mathbb{R}^{n \times n}$, $S \in \mathbb{S}^{n}$, $P \in \mathbb{S}^{n}_{++}$, $Q \in O(n)$,
$U \in \mathbb{R}^{n \times m}$, $V \in \mathbb{R}^{m \times n}$, $x, y \in \mathbb{R}^{n}$,
$c \in \mathbb{R}$, $\epsilon > 0$.
"""
OF_SIZE_TWO = DECLARED.replace("{n", "{2").replace("n}", "2}").replace("O(n)", "O(2)")

Stage = Callable[[SumOfProducts], SumOfProducts]
Stages = Callable[[SumOfProducts], list[SumOfProducts]]


# Formulas -------------------------------------------------------------------------------------------------

LETTERS = ["M", r"M^\top", "N", "S", "P", "Q", r"Q^\top", "U V", r"\operatorname{diag}(x)", r"x y^\top"]
SUMS = [
    "M + N", r"S + x y^\top", r"I + U V", r"P + U U^\top", r"c I + x x^\top", r"M + x x^\top", "P + S",
    r"P^{-1} + S", r"\epsilon I + M^\top M", r"\operatorname{diag}(x) + y x^\top", r"Q + x y^\top", r"2 M + 3 N",
]  # fmt: skip
FAMILIES = ["M + x_{i} N", r"S + x_{i} y y^\top", r"P + y_{i} I", "x_{i} Q + y_{i} N", "y_{i} M"]


@st.composite
def matrices(draw: st.DrawFn, depth: int = 2) -> str:
    """An n×n matrix."""
    kind = draw(st.sampled_from(["letter", "product", "sum", "inverse", "cancelling", "push", "inverse"]))
    if depth == 0 or kind == "letter":
        return draw(st.sampled_from(LETTERS))
    inside = matrices(depth=depth - 1)
    if kind == "product":
        return " ".join(f"({draw(inside)})" for _ in range(draw(st.integers(2, 3))))
    if kind == "sum":
        return f"({draw(inside)}) + ({draw(inside)})"
    base = draw(st.sampled_from([*SUMS, "M", "P", "Q", "M N", r"M^\top P"]))
    if kind == "inverse":
        return f"({base})^{{-1}}"
    if kind == "push":
        return draw(st.sampled_from([r"U (I_{m} + V U)^{-1} V", r"M (I + N M)^{-1}", r"(M^{-1} + N^{-1})^{-1}"]))
    left, right = draw(inside), draw(inside)
    middle = draw(st.sampled_from([f"({base}) ({base})^{{-1}}", f"({base})^{{-1}} ({base})", r"Q^\top Q", r"Q Q^\top"]))
    return f"({left}) {middle} ({right})"


def filled(template: str, *parts: str) -> str:
    """The template with the parts in place of its boxes."""
    for part in parts:
        template = template.replace("□", part, 1)
    return template


@st.composite
def numbers(draw: st.DrawFn, depth: int = 2) -> str:
    """A scalar made of matrices."""
    a, b = draw(matrices(depth=depth)), draw(matrices(depth=depth - 1))
    family, base = draw(st.sampled_from(FAMILIES)), draw(st.sampled_from(SUMS))
    kinds = [
        filled(r"\operatorname{tr}(□)", a),
        filled(r"x^\top (□) y", a),
        filled(r"(□)_{1 2}", a),
        filled(r"\det(□)", base),
        filled(r"\operatorname{tr}((□) \odot (□))", a, b),
        filled(r"\sum_{i} x_{i} ((□)^{-1})_{i i}", family),
        filled(r"\sum_{i} ((□)^{-1} (□) (□))_{i 1}", family, family, b),
        filled(r"\sum_{i} \det(□) y_{i}", family),
        filled(r"\sum_{i} ((□) (□))_{i i} ((□)^{-1})_{1 i}", b, base, base),
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def formulas(draw: st.DrawFn) -> str:
    """A scalar, perhaps inside of elementary functions, quotients and roots."""
    e = draw(numbers())
    if draw(st.booleans()):
        return e
    around = [
        r"\tanh(□)", r"\operatorname{sigmoid}(□)", r"\sin(□)^2", r"\frac{1}{1 + (□)^2}", r"\sqrt{1 + (□)^2}", "|□|",
        r"\frac{(□)^2 + \epsilon}{\epsilon + 1}", r"\log(\epsilon + (□)^2)", r"\log(1 + e^{□})", r"\sinh(□)",
    ]  # fmt: skip
    inner = filled(draw(st.sampled_from(around)), e)
    return filled(draw(st.sampled_from(["□", r"(□) (\epsilon + c^2)", "(□)^2"])), inner)


# Values ---------------------------------------------------------------------------------------------------


def read(formula: str, declared: str) -> tuple[Indexing, SumOfProducts]:
    """The normal form of a formula.  Rejects what the core has no rule for."""
    statement = Note.from_text(f"{declared}\n$${formula} = 0$$\n").statements[-1]
    assert statement.goals, [d.message for d in statement.diagnostics]
    indexing = Indexing(statement.context)
    indexing.ring.budget = Budget(4_000)
    try:
        return indexing, indexing.side(statement.goals[0].left)
    except (NoRule, BudgetExceeded, ZeroDivisionError):
        reject()


def assert_same_values(formula: str, stage: Stages, seed: int, declared: str = DECLARED) -> None:
    """Rejects formulas that the stage leaves as they are, and points where one of the two is not defined."""
    indexing, before = read(formula, declared)
    try:
        after = stage(before)
    except (NoRule, BudgetExceeded, ZeroDivisionError):
        reject()
    if after == [before]:
        reject()
    values = Values(indexing.context, SIZES, Point(indexing.context, seed, Style.FRACTION))
    note(f"{formula}\n{before}\n{after}")
    with working_precision(400):
        try:
            first, *others = (real(values.sum(e, {})) for e in [before, *after])
        except Undefined:
            reject()
        assert not any(certainly_differ(first, other) for other in others)


STAGES: dict[str, Stage] = {
    "relations of inverses": related,
    "low-rank updates": updated,
    "elementary functions": expanded,
    "leading monomials": reduce_leading_monomials,
}


@pytest.mark.parametrize("name", STAGES)
@laws
@given(formulas(), st.integers(0, 99))
def test_a_stage_leaves_the_values(name: str, formula: str, seed: int) -> None:
    assert_same_values(formula, lambda e: [STAGES[name](e)], seed)


@laws
@given(formulas(), st.integers(0, 99))
def test_relations_after_updates_leave_the_values(formula: str, seed: int) -> None:
    assert_same_values(formula, lambda e: [related(updated(expanded(e)))], seed)


@laws
@given(formulas(), st.integers(0, 99))
def test_writing_out_a_size_that_is_a_number_leaves_the_values(formula: str, seed: int) -> None:
    assert_same_values(formula, lambda e: list(cases(e)), seed, OF_SIZE_TWO)
