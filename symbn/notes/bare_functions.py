r"""A function's name without an argument: L for L(Ŷ), where the note leaves only one thing to apply it to.

That is what the note applies it to elsewhere, if it is always the same; else the one name of the function's domain
that no other such name is computed from.  Where several are left, symbn asks.
"""

from __future__ import annotations

from symbn.diagnostics import NoteError, fail
from symbn.expr import tree
from symbn.expr.context import FunctionDeclaration
from symbn.expr.shape import finished
from symbn.expr.tree import Expr, IndexVar
from symbn.notes.names import Names
from symbn.notes.scope import DefinedFunction, DefinedTensor
from symbn.notes.syntax import Commas, Group, Name, without_spans
from symbn.notes.targets import unsliced
from symbn.source import Span


class BareFunctions(Names):
    """The part of the reader that finds the arguments left unwritten."""

    _inferring: frozenset[str] = frozenset()
    """The functions whose argument is looked for."""

    def at_its_parameters(self, function: DefinedFunction, span: Span) -> Expr:
        """A defined function's name alone: f for f(x), where x is known outside of f too."""
        if not all(self.is_name(p) for p in function.parameters):
            raise fail(
                "E112",
                f"`{function.name}` is a function: it needs its argument",
                span,
                help=f"write {function.name}(…)",
            )
        self.left_bare.append(function.name)
        self.notices[f"{function.name} without an argument is {function.name} at its own parameters"] = None
        content = tuple(Name(p, span) for p in function.parameters)
        return self.apply(function.name, Group("(", Commas(content, span), span), 0, span)

    def bare_function(self, function: FunctionDeclaration, span: Span) -> Expr:
        """A function's name without an argument: at the one argument that the note gives it."""
        argument = self.scope.bare_arguments.get(function.name)
        if argument is None:
            argument = self._inferred_argument(function, span)
            self.scope.bare_arguments[function.name] = argument
        self.left_bare.append(function.name)
        self.notices[f"{function.name} without an argument is {function.name} at what the note applies it to"] = None
        shape = argument.shape if function.entrywise else function.codomain
        return tree.Apply(
            name=function.name, arguments=(argument,), entrywise=function.entrywise, shape=shape, span=span
        )

    def _inferred_argument(self, function: FunctionDeclaration, span: Span) -> Expr:
        """The defined or declared name of the function's domain that no other such name is computed from."""
        applied = self.scope.applications.get(function.name, ())
        if function.name in self._inferring:
            raise fail(
                "E115", f"`{function.name}` is applied to what holds `{function.name}` itself", span,
                help=f"write {function.name}(…) with its argument",
            )  # fmt: skip
        if applied:
            before = self._inferring
            distinct = {repr(without_spans(a)): a for a in applied}
            if len(distinct) == 1:
                self._inferring = before | {function.name}
                try:
                    return finished(self.read(next(iter(distinct.values()))))
                except NoteError:
                    pass
                finally:
                    self._inferring = before
        if len(function.domain) == 1:
            candidates = self._candidates(function.domain[0])
            names = {c: self._dependencies(c) for c in candidates}
            last = [c for c in candidates if not any(_head(c) in d for o, d in names.items() if o != c)]
            if len(last) == 1:
                return last[0]
            options = ", ".join(f"{function.name}({_head(c)})" for c in last)
            if last:
                raise fail(
                    "E114", f"`{function.name}` of what? It could be {options}", span,
                    help=f"say which once, such as $\\ell := {function.name}({_head(last[-1])})$",
                )  # fmt: skip
        raise fail("E115", f"`{function.name}` needs its argument here", span, help=f"write {function.name}(…)")

    def _candidates(self, shape: tree.Shape) -> list[Expr]:
        context = self.scope.context
        found: list[Expr] = []
        for meaning in self.scope.meanings.values():
            if isinstance(meaning, DefinedTensor) and meaning.definition.body.shape == shape:
                found.append(tree.Reference(name=meaning.definition.key, shape=shape))
        for definition in self.scope.families.values():
            rows, columns = definition.body.shape
            if len(definition.indices) == 1 and columns == 1 and (rows, definition.indices[0].dim) == shape:
                index = IndexVar("k", definition.indices[0].dim)
                member = tree.Reference(name=definition.key, indices=(index,), shape=definition.body.shape)
                found.append(tree.Stack(index=index, body=member, axis="columns", shape=shape))
        defined = {_head(c) for c in found}
        found += [
            tree.Symbol(name=s.name, shape=shape)
            for s in context.symbols.values()
            if s.shape == shape and s.name not in defined
        ]
        aliases = {_head(c) for c in found if isinstance(c, tree.Stack) and self._is_slice_family(_head(c))}
        return [c for c in found if _head(c) not in aliases]

    def _is_slice_family(self, key: str) -> bool:
        return isinstance(unsliced(self.scope.context.definitions[key].body), (tree.Symbol, tree.Reference))

    def _dependencies(self, e: Expr) -> set[str]:
        context = self.scope.context
        definitions = context.definitions_used([e])
        names = {d.key for d in definitions} - {_head(e)}
        for d in definitions:
            names |= {node.name for node in tree.walk(d.body) if isinstance(node, tree.Symbol)}
        return names


def _head(e: Expr) -> str:
    """The name that an expression is, or that it stacks."""
    match e:
        case tree.Reference() | tree.Symbol():
            return e.name
        case tree.Stack():
            return _head(e.body)
    return ""
