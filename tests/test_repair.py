r"""Repairs: for each kind of slip a wrong claim and the right side that is suggested; what may never be suggested."""

from __future__ import annotations

from pathlib import Path

import pytest

import symbn
from symbn.note import Note
from symbn.repair import Bounds, Exhausted, Search
from symbn.report import NoteReport, Report, Suggestion
from tests.reports import checked as checked_note

DERIVATIONS = Path(symbn.__file__).parent.parent / "derivations"

NAMES = r"""$x, y \in \mathbb{R}^n$, $z, b \in \mathbb{R}^m$, $A \in \mathbb{R}^{m \times n}$,
$B \in \mathbb{R}^{n \times k}$,
$M, N \in \mathbb{R}^{n \times n}$, $S \in \mathbb{S}^n$, $a, c \in \mathbb{R}$, $\phi : \mathbb{R} \to \mathbb{R}$,
$\gamma \in \mathbb{R}^n$, $\epsilon > 0$, $n \ge 3$.

$$\mu := \frac{1}{n} \mathbf{1}^\top x$$

$$v := \frac{1}{n-1} \sum_t (x_t - \mu)^2$$

$$w := \operatorname{diag}(\gamma) x + b_0 \mathbf{1}$$
""".replace(r" + b_0 \mathbf{1}", "")


def checked(claim: str, names: str = NAMES) -> NoteReport:
    return Note.from_text(f"{names}\n\n$${claim} \\label{{eq:it}}$$\n").check(explain=False)


def report(claim: str, names: str = NAMES) -> Report:
    return next(s for s in checked(claim, names).statements if s.label == "eq:it")


def links(chain: str, names: str = NAMES) -> list[Report]:
    return [s for s in checked(chain, names).statements if s.label == "eq:it"]


def suggestion(left: str, right: str, names: str = NAMES) -> Suggestion | None:
    found = report(f"{left} = {right}", names)
    assert found.verdict == "refuted", found.message
    return found.suggestion


def corrected(source: str, suggested: Suggestion) -> str:
    """The note after a suggestion's edits."""
    for edit in sorted(suggested.edits, key=lambda e: e.span.start, reverse=True):
        source = source[: edit.span.start] + edit.replacement + source[edit.span.end :]
    return source


SLIPS = {
    "a transpose dropped": (r"(A B)^\top", r"B^\top A", r"B^\top A^\top"),
    "a transpose added": (r"(x^\top A^\top)^\top", r"A x^\top", r"A x"),
    "a transpose on a bracket": (r"x^\top M^\top + x^\top N^\top", r"x^\top (M + N)", r"x^\top (M + N)^\top"),
    "a transpose on a run": (r"N^\top M^\top x", r"x^\top M N", r"(x^\top M N)^\top"),
    "a transpose in a gradient": (r"\nabla_x (b^\top A x)", r"A b", r"A^\top b"),
    "both transposes exchanged": (r"(M^\top S)^\top M^\top", r"S M^\top M", None),
    "two factors swapped": (r"(M N)^\top", r"M^\top N^\top", r"N^\top M^\top"),
    "a run reversed": (r"(M N S)^\top", r"M^\top N^\top S", r"S N^\top M^\top"),
    "a sign": (r"(x - y)^\top (x - y)", r"x^\top x + 2 x^\top y + y^\top y", r"x^\top x - 2 x^\top y + y^\top y"),
    "a leading sign": (r"\nabla_x (- c^2 b^\top A x)", r"c^2 A^\top b", r"-c^2 A^\top b"),
    "n for n - 1": (r"v", r"\frac{1}{n} \sum_t (x_t - \mu)^2", r"\frac{1}{n - 1} \sum_t (x_t - \mu)^2"),
    "n - 1 for n": (r"\mu", r"\frac{1}{n-1} \mathbf{1}^\top x", r"\frac{1}{n} \mathbf{1}^\top x"),
    "n + 1": (r"\operatorname{tr}(I_n) + 1", "n", "n + 1"),
    "a factor 2 missing": (r"\nabla_x (x^\top S x)", "S x", "2 S x"),
    "a factor 1/2 missing": (r"\nabla_x (\frac{1}{2} x^\top x + b^\top A x)", r"x + \frac{1}{2} A^\top b", None),
    "a factor 1/2 extra": (r"\nabla_x (x^\top x)", r"\frac{1}{2} 2 x", r"2 x"),
    "a factor 1/n missing": (r"\mu", r"\mathbf{1}^\top x", r"\frac{1}{n} \mathbf{1}^\top x"),
    "a denominator too much": (r"x^\top \mathbf{1}", r"\frac{\mathbf{1}^\top x}{n}", r"\mathbf{1}^\top x"),
    "an exponent": (r"(x^\top x)^{3/2}", r"(x^\top x)^{1/2} x^\top x x^\top x", None),
    "an exponent of a derivative": (
        r"\nabla_x \sqrt{x^\top x + \epsilon}", r"(x^\top x + \epsilon)^{1/2} x", r"(x^\top x + \epsilon)^{-1/2} x",
    ),
    "a square forgotten": (r"\frac{\partial}{\partial c} \frac{c^3}{3}", "c", "c^2"),
    "a square too many": (r"\frac{\partial}{\partial c} (c^2 a)", r"2 a c^2", r"2 a c"),
    "a root forgotten": (
        r"\nabla_x \sqrt{x^\top x + \epsilon}", r"\frac{x}{x^\top x + \epsilon}",
        r"\frac{x}{\sqrt{x^\top x + \epsilon}}",
    ),
    "a root too much": (
        r"\nabla_x \log(x^\top x + \epsilon)", r"\frac{2 x}{\sqrt{x^\top x + \epsilon}}",
        r"\frac{2 x}{x^\top x + \epsilon}",
    ),
    "a fraction inverted": (r"\mu", r"\frac{n}{1} \mathbf{1}^\top x", r"\frac{1}{n} \mathbf{1}^\top x"),
    "indices swapped": (r"(x y^\top)_{ij}", r"x_j y_i", None),
    "a wrong index": (r"(M x)_i", r"\sum_j M_{ji} x_j", r"\sum_j M_{ij} x_j"),
    "entries transposed": (r"(M^\top N)_{ij}", r"\sum_t M_{it} N_{tj}", r"\sum_t M_{ti} N_{tj}"),
    "another name": (r"\nabla_x (x^\top y)", "x", "y"),
    "Hadamard for product": (r"\operatorname{diag}(x) y", r"x y", r"x \odot y"),
    "product for Hadamard": (r"\nabla_x (y^\top M x)", r"M^\top \odot y", r"M^\top y"),
    "a factor forgotten": (r"\nabla_x (b^\top A x)", r"A^\top", r"A^\top b"),
    "gamma forgotten": (r"\frac{\partial w}{\partial x}", r"I", None),
    "a factor too many": (r"\nabla_x (b^\top A x)", r"A^\top b c", r"A^\top b"),
    "a term too many": (r"(M + S)^\top", r"M^\top + S + N", r"M^\top + S"),
    "a term forgotten": (r"(M + S + N)^\top", r"M^\top + S", r"M^\top + S + N^\top"),
    "a sibling": (r"\frac{\partial}{\partial c} \sin(c)", r"\sin(c)", r"\cos(c)"),
    "a prime": (r"\frac{\partial}{\partial c} \phi(c)", r"\phi(c)", r"\phi'(c)"),
    "diag dropped": (r"x \odot y", r"\operatorname{diag}(x) \operatorname{diag}(y)", r"\operatorname{diag}(x) y"),
    "diag forgotten": (r"\frac{\partial (x \odot y)}{\partial y}", r"x", r"\operatorname{diag}(x)"),
    "tr forgotten": (r"\operatorname{tr}(M N)", r"N M", r"\operatorname{tr}(N M)"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_each_slip_is_mended(slip: str) -> None:
    left, right, expected = SLIPS[slip]
    found = suggestion(left, right)
    assert found is not None
    if expected is not None:
        assert found.latex == expected
    assert report(f"{left} = {found.latex}").verdict == "proved"


@pytest.mark.parametrize("slip", SLIPS)
def test_the_edits_made_in_the_note_make_what_is_suggested(slip: str) -> None:
    left, right, _ = SLIPS[slip]
    note = checked(f"{left} = {right}")
    found = next(s.suggestion for s in note.statements if s.label == "eq:it")
    assert found is not None and found.edits and all(edit.what for edit in found.edits)
    again = Note.from_text(corrected(note.source.text, found)).check(explain=False)
    (report,) = (s for s in again.statements if s.label == "eq:it")
    assert report.verdict == "proved"
    assert report.rhs == found.latex


# The published note -----------------------------------------------------------------------------------------

PUBLISHED = {
    "eq:N2b": (
        r"\frac{W (x_t - \mu_x)}{\sqrt{\operatorname{diag}(W \operatorname{cov}(X) W^\top) + \epsilon}}",
        [r"W for W^\top", r"W^\top for W"],
    ),
    "eq:N2b-square": (
        r"\frac{V (x_t - \mu_x)}{\sqrt{\operatorname{diag}(V \operatorname{cov}(X) V^\top) + \epsilon}}",
        [r"V for V^\top", r"V^\top for V"],
    ),
    "eq:N7s": (r"\mathbb{R}^{n \times p}", [r"n \times p for p \times n"]),
    "eq:N12f": (
        r"\left( \left( I - \frac{\mathbf{1} \mathbf{1}^\top}{n} \right) \nabla_{\hat Y}"
        r" - \hat Y C \right) \Sigma_y^{-1}",
        ["drop the transpose of (…)"],
    ),
    "eq:N17": (
        r"\left( \Sigma_y^{-1} \left( \nabla_{\hat Y}^\top \left( I - \frac{\mathbf{1} \mathbf{1}^\top}{n} \right)"
        r" - C \hat Y^\top \right) \right)^\top W",
        [r"transpose \Sigma_y^{-1} (…)", r"W for W^\top"],
    ),
}


@pytest.fixture(scope="module")
def published() -> NoteReport:
    return checked_note(DERIVATIONS / "batchnorm_as_published.md")


@pytest.mark.parametrize("label", PUBLISHED)
def test_the_published_errors_are_mended(published: NoteReport, label: str) -> None:
    latex, said = PUBLISHED[label]
    (found,) = (s for s in published.statements if s.id == label)
    assert found.verdict == "refuted"
    assert found.suggestion is not None
    assert found.suggestion.latex == latex
    assert [edit.what for edit in found.suggestion.edits] == said


def test_the_published_note_with_all_its_repairs_is_proved(published: NoteReport) -> None:
    text = published.source.text
    for statement in sorted(published.statements, key=lambda s: s.span.start, reverse=True):
        if statement.suggestion is not None:
            text = corrected(text, statement.suggestion)
    again = Note.from_text(text).check(explain=False)
    assert {s.verdict for s in again.statements} == {"proved", "definition", "declaration"}


def test_only_refuted_claims_get_a_suggestion(published: NoteReport) -> None:
    assert {s.id for s in published.statements if s.suggestion is not None} == set(PUBLISHED)


# Chains -----------------------------------------------------------------------------------------------------


def test_after_a_wrong_side_a_right_one_stays_as_it_is() -> None:
    first, second = links(r"\nabla_x (x^\top S x) = S x = 2 S x")
    assert first.verdict == second.verdict == "refuted"
    assert first.suggestion is not None and first.suggestion.latex == "2 S x"
    assert second.suggestion == Suggestion("2 S x", ())


def test_after_a_side_that_cannot_be_a_right_one_stays_as_it_is() -> None:
    first, second = links(r"\nabla_x (b^\top A x) = A b = A^\top b")
    assert first.suggestion is not None and first.suggestion.latex == r"A^\top b"
    assert second.suggestion == Suggestion(r"A^\top b", ())


def test_each_side_with_the_same_slip_is_mended() -> None:
    found = links(r"\nabla_x (b^\top A x) = A b = (b^\top A^\top)^\top")
    assert [s.suggestion.latex if s.suggestion else None for s in found] == [r"A^\top b", r"(b^\top A)^\top"]


def test_a_claim_selected_by_itself_is_mended_by_what_the_chain_begins_with() -> None:
    text = f"{NAMES}\n\n$$\\nabla_x (x^\\top S x) = S x = x S \\label{{eq:it}}$$\n"
    whole = Note.from_text(text).check(explain=False).statements[-1]
    alone = Note.from_text(text).check(select=["itb"], explain=False).statements[0]
    assert whole.suggestion is not None
    assert alone.suggestion == whole.suggestion
    assert report(rf"\nabla_x (x^\top S x) = {whole.suggestion.latex}").verdict == "proved"


# How it is spelled ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelled", [r"^\top", r"^{\top}", "^T", "^{T}", r"^{\mathsf T}", r"^\intercal", r"^{\mathsf{T}}"]
)
def test_transposes_are_spelled_as_the_author_spells_them(spelled: str) -> None:
    found = suggestion(rf"\nabla_x (b{spelled} A x)", "A b")
    assert found is not None and found.latex == f"A{spelled} b"


def test_a_T_that_is_a_number_is_no_transpose() -> None:
    names = NAMES + r"$T \in \mathbb{R}$" + "\n"
    found = suggestion(r"\nabla_x (T^2 a^T b^\top A x)", r"a^T T^2 A b", names)
    assert found is None or "A^T" not in found.latex


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (r"\begin{aligned} \nabla_x (x^\top S x + b^\top A x) &= S x + S^\top x \\ & - A^\top b \end{aligned}",
         r"S x + S^\top x + A^\top b"),
        (r"\begin{aligned} \nabla_x (x^\top S x - b^\top A x) &= - A^\top b \\ &+ S x - S^\top x \end{aligned}",
         r"- A^\top b + S x + S^\top x"),
    ],
)  # fmt: skip
def test_a_side_over_several_rows_is_suggested_on_one_line(rows: str, expected: str) -> None:
    found = report(rows).suggestion
    assert found is not None and found.latex == expected


def test_a_side_in_a_quotation_is_read_without_its_marks() -> None:
    text = NAMES + "\n\n> $$\\nabla_x (x^\\top S x + b^\\top A x) = S x\n> + S^\\top x - A^\\top b$$\n"
    found = Note.from_text(text).check(explain=False).statements[-1].suggestion
    assert found is not None and found.latex == r"S x + S^\top x + A^\top b"
    assert Note.from_text(corrected(text, found)).check(explain=False).statements[-1].verdict == "proved"


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"A x \in \mathbb{R}^n", r"\mathbb{R}^{m}"),
        (r"A^\top \in \mathbb{R}^{m \times n}", r"\mathbb{R}^{n \times m}"),
        (r"A^\top \in \mathbb R^{m\times n}", r"\mathbb R^{n \times m}"),
        (r"x^\top \in \mathbb{R}^{n}", r"\mathbb{R}^{1 \times n}"),
        (r"A x \in \mathbb{R}^{1 \times m}", r"\mathbb{R}^{m \times 1}"),
    ],
)
def test_the_right_set_is_suggested_in_the_authors_spelling(claim: str, expected: str) -> None:
    note = checked(claim)
    found = next(s for s in note.statements if s.label == "eq:it")
    assert found.verdict == "refuted" and found.suggestion is not None
    assert found.suggestion.latex == expected
    again = Note.from_text(corrected(note.source.text, found.suggestion)).check(explain=False)
    assert next(s for s in again.statements if s.label == "eq:it").verdict == "proved"


def test_both_sides_of_an_expansion_are_proved() -> None:
    found = suggestion(
        r"(x + \mathrm{d}x)^\top (x + \mathrm{d}x)", r"x^\top x + x^\top \mathrm{d}x + o(\mathrm{d}x)",
    )  # fmt: skip
    assert found is not None and found.latex == r"x^\top x + 2 x^\top \mathrm{d}x + o(\mathrm{d}x)"


# What may not be suggested ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (r"\nabla_x (b^\top A x)", r"y"),
        (r"\frac{\partial x^\top M x}{\partial x}", r"\phi(c) y^\top"),
        (r"\operatorname{tr}(M N S)", r"a"),
    ],
)
def test_where_nothing_near_is_proved_nothing_is_said(left: str, right: str) -> None:
    assert suggestion(left, right) is None


def test_the_left_side_is_no_answer() -> None:
    """dφ/dc = dφ/dc says nothing; nor does a = a."""
    found = suggestion(r"\frac{\partial \phi(a)}{\partial a}", r"\frac{\partial \phi(c)}{\partial c}")
    assert found is None or r"\partial" not in found.latex
    assert suggestion(r"x^\top", r"y^\top") is None


def test_what_is_proved_or_cannot_be_read_has_no_suggestion() -> None:
    assert report(r"(M N)^\top = N^\top M^\top").suggestion is None
    unread = report(r"(M N)^\top = N^\top Q^\top")
    assert unread.verdict == "error" and unread.suggestion is None


def test_the_search_can_be_left_out() -> None:
    text = f"{NAMES}\n\n$$\\nabla_x (x^\\top S x) = S x \\label{{eq:it}}$$\n"
    assert Note.from_text(text).check(repair=False).statements[-1].suggestion is None
    assert Note.from_text(text).check().statements[-1].suggestion is not None


def test_a_repair_leaves_the_other_verdicts_alone(published: NoteReport) -> None:
    without = checked_note(DERIVATIONS / "batchnorm_as_published.md", explain=False, repair=False)
    assert [(s.id, s.verdict, s.message) for s in published.statements] == [
        (s.id, s.verdict, s.message) for s in without.statements
    ]


def test_the_search_says_the_same_each_time() -> None:
    for slip in ("both transposes exchanged", "a factor forgotten", "a root forgotten"):
        left, right, _ = SLIPS[slip]
        assert suggestion(left, right) == suggestion(left, right)


def test_a_search_ends_at_its_bounds() -> None:
    """A long right side: the search stops by its count of characters, and says nothing."""
    wrong = " + ".join(rf"{k} x^\top M^\top N S M y" for k in range(2, 60))
    text = f"{NAMES}\n\n$$x^\\top y = {wrong} \\label{{eq:it}}$$\n"
    note = Note.from_text(text)
    place = note.places["eq:it"]
    search = Search(place, 0, Bounds(characters=20_000))
    with pytest.raises(Exhausted):
        search.suggestion()
    assert search.characters < 20_000 + 2 * len(wrong)


def test_a_number_that_is_too_much_leaves_no_1_behind() -> None:
    given = [r"A \in \mathbb{R}^{n \times n}", r"x \in \mathbb{R}^n", r"S := A + A^\top"]
    assert symbn.verify(r"\nabla_x\, x^\top A x = 2 A x", given, suggest=True).suggestion == "S x"
    assert symbn.verify(r"\nabla_x\, x^\top A x = 2 S x", given, suggest=True).suggestion == "S x"
