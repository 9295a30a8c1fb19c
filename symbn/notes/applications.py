r"""Juxtaposition: f(x) is an application where f is a function, a product where it is a name, tr A an operator's.

A factor takes with it what belongs to it: a function its arguments, an operator set as a word its one argument,
∂/∂ and ∇ what they act on, a d the name whose increment it makes.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.context import PI
from symbn.expr.shape import finished, is_column, is_scalar, is_vector, resolved, resolved_shape, shape_text, unify
from symbn.expr.tree import Expr
from symbn.notes.differentials import Differentials
from symbn.notes.grouping import divides_openly
from symbn.notes.letter_runs import ask_about_product, in_words, stands_for_something
from symbn.notes.new_arguments import NewArguments
from symbn.notes.plain_ones import ones_at, plain_ones
from symbn.notes.primes import not_a_prime
from symbn.notes.reserved import is_constant, is_mean, negates
from symbn.notes.scope import DefinedFunction, DefinedTensor, composite, spelled
from symbn.notes.scripts import Scripts
from symbn.notes.syntax import (
    Binary,
    Commas,
    Derivation,
    Given,
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
from symbn.notes.words import Words
from symbn.source import Span


class Applications(Scripts, Words, Differentials, NewArguments):
    """The part of the reader that reads products."""

    def sequence(self, items: list[Syntax], span: Span) -> Expr:
        factors: list[Expr] = []
        place = 0
        before: Syntax | None = None
        items = in_words(items, self.stands_alone, self.is_function)
        items = self._with_ones(items)
        regrouped = self.regrouped(items)
        if regrouped is not None:
            return self.read(regrouped)
        while place < len(items):
            item, bare, start = items[place], len(self.left_bare), place
            factor, place = self.next_factor(items, place)
            if place < len(items) and (place == start + 1 or isinstance(item, Nabla)):
                self.check_no_value(items[place - 1], items[place], self.left_bare[bare:])
            if divides_openly(before) and is_scalar(factor.shape) and isinstance(factor, _PLAIN):
                raise fail(
                    "E128", "does this factor stand below the `/` or after the fraction?", factor.span or span,
                    help=r"use \frac, or parentheses",
                )  # fmt: skip
            factors.append(factor)
            before = item
        return build.multiply(factors, span)

    def _with_ones(self, items: list[Syntax]) -> list[Syntax]:
        r"""1 1^\top, 1^\top X 1 and X 1 with a plain 1: a matrix times the number one is never written so."""
        found: list[Syntax] = []
        for place, item in enumerate(items):
            ones = plain_ones(item)
            if ones is not None:
                found += ones.items if isinstance(ones, Sequence) else [ones]
            elif isinstance(item, Numeral) and item.text == "1" and self._is_vector(items, place):
                found.append(ones_at(item.span))
            else:
                found.append(item)
        return found

    def _is_vector(self, items: list[Syntax], place: int) -> bool:
        """Whether a 1 stands beside the transpose of one, or behind a matrix or a row."""
        beside = [items[k] for k in (place - 1, place + 1) if 0 <= k < len(items)]
        return any(plain_ones(item) is not None for item in beside) or (place > 0 and self._is_matrix(items[place - 1]))

    def _is_matrix(self, item: Syntax) -> bool:
        """Whether something is written as a name, or in parentheses, and has several columns."""
        named = isinstance(unscripted(item), Name) and not getattr(unscripted(item), "word", True)
        if not named and not isinstance(unscripted(item), Group):
            return False
        e = self.readable(item)
        return e is not None and resolved_shape(e.shape)[1] != 1

    def next_factor(self, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """The factor at `place`, with the items that belong to it: arguments, what an operator acts on."""
        item = items[place]
        following = items[place + 1] if place + 1 < len(items) else None
        if self.is_differential(item):
            return self.differential(items, place)
        increment = self.joined_increment(item)
        if increment is not None:
            return increment, place + 1
        group = None if following is None else unscripted(following)
        if isinstance(group, Group) and group.delimiter == "(":
            taken = self.derivative_at(item, group)
            if taken is None:
                taken = self.declared_derivative_at(item, group)
            if taken is not None:
                return self.ended(taken, following, taken.span or item.span), place + 2
        if isinstance(item, Derivation) and item.body is None:
            return self.derivation(item, items[place + 1 :]), len(items)
        if isinstance(item, Nabla):
            return self.nabla(item, items, place)
        if isinstance(item, Binary) and following is not None and isinstance(unscripted(item.right), Name):
            # 1/f(x): what stands right of the sign may take what follows with it
            right, after = self.next_factor([item.right, *items[place + 1 :]], 0)
            if after > 1:
                last = items[place + after - 1]
                self.check_reach(item, right)
                return self.joined(item.op, self.read(item.left), right, item.span.to(last.span)), place + after
        head = unscripted(item)
        if isinstance(head, Name):
            if (
                head.bare
                and not _lists(group)
                and all(stands_for_something(letter, self.stands_alone) for letter in head.latex)
            ):
                raise ask_about_product(head)
            if head.latex == PI.name and _lists_names(group) and self.scope.context.symbols.get(PI.name, PI) is PI:
                if not self.is_function(head.latex):
                    raise fail(
                        "E232", r"is this the number \pi times what stands in parentheses, or a function of it?",
                        item.span.to(following.span if following is not None else item.span),
                        help=r"write \pi \cdot (…) for the product, or declare the function",
                    )  # fmt: skip
            applied = self._application(item, head, following)
            if applied is not None:
                return applied, place + 2
            picked = None if following is None else self._entry_in_brackets(item, following)
            if picked is not None:
                return picked, place + 2
            self._check_no_function(item, head, following)
            whole = composite(item) if isinstance(item, Script) else None
            known = self.is_name(head.latex) or self.is_name(whole or "")
            if isinstance(group, Group) and isinstance(group.content, Given):
                raise self._bar_of_unknown(item, group.content)
            if (is_mean(head) or _is_plain_mean(head, group)) and not known:
                return self.mean(item, following, place + 2 == len(items)), place + (1 if following is None else 2)
            if head.word and not known and not is_constant(head.latex):
                return self.word(item, head, items, place)
        return self.read(item), place + 1

    def _application(self, item: Syntax, head: Name, following: Syntax | None) -> Expr | None:
        """f(x), f'(x), f_i(x), f(x)_i, var(u)^{1/2}: a function at its arguments; None if this is none."""
        group = None if following is None else unscripted(following)
        if not (isinstance(group, Group) and group.delimiter in ("(", "[")):
            return None
        script = item if isinstance(item, Script) else None
        key, rest_sub, rest_sup, primes = head.latex, None, None, 0 if script is None else script.primes
        if script is not None:
            whole, stem = composite(script), composite(replace(script, primes=0))
            if whole is not None and self.is_function(whole):
                key, primes = whole, 0
            elif stem is not None and self.is_function(stem):
                key = stem
            elif self.is_function(key):
                rest_sub, rest_sup = script.sub, script.sup
            else:
                return None
        if not self.is_function(key):
            return None
        if rest_sub is not None and not self.takes(key, group):
            return None  # p_i (1 - p_j): a product with an entry of p
        self._check_bars(key, group)
        self._check_mean(key, group)
        span = item.span.to(group.span)
        if rest_sup is not None and negates(rest_sup):
            raise fail(
                "E201", f"is this the inverse function of `{key}`, or 1/{key}?", span,
                help="write a fraction for the second; define the inverse function under a name of its own",
            )  # fmt: skip
        result = self.scripted(self.apply(key, group, primes, span), rest_sub, rest_sup, span)
        return self.ended(result, following, item.span.to(group.span if following is None else following.span))

    def _check_no_function(self, item: Syntax, head: Name, following: Syntax | None) -> None:
        """Raises NoteError (E246) for x(t), α(0) of what is no function: a product with one name is not written so.

        A(x) and A(B) of a matrix are, and mean the same if A is taken for a linear map.
        """
        if not (isinstance(following, Group) and following.delimiter == "("):
            return  # a (x)_i and A (W^{(1)})^\top are products
        alone = following.content
        named = isinstance(alone, Name) or (isinstance(alone, Script) and alone.sup is None)
        atom = isinstance(alone, Numeral) or (named and spelled(alone) is not None)
        raised = isinstance(item, Script) and (item.sup is not None or item.primes)
        if not atom or raised or head.word or not self.is_name(head.latex) or is_constant(head.latex):
            return
        whole, argument = self.readable(item), self.readable(alone)
        if whole is None or argument is None:
            return
        maps = not (is_scalar(whole.shape) or is_vector(whole.shape)) and not is_scalar(argument.shape)
        if not maps and (is_scalar(argument.shape) or is_vector(argument.shape)):
            raise fail(
                "E246", f"is `{head.latex}` a function here, or is this a product?", item.span.to(following.span),
                help="declare the function, by a name of its own; or write the product without parentheses",
            )  # fmt: skip

    def _check_bars(self, name: str, group: Group) -> None:
        """Raises NoteError (E219) for f(x | A) of a function that has no bar elsewhere: p(x | y) is not p(x, y)."""
        written = {isinstance(content, Given) for content in (group.content, *self.scope.applications.get(name, ()))}
        if len(written) > 1:
            raise fail(
                "E219", f"`{name}` has a bar between its arguments in one place, and none in another", group.span,
                help="write a comma in all places if it is one function; give two functions two names",
            )  # fmt: skip

    def _check_mean(self, name: str, group: Group) -> None:
        """Raises NoteError (E256) for E[x] of a random x in a note that has a function E."""
        if name == "E" and group.delimiter == "[" and self.random_in(self.read(group.content)):
            raise fail(
                "E256", "is this the mean of what is random here, or the note's function E?", group.span,
                help=r"write \mathbb{E}[…] for the mean, and E(…) for the function",
            )  # fmt: skip

    def _bar_of_unknown(self, item: Syntax, given: Given) -> NoteError:
        """E219, for p(y | x) of a p that is no function of the note."""
        return fail(
            "E219", f"`{spelled(item)}` is no function of this note, so what its bar says is not known",
            item.span.to(given.span),
            help=r"symbn knows no densities: define the function, p(y \mid x) := …, or declare it",
        )  # fmt: skip

    def _entry_in_brackets(self, item: Syntax, following: Syntax) -> Expr | None:
        """A[i, j] and x[i], entries as programs write them; None for a product with a bracket.

        Raises NoteError (E227) for the x[i] of an index i that is a number too.
        """
        group = unscripted(following)
        name = spelled(item)
        if not isinstance(group, Group) or group.delimiter != "[" or group.span.start > item.span.end or name is None:
            return None
        symbol, meaning = self.scope.context.symbols.get(name), self.scope.meanings.get(name)
        shape = (
            symbol.shape if symbol else meaning.definition.body.shape if isinstance(meaning, DefinedTensor) else None
        )
        places = group.content.items if isinstance(group.content, Commas) else (group.content,)
        if shape is None or name in self.locals or len(places) != 2 - (1 in shape) or is_scalar(shape):
            return None
        if not all(isinstance(p, Name | Numeral) for p in places) or any(
            self.is_name(spelled(p) or "") for p in places
        ):
            return None
        bound = [p for p in places if isinstance(p, Numeral) or spelled(p) in self._bound]
        if bound and len(places) == 1:
            raise fail(
                "E227", "is this an entry, or a product with what stands in brackets?", item.span.to(group.span),
                help=f"write {name}_{{{spelled(places[0])}}} for the entry",
            )  # fmt: skip
        span = item.span.to(following.span)
        return self.ended(self.entry(self.read(item), group.content, span), following, span)

    def takes(self, name: str, group: Group) -> bool:
        """Whether what stands in parentheses has the shapes of a function's arguments, where they are known."""
        meaning, symbols = self.scope.meanings.get(name), self.scope.context.symbols
        if isinstance(meaning, DefinedFunction):
            wanted = [symbols[p].shape if p in symbols else None for p in meaning.parameters]
        else:
            wanted = list(self.scope.context.functions[name].domain)
        given = arguments_of(group.content)
        if len(given) != len(wanted):
            return False
        values = [build.as_shape(self.read(g), w or (1, 1)) for g, w in zip(given, wanted, strict=True)]
        return all(w is None or resolved_shape(v.shape) == w for v, w in zip(values, wanted, strict=True))

    def apply(self, name: str, group: Group, primes: int, span: Span) -> Expr:
        """A function at its arguments; one that acts on every entry takes any shape."""
        written = arguments_of(group.content)
        declared = self.scope.context.functions.get(name)
        if declared is not None and not declared.entrywise:
            for new, shape in zip(written, declared.domain, strict=False):
                self.take_shape(new, shape, name)
        meaning = self.scope.meanings.get(name)
        if primes and isinstance(meaning, DefinedFunction):
            for new in written:
                self.take_shape(new, (1, 1), name)
        arguments = tuple(self.read(a) for a in written)
        if isinstance(meaning, DefinedFunction):
            if len(arguments) != len(meaning.parameters):
                raise fail("E118", f"`{name}` has {len(meaning.parameters)} parameter(s), here {len(arguments)}", span)
            if primes:
                return self.primed(meaning, arguments[0], primes, span)
            arguments = tuple(finished(a) for a in self._of_domain(meaning, arguments))
            definition = self._define_function(meaning, arguments)
            applied = tree.Reference(name=definition.key, arguments=arguments, shape=definition.body.shape, span=span)
            self.check_means_in(applied, span)
            return applied
        function = self.scope.context.functions[name]
        if function.entrywise:
            argument = arguments[0]
            if not is_scalar(argument.shape):
                self.notices[f"{name} acts on every entry"] = None
            return tree.Apply(
                name=name, arguments=(argument,), entrywise=True, order=primes, shape=argument.shape, span=span
            )
        if primes:
            raise not_a_prime(name, span)
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

    def _of_domain(self, function: DefinedFunction, arguments: tuple[Expr, ...]) -> Iterator[Expr]:
        """The arguments of a defined function.  Raises NoteError (E244) for a number where it is defined for vectors.

        A function of numbers may act on the entries of a vector, and one of n×1 on what is m×1.  A column of open size
        takes the one that the body allows.
        """
        for argument, usual in zip(arguments, function.usual, strict=False):
            if is_column(argument.shape) and isinstance(resolved(argument.shape[0]), tree.DimVar) and usual != (1, 1):
                unify(argument.shape[0], usual[0])
        for argument, shape in zip_longest(arguments, function.domain[: len(arguments)]):
            fitted = argument if shape is None else build.as_shape(argument, shape)
            if shape is not None and is_scalar(fitted.shape) and not is_scalar(shape):
                raise fail(
                    "E244", f"`{function.name}` is defined for what is {shape_text(shape)}, and this is a number",
                    argument.span or function.span,
                    help="an entry x_1 of x is a number; give a vector that is meant another name",
                )  # fmt: skip
            yield fitted

    @abstractmethod
    def joined(self, op: str, left: Expr, right: Expr, span: Span) -> Expr:
        r"""left op right, for \odot, /, \cdot and the like."""


def _lists_names(group: Syntax | None) -> bool:
    """Whether parentheses hold a name, or several, or a bar between two: what a function is applied to."""
    if not (isinstance(group, Group) and group.delimiter in ("(", "[")):
        return False
    return all(isinstance(argument, Name | Script) for argument in arguments_of(group.content))


def _lists(group: Syntax | None) -> bool:
    """Whether several arguments stand in parentheses, as in max(0, x), which no product is followed by."""
    return isinstance(group, Group) and group.delimiter == "(" and isinstance(group.content, Commas)


def _is_plain_mean(head: Name, group: Syntax | None) -> bool:
    """Whether this is the E of E[x]."""
    return head.latex == "E" and isinstance(group, Group) and group.delimiter == "["


_PLAIN = (tree.Symbol, tree.Dimension, tree.Reference, tree.Number, tree.Power)
