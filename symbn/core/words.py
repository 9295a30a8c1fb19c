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

_MOST_RULES = 60
_MOST_OVERLAPS = 400
_LONGEST_WORD = 9


@dataclass(frozen=True)
class WordRule:
    """left → right, left the greatest word of a relation."""

    left: Word
    right: tuple[tuple[Word, Coefficient], ...]


def completed(relations: Iterable[Combination], ring: Ring) -> list[WordRule]:
    """Rules that follow from relations, each of them 0.  Raises BudgetExceeded."""
    rules: list[WordRule] = []
    pending = sorted(relations, key=_size)
    tried = 0
    while pending and len(rules) < _MOST_RULES:
        new = _oriented(reduced(pending.pop(0), rules, ring))
        if new is None or len(new.left) > _LONGEST_WORD:
            continue
        kept = [rule for rule in rules if not _contains(rule.left, new.left)]
        pending += [_relation(rule, ring) for rule in rules if rule not in kept]
        rules = [*kept, new]
        for other in rules:
            for difference in (*_overlaps(new, other), *(_overlaps(other, new) if other is not new else ())):
                tried += 1
                if tried > _MOST_OVERLAPS:
                    return rules
                ring.budget.spend()
                pending.append(difference)
        pending.sort(key=_size)
    return rules


def reduced(e: Combination, rules: list[WordRule], ring: Ring) -> Combination:
    """e with no left side of a rule in a word of it."""
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
    return result


def _order(word: Word) -> tuple[int, Word]:
    return len(word), word


def _size(e: Combination) -> tuple[int, int]:
    return max(map(len, e), default=0), len(e)


def _add(total: Combination, word: Word, coefficient: Coefficient) -> None:
    present = total.get(word)
    found = coefficient if present is None else present + coefficient
    if found.is_zero():
        total.pop(word, None)
    else:
        total[word] = found


def _oriented(e: Combination) -> WordRule | None:
    """A relation as a rule for its greatest word; None for 0 and for what says that 1 = 0."""
    if not e:
        return None
    left = max(e, key=_order)
    if not left:
        return None
    scale = -e[left].inverse()
    return WordRule(left, tuple((word, c * scale) for word, c in e.items() if word != left))


def _relation(rule: WordRule, ring: Ring) -> Combination:
    return {**dict(rule.right), rule.left: -ring.one}


def _place(part: Word, word: Word) -> int | None:
    for at in range(len(word) - len(part) + 1):
        if word[at : at + len(part)] == part:
            return at
    return None


def _contains(word: Word, part: Word) -> bool:
    return _place(part, word) is not None


def _overlaps(first: WordRule, second: WordRule) -> Iterator[Combination]:
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
                yield difference
