"""Inverses, determinants and powers of matrices on graphs: what splits, and what is written out.

    M⁰ = I   Mᵏ = M ⋯ M   M⁻ᵏ = (M⁻¹)ᵏ   (Mᵃ)ᵉ = Mᵃᵉ          k a number
    Mᵃ Mᵇ = Mᵃ⁺ᵇ        where a, b ≥ 0, or M is presupposed to be invertible
    Σ_r F(r) = Σ_r F(n + 1 − r)       Σ_r F(r + 1) = Σ_r F(r) + F(n + 1) − F(1)          r = 1 … n
    det(A + W) = det A det(I + A⁻¹W)       det(I + L R) = det(I + R L)

An exponent is a sum in sizes and positions: POSITION[r] is r.  Nothing is shared with the prover.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

from symbn.certificate.graphs import (
    DETERMINANT,
    INVERSE,
    POSITION,
    POWER,
    Factor,
    Index,
    Sum,
    fixed,
    fresh,
    is_exponential,
    sole,
)
from symbn.certificate.scalars import Scalars

INVERTIBLE = ("invertible", "definite", "orthogonal")
LARGEST_EXPONENT = 64


class Matrices(Scalars):
    """presupposed: what must be ≠ 0, > 0 under a root, or invertible, up to names."""

    presupposed: set[tuple[str, str]]

    # Conditions -----------------------------------------------------------------------------------------------

    def up_to_names(self, kind: str, of: Sum | Factor) -> tuple[str, str]:
        """What is presupposed of a sum or an inverse, wherever it stands; the sign tells only under a root."""
        f = of._replace(at=tuple(map(fresh, of.at))) if isinstance(of, Factor) else Factor("same", over=(((), of),))
        both = [f] if kind == "positive" else [f, f._replace(over=((f.over[0][0], f.over[0][1].scaled(-1)),))]
        return kind, min(self.key(g)[0] for g in both)

    def conditions(self, s: Sum) -> Iterator[tuple[str, str]]:
        """What must be ≠ 0, > 0 under a root, or invertible, for s to be defined."""
        for f in (f for _, factors, _ in s.terms.values() for f in factors):
            if f.kind == "power" and not is_exponential(f.over[0][1]):
                value = self.value(f.exponent)
                rooted = value is None or value.denominator > 1
                yield self.up_to_names("positive" if rooted else "nonzero", f.over[0][1])
            elif f.name in (INVERSE, POWER) and self.is_declared(f, *INVERTIBLE):
                self.is_exponent(f.over[-1][1] if f.name == POWER else self.one)
            elif f.name == INVERSE:
                yield self.up_to_names("invertible", f)
            elif f.name == POWER and not self.is_exponent(f.over[1][1]):
                yield self.up_to_names("invertible", f._replace(name=INVERSE, over=f.over[:1]))
            for _, inner in f.over:
                yield from self.conditions(inner)

    def need_conditions(self, s: Sum) -> None:
        for condition in self.conditions(s):
            self.need(condition in self.presupposed, f"a side condition that is not listed: {condition[0]}")

    # Powers ---------------------------------------------------------------------------------------------------

    def is_at_least_zero(self, c: Any) -> bool:
        """Sufficient for a polynomial c ≥ 0: no coefficient < 0 once each dimension begins at its least value."""
        shift = [(v.numer, v.numer + self.least.get(n, 0)) for n, v in self.variables.items()]
        return bool(c.denom.is_ground) and all(k >= 0 for _, k in (c.numer * c.denom).compose(shift).terms())

    def is_exponent(self, exponent: Sum, least: int = 0) -> bool:
        """Whether an integer made of sizes and positions is ≥ least: each position is at its worst end."""
        total = self.field(-least)
        for c, factors, bound in exponent.terms.values():
            whole = c.denom == 1 and all(k.denominator == 1 for _, k in c.numer.terms())
            self.need(
                whole and all(c.diff(self.variables[n]) == 0 for n in self.signs), "an exponent that is no integer"
            )
            self.need(not bound and all(f.name == POSITION for f in factors) and len(factors) < 2, "an exponent")
            if not factors or self.is_at_least_zero(c):
                total = total + c
            elif self.is_at_least_zero(-c):
                total = total + c * self.size(factors[0].at[0][1])
            else:
                return False
        return self.is_at_least_zero(total)

    def position(self, i: Index) -> Sum:
        return (
            self.one.scaled(self.field(int(i[0][1:])))
            if fixed(i) and i[0][1:].isdigit()
            else self.single(Factor("tensor", POSITION, (i,)))
        )

    def raised(self, matrix: tuple[tuple[Index, ...], Sum], exponent: Sum, row: Index, column: Index) -> Sum:
        """Mᵉ at (row, column)."""
        return self.atom(Factor("tensor", POWER, (row, column), over=(matrix, ((), exponent))))

    def atom(self, f: Factor) -> Sum:
        if f.kind != "tensor" or f.name != POWER:
            return super().atom(f)
        ends = tuple(map(fresh, f.at))  # in a trace the two are one
        return self.rename(self.power_of_matrix(f._replace(at=ends)), dict(zip(ends, f.at, strict=True)))

    def power_of_matrix(self, f: Factor) -> Sum:
        """A power whose exponent is a number multiplied out, a power of a power or of an inverse as one."""
        (formals, body), exponent = f.over[0], self.placed(f.over[1][1])
        if exponent.terms.keys() <= {""}:
            number = self.value(exponent.terms[""][0]) if exponent.terms else Fraction(0)
            if number is not None:
                return self.multiplied_out(f, number)
        straight = self.rename(body, dict(zip(formals, f.at, strict=True)))
        whole = sole(straight)
        if whole is not None and self.is_matrix(whole, *f.at):
            if whole.kind == "delta":
                return straight
            if whole.name in (INVERSE, POWER):
                own = whole.over[1][1] if whole.name == POWER else self.one.scaled(-self.unit)
                return self.raised(whole.over[0], self.multiply(own, exponent), *whole.at)
        if not body.terms and self.is_exponent(exponent, 1):
            return self.zero
        return super().atom(f._replace(over=(f.over[0], ((), exponent))))

    def multiplied_out(self, f: Factor, number: Fraction) -> Sum:
        """Mᵏ = M ⋯ M, or M⁻¹ ⋯ M⁻¹, or Qᵀ ⋯ Qᵀ for Q orthogonal, at two places."""
        formals, body = f.over[0]
        self.need(number.denominator == 1 and abs(number) <= LARGEST_EXPONENT, "a power that is not multiplied out")
        turned = number < 0 and self.is_declared(f, "orthogonal")
        base = self.rename(body, dict(zip(formals, f.at[::-1] if turned else f.at, strict=True)))
        if number < 0 and not turned:
            base = self.matrix(INVERSE, base, *f.at)
        places = [f.at[0], *(fresh(f.at[0]) for _ in range(abs(int(number)) - 1)), f.at[1]]
        links = [self.rename(base, dict(zip(f.at, ends, strict=True))) for ends in pairwise(places)]
        return self.contract(links, places[1:-1]) if number else self.single(Factor("delta", at=f.at))

    def placed(self, exponent: Sum) -> Sum:
        """An exponent with numbers for the positions that are fixed."""
        return self.rebuilt(exponent, POSITION, lambda f: self.position(f.at[0]) if f.name == POSITION else None)

    def at_position(self, s: Sum, r: Index, number: Sum) -> Sum:
        """s, which uses r by its position alone, with another number for it."""
        found = self.rebuilt(s, POSITION, lambda f: number if f.name == POSITION and f.at == (r,) else None)
        self.need(r not in found.free, "an index that stands elsewhere than in exponents")
        return found

    def zero_raised(self, base: Any, first: Any, second: Any, row: Any, column: Any) -> Sum:
        """Σ_k Mᵃ[i, k] Mᵇ[k, j] − Mᵃ⁺ᵇ[i, j]."""
        a, b, i, j = self.read(first), self.read(second), self.index(row), self.index(column)
        self.need(i[1] == j[1], "no square matrix")
        k = fresh(i)
        ends = (("'@0", i[1]), ("'@1", i[1]))
        names = {end: fresh(end) for end in ends}
        matrix = tuple(names.values()), self.rename(self.read(base), names)
        for exponent in (a, b):
            self.need_conditions(self.single(Factor("tensor", POWER, (i, j), over=(matrix, ((), exponent)))))
        both = self.contract([self.raised(matrix, a, i, k), self.raised(matrix, b, k, j)], [k])
        return self.minus(both, self.raised(matrix, a + b, i, j))

    def zero_reflected(self, term: Any, index: Any) -> Sum:
        """Σ_r F(r) − Σ_r F(n + 1 − r)."""
        s, r = self.read(term), self.index(index)
        self.need(not fixed(r), "a sum over one place")
        last = self.one.scaled(self.size(r[1]) + 1)
        other = fresh(r)
        turned = self.at_position(s, r, self.minus(last, self.position(other)))
        return self.sums_of(s, r, [(turned, other, -1)])

    def zero_shifted(self, term: Any, index: Any) -> Sum:
        """Σ_r F(r + 1) − Σ_r F(r) − F(n + 1) + F(1)."""
        s, r = self.read(term), self.index(index)
        self.need(not fixed(r), "a sum over one place")
        other = fresh(r)
        following = self.at_position(s, r, self.position(other) + self.one)
        ends = [self.at_position(s, r, self.one.scaled(c)) for c in (self.size(r[1]) + 1, self.unit)]
        return self.sums_of(s, r, [(following, other, -1), (ends[0], None, 1), (ends[1], None, -1)]).scaled(-1)

    def sums_of(self, s: Sum, r: Index, others: list[tuple[Sum, Index | None, int]]) -> Sum:
        """Σ_r s and numbers times other sums, each over its own index, all of them defined."""
        total = self.rename(s, {}, [r])
        self.need_conditions(s)
        for e, index, times in others:
            self.need_conditions(e)
            total = total + (self.rename(e, {}, [index]) if index else e).scaled(self.field(times))
        return total

    def is_matrix(self, f: Factor, row: Index, column: Index) -> bool:
        """Whether a factor is a matrix at (row, column), or its transpose: nothing inside of it uses them."""
        inside = {i for formals, s in f.over for i in s.free if i not in formals}
        return row != column and set(f.at) == {row, column} and inside.isdisjoint(f.at) and not f.slots

    # Inverses and determinants --------------------------------------------------------------------------------

    def matrix(self, name: str, e: Sum, row: Index, column: Index) -> Sum:
        """The inverse at (row, column), or the determinant, of e[row, column]."""
        whole = sole(e)
        if whole is not None and not self.is_matrix(whole, row, column):
            whole = None
        if whole is not None and whole.kind == "delta":
            return e if name == INVERSE else self.one
        if whole is not None and whole.name in (INVERSE, POWER):
            formals, body = whole.over[0]
            inside = self.rename(body, dict(zip(formals, whole.at, strict=True)))
            exponent = whole.over[1][1].scaled(-self.unit) if whole.name == POWER else self.one
            if name == INVERSE:
                return self.raised(whole.over[0], exponent, *whole.at)
            if exponent.terms.keys() == {""}:
                return self.power(self.matrix(DETERMINANT, inside, row, column), -exponent.terms[""][0])
        ends = (fresh(row), fresh(column))
        over = ((ends, self.rename(e, {row: ends[0], column: ends[1]})),)
        return self.atom(Factor("tensor", name, (row, column) if name == INVERSE else (), over=over))

    def lemma_matrix(
        self, name: str, whole: Any, row: Any, column: Any, scale: Any, left: Any, parts: Any, right: Any
    ) -> None:
        """scale · diag(left) · parts · diag(right), square each, inverted or its determinant taken part by part."""
        i, j = self.index(row), self.index(column)
        e, s, d, b = self.read(whole), self.read(scale), self.read(left), self.read(right)
        matrices = [self.read(part) for part in parts]
        places = [i, *(fresh(i) for _ in matrices[1:]), j]
        links = [self.rename(m, {i: p, j: q}) for m, p, q in zip(matrices, places, places[1:], strict=False)]
        self.need(
            i[1] == j[1] and not self.minus(e, self.contract([s, d, *links, b], places[1:-1])).terms,
            "parts of another matrix",
        )
        self.need(i != j and {i, j}.isdisjoint(s.free) and j not in d.free and i not in b.free, "parts at other places")
        if name == INVERSE:
            minus = -self.unit
            ends = [self.power(x, minus) for x in (s, self.rename(d, {i: j}), self.rename(b, {j: i}))]
            turned = zip(reversed(matrices), places, places[1:], strict=False)
            inner = [self.rename(self.matrix(name, m, i, j), {i: p, j: q}) for m, p, q in turned]
            value = self.contract([*ends, *inner], places[1:-1])
        else:
            delta = self.single(Factor("delta", at=(i, j)))
            sides = [self.matrix(name, self.multiply(x, delta), i, j) for x in (d, b)]
            value = self.contract(
                [self.power(s, self.size(i[1])), *sides, *(self.matrix(name, m, i, j) for m in matrices)], ()
            )
        self.learn_matrix(name, e, i, j, value)

    def lemma_split(
        self, whole: Any, row: Any, column: Any, exponent: Any, scale: Any, left: Any, middle: Any, right: Any
    ) -> None:
        """(c M)ᵉ = cᵉ Mᵉ, or diag(d)ᵉ = diag(dᵉ) where M is I and d = left · right."""
        i, j, r = self.index(row), self.index(column), self.read([[exponent, []]])
        e, s, d, m, b = (self.read(data) for data in (whole, scale, left, middle, right))
        self.need(not self.minus(e, self.contract([s, d, m, b], ())).terms, "parts of another matrix")
        self.need(i != j and i[1] == j[1] and {i, j}.isdisjoint(s.free), "parts at other places")
        self.need(j not in d.free and i not in b.free, "parts at other places")
        self.is_exponent(r)
        size, unit = self.coefficient(exponent), self.single(Factor("delta", at=(i, j)))
        if not self.minus(m, unit).terms:
            both = self.multiply(d, self.rename(b, {j: i}))
            value = self.contract([self.power(s, size), self.power(both, size), unit], ())
        else:
            self.need({i, j}.isdisjoint(d.free | b.free), "parts at other places")
            ends = {i: fresh(i), j: fresh(j)}
            inner = self.raised((tuple(ends.values()), self.rename(m, ends)), r, i, j)
            value = self.multiply(self.power(self.contract([s, d, b], ()), size), inner)
        self.learn(Factor("tensor", POWER, (i, j), over=(((i, j), e), ((), r))), value)

    def learn_matrix(self, name: str, e: Sum, row: Index, column: Index, value: Sum) -> None:
        at = (row, column) if name == INVERSE else ()
        self.learn(Factor("tensor", name, at, over=(((row, column), e),)), value)

    def lemma_update(self, whole: Any, first: Any, row: Any, column: Any, left: Any, right: Any, cut: Any) -> None:
        """det(A + W) = det A det(I + R L), where A⁻¹ W = L R is cut at an index, or at none."""
        i, j, k = self.index(row), self.index(column), [self.index(c) for c in cut]
        e, a, before, after = self.read(whole), self.read(first), self.read(left), self.read(right)
        inverse, joint = self.matrix(INVERSE, a, i, j), fresh(i)
        self.need_conditions(inverse)
        turned = self.contract([self.rename(inverse, {j: joint}), self.rename(self.minus(e, a), {i: joint})], [joint])
        self.need(i != j and i[1] == j[1] and {i, j}.isdisjoint(k), "no square matrix")
        self.need(not self.minus(turned, self.contract([before, after], k)).terms, "another product")
        self.need(j not in before.free and i not in after.free and len(k) < 2, "factors that are not apart")
        places = {c: fresh(c) for c in k}
        around = [self.rename(after, {j: joint}), self.rename(before, {i: joint, **places})]
        unit = self.single(Factor("delta", at=(*k, *places.values()))) if k else self.one
        inside = unit + self.contract(around, [joint])
        small = self.matrix(DETERMINANT, inside, k[0], places[k[0]]) if k else inside
        self.learn_matrix(DETERMINANT, e, i, j, self.multiply(self.matrix(DETERMINANT, a, i, j), small))
