"""What a note has declared and defined: the context in which its statements are true or false."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from symbn.expr.tree import Definition, Expr, Reference, Shape, walk

Sign = Literal["real", "positive", "nonnegative", "negative", "nonpositive", "nonzero"]
Structure = Literal["general", "symmetric", "positive definite", "orthogonal", "invertible"]


@dataclass(frozen=True)
class SymbolDeclaration:
    """A free name, its shape, and what is known of its values; `value` is that of a name for one number.

    `among`: numbers that its entries may be, where they may not be all; examples are made of them, and no proof is.
    """

    name: str
    shape: Shape
    sign: Sign = "real"
    structure: Structure = "general"
    value: Literal["", "π"] = ""
    among: tuple[Fraction, ...] = ()


PI = SymbolDeclaration(r"\pi", (1, 1), "positive", value="π")


@dataclass(frozen=True)
class FunctionDeclaration:
    """A differentiable function f : domain → codomain, otherwise unknown; ℝ → ℝ acts entrywise."""

    name: str
    domain: tuple[Shape, ...]
    codomain: Shape

    @property
    def entrywise(self) -> bool:
        return self.domain == ((1, 1),) and self.codomain == (1, 1)


@dataclass
class Context:
    """Dimensions (with the least value each may take), symbols, functions, definitions by key.

    random: the symbols that are random, of one unknown joint distribution whose moments exist.
    """

    dimensions: dict[str, int] = field(default_factory=dict)
    symbols: dict[str, SymbolDeclaration] = field(default_factory=dict)
    functions: dict[str, FunctionDeclaration] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    random: dict[str, None] = field(default_factory=dict)

    def copy(self, definitions: Mapping[str, Definition] | None = None) -> Context:
        """A context of its own that says the same, with other definitions if they are given."""
        kept = self.definitions if definitions is None else definitions
        return Context(dict(self.dimensions), dict(self.symbols), dict(self.functions), dict(kept), dict(self.random))

    def definitions_used(self, expressions: Iterable[Expr]) -> list[Definition]:
        """The definitions that the expressions rest on, directly or not, lowest rank first."""
        found: dict[str, Definition] = {}
        pending: list[Expr] = list(expressions)
        while pending:
            for name in mentioned_names(pending.pop()):
                definition = self.definitions.get(name)
                if definition is not None and name not in found:
                    found[name] = definition
                    pending.append(definition.body)
        return sorted(found.values(), key=lambda definition: definition.rank)


def mentioned_names(expression: Expr) -> Iterator[str]:
    """The defined names in an expression, and what its derivatives are taken by."""
    for node in walk(expression):
        if isinstance(node, Reference):
            yield node.name
        target = getattr(node, "target", None)
        if target is not None:
            yield target.name
