"""What a set says of the letters declared in it: no more than its mark does."""

from __future__ import annotations

import pytest

from symbn import Note, verify


@pytest.mark.parametrize(
    ("space", "quotient", "modulus"),
    [
        (r"\mathbb{R}", "if", "refuted"),
        (r"\mathbb{R}_{+}", "if", "proved"),
        (r"\mathbb{R}_+", "if", "proved"),
        (r"\mathbb R^+", "if", "proved"),
        (r"\mathbb{R}_{\ge 0}", "if", "proved"),
        (r"\mathbb{R}^{+}_0", "if", "proved"),
        (r"\mathbb{R}_{>0}", "always", "proved"),
        (r"\mathbb{R}_{++}", "always", "proved"),
        (r"\mathbb{N}", "always", "proved"),
        (r"\mathbb{Z}_{>0}", "always", "proved"),
        (r"\mathbb{Z}_{\ge 1}", "always", "proved"),
    ],
)
def test_a_mark_says_which_sign_a_number_has(space: str, quotient: str, modulus: str) -> None:
    given = rf"$a \in {space}$"
    divided = verify(r"\frac{a}{a} = 1", given)
    assert divided.verdict == "proved" and bool(divided.conditions) == (quotient == "if")
    assert verify("|a| = a", given).verdict == modulus


@pytest.mark.parametrize(
    ("space", "verdict"),
    [
        (r"\mathbb{R}^n", "refuted"),
        (r"\mathbb{R}^n_{+}", "proved"),
        (r"\mathbb{R}_{+}^n", "proved"),
        (r"\mathbb{R}^n_+", "proved"),
        (r"\mathbb R_+^n", "proved"),
        (r"\mathbb{R}^{n \times k}_+", "proved"),
        (r"\mathbb{R}_{++}^n", "proved"),
        (r"\mathbb{R}_{>0}^n", "proved"),
    ],
)
def test_a_mark_says_which_sign_all_entries_have(space: str, verdict: str) -> None:
    given = rf"$x \in {space}$"
    assert verify(r"\sqrt{x^{\odot 2}} = x", given).verdict == verdict
    assert verify(r"\sqrt{x^{\odot 2}} = -x", given).verdict == "refuted"


@pytest.mark.parametrize("script", ["_+1", "^-1", "_-x", "^+(x)", r"_+\alpha"])
def test_a_sign_without_braces_is_a_whole_script_only_where_no_operand_follows(script: str) -> None:
    report = verify(rf"c{script} = c", r"$c, x, \alpha \in \mathbb{R}$")
    assert report.verdict == "error" and [d.code for d in report.diagnostics] == ["P235"]


@pytest.mark.parametrize(
    "space",
    [
        r"\mathbb{R}_{<0}", r"\mathbb{R}_{\le 0}", r"\mathbb{R}_{-}", r"\mathbb{R}_{\ne 0}", r"\mathbb{R}_{\star}",
        r"\mathbb{R}^{*}", r"\mathbb{R}_{\ge 2}", r"\mathbb{R}_n", r"\mathbb{Z}", r"\mathbb{Z}_{\ge 0}",
        r"\mathbb{Z}_{<0}", r"\mathbb{N}_0", r"\mathbb{N}^{3}", r"\mathbb{N}_{\ge 0}", r"\mathbb{S}^n_{+}",
        r"\mathbb{S}^n_{3}",
    ],
)  # fmt: skip
def test_a_set_that_says_something_else_is_not_read_as_one_that_is(space: str) -> None:
    decision = verify("|a| = a", rf"$a \in {space}$")
    assert decision.verdict == "error"
    assert decision.diagnostics[0].code == "E186"


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        (r"x_0, \ldots, x_n \in \{0, 1\}", "E179"),
        (r"x_1, \ldots, x_n \in \{0, 1\}^{2 \times 3}", None),
        (r"x_1, \ldots, x_n \in \{1, \ldots, K\}", "E178"),
        (r"x_1, \ldots, x_3 \in \{1, \ldots, K\}", "E178"),
        (r"x_1, \ldots, x_n \in \{0, 1\}", None),
    ],
)
def test_a_list_is_asked_about_as_a_list_whatever_its_set_is(declared: str, code: str | None) -> None:
    (statement,) = Note.from_text(f"${declared}$").statements
    assert [d.code for d in statement.diagnostics] == ([] if code is None else [code])


@pytest.mark.parametrize(("listed", "verdict"), [(r"\{0, 1\}", "not checked"), (r"\mathbb{R}", "refuted")])
def test_the_names_of_a_list_that_is_no_family_keep_the_numbers_of_their_set(listed: str, verdict: str) -> None:
    note = Note.from_text(rf"$x_0, \ldots, x_n \in {listed}$, and $$x_0^2 = x_0 \tag{{a}}$$")
    (report,) = note.check(select=["a"]).statements
    assert report.verdict == verdict
