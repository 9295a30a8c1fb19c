r"""Named theorems with random parts, and traps: equations that hold at small sizes only.

A scheme gives both sides.  Rewriting alone would hardly meet Woodbury's identity, a Kronecker product in a quadratic
form, or e₄(A) = 0, which is true for n ≤ 3.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

from tests.campaign import trees as t
from tests.campaign.growing import Grower
from tests.campaign.trees import Node, add, hadamard, minus, mul, quotient, transpose
from tests.campaign.worlds import POSITIVE, World

Sides = tuple[Node, Node]
Scheme = Callable[[Grower], Sides]


def _names(g: Grower, letters: str) -> list[Node]:
    return [g.world.named(letter) for letter in letters]


def _any(g: Grower, shape: t.Shape, size: int = 2) -> Node:
    return g.grow(shape, g.random.randint(1, size))


def _woodbury(g: Grower) -> Sides:
    """(P + Cᵀ C / c)⁻¹ = P⁻¹ − P⁻¹Cᵀ (c I + C P⁻¹ Cᵀ)⁻¹ C P⁻¹"""
    P, C = _names(g, "PC")
    c = g.world.named(g.random.choice(POSITIVE))
    left = t.inverse(add(P, quotient(mul(transpose(C), C), c)))
    inner = t.inverse(add(mul(c, t.identity("m")), mul(C, t.inverse(P), transpose(C))))
    return left, add(t.inverse(P), minus(mul(t.inverse(P), transpose(C), inner, C, t.inverse(P))))


def _push_through(g: Grower) -> Sides:
    C = g.world.named(g.random.choice("CD"))
    c = g.world.named(g.random.choice(POSITIVE))
    left = mul(C, t.inverse(add(mul(c, t.identity("n")), mul(transpose(C), C))))
    return left, mul(t.inverse(add(mul(c, t.identity("m")), mul(C, transpose(C)))), C)


def _determinant_lemma(g: Grower) -> Sides:
    P, x, y = _names(g, "Pxy")
    left = t.scalar_of("determinant", add(P, mul(x, transpose(y))))
    return left, mul(t.scalar_of("determinant", P), add(t.ONE, mul(transpose(y), t.inverse(P), x)))


def _resolvent(g: Grower) -> Sides:
    M, N = _names(g, "MN")
    left = add(t.inverse(M), minus(t.inverse(N)))
    return left, mul(t.inverse(M), add(N, minus(M)), t.inverse(N))


def _vec_of_product(g: Grower) -> Sides:
    a, x, b = _any(g, ("m", "n")), _any(g, ("n", "n")), _any(g, ("n", "p"))
    return t.vec(Node("mul", ("m", "p"), (a, x, b))), mul(t.kronecker(transpose(b), a), t.vec(x))


def _mixed_product(g: Grower) -> Sides:
    a, b, c, d = (_any(g, shape) for shape in (("m", "n"), ("n", "p"), ("n", "n"), ("p", "n")))
    left = mul(t.kronecker(a, b), t.kronecker(c, d))
    return left, t.kronecker(mul(a, c), mul(b, d))


def _kronecker_form(g: Grower) -> Sides:
    a, b, x = _any(g, ("n", "n")), _any(g, ("m", "m")), g.world.named(g.random.choice("CD"))
    return mul(transpose(t.vec(x)), t.kronecker(a, b), t.vec(x)), t.trace(mul(transpose(x), b, x, transpose(a)))


def _kronecker_trace(g: Grower) -> Sides:
    a, b = _any(g, ("n", "n")), _any(g, ("m", "m"))
    return t.trace(t.kronecker(a, b)), mul(t.trace(a), t.trace(b))


def _kronecker_inverse(g: Grower) -> Sides:
    M, P = _names(g, "MP")
    return t.inverse(t.kronecker(M, P)), t.kronecker(t.inverse(M), t.inverse(P))


def _vec_inner(g: Grower) -> Sides:
    a, b = _any(g, ("m", "n")), _any(g, ("m", "n"))
    return mul(transpose(t.vec(a)), t.vec(b)), t.trace(mul(transpose(a), b))


def _block_vector(g: Grower) -> Sides:
    a, b, c, d = (_any(g, shape) for shape in (("n", "n"), ("n", "m"), ("m", "n"), ("m", "m")))
    x, y = _any(g, ("n", "1")), _any(g, ("m", "1"))
    left = mul(t.block(2, a, b, c, d), t.block(1, x, y))
    return left, t.block(1, add(mul(a, x), mul(b, y)), add(mul(c, x), mul(d, y)))


def _block_product(g: Grower) -> Sides:
    a, b, c = _any(g, ("n", "n")), _any(g, ("n", "n")), _any(g, ("n", "p"))
    left = mul(t.block(2, a, b), t.block(1, c, g.world.named("E")))
    return left, add(mul(a, c), mul(b, g.world.named("E")))


def _block_trace(g: Grower) -> Sides:
    a, b, c, d = (_any(g, shape) for shape in (("n", "n"), ("n", "m"), ("m", "n"), ("m", "m")))
    return t.trace(t.block(2, a, b, c, d)), add(t.trace(a), t.trace(d))


def _block_transpose(g: Grower) -> Sides:
    a, b, c, d = (_any(g, shape) for shape in (("n", "n"), ("n", "m"), ("m", "n"), ("m", "m")))
    return transpose(t.block(2, a, b, c, d)), t.block(2, *map(transpose, (a, c, b, d)))


def _gram(g: Grower) -> Sides:
    """Σ_t d_t d_tᵀ = DᵀD, with the family d"""
    member = t.reference("d", ("n", "1"), ("t",))
    D = g.world.named("D")
    return t.sum_over("t", "m", mul(member, transpose(member))), mul(transpose(D), D)


def _chained(g: Grower) -> Sides:
    """∂g(w)/∂x = ∂g(w)/∂w ∂w/∂x, of any function of w = Cx + u"""
    w, x = t.reference("w", ("m", "1")), g.world.named("x")
    body = g.random.choice(
        [
            t.apply("g", t.SCALAR, w),
            mul(t.apply("g", t.SCALAR, w), mul(transpose(_any(g, ("m", "1"), 1)), w)),
            t.function("exp", t.apply("g", t.SCALAR, w)),
            t.unknown("phi", 0, w),
            hadamard(w, w),
        ]
    )
    return t.jacobian(body, x), mul(t.jacobian(body, w), t.jacobian(w, x))


def _entry_by_entry(g: Grower) -> Sides:
    """∂(A X B)_ij / ∂X_kl = A_ik B_lj"""
    A, C, E = _names(g, "ACE")
    body = t.entry(mul(C, A, E), "i", "j")
    return t.slope(body, A, "k", "l"), mul(t.entry(C, "i", "k"), t.entry(E, "l", "j"))


def _least_squares(g: Grower) -> Sides:
    C, u, x = _names(g, "Cux")
    misfit = add(mul(C, x), minus(u))
    return t.gradient(t.power(t.scalar_of("norm", misfit), 2), x), mul(t.TWO, transpose(C), misfit)


def _power_trace(g: Grower) -> Sides:
    """tr((AB)^r) = tr((BA)^r)"""
    A, B = _names(g, "AB")
    r = g.random.choice([2, 3, "r"])
    return t.trace(t.matrix_power(mul(A, B), r)), t.trace(t.matrix_power(mul(B, A), r))


def _conjugated_power(g: Grower) -> Sides:
    M, A = _names(g, "MA")
    r = g.random.choice([2, "r"])
    inner = t.matrix_power(mul(M, A, t.inverse(M)), r)
    return inner, mul(M, t.matrix_power(A, r), t.inverse(M))


def _log_determinant(g: Grower) -> Sides:
    P, M = _names(g, "PM")
    left = t.scalar_of("log determinant", mul(transpose(M), P, M))
    return left, add(t.scalar_of("log determinant", P), t.function("log", t.power(t.scalar_of("determinant", M), 2)))


def _differential(g: Grower) -> Sides:
    """d e of a random e, both ways"""
    variable = g.world.named(g.random.choice("xyABC"))
    body: Node | None = None
    while body is None:
        shape = g.random.choice([t.SCALAR, ("n", "1"), ("n", "n"), ("m", "n")])
        body = g.with_variable(variable, shape, g.random.randint(2, 6))
    found = t.differential(body, variable)
    return found, found


def _quadratic_mean(g: Grower) -> Sides:
    """𝔼[xᵀ A x] = tr(A cov x) + 𝔼[x]ᵀ A 𝔼[x]"""
    x, A = g.world.named("x"), _any(g, ("n", "n"), 1)
    mean = t.mean(x)
    left = t.mean(mul(transpose(x), A, x))
    return left, add(t.trace(mul(A, t.covariance(x))), mul(transpose(mean), A, mean))


def _moved_covariance(g: Grower) -> Sides:
    x, C = g.world.named("x"), g.world.named("C")
    return t.covariance(mul(C, x)), mul(C, t.covariance(x), transpose(C))


SCHEMES: dict[str, Scheme] = {
    "Woodbury": _woodbury, "push through": _push_through, "determinant lemma": _determinant_lemma,
    "resolvent": _resolvent, "vec of a product": _vec_of_product, "mixed product": _mixed_product,
    "Kronecker quadratic form": _kronecker_form, "Kronecker trace": _kronecker_trace,
    "Kronecker inverse": _kronecker_inverse, "vec inner": _vec_inner, "block times vector": _block_vector,
    "block product": _block_product, "block trace": _block_trace, "block transpose": _block_transpose,
    "Gram matrix of a family": _gram, "chain rule": _chained, "derivative of entries": _entry_by_entry,
    "least squares": _least_squares, "trace of a power": _power_trace, "conjugated power": _conjugated_power,
    "log det": _log_determinant, "differential": _differential,
}  # fmt: skip

MEANS_SCHEMES: dict[str, Scheme] = {
    "mean of a quadratic form": _quadratic_mean, "covariance of a map": _moved_covariance,
}  # fmt: skip


# Traps ------------------------------------------------------------------------------------------------------


def elementary(A: Node, k: int) -> Node:
    """e_k(A) by Newton's identities from the traces of powers: 0 for every n < k, and only then."""
    powers = [t.trace(A if j == 1 else t.matrix_power(A, j)) for j in range(1, k + 1)]
    found: list[Node] = [t.ONE]
    for j in range(1, k + 1):
        terms = [mul(t.number((-1) ** (i - 1)), found[j - i], powers[i - 1]) for i in range(1, j + 1)]
        found.append(_expanded(mul(t.number(Fraction(1, j)), add(*terms))))
    return found[k]


def _expanded(e: Node) -> Node:
    """A scalar polynomial multiplied out."""
    if e.kind == "add":
        return add(*map(_expanded, e.parts))
    sums = [k for k, f in enumerate(e.parts) if f.kind == "add"] if e.kind == "mul" else []
    if not sums:
        return e
    k = sums[0]
    return add(*(_expanded(mul(*e.parts[:k], term, *e.parts[k + 1 :])) for term in e.parts[k].parts))


def _some_square(g: Grower) -> Node:
    A, B, S, P = _names(g, "ABSP")
    return g.random.choice([A, B, S, P, mul(A, B), add(A, B), hadamard(A, B)])


def _newton(g: Grower) -> Sides:
    return elementary(_some_square(g), g.random.choice([2, 3, 3, 4, 5])), t.number(0)


def _cayley(g: Grower) -> Sides:
    A = _some_square(g)
    square = t.matrix_power(A, 2)
    return add(square, minus(mul(t.trace(A), A)), mul(t.scalar_of("determinant", A), t.identity("n"))), t.zero(A.shape)


def _cayley_by_traces(g: Grower) -> Sides:
    """A³ − e₁A² + e₂A − e₃I = 0, for n ≤ 3 only"""
    A = g.world.named(g.random.choice("ABS"))
    k = g.random.choice([2, 3])
    terms = [mul(t.number((-1) ** j), elementary(A, j), _power(A, k - j)) for j in range(k + 1)]
    return add(*terms), t.zero(A.shape)


def _power(A: Node, k: int) -> Node:
    return t.identity("n") if k == 0 else A if k == 1 else t.matrix_power(A, k)


def _standard(g: Grower) -> Sides:
    """Amitsur and Levitzki: Σ sign(σ) Aσ₁Aσ₂Aσ₃Aσ₄ = 0 for n ≤ 2 only"""
    four = _names(g, "ABSM")
    terms = []
    for order in permutations(range(4)):
        sign = (-1) ** sum(order[i] > order[j] for i in range(4) for j in range(i + 1, 4))
        terms.append(mul(t.number(sign), *(four[k] for k in order)))
    return add(*terms), t.zero(("n", "n"))


def _hall(g: Grower) -> Sides:
    """[[A, B]², S] = 0 for n ≤ 2 only"""
    A, B, S = _names(g, "ABS")
    square = t.matrix_power(add(mul(A, B), minus(mul(B, A))), 2)
    return mul(square, S), mul(S, square)


def _multiplicative(g: Grower) -> Sides:
    A, B = _some_square(g), _some_square(g)
    return g.random.choice(
        [
            (t.trace(mul(A, B)), mul(t.trace(A), t.trace(B))),
            (mul(A, B), mul(B, A)) if A != B else (mul(A, B), hadamard(A, B)),
            (mul(A, B), hadamard(A, B)),
            (t.scalar_of("determinant", add(A, B)), add(*(t.scalar_of("determinant", M) for M in (A, B)))),
            (A, mul(t.trace(A), t.identity("n"))),
        ]
    )


def _cauchy(g: Grower) -> Sides:
    x, y = _names(g, "xy")
    return t.power(mul(transpose(x), y), 2), mul(mul(transpose(x), x), mul(transpose(y), y))


def _parity(g: Grower) -> Sides:
    """det(−A) = −det A for odd n only"""
    A = g.world.named(g.random.choice("ABMP"))
    return t.scalar_of("determinant", minus(A)), minus(t.scalar_of("determinant", A))


def _gram_determinant(g: Grower) -> Sides:
    """det(x xᵀ + y yᵀ) = 0 for n ≥ 3 only"""
    x, y = _names(g, "xy")
    return t.scalar_of("determinant", add(mul(x, transpose(x)), mul(y, transpose(y)))), t.number(0)


def _equal_sizes(g: Grower) -> Sides:
    A, C = _names(g, "AC")
    return g.random.choice(
        [
            (mul(t.size("n"), t.trace(A)), mul(t.size("m"), t.trace(A))),
            (t.trace(mul(C, transpose(C))), quotient(mul(t.size("n"), t.trace(mul(transpose(C), C))), t.size("m"))),
            (t.sum_over("i", "n", t.sum_over("j", "m", t.ONE)), t.power(t.size("n"), 2)),
        ]
    )


def _triple(g: Grower) -> Sides:
    """Σ_ijk (antisymmetric) = 0 for n ≤ 2 only"""
    A = g.world.named(g.random.choice("ABS"))
    letters = "ijk"
    terms = []
    for order in permutations(range(3)):
        sign = (-1) ** sum(order[i] > order[j] for i in range(3) for j in range(i + 1, 3))
        entries = [t.entry(A, letters[k], letters[order[k]]) for k in range(3)]
        terms.append(mul(t.number(sign), *entries))
    body = add(*terms)
    return t.sum_over("i", "n", t.sum_over("j", "n", t.sum_over("k", "n", body))), t.number(0)


TRAPS: dict[str, Scheme] = {
    "e_k(A) = 0": _newton, "Cayley and Hamilton for n = 2": _cayley, "Cayley and Hamilton by traces": _cayley_by_traces,
    "standard polynomial": _standard, "Hall": _hall, "multiplicative": _multiplicative, "Cauchy": _cauchy,
    "parity": _parity, "Gram determinant": _gram_determinant, "n = m": _equal_sizes, "triple": _triple,
}  # fmt: skip


def scheme_of(world: World, grower: Grower) -> tuple[str, Sides]:
    """A random scheme of a world."""
    table = MEANS_SCHEMES if world.random else SCHEMES
    name = grower.random.choice(list(table))
    return name, table[name](grower)
