r"""Sets of numbers that names are declared in: \{0, 1\}, \{-1, +1\}^n, [0, 1], (0, 1)^{m \times n}.

symbn reads such a name as a real number, vector or matrix with the sign that all numbers of the set have.  What else
the set says is not taken on: a claim that is not proved without it is not refuted either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction as Rational

from symbn.expr.context import Sign, SymbolDeclaration
from symbn.notes.syntax import Commas, Fraction, Group, Numeral, Script, Signed, Syntax
from symbn.source import Span


@dataclass(frozen=True)
class Values:
    """How a set of numbers is told, and some of its numbers: all, of a finite one."""

    text: str
    some: tuple[Rational, ...] = ()

    def limit(self, declared: SymbolDeclaration) -> SymbolDeclaration | None:
        """A declaration that takes on some of these numbers; None where it says too much else, or none is left."""
        signs = {"positive": (1,), "negative": (-1,), "nonnegative": (0, 1), "nonpositive": (-1, 0), "nonzero": (-1, 1)}
        allowed = signs.get(declared.sign, (-1, 0, 1))
        some = tuple(number for number in self.some if (number > 0) - (number < 0) in allowed)
        return replace(declared, among=some) if some and declared.structure == "general" else None


@dataclass(frozen=True)
class NumberSet:
    """A set, the sign that its numbers have in common, and how many there are of them, written above it."""

    values: Values
    sign: Sign
    sizes: Syntax | None
    span: Span


def number_set(space: Syntax) -> NumberSet | None:
    r"""A finite set of numbers, or an interval; None for \{1, …, m\} and \{1, 2, 3\}, ranges, and all other sets."""
    base, sizes = (space.base, space.sup) if isinstance(space, Script) else (space, None)
    if isinstance(space, Script) and (space.sub is not None or space.primes or sizes is None):
        return None
    if not isinstance(base, Group) or not isinstance(base.content, Commas):
        return None
    numbers = [rational(item) for item in base.content.items]
    values = [number for number in numbers if number is not None]
    if len(values) < len(numbers) or len(values) < 2:
        return None
    listed = ", ".join(map(str, values))
    if base.delimiter == r"\{":
        if values == list(range(1, len(values) + 1)):
            return None
        return NumberSet(
            Values(f"{{{listed}}}", tuple(values)), _sign(values, without=0 not in values), sizes, space.span
        )
    if base.delimiter not in ("[", "(") or len(values) > 2 or values[0] >= values[1]:
        return None
    outside = not values[0] <= 0 <= values[1] or (base.delimiter == "(" and 0 in values)
    closed = "]" if base.delimiter == "[" else ")"
    low, high = values
    inner = (low + (high - low) / 3, (low + high) / 2)
    some = (low, high, *inner) if base.delimiter == "[" else inner
    text = f"{base.delimiter}{listed}{closed}"
    return NumberSet(Values(text, some), _sign(values, without=outside), sizes, space.span)


def _sign(values: list[Rational], without: bool) -> Sign:
    """The sign that all numbers of a set with these ends have; `without`: 0 is none of them."""
    if min(values) >= 0:
        return "positive" if without else "nonnegative"
    if max(values) <= 0:
        return "negative" if without else "nonpositive"
    return "nonzero" if without else "real"


def rational(syntax: Syntax) -> Rational | None:
    """The number that is written, with its sign; None for anything else."""
    match syntax:
        case Numeral(text=text) if not any(character.isalpha() for character in text):
            return Rational(text)
        case Signed(terms=((sign, only),)):
            number = rational(only)
            return None if number is None else -number if sign == "-" else number
        case Fraction(numerator=Numeral() as above, denominator=Numeral() as below):
            parts = rational(above), rational(below)
            return parts[0] / parts[1] if parts[0] is not None and parts[1] else None
        case Group(delimiter="{", content=content):
            return rational(content)
    return None
