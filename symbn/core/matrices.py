"""Inverses and determinants of nested sums, split as far as that is an identity wherever they are defined.

    (c A)⁻¹   = c⁻¹ A⁻¹              det(c A)  = cⁿ det A
    (A B)⁻¹   = B⁻¹ A⁻¹              det(A B)  = det A det B           A and B square
    (Aᵀ)⁻¹    = (A⁻¹)ᵀ               det(Aᵀ)   = det A
    (A⁻¹)⁻¹   = A                    det(A⁻¹)  = 1 / det A
    (diag d)⁻¹ = diag(1/d)
    (Aᵉ)⁻¹    = A⁻ᵉ                  det(Aᵉ)   = (det A)ᵉ              the powers of `matrix_powers`

If A B is invertible with A and B square, then both are: so what is split was defined.  What splits no further is
the tensor INVERSE or DETERMINANT of one argument λ row column. body, of the one of A and Aᵀ that comes first.

    ∂ A⁻¹[i, j] = −Σ A⁻¹[i, a] ∂A[a, b] A⁻¹[b, j]          ∂ det A = det A Σ A⁻¹[b, a] ∂A[a, b]

The differential of det holds where A is invertible; both of its sides are polynomials in A, so it holds everywhere.

Source: Magnus & Neudecker, "Matrix Differential Calculus", 3rd ed. (2019), chapter 8.
"""

from __future__ import annotations

from symbn.core.chains import part, reached_from
from symbn.core.contraction import bind, close, delta, dimension, fresh, multiply, rename
from symbn.core.heads import opened_component, split_tensor, tensor
from symbn.core.powers import power
from symbn.core.ring import Coefficient
from symbn.core.terms import (
    Argument,
    Component,
    Factor,
    Index,
    SumOfProducts,
    Tensor,
    Trait,
    constant,
)

INVERSE = "·⁻¹"
DETERMINANT = "·det"
POWER = "·power"
"""Names that no note can give."""


def inverse(e: SumOfProducts, row: Index, column: Index) -> SumOfProducts:
    """The entry (row, column) of the inverse of e[row, column].  Raises ZeroDivisionError for the inverse of 0."""
    ring = e.ring
    if e.is_zero():
        raise ZeroDivisionError("the inverse of a matrix that is 0")
    if len(e.terms) == 1:
        split = one_term(e, row, column)
        if split is not None:
            scale, left, middle, right = split
            ring.note("matrix", INVERSE, e, row, column, scale, left, (middle,), right)
            turned = _inverse_of_component(middle, row, column)
            minus = ring.rational(-1)
            around = multiply(power(_moved(left, row, column), minus), power(_moved(right, column, row), minus))
            return multiply(multiply(power(scale, minus), around), turned)
    content = ring.content(e.terms.values())
    if e.comes_after_its_negative:
        content = -content
    _note_content(INVERSE, e, content, row, column)
    return matrix_atom(INVERSE, e.scaled(content.inverse()), row, column).scaled(content.inverse())


def determinant(e: SumOfProducts, row: Index, column: Index) -> SumOfProducts:
    """The determinant of the matrix e[row, column]."""
    ring = e.ring
    if e.is_zero():
        return e
    size = dimension(ring, row.dim)
    if len(e.terms) == 1:
        split = one_term(e, row, column)
        if split is not None:
            scale, left, middle, right = split
            ring.note("matrix", DETERMINANT, e, row, column, scale, left, (middle,), right)
            result = power(scale, size)
            for diagonal in (left, right):
                if diagonal.as_coefficient() is None:
                    whole = multiply(diagonal, delta(ring, row, column))
                    result = multiply(result, matrix_atom(DETERMINANT, whole, row, column))
            return multiply(result, _determinant_of_component(middle, row, column))
    content = ring.content(e.terms.values())
    _note_content(DETERMINANT, e, content, row, column)
    whole = matrix_atom(DETERMINANT, e.scaled(content.inverse()), row, column)
    return multiply(power(constant(content), size), whole)


def _note_content(name: str, e: SumOfProducts, content: Coefficient, row: Index, column: Index) -> None:
    one = constant(content.ring.one)
    content.ring.note("matrix", name, e, row, column, constant(content), one, (e.scaled(content.inverse()),), one)


def differentiated_inverse(
    changed: SumOfProducts, body: SumOfProducts, out: tuple[Index, Index], formals: tuple[Index, Index]
) -> SumOfProducts:
    """−Σ A⁻¹[i, a] ∂A[a, b] A⁻¹[b, j]: A is `body` and ∂A `changed`, both at `formals`; (i, j) is `out`."""
    row, column = formals
    entry = inverse(body, row, column)
    left = rename(entry, {row: out[0], column: row})
    right = rename(entry, {row: column, column: out[1]})
    return -bind(bind(multiply(multiply(left, changed), right), row), column)


def differentiated_determinant(
    changed: SumOfProducts, body: SumOfProducts, formals: tuple[Index, Index]
) -> SumOfProducts:
    """det A Σ A⁻¹[b, a] ∂A[a, b]."""
    row, column = formals
    turned = rename(inverse(body, row, column), {row: column, column: row})
    trace = bind(bind(multiply(turned, changed), row), column)
    return multiply(determinant(body, row, column), trace)


# One term -------------------------------------------------------------------------------------------------


def one_term(
    e: SumOfProducts, row: Index, column: Index
) -> tuple[SumOfProducts, SumOfProducts, SumOfProducts, SumOfProducts] | None:
    """The one term of e as number · left[row] middle[row, column] right[column]; None if no factor holds both."""
    ring = e.ring
    ((monomial, coefficient),) = e.terms.items()
    sides: dict[tuple[bool, bool], list[Component]] = {}
    for component in monomial:
        sides.setdefault((row in component.free, column in component.free), []).append(component)
    middle = sides.get((True, True), [])
    if not middle or (len(middle) > 1 and not any(c.is_delta for c in middle)):
        return None

    def product(components: list[Component]) -> SumOfProducts:
        return SumOfProducts(ring, {tuple(components): ring.one})

    left, right = sides.get((True, False), []), sides.get((False, True), [])
    scale = product(sides.get((False, False), [])).scaled(coefficient)
    return scale, product(left), product(middle), product(right)


def _moved(e: SumOfProducts, old: Index, new: Index) -> SumOfProducts:
    return rename(e, {old: new})


def _inverse_of_component(e: SumOfProducts, row: Index, column: Index) -> SumOfProducts:
    """The inverse of a term in which one component holds both indices."""
    component = _only(e)
    if component.is_delta:
        return e
    whole = _single(component, row, column)
    if whole is not None and whole.name == INVERSE:
        return _opened_body(component[0], row, column)
    if whole is not None and whole.name == POWER:
        out, _, (matrix, exponent) = split_tensor(whole, component[0].indices)
        return tensor(e.ring, POWER, out, arguments=(matrix, Argument((), -exponent.body)), traits=whole.traits)
    cut = _cut(e, row, column)
    if cut is None:
        return matrix_atom(INVERSE, e, row, column)
    left, right, place = cut
    _note_parts(INVERSE, e, row, column, left, right, place)
    first = rename(inverse(right, place, column), {place: row, column: place})
    second = rename(inverse(left, row, place), {row: place, place: column})
    return bind(multiply(first, second), place)


def _determinant_of_component(e: SumOfProducts, row: Index, column: Index) -> SumOfProducts:
    component = _only(e)
    if component.is_delta:
        return constant(e.ring.one)
    whole = _single(component, row, column)
    if whole is not None and whole.name == INVERSE:
        return power(determinant(_opened_body(component[0], row, column), row, column), e.ring.rational(-1))
    if whole is not None and whole.name == POWER:
        _, _, ((formals, body), exponent) = split_tensor(whole, component[0].indices)
        size = exponent.body.as_coefficient()
        if size is not None:
            return power(determinant(body, *formals), size)
    cut = _cut(e, row, column)
    if cut is None:
        return matrix_atom(DETERMINANT, e, row, column)
    left, right, place = cut
    _note_parts(DETERMINANT, e, row, column, left, right, place)
    return multiply(determinant(left, row, place), determinant(right, place, column))


def _note_parts(
    name: str, e: SumOfProducts, row: Index, column: Index, left: SumOfProducts, right: SumOfProducts, place: Index
) -> None:
    one = constant(e.ring.one)
    e.ring.note("matrix", name, e, row, column, one, one, (_moved(left, place, column), _moved(right, place, row)), one)


def _only(e: SumOfProducts) -> Component:
    ((monomial, _),) = e.terms.items()
    (component,) = monomial
    return component


def _single(component: Component, row: Index, column: Index) -> Tensor | None:
    """The tensor that a component is, at the two indices alone: none of its arguments may use them."""
    head, indices = component[0]
    if len(component) > 1 or not isinstance(head, Tensor) or set(indices[:2]) != {row, column}:
        return None
    return head if {row, column}.isdisjoint(indices[2:]) else None


def _opened_body(factor: Factor, row: Index, column: Index) -> SumOfProducts:
    """The argument A of A⁻¹[i, j] at (i, j)."""
    assert isinstance(factor.head, Tensor)
    (first, second), _, ((formals, body),) = split_tensor(factor.head, factor.indices)
    return rename(body, dict(zip(formals, (first, second), strict=True)))


def _cut(e: SumOfProducts, row: Index, column: Index) -> tuple[SumOfProducts, SumOfProducts, Index] | None:
    """left[row, k] and right[k, column] with Σ_k left right = e, k of the same dimension; None: there is no such k."""
    factors, bound = opened_component(_only(e))
    for place in bound:
        if place.dim != row.dim:
            continue
        near = reached_from(factors, row, {*bound, row, column} - {place})
        if not any(column in factors[number].indices for number in near):
            sides = near, [number for number in range(len(factors)) if number not in near]
            left, right = (part(e.ring, factors, side, [i for i in bound if i != place]) for side in sides)
            return left, right, place
    return None


_SYMMETRIC: set[Trait] = {"symmetric"}
_DEFINITE: set[Trait] = {"definite"}


# Atoms ----------------------------------------------------------------------------------------------------


def matrix_atom(
    name: str, e: SumOfProducts, row: Index, column: Index, more: tuple[Argument, ...] = ()
) -> SumOfProducts:
    """The tensor `name` of e and `more` arguments, or of its transpose where that comes first."""
    (straight,), captured, _ = close((e,), ((row, column),))
    (turned,), captured_turned, _ = close((e,), ((column, row),))
    symmetric = straight == turned and captured == captured_turned
    if turned.key < straight.key:
        row, column = column, row
        straight = turned
    traits: set[Trait] = {"invertible"} if name == INVERSE else set()
    known = _definite(straight)
    if known and name == DETERMINANT:
        traits |= {"positive", "nonnegative"}
    if name != DETERMINANT:
        traits |= _SYMMETRIC if symmetric else set()
        traits |= _DEFINITE if known else set()
    formals = fresh(row.dim), fresh(column.dim)
    argument = Argument(formals, rename(e, dict(zip((row, column), formals, strict=True))))
    out = () if name == DETERMINANT else (row, column)
    return tensor(e.ring, name, out, arguments=(argument, *more), traits=frozenset(traits))


def _definite(e: SumOfProducts) -> bool:
    """Whether a closed matrix is known to be positive definite: it is a name declared so."""
    factors = list(e.factors())
    if len(e.terms) != 1 or len(factors) != 1 or not all(c.is_positive() for c in e.terms.values()):
        return False
    head = factors[0].head
    return isinstance(head, Tensor) and "definite" in head.traits and len(set(factors[0].indices)) == 2
