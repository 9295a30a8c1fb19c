"""The batch-norm note, built by hand: y_i := Y_{:i}, var(u), ŷ_i, Ŷ, L(Ŷ)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symbn.expr.context import Context
from symbn.expr.tree import Apply, Expr, IndexVar, Reference, Symbol, Target

from .notation import (
    add,
    apply,
    columns,
    declare,
    define,
    dimension,
    entry,
    function,
    gradient,
    identity,
    jacobian,
    minus,
    number,
    ones,
    over,
    power,
    reference,
    symbol,
    target,
    times,
    transposed,
)


@dataclass
class BatchNorm:
    context: Context
    i: IndexVar
    j: IndexVar
    Y: Expr
    C: Expr
    eps: Symbol

    def y(self, i: IndexVar) -> Reference:
        return reference(self.context, "y", i)

    def yhat(self, i: IndexVar) -> Reference:
        return reference(self.context, "yhat", i)

    def var(self, u: Expr) -> Reference:
        return reference(self.context, "var", arguments=(u,))

    def loss(self) -> Apply:
        return apply("L", (1, 1), reference(self.context, "Yhat"))

    def held_y(self, i: IndexVar) -> Target:
        """∂/∂y_i is ∂/∂Y with the column i pinned."""
        return target("Y", ("n", "m"), column=i)

    def by_y(self, a: Expr, i: IndexVar) -> Expr:
        return jacobian(a, self.y(i), self.held_y(i))


def batch_norm(linear: bool = False) -> BatchNorm:
    """Y declared, or with `linear` defined as Y := X Wᵀ."""
    context = Context(dimensions={"n": 1, "m": 1})
    i, j = IndexVar("i", "m"), IndexVar("j", "m")
    eps = declare(context, symbol("eps"), "positive")
    Y: Expr
    if linear:
        X, W = declare(context, symbol("X", "n", "d")), declare(context, symbol("W", "m", "d"))
        define(context, "Y", times(X, transposed(W)))
        Y = reference(context, "Y")
    else:
        Y = declare(context, symbol("Y", "n", "m"))
    centring = minus(identity("n"), over(times(ones("n"), ones(1, "n")), dimension("n")))
    define(context, "C", centring)
    C = reference(context, "C")
    define(context, "y", entry(Y, None, i), (i,))
    u = symbol("u", "n")
    scale = over(number(1), add(dimension("n"), number(-1)))
    define(context, "var", times(scale, transposed(u), C, u), (), (u,))
    y = reference(context, "y", i)
    spread = add(reference(context, "var", arguments=(y,)), eps)
    define(context, "yhat", times(power(spread, Fraction(-1, 2)), C, y), (i,))
    define(context, "Yhat", columns(i, reference(context, "yhat", i)))
    function(context, "L", (1, 1), ("n", "m"))
    return BatchNorm(context, i, j, Y, C, eps)


def closed_jacobian(bn: BatchNorm, i: IndexVar, half: Fraction = Fraction(1)) -> Expr:
    """(var + ε)^(−½) (C − half/(n−1) (var + ε)⁻¹ C y yᵀ C)."""
    y = bn.y(i)
    spread = add(bn.var(y), bn.eps)
    rank_one = times(
        over(number(half), add(dimension("n"), number(-1))), power(spread, -1), bn.C, y, transposed(y), bn.C
    )
    return times(power(spread, Fraction(-1, 2)), minus(bn.C, rank_one))


def chain_rule(bn: BatchNorm, i: IndexVar) -> tuple[Expr, Expr]:
    """∂L(Ŷ)/∂y_i = ∂L(Ŷ)/∂ŷ_i ∂ŷ_i/∂y_i."""
    return bn.by_y(bn.loss(), i), times(jacobian(bn.loss(), bn.yhat(i)), bn.by_y(bn.yhat(i), i))


def gradients(bn: BatchNorm) -> tuple[Expr, Expr]:
    """∇_Y L = columns of (∂ŷ_i/∂y_i)ᵀ (∂L/∂ŷ_i)ᵀ."""
    i = bn.i
    pulled = times(transposed(bn.by_y(bn.yhat(i), i)), transposed(jacobian(bn.loss(), bn.yhat(i))))
    return gradient(bn.loss(), bn.Y, target("Y", ("n", "m"))), columns(i, pulled)


def weight_gradients(bn: BatchNorm) -> tuple[Expr, Expr]:
    """∇_W L = (∇_Y L)ᵀ X, for Y := X Wᵀ."""
    X, W = symbol("X", "n", "d"), symbol("W", "m", "d")
    return gradient(bn.loss(), W), times(transposed(gradient(bn.loss(), bn.Y, target("Y", ("n", "m")))), X)
