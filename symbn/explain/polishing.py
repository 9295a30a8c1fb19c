"""A form that was made of indices, as an author would write it: names written out, factors shared, entries named.

    #1                        →  I − 𝟏𝟏ᵀ/n           a sum's name is its shortest spelling
    Diag(u ⊙ c)               →  C Diag(u)            c the diagonal of the author's diagonal matrix C
    A B X + C B X             →  (A + C) B X          what all terms begin or end with
    Y_{:i}                    →  y_i                  the author's name for a slice

Each is an identity of the expressions' values; the result is proved with everything else.
"""

from __future__ import annotations

from dataclasses import replace

from symbn.explain.folded_sums import DIAGONAL, WORD, FoldedSums, shortest_spelling
from symbn.explain.notation import hadamard, ones, power, product, rebuilt, total, transpose
from symbn.explain.tidying import opened
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.reindexing import free_indices, with_indices
from symbn.expr.tree import Expr, Ix


class Polish:
    """Polishes expressions over one translation."""

    def __init__(self, sums: FoldedSums, context: Context) -> None:
        self._context = context
        self._spelled = {
            named.key: (named, shortest_spelling(sums.spellings[closed])) for closed, named in sums.named.items()
        }
        self._sums = sums
        self._slices = list(_named_slices(context))

    def polished(self, e: Expr) -> Expr:
        """The expression, polished."""
        e = self._shared(e)
        e = self._diagonals(e)
        e = _quotients(self._diagonal_parts(e))
        e = self._written_out(e)
        return self._named_slices(e)

    # Names of sums ----------------------------------------------------------------------------------------

    def _written_out(self, e: Expr) -> Expr:
        e = rebuilt(e, self._written_out)
        if isinstance(e, tree.Derivative):
            return self._by_name(e)
        if isinstance(e, tree.Ones) and 1 not in e.shape:
            return product([ones(e.shape[0]), ones(1, e.shape[1])])
        if isinstance(e, tree.Add):
            return total(opened(e))
        if isinstance(e, tree.Reference) and e.name.startswith(WORD):
            word = self._context.definitions[e.name]
            return with_indices(word.body, {i.name: x for i, x in zip(word.indices, e.indices, strict=True)})
        if not isinstance(e, tree.Reference) or e.name not in self._spelled:
            return e
        return self._spelling(e)

    def _spelling(self, e: tree.Reference) -> Expr:
        named, best = self._spelled[e.name]
        own = tuple(free_indices(best).values())
        if best.shape == e.shape and len(own) == len(named.family):
            # The same indices in the order in which the value captures them.
            at = self._positions(named.spelling, best, e.indices)
            if at is not None:
                return with_indices(best, at)
        return with_indices(named.spelling, {i.name: x for i, x in zip(named.family, e.indices, strict=True)})

    def _positions(self, known: Expr, other: Expr, indices: tuple[Ix, ...]) -> dict[str, Ix] | None:
        """What stands for the free indices of another spelling; None if rows and columns are exchanged in it."""
        at = self._sums.correspondence(known, other)
        if at is None:
            return None
        family = tuple(free_indices(known).values())
        values = {i.name: x for i, x in zip(family, indices, strict=True)}
        return {name: values[own] for name, own in at.items()}

    def _by_name(self, e: tree.Derivative) -> Expr:
        """A derivative by a sum that has a name: by the author's name for it."""
        variable = self._written_out(e.variable)
        if variable == e.variable or not isinstance(variable, tree.Reference):
            return e
        target = replace(e.target, name=variable.name, family=variable.indices)
        return replace(e, variable=variable, target=target)

    # Diagonals --------------------------------------------------------------------------------------------

    def _diagonals(self, e: Expr) -> Expr:
        e = rebuilt(e, self._diagonals)
        match e:
            case tree.Diagonal(arg=tree.Hadamard() as inside):
                own = [f for f in inside.factors if _diagonal_name(f) is not None]
                rest = [f for f in inside.factors if _diagonal_name(f) is None]
                if own:
                    left = [tree.Diagonal(arg=hadamard(rest), shape=e.shape)] if rest else []
                    return product([*left, *map(self._diagonal_matrix, own)])
            case tree.Diagonal() if _diagonal_name(e.arg) is not None:
                return self._diagonal_matrix(e.arg)
            case tree.Product():
                return product(e.factors)
        return e

    def _diagonal_matrix(self, e: Expr) -> Expr:
        name = _diagonal_name(e)
        assert name is not None
        return tree.Reference(name=name, shape=self._context.definitions[name].body.shape)

    def _diagonal_parts(self, e: Expr) -> Expr:
        name = _diagonal_name(e)
        if name is None:
            return rebuilt(e, self._diagonal_parts)
        return tree.DiagonalPart(arg=self._diagonal_matrix(e), shape=e.shape)

    # Shared factors ---------------------------------------------------------------------------------------

    def _shared(self, e: Expr) -> Expr:
        e = rebuilt(e, self._shared)
        return _factored(e) if isinstance(e, tree.Add) else e

    # Slices -----------------------------------------------------------------------------------------------

    def _named_slices(self, e: Expr) -> Expr:
        e = rebuilt(e, self._named_slices)
        for definition in self._slices:
            found = _matched(definition, e)
            if found is not None:
                return found
        return e


def _quotients(e: Expr) -> Expr:
    """a ⊙ b^(−r) as the quotient a / b^r, taken entrywise."""
    e = rebuilt(e, _quotients)
    if not isinstance(e, tree.Hadamard):
        return e
    below = [f for f in e.factors if _is_reciprocal(f)]
    above = [f for f in e.factors if not _is_reciprocal(f)]
    if not below or not above:
        return e
    inverses = [
        power(f.base, -f.exponent.value)
        for f in below
        if isinstance(f, tree.Power) and isinstance(f.exponent, tree.Number)
    ]
    return tree.Quotient(numerator=hadamard(above), denominator=hadamard(inverses), shape=e.shape)


def _is_reciprocal(e: Expr) -> bool:
    return isinstance(e, tree.Power) and isinstance(e.exponent, tree.Number) and e.exponent.value < 0


def _diagonal_name(e: Expr) -> str | None:
    if isinstance(e, tree.Reference) and e.name.endswith(DIAGONAL):
        return e.name.removesuffix(DIAGONAL)
    return None


def _factored(e: tree.Add) -> Expr:
    """A sum with the matrices that all terms end with, then those they begin with, outside of the parentheses."""
    if e.is_scalar:
        return e
    terms = [_parts(term) for term in e.terms]
    if any(not chain for _, chain in terms):
        return e
    after, terms = _taken_out(terms, -1)
    before, terms = _taken_out(terms, 0)
    if not before and not after:
        return e
    inside = total([_joined(scalars, chain) for scalars, chain in terms])
    return product([*before, inside, *after])


_Parts = tuple[list[Expr], list[Expr]]


def _taken_out(terms: list[_Parts], end: int) -> tuple[list[Expr], list[_Parts]]:
    """The matrices that all chains have at one end, in order, and the terms without them; diagonal ones commute."""
    taken: list[Expr] = []
    while all(len(chain) > 1 for _, chain in terms):
        runs = [_diagonal_run(chain, end) for _, chain in terms]
        shared = terms[0][1][end]
        if all(runs):
            shared = next((d for d in runs[0] if all(d in run for run in runs)), shared)
        chains = [_with_at_end(chain, run, shared, end) for (_, chain), run in zip(terms, runs, strict=True)]
        if any(chain[end] != shared for chain in chains):
            break
        taken.insert(0 if end else len(taken), shared)
        terms = [(scalars, chain[:-1] if end else chain[1:]) for (scalars, _), chain in zip(terms, chains, strict=True)]
    return taken, terms


def _diagonal_run(chain: list[Expr], end: int) -> list[Expr]:
    """The diagonal matrices next to each other at one end of a chain, but for the last matrix of all."""
    found: list[Expr] = []
    for matrix in chain[:0:-1] if end else chain[:-1]:
        if not isinstance(matrix, tree.Diagonal):
            break
        inside = matrix.arg.factors if isinstance(matrix.arg, tree.Hadamard) else (matrix.arg,)
        found += [tree.Diagonal(arg=factor, shape=matrix.shape) for factor in inside]
    return found


def _with_at_end(chain: list[Expr], run: list[Expr], shared: Expr, end: int) -> list[Expr]:
    """A chain with one of the diagonal matrices of a run at its end."""
    if shared not in run:
        return chain
    count = 0
    for matrix in chain[::-1] if end else chain:
        if not isinstance(matrix, tree.Diagonal) or count == len(chain) - 1:
            break
        count += 1
    left = list(run)
    left.remove(shared)
    weights = [d.arg for d in left if isinstance(d, tree.Diagonal)]
    others = [tree.Diagonal(arg=hadamard(weights), shape=shared.shape)] if weights else []
    return [*chain[:-count], *others, shared] if end else [shared, *others, *chain[count:]]


def _parts(term: Expr) -> _Parts:
    """The scalars in front of a term, and its chain of matrices."""
    factors = list(term.factors) if isinstance(term, tree.Product) else [term]
    return [f for f in factors if f.is_scalar], [f for f in factors if not f.is_scalar]


def _joined(scalars: list[Expr], chain: list[Expr]) -> Expr:
    if len(chain) == 1 and not scalars:
        return chain[0]
    shape = (chain[0].shape[0], chain[-1].shape[1])
    return tree.Product(factors=(*scalars, *chain), shape=shape)


def _named_slices(context: Context) -> list[tree.Definition]:
    """Families that only slice a name: y_i := Y_{:i}, w_i := (W_{i:})ᵀ."""
    found = []
    for definition in context.definitions.values():
        body = definition.body
        inside = body.arg if isinstance(body, tree.Transpose) else body
        if (
            len(definition.indices) == 1
            and isinstance(inside, tree.Slice)
            and isinstance(inside.arg, tree.Symbol | tree.Reference)
            and definition.indices[0] in (inside.row, inside.column)
        ):
            found.append(definition)
    return found


def _matched(definition: tree.Definition, e: Expr) -> Expr | None:
    """The family's name for a slice, at the slice's index; transposed where the slice is."""
    body = definition.body
    turned = isinstance(body, tree.Transpose)
    inside = body.arg if isinstance(body, tree.Transpose) else body
    assert isinstance(inside, tree.Slice)
    if not isinstance(e, tree.Slice) or replace(e, row=None, column=None, shape=(1, 1)) != replace(
        inside, row=None, column=None, shape=(1, 1)
    ):
        return None
    row_only = inside.row is not None and inside.column is None
    index = e.row if row_only else e.column
    other = e.column if row_only else e.row
    if index is None or other is not None:
        return None
    name = tree.Reference(name=definition.key, shape=body.shape, indices=(index,))
    return transpose(name) if turned else name
