r"""Declarations: x \in \mathbb{R}^n, f : \mathbb{R}^m \to \mathbb{R}^n, \epsilon > 0, i \in \{1, …, m\}."""

from __future__ import annotations

from dataclasses import dataclass

from symbn.diagnostics import NoteError, fail
from symbn.expr.context import FunctionDeclaration, SymbolDeclaration
from symbn.expr.tree import IndexVar, Shape
from symbn.notes.assumptions import Assumptions
from symbn.notes.constants import is_possible_unit
from symbn.notes.families import Indexed
from symbn.notes.number_sets import number_set
from symbn.notes.reserved import marks
from symbn.notes.samples import joined, sample_of, stem_of
from symbn.notes.scope import spelled
from symbn.notes.spaces import (
    Space,
    domain_of,
    is_natural,
    is_real_space,
    range_of,
    space_of,
    space_of_numbers,
)
from symbn.notes.syntax import Chain, Commas, Dots, Group, Name, Numeral, Script, Syntax, unscripted, walk
from symbn.source import Span


@dataclass(frozen=True)
class Declared:
    """What is told of a declaration, and the member of a family that it declares."""

    told: tuple[str, ...] = ()
    member: Indexed | None = None


class Declarer(Assumptions):
    """Enters declarations into a scope, and assumptions."""

    def is_dimension(self, subject: Syntax, space: Syntax) -> bool:
        """Whether this says of a dimension that it is a natural number, which is known.

        Raises NoteError (E181) where it is declared as a vector or a matrix: that is another thing of that name.
        """
        name = spelled(subject)
        if name not in self.scope.context.dimensions:
            return False
        if is_real_space(space):
            self._check_free(name, subject.span)
        return is_natural(space)

    def is_new(self, subject: Syntax) -> bool:
        """Whether a subject of ∈ is a name without a meaning."""
        if isinstance(subject, Commas):
            return True
        if self.families.has(subject):
            return False
        name = spelled(subject)
        if name is None or not isinstance(subject, (Name, Script)):
            return False
        if self.scope.knows(name):
            return False
        if isinstance(subject, Script):
            stem = spelled(subject.base)
            if stem is not None and self.scope.knows(stem):
                return self._is_no_part(subject, stem)
        return True

    def _is_no_part(self, subject: Script, stem: str) -> bool:
        """Whether x^{\\star} is no power of x, A_1 no entry of a matrix or a number, x' no derivative: a new name."""
        if subject.primes and subject.sub is None and subject.sup is None:
            return self.scope.conventions.get("prime") != "transpose" and not self.scope.is_function(stem)
        if subject.sup is not None or marks(subject.sub):
            return marks(subject.sup) or marks(subject.sub)
        if isinstance(subject.sub, Name) and subject.sub.word:
            return True
        symbol = self.scope.context.symbols.get(stem)
        single = isinstance(subject.sub, Name | Numeral) and len(spelled(subject.sub) or "") == 1
        without = symbol is not None and (1 not in symbol.shape or symbol.shape == (1, 1))
        return without and single and not subject.primes

    def subjects(self, chain: Chain) -> list[Syntax]:
        r"""What a chain says \in of; x_1, …, x_n is one subject, but for an x whose entries they are."""
        written = [*chain.subjects, chain.sides[0]]
        lists = joined(written)
        if any(isinstance(s, Commas) and self._are_entries(s, chain.sides[1]) for s in lists):
            return [subject for subject in written if not isinstance(subject, Dots)]
        return lists

    def _are_entries(self, listed: Commas, space: Syntax) -> bool:
        sample = sample_of(listed)
        member = sample.members[0] if sample is not None else None
        if not isinstance(member, Script) or not self.scope.knows(stem_of(member) or ""):
            return False
        return not self.families.stands_beside(listed, space)

    def declare(self, subject: Syntax, space: Syntax, span: Span) -> Declared:
        """subject ∈ space, the subject a new name or a list x_1, …, x_n.  Raises NoteError."""
        if number_set(space) is None and isinstance(space, Group) and space.delimiter in (r"\{", "["):
            self._declare_index(subject, space)
            return Declared()
        if isinstance(subject, Commas):
            member, said = self._of_list(subject, space, span)
        else:
            member, said = self.families.of(subject), self._said(space)
        told: tuple[str, ...] = ()
        if member is not None and said.kind == "real":
            name = self._declare_family(subject, member, said, span)
            told = member.told
        else:
            name = spelled(subject) or ""
            self._declare_name(name, said, span)
        if said.values is not None:
            told += (f"read as real; what holds only because of {said.values.text} is not checked",)
        self.scope.places.setdefault(spelled(subject) or name, span)
        return Declared(told, member)

    def limited(self, subject: Syntax, space: Syntax) -> tuple[str, ...] | None:
        r"""What to tell of y_i \in \{0, 1\} where y is declared already; None for what is no set of numbers."""
        numbers = number_set(space)
        name = next((n for n in map(spelled, (subject, unscripted(subject))) if n in self.scope.context.symbols), None)
        if numbers is None or name is None:
            return None
        self.scope.values[name] = numbers.values
        return (f"what holds only because of {numbers.values.text} is not checked",)

    def _declare_name(self, name: str, said: Space, span: Span) -> None:
        if said.kind == "dimension":
            self.scope.context.dimensions.setdefault(name, 1)
            return
        self._check_free(name, span)
        family = self.scope.families.get(name)
        if family is not None and (self.scope.free_family(name) is None or said.shape[0] == family.indices[0].dim):
            del self.scope.families[name]  # x_t was a family; from here on x_t is an entry of x
        self._remember_values(name, said)
        self.scope.context.symbols[name] = SymbolDeclaration(name, said.shape, said.sign, said.structure)

    def _declare_family(self, subject: Syntax, member: Indexed, said: Space, span: Span) -> str:
        """The name of the symbol that it is made of.  Raises NoteError (E182; E168 where it may be unit vectors)."""
        self._check_free(stem_of(member.member) or "", span)
        if said.structure != "general":
            raise fail(
                "E182", "a free family of symmetric, orthogonal or invertible matrices is not read yet", span,
                help=r"declare it in \mathbb{R}^{n \times n} for what holds of any matrices",
            )  # fmt: skip
        if is_possible_unit(subject, self.scope) and said.shape == (member.index.dim, 1):
            raise fail(
                "E168", f"`{spelled(member.member)}` can be a unit vector or a new name", subject.span,
                help="call it `the $i$-th unit vector`, or use another letter for a new name",
            )  # fmt: skip
        name = self.families.declare(member.member, member.index, said.shape, said.sign, span)
        self._remember_values(name, said)
        return name

    def _remember_values(self, name: str, said: Space) -> None:
        """The numbers of its set: nothing else refutes what is stated of a name."""
        if said.values is None:
            self.scope.values.pop(name, None)
        else:
            self.scope.values[name] = said.values

    def _of_list(self, listed: Commas, space: Syntax, span: Span) -> tuple[Indexed | None, Space]:
        """The member of a list x_1, …, x_n, and what its set says.

        Raises NoteError for one that is no family; those of its names that are written are declared.  E182: of
        symmetric matrices and the like; E179: not from 1 on.
        """
        try:
            member = self.families.of(listed)
        except NoteError:
            self._declare_each(listed, self._said(space), span)
            raise
        said = self._said(space)
        if said.structure != "general":
            names = self._declare_each(listed, said, span)
            raise fail(
                "E182", "a free family of symmetric, orthogonal or invertible matrices is not read yet", listed.span,
                help=f"{' and '.join(f'`{name}`' for name in names)} are declared, and those between them are not",
            )  # fmt: skip
        return member, said

    def _declare_each(self, listed: Commas, said: Space, span: Span) -> list[str]:
        """Declare those names of a list that are written, and are new; all that are written."""
        names = [name for item in listed.items if (name := spelled(item)) is not None]
        for name in names:
            if not self.scope.knows(name):
                self._declare_name(name, said, span)
                self.scope.places.setdefault(name, span)
        return names

    def _declare_index(self, subject: Syntax, space: Group) -> None:
        """i ∈ {1, …, n} or i ∈ [n].  Raises NoteError (E178) for labels y_i or y_1, …, y_m that depend on an index."""
        label = subject.items[-1] if isinstance(subject, Commas) else subject
        name = spelled(label) or ""
        below = list(walk(label.sub)) if isinstance(label, Script) and label.sub is not None else []
        if isinstance(subject, Commas) or any(isinstance(node, Name) and not node.word for node in below):
            self.families.of(subject)  # which asks whether the letter is an index
            raise fail(
                "E178", f"`{name}` is an index that depends on another index, which is not read", subject.span,
                help=r"write what it selects as a sum over one-hot vectors, such as \sum_k Y_{ik} p_k",
            )  # fmt: skip
        self.scope.indices[name] = IndexVar(name, range_of(space, self._reader()))
        self.scope.places.setdefault(name, subject.span)

    def claimed_shape(self, space: Syntax) -> Shape:
        """The shape that a claim ∈ ℝ^{…} states."""
        return self.claimed(space).shape

    def claimed(self, space: Syntax) -> Space:
        """What a claim ∈ says of the shape, and beside: symmetric, orthogonal, positive.  Raises NoteError (E183)."""
        claimed = self._space(space)
        if claimed.kind != "real":
            raise fail("E183", "a claim about a shape names ℝ^{m×n}", space.span)
        return claimed

    def _space(self, space: Syntax) -> Space:
        return space_of(space, self._reader())

    def _said(self, space: Syntax) -> Space:
        """What a set says, also one of certain numbers."""
        numbers = number_set(space)
        return self._space(space) if numbers is None else space_of_numbers(numbers, self._reader())

    def function(self, subject: Syntax, chain: Chain) -> None:
        r"""f : A \to B."""
        name = spelled(subject)
        if name is None or [link.relation for link in chain.links] != [":", r"\to"]:
            raise fail("E187", r"a function is declared as f : \mathbb{R}^m \to \mathbb{R}^n", chain.span)
        domain, codomain = domain_of(chain.sides[1], self._reader()), self._space(chain.sides[2])
        if codomain.kind != "real":
            raise fail("E187", "a function's values are real", chain.sides[2].span)
        new = FunctionDeclaration(name, domain, codomain.shape)
        known = self.scope.context.functions.get(name)
        if known == new:
            return
        if self.scope.knows(name):
            raise fail("E189", f"`{name}` has a meaning already", chain.span, help="use another name")
        self.scope.context.functions[name] = new
        self.scope.places.setdefault(name, chain.span)
