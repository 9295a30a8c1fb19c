"""Certificates checked: each claim's difference of sides, made 0 once more by the steps that its certificate lists.

A certificate says of each claim what its letters are, its definitions, the derivatives that it states, its two sides,
lemmas (how a power, a logarithm, an inverse splits), rules for inverses, and steps.  Every lemma and rule is proved
here before it is used.  Nothing is shared with the prover; taken as given is `graphs`, and: the rules of
differentiation, (e^r)^q = e^(rq), log and exp as inverse functions, A A⁻¹ = I, QᵀQ = I, det A B = det A det B.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from hashlib import sha256
from typing import Any

from sympy import QQ

from symbn.certificate.calculus import Calculus, Rejected
from symbn.certificate.graphs import DETERMINANT, INVERSE, MEAN, Factor, Index, Sum, fresh, is_exponential, sole

FORMAT = "symbn certificate 1"
POSITIVE = ("exp", "cosh", "sigmoid", "softplus")


class Checker(Calculus):
    """One equation of a claim, with what its certificate gives."""

    def __init__(self, part: Any) -> None:
        super().__init__(part["dimensions"], part["parameters"], part["traits"])
        self.shapes = part["shapes"]
        self.rules: list[Sum] = []
        self.presupposed: set[tuple[str, str]] = set()
        self.definitions = {}
        mentioned: set[str] = set()
        for name, (indices, parameters, body) in part["definitions"].items():
            formals = [(p, self.indices(at)) for p, at in parameters]
            found = self.read(body)
            mentioned |= self.names(found)
            self.need(name not in mentioned and name not in (INVERSE, DETERMINANT, MEAN), f"a definition of {name}")
            self.definitions[name] = (self.indices(indices), formals, found)
        for name, (at, of, by, places, held) in part["derivatives"].items():
            stated = [n for n in self.definitions if n in part["derivatives"]]
            inside = reduce(lambda s, n: self.unfolded(s, n, False), stated, self.read(of))
            found = self.derivative(inside, by, self.indices(places), self.definitions, held and self.factor(held))
            self.definitions[name] = (self.indices(at), [], found)

    # Lemmas ---------------------------------------------------------------------------------------------------

    def need(self, holds: bool, what: str) -> None:
        if not holds:
            raise Rejected(what)

    def is_nonnegative(self, s: Sum) -> bool:
        """Sufficient for s ≥ 0: numbers ≥ 0 times squares and factors known to be ≥ 0."""
        known = [True] * len(self.least) + [sign != "real" for sign in self.signs.values()]
        for c, factors, _ in s.terms.values():
            shifted = (c.numer * c.denom).compose(
                [(v.numer, v.numer + self.least.get(n, 0)) for n, v in self.variables.items()]
            )
            if any(
                k < 0 or any(e % 2 and not ok for e, ok in zip(es, known, strict=False)) for es, k in shifted.terms()
            ):
                return False
            texts = Counter(self.factor_text(f, {i: str(i) for i in f.free()}) for f in factors)
            if not all(
                texts[self.factor_text(f, {i: str(i) for i in f.free()})] % 2 == 0 or self.is_positive(f)
                for f in factors
            ):
                return False
        return True

    def is_positive(self, f: Factor) -> bool:
        if f.kind == "power":
            r = self.value(f.exponent)
            rooted = r is not None and (r.denominator > 1 or r.numerator % 2 == 0)
            return rooted or is_exponential(f.over[0][1]) or self.is_nonnegative(f.over[0][1])
        if f.kind == "function":
            return f.name in POSITIVE and f.exponent == 0
        if f.name == DETERMINANT:
            inside = [g for c, fs, _ in f.over[0][1].terms.values() for g in fs]
            return (
                len(inside) == 1 and "definite" in self.traits.get(inside[0].name, ()) and len(f.over[0][1].terms) == 1
            )
        return "nonnegative" in self.traits.get(f.name, ()) and not f.slots

    def vanishes(self, s: Sum) -> bool:
        """s = 0, cleared of the powers that stand alone at free indices, the deepest first."""
        if not s.terms:
            return True
        alone = [f for _, fs, bound in s.terms.values() for f in fs if f.kind == "power" and f.free().isdisjoint(bound)]
        bases = {self.text(f.over[0][1]): f.over[0][1] for f in alone if not is_exponential(f.over[0][1])}
        if not bases:
            return False
        chosen = max(bases, key=lambda text: (text.count("power"), text))
        groups: dict[str, list[tuple[int, Sum]]] = {}
        for c, factors, bound in s.terms.values():
            rest = [f for f in factors if f.kind != "power" or self.text(f.over[0][1]) != chosen]
            exponent = sum((f.exponent for f in factors if f not in rest), self.field(0))
            constant = exponent.numer.coeff(1) / exponent.denom.LC if exponent.denom.is_ground else 0
            whole = Fraction(str(constant)) // 1
            groups.setdefault(str(exponent - whole), []).append((whole, self.normal(c, rest, bound)))
        least = [min(whole for whole, _ in group) for group in groups.values()]
        raised = (
            [self.multiply(t, self.power(bases[chosen], self.field(w - m))) for w, t in g]
            for g, m in zip(groups.values(), least, strict=True)
        )
        return all(self.vanishes(self.sum(parts)) for parts in raised)

    def lemma(self, kind: str, of: Any) -> None:
        getattr(self, f"lemma_{kind}")(*of)

    def learn(self, f: Factor, value: Sum) -> None:
        key, names = self.key(f)
        self.lemmas[key] = self.rename(value, names)

    def lemma_power(self, base: Any, exponent: Any, value: Any) -> None:
        """base^r = value: by (value)^q = base^p for r = p/q, and value ≥ 0 where q is even; or factor by factor."""
        e, r, v = self.read(base), self.coefficient(exponent), self.read(value)
        number = self.value(r)
        if number is not None:
            p, q = number.numerator, number.denominator
            powers = [self.power(v, self.field(q)), self.power(e, self.field(abs(p)))]
            difference = self.minus(*powers) if p > 0 else self.minus(self.multiply(*powers), self.one)
            self.need(self.vanishes(difference) and (q % 2 == 1 or self.is_nonnegative(v)), "a power that is another")
        else:
            ((c, factors, _),) = v.terms.values()
            self.need(c == 1 and all(f.kind == "power" for f in factors), "a power that does not split so")
            parts = [self.power(f.over[0][1], f.exponent / r) for f in factors]
            integral = r.denom == 1 and all(r.diff(self.variables[name]) == 0 for name in self.signs)
            whole = integral and all(self.natural(f.exponent / r) is not None for f in factors)
            self.need(not self.minus(self.contract(parts, ()), e).terms, "a power of another base")
            self.need(
                all(self.is_nonnegative(f.over[0][1]) for f in factors) or whole, "a power of what may be negative"
            )
        self.learn(Factor("power", over=(((), e),), exponent=r), v)

    def lemma_function(self, name: str, argument: Any, value: Any) -> None:
        u, v = self.read(argument), self.read(value)
        if name == "exp":
            ((c, factors, _),) = v.terms.values()
            parts = []
            for f in factors:
                b = f.over[0][1]
                log = self.single(Factor("function", "log", over=(((), b),), exponent=0))
                raw = sole(b)
                inside = raw.over[0][1] if raw is not None and is_exponential(b) else log
                parts.append(inside.scaled(f.exponent))
            self.need(c == 1 and not self.minus(u, self.sum(parts)).terms, "an exponential that is another")
        elif name == "log":
            parts, unsure = [], []
            for c, factors, bound in v.terms.values():
                if len(factors) == 1 and factors[0].name == "log":
                    parts.append(self.power(factors[0].over[0][1], c))
                    unsure += [] if self.is_nonnegative(factors[0].over[0][1]) else [self.value(c)]
                else:
                    whole = self.normal(self.field(1), list(factors), bound)
                    pieces = [(whole, c)] if factors else self.pieces(c)
                    parts += [self.power(self.exponential(inner), k) for inner, k in pieces]
            self.need(self.vanishes(self.minus(u, self.contract(parts, ()))), "a logarithm that is another")
            self.need(
                not unsure or (len(unsure) == 1 and unsure[0] is not None and unsure[0] % 2 == 1),
                "log of what may be negative",
            )
        else:
            self.need(name in ("abs", "relu"), f"no lemma of {name}")
            root = v if name == "abs" else self.minus(v.scaled(self.field(2)), u)
            square = self.minus(self.multiply(root, root), self.multiply(u, u))
            self.need(self.vanishes(square) and self.is_nonnegative(root), "an absolute value that is another")
        self.learn(Factor("function", name, over=(((), u),), exponent=0), v)

    def exponential(self, s: Sum) -> Sum:
        """exp(s), the base of a power."""
        return self.single(Factor("function", "exp", over=(((), s),), exponent=0))

    def pieces(self, c: Any) -> list[tuple[Sum, Any]]:
        """c as Σ number · product of variables, as (product, number); c itself if it has a denominator."""
        if not c.denom.is_ground:
            return [(self.one.scaled(c), self.field(1))]
        terms = [({es: QQ(1)}, k) for es, k in c.numer.terms()]
        ring = c.numer.ring
        return [(self.one.scaled(self.field(ring.from_dict(m))), self.field(k) / self.field(c.denom)) for m, k in terms]

    def matrix(self, name: str, e: Sum, row: Index, column: Index) -> Sum:
        """The inverse at (row, column), or the determinant, of e[row, column]."""
        whole = sole(e)
        if whole is not None and whole.kind == "delta":
            return e if name == INVERSE else self.one
        if whole is not None and whole.name == INVERSE and set(whole.at) == {row, column}:
            formals, body = whole.over[0]
            inside = self.rename(body, dict(zip(formals, whole.at, strict=True)))
            if name == INVERSE:
                return inside
            return self.power(self.matrix(DETERMINANT, inside, row, column), self.field(-1))
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
        if name == INVERSE:
            minus = self.field(-1)
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
        over = ((i, j), e)
        self.learn(Factor("tensor", name, (i, j) if name == INVERSE else (), over=(over,)), value)

    # Relations ------------------------------------------------------------------------------------------------

    def relation(self, head: Any, head_first: bool, transposed: bool) -> Sum:
        """X Y − I at @0, @1: X or Y is the head, the other its argument, or its transpose if it is orthogonal."""
        f = self.factor(head)
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
        self.need(not self.minus(difference, self.sum(total)).terms, "a rule that does not follow")
        return difference

    def multiple(self, kind: str, *of: Any) -> Sum:
        """A sum that is 0: a multiple of e e^r = e^(r+1), or of a rule."""
        if kind == "power":
            c, rest, base, exponent, bound = of
            e, r = self.read(base), self.coefficient(exponent)
            raised = self.power(e, r)
            self.need(bool(e.terms), "a power of 0")
            self.need_conditions(raised)
            zero = self.minus(self.multiply(e, raised), self.power(e, r + 1))
        else:
            c, rest, number, ends, bound = of
            zero = self.rename(self.rules[number], {self.index(i): self.index(j) for i, j in ends})
        return self.contract([self.read(rest), zero], self.indices(bound)).scaled(self.coefficient(c))

    def lemma_same(self, before: Any, after: Any, multiples: Any) -> None:
        """A sum that relations make another."""
        e, v = self.read(before), self.read(after)
        difference = self.minus(self.minus(e, v), self.sum(self.multiple(*m) for m in multiples))
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
        return self.sum(parts)

    def resolved(self, s: Sum) -> Sum:
        s = self.related(s)
        key, names = self.key(Factor("same", over=(((), s),)))
        return self.rename(self.lemmas[key], {new: old for old, new in names.items()}) if key in self.lemmas else s

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
            elif f.name == INVERSE:
                yield self.up_to_names("invertible", f)
            for _, inner in f.over:
                yield from self.conditions(inner)

    def need_conditions(self, s: Sum) -> None:
        for condition in self.conditions(s):
            self.need(condition in self.presupposed, f"a side condition that is not listed: {condition}")

    def accept(self, part: Any) -> None:
        """Both sides are equal.  Raises Rejected."""
        for kind, of in part["presupposed"]:
            e = self.factor(of) if kind == "invertible" else self.read(of)
            self.presupposed |= {
                self.up_to_names(kind, e),
                self.up_to_names("nonzero" if kind == "positive" else kind, e),
            }
        for kind, of in part["lemmas"]:
            if kind == "same" and not self.rules:
                self.rules = [self.rule(*rule) for rule in part["rules"]]
            getattr(self, f"lemma_{kind}")(*of)
        self.rules = self.rules or [self.rule(*rule) for rule in part["rules"]]
        sides = self.read(part["left"]), self.read(part["right"])
        s = self.minus(*sides)
        for step, *of in part["steps"]:
            self.need(step in ("unfold", "related", "minus", "elementary"), f"no step is called {step}")
            if step == "unfold":
                s = self.unfolded(s, *of)
            elif step == "related":
                s = self.related(s)
            elif step == "elementary":
                s = self.in_few_functions(s)
            else:
                s = self.minus(s, self.sum(self.multiple(*m) for m in of))
        for e in (*sides, s):
            self.need_conditions(e)
        self.need(self.vanishes(s), "the sides are not shown to be equal")


def seal(claims: Any) -> str:
    """A digest of what is certified, so that nothing of it is changed by accident."""
    return sha256(json.dumps(claims, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def verify(text: str) -> list[Any]:
    """The claims of a certificate, each of them checked.  Raises Rejected."""
    try:
        document = json.loads(text)
        claims = document["claims"]
        if document["format"] != FORMAT or document["seal"] != seal([claims, document["uncertified"]]):
            raise Rejected("this is no certificate, or it was changed")
        for claim in claims:
            try:
                for part in claim["parts"]:
                    Checker(part).accept(part)
            except Rejected as reason:
                raise Rejected(f"{claim.get('id')}: {reason}") from reason
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as malformed:
        raise Rejected(f"this says nothing that can be checked: {malformed!r}") from malformed
    return list(claims)
