"""The Matrix Cookbook: a true equation with a sign, a transpose, a factor or an order changed is refuted."""

from __future__ import annotations

import re

import pytest

from symbn.expr.statement import Statement
from symbn.note import Note
from symbn.report import Report
from tests.cookbook.book import NOTES, script, statements, text

TWINS: dict[str, list[tuple[str, str, str]]] = {
    "1_basics": [
        ("1", "B^{-1} A^{-1}", "A^{-1} B^{-1}"),
        ("2", "C^{-1} B^{-1} A^{-1}", "C^{-1} A^{-1} B^{-1}"),
        ("3", "= (A^{-1})^T", "= A^{-1}"),
        ("4", "D^T + E^T", "D^T - E^T"),
        ("6", "G^T F^T D^T", "D^T F^T G^T"),
        ("15", r"\operatorname{Tr}(H) +", r"2 \operatorname{Tr}(H) +"),
        ("12", r"\lambda_i", r"\lambda_i^2"),
        ("17", "(a a^T)", "(2 a a^T)"),
        ("19", "c^n", "c"),
        ("20", r"= \det(H)", r"= -\det(H)"),
        ("21", r"\det(H) \det(K)", r"\det(H) + \det(K)"),
        ("22", r"1 / \det(A)", r"\det(A)"),
        ("23", r"\det(H)^k", r"k \det(H)"),
        ("24", "1 + u^T v", "1 - u^T v"),
        ("25", r"+ \operatorname{Tr}(P)", r"- \operatorname{Tr}(P)"),
        ("26", r"\frac{1}{2} \operatorname{Tr}(Q)^2", r"\operatorname{Tr}(Q)^2"),
        ("27'", r"\frac{1}{3}", r"\frac{1}{6}"),
        ("28'", r"= 1 + (\mathrm{d}\epsilon)", r"= 1 - (\mathrm{d}\epsilon)"),
        ("29", "- P_{12} P_{21}", "+ P_{12} P_{21}"),
        ("31", "& -P_{12}", "& P_{12}"),
    ],
    "2_0_differentials": [
        ("32", r"\delta_{ik} \delta_{lj}", r"-\delta_{ik} \delta_{lj}"),
        ("34", r"= \alpha", r"= \alpha^2"),
        ("35", r"+ \mathrm{d}Y", r"- \mathrm{d}Y"),
        ("37", r"(\mathrm{d}X) Z + X (\mathrm{d}Z)", r"(\mathrm{d}X) Z - X (\mathrm{d}Z)"),
        ("38", r"X \circ (\mathrm{d}Y)", r"\mathrm{d}X \circ (\mathrm{d}Y)"),
        ("39", r"X \otimes (\mathrm{d}Z)", r"2 X \otimes (\mathrm{d}Z)"),
        ("40", "-V^{-1}", "V^{-1}"),
        ("42", r"\operatorname{Tr}(V^{-1} \mathrm{d}V)", r"\operatorname{Tr}(V^{-T} \mathrm{d}V)"),
        ("43", "V^{-1}", "V"),
    ],
    "2_1_determinant": [
        ("47", r"\delta_{ij} \det", r"2 \delta_{ij} \det"),
        ("49", "(X^{-1})^T", "X^{-1}"),
        ("51", r"= \det(A X B) (X^T)^{-1}", r"= \det(X) (X^T)^{-1}"),
        ("52", r"= 2 \det", r"= \det"),
        ("53", "S Z (Z^T S Z)^{-1}", "Z (Z^T S Z)^{-1}"),
        ("54", "+ A^T Z", "- A^T Z"),
        ("55", "= 2 N^T", "= -2 N^T"),
        ("56", "= -2 R^T", "= 2 R^T"),
        ("57", "= (X^T)^{-1}", "= X^{-1}"),
        ("58", r"= k \det", r"= \det"),
    ],
    "2_2_inverse": [
        ("60", "(X^{-1})_{ki} (X^{-1})_{jl}", "(X^{-1})_{kj} (X^{-1})_{il}"),
        ("61", "= -X^{-T} a b^T X^{-T}", "= -X^{-1} a b^T X^{-1}"),
        ("62", "= -", "= "),
        ("63", "(X^{-1} B A X^{-1})^T", "X^{-1} B A X^{-1}"),
        ("64", "(X + C)^{-1} (X + C)^{-1}", "(X + C)^{-1}"),
    ],
    "2_3_eigenvalues": [("65", "= I", "= X"), ("66", "X^{-T}", "X^{-1}")],
    "2_4_forms": [
        ("69", "= a", "= x"),
        ("70", "= a b^T", "= 2 a b^T"),
        ("72", "= a a^T", "= a a^T Z"),
        ("73", "e_i e_j^T", "2 e_i e_j^T"),
        ("74", "(A)_{nj} =", "2 (A)_{nj} ="),
        ("76", "= 2", "= 4"),
        ("77", "b c^T + c b^T", "b c^T - c b^T"),
        ("78", "D^T F^T", "D^T F"),
        ("79", r"\delta_{lj} (X^T Z)_{ki}", r"\delta_{kj} (X^T Z)_{li}"),
        ("80", "e_j e_i^T Z X", "e_i e_j^T Z X"),
        ("81", "Z + Z^T", "2 Z"),
        ("82", "Z^T X b c^T + Z X c b^T", "Z X b c^T + Z X c b^T"),
        ("84", "= -2 M^T", "= 2 M^T"),
        ("87", "2 W", "W"),
        ("88", "= -2", "= 2"),
        ("91", "(Z^r)^T a u^T (Z^{n-1-r})^T", "Z^r a u^T Z^{n-1-r}"),
        ("93", r"A^T \sigma(x)", r"A \sigma(x)"),
        ("95'", "- 2", "+ 2"),
        ("97", "+ a", "- a"),
        ("98", "Z + Z^T", "Z - Z^T"),
    ],
    "2_5_traces": [
        ("100", "= D^T", "= 2 D^T"),
        ("101", "A^T B^T", "B^T A^T"),
        ("105", r"\operatorname{Tr}(H) I", "I"),
        ("106", "2 Z^T", "2 Z"),
        ("107", "(Z S + S Z)^T", "Z S + S Z"),
        ("108", "= K X + K^T X", "= 2 K X"),
        ("111", "X S^T + X S", "X S^T - X S"),
        ("114", "+ J^T X^T D^T", "+ D^T X^T J^T"),
        ("116", "K^T X M M^T", "K X M M^T"),
        ("117", "K^T X S^T", "K^T X S"),
        ("118", "+ P A X S", "- P A X S"),
        ("119", "= 2 A^T", "= A^T"),
        ("120", r"= 2 \operatorname", r"= \operatorname"),
        ("121", "(Z^{k-1})^T", "Z^{k-1}"),
        ("123", "& + K X M M^T X^T K X", "& - K X M M^T X^T K X"),
        ("124", r"= -Z^{-T} F^T B^T Z^{-T}", "= -Z^{-T} B^T F^T Z^{-T}"),
        ("125", "(S + S^T)", "(2 S)"),
        ("126", "& + 2 R X", "& - 2 R X"),
        ("127'", "= {} & -2 C X", "= {} & 2 C X"),
    ],
    "2_6_vector_norms": [
        ("129", r"= \frac{x - a}", r"= \frac{x + a}"),
        ("130", r"- \frac{(x - a) (x - a)^T}", r"+ \frac{(x - a) (x - a)^T}"),
        ("130", r"_2^3", r"_2^2"),
        ("131", "= 2 x", "= x"),
    ],
    "2_7_matrix_norms": [("132", "= 2 X", "= X"), ("132", "(X X^T)", "(2 X X^T)")],
    "2_8_structured": [
        ("138", r"\circ I", ""),
        ("139", "A + A^T", "A - A^T"),
        ("140", "2 S^{-1}", "S^{-1}"),
        ("141", "2 S^{-1} -", "2 S^{-1} +"),
        ("142", r"A \circ I", "A"),
    ],
    "3_1_inverse": [("145", "= I", "= A"), ("145", r"A^{-1} A", r"A A")],
    "3_2_exact_relations": [
        ("155", "H^{-1} A^{-1}", "A^{-1} H^{-1}"),
        ("156", "A^{-1} - A^{-1} C", "A^{-1} + A^{-1} C"),
        ("157", "(B^{-1} + V A^{-1} U)^{-1}", "(B + V A^{-1} U)^{-1}"),
        ("158", "= P V^T", "= V^T"),
        ("159", "(I + V A^{-1} U)^{-1}", "(I - V A^{-1} U)^{-1}"),
        ("160", "1 + c^T", "1 - c^T"),
        ("161", "= A (A + I)^{-1}", "= (A + I)^{-1}"),
        ("162", "(I + U^T A^{-1} U)^{-1}", "(I + U^T A U)^{-1}"),
        ("163", "= A (A + H)^{-1} H", "= A (A - H)^{-1} H"),
        ("164", "M (M + N)^{-1} M", "M (M + N)^{-1} N"),
        ("165", "(A + H) H^{-1}", "(A - H) H^{-1}"),
        ("166", "I - U", "I + U"),
        ("167", "(I + V U)^{-1}", "(I - V U)^{-1}"),
    ],
    "3_2_7_rank_one": [
        ("170.1", "= v", "= 2 v"),
        ("174.2", "= N_1 =", "= P A ="),
        ("175", r"+ \frac{\beta}", r"- \frac{\beta}"),
        ("176.1", "1 + y^T", "2 + y^T"),
        ("178.2", "= M_3", "= A"),
        ("179.4", "= M_4", "= A"),
        ("181.3", "= K_5", "= P"),
        ("183", r"+ \frac{\hat v^T P h}", r"- \frac{\hat v^T P h}"),
    ],
    "3_4_approximations": [
        ("188", r"= I + \mathrm{d}A", r"= I - \mathrm{d}A"),
        ("191", r"- Q^{-1} (\mathrm{d}Q)", r"+ Q^{-1} (\mathrm{d}Q)"),
        ("192", "M Q^{-1} Q", "M Q^{-1}"),
        ("193", r"M Q^{-1}) Q", r"Q^{-1} M) Q"),
        ("194", r"= Q^{-1}", r"= Q"),
    ],
    "3_6_pseudo_inverse": [
        ("224.1", "= A", "= G^T"),
        ("224.3", "(A G)^T", "2 A G"),
        ("219", "= r", "= 2 r"),
        ("206", "= G G^T A^T", "= G^T A^T"),
        ("217", "= A G", "= 2 A G"),
        ("205.2", "= (1 / c) G", "= c G"),
        ("208.1", "= A^T A", "= 2 A^T A"),
    ],
    "9_10_transition": [("473", "= P", "= 2 P")],
    "9_1_block_matrices": [
        ("397.1", r"\det(E)", r"\det(A)"),
        ("398.1", r"\det(C_2)", r"\det(E)"),
        ("399", "-A^{-1} B C_2^{-1}", "A^{-1} B C_2^{-1}"),
        ("400", "E^{-1} + E^{-1} D", "E^{-1} - E^{-1} D"),
        ("401", "A^{-1} & 0", "A & 0"),
        ("402", r"\det(A) \det(E)", r"\det(A) + \det(E)"),
    ],
    "9_4_idempotent": [
        ("423", "= r", "= n"),
        ("426", "s^3", "s^2"),
        ("429", "(s - t)^3", "(s + t)^3"),
        ("419", "= I - A", "= I + A"),
        ("424", "(I - A)", "(I - 2 A)"),
        ("425", "(I - A) A", "(I - 2 A) A"),
        ("427.1'", "= P", "= 2 P"),
    ],
    "9_5_orthogonal": [
        ("430", "= I", "= -I"),
        ("431", "= Q^T", "= -Q^T"),
        ("438", r"\frac{B - B^T}{2}", r"\frac{B - B^T}{3}"),
    ],
    "9_7_single_entry": [
        ("446", "e_i e_j^T B", "2 e_i e_j^T B"),
        ("450", "= (C^T)_{ij}", "= -(C^T)_{ij}"),
        ("451", "(E^T F^T)", "(E F^T)"),
        ("453'", r"\circ I", ""),
        ("454", "E^T x x^T", "E x x^T"),
        ("458", "- e_s e_t^T e_s e_t^T", ""),
    ],
    "9_8_symmetric": [
        ("459", "= S^T", "= -S^T"),
        ("460", "= -A^T", "= A^T"),
        ("461.1", r"= \det(-", r"= 2 \det(-"),
        ("461.2", "= (-1)^n", "= -"),
        ("462.1", "= 0", "= 1"),
        ("477", "I_3 e_2 & I_3 e_1", "I_3 e_1 & I_3 e_2"),
        ("479.1", "G e_2 & G e_1", "G e_1 & G e_2"),
        ("484", r"\hat L^T", r"\hat L"),
        ("464", r"+ \frac{B - B^T}", r"- \frac{B - B^T}"),
        ("475", "e_i^T M", "2 e_i^T M"),
        ("476", "= M e_j", "= -M e_j"),
    ],
    "10_1_series": [
        ("487", "(X - I)^{-1}", "(X + I)^{-1}"),
        ("491", "= U X^3", "= U X^2"),
        ("493", "= A (B", "= 2 A (B"),
    ],
    "10_2_kronecker": [
        ("506", r"+ A \otimes F", r"- A \otimes F"),
        ("509", r"\alpha \beta", r"\alpha"),
        ("510", r"A^T \otimes B^T", r"2 A^T \otimes B^T"),
        ("511", "(A C)", "(2 A C)"),
        ("512", "= G^{-1}", "= G"),
        ("513.1", r"= R \otimes V", r"= 2 R \otimes V"),
        ("515", r"\operatorname{Tr}(G) \operatorname", r"\operatorname{Tr}(G) + \operatorname"),
        ("519.1", r"\lambda \otimes \mu", r"2 \lambda \otimes \mu"),
        ("516'", r"\det(G)^n", r"\det(G)"),
        ("520", r"(K^T \otimes A)", r"(2 K^T \otimes A)"),
        ("521", r"= \operatorname{vec}(A)^T", r"= -\operatorname{vec}(A)^T"),
        ("524.1'", "c a^T", "a c^T"),
    ],
    "10_4_norms": [
        ("525", r"= \sum_i |x_i|", r"= \sum_i x_i"),
        ("526", "= x^T x", "= 2 x^T x"),
        ("531", "= |c|", "= c"),
        ("541", "(A A^T)", "(2 A A^T)"),
    ],
}

CASES = [(note, *twin) for note, twins in TWINS.items() for twin in twins]


def display(note: str, label: str) -> tuple[int, int]:
    """Where the display with that tag stands, between its dollars."""
    tag = re.escape(rf"\tag{{{label}}}")
    found = re.search(rf"\$\$((?:(?!\$\$)[\s\S])*?{tag}\s*)\$\$", text(note))
    assert found is not None, f"no ({label}) in {note}"
    return found.span(1)


def checked(changed: str, label: str) -> tuple[Report, ...]:
    limits = script().PATIENT
    return Note.from_text(changed).check(select=[label], limits=limits, explain=False, repair=False).statements


@pytest.mark.parametrize(
    ("note", "label", "true", "false"), CASES, ids=[f"{c[0]}:{c[1]}:{k}" for k, c in enumerate(CASES)]
)
def test_a_false_twin_is_refuted(note: str, label: str, true: str, false: str) -> None:
    start, end = display(note, label)
    source = text(note)
    assert true in source[start:end]
    changed = source[:start] + source[start:end].replace(true, false, 1) + source[end:]
    found = checked(changed, label)
    verdicts = [report.verdict for report in found]
    assert "refuted" in verdicts and set(verdicts) <= {"refuted", "proved"}, found
    assert all(report.counterexample is not None for report in found if report.verdict == "refuted")


def test_every_note_has_false_twins() -> None:
    assert set(TWINS) == set(NOTES)


def right_side(note: str, statement: Statement) -> tuple[int, int]:
    """Where the right side of a claim stands in its note: from its relation's end to its own."""
    right = statement.goals[0].right.span
    assert right is not None
    return text(note).rindex("=", statement.span.start, right.start + 1) + 1, statement.span.end


SLOW = ("3_2_7_rank_one",)
"""Each of its claims takes seconds; TWINS has some of them."""

CLAIMS = [
    (note, s)
    for note in NOTES
    if note not in SLOW
    for s in statements(note)
    if s.label and s.kind == "claim" and s.goals
]


@pytest.mark.parametrize(("note", "claim"), CLAIMS, ids=[f"{note}:{claim.id}" for note, claim in CLAIMS])
def test_twice_the_right_side_is_refuted(note: str, claim: Statement) -> None:
    start, end = right_side(note, claim)
    source = text(note)
    if source[start:end].strip() == "0" or "o(" in source[start:end]:
        pytest.skip("twice nothing is nothing, and a remainder ends a row")
    right = source[start:end].strip()
    if r"\begin" not in right:
        right = re.sub(r"\\\\|&|\{\}", " ", right)  # a bracket ends in the row where it begins
    changed = f"{source[:start]} 2 \\left( {right} \\right){source[end:]}"
    (report,) = [r for r in checked(changed, claim.id) if r.id == claim.id]
    assert report.verdict == "refuted", f"{report.lhs} = {report.rhs}: {report.verdict} {report.message}"
