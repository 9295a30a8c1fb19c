r"""Definitions: a head and its body become a constant, a family or a function of the scope.

A scalar with one or two indices is a column or a matrix: C_{ij} := … defines C.  Other indexed bodies are families.
σ² := … gives σ as its root, Σ^{-1} := diag(…) gives Σ.  A declared shape holds for the definition too (S219).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as Rational

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.expr import build, tree
from symbn.expr.context import SymbolDeclaration
from symbn.expr.shape import finished, is_scalar, resolved, shape_text, unify, unify_shapes
from symbn.expr.statement import Statement
from symbn.expr.tree import Definition, DimVar, Expr, IndexVar
from symbn.notes.epochs import new_epoch, replace_family, replace_symbol
from symbn.notes.functions import Functions
from symbn.notes.heads import Head, composed
from symbn.notes.mentions import symbols_under
from symbn.notes.parts import Parts
from symbn.notes.scope import DefinedTensor, Derived, family_key, whole_of
from symbn.notes.syntax import Group, Name, Sequence, Syntax
from symbn.source import Span


class Definitions(Functions):
    """Enters definitions into a scope."""

    def define(self, head: Head, body: Syntax, span: Span, statement: Statement) -> None:
        """head := body; the statement is told what was assumed.  Raises NoteError, ShapeError."""
        composition = composed(body)
        if head.parts is not None:
            self._define_parts(head.parts, span, statement)
        elif head.parameters is not None:
            self.define_function(head.name, head.parameters, body, span)
        elif composition is None and head.name in self.scope.context.functions:
            self._bind_argument(head.name, body)
        elif composition is not None and all(self.scope.is_function(name.latex) for name in composition):
            outer, inner = composition
            applied = Sequence((inner, Group("(", Name("u", body.span), body.span)), body.span)
            applied = Sequence((outer, Group("(", applied, body.span)), body.span)
            self.define_function(head.name, ("u",), applied, span)
        else:
            self._define_tensor(head, body, span, statement)

    def _define_parts(self, parts: Parts, span: Span, statement: Statement) -> None:
        """a_{ij} := A_{ij} for A = (a_{ij}).  Raises NoteError (E228) for a stack of another length."""
        if parts.last is not None:
            reader = self.reader()
            index = IndexVar(parts.indices[0], DimVar("this stack", span))
            reader.under((index,), parts.body)
            last = reader.dimension(parts.last)
            if not unify(index.dim, last):
                runs, there = shape_text((last, 1))[:-2], shape_text((resolved(index.dim), 1))[:-2]
                raise fail(
                    "E228", f"this stack runs to {runs}, but there are {there} of its rows or columns",
                    parts.last.span, help=f"let its last element say {there}",
                )  # fmt: skip
        decoration = "transpose" if parts.turned else ""
        self._define_tensor(Head(parts.name, None, parts.indices, decoration), parts.body, span, statement)

    def _define_tensor(self, head: Head, body: Syntax, span: Span, statement: Statement) -> None:
        reader = self.reader()
        indices = tuple(IndexVar(name, self._range(name, span)) for name in head.indices)
        e = reader.under(indices, body)
        declared = self.scope.context.symbols.get(head.name)
        if indices and not is_scalar(e.shape):
            declared = None  # y_i := Y_{:i} beside a vector y: a family of its own
        family = self.scope.free_family(head.name) if indices and declared is None else None
        if declared is not None and not indices:
            e = build.as_shape(e, declared.shape)
            if not unify_shapes(e.shape, declared.shape):
                raise _misfit(declared, e)
        elif family is not None:
            e = self._as_member(family, indices, e)
        elif declared is not None:
            for index, dim in zip(indices, (d for d in declared.shape if d != 1), strict=False):
                unify(index.dim, dim)
        statement.notices = tuple(reader.notices)
        loose = [name for name in reader.free if name not in head.indices]
        if loose:
            raise fail(
                "E161", f"the index `{loose[0]}` is free on the right only", body.span,
                help=f"bind it by a sum, or write it on the left: {head.name}_{{{loose[0]}}}",
            )  # fmt: skip
        e, indices = finished(e), tuple(finished(i) for i in indices)
        reader.note_sizes()
        statement.notices = tuple(reader.notices)
        if is_scalar(e.shape) and 1 <= len(indices) <= 2:
            e, indices = _stacked(e, indices), ()
        if head.decoration == "transpose":
            e = build.transpose(e)
        if declared is not None and e.shape != declared.shape:
            raise _misfit(declared, e)
        statement.defined = self._enter(head, indices, e, span)

    def _as_member(self, family: Definition, indices: tuple[IndexVar, ...], e: Expr) -> Expr:
        """A body as a member of a declared family, of its shape and with its range.  Raises ShapeError (S219)."""
        declared = SymbolDeclaration(f"{family.latex}_{{{family.indices[0].name}}}", family.body.shape)
        e = build.as_shape(e, declared.shape)
        if not unify_shapes(e.shape, declared.shape):
            raise _misfit(declared, e)
        for index, own in zip(indices, family.indices, strict=True):
            if not unify(index.dim, own.dim):
                one, other = shape_text((own.dim, 1))[:-2], shape_text((index.dim, 1))[:-2]
                raise build.shape_error(
                    "S219", f"`{declared.name}` is declared for 1 … {one}, but `{index.name}` runs to {other}", (e,)
                )
        return e

    def _range(self, name: str, span: Span) -> tree.Dim:
        known = self.scope.indices.get(name)
        return known.dim if known is not None else DimVar(f"the range of the index `{name}`", span)

    def _bind_argument(self, name: str, body: Syntax) -> None:
        """L = L(Ŷ): what the bare name L is applied to."""
        applied = finished(self.reader().read(body))
        if not (isinstance(applied, tree.Apply) and applied.name == name):
            raise fail("E165", f"`{name}` is a function: define {name}(x)", body.span)
        self.scope.bare_arguments[name] = applied.arguments[0]

    def _enter(self, head: Head, indices: tuple[IndexVar, ...], body: Expr, span: Span) -> str:
        """A finished definition becomes known; its key."""
        scope, name = self.scope, head.key
        if indices:
            family = Definition(family_key(name), indices, (), body, self._next_rank(), name, span)
            if scope.free_family(name) is not None:
                self._check_circular(name, whole_of(name), body, span)
                new_epoch(scope)
                self._rank = replace_family(family, scope)
            else:
                scope.context.definitions[family.key] = family
                scope.families[name] = family
            return family.key
        if name in scope.context.symbols:
            self._check_circular(name, name, body, span)
            self._check_not_relied_on(name, span)
            new_epoch(scope)
            del scope.context.symbols[name]
            definition = Definition(name, (), (), body, self._next_rank(), name, span)
            self._rank = replace_symbol(definition, scope)
        else:
            definition = Definition(name, (), (), body, self._next_rank(), name, span)
            scope.context.definitions[name] = definition
        scope.meanings[name] = DefinedTensor(definition)
        reference = tree.Reference(name=name, shape=body.shape)
        if head.decoration == "square":
            root = build.number(Rational(1, 2))
            scope.meanings[head.name] = Derived(tree.Power(base=reference, exponent=root, shape=body.shape))
        elif head.decoration == "inverse" and isinstance(body, tree.Stack) and body.axis == "diagonal":
            inverse = tree.Power(base=body.body, exponent=build.number(-1), shape=(1, 1))
            scope.meanings[head.name] = Derived(replace(body, body=inverse))
        return definition.key

    def _check_not_relied_on(self, name: str, span: Span) -> None:
        """Raises NoteError (E257) for a declared name whose symmetry has told how a sum before is read."""
        if name in self.scope.relied_on:
            raise fail(
                "E257", f"`{name}` is declared, and a sum before this is read by its symmetry", span,
                help="define it before that sum, or give one of the two another letter",
            )  # fmt: skip

    def _check_circular(self, name: str, symbol: str, body: Expr, span: Span) -> None:
        """Raises NoteError (E162) for a body that rests on the symbol that it is to define."""
        if symbol in symbols_under([body], self.scope.context):
            raise NoteError(
                Diagnostic(
                    "E162",
                    f"this definition of `{name}` is circular: it depends on `{name}` itself",
                    (Label(span, "defined by itself"),),
                    help="define it by names that do not depend on it",
                )
            )


def _misfit(declared: SymbolDeclaration, e: Expr) -> NoteError:
    return build.shape_error(
        "S219",
        f"`{declared.name}` is declared {shape_text(declared.shape)}, but this is {shape_text(e.shape)}",
        (e,),
    )


def _stacked(e: Expr, indices: tuple[IndexVar, ...]) -> Expr:
    """A scalar with one or two indices as a column or a matrix."""
    if len(indices) == 1:
        return tree.Stack(index=indices[0], body=e, axis="rows", shape=(indices[0].dim, 1), span=e.span)
    row, column = indices
    body = tree.Stack(index=column, body=e, axis="columns", shape=(1, column.dim), span=e.span)
    return tree.Stack(index=row, body=body, axis="rows", shape=(row.dim, column.dim), span=e.span)
