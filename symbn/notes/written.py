r"""A side as it stands in a note: its tree, the text below each node, and what could be written there instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from symbn.notes.changes import Piece
from symbn.notes.scope import composite
from symbn.notes.syntax import (
    Big,
    Commas,
    Derivation,
    Evaluated,
    Fraction,
    Group,
    Matrix,
    Nabla,
    Name,
    Root,
    Script,
    Sequence,
    Signed,
    Syntax,
    children,
)
from symbn.source import Span

MINUS = ("-", "−")
_LONGEST = 160
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


@dataclass(frozen=True)
class Vocabulary:
    """What can be written at a place of a note, and how its author writes it.

    kinds: each name with what it is, so that only like takes the place of like: the shape of a tensor, `size`, a
    function's or a family's signature.  related: names that the two sides mention or rest on; phrases: factors and
    terms that stand there.
    """

    transpose: str = r"^\top"
    hadamard: str = r"\odot"
    diagonal: str = r"\operatorname{diag}"
    brackets: tuple[str, str] = (r"\left( ", r" \right)")
    kinds: Mapping[str, str] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    indices: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    spelling: Mapping[str, str] = field(default_factory=dict)

    @property
    def sizes(self) -> list[str]:
        """The dimensions."""
        return [name for name, kind in self.kinds.items() if kind == "size"]

    def spelled(self, name: str) -> str:
        """A name as the author writes it."""
        return self.spelling.get(name, name)


@dataclass(frozen=True)
class Unit:
    """A factor with what belongs to it: a function and its argument are one."""

    nodes: tuple[Syntax, ...]
    span: Span


class Written:
    """A side as it stands in the note: its tree, the text below each node, and what could be written instead."""

    def __init__(self, text: str, root: Syntax, vocabulary: Vocabulary) -> None:
        self.text = text
        self.root = root
        self.words = vocabulary
        self.spots = list(_spots(root, None))
        """The nodes that stand for values, each with the node above it, parents first."""

    def span(self, node: Syntax) -> Span:
        """Where a node stands, with the TeX braces that it opens or closes, and with its leading minus."""
        span = node.span
        if isinstance(node, Signed) and node.terms[0][0] == "-" and self.text[span.start] not in MINUS:
            start = max(self.text.rfind(sign, 0, span.start) for sign in MINUS)
            span = Span(start, span.end) if start >= 0 else span
        return self.balanced(span)

    def balanced(self, span: Span) -> Span:
        """A span widened until its braces match."""
        text, start, end = self.text, span.start, span.end
        depth = lowest = 0
        for brace in _BRACE.finditer(text, start, end):
            depth += {"{": 1, "}": -1}.get(brace.group(), 0)
            lowest = min(lowest, depth)
        for _ in range(-lowest):
            start = text.rfind("{", 0, start)
        for _ in range(depth - lowest):
            end = text.find("}", end) + 1
        return Span(start, end) if 0 <= start < end else span

    def of(self, node: Syntax) -> str:
        """What is written at a node, on one line."""
        span = self.span(node)
        return " ".join(self.text[span.start : span.end].split())

    def phrases(self) -> list[str]:
        """The factors and terms that stand here, but for numbers and known names; of φ(x) also φ′(x)."""
        found: dict[str, None] = {}
        for node, _ in self.spots:
            if isinstance(node, Sequence):
                units = self.units(node)
                spans = [unit.span for unit in units]
                for name, *argument in (unit.nodes for unit in units):
                    if argument and isinstance(name, Name) and name.latex in self.words.functions:
                        found[f"{self.of(name)}'{self.of(argument[0])}"] = None
            elif isinstance(node, Signed):
                spans = [self.span(term) for _, term in node.terms]
            else:
                continue
            for span in spans:
                found[" ".join(self.text[span.start : span.end].split())] = None
        return [text for text in found if not text.isdigit() and text not in self.words.kinds and len(text) <= _LONGEST]

    def short(self, node: Syntax | Unit) -> str:
        """What is written there, brackets that hold much as (…)."""
        if isinstance(node, Unit):
            return " ".join(self.short(part) for part in node.nodes)
        text = self.of(node)
        if len(text) <= 24:
            return text
        match node:
            case Group(delimiter="(" | "["):
                return "(…)"
            case Script(base=Group(delimiter="(" | "[")):
                return "(…)" + text[self.span(node.base).end - self.span(node).start :]
            case Sequence():
                return " ".join(self.short(item) for item in node.items)
        return text if len(text) <= 60 else f"{text[:40].rsplit(' ', 1)[0]} …"

    def units(self, node: Syntax) -> list[Unit]:
        """The factors of a product, each with what belongs to it."""
        items = node.items if isinstance(node, Sequence) else (node,)
        units: list[Unit] = []
        place = 0
        while place < len(items):
            reach = self._reach(items, place)
            taken = items[place : place + reach]
            units.append(Unit(taken, self.span(taken[0]).to(self.span(taken[-1]))))
            place += reach
        return units

    def _reach(self, items: tuple[Syntax, ...], place: int) -> int:
        """How many items belong to the factor at `place`."""
        item = items[place]
        if isinstance(item, Derivation) and item.body is None:
            return len(items) - place
        if isinstance(item, Nabla) and item.variable is not None and place + 1 < len(items):
            following = items[place + 1]
            if isinstance(following, Name) and following.latex in self.words.functions:
                return 1 + self._reach(items, place + 1)
        head = item.base if isinstance(item, Script) else item
        if isinstance(head, Name) and place + 1 < len(items):
            following = items[place + 1]
            group = following.base if isinstance(following, Script) else following
            applied = isinstance(group, Group) and (head.word or self.named(item)[0] in self.words.functions)
            return 2 if applied or head.word else 1
        return 1

    def named(self, node: Syntax) -> tuple[str, Span]:
        """The longest known name that a node begins with, and where it stands; a bare base's if none is known."""
        if isinstance(node, Script) and isinstance(node.base, Name):
            for sup in (node.sup, None):
                whole = composite(Script(node.base, node.sub, sup, node.primes, node.span))
                if whole is not None and whole in self.words.kinds:
                    ends = [part.span.end for part in (node.sub, sup) if part is not None]
                    return whole, self.balanced(Span(node.base.span.start, max(ends, default=node.base.span.end)))
            return node.base.latex, self.span(node.base)
        return (node.latex if isinstance(node, Name) else ""), self.span(node)

    def kind(self, node: Syntax) -> str | None:
        """What a name stands for; None for what is no known name."""
        return self.words.kinds.get(self.named(node)[0])

    def superscript(self, node: Script) -> Span:
        """Where a superscript stands, from its ^ to its closing brace."""
        assert node.sup is not None
        return superscript(self.text, node.base, self.span(node.sup))

    def bracketed(self, span: Span) -> tuple[Piece, ...]:
        """Something kept, in brackets."""
        left, right = self.words.brackets
        return left, span, right

    def open_arguments(self) -> set[Span]:
        r"""Arguments without braces, the 1 and the n of \frac1n: what takes their place needs them."""
        found: set[Span] = set()
        for node, _ in self.spots:
            parts: tuple[Syntax, ...] = ()
            if isinstance(node, Fraction):
                parts = (node.numerator, node.denominator)
            elif isinstance(node, Root):
                parts = (node.arg,)
            for part in parts:
                span = self.span(part)
                if not self.text[: span.start].rstrip().endswith("{"):
                    found.add(span)
        return found


def superscript(text: str, base: Syntax, inner: Span) -> Span:
    r"""Where the superscript of a base stands, from its ^ to its closing brace, if `inner` stands in it.

    (\nabla_x takes its superscripts with it: they stand inside of the base then.)
    """
    after = base.span.end if base.span.end <= inner.start else base.span.start
    start = text.rfind("^", after, inner.start)
    if start < 0:
        return inner
    end = inner.end
    for _ in range(text.count("{", start, inner.start)):
        end = text.find("}", end) + 1
    return Span(start, end)


def _spots(node: Syntax, above: Syntax | None) -> Iterator[tuple[Syntax, Syntax | None]]:
    """The nodes that stand for values: no subscripts, ranges or exponents."""
    yield node, above
    match node:
        case Script():
            below: Iterable[Syntax] = (node.base,)
        case Big():
            below = (node.body,)
        case Derivation():
            below = () if node.body is None else (node.body,)
        case Evaluated():
            below = (node.body,)
        case Nabla():
            below = ()
        case Matrix():
            below = (cell for row in node.rows for cell in row if cell is not None)
        case Commas() | _:
            below = children(node)
    for child in below:
        yield from _spots(child, node)
