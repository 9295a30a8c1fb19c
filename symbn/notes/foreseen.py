r"""What a text tells of the text before it: to what its functions are applied, its increments dX, its dimensions.

All of it is seen by how it is written, before any name has a meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from symbn.notes.differentials import written_increments
from symbn.notes.letter_runs import in_words
from symbn.notes.reserved import is_builtin, is_operator
from symbn.notes.scope import Scope
from symbn.notes.spaces import dimensions_in
from symbn.notes.syntax import Chain, Given, Group, Name, Sequence, Syntax, children, unscripted


@dataclass(frozen=True)
class Foreseen:
    """What is applied to what, by the functions' names; the marks and names of increments; names of dimensions."""

    applications: dict[str, list[Syntax]] = field(default_factory=dict)
    increments: dict[tuple[str, str], None] = field(default_factory=dict)
    dimensions: dict[str, None] = field(default_factory=dict)

    def enter(self, scope: Scope) -> None:
        """Tell it to a scope, beside what was told before."""
        for name, arguments in self.applications.items():
            scope.applications.setdefault(name, []).extend(arguments)
        scope.increments.update(self.increments)
        for name in self.dimensions:
            scope.context.dimensions.setdefault(name, 1)


def foreseen_in(chains: Iterable[Chain]) -> Foreseen:
    """What the chains of a text tell of it."""
    found = Foreseen()
    for chain in chains:
        for side in chain.sides:
            for name, argument in _applications(side):
                found.applications.setdefault(name, []).append(argument)
            found.increments.update(dict.fromkeys(written_increments(side)))
        if any(link.relation in (r"\in", r"\to") for link in chain.links):
            for side in chain.sides[1:]:
                found.dimensions.update(dict.fromkeys(dimensions_in(side)))
    return found


def _applications(side: Syntax) -> Iterator[tuple[str, Syntax]]:
    """The names that stand before parentheses in a side, and what stands inside."""
    pending = [side]
    while pending:
        node = pending.pop()
        if isinstance(node, Sequence):
            for first, second in pairwise(in_words(list(node.items), _means_nothing, _means_nothing)):
                group = unscripted(second)
                if isinstance(first, Name) and isinstance(group, Group) and group.delimiter == "(":
                    yield first.latex, group.content
                    spelled_out = first.bare and not is_builtin(first.latex) and not is_operator(first.latex)
                    if spelled_out and not isinstance(group.content, Given):  # W f(x), without its space
                        yield first.latex[-1], group.content
        pending += children(node)


def _means_nothing(_name: str) -> bool:
    """What is known of a name before the note has been read."""
    return False
