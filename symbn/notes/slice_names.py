r"""The names that the prose gives to rows and columns are defined: x_i := X_{i:}^\top for `$X$ with rows $x_i^\top$`.

Where the matrix is new and its rows are known, it is their stack.  Rows x_i that are written without ⊤ may be meant as
columns, which their uses tell; where they do not, symbn asks (E250).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from symbn.diagnostics import NoteError, ShapeError, fail
from symbn.expr import build
from symbn.expr.shape import finished, is_column, shape_text, unify
from symbn.expr.statement import Statement
from symbn.expr.tree import Dim, Shape
from symbn.notes.definitions import Definitions
from symbn.notes.epochs import new_epoch
from symbn.notes.heads import Head, new_heads
from symbn.notes.markdown import MathBlock
from symbn.notes.mentions import rests_on
from symbn.notes.named_slices import NamedSlice
from symbn.notes.occurrences import Defining
from symbn.notes.register import fail_statement
from symbn.notes.rereading import snapshot
from symbn.notes.reserved import UNITS
from symbn.notes.said_ranges import Formula
from symbn.notes.scope import DefinedTensor, Scope, spelled, whole_of
from symbn.notes.statements import Statements
from symbn.notes.syntax import (
    Chain,
    Colon,
    Dots,
    Group,
    Link,
    Matrix,
    Name,
    Numeral,
    Script,
    Syntax,
    walk,
)
from symbn.notes.syntax import (
    Sequence as Juxtaposed,
)
from symbn.notes.vocabulary import EQUALITIES

_INDEX = "·"
"""The index of the rows, which has no letter."""


class SliceNames(Statements):
    """The part that takes on what the prose calls rows and columns."""

    def __init__(self, scope: Scope | None = None, defines: bool = True) -> None:
        super().__init__(scope, defines)
        self._slices: list[NamedSlice] = []
        """What the text calls rows and columns, and has not been taken on yet."""
        self._sliced: dict[str, tuple[str, str]] = {}
        """Of which matrix each name is a row or a column."""
        self._start = 0
        """Where the equations begin that may use the rows."""

    def foresee_slices(self, slices: Iterable[NamedSlice]) -> None:
        """What a text that is read from here on calls rows and columns."""
        self._slices = list(slices) if self._defines else []

    def _name_slices(self, formulas: Sequence[Formula], read: bool) -> None:
        """Define the slices that are said up to here, or behind this formula in its sentence, of known matrices.

        read: the formula has been read, with what it declares.
        """
        slices = self._slices
        here, said = formulas[self._formula], set(_said_here(self._formula, formulas))
        if here.lead.apart:
            slices[:] = [slice_ for slice_ in slices if slice_.place >= self._formula]
        for slice_ in [one for one in slices if one.place <= self._formula or one.place in said]:
            if slice_.declares and not read:
                continue
            block = formulas[slice_.place].block
            if self._is_settled(slice_):
                slices.remove(slice_)
                self._check_again(slice_, block)
                continue
            self._start = min(slice_.member.span.start, here.block.content.start)
            shape = _shape(slice_.whole.latex, self.scope)
            if shape is not None:
                slices.remove(slice_)
                self._define_slice(slice_, shape, block)
            elif slice_.place <= self._formula and slice_.member_name in self.scope.families:
                slices.remove(slice_)
                self._define_whole(slice_, block)

    def _is_settled(self, slice_: NamedSlice) -> bool:
        """Whether equations say what the rows and the matrix are, so that the prose need not."""
        scope, name, whole = self.scope, slice_.member_name, slice_.whole.latex
        defined = name in scope.families and scope.free_family(name) is None
        shape = _shape(whole, scope)
        if defined and shape is not None:
            return True
        if scope.knows(spelled(slice_.member) or "") or (shape is None and scope.knows(whole)):
            return True
        if name in scope.families and any(rests_on(slice_.whole, symbol, scope) for symbol in (whole_of(name), name)):
            return True
        return shape is not None and 1 in shape

    def _check_again(self, slice_: NamedSlice, block: MathBlock) -> None:
        """Rows of one matrix that are called as those of another have lost their name (E251)."""
        name, said = slice_.member_name, (slice_.whole.latex, slice_.axis)
        before = self._sliced.get(name)
        if before is not None and before != said and name in self.scope.families:
            statement = self._said_statement(slice_, block)
            error = fail(
                "E251", f"`{slice_.written}` is {before[1]} {slice_.index} of `{before[0]}` already",
                slice_.member.span,
                help=f"use another letter for the {slice_.axis}s of `{slice_.whole.latex}`",
            )  # fmt: skip
            fail_statement(statement, error)
            self._note_defining(slice_, Head(name, None, (slice_.index,)), slice_.whole)
            new_epoch(self.scope)
            del self.scope.families[name]
            self._lost.add(name)

    def _define_slice(self, slice_: NamedSlice, shape: Shape, block: MathBlock) -> None:
        """x_i := X_{i:}, or its transpose."""
        name, span = slice_.member_name, slice_.member.span
        length = shape[0] if slice_.axis == "row" else shape[1]
        statement = self._said_statement(slice_, block)
        head = Head(name, None, (self._letter(slice_),))
        try:
            self._check_member(slice_, length)
            turned = self._is_turned(slice_, head)
            body = _slice_of(slice_, turned, head.indices[0])
            at = "{%s:}" if slice_.axis == "row" else "{:%s}"
            statement.rhs = f"{slice_.whole.latex}_{at % slice_.index}" + (r"^\top" if turned else "")
            self._note_defining(slice_, head, body)
            self.definitions.define(head, body, span, statement)
            self.scope.places.setdefault(name, span)
            self._sliced[name] = (slice_.whole.latex, slice_.axis)
            statement.notices = (*statement.notices, _told(slice_, turned))
        except NoteError as error:
            self._note_defining(slice_, head, slice_.whole)
            fail_statement(statement, error)
            self._lost.add(name)
        statement.context = self.scope.context

    def _define_whole(self, slice_: NamedSlice, block: MathBlock) -> None:
        """X := (x_1^⊤; …; x_n^⊤) of members that are known."""
        family = self.scope.families[slice_.member_name]
        last = family.indices[0].dim
        if len(family.indices) != 1 or not isinstance(last, str | int) or 1 not in family.body.shape:
            return
        whole, span = slice_.whole, slice_.member.span
        turned = is_column(family.body.shape) == (slice_.axis == "row")
        ends = Numeral("1", span), Numeral(str(last), span) if isinstance(last, int) else Name(last, span)
        first, final = (_member_at(slice_, end, turned) for end in ends)
        cells: tuple[Syntax, ...] = (first, Dots(r"\dots", span), final)
        body = Matrix(tuple((cell,) for cell in cells) if slice_.axis == "row" else (cells,), span)
        statement = self._said_statement(slice_, block)
        written = [_written(slice_, end, turned) for end in ("1", str(last))]
        rows = (r" \\ \vdots \\ " if slice_.axis == "row" else r" & \cdots & ").join(written)
        statement.lhs, statement.rhs = whole.latex, rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
        try:
            self.definitions.define(Head(whole.latex), body, whole.span, statement)
            self.scope.places.setdefault(whole.latex, whole.span)
            rows = f"the {slice_.axis}s `{_written(slice_, slice_.index, turned)}`"
            told = f"`{whole.latex}` is the matrix with {rows}, as the prose says"
            statement.notices = (*statement.notices, told)
        except NoteError as error:
            fail_statement(statement, error)
            self._lost.add(whole.latex)
        statement.context = self.scope.context

    def _said_statement(self, slice_: NamedSlice, block: MathBlock) -> Statement:
        return self._statement(block, None, "definition", slice_.member.span, slice_.written)

    def _note_defining(self, slice_: NamedSlice, head: Head, body: Syntax) -> None:
        span = slice_.member.span
        chain = Chain((slice_.member, body), (Link("=", span),), (), None, span)
        self.defining.append(Defining(chain, (head,)))

    def _letter(self, slice_: NamedSlice) -> str:
        """The letter of the rows' index, or another where that has a meaning."""
        return _INDEX if self.scope.knows(slice_.index) else slice_.index

    def _check_member(self, slice_: NamedSlice, length: Dim) -> None:
        """Raises NoteError where the name may mean something else (E168, E177, E189), or runs to another end (E228)."""
        name, span, symbols = slice_.member_name, slice_.member.span, self.scope.context.symbols
        if name in UNITS and not self.scope.knows(name):
            raise fail(
                "E168", f"`{spelled(slice_.member)}` can be a unit vector or a {slice_.axis}", span,
                help="use another letter for a new name",
            )  # fmt: skip
        self.declarer.families.check_members(name, slice_.member)
        if name in symbols and is_column(symbols[name].shape) and symbols[name].shape[0] == length:
            raise fail(
                "E177", f"`{name}` has as many entries as there are {slice_.axis}s: is this an entry, or a vector?",
                span, help="use another letter for one of the two",
            )  # fmt: skip
        last = None if slice_.last is None else self.definitions.reader().dimension(slice_.last)
        if last is not None and not unify(last, length):
            runs, there = shape_text((last, 1))[:-2], shape_text((length, 1))[:-2]
            raise fail(
                "E228", f"these run to {runs}, but `{slice_.whole.latex}` has {there} {slice_.axis}s", span,
                help=f"let the last one say {there}",
            )  # fmt: skip

    # Rows, or columns? ------------------------------------------------------------------------------------

    def _is_turned(self, slice_: NamedSlice, head: Head) -> bool:
        """Whether x_i is the transpose of a row or column.  Raises NoteError (E250) where only its uses can tell."""
        family = self.scope.families.get(slice_.member_name)
        shape = family.body.shape if family is not None else None
        if slice_.space is not None:
            shape = self.declarer.claimed_shape(slice_.space)
        if shape is not None and 1 in shape and shape != (1, 1):
            return is_column(shape) == (slice_.axis == "row")
        if slice_.turned or slice_.axis == "column":
            return slice_.turned
        ways = {turned: self._fitting(slice_, head, turned) for turned in (False, True)}
        votes = {a for a, b in zip(ways[False], ways[True], strict=True) if a is not b and None not in (a, b)}
        if len(votes) == 1:
            return not votes.pop()
        name = spelled(slice_.member)
        raise fail(
            "E250", f"are the rows `{name}` of `{slice_.whole.latex}` meant as rows, or as columns?",
            slice_.member.span,
            help=rf"write `with rows ${name}^\top$` for columns {name}, or define what is meant: "
            rf"${name} := {slice_.whole.latex}_{{{slice_.index}:}}$",
        )  # fmt: skip

    def _fitting(self, slice_: NamedSlice, head: Head, turned: bool) -> list[bool | None]:
        """For each equation that uses the rows, whether its shapes fit in one reading; None where that is not known."""
        scope = snapshot(self.scope)
        definitions = Definitions(scope)
        span = slice_.member.span
        definitions.define(head, _slice_of(slice_, turned, head.indices[0]), span, self._unregistered(slice_))
        uses = [chain for chain in self._chains if chain.span.end > self._start and _uses(chain, slice_.member_name)]
        return [_fits(chain, scope, definitions) for chain in uses]

    def _unregistered(self, slice_: NamedSlice) -> Statement:
        return Statement("", None, slice_.member.span, "definition", "", "", self.scope.context)


def _said_here(place: int, formulas: Sequence[Formula]) -> Iterator[int]:
    """The formulas that tell, in the same sentence, what stands in one."""
    for later in range(place + 1, len(formulas)):
        if not formulas[later].lead.explains:
            return
        yield later


def _shape(name: str, scope: Scope) -> Shape | None:
    """The shape of a declared or defined matrix."""
    symbol, meaning = scope.context.symbols.get(name), scope.meanings.get(name)
    if isinstance(meaning, DefinedTensor):
        return meaning.definition.body.shape
    return symbol.shape if symbol is not None else None


def _slice_of(slice_: NamedSlice, turned: bool, letter: str) -> Syntax:
    """X_{i:} or X_{:i}, or the transpose."""
    whole, span = slice_.whole, slice_.member.span
    index, every = Name(letter, span), Colon(span)
    place = Juxtaposed((index, every) if slice_.axis == "row" else (every, index), span)
    found = Script(Name(whole.latex, span), place, None, 0, span)
    return Script(Group("(", found, span), None, Name(r"\top", span), 0, span) if turned else found


def _member_at(slice_: NamedSlice, place: Syntax, turned: bool) -> Syntax:
    r"""x_1 or x_1^\top."""
    span = slice_.member.span
    found = Script(Name(slice_.member_name, span), place, None, 0, span)
    return Script(found, None, Name(r"\top", span), 0, span) if turned else found


def _written(slice_: NamedSlice, at: str, turned: bool) -> str:
    """x_1, or its transpose, as an author writes it."""
    return slice_.at(at) + (r"^{\top}" if turned else "")


def _told(slice_: NamedSlice, turned: bool) -> str:
    as_column = {(True, "row"): ", as a column", (True, "column"): ", as a row"}.get((turned, slice_.axis), "")
    return f"`{slice_.written}` is {slice_.axis} {slice_.index} of `{slice_.whole.latex}`{as_column}, as the prose says"


def _uses(chain: Chain, name: str) -> bool:
    """Whether an equation holds x_i, with whatever index."""
    return any(link.relation in EQUALITIES for link in chain.links) and any(
        isinstance(node, Script) and node.sub is not None and isinstance(node.base, Name) and node.base.latex == name
        for side in chain.sides
        for node in walk(side)
    )


def _fits(chain: Chain, scope: Scope, definitions: Definitions) -> bool | None:
    """Whether the sides of a chain have shapes, and one shape; None where a side cannot be read for other reasons."""
    reader = definitions.reader(infers=True)
    read = []
    for side in chain.sides[len(new_heads(chain, scope)) :]:
        try:
            read.append(finished(reader.read(side)))
        except ShapeError:
            return False
        except NoteError:
            return None
    for left, right in pairwise(read):
        try:
            build.same_shape(left, right)
        except ShapeError:
            return False
    return True
