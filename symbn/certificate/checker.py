"""Certificates checked: each claim's difference of sides, made 0 once more by the steps that its certificate lists.

A certificate says of each claim what its letters are, its definitions, the derivatives that it states, its two sides
(or the shape that it claims), what is presupposed of them, lemmas (how a power, a logarithm, a determinant splits;
rules for inverses), and steps.  Every lemma is proved here before it is used.  Nothing is shared with the prover; taken
as given is what `arithmetic` does, the rules of `calculus`, and what the heads of `scalars` and `matrices` say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from hashlib import sha256
from typing import Any

from sympy import QQ

from symbn.certificate.entries import Entries
from symbn.certificate.graphs import (
    INVERSE,
    POWER,
    RESERVED,
    Factor,
    Index,
    Rejected,
    Sum,
    added,
    fixed,
    fresh,
)

FORMAT = "symbn certificate 2"
BEGINNING = '{"format":"symbn certificate '
"""What the text of a certificate of any version begins with."""
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What reading data that are no certificate may raise."""
LEMMAS = ("power", "function", "matrix", "split", "update", "inverse", "periodic", "rule", "same")
ZEROS = ("relation", "rule", "power", "raised", "reflected", "shifted")


class NoCertificate(Rejected):
    """A text that is no certificate, or one of another version."""


@contextmanager
def told_of(place: str) -> Iterator[None]:
    """What is found wrong meanwhile is wrong there.  Raises Rejected."""
    try:
        yield
    except Rejected as reason:
        raise Rejected(f"{place}: {reason}") from reason
    except MALFORMED as malformed:
        raise Rejected(f"{place}: it is not written as in a certificate") from malformed


class Checker(Entries):
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

    def multiple(self, kind: str, c: Any, rest: Any, *of: Any) -> Sum:
        """c Σ rest · zero, over indices that both may use: 0, whatever the rest is."""
        self.need(kind in ZEROS, f"no multiple is called {kind}")
        *data, bound = of
        joints = self.indices(bound)
        self.need(not any(map(fixed, joints)), "a sum over one place")
        zero = getattr(self, f"zero_{kind}")(*data)
        return self.contract([self.read(rest), zero], joints).scaled(self.coefficient(c))

    def zero_relation(self, head: Any, head_first: bool) -> Sum:
        """X Y − I at the head's places: X or Y is the head, the other its argument, or its transpose if orthogonal."""
        f = self.factor(head)
        self.need(len(f.at) == 2 and f.at[0][1] == f.at[1][1] and not f.slots, "a relation of no square matrix")
        self.need(f.name == INVERSE or "orthogonal" in self.traits.get(f.name, ()), "a relation of nothing known")
        self.need_conditions(self.single(f))
        (a, b), joint = f.at, fresh(f.at[0])

        def entry(own: bool, i: Index, j: Index) -> Sum:
            if own or f.name != INVERSE:
                return self.single(f._replace(at=(i, j) if own else (j, i)))
            return self.rename(f.over[0][1], dict(zip(f.over[0][0], (i, j), strict=True)))

        both = self.contract([entry(head_first, a, joint), entry(not head_first, joint, b)], [joint])
        return self.minus(both, self.single(Factor("delta", at=(a, b))))

    def zero_rule(self, number: int, ends: Any) -> Sum:
        """A rule that was shown, at other places."""
        return self.rename(self.rules[number], {self.index(i): self.index(j) for i, j in ends})

    def zero_power(self, base: Any, exponent: Any) -> Sum:
        """e e^r − e^(r+1)."""
        e, r = self.read(base), self.coefficient(exponent)
        raised = self.power(e, r)
        self.need(bool(e.terms), "a power of 0")
        self.need_conditions(raised)
        return self.minus(self.multiply(e, raised), self.power(e, r + 1))

    def difference(self, before: Sum, after: Sum, multiples: Any) -> Sum:
        """before − after, which is a sum of multiples of what is 0."""
        e = self.minus(before, after)
        self.need(not self.minus(e, added(self.multiple(*m) for m in multiples)).terms, "sums that are not the same")
        return e

    def lemma_rule(self, before: Any, after: Any, multiples: Any) -> None:
        """A difference that is 0 at whatever places."""
        self.rules.append(self.difference(self.read(before), self.read(after), multiples))

    def lemma_same(self, before: Any, after: Any, multiples: Any) -> None:
        """A nested sum that is another."""
        e, v = self.read(before), self.read(after)
        self.difference(e, v, multiples)
        self.learn(Factor("same", over=(((), e),)), v)

    def related(self, s: Sum) -> Sum:
        """s with every nested sum replaced by what it was shown to be."""
        return self.each(s, lambda f: self.atom(self.inside(f, self.resolved)))

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
        for number, (kind, of) in enumerate(lemmas, 1):
            with told_of(f"lemma {number} ({kind})"):
                self.need(kind in LEMMAS, "there is no such lemma")
                getattr(self, f"lemma_{kind}")(*of)

    def annul(self, s: Sum, steps: Any) -> None:
        """s = 0 by the steps.  Raises Rejected."""
        for number, (kind, *of) in enumerate(steps, 1):
            with told_of(f"step {number} ({kind})"):
                if kind == "cases":
                    self.need(number == len(steps), "steps after the cases")
                    self.annul_cases(s, of)
                    return
                s = self.after(s, kind, of)
        with told_of(f"after {len(steps)} steps" if steps else "as they stand"):
            self.need_conditions(s)
            self.need(self.vanishes(s), "the sides are not shown to be equal")

    def annul_cases(self, s: Sum, steps: Any) -> None:
        """s = 0 at every position, each by its own steps.  Raises Rejected."""
        cases = list(self.cases(s))
        self.need(len(cases) == len(steps), "another number of cases")
        for number, (case, own) in enumerate(zip(cases, steps, strict=True), 1):
            with told_of(f"case {number}"):
                self.annul(case, own)

    def after(self, s: Sum, kind: str, of: Any) -> Sum:
        """What is 0 only if s is, by one step.  Raises Rejected."""
        match kind:
            case "unfold":
                return self.unfolded(s, *of)
            case "related":
                return self.related(s)
            case "elementary":
                return self.in_few_functions(s)
            case "minus":
                return self.minus(s, added(self.multiple(*m) for m in of))
            case "changed":
                self.learn_all(of[1])
                return self.rebuilt(s, of[0], lambda f: None)
            case "through":
                return self.through(s, *of)
        raise Rejected("there is no such step")

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


def accept(part: Any, place: str = "the equation") -> None:
    """One equation or shape of a claim.  Raises Rejected, which names the place."""
    with told_of(place):
        Checker(part).accept(part)


def seal(claims: Any) -> str:
    """A digest of what is certified, so that nothing of it is changed by accident."""
    return sha256(json.dumps(claims, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


TOLD = ("note", "line", "column", "id")
"""What a person reads of a claim, first."""


def opened(text: str) -> Any:
    """A certificate as data.  Raises NoCertificate."""
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise NoCertificate("it is nested more deeply than any certificate") from error
    except ValueError as error:
        cut = text.startswith(BEGINNING)
        raise NoCertificate("it breaks off or is damaged" if cut else "it is no JSON") from error
    if not isinstance(document, dict) or not str(document.get("format")).startswith("symbn certificate "):
        raise NoCertificate("check --certificate did not write it")
    if document["format"] != FORMAT:
        raise NoCertificate(f"it is a {document['format']}, and this version of symbn reads {FORMAT}")
    if not all(isinstance(document.get(key), list) for key in ("claims", "uncertified")) or "seal" not in document:
        raise NoCertificate("its claims or its seal are missing")
    return document


def verify(text: str) -> tuple[list[Any], int]:
    """The claims of a certificate, each of them checked, and how many it has no proof of.  Raises Rejected."""
    document = opened(text)
    claims, uncertified = document["claims"], document["uncertified"]
    for number, claim in enumerate(claims, 1):
        with told_of(f"claim {number}"):
            verify_claim(claim)
    if document["seal"] != seal([claims, uncertified]):
        raise Rejected("each proof in it holds, but it was changed after it was written: its seal is another")
    return claims, len(uncertified)


def verify_claim(claim: Any) -> None:
    """Everything that a claim says.  Raises Rejected."""
    parts = claim["parts"]
    note, line, column, name = (str(claim[key]) for key in TOLD)
    if not (parts and note and line and column and name):
        raise Rejected("it claims nothing")
    for number, part in enumerate(parts, 1):
        equation = f", equation {number}" if len(parts) > 1 else ""
        accept(part, f"{name} ({note}, line {line}{equation})")
