"""Certificates checked: each claim's difference of sides, made 0 once more by the steps that its certificate lists.

A certificate says of each claim what its letters are, its definitions, the derivatives that it states, its two sides
(or the shape that it claims), what is presupposed of them, lemmas (how a power, a logarithm, a determinant splits;
rules for inverses), and steps.  Every lemma is proved here before it is used.  Nothing is shared with the prover; taken
as given is the arithmetic of `graphs`, the rules of `calculus`, and what the heads of `scalars` and `matrices` say.
"""

from __future__ import annotations

import json
from functools import reduce
from hashlib import sha256
from typing import Any

from sympy import QQ

from symbn.certificate.calculus import Rejected
from symbn.certificate.graphs import (
    INVERSE,
    POWER,
    RESERVED,
    Factor,
    Index,
    Sum,
    added,
    fixed,
    fresh,
)
from symbn.certificate.matrices import Matrices

FORMAT = "symbn certificate 1"
LEMMAS = ("power", "function", "matrix", "split", "update", "inverse", "periodic", "rule", "same")


class Checker(Matrices):
    """One equation of a claim, with what its certificate gives."""

    def __init__(self, part: Any) -> None:
        super().__init__(part["dimensions"], part["parameters"], part["traits"])
        self.shapes = part["shapes"]
        given = {*part["definitions"], *part["derivatives"], *part["traits"], *part["dimensions"], *part["parameters"]}
        given |= {p for _, parameters, _ in part["definitions"].values() for p, _ in parameters}
        given |= {by for _, _, by, _, _ in part["derivatives"].values()}
        self.need(not given & RESERVED, "a name that is not to be given")
        self.rules: list[Sum] = []
        self.presupposed = set()
        self.definitions = {}
        mentioned: set[str] = set()
        for name, (indices, parameters, body) in part["definitions"].items():
            formals = [(p, self.indices(at)) for p, at in parameters]
            found = self.read(body)
            mentioned |= self.names(found)
            self.need(name not in mentioned, f"a definition of {name}")
            self.definitions[name] = (self.indices(indices), formals, found)
            self.need(self.is_closed(found, self.indices(indices)), f"an index of its own in {name}")
        for name, (at, of, by, places, held) in part["derivatives"].items():
            stated = [n for n in self.definitions if n in part["derivatives"]]
            inside = self.read(of)
            self.need(name not in mentioned | self.definitions.keys() | self.names(inside), f"a derivative {name}")
            inside = reduce(lambda s, n: self.unfolded(s, n, False), stated, inside)
            mentioned |= self.names(inside)
            found = self.derivative(inside, by, self.indices(places), self.definitions, held and self.factor(held))
            self.definitions[name] = (self.indices(at), [], found)
            self.need(self.is_closed(found, self.indices(at)), f"an index of its own in {name}")

    # Relations ------------------------------------------------------------------------------------------------

    def relation(self, head: Any, head_first: bool, transposed: bool) -> Sum:
        """X Y − I at @0, @1: X or Y is the head, the other its argument, or its transpose if it is orthogonal."""
        f = self.factor(head)
        self.need(len(f.at) == 2 and not f.slots, "a relation of no matrix")
        a, b = ((f"'@{k}", f.at[0][1]) for k in ((1, 0) if transposed else (0, 1)))
        joint = fresh(a)

        def entry(own: bool, i: Index, j: Index) -> Sum:
            if own or f.name != INVERSE:
                return self.single(f._replace(at=(i, j) if own else (j, i)))
            return self.rename(f.over[0][1], dict(zip(f.over[0][0], (i, j), strict=True)))

        self.need_conditions(self.single(f))
        self.need(f.name == INVERSE or "orthogonal" in self.traits.get(f.name, ()), "a relation of nothing known")
        both = self.contract([entry(head_first, a, joint), entry(not head_first, joint, b)], [joint])
        return self.minus(both, self.single(Factor("delta", at=(a, b))))

    def rule(self, term: Any, value: Any, proof: Any) -> Sum:
        """term − value, which is Σ c · before · relation · after."""
        total = []
        for c, before, relation, after in proof:
            parts = [
                p for p in (before and self.read(before), self.relation(*relation), after and self.read(after)) if p
            ]
            ends = (
                [next(i for i in p.free if i[0] == "'@0") for p in parts],
                [next(i for i in p.free if i[0] == "'@1") for p in parts],
            )
            joints = [fresh(i) for i in ends[0][1:]]
            names = zip(parts, ends[0], [ends[0][0], *joints], ends[1], [*joints, ends[1][-1]], strict=True)
            total.append(
                self.contract([self.rename(p, {a: x, b: y}) for p, a, x, b, y in names], joints).scaled(
                    self.coefficient(c)
                )
            )
        difference = self.minus(self.read(term), self.read(value))
        self.need(not self.minus(difference, added(total)).terms, "a rule that does not follow")
        return difference

    def multiple(self, kind: str, *of: Any) -> Sum:
        """A sum that is 0: a multiple of e e^r = e^(r+1), of what powers of matrices satisfy, or of a rule."""
        if kind in ("raised", "reflected", "shifted"):
            c, rest, *data, bound = of
            zero = getattr(self, f"zero_{kind}")(*data)
        elif kind == "power":
            c, rest, base, exponent, bound = of
            e, r = self.read(base), self.coefficient(exponent)
            raised = self.power(e, r)
            self.need(bool(e.terms), "a power of 0")
            self.need_conditions(raised)
            zero = self.minus(self.multiply(e, raised), self.power(e, r + 1))
        else:
            self.need(kind == "rule", f"no multiple is called {kind}")
            c, rest, number, ends, bound = of
            zero = self.rename(self.rules[number], {self.index(i): self.index(j) for i, j in ends})
        joints = self.indices(bound)
        self.need(not any(map(fixed, joints)), "a sum over one place")
        return self.contract([self.read(rest), zero], joints).scaled(self.coefficient(c))

    def lemma_same(self, before: Any, after: Any, multiples: Any) -> None:
        """A sum that relations make another."""
        e, v = self.read(before), self.read(after)
        difference = self.minus(self.minus(e, v), added(self.multiple(*m) for m in multiples))
        self.need(not difference.terms, "a sum that is not the same")
        self.learn(Factor("same", over=(((), e),)), v)

    def related(self, s: Sum) -> Sum:
        """s with every nested sum replaced by what it was shown to be."""
        parts = []
        for c, factors, bound in map(self.apart, s.terms.values()):
            new = [f._replace(over=tuple((fs, self.resolved(inner)) for fs, inner in f.over)) for f in factors]
            parts.append(
                self.contract(
                    [self.atom(f) if f != g else self.single(g) for f, g in zip(new, factors, strict=True)],
                    bound,
                ).scaled(c)
            )
        return added(parts)

    def resolved(self, s: Sum) -> Sum:
        s = self.related(s)
        key, names = self.key(Factor("same", over=(((), s),)))
        return self.rename(self.lemmas[key], {new: old for old, new in names.items()}) if key in self.lemmas else s

    def accept(self, part: Any) -> None:
        """Both sides are equal, or the one side is of the shape that is said.  Raises Rejected."""
        for kind, of in part["presupposed"]:
            e = self.factor(of) if kind == "invertible" else self.read(of)
            self.need(bool((e.over[0][1] if isinstance(e, Factor) else e).terms), "a condition on 0")
            self.presupposed |= {
                self.up_to_names(kind, e),
                self.up_to_names("nonzero" if kind == "positive" else kind, e),
            }
        self.learn_all(part["lemmas"])
        if part["shape"] is not None:
            self.accept_shape(*part["shape"])
            return
        sides = self.read(part["left"]), self.read(part["right"])
        for e in sides:
            self.need_conditions(e)
        self.annul(self.minus(*sides), part["steps"])

    def accept_shape(self, of: Any, places: Any, given: Any) -> None:
        """The places that a sum uses, but for indices that are given, are those of the sizes that are not 1."""
        s, at, known = self.read(of), self.indices(places), self.indices(given)
        for e in (s, *(body for _, _, body in self.definitions.values())):
            self.need(self.is_sized(e), "a tensor of another size")
        self.need(len({*at, *known}) == len(at) + len(known) and len(at) < 3, "a place that is counted twice")
        self.need(s.free == {*at, *known} and all(i[1] != 1 for i in at), "another shape")

    def learn_all(self, lemmas: Any) -> None:
        for kind, of in lemmas:
            self.need(kind in LEMMAS, f"no lemma is called {kind}")
            getattr(self, f"lemma_{kind}")(*of)

    def annul(self, s: Sum, steps: Any) -> None:
        """s = 0 by the steps.  Raises Rejected."""
        for number, (step, *of) in enumerate(steps):
            match step:
                case "unfold":
                    s = self.unfolded(s, *of)
                case "related":
                    s = self.related(s)
                case "elementary":
                    s = self.in_few_functions(s)
                case "minus":
                    s = self.minus(s, added(self.multiple(*m) for m in of))
                case "changed":
                    self.learn_all(of[1])
                    s = self.rebuilt(s, of[0], lambda f: None)
                case "through":
                    s = self.through(s, *of)
                case "cases":
                    cases = list(self.cases(s))
                    self.need(len(cases) == len(of) and number == len(steps) - 1, "another number of cases")
                    for case, own in zip(cases, of, strict=True):
                        self.annul(case, own)
                    return
                case _:
                    raise Rejected(f"no step is called {step}")
        self.need_conditions(s)
        self.need(self.vanishes(s), "the sides are not shown to be equal")

    def through(self, s: Sum, inverse: Any, end: Any) -> Sum:
        """Σ_i A[j, i] s[i], or Σ_i s[i] A[i, j], which is 0 only if s is: the inverse of A stands at i and j."""
        f, i = self.factor(inverse), self.index(end)
        (other,) = {*f.at} - {i}
        known = f.name == INVERSE and i in f.at and i in s.free and other not in s.free
        known = known and self.is_closed(f.over[0][1], f.over[0][0])
        self.need(known and not (fixed(i) or fixed(other)), "no equation is multiplied through so")
        self.need_conditions(self.single(f))
        body = self.rename(f.over[0][1], dict(zip(f.over[0][0], reversed(f.at), strict=True)))
        return self.contract([body, s], [i])

    def lemma_rule(self, *rule: Any) -> None:
        self.rules.append(self.rule(*rule))

    def product(self, e: Sum, v: Sum, i: Index, j: Index) -> Sum:
        """Σ_k e[i, k] v[k, j] − δ_ij."""
        joint = fresh(i)
        both = self.contract([self.rename(e, {j: joint}), self.rename(v, {i: joint})], [joint])
        return self.minus(both, self.single(Factor("delta", at=(i, j))))

    def lemma_inverse(self, whole: Any, row: Any, column: Any, value: Any, steps: Any) -> None:
        """e⁻¹ = value, as e · value − I is 0."""
        e, v, i, j = self.read(whole), self.read(value), self.index(row), self.index(column)
        self.need(i[1] == j[1] and i != j, "no square matrix")
        self.annul(self.product(e, v, i, j), steps)
        self.learn_matrix(INVERSE, e, i, j, v)

    def lemma_periodic(self, whole: Any, row: Any, column: Any, exponent: Any, value: Any, steps: Any) -> None:
        """Mᵉ = M where M² = M and e ≥ 1; Mᵉ = (1 + (−1)ᵉ)/2 I + (1 − (−1)ᵉ)/2 M where M² = I."""
        m, r, v, i, j = self.read(whole), self.read(exponent), self.read(value), self.index(row), self.index(column)
        self.need(i[1] == j[1] and i != j, "no square matrix")
        square, unit = self.product(m, m, i, j), self.single(Factor("delta", at=(i, j)))
        if not self.minus(v, m).terms:
            self.need(self.is_exponent(r, 1), "an exponent that may be 0")
            square = self.minus(square + unit, m)
        else:
            self.is_exponent(r)
            self.need(r.terms.keys() == {""}, "an exponent with positions")
            half = self.unit / 2
            sign = self.power(self.one.scaled(-self.unit), self.parity(r.terms[""][0])).scaled(half)
            even, odd = self.one.scaled(half) + sign, self.minus(self.one.scaled(half), sign)
            self.need(not self.minus(v, self.multiply(even, unit) + self.multiply(odd, m)).terms, "another value")
        self.annul(square, steps)
        self.learn(Factor("tensor", POWER, (i, j), over=(((i, j), m), ((), r))), v)

    def parity(self, c: Any) -> Any:
        """An integer of the same parity, with coefficients 0 and 1."""
        terms = {exponents: QQ(int(k) % 2) for exponents, k in c.numer.terms()}
        return self.field(c.numer.ring.from_dict({e: k for e, k in terms.items() if k}))


MALFORMED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What reading data that are no certificate may raise."""


def accept(part: Any) -> None:
    """One equation or shape of a claim.  Raises Rejected."""
    try:
        Checker(part).accept(part)
    except MALFORMED as malformed:
        raise Rejected(f"this says nothing that can be checked: {malformed!r}") from malformed


def seal(claims: Any) -> str:
    """A digest of what is certified, so that nothing of it is changed by accident."""
    return sha256(json.dumps(claims, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


TOLD = ("note", "line", "column", "id")
"""What a person reads of a claim, first."""


def verify(text: str) -> tuple[list[Any], int]:
    """The claims of a certificate, each of them checked, and how many it has no proof of.  Raises Rejected."""
    try:
        document = json.loads(text)
        claims, uncertified = document["claims"], document["uncertified"]
        if document["format"] != FORMAT or document["seal"] != seal([claims, uncertified]):
            raise Rejected("this is no certificate, or it was changed")
        for claim in claims:
            try:
                if not claim["parts"] or any(not str(claim[key]) for key in TOLD):
                    raise Rejected("a claim of nothing")
                for part in claim["parts"]:
                    accept(part)
            except Rejected as reason:
                raise Rejected(f"{claim.get('id')}: {reason}") from reason
        return list(claims), len(uncertified)
    except MALFORMED as malformed:
        raise Rejected(f"this says nothing that can be checked: {malformed!r}") from malformed
