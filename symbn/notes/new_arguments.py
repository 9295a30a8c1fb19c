r"""New names that a declared function is applied to: the x of \frac{\partial f(x)}{\partial x}, f : ℝᵐ → ℝⁿ.

In a claim such a name takes the shape of the function's domain; the report says so, and the name is forgotten after
its claim.  It means nothing to a definition, and a claim whose shapes then do not fit is not refuted by it.
"""

from __future__ import annotations

from symbn.expr.context import SymbolDeclaration
from symbn.expr.shape import shape_text
from symbn.expr.tree import Shape, Symbol, walk
from symbn.notes.epochs import new_epoch
from symbn.notes.names import Names
from symbn.notes.reserved import DIFFERENTIALS, is_constant
from symbn.notes.scope import Scope
from symbn.notes.syntax import Name, Sequence, Signed, Syntax


class NewArguments(Names):
    """The part of the reader that gives new names the shape of what they are arguments of."""

    def take_shape(self, argument: Syntax, shape: Shape, function: str) -> None:
        """Enter the x of f(x), or of f(x + dx), if nothing is known of it and this is a claim."""
        name = _plain_argument(argument)
        if not self.infers or name is None or self.stands_alone(name) or name in self.scope.indices:
            return
        self.scope.context.symbols[name] = SymbolDeclaration(name, shape)
        self.scope.inferred.add(name)
        self.notices[f"`{name}` is not declared: taken as {shape_text(shape)}, the domain of {function}"] = None


def forget_inferred(scope: Scope) -> None:
    """Names that the last chain took from a function's domain are new again; its own context keeps them."""
    if scope.inferred:
        new_epoch(scope)
        for name in scope.inferred:
            scope.context.symbols.pop(name, None)
        for function, argument in list(scope.bare_arguments.items()):
            if scope.inferred & {node.name for node in walk(argument) if isinstance(node, Symbol)}:
                del scope.bare_arguments[function]
        scope.inferred.clear()


def _plain_argument(argument: Syntax) -> str | None:
    """The x of x, or of x + dx; None for anything else."""
    match argument:
        case Name(latex=name, word=False) if not is_constant(name):
            return name
        case Signed(
            terms=(("+", Name(latex=name, word=False)), ("+", Sequence(items=(Name(latex=mark), Name(latex=of)))))
        ):
            return name if mark in DIFFERENTIALS and of == name and not is_constant(name) else None
    return None
