"""∂/∂V[k, l, …] of a generalised sum: the product rule, and one rule for each kind of factor.

    ∂ c            = ∂c/∂V                                   a coefficient, if V is one of its parameters
    ∂ δ[i, j]      = 0
    ∂ V[i, j]      = δ[i, k] δ[j, l]                         of a symmetric V ½(δ[i, k] δ[j, l] + δ[i, l] δ[j, k])
    ∂ f[i](u, …)   = Σ_a ∂_a f[i; a](u, …) · ∂u[a]           a function, unknown or folded, by its arguments
    ∂ A⁻¹, ∂ det A, ∂ 𝔼[h]                                  the functions of `applications`, each by its own rule
    ∂ name[i]      = Σ_r Σ_a ∂_r name[i; a] · ∂r[a]          a folded definition, by each r it directly mentions
    ∂ e^r          = r e^(r−1) ∂e + e^r log e · ∂r
    ∂ φ⁽ᵏ⁾(e)      = φ⁽ᵏ⁺¹⁾(e) ∂e                            known φ by `axioms.KNOWN_DERIVATIVES`

"By a defined name" holds that name as the variable: V is met before its own definition is looked into.
Partial derivatives of folded definitions stay folded atoms (slots), so that the derivative of a chain of k
layers is one product of k factors; `unfolding` turns slots into derivatives of the definitions' bodies.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symbn.core.applications import FUNCTIONS
from symbn.core.axioms import KNOWN_DERIVATIVES, Theory, mentioned_names
from symbn.core.contraction import atom, bind, contract, delta, fresh, multiply, opened, rename
from symbn.core.expectation import MEAN
from symbn.core.heads import opened_component, split_tensor, tensor
from symbn.core.powers import power, scalarwise
from symbn.core.ring import Coefficient, Ring
from symbn.core.terms import (
    DeltaHead,
    Factor,
    Index,
    NoRule,
    Power,
    Scalarwise,
    Slot,
    SumOfProducts,
    Tensor,
    constant,
    transposed,
)


@dataclass(frozen=True)
class Variable:
    """V[indices], the entry that a derivative is taken by; a scalar has no indices.

    For an application h(x) of an unknown function held as the variable, `application` is that factor's head
    and `captured` the indices that its arguments use.
    """

    name: str
    indices: tuple[Index, ...] = ()
    application: Tensor | None = None
    captured: tuple[Index, ...] = ()


def differentiate(e: SumOfProducts, by: Variable, theory: Theory) -> SumOfProducts:
    """∂e/∂V[indices]; those indices are free in the result.  Raises NoRule for a head without a rule."""
    result = SumOfProducts(e.ring, {})
    for monomial, coefficient in e.terms.items():
        changed = _differentiate_coefficient(coefficient, by)
        if not changed.is_zero():
            result = result + SumOfProducts(e.ring, {monomial: changed})
        for place, component in enumerate(monomial):
            if not any(_depends(factor, by, theory) for factor in component):
                continue
            rest = SumOfProducts(e.ring, {monomial[:place] + monomial[place + 1 :]: coefficient})
            factors, bound = opened_component(component)
            inside = SumOfProducts(e.ring, {})
            for number, factor in enumerate(factors):
                changed_factor = _differentiate_factor(factor, by, theory)
                if not changed_factor.is_zero():
                    others = [atom(e.ring, *other) for k, other in enumerate(factors) if k != number]
                    inside = inside + contract([changed_factor, *others], bound)
            result = result + multiply(rest, inside)
    return result


def _differentiate_coefficient(coefficient: Coefficient, by: Variable) -> Coefficient:
    ring = coefficient.ring
    if by.application is None and by.name in ring.parameters:
        return coefficient.derivative(by.name)
    return ring.zero


def _depends(factor: Factor, by: Variable, theory: Theory) -> bool:
    head = factor.head
    if isinstance(head, DeltaHead):
        return False
    if isinstance(head, Tensor):
        if head.name == MEAN and "random" in theory.traits(by.name):
            return False  # the mean has bound it
        bodies = [argument.body for argument in head.arguments]
        return by.name in theory.dependencies(head.name) or any(_sum_depends(b, by, theory) for b in bodies)
    if isinstance(head, Power):
        return _sum_depends(head.base, by, theory) or by.name in head.exponent.variables()
    if isinstance(head, Scalarwise):
        return _sum_depends(head.argument, by, theory)
    raise NoRule(f"no rule for the dependence of {head!r}")


def _sum_depends(e: SumOfProducts, by: Variable, theory: Theory) -> bool:
    return any(by.name in theory.dependencies(name) for name in mentioned_names(e))


def _differentiate_factor(factor: Factor, by: Variable, theory: Theory) -> SumOfProducts:
    head, indices = factor
    if isinstance(head, DeltaHead):
        return SumOfProducts(theory.ring, {})
    if isinstance(head, Tensor):
        return _differentiate_tensor(head, indices, by, theory)
    if isinstance(head, Power):
        return _differentiate_power(head, indices, by, theory)
    if isinstance(head, Scalarwise):
        return _differentiate_scalarwise(head, indices, by, theory)
    raise NoRule(f"no rule for the derivative of {head!r}")


def _is_variable(head: Tensor, indices: tuple[Index, ...], by: Variable) -> bool:
    if head.name != by.name or head.slots:
        return False
    if by.application is None:
        return not head.arguments
    return head == by.application and indices[head.out :] == by.captured


def _differentiate_tensor(head: Tensor, indices: tuple[Index, ...], by: Variable, theory: Theory) -> SumOfProducts:
    ring = theory.ring
    out, slots, arguments = split_tensor(head, indices)
    if _is_variable(head, indices, by):
        return _of_itself(head, out, by.indices, ring)
    function = FUNCTIONS.get(head.name)
    if function is not None:
        return function.differential(out, arguments, differentiate(arguments[0].body, by, theory))
    result = SumOfProducts(ring, {})

    def chain(target: int | str, places: tuple[Index, ...], inner: SumOfProducts) -> SumOfProducts:
        """Σ_places ∂_target head[places] · inner[places]"""
        slot = (Slot(target, len(places)), places)
        product = multiply(tensor(ring, head.name, out, (*slots, slot), arguments, head.traits), inner)
        for place in places:
            product = bind(product, place)
        return product

    for number, (formals, body) in enumerate(arguments):
        if _sum_depends(body, by, theory):
            places = tuple(fresh(i.dim) for i in formals)
            inner = differentiate(rename(body, dict(zip(formals, places, strict=True))), by, theory)
            result = result + chain(number, places, inner)
    if head.name in theory.unfoldings and by.name in theory.dependencies(head.name):
        for mentioned in sorted(theory.direct(head.name)):
            if by.name in theory.dependencies(mentioned):
                places, entry = entry_of(mentioned, theory)
                result = result + chain(mentioned, places, differentiate(entry, by, theory))
    return result


def _of_itself(head: Tensor, own: tuple[Index, ...], wanted: tuple[Index, ...], ring: Ring) -> SumOfProducts:
    """∂V[i, j]/∂V[k, l]; of a symmetric V the mean of both orders, the derivative within the symmetric matrices."""
    if "orthogonal" in head.traits:
        raise NoRule(f"a derivative by the orthogonal matrix {head.name}, whose entries depend on each other")
    orders = [wanted, transposed(wanted)] if "symmetric" in head.traits else [wanted]
    result = SumOfProducts(ring, {})
    for order in orders:
        product = constant(ring.rational(Fraction(1, len(orders))))
        for a, b in zip(own, order, strict=True):
            product = multiply(product, delta(ring, a, b))
        result = result + product
    return result


def entry_of(name: str, theory: Theory) -> tuple[tuple[Index, ...], SumOfProducts]:
    """A tensor or parameter at fresh free indices."""
    if name in theory.ring.names:
        return (), constant(theory.ring.variable(name))
    signature = theory.signatures[name]
    places = tuple(fresh(dim) for dim in signature.dims)
    return places, tensor(theory.ring, name, places, traits=signature.traits)


def _differentiate_power(head: Power, indices: tuple[Index, ...], by: Variable, theory: Theory) -> SumOfProducts:
    base = opened(head.base, indices)
    ring = theory.ring
    inner = differentiate(base, by, theory)
    result = multiply(power(base, head.exponent - ring.one), inner).scaled(head.exponent)
    changed = _differentiate_coefficient(head.exponent, by)
    if not changed.is_zero():
        same = atom(ring, head, indices)
        result = result + multiply(same, scalarwise("log", 0, base)).scaled(changed)
    return result


def _differentiate_scalarwise(
    head: Scalarwise, indices: tuple[Index, ...], by: Variable, theory: Theory
) -> SumOfProducts:
    argument = opened(head.argument, indices)
    inner = differentiate(argument, by, theory)
    if head.function in KNOWN_DERIVATIVES:
        outer = KNOWN_DERIVATIVES[head.function](argument)
    elif head.known:
        raise NoRule(f"no rule for the derivative of {head.function}")
    else:
        outer = scalarwise(head.function, head.order + 1, argument, known=False)
    return multiply(outer, inner)
