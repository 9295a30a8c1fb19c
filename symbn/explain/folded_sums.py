"""Sums kept whole: every sum that an author writes gets a name, so that a derivative comes out in the author's terms.

    ŷ = J y / √(yᵀJy/(n−1) + ε)   with  #1 := I − 𝟏𝟏ᵀ/n (for J)  and  #2 := yᵀ #1 y/(n−1) + ε
    is differentiated as   #1 y #2^(−½)

Sums that are equal when all definitions are unfolded get one name, however they are spelled (var(y_i) + ε and
y_iᵀJy_i/(n−1) + ε, J and Jᵀ); a sum that the author has a name for gets that name.  What a name stands for is
written out again as the shortest of its spellings.

Nothing here is trusted: what is made of it is proved equal in the author's own context before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from symbn.core.axioms import Signature, Unfolding
from symbn.core.contraction import close_one, fresh, rename
from symbn.core.heads import tensor
from symbn.core.ring import Budget
from symbn.core.terms import Index, SumOfProducts
from symbn.core.unfolding import unfold_all
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing, is_alias
from symbn.expr.places import Place, dim_of, index_of, indices_of, present
from symbn.expr.reindexing import free_indices
from symbn.expr.tree import Expr, IndexVar

DIAGONAL = "·diagonal"
"""Ends the name of a diagonal matrix' diagonal."""

WORD = "∂"
"""Begins the name of a derivative that the author writes."""

_RANKS = 1000
"""Ranks of definitions are spread, so that named sums find room between them."""


@dataclass(frozen=True)
class NamedSum:
    """A sum that has a name: `indices` are its free indices, then its row and column.

    order: for each of them, its place among what the closed sum captures.
    """

    key: str
    spelling: Expr
    family: tuple[IndexVar, ...]
    order: tuple[int, ...]


class FoldedSums(Indexing):
    """The translation of a context's expressions in which sums are atoms.

    `preferred`: spellings by closed value, the best first, as an earlier translation found them.
    """

    def __init__(self, context: Context, plain: Indexing, preferred: dict[SumOfProducts, list[Expr]] | None = None):
        self.plain = plain
        self.named: dict[SumOfProducts, NamedSum] = {}
        self.spellings: dict[SumOfProducts, list[Expr]] = {}
        self._preferred = preferred or {}
        self._closed: dict[Expr, tuple[SumOfProducts, tuple[Index, ...], tuple[Index, ...]] | None] = {}
        self._short: dict[SumOfProducts, Expr] = {}
        self._rank = 0
        self._spread = {
            key: replace(definition, rank=definition.rank * _RANKS) for key, definition in context.definitions.items()
        }
        super().__init__(context.copy(self._spread))
        self._rank = (1 + max((d.rank for d in self._spread.values()), default=0)) // _RANKS * _RANKS + _RANKS

    def _define(self, definition: tree.Definition) -> None:
        self._rank = definition.rank - _RANKS + len(self.named)
        super()._define(definition)
        if definition.parameters:
            return
        unfolding = self._unfoldings[definition.key]
        closed = self._sum_behind(unfolding.body)
        if closed is not None:  # the author's own name for a sum
            own = tree.Reference(name=definition.key, shape=definition.body.shape, indices=definition.indices)
            self._spell(closed, own)
        elif self._is_symmetric(definition):
            dims = self._signatures[definition.key].dims
            self._signatures[definition.key] = Signature(dims, frozenset(["symmetric"]))

    def _sum_behind(self, body: SumOfProducts) -> SumOfProducts | None:
        """The closed value of the named sum that a definition is another name of."""
        if not is_alias(body):
            return None
        (factor,) = body.factors()
        key = getattr(factor.head, "name", None)
        return next((closed for closed, named in self.named.items() if named.key == key), None)

    def _is_symmetric(self, definition: tree.Definition) -> bool:
        rows, columns = definition.body.shape
        if definition.indices or rows != columns or rows == 1:
            return False
        row, column = indices_of(definition.body.shape)
        assert row is not None and column is not None
        e = unfold_all(self.plain.to_sum(definition.body, row, column), self.plain.theory)
        return e == rename(e, {row: column, column: row})

    # Nodes ------------------------------------------------------------------------------------------------

    def to_sum(self, e: Expr, row: Place, column: Place) -> SumOfProducts:
        if isinstance(e, tree.Add):
            found = self._closed_value(e)
            if found is not None:
                closed, captured, places = found
                named = self.named.get(closed) or self._named(closed, e)
                self._spell(closed, e)
                at = dict(zip(places, present(row, column), strict=True))
                indices = tuple(at.get(captured[k], captured[k]) for k in named.order)
                return tensor(self.ring, named.key, indices, traits=self._signatures[named.key].traits)
        if isinstance(e, tree.Reference) and e.arguments:
            inlined = self._applied(e)
            if inlined is not None:
                return self.to_sum(inlined, row, column)
        traits = self._signatures[e.name].traits if isinstance(e, tree.Reference) else frozenset()
        if isinstance(e, tree.Reference) and "symmetric" in traits and e.name not in self._inlined:
            return tensor(self.ring, e.name, present(row, column), traits=traits)
        return super().to_sum(e, row, column)

    def _spell(self, closed: SumOfProducts, e: Expr) -> None:
        spellings = self.spellings.setdefault(closed, [])
        if e not in spellings:
            spellings.append(e)

    def learn(self, phrase: Expr) -> None:
        """How the author says a sum, or what he calls a part of one: var(y_i) for y_iᵀJy_i/(n−1)."""
        if isinstance(phrase, tree.Add):
            found = self._closed_value(phrase)
            if found is not None and found[0] in self.spellings:
                self._spell(found[0], phrase)
        elif phrase.is_scalar and not any(n.name not in self._unfoldings for n in references(phrase)):
            self._short[unfold_all(self.plain.to_sum(phrase, None, None), self.plain.theory)] = phrase

    def respell(self) -> None:
        """Say sums with the names that were learnt for their terms."""
        for closed, spellings in self.spellings.items():
            for e in list(spellings):
                if isinstance(e, tree.Add):
                    terms = tuple(map(self._shorter, e.terms))
                    if terms != e.terms:
                        self._spell(closed, replace(e, terms=terms))

    def _shorter(self, term: Expr) -> Expr:
        if not term.is_scalar or sum(1 for _ in tree.walk(term)) < 4:
            return term
        value = unfold_all(self.plain.to_sum(term, None, None), self.plain.theory)
        return self._short.get(value, term)

    def _closed_value(self, e: Expr) -> tuple[SumOfProducts, tuple[Index, ...], tuple[Index, ...]] | None:
        """(closed value, what it captures, its own places); None for a sum that gets no name."""
        if e not in self._closed:
            self._closed[e] = self._close(e)
        return self._closed[e]

    def _close(self, e: Expr) -> tuple[SumOfProducts, tuple[Index, ...], tuple[Index, ...]] | None:
        if any(isinstance(node, tree.Symbol) and node.name not in self.context.symbols for node in tree.walk(e)):
            return None  # a defined function's parameter: the sum is named where the function is applied
        places = indices_of(e.shape)
        value = unfold_all(self.plain.to_sum(e, *places), self.plain.theory)
        if len(value.terms) < 2 or value.as_coefficient() is not None:
            return None
        closed, captured, _ = close_one(value)
        own = {*present(*places), *(index_of(i) for i in free_indices(e).values())}
        return (closed, captured, present(*places)) if own == set(captured) else None

    def _named(self, closed: SumOfProducts, e: Expr) -> NamedSum:
        """A new name, for the spelling that is preferred among those that can be said already."""
        known = [s for s in self._preferred.get(closed, []) if self._can_say(s)]
        spelling = known[0] if known else e
        found = self._closed_value(spelling)
        assert found is not None
        _, captured, places = found
        family = tuple(free_indices(spelling).values())
        indices = (*map(index_of, family), *places)
        order = tuple(captured.index(i) for i in indices)
        terms = spelling.terms if isinstance(spelling, tree.Add) else (spelling,)
        row, column = _placed(spelling.shape, places)
        body = sum((self.to_sum(term, row, column) for term in terms[1:]), self.to_sum(terms[0], row, column))
        self._rank += 1
        key = f"#{len(self.named) + 1}"
        symmetric = len(indices) == 2 and closed == _swapped(closed)
        self._signatures[key] = Signature(tuple(i.dim for i in indices), frozenset(["symmetric"] if symmetric else []))
        self._unfoldings[key] = Unfolding(key, indices, (), body, self._rank)
        self.context.definitions[key] = tree.Definition(key, family, (), spelling, self._rank, key)
        self.named[closed] = NamedSum(key, spelling, family, order)
        return self.named[closed]

    def correspondence(self, known: Expr, other: Expr) -> dict[str, str] | None:
        """For each free index of another spelling of a sum, the one of the known spelling; None unless rows are
        rows and columns are columns in both."""
        first, second = self._value_of(known), self._value_of(other)
        if first is None or second is None:
            return None
        at = dict(zip(second[0], first[0], strict=True))
        if tuple(at[i] for i in second[1]) != first[1]:
            return None
        return {name: str(at[index_of(i)].label) for name, i in free_indices(other).items()}

    def _value_of(self, e: Expr) -> tuple[tuple[Index, ...], tuple[Index, ...]] | None:
        """What a spelling captures, in the order of the closed value, and its own places."""
        if isinstance(e, tree.Add):
            found = self._closed_value(e)
            return None if found is None else found[1:]
        places = indices_of(e.shape)
        value = unfold_all(self.plain.to_sum(e, *places), self.plain.theory)
        _, captured, _ = close_one(value)
        return captured, present(*places)

    def name_of(self, e: tree.Add) -> NamedSum | None:
        """The name of a sum, if it has one."""
        found = self._closed_value(e)
        return None if found is None else self.named.get(found[0])

    def name_diagonals(self) -> None:
        """Give the diagonal of every defined diagonal matrix a name of its own."""
        for definition in list(self.context.definitions.values()):
            rows, columns = definition.body.shape
            if definition.indices or definition.parameters or rows != columns or rows == 1:
                continue
            whole = tree.Reference(name=definition.key, shape=definition.body.shape)
            body = tree.DiagonalPart(arg=whole, shape=(rows, 1))
            key = definition.key + DIAGONAL
            index = fresh(dim_of(rows))
            unfolding = Unfolding(key, (index,), (), self.to_sum(body, index, None), definition.rank + 1)
            self._unfoldings[key], self._signatures[key] = unfolding, Signature((index.dim,))
            self.context.definitions[key] = tree.Definition(key, (), (), body, definition.rank + 1, key)

    def _can_say(self, e: Expr) -> bool:
        return isinstance(e, tree.Add) and all(node.name in self._unfoldings for node in references(e))

    def _applied(self, e: tree.Reference) -> Expr | None:
        """The body of a defined function with arguments put in place; None where an index would be captured."""
        definition = self._spread[e.name]
        values = {p.name: a for p, a in zip(definition.parameters, e.arguments, strict=True)}
        bound = {n.index.name for n in tree.walk(definition.body) if isinstance(n, tree.Sum | tree.Stack)}
        held = any(isinstance(node, tree.Derivative) for node in tree.walk(definition.body))
        if held or any(bound & free_indices(a).keys() for a in e.arguments):
            return None
        return tree.with_symbols(definition.body, values)


def folded_sums(asked: Expr, context: Context, plain: Indexing, budget: Budget | None = None) -> FoldedSums:
    """The translation in which the sums that `asked` rests on have the spellings that suit a derivative best."""
    scratch = FoldedSums(context, plain)
    if budget is not None:
        scratch.ring.budget = budget
    scratch.to_sum(asked, *indices_of(asked.shape))
    found = FoldedSums(context, plain, _preferred_spellings(scratch.spellings))
    if budget is not None:
        found.ring.budget = budget
    return found


def references(e: Expr) -> Iterator[tree.Reference]:
    """The defined names in an expression."""
    return (node for node in tree.walk(e) if isinstance(node, tree.Reference))


def _preferred_spellings(spellings: dict[SumOfProducts, list[Expr]]) -> dict[SumOfProducts, list[Expr]]:
    """For what is differentiated: whole matrices before their entries, explicit ones before applied functions and sums
    over indices, then the shortest."""

    def key(e: Expr) -> tuple[int, bool, bool, int]:
        nodes = list(tree.walk(e))
        applied = any(isinstance(n, tree.Reference) and n.arguments for n in nodes)
        return len(free_indices(e)), applied, any(isinstance(n, tree.Sum) for n in nodes), len(nodes)

    return {closed: sorted(found, key=key) for closed, found in spellings.items()}


def shortest_spelling(spellings: Iterable[Expr]) -> Expr:
    """For what is shown: whole matrices before their entries, then the fewest nodes."""
    return min(spellings, key=lambda e: (len(free_indices(e)), sum(1 for _ in tree.walk(e))))


def _swapped(closed: SumOfProducts) -> SumOfProducts:
    first, second = sorted(closed.free, key=lambda i: str(i.label))
    return rename(closed, {first: Index(second.label, first.dim), second: Index(first.label, second.dim)})


def _placed(shape: tree.Shape, places: tuple[Index, ...]) -> tuple[Place, Place]:
    left = list(places)
    row = left.pop(0) if shape[0] != 1 else None
    column = left.pop(0) if shape[1] != 1 else None
    return row, column
