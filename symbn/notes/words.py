r"""Operators set as words, at what they act on: tr A, \log\det A, \exp(x), softmax(x), \max(0, x), cov(x, y).

An argument that stands in no parentheses is one factor, or one application; with more behind it symbn asks (E148),
but for the same operator again: \det A \det B.
A note that gives a word a meaning of its own means that.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from itertools import islice
from typing import TypeGuard

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_scalar, is_square, is_vector
from symbn.expr.tree import Expr
from symbn.notes.grouping import Grouping, is_argument
from symbn.notes.means import Means
from symbn.notes.new_arguments import NewArguments
from symbn.notes.parts_of_names import ask_about_entry
from symbn.notes.primes import Primes
from symbn.notes.reserved import (
    DETERMINANTS,
    DIAGONALS,
    ELEMENTWISE,
    EXTREMES,
    MOMENTS,
    NOT_YET,
    TRACES,
    is_operator,
    negates,
    transposes,
)
from symbn.notes.syntax import (
    Binary,
    Commas,
    Fraction,
    Group,
    Name,
    Numeral,
    Script,
    Sequence,
    Syntax,
    juxtaposed,
    unscripted,
)
from symbn.notes.vocabulary import LOOSE
from symbn.source import Span

_OF_ANGLES = frozenset("sin cos tan".split())
_OVER_ENTRIES = frozenset([r"\odot", r"\circ"])


class Words(Primes, Means, NewArguments, Grouping):
    """The part of the reader that reads operators set as words."""

    @abstractmethod
    def next_factor(self, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """The factor at `place` of a product, and the place after all that belongs to it."""

    def word(self, item: Syntax, head: Name, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """A built-in operator at `place` with its argument, and the place after them."""
        word = head.latex
        self._check_known(word, head.span, head.bare)
        over_entries = self._over_entries(item, word)
        primes = item.primes if isinstance(item, Script) else 0
        if place + 1 >= len(items):
            raise fail("E147", f"`{word}` has no argument", head.span, help="write it in parentheses")
        following = items[place + 1]
        group = unscripted(following)
        grouped = is_argument(following) or (word in EXTREMES and isinstance(group, Group))
        after = place + 2
        if isinstance(group, Group) and grouped:
            if word in TRACES:
                _check_raised(following)
            result = self.builtin(word, group.content, head.span.to(group.span), over_entries, primes)
        elif (
            (after == len(items) and not self._is_builtin(following))
            or _is_barred(following)
            or self._begins_anew(word, items, after)
            or self._ends_before_another(items, after)
        ):
            result = self.builtin(word, following, head.span.to(following.span), over_entries, primes)
        elif (run := self._taken_whole(word, items[place + 1 :])) is not None:
            result = self.builtin(word, run, head.span.to(run.span), over_entries, primes)
            after = len(items)
        else:
            span = head.span.to(items[-1].span)
            if not (self._is_builtin(following) or (place + 3 == len(items) and _applied(items, place + 1))):
                raise _reach(word, span)
            argument, after = self.next_factor(items, place + 1)  # log f(x), log det A: one application
            if after != len(items):
                raise _reach(word, span)
            result = self.operated(word, argument, span, over_entries, primes)
        if isinstance(item, Script) and not over_entries:
            result = self._raised(word, result, item)
        return self.ended(result, following if grouped else None, following.span), after

    def _raised(self, word: str, e: Expr, script: Script) -> Expr:
        r"""\tanh^2(v) = (\tanh v)^{\odot 2}: a function of numbers is raised as it acts, entry by entry.

        Raises NoteError (E149) for a square matrix, which has a power of its own.
        """
        if word in ELEMENTWISE and not is_scalar(e.shape) and script.sub is None and self._is_power(script.sup):
            if is_square(e.shape) and self.scope.conventions.get("functions") != "elementwise":
                raise fail(
                    "E149", f"a power of {word} of a square matrix can mean two things", script.span,
                    help=rf"write \{word}(A)^{{\odot 2}} for the power of every entry, \{word}(A)^2 for the matrix's",
                )  # fmt: skip
            return build.entrywise_power(e, self.read(script.sup), script.span)
        return self.scripted(e, script.sub, script.sup, script.span)

    def _is_power(self, sup: Syntax | None) -> TypeGuard[Numeral | Name]:
        r"""Whether a superscript is a number by itself, and no transpose, mark or \odot 2."""
        return isinstance(sup, Numeral) or (isinstance(sup, Name) and not transposes(sup) and self.is_name(sup.latex))

    def _check_known(self, word: str, span: Span, bare: bool = False) -> None:
        """Raises NoteError (E146, E119) for a word that is no operator of the language."""
        if word in NOT_YET:
            raise fail(
                "E146", f"`{word}` is not read", span,
                help=rf"give the quantity a name of its own, such as ${word[0]} \in \mathbb{{R}}$",
            )  # fmt: skip
        if bare and not is_operator(word):
            raise fail(
                "E119", f"neither `{word}` is declared, as the name of a function, nor {', '.join(word)}", span,
                help=f"define the function, ${word}(u) := …$, or declare the factors of a product",
            )  # fmt: skip
        if not is_operator(word):
            raise fail(
                "E119", f"the operator `{word}` is not defined", span,
                help=f"define it: \\operatorname{{{word}}}(u) := …",
            )  # fmt: skip

    def _over_entries(self, item: Syntax, word: str) -> bool:
        r"""Whether \exp^{\odot} says that the function acts on entries.  Raises NoteError (E201) for \sin^{-1}."""
        if not isinstance(item, Script) or item.sub is not None or word not in ELEMENTWISE:
            return False
        if isinstance(item.sup, Name):
            return item.sup.latex in _OVER_ENTRIES
        if item.sup is not None and negates(item.sup):
            raise fail(
                "E201", f"is this the inverse function of {word}, or 1/{word}?", item.span,
                help="write a fraction for the second",
            )  # fmt: skip
        return False

    def builtin(self, word: str, content: Syntax, span: Span, over_entries: bool = False, primes: int = 0) -> Expr:
        """A built-in operator, or its derivative, at its argument or arguments, or diag of a list."""
        if primes and word in ELEMENTWISE:
            self.take_shape(content, (1, 1), word)
        if isinstance(content, Commas) and not primes:
            if word in DIAGONALS:
                return self.diagonal_list(content, span)
            if word in EXTREMES:
                return self.extreme(word, [self.read(e) for e in content.items], span)
            if word in MOMENTS and len(content.items) == 2:
                return self.moment(word, [self.read(e) for e in content.items], span)
        return self.operated(word, self.read(content), span, over_entries, primes)

    def operated(self, word: str, e: Expr, span: Span, over_entries: bool = False, primes: int = 0) -> Expr:
        """A built-in operator at an expression.  Raises NoteError (E202) for a maximum over something."""
        if primes:
            return self.primed_word(word, e, primes, span, over_entries)
        if word in EXTREMES:
            raise fail(
                "E202", f"{word} of one argument", span,
                help=rf"write the two that are compared, such as \{word}(0, x); over an index it is not read",
            )  # fmt: skip
        if word in ELEMENTWISE:
            return self.elementwise(word, e, span, over_entries)
        if word in MOMENTS:
            return self.moment(word, [e], span)
        if word in TRACES | DETERMINANTS and isinstance(e, tree.Slice) and is_scalar(e.shape):
            raise ask_about_entry(e, span)
        if word in TRACES:
            return build.trace(e, span)
        if word in DETERMINANTS:
            return self.determinant(word, e, span)
        if word in DIAGONALS:
            return build.diagonal(e, span)
        if word == "vec":
            return tree.at_span(build.vec(e, span), span)
        if word == "softmax":
            return build.softmax(e, span)
        assert word == "logsumexp", f"no rule for the operator {word}"
        return self._log_sum_exp(e, span)

    def determinant(self, word: str, e: Expr, span: Span) -> Expr:
        """det A, or its logarithm."""
        found = tree.at_span(build.determinant(e, span), span)
        return tree.Elementwise(function="log", arg=found, shape=(1, 1), span=span) if word == "logdet" else found

    def _log_sum_exp(self, e: Expr, span: Span) -> Expr:
        """log Σ_k exp(x_k) of a vector."""
        if not is_vector(e.shape):
            raise fail("S236", "logsumexp of something that is no vector", span, help="say it by rows or by columns")
        exponentials = tree.Elementwise(function="exp", arg=e, shape=e.shape, span=span)
        total = build.total(exponentials, span)
        return tree.Elementwise(function="log", arg=total, shape=(1, 1), span=span)

    @abstractmethod
    def ended(self, e: Expr, last: Syntax | None, span: Span) -> Expr:
        """An application with the scripts of its last part."""

    # Reach ------------------------------------------------------------------------------------------------

    def check_reach(self, syntax: Binary, right: Expr | None = None) -> None:
        r"""Raises NoteError (E148) for \exp a \odot b: exp(a) ⊙ b, or exp(a ⊙ b)?

        `right` is what stands right of the sign with all that belongs to it, if that has been read.
        """
        last = list(islice(_from_the_right(syntax.left), 3))[::-1]
        if len(last) > 1 and self._is_builtin(last[-2]) and not is_argument(last[-1]):
            outer = len(last) > 2 and self._is_builtin(last[0])  # \log\det R \cdot c
            word = unscripted(last[0] if outer else last[-2])
        elif len(last) > 2 and self._is_builtin(last[0]) and _applied(last, 1):
            word = unscripted(last[0])
        else:
            return
        assert isinstance(word, Name)
        if word.latex in ELEMENTWISE or not self._scales(syntax, right):
            raise _reach(word.latex, word.span.to(syntax.right.span))

    def _is_builtin(self, syntax: Syntax) -> bool:
        name = unscripted(syntax)
        return isinstance(name, Name) and name.word and is_operator(name.latex) and not self.is_name(name.latex)

    def _scales(self, syntax: Binary, right: Expr | None) -> bool:
        """Whether an operator that is linear may reach over what stands right, or not: it is a number either way."""
        return syntax.op not in LOOSE and is_scalar((right or self.read(syntax.right)).shape)

    def _begins_anew(self, word: str, items: list[Syntax], place: int) -> bool:
        r"""Whether the same operator follows on a factor: \det A \det B is a product of two."""
        head = unscripted(items[place]) if place < len(items) else None
        return isinstance(head, Name) and head.word and head.latex == word and not self._is_builtin(items[place - 1])

    def _ends_before_another(self, items: list[Syntax], place: int) -> bool:
        r"""Whether an operator follows on a single name: \sin a \cos b."""
        if place >= len(items) or not self._is_builtin(items[place]):
            return False
        return isinstance(unscripted(items[place - 1]), Name | Numeral) and not self._is_builtin(items[place - 1])

    def _taken_whole(self, word: str, run: list[Syntax]) -> Syntax | None:
        r"""The product that an operator takes in the one way that has a sense: \sin 2 t, \log x^\top x."""
        plain = Name | Numeral | Group if word in TRACES | DETERMINANTS else Name | Numeral
        if not all(isinstance(unscripted(item), plain) and not self._is_builtin(item) for item in run):
            return None
        product = juxtaposed(run)
        if word in _OF_ANGLES and isinstance(run[0], Numeral):
            return product
        first, whole = self.readable(run[0]), self.readable(product)
        if first is None or whole is None:
            return None
        if word in TRACES | DETERMINANTS:
            return product if is_square(whole.shape) and not is_square(first.shape) else None
        return product if word in ELEMENTWISE and is_scalar(whole.shape) and not is_scalar(first.shape) else None


def _is_barred(syntax: Syntax) -> bool:
    r"""Whether something stands in bars, without a script: the |A| of \log |A|."""
    return isinstance(syntax, Group) and syntax.delimiter in ("|", r"\|")


def _check_raised(argument: Syntax) -> None:
    r"""Raises NoteError (E242) for \operatorname{tr}(M)^{-1} and tr(M)^{1/2}: many raise the matrix, many the trace."""
    if not isinstance(argument, Script):
        return
    sup = argument.sup
    rooted = isinstance(sup, Fraction) or (isinstance(sup, Binary) and sup.op == "/")
    if sup is not None and (negates(sup) or rooted):
        raise fail(
            "E242", "is this a power of the trace, or the trace of a power?", argument.span,
            help=r"write \operatorname{tr}\left(M^{-1}\right) for the trace of a power, "
            r"\left(\operatorname{tr} M\right)^{-1} for the power of the trace",
        )  # fmt: skip


def _applied(items: list[Syntax], place: int) -> bool:
    """Whether a name stands there with something in parentheses after it."""
    return isinstance(unscripted(items[place]), Name) and is_argument(items[place + 1])


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


def _reach(word: str, span: Span) -> NoteError:
    return fail("E148", f"how far does `{word}` reach?", span, help="put its argument in parentheses")
