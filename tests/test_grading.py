"""`symbn.verify`: one claim from LaTeX, with the names that are given for it; what is wrong is a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import pytest

from symbn import grading
from symbn.decision import Decision
from symbn.grading import verify
from symbn.notes.markdown import scan
from symbn.report import Report
from symbn.verifier import Limits, Verifier
from tests.corpus.claims import NOTES, read

MATRICES = r"A, B \in \mathbb{R}^{n \times n}, K \in \mathbb{S}^{n}"
GIVEN = (r"A, B \in \mathbb{R}^{n \times n}", r"K \in \mathbb{S}^{n}", r"x, y \in \mathbb{R}^{n}", r"\tau > 0")


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    grading._given.cache_clear()
    yield
    grading._given.cache_clear()


def timeless(decision: Decision) -> list[Report]:
    return [replace(report, seconds=0.0) for report in decision.reports]


# Verdicts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\operatorname{tr}(A B) = \operatorname{tr}(B A)", "proved"),
        (r"A B = B A", "refuted"),
        (r"$(A B)^\top = B^\top A^\top$", "proved"),
        (r"$$(A B)^\top = A^\top B^\top$$", "refuted"),
        (r"\nabla_x x^\top K x = 2 K x", "proved"),
        (r"\nabla_x x^\top A x = 2 A x", "refuted"),
        (r"\begin{align} x^\top A y &= y^\top A^\top x \\ &= (A^\top x)^\top y \end{align}", "proved"),
        (r"\begin{align} x^\top A y &= y^\top A^\top x \\ &= (A x)^\top y \end{align}", "refuted"),
        (r"A x = x^\top A", "refuted"),
        (r"A x \in \mathbb{R}^{n}", "proved"),
        (r"A x \in \mathbb{R}^{n \times n}", "refuted"),
        (r"\frac{\tau}{\tau} = 1", "proved"),
        (r"x^\top x \ge 0", "not checked"),
    ],
)
def test_a_claim_has_the_verdict_that_it_has_in_a_note(claim: str, verdict: str) -> None:
    assert verify(claim, GIVEN).verdict == verdict


@pytest.mark.parametrize(
    ("claim", "verdict"), [("K = K^\\top", "proved"), ("A = A^\\top", "refuted"), ("A = B", "refuted")]
)
def test_a_name_on_the_left_is_claimed_about_and_not_defined(claim: str, verdict: str) -> None:
    """In a note `A = B` would define A."""
    assert verify(claim, GIVEN).verdict == verdict


@pytest.mark.parametrize("note", NOTES)
def test_claims_of_a_note_by_themselves_come_out_as_in_the_note(note: str) -> None:
    text = read(note).source.text
    front = scan(text).front_matter
    given = [] if front is None else [text[front.span.start : front.span.end]]
    ends: set[int] = set()
    for statement in read(note).statements:
        if statement.kind == "claim":
            decision = verify(f"{statement.lhs} = {statement.rhs}", given)
            assert decision.verdict == "proved", f"{statement.lhs} = {statement.rhs}: {decision.message}"
        elif statement.span.end not in ends:
            ends.add(statement.span.end)
            given.append(text[statement.span.start : statement.span.end])


def test_a_decision_tells_of_every_link_and_the_weightiest_decides() -> None:
    chain = verify(r"A + B = B + A = A - B = \foo", GIVEN)
    assert [report.verdict for report in chain.reports] == ["proved", "refuted", "error"]
    chain = verify(r"A + B = B + A = A - B = C", GIVEN)
    assert [report.verdict for report in chain.reports] == ["proved", "refuted", "error"]
    assert chain.verdict == "refuted" and not chain
    assert chain.counterexample is chain.reports[1].counterexample is not None
    assert "C" not in chain.message


def test_the_conditions_of_all_links_are_told_once() -> None:
    decision = verify(r"\frac{x^\top A x}{x^\top x} = \frac{x^\top A^\top x}{x^\top x} = \frac{y^\top y}{y^\top y}"
                      r"\frac{x^\top A x}{x^\top x}", GIVEN)  # fmt: skip
    assert decision
    assert len(decision.conditions) == 2 == len(set(decision.conditions))


def test_it_is_reached_from_the_package() -> None:
    import symbn.verifier  # a module of the function's name would hide it

    assert symbn.verify is grading.verify
    assert symbn.verify("1 + 1 = 2")


# What is wrong is a verdict ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("", "C101"),
        ("  \n ", "C101"),
        ("A", "C101"),
        ("no mathematics at all", "C101"),
        (r"A B = B A, \; A = B", "C102"),
        ("$A = B$ and $B = A$", "C102"),
        ("C := A B", "C103"),
        ("A := B", "C103"),
        (r"z \in \mathbb{R}^{n}", "C104"),
        (r"\mu > 0", "C104"),
        ("C = A B", "E110"),
        (r"A = \foo{B}", None),
        ("$A = B", None),
        (r"A = \begin{pmatrix} B", None),
        ("A = = B", None),
        ("A^ = B", None),
        ("(" * 5000 + "A" + ")" * 5000 + " = A", None),
        ("{" * 5000 + " = A", None),
        ("A = B\x00", None),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_diagnostic(claim: str, code: str | None) -> None:
    decision = verify(claim, GIVEN)
    assert decision.verdict == "error"
    assert decision.message == decision.diagnostics[0].message
    assert code is None or decision.diagnostics[0].code == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (r"A \in \mathbb{R}^{n", "P"),
        (r"A \in \mathbb{X}", "E186"),
        (r"A B = C", "E110"),
        ((*GIVEN, "A B = B A"), "C105"),
        ((*GIVEN, r"A x \in \mathbb{R}^{n}"), "C105"),
        (f"Let ${MATRICES}$ with $A K = K A$.", "C105"),
        ("symmetric matrices", "C106"),
        ("$A", "C106"),
        ("---\nsymbn:\n  declarations: ['q q q']\n  other: 1\n---\n", "P120"),
    ],
)
def test_what_cannot_be_given_is_an_error_that_says_so(given: str | tuple[str, ...], code: str) -> None:
    decision = verify("1 = 1", given)
    assert decision.verdict == "error"
    assert decision.diagnostics[0].code.startswith(code)
    assert decision.message.startswith("in what is given, `")


def test_a_claim_that_is_given_proves_nothing() -> None:
    assert not verify("A B = B A", (*GIVEN, "A B = B A"))


def test_a_fault_of_symbn_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Verifier, statement: object) -> Report:
        raise RuntimeError("broken")

    monkeypatch.setattr(Verifier, "check", fail)
    decision = verify("A = A", GIVEN)
    assert (decision.verdict, decision.diagnostics[0].code) == ("error", "X900")
    assert "RuntimeError: broken" in decision.message


@pytest.mark.parametrize("arguments", [(None,), (1, ()), ("A = A", [r"A \in \mathbb{R}", None]), (b"A = A",)])
def test_what_is_no_text_is_the_callers_mistake(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        verify(*arguments)  # type: ignore[arg-type]


# What is given ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        r"A, B \in \mathbb{R}^{n \times n}",
        r"$A, B \in \mathbb{R}^{n \times n}$",
        "Let $A \\in \\mathbb{R}^{n \\times n}$.\r\n\r\nAnd $B \\in \\mathbb{R}^{n \\times n}$, where $n \\ge 2$.",
        ["n \\ge 2", r"A, B \in \mathbb{R}^{n \times n}"],
        "---\nsymbn:\n  declarations: ['A, B \\in \\mathbb{R}^{n \\times n}']\n---\n",
        [r"\begin{align} A, B &\in \mathbb{R}^{n \times n} \end{align}", ""],
    ],
)
def test_names_are_given_bare_or_as_a_note_in_one_text_or_several(given: str | list[str]) -> None:
    assert verify(r"(A + B)^\top = B^\top + A^\top", given)
    assert verify(r"(A + B)^\top = B + A", given).verdict == "refuted"


def test_definitions_are_unfolded() -> None:
    given = (*GIVEN, r"J := I_n - \frac{1}{n} \mathbf 1 \mathbf 1^\top", r"q(u) := u^\top J u")
    assert verify("J J = J", given)
    assert verify(r"\nabla_x q(x) = 2 J x", given)
    assert verify(r"\nabla_x q(x) = J x", given).verdict == "refuted"


def test_no_claim_learns_anything_from_another() -> None:
    """Whatever is asked before, in whatever order, and whatever was forgotten, the reports are the same."""
    given = (*GIVEN, r"L : \mathbb{R}^{n} \to \mathbb{R}", r"q(u) := u^\top K u")
    claims = [
        r"\nabla_x q(x) = 2 K x", r"\nabla_x q(A x) = 2 A^\top K A x", r"q(x) = x^\top A x", r"\nabla_x L(A x) = A x",
        r"\frac{q(x)}{x^\top x} = \frac{x^\top K x}{x^\top x}", r"\frac{q(y)}{y^\top y} = \frac{y^\top K y}{y^\top y}",
        r"I_k I_k = I_k", r"k = 1", r"z \in \mathbb{R}^{k}", r"z = z", r"w := x", "w = x",
    ]  # fmt: skip
    alone = {}
    for claim in claims:
        grading._given.cache_clear()
        alone[claim] = timeless(verify(claim, given))
    assert {reports[0].verdict for reports in alone.values()} == {"proved", "refuted", "error"}
    random = Random(7)
    for _ in range(3):
        random.shuffle(claims)
        for claim in claims:
            assert timeless(verify(claim, given)) == alone[claim], claim


def test_an_increment_of_one_claim_says_nothing_of_the_next() -> None:
    given = r"$\theta \in \mathbb{R}^n$, $B \in \mathbb{R}^{n \times n}$"
    constant = r"\mathrm{d} (B \theta) = (\mathrm{d} B) \theta"
    first = verify(constant, given).verdict
    assert verify(r"\mathrm{d}(\theta + \theta) = 2 \mathrm{d} \theta", given)
    assert verify(constant, given).verdict == first


def test_what_is_kept_is_bounded_and_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "_MOST_CLAIMS", 2)
    said = [timeless(verify(r"\frac{x^\top K x}{\tau} = \frac{1}{\tau} x^\top K x", GIVEN)) for _ in range(7)]
    assert all(one == said[0] for one in said)
    kept = grading._given(GIVEN)
    assert kept._claims <= 2 and len(kept._contexts) == len(kept._workspaces) == 1


def test_threads_may_ask_at_once() -> None:
    claims = [rf"x^\top A y + {k} = y^\top A^\top x + {k - k % 2}" for k in range(24)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda claim: verify(claim, GIVEN).verdict, claims))
    assert found == ["proved", "refuted"] * 12


# What is asked for besides ------------------------------------------------------------------------------------


def test_repairs_and_closed_forms_are_found_where_they_are_asked_for() -> None:
    wrong, hole = r"\nabla_x x^\top K x = K x", r"\nabla_x x^\top A x = ?"
    assert verify(wrong, GIVEN).suggestion is None
    assert verify(wrong, GIVEN, suggest=True).suggestion == "2 K x"
    assert verify(hole, GIVEN).verdict == "undecided"
    found = verify(hole, GIVEN, suggest=True)
    assert found.verdict == "proved" and found.derived is not None
    assert verify(rf"\nabla_x x^\top A x = {found.derived}", GIVEN)


def test_a_claim_is_explained_where_that_is_asked_for() -> None:
    assert verify("A + B = B + A", GIVEN).understood == ()
    assert any(line.startswith("read as:") for line in verify("A + B = B + A", GIVEN, explain=True).understood)


def test_limits_are_kept() -> None:
    claim = r"(A + B)^6 = (B + A)^6"
    assert verify(claim, GIVEN)
    assert verify(claim, GIVEN, limits=Limits(terms=3)).verdict == "undecided"
