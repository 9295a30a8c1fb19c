"""The normal form does not see how a sum was written, and says the same as the sum."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import permutations
from random import Random

from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from symbn.core.contraction import bind, delta, fresh, multiply, rename
from symbn.core.equality import Proof, decide
from symbn.core.heads import tensor
from symbn.core.powers import power
from symbn.core.terms import Argument, Index, SumOfProducts, constant
from tests.laws.evaluation import Undefined, World, agree, raw_value, value
from tests.laws.strategies import (
    FREE,
    RING,
    THEORY,
    I,
    J,
    K,
    L,
    RawProduct,
    RawSum,
    orders,
    polynomials,
    positive_sums,
    presented,
    presented_product,
    products,
    rebuilt,
    sums,
)

SIZES = {"n": 2, "m": 3, "p": 1}
laws = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck), print_blob=True)


@contextmanager
def defined() -> Iterator[None]:
    """Sums that are defined nowhere have no law."""
    try:
        yield
    except (ZeroDivisionError, Undefined):
        reject()


@laws
@given(sums(), orders)
def test_canonical_form_ignores_names_orders_and_association(raw: RawSum, order: Random) -> None:
    with defined():
        assert presented(raw, order) == presented(raw)


@laws
@given(products(), orders)
def test_a_product_does_not_see_when_its_sums_are_taken(raw: RawProduct, order: Random) -> None:
    with defined():
        assert presented_product(raw, order) == presented_product(raw)


@laws
@given(sums())
def test_canonical_form_is_idempotent(raw: RawSum) -> None:
    with defined():
        e = presented(raw)
        assert rebuilt(e) == e


@laws
@given(sums())
def test_equal_sums_have_equal_hashes_and_keys(raw: RawSum) -> None:
    with defined():
        one, two = presented(raw), presented(raw, Random(7))
        assert hash(one) == hash(two) and one.key == two.key


@laws
@given(sums(), st.integers(0, 9))
def test_the_normal_form_has_the_value_of_the_sum(raw: RawSum, seed: int) -> None:
    """Normalised and un-normalised, by explicit entries."""
    world = World(SIZES, seed, spread=3)
    places = dict(zip(FREE, (1, 0, 2, 0), strict=True))
    with defined():
        e = presented(raw, Random(seed))
        assert agree(value(e, world, places), raw_value(raw, world, places))


@laws
@given(sums(depth=0), sums(), orders)
def test_addition_is_commutative(a: RawSum, b: RawSum, order: Random) -> None:
    with defined():
        x, y = presented(a), presented(b, order)
        assert x + y == y + x
        assert (x + y) - y == x
        assert (x - x).is_zero()


@laws
@given(sums(), sums())
def test_multiplication_is_commutative(a: RawSum, b: RawSum) -> None:
    with defined():
        x, y = presented(a), presented(b)
        assert multiply(x, y) == multiply(y, x)


@laws
@given(sums(most=2), sums(most=2), sums(most=2))
def test_multiplication_is_associative(a: RawSum, b: RawSum, c: RawSum) -> None:
    with defined():
        x, y, z = presented(a), presented(b), presented(c)
        assert multiply(multiply(x, y), z) == multiply(x, multiply(y, z))


@laws
@given(sums(most=2), sums(most=2), sums(most=2))
def test_multiplication_distributes_over_addition(a: RawSum, b: RawSum, c: RawSum) -> None:
    with defined():
        x, y, z = presented(a), presented(b), presented(c)
        assert multiply(x, y + z) == multiply(x, y) + multiply(x, z)


@laws
@given(sums(), st.permutations([I, J, K, L]))
def test_sums_may_be_exchanged(raw: RawSum, order: list[Index]) -> None:
    """Fubini"""
    with defined():
        e = presented(raw)
        one, two = e, e
        for index in (I, J, K, L):
            one = bind(one, index)
        for index in order:
            two = bind(two, index)
        assert one == two


@laws
@given(sums(), sums())
def test_a_sum_is_linear(a: RawSum, b: RawSum) -> None:
    with defined():
        x, y = presented(a), presented(b)
        assert bind(x + y, I) == bind(x, I) + bind(y, I)


@laws
@given(sums(free=(J, K, L)), sums())
def test_a_factor_without_the_index_goes_in_front_of_the_sum(a: RawSum, b: RawSum) -> None:
    with defined():
        x, y = presented(a), presented(b)
        assert bind(multiply(x, y), I) == multiply(x, bind(y, I))


@laws
@given(sums())
def test_renaming_by_a_permutation_is_invertible(raw: RawSum) -> None:
    with defined():
        e = presented(raw)
        there = {I: J, J: I}
        assert rename(rename(e, there), there) == e
        other = {old: fresh(old.dim) for old in FREE}
        assert rename(rename(e, other), {new: old for old, new in other.items()}) == e


@laws
@given(sums(), sums())
def test_renaming_is_a_homomorphism(a: RawSum, b: RawSum) -> None:
    """Also where two indices get one name."""
    with defined():
        x, y = presented(a), presented(b)
        together = {I: J}
        assert rename(multiply(x, y), together) == multiply(rename(x, together), rename(y, together))
        assert rename(x + y, together) == rename(x, together) + rename(y, together)


@laws
@given(sums(free=(I, K, L)))
def test_a_delta_substitutes(raw: RawSum) -> None:
    """Σ_i δ_ij F(i) = F(j)"""
    with defined():
        e = presented(raw)
        assert bind(multiply(delta(RING, I, J), e), I) == rename(e, {I: J})


@laws
@given(sums(free=(J, K, L)))
def test_a_sum_over_an_index_that_does_not_occur_is_its_dimension(raw: RawSum) -> None:
    with defined():
        e = presented(raw)
        assert bind(e, I) == e.scaled(RING.variable("n"))


def test_delta_with_itself_is_one_and_its_trace_the_dimension() -> None:
    assert delta(RING, I, I) == constant(RING.one)
    assert bind(bind(delta(RING, I, J), I), J) == constant(RING.variable("n"))
    assert multiply(delta(RING, I, J), delta(RING, J, I)) == delta(RING, I, J)


@laws
@given(sums(free=(J, K, L)))
def test_deltas_join_free_indices(raw: RawSum) -> None:
    """δ_ij F(i) = δ_ij F(j)"""
    with defined():
        e = presented(raw)
        d = delta(RING, I, J)
        assert multiply(d, e) == multiply(d, rename(e, {J: I}))


def test_powers_that_cancel_under_a_sum_leave_its_dimension() -> None:
    """Σ_i e(i, k)^½ e(i, l)^(−½) at k = l is Σ_i 1."""

    def root(k: Index, r: Fraction) -> SumOfProducts:
        square = multiply(tensor(RING, "A", (I, k)), tensor(RING, "A", (I, k)))
        return power(square + constant(RING.variable("e")), RING.rational(r))

    other = Index("k2", "m")
    both = bind(multiply(root(K, Fraction(1, 2)), root(other, Fraction(-1, 2))), I)
    assert rename(both, {other: K}) == constant(RING.variable("n"))
    assert multiply(delta(RING, K, other), both) == delta(RING, K, other).scaled(RING.variable("n"))


# Powers ---------------------------------------------------------------------------------------------------

exponents = st.sampled_from([Fraction(k, 2) for k in (-3, -2, -1, 1, 3)])


def _power(e: SumOfProducts, r: Fraction) -> SumOfProducts:
    return power(e, RING.rational(r))


@laws
@given(positive_sums((I, K), 0), exponents, exponents)
def test_exponents_of_one_base_add(raw: RawSum, r: Fraction, s: Fraction) -> None:
    with defined():
        e = presented(raw)
        assume(len(e.terms) > 1)
        left, right = multiply(_power(e, r), _power(e, s)), _power(e, r + s)
        assert left == right


@laws
@given(polynomials((I, K), 2), st.integers(0, 3))
def test_natural_powers_are_products(raw: RawSum, k: int) -> None:
    e = presented(raw)
    expected = constant(RING.one)
    for _ in range(k):
        expected = multiply(expected, e)
    assert _power(e, Fraction(k)) == expected


@laws
@given(positive_sums((I, K), 0), exponents, st.sampled_from([Fraction(4), Fraction(9), Fraction(1, 4)]))
def test_positive_contents_leave_a_power(raw: RawSum, r: Fraction, c: Fraction) -> None:
    """(c e)^r = c^r e^r, c > 0"""
    with defined():
        e = presented(raw)
        left = _power(e.scaled(RING.rational(c)), r)
        assert left == multiply(_power(constant(RING.rational(c)), r), _power(e, r))


@laws
@given(polynomials((I, K), 2), st.integers(-3, -1), st.sampled_from(["n", "a", "e"]))
def test_any_content_leaves_a_whole_power(raw: RawSum, k: int, name: str) -> None:
    with defined():
        e, c = presented(raw), RING.variable(name)
        assert _power(e.scaled(c), Fraction(k)) == _power(e, Fraction(k)).scaled(c**k)


@laws
@given(positive_sums((I, K), 0), exponents, st.sampled_from([Fraction(1, 2), Fraction(-1, 2), Fraction(3)]))
def test_powers_of_powers_multiply(raw: RawSum, r: Fraction, s: Fraction) -> None:
    """(e^r)^s = e^(r s), e > 0; the root is taken first."""
    with defined():
        e = presented(raw)
        assume(r.denominator == 2)
        assert isinstance(decide(_power(_power(e, r), s), _power(e, r * s), THEORY), Proof)


def test_a_root_of_a_square_is_not_the_base() -> None:
    a = constant(RING.variable("a"))
    assert _power(_power(a, Fraction(2)), Fraction(1, 2)) != a
    e = constant(RING.variable("e"))
    assert _power(_power(e, Fraction(2)), Fraction(1, 2)) == e


def test_nested_heads_do_not_see_the_order_of_the_indices_around_them() -> None:
    """((u_i − u_j)² + ε)^(−½) is symmetric in i and j, (u_i − 2 u_j)² is not."""

    def kernel(i: Index, j: Index, c: int) -> SumOfProducts:
        difference = tensor(RING, "u", (i,)) - tensor(RING, "u", (j,)).scaled(RING.rational(c))
        return _power(multiply(difference, difference) + constant(RING.variable("e")), Fraction(-1, 2))

    assert kernel(I, J, 1) == kernel(J, I, 1)
    assert kernel(I, J, 2) != kernel(J, I, 2)
    free = [Index(f"i{k}", "n") for k in range(3)]
    values = set()
    for x, y, z in permutations(free):
        term = multiply(kernel(x, y, 1), multiply(kernel(y, z, 1), kernel(z, x, 1)))
        for index in free:
            term = bind(term, index)
        values.add(term)
    assert len(values) == 1


def test_a_function_at_places_that_coincide_is_the_function_written_there() -> None:
    """f(A_{ij} u_j + u_i) at i = j, at j = 1 and under a δ: the normal form does not remember how it came about."""

    def f(i: Index, j: Index) -> SumOfProducts:
        inside = multiply(tensor(RING, "A", (i, C)), tensor(RING, "u", (j,))) + tensor(RING, "u", (i,))
        return tensor(RING, "f", (), arguments=(Argument((C,), inside),))

    C = Index("c", "m")
    first = Index("=1", "n")
    written = f(I, I)
    assert rename(f(I, J), {J: I}) == written
    assert rename(f(I, J), {J: first}) == f(I, first)
    assert rename(f(I, J), {I: first, J: first}) == f(first, first)
    assert bind(multiply(delta(RING, I, J), f(I, J)), J) == written
    assert rename(f(I, J), {J: I}) != f(I, J)
    mixed = rename(multiply(f(I, J), delta(RING, J, K)), {J: I})
    assert mixed == multiply(written, delta(RING, I, K))
