r"""What a note declares, or claims of shapes: x \in \mathbb{R}^n, f : \mathbb{R} \to \mathbb{R}, ε > 0, x \sim p."""

from __future__ import annotations

from collections.abc import Sequence as Ordered
from contextlib import suppress
from dataclasses import replace

from symbn.diagnostics import NoteError
from symbn.expr.shape import finished, is_column, shape_text
from symbn.expr.statement import Statement
from symbn.expr.tree import Shape
from symbn.notes.anew import forget
from symbn.notes.claims import claim_structure
from symbn.notes.constants import constant_of, declare_unit, is_unit_vector, is_zero_vector
from symbn.notes.families import Indexed
from symbn.notes.heads import new_heads
from symbn.notes.markdown import MathBlock
from symbn.notes.number_sets import number_set
from symbn.notes.parts_of_names import is_part
from symbn.notes.randomness import declare_random, declared_later
from symbn.notes.register import fail_statement, letter_of
from symbn.notes.rereading import Place
from symbn.notes.reserved import is_constant
from symbn.notes.said_ranges import Formula
from symbn.notes.samples import BELONGING, declared_name, memberships
from symbn.notes.scope import spelled
from symbn.notes.statements import Statements
from symbn.notes.syntax import (
    Chain,
    Commas,
    Name,
    Numeral,
    Script,
    Syntax,
    unscripted,
    walk,
)
from symbn.notes.vocabulary import EQUALITIES
from symbn.source import Span


class Memberships(Statements):
    """The part that reads declarations."""

    def _declare_ahead(self, formulas: Ordered[Formula]) -> None:
        """Take on what the rest of a sentence declares of names that its equations use: `A x = b, where $x …$`.

        What the sentence defines is no such name.  What cannot be taken on is told where it stands.
        """
        equations: list[Chain] = []
        for place in range(self._formula, len(formulas)):
            if place > self._formula and not formulas[place].lead.explains:
                return
            for chain in formulas[place].chains:
                if is_declaration(chain):
                    if equations and not formulas[place].lead.condition:
                        self._taken_ahead(chain, place, equations)
                elif any(link.relation in EQUALITIES for link in chain.links):
                    equations.append(chain)

    def _taken_ahead(self, chain: Chain, place: int, equations: Ordered[Chain]) -> None:
        defined = {head.name for equation in equations for head in new_heads(equation, self.scope)}
        for subject in self.declarer.subjects(chain):
            name = declared_name(subject)
            if name is None or name in defined or not self.declarer.is_new(subject) or is_constant(name):
                continue
            with suppress(NoteError):
                if chain.links[0].relation != r"\in":
                    if spelled(unscripted(subject)) in defined:
                        continue  # σ² > 0 of a σ² that is defined
                    self.declarer.assume(subject, chain.links[0].relation, chain.sides[1])
                    self._ahead[subject.span] = ()
                elif not self.declarer.is_dimension(subject, chain.sides[1]):
                    declared = self.declarer.declare(subject, chain.sides[1], chain.span)
                    self._sections[name] = self._section
                    self._ahead[subject.span] = (*declared.told, *self._with_prose(name, place))

    def _membership(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        declarer, text = self.declarer, self.register.text
        parts = list(memberships(chain)) or [chain]
        try:
            subjects = [(part, subject) for part in parts for subject in declarer.subjects(part)]
        except NoteError as error:
            lhs, rhs = text(chain.sides[0]), " ".join(text(side) for side in chain.sides[1:])
            fail_statement(self._statement(block, label, "declaration", chain.span, lhs, rhs), error)
            return
        number = None if label is not None else self.register.number(block)
        for place, (part, subject) in enumerate(subjects):
            letter = "" if place == 0 else letter_of(place)
            lhs, rhs, space = text(subject), " ".join(text(side) for side in part.sides[1:]), part.sides[1]
            span = subject.span.to(part.sides[-1].span)
            statement = self._statement(block, label, "declaration", span, lhs, rhs, letter, number)
            try:
                if subject.span in self._ahead:
                    member = declarer.families.of(subject)  # what was said since then may contradict it
                    statement.rhs += self._range_said_elsewhere(subject, member)
                    statement.notices = self._ahead[subject.span]
                elif chain.links[0].relation == ":":
                    declarer.function(subject, chain)
                elif declarer.is_dimension(subject, space) or self._constant(statement, subject, part, block):
                    pass
                elif not declarer.is_new(subject) and (limited := declarer.limited(subject, space)) is not None:
                    statement.notices = limited
                elif (
                    declarer.is_new(subject) or self._is_declared_anew(subject, space, statement)
                ) or self._stands_beside(subject, part):
                    declared = declarer.declare(subject, space, part.span)
                    statement.rhs += self._range_said_elsewhere(subject, declared.member)
                    self._sections[declared_name(subject) or ""] = self._section
                    prose = self._with_prose(declared_name(subject) or "", self._formula)
                    statement.notices = (*declared.told, *prose)
                else:
                    self._membership_claim(statement, subject, part, block)
            except NoteError as error:
                fail_statement(statement, error)

    def _is_declared_anew(self, subject: Syntax, space: Syntax, statement: Statement) -> bool:
        r"""Whether another section says `Let $x \in …$` of a name that was something else; it is forgotten then."""
        name = spelled(subject)
        known = self.scope.context.symbols.get(name or "")
        if name is None or known is None or not self._lead.lets or self._sections.get(name) == self._section:
            return False
        said = self.declarer.claimed(space)
        if said.shape == known.shape and said.structure in ("general", known.structure):
            return False
        forget(name, self.scope)
        before = shape_text(known.shape) if said.shape != known.shape else known.structure
        statement.message = f"declared anew here; before it was {before}"
        return True

    def _collection(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        r"""\mathcal D = \{…\}, of which symbn reads how many members there are, and where they are from."""
        for place, link in enumerate(chain.links):
            left, right = chain.sides[place], chain.sides[place + 1]
            if link.relation in BELONGING:
                part = replace(chain, sides=(left, right), links=(link,), subjects=())
                if any(memberships(part)):
                    self._membership(part, block, None)
                    continue
            lhs, rhs = self.register.text(left), self.register.text(right)
            statement = self._statement(block, label, "unchecked", left.span.to(right.span), lhs, rhs)
            statement.message = "a set or a list: symbn reads what it says of its members, and no more"

    def _constant(self, statement: Statement, subject: Syntax, chain: Chain, block: MathBlock) -> bool:
        r"""Take on the size of I, \mathbf 1 or \mathbf 0, or claim it of I_n; False for what is none of these."""
        if self._is_unit_or_zero(statement, subject, chain, block):
            return True
        if not is_constant(getattr(unscripted(subject), "latex", "")):
            return False
        shape = self.declarer.claimed_shape(chain.sides[1])
        name = constant_of(subject, shape, self.scope)
        if name is None:
            return False
        if isinstance(subject, Script):
            self._membership_claim(statement, subject, chain, block)
        else:
            self.scope.sizes[name], self.scope.sizes[name + "ᵀ"] = shape
            sizes = "×".join(map(str, shape))
            statement.notices = (
                f"{name} is {sizes} where it stands without a subscript and nothing else says its size",
            )
        return True

    def _is_unit_or_zero(self, statement: Statement, subject: Syntax, chain: Chain, block: MathBlock) -> bool:
        r"""e_i \in \mathbb{R}^n that the prose calls a unit vector, 0 \in \mathbb{R}^n: what they are anyway."""
        text, space = self.register.source.text, chain.sides[1]
        if is_unit_vector(subject, self.scope, text[: block.outer.start], text[block.outer.end :]):
            shape = self.declarer.claimed_shape(space)
            if not is_column(shape):
                return False
            declare_unit(subject, shape[0], self.scope)
            statement.notices = (f"`{statement.lhs}`: the standard unit vectors, as the prose says",)
            return True
        if isinstance(subject, Numeral) and is_zero_vector(subject, shape := self.declarer.claimed_shape(space)):
            statement.notices = (f"0 is {shape_text(shape)} here, as wherever that is needed",)
            return True
        return False

    def _with_prose(self, name: str, place: int) -> tuple[str, ...]:
        """A declared name is what the prose beside its declaration calls it; how that is told."""
        symbols = self.scope.context.symbols
        if name not in symbols:
            return ()
        before, now = symbols[name], self._said.declared(symbols[name], place)
        symbols[name] = now
        words = [new for old, new in ((before.structure, now.structure), (before.sign, now.sign)) if old != new]
        return (f"`{name}` is {' and '.join(words)}, as the prose says",) if words else ()

    def _range_said_elsewhere(self, subject: Syntax, member: Indexed | None) -> str:
        r"""`, i = 1, \ldots, n` for an x_i whose range stands elsewhere; nothing for anything else."""
        if member is None or isinstance(subject, Commas) or member.index.name in self.scope.indices:
            return ""
        return rf", \; {member.index.name} = 1, \ldots, {member.index.dim}"

    def _stands_beside(self, subject: Syntax, chain: Chain) -> bool:
        """Whether x_1 or x_i is a vector of its own, beside an x that has entries."""
        space = chain.sides[1]
        if self.declarer.families.stands_beside(subject, space):
            return True
        return isinstance(subject, Script) and is_part(subject, self.declarer.claimed_shape(space), self.scope)

    def _membership_claim(self, statement: Statement, subject: Syntax, chain: Chain, block: MathBlock) -> None:
        """A claim about a shape, or that a matrix is symmetric or orthogonal; what else a set says is not checked."""
        if number_set(chain.sides[1]) is not None:
            statement.kind = "unchecked"
            statement.message = "symbn does not check that something is one of certain numbers"
            return
        claimed = self.declarer.claimed(chain.sides[1])
        if claimed.structure == "general" and claimed.sign == "real":
            self.places[statement.id] = Place(self._passage(chain, block, 0), 0, statement)
            self._shape_claim(statement, subject, claimed.shape)
        elif claimed.structure in ("symmetric", "orthogonal"):
            claim_structure(statement, self.definitions.reader(), subject, claimed.shape, claimed.structure)
        else:
            statement.kind = "unchecked"
            statement.message = "symbn does not check that something is positive, or invertible"

    def _shape_claim(self, statement: Statement, subject: Syntax, claimed: Shape) -> None:
        statement.kind = "shape"
        reader = self.definitions.reader()
        statement.expression = finished(reader.read(subject))
        statement.claimed = claimed
        statement.notices = tuple(reader.notices)

    def _assumption(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        left, right = chain.sides
        lhs, rhs = self.register.text(left), self.register.text(right)
        statement = self._statement(block, label, "declaration", chain.span, lhs, rhs)
        try:
            for subject in self.declarer.subjects(chain):
                told = self.declarer.assume(subject, chain.links[0].relation, right)
                statement.notices = tuple(dict.fromkeys((*statement.notices, *(told or ()))))
                if told is None:
                    statement.kind = "unchecked"
                    statement.message = f"symbn does not check {chain.links[0].relation}"
        except NoteError as error:
            fail_statement(statement, error)

    def _is_assumed_between(self, chain: Chain, block: MathBlock, label: str | None) -> bool:
        """Take on 0 < γ < 1 as one declaration; False for what is no assumption about one name."""
        subject, text = chain.sides[1], self.register.source.slice
        if chain.subjects or self._numbers_something(subject):
            return False
        lhs, rhs = self.register.text(chain.sides[0]), text(Span(subject.span.start, chain.span.end))
        try:
            told = self.declarer.assume_between(chain, " ".join(text(chain.span).split()))
        except NoteError as error:
            fail_statement(self._statement(block, label, "declaration", chain.span, lhs, rhs), error)
            return True
        if told is not None:
            self._statement(block, label, "declaration", chain.span, lhs, rhs).notices = told
        return told is not None

    def _numbers_something(self, subject: Syntax) -> bool:
        """Whether an undeclared letter stands in a subscript of the note, as an index does."""
        if not isinstance(subject, Name) or self.scope.knows(subject.latex):
            return False
        sides = [side for chain in self.chains for side in chain.sides]
        below = [node.sub for side in sides for node in walk(side) if isinstance(node, Script) and node.sub is not None]
        return any(isinstance(node, Name) and node.latex == subject.latex for sub in below for node in walk(sub))

    def _randomness(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        r"""x \sim p, of free names a declaration."""
        left, right = chain.sides
        subjects = [*chain.subjects, left]
        lhs, rhs = ", ".join(map(self.register.text, subjects)), self.register.text(right)
        statement = self._statement(block, label, "declaration", chain.span, lhs, rhs)
        notices = declare_random(subjects, right, self.scope)
        if notices is None and (later := declared_later(subjects, self.chains, self.scope)) is not None:
            fail_statement(statement, later)
        elif notices is None:
            statement.kind = "unchecked"
            statement.message = r"symbn reads \sim of declared names only: x \sim p after $x \in \mathbb{R}^{n}$"
        else:
            statement.notices = notices
            statement.context = self.scope.context


def is_declaration(chain: Chain) -> bool:
    r"""Whether a chain is one of x \in A or x > 0."""
    relations = [link.relation for link in chain.links]
    return (
        bool(relations)
        and (relations[0] == r"\in" or relations in ([">"], ["<"], [r"\ge"], [r"\le"]))
        and not chain.said
    )
