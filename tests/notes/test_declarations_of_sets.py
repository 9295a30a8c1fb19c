"""What a set says of the letters declared in it: no more than its mark does."""

from __future__ import annotations

import pytest

from symbn import verify


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
