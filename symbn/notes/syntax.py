r"""The syntax tree of a formula: what is written, before any name has a meaning.

    row      ::= side (relation side)*
    side     ::= [±] product (± product)*
    product  ::= juxtaposition of factors, with \cdot, /, \odot, \otimes between
    factor   ::= primary scripts*                       scripts: _{…}, ^{…}, primes

Every node has the span of what was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Many
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal, TypeAlias, get_args

from symbn.diagnostics import Diagnostic
from symbn.source import Span


@dataclass(frozen=True, slots=True)
class Numeral:
    """Digits, with a decimal point perhaps."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    r"""A letter with its accents and fonts, or an operator's word; `latex` is its one canonical spelling.

    `word`: several letters set as one name (\operatorname{diag}, \mathrm{BN}, \log); `bare` where nothing but their
    standing in a row before a bracket says so: tr(A).
    """

    latex: str
    span: Span
    word: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A base with a subscript, a superscript, primes."""

    base: Syntax
    sub: Syntax | None
    sup: Syntax | None
    primes: int
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    r"""Something in delimiters: ( [ { \{ | \| or \langle; `{` are TeX's own invisible braces."""

    delimiter: str
    content: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """Juxtaposition."""

    items: tuple[Syntax, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Signed:
    """A sum of products with signs."""

    terms: tuple[tuple[str, Syntax], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    r"""left op right; op one of / \cdot \times \odot \oslash \otimes \circ :"""

    op: str
    left: Syntax
    right: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Fraction:
    r"""\frac{numerator}{denominator}"""

    numerator: Syntax
    denominator: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Root:
    r"""\sqrt[degree]{arg}"""

    arg: Syntax
    degree: Syntax | None
    span: Span


@dataclass(frozen=True, slots=True)
class Big:
    r"""\sum or \prod with its scripts, over the product that follows."""

    kind: str
    sub: Syntax | None
    sup: Syntax | None
    body: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of cells of a matrix environment; a cell may be empty.  `ruled`: rules are drawn around rows or columns."""

    rows: tuple[tuple[Syntax | None, ...], ...]
    span: Span
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Dots:
    """What stands for the middle of a list."""

    latex: str
    span: Span


@dataclass(frozen=True, slots=True)
class Commas:
    """A list: arguments, a pair of subscripts."""

    items: tuple[Syntax, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Given:
    r"""left | right in the parentheses of p(y | x) or f(x | A); with `bar` \| in KL(p \| q)."""

    bar: str
    left: Syntax
    right: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Colon:
    """`:` standing for all positions, in a subscript."""

    span: Span


@dataclass(frozen=True, slots=True)
class Related:
    r"""left relation right where only a script may hold it: the t = 1 below a \sum."""

    relation: str
    left: Syntax
    right: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Derivation:
    r"""\frac{\partial^k body}{\partial a \partial b …}; without a body it is an operator."""

    body: Syntax | None
    variables: tuple[Syntax, ...]
    order: int
    mark: str
    span: Span


@dataclass(frozen=True, slots=True)
class Nabla:
    r"""\nabla_x, \nabla^2_x: an operator, or alone the gradient of the note's one scalar function."""

    variable: Syntax | None
    order: int
    span: Span


@dataclass(frozen=True, slots=True)
class Evaluated:
    r"""body|_{x = a}: what a product is where a name has a value; `at` is what stands below the bar."""

    body: Syntax
    at: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Unread:
    """A side that could not be read, and why; those beside it are not lost with it."""

    diagnostic: Diagnostic
    span: Span


@dataclass(frozen=True, slots=True)
class Hole:
    """`?`, where an answer is asked for."""

    span: Span


Syntax: TypeAlias = (
    Numeral | Name | Script | Group | Sequence | Signed | Binary | Fraction | Root | Big | Matrix | Dots | Commas
    | Given | Colon | Related | Derivation | Nabla | Evaluated | Hole
    | Unread
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between two neighbouring sides of a chain."""

    relation: str
    span: Span
    label: str | None = None


Said: TypeAlias = Literal["", "where", "if", "since", "implies", "range"]
"""To tell what a name stands for, as a condition of what stands beside it, as a reason for it, in an implication, or
as the range of an index."""


@dataclass(frozen=True, slots=True)
class Chain:
    """side relation side relation …, over however many rows; `subjects` are further left sides: A, B ∈ …

    said: how it is brought in, if it does not stand for itself; conditions: where it is said what it holds under.
    """

    sides: tuple[Syntax, ...]
    links: tuple[Link, ...]
    subjects: tuple[Syntax, ...]
    label: str | None
    span: Span
    said: Said = ""
    conditions: tuple[Span, ...] = ()


def juxtaposed(items: Many[Syntax]) -> Syntax:
    """Items side by side; a single one is itself."""
    return items[0] if len(items) == 1 else Sequence(tuple(items), items[0].span.to(items[-1].span))


def arguments_of(content: Syntax) -> tuple[Syntax, ...]:
    """What stands in a function's parentheses, one after the other: x, y and also x | y."""
    match content:
        case Commas():
            return content.items
        case Given():
            return (*arguments_of(content.left), *arguments_of(content.right))
    return (content,)


def unscripted(syntax: Syntax) -> Syntax:
    """What the scripts are put on."""
    return syntax.base if isinstance(syntax, Script) else syntax


def innermost(syntax: Syntax) -> Syntax:
    r"""What all scripts are put on: the x of x^{(1)\top}."""
    while isinstance(syntax, Script):
        syntax = syntax.base
    return syntax


_HOLDING_NODES: dict[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind) if "Syntax" in str(field.type)) for kind in get_args(Syntax)
}
"""The fields of each kind of node that may hold nodes, by their annotations: trees are walked through often."""


def children(node: Syntax) -> Iterator[Syntax]:
    """The nodes directly below, in the order of their fields."""
    for name in _HOLDING_NODES[type(node)]:
        value = getattr(node, name)
        if isinstance(value, tuple):
            yield from _nodes(value)
        elif value is not None:
            yield value


def walk(node: Syntax) -> Iterator[Syntax]:
    """The node and all below it, parents first."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        below = list(children(node))
        below.reverse()
        pending += below


def without_spans(value: object) -> object:
    """What is written, wherever it stands: equal for two trees that are spelled alike."""
    if isinstance(value, tuple):
        return tuple(without_spans(v) for v in value)
    if is_dataclass(value) and not isinstance(value, (type, Span)):
        return (
            type(value).__name__,
            *(without_spans(getattr(value, f.name)) for f in fields(value) if f.name != "span"),
        )
    return value


def _nodes(values: tuple[object, ...]) -> Iterator[Syntax]:
    """The nodes in a field that holds several, among signs and empty places."""
    for value in values:
        if isinstance(value, tuple):
            yield from _nodes(value)
        elif isinstance(value, Syntax):
            yield value
