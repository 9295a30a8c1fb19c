r"""Functions of one number, at vectors and matrices: relu(A) acts on every entry, \exp(A) of a square matrix asks.

    \max(a, b) = b + relu(a − b)      \min(a, b) = a − relu(a − b)      |x| = abs(x)      \|x\|_1 = 𝟏ᵀ|x|

A square matrix has an exponential, a logarithm, a sine that do not act on entries; a rectifier that does not has
nobody meant.  `symbn: {functions: elementwise}` in a note's front matter says that all act on entries there.
"""

from __future__ import annotations

from collections.abc import Sequence as Many

from symbn.diagnostics import fail
from symbn.expr import build, tree
from symbn.expr.shape import is_scalar, is_square, is_vector
from symbn.expr.tree import Expr
from symbn.notes.names import Names
from symbn.notes.reserved import ELEMENTWISE
from symbn.source import Span

_NEVER_OF_MATRICES = frozenset("abs relu sigmoid sign softplus tanh".split())


class Entrywise(Names):
    """The part of the reader that reads functions of numbers."""

    def elementwise(self, word: str, e: Expr, span: Span, over_entries: bool = False) -> Expr:
        """A known function of a scalar, or of every entry.  Raises NoteError (E149) where that is not said."""
        function = ELEMENTWISE[word]
        if not is_scalar(e.shape) and not over_entries:
            settled = self.scope.conventions.get("functions") == "elementwise"
            if is_square(e.shape) and function not in _NEVER_OF_MATRICES and not settled:
                raise fail(
                    "E149", f"{word} of a square matrix can mean two things", span,
                    help=rf"write \{word}^{{\odot}}(A) for the {word} of every entry, or say `functions: elementwise` "
                    "under `symbn:` in the front matter (in LaTeX, on a line `% symbn: functions: elementwise`); the "
                    rf"{word} of a matrix, \operatorname{{{word}m}}(A), is not read",
                )  # fmt: skip
            self.notices[f"{word} acts on every entry"] = None
        return tree.Elementwise(function=function, arg=e, shape=e.shape, span=span)

    def extreme(self, word: str, arguments: Many[Expr], span: Span) -> Expr:
        """The larger or the smaller of two or more, entry by entry."""
        result = arguments[0]
        for other in arguments[1:]:
            result = self._larger(result, other, span) if word == "max" else self._smaller(result, other, span)
        if not is_scalar(result.shape):
            self.notices[f"{word} is taken entry by entry"] = None
        return tree.at_span(result, span)

    def _larger(self, a: Expr, b: Expr, span: Span) -> Expr:
        """max(a, b) = b + relu(a − b), and max(a, 0) = max(0, a) = relu(a)."""
        if build.is_zero(a) and not build.is_zero(b):
            a, b = b, a
        rest = self._positive_part(self._difference(a, b, span), span)
        return rest if build.is_zero(b) else build.add([b, rest], span, self.notices)

    def _smaller(self, a: Expr, b: Expr, span: Span) -> Expr:
        """min(a, b) = a − relu(a − b)."""
        rest = self._positive_part(self._difference(a, b, span), span)
        return build.add([a, build.negative(rest, span)], span, self.notices)

    def _difference(self, a: Expr, b: Expr, span: Span) -> Expr:
        return a if build.is_zero(b) else build.add([a, build.negative(b, span)], span, self.notices)

    def _positive_part(self, e: Expr, span: Span) -> Expr:
        return tree.Elementwise(function="relu", arg=e, shape=e.shape, span=span)

    def barred(self, e: Expr, span: Span) -> Expr:
        """|e|: of a square matrix its determinant, of anything else the absolute value of every entry."""
        if is_square(e.shape) and not is_scalar(e.shape):
            self.notices["|A| of a square matrix is its determinant"] = None
            return tree.at_span(build.determinant(e, span), span)
        return self.elementwise("abs", e, span)

    def norm_of_sizes(self, e: Expr, span: Span) -> Expr:
        """‖x‖₁ = 𝟏ᵀ|x| of a vector.  Raises NoteError (E145) for a matrix."""
        if not (is_vector(e.shape) or is_scalar(e.shape)):
            raise fail(
                "E145", "the norm of a matrix can mean two things", span,
                help=r"write \mathbf 1^\top |A| \mathbf 1 for the sum of the sizes of all entries",
            )  # fmt: skip
        sizes = tree.Elementwise(function="abs", arg=e, shape=e.shape, span=span)
        return tree.at_span(build.total(sizes, span), span)
