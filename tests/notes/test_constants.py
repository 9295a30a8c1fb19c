"""𝟏, 0 and I declared: they stay what they are, and have that size where nothing else says one."""

from __future__ import annotations

import pytest

import symbn
from symbn.note import Note
from symbn.source import SourceFile
from tests.notes.verdicts import verdicts_of

GIVEN = r"Let $x \in \mathbb{R}^n$, $A \in \mathbb{R}^{m \times n}$, $S \in \mathbb{R}^{n \times n}$. "


def verdicts(text: str) -> list[str]:
    checked = Note(SourceFile("n.md", GIVEN + text)).check(repair=False, explain=False)
    return [one.verdict for one in checked.statements[3:]]


@pytest.mark.parametrize("ones", [r"\mathbf{1}", r"\mathbb{1}", r"\boldsymbol 1"])
def test_declared_ones_are_ones(ones: str) -> None:
    text = rf"${ones} \in \mathbb{{R}}^n$: $\sum_i x_i = {ones}^\top x$, ${ones}^\top {ones} = n$, ${ones} = 0$"
    assert verdicts(text) == ["declaration", "proved", "proved", "refuted"]


def test_the_declared_size_gives_way_to_the_one_that_is_needed() -> None:
    text = r"$\mathbf 1 \in \mathbb{R}^n$: $\mathbf 1^\top A \mathbf 1 = \sum_{ij} A_{ij}$, "
    text += r"$\mathbf 1^\top \mathbf 1 = m$"
    assert verdicts(text) == ["declaration", "proved", "refuted"]


@pytest.mark.parametrize("identity", ["I", r"\mathbf{I}", r"\mathbb I"])
def test_a_declared_identity_is_the_identity(identity: str) -> None:
    text = rf"${identity} \in \mathbb{{R}}^{{n \times n}}$: ${identity} S = S$, $\operatorname{{tr}}({identity}) = n$, "
    assert verdicts(text + rf"${identity} S = {identity}$") == ["declaration", "proved", "proved", "refuted"]


@pytest.mark.parametrize("space", [r"\mathbb{R}", r"\mathbb{R}^n", r"\mathbb{R}^{m \times n}"])
def test_an_i_that_is_not_square_is_another_name(space: str) -> None:
    assert verdicts(rf"$I \in {space}$: $I + I = 2 I$, $I = 2 I$") == ["declaration", "proved", "refuted"]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\mathbf 1_n \in \mathbb{R}^n", "proved"),
        (r"I_n \in \mathbb{R}^{n \times n}", "proved"),
        (r"\mathbf{0}_{m \times n} \in \mathbb{R}^{m \times n}", "proved"),
        (r"\mathbf 1 \in \mathbb{R}^{n \times n}", "error"),
    ],
)
def test_a_size_that_is_written_is_claimed(claim: str, verdict: str) -> None:
    assert verdicts(f"${claim}$") == [verdict]


def test_a_one_with_another_subscript_is_another_name() -> None:
    text = r"$\mathbf{1}_{\text{on}} \in \mathbb{R}^n$, $\mathbf{1}_{\text{on}}^\top x = \sum_i x_i$"
    assert verdicts(text)[-1] == "refuted"


PI = r"$a \in \mathbb{R}$, $\theta \in \mathbb{R}^n$"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"2 \pi a = \pi a + \pi a", "proved"),
        (r"2 \pi a = \pi a", "refuted"),
        (r"|\pi| = \pi", "proved"),
        (r"\log(2 \pi) = \log 2 + \log \pi", "proved"),
        (r"\pi^2 = \frac{355^2}{113^2}", "refuted"),
        (r"\sin(\pi) = 0", "undecided"),
        (r"\sin(\pi) = 1", "refuted"),
        (r"2 \pi (a + 1) = 2 \pi a + 2 \pi", "proved"),
        (r"\pi(a) = 2", "error"),
        (r"\pi(a \mid \theta) = 2", "error"),
        (r"\pi_\theta = 2 \theta", "error"),
    ],
)
def test_pi_is_the_number(claim: str, verdict: str) -> None:
    assert symbn.verify(claim, PI).verdict == verdict


def test_a_note_may_have_another_pi() -> None:
    text = r"$\pi \in \mathbb{R}^n$: $\pi + \pi = 2 \pi$, $\pi^\top \pi = \|\pi\|^2$, $\pi_i > 0$"
    assert verdicts(text)[1:3] == ["proved", "proved"]


def test_the_number_is_not_defined_once_it_was_used() -> None:
    assert verdicts(r"$2 \pi = \pi + \pi$ and $\pi = 3$, but $\pi_k := 3$") == ["proved", "refuted", "definition"]


def test_a_program_for_a_counterexample_calls_the_number_by_its_name() -> None:
    found = Note(SourceFile("n.md", r"$a \in \mathbb{R}$: $\pi a = a$")).check().statements[-1]
    assert found.snippet is not None and "np.pi" in found.snippet


PLAIN = r"Let $x \in \mathbb{R}^n$, $X \in \mathbb{R}^{n \times p}$, $a \in \mathbb{R}$. "


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"1^\top x = \sum_i x_i", "proved"),
        (r"1^\top x = 2 \sum_i x_i", "refuted"),
        (r"(I_n - \frac{1}{n} 11^\top) 1 = 0", "proved"),
        (r"(I_n - \frac{1}{n} 1 1^\top)^2 = I_n - 11^{\top} / n", "proved"),
        (r"(I_n - 11^\top)^2 = I_n - 11^\top", "refuted"),
        (r"1^\top X 1 = \sum_{ij} X_{ij}", "proved"),
        (r"1^\top X 1 = n p", "refuted"),
        (r"X 1 = X", "refuted"),
        (r"a 1 = a", "proved"),
        (r"1 x = x", "proved"),
        (r"11 a = 10 a + a", "proved"),
    ],
)
def test_a_plain_one_is_the_column_of_ones_where_the_number_is_not_meant(claim: str, expected: str) -> None:
    assert verdicts_of(PLAIN + f"${claim}$") == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$d = x - 2 x$, $d^\top d = x^\top x$, $d = x$", ["definition", "proved", "refuted"]),
        (r"$d x = 2 x$", ["error"]),
        (r"$F : \mathbb{R}^{n \times p} \to \mathbb{R}$. $dX = \nabla_X F(X)$", ["error"]),
        (r"$dX = 0$", ["refuted"]),
    ],
)
def test_a_d_is_a_name_where_the_note_has_no_differentials(text: str, expected: list[str]) -> None:
    assert verdicts_of(PLAIN + text) == expected
