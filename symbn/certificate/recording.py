"""What a proof rests on, written down while the core finds it once more: lemmas, rules, and the steps to 0."""

from __future__ import annotations

import json
from collections.abc import Iterable

from symbn.certificate import serial
from symbn.certificate.serial import Data
from symbn.core.axioms import Theory
from symbn.core.contraction import is_exponential, multiply
from symbn.core.differentiation import Variable
from symbn.core.elementary import expanded
from symbn.core.equality import Proof, decide
from symbn.core.expectation import is_random
from symbn.core.heads import tensor
from symbn.core.radicals import clear_one, has_powers, reduce_leading_monomials
from symbn.core.relations import GraphRule, has_relations, related
from symbn.core.ring import Coefficient, Step
from symbn.core.terms import Factor, Index, Scalarwise, SumOfProducts, constant, index_key
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.places import Place


class Uncertified(Exception):
    """A proof that uses what certificates have no words for; the message says what."""


class StatedDerivatives(Indexing):
    """A translation in which a statement's derivatives are names, each listed with what it is the derivative of."""

    def __init__(self, context: Context) -> None:
        self.stated_derivatives: dict[str, tuple[tuple[Index, ...], SumOfProducts, Variable]] = {}
        self._worked_out = True
        super().__init__(context)
        self._worked_out = False

    def derived(self, inside: SumOfProducts, by: Variable) -> SumOfProducts:
        if self._worked_out:
            return super().derived(inside, by)
        places = {i for i in (*inside.free, *by.indices, *by.captured) if not i.is_constant}
        out = tuple(sorted(places, key=index_key))
        name = f"·∂{len(self.stated_derivatives) + 1}"
        self.stated_derivatives[name] = out, inside, by
        random = any(map(is_random, inside.factors()))
        return tensor(self.ring, name, out, traits=frozenset(["random"] if random else []))

    def _at_zero(self, e: tree.At, row: Place, column: Place) -> SumOfProducts:
        before, self._worked_out = self._worked_out, True
        try:
            return super()._at_zero(e, row, column)
        finally:
            self._worked_out = before


class Recorder:
    """The lemmas and rules of one equation, each once."""

    def __init__(self) -> None:
        self._lemmas: dict[str, Data] = {}
        self._matrices: dict[str, Data] = {}
        self._sums: dict[str, Data] = {}
        self.rules: list[Data] = []
        self._numbers: dict[int, int] = {}
        self._held: list[GraphRule] = []
        self.values: dict[SumOfProducts, None] = {}  # what powers and functions were found to be

    @property
    def lemmas(self) -> list[Data]:
        """Powers and functions in the order in which they came up, matrices from the innermost, equal sums."""
        return [*self._lemmas.values(), *reversed(self._matrices.values()), *self._sums.values()]

    def add_lemmas(self, steps: Iterable[Step]) -> None:
        """How powers, functions and matrices split, wherever that came up."""
        self.add(step for step in steps if step[0] in ("power", "function", "matrix"))

    def add(self, steps: Iterable[Step]) -> list[Data]:
        """Lemmas from steps; the multiples of relations that were taken away since the last sum they are part of."""
        multiples: list[Data] = []
        pending: Step | None = None
        for kind, *data in steps:
            if kind == "power":
                self._power(*data)
            elif kind == "function":
                name, argument, result = data
                self.values[result] = None
                self._lemma(["function", [name, serial.total(argument), serial.total(result)]])
            elif kind == "matrix":
                self._matrix(*data)
            elif kind in ("rule", "multiple"):
                pending = (kind, *data)
            elif kind == "times" and pending is not None:
                multiples.append(self._multiple(data[0], pending))
            elif kind == "same":
                before, after = data
                self.values |= {before: None, after: None}
                if before != after:
                    same: Data = ["same", [serial.total(before), serial.total(after), multiples]]
                    self._sums.setdefault(json.dumps(same), same)
                multiples = []
        return multiples

    def _lemma(self, data: Data) -> None:
        self._lemmas.setdefault(json.dumps(data), data)

    def _power(self, base: SumOfProducts, exponent: Coefficient, result: SumOfProducts) -> None:
        self.values[result] = None
        if exponent.as_natural() is None and not is_exponential(base):
            self._lemma(["power", [serial.total(base), serial.coefficient(exponent), serial.total(result)]])

    def _matrix(self, name: str, e: SumOfProducts, row: Index, column: Index, scale: SumOfProducts,
                left: SumOfProducts, parts: tuple[SumOfProducts, ...], right: SumOfProducts) -> None:  # fmt: skip
        if len(parts) == 1 and parts[0] == e:
            return
        sums: list[Data] = [serial.total(part) for part in parts]
        data: Data = [
            "matrix",
            [name, serial.total(e), [row.label, row.dim], [column.label, column.dim], serial.total(scale),
             serial.total(left), sums, serial.total(right)],
        ]  # fmt: skip
        self._matrices.setdefault(json.dumps(data), data)

    def _multiple(self, times: Coefficient, step: Step) -> Data:
        kind, *data = step
        if kind == "multiple":
            rest, base, exponent, bound = data
            return ["power", serial.coefficient(times), serial.total(rest), serial.total(base),
                    serial.coefficient(exponent), serial.places(bound)]  # fmt: skip
        rule, names, parts, bound = data
        ends: list[Data] = [
            [[own.label, own.dim], [i.label, i.dim]] for own, i in names.items() if str(own.label)[0] == "@"
        ]
        inside = {i for own, i in names.items() if str(own.label)[0] == "!"}
        rest = constant(times.ring.one)
        for part in parts:
            rest = multiply(rest, part)
        joints = tuple(i for i in bound if i not in inside)
        return ["rule", serial.coefficient(times), serial.total(rest), self._number(rule), ends, serial.places(joints)]

    def _number(self, rule: GraphRule) -> int:
        if id(rule) not in self._numbers:
            self._held.append(rule)  # so that its identity stays its own
            self._numbers[id(rule)] = len(self.rules)
            proof: list[Data] = []
            for c, before, said, after in rule.proof:
                head = serial.factor(Factor(said.head, (Index("a", said.dims[0]), Index("b", said.dims[1]))))
                around: list[Data] = [None if e is None else serial.total(e) for e in (before, after)]
                proof.append([serial.coefficient(c), around[0], [head, said.head_first, said.transposed], around[1]])
            self.rules.append([serial.total(rule.term), serial.total(rule.value), proof])
        return self._numbers[id(rule)]


def steps_to_zero(
    left: SumOfProducts, right: SumOfProducts, theory: Theory, recorder: Recorder
) -> tuple[list[Data], tuple[SumOfProducts, ...]]:
    """The steps from left − right to 0, and both sides at each stage.  Raises Uncertified, and what `decide` raises."""
    steps: list[Step] = []
    theory.ring.record = steps
    proof = decide(left, right, theory)
    theory.ring.record = None
    if not isinstance(proof, Proof):
        raise Uncertified("the core does not find this proof again")
    recorder.add_lemmas(steps)
    found: list[Data] = [["unfold", *step[1:]] for step in steps if step[0] == "unfold"]
    return found + _annulled(proof.stages[-2] - proof.stages[-1], recorder), proof.stages


def _annulled(e: SumOfProducts, recorder: Recorder) -> list[Data]:
    """The steps by which a difference becomes 0."""
    if e.is_zero():
        return []
    cleared = _cleared(e, recorder)
    if cleared is not None:
        return cleared
    steps: list[Step] = []
    if has_relations(e):
        e.ring.record = steps = []
        simpler = related(e)
        last = max(k for k, step in enumerate(steps) if step[0] == "same")
        multiples = recorder.add(steps[:last])
        recorder.values[steps[last][1]] = None
        found: list[Data] = [["related"], ["minus", *multiples]]
        cleared = [] if simpler.is_zero() else _cleared(simpler, recorder)
        if cleared is not None:
            return [*found, *cleared]
    e.ring.record = steps = []
    fewer = expanded(e)
    if fewer != e and not any(f.head.function == "sin" for f in e.factors() if isinstance(f.head, Scalarwise)):
        recorder.add_lemmas(steps)
        return [["elementary"], *_annulled(fewer, recorder)]
    raise Uncertified("rules beyond powers and inverses")


def _cleared(e: SumOfProducts, recorder: Recorder) -> list[Data] | None:
    """The step by which e becomes 0 through the relation of its powers; None if it does not."""
    steps: list[Step] = []
    e.ring.record = steps
    reduced = reduce_leading_monomials(e) if has_powers(e) else e
    return [["minus", *recorder.add(steps)]] if _clears(reduced) else None


def _clears(e: SumOfProducts) -> bool:
    if e.is_zero():
        return True
    groups = clear_one(e)
    return groups is not None and all(map(_clears, groups))
