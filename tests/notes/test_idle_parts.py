"""Parts that say nothing are counted, and no repair is one: a suggestion is never the left side and a 0."""

from __future__ import annotations

import pytest

from symbn.note import Note
from symbn.notes.idle_parts import idle_parts
from symbn.notes.lexer import tokenize
from symbn.notes.parser import Parser
from symbn.source import Span

DECLARED = r"""$x, y, z \in \mathbb{R}^n$, $\beta, \gamma \in \mathbb{R}^d$, $X \in \mathbb{R}^{n \times d}$,
$C \in \mathbb{R}^{n \times m}$, $B \in \mathbb{R}^{m \times n}$, $W \in \mathbb{R}^{n \times n}$.
"""


@pytest.mark.parametrize(
    ("formula", "count"),
    [
        ("0 + x", 1),
        (r"x + \mathbf 0", 1),
        ("0", 0),
        ("x - y", 0),
        ("x - x", 1),
        ("x + x", 0),
        ("x + y - x", 1),
        ("x + x - x - x", 2),
        (r"\|y\|^2 + \|\beta - \beta\|^2", 1),
        (r"\|\beta - \gamma\|^2", 0),
        ("(1)^{n - m} x", 1),
        ("(-1)^{n - m} x", 0),
        (r"X_1 + 1^2", 1),
    ],
)
def test_parts_that_say_nothing_are_counted(formula: str, count: int) -> None:
    tokens = tokenize(formula, [Span(0, len(formula))])
    assert idle_parts(Parser(tokens).additive()) == count


def suggested(claim: str) -> str | None:
    report = Note.from_text(f"{DECLARED}\n\n$${claim}$$\n").check(explain=False).statements[-1]
    assert report.verdict == "refuted"
    return report.suggestion.latex if report.suggestion is not None else None


@pytest.mark.parametrize(
    "claim",
    [
        r"\det(x x^\top + y y^\top + z z^\top) = 0",
        r"\|y - X \beta\|^2 = \|y - X \gamma\|^2 + \|\beta - \gamma\|^2",
        r"\frac{\partial X \beta}{\partial \beta} = 0",
    ],
)
def test_the_left_side_and_nothing_is_no_suggestion(claim: str) -> None:
    assert suggested(claim) is None


def test_a_power_of_one_is_no_suggestion_and_its_factor_is_left_out_instead() -> None:
    assert suggested(r"\det(I_n - C B) = (-1)^{n - m} \det(I_m - B C)") == r"\det(I_m - B C)"


def test_what_the_author_wrote_may_stay() -> None:
    assert suggested("W (x + y) = W x - W y + W z - W z") == "W x + W y + W z - W z"
