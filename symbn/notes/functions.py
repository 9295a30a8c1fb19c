r"""Defined functions: f(x) := …, whose body is read anew for each tuple of argument shapes.

An instance is a definition under the key f@shapes; while a body is read, its parameters hide the names outside.
A function does not use itself.
"""

from __future__ import annotations

from symbn.diagnostics import NoteError, fail
from symbn.expr import tree
from symbn.expr.shape import finished, shape_text
from symbn.expr.tree import Definition, DimVar, Expr
from symbn.notes.epochs import new_epoch
from symbn.notes.expressions import Reader
from symbn.notes.mentions import mentions
from symbn.notes.rewriting import about, unplaced
from symbn.notes.scope import DefinedFunction, Scope
from symbn.notes.syntax import Given, Syntax, walk
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
        function = DefinedFunction(name, parameters, body, span)
        context = self.scope.context
        declared = context.functions.get(name)
        shapes: list[tree.Shape] = []
        for place, parameter in enumerate(parameters):
            if declared is not None:
                shapes.append(declared.domain[place] if place < len(declared.domain) else (1, 1))
            elif parameter in context.symbols:
                shapes.append(context.symbols[parameter].shape)
        if declared is not None:
            new_epoch(self.scope)
            del self.scope.context.functions[name]
        self.scope.meanings[name] = function
        try:
            if len(shapes) == len(parameters):
                self.instance(function, tuple(tree.Zero(shape=s) for s in shapes))
            else:
                self._trial(function)
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
