"""Side conditions: those that are needed, each once, with the denominators and roots that they come from."""

from __future__ import annotations

import pytest

from symbn.export.noted import NotedConditions, noted_conventions
from symbn.note import Note
from symbn.report import NoteReport

DECLARED = r"""$n \ge 2$, $x, u, v \in \mathbb{R}^{n}$, $Y \in \mathbb{R}^{n \times m}$, $y_i := Y_{:i}$,
$a, c, d \in \mathbb{R}$, $\epsilon \in \mathbb{R}$, $\delta > 0$.
$\operatorname{var}(w) := \frac{1}{n - 1} \sum_t (w_t - \frac{1}{n} \mathbf 1^\top w)^2$.
"""


def checked(*claims: str, declared: str = DECLARED) -> NoteReport:
    note = Note.from_text(declared + "".join(f"\n$${claim}$$\n" for claim in claims))
    return note.check(repair=False, explain=False)


def conditions(*claims: str) -> list[str]:
    """The conditions of a note, each once, as LaTeX; all of its claims are proved."""
    report = checked(*claims)
    assert {s.verdict for s in report.statements if s.kind == "claim"} == {"proved"}
    return [condition.latex for condition in NotedConditions(report).conditions]


@pytest.mark.parametrize(
    ("claim", "needed"),
    [
        (r"\frac{a c}{a} = c", [r"a \ne 0"]),
        (r"\frac{\delta c}{\delta} = c", []),
        (r"\sqrt{a} \sqrt{a} = a", [r"a \ge 0"]),
        (r"\sqrt{a^2 + \delta} \sqrt{a^2 + \delta} = a^2 + \delta", []),
        (r"\frac{\partial \sqrt{a}}{\partial a} = \frac{1}{2 \sqrt{a}}", ["a > 0"]),
        (r"\frac{n}{n - 1} (n - 1) = n", []),
        (r"\frac{c}{n - 3} (n - 3) = c", [r"n \ne 3"]),
        (r"\frac{x^\top x}{x^\top x} = 1", [r"x \ne 0"]),
        (r"\frac{x^\top x + \delta}{x^\top x + \delta} = 1", []),
        (r"\log(\exp(a)) c = c \log(\exp(a))", []),
        (r"\log(a) c = c \log(a)", ["a > 0"]),
        (r"\frac{1}{\sqrt{\operatorname{var}(x) + \delta}} x = x \frac{1}{\sqrt{\operatorname{var}(x) + \delta}}", []),
        (
            r"\frac{x}{\sqrt{\operatorname{var}(x) + \epsilon}} = x \frac{1}{\sqrt{\operatorname{var}(x) + \epsilon}}",
            [r"\operatorname{var}(x) + \epsilon > 0"],
        ),
    ],
)
def test_a_claim_lists_what_the_declarations_do_not_give(claim: str, needed: list[str]) -> None:
    assert conditions(claim) == needed


LONG = r"\frac{1}{n-1} y_i^\top (I - \frac{\mathbf 1 \mathbf 1^\top}{n}) y_i + \epsilon"


def test_conditions_that_the_core_proves_equal_are_said_once_in_the_shorter_form() -> None:
    said = conditions(
        rf"\frac{{1}}{{\sqrt{{{LONG}}}}} y_i = y_i \frac{{1}}{{\sqrt{{{LONG}}}}}",
        r"\frac{c}{\sqrt{\operatorname{var}(y_k) + \epsilon}} = c \frac{1}{\sqrt{\operatorname{var}(y_k) + \epsilon}}",
    )
    assert said == [r"\operatorname{var}(y_{k}) + \epsilon > 0"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a", "c"),
        ("a c", "a d"),
        (r"\operatorname{var}(u) + a", r"\operatorname{var}(v) + a"),
        ("Y_{11} + a", "Y_{12} + a"),
        (r"u^\top v + a", r"u^\top v - a"),
    ],
)
def test_conditions_that_differ_stay_apart(first: str, second: str) -> None:
    said = conditions(*(rf"\sqrt{{{e}}} \sqrt{{{e}}} = {e}" for e in (first, second)))
    assert len(said) == 2


def test_equal_expressions_with_other_relations_stay_apart() -> None:
    assert conditions(r"\frac{a}{a} = 1", r"\sqrt{a} \sqrt{a} = a") == [r"a \ne 0", r"a \ge 0"]


def test_a_condition_tells_the_denominators_and_roots_that_it_comes_from() -> None:
    report = checked(r"s := \frac{c}{\sqrt{a}}", r"s a = \sqrt{a} c", r"\frac{s}{s} = 1")
    text = report.source.text
    first, second = NotedConditions(report).conditions
    assert (first.latex, second.latex) == ("a > 0", r"s \ne 0")
    told = [(text[p.span.start : p.span.end], p.statement) for p in first.origins]
    definition, claim = next(s.id for s in report.statements if s.lhs == "s"), report.statements[-2].id
    assert told == [(r"\sqrt{a}", claim), (r"\sqrt{a}", definition)]
    assert [text[p.span.start : p.span.end] for p in second.origins] == ["s"]


def test_a_place_in_a_definition_that_is_not_reported_is_not_told() -> None:
    """With --select, or in a preamble, the definition is none of the statements: its place would be another text's."""
    text = DECLARED + "\n$$s := \\frac{c}{a}$$\n\n$$s a = c$$ {#eq:claim}\n"
    (condition,) = NotedConditions(Note.from_text(text).check(select=["eq:claim"])).conditions
    assert condition.latex == r"a \ne 0" and condition.origins == ()


def test_conventions_are_told_once_with_their_first_statement() -> None:
    report = checked(
        r"x + a = a + x", r"u + a = a + u", r"\frac{\partial x^\top x}{\partial x} = 2 x^\top",
        r"\frac{\partial u^\top u}{\partial u} = 2 u^\top",
    )  # fmt: skip
    told = noted_conventions(report)
    assert len({c.text for c in told}) == len(told)
    (layout,) = [c for c in told if "numerator layout" in c.text]
    (broadcast,) = [c for c in told if "every entry" in c.text]
    claims = [s for s in report.statements if s.kind == "claim"]
    assert layout.place.statement == claims[2].id and broadcast.place.statement == claims[0].id


def test_a_scalar_by_a_scalar_needs_no_layout() -> None:
    assert not noted_conventions(checked(r"\frac{\partial a^2}{\partial a} = 2 a"))


def test_a_derivative_by_a_symmetric_matrix_says_that_it_stays_symmetric() -> None:
    text = r"$S \in \mathbb{S}^n_{++}$, $A \in \mathbb{R}^{n \times n}$" + "\n\n"
    told = noted_conventions(Note.from_text(text + r"$$\nabla_S \log\det S = S^{-1}$$").check())
    assert [c.text for c in told if "within the symmetric matrices" in c.text]
    other = noted_conventions(Note.from_text(text + r"$$\nabla_A \operatorname{tr}(A S) = S$$").check())
    assert other and not [c.text for c in other if "within the symmetric matrices" in c.text]
