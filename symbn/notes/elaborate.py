r"""The chains of a note, in order, to typed statements: declarations, definitions, claims.

A chain `a = b = c` whose first sides are new names defines them by the first side that is not; every other `=`
is a claim.  Names mean what the text before says; a declared symbol that is defined later depends on its
definition from there on, and what was claimed before keeps the context it was claimed in.
"""

from __future__ import annotations

from collections.abc import Sequence as Ordered
from dataclasses import replace

from symbn.diagnostics import Diagnostic, fail
from symbn.notes.bounds import TURNED
from symbn.notes.equations import Equations
from symbn.notes.heads import Head, new_heads
from symbn.notes.markdown import MathBlock
from symbn.notes.memberships import Memberships
from symbn.notes.new_arguments import forget_inferred
from symbn.notes.open_chains import is_range, limits_something
from symbn.notes.parsed import Parsed, parse
from symbn.notes.parts import with_its_space
from symbn.notes.qualities import Said
from symbn.notes.reserved import SETTLED
from symbn.notes.rewriting import forget_places
from symbn.notes.said_ranges import Formula
from symbn.notes.samples import BELONGING, collects, memberships
from symbn.notes.scope import spelled
from symbn.notes.slice_names import SliceNames
from symbn.notes.syntax import Chain, Derivation, Nabla, Name, Script, walk
from symbn.notes.values import compares_indices, is_one_constant, is_scaled_constant
from symbn.notes.vocabulary import DEFINING, EQUALITIES, IN_RANGE
from symbn.source import SourceFile, Span

_MOST_DEMANDS = 4
_BOUNDS = frozenset((">", "<", r"\ge", r"\le", r"\ne"))


class Elaborator(Memberships, Equations, SliceNames):
    """Reads blocks of math into statements; one for each note.

    It goes on from the names of a scope, if one is given.  Unless it `defines`, an equation is a claim whatever stands
    on its left.
    """

    def settle(self, question: str, answer: object) -> bool:
        """Take one of two readings from here on, as the front matter says; False for what is no such question."""
        if answer not in SETTLED.get(question, ()):
            return False
        self.scope.conventions[question] = str(answer)
        return True

    def forget_statements(self) -> None:
        """Keep what was declared and defined, drop the statements and places: a preamble is not reported."""
        self.register.clear()
        forget_places(self.scope)
        self.places.clear()

    def read(self, source: SourceFile, blocks: Ordered[MathBlock]) -> None:
        """All statements of a note, in order."""
        self.elaborate(parse(source, blocks))

    def elaborate(self, parsed: Parsed) -> None:
        """All statements of a note that is parsed, in order."""
        self._begin(parsed)
        self._formulas = formulas = parsed.formulas
        conditions: tuple[Span, ...] = ()
        for self._formula, formula in enumerate(formulas):
            self._lead = formula.lead
            self._section = f"{self._text}: {formula.block.section}"
            self._declare_ahead(formulas)
            self.register.notation = formula.block.inner
            self._name_slices(formulas, False)
            if self._lead.apart:
                self._supposed.clear()
            behind = self._conditions_behind(formulas[self._formula + 1 :][:1])
            self._demands = self._demands if self._lead.follows else ()
            conditions = self._formula_read(formula, conditions if self._lead.goes_on else (), behind)
            self._name_slices(formulas, True)

    def _begin(self, parsed: Parsed) -> None:
        """Take on what a text says as a whole."""
        self.register.source = parsed.source
        self._chains = parsed.chains
        self.defining = []
        parsed.foreseen.enter(self.scope)
        self._said = Said(parsed.named, parsed.qualities, self._said)
        self._supposed.clear()
        self._text += 1
        self.declarer.families.ranges = parsed.ranges
        self.foresee_slices(parsed.slices)

    def _formula_read(
        self, formula: Formula, conditions: tuple[Span, ...], behind: tuple[Span, ...]
    ) -> tuple[Span, ...]:
        """Read one formula, under the conditions of its sentence before it and behind; those that what follows has."""
        bounds = self._bounds_behind(formula)
        behind = (*behind, *(chain.span for chain in bounds))
        for item in formula.items:
            if isinstance(item, Diagnostic):
                self._unreadable(formula.block, item)
            elif item.links:
                item = replace(item, said="if") if any(item is chain for chain in bounds) else item
                chain, conditions = self._in_its_sentence(item, formula, conditions, behind)
                if chain.said == "if" and formula.lead.supposed:
                    self._supposed[chain.span] = frozenset(names_in(chain))
                try:
                    self._chain(chain, formula.block)
                except RecursionError:
                    self._unreadable(formula.block, _nested_too_deeply(chain.span))
        return conditions

    def _in_its_sentence(
        self, chain: Chain, formula: Formula, conditions: tuple[Span, ...], behind: tuple[Span, ...]
    ) -> tuple[Chain, tuple[Span, ...]]:
        """A chain as the prose brings it in: as a condition, or under those of its sentence; and those before it."""
        lead = formula.lead
        aside = lead.aside or self._is_in_parentheses(chain)
        if chain.said:
            return chain, conditions
        if self._defines:
            self._define_anew(chain)
        if self._is_condition(chain, formula):
            perhaps_meant_for_all = lead.chosen and not is_one_constant(chain, self.scope)
            lasts = not (lead.brought_in_by_for or lead.says_more)
            if (lasts or perhaps_meant_for_all) and not lead.condition:
                self._supposed[chain.span] = frozenset(names_in(chain))
            return replace(chain, said="if"), (*conditions, chain.span)
        heads = self._new_heads(chain)
        if not heads and {link.relation for link in chain.links} <= EQUALITIES:
            behind = behind if _differentiates(chain) else (*self._demands, *behind)
            if lead.imposed and not (_differentiates(chain) or any(n in self.scope.meanings for n in names_in(chain))):
                self._demands = (*self._demands, chain.span)[-_MOST_DEMANDS:]
        if not (conditions or behind or lead.property or aside):
            return chain, conditions
        known = not heads or self.scope.declares(heads[0].name)
        if not known or any(link.relation not in EQUALITIES for link in chain.links):
            return chain, conditions
        if (lead.property or aside) and not heads:
            self._supposed[chain.span] = frozenset(names_in(chain))
            return replace(chain, said="since"), conditions
        return (chain if heads else replace(chain, conditions=(*conditions, *behind, *chain.conditions))), conditions

    def _is_condition(self, chain: Chain, formula: Formula) -> bool:
        """Whether the prose makes a chain a condition, or a special case of a declared name, which defines nothing."""
        lead, relations = formula.lead, {link.relation for link in chain.links}
        brought_in = lead.condition or (lead.behind and self._follows_equation(formula))
        if self._bounds_a_known_name(chain) and brought_in and not lead.supposed:
            return True
        if compares_indices(chain, self.scope) and (lead.condition or lead.brought_in_by_for):
            return True
        scaled = lead.brought_in_by_for and lead.says_more and is_scaled_constant(chain, self.scope)
        if not relations <= EQUALITIES or not (lead.condition or lead.special or scaled or not lead.settles):
            return False
        heads = self._new_heads(chain)
        if lead.condition:
            return not heads or self.scope.declares(heads[0].name)
        one_of_several = not (lead.settles or formula.block.display) and is_one_constant(chain, self.scope)
        return self._declared(heads) and not relations & DEFINING and (lead.special or scaled or one_of_several)

    def _bounds_a_known_name(self, chain: Chain) -> bool:
        """Whether a chain is c > 0 of a c that is declared already: behind `if` that says nothing of c elsewhere.

        A c that the chain itself has declared ahead is none, and x ≠ y excuses nothing.
        """
        if not chain.links or not {link.relation for link in chain.links} <= _BOUNDS:
            return False
        names = {spelled(side) for side in chain.sides if side.span not in self._ahead}
        return any(name in self.scope.context.symbols for name in names) and any(
            not any(isinstance(node, Name) for node in walk(side)) for side in chain.sides
        )

    def _follows_equation(self, formula: Formula) -> bool:
        """Whether the formula before this one, which is the one that is read or the next, states an equation."""
        place = self._formula if formula is self._formulas[self._formula] else self._formula + 1
        before = self._formulas[place - 1].chains if place else []
        return any(link.relation in EQUALITIES for chain in before for link in chain.links)

    def _bounds_behind(self, formula: Formula) -> list[Chain]:
        r"""The c > 0 of a formula |c| = c, \quad c > 0, of a c that is declared already: that formula's condition."""
        found: list[Chain] = []
        equated = False
        for chain in formula.chains:
            if equated and not chain.said and self._bounds_a_known_name(chain):
                found.append(chain)
            equated = equated or any(link.relation in EQUALITIES for link in chain.links)
        return found

    def _declared(self, heads: list[Head]) -> bool:
        """Whether heads are of a name that was declared: a number, vector, matrix, family or function."""
        name = heads[0].name if heads else ""
        return bool(heads) and (self.scope.declares(name) or name in self.scope.context.functions)

    def _new_heads(self, chain: Chain) -> list[Head]:
        return new_heads(chain, self.scope) if self._defines else []

    def _conditions_behind(self, following: Ordered[Formula]) -> tuple[Span, ...]:
        r"""What a formula is said under by the one behind it: `… for $i \ne j$`, `… if $t = 1$`."""
        return tuple(
            chain.span
            for formula in following
            for chain in formula.chains
            if formula.lead.behind
            and (chain.links and not chain.said)
            and (
                self._is_condition(chain, formula) or (formula.lead.explains and self._declared(self._new_heads(chain)))
            )
        )

    def _is_in_parentheses(self, chain: Chain) -> bool:
        text, before, behind = self.register.source.text, chain.span.start - 1, chain.span.end
        while before >= 0 and text[before].isspace():
            before -= 1
        while behind < len(text) and text[behind].isspace():
            behind += 1
        return before >= 0 and text[before] == "(" and text[behind : behind + 1] == ")"

    def _unreadable(self, block: MathBlock, diagnostic: Diagnostic) -> None:
        lhs = " ".join(self.register.source.slice(block.content).split())
        self._statement(block, block.label, "claim", block.content, lhs).diagnostics.append(diagnostic)

    def _chain(self, chain: Chain, block: MathBlock) -> None:
        """One chain to its statements."""
        forget_inferred(self.scope)
        label = chain.label or block.label
        relations = [link.relation for link in chain.links]
        if relations == [IN_RANGE] or chain.said == "range" or self._is_range(chain):
            return
        if chain.said == "if":
            self._condition(chain, block, label)
        elif relations[0] in (":", r"\in") or (relations[0] in BELONGING and any(memberships(chain))):
            self._membership(chain, block, label)
        elif collects(chain):
            self._collection(chain, block, label)
        elif len(relations) == 1 and relations[0] in (">", "<", r"\ge", r"\le", r"\ne"):
            self._assumption(chain, block, label)
        elif len(relations) == 2 and set(relations) <= TURNED.keys() and self._is_assumed_between(chain, block, label):
            return
        elif relations == [r"\sim"]:
            self._randomness(chain, block, label)
        elif chain.said == "where" and relations == ["="] and self._is_size(chain.sides[0]):
            self._fixed_size(chain, block, label)
        elif chain.subjects:
            statement = self._statement(block, label, "claim", chain.span, "")
            statement.diagnostics.append(
                fail("P223", "a list on the left of an equation", chain.subjects[0].span).diagnostic
            )
        elif (both := with_its_space(chain, self.scope)) is not None:
            for part in both:
                if spelled(part.sides[0]) not in self._lost:
                    self._chain(part, block)
        else:
            self._equations(chain, block, label)

    def _is_range(self, chain: Chain) -> bool:
        """1 ≤ i ≤ n of an index, which says where it runs and no more."""
        if not is_range(chain) or len(chain.links) != 2 or limits_something(chain):
            return False
        letter = spelled(chain.sides[1]) or ""
        return letter in self.scope.indices or not self.scope.knows(letter)


def names_in(chain: Chain) -> set[str]:
    """The names in an equation, with and without what is below them."""
    nodes = [node for side in chain.sides for node in walk(side)]
    return {name for node in nodes if isinstance(node, Name | Script) and (name := spelled(node)) is not None}


def _differentiates(chain: Chain) -> bool:
    """Whether a derivative stands in a chain: what that is, is claimed, whatever its sentence imposes."""
    return any(isinstance(node, Derivation | Nabla) for side in chain.sides for node in walk(side))


def _nested_too_deeply(span: Span) -> Diagnostic:
    return fail(
        "P230", "this is nested too deeply, with what it is defined by", span,
        help="define it by fewer names that are defined by others",
    ).diagnostic  # fmt: skip
