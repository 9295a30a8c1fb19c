"""Certificates are accepted as they were written, and rejected when anything of them is changed."""

from __future__ import annotations

import ast
import copy
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import symbn
from symbn.certificate import checker, writer
from symbn.certificate.checker import accept, seal, verify
from symbn.certificate.graphs import Rejected
from symbn.certificate.writer import certificate
from symbn.note import Note
from symbn.report import NoteReport
from symbn.source import SourceFile
from tests.reports import checked

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
    "derivations/cookbook/1_basics.md": 0,
    "derivations/cookbook/2_4_forms.md": 0,
    "derivations/cookbook/9_4_idempotent.md": 0,
    "derivations/cookbook/9_5_orthogonal.md": 0,
    "derivations/cookbook/9_8_symmetric.md": 0,
    "derivations/cookbook/10_1_series.md": 0,
    "derivations/ridge_regression.md": 0,
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


MATRICES = r"""
Let $G \in GL(n)$, $Q \in O(n)$, $Z, M \in \mathbb{R}^{n \times n}$, $P \in \mathbb{R}^{2 \times 2}$,
$b, c, x \in \mathbb{R}^n$,
$k \in \mathbb{N}$, $f : \mathbb{R}^n \to \mathbb{R}^p$, $X \in \mathbb{R}^{n \times q}$.

$$\det(I + b c^\top) = 1 + c^\top b$$

$$(G + b c^\top)^{-1} = G^{-1} - \frac{G^{-1} b c^\top G^{-1}}{1 + c^\top G^{-1} b}$$

$$\operatorname{tr}((G + b c^\top)^{-1})
  = \operatorname{tr}(G^{-1}) - \frac{c^\top G^{-1} G^{-1} b}{1 + c^\top G^{-1} b}$$

$$\det(P) = P_{11} P_{22} - P_{12} P_{21}$$

$$P^{-1} = \frac{1}{\det(P)} \begin{bmatrix} P_{22} & -P_{12} \\ -P_{21} & P_{11} \end{bmatrix}$$

$$Z^k Z = Z Z^k$$

$$\sum_{r=0}^{k-1} Z^r M Z^{k-1-r} = \sum_{r=0}^{k-1} Z^{k-1-r} M Z^r$$

$$(Z^k - I) (Z - I)^{-1} = \sum_{r=0}^{k-1} Z^r$$

$$\frac{\partial}{\partial Z} \operatorname{tr}(Z^k) = k (Z^{k-1})^\top$$

$$H := X (X^\top X)^{-1} X^\top$$

$$H^k = H$$

$$(I - 2 H)^{2 k} = I$$

$$Q^k (Q^\top)^{k} Q = Q$$

$$B := 2 Z$$

$$B^k = 2^k Z^k$$

$$\operatorname{diag}(x)^k = \operatorname{diag}(x^{\odot k})$$

$$\mathbf{1}^\top \sin(x)^{\odot 2} = n - \mathbf{1}^\top \cos(x)^{\odot 2}$$

$$\frac{\partial f(x)}{\partial x} \in \mathbb{R}^{p \times n}$$
"""
STEPS = {"unfold", "related", "minus", "changed", "through", "cases", "elementary"}
ZEROS = {"power", "relation", "rule", "raised", "reflected", "shifted"}
"""Of the steps and of the multiples of what is 0, those that the claims of MATRICES use."""


def written(note: Note, report: NoteReport) -> tuple[Any, int]:
    """A note's certificate, and how many of its proved claims it leaves out."""
    text, _, left_out = certificate([(note, report)], 200_000)
    return json.loads(text), left_out


@pytest.fixture(scope="module")
def small() -> Any:
    note = Note(SourceFile("small.md", SMALL))
    document, left_out = written(note, note.check(explain=False, repair=False))
    assert left_out == 0 and len(document["claims"]) == 7
    return document


@pytest.fixture(scope="module")
def matrices() -> Any:
    note = Note(SourceFile("matrices.md", MATRICES))
    document, left_out = written(note, note.check(explain=False, repair=False))
    assert left_out == 0 and len(document["claims"]) == 16
    return document


def sealed(document: Any) -> str:
    document["seal"] = seal([document["claims"], document["uncertified"]])
    return json.dumps(document)


@pytest.mark.parametrize("path", NOTES)
def test_what_is_proved_is_certified_and_the_certificate_holds(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even without the writer's own check, which would leave out what does not hold."""
    monkeypatch.setattr(writer, "accept", lambda part: None)
    document, left_out = written(Note.read(ROOT / path), checked(ROOT / path, explain=False, repair=False))
    assert left_out == NOTES[path]
    claims, unproved = verify(json.dumps(document))
    assert len(claims) == len(document["claims"]) > 0 and unproved == left_out


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
    one = {**small, "claims": [min(small["claims"], key=lambda claim: len(json.dumps(claim)))]}
    verify(sealed(one))
    for path in list(leaves(one))[::7]:
        with pytest.raises(Rejected):
            verify(json.dumps(changed(one, path)))


def test_a_side_that_is_changed_and_sealed_again_is_rejected(small: Any) -> None:
    paths = [path for path in leaves(small["claims"]) if set(path[3:4]) & {"left", "right"}]
    assert len(paths) > 100
    for path in paths if os.environ.get("SYMBN_ALL_NOTES") else paths[::9]:
        part = changed(small["claims"], path)[path[0]]["parts"][path[2]]
        with pytest.raises(Rejected):
            accept(part)


def test_every_kind_of_step_is_tried_here(matrices: Any) -> None:
    parts = [part for claim in matrices["claims"] for part in claim["parts"]]
    steps = [step for part in parts for step in part["steps"]]
    assert {step[0] for step in steps} == STEPS
    inside = [own for step in steps if step[0] == "cases" for case in step[1:] for own in case]
    assert {zero[0] for step in (*steps, *inside) if step[0] == "minus" for zero in step[1:]} == ZEROS
    lemmas = [lemma for step in steps if step[0] == "changed" for lemma in step[2]]
    assert {lemma[0] for lemma in lemmas} == {"update", "inverse", "periodic"}
    assert any(part["shape"] for part in parts)


def doubled(side: Any) -> Any:
    """A side that is not what it was: its first coefficient is another."""
    ((number, exponents), *more), below = side[0][0]
    return [[[[[str(int(number) * 7), exponents], *more], below], side[0][1]], *side[1:]]


@pytest.mark.parametrize("notes", ["small", "matrices"])
def test_no_change_of_what_is_said_beside_proves_a_false_twin(notes: str, request: pytest.FixtureRequest) -> None:
    every = bool(os.environ.get("SYMBN_ALL_NOTES"))
    for claim in request.getfixturevalue(notes)["claims"]:
        for part in (part for part in claim["parts"] if part["right"] and not part["shape"]):
            false = {**part, "right": doubled(part["right"])}
            paths = [path for path in leaves(false) if path[0] not in ("left", "right")]
            for path in paths if every else paths[:: 1 + len(paths) // 12]:
                with pytest.raises(Rejected):
                    accept(changed(false, path))


@pytest.mark.parametrize("notes", ["small", "matrices"])
def test_most_changes_of_a_proof_break_it(notes: str, request: pytest.FixtureRequest) -> None:
    tried, kept = 0, 0
    for claim in request.getfixturevalue(notes)["claims"]:
        for part in claim["parts"]:
            paths = [path for path in leaves(part) if path[0] in ("lemmas", "steps", "shape")]
            for path in paths[:: 1 + len(paths) // 12]:
                tried += 1
                try:
                    accept(changed(part, path))
                except Rejected:
                    continue
                kept += 1
    assert tried > 40 and kept < tried / 2


FIELDS = ["lemmas", "derivatives", "presupposed", "steps", "shape"]


@pytest.mark.parametrize("field", FIELDS)
def test_a_proof_that_lacks_a_part_is_rejected(small: Any, matrices: Any, field: str) -> None:
    empty: Any = {} if field == "derivatives" else None if field == "shape" else []
    rejected = 0
    for claim in (*small["claims"], *matrices["claims"]):
        for part in claim["parts"]:
            if part[field]:
                try:
                    accept({**part, field: empty})
                except Rejected:
                    rejected += 1
    assert (rejected > 0) == (field != "shape")  # without its shape, what is left of a claim says e = e


def test_steps_that_are_left_out_are_missed(matrices: Any) -> None:
    for claim in matrices["claims"]:
        for part in claim["parts"]:
            for k, step in enumerate(part["steps"]):
                if step[1:] and not (k + 1 == len(part["steps"]) > 1 and step[0] == "minus"):  # what clearing does too
                    with pytest.raises(Rejected):
                        accept({**part, "steps": [*part["steps"][:k], *part["steps"][k + 1 :]]})


# Certificates made to deceive -------------------------------------------------------------------------------

ONE = [["1", []]]


def sum_of(*terms: tuple[int, list[Any]]) -> list[Any]:
    return [[[[[str(n), []]], ONE], factors] for n, factors in terms]


def tensor(name: str, *at: list[Any], over: Any = (), captured: Any = ()) -> dict[str, Any]:
    return {
        "kind": "tensor", "name": name, "at": list(at), "slots": [], "captured": list(captured), "over": list(over),
        "exponent": None,
    }  # fmt: skip


def part(left: Any, right: Any, **more: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {
        "dimensions": {"n": 1}, "parameters": {}, "traits": {}, "shapes": {}, "definitions": {}, "derivatives": {},
        "presupposed": [], "lemmas": [], "steps": [], "shape": None,
    }  # fmt: skip
    return {**nothing, "left": left, "right": right, **more}


A = [["i", "n"], ["j", "n"]]


def test_a_true_equation_written_by_hand_is_accepted() -> None:
    twice = sum_of((1, [tensor("A", *A)]), (1, [tensor("A", *A)]))
    checked = part(twice, sum_of((2, [tensor("A", *A)])))
    accept(checked)


UNIT = sum_of((1, []))
DELTA = [[ONE, ONE], [{**tensor("", *A), "kind": "delta"}]]


def exponent(*terms: tuple[int, int]) -> list[Any]:
    """Σ c kᵉ of the dimension n, as an exponent."""
    return [[[[[str(c), [["n", e]] if e else []]], ONE], []] for c, e in terms]


K, MINUS_K, K_MINUS_1 = exponent((1, 1)), exponent((-1, 1)), exponent((1, 1), (-1, 0))
UNIT_TWICE = exponent((2, 0))
HALF_K = [[[[["1", [["n", 1]]]], [["2", []]]], []]]
POSITION = sum_of((1, [tensor("·position", ["#0", "n"])]))
FROM_THE_END = [*K, *UNIT, *sum_of((-1, [tensor("·position", ["#0", "n"])]))]
BASE = sum_of((1, [tensor("A", ["@0", "n"], ["@1", "n"])]))
INVERSE_OF_A = tensor("·⁻¹", *A, over=[[["n", "n"], BASE]])


def raised(row: Any, column: Any, power: Any, *captured: Any, base: Any = BASE) -> dict[str, Any]:
    """A power of a matrix."""
    return {**tensor("·power", row, column, over=[[["n", "n"], base], [[], power]]), "captured": list(captured)}


def applied(argument: Any, *captured: Any) -> dict[str, Any]:
    """An unknown function of a number."""
    return {**tensor("?f", over=[[[], argument]]), "kind": "function", "captured": list(captured), "exponent": 0}


I_PLUS_C = [DELTA, *sum_of((1, [tensor("C", *A)]))]
DETERMINANT_OF_I_PLUS_C = sum_of((1, [tensor("·det", over=[[["n", "n"], [
    [[ONE, ONE], [{**tensor("", ["@0", "n"], ["@1", "n"]), "kind": "delta"}]],
    *sum_of((1, [tensor("C", ["@0", "n"], ["@1", "n"])])),
]]])]))  # fmt: skip


def to_the(number: Any, base: Any, *captured: Any) -> dict[str, Any]:
    """A power of a number; [1, 2] is ½."""
    above, below = number if isinstance(number, list) else (number, 1)
    exponent = [[[str(above), []]], [[str(below), []]]]
    return {**applied(base, *captured), "kind": "power", "name": "", "exponent": exponent}


def function(name: str, argument: Any) -> dict[str, Any]:
    return {**applied(argument), "name": name}


def delta(row: str, column: str) -> dict[str, Any]:
    return {**tensor("", [row, "n"], [column, "n"]), "kind": "delta"}


def slope(row: Any, column: Any) -> dict[str, Any]:
    """∂Q/∂t at a place."""
    return {**tensor("Q", row, column), "slots": [["t", []]]}


def exp_of_x() -> dict[str, Any]:
    return to_the(1, sum_of((1, [function("exp", sum_of((1, [tensor("x")])))])))


def scaled_a(row: str, column: str) -> list[Any]:
    """x[i] A[i, j]."""
    return sum_of((1, [tensor("x", [row, "n"]), tensor("A", [row, "n"], [column, "n"])]))


def to_x_k() -> dict[str, Any]:
    """x[i]ⁿ."""
    return {**to_the(1, sum_of((1, [tensor("x", ["#0", "n"])])), A[0]), "exponent": [[["1", [["n", 1]]]], ONE]}


def orthogonal(entry: Callable[..., dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Σ_k M[k, i] M[k, j] = δ_ij, by a relation that is made a rule."""
    own = ["@0", "n"], ["@1", "n"]
    return part(
        sum_of((1, [entry([0, "n"], A[0]), entry([0, "n"], A[1])])),
        [DELTA],
        lemmas=[["rule", [
            sum_of((1, [entry([0, "n"], own[0]), entry([0, "n"], own[1])])),
            sum_of((1, [delta("@0", "@1")])),
            [["relation", [ONE, ONE], UNIT, entry(*own), False, []]],
        ]]],
        steps=[["minus", ["rule", [ONE, ONE], UNIT, 0, [[own[0], A[0]], [own[1], A[1]]], []]]],
        **more,
    )  # fmt: skip


def turned(size: str, first: bool) -> list[Any]:
    """The lemma that Qᵀ Q = I, or that Q Qᵀ = I, of an orthogonal Q of some size."""
    own, joint = (["@0", size], ["@1", size]), [0, size]
    pair = [tensor("Q", i, joint) if first else tensor("Q", joint, i) for i in own]
    unit = [[[ONE, ONE], [{**tensor("", *own), "kind": "delta"}]]]
    return ["rule", [sum_of((1, pair)), unit, [["relation", [ONE, ONE], UNIT, tensor("Q", *own), first, []]]]]


def at_both(number: int, times: int, size: str, place: list[Any]) -> list[Any]:
    """A rule of both ends at one place, summed over it."""
    ends = [[["@0", size], place], [["@1", size], place]]
    return ["rule", [[[str(times), []]], ONE], UNIT, number, ends, [place]]


def mean(*at: list[Any], over: Any = None) -> dict[str, Any]:
    return tensor("·mean", *at, over=[[[], sum_of((1, [tensor("x")]))]] if over is None else over)


B = [["k", "n"], ["l", "n"]]
T, T_SQUARED = ([[[[["1", [["t", k]]]], ONE], []]] for k in (1, 2))
DETERMINANT_OF_MINUS_A = tensor("·det", over=[[["n", "n"], sum_of((-1, [tensor("A", ["@0", "n"], ["@1", "n"])]))]])


def test_a_true_equation_of_powers_written_by_hand_is_accepted() -> None:
    accept(part(
        sum_of((1, [raised(A[0], [0, "n"], K), raised([0, "n"], A[1], K)])),
        sum_of((1, [raised(*A, exponent((2, 1)))])),
        steps=[["minus", ["raised", [ONE, ONE], UNIT, BASE, K, K, *A, []]]],
    ))  # fmt: skip
    accept(part(
        sum_of((1, [raised(*A, POSITION, [0, "n"])])),
        sum_of((1, [raised(*A, FROM_THE_END, [0, "n"])])),
        steps=[["minus", ["reflected", [ONE, ONE], UNIT, sum_of((1, [raised(*A, POSITION, ["r", "n"])])), ["r", "n"],
                          []]]],
    ))  # fmt: skip
    accept(part([], [], shape=[sum_of((1, [tensor("x", ["i", "n"])])), [["i", "n"]], []], shapes={"x": ["n"]}))


def test_a_power_at_one_place_twice_is_multiplied_out() -> None:
    i = A[0]
    square = sum_of((1, [raised(i, i, UNIT_TWICE)]))
    steps = [["changed", "·power", []]]
    accept(part(sum_of((1, [tensor("A", i, [0, "n"]), tensor("A", [0, "n"], i)])), square, steps=steps))
    for false in ([tensor("A", i, i), tensor("A", i, i)], [tensor("A", i, [0, "n"]), tensor("A", i, [0, "n"])]):
        with pytest.raises(Rejected):
            accept(part(sum_of((1, false)), square, steps=steps))


def test_a_condition_is_all_that_some_deceits_lack() -> None:
    powers = DECEITS["powers of which nothing is known to be inverted"]
    accept({**powers, "presupposed": [["invertible", INVERSE_OF_A]]})
    accept({**DECEITS["a matrix that is not declared orthogonal"], "traits": {"A": ["orthogonal"]}})
    accept({**DECEITS["a place that some sizes do not have"], "dimensions": {"n": 2}})
    accept(part(
        K,
        K,
        traits={"Q": ["orthogonal"]},
        lemmas=[turned("n", False), turned("n", True)],
        steps=[["minus", at_both(0, 1, "n", ["i", "n"]), at_both(1, -1, "n", ["k", "n"])]],
    ))  # fmt: skip


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
        lemmas=[["rule", [sum_of((1, [tensor("A", ["@0", "n"], ["@1", "n"])])), [], []]]],
        steps=[["minus", ["rule", [ONE, ONE], sum_of((1, [])), 0, [[["@0", "n"], A[0]], [["@1", "n"], A[1]]], []]]],
    ),
    "a root that is negative": part(
        sum_of((1, [])),
        sum_of((-1, [])),
        lemmas=[["power", [sum_of((4, [])), [ONE, [["2", []]]], sum_of((-2, []))]]],
    ),
    "a matrix that is not declared orthogonal": orthogonal(lambda *at: tensor("A", *at)),
    "a matrix that is orthogonal and not square": orthogonal(
        lambda row, column: tensor("A", row, [column[0], 2]), traits={"A": ["orthogonal"]}
    ),
    "a derivative of an orthogonal matrix, taken for one": orthogonal(slope, traits={"Q": ["orthogonal"]}),
    "a step of another name": part(sum_of((1, [])), [], steps=[["believe"]]),
    "a lemma of another name": part(sum_of((1, [])), [], lemmas=[["matrices", []]]),
    "a multiple of another name": part(sum_of((1, [])), [], steps=[["minus", ["product", [ONE, ONE], ONE, []]]]),
    "an index of a nested sum named as one around it": part(
        sum_of((1, [applied(sum_of((1, [tensor("A", ["#0", "n"], [0, "n"])])), [0, "n"])])),
        sum_of((1, [applied(sum_of((1, [tensor("A", ["#0", "n"], ["#0", "n"])])), [0, "n"])])),
    ),
    "a derivative of itself": part(
        sum_of((1, [tensor("a")])),
        [],
        parameters={"t": "real"},
        derivatives={"a": [[], sum_of((1, [tensor("a")])), "t", [], None]},
        steps=[["unfold", "a", False]],
    ),
    "a derivative that is called the determinant": part(
        sum_of((1, [tensor("·det", over=[[["n", "n"], sum_of((1, [tensor("A", ["@0", "n"], ["@1", "n"])]))]])])),
        [],
        parameters={"t": "real"},
        derivatives={"·det": [[], [], "t", [], None]},
        steps=[["unfold", "·det", False]],
    ),
    "all powers orthogonal": orthogonal(
        lambda row, column: raised(row, column, K), traits={"·power": ["orthogonal"]}
    ),
    "powers of which nothing is known to be inverted": part(
        sum_of((1, [raised(A[0], [0, "n"], K), raised([0, "n"], A[1], MINUS_K)])),
        [DELTA],
        steps=[["minus", ["raised", [ONE, ONE], UNIT, BASE, K, MINUS_K, *A, []]]],
    ),
    "powers to half an integer": part(
        sum_of((1, [raised(A[0], [0, "n"], HALF_K), raised([0, "n"], A[1], HALF_K)])),
        sum_of((1, [raised(*A, K)])),
        steps=[["minus", ["raised", [ONE, ONE], UNIT, BASE, HALF_K, HALF_K, *A, []]]],
    ),
    "a sum run backwards whose index stands elsewhere": part(
        sum_of((1, [tensor("x", [0, "n"]), raised(*A, POSITION, [0, "n"])])),
        sum_of((1, [tensor("x", [0, "n"]), raised(*A, FROM_THE_END, [0, "n"])])),
        steps=[["minus", ["reflected", [ONE, ONE], UNIT,
                          sum_of((1, [tensor("x", ["r", "n"]), raised(*A, POSITION, ["r", "n"])])), ["r", "n"], []]]],
    ),
    "multiplied through by what may be singular": part(
        sum_of((1, [tensor("x", ["i", "n"])])),
        sum_of((1, [tensor("y", ["i", "n"])])),
        steps=[["through", INVERSE_OF_A, ["i", "n"]]],
    ),
    "multiplied through by 0": part(
        sum_of((1, [tensor("x", ["i", "n"])])),
        sum_of((1, [tensor("y", ["i", "n"])])),
        presupposed=[["invertible", {**INVERSE_OF_A, "over": [[["n", "n"], []]]}]],
        steps=[["through", {**INVERSE_OF_A, "over": [[["n", "n"], []]]}, ["i", "n"]]],
    ),
    "multiplied through at one place": part(
        sum_of((1, [tensor("x", ["=1", "n"])])),
        [],
        presupposed=[["invertible", INVERSE_OF_A]],
        steps=[["through", {**INVERSE_OF_A, "at": [["=1", "n"], ["j", "n"]]}, ["=1", "n"]]],
    ),
    "multiplied through to an index that is there": part(
        sum_of((1, [tensor("C", *A)])),
        sum_of((1, [tensor("C", *A[::-1])])),
        presupposed=[["invertible", INVERSE_OF_A]],
        steps=[["through", INVERSE_OF_A, ["i", "n"]]],
    ),
    "a determinant in parts that are not apart": part(
        DETERMINANT_OF_I_PLUS_C,
        sum_of((1, []), (1, [tensor("C", [0, "n"], [0, "n"])])),
        steps=[["changed", "·det", [["update", [I_PLUS_C, [DELTA], *A, sum_of((1, [tensor("C", *A)])), UNIT, []]]]]],
    ),
    "a determinant of another product": part(
        DETERMINANT_OF_I_PLUS_C,
        sum_of((1, []), (1, [tensor("u", [0, "n"]), tensor("v", [0, "n"])])),
        steps=[["changed", "·det", [["update", [I_PLUS_C, [DELTA], *A, sum_of((1, [tensor("u", A[0])])),
                                                sum_of((1, [tensor("v", A[1])])), []]]]]],
    ),
    "an inverse that is another matrix": part(
        sum_of((1, [INVERSE_OF_A])),
        sum_of((1, [tensor("C", *A)])),
        presupposed=[["invertible", INVERSE_OF_A]],
        steps=[["changed", "·⁻¹", [["inverse", [sum_of((1, [tensor("A", *A)])), *A,
                                                sum_of((1, [tensor("C", *A)])), []]]]]],
    ),
    "a matrix that is no projection": part(
        sum_of((1, [raised(*A, K)])),
        sum_of((1, [tensor("A", *A)])),
        steps=[["changed", "·power", [["periodic", [sum_of((1, [tensor("A", *A)])), *A, K,
                                                    sum_of((1, [tensor("A", *A)])), []]]]]],
    ),
    "a determinant of another size": part(
        sum_of((1, [tensor("·det", over=[[["m", "m"], UNIT]])])),
        sum_of((1, [tensor("·det", over=[[["n", "n"], UNIT]])])),
        dimensions={"m": 1, "n": 1},
    ),
    "a matrix whose scale depends on its row": part(
        sum_of((1, [tensor("·⁻¹", *A, over=[[["n", "n"], scaled_a("@0", "@1")]])])),
        sum_of((1, [to_the(-1, sum_of((1, [tensor("x", ["#0", "n"])])), A[0]), INVERSE_OF_A])),
        presupposed=[
            ["invertible", INVERSE_OF_A], ["nonzero", sum_of((1, [tensor("x", A[0])]))],
            ["invertible", tensor("·⁻¹", *A, over=[[["n", "n"], scaled_a("@0", "@1")]])],
        ],
        lemmas=[["matrix", ["·⁻¹", scaled_a("i", "j"), *A, sum_of((1, [tensor("x", A[0])])), UNIT,
                            [sum_of((1, [tensor("A", *A)]))], UNIT]]],
        steps=[["changed", "·⁻¹", []]],
    ),
    "an inverse of a δ at other places": part(
        sum_of((1, [tensor("·⁻¹", *A, over=[[["n", "n"], sum_of((1, [delta("#0", "#1")]))]], captured=[*B])])),
        sum_of((1, [delta("k", "l")])),
        presupposed=[["invertible", tensor("·⁻¹", *A, over=[[["n", "n"], sum_of((1, [delta("#0", "#1")]))]],
                                           captured=[*B])]],
        lemmas=[["matrix", ["·⁻¹", sum_of((1, [delta("k", "l")])), *A, UNIT, UNIT, [sum_of((1, [delta("k", "l")]))],
                            UNIT]]],
        steps=[["changed", "·⁻¹", []]],
    ),
    "an exponential times what is no power": part(
        sum_of((1, [exp_of_x()])),
        sum_of((1, [exp_of_x(), function("cosh", sum_of((1, [tensor("y")])))])),
        lemmas=[["function", ["exp", sum_of((1, [tensor("x")])),
                              sum_of((1, [exp_of_x(), function("cosh", sum_of((1, [tensor("y")])))]))]]],
    ),
    "a root of the determinant of −A": part(
        sum_of((1, [to_the([1, 2], sum_of((1, [DETERMINANT_OF_MINUS_A, DETERMINANT_OF_MINUS_A])))])),
        sum_of((1, [DETERMINANT_OF_MINUS_A])),
        traits={"A": ["definite", "symmetric"]},
        presupposed=[["positive", sum_of((1, [DETERMINANT_OF_MINUS_A, DETERMINANT_OF_MINUS_A]))]],
        lemmas=[["power", [sum_of((1, [DETERMINANT_OF_MINUS_A, DETERMINANT_OF_MINUS_A])), [ONE, [["2", []]]],
                           sum_of((1, [DETERMINANT_OF_MINUS_A]))]]],
        steps=[["related"], ["changed", "·det", []]],
    ),
    "a parameter of an unknown sign that is taken for one ≥ 0": part(
        sum_of((1, [to_the([1, 2], T_SQUARED)])),
        T,
        parameters={"t": "any"},
        presupposed=[["positive", T_SQUARED]],
        lemmas=[["power", [T_SQUARED, [ONE, [["2", []]]], T]]],
        steps=[["elementary"], ["changed", "x", []]],
    ),
    "a derivative of a known function under its name": part(
        sum_of((1, [{**function("tanh", sum_of((1, [tensor("x")]))), "exponent": 1}])),
        sum_of((1, [{**function("tanh", sum_of((1, [tensor("x")]))), "exponent": 1}])),
    ),
    "a definition with an index of its own": part(
        sum_of((1, [tensor("a", A[0])])),
        sum_of((1, [tensor("x", A[1])])),
        definitions={"a": [[A[0]], [], sum_of((1, [tensor("x", A[1])]))]},
        steps=[["unfold", "a", False]],
    ),
    "a power whose scale depends on its row": part(
        sum_of((1, [raised(*A, K, base=scaled_a("@0", "@1"))])),
        sum_of((1, [to_x_k(), raised(*A, K)])),
        presupposed=[["positive", sum_of((1, [tensor("x", A[0])]))]],
        lemmas=[["split", [scaled_a("i", "j"), *A, [[["1", [["n", 1]]]], ONE], sum_of((1, [tensor("x", A[0])])), UNIT,
                           sum_of((1, [tensor("A", *A)])), UNIT]]],
        steps=[["changed", "·power", []]],
    ),
    "a projection to a power that may be 0": part(
        sum_of((1, [raised(*A, K_MINUS_1, base=sum_of((1, [tensor("x", ["@0", "n"]), tensor("y", ["@1", "n"])])))])),
        sum_of((1, [tensor("x", A[0]), tensor("y", A[1])])),
        steps=[["changed", "·power", [["periodic", [sum_of((1, [tensor("x", A[0]), tensor("y", A[1])])), *A, K_MINUS_1,
                                                    sum_of((1, [tensor("x", A[0]), tensor("y", A[1])])), []]]]]],
    ),
    "fewer cases than there are places": part(
        sum_of((1, [tensor("x", ["i", 2])])), sum_of((1, [tensor("x", ["=1", 2])])), steps=[["cases", []]]
    ),
    "cases that are not the last step": part(
        sum_of((1, [tensor("x", ["i", 2])])), [], steps=[["cases", [], []], ["minus"]]
    ),
    "an inverse of a matrix that is not square": part(
        sum_of((1, [{**INVERSE_OF_A, "over": [[["n", "m"], UNIT]]}])),
        sum_of((1, [{**INVERSE_OF_A, "over": [[["n", "m"], UNIT]]}])),
    ),
    "a shape with a size more": part(
        [], [], shape=[sum_of((1, [tensor("x", ["i", "n"])])), A, []], shapes={"x": ["n"]}
    ),
    "a shape of another size": part(
        [], [], shape=[sum_of((1, [tensor("x", ["i", "n"])])), [["i", "n"]], []], shapes={"x": ["m"]}
    ),
    "a δ between two sizes": part(
        sum_of((1, [{**delta("i", "i"), "at": [["i", "n"], [0, "m"]]}, tensor("x", [0, "m"])])),
        sum_of((1, [tensor("x", ["i", "n"])])),
        dimensions={"m": 1, "n": 1},
    ),
    "a claim for a size that is 0": part(sum_of((1, [tensor("x", ["i", 0])])), [], steps=[["cases"]]),
    "a sum over fewer places than none": part(sum_of((1, [tensor("x", [0, -3])])), [], steps=[["cases", []]]),
    "a size that is not declared": part(sum_of((1, [tensor("x", ["i", "k"])])), sum_of((1, [tensor("x", ["i", "k"])]))),
    "a rule at places of another size, which makes n and m one": part(
        K,
        [[[[["1", [["m", 1]]]], ONE], []]],
        dimensions={"m": 1, "n": 1},
        traits={"Q": ["orthogonal"]},
        lemmas=[turned("n", False), turned("m", True)],
        steps=[["minus", at_both(0, 1, "n", ["i", "m"]), at_both(1, -1, "m", ["k", "n"])]],
    ),
    "a power that no memory holds": part(
        sum_of((1, [to_the(10**12, sum_of((2, [])))])), sum_of((1, [to_the(10**12, sum_of((2, [])))]))
    ),
    "a place beyond the last": part(sum_of((1, [tensor("x", ["=4", 3])])), sum_of((1, [tensor("x", ["=4", 3])]))),
    "a place that some sizes do not have": part(
        sum_of((1, [tensor("x", ["=2", "n"])])), sum_of((1, [tensor("x", ["=2", "n"])]))
    ),
    "a mean at one place that is another's": part(
        sum_of((1, [mean(A[0])])),
        sum_of((1, [mean(A[1])])),
        traits={"x": ["random"]},
        steps=[["changed", "·mean", []]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DECEITS)
def test_a_certificate_made_to_deceive_is_rejected(name: str) -> None:
    with pytest.raises(Rejected):
        verify(sealed(document_of([DECEITS[name]])))


def document_of(parts: list[Any]) -> Any:
    claim = {"note": "a.md", "line": 1, "column": 1, "id": "1", "parts": parts}
    return {"format": checker.FORMAT, "claims": [claim], "uncertified": []}


def test_a_claim_of_nothing_is_rejected() -> None:
    verify(sealed(document_of([part(UNIT, UNIT)])))
    with pytest.raises(Rejected):
        verify(sealed(document_of([])))
    with pytest.raises(Rejected):
        verify(sealed(document_of([part(UNIT, UNIT)]) | {"claims": [{"parts": [part(UNIT, UNIT)]}]}))


def test_an_inverse_that_nothing_presupposes_is_rejected(matrices: Any) -> None:
    rejected = 0
    for claim in matrices["claims"]:
        for own in claim["parts"]:
            without = {**own, "presupposed": [one for one in own["presupposed"] if one[0] != "invertible"]}
            if r"\det" in str(claim["conditions"]):
                with pytest.raises(Rejected, match="side condition"):
                    accept(without)
                rejected += 1
            else:  # none is inverted that is not declared to be invertible
                accept(without)
    assert rejected > 3


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"claims": [], "format": 1, "seal": 2}', "[" * 100_000])
def test_what_is_no_certificate_is_rejected(text: str) -> None:
    with pytest.raises(Rejected):
        verify(text)


# Independence -----------------------------------------------------------------------------------------------


def imported(module: str) -> set[str]:
    tree = ast.parse((SOURCES / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


SOURCES = Path(symbn.__file__).parents[1]
CHECKER = {
    f"symbn.certificate.{name}"
    for name in ("arithmetic", "calculus", "checker", "entries", "graphs", "matrices", "reading", "scalars")
}


def test_the_checker_shares_no_code_with_the_prover() -> None:
    """Whatever it imports, however far, is of its own modules, of Python or of SymPy's polynomials."""
    reached: set[str] = set()
    pending = {"symbn.certificate.checker"}
    while pending:
        module = pending.pop()
        reached.add(module)
        names = imported(module)
        others = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names | {"symbn"}}
        assert others <= {"sympy", "sympy.polys.fields"}
        pending |= {name for name in names if name.startswith("symbn")} - reached
    assert reached == CHECKER


@pytest.mark.parametrize("module", sorted(CHECKER))
def test_each_part_of_the_checker_is_small(module: str) -> None:
    """The longest is to be read at one sitting: 400 lines are the most, and most have fewer than 300."""
    assert len((SOURCES / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8").splitlines()) <= 400
