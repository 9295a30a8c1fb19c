r"""Defined functions: f(x) := …, whose body is read anew for each tuple of argument shapes.

An instance is a definition under the key f@shapes; while a body is read, its parameters hide the names outside.
A function does not use itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symbn.diagnostics import NoteError, fail
from symbn.expr import tree
from symbn.expr.shape import finished, resolved_shape, shape_text
from symbn.expr.tree import Definition, DimVar, Expr
from symbn.notes.epochs import new_epoch
from symbn.notes.expressions import Reader
from symbn.notes.mentions import mentions
from symbn.notes.reserved import transposes
from symbn.notes.rewriting import about, unplaced
from symbn.notes.scope import DefinedFunction, Scope
from symbn.notes.syntax import Given, Script, Syntax, innermost, walk
from symbn.source import Span


class Functions:
    """Defines functions, and instances of them on demand."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._reading: set[str] = set()
        self._rank = max((d.rank for d in scope.context.definitions.values()), default=0)

    def reader(self, infers: bool = False) -> Reader:
        """A reader for one statement; it `infers` the shapes of new names that are arguments, where it may."""
        reader = Reader(self.scope, self.instance)
        reader.infers = infers
        return reader

    def define_function(self, name: str, parameters: tuple[str, ...], body: Syntax, span: Span) -> None:
        """name(parameters) := body.  Raises NoteError."""
        if len(set(parameters)) != len(parameters):
            raise fail("E166", "a parameter occurs twice", span)
        if mentions(body, name):
            barred = any(isinstance(node, Given) for node in walk(body))
            raise fail(
                "E167", f"the definition of `{name}` uses itself", span, help="define it by other names",
                notes=(f"`{name}` with a bar between its arguments is the same name here",) if barred else (),
            )  # fmt: skip
        context = self.scope.context
        declared = context.functions.get(name)
        domain: list[tree.Shape | None] = []
        for place, parameter in enumerate(parameters):
            if declared is not None:
                domain.append(declared.domain[place] if place < len(declared.domain) else (1, 1))
            else:
                domain.append(context.symbols[parameter].shape if parameter in context.symbols else None)
        function = DefinedFunction(name, parameters, body, span, domain=tuple(domain))
        shapes = [shape for shape in domain if shape is not None]
        if declared is not None:
            new_epoch(self.scope)
            del self.scope.context.functions[name]
        self.scope.meanings[name] = function
        try:
            if len(shapes) == len(parameters):
                self.instance(function, tuple(tree.Zero(shape=s) for s in shapes))
            else:
                self._trial(function)
                self.scope.meanings[name] = replace(function, usual=self._usual(function))
        except NoteError:
            del self.scope.meanings[name]
            if declared is not None:
                self.scope.context.functions[name] = declared  # it is what it was before
            raise

    def _trial(self, function: DefinedFunction) -> None:
        """Read a body once with columns of unknown size: a name that nothing declares is told where it stands."""
        reader = self.reader()
        for parameter in function.parameters:
            reader.locals[parameter] = tree.Symbol(name=parameter, shape=(DimVar(f"`{parameter}`"), 1))
        self._reading.add(function.name)
        try:
            reader.read(function.body)
        except NoteError as error:
            if error.diagnostic.code in ("E110", "E119", "E146", "E167"):
                raise
        finally:
            self._reading.discard(function.name)

    def _usual(self, function: DefinedFunction) -> tuple[tree.Shape, ...]:
        """The shapes of the parameters, where the body fits numbers only, or columns of known sizes only.

        What acts on every entry of a column is a function of numbers; nothing is said of xᵀx, which fits both.
        """
        columns = self._shapes_with(function, lambda parameter: (DimVar(f"`{parameter}`"), 1))
        numbers = None
        if not any(_is_transposed(function.body, parameter) for parameter in function.parameters):
            numbers = self._shapes_with(function, lambda _parameter: (1, 1))
        if columns is None or numbers is None:
            shapes, _ = columns or numbers or ((), (1, 1))
            return () if any(isinstance(size, DimVar) for shape in shapes for size in shape) else shapes
        shapes, value = columns
        own = [shape for shape, declared in zip(shapes, function.domain, strict=True) if declared is None]
        entrywise = isinstance(value[0], DimVar) and all(shape == value for shape in own)
        return numbers[0] if entrywise or all(shape == (1, 1) for shape in own) else ()

    def _shapes_with(
        self, function: DefinedFunction, shape: Callable[[str], tree.Shape]
    ) -> tuple[tuple[tree.Shape, ...], tree.Shape] | None:
        """The shapes of the parameters and of the value, with parameters of some shape; None where none fits."""
        reader = self.reader()
        symbols = []
        for parameter, declared in zip(function.parameters, function.domain, strict=True):
            symbols.append(tree.Symbol(name=parameter, shape=shape(parameter) if declared is None else declared))
            reader.locals[parameter] = symbols[-1]
        self._reading.add(function.name)
        try:
            value = reader.read(function.body)
        except NoteError:
            return None
        finally:
            self._reading.discard(function.name)
        return tuple(resolved_shape(symbol.shape) for symbol in symbols), resolved_shape(value.shape)

    def instance(self, function: DefinedFunction, arguments: tuple[Expr, ...]) -> Definition:
        """A defined function's definition for the shapes of its arguments."""
        shapes = ",".join(shape_text(a.shape) for a in arguments)
        key = f"{function.name}@{shapes}"
        context = self.scope.context
        if key in context.definitions:
            return context.definitions[key]
        if function.name in self._reading:
            raise fail("E167", f"the definition of `{function.name}` uses itself", function.span)
        reader = self.reader()
        parameters = []
        for name, argument in zip(function.parameters, arguments, strict=True):
            symbol = tree.Symbol(name=f"{name}@{key}", shape=argument.shape)
            parameters.append(symbol)
            reader.locals[name] = symbol
        self._reading.add(function.name)
        try:
            body = finished(about(reader.read(function.body), reader.locals, context))
        finally:
            self._reading.discard(function.name)
        if reader.free:
            index = next(iter(reader.free))
            raise fail("E161", f"the index `{index}` is free in the definition of `{function.name}`", function.span)
        span: Span | None = function.span
        if function.elsewhere:
            body, span = unplaced(body), None
        definition = Definition(key, (), tuple(parameters), body, self._next_rank(), function.name, span)
        context.definitions[key] = definition
        return definition

    def _next_rank(self) -> int:
        self._rank += 1
        return self._rank


def _is_transposed(body: Syntax, name: str) -> bool:
    """Whether the transpose of a name is written somewhere, as of no number."""
    return any(
        isinstance(node, Script) and transposes(node.sup) and getattr(innermost(node), "latex", "") == name
        for node in walk(body)
    )
