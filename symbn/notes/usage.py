r"""What the equations of a note say of the shapes of its names, where those without a meaning are of supposed kinds.

A kind is a number, a column, a row, a matrix, a family of columns or rows, or a function of one of four sorts; sizes
are found by unification.  What is left open is open; what cannot be is counted (`extents`).  No claim is decided here.
"""

from __future__ import annotations

from symbn.diagnostics import NoteError
from symbn.expr.shape import is_scalar, is_vector, resolved
from symbn.expr.tree import Dim, DimVar, Shape
from symbn.notes.extents import NUMBER, Form
from symbn.notes.heads import Head, composed
from symbn.notes.occurrences import ELIDED, Defining, parts_of
from symbn.notes.patterns import find_pattern
from symbn.notes.scope import spelled
from symbn.notes.suppositions import Function
from symbn.notes.syntax import (
    Big,
    Binary,
    Chain,
    Commas,
    Derivation,
    Dots,
    Evaluated,
    Fraction,
    Group,
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
)
from symbn.notes.used_products import UsedProducts
from symbn.notes.vocabulary import EQUALITIES
from symbn.source import Span


class Usage(UsedProducts):
    """Reads chains for the shapes of names; the kinds of those without a meaning are supposed."""

    # Chains -------------------------------------------------------------------------------------------------------

    def chain(self, chain: Chain, defining: Defining | None = None) -> None:
        """All that a chain says."""
        self.ranges = {}
        relations = [link.relation for link in chain.links]
        if relations[:1] == [":"]:
            return
        if relations[:1] == [r"\in"]:
            self._membership(chain)
            return
        heads = defining.heads if defining is not None else ()
        forms = [self._side(side, heads[place] if place < len(heads) else None)
                 for place, side in enumerate(chain.sides)]  # fmt: skip
        for link, left, right in zip(chain.links, forms, forms[1:], strict=False):
            if link.relation in EQUALITIES or link.relation == r"\approx":
                self.extents.same(left, right, link.span)

    def _side(self, side: Syntax, head: Head | None) -> Form:
        if head is not None and head.parameters is not None:
            function = self.meaning(head.name)
            return function.codomain if isinstance(function, Function) else None
        return None if isinstance(side, Numeral) and side.text == "0" else self.form(side)

    def _membership(self, chain: Chain) -> None:
        """A claim about the shape of something."""
        claimed = _space(chain.sides[1])
        for subject in (*chain.subjects, chain.sides[0]):
            form = self.form(subject)
            if claimed is not None:
                self.extents.same(form, claimed, chain.span)

    # Expressions --------------------------------------------------------------------------------------------------

    def form(self, syntax: Syntax) -> Form:
        """The shape of what is written."""
        match syntax:
            case Numeral():
                return NUMBER
            case Name() | Script():
                return self.factors([syntax], syntax.span)
            case Group():
                return self._group(syntax)
            case Sequence():
                return self.factors(list(syntax.items), syntax.span)
            case Signed():
                kept = [term for _, term in syntax.terms if not _is_order(term)]
                return self.extents.sum([self._side(term, None) for term in kept], syntax.span)
            case Binary():
                return self._binary(syntax)
            case Fraction():
                return self.extents.quotient(self.form(syntax.numerator), self.form(syntax.denominator), syntax.span)
            case Root():
                return self.form(syntax.arg)
            case Big():
                return self._big(syntax)
            case Matrix():
                return self._matrix(syntax)
            case Derivation():
                return self.derivation(syntax, syntax.body)
            case Nabla():
                return None if syntax.variable is None else self.nabla(syntax)
            case Evaluated():
                return self.form(syntax.body)
            case Commas():
                for item in syntax.items:
                    self.form(item)
        return None

    def _group(self, syntax: Group) -> Form:
        content = syntax.content
        if syntax.delimiter == r"\langle" and isinstance(content, Commas) and len(content.items) == 2:
            self.extents.same(self.form(content.items[0]), self.form(content.items[1]), syntax.span)
            return NUMBER
        if syntax.delimiter == "[" and isinstance(content, Commas):
            return self.stack(list(content.items), 1, syntax.span)
        form = self.form(content)
        if syntax.delimiter == r"\|":
            return NUMBER
        if syntax.delimiter == "|" and form is not None and not is_vector(form):
            self.extents.square(form, syntax.span)
            return NUMBER
        return form

    def _binary(self, syntax: Binary) -> Form:
        if self._composes(syntax):
            return None
        left, right = self.form(syntax.left), self.form(syntax.right)
        match syntax.op:
            case r"\odot" | r"\circ":
                return self.extents.entrywise(left, right, syntax.span)
            case "/" | r"\oslash":
                return self.extents.quotient(left, right, syntax.span)
            case r"\cdot":
                return self.extents.inner(left, right, syntax.span)
            case r"\times":
                return self.extents.product((left, right), syntax.span)
        return None

    def _composes(self, syntax: Binary) -> bool:
        """Whether this is a function after another, which then takes its values."""
        pair = composed(syntax)
        if pair is None:
            return False
        outer, inner = (self.meaning(name.latex) for name in pair)
        if isinstance(outer, Function) and isinstance(inner, Function) and not outer.entrywise:
            outer.domain = outer.domain or [inner.codomain]
            self.extents.same(outer.domain[0], inner.codomain, syntax.span)
        return isinstance(outer, Function) or isinstance(inner, Function)

    def _big(self, syntax: Big) -> Form:
        sub = syntax.sub
        below = sub.left if isinstance(sub, Related) else sub
        names = [name for part in parts_of(below) if (name := spelled(part)) is not None] if below is not None else []
        size = self.size(syntax.sup)
        before = {name: self.ranges.get(name) for name in names}
        self.ranges.update({name: DimVar(name) if size is None else size for name in names})
        if len(names) == 1 and size is None:
            self.sums[id(syntax)] = self.ranges[names[0]]
        form = self.form(syntax.body)
        for name, dim in before.items():
            if dim is None:
                del self.ranges[name]
            else:
                self.ranges[name] = dim
        return form

    def _matrix(self, syntax: Matrix) -> Form:
        rows = [[cell for cell in row if cell is not None] for row in syntax.rows]
        rows = [row for row in rows if row]
        cells = [cell for row in rows for cell in row]
        if not any(isinstance(cell, Dots) for cell in cells):
            forms = [[self.form(cell) for cell in row] for row in rows]
            numbers = all(form is not None and is_scalar(form) for row in forms for form in row)
            return (len(rows), len(rows[0])) if numbers and rows else None
        places = {place for row in syntax.rows for place, cell in enumerate(row) if cell is not None}
        if len(places) == 1:
            return self.stack([row[0] for row in rows], 0, syntax.span)
        if len(rows) == 1:
            return self.stack(rows[0], 1, syntax.span)
        ends = [cells[0], Dots(r"\ddots", syntax.span), cells[-1]]
        stacked = self.stack(ends, 0, syntax.span)
        return None if stacked is None else (stacked[0], stacked[0])

    def stack(self, cells: list[Syntax], axis: int, span: Span) -> Form:
        """Rows below each other, or columns side by side, up to the last."""
        try:
            pattern = find_pattern(cells, ELIDED, span)
        except NoteError:
            for cell in cells:
                self.form(cell)
            return None
        size = self.size(pattern.last)
        self.ranges[ELIDED] = DimVar(ELIDED) if size is None else size
        form = self.form(pattern.body)
        if form is None:
            return None
        if resolved(form[axis]) != 1:
            self.extents.conflict(span)
            return None
        return (self.ranges[ELIDED], form[1]) if axis == 0 else (form[0], self.ranges[ELIDED])


def _is_order(term: Syntax) -> bool:
    """The o(dx) of an expansion."""
    if not isinstance(term, Sequence) or len(term.items) != 2 or not isinstance(term.items[0], Name):
        return False
    return term.items[0].latex in ("o", "O", r"\mathcal{O}", r"\mathcal{o}")


def _space(space: Syntax) -> Shape | None:
    r"""The shape that \mathbb{R}^{m \times n} names."""
    if not (isinstance(space, Script) and isinstance(space.base, Name) and space.base.latex == r"\mathbb{R}"):
        return None
    sup = space.sup
    if isinstance(sup, Binary) and sup.op == r"\times":
        rows, columns = spelled(sup.left), spelled(sup.right)
        return None if rows is None or columns is None else (_extent(rows), _extent(columns))
    one = spelled(sup) if isinstance(sup, (Name, Numeral)) else None
    return None if one is None else (_extent(one), 1)


def _extent(written: str) -> Dim:
    return int(written) if written.isdigit() else written
