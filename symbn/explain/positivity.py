r"""What is > 0 or ≥ 0 by its form: of matrices, every entry; where it is defined.

    x² ≥ 0     xᵀx ≥ 0     xᵀMx ≥ 0 for M ⪰ 0     eˣ > 0     a + b > 0 if a > 0 and b ≥ 0     1/(n − 1) ≥ 0

M ⪰ 0 (positive semidefinite) is declared, written as AᵀDA with D ⪰ 0, or proved by the core to be a projection:
M = MᵀM.  A defined name is as its body; its parameters are known by what is known of the arguments.  What has
no rule here is not known: the answer is sufficient, never a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

from symbn.core.equality import Proof, decide
from symbn.core.ring import Budget, BudgetExceeded
from symbn.core.terms import NoRule
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.places import places_of
from symbn.expr.tree import Expr

_TERMS = 20_000
"""What one question to the core may cost."""


class Sign(IntEnum):
    """What is known of every entry; a product has the least of its factors' signs."""

    UNKNOWN = 0
    NONNEGATIVE = 1
    POSITIVE = 2


class _Argument(NamedTuple):
    """What is known of a parameter: its sign, and whether it is ⪰ 0."""

    sign: Sign
    semidefinite: bool


_Parameters = Mapping[str, _Argument]
_Factor = tuple[Expr, bool]
"""A factor of a chain, and whether it stands there transposed."""

_DECLARED = {"positive": Sign.POSITIVE, "nonnegative": Sign.NONNEGATIVE}
_FUNCTIONS = {
    "exp": Sign.POSITIVE,
    "cosh": Sign.POSITIVE,
    "sigmoid": Sign.POSITIVE,
    "softplus": Sign.POSITIVE,
    "abs": Sign.NONNEGATIVE,
    "relu": Sign.NONNEGATIVE,
}
_COEFFICIENTS = (tree.Number, tree.Dimension, tree.Symbol, tree.Add, tree.Product, tree.Quotient, tree.Power)


class Positivity:
    """Signs of expressions within one context; what was asked of the core is asked once."""

    def __init__(self, context: Context, indexing: Indexing) -> None:
        self.context, self.indexing = context, indexing
        self._named: dict[tuple[str, tuple[_Argument, ...]], Sign] = {}
        self._projections: dict[Expr, bool] = {}

    def sign(self, e: Expr, parameters: _Parameters | None = None) -> Sign:
        """What is known of e's entries; `parameters` of the definition in whose body e stands."""
        known = parameters or {}
        return max(self._by_form(e, known), self._as_coefficient(e) if e.is_scalar else Sign.UNKNOWN)

    def _by_form(self, e: Expr, known: _Parameters) -> Sign:
        match e:
            case tree.Number():
                return Sign.POSITIVE if e.value > 0 else Sign.NONNEGATIVE if e.value == 0 else Sign.UNKNOWN
            case tree.Dimension() | tree.Position() | tree.Ones():
                return Sign.POSITIVE
            case tree.Identity() | tree.Zero() | tree.UnitVector() | tree.Delta():
                return Sign.NONNEGATIVE
            case tree.Symbol():
                return known[e.name].sign if e.name in known else self._declared(e.name)
            case tree.Reference():
                return self._reference(e, known)
            case tree.Add():
                if self._is_one_less_a_share(e):
                    return Sign.POSITIVE
                signs = [self.sign(term, known) for term in e.terms]
                return max(signs) if Sign.UNKNOWN not in signs else Sign.UNKNOWN
            case tree.Product():
                return self._product(e, known)
            case tree.Hadamard():
                return self._repeated(e.factors, known)
            case tree.Quotient():
                # A denominator that is ≥ 0 is > 0 wherever the quotient is defined.
                below = Sign.POSITIVE if self.sign(e.denominator, known) else Sign.UNKNOWN
                return min(self.sign(e.numerator, known), below)
            case tree.Power():
                return self._power(e, known)
            case tree.Determinant():
                return self._of_determinant(e.arg, known)
            case tree.Softmax():
                return Sign.POSITIVE
            case tree.Vec() | tree.Expectation():
                return self.sign(e.arg, known)
            case tree.Kronecker():
                return min(self.sign(e.left, known), self.sign(e.right, known))
            case tree.Block():
                return min(self.sign(cell, known) for cell in e.cells)
            case tree.Elementwise():
                return _FUNCTIONS.get(e.function, Sign.UNKNOWN)
            case tree.Transpose() | tree.Fill():
                return self.sign(e.arg, known)
            case tree.Slice():
                on_diagonal = e.row is not None and e.row == e.column and self.is_semidefinite(e.arg, known)
                return max(self.sign(e.arg, known), Sign(on_diagonal))
            case tree.Trace() | tree.DiagonalPart():
                return max(self.sign(e.arg, known), Sign(self.is_semidefinite(e.arg, known)))
            case tree.Diagonal():
                return min(self.sign(e.arg, known), Sign.NONNEGATIVE)
            case tree.Sum():
                return self.sign(e.body, known)
            case tree.Stack():
                within = self.sign(e.body, known)
                return min(within, Sign.NONNEGATIVE) if e.axis == "diagonal" else within
        return Sign.UNKNOWN

    def _is_one_less_a_share(self, e: tree.Add) -> bool:
        """Whether e reads 1 − σ(u) or 1 − tanh u."""
        if len(e.terms) != 2:
            return False
        one, other = e.terms
        if isinstance(one, tree.Fill):
            one = one.arg
        factors = other.factors if isinstance(other, tree.Product) and len(other.factors) == 2 else ()
        unit = isinstance(one, tree.Ones) or (isinstance(one, tree.Number) and one.value == 1)
        if not (unit and factors and isinstance(factors[0], tree.Number) and factors[0].value == -1):
            return False
        return self._is_below_one(factors[1])

    def _is_below_one(self, e: Expr) -> bool:
        if isinstance(e, tree.Slice):
            return self._is_below_one(e.arg)
        if isinstance(e, tree.Reference) and not e.arguments:
            return self._is_below_one(self.context.definitions[e.name].body)
        return isinstance(e, tree.Elementwise) and e.function in ("sigmoid", "tanh")

    def _declared(self, name: str) -> Sign:
        declaration = self.context.symbols.get(name)
        if declaration is None or declaration.structure not in ("general", "symmetric"):
            return Sign.UNKNOWN
        return _DECLARED.get(declaration.sign, Sign.UNKNOWN)

    def _as_coefficient(self, e: Expr) -> Sign:
        """By the least values of dimensions and the declared signs of scalars: n − 1 > 0 for n ≥ 2."""
        if not all(isinstance(node, _COEFFICIENTS) for node in tree.walk(e)):
            return Sign.UNKNOWN
        try:
            coefficient = self.indexing.to_sum(e, None, None).as_coefficient()
        except (BudgetExceeded, NoRule, ZeroDivisionError):
            return Sign.UNKNOWN
        if coefficient is None:
            return Sign.UNKNOWN
        return Sign.POSITIVE if coefficient.is_positive() else Sign(coefficient.is_nonnegative())

    def _reference(self, e: tree.Reference, known: _Parameters) -> Sign:
        arguments = self._arguments(e, known)
        key = (e.name, tuple(arguments.values()))
        if key not in self._named:
            self._named[key] = self.sign(self.context.definitions[e.name].body, arguments)
        return self._named[key]

    def _arguments(self, e: tree.Reference, known: _Parameters) -> dict[str, _Argument]:
        """What is known of a defined function's parameters, in their order."""
        parameters = self.context.definitions[e.name].parameters
        return {
            parameter.name: _Argument(self.sign(a, known), self.is_semidefinite(a, known))
            for parameter, a in zip(parameters, e.arguments, strict=True)
        }

    def _product(self, e: tree.Product, known: _Parameters) -> Sign:
        scalars, chain = _taken_apart(e)
        sign = self._repeated(scalars, known)
        if not sign or not chain:
            return sign
        entries = min(self.sign(factor, known) for factor, _ in chain)
        form = e.is_scalar and self._is_congruent(chain, known)
        return min(sign, max(entries, Sign(form)))

    def _repeated(self, factors: Iterable[Expr], known: _Parameters) -> Sign:
        """Of a product entry by entry: a factor that occurs an even number of times counts as a square."""
        sign = Sign.POSITIVE
        for factor, times in Counter(factors).items():
            sign = min(sign, max(self.sign(factor, known), Sign(times % 2 == 0)))
        return sign

    def _power(self, e: tree.Power, known: _Parameters) -> Sign:
        base = self.sign(e.base, known)
        if not isinstance(e.exponent, tree.Number):
            return base
        r = e.exponent.value
        if r.denominator != 1 or r.numerator % 2 == 0:
            # Not defined at 0 for r < 0, and a root at no negative number.
            return Sign.POSITIVE if r <= 0 or base == Sign.POSITIVE else Sign.NONNEGATIVE
        return Sign.POSITIVE if r < 0 and base else base

    # Matrices ---------------------------------------------------------------------------------------------

    def is_semidefinite(self, e: Expr, parameters: _Parameters | None = None) -> bool:
        """Whether e is known to be symmetric with xᵀex ≥ 0 for all x; of a scalar: ≥ 0."""
        known = parameters or {}
        if e.is_scalar:
            return self.sign(e, known) >= Sign.NONNEGATIVE
        return e.shape[0] == e.shape[1] and (self._is_semidefinite_by_form(e, known) or self._is_projection(e))

    def _is_semidefinite_by_form(self, e: Expr, known: _Parameters) -> bool:
        match e:
            case tree.Identity() | tree.Ones() | tree.Zero():
                return True
            case tree.Symbol():
                if e.name in known:
                    return known[e.name].semidefinite
                declaration = self.context.symbols.get(e.name)
                return declaration is not None and declaration.structure == "positive definite"
            case tree.Reference():
                return self.is_semidefinite(self.context.definitions[e.name].body, self._arguments(e, known))
            case tree.Add():
                return all(self.is_semidefinite(term, known) for term in e.terms)
            case tree.Hadamard():
                return all(self.is_semidefinite(factor, known) for factor in e.factors)
            case tree.Product():
                scalars, chain = _taken_apart(e)
                return self._repeated(scalars, known) >= Sign.NONNEGATIVE and self._is_congruent(chain, known)
            case tree.Quotient():
                return e.denominator.is_scalar and (
                    self.is_semidefinite(e.numerator, known) and self.sign(e.denominator, known) >= Sign.NONNEGATIVE
                )
            case tree.Kronecker():
                return self.is_semidefinite(e.left, known) and self.is_semidefinite(e.right, known)
            case tree.Transpose() | tree.Inverse():
                return self.is_semidefinite(e.arg, known)
            case tree.MatrixPower() | tree.SymbolicPower():
                return self.is_semidefinite(e.base, known)
            case tree.Sum():
                return self.is_semidefinite(e.body, known)
            case tree.Diagonal():
                return self.sign(e.arg, known) >= Sign.NONNEGATIVE
            case tree.Stack():
                return e.axis == "diagonal" and self.sign(e.body, known) >= Sign.NONNEGATIVE
        return False

    def is_definite(self, e: Expr, parameters: _Parameters | None = None) -> bool:
        """Whether e is known to be symmetric with xᵀex > 0 for all x ≠ 0; of a scalar: > 0."""
        known = parameters or {}
        if e.is_scalar:
            return self.sign(e, known) == Sign.POSITIVE
        match e:
            case tree.Identity():
                return True
            case tree.Symbol():
                declaration = self.context.symbols.get(e.name)
                return declaration is not None and declaration.structure == "positive definite"
            case tree.Reference() if not e.arguments:
                return self.is_definite(self.context.definitions[e.name].body)
            case tree.Transpose() | tree.Inverse():
                return self.is_definite(e.arg, known)
            case tree.MatrixPower() | tree.SymbolicPower():
                return self.is_definite(e.base, known)
            case tree.Kronecker():
                return self.is_definite(e.left, known) and self.is_definite(e.right, known)
            case tree.Diagonal():
                return self.sign(e.arg, known) == Sign.POSITIVE
            case tree.Add():
                definite = any(self.is_definite(term, known) for term in e.terms)
                return definite and all(self.is_semidefinite(term, known) for term in e.terms)
            case tree.Product():
                scalars, chain = _taken_apart(e)
                if self._repeated(scalars, known) != Sign.POSITIVE:
                    return False
                while len(chain) > 2 and self._turned(chain[0]) == chain[-1] and self.is_invertible(chain[0][0], known):
                    chain = chain[1:-1]
                if len(chain) == 2:
                    return self._turned(chain[0]) == chain[1] and self.is_invertible(chain[0][0], known)
                return len(chain) == 1 and self.is_definite(chain[0][0], known)
        return False

    def is_invertible(self, e: Expr, parameters: _Parameters | None = None) -> bool:
        """Whether a square matrix is known to be invertible; an inverse is, where it is defined."""
        known = parameters or {}
        if self.is_definite(e, known):
            return True
        match e:
            case tree.Symbol():
                declaration = self.context.symbols.get(e.name)
                return declaration is not None and declaration.structure in ("orthogonal", "invertible")
            case tree.Inverse():
                return True
            case tree.Reference() if not e.arguments:
                return self.is_invertible(self.context.definitions[e.name].body)
            case tree.Transpose():
                return self.is_invertible(e.arg, known)
            case tree.MatrixPower() | tree.SymbolicPower():
                return self.is_invertible(e.base, known)
            case tree.Kronecker():
                return self.is_invertible(e.left, known) and self.is_invertible(e.right, known)
            case tree.Product():
                scalars, chain = _taken_apart(e)
                square = all(factor.shape[0] == factor.shape[1] for factor, _ in chain)
                nonzero = all(self.sign(scalar, known) == Sign.POSITIVE for scalar in scalars)
                return square and nonzero and all(self.is_invertible(factor, known) for factor, _ in chain)
        return False

    def _of_determinant(self, e: Expr, known: _Parameters) -> Sign:
        if self.is_definite(e, known):
            return Sign.POSITIVE
        return Sign.NONNEGATIVE if self._is_semidefinite_by_form(e, known) else Sign.UNKNOWN

    def _is_congruent(self, chain: list[_Factor], known: _Parameters) -> bool:
        """Whether a chain reads AᵀDA with D ⪰ 0, or AᵀA."""
        left, right = 0, len(chain) - 1
        while left < right and self._turned(chain[left]) == chain[right]:
            left, right = left + 1, right - 1
        if left > right:
            return True
        middle = [tree.Transpose(arg=f, shape=f.shape[::-1]) if turned else f for f, turned in chain[left : right + 1]]
        if len(middle) == 1:
            return self.is_semidefinite(middle[0], known)
        fits = all(a.shape[1] == b.shape[0] for a, b in pairwise(middle))
        product = tree.Product(factors=tuple(middle), shape=(middle[0].shape[0], middle[-1].shape[1]))
        return fits and product.shape[0] == product.shape[1] and not product.is_scalar and self._is_projection(product)

    def _turned(self, factor: _Factor) -> _Factor:
        e, turned = factor
        if isinstance(e, tree.Identity | tree.Diagonal):
            return factor
        declaration = self.context.symbols.get(e.name) if isinstance(e, tree.Symbol) else None
        symmetric = declaration is not None and declaration.structure in ("symmetric", "positive definite")
        return factor if symmetric else (e, not turned)

    def _is_projection(self, e: Expr) -> bool:
        """Whether the core proves e = eᵀe; such an e is symmetric, and xᵀex = ‖ex‖²."""
        if e not in self._projections:
            self._projections[e] = self._proved_projection(e)
        return self._projections[e]

    def _proved_projection(self, e: Expr) -> bool:
        indexing = self.indexing
        before, indexing.ring.budget = indexing.ring.budget, Budget(_TERMS)
        square = tree.Product(factors=(tree.Transpose(arg=e, shape=e.shape), e), shape=e.shape)
        try:
            row, column = places_of(e.shape)
            sides = indexing.to_sum(e, row, column), indexing.to_sum(square, row, column)
            return isinstance(decide(*sides, indexing.theory), Proof)
        except (BudgetExceeded, NoRule, ZeroDivisionError):
            return False
        finally:
            indexing.ring.budget = before


def _taken_apart(e: Expr) -> tuple[list[Expr], list[_Factor]]:
    """The scalar factors of a product, and its chain of matrices; products and transposes inside are opened."""
    scalars: list[Expr] = []
    chain: list[_Factor] = []

    def visit(node: Expr, turned: bool) -> None:
        if node is not e and node.is_scalar:
            scalars.append(node)
        elif isinstance(node, tree.Product):
            for factor in reversed(node.factors) if turned else node.factors:
                visit(factor, turned)
        elif isinstance(node, tree.Transpose):
            visit(node.arg, not turned)
        else:
            chain.append((node, turned))

    visit(e, False)
    return scalars, chain
