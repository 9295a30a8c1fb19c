"""The whole output for each error of the published note, as it stands in the files beside this one.

Set SYMBN_GOLDEN=refresh to write the files anew, then read their difference: they are what a reader sees.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from symbn.export.text import TextStyle, render_note
from symbn.note import Note
from symbn.report import NoteReport

HERE = Path(__file__).parent
NOTE = HERE.parent.parent / "derivations" / "batchnorm_as_published.md"
ERRORS = ("N2b", "N7s", "N12f", "N17")
"""N2b stands there with its square twin, whose shapes fit: only values tell that it is wrong."""
REFRESH = os.environ.get("SYMBN_GOLDEN") == "refresh"

_SECONDS = re.compile(r" *\d+\.\d (ms|s)$", re.MULTILINE)


@cache
def report(name: str) -> NoteReport:
    """The report of one error, under a path that is the same everywhere."""
    selected = [f"eq:{name}", f"eq:{name}-square"] if name == "N2b" else [f"eq:{name}"]
    note = Note.from_text(NOTE.read_text(encoding="utf-8"), f"derivations/{NOTE.name}")
    return note.check(select=selected)


def lines(name: str, explain: bool) -> Iterator[str]:
    return render_note(report(name), TextStyle(width=80, explain=explain))


def masked(text: str) -> str:
    """The text without times.

    >>> masked("a = b      12.3 ms")
    'a = b  … ms'
    """
    return _SECONDS.sub(r"  … ms", text)


@pytest.mark.parametrize("explain", [False, True], ids=["", "explained"])
@pytest.mark.parametrize("name", ERRORS)
def test_the_output_for_a_published_error_is_as_kept(name: str, explain: bool) -> None:
    file = HERE / f"{name}{'_explained' if explain else ''}.txt"
    shown = masked("\n".join(lines(name, explain))).rstrip() + "\n"
    if REFRESH:
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8"), "SYMBN_GOLDEN=refresh writes it anew"


@pytest.mark.parametrize("name", ERRORS)
def test_a_kept_output_says_all_that_a_refutation_should(name: str) -> None:
    """Where it is wrong, what would be right, and at which numbers: whatever words are kept."""
    kept = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    assert "-->" in kept and "^" in kept
    assert "did you mean: " in kept
    assert "counterexample at " in kept


def test_there_is_no_file_without_its_error() -> None:
    assert {path.name for path in HERE.glob("*.txt")} == {f"{n}{e}.txt" for n in ERRORS for e in ("", "_explained")}
