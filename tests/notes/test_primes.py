"""A prime is a transpose where the front matter says so, and there only of what a transpose is clear of."""

from __future__ import annotations

import pytest

from symbn.note import Note
from symbn.report import Report

SETTLED = "---\nsymbn:\n  prime: transpose\n---\n"
DECLARED = r"""$X \in \mathbb{R}^{n \times d}$, $S \in \mathbb{R}^{d \times d}$, $y \in \mathbb{R}^n$,
$w \in \mathbb{R}^d$, $c \in \mathbb{R}$, $\phi : \mathbb{R} \to \mathbb{R}$, $q : \mathbb{R}^d \to \mathbb{R}$.
"""


def report(text: str, front: str = SETTLED) -> Report:
    """The last report of a note."""
    return Note.from_text(f"{front}{DECLARED}\n{text}\n").check(explain=False, repair=False).statements[-1]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\|y - X w\|^2 = y'y - 2 w'X'y + w'X'X w", "proved"),
        (r"\|y - X w\|^2 = y'y - w'X'y + w'X'X w", "refuted"),
        ("(X S)' = S'X'", "proved"),
        ("(X S)' = X'S'", "refuted"),
        (r"\nabla_w \left( \tfrac12 \|y - X w\|^2 \right) = X'(X w - y)", "proved"),
        ("(X'X)^{-1} X'X = I", "proved"),
        (r"S^{\prime} = S^\top", "proved"),
        ("S' = S", "refuted"),
        (r"\phi'(c) = \frac{\partial \phi(c)}{\partial c}", "proved"),
        (r"\phi'(c) = \phi(c)", "refuted"),
        (r"\tanh'(c) = 1 - \tanh^2(c)", "proved"),
        (r"\tanh'(c) = 1 + \tanh^2(c)", "refuted"),
        (r"\phi(X)' = \phi(X')", "proved"),
        (r"\phi(S)' = \phi(S)", "refuted"),
        (r"(y'y)' = y'y", "proved"),
        (r"(y'y)' = 2 y'y", "refuted"),
    ],
)
def test_a_prime_is_a_transpose_where_the_note_says_so(formula: str, verdict: str) -> None:
    assert report(f"$${formula}$$").verdict == verdict


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("q' = w", "E116"),
        ("c' c = c^2", "E116"),
        ("S'' = S", "E116"),
        ("S'_{ij} = S_{ij}", "E206"),
        (r"\phi(c)' = c", "E116"),
    ],
)
def test_what_a_prime_does_not_say_is_asked(formula: str, code: str) -> None:
    assert [d.code for d in report(f"$${formula}$$").diagnostics] == [code]


def test_a_new_name_with_a_prime_is_defined_by_its_transpose() -> None:
    assert report("$$z' = w'S$$ $$z = S'w$$").verdict == "proved"
    assert report("$$z' = w'S$$ $$z = S w$$").verdict == "refuted"


def test_a_note_that_says_nothing_is_asked_and_its_names_keep_their_primes() -> None:
    (asked,) = report("$$X'X = S$$", front="").diagnostics
    assert asked.code == "E116" and "prime: transpose" in (asked.help or "")
    assert report(r"$w' \in \mathbb{R}^d$ $$w + w' = w' + w$$", front="").verdict == "proved"
    assert report(r"$w' \in \mathbb{R}^d$ $$w' + w = w + w$$", front="").verdict == "refuted"
