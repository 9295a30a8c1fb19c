"""What two readers take for two things is asked about: e^z beside a number e, x(t), tr(M)^{-1}'s kin, ∇² and δ."""

from __future__ import annotations

import pytest

from symbn import Note
from symbn.source import SourceFile

_GIVEN = r"""Let $y, z, t \in \mathbb{R}$, $x, u \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$, $\delta > 0$,
$f : \mathbb{R}^n \to \mathbb{R}$."""
_RESIDUAL = r"The error is $e = y - z$."


def _last(claim: str, given: str = _GIVEN) -> tuple[str, list[str]]:
    found = Note(SourceFile("note.md", f"{given}\n\n$${claim}$$")).check().statements[-1]
    return found.verdict, [d.code for d in found.diagnostics if d.severity == "error" and d.code != "S210"]


@pytest.mark.parametrize(
    ("claim", "without", "with_residual"),
    [
        (r"\frac{\partial}{\partial z} e^{z} = e^z", "proved", "error"),
        (r"\frac{\partial}{\partial z} e^{2 z} = e^{2 z}", "refuted", "error"),
        (r"\frac{\partial}{\partial z} \exp(z) = \exp(z)", "proved", "proved"),
    ],
)
def test_a_power_of_a_number_e_is_asked_about(claim: str, without: str, with_residual: str) -> None:
    assert _last(claim)[0] == without
    found = _last(claim, f"{_GIVEN} {_RESIDUAL}")
    assert found == (with_residual, ["E245"] if with_residual == "error" else [])


def test_a_square_of_a_number_e_is_its_square() -> None:
    assert _last("e^2 = (y - z)^2", f"{_GIVEN} {_RESIDUAL}") == ("proved", [])
    assert _last("e^2 = y^2 - z^2", f"{_GIVEN} {_RESIDUAL}") == ("refuted", [])


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("x(0) = 0", ("error", ["E246"])),
        (r"\frac{d}{dt} x(t) = x", ("error", ["E246"])),
        ("A(x) = A x", ("proved", [])),
        ("A(x) = x", ("refuted", [])),
        ("A(t) = A t", ("error", ["E246"])),
        ("x(u) = x u", ("error", ["E246"])),
        ("z(t) = z t", ("error", ["E246"])),
        ("A(x + u) = A x + A u", ("proved", [])),
        ("A(x + u) = A x - A u", ("refuted", [])),
        (r"A^\top(x) = A^\top x", ("proved", [])),
        ("A I_n(x) = A x", ("proved", [])),
        ("n(n + 1) = n^2 + n", ("proved", [])),
        ("n(n + 1) = n^2 + 1", ("refuted", [])),
        ("f(x) = f(x) + 0", ("proved", [])),
        (r"A^{{-1}^T} = A^{-1}", ("error", ["E247"])),
        (r"A^{-T} = (A^{-1})^T", ("proved", [])),
        (r"A^{-T} = A^{-1}", ("refuted", [])),
        (r"\nabla^2 f(x) = \sum_i \frac{\partial^2 f(x)}{\partial x_i^2}", ("error", ["E248"])),
        (r"\operatorname{tr}(\nabla^2 f(x)) = \sum_i \frac{\partial^2 f(x)}{\partial x_i^2}", ("proved", [])),
        (r"\operatorname{tr}(\nabla^2 f(x)) = \sum_i \frac{\partial f(x)}{\partial x_i}", ("refuted", [])),
        (r"\nabla^2 f(x) = \nabla f(x)", ("refuted", [])),
    ],
)
def test_what_may_be_meant_otherwise_is_asked_about(claim: str, found: tuple[str, list[str]]) -> None:
    assert _last(claim) == found


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial u_i}{\partial u_j} = \delta_{ij}", "proved"),
        (r"\frac{\partial u_i}{\partial u_j} = \delta \delta_{ij}", "refuted"),
        (r"\sum_j \delta \delta_{ij} u_j = \delta u_i", "proved"),
        (r"\sum_j \delta \delta_{ij} u_j = \delta^2 u_i", "refuted"),
    ],
)
def test_a_number_delta_has_no_entries_so_that_two_indices_are_kronecker_s(claim: str, verdict: str) -> None:
    assert _last(claim)[0] == verdict


def test_the_vector_of_ones_of_the_prose_is_not_taken_on() -> None:
    given = r"Let $e \in \mathbb{R}^n$ be the vector of ones, $x \in \mathbb{R}^n$."
    assert _last(r"e^\top x = \sum_i x_i", given)[0] == "not checked"
    assert _last(r"e^\top x = x^\top e", given)[0] == "proved"


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        (r"A^2_{ij} = (A_{ij})^2", ("error", ["E206"])),
        (r"A_{ij}^2 = (A_{ij})^2", ("proved", [])),
        (r"A_{ij}^2 = (A^2)_{ij}", ("refuted", [])),
        (r"B^2_{ij} = (B_{ij})^2", ("proved", [])),
        (r"B x + b = b + B x", ("proved", [])),
        (r"B A + b = b + B A", ("error", ["S222"])),
        (r"B A + x = x + B A", ("error", ["S222"])),
        (r"B A + \mathbf 1 x^\top = \mathbf 1 x^\top + B A", ("proved", [])),
        (r"B A + \mathbf 1 x^\top = b \mathbf 1^\top + B A", ("refuted", [])),
        (r"B A + y = y + A", ("refuted", ["S202"])),
        (r"x \otimes u = x u^\top", ("error", ["E249"])),
        (r"x \otimes u = \operatorname{vec}(u x^\top)", ("proved", [])),
        (r"x \otimes u = \operatorname{vec}(x u^\top)", ("refuted", [])),
    ],
)
def test_what_shapes_and_places_of_scripts_leave_open_is_asked_about(claim: str, found: tuple[str, list[str]]) -> None:
    more = r" $B \in \mathbb{R}^{m \times n}$, $b \in \mathbb{R}^m$, $y \in \mathbb{R}^p$"
    assert _last(claim, _GIVEN.replace("y, z, t", "z, t") + more) == found
