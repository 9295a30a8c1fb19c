"""A name that another section declares or defines anew means that from there on, and nothing rests on what it was."""

from __future__ import annotations

import pytest

from symbn import Note
from symbn.report import Report
from symbn.source import SourceFile

_FIRST = r"""# Note

## One

Let $c \in \mathbb{R}$, $a \in \mathbb{R}^d$, $A \in \mathbb{R}^{d \times d}$, $W \in \mathbb{R}^{m \times d}$.
Let $L = c\, a^\top a$.

$$z = A a$$

## Two

"""


def _reports(second: str, first: str = _FIRST) -> list[Report]:
    return list(Note(SourceFile("note.md", first + second)).check().statements)


def _last(second: str) -> str:
    return _reports(second)[-1].verdict


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("W a + c = c + W a", "proved"),
        ("W a + c = c + 2 W a", "refuted"),
        (r"c^\top W a = a^\top W^\top c", "proved"),
        ("c a = a c", "refuted"),
        (r"\nabla_a L = 2 c a", "error"),  # L rests on the c that was a number
        ("z = A a", "proved"),  # z does not
    ],
)
def test_what_is_let_be_something_else_in_another_section_is_that(claim: str, verdict: str) -> None:
    assert _last(r"Let $c \in \mathbb{R}^m$." + f"\n\n$${claim}$$") == verdict


def test_what_was_stated_before_keeps_what_it_was_stated_of() -> None:
    first = _FIRST.replace("## Two", "$$\\nabla_a L = 2 c a$$\n\n$$\\nabla_a L = c a$$\n\n## Two")
    verdicts = [r.verdict for r in _reports(r"Let $c \in \mathbb{R}^m$.", first) if r.kind == "claim"]
    assert verdicts == ["proved", "refuted"]


def test_in_one_section_and_without_let_it_is_a_claim() -> None:
    assert _last(r"Note that $c \in \mathbb{R}^m$.") == "refuted"
    assert _reports("", _FIRST.replace("## Two", r"Let $c \in \mathbb{R}^m$."))[-1].verdict == "refuted"
    assert _last(r"Note that $A \in \mathbb{S}^d$.") == "refuted"


def test_a_matrix_may_become_symmetric_and_what_it_defined_is_defined_anew() -> None:
    second = "Let $A \\in \\mathbb{S}^d$.\n\n$$z = A a$$\n\n$$z = A^\\top a$$"
    assert [r.verdict for r in _reports(second)][-2:] == ["definition", "proved"]
    assert _last(r"$$z = A^\top a$$") == "refuted"


@pytest.mark.parametrize(
    ("definition", "claim", "verdict"),
    [
        (r"Let $L = \|W a\|^2$.", r"\nabla_a L = 2 W^\top W a", "proved"),
        (r"Let $L = \|W a\|^2$.", r"\nabla_a L = 2 c a", "refuted"),
        (r"Put $L := \|W a\|^2$.", r"\nabla_a L = 2 W^\top W a", "proved"),
        (r"Then $L = \|W a\|^2$.", r"\nabla_a L = 2 c a", "proved"),
    ],
)
def test_a_name_is_defined_anew_by_let_or_by_the_sign_of_a_definition(
    definition: str, claim: str, verdict: str
) -> None:
    assert _last(f"{definition}\n\n$${claim}$$") == verdict


def test_a_second_definition_in_one_section_is_an_error() -> None:
    first = _FIRST.replace("## Two", r"Put $L := \|W a\|^2$.")
    assert [d.code for d in _reports("", first)[-1].diagnostics] == ["E160"]
