"""The equations of a note: definitions of the new names that they begin with, then a claim for every other relation."""

from __future__ import annotations

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.statement import Statement
from symbn.notes.anew import forget
from symbn.notes.claims import Claims
from symbn.notes.elisions import is_zero
from symbn.notes.heads import Head, is_reserved, new_heads, seeks_extremum
from symbn.notes.imposed import is_demanded
from symbn.notes.markdown import MathBlock
from symbn.notes.occurrences import Defining
from symbn.notes.qualities import qualified
from symbn.notes.register import fail_statement, letters_of
from symbn.notes.rereading import Passage, Place
from symbn.notes.reserved import UNITS
from symbn.notes.scope import spelled
from symbn.notes.statements import Statements
from symbn.notes.syntax import (
    Chain,
    Group,
    Hole,
    Name,
    Sequence,
    Syntax,
    Unread,
    unscripted,
    walk,
)
from symbn.notes.unmoved import unmoved
from symbn.notes.values import equates_letters, is_one_value
from symbn.notes.vocabulary import DEFINING, EQUALITIES


class Equations(Statements):
    """The part that reads equations."""

    def _equations(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        """A definition, if the chain begins with new names; then a claim for every other relation."""
        numbered = label is None and not any(link.label for link in chain.links)
        number = self.register.number(block) if numbered else None
        if self._defines and not (block.display or self._lead.settles) and is_one_value(chain):
            lhs, rhs = self.register.text(chain.sides[0]), self.register.text(chain.sides[1])
            statement = self._statement(block, label, "unchecked", chain.span, lhs, rhs, "", number)
            statement.message = f"a value in the prose, perhaps one of several: `Let ${lhs} = {rhs}$` says what it is"
            return
        heads = new_heads(chain, self.scope) if self._defines else []
        lost = bool(heads) and heads[0].name in self._lost and len(heads[0].indices) != 1
        if lost and chain.links[0].relation not in DEFINING:
            heads = []  # what it is, is said where it could not be read; y_i may be a family beside a y
        if chain.said in ("since", "implies") and heads and self.scope.declares(heads[0].name):
            heads = []  # in an implication, or as a reason, nothing is said about what a declared name is
        if self._defines and not heads and self._asks_about_unit(chain, block, label, number):
            return
        letters = letters_of(label is not None, len(chain.links) - max(len(heads) - 1, 0))
        if heads:
            self.defining.append(Defining(chain, tuple(heads)))
            own = label or chain.links[0].label
            letter = letters[0] if len(letters) > 1 and own == chain.label else ""
            self._definition(chain, heads, block, own, letter, number)
        passage = self._passage(chain, block, len(heads)) if len(heads) < len(chain.links) else None
        claims = Claims(chain, self.definitions.reader(infers=True))
        for place in range(len(heads), len(chain.links)):
            link = chain.links[place]
            left, right = chain.sides[place], chain.sides[place + 1]
            letter = letters[place - len(heads) + (1 if heads else 0)]
            span = left.span.to(right.span) if place == 0 else link.span.to(right.span)
            statement = self._statement(
                block, link.label or label, "claim", span, self.register.text(left), self.register.text(right),
                "" if link.label else letter, number,
            )  # fmt: skip
            self._equation(statement, chain, place, claims, passage)

    def _define_anew(self, chain: Chain) -> None:
        """Forget a defined name of which another section says `Let L = …`, or `L := …`."""
        side = chain.sides[0]
        match side:
            case Sequence(items=(head, Group(delimiter="("))):
                name = spelled(head)
            case _:
                name = spelled(side)
        if name not in self.scope.meanings or self._sections.get(name) == self._section:
            return
        if self._lead.lets == "let" or chain.links[0].relation in DEFINING:
            forget(name, self.scope)

    def _equation(
        self, statement: Statement, chain: Chain, place: int, claims: Claims, passage: Passage | None
    ) -> None:
        """One relation of a chain that defines nothing: a claim, a hole, or what is not checked."""
        link, left, right = chain.links[place], chain.sides[place], chain.sides[place + 1]
        if link.relation in DEFINING and not self._defines:
            error = fail(
                "C103", f"`{statement.lhs}` is defined here, and nothing is claimed", left.span,
                help="write = to claim an equality; a definition belongs to what is given",
            )  # fmt: skip
            fail_statement(statement, error)
        elif link.relation in DEFINING:
            error = fail(
                "E160", f"`{statement.lhs}` is not a new name, so it cannot be defined here", left.span,
                help="write = to claim an equality",
            )  # fmt: skip
            fail_statement(statement, error)
        elif link.relation not in EQUALITIES or seeks_extremum(left) or seeks_extremum(right):
            statement.kind = "unchecked"
            what = link.relation if link.relation not in EQUALITIES else "where a minimum or a maximum is attained"
            statement.message = f"symbn does not check {what}"
        elif isinstance(right, Hole):
            claims.hole(statement, place)
        else:
            assert passage is not None, "a claim follows the new names"
            self.places[statement.id] = Place(passage, place, statement)
            self._claim(statement, chain, place, claims)

    def _claim(self, statement: Statement, chain: Chain, place: int, claims: Claims) -> None:
        """left = right, with what it is said under."""
        claims.claim(statement, place)
        statement.under = self._said_under(chain)
        equated = any(equates_letters(self.register.source.slice(span)) for span in chain.conditions)
        if equated and [diagnostic.code for diagnostic in statement.diagnostics] == ["E163"]:
            # for i = j either letter may stand on one side only
            statement.kind, statement.message = "unchecked", f"it is said {statement.under}"
            statement.diagnostics.clear()
            return
        if _equates_increment(statement):
            error = fail(
                "E234", f"is `{statement.lhs}` a differential, or a name for what it is equated with?", statement.span,
                help="a differential is linear in others; give a gradient another name, such as G_X",
            )  # fmt: skip
            fail_statement(statement, error)
        if not statement.under:
            statement.under = self._imposed(statement, chain, place)
        if not statement.under:
            self._suppose(statement)
        statement.unmoved = unmoved(statement, chain, self.chains)
        statement.misshapen = statement.misshapen and not self.scope.inferred
        statement.asked, statement.goes_on = claims.asked(), place > 0

    def _imposed(self, statement: Statement, chain: Chain, place: int) -> str:
        """What an equation is said of, that is said of some values only: where something is 0, of a solution."""
        vanishes = is_zero(unscripted(chain.sides[place + 1]))
        if self._lead.stationary and vanishes:
            return "of a point at which it vanishes"
        if is_demanded(self.register.source.slice(chain.links[place].span)):
            return "as what shall be so"
        claimed = tree.Derivative if self._lead.imposed == "rule" else (tree.Derivative, tree.Reference)
        nodes = (node for goal in statement.goals for side in (goal.left, goal.right) for node in tree.walk(side))
        if self._lead.imposed and (vanishes or not any(isinstance(node, claimed) for node in nodes)):
            return "of what its sentence imposes it on"
        return ""

    def _said_under(self, chain: Chain) -> str:
        """What a claim is said under, besides the declarations."""
        if chain.conditions:
            conditions = ", ".join(f"`{self.register.source.slice(span)}`" for span in chain.conditions)
            return f"under {conditions}, which symbn does not take on"
        return {"implies": "as a part of an implication", "since": "as a reason"}.get(chain.said, "")

    def _suppose(self, statement: Statement) -> None:
        """What the prose says of the free names of a claim, and no declaration does, it is said under."""
        sides = [side for goal in statement.goals for side in (goal.left, goal.right)]
        bodies = [definition.body for definition in statement.context.definitions_used(sides)]
        nodes = [node for e in (*sides, *bodies) for node in tree.walk(e)]
        free = {node.name for node in nodes if isinstance(node, tree.Symbol | tree.Apply)}
        supposed, more, sayable = statement.context.copy(), [], True
        for name in sorted(free & supposed.symbols.keys()):
            words = self._said.not_taken_on(supposed.symbols[name], statement.span.start)
            if words:
                supposed.symbols[name], left = qualified(supposed.symbols[name], words)
                sayable = sayable and not left
                more.append(f"of `{name.removesuffix('_{:}')}`, which the prose calls {' and '.join(sorted(words))}")
            if name in self.scope.values:
                values = self.scope.values[name]
                limited = values.limit(supposed.symbols[name])
                sayable = sayable and limited is not None
                supposed.symbols[name] = limited or supposed.symbols[name]
                more.append(f"of `{name.removesuffix('_{:}')}` in {values.text}")
        for span, names in self._supposed.items():
            if names & free and span.end <= statement.span.start:
                sayable = False
                more.append(f"under `{self.register.source.slice(span)}`")
        if more:
            statement.under = " and ".join(more) + "; symbn takes on what is declared"
            statement.supposed = supposed if sayable else None

    def _definition(
        self, chain: Chain, heads: list[Head], block: MathBlock, label: str | None, letter: str, number: str | None
    ) -> None:
        body = chain.sides[len(heads)]
        lhs = " = ".join(self.register.text(side) for side in chain.sides[: len(heads)])
        span = chain.sides[0].span.to(body.span)
        statement = self._statement(block, label, "definition", span, lhs, self.register.text(body), letter, number)
        for head in heads:
            self._sections[head.name] = self._section
            try:
                self._check_definition(chain, body)
                self.definitions.define(head, body, span, statement)
                self.scope.places.setdefault(head.name, span)
            except NoteError as error:
                fail_statement(statement, error)
                self._lost |= {lost.name for lost in heads}
                break
        statement.context = self.scope.context

    def _check_definition(self, chain: Chain, body: Syntax) -> None:
        """Raises NoteError where a part of the body is not read, and (E169) where it holds under a condition only."""
        for node in walk(body):
            if isinstance(node, Unread):
                raise NoteError(node.diagnostic)
        if chain.conditions:
            raise fail(
                "E169", "this is defined under a condition only, which symbn does not take on", chain.conditions[0],
                help="define it for all values, or declare what is assumed: $t > 0$",
            )  # fmt: skip

    def _asks_about_unit(self, chain: Chain, block: MathBlock, label: str | None, number: str | None) -> bool:
        """e_i = …: the unit vector, or a new name?"""
        side = chain.sides[0]
        base = unscripted(side)
        if not (isinstance(base, Name) and base.latex in UNITS and is_reserved(side, self.scope)):
            return False
        if chain.links[0].relation not in EQUALITIES - DEFINING:
            return False
        lhs, rhs = self.register.text(side), self.register.text(chain.sides[1])
        statement = self._statement(block, label, "claim", chain.span, lhs, rhs, "", number)
        error = fail(
            "E168", f"`{lhs}` can be a unit vector or a new name", side.span,
            help="use another letter for a new name, or put the unit vector on the right",
        )  # fmt: skip
        fail_statement(statement, error)
        return True

    def _condition(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        """What is said of something else only: `if n = 3`.  It is not taken on, and nothing is defined by it."""
        lhs, rhs = self.register.text(chain.sides[0]), self.register.text(chain.sides[-1])
        statement = self._statement(block, label, "unchecked", chain.span, lhs, rhs)
        statement.message = "a condition, which symbn does not take on: what it stands beside may be proved without it"

    def _is_size(self, side: Syntax) -> bool:
        return isinstance(side, Name) and side.latex in self.scope.context.dimensions

    def _fixed_size(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        """`where n = 3` of a size is not taken on; what stands in the same formula may be false for other sizes."""
        lhs, rhs = self.register.text(chain.sides[0]), self.register.text(chain.sides[1])
        statement = self._statement(block, label, "claim", chain.span, lhs, rhs)
        error = fail(
            "E229", f"`{lhs}` is any size here, and symbn takes on no number for it", chain.span,
            help=f"state what holds for every {lhs}, or declare what is meant with {rhs} in its place",
        )  # fmt: skip
        fail_statement(statement, error)
        for beside in self.statements:
            if block.content.start <= beside.span.start < chain.span.start:
                beside.under = f"under `{lhs} = {rhs}`, which symbn does not take on"


def _equates_increment(statement: Statement) -> bool:
    """Whether dX alone is equated with something that holds no differential: many call a gradient so."""
    for goal in statement.goals:
        for one, other in ((goal.left, goal.right), (goal.right, goal.left)):
            nothing = isinstance(other, tree.Zero) or (isinstance(other, tree.Number) and other.value == 0)
            linear = any(build.is_increment(node) or isinstance(node, tree.Differential) for node in tree.walk(other))
            if build.is_increment(one) and not (nothing or linear):
                return True
    return False
