r"""Points: concrete values for the symbols of a context that satisfy what it declares of them, exactly.

    symmetric A = Aᵀ          positive definite GᵀG + I          invertible L U, both triangular, no 0 on a diagonal
    random: outcomes drawn like values, of different probabilities
    orthogonal: a signed permutation times rational plane rotations ((1 − t²) / (1 + t²), 2t / (1 + t²))

A point is drawn lazily, by hashing its seed with the name: the same seed gives the same values in any order.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction

from flint import fmpq

from symbn.evidence.functions import Hashing, Polynomial, polynomial
from symbn.evidence.inverses import inverse
from symbn.evidence.matrices import Matrix, multiplied
from symbn.evidence.numeric import Scalar, reciprocal
from symbn.expr.context import Context, Sign, SymbolDeclaration

Rational = int | fmpq


class Style(Enum):
    """How entries are drawn."""

    TINY = "0, 1, −1 and 2, functions of few terms"
    SMALL = "integers −3 … 3, not 0"
    FRACTION = "simple fractions"
    WIDE = "fractions that do not coincide by accident"
    POSITIVE = "integers 1 … 9"
    UNIT = "fractions between 0 and 1"
    LARGE = "integers 10 … 99"

    def draw(self, hashing: Hashing) -> Rational:
        if self is Style.TINY:
            return (1, 0, 2, -1, 1)[hashing.below(5)]
        if self is Style.SMALL:
            return hashing.nonzero(3)
        if self is Style.FRACTION:
            return fmpq(hashing.nonzero(9), hashing.between(2, 5))
        if self is Style.WIDE:
            return fmpq(hashing.nonzero(9999), hashing.between(1000, 1999))
        if self is Style.POSITIVE:
            return hashing.between(1, 9)
        if self is Style.UNIT:
            return fmpq(hashing.between(1, 16), 17)
        return hashing.between(10, 99)


class Point:
    """Values and functions of one context at one seed, but for the values that are given.

    `mirrored`: every value that may have either sign has the other one, and what is positive is inverted.

    `drawn` records the values that were asked for, `applied` the unknown functions: (outputs, arguments), `weighed`
    the probabilities and `outcomes` the values of random names.
    """

    def __init__(
        self,
        context: Context,
        seed: int,
        style: Style,
        given: dict[str, Matrix] | None = None,
        mirrored: bool = False,
    ) -> None:
        self.mirrored = mirrored
        self.context = context
        self.seed = seed
        self.style = style
        self.drawn: dict[str, Matrix] = {}
        self.applied: dict[str, tuple[int, int]] = {}
        self.weighed: list[Rational] = []
        self.outcomes: dict[str, dict[int, Matrix]] = {}
        self._given = given or {}

    def symbol(self, name: str, rows: int, columns: int) -> Matrix:
        """The value of a free name; general where nothing is declared of it."""
        value = self._given.get(name)
        if value is None:
            value = self._draw(name, rows, columns, Hashing("symbol", self.seed, self.style.name, name))
        self.drawn[name] = value
        return value

    def outcome(self, name: str, rows: int, columns: int, number: int) -> Matrix:
        """The value of a random name at one outcome of all random names."""
        value = self._draw(name, rows, columns, Hashing("outcome", self.seed, self.style.name, name, number))
        self.outcomes.setdefault(name, {})[number] = value
        return value

    def weights(self, rows: int) -> list[Scalar]:
        """The probabilities of the outcomes, all different: enough for products of four expectations and for inverses
        of covariance matrices of that many rows; two for showing."""
        hashing = Hashing("weights", self.seed)
        parts = [0]
        for _ in range(2 if self.style is Style.TINY else 4 + rows):
            parts.append(parts[-1] + hashing.between(1, 3))
        total = sum(parts)
        self.weighed = [fmpq(part, total) for part in parts[1:]]
        return list(self.weighed)

    def _draw(self, name: str, rows: int, columns: int, hashing: Hashing) -> Matrix:
        declaration = self.context.symbols.get(name)
        value = draw_matrix(declaration, rows, columns, self.style, hashing)
        return mirror_image(declaration, value) if self.mirrored else value

    def polynomial(self, name: str, output: int, arity: int) -> Polynomial:
        """One output of an unknown function."""
        outputs, _ = self.applied.get(name, (0, 0))
        self.applied[name] = max(outputs, output + 1), arity
        return polynomial(self.seed, name, output, arity, self.style is Style.TINY)


def mirror_image(declaration: SymbolDeclaration | None, value: Matrix) -> Matrix:
    """−A where the declaration allows it, and where it does not the inverse: of each entry, or of a definite matrix.

    Then a sign, a logarithm's sign, or the order of a number and 1 is another one.
    """
    structure = "general" if declaration is None else declaration.structure
    sign = "real" if declaration is None else declaration.sign
    if structure == "positive definite":
        return inverse(value)
    if structure == "orthogonal" or (declaration is not None and declaration.among):
        return value
    if sign in ("real", "nonzero"):
        return [[-x for x in row] for row in value]
    if structure == "invertible":
        return value
    return [[_inverted(x) for x in row] for row in value]


def _inverted(x: Scalar) -> Scalar:
    """1/x; 1/2 for 1 and 0 for 0."""
    if x == 0:
        return 0
    return x / fmpq(2) if x in (1, -1) else reciprocal(x)


def draw_matrix(
    declaration: SymbolDeclaration | None, rows: int, columns: int, style: Style, hashing: Hashing
) -> Matrix:
    """A rows×columns matrix that satisfies the declared sign and structure exactly."""
    if declaration is not None and declaration.among:
        return [[_one_of(declaration.among, hashing) for _ in range(columns)] for _ in range(rows)]
    structure = "general" if declaration is None else declaration.structure
    sign: Sign = "real" if declaration is None else declaration.sign
    assert structure == "general" or rows == columns, f"a {structure} matrix is square"
    if structure == "orthogonal":
        return _orthogonal(rows, style, hashing)
    if structure == "invertible":
        return _invertible(rows, style, hashing)
    value: Matrix = [[_signed(style.draw(hashing), sign, hashing) for _ in range(columns)] for _ in range(rows)]
    if structure == "symmetric":
        return [[value[max(i, j)][min(i, j)] for j in range(columns)] for i in range(rows)]
    if structure == "positive definite":
        gram = multiplied([list(column) for column in zip(*value, strict=True)], value)
        return [[x + 1 if i == j else x for j, x in enumerate(row)] for i, row in enumerate(gram)]
    return value


def rational(number: Fraction) -> Rational:
    """An int, or a fraction that is none."""
    return number.numerator if number.denominator == 1 else fmpq(number.numerator, number.denominator)


def _one_of(numbers: tuple[Fraction, ...], hashing: Hashing) -> Rational:
    return rational(numbers[hashing.below(len(numbers))])


def _signed(x: Rational, sign: Sign, hashing: Hashing) -> Rational:
    """x, or a number of about its size, that has the declared sign."""
    if sign == "nonzero":
        return x if x != 0 else 1
    if sign in ("positive", "negative"):
        x = 1 if x == 0 else -x if x < 0 else x
        return x if sign == "positive" else -x
    if sign in ("nonnegative", "nonpositive"):
        x = 0 if hashing.below(8) == 0 else -x if x < 0 else x
        return x if sign == "nonnegative" else -x
    return x


def _orthogonal(n: int, style: Style, hashing: Hashing) -> Matrix:
    """A signed permutation turned in the planes (k, k + 1) by rational rotations."""
    order = list(range(n))
    for k in range(n - 1, 0, -1):
        other = hashing.below(k + 1)
        order[k], order[other] = order[other], order[k]
    signs = [1 - 2 * hashing.below(2) for _ in range(n)]
    value: Matrix = [[signs[i] if order[i] == j else 0 for j in range(n)] for i in range(n)]
    for k in range(n - 1):
        if style is Style.TINY and hashing.below(2):
            continue
        t = fmpq(1, hashing.between(2, 4)) if style is not Style.WIDE else fmpq(hashing.between(1, 50), 53)
        cos, sin = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
        upper, lower = value[k], value[k + 1]
        value[k] = [cos * x - sin * y for x, y in zip(upper, lower, strict=True)]
        value[k + 1] = [sin * x + cos * y for x, y in zip(upper, lower, strict=True)]
    return value


def _invertible(n: int, style: Style, hashing: Hashing) -> Matrix:
    """A unit lower times an upper triangular matrix without 0 on its diagonal."""
    lower: Matrix = [[style.draw(hashing) if i > j else int(i == j) for j in range(n)] for i in range(n)]
    upper: Matrix = [
        [0 if i > j else _signed(style.draw(hashing), "nonzero" if i == j else "real", hashing) for j in range(n)]
        for i in range(n)
    ]
    return multiplied(lower, upper)
