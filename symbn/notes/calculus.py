r"""Derivatives: ∂f/∂x, ∂²f/∂x∂y, ∇_x f, \nabla_x^2 f, in the layout that the shapes ask for.

By a scalar: entry by entry.  A vector by a vector: the Jacobian in numerator layout, unless the note settles that its
layout is the other one.  A scalar by a matrix, and ∇: the
gradient, in the shape of the variable.  What has no matrix for its derivative is a shape error (S240).
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Literal, TypeAlias

from symbn.diagnostics import NoteError, ShapeError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_column, is_row, is_scalar, is_vector, shape_text
from symbn.expr.tree import Expr
from symbn.notes.evaluations import Evaluations
from symbn.notes.grouping import Grouping, carried
from symbn.notes.reserved import transposes
from symbn.notes.syntax import Binary, Derivation, Group, Nabla, Name, Script, Sequence, Syntax, unscripted, walk
from symbn.notes.targets import target_of
from symbn.source import Span

_OWN_PLACE = Span(-1, -1)
"""Where nothing stands: all ∇ that one abbreviation stands for have one place in the note."""
_MOST_GRADIENTS = 8
"""After one ∇; what each acts on is tried in two ways, so the work doubles with each."""

Layout: TypeAlias = Literal["jacobian", "gradient", "entrywise"]


class Calculus(Evaluations, Grouping):
    """The part of the reader that reads ∂/∂ and ∇."""

    @abstractmethod
    def next_factor(self, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """The factor at `place` of a product, and the place after all that belongs to it."""

    def derivation(self, syntax: Derivation, following: list[Syntax]) -> Expr:
        """∂body/∂variables; without a body it acts on all that follows in the product."""
        if syntax.body is None and not following:
            raise fail("E130", "this ∂/∂ has nothing to act on", syntax.span, help="write what it differentiates")
        named = syntax.mark == "d" and self.is_name("d")
        if named and (syntax.body is not None or "d" in self.locals or "d" not in self.scope.context.dimensions):
            raise _ask_about_d(syntax.span)
        body = self._acted_on(syntax, following) if syntax.body is None else self.read(syntax.body)
        if named and not self._may_act_on(body, syntax):
            raise _ask_about_d(syntax.span)
        taken = self.at_point(body, syntax)
        if taken is not None:
            return taken
        variables = [self._variable(v) for v in syntax.variables]
        if len(variables) == 2 and is_scalar(body.shape) and is_vector(variables[0].shape):
            result = self.hessian(body, variables, syntax.span)
        else:
            result = body
            for variable in reversed(variables):
                result = self._in_layout(result, variable, syntax.span)
        self.check_dependence(body, variables, syntax.span)
        return result

    def _may_act_on(self, body: Expr, syntax: Derivation) -> bool:
        r"""Whether \frac{d}{dz} before a function of z is no quotient with a size d: by all its names it depends."""
        variables = [self._variable(v) for v in syntax.variables]
        plain = [v.arg if isinstance(v, tree.Transpose) else v for v in variables]
        return all(self.depends([body], target_of(v, self.scope.context)) for v in plain)

    def hessian(self, body: Expr, variables: list[Expr], span: Span) -> Expr:
        """(i, j) = ∂²f/∂x_i∂y_j."""
        first, second = (v.arg if isinstance(v, tree.Transpose) else v for v in variables)
        gradient = build.transpose(self.derivative(body, first, span))
        return tree.at_span(self.derivative(gradient, second, span), span)

    def _variable(self, syntax: Syntax) -> Expr:
        return tree.at_span(self.read(syntax), syntax.span)

    def _in_layout(self, body: Expr, variable: Expr, span: Span) -> Expr:
        """∂body/∂variable; in denominator layout, if the note says so: ∂f/∂x is (∂f/∂xᵀ)ᵀ there.

        By a scalar both are the same here: most who transpose Jacobians leave the derivative of a column a column.
        """
        if self.scope.conventions.get("layout") != "denominator" or is_scalar(variable.shape):
            return self.derivative(body, variable, span)
        turned = isinstance(variable, tree.Transpose) and is_vector(variable.shape)
        if is_scalar(body.shape):
            plain = variable.arg if isinstance(variable, tree.Transpose) else variable
            found = self.derivative(body, plain if turned else variable, span, gradient=True)
            return build.transpose(found, span) if turned else found
        self.notices["denominator layout: the entry (i, j) of ∂f/∂x is ∂f_j/∂x_i, as the note settles it"] = None
        found = self.derivative(body, variable, span)
        return found if turned else build.transpose(found, span)

    def derivative(self, body: Expr, variable: Expr, span: Span, gradient: bool = False) -> Expr:
        """∂body/∂variable in the layout that the shapes ask for.  Raises NoteError, ShapeError."""
        plain = variable.arg if isinstance(variable, tree.Transpose) else variable
        if isinstance(variable, tree.Transpose) and not is_vector(variable.shape):
            return build.transpose(self.derivative(body, plain, span, gradient), span)
        target = target_of(plain, self.scope.context)
        self._check_dependence(body, target, span)
        layout, shape = _layout(body, variable, gradient, span)
        if layout == "jacobian" and is_row(body.shape) and is_row(variable.shape):
            self.notices["the derivative of a row by a row is the Jacobian of the two as columns"] = None
        return tree.Derivative(arg=body, variable=plain, target=target, layout=layout, shape=shape, span=span)

    def _check_dependence(self, body: Expr, target: tree.Target, span: Span) -> None:
        context = self.scope.context
        if (
            isinstance(body, tree.Symbol)
            and is_scalar(body.shape)
            and body.name != target.name
            and body.name not in self.locals
            and not body.name.startswith("d")
        ):
            raise fail(
                "E133", f"`{body.name}` is a free scalar: it depends on nothing", span,
                help=f"define it, or declare a function: ${body.name} : \\mathbb{{R}}^{{n}} \\to \\mathbb{{R}}$",
            )  # fmt: skip
        if target.arguments or target.name not in context.definitions:
            return
        used = {d.key for d in context.definitions_used([body])}
        if target.name not in used:
            raise fail(
                "E134", f"what is differentiated does not use `{context.definitions[target.name].latex}`", span,
                help="differentiate by a name that its definition mentions",
            )  # fmt: skip

    def _acted_on(self, syntax: Derivation, following: list[Syntax]) -> Expr:
        """The product that follows; asks where only its first factor could be meant."""
        try:
            return self.read(_product(following, syntax.span))
        except ShapeError:
            first = following[0]
            if isinstance(first, Binary) or (len(following) > 1 and isinstance(unscripted(first), Group)):
                raise fail(
                    "E171", "does this ∂/∂ act on the first factor alone, or on the whole product?", syntax.span,
                    help=r"put parentheses around the derivative, or write \frac{\partial f}{\partial x}",
                ) from None  # fmt: skip
            raise

    def nabla(self, syntax: Nabla, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """∇_x of what follows if that is a scalar, of the first factor if that is one, else alone."""
        rest = items[place + 1 :]
        if sum(isinstance(node, Nabla) for part in rest for node in walk(part)) > _MOST_GRADIENTS:
            raise fail(
                "E174", f"more than {_MOST_GRADIENTS} gradients after this one", syntax.span,
                help="name an inner part and use the name",
            )  # fmt: skip
        turned = self._transposed_gradient(syntax, items, place)
        if turned is not None:
            return turned
        if rest:
            if isinstance(rest[0], Binary):
                if self.acts_on_all(syntax, rest):
                    whole = self.read(_product(rest, syntax.span))
                    return self.gradient(syntax, whole, syntax.span.to(rest[-1].span)), len(items)
                return self.read(_product(carried([syntax], rest), syntax.span)), len(items)
            body = self.readable(_product(rest, syntax.span))
            if body is not None and is_scalar(body.shape):
                return self.gradient(syntax, body, syntax.span.to(rest[-1].span)), len(items)
            first, after = self.next_factor(items, place + 1)
            if is_scalar(first.shape) and not isinstance(first, (tree.Number, tree.Dimension)):
                return self.gradient(syntax, first, syntax.span.to(items[after - 1].span)), after
        return self.nabla_alone(syntax), place + 1

    def acts_on_all(self, syntax: Nabla, rest: list[Syntax]) -> bool:
        r"""Whether ∇_x a \cdot b is ∇(a · b): if that is a scalar; else it is (∇a) · b.

        Raises NoteError (E171) where both say something, but not the same: b depends on x too.
        """
        body = self.readable(_product(rest, syntax.span))
        if body is None or not is_scalar(body.shape) or syntax.variable is None:
            return False
        first = rest
        while isinstance(first[0], Binary):
            first = list(first[0].left.items) if isinstance(first[0].left, Sequence) else [first[0].left]
        if self._transposed_gradient(syntax, [syntax, *first], 0) is not None:
            return False
        parts = self.readable(_product(carried([replace(syntax, span=_OWN_PLACE)], rest), syntax.span))
        own = None if parts is None else _derivative_at(parts, _OWN_PLACE)
        if parts is not None and own is not None:
            if not self.depends(_without(parts, own), own.target):
                return False
            if self.depends([own.arg], own.target):
                raise fail(
                    "E171", "does this ∇ act on the first factor alone, or on the whole product?", syntax.span,
                    help="put what it acts on in parentheses, or the gradient with them",
                )  # fmt: skip
        return True

    def _transposed_gradient(self, syntax: Nabla, items: list[Syntax], place: int) -> tuple[Expr, int] | None:
        r"""\nabla_x f(x)^\top: f(x) is a scalar, so the transpose is the gradient's."""
        for last in (place + 1, place + 2):
            item = items[last] if last < len(items) else None
            if isinstance(item, Script) and transposes(item.sup):
                plain = Script(item.base, item.sub, None, 0, item.span) if item.sub is not None else item.base
                try:
                    body, after = self.next_factor([*items[:last], plain], place + 1)
                except NoteError:
                    return None
                if after == last + 1 and is_scalar(body.shape):
                    span = syntax.span.to(item.span)
                    return build.transpose(self.gradient(syntax, body, span), span), after
        return None

    def nabla_alone(self, syntax: Nabla) -> Expr:
        scalars = [f for f in self.scope.context.functions.values() if f.codomain == (1, 1) and not f.entrywise]
        if len(scalars) != 1:
            what = "none is" if not scalars else f"{len(scalars)} are"
            raise fail(
                "E136", f"∇ alone means the gradient of the one declared scalar function, but {what} declared",
                syntax.span, help=r"write the function after it, or declare L : \mathbb{R}^{n} \to \mathbb{R}",
            )  # fmt: skip
        return self.gradient(syntax, self.bare_function(scalars[0], syntax.span), syntax.span)

    def gradient(self, syntax: Nabla, body: Expr, span: Span) -> Expr:
        taken = self.at_point(body, syntax)
        if taken is not None:
            return tree.at_span(taken, span)
        if syntax.variable is not None:
            variable = self._variable(syntax.variable)
        elif isinstance(body, tree.Apply) and len(body.arguments) == 1 and not _is_named(body.arguments[0]):
            return tree.at_span(self.gradient_at(body, syntax), span)
        elif isinstance(body, tree.Reference) and (taken := self._by_its_parameter(body, syntax)) is not None:
            return tree.at_span(taken, span)
        elif isinstance(body, (tree.Apply, tree.Reference)) and len(body.arguments) == 1:
            variable = body.arguments[0]  # ∇f(x) is by x
        else:
            raise fail("E137", "∇ without its variable", syntax.span, help=r"write \nabla_x")
        if syntax.order == 1:
            result = self.derivative(body, variable, span, gradient=not is_scalar(variable.shape))
        elif syntax.order == 2 and is_column(variable.shape):
            result = self.hessian(body, [variable, variable], span)
        else:
            raise fail("E138", "∇ of this order is not read", span)
        self.check_dependence(body, [variable], span)
        return result

    def _by_its_parameter(self, body: tree.Reference, syntax: Nabla) -> Expr | None:
        r"""\nabla f(a) of a defined f by its parameter, taken at a; None where that is the derivative by a."""
        function = self.function_of(body) if len(body.arguments) == 1 else None
        if function is None:
            return None
        (argument,) = body.arguments
        inside = self.scope.context.definitions[body.name].body
        if _is_named(argument) and not self.depends([inside], target_of(argument, self.scope.context)):
            return None
        return self.at_point(body, replace(syntax, variable=Name(function.parameters[0], syntax.span)), held=True)


def _ask_about_d(span: Span) -> NoteError:
    return fail(
        "E139", "is this a derivative, or a quotient with the number `d`?", span,
        help=r"write \mathrm{d} or \partial for a derivative",
    )  # fmt: skip


def _is_named(e: Expr) -> bool:
    """Whether an argument is a name, or a part of one, which a derivative can be taken by."""
    return isinstance(e, tree.Symbol | tree.Reference | tree.Slice) or (
        isinstance(e, tree.Transpose) and _is_named(e.arg)
    )


def _product(items: list[Syntax], span: Span) -> Syntax:
    return items[0] if len(items) == 1 else Sequence(tuple(items), span)


def _derivative_at(e: Expr, place: Span) -> tree.Derivative | None:
    """The derivative that the ∇ at a place became."""
    for node in tree.walk(e):
        if isinstance(node, tree.Derivative) and node.span is not None and node.span.start == place.start:
            return node
    return None


def _without(e: Expr, part: Expr) -> list[Expr]:
    """What an expression is made of beside one of its parts."""
    if e is part:
        return []
    if not any(node is part for node in tree.walk(e)):
        return [e]
    return [other for child in tree.children(e) for other in _without(child, part)]


def _layout(body: Expr, variable: Expr, gradient: bool, span: Span) -> tuple[Layout, tree.Shape]:
    """The layout of ∂body/∂variable, and its shape.  Raises NoteError, ShapeError."""
    turned = isinstance(variable, tree.Transpose)
    plain = variable.arg if isinstance(variable, tree.Transpose) else variable
    if is_scalar(variable.shape):
        return "entrywise", body.shape
    if gradient or not is_vector(variable.shape):
        if not is_scalar(body.shape):
            raise build.shape_error(
                "S240", f"the derivative of something {shape_text(body.shape)} by something "
                f"{shape_text(variable.shape)} is no matrix", (body, variable),
                "take it entry by entry, such as \\frac{\\partial F_{ij}}{\\partial X_{kl}}, or by "
                "\\frac{\\partial \\operatorname{vec} F}{\\partial \\operatorname{vec} X}",
            )  # fmt: skip
        return "gradient", plain.shape
    if is_row(body.shape) and is_row(plain.shape) and not turned:
        return "jacobian", (body.shape[1], plain.shape[1])
    if turned or is_row(variable.shape):
        if is_scalar(body.shape):
            raise fail(
                "E131", "the derivative of a scalar by a row can be read as a row or as a column", span,
                help=r"write \partial x: in numerator layout that is a row; its transpose is the column",
            )  # fmt: skip
        if not is_column(body.shape) or not turned:
            raise fail("E132", "a derivative by a row", span, help="differentiate by the column")
    if not (is_scalar(body.shape) or is_vector(body.shape)):
        raise build.shape_error(
            "S240", f"the derivative of something {shape_text(body.shape)} by a vector is no matrix",
            (body, variable), "take it entry by entry",
        )  # fmt: skip
    length = body.shape[0] if not is_row(body.shape) else body.shape[1]
    return "jacobian", (length, plain.shape[0] if is_column(plain.shape) else plain.shape[1])
