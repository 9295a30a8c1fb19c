"""Functions of matrices with indices: blocks, inverses, determinants, softmax.

A block matrix's place is in one of its parts; the inverse and the determinant of a plain size are the core's own, of a
Kronecker product or of blocks they are said by those of its factors.
"""

from __future__ import annotations

from abc import abstractmethod

from symbn.core.applications import application
from symbn.core.contraction import bind, delta, dimension, fresh, multiply
from symbn.core.matrices import DETERMINANT, INVERSE, POWER
from symbn.core.powers import power, scalarwise
from symbn.core.ring import Coefficient, Ring
from symbn.core.terms import Argument, Index, NoRule, SumOfProducts, constant
from symbn.expr import build, tree
from symbn.expr.context import Context
from symbn.expr.places import Part, Place, dim_of, factors_of, parts_of, positions, present


class MatrixFunctions:
    """The part of the translation that writes functions of whole matrices.

    `stated`: the sides of the equation; what is inverted in it may be supposed to be invertible.
    """

    context: Context
    ring: Ring
    stated: tuple[tree.Expr, ...]

    @abstractmethod
    def to_sum(self, e: tree.Expr, row: Place, column: Place) -> SumOfProducts:
        """e[row, column]."""

    @abstractmethod
    def identity(self, row: Place, column: Place) -> SumOfProducts:
        """I[row, column]."""

    @abstractmethod
    def product(self, factors: tuple[tree.Expr, ...], row: Place, column: Place) -> SumOfProducts:
        """The product of factors at [row, column]."""

    def block(self, e: tree.Block, row: Place, column: Place) -> SumOfProducts:
        """The entry of the block that a place falls into; a fixed number of scalars is told apart by δ."""
        heights = [parts_of(e.cells[k].shape[0]) for k in range(0, len(e.cells), e.columns)]
        widths = [parts_of(e.cells[k].shape[1]) for k in range(e.columns)]
        total = constant(self.ring.zero)
        for r, above in _blocks(row, heights):
            for c, beside in _blocks(column, widths):
                entry = self.to_sum(e.cells[r * e.columns + c], above, beside)
                for where, number, count in ((row, r, len(heights)), (column, c, len(widths))):
                    if count > 1 and isinstance(where, Index):
                        entry = multiply(entry, delta(self.ring, where, Index(f"={number + 1}", where.dim)))
                total = total + entry
        return total

    def symbolic_power(self, e: tree.SymbolicPower, row: Place, column: Place) -> SumOfProducts:
        if not (isinstance(row, Index) and isinstance(column, Index)):
            raise NoRule(f"a power of a matrix of the size {e.shape[0]}")
        formals = fresh(row.dim), fresh(column.dim)
        base = Argument(formals, self.to_sum(e.base, *formals))
        exponent = Argument((), self.to_sum(e.exponent, None, None))
        return application(self.ring, POWER, (row, column), arguments=(base, exponent))

    def inverse(self, e: tree.Expr, row: Place, column: Place) -> SumOfProducts:
        """e⁻¹[row, column]; of a Kronecker product the product of the inverses."""
        if isinstance(row, Index) and isinstance(column, Index):
            formals = fresh(row.dim), fresh(column.dim)
            argument = Argument(formals, self.to_sum(e, *formals))
            return application(self.ring, INVERSE, (row, column), arguments=(argument,))
        match e:
            case tree.Kronecker() if _square(e.left) and _square(e.right):
                turned = tree.Kronecker(left=_inverted(e.left), right=_inverted(e.right), shape=e.shape)
                return self.to_sum(turned, row, column)
            case tree.Product() if all(map(_square, e.factors)):
                return self.product(tuple(map(_inverted, reversed(e.factors))), row, column)
            case tree.Transpose():
                return self.inverse(e.arg, column, row)
            case tree.Inverse():
                return self.to_sum(e.arg, row, column)
            case tree.Identity():
                return self.identity(row, column)
        raise NoRule(f"the inverse of a matrix of the size {e.shape[0]}")

    def determinant(self, e: tree.Expr) -> SumOfProducts:
        """det e; of A ⊗ B with A m×m and B n×n it is (det A)ⁿ (det B)ᵐ."""
        rows, columns = e.shape
        if isinstance(rows, str | int):
            formals = fresh(dim_of(rows)), fresh(dim_of(columns))
            argument = Argument(formals, self.to_sum(e, *formals))
            return application(self.ring, DETERMINANT, (), arguments=(argument,))
        match e:
            case tree.Kronecker() if _square(e.left) and _square(e.right):
                one, other = self.determinant(e.left), self.determinant(e.right)
                return multiply(power(one, self._size(e.right.shape[0])), power(other, self._size(e.left.shape[0])))
            case tree.Product() if all(f.is_scalar or _square(f) for f in e.factors):
                result = constant(self.ring.one)
                for factor in e.factors:
                    scaled = power(self.to_sum(factor, None, None), self._size(rows)) if factor.is_scalar else None
                    result = multiply(result, self.determinant(factor) if scaled is None else scaled)
                return result
            case tree.Block():
                return self._determinant_of_blocks(e)
            case tree.Transpose():
                return self.determinant(e.arg)
            case tree.Inverse():
                return power(self.determinant(e.arg), self.ring.rational(-1))
            case tree.Identity():
                return constant(self.ring.one)
        raise NoRule(f"the determinant of a matrix of the size {rows}")

    def _determinant_of_blocks(self, e: tree.Block) -> SumOfProducts:
        """det (A B; C D) = det A det(D − C A⁻¹ B) where A is invertible, det A det D where B or C is 0."""
        if e.columns != 2 or len(e.cells) != 4 or not (_square(e.cells[0]) and _square(e.cells[3])):
            raise NoRule("the determinant of a matrix of more than four blocks")
        a, b, c, d = e.cells
        if isinstance(b, tree.Zero) or isinstance(c, tree.Zero):
            return multiply(self.determinant(a), self.determinant(d))
        for first, right, left, last in ((a, b, c, d), (d, c, b, a)):
            symbol = self.context.symbols.get(first.name) if isinstance(first, tree.Symbol) else None
            declared = symbol is not None and symbol.structure in ("positive definite", "orthogonal", "invertible")
            if declared or isinstance(first, tree.Identity) or self._is_inverted(first):
                middle = tree.Product(factors=(build.number(-1), left, _inverted(first), right), shape=last.shape)
                rest = tree.Add(terms=(last, middle), shape=last.shape)
                return multiply(self.determinant(first), self.determinant(rest))
        raise NoRule("the determinant of a block matrix, none of whose blocks is known to be invertible")

    def _is_inverted(self, e: tree.Expr) -> bool:
        """Whether the equation, or a definition that it rests on, holds e⁻¹."""
        bodies = [definition.body for definition in self.context.definitions_used(self.stated)]
        nodes = (node for side in (*self.stated, *bodies) for node in tree.walk(side))
        return any(isinstance(node, tree.Inverse) and node.arg == e for node in nodes)

    def _size(self, dim: tree.Dim) -> Coefficient:
        """A size as a coefficient."""
        total = self.ring.one
        for factor in factors_of(dim):
            total = total * dimension(self.ring, factor)
        return total

    def softmax(self, e: tree.Softmax, row: Place, column: Place) -> SumOfProducts:
        """exp(x_i) / Σ_k exp(x_k)."""
        tall = e.shape[1] == 1
        total = constant(self.ring.zero)
        for place in positions(e.shape[0] if tall else e.shape[1]):
            entry = self.to_sum(e.arg, place if tall else None, None if tall else place)
            total = total + bound(scalarwise("exp", 0, entry), place)
        above = scalarwise("exp", 0, self.to_sum(e.arg, row, column))
        return multiply(above, power(total, self.ring.rational(-1)))


def bound(e: SumOfProducts, place: Place) -> SumOfProducts:
    """Σ e over a place."""
    for index in present(place):
        e = bind(e, index)
    return e


def _blocks(place: Place, extents: list[tuple[str | int, ...]]) -> list[tuple[int, Place]]:
    """The blocks along one axis that a place can fall into, and the place in each."""
    if len(extents) == 1:
        return [(0, place)]
    if not isinstance(place, Part):
        return [(number, None) for number in range(len(extents))]
    before = 0
    for number, parts in enumerate(extents):
        if place.number < before + len(parts):
            inside = place.number - before
            return [(number, place.place if len(parts) == 1 else Part(inside, place.place))]
        before += len(parts)
    raise AssertionError("a place beyond the last block")


def _square(e: tree.Expr) -> bool:
    return e.shape[0] == e.shape[1]


def _inverted(e: tree.Expr) -> tree.Expr:
    return e if isinstance(e, tree.Identity) else tree.Inverse(arg=e, shape=e.shape)
