"""Arithmetic on graphs: sums of products of factors joined at indices, whatever the sizes are.

    sum    ::= [[coefficient, [factor, …]], …]         Σ coefficient · Σ_bound Π factors; bound labels are numbers
    factor ::= {"kind": delta | tensor | power | function, "name", "at": [index, …], "slots": [[target, [index, …]], …],
                "captured": [index, …], "over": [[[dimension, …], sum], …], "exponent"}

A nested sum uses the places `captured` as #0, #1, … and its formal indices as @0, @1, ….  Equal sums have equal texts:
bound indices are numbered so that the text is least.  Coefficients are SymPy's rational functions.  Of all this the
prover shares nothing.  Taken as given: Σ_i δ_ij F(i) = F(j), Σ_i 1 = n, e^a e^b = e^(a+b), and that 𝔼 is linear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property, reduce
from itertools import count, permutations, product
from typing import Any, NamedTuple

from sympy import QQ
from sympy.polys.fields import field

INVERSE, DETERMINANT, POWER = "·⁻¹", "·det", "·power"
MEAN, POSITION = "·mean", "·position"
RESERVED = {INVERSE, DETERMINANT, POWER, MEAN, POSITION}
SHAPES = (("delta", False, False, False), ("power", False, True, True), ("function", True, True, True))
Index = tuple[Any, Any]
numbers = count()


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
    """Sums with coefficients in ℚ(dimensions, parameters); what heads are known to be is in `lemmas`."""

    def __init__(self, least: dict[str, int], signs: dict[str, str], traits: dict[str, list[str]]) -> None:
        self.least, self.signs, self.traits = least, signs, traits
        names = [*self.least, *self.signs]
        self.field, *gens = field([f"v{k}" for k in range(len(names) or 1)], QQ)
        self.variables = dict(zip(names, gens, strict=False))
        self.unit = self.field(1)
        self.zero, self.one = Sum({}), Sum({"": (self.unit, (), ())})
        self.lemmas: dict[str, Sum] = {}
        self.known: dict[str, str] = {}

    # Texts: the numbering of bound indices with the least text ------------------------------------------------

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

    # Arithmetic -----------------------------------------------------------------------------------------------

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
            if a != b and fixed(a) and fixed(b) and a[1] == b[1] and f"{a[0]}{b[0]}".replace("=", "").isdigit():
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
        """s with free indices renamed, and summed over `bound`."""
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

    # Reading ----------------------------------------------------------------------------------------------

    def coefficient(self, data: Any) -> Any:
        above, below = (
            sum(
                (reduce(lambda c, v: c * self.variables[v[0]] ** v[1], vs, self.field(int(k))) for k, vs in side),
                self.field(0),
            )
            for side in data
        )
        return above / below

    def index(self, data: Any, nested: bool = False) -> Index:
        """A number is a bound index, =k a fixed place, #k and @k are a nested sum's own; other names are quoted."""
        label, dim = data
        bare = isinstance(label, int) or label.startswith("=") or (nested and label[:1] in "#@")
        return (label if bare else f"'{label}", dim)

    def indices(self, data: Any, nested: bool = False) -> tuple[Index, ...]:
        return tuple(self.index(i, nested) for i in data)

    def read(self, data: Any, nested: bool = False) -> Sum:
        parts = []
        for c, factors in data:
            found = [self.factor(f, nested) for f in factors]
            bound = {i for f in found for i in f.free() if not isinstance(i[0], str)}
            parts.append(self.normal(self.coefficient(c), found, tuple(bound)))
        return added(parts)

    def factor(self, f: Any, nested: bool = False) -> Factor:
        slots = tuple((target, self.indices(at, nested)) for target, at in f["slots"])
        captured = {(f"#{k}", i[1]): i for k, i in enumerate(self.indices(f["captured"], nested))}
        over = []
        for dims, data in f["over"]:
            formals = tuple(fresh(("", d)) for d in dims)
            names = {(f"@{k}", i[1]): i for k, i in enumerate(formals)}
            over.append((formals, self.rename(self.read(data, True), names | captured)))
            if not all(fixed(i) or i in formals or i in captured.values() for i in over[-1][1].free):
                raise ValueError("a nested sum that uses a place that is none of its own")
        shape = f["kind"], bool(f["name"]), f["exponent"] is not None, [len(dims) for dims, _ in f["over"]] == [0]
        if shape not in SHAPES and (shape[:3] != ("tensor", True, False) or not f["name"]):
            raise ValueError(f"no factor is so: {f}")
        if f["kind"] == "function" and f["name"][0] != "?" and f["exponent"] != 0:
            raise ValueError(f"a derivative of a function that is known: {f}")
        if f["name"] in (INVERSE, DETERMINANT, POWER):
            sizes = {str(dim) for _, dim in f["at"]} | {str(dim) for dim in f["over"][0][0]}
            more = [len(dims) for dims, _ in f["over"][1:]] != ([0] if f["name"] == POWER else [])
            if (
                more
                or len(sizes) != 1
                or len(f["over"][0][0]) != 2
                or len(f["at"]) != (0 if f["name"] == DETERMINANT else 2)
            ):
                raise ValueError(f"no square matrix is so: {f}")
        exponent = self.coefficient(f["exponent"]) if f["kind"] == "power" else f["exponent"]
        return Factor(f["kind"], f["name"], self.indices(f["at"], nested), slots, tuple(over), exponent)
