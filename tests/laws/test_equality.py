"""`decide` on polynomials is an equivalence with exact evaluation at sizes as large as the number of indices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain, permutations, product
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from symbn.core.axioms import Signature, Theory, Unfolding
from symbn.core.contraction import bind, delta, multiply, rename
from symbn.core.equality import Proof, Residual, decide
from symbn.core.heads import tensor
from symbn.core.powers import power
from symbn.core.terms import Index, SumOfProducts, constant
from tests.laws.evaluation import Undefined, World, agree, raw_value, value
from tests.laws.strategies import (
    FREE,
    RING,
    THEORY,
    I,
    J,
    K,
    RawCoefficient,
    RawProduct,
    RawSum,
    RawTensor,
    coefficients,
    orders,
    polynomials,
    presented,
    sums,
)

laws = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck), print_blob=True)
FEW = (I, J, K)


@contextmanager
def defined() -> Iterator[None]:
    try:
        yield
    except (ZeroDivisionError, Undefined):
        reject()


def _differs(left: SumOfProducts, right: SumOfProducts, reach: int) -> bool:
    """Whether some entry differs at random points of dimensions ≥ `reach`; coefficients vanish at few sizes only."""
    free = sorted(left.free | right.free)
    for sizes in ((reach, reach, reach), (reach, reach + 1, reach + 2), (reach + 2, reach, reach + 1)):
        world = World(dict(zip(("n", "m", "p"), sizes, strict=True)), 0, spread=10**4)
        # A few places of every pattern: distinct positions show an independent entry, equal ones a δ.
        patterns: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
        for at in product(range(reach), repeat=len(free)):
            patterns.setdefault(tuple(map(at.index, at)), []).append(at)
        for at in chain.from_iterable(found[:6] for found in patterns.values()):
            here = dict(zip(free, at, strict=True))
            if value(left, world, here) != value(right, world, here):
                return True
    return False


@laws
@given(polynomials(FEW, 2), orders)
def test_rewritten_polynomials_are_proved_equal(raw: RawSum, order: Random) -> None:
    proof = decide(presented(raw), presented(raw, order), THEORY)
    assert isinstance(proof, Proof)


@laws
@given(polynomials(FEW, 2), polynomials(FEW, 2))
def test_polynomials_are_proved_equal_only_if_their_values_are(a: RawSum, b: RawSum) -> None:
    left, right = presented(a), presented(b)
    answer = decide(left, right, THEORY)
    if isinstance(answer, Proof):
        assert not _differs(left, right, 3)
    else:
        assume(answer.reach <= 5)
        assert _differs(left, right, answer.reach)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[RawSum, RawSum]:
    """A sum, and the same with one coefficient, one index or one factor changed."""
    raw = draw(polynomials(FEW, 2))
    place = draw(st.integers(0, len(raw.products) - 1))
    term = raw.products[place]
    kind = draw(st.sampled_from(["coefficient", "index", "factor", "order"]))
    if kind == "coefficient" or not term.factors:
        new = RawProduct(draw(coefficients()), term.factors, term.bound)
    else:
        which = draw(st.integers(0, len(term.factors) - 1))
        factor = term.factors[which]
        factors = list(term.factors)
        if kind == "factor" or not isinstance(factor, RawTensor) or not factor.indices:
            factors[which] = RawTensor("s", ())
        elif kind == "order":
            same = [k for k, i in enumerate(factor.indices) if i.dim == "n"]
            indices = list(factor.indices)
            for k, other in zip(same, reversed(same), strict=True):
                indices[k] = factor.indices[other]
            factors[which] = RawTensor(factor.name, tuple(indices))
        else:
            slot = draw(st.integers(0, len(factor.indices) - 1))
            pool = [i for i in (*FEW, *term.bound) if i.dim == factor.indices[slot].dim]
            indices = list(factor.indices)
            indices[slot] = draw(st.sampled_from(pool))
            factors[which] = RawTensor(factor.name, tuple(indices))
        new = RawProduct(term.coefficient, tuple(factors), term.bound)
    return raw, RawSum((*raw.products[:place], new, *raw.products[place + 1 :]))


@settings(laws, max_examples=80)
@given(mutations(), orders)
def test_mutated_polynomials_are_not_proved_equal(pair: tuple[RawSum, RawSum], order: Random) -> None:
    left, right = presented(pair[0]), presented(pair[1], order)
    answer = decide(left, right, THEORY)
    reach = answer.reach if isinstance(answer, Residual) else 3
    assume(reach <= 5)
    assert isinstance(answer, Residual) == _differs(left, right, reach)


def test_two_free_indices_need_a_size_of_two() -> None:
    i, j = Index("i", "n"), Index("j", "n")
    left, right = (presented(RawSum((RawProduct(RawCoefficient(), (RawTensor("u", (k,)),), ()),))) for k in (i, j))
    answer = decide(left, right, THEORY)
    assert isinstance(answer, Residual) and answer.reach == 2


@laws
@given(sums(most=2), sums(most=2), st.integers(0, 5))
def test_what_is_proved_has_equal_values(a: RawSum, b: RawSum, seed: int) -> None:
    """All kinds of factors: a proof is never wrong."""
    with defined():
        left, right = presented(a), presented(b)
        if isinstance(decide(left, right, THEORY), Proof):
            world = World({"n": 2, "m": 3, "p": 1}, seed, 3)
            places = dict(zip(FREE, (0, 1, 2, 0), strict=True))
            assert agree(raw_value(a, world, places), raw_value(b, world, places))


@laws
@given(sums(most=2), orders)
def test_decide_is_reflexive_and_gives_what_it_was_asked(raw: RawSum, order: Random) -> None:
    with defined():
        left, right = presented(raw), presented(raw, order)
        proof = decide(left, right, THEORY)
        assert isinstance(proof, Proof) and proof.left is left and proof.right is right


# Roots and denominators -------------------------------------------------------------------------------------


def _u(i: Index) -> SumOfProducts:
    return tensor(RING, "u", (i,))


def _number(k: int) -> SumOfProducts:
    return constant(RING.rational(k))


def _root(e: SumOfProducts, r: Fraction = Fraction(1, 2)) -> SumOfProducts:
    return power(e, RING.rational(r))


NORM = bind(multiply(_u(I), _u(I)), I) + constant(RING.variable("e"))


def proves(left: SumOfProducts, right: SumOfProducts) -> bool:
    return isinstance(decide(left, right, THEORY), Proof)


def test_roots_by_their_one_relation() -> None:
    q = _root(NORM)
    inverse = _root(NORM, Fraction(-1, 2))
    assert proves(multiply(q, q), NORM)
    assert proves(multiply(q, inverse), _number(1))
    assert proves(multiply(NORM, inverse), q)
    assert proves(multiply(NORM, _root(NORM, Fraction(-3, 2))), inverse)
    assert not proves(q, inverse)
    assert not proves(multiply(q, q), _number(1))
    assert not proves(q + _number(1), q)
    assert not proves(multiply(q, _u(J)), multiply(inverse, _u(J)))


def test_denominators_under_a_sum() -> None:
    """Σ_i u_i² / (u_i² + ε) = n − ε Σ_i 1/(u_i² + ε)"""
    square = multiply(_u(I), _u(I))
    inverse = _root(square + constant(RING.variable("e")), Fraction(-1))
    left = bind(multiply(square, inverse), I)
    right = constant(RING.variable("n")) - bind(inverse, I).scaled(RING.variable("e"))
    assert proves(left, right)
    assert not proves(left, constant(RING.variable("n")) + bind(inverse, I).scaled(RING.variable("e")))
    assert not proves(left, constant(RING.variable("n")) - inverse.scaled(RING.variable("e")))


@laws
@given(polynomials((J, K), 1), polynomials((J, K), 1))
def test_common_denominators(a: RawSum, b: RawSum) -> None:
    """x/y + y/x = (x² + y²)/(x y)"""
    with defined():
        x, y = presented(a), presented(b)
        down = RING.rational(-1)
        left = multiply(x, power(y, down)) + multiply(y, power(x, down))
        right = multiply(multiply(x, x) + multiply(y, y), power(multiply(x, y), down))
        assert proves(left, right)
        wrong = multiply(multiply(x, x) - multiply(y, y), power(multiply(x, y), down))
        assert not proves(left, wrong)


def test_conditions_name_what_was_divided_by_and_rooted() -> None:
    proof = decide(multiply(_root(NORM), _root(NORM)), NORM, THEORY)
    assert isinstance(proof, Proof)
    inverse = decide(_root(NORM, Fraction(-1, 2)), multiply(_root(NORM, Fraction(-3, 2)), NORM), THEORY)
    assert isinstance(inverse, Proof)
    assert any(c.expression == NORM and c.positive for c in inverse.conditions)


# Definitions ------------------------------------------------------------------------------------------------


@laws
@given(polynomials((I,), 2), polynomials(FEW, 2), orders)
def test_definitions_are_unfolded_when_they_must_be(body: RawSum, raw: RawSum, order: Random) -> None:
    definition = presented(body)
    theory = Theory(RING, {**THEORY.signatures, "h": Signature(("n",))}, {"h": Unfolding("h", (I,), (), definition, 1)})
    folded = multiply(tensor(RING, "h", (J,)), presented(raw))
    unfolded = multiply(rename(definition, {I: J}), presented(raw, order))
    proof = decide(folded, unfolded, theory)
    assert isinstance(proof, Proof)
    same = decide(folded, multiply(presented(raw, order), tensor(RING, "h", (J,))), theory)
    assert isinstance(same, Proof) and same.unfolded == ()
    if not definition.is_zero() and not presented(raw).is_zero():
        assert isinstance(decide(folded, unfolded.scaled(RING.rational(2)), theory), Residual)


# What small sizes fake ----------------------------------------------------------------------------------------


def _cycle(length: int) -> SumOfProducts:
    """tr M^length"""
    places = [Index(f"t{k}", "n") for k in range(length)]
    result = _number(1)
    for k in range(length):
        result = multiply(result, tensor(RING, "M", (places[k], places[(k + 1) % length])))
    for place in places:
        result = bind(result, place)
    return result


def test_the_trace_polynomial_that_vanishes_for_three_by_three_is_not_zero() -> None:
    t = {k: _cycle(k) for k in range(1, 5)}

    def times(*factors: SumOfProducts) -> SumOfProducts:
        result = _number(1)
        for f in factors:
            result = multiply(result, f)
        return result

    def weighted(c: int, *factors: SumOfProducts) -> SumOfProducts:
        return times(*factors).scaled(RING.rational(Fraction(c, 24)))

    e4 = (
        weighted(1, t[1], t[1], t[1], t[1])
        + weighted(-6, t[1], t[1], t[2])
        + weighted(3, t[2], t[2])
        + weighted(8, t[1], t[3])
        + weighted(-6, t[4])
    )
    answer = decide(e4, _number(0), THEORY)
    assert isinstance(answer, Residual) and answer.reach >= 4
    for n in (1, 2, 3):
        assert value(e4, World({"n": n, "m": 1, "p": 1}, n), {}) == 0
    assert value(e4, World({"n": 4, "m": 1, "p": 1}, 4), {}) != 0


@pytest.mark.parametrize("k", [2, 3])
def test_reach_is_enough_for_antisymmetrised_products(k: int) -> None:
    """Σ over permutations of sgn Π u^(a)_{i_σ(a)}: zero at all sizes below k."""
    places = [Index(f"i{a}", "n") for a in range(k)]
    other = [Index(f"j{a}", "n") for a in range(k)]
    total = _number(0)
    for order in permutations(range(k)):
        sign = (-1) ** sum(order[a] > order[b] for a in range(k) for b in range(a + 1, k))
        term = _number(sign)
        for a in range(k):
            term = multiply(term, delta(RING, places[a], other[order[a]]))
        total = total + term
    answer = decide(total, _number(0), THEORY)
    assert isinstance(answer, Residual) and answer.reach >= k
    small = World({"n": k - 1, "m": 1, "p": 1}, 0)
    for at in product(range(k - 1), repeat=2 * k):
        assert value(total, small, dict(zip([*places, *other], at, strict=True))) == 0


def test_dimensions_are_not_confused() -> None:
    ones = constant(RING.variable("n"))
    assert not proves(ones, constant(RING.variable("m")))
    assert not proves(ones, _number(1))
    raw = RawProduct(RawCoefficient(), (), (I,))
    assert presented(RawSum((raw,))) == ones
