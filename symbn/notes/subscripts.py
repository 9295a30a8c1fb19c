r"""Subscripts: indices and sizes, A_{ij}, A_{i:}, y_i of a family, I_n; and the indices that are bound.

A letter in a subscript is the bound index of that name, else the declared one, else free in this statement; its range
is the size of what it stands at.  A letter that could be an index or a size is an error that asks (E127).
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Many
from contextlib import contextmanager

from symbn.diagnostics import Diagnostic, Label, ShapeError, fail
from symbn.expr import build, tree
from symbn.expr.shape import is_column, is_scalar, is_vector, product_dim, shape_text, sum_dim, unify
from symbn.expr.tree import Dim, Expr, IndexConst, IndexVar, Ix
from symbn.notes.names import Names
from symbn.notes.reserved import marks
from symbn.notes.scope import spelled
from symbn.notes.syntax import Binary, Colon, Commas, Group, Name, Numeral, Script, Sequence, Signed, Syntax
from symbn.source import Span


class Subscripts(Names):
    """The part of the reader that reads subscripts."""

    def sizes(self, syntax: Syntax) -> list[Dim]:
        """n, or m × n, as dimensions."""
        if isinstance(syntax, Binary) and syntax.op == r"\times":
            return [*self.sizes(syntax.left), *self.sizes(syntax.right)]
        if isinstance(syntax, Commas):
            return [size for item in syntax.items for size in self.sizes(item)]
        if isinstance(syntax, Group) and syntax.delimiter in ("{", "("):
            return self.sizes(syntax.content)
        return [self.dimension(syntax)]

    def dimension(self, syntax: Syntax) -> Dim:
        """A size: a name, a number, or a product or a sum of them; a new name is declared by its use."""
        match syntax:
            case Numeral() if syntax.text.isdigit() and int(syntax.text) > 0:
                return int(syntax.text)
            case Group(delimiter="(" | "{"):
                return self.dimension(syntax.content)
            case Sequence():
                return self._product_of_sizes(syntax.items, syntax.span)
            case Binary(op=r"\cdot" | "*"):
                return self._product_of_sizes((syntax.left, syntax.right), syntax.span)
            case Script(sub=None, sup=Numeral() as power, primes=0) if power.text.isdigit() and 1 < int(power.text) < 5:
                return self._product_of_sizes((syntax.base,) * int(power.text), syntax.span)
            case Signed(terms=terms) if all(sign == "+" for sign, _ in terms):
                return sum_dim([self.dimension(term) for _, term in terms], syntax.span)
        return self._named_size(syntax)

    def _product_of_sizes(self, factors: Many[Syntax], span: Span) -> Dim:
        size: Dim = 1
        for factor in factors:
            size = product_dim(size, self.dimension(factor), span)
        return size

    def _named_size(self, syntax: Syntax) -> str:
        name = spelled(syntax) if isinstance(syntax, (Name, Script)) else None
        if name == r"\infty":
            raise fail(
                "E120", "an endless range is not read", syntax.span,
                help=r"symbn's sums are finite: write \sum_{i=1}^{n}",
            )  # fmt: skip
        if name is None:
            raise fail(
                "E120", "a size is a name, a positive integer, or a product or a sum of them", syntax.span,
                help="name this size",
            )  # fmt: skip
        if name in self.scope.context.symbols or name in self.scope.meanings:
            raise fail("E121", f"`{name}` is no dimension", syntax.span)
        self.scope.context.dimensions.setdefault(name, 1)
        self.scope.places.setdefault(name, syntax.span)
        return name

    def subscripts(self, syntax: Syntax) -> list[Syntax]:
        """The indices that a subscript holds: ij, `i,j`, `i:`, 12."""
        match syntax:
            case Commas():
                return [part for item in syntax.items for part in self.subscripts(item)]
            case Sequence():
                return [part for item in syntax.items for part in self.subscripts(item)]
            case Group(delimiter="{"):
                return self.subscripts(syntax.content)
        return [syntax]

    def index(self, syntax: Syntax, dim: Dim) -> Ix:
        """An index in a range of size `dim`: bound, declared, or free in this statement."""
        if isinstance(syntax, Numeral) and syntax.text.isdigit() and int(syntax.text) > 0:
            return IndexConst(int(syntax.text), dim)
        name = spelled(syntax)
        if name is None or isinstance(syntax, Numeral) or marks(syntax):
            shifted = r"a shifted index is not read: give the member that is meant a name of its own, x_{\text{next}}"
            raise fail(
                "E122", "an index is a letter or a positive integer", syntax.span,
                help=shifted if isinstance(syntax, Signed) else "use one letter",
            )  # fmt: skip
        found = self._bound.get(name) or self.free.get(name)
        if name not in self._bound:
            self.seen.add(name)
        if found is None and name in self.scope.indices:
            found = self.free.setdefault(name, self.scope.indices[name])
        if found is not None:
            if not unify(found.dim, dim):
                raise self._range_misfit(name, found.dim, dim, syntax.span)
            return found
        if name in self.scope.context.dimensions:
            self.seen.discard(name)
            if not unify(dim, name):
                raise fail(
                    "E127", f"`{name}` is a size here, so as an index it would be the last of {name}, "
                    f"but the range is {shape_text((dim, 1))[:-2]}", syntax.span,
                    help=f"did you mean {shape_text((dim, 1))[:-2]}, the last of them? An index needs another letter",
                )  # fmt: skip
            return IndexConst(name, dim)
        if name in self.scope.context.symbols or name in self.scope.meanings or name in self.locals:
            raise fail("E123", f"`{name}` is no index", syntax.span, help="use a letter that nothing else has")
        if len(name.strip("\\")) > 1 and not name.startswith("\\"):
            raise self.unknown(name, syntax.span)
        self.free[name] = IndexVar(name, dim)
        return self.free[name]

    def _range_misfit(self, name: str, own: Dim, dim: Dim, span: Span) -> ShapeError:
        a, b = shape_text((own, 1))[:-2], shape_text((dim, 1))[:-2]
        return ShapeError(
            Diagnostic(
                "S214",
                f"the index {name} runs to {a}, but here it would run to {b}"
                if not name.startswith("·")
                else f"this list runs to {a}, but what it is made of runs to {b}",
                (Label(span, f"1 … {b}"),),
                help=f"use an index that runs to {b}"
                if not name.startswith("·")
                else f"did you mean {b} instead of {a} in the last element?",
            )
        )

    def entry(self, e: Expr, sub: Syntax, span: Span) -> Expr:
        """e with a subscript: an entry, a row `i:` or a column `:j`."""
        items = self.subscripts(sub)
        if len(items) == 1 and isinstance(items[0], Numeral) and len(items[0].text) == 2 and not is_vector(e.shape):
            items = [Numeral(digit, items[0].span) for digit in items[0].text]
        if len(items) == 1 and is_vector(e.shape):
            if is_column(e.shape):
                return build.entry(e, self.index(items[0], e.shape[0]), None, span)
            return build.entry(e, None, self.index(items[0], e.shape[1]), span)
        if len(items) == 2 and is_vector(e.shape) and not any(isinstance(i, Colon) for i in items):
            raise fail("E125", f"two indices into something {shape_text(e.shape)}", span, help="a vector has one index")
        if len(items) == 2:
            self._ask_about_sizes(items)
            row = None if isinstance(items[0], Colon) else self.index(items[0], e.shape[0])
            column = None if isinstance(items[1], Colon) else self.index(items[1], e.shape[1])
            if row is None and column is None:
                return e
            if is_scalar(e.shape):
                raise fail("E124", "a scalar has no entries", span)
            return build.entry(e, row, column, span)
        if is_scalar(e.shape):
            raise fail(
                "E124", "a scalar has no entries", span, help="is this subscript part of a name? Declare the name"
            )
        raise fail(
            "E125", f"one index into something {shape_text(e.shape)}", span,
            help=r"write A_{ij} for an entry, A_{i:} for a row, A_{:j} for a column",
        )  # fmt: skip

    def _ask_about_sizes(self, items: list[Syntax]) -> None:
        """A size's letter beside an index, as in A_{ik} with A n×k: the last column, or an index?"""
        sizes = [i for i in items if spelled(i) in self.scope.context.dimensions and spelled(i) not in self._bound]
        letters = [i for i in items if isinstance(i, Name) and i not in sizes]
        if sizes and letters:
            raise fail(
                "E127", f"is `{spelled(sizes[0])}` an index here, or the size of that name?", sizes[0].span,
                help="use another letter for the index",
            )  # fmt: skip

    def family_member(self, definition: tree.Definition, sub: Syntax, span: Span) -> Expr:
        items = self.subscripts(sub)
        count = len(definition.indices)
        if len(items) < count:
            raise fail("E126", f"`{definition.latex}` has {count} indices", span)
        try:
            indices = tuple(self.index(item, i.dim) for item, i in zip(items, definition.indices, strict=False))
        except ShapeError as misfit:
            if not self.is_name(definition.latex):
                raise
            raise fail(
                "E177", f"is this an entry of `{definition.latex}`, or a member of the family of that letter?", span,
                help="use another letter for one of the two",
            ) from misfit  # fmt: skip
        member = tree.Reference(name=definition.key, indices=indices, shape=definition.body.shape, span=span)
        if len(items) == count:
            return member
        return self.entry(
            member, Commas(tuple(items[count:]), sub.span) if len(items) > count + 1 else items[count], span
        )

    @contextmanager
    def binding(self, index: IndexVar) -> Iterator[None]:
        """While this lasts, the index of that name is this one."""
        before = self._bound.get(index.name)
        self._bound[index.name] = index
        try:
            yield
        finally:
            if before is None:
                del self._bound[index.name]
            else:
                self._bound[index.name] = before

    def under(self, indices: Many[IndexVar], body: Syntax) -> Expr:
        """A body read with indices bound."""
        if not indices:
            return self.read(body)
        with self.binding(indices[0]):
            return self.under(indices[1:], body)
