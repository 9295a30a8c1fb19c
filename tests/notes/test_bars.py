"""Bars that stand in one another: read where that can be done in one way, asked about where it cannot."""

from __future__ import annotations

import pytest

from symbn import verify
from symbn.notes.lexer import tokenize
from symbn.notes.parser import Parser
from symbn.notes.syntax import Evaluated, Script
from symbn.source import Span

GIVEN = r"$a, b, c \in \mathbb{R}$, $x, y \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$"


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        (r"\| |x| \|", r"\|x\|", r"-\|x\|"),
        (r"\left\| |x| \right\|", r"\|x\|", r"2 \|x\|"),
        (r"|a \lVert x \rVert|", r"|a| \|x\|", r"a \|x\|"),
        (r"|a \|x\| |", r"|a| \|x\|", r"a \|x\|"),
        (r"\left| \|x\| a \right|", r"|a| \|x\|", r"a \|x\|"),
        (r"\left||a| b\right|", r"|a b|", "a |b|"),
        (r"\lvert \lvert a \rvert b \rvert", r"|a b|", "|a| b"),
        (r"\bigl| |a| b |c| \bigr|", r"|a b c|", "|a c| b"),
        (r"\bigl| \bigl| |a| b \bigr| |c| \bigr|", r"|a b c|", "|a b| c"),
        (r"\left| \frac{|a|}{2} \right|^2", r"a^2 / 4", "a / 4"),
        (r"\| |a| |b| x \|", r"|a b| \|x\|", r"a |b| \|x\|"),
        (r"|a||b|", "|ab|", "a |b|"),
        (r"\left|A\right|", r"\det A^\top", r"-\det A"),
        (r"\lVert x \rVert_2^2", r"x^\top x", r"2 x^\top x"),
    ],
)
def test_bars_in_bars_are_read_where_there_is_one_way(left: str, right: str, wrong: str) -> None:
    assert verify(f"{left} = {right}", GIVEN).verdict == "proved"
    assert verify(f"{left} = {wrong}", GIVEN).verdict == "refuted"


@pytest.mark.parametrize(
    "asked", [r"\| |a| x |b| \|", r"|a \|x\| b \|y\| c|", r"\|x |a| b |c| \|"],
)  # fmt: skip
def test_bars_that_can_be_paired_in_two_ways_are_asked_about(asked: str) -> None:
    decision = verify(f"{asked} = |a| |b| |c|", GIVEN)
    assert decision.verdict == "error" and [d.code for d in decision.diagnostics] == ["P244"]


@pytest.mark.parametrize("asked", ["||a| b|", r"|\|x\|", r"\| |x \|", r"\left| a", r"a \rvert", r"\lVert x \rvert"])
def test_bars_without_their_own_are_not_read(asked: str) -> None:
    assert verify(f"{asked} = |a b|", GIVEN).verdict == "error"


@pytest.mark.parametrize("bar", ["|", r"\right|", r"\Bigr|", r"\rvert", r"\bigg\rvert"])
def test_a_bar_that_evaluates_is_none_that_closes(bar: str) -> None:
    text = rf"\left. x^2 {bar}_{{x = a}}" if bar.startswith(r"\right") else rf"x^2 {bar}_{{x = a}}"
    assert isinstance(Parser(tokenize(text, [Span(0, len(text))])).additive(), Evaluated)


@pytest.mark.parametrize("bars", [("|", "|"), (r"\left|", r"\right|"), (r"\lvert", r"\rvert")])
def test_a_bar_that_closes_is_none_that_evaluates(bars: tuple[str, str]) -> None:
    text = rf"{bars[0]} x {bars[1]}_2"
    assert isinstance(Parser(tokenize(text, [Span(0, len(text))])).additive(), Script)
