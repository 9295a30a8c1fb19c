r"""Syntax trees to typed expressions: names get their meaning, juxtaposition becomes application or product.

One method for each kind of syntax.  Names are resolved here and nowhere else; shapes are checked in
`expr.build`.  What a careful reader could understand in two ways is an error that asks (E1…).
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Many
from fractions import Fraction as Rational
from typing import Literal

from symbn.diagnostics import Diagnostic, Label, NoteError, ShapeError, fail
from symbn.expr import build, tree
from symbn.expr.context import FunctionDeclaration
from symbn.expr.shape import (
    finished,
    is_column,
    is_row,
    is_scalar,
    is_square,
    is_vector,
    resolved,
    shape_text,
    unify,
)
from symbn.expr.tree import Dim, DimVar, Expr, IndexConst, IndexVar, Ix
from symbn.notes.patterns import find_pattern
from symbn.notes.scope import DefinedFunction, DefinedTensor, Derived, Scope, composite, spelled
from symbn.notes.syntax import (
    Big,
    Binary,
    Colon,
    Commas,
    Derivation,
    Dots,
    Fraction,
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
)
from symbn.source import Span

_IDENTITIES = frozenset(["I", r"\mathbf{I}", r"\mathbb{I}", r"\boldsymbol{I}", r"\mathrm{I}", r"\mathit{I}"])
_ONES = frozenset([r"\mathbf{1}", r"\boldsymbol{1}", r"\mathbb{1}", r"\vec{1}", r"\mathrm{1}", r"\underline{1}"])
_ZEROS = frozenset([r"\mathbf{0}", r"\boldsymbol{0}", r"\mathbb{0}", r"\vec{0}", r"\underline{0}"])
_UNITS = frozenset(["e", r"\mathbf{e}", r"\boldsymbol{e}"])
_TRANSPOSES = frozenset([r"\top", "T", r"\intercal", r"\mathsf{T}", r"\mathrm{T}", r"\mathtt{T}", "t", r"\mathit{T}"])
_ELEMENTWISE = {
    "exp": "exp", "log": "log", "ln": "log", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh", "sigmoid": "sigmoid", "softplus": "softplus",
}  # fmt: skip
_DIFFERENTIALS = frozenset(["d", r"\mathrm{d}"])
_NOT_YET = {"det", "vec", "softmax", "max", "min", "relu", "ReLU", "abs", "sign", "erf", "arg"}


def is_builtin(word: str) -> bool:
    """Whether a word is an operator that symbn knows (or reserves): no note defines it anew."""
    return word in _ELEMENTWISE or word in _NOT_YET or word.lower() in ("tr", "trace", "diag")


def is_constant(name: str) -> bool:
    """Whether a name without a meaning of its own is the identity, the ones or the zeros."""
    return name in _IDENTITIES | _ONES | _ZEROS


def transposes(sup: Syntax | None) -> bool:
    """Whether a superscript says transpose."""
    return isinstance(sup, Name) and sup.latex in _TRANSPOSES


class Reader:
    """Reads the expressions of one statement: free indices and what is left to infer belong to it."""

    def __init__(self, scope: Scope, define_function: Callable[[DefinedFunction, tuple[Expr, ...]], tree.Definition]):
        self.scope = scope
        self.free: dict[str, IndexVar] = {}
        self.notices: build.Notices = {}
        self.seen: set[str] = set()
        self.locals: dict[str, Expr] = {}
        self._bound: dict[str, IndexVar] = {}
        self._define_function = define_function
        self._fresh = 0
        self._constants: dict[str, list[DimVar]] = {}

    def settle(self) -> None:
        """Give a constant without a written size, that nothing fixes, the size of its namesakes in the statement."""
        for name, sizes in self._constants.items():
            known = {d for d in map(resolved, sizes) if not isinstance(d, DimVar)}
            for size in sizes:
                if isinstance(resolved(size), DimVar) and len(known) == 1:
                    unify(size, next(iter(known)))
                    self.notices[f"every {name} without a subscript in one statement has one size"] = None

    def _open_size(self, name: str, span: Span) -> DimVar:
        size = DimVar(f"`{name}`", span)
        self._constants.setdefault(name, []).append(size)
        return size

    # Entry ------------------------------------------------------------------------------------------------

    def read(self, syntax: Syntax) -> Expr:
        """The expression; sizes may still be open.  Raises NoteError, ShapeError."""
        match syntax:
            case Numeral():
                return build.number(Rational(syntax.text), syntax.span)
            case Name():
                return self.name(syntax)
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
                if syntax.body is None:
                    raise fail(
                        "E130", "this ∂/∂ has nothing to act on", syntax.span, help="write what it differentiates"
                    )
                return self.derivation(syntax, self.body_of_derivative(syntax.body))
            case Nabla():
                return self.nabla_alone(syntax)
            case Hole():
                raise fail("E101", "a `?` stands for a whole right side", syntax.span, help="write `= ?`")
            case Dots():
                raise fail("E102", "dots outside of a list or a matrix", syntax.span, help=r"use \sum, or write a list")
            case Commas():
                raise fail("E103", "a list where one expression is meant", syntax.span)
            case Related() | Colon():
                raise fail("E104", "this belongs in a subscript", syntax.span)
        raise TypeError(f"no rule to read {type(syntax).__name__}")

    def degree(self, root: Root) -> int:
        if root.degree is None:
            return 2
        if isinstance(root.degree, Numeral) and root.degree.text.isdigit() and int(root.degree.text) > 0:
            return int(root.degree.text)
        raise fail("E105", "a root's degree is a positive number", root.degree.span)

    def signed(self, syntax: Signed) -> Expr:
        terms = []
        for sign, part in syntax.terms:
            term = self.read(part)
            if sign == "-":
                if isinstance(term, tree.Number):
                    term = build.number(-term.value, term.span)
                else:
                    term = tree.Product(factors=(build.number(-1), term), shape=term.shape, span=term.span)
            terms.append(term)
        return tree.at_span(build.add(terms, syntax.span, self.notices), syntax.span)

    def binary(self, syntax: Binary) -> Expr:
        op, span = syntax.op, syntax.span
        left, right = self.read(syntax.left), self.read(syntax.right)
        if op in (r"\odot", r"\circ"):
            return build.hadamard(left, right, span)
        if op == r"\oslash":
            return build.quotient(left, right, span, self.notices)
        if op == "/":
            return build.quotient(left, right, span, self.notices)
        if op == r"\cdot":
            return build.dot(left, right, span)
        if op == r"\times":
            return build.multiply((left, right), span)
        raise fail("E106", f"{op} is not read yet", span)

    # Names ------------------------------------------------------------------------------------------------

    def name(self, syntax: Name) -> Expr:
        found = self.lookup(syntax.latex, syntax.span)
        if found is None:
            raise self.unknown(syntax.latex, syntax.span)
        return found

    def unknown(self, name: str, span: Span) -> NoteError:
        known = [*self.scope.meanings, *self.scope.context.symbols, *self.scope.context.functions]
        near = next((k for k in known if k != name and k.lower() == name.lower()), None)
        near = near or next((k for k in known if k.strip("\\").split("_")[0] == name.strip("\\")), None)
        note = (f"`{near}` is known",) if near else ()
        return fail(
            "E110", f"`{name}` is not declared", span, at="unknown",
            help=f"declare it before its use, such as ${name} \\in \\mathbb{{R}}^{{n}}$, or define it", notes=note,
        )  # fmt: skip

    def lookup(self, name: str, span: Span) -> Expr | None:
        """What a name without indices stands for."""
        if name in self.locals:
            return tree.at_span(self.locals[name], span)
        scope, context = self.scope, self.scope.context
        meaning = scope.meanings.get(name)
        if isinstance(meaning, Derived):
            return tree.at_span(meaning.expression, span)
        if isinstance(meaning, DefinedTensor):
            return tree.Reference(name=meaning.definition.key, shape=meaning.definition.body.shape, span=span)
        if isinstance(meaning, DefinedFunction):
            return self.at_its_parameters(meaning, span)
        if name in context.symbols:
            return tree.Symbol(name=name, shape=context.symbols[name].shape, span=span)
        if name in context.functions:
            return self.bare_function(context.functions[name], span)
        if name in context.dimensions:
            return tree.Dimension(dim=name, shape=(1, 1), span=span)
        if name in scope.families:
            index = scope.families[name].indices[0].name
            raise fail(
                "E111", f"`{name}` is a family: it needs its index", span,
                help=f"write {name}_{{{index}}}, or stack its members in a matrix",
            )  # fmt: skip
        if name in self._bound or name in self.free or name in scope.indices:
            raise fail("E113", f"the index `{name}` used as a number", span, help="indices stand in subscripts only")
        if name in _IDENTITIES:
            size = self._open_size("I", span)
            return tree.Identity(shape=(size, size), span=span)
        if name in _ONES:
            return tree.Ones(shape=(self._open_size(r"\mathbf 1", span), 1), span=span)
        if name in _ZEROS:
            return tree.Zero(shape=(DimVar(r"`\mathbf 0`", span), DimVar(r"`\mathbf 0`", span)), span=span)
        return None

    def at_its_parameters(self, function: DefinedFunction, span: Span) -> Expr:
        """A defined function's name alone: f for f(x), where x is known outside of f too."""
        if not all(self._is_name(p) for p in function.parameters):
            raise fail(
                "E112",
                f"`{function.name}` is a function: it needs its argument",
                span,
                help=f"write {function.name}(…)",
            )
        self.notices[f"{function.name} without an argument is {function.name} at its own parameters"] = None
        content = tuple(Name(p, span) for p in function.parameters)
        return self.apply(function.name, Group("(", Commas(content, span), span), 0, span)

    def bare_function(self, function: FunctionDeclaration, span: Span) -> Expr:
        """A function's name without an argument: at the one argument that the note gives it."""
        argument = self.scope.bare_arguments.get(function.name)
        if argument is None:
            argument = self._inferred_argument(function, span)
            self.scope.bare_arguments[function.name] = argument
        self.notices[f"{function.name} without an argument is {function.name} at what the note applies it to"] = None
        return tree.Apply(name=function.name, arguments=(argument,), shape=function.codomain, span=span)

    def _inferred_argument(self, function: FunctionDeclaration, span: Span) -> Expr:
        """The defined or declared name of the function's domain that no other such name is computed from."""
        applied = self.scope.applications.get(function.name, ())
        if applied:
            distinct = {repr(_without_spans(a)): a for a in applied}
            if len(distinct) == 1:
                try:
                    return finished(self.read(next(iter(distinct.values()))))
                except NoteError:
                    pass
        if len(function.domain) == 1:
            candidates = self._candidates(function.domain[0])
            names = {c: self._dependencies(c) for c in candidates}
            last = [c for c in candidates if not any(_head(c) in d for o, d in names.items() if o != c)]
            if len(last) == 1:
                return last[0]
            options = ", ".join(f"{function.name}({_head(c)})" for c in last)
            if last:
                raise fail(
                    "E114", f"`{function.name}` of what? It could be {options}", span,
                    help=f"say which once, such as $\\ell := {function.name}({_head(last[-1])})$",
                )  # fmt: skip
        raise fail("E115", f"`{function.name}` needs its argument here", span, help=f"write {function.name}(…)")

    def _candidates(self, shape: tree.Shape) -> list[Expr]:
        context = self.scope.context
        found: list[Expr] = []
        for meaning in self.scope.meanings.values():
            if isinstance(meaning, DefinedTensor) and meaning.definition.body.shape == shape:
                found.append(tree.Reference(name=meaning.definition.key, shape=shape))
        for definition in self.scope.families.values():
            rows, columns = definition.body.shape
            if len(definition.indices) == 1 and columns == 1 and (rows, definition.indices[0].dim) == shape:
                index = IndexVar("k", definition.indices[0].dim)
                member = tree.Reference(name=definition.key, indices=(index,), shape=definition.body.shape)
                found.append(tree.Stack(index=index, body=member, axis="columns", shape=shape))
        defined = {_head(c) for c in found}
        found += [
            tree.Symbol(name=s.name, shape=shape)
            for s in context.symbols.values()
            if s.shape == shape and s.name not in defined
        ]
        aliases = {_head(c) for c in found if isinstance(c, tree.Stack) and self._is_slice_family(_head(c))}
        return [c for c in found if _head(c) not in aliases]

    def _is_slice_family(self, key: str) -> bool:
        body = self.scope.context.definitions[key].body
        while isinstance(body, (tree.Transpose, tree.Slice)):
            body = body.arg
        return isinstance(body, (tree.Symbol, tree.Reference))

    def _dependencies(self, e: Expr) -> set[str]:
        context = self.scope.context
        definitions = context.definitions_used([e])
        names = {d.key for d in definitions} - {_head(e)}
        for d in definitions:
            names |= {node.name for node in tree.walk(d.body) if isinstance(node, tree.Symbol)}
        return names

    # Scripts ----------------------------------------------------------------------------------------------

    def script(self, syntax: Script) -> Expr:
        whole = composite(syntax)
        if whole is not None and self._is_name(whole):
            return self.name(Name(whole, syntax.span))
        inner, sup = self._name_with_superscript(syntax)
        base = self._subscripted(inner, syntax.sub)
        if syntax.primes and not (inner is not syntax.base):
            raise fail("E116", "a prime on something that is no function", syntax.span, help="name it, or write ^\\top")
        return base if sup is None else self.superscripted(base, sup, syntax.span)

    def _is_name(self, name: str) -> bool:
        return name in self.locals or self.scope.knows(name)

    def _name_with_superscript(self, syntax: Script) -> tuple[Syntax, Syntax | None]:
        """W^{(1)}_{ij}: the superscript belongs to the name where such a name is known."""
        if isinstance(syntax.base, Name) and (syntax.sup is not None or syntax.primes):
            named = composite(Script(syntax.base, None, syntax.sup, syntax.primes, syntax.span))
            if named is not None and self._is_name(named):
                return Name(named, syntax.base.span), None
        return syntax.base, syntax.sup

    def _subscripted(self, base: Syntax, sub: Syntax | None) -> Expr:
        if sub is None:
            return self.read(base)
        span = Span(base.span.start, max(sub.span.end, base.span.end))
        if isinstance(base, Name) and base.latex not in self.locals:
            named = composite(Script(base, sub, None, 0, span))
            if named is not None and self._is_name(named):
                return self.name(Name(named, span))
            constant = self._sized_constant(base, sub, span)
            if constant is not None:
                return constant
            if base.latex in self.scope.families:
                return self.family_member(self.scope.families[base.latex], sub, span)
            if not self._is_name(base.latex):
                raise self.unknown(named or base.latex, span)
        if isinstance(base, Group) and base.delimiter in ("|", r"\|"):
            return self.norm(base, sub)
        return self.entry(self.read(base), sub, span)

    def _sized_constant(self, base: Name, sub: Syntax, span: Span) -> Expr | None:
        name = base.latex
        if self._is_name(name):
            return None
        if name in _IDENTITIES | _ONES | _ZEROS:
            letters = self.subscripts(sub)
            if any(isinstance(i, Colon) or self._is_index(i) for i in letters) or len(letters) == 2:
                return self.entry(self.name(Name(name, base.span)), sub, span)
            sizes = self.sizes(sub)
            if name in _IDENTITIES:
                return tree.Identity(shape=(sizes[0], sizes[0]), span=span)
            shape = (sizes[0], sizes[1] if len(sizes) > 1 else 1)
            return tree.Ones(shape=shape, span=span) if name in _ONES else tree.Zero(shape=shape, span=span)
        if name in _UNITS:
            size = DimVar(f"`{name}`", span)
            return tree.UnitVector(index=self.index(sub, size), shape=(size, 1), span=span)
        if name == r"\delta":
            items = self.subscripts(sub)
            if len(items) == 2:
                size = DimVar(r"`\delta`", span)
                return tree.Delta(
                    first=self.index(items[0], size), second=self.index(items[1], size), shape=(1, 1), span=span
                )
        return None

    def _is_index(self, syntax: Syntax) -> bool:
        name = spelled(syntax)
        return name in self._bound or name in self.free or name in self.scope.indices

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
        """A dimension by its name; a new one is declared by its use."""
        if isinstance(syntax, Numeral) and syntax.text.isdigit() and int(syntax.text) > 0:
            return int(syntax.text)
        name = spelled(syntax) if isinstance(syntax, (Name, Script)) else None
        if name is None:
            raise fail("E120", "a size is a name or a positive integer", syntax.span, help="name this size")
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
        if name is None or isinstance(syntax, Numeral):
            raise fail("E122", "an index is a letter or a positive integer", syntax.span, help="use one letter")
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
                    f"but the range is {shape_text((dim, 1))[:-2]}", syntax.span, help="use another letter",
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
                help=f"use an index that runs to {b}",
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
        indices = tuple(self.index(item, i.dim) for item, i in zip(items, definition.indices, strict=False))
        member = tree.Reference(name=definition.key, indices=indices, shape=definition.body.shape, span=span)
        if len(items) == count:
            return member
        return self.entry(
            member, Commas(tuple(items[count:]), sub.span) if len(items) > count + 1 else items[count], span
        )

    def superscripted(self, e: Expr, sup: Syntax, span: Span) -> Expr:
        if isinstance(sup, Group) and sup.delimiter == "{":
            sup = sup.content
        if transposes(sup) and not (
            is_scalar(e.shape) and isinstance(sup, Name) and sup.latex in ("T", "t") and self._is_name(sup.latex)
        ):
            return build.transpose(e, span)
        if isinstance(sup, Signed) and len(sup.terms) == 1 and sup.terms[0][0] == "-" and transposes(sup.terms[0][1]):
            raise fail("E140", "inverses of matrices are not read yet", span)
        if isinstance(sup, Sequence) and isinstance(sup.items[0], Name) and sup.items[0].latex in (r"\odot", r"\circ"):
            rest = Sequence(sup.items[1:], sup.span) if len(sup.items) > 2 else sup.items[1]
            return build.entrywise_power(e, self.read(rest), span)
        if isinstance(sup, Name) and not self._is_name(sup.latex):
            raise fail("E141", f"the superscript `{sup.latex}` is no power, and no such name is known", sup.span)
        if isinstance(sup, Group) and sup.delimiter == "(" and is_scalar(e.shape) is False:
            raise fail("E142", "a superscript in parentheses is part of a name, and no such name is known", span)
        exponent = _constant(self.read(sup))
        if not is_scalar(e.shape) and _value(exponent) == -1:
            raise fail(
                "E140", "inverses of matrices are not read yet", span,
                help=r"define the inverse under its name: \Sigma^{-1} := …",
            )  # fmt: skip
        if _is_norm(e) and isinstance(e, tree.Power) and (natural := _value(exponent)) and natural % 2 == 0:
            e, exponent = e.base, build.number(natural / 2)  # ‖x‖² is xᵀx, without a root
            if natural == 2:
                return tree.at_span(e, span)
        return build.power(e, exponent, span)

    # Groups, products and application ---------------------------------------------------------------------

    def group(self, syntax: Group) -> Expr:
        if syntax.delimiter in ("|", r"\|"):
            return self.norm(syntax, None)
        if syntax.delimiter == r"\langle":
            if not isinstance(syntax.content, Commas) or len(syntax.content.items) != 2:
                raise fail(
                    "E107", "an inner product has two arguments", syntax.span, help=r"write \langle a, b \rangle"
                )
            a, b = syntax.content.items
            return build.inner(self.read(a), self.read(b), syntax.span)
        if syntax.delimiter not in ("(", "[", "{"):
            raise fail("E108", "braces state a set, not a value", syntax.span, help="use parentheses")
        return tree.at_span(self.read(syntax.content), syntax.span)

    def norm(self, syntax: Group, sub: Syntax | None) -> Expr:
        e = self.read(syntax.content)
        if syntax.delimiter == "|" and is_scalar(e.shape) and sub is None:
            raise fail("E143", "absolute values are not read yet", syntax.span)
        kind = spelled(sub) if sub is not None else None
        if kind not in (None, "2", "F", r"\mathrm{F}"):
            raise fail("E144", f"the norm with subscript {kind} is not read", syntax.span)
        if not is_vector(e.shape) and kind in (None, "2") and not is_scalar(e.shape):
            raise fail(
                "E145", "the norm of a matrix can mean two things", syntax.span, help=r"write \|A\|_F for Frobenius's"
            )
        squared = build.norm_squared(e, syntax.span)
        return tree.Power(base=squared, exponent=build.number(Rational(1, 2)), shape=(1, 1), span=syntax.span)

    def sequence(self, items: list[Syntax], span: Span) -> Expr:
        factors: list[Expr] = []
        place = 0
        while place < len(items):
            factor, place = self._next_factor(items, place)
            factors.append(factor)
        return build.multiply(factors, span)

    def _next_factor(self, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """The factor at `place`, with the items that belong to it: arguments, what an operator acts on."""
        item = items[place]
        following = items[place + 1] if place + 1 < len(items) else None
        increment = self._increment(item, following)
        if increment is not None:
            return increment, place + 2
        if isinstance(item, Derivation) and item.body is None:
            body, place = self._operand(items, place + 1, item.span)
            return self.derivation(item, body), place
        if isinstance(item, Nabla):
            return self.nabla(item, items, place)
        head = item.base if isinstance(item, Script) else item
        if isinstance(head, Name):
            applied = self._application(item, head, following)
            if applied is not None:
                return applied, place + 2
            if head.word and not self._is_name(head.latex) and not self._is_name(_composite_or(item)):
                return self._word(item, head, items, place)
        return self.read(item), place + 1

    def _increment(self, item: Syntax, following: Syntax | None) -> Expr | None:
        """dx, the increment of x."""
        if not (isinstance(item, Name) and item.latex in _DIFFERENTIALS and not self._is_name(item.latex)):
            return None
        base = following.base if isinstance(following, Script) and transposes(following.sup) else following
        name = spelled(base) if base is not None else None
        if name is None or not self._is_name(name):
            return None
        assert base is not None and following is not None
        e = self.read(base)
        span = item.span.to(following.span)
        increment: Expr = tree.Symbol(name=f"d{name}", shape=e.shape, span=span)
        return build.transpose(increment, span) if base is not following else increment

    def _application(self, item: Syntax, head: Name, following: Syntax | None) -> Expr | None:
        """f(x), f'(x), f_i(x), f(x)_i, var(u)^{1/2}: a function at its arguments; None if this is none."""
        group = following.base if isinstance(following, Script) else following
        if not (isinstance(group, Group) and group.delimiter in ("(", "[")):
            return None
        script = item if isinstance(item, Script) else None
        key, rest_sub, rest_sup = head.latex, None, None
        if script is not None:
            whole = composite(script)
            if whole is not None and self._is_function(whole):
                key = whole
            elif self._is_function(key):
                rest_sub, rest_sup = script.sub, script.sup
            else:
                return None
        if not self._is_function(key):
            return None
        span = item.span.to(group.span)
        primes = script.primes if script is not None and key == head.latex else 0
        result = self.apply(key, group, primes, span)
        if rest_sub is not None:
            result = self.entry(result, rest_sub, span)
        if rest_sup is not None:
            result = self.superscripted(result, rest_sup, span)
        if isinstance(following, Script):
            span = item.span.to(following.span)
            if following.sub is not None:
                result = self.entry(result, following.sub, span)
            if following.sup is not None:
                result = self.superscripted(result, following.sup, span)
        return result

    def _is_function(self, name: str) -> bool:
        if name in self.locals:
            return False
        return name in self.scope.context.functions or isinstance(self.scope.meanings.get(name), DefinedFunction)

    def apply(self, name: str, group: Group, primes: int, span: Span) -> Expr:
        content = group.content
        given = content.items if isinstance(content, Commas) else (content,)
        arguments = tuple(self.read(a) for a in given)
        meaning = self.scope.meanings.get(name)
        if isinstance(meaning, DefinedFunction):
            if primes:
                raise fail(
                    "E117", f"the derivative of {name} by a prime", span, help=r"write \frac{\partial …}{\partial …}"
                )
            if len(arguments) != len(meaning.parameters):
                raise fail("E118", f"`{name}` has {len(meaning.parameters)} parameter(s), here {len(arguments)}", span)
            arguments = tuple(finished(a) for a in arguments)
            definition = self._define_function(meaning, arguments)
            return tree.Reference(name=definition.key, arguments=arguments, shape=definition.body.shape, span=span)
        function = self.scope.context.functions[name]
        if function.entrywise:
            (argument,) = arguments
            if not is_scalar(argument.shape):
                self.notices[f"{name} acts on every entry"] = None
            return tree.Apply(
                name=name, arguments=(argument,), entrywise=True, order=primes, shape=argument.shape, span=span
            )
        if primes:
            raise fail(
                "E117", f"the derivative of {name} by a prime", span, help=r"write \frac{\partial …}{\partial …}"
            )
        if len(arguments) != len(function.domain):
            raise fail("E118", f"`{name}` has {len(function.domain)} argument(s), here {len(arguments)}", span)
        fitted = []
        for argument, shape in zip(arguments, function.domain, strict=True):
            argument = build.as_shape(argument, shape)
            if not (unify(argument.shape[0], shape[0]) and unify(argument.shape[1], shape[1])):
                raise build.shape_error(
                    "S215",
                    f"`{name}` takes {shape_text(shape)}, here it gets {shape_text(argument.shape)}",
                    (argument,),
                )
            fitted.append(argument)
        return tree.Apply(name=name, arguments=tuple(fitted), shape=function.codomain, span=span)

    def _word(self, item: Syntax, head: Name, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """A built-in operator set as a word: tr, diag, exp, …"""
        word = head.latex
        if word not in _ELEMENTWISE and word.lower() not in ("tr", "trace", "diag"):
            if word in _NOT_YET:
                raise fail("E146", f"\\{word} is not read yet", head.span)
            raise fail(
                "E119", f"the operator `{word}` is not defined", head.span,
                help=f"define it: \\operatorname{{{word}}}(u) := …",
            )  # fmt: skip
        if place + 1 >= len(items):
            raise fail("E147", f"`{word}` has no argument", head.span, help="write it in parentheses")
        following = items[place + 1]
        group = following.base if isinstance(following, Script) else following
        script = item if isinstance(item, Script) else None
        if isinstance(group, Group) and group.delimiter in ("(", "[", "{"):
            result = self.builtin(word, group.content, head.span.to(group.span))
            place += 2
        else:
            if place + 2 < len(items):
                raise fail(
                    "E148", f"how far does `{word}` reach?", head.span.to(items[-1].span),
                    help="put its argument in parentheses",
                )  # fmt: skip
            return self._scripted(self.builtin(word, following, head.span.to(following.span)), script), place + 2
        result = self._scripted(result, script)
        return self._scripted(result, following if isinstance(following, Script) else None), place

    def _scripted(self, e: Expr, script: Script | None) -> Expr:
        if script is None:
            return e
        if script.sub is not None:
            e = self.entry(e, script.sub, script.span)
        return e if script.sup is None else self.superscripted(e, script.sup, script.span)

    def builtin(self, word: str, content: Syntax, span: Span) -> Expr:
        if word in _ELEMENTWISE:
            e = self.read(content)
            if not is_scalar(e.shape):
                if is_square(e.shape):
                    raise fail(
                        "E149", f"{word} of a square matrix can mean two things", span,
                        help="define what you mean by its entries",
                    )  # fmt: skip
                self.notices[f"{word} acts on every entry"] = None
            return tree.Elementwise(function=_ELEMENTWISE[word], arg=e, shape=e.shape, span=span)
        if word in ("tr", "Tr", "trace", "Trace"):
            return build.trace(self.read(content), span)
        if isinstance(content, Commas):
            return self.diagonal_list(content, span)
        return build.diagonal(self.read(content), span)

    def diagonal_list(self, content: Commas, span: Span) -> Expr:
        if not any(isinstance(item, Dots) for item in content.items):
            raise fail("E150", "diag of a list without dots", span, help=r"write diag(a_1, \ldots, a_m)")
        index, body = self.pattern(list(content.items), span)
        if not is_scalar(body.shape):
            raise build.shape_error("S216", "the entries of a diagonal are scalars", (body,))
        return tree.Stack(index=index, body=body, axis="diagonal", shape=(index.dim, index.dim), span=span)

    def pattern(self, cells: list[Syntax], span: Span) -> tuple[IndexVar, Expr]:
        """The index and the body of an elided list."""
        self._fresh += 1
        name = f"·{self._fresh}"
        pattern = find_pattern(cells, name, span)
        last = spelled(pattern.last)
        if isinstance(pattern.last, Name) and last not in self.scope.context.dimensions:
            raise NoteError(
                Diagnostic(
                    "E152",
                    f"this list runs from 1 to `{last}`, which is no size",
                    (
                        Label(cells[0].span, "the first says 1", False),
                        Label(pattern.last.span, f"the last says {last}"),
                    ),
                    help="let the last element say the dimension that the list runs to",
                )
            )
        size = self.dimension(pattern.last)
        index = IndexVar(name, size)
        return index, self._under(index, pattern.body)

    def under(self, indices: Many[IndexVar], body: Syntax) -> Expr:
        """A body read with indices bound."""
        if not indices:
            return self.read(body)
        return self._under(indices[0], body, indices[1:])

    def _under(self, index: IndexVar, body: Syntax, more: Many[IndexVar] = ()) -> Expr:
        """A body read with an index bound."""
        before = self._bound.get(index.name)
        self._bound[index.name] = index
        try:
            return self.under(more, body)
        finally:
            if before is None:
                del self._bound[index.name]
            else:
                self._bound[index.name] = before

    # Sums and stacks --------------------------------------------------------------------------------------

    def big(self, syntax: Big) -> Expr:
        if syntax.kind != "sum":
            raise fail("E153", "products over a range are not read yet", syntax.span)
        if syntax.sub is None:
            raise fail("E154", "a sum without its index", syntax.span, help=r"write \sum_{i=1}^{n}")
        sub = syntax.sub
        names = self.subscripts(sub.left if isinstance(sub, Related) else sub)
        size: Dim | None = None
        if isinstance(sub, Related):
            if sub.relation != "=" or not (isinstance(sub.right, Numeral) and sub.right.text == "1"):
                raise fail(
                    "E155", "a sum that does not begin at 1", sub.span, help="symbn reads sums over a whole range only"
                )
            if syntax.sup is not None:
                size = self.dimension(syntax.sup)
        return self._sum(names, size, syntax)

    def _sum(self, names: Many[Syntax], size: Dim | None, syntax: Big) -> Expr:
        first, rest = names[0], names[1:]
        name = spelled(first)
        if name is None or isinstance(first, Numeral):
            raise fail("E156", "a sum's index is a letter", first.span)
        if name in self.scope.context.symbols or name in self.scope.meanings:
            raise fail("E157", f"`{name}` is no index: it has a meaning already", first.span)
        index = IndexVar(name, size if size is not None else DimVar(f"the range of `{name}`", first.span))
        if rest:
            before = self._bound.get(name)
            self._bound[name] = index
            try:
                body = self._sum(rest, size, syntax)
            finally:
                if before is None:
                    del self._bound[name]
                else:
                    self._bound[name] = before
        else:
            body = self._under(index, syntax.body)
        return tree.Sum(index=index, body=body, shape=body.shape, span=syntax.span)

    def matrix(self, syntax: Matrix) -> Expr:
        rows = [[cell for cell in row if cell is not None] for row in syntax.rows]
        rows = [row for row in rows if row]
        if all(len(row) == 1 for row in rows):
            cells = [row[0] for row in rows]
            if len(cells) == 1:
                return tree.at_span(self.read(cells[0]), syntax.span)
            return self.stack(cells, "rows", syntax.span)
        if len(rows) == 1:
            return self.stack(rows[0], "columns", syntax.span)
        return self.square_stack(rows, syntax)

    def stack(self, cells: list[Syntax], axis: str, span: Span) -> Expr:
        if not any(isinstance(cell, Dots) for cell in cells):
            raise fail(
                "E158", "a matrix of explicit blocks is not read yet", span,
                help=r"a stack needs \vdots or \cdots between its first and its last element",
            )  # fmt: skip
        index, body = self.pattern(cells, span)
        if axis == "rows":
            if resolved(body.shape[0]) != 1:
                raise build.shape_error(
                    "S217", f"a row of this stack is {shape_text(body.shape)}, not a row", (body,),
                    r"transpose it, or separate columns by &",
                )  # fmt: skip
            return tree.Stack(index=index, body=body, axis="rows", shape=(index.dim, body.shape[1]), span=span)
        if resolved(body.shape[1]) != 1:
            raise build.shape_error(
                "S218", f"a column of this stack is {shape_text(body.shape)}, not a column", (body,),
                r"transpose it, or separate rows by \\",
            )  # fmt: skip
        return tree.Stack(index=index, body=body, axis="columns", shape=(body.shape[0], index.dim), span=span)

    def square_stack(self, rows: list[list[Syntax]], syntax: Matrix) -> Expr:
        """A diagonal (its other cells 0 or empty), or a full matrix by the pattern of its corners."""
        first, last = rows[0][0], rows[-1][-1]
        others = [cell for row in rows for cell in row if cell not in (first, last)]
        if all(isinstance(c, Dots) or (isinstance(c, Numeral) and c.text == "0") for c in others) and any(
            isinstance(c, Dots) and c.latex == r"\ddots" for c in others
        ):
            index, body = self.pattern([first, Dots(r"\ddots", first.span), last], syntax.span)
            if not is_scalar(body.shape):
                raise build.shape_error("S216", "the entries of a diagonal are scalars", (body,))
            return tree.Stack(index=index, body=body, axis="diagonal", shape=(index.dim, index.dim), span=syntax.span)
        raise fail(
            "E159", "this matrix follows no pattern that symbn reads", syntax.span,
            help=r"write a stack of rows, a diagonal with \ddots, or define its entries: C_{ij} := …",
        )  # fmt: skip

    # Derivatives ------------------------------------------------------------------------------------------

    def _operand(self, items: list[Syntax], place: int, span: Span) -> tuple[Expr, int]:
        if place >= len(items):
            raise fail("E130", "this operator has nothing to act on", span, help="write what it differentiates")
        rest = items[place:]
        return self.body_of_derivative(rest[0] if len(rest) == 1 else Sequence(tuple(rest), span)), len(items)

    def body_of_derivative(self, syntax: Syntax) -> Expr:
        return self.read(syntax)

    def derivation(self, syntax: Derivation, body: Expr) -> Expr:
        variables = [self.variable(v) for v in syntax.variables]
        if len(variables) == 2 and is_scalar(body.shape) and is_vector(variables[0].shape):
            return self.hessian(body, variables, syntax.span)
        result = body
        for variable in reversed(variables):
            result = self.derivative(result, variable, syntax.span)
        return result

    def hessian(self, body: Expr, variables: list[Expr], span: Span) -> Expr:
        """(i, j) = ∂²f/∂x_i∂y_j."""
        first, second = (v.arg if isinstance(v, tree.Transpose) else v for v in variables)
        gradient = build.transpose(self.derivative(body, first, span))
        return tree.at_span(self.derivative(gradient, second, span), span)

    def variable(self, syntax: Syntax) -> Expr:
        e = self.read(syntax)
        return tree.at_span(e, syntax.span)

    def derivative(self, body: Expr, variable: Expr, span: Span, gradient: bool = False) -> Expr:
        """∂body/∂variable in the layout that the shapes ask for.  Raises NoteError, ShapeError."""
        plain = variable.arg if isinstance(variable, tree.Transpose) else variable
        if isinstance(variable, tree.Transpose) and not is_vector(variable.shape):
            return build.transpose(self.derivative(body, plain, span, gradient), span)
        target = self.target(plain)
        self._check_dependence(body, plain, target, span)
        layout: Literal["jacobian", "gradient", "entrywise"]
        if is_scalar(variable.shape):
            layout, shape = "entrywise", body.shape
        elif gradient or not is_vector(variable.shape):
            if not is_scalar(body.shape):
                raise build.shape_error(
                    "S240", f"the derivative of something {shape_text(body.shape)} by something "
                    f"{shape_text(variable.shape)} is no matrix", (body, variable),
                    "take it entry by entry, such as \\frac{\\partial F_{ij}}{\\partial X_{kl}}",
                )  # fmt: skip
            layout, shape = "gradient", plain.shape
        else:
            if isinstance(variable, tree.Transpose) or is_row(variable.shape):
                if is_scalar(body.shape):
                    raise fail(
                        "E131", "the derivative of a scalar by a row can be read as a row or as a column", span,
                        help=r"write \partial x: in numerator layout that is a row; its transpose is the column",
                    )  # fmt: skip
                if not is_column(body.shape) or not isinstance(variable, tree.Transpose):
                    raise fail("E132", "a derivative by a row", span, help="differentiate by the column")
            if not (is_scalar(body.shape) or is_vector(body.shape)):
                raise build.shape_error(
                    "S240", f"the derivative of something {shape_text(body.shape)} by a vector is no matrix",
                    (body, variable), "take it entry by entry",
                )  # fmt: skip
            length = body.shape[0] if not is_row(body.shape) else body.shape[1]
            layout, shape = "jacobian", (length, plain.shape[0])
        return tree.Derivative(
            arg=body,
            variable=plain,
            target=target,
            layout=layout,
            shape=shape,
            span=span,
        )

    def _check_dependence(self, body: Expr, variable: Expr, target: tree.Target, span: Span) -> None:
        context = self.scope.context
        if (
            isinstance(body, tree.Symbol)
            and is_scalar(body.shape)
            and body.name != target.name
            and body.name not in self.locals
            and not body.name.startswith("d")
        ):
            raise fail(
                "E133", f"`{body.name}` is a free scalar: it depends on nothing", span,
                help=f"define it, or declare a function: ${body.name} : \\mathbb{{R}}^{{n}} \\to \\mathbb{{R}}$",
            )  # fmt: skip
        if target.arguments or target.name not in context.definitions:
            return
        used = {d.key for d in context.definitions_used([body])}
        if target.name not in used:
            raise fail(
                "E134", f"what is differentiated does not use `{context.definitions[target.name].latex}`", span,
                help="differentiate by a name that its definition mentions",
            )  # fmt: skip
        del variable

    def target(self, variable: Expr) -> tree.Target:
        """What a derivative's variable means: entries of one named tensor."""
        match variable:
            case tree.Symbol():
                return tree.Target(variable.name, variable.shape)
            case tree.Transpose():
                return self.target(variable.arg)
            case tree.Apply(entrywise=False):
                return tree.Target(variable.name, variable.shape, arguments=variable.arguments)
            case tree.Reference(arguments=()):
                definition = self.scope.context.definitions[variable.name]
                if _is_renaming(definition.body):
                    body = _instantiated(definition, variable.indices)
                    return self.target(body)
                return tree.Target(variable.name, variable.shape, variable.indices)
            case tree.Slice():
                inner = self.target(variable.arg)
                transposed = isinstance(variable.arg, tree.Transpose)
                row, column = (variable.column, variable.row) if transposed else (variable.row, variable.column)
                if inner.row is not None or inner.column is not None:
                    pin = row if row is not None else column
                    return tree.Target(
                        inner.name, inner.shape, inner.family,
                        inner.row if inner.row is not None else pin,
                        inner.column if inner.column is not None else pin, inner.arguments,
                    )  # fmt: skip
                return tree.Target(inner.name, inner.shape, inner.family, row, column, inner.arguments)
        raise fail(
            "E135", "a derivative is taken by a name, an entry, a row or a column of one", variable.span,
            help="define this expression under a name and differentiate by the name",
        )  # fmt: skip

    # Nabla ------------------------------------------------------------------------------------------------

    def nabla(self, syntax: Nabla, items: list[Syntax], place: int) -> tuple[Expr, int]:
        """∇_x of what follows if that is a scalar, of the first factor if that is one, else alone."""
        rest = items[place + 1 :]
        turned = self._transposed_gradient(syntax, items, place)
        if turned is not None:
            return turned
        if rest:
            try:
                body = self.read(rest[0] if len(rest) == 1 else Sequence(tuple(rest), syntax.span))
            except NoteError:
                body = None
            if body is not None and is_scalar(body.shape):
                return self.gradient(syntax, body, syntax.span.to(rest[-1].span)), len(items)
            first, after = self._next_factor(items, place + 1)
            if is_scalar(first.shape) and not isinstance(first, (tree.Number, tree.Dimension)):
                return self.gradient(syntax, first, syntax.span.to(items[after - 1].span)), after
        return self.nabla_alone(syntax), place + 1

    def _transposed_gradient(self, syntax: Nabla, items: list[Syntax], place: int) -> tuple[Expr, int] | None:
        r"""\nabla_x f(x)^\top: f(x) is a scalar, so the transpose is the gradient's."""
        for last in (place + 1, place + 2):
            item = items[last] if last < len(items) else None
            if isinstance(item, Script) and transposes(item.sup):
                plain = Script(item.base, item.sub, None, 0, item.span) if item.sub is not None else item.base
                try:
                    body, after = self._next_factor([*items[:last], plain], place + 1)
                except NoteError:
                    return None
                if after == last + 1 and is_scalar(body.shape):
                    span = syntax.span.to(item.span)
                    return build.transpose(self.gradient(syntax, body, span), span), after
        return None

    def nabla_alone(self, syntax: Nabla) -> Expr:
        scalars = [f for f in self.scope.context.functions.values() if f.codomain == (1, 1) and not f.entrywise]
        if len(scalars) != 1:
            what = "none is" if not scalars else f"{len(scalars)} are"
            raise fail(
                "E136", f"∇ alone means the gradient of the one declared scalar function, but {what} declared",
                syntax.span, help=r"write the function after it, or declare L : \mathbb{R}^{n} \to \mathbb{R}",
            )  # fmt: skip
        return self.gradient(syntax, self.bare_function(scalars[0], syntax.span), syntax.span)

    def gradient(self, syntax: Nabla, body: Expr, span: Span) -> Expr:
        if syntax.variable is None:
            raise fail("E137", "∇ without its variable", syntax.span, help=r"write \nabla_x")
        variable = self.variable(syntax.variable)
        if syntax.order == 1:
            return self.derivative(body, variable, span, gradient=not is_scalar(variable.shape))
        if syntax.order == 2 and is_column(variable.shape):
            return self.hessian(body, [variable, variable], span)
        raise fail("E138", "∇ of this order is not read", span)


# Helpers ----------------------------------------------------------------------------------------------------


def _composite_or(item: Syntax) -> str:
    return (composite(item) or "") if isinstance(item, Script) else ""


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


def _head(e: Expr) -> str:
    match e:
        case tree.Reference() | tree.Symbol():
            return e.name
        case tree.Stack():
            return _head(e.body)
    return ""


def _without_spans(value: object) -> object:
    from dataclasses import fields, is_dataclass

    if isinstance(value, tuple):
        return tuple(_without_spans(v) for v in value)
    if is_dataclass(value) and not isinstance(value, (type, Span)):
        return (
            type(value).__name__,
            *(_without_spans(getattr(value, f.name)) for f in fields(value) if f.name != "span"),
        )
    return value


def _is_renaming(body: Expr) -> bool:
    """Whether a definition only slices, transposes or renames a tensor."""
    while isinstance(body, (tree.Slice, tree.Transpose)):
        body = body.arg
    return isinstance(body, tree.Symbol) or (isinstance(body, tree.Reference) and not body.arguments)


def _instantiated(definition: tree.Definition, indices: tuple[Ix, ...]) -> Expr:
    """A renaming's body at indices."""
    names = {i.name: new for i, new in zip(definition.indices, indices, strict=True)}

    def at(index: Ix | None) -> Ix | None:
        return names.get(index.name, index) if isinstance(index, IndexVar) else index

    def walk(e: Expr) -> Expr:
        match e:
            case tree.Slice():
                return tree.Slice(arg=walk(e.arg), row=at(e.row), column=at(e.column), shape=e.shape, span=e.span)
            case tree.Transpose():
                return tree.Transpose(arg=walk(e.arg), shape=e.shape, span=e.span)
            case tree.Reference():
                new = tuple(i for i in map(at, e.indices) if i is not None)
                return tree.Reference(name=e.name, indices=new, shape=e.shape, span=e.span)
        return e

    return walk(definition.body)
