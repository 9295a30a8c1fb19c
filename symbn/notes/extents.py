r"""The rules of shapes, for expressions of which not everything is known: a `None` is of any shape.

    product   (r, s)(s, c) = (r, c), numbers aside       sum, equation   all of one shape
    ∂f/∂x     f×x of columns, the shape of X for a scalar f and a matrix X or under ∇

What does not fit is a conflict: it is counted and placed, and the rest goes on.  An open size is never 1.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass, field
from typing import TypeAlias

from symbn.diagnostics import NoteError
from symbn.expr.shape import is_column, is_scalar, is_vector, resolved, resolved_shape, unify
from symbn.expr.tree import Dim, DimVar, Shape
from symbn.source import Span

Form: TypeAlias = Shape | None
"""A shape whose sizes may be open, or nothing that is known."""

NUMBER: Shape = (1, 1)
CONFLICT = 10.0
"""What counts where something does not fit."""

_LOOSE = 1.5
"""What a reading costs that is allowed but rarely meant, such as a number added to a vector."""


def column() -> Shape:
    """A column of open size."""
    return DimVar("a column"), 1


def matrix() -> Shape:
    """A matrix of open sizes."""
    return DimVar("rows"), DimVar("columns")


@dataclass
class Extents:
    """Combines shapes; what they cost is the sum of what did not fit.

    denominators: whether ∂f/∂x is in denominator layout.
    """

    denominators: bool = False
    cost: float = 0.0
    conflicts: list[Span] = field(default_factory=list)
    _bound: list[DimVar] = field(default_factory=list)

    @property
    def mark(self) -> int:
        """Where `undo` goes back to."""
        return len(self._bound)

    def undo(self, mark: int) -> None:
        """Open again the sizes that were found since then."""
        for size in self._bound[mark:]:
            size.bound = None
        del self._bound[mark:]

    def conflict(self, span: Span) -> None:
        """What stands there does not fit."""
        self.cost += CONFLICT
        self.conflicts.append(span)

    def loose(self) -> None:
        """Something is read that is rarely meant."""
        self.cost += _LOOSE

    def equal(self, a: Dim, b: Dim, span: Span) -> bool:
        """Make two sizes one, if they can be."""
        a, b = resolved(a), resolved(b)
        if a is b or (not isinstance(a, DimVar) and a == b):
            return True
        opened = [size for size in (a, b) if isinstance(size, DimVar)]
        try:
            fits = 1 not in (a, b) and unify(a, b)
        except NoteError:  # one size, divided into other parts
            fits = False
        self._bound += [size for size in opened if size.bound is not None]
        if not fits:
            self.conflict(span)
        return fits

    def same(self, a: Form, b: Form, span: Span) -> Form:
        """The shape of two things that are of one shape."""
        if a is None or b is None:
            return b if a is None else a
        if is_scalar(a) != is_scalar(b):
            self.conflict(span)
            return a
        if _pattern(a) != _pattern(b):
            self.conflict(span)
            return a
        if self.equal(a[0], b[0], span):
            self.equal(a[1], b[1], span)
        return a

    def square(self, a: Form, span: Span) -> Form:
        """A square matrix, or a number."""
        if a is not None and (is_vector(a) or not self.equal(a[0], a[1], span)):
            if is_vector(a):
                self.conflict(span)
            return None
        return a

    def sum(self, terms: Many[Form], span: Span) -> Form:
        """The shape of a sum; a number added to a vector is added to its entries."""
        whole: Form = None
        numbers = [t for t in terms if t is not None and is_scalar(t)]
        for term in terms:
            if term is not None and not is_scalar(term):
                whole = self.same(whole, term, span)
        if whole is None:
            return NUMBER if len(numbers) == len(terms) else None
        if numbers and is_vector(whole):
            self.loose()
        elif numbers:
            self.conflict(span)
        return whole

    def product(self, factors: Many[Form], span: Span) -> Form:
        """The shape of a product, from left to right; None where a factor is not known."""
        whole: Form = NUMBER
        for factor in factors:
            if factor is None or whole is None:
                whole = None if factor is None or not is_scalar(factor) else whole
                continue
            if is_scalar(factor):
                continue
            if is_scalar(whole):
                whole = factor
            elif self.equal(whole[1], factor[0], span):
                whole = (whole[0], factor[1])
            else:
                whole = None
        return whole

    def quotient(self, above: Form, below: Form, span: Span) -> Form:
        """A number below, or as many of them as above: then entry by entry."""
        if below is None or is_scalar(below):
            return above
        if above is None:
            return None
        self.loose()
        if is_scalar(above):
            return below
        return self.same(above, below, span)

    def entrywise(self, a: Form, b: Form, span: Span) -> Form:
        """a ⊙ b; with a number it is a scaling."""
        if a is None or b is None:
            return a if b is None else b
        if is_scalar(a) or is_scalar(b):
            self.loose()
            return b if is_scalar(a) else a
        return self.same(a, b, span)

    def derivative(self, body: Form, variable: Form, span: Span, gradient: bool = False) -> Form:
        """∂body/∂variable, and ∇: of a scalar in the shape of the variable, but a row for a column."""
        if variable is None:
            return None
        if gradient:
            return variable
        if body is None or is_scalar(variable):
            return body
        if is_scalar(body):
            return (1, variable[0]) if is_column(variable) and not self.denominators else variable
        if is_vector(body) and is_vector(variable):
            lengths = _length(body), _length(variable)
            return lengths[::-1] if self.denominators else lengths
        self.conflict(span)
        return None

    def inner(self, a: Form, b: Form, span: Span) -> Form:
        r"""a \cdot b: of two columns a number, else the product."""
        if a is not None and b is not None and is_column(a) and is_column(b):
            self.equal(a[0], b[0], span)
            return NUMBER
        return self.product((a, b), span)


def transposed(a: Form) -> Form:
    """Aᵀ."""
    return None if a is None else (a[1], a[0])


def _length(vector: Shape) -> Dim:
    return vector[0] if is_column(vector) else vector[1]


def _pattern(shape: Shape) -> tuple[bool, bool]:
    rows, columns = resolved_shape(shape)
    return rows == 1, columns == 1
