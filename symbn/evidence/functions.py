r"""Unknown functions made concrete: polynomials of degree 3 with small integer coefficients.

    f_o(x_1 … x_N) = Σ a_k x_k + Σ b_kl x_k x_l + Σ c_klm x_k x_l x_m          φ(x) = a + b x + c x² + d x³

Coefficients are drawn from (seed, name, output, monomial) by hashing: deterministic, none is 0, each output has its
own, and pairs of different arguments occur, so that a Hessian is not diagonal.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from symbn.evidence.numeric import Dual, Scalar

Monomial = tuple[int, ...]
"""Argument numbers in ascending order, with repetition: x_0² x_3 is (0, 0, 3)."""


class Hashing:
    """A deterministic stream of small integers (splitmix64) started from anything that prints."""

    __slots__ = ("_state",)

    def __init__(self, *key: object) -> None:
        state = 0xCBF29CE484222325
        for byte in "\x1f".join(map(str, key)).encode():
            state = ((state ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        self._state = state

    def below(self, bound: int) -> int:
        """An integer 0 … bound − 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        return (z ^ (z >> 31)) % bound

    def between(self, low: int, high: int) -> int:
        """An integer low … high."""
        return low + self.below(high - low + 1)

    def nonzero(self, size: int) -> int:
        """An integer −size … size, not 0."""
        k = self.between(1, 2 * size)
        return k if k <= size else size - k


class Polynomial:
    """Σ coefficient · Π x_k, over monomials of degree ≤ 3."""

    __slots__ = ("_partials", "terms")

    def __init__(self, terms: dict[Monomial, int]) -> None:
        self.terms = terms
        self._partials: dict[int, Polynomial] = {}

    def partial(self, k: int) -> Polynomial:
        """∂/∂x_k."""
        found = self._partials.get(k)
        if found is None:
            terms: dict[Monomial, int] = {}
            for monomial, c in self.terms.items():
                times = monomial.count(k)
                if times:
                    at = monomial.index(k)
                    terms[monomial[:at] + monomial[at + 1 :]] = c * times
            found = self._partials[k] = Polynomial(terms)
        return found

    def __call__(self, arguments: Sequence[Scalar]) -> Scalar:
        """p(v + cε) = p(v) + Σ_k ∂_k p(v) c_k ε, one tag of perturbations at a time."""
        tag = 0
        for x in arguments:
            if type(x) is Dual and x.tag > tag:
                tag = x.tag
        if not tag:
            return self._at(arguments)
        values: list[Scalar] = [x.value if type(x) is Dual and x.tag == tag else x for x in arguments]
        parts: dict[int, Scalar] = {}
        for k, x in enumerate(arguments):
            if type(x) is Dual and x.tag == tag:
                slope = self.partial(k)(values)
                for d, c in x.parts.items():
                    parts[d] = parts[d] + slope * c if d in parts else slope * c
        return Dual(tag, self(values), parts)

    def _at(self, arguments: Sequence[Scalar]) -> Scalar:
        total: Scalar = 0
        for monomial, c in self.terms.items():
            product: Scalar = c
            for k in monomial:
                product = product * arguments[k]
            total = total + product
        return total


@lru_cache(maxsize=4096)
def polynomial(seed: int, name: str, output: int, arity: int, plain: bool = False) -> Polynomial:
    """Output number `output` of the function `name` of `arity` numbers; `plain` has few terms, for showing."""
    draw = Hashing("function", seed, name, output, arity)
    o, n = output % arity if arity else 0, arity
    if plain:
        terms: dict[Monomial, int] = {}
        for k in range(n):
            _put(terms, (k, (k + 1 + output) % n), 1)
        _put(terms, (o,), 1 + output)
        return Polynomial(terms)
    terms = {(): draw.nonzero(3)}
    offsets = range((n // 2) + 1) if n <= 6 else (0, 1, 2, n // 2)
    for k in range(n):
        _put(terms, (k,), draw.nonzero(3))
        for offset in offsets:
            _put(terms, (k, (k + offset) % n), draw.nonzero(3))
        _put(terms, (k, (k + 1) % n, (k + 2) % n), draw.nonzero(2))
        if n > 1:
            _put(terms, (k, k, (k + 1) % n), draw.nonzero(2))
    return Polynomial(terms)


def _put(terms: dict[Monomial, int], monomial: Monomial, c: int) -> None:
    """Coefficient c, once for each monomial."""
    terms.setdefault(tuple(sorted(monomial)), c)


def describe(name: str, shapes: Sequence[tuple[int, int]], outputs: Sequence[Polynomial]) -> str:
    """`L(Z) = Z_{11}^2 + 2 Z_{12} Z_{21}`; several outputs stand as a column."""
    heads, entries = [], []
    letters = iter("ZYXWVU") if len(shapes) > 1 or shapes[0] != (1, 1) else iter("x")
    for rows, columns in shapes:
        letter = next(letters, "T")
        if (rows, columns) != (1, 1) and 1 in (rows, columns):
            letter = letter.lower()
        heads.append(letter)
        for i in range(1, rows + 1):
            for j in range(1, columns + 1):
                place = f"{i}{j}" if rows > 1 and columns > 1 else str(max(i, j))
                entries.append(letter if rows == columns == 1 else f"{letter}_{{{place}}}")
    bodies = [_written(p, entries) for p in outputs]
    body = bodies[0] if len(bodies) == 1 else "(" + ",\\; ".join(bodies) + ")"
    return f"{name}({', '.join(heads)}) = {body}"


def _written(p: Polynomial, entries: Sequence[str]) -> str:
    text = ""
    for monomial, c in p.terms.items():
        factors = [entries[k] if (e := monomial.count(k)) == 1 else f"{entries[k]}^{e}" for k in sorted(set(monomial))]
        size = [] if abs(c) == 1 and factors else [str(abs(c))]
        sign = ("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")
        text += sign + " ".join(size + factors)
    return text or "0"
