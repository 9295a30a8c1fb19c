"""A difference made simple, and put into words: smallest sizes first, then entries 0 and 1 wherever they will do.

Sizes are tried by their sum, each at points where nothing coincides by accident; at the first that separates the
sides the entries are drawn small, and then set to 0, 1, 2 one by one as long as the sides differ.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from symbn.evidence.claim import Claim, Difference, Sizes, index_values
from symbn.evidence.components import OutOfTime
from symbn.evidence.decimals import decimal_text
from symbn.evidence.dependence import holds_one_application
from symbn.evidence.functions import describe
from symbn.evidence.matrices import Matrix
from symbn.evidence.numeric import Scalar, Undefined, real, working_precision
from symbn.evidence.points import Point, Rational, Style, rational
from symbn.evidence.sizes import is_known, size_of
from symbn.expr.context import SymbolDeclaration
from symbn.report import Counterexample

_MOST_SIZES = 120
_MOST_CHANGES = 160
_INDICES = 27
_SECONDS = 1.5
"""Trials are bounded by their numbers; this only stops sides that are slow to evaluate."""

_GENERIC = ((Style.WIDE, False), (Style.WIDE, True), (Style.POSITIVE, False))
_SIMPLE = (
    *((Style.TINY, seed, False) for seed in range(6)),
    (Style.SMALL, 0, False),
    (Style.POSITIVE, 0, False),
    (Style.SMALL, 0, True),
)


def reduced(claim: Claim, difference: Difference) -> Difference:
    """A difference at the least sizes that separate the sides, and as plain as some trials find."""
    before = claim.deadline
    moment = time.thread_time() + _SECONDS
    claim.deadline = moment if before is None else min(before, moment)
    try:
        difference = _smallest(claim, difference)
        if _may_be_plain(claim):
            difference = _plainest(claim, difference)
    except OutOfTime:
        pass
    finally:
        claim.deadline = before
    return difference


def _may_be_plain(claim: Claim) -> bool:
    """Whether values may coincide: applications h(x) that are held are recognised by the values of x."""
    return not claim.survey.holds_application or holds_one_application((claim.lhs, claim.rhs), claim.context)


# ---------------------------------------------------------------- sizes


def _smallest(claim: Claim, difference: Difference) -> Difference:
    """The difference at the first sizes, by their sum, at which the sides differ."""
    old = difference.point
    generic = [Point(claim.context, 0, s, mirrored=mirrored) for s, mirrored in _GENERIC]
    for sizes in islice(vectors_below(difference.sizes, claim.least), _MOST_SIZES):
        choices = list(index_values(claim.free, sizes, _INDICES))
        for point in (*generic, Point(claim.context, old.seed, old.style, mirrored=old.mirrored)):
            found = _compared(claim, sizes, point, choices)
            if found is not None:
                return _simple(claim, found, choices)
    return _simple(claim, difference, list(index_values(claim.free, difference.sizes, _INDICES)))


def vectors_below(sizes: Sizes, least: Sizes) -> Iterator[Sizes]:
    """All sizes of a smaller sum than the given ones, smallest sums first, then in lexicographic order."""
    names = list(sizes)
    low = [least.get(name, 1) for name in names]
    for surplus in range(sum(sizes.values()) - sum(low)):
        for shares in _compositions(surplus, len(names)):
            yield {name: k + share for name, k, share in zip(names, low, shares, strict=True)}


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The ways to write a number as a sum of so many naturals, in lexicographic order."""
    if parts <= 1:
        if parts == 1 or total == 0:
            yield (total,) * parts
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def _simple(claim: Claim, difference: Difference, choices: list[dict[str, int]]) -> Difference:
    """At the same sizes a difference of small entries: the first that is exact, or else the first."""
    found: Difference | None = None
    if _may_be_plain(claim):
        for style, seed, mirrored in _SIMPLE:
            other = _compared(claim, difference.sizes, Point(claim.context, seed, style, mirrored=mirrored), choices)
            if other is not None and other.exact:
                return other
            found = found or other
    return found or difference


def _compared(claim: Claim, sizes: Sizes, point: Point, choices: list[dict[str, int]]) -> Difference | None:
    try:
        return claim.compare(sizes, point, choices)
    except Undefined:
        return None


# ---------------------------------------------------------------- entries


def _plainest(claim: Claim, difference: Difference) -> Difference:
    """Functions of few terms, and entries 0, 1 or 2, where the sides still differ."""
    trials = _Trials(claim, difference)
    for name in sorted(difference.point.drawn):
        declaration = claim.context.symbols.get(name)
        structure = "general" if declaration is None else declaration.structure
        if structure in ("general", "symmetric"):
            for i, row in enumerate(difference.point.drawn[name]):
                for j in range(i + 1 if structure == "symmetric" else len(row)):
                    trials.plain_entry(name, i, j, _plain(declaration), structure == "symmetric")
        else:
            size = range(len(difference.point.drawn[name]))
            trials.attempt({name: [[int(i == j) for j in size] for i in size]})
    return trials.difference


_PLAIN = {
    "real": (0, 1, 2, -1),
    "positive": (1, 2),
    "nonnegative": (0, 1, 2),
    "negative": (-1, -2),
    "nonpositive": (0, -1, -2),
    "nonzero": (1, 2, -1),
}


def _plain(declaration: SymbolDeclaration | None) -> tuple[Rational, ...]:
    """The numbers that an entry is best, from the plainest on."""
    if declaration is None:
        return _PLAIN["real"]
    if declaration.among:
        return tuple(map(rational, declaration.among))
    return _PLAIN[declaration.sign]


class _Trials:
    """The plainest difference so far; each trial changes some values of its point."""

    def __init__(self, claim: Claim, difference: Difference) -> None:
        self.claim, self.difference = claim, difference
        self._left = _MOST_CHANGES
        self._style = Style.TINY
        if not self.attempt({}):
            self._style = difference.point.style

    def plain_entry(self, name: str, i: int, j: int, values: tuple[Rational, ...], symmetric: bool) -> None:
        """Sets an entry to the first of the values that will do, unless it has one that is as plain."""
        for x in values:
            rows = [list(row) for row in self.difference.point.drawn[name]]
            if rows[i][j] == x:
                return
            rows[i][j] = x
            if symmetric:
                rows[j][i] = x
            if self.attempt({name: rows}):
                return

    def attempt(self, changes: dict[str, Matrix]) -> bool:
        """Whether the sides differ as well with these values, and functions of few terms if that will do."""
        self._left -= 1
        if self._left < 0:
            return False
        old = self.difference
        values = {**old.point.drawn, **changes}
        point = Point(self.claim.context, old.point.seed, self._style, values, old.point.mirrored)
        try:
            found = self.claim.compare(old.sizes, point, [old.indices])
        except Undefined:
            return False
        except OutOfTime:
            self._left = 0
            return False
        if found is None or (old.exact and not found.exact):
            return False
        self.difference = found
        return True


# ---------------------------------------------------------------- words


def present(difference: Difference) -> Counterexample:
    """The difference as plain data, with as many digits as tell the two sides apart."""
    i, j = difference.entry
    digits = 6
    with working_precision(2048):
        a, b = real(difference.left[i][j]), real(difference.right[i][j])
        while digits < 600 and decimal_text(a, digits).split(" ±")[0] == decimal_text(b, digits).split(" ±")[0]:
            digits *= 2
        left, right = _text(difference.left, digits), _text(difference.right, digits)
        return Counterexample(
            sizes=difference.sizes,
            indices=difference.indices,
            values={name: _text(rows, 6) for name, rows in sorted(difference.point.drawn.items())},
            functions=_functions(difference),
            left=left,
            right=right,
            entry=(i + 1, j + 1),
            exact=not any(mark in x for side in (left, right) for row in side for x in row for mark in "…±"),
        )


def _text(rows: Matrix, digits: int) -> list[list[str]]:
    return [[decimal_text(real(x), digits) for x in row] for row in rows]


def _functions(difference: Difference) -> dict[str, str]:
    """What each unknown function that occurred was taken to be."""
    point = difference.point
    told = {}
    for name, (outputs, arity) in sorted(point.applied.items()):
        declared = point.context.functions.get(name)
        shapes = [(arity, 1)]
        if declared is not None and all(is_known(shape, difference.sizes) for shape in declared.domain):
            shapes = [(size_of(r, difference.sizes), size_of(c, difference.sizes)) for r, c in declared.domain]
        polynomials = [point.polynomial(name, output, arity) for output in range(outputs)]
        told[name] = describe(name, shapes, polynomials)
    if point.outcomes:
        told["P"] = _distribution(point)
    return told


def _distribution(point: Point) -> str:
    """`P(x = 1, y = 2) = 1/3, P(x = 0, y = 1) = 2/3`: the joint outcomes of all random names that occurred."""
    weights: dict[str, Scalar] = {}
    for k, weight in enumerate(point.weighed):
        values = [f"{name} = {_written(by_number[k])}" for name, by_number in sorted(point.outcomes.items())]
        together = ", ".join(values)
        weights[together] = weights.get(together, 0) + weight
    return r",\; ".join(f"P({values}) = {decimal_text(real(weight), 6)}" for values, weight in weights.items())


def _written(rows: Matrix) -> str:
    """A number, `(1, 2)^\top` for a column, the rows of a matrix one after the other."""
    texts = _text(rows, 6)
    if len(texts) == len(texts[0]) == 1:
        return texts[0][0]
    if all(len(row) == 1 for row in texts):
        return "(" + ", ".join(row[0] for row in texts) + r")^\top"
    return r"\begin{pmatrix} " + r" \\ ".join(" & ".join(row) for row in texts) + r" \end{pmatrix}"
