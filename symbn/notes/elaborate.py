r"""The chains of a note, in order, to typed statements: declarations, definitions, claims.

A chain `a = b = c` whose first sides are new names defines them by the first side that is not; every other `=`
is a claim.  Names mean what the text before says; a declared symbol that is defined later depends on its
definition from there on, and what was claimed before keeps the context it was claimed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Ordered
from dataclasses import replace
from itertools import pairwise

from symbn.diagnostics import Diagnostic, NoteError, fail
from symbn.notes.differentials import written_increments
from symbn.notes.equations import Equations
from symbn.notes.heads import new_heads
from symbn.notes.letter_runs import in_words
from symbn.notes.lexer import tokenize
from symbn.notes.markdown import MathBlock
from symbn.notes.memberships import Memberships
from symbn.notes.new_arguments import forget_inferred
from symbn.notes.open_chains import is_range, limits_something
from symbn.notes.qualities import Named, Said
from symbn.notes.reserved import SETTLED, is_builtin, is_operator
from symbn.notes.rewriting import forget_places
from symbn.notes.rows import parse_block
from symbn.notes.said_ranges import Formula, SaidRanges
from symbn.notes.samples import BELONGING, collects, limits, memberships
from symbn.notes.scope import spelled
from symbn.notes.sentences import Lead, leads
from symbn.notes.syntax import (
    Chain,
    Given,
    Group,
    Name,
    Script,
    Sequence,
    Syntax,
    children,
    unscripted,
    walk,
)
from symbn.notes.vocabulary import EQUALITIES, IN_RANGE, relates
from symbn.source import SourceFile, Span


class Elaborator(Memberships, Equations):
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
        named: list[Named] = []
        for block, chains, _ in parsed:
            named.append(_named(block, chains, named[-1] if named else None))
        self._said = Said(source.text, named, self._said)
        conditions: tuple[Span, ...] = ()
        self._supposed.clear()
        brought_in = list(leads(source.text, [block for block, _, _ in parsed]))
        formulas = [Formula(block, chains, lead) for (block, chains, _), lead in zip(parsed, brought_in, strict=True)]
        self.declarer.families.ranges = SaidRanges(source.text, formulas)
        for self._formula, ((block, chains, problems), lead) in enumerate(zip(parsed, brought_in, strict=True)):
            self._declare_ahead(formulas)
            self.register.notation = block.inner
            if lead.apart:
                self._supposed.clear()
            conditions = conditions if lead.goes_on else ()
            items: list[tuple[int, Chain | Diagnostic]] = [(c.span.start, c) for c in chains]
            items += [(d.labels[0].span.start if d.labels else block.content.start, d) for d in problems]
            for _, item in sorted(items, key=lambda pair: pair[0]):
                if isinstance(item, Diagnostic):
                    self._unreadable(block, item)
                elif item.links:
                    item, conditions = self._in_its_sentence(item, lead, conditions)
                    if item.said == "if" and lead.supposed:
                        self._supposed[item.span] = frozenset(names_in(item))
                    self._lead = lead
                    try:
                        self._chain(item, block)
                    except RecursionError:
                        self._unreadable(block, _nested_too_deeply(item.span))

    def _in_its_sentence(
        self, chain: Chain, lead: Lead, conditions: tuple[Span, ...]
    ) -> tuple[Chain, tuple[Span, ...]]:
        """A chain as the prose brings it in: as a condition, or under those of its sentence; and these."""
        heads = new_heads(chain, self.scope) if self._defines and not chain.said else []
        known = not heads or self.scope.declares(heads[0].name)
        if chain.said or not known or any(link.relation not in EQUALITIES for link in chain.links):
            return chain, conditions
        aside = lead.aside or self._is_in_parentheses(chain)
        if lead.condition:
            return replace(chain, said="if"), (*conditions, chain.span)
        if (lead.property or aside) and not heads:
            self._supposed[chain.span] = frozenset(names_in(chain))
            return replace(chain, said="since"), conditions
        return (chain if heads else replace(chain, conditions=(*conditions, *chain.conditions))), conditions

    def _is_in_parentheses(self, chain: Chain) -> bool:
        text, before, behind = self.register.source.text, chain.span.start - 1, chain.span.end
        while before >= 0 and text[before].isspace():
            before -= 1
        while behind < len(text) and text[behind].isspace():
            behind += 1
        return before >= 0 and text[before] == "(" and text[behind : behind + 1] == ")"

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


def _named(block: MathBlock, chains: Ordered[Chain], before: Named | None) -> Named:
    """What a formula is about, for the prose around it; a range behind another formula is about what that is."""
    if before is not None and chains and all(chain.links and is_range(chain) for chain in chains):
        return Named(block, before.names, False)
    names: list[str] = []
    for chain in chains:
        if not chain.links or (chain.links[0].relation == r"\in" and limits(chain.sides[1]) is None):
            names += [spelled(side) or "" for side in (*chain.subjects, chain.sides[0])]
    return Named(
        block, tuple(filter(None, names)), any(link.relation in EQUALITIES for c in chains for link in c.links)
    )


def _means_nothing(_name: str) -> bool:
    """What is known of a name before the note has been read."""
    return False


def _nested_too_deeply(span: Span) -> Diagnostic:
    return fail(
        "P230", "this is nested too deeply, with what it is defined by", span,
        help="define it by fewer names that are defined by others",
    ).diagnostic  # fmt: skip
