"""The way by which the core shows a difference to be 0, passage by passage, as the steps that `checker` takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from symbn.certificate import serial
from symbn.certificate.recording import Recorder, Uncertified
from symbn.certificate.serial import Data
from symbn.core.axioms import (
    CLEARING,
    ELEMENTARY_FUNCTIONS,
    ENTRIES,
    MATRIX_POWERS,
    PERIODIC_POWERS,
    RADICAL,
    RELATIONS,
    THROUGH,
    UPDATES,
    Theory,
)
from symbn.core.contraction import bind, delta, fresh, multiply, rename
from symbn.core.elementary import expanded
from symbn.core.entries import cases
from symbn.core.equality import Passage, Proof, Way, decide, way_by_relations, way_of_case
from symbn.core.matrices import DETERMINANT, INVERSE, POWER, inverse
from symbn.core.periodic_powers import without_periodic_powers
from symbn.core.power_chains import merged_powers
from symbn.core.radicals import reduce_leading_monomials
from symbn.core.relations import related
from symbn.core.ring import Ring, Step
from symbn.core.terms import Factor, Index, SumOfProducts
from symbn.core.through import multiplied_through
from symbn.core.updates import updated


class Passages(Recorder):
    """The steps of one equation, with the lemmas that they need."""

    def steps(self, way: Way) -> list[Data]:
        """The steps by which a sum is 0 in that way.  Raises Uncertified."""
        return [step for passage in way for step in self._passage(passage)]

    def _passage(self, passage: Passage) -> list[Data]:
        e = passage.before
        match passage.rule.name:
            case RADICAL.name:
                with recorded(e.ring) as record:
                    reduce_leading_monomials(e)
                return [["minus", *self.add(record)]]
            case CLEARING.name:
                return []  # the checker clears by itself
            case RELATIONS.name:
                return self._same(e, related)
            case MATRIX_POWERS.name:
                return self._same(e, merged_powers)
            case ELEMENTARY_FUNCTIONS.name:
                with recorded(e.ring) as record:
                    expanded(e)
                self.add_lemmas(record)
                return [["elementary"]]
            case THROUGH.name:
                return self._through(passage)
            case UPDATES.name:
                return self._updated(passage)
            case PERIODIC_POWERS.name:
                return self._periodic(e)
            case ENTRIES.name:
                return self._entries(e)
        raise Uncertified(passage.rule.name)

    def _same(self, e: SumOfProducts, change: Callable[[SumOfProducts], SumOfProducts]) -> list[Data]:
        """What relations make of a sum: of the nested ones first, then of itself."""
        with recorded(e.ring) as record:
            change(e)
        last = max((k for k, step in enumerate(record) if step[0] == "same"), default=None)
        if last is None:
            return []
        multiples = self.add(record[:last])
        self.values[record[last][1]] = None
        return [["related"], ["minus", *multiples]]

    def _through(self, passage: Passage) -> list[Data]:
        """Multiplied through by one of the matrices that are inverted: the one that was taken."""
        with recorded(passage.before.ring) as record:
            for through in multiplied_through(passage.before):
                if through == passage.after:
                    break
                record.clear()
        (_, head, end, new, side) = next(step for step in record if step[0] == "through")
        ends = serial.factor(Factor(head, (end, new) if side == 0 else (new, end)))
        return [["through", ends, serial.place(end)], ["minus", *self.add(record)]]

    def _updated(self, passage: Passage) -> list[Data]:
        """Determinants and inverses of sums, each a lemma."""
        with recorded(passage.before.ring) as record:
            updated(passage.before)
        self.add_lemmas(record)
        self.values[passage.after] = None
        determinants = [self._determinant(*data) for kind, *data in record if kind == "update"]
        inverses = [self._inverse(*data) for kind, name, *data in record if kind == "settled" and name == INVERSE]
        both = (DETERMINANT, determinants), (INVERSE, inverses)
        return [["changed", name, lemmas] for name, lemmas in both if lemmas]

    def _determinant(
        self,
        whole: SumOfProducts,
        first: SumOfProducts,
        ends: tuple[Index, Index],
        left: SumOfProducts,
        right: SumOfProducts,
        cut: Index | None,
    ) -> Data:
        """det(A + W) = det A det(I + R L), where A⁻¹ W = L R."""
        self.values[inverse(first, *ends)] = None
        sums = [serial.total(whole), serial.total(first), *serial.places(ends)]
        places = [] if cut is None else [serial.place(cut)]
        return ["update", [*sums, serial.total(left), serial.total(right), places]]

    def _inverse(self, whole: SumOfProducts, ends: tuple[Index, Index], value: SumOfProducts) -> Data:
        """e⁻¹ = v, as e v = I."""
        row, column = ends
        joint = fresh(row.dim)
        product = bind(multiply(rename(whole, {column: joint}), rename(value, {row: joint})), joint)
        steps = self._shown(product - delta(whole.ring, row, column), "low-rank updates")
        return ["inverse", [serial.total(whole), *serial.places(ends), serial.total(value), steps]]

    def _periodic(self, e: SumOfProducts) -> list[Data]:
        """Powers of projections and reflections, each a lemma."""
        with recorded(e.ring) as record:
            without_periodic_powers(e, lambda difference: way_by_relations(difference) is not None)
        self.add_lemmas(record)
        found: list[Data] = []
        for kind, *data in record:
            if kind == "periodic":
                matrix, exponent, value, square = data
                sums = [serial.total(matrix.body), *serial.places(matrix.formals), serial.total(exponent.body)]
                found.append(["periodic", [*sums, serial.total(value), self._shown(square, "periodic powers")]])
        return [["changed", POWER, found]]

    def _entries(self, e: SumOfProducts) -> list[Data]:
        """Case by case, over the places of indices whose sizes are numbers."""
        with recorded(e.ring) as record:
            every = list(cases(e))
        self.add_lemmas(record)
        return [["cases", *(self.steps(way_of_case(case) or ()) for case in every)]]

    def _shown(self, e: SumOfProducts, what: str) -> list[Data]:
        """The steps by which e is 0."""
        way = way_by_relations(e)
        if way is None:
            raise Uncertified(what)
        return self.steps(way)


@contextmanager
def recorded(ring: Ring) -> Iterator[list[Step]]:
    """What is done meanwhile."""
    before = ring.record
    record: list[Step] = []
    ring.record = record
    try:
        yield record
    finally:
        ring.record = before


def steps_to_zero(
    left: SumOfProducts, right: SumOfProducts, theory: Theory, recorder: Passages
) -> tuple[list[Data], tuple[SumOfProducts, ...]]:
    """The steps from left − right to 0, and both sides at each stage.  Raises Uncertified, and what `decide` raises."""
    with recorded(theory.ring) as steps:
        proof = decide(left, right, theory)
    theory.ring.record = None
    if not isinstance(proof, Proof):
        raise Uncertified("the core does not find this proof again")
    recorder.add_lemmas(steps)
    found: list[Data] = [["unfold", *step[1:]] for step in steps if step[0] == "unfold"]
    return found + recorder.steps(proof.way), proof.stages
