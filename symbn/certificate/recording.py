"""What a proof rests on, written down while the core does it once more: lemmas, and multiples of what is 0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import reduce

from symbn.certificate import serial
from symbn.certificate.serial import Data
from symbn.core.contraction import is_exponential, multiply, rename
from symbn.core.differentiation import Variable
from symbn.core.expectation import is_random
from symbn.core.heads import tensor
from symbn.core.relations import GraphRule, Relation
from symbn.core.ring import Coefficient, Ring, Step
from symbn.core.terms import Factor, Index, SumOfProducts, Tensor, constant, formal, index_key
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
    """The lemmas of one equation, each once."""

    def __init__(self) -> None:
        self._lemmas: dict[str, Data] = {}
        self._matrices: dict[str, Data] = {}
        self._later: dict[str, Data] = {}
        self._numbers: dict[str, int] = {}
        self.values: dict[SumOfProducts, None] = {}  # what powers and functions were found to be

    @property
    def lemmas(self) -> list[Data]:
        """Powers and functions in the order in which they came up, matrices from the innermost, rules, equal sums."""
        return [*self._lemmas.values(), *reversed(self._matrices.values()), *self._later.values()]

    def add_lemmas(self, steps: Iterable[Step]) -> None:
        """How powers, functions and matrices split, wherever that came up."""
        self.add(step for step in steps if step[0] in ("power", "function", "matrix", "split"))

    def add(self, steps: Iterable[Step]) -> list[Data]:
        """Lemmas from steps; the multiples of relations that were taken away since the last sum they are part of."""
        multiples: list[Data] = []
        pending: list[Step] = []
        for kind, *data in steps:
            match kind:
                case "power":
                    self._power(*data)
                case "function":
                    name, argument, result = data
                    self.values[result] = None
                    self._lemma(["function", [name, serial.total(argument), serial.total(result)]])
                case "matrix":
                    self._matrix(*data)
                case "split":
                    self._split(*data)
                case "rule" | "multiple" | "raised" | "running" | "cancelled":
                    pending = [(kind, *data)]
                case "around" if pending:
                    pending = [(*pending[0], *data)]
                case "times" if pending:
                    multiples += self._multiples(data[0], pending.pop())
                case "same":
                    before, after = data
                    self.values |= {before: None, after: None}
                    if before != after:
                        _once(self._later, ["same", [serial.total(before), serial.total(after), multiples]])
                    multiples = []
        return multiples

    def _lemma(self, data: Data) -> None:
        _once(self._lemmas, data)

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
            [name, serial.total(e), serial.place(row), serial.place(column), serial.total(scale),
             serial.total(left), sums, serial.total(right)],
        ]  # fmt: skip
        _once(self._matrices, data)

    def _split(self, e: SumOfProducts, row: Index, column: Index, size: Coefficient, *parts: SumOfProducts) -> None:
        sums = [serial.total(e), serial.place(row), serial.place(column), serial.coefficient(size)]
        _once(self._matrices, ["split", [*sums, *map(serial.total, parts)]])

    def _multiples(self, times: Coefficient, step: Step) -> list[Data]:
        """What a number times one step takes away: multiples of sums that are 0."""
        kind, *data = step
        match kind:
            case "multiple":
                rest, base, exponent, bound = data
                of: Data = [serial.total(base), serial.coefficient(exponent)]
                return [["power", serial.coefficient(times), serial.total(rest), *of, serial.places(bound)]]
            case "raised":
                base, first, second, ends, rest, bound = data
                of = [serial.total(base), serial.total(first), serial.total(second), *serial.places(ends[::2])]
                whole = serial.total(product(times.ring, rest))
                return [["raised", serial.coefficient(times), whole, *of, serial.places(bound)]]
            case "cancelled":
                return [self._cancelled(times, *data)]
            case "running":
                whole = serial.coefficient(times), serial.total(constant(times.ring.one))
                return [[how, *whole, serial.total(term), serial.place(i), []] for how, term, i in data[0]]
        rule, names, parts, bound = data
        ends = [[serial.place(own), serial.place(i)] for own, i in names.items() if str(own.label)[0] == "@"]
        inside = {i for own, i in names.items() if str(own.label)[0] == "!"}
        rest = serial.total(product(times.ring, parts))
        joints = tuple(i for i in bound if i not in inside)
        return [["rule", serial.coefficient(times), rest, self._number(rule), ends, serial.places(joints)]]

    def _cancelled(
        self,
        times: Coefficient,
        head: Tensor,
        ends: tuple[Index, Index],
        side: int,
        around: Sequence[SumOfProducts],
        bound: Sequence[Index],
        apart: SumOfProducts,
    ) -> Data:
        """A A⁻¹ = I where an equation was multiplied by A, or A⁻¹ A = I."""
        row, column = ends[::-1] if side else ends
        whole = serial.total(multiply(product(times.ring, around), apart))
        of: Data = [serial.factor(Factor(head, (row, column))), bool(side)]
        return ["relation", serial.coefficient(times), whole, *of, serial.places(tuple(bound))]

    def _number(self, rule: GraphRule) -> int:
        multiples = [self._relation(*multiple) for multiple in rule.proof]
        data: Data = ["rule", [serial.total(rule.term), serial.total(rule.value), multiples]]
        _once(self._later, data)
        return self._numbers.setdefault(json.dumps(data), len(self._numbers))

    def _relation(
        self, c: Coefficient, before: SumOfProducts | None, said: Relation, after: SumOfProducts | None
    ) -> Data:
        """c · before · relation · after, from @0 to @1."""
        start, end = (formal(number, dim) for number, dim in enumerate(said.dims))
        row = start if before is None else Index("@row", start.dim)
        column = end if after is None else Index("@column", end.dim)
        around = [None if before is None else rename(before, {formal(1, row.dim): row})]
        around += [None if after is None else rename(after, {formal(0, column.dim): column})]
        head = serial.factor(Factor(said.head, (column, row) if said.transposed else (row, column)))
        rest = serial.total(product(c.ring, (e for e in around if e is not None)))
        joints = tuple(i for i in (row, column) if i not in (start, end))
        return ["relation", serial.coefficient(c), rest, head, said.head_first, serial.places(joints)]


def _once(kept: dict[str, Data], data: Data) -> None:
    kept.setdefault(json.dumps(data), data)


def product(ring: Ring, parts: Iterable[SumOfProducts]) -> SumOfProducts:
    return reduce(multiply, parts, constant(ring.one))
