r"""Declarations: x \in \mathbb{R}^n, f : \mathbb{R}^m \to \mathbb{R}^n, \epsilon > 0, i \in \{1, …, m\}."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.expr import tree
from symbn.expr.context import FunctionDeclaration, Sign, Structure, SymbolDeclaration
from symbn.expr.tree import Definition, IndexVar, Shape
from symbn.notes.expressions import Reader
from symbn.notes.reserved import marks
from symbn.notes.scope import Scope, composite, family_key, spelled
from symbn.notes.syntax import (
    Binary,
    Chain,
    Commas,
    Group,
    Name,
    Numeral,
    Related,
    Script,
    Sequence,
    Signed,
    Syntax,
    Unread,
)
from symbn.source import Span

_INDEX_LETTERS = frozenset("ijklrst")
_REALS = frozenset([r"\mathbb{R}", r"\mathbf{R}", r"\mathrm{R}", r"\boldsymbol{R}", "R"])
_NATURALS = frozenset([r"\mathbb{N}", r"\mathbf{N}"])
_INTEGERS = frozenset([r"\mathbb{Z}", r"\mathbf{Z}"])
_SYMMETRIC = frozenset([r"\mathbb{S}", r"\mathcal{S}"])
_SPACES = _REALS | _NATURALS | _INTEGERS | _SYMMETRIC
_SIGNS: Mapping[str, Sign] = {
    "": "real", "+": "nonnegative", r"\ge0": "nonnegative", "++": "positive", ">0": "positive",
}  # fmt: skip
"""What the mark of a set of reals says; ℝ₊ is read as the larger of the two sets that authors mean by it."""
_ONE_OR_MORE = ("+", "++", ">0", r"\ge1")


def mark(script: Syntax | None) -> str | None:
    """What a script says of a set: `+`, `++`, `>0`, …; nothing without a script, None for what is no such mark."""
    match script:
        case None:
            return ""
        case Related(relation=relation, left=Name(latex=""), right=Numeral(text=number)):
            return relation + number
        case Group(delimiter="{", content=content):
            return mark(content)
    text = spelled(script)
    return None if text is None else text.replace(" ", "").replace(r"\ast", "*")


class Declarer:
    """Enters declarations into a scope."""

    def __init__(self, scope: Scope, reader: Callable[[], Reader]) -> None:
        self.scope = scope
        self._reader = reader

    def is_dimension(self, subject: Syntax, space: Syntax) -> bool:
        """Whether this says of a dimension that it is a natural number, which is known.

        Raises NoteError (E181) where it is declared as a vector or a matrix: that is another thing of that name.
        """
        name = spelled(subject)
        if name in self.scope.context.dimensions and isinstance(space, Script) and spelled(space.base) in _REALS:
            self._check_free(name, subject.span)
        return (
            spelled(subject) in self.scope.context.dimensions
            and spelled(space.base if isinstance(space, Script) else space) in _NATURALS
        )

    def is_new(self, subject: Syntax) -> bool:
        """Whether a subject of ∈ is a name without a meaning."""
        name = spelled(subject)
        if name is None or not isinstance(subject, (Name, Script)):
            return False
        if self.scope.knows(name):
            return False
        if isinstance(subject, Script):
            stem = spelled(subject.base)
            if stem is not None and self.scope.knows(stem):
                return self._is_no_part(subject, stem)
        return True

    def _is_no_part(self, subject: Script, stem: str) -> bool:
        """Whether x^{\\star} is no power of x, A_1 no entry of a matrix A, x' no derivative of x: a new name."""
        if subject.primes and subject.sub is None and subject.sup is None:
            return self.scope.conventions.get("prime") != "transpose" and not self.scope.is_function(stem)
        if subject.sup is not None or marks(subject.sub):
            return marks(subject.sup) or marks(subject.sub)
        if isinstance(subject.sub, Name) and subject.sub.word:
            return True
        symbol = self.scope.context.symbols.get(stem)
        single = isinstance(subject.sub, Name | Numeral) and len(spelled(subject.sub) or "") == 1
        return symbol is not None and 1 not in symbol.shape and single and not subject.primes

    def dimensions_in(self, space: Syntax) -> None:
        """Declare the dimensions that stand in the exponents of ℝ, anywhere in a set."""
        if isinstance(space, Binary) and space.op == r"\times":
            self.dimensions_in(space.left)
            self.dimensions_in(space.right)
        elif isinstance(space, Script) and isinstance(space.base, Name) and space.base.latex in _SPACES:
            if space.sup is not None and spelled(space.sup) not in ("+", "n +"):
                for name in _names(space.sup):
                    self.scope.context.dimensions.setdefault(name, 1)

    def declare(self, subject: Syntax, space: Syntax, span: Span) -> None:
        """subject ∈ space, the subject a new name.  Raises NoteError."""
        name = spelled(subject)
        assert name is not None
        if isinstance(space, Group) and space.delimiter == r"\{":
            self.scope.indices[name] = IndexVar(name, self._range(space))
            return
        family = self._family_index(subject)
        kind, shape, structure, sign = self._space(space)
        if kind == "dimension":
            self.scope.context.dimensions.setdefault(name, 1)
        elif family is not None:
            self._declare_family(subject, family, shape, span)
        else:
            self._check_free(name, span)
            self.scope.families.pop(name, None)  # x_t was a family; from here on x_t is an entry of x
            self.scope.context.symbols[name] = SymbolDeclaration(name, shape, sign, structure)
        self.scope.places.setdefault(name, span)

    def _check_free(self, name: str, span: Span) -> None:
        if name in self.scope.context.dimensions:
            before = self.scope.places.get(name)
            labels: tuple[Label, ...] = (Label(span, "declared again here"),)
            if before is not None:
                labels = (Label(before, "a dimension here", False), *labels)
            raise NoteError(Diagnostic("E181", f"`{name}` is a dimension already", labels, help="use another letter"))

    def _family_index(self, subject: Syntax) -> IndexVar | None:
        """The index of y_i in a declaration of a family; asks where i could be a part of the name."""
        if not isinstance(subject, Script) or subject.sub is None:
            return None
        letter = spelled(subject.sub)
        if letter in self.scope.indices:
            return self.scope.indices[letter]
        if letter in _INDEX_LETTERS and not self.scope.knows(letter):
            raise fail(
                "E180", f"is `{letter}` an index here, or part of the name?", subject.span,
                help=f"declare its range first, such as ${letter} \\in \\{{1, \\ldots, m\\}}$",
            )  # fmt: skip
        return None

    def _declare_family(self, subject: Syntax, index: IndexVar, shape: Shape, span: Span) -> None:
        """A free family of columns, rows or scalars: the slices of one free matrix or vector."""
        assert isinstance(subject, Script)
        stem = composite(replace(subject, sub=None)) or spelled(subject.base)
        assert stem is not None
        rows, columns = shape
        if shape == (1, 1):
            self.scope.context.symbols[stem] = SymbolDeclaration(stem, (index.dim, 1))
            return
        whole = f"{stem}_{{:}}"
        if columns == 1:
            full: Shape = (rows, index.dim)
        elif rows == 1:
            full = (index.dim, columns)
        else:
            raise fail("E182", "a free family of matrices is not read yet", span)
        self.scope.context.symbols[whole] = SymbolDeclaration(whole, full)
        body = tree.Slice(
            arg=tree.Symbol(name=whole, shape=full),
            row=index if rows == 1 else None,
            column=index if columns == 1 else None,
            shape=shape,
        )
        definitions = self.scope.context.definitions
        lowest = min((d.rank for d in definitions.values()), default=1) - 1
        definition = Definition(family_key(stem), (index,), (), body, lowest, stem, span)
        definitions[definition.key] = definition
        self.scope.families[stem] = definition

    def claimed_shape(self, space: Syntax) -> Shape:
        """The shape that a claim ∈ ℝ^{…} states."""
        return self.claimed(space)[0]

    def claimed(self, space: Syntax) -> tuple[Shape, Structure, Sign]:
        """The shape that a claim ∈ states, and what it says beside: symmetric, orthogonal, positive."""
        kind, shape, structure, sign = self._space(space)
        if kind != "real":
            raise fail("E183", "a claim about a shape names ℝ^{m×n}", space.span)
        return shape, structure, sign

    def _range(self, group: Group) -> tree.Dim:
        content = group.content
        if isinstance(content, Commas):
            first, last = content.items[0], content.items[-1]
            if isinstance(first, Numeral) and first.text == "1" and len(content.items) >= 2:
                return self._reader().dimension(last)
        raise fail("E184", "an index runs over {1, …, m}", group.span, help=r"write i \in \{1, \ldots, m\}")

    def _space(self, space: Syntax) -> tuple[str, Shape, Structure, Sign]:
        """A set as (kind, shape, structure, sign)."""
        if isinstance(space, Unread):
            raise NoteError(space.diagnostic)
        base = space.base if isinstance(space, Script) else space
        name = base.latex if isinstance(base, Name) else None
        sup = space.sup if isinstance(space, Script) else None
        below, above = mark(space.sub if isinstance(space, Script) else None), mark(sup)
        sign = None if below is None else _SIGNS.get(below)
        if name in _REALS and above in ("", "+"):
            sign = "nonnegative" if above and below in ("", "0") else sign
            if sign is not None:
                return "real", (1, 1), "general", sign
        elif name in _REALS and sup is not None and above != "*" and sign is not None:
            sizes = self._reader().sizes(sup)
            if len(sizes) > 2:
                raise fail("E185", "a tensor of more than two dimensions", sup.span, help="use a family of matrices")
            return "real", (sizes[0], sizes[1] if len(sizes) == 2 else 1), "general", sign
        if name in _NATURALS and above in ("", "+", "*") and below in ("", *_ONE_OR_MORE):
            return "dimension", (1, 1), "general", "real"
        if name in _INTEGERS and "" in (above, below) and (above or below) in _ONE_OR_MORE:
            return "dimension", (1, 1), "general", "real"
        if name in _NATURALS | _INTEGERS:
            raise fail(
                "E186", "a dimension is a positive integer, and this set holds other numbers too", space.span,
                help=r"declare n \in \mathbb{N}; of another integer c ∈ ℝ says less, and is read",
            )  # fmt: skip
        if name in _SYMMETRIC and sup is not None and below in ("", "++", ">0"):
            (size, *_) = self._reader().sizes(sup)
            return "real", (size, size), "positive definite" if below else "symmetric", "real"
        if isinstance(space, Sequence) and isinstance(space.items[-1], Group):
            group = "".join(spelled(item) or "?" for item in space.items[:-1])
            (size, *_) = self._reader().sizes(space.items[-1].content)
            if group in ("O", r"\mathrm{O}", r"\mathcal{O}"):
                return "real", (size, size), "orthogonal", "real"
            if group == "GL":
                return "real", (size, size), "invertible", "real"
        raise fail(
            "E186", "this set is not read", space.span,
            help=r"declare in \mathbb{R}^{n}, \mathbb{R}^{m \times n}, \mathbb{N}, \mathbb{S}^{n}_{++} or \{1, …, m\}",
        )  # fmt: skip

    def function(self, subject: Syntax, chain: Chain) -> None:
        r"""f : A \to B."""
        name = spelled(subject)
        if name is None or [link.relation for link in chain.links] != [":", r"\to"]:
            raise fail("E187", r"a function is declared as f : \mathbb{R}^m \to \mathbb{R}^n", chain.span)
        domain = tuple(self._factors(chain.sides[1]))
        kind, codomain, _, _ = self._space(chain.sides[2])
        if kind != "real":
            raise fail("E187", "a function's values are real", chain.sides[2].span)
        new = FunctionDeclaration(name, domain, codomain)
        known = self.scope.context.functions.get(name)
        if known == new:
            return
        if self.scope.knows(name):
            raise fail("E189", f"`{name}` has a meaning already", chain.span, help="use another name")
        self.scope.context.functions[name] = new
        self.scope.places.setdefault(name, chain.span)

    def _factors(self, space: Syntax) -> list[Shape]:
        if isinstance(space, Binary) and space.op == r"\times":
            return [*self._factors(space.left), *self._factors(space.right)]
        return [self._space(space)[1]]

    def assume(self, subject: Syntax, relation: str, bound: Syntax) -> bool:
        """ε > 0, n ≥ 2.  False for what is no assumption about one name."""
        if isinstance(subject, Numeral):
            turned = {">": "<", "<": ">", r"\ge": r"\le", r"\le": r"\ge"}.get(relation, relation)
            return isinstance(bound, (Name, Script)) and self.assume(bound, turned, subject)
        name = spelled(subject)
        value = _number(bound)
        if name is None or value is None or not isinstance(subject, (Name, Script)):
            return False
        context = self.scope.context
        if name in context.dimensions:
            if relation not in (">", r"\ge"):
                return False
            least = value + 1 if relation == ">" else value
            context.dimensions[name] = max(context.dimensions[name], least)
            return True
        signs: dict[tuple[str, bool], Sign] = {
            (">", value == 0): "positive", (r"\ge", value == 0): "nonnegative",
            ("<", value == 0): "negative", (r"\le", value == 0): "nonpositive", (r"\ne", value == 0): "nonzero",
        }  # fmt: skip
        sign = signs[(relation, value == 0)]
        if value > 0 and relation in (">", r"\ge"):
            sign = "positive"
        elif value != 0:
            return False
        if name in context.symbols:
            context.symbols[name] = replace(context.symbols[name], sign=sign)
            return True
        if self.scope.knows(name):
            return False
        if value > 0:
            raise fail(
                "E190", f"is `{name}` a dimension or a real number?", subject.span,
                help=f"declare ${name} \\in \\mathbb{{N}}$ or ${name} \\in \\mathbb{{R}}$ first",
            )  # fmt: skip
        context.symbols[name] = SymbolDeclaration(name, (1, 1), sign)
        self.scope.places.setdefault(name, subject.span)
        return True


def _names(sup: Syntax) -> list[str]:
    """The names in m × n, mn, n² or m + p."""
    match sup:
        case Binary(op=r"\times" | r"\cdot" | "*"):
            return _names(sup.left) + _names(sup.right)
        case Sequence():
            return [name for item in sup.items for name in _names(item)]
        case Signed():
            return [name for _, term in sup.terms for name in _names(term)]
        case Group(delimiter="(" | "{"):
            return _names(sup.content)
        case Script(sub=None, sup=Numeral()):
            return _names(sup.base)
    name = spelled(sup) if isinstance(sup, (Name, Script)) else None
    return [] if name is None or name in ("+", r"\ast") else [name]


def _number(syntax: Syntax) -> int | None:
    if isinstance(syntax, Numeral) and syntax.text.isdigit():
        return int(syntax.text)
    if isinstance(syntax, Signed) and len(syntax.terms) == 1:
        inner = _number(syntax.terms[0][1])
        return None if inner is None else -inner
    return None
