"""Letters for long sums, so that a derivation fits on a board: J for I − 𝟏𝟏ᵀ/n, s for yᵀJy/(n−1) + ε.

A sum gets a letter where it stands below a root or a line, or more than once, is long, and has no name of the
author's; the letter is one that the note does not use.
"""

from __future__ import annotations

from collections.abc import Iterator

from symbn.core.ring import Budget
from symbn.explain.folded_sums import folded_sums, shortest_spelling
from symbn.explain.notation import rebuilt
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.places import indices_of
from symbn.expr.reindexing import free_indices, with_indices
from symbn.expr.tree import Expr, Ix

_LONG = 6
_SQUARE, _MATRICES, _COLUMNS, _SCALARS = "JKPQMR", "ABMRPQ", "uvzer", "srqtuv"


class Shorthand:
    """The letters of one derivation, and expressions written with them."""

    def __init__(self, context: Context, asked: tree.Derivative, budget: Budget | None = None) -> None:
        plain = Indexing(context)
        if budget is not None:
            plain.ring.budget = budget
        self._sums = folded_sums(asked, context, plain, budget)
        self._sums.to_sum(asked, *indices_of(asked.shape))
        self.context = context.copy()
        self._letters: dict[str, str] = {}
        self._rank = max((d.rank for d in context.definitions.values()), default=0)
        taken = {*context.dimensions, *context.symbols, *context.functions}
        taken |= {key.removesuffix("_").split("@")[0] for key in context.definitions}
        taken |= {name for d in context.definitions.values() for name in free_indices(d.body)}
        for closed, named in self._sums.named.items():
            best = shortest_spelling(self._sums.spellings[closed])
            if isinstance(best, tree.Reference) or _size(named.spelling) < _LONG:
                continue
            letter = next((c for c in _letters_for(named.spelling) if c not in taken), None)
            if letter is None:
                continue
            taken.add(letter)
            self._letters[named.key] = letter
            self._rank += 1
            body = self.shortened_inside(named.spelling)
            self.context.definitions[letter] = tree.Definition(letter, named.family, (), body, self._rank, letter)

    @property
    def symmetric(self) -> set[str]:
        """The names of symmetric matrices."""
        signatures = self._sums.theory.signatures
        return {name for name, signature in signatures.items() if "symmetric" in signature.traits}

    def used(self, names: set[str]) -> tuple[tree.Definition, ...]:
        """The shorthands among the names, and those that they use."""
        found: dict[str, tree.Definition] = {}
        pending = [name for name in self._letters.values() if name in names]
        while pending:
            definition = self.context.definitions[pending.pop()]
            found[definition.key] = definition
            inside = {n.name for n in tree.walk(definition.body) if isinstance(n, tree.Reference)}
            pending += [name for name in self._letters.values() if name in inside and name not in found]
        return tuple(sorted(found.values(), key=lambda d: d.rank))

    def body(self, e: tree.Reference) -> Expr:
        """What a name stands for, at its indices and arguments, written with letters."""
        definition = self.context.definitions[e.name]
        values = {p.name: a for p, a in zip(definition.parameters, e.arguments, strict=True)}
        body = tree.with_symbols(definition.body, values) if values else definition.body
        body = with_indices(body, {i.name: x for i, x in zip(definition.indices, e.indices, strict=True)})
        return body if e.name in self._letters.values() else self.shortened_inside(body)

    def shortened(self, e: Expr) -> Expr:
        """e with letters for the sums that have one."""
        if isinstance(e, tree.Add):
            found = self._letter(e)
            if found is not None:
                return found
        return self.shortened_inside(e)

    def shortened_inside(self, e: Expr) -> Expr:
        """e with letters below its root."""
        return e if isinstance(e, tree.Derivative) else rebuilt(e, self.shortened)

    def _letter(self, e: tree.Add) -> Expr | None:
        named = self._sums.name_of(e)
        if named is None or named.key not in self._letters:
            return None
        at = self._sums.correspondence(e, named.spelling)
        if at is None:
            return None
        own = free_indices(e)
        indices: tuple[Ix, ...] = tuple(own[at[i.name]] for i in named.family)
        return tree.Reference(name=self._letters[named.key], shape=e.shape, indices=indices)


def _size(e: Expr) -> int:
    return sum(1 for _ in tree.walk(e))


def _letters_for(e: Expr) -> Iterator[str]:
    rows, columns = e.shape
    if e.is_scalar:
        return iter(_SCALARS)
    if 1 in e.shape:
        return iter(_COLUMNS)
    return iter(_SQUARE if rows == columns else _MATRICES)
