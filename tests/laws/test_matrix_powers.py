r"""Symbolic powers of matrices: the core's identities against products of numbers, and what notes say with them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from random import Random

import pytest

import symbn
from symbn.core.axioms import Signature, Theory
from symbn.core.contraction import bind, multiply, rename
from symbn.core.differentiation import Variable, differentiate
from symbn.core.heads import split_tensor, tensor
from symbn.core.matrices import INVERSE, POWER
from symbn.core.matrix_powers import POSITION, matrix_power, position
from symbn.core.periodic_powers import without_periodic_powers
from symbn.core.power_chains import merged_powers
from symbn.core.ring import Coefficient, Ring
from symbn.core.terms import DeltaHead, Factor, Index, NoRule, SumOfProducts, Tensor, constant

RING = Ring({"k": 1, "l": 1, "p": 1})
K, L, ONE = RING.variable("k"), RING.variable("l"), RING.one
ROW, COLUMN, Q, R = Index("i", "p"), Index("j", "p"), Index("q", "p"), Index("r", "k")

Matrix = list[list[Fraction]]


# Values by explicit entries -------------------------------------------------------------------------------


def identity(size: int) -> Matrix:
    return [[Fraction(i == j) for j in range(size)] for i in range(size)]


def transposed(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a, strict=True)]


def times(a: Matrix, b: Matrix) -> Matrix:
    columns = transposed(b)
    return [[sum((x * y for x, y in zip(row, c, strict=True)), Fraction(0)) for c in columns] for row in a]


def plus(a: Matrix, b: Matrix) -> Matrix:
    return [[x + y for x, y in zip(row, other, strict=True)] for row, other in zip(a, b, strict=True)]


def inverted(a: Matrix) -> Matrix:
    """By Gauss and Jordan."""
    size = len(a)
    rows = [row + unit for row, unit in zip([list(r) for r in a], identity(size), strict=True)]
    for c in range(size):
        pivot = next(r for r in range(c, size) if rows[r][c])
        rows[c], rows[pivot] = rows[pivot], rows[c]
        rows[c] = [x / rows[c][c] for x in rows[c]]
        for r in range(size):
            if r != c:
                rows[r] = [x - rows[r][c] * y for x, y in zip(rows[r], rows[c], strict=True)]
    return [row[size:] for row in rows]


def raised(a: Matrix, exponent: int) -> Matrix:
    base = a if exponent >= 0 else inverted(a)
    result = identity(len(a))
    for _ in range(abs(exponent)):
        result = times(result, base)
    return result


class World:
    """Sizes, and matrices by their names."""

    def __init__(self, seed: int, p: int, k: int, other: int) -> None:
        self.sizes = {"p": p, "k": k, "l": other}
        self._known: dict[tuple[Tensor, tuple[int, ...]], Fraction] = {}
        random = Random(seed)

        def drawn(entry: Callable[[int, int], bool]) -> Matrix:
            """Random entries where they are asked for, else those of I."""
            draws = [[random.randint(-3, 3) for _ in range(p)] for _ in range(p)]
            return [[Fraction(draws[i][j] if entry(i, j) else i == j) for j in range(p)] for i in range(p)]

        a, change = drawn(lambda i, j: True), drawn(lambda i, j: True)
        # X has the determinant 1, O is a permutation of p positions in a circle.
        x = times(drawn(lambda i, j: i > j), drawn(lambda i, j: i < j))
        circle = identity(p)
        circle.append(circle.pop(0))
        self.matrices = {"A": a, "E": change, "X": x, "O": circle, "S": plus(a, transposed(a))}

    def number(self, c: Coefficient) -> Fraction:
        def at(polynomial: object) -> Fraction:
            total = Fraction(0)
            for exponents, number in polynomial.to_dict().items():  # type: ignore[attr-defined]
                term = Fraction(int(number))
                for name, degree in zip(RING.names, exponents, strict=True):
                    term *= Fraction(self.sizes[name]) ** int(degree)
                total += term
            return total

        return at(c.numerator) / at(c.denominator)

    def value(self, e: SumOfProducts, at: dict[Index, int]) -> Fraction:
        total = Fraction(0)
        for monomial, coefficient in e.terms.items():
            term = self.number(coefficient)
            for component in monomial:
                bound = list(dict.fromkeys(i for f in component for i in f.indices if i.is_bound))
                part = Fraction(0)
                for chosen in product(*(range(self.sizes[str(i.dim)]) for i in bound)):
                    here = {**at, **dict(zip(bound, chosen, strict=True))}
                    value = Fraction(1)
                    for factor in component:
                        value *= self.factor(factor, here)
                    part += value
                term *= part
            total += term
        return total

    def factor(self, factor: Factor, at: dict[Index, int]) -> Fraction:
        head, indices = factor
        if isinstance(head, DeltaHead):
            return Fraction(at[indices[0]] == at[indices[1]])
        assert isinstance(head, Tensor)
        if head.name == POSITION:
            return Fraction(at[indices[0]] + 1)
        if head.name not in (POWER, INVERSE):
            return self.matrices[head.name][at[indices[0]]][at[indices[1]]]
        place = (head, tuple(at[i] for i in indices))
        if place not in self._known:
            self._known[place] = self._power(head, indices, at)
        return self._known[place]

    def _power(self, head: Tensor, indices: tuple[Index, ...], at: dict[Index, int]) -> Fraction:
        # What is nested must not take the indices around it for its own bound ones.
        around = {Index(f"around {number}", i.dim): at[i] for number, i in enumerate(indices)}
        (row, column), _, ((formals, body), *rest) = split_tensor(head, tuple(around))
        places = range(self.sizes["p"])
        base = [[self.value(body, {**around, formals[0]: i, formals[1]: j}) for j in places] for i in places]
        exponent = int(self.value(rest[0].body, around)) if rest else -1
        return raised(base, exponent)[around[row]][around[column]]


SIZES = [(2, 1, 1), (2, 2, 1), (2, 3, 2), (2, 4, 1), (3, 1, 2), (3, 2, 1)]
WORLDS = [World(seed, *sizes) for seed, sizes in enumerate(SIZES)]


def matrix(name: str, row: Index, column: Index) -> SumOfProducts:
    traits = {"S": frozenset(["symmetric"]), "O": frozenset(["orthogonal", "invertible"])}.get(name, frozenset())
    return tensor(RING, name, (row, column), traits=traits)  # type: ignore[arg-type]


def powered(name: str, exponent: SumOfProducts | Coefficient, row: Index, column: Index) -> SumOfProducts:
    start, end = Index("from", "p"), Index("to", "p")
    wanted = exponent if isinstance(exponent, SumOfProducts) else constant(exponent)
    return rename(matrix_power(matrix(name, start, end), start, end, wanted), {start: row, end: column})


def assert_same(left: SumOfProducts, right: SumOfProducts) -> None:
    for world in WORLDS:
        for i, j in product(range(world.sizes["p"]), repeat=2):
            at = {ROW: i, COLUMN: j}
            assert world.value(left, at) == world.value(right, at), (world.sizes, left, right)


# The core -------------------------------------------------------------------------------------------------


NATURAL = [(K, L), (K, ONE), (K - ONE, ONE)]
NEGATIVE = [(K + L, -K), (-K, K), (-K, -ONE)]


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [(name, *pair) for name in "XSO" for pair in (NATURAL if name == "S" else NATURAL + NEGATIVE)],
)
def test_powers_side_by_side_are_one_power(name: str, first: Coefficient, second: Coefficient) -> None:
    """Mᵉ Mᶠ = Mᵉ⁺ᶠ; S may be singular, so that its exponents are ≥ 0."""
    chain = bind(multiply(powered(name, first, ROW, Q), powered(name, second, Q, COLUMN)), Q)
    merged = merged_powers(chain)
    assert merged == merged_powers(powered(name, first + second, ROW, COLUMN))
    assert_same(chain, merged)


def test_a_transposed_power_is_no_neighbour() -> None:
    """Mᵏ (Mˡ)ᵀ stays what it is, of an orthogonal M it is Mᵏ⁻ˡ."""
    general = bind(multiply(powered("X", K, ROW, Q), powered("X", L, COLUMN, Q)), Q)
    assert merged_powers(general) == general
    orthogonal = bind(multiply(powered("O", K, ROW, Q), powered("O", L, COLUMN, Q)), Q)
    assert merged_powers(orthogonal) == merged_powers(powered("O", K - L, ROW, COLUMN))
    assert_same(orthogonal, merged_powers(orthogonal))


def test_a_joint_that_something_else_holds_is_none() -> None:
    """Σ_q X^k[i, q] d[q] X^l[q, j] is no power."""
    held = multiply(multiply(powered("X", K, ROW, Q), powered("X", L, Q, COLUMN)), matrix("A", Q, Q))
    assert merged_powers(bind(held, Q)) == bind(held, Q)


def test_an_exponent_that_holds_the_joint_is_none() -> None:
    """Σ_q X^q[i, q] X^l[q, j] with the position q as an exponent."""
    held = bind(multiply(powered("X", position(RING, Q), ROW, Q), powered("X", L, Q, COLUMN)), Q)
    assert merged_powers(held) == held
    assert_same(held, merged_powers(held))


def running(first: SumOfProducts, second: SumOfProducts) -> SumOfProducts:
    """Σ_r X^first[i, j] X^second[j, i]"""
    both = multiply(powered("X", first, ROW, COLUMN), powered("X", second, COLUMN, ROW))
    return bind(both, R)


def test_a_sum_over_exponents_may_run_backwards() -> None:
    """Σ_r F(r) = Σ_r F(k + 1 − r), and not Σ_r F(k − r)."""
    r, k, one = position(RING, R), constant(K), constant(ONE)
    forward, backward = running(r - one, k - r), running(k - r, r - one)
    assert merged_powers(forward) == merged_powers(backward)
    assert merged_powers(forward) != merged_powers(running(k - r, r))
    assert_same(forward, merged_powers(forward))


@pytest.mark.parametrize("shift", [-1, 0, 1, 3])
def test_a_sum_of_powers_begins_with_the_identity(shift: int) -> None:
    """Σ_{r=1}^{k} Xʳ⁺ˢ"""
    total = bind(powered("X", position(RING, R) + constant(RING.rational(shift)), ROW, COLUMN), R)
    assert_same(total, merged_powers(total))


@pytest.mark.parametrize("exponent", [K, K + ONE, K + K, K + L + ONE, -K, -K - ONE], ids=repr)
def test_the_derivative_is_that_of_the_product(exponent: Coefficient) -> None:
    """Σ_ab ∂(Xᵉ)/∂X[a, b] · E[a, b] against d/dt (X + t E)ᵉ, by the product rule on explicit factors."""
    theory = Theory(RING, {name: Signature(("p", "p")) for name in "XAE"}, {})
    a, b = Index("a", "p"), Index("b", "p")
    partial = differentiate(powered("X", exponent, ROW, COLUMN), Variable("X", (a, b)), theory)
    derivative = bind(bind(multiply(partial, matrix("E", a, b)), a), b)
    for world in WORLDS:
        expected = product_rule(world.matrices["X"], world.matrices["E"], int(world.number(exponent)))
        for i, j in product(range(world.sizes["p"]), repeat=2):
            assert world.value(derivative, {ROW: i, COLUMN: j}) == expected[i][j], world.sizes


def product_rule(base: Matrix, step: Matrix, exponent: int) -> Matrix:
    """d(Mᵉ)/dt for dM/dt = `step`; of a power of the inverse N, dN/dt = −N (dM/dt) N."""
    if exponent < 0:
        base = inverted(base)
        step = [[-x for x in row] for row in times(times(base, step), base)]
    total = [[Fraction(0)] * len(base) for _ in base]
    for k in range(abs(exponent)):
        total = plus(total, times(times(raised(base, k), step), raised(base, abs(exponent) - 1 - k)))
    return total


@pytest.mark.parametrize(
    "exponent", [constant(K - ONE), constant(K * L), position(RING, R)], ids=["k - 1", "k l", "position"]
)
def test_no_derivative_where_no_rule_is_known(exponent: SumOfProducts) -> None:
    theory = Theory(RING, {"X": Signature(("p", "p"))}, {})
    with pytest.raises(NoRule):
        differentiate(powered("X", exponent, ROW, COLUMN), Variable("X", (Q, Q)), theory)


def test_an_exponent_is_an_integer() -> None:
    with pytest.raises(NoRule):
        powered("X", K * RING.rational(Fraction(1, 2)), ROW, COLUMN)


@pytest.mark.parametrize(
    ("of", "exponent"), [("idempotent", K), ("idempotent", K + L), ("involution", K), ("involution", K + K - ONE)]
)
def test_powers_of_projections_and_reflections(of: str, exponent: Coefficient) -> None:
    """Mᵉ = M, and Mᵉ = ½(1 + (−1)ᵉ) I + ½(1 − (−1)ᵉ) M, for exponents ≥ 1."""
    squares = {"idempotent": matrix("A", ROW, COLUMN), "involution": constant(ONE)}

    def is_zero(e: SumOfProducts) -> bool:
        return len(e.terms) == 2 and (any(not m[0].is_delta for m in e.terms) and _is_difference(e, of))

    found = without_periodic_powers(powered("A", exponent, ROW, COLUMN), is_zero)
    assert POWER not in found.tensor_names
    if of == "idempotent":
        assert found == squares[of]


def _is_difference(e: SumOfProducts, of: str) -> bool:
    """M² − M, or M² − I."""
    has_unit = any(c.is_delta for m in e.terms for c in m)
    return has_unit == (of == "involution")


def test_a_power_that_may_be_the_zeroth_is_no_projection() -> None:
    """M^{k−1} is I where k = 1."""
    e = powered("A", K - ONE, ROW, COLUMN)
    assert without_periodic_powers(e, lambda difference: _is_difference(difference, "idempotent")) == e


# Notes ----------------------------------------------------------------------------------------------------

GIVEN = r"""$k, l \in \mathbb{N}$, $X, A \in \mathbb{R}^{p \times p}$, $S \in \mathbb{S}^p$, $Q \in O(p)$,
$c \in \mathbb{R}$, $a, b, x \in \mathbb{R}^p$, $U \in \mathbb{R}^{p \times q}$, $P := U (U^\top U)^{-1} U^\top$"""

TWINS = [
    (r"X^k X^l = X^{k+l}", r"X^k X^l = X^{k l}"),
    (r"X^{k-1} X = X^k", r"X^{k-1} X = X^{k-1}"),
    (r"X^{-k} X^{k+1} = X", r"X^{-k} X^{k+1} = X^2"),
    (r"(X^k)^l = X^{k l}", r"(X^k)^l = X^{k + l}"),
    (r"(X^\top)^k = (X^k)^\top", r"X^k = (X^k)^\top"),
    (r"(S^k)^\top = S^k", r"(S^k)^\top = S"),
    (r"(c X)^k = c^k X^k", r"(c X)^k = c X^k"),
    (r"(3 X)^k = 3^k X^k", r"(3 X)^k = 3 X^k"),
    (r"\operatorname{diag}(a)^k = \operatorname{diag}(a^{\odot k})", r"X^k = X^{\odot k}"),
    (r"\det(X^k) = \det(X)^k", r"\det(X^k) = k \det(X)"),
    (r"c^{k-1} c = c^k", r"c^{k-1} c = c^{k-1}"),
    (
        r"\operatorname{tr}(X^k A X^l) = \operatorname{tr}(X^{k+l} A)",
        r"\operatorname{tr}(X^k A X^l) = \operatorname{tr}(X^k X A)",
    ),
    (r"\nabla_X \operatorname{tr}(X^k) = k (X^{k-1})^\top", r"\nabla_X \operatorname{tr}(X^k) = k X^{k-1}"),
    (
        r"\nabla_X \operatorname{tr}(X^{2k}) = 2k (X^{2k-1})^\top",
        r"\nabla_X \operatorname{tr}(X^{2k}) = k (X^{2k-1})^\top",
    ),
    (
        r"\nabla_X \operatorname{tr}(X^{-k}) = -k (X^{-k-1})^\top",
        r"\nabla_X \operatorname{tr}(X^{-k}) = k (X^{-k-1})^\top",
    ),
    (r"\nabla_X \det(X^k) = k \det(X^k) X^{-\top}", r"\nabla_X \det(X^k) = \det(X^k) X^{-\top}"),
    (
        r"\nabla_X\, a^\top X^k b = \sum_{r=0}^{k-1} (X^r)^\top a b^\top (X^{k-1-r})^\top",
        r"\nabla_X\, a^\top X^k b = \sum_{r=0}^{k-1} X^r a b^\top (X^{k-1-r})^\top",
    ),
    (
        r"\nabla_X \operatorname{tr}(A X^k) = \sum_{r=0}^{k-1} (X^r A X^{k-r-1})^\top",
        r"\nabla_X \operatorname{tr}(A X^k) = \sum_{r=0}^{k-1} (X^r A X^{k-r})^\top",
    ),
    (r"\sum_{r=1}^{k} X^r = X \sum_{r=0}^{k-1} X^r", r"\sum_{r=1}^{k} X^r = \sum_{r=0}^{k-1} X^r"),
    (r"(X^k - I) (X - I)^{-1} = \sum_{r=0}^{k-1} X^r", r"(X^k - I) (X - I)^{-1} = \sum_{r=1}^{k} X^r"),
    (r"\sum_{r=1}^{3} X^r = X + X^2 + X^3", r"\sum_{r=1}^{3} X^r = I + X + X^2"),
    (r"\sum_{i=1}^{p} i\, x_i = \sum_{j=1}^{p} j\, x_j", r"\sum_{i=1}^{p} i\, x_i = \sum_{j=1}^{p} x_j"),
    (r"Q^k (Q^k)^\top = I", r"Q^k (Q^l)^\top = I"),
    (r"P^k = P", r"P^k = k P"),
    (r"(I - P)^k = I - P", r"(I + P)^k = I + P"),
    (r"(I - 2P)^{2k} = I", r"(I - 2P)^k = I"),
]  # fmt: skip


@pytest.mark.parametrize(("true", "false"), TWINS)
def test_a_law_of_powers_is_proved_and_its_twin_refuted(true: str, false: str) -> None:
    assert symbn.verify(true, GIVEN).verdict == "proved"
    assert symbn.verify(false, GIVEN).verdict == "refuted"


def conditions(claim: str, given: str = GIVEN) -> list[str]:
    decision = symbn.verify(claim, given)
    assert decision.verdict == "proved"
    return [condition.latex for report in decision.reports for condition in report.conditions]


def test_what_may_be_negative_needs_an_inverse() -> None:
    """X^{k−2} is X at most where k ≥ 2 is known."""
    assert conditions(r"X^{k-2} X^2 = X^k") == [r"\det\left( X \right) \ne 0"]
    assert conditions(r"X^{k-2} X^2 = X^k", GIVEN + r", $k \ge 2$") == []
    assert conditions(r"X^{k-1} X = X^k") == []
    assert conditions(r"X^{-k} X^{k} = I") == [r"\det\left( X \right) \ne 0"]
