r"""What a name without a meaning could be declared as, by all its uses in a note: `W`, used as m×p.

A proposal is told as a help, or written in a preamble for the author to read: no claim is ever decided by one.
Sizes that the uses leave open get letters that the note does not use.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Sequence as Many
from dataclasses import dataclass
from typing import Literal, TypeAlias

from symbn.expr.shape import is_column, is_scalar, is_vector, resolved, resolved_shape, unify
from symbn.expr.tree import Dim, DimProduct, DimSum, DimVar, Shape
from symbn.notes.extents import NUMBER, Form
from symbn.notes.kinds import SIZE_LETTERS, Kinds, kinds_of
from symbn.notes.occurrences import Occurrences
from symbn.notes.reserved import is_builtin, is_constant, is_operator
from symbn.notes.suppositions import Family, Function, Tensor
from symbn.notes.syntax import Chain, Name, Script, Syntax, children, walk
from symbn.notes.usage import Usage
from symbn.notes.used_names import Use
from symbn.notes.vocabulary import NUMBERED
from symbn.source import Span

Group: TypeAlias = Literal["dimension", "scalar", "vector", "matrix", "function"]
_LETTERS = tuple("n m p d k q r s h u v w a b c".split())
_NO_NAMES = frozenset(r"\partial \nabla \infty \top \forall \exists \emptyset \prime \cdot".split())
_NAME = re.compile(r"(?:[A-Za-z]|\\[A-Za-z]+(?:\{[^ ]*\})?)(?:[_^]\{|'|\Z)")
"""One letter, with its font and accent, before its scripts."""

_WORD = re.compile(r"(?<![\\A-Za-z])([A-Za-z]{2,})")


@dataclass(frozen=True)
class Clash:
    """Two uses of a name that no shape serves: what it would have to be here, and what there."""

    here: str
    there: str
    spans: tuple[Span, Span]


@dataclass(frozen=True)
class Proposal:
    """A declaration that would give a name a meaning.

    declarations: LaTeX, without dollars; of a family its index comes first.  used_as: the shape in words.
    settled: whether its uses leave no other kind of thing.  sizes: the letters in it; open: those that are new.
    """

    name: str
    group: Group
    declarations: tuple[str, ...]
    used_as: str
    settled: bool
    uses: tuple[Span, ...]
    sizes: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    clash: Clash | None = None

    @property
    def is_family(self) -> bool:
        """Whether it is x_i that is declared, for each i."""
        return self.used_as.startswith("a family")

    @property
    def declaration(self) -> str:
        """All of it as one piece of Markdown."""
        return ", ".join(f"${part}$" for part in self.declarations)


def proposals(
    occurrences: Occurrences, chains: Many[Chain], besides: Collection[str] = ()
) -> dict[str, Proposal]:  # fmt: skip
    """A proposal for each name without a meaning, in the order of their first uses.

    Also for those `besides` that the note defines in a way that could not be read.
    """
    return _Proposer(occurrences, chains, besides).found()


class _Proposer:
    """Shapes to declarations."""

    def __init__(self, occurrences: Occurrences, chains: Many[Chain], besides: Collection[str]) -> None:
        self.occurrences = occurrences
        self.defined = occurrences.defined - set(besides)
        self.chains = chains
        self.kinds: Kinds = kinds_of(occurrences, chains)
        # Definitions say more of sizes than claims, which may be wrong.
        self.usage = self._read(sorted(chains, key=lambda chain: occurrences.defining(chain) is None))
        self._share_sizes()
        written = {node.latex for chain in chains for side in (*chain.subjects, *chain.sides) for node in walk(side)
                   if isinstance(node, Name)}  # fmt: skip
        taken = written | set(occurrences.scope.context.dimensions)
        self._free = (letter for letter in (*_LETTERS, *(f"n_{{{k}}}" for k in range(1, 1000))) if letter not in taken)
        self._named: dict[int, str] = {}
        self._clashes = dict(self._contradictions())

    def found(self) -> dict[str, Proposal]:
        """The proposals by name."""
        names = [name for name in self.kinds.of if self._lacks_meaning(name)]
        return {name: found for name in names if (found := self._proposal(name)) is not None}

    def _read(self, chains: Iterable[Chain]) -> Usage:
        """The sizes that chains ask for; one that does not fit those before it says nothing of sizes."""
        usage = Usage(self.occurrences, self.kinds.of)
        extents = usage.extents
        for chain in chains:
            mark, before = extents.mark, len(extents.conflicts)
            usage.chain(chain, self.occurrences.defining(chain))
            if len(extents.conflicts) > before:
                extents.undo(mark)
        return usage

    def _lacks_meaning(self, name: str) -> bool:
        """Whether the note neither defines a name nor binds it, and it is one that could be declared."""
        if name in self.defined or name in _NO_NAMES or is_constant(name) or is_operator(name) or is_builtin(name):
            return False
        if not (_NAME.match(name) or name.isalpha()):
            return False
        return not all(self._is_parameter(name, use.span) for use in self.kinds.uses[name])

    def _is_parameter(self, name: str, span: Span) -> bool:
        return any(
            name in (head.parameters or ())
            for d in self.occurrences.definitions
            if d.chain.span.start <= span.start < d.chain.span.end
            for head in d.heads
        )

    # Sizes --------------------------------------------------------------------------------------------------------

    def _share_sizes(self) -> None:
        """Open sizes of means are what the means divide by."""
        for name, size in self.usage.shares:
            if self._is_size(name) and isinstance(resolved(size), DimVar):
                unify(size, name)

    def _is_size(self, name: str) -> bool:
        """Whether a name is a size: known or used as one, or by its letter a number that is one."""
        if name in self.occurrences.scope.context.dimensions:
            return True
        uses = self.kinds.uses.get(name, ())
        if any(use.way == "size" for use in uses):
            return True
        return name in SIZE_LETTERS and name not in self.occurrences.defined and self.kinds.of.get(name) == "number"

    def _size(self, dim: Dim) -> str:
        """A size in LaTeX; an open one gets a letter."""
        dim = resolved(dim)
        match dim:
            case DimVar():
                if id(dim) not in self._named:
                    self._named[id(dim)] = next(self._free)
                return self._named[id(dim)]
            case DimProduct():
                return " ".join(map(str, dim.factors))
            case DimSum():
                return " + ".join(map(str, dim.parts))
        return str(dim)

    def _space(self, form: Form) -> str:
        r"""\mathbb{R}^{m \times n}"""
        if form is None or is_scalar(form):
            return r"\mathbb{R}"
        rows, columns = form
        if is_column(form):
            return rf"\mathbb{{R}}^{{{self._size(rows)}}}"
        return rf"\mathbb{{R}}^{{{self._size(rows)} \times {self._size(columns)}}}"

    def _words(self, form: Form) -> str:
        if form is None or is_scalar(form):
            return "a number"
        return f"{self._size(form[0])}×{self._size(form[1])}"

    def _letters_in(self, *forms: Form) -> tuple[str, ...]:
        dims = [resolved(dim) for form in forms if form is not None for dim in form]
        return tuple(dict.fromkeys(self._size(dim) for dim in dims if isinstance(dim, DimVar | str)))

    # Names --------------------------------------------------------------------------------------------------------

    def _proposal(self, name: str) -> Proposal | None:
        uses = self.kinds.uses[name]
        before = len(self._named)
        meaning = self.usage.meanings.get(name)
        match meaning:
            case Function():
                group, parts, words, sizes = self._function(name, meaning)
            case Family():
                group, parts, words, sizes = self._family(name, meaning, uses)
            case Tensor() if meaning.shape is not None:
                group, parts, words, sizes = self._tensor(name, meaning.shape)
            case _:
                if not self._is_size(name):
                    return None
                group, parts, words, sizes = "dimension", (rf"{name} \in \mathbb{{N}}",), "a size", (name,)
        settled = self.kinds.settled[name] and not (group == "dimension" and name in SIZE_LETTERS)
        if group == "dimension":
            settled = any(use.way == "size" for use in uses)
        spans = tuple(dict.fromkeys(use.span for use in uses if use.span.end > 0))
        new = tuple(list(self._named.values())[before:])
        return Proposal(name, group, parts, words, settled, spans, sizes, new, self._clashes.get(name))

    def _tensor(self, name: str, shape: Shape) -> tuple[Group, tuple[str, ...], str, tuple[str, ...]]:
        if is_scalar(shape):
            if self._is_size(name):
                return "dimension", (rf"{_written(name)} \in \mathbb{{N}}",), "a size", (name,)
            return "scalar", (rf"{_written(name)} \in \mathbb{{R}}",), "a number", ()
        group: Group = "vector" if is_vector(shape) else "matrix"
        words = self._words(shape)
        return group, (rf"{_written(name)} \in {self._space(shape)}",), words, self._letters_in(shape)

    def _family(
        self, name: str, family: Family, uses: Many[Use]
    ) -> tuple[Group, tuple[str, ...], str, tuple[str, ...]]:
        indices = [use.index for use in uses if use.index is not None and use.index.isalpha()]
        index = indices[0] if indices else "i"
        last = self._size(family.range)
        subject = name.replace(r"\cdot", index) if name.endswith(NUMBERED) else f"{_written(name)}_{{{index}}}"
        parts: tuple[str, ...] = (rf"{subject} \in {self._space(family.member)}",)
        if index not in self.occurrences.scope.indices:
            parts = (rf"{index} \in \{{1, \ldots, {last}\}}", *parts)
        words = f"a family of {self._words(family.member)}, one for each of {last}"
        return "vector", parts, words, (last, *self._letters_in(family.member))

    def _function(self, name: str, function: Function) -> tuple[Group, tuple[str, ...], str, tuple[str, ...]]:
        if function.entrywise:
            part = rf"{_written(name)} : \mathbb{{R}} \to \mathbb{{R}}"
            return "function", (part,), "a function of one number, applied entry by entry", ()
        domain = function.domain or [self._unwritten_argument(name)]
        spaces = r" \times ".join(map(self._space, domain))
        part = rf"{_written(name)} : {spaces} \to {self._space(function.codomain)}"
        words = f"a function of {' and '.join(map(self._words, domain))} with values {self._words(function.codomain)}"
        return "function", (part,), words, self._letters_in(*domain, function.codomain)

    def _unwritten_argument(self, name: str) -> Form:
        """What a function without an argument is a function of: the last that its derivatives are taken by."""
        candidates: dict[str, Form] = {}
        for variable in self.usage.derivatives.get(name, ()):
            found = self.occurrences.of(variable) if isinstance(variable, (Name, Script)) else None
            if found is None:
                continue
            meaning = self.usage.meanings.get(found.name)
            if isinstance(meaning, Tensor) and meaning.shape is not None:
                candidates[found.name] = meaning.shape
            elif isinstance(meaning, Family) and meaning.member is not None:
                rows = meaning.member[0]
                whole: Shape = (rows, meaning.range) if resolved(rows) != 1 else (meaning.range, meaning.member[1])
                candidates[found.name] = (whole[0], 1) if is_scalar(meaning.member) else whole
        under = {candidate: self._mentioned_by(candidate) for candidate in candidates}
        last = [c for c in candidates if not any(c in under[other] for other in candidates if other != c)]
        matrices = [c for c in last if candidates[c] is not None and 1 not in resolved_shape(candidates[c] or NUMBER)]
        chosen = next(iter((*matrices, *last, *candidates)), None)
        return (DimVar("an argument"), 1) if chosen is None else candidates[chosen]

    def _mentioned_by(self, name: str) -> set[str]:
        """The names that the note's definition of a name rests on."""
        found: set[str] = set()
        pending = [name]
        while pending:
            for body in self.occurrences.bodies.get(pending.pop(), ()):
                for mentioned in names_in(body, self.occurrences):
                    if mentioned not in found:
                        found.add(mentioned)
                        pending.append(mentioned)
        return found

    # Contradictions -----------------------------------------------------------------------------------------------

    def _contradictions(self) -> Iterator[tuple[str, Clash]]:
        """Names that one equation asks to be of one shape, and another of another."""
        first: dict[str, tuple[Shape, Span]] = {}
        for chain in self.chains:
            usage = self._read([chain])
            if usage.extents.conflicts:
                continue
            for name, uses in usage.uses.items():
                meaning = usage.meanings.get(name)
                shape = meaning.shape if isinstance(meaning, Tensor) else None
                if shape is None or is_scalar(shape) or any(isinstance(resolved(dim), DimVar) for dim in shape):
                    continue
                before, span = first.setdefault(name, (resolved_shape(shape), uses[0].span))
                if before != resolved_shape(shape):
                    yield name, Clash(self._words(before), self._words(shape), (span, uses[0].span))


def names_in(syntax: Syntax, occurrences: Occurrences) -> Iterator[str]:
    """The names that are written somewhere, and those above them; not those that are parts of names."""
    found = occurrences.of(syntax) if isinstance(syntax, (Name, Script)) else None
    if found is not None:
        yield found.name
        parts = [] if found.superscript is None else [found.superscript]
    else:
        parts = list(children(syntax))
    for part in parts:
        yield from names_in(part, occurrences)


def _written(name: str) -> str:
    """A name as LaTeX: words in subscripts are set upright, so that they are read as words."""
    return _WORD.sub(r"\\mathrm{\1}", name)
