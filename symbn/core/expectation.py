"""The mean, a linear operator: what is not random stands outside of it.

    𝔼 Σ c g h = Σ c g 𝔼[h]        g without and h with random factors only, its indices bound outside
    𝔼 g       = g
    ∂ 𝔼[h]    = 𝔼[∂h]             by what is not random

A factor is random if it holds a tensor of the trait "random".  Moments are the tensor MEAN of one argument, the
product of random factors; of independence nothing is known.  That the moments exist, and that a derivative may
be taken under the mean, is what a note assumes by writing them down.
"""

from __future__ import annotations

from symbn.core.contraction import atom, contract, multiply
from symbn.core.heads import opened_component, tensor
from symbn.core.terms import Argument, Factor, Index, SumOfProducts, Tensor, constant, nested

MEAN = "·mean"
"""A name that no note can give."""


def expectation(e: SumOfProducts) -> SumOfProducts:
    """𝔼 e, entry by entry."""
    ring = e.ring
    result = SumOfProducts(ring, {})
    for monomial, coefficient in e.terms.items():
        outside = [c for c in monomial if not any(map(is_random, c))]
        product = SumOfProducts(ring, {tuple(outside): coefficient})
        certain: list[SumOfProducts] = [product]
        moment: list[Factor] = []
        bound: list[Index] = []
        for component in monomial:
            if component in outside:
                continue
            factors, own = opened_component(component)
            bound += own
            certain += [atom(ring, *factor) for factor in factors if not is_random(factor)]
            moment += [factor for factor in factors if is_random(factor)]
        if moment:
            certain.append(_moment([atom(ring, *factor) for factor in moment]))
        result = result + contract(certain, bound)
    return result


def _moment(factors: list[SumOfProducts]) -> SumOfProducts:
    """𝔼 of a product of random factors at free indices."""
    body = constant(factors[0].ring.one)
    for factor in factors:
        body = multiply(body, factor)
    return tensor(body.ring, MEAN, (), arguments=(Argument((), body),))


def is_random(factor: Factor) -> bool:
    """Whether a factor's value is random; a mean is not."""
    head = factor.head
    if isinstance(head, Tensor):
        if head.name == MEAN:
            return False
        if "random" in head.traits:
            return True
    return any(is_random(inner) for e in nested(head) for inner in e.factors())
