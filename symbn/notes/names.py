r"""What a name without indices stands for: the one place where names are resolved.

A local name hides a definition, a definition hides a declaration, and both hide the constants I, \mathbf 1, \mathbf 0;
a family and an index have no value by themselves.  A constant written without its size takes the size that fits.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.expr import build, tree
from symbn.expr.context import PI, FunctionDeclaration
from symbn.expr.shape import resolved, unify
from symbn.expr.tree import DimVar, Expr, IndexVar
from symbn.notes.open_zeros import OpenZeros
from symbn.notes.reserved import IDENTITIES, ONES, ZEROS
from symbn.notes.scope import DefinedFunction, DefinedTensor, Derived, Scope
from symbn.notes.syntax import Group, Name, Syntax
from symbn.source import Span


class Names(ABC):
    """The state of reading one statement, and the names in it."""

    def __init__(self, scope: Scope, define_function: Callable[[DefinedFunction, tuple[Expr, ...]], tree.Definition]):
        self.scope = scope
        self.free: dict[str, IndexVar] = {}
        self.notices: build.Notices = {}
        self.seen: set[str] = set()
        """The indices met since this was last emptied."""
        self.locals: dict[str, Expr] = {}
        """A defined function's parameters, while its body is read."""
        self.infers = False
        """Whether a new name may take the shape of the function's domain that it is an argument of."""
        self.expands = False
        """Whether this is an expansion with its o(dx): there a d is part of an increment."""
        self.open_zeros: OpenZeros | None = None
        """What a 0 is, where it is not only the number."""
        self.left_bare: list[str] = []
        """The functions that stood without an argument, in the order in which they were met."""
        self._bound: dict[str, IndexVar] = {}
        self._define_function = define_function
        self._fresh = 0
        self._constants: dict[str, list[DimVar]] = {}

    def afresh(self) -> Self:
        """A reader of the same names that has read nothing yet."""
        reader = type(self)(self.scope, self._define_function)
        reader.infers = self.infers
        return reader

    @abstractmethod
    def read(self, syntax: Syntax) -> Expr:
        """The expression; sizes may still be open.  Raises NoteError, ShapeError."""

    @abstractmethod
    def apply(self, name: str, group: Group, primes: int, span: Span) -> Expr:
        """A function at its arguments."""

    @abstractmethod
    def at_its_parameters(self, function: DefinedFunction, span: Span) -> Expr:
        """A defined function's name alone: f for f(x), where x is known outside of f too."""

    @abstractmethod
    def bare_function(self, function: FunctionDeclaration, span: Span) -> Expr:
        """A declared function's name alone: at the one argument that the note gives it."""

    def settle(self) -> None:
        """Give a constant without a written size, that nothing fixes, the size of its namesakes in the statement."""
        for name, sizes in self._constants.items():
            known = {d for d in map(resolved, sizes) if not isinstance(d, DimVar)}
            for size in sizes:
                if isinstance(resolved(size), DimVar) and len(known) == 1:
                    unify(size, next(iter(known)))
                    self.notices[f"every {name} without a subscript in one statement has one size"] = None

    def note_sizes(self) -> None:
        """Note which sizes the constants without a written one have taken from where they stand."""
        for name, sizes in self._constants.items():
            for size in map(resolved, sizes):
                if not isinstance(size, DimVar):
                    shape = f"{size}×{size}" if name == "I" else f"{size}×1"
                    self.notices[f"{name} without a subscript is {shape}, inferred from where it stands"] = None

    def _open_size(self, name: str, span: Span | None) -> DimVar:
        size = DimVar(f"`{name}`", span, usual=self.scope.sizes.get(name))
        self._constants.setdefault(name, []).append(size)
        return size

    def is_name(self, name: str) -> bool:
        """Whether a name stands for something."""
        return name in self.locals or self.scope.knows(name)

    def stands_alone(self, letter: str) -> bool:
        """Whether a letter by itself means something here: a name, a family, an index."""
        return self.is_name(letter) or letter in self._bound or letter in self.free or letter in self.scope.families

    def is_function(self, name: str) -> bool:
        """Whether a name stands for a function, declared or defined."""
        return name not in self.locals and self.scope.is_function(name)

    def name(self, syntax: Name) -> Expr:
        found = self.lookup(syntax.latex, syntax.span)
        if found is None:
            raise self.unknown(syntax.latex, syntax.span)
        return found

    def unknown(self, name: str, span: Span) -> NoteError:
        """What to say of a name that means nothing: E110, or E226 where its letter in another type is known."""
        for own in (name, name.split("_")[0]):
            alike = self._in_other_type(own)
            if alike is not None:
                return _ask_about_type(own, alike, span, self.scope.places.get(alike))
        known = [*self.scope.meanings, *self.scope.context.symbols, *self.scope.context.functions]
        near = next((k for k in known if k != name and k.lower() == name.lower()), None)
        near = near or next((k for k in known if k.strip("\\").split("_")[0] == name.strip("\\")), None)
        note = (f"`{near}` is known",) if near else ()
        return fail(
            "E110", f"`{name}` is not declared", span, at="unknown",
            help=f"declare it before its use, such as ${name} \\in \\mathbb{{R}}^{{n}}$, or define it", notes=note,
        )  # fmt: skip

    def _in_other_type(self, name: str) -> str | None:
        r"""The known name that is this one but for its type: x for \mathbf{x}."""
        known = [*self.scope.meanings, *self.scope.context.symbols, *self.scope.context.functions, *self.scope.families]
        return next((k for k in known if k != name and plain_type(k) == plain_type(name)), None)

    def lookup(self, name: str, span: Span) -> Expr | None:
        """What a name without indices stands for."""
        if name in self.locals:
            return tree.at_span(self.locals[name], span)
        if name in self._bound:
            return tree.Position(index=self._bound[name], shape=(1, 1), span=span)
        scope, context = self.scope, self.scope.context
        meaning = scope.meanings.get(name)
        if isinstance(meaning, Derived):
            return tree.at_span(meaning.expression, span)
        if isinstance(meaning, DefinedTensor):
            return tree.Reference(name=meaning.definition.key, shape=meaning.definition.body.shape, span=span)
        if isinstance(meaning, DefinedFunction):
            return self.at_its_parameters(meaning, span)
        if name in context.symbols:
            return tree.Symbol(name=name, shape=context.symbols[name].shape, span=span)
        if name in context.functions:
            return self.bare_function(context.functions[name], span)
        if name in context.dimensions:
            return tree.Dimension(dim=name, shape=(1, 1), span=span)
        if name in scope.families:
            index = scope.families[name].indices[0].name
            raise fail(
                "E111", f"`{name}` is a family: it needs its index", span,
                help=f"write {name}_{{{index}}}, or stack its members in a matrix",
            )  # fmt: skip
        if name in self.free or name in scope.indices:
            raise fail("E113", f"the index `{name}` used as a number", span, help="only the index of a sum is one")
        if name in IDENTITIES:
            size = self._open_size("I", span)
            return tree.Identity(shape=(size, size), span=span)
        if name in ONES:
            return tree.Ones(shape=(self._open_size(r"\mathbf 1", span), 1), span=span)
        if name in ZEROS:
            rows, columns = (
                DimVar(r"`\mathbf 0`", span, usual=self.scope.sizes.get(size)) for size in (r"\mathbf 0", r"\mathbf 0ᵀ")
            )
            return tree.Zero(shape=(rows, columns), span=span)
        if name == PI.name:
            context.symbols[name] = PI
            self.notices["π is the number 3.14159…"] = None
            return tree.Symbol(name=name, shape=PI.shape, span=span)
        return None


_TYPE = re.compile(r"\\(?:mathbf|boldsymbol|mathrm|mathsf|mathit|vec|underline)\{((?:[^{}]|\\[a-zA-Z]+)+)\}")


def plain_type(name: str) -> str:
    r"""A name without bold and upright type and without an arrow: x of \mathbf{x}; hats and scripts stay."""
    return _TYPE.sub(r"\1", name)


def _ask_about_type(name: str, alike: str, span: Span, declared: Span | None) -> NoteError:
    """E226, with the place of the other name."""
    labels: tuple[Label, ...] = (Label(span, "not declared"),)
    if declared is not None:
        labels = (Label(declared, f"`{alike}` is known from here", False), *labels)
    return NoteError(
        Diagnostic(
            "E226", f"`{name}` is not declared, but `{alike}` is: are they the same?", labels,
            help=f"if they are, say so: ${name} := {alike}$; if not, declare ${name}$ too",
        )
    )  # fmt: skip
