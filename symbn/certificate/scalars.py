"""Powers and functions of sums that split: lemmas, each shown before it is used, and what is known to be ≥ 0.

    e^r = v     by v^q = e^p for r = p/q, and v ≥ 0 where q is even; or factor by factor, of bases ≥ 0
    exp(Σ c log b) = Π b^c       log(Π b^c) = Σ c log b, b > 0       |u| = √(u²)       max(0, u) = (u + |u|)/2

Taken as given: (e^r)^q = e^(rq), and that log and exp undo each other.  Nothing is shared with the prover.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from sympy import QQ

from symbn.certificate.calculus import Calculus
from symbn.certificate.graphs import DETERMINANT, Factor, Sum, added, is_exponential, sole

POSITIVE = ("exp", "cosh", "sigmoid", "softplus")


class Scalars(Calculus):
    """Lemmas of powers and functions."""

    def learn(self, f: Factor, value: Sum) -> None:
        """A factor is that value, wherever it is made anew."""
        key, names = self.key(f)
        self.lemmas[key] = self.rename(value, names)

    def is_nonnegative(self, s: Sum) -> bool:
        """Sufficient for s ≥ 0: numbers ≥ 0 times squares and factors known to be ≥ 0."""
        known = [True] * len(self.least) + [sign in ("positive", "nonnegative") for sign in self.signs.values()]
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
            return self.is_declared(f, "definite")
        return "nonnegative" in self.traits.get(f.name, ()) and not f.slots

    def whole_part(self, exponent: Any) -> int:
        """What is whole of the number in an exponent."""
        constant = exponent.numer.coeff(1) / exponent.denom.LC if exponent.denom.is_ground else 0
        return Fraction(str(constant)) // 1

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
            whole = self.whole_part(exponent)
            groups.setdefault(str(exponent - whole), []).append((whole, self.normal(c, rest, bound)))
        least = [min(whole for whole, _ in group) for group in groups.values()]
        raised = (
            [self.multiply(t, self.power(bases[chosen], self.field(w - m))) for w, t in g]
            for g, m in zip(groups.values(), least, strict=True)
        )
        return all(self.vanishes(added(parts)) for parts in raised)

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
            if c != 1 and e.terms.keys() == {""}:  # e^(s + m) = e^m e^s, m the number in the exponent
                m = self.whole_part(r)
                c, r = c / e.terms[""][0] ** m, r - m
            self.need(c == 1 and all(f.kind == "power" for f in factors), "a power that does not split so")
            parts = [self.power(f.over[0][1], f.exponent / r) for f in factors]
            integral = r.denom == 1 and all(r.diff(self.variables[name]) == 0 for name in self.signs)
            whole = integral and all(self.natural(f.exponent / r) is not None for f in factors)
            self.need(not self.minus(self.contract(parts, ()), e).terms, "a power of another base")
            self.need(
                all(self.is_nonnegative(f.over[0][1]) for f in factors) or whole, "a power of what may be negative"
            )
        self.learn(Factor("power", over=(((), e),), exponent=self.coefficient(exponent)), v)

    def lemma_function(self, name: str, argument: Any, value: Any) -> None:
        u, v = self.read(argument), self.read(value)
        if name == "exp":
            ((c, factors, bound),) = v.terms.values()
            self.need(not bound and all(f.kind == "power" for f in factors), "no product of powers")
            parts = []
            for f in factors:
                b = f.over[0][1]
                log = self.single(Factor("function", "log", over=(((), b),), exponent=0))
                raw = sole(b)
                inside = raw.over[0][1] if raw is not None and is_exponential(b) else log
                parts.append(inside.scaled(f.exponent))
            self.need(c == 1 and not self.minus(u, added(parts)).terms, "an exponential that is another")
        elif name == "log":
            parts, unsure = [], []
            for c, factors, bound in v.terms.values():
                if len(factors) == 1 and factors[0][:2] == ("function", "log") and not bound:
                    parts.append(self.power(factors[0].over[0][1], c))
                    unsure += [] if self.is_nonnegative(factors[0].over[0][1]) else [self.value(c)]
                else:
                    whole = self.normal(self.unit, list(factors), bound)
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
            return [(self.one.scaled(c), self.unit)]
        terms = [({es: QQ(1)}, k) for es, k in c.numer.terms()]
        ring = c.numer.ring
        return [(self.one.scaled(self.field(ring.from_dict(m))), self.field(k) / self.field(c.denom)) for m, k in terms]
