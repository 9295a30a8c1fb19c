r"""A name with scripts: x_1, W^{(1)}_{ij}, I_n, \delta_{ij}, A^\top, x^{2}, \|A\|_F^2.

The longest part that is a known name is read as that name; what is left over is a subscript of it, then a transpose
or a power.  A scalar's T or t is a power only where such a name is known.
"""

from __future__ import annotations

from fractions import Fraction as Rational

from symbn.diagnostics import NoteError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_scalar, is_square, is_vector
from symbn.expr.tree import DimVar, Expr
from symbn.notes.constants import declared_unit_size
from symbn.notes.entrywise import Entrywise
from symbn.notes.parts_of_names import check_no_entry, check_no_numbered_entry
from symbn.notes.plain_ones import plain_ones
from symbn.notes.reserved import IDENTITIES, ONES, UNITS, is_constant, negates, transposes
from symbn.notes.scope import composite, is_label, spelled
from symbn.notes.subscripts import Subscripts
from symbn.notes.syntax import Binary, Colon, Group, Name, Numeral, Related, Script, Sequence, Signed, Syntax, walk
from symbn.notes.tuples import check_row, row_of
from symbn.source import Span


class Scripts(Subscripts, Entrywise):
    """The part of the reader that reads what has scripts."""

    def script(self, syntax: Script) -> Expr:
        whole = composite(syntax)
        if whole is not None and self.is_name(whole):
            self._check_no_index(syntax)
            return self.name(Name(whole, syntax.span))
        self._check_euler(syntax)
        if self._is_euler(syntax):
            assert syntax.sup is not None
            return self._exponential(syntax.sup, syntax.span)
        row = row_of(syntax)
        if row is not None and syntax.sup is not None:
            e = self.read(row)
            check_row(e, syntax)
            return self.superscripted(e, syntax.sup, syntax.span)
        ones = plain_ones(syntax)
        if ones is not None:
            return self.read(ones)
        inner, sup = self._name_with_superscript(syntax)
        base = self._subscripted(inner, syntax.sub)
        if sup is not None and syntax.sub is not None:
            self._check_order(base, sup, syntax)
        if syntax.primes and inner is syntax.base:
            base = self._primed(base, syntax)
        return base if sup is None else self.superscripted(base, sup, syntax.span)

    def _primed(self, e: Expr, syntax: Script) -> Expr:
        """X′ as the transpose, where the note says that it is.  Raises NoteError (E116) where it does not."""
        base = syntax.base
        other = isinstance(base, Name) and (self.is_function(base.latex) or is_scalar(e.shape))
        if syntax.sub is not None and isinstance(e, tree.Slice):
            raise fail(
                "E206", "an entry of the transpose, or the transpose of an entry?", syntax.span,
                help=r"put the matrix in parentheses, such as (A^\top)_{ij}",
            )  # fmt: skip
        if self.scope.conventions.get("prime") == "transpose" and syntax.primes == 1 and not other:
            return build.transpose(e, syntax.span)
        if isinstance(base, Name) and other and self.is_function(base.latex):
            raise fail(
                "E116", f"the prime of `{base.latex}` needs an argument", syntax.span, help=f"write {base.latex}'(x)",
            )  # fmt: skip
        if isinstance(base, Group) and self.scope.conventions.get("prime") != "transpose":
            raise _ask_about_prime(syntax.span)
        raise fail(
            "E116", "a prime on something that is no function", syntax.span,
            help="if a prime is a transpose in this note, say `prime: transpose` under `symbn:` in the front matter "
            "(in LaTeX, on a line `% symbn: prime: transpose`), or write ^\\top; declare the name with its prime if it "
            "is a name",
        )  # fmt: skip

    def _check_order(self, base: Expr, sup: Syntax, syntax: Script) -> None:
        r"""Raises NoteError (E206) for A^{-1}_{ij}: an entry of the inverse, or 1/A_ij?  They are printed alike.

        A^2_{ij} is asked about as well; A_{ij}^2, written in that order, is the square of the entry.
        """
        entry = isinstance(base, tree.Slice) and base.row is not None and base.column is not None
        if entry and (transposes(sup) or negates(sup)) and not (isinstance(sup, Name) and self.is_name(sup.latex)):
            what = "transpose" if transposes(sup) else "inverse"
            raise fail(
                "E206", f"an entry of the {what}, or the {what} of an entry?", syntax.span,
                help=r"put the matrix in parentheses, such as (A^\top)_{ij}" if what == "transpose" else
                r"put the matrix in parentheses, such as (A^{-1})_{ij}, or write 1/A_{ij}",
            )  # fmt: skip
        written_first = syntax.sub is not None and sup.span.start < syntax.sub.span.start
        if entry and isinstance(base, tree.Slice) and is_square(base.arg.shape) and written_first:
            raise fail(
                "E206", "an entry of the power, or the power of an entry?", syntax.span,
                help=r"write (A^2)_{ij} for an entry of the power, A_{ij}^2 for the power of an entry",
            )  # fmt: skip

    def _check_no_index(self, syntax: Script) -> None:
        """x_n is a name, so the n in it is no index of a sum around it."""
        for part in self.subscripts(syntax.sub) if syntax.sub is not None else ():
            if self._is_index(part):
                raise fail(
                    "E129", f"`{composite(syntax)}` is one name, but `{spelled(part)}` is an index here", syntax.span,
                    help="declare a family: say first what the index runs over, such as $i \\in \\{1, \\ldots, n\\}$",
                )  # fmt: skip

    def _check_euler(self, syntax: Script) -> None:
        """Raises NoteError (E245) for e^z in a note with a number e of its own; e² is its square."""
        plain = isinstance(syntax.base, Name) and syntax.base.latex == "e" and syntax.sub is None and not syntax.primes
        if not plain or syntax.sup is None or isinstance(syntax.sup, Numeral) or transposes(syntax.sup):
            return
        if self.is_name("e") and is_scalar(self.name(Name("e", syntax.span)).shape):
            raise fail(
                "E245", "is this a power of the note's own `e`, or the exponential?", syntax.span,
                help=r"write \exp(…) for the exponential, or give the other quantity another letter",
            )  # fmt: skip

    def _is_euler(self, syntax: Script) -> bool:
        base = syntax.base
        return (
            isinstance(base, Name)
            and base.latex in ("e", r"\mathrm{e}")
            and syntax.sub is None
            and not syntax.primes
            and syntax.sup is not None
            and (not transposes(syntax.sup) or self.is_name(spelled(syntax.sup) or ""))
            and not self.is_name(base.latex)
        )

    def _exponential(self, sup: Syntax, span: Span) -> Expr:
        """e^a is exp(a), of vectors and matrices too.  Raises NoteError (E149) for a square matrix."""
        return self.elementwise("exp", self.read(sup), span)

    def scripted(self, e: Expr, sub: Syntax | None, sup: Syntax | None, span: Span) -> Expr:
        """An expression with scripts after it."""
        if sub is not None:
            e = self.entry(e, sub, span)
        return e if sup is None else self.superscripted(e, sup, span)

    def ended(self, e: Expr, last: Syntax | None, span: Span) -> Expr:
        r"""An application with the scripts of its last part: f(x)_i, f(x)^\top, and f(x)' where that is a transpose."""
        if not isinstance(last, Script):
            return e
        e = self.scripted(e, last.sub, None, span)
        if last.primes and is_scalar(e.shape):
            raise _ask_about_prime(span)
        if last.primes:
            e = self._primed(e, last)
        return self.scripted(e, None, last.sup, span)

    def _name_with_superscript(self, syntax: Script) -> tuple[Syntax, Syntax | None]:
        """W^{(1)}_{ij}: the superscript belongs to the name where such a name is known."""
        if isinstance(syntax.base, Name) and (syntax.sup is not None or syntax.primes):
            named = composite(Script(syntax.base, None, syntax.sup, syntax.primes, syntax.span))
            if named is not None and self.is_name(named):
                return Name(named, syntax.base.span), None
        return syntax.base, syntax.sup

    def _subscripted(self, base: Syntax, sub: Syntax | None) -> Expr:
        if sub is None:
            return self.read(base)
        span = Span(base.span.start, max(sub.span.end, base.span.end))
        if isinstance(base, Name) and base.latex not in self.locals:
            named = composite(Script(base, sub, None, 0, span))
            if named is not None and self.is_name(named):
                self._check_no_index(Script(base, sub, None, 0, span))
                return self.name(Name(named, span))
            constant = self._sized_constant(base, sub, span)
            if constant is not None:
                return constant
            if base.latex in self.scope.families:
                return self.family_member(self.scope.families[base.latex], sub, span)
            if not self.is_name(base.latex):
                raise self.unknown(named or base.latex, span)
        if isinstance(base, Group) and base.delimiter in ("|", r"\|"):
            return self.norm(base, sub)
        if isinstance(base, Numeral) and base.text in ("0", "1") and self._names_sizes(sub):
            return self._of_size(base.text, sub, span)
        e = self.entry(self.read(base), sub, span)
        if isinstance(base, Name) and base.latex in self.scope.parted:
            check_no_numbered_entry(e, span)
        return e

    def _sized_constant(self, base: Name, sub: Syntax, span: Span) -> Expr | None:
        name = base.latex
        if self.is_name(name) and not (name == r"\delta" and is_scalar(self.name(base).shape)):
            return None  # a number δ has no entries, so that δ_ij is Kronecker's
        if is_constant(name) and isinstance(sub, Related):
            return self._indicator(sub, span)
        if is_constant(name):
            letters = self.subscripts(sub)
            if any(isinstance(i, Colon) or self._is_index(i) for i in letters) or (
                len(letters) == 2 and not self._is_product_of_sizes(sub, letters)
            ):
                return self.entry(self.name(Name(name, base.span)), sub, span)
            if name in IDENTITIES:
                (size, *_) = self.sizes(sub)
                return tree.Identity(shape=(size, size), span=span)
            return self._of_size("1" if name in ONES else "0", sub, span)
        if name in UNITS:
            size = DimVar(f"`{name}`", span, usual=declared_unit_size(sub, self.scope))
            return tree.UnitVector(index=self.index(sub, size), shape=(size, 1), span=span)
        if name == r"\delta":
            items = self.subscripts(sub)
            if len(items) == 2:
                return self._delta(items[0], items[1], span)
        return None

    def _delta(self, first: Syntax, second: Syntax, span: Span) -> Expr:
        size = DimVar(r"`\delta`", span)
        return tree.Delta(first=self.index(first, size), second=self.index(second, size), shape=(1, 1), span=span)

    def _indicator(self, condition: Related, span: Span) -> Expr:
        r"""\mathbf 1[i = j], which is δ_ij.  Raises NoteError (E222) for any other condition."""
        if condition.relation != "=":
            raise fail(
                "E222", f"an indicator of {condition.relation} is not read", span,
                help=r"write it as a sum of \mathbf 1[i = j], or split the sum that it stands in",
            )  # fmt: skip
        return self._delta(condition.left, condition.right, span)

    def _of_size(self, entry: str, sub: Syntax, span: Span) -> Expr:
        r"""The column or matrix of a size whose entries are all 0, or all 1: 0_n, \mathbf 1_{m \times n}."""
        rows, *columns = self.sizes(sub)
        shape = (rows, columns[0] if columns else 1)
        return tree.Ones(shape=shape, span=span) if entry == "1" else tree.Zero(shape=shape, span=span)

    def _names_sizes(self, sub: Syntax) -> bool:
        """Whether a subscript is made of declared sizes, as those of 0_n and 0_{m × n}."""
        parts = (sub.left, sub.right) if isinstance(sub, Binary) and sub.op == r"\times" else (sub,)
        return all(spelled(part) in self.scope.context.dimensions and not self._is_index(part) for part in parts)

    def _is_product_of_sizes(self, sub: Syntax, letters: list[Syntax]) -> bool:
        """Whether the mn of I_{mn} are two sizes."""
        dimensions = self.scope.context.dimensions
        named = [letter for letter in letters if not isinstance(letter, Numeral)]
        return isinstance(sub, Sequence) and bool(named) and all(spelled(letter) in dimensions for letter in named)

    def _is_index(self, syntax: Syntax) -> bool:
        name = spelled(syntax)
        return name in self._bound or name in self.free or name in self.scope.indices

    def superscripted(self, e: Expr, sup: Syntax, span: Span) -> Expr:
        if isinstance(sup, Group) and sup.delimiter == "{":
            sup = sup.content
        if isinstance(sup, Name) and transposes(sup):
            self._check_turned(e, sup, span)
        if transposes(sup) and not (
            is_scalar(e.shape) and isinstance(sup, Name) and sup.latex in ("T", "t") and self.is_name(sup.latex)
        ):
            check_no_entry(e, span)
            return build.transpose(e, span)
        if _inverts_and_transposes(sup) and not (is_scalar(e.shape) and self.is_name("T")):
            return build.transpose(build.inverse(e, span), span)
        if isinstance(sup, Sequence) and isinstance(sup.items[0], Name) and sup.items[0].latex in (r"\odot", r"\circ"):
            rest = Sequence(sup.items[1:], sup.span) if len(sup.items) > 2 else sup.items[1]
            return build.entrywise_power(e, self.read(rest), span)
        if isinstance(sup, Name) and not self.is_name(sup.latex) and sup.latex not in self._bound:
            conjugates = sup.latex in ("H", r"\dagger", r"\ast", r"\mathrm{H}", r"\mathsf{H}")
            raise fail(
                "E141", f"the superscript `{sup.latex}` is no power, and no such name is known", sup.span,
                help=r"all numbers here are real, so the conjugate transpose is the transpose: write ^\top"
                if conjugates else "declare what stands above, or the name with its superscript",
            )  # fmt: skip
        if is_label(sup) and (not is_scalar(e.shape) or (isinstance(sup, Group) and sup.delimiter == "[")):
            raise fail("E142", "a superscript in parentheses is part of a name, and no such name is known", span)
        if any(isinstance(node, Script) and transposes(node.sup) for node in walk(sup)):
            raise fail(
                "E247", "a transpose within an exponent", span, help=r"write A^{-\top} for the transposed inverse"
            )
        exponent = _constant(self.read(sup))
        if _value(exponent) == -1 and not is_scalar(e.shape):
            return build.inverse(e, span)
        if _is_norm(e) and isinstance(e, tree.Power) and (natural := _value(exponent)) and natural % 2 == 0:
            e, exponent = e.base, build.number(natural / 2)  # ‖x‖² is xᵀx, without a root
            if natural == 2:
                return tree.at_span(e, span)
        return build.power(e, exponent, span, self.scope.context.dimensions)

    def _check_turned(self, e: Expr, sup: Name, span: Span) -> None:
        """Raises NoteError (E223) for A^T of a square A where T is a number: a transpose, or a power?"""
        number = sup.latex in self.scope.context.dimensions or (
            self.is_name(sup.latex) and not self.is_function(sup.latex) and is_scalar(self.name(sup).shape)
        )
        if sup.latex in ("T", "t") and number and is_square(e.shape) and not is_scalar(e.shape):
            raise fail(
                "E223", f"is this the transpose, or a power? `{sup.latex}` is a number here", span,
                help=r"write ^\top for the transpose; for a power, give the number another letter",
            )  # fmt: skip

    def norm(self, syntax: Group, sub: Syntax | None) -> Expr:
        r"""|x|, \|x\|, \|x\|_1, \|A\|_F."""
        e = self.read(syntax.content)
        if syntax.delimiter == "|" and sub is None:
            return self.barred(e, syntax.span)
        check_no_entry(e, syntax.span)
        kind = spelled(sub) if sub is not None else None
        if kind == "1":
            return self.norm_of_sizes(e, syntax.span)
        if kind not in (None, "2", *_FROBENIUS) or syntax.delimiter == "|":
            raise fail(
                "E144", f"the norm with subscript {kind} is not read", syntax.span,
                help=r"write \|x\|, \|x\|_1 or \|A\|_F, or define it by its entries",
            )  # fmt: skip
        settled = kind is None and self.scope.conventions.get("norm") == "frobenius"
        if not is_vector(e.shape) and kind in (None, "2") and not is_scalar(e.shape) and not settled:
            raise fail(
                "E145", "the norm of a matrix can mean two things", syntax.span,
                help=r"write \|A\|_F for Frobenius's, or say `norm: frobenius` under `symbn:` in the front matter "
                "(in LaTeX, on a line `% symbn: norm: frobenius`); the largest singular value is not read",
            )  # fmt: skip
        squared = build.norm_squared(e, syntax.span)
        return tree.Power(base=squared, exponent=build.number(Rational(1, 2)), shape=(1, 1), span=syntax.span)


_FROBENIUS = ("F", r"\mathrm{F}", r"\mathsf{F}", r"\text{F}")


def _inverts_and_transposes(sup: Syntax) -> bool:
    r"""Whether a superscript says A^{-\top}."""
    return isinstance(sup, Signed) and len(sup.terms) == 1 and negates(sup) and transposes(sup.terms[0][1])


def _ask_about_prime(span: Span) -> NoteError:
    return fail(
        "E116", "is this prime a derivative, or a transpose?", span,
        help="write f'(x) for the derivative of f at x, ^\\top for a transpose; if a prime is a transpose in this "
        "note, say `prime: transpose` under `symbn:` in the front matter",
    )  # fmt: skip


def _is_norm(e: Expr) -> bool:
    """√(xᵀx) or √tr(AᵀA), as a norm is read."""
    return isinstance(e, tree.Power) and _value(e.exponent) == Rational(1, 2) and build.is_sum_of_squares(e.base)


def _constant(e: Expr) -> Expr:
    """A quotient of two numbers as one number: the 3/2 of an exponent."""
    if isinstance(e, tree.Quotient) and (below := _value(e.denominator)) and (above := _value(e.numerator)) is not None:
        return build.number(above / below, e.span)
    if isinstance(e, tree.Product) and len(e.factors) == 2 and _value(e.factors[0]) == -1:
        inner = _value(_constant(e.factors[1]))
        return e if inner is None else build.number(-inner, e.span)
    return e


def _value(e: Expr) -> Rational | None:
    return e.value if isinstance(e, tree.Number) else None
