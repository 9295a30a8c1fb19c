r"""What the equations of a note say of the shapes of its names, where those without a meaning are of supposed kinds.

A kind is a number, a column, a row, a matrix, a family of columns or rows, or a function of one of four sorts; sizes
are found by unification.  What is left open is open; what cannot be is counted (`extents`).  No claim is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from symbn.diagnostics import NoteError
from symbn.expr.shape import is_column, is_scalar, is_vector, resolved
from symbn.expr.tree import Dim, DimVar, Shape
from symbn.notes.extents import NUMBER, Extents, Form, column, matrix, transposed
from symbn.notes.heads import Head, composed
from symbn.notes.occurrences import ELIDED, Defining, Occurrence, Occurrences, parts_of
from symbn.notes.patterns import find_pattern
from symbn.notes.reserved import (
    DETERMINANTS,
    DIAGONALS,
    DIFFERENTIALS,
    ELEMENTWISE,
    EXTREMES,
    IDENTITIES,
    MOMENTS,
    ONES,
    TRACES,
    UNITS,
    ZEROS,
    is_constant,
    is_mean,
    is_operator,
    negates,
    transposes,
)
from symbn.notes.scope import DefinedFunction, DefinedTensor, Derived, spelled
from symbn.notes.syntax import (
    Big,
    Binary,
    Chain,
    Colon,
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
    arguments_of,
    juxtaposed,
    unscripted,
    walk,
)
from symbn.notes.vocabulary import EQUALITIES
from symbn.source import Span

Kind: TypeAlias = Literal[
    "number",
    "column",
    "row",
    "matrix",
    "family",
    "family of rows",
    "number-valued",
    "column-valued",
    "matrix-valued",
    "entrywise",
]
FUNCTIONS: tuple[Kind, ...] = ("number-valued", "column-valued", "entrywise", "matrix-valued")
Way: TypeAlias = Literal["bare", "indexed", "indexed twice", "applied", "differentiated", "size"]


@dataclass(frozen=True)
class Use:
    """Where a name without a meaning is used, and how; `arguments` are what it stands before in parentheses."""

    way: Way
    span: Span
    arguments: tuple[Syntax, ...] = ()
    index: str | None = None


@dataclass
class Tensor:
    """A number, column or matrix."""

    shape: Form


@dataclass
class Family:
    """x_i, for i up to `range`."""

    member: Form
    range: Dim


@dataclass
class Function:
    """f of arguments of these shapes (as many as it is first given), entry by entry where it has no `codomain`."""

    codomain: Form
    entrywise: bool = False
    domain: list[Form] = field(default_factory=list)


Meaning: TypeAlias = Tensor | Family | Function


class Usage:
    """Reads chains for the shapes of names; the kinds of those without a meaning are supposed."""

    def __init__(self, occurrences: Occurrences, kinds: Mapping[str, Kind]) -> None:
        self.occurrences = occurrences
        self.scope = occurrences.scope
        self.kinds = kinds
        self.extents = Extents()
        self.meanings: dict[str, Meaning] = {}
        self.uses: dict[str, list[Use]] = {}
        self.shares: list[tuple[str, Dim]] = []
        """Names n and open sizes of means, (1/n) 𝟏ᵀx and (1/n) Σ_t x_t: the size is n, by all custom."""
        self.derivatives: dict[str, list[Syntax]] = {}
        """What names alone are differentiated by."""
        self._ranges: dict[str, Dim] = {}
        self._sums: dict[Span, Dim] = {}
        """How far sums over one index run that do not say it."""

    # Chains -------------------------------------------------------------------------------------------------------

    def chain(self, chain: Chain, defining: Defining | None = None) -> None:
        """All that a chain says."""
        self._ranges = {}
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
            function = self._meaning(head.name)
            return function.codomain if isinstance(function, Function) else None
        return None if isinstance(side, Numeral) and side.text == "0" else self.form(side)

    def _membership(self, chain: Chain) -> None:
        """A claim about the shape of something."""
        claimed = _space(chain.sides[1])
        for subject in (*chain.subjects, chain.sides[0]):
            form = self.form(subject)
            if claimed is not None:
                self.extents.same(form, claimed, chain.span)

    # Names --------------------------------------------------------------------------------------------------------

    def _meaning(self, name: str) -> Meaning | None:
        """What a name stands for: as the note says, else as is supposed."""
        if name not in self.meanings:
            found = self._known(name) or self._supposed(name)
            if found is None:
                return None
            self.meanings[name] = found
        return self.meanings[name]

    def _known(self, name: str) -> Meaning | None:
        scope, context = self.scope, self.scope.context
        match scope.meanings.get(name):
            case DefinedTensor() as defined:
                return Tensor(defined.definition.body.shape)
            case Derived() as derived:
                return Tensor(derived.expression.shape)
            case DefinedFunction():
                return Function(NUMBER if self.occurrences.values.get(name) == {NUMBER} else None)
        if name in context.symbols:
            return Tensor(context.symbols[name].shape)
        if name in context.functions:
            declared = context.functions[name]
            return Function(declared.codomain, declared.entrywise, list(declared.domain))
        if name in context.dimensions:
            return Tensor(NUMBER)
        if name.endswith("_") and name[:-1] in scope.families:
            family = scope.families[name[:-1]]
            return Family(family.body.shape, family.indices[0].dim)
        return None

    def _supposed(self, name: str) -> Meaning | None:
        match self.kinds.get(name):
            case "number":
                return Tensor(NUMBER)
            case "column":
                return Tensor(column())
            case "row":
                return Tensor(transposed(column()))
            case "matrix":
                return Tensor(matrix())
            case "family":
                return Family(column(), DimVar("a range"))
            case "family of rows":
                return Family(transposed(column()), DimVar("a range"))
            case "number-valued":
                return Function(NUMBER)
            case "column-valued":
                return Function(column())
            case "matrix-valued":
                return Function(matrix())
            case "entrywise":
                return Function(None, entrywise=True)
        return None

    def _meet(self, name: str, use: Use) -> None:
        if self._known(name) is None and not is_constant(name):
            self.uses.setdefault(name, []).append(use)

    def _size(self, syntax: Syntax | None) -> Dim | None:
        """A size that is written; its name is used as one."""
        if isinstance(syntax, Numeral) and syntax.text.isdigit():
            return int(syntax.text)
        name = spelled(syntax) if isinstance(syntax, (Name, Script)) else None
        if name is None or syntax is None:
            return None
        self._meet(name, Use("size", syntax.span))
        return name

    def _index(self, syntax: Syntax, extent: Dim, span: Span) -> None:
        """A position in a range of that size."""
        name = spelled(syntax)
        if isinstance(syntax, Name) and name is not None:
            if name in self.scope.context.dimensions:
                if isinstance(resolved(extent), DimVar):
                    self.extents.equal(extent, name, span)
                return
            known = self.scope.indices.get(name)
            runs = self._ranges.setdefault(name, known.dim if known is not None else DimVar(name))
            self.extents.equal(runs, extent, span)

    def _name(self, syntax: Name | Script) -> Form:
        """A name with its scripts."""
        found = self.occurrences.of(syntax)
        if found is None:
            assert isinstance(syntax, Script)
            return self._scripted(self.form(syntax.base), syntax)
        constant = self._constant(found)
        if constant is not None:
            return self._raised(constant, found.superscript, syntax.span)
        if found.name in self._ranges or found.name in self.scope.indices:
            return NUMBER
        if found.name in ZEROS or (found.name in ("e", r"\mathrm{e}") and found.superscript is not None):
            if found.superscript is not None:
                self.form(found.superscript)
            return None if found.name in ZEROS else NUMBER
        way: Way = ("bare", "indexed", "indexed twice")[min(len(found.subscripts), 2)]
        first = found.subscripts[0] if found.subscripts else None
        index = spelled(first) if first is not None and self.occurrences.is_index(first) else None
        self._meet(found.name, Use(way, syntax.span, index=index))
        form = self._valued(found, syntax.span)
        return self._raised(form, found.superscript, syntax.span)

    def _constant(self, found: Occurrence) -> Form:
        """I, 𝟏, e_i, δ_ij where they have no other meaning; a written size is theirs."""
        name, subs = found.name, found.subscripts
        base = name.split("_{")[0]
        if self._meaning(name) is not None or self._meaning(base) is not None:
            return None
        if base in IDENTITIES | ONES:
            size: Dim = DimVar(base) if base == name else name[len(base) + 2 : -1]
            if base != name:
                self._meet(str(size), Use("size", Span(0, 0)))
            return (size, size) if base in IDENTITIES else (size, 1)
        if name in UNITS and len(subs) == 1:
            return column()
        if name == r"\delta" and len(subs) == 2:
            return NUMBER
        return None

    def _valued(self, found: Occurrence, span: Span) -> Form:
        meaning, subs = self._meaning(found.name), list(found.subscripts)
        match meaning:
            case Tensor():
                return self._entry(meaning.shape, subs, span)
            case Family() if subs:
                self._index(subs[0], meaning.range, span)
                return self._entry(meaning.member, subs[1:], span)
            case Function():
                if meaning.entrywise:
                    self.extents.conflict(span)
                self.extents.loose()
                return self._entry(meaning.codomain, subs, span)
            case Family():
                self.extents.conflict(span)
        return None

    def _entry(self, form: Form, subs: Many[Syntax], span: Span) -> Form:
        """An entry x_i, A_{ij}, a row A_{i:}, a column A_{:j}."""
        if form is None or not subs:
            return form
        vector = is_vector(form)
        if is_scalar(form) or len(subs) != (1 if vector else 2):
            self.extents.conflict(span)
            return None
        places = [0 if is_column(form) else 1] if vector else [0, 1]
        sizes: list[Dim] = [1, 1]
        for place, sub in zip(places, subs, strict=True):
            if isinstance(sub, Colon):
                sizes[place] = form[place]
            else:
                self._index(sub, form[place], span)
        return sizes[0], sizes[1]

    def _scripted(self, form: Form, script: Script) -> Form:
        """Something in parentheses, with scripts."""
        base = script.base
        if script.sub is not None and not (isinstance(base, Group) and base.delimiter in ("|", r"\|")):
            form = self._entry(form, list(parts_of(script.sub)), script.span)
        return self._raised(form, script.sup, script.span)

    def _raised(self, form: Form, sup: Syntax | None, span: Span) -> Form:
        if sup is None:
            return form
        if transposes(sup):
            if form is not None and is_scalar(form):
                self.extents.loose()
            return transposed(form)
        if negates(sup) and any(transposes(node) for node in walk(sup)):
            return transposed(self.extents.square(form, span))
        if isinstance(sup, Name) and sup.latex in (r"\odot", r"\circ"):
            return form
        if isinstance(sup, Sequence) and isinstance(sup.items[0], Name) and sup.items[0].latex in (r"\odot", r"\circ"):
            return form
        self.form(sup)
        if form is not None and not is_scalar(form):
            return self.extents.square(form, span)
        return form

    # Expressions --------------------------------------------------------------------------------------------------

    def form(self, syntax: Syntax) -> Form:
        """The shape of what is written."""
        match syntax:
            case Numeral():
                return NUMBER
            case Name() | Script():
                return self._factors([syntax], syntax.span)
            case Group():
                return self._group(syntax)
            case Sequence():
                return self._factors(list(syntax.items), syntax.span)
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
                return self._derivation(syntax, syntax.body)
            case Nabla():
                return None if syntax.variable is None else self._nabla(syntax)
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
            return self._stack(list(content.items), 1, syntax.span)
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
        outer, inner = (self._meaning(name.latex) for name in pair)
        if isinstance(outer, Function) and isinstance(inner, Function) and not outer.entrywise:
            outer.domain = outer.domain or [inner.codomain]
            self.extents.same(outer.domain[0], inner.codomain, syntax.span)
        return isinstance(outer, Function) or isinstance(inner, Function)

    def _big(self, syntax: Big) -> Form:
        sub = syntax.sub
        below = sub.left if isinstance(sub, Related) else sub
        names = [name for part in parts_of(below) if (name := spelled(part)) is not None] if below is not None else []
        size = self._size(syntax.sup)
        before = {name: self._ranges.get(name) for name in names}
        self._ranges.update({name: DimVar(name) if size is None else size for name in names})
        if len(names) == 1 and size is None:
            self._sums[syntax.span] = self._ranges[names[0]]
        form = self.form(syntax.body)
        for name, dim in before.items():
            if dim is None:
                del self._ranges[name]
            else:
                self._ranges[name] = dim
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
            return self._stack([row[0] for row in rows], 0, syntax.span)
        if len(rows) == 1:
            return self._stack(rows[0], 1, syntax.span)
        ends = [cells[0], Dots(r"\ddots", syntax.span), cells[-1]]
        stacked = self._stack(ends, 0, syntax.span)
        return None if stacked is None else (stacked[0], stacked[0])

    def _stack(self, cells: list[Syntax], axis: int, span: Span) -> Form:
        """Rows below each other, or columns side by side, up to the last."""
        try:
            pattern = find_pattern(cells, ELIDED, span)
        except NoteError:
            for cell in cells:
                self.form(cell)
            return None
        size = self._size(pattern.last)
        self._ranges[ELIDED] = DimVar(ELIDED) if size is None else size
        form = self.form(pattern.body)
        if form is None:
            return None
        if resolved(form[axis]) != 1:
            self.extents.conflict(span)
            return None
        return (self._ranges[ELIDED], form[1]) if axis == 0 else (form[0], self._ranges[ELIDED])

    # Products -----------------------------------------------------------------------------------------------------

    def _factors(self, items: list[Syntax], span: Span) -> Form:
        forms: list[Form] = []
        place = 0
        while place < len(items):
            form, place = self._factor(items, place)
            forms.append(form)
        self._note_shares(items, forms)
        return self.extents.product(forms, span)

    def _factor(self, items: list[Syntax], place: int) -> tuple[Form, int]:
        """A factor with what belongs to it, and the place after it."""
        item, rest = items[place], items[place + 1 :]
        head = _innermost(item)
        word = self.occurrences.words.get(item.span.start)
        if word is not None and isinstance(item, Name) and len(rest) >= len(word):
            self.form(rest[len(word) - 1])
            return None, place + len(word) + 1
        if isinstance(item, Derivation) and item.body is None:
            return self._derivation(item, juxtaposed(rest) if rest else None), len(items)
        if isinstance(item, Nabla):
            return self._nabla_at(item, items, place)
        if isinstance(head, Nabla) and isinstance(item, Script):
            return self._raised(self.form(head), item.sup, item.span), place + 1
        if not isinstance(head, Name):
            form = self._scripted(self.form(item.base), item) if isinstance(item, Script) else self.form(item)
            return form, place + 1
        if rest and head.latex in DIFFERENTIALS and self._meaning(head.latex) is None:
            return self._factor(items, place + 1)
        group = unscripted(rest[0]) if rest else None
        assert isinstance(item, (Name, Script))
        if isinstance(group, Group) and group.delimiter in ("(", "["):
            applied = self._applied(item, group, rest[0])
            if applied is not None:
                return applied[0], place + 2
        if (head.word or is_mean(head)) and self._meaning(head.latex) is None and _is_word(head):
            return self._word(head, item, items, place)
        return self._name(item), place + 1

    def _applied(self, item: Name | Script, group: Group, following: Syntax) -> tuple[Form] | None:
        """f(x), if f is a function."""
        found = self.occurrences.of(item)
        if found is None or (_is_word(_innermost(item)) and self._meaning(found.name) is None):
            return None
        if found.superscript is not None and (transposes(found.superscript) or negates(found.superscript)):
            return None
        arguments = arguments_of(group.content)
        if not found.subscripts and found.superscript is None:
            self._meet(found.name, Use("applied", item.span, arguments))
        function = self._meaning(found.name)
        if not isinstance(function, Function):
            return None
        forms = [self.form(argument) for argument in arguments]
        while len(function.domain) < len(forms):
            function.domain.append(forms[len(function.domain)])
        if function.entrywise:
            form = forms[0]
        elif found.name in self.occurrences.defined:
            form = function.codomain  # a definition holds for arguments of every size
        else:
            for given, own in zip(forms, function.domain, strict=False):
                self.extents.same(given, own, group.span)
            form = function.codomain
        form = self._raised(self._entry(form, found.subscripts, group.span), found.superscript, group.span)
        return (self._scripted(form, following) if isinstance(following, Script) else form,)

    def _word(self, head: Name, item: Syntax, items: list[Syntax], place: int) -> tuple[Form, int]:
        """An operator with its argument: what stands in parentheses, else all that follows."""
        rest = items[place + 1 :]
        if not rest:
            return None, place + 1
        group = unscripted(rest[0])
        grouped = isinstance(group, Group) and group.delimiter in ("(", "[", "{")
        content = group.content if grouped and isinstance(group, Group) else juxtaposed(rest)
        form = self._operated(head.latex, content, item.span)
        if isinstance(item, Script):
            form = self._raised(form, item.sup, item.span)
        if grouped and isinstance(rest[0], Script):
            form = self._scripted(form, rest[0])
        return form, place + 2 if grouped else len(items)

    def _operated(self, word: str, content: Syntax, span: Span) -> Form:
        if isinstance(content, Commas):
            forms = [self.form(item) for item in content.items]
            if word in DIAGONALS and any(isinstance(item, Dots) for item in content.items):
                stacked = self._stack(list(content.items), 0, span)
                return None if stacked is None else (stacked[0], stacked[0])
            return self.extents.sum(forms, span) if word in EXTREMES else None
        form = self.form(content)
        if word in TRACES or word in DETERMINANTS:
            self.extents.square(form, span)
            return NUMBER
        if word in DIAGONALS and form is not None:
            return (form[0], form[0]) if is_column(form) else (form[0], 1)
        if word == "logsumexp":
            return NUMBER
        return form if word in ELEMENTWISE or word == "softmax" else None

    def _note_shares(self, items: list[Syntax], forms: Many[Form]) -> None:
        r"""\frac1n \mathbf 1 …, \frac1n \sum_t x_t: of a mean the size is what it is divided by."""
        parts = [item for item in items if isinstance(item, Fraction)]
        below = [spelled(p.denominator) for p in parts if isinstance(p.numerator, Numeral) and p.numerator.text == "1"]
        names = [name for name in below if name is not None and not name.isdigit()]
        if len(names) != 1:
            return
        for item, form in zip(items, forms, strict=False):
            base = unscripted(item)
            if isinstance(item, Big) and item.span in self._sums:
                self.shares.append((names[0], self._sums[item.span]))
            if form is not None and isinstance(base, Name) and base.latex in ONES:
                self.shares.append((names[0], form[0] if resolved(form[0]) != 1 else form[1]))

    # Derivatives --------------------------------------------------------------------------------------------------

    def _derivation(self, syntax: Derivation, body: Syntax | None) -> Form:
        form = None
        if body is not None:
            form = self._differentiated(body, syntax.variables)
        variables = [self.form(variable) for variable in syntax.variables]
        if len(variables) == 2 and form is not None and is_scalar(form):
            first, second = variables
            if first is None or second is None or is_scalar(first):
                return None
            return first[0], second[0] if is_column(second) else second[1]
        for variable in variables:
            form = self.extents.derivative(form, variable, syntax.span)
        return form

    def _differentiated(self, body: Syntax, variables: Many[Syntax]) -> Form:
        """What a derivative is taken of; a name alone there may be a function."""
        if isinstance(body, (Name, Script)):
            found = self.occurrences.of(body)
            if found is not None and not found.subscripts and found.superscript is None:
                self._meet(found.name, Use("differentiated", body.span))
                self.derivatives.setdefault(found.name, []).extend(variables)
                function = self._meaning(found.name)
                if isinstance(function, Function):
                    return function.codomain
        return self.form(body)

    def _nabla(self, syntax: Nabla) -> Form:
        form = None if syntax.variable is None else self.form(syntax.variable)
        return (form[0], form[0]) if syntax.order == 2 and form is not None else form

    def _nabla_at(self, syntax: Nabla, items: list[Syntax], place: int) -> tuple[Form, int]:
        """∇_x of the name, or the application, that follows."""
        gradient = self._nabla(syntax)
        if place + 1 == len(items):
            return gradient, place + 1
        following = items[place + 1]
        if isinstance(following, (Name, Script)):
            found = self.occurrences.of(following)
            if found is not None and not found.subscripts:
                self._meet(found.name, Use("differentiated", following.span))
                if syntax.variable is not None:
                    self.derivatives.setdefault(found.name, []).append(syntax.variable)
        form, after = self._factor(items, place + 1)
        last = items[after - 1]
        if isinstance(last, Script) and transposes(last.sup):  # ∇f(x)ᵀ is the gradient's transpose
            gradient, form = transposed(gradient), transposed(form)
        if form is not None and is_column(form) and syntax.order == 1 and gradient is not None:
            return (form[0], gradient[0]), after
        return gradient, after


def _innermost(syntax: Syntax) -> Syntax:
    r"""What all scripts are put on: the x of x^{(1)\top}."""
    while isinstance(syntax, Script):
        syntax = syntax.base
    return syntax


def _is_word(syntax: Syntax) -> bool:
    """Whether this is an operator that symbn reads."""
    return isinstance(syntax, Name) and (is_operator(syntax.latex) or is_mean(syntax) or syntax.latex in MOMENTS)


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
