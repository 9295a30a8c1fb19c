r"""What kind of thing each name without a meaning is: the kinds for which the least of a note does not fit.

A note's habits say where to begin (capitals are matrices, Greek letters numbers); from there one name after the other
takes the kind that suits its equations best, until none changes.  A name is *settled by use* where every other kind
fits worse, else it is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import inf

from symbn.notes.extents import CONFLICT
from symbn.notes.occurrences import Defining, Occurrences
from symbn.notes.suppositions import FUNCTIONS, Kind
from symbn.notes.syntax import Chain, Commas, Name, Script, walk
from symbn.notes.usage import Usage
from symbn.notes.used_names import Use

_ROUNDS = 4
_MOST_READ = 60_000
"""Nodes of syntax trees, in all trials: names that are left keep what their letters say."""

_FUNCTION_LETTERS = frozenset(
    r"f g h F G L J p q \ell \mathcal{L} \mathcal{F} \phi \varphi \psi \sigma \rho \pi".split()
)
_ENTRYWISE_LETTERS = frozenset(r"\phi \varphi \psi \sigma \rho".split())
_FEW = 6
"""Equations of a name that may change its kind together with another."""

_COLUMN_LETTERS = frozenset(r"\beta \theta \mu \gamma \delta \Delta \nu \xi \omega".split())
SIZE_LETTERS = frozenset("n m p d N M D K P T B".split())
"""Letters that are sizes where they are used as numbers."""


@dataclass(frozen=True)
class Kinds:
    """The kind of each name, whether use settles it, and all its uses."""

    of: Mapping[str, Kind]
    settled: Mapping[str, bool]
    uses: Mapping[str, tuple[Use, ...]]


def kinds_of(occurrences: Occurrences, chains: Many[Chain]) -> Kinds:
    """The kinds of all names without a meaning that the chains use."""
    return _Search(occurrences, chains).found()


class _Search:
    """Tries kinds, one name at a time."""

    def __init__(self, occurrences: Occurrences, chains: Many[Chain]) -> None:
        self.occurrences = occurrences
        self.chains = tuple(chains)
        self.defining: list[Defining | None] = [occurrences.defining(chain) for chain in chains]
        self.uses: dict[str, list[Use]] = {}
        self.places: dict[str, list[int]] = {}
        """The chains that use a name, by their numbers."""
        self.weights: list[int] = []
        self.inside: list[tuple[str, ...]] = []
        """The names of each chain."""
        self._costs: dict[tuple[int, tuple[Kind | None, ...]], float] = {}
        for number, (chain, defining) in enumerate(zip(self.chains, self.defining, strict=True)):
            self.weights.append(sum(1 for side in chain.sides for _ in walk(side)))
            usage = Usage(occurrences, {})
            usage.chain(chain, defining)
            self.inside.append(tuple(usage.uses))
            for name, uses in usage.uses.items():
                self.uses.setdefault(name, []).extend(uses)
                self.places.setdefault(name, []).append(number)
        self.sizes = {name for name, uses in self.uses.items() if any(use.way == "size" for use in uses)}
        self.names = [name for name in self.uses if name not in self.sizes]
        self.parameters = {
            name: head.parameters for d in occurrences.definitions for head in d.heads
            if head.parameters is not None for name in (head.name,)
        }  # fmt: skip
        self.kinds: dict[str, Kind] = dict.fromkeys(self.sizes, "number")
        for name in self.names:
            self.kinds[name] = min(self.choices(name), key=partial(self.prior, name))
        self.read = 0

    def found(self) -> Kinds:
        """The kinds that are left after some rounds."""
        for _ in range(_ROUNDS):
            changed = [name for name in self.names if self._improve(name)]
            if not changed and not self._improve_pairs():
                break
        settled = {name: self._is_settled(name) for name in self.names} | dict.fromkeys(self.sizes, True)
        return Kinds(self.kinds, settled, {name: tuple(uses) for name, uses in self.uses.items()})

    def choices(self, name: str) -> tuple[Kind, ...]:
        """The kinds that the ways of its use leave open."""
        ways = {use.way for use in self.uses[name]}
        if name in self.parameters:
            return FUNCTIONS
        tensors: tuple[Kind, ...] = ("number", "column", "row", "matrix")
        if "indexed twice" in ways:
            tensors = ("matrix", "family") if "bare" not in ways else ("matrix",)
        elif "indexed" in ways:
            tensors = ("column", "row") if "bare" in ways else ("column", "family", "family of rows")
        if "applied" in ways:
            alone = all(_may_be_product(use) for use in self.uses[name] if use.way == "applied")
            return (*FUNCTIONS, *tensors) if alone else FUNCTIONS
        if "differentiated" in ways and name not in self.occurrences.defined:
            return ("number-valued", "column-valued") if ways <= {"differentiated", "bare"} else ("column-valued",)
        return tensors

    def prior(self, name: str, kind: Kind) -> float:
        """What a kind costs by the looks of a name."""
        letter = _letter(name)
        if kind in FUNCTIONS:
            applied = [use for use in self.uses[name] if use.way == "applied"]
            plain = all(isinstance(a, (Name, Script)) for use in applied for a in use.arguments)
            base = 0.0 if letter in _FUNCTION_LETTERS or (plain and applied) else 2.5
            own = "entrywise" if letter in _ENTRYWISE_LETTERS else "number-valued"
            return base + (0.0 if kind == own else 0.6 if kind != "matrix-valued" else 1.2)
        if kind in ("family", "family of rows"):
            return 0.5 if kind == "family" else 2.5
        ways = {use.way for use in self.uses[name]}
        if kind == "column" and ways == {"indexed"} and name not in self.occurrences.defined:
            return 0.4
        if "differentiated" in ways and name in self.occurrences.defined:
            return float(("number", "column", "row", "matrix").index(kind))
        applied_letter = letter in _FUNCTION_LETTERS and any(use.way == "applied" for use in self.uses[name])
        return self._tensor_prior(name, letter, kind) + (2.5 if applied_letter else 0.0)

    def _tensor_prior(self, name: str, letter: str, kind: Kind) -> float:
        """What a number, a column, a row or a matrix costs."""
        if kind == "row":
            return 3.5
        bold = any(font in name for font in (r"\mathbf", r"\boldsymbol", r"\vec"))
        if letter.startswith("\\"):
            capital = letter[1:2].isupper()
            order: tuple[Kind, ...] = ("matrix", "number", "column") if capital else ("number", "column", "matrix")
            if letter in _COLUMN_LETTERS and (bold or not capital):
                order = ("column", "number", "matrix") if bold else ("number", "column", "matrix")
        elif letter[:1].isupper():
            order = ("matrix", "number", "column") if letter in SIZE_LETTERS else ("matrix", "column", "number")
        elif letter in SIZE_LETTERS or letter in ("a", "c", "k", "t"):
            order = ("number", "column", "matrix")
        else:
            order = ("column", "number", "matrix")
        if bold and order[0] == "number":
            order = ("column", "matrix", "number")
        return float(order.index(kind))

    def cost(self, changed: Mapping[str, Kind], most: float = inf) -> float:
        """What does not fit if some names are of these kinds, and what their looks say against it.

        Where that is more than `most`, it is not read how much more.
        """
        kinds = {**self.kinds, **changed}
        looks, misfits = sum(self.prior(name, kind) for name, kind in changed.items()), 0.0
        for number in dict.fromkeys(number for name in changed for number in self.places[name]):
            if looks + misfits > most:
                break
            misfits += self._misfits(number, kinds)
        return looks + misfits

    def _misfits(self, number: int, kinds: Mapping[str, Kind]) -> float:
        key = (number, tuple(kinds.get(name) for name in self.inside[number]))
        if key not in self._costs:
            self.read += self.weights[number]
            usage = Usage(self.occurrences, kinds)
            usage.chain(self.chains[number], self.defining[number])
            self._costs[key] = usage.extents.cost
        return self._costs[key]

    def _improve(self, name: str) -> bool:
        choices = self.choices(name)
        if len(choices) == 1 or self.read > _MOST_READ:
            return False
        before = self.kinds[name]
        costs: dict[Kind, float] = {}
        for kind in sorted(choices, key=lambda kind: kind != before):
            costs[kind] = self.cost({name: kind}, min(costs.values(), default=inf))
        best = min(choices, key=lambda kind: (costs[kind], kind != before))
        self.kinds[name] = best
        return best != before

    def _improve_pairs(self) -> bool:
        """Two names of an equation that does not fit change together; whether any did."""
        numbers = dict.fromkeys(number for name in self.names for number in self.places[name])
        pairs: dict[tuple[str, str], None] = {}
        for number in numbers:
            if self._misfits(number, self.kinds) >= CONFLICT:
                names = [n for n in self.inside[number] if len(self.places[n]) <= _FEW]
                pairs.update(dict.fromkeys(combinations([n for n in names if n in self.names], 2)))
        improved = [pair for pair in pairs if self._improve_pair(*pair)]
        return bool(improved)

    def _improve_pair(self, a: str, b: str) -> bool:
        pairs = [{a: x, b: y} for x in self.choices(a) for y in self.choices(b)]
        before = {a: self.kinds[a], b: self.kinds[b]}
        if len(pairs) == 1 or self.read > _MOST_READ:
            return False
        least, best = self.cost(before), before
        for pair in pairs:
            cost = self.cost(pair, least)
            if cost < least:
                least, best = cost, pair
        self.kinds |= best
        return best is not before

    def _is_settled(self, name: str) -> bool:
        """Whether every other kind makes something not fit."""
        choices = self.choices(name)
        if len(choices) == 1 or self.read > _MOST_READ:
            return len(choices) == 1
        fits = {kind: self.cost({name: kind}) - self.prior(name, kind) for kind in choices}
        return all(fits[kind] > fits[self.kinds[name]] for kind in choices if kind != self.kinds[name])


def _may_be_product(use: Use) -> bool:
    """Whether what stands in parentheses may be a factor: one argument, and no comma."""
    return len(use.arguments) == 1 and not isinstance(use.arguments[0], Commas)


def _letter(name: str) -> str:
    r"""The letter of a name, without scripts, accents and fonts: W of \hat{W}_{1}."""
    letter = name.split("_{")[0].split("^{")[0].rstrip("'")
    while letter.endswith("}") and "{" in letter and not letter.startswith((r"\mathcal", r"\mathbb")):
        letter = letter[letter.index("{") + 1 : -1]
    return letter
