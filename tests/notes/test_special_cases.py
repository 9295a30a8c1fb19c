"""A special case in the prose defines no declared name, and what holds for i ≠ j or for i = j only is not refuted."""

from __future__ import annotations

import pytest

from symbn.note import Note
from symbn.source import SourceFile
from tests.notes.verdicts import verdicts_of

DECLARED = (
    r"Let $W \in \mathbb{S}^n$, $A, B \in \mathbb{R}^{n \times n}$, $x, y \in \mathbb{R}^n$, $c > 0$, $P = W W$, "
    r"$f : \mathbb{R}^n \to \mathbb{R}$." + "\n\n"
)
SOFTMAX = r"Let $z \in \mathbb{R}^n$, $p = \operatorname{softmax}(z)$." + "\n\n"
OFF = r"\frac{\partial p_i}{\partial z_j} = -p_i p_j"
ON = r"\frac{\partial p_i}{\partial z_j} = p_i (1 - p_i)"
ALL = r"\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)"


def verdicts(declared: str, text: str) -> list[str]:
    return verdicts_of(declared + text)[1:]


@pytest.mark.parametrize(
    "text",
    [
        r"For the special case $W = I$ we get $P = I$. In general, $$P x = x$$",
        r"For $W = I$ we get $P = I$. $$P x = x$$",
        r"For example, $W = I_n$ gives $P = I_n$. $$P x = x$$",
        r"Some weights, e.g. $W = I$, give $P = I$. $$P x = x$$",
        r"With the weights $W = \mathbf 1 \mathbf 1^\top$ one gets $P = n W$. $$W x = \mathbf 1 \mathbf 1^\top x$$",
        r"Choosing $x = e_1$ gives $A x = A e_1$. $$A x = A e_1$$",
        r"Setting $c = 1$ yields $c A = A$. $$c A = A$$",
        r"Weights:" + "\n- $W = I$: $W x = x$\n\n" + r"$$P x = x$$",
        r"Substituting $B = A^\top$ we find $A B = A A^\top$. $$\operatorname{tr}(A B) = \|A\|_F^2$$",
        r"Replacing $B$ by $A^\top$, i.e. $B = A^\top$, we get $A B = A A^\top$. $$A B = A A^\top$$",
        r"For example, $f(x) = x^\top x$ has $\nabla f(x) = 2 x$. $$\nabla f(x) = 2 x$$",
    ],
)
def test_a_special_case_reaches_to_the_end_of_its_sentence(text: str) -> None:
    assert verdicts(DECLARED, text) == ["not checked", "not checked", "refuted"]


@pytest.mark.parametrize(
    "text",
    [
        r"We use $A = I$ for illustration. $$A A = A$$",
        r"Take $c = 3$. Then $c^2 = 9$.",
        r"For example, let $W = I$. Then $P = I$.",
        r"As an example, take $f(x) = x^\top x$. Then $\nabla f(x) = 2 x$.",
        r"Choosing $x = 0$ and $y = 0$. $x^\top x = 0$.",
        r"Putting $y = -x$ gives $\|x + y\|^2 = 0$. $$x^\top y = -\|x\|^2$$",
        r"Setting $y = A x$ we get $y^\top y = x^\top A^\top A x$. $$x^\top y = x^\top A x$$",
    ],
)
def test_a_special_case_of_which_its_sentence_says_no_more_is_supposed_in_the_section(text: str) -> None:
    again = text.replace("$$", "$").split("$")[-2]
    found = verdicts(DECLARED, f"{text}\n\n## Next\n\nIn general, ${again}$.")
    assert set(found[:-1]) == {"not checked"} and found[-1] == "refuted"


@pytest.mark.parametrize(
    ("text", "true", "false"),
    [
        (r"Let $W = I$.", "P x = x", "P x = 2 x"),
        (r"Put $y = -x$.", r"x^\top y = -\|x\|^2", r"x^\top y = \|x\|^2"),
        (r"Putting $y := -x$ gives a reflection.", r"x^\top y = -\|x\|^2", r"x^\top y = \|x\|^2"),
        (r"Define $B = A^\top$.", r"\operatorname{tr}(A B) = \|A\|_F^2", r"\operatorname{tr}(A B) = 2 \|A\|_F^2"),
        (r"The product is $B = A A$.", "A B = B A", "A B = B"),
        (r"For example, $Q = A A$ gives a square.", "A Q = Q A", "A Q = Q"),
        (r"Replacing this gives $y = A x$.", r"x^\top y = x^\top A x", r"x^\top y = x^\top x"),
    ],
)
def test_other_words_and_new_names_go_on_to_define(text: str, true: str, false: str) -> None:
    assert verdicts(DECLARED, f"{text} Then ${true}$ and ${false}$.") == ["definition", "proved", "refuted"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$$y^\top y = x^\top A^\top A x$$ with $y = A x$.", ["not checked", "definition"]),
        (r"$$y^\top y = x^\top A^\top A x$$ We draw $y = A x$.", ["refuted", "definition"]),
        (r"$$W x = x$$ with $W = I$. $$W x = x$$", ["not checked", "not checked", "refuted"]),
        (r"We have $c^2 = 1$ if $c = 1$. But $c^2 = 1$.", ["not checked", "not checked", "refuted"]),
        (r"We have $c + c = 2 c$ if $c = 1$.", ["proved", "not checked"]),
    ],
)
def test_a_claim_is_said_under_what_stands_right_behind_it(text: str, expected: list[str]) -> None:
    assert verdicts(DECLARED, text) == expected


def test_in_particular_brings_in_claims_too() -> None:
    text = r"In particular, $x^\top W y = y^\top W x$. In particular, $W x = x$."
    assert verdicts(DECLARED, text) == ["proved", "refuted"]


@pytest.mark.parametrize(
    "written",
    [
        r"$$CLAIM \quad (i \neq j)$$",
        r"$$CLAIM, \quad i \neq j$$",
        r"$$CLAIM, i \ne j$$",
        r"$$CLAIM \qquad i \ne j$$",
        r"$$CLAIM, \quad i, j = 1, \ldots, n, \quad i \ne j$$",
        r"$$CLAIM \text{ for all } i \ne j$$",
        r"$$CLAIM, \quad i = j$$",
        r"\begin{align} CLAIM, & i \ne j \end{align}",
        r"\begin{align} CLAIM & (i = j) \end{align}",
        r"We have $CLAIM$ for $i \ne j$.",
        r"We have $$CLAIM$$ if $i = j$.",
    ],
)
def test_indices_that_are_compared_behind_a_claim_are_its_condition(written: str) -> None:
    assert verdicts(SOFTMAX, written.replace("CLAIM", OFF)) == ["not checked", "not checked"]
    assert verdicts(SOFTMAX, written.replace("CLAIM", ALL)) == ["proved", "not checked"]
    assert verdicts(SOFTMAX, f"{written.replace('CLAIM', OFF)}\n\nAlso $${OFF}$$")[2:] == ["refuted"]


@pytest.mark.parametrize(
    "words", [r"For $i \neq j$,", r"For all $i \ne j$ we have", r"If $i \ne j$ then", r"For $i = j$", r"Case $i = j$:"]
)
def test_indices_that_are_compared_before_a_claim_are_its_condition(words: str) -> None:
    assert verdicts(SOFTMAX, f"{words} $${OFF}$$") == ["not checked", "not checked"]
    assert verdicts(SOFTMAX, f"{words} $${ALL}$$") == ["not checked", "proved"]
    assert verdicts(SOFTMAX, f"{words} $${ALL}$$\n\nAlso $${OFF}$$") == ["not checked", "proved", "refuted"]


def test_both_cases_stand_in_one_sentence() -> None:
    text = rf"If $i \ne j$ we have ${OFF}$, and for $i = j$, ${ON}$."
    assert verdicts(SOFTMAX, text) == ["not checked"] * 4
    assert verdicts(SOFTMAX, f"We have ${ON}$.") == ["error"]  # E163: without i = j, where does j stand on the right?


def test_a_second_case_is_not_said_under_the_first() -> None:
    text = f"Case $i = j$: $${ALL}$$\nCase $i \\ne j$: $${OFF}$$"
    found = Note(SourceFile("n.md", SOFTMAX + text)).check(repair=False, explain=False).statements
    assert "i = j" not in found[-1].message and r"i \ne j" in found[-1].message


@pytest.mark.parametrize("beside", [r"x \ne y", "c = 2", r"n \ne 3", r"n \ne m"])
def test_what_compares_no_indices_of_the_row_is_no_condition(beside: str) -> None:
    assert verdicts(DECLARED, rf"$$2 x_i = y_i + y_i, \quad {beside}$$")[0] == "refuted"
    assert verdicts(DECLARED, rf"$$2 x_i = x_i + x_i, \quad {beside}$$")[0] == "proved"
