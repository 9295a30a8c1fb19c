"""Rows and columns of a formula are the chains that a reader of amsmath sees; operators reach as far as they should."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from symbn.note import Note
from symbn.notes.lexer import tokenize
from symbn.notes.rows import parse_block
from symbn.notes.syntax import Big, Chain, Sequence, Signed, Unread, without_spans
from symbn.source import SourceFile, Span


def parsed(text: str) -> tuple[list[Chain], list[str]]:
    """The chains of a formula, and the codes of what could not be read."""
    whole = Span(0, len(text))
    chains, problems = parse_block(tokenize(text, [whole]))
    lost = [side.diagnostic for chain in chains for side in chain.sides if isinstance(side, Unread)]
    return chains, [problem.code for problem in [*problems, *lost]]


def sides(text: str) -> list[list[str]]:
    """Each chain's sides as they are written."""
    chains, problems = parsed(text)
    assert not problems
    return [[text[side.span.start : side.span.end] for side in chain.sides] for chain in chains]


def same(text: str, other: str) -> bool:
    return without_spans(tuple(parsed(text)[0])) == without_spans(tuple(parsed(other)[0]))


@pytest.mark.parametrize("environment", ["align", "align*", "aligned", "flalign", "split"])
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("a &= b & c &= d", [["a", "b"], ["c", "d"]]),
        ("a &= b & c &= d & e &= f", [["a", "b"], ["c", "d"], ["e", "f"]]),
        ("a &= b & c &= d \\\\ &= e & &= f", [["a", "b", "e"], ["c", "d", "f"]]),
        ("a &= b & c &= d \\\\ & & &= f \\\\ &= e", [["a", "b", "e"], ["c", "d", "f"]]),
        ("a &= b & c &= d \\\\ g &= h & &= f \\\\ &= e", [["a", "b"], ["c", "d", "f"], ["g", "h", "e"]]),
        ("a &= b \\\\ && = c \\\\ &= d", [["a", "b", "c", "d"]]),
        ("a & = & b", [["a", "b"]]),
        ("a &= b &= c &= d", [["a", "b", "c", "d"]]),
        ("a &= & & b & c &= d", [["a", "b"], ["c", "d"]]),
        ("a, & & b & \\in C", [["b", "C"]]),
        ("a &= b, & c &= d.", [["a", "b"], ["c", "d"]]),
        ("&& a &= b &&", [["a", "b"]]),
        ("a &= b && \\text{for all } c \\\\ &= d", [["a", "b", "d"]]),
        ("a &= b \\\\ \\quad &\\qquad{} = c", [["a", "b", "c"]]),
    ],
)
def test_every_second_mark_begins_another_equation(environment: str, rows: str, expected: list[list[str]]) -> None:
    found = sides(f"\\begin{{{environment}}} {rows} \\end{{{environment}}}")
    assert sorted(found) == sorted(expected)


def test_the_columns_of_alignat_are_counted_and_not_read() -> None:
    assert sides("\\begin{alignat}{2} a &= b & c &= d \\end{alignat}") == [["a", "b"], ["c", "d"]]


def test_equations_side_by_side_are_read_as_one_below_the_other() -> None:
    assert same("\\begin{align} a &= b - c & d &= e f \\end{align}", "a = b - c \\\\ d = e f")
    assert not same("\\begin{align} a &= b - c & d &= e f \\end{align}", "a = b - c d = e f")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("\\begin{align} a &= b & c \\end{align}", "P224"),
        ("\\begin{align} a & b & c &= d \\end{align}", "P224"),
        ("\\begin{align} a &= b & c &= d \\\\ &+ e & &= f \\end{align}", "P225"),
        ("a = b \\quad + c", "P226"),
        ("a = b + d \\\\ \\odot c", "P227"),
        ("a = b \\\\ (2) c = d \\\\ (5) e = f", "P228"),
        ("(\\alpha) a = b", "P228"),
        ("\\forall c: a = b", "P229"),
        ("\\begin{eqnarray} a & = & b & c \\end{eqnarray}", "P213"),
    ],
)
def test_what_could_be_read_in_two_ways_is_asked_and_states_nothing(text: str, code: str) -> None:
    chains, problems = parsed(text)
    assert code in problems
    stated = [(without_spans(a), without_spans(b)) for chain in chains for a, b in pairwise(chain.sides)]
    a, b = map(without_spans, parsed("a = b")[0][0].sides)
    assert (a, b) not in stated


@pytest.mark.parametrize("indent", ["\\quad", "\\qquad", "\\quad\\quad", "{}", "\\qquad {}", "& \\quad", "&{}"])
def test_space_before_a_sign_does_not_end_a_sum(indent: str) -> None:
    assert same(f"a = b \\\\ {indent} + c", "a = b + c")
    assert same(f"a = b \\\\ {indent} = c", "a = b = c")
    assert same(f"a = b \\\\ {indent} c = d", "a = b \\\\ c = d")


@pytest.mark.parametrize("text", ["a = {", "{", "a = b \\\\ {", "&", "&&& {}", "\\quad", "\\\\ & \\\\", "a = b & }"])
def test_pieces_of_formulas_are_read_to_their_end(text: str) -> None:
    parsed(text)


def test_empty_arguments_are_no_space() -> None:
    assert parsed("a = \\frac{}{b} c")[1] == ["P251"]
    assert parsed("a = {}_{b} c") != parsed("a = c")


def test_labels_of_rows_are_those_of_all_their_equations() -> None:
    chains, _ = parsed("\\begin{align} a &= b & c &= d \\label{p} \\\\ &= e & &= f \\label{q} \\end{align}")
    assert [[link.label for link in chain.links] for chain in chains] == [["p", "q"], ["p", "q"]]
    chains, _ = parsed("\\begin{align} a &= b & c &= d \\label{p} \\end{align}")
    assert [chain.label for chain in chains] == ["p", "p"]


@pytest.mark.parametrize("operator", [r"\sum_i", r"\prod_{i=1}^n", r"\frac{\partial}{\partial x}", r"\nabla_x"])
@pytest.mark.parametrize("sign", [r"\odot", r"\circ", r"\oslash", r"\cdot", r"\times", "/"])
def test_operators_take_the_product_up_to_the_next_sign(operator: str, sign: str) -> None:
    ((chain,), _), ((product,), _) = parsed(f"{operator} a {sign} b + c = d"), parsed(f"a {sign} b = d")
    total = chain.sides[0]
    assert isinstance(total, Signed)
    (_, first), _ = total.terms
    assert isinstance(first, (Big, Sequence))
    reached = first.body if isinstance(first, Big) else first.items[1]
    assert without_spans(reached) == without_spans(product.sides[0])


def test_a_sum_begins_with_its_first_sign() -> None:
    assert sides("x = -a - b") == [["x", "-a - b"]]


@pytest.mark.parametrize("sign", [" ", r" \cdot "])
def test_many_gradients_are_refused_and_not_tried(sign: str, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    product = sign.join([r"\nabla_x f(x)"] * 40)
    note.write_text(f"$x \\in \\mathbb{{R}}^n$, $f : \\mathbb{{R}}^n \\to \\mathbb{{R}}$\n\n$${product} = 0$$\n")
    assert [d.code for d in Note.read(note).statements[-1].diagnostics] == ["E174"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (r"A &= A \\ [B] &= A", ["proved", "refuted"]),
        (r"A &= A \\[2pt] B &= B", ["proved", "proved"]),
        (r"A &= A \\*[-0.5\baselineskip] B &= B", ["proved", "proved"]),
        (r"A^\top + B^\top &= (A + B)^\top \\ [A + B] &= B + A", ["proved", "proved"]),
        (r"A &= A \\ [A]_{ij} &= B_{ij}", ["proved", "refuted"]),
    ],
)
def test_only_a_length_in_brackets_belongs_to_the_end_of_a_row(rows: str, expected: list[str]) -> None:
    text = r"$A, B \in \mathbb{R}^{n \times n}$" + f"\n\n\\begin{{align}}\n{rows}\n\\end{{align}}"
    checked = Note(SourceFile("n.md", text)).check(repair=False, explain=False)
    assert [one.verdict for one in checked.statements][2:] == expected
