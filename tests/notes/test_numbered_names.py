"""Names with a number below them: entries of a vector, or names of their own; a stranger's x_2 is asked about."""

from __future__ import annotations

import pytest

from symbn import Note
from symbn.report import Report
from symbn.source import SourceFile


def _statements(text: str) -> list[Report]:
    return list(Note(SourceFile("note.md", text)).check().statements)


def _codes(report: Report) -> list[str]:
    return [d.code for d in report.diagnostics]


@pytest.mark.parametrize("declared", [r"\beta_1, \beta_2 \in \mathbb{R}", r"\beta_1 > 0$, $\beta_2 \ge 0"])
def test_a_number_has_no_entries_so_a_numbered_one_beside_it_is_new(declared: str) -> None:
    text = rf"Let $\beta > 0$. Let ${declared}$."
    true, false = r"$$\beta_1 \beta_2 \beta = \beta \beta_2 \beta_1$$", r"$$\beta_1 \beta = \beta$$"
    verdicts = [s.verdict for s in _statements("\n\n".join((text, true, false))) if s.kind == "claim"]
    assert verdicts == ["proved", "refuted"]


def test_after_a_numbered_name_was_asked_about_no_other_is_an_entry() -> None:
    given = r"$A \in \mathbb{S}^d$, $x, x_1 \in \mathbb{R}^d$, $f(x) = \frac12 x^\top A x$"
    claims = [r"$$x_2 = 2 x_1$$", r"$$f(x_2) = 4 f(x_1)$$", r"$$f(x_2) = \frac12 x_2^2 A$$"]
    found = [s for s in _statements("\n\n".join((given, *claims))) if s.kind == "claim"]
    assert [s.verdict for s in found] == ["error"] * 3
    assert _codes(found[0]) == ["E172"]
    assert _codes(found[1]) == _codes(found[2]) == ["E233"]


@pytest.mark.parametrize(
    ("claim", "verdict", "codes"),
    [
        ("f(x_2) = x_2^2 A", "error", ["E244"]),
        ("f(c) = c^2 A", "error", ["E244"]),
        ("f(0) = 0", "proved", []),
        ("f(2 x) = 4 f(x)", "proved", []),
        ("f(2 x) = 2 f(x)", "refuted", []),
        (r"f(B y) = y^\top B^\top A B y", "proved", []),
        (r"h(x) = x \odot x", "proved", []),
        (r"h(x) = x", "refuted", []),
    ],
)
def test_a_function_of_a_vector_is_not_applied_to_a_number(claim: str, verdict: str, codes: list[str]) -> None:
    given = (
        r"$A \in \mathbb{S}^d$, $B \in \mathbb{R}^{d \times p}$, $x \in \mathbb{R}^d$, $y \in \mathbb{R}^p$, "
        r"$c, t \in \mathbb{R}$, $f(x) = x^\top A x$, $h(t) = t^{\odot 2}$"
    )
    found = _statements(f"{given}\n\n$${claim}$$")[-1]
    assert (found.verdict, _codes(found)) == (verdict, codes)
