"""The core's language: generalised Einstein sums.

    sum      ::= Σ coefficient · monomial                     a polynomial over ℚ(dimensions, parameters)
    monomial ::= component · component · …                    commutative, sorted
    component::= Σ_{bound} factor · factor · …                connected through its bound indices
    factor   ::= head[index, …]
    head     ::= δ
               | tensor                                       a name, its derivative slots, its arguments
               | (sum)^r                                      r no natural number
               | φ⁽ᵏ⁾(sum)                                    elementwise function
    index    ::= free name | parameter of a head | bound number

An index may occur any number of times, so Hadamard products and diagonals are no special case.  A matrix has
two indices, a vector one, a scalar none: a dimension of size 1 has no index.

Invariant.  Every `SumOfProducts` that leaves `contraction` is in normal form: no δ has a bound index, each
component is connected and canonically labelled (bound indices are 0, 1, … in canonical order, factors sorted),
no coefficient is 0.  So two equal generalised sums with opaque heads are equal as Python values.

Heads are closed: what a nested sum uses of the indices around it are its parameters `#0, #1, …`, and the factor
says which indices stand there.  The formal indices of a function's argument are `@0, @1`.

Source: connected contraction graphs are algebraically independent generators of the polynomial functions of
generic tensors in large dimension (e.g. Procesi, "The invariant theory of n×n matrices", 1976, for matrices
under conjugation); `docs` in `equality` say what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from itertools import permutations
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from symbn.core.ring import Coefficient, Ring


class NoRule(Exception):
    """Something that no rule of the core speaks of: it ends undecided, it is never taken for a constant."""


class Index(NamedTuple):
    """A place in a dimension: `label` a string for a free index, a number for a bound one."""

    label: str | int
    dim: str | int

    @property
    def is_bound(self) -> bool:
        return isinstance(self.label, int)

    @property
    def is_constant(self) -> bool:
        """A fixed position, such as the first: its label begins with `=`."""
        return isinstance(self.label, str) and self.label.startswith("=")


def index_key(index: Index) -> tuple[int, int, str]:
    """A total order on indices: bound ones first."""
    label = index.label
    return (0, label, "") if isinstance(label, int) else (1, 0, label)


def parameter(number: int, dim: str | int) -> Index:
    """The index that stands for place `number` of a closed head."""
    return Index(f"#{number}", dim)


def formal(number: int, dim: str | int) -> Index:
    """The formal index `number` of a function's argument."""
    return Index(f"@{number}", dim)


def digest(value: object) -> str:
    """A short key that orders heads in the same way in every run; equality never rests on it."""
    return blake2b(repr(value).encode(), digest_size=12).hexdigest()


Permutation: TypeAlias = tuple[int, ...]

Trait: TypeAlias = Literal["symmetric", "definite", "orthogonal", "invertible", "positive", "nonnegative", "random"]
"""Of a matrix: Aᵀ = A; A = Aᵀ and xᵀAx > 0; AᵀA = I; A⁻¹ exists.  Of any tensor: every entry > 0, or ≥ 0; its value
is random."""


T = TypeVar("T")


def transposed(places: tuple[T, ...]) -> tuple[T, ...]:
    """The places of a square matrix, columns before rows; a size that is a product has several on each side."""
    half = len(places) // 2
    return places[half:] + places[:half]


_MOST_SLOTS = 6


class Slot(NamedTuple):
    """One derivative of a tensor: by its argument number `target`, or by the name `target` it is defined by."""

    target: int | str
    arity: int


class Argument(NamedTuple):
    """A function's argument: λ formals. body."""

    formals: tuple[Index, ...]
    body: SumOfProducts


class _Keyed:
    """Equality by value, quickly: heads with other keys differ; hashes are computed once."""

    @cached_property
    def key(self) -> str:
        raise NotImplementedError

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True, eq=False)
class DeltaHead(_Keyed):
    """Kronecker's δ[i, j]."""

    @cached_property
    def key(self) -> str:
        return "0"

    @property
    def symmetries(self) -> tuple[Permutation, ...]:
        return ((0, 1), (1, 0))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeltaHead)

    __hash__ = _Keyed.__hash__


@dataclass(frozen=True, eq=False)
class Tensor(_Keyed):
    """name⁽slots⁾[out; slot indices; captured](arguments).

    A declared symbol, an unknown function with its derivatives, or a folded definition with its partial
    derivatives.  `out` indices come first, then those of each slot (slots sorted), then the `captured`
    indices that the arguments use of their surroundings.  `traits` is what is known of every value of the name.
    """

    name: str
    out: int
    slots: tuple[Slot, ...] = ()
    arguments: tuple[Argument, ...] = ()
    captured: int = 0
    traits: frozenset[Trait] = frozenset()
    argument_symmetries: tuple[Permutation, ...] = field(default=((),))

    @cached_property
    def key(self) -> str:
        arguments = tuple((a.formals, a.body.key) for a in self.arguments)
        return "1" + digest((self.name, self.out, self.slots, arguments, self.captured))

    @cached_property
    def symmetries(self) -> tuple[Permutation, ...]:
        """Permutations of all index places that leave the value: a symmetric matrix, slots of one target,
        and what the arguments allow."""
        straight = tuple(range(self.out))
        first = [straight, transposed(straight)] if "symmetric" in self.traits else [straight]
        blocks: list[tuple[int, ...]] = []
        position = self.out
        for slot in self.slots:
            blocks.append(tuple(range(position, position + slot.arity)))
            position += slot.arity
        middles = [
            tuple(place for number in order for place in blocks[number])
            for order in _orders(len(blocks))
            if all(self.slots[number] == slot for number, slot in zip(order, self.slots, strict=True))
        ]
        lasts = [tuple(position + place for place in p) for p in self.argument_symmetries]
        return tuple(a + b + c for a in first for b in middles for c in lasts)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Tensor)
            and self.key == other.key
            and self.name == other.name
            and self.out == other.out
            and self.slots == other.slots
            and self.captured == other.captured
            and self.arguments == other.arguments
        )

    __hash__ = _Keyed.__hash__


def _orders(slots: int) -> Iterable[Permutation]:
    """The orders of so many slots; of many only the one they have, as k slots have k! of them."""
    return permutations(range(slots)) if slots <= _MOST_SLOTS else [tuple(range(slots))]


@dataclass(frozen=True, eq=False)
class Power(_Keyed):
    """base ^ exponent, the exponent no natural number (unless the base is an exponential); the base has parameters
    #0 …, and coefficients without a common factor of known sign."""

    base: SumOfProducts
    exponent: Coefficient
    symmetries: tuple[Permutation, ...] = ((),)

    @cached_property
    def key(self) -> str:
        return "2" + digest((self.base.key, self.exponent.key))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Power)
            and self.key == other.key
            and self.exponent == other.exponent
            and self.base == other.base
        )

    __hash__ = _Keyed.__hash__


@dataclass(frozen=True, eq=False)
class Scalarwise(_Keyed):
    """φ⁽ᵏ⁾(argument) for a scalar function φ, known by name (exp, tanh, …) or not."""

    function: str
    order: int
    argument: SumOfProducts
    known: bool = True
    symmetries: tuple[Permutation, ...] = ((),)

    @cached_property
    def key(self) -> str:
        return "3" + digest((self.function, self.order, self.known, self.argument.key))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Scalarwise)
            and self.key == other.key
            and (self.function, self.order, self.known) == (other.function, other.order, other.known)
            and self.argument == other.argument
        )

    __hash__ = _Keyed.__hash__


Head: TypeAlias = DeltaHead | Tensor | Power | Scalarwise
DELTA = DeltaHead()


class Factor(NamedTuple):
    """A head at its indices."""

    head: Head
    indices: tuple[Index, ...]


class Component(tuple[Factor, ...]):
    """The factors of one connected component; what is asked of it often is found once.

    key: a total order on canonical components.  free: the indices that are not bound here.
    is_power: a power standing alone at free indices, which can merge with another.
    """

    key: tuple[object, ...]
    free: frozenset[Index]
    is_delta: bool
    is_power: bool
    _hash: int

    def __new__(cls, factors: Iterable[Factor]) -> Component:
        self = super().__new__(cls, factors)
        self.key = tuple([(f.head.key, tuple(map(index_key, f.indices))) for f in self])
        self.free = frozenset([i for f in self for i in f.indices if not isinstance(i.label, int)])
        first = self[0]
        self.is_delta = isinstance(first.head, DeltaHead)
        self.is_power = isinstance(first.head, Power) and len(self) == 1 and len(self.free) == len(set(first.indices))
        self._hash = hash(self.key)
        return self

    def __hash__(self) -> int:
        return self._hash


Monomial: TypeAlias = tuple[Component, ...]


def component_key(component: Component) -> tuple[object, ...]:
    """A total order on canonical components."""
    return component.key


def in_order(components: Iterable[Component]) -> Monomial:
    """Components as a monomial."""
    return tuple(sorted(components, key=component_key))


class SumOfProducts:
    """Σ coefficient · monomial; immutable, and in normal form."""

    __slots__ = ("__dict__", "ring", "terms")

    def __init__(self, ring: Ring, terms: dict[Monomial, Coefficient]) -> None:
        self.ring = ring
        self.terms = terms

    @cached_property
    def key(self) -> str:
        """A digest that orders sums; equality is structural."""
        return digest(sorted((tuple(c.key for c in m), k.key) for m, k in self.terms.items()))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, SumOfProducts) and self.terms == other.terms)

    def __hash__(self) -> int:
        return hash(self.key)

    def is_zero(self) -> bool:
        return not self.terms

    def as_coefficient(self) -> Coefficient | None:
        """The value, if no factor occurs."""
        if not self.terms:
            return self.ring.zero
        return self.terms.get(()) if len(self.terms) == 1 else None

    @cached_property
    def free(self) -> frozenset[Index]:
        """The indices that are not bound here (parameters, formal and constant ones included)."""
        return frozenset(i for monomial in self.terms for component in monomial for i in component.free)

    def factors(self) -> Iterator[Factor]:
        for monomial in self.terms:
            for component in monomial:
                yield from component

    @cached_property
    def tensor_names(self) -> frozenset[str]:
        """The names of all tensors in it, nested ones included."""
        return frozenset(name for factor in self.factors() for name in head_names(factor.head))

    @cached_property
    def slotted_names(self) -> frozenset[str]:
        """The names of the tensors that occur differentiated in it, nested ones included."""
        found: set[str] = set()
        for factor in self.factors():
            if isinstance(factor.head, Tensor) and factor.head.slots:
                found.add(factor.head.name)
            for inner in nested(factor.head):
                found |= inner.slotted_names
        return frozenset(found)

    @cached_property
    def comes_after_its_negative(self) -> bool:
        """Whether −e precedes e, in an order that does not look at the names of indices."""

        def blind(negated: bool) -> list[tuple[object, ...]]:
            found = []
            for monomial, c in self.terms.items():
                heads = tuple(sorted(tuple(f.head.key for f in component) for component in monomial))
                k = -c if negated else c
                found.append((heads, k.leads_negative(), k.key))
            return sorted(found)

        return blind(True) < blind(False)

    def __add__(self, other: SumOfProducts) -> SumOfProducts:
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            accumulate(terms, monomial, coefficient)
        return SumOfProducts(self.ring, terms)

    def __neg__(self) -> SumOfProducts:
        return SumOfProducts(self.ring, {m: -c for m, c in self.terms.items()})

    def __sub__(self, other: SumOfProducts) -> SumOfProducts:
        return self + -other

    def scaled(self, coefficient: Coefficient) -> SumOfProducts:
        if coefficient.is_zero():
            return SumOfProducts(self.ring, {})
        if coefficient.is_one():
            return self
        return SumOfProducts(self.ring, {m: c * coefficient for m, c in self.terms.items()})

    def __repr__(self) -> str:
        return " + ".join(f"{c!r}·{_monomial_text(m)}" for m, c in self.terms.items()) or "0"


def accumulate(terms: dict[Monomial, Coefficient], monomial: Monomial, coefficient: Coefficient) -> None:
    """terms += coefficient · monomial."""
    present = terms.get(monomial)
    total = coefficient if present is None else present + coefficient
    if total.is_zero():
        terms.pop(monomial, None)
    else:
        terms[monomial] = total


def constant(coefficient: Coefficient) -> SumOfProducts:
    """A coefficient as a sum."""
    return SumOfProducts(coefficient.ring, {} if coefficient.is_zero() else {(): coefficient})


def nested(head: Head) -> tuple[SumOfProducts, ...]:
    """The sums inside a head."""
    match head:
        case DeltaHead():
            return ()
        case Tensor():
            return tuple(argument.body for argument in head.arguments)
        case Power():
            return (head.base,)
        case Scalarwise():
            return (head.argument,)
    raise NoRule(f"a head without a rule: {head!r}")


def with_nested(
    head: Head, bodies: tuple[SumOfProducts, ...], captured: int, symmetries: tuple[Permutation, ...]
) -> Head:
    """A head over other closed sums, which use `captured` indices of their surroundings."""
    match head:
        case Tensor():
            arguments = tuple(a._replace(body=body) for a, body in zip(head.arguments, bodies, strict=True))
            return replace(head, arguments=arguments, captured=captured, argument_symmetries=symmetries)
        case Power():
            return replace(head, base=bodies[0], symmetries=symmetries)
        case Scalarwise():
            return replace(head, argument=bodies[0], symmetries=symmetries)
    raise NoRule(f"a head that nests nothing: {head!r}")


def head_names(head: Head) -> Iterator[str]:
    """The names of tensors in a head."""
    if isinstance(head, Tensor):
        yield head.name
    for inner in nested(head):
        yield from inner.tensor_names


def _monomial_text(monomial: Monomial) -> str:
    return " ".join("(" + " ".join(map(_factor_text, c)) + ")" for c in monomial) or "1"


def _factor_text(factor: Factor) -> str:
    head = factor.head
    where = ",".join(str(i.label) for i in factor.indices)
    match head:
        case DeltaHead():
            return f"δ[{where}]"
        case Tensor():
            slots = "".join(f";{s.target}" for s in head.slots)
            arguments = f"({', '.join(repr(a.body) for a in head.arguments)})" if head.arguments else ""
            return f"{head.name}{slots}{arguments}[{where}]"
        case Power():
            return f"{{{head.base!r}}}^({head.exponent!r})[{where}]"
        case Scalarwise():
            return f"{head.function}{chr(39) * head.order}({head.argument!r})[{where}]"
