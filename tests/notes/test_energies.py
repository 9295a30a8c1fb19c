"""E as the name of a function, and as the mean."""

from __future__ import annotations

import pytest

from symbn.note import Note
from symbn.source import SourceFile

RANDOM = r"Let $z \in \mathbb{R}^k$ and $w \in \mathbb{R}^k$, $z \sim p$."


def told(equation: str) -> tuple[str, str, list[str]]:
    """The kind and the verdict of an equation after the declarations, and the codes of its diagnostics."""
    report = Note(SourceFile("n.md", f"{RANDOM}\n\n$${equation}$$")).check(repair=False, explain=False).statements[-1]
    return report.kind, report.verdict, [d.code for d in report.diagnostics]


@pytest.mark.parametrize("head", ["E(w)", "d(w)", "D(w)", "p(w)"])
def test_a_new_letter_applied_to_what_is_not_random_is_a_function(head: str) -> None:
    assert told(f"{head} = w^\\top w")[0] == "definition"


@pytest.mark.parametrize("head", ["E[z]", r"\mathbb{E}[z]", r"\mathbb{E}(z)", r"\mathbb{E}[w]", "E[w]", "E(z)"])
def test_a_mean_is_never_defined_by_an_equation(head: str) -> None:
    assert told(f"{head} = z")[0] == "claim"
    assert told(f"{head} = z")[1] in ("refuted", "error")
