r"""Derivatives at a point: \nabla_w \ell(\hat w), \frac{\partial \ell}{\partial w}(\hat w), \nabla \ell(w)|_{w = a}.

    ∇_w ℓ(a) is the gradient of w ↦ ℓ(w), taken at a,     where a does not depend on any w of the note

So it is read where the function was defined with a parameter of that very name: as a function of its own, whose body
is the derivative by the parameter.  Where a depends on w, the derivative goes through a.  A derivative by what its
operand does not depend on is 0; where a function is applied in it, hardly anybody means that, and symbn asks.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import replace

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_scalar, resolved_shape
from symbn.expr.tree import Expr
from symbn.notes.mentions import mentions
from symbn.notes.names import Names
from symbn.notes.reserved import transposes
from symbn.notes.scope import DefinedFunction, spelled
from symbn.notes.syntax import (
    Commas,
    Derivation,
    Evaluated,
    Group,
    Nabla,
    Name,
    Numeral,
    Related,
    Script,
    Sequence,
    Syntax,
    juxtaposed,
)
from symbn.notes.targets import target_of
from symbn.source import Span


class Points(Names):
    """The part of the reader that tells the derivative at a point from the derivative through it."""

    def at_point(self, body: Expr, operator: Nabla | Derivation, held: bool = False) -> Expr | None:
        """The derivative of a defined function by its parameters, at arguments that do not depend on their names.

        None for any other derivative.  `held`: the arguments stand behind the derivative, which does not act on them.
        Raises NoteError (E215) where some arguments depend on the names, and some do not.
        """
        applied, others = _scaled_application(body)
        function = None if applied is None else self.function_of(applied)
        variables = variables_of(operator)
        names = [_plain_name(v) for v in variables]
        if applied is None or function is None or not variables or not set(names) <= set(function.parameters):
            return None
        targets = [t for v, name in zip(variables, names, strict=True) if (t := self._known_target(v, name))]
        given = dict(zip(function.parameters, applied.arguments, strict=True))
        if not held:
            through = [any(self.depends([given[name or ""]], t) for t in targets) for name in names]
            if all(through):
                return None
            if any(through) or any(self.depends([*applied.arguments, *others], t) for t in targets):
                raise fail(
                    "E215", "is this the derivative at a point, or through what depends on the variable?",
                    operator.span, help="define the derivative as a function first, and take it at the point",
                )  # fmt: skip
        derived = self._derived(function, operator, names)
        definition = self._define_function(derived, applied.arguments)
        result: Expr = tree.Reference(
            name=definition.key, arguments=applied.arguments, shape=definition.body.shape, span=operator.span
        )
        return build.multiply((*others, result), operator.span) if others else result

    def derivative_at(self, item: Syntax, group: Group) -> Expr | None:
        r"""\frac{\partial \ell}{\partial w}(\hat w), (\nabla_w \ell)(\hat w); None for a product.

        Raises NoteError (E215) where it could be either.
        """
        operator, key = operator_and_name(item)
        function = None if key is None or key in self.locals else self.scope.meanings.get(key)
        if operator is None or key is None or not isinstance(function, DefinedFunction):
            return None
        given = group.content.items if isinstance(group.content, Commas) else (group.content,)
        if len(given) != len(function.parameters):
            return None
        if not all(isinstance(g, Name) or (isinstance(g, Script) and spelled(g) is not None) for g in given):
            self._check_product(operator, function, given, group.span)
            return None
        applied = self.apply(key, group, 0, item.span.to(group.span))
        found = self.at_point(applied, operator, held=True)
        if found is None:
            raise fail(
                "E215", f"is this the derivative of `{key}` at a point, or a product?", item.span.to(group.span),
                help=f"take it by a parameter of {key}, or write the product without parentheses",
            )  # fmt: skip
        return found

    def _check_product(
        self, operator: Nabla | Derivation, function: DefinedFunction, given: Many[Syntax], span: Span
    ) -> None:
        """Raises NoteError (E215) for ∂ℓ/∂w (w − v), where w − v is an argument as well as a factor."""
        if len(given) != 1 or _plain_name(variables_of(operator)[0]) not in function.parameters:
            return
        declared = self.scope.context.symbols.get(function.parameters[0])
        shape = resolved_shape(self.read(given[0]).shape)
        if declared is not None and shape == declared.shape and not is_scalar(shape):
            raise fail(
                "E215", f"is this the derivative of `{function.name}` at a point, or a product?", span,
                help=r"name what stands in parentheses for a point; write \cdot before it for a product",
            )  # fmt: skip

    def evaluated(self, syntax: Evaluated) -> Expr:
        """A derivative of a defined function, or the function itself, at a value for one of its parameters.

        Anything may be taken at 0 of a free name.  Raises NoteError (E217) for what is not so simple.
        """
        match syntax.at:
            case Related(relation="=", left=(Name() | Script()) as left, right=value):
                name = spelled(left)
            case _:
                name = None
        if name is None:
            raise _not_simple(syntax)
        items = _items(syntax.body)
        for place in range(len(items)):
            found = self._value(items[place:], name, value, syntax)
            if found is not None:
                if any(mentions(item, name) for item in items[:place]):
                    raise _not_simple(syntax)
                return build.multiply((self.read(juxtaposed(items[:place])), found), syntax.span) if place else found
        if isinstance(value, Numeral) and value.text == "0" and self._may_vanish(name):
            e = self.read(syntax.body)
            return tree.At(arg=e, name=name, shape=e.shape, span=syntax.span)
        raise _not_simple(syntax)

    def _may_vanish(self, name: str) -> bool:
        """Whether a name is free, and 0 is one of its values."""
        symbol = self.scope.context.symbols.get(name)
        if symbol is None or name in self.locals:
            return False
        return symbol.structure in ("general", "symmetric") and symbol.sign in ("real", "nonnegative", "nonpositive")

    def _value(self, items: Many[Syntax], name: str, value: Syntax, syntax: Evaluated) -> Expr | None:
        """What items are at name = value, if they are a function at its parameters, or a derivative of it."""
        operator: Nabla | Derivation | None = None
        match items:
            case [Nabla() as operator, *applied]:
                pass
            case [Derivation(body=None) as operator, *applied]:
                pass
            case [Derivation(body=body) as operator] if body is not None:
                applied = _items(body)
            case _:
                applied = list(items)
        key = spelled(applied[0]) if applied else None
        function = None if key is None or key in self.locals else self.scope.meanings.get(key)
        if key is None or not isinstance(function, DefinedFunction) or name not in function.parameters:
            return None
        names: tuple[Syntax, ...] = tuple(Name(p, syntax.span) for p in function.parameters)
        match applied[1:]:
            case []:
                given = names
            case [Group(delimiter="(" | "[", content=content)]:
                given = content.items if isinstance(content, Commas) else (content,)
            case _:
                return None
        if tuple(map(spelled, given)) != function.parameters:
            return None
        arguments = tuple(value if p == name else g for p, g in zip(function.parameters, given, strict=True))
        e = self.apply(key, Group("(", Commas(arguments, syntax.span), syntax.span), 0, syntax.span)
        if operator is None:
            return e
        if isinstance(operator, Nabla) and operator.variable is None and len(function.parameters) == 1:
            operator = replace(operator, variable=names[0])
        return self.at_point(e, operator, held=True)

    def check_dependence(self, body: Expr, variables: Many[Expr], span: Span) -> None:
        """Raises NoteError (E216) for a derivative that is 0 only because its variable is not what was meant."""
        applied = (node for node in tree.walk(body) if isinstance(node, tree.Apply | tree.Reference) and node.arguments)
        function = next(applied, None)
        targets = [target_of(v, self.scope.context) for v in variables]
        lost = next((t for t in targets if not self.depends([body], t)), None)
        if function is None or lost is None:
            return
        definition = self.scope.context.definitions.get(function.name)
        name = function.name if definition is None else definition.latex
        raise fail(
            "E216", f"what `{name}` is applied to here does not depend on `{lost.name.split('@')[0]}`", span,
            help=rf"write \nabla {name}(a) for the gradient at a point a; define {name} with a parameter of that name "
            "to say which one is meant",
        )  # fmt: skip

    def depends(self, parts: Many[Expr], target: tree.Target) -> bool:
        """Whether one of the parts mentions what is differentiated by, itself or in a definition."""
        bodies = [d.body for d in self.scope.context.definitions_used(parts)]
        named = (tree.Symbol, tree.Reference, tree.Apply)
        nodes = (node for part in (*parts, *bodies) for node in tree.walk(part))
        return any(isinstance(node, named) and node.name == target.name for node in nodes)

    def function_of(self, applied: tree.Reference) -> DefinedFunction | None:
        meaning = self.scope.meanings.get(self.scope.context.definitions[applied.name].latex)
        return meaning if isinstance(meaning, DefinedFunction) else None

    def _known_target(self, variable: Syntax, name: str | None) -> tree.Target | None:
        """What a name of that spelling means outside of the function; None if nothing."""
        if name is None or not self.is_name(name):
            return None
        e = self.read(variable)
        return target_of(e.arg if isinstance(e, tree.Transpose) else e, self.scope.context)

    def _derived(
        self, function: DefinedFunction, operator: Nabla | Derivation, names: Many[str | None]
    ) -> DefinedFunction:
        """The derivative as a function with the same parameters; its name is how it is written."""
        span = operator.span
        parameters = Commas(tuple(Name(p, span) for p in function.parameters), span)
        value = Sequence((Name(function.name, span), Group("(", parameters, span)), span)
        order = f"^{{{len(names)}}}" if len(names) > 1 else ""
        if isinstance(operator, Nabla):
            return self._function(rf"\nabla_{{{names[0]}}}{order} {function.name}", function, Sequence(
                (operator, *value.items), span
            ))  # fmt: skip
        below = " ".join(rf"\partial {spelled(v)}" for v in operator.variables)
        written = rf"\frac{{\partial{order} {function.name}}}{{{below}}}"
        return self._function(written, function, replace(operator, body=value))

    @staticmethod
    def _function(name: str, of: DefinedFunction, body: Syntax) -> DefinedFunction:
        return DefinedFunction(name, of.parameters, body, of.span, elsewhere=True)


def _not_simple(syntax: Evaluated) -> NoteError:
    return fail(
        "E217", "the value at this bar is not read", syntax.span,
        help=r"define what stands before the bar as a function, g(w) := …, and write g(\hat w)",
    )  # fmt: skip


def _items(syntax: Syntax) -> list[Syntax]:
    """The factors of a product, without parentheses around the whole."""
    while isinstance(syntax, Group) and syntax.delimiter in ("(", "{"):
        syntax = syntax.content
    return list(syntax.items) if isinstance(syntax, Sequence) else [syntax]


def operator_and_name(item: Syntax) -> tuple[Nabla | Derivation | None, str | None]:
    r"""The operator and the name of \frac{\partial f}{\partial x} and of (\nabla_x f)."""
    match _items(item):
        case [Derivation(body=(Name() | Script()) as name) as operator]:
            return operator, spelled(name)
        case [Nabla(variable=variable) as operator, (Name() | Script()) as name] if variable is not None:
            return operator, spelled(name)
    return None, None


def _scaled_application(body: Expr) -> tuple[tree.Reference | None, list[Expr]]:
    """The one applied function in a body, and the scalars that it is multiplied by; None if it is anything else."""
    if isinstance(body, tree.Reference) and body.arguments:
        return body, []
    if not (isinstance(body, tree.Product) and is_scalar(body.shape)):
        return None, []
    applied = [f for f in body.factors if isinstance(f, tree.Reference) and f.arguments]
    others = [f for f in body.factors if not (isinstance(f, tree.Reference) and f.arguments)]
    if len(applied) != 1 or not all(is_scalar(f.shape) for f in body.factors):
        return None, []
    return applied[0], others


def variables_of(operator: Nabla | Derivation) -> tuple[Syntax, ...]:
    """The names that a derivative is taken by, one for each order."""
    if isinstance(operator, Derivation):
        return operator.variables
    return () if operator.variable is None else (operator.variable,) * operator.order


def _plain_name(variable: Syntax) -> str | None:
    r"""The name w of w or w^\top."""
    if isinstance(variable, Group) and variable.delimiter == "{":
        return _plain_name(variable.content)
    if isinstance(variable, Script) and transposes(variable.sup):
        return spelled(variable.base if variable.sub is None else replace(variable, sup=None))
    return spelled(variable)
