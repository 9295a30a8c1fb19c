"""Certificates are accepted as they were written, and rejected when anything of them is changed."""

from __future__ import annotations

import ast
import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import symbn
from symbn.certificate import calculus, checker, graphs
from symbn.certificate.calculus import Rejected
from symbn.certificate.checker import Checker, seal, verify
from symbn.certificate.writer import certificate
from symbn.note import Note
from symbn.source import SourceFile

ROOT = Path(__file__).parents[2]
NOTES = {
    "derivations/rms_norm.md": 0,
    "derivations/mlp_backward.md": 0,
    "derivations/kalman.md": 0,
    "derivations/kfac.md": 0,
    "derivations/cookbook/2_1_determinant.md": 0,
    "derivations/cookbook/2_8_structured.md": 0,
    "derivations/cookbook/3_4_approximations.md": 0,
    "derivations/cookbook/9_1_block_matrices.md": 0,
    "derivations/cookbook/9_4_idempotent.md": 1,
    "tests/corpus/products.md": 0,
}
"""Notes, and how many of their proved claims certificates have no words for."""

SMALL = r"""
Let $A \in \mathbb{R}^{n \times n}$, $G \in GL(n)$, $Q \in O(n)$, $S \in \mathbb{S}^n$, $x, b \in \mathbb{R}^n$,
$\epsilon > 0$.

$$f(x) := \log(x^\top x + \epsilon)$$

$$\nabla_x f(x) = \frac{2}{x^\top x + \epsilon} x$$

$$\frac{\partial}{\partial x} \sqrt{4 x^\top S x + 4} = \frac{2}{\sqrt{x^\top S x + 1}} x^\top S$$

$$y := 2 x$$

$$\sqrt{y^\top y + 4} = 2 \sqrt{x^\top x + 1}$$

$$(G Q)^{-1} G x = Q^\top x$$

$$G^{-1} (G x + b) - G^{-1} b = x$$

$$\nabla_G \log \det(G) = (G^{-1})^\top$$

$$\nabla_x \mathbf{1}^\top \exp(x) = \exp(x)$$
"""


def written(note: Note) -> tuple[Any, int]:
    """A note's certificate, and how many of its proved claims it leaves out."""
    text, _, left_out = certificate([(note, note.check(explain=False, repair=False))], 200_000)
    return json.loads(text), left_out


@pytest.fixture(scope="module")
def small() -> Any:
    document, left_out = written(Note(SourceFile("small.md", SMALL)))
    assert left_out == 0 and len(document["claims"]) == 7
    return document


def sealed(document: Any) -> str:
    document["seal"] = seal([document["claims"], document["uncertified"]])
    return json.dumps(document)


@pytest.mark.parametrize("path", NOTES)
def test_what_is_proved_is_certified_and_the_certificate_holds(path: str) -> None:
    document, left_out = written(Note.read(ROOT / path))
    assert left_out == NOTES[path]
    assert len(verify(json.dumps(document))) == len(document["claims"]) > 0


# Tampering --------------------------------------------------------------------------------------------------


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every single value stands."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found = [(key, value) for key, value in entries]
    if not found:
        yield path
    for key, value in found:
        yield from leaves(value, (*path, key))


def changed(data: Any, path: tuple[Any, ...]) -> Any:
    """A copy in which one value is another of its kind."""
    new = copy.deepcopy(data)
    inside = new
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = another(inside[path[-1]])
    return new


def another(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return str(int(value) + 1) if value.lstrip("-").isdigit() else value + "'"
        case None:
            return 1
    return [None]


def test_any_change_breaks_the_seal(small: Any) -> None:
    verify(json.dumps(small))
    for path in list(leaves(small))[::7]:
        with pytest.raises(Rejected):
            verify(json.dumps(changed(small, path)))


def test_a_side_that_is_changed_and_sealed_again_is_rejected(small: Any) -> None:
    paths = [path for path in leaves(small["claims"]) if set(path[3:4]) & {"left", "right"}]
    assert len(paths) > 100
    for path in paths if os.environ.get("SYMBN_ALL_NOTES") else paths[::9]:
        part = changed(small["claims"], path)[path[0]]["parts"][path[2]]
        with pytest.raises((Rejected, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)):
            Checker(part).accept(part)


@pytest.mark.parametrize("field", ["lemmas", "rules", "derivatives", "presupposed", "steps"])
def test_a_proof_that_lacks_a_part_is_rejected(small: Any, field: str) -> None:
    empty: Any = {} if field == "derivatives" else []
    rejected = 0
    for claim in small["claims"]:
        for part in claim["parts"]:
            if part[field]:
                without = {**part, field: empty}
                try:
                    Checker(without).accept(without)
                except (Rejected, LookupError):
                    rejected += 1
    assert rejected > 0


# Certificates made to deceive -------------------------------------------------------------------------------

ONE = [["1", []]]


def sum_of(*terms: tuple[int, list[Any]]) -> list[Any]:
    return [[[[[str(n), []]], ONE], factors] for n, factors in terms]


def tensor(name: str, *at: list[Any], over: Any = ()) -> dict[str, Any]:
    return {
        "kind": "tensor", "name": name, "at": list(at), "slots": [], "captured": [], "over": list(over),
        "exponent": None,
    }  # fmt: skip


def part(left: Any, right: Any, **more: Any) -> dict[str, Any]:
    nothing = {
        "dimensions": {"n": 1}, "parameters": {}, "traits": {}, "shapes": {}, "definitions": {}, "derivatives": {},
        "presupposed": [], "lemmas": [], "rules": [], "steps": [],
    }  # fmt: skip
    return {**nothing, "left": left, "right": right, **more}


A = [["i", "n"], ["j", "n"]]


def test_a_true_equation_written_by_hand_is_accepted() -> None:
    twice = sum_of((1, [tensor("A", *A)]), (1, [tensor("A", *A)]))
    checked = part(twice, sum_of((2, [tensor("A", *A)])))
    Checker(checked).accept(checked)


DECEITS = {
    "a free index named as bound ones are shown": part(
        sum_of((1, [tensor("x", ["(0", "n"]), tensor("y", ["(0", "n"])])),
        sum_of((1, [tensor("x", [0, "n"]), tensor("y", [0, "n"])])),
    ),
    "a circular definition": part(
        sum_of((1, [tensor("a")])),
        sum_of((1, [tensor("a")])),
        definitions={"a": [[], [], sum_of((1, [tensor("a")]))]},
        steps=[["unfold", "a", False]],
    ),
    "a definition of the inverse": part(
        sum_of((1, [tensor("·⁻¹", *A, over=[[["n", "n"], sum_of((1, [tensor("A", ["@0", "n"], ["@1", "n"])]))]])])),
        [],
        definitions={"·⁻¹": [A, [], []]},
        steps=[["unfold", "·⁻¹", False]],
    ),
    "a power of 0": part(
        sum_of((1, [])),
        [],
        steps=[["minus", ["power", [ONE, ONE], sum_of((-1, [])), [], [[["-1", []]], ONE], []]]],
    ),
    "a rule without a proof": part(
        sum_of((1, [tensor("A", *A)])),
        [],
        rules=[[sum_of((1, [tensor("A", ["@0", "n"], ["@1", "n"])])), [], []]],
        steps=[["minus", ["rule", [ONE, ONE], sum_of((1, [])), 0, [[["@0", "n"], A[0]], [["@1", "n"], A[1]]], []]]],
    ),
    "a root that is negative": part(
        sum_of((1, [])),
        sum_of((-1, [])),
        lemmas=[["power", [sum_of((4, [])), [ONE, [["2", []]]], sum_of((-2, []))]]],
    ),
    "a matrix that is not declared orthogonal": part(
        sum_of((1, [tensor("A", [0, "n"], ["i", "n"]), tensor("A", [0, "n"], ["j", "n"])])),
        [],
        rules=[[
            sum_of((1, [tensor("A", [0, "n"], ["@0", "n"]), tensor("A", [0, "n"], ["@1", "n"])])),
            [],
            [[[ONE, ONE], None, [tensor("A", *A), False, False], None]],
        ]],
    ),
    "a step of another name": part(sum_of((1, [])), [], steps=[["believe"]]),
}  # fmt: skip


@pytest.mark.parametrize("name", DECEITS)
def test_a_certificate_made_to_deceive_is_rejected(name: str) -> None:
    document: Any = {"format": checker.FORMAT, "claims": [{"parts": [DECEITS[name]]}], "uncertified": []}
    with pytest.raises(Rejected):
        verify(sealed(document))


def test_an_inverse_that_nothing_presupposes_is_rejected(small: Any) -> None:
    for claim in small["claims"]:
        for own in claim["parts"]:
            if any(kind == "invertible" for kind, _ in own["presupposed"]):
                without = {**own, "presupposed": [one for one in own["presupposed"] if one[0] != "invertible"]}
                with pytest.raises(Rejected, match="side condition"):
                    Checker(without).accept(without)
                return
    pytest.fail("no claim with an inverse")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"claims": [], "format": 1, "seal": 2}', "[" * 100_000])
def test_what_is_no_certificate_is_rejected(text: str) -> None:
    with pytest.raises(Rejected):
        verify(text)


# Independence -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [graphs, calculus, checker])
def test_the_checker_shares_no_code_with_the_prover(module: Any) -> None:
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            own = name in ("symbn.certificate.graphs", "symbn.certificate.calculus")
            assert own or not name.startswith("symbn"), name


def test_the_checker_is_small() -> None:
    folder = Path(symbn.__file__).parent / "certificate"
    assert len((folder / "checker.py").read_text(encoding="utf-8").splitlines()) <= 400
