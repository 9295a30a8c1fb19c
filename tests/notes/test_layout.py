"""What is only drawn changes no chain; a row that cannot be read leaves the others as they are."""

from __future__ import annotations

from itertools import pairwise

import pytest

from symbn.notes.decorations import relation_under
from symbn.notes.lexer import tokenize
from symbn.notes.rows import parse_block
from symbn.notes.syntax import Chain, Unread, without_spans
from symbn.source import Span


def chains(text: str) -> list[Chain]:
    """The chains of a formula, nothing of which is lost outside of them."""
    found, problems = parse_block(tokenize(text, [Span(0, len(text))]))
    assert not problems
    return found


def stated(text: str) -> list[tuple[object, str, object]]:
    """The equations of a formula, wherever its letters stand."""
    return [
        (without_spans(left), link.relation, without_spans(right))
        for chain in chains(text)
        for link, (left, right) in zip(chain.links, pairwise(chain.sides), strict=True)
    ]


@pytest.mark.parametrize(
    ("drawn", "plain"),
    [
        (r"\boxed{a = b}", "a = b"),
        (r"\boxed{a} = \fbox{$b$}", "a = b"),
        (r"\boxed{\boxed{a &= b}}", "a = b"),
        (r"{\color{red} a = b}", "a = b"),
        (r"\textcolor{red}{a = b} \tag*{(3)}", "a = b"),
        (r"\left\{ \begin{array}{rcl} a &=& b \\ c &=& d \end{array} \right.", r"a = b \\ c = d"),
        (r"\begin{array}{rl} a &= b \\ &= d \end{array}", r"a = b \\ = d"),
        (r"a = b + \\ c", "a = b + c"),
        (r"a = b \\ \times c", r"a = b \times c"),
        (r"a = 2 ( b \\ \quad + c ) d", "a = 2 (b + c) d"),
        (r"(i) \quad a = b \\ (ii) \quad c = d", r"a = b \\ c = d"),
        (r"(1) a = b \\ (2) c = d", r"a = b \\ c = d"),
        (r"a = b \qquad (\star)", "a = b"),
        (r"a = b \quad (\text{by the lemma})", "a = b"),
        (r"a = b. ^{(*)}", "a = b"),
        (r"a \overset{(1)}{=} b", "a = b"),
        (r"a \underset{\text{by } c}{=} b", "a = b"),
        (r"a \stackrel{\triangle}{=} b", "a := b"),
        (r"a = b \phantom{{=} c}", "a = b"),
        (r"a \forall i", "a"),
        (r"a = b && \forall i, j", "a = b"),
    ],
)
def test_what_is_drawn_says_nothing(drawn: str, plain: str) -> None:
    assert stated(drawn) == stated(plain)


@pytest.mark.parametrize(
    ("drawn", "plain"),
    [
        (r"a = \boxed{b} c", "a = b"),
        (r"a = b (\star)", "a = b"),
        (r"(2) (a) = b", "(a) = b"),
        (r"a \overset{d}{=} b", "a = b"),
        (r"a = \frac{b}{c = d}", r"a = \frac{b}{c} = d"),
        (r"a = (b, (c), d)", "a = (b, d)"),
        (r"a = b + c \\ \times d", r"a = b + c \times d"),
        (r"a \implies b = c", "a = c"),
    ],
)
def test_what_is_written_is_not_passed_over(drawn: str, plain: str) -> None:
    assert stated(drawn) != stated(plain)


@pytest.mark.parametrize(
    ("mark", "relation"),
    [
        ("", "="), ("!", "="), ("(a)", "="), ("(12)", "="), (r"(\star)", "="), (r"\text{by Lemma 2}", "="),
        (r"\text{Eq.~3}", "="), (r"\eqref{eq:x}", "="), (r"\text{def}", ":="), (r"\mathrm{def.}", ":="),
        (r"\Delta", ":="), ("d", None), (r"\mathcal{D}", None), (r"\text{a.s.}", None), (r"n \to \infty", None),
        (r"\text{approx}", None),
    ],
)  # fmt: skip
def test_only_a_reason_or_a_definition_is_known_over_an_equals_sign(mark: str, relation: str | None) -> None:
    assert relation_under(mark, "=") == relation


@pytest.mark.parametrize("sign", [r"\overset{d}{=}", r"\stackrel{d}{=}", r"\underset{n}{\equiv}", r"\xlongequal{d}"])
def test_a_relation_that_is_not_known_is_told_as_it_is_written(sign: str) -> None:
    (chain,) = chains(rf"a {sign} b = c")
    assert [link.relation for link in chain.links] == [sign, "="]


@pytest.mark.parametrize(
    "marked", [r"\overset{a}{x}", r"\stackrel{\wedge}{x}", r"\underset{x}{\max} x", r"\overset x y"]
)
def test_a_mark_over_what_is_no_relation_is_one_diagnostic(marked: str) -> None:
    (chain,) = chains(rf"b = {marked} + a = b")
    assert [isinstance(side, Unread) for side in chain.sides] == [False, True, False]
    assert isinstance(chain.sides[1], Unread) and chain.sides[1].diagnostic.code == "P240"


@pytest.mark.parametrize("side", [r"\textcolor{red}{x}", r"{x}", r"a + \boxed{x}", r"\boxed{a} + x", "x^{2}", "-{x}"])
def test_a_side_ends_where_its_last_braces_do(side: str) -> None:
    (chain,) = chains(rf"{side} = {side}")
    assert [(part.span.start, part.span.end) for part in chain.sides] == [
        (0, len(side)),
        (len(side) + 3, chain.span.end),
    ]
    assert chain.span.end == 2 * len(side) + 3


@pytest.mark.parametrize("lost", [r"a \foo", "( a", r"\frac{a}", "a )", r"a \pm b", "a / "])
@pytest.mark.parametrize("place", range(4))
def test_a_side_that_is_not_read_takes_its_own_equations_only(lost: str, place: int) -> None:
    sides = ["c", "d", "e", "f"]
    sides[place] = lost
    rows = r" \\ = ".join(sides)
    (chain,) = chains(rows)
    assert [isinstance(side, Unread) for side in chain.sides] == [k == place for k in range(4)]


@pytest.mark.parametrize(
    "nested", [r"\boxed{", r"\fbox{$", r"\overset{", r"\phantom{", r"{", "(", r"\begin{array}{c} "]
)
def test_deep_nesting_is_met_with_no_traceback(nested: str) -> None:
    parse_block(tokenize(nested * 300 + "a = b", [Span(0, len(nested * 300) + 5)]))


@pytest.mark.parametrize("word", ["if", "since", "for", "where", "or"])
def test_many_remarks_are_read_one_after_the_other(word: str) -> None:
    text = rf"a = b \text{{ {word} }}" * 200
    parse_block(tokenize(text, [Span(0, len(text))]))


@pytest.mark.parametrize(
    ("text", "said", "conditions"),
    [
        (r"a = b \text{ if } c = d", ["", "if"], [1, 0]),
        (r"a = b \text{ since } c = d", ["", "since"], [1, 0]),
        (r"a = b \text{ where } c = d", ["", "where"], [0, 0]),
        (r"a = b \text{ and } c = d", ["", ""], [0, 0]),
        (r"a = b \text{ or } c = d", ["", "implies"], [1, 0]),
        (r"a = b \implies c = d", ["implies", "implies"], [0, 0]),
        (r"\text{if } a = b \text{ then } c = d", ["if", ""], [0, 1]),
        (r"a = b \text{ if A is symmetric}", [""], [1]),
        (r"a = b \text{ for all i}", [""], [0]),
        (r"a = b, \quad i = 1, \ldots, n", ["", "range"], [0, 0]),
        (r"a = b, \quad i = 2, \ldots, n", ["", "range"], [1, 0]),
        (r"a = b \quad \forall i \in \{1, \ldots, n\}", ["", "range"], [0, 0]),
        (r"a = b \quad \forall i \ne j", [""], [1]),
    ],
)
def test_words_tell_what_is_claimed(text: str, said: list[str], conditions: list[int]) -> None:
    found = chains(text)
    assert [chain.said for chain in found] == said
    assert [len(chain.conditions) for chain in found] == conditions
