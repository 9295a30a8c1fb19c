r"""What stands before parentheses while a function in it lacks its argument: its value there, or a product?

\frac{\partial f}{\partial x}(x), \frac{dF}{dt}(0)      the derivative of f(x) by x, and F′(0)
\frac{\partial g}{\partial x}(a)                        the derivative of u ↦ g(u), taken at a
\frac{\partial g}{\partial x}(a - b), (F + G)(t)        may be either: symbn asks (E215)

A product with what cannot be the function's argument is one: \frac{\partial L}{\partial y} (I - P).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence as Many
from dataclasses import replace

from symbn.diagnostics import NoteError, fail
from symbn.expr import tree
from symbn.expr.shape import is_scalar
from symbn.expr.tree import Expr
from symbn.notes.points import Points, operator_and_name, variables_of
from symbn.notes.reserved import transposes
from symbn.notes.scope import DefinedFunction, spelled
from symbn.notes.syntax import (
    Derivation,
    Group,
    Nabla,
    Name,
    Numeral,
    Script,
    Sequence,
    Syntax,
    arguments_of,
    unscripted,
)
from symbn.source import Span

_FRESH = ("u", "v", "w", "z", "s", r"\xi", r"\eta", r"\zeta", r"\dot{u}", r"\ddot{u}")
"""Letters for an argument that the author gives no name."""


class Evaluations(Points):
    """The part of the reader that tells values of derivatives and of functions from products with parentheses."""

    @abstractmethod
    def takes(self, name: str, group: Group) -> bool:
        """Whether what stands in parentheses has the shapes of a function's arguments, where they are known."""

    def declared_derivative_at(self, item: Syntax, group: Group) -> Expr | None:
        """The derivative of a declared function, written without its argument, at what stands behind; else None.

        Raises NoteError (E215) where it may be a product as well.
        """
        operator, key = operator_and_name(item)
        if operator is None or key is None or key in self.locals or key not in self.scope.context.functions:
            return None
        given = arguments_of(group.content)
        if not self.takes(key, group):
            return None
        span = item.span.to(group.span)
        variables, names = variables_of(operator), [spelled(g) for g in given]
        if not variables or not all(map(_is_point, given)):
            raise self._value_or_product(key, span)
        if any(spelled(v) in names or spelled(unscripted(v)) in names for v in variables):
            return self.read(_of(operator, key, group))
        if self.scope.context.functions[key].entrywise:
            if not is_scalar(self.read(given[0]).shape):
                raise self._value_or_product(key, span)
            return self.apply(key, group, len(variables), span)
        if len(given) > 1 or len({spelled(v) for v in variables}) > 1 or not self._is_whole(variables[0], key):
            raise self._value_or_product(key, span)
        applied = self.apply(key, group, 0, span)
        assert isinstance(applied, tree.Apply), "a declared function"
        return self.gradient_at(applied, operator)

    def _is_whole(self, variable: Syntax, key: str) -> bool:
        """Whether a derivative is by all of a function's argument, and by no part of it."""
        return spelled(variable) is not None and self.takes(key, Group("(", variable, variable.span))

    def gradient_at(self, applied: tree.Apply, operator: Nabla | Derivation) -> Expr:
        r"""\nabla f(A x) of a declared f: the gradient of u ↦ f(u), taken at A x; so for any derivative by u."""
        span = operator.span
        parameter = Name(next(letter for letter in _FRESH if not self.is_name(letter)), span)
        order = len(variables_of(operator)) if isinstance(operator, Derivation) else operator.order
        power = f"^{{{order}}}" if order > 1 else ""
        if isinstance(operator, Nabla):
            written, operator = rf"\nabla{power} {applied.name}", replace(operator, variable=parameter)
        else:
            below = spelled(operator.variables[0])
            written = rf"\frac{{\partial{power} {applied.name}}}{{\partial {below}{power}}}"
            operator = replace(operator, variables=(parameter,) * order)
        body = _of(operator, applied.name, Group("(", parameter, span))
        function = DefinedFunction(written, (parameter.latex,), body, span, elsewhere=True)
        definition = self._define_function(function, applied.arguments)
        return tree.Reference(name=definition.key, arguments=applied.arguments, shape=definition.body.shape, span=span)

    def check_no_value(self, item: Syntax, following: Syntax | None, left_bare: Many[str]) -> None:
        """Raises NoteError (E215) for a factor before parentheses that may be meant as its value at them.

        left_bare: the functions in the factor that stand there without their arguments.
        """
        group = None if following is None else unscripted(following)
        if not isinstance(group, Group) or group.delimiter != "(":
            return
        at_point = all(map(_is_point, arguments_of(group.content)))
        if not at_point and (isinstance(item, Nabla) or (isinstance(item, Script) and transposes(item.sup))):
            return
        names = list(left_bare)
        if isinstance(item, Derivation) and at_point:
            names += _applied_in(item)
        for name in names:
            if (name in self.scope.context.functions or name in self.scope.meanings) and self.takes(name, group):
                raise self._value_or_product(name, item.span.to(group.span))

    def _value_or_product(self, name: str, span: Span) -> NoteError:
        return fail(
            "E215", "is this the value at what stands in parentheses, or a product with it?", span,
            help=rf"for a value give `{name}` that argument; for a product write \cdot before the parentheses",
        )  # fmt: skip


def _is_point(syntax: Syntax) -> bool:
    """Whether something is a name or a number, which nobody puts in parentheses to multiply by it."""
    return isinstance(syntax, Numeral) or (isinstance(syntax, Name | Script) and spelled(syntax) is not None)


def _of(operator: Nabla | Derivation, key: str, group: Group) -> Syntax:
    """The derivative of f(…)."""
    span = operator.span.to(group.span)
    value = (Name(key, operator.span), group)
    if isinstance(operator, Nabla):
        return Sequence((operator, *value), span)
    return replace(operator, body=Sequence(value, span), span=span)


def _applied_in(item: Derivation) -> list[str]:
    r"""The f of \frac{\partial f(x)}{\partial x}."""
    match item.body:
        case Sequence(items=(Name() | Script() as head, Group(delimiter="("))):
            name = spelled(head)
            return [] if name is None else [name]
    return []
