"""Sizes that are numbers: sums place by place, entry by entry.

    Σ_{i=1}^{3} F(i) = F(1) + F(2) + F(3)       det A = Σ_σ sgn σ Π_i A[i, σ i]       A⁻¹[i, j] = cofactor[j, i] / det A

Nothing is shared with the prover.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

from symbn.certificate.graphs import DETERMINANT, INVERSE, Factor, Index, Sum, added, fixed
from symbn.certificate.matrices import Matrices

LARGEST_SIZE, MOST_PLACES = 4, 4096


class Entries(Matrices):
    """What is written out place by place."""

    def places(self, i: Index) -> list[Index]:
        """The fixed places of an index whose size is a number."""
        self.need(i[1] <= MOST_PLACES, "a size that is not written out")
        return [(f"={k}", i[1]) for k in range(1, i[1] + 1)]

    def counted(self, indices: Any) -> list[Index]:
        """Those of the indices whose size is a number, and that stand for each of their places."""
        return sorted((i for i in indices if isinstance(i[1], int) and not fixed(i)), key=lambda i: str(i[0]))

    def cases(self, s: Sum) -> Iterator[Sum]:
        """s at every position of its free indices over sizes that are numbers, written out."""
        free = self.counted(s.free)
        for places in product(*map(self.places, free)):
            yield self.written_out(self.rename(s, dict(zip(free, places, strict=True))))

    def written_out(self, s: Sum) -> Sum:
        """s with every sum over a size that is a number written out, and matrices of such sizes."""
        parts = []
        for c, factors, bound in map(self.apart, s.terms.values()):
            counted = self.counted(bound)
            for places in product(*map(self.places, counted)):
                names = dict(zip(counted, places, strict=True))
                entries = [self.factor_written_out(self.renamed(f, names)) for f in factors]
                parts.append(self.contract(entries, [i for i in bound if i not in names]).scaled(c))
        return added(parts)

    def factor_written_out(self, f: Factor) -> Sum:
        size = f.over[0][0][0][1] if f.name in (INVERSE, DETERMINANT) else None
        if not isinstance(size, int) or size > LARGEST_SIZE or not all(map(fixed, f.at)):
            return self.atom(self.inside(f, self.written_out))
        self.need_conditions(self.single(f))
        formals, body = f.over[0]
        places = self.places(formals[0])
        entries = [
            [
                self.written_out(self.rename(body, dict(zip(formals, ends, strict=True))))
                for ends in product([i], places)
            ]
            for i in places
        ]
        determinant = self.leibniz(entries)
        if f.name == DETERMINANT:
            return determinant
        self.presupposed.add(self.up_to_names("nonzero", determinant))
        row, column = (places.index(i) for i in f.at)
        minor = [[x for c, x in enumerate(line) if c != row] for r, line in enumerate(entries) if r != column]
        cofactor = self.leibniz(minor).scaled(self.field((-1) ** (row + column)))
        return self.multiply(cofactor, self.power(determinant, -self.unit))

    def leibniz(self, entries: list[list[Sum]]) -> Sum:
        """Σ_σ sgn σ Π_i entries[i][σ i]."""
        total = self.zero
        for order in permutations(range(len(entries))):
            sign = (-1) ** sum(a > b for k, a in enumerate(order) for b in order[k:])
            term = self.contract([line[k] for line, k in zip(entries, order, strict=True)], ())
            total = total + term.scaled(self.field(sign))
        return total
