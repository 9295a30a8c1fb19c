"""Arithmetic on graphs: sums, products, contractions, powers and means, with what factors were shown to be.

    Σ_i δ_ij F(i) = F(j)       Σ_i 1 = n       b^r b^s = b^(r+s)       𝔼[a X + b Y] = a 𝔼[X] + b 𝔼[Y]

These are taken as given.  Nothing is shared with the prover.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from itertools import permutations, product
from typing import Any

from symbn.certificate.graphs import (
    INVERSE,
    MEAN,
    POWER,
    Factor,
    Graphs,
    Index,
    Sum,
    added,
    fixed,
    fresh,
    is_exponential,
)

LARGEST_POWER = 10_000


class Arithmetic(Graphs):
    """lemmas: what factors that are made anew are known to be, by their keys."""

    def __init__(self, *of: Any) -> None:
        super().__init__(*of)
        self.lemmas: dict[str, Sum] = {}

    def renamed(self, f: Factor, names: dict[Index, Index]) -> Factor:
        slots = tuple((target, tuple(names.get(i, i) for i in places)) for target, places in f.slots)
        over = tuple(
            (formals, self.rename(s, {i: j for i, j in names.items() if i not in formals})) for formals, s in f.over
        )
        return f._replace(at=tuple(names.get(i, i) for i in f.at), slots=slots, over=over)

    def normal(self, c: Any, factors: list[Factor], bound: Any) -> Sum:
        """c · Σ_bound Π factors: no δ with a bound index, one power of each base."""
        names: dict[Index, Index] = {}

        def find(i: Index) -> Index:
            return find(names[i]) if i in names else i

        for f in (f for f in factors if f.kind == "delta"):
            a, b = sorted(map(find, f.at), key=lambda i: (not fixed(i), i in bound, str(i)))
            self.need(a[1] == b[1], "a δ between two sizes")
            if a != b and fixed(a) and fixed(b) and f"{a[0]}{b[0]}".replace("=", "").isdigit():
                return self.zero
            names |= {b: a} if a != b else {}
        names = {i: find(i) for i in names}
        rest = [self.renamed(f, names) for f in factors if f.kind != "delta"]
        kept = [f for f in rest if f.kind != "power"] + [
            Factor("delta", at=(a, b)) for b, a in names.items() if b not in bound
        ]
        powers: dict[str, list[Factor]] = {}
        for f in (f for f in rest if f.kind == "power"):
            powers.setdefault(self.text(f.over[0][1]), []).append(f)
        made = []
        for same in powers.values():
            exponent, base = sum((f.exponent for f in same), self.field(0)), same[0].over[0][1]
            if len(same) > 1 or (self.natural(exponent) is not None and not is_exponential(base)):
                made.append(self.power(base, exponent))
            else:
                kept += same
        if made:
            return self.contract([self.normal(c, kept, ()), *made], [i for i in bound if i not in names])
        used = {i for f in kept for i in f.free()}
        for i in bound:
            c = c * self.size(i[1]) if i not in used and i not in names else c
        bound = tuple(i for i in bound if i in used)
        return Sum({self.term_text(kept, bound, {i: repr(i) for i in used}): (c, tuple(kept), bound)})

    def single(self, f: Factor) -> Sum:
        """A factor as it stands, as a sum."""
        return self.normal(self.unit, [f], ())

    def size(self, dim: Any) -> Any:
        return self.field(dim) if isinstance(dim, int) else self.variables[dim]

    def apart(self, term: Any) -> tuple[Any, list[Factor], list[Index]]:
        c, factors, bound = term
        names = {i: fresh(i) for i in bound}
        return c, [self.renamed(f, names) for f in factors] if names else list(factors), list(names.values())

    def multiply(self, a: Sum, b: Sum) -> Sum:
        pairs = [(self.apart(x), self.apart(y)) for x, y in product(a.terms.values(), b.terms.values())]
        return added(self.normal(c * d, fs + gs, bs + ds) for (c, fs, bs), (d, gs, ds) in pairs)

    def minus(self, a: Sum, b: Sum) -> Sum:
        return a + b.scaled(-self.unit)

    def rename(self, s: Sum, names: dict[Index, Index], bound: Any = ()) -> Sum:
        """s with free indices renamed, each to one of its size, and summed over `bound`."""
        self.need(all(i[1] == j[1] for i, j in names.items()), "an index in place of one of another size")
        if not bound and s.free.isdisjoint(names):
            return s
        terms = [self.apart(term) for term in s.terms.values()]
        return added(self.normal(c, [self.renamed(f, names) for f in fs], [*bs, *bound]) for c, fs, bs in terms)

    def contract(self, parts: list[Sum], bound: Any) -> Sum:
        whole, left = self.one, list(bound)
        for k, part in enumerate(parts):
            whole = self.multiply(whole, part)
            done = [i for i in left if not any(i in p.free for p in parts[k + 1 :])]
            whole, left = self.rename(whole, {}, done), [i for i in left if i not in done]
        return whole

    def each(self, s: Sum, change: Callable[[Factor], Sum]) -> Sum:
        """s with a sum in place of each of its factors."""
        terms = map(self.apart, s.terms.values())
        return added(self.contract([change(f) for f in factors], bound).scaled(c) for c, factors, bound in terms)

    def inside(self, f: Factor, change: Callable[[Sum], Sum]) -> Factor:
        """A factor whose nested sums are changed."""
        return f._replace(over=tuple((formals, change(s)) for formals, s in f.over))

    def value(self, c: Any) -> Fraction | None:
        return Fraction(str(c)) if c.numer.is_ground and c.denom.is_ground else None

    def natural(self, c: Any) -> int | None:
        value = self.value(c)
        return int(value) if value is not None and value >= 0 and value.denominator == 1 else None

    def key(self, f: Factor) -> tuple[str, dict[Index, Index]]:
        """A factor up to the names of its indices: the least text over orders of those that nested sums use."""
        inside = sorted(
            {i for formals, s in f.over for i in s.free if i not in formals and not fixed(i) and i not in f.at}, key=str
        )
        dims = sorted({str(i[1]) for i in inside})
        owns = [f.at, f.at[::-1]] if f.name in (INVERSE, POWER) else [f.at]
        found = []
        for at, *orders in product(owns, *(permutations([i for i in inside if str(i[1]) == d]) for d in dims)):
            names = {i: (f"${k}", i[1]) for k, i in enumerate(at)} | {
                i: (f"#{k}", i[1]) for k, i in enumerate(i for o in orders for i in o)
            }
            found.append((self.factor_text(f, {i: repr(names.get(i, i)) for i in f.free()}), names))
        return min(found, key=lambda pair: pair[0])

    def atom(self, f: Factor) -> Sum:
        """A factor that was made anew: what a lemma says it is, if there is one."""
        if f.name == MEAN and f.kind == "tensor":
            return self.mean(f.over[0][1])
        inside = {i for formals, s in f.over for i in s.free if i not in formals}
        if f.over and (len({*f.at}) < len(f.at) or not inside.isdisjoint(f.at)):  # known at places of their own
            ends = tuple(map(fresh, f.at))
            return self.rename(self.atom(f._replace(at=ends)), dict(zip(ends, f.at, strict=True)))
        key, names = self.key(f) if f.over else ("", {})
        if key in self.lemmas:
            return self.rename(self.lemmas[key], {new: old for old, new in names.items()})
        return self.single(f)

    def power(self, s: Sum, exponent: Any) -> Sum:
        whole, value = self.natural(exponent), self.value(exponent)
        self.need(value is None or abs(value) <= LARGEST_POWER, "a power that is not worked out")
        if whole == 0 or (whole is not None and not is_exponential(s)):
            return reduce(self.multiply, [s] * whole, self.one)
        if s.terms.keys() == {""} and value is not None and value // 1:
            return self.power(s, exponent - value // 1).scaled(s.terms[""][0] ** int(value // 1))
        return self.atom(Factor("power", over=(((), s),), exponent=exponent))

    def function(self, name: str, s: Sum, order: int = 0) -> Sum:
        return self.atom(Factor("function", name, over=(((), s),), exponent=order))

    def is_random(self, f: Factor) -> bool:
        inside = f.name != MEAN and any(
            self.is_random(g) for _, s in f.over for _, fs, _ in s.terms.values() for g in fs
        )
        return "random" in self.traits.get(f.name, ()) or inside

    def mean(self, s: Sum) -> Sum:
        parts = []
        for c, factors, bound in map(self.apart, s.terms.values()):
            moment = self.normal(self.unit, [f for f in factors if self.is_random(f)], ())
            mean = [Factor("tensor", MEAN, over=(((), moment),))] if any(map(self.is_random, factors)) else []
            parts.append(self.normal(c, [f for f in factors if not self.is_random(f)] + mean, bound))
        return added(parts)
