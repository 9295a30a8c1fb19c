"""Derivatives and definitions of sums on graphs: the product rule, one rule for each kind of factor, and names opened.

    ∂ V[i, j]   = δ[i, k] δ[j, l]; of a symmetric V the mean of both orders       ∂ e^r = r e^(r−1) ∂e + e^r log e ∂r
    ∂ f[i](u)   = Σ_a ∂_a f[i; a](u) ∂u[a], of a definition by each name it mentions       ∂ φ(e) = φ′(e) ∂e
    ∂ A⁻¹ = −A⁻¹ ∂A A⁻¹       ∂ det A = det A tr(A⁻¹ ∂A)       ∂ 𝔼[h] = 𝔼[∂h]       ∂ Mᵏ = Σ_r M^{r−1} ∂M M^{k−r}

Nothing is shared with the prover.
"""

from __future__ import annotations

from functools import partial, reduce
from typing import Any

from symbn.certificate.graphs import (
    DETERMINANT,
    INVERSE,
    MEAN,
    POSITION,
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
from symbn.certificate.reading import Reading

ELEMENTARY = ("sinh", "cosh", "tanh", "sigmoid", "softplus", "tan", "sign")
DERIVATIVES = {  # φ′ as Σ number · function^k
    "exp": [(1, "exp", 1)], "sin": [(1, "cos", 1)], "cos": [(-1, "sin", 1)], "tan": [(1, "tan", 0), (1, "tan", 2)],
    "sinh": [(1, "cosh", 1)], "cosh": [(1, "sinh", 1)], "tanh": [(1, "tanh", 0), (-1, "tanh", 2)],
    "sigmoid": [(1, "sigmoid", 1), (-1, "sigmoid", 2)], "softplus": [(1, "sigmoid", 1)], "sign": [],
}  # fmt: skip


class Calculus(Reading):
    """definitions: name → indices, parameters with formal indices, body.  shapes: the sizes of the other tensors."""

    definitions: dict[str, Any]
    shapes: dict[str, list[Any]]

    def derivative(self, s: Sum, name: str, at: tuple[Index, ...], through: Any, held: Factor | None = None) -> Sum:
        """∂s/∂name[at], through the definitions of `through` by what they mention; `held` is f(x) as a variable."""
        parts = []
        for c, factors, bound in map(self.apart, s.terms.values()):
            if name in self.signs and held is None:
                parts.append(self.normal(c.diff(self.variables[name]), factors, bound))
            for k, f in enumerate(factors):
                changed = self.changed(f, name, at, through, held)
                if changed.terms:
                    parts.append(self.contract([self.normal(c, factors[:k] + factors[k + 1 :], ()), changed], bound))
        return added(parts)

    def changed(self, f: Factor, name: str, at: tuple[Index, ...], through: Any, held: Factor | None) -> Sum:
        inner = [self.derivative(s, name, at, through, held) for _, s in f.over]
        if f.kind == "function":
            if not inner[0].terms:
                return self.zero
            s, known = f.over[0][1], DERIVATIVES.get(f.name)
            if known is None and f.name == "log":
                return self.multiply(self.power(s, -self.unit), inner[0])
            if known is None and f.name[0] != "?":
                raise Rejected(f"no derivative of {f.name}")
            outer = [self.power(self.function(g, s), self.field(k)).scaled(self.field(n)) for n, g, k in known or ()]
            return self.multiply(self.function(f.name, s, f.exponent + 1) if known is None else added(outer), inner[0])
        if f.kind == "power":
            s, r = f.over[0][1], f.exponent
            result = self.multiply(self.power(s, r - 1), inner[0]).scaled(r)
            grown = r.diff(self.variables[name]) if name in self.signs and held is None else 0
            return result if grown == 0 else result + self.multiply(self.atom(f), self.function("log", s)).scaled(grown)
        if f.kind == "delta":
            return self.zero
        if f.name == name and not f.slots and (self.alike(f, held) if held else not f.over):
            if "orthogonal" in self.traits.get(name, ()):
                raise Rejected(f"a derivative by the orthogonal matrix {name}")
            orders = [at, at[len(at) // 2 :] + at[: len(at) // 2]] if "symmetric" in self.traits.get(name, ()) else [at]
            terms = ([Factor("delta", at=pair) for pair in zip(f.at, order, strict=True)] for order in orders)
            return added(self.normal(self.unit / len(orders), factors, ()) for factors in terms)
        if f.name == POWER:
            return self.changed_power(f, *inner)
        if f.name == MEAN:
            return self.zero if "random" in self.traits.get(name, ()) else self.mean(inner[0])
        if f.name in (INVERSE, DETERMINANT):
            if not inner[0].terms:
                return self.zero
            row, column = f.over[0][0]
            a, b = fresh(row), fresh(column)
            changed = self.rename(inner[0], {row: a, column: b})
            if f.name == DETERMINANT:
                turned = self.atom(f._replace(name=INVERSE, at=(b, a)))
                return self.contract([self.atom(f), turned, changed], [a, b])
            left, right = (self.atom(f._replace(at=ends)) for ends in ((f.at[0], a), (b, f.at[1])))
            return self.contract([left, changed, right], [a, b]).scaled(-self.unit)
        parts = []
        for k, (formals, s) in enumerate(f.over):
            places = {i: fresh(i) for i in formals}
            inside = self.derivative(self.rename(s, places), name, at, through, held)
            parts.append(self.chain(f, k, tuple(places.values()), inside))
        if f.name in through and self.reaches(f.name, name):
            for mentioned in self.mentions(f.name):
                if self.reaches(mentioned, name):
                    at_all = tuple(fresh(("", d)) for d in self.dims(mentioned))
                    inside = self.derivative(self.entry(mentioned, at_all), name, at, through, held)
                    parts.append(self.chain(f, mentioned, at_all, inside))
        return added(parts)

    def changed_power(self, f: Factor, changed: Sum, exponent: Sum) -> Sum:
        """∂(Mᵉ) = Σ over the sizes k that e is the sum of, b before it, of Σ_{r=1}^{k} M^{b+r−1} ∂M M^{e−b−r}.

        Of an e that is no sum of sizes: −Mᵉ ∂(M⁻ᵉ) Mᵉ.
        """
        if not changed.terms and not exponent.terms:
            return self.zero
        (row, column), size = f.over[0][0], f.over[1][1]
        if exponent.terms or size.terms.keys() != {""}:
            raise Rejected("a derivative of a power by its exponent")
        unit, total, before, around = self.one, self.zero, self.zero, (fresh(row), fresh(column))
        pieces = self.pieces_of(size.terms[""][0])
        if pieces is None:
            a, b = fresh(f.at[0]), fresh(f.at[1])
            if self.pieces_of(-size.terms[""][0]) is None:
                raise Rejected("a derivative of a power whose exponent is no sum of sizes")
            turned = (f.over[0], ((), size.scaled(-self.unit)))
            inside = self.changed_power(f._replace(at=(a, b), over=turned), changed, exponent)
            left, right = (self.atom(f._replace(at=ends)) for ends in ((f.at[0], a), (b, f.at[1])))
            return self.contract([left, inside, right], [a, b]).scaled(-self.unit)
        for k in pieces:
            r = fresh(("", k))
            at = before + (unit if k == 1 else self.single(Factor("tensor", POSITION, (r,))))
            exponents = self.minus(at, unit), self.minus(size, at)
            ends = (f.at[0], around[0]), (around[1], f.at[1])
            left, right = (
                self.atom(f._replace(at=own, over=(f.over[0], ((), e)))) for own, e in zip(ends, exponents, strict=True)
            )
            middle = self.rename(changed, {row: around[0], column: around[1]})
            total = total + self.contract([left, middle, right], [*around, *([] if k == 1 else [r])])
            before = before + unit.scaled(self.size(k))
        return total

    def pieces_of(self, c: Any) -> list[Any] | None:
        """The sizes that c is the sum of, the number 1 among them, each as often as it occurs."""
        named = {tuple(next(iter(self.variables[n].numer.terms()))[0]): n for n in self.least}
        found: list[Any] = []
        for exponents, number in c.numer.terms():
            k = 1 if not any(exponents) else named.get(tuple(exponents))
            if c.denom != 1 or k is None or number < 0 or number.denominator != 1:
                return None
            found += [k] * int(number)
        return found if len(found) <= 8 else None

    def alike(self, f: Factor, held: Factor) -> bool:
        """Whether f is the application that is held as the variable, at whatever own indices."""
        texts = [self.factor_text(g, {i: str(i) for i in g.free()}) for g in (f._replace(at=()), held._replace(at=()))]
        return texts[0] == texts[1]

    def chain(self, f: Factor, target: Any, places: tuple[Index, ...], inside: Sum) -> Sum:
        """Σ_places ∂_target f[places] · inside[places]."""
        outer = self.single(f._replace(slots=(*f.slots, (target, places))))
        return self.contract([outer, inside], places) if inside.terms else self.zero

    def entry(self, name: str, at: tuple[Index, ...]) -> Sum:
        """A tensor or a parameter."""
        if name in self.variables:
            return self.one.scaled(self.variables[name])
        return self.single(Factor("tensor", name, at))

    def dims(self, name: str) -> list[Any]:
        return [i[1] for i in self.definitions[name][0]] if name in self.definitions else self.shapes[name]

    def is_closed(self, s: Sum, own: tuple[Index, ...]) -> bool:
        """Whether s uses none but its own indices, and fixed places."""
        return all(i in own or fixed(i) for i in s.free)

    def is_sized(self, s: Sum) -> bool:
        """Whether each tensor of s, however deep, stands at indices of its own sizes."""
        for f in (f for _, factors, _ in s.terms.values() for f in factors):
            if f.kind == "tensor" and f.name not in RESERVED and [i[1] for i in f.at] != self.dims(f.name):
                return False
            if not all(self.is_sized(inner) for _, inner in f.over):
                return False
        return True

    def names(self, s: Sum) -> set[str]:
        """The tensors, dimensions and parameters in a sum."""
        found: set[str] = set()
        for c, factors, _ in s.terms.values():
            coefficients = [c, *(f.exponent for f in factors if f.kind == "power")]
            found |= {n for c in coefficients for n, v in self.variables.items() if c.diff(v) != 0}
            found |= {f.name for f in factors if f.name}
            found |= {n for f in factors for _, inner in f.over for n in self.names(inner)}
        return found

    def mentions(self, name: str) -> set[str]:
        """What a definition names, defined functions looked through."""
        found = self.names(self.definitions[name][2]) - {p for p, _ in self.definitions[name][1]}
        functions = {n for n in found if n in self.definitions and self.definitions[n][1]}
        return (found - functions).union(*map(self.mentions, functions))

    def reaches(self, name: str, target: str) -> bool:
        body = self.definitions[name][2] if name in self.definitions else self.zero
        return name == target or any(self.reaches(n, target) for n in self.names(body))

    def rebuilt(self, s: Sum, name: str, leaf: Any) -> Sum:
        """s with every factor that holds `name`, however deep, made anew: by `leaf`, if that gives something."""
        if name not in self.names(s):
            return s

        def anew(f: Factor) -> Sum:
            new = self.inside(f, lambda inner: self.rebuilt(inner, name, leaf))
            return leaf(new) or self.atom(new)

        return self.each(s, anew)

    def substituted(self, name: str, own: tuple[Index, ...], s: Sum, f: Factor) -> Sum | None:
        return self.rename(s, dict(zip(own, f.at, strict=True))) if f.name == name else None

    def in_few_functions(self, s: Sum) -> Sum:
        """s with hyperbolic functions, σ and the like by exp, log, sin, cos and roots."""

        def leaf(f: Factor) -> Sum | None:
            if f.kind != "function" or f.name not in ELEMENTARY or f.exponent != 0:
                return None
            u = f.over[0][1]
            rise, fall = self.function("exp", u), self.function("exp", u.scaled(-self.unit))
            match f.name:
                case "sinh" | "cosh":
                    return (rise + fall.scaled(self.field(1 if f.name == "cosh" else -1))).scaled(self.unit / 2)
                case "tanh":
                    return self.multiply(self.minus(rise, fall), self.power(rise + fall, -self.unit))
                case "sigmoid":
                    return self.power(self.one + fall, -self.unit)
                case "softplus":
                    return self.function("log", self.one + rise)
                case "tan":
                    return self.multiply(self.function("sin", u), self.power(self.function("cos", u), -self.unit))
            return self.multiply(u, self.power(self.multiply(u, u), -self.unit / 2))

        return self.without_squared_sines(reduce(lambda s, name: self.rebuilt(s, name, leaf), ELEMENTARY, s))

    def without_squared_sines(self, s: Sum) -> Sum:
        """sin²(u) = 1 − cos²(u), wherever the same sine occurs twice in a term."""
        parts = []
        for c, factors, bound in map(self.apart, s.terms.values()):
            sines = {k: f for k, f in enumerate(factors) if f[:2] == ("function", "sin")}
            texts = {k: self.factor_text(f, {i: repr(i) for i in f.free()}) for k, f in sines.items()}
            twice = next((both for t in texts.values() if len(both := [k for k in texts if texts[k] == t][:2]) > 1), [])
            if not twice:
                parts.append(self.normal(c, factors, bound))
                continue
            cosine = self.function("cos", sines[twice[0]].over[0][1])
            rest = self.normal(c, [f for k, f in enumerate(factors) if k not in twice], ())
            square = self.minus(self.one, self.multiply(cosine, cosine))
            parts.append(self.without_squared_sines(self.contract([square, rest], bound)))
        return added(parts)

    def unfolded(self, s: Sum, name: str, slotted: bool) -> Sum:
        indices, parameters, definition = self.definitions[name]
        functions = {n for n, (_, ps, _) in self.definitions.items() if ps}

        def leaf(f: Factor) -> Sum | None:
            if f.kind != "tensor" or f.name != name or (slotted and not f.slots):
                return None
            body = self.rename(definition, dict(zip(indices, f.at, strict=True)))
            for target, places in sorted(f.slots, key=str):
                body = self.derivative(
                    body, parameters[target][0] if isinstance(target, int) else target, places, functions
                )
            for (p, _), (own, s) in zip(parameters, f.over, strict=True):
                body = self.rebuilt(body, p, partial(self.substituted, p, own, s))
            return body

        return self.rebuilt(s, name, leaf)
