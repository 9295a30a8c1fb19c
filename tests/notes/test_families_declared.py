"""Families and samples declared in the author's words: where the range of an index is said, and what is asked."""

from __future__ import annotations

import pytest

from symbn.note import Note
from symbn.report import Report
from symbn.source import SourceFile


def reports(text: str) -> tuple[Report, ...]:
    return tuple(Note(SourceFile("n.md", text)).check(repair=False, explain=False).statements)


def verdicts(text: str) -> list[str]:
    return [one.verdict for one in reports(text) if one.verdict != "declaration"]


def codes(text: str) -> list[str]:
    return [diagnostic.code for one in reports(text) for diagnostic in one.diagnostics]


def helps(text: str) -> str:
    return " ".join(diagnostic.help or "" for one in reports(text) for diagnostic in one.diagnostics)


OF_VECTORS = r"""

$$\sum_{i=1}^n \|v_i\|^2 = \sum_i v_i^\top v_i$$

$$\sum_{i=1}^n \|v_i\|^2 = \sum_i v_i$$

$$\sum_{i=1}^n \|v_i\|^2 = \|\sum_i v_i\|^2$$
"""


@pytest.mark.parametrize(
    "declaration",
    [
        r"Let $i \in \{1, \ldots, n\}$ and $v_i \in \mathbb{R}^d$.",
        r"Let $v_1, \ldots, v_n \in \mathbb{R}^d$.",
        r"Let $v_1, v_2, \dots, v_n \in \mathbb{R}^d$.",
        r"Let $v_1,...,v_n \in \mathbb{R}^d$.",
        r"Let $v_i \in \mathbb{R}^d$ for $i = 1, \ldots, n$.",
        r"Let $v_i \in \mathbb{R}^d$ for all $i=1...n$.",
        r"Let $v_i \in \mathbb{R}^d, \; i = 1, \dots, n$.",
        r"Let $v_i \in \mathbb{R}^d \quad \text{for } i = 1, \dots, n$.",
        r"Let $v_i \in \mathbb{R}^d, \quad \forall i \in \{1, \ldots, n\}$.",
        r"Let $v_i \in \mathbb{R}^d$, $\forall i \in [n]$.",
        r"Let $v_i \in \mathbb{R}^d$ for each $i \in [n]$.",
        r"Let $v_i \in \mathbb{R}^d$ for $1 \le i \le n$.",
        r"Let $v_i \in \mathbb{R}^d \text{ for } 1 \leq i \leq n$.",
        r"Let $\{v_i\}_{i=1}^n \subset \mathbb{R}^d$.",
        r"Let $\{v_1, \ldots, v_n\} \subset \mathbb{R}^d$.",
        r"Let $\{v_i\}_{i=1}^{n}$ be data, $v_i \in \mathbb{R}^d$.",
        r"Let $\{v_i\}_{i \in [n]}$ be data, $v_i \in \mathbb{R}^d$.",
        r"Let $\{v_i\} \subset \mathbb{R}^d$, $i = 1, \ldots, n$.",
        r"Let $v_1, \ldots, v_n$ be vectors. Here $v_i \in \mathbb{R}^d$.",
        r"Let $(v_i, y_i)$, $i = 1, \ldots, n$, with $v_i \in \mathbb{R}^d$ and $y_i \in \mathbb{R}$.",
        r"Let $\{(v_i, y_i)\}_{i=1}^n \subset \mathbb{R}^d \times \mathbb{R}$.",
        r"For $i = 1, \ldots, n$, let $v_i \in \mathbb{R}^d$. For $j = 1, \ldots, m$, let $z_j \in \mathbb{R}^d$.",
        "The samples are numbered $i = 1, \\ldots, n$.\n\nEach has features $v_i \\in \\mathbb{R}^d$.",
    ],
)
def test_a_range_that_is_said_makes_a_family(declaration: str) -> None:
    assert [v for v in verdicts(declaration + OF_VECTORS) if v != "not checked"] == ["proved", "refuted", "refuted"]


def test_a_list_of_numbers_is_a_vector() -> None:
    text = r"Let $a_1, \ldots, a_n \in \mathbb{R}$. $$\sum_{i=1}^n a_i = \mathbf 1^\top a$$ $$a_1 = a_2$$"
    assert verdicts(text) == ["proved", "refuted"]


def test_the_members_of_a_list_are_written_out() -> None:
    text = r"Let $a_1, \ldots, a_4 \in \mathbb{R}^d$. $$\sum_{i=1}^4 a_i = a_1 + a_2 + a_3 + a_4$$ "
    assert verdicts(text + r"$$\sum_{i=1}^4 a_i = a_1 + a_2 + a_3$$") == ["proved", "refuted"]


def test_a_list_may_be_as_long_as_a_sum_of_sizes() -> None:
    text = r"Let $a_1, \ldots, a_{n+1} \in \mathbb{R}^d$, $b \in \mathbb{R}^d$. $$b^\top a_1 = a_2^\top b$$"
    assert codes(text) == []
    assert verdicts(text) == ["refuted"]


@pytest.mark.parametrize("words", [r", \quad", r"\text{ for }"])
def test_bounds_of_a_number_are_no_range_of_an_index(words: str) -> None:
    given = r"Let $a \in \mathbb{R}$, $x \in \mathbb{R}^n$. "
    assert verdicts(given + rf"$$|a| = a {words} 1 \le a \le n$$") == ["not checked"]
    assert verdicts(given + rf"$$|x_i| = x_i {words} 1 \le i \le n$$") == ["refuted"]


def test_endless_sums_are_not_read() -> None:
    text = r"Let $a_{i} \in \mathbb{R}$ for $i = 1, \ldots, n$. $$\sum_{j=1}^{\infty} a_j = \sum_{k=1}^{\infty} a_k$$"
    assert codes(text) == ["E120"]


def test_numbers_above_a_letter_number_a_family() -> None:
    text = r"Let $x^{(1)}, \ldots, x^{(m)} \in \mathbb{R}^d$. $$\sum_i x^{(i)} = \sum_{j=1}^m x^{(j)}$$ "
    assert verdicts(text + r"$$\sum_i x^{(i)} = x^{(1)}$$") == ["proved", "refuted"]


def test_how_a_range_was_read_is_told() -> None:
    told = reports(r"Let $v_i \in \mathbb{R}^d$ for $i = 1, \ldots, n$.")[0].conventions
    assert told == (r"`v` is a family of n, numbered from 1 on, as `i = 1, \ldots, n` says",)


def test_each_of_two_families_has_the_range_beside_it() -> None:
    text = r"Let $x_i \in \mathbb{R}^d$ for $i = 1, \ldots, n$ and $z_i \in \mathbb{R}^d$ for $i = 1, \ldots, m$. "
    assert verdicts(text + r"$$\sum_i x_i = \sum_{i=1}^n x_i$$ $$\sum_i z_i = \sum_{i=1}^m z_i$$") == ["proved"] * 2
    assert verdicts(text + r"$$\sum_i z_i = \sum_{i=1}^n z_i$$") == ["refuted"]


def test_a_range_is_of_the_members_it_is_said_of() -> None:
    text = r"Given $\{x_i\}_{i=1}^n$ and $\{z_i\}_{i=1}^m$ with $x_i \in \mathbb{R}^d$ and $z_i \in \mathbb{R}^d$. "
    assert verdicts(text + r"$$\sum_i x_i = \sum_{i=1}^n x_i$$ $$\sum_i z_i = \sum_{i=1}^m z_i$$") == ["proved"] * 2
    assert verdicts(text + r"$$\sum_i x_i = \sum_{i=1}^m x_i$$") == ["refuted"]


@pytest.mark.parametrize(
    ("declaration", "code"),
    [
        (r"Let $v_i \in \mathbb{R}^d$.", "E180"),
        (r"Indices $i = 1, \ldots, n$ and $i = 1, \ldots, m$: let $v_i \in \mathbb{R}^d$.", "E188"),
        (r"$i \in \{1, \ldots, n\}$. Let $v_i \in \mathbb{R}^d$ for $i = 1, \ldots, m$.", "E188"),
        (r"Let $v_i \in \mathbb{R}^d$ for $i = 0, \ldots, n$.", "E179"),
        (r"Let $v_i \in \mathbb{R}^d$ for $0 \le i \le n$.", "E179"),
        (r"Let $v_i \in \mathbb{R}^d$ for $1 \le i < n$.", "E179"),
        (r"Let $\{v_i\}_{i=1}^\infty \subset \mathbb{R}^d$.", "E179"),
        (r"Let $v_0, \ldots, v_n \in \mathbb{R}^d$.", "E179"),
        (r"Let $v_1, \ldots, u_n \in \mathbb{R}^d$.", "E102"),
        (r"Let $v_1, v_3, \ldots, v_n \in \mathbb{R}^d$.", "E102"),
        (r"Let $v_1 \in \mathbb{R}^d$, and $v_i \in \mathbb{R}^d$ for $i = 1, \ldots, n$.", "E189"),
        (r"Let $W_1, \ldots, W_n \in \mathbb{S}^d$.", "E182"),
        (r"Let $W_i \in O(d)$ for $i = 1, \ldots, n$.", "E182"),
        (r"Let $v \in \mathbb{R}^n$, and $v_i \in \mathbb{R}^n$ for $i = 1, \ldots, n$.", "E177"),
        (r"Let $e_i \in \mathbb{R}^n$ for $i = 1, \ldots, n$.", "E168"),
        (r"Let $y_i \in \{1, \ldots, K\}$ for $i = 1, \ldots, n$.", "E178"),
    ],
)
def test_what_has_two_readings_is_asked(declaration: str, code: str) -> None:
    assert codes(declaration) == [code]


def test_sums_further_on_that_say_otherwise_keep_what_was_said_before_from_counting() -> None:
    text = "The samples are numbered $i = 1, \\ldots, n$.\n\nLet $b_i \\in \\mathbb{R}^d$. "
    assert codes(text + r"$$\sum_{i=1}^n b_i = \sum_i b_i$$") == []
    assert codes(text + r"$$\sum_{i=1}^m b_i = \sum_i b_i$$")[0] == "E180"


def test_a_range_that_only_a_sum_says_is_proposed() -> None:
    assert r"declare $i \in \{1, \ldots, N\}$ first" in helps(r"Let $v_i \in \mathbb{R}^d$. $$\sum_{i=1}^N v_i = 0$$")
    named = r"Let $v_n \in \mathbb{R}^d$ for all $n$. $$\sum_{n=1}^N v_n = 0$$"
    assert codes(named)[0] == "E180"
    assert r"declare $n \in \{1, \ldots, N\}$ first" in helps(named)


def test_a_declaration_that_was_not_read_is_pointed_to() -> None:
    last = reports(r"Let $v_i \in \mathbb{R}^d$. $$\sum_{i=1}^N v_i = 0$$")[-1].diagnostics[0]
    assert last.code == "E110"
    assert last.notes == ("its declaration at 1:6 could not be read: see there",)
    assert last.help is None


def test_labels_that_depend_on_an_index_are_no_index() -> None:
    text = r"Let $i \in \{1, \ldots, n\}$, $p \in \mathbb{R}^K$, $y_i \in \{1, \ldots, K\}$. "
    assert "proved" not in verdicts(text + r"$$\sum_{i=1}^n p_{y_i} = n p_{y_i}$$")


# Names that look like members.


GATES = r"Let $W_f, W_i, W_o \in \mathbb{R}^{m \times d}$, $x \in \mathbb{R}^d$. "


def test_a_letter_among_labels_is_a_label() -> None:
    assert verdicts(GATES + r"$$(W_i + W_f) x = W_f x + W_i x$$ $$W_i x = W_f x$$") == ["proved", "refuted"]


@pytest.mark.parametrize(
    "use",
    [
        r"$$\sum_i x_i = 0$$",
        r"$A \in \mathbb{R}^{m \times d}$: $$A_{ij} = 0$$",
        r"For $i = 1, \ldots, m$.",
        r"$$a = b_i$$",
        r"$$a_{i-1} = 0$$",
    ],
)
def test_a_letter_that_is_an_index_somewhere_is_no_label(use: str) -> None:
    asked = {"E180", "E182"}
    assert asked & set(codes(GATES + use))


def test_the_k_of_a_size_is_no_index() -> None:
    text = r"Let $W_q, W_k, W_v \in \mathbb{R}^{d \times d_k}$ and $x \in \mathbb{R}^d$. "
    assert verdicts(text + r"$$x^\top W_q W_k^\top x = x^\top W_k W_q^\top x$$ $$x^\top W_q = x^\top W_k$$") == [
        "proved",
        "refuted",
    ]


# A vector and vectors of its letter.


def test_the_entries_of_a_vector_are_no_new_names() -> None:
    text = r"Let $x \in \mathbb{R}^d$ with $x_1, \ldots, x_d \in \mathbb{R}$. "
    assert verdicts(text + r"$$\|x\|^2 = \sum_i x_i^2$$ $$\|x\| = \sum_i x_i$$") == ["proved"] * 3 + ["refuted"]


@pytest.mark.parametrize(
    "declaration",
    [
        r"Let $x \in \mathbb{R}^d$ and $x_1, \ldots, x_n \in \mathbb{R}^d$. ",
        r"Let $x_1, \ldots, x_n \in \mathbb{R}^d$ and $x \in \mathbb{R}^d$. ",
        r"Let $x \in \mathbb{R}^d$ and $x_i \in \mathbb{R}^d$ for $i = 1, \ldots, n$. ",
    ],
)
def test_vectors_stand_beside_a_vector_of_their_letter(declaration: str) -> None:
    text = declaration + r"$$\sum_i x_i^\top x = x^\top \sum_i x_i$$ $$\sum_i x_i^\top x = n x^\top x$$ "
    assert verdicts(text) == ["proved", "refuted"]
    assert codes(text + r"$$\sum_{j=1}^d x_j^2 = x^\top x$$") == ["E177"]


def test_a_member_that_is_declared_again_is_that_member() -> None:
    text = r"Let $x_i \in \mathbb{R}^d$ for $i = 1, \ldots, n$. Let $x_1 \in \mathbb{R}^d$, $x_2 \in \mathbb{R}^k$."
    assert verdicts(text) == ["proved", "refuted"]


# Collections.


def test_a_collection_says_its_range_and_is_not_checked() -> None:
    text = r"Let $\mathcal{D} = \{(x_i, y_i)\}_{i=1}^n$ with $x_i \in \mathbb{R}^d$, $y_i \in \mathbb{R}$. "
    text += r"$$\sum_i y_i x_i = \sum_{i=1}^n x_i y_i$$ $$\sum_i y_i x_i = \sum_{i=1}^n x_i$$"
    assert verdicts(text) == ["not checked", "proved", "refuted"]


def test_a_collection_may_say_where_its_members_are_from() -> None:
    text = r"Let $\mathcal{D} = \{(x_i, y_i)\}_{i=1}^n \subset \mathbb{R}^d \times \mathbb{R}$. "
    assert verdicts(text + r"$$\sum_i y_i x_i = 0$$") == ["not checked", "refuted"]


# Numbers of a set.


@pytest.mark.parametrize(
    ("numbers", "there"),
    [
        (r"\{0, 1\}", "y_i^2 = y_i"),
        (r"\{-1, +1\}", "y_i^2 = 1"),
        ("[0, 1]", "|y_i - 1| = 1 - y_i"),
        ("(0, 1)", "|y_i - 1| = 1 - y_i"),
        (r"[-\frac12, \frac12]", "|y_i - 1| = 1 - y_i"),
    ],
)
def test_what_may_hold_in_a_set_of_numbers_only_is_not_refuted(numbers: str, there: str) -> None:
    text = rf"Let $y_i \in {numbers}$ and $x_i \in \mathbb{{R}}$ for $i = 1, \ldots, n$. $$\sum_i y_i x_i = x^\top y$$ "
    text += rf"$${there}$$ $$y_i = 7$$ $$\sum_i x_i^2 = n$$"
    assert verdicts(text) == ["proved", "not checked", "refuted", "refuted"]


def test_a_counterexample_has_numbers_of_the_set() -> None:
    text = r"Let $y_i \in \{3, 5\}$ for $i = 1, \ldots, n$, and $p \in [0, 1]$, $p > 0$. "
    shown = reports(text + r"$$\sum_i y_i^2 = p^2$$")[-1].counterexample
    assert shown is not None
    assert {value for row in shown.values["y"] for value in row} <= {"3", "5"}
    assert {value for row in shown.values["p"] for value in row} <= {"1", "1/3", "1/2"}


def test_the_sign_of_all_numbers_of_a_set_is_known() -> None:
    assert verdicts(r"Let $p \in (0, 1)$. $$|p| = p$$") == ["proved"]
    assert verdicts(r"Let $p \in [-1, 1]$. $$|p| = p$$") == ["refuted"]
    assert verdicts(r"Let $y \in \{0, 1\}^n$. $$\sqrt{y_i^2} = y_i$$") == ["proved"]
    assert verdicts(r"Let $y \in \{-1, 1\}^n$. $$\sqrt{y_i^2} = y_i$$") == ["refuted"]


def test_a_set_of_numbers_may_be_said_of_a_declared_vector() -> None:
    text = r"Let $y \in \mathbb{R}^n$ with $y_i \in \{0, 1\}$. "
    assert verdicts(text + r"$$y^\top y = \mathbf 1^\top y$$ $$y^\top y = \sum_i y_i^2$$") == ["not checked", "proved"]


def test_numbers_from_one_on_are_the_range_of_an_index() -> None:
    text = r"Let $c \in \{1, 2, 3\}$ and $p \in \mathbb{R}^3$. "
    assert verdicts(text + r"$$\frac{\partial \sum_i p_i}{\partial p_c} = 1$$") == ["proved"]


def test_positive_members_are_declared_by_their_sign() -> None:
    text = r"Let $w_i > 0$ for $i = 1, \ldots, n$. $$\sum_i |w_i| = \sum_{i=1}^n w_i$$ $$\sum_i |w_i| = n$$"
    assert verdicts(text) == ["proved", "refuted"]
    assert verdicts(r"Let $w \in \mathbb{R}^n$ with $w_i > 0$. $$|w_i| = w_i$$ $$|w_i| = 1$$") == ["proved", "refuted"]
    assert verdicts(r"Let $w \in \mathbb{R}^n$ with $w_1 > 0$. $$|w_i| = w_i$$") == ["not checked"] * 2


# Unit vectors and zero.


@pytest.mark.parametrize(
    "declaration",
    [
        r"Let $e_i \in \mathbb{R}^n$ be the $i$-th unit vector.",
        r"Let $e_i \in \mathbb{R}^n$ denote the $i$th standard basis vector.",
        r"Let the $i$-th unit vector $e_i \in \mathbb{R}^n$ be given.",
        r"Let $e_1, \ldots, e_n \in \mathbb{R}^n$ be the standard basis.",
        r"where $\mathbf{e}_i \in \mathbb{R}^n$ is the $i^{\text{th}}$ canonical basis vector,",
    ],
)
def test_what_is_called_the_unit_vector_is_the_unit_vector(declaration: str) -> None:
    e = r"\mathbf{e}" if "mathbf" in declaration else "e"
    text = declaration + rf" $x \in \mathbb{{R}}^n$. $${e}_i^\top x = x_i$$ $$\sum_i {e}_i {e}_i^\top = I$$ "
    text += rf"$$x^\top {e}_1 = x^\top {e}_2$$"
    assert verdicts(text) == ["proved", "proved", "refuted"]


@pytest.mark.parametrize(
    "declaration",
    [
        r"Let $e_i \in \mathbb{R}^d$ be the residuals, $i = 1, \ldots, n$.",
        r"Let $e_i \in \mathbb{R}^d$ be a unit vector for $i = 1, \ldots, n$.",
        r"Let $e_i \in \mathbb{R}^d$, $i = 1, \ldots, n$. The $i$-th unit vector is not used.",
    ],
)
def test_what_is_called_otherwise_is_no_unit_vector(declaration: str) -> None:
    assert "proved" not in verdicts(declaration + r" $$e_i^\top e_i = 1$$")


def test_zero_is_zero_of_any_size() -> None:
    text = r"Let $0 \in \mathbb{R}^n$ be the zero vector and $x \in \mathbb{R}^n$. $$x + 0 = x$$ $$2 x = 0$$"
    assert verdicts(text) == ["proved", "refuted"]
    assert reports(text)[0].verdict == "declaration"
