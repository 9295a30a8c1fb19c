"""Typed expressions put together for reading: products flattened, identities dropped, transposes pushed inside.

    (A B c)ᵀ = c Bᵀ Aᵀ        Aᵀᵀ = A        I A = A        𝟙 ⊙ A = A

Each is an identity; shapes are those of the parts.  The one place that writes coefficients as expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from symbn.core.ring import Coefficient, Polynomial, Ring
from symbn.explain.latex import to_latex
from symbn.expr import tree
from symbn.expr.tree import Dim, Expr, Ix

SCALAR: tree.Shape = (1, 1)


def number(value: int | Fraction) -> Expr:
    return tree.Number(value=Fraction(value), shape=SCALAR)


ONE = number(1)


def ones(rows: Dim, columns: Dim = 1) -> Expr:
    """All ones; a row is printed as 𝟏ᵀ."""
    if (rows, columns) == SCALAR:
        return ONE
    if rows == 1:
        return tree.Transpose(arg=ones(columns), shape=(rows, columns))
    return tree.Ones(shape=(rows, columns))


def is_ones(e: Expr) -> bool:
    return isinstance(e, tree.Ones) or (isinstance(e, tree.Transpose) and isinstance(e.arg, tree.Ones)) or e == ONE


def transpose(e: Expr) -> Expr:
    """eᵀ, written with transposes on names only."""
    rows, columns = e.shape
    match e:
        case _ if e.is_scalar:
            return e
        case tree.Transpose():
            return e.arg
        case tree.Identity() | tree.Diagonal():
            return e
        case tree.Product():  # no scalar: its matrices make one chain
            scalars = [f for f in e.factors if f.is_scalar]
            return product([*scalars, *(transpose(f) for f in reversed(e.factors) if not f.is_scalar)])
    return tree.Transpose(arg=e, shape=(columns, rows))


def least_transposed(scalar: Expr) -> Expr:
    """A chain that gives a scalar, or a square matrix under a trace, read from the side with fewer transposes."""
    if not isinstance(scalar, tree.Product):
        return scalar
    scalars = [f for f in scalar.factors if f.is_scalar]
    turned = product([*scalars, *(transpose(f) for f in reversed(scalar.factors) if not f.is_scalar)])
    return min(scalar, turned, key=lambda e: (_transposes(e), to_latex(e)))


def _transposes(e: Expr) -> int:
    return sum(isinstance(node, tree.Transpose) and not isinstance(node.arg, tree.Ones) for node in tree.walk(e))


def in_reading_order(factors: Sequence[Expr]) -> list[Expr]:
    """Factors that commute, in an order that does not depend on how the core sorts them."""
    return (
        sorted(factors, key=lambda e: (isinstance(e, tree.Power), to_latex(e))) if len(factors) > 1 else list(factors)
    )


def product(factors: Sequence[Expr]) -> Expr:
    """A chain of matrices (that fit) and scalars, scalars first."""
    flat: list[Expr] = []
    for factor in factors:
        # A chain that gives a scalar, xᵀy, stays one factor: it scales the rest.
        scaling = factor.is_scalar and isinstance(factor, tree.Product) and not all(f.is_scalar for f in factor.factors)
        flat += factor.factors if isinstance(factor, tree.Product) and not scaling else (factor,)
    scalars = [f for f in flat if f.is_scalar and f != ONE]
    matrices = [f for f in flat if not f.is_scalar]
    kept = [f for f in matrices if not isinstance(f, tree.Identity)] or matrices[:1]
    if not kept:
        return _chain(scalars, SCALAR) if len(scalars) > 1 else scalars[0] if scalars else ONE
    if scalars and (kept[0].shape[0], kept[-1].shape[1]) == SCALAR:
        return _chain([*scalars, product(kept)], SCALAR)
    if not scalars and len(kept) == 1:
        return kept[0]
    return _chain([*scalars, *kept], (kept[0].shape[0], kept[-1].shape[1]))


def _chain(factors: Sequence[Expr], shape: tree.Shape) -> Expr:
    return tree.Product(factors=tuple(factors), shape=shape)


def hadamard(factors: Sequence[Expr]) -> Expr:
    """The entrywise product of one or more expressions of one shape."""
    kept = in_reading_order([f for f in factors if not is_ones(f)]) or list(factors[:1])
    if kept[0].is_scalar:
        return product(kept)
    return kept[0] if len(kept) == 1 else tree.Hadamard(factors=tuple(kept), shape=kept[0].shape)


def diagonal(column: Expr) -> Expr:
    """Diag(v)."""
    length = column.shape[0]
    if is_ones(column):
        return tree.Identity(shape=(length, length))
    return tree.Diagonal(arg=column, shape=(length, length))


def entry(e: Expr, row: Ix | None, column: Ix | None) -> Expr:
    """e[row, column]; None keeps the range (or says that there is none)."""
    if row is None and column is None:
        return e
    shape = (e.shape[0] if row is None else 1, e.shape[1] if column is None else 1)
    return tree.Slice(arg=e, row=row, column=column, shape=shape)


def power(base: Expr, exponent: Fraction | Expr) -> Expr:
    """base ^ exponent, entrywise."""
    if exponent == 1:
        return base
    inside = _squared(base)
    if inside is not None and isinstance(exponent, Fraction) and exponent.denominator == 2:
        absolute = tree.Elementwise(function="abs", arg=inside, shape=inside.shape)
        return power(absolute, 2 * exponent)
    shown = number(exponent) if isinstance(exponent, Fraction) else exponent
    return tree.Power(base=base, exponent=shown, shape=base.shape)


def _squared(e: Expr) -> Expr | None:
    """The x of x², of every entry; None for what is no square."""
    if isinstance(e, tree.Power) and e.exponent == number(2):
        return e.base
    if isinstance(e, tree.Hadamard) and len(e.factors) == 2 and e.factors[0] == e.factors[1]:
        return e.factors[0]
    if isinstance(e, tree.Product) and e.is_scalar and len(e.factors) == 2 and e.factors[0] == e.factors[1]:
        return e.factors[0]
    return None


def scaled(value: Fraction, above: Sequence[Expr], below: Sequence[Expr], e: Expr | None) -> Expr:
    """value · (Π above / Π below) · e, the sign in front."""
    top = [number(abs(value.numerator))] * (abs(value.numerator) != 1) + list(above)
    bottom = [number(value.denominator)] * (value.denominator != 1) + list(below)
    if e is not None and e.is_scalar:
        top, e = [*top, e], None
    coefficient = product(top)
    if bottom:
        coefficient = tree.Quotient(numerator=coefficient, denominator=product(bottom), shape=SCALAR)
    result = coefficient if e is None else product([coefficient, e])
    if value >= 0:
        return result
    if isinstance(result, tree.Number):
        return number(-result.value)
    return product([number(-1), result])


def collected(factors: Sequence[Expr]) -> list[Expr]:
    """Equal scalar factors as powers."""
    counted: dict[Expr, int] = {}
    for factor in in_reading_order(factors):
        counted[factor] = counted.get(factor, 0) + 1
    return [power(factor, Fraction(count)) for factor, count in counted.items()]


def total(terms: Sequence[Expr]) -> Expr:
    """A sum of one or more terms."""
    return terms[0] if len(terms) == 1 else tree.Add(terms=tuple(terms), shape=terms[0].shape)


def rebuilt(e: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """e with its direct subexpressions changed; the variable of a derivative stays."""
    changes: dict[str, Any] = {}
    for name in tree.part_names(type(e)):
        value = getattr(e, name)
        if isinstance(value, Expr):
            new = change(value)
            if new is not value:
                changes[name] = new
        elif isinstance(value, tuple) and any(isinstance(v, Expr) for v in value):
            parts = tuple(map(change, value))
            if any(a is not b for a, b in zip(parts, value, strict=True)):
                changes[name] = parts
    return replace(e, **changes) if changes else e


def untransposed(e: Expr, symmetric: Collection[str]) -> Expr:
    """Aᵀ as A where A is symmetric."""
    if isinstance(e, tree.Transpose) and is_symmetric(e.arg, symmetric):
        return untransposed(e.arg, symmetric)
    return rebuilt(e, lambda part: untransposed(part, symmetric))


def is_symmetric(e: Expr, symmetric: Collection[str]) -> bool:
    """Whether a matrix reads the same when it is transposed: S, XᵀX, S⁻¹, sums of these, 𝔼 of them."""
    match e:
        case tree.Symbol() | tree.Reference():
            return e.name in symmetric
        case tree.Identity():
            return True
        case tree.Inverse() | tree.Expectation() | tree.Transpose():
            return is_symmetric(e.arg, symmetric)
        case tree.Add():
            return all(is_symmetric(term, symmetric) for term in e.terms)
        case tree.Product():
            chain = [factor for factor in e.factors if not factor.is_scalar]
            turned = [transpose(factor) for factor in reversed(chain)]
            return [untransposed(f, symmetric) for f in chain] == [untransposed(f, symmetric) for f in turned]
    return False


# Coefficients ---------------------------------------------------------------------------------------------


def coefficient_parts(c: Coefficient) -> tuple[Fraction, list[Expr], list[Expr]]:
    """c as (rational number, factors above, factors below), factorised."""
    above, top = _factors(c.ring, c.numerator)
    below, bottom = _factors(c.ring, c.denominator)
    return Fraction(above, below), top, bottom


def coefficient(c: Coefficient) -> Expr:
    """A rational function of dimensions and parameters."""
    if c.is_zero():
        return number(0)
    return scaled(*coefficient_parts(c), None)


def _factors(ring: Ring, polynomial: Polynomial) -> tuple[int, list[Expr]]:
    content, factors = ring.factors(polynomial)
    return content, [power(_polynomial(ring, f), Fraction(k)) for f, k in factors]


def _polynomial(ring: Ring, polynomial: Polynomial) -> Expr:
    return total([_monomial(ring, map(int, powers), int(c)) for powers, c in polynomial.to_dict().items()])


def _monomial(ring: Ring, powers: Iterable[int], c: int) -> Expr:
    names = [power(_name(ring, n), Fraction(k)) for n, k in zip(ring.names, powers, strict=True) if k]
    return scaled(Fraction(c), names, [], None)


def _name(ring: Ring, name: str) -> Expr:
    if name in ring.dimensions:
        return tree.Dimension(dim=name, shape=SCALAR)
    return tree.Symbol(name=name, shape=SCALAR)
