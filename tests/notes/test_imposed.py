r"""What prose imposes is not refuted; what it claims in the same words is."""

from __future__ import annotations

import pytest

from tests.notes.verdicts import verdicts_of

DECLARED = (
    r"Let $X \in \mathbb{R}^{n \times d}$, $w, v \in \mathbb{R}^d$, $y \in \mathbb{R}^n$, "
    r"$A \in \mathbb{R}^{d \times d}$, $\lambda, a \in \mathbb{R}$, $L(w) = \|X w - y\|^2$." + "\n\n"
)


def verdicts(text: str) -> list[str]:
    return verdicts_of(DECLARED + text)[1:]


@pytest.mark.parametrize(
    "text",
    [
        r"Setting the gradient to zero gives $$X^\top X w = X^\top y.$$",
        r"Set the derivative to zero and solve for $w$: $$X^\top X w = X^\top y$$",
        r"Let $v$ be an eigenvector of $A$ with eigenvalue $\lambda$, i.e. $A v = \lambda v$.",
        r"An eigenvector is a $v$ such that $$A v = \lambda v$$",
        r"The data are centred: $X^\top \mathbf 1 = 0$.",
        r"With whitened data, $\frac1n X^\top X = I$.",
        r"If the columns of $X$ are orthonormal, $$X^\top X = I$$",
        r"Under the constraint $\|w\| = 1$ we maximise $w^\top A w$.",
        r"At the optimum $A w = \lambda w$.",
        r"For a fixed point, $w = A w + v$.",
        r"The steady state satisfies $$w = A w + v.$$",
        r"We solve $A v = w$ for $v$.",
        r"The solution of $$A v = w$$ is unique.",
        r"The optimality condition reads $$A v = w.$$",
        r"The KKT conditions are $$A v + \lambda \mathbf 1 = w, \quad \mathbf 1^\top v = 1.$$",
        r"This is the linear system $$A v = w.$$",
        r"We require $$\mathbf 1^\top v = 1.$$",
        r"We want $$A v = w.$$",
        r"$$\nabla L(w) \overset{!}{=} 0$$",
    ],
)
def test_what_is_imposed_is_not_refuted(text: str) -> None:
    assert set(verdicts(text)) == {"not checked"}


@pytest.mark.parametrize(
    "text",
    [
        r"At the optimum, $\nabla L(w) = X^\top (X w - y)$.",
        r"Setting the gradient to zero: $$\nabla L(w) = X^\top (X w - y) = 0$$",
        r"The gradient is $$\nabla L(w) = X^\top (X w - y)$$ and we solve for $w$.",
        r"Let $v$ be a vector. Then $A v = \lambda v$.",
        r"We have $$X^\top X = I.$$",
        r"We need the identity $$\operatorname{tr}(A v v^\top) = v^\top A^2 v.$$",
        r"We want the gradient of the loss, $$\nabla L(w) = X^\top (X w - y).$$",
        r"The solution of this exercise is $A^\top A = A A^\top$.",
        r"Solving this we get $(A + I)^{-1} = A^{-1} + I$.",
        r"In the optimal case, $\|w + v\|^2 = \|w\|^2 + \|v\|^2$.",
        r"The constraint is not needed here: $v^\top w = -w^\top v$.",
        r"From the system of equations it is clear that $v^\top A w = w^\top A v$.",
        r"It satisfies $\det(A A) = \det A$.",
        r"To see that the roots agree, write $A A - I = (A - I) A$.",
        r"Let $v$ be an eigenvector of $A$ with eigenvalue $\lambda$. We have $v^\top w = w^\top w$.",
        r"The matrix $$A A^\top = A^\top A$$ is symmetric.",
    ],
)
def test_what_is_claimed_beside_it_is_refuted(text: str) -> None:
    assert verdicts(text)[0] == "refuted"


def test_what_follows_in_words_is_said_under_it_and_no_more() -> None:
    centred = r"The data are centred: $X^\top \mathbf 1 = 0$. Hence $$X^\top (y - \mathbf 1 a) = X^\top y.$$"
    assert verdicts(centred) == ["not checked", "not checked"]
    other = "\n\n" + r"$$X^\top (y - \mathbf 1 a) = X^\top y$$"
    assert verdicts(centred + other) == ["not checked", "not checked", "refuted"]


def test_what_is_imposed_and_true_is_proved() -> None:
    assert verdicts(r"At the optimum, $\nabla L(w) = 2 X^\top (X w - y) = 0$.") == ["proved", "not checked"]


@pytest.mark.parametrize(
    "case", [r"With $A = a I$ we get $A v = a v$.", r"For $A = a I + \mathbf 1 \mathbf 1^\top$ one finds $A = A^\top$."]
)
def test_a_case_in_words_defines_no_declared_matrix(case: str) -> None:
    assert verdicts(case + "\n\n" + r"$$A v = a v$$")[-1] == "refuted"


def test_a_definition_in_the_same_words_defines() -> None:
    assert verdicts(r"With $v = A w$ we get $v^\top v = w^\top A^\top A w$.") == ["definition", "proved"]
