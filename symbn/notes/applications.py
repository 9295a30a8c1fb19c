r"""Juxtaposition: f(x) is an application where f is a function, a product where it is a name, tr A an operator's.

A factor takes with it what belongs to it: a function its arguments, an operator set as a word its one argument,
∂/∂ and ∇ what they act on, a d the name whose increment it makes.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from itertools import islice

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.shape import finished, is_scalar, is_square, resolved_shape, shape_text, unify
from symbn.expr.tree import Expr
from symbn.notes.calculus import Calculus
from symbn.notes.reserved import DIAGONALS, DIFFERENTIALS, ELEMENTWISE, NOT_YET, TRACES, is_operator, transposes
from symbn.notes.scope import DefinedFunction, composite, spelled
from symbn.notes.scripts import Scripts
from symbn.notes.stacks import Stacks
from symbn.notes.syntax import (
    Binary,
    Commas,
    Derivation,
    Group,
    Nabla,
    Name,
    Numeral,
    Script,
    Sequence,
    Syntax,
    unscripted,
)
from symbn.notes.vocabulary import LOOSE
from symbn.source import Span


class Applications(Scripts, Stacks, Calculus):
    """The part of the reader that reads products."""

    def sequence(self, items: list[Syntax], span: Span) -> Expr:
        factors: list[Expr] = []
        place = 0
        before: Syntax | None = None
        while place < len(items):
            item = items[place]
            factor, place = self.next_factor(items, place)
            if _divides_openly(before) and is_scalar(factor.shape) and isinstance(factor, _PLAIN):
                raise fail(
                    "E128", "does this factor stand below the `/` or after the fraction?", factor.span or span,
                    help=r"use \frac, or parentheses",
                )  # fmt: skip
            factors.append(factor)
            before = item
        return build.multiply(factors, span)

    def next_factor(self, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """The factor at `place`, with the items that belong to it: arguments, what an operator acts on."""
        item = items[place]
        following = items[place + 1] if place + 1 < len(items) else None
        increment = self._increment(item, following)
        if increment is not None:
            return increment, place + 2
        if isinstance(item, Derivation) and item.body is None:
            return self.derivation(item, items[place + 1 :]), len(items)
        if isinstance(item, Nabla):
            return self.nabla(item, items, place)
        if isinstance(item, Binary) and following is not None and isinstance(unscripted(item.right), Name):
            # 1/f(x): what stands right of the sign may take what follows with it
            right, after = self.next_factor([item.right, *items[place + 1 :]], 0)
            if after > 1:
                last = items[place + after - 1]
                self.check_reach(item)
                return self.joined(item.op, self.read(item.left), right, item.span.to(last.span)), place + after
        head = unscripted(item)
        if isinstance(head, Name):
            applied = self._application(item, head, following)
            if applied is not None:
                return applied, place + 2
            whole = composite(item) if isinstance(item, Script) else None
            if head.word and not self.is_name(head.latex) and not self.is_name(whole or ""):
                return self._word(item, head, items, place)
        return self.read(item), place + 1

    def _increment(self, item: Syntax, following: Syntax | None) -> Expr | None:
        """dx, the increment of x.  Raises NoteError (E173) where x is no free name: dy is W dx for y = W x."""
        if not (isinstance(item, Name) and item.latex in DIFFERENTIALS and not self.is_name(item.latex)):
            return None
        base = following.base if isinstance(following, Script) and transposes(following.sup) else following
        name = spelled(base) if base is not None else None
        if name is None or not self.is_name(name):
            return None
        assert base is not None and following is not None
        span = item.span.to(following.span)
        if self.is_function(name) or name in self.scope.meanings:
            raise fail(
                "E173", f"the differential of `{name}` is not read yet: only that of a name that depends on nothing",
                span, help=r"write the derivative, \frac{\partial f}{\partial x} or \nabla_x f",
            )  # fmt: skip
        e = self.read(base)
        increment: Expr = tree.Symbol(name=f"d{name}", shape=e.shape, span=span)
        return build.transpose(increment, span) if base is not following else increment

    def _application(self, item: Syntax, head: Name, following: Syntax | None) -> Expr | None:
        """f(x), f'(x), f_i(x), f(x)_i, var(u)^{1/2}: a function at its arguments; None if this is none."""
        group = None if following is None else unscripted(following)
        if not (isinstance(group, Group) and group.delimiter in ("(", "[")):
            return None
        script = item if isinstance(item, Script) else None
        key, rest_sub, rest_sup = head.latex, None, None
        if script is not None:
            whole = composite(script)
            if whole is not None and self.is_function(whole):
                key = whole
            elif self.is_function(key):
                rest_sub, rest_sup = script.sub, script.sup
            else:
                return None
        if not self.is_function(key):
            return None
        if rest_sub is not None and not self._takes(key, group):
            return None  # p_i (1 - p_j): a product with an entry of p
        span = item.span.to(group.span)
        primes = script.primes if script is not None and key == head.latex else 0
        result = self.scripted(self.apply(key, group, primes, span), rest_sub, rest_sup, span)
        if isinstance(following, Script):
            result = self.scripted(result, following.sub, following.sup, item.span.to(following.span))
        return result

    def _takes(self, name: str, group: Group) -> bool:
        """Whether what stands in parentheses has the shapes of a function's arguments, where they are known."""
        meaning, symbols = self.scope.meanings.get(name), self.scope.context.symbols
        if isinstance(meaning, DefinedFunction):
            wanted = [symbols[p].shape if p in symbols else None for p in meaning.parameters]
        else:
            wanted = list(self.scope.context.functions[name].domain)
        given = group.content.items if isinstance(group.content, Commas) else (group.content,)
        if len(given) != len(wanted):
            return False
        shapes = [resolved_shape(self.read(g).shape) for g in given]
        return all(w is None or s == w for s, w in zip(shapes, wanted, strict=True))

    def apply(self, name: str, group: Group, primes: int, span: Span) -> Expr:
        """A function at its arguments; one that acts on every entry takes any shape."""
        content = group.content
        given = content.items if isinstance(content, Commas) else (content,)
        arguments = tuple(self.read(a) for a in given)
        meaning = self.scope.meanings.get(name)
        if isinstance(meaning, DefinedFunction):
            if primes:
                raise _prime(name, span)
            if len(arguments) != len(meaning.parameters):
                raise fail("E118", f"`{name}` has {len(meaning.parameters)} parameter(s), here {len(arguments)}", span)
            arguments = tuple(finished(a) for a in arguments)
            definition = self._define_function(meaning, arguments)
            return tree.Reference(name=definition.key, arguments=arguments, shape=definition.body.shape, span=span)
        function = self.scope.context.functions[name]
        if function.entrywise:
            (argument,) = arguments
            if not is_scalar(argument.shape):
                self.notices[f"{name} acts on every entry"] = None
            return tree.Apply(
                name=name, arguments=(argument,), entrywise=True, order=primes, shape=argument.shape, span=span
            )
        if primes:
            raise _prime(name, span)
        if len(arguments) != len(function.domain):
            raise fail("E118", f"`{name}` has {len(function.domain)} argument(s), here {len(arguments)}", span)
        fitted = []
        for argument, shape in zip(arguments, function.domain, strict=True):
            argument = build.as_shape(argument, shape)
            if not (unify(argument.shape[0], shape[0]) and unify(argument.shape[1], shape[1])):
                raise build.shape_error(
                    "S215",
                    f"`{name}` takes {shape_text(shape)}, here it gets {shape_text(argument.shape)}",
                    (argument,),
                )
            fitted.append(argument)
        return tree.Apply(name=name, arguments=tuple(fitted), shape=function.codomain, span=span)

    def _word(self, item: Syntax, head: Name, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """A built-in operator set as a word: tr, diag, exp, …"""
        word = head.latex
        if not is_operator(word):
            if word in NOT_YET:
                raise fail("E146", f"\\{word} is not read yet", head.span)
            raise fail(
                "E119", f"the operator `{word}` is not defined", head.span,
                help=f"define it: \\operatorname{{{word}}}(u) := …",
            )  # fmt: skip
        if place + 1 >= len(items):
            raise fail("E147", f"`{word}` has no argument", head.span, help="write it in parentheses")
        following = items[place + 1]
        group = unscripted(following)
        grouped = _is_argument(following)
        after = place + 2
        if isinstance(group, Group) and grouped:
            result = self.builtin(word, group.content, head.span.to(group.span))
        elif after == len(items):
            result = self.builtin(word, following, head.span.to(following.span))
        else:
            span = head.span.to(items[-1].span)
            if place + 3 != len(items) or not _applied(items, place + 1):
                raise _reach(word, span)
            argument, after = self.next_factor(items, place + 1)  # log f(x): one application is one argument
            if after != len(items):
                raise _reach(word, span)
            result = self.operated(word, argument, span)
        for script in (item, following if grouped else None):
            if isinstance(script, Script):
                result = self.scripted(result, script.sub, script.sup, script.span)
        return result, after

    def builtin(self, word: str, content: Syntax, span: Span) -> Expr:
        """A built-in operator at its argument, or diag of a list."""
        if word in DIAGONALS and isinstance(content, Commas):
            return self.diagonal_list(content, span)
        return self.operated(word, self.read(content), span)

    def operated(self, word: str, e: Expr, span: Span) -> Expr:
        """A built-in operator at an expression."""
        if word in ELEMENTWISE:
            if not is_scalar(e.shape):
                if is_square(e.shape):
                    raise fail(
                        "E149", f"{word} of a square matrix can mean two things", span,
                        help="define what you mean by its entries",
                    )  # fmt: skip
                self.notices[f"{word} acts on every entry"] = None
            return tree.Elementwise(function=ELEMENTWISE[word], arg=e, shape=e.shape, span=span)
        if word in TRACES:
            return build.trace(e, span)
        return build.diagonal(e, span)

    @abstractmethod
    def joined(self, op: str, left: Expr, right: Expr, span: Span) -> Expr:
        r"""left op right, for \odot, /, \cdot and the like."""

    def check_reach(self, syntax: Binary) -> None:
        r"""Raises NoteError (E148) for \exp a \odot b: exp(a) ⊙ b, or exp(a ⊙ b)?"""
        last = list(islice(_from_the_right(syntax.left), 3))[::-1]
        if len(last) > 1 and self._is_builtin(last[-2]) and not _is_argument(last[-1]):
            word = unscripted(last[-2])
        elif len(last) > 2 and self._is_builtin(last[0]) and _applied(last, 1):
            word = unscripted(last[0])
        else:
            return
        assert isinstance(word, Name)
        if word.latex in ELEMENTWISE or not self._scales(syntax):
            raise _reach(word.latex, word.span.to(syntax.right.span))

    def _is_builtin(self, syntax: Syntax) -> bool:
        name = unscripted(syntax)
        return isinstance(name, Name) and name.word and is_operator(name.latex) and not self.is_name(name.latex)

    def _scales(self, syntax: Binary) -> bool:
        """Whether an operator that is linear may reach over what stands right, or not: it is a number either way."""
        return syntax.op not in LOOSE and is_scalar(self.read(syntax.right).shape)


_PLAIN = (tree.Symbol, tree.Dimension, tree.Reference, tree.Number, tree.Power)


def _from_the_right(syntax: Syntax) -> Iterator[Syntax]:
    """The factors of a product, the last one first."""
    pending = [syntax]
    while pending:
        node = pending.pop()
        if isinstance(node, Sequence):
            pending += node.items
        elif isinstance(node, Binary):
            pending += (node.left, node.right)
        else:
            yield node


def _applied(items: list[Syntax], place: int) -> bool:
    """Whether a name stands there with something in parentheses after it."""
    return isinstance(unscripted(items[place]), Name) and _is_argument(items[place + 1])


def _is_argument(syntax: Syntax) -> bool:
    """Whether something stands in parentheses or braces."""
    group = unscripted(syntax)
    return isinstance(group, Group) and group.delimiter in ("(", "[", "{")


def _reach(word: str, span: Span) -> NoteError:
    return fail("E148", f"how far does `{word}` reach?", span, help="put its argument in parentheses")


def _divides_openly(syntax: Syntax | None) -> bool:
    """a / b with neither side in delimiters: a / b c can be read in two ways."""
    return isinstance(syntax, Binary) and syntax.op == "/" and isinstance(syntax.right, (Name, Numeral, Script))


def _prime(name: str, span: Span) -> NoteError:
    return fail("E117", f"the derivative of {name} by a prime", span, help=r"write \frac{\partial …}{\partial …}")
