r"""The shapes of derivatives, ∂f/∂x and ∇f, and what they are said to be derivatives of."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence as Many

from symbn.expr.shape import is_column, is_scalar
from symbn.notes.extents import Form, transposed
from symbn.notes.reserved import transposes
from symbn.notes.suppositions import Function
from symbn.notes.syntax import Derivation, Nabla, Name, Script, Syntax
from symbn.notes.used_names import Use, UsedNames


class UsedDerivatives(UsedNames):
    """The part of the usage that reads ∂/∂ and ∇."""

    @abstractmethod
    def factor(self, items: list[Syntax], place: int) -> tuple[Form, int]:
        """A factor with what belongs to it, and the place after it."""

    def derivation(self, syntax: Derivation, body: Syntax | None) -> Form:
        """The shape of ∂body/∂variables: of a scalar by two vectors that of the Hessian."""
        form = None
        if body is not None:
            form = self._differentiated(body, syntax.variables)
        variables = [self.form(variable) for variable in syntax.variables]
        if len(variables) == 2 and form is not None and is_scalar(form):
            first, second = variables
            if first is None or second is None or is_scalar(first):
                return None
            return first[0], second[0] if is_column(second) else second[1]
        for variable in variables:
            form = self.extents.derivative(form, variable, syntax.span)
        return form

    def _differentiated(self, body: Syntax, variables: Many[Syntax]) -> Form:
        """What a derivative is taken of; a name alone there may be a function."""
        if isinstance(body, (Name, Script)):
            found = self.occurrences.of(body)
            if found is not None and not found.subscripts and found.superscript is None:
                self.meet(found.name, Use("differentiated", body.span))
                self.derivatives.setdefault(found.name, []).extend(variables)
                function = self.meaning(found.name)
                if isinstance(function, Function):
                    return function.codomain
        return self.form(body)

    def nabla(self, syntax: Nabla) -> Form:
        """The shape of ∇_x of a scalar, and of ∇²_x."""
        form = None if syntax.variable is None else self.form(syntax.variable)
        return (form[0], form[0]) if syntax.order == 2 and form is not None else form

    def nabla_at(self, syntax: Nabla, items: list[Syntax], place: int) -> tuple[Form, int]:
        """∇_x of the name, or the application, that follows."""
        gradient = self.nabla(syntax)
        if place + 1 == len(items):
            return gradient, place + 1
        following = items[place + 1]
        if isinstance(following, (Name, Script)):
            found = self.occurrences.of(following)
            if found is not None and not found.subscripts:
                self.meet(found.name, Use("differentiated", following.span))
                if syntax.variable is not None:
                    self.derivatives.setdefault(found.name, []).append(syntax.variable)
        form, after = self.factor(items, place + 1)
        last = items[after - 1]
        if isinstance(last, Script) and transposes(last.sup):  # ∇f(x)ᵀ is the gradient's transpose
            gradient, form = transposed(gradient), transposed(form)
        if form is not None and is_column(form) and syntax.order == 1 and gradient is not None:
            return (form[0], gradient[0]), after
        return gradient, after
