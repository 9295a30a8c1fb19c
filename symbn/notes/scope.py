"""The names of a note and what they mean, as far as it has been read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from symbn.expr.context import Context
from symbn.expr.tree import Definition, Dim, Expr, IndexVar, Shape
from symbn.notes.number_sets import Values
from symbn.notes.syntax import Group, Name, Numeral, Script, Sequence, Signed, Syntax
from symbn.source import Span


@dataclass(frozen=True)
class DefinedTensor:
    """A defined constant: a scalar, vector or matrix."""

    definition: Definition


@dataclass(frozen=True)
class DefinedFunction:
    """A defined function: its body is read anew for each tuple of argument shapes."""

    name: str
    parameters: tuple[str, ...]
    body: Syntax
    span: Span
    elsewhere: bool = False
    """Whether it was defined in another text than the note, so that its places mean nothing there."""
    domain: tuple[Shape | None, ...] = ()
    """The shapes that its parameters are declared with; None for one that is no name outside of it."""
    usual: tuple[Shape, ...] = ()
    """What its parameters are where their names mean nothing else, if its body allows one thing only."""


@dataclass(frozen=True)
class Derived:
    """A name that stands for an expression of others: σ where σ² was defined."""

    expression: Expr


Meaning: TypeAlias = DefinedTensor | DefinedFunction | Derived


def nothing_is_proved(_left: Expr, _right: Expr, _context: Context) -> bool:
    """What is known of two expressions where nobody proves anything."""
    return False


@dataclass
class Scope:
    """What names mean: declarations and definitions in `context` by key, and by the name as written here."""

    context: Context = field(default_factory=Context)
    meanings: dict[str, Meaning] = field(default_factory=dict)
    families: dict[str, Definition] = field(default_factory=dict)
    """Indexed families by their stem: y_i; the stem itself may have a meaning of its own."""
    indices: dict[str, IndexVar] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    applications: dict[str, list[Syntax]] = field(default_factory=dict)
    """What functions are applied to anywhere in the note, as written."""
    bare_arguments: dict[str, Expr] = field(default_factory=dict)
    """What a function's name without an argument was understood to be applied to."""
    increments: dict[tuple[str, str], None] = field(default_factory=dict)
    """The marks and names of the increments dX that are written anywhere in the note."""
    sizes: dict[str, Dim] = field(default_factory=dict)
    """The sizes that were declared for I, 𝟏 and 0: they have them where nothing else says one."""
    values: dict[str, Values] = field(default_factory=dict)
    """The sets of numbers that declared names are from, as they are told: symbn takes these names as real."""
    conventions: dict[str, str] = field(default_factory=dict)
    """What the front matter settles where a formula could mean two things."""
    parted: set[str] = field(default_factory=set)
    """Matrices and vectors that the note writes as made of numbered parts: of these an entry is asked about."""
    always_equal: Callable[[Expr, Expr, Context], bool] = nothing_is_proved
    """What proves that two expressions are the same, where the meaning of a formula rests on that."""
    relied_on: set[str] = field(default_factory=set)
    """Declared names whose symmetry was needed to read something: a definition would take it from them."""
    inferred: set[str] = field(default_factory=set)
    """New names of one claim that have the shape of the function's domain that they are arguments of."""

    def knows(self, name: str) -> bool:
        """Whether a name has been declared or defined; a family's stem is no name by itself."""
        context = self.context
        return (
            name in self.meanings
            or name in context.symbols
            or name in context.functions
            or name in context.dimensions
            or name in self.indices
        )

    def free_family(self, stem: str) -> Definition | None:
        """The family that is declared under a name and not defined: its members are slices of one symbol."""
        declared = whole_of(stem) in self.context.symbols
        return self.families.get(stem) if declared else None

    def declares(self, name: str) -> bool:
        """Whether a name, or the family of that name, is declared and not defined."""
        return name in self.context.symbols or self.free_family(name) is not None

    def is_function(self, name: str) -> bool:
        """Whether a name stands for a function, declared or defined."""
        return name in self.context.functions or isinstance(self.meanings.get(name), DefinedFunction)


_ENCLOSED = {"(": "({})", "[": "[{}]", "{": "{}"}


def is_label(sup: Syntax | None) -> bool:
    """Whether a superscript is part of a name: the (1) of W^{(1)}, the [1] of W^{[1]}."""
    return isinstance(sup, Group) and sup.delimiter in ("(", "[")


def spelled(syntax: Syntax) -> str | None:
    """The canonical spelling of what may be part of a name; None for what cannot."""
    match syntax:
        case Name():
            return syntax.latex
        case Numeral():
            return syntax.text
        case Signed(terms=(("-", Numeral() as numeral),)):
            return f"-{numeral.text}"
        case Sequence():
            parts = [spelled(item) for item in syntax.items]
            return None if None in parts else " ".join(p for p in parts if p is not None)
        case Group(delimiter="(" | "[" | "{" as opens):
            inner = spelled(syntax.content)
            return None if inner is None else _ENCLOSED[opens].format(inner)
        case Script(base=Name()):
            return composite(syntax)
    return None


def composite(script: Script) -> str | None:
    """The name that a base with scripts would have: \\mu_{x}, W^{(1)}, x'."""
    base = spelled(script.base)
    if base is None:
        return None
    sub = spelled(script.sub) if script.sub is not None else ""
    sup = spelled(script.sup) if script.sup is not None else ""
    if sub is None or sup is None:
        return None
    return base + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "") + "'" * script.primes


def family_key(stem: str) -> str:
    """The key of a family's definition: its stem may name something else as well."""
    return f"{stem}_"


def whole_of(stem: str) -> str:
    """The symbol that the members of a declared family are slices of; no author can write its name."""
    return f"{stem}_{{:}}"
