"""Certificates of proved claims: what `checker` needs to find each of them true by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from symbn.certificate import serial
from symbn.certificate.checker import FORMAT, accept, seal
from symbn.certificate.graphs import Rejected
from symbn.certificate.passages import Passages, steps_to_zero
from symbn.certificate.recording import Recorder, StatedDerivatives, Uncertified
from symbn.certificate.serial import Data
from symbn.core.axioms import Theory, all_factors, mentioned_names
from symbn.core.contraction import opened
from symbn.core.matrices import INVERSE, POWER
from symbn.core.periodic_powers import is_at_least
from symbn.core.ring import Budget, BudgetExceeded
from symbn.core.terms import Factor, NoRule, Power, SumOfProducts, Tensor, index_key
from symbn.expr.indexing import Indexing
from symbn.expr.places import places_of, present
from symbn.expr.statement import Statement
from symbn.expr.tree import Expr, Shape
from symbn.note import Note
from symbn.report import NoteReport, Report


def certificate(notes: Iterable[tuple[Note, NoteReport]], terms: int) -> tuple[str, int, int]:
    """The certificate of all proved claims as JSON; how many it certifies, and how many it has no words for.

    Those are listed with the reason.  What is written was checked: no one gets a certificate that does not hold.
    """
    claims: list[Data] = []
    uncertified: list[Data] = []
    for note, report in notes:
        proved = {one.id: one for one in report.statements if one.verdict == "proved"}
        for statement in note.statements:
            if statement.id in proved:
                told = _told(proved[statement.id], report)
                try:
                    parts = json.loads(json.dumps(_parts(statement, terms)))
                    for part in parts:
                        accept(part)
                    claims.append({**told, "parts": parts})
                except (Uncertified, NoRule, BudgetExceeded, Rejected) as missing:
                    uncertified.append({**told, "reason": str(missing)})
    document = {"format": FORMAT, "claims": claims, "uncertified": uncertified, "seal": seal([claims, uncertified])}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", len(claims), len(uncertified)


def _told(report: Report, of: NoteReport) -> dict[str, Data]:
    """What a person reads of a claim."""
    line, column = of.source.position(report.span.start)
    conditions = [condition.latex for condition in report.conditions]
    return {
        "note": of.source.path, "id": report.id, "label": report.label, "line": line, "column": column,
        "lhs": report.lhs, "rhs": report.rhs, "conditions": conditions,
    }  # fmt: skip


def _parts(statement: Statement, terms: int) -> list[Data]:
    """Each equation that a claim says.  Raises Uncertified, NoRule, BudgetExceeded."""
    indexing, stated = Indexing(statement.context), StatedDerivatives(statement.context)
    found: list[Data] = []
    if statement.expression is not None and statement.claimed is not None:
        found.append(_part_of_shape(statement.expression, statement.claimed, stated, terms))
    for goal in statement.goals:
        for ring in (indexing.ring, stated.ring):
            ring.budget, ring.record = Budget(terms), []
        pairs = zip(indexing.sides(goal.left, goal.right), stated.sides(goal.left, goal.right), strict=True)
        for sides, as_stated in pairs:
            recorder = Passages()
            for ring in (stated.ring, indexing.ring):
                recorder.add_lemmas(ring.record or [])
            steps, stages = steps_to_zero(*sides, indexing.theory, recorder)
            found.append(_part(as_stated, stages, stated, steps, recorder))
            indexing.theory.unfolded.clear()  # what was worked out for one part says no more how
            indexing.ring.kept.clear()
            indexing.ring.record, stated.ring.record = [], []
    if not found:
        raise Uncertified("a claim that has no sides")
    return found


def _part_of_shape(expression: Expr, claimed: Shape, stated: StatedDerivatives, terms: int) -> Data:
    """A claim of a shape: the expression at one place for each size that is not 1.  Raises NoRule, BudgetExceeded."""
    stated.ring.budget = Budget(terms)
    places = places_of(claimed)
    side = stated.to_sum(expression, *places)
    part = _part((side, side), (), stated, [], Recorder())
    at = present(*places)
    given = sorted((i for i in side.free if i not in at), key=index_key)
    return {**part, "steps": [], "shape": [part["left"], serial.places(at), serial.places(tuple(given))]}


def _part(
    sides: tuple[SumOfProducts, SumOfProducts],
    stages: Sequence[SumOfProducts],
    stated: StatedDerivatives,
    steps: list[Data],
    recorder: Recorder,
) -> Data:
    ring, theory = stated.ring, stated.theory
    inside = [(body, by.name) for _, body, by in stated.stated_derivatives.values()]
    names = _all_names([*sides, *(body for body, _ in inside)], {name for _, name in inside}, theory)
    definitions: dict[str, Data] = {}
    for unfolding in sorted((theory.unfoldings[n] for n in names & theory.unfoldings.keys()), key=lambda u: u.rank):
        parameters = [[name, serial.places(formals)] for name, formals in unfolding.parameters]
        definitions[unfolding.name] = [serial.places(unfolding.indices), parameters, serial.total(unfolding.body)]
    derivatives: dict[str, Data] = {}
    for name, (out, body, by) in stated.stated_derivatives.items():
        held = None if by.application is None else serial.factor(Factor(by.application, by.indices + by.captured))
        derivatives[name] = [serial.places(out), serial.total(body), by.name, serial.places(by.indices), held]
    return {
        "dimensions": ring.dimensions,
        "parameters": ring.parameters,
        "traits": {n: sorted(s.traits) for n, s in theory.signatures.items() if s.traits},
        "shapes": {n: dims for n, dims in _shapes(stated).items() if n in names},
        "definitions": definitions,
        "derivatives": derivatives,
        "shape": None,
        "left": serial.total(sides[0]),
        "right": serial.total(sides[1]),
        "presupposed": _presupposed(
            [*sides, *stages, *recorder.values, *(theory.unfoldings[name].body for name in definitions)]
        ),
        "lemmas": recorder.lemmas,
        "steps": [*(["unfold", name, False] for name in derivatives), *steps],
    }


def _shapes(stated: StatedDerivatives) -> dict[str, Data]:
    """The sizes of every name, and of what an unknown function gives."""
    functions = {f.name: [d for d in f.codomain if d != 1] for f in stated.context.functions.values()}
    plain = {name: shape for name, shape in functions.items() if all(isinstance(d, str | int) for d in shape)}
    return {**plain, **{name: list(signature.dims) for name, signature in stated.theory.signatures.items()}}


def _all_names(sums: Sequence[SumOfProducts], more: set[str], theory: Theory) -> set[str]:
    """What is mentioned, through definitions too."""
    names = more.union(*map(mentioned_names, sums))
    return names.union(*(theory.dependencies(name) for name in names))


def _presupposed(sums: Sequence[SumOfProducts]) -> list[Data]:
    """What must be ≠ 0, > 0 under a root, or invertible: the bases of powers and the arguments of inverses."""
    found: dict[str, Data] = {}
    for factor in (f for e in sums for f in all_factors(e)):
        head = factor.head
        data: Data = None
        if isinstance(head, Power):
            exponent = head.exponent.as_fraction()
            rooted = exponent is None or exponent.denominator != 1
            data = ["positive" if rooted else "nonzero", serial.total(opened(head.base, factor.indices))]
        elif isinstance(head, Tensor) and head.name == INVERSE:
            data = ["invertible", serial.factor(factor)]
        elif isinstance(head, Tensor) and head.name == POWER and not is_at_least(head.arguments[1].body, 0):
            power = serial.factor(factor)
            data = ["invertible", {**power, "name": INVERSE, "over": power["over"][:1]}]
        if data is not None:
            found.setdefault(json.dumps(data), data)
    return list(found.values())
