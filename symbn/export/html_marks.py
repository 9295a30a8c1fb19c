"""What a formula is to point at, found in its tree: the factors that a part of the text stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from symbn.notes.syntax import Sequence, Syntax, walk
from symbn.source import Span


@dataclass(frozen=True)
class Mark:
    """A part of the text to be pointed at; a short `note` is written below it."""

    span: Span
    role: str = "wrong"
    note: str = ""


class Marks:
    """The marks of some trees, by the nodes that they point at.

    These are the largest nodes inside of a mark; where there is none, the smallest around it.  Neighbouring factors
    are pointed at together.
    """

    def __init__(self, roots: Iterable[Syntax] = (), marks: Iterable[Mark] = ()) -> None:
        self._nodes: dict[int, list[Mark]] = {}
        self._runs: dict[int, list[tuple[slice, Mark]]] = {}
        trees = list(roots)  # held: nodes are known by their identity
        self._trees = trees
        for mark in marks:
            found = list(_pointed_at(trees, mark.span))
            run = _run(trees, found)
            if run is not None:
                self._runs.setdefault(id(run[0]), []).append((run[1], mark))
                continue
            for node in found:
                self._nodes.setdefault(id(node), []).append(mark if len(found) == 1 else replace(mark, note=""))

    def at(self, node: Syntax) -> Iterable[Mark]:
        """The marks of one node."""
        return self._nodes.get(id(node), ())

    def among(self, product: Sequence) -> Iterator[tuple[slice, list[Mark]]]:
        """The marks of several factors of a product."""
        runs = self._runs.get(id(product), ())
        for place, (run, _) in enumerate(runs):
            if all(run != other for other, _ in runs[:place]):
                yield run, [mark for other, mark in runs if other == run]


def _pointed_at(roots: list[Syntax], span: Span) -> Iterator[Syntax]:
    nodes = [node for root in roots for node in walk(root)]
    inside = [node for node in nodes if _holds(span, node.span) and span.end > span.start]
    covered: list[Span] = []
    for node in inside:  # parents come before what is below them
        if not any(_holds(other, node.span) for other in covered):
            covered.append(node.span)
            yield node
    around = [node for node in nodes if _holds(node.span, span)]
    if around and not inside:
        yield min(around, key=lambda node: node.span.end - node.span.start)


def _run(roots: list[Syntax], nodes: list[Syntax]) -> tuple[Sequence, slice] | None:
    """The product of which these nodes are neighbouring factors, if they are, and which of its factors."""
    if len(nodes) < 2:
        return None
    for product in (node for root in roots for node in walk(root) if isinstance(node, Sequence)):
        for first in (place for place, item in enumerate(product.items) if item is nodes[0]):
            run = slice(first, first + len(nodes))
            if list(map(id, product.items[run])) == list(map(id, nodes)):
                return product, run
    return None


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
