r"""Claims: the two sides of an equation, read by one reader, as goals over the indices that both leave free.

Each side of a chain is read once, also where it stands in two equations; a side that cannot be read fails both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from symbn.diagnostics import NoteError, ShapeError, fail
from symbn.expr import build, tree
from symbn.expr.shape import finished, is_column, is_scalar, shape_text, unify_shapes
from symbn.expr.statement import Goal, Statement
from symbn.expr.tree import Expr, Shape
from symbn.notes.expressions import Reader
from symbn.notes.first_order import first_order_goals, orders, without_order
from symbn.notes.open_zeros import OpenZeros, is_applied_to_zero, possible_zeros, zero_of_unknown_size
from symbn.notes.register import fail_statement
from symbn.notes.syntax import Chain, Nabla, Sequence, Syntax

_MISFITS = frozenset(["E124", "E125", "S220", "S234"])
"""Questions that a number asks, or something of another shape, where no number is meant: a scalar has no entries."""

_FEW = 4
"""So many other readings of an equation are looked at, where one turns out false."""


@dataclass(frozen=True)
class _Side:
    """A side as it was read, or why it could not be; and the indices that occur free in it."""

    found: Expr | NoteError
    free: frozenset[str] = frozenset()

    def expression(self) -> Expr:
        """The side's expression.  Raises the NoteError of a side that has none."""
        if isinstance(self.found, NoteError):
            raise self.found
        return self.found


class Claims:
    """The equations of one chain."""

    def __init__(self, chain: Chain, reader: Reader) -> None:
        self.chain = chain
        self.reader = reader
        self.scope = reader.scope
        reader.sides = chain.sides
        reader.foresee_arguments(chain.sides)
        reader.expands = any(orders(side, reader.scope) for side in chain.sides)
        self._sides: dict[int, _Side] = {}
        self._done: list[tuple[Expr, Expr]] = []

    def claim(self, statement: Statement, place: int) -> None:
        """The equation of the sides at `place` and after it.

        Where it cannot be read with each 0 in it as a number, one of them may be a column or matrix of zeros.
        """
        try:
            self._equate(statement, place)
        except NoteError as error:
            if isinstance(error, ShapeError) or error.diagnostic.code in _MISFITS:
                self._equate_with_open_zeros(statement, place, error)
            else:
                fail_statement(statement, error)
        else:
            if any(map(is_applied_to_zero, statement.goals)):
                others = (r for r in self._readings(statement, place) if isinstance(r, Statement))
                statement.otherwise = tuple(islice(others, _FEW))

    def _equate(self, statement: Statement, place: int) -> None:
        """Give the statement its goals.  Raises NoteError, ShapeError."""
        first, second, reader = self._side(place), self._side(place + 1), self.reader
        left, right = self._same_shape(first.expression(), second.expression(), place)
        self._check_free(place, left, right)
        increments = [o for side in self.chain.sides[place : place + 2] for o in orders(side, self.scope)]
        goals = first_order_goals(left, right, increments, reader) if increments else [Goal(left, right)]
        reader.settle()
        statement.goals = tuple(Goal(self._finished(g.left), self._finished(g.right), g.note) for g in goals)
        names = first.free | second.free
        own = [i for name, i in reader.free.items() if name in names]
        entries = [i for name, i in reader.free.items() if name.startswith("'")]
        statement.free = tuple(finished(i) for i in (*own, *entries))
        reader.note_sizes()
        statement.notices = tuple(reader.notices)
        statement.context = self.scope.context

    def _equate_with_open_zeros(self, statement: Statement, place: int, error: NoteError) -> None:
        """Give the statement the goals of its first reading with other zeros, or else its error.

        What could be read but for the size of a zero is no misfit of shapes: that is asked for (E258).
        """
        readings = list(self._readings(statement, place))
        fitting = [reading for reading in readings if isinstance(reading, Statement)]
        asking = [reading for reading in readings if not isinstance(reading, Statement | ShapeError)]
        if fitting:
            first, *others = fitting[: 1 + _FEW]
            statement.goals, statement.free = first.goals, first.free
            statement.notices, statement.context = first.notices, first.context
            statement.otherwise = tuple(others)
        elif asking and isinstance(error, ShapeError):
            fail_statement(statement, zero_of_unknown_size(asking[0], statement.span))
        else:
            fail_statement(statement, error)

    def _readings(self, statement: Statement, place: int) -> Iterator[Statement | NoteError]:
        """The statement with a 0 of it as a column or matrix, where one stands in it; or why it cannot be read so."""
        for zeros in possible_zeros(self.chain.sides[place : place + 2]):
            yield self._reading(zeros, statement, place)

    def _reading(self, zeros: OpenZeros, statement: Statement, place: int) -> Statement | NoteError:
        reader = self.reader.afresh()
        reader.open_zeros = zeros
        claims, reading = Claims(self.chain, reader), replace(statement)
        claims.read_before(place)
        try:
            claims._equate(reading, place)
            zeros.check_no_rows()
        except NoteError as error:
            return error
        reading.notices = (*reading.notices, *zeros.notices())
        return reading

    def read_before(self, place: int) -> None:
        """Read the sides before `place`, as a chain does: they may tell the sizes of those that follow."""
        for earlier in range(place):
            self._side(earlier)

    def hole(self, statement: Statement, place: int) -> None:
        """The side at `place`, beside a `?`."""
        statement.kind = "hole"
        side = self._side(place)
        try:
            statement.expression = statement.asked = finished(side.expression())
            statement.free = tuple(finished(i) for name, i in self.reader.free.items() if name in side.free)
        except NoteError as error:
            fail_statement(statement, error)

    def asked(self) -> Expr | None:
        """The derivative that the chain begins with, if its sizes are known."""
        side = self._side(0).found
        try:
            return finished(side) if isinstance(side, tree.Derivative) else None
        except NoteError:
            return None

    def _side(self, place: int) -> _Side:
        if place not in self._sides:
            self.reader.seen = set()
            try:
                found = self.reader.read(without_order(self.chain.sides[place], self.scope))
                self._sides[place] = _Side(found, frozenset(self.reader.seen))
            except NoteError as error:
                self._sides[place] = _Side(error)
        return self._sides[place]

    def _same_shape(self, left: Expr, right: Expr, place: int) -> tuple[Expr, Expr]:
        """Both sides in one shape; asks where a_1 is an entry, but only a new name a_1 could be meant."""
        try:
            return build.same_shape(left, right)
        except ShapeError:
            for side, other in ((place, right), (place + 1, left)):
                if is_scalar(other.shape) and _is_hessian(self.chain.sides[side]):
                    raise fail(
                        "E248", r"is this \nabla^2 the Hessian, or the Laplacian?", self.chain.sides[side].span,
                        help=r"symbn reads the Hessian; the Laplacian is its trace, \operatorname{tr}(\nabla^2 f(x))",
                    ) from None  # fmt: skip
            if any(map(_is_product_of_columns, (left, right))):
                raise fail(
                    "E249", r"is this \otimes the Kronecker product, or the outer product?",
                    self.chain.sides[place].span.to(self.chain.sides[place + 1].span),
                    help=r"x \otimes y of two columns is a column here; write x y^\top for the matrix",
                ) from None  # fmt: skip
            if place == 0 and isinstance(left, tree.Slice) and isinstance(left.row or left.column, tree.IndexConst):
                if isinstance(left.arg, tree.Symbol):
                    self.scope.parted.add(left.arg.name)
                raise fail(
                    "E172", "this is an entry of a declared name, or a new name with that subscript?",
                    self.chain.sides[0].span, help="use another letter for the new name",
                ) from None  # fmt: skip
            raise

    def _finished(self, e: Expr) -> Expr:
        """The finished expression; one and the same where a side stands in two equations."""
        for known, found in self._done:
            if known is e:
                return found
        self._done.append((e, finished(e)))
        return self._done[-1][1]

    def _check_free(self, place: int, left: Expr, right: Expr) -> None:
        """An index that is not declared is free on both sides, or the other side is a number (∂μ/∂x_j = 1/n)."""
        left_free, right_free = self._side(place).free, self._side(place + 1).free
        span = self.chain.sides[place].span.to(self.chain.sides[place + 1].span)
        for name in sorted(left_free ^ right_free):
            other = right if name in left_free else left
            if name not in self.scope.indices and not _is_number(other):
                raise fail(
                    "E163", f"the index `{name}` is free on one side only", span,
                    help=f"bind it by a sum, or declare it: ${name} \\in \\{{1, \\ldots, n\\}}$",
                )  # fmt: skip


def claim_structure(statement: Statement, reader: Reader, subject: Syntax, shape: Shape, structure: str) -> None:
    """subject ∈ 𝕊ⁿ as the claim that A = Aᵀ, subject ∈ O(n) as QᵀQ = I."""
    statement.kind = "shape"
    e = reader.read(subject)
    if not unify_shapes(e.shape, shape):
        raise build.shape_error("S250", f"this is {shape_text(e.shape)}, not {shape_text(shape)}", (e,))
    turned = build.transpose(e, e.span)
    if structure == "symmetric":
        sides: tuple[Expr, Expr] = (e, turned)
    else:
        sides = build.multiply((turned, e), e.span), tree.Identity(shape=shape, span=e.span)
    statement.goals = (Goal(finished(sides[0]), finished(sides[1])),)
    statement.free = tuple(map(finished, reader.free.values()))
    statement.notices = tuple(reader.notices)


def _is_hessian(side: Syntax) -> bool:
    """Whether a side is ∇²f, by itself."""
    first = side.items[0] if isinstance(side, Sequence) else side
    return isinstance(first, Nabla) and first.order == 2


def _is_product_of_columns(e: Expr) -> bool:
    """Whether x ⊗ y of two columns stands in an expression."""
    kronecker = (node for node in tree.walk(e) if isinstance(node, tree.Kronecker))
    return any(is_column(node.left.shape) and is_column(node.right.shape) for node in kronecker)


def _is_number(e: Expr) -> bool:
    """Whether an expression is made of numbers and sizes only."""
    named = (tree.Symbol, tree.Reference, tree.Apply, tree.Slice, tree.UnitVector, tree.Delta)
    return not any(isinstance(node, named) for node in tree.walk(e))
