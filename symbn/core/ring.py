"""Coefficients: rational functions over ℚ in the dimensions and the scalar parameters of a problem.

    c ::= p / q     p, q ∈ ℤ[n, m, …, ε, …],  gcd(p, q) = 1,  q's leading coefficient > 0

so that equality is equality of p and of q.  The polynomials are FLINT's (`fmpz_mpoly`).  A `Ring` also knows
what may be assumed of its variables' signs, carries the budget that bounds the work of a decision, and collects
the side conditions under which its elements are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from time import thread_time
from typing import Any, Literal

import flint

Polynomial = Any
"""flint.fmpz_mpoly; python-flint ships no usable type for it."""

Sign = Literal["positive", "nonnegative", "real"]


Step = tuple[Any, ...]
"""What a rule was applied to and what it gave, its name first: kept where a certificate is made of it."""


class BudgetExceeded(Exception):
    """A decision took more time or space than it was allowed; it ends undecided, never proved."""


_LOOK_EVERY = 16
"""After so many terms a budget looks at the clock and at the memory."""


@dataclass
class Budget:
    """How much one decision may do: `terms` made in all, a deadline in seconds of work, and memory.

    deadline: a moment on the clock of the thread, which stands while others work.
    memory: says what is too much, if more memory is taken than is allowed, and else nothing.
    """

    terms: int = 1_000_000
    deadline: float | None = None
    memory: Callable[[], str] | None = None
    used: int = 0
    _look: int = field(default=_LOOK_EVERY, init=False)

    def spend(self, amount: int = 1) -> None:
        """Count `amount` terms made.  Raises BudgetExceeded."""
        self.used += amount
        if self.used > self.terms:
            raise BudgetExceeded(f"more than {self.terms} terms were made")
        if self.used >= self._look:
            self._look = self.used + _LOOK_EVERY
            if self.deadline is not None and thread_time() > self.deadline:
                raise BudgetExceeded("out of time")
            if self.memory is not None and (too_much := self.memory()):
                raise BudgetExceeded(too_much)


_PRODUCTS_A_TERM = 256
"""So many products of two monomials of coefficients, or bits of their numbers, count as one term."""

_MOST_PRODUCTS = 1 << 22
_MOST_BITS = 1 << 22
"""What one product of two coefficients may come to: FLINT cannot be stopped in the middle of it."""

_LARGEST_FACTORED = 1 << 128
_TRIED = 1000
"""A number is taken apart by its primes below this first; what is left and larger than the largest stays whole."""


class Ring:
    """ℚ(variables), with what is known of each variable: a least integer value, or a sign."""

    def __init__(self, dimensions: Mapping[str, int], parameters: Mapping[str, Sign] | None = None) -> None:
        self.dimensions = dict(dimensions)
        self.parameters = dict(parameters or {})
        self.names = (*self.dimensions, *self.parameters)
        self._context = flint.fmpz_mpoly_ctx.get(tuple(f"v{k}" for k in range(len(self.names))), flint.Ordering.lex)
        self._variable = dict(zip(self.names, self._context.gens(), strict=True))
        self._one = self._context.constant(1)
        self.constant_exponents = (0,) * len(self.names)
        self.budget = Budget()
        self.kept: dict[object, dict[Any, Any]] = {}  # by the function that works it out
        self.record: list[Step] | None = None
        self.zero = Coefficient(self, self._context.constant(0), self._one)
        self.one = Coefficient(self, self._one, self._one)

    def note(self, *step: Any) -> None:
        """Write down a step, if a record is kept."""
        if self.record is not None:
            self.record.append(step)

    def rational(self, value: int | Fraction) -> Coefficient:
        """A constant."""
        if isinstance(value, int):
            return Coefficient(self, self._context.constant(value), self._one)
        return Coefficient(self, self._context.constant(value.numerator), self._context.constant(value.denominator))

    def variable(self, name: str) -> Coefficient:
        """A dimension or a parameter as a coefficient."""
        return Coefficient(self, self._variable[name], self._one)

    def quotient(self, numerator: Polynomial, denominator: Polynomial) -> Coefficient:
        """numerator / denominator in lowest terms.  Raises ZeroDivisionError."""
        if denominator.is_zero():
            raise ZeroDivisionError("division by a coefficient that is 0")
        if denominator.is_one():
            return Coefficient(self, numerator, denominator)
        self._weigh(numerator, denominator)
        common = numerator.gcd(denominator)
        if denominator.leading_coefficient() < 0:
            common = -common
        if not common.is_one():
            numerator, denominator = divmod(numerator, common)[0], divmod(denominator, common)[0]
        return Coefficient(self, numerator, denominator)

    def product(self, a: Polynomial, b: Polynomial) -> Polynomial:
        """a · b.  Raises BudgetExceeded for one that would be too large to make."""
        self._weigh(a, b)
        return a * b

    def power(self, base: Polynomial, exponent: int) -> Polynomial:
        """base ^ exponent, exponent ≥ 0.  Raises BudgetExceeded for one that would be too large to make."""
        if len(base) <= 1:
            if _bits(base) > 1 and _bits(base) * exponent > _MOST_BITS:
                raise BudgetExceeded(f"a number would have more than {_MOST_BITS} bits")
            return base**exponent
        result = self._one
        while exponent:
            if exponent % 2:
                result = self.product(result, base)
            exponent //= 2
            base = self.product(base, base) if exponent else base
        return result

    def _weigh(self, a: Polynomial, b: Polynomial) -> None:
        """Count what a product of two polynomials, or their greatest divisor, costs.  Raises BudgetExceeded."""
        products, bits = len(a) * len(b), _bits(a) + _bits(b)
        if products > _MOST_PRODUCTS:
            raise BudgetExceeded(f"a coefficient would be made of more than {_MOST_PRODUCTS} products")
        if bits > _MOST_BITS:
            raise BudgetExceeded(f"a number would have more than {_MOST_BITS} bits")
        if products + bits > _PRODUCTS_A_TERM:
            self.budget.spend((products + bits) // _PRODUCTS_A_TERM)

    def content(self, coefficients: Iterable[Coefficient]) -> Coefficient:
        """The greatest common divisor of numerators over the least common multiple of denominators."""
        numerator, denominator = self._context.constant(0), self._one
        for c in coefficients:
            numerator = numerator.gcd(c.numerator)
            denominator = divmod(denominator * c.denominator, denominator.gcd(c.denominator))[0]
        return self.quotient(numerator, denominator)

    def _shifted(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial with each dimension counted from its least value."""
        least = [v + self.dimensions.get(name, 0) for name, v in self._variable.items()]
        return polynomial.compose(*least, ctx=self._context) if least else polynomial

    def is_nonnegative(self, polynomial: Polynomial) -> bool:
        """Whether it is ≥ 0 for all allowed values: sufficient, by coefficients ≥ 0 on monomials ≥ 0."""
        known = [True] * len(self.dimensions) + [sign != "real" for sign in self.parameters.values()]
        return all(
            c > 0 and all(ok or e % 2 == 0 for ok, e in zip(known, exponents, strict=True))
            for exponents, c in self._shifted(polynomial).to_dict().items()
        )

    def is_positive(self, polynomial: Polynomial) -> bool:
        """Whether it is > 0 for all allowed values: ≥ 0, with a monomial that is > 0."""
        positive = [False] * len(self.dimensions) + [sign == "positive" for sign in self.parameters.values()]
        return self.is_nonnegative(polynomial) and any(
            all(ok or e == 0 for ok, e in zip(positive, exponents, strict=True))
            for exponents in self._shifted(polynomial).to_dict()
        )

    def factors(self, polynomial: Polynomial) -> tuple[int, list[tuple[Polynomial, int]]]:
        """Irreducible factorisation: integer content and (factor, multiplicity)."""
        content, factors = polynomial.factor()
        return int(content), [(f, int(k)) for f, k in factors]

    def primes(self, number: int) -> list[tuple[int, int]]:
        """The prime factors of a number > 0 with their multiplicities.  Raises BudgetExceeded for a hard one."""
        found = [(int(p), int(k)) for p, k in flint.fmpz(number).factor(trial_limit=_TRIED)]
        if all(p < _LARGEST_FACTORED for p, _ in found):
            return [(int(p), int(k)) for p, k in flint.fmpz(number).factor()]
        raise BudgetExceeded(f"the factors of a number of {len(bin(number)) - 2} bits are not looked for")


class Coefficient:
    """An element of a `Ring`; immutable."""

    __slots__ = ("_key", "denominator", "numerator", "ring")

    def __init__(self, ring: Ring, numerator: Polynomial, denominator: Polynomial) -> None:
        self.ring = ring
        self.numerator = numerator
        self.denominator = denominator
        self._key: tuple[object, ...] | None = None

    def __add__(self, other: Coefficient) -> Coefficient:
        a, b = self.denominator, other.denominator
        if a == b:
            return self.ring.quotient(self.numerator + other.numerator, a)
        product = self.ring.product
        return self.ring.quotient(product(self.numerator, b) + product(other.numerator, a), product(a, b))

    def __neg__(self) -> Coefficient:
        return Coefficient(self.ring, -self.numerator, self.denominator)

    def __sub__(self, other: Coefficient) -> Coefficient:
        return self + -other

    def __mul__(self, other: Coefficient) -> Coefficient:
        product = self.ring.product
        return self.ring.quotient(
            product(self.numerator, other.numerator), product(self.denominator, other.denominator)
        )

    def inverse(self) -> Coefficient:
        """1/c.  Raises ZeroDivisionError."""
        return self.ring.quotient(self.denominator, self.numerator)

    def __truediv__(self, other: Coefficient) -> Coefficient:
        return self * other.inverse()

    def __pow__(self, exponent: int) -> Coefficient:
        if exponent < 0:
            return self.inverse() ** -exponent
        power = self.ring.power
        return Coefficient(self.ring, power(self.numerator, exponent), power(self.denominator, exponent))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Coefficient)
            and bool(self.numerator == other.numerator)
            and bool(self.denominator == other.denominator)
        )

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> tuple[object, ...]:
        """A total order on coefficients of one ring, the same in every run."""
        if self._key is None:
            top, bottom = self.numerator.to_dict(), self.denominator.to_dict()
            self._key = (
                tuple(sorted((tuple(map(int, e)), int(c)) for e, c in top.items())),
                tuple(sorted((tuple(map(int, e)), int(c)) for e, c in bottom.items())),
            )
        return self._key

    def is_zero(self) -> bool:
        return bool(self.numerator.is_zero())

    def is_one(self) -> bool:
        return bool(self.numerator.is_one()) and bool(self.denominator.is_one())

    def as_fraction(self) -> Fraction | None:
        """The value of a constant; None if it holds a variable."""
        if not (self.numerator.is_constant() and self.denominator.is_constant()):
            return None
        if self.is_zero():
            return Fraction(0)
        return Fraction(int(self.numerator.leading_coefficient()), int(self.denominator.leading_coefficient()))

    def whole_part(self) -> int:
        """⌊constant term⌋ of a polynomial: the k of a + k with a symbolic."""
        if not self.denominator.is_constant():
            return 0
        constant = int(self.numerator.to_dict().get(self.ring.constant_exponents, 0))
        return constant // int(self.denominator.leading_coefficient())

    def polynomial_terms(self) -> list[tuple[Coefficient, Coefficient]]:
        """c as Σ number · product of variables, as (product, number); c itself if it has a denominator."""
        ring = self.ring
        if not self.denominator.is_constant():
            return [(self, ring.one)]
        below = int(self.denominator.leading_coefficient())
        found = []
        for exponents, number in self.numerator.to_dict().items():
            product = ring.one
            for name, degree in zip(ring.names, exponents, strict=True):
                product = product * ring.variable(name) ** int(degree)
            found.append((product, ring.rational(Fraction(int(number), below))))
        return found

    def is_integer(self) -> bool:
        value = self.as_fraction()
        return value is not None and value.denominator == 1

    def is_integral(self) -> bool:
        """Whether the value is an integer for all sizes: a polynomial in dimensions with integer coefficients."""
        return bool(self.denominator.is_one()) and self.variables() <= self.ring.dimensions.keys()

    def leads_negative(self) -> bool:
        """Whether the numerator's leading coefficient is negative."""
        return not self.is_zero() and int(self.numerator.leading_coefficient()) < 0

    def as_natural(self) -> int | None:
        """The value, if it is one of 0, 1, 2, …"""
        value = self.as_fraction()
        return int(value) if value is not None and value.denominator == 1 and value >= 0 else None

    def is_nonnegative(self) -> bool:
        """Whether c ≥ 0 for all allowed values of the variables (sufficient); where it is defined."""
        ring = self.ring
        product = self.numerator * self.denominator
        return ring.is_nonnegative(product)

    def is_positive(self) -> bool:
        """Whether c > 0 for all allowed values of the variables (sufficient)."""
        return self.ring.is_positive(self.numerator) and self.ring.is_positive(self.denominator)

    def derivative(self, name: str) -> Coefficient:
        """∂c/∂name."""
        variable = f"v{self.ring.names.index(name)}"
        p, q = self.numerator, self.denominator
        product = self.ring.product
        return self.ring.quotient(
            product(p.derivative(variable), q) - product(p, q.derivative(variable)), product(q, q)
        )

    def degree_in_dimensions(self) -> int:
        """The largest degree of the numerator in one dimension: how many sizes may make it vanish."""
        degrees = self.numerator.degrees()[: len(self.ring.dimensions)]
        return max((int(d) for d in degrees), default=0)

    def variables(self) -> set[str]:
        """The names that occur."""
        found: set[str] = set()
        for polynomial in (self.numerator, self.denominator):
            for name, degree in zip(self.ring.names, polynomial.degrees(), strict=True):
                if degree > 0:  # of 0 it is −1
                    found.add(name)
        return found

    def __repr__(self) -> str:
        def text(polynomial: Polynomial) -> str:
            terms: Iterable[tuple[tuple[int, ...], int]] = polynomial.to_dict().items()
            return (
                " + ".join(
                    "*".join(
                        [str(c)] * (c != 1 or not any(e))
                        + [f"{n}^{k}" if k > 1 else n for n, k in zip(self.ring.names, e, strict=True) if k]
                    )
                    for e, c in terms
                )
                or "0"
            )

        top = text(self.numerator)
        return top if self.denominator.is_one() else f"({top})/({text(self.denominator)})"


def _bits(polynomial: Polynomial) -> int:
    """How long the leading number of a polynomial is."""
    return int(polynomial.leading_coefficient().bit_length()) if len(polynomial) else 0
