"""Powers Mᵉ of square matrices whose exponent is an integer made of sizes and of positions of bound indices.

    exponent ::= Σ polynomial in sizes, with integer coefficients + Σ such a polynomial · position[r]
    position[r] = r, where the index r runs 1 … dim

A power is the tensor POWER[row, column] of two arguments, λ row column. M and the exponent; split as far as that
is an identity wherever both sides are defined:

    M⁰ = I         Mᵏ = M ⋯ M            k a number; M⁻ᵏ = (M⁻¹)ᵏ
    (c M)ᵉ = cᵉ Mᵉ     diag(d)ᵉ = diag(dᵉ)     e without positions
    (Mᵉ)ᶠ = Mᵉᶠ     (M⁻¹)ᵉ = M⁻ᵉ          (Mᵀ)ᵉ = (Mᵉ)ᵀ     (Qᵉ)ᵀ = Q⁻ᵉ of an orthogonal Q

    ∂ Mᵏ = Σ_{r=1}^{k} M^{r−1} ∂M M^{k−r}          k one size; of M^{k+l+…+1+1…} by the product rule
    ∂ M⁻ᵉ = −M⁻ᵉ ∂(Mᵉ) M⁻ᵉ

Invariant.  Where an exponent may be negative, M is invertible: an expression writes a negative power as one of an
inverse, and each rule here leaves exponents ≥ 0 that were.  So Mᵉ Mᶠ = Mᵉ⁺ᶠ always (`merged_powers`).
"""

from __future__ import annotations

from symbn.core.contraction import bind, delta, dimension, fresh, multiply, rename
from symbn.core.heads import split_tensor, tensor
from symbn.core.matrices import INVERSE, POWER, inverse, matrix_atom, one_term
from symbn.core.powers import power
from symbn.core.ring import Coefficient, Ring
from symbn.core.terms import DELTA, Argument, Factor, Index, NoRule, SumOfProducts, Tensor, constant

POSITION = "·position"
"""The number of a position, as a tensor of one index; a name that no note can give."""

_MOST_PIECES = 8


def position(ring: Ring, index: Index) -> SumOfProducts:
    """The position r of an index r = 1 … dim as a number: of a fixed one the number itself."""
    if index.is_constant:
        label = str(index.label)[1:]
        return constant(dimension(ring, int(label) if label.isdigit() else label))
    return tensor(ring, POSITION, (index,))


def placed(e: SumOfProducts) -> SumOfProducts:
    """An exponent with numbers for the positions that are fixed."""
    result = constant(e.ring.zero)
    for monomial, coefficient in e.terms.items():
        term = constant(coefficient)
        for component in monomial:
            (factor,) = component
            term = multiply(term, position(e.ring, factor.indices[0]))
        result = result + term
    return result


def is_exponent(e: SumOfProducts) -> bool:
    """Whether e is an integer for all sizes and positions, and at most linear in the positions."""
    return all(
        coefficient.is_integral() and len(monomial) <= 1 and all(map(_is_position, (f for c in monomial for f in c)))
        for monomial, coefficient in e.terms.items()
    )


def _is_position(factor: Factor) -> bool:
    return isinstance(factor.head, Tensor) and factor.head.name == POSITION


def matrix_power(e: SumOfProducts, row: Index, column: Index, exponent: SumOfProducts) -> SumOfProducts:
    """The entry (row, column) of the matrix e[row, column] to an exponent.  Raises NoRule, ZeroDivisionError."""
    ring = e.ring
    if not is_exponent(exponent):
        raise NoRule("a power of a matrix whose exponent is no integer made of sizes and positions")
    exponent = placed(exponent)
    size = exponent.as_coefficient()
    number = size.as_fraction() if size is not None else None
    if number is not None:
        return _multiplied_out(e, row, column, int(number))
    if e.is_zero():
        if size is None or not size.is_positive():
            raise NoRule("a power of a matrix that is 0, whose exponent may be 0")
        return e
    if (e - delta(ring, row, column)).is_zero():
        return e
    split = one_term(e, row, column) if len(e.terms) == 1 else None
    if split is not None and size is not None:
        scale, left, middle, right = split
        ring.note("split", e, row, column, size, scale, left, middle, right)
        sides = multiply(left, rename(right, {column: row}))
        if _is_delta(middle) and not _holds_delta(multiply(scale, sides)):
            return multiply(multiply(power(scale, size), power(sides, size)), delta(ring, row, column))
        if sides.as_coefficient() is not None and not _holds_delta(scale):
            return multiply(power(scale, size), _of_component(middle, row, column, exponent))
    return _of_component(e, row, column, exponent)


def _multiplied_out(e: SumOfProducts, row: Index, column: Index, times: int) -> SumOfProducts:
    result = delta(e.ring, row, column)
    base = e if times >= 0 else inverse(e, row, column)
    for _ in range(abs(times)):
        e.ring.budget.spend()
        joint = fresh(row.dim)
        result = bind(multiply(rename(result, {column: joint}), rename(base, {row: joint})), joint)
    return result


def _of_component(e: SumOfProducts, row: Index, column: Index, exponent: SumOfProducts) -> SumOfProducts:
    """A power of what splits no further, or of a power or an inverse."""
    factors = list(e.factors())
    head, indices = factors[0] if factors else Factor(DELTA, ())
    alone = len(factors) == 1 and set(indices[:2]) == {row, column} and {row, column}.isdisjoint(indices[2:])
    if (
        alone
        and all(c.is_one() for c in e.terms.values())
        and isinstance(head, Tensor)
        and head.name in (POWER, INVERSE)
    ):
        out, _, (matrix, *rest) = split_tensor(head, indices)
        inner = rest[0].body if rest else constant(e.ring.rational(-1))
        together = multiply(inner, exponent)
        if is_exponent(together):
            start, end = matrix.formals
            return rename(matrix_power(matrix.body, start, end, together), {start: out[0], end: out[1]})
    if is_orthogonal(e) and exponent.comes_after_its_negative:
        swapped = {row: column, column: row}
        return rename(matrix_atom(POWER, e, row, column, (Argument((), -exponent),)), swapped)
    return matrix_atom(POWER, e, row, column, (Argument((), exponent),))


def is_orthogonal(e: SumOfProducts) -> bool:
    """Whether a matrix is a name that is declared orthogonal, or its transpose."""
    heads = [factor.head for factor in e.factors()]
    return len(heads) == 1 and isinstance(heads[0], Tensor) and "orthogonal" in heads[0].traits and _is_whole(e)


def _is_whole(e: SumOfProducts) -> bool:
    """Whether the one term of e is one factor, once, at different indices."""
    (factor,) = e.factors()
    return all(c.is_one() for c in e.terms.values()) and len(set(factor.indices)) == len(factor.indices) == 2


def _is_delta(e: SumOfProducts) -> bool:
    return len(e.terms) == 1 and all(len(m) == 1 and m[0].is_delta for m in e.terms)


def _holds_delta(e: SumOfProducts) -> bool:
    return any(component.is_delta for monomial in e.terms for component in monomial)


# The derivative -------------------------------------------------------------------------------------------


def differentiated_power(
    changed: SumOfProducts, matrix: Argument, exponent: SumOfProducts, out: tuple[Index, Index]
) -> SumOfProducts:
    """∂(Mᵉ)[out], with ∂M `changed` at the formal indices of the matrix.  Raises NoRule for an e of other sizes."""
    size = exponent.as_coefficient()
    if size is None:
        raise NoRule("the derivative of a power of a matrix whose exponent depends on an index")
    pieces = _pieces(size)
    if pieces is not None:
        return _product_rule(changed, matrix, size, pieces, out)
    pieces = _pieces(-size)
    if pieces is None:
        raise NoRule("the derivative of a power of a matrix whose exponent is no sum of sizes")
    start, end = fresh(out[0].dim), fresh(out[1].dim)
    inside = _product_rule(changed, matrix, -size, pieces, (start, end))
    left, right = _raised(matrix, exponent, (out[0], start)), _raised(matrix, exponent, (end, out[1]))
    return -bind(bind(multiply(multiply(left, inside), right), start), end)


def _pieces(size: Coefficient) -> list[str | int] | None:
    """The sizes that an exponent is the sum of, each as often as it occurs there, the number 1 among them."""
    ring = size.ring
    found: list[str | int] = []
    for product, number in size.polynomial_terms():
        times = number.as_natural()
        named: list[str | int] = [name for name in ring.dimensions if product == ring.variable(name)]
        named += [1] if product.is_one() else []
        if times is None or not named or len(found) + times > _MOST_PIECES:
            return None
        found += named * times
    return found


def _product_rule(
    changed: SumOfProducts, matrix: Argument, size: Coefficient, pieces: list[str | int], out: tuple[Index, Index]
) -> SumOfProducts:
    """Σ over the pieces k of the exponent of Σ_{r=1}^{k} M^{b+r−1} ∂M M^{e−b−r}, b the pieces before."""
    ring = changed.ring
    row, column = matrix.formals
    result = constant(ring.zero)
    before = constant(ring.zero)
    for piece in pieces:
        place = Index("=1", 1) if piece == 1 else fresh(piece)
        at = before + position(ring, place)
        left = _raised(matrix, at - constant(ring.one), (out[0], row))
        right = _raised(matrix, constant(size) - at, (column, out[1]))
        term = bind(bind(multiply(multiply(left, changed), right), row), column)
        result = result + (term if piece == 1 else bind(term, place))
        before = before + constant(dimension(ring, piece))
    return result


def _raised(matrix: Argument, exponent: SumOfProducts, out: tuple[Index, Index]) -> SumOfProducts:
    start, end = fresh(out[0].dim), fresh(out[1].dim)
    body = rename(matrix.body, dict(zip(matrix.formals, (start, end), strict=True)))
    return rename(matrix_power(body, start, end, exponent), {start: out[0], end: out[1]})


def holds_powers(e: SumOfProducts) -> bool:
    """Whether a power of a matrix stands in e, however deep."""
    return POWER in e.tensor_names
