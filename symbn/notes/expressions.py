r"""Syntax trees to typed expressions: names get their meaning, juxtaposition becomes application or product.

One method for each kind of syntax.  Names are resolved in `names` and nowhere else; shapes are checked in
`expr.build`.  What a careful reader could understand in two ways is an error that asks (E1…).
"""

from __future__ import annotations

from fractions import Fraction as Rational

from symbn.diagnostics import NoteError, ShapeError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_column, is_scalar, is_vector
from symbn.expr.tree import Expr
from symbn.notes.applications import Applications
from symbn.notes.bare_functions import BareFunctions
from symbn.notes.parts_of_names import check_no_numbered_entry
from symbn.notes.reach import check_reach_of_sums
from symbn.notes.syntax import (
    Big,
    Binary,
    Colon,
    Commas,
    Derivation,
    Dots,
    Evaluated,
    Fraction,
    Given,
    Group,
    Hole,
    Matrix,
    Nabla,
    Name,
    Numeral,
    Related,
    Root,
    Script,
    Sequence,
    Signed,
    Syntax,
    Unread,
    arguments_of,
)
from symbn.source import Span


class Reader(Applications, BareFunctions):
    """Reads the expressions of one statement: free indices and what is left to infer belong to it."""

    def read(self, syntax: Syntax) -> Expr:
        """The expression; sizes may still be open.  Raises NoteError, ShapeError."""
        match syntax:
            case Numeral():
                return self.numeral(syntax)
            case Name():
                return self.joined_increment(syntax) or self.name(syntax)
            case Script():
                return self.script(syntax)
            case Group():
                return self.group(syntax)
            case Sequence():
                return self.sequence(list(syntax.items), syntax.span)
            case Signed():
                return self.signed(syntax)
            case Binary():
                return self.binary(syntax)
            case Fraction():
                return build.quotient(
                    self.read(syntax.numerator), self.read(syntax.denominator), syntax.span, self.notices
                )
            case Root():
                return build.root(self.read(syntax.arg), self.degree(syntax), syntax.span, self.notices)
            case Big():
                return self.big(syntax)
            case Matrix():
                return self.matrix(syntax)
            case Derivation():
                return self.derivation(syntax, [])
            case Nabla():
                return self.nabla_alone(syntax)
            case Evaluated():
                return self.evaluated(syntax)
            case Unread():
                raise NoteError(syntax.diagnostic)
            case Hole():
                raise fail("E101", "a `?` stands for a whole right side", syntax.span, help="write `= ?`")
            case Dots():
                raise fail("E102", "dots outside of a list or a matrix", syntax.span, help=r"use \sum, or write a list")
            case Given():
                raise fail(
                    "E219", "a bar between two expressions belongs to the arguments of a function", syntax.span,
                    help="define the quantity under a name of its own",
                )  # fmt: skip
            case Commas():
                raise fail(
                    "E103", "a list where one expression is meant", syntax.span,
                    help=r"write [a, b, c] for the row of these, [a, b, c]^\top for the column",
                )  # fmt: skip
            case Related() | Colon():
                raise fail("E104", "this belongs in a subscript", syntax.span)
        raise TypeError(f"no rule to read {type(syntax).__name__}")

    def numeral(self, syntax: Numeral) -> Expr:
        """12, 0.5, 1e-5, or a 0 that is no number.

        Raises NoteError (E224) for the 2e-1 of a note that has an e of its own.
        """
        zero = self.open_zeros.at(syntax.span) if self.open_zeros is not None and syntax.text == "0" else None
        if zero is not None:
            return zero
        exponent = next((letter for letter in syntax.text if letter.isalpha()), None)
        if exponent is not None and self.stands_alone(exponent):
            raise fail(
                "E224", f"is `{syntax.text}` one number, or a product with `{exponent}`?", syntax.span,
                help=rf"write 10^{{…}} for the power of ten, and {exponent} \cdot … for the product",
            )  # fmt: skip
        return build.number(Rational(syntax.text), syntax.span)

    def degree(self, root: Root) -> int:
        if root.degree is None:
            return 2
        if isinstance(root.degree, Numeral) and root.degree.text.isdigit() and int(root.degree.text) > 0:
            return int(root.degree.text)
        raise fail("E105", "a root's degree is a positive number", root.degree.span)

    def signed(self, syntax: Signed) -> Expr:
        """a + b − c.  Raises NoteError (E233) for b_1 added to a vector: an entry, or a vector of that name?"""
        check_reach_of_sums([part for _, part in syntax.terms], self.scope)
        terms = []
        for sign, part in syntax.terms:
            term = self.read(part)
            terms.append(build.negative(term) if sign == "-" else term)
        if not all(is_scalar(term.shape) for term in terms):
            for term in terms:
                check_no_numbered_entry(term, term.span or syntax.span)
        return tree.at_span(build.add(terms, syntax.span, self.notices), syntax.span)

    def binary(self, syntax: Binary) -> Expr:
        """left op right, where it is clear what the operators on the left reach over."""
        self.check_reach(syntax)
        left, right = self.read(syntax.left), self.read(syntax.right)
        if self.ends_in_differential(syntax.left):
            self.check_others_held(right, syntax.span)
        try:
            return self.joined(syntax.op, left, right, syntax.span)
        except ShapeError as misfit:
            self.check_grouping(syntax, left, right, misfit)
            raise

    def joined(self, op: str, left: Expr, right: Expr, span: Span) -> Expr:
        r"""left op right, for \odot, /, \cdot and the like."""
        if op in (r"\odot", r"\circ"):
            return build.hadamard(left, right, span)
        if op in ("/", r"\oslash"):
            return build.quotient(left, right, span, self.notices)
        if op == r"\cdot":
            return build.dot(left, right, span)
        if op == "*":
            if not (is_scalar(left.shape) or is_scalar(right.shape)):
                raise fail(
                    "E221", "is this star the matrix product, the product of the entries, or a convolution?", span,
                    help=r"write A B for the matrix product, A \odot B for that of the entries",
                )  # fmt: skip
            return build.multiply((left, right), span)
        if op == r"\times":
            if is_vector(left.shape) and is_vector(right.shape):
                self._check_times(left, right, span)
            return build.multiply((left, right), span)
        if op == r"\otimes":
            return build.kronecker(left, right, span)
        raise fail(
            "E106", f"{op} is not read: it may be the Kronecker sum, the direct sum, or a sum of another kind", span,
            help=r"write A \otimes I + I \otimes B, or the block matrix \begin{pmatrix} A & 0 \\ 0 & B \end{pmatrix}",
        )  # fmt: skip

    def _check_times(self, left: Expr, right: Expr, span: Span) -> None:
        """Raises NoteError (E225) for x × y of two columns or two rows, which is no matrix product."""
        if is_column(left.shape) == is_column(right.shape):
            raise fail(
                "E225", "is this a cross product? It is not read", span,
                help=r"write x y^\top or x^\top y for a product of matrices, a \odot b for that of the entries",
            )  # fmt: skip

    def group(self, syntax: Group) -> Expr:
        if syntax.delimiter in ("|", r"\|"):
            return self.norm(syntax, None)
        if syntax.delimiter == r"\langle":
            arguments = arguments_of(syntax.content)
            if len(arguments) != 2:
                raise fail(
                    "E107", "an inner product has two arguments", syntax.span, help=r"write \langle a, b \rangle"
                )
            a, b = arguments
            return build.inner(self.read(a), self.read(b), syntax.span)
        if syntax.delimiter == "[" and isinstance(syntax.content, Commas):
            if any(isinstance(item, Dots) for item in syntax.content.items):
                return self.stack(list(syntax.content.items), "columns", syntax.span)
            return self.row_of_blocks(syntax.content, syntax.span)
        if syntax.delimiter == "[" and isinstance(syntax.content, Sequence):
            if any(isinstance(item, Dots) for item in syntax.content.items):
                return self.row_between_brackets(syntax.content, syntax.span)
        one = not isinstance(syntax.content, Commas | Given | Dots)
        if syntax.delimiter not in ("(", "[", "{") and not (syntax.delimiter == r"\{" and one):
            raise fail("E108", "braces state a set, not a value", syntax.span, help="use parentheses")
        return tree.at_span(self.read(syntax.content), syntax.span)
