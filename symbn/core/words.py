"""Rewriting of words modulo relations between them: bounded completion in a free algebra.

    rule ::= word → Σ coefficient · word          every word on the right smaller: shorter, or later letters first

`completed` turns relations Σ c w = 0 into rules and adds what overlaps of their left sides imply (Buchberger's
algorithm for words: F. Mora, "Gröbner bases for non-commutative polynomial rings", 1986; for operator identities
Helton, Stankus and Wavrik, "Computer simplification of formulas in linear systems theory", 1998).  Every rule is a
combination of the relations, so a word rewritten is equal to the first; the completion may not end, and is cut off
by counts: then rules are missing, and none is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from symbn.core.ring import Coefficient, Ring

Word = tuple[int, ...]
Combination = dict[Word, Coefficient]
Proof = dict[tuple[Word, int, Word], Coefficient]
"""A combination of the relations given, each by its number, between two words."""

_MOST_RULES = 60
_MOST_OVERLAPS = 400
_LONGEST_WORD = 9


@dataclass(frozen=True)
class WordRule:
    """left → right, left the greatest word of a relation; left − right is Σ c · before · relation · after."""

    left: Word
    right: tuple[tuple[Word, Coefficient], ...]
    proof: Proof


def completed(relations: Iterable[Combination], ring: Ring) -> list[WordRule]:
    """Rules that follow from relations, each of them 0.  Raises BudgetExceeded."""
    rules: list[WordRule] = []
    pending: list[tuple[Combination, Proof]] = []
    for number, relation in enumerate(relations):
        pending.append((relation, {((), number, ()): ring.one}))
    pending.sort(key=_size)
    tried = 0
    while pending and len(rules) < _MOST_RULES:
        new = _oriented(*_reduced(*pending.pop(0), rules, ring))
        if new is None or len(new.left) > _LONGEST_WORD:
            continue
        kept = [rule for rule in rules if not _contains(rule.left, new.left)]
        pending += [_relation(rule, ring) for rule in rules if rule not in kept]
        rules = [*kept, new]
        for other in rules:
            for difference in (
                *_overlaps(new, other, ring),
                *(_overlaps(other, new, ring) if other is not new else ()),
            ):
                tried += 1
                if tried > _MOST_OVERLAPS:
                    return rules
                ring.budget.spend()
                pending.append(difference)
        pending.sort(key=_size)
    return rules


def _reduced(e: Combination, proof: Proof, rules: list[WordRule], ring: Ring) -> tuple[Combination, Proof]:
    """e, which the proof says is 0, with no left side of a rule in a word of it."""
    proof = dict(proof)
    result: Combination = {}
    pending = dict(e)
    while pending:
        ring.budget.spend()
        word = max(pending, key=_order)
        coefficient = pending.pop(word)
        if coefficient.is_zero():
            continue
        found = next(((rule, at) for rule in rules if (at := _place(rule.left, word)) is not None), None)
        if found is None:
            _add(result, word, coefficient)
            continue
        rule, at = found
        before, after = word[:at], word[at + len(rule.left) :]
        for right, c in rule.right:
            _add(pending, before + right + after, coefficient * c)
        _add_around(proof, before, rule.proof, after, -coefficient)
    return result, proof


def _order(word: Word) -> tuple[int, Word]:
    return len(word), word


def _size(proved: tuple[Combination, Proof]) -> tuple[int, int]:
    return max(map(len, proved[0]), default=0), len(proved[0])


def _add(total: Combination, word: Word, coefficient: Coefficient) -> None:
    present = total.get(word)
    found = coefficient if present is None else present + coefficient
    if found.is_zero():
        total.pop(word, None)
    else:
        total[word] = found


def _add_around(total: Proof, before: Word, proof: Proof, after: Word, coefficient: Coefficient) -> None:
    """total += coefficient · before · proof · after."""
    for (left, number, right), c in proof.items():
        place = before + left, number, right + after
        total[place] = total.get(place, coefficient.ring.zero) + c * coefficient


def _oriented(e: Combination, proof: Proof) -> WordRule | None:
    """A relation as a rule for its greatest word; None for 0 and for what says that 1 = 0."""
    if not e:
        return None
    left = max(e, key=_order)
    if not left:
        return None
    scale = -e[left].inverse()
    right = tuple((word, c * scale) for word, c in e.items() if word != left)
    return WordRule(left, right, {place: -c * scale for place, c in proof.items() if not c.is_zero()})


def _relation(rule: WordRule, ring: Ring) -> tuple[Combination, Proof]:
    return {**dict(rule.right), rule.left: -ring.one}, {place: -c for place, c in rule.proof.items()}


def _place(part: Word, word: Word) -> int | None:
    for at in range(len(word) - len(part) + 1):
        if word[at : at + len(part)] == part:
            return at
    return None


def _contains(word: Word, part: Word) -> bool:
    return _place(part, word) is not None


def _overlaps(first: WordRule, second: WordRule, ring: Ring) -> Iterator[tuple[Combination, Proof]]:
    """a b c with a b a left side and b c another: the difference of its two ways."""
    for length in range(1, min(len(first.left), len(second.left))):
        if first.left[-length:] == second.left[:length]:
            after, before = second.left[length:], first.left[:-length]
            difference: Combination = {}
            for word, c in first.right:
                _add(difference, word + after, c)
            for word, c in second.right:
                _add(difference, before + word, -c)
            if difference:
                proof: Proof = {}
                _add_around(proof, (), first.proof, after, -ring.one)
                _add_around(proof, before, second.proof, (), ring.one)
                yield difference, proof
