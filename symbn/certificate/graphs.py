"""Graphs: sums of products of factors joined at indices, whatever the sizes are, and the least text of each.

    Σ coefficient · Σ_bound Π factors

Equal sums have equal texts: bound indices are numbered so that the text is least.  Coefficients are SymPy's rational
functions.  Of all this the prover shares nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

from sympy import QQ
from sympy.polys.fields import field

INVERSE, DETERMINANT, POWER = "·⁻¹", "·det", "·power"
MEAN, POSITION = "·mean", "·position"
RESERVED = {INVERSE, DETERMINANT, POWER, MEAN, POSITION}
Index = tuple[Any, Any]
numbers = count()


class Rejected(Exception):
    """A step that does not follow, or a certificate that is none."""


class Factor(NamedTuple):
    kind: str
    name: str = ""
    at: tuple[Index, ...] = ()
    slots: tuple[tuple[Any, tuple[Index, ...]], ...] = ()
    over: tuple[tuple[tuple[Index, ...], Sum], ...] = ()
    exponent: Any = None

    def free(self) -> set[Index]:
        inside = [i for formals, s in self.over for i in s.free if i not in formals]
        return {*self.at, *(i for _, places in self.slots for i in places), *inside}

    def places(self) -> Iterator[Index]:
        """Where it stands, in the order in which that is written."""
        yield from self.at
        for _, places in self.slots:
            yield from places
        for _, s in self.over:
            yield from (i for _, factors, _ in s.terms.values() for f in factors for i in f.places())


class Sum:
    """terms: text → (coefficient, factors, bound indices); equal graphs have equal texts."""

    def __init__(self, terms: dict[str, Any]) -> None:
        self.terms = {k: t for k, t in terms.items() if t[0] != 0}
        self.texts: dict[Any, str] = {}

    @cached_property
    def free(self) -> set[Index]:
        return {i for _, factors, bound in self.terms.values() for f in factors for i in f.free() if i not in bound}

    def __add__(self, other: Sum) -> Sum:
        return added([self, other])

    def scaled(self, c: Any) -> Sum:
        return Sum({k: (own * c, *rest) for k, (own, *rest) in self.terms.items()})


def added(parts: Iterable[Sum]) -> Sum:
    """The sum of sums."""
    terms: dict[str, Any] = {}
    for part in parts:
        for k, (c, *rest) in part.terms.items():
            terms[k] = (terms[k][0] + c if k in terms else c, *rest)
    return Sum(terms)


def fresh(i: Index) -> Index:
    return f"~{next(numbers)}", i[1]


def fixed(i: Index) -> bool:
    return str(i[0]).startswith("=")


def is_exponential(s: Sum) -> bool:
    f = sole(s)
    return f is not None and f.kind == "function" and f.name == "exp"


def sole(s: Sum) -> Factor | None:
    """The one factor that a sum is."""
    found = [(c, factors) for c, factors, _ in s.terms.values()]
    return found[0][1][0] if len(found) == 1 and found[0][0] == 1 and len(found[0][1]) == 1 else None


class Graphs:
    """Texts of sums with coefficients in ℚ(dimensions, parameters)."""

    def __init__(self, least: dict[str, int], signs: dict[str, str], traits: dict[str, list[str]]) -> None:
        self.least, self.signs, self.traits = least, signs, traits
        names = [*self.least, *self.signs]
        self.field, *gens = field([f"v{k}" for k in range(len(names) or 1)], QQ)
        self.variables = dict(zip(names, gens, strict=False))
        self.unit = self.field(1)
        self.zero, self.one = Sum({}), Sum({"": (self.unit, (), ())})
        self.known: dict[str, str] = {}

    def need(self, holds: bool, what: str) -> None:
        if not holds:
            raise Rejected(what)

    # The numbering of bound indices with the least text -------------------------------------------------------

    def is_declared(self, f: Factor, *traits: str) -> bool:
        """Whether the matrix that a factor is the inverse, determinant or power of is a name with one of the traits."""
        formals, body = f.over[0]
        g = sole(body)
        plain = g is not None and g.kind == "tensor" and not (g.slots or g.over) and set(g.at) == set(formals)
        return plain and g is not None and not {*traits}.isdisjoint(self.traits.get(g.name, ()))

    def turned_back(self, f: Factor) -> list[Factor]:
        """Qᵉ[i, j] = Q⁻ᵉ[j, i] of an orthogonal Q."""
        if not self.is_declared(f, "orthogonal"):
            return []
        negated = (), f.over[1][1].scaled(-self.unit)
        return [f._replace(at=f.at[::-1], over=(f.over[0], negated))]

    def factor_text(self, f: Factor, names: dict[Index, str], straight: bool = False) -> str:
        """The least text over what leaves a factor as it is: symmetry, (Aᵀ)⁻¹ = (A⁻¹)ᵀ, (Aᵀ)ᵏ = (Aᵏ)ᵀ."""
        at, forms = [names[i] for i in f.at], [formals for formals, _ in f.over]
        outside = {i: f"^{names[i]}" for _, s in f.over for i in s.free if i in names}
        turned = at[len(at) // 2 :] + at[: len(at) // 2]
        orders = [(at, forms)]
        if f.kind == "delta" or (f.kind == "tensor" and not f.over and "symmetric" in self.traits.get(f.name, ())):
            orders.append((turned, forms))
        elif f.kind == "tensor" and f.name in (INVERSE, DETERMINANT, POWER):
            orders.append((turned, [forms[0][::-1], *forms[1:]]))
        slots = sorted(f"{target!r}{[names[i] for i in places]}" for target, places in f.slots)
        found = [] if f.name != POWER or straight else [self.factor_text(g, names, True) for g in self.turned_back(f)]
        for own, formals in orders:
            inside = [
                f"{[i[1] for i in fs]}" + self.text(s, outside | {i: repr((f"@{k}", i[1])) for k, i in enumerate(fs)})
                for fs, (_, s) in zip(formals, f.over, strict=True)
            ]
            found.append(f"{f.kind} {f.name!r}{own}{slots}<{';'.join(inside)}>{f.exponent}")
        return min(found)

    def text(self, s: Sum, names: dict[Index, str] | None = None) -> str:
        names = {i: repr(i) if names is None else names.get(i, repr(i)) for i in s.free}
        key = tuple(sorted(names.items(), key=str))
        if key not in s.texts:
            s.texts[key] = " + ".join(
                sorted(f"({c})·{self.term_text(fs, bound, names)}" for c, fs, bound in s.terms.values())
            )
        return s.texts[key]

    def term_text(self, factors: Any, bound: Any, names: dict[Index, str]) -> str:
        joined: list[set[str]] = []  # places that a δ makes one: all have the least of their names
        for f in (f for f in factors if f.kind == "delta"):
            one = {names[i] for i in f.at}
            for other in [c for c in joined if not one.isdisjoint(c)]:
                joined.remove(other)
                one |= other
            joined.append(one)
        names = {i: next((min(c) for c in joined if name in c), name) for i, name in names.items()}
        groups: list[tuple[set[Index], list[Factor]]] = []
        for f in (f for f in factors if f.kind != "delta"):
            inside, together = f.free().intersection(bound), [f]
            for group in [g for g in groups if not inside.isdisjoint(g[0])]:
                groups.remove(group)
                inside, together = inside | group[0], together + group[1]
            groups.append((inside, together))
        texts = [self.component(g, inside, names) for inside, g in groups]
        return " | ".join(sorted([*texts, *(f"delta {sorted(c)}" for c in joined)]))

    def component(self, factors: list[Factor], bound: set[Index], names: dict[Index, str]) -> str:
        """The least text of connected factors; found once for those that differ in what bound indices are called."""
        met = dict.fromkeys(i for f in factors for i in f.places() if i in bound)
        marks = names | {i: repr((k, i[1])) for k, i in enumerate((*met, *(bound - met.keys())))}
        as_it_stands = "\n".join(self.factor_text(f, marks) for f in factors)
        if as_it_stands not in self.known:
            self.known[as_it_stands] = (
                self.least_text(factors, dict.fromkeys(bound, 0), names) if bound else as_it_stands
            )
        return self.known[as_it_stands]

    def least_text(self, factors: list[Factor], colour: dict[Index, int], names: dict[Index, str]) -> str:
        """Bound indices are coloured by how the factors at them look, then each of a colour is tried."""

        def seen(marks: dict[Index, Any], among: list[Factor] = factors) -> str:
            whole = names | {i: repr((k, i[1])) for i, k in marks.items()}
            return " ".join(sorted(self.factor_text(f, whole) for f in among))

        at = {i: [f for f, free in ((f, f.free()) for f in factors) if i in free] for i in colour}
        while True:
            looks = {i: f"{k:6}{seen(colour | {i: -1}, at[i])}" for i, k in colour.items()}
            order = {look: k for k, look in enumerate(sorted(set(looks.values())))}
            if len(order) == len(set(colour.values())):
                break
            colour = {i: order[look] for i, look in looks.items()}
        classes = Counter(colour.values())
        tied = min((k for k in classes if classes[k] > 1), key=lambda k: (classes[k], k), default=None)
        if tied is None:
            return seen({i: sorted(colour.values()).index(k) for i, k in colour.items()})
        alike: list[Index] = []
        discrete = {j: n for n, j in enumerate(colour)}
        present = seen(discrete)
        for i in (i for i in colour if colour[i] == tied):
            if not any(present == seen(discrete | {i: discrete[j], j: discrete[i]}) for j in alike):
                alike.append(i)
        return min(self.least_text(factors, {j: 2 * k + (j == i) for j, k in colour.items()}, names) for i in alike)
