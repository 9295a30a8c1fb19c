r"""New names that a function is applied to: the x of \frac{\partial f(x)}{\partial x}, f : ℝᵐ → ℝⁿ.

In a claim such a name takes the shape of the function's domain, or that of the parameter of a function that the note
defines, where its body allows one only; the report says so, and the name is forgotten after its claim.  It means
nothing to a definition, and a claim whose shapes then do not fit is not refuted by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from symbn.expr.context import SymbolDeclaration
from symbn.expr.shape import shape_text
from symbn.expr.tree import Shape, Symbol
from symbn.expr.tree import walk as nodes_of
from symbn.notes.epochs import new_epoch
from symbn.notes.names import Names
from symbn.notes.reserved import DIFFERENTIALS, is_constant
from symbn.notes.scope import DefinedFunction, Scope
from symbn.notes.syntax import Big, Derivation, Group, Name, Script, Signed, Syntax, arguments_of, unscripted, walk
from symbn.notes.syntax import Sequence as Juxtaposed


class NewArguments(Names):
    """The part of the reader that gives new names the shape of what they are arguments of."""

    def foresee_arguments(self, sides: Sequence[Syntax]) -> None:
        """Enter the new names that an equation applies the note's functions to, wherever else they stand in it."""
        indices = {name for side in sides for name in _indices(side)}
        for node in (node for side in sides for node in walk(side)) if self.infers else ():
            match node:
                case Juxtaposed(items=items):
                    for head, group in pairwise(map(unscripted, items)):
                        if isinstance(head, Name) and isinstance(group, Group) and group.delimiter == "(":
                            self._foresee(head.latex, arguments_of(group.content), indices)
                case Derivation(body=Name(latex=function), variables=(Name() as variable,)):
                    meaning = self.scope.meanings.get(function)
                    if isinstance(meaning, DefinedFunction) and meaning.parameters == (variable.latex,):
                        self._foresee(function, (variable,), indices)

    def _foresee(self, function: str, arguments: Sequence[Syntax], indices: Collection[str]) -> None:
        meaning = self.scope.meanings.get(function)
        if isinstance(meaning, DefinedFunction) and len(arguments) == len(meaning.usual):
            for argument, shape in zip(arguments, meaning.usual, strict=True):
                name = _plain_argument(argument)
                if name not in indices and name not in DIFFERENTIALS:
                    self.take_shape(argument, shape, function)

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
            if scope.inferred & {node.name for node in nodes_of(argument) if isinstance(node, Symbol)}:
                del scope.bare_arguments[function]
        scope.inferred.clear()


def _plain_argument(argument: Syntax) -> str | None:
    """The x of x, of −x, or of x + dx; None for anything else."""
    match argument:
        case Name(latex=name, word=False) if not is_constant(name):
            return name
        case Signed(terms=((_, Name(latex=name, word=False)),)) if not is_constant(name):
            return name
        case Signed(
            terms=(("+", Name(latex=name, word=False)), ("+", Juxtaposed(items=(Name(latex=mark), Name(latex=of)))))
        ):
            return name if mark in DIFFERENTIALS and of == name and not is_constant(name) else None
    return None


def _indices(side: Syntax) -> Iterator[str]:
    """The letters in subscripts, and those that sums run over."""
    for node in walk(side):
        if isinstance(node, Script | Big) and node.sub is not None:
            yield from (part.latex for part in walk(node.sub) if isinstance(part, Name))
