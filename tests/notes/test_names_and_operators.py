r"""How names and operators are parsed and asked about: bars, letters in a row, d's and stars, and what they are not."""

from __future__ import annotations

import pytest

import symbn
from symbn.diagnostics import Diagnostic, NoteError
from symbn.note import Note
from symbn.notes.lexer import tokenize
from symbn.notes.parser import Parser
from symbn.notes.syntax import Derivation, Given, Group, Name, Sequence, Syntax, walk, without_spans
from symbn.report import Report
from symbn.source import SourceFile, Span

DECLARED = r"""$A \in \mathbb{R}^{n \times n}$, $C \in \mathbb{R}^{m \times n}$, $x, y \in \mathbb{R}^n$,
$a, b \in \mathbb{R}$, $f : \mathbb{R}^n \to \mathbb{R}$, $g : \mathbb{R}^n \to \mathbb{R}^m$.
"""


def parsed(formula: str) -> Syntax:
    """One side of an equation."""
    parser = Parser(tokenize(formula, [Span(0, len(formula))]))
    side = parser.additive()
    assert parser.current is parser.end, parser.current
    return side


def words(formula: str) -> list[str]:
    """The names of several letters in a formula."""
    return [node.latex for node in walk(parsed(formula)) if isinstance(node, Name) and node.word]


def reports(text: str) -> list[Report]:
    """The reports of all that a text states after the declarations."""
    found = Note.from_text(f"{DECLARED}\n{text}\n").check(explain=False, repair=False).statements
    return [report for report in found if report.span.start > len(DECLARED)]


def verdict(text: str) -> str:
    """The verdict on the last statement of a text."""
    return reports(text)[-1].verdict


def problem(text: str) -> Diagnostic:
    """The one diagnostic of the last statement of a text."""
    (found,) = reports(text)[-1].diagnostics
    return found


# Bars ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        ("||x||", r"\|x\|"),
        (r"\left||x\right||", r"\|x\|"),
        (r"\lVert x \rVert", r"\Vert x \Vert"),
        ("|a||b|", "|a| |b|"),
        ("f(|a| x)", "f( |a| x)"),
        ("(|a| + |b|)", "(| a | + | b |)"),
    ],
)
def test_bars_written_in_two_ways_are_the_same(formula: str, plain: str) -> None:
    assert without_spans(parsed(formula)) == without_spans(parsed(plain))


@pytest.mark.parametrize("formula", ["f(x | y)", r"f(x \mid y)", r"f(x \parallel y)", "f(x||y)", "f(|a| x | y, b)"])
def test_an_odd_bar_parts_the_arguments(formula: str) -> None:
    assert sum(isinstance(node, Given) for node in walk(parsed(formula))) == 1


@pytest.mark.parametrize("formula", ["f(|x|)", "f(a|x|)", "f(a|x|b|y|)", "(|x| + a)", r"\frac{|a|}{b}", "|a|(x)"])
def test_an_even_number_of_bars_are_absolute_values(formula: str) -> None:
    assert not any(isinstance(node, Given) for node in walk(parsed(formula)))


def test_many_bars_are_parted_in_one_pass() -> None:
    side = parsed("(" + "a|b|" * 5000 + "a)")
    assert isinstance(side, Group) and isinstance(side.content, Sequence) and len(side.content.items) == 10_001


@pytest.mark.parametrize("formula", ["||a|-|b||", "(a|b|c|d", "|a", "||a|", "|a||b|||x||"])
def test_bars_that_fit_nothing_are_an_error(formula: str) -> None:
    with pytest.raises(NoteError):
        parsed(formula)


def test_a_bar_is_no_comma() -> None:
    """p(x | y) and p(x, y) are two functions wherever densities are written."""
    two = r"$h : \mathbb{R}^n \times \mathbb{R}^n \to \mathbb{R}$, "
    assert verdict(two + r"$h(x \mid y) = h(x \mid y)$") == "proved"
    assert problem(two + r"$h(x \mid y) = h(x, y)$").code == "E219"
    assert problem(r"$KL(x | y) := x^\top y$, $KL(x, y) = x^\top y$").code == "E219"


# Numbers ------------------------------------------------------------------------------------------------------


def test_decimals_are_exact() -> None:
    assert verdict("$.5 a + 1e-1 a = 0.6 a$") == "proved"
    assert verdict("$.5 a + 1e-1 a = 0.51 a$") == "refuted"


@pytest.mark.parametrize("text", ["$a = b.5$", r"$a = \alpha.5 b$", "$a = (b).5$"])
def test_a_full_stop_before_a_digit_is_asked_about(text: str) -> None:
    assert problem(text).code == "P205"


def test_a_sentence_may_end_before_a_number() -> None:
    assert [r.verdict for r in reports(r"$a = a. 2 b = b + b$")] == ["proved", "proved"]


@pytest.mark.parametrize("formula", [r"\frac.5 2", r"\frac1e-5", r"\sqrt.5", "a^.5"])
def test_a_decimal_needs_braces_where_tex_takes_one_sign(formula: str) -> None:
    with pytest.raises(NoteError) as raised:
        parsed(formula)
    assert raised.value.diagnostic.code in ("P205", "P236", "P252")


# Letters in a row ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("tr(A)", ["tr"]),
        (r"tr\left(A\right)", ["tr"]),
        ("2tr(A)", ["tr"]),
        ("Tr A", ["Tr"]),
        ("log x + exp(y)", ["log", "exp"]),
        ("max_i(x)", ["max"]),
        ("atr(A)", []),
        ("t r(A)", []),
        ("trA", []),
        ("tr", []),
        ("tr + 1", []),
        ("BN(y)", []),
    ],
)
def test_letters_of_an_operator_are_one_word_before_what_it_acts_on(formula: str, expected: list[str]) -> None:
    assert words(formula) == expected


def test_a_word_of_letters_that_mean_nothing_is_a_function() -> None:
    assert verdict("$BN(u) = u/2$, $BN(x + y) = BN(x) + BN(y)$") == "proved"
    assert verdict("$BN(u) = u/2$, $BN(x + y) = BN(x)$") == "refuted"


def test_letters_that_mean_something_are_a_product() -> None:
    assert verdict(r"$ab(x + y) = a (b x + b y)$") == "proved"
    assert verdict(r"$ab(x + y) = a x + b y$") == "refuted"
    assert verdict(r"$aAx = a (A x)$") == "proved"


def test_a_word_whose_letters_all_mean_something_is_asked_about() -> None:
    assert problem(r"$r, t \in \mathbb{R}$, $tr(A) = 0$").code == "E220"
    assert problem(r"$\operatorname{ab}(u) := u$, $ab(x) = x$").code == "E220"
    assert problem(r"$m \in \mathbb{N}$, $max(x) = x$").code in ("E202", "E220")


def test_one_unknown_letter_makes_no_function_of_a_product() -> None:
    assert problem("$Qx(a + b) = 0$").code == "E110"


def test_a_d_before_an_operator_is_a_differential() -> None:
    assert verdict(r"$dtr(A A) = 2 tr(A dA)$") == "proved"
    assert verdict(r"$dtr(A A) = tr(A dA)$") == "refuted"


@pytest.mark.parametrize("word", ["rank", "argmin", "erf"])
def test_an_operator_that_is_not_read_is_not_defined_by_an_equation(word: str) -> None:
    assert verdict(rf"$\operatorname{{{word}}}(A) = n$") in ("error", "not checked")
    assert verdict(rf"${word}(A) = n$") in ("error", "not checked")


# Derivatives --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "orders"),
    [
        ("df/dx", [1]),
        (r"\partial f/\partial x \partial x/\partial y", [1, 1]),
        (r"2 \partial f / \partial x", [1]),
        (r"\partial_x \partial_y f", [1, 1]),
        (r"\partial_x^2 f", [2]),
        (r"\frac{\text{d} z}{\text{d} d}", [1]),
        (r"\frac{\text{d} z}{d}", []),
        (r"\frac{d f}{2}", []),
        ("a f/a x", []),
    ],
)
def test_derivatives_are_seen_and_nothing_else(formula: str, orders: list[int]) -> None:
    assert [node.order for node in walk(parsed(formula)) if isinstance(node, Derivation)] == orders


def test_a_quotient_before_a_derivative_stays_outside_of_it() -> None:
    assert verdict(r"$a \partial f(x)/\partial x = \frac{\partial f(x)}{\partial x} a$") == "proved"
    assert verdict(r"$a \partial f(x)/\partial x = \frac{\partial f(x)}{\partial x}$") == "refuted"


# New names ----------------------------------------------------------------------------------------------------


def test_both_spellings_of_a_letter_are_shown() -> None:
    found = problem(r"$\vec{x}^\top y = x^\top y$")
    assert found.code == "E226" and r"$\vec{x} := x$" in (found.help or "")
    assert [label.primary for label in found.labels] == [False, True]
    assert problem(r"$\hat{x}^\top y = x^\top y$").code == "E110"


def test_a_new_argument_is_inferred_for_its_claim_only() -> None:
    found = reports(r"$\frac{\partial g(u)}{\partial u} = \frac{\partial g(u)}{\partial u}$, $u^\top u = u^\top u$")
    assert [r.verdict for r in found] == ["proved", "error"]
    assert any("`u` is not declared: taken as n×1" in notice for notice in found[0].conventions)


def test_a_shape_that_was_inferred_refutes_nothing() -> None:
    assert verdict(r"$g(u) + g(C^\top g(u)) = C^\top u$") == "error"
    assert verdict(r"$g(x) = C^\top x$") == "error"
    assert verdict(r"$g(x) + 0 = C^\top x$") == "refuted"


def test_an_inferred_name_can_be_declared_afterwards() -> None:
    later = r"$f(u) = f(u)$, $u \in \mathbb{R}^{m}$, $u^\top g(x) = g(x)^\top u$"
    assert [r.verdict for r in reports(later) if r.kind == "claim"] == ["proved", "proved"]


def test_a_definition_infers_nothing() -> None:
    assert problem("$q := f(u)$").code == "E110"


def test_a_function_is_what_it_was_when_its_definition_fails() -> None:
    assert verdict(r"$g(x) = C^\top x$, $g(x) = g(x)$") == "proved"


def test_parts_are_named_in_the_order_of_rows_and_columns() -> None:
    assert verdict("$C = (c_{ij})$, $c_{ij} = C_{ij}$") == "proved"
    assert verdict("$A = (h_{ij})$, $h_{ij} = A_{ji}$") == "refuted"
    assert problem("$A = (h_{ji})$").code == "E110"
    assert problem(r"$C = [h_1, \ldots, h_m]$").code == "E228"
    assert verdict(r"$C = [h_1, \ldots, h_n]$, $\sum_j h_j x_j = C x$") == "proved"
    assert verdict(r"$C = [h_1, \ldots, h_n]$, $\sum_j h_j x_j = 2 C x$") == "refuted"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\operatorname{tr}(S)^{-1} = \frac{1}{\operatorname{tr}(S)}", "error"),
        (r"\operatorname{tr}(S)^{-1} = \operatorname{tr}(S^{-1})", "error"),
        (r"\operatorname{tr}(S)^{\frac12} = \sqrt{\operatorname{tr}(S)}", "error"),
        (r"(\operatorname{tr}(S))^{-1} = \frac{1}{\operatorname{tr}(S)}", "proved"),
        (r"(\operatorname{tr}(S))^{-1} = \operatorname{tr}(S^{-1})", "refuted"),
        (r"\operatorname{tr} S^{-1} = \operatorname{tr}(S^{-1})", "proved"),
        (r"\operatorname{tr}(S)^2 = \operatorname{tr}(S) \operatorname{tr}(S)", "proved"),
        (r"\operatorname{tr}(S)^\top = \operatorname{tr}(S)", "proved"),
        (r"\det(S)^{-1} = \det(S^{-1})", "proved"),
    ],
)
def test_a_power_of_a_trace_or_the_trace_of_a_power(claim: str, verdict: str) -> None:
    found = symbn.verify(claim, r"$S \in \mathbb{S}^n_{++}$")
    assert found.verdict == verdict
    assert [d.code for d in found.diagnostics if d.severity == "error"] == (["E242"] if verdict == "error" else [])


def test_a_power_of_a_trace_is_printed_so_that_it_is_read_again() -> None:
    claim = r"\nabla_S (\operatorname{tr} S)^{-3/2} = ?"
    (found,) = Note(SourceFile("note.md", rf"$S \in \mathbb{{S}}^n_{{++}}$, $${claim}$$")).check().statements[-1:]
    assert found.derived
    assert symbn.verify(claim.replace("?", found.derived), r"$S \in \mathbb{S}^n_{++}$").verdict == "proved"
