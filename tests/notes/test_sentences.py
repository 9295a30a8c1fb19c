"""What the prose before a formula makes of it: a condition is not taken on, and what is said under it not refuted."""

from __future__ import annotations

import pytest

from symbn.note import Note
from symbn.source import SourceFile
from tests.notes.verdicts import verdicts_of

DECLARED = r"Let $A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^n$ and $a, b \in \mathbb{R}$." + "\n\n"


def verdicts(text: str) -> list[str]:
    return verdicts_of(DECLARED + text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"If $a = 1$, then $a^2 = 1$.", ["not checked", "not checked"]),
        (r"If $a = 1$, then $a + a = 2 a$.", ["not checked", "proved"]),
        (r"If $a = 1$, then $a^2 = 1$. But $a^2 = 1$.", ["not checked", "not checked", "refuted"]),
        ("If $a = 1$, then $a^2 = 1$.\n\nWe know $a^2 = 1$.", ["not checked", "not checked", "refuted"]),
        (r"Suppose that $A = A^\top$; then $\nabla_x x^\top A x = 2 A x$.", ["not checked", "not checked"]),
        (r"Suppose that $A = A^\top$. Then $\nabla_x x^\top A x = 2 A x$.", ["not checked", "not checked"]),
        (r"Assume $A = A^\top$. Then $a = a$. Here $A = A^\top$.", ["not checked", "proved", "not checked"]),
        (r"Assume $A = A^\top$." + "\n\n## Next\n\nHere $A = A^\\top$.", ["not checked", "refuted"]),
        (r"Suppose $A = A^\top$ and $a = b$. So $a + b = 2 b$.", ["not checked", "not checked", "not checked"]),
        (r"If $A = A^\top$, then $a + b = b + a$. So $a + b = 2 b$.", ["not checked", "proved", "refuted"]),
        (r"*If* $a = b$ and $b = 1$, then $a^2 = 1$.", ["not checked", "not checked", "not checked"]),
        ("If\n\n$$a = 1$$\n\nthen $a^2 = 1$.", ["not checked", "not checked"]),
        ("If\n\n$$a = 1$$\n\nThen $a^2 = 1$.", ["not checked", "refuted"]),
        (r"It is clear that $a + a = a$.", ["refuted"]),
        (r"That motif $a + a = a$.", ["refuted"]),
        (r"If $y = A x$, then $y = A x$.", ["definition", "proved"]),
        (r"If $y = A x$, then $x^\top y = x^\top A^\top x$.", ["definition", "proved"]),
        (r"A motif $a + a = 2 a$.", ["proved"]),
        (r"Let $a = 1$; then $a^2 = 1$.", ["definition", "proved"]),
    ],
)
def test_a_condition_of_the_prose_is_not_taken_on(text: str, expected: list[str]) -> None:
    assert verdicts(text) == expected


def test_a_condition_does_not_reach_past_its_sentence() -> None:
    assert verdicts("If $a = 1$ then\n$$a^2 = 1$$\nNow $$a^2 = 1$$") == ["not checked", "not checked", "refuted"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "$$\\det(c B) = c^k \\det(B),$$ where $B \\in \\mathbb{R}^{k \\times k}$ and $c \\in \\mathbb{R}$.",
            ["proved"],
        ),
        (
            "$$\\det(c B) = c \\det(B),$$ where $B \\in \\mathbb{R}^{k \\times k}$ and $c \\in \\mathbb{R}$.",
            ["refuted"],
        ),
        ("$$|c| = c, \\quad c > 0$$", ["proved"]),
        ("$$|c| = c, \\quad c \\in \\mathbb{R}$$", ["refuted"]),
        ("$$q^\\top q = q^\\top q.$$ Here $q \\in \\mathbb{R}^k$.", ["proved"]),
        ("$$q^\\top q = q^\\top q.$$ Now $q \\in \\mathbb{R}^k$.", ["error"]),
        ("$$q^\\top q = q^\\top q$$\n\n## Here $q \\in \\mathbb{R}^k$.", ["error"]),
        ("$q^\\top q = q^\\top q$. If $q \\in \\mathbb{R}^k$, then $q = q$.", ["error", "proved"]),
        ("$$q = B x$$ where $B \\in \\mathbb{R}^{k \\times n}$, $q \\in \\mathbb{R}^k$.", ["definition", "proved"]),
        ("$$q = B x$$ where $B \\in \\mathbb{R}^{k \\times n}$, $q \\in \\mathbb{R}^n$.", ["definition", "refuted"]),
        ("$$q^\\top q = 1$$ where $q \\in \\mathbb{R}^?$.", ["error", "error"]),
    ],
)
def test_what_a_sentence_declares_behind_its_equations_is_known_in_them(text: str, expected: list[str]) -> None:
    assert verdicts(text) == expected


def test_a_declaration_behind_is_reported_where_it_stands() -> None:
    text = "$$B^\\top B = B B$$ where $B \\in \\mathbb{R}^{k \\times k}$ is symmetric."
    found = Note(SourceFile("n.md", text)).check().statements
    assert [(one.id, one.verdict) for one in found] == [("0.1", "proved"), ("0.2", "declaration")]
    assert "`B` is symmetric, as the prose says" in found[1].conventions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"The cases $a = 1$ and $a = 2$. $a^2 = 1$.", ["not checked", "not checked", "refuted"]),
        (r"Let $c = 2$. $c^2 = 4$ and $c^2 = 2$.", ["definition", "proved", "refuted"]),
        (r"Take the case $n = 2$: $\operatorname{tr} I_n = 2$.", ["not checked", "refuted"]),
        ("$$c = 2$$\n\n$c^2 = 4$", ["definition", "proved"]),
        (r"With $A^\top A = I$ $\|A x\|^2 = \|x\|^2$, $a = 2 a + 1$.", ["not checked", "not checked", "refuted"]),
        ("With $a > 0$\n$$a + b = b + a$$\nso $a b = 1$.", ["proved", "refuted"]),
        (r"Let $P \in \mathbb{R}^{n \times n}$, $P^2 = P$. $P^3 = P$." + "\n\n## B\n\n$P^3 = P$",
         ["not checked", "not checked", "refuted"]),
        (r"A unit vector ($\|x\| = 1$). $x^\top x = 1$, $a b = 1$.", ["not checked", "not checked", "refuted"]),
        (r"$$\nabla_x x^\top x = 2 x = 0$$", ["proved", "refuted"]),
        (r"Setting the gradient to zero, $$\nabla_x x^\top x = 2 x = 0$$", ["proved", "not checked"]),
        (r"$$2 x = 0$$ gives the minimum. $2 x = 0$.", ["not checked", "refuted"]),
        (r"The inverse $H = \operatorname{foo}(x)$. $H = x x^\top$. $H^\top = H$.", ["error", "error", "error"]),
        (r"Let $z = \operatorname{foo}(x)$ and $z_i = A_{:i}$. $\sum_j (z_i)_j = \sum_j A_{ji}$.",
         ["error", "definition", "proved"]),
    ],
)  # fmt: skip
def test_the_prose_tells_cases_and_assumptions_from_claims(text: str, expected: list[str]) -> None:
    assert verdicts(text) == expected
