r"""What the prose calls the rows and columns of a matrix, and what it does not."""

from __future__ import annotations

import pytest

from symbn.note import Note
from symbn.source import SourceFile

X = r"$X \in \mathbb{R}^{n \times d}$"
ROWS = r"""$$\operatorname{tr}(X^\top X) = \sum_i x_i^\top x_i$$ $$X^\top X = \sum_i x_i x_i^\top$$
$$X^\top X = 2 \sum_i x_i x_i^\top$$"""
COLUMNS = r"$$X X^\top = \sum_j x_j x_j^\top$$ $$X X^\top = 2 \sum_j x_j x_j^\top$$"


def note(text: str) -> Note:
    return Note(SourceFile("n.md", text))


def verdicts(text: str) -> list[str]:
    """Of all that is no declaration."""
    checked = note(text).check(repair=False, explain=False)
    return [one.verdict for one in checked.statements if one.verdict != "declaration"]


def codes(text: str) -> list[str]:
    return [d.code for s in note(text).statements for d in s.diagnostics]


@pytest.mark.parametrize(
    "said",
    [
        rf"Let {X} with rows $x_i^\top$.",
        rf"Let {X} be the data matrix whose $i$-th row is $x_i^\top$.",
        rf"Let {X}, with rows $x_1^\top, \ldots, x_n^\top$.",
        rf"Let {X}. The rows of $X$ are $x_1^\top, \ldots, x_n^\top$.",
        rf"Let {X} have rows $x_i^\top$ for $i = 1, \ldots, n$.",
        rf"Let {X}. We write $x_i^\top$ for the $i^{{\text{{th}}}}$ row of $X$.",
        rf"Let {X}. Let $x_i^\top$ denote the $i$th row of the matrix $X$.",
        rf"Let {X}, and denote the $i$-th row of $X$ by $x_i^\top$.",
        rf"Let {X} (with rows $x_i^\top$).",
        rf"Let {X} with rows $x_i \in \mathbb{{R}}^d$.",
        rf"Let {X}, where $x_i^\top$ is row $i$ of $X$.",
        rf"Let {X} with rows $\{{x_i^\top\}}_{{i=1}}^n$.",
        rf"Let {X} be a batch with rows $x_1, \ldots, x_n \in \mathbb{{R}}^d$.",
        rf"We stack the inputs into a matrix {X}, whose $i$-th row is $x_i^\top$.",
        rf"Let {X}, where each row $x_i^\top$ is one sample.",
        rf"Let {X}. The rows $x_i^\top$ of $X$ are samples.",
        rf"Denote by $x_i^\top$ the $i$-th row of {X}.",
    ],
)
def test_rows_with_their_transpose_are_columns(said: str) -> None:
    found = verdicts(said + "\n\n" + ROWS)
    assert "definition" in found
    assert found[-3:] == ["proved", "proved", "refuted"]


@pytest.mark.parametrize(
    "said",
    [
        rf"Let {X} with columns $x_j$.",
        rf"Let {X} be a matrix whose columns are $x_1, \ldots, x_d$.",
        rf"Let {X}; $x_j$ denotes the $j$th column of $X$.",
        rf"Let {X} and let $x_j$ be the $j$-th column vector of $X$.",
    ],
)
def test_columns_are_columns(said: str) -> None:
    assert verdicts(said + "\n\n" + COLUMNS) == ["definition", "proved", "refuted"]


@pytest.mark.parametrize(
    "said",
    [
        rf"Let {X}. Scale the $i$-th row of $X$ by $x_i$.",
        rf"Let {X}. The sum of the $i$-th row of $X$ is $x_i$.",
        rf"Let {X}. The $i$-th row of $X$ is $x_i$ times the last one.",
        rf"Let {X}. The mean of the rows of $X$, $x_i$, is known.",
        rf"Let {X}. Here $x_i$ is a row of $X$.",
        rf"Let {X}. Here $x_i$ is not the $i$-th row of $X$.",
    ],
)
def test_what_names_no_rows_defines_none(said: str) -> None:
    assert codes(said + "\n\n" + ROWS) == ["E110"] * 3


def test_the_note_tells_what_was_taken_from_its_prose() -> None:
    (statement,) = [s for s in note(f"Let {X} with rows $x_i^\\top$.").statements if s.kind == "definition"]
    assert (statement.lhs, statement.rhs) == ("x_{i}", r"X_{i:}^\top")
    assert statement.notices == ("`x_{i}` is row i of `X`, as a column, as the prose says",)


def test_matrices_and_their_rows_in_the_same_order() -> None:
    said = r"Let $Q, K \in \mathbb{R}^{n \times d}$ with rows $q_i, k_i \in \mathbb{R}^d$." + "\n\n"
    true, false = r"$$(Q K^\top)_{ij} = q_i^\top k_j$$", r"$$(Q K^\top)_{ij} = q_i^\top q_j$$"
    assert verdicts(said + true + false)[-2:] == ["proved", "refuted"]


def test_rows_without_a_transpose_are_what_their_uses_say() -> None:
    said = rf"Let {X} with rows $x_i$." + "\n\n"
    assert verdicts(said + r"$$X^\top X = \sum_i x_i x_i^\top$$") == ["definition", "proved"]
    assert verdicts(said + r"$$X^\top X = 2 \sum_i x_i x_i^\top$$") == ["definition", "refuted"]
    assert verdicts(said + r"$$X^\top X = \sum_i x_i^\top x_i$$") == ["definition", "proved"]
    assert verdicts(said + r"$$X^\top X = 2 \sum_i x_i^\top x_i$$") == ["definition", "refuted"]


@pytest.mark.parametrize(
    "uses",
    [
        r"$$\|X\|_F^2 = \sum_i \|x_i\|^2$$",
        r"$$X^\top X = \sum_i x_i x_i^\top$$ $$X^\top X = \sum_i x_i^\top x_i$$",
    ],
)
def test_symbn_asks_where_uses_do_not_tell_rows_from_columns(uses: str) -> None:
    found = codes(rf"Let {X} with rows $x_i$." + "\n\n" + uses)
    assert found[0] == "E250"
    assert set(found[1:]) == {"E110"}


def test_a_range_that_is_not_the_matrix_own_is_an_error() -> None:
    assert codes(rf"Let {X} with columns $x_1, \ldots, x_n$.") == ["E228"]
    assert codes(rf"Let {X} with columns $x_1, \ldots, x_d$.") == []


def test_rows_of_two_matrices_have_two_names() -> None:
    two = rf"Let {X} with rows $x_i^\top$, and $Y \in \mathbb{{R}}^{{n \times d}}$ with rows $x_i^\top$." + "\n\n"
    assert codes(two + ROWS) == ["E251", "E110", "E110", "E110"]
    assert codes(two.replace("$Y \\in", "$X \\in") + ROWS) == []


def test_a_vector_with_as_many_entries_is_asked_about() -> None:
    assert codes(rf"Let $x \in \mathbb{{R}}^n$ and {X} with rows $x_i^\top$.") == ["E177"]
    assert codes(rf"Let $x \in \mathbb{{R}}^d$ and {X} with rows $x_i^\top$.") == []


def test_a_matrix_of_known_rows_is_their_stack() -> None:
    known = r"Let $x_1, \ldots, x_n \in \mathbb{R}^d$. Let $X$ be the matrix with rows $x_i^\top$." + "\n\n"
    assert verdicts(known + ROWS)[-3:] == ["proved", "proved", "refuted"]


def test_what_else_is_said_of_columns_is_not_forgotten() -> None:
    said = rf"Let {X} with orthonormal columns $x_1, \ldots, x_d$." + "\n\n"
    assert verdicts(said + r"$$x_j^\top x_j = 1$$ $$X X^\top = \sum_j x_j x_j^\top$$") == [
        "definition", "not checked", "proved",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "true", "false"),
    [
        (r"A = [a_1, a_2, \ldots, a_n] \in \mathbb{R}^{m \times n}", r"A A^\top = \sum_j a_j a_j^\top", "2"),
        (r"A = [a_1, \ldots, a_n]^\top \in \mathbb{R}^{n \times m}", r"A^\top A = \sum_j a_j a_j^\top", "-"),
        (r"A = (a_1, \ldots, a_n)^\top \in \mathbb{R}^n", r"A^\top A = \sum_j a_j a_j", "3"),
        (r"A = [a_1 \; a_2 \; \cdots \; a_n] \in \mathbb{R}^{m \times n}", r"A A^\top = \sum_j a_j a_j^\top", "2"),
        (r"A \in \mathbb{R}^{m \times n}$, $A = (a_1, \ldots, a_n)", r"A A^\top = \sum_j a_j a_j^\top", "2"),
    ],
)
def test_a_matrix_is_declared_with_its_parts(written: str, true: str, false: str) -> None:
    wrong = true.replace("= ", f"= {false} ")
    assert verdicts(f"Let ${written}$.\n\n$${true}$$ $${wrong}$$") == ["definition", "proved", "refuted"]


def test_a_space_behind_an_equation_is_a_claim_about_its_left_side() -> None:
    given = r"$A \in \mathbb{R}^{m \times n}$, $v \in \mathbb{R}^n$. "
    assert verdicts(given + r"$$u = A v \in \mathbb{R}^m$$") == ["definition", "proved"]
    assert verdicts(given + r"$$u = A v \in \mathbb{R}^n$$") == ["definition", "refuted"]
    assert codes(given + r"$$u = A q \in \mathbb{R}^m$$ $$u = u$$") == ["E110", "E110"]
