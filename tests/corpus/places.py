r"""The places of a side where a pen may slip: its products, and every other node that is written there.

A product is what is juxtaposed: f(x) and \operatorname{tr}(A) are one factor each; a lone factor is a product too.
Subscripts, exponents, derivatives and stacks with dots hold no places of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from symbn.expr.context import Context
from symbn.expr.tree import Shape
from symbn.notes.scope import spelled
from symbn.notes.syntax import (
    Big,
    Derivation,
    Dots,
    Fraction,
    Group,
    Matrix,
    Nabla,
    Name,
    Numeral,
    Related,
    Root,
    Script,
    Sequence,
    Signed,
    Syntax,
    children,
    unscripted,
    walk,
)
from tests.corpus.claims import Claim

Factor: TypeAlias = tuple[Syntax, ...]
"""One item of a product, or an operator with what it acts on."""


@dataclass(frozen=True)
class Product:
    """Factors side by side, directly below `parent`."""

    factors: tuple[Factor, ...]
    parent: Syntax | None


Place: TypeAlias = Syntax | Product


@dataclass(frozen=True)
class Setting:
    """What a side's names are: sizes, scalars, functions, indices; how its note spells a transpose."""

    text: str
    right: Syntax
    context: Context
    indices: tuple[str, ...]
    transpose: str
    scalar: bool

    def written(self, *nodes: Syntax) -> str:
        """The characters of neighbouring nodes."""
        return self.text[nodes[0].span.start : nodes[-1].span.end]

    def is_size(self, node: Syntax) -> bool:
        return spelled(node) in self.context.dimensions

    def is_number(self, node: Syntax) -> bool:
        """Whether it is made of digits and sizes only."""
        leaves = [n for n in walk(node) if isinstance(n, (Name, Numeral))]
        return bool(leaves) and all(isinstance(n, Numeral) or self.is_size(n) for n in leaves)

    def is_scalar_name(self, node: Syntax) -> bool:
        """Whether a name stands for a scalar that was declared or defined."""
        return self.shape_of(node) == (1, 1)

    def shape_of(self, node: Syntax) -> Shape | None:
        """The shape of a name that was declared or defined; None for anything else."""
        name = spelled(node)
        if name is None:
            return None
        symbol, definition = self.context.symbols.get(name), self.context.definitions.get(name)
        if symbol is not None:
            return symbol.shape
        return definition.body.shape if definition is not None else None

    def is_scalar(self, factor: Factor) -> bool:
        """Whether a factor is a scalar by its looks: a number, a scalar's name, a norm, a root or quotient of those."""
        node = factor[0]
        if len(factor) > 1:
            return False
        match node:
            case Fraction():
                return self.is_scalar((node.numerator,)) and self.is_scalar((node.denominator,))
            case Root():
                return self.is_scalar((node.arg,))
            case Group(delimiter=r"\|" | "|"):
                return True
            case Script(base=Group(delimiter=r"\|" | "|")):
                return True
        return self.is_number(node) or self.is_scalar_name(node)

    def is_operator(self, node: Syntax, following: Syntax) -> bool:
        """Whether a node acts on what follows it: log, tr, f(…), ∇ of a named function."""
        base = unscripted(node)
        if isinstance(base, Name):
            bracketed = isinstance(unscripted(following), Group)
            return base.word or (bracketed and self.is_function(base))
        if isinstance(base, Nabla):
            name = unscripted(following)
            return isinstance(name, (Group, Nabla)) or (isinstance(name, Name) and self.is_function(name))
        return isinstance(base, Derivation) and base.body is None

    def is_function(self, name: Name) -> bool:
        known = {key.split("@")[0] for key in self.context.definitions if "@" in key}
        return name.latex in known or name.latex in self.context.functions

    def factors(self, node: Syntax) -> tuple[Factor, ...]:
        """The factors of a product."""
        items = list(node.items) if isinstance(node, Sequence) else [node]
        found: list[Factor] = []
        while items:
            length = 1
            while length < len(items) and self.is_operator(items[length - 1], items[length]):
                length += 1
            found.append(tuple(items[:length]))
            del items[:length]
        return tuple(found)


def places(setting: Setting) -> Iterator[Place]:
    """All places of a side, outer ones first."""
    yield from _places(setting.right, None, setting)


def _places(node: Syntax, parent: Syntax | None, setting: Setting) -> Iterator[Place]:
    yield node
    if not isinstance(parent, (Sequence, Script)) and not isinstance(node, Signed):
        yield Product(setting.factors(node), parent)
    for child in _within(node):
        yield from _places(child, node, setting)


def _within(node: Syntax) -> Iterator[Syntax]:
    match node:
        case Script():
            yield node.base
        case Big():
            yield node.body
        case Derivation() | Nabla():
            return
        case Matrix() if any(isinstance(n, Dots) for n in walk(node)):
            return
        case _:
            yield from children(node)


_SPELLING = re.compile(r"\^(?:\{\s*)?(\\top|T\b|\\mathsf\s*\{?T\}?|\\mathrm\s*\{?T\}?|\\intercal)(?:\s*\})?")


def setting_of(claim: Claim) -> Setting:
    """What the names of a claim's right side are."""
    bound = [n for big in walk(claim.right) if isinstance(big, Big) and big.sub is not None for n in _bound(big.sub)]
    free = [i.name for i in claim.statement.free if not i.name.startswith("'")]
    spelling = _SPELLING.search(claim.text)
    scalar = bool(claim.statement.goals) and claim.statement.goals[0].left.shape == (1, 1)
    return Setting(
        claim.text, claim.right, claim.statement.context, tuple(dict.fromkeys([*free, *bound])),
        spelling.group() if spelling else r"^\top", scalar,
    )  # fmt: skip


def _bound(sub: Syntax) -> Iterator[str]:
    r"""The indices that a \sum binds: i, i = 1, i,j."""
    for node in walk(sub.left if isinstance(sub, Related) else sub):
        if isinstance(node, Name):
            yield node.latex
