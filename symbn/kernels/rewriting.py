"""Tensor expressions made from parts: every rewriting that lowering knows is a rule of a constructor here.

    δ         Σ_k δ[r,k] a[k] = a[r]                    diag(c) A is a broadcast, diag(AᵀB) the sums of columns of A ∘ B
    unused    Σ_k a = n a, a without k
    outside   Σ_k a b[k] = a Σ_k b[k]
    apart     Σ_jk a[j] b[k] = Σ_j a[j] · Σ_k b[k]
    spread    Σ_k (a[k] + b[k]) c[k] = Σ_k a[k] c[k] + Σ_k b[k] c[k]    where a + b holds δ or is of outer products
    chain     Σ_k (Σ_j a[i,j] b[j,k]) c[k,l] = Σ_jk a[i,j] b[j,k] c[k,l]                of arrays only
    J         δ[r,k] − 1/n = J[r,k];  Σ_k J[r,k] a[k] = a[r] − mean a
    centre    a − Σ a / n = a − mean a;  (a − mean a) centred again is itself;  c a − mean (c a) = c (a − mean a)
    softmax   exp (a + b) / Σ_k exp (a[k] + b) = exp a / Σ_k exp a[k],  1/n without a
    both      Σ_k a[k] (b[k] − mean b) = Σ_k (a[k] − mean a) (b[k] − mean b),  Σ_k (b[k] − mean b) = 0

Nothing else is rewritten: a variance stays a sum of squares of deviations, and no n×n matrix is built on the
way.  Each rule holds for every size; `tests/kernels` has the core prove each, and every program made by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from symbn.core.contraction import dimension, fresh
from symbn.core.ring import Coefficient, Ring
from symbn.kernels.ir import (
    Add,
    Array,
    Axis,
    Centre,
    Centring,
    Delta,
    Entry,
    Map,
    Mul,
    Node,
    Pow,
    Scalar,
    Softmax,
    Sum,
    alpha_key,
    factors_of,
    in_order,
    rebuilt,
    terms_of,
)

Renaming = Mapping[Axis, Axis]


class Rewriting:
    """The constructors over one ring of coefficients."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.zero, self.one = Scalar(value=ring.zero), Scalar(value=ring.one)
        self.two = ring.rational(2)

    def number(self, value: int | Fraction) -> Node:
        return Scalar(value=self.ring.rational(value))

    def size(self, axis: Axis) -> Coefficient:
        """The length of an axis as a number."""
        return dimension(self.ring, axis.dim)

    # Sums and products entry by entry ---------------------------------------------------------------------

    def add(self, terms: Iterable[Node]) -> Node:
        """Σ terms, flat, with J and centred terms where they are written out."""
        scalar = self.ring.zero
        collected: dict[Node, Coefficient] = {}
        for whole in terms:
            for term in terms_of(whole):
                coefficient, rest = self._split(term)
                if rest is None:
                    scalar = scalar + coefficient
                else:
                    collected[rest] = collected.get(rest, self.ring.zero) + coefficient
        scalar = self._find_centring(collected, scalar)
        self._find_centred(collected)
        kept = [self._scaled(c, rest) for rest, c in collected.items() if not c.is_zero()]
        if not scalar.is_zero():
            kept.append(Scalar(value=scalar))
        if not kept:
            return self.zero
        return kept[0] if len(kept) == 1 else Add(terms=tuple(kept))

    def _split(self, term: Node) -> tuple[Coefficient, Node | None]:
        """A term as a coefficient and the rest."""
        if isinstance(term, Scalar):
            return term.value, None
        if isinstance(term, Mul) and isinstance(term.factors[0], Scalar):
            rest = term.factors[1:]
            return term.factors[0].value, rest[0] if len(rest) == 1 else Mul(factors=rest)
        return self.ring.one, term

    def _scaled(self, coefficient: Coefficient, rest: Node) -> Node:
        return self.mul((Scalar(value=coefficient), rest))

    def _find_centring(self, terms: dict[Node, Coefficient], scalar: Coefficient) -> Coefficient:
        """c δ[a, b] with −c/n beside it is c J[a, b]; the scalar that is left."""
        for term, c in list(terms.items()):
            if not isinstance(term, Delta) or not term.axes or scalar.is_zero():
                continue
            if scalar == -(c / self.size(term.first)):
                del terms[term]
                matrix = Centring(first=term.first, second=term.second)
                terms[matrix] = terms.get(matrix, self.ring.zero) + c
                return self.ring.zero
        return scalar

    def _find_centred(self, terms: dict[Node, Coefficient]) -> None:
        """c a[r] with −(c/n) Σ_k a[k] beside it is c (a − mean a)[r]."""
        for term, c in list(terms.items()):
            if not any(isinstance(f, Sum) for f in factors_of(term)) or term not in terms:
                continue
            for other, d in list(terms.items()):
                if other is term or other not in terms:
                    continue
                for axis in in_order(other.axes - term.axes):
                    if c != -(d / self.size(axis)):
                        continue
                    k = fresh(axis.dim)
                    if self._same(self.total((k,), self.rename(other, {axis: k})), term):
                        del terms[term], terms[other]
                        centred = self.centre(axis, other)
                        more, rest = self._split(centred)
                        if rest is not None:
                            terms[rest] = terms.get(rest, self.ring.zero) + d * more
                        return self._find_centred(terms)
        return None

    def _same(self, a: Node, b: Node) -> bool:
        """Equality up to the names of bound axes."""
        names = {axis: n for n, axis in enumerate(in_order(a.axes))}
        return a.axes == b.axes and alpha_key(a, dict(names)) == alpha_key(b, dict(names))

    def mul(self, factors: Iterable[Node]) -> Node:
        """Π factors, flat, with δ applied to what shares an axis with it."""
        scalar = self.ring.one
        kept: list[Node] = []
        for whole in factors:
            for factor in factors_of(whole):
                if isinstance(factor, Scalar):
                    scalar = scalar * factor.value
                else:
                    kept.append(factor)
        if scalar.is_zero():
            return self.zero
        parts: tuple[Node, ...] = tuple(kept) if scalar.is_one() and kept else (Scalar(value=scalar), *kept)
        return parts[0] if len(parts) == 1 else Mul(factors=parts)

    def power(self, base: Node, exponent: Coefficient) -> Node:
        """base ^ exponent."""
        natural, value = exponent.as_natural(), exponent.as_fraction()
        if natural == 0:
            return self.one
        if natural == 1:
            return base
        if isinstance(base, Scalar) and value is not None and value.denominator == 1:
            return Scalar(value=base.value ** int(value))
        if natural in (2, 3):
            return self.mul([base] * natural)
        if isinstance(base, Pow) and value is not None and value.denominator == 1:
            return self.power(base.base, base.exponent * exponent)
        if isinstance(base, Mul) and value == -1:
            return self.mul([self.power(factor, exponent) for factor in base.factors])
        return Pow(base=base, exponent=exponent)

    def map(self, function: str, arg: Node) -> Node:
        """φ(arg)."""
        return Map(function=function, arg=arg)

    def softmax(self, axis: Axis, arg: Node) -> Node:
        """exp arg / Σ exp arg along the axis."""
        if axis not in arg.axes:
            return Scalar(value=self.size(axis).inverse())
        varying = self.add([term for term in terms_of(arg) if axis in term.axes])
        return Softmax(axis=axis, arg=varying)

    def delta(self, a: Axis, b: Axis) -> Node:
        """δ[a, b]; two fixed positions are compared."""
        if a == b:
            return self.one
        if a.is_constant and b.is_constant and a.label[1:].isdigit() and b.label[1:].isdigit():  # type: ignore[index]
            return self.zero
        return Delta(first=a, second=b)

    # Contractions -----------------------------------------------------------------------------------------

    def total(self, over: Sequence[Axis], body: Node) -> Node:
        """Σ_over body."""
        if not over:
            return body
        if isinstance(body, Add) and (
            any(not set(over) <= term.axes for term in body.terms) or any(map(_holds_delta, body.terms))
        ):
            return self.add([self.total(over, self.freshened(term)) for term in body.terms])
        if isinstance(body, Sum) and _is_chain(body):
            inner = self.freshened(body)  # a sum of a sum of arrays is one sum, whose order is open
            assert isinstance(inner, Sum)
            return self._contraction([*over, *inner.over], list(factors_of(inner.body)))
        return self._contraction(list(over), list(factors_of(body)))

    def _contraction(self, over: list[Axis], factors: list[Node]) -> Node:
        """Σ_over Π factors: δ first, then J, then sums that are better multiplied out, then chains of products."""
        factors = [f for factor in factors for f in factors_of(factor)]
        bound = set(over)
        apart = [(factor, factors[:place] + factors[place + 1 :]) for place, factor in enumerate(factors)]
        for factor, others in apart:
            if isinstance(factor, Delta):
                for own, other in ((factor.first, factor.second), (factor.second, factor.first)):
                    if own in bound:
                        rest = [a for a in over if a != own]
                        return self._contraction(rest, [self.rename(f, {own: other}) for f in others])
        for factor, others in apart:
            if isinstance(factor, Centring) and bound & factor.axes:
                applied = self._apply_centring(factor, over, others)
                if applied is not None:
                    return applied
        for factor, others in apart:
            if isinstance(factor, Add) and factor.axes & bound and _is_spread(factor, bound):
                return self.add(
                    [self._contraction(list(over), [self.freshened(f) for f in others] + [t]) for t in factor.terms]
                )
        for factor, others in apart:
            if isinstance(factor, Sum) and _is_link(factor, others, bound):
                opened = self.freshened(factor)
                assert isinstance(opened, Sum)
                return self._contraction([*over, *opened.over], [*others, *factors_of(opened.body)])
        return self._product_of_sums(over, factors)

    def _apply_centring(self, matrix: Centring, over: list[Axis], others: list[Node]) -> Node | None:
        """Σ_k J[r,k] a[k] = a[r] − mean a."""
        for k, r in ((matrix.first, matrix.second), (matrix.second, matrix.first)):
            if k not in over:
                continue
            rest = [axis for axis in over if axis != k]
            inside = [f for f in others if k in f.axes]
            if not inside:
                return self.zero
            if any(r in f.axes for f in inside):
                continue
            outside = [f for f in others if k not in f.axes]
            return self._contraction(rest, [*outside, self.rename(self.centre(k, self.mul(inside)), {k: r})])
        if not any(axis in over for axis in (matrix.first, matrix.second)):
            return None
        written = (Delta(first=matrix.first, second=matrix.second), Scalar(value=-self.size(matrix.first).inverse()))
        return self.add([self._contraction(list(over), [*map(self.freshened, others), part]) for part in written])

    def _product_of_sums(self, over: list[Axis], factors: list[Node]) -> Node:
        """Factors without bound axes outside; groups that share no bound axis each in a sum of their own."""
        bound = set(over)
        result: list[Node] = [f for f in factors if not f.axes & bound]
        pending = [f for f in factors if f.axes & bound]
        used: set[Axis] = set()
        while pending:
            group = [pending.pop(0)]
            axes = set(group[0].axes & bound)
            while True:
                more = [f for f in pending if f.axes & axes]
                if not more:
                    break
                pending = [f for f in pending if not f.axes & axes]
                group += more
                axes |= {a for f in more for a in f.axes & bound}
            used |= axes
            result.append(self._sum(tuple(a for a in over if a in axes), group))
        for axis in over:
            if axis not in used:
                result.append(Scalar(value=self.size(axis)))
        return self.mul(result)

    def _sum(self, over: tuple[Axis, ...], factors: list[Node]) -> Node:
        """A connected sum, with both factors centred where one is."""
        if len(over) == 1:
            axis = over[0]
            place = next((n for n, f in enumerate(factors) if isinstance(f, Centre) and f.axis == axis), None)
            if place is not None:
                others = factors[:place] + factors[place + 1 :]
                if not others:
                    return self.zero
                rest = self.mul(others)
                if rest.axes <= factors[place].axes or factors[place].axes <= rest.axes:
                    centred = self.centre(axis, rest)
                    if axis not in centred.axes:
                        return self.zero
                    kept = [f for f in factors_of(centred) if axis in f.axes]
                    outside = [f for f in factors_of(centred) if axis not in f.axes]
                    return self.mul([*outside, Sum(over=over, body=self.mul([factors[place], *kept]))])
        return Sum(over=over, body=self.mul(factors))

    def centre(self, axis: Axis, arg: Node) -> Node:
        """arg − mean of arg along the axis."""
        if isinstance(arg, Add):
            terms = [term for term in arg.terms if axis in term.axes]
            if len(terms) < len(arg.terms) or any(map(_holds_delta, terms)):
                return self.add([self.centre(axis, term) for term in terms])
        factors = factors_of(arg)
        outside = [f for f in factors if axis not in f.axes]
        inside = [f for f in factors if axis in f.axes]
        if not inside:
            return self.zero
        for place, factor in enumerate(inside):
            if isinstance(factor, Delta):
                other = factor.second if factor.first == axis else factor.first
                rest = [self.rename(f, {axis: other}) for f in inside[:place] + inside[place + 1 :]]
                return self.mul([*outside, *rest, Centring(first=axis, second=other)])
        if len(inside) == 1 and isinstance(inside[0], Centring):
            return self.mul([*outside, inside[0]])
        if len(inside) == 1 and isinstance(inside[0], Centre) and inside[0].axis == axis:
            return self.mul([*outside, inside[0]])
        return self.mul([*outside, Centre(axis=axis, arg=self.mul(inside))])

    # Axes -------------------------------------------------------------------------------------------------

    def rename(self, e: Node, names: Renaming) -> Node:
        """e with free axes renamed; two may get one name."""
        names = {old: new for old, new in names.items() if old != new and old in e.axes}
        if not names:
            return e
        match e:
            case Entry():
                return Entry(array=e.array, places=tuple(names.get(p, p) for p in e.places))
            case Delta():
                return self.delta(names.get(e.first, e.first), names.get(e.second, e.second))
            case Centring():
                first, second = names.get(e.first, e.first), names.get(e.second, e.second)
                if first == second or (first.is_constant and second.is_constant):
                    return self.add([self.delta(first, second), Scalar(value=-self.size(first).inverse())])
                return Centring(first=first, second=second)
            case Add():
                return self.add([self.rename(term, names) for term in e.terms])
            case Mul():
                return self.mul([self.rename(factor, names) for factor in e.factors])
            case Pow():
                return self.power(self.rename(e.base, names), e.exponent)
            case Map():
                return self.map(e.function, self.rename(e.arg, names))
            case Sum():
                merged = len(set(names.values())) < len(names) or any(new in e.axes for new in names.values())
                body = self.rename(e.body, names)
                return self.total(e.over, body) if merged else Sum(over=e.over, body=body)
            case Centre():
                new = names.get(e.axis, e.axis)
                others = {old: name for old, name in names.items() if old != e.axis}
                if not new.is_constant and new not in {others.get(a, a) for a in e.arg.axes - {e.axis}}:
                    return self.centre(new, self.rename(e.arg, names))
                # A diagonal, or one position: no longer an axis to centre along.
                k = fresh(e.axis.dim)
                mean = self.total((k,), self.rename(self.rename(e.arg, {e.axis: k}), others))
                return self.add([self.rename(e.arg, names), self._scaled(-self.size(new).inverse(), mean)])
            case Softmax():
                new = names.get(e.axis, e.axis)
                others = {old: name for old, name in names.items() if old != e.axis}
                if not new.is_constant and new not in {others.get(a, a) for a in e.arg.axes - {e.axis}}:
                    return self.softmax(new, self.rename(e.arg, names))
                # A diagonal, or one position: no longer an axis to sum along.
                k = fresh(e.axis.dim)
                total = self.total((k,), self.map("exp", self.rename(self.rename(e.arg, {e.axis: k}), others)))
                share = self.power(total, self.ring.rational(-1))
                return self.mul([self.map("exp", self.rename(e.arg, names)), share])
        raise TypeError(f"no axes of {type(e).__name__}")

    def exchanged(self, e: Node, array: Array, value: Callable[[tuple[Axis, ...]], Node]) -> Node:
        """e with something else for the entries of an array."""

        def new(e: Node) -> Node:
            match e:
                case Entry():
                    return value(e.places) if e.array == array else e
                case Add():
                    return self.add(map(new, e.terms))
                case Mul():
                    return self.mul(map(new, e.factors))
                case Pow():
                    return self.power(new(e.base), e.exponent)
                case Map():
                    return self.map(e.function, new(e.arg))
                case Sum():
                    return self.total(e.over, new(e.body))
                case Centre():
                    return self.centre(e.axis, new(e.arg))
                case Softmax():
                    return self.softmax(e.axis, new(e.arg))
            return e

        return new(e)

    def freshened(self, e: Node) -> Node:
        """e with bound axes of names that nothing else has."""
        if not isinstance(e, Sum):
            return rebuilt(e, self.freshened)
        names = {axis: fresh(axis.dim) for axis in e.over}
        return Sum(over=tuple(names.values()), body=self.freshened(self.rename(e.body, names)))


def _holds_delta(e: Node) -> bool:
    return any(isinstance(f, Delta | Centring) for f in factors_of(e))


def _is_link(e: Sum, others: list[Node], bound: set[Axis]) -> bool:
    """Whether a product of matrices is one link of a longer chain, whose order is still open."""
    if len(e.axes) < 2 or not e.axes & bound or not _is_chain(e):
        return False
    return bool(others) and all(_is_chain(f) and not f.axes & (e.axes - bound) for f in others)


def _is_chain(e: Node) -> bool:
    """An array, or a sum of products of arrays."""
    return isinstance(e, Entry) or (isinstance(e, Sum) and all(isinstance(f, Entry) for f in factors_of(e.body)))


def _is_spread(e: Add, bound: set[Axis]) -> bool:
    """Whether a sum is a factor that is better multiplied out: one with δ, or of outer products only."""
    if any(isinstance(f, Delta | Centring) and f.axes & bound for term in e.terms for f in factors_of(term)):
        return True
    return len(e.axes) > 1 and all(len(f.axes) < len(e.axes) for term in e.terms for f in factors_of(term))
