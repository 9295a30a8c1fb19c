r"""A claim read anew with another right side, where it stands: what was known there is known, what comes later is not.

A `Place` remembers the chain of a claim and the names as they were there.  Reading at it leaves the note's own
statements alone: the names are a copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Sequence as Many
from dataclasses import dataclass, field, replace
from functools import cached_property

from symbn.diagnostics import NoteError, fail
from symbn.expr.shape import shape_text
from symbn.expr.statement import Statement
from symbn.expr.tree import Shape
from symbn.notes.claims import Claims
from symbn.notes.declarations import Declarer
from symbn.notes.definitions import Definitions
from symbn.notes.lexer import tokenize
from symbn.notes.markdown import MathBlock
from symbn.notes.mentions import symbols_under
from symbn.notes.reserved import transposes
from symbn.notes.rows import parse_block
from symbn.notes.scope import DefinedFunction, DefinedTensor, Derived, Scope, composite, spelled
from symbn.notes.syntax import Binary, Chain, Link, Name, Script, Syntax, walk
from symbn.notes.transcript import spelled_out
from symbn.notes.written import Vocabulary, Written, superscript
from symbn.source import SourceFile, Span

_DIAGONAL = re.compile(r"\\(?:operatorname\*?\s*\{\s*[dD]iag\s*\}|mathrm\s*\{\s*[dD]iag\s*\}|text\s*\{[dD]iag\}|diag)")


def snapshot(scope: Scope) -> Scope:
    """The names as they are now."""
    return replace(
        scope, context=scope.context.copy(), meanings=dict(scope.meanings), families=dict(scope.families),
        indices=dict(scope.indices), places=dict(scope.places), bare_arguments=dict(scope.bare_arguments),
        sizes=dict(scope.sizes), conventions=dict(scope.conventions), inferred=set(), parted=set(scope.parted),
    )  # fmt: skip


@dataclass(frozen=True)
class Passage:
    """A chain where it stands: its block of math, the names known there, and all chains of its note.

    `first` is the first side that is no new name: claims begin there.
    """

    source: SourceFile
    block: MathBlock
    chain: Chain
    first: int
    scope: Scope
    chains: Many[Chain] = field(repr=False)

    @cached_property
    def text(self) -> str:
        """The note, with spaces for what stands in the block without being math: markers of quotations."""
        text, block = self.source.text, self.block.content
        parts, at = [text[: block.start]], block.start
        for segment in self.block.segments:
            parts += [" " * (segment.start - at), text[segment.start : segment.end]]
            at = segment.end
        return "".join([*parts, " " * (block.end - at), text[block.end :]])

    @cached_property
    def definitions(self) -> Definitions:
        """Makes readers of the names known here; what they enter is seen by the next ones, and by nobody else."""
        return Definitions(snapshot(self.scope))


@dataclass(frozen=True)
class Place:
    """One claim of a chain: the sides at `link` and after it."""

    passage: Passage
    link: int
    statement: Statement

    @property
    def right(self) -> Syntax:
        return self.passage.chain.sides[self.link + 1]

    def written(self, base: int, offered: bool = True) -> Written:
        """The right side as it stands; what is offered in its stead serves an equation with the side `base`."""
        passage = self.passage
        if not offered:
            return Written(passage.text, self.right, Vocabulary())
        words = vocabulary(passage, passage.chain.sides[base], self.right)
        phrases = Written(passage.text, passage.chain.sides[base], words).phrases()
        return Written(passage.text, self.right, replace(words, phrases=tuple(phrases)))

    def parse(self, text: str) -> Syntax:
        """One side by itself.  Raises NoteError."""
        span = Span(0, len(text))
        tokens = tokenize(text, [span], self.passage.block.inner)
        chains, problems = parse_block(tokens) if tokens else ([], [])
        if problems:
            raise NoteError(problems[0])
        if len(chains) != 1 or len(chains[0].sides) != 1 or chains[0].links or chains[0].subjects:
            raise fail("P222", "this is not one side of an equation", span)
        return chains[0].sides[0]

    def read(self, right: Syntax, base: int, beside: bool = False) -> Statement:
        """side `base` = right, as a claim; `beside` all sides before it, which tell the sizes of I and 1, and anew.

        What cannot be read has an error among its diagnostics.
        """
        passage = self.passage
        definitions = Definitions(snapshot(passage.scope)) if beside else passage.definitions
        context = definitions.scope.context
        sides = passage.chain.sides
        before = [sides[k] for k in range(passage.first, self.link + 1) if k != base] if beside else []
        rows = (*before, sides[base], right)
        link = passage.chain.links[self.link]
        links = (Link("=", link.span),) * (len(rows) - 1)
        claims = Claims(Chain(rows, links, (), None, passage.chain.span), definitions.reader())
        own = self.statement
        statement = Statement(own.id, own.label, own.span, "claim", own.lhs, own.rhs, context)
        claims.read_before(len(before))
        claims.claim(statement, len(before))
        known = passage.scope.context.dimensions.keys() | own.context.dimensions.keys()
        for new in sorted(context.dimensions.keys() - known):
            del context.dimensions[new]
            statement.diagnostics.append(fail("E110", f"`{new}` is not declared", right.span).diagnostic)
        return statement

    def claimed(self, space: Syntax) -> Shape:
        r"""The shape that a set states: \mathbb{R}^{m \times n}.  Raises NoteError."""
        definitions = self.passage.definitions
        return Declarer(definitions.scope, definitions.reader).claimed_shape(space)

    def one_line(self, text: str) -> str:
        """A side's text as it is shown: without the marks of rows and columns, labels and line ends."""
        return _one_line(spelled_out(text, Span(0, len(text)), self.passage.block.inner))


def _one_line(text: str) -> str:
    tokens = tokenize(text, [Span(0, len(text))])
    inside = 0
    for token in tokens:
        inside += (token.kind == "begin" or token.is_("{")) - (token.kind == "end" or token.is_("}"))
        if inside == 0 and (token.is_("&", r"\\") or token.kind in ("label", "tag")):
            text = text[: token.span.start] + " " * (token.span.end - token.span.start) + text[token.span.end :]
    return " ".join(text.split())


def vocabulary(passage: Passage, left: Syntax, right: Syntax) -> Vocabulary:
    """What can be written at a place, for the equation of two sides."""
    text, scope = passage.text, passage.scope
    kinds = _kinds(scope)
    spelling = _spelling(passage, kinds)
    diagonal = _DIAGONAL.search(text)
    nodes = [node for chain in (passage.chain, *passage.chains) for side in chain.sides for node in walk(side)]
    hadamard = next((n.op for n in nodes if isinstance(n, Binary) and n.op in (r"\odot", r"\circ")), r"\odot")
    return Vocabulary(
        next((text[span.start : span.end] for span in _transposes(nodes, text, kinds)), r"^\top"),
        hadamard,
        diagonal.group() if diagonal else r"\operatorname{diag}",
        (r"\left( ", r" \right)") if r"\left" in text else ("(", ")"),
        kinds,
        frozenset(name for name, kind in kinds.items() if kind.startswith("function")),
        _indices(passage, kinds),
        tuple(dict.fromkeys((*_related(left, scope, kinds), *_related(right, scope, kinds)))),
        spelling=spelling,
    )


def _transposes(nodes: Many[Syntax], text: str, kinds: dict[str, str]) -> Iterator[Span]:
    """Where transposes are written; a T that means something is none."""
    for node in nodes:
        sup = node.sup if isinstance(node, Script) else None
        if isinstance(node, Script) and sup is not None and transposes(sup) and spelled(sup) not in kinds:
            yield superscript(text, node.base, sup.span)


def _kinds(scope: Scope) -> dict[str, str]:
    """Each name with what it is; names of the same kind can take each other's place."""
    kinds = dict.fromkeys(scope.context.dimensions, "size")
    kinds |= {name: shape_text(symbol.shape) for name, symbol in scope.context.symbols.items()}
    for name, function in scope.context.functions.items():
        shapes = ", ".join(map(shape_text, function.domain))
        kinds[name] = f"function of {shapes} to {shape_text(function.codomain)}"
    for name, meaning in scope.meanings.items():
        match meaning:
            case DefinedTensor():
                kinds[name] = shape_text(meaning.definition.body.shape)
            case Derived():
                kinds[name] = shape_text(meaning.expression.shape)
            case DefinedFunction():
                kinds[name] = f"function of {len(meaning.parameters)} arguments"
    for stem, family in scope.families.items():
        kinds[stem] = f"family of {len(family.indices)}: {shape_text(family.body.shape)}"
    return kinds


def _spelling(passage: Passage, kinds: dict[str, str]) -> dict[str, str]:
    """How the author writes each known name: as where it stands in the chain, else where it stands first."""
    found: dict[str, str] = {}
    for chain in (passage.chain, *passage.chains):
        for side in (*chain.sides, *chain.subjects):
            for node in walk(side):
                if not isinstance(node, (Name, Script)):
                    continue
                name = composite(node) if isinstance(node, Script) else node.latex
                if name in kinds and name not in found:
                    text = passage.source.slice(node.span)
                    found[name] = name if text.count("{") != text.count("}") else " ".join(text.split())
    return found


def _indices(passage: Passage, kinds: dict[str, str]) -> tuple[str, ...]:
    """The letters that are indices here: declared, or in a subscript of the chain without being anything else."""
    found = dict.fromkeys(passage.scope.indices)
    for side in passage.chain.sides:
        for node in walk(side):
            if isinstance(node, Script) and node.sub is not None and composite(node) not in kinds:
                for part in walk(node.sub):
                    if isinstance(part, Name) and not part.word and part.latex not in kinds:
                        found[part.latex] = None
    return tuple(found)


def _related(left: Syntax, scope: Scope, kinds: dict[str, str]) -> Iterator[str]:
    """The known names that a side mentions, then those that these rest on."""
    mentioned: dict[str, None] = {}
    for node in _named(left):
        mentioned[node] = None
    below: dict[str, None] = {}
    for name in list(mentioned):
        meaning = scope.meanings.get(name)
        roots = []
        if isinstance(meaning, DefinedTensor):
            roots.append(meaning.definition.body)
        elif isinstance(meaning, Derived):
            roots.append(meaning.expression)
        elif isinstance(meaning, DefinedFunction):
            below |= dict.fromkeys(n for n in _named(meaning.body) if n not in meaning.parameters)
        if name in scope.families:
            roots.append(scope.families[name].body)
        for definition in scope.context.definitions_used(roots):
            below[definition.latex] = None
        below |= dict.fromkeys(sorted(symbols_under(roots, scope.context)))
    yield from (name for name in {**mentioned, **below} if name in kinds and not kinds[name].startswith("family"))


def _named(syntax: Syntax) -> Iterator[str]:
    """The names that stand in a side, with their subscripts and without."""
    for node in walk(syntax):
        if isinstance(node, Script):
            for whole in (composite(node), composite(replace(node, sup=None))):
                if whole is not None:
                    yield whole
        elif isinstance(node, Name):
            yield node.latex
