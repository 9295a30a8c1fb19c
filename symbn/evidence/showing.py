"""A difference made simple, and put into words: smallest sizes first, then entries 0 and 1 wherever they will do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import product

from symbn.evidence.claim import Claim, Difference, Sizes, index_values
from symbn.evidence.components import OutOfTime
from symbn.evidence.functions import describe
from symbn.evidence.matrices import Matrix
from symbn.evidence.numeric import Undefined, real, show, working_precision
from symbn.evidence.points import Point, Style
from symbn.expr.tree import Dim, DimVar
from symbn.report import Counterexample

_SECONDS = 0.25
"""Time given to making a counterexample simple."""


class _Budget:
    """A number of trials, and a moment after which there are none."""

    def __init__(self, trials: int, deadline: float | None) -> None:
        self._trials = trials
        self.end = time.monotonic() + _SECONDS
        if deadline is not None:
            self.end = min(self.end, deadline)

    def spend(self) -> bool:
        """Whether one more trial may be made."""
        self._trials -= 1
        return self._trials >= 0 and time.monotonic() < self.end


def reduced(claim: Claim, difference: Difference) -> Difference:
    """A difference as small and plain as a few trials find; the given one if none is."""
    budget = _Budget(96, claim.deadline)
    claim.deadline, deadline = budget.end, claim.deadline
    try:
        difference = _smaller(claim, difference, budget)
        if not claim.survey.holds_application:
            difference = _plainer(claim, difference, budget)
    except OutOfTime:
        pass
    finally:
        claim.deadline = deadline
    return difference


def _smaller(claim: Claim, difference: Difference, budget: _Budget) -> Difference:
    """The first difference at the least sizes, with entries 0, 1, −1 and 2 if that will do."""
    styles = (Style.WIDE,) * 2 if claim.survey.holds_application else (Style.TINY,) * 4 + (Style.SMALL,)
    for sizes in _below(difference.sizes, claim.least):
        choices = list(index_values(claim.free, sizes, 9))
        for seed, style in enumerate(styles):
            if not budget.spend():
                return difference
            try:
                found = claim.compare(sizes, Point(claim.context, seed, style), choices)
            except Undefined:
                continue
            if found is not None and (found.exact or not difference.exact):
                return found
    return difference


def _below(sizes: Sizes, least: Sizes) -> Iterator[Sizes]:
    """Size vectors up to the given one, smallest sums first, the given one last; a few of them."""
    names = list(sizes)
    ranges = [range(min(least.get(d, 1), n), n + 1) for d, n in sizes.items()]
    count = 1
    for r in ranges:
        count *= len(r)
    if count <= 2000:
        smaller = sorted(product(*ranges), key=lambda values: (sum(values), values))[: count - 1]
        for values in smaller[:14]:
            yield dict(zip(names, values, strict=True))
    yield sizes


def _plainer(claim: Claim, difference: Difference, budget: _Budget) -> Difference:
    """Entries of general and symmetric symbols set to 0, or else to 1, where the sides still differ."""
    for name, value in sorted(difference.point.drawn.items()):
        declaration = claim.context.symbols.get(name)
        structure = "general" if declaration is None else declaration.structure
        sign = "real" if declaration is None else declaration.sign
        if structure not in ("general", "symmetric"):
            continue
        plain = {"positive": (1,), "negative": (-1,), "nonzero": (1,), "nonpositive": (0, -1)}.get(sign, (0, 1))
        for i, row in enumerate(value):
            for j in range(len(row)):
                if structure == "symmetric" and j > i:
                    continue
                for x in plain:
                    if difference.point.drawn[name][i][j] == x:
                        break
                    if not budget.spend():
                        return difference
                    found = _with_entry(claim, difference, name, i, j, x, structure == "symmetric")
                    if found is not None:
                        difference = found
                        break
    return difference


def _with_entry(
    claim: Claim, difference: Difference, name: str, i: int, j: int, x: int, symmetric: bool
) -> Difference | None:
    given: dict[str, Matrix] = {key: [list(row) for row in rows] for key, rows in difference.point.drawn.items()}
    given[name][i][j] = x
    if symmetric:
        given[name][j][i] = x
    point = Point(claim.context, difference.point.seed, difference.point.style, given)
    try:
        found = claim.compare(difference.sizes, point, [difference.indices])
    except Undefined:
        return None
    return found if found is not None and (found.exact or not difference.exact) else None


# ---------------------------------------------------------------- in words


def present(difference: Difference) -> Counterexample:
    """The difference as plain data, with as many digits as tell the two sides apart."""
    i, j = difference.entry
    digits = 6
    with working_precision(2048):
        a, b = real(difference.left[i][j]), real(difference.right[i][j])
        while digits < 600 and show(a, digits).split(" ±")[0] == show(b, digits).split(" ±")[0]:
            digits *= 2
        return Counterexample(
            sizes=difference.sizes,
            indices=difference.indices,
            values={name: _text(rows, 6) for name, rows in sorted(difference.point.drawn.items())},
            functions=_functions(difference),
            left=_text(difference.left, digits),
            right=_text(difference.right, digits),
            entry=(i + 1, j + 1),
            exact=difference.exact,
        )


def _text(rows: Matrix, digits: int) -> list[list[str]]:
    return [[show(real(x), digits) for x in row] for row in rows]


def _functions(difference: Difference) -> dict[str, str]:
    """What each unknown function that occurred was taken to be."""
    point = difference.point
    told = {}
    for name, (outputs, arity) in sorted(point.applied.items()):
        declared = point.context.functions.get(name)
        shapes = [(arity, 1)]
        if declared is not None and all(_known(d, difference.sizes) for shape in declared.domain for d in shape):
            shapes = [(_size(r, difference.sizes), _size(c, difference.sizes)) for r, c in declared.domain]
        polynomials = [point.polynomial(name, output, arity) for output in range(outputs)]
        told[name] = describe(name, shapes, polynomials)
    return told


def _known(dim: Dim, sizes: Sizes) -> bool:
    """Whether a declared dimension has a size here (it may not occur in the claim)."""
    while isinstance(dim, DimVar) and dim.bound is not None:
        dim = dim.bound
    return isinstance(dim, int) or dim in sizes


def _size(dim: Dim, sizes: Sizes) -> int:
    while isinstance(dim, DimVar):
        assert dim.bound is not None
        dim = dim.bound
    return dim if isinstance(dim, int) else sizes[dim]
