"""Shapes that cannot be, at sizes that show it: the smallest, each dimension another one."""

from __future__ import annotations

from collections.abc import Mapping

from symbn.diagnostics import Diagnostic, Extent
from symbn.report import Counterexample

_SAID = {
    "S201": "{} times {}",
    "S202": "{} plus {}",
    "S203": "{} over {}",
    "S204": "{} with {}",
    "S205": "{} times {}, entry by entry",
    "S210": "{} on the left, {} on the right",
    "S211": "{} is not square",
    "S212": "{} is not square",
    "S250": "it is {}, not {}",
}
"""What is said of the shapes that a diagnostic tells of."""


def misfit(diagnostic: Diagnostic, least: Mapping[str, int]) -> Counterexample | None:
    """Sizes at which the shapes of a diagnostic do not fit; None if it is not of shapes that are all known.

    least: the least size that each dimension may have.
    """
    said = _SAID.get(diagnostic.code)
    shapes = diagnostic.shapes
    if said is None or said.count("{}") != len(shapes):
        return None
    sizes = distinct_sizes([extent for shape in shapes for extent in shape], least)
    told = ["×".join(str(sizes.get(extent, extent)) for extent in shape) for shape in shapes]  # type: ignore[arg-type]
    return Counterexample(sizes, misfit=said.format(*told))


def distinct_sizes(extents: list[Extent], least: Mapping[str, int]) -> dict[str, int]:
    """For each dimension the least size from 2 that no other one, and no number among the extents, has."""
    taken = {extent for extent in extents if isinstance(extent, int)}
    sizes: dict[str, int] = {}
    for extent in extents:
        if isinstance(extent, str) and extent not in sizes:
            size = max(2, least.get(extent, 1))
            while size in taken:
                size += 1
            sizes[extent] = size
            taken.add(size)
    return sizes
