"""The author's typed expression as a tensor expression, one rule for each kind of node.

`Lowering.lower(e, row, column)` is the entry e[row, column].  Defined names are unfolded; what is left are the
arguments of a kernel: the declared names, and what unknown functions leave open (the values f(x), the derivatives
∂L/∂Z of an unknown loss at the point where it stands).  Derivatives of everything else are taken here, by
`derivatives`, and proved with the rest: `proof` has the core prove every lowered expression equal to its source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from symbn.core.contraction import fresh
from symbn.core.differentiation import Variable, differentiate
from symbn.core.heads import tensor
from symbn.core.terms import Argument, Index, SumOfProducts
from symbn.core.unfolding import substitute
from symbn.explain.latex import to_latex
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.places import indices_of
from symbn.expr.tree import Expr
from symbn.kernels.derivatives import differentiated
from symbn.kernels.ir import Array, Axis, Entry, Node, Scalar, alpha_key
from symbn.kernels.rewriting import Rewriting

Place = Axis | None


class NoKernel(Exception):
    """Something that no rule lowers; says what."""


@dataclass(frozen=True)
class Input:
    """An argument of a kernel: an array, what it stands for, and its shape as the note has it.

    latex: how the note writes it.  shape: rows × columns; a side of length 1 is no dimension of the array.
    """

    array: Array
    latex: str
    shape: tuple[tree.Dim, tree.Dim] | None
    value: Callable[[tuple[Index, ...]], SumOfProducts] = field(compare=False)


@dataclass(frozen=True)
class _Frame:
    """Where an expression stands: what its parameters are, and the names that a derivative is taken by."""

    parameters: Mapping[str, _Parameter] = field(default_factory=dict)
    held: frozenset[object] = frozenset()


@dataclass(frozen=True)
class _Parameter:
    """What a defined function is applied to, and where that stands; its free indices have other names in the body."""

    value: Expr
    frame: _Frame
    apart: dict[Axis, Axis]


@dataclass(frozen=True)
class _Application:
    """An unknown function at a point, or its derivative by an entry of one argument (`slot`)."""

    e: tree.Apply
    frame: _Frame
    slot: int | None
    out: int


class Lowering:
    """The lowering within one context; arguments are collected as they are met."""

    def __init__(self, context: Context, indexing: Indexing | None = None) -> None:
        self.context = context
        self.indexing = indexing or Indexing(context)
        self.ring = self.indexing.ring
        self.rewriting = Rewriting(self.ring)
        self.inputs: dict[Array, Input] = {}
        self._opaque: dict[object, Array] = {}
        self._applications: dict[Array, _Application] = {}
        self._held_arrays: dict[object, Array] = {}

    def lower(self, e: Expr, row: Place, column: Place) -> Node:
        """e[row, column].  Raises NoKernel."""
        return self._lower(e, row, column, _Frame())

    # Nodes ------------------------------------------------------------------------------------------------

    def _at(self, e: Expr, places: tuple[Place, Place], frame: _Frame) -> Node:
        return self._lower(e, places[0], places[1], frame)

    def _lower(self, e: Expr, row: Place, column: Place, frame: _Frame) -> Node:
        w = self.rewriting

        def inside(part: Expr, r: Place = None, c: Place = None) -> Node:
            return self._lower(part, r, c, frame)

        match e:
            case tree.Number():
                return w.number(e.value)
            case tree.Dimension():
                return Scalar(value=w.size(Index("", _dim(e.dim))))
            case tree.Symbol():
                return self._symbol(e, row, column, frame)
            case tree.Reference():
                return self._reference(e, row, column, frame)
            case tree.Identity():
                return self._identity(row, column)
            case tree.Ones():
                return w.one
            case tree.Zero():
                return w.zero
            case tree.UnitVector():
                return self._identity(row, _index(e.index))
            case tree.Delta():
                return self._identity(_index(e.first), _index(e.second))
            case tree.Add():
                return w.add([inside(term, row, column) for term in e.terms])
            case tree.Product():
                return self._product(e.factors, row, column, frame)
            case tree.Hadamard():
                return w.mul([inside(factor, row, column) for factor in e.factors])
            case tree.Quotient():
                places = (None, None) if e.denominator.is_scalar else (row, column)
                below = w.power(inside(e.denominator, *places), self.ring.rational(-1))
                return w.mul([inside(e.numerator, row, column), below])
            case tree.Power():
                exponent = inside(e.exponent)
                if not isinstance(exponent, Scalar):
                    raise NoKernel("an exponent that is no number, size or scalar argument")
                return w.power(inside(e.base, row, column), exponent.value)
            case tree.MatrixPower():
                if e.exponent == 0:
                    return self._identity(row, column)
                return self._product((e.base,) * e.exponent, row, column, frame)
            case tree.Transpose():
                return inside(e.arg, column, row)
            case tree.Fill():
                return inside(e.arg)
            case tree.Elementwise():
                return w.map(e.function, inside(e.arg, row, column))
            case tree.Softmax():
                own = row if e.shape[1] == 1 else column
                if own is None:
                    return w.one
                k = fresh(own.dim)
                arg = inside(e.arg, k, None) if e.shape[1] == 1 else inside(e.arg, None, k)
                return w.rename(w.softmax(k, arg), {k: own})
            case tree.Apply():
                return self._application(e, row, column, frame)
            case tree.Slice():
                own_row = _index(e.row) if e.row is not None else row
                own_column = _index(e.column) if e.column is not None else column
                rows, columns = e.arg.shape
                return inside(e.arg, None if rows == 1 else own_row, None if columns == 1 else own_column)
            case tree.Trace():
                if e.arg.is_scalar:
                    return inside(e.arg)
                k = fresh(_dim(e.arg.shape[0]))
                other = fresh(k.dim)
                # Written as Σ δ, so that no diagonal of a product is needed.
                return w.total((k, other), w.mul([self._identity(k, other), inside(e.arg, k, other)]))
            case tree.Diagonal():
                if row is None or column is None:
                    return inside(e.arg)
                entry = inside(e.arg, row, None) if e.arg.shape[1] == 1 else inside(e.arg, None, row)
                return w.mul([self._identity(row, column), entry])
            case tree.DiagonalPart():
                if row is None:
                    return inside(e.arg)
                other = fresh(row.dim)
                return w.total((other,), w.mul([self._identity(row, other), inside(e.arg, row, other)]))
            case tree.Sum():
                k = fresh(_dim(e.index.dim))
                return w.total((k,), self._renamed(e.body, row, column, frame, {_index(e.index): k}))
            case tree.Stack():
                return self._stack(e, row, column, frame)
            case tree.Derivative():
                return self._derivative(e, row, column, frame)
            case tree.At():
                return self._at_zero(e, row, column, frame)
        raise NoKernel(f"no rule to lower {type(e).__name__}")

    def _identity(self, row: Place, column: Place) -> Node:
        return self.rewriting.one if row is None or column is None else self.rewriting.delta(row, column)

    def _symbol(self, e: tree.Symbol, row: Place, column: Place, frame: _Frame) -> Node:
        if e.name in frame.parameters:
            return self._given(frame.parameters[e.name], row, column, frame)
        places = _present(row, column)
        if e.name in frame.held:
            return self._held(e.name, tuple(p.dim for p in places), places)
        if e.name in self.ring.parameters:
            return Scalar(value=self.ring.variable(e.name))
        array = Array(e.name, tuple(_dim(d) for d in e.shape if d != 1))

        def value(indices: tuple[Index, ...]) -> SumOfProducts:
            places = iter(indices)
            row, column = (None if d == 1 else next(places) for d in e.shape)
            return self.indexing.to_sum(replace(e, span=None), row, column)

        self.inputs.setdefault(array, Input(array, e.name, e.shape, value))
        return Entry(array=array, places=places)

    def _given(self, p: _Parameter, row: Place, column: Place, frame: _Frame) -> Node:
        """A parameter's entry: no index of it is one that the body binds."""
        w, places = self.rewriting, indices_of(p.value.shape)
        e = w.freshened(self._at(p.value, places, replace(p.frame, held=frame.held)))
        names = {own: place for own, place in zip(places, (row, column), strict=True) if own and place}
        for axis in e.axes - names.keys():
            names[axis] = p.apart.setdefault(axis, fresh(axis.dim))
        return w.rename(e, names)

    def _held(self, key: object, dims: tuple[str | int, ...], places: tuple[Axis, ...]) -> Node:
        """A name that a derivative is taken by: an array that stands for it until the derivative is taken."""
        array = self._held_arrays.setdefault(key, Array(f"held {key}", dims))
        return Entry(array=array, places=places)

    def _product(self, factors: tuple[Expr, ...], row: Place, column: Place, frame: _Frame) -> Node:
        scalars = [self._lower(f, None, None, frame) for f in factors if f.is_scalar]
        matrices = [f for f in factors if not f.is_scalar]
        parts: list[Node] = []
        bound: list[Axis] = []
        left = row
        for number, factor in enumerate(matrices):
            last = number == len(matrices) - 1
            dim = factor.shape[1]
            right = column if last else (None if dim == 1 else fresh(_dim(dim)))
            parts.append(self._lower(factor, left, right, frame))
            if not last and right is not None:
                bound.append(right)
            left = right
        w = self.rewriting
        return w.mul([*scalars, w.total(bound, w.mul(parts))])

    def _stack(self, e: tree.Stack, row: Place, column: Place, frame: _Frame) -> Node:
        index, w = _index(e.index), self.rewriting
        if e.axis == "diagonal":
            assert row is not None and column is not None
            body = self._lower(e.body, None, None, frame)
            return w.mul([self._identity(row, column), w.rename(body, {index: row})])
        if e.axis == "rows":
            assert row is not None
            return self._renamed(e.body, None, column, frame, {index: row})
        assert column is not None
        return self._renamed(e.body, row, None, frame, {index: column})

    def _renamed(self, body: Expr, row: Place, column: Place, frame: _Frame, names: Mapping[Axis, Axis]) -> Node:
        """body[row, column] with indices of its own renamed; a place of the same name is another index, and stays."""
        w = self.rewriting
        if row not in names and column not in names:
            return w.rename(self._lower(body, row, column, frame), names)
        places = indices_of(body.shape)
        outside = {own: place for own, place in zip(places, (row, column), strict=True) if own and place}
        return w.rename(self._at(body, places, frame), {**names, **outside})

    # Names ------------------------------------------------------------------------------------------------

    def _reference(self, e: tree.Reference, row: Place, column: Place, frame: _Frame) -> Node:
        w = self.rewriting
        definition = self.context.definitions[e.name]
        places = (*(_index(i) for i in e.indices), *_present(row, column))
        if e.name in frame.held and not e.arguments:
            return self._held(e.name, tuple(p.dim for p in places), places)
        own = tuple(fresh(_dim(i.dim)) for i in definition.indices)
        formals = tuple(None if d == 1 else fresh(_dim(d)) for d in e.shape)
        apart: dict[Axis, Axis] = {}
        given = zip(definition.parameters, e.arguments, strict=True)
        parameters = {p.name: _Parameter(a, frame, apart) for p, a in given}
        body = self._lower(definition.body, formals[0], formals[1], _Frame(parameters, frame.held))
        named = {_index(i): axis for i, axis in zip(definition.indices, own, strict=True)}
        body = w.rename(w.freshened(body), named)
        back = {name: axis for axis, name in apart.items()}
        return w.rename(body, {**dict(zip((*own, *_present(*formals)), places, strict=True)), **back})

    # Unknown functions ------------------------------------------------------------------------------------

    def _application(self, e: tree.Apply, row: Place, column: Place, frame: _Frame) -> Node:
        if e.entrywise:
            raise NoKernel(f"{e.name} is an unknown function of every entry")
        places = _present(row, column)
        key = self._application_key(e.name, e.arguments, frame)
        if key in frame.held:
            return self._held(key, tuple(p.dim for p in places), places)
        return self._opaque_entry(_Application(e, frame, None, len(places)), places)

    def _lowered_argument(self, a: Expr, frame: _Frame) -> tuple[Node, tuple[Axis, ...]]:
        row, column = (None if d == 1 else fresh(_dim(d)) for d in a.shape)
        return self._lower(a, row, column, frame), _present(row, column)

    def _application_key(self, name: str, arguments: tuple[Expr, ...], frame: _Frame) -> object:
        """A function at a point, whatever derivative is being taken there."""
        keys = []
        for argument in arguments:
            node, formals = self._lowered_argument(argument, replace(frame, held=frozenset()))
            if node.axes - set(formals):
                raise NoKernel(f"{name} applied to a whole family of points")
            keys.append(alpha_key(node, {axis: n for n, axis in enumerate(formals)}))
        return (name, tuple(keys))

    def _opaque_entry(self, made: _Application, places: tuple[Axis, ...]) -> Node:
        """f(x)[out], or its derivative by an entry of one argument: given to a kernel from outside."""
        e, slot = made.e, made.slot
        key = (self._application_key(e.name, e.arguments, made.frame), slot)
        if key not in self._opaque:
            taken = {array.name for array in self.inputs}
            name = next(n for n in _numbered(_opaque_name(e, slot)) if n not in taken)
            array = Array(name, tuple(p.dim for p in places))
            self._opaque[key] = array
            self._applications[array] = made
            latex, shape = _opaque_shape(e, slot)
            self.inputs[array] = Input(array, latex, shape, self._opaque_value(made))
        return Entry(array=self._opaque[key], places=places)

    def _chained(self, entry: Entry, held: Array, by: tuple[Axis, ...], frame: _Frame) -> Node:
        """∂f(x)/∂held[by] = Σ_slots Σ_a ∂f/∂x[a] · ∂x[a]/∂held[by]."""
        w, made = self.rewriting, self._applications.get(entry.array)
        if made is None:
            return w.zero
        terms = []
        for slot, argument in enumerate(made.e.arguments):
            inside, formals = self._lowered_argument(argument, replace(made.frame, held=frame.held))
            changed = differentiated(inside, held, by, w, lambda e: self._chained(e, held, by, frame))
            if changed == w.zero:
                continue
            if made.slot is not None:
                raise NoKernel(f"a second derivative of the unknown function {made.e.name}")
            outer = self._opaque_entry(replace(made, slot=slot), (*entry.places, *formals))
            terms.append(w.total(formals, w.mul([outer, changed])))
        return w.add(terms)

    def _opaque_value(self, made: _Application) -> Callable[[tuple[Index, ...]], SumOfProducts]:
        """The core's own name for it: the function at held variables, differentiated, then put at its arguments."""
        e, slot, out = made.e, made.slot, made.out
        arguments = [self._written_out(a, made.frame) for a in e.arguments]

        def value(indices: tuple[Index, ...]) -> SumOfProducts:
            formal, names = [], [f"argument {number} of {e.name}" for number in range(len(e.arguments))]
            for name, argument in zip(names, e.arguments, strict=True):
                places = tuple(fresh(_dim(d)) for d in argument.shape if d != 1)
                formal.append(Argument(places, tensor(self.ring, name, places)))
            found = tensor(self.ring, e.name, indices[:out], arguments=tuple(formal))
            if slot is not None:
                found = differentiate(found, Variable(names[slot], indices[out:]), self.indexing.theory)
            for name, argument in zip(names, arguments, strict=True):
                row, column = (None if d == 1 else fresh(_dim(d)) for d in argument.shape)
                body = self.indexing.to_sum(argument, row, column)
                found = substitute(found, name, Argument(_present(row, column), body))
            return found

        return value

    def _written_out(self, e: Expr, frame: _Frame) -> Expr:
        """e with its parameters' values in their place."""
        values = {name: self._written_out(p.value, p.frame) for name, p in frame.parameters.items()}
        return tree.with_symbols(e, values) if values else e

    # Derivatives ------------------------------------------------------------------------------------------

    def _derivative(self, e: tree.Derivative, row: Place, column: Place, frame: _Frame) -> Node:
        places: tuple[Place, Place] = (row, column)
        free: tuple[Axis, ...] = ()
        if e.layout == "jacobian":
            tall = e.arg.shape[1] == 1
            places, free = ((row, None) if tall else (None, row)), _present(column)
        elif e.layout == "gradient":
            places, free = (None, None), _present(row, column)
        key, indices = self._target(e.target, list(free), frame)
        inside = self._at(e.arg, places, replace(frame, held=frame.held | {key}))
        held = self._held_arrays.setdefault(key, Array(f"held {key}", tuple(i.dim for i in indices)))
        within = replace(frame, held=frame.held | {key})
        found = differentiated(
            inside, held, indices, self.rewriting, lambda entry: self._chained(entry, held, indices, within)
        )
        return self._released(found, key, held, e.target, frame)

    def _target(self, target: tree.Target, free: list[Axis], frame: _Frame) -> tuple[object, tuple[Axis, ...]]:
        """The key under which the variable is held, and the entry of it that is differentiated by."""
        pinned = []
        for dim, pin in zip(target.shape, (target.row, target.column), strict=True):
            if dim != 1:
                pinned.append(_index(pin) if pin is not None else free.pop(0))
        if target.arguments:
            return self._application_key(target.name, target.arguments, frame), tuple(pinned)
        indices = (*(_index(i) for i in target.family), *pinned)
        renamed = self.indexing.alias(target.name, indices)
        return renamed if renamed is not None else (target.name, indices)

    def _released(self, e: Node, key: object, held: Array, target: tree.Target, frame: _Frame) -> Node:
        """e with the held variable put back to what it stands for."""
        w = self.rewriting

        def value(places: tuple[Axis, ...]) -> Node:
            if target.arguments:
                codomain = self.context.functions[target.name].codomain
                e = tree.Apply(name=target.name, arguments=target.arguments, shape=codomain)
                return self._at(e, _spread(codomain, places), frame)
            name = str(key)
            definition = self.context.definitions.get(name)
            if definition is None:
                shape = self.context.symbols[name].shape
                return self._at(tree.Symbol(name=name, shape=shape), _spread(shape, places), frame)
            count = len(definition.indices)
            indices = tuple(tree.IndexVar(str(p.label), p.dim) for p in places[:count])
            whole = tree.Reference(name=name, indices=indices, shape=definition.body.shape)
            return self._at(whole, _spread(definition.body.shape, places[count:]), frame)

        return w.exchanged(e, held, value)

    def _at_zero(self, e: tree.At, row: Place, column: Place, frame: _Frame) -> Node:
        """arg with a symbol at 0."""
        key = e.name
        inside = self._lower(e.arg, row, column, replace(frame, held=frame.held | {key}))
        held = self._held_arrays.get(key)
        return inside if held is None else self.rewriting.exchanged(inside, held, lambda places: self.rewriting.zero)


def _dim(dim: tree.Dim) -> str | int:
    if isinstance(dim, tree.DimVar):
        raise TypeError("a size that was not inferred")
    if not isinstance(dim, str | int):
        raise NoKernel(f"a size that is made of others, {dim}")
    return dim


def _index(index: tree.Ix) -> Index:
    if isinstance(index, tree.IndexVar):
        return Index(index.name, _dim(index.dim))
    return Index(f"={index.value}", _dim(index.dim))


def _present(*places: Place) -> tuple[Axis, ...]:
    return tuple(place for place in places if place is not None)


def _spread(shape: tree.Shape, places: tuple[Axis, ...]) -> tuple[Place, Place]:
    """The places of an entry as row and column."""
    pending = iter(places)
    row, column = (None if dim == 1 else next(pending) for dim in shape)
    return row, column


def _numbered(name: str) -> Iterator[str]:
    """name, name_2, name_3, …"""
    yield name
    for number in count(2):
        yield f"{name}_{number}"


def _opaque_name(e: tree.Apply, slot: int | None) -> str:
    r"""f for f(x), \nabla_Z for the gradient of an unknown scalar by a named argument, else f'."""
    if slot is None:
        return e.name
    argument = e.arguments[slot]
    if e.is_scalar and isinstance(argument, tree.Symbol | tree.Reference) and not getattr(argument, "indices", ()):
        return rf"\nabla_{{{argument.name.split('@')[0]}}}"
    return f"{e.name}'"


def _opaque_shape(e: tree.Apply, slot: int | None) -> tuple[str, tree.Shape | None]:
    """How it is written, and its shape where it is a matrix."""
    if slot is None:
        return to_latex(e), e.shape
    argument = e.arguments[slot]
    if e.is_scalar:
        return rf"\nabla_{{{to_latex(argument)}}} {to_latex(e)}", argument.shape
    latex = rf"\frac{{\partial {to_latex(e)}}}{{\partial {to_latex(argument)}}}"
    rows, columns = (max(shape, key=lambda d: d != 1) if 1 in shape else None for shape in (e.shape, argument.shape))
    return latex, (rows, columns) if rows is not None and columns is not None else None
