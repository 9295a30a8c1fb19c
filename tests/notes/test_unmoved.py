"""A name that varies elsewhere in a note may be held in a formula: what is false otherwise is asked about."""

from __future__ import annotations

import pytest

from symbn import Note
from symbn.source import SourceFile

_GIVEN = r"$x, y \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$, $M \in GL(n)$"
_APART = r"$$\mathrm d \log\det M = \operatorname{tr}(M^{-1} \mathrm d M)$$"
_TOGETHER = r"$$\mathrm d (A x) = (\mathrm d A) x + A \mathrm d x$$"


def _last(claim: str, *before: str) -> tuple[str, list[str]]:
    text = "\n\n".join((_GIVEN, *before, f"$${claim}$$"))
    found = Note(SourceFile("note.md", text)).check().statements[-1]
    return found.verdict, [d.code for d in found.diagnostics]


@pytest.mark.parametrize(
    ("claim", "alone", "apart"),
    [
        (r"\mathrm d(x^\top M x) = \mathrm d x^\top M x + x^\top M \mathrm d x", "proved", "error"),
        (r"\mathrm d(x^\top M x) = x^\top (M + M^\top) \mathrm d x + x^\top (\mathrm d M) x", "proved", "proved"),
        (r"\mathrm d(x^\top M x) = 2 x^\top M \mathrm d x", "refuted", "refuted"),
        (r"\mathrm d(x^\top M y) = y^\top M^\top \mathrm d x", "proved", "error"),
    ],
)
def test_a_name_whose_increment_stands_apart_is_asked_about_where_that_decides(
    claim: str, alone: str, apart: str
) -> None:
    assert _last(claim)[0] == alone
    assert _last(claim, _APART) == (apart, ["E243"] if apart == "error" else [])


def test_names_whose_increments_stand_together_vary_together() -> None:
    claim = r"\mathrm d(x^\top A x) = x^\top (A + A^\top) \mathrm d x"
    assert _last(claim)[0] == "proved"
    assert _last(claim, _TOGETHER)[0] == "refuted"
    assert _last(claim + r" + x^\top (\mathrm d A) x", _TOGETHER)[0] == "proved"
