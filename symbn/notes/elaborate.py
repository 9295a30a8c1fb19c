r"""The chains of a note, in order, to typed statements: declarations, definitions, claims.

A chain `a = b = c` whose first sides are new names defines them by the first side that is not; every other `=`
is a claim.  Names mean what the text before says; a declared symbol that is defined later depends on its
definition from there on, and what was claimed before keeps the context it was claimed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Ordered
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

from symbn.diagnostics import Diagnostic, NoteError, fail
from symbn.expr import tree
from symbn.expr.shape import finished
from symbn.expr.statement import Statement
from symbn.expr.tree import Shape
from symbn.notes.claims import Claims, claim_structure
from symbn.notes.constants import constant_of
from symbn.notes.declarations import Declarer
from symbn.notes.definitions import Definitions
from symbn.notes.differentials import written_increments
from symbn.notes.heads import Head, is_reserved, new_heads, seeks_extremum
from symbn.notes.letter_runs import in_words
from symbn.notes.lexer import tokenize
from symbn.notes.markdown import MathBlock
from symbn.notes.new_arguments import forget_inferred
from symbn.notes.occurrences import Defining
from symbn.notes.qualities import Named, Said, qualified
from symbn.notes.randomness import declare_random, declared_later
from symbn.notes.register import Register, fail_statement, letter_of, letters_of
from symbn.notes.rereading import Passage, Place, snapshot
from symbn.notes.reserved import SETTLED, UNITS, is_builtin, is_constant, is_operator
from symbn.notes.rewriting import forget_places
from symbn.notes.rows import parse_block
from symbn.notes.scope import Scope, spelled
from symbn.notes.sentences import Lead, leads
from symbn.notes.syntax import (
    Chain,
    Given,
    Group,
    Hole,
    Name,
    Script,
    Sequence,
    Syntax,
    Unread,
    children,
    unscripted,
    walk,
)
from symbn.notes.vocabulary import DEFINING, EQUALITIES, IN_RANGE, relates
from symbn.report import Kind
from symbn.source import SourceFile, Span


class Elaborator:
    """Reads blocks of math into statements; one for each note.

    It goes on from the names of a scope, if one is given.  Unless it `defines`, an equation is a claim whatever stands
    on its left.
    """

    def __init__(self, scope: Scope | None = None, defines: bool = True) -> None:
        self.scope = Scope() if scope is None else scope
        self._defines = defines
        self.definitions = Definitions(self.scope)
        self.declarer = Declarer(self.scope, self.definitions.reader)
        self.register = Register()
        self.places: dict[str, Place] = {}
        """Where each claim stands, by its id: there it can be read anew."""
        self._chains: list[Chain] = []
        self._said = Said()
        self._ahead: dict[Span, tuple[str, ...]] = {}
        """Names that were declared with what is said of them before, by where they stand, and what is told of each."""
        self._formula = 0
        self.defining: list[Defining] = []
        """The chains of the last source that begin with new names, also those that could not be read."""

    @property
    def statements(self) -> list[Statement]:
        """What has been read, in order."""
        return self.register.statements

    @property
    def chains(self) -> list[Chain]:
        """The equations, declarations and definitions of the last source that was read, a chain of them as one."""
        return [chain for chain in self._chains if chain.links]

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

    def read(self, source: SourceFile, blocks: Iterable[MathBlock]) -> None:
        """All statements of a note, in order."""
        self.register.source = source
        self._chains = []
        self.defining = []
        parsed: list[tuple[MathBlock, list[Chain], list[Diagnostic]]] = []
        for block in blocks:
            try:
                tokens = tokenize(source.text, block.segments, block.notation)
            except NoteError as error:
                parsed.append((block, [], [error.diagnostic]))
                continue
            chains, problems = parse_block(tokens) if tokens else ([], [])
            states = any(map(relates, tokens))
            parsed.append((block, chains, problems if states else []))
            self._chains += chains
            for chain in chains:
                self._foresee(chain)
        self._said = Said(source.text, [_named(block, chains) for block, chains, _ in parsed], self._said)
        conditions: tuple[Span, ...] = ()
        supposed: tuple[Span, ...] = ()
        brought_in = list(leads(source.text, [block for block, _, _ in parsed]))
        for self._formula, ((block, chains, problems), lead) in enumerate(zip(parsed, brought_in, strict=True)):
            self._declare_ahead([chains for _, chains, _ in parsed], brought_in)
            self.register.notation = block.inner
            supposed = () if lead.apart else supposed
            conditions = conditions if lead.goes_on else supposed
            items: list[tuple[int, Chain | Diagnostic]] = [(c.span.start, c) for c in chains]
            items += [(d.labels[0].span.start if d.labels else block.content.start, d) for d in problems]
            for _, item in sorted(items, key=lambda pair: pair[0]):
                if isinstance(item, Diagnostic):
                    self._unreadable(block, item)
                elif item.links:
                    item, conditions = self._in_its_sentence(item, lead, conditions)
                    supposed = conditions if lead.supposed else supposed
                    try:
                        self._chain(item, block)
                    except RecursionError:
                        self._unreadable(block, _nested_too_deeply(item.span))

    def _declare_ahead(self, formulas: Ordered[Ordered[Chain]], brought_in: Ordered[Lead]) -> None:
        """Take on what the rest of a sentence declares of names that its equations use: `A x = b, where $x …$`.

        What the sentence defines is no such name.  What cannot be taken on is told where it stands.
        """
        equations: list[Chain] = []
        for place in range(self._formula, len(formulas)):
            if place > self._formula and not brought_in[place].explains:
                return
            for chain in formulas[place]:
                if is_declaration(chain):
                    if equations and not brought_in[place].condition:
                        self._taken_ahead(chain, place, equations)
                elif any(link.relation in EQUALITIES for link in chain.links):
                    equations.append(chain)

    def _taken_ahead(self, chain: Chain, place: int, equations: Ordered[Chain]) -> None:
        defined = {head.name for equation in equations for head in new_heads(equation, self.scope)}
        for subject in (*chain.subjects, chain.sides[0]):
            name = spelled(subject)
            if name is None or name in defined or not self.declarer.is_new(subject) or is_constant(name):
                continue
            with suppress(NoteError):
                if chain.links[0].relation != r"\in":
                    self.declarer.assume(subject, chain.links[0].relation, chain.sides[1])
                elif not self.declarer.is_dimension(subject, chain.sides[1]):
                    self.declarer.declare(subject, chain.sides[1], chain.span)
                    self._ahead[subject.span] = self._with_prose(name, place)

    def _in_its_sentence(
        self, chain: Chain, lead: Lead, conditions: tuple[Span, ...]
    ) -> tuple[Chain, tuple[Span, ...]]:
        """A chain as the prose brings it in: as a condition, or under those of its sentence; and these."""
        heads = new_heads(chain, self.scope) if self._defines and not chain.said else []
        known = not heads or heads[0].name in self.scope.context.symbols
        if chain.said or not known or any(link.relation not in EQUALITIES for link in chain.links):
            return chain, conditions
        if lead.condition:
            return replace(chain, said="if"), (*conditions, chain.span)
        return (chain if heads else replace(chain, conditions=(*conditions, *chain.conditions))), conditions

    def _foresee(self, chain: Chain) -> None:
        """What a chain tells of the text before it: what functions are applied to, and its dimensions."""
        for side in chain.sides:
            self._collect_applications(side)
            self.scope.increments.update(dict.fromkeys(written_increments(side)))
        if any(link.relation in (r"\in", r"\to") for link in chain.links):
            for side in chain.sides[1:]:
                self.declarer.dimensions_in(side)

    def _collect_applications(self, side: Syntax) -> None:
        pending = [side]
        while pending:
            node = pending.pop()
            if isinstance(node, Sequence):
                for first, second in pairwise(in_words(list(node.items), _means_nothing, _means_nothing)):
                    group = unscripted(second)
                    if isinstance(first, Name) and isinstance(group, Group) and group.delimiter == "(":
                        self.scope.applications.setdefault(first.latex, []).append(group.content)
                        spelled_out = first.bare and not is_builtin(first.latex) and not is_operator(first.latex)
                        if spelled_out and not isinstance(group.content, Given):  # W f(x), without its space
                            self.scope.applications.setdefault(first.latex[-1], []).append(group.content)
            pending += children(node)

    def _unreadable(self, block: MathBlock, diagnostic: Diagnostic) -> None:
        lhs = " ".join(self.register.source.slice(block.content).split())
        self._statement(block, block.label, "claim", block.content, lhs).diagnostics.append(diagnostic)

    def _statement(
        self, block: MathBlock, label: str | None, kind: Kind, span: Span, lhs: str, rhs: str = "", letter: str = "",
        number: str | None = None,
    ) -> Statement:  # fmt: skip
        return self.register.enter(block, label, kind, span, lhs, rhs, self.scope.context, letter, number)

    def _chain(self, chain: Chain, block: MathBlock) -> None:
        """One chain to its statements."""
        forget_inferred(self.scope)
        label = chain.label or block.label
        relations = [link.relation for link in chain.links]
        if relations == [IN_RANGE] or chain.said == "range":
            return
        if chain.said == "if":
            self._condition(chain, block, label)
        elif relations[0] in (":", r"\in"):
            self._membership(chain, block, label)
        elif len(relations) == 1 and relations[0] in (">", "<", r"\ge", r"\le", r"\ne"):
            self._assumption(chain, block, label)
        elif relations == [r"\sim"]:
            self._randomness(chain, block, label)
        elif chain.said == "where" and relations == ["="] and self._is_size(chain.sides[0]):
            self._fixed_size(chain, block, label)
        elif chain.subjects:
            statement = self._statement(block, label, "claim", chain.span, "")
            statement.diagnostics.append(
                fail("P223", "a list on the left of an equation", chain.subjects[0].span).diagnostic
            )
        else:
            self._equations(chain, block, label)

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

    def _membership(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        declarer, text = self.declarer, self.register.text
        subjects = [*chain.subjects, chain.sides[0]]
        number = None if label is not None else self.register.number(block)
        for place, subject in enumerate(subjects):
            letter = "" if place == 0 else letter_of(place)
            lhs, rhs = text(subject), " ".join(text(side) for side in chain.sides[1:])
            span = subject.span.to(chain.sides[-1].span)
            statement = self._statement(block, label, "declaration", span, lhs, rhs, letter, number)
            try:
                if subject.span in self._ahead:
                    statement.notices = self._ahead[subject.span]
                elif chain.links[0].relation == ":":
                    declarer.function(subject, chain)
                elif declarer.is_dimension(subject, chain.sides[1]) or self._constant(statement, subject, chain, block):
                    pass
                elif declarer.is_new(subject):
                    declarer.declare(subject, chain.sides[1], chain.span)
                    statement.notices = self._with_prose(spelled(subject) or "", self._formula)
                else:
                    self._membership_claim(statement, subject, chain, block)
            except NoteError as error:
                fail_statement(statement, error)

    def _constant(self, statement: Statement, subject: Syntax, chain: Chain, block: MathBlock) -> bool:
        r"""Take on the size of I, \mathbf 1 or \mathbf 0, or claim it of I_n; False for what is none of these."""
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

    def _with_prose(self, name: str, place: int) -> tuple[str, ...]:
        """A declared name is what the prose beside its declaration calls it; how that is told."""
        symbols = self.scope.context.symbols
        if name not in symbols:
            return ()
        before, now = symbols[name], self._said.declared(symbols[name], place)
        symbols[name] = now
        words = [new for old, new in ((before.structure, now.structure), (before.sign, now.sign)) if old != new]
        return (f"`{name}` is {' and '.join(words)}, as the prose says",) if words else ()

    def _membership_claim(self, statement: Statement, subject: Syntax, chain: Chain, block: MathBlock) -> None:
        """A claim about a shape, or that a matrix is symmetric or orthogonal; what else a set says is not checked."""
        shape, structure, sign = self.declarer.claimed(chain.sides[1])
        if structure == "general" and sign == "real":
            self.places[statement.id] = Place(self._passage(chain, block, 0), 0, statement)
            self._shape_claim(statement, subject, shape)
        elif structure in ("symmetric", "orthogonal"):
            claim_structure(statement, self.definitions.reader(), subject, shape, structure)
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
            for subject in (*chain.subjects, left):
                if not self.declarer.assume(subject, chain.links[0].relation, right):
                    statement.kind = "unchecked"
                    statement.message = f"symbn does not check {chain.links[0].relation}"
        except NoteError as error:
            fail_statement(statement, error)

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

    def _equations(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        """A definition, if the chain begins with new names; then a claim for every other relation."""
        numbered = label is None and not any(link.label for link in chain.links)
        number = self.register.number(block) if numbered else None
        heads = new_heads(chain, self.scope) if self._defines else []
        if chain.said in ("since", "implies") and heads and heads[0].name in self.scope.context.symbols:
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
                claims.claim(statement, place)
                statement.under = self._said_under(chain)
                if not statement.under:
                    self._suppose(statement)
                statement.misshapen = statement.misshapen and not self.scope.inferred
                statement.asked, statement.goes_on = claims.asked(), place > 0

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
        free = {node.name for e in (*sides, *bodies) for node in tree.walk(e) if isinstance(node, tree.Symbol)}
        supposed, more, sayable = statement.context.copy(), [], True
        for name in sorted(free & supposed.symbols.keys()):
            words = self._said.not_taken_on(supposed.symbols[name], statement.span.start)
            if words:
                supposed.symbols[name], left = qualified(supposed.symbols[name], words)
                sayable = sayable and not left
                more.append(f"of `{name}`, which the prose calls {' and '.join(sorted(words))}")
        if more:
            statement.under = " and ".join(more) + "; symbn takes on what is declared"
            statement.supposed = supposed if sayable else None

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

    def _passage(self, chain: Chain, block: MathBlock, first: int) -> Passage:
        return Passage(self.register.source, block, chain, first, snapshot(self.scope), self._chains)

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

    def _definition(
        self, chain: Chain, heads: list[Head], block: MathBlock, label: str | None, letter: str, number: str | None
    ) -> None:
        body = chain.sides[len(heads)]
        lhs = " = ".join(self.register.text(side) for side in chain.sides[: len(heads)])
        span = chain.sides[0].span.to(body.span)
        statement = self._statement(block, label, "definition", span, lhs, self.register.text(body), letter, number)
        for head in heads:
            try:
                self._check_definition(chain, body)
                self.definitions.define(head, body, span, statement)
                self.scope.places.setdefault(head.name, span)
            except NoteError as error:
                fail_statement(statement, error)
                break
        statement.context = self.scope.context


def _named(block: MathBlock, chains: Ordered[Chain]) -> Named:
    """What a formula is about, for the prose around it."""
    names: list[str] = []
    for chain in chains:
        if not chain.links or chain.links[0].relation == r"\in":
            names += [spelled(side) or "" for side in (*chain.subjects, chain.sides[0])]
    return Named(
        block, tuple(filter(None, names)), any(link.relation in EQUALITIES for c in chains for link in c.links)
    )


def is_declaration(chain: Chain) -> bool:
    r"""Whether a chain is one of x \in A or x > 0."""
    relations = [link.relation for link in chain.links]
    return (
        bool(relations)
        and (relations[0] == r"\in" or relations in ([">"], ["<"], [r"\ge"], [r"\le"]))
        and not chain.said
    )


def _means_nothing(_name: str) -> bool:
    """What is known of a name before the note has been read."""
    return False


def _nested_too_deeply(span: Span) -> Diagnostic:
    return fail(
        "P230", "this is nested too deeply, with what it is defined by", span,
        help="define it by fewer names that are defined by others",
    ).diagnostic  # fmt: skip
