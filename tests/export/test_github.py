"""Reports as workflow commands."""

from __future__ import annotations

from symbn.diagnostics import Diagnostic
from symbn.export.github import render_github
from symbn.report import NoteReport, Report
from symbn.source import SourceFile

from . import samples


def commands(*statements: Report, diagnostics: tuple[Diagnostic, ...] = ()) -> list[str]:
    return list(render_github([samples.note(*statements, diagnostics=diagnostics)]))


def test_a_refuted_claim_is_an_error_and_an_undecided_one_a_warning() -> None:
    error, warning, summary = commands(samples.MISSHAPEN, samples.UNDECIDED)
    assert error.startswith("::error file=notes/a%2Cb.md,line=7,endLine=8,title=eq%3Atwo refuted::these two factors")
    assert warning == (
        "::warning file=notes/a%2Cb.md,line=5,endLine=5,col=3,endColumn=15,"
        "title=eq%3Aone undecided::tried sizes 2 and 3"
    )
    assert summary == "::notice title=symbn::1 refuted, 1 undecided"


def test_proved_claims_and_definitions_make_no_noise() -> None:
    assert commands(samples.PROVED, samples.DEFINITION) == ["::notice title=symbn::1 proved; 1 definition"]


def test_no_part_of_a_command_ends_it_early() -> None:
    lines = commands(samples.REFUTED, samples.MISSHAPEN, diagnostics=(Diagnostic("P001", "100% wrong\r\n::error::x"),))
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert lines[0] == "::error file=notes/a%2Cb.md,title=symbn P001::100%25 wrong␍ ::error::x"


def test_a_suggestion_takes_the_place_of_a_hint() -> None:
    told, _ = commands(samples.SHAPES)
    assert "did you mean: \\hat{y}^\\top (transpose \\hat{y})" in told
    assert "help:" not in told
    hinted, _ = commands(samples.MISSHAPEN)
    assert "help: transpose one of them" in hinted and "did you mean" not in hinted


def test_standard_input_has_no_file() -> None:
    note = NoteReport(SourceFile("<stdin>", ""), None, (), (samples.UNCLOSED,))
    assert next(render_github([note])).startswith("::error line=1")
