r"""The prime of a function of one number is its derivative: \tanh'(v), and \sigma'(z), \sigma''(z) of a defined σ.

    f'(a) = df/dt at t = a        f'(v)_i = f'(v_i) of a vector or a matrix, where f acts on every entry

f' is a function of its own, whose body is the derivative of f by its parameter.  The prime of a function of several
numbers or of a vector could be a gradient or a Jacobian; symbn asks (E117).
"""

from __future__ import annotations

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.context import Context
from symbn.expr.shape import finished, is_column, is_row, is_scalar
from symbn.expr.tree import Definition, Expr, IndexVar
from symbn.notes.entrywise import Entrywise
from symbn.notes.points import Points
from symbn.notes.reserved import ELEMENTWISE
from symbn.notes.scope import DefinedFunction
from symbn.notes.stacks import Stacks
from symbn.notes.syntax import Derivation, Group, Name, Sequence
from symbn.notes.vocabulary import WORDS
from symbn.source import Span

_MOST_PRIMES = 8
_NUMBER = tree.Zero(shape=(1, 1))


class Primes(Stacks, Entrywise, Points):
    """The part of the reader that reads primes of functions."""

    def primed(self, function: DefinedFunction, e: Expr, primes: int, span: Span) -> Expr:
        """The derivative of a defined function at an expression.  Raises NoteError (E117)."""
        name = function.name
        (parameter, *others) = function.parameters
        declared = self.scope.context.symbols.get(parameter)
        if others or (declared is not None and not is_scalar(declared.shape)) or primes > _MOST_PRIMES:
            raise not_a_prime(name, span)
        if any(self.is_name(name + "'" * fewer) for fewer in range(1, primes)):
            raise fail(
                "E117", f"is this a derivative of `{name}`, or of `{name}'`, which is a name of its own here?", span,
                help=rf"write \frac{{\partial}}{{\partial {parameter}}} before the function that is differentiated",
            )  # fmt: skip
        try:
            alone = self._define_function(function, (_NUMBER,))
        except NoteError:
            raise not_a_prime(name, span) from None
        e = finished(e)
        if not is_scalar(alone.body.shape):
            raise not_a_prime(name, span)
        if not is_scalar(e.shape) and not acts_on_entries(
            self._define_function(function, (e,)), e.shape, self.scope.context
        ):
            raise not_a_prime(name, span)
        return self._on_every_entry(derivative_of(function, Name(name, span), primes), e, span)

    def primed_word(self, word: str, e: Expr, primes: int, span: Span, over_entries: bool) -> Expr:
        """The derivative of a known function at an expression.  Raises NoteError (E117, E149)."""
        if word not in ELEMENTWISE or primes > _MOST_PRIMES:
            raise not_a_prime(word, span)
        self.elementwise(word, e, span, over_entries)  # asks where the function itself would
        head = Name(word, span, word=True)
        function = DefinedFunction(word, ("t",), head, span)
        return self._on_every_entry(derivative_of(function, head, primes), finished(e), span)

    def _on_every_entry(self, function: DefinedFunction, e: Expr, span: Span) -> Expr:
        """A function of one number at a number, or at every entry of a vector or a matrix."""
        if is_scalar(e.shape):
            definition = self._define_function(function, (e,))
            return tree.Reference(name=definition.key, arguments=(e,), shape=(1, 1), span=span)
        self.notices[f"{function.name} acts on every entry"] = None
        rows, columns = e.shape
        row = None if is_row(e.shape) else IndexVar(self._fresh_index(), rows)
        column = None if is_column(e.shape) else IndexVar(self._fresh_index(), columns)
        found = self._on_every_entry(function, build.entry(e, row, column, span), span)
        if column is not None:
            found = tree.Stack(index=column, body=found, axis="columns", shape=(1, columns), span=span)
        if row is not None:
            found = tree.Stack(index=row, body=found, axis="rows", shape=e.shape, span=span)
        return found


def derivative_of(function: DefinedFunction, head: Name, primes: int) -> DefinedFunction:
    """f', f'', … of one parameter as a function of its own; `head` is how f is written."""
    span = head.span
    variable = Name(function.parameters[0], span)
    applied = Sequence((head, Group("(", variable, span)), span)
    body = Derivation(applied, (variable,) * primes, primes, r"\partial", span)
    return DefinedFunction(primed_name(function.name, primes), function.parameters, body, span, elsewhere=True)


def primed_name(name: str, primes: int) -> str:
    r"""How f', f'' are written: a name of several letters as \tanh' or \operatorname{act}'."""
    if len(name) > 1 and name.isalpha():
        name = rf"\{name}" if rf"\{name}" in WORDS else rf"\operatorname{{{name}}}"
    return name + "'" * primes


def acts_on_entries(definition: Definition, shape: tree.Shape, context: Context) -> bool:
    """Whether a function of one vector or matrix, as it was read for that shape, is one and the same number at each.

    Every operation between the parameter and the value is one on entries, and all else in it are numbers.
    """
    (parameter,) = definition.parameters
    return definition.body.shape == shape and _on_entries(definition.body, parameter.name, context)


def _on_entries(e: Expr, name: str, context: Context) -> bool:
    if not any(isinstance(node, tree.Symbol) and node.name == name for node in tree.walk(e)):
        return is_scalar(e.shape) or isinstance(e, tree.Fill | tree.Ones | tree.Zero)
    parts: tuple[Expr, ...] = ()
    match e:
        case tree.Symbol():
            return True
        case tree.Elementwise(arg=arg):
            parts = (arg,)
        case tree.Apply(entrywise=True):
            parts = e.arguments
        case tree.Add():
            parts = e.terms
        case tree.Hadamard():
            parts = e.factors
        case tree.Quotient():
            parts = (e.numerator, e.denominator)
        case tree.Power(base=base, exponent=exponent):
            parts = (base, exponent)
        case tree.Product(factors=factors):
            parts = factors if sum(not is_scalar(f.shape) for f in factors) == 1 else ()
        case tree.Reference(arguments=(argument,)):
            inner = context.definitions[e.name]
            parts = (argument,) if acts_on_entries(inner, argument.shape, context) else ()
    return bool(parts) and all(part.shape in (e.shape, (1, 1)) and _on_entries(part, name, context) for part in parts)


def not_a_prime(name: str, span: Span) -> NoteError:
    """E117, for the prime of what is no function of one number."""
    return fail(
        "E117", f"a prime is the derivative of a function of one number, and `{name}` is none, as it stands here", span,
        help=r"write what the derivative is taken by: \frac{\partial f(x)}{\partial x}, or \nabla_x f(x)",
    )  # fmt: skip
