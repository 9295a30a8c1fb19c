r"""Families x_i that a note declares, i from 1 to n: the rows, columns, entries or blocks of one free matrix or vector.

The range of the index is the declared one, i \in \{1, …, n\}, or the one that is said of it (`said_ranges`).  A letter
that could be an index or a part of a name is an error that asks (E180).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.expr import tree
from symbn.expr.context import Sign, SymbolDeclaration
from symbn.expr.shape import is_column, is_scalar, product_dim, shape_text
from symbn.expr.tree import Definition, Dim, Expr, IndexVar, Shape
from symbn.notes.constants import is_possible_unit
from symbn.notes.expressions import Reader
from symbn.notes.said_ranges import INDEX_LETTERS, SaidRange, SaidRanges, not_from_one
from symbn.notes.samples import sample_of, stem_of
from symbn.notes.scope import Scope, composite, family_key, spelled, whole_of
from symbn.notes.syntax import Commas, Name, Numeral, Script, Syntax
from symbn.notes.vocabulary import NUMBERED
from symbn.source import Span


@dataclass(frozen=True)
class Indexed:
    """A member as it is declared, x_i or x_n, its index with its range, and how it is told that this was read so."""

    member: Script
    index: IndexVar
    told: tuple[str, ...] = ()


class Families:
    """Declares families in a scope."""

    def __init__(self, scope: Scope, reader: Callable[[], Reader]) -> None:
        self.scope = scope
        self.ranges = SaidRanges()
        self._reader = reader

    def of(self, subject: Syntax) -> Indexed | None:
        """The member that a declaration of x_i or of x_1, …, x_n declares; None for a name that is no member.

        Raises NoteError: E180 where a subscript could be an index or a part of the name, E188 for two ranges, E179 for
        a range that does not begin at 1.
        """
        if isinstance(subject, Commas):
            return self._listed(subject)
        if not isinstance(subject, Script) or not isinstance(subject.sub, Name) or subject.sub.word:
            return None
        letter = subject.sub.latex
        declared, said = self.scope.indices.get(letter), self.ranges.beside(subject)
        if said is None and self.ranges.stands_among_labels(subject):
            self._ask(subject, letter)
            return None
        if declared is None and said is None and not self.scope.knows(letter):
            said = self.ranges.around(subject)
        if said is None:
            if declared is None:
                self._ask(subject, letter)
            return None if declared is None else Indexed(subject, declared)
        if said.size is None:
            raise not_from_one(subject, said)
        if declared is None and self.scope.knows(letter):
            raise _known_letter(subject, letter, said)
        index = IndexVar(letter, self._reader().dimension(said.size))
        if declared is not None and declared.dim != index.dim:
            raise self._two_ranges(subject, declared, said)
        if declared is not None:
            return Indexed(subject, declared)
        return Indexed(subject, index, (self._told(subject, index.dim, self.ranges.told_as(said)),))

    def has(self, subject: Syntax) -> bool:
        """Whether a subject of ∈ is x_1 or x_n of a family x that is declared, or its x_i, of no other range."""
        if not isinstance(subject, Script) or stem_of(subject) not in self.scope.families:
            return False
        if isinstance(subject.sub, Numeral):
            return True
        if not isinstance(subject.sub, Name) or subject.sub.word or self.ranges.is_label(subject, self.scope):
            return False
        return subject.sub.latex not in self.scope.indices and self.ranges.beside(subject) is None

    def stands_beside(self, subject: Syntax, space: Syntax) -> bool:
        """Whether x_i ∈ ℝ^d declares a family of vectors beside a vector x, that is no matter of the entries of x.

        Raises NoteError (E177) where i runs as far as x has entries.
        """
        last = subject.items[-1] if isinstance(subject, Commas) else subject
        if not isinstance(last, Script) or not (isinstance(space, Script) and space.sup is not None):
            return False
        symbol = self.scope.context.symbols.get(stem_of(last) or "")
        sizes = self._reader().sizes(space.sup) if symbol is not None and is_column(symbol.shape) else []
        if symbol is None or len(sizes) != 1:
            return False
        member = self.of(subject)
        if member is not None and member.index.dim == symbol.shape[0]:
            raise fail(
                "E177", f"`{symbol.name}` has as many entries as this family: is this an entry, or another vector?",
                subject.span, help="use another letter for one of the two",
            )  # fmt: skip
        return member is not None

    def _listed(self, listed: Commas) -> Indexed | None:
        """The last of x_1, …, x_n, with an index that no other name has.  Raises NoteError (E179) for x_0, …, x_n."""
        sample = sample_of(listed)
        member = sample.members[0] if sample is not None else None
        if sample is None or not isinstance(member, Script) or sample.last is None:
            raise fail("E102", "this list is not x_1, …, x_n", listed.span, help="declare each name by itself")
        if spelled(sample.first) != "1":
            said = SaidRange(None, sample.first, sample.last, frozenset(), listed.span)
            raise not_from_one(member, said)
        letter = next((letter for letter in sorted(INDEX_LETTERS) if not self.scope.knows(letter)), "i")
        size = self._reader().dimension(sample.last)
        return Indexed(member, IndexVar(letter, size), (self._told(member, size, None),))

    def _told(self, member: Script, size: Dim, words: str | None) -> str:
        said = f", as `{words}` says" if words else ""
        return f"`{stem_of(member)}` is a family of {shape_text((size, 1))[:-2]}, numbered from 1 on{said}"

    def _ask(self, subject: Script, letter: str) -> None:
        """Raises NoteError (E180) where a letter that nothing is said of can be an index."""
        ends = sorted(self.ranges.sums_over(subject))
        index = self.scope.indices.get(letter)
        if (index is None and self.scope.knows(letter)) or self.ranges.is_label(subject, self.scope):
            return
        if letter not in INDEX_LETTERS and not (ends and self.ranges.binds(letter)):
            return
        first = f"declare ${letter} \\in \\{{1, \\ldots, {ends[0]}\\}}$ first" if len(ends) == 1 else (
            f"declare its range first, such as ${letter} \\in \\{{1, \\ldots, m\\}}$"
        )  # fmt: skip
        other = rf"for a name write {stem_of(subject)}_{{\text{{{letter}}}}}"
        if is_possible_unit(subject, self.scope):
            other = f"for the unit vector call it `the ${letter}$-th unit vector`"
        raise fail(
            "E180", f"is `{letter}` an index here, or part of the name?", subject.span,
            help=first if (stem_of(subject) or "").endswith(NUMBERED) else f"for an index {first}; {other}",
        )  # fmt: skip

    def _two_ranges(self, subject: Script, declared: IndexVar, said: SaidRange) -> NoteError:
        one, other = shape_text((declared.dim, 1))[:-2], self.ranges.told_as(said)
        labels = [Label(said.span, "another range is said here", False), Label(subject.span, "which of the two?")]
        place = self.scope.places.get(declared.name)
        if place is not None:
            labels.insert(0, Label(place, f"declared to run to {one} here", False))
        return NoteError(
            Diagnostic(
                "E188", f"`{declared.name}` runs to {one} by its declaration, and here `{other}` is said",
                tuple(labels), help=f"take another letter for the index of `{composite(subject)}`",
            )
        )  # fmt: skip

    def check_members(self, stem: str, member: Script) -> None:
        """Raises NoteError (E189) where x_1 is a name of its own already, which would be no member of the family."""
        other = next(
            (name for name in self.scope.context.symbols if re.fullmatch(re.escape(stem) + r"_\{\d+\}", name)), None
        )
        if other is not None:
            labels: tuple[Label, ...] = (Label(member.span, "a family here"),)
            if other in self.scope.places:
                labels = (Label(self.scope.places[other], "a name by itself here", False), *labels)
            raise NoteError(
                Diagnostic(
                    "E189", f"`{other}` has a meaning already, and would be a member of this family", labels,
                    help="use another letter for one of the two",
                )
            )  # fmt: skip

    def declare(self, member: Script, index: IndexVar, shape: Shape, sign: Sign, span: Span) -> str:
        """Enter a free family of scalars, columns, rows or matrices; returns the name of the symbol it is made of."""
        stem = stem_of(member)
        assert stem is not None
        self.check_members(stem, member)
        symbols = self.scope.context.symbols
        entries: Sign = "real" if sign == "nonzero" else sign
        if is_scalar(shape):
            symbols[stem] = SymbolDeclaration(stem, (index.dim, 1), entries)
            return stem
        whole = whole_of(stem)
        full, body = _part_of(whole, index, shape, span)
        symbols[whole] = SymbolDeclaration(whole, full, entries)
        definitions = self.scope.context.definitions
        lowest = min((d.rank for d in definitions.values()), default=1) - 1
        definition = Definition(family_key(stem), (index,), (), body, lowest, stem, span)
        definitions[definition.key] = definition
        self.scope.families[stem] = definition
        return whole


def _part_of(whole: str, index: IndexVar, shape: Shape, span: Span) -> tuple[Shape, Expr]:
    """The shape of a symbol, and its part for one value of an index: a column, a row, or a block of columns.

    The blocks of A, m×(K n), are A (e_k ⊗ I), m×n: any K matrices are the blocks of one.
    """
    rows, columns = shape
    if 1 in shape:
        full = (rows, index.dim) if columns == 1 else (index.dim, columns)
        row, column = (None, index) if columns == 1 else (index, None)
        return full, tree.Slice(arg=tree.Symbol(name=whole, shape=full), row=row, column=column, shape=shape)
    full = (rows, product_dim(index.dim, columns, span))
    picked = tree.Kronecker(
        left=tree.UnitVector(index=index, shape=(index.dim, 1)),
        right=tree.Identity(shape=(columns, columns)),
        shape=(full[1], columns),
    )
    return full, tree.Product(factors=(tree.Symbol(name=whole, shape=full), picked), shape=shape)


def _known_letter(subject: Script, letter: str, said: SaidRange) -> NoteError:
    return fail(
        "E180", f"is `{letter}` an index in `{composite(subject)}`, or what it means already?", said.span,
        help="take another letter for the index",
    )  # fmt: skip
