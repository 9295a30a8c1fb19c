"""Random generalised sums, as plain data (`Raw…`) that knows nothing of normal forms.

A raw sum is turned into the core's normal form by `presented`, in whatever order a random generator says: names of
bound indices, order of factors and terms, association, order and time of binding.  The laws say that nothing of this
may show.  Sizes of n, m and p are never equal, so that an index in a wrong place cannot hide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import TypeAlias

from hypothesis import strategies as st

from symbn.core.axioms import Signature, Theory
from symbn.core.contraction import atom, bind, delta, multiply, rename
from symbn.core.heads import tensor
from symbn.core.powers import power, scalarwise
from symbn.core.ring import Coefficient, Ring
from symbn.core.terms import Argument, Index, Slot, SumOfProducts, constant

DIMS = ("n", "m", "p")
SIGNATURES = {
    "s": (), "u": ("n",), "v": ("n",), "w": ("m",), "A": ("n", "m"), "B": ("m", "p"), "M": ("n", "n"),
    "S": ("n", "n"), "T": ("n", "m", "p"),
}  # fmt: skip
SYMMETRIC = ("S",)
FUNCTION_DOMAIN, FUNCTION_RANGE = "n", "m"
"""f : ℝⁿ → ℝᵐ, the unknown function."""


def a_ring() -> Ring:
    """ℚ(n, m, p, a, ε) with ε > 0."""
    return Ring(dict.fromkeys(DIMS, 1), {"a": "real", "e": "positive"})


RING = a_ring()
THEORY = Theory(
    RING,
    {name: Signature(dims, frozenset(["symmetric"] if name in SYMMETRIC else [])) for name, dims in SIGNATURES.items()},
    {},
)

I, J = Index("i", "n"), Index("j", "n")  # noqa: E741
K, L = Index("k", "m"), Index("l", "p")
FREE = (I, J, K, L)


@dataclass(frozen=True)
class RawCoefficient:
    """number · n^… m^… p^… a^… ε^…"""

    number: Fraction = Fraction(1)
    exponents: tuple[tuple[str, int], ...] = ()

    def built(self) -> Coefficient:
        result = RING.rational(self.number)
        for name, exponent in self.exponents:
            result = result * RING.variable(name) ** exponent
        return result


@dataclass(frozen=True)
class RawTensor:
    """name[indices]"""

    name: str
    indices: tuple[Index, ...]


@dataclass(frozen=True)
class RawDelta:
    first: Index
    second: Index


@dataclass(frozen=True)
class RawPower:
    """base ^ exponent, the base in the indices around it."""

    base: RawSum
    exponent: Fraction


@dataclass(frozen=True)
class RawScalarwise:
    """φ⁽ᵏ⁾(argument)"""

    function: str
    order: int
    argument: RawSum
    known: bool


@dataclass(frozen=True)
class RawFunction:
    """f[out; slots](λ formal. body)"""

    out: Index
    slots: tuple[Index, ...]
    formal: Index
    body: RawSum


RawFactor: TypeAlias = RawTensor | RawDelta | RawPower | RawScalarwise | RawFunction


@dataclass(frozen=True)
class RawProduct:
    """coefficient · Σ_bound Π factors"""

    coefficient: RawCoefficient
    factors: tuple[RawFactor, ...]
    bound: tuple[Index, ...] = ()


@dataclass(frozen=True)
class RawSum:
    products: tuple[RawProduct, ...] = field(default=())


# Strategies -----------------------------------------------------------------------------------------------

numbers = st.sampled_from([Fraction(k, d) for k in (-3, -1, 1, 2) for d in (1, 2, 3)])


@st.composite
def coefficients(draw: st.DrawFn) -> RawCoefficient:
    exponents = draw(st.dictionaries(st.sampled_from([*DIMS, "a", "e"]), st.integers(-1, 2), max_size=2))
    return RawCoefficient(draw(numbers), tuple((n, k) for n, k in sorted(exponents.items()) if k))


def _pool(free: tuple[Index, ...], bound: tuple[Index, ...], dim: str) -> list[Index]:
    return [i for i in (*free, *bound) if i.dim == dim]


@st.composite
def factors(draw: st.DrawFn, indices: tuple[Index, ...], depth: int) -> RawFactor:
    """A factor whose indices are among the given ones."""
    kinds = ["tensor"] * 5 + ["delta"]
    if depth:
        kinds += ["power", "scalarwise", "function"]
    kind = draw(st.sampled_from(kinds))
    if kind == "delta":
        dim = draw(st.sampled_from(sorted({str(i.dim) for i in indices})))
        pool = _pool(indices, (), dim)
        return RawDelta(draw(st.sampled_from(pool)), draw(st.sampled_from(pool)))
    if kind == "power":
        exponent = draw(st.sampled_from([Fraction(-1), Fraction(1, 2), Fraction(-1, 2), Fraction(-2), Fraction(2)]))
        base = draw(positive_sums(indices, depth - 1) if exponent.denominator > 1 else sums(indices, depth - 1))
        return RawPower(base, exponent)
    if kind == "scalarwise":
        known = draw(st.booleans())
        function = draw(st.sampled_from(["sin", "tanh"])) if known else "ψ"
        order = 0 if known else draw(st.integers(0, 2))
        return RawScalarwise(function, order, draw(sums(indices, depth - 1)), known)
    outs = _pool(indices, (), FUNCTION_RANGE)
    if kind == "function" and outs:
        pool = _pool(indices, (), FUNCTION_DOMAIN)
        slots = tuple(draw(st.lists(st.sampled_from(pool), max_size=2))) if pool else ()
        formal = Index(f"f{depth}", FUNCTION_DOMAIN)
        body = draw(sums((*indices, formal), depth - 1))
        return RawFunction(draw(st.sampled_from(outs)), slots, formal, body)
    names = [n for n, dims in SIGNATURES.items() if all(_pool(indices, (), d) for d in dims)]
    name = draw(st.sampled_from(names))
    return RawTensor(name, tuple(draw(st.sampled_from(_pool(indices, (), d))) for d in SIGNATURES[name]))


@st.composite
def products(draw: st.DrawFn, free: tuple[Index, ...] = FREE, depth: int = 1, most: int = 4) -> RawProduct:
    dims = draw(st.lists(st.sampled_from(["n", "n", "m", "p"]), max_size=3))
    bound = tuple(Index(f"b{depth}{number}", dim) for number, dim in enumerate(dims))
    chosen = draw(st.lists(factors((*free, *bound), depth), min_size=1, max_size=most)) if free or bound else []
    return RawProduct(draw(coefficients()), tuple(chosen), bound)


@st.composite
def sums(draw: st.DrawFn, free: tuple[Index, ...] = FREE, depth: int = 1, most: int = 3) -> RawSum:
    """A sum of products; `depth` 0 is a polynomial."""
    size = most if depth else 2
    return RawSum(tuple(draw(st.lists(products(free, depth, 4 if depth else 3), min_size=1, max_size=size))))


def polynomials(free: tuple[Index, ...] = FREE, most: int = 3) -> st.SearchStrategy[RawSum]:
    """Sums of products of tensors and deltas."""
    return st.lists(products(free, 0), min_size=1, max_size=most).map(lambda ps: RawSum(tuple(ps)))


@st.composite
def positive_sums(draw: st.DrawFn, free: tuple[Index, ...] = FREE, depth: int = 0) -> RawSum:
    """ε + Σ of a square."""
    product = draw(products(free, min(depth, 0), 2))
    square = RawProduct(RawCoefficient(Fraction(draw(st.integers(1, 3)))), product.factors * 2, product.bound)
    return RawSum((RawProduct(RawCoefficient(exponents=(("e", 1),)), ()), square))


orders = st.integers(0, 2**32 - 1).map(Random)
"""The order in which a presentation is built; a fresh generator for each seed."""


# Presentations --------------------------------------------------------------------------------------------


def presented(raw: RawSum, order: Random | None = None) -> SumOfProducts:
    """The core's sum, built in the order given (None: as written).  Raises ZeroDivisionError, BudgetExceeded."""
    terms = list(raw.products)
    if order is not None:
        order.shuffle(terms)
    total = constant(RING.zero)
    for term in terms:
        total = total + presented_product(term, order)
    return total


def presented_product(raw: RawProduct, order: Random | None = None) -> SumOfProducts:
    """One product, its bound indices renamed, its factors shuffled and associated, its sums taken early or late."""
    names = {i: i for i in raw.bound}
    if order is not None:
        names = {i: Index(f"x{order.randrange(10**9)}", i.dim) for i in raw.bound}
    parts = [rename(presented_factor(f, order), names) for f in raw.factors]
    parts.append(constant(raw.coefficient.built()))
    waiting = list(names.values())
    if order is None:
        result = parts[-1]
        for part in parts[:-1]:
            result = multiply(result, part)
        for index in waiting:
            result = bind(result, index)
        return result
    order.shuffle(parts)
    order.shuffle(waiting)
    while len(parts) > 1:
        for index in list(waiting):
            holders = [number for number, part in enumerate(parts) if index in part.free]
            if len(holders) == 1 and order.random() < 0.4:
                parts[holders[0]] = bind(parts[holders[0]], index)
                waiting.remove(index)
        left = parts.pop(order.randrange(len(parts)))
        right = parts.pop(order.randrange(len(parts)))
        parts.append(multiply(left, right))
        order.shuffle(parts)
    (result,) = parts
    for index in waiting:
        result = bind(result, index)
    return result


def presented_factor(raw: RawFactor, order: Random | None = None) -> SumOfProducts:
    match raw:
        case RawTensor(name, indices):
            if order is not None and name in SYMMETRIC and order.random() < 0.5:
                indices = indices[::-1]
            return tensor(RING, name, indices, traits=frozenset(["symmetric"] if name in SYMMETRIC else []))
        case RawDelta(first, second):
            return (
                delta(RING, second, first) if order is not None and order.random() < 0.5 else delta(RING, first, second)
            )
        case RawPower(base, exponent):
            return power(presented(base, order), RING.rational(exponent))
        case RawScalarwise(function, number, argument, known):
            return scalarwise(function, number, presented(argument, order), known)
        case RawFunction(out, slots, formal, body):
            held = [(Slot(0, 1), (slot,)) for slot in slots]
            name = formal
            if order is not None:
                order.shuffle(held)
                name = Index(f"y{order.randrange(10**9)}", formal.dim)
            argument = Argument((name,), rename(presented(body, order), {formal: name}))
            return tensor(RING, "f", (out,), tuple(held), (argument,))
    raise AssertionError(raw)


def rebuilt(e: SumOfProducts) -> SumOfProducts:
    """A normal form taken apart to factors and put together again."""
    total = constant(e.ring.zero)
    for monomial, coefficient in e.terms.items():
        product = constant(coefficient)
        for number, component in enumerate(monomial):
            bound = {i: Index(f"z{number}.{i.label}", i.dim) for f in component for i in f.indices if i.is_bound}
            inside = constant(e.ring.one)
            for factor in component:
                inside = multiply(inside, atom(e.ring, factor.head, tuple(bound.get(i, i) for i in factor.indices)))
            for index in bound.values():
                inside = bind(inside, index)
            product = multiply(product, inside)
        total = total + product
    return total
