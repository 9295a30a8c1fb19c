"""Equality modulo what inverses and orthogonal matrices satisfy.

    e e⁻¹ = e⁻¹ e = I            for every inverse that occurs
    Qᵀ Q  = Q Qᵀ  = I            for every matrix declared orthogonal

The relations, and their transposes, are written as words of blocks (`chains`) and completed (`words`); each rule is
then applied wherever its left side stands in a term as a chain whose joints nothing else holds.  Where
a term of an inverse's argument is no chain (u vᵀ) the longest chain is written in terms of the rest, uncompleted; an
inverse at a free end is handled by `through`.

*Complete* for no class beyond the completion's bounds; *sound* because every rule is a combination of relations that
hold wherever the inverses are defined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from symbn.core.axioms import all_factors
from symbn.core.chains import chain, ends, joined
from symbn.core.contraction import atom, bind, contract, delta, fresh, multiply, rename
from symbn.core.heads import opened_monomial, split_tensor
from symbn.core.matrices import INVERSE
from symbn.core.rebuilding import rebuilt, remade
from symbn.core.ring import Coefficient, Ring
from symbn.core.terms import (
    Factor,
    Head,
    Index,
    Monomial,
    SumOfProducts,
    Tensor,
    constant,
    formal,
    nested,
)
from symbn.core.words import Combination, Word, completed


@dataclass(frozen=True)
class Relation:
    """What a head satisfies: X Y = I of an inverse and its argument, or of an orthogonal matrix and its transpose.

    head_first: whether X is the head; transposed: whether it is (X Y)ᵀ = I that is meant.
    """

    head: Tensor
    dims: tuple[str | int, ...]
    head_first: bool
    transposed: bool = False


Multiple = tuple[Coefficient, SumOfProducts | None, Relation, SumOfProducts | None]
"""A number times a relation between two chains; None for the identity."""


@dataclass(frozen=True)
class GraphRule:
    """A term with ends @0 and @1 and what it equals; term − value is Σ c · before · relation · after."""

    term: SumOfProducts
    pattern: tuple[Factor, ...]
    heads: Counter[str]
    value: SumOfProducts
    proof: tuple[Multiple, ...]


def has_relations(e: SumOfProducts) -> bool:
    return any(_is_related(factor.head) for factor in all_factors(e))


def _is_related(head: Head) -> bool:
    return isinstance(head, Tensor) and (head.name == INVERSE or "orthogonal" in head.traits) and not head.slots


def related(e: SumOfProducts) -> SumOfProducts:
    """e with every relation applied, inside of nested sums first.  Raises BudgetExceeded, ZeroDivisionError."""
    if not has_relations(e):
        return e
    inner = rebuilt(e, _holds_related, lambda factor: remade(e.ring, factor, related))
    rules = graph_rules(inner)
    result = rewritten(inner, rules) if rules else inner
    e.ring.note("same", inner, result)
    return result


def _holds_related(factor: Factor) -> bool:
    return any(has_relations(inner) for inner in nested(factor.head))


# Relations ------------------------------------------------------------------------------------------------


class _Letters:
    """Blocks numbered, each beside its transpose: A before B is Aᵀ before Bᵀ, so that both are solved for the same."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.blocks: list[SumOfProducts] = []
        self._numbers: dict[SumOfProducts, int] = {}

    def number(self, block: SumOfProducts) -> int:
        found = self._numbers.get(block)
        if found is None:
            for new in dict.fromkeys((block, _turned(block))):
                self._numbers[new] = len(self.blocks)
                self.blocks.append(new)
            found = self._numbers[block]
        return found

    def transposed(self, number: int) -> int:
        return self.number(_turned(self.blocks[number]))

    def word(self, monomial: Monomial, e: SumOfProducts, row: Index, column: Index) -> Word | None:
        blocks = chain(monomial, e, row, column)
        return None if blocks is None else tuple(map(self.number, blocks))

    def combination(self, e: SumOfProducts, row: Index, column: Index) -> Combination | None:
        """A matrix as a combination of words; None if a term of it is no chain."""
        found: Combination = {}
        for monomial, coefficient in e.terms.items():
            word = self.word(monomial, e, row, column)
            if word is None or word in found:
                return None
            found[word] = coefficient
        return found

    def turned_word(self, word: Word) -> Word:
        return tuple(map(self.transposed, reversed(word)))

    def turned(self, e: Combination) -> Combination:
        return {self.turned_word(word): c for word, c in e.items()}

    def value(self, word: Word, dim: str | int) -> SumOfProducts:
        """A word as a term with the ends @0 and @1; the empty word is the identity of a size."""
        if not word:
            return delta(self.ring, formal(0, dim), formal(1, dim))
        return joined([self.blocks[letter] for letter in word])[0]


def _turned(block: SumOfProducts) -> SumOfProducts:
    """The transpose of a block: its ends exchanged."""
    first, last = ends(block)
    return rename(block, {first: formal(1, first.dim), last: formal(0, last.dim)})


def graph_rules(e: SumOfProducts) -> list[GraphRule]:
    """The rules that the inverses and orthogonal matrices of e give; worked out once.  Raises BudgetExceeded."""
    heads = tuple(sorted(_related_heads(e), key=lambda found: (found[0].name == INVERSE, found[0].key, str(found[1]))))
    known: dict[object, list[GraphRule]] = e.ring.kept.setdefault(graph_rules, {})
    if heads not in known:
        known[heads] = _completed_rules(e, heads)
    return known[heads]


def _completed_rules(e: SumOfProducts, heads: Iterable[tuple[Tensor, tuple[str | int, ...]]]) -> list[GraphRule]:
    letters = _Letters(e.ring)
    relations: list[Combination] = []
    meant: list[Relation] = []
    direct: list[GraphRule | None] = []
    for head, dims in heads:
        for relation, row, column, said in relations_of(e.ring, head, dims):
            found = letters.combination(relation, row, column)
            if found is not None:
                relations += [found, letters.turned(found)]
                meant += [said, replace(said, transposed=True)]
            else:
                direct.append(_direct_rule(relation, row, column, said))
    rules = direct
    solved: set[tuple[Word, Word]] = set()
    for rule in completed(relations, e.ring):
        # As terms, A B → C D and Dᵀ Cᵀ → Bᵀ Aᵀ undo each other: one of the two is enough.
        values = [word for word, _ in rule.right]
        if any((letters.turned_word(word), letters.turned_word(rule.left)) in solved for word in values):
            continue
        solved |= {(rule.left, word) for word in values}
        first = ends(letters.blocks[rule.left[0]])[0]
        pattern = letters.value(rule.left, first.dim)
        value = constant(e.ring.zero)
        for word, c in rule.right:
            value = value + letters.value(word, first.dim).scaled(c)
        proof = [
            (c, letters.value(before, 1) if before else None, meant[k], letters.value(after, 1) if after else None)
            for (before, k, after), c in rule.proof.items()
        ]
        rules.append(_graph_rule(pattern, value, tuple(proof)))
    return [rule for rule in rules if rule is not None]


def _direct_rule(relation: SumOfProducts, row: Index, column: Index, said: Relation) -> GraphRule | None:
    """One term with its head in terms of the rest: the longest chain, or else the largest.

    None of which a part of the rest is an instance: it would come up again in what takes its place, without end.
    """
    chains = {m: found for m in relation.terms if (found := chain(m, relation, row, column))}
    by_size = sorted(
        relation.terms, key=lambda m: (len(chains.get(m, ())), sum(map(len, m)), [c.key for c in m]), reverse=True
    )
    for leading in (m for m in by_size if any(f.head == said.head for component in m for f in component)):
        rule = _solved(relation, leading, {row: formal(0, row.dim), column: formal(1, column.dim)}, said)
        if rule is not None and not any(_holds(m, rule.pattern) for m in rule.value.terms):
            return rule
    return None


def _solved(relation: SumOfProducts, leading: Monomial, names: _Names, said: Relation) -> GraphRule | None:
    """A relation solved for one of its terms."""
    coefficient = relation.terms[leading]
    rest = relation - SumOfProducts(relation.ring, {leading: coefficient})
    pattern = SumOfProducts(relation.ring, {leading: relation.ring.one})
    value = rename(rest.scaled(-coefficient.inverse()), names)
    return _graph_rule(rename(pattern, names), value, ((coefficient.inverse(), None, said, None),))


def _holds(monomial: Monomial, pattern: tuple[Factor, ...]) -> bool:
    """Whether a pattern fits somewhere in a term."""
    factors, bound = opened_monomial(monomial)
    return any(True for _ in _matches(pattern, factors, set(bound)))


def _related_heads(e: SumOfProducts) -> Iterator[tuple[Tensor, tuple[str | int, ...]]]:
    """The inverses and orthogonal matrices of e, once each; those that depend on indices around them are left out."""
    seen: set[tuple[Head, tuple[str | int, ...]]] = set()
    for factor in all_factors(e):
        head = factor.head
        place = (head, tuple(i.dim for i in factor.indices))
        if isinstance(head, Tensor) and _is_related(head) and not head.captured and place not in seen:
            if head.name == INVERSE or head.out == 2:
                seen.add(place)
                yield head, place[1]


def relations_of(
    ring: Ring, head: Tensor, dims: tuple[str | int, ...]
) -> Iterator[tuple[SumOfProducts, Index, Index, Relation]]:
    """What a head satisfies: matrices that are 0, at two indices."""
    row, joint, column = fresh(dims[0]), fresh(dims[0]), fresh(dims[0])
    first, second = Relation(head, dims, True), Relation(head, dims, False)
    identity = delta(ring, row, column)

    def entry(i: Index, j: Index) -> SumOfProducts:
        return atom(ring, head, (i, j))

    if head.name == INVERSE:
        _, _, (argument,) = split_tensor(head, (row, column))

        def body(i: Index, j: Index) -> SumOfProducts:
            return rename(argument.body, dict(zip(argument.formals, (i, j), strict=True)))

        yield bind(multiply(entry(row, joint), body(joint, column)), joint) - identity, row, column, first
        yield bind(multiply(body(row, joint), entry(joint, column)), joint) - identity, row, column, second
    else:
        yield bind(multiply(entry(row, joint), entry(column, joint)), joint) - identity, row, column, first
        yield bind(multiply(entry(joint, row), entry(joint, column)), joint) - identity, row, column, second


def _graph_rule(pattern: SumOfProducts, value: SumOfProducts, proof: tuple[Multiple, ...]) -> GraphRule | None:
    """A rule of two sums with ends; None if what it replaces is not one term."""
    if len(pattern.terms) != 1:
        return None
    ((monomial, coefficient),) = pattern.terms.items()
    if not coefficient.is_one():
        return None
    factors: list[Factor] = []
    for number, component in enumerate(monomial):
        names = {i: Index(f"!{number}.{i.label}", i.dim) for f in component for i in f.indices if i.is_bound}
        factors += [Factor(f.head, tuple(names.get(i, i) for i in f.indices)) for f in component]
    return GraphRule(pattern, tuple(factors), Counter(f.head.key for f in factors), value, proof)


# Rewriting ------------------------------------------------------------------------------------------------


def rewritten(e: SumOfProducts, rules: list[GraphRule]) -> SumOfProducts:
    """e with no left side of a rule in a term of it.  Raises BudgetExceeded."""
    result = SumOfProducts(e.ring, {})
    pending = dict(e.terms)
    while pending:
        e.ring.budget.spend()
        monomial, coefficient = pending.popitem()
        changed = _rewritten_once(e, monomial, rules)
        if changed is None:
            result = result + SumOfProducts(e.ring, {monomial: coefficient})
            continue
        e.ring.note("times", coefficient)
        for m, c in changed.terms.items():
            total = pending.pop(m, e.ring.zero) + c * coefficient
            if not total.is_zero():
                pending[m] = total
    return result


def _rewritten_once(e: SumOfProducts, monomial: Monomial, rules: list[GraphRule]) -> SumOfProducts | None:
    heads = Counter(f.head.key for component in monomial for f in component)
    for rule in rules:
        if any(heads[key] < count for key, count in rule.heads.items()):
            continue
        factors, bound = opened_monomial(monomial)
        for chosen, names in _matches(rule.pattern, factors, set(bound)):
            ends = {i: names[i] for i in rule.value.free if i in names}
            rest = [atom(e.ring, *factor) for k, factor in enumerate(factors) if k not in chosen]
            gone = {host for own, host in names.items() if str(own.label)[:1] == "!"}
            e.ring.note("rule", rule, names, rest, bound)
            return contract([rename(rule.value, ends), *rest], [i for i in bound if i not in gone])
    return None


_Names = dict[Index, Index]


def _matches(pattern: tuple[Factor, ...], host: list[Factor], bound: set[Index]) -> Iterator[tuple[set[int], _Names]]:
    """Factors of the host that the pattern fits, and what its indices are there.

    An index of the pattern's inside (`!`) stands for a bound index that no other factor of the host holds.
    """

    def extended(number: int, chosen: set[int], names: _Names) -> Iterator[tuple[set[int], _Names]]:
        if number == len(pattern):
            inside = {host_index for own, host_index in names.items() if str(own.label)[:1] == "!"}
            ends = {host_index for own, host_index in names.items() if str(own.label)[:1] == "@"}
            held = {i for k, factor in enumerate(host) if k not in chosen for i in factor.indices}
            counted = len([own for own in names if str(own.label)[:1] == "!"]) == len(inside)
            if counted and inside.isdisjoint(held | ends):
                yield chosen, names
            return
        wanted = pattern[number]
        for k, factor in enumerate(host):
            if k in chosen or factor.head.key != wanted.head.key or factor.head != wanted.head:
                continue
            for symmetry in wanted.head.symmetries:
                joined = _joined(wanted, tuple(factor.indices[place] for place in symmetry), names, bound)
                if joined is not None:
                    yield from extended(number + 1, chosen | {k}, joined)

    yield from extended(0, set(), {})


def _joined(wanted: Factor, indices: tuple[Index, ...], names: _Names, bound: set[Index]) -> _Names | None:
    """The names with those that one factor adds; None if they do not agree."""
    found = dict(names)
    for own, host_index in zip(wanted.indices, indices, strict=True):
        label = str(own.label)
        if label[:1] not in "!@":
            if own != host_index:
                return None
        elif (
            own.dim != host_index.dim
            or found.setdefault(own, host_index) != host_index
            or (label[:1] == "!" and host_index not in bound)
        ):
            return None
    return found
