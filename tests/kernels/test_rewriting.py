"""Every rewriting of kernels is proved by the core, and what it is near to is not.

Left, the constructors of `rewriting` have made an expression; right, it stands as it was written, in nodes that nothing
rewrites.  Both are turned to sums over opaque tensors, and the core decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from random import Random
from typing import TypeAlias

import pytest

from symbn.core.differentiation import Variable, differentiate
from symbn.core.equality import Proof, Residual, decide
from symbn.core.heads import tensor
from symbn.core.ring import Coefficient
from symbn.core.terms import Index, SumOfProducts
from symbn.expr.context import Context, SymbolDeclaration
from symbn.expr.indexing import Indexing
from symbn.kernels import derivatives
from symbn.kernels.derivatives import DERIVATIVES, differentiated
from symbn.kernels.ir import (
    Add,
    Array,
    Axis,
    Centre,
    Centring,
    Delta,
    Entry,
    Map,
    Mul,
    Node,
    Pow,
    Scalar,
    Softmax,
    Sum,
    factors_of,
    pattern,
    walk,
)
from symbn.kernels.program import Product, Scheduler, entries_of
from symbn.kernels.proof import Denotation
from symbn.kernels.rewriting import Rewriting

SHAPES: dict[str, tuple[str, ...]] = {
    "A": ("n", "p"), "B": ("n", "p"), "C": ("p", "m"), "D": ("m", "n"), "M": ("n", "n"), "N": ("n", "n"),
    "u": ("n",), "v": ("n",), "x": ("p",), "y": ("p",), "t": (),
}  # fmt: skip
ARRAYS = {name: Array(name, dims) for name, dims in SHAPES.items()}


def a_denotation() -> Denotation:
    """Opaque tensors, and scalars a, and e > 0."""
    context = Context(dimensions={"n": 1, "p": 1, "m": 1})
    context.symbols["a"] = SymbolDeclaration("a", (1, 1))
    context.symbols["e"] = SymbolDeclaration("e", (1, 1), "positive")
    for name, dims in SHAPES.items():
        if dims:
            context.symbols[name] = SymbolDeclaration(name, (dims[0], dims[1] if len(dims) > 1 else 1))
    indexing = Indexing(context)
    return Denotation(indexing, {array: partial(tensor, indexing.ring, name) for name, array in ARRAYS.items()})


DENOTATION = a_denotation()
RING = DENOTATION.ring
THEORY = DENOTATION.indexing.theory
W = Rewriting(RING)

r, s, k = Index("r", "n"), Index("s", "n"), Index("k", "n")
c, d, q = Index("c", "p"), Index("d", "p"), Index("q", "p")
e, f = Index("e", "m"), Index("f", "m")
FIRST, LAST = Index("=1", "n"), Index("=n", "n")
FIRST_COLUMN = Index("=1", "p")

n, p = RING.variable("n"), RING.variable("p")


def at(name: str, *places: Axis) -> Node:
    return Entry(array=ARRAYS[name], places=places)


def num(value: int | Fraction | Coefficient) -> Node:
    return Scalar(value=value if isinstance(value, Coefficient) else RING.rational(value))


def plus(*terms: Node) -> Node:
    return Add(terms=terms)


def times(*factors: Node) -> Node:
    return Mul(factors=factors)


def minus(a: Node, b: Node) -> Node:
    return plus(a, times(num(-1), b))


def total(over: Axis | tuple[Axis, ...], body: Node) -> Node:
    return Sum(over=(over,) if isinstance(over, Index) else over, body=body)


def share(axis: Axis, body: Node) -> Node:
    """The mean, written out."""
    return times(num(W.size(axis).inverse()), total(axis, body))


def centred(axis: Axis, moved: Axis, name: str, *places: Axis) -> Node:
    """name[places] − its mean along `axis`, written out; `moved` is the name of the sum's own axis."""
    inside = tuple(moved if place == axis else place for place in places)
    return minus(at(name, *places), share(moved, at(name, *inside)))


def J(a: Axis, b: Axis) -> Node:
    """δ − 1/n, written out."""
    return minus(Delta(first=a, second=b), num(W.size(a).inverse()))


def sum_of(node: Node) -> SumOfProducts:
    return DENOTATION.to_sum(node)


def is_proved(made: Node, written: Node) -> bool:
    return isinstance(decide(sum_of(made), sum_of(written), THEORY), Proof)


@dataclass(frozen=True)
class Rule:
    """What the constructors make, what it stands for, and what it is near to and is not."""

    made: Node
    written: Node
    false: tuple[Node, ...]


def weighed(moved: Axis, e: Node, other: Node) -> Node:
    """exp e / Σ exp other, softmax written out; `other` is e at `moved`, the name of the sum's own axis."""
    over = total(moved, Map(function="exp", arg=other))
    return times(Map(function="exp", arg=e), Pow(base=over, exponent=RING.rational(-1)))


A_rc, B_rc, u_r, v_r = at("A", r, c), at("B", r, c), at("u", r), at("v", r)
A_kc, B_kc, u_k, v_k, x_c = at("A", k, c), at("B", k, c), at("u", k), at("v", k), at("x", c)
outer = plus(times(at("u", k), at("x", c)), times(at("v", k), at("y", c)))

RULES: dict[str, Rule] = {
    "δ applied to a matrix": Rule(
        W.total((k,), W.mul([W.delta(r, k), A_kc])),
        total(k, times(Delta(first=r, second=k), A_kc)),
        (total(k, A_kc), at("A", s, c), times(num(n), A_rc)),
    ),
    "diag(u) A": Rule(
        W.total((k,), W.mul([W.mul([W.delta(r, k), u_r]), A_kc])),
        total(k, times(Delta(first=r, second=k), u_r, A_kc)),
        (times(x_c, A_rc), A_rc),
    ),
    "A diag(x)": Rule(
        W.total((d,), W.mul([at("A", r, d), W.delta(d, c), at("x", d)])),
        total(d, times(at("A", r, d), Delta(first=d, second=c), at("x", d))),
        (times(u_r, A_rc), times(x_c, x_c, A_rc)),
    ),
    "diag(AᵀB)": Rule(
        W.total((d,), W.mul([W.delta(c, d), W.total((k,), W.mul([A_kc, at("B", k, d)]))])),
        total(d, times(Delta(first=c, second=d), total(k, times(A_kc, at("B", k, d))))),
        (total(d, total(k, times(A_kc, at("B", k, d)))), total(k, times(A_kc, A_kc))),
    ),
    "δ at a fixed position": Rule(
        W.total((k,), W.mul([W.delta(k, FIRST), A_kc])),
        total(k, times(Delta(first=k, second=FIRST), A_kc)),
        (at("A", LAST, c), total(k, A_kc)),
    ),
    "δ of both axes summed": Rule(
        W.total((r, s), W.mul([W.delta(r, s), at("M", r, s)])),
        total((r, s), times(Delta(first=r, second=s), at("M", r, s))),
        (total((r, s), at("M", r, s)), total(r, times(at("M", r, r), at("M", r, r)))),
    ),
    "unused": Rule(W.total((k,), u_r), times(num(n), u_r), (u_r, times(num(p), u_r))),
    "unused beside used": Rule(
        W.total((k, q), u_k), total(k, times(num(p), u_k)), (total(k, u_k), times(num(n * p), u_r))
    ),
    "outside": Rule(
        W.total((k,), W.mul([x_c, u_k, v_k])),
        total(k, times(x_c, u_k, v_k)),
        (total(k, times(u_k, v_k)), times(x_c, total(k, u_k), total(k, v_k))),
    ),
    "apart": Rule(
        W.total((k, q), W.mul([u_k, at("x", q)])),
        total((k, q), times(u_k, at("x", q))),
        (times(num(n), total(q, at("x", q))), times(total(k, times(u_k, u_k)), total(q, at("x", q)))),
    ),
    "spread over δ": Rule(
        W.total((k,), W.mul([W.add([W.delta(r, k), at("M", r, k)]), A_kc])),
        total(k, times(plus(Delta(first=r, second=k), at("M", r, k)), A_kc)),
        (total(k, times(at("M", r, k), A_kc)), plus(A_rc, times(num(2), total(k, times(at("M", r, k), A_kc))))),
    ),
    "spread over outer products": Rule(
        W.total((k,), W.mul([W.add([W.mul([u_k, x_c]), W.mul([v_k, at("y", c)])]), at("M", r, k)])),
        total(k, times(outer, at("M", r, k))),
        (times(x_c, total(k, times(at("M", r, k), u_k))), total(k, times(outer, at("M", k, r)))),
    ),
    "a sum of terms, one without the axis": Rule(
        W.total((k,), W.add([u_k, at("t")])), total(k, plus(u_k, at("t"))), (plus(total(k, u_k), at("t")),)
    ),
    "chain": Rule(
        W.total((c,), W.mul([W.total((k,), W.mul([at("M", r, k), A_kc])), at("C", c, e)])),
        total(c, times(total(k, times(at("M", r, k), A_kc)), at("C", c, e))),
        (total((k, c), times(at("M", k, r), A_kc, at("C", c, e))), total(c, times(A_rc, at("C", c, e)))),
    ),
    "J": Rule(
        W.add([W.delta(r, k), num(-n.inverse())]),
        minus(Delta(first=r, second=k), num(n.inverse())),
        (Delta(first=r, second=k), minus(Delta(first=r, second=k), num(1)), J(r, s)),
    ),
    "twice J": Rule(
        W.add([W.mul([num(2), W.delta(r, k)]), num(RING.rational(-2) / n)]),
        times(num(2), J(r, k)),
        (J(r, k), minus(times(num(2), Delta(first=r, second=k)), num(n.inverse()))),
    ),
    "no J: the share of another size": Rule(
        W.add([W.delta(r, k), num(-p.inverse())]), minus(Delta(first=r, second=k), num(p.inverse())), (J(r, k),)
    ),
    "J A": Rule(
        W.total((k,), W.mul([W.add([W.delta(r, k), num(-n.inverse())]), A_kc])),
        total(k, times(J(r, k), A_kc)),
        (A_rc, minus(A_rc, total(k, A_kc)), minus(A_rc, share(q, at("A", r, q))), centred(s, k, "A", s, c)),
    ),
    "A J of the columns": Rule(
        W.total((q,), W.mul([at("A", r, q), Centring(first=q, second=c)])),
        total(q, times(at("A", r, q), J(q, c))),
        (centred(r, k, "A", r, c), A_rc),
    ),
    "J diag(u)": Rule(
        W.total((k,), W.mul([Centring(first=r, second=k), W.mul([W.delta(k, s), at("u", s)])])),
        total(k, times(J(r, k), Delta(first=k, second=s), at("u", s))),
        (times(J(r, s), u_r), Delta(first=r, second=s)),
    ),
    "J applied where both its axes are summed": Rule(
        W.total((r, k), W.mul([u_r, Centring(first=r, second=k), v_k])),
        total((r, k), times(u_r, J(r, k), v_k)),
        (total(r, times(u_r, v_r)), times(total(r, u_r), total(k, v_k))),
    ),
    "tr J M": Rule(
        W.total((r, k), W.mul([Centring(first=r, second=k), at("M", k, r)])),
        total((r, k), times(J(r, k), at("M", k, r))),
        (total(r, at("M", r, r)), total((r, k), at("M", r, k))),
    ),
    "J J": Rule(
        W.total((k,), W.mul([Centring(first=r, second=k), Centring(first=k, second=s)])),
        J(r, s),
        (Delta(first=r, second=s), times(num(n), J(r, s))),
    ),
    "a row of J summed": Rule(W.total((k,), Centring(first=r, second=k)), total(k, J(r, k)), (num(1), u_r)),
    "a diagonal entry of J": Rule(
        W.rename(Centring(first=r, second=k), {k: r}), J(r, r), (num(1), num(n - RING.one), num(n.inverse()))
    ),
    "a corner of J": Rule(
        W.rename(Centring(first=r, second=k), {r: FIRST, k: FIRST}), J(FIRST, FIRST), (num(-n.inverse()), num(1))
    ),
    "an entry of J at two positions": Rule(
        W.rename(Centring(first=r, second=k), {r: FIRST, k: LAST}),
        minus(Delta(first=FIRST, second=LAST), num(n.inverse())),
        (num(-n.inverse()), J(FIRST, FIRST)),
    ),
    "centre": Rule(
        W.add([A_rc, W.mul([num(-n.inverse()), W.total((k,), A_kc)])]),
        centred(r, k, "A", r, c),
        (A_rc, minus(A_rc, total(k, A_kc)), minus(A_rc, share(k, B_kc)), minus(A_rc, share(q, at("A", r, q)))),
    ),
    "centre of a multiple": Rule(
        W.add([W.mul([num(3), A_rc]), W.mul([num(RING.rational(-3) / n), W.total((k,), A_kc)])]),
        times(num(3), centred(r, k, "A", r, c)),
        (centred(r, k, "A", r, c), minus(times(num(3), A_rc), share(k, A_kc))),
    ),
    "no centre: a mean over the wrong axis": Rule(
        W.add([at("M", r, s), W.mul([num(-n.inverse()), W.total((k,), at("M", s, k))])]),
        minus(at("M", r, s), share(k, at("M", s, k))),
        (centred(r, k, "M", r, s), centred(s, k, "M", r, s)),
    ),
    "no centre: a column's mean at another position": Rule(
        W.add([at("M", r, FIRST), W.mul([num(-n.inverse()), W.total((k,), at("M", k, LAST))])]),
        minus(at("M", r, FIRST), share(k, at("M", k, LAST))),
        (centred(r, k, "M", r, FIRST), centred(r, k, "M", r, LAST)),
    ),
    "centred again": Rule(
        W.centre(r, W.centre(r, A_rc)),
        minus(centred(r, k, "A", r, c), share(s, centred(s, k, "A", s, c))),
        (A_rc, times(num(2), centred(r, k, "A", r, c)), centred(c, q, "A", r, c)),
    ),
    "centred along both axes": Rule(
        W.centre(c, W.centre(r, A_rc)),
        minus(centred(r, k, "A", r, c), share(q, centred(r, k, "A", r, q))),
        (centred(r, k, "A", r, c), centred(c, q, "A", r, c)),
    ),
    "centred, a factor outside": Rule(
        W.centre(r, W.mul([x_c, A_rc])),
        minus(times(x_c, A_rc), share(k, times(x_c, A_kc))),
        (centred(r, k, "A", r, c), times(x_c, A_rc)),
    ),
    "no factor outside that has the axis": Rule(
        W.centre(r, W.mul([u_r, A_rc])),
        minus(times(u_r, A_rc), share(k, times(u_k, A_kc))),
        (times(u_r, centred(r, k, "A", r, c)), times(A_rc, centred(r, k, "u", r))),
    ),
    "centred, a term outside": Rule(
        W.centre(r, W.add([A_rc, x_c])),
        minus(plus(A_rc, x_c), share(k, plus(A_kc, x_c))),
        (plus(centred(r, k, "A", r, c), x_c), A_rc),
    ),
    "centred δ": Rule(
        W.centre(r, W.mul([u_r, W.delta(r, s)])),
        minus(times(u_r, Delta(first=r, second=s)), share(k, times(u_k, Delta(first=k, second=s)))),
        (times(u_r, J(r, s)), J(r, s)),
    ),
    "both": Rule(
        W.total((k,), W.mul([A_kc, W.centre(k, B_kc)])),
        total(k, times(A_kc, centred(k, s, "B", k, c))),
        (total(k, times(A_kc, B_kc)), times(total(k, A_kc), total(k, B_kc))),
    ),
    "both, the other one of fewer axes": Rule(
        W.total((k,), W.mul([W.centre(k, B_kc), u_k])),
        total(k, times(centred(k, s, "B", k, c), u_k)),
        (total(k, times(B_kc, u_k)), total(k, times(B_kc, u_k, u_k))),
    ),
    "not both: the sum is along the other axis": Rule(
        W.total((c,), W.mul([A_rc, W.centre(r, B_rc)])),
        total(c, times(A_rc, centred(r, k, "B", r, c))),
        (total(c, times(centred(r, k, "A", r, c), centred(r, k, "B", r, c))), total(c, times(A_rc, B_rc))),
    ),
    "not both: three factors": Rule(
        W.total((k,), W.mul([u_k, A_kc, W.centre(k, B_kc)])),
        total(k, times(u_k, A_kc, centred(k, s, "B", k, c))),
        (total(k, times(centred(k, s, "u", k), centred(k, s, "A", k, c), centred(k, s, "B", k, c))),),
    ),
    "Σ of what is centred": Rule(W.total((k,), W.centre(k, A_kc)), num(0), (total(k, A_kc), num(1))),
    "Σ of a constant times what is centred": Rule(
        W.total((k,), W.mul([x_c, W.centre(k, A_kc)])), num(0), (times(x_c, total(k, A_kc)),)
    ),
    "Σ along the other axis of what is centred": Rule(
        W.total((c,), W.centre(r, A_rc)),
        minus(total(c, A_rc), share(k, total(c, A_kc))),
        (num(0), total(c, A_rc)),
    ),
    "an entry of what is centred": Rule(
        W.rename(W.centre(r, A_rc), {r: FIRST}),
        minus(at("A", FIRST, c), share(k, A_kc)),
        (at("A", FIRST, c), minus(at("A", FIRST, c), at("A", FIRST, c))),
    ),
    "a diagonal of what is centred": Rule(
        W.rename(W.centre(r, at("M", r, s)), {r: s}),
        minus(at("M", s, s), share(k, at("M", k, s))),
        (centred(s, k, "M", s, s), minus(at("M", s, s), share(k, at("M", s, k)))),
    ),
    "a diagonal of what is centred, by its other axis": Rule(
        W.rename(W.centre(r, at("M", r, s)), {s: r}),
        minus(at("M", r, r), share(k, at("M", k, r))),
        (minus(at("M", r, r), share(k, at("M", k, k))), minus(at("M", r, r), share(k, at("M", r, k)))),
    ),
    "a transpose of what is centred": Rule(
        W.rename(W.centre(r, at("M", r, s)), {r: s, s: r}), centred(s, k, "M", s, r), (centred(r, k, "M", r, s),)
    ),
    "a cube": Rule(W.power(u_r, RING.rational(3)), times(u_r, u_r, u_r), (times(u_r, u_r),)),
    "a root of a root is kept": Rule(
        W.power(Pow(base=plus(num(1), times(u_r, u_r)), exponent=RING.rational(Fraction(1, 2))), RING.rational(-2)),
        Pow(base=plus(num(1), times(u_r, u_r)), exponent=RING.rational(-1)),
        (Pow(base=plus(num(1), times(u_r, u_r)), exponent=RING.rational(Fraction(-3, 2))),),
    ),
    "1 over a product": Rule(
        W.power(times(u_r, x_c), RING.rational(-1)),
        times(Pow(base=u_r, exponent=RING.rational(-1)), Pow(base=x_c, exponent=RING.rational(-1))),
        (Pow(base=u_r, exponent=RING.rational(-1)),),
    ),
    "softmax": Rule(
        W.softmax(c, A_rc), weighed(q, A_rc, at("A", r, q)), (weighed(k, A_rc, A_kc), weighed(q, A_rc, at("B", r, q)))
    ),
    "softmax, moved by what is the same all along": Rule(
        W.softmax(c, W.add([A_rc, u_r, num(2)])),
        weighed(q, plus(A_rc, u_r, num(2)), plus(at("A", r, q), u_r, num(2))),
        (weighed(q, plus(A_rc, x_c), plus(at("A", r, q), at("x", q))), Map(function="exp", arg=A_rc)),
    ),
    "softmax of what is the same all along": Rule(W.softmax(c, u_r), weighed(q, u_r, u_r), (num(1), num(n.inverse()))),
    "softmax at one position": Rule(
        W.rename(W.softmax(c, A_rc), {c: FIRST_COLUMN}),
        weighed(q, at("A", r, FIRST_COLUMN), at("A", r, q)),
        (weighed(q, A_rc, at("A", r, q)), num(1)),
    ),
    "softmax on a diagonal": Rule(
        W.rename(W.softmax(s, at("M", r, s)), {s: r}),
        weighed(k, at("M", r, r), at("M", r, k)),
        (weighed(k, at("M", r, r), at("M", k, k)), num(1)),
    ),
    "terms of one kind": Rule(
        W.add([A_rc, W.mul([num(2), A_rc]), num(n), num(1)]),
        plus(times(num(3), A_rc), num(n + RING.one)),
        (plus(times(num(2), A_rc), num(n + RING.one)), times(num(3), A_rc)),
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_what_a_rule_makes_is_what_was_written(name: str) -> None:
    rule = RULES[name]
    assert is_proved(rule.made, rule.written)


@pytest.mark.parametrize("name", RULES)
def test_what_a_rule_does_not_say_is_not_proved(name: str) -> None:
    rule = RULES[name]
    for false in rule.false:
        assert isinstance(decide(sum_of(rule.made), sum_of(false), THEORY), Residual), false


def test_the_moment_of_shifted_columns_needs_its_correction() -> None:
    """Σ (a − mean a) (b − mean b) = Σ d d′ − n r r′ for d = a − g, r = mean d and any g, g′; and no other constant."""
    g, h = at("t"), at("y", c)
    d_k, d_s = minus(u_k, g), minus(at("u", s), g)
    e_k, e_s = minus(A_kc, h), minus(at("A", s, c), h)
    rests = times(share(s, d_s), share(s, e_s))
    moment = total(k, times(centred(k, s, "u", k), centred(k, s, "A", k, c)))
    assert is_proved(minus(total(k, times(d_k, e_k)), times(num(n), rests)), moment)
    assert is_proved(minus(d_k, share(s, d_s)), centred(k, s, "u", k))
    less, other = num(n - RING.one), times(num(n), share(s, d_s))
    for correction in (num(0), rests, times(less, rests), times(num(-n), rests), other):
        assert not is_proved(minus(total(k, times(d_k, e_k)), correction), moment)
    assert not is_proved(minus(d_k, share(s, at("u", s))), centred(k, s, "u", k))


# What the constructors promise ----------------------------------------------------------------------------


def kinds(node: Node) -> set[type[Node]]:
    return {type(part) for part in walk(node)}


def test_a_diagonal_matrix_needs_no_product() -> None:
    """diag(u) A, A diag(x), diag(u) A diag(x): no sum, no δ is left."""
    left, right = RULES["diag(u) A"].made, RULES["A diag(x)"].made
    both = W.total((k, q), W.mul([W.delta(r, k), u_r, at("A", k, q), W.delta(q, c), x_c]))
    for node in (left, right, both):
        assert kinds(node) == {Mul, Entry}
    assert is_proved(both, times(u_r, A_rc, x_c))


def test_a_diagonal_of_a_product_is_one_sum_of_one_entrywise_product() -> None:
    made = RULES["diag(AᵀB)"].made
    assert isinstance(made, Sum) and kinds(made) == {Sum, Mul, Entry}
    assert {part.axes for part in factors_of(made.body)} == {frozenset({made.over[0], c})}


def test_a_centering_matrix_is_applied_without_a_matrix() -> None:
    """J A is A − mean A; J A J is centred twice; J on the axis that is not there is nothing special."""
    assert isinstance(RULES["J A"].made, Centre)
    twice = W.total((k, q), W.mul([Centring(first=r, second=k), at("A", k, q), Centring(first=q, second=c)]))
    assert kinds(twice) == {Centre, Entry} and is_proved(twice, W.centre(c, W.centre(r, A_rc)))
    quadratic = RULES["J applied where both its axes are summed"].made
    assert not {Delta, Centring} & kinds(quadratic)
    assert sum(isinstance(part, Sum) for part in walk(quadratic)) == 1
    assert sum(isinstance(part, Centre) for part in walk(quadratic)) == 2


def test_traces_and_column_sums_are_sums_of_entries() -> None:
    """tr(Aᵀ B) needs no product of matrices and stores nothing larger than a vector; 1ᵀ A and 1ᵀ A 1 are one sum."""
    inside = W.total((k,), W.mul([A_kc, at("B", k, d)]))
    trace = W.total((c, d), W.mul([W.delta(c, d), inside]))
    assert kinds(trace) == {Sum, Mul, Entry}
    assert is_proved(trace, total((k, c), times(A_kc, B_kc)))
    program = Scheduler(W).program([("result", trace, ())])
    assert not any(isinstance(step, Product) for step in program.steps)
    assert all(len(step.array.dims) < 2 for step in program.steps)
    assert W.total((k,), W.mul([W.one, A_kc])) == total(k, A_kc)
    assert W.total((k, c), A_kc) == total((k, c), A_kc)


def test_a_chain_of_arrays_stays_one_sum_so_that_cost_decides_its_order() -> None:
    """(M A) C is Σ over both of three arrays; a part that is no array keeps its own sum."""
    made = RULES["chain"].made
    assert isinstance(made, Sum) and len(made.over) == 2 and len(factors_of(made.body)) == 3
    tanh = Map(function="tanh", arg=A_kc)
    kept = W.total((c,), W.mul([W.total((k,), W.mul([at("M", r, k), tanh])), at("C", c, e)]))
    assert isinstance(kept, Sum) and any(isinstance(part, Sum) for part in factors_of(kept.body))


@pytest.mark.parametrize(
    ("made", "axes"),
    [
        (W.total((k, c), W.mul([at("M", r, k), A_kc, x_c])), (r,)),
        (W.total((k, c), W.mul([u_k, A_kc, at("C", c, e)])), (e,)),
        (W.total((k, c, s), W.mul([at("M", r, s), at("N", s, k), A_kc, x_c])), (r,)),
        (W.total((k, c), W.mul([A_rc, at("A", k, c), u_k])), (r,)),
        (W.total((k, c), W.mul([A_kc, at("C", c, e)])), (e,)),
    ],
    ids=["M A x", "uᵀ A C", "M N A x", "A Aᵀ u", "1ᵀ A C"],
)
def test_the_cheapest_order_begins_where_the_vector_is(made: Node, axes: tuple[Axis, ...]) -> None:
    """A chain with a vector at its end is a number of products of a matrix and a vector."""
    program = Scheduler(W).program([("result", made, axes)])
    for step in program.steps:
        assert len(step.array.dims) == 1
        assert len(frozenset().union(*(entry.axes for entry in entries_of(step)))) == 2


def test_a_variance_keeps_its_form() -> None:
    """Σ (A − mean A)² is a sum of squares of deviations, never Σ A² − n (mean A)²."""
    J_A = W.total((k,), W.mul([Centring(first=r, second=k), A_kc]))
    made = W.total((r,), W.mul([A_rc, J_A]))
    assert isinstance(made, Sum)
    assert [type(part) for part in factors_of(made.body)] == [Centre, Centre]
    assert is_proved(made, total(r, times(centred(r, k, "A", r, c), centred(r, k, "A", r, c))))


# Whatever is made -----------------------------------------------------------------------------------------

Pair: TypeAlias = tuple[Node, Node]
"""The same expression made by the constructors, and written as it is."""

FREE = (r, s, c, d, e)
FUNCTIONS = sorted(set(DERIVATIVES) - {"log"})


class Pairs:
    """A stream of random expressions in two forms."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0

    def pair(self, depth: int, axes: tuple[Axis, ...] = FREE, fixed: bool = True) -> Pair:
        """An expression with some of the axes; `fixed`: also at fixed positions."""
        if depth == 0:
            return self.leaf(axes, fixed)
        ways: list[Callable[[int, tuple[Axis, ...], bool], Pair]] = [
            self.sum, self.product, self.product, self.total, self.total, self.total, self.centre, self.centre,
            self.difference, self.function, self.power,
        ]  # fmt: skip
        return self.random.choice(ways)(depth - 1, axes, fixed)

    def leaf(self, axes: tuple[Axis, ...], fixed: bool) -> Pair:
        kind = self.random.random()
        if kind < 0.1:
            node = num(self.random.choice([n, p.inverse(), RING.rational(2), RING.rational(-1)]))
            return node, node
        dims = sorted({str(axis.dim) for axis in axes})
        dim = self.random.choice(dims)
        own = [axis for axis in axes if axis.dim == dim]
        if kind < 0.25 and len(own) > 1:
            a, b = self.random.sample(own, 2)
            return W.delta(a, b), Delta(first=a, second=b)
        if kind < 0.4 and len(own) > 1:
            a, b = self.random.sample(own, 2)
            return W.add([W.delta(a, b), num(-W.size(a).inverse())]), J(a, b)
        names = [name for name, dims_ in SHAPES.items() if set(dims_) <= set(dims)]
        name = "A" if {"n", "p"} <= set(dims) and self.random.random() < 0.4 else self.random.choice(names)
        places = tuple(self.place(dim, axes, fixed) for dim in SHAPES[name])
        return at(name, *places), at(name, *places)

    def place(self, dim: str, axes: tuple[Axis, ...], fixed: bool) -> Axis:
        if fixed and self.random.random() < 0.1:
            return Index(self.random.choice(["=1", "=2"]), dim)
        return self.random.choice([axis for axis in axes if axis.dim == dim])

    def bound(self) -> Axis:
        self.count += 1
        return Index(f"b{self.count}", self.random.choice("nnp"))

    def several(self, depth: int, axes: tuple[Axis, ...], fixed: bool) -> tuple[list[Node], list[Node]]:
        pairs = [self.pair(depth, axes, fixed) for _ in range(self.random.choice([2, 2, 3]))]
        return [made for made, _ in pairs], [written for _, written in pairs]

    def sum(self, depth: int, axes: tuple[Axis, ...], fixed: bool) -> Pair:
        made, written = self.several(depth, axes, fixed)
        return W.add(made), plus(*written)

    def difference(self, depth: int, axes: tuple[Axis, ...], fixed: bool) -> Pair:
        """A multiple of an expression less its mean, which is centred where that is found."""
        made, written = self.pair(depth, axes, fixed)
        axis = self.random.choice(axes)
        inner, multiple = self.moved(axis), num(self.random.choice([1, 2, -1]))
        mean = W.mul([num(-W.size(axis).inverse()), W.total((inner,), W.rename(made, {axis: inner}))])
        less = minus(written, self.mean_of(written, axis))
        return W.mul([multiple, W.add([made, mean])]), times(multiple, less)

    def moved(self, axis: Axis) -> Axis:
        self.count += 1
        return Index(f"b{self.count}", axis.dim)

    def mean_of(self, written: Node, axis: Axis) -> Node:
        inner = self.moved(axis)
        return share(inner, renamed(written, {axis: inner}))

    def product(self, depth: int, axes: tuple[Axis, ...], fixed: bool) -> Pair:
        made, written = self.several(depth, axes, fixed)
        return W.mul(map(W.freshened, made)), times(*written)

    def total(self, depth: int, axes: tuple[Axis, ...], fixed: bool) -> Pair:
        over = tuple(self.bound() for _ in range(self.random.choice([1, 1, 2])))
        made, written = self.product(depth, (*axes, *over), fixed)
        return W.total(over, made), total(over, written)

    def centre(self, depth: int, axes: tuple[Axis, ...], fixed: bool) -> Pair:
        axis = self.random.choice(axes)
        made, written = self.pair(depth, axes, fixed)
        return W.centre(axis, made), minus(written, self.mean_of(written, axis))

    def function(self, depth: int, axes: tuple[Axis, ...], fixed: bool) -> Pair:
        made, written = self.pair(min(depth, 1), axes, False)
        name = self.random.choice(FUNCTIONS)
        return W.map(name, made), Map(function=name, arg=written)

    def power(self, depth: int, axes: tuple[Axis, ...], fixed: bool) -> Pair:
        """(1 + e²)^c."""
        made, written = self.pair(min(depth, 1), axes, False)
        exponent = RING.rational(self.random.choice([Fraction(1, 2), Fraction(-1, 2), Fraction(-1), Fraction(-3, 2)]))
        base = W.add([W.one, W.mul([made, W.freshened(made)])])
        return W.power(base, exponent), Pow(base=plus(num(1), times(written, written)), exponent=exponent)


def renamed(written: Node, names: dict[Axis, Axis]) -> Node:
    """Axes renamed as they stand; bound axes have names that occur nowhere else."""

    def new(axis: Axis) -> Axis:
        return names.get(axis, axis)

    match written:
        case Entry():
            return Entry(array=written.array, places=tuple(map(new, written.places)))
        case Delta():
            return Delta(first=new(written.first), second=new(written.second))
        case Add():
            return plus(*(renamed(term, names) for term in written.terms))
        case Mul():
            return times(*(renamed(factor, names) for factor in written.factors))
        case Pow():
            return Pow(base=renamed(written.base, names), exponent=written.exponent)
        case Map():
            return Map(function=written.function, arg=renamed(written.arg, names))
        case Sum():
            return total(written.over, renamed(written.body, names))
    return written


def pair(seed: int) -> Pair:
    return Pairs(seed).pair(3)


SEEDS = range(90)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_made_is_what_was_written(seed: int) -> None:
    made, written = pair(seed)
    assert is_proved(made, written)


@pytest.mark.parametrize("seed", SEEDS)
def test_renamed_expressions_are_the_written_ones_renamed(seed: int) -> None:
    """One axis onto another, a transpose, an axis put at a position, a bound axis by another name."""
    made, written = Pairs(seed).pair(3, fixed=False)
    assert is_proved(W.freshened(made), written)
    for names in ({r: s}, {s: r}, {r: s, s: r}, {c: d, r: k}, {c: q, d: c}, {r: FIRST}, {r: FIRST, s: FIRST}):
        assert is_proved(W.rename(made, names), renamed(written, names)), names


@pytest.mark.parametrize("seed", SEEDS[::5])
def test_patterns_forget_the_names_of_axes_and_nothing_else(seed: int) -> None:
    """Expressions of one key are the same, up to their axes in the order of the pattern."""
    made, _ = pair(seed)
    names = {axis: Index(f"{axis.label}*", axis.dim) for axis in FREE}
    again = W.freshened(W.rename(made, names))
    before, after = pattern(made), pattern(again)
    if before.key == after.key:
        assert is_proved(W.rename(made, dict(zip(before.axes, after.axes, strict=True))), again)
    assert pattern(plus(made, at("A", r, c))).key != pattern(plus(made, at("B", r, c))).key
    assert pattern(plus(made, at("u", FIRST))).key != pattern(plus(made, at("u", LAST))).key
    assert pattern(times(made, at("x", FIRST_COLUMN))).key != pattern(times(made, at("x", c))).key


def test_the_same_pattern_with_its_axes_in_another_order_is_told_by_the_order() -> None:
    """M[r, s] u[r] and M[s, r] u[s] are one pattern; its axes say which is which."""
    one, other = pattern(times(at("M", r, s), at("u", r))), pattern(times(at("M", s, r), at("u", s)))
    assert one.key == other.key and one.axes == (r, s) and other.axes == (s, r)
    assert pattern(times(at("M", r, s), at("u", s))).key != one.key


# Derivatives ----------------------------------------------------------------------------------------------

BY = (Index("i", "n"), Index("j", "p"))
HELD = ARRAYS["A"]


def derivative(node: Node) -> Node:
    return differentiated(node, HELD, BY, W, lambda entry: W.zero)


def the_cores(node: Node) -> SumOfProducts:
    return differentiate(sum_of(node), Variable("A", BY), THEORY)


@pytest.mark.parametrize("seed", SEEDS)
def test_derivatives_are_those_of_the_core(seed: int) -> None:
    made, written = Pairs(seed).pair(3, fixed=False)
    assert isinstance(decide(sum_of(derivative(made)), the_cores(written), THEORY), Proof)


def test_derivatives_of_more_than_one_kind_occurred() -> None:
    """The test before is no test of 0 = 0."""
    found = [derivative(Pairs(seed).pair(3, fixed=False)[0]) for seed in SEEDS]
    nonzero = [node for node in found if node != W.zero]
    assert len(nonzero) > len(SEEDS) / 4
    assert set().union(*map(kinds, nonzero)) >= {Entry, Mul, Add, Sum, Delta, Centring, Map, Pow}


@pytest.mark.parametrize("function", sorted(DERIVATIVES))
def test_the_derivative_of_a_function_is_the_cores_and_no_other(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    node = Map(function=function, arg=plus(num(1), times(A_rc, A_rc, x_c)))
    source = the_cores(node)
    assert isinstance(decide(sum_of(derivative(node)), source, THEORY), Proof)
    right = DERIVATIVES[function]
    wrong: list[Callable[[Rewriting, Node], Node]] = [
        lambda w, x: w.mul([w.number(-1), right(w, x)]),
        lambda w, x: w.add([w.one, right(w, x)]),
        lambda w, x: w.one,
        lambda w, x: w.map(function, x) if function != "exp" else x,
    ]
    for slope in wrong:
        monkeypatch.setattr(derivatives, "DERIVATIVES", {**DERIVATIVES, function: slope})
        assert isinstance(decide(sum_of(derivative(node)), source, THEORY), Residual)


@pytest.mark.parametrize(
    ("node", "false"),
    [
        (A_rc, num(1)),
        (A_rc, Delta(first=r, second=BY[0])),
        (times(A_rc, A_rc), times(A_rc, Delta(first=r, second=BY[0]), Delta(first=c, second=BY[1]))),
        (Centre(axis=r, arg=A_rc), times(Delta(first=r, second=BY[0]), Delta(first=c, second=BY[1]))),
        (total(k, times(A_kc, A_kc)), times(num(2), at("A", *BY))),
        (Pow(base=plus(num(2), times(A_rc, A_rc)), exponent=RING.rational(-1)), num(0)),
        (Softmax(axis=c, arg=times(A_rc, A_rc)), Softmax(axis=c, arg=times(A_rc, A_rc))),
        (Map(function="log", arg=Softmax(axis=c, arg=times(A_rc, A_rc))), Softmax(axis=c, arg=times(A_rc, A_rc))),
        (Softmax(axis=r, arg=times(A_rc, x_c)), times(Softmax(axis=r, arg=times(A_rc, x_c)), x_c)),
    ],
)
def test_what_is_near_to_a_derivative_is_not_proved(node: Node, false: Node) -> None:
    source = the_cores(node)
    assert isinstance(decide(sum_of(derivative(node)), source, THEORY), Proof)
    assert isinstance(decide(sum_of(false), source, THEORY), Residual)


def test_a_function_without_a_known_derivative_has_none() -> None:
    from symbn.core.terms import NoRule

    with pytest.raises(NoRule, match="derivative of abs"):
        derivative(Map(function="abs", arg=A_rc))
