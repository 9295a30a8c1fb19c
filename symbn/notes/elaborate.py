r"""The chains of a note, in order, to typed statements: declarations, definitions, claims.

A chain `a = b = c` whose first sides are new names defines them by the first side that is not; every other `=`
is a claim.  Names mean what the text before says; a declared symbol that is defined later depends on its
definition from there on, and what was claimed before keeps the context it was claimed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace

from symbn.diagnostics import Diagnostic, Label, NoteError, ShapeError, fail
from symbn.expr import build, tree
from symbn.expr.context import Context
from symbn.expr.shape import finished, is_column, is_scalar, resolved, shape_text, unify, unify_shapes
from symbn.expr.statement import Goal, Statement
from symbn.expr.tree import Definition, DimVar, Expr, IndexVar
from symbn.notes.declarations import Declarer
from symbn.notes.expressions import Reader, is_builtin, is_constant, transposes
from symbn.notes.lexer import tokenize
from symbn.notes.markdown import MathBlock
from symbn.notes.parser import IN_RANGE, RELATIONS, parse_block
from symbn.notes.scope import DefinedFunction, DefinedTensor, Derived, Scope, composite, family_key, spelled
from symbn.notes.syntax import (
    Binary,
    Chain,
    Commas,
    Group,
    Hole,
    Link,
    Name,
    Script,
    Sequence,
    Signed,
    Syntax,
)
from symbn.source import SourceFile, Span

_EQUALITIES = frozenset(["=", ":=", r"\coloneqq", r"\triangleq", r"\equiv", r"\doteq"])
_DEFINING = frozenset([":=", r"\coloneqq", r"\triangleq"])


@dataclass(frozen=True)
class _Head:
    """A left side that may be a new name: name, its parameters or indices, and what decorates it."""

    name: str
    parameters: tuple[str, ...] | None = None
    indices: tuple[str, ...] = ()
    decoration: str = ""


class Elaborator:
    """Reads blocks of math into statements; one for each note."""

    def __init__(self, scope: Scope | None = None) -> None:
        self.scope = scope or Scope()
        self.statements: list[Statement] = []
        self._source = SourceFile("", "")
        self._counts: dict[str, int] = {}
        self._reading: set[str] = set()
        self._rank = 0

    # Blocks -----------------------------------------------------------------------------------------------

    def read(self, source: SourceFile, blocks: Iterable[MathBlock]) -> None:
        """All statements of a note, in order."""
        self._source = source
        parsed: list[tuple[MathBlock, list[Chain], list[Diagnostic], bool]] = []
        for block in blocks:
            try:
                tokens = tokenize(source.text, block.segments)
            except NoteError as error:
                parsed.append((block, [], [error.diagnostic], True))
                continue
            states = any(t.kind in ("command", "symbol") and t.text in RELATIONS for t in tokens)
            chains, problems = parse_block(tokens, block.content) if tokens else ([], [])
            parsed.append((block, chains, problems, states))
            for chain in chains:
                for side in chain.sides:
                    self._collect_applications(side)
                if any(link.relation in (r"\in", r"\to") for link in chain.links):
                    for side in chain.sides[1:]:
                        Declarer(self.scope, self._reader).dimensions_in(side)
        for block, chains, problems, states in parsed:
            items: list[tuple[int, Chain | Diagnostic]] = [(c.span.start, c) for c in chains]
            if states:
                items += [(d.labels[0].span.start if d.labels else block.content.start, d) for d in problems]
            for _, item in sorted(items, key=lambda pair: pair[0]):
                if isinstance(item, Diagnostic):
                    self._unreadable(block, item)
                elif item.links:
                    self.chain(item, block)

    def forget_statements(self) -> None:
        """Keep what was declared and defined, drop the statements: a preamble is not reported."""
        self.statements = []
        self._counts = {}

    def _collect_applications(self, syntax: object) -> None:
        pending = [syntax]
        while pending:
            node = pending.pop()
            if isinstance(node, tuple):
                pending += node
            elif is_dataclass(node) and not isinstance(node, (type, Span)):
                if isinstance(node, Sequence):
                    for first, second in zip(node.items, node.items[1:], strict=False):
                        group = second.base if isinstance(second, Script) else second
                        if isinstance(first, Name) and isinstance(group, Group) and group.delimiter == "(":
                            self.scope.applications.setdefault(first.latex, []).append(group.content)
                pending += [getattr(node, f.name) for f in fields(node) if f.name != "span"]

    def _unreadable(self, block: MathBlock, diagnostic: Diagnostic) -> None:
        span = block.content
        statement = self._statement(block, block.label, "claim", span, "", "")
        statement.lhs = " ".join(self._source.slice(span).split())
        statement.diagnostics.append(diagnostic)

    # Identity of statements -------------------------------------------------------------------------------

    def _statement(
        self, block: MathBlock, label: str | None, kind: str, span: Span, lhs: str, rhs: str, letter: str = "",
        number: str | None = None,
    ) -> Statement:  # fmt: skip
        if label is None:
            if number is None:
                number = self._number(block)
            id_ = number + letter
        else:
            id_ = label + letter
        taken = {s.id for s in self.statements}
        if id_ in taken:
            id_ = next(f"{id_}~{k}" for k in range(2, len(taken) + 3) if f"{id_}~{k}" not in taken)
        statement = Statement(id_, label, span, kind, lhs, rhs, self.scope.context)  # type: ignore[arg-type]
        self.statements.append(statement)
        return statement

    def _number(self, block: MathBlock) -> str:
        self._counts[block.section] = self._counts.get(block.section, 0) + 1
        return f"{block.section}.{self._counts[block.section]}"

    def _text(self, syntax: Syntax) -> str:
        text = self._source.slice(syntax.span)
        if "\\begin" not in text:
            text = text.replace("&", " ").replace("\\\\", " ")
        return " ".join(text.split())

    # Chains -----------------------------------------------------------------------------------------------

    def chain(self, chain: Chain, block: MathBlock) -> None:
        """One chain to its statements."""
        label = chain.label or block.label
        relations = [link.relation for link in chain.links]
        if relations == [IN_RANGE]:
            return
        if relations[0] == ":" or relations == [r"\in"] or relations[0] == r"\in":
            self._membership(chain, block, label)
        elif len(relations) == 1 and relations[0] in (">", "<", r"\ge", r"\le", r"\ne"):
            self._assumption(chain, block, label)
        elif chain.subjects:
            statement = self._statement(block, label, "claim", chain.span, "", "")
            statement.diagnostics.append(
                fail("P223", "a list on the left of an equation", chain.subjects[0].span).diagnostic
            )
        else:
            self._equations(chain, block, label)

    def _membership(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        declarer = Declarer(self.scope, self._reader)
        subjects = [*chain.subjects, chain.sides[0]]
        number = None if label is not None else self._number(block)
        for place, subject in enumerate(subjects):
            letter = "" if place == 0 else _letter(place)
            lhs, rhs = self._text(subject), " ".join(self._text(side) for side in chain.sides[1:])
            span = subject.span.to(chain.sides[-1].span)
            statement = self._statement(block, label, "declaration", span, lhs, rhs, letter, number)
            try:
                if chain.links[0].relation == ":":
                    declarer.function(subject, chain)
                elif declarer.is_dimension(subject, chain.sides[1]):
                    pass
                elif declarer.is_new(subject):
                    declarer.declare(subject, chain.sides[1], chain.span)
                else:
                    self._shape_claim(statement, subject, declarer.claimed_shape(chain.sides[1]))
            except NoteError as error:
                self._failed(statement, error)

    def _shape_claim(self, statement: Statement, subject: Syntax, claimed: tree.Shape) -> None:
        statement.kind = "shape"
        reader = self._reader()
        statement.expression = finished(reader.read(subject))
        statement.claimed = claimed
        statement.notices = tuple(reader.notices)

    def _assumption(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        left, right = chain.sides
        statement = self._statement(block, label, "declaration", chain.span, self._text(left), self._text(right))
        declarer = Declarer(self.scope, self._reader)
        try:
            for subject in (*chain.subjects, left):
                if not declarer.assume(subject, chain.links[0].relation, right):
                    statement.kind = "unchecked"
                    statement.message = f"symbn does not check {chain.links[0].relation}"
        except NoteError as error:
            self._failed(statement, error)

    def _failed(self, statement: Statement, error: NoteError) -> None:
        if not any(d == error.diagnostic for d in statement.diagnostics):
            statement.diagnostics.append(error.diagnostic)
        statement.misshapen = isinstance(error, ShapeError)

    def _reader(self) -> Reader:
        return Reader(self.scope, self._instance)

    # Equations --------------------------------------------------------------------------------------------

    def _equations(self, chain: Chain, block: MathBlock, label: str | None) -> None:
        number = None if label is not None or any(link.label for link in chain.links) else self._number(block)
        heads = self._new_heads(chain)
        count = len(chain.links) - max(len(heads) - 1, 0)
        first_claim = 0
        letters = _letters(label is not None, count)
        if heads:
            self._definition(chain, heads, block, label or chain.links[0].label, letters, number, count)
            first_claim = len(heads)
        reader = self._reader()
        sides: list[tuple[Expr | NoteError, frozenset[str]] | None] = [None] * len(chain.sides)

        def side(place: int) -> tuple[Expr | NoteError, frozenset[str]]:
            found = sides[place]
            if found is None:
                reader.seen = set()
                try:
                    found = (reader.read(_without_order(chain.sides[place], self.scope)), frozenset(reader.seen))
                except NoteError as error:
                    found = (error, frozenset())
                sides[place] = found
            return found

        for place in range(first_claim, len(chain.links)):
            link = chain.links[place]
            left, right = chain.sides[place], chain.sides[place + 1]
            letter = letters[place - first_claim + (1 if heads else 0)]
            span = left.span.to(right.span) if place == 0 else link.span.to(right.span)
            statement = self._statement(
                block, link.label or label, "claim", span, self._text(left), self._text(right),
                "" if link.label else letter, number,
            )  # fmt: skip
            if link.relation in _DEFINING:
                self._failed(
                    statement,
                    fail(
                        "E160", f"`{self._text(left)}` is not a new name, so it cannot be defined here", left.span,
                        help="write = to claim an equality",
                    ),
                )  # fmt: skip
            elif link.relation not in _EQUALITIES:
                statement.kind = "unchecked"
                statement.message = f"symbn does not check {link.relation}"
            elif isinstance(right, Hole):
                self._hole(statement, side(place), reader)
            else:
                self._claim(statement, chain, place, side, reader, link)

    def _claim(self, statement: Statement, chain: Chain, place: int, side, reader: Reader, link: Link) -> None:  # type: ignore[no-untyped-def]
        (left, left_free), (right, right_free) = side(place), side(place + 1)
        try:
            for expression in (left, right):
                if isinstance(expression, NoteError):
                    raise expression
            left, right = build.same_shape(left, right)
            self._check_free(
                left, left_free, right, right_free, chain.sides[place].span.to(chain.sides[place + 1].span)
            )
            increments = _orders(chain.sides[place], self.scope) + _orders(chain.sides[place + 1], self.scope)
            if increments:
                goals = self._first_order(left, right, increments, reader)
            else:
                goals = [Goal(left, right)]
            reader.settle()
            statement.goals = tuple(Goal(finished(g.left), finished(g.right), g.note) for g in goals)
            names = left_free | right_free
            statement.free = tuple(finished(i) for name, i in reader.free.items() if name in names) + tuple(
                finished(i) for name, i in reader.free.items() if name.startswith("'")
            )
            statement.notices = tuple(reader.notices)
            statement.context = self.scope.context
        except NoteError as error:
            self._failed(statement, error)
        del link

    def _check_free(
        self, left: Expr, left_free: frozenset[str], right: Expr, right_free: frozenset[str], span: Span
    ) -> None:
        for name in sorted(left_free ^ right_free):
            other = right if name in left_free else left
            constant = isinstance(other, (tree.Number, tree.Zero, tree.Identity, tree.Ones))
            if name not in self.scope.indices and not constant:
                raise fail(
                    "E163", f"the index `{name}` is free on one side only", span,
                    help=f"bind it by a sum, or declare it: ${name} \\in \\{{1, \\ldots, n\\}}$",
                )  # fmt: skip

    def _hole(self, statement: Statement, found: tuple[Expr | NoteError, frozenset[str]], reader: Reader) -> None:
        statement.kind = "hole"
        expression, free = found
        try:
            if isinstance(expression, NoteError):
                raise expression
            statement.expression = finished(expression)
            statement.free = tuple(finished(i) for name, i in reader.free.items() if name in free)
        except NoteError as error:
            self._failed(statement, error)

    def _first_order(self, left: Expr, right: Expr, increments: list[Syntax], reader: Reader) -> list[Goal]:
        """Both sides agree at dx = 0, in value and in derivative."""
        symbols = {s.name: s for s in map(reader.read, increments) if isinstance(s, tree.Symbol)}
        if len(symbols) != 1:
            raise fail("E170", "an expansion is in one increment", increments[0].span, help="write o(\\mathrm{d}x)")
        (dx,) = symbols.values()
        goals = [Goal(_at_zero(left, dx), _at_zero(right, dx), f"at {dx.name} = 0")]
        if (
            not is_scalar(left.shape)
            and not is_scalar(dx.shape)
            and not (resolved(left.shape[1]) == 1 and is_column(dx.shape))
        ):
            row, column = (
                None if resolved(dim) == 1 else reader.free.setdefault(f"'{what}", IndexVar(f"'{what}", dim))
                for dim, what in zip(left.shape, ("row", "column"), strict=True)
            )
            left, right = (build.entry(e, row, column, e.span) for e in (left, right))
        left, right = (_at_zero(reader.derivative(e, dx, dx.span or Span(0, 0)), dx) for e in (left, right))
        goals.append(Goal(left, right, f"derivatives by {dx.name} at 0"))
        return goals

    # Definitions ------------------------------------------------------------------------------------------

    def _new_heads(self, chain: Chain) -> list[_Head]:
        """The leading sides of a chain that are new names, if a side follows that is not."""
        heads: list[_Head] = []
        for place, link in enumerate(chain.links):
            if link.relation not in _EQUALITIES:
                break
            body = chain.sides[place + 1]
            for later in chain.sides[place + 1 :]:
                body = later
                if _head(later) is None or not self._is_new(_head(later), later):
                    break
            if isinstance(body, Hole):
                break
            head = _head(chain.sides[place], body)
            if head is None or not self._may_define(head, chain.sides[place], body, link.relation in _DEFINING):
                break
            heads.append(head)
            if not self._continues_heads(chain, place):
                break
        return heads

    def _continues_heads(self, chain: Chain, place: int) -> bool:
        following = chain.sides[place + 1]
        return place + 2 < len(chain.sides) and self._is_new(_head(following), following)

    def _is_new(self, head: _Head | None, side: Syntax) -> bool:
        """Whether nothing of a head's name is known yet."""
        if head is None or head.name in (r"\partial", r"\nabla", "d") or is_builtin(head.name):
            return False
        scope = self.scope
        if head.indices and head.name in scope.families:
            return False
        known = {head.name, spelled(side) or head.name}
        if head.decoration in ("square", "inverse"):
            known.add(_decorated(head))
        base = side.base if isinstance(side, Script) else None
        if isinstance(base, Name) and not head.indices and head.name != base.latex:
            # μ_x is new though μ is a function, but y_1 is no new name where y is a vector or a family.
            meaning = scope.meanings.get(base.latex)
            if (
                base.latex in scope.context.symbols
                or isinstance(meaning, DefinedTensor)
                or base.latex in scope.families
            ):
                letters = _index_letters(side.sub) if isinstance(side, Script) and side.sub is not None else ()
                if not letters or any(not scope.knows(letter) or letter in scope.indices for letter in letters):
                    return False
        return not any(scope.knows(name) for name in known)

    def _may_define(self, head: _Head, side: Syntax, body: Syntax, explicit: bool) -> bool:
        if head.name in ("I", r"\mathbf{1}", r"\mathbf{I}", r"\mathbb{1}", r"\boldsymbol{1}") and not explicit:
            return False
        if self._is_new(head, side):
            return True
        scope, context = self.scope, self.scope.context
        if head.indices:
            if head.name in scope.families or _mentions(body, head.name):
                return False
            return explicit or head.name in context.symbols
        if head.decoration or head.name in scope.meanings:
            return False
        if head.name in context.functions:
            if head.parameters is None and isinstance(body, Sequence) and _applies(body, head.name):
                return True
            return (head.parameters is not None or _composition(body)) and not _mentions(body, head.name)
        if head.name in scope.families and head.parameters is None:
            return explicit
        if head.name in context.symbols and head.parameters is None:
            return explicit or not (_mentions(body, head.name) or self._rests_on(body, head.name))
        return False

    def _rests_on(self, syntax: object, name: str) -> bool:
        """Whether something written depends on a symbol through definitions."""
        if isinstance(syntax, tuple):
            return any(self._rests_on(item, name) for item in syntax)
        if not is_dataclass(syntax) or isinstance(syntax, (type, Span)):
            return False
        if isinstance(syntax, (Name, Script)):
            base = syntax.base if isinstance(syntax, Script) else syntax
            for spelling in {spelled(syntax), spelled(base)}:
                if spelling is not None and self._meaning_rests_on(spelling, name):
                    return True
        return any(self._rests_on(getattr(syntax, f.name), name) for f in fields(syntax) if f.name != "span")

    def _meaning_rests_on(self, spelling: str, name: str) -> bool:
        scope = self.scope
        meaning = scope.meanings.get(spelling)
        roots: list[Expr] = []
        if isinstance(meaning, DefinedFunction):
            return _mentions(meaning.body, name) and name not in meaning.parameters
        if isinstance(meaning, DefinedTensor):
            roots.append(meaning.definition.body)
        elif isinstance(meaning, Derived):
            roots.append(meaning.expression)
        if spelling in scope.families:
            roots.append(scope.families[spelling].body)
        bodies = [*roots, *(d.body for d in scope.context.definitions_used(roots))]
        return any(isinstance(n, tree.Symbol) and n.name == name for body in bodies for n in tree.walk(body))

    def _definition(
        self, chain: Chain, heads: list[_Head], block: MathBlock, label: str | None, letters: list[str],
        number: str | None, count: int,
    ) -> None:  # fmt: skip
        body = chain.sides[len(heads)]
        lhs = " = ".join(self._text(side) for side in chain.sides[: len(heads)])
        span = chain.sides[0].span.to(body.span)
        letter = letters[0] if count > 1 and label == chain.label else ""
        statement = self._statement(block, label, "definition", span, lhs, self._text(body), letter, number)
        for head in heads:
            try:
                self._define(head, body, span, statement)
                self.scope.places.setdefault(head.name, span)
            except NoteError as error:
                self._failed(statement, error)
                break
        statement.context = self.scope.context

    def _define(self, head: _Head, body: Syntax, span: Span, statement: Statement) -> None:
        context = self.scope.context
        if head.name in context.functions and head.parameters is None and not _composition(body):
            self._bind_argument(head.name, body)
            return
        if head.parameters is None and _composition(body) and self._composes(body):
            assert isinstance(body, Binary)
            u = Name("u", body.span)
            inner = Sequence((body.right, Group("(", u, body.span)), body.span)
            outer = Sequence((body.left, Group("(", inner, body.span)), body.span)
            head, body = _Head(head.name, ("u",)), outer
        if head.parameters is not None:
            self._define_function(head, body, span)
            return
        reader = self._reader()
        indices = tuple(IndexVar(name, self._range(name, span)) for name in head.indices)
        e = reader.under(indices, body)
        declared = context.symbols.get(head.name)
        if indices and not is_scalar(e.shape):
            declared = None  # y_i := Y_{:i} beside a vector y: a family of its own
        if declared is not None and not indices:
            e = build.as_shape(e, declared.shape)
            if not unify_shapes(e.shape, declared.shape):
                raise build.shape_error(
                    "S219", f"`{head.name}` is declared {shape_text(declared.shape)}, "
                    f"but this is {shape_text(e.shape)}", (e,),
                )  # fmt: skip
        elif declared is not None:
            for index, dim in zip(indices, (d for d in declared.shape if d != 1), strict=False):
                unify(index.dim, dim)
        statement.notices = tuple(reader.notices)
        loose = [name for name in reader.free if name not in head.indices]
        if loose:
            raise fail(
                "E161", f"the index `{loose[0]}` is free on the right only", body.span,
                help=f"bind it by a sum, or write it on the left: {head.name}_{{{loose[0]}}}",
            )  # fmt: skip
        e, indices = finished(e), tuple(finished(i) for i in indices)
        if is_scalar(e.shape) and 1 <= len(indices) <= 2:
            e, indices = _stacked(e, indices), ()
        if head.decoration == "transpose":
            e = build.transpose(e)
        if declared is not None and e.shape != declared.shape:
            raise build.shape_error(
                "S219",
                f"`{head.name}` is declared {shape_text(declared.shape)}, but this is {shape_text(e.shape)}",
                (e,),
            )
        self._enter(head, indices, e, span)

    def _range(self, name: str, span: Span) -> tree.Dim:
        known = self.scope.indices.get(name)
        return known.dim if known is not None else DimVar(f"the range of the index `{name}`", span)

    def _composes(self, body: Syntax) -> bool:
        assert isinstance(body, Binary)
        return all(
            isinstance(side, Name)
            and (
                side.latex in self.scope.context.functions
                or isinstance(self.scope.meanings.get(side.latex), DefinedFunction)
            )
            for side in (body.left, body.right)
        )

    def _bind_argument(self, name: str, body: Syntax) -> None:
        """L = L(Ŷ): what the bare name L is applied to."""
        applied = finished(self._reader().read(body))
        if not (isinstance(applied, tree.Apply) and applied.name == name):
            raise fail("E165", f"`{name}` is a function: define {name}(x)", body.span)
        self.scope.bare_arguments[name] = applied.arguments[0]

    def _define_function(self, head: _Head, body: Syntax, span: Span) -> None:
        assert head.parameters is not None
        if len(set(head.parameters)) != len(head.parameters):
            raise fail("E166", "a parameter occurs twice", span)
        if _mentions(body, head.name):
            raise fail("E167", f"the definition of `{head.name}` uses itself", span, help="define it by other names")
        function = DefinedFunction(head.name, head.parameters, body, span)
        context = self.scope.context
        declared = context.functions.get(head.name)
        shapes: list[tree.Shape] = []
        for place, parameter in enumerate(head.parameters):
            if declared is not None:
                shapes.append(declared.domain[place] if place < len(declared.domain) else (1, 1))
            elif parameter in context.symbols:
                shapes.append(context.symbols[parameter].shape)
        if declared is not None:
            self._new_epoch()
            del self.scope.context.functions[head.name]
        self.scope.meanings[head.name] = function
        try:
            if len(shapes) == len(head.parameters):
                self._instance(function, tuple(tree.Zero(shape=s) for s in shapes))
            else:
                self._trial(function)
        except NoteError:
            del self.scope.meanings[head.name]
            raise

    def _trial(self, function: DefinedFunction) -> None:
        """Read a body once with columns of unknown size: a name that nothing declares is told where it stands."""
        reader = self._reader()
        for parameter in function.parameters:
            reader.locals[parameter] = tree.Symbol(name=parameter, shape=(DimVar(f"`{parameter}`"), 1))
        self._reading.add(function.name)
        try:
            reader.read(function.body)
        except NoteError as error:
            if error.diagnostic.code in ("E110", "E119", "E146", "E167"):
                raise
        finally:
            self._reading.discard(function.name)

    def _instance(self, function: DefinedFunction, arguments: tuple[Expr, ...]) -> Definition:
        """A defined function's definition for the shapes of its arguments."""
        shapes = ",".join(shape_text(a.shape) for a in arguments)
        key = f"{function.name}@{shapes}"
        context = self.scope.context
        if key in context.definitions:
            return context.definitions[key]
        if function.name in self._reading:
            raise fail("E167", f"the definition of `{function.name}` uses itself", function.span)
        reader = self._reader()
        parameters = []
        for name, argument in zip(function.parameters, arguments, strict=True):
            symbol = tree.Symbol(name=f"{name}@{key}", shape=argument.shape)
            parameters.append(symbol)
            reader.locals[name] = symbol
        self._reading.add(function.name)
        try:
            body = finished(self._about(reader.read(function.body), reader.locals))
        finally:
            self._reading.discard(function.name)
        if reader.free:
            index = next(iter(reader.free))
            raise fail("E161", f"the index `{index}` is free in the definition of `{function.name}`", function.span)
        self._rank += 1
        definition = Definition(key, (), tuple(parameters), body, self._rank, function.name, function.span)
        context.definitions[key] = definition
        return definition

    def _about(self, body: Expr, parameters: dict[str, Expr]) -> Expr:
        """A body in which names that were defined for y speak of the parameter y: the μ_y of BN(y)."""
        context = self.scope.context

        def inline(e: Expr) -> Expr:
            if isinstance(e, tree.Reference) and not e.arguments:
                definition = context.definitions[e.name]
                mentioned = {n.name for d in context.definitions_used([e]) for n in tree.walk(d.body)
                             if isinstance(n, tree.Symbol)}  # fmt: skip
                if mentioned & set(parameters) and not definition.indices:
                    return inline(tree.with_symbols(definition.body, parameters))
            changes: dict[str, object] = {}
            for f in fields(e):
                value = getattr(e, f.name)
                if isinstance(value, Expr) and f.name != "variable":
                    changes[f.name] = inline(value)
                elif isinstance(value, tuple) and any(isinstance(v, Expr) for v in value):
                    changes[f.name] = tuple(inline(v) if isinstance(v, Expr) else v for v in value)
            return replace(e, **changes) if changes else e  # type: ignore[arg-type]

        return inline(body)

    def _enter(self, head: _Head, indices: tuple[IndexVar, ...], body: Expr, span: Span) -> None:
        """A finished definition becomes known."""
        scope = self.scope
        name = _decorated(head)
        if indices:
            self._rank += 1
            family = Definition(family_key(name), indices, (), body, self._rank, name, span)
            scope.context.definitions[family.key] = family
            scope.families[name] = family
            return
        if name in scope.context.symbols:
            used = scope.context.definitions_used([body])
            mentioned = {n.name for d in used for n in tree.walk(d.body) if isinstance(n, tree.Symbol)}
            mentioned |= {n.name for n in tree.walk(body) if isinstance(n, tree.Symbol)}
            if name in mentioned:
                raise NoteError(
                    Diagnostic(
                        "E162",
                        f"this definition of `{name}` is circular: it depends on `{name}` itself",
                        (Label(span, "defined by itself"),),
                        help="define it by names that do not depend on it",
                    )
                )
            self._new_epoch()
            del self.scope.context.symbols[name]
            self._rank += 1
            definition = Definition(name, (), (), body, self._rank, name, span)
            self._replace_symbol(definition)
        else:
            self._rank += 1
            definition = Definition(name, (), (), body, self._rank, name, span)
            scope.context.definitions[name] = definition
        scope.meanings[name] = DefinedTensor(definition)
        reference = tree.Reference(name=name, shape=body.shape)
        if head.decoration == "square":
            half = build.number(1, None)
            root = replace(half, value=half.value / 2)
            scope.meanings[head.name] = Derived(tree.Power(base=reference, exponent=root, shape=body.shape))
        elif head.decoration == "inverse" and isinstance(body, tree.Stack) and body.axis == "diagonal":
            inverse = tree.Power(base=body.body, exponent=build.number(-1), shape=(1, 1))
            scope.meanings[head.name] = Derived(replace(body, body=inverse))

    def _new_epoch(self) -> None:
        """From here on the context is another object: what was stated before keeps its own."""
        old = self.scope.context
        self.scope.context = Context(
            dict(old.dimensions), dict(old.symbols), dict(old.functions), dict(old.definitions)
        )

    def _replace_symbol(self, definition: Definition) -> None:
        """A declared symbol became defined: definitions that mention it refer to its definition, in a fitting order."""
        scope, context = self.scope, self.scope.context
        context.definitions[definition.key] = definition
        for key, old in list(context.definitions.items()):
            if key != definition.key:
                context.definitions[key] = replace(old, body=_referring(old.body, definition))
        ranked: dict[str, Definition] = {}

        def visit(key: str) -> None:
            if key in ranked:
                return
            for used in context.definitions_used([context.definitions[key].body]):
                visit(used.key)
            ranked[key] = replace(context.definitions[key], rank=len(ranked) + 1)

        for key in sorted(context.definitions, key=lambda k: context.definitions[k].rank):
            visit(key)
        context.definitions.clear()
        context.definitions.update(ranked)
        self._rank = len(ranked) + 1
        for name, meaning in list(scope.meanings.items()):
            if isinstance(meaning, DefinedTensor):
                key = meaning.definition.key
                scope.meanings[name] = DefinedTensor(context.definitions.get(key, meaning.definition))
        for name, argument in list(scope.bare_arguments.items()):
            scope.bare_arguments[name] = _referring(argument, definition)
        for stem, family in list(scope.families.items()):
            scope.families[stem] = context.definitions[family.key]


# Heads ------------------------------------------------------------------------------------------------------


def _head(side: Syntax, body: Syntax | None = None) -> _Head | None:
    """A side as a name to be defined; `body` tells whether subscripts are indices."""
    match side:
        case Name():
            return _Head(side.latex)
        case Script(base=Name() as base, sub=sub, sup=sup, primes=primes):
            decoration = ""
            if sup is not None:
                value = spelled(sup)
                if transposes(sup):
                    decoration = "transpose"
                elif value == "-1":
                    decoration = "inverse"
                elif value == "2":
                    decoration = "square"
                elif value is None or not (isinstance(sup, Group) and sup.delimiter == "("):
                    return None
            named = Script(base, None, sup if not decoration else None, primes, side.span)
            stem = composite(named) if (named.sup is not None or primes) else base.latex
            if stem is None:
                return None
            if sub is None:
                return _Head(stem, decoration=decoration)
            letters = _index_letters(sub)
            if letters and body is not None and all(_subscripted(body, letter) for letter in letters):
                return _Head(stem, indices=letters, decoration=decoration)
            whole = composite(Script(base, sub, named.sup, primes, side.span))
            return None if whole is None else _Head(whole, decoration=decoration)
        case Sequence(items=(first, Group(delimiter="(" | "[") as group)):
            function = _head(first)
            if function is None or function.decoration:
                return None
            given = group.content.items if isinstance(group.content, Commas) else (group.content,)
            names = tuple(_parameter(g) for g in given)
            if any(name is None for name in names):
                return None
            return _Head(function.name, tuple(name for name in names if name is not None))
    return None


def _parameter(syntax: Syntax) -> str | None:
    """A plain name, as a parameter of a function has; None for anything else."""
    plain = isinstance(syntax, Name) or (isinstance(syntax, Script) and syntax.sup is None and not syntax.primes)
    base = syntax.base if isinstance(syntax, Script) else syntax
    if not plain or not isinstance(base, Name) or is_constant(base.latex):
        return None
    return spelled(syntax)


def _decorated(head: _Head) -> str:
    """The key under which σ² or Σ⁻¹ is defined."""
    exponent = {"inverse": "-1", "square": "2"}.get(head.decoration)
    return head.name if exponent is None else f"{head.name}^{{{exponent}}}"


def _index_letters(sub: Syntax) -> tuple[str, ...]:
    """The letters of a subscript, if it is made of single letters only."""
    match sub:
        case Name(word=False):
            return (sub.latex,)
        case Sequence() | Commas():
            inner = [_index_letters(item) for item in sub.items]
            return tuple(name for names in inner for name in names) if all(inner) else ()
    return ()


def _subscripted(syntax: object, letter: str) -> bool:
    """Whether a letter occurs in a subscript."""
    if isinstance(syntax, Script) and syntax.sub is not None and _mentions(syntax.sub, letter):
        return True
    if isinstance(syntax, tuple):
        return any(_subscripted(item, letter) for item in syntax)
    if is_dataclass(syntax) and not isinstance(syntax, (type, Span)):
        return any(_subscripted(getattr(syntax, f.name), letter) for f in fields(syntax) if f.name != "span")
    return False


def _mentions(syntax: object, name: str) -> bool:
    """Whether a name occurs, with whatever scripts."""
    if isinstance(syntax, Name):
        return syntax.latex == name
    if isinstance(syntax, Script) and composite(replace(syntax, sup=None)) == name:
        return True
    if isinstance(syntax, Script) and isinstance(syntax.base, Group) and syntax.base.delimiter == r"\|":
        return _mentions(syntax.base, name) or _mentions(syntax.sup, name)  # the F of a Frobenius norm is no name
    if isinstance(syntax, tuple):
        return any(_mentions(item, name) for item in syntax)
    if is_dataclass(syntax) and not isinstance(syntax, (type, Span)):
        return any(_mentions(getattr(syntax, f.name), name) for f in fields(syntax) if f.name != "span")
    return False


def _applies(body: Sequence, name: str) -> bool:
    first = body.items[0]
    return len(body.items) == 2 and isinstance(first, Name) and first.latex == name


def _composition(body: Syntax) -> bool:
    return (
        isinstance(body, Binary)
        and body.op == r"\circ"
        and isinstance(body.left, Name)
        and isinstance(body.right, Name)
    )


def _stacked(e: Expr, indices: tuple[IndexVar, ...]) -> Expr:
    """A scalar with one or two indices as a column or a matrix."""
    if len(indices) == 1:
        return tree.Stack(index=indices[0], body=e, axis="rows", shape=(indices[0].dim, 1), span=e.span)
    row, column = indices
    body = tree.Stack(index=column, body=e, axis="columns", shape=(1, column.dim), span=e.span)
    return tree.Stack(index=row, body=body, axis="rows", shape=(row.dim, column.dim), span=e.span)


def _referring(e: Expr, definition: Definition) -> Expr:
    """e with a symbol made a reference to its definition."""
    if isinstance(e, tree.Symbol) and e.name == definition.key:
        return tree.Reference(name=definition.key, shape=e.shape, span=e.span)
    changes: dict[str, object] = {}
    for f in fields(e):
        value = getattr(e, f.name)
        if isinstance(value, Expr):
            new: object = _referring(value, definition)
        elif isinstance(value, tuple) and any(isinstance(v, Expr) for v in value):
            new = tuple(_referring(v, definition) if isinstance(v, Expr) else v for v in value)
        elif isinstance(value, tree.Target) and value.arguments:
            new = replace(value, arguments=tuple(_referring(v, definition) for v in value.arguments))
        else:
            continue
        if new is not value:
            changes[f.name] = new
    return replace(e, **changes) if changes else e  # type: ignore[arg-type]


# First order ------------------------------------------------------------------------------------------------


def _is_order(term: Syntax, scope: Scope) -> bool:
    if not (isinstance(term, Sequence) and len(term.items) == 2):
        return False
    first, second = term.items
    return (
        isinstance(first, Name)
        and first.latex in ("o", "O", r"\mathcal{O}", r"\mathcal{o}")
        and isinstance(second, Group)
        and not scope.knows(first.latex)
    )


def _without_order(side: Syntax, scope: Scope) -> Syntax:
    """A side without its o(dx)."""
    if not isinstance(side, Signed):
        return side
    kept = tuple(term for term in side.terms if not _is_order(term[1], scope))
    if len(kept) == len(side.terms) or not kept:
        return side
    return kept[0][1] if len(kept) == 1 and kept[0][0] == "+" else Signed(kept, side.span)


def _orders(side: Syntax, scope: Scope) -> list[Syntax]:
    """The increments of a side's o(dx) and O(‖dx‖²)."""
    terms = [term for _, term in side.terms] if isinstance(side, Signed) else [side]
    found: list[Syntax] = []
    for term in terms:
        if _is_order(term, scope):
            assert isinstance(term, Sequence)
            inner = term.items[1]
            while isinstance(inner, (Group, Script)):
                inner = inner.content if isinstance(inner, Group) else inner.base
            found.append(inner)
    return found


def _at_zero(e: Expr, dx: tree.Symbol) -> Expr:
    return tree.At(arg=e, name=dx.name, shape=e.shape, span=e.span)


def _letter(place: int) -> str:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return alphabet[place] if place < 26 else alphabet[place // 26 - 1] + alphabet[place % 26]


def _letters(labelled: bool, count: int) -> list[str]:
    """Letters of a chain's links: a, b, c … under a label; without one the first has none."""
    if count <= 1:
        return [""] * max(count, 1)
    return [("" if place == 0 and not labelled else _letter(place)) for place in range(count)]
