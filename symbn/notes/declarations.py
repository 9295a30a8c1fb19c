r"""Declarations: x \in \mathbb{R}^n, f : \mathbb{R}^m \to \mathbb{R}^n, \epsilon > 0, i \in \{1, …, m\}."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from symbn.diagnostics import Diagnostic, Label, NoteError, fail
from symbn.expr.context import FunctionDeclaration, Sign, Structure, SymbolDeclaration
from symbn.expr.tree import Dim, IndexVar, Shape
from symbn.notes.constants import is_possible_unit
from symbn.notes.expressions import Reader
from symbn.notes.families import Families
from symbn.notes.number_sets import NumberSet, Values, number_set
from symbn.notes.reserved import marks
from symbn.notes.samples import declared_name, joined, limits, sample_of, stem_of
from symbn.notes.scope import Scope, spelled
from symbn.notes.syntax import (
    Binary,
    Chain,
    Commas,
    Dots,
    Group,
    Name,
    Numeral,
    Related,
    Script,
    Sequence,
    Signed,
    Syntax,
    Unread,
    unscripted,
    walk,
)
from symbn.source import Span

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
        self.families = Families(scope, reader)
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
        if isinstance(subject, Commas):
            return True
        if self.families.has(subject):
            return False
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

    def subjects(self, chain: Chain) -> list[Syntax]:
        r"""What a chain says \in of; x_1, …, x_n is one subject, but for an x whose entries they are."""
        written = [*chain.subjects, chain.sides[0]]
        lists = joined(written)
        if any(isinstance(s, Commas) and self._are_entries(s, chain.sides[1]) for s in lists):
            return [subject for subject in written if not isinstance(subject, Dots)]
        return lists

    def _are_entries(self, listed: Commas, space: Syntax) -> bool:
        sample = sample_of(listed)
        member = sample.members[0] if sample is not None else None
        if not isinstance(member, Script) or not self.scope.knows(stem_of(member) or ""):
            return False
        return not self.families.stands_beside(listed, space)

    def declare(self, subject: Syntax, space: Syntax, span: Span) -> tuple[str, ...]:
        """subject ∈ space, the subject a new name or a list x_1, …, x_n; returns what to tell.  Raises NoteError."""
        numbers = number_set(space)
        if numbers is None and isinstance(space, Group) and space.delimiter in (r"\{", "["):
            self._declare_index(subject, space)
            return ()
        if isinstance(subject, Commas):
            self._check_list(subject, space, span)
        member = self.families.of(subject)
        kind, shape, structure, sign = self._space(space) if numbers is None else self._of_numbers(numbers)
        told: tuple[str, ...] = ()
        if member is not None and kind == "real":
            self._check_free(stem_of(member.member) or "", span)
            if is_possible_unit(subject, self.scope) and shape == (member.index.dim, 1):
                raise fail(
                    "E168", f"`{spelled(member.member)}` can be a unit vector or a new name", subject.span,
                    help="call it `the $i$-th unit vector`, or use another letter for a new name",
                )  # fmt: skip
            name = self.families.declare(member.member, member.index, shape, sign, span)
            told = member.told
        else:
            name = spelled(subject) or ""
            self._declare_name(SymbolDeclaration(name, shape, sign, structure), kind, span)
        if numbers is not None:
            self.scope.values[name] = numbers.values
            told += (f"read as real; what holds only because of {numbers.values.text} is not checked",)
        self.scope.places.setdefault(spelled(subject) or name, span)
        return told

    def limited(self, subject: Syntax, space: Syntax) -> tuple[str, ...] | None:
        r"""What to tell of y_i \in \{0, 1\} where y is declared already; None for what is no set of numbers."""
        numbers = number_set(space)
        name = next((n for n in map(spelled, (subject, unscripted(subject))) if n in self.scope.context.symbols), None)
        if numbers is None or name is None:
            return None
        self.scope.values[name] = numbers.values
        return (f"what holds only because of {numbers.values.text} is not checked",)

    def _declare_name(self, symbol: SymbolDeclaration, kind: str, span: Span) -> None:
        if kind == "dimension":
            self.scope.context.dimensions.setdefault(symbol.name, 1)
            return
        self._check_free(symbol.name, span)
        family = self.scope.families.get(symbol.name)
        if family is not None and (
            self.scope.free_family(symbol.name) is None or symbol.shape[0] == family.indices[0].dim
        ):
            del self.scope.families[symbol.name]  # x_t was a family; from here on x_t is an entry of x
        self.scope.values.pop(symbol.name, None)
        self.scope.context.symbols[symbol.name] = symbol

    def _check_list(self, listed: Commas, space: Syntax, span: Span) -> None:
        """Raises NoteError for a list x_1, …, x_n that is no family; those of its names that are written are declared.

        E182: of matrices; E179: not from 1 on.
        """
        names = [name for item in listed.items if (name := spelled(item)) is not None]
        try:
            self.families.of(listed)
            matrices = number_set(space) is None and 1 not in self._space(space)[1]
        except NoteError:
            self._declare_each(names, space, span)
            raise
        if matrices:
            self._declare_each(names, space, span)
            raise fail(
                "E182", "a free family of matrices is not read yet", listed.span,
                help=f"{' and '.join(f'`{name}`' for name in names)} are declared, and those between them are not",
            )  # fmt: skip

    def _declare_each(self, names: Iterable[str], space: Syntax, span: Span) -> None:
        kind, shape, structure, sign = self._space(space)
        for name in (name for name in names if not self.scope.knows(name)):
            self._declare_name(SymbolDeclaration(name, shape, sign, structure), kind, span)
            self.scope.places.setdefault(name, span)

    def _declare_index(self, subject: Syntax, space: Group) -> None:
        """i ∈ {1, …, n} or i ∈ [n].  Raises NoteError (E178) for labels y_i that depend on an index."""
        name = spelled(subject) or ""
        sub = subject.sub if isinstance(subject, Script) else None
        if sub is not None and any(isinstance(node, Name) and not node.word for node in walk(sub)):
            raise fail(
                "E178", f"`{name}` is an index that depends on another index, which is not read", subject.span,
                help=r"write what it selects as a sum over one-hot vectors, such as \sum_k Y_{ik} p_k",
            )  # fmt: skip
        self.scope.indices[name] = IndexVar(name, self._range(space))
        self.scope.places.setdefault(name, subject.span)

    def _of_numbers(self, numbers: NumberSet) -> tuple[str, Shape, Structure, Sign]:
        r"""The shape of \{0, 1\}^{m \times n}."""
        sizes: list[Dim] = [] if numbers.sizes is None else self._reader().sizes(numbers.sizes)
        if len(sizes) > 2:
            raise _tensor(numbers.span)
        shape = (sizes[0], sizes[1] if len(sizes) == 2 else 1) if sizes else (1, 1)
        sign: Sign = "real" if numbers.sign == "nonzero" and shape != (1, 1) else numbers.sign
        return "real", shape, "general", sign

    def _check_free(self, name: str, span: Span) -> None:
        if name in self.scope.context.dimensions:
            before = self.scope.places.get(name)
            labels: tuple[Label, ...] = (Label(span, "declared again here"),)
            if before is not None:
                labels = (Label(before, "a dimension here", False), *labels)
            raise NoteError(Diagnostic("E181", f"`{name}` is a dimension already", labels, help="use another letter"))

    def claimed_shape(self, space: Syntax) -> Shape:
        """The shape that a claim ∈ ℝ^{…} states."""
        return self.claimed(space)[0]

    def claimed(self, space: Syntax) -> tuple[Shape, Structure, Sign]:
        """The shape that a claim ∈ states, and what it says beside: symmetric, orthogonal, positive."""
        kind, shape, structure, sign = self._space(space)
        if kind != "real":
            raise fail("E183", "a claim about a shape names ℝ^{m×n}", space.span)
        return shape, structure, sign

    def _range(self, group: Group) -> Dim:
        extent = limits(group)
        first, last = extent if extent is not None else (None, None)
        if isinstance(first, Numeral) and first.text == "1" and last is not None:
            return self._reader().dimension(last)
        content = group.content
        if extent is None and isinstance(content, Commas) and spelled(content.items[0]) == "1":
            return self._reader().dimension(content.items[-1])
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
                raise _tensor(sup.span)
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
        name = declared_name(subject)
        value = _number(bound)
        if name is None or value is None or not isinstance(subject, (Name, Script, Commas)):
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
        whole = context.symbols.get(spelled(unscripted(subject)) or "")
        if whole is not None and isinstance(subject, Script) and subject.sub is not None:
            return self._assume_of_entries(whole, subject, sign, f"{relation} {value}")
        if self.families.has(subject) or (isinstance(subject, Script) and self.scope.knows(stem_of(subject) or "")):
            return False
        member = self.families.of(subject)
        if member is not None:
            self._check_free(stem_of(member.member) or "", subject.span)
            self.families.declare(member.member, member.index, (1, 1), sign, subject.span)
            self.scope.places.setdefault(name, subject.span)
            return True
        if value > 0:
            raise fail(
                "E190", f"is `{name}` a dimension or a real number?", subject.span,
                help=f"declare ${name} \\in \\mathbb{{N}}$ or ${name} \\in \\mathbb{{R}}$ first",
            )  # fmt: skip
        context.symbols[name] = SymbolDeclaration(name, (1, 1), sign)
        self.scope.places.setdefault(name, subject.span)
        return True

    def _assume_of_entries(self, whole: SymbolDeclaration, entry: Script, sign: Sign, text: str) -> bool:
        """w_i > 0 is said of all entries of a vector; of one entry, or of a matrix, it is not taken on."""
        every = isinstance(entry.sub, Name) and not entry.sub.word and entry.sup is None and not entry.primes
        if every and 1 in whole.shape and sign != "nonzero" and whole.sign in ("real", sign):
            self.scope.context.symbols[whole.name] = replace(whole, sign=sign)
            return True
        self.scope.values[whole.name] = Values(text)
        return False


def _tensor(span: Span) -> NoteError:
    return fail("E185", "a tensor of more than two dimensions", span, help="use a family of matrices")


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
