"""Claims with inverses, determinants, Kronecker products, vec, blocks, kinks and softmax: true ones agree, false twins
are refuted, above all those that hold at small sizes, for one sign, or for matrices that commute."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from symbn.evidence.claim import index_values
from symbn.evidence.counterexample import confirm, search
from symbn.evidence.sizes import names_in, size_of
from symbn.expr.context import Context
from symbn.expr.tree import Diagonal, DimProduct, DimSum, Expr, IndexConst, IndexVar, MatrixPower, Symbol

from .notation import (
    add,
    block,
    declare,
    define,
    determinant,
    differential,
    dimension,
    elementwise,
    entry,
    entrywise,
    gradient,
    hadamard,
    identity,
    inverse,
    jacobian,
    kronecker,
    minus,
    number,
    ones,
    over,
    power,
    reference,
    softmax,
    symbol,
    times,
    trace,
    transposed,
    vec,
)


class Names:
    """A, B, C n×n, D m×m, G n×m, X m×n; n×n S symmetric, P definite, Q and R orthogonal; x, y n×1; c, d, e > 0."""

    def __init__(self) -> None:
        self.context = Context()
        self.A, self.B, self.C = (self._declared(name, "n", "n") for name in "ABC")
        self.D, self.G, self.X = (
            self._declared("D", "m", "m"),
            self._declared("G", "n", "m"),
            self._declared("X", "m", "n"),
        )
        self.S = declare(self.context, symbol("S", "n", "n"), structure="symmetric")
        self.P = declare(self.context, symbol("P", "n", "n"), structure="positive definite")
        self.Q, self.R = (declare(self.context, symbol(name, "n", "n"), structure="orthogonal") for name in "QR")
        self.x, self.y = self._declared("x", "n"), self._declared("y", "n")
        self.c, self.d = self._declared("c"), self._declared("d")
        self.e = declare(self.context, symbol("e"), "positive")

    def _declared(self, name: str, rows: str | int = 1, columns: str | int = 1) -> Symbol:
        return declare(self.context, symbol(name, rows, columns))


def negative(e: Expr) -> Expr:
    return times(number(-1), e)


def log_det(e: Expr) -> Expr:
    return elementwise("log", determinant(e))


def squared(e: Expr) -> Expr:
    return MatrixPower(base=e, exponent=2, shape=e.shape)


def first(s: Expr) -> Expr:
    return entry(s, IndexConst(1, "n"))


def softmax_jacobian(s: Expr) -> Expr:
    return minus(Diagonal(arg=s, shape=("n", "n")), times(s, transposed(s)))


def absolute(e: Expr) -> Expr:
    return elementwise("abs", e)


def above_one() -> Expr:
    """n − 1"""
    return minus(dimension("n"), number(1))


I = identity("n")  # noqa: E741
TRUE_AND_FALSE: dict[str, Callable[[Names], tuple[Expr, Expr, Expr]]] = {
    "inverse of a product": lambda N: (
        inverse(times(N.A, N.B)),
        times(inverse(N.B), inverse(N.A)),
        times(inverse(N.A), inverse(N.B)),
    ),
    "inverse of a sum": lambda N: (
        inverse(add(inverse(N.A), inverse(N.B))),
        times(N.A, inverse(add(N.A, N.B)), N.B),
        add(N.A, N.B),
    ),
    "push-through": lambda N: (
        times(inverse(add(I, times(N.G, N.X))), N.G),
        times(N.G, inverse(add(identity("m"), times(N.X, N.G)))),
        times(N.G, inverse(add(identity("m"), times(transposed(N.G), N.G)))),
    ),
    "Sherman–Morrison": lambda N: (
        inverse(add(N.A, times(N.x, transposed(N.y)))),
        minus(
            inverse(N.A),
            over(
                times(inverse(N.A), N.x, transposed(N.y), inverse(N.A)),
                add(number(1), times(transposed(N.y), inverse(N.A), N.x)),
            ),
        ),
        minus(inverse(N.A), times(inverse(N.A), N.x, transposed(N.y), inverse(N.A))),
    ),
    "derivative of an inverse": lambda N: (
        jacobian(vec(inverse(N.A)), vec(N.A)),
        negative(kronecker(transposed(inverse(N.A)), inverse(N.A))),
        negative(kronecker(inverse(N.A), inverse(N.A))),
    ),
    "differential of an inverse": lambda N: (
        differential(inverse(N.A), N.A, N.B),
        negative(times(inverse(N.A), N.B, inverse(N.A))),
        negative(times(squared(inverse(N.A)), N.B)),
    ),
    "determinant of a product": lambda N: (
        determinant(times(N.A, N.B)),
        times(determinant(N.A), determinant(N.B)),
        add(determinant(N.A), determinant(N.B)),
    ),
    "determinant of a multiple": lambda N: (
        determinant(times(N.c, N.A)),
        times(power(N.c, dimension("n")), determinant(N.A)),
        times(N.c, determinant(N.A)),
    ),
    "matrix determinant lemma": lambda N: (
        determinant(add(I, times(N.G, N.X))),
        determinant(add(identity("m"), times(N.X, N.G))),
        add(number(1), trace(times(N.X, N.G))),
    ),
    "gradient of a determinant": lambda N: (
        gradient(determinant(N.A), N.A),
        times(determinant(N.A), transposed(inverse(N.A))),
        times(determinant(N.A), inverse(N.A)),
    ),
    "gradient of log det": lambda N: (gradient(log_det(N.P), N.P), inverse(N.P), transposed(N.P)),
    "hessian of log det": lambda N: (
        times(jacobian(vec(transposed(gradient(log_det(N.P), N.P))), vec(N.P)), vec(N.S)),
        negative(vec(times(inverse(N.P), N.S, inverse(N.P)))),
        negative(vec(times(inverse(N.P), N.S))),
    ),
    "mixed Kronecker product": lambda N: (
        times(kronecker(N.A, N.D), kronecker(N.B, N.D)),
        kronecker(times(N.A, N.B), times(N.D, N.D)),
        kronecker(times(N.B, N.A), times(N.D, N.D)),
    ),
    "vec of a product": lambda N: (
        vec(times(N.D, N.X, N.A)),
        times(kronecker(transposed(N.A), N.D), vec(N.X)),
        times(kronecker(N.A, N.D), vec(N.X)),
    ),
    "determinant of a Kronecker product": lambda N: (
        determinant(kronecker(N.A, N.D)),
        times(power(determinant(N.A), dimension("m")), power(determinant(N.D), dimension("n"))),
        times(power(determinant(N.A), dimension("n")), power(determinant(N.D), dimension("m"))),
    ),
    "derivative by vec": lambda N: (
        jacobian(vec(times(N.D, N.X, N.A)), vec(N.X)),
        kronecker(transposed(N.A), N.D),
        kronecker(N.A, N.D),
    ),
    "derivative by vec of the transpose": lambda N: (
        jacobian(vec(transposed(N.X)), vec(transposed(N.X))),
        kronecker(identity("m"), I),
        times(number(2), kronecker(identity("m"), I)),
    ),
    "block triangular determinant": lambda N: (
        determinant(block((N.A, N.G), (times(number(0), N.X), N.D))),
        times(determinant(N.A), determinant(N.D)),
        determinant(block((N.A, N.G), (N.X, N.D))),
    ),
    "block inverse": lambda N: (
        inverse(block((I, N.G), (times(number(0), N.X), identity("m")))),
        block((I, negative(N.G)), (times(number(0), N.X), identity("m"))),
        block((I, N.G), (times(number(0), N.X), identity("m"))),
    ),
    "block product": lambda N: (
        times(transposed(block((N.A,), (N.X,))), block((N.B,), (N.X,))),
        add(times(transposed(N.A), N.B), times(transposed(N.X), N.X)),
        add(times(N.A, N.B), times(transposed(N.X), N.X)),
    ),
    "softmax": lambda N: (
        softmax(N.x),
        over(elementwise("exp", N.x), times(ones(1, "n"), elementwise("exp", N.x))),
        elementwise("sigmoid", N.x),
    ),
    "softmax of a shifted vector": lambda N: (
        softmax(add(N.x, times(N.c, ones("n")))),
        softmax(N.x),
        softmax(times(N.c, N.x)),
    ),
    "softmax jacobian": lambda N: (
        jacobian(softmax(N.x), N.x),
        softmax_jacobian(softmax(N.x)),
        Diagonal(arg=softmax(N.x), shape=("n", "n")),
    ),
    "cross entropy": lambda N: (
        gradient(negative(times(transposed(N.y), elementwise("log", softmax(N.x)))), N.x),
        minus(times(times(ones(1, "n"), N.y), softmax(N.x)), N.y),
        minus(softmax(N.x), N.y),
    ),
    "positive part": lambda N: (
        elementwise("relu", N.x),
        times(number(Fraction(1, 2)), add(N.x, absolute(N.x))),
        N.x,
    ),
    "derivative of the positive part": lambda N: (
        jacobian(elementwise("relu", N.x), N.x),
        Diagonal(
            arg=times(number(Fraction(1, 2)), add(ones("n"), elementwise("sign", N.x))), shape=("n", "n")
        ),
        I,
    ),
    "derivative of |x|": lambda N: (
        gradient(times(ones(1, "n"), absolute(N.x)), N.x),
        elementwise("sign", N.x),
        over(N.x, absolute(add(N.x, N.x))),
    ),
    "root of a square": lambda N: (power(power(N.c, 2), Fraction(1, 2)), absolute(N.c), N.c),
    "inverse of an orthogonal matrix": lambda N: (inverse(N.Q), transposed(N.Q), N.Q),
    "square of an orthogonal determinant": lambda N: (power(determinant(N.Q), 2), number(1), determinant(N.Q)),
    "inverse of a symmetric matrix": lambda N: (transposed(inverse(N.S)), inverse(N.S), N.S),
    "square root": lambda N: (times(elementwise("sqrt", N.e), elementwise("sqrt", N.e)), N.e, elementwise("sqrt", N.e)),
    "arctan": lambda N: (
        entrywise(elementwise("arctan", N.c), N.c),
        power(add(number(1), power(N.c, 2)), -1),
        power(add(number(1), N.c), -1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE_AND_FALSE)
def test_a_law_agrees_and_its_false_twin_is_refuted(name: str) -> None:
    names = Names()
    lhs, good, bad = TRUE_AND_FALSE[name](names)
    found = search(lhs, good, names.context, reach=3)
    assert found.counterexample is None
    assert any(set(sizes.values()) - {1} for sizes in found.agreed) or found.agreed == ({},)
    assert confirm(lhs, good, names.context).agreed
    assert search(lhs, bad, names.context, reach=3).counterexample is not None
    assert confirm(lhs, bad, names.context).counterexample is not None


BELOW: dict[str, tuple[int, Callable[[Names], tuple[Expr, Expr]]]] = {
    "Cayley–Hamilton of 2×2": (
        1,
        lambda N: (add(squared(N.A), times(determinant(N.A), I)), times(trace(N.A), N.A)),
    ),
    "Cayley–Hamilton of 2×2 but for 1×1": (
        3,
        lambda N: (
            times(above_one(), add(squared(N.A), times(determinant(N.A), I))),
            times(above_one(), trace(N.A), N.A),
        ),
    ),
    "third elementary symmetric polynomial": (
        3,
        lambda N: (
            add(power(trace(N.A), 3), times(number(2), trace(times(N.A, N.A, N.A)))),
            times(number(3), trace(N.A), trace(squared(N.A))),
        ),
    ),
    "determinant of 2×2 by traces": (
        1,
        lambda N: (times(number(2), determinant(N.A)), minus(power(trace(N.A), 2), trace(squared(N.A)))),
    ),
    "adjugate of 2×2": (
        1,
        lambda N: (times(determinant(N.A), inverse(N.A)), minus(times(trace(N.A), I), N.A)),
    ),
    "determinant of a sum": (2, lambda N: (determinant(add(N.A, N.B)), add(determinant(N.A), determinant(N.B)))),
    "sums of inverses": (1, lambda N: (inverse(add(N.A, N.B)), add(inverse(N.A), inverse(N.B)))),
    "inverses that commute": (2, lambda N: (times(inverse(N.A), N.B), times(N.B, inverse(N.A)))),
    "Kronecker products that commute": (2, lambda N: (kronecker(N.A, N.B), kronecker(N.B, N.A))),
    "vec of a transpose": (2, lambda N: (vec(N.A), vec(transposed(N.A)))),
    "determinant of blocks": (
        2,
        lambda N: (determinant(block((N.A, N.B), (N.C, N.S))), determinant(minus(times(N.A, N.S), times(N.B, N.C)))),
    ),
    "softmax of two": (
        3,
        lambda N: (
            minus(number(1), times(transposed(softmax(N.x)), softmax(N.x))),
            times(number(2), first(softmax(N.x)), minus(number(1), first(softmax(N.x)))),
        ),
    ),
    "orthogonal matrices that commute": (2, lambda N: (times(N.Q, N.R), times(N.R, N.Q))),
    "definite matrices whose product is symmetric": (
        2,
        lambda N: (times(N.P, N.S), times(N.S, N.P)),
    ),
    "determinant of an orthogonal matrix": (1, lambda N: (determinant(N.Q), number(1))),
    "a definite matrix above I": (1, lambda N: (absolute(log_det(N.P)), log_det(N.P))),
    "a trace above that of I": (
        1,
        lambda N: (absolute(minus(trace(N.P), dimension("n"))), minus(trace(N.P), dimension("n"))),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BELOW)
def test_what_holds_at_small_sizes_only_is_refuted_at_the_least_that_tells(name: str) -> None:
    least, claim = BELOW[name]
    names = Names()
    lhs, rhs = claim(names)
    shown = search(lhs, rhs, names.context).counterexample
    assert shown is not None and shown.sizes == {"n": least}


ONE_SIDED: dict[str, Callable[[Names], tuple[Expr, Expr]]] = {
    "absolute value": lambda N: (absolute(N.c), N.c),
    "absolute value of a negative": lambda N: (absolute(N.c), negative(N.c)),
    "positive part": lambda N: (elementwise("relu", N.c), N.c),
    "positive part of a negative": lambda N: (elementwise("relu", N.c), number(0)),
    "sign": lambda N: (elementwise("sign", N.c), number(1)),
    "two signs": lambda N: (absolute(times(N.c, N.d)), times(N.c, absolute(N.d))),
    "logarithm above 1": lambda N: (absolute(elementwise("log", N.e)), elementwise("log", N.e)),
    "logarithm below 1": lambda N: (absolute(elementwise("log", N.e)), negative(elementwise("log", N.e))),
}


@pytest.mark.parametrize("name", ONE_SIDED)
@pytest.mark.parametrize("seed", range(5))
def test_what_holds_on_one_side_only_is_refuted_whatever_the_seed(name: str, seed: int) -> None:
    names = Names()
    lhs, rhs = ONE_SIDED[name](names)
    assert search(lhs, rhs, names.context, seed=seed).counterexample is not None
    assert search(lhs, lhs, names.context, seed=seed).agreed == ({},)


def test_singular_matrices_and_kinks_are_never_an_agreement() -> None:
    N = Names()
    singular = times(N.x, transposed(N.x))
    zero = minus(N.x, N.x)
    never: list[tuple[Expr, list[dict[str, int]]]] = [
        (inverse(minus(N.A, N.A)), []),
        (log_det(negative(times(N.c, N.c, I))), [{"n": 2}, {"n": 4}]),
        (jacobian(absolute(hadamard(zero, N.x)), N.x), []),
        (jacobian(elementwise("relu", zero), N.x), []),
        (inverse(singular), [{"n": 1}]),
    ]
    for e, defined in never:
        found = search(e, e, N.context)
        assert found.counterexample is None and sorted(found.agreed, key=str) == defined and found.undefined


def test_a_determinant_has_a_derivative_at_a_singular_matrix() -> None:
    """∂ det(A xxᵀ)/∂A = 0 for n ≥ 3, and not for n ≤ 2: the inverse has no value there."""
    N = Names()
    e = gradient(determinant(add(times(N.x, transposed(N.x)), times(N.c, N.A))), N.c)
    at_zero = gradient(determinant(times(N.A, N.x, transposed(N.x))), N.A)
    assert search(at_zero, at_zero, N.context).undefined == ()
    assert search(e, e, N.context).undefined == ()
    assert search(at_zero, times(number(0), N.A), N.context).counterexample is not None


def test_sizes_of_products_and_sums() -> None:
    sizes = {"n": 2, "m": 3}
    assert size_of(DimProduct(("n", "m", 2)), sizes) == 12 and size_of(DimSum(("n", "m", 1)), sizes) == 6
    assert list(names_in(DimProduct(("n", 4, "m")))) == ["n", "m"] and list(names_in(5)) == []


def test_free_indices_run_over_products_and_dimensions_are_found_in_them() -> None:
    N = Names()
    k = IndexVar("k", DimProduct(("n", "m")))
    assert [v["k"] for v in index_values((k,), {"n": 2, "m": 3}, 27)] == [1, 2, 3, 4, 5, 6]
    lhs, rhs = entry(vec(N.X), k), entry(vec(transposed(N.G)), k)
    shown = search(lhs, rhs, N.context, (k,)).counterexample
    assert shown is not None and shown.sizes == {"n": 1, "m": 1}
    define(N.context, "K", kronecker(N.A, N.D))
    shown = search(reference(N.context, "K"), kronecker(N.A, transposed(N.D)), N.context).counterexample
    assert shown is not None and shown.sizes == {"n": 1, "m": 2} and len(shown.left) == 2


def test_a_product_of_matrices_whose_size_is_a_product_in_either_order_is_read() -> None:
    """The n·m columns of one factor are the m·n rows of the next."""
    N = Names()
    left, right = kronecker(N.A, N.D), vec(N.G)
    assert left.shape[1] != right.shape[0]
    assert search(times(left, right), times(number(2), left, right), N.context).counterexample is not None
    assert search(times(left, right), times(left, right), N.context).undefined == ()


def test_derivatives_by_another_name_of_a_transpose_are_laid_out_as_that_name() -> None:
    """T := Xᵀ: ∇_T tr(T X) counts by the entries of T."""
    N = Names()
    define(N.context, "T", transposed(N.X))
    t = reference(N.context, "T")
    by = gradient(trace(times(N.D, N.X, N.G)), t, gradient(trace(N.D), N.X).target)
    assert search(by, times(N.G, N.D), N.context).counterexample is None
    assert search(by, times(number(2), N.G, N.D), N.context).counterexample is not None
