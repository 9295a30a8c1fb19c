"""What an inequality says of a name: its sign, or that what is false for other values is not refuted by them."""

from __future__ import annotations

import pytest

from symbn import Note
from symbn.source import SourceFile


def verdicts(text: str, *claims: str) -> list[str]:
    """What is said of each of the claims that stand behind a text."""
    shown = [rf"$$ {claim} \tag{{c{place}}} $$" for place, claim in enumerate(claims)]
    note = Note.from_text("\n\n".join((text, *shown)))
    reports = {report.label: report for report in note.check().statements}
    return [reports[f"c{place}"].verdict for place in range(len(claims))]


def kinds(text: str) -> list[str]:
    """Of what kind the statements of a text are."""
    return [statement.kind for statement in Note.from_text(text).statements]


@pytest.mark.parametrize(
    ("given", "true", "false"),
    [
        (r"$\sigma > 0$ and $\sigma^2 > 0$", r"\sqrt{\sigma^2} = \sigma", r"\sqrt{\sigma^2} = \sigma^2"),
        (
            r"$\sigma > 0$ and $\sigma^2 > 0$",
            r"\frac{\partial}{\partial \sigma} \frac{1}{2\sigma^2} = -\frac{1}{\sigma^3}",
            r"\frac{\partial}{\partial \sigma} \frac{1}{2\sigma^2} = 0",
        ),
        (r"$b \in (0, 1)$, $t \in \mathbb{N}$ and $b^t > 0$", "b^t b = b^{t+1}", "b^t b = b^{t+2}"),
        (r"$t \in \mathbb{R}$ and $t^2 \ge 0$", "t^4 = (t^2)^2", "t^3 = (t^2)^2"),
        (r"$\sigma_x > 0$ and $\sigma_x^2 > 0$", r"\sqrt{\sigma_x^2} = \sigma_x", r"\sqrt{\sigma_x^2} = -\sigma_x"),
        (r"$x \in \mathbb{R}^n$ and $x_i^2 \ge 0$", r"x_i^2 = x_i x_i", "x_i^2 = x_i"),
        (r"$x \in \mathbb{R}^n$ and $n^2 > 0$", r"n^2 = n \cdot n", "n^2 = n"),
        (r"$x \in \mathbb{R}$ and $e^x > 0$", r"\frac{\partial}{\partial x} e^x = e^x", "e^x = x"),
        (r"$c = 2$ and $c^2 > 0$", "c^2 = 4", "c^2 = 5"),
        (r"$\sigma^2 > 0$; moreover $\sigma > 0$", r"\sigma^2 = \sigma \sigma", r"\sigma^2 = \sigma"),
    ],
)
def test_an_inequality_on_a_power_of_a_known_name_declares_nothing(given: str, true: str, false: str) -> None:
    assert verdicts(f"Let {given}.", true, false) == ["proved", "refuted"]


def test_a_power_of_an_unknown_name_is_declared() -> None:
    assert verdicts(r"Let $\sigma^2 > 0$.", r"|\sigma^2| = \sigma^2", r"|\sigma^2| = -\sigma^2") == [
        "proved",
        "refuted",
    ]


def test_a_defined_power_is_not_declared_by_what_its_sentence_says_of_it() -> None:
    given = r"Let $x \in \mathbb{R}^n$. $$\sigma^2 = x^\top x$$ with $\sigma^2 > 0$."
    assert verdicts(given, r"\sigma^2 = x^\top x", r"\sigma^2 = 2 x^\top x") == ["proved", "refuted"]


def test_a_square_that_is_positive_is_not_one_of_zero_and_says_no_sign() -> None:
    (divided, modulus) = verdicts(r"Let $t \in \mathbb{R}$ with $t^2 > 0$.", r"\frac{t}{t} = 1", "|t| = t")
    assert (divided, modulus) == ("proved", "refuted")
    for given, needed in ((r"$t^2 > 0$", False), (r"$t^2 \ge 0$", True), (r"$t^3 \ge 0$", True)):
        note = Note.from_text(rf"Let $t \in \mathbb{{R}}$ with {given}. $$\frac{{t}}{{t}} = 1 \tag{{a}}$$")
        (report,) = note.check(select=["a"]).statements
        assert bool(report.conditions) == needed


def test_what_a_power_says_besides_is_not_refuted_without_it() -> None:
    given = r"Let $u \in \mathbb{R}$ with $u^2 > 1$."
    assert verdicts(given, "|u^2 - 1| = u^2 - 1") == ["not checked"]
    assert verdicts(r"Let $u \in \mathbb{R}$ with $u^2 \ge 0$.", "|u^2 - 1| = u^2 - 1") == ["refuted"]
    given = r"Let $A \in \mathbb{R}^{n \times n}$ with $A^2 > 0$."
    assert verdicts(given, "A^2 = A A", "A^2 = A") == ["proved", "not checked"]


@pytest.mark.parametrize("declared", [r"Let $\gamma \in \mathbb{R}$ with ", "Let "])
@pytest.mark.parametrize(
    ("between", "modulus", "upper", "quotient"),
    [
        (r"0 < \gamma < 1", "proved", "not checked", "always"),
        (r"1 > \gamma > 0", "proved", "not checked", "always"),
        (r"0 \le \gamma \le 1", "proved", "not checked", "if"),
        (r"1 \ge \gamma > 0", "proved", "not checked", "always"),
        (r"0 < \gamma \le \frac{1}{2}", "proved", "not checked", "always"),
        (r"-1 < \gamma < 1", "refuted", "not checked", "if"),
        (r"0 < \gamma < \infty", "proved", "refuted", "always"),
        (r"0 < \gamma < \pi / 4", "proved", "not checked", "always"),
        (r"\gamma > 0", "proved", "refuted", "always"),
    ],
)
def test_of_two_ends_the_sign_is_taken_on_and_nothing_is_refuted_by_other_numbers(
    declared: str, between: str, modulus: str, upper: str, quotient: str
) -> None:
    given = f"{declared}${between}$."
    assert verdicts(given, r"|\gamma| = \gamma", r"|1 - \gamma| = 1 - \gamma") == [modulus, upper]
    report = Note.from_text(given + r" $$\frac{\gamma}{\gamma} = 1 \tag{a}$$").check(select=["a"]).statements[0]
    assert report.verdict == "proved" and bool(report.conditions) == (quotient == "if")


@pytest.mark.parametrize("between", [r"0 < \gamma < 1", r"-1 \le \gamma < 1", r"\gamma \in (0, 1)"])
def test_what_is_false_between_the_ends_is_refuted_there(between: str) -> None:
    assert verdicts(f"Let ${between}$.", r"\gamma = \gamma + 1", r"\gamma = 2\gamma") == ["refuted", "refuted"]


@pytest.mark.parametrize(
    ("given", "true", "false"),
    [
        (r"$\gamma \in \mathbb{R}$, $\gamma < 1$", r"|1 - \gamma| = 1 - \gamma", r"\gamma = 2\gamma"),
        (r"$b \in \mathbb{R}$, $b > 2$", "|b - 1| = b - 1", "b = 2b"),
        (r"$a, b \in \mathbb{R}$, $0 < a < b$", "|b - a| = b - a", r"b = b + 1"),
        (r"$w \in \mathbb{R}^n$, $0 < w_i < 1$", "|1 - w_i| = 1 - w_i", r"|w_i| = -w_i"),
        (r"$0 < p_i < 1$ for $i = 1, \ldots, n$", "|1 - p_i| = 1 - p_i", r"|p_i| = -p_i"),
    ],
)
def test_what_holds_between_the_ends_only_is_not_checked(given: str, true: str, false: str) -> None:
    assert verdicts(f"Let {given}.", true, false) == ["not checked", "refuted"]


@pytest.mark.parametrize(
    "between", [r"1 \le i \le n", r"0 \le i \le 9", r"1 \le i \le 3", "0 < i < n", r"0 < x^\top x < 1", "1 < i < 0"]
)
def test_a_range_of_an_index_or_of_an_expression_declares_no_number(between: str) -> None:
    assert "declaration" not in kinds(f"Here ${between}$.")


def test_a_letter_below_another_is_an_index() -> None:
    assert "declaration" not in kinds(r"Here $0 \le i \le 1$ and $x_i y_i$, $x_i = y_i$.")
    assert "declaration" in kinds(r"Here $0 \le i \le 1$ and $x_j = y_j$.")


def test_an_assumption_with_two_ends_is_one_declaration_that_tells_what_is_not_taken_on() -> None:
    (statement,) = Note.from_text(r"Let $0 < \gamma < 1$.").statements
    assert (statement.kind, statement.lhs, statement.rhs) == ("declaration", "0", r"\gamma < 1")
    assert any("(0, 1)" in notice for notice in statement.notices)


_KNOWN = r"Let $c, d, w \in \mathbb{R}$, $v > 0$."


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (r"If $c > 0$, then $|c| = c$. $$|c| = c$$", ["not checked", "not checked", "refuted"]),
        (r"If $c > 0$, then $|c| = |c|$. $$|c| = c$$", ["not checked", "proved", "refuted"]),
        (r"$$\sqrt{c^2} = c \quad \text{if } c > 0$$ $$|c| = c$$", ["not checked", "not checked", "refuted"]),
        (r"$$|c| = c, \quad c > 0$$ $$|c| = c$$", ["not checked", "not checked", "refuted"]),
        (r"$$|c| = c$$ for $c > 0$. But $$|c| = c$$", ["not checked", "not checked", "refuted"]),
        (r"When $0 < w < 1$ we have $|w| = w$. Moreover, $$|w| = w$$", ["not checked", "not checked", "refuted"]),
        (r"Assume $d > 0$. $$|d| = d$$", ["declaration", "proved"]),
        (r"Assume $d > 0$. $$|d| = -d$$", ["declaration", "refuted"]),
        (r"$$|v| = v, \quad v > 0$$", ["proved", "not checked"]),
        (r"If $r > 0$, then $$|r| = r$$", ["declaration", "proved"]),
    ],
)
def test_a_condition_on_a_known_name_is_no_assumption_for_the_rest_of_the_note(text: str, verdicts: list[str]) -> None:
    found = Note(SourceFile("note.md", f"{_KNOWN}\n\n{text}\n")).check().statements
    assert [report.verdict for report in found][-len(verdicts) :] == verdicts


def test_a_list_that_may_be_entries_takes_nothing_down() -> None:
    text = r"Let $x \in \mathbb{R}^n$. $x_1, \ldots, x_n \in \mathbb{R}^n$. $$x = x$$"
    found = Note(SourceFile("note.md", text)).check().statements
    assert [d.code for d in found[-2].diagnostics] == ["E177"] and found[-1].verdict == "proved"
