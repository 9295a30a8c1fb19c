r"""Means over what is random: 𝔼[x], cov(x, y), var(s), for names that the note declares random by x \sim p.

    cov(x, y) = 𝔼[(x − 𝔼x)(y − 𝔼y)ᵀ]          var(s) = 𝔼[(s − 𝔼s)²] of a scalar

A note that defines 𝔼, cov or var means its own.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence as Many

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_scalar
from symbn.expr.tree import Expr
from symbn.notes.mentions import symbols_under
from symbn.notes.names import Names
from symbn.notes.reserved import COVARIANCES
from symbn.notes.scope import spelled
from symbn.notes.syntax import Commas, Group, Related, Script, Syntax
from symbn.source import Span


class Means(Names):
    """The part of the reader that reads expectations."""

    @abstractmethod
    def scripted(self, e: Expr, sub: Syntax | None, sup: Syntax | None, span: Span) -> Expr:
        """An expression with scripts after it."""

    @abstractmethod
    def ended(self, e: Expr, last: Syntax | None, span: Span) -> Expr:
        """An application with the scripts of its last part."""

    def mean(self, item: Syntax, following: Syntax | None, last: bool) -> Expr:
        r"""\mathbb{E}[x], \mathbb{E}_x[f(x)], \mathbb{E} x.  Raises NoteError (E147, E148, E203, E204)."""
        if following is None:
            raise fail("E147", "𝔼 has no argument", item.span, help="write it in brackets")
        group = following.base if isinstance(following, Script) else following
        grouped = isinstance(group, Group) and group.delimiter in ("(", "[", r"\{", "{")
        span = item.span.to(following.span)
        if not grouped and not last:
            raise fail("E148", "how far does 𝔼 reach?", span, help="put its argument in brackets")
        e = self.expected(self.read(group.content if isinstance(group, Group) and grouped else following), span)
        if isinstance(item, Script):
            if item.primes:
                raise fail("E117", "a prime on 𝔼 is not read", item.span, help="define the mean that is meant")
            self._check_names(item, e)
            e = self.scripted(e, None, item.sup, span)
        return self.ended(e, following if grouped else None, span)

    def expected(self, e: Expr, span: Span) -> Expr:
        """𝔼 e.  Raises NoteError (E203) where nothing in e is random."""
        self._check_random(e, span)
        return build.expectation(e, span)

    def moment(self, word: str, arguments: Many[Expr], span: Span) -> Expr:
        """cov(x), cov(x, y), var(s)."""
        for e in arguments:
            self._check_random(e, span)
        first, last = arguments[0], arguments[-1]
        if word not in COVARIANCES and (len(arguments) > 1 or not is_scalar(first.shape)):
            raise fail(
                "E205", f"{word} of a vector can mean its covariance, or the variances of its entries", span,
                help=r"write \operatorname{cov}(x), or \operatorname{diag}(\operatorname{cov}(x))",
            )  # fmt: skip
        return tree.at_span(build.covariance(first, last, span), span)

    def random_in(self, e: Expr) -> set[str]:
        """The random names in an expression, and in what it is defined by."""
        return symbols_under([e], self.scope.context) & self.scope.context.random.keys()

    def _check_random(self, e: Expr, span: Span) -> None:
        if not symbols_under([e], self.scope.context) & self._may_be_random():
            raise _not_random(span)

    def check_means_in(self, applied: tree.Reference, span: Span) -> None:
        """Raises NoteError (E203) where the body of a function takes the mean of its arguments, and none is random."""
        if self._averages_nothing(applied, self._may_be_random()):
            raise _not_random(span)

    def _may_be_random(self) -> set[str]:
        """The random names; of a function's parameters nothing is known while its body is read."""
        parameters = {e.name for e in self.locals.values() if isinstance(e, tree.Symbol)}
        return parameters | self.scope.context.random.keys()

    def _averages_nothing(self, e: Expr, random: set[str]) -> bool:
        """Whether a mean in an expression, or in the bodies of the functions in it, is of nothing random."""
        context = self.scope.context
        for node in tree.walk(e):
            if isinstance(node, tree.Expectation) and not symbols_under([node.arg], context) & random:
                return True
            if isinstance(node, tree.Reference) and node.arguments:
                definition = context.definitions[node.name]
                given = zip(definition.parameters, node.arguments, strict=True)
                inner = {p.name for p, argument in given if symbols_under([argument], context) & random}
                if self._averages_nothing(definition.body, random | inner):
                    return True
        return False

    def _check_names(self, item: Script, e: Expr) -> None:
        """The names below 𝔼 are all that is random in it: a mean over some of them, the others held, is not read."""
        if item.sub is None:
            return
        listed = item.sub.left if isinstance(item.sub, Related) else item.sub
        names = {spelled(name) for name in (listed.items if isinstance(listed, Commas) else (listed,))}
        random = self.random_in(e)
        if not random <= names:
            raise fail(
                "E204", f"a mean over {', '.join(sorted(map(str, names)))} with "
                f"{', '.join(sorted(random - names))} held is not read", item.span,
                help="the mean is over all that is random",
            )  # fmt: skip


def _not_random(span: Span) -> NoteError:
    return fail(
        "E203", "nothing in this mean is random", span,
        help=r"declare what is random, such as $x \sim p$, after its shape",
    )  # fmt: skip
