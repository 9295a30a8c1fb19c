"""Derivatives of tensor expressions that keep their form: one rule for each kind of node.

    ∂ v[a, b] / ∂ v[i, j] = δ[a, i] δ[b, j]
    ∂ (e f)               = ∂e f + e ∂f
    ∂ e^c                 = c e^(c−1) ∂e
    ∂ φ(e)                = φ′(e) ∂e
    ∂ Σ e, ∂ (e − mean e) = Σ ∂e, ∂e − mean ∂e
    ∂ softmax e           = p (∂e − Σ p ∂e),  ∂ log softmax e = ∂e − Σ p ∂e,  p = softmax e

The core differentiates too, but only what it has multiplied out; a result of this module is proved equal to the core's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symbn.core.contraction import fresh
from symbn.core.terms import NoRule
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
)
from symbn.kernels.rewriting import Rewriting

Chain = Callable[[Entry], Node]
"""The derivative of an entry of another array, by the chain rule."""

DERIVATIVES: Mapping[str, Callable[[Rewriting, Node], Node]] = {
    "exp": lambda w, x: w.map("exp", x),
    "log": lambda w, x: w.power(x, w.ring.rational(-1)),
    "sin": lambda w, x: w.map("cos", x),
    "cos": lambda w, x: w.mul([w.number(-1), w.map("sin", x)]),
    "tan": lambda w, x: w.add([w.one, w.power(w.map("tan", x), w.two)]),
    "sinh": lambda w, x: w.map("cosh", x),
    "cosh": lambda w, x: w.map("sinh", x),
    "tanh": lambda w, x: w.add([w.one, w.mul([w.number(-1), w.power(w.map("tanh", x), w.two)])]),
    "sigmoid": lambda w, x: w.add([w.map("sigmoid", x), w.mul([w.number(-1), w.power(w.map("sigmoid", x), w.two)])]),
    "softplus": lambda w, x: w.map("sigmoid", x),
}
"""φ ↦ φ′ at the argument."""


def differentiated(e: Node, held: Array, by: tuple[Axis, ...], w: Rewriting, chain: Chain) -> Node:
    """∂e / ∂held[by].  Raises NoRule for a function without a known derivative."""

    def less_mean(shares: Node, axis: Axis, e: Node) -> Node:
        """e − Σ shares · e along the axis."""
        k = fresh(axis.dim)
        mean = w.total((k,), w.rename(w.mul([w.freshened(shares), w.freshened(e)]), {axis: k}))
        return w.add([e, w.mul([w.number(-1), mean])])

    def d(e: Node) -> Node:
        match e:
            case Scalar() | Delta() | Centring():
                return w.zero
            case Entry():
                if e.array == held:
                    return w.mul([w.delta(p, q) for p, q in zip(e.places, by, strict=True)])
                return chain(e)
            case Add():
                return w.add([d(term) for term in e.terms])
            case Mul():
                terms = []
                for place, factor in enumerate(e.factors):
                    changed = d(factor)
                    if changed != w.zero:
                        others = map(w.freshened, (*e.factors[:place], *e.factors[place + 1 :]))
                        terms.append(w.mul([*others, changed]))
                return w.add(terms)
            case Pow():
                lower = w.power(w.freshened(e.base), e.exponent - w.ring.one)
                return w.mul([Scalar(value=e.exponent), lower, d(e.base)])
            case Map(function="log", arg=Softmax(axis=axis, arg=inside)):
                return less_mean(e.arg, axis, d(inside))
            case Map():
                if e.function not in DERIVATIVES:
                    raise NoRule(f"the derivative of {e.function}")
                return w.mul([DERIVATIVES[e.function](w, w.freshened(e.arg)), d(e.arg)])
            case Sum():
                return w.total(e.over, d(e.body))
            case Centre():
                return w.centre(e.axis, d(e.arg))
            case Softmax():
                return w.mul([w.freshened(e), less_mean(e, e.axis, d(e.arg))])
        raise NoRule(f"the derivative of {type(e).__name__}")

    return d(e)
