"""The closed form of an expression with derivatives, in the author's own names and about as short as he would write it.

    ∂ŷ/∂y  →  (1/√(var(y) + ε)) (J − (1/(n−1)) ŷ ŷᵀ)          ∇_Y  →  (J ∇_Ŷ − Ŷ C) Σ_y⁻¹

The derivative is taken with sums kept whole (`folded_sums`), names are put back (`folding`), indices become
matrices (`matrix_form`), and the result is polished as a text is (`polishing`).  Of several such forms the shortest
is returned, and only if the core proves it equal to what was asked in the author's own context.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symbn.core.applications import FUNCTIONS
from symbn.core.equality import Proof, decide
from symbn.core.radicals import reduce_leading_monomials
from symbn.core.relations import related
from symbn.core.ring import Budget
from symbn.core.terms import NoRule, SumOfProducts
from symbn.core.unfolding import unfold_all, unfold_derivatives
from symbn.explain.folded_sums import WORD, folded_sums
from symbn.explain.folding import Facts, Folding, patterns
from symbn.explain.matrix_form import matrix_form
from symbn.explain.notation import transpose
from symbn.explain.polishing import Polish
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.places import indices_of
from symbn.expr.reindexing import free_indices, with_indices
from symbn.expr.tree import Expr


def length(e: Expr) -> int:
    """How many symbols an expression is written with: its nodes, a sum's and a product's own ones left out."""
    silent = (tree.Add, tree.Product, tree.Quotient, tree.Fill)
    return sum(not isinstance(node, silent) for node in tree.walk(e))


def closed_form(
    asked: Expr, context: Context, vocabulary: Sequence[Expr] = (), budget: Budget | None = None
) -> Expr | None:
    """The shortest form found that is proved equal to `asked`; None if there is none.  Raises BudgetExceeded.

    vocabulary: derivatives, sums and applied functions that the author writes elsewhere, ∇_Ŷ L and var(y_i); those
    that fit are used.
    """
    plain = Indexing(context)
    if budget is not None:
        plain.ring.budget = budget
    places = indices_of(asked.shape)
    value = plain.to_sum(asked, *places)
    said = dict.fromkeys(vocabulary)
    words = [e for e in said if isinstance(e, tree.Derivative) and not _says_the_same(e, asked, plain)]
    words.sort(key=lambda word: not free_indices(word))
    phrases = [e for e in said if not isinstance(e, tree.Derivative)]
    candidates = sorted(_Forms(asked, context, plain, words, phrases, budget).all(), key=length)
    for candidate in dict.fromkeys(candidates):
        if candidate == asked or _only_names(candidate, context):
            continue
        if isinstance(decide(plain.to_sum(candidate, *places), value, plain.theory), Proof):
            return candidate
    return None


def _says_the_same(word: Expr, asked: Expr, plain: Indexing) -> bool:
    """Whether a derivative of the author's is what was asked for, under whatever names."""
    if len(free_indices(word)) != len(free_indices(asked)) or word.shape not in (asked.shape, asked.shape[::-1]):
        return False
    at = dict(zip(free_indices(word), free_indices(asked).values(), strict=True))
    turned = with_indices(word if word.shape == asked.shape else transpose(word), dict(at))
    places = indices_of(asked.shape)
    try:
        first, second = plain.to_sum(turned, *places), plain.to_sum(asked, *places)
    except NoRule:
        return True  # nothing that could be used
    return unfold_all(first, plain.theory) == unfold_all(second, plain.theory)


def _only_names(e: Expr, context: Context) -> bool:
    """Whether a form is no more than the name of a derivative: G for ∇L, where G := ∇L."""
    if isinstance(e, tree.Transpose | tree.Slice):
        return _only_names(e.arg, context)
    return isinstance(e, tree.Reference) and any(
        isinstance(node, tree.Derivative) for node in tree.walk(context.definitions[e.name].body)
    )


class _Forms:
    """The forms that putting more or fewer names back gives."""

    def __init__(
        self, asked: Expr, context: Context, plain: Indexing, words: list[tree.Derivative], phrases: list[Expr],
        budget: Budget | None,
    ) -> None:  # fmt: skip
        self._asked, self._plain = asked, plain
        context = _with_words(context, words)
        self._sums = folded_sums(asked, context, plain, budget)
        self._row, self._column = indices_of(asked.shape)
        value = unfold_derivatives(self._sums.to_sum(asked, self._row, self._column), self._sums.theory)
        self._value = _cancelled(value)
        self._sums.name_diagonals()
        for phrase in phrases:
            self._sums.learn(phrase)
        self._sums.respell()
        self._polish = Polish(self._sums, context)

    def all(self) -> Iterator[Expr]:
        """Forms with all names put back, with all but one, and with none."""
        facts = Facts(self._sums)
        every = patterns(facts)
        first = Folding(facts, every)
        found = list(self._with(first))
        yield from found
        used = [p for p in every if p.name in first.used]
        if used:
            yield from self._with(Folding(facts, []))
        if not found or not isinstance(self._asked, tree.Derivative):
            yield from self._expanded()
        for pattern in used if len(used) > 1 else ():
            yield from self._with(Folding(facts, [p for p in every if p is not pattern]))

    def _expanded(self) -> Iterator[Expr]:
        """The form in which sums are multiplied out."""
        theory = self._plain.theory
        value = unfold_derivatives(self._plain.to_sum(self._asked, self._row, self._column), theory)
        try:
            yield self._polish.polished(matrix_form(_cancelled(value), self._row, self._column, self._plain))
        except NoRule:
            return

    def _with(self, folding: Folding) -> Iterator[Expr]:
        variable = frozenset(p for p in (self._row, self._column) if p is not None)
        folded = folding.folded(self._value, variable)
        try:
            written = matrix_form(folded, self._row, self._column, self._sums)
        except NoRule:
            return
        yield self._polish.polished(written)


def _cancelled(e: SumOfProducts) -> SumOfProducts:
    """e with inverses and determinants cancelled, where it has any."""
    return related(reduce_leading_monomials(e)) if FUNCTIONS.keys() & e.tensor_names else e


def _with_words(context: Context, words: Sequence[Expr]) -> Context:
    """The context with a name for each of the author's derivatives."""
    definitions = dict(context.definitions)
    rank = max((d.rank for d in definitions.values()), default=0)
    for number, word in enumerate(words, start=1):
        key = f"{WORD}{number}"
        definitions[key] = tree.Definition(key, tuple(free_indices(word).values()), (), word, rank + number, key)
    return context.copy(definitions)
