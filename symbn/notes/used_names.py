r"""The shapes of names where equations use them: x, x_i, A_{ij}, A_{i:}, A^\top, and what each use says of the name.

A name means what the note says, else what it is supposed to be.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from typing import Literal, TypeAlias

from symbn.expr.shape import is_column, is_scalar, is_vector, resolved
from symbn.expr.tree import Dim, DimVar
from symbn.notes.extents import NUMBER, Extents, Form, column, transposed
from symbn.notes.occurrences import Occurrence, Occurrences, parts_of
from symbn.notes.reserved import IDENTITIES, ONES, UNITS, ZEROS, is_constant, negates, transposes
from symbn.notes.scope import DefinedFunction, DefinedTensor, Derived, spelled
from symbn.notes.suppositions import Family, Function, Kind, Meaning, Tensor, supposed
from symbn.notes.syntax import Colon, Group, Name, Numeral, Script, Sequence, Syntax, walk
from symbn.source import Span

Way: TypeAlias = Literal["bare", "indexed", "indexed twice", "applied", "differentiated", "size"]


@dataclass(frozen=True)
class Use:
    """Where a name without a meaning is used, and how; `arguments` are what it stands before in parentheses."""

    way: Way
    span: Span
    arguments: tuple[Syntax, ...] = ()
    index: str | None = None


class UsedNames(ABC):
    """The shapes of names in their scripts; the kinds of those without a meaning are supposed."""

    def __init__(self, occurrences: Occurrences, kinds: Mapping[str, Kind]) -> None:
        self.occurrences = occurrences
        self.scope = occurrences.scope
        self.kinds = kinds
        self.extents = Extents(denominators=self.scope.conventions.get("layout") == "denominator")
        self.meanings: dict[str, Meaning] = {}
        self.uses: dict[str, list[Use]] = {}
        self.shares: list[tuple[str, Dim]] = []
        """Names n and open sizes of means, (1/n) 𝟏ᵀx and (1/n) Σ_t x_t: the size is n, by all custom."""
        self.derivatives: dict[str, list[Syntax]] = {}
        """What names alone are differentiated by."""
        self.ranges: dict[str, Dim] = {}
        self.sums: dict[int, Dim] = {}
        """How far sums over one index run that do not say it, by the identity of the sum."""

    @abstractmethod
    def form(self, syntax: Syntax) -> Form:
        """The shape of what is written."""

    def meaning(self, name: str) -> Meaning | None:
        """What a name stands for: as the note says, else as is supposed."""
        if name not in self.meanings:
            found = self.known(name) or supposed(self.kinds.get(name))
            if found is None:
                return None
            self.meanings[name] = found
        return self.meanings[name]

    def known(self, name: str) -> Meaning | None:
        """What the note says that a name stands for."""
        scope, context = self.scope, self.scope.context
        match scope.meanings.get(name):
            case DefinedTensor() as defined:
                return Tensor(defined.definition.body.shape)
            case Derived() as derived:
                return Tensor(derived.expression.shape)
            case DefinedFunction():
                return Function(NUMBER if self.occurrences.values.get(name) == {NUMBER} else None)
        if name in context.symbols:
            return Tensor(context.symbols[name].shape)
        if name in context.functions:
            declared = context.functions[name]
            return Function(declared.codomain, declared.entrywise, list(declared.domain))
        if name in context.dimensions:
            return Tensor(NUMBER)
        if name.endswith("_") and name[:-1] in scope.families:
            family = scope.families[name[:-1]]
            return Family(family.body.shape, family.indices[0].dim)
        return None

    def meet(self, name: str, use: Use) -> None:
        """Keep a use of a name without a meaning."""
        if self.known(name) is None and not is_constant(name):
            self.uses.setdefault(name, []).append(use)

    def size(self, syntax: Syntax | None) -> Dim | None:
        """A size that is written; its name is used as one."""
        if isinstance(syntax, Numeral) and syntax.text.isdigit():
            return int(syntax.text)
        name = spelled(syntax) if isinstance(syntax, (Name, Script)) else None
        if name is None or syntax is None:
            return None
        self.meet(name, Use("size", syntax.span))
        return name

    def position(self, syntax: Syntax, extent: Dim, span: Span) -> None:
        """A position in a range of that size."""
        name = spelled(syntax)
        if isinstance(syntax, Name) and name is not None:
            if name in self.scope.context.dimensions:
                if isinstance(resolved(extent), DimVar):
                    self.extents.equal(extent, name, span)
                return
            known = self.scope.indices.get(name)
            runs = self.ranges.setdefault(name, known.dim if known is not None else DimVar(name))
            self.extents.equal(runs, extent, span)

    def named(self, syntax: Name | Script) -> Form:
        """A name with its scripts."""
        found = self.occurrences.of(syntax)
        if found is None:
            assert isinstance(syntax, Script)
            return self.scripted(self.form(syntax.base), syntax)
        constant = self._constant(found)
        if constant is not None:
            return self.raised(constant, found.superscript, syntax.span)
        if found.name in self.ranges or found.name in self.scope.indices:
            return NUMBER
        if found.name in ZEROS or (found.name in ("e", r"\mathrm{e}") and found.superscript is not None):
            if found.superscript is not None:
                self.form(found.superscript)
            return None if found.name in ZEROS else NUMBER
        way: Way = ("bare", "indexed", "indexed twice")[min(len(found.subscripts), 2)]
        first = found.subscripts[0] if found.subscripts else None
        index = spelled(first) if first is not None and self.occurrences.is_index(first) else None
        self.meet(found.name, Use(way, syntax.span, index=index))
        form = self._valued(found, syntax.span)
        return self.raised(form, found.superscript, syntax.span)

    def _constant(self, found: Occurrence) -> Form:
        """I, 𝟏, e_i, δ_ij where they have no other meaning; a written size is theirs."""
        name, subs = found.name, found.subscripts
        base = name.split("_{")[0]
        if self.meaning(name) is not None or self.meaning(base) is not None:
            return None
        if base in IDENTITIES | ONES:
            size: Dim = DimVar(base) if base == name else name[len(base) + 2 : -1]
            if base != name:
                self.meet(str(size), Use("size", Span(0, 0)))
            return (size, size) if base in IDENTITIES else (size, 1)
        if name in UNITS and len(subs) == 1:
            return column()
        if name == r"\delta" and len(subs) == 2:
            return NUMBER
        return None

    def _valued(self, found: Occurrence, span: Span) -> Form:
        meaning, subs = self.meaning(found.name), list(found.subscripts)
        match meaning:
            case Tensor():
                return self.entry(meaning.shape, subs, span)
            case Family() if subs:
                self.position(subs[0], meaning.range, span)
                return self.entry(meaning.member, subs[1:], span)
            case Function():
                if meaning.entrywise:
                    self.extents.conflict(span)
                self.extents.loose()
                return self.entry(meaning.codomain, subs, span)
            case Family():
                self.extents.conflict(span)
        return None

    def entry(self, form: Form, subs: Many[Syntax], span: Span) -> Form:
        """An entry x_i, A_{ij}, a row A_{i:}, a column A_{:j}."""
        if form is None or not subs:
            return form
        vector = is_vector(form)
        if is_scalar(form) or len(subs) != (1 if vector else 2):
            self.extents.conflict(span)
            return None
        places = [0 if is_column(form) else 1] if vector else [0, 1]
        sizes: list[Dim] = [1, 1]
        for place, sub in zip(places, subs, strict=True):
            if isinstance(sub, Colon):
                sizes[place] = form[place]
            else:
                self.position(sub, form[place], span)
        return sizes[0], sizes[1]

    def scripted(self, form: Form, script: Script) -> Form:
        """Something in parentheses, with scripts."""
        base = script.base
        if script.sub is not None and not (isinstance(base, Group) and base.delimiter in ("|", r"\|")):
            form = self.entry(form, list(parts_of(script.sub)), script.span)
        return self.raised(form, script.sup, script.span)

    def raised(self, form: Form, sup: Syntax | None, span: Span) -> Form:
        if sup is None:
            return form
        if transposes(sup):
            if form is not None and is_scalar(form):
                self.extents.loose()
            return transposed(form)
        if negates(sup) and any(transposes(node) for node in walk(sup)):
            return transposed(self.extents.square(form, span))
        if isinstance(sup, Name) and sup.latex in (r"\odot", r"\circ"):
            return form
        if isinstance(sup, Sequence) and isinstance(sup.items[0], Name) and sup.items[0].latex in (r"\odot", r"\circ"):
            return form
        self.form(sup)
        if form is not None and not is_scalar(form):
            return self.extents.square(form, span)
        return form
