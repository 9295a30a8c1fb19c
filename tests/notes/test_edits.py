r"""Edits: what each kind makes of a side, and that edits are made of the author's text together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbn.diagnostics import NoteError
from symbn.notes import edits_of_names, edits_of_numbers, edits_of_products
from symbn.notes.changes import Change, changed
from symbn.notes.edits import KINDS, edited, shown, singles
from symbn.notes.lexer import tokenize
from symbn.notes.rows import parse_block
from symbn.notes.written import Vocabulary, Written
from symbn.source import Span

WORDS = Vocabulary(
    brackets=("(", ")"),
    kinds={
        "A": "m×n", "B": "n×k", "D": "m×n", "x": "n×1", "y": "n×1", "c": "1×1", "a": "1×1", "n": "size",
        r"\mu_{x}": "1×1", "f": "function of n×1 to 1×1", "g": "function of n×1 to 1×1",
    },
    functions=frozenset("fg"),
    indices=("i", "j"),
    related=("x", "c"),
)  # fmt: skip

SIDES = (
    r"A x", r"A^\top x", r"(A B)^\top y", r"\frac{1}{n-1} x^\top y", r"\frac1n x", r"\sqrt{x^\top x + c}",
    r"-A x + c y",
    r"\operatorname{diag}(x) y", r"f(x) g(y) A", r"x \odot y", r"A_{ij} x_j", r"\sum_{i} x_i y_i", r"{x}^\top y",
    r"\mu_x^2 \mathbf 1", r"\begin{pmatrix} x & y \end{pmatrix}", r"\frac{\partial f(x)}{\partial x}",
    r"\nabla_x^\top y", r"\left( A x \right)^{\top} y", r"a^{3/2}", r"\|x\|^2", r"x^{\odot 2}",
    r"\sin(c) \tanh(a)", r"f'(x)", r"2 (n - 1) x",
    r"a / n x^\top y", r"x^{\mathsf{T}} {A}^{\mathsf T}",
)  # fmt: skip


def written(text: str, words: Vocabulary = WORDS) -> Written:
    span = Span(0, len(text))
    chains, problems = parse_block(tokenize(text, [span]))
    assert not problems
    return Written(text, chains[0].sides[0], words)


def texts(generate: Callable[[Written], Iterator[Change]], text: str) -> list[str]:
    side = written(text)
    return [edited(side, (change,)) for change in generate(side)]


EXPECTED: list[tuple[Callable[[Written], Iterator[Change]], str, list[str]]] = [
    (edits_of_products.dropped_transposes, r"A^\top (B x)^{\top}", [r"A (B x)^{\top}", r"A^\top (B x)"]),
    (edits_of_products.dropped_transposes, r"{x}^{\mathsf T} y", [r"{x} y"]),
    (edits_of_products.dropped_transposes, r"\nabla_x^\top y", [r"\nabla_x y"]),
    (edits_of_products.added_transposes, r"A c x", [r"A^\top c x", r"A c x^\top"]),
    (edits_of_products.added_transposes, r"f(x)", [r"f(x)^\top", r"f(x^\top)"]),
    (edits_of_products.transposed_runs, "A B x", [r"(A B x)^\top", r"(A B)^\top x", r"A (B x)^\top"]),
    (edits_of_products.reordered_factors, "A B x", ["B A x", "A x B", "x B A"]),
    (edits_of_products.reordered_factors, r"x^\top A x", [r"A x^\top x", r"x^\top x A"]),
    (edits_of_products.other_products, r"x \odot y", ["x y"]),
    (edits_of_products.other_products, "A D y", [r"A \odot D y", r"A D \odot y"]),
    (edits_of_numbers.signs, "x - y", ["-x - y", "x + y"]),
    (edits_of_numbers.signs, "-x + y", ["x + y", "-x - y"]),
    (edits_of_numbers.signs, r"\exp(c)", [r"-\exp(c)", r"\exp(-c)"]),
    (edits_of_numbers.sizes, r"\frac{1}{n}", [r"\frac{1}{n - 1}", r"\frac{1}{n + 1}"]),
    (edits_of_numbers.sizes, "2 (n - 1) x", [
        "2 n x", "2 (n) x", "2 ((n - 1) - 1) x", "2 ((n + 1) - 1) x",
    ]),
    (edits_of_numbers.numerals, "3 x", ["6 x", "4 x", "2 x"]),
    (edits_of_numbers.numerals, "x + 2", ["x + 1", "x + 4", "x + 3"]),
    (edits_of_numbers.roots, r"\frac{1}{\sqrt{c}}", [
        r"\sqrt{\frac{1}{\sqrt{c}}}", r"\frac{\sqrt{1}}{\sqrt{c}}", r"\frac{1}{c}",
    ]),
    (edits_of_numbers.inverted_fractions, r"\frac{a}{c} x", [r"\frac{c}{a} x"]),
    (edits_of_numbers.extra_denominators, r"\frac{a + c}{n} x", [r"(a + c) x", r"\frac{1}{n} x"]),
    (edits_of_names.indices, "A_{ij}", ["A_{ji}", "A_{jj}", "A_{ii}"]),
    (edits_of_names.indices, "A_{:i}", ["A_{i:}", "A_{:j}"]),
    (edits_of_names.names, "A x", ["D x", "A y"]),
    (edits_of_names.names, r"\mu_x^2", ["c^2", "a^2"]),
    (edits_of_names.extra_factors, "A B x", ["B x", "A x", "A B"]),
    (edits_of_names.extra_factors, r"x \odot y", ["x", "y"]),
    (edits_of_names.extra_terms, "x - y + c", ["- y + c", "x + c", "x - y"]),
    (edits_of_names.functions, r"\sin(c)", [r"\cos(c)"]),
    (edits_of_names.functions, "f'(x)", ["f(x)", "f''(x)"]),
    (edits_of_names.operators, "A B", [
        r"\operatorname{diag}(A) B", r"\operatorname{tr}(A) B", r"A \operatorname{diag}(B)", r"A \operatorname{tr}(B)",
        r"\operatorname{tr}(A B)",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("generate", "text", "expected"), EXPECTED)
def test_what_each_kind_makes_of_a_side(
    generate: Callable[[Written], Iterator[Change]], text: str, expected: list[str]
) -> None:
    assert texts(generate, text) == expected


def test_exponents_are_spelled_in_the_manner_of_the_old_one() -> None:
    assert "x^{-1/2}" in texts(edits_of_numbers.exponents, "x^{1/2}")
    assert r"x^{-\frac{1}{2}}" in texts(edits_of_numbers.exponents, r"x^{\frac{1}{2}}")
    assert r"x^{\odot 3}" in texts(edits_of_numbers.exponents, r"x^{\odot 2}")
    assert "x" in texts(edits_of_numbers.exponents, "x^2")


def test_a_missing_factor_can_stand_anywhere_in_a_product() -> None:
    found = texts(edits_of_names.missing_factors, "A y")
    assert {"x A y", "A x y", "A y x", r"A \operatorname{diag}(x) y", r"c A y", r"\frac{1}{c} A y"} <= set(found)


def test_arguments_without_braces_get_them() -> None:
    found = [edited(side, (change,)) for side in [written(r"\frac1n x")] for change in singles(side)]
    assert r"\frac1{n - 1} x" in found
    assert r"\frac2n x" not in found and r"\frac{2}n x" in found


@pytest.mark.parametrize("text", SIDES)
@pytest.mark.parametrize("generate", KINDS, ids=lambda generate: generate.__name__)
def test_every_edit_leaves_braces_and_delimiters_whole(
    generate: Callable[[Written], Iterator[Change]], text: str
) -> None:
    side = written(text)
    for change in generate(side):
        after = edited(side, (change,))
        assert after.count("{") == after.count("}"), (change, after)
        assert after.count(r"\left") == after.count(r"\right"), (change, after)
        assert change.what and "\n" not in change.what


@pytest.mark.parametrize("text", SIDES)
def test_every_edit_can_be_parsed_or_is_refused(text: str) -> None:
    """No edit breaks the lexer or the parser; most give one side of an equation."""
    side = written(text)
    changes = singles(side)
    whole = 0
    for change in changes:
        after = edited(side, (change,))
        try:
            chains, problems = parse_block(tokenize(after, [Span(0, len(after))]))
        except NoteError:
            continue
        whole += not problems and len(chains) == 1 and len(chains[0].sides) == 1
    assert whole >= 0.8 * len(changes) > 0


@pytest.mark.parametrize("text", SIDES)
def test_no_edit_is_offered_twice(text: str) -> None:
    side = written(text)
    changes = singles(side)
    assert len({(c.span, c.pieces) for c in changes}) == len(changes)
    assert changes == singles(written(text))


def test_edits_near_what_is_pointed_to_come_first() -> None:
    side = written("A x + B y")
    first = singles(side, [Span(6, 7)])[0]
    assert first.span.start <= 7 and first.span.end >= 6


# Together ---------------------------------------------------------------------------------------------------


def test_one_change_inside_what_another_keeps() -> None:
    side = written("A B x")
    (run,) = (c for c in edits_of_products.transposed_runs(side) if c.span == Span(0, 3))
    (inner,) = (c for c in edits_of_products.added_transposes(side) if c.span == Span(3, 3))
    assert run.agrees_with(inner) and inner.agrees_with(run)
    assert edited(side, (run, inner)) == edited(side, (inner, run)) == r"(A B^\top)^\top x"
    (edit,) = shown(side, (run, inner))
    assert (edit.span, edit.replacement) == (Span(0, 3), r"(A B^\top)^\top")


def test_changes_of_the_same_characters_do_not_agree() -> None:
    first = Change("name", Span(0, 1), ("B",), "B for A")
    second = Change("name", Span(0, 1), ("D",), "D for A")
    assert not first.agrees_with(second)


def test_a_moved_factor_takes_its_change_along() -> None:
    side = written("A x")
    (swap,) = edits_of_products.reordered_factors(side)
    change = Change("transpose", Span(1, 1), (r"^\top",), "")
    assert edited(side, (swap, change)) == r"x A^\top"


def test_commands_do_not_run_into_letters() -> None:
    side = written(r"\mu_x x")
    assert edited(side, (Change("name", Span(0, 6), (r"\nu",), ""),)) == r"\nu x"
    assert changed("ax", Span(0, 2), (Change("", Span(0, 1), (r"\alpha",), ""),)) == r"\alpha x"


@given(st.sampled_from(SIDES), st.data())
def test_edits_that_are_shown_make_the_same_text(text: str, data: st.DataObject) -> None:
    """Made one by one in the note, the edits of a report give what was read."""
    side = written(text)
    changes = singles(side)
    first = data.draw(st.sampled_from(changes))
    others = [c for c in changes if c is not first and c.agrees_with(first)]
    made = (first, data.draw(st.sampled_from(others))) if others else (first,)
    result = side.text
    for edit in reversed(shown(side, made)):
        result = result[: edit.span.start] + edit.replacement + result[edit.span.end :]
    squeezed = edited(side, made)
    assert result.replace(" ", "") == squeezed.replace(" ", "")
