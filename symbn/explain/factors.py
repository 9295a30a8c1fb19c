"""One factor of a term as a typed expression: a scalar, a column in one index, or a matrix in two.

What a factor cannot say as a row or column of a matrix (a family's index, an index inside a function's argument)
is stacked:  ŷ_k[r]  →  (ŷ_1 … ŷ_m)  in (r, k).  A derivative slot of an unknown function is a derivative by the
argument's own name, or, where that is no name, by a shift of it:  ∂₁f(u)  →  ∂f(u + t)/∂t at t = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import chain, count
from typing import NamedTuple

from symbn.core.applications import FUNCTIONS
from symbn.core.contraction import atom, fresh, opened
from symbn.core.expectation import MEAN
from symbn.core.heads import split_tensor
from symbn.core.matrices import DETERMINANT, INVERSE
from symbn.core.terms import (
    Argument,
    DeltaHead,
    Factor,
    Index,
    NoRule,
    Power,
    Scalarwise,
    Slot,
    SumOfProducts,
    Tensor,
)
from symbn.explain.notation import coefficient, entry, transpose
from symbn.explain.notation import power as power_of
from symbn.expr import tree
from symbn.expr.indexing import Indexing
from symbn.expr.places import dim_of
from symbn.expr.tree import Expr, IndexVar, Ix, Shape

Place = Index | None
Writer = Callable[[SumOfProducts, Place, Place], Expr]
_Slots = tuple[tuple[Slot, tuple[Index, ...]], ...]


class Piece(NamedTuple):
    """A factor written out: `expr` is a scalar, a column or a matrix in `indices` (of which two may be one)."""

    expr: Expr
    indices: tuple[Index, ...]


def names_for_indices(taken: Collection[str]) -> Iterator[str]:
    """k, l, q, …, k_1, … that are not taken."""
    letters = "klqrst"
    numbered = (f"{letter}_{{{number}}}" for number in count(1) for letter in letters)
    return (name for name in chain(letters, numbered) if name not in taken)


def fixed(index: Index) -> Ix:
    """An index that is no row, column or bound one here, as the author's."""
    label = str(index.label)
    if not index.is_constant:
        return IndexVar(label, index.dim)
    return tree.IndexConst(int(label[1:]) if label[1:].isdigit() else label[1:], index.dim)


def as_index(variable: IndexVar) -> Index:
    return Index(variable.name, dim_of(variable.dim))


class FactorForms:
    """Factors of sums in one context; `write` turns a nested sum with a row and a column into an expression."""

    def __init__(self, indexing: Indexing, write: Writer) -> None:
        self._indexing = indexing
        self._context = indexing.context
        self._write = write
        self.reserved = {*self._context.dimensions, *self._context.symbols, *self._context.functions}
        self._shapes: dict[str, Shape] = {}
        for definition in self._context.definitions.values():
            self._shapes[definition.key] = definition.body.shape
            self._shapes.update((parameter.name, parameter.shape) for parameter in definition.parameters)
        self._shapes.update((symbol.name, symbol.shape) for symbol in self._context.symbols.values())
        self._shapes.update((function.name, function.codomain) for function in self._context.functions.values())

    def piece(self, factor: Factor, variable: Collection[Index]) -> Piece:
        """A factor with at most two different indices among `variable`.  Raises NoRule."""
        head, indices = factor
        match head:
            case DeltaHead():
                return _delta(indices, variable)
            case Tensor() if head.name == MEAN:
                inside, present = self._nested(head.arguments[0].body, indices, variable)
                return Piece(tree.Expectation(arg=inside, shape=inside.shape), present)
            case Tensor():
                return self._tensor(head, indices, variable)
            case Power():
                base, present = self._nested(head.base, indices, variable)
                value = head.exponent.as_fraction()
                return Piece(power_of(base, coefficient(head.exponent) if value is None else value), present)
            case Scalarwise():
                argument, present = self._nested(head.argument, indices, variable)
                return Piece(_applied_entrywise(head, argument), present)
        raise NoRule(f"no rule to write {head!r} with matrices")

    def _nested(
        self, body: SumOfProducts, indices: tuple[Index, ...], variable: Collection[Index]
    ) -> tuple[Expr, tuple[Index, ...]]:
        present = tuple(dict.fromkeys(i for i in indices if i in variable))
        row, column = (*present, None, None)[:2]
        return self._write(opened(body, indices), row, column), present

    # Tensors ----------------------------------------------------------------------------------------------

    def _tensor(self, head: Tensor, indices: tuple[Index, ...], variable: Collection[Index]) -> Piece:
        """The tensor sliced at its fixed indices, stacked over those that are neither its row nor its column."""
        if self._is_of_products(head):
            alias = self._alias(head, indices, variable)
            if alias is None:
                raise NoRule(f"{head.name}, whose sizes are products, has no matrix form here")
            return alias
        places = self._natural_places(head, indices)
        natural = [p for p in places if p is not None]
        stacked = tuple(dict.fromkeys(i for place, i in enumerate(indices) if place not in natural and i in variable))
        if stacked and not head.arguments and not head.slots:
            alias = self._alias(head, indices, variable)
            if alias is not None:
                return alias
        taken = self.reserved | {str(i.label) for i in indices}
        over = [IndexVar(name, i.dim) for name, i in zip(names_for_indices(taken), stacked, strict=False)]
        names = {i: as_index(index) for i, index in zip(stacked, over, strict=True)}
        renamed = tuple(names.get(i, i) for i in indices)
        body = self._whole(head, renamed, places)
        row, column = (renamed[p] if p is not None else None for p in places)
        body, kept = _sliced(body, row, column, variable)
        if stacked and len(kept) == 2:  # one index twice, beside another
            body, kept = tree.DiagonalPart(arg=body, shape=(body.shape[0], 1)), kept[:1]
        return Piece(_stacked(body, kept, over), (*kept, *stacked))

    def _is_of_products(self, head: Tensor) -> bool:
        """Whether a size of a name is a product, so that a position in it is no single index."""
        shape = self._shapes.get(head.name, ())
        return not head.arguments and not head.slots and any(isinstance(size, tree.DimProduct) for size in shape)

    def _natural_places(self, head: Tensor, indices: tuple[Index, ...]) -> tuple[int | None, int | None]:
        """Which of the indices are the row and the column of the tensor as a matrix."""
        if head.name in FUNCTIONS:
            return (0, 1) if head.out else (None, None)
        definition = self._context.definitions.get(head.name)
        family = 0 if definition is None else len(definition.indices)
        out = list(range(family, head.out))
        starts, position = [], head.out
        for slot in head.slots:
            starts.append(position)
            position += slot.arity
        vectors = [(start, slot) for start, slot in zip(starts, head.slots, strict=True) if slot.arity]
        if not vectors:
            return _by_shape(self._shape(head.name, head.out), out)
        start, slot = vectors[-1]
        if slot.arity == 1 and len(vectors) > 1 and vectors[-2][1].arity == 1:
            return vectors[-2][0], start
        if slot.arity == 1 and len(vectors) == 1 and len(out) == 1:
            return out[0], start
        domain = self._context.functions[head.name].domain if head.name in self._context.functions else ()
        if not isinstance(slot.target, int) or not domain:
            raise NoRule(f"a partial derivative of {head.name} has no matrix form")
        return _by_shape(domain[slot.target], list(range(start, start + slot.arity)))

    def _shape(self, name: str, rank: int) -> Shape:
        shape = self._shapes.get(name)
        if shape is None:
            raise NoRule(f"{name} ({rank} indices) is not declared here")
        return shape

    def _whole(self, head: Tensor, indices: tuple[Index, ...], places: tuple[int | None, int | None]) -> Expr:
        """The tensor with its natural row and column, all other indices fixed."""
        definition = self._context.definitions.get(head.name)
        family = 0 if definition is None else len(definition.indices)
        _, slots, arguments = split_tensor(head, indices)
        if head.name in FUNCTIONS:
            return self._of_matrix(head.name, arguments)
        if definition is None and head.name not in self._context.functions:
            if slots:
                raise NoRule(f"a derivative of {head.name}, which is no function")
            return tree.Symbol(name=head.name, shape=self._shape(head.name, head.out))
        if definition is not None:
            if slots:
                raise NoRule(f"a partial derivative of {head.name} has no matrix form")
            shapes = [parameter.shape for parameter in definition.parameters]
            return tree.Reference(
                name=head.name, shape=definition.body.shape, indices=tuple(fixed(i) for i in indices[:family]),
                arguments=tuple(self._argument(a, s) for a, s in zip(arguments, shapes, strict=True)),
            )  # fmt: skip
        domain = self._context.functions[head.name].domain
        written = tuple(self._argument(a, s) for a, s in zip(arguments, domain, strict=True))
        call = tree.Apply(name=head.name, arguments=written, shape=self._shape(head.name, head.out))
        return call if not slots else self._derivative(head, indices, places, call, slots)

    def _of_matrix(self, name: str, arguments: tuple[Argument, ...]) -> Expr:
        """The inverse or the determinant of a matrix written out."""
        matrix = self._write(arguments[0].body, *arguments[0].formals)
        if name == INVERSE:
            plain = transpose(matrix) if isinstance(matrix, tree.Transpose) else matrix
            turned = tree.Inverse(arg=plain, shape=plain.shape)
            return turned if plain is matrix else transpose(turned)
        if name == DETERMINANT:
            return tree.Determinant(arg=matrix, shape=(1, 1))
        raise NoRule(f"no rule to write {name} with matrices")

    def _argument(self, argument: Argument, shape: Shape) -> Expr:
        row, column = _by_shape(shape, list(range(len(argument.formals))))
        at = argument.formals
        return self._write(argument.body, None if row is None else at[row], None if column is None else at[column])

    def _alias(self, head: Tensor, indices: tuple[Index, ...], variable: Collection[Index]) -> Piece | None:
        """A definition that only renames this tensor (Ŷ := (ŷ_1 … ŷ_m)) instead of a stack of it, or a part of it."""
        for key, unfolding in self._indexing.theory.unfoldings.items():
            definition = self._context.definitions[key]
            factors = list(unfolding.body.factors())
            count = len(definition.indices)
            if unfolding.parameters or len(factors) != 1 or (count and not self._is_of_products(head)):
                continue
            if (
                not all(c.is_one() for c in unfolding.body.terms.values())
                or factors[0].head != head
                or set(factors[0].indices) != set(unfolding.indices)
            ):
                continue
            at = dict(zip(factors[0].indices, indices, strict=True))
            family, own = [at[i] for i in unfolding.indices[:count]], [at[i] for i in unfolding.indices[count:]]
            if any(index in variable for index in family):
                continue
            row, column = _by_shape(definition.body.shape, list(range(len(own))))
            whole = tree.Reference(name=key, indices=tuple(map(fixed, family)), shape=definition.body.shape)
            at_row, at_column = (own[p] if p is not None else None for p in (row, column))
            return Piece(*_sliced(whole, at_row, at_column, variable))
        return None

    # Derivatives of unknown functions ---------------------------------------------------------------------

    def _derivative(
        self, head: Tensor, indices: tuple[Index, ...], places: tuple[int | None, int | None], call: tree.Apply,
        slots: _Slots,
    ) -> Expr:  # fmt: skip
        """By the names that the arguments are, where that gives this very factor; else by shifts of them."""
        targets = [target_of_argument(call.arguments[slot.target]) for slot, _ in slots if isinstance(slot.target, int)]
        if all(target is not None for target in targets):
            variables = [call.arguments[slot.target] for slot, _ in slots if isinstance(slot.target, int)]
            found = _nested_derivative(call, slots, variables, [t for t in targets if t is not None], indices, head.out)
            if self._says(found, head, indices, places):
                return found
        shifts: list[tree.Symbol] = []
        shifted = list(call.arguments)
        names = (name for name in _shift_names() if name not in self.reserved)
        for slot, _ in slots:
            assert isinstance(slot.target, int)
            old = shifted[slot.target]
            shifts.append(tree.Symbol(name=next(names), shape=old.shape))
            shifted[slot.target] = tree.Add(terms=(old, shifts[-1]), shape=old.shape)
        call = tree.Apply(name=call.name, arguments=tuple(shifted), shape=call.shape)
        by = [tree.Target(shift.name, shift.shape) for shift in shifts]
        result = _nested_derivative(call, slots, shifts, by, indices, head.out)
        for shift in shifts:
            result = tree.At(arg=result, name=shift.name, shape=result.shape)
        return result

    def _says(self, e: Expr, head: Tensor, indices: tuple[Index, ...], places: tuple[int | None, int | None]) -> bool:
        """Whether an expression's entry is exactly the factor."""
        at = list(indices)
        for place in places:
            if place is not None:
                at[place] = fresh(indices[place].dim)
        row, column = (at[place] if place is not None else None for place in places)
        try:
            return self._indexing.to_sum(e, row, column) == atom(self._indexing.ring, head, tuple(at))
        except NoRule:
            return False


def _shift_names() -> Iterator[str]:
    return chain("tuvw", (f"t_{{{number}}}" for number in count(1)))


def _nested_derivative(
    call: Expr, slots: _Slots, variables: list[Expr] | list[tree.Symbol], targets: list[tree.Target],
    indices: tuple[Index, ...], out: int,
) -> Expr:  # fmt: skip
    """Derivatives one after another: by scalars first, then entries of gradients; the last one is whole.

    By a column, of a value or a gradient that is a column: the Jacobian.
    """
    pending = list(zip(slots, variables, targets, strict=True))
    e: Expr = call
    for (_, places), variable, target in pending:
        if not places:
            e = tree.Derivative(arg=e, variable=variable, target=target, layout="entrywise", shape=e.shape)
    vectors = [one for one in pending if one[0][1]]
    inner, rank = indices[:out], out
    for number, ((_, places), variable, target) in enumerate(vectors):
        if number == len(vectors) - 1 and len(places) == rank == 1:
            shape = (e.shape[0] if e.shape[0] != 1 else e.shape[1], places[0].dim)
            return tree.Derivative(arg=e, variable=variable, target=target, layout="jacobian", shape=shape)
        e = e if e.is_scalar else _entry(e, inner)
        e = tree.Derivative(arg=e, variable=variable, target=target, layout="gradient", shape=variable.shape)
        inner, rank = places, len(places)
    return e


def _entry(e: Expr, indices: tuple[Index, ...]) -> Expr:
    row, column = _by_shape(e.shape, list(range(len(indices))))
    return entry(e, None if row is None else fixed(indices[row]), None if column is None else fixed(indices[column]))


def target_of_argument(argument: Expr) -> tree.Target | None:
    """What a derivative by an argument means, if the argument is a name or an application."""
    match argument:
        case tree.Symbol():
            return tree.Target(argument.name, argument.shape)
        case tree.Reference(arguments=()):
            return tree.Target(argument.name, argument.shape, argument.indices)
        case tree.Apply(entrywise=False):
            return tree.Target(argument.name, argument.shape, arguments=argument.arguments)
    return None


def _delta(indices: tuple[Index, ...], variable: Collection[Index]) -> Piece:
    first, second = indices
    present = tuple(i for i in indices if i in variable)
    if len(present) == 2:
        return Piece(tree.Identity(shape=(first.dim, second.dim)), present)
    if not present:
        return Piece(tree.Delta(first=fixed(first), second=fixed(second), shape=(1, 1)), ())
    other = second if present[0] == first else first
    return Piece(tree.UnitVector(index=fixed(other), shape=(other.dim, 1)), present)


def _applied_entrywise(head: Scalarwise, argument: Expr) -> Expr:
    if head.known:
        if head.order:
            raise NoRule(f"derivative {head.order} of {head.function} has no name")
        return tree.Elementwise(function=head.function, arg=argument, shape=argument.shape)
    return tree.Apply(name=head.function, arguments=(argument,), entrywise=True, order=head.order, shape=argument.shape)


def _by_shape(shape: Shape, places: list[int]) -> tuple[int | None, int | None]:
    """Places of the row and the column index; a size of 1 has none."""
    left = list(places)
    row = left.pop(0) if shape[0] != 1 else None
    column = left.pop(0) if shape[1] != 1 else None
    assert not left, "more indices than the shape has"
    return row, column


def _sliced(e: Expr, row: Place, column: Place, variable: Collection[Index]) -> tuple[Expr, tuple[Index, ...]]:
    """e at its fixed row and column, and the variable ones that are left; a single one makes a column."""
    free_row = row is not None and row in variable
    free_column = column is not None and column in variable
    e = entry(
        e, fixed(row) if row is not None and not free_row else None,
        fixed(column) if column is not None and not free_column else None,
    )  # fmt: skip
    if row is not None and column is not None and free_row and free_column:
        return e, (row, column)
    if row is not None and free_row:
        return e, (row,)
    if column is not None and free_column:
        return transpose(e), (column,)
    return e, ()


def _stacked(body: Expr, kept: tuple[Index, ...], over: list[IndexVar]) -> Expr:
    """A scalar stacked to a column or a matrix, a column to a matrix."""
    match over:
        case []:
            return body
        case [index] if not kept:
            return tree.Stack(index=index, body=body, axis="rows", shape=(index.dim, 1))
        case [index] if len(kept) == 1:
            return tree.Stack(index=index, body=body, axis="columns", shape=(body.shape[0], index.dim))
        case [first, second] if not kept:
            line = tree.Stack(index=second, body=body, axis="columns", shape=(1, second.dim))
            return tree.Stack(index=first, body=line, axis="rows", shape=(first.dim, second.dim))
    raise NoRule("a factor with more than two indices")
