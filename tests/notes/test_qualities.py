"""What the prose calls a name: part of its declaration, or a reason not to refute what is said of it."""

from __future__ import annotations

import pytest

from symbn.expr.context import SymbolDeclaration
from symbn.note import Note
from symbn.notes.qualities import qualified
from symbn.source import SourceFile
from tests.notes.verdicts import verdicts_of

SQUARE = r"\in \mathbb{R}^{n \times n}"


@pytest.mark.parametrize(
    "declaration",
    [
        rf"Let $A {SQUARE}$ be symmetric.",
        rf"Let $A {SQUARE}$ be a symmetric matrix.",
        rf"where $A {SQUARE}$ is symmetric,",
        rf"Let $B, A {SQUARE}$ be symmetric and positive definite.",
        rf"Let $A {SQUARE}$ and $B {SQUARE}$ be real *symmetric* matrices.",
        rf"For a symmetric matrix $A {SQUARE}$ and any vector",
        rf"Consider a symmetric, positive-definite $A {SQUARE}$.",
        rf"Let $A {SQUARE}$ and $x$ be given, where $A$ is assumed to be symmetric.",
        rf"Suppose that $A {SQUARE}$ is symmetric.",
        rf"Let $A {SQUARE}$ (symmetric).",
    ],
)
def test_a_quality_in_the_sentence_of_a_declaration_belongs_to_it(declaration: str) -> None:
    text = declaration + "\n\n$$A^\\top A = A A$$ $$A^\\top = 2 A$$ $$A^\\top A = A$$"
    assert verdicts_of(text) == ["proved", "refuted", "refuted"]


@pytest.mark.parametrize(
    "declaration",
    [
        rf"Let $A {SQUARE}$.",
        rf"Let $A {SQUARE}$ be not symmetric.",
        rf"Let $A {SQUARE}$ be a not necessarily symmetric matrix.",
        rf"For a non-symmetric $A {SQUARE}$:",
        rf"Let $A {SQUARE}$ be a matrix whose symmetric part is $S$.",
        rf"Let $A {SQUARE}$ be symmetric up to a sign.",
        rf"The symmetric part of $A {SQUARE}$ plays no role.",
        rf"Let $A {SQUARE}$. This is symmetric: $S {SQUARE}$.",
        rf"Let $B {SQUARE}$ and $A {SQUARE}$, where $B$ is symmetric.",
    ],
)
def test_what_is_said_of_something_else_is_no_quality_of_a_name(declaration: str) -> None:
    assert verdicts_of(declaration + "\n\n$$A^\\top A = A A$$") == ["refuted"]


@pytest.mark.parametrize(
    ("declaration", "true", "false"),
    [
        (r"a positive $c \in \mathbb{R}$", "|c| = c", "|c| = -c"),
        (r"Let $c \in \mathbb{R}$ be non-negative.", r"\sqrt{c^2} = c", r"\sqrt{c^2} = -c"),
        (rf"Let $c {SQUARE}$ be orthogonal.", r"c^\top c = I", "c c = I"),
        (rf"an invertible $c {SQUARE}$", r"c^{-1} c = I", "c^{-1} = c"),
        (rf"Let $c {SQUARE}$ be symmetric positive definite.", r"\log\det(c^2) = 2 \log\det c", r"\log\det c = 1"),
    ],
)
def test_each_quality_that_a_declaration_has_is_taken_on(declaration: str, true: str, false: str) -> None:
    assert verdicts_of(f"{declaration}\n\n$${true}$$\n\n$${false}$$") == ["proved", "refuted"]


def test_a_quality_that_is_taken_on_is_told() -> None:
    declared = Note(SourceFile("n.md", rf"Let $A {SQUARE}$ be symmetric.")).check().statements[0]
    assert "`A` is symmetric, as the prose says" in declared.conventions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"Here $y \in \mathbb{R}^n$ is one-hot. $\sum_i y_i = 1$ and $2 y = y + y$.", ["not checked", "proved"]),
        (rf"$A {SQUARE}$, $A^\top = A$ where $A$ is symmetric.", ["not checked"]),
        (rf"$A {SQUARE}$, $A^\top = 2 A$ where $A$ is symmetric.", ["refuted"]),
        (rf"$A {SQUARE}$, $A A = A$." + "\n\nFor symmetric $A$: $A^\\top = A$.", ["refuted", "not checked"]),
        (rf"$A {SQUARE}$. If $A$ is symmetric, $A^\top = A$." + "\n\nNow $A^\\top = A$.", ["not checked", "refuted"]),
        (rf"$A {SQUARE}$, $A = A$. Assume $A$ is symmetric." + "\n\nNow $A^\\top = A$.", ["proved", "not checked"]),
        (rf"$A {SQUARE}$, $A = A$. Assume $A$ is symmetric." + "\n\n# B\n\n$A^\\top = A$.", ["proved", "refuted"]),
        (rf"$A, B {SQUARE}$. Now $A$ and $B$ commute." + "\n\n$A B = B A$", ["not checked"]),
        (rf"$A, B {SQUARE}$ of a commune." + "\n\n$A B = B A$", ["refuted"]),
        (r"$W \in \mathbb{R}^{n \times k}$ with orthonormal columns: $W^\top W = I$", ["not checked"]),
        (r"Let $x, y \in \mathbb{R}^n$ be independent random vectors. $x y^\top = 0$", ["not checked"]),
        (rf"$D {SQUARE}$ is diagonal. $S := D + D$. $S^\top = S$.", ["definition", "not checked"]),
    ],
)
def test_what_the_prose_says_and_no_declaration_keeps_from_a_refutation(text: str, expected: list[str]) -> None:
    assert verdicts_of(text) == expected


def test_what_would_be_true_is_said() -> None:
    note = Note(SourceFile("n.md", rf"$A {SQUARE}$, $A A = A A$. For symmetric $A$: $A^\top = A$."))
    assert note.check().statements[-1].message.startswith("true if that is declared: it is said of `A`")


@pytest.mark.parametrize(
    ("shape", "words", "structure", "sign", "left"),
    [
        (("n", "n"), {"symmetric", "positive semidefinite"}, "symmetric", "real", set()),
        (("n", "n"), {"positive definite"}, "general", "real", {"positive definite"}),
        (("n", "n"), {"orthogonal", "symmetric"}, "orthogonal", "real", {"symmetric"}),
        (("n", 1), {"nonzero"}, "general", "real", set()),
        (("n", 1), {"positive", "unit"}, "general", "positive", {"unit"}),
        ((1, 1), {"nonzero"}, "general", "nonzero", set()),
        (("m", "n"), {"symmetric"}, "general", "real", {"symmetric"}),
    ],
)
def test_a_declaration_says_what_it_can(
    shape: tuple[str | int, str | int], words: set[str], structure: str, sign: str, left: set[str]
) -> None:
    found, rest = qualified(SymbolDeclaration("A", shape), frozenset(words))
    assert (found.structure, found.sign, rest) == (structure, sign, left)


@pytest.mark.parametrize(
    ("said", "claim", "verdict"),
    [
        ("be orthogonal", r"A^\top A = I", "proved"),
        ("have orthogonal columns", r"A^\top A = I", "not checked"),
        ("have orthonormal columns", r"A^\top A = I", "not checked"),
        ("have symmetric rows", "A = A^\\top", "not checked"),
        ("be symmetric", "A = A^\\top", "proved"),
    ],
)
def test_what_is_said_of_the_columns_is_not_said_of_the_matrix(said: str, claim: str, verdict: str) -> None:
    text = rf"Let $A \in \mathbb{{R}}^{{n \times n}}$ {said}." + f"\n\n$${claim}$$\n"
    assert Note(SourceFile("note.md", text)).check().statements[-1].verdict == verdict
