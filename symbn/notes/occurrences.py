r"""Which name is meant where it occurs, as far as that can be told of a name without a meaning: \Sigma_y, x of x_i.

x_{\text{new}}, \Sigma_y, W^{(1)}, x'     are names of their own
x_i, x_t, A_{ij}, A_{i:}                  are entries or members of x and A: letters that run
x_1, x_n                                  are what x_i is, where the note writes x_i; else names of their own
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import takewhile

from symbn.expr.tree import Shape
from symbn.notes.heads import Head
from symbn.notes.reserved import marks
from symbn.notes.scope import Scope, composite, family_key, is_label, spelled
from symbn.notes.syntax import Big, Chain, Colon, Commas, Group, Name, Numeral, Related, Script, Sequence, Syntax, walk
from symbn.notes.vocabulary import NUMBERED

RUNNING = frozenset("ijklrst")
"""Letters that are read as indices without a declaration."""


ELIDED = "·"
"""The index of what stands between the first and the last element of a list."""


@dataclass(frozen=True)
class Defining:
    """A chain whose first sides are new names, and these."""

    chain: Chain
    heads: tuple[Head, ...]


@dataclass(frozen=True)
class Occurrence:
    """A name where it stands: what of its scripts is no part of the name are its subscripts and its superscript."""

    name: str
    subscripts: tuple[Syntax, ...]
    superscript: Syntax | None
    primes: int = 0


class Occurrences:
    """Tells names from their scripts, by all that one note writes."""

    def __init__(self, scope: Scope, chains: Iterable[Chain], definitions: Iterable[Defining]) -> None:
        self.scope = scope
        self.definitions = tuple(replace(d, heads=tuple(map(_labelled, d.heads))) for d in definitions)
        self._defining = {d.chain.sides: d for d in self.definitions}
        self.defined = {name for d in self.definitions for head in d.heads for name in names_of(head)}
        self.values: dict[str, set[Shape]] = {}
        """The shapes that the values of defined functions have."""
        for key, definition in scope.context.definitions.items():
            if "@" in key:
                self.values.setdefault(key.split("@")[0], set()).add(definition.body.shape)
        self.bodies: dict[str, list[Syntax]] = {}
        """What the note says that a name is."""
        for d in self.definitions:
            for head in d.heads:
                for defined in names_of(head):
                    self.bodies.setdefault(defined, []).append(d.chain.sides[len(d.heads)])
        self._families = {head.name for d in self.definitions for head in d.heads if head.indices}
        self._indices = set(scope.indices) | {head for d in self.definitions for h in d.heads for head in h.indices}
        nodes = [node for chain in chains for side in (*chain.subjects, *chain.sides) for node in walk(side)]
        for node in nodes:
            if isinstance(node, Big) and node.sub is not None:
                below = node.sub.left if isinstance(node.sub, Related) else node.sub
                self._indices |= {name for part in parts_of(below) if (name := spelled(part)) is not None}
        self._indexed: set[str] = set()
        for node in nodes:
            stem = node.base.latex if isinstance(node, Script) and isinstance(node.base, Name) else None
            if stem is not None and isinstance(node, Script) and node.sub is not None and self.runs(node.sub):
                self._indexed.add(stem)

        self.words = _words(nodes, self.is_known)

    def is_known(self, name: str) -> bool:
        """Whether the note gives a name a meaning, or tries to."""
        return self.scope.knows(name) or name in self.scope.families or name in self.defined

    def defining(self, chain: Chain) -> Defining | None:
        """What a chain defines, by what is written in it: all that an abbreviation stands for has the same place."""
        return self._defining.get(chain.sides)

    def is_index(self, syntax: Syntax) -> bool:
        """Whether a subscript is a letter that runs."""
        name = spelled(syntax)
        if (
            name is None
            or not isinstance(syntax, Name)
            or syntax.word
            or (_is_label(name) and not self.scope.knows(name))
        ):
            return False
        if name in self._indices or name == ELIDED:
            return True
        return name in RUNNING and not self.scope.knows(name)

    def runs(self, sub: Syntax) -> bool:
        """Whether a subscript is made of indices and colons: i, ij, i:, or holds one, as l - 1 does."""
        parts = parts_of(sub)
        if all(isinstance(part, Colon) or self.is_index(part) for part in parts):
            return True
        return any(not isinstance(part, (Name, Numeral)) and any(map(self.is_index, walk(part))) for part in parts)

    def of(self, syntax: Name | Script) -> Occurrence | None:
        """The name that occurs there; None where the scripts stand on something that is no name."""
        if isinstance(syntax, Name):
            return Occurrence(syntax.latex, (), None)
        base, sub, sup, primes = syntax.base, syntax.sub, syntax.sup, syntax.primes
        if isinstance(base, Script) and base.sup is None and base.primes == 0 and sub is None:
            return self.of(Script(base.base, base.sub, sup, primes, syntax.span))
        if not isinstance(base, Name):
            return None
        whole = composite(syntax)
        if whole is not None and self.is_known(whole):
            return Occurrence(whole, (), None)
        stem = base.latex
        named = composite(Script(base, None, sup, primes, syntax.span))
        if (sup is not None or primes) and named is not None and not self._is_derivative(stem, sup, primes):
            if self.is_known(named) or marks(sup) or primes or is_label(sup):
                stem, sup, primes = named, None, 0
        if sub is None:
            return Occurrence(stem, (), sup, primes)
        below = composite(replace(syntax, base=Name(stem, base.span), sup=None, primes=0))
        if below is not None and self.is_known(below):
            return Occurrence(below, (), sup, primes)
        if stem in self._families or stem in self.scope.families:
            return Occurrence(family_key(stem), tuple(parts_of(sub)), sup, primes)
        if self._is_indexed(stem, sub) or below is None:
            return Occurrence(stem, tuple(parts_of(sub)), sup, primes)
        return Occurrence(below, (), sup, primes)

    def _is_derivative(self, stem: str, sup: Syntax | None, primes: int) -> bool:
        r"""Whether \phi' is the derivative of \phi, and not another name."""
        return primes > 0 and sup is None and (self.scope.is_function(stem) or not self.is_known(stem))

    def _is_indexed(self, stem: str, sub: Syntax) -> bool:
        """Whether a subscript stands for a position in what the stem names."""
        if self.scope.knows(stem) or stem.endswith(NUMBERED) or self.runs(sub):
            return True
        return stem in self._indexed and all(isinstance(part, (Name, Numeral)) for part in parts_of(sub))


def parts_of(sub: Syntax) -> list[Syntax]:
    """The indices that a subscript holds: ij, `i,j`, `i:`."""
    match sub:
        case Commas() | Sequence():
            return [part for item in sub.items for part in parts_of(item)]
        case Group(delimiter="{"):
            return parts_of(sub.content)
    return [sub]


def _words(nodes: Iterable[Syntax], is_known: Callable[[str], bool]) -> dict[int, str]:
    """The BN of BN(y), by its place: capitals side by side before a parenthesis that occur nowhere else."""
    counts: Counter[str] = Counter()
    runs: dict[int, str] = {}
    for node in nodes:
        if isinstance(node, Name):
            counts[node.latex] += 1
        elif isinstance(node, Sequence):
            for place, item in enumerate(node.items):
                run = node.items[place:]
                letters = [n.latex for n in takewhile(_is_capital, run) if isinstance(n, Name)]
                inside = place > 0 and _is_capital(node.items[place - 1])
                after = run[len(letters)] if len(letters) < len(run) else None
                if len(letters) > 1 and not inside and isinstance(after, Group) and after.delimiter == "(":
                    runs[item.span.start] = "".join(letters)
    inside_runs = Counter(letter for word in runs.values() for letter in word)
    return {
        start: word for start, word in runs.items()
        if all(counts[letter] == inside_runs[letter] and not is_known(letter) for letter in word)
    }  # fmt: skip


def _is_capital(syntax: Syntax) -> bool:
    return isinstance(syntax, Name) and len(syntax.latex) == 1 and syntax.latex.isupper()


def _is_label(name: str) -> bool:
    """Whether a subscript is set upright, as labels are and indices are not."""
    return name.startswith((r"\mathrm", r"\text"))


def _labelled(head: Head) -> Head:
    r"""z_{\mathrm{f}} is a name of its own, also where the names on its right were not known yet."""
    if not any(map(_is_label, head.indices)):
        return head
    return replace(head, name=f"{head.name}_{{{' '.join(head.indices)}}}", indices=())


def names_of(head: Head) -> tuple[str, ...]:
    """The names that a head defines: Σ and Σ⁻¹, or those of a family's members."""
    return (family_key(head.name),) if head.indices else (head.name, head.key)
