r"""Tensor expressions as programs: arrays computed one after the other, each by one kind of step.

    step ::= pointwise   r[axes] = t                    t without sums
           | guess       r[axes] ≈ mean_along t         any value: what is computed from it does not depend on it
                         r[axes] ≈ max_along t
           | reduction   r[axes] = Σ_over t             t without sums
           | product     r[axes] = Σ_over a · b         a product of two arrays that needs a matrix multiplication

Statistics are shifted: with g a guess of the mean of a, d = a − g and r = mean d,

    a − mean a                      = d − r
    Σ (a − mean a) (b − mean b)     = Σ d d′ − n r r′

which loses no digits where the mean is large beside the deviations, in one pass over the array, whatever g is.
An exponential is shifted by about the greatest entry m of its row, so that it neither overflows nor vanishes:

    exp a / Σ exp a                 = exp(a − m) / Σ exp(a − m)
    log (exp a / Σ exp a)           = (a − m) − log Σ exp(a − m)
    log Σ exp a                     = m + log Σ exp(a − m)

With `refine` a second guess m near g + r, the mean rounded, serves where entries are centred one by one:
a − mean a = (a − m) − (r + (g − m)).

What occurs twice, under whatever names of axes, is computed once; what does not vary along an axis is computed
without it; a contraction of more than two arrays is cut in the cheapest order.  What a step computes in the end, with
everything before it put in, is `Program.expanded`: that is what the core proves equal to the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from symbn.core.contraction import fresh
from symbn.kernels.ir import (
    Add,
    Array,
    Axis,
    Centre,
    Centring,
    Delta,
    Dim,
    Entry,
    Map,
    Mul,
    Node,
    Pow,
    Scalar,
    Softmax,
    Sum,
    axis_order,
    factors_of,
    in_order,
    pattern,
    rebuilt,
    terms_of,
    walk,
)
from symbn.kernels.rewriting import Rewriting

_TYPICAL = 1000
"""The length that every symbolic dimension is taken to have where two orders of multiplication are compared."""


@dataclass(frozen=True)
class Pointwise:
    """array[axes] = body, entry by entry."""

    array: Array
    axes: tuple[Axis, ...]
    body: Node


@dataclass(frozen=True)
class Guess:
    """array[axes] ≈ the mean (or what else is named) of body along an axis.

    of: two vectors whose sum it is, rounded; or the one total of the axis, whose share of one entry it is, rounded.
    """

    array: Array
    axes: tuple[Axis, ...]
    along: Axis
    body: Node
    of: tuple[Entry, ...] | None = None
    what: Literal["mean", "max"] = "mean"


@dataclass(frozen=True)
class Reduction:
    """array[axes] = Σ_over body."""

    array: Array
    axes: tuple[Axis, ...]
    over: tuple[Axis, ...]
    body: Node


@dataclass(frozen=True)
class Product:
    """array[axes] = Σ_over left · right, both arrays; axes of both that are not summed are a batch."""

    array: Array
    axes: tuple[Axis, ...]
    over: tuple[Axis, ...]
    left: Entry
    right: Entry


Step: TypeAlias = Pointwise | Guess | Reduction | Product


@dataclass(frozen=True)
class Program:
    """Steps in the order of computation, and the arrays that are asked for."""

    steps: tuple[Step, ...]
    outputs: tuple[Array, ...]

    def step_of(self) -> Mapping[Array, Step]:
        """The step that computes each array."""
        return {step.array: step for step in self.steps}

    def arguments(self) -> tuple[Array, ...]:
        """The arrays that are used and not computed."""
        computed = {step.array for step in self.steps}
        used = (entry.array for step in self.steps for entry in entries_of(step))
        return tuple(dict.fromkeys(array for array in used if array not in computed))

    def expanded(self, output: Array, axes: tuple[Axis, ...]) -> Node:
        """output[axes] with every array before it put in."""
        steps = self.step_of()

        def value(array: Array, places: tuple[Axis, ...]) -> Node:
            step = steps.get(array)
            if step is None or isinstance(step, Guess):
                return Entry(array=array, places=places)
            return renamed(inserted(_meaning(step)), dict(zip(step.axes, places, strict=True)))

        def inserted(e: Node) -> Node:
            return value(e.array, e.places) if isinstance(e, Entry) else rebuilt(e, inserted)

        return value(output, axes)


def _meaning(step: Step) -> Node:
    match step:
        case Pointwise():
            return step.body
        case Reduction():
            return Sum(over=step.over, body=step.body)
        case Product():
            return Sum(over=step.over, body=Mul(factors=(step.left, step.right)))
        case Guess():
            raise AssertionError("a guess means nothing")


def renamed(e: Node, names: Mapping[Axis, Axis]) -> Node:
    """e with axes renamed as they stand, nothing rewritten; bound axes get new names."""

    def new(axis: Axis) -> Axis:
        return names.get(axis, axis)

    match e:
        case Entry():
            return Entry(array=e.array, places=tuple(map(new, e.places)))
        case Delta():
            return Delta(first=new(e.first), second=new(e.second))
        case Centring():
            return Centring(first=new(e.first), second=new(e.second))
        case Sum():
            apart = {axis: fresh(axis.dim) for axis in e.over}
            return Sum(over=tuple(apart.values()), body=renamed(e.body, {**names, **apart}))
    return rebuilt(e, lambda part: renamed(part, names))


def entries_of(step: Step) -> tuple[Entry, ...]:
    """Every entry that a step reads."""
    if isinstance(step, Product):
        return step.left, step.right
    if isinstance(step, Guess) and step.of is not None:
        return step.of
    return tuple(node for node in walk(step.body) if isinstance(node, Entry))


@dataclass(frozen=True)
class _Centre:
    """What was computed to centre one expression: axes in the order of its pattern, those but `along` in vectors.

    shifted and rest: a − g and its mean; deviation and offset: what a − mean a is the difference of.
    """

    shifted: Array
    rest: Array
    deviation: Array
    offset: Array


@dataclass(frozen=True)
class _Weights:
    """What was computed for the exponentials of one expression along an axis: a − m, exp(a − m), m, and their sum."""

    shifted: Array
    weights: Array
    guess: Array
    total: Array


class Scheduler:
    """Makes the steps of one program; what was computed before is found again.

    rows: dimensions that are taken to be a little longer than others, those of the rows of arguments.
    """

    def __init__(self, rewriting: Rewriting, refine: bool = False, rows: Iterable[Dim] = ()) -> None:
        self.rewriting = rewriting
        self.refine = refine
        self.costs = _Costs(frozenset(rows))
        self._centres: dict[object, _Centre] = {}
        self._weights: dict[object, _Weights] = {}
        self.steps: list[Step] = []
        self._known: dict[object, tuple[Array, tuple[int, ...]]] = {}
        self._names: dict[str, int] = {}

    def program(self, outputs: Iterable[tuple[str, Node, tuple[Axis, ...]]]) -> Program:
        """The program that computes each (name, expression, axes)."""
        found: list[Array] = []
        for name, e, axes in outputs:
            body = self._entrywise(e)
            if len(axes) == 2 and body.axes == set(axes) and layout(body, axes) != axes:
                body = self._once(body, self._pointwise)  # computed as it lies in memory, and turned
            own = self._own_array(body, axes, found)
            array = Array(name, tuple(axis.dim for axis in axes))
            if own is not None:
                self._rename(own, array)
            else:
                self.steps.append(Pointwise(array, axes, body))
                met = pattern(body)
                if set(met.axes) == set(axes) and met.key not in self._known:
                    self._known[met.key] = array, tuple(met.axes.index(axis) for axis in axes)
            found.append(array)
        return Program(tuple(self.steps), tuple(found))

    def _own_array(self, body: Node, axes: tuple[Axis, ...], taken: Sequence[Array]) -> Array | None:
        """The array that holds an output already, made on the way and in its order of axes."""
        met = pattern(body)
        if isinstance(body, Entry):
            array, places = body.array, body.places
        elif met.key in self._known:
            array, order = self._known[met.key]
            places = tuple(met.axes[position] for position in order)
        else:
            return None
        computed = any(step.array == array for step in self.steps)
        return array if computed and places == axes and array not in taken else None

    def _rename(self, old: Array, new: Array) -> None:
        """Call a computed array by the name of the output that it is."""

        def named(e: Node) -> Node:
            return entry(e) if isinstance(e, Entry) else rebuilt(e, named)

        def entry(e: Entry) -> Entry:
            return Entry(array=own(e.array), places=e.places)

        def own(array: Array) -> Array:
            return new if array == old else array

        for place, step in enumerate(self.steps):
            match step:
                case Product():
                    self.steps[place] = replace(
                        step, array=own(step.array), left=entry(step.left), right=entry(step.right)
                    )
                case Guess():
                    of = step.of and tuple(map(entry, step.of))
                    self.steps[place] = replace(step, array=own(step.array), body=named(step.body), of=of)
                case _:
                    self.steps[place] = replace(step, array=own(step.array), body=named(step.body))
        self._known = {key: (own(array), order) for key, (array, order) in self._known.items()}

    def _array(self, hint: str, axes: Sequence[Axis]) -> Array:
        """An array of a name that no argument has: those of a note do not begin with #."""
        hint = f"#{hint.lstrip('#')}"
        number = self._names.get(hint, 0) + 1
        self._names[hint] = number
        return Array(hint if number == 1 else f"{hint}_{number}", tuple(axis.dim for axis in axes))

    # Expressions ------------------------------------------------------------------------------------------

    def _entrywise(self, e: Node) -> Node:
        """e with an entry of an array in place of every sum and every part that lacks some of its axes."""
        match e:
            case Sum():
                return self._sum(e)
            case Centre():
                return self._deviation(e)
            case Add():
                return self._grouped_sum([self._entrywise(term) for term in e.terms], e.axes)
            case Mul():
                return self._grouped_product([self._entrywise(factor) for factor in e.factors], e.axes)
            case Pow():
                return self._hoisted(Pow(base=self._entrywise(e.base), exponent=e.exponent))
            case Softmax():
                return self._softmax(e)
            case Map(function="log", arg=Softmax(axis=axis, arg=inside)):
                return self._log_softmax(axis, inside)
            case Map(function="log", arg=Sum(over=(axis,), body=Map(function="exp", arg=inside))):
                return self._log_sum_exp(axis, inside)
            case Map():
                return self._hoisted(Map(function=e.function, arg=self._entrywise(e.arg)))
        return e

    def _hoisted(self, e: Node) -> Node:
        """A power or function of fewer than two axes is computed once."""
        return e if len(e.axes) > 1 else self._once(e, self._pointwise)

    def _grouped_product(self, parts: list[Node], axes: frozenset[Axis]) -> Node:
        """Factors that lack axes are multiplied first, and into a sum of one matrix and vectors.

        Not into a sum of two: products of small factors may underflow that the sum's own scale does not need.
        """
        flat = [f for part in parts for f in factors_of(part)]
        sums = [f for f in flat if isinstance(f, Add) and f.axes == axes]
        others = [f for f in flat if f not in sums]
        one = len(sums) == 1 and sum(term.axes == axes for term in sums[0].terms) == 1
        if len(axes) > 1 and one and all(f.axes < axes for f in others):
            return self._grouped_sum([self.rewriting.mul([*others, term]) for term in sums[0].terms], axes)
        return self._combined(flat, axes, Mul)

    def _grouped_sum(self, parts: list[Node], axes: frozenset[Axis]) -> Node:
        """Terms that lack axes are added first; factors of a term that lack axes multiplied first."""
        flat = [t for part in parts for t in terms_of(part)]
        grouped = [self._combined(list(factors_of(t)), t.axes, Mul) if isinstance(t, Mul) else t for t in flat]
        return self._combined(grouped, axes, Add)

    def _combined(self, parts: list[Node], axes: frozenset[Axis], kind: type[Mul] | type[Add]) -> Node:
        """Parts with all the axes one by one; the others combined, those of the fewest axes into larger ones."""
        whole = [part for part in parts if part.axes == axes]
        groups: dict[frozenset[Axis], list[Node]] = {}
        for part in parts:
            if part.axes != axes:
                groups.setdefault(part.axes, []).append(part)
        for small in sorted(groups, key=_group_order):
            into = next((a for a in sorted(groups, key=_group_order) if small < a), None)
            if into is not None:
                groups[into] = [*groups.pop(small), *groups[into]]
        combined = []
        for group in groups.values():
            made = self._made(group, kind)
            once = len(made.axes) < max(len(axes), 1) and isinstance(made, Mul | Add)
            combined.append(self._once(made, self._pointwise) if once else made)
        every = [*combined, *whole] if kind is Mul else [*whole, *combined]
        return every[0] if len(every) == 1 else self._made(every, kind)

    def _made(self, parts: list[Node], kind: type[Mul] | type[Add]) -> Node:
        return self.rewriting.mul(parts) if kind is Mul else self.rewriting.add(parts)

    def _once(self, e: Node, make: Callable[[Node, tuple[Axis, ...]], Array]) -> Entry:
        """An entry of the array that holds e, which is computed now if it was not before."""
        met = pattern(e)
        if met.key not in self._known:
            axes = layout(e, met.axes)
            array = make(e, axes)
            self._known[met.key] = array, tuple(met.axes.index(axis) for axis in axes)
        array, order = self._known[met.key]
        return Entry(array=array, places=tuple(met.axes[position] for position in order))

    def _pointwise(self, e: Node, axes: tuple[Axis, ...]) -> Array:
        hint = ("scalar", "factor", "matrix", "block")[min(len(axes), 3)]
        return self._step(Pointwise, hint, axes, body=e)

    # Centring ---------------------------------------------------------------------------------------------

    def _deviation(self, e: Centre) -> Node:
        """a − mean a as the difference of a shifted array and a vector."""
        made, places, rest = self._centre(e)
        offset = Entry(array=made.offset, places=rest)
        return self.rewriting.add(
            [Entry(array=made.deviation, places=places), self.rewriting.mul([self.rewriting.number(-1), offset])]
        )

    def _centre(self, e: Centre) -> tuple[_Centre, tuple[Axis, ...], tuple[Axis, ...]]:
        """The arrays that centre an expression, its axes in their order, and those that the vectors have."""
        w = self.rewriting
        raw = self._array_of(self._entrywise(e.arg))
        axes = raw.places
        rest = tuple(axis for axis in axes if axis != e.axis)
        key = raw.array, axes.index(e.axis)
        if key not in self._centres:
            name, n = raw.array.name, Scalar(value=w.size(e.axis))
            of_all = None if self.refine else (self._once(Sum(over=(e.axis,), body=raw), self._contracted),)
            guess = self._step(Guess, f"{name}_guess", rest, along=e.axis, body=raw, of=of_all)
            shifted = self._step(Pointwise, f"{name}_shifted", axes, body=self._less(raw, guess, rest))
            total = self._step(
                Reduction, f"{name}_excess", rest, over=(e.axis,), body=Entry(array=shifted, places=axes)
            )
            mean = self._step(
                Pointwise, f"{name}_rest", rest,
                body=w.mul([w.power(n, w.ring.rational(-1)), Entry(array=total, places=rest)]),
            )  # fmt: skip
            made = _Centre(shifted, mean, shifted, mean)
            if self.refine:
                of = Entry(array=guess, places=rest), Entry(array=mean, places=rest)
                high = self._step(Guess, f"{name}_mean", rest, along=e.axis, body=raw, of=of)
                deviation = self._step(Pointwise, f"{name}_deviation", axes, body=self._less(raw, high, rest))
                low = w.add([self._less(of[0], high, rest), of[1]])
                offset = self._step(Pointwise, f"{name}_mean_low", rest, body=low)
                made = _Centre(shifted, mean, deviation, offset)
            self._centres[key] = made
        return self._centres[key], axes, rest

    def _less(self, e: Node, array: Array, places: tuple[Axis, ...]) -> Node:
        w = self.rewriting
        return Add(terms=(e, w.mul([w.number(-1), Entry(array=array, places=places)])))

    def _step(self, kind: Callable[..., Step], hint: str, axes: tuple[Axis, ...], **parts: object) -> Array:
        array = self._array(hint, axes)
        self.steps.append(kind(array=array, axes=axes, **parts))
        return array

    def _comoment(self, a: Centre, b: Centre, over: Axis) -> Node:
        """Σ (a − mean a) (b − mean b) = Σ d d′ − n r r′."""
        w = self.rewriting
        (first, first_axes, first_rest), (second, second_axes, second_rest) = self._centre(a), self._centre(b)
        products = Sum(
            over=(over,),
            body=Mul(factors=(
                Entry(array=first.shifted, places=first_axes), Entry(array=second.shifted, places=second_axes),
            )),
        )  # fmt: skip
        total = self._once(products, lambda e, axes: self._reduced(products.body, products.over, axes))
        rests = Entry(array=first.rest, places=first_rest), Entry(array=second.rest, places=second_rest)
        return w.add([total, w.mul([Scalar(value=-w.size(over)), *rests])])

    # Exponentials -----------------------------------------------------------------------------------------

    def _softmax(self, e: Softmax) -> Node:
        """exp a / Σ exp a as shifted weights times a number of each row."""
        w = self.rewriting
        made, axes, rest = self._weighed(e.axis, e.arg)
        share = w.power(Entry(array=made.total, places=rest), w.ring.rational(-1))
        return w.mul([Entry(array=made.weights, places=axes), self._once(share, self._pointwise)])

    def _log_softmax(self, axis: Axis, arg: Node) -> Node:
        """log (exp a / Σ exp a) = (a − m) − log Σ exp(a − m)."""
        w = self.rewriting
        made, axes, rest = self._weighed(axis, arg)
        total = self._hoisted(w.map("log", Entry(array=made.total, places=rest)))
        return Add(terms=(Entry(array=made.shifted, places=axes), w.mul([w.number(-1), total])))

    def _log_sum_exp(self, axis: Axis, arg: Node) -> Node:
        """log Σ exp a = m + log Σ exp(a − m)."""
        w = self.rewriting
        made, _, rest = self._weighed(axis, arg)
        total = w.map("log", Entry(array=made.total, places=rest))
        return self._hoisted(w.add([Entry(array=made.guess, places=rest), total]))

    def _weighed(self, axis: Axis, arg: Node) -> tuple[_Weights, tuple[Axis, ...], tuple[Axis, ...]]:
        """The exponentials of an expression along an axis, its axes in their order, and those that numbers have."""
        w = self.rewriting
        raw = self._array_of(self._entrywise(arg))
        axes = raw.places
        rest = tuple(a for a in axes if a != axis)
        key = raw.array, axes.index(axis)
        if key not in self._weights:
            name = raw.array.name
            guess = self._step(Guess, f"{name}_max", rest, along=axis, body=raw, what="max")
            shifted = self._step(Pointwise, f"{name}_shifted", axes, body=self._less(raw, guess, rest))
            exponential = w.map("exp", Entry(array=shifted, places=axes))
            weights = self._step(Pointwise, f"{name}_weights", axes, body=exponential)
            total = self._step(
                Reduction, f"{name}_total", rest, over=(axis,), body=Entry(array=weights, places=axes)
            )  # fmt: skip
            self._weights[key] = _Weights(shifted, weights, guess, total)
        return self._weights[key], axes, rest

    # Sums -------------------------------------------------------------------------------------------------

    def _sum(self, e: Sum) -> Node:
        factors = factors_of(e.body)
        if (
            len(e.over) == 1
            and len(factors) == 2
            and all(isinstance(f, Centre) and f.axis == e.over[0] for f in factors)
        ):
            a, b = factors
            assert isinstance(a, Centre) and isinstance(b, Centre)
            if a.axes <= b.axes or b.axes <= a.axes:
                moment = self._comoment(a, b, e.over[0])
                return self._once(moment, lambda e, axes: self._step(Pointwise, "moment", axes, body=e))
        return self._once(e, self._contracted)

    def _contracted(self, e: Node, axes: tuple[Axis, ...]) -> Array:
        """Σ_over Π factors, cut into products of two."""
        assert isinstance(e, Sum)
        if not isinstance(e.body, Mul):
            return self._reduced(self._entrywise(e.body), e.over, axes)
        operands = self._operands([self._entrywise(f) for f in factors_of(e.body)], e.over)
        while True:
            operands, e = self._summed_alone(operands, e)
            pair, over = _best_pair(operands, set(e.over), set(axes), self.costs)
            if pair is None:
                return self._reduced(self.rewriting.mul(operands), e.over, axes)
            a, b = pair
            rest = [o for o in operands if o is not a and o is not b]
            left_over = tuple(axis for axis in e.over if axis in over)
            if not rest:
                return self._multiplied(a, b, left_over, axes)
            if left_over:
                again: Node = self._once(Sum(over=left_over, body=Mul(factors=(a, b))), self._product)
            else:
                again = self.rewriting.mul([a, b])
            operands = [again, *rest]
            e = Sum(over=tuple(axis for axis in e.over if axis not in over), body=Mul(factors=tuple(operands)))

    def _summed_alone(self, operands: list[Node], e: Sum) -> tuple[list[Node], Sum]:
        """Axes that one of several operands has alone are summed in it first."""
        over = list(e.over)
        for place, operand in enumerate(operands):
            others = [o for o in operands if o is not operand]
            alone = tuple(a for a in over if a in operand.axes and not any(a in o.axes for o in others))
            if others and alone and operand.axes - set(alone):
                operands = [*operands]
                operands[place] = self._once(Sum(over=alone, body=operand), self._contracted)
                over = [a for a in over if a not in alone]
        return operands, Sum(over=tuple(over), body=Mul(factors=tuple(operands))) if over else e

    def _operands(self, factors: list[Node], over: Sequence[Axis]) -> list[Node]:
        """Factors, those whose axes another one has multiplied into it, where that costs nothing.

        It does not if the other is computed entry by entry anyway, or if no axis of the factor is summed.
        """
        flat = [f for factor in factors for f in factors_of(factor)]
        pending = sorted(flat, key=lambda f: len(f.axes))
        operands: list[Node] = []
        while pending:
            factor = pending.pop(0)
            summed = not factor.axes.isdisjoint(over)
            hosts = [f for f in pending if factor.axes <= f.axes and not (summed and isinstance(f, Entry))]
            if not hosts:
                operands.append(factor)
                continue
            host = min(hosts, key=lambda f: (isinstance(f, Entry), len(f.axes)))
            pending[pending.index(host)] = self.rewriting.mul([factor, host])
        return operands

    def _reduced(self, body: Node, over: tuple[Axis, ...], axes: tuple[Axis, ...]) -> Array:
        return self._step(Reduction, "total", axes, over=over, body=body)

    def _product(self, e: Node, axes: tuple[Axis, ...]) -> Array:
        assert isinstance(e, Sum) and isinstance(e.body, Mul)
        a, b = e.body.factors
        return self._multiplied(a, b, e.over, axes)

    def _multiplied(self, a: Node, b: Node, over: tuple[Axis, ...], axes: tuple[Axis, ...]) -> Array:
        left, right = self._array_of(a), self._array_of(b)
        return self._step(Product, "product", axes, over=over, left=left, right=right)

    def _array_of(self, e: Node) -> Entry:
        """An operand as an entry of an array that has each axis once."""
        if isinstance(e, Entry) and len(set(e.places)) == len(e.places) and not any(p.is_constant for p in e.places):
            return e
        return self._once(self._entrywise(e), self._pointwise)


def _group_order(axes: frozenset[Axis]) -> tuple[int, list[tuple[bool, int, str]]]:
    return len(axes), [axis_order(axis) for axis in in_order(axes)]


def layout(e: Node, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The order of axes in memory: as in the largest array that has them all, else as they are met."""
    if isinstance(e, Centre):
        return layout(e.arg, axes)
    if isinstance(e, Sum):
        for factor in factors_of(e.body):
            own = [axis for axis in layout(factor, in_order(factor.axes)) if axis in axes]
            if own:
                return (*own, *(axis for axis in axes if axis not in own))
        return axes
    for node in walk(e):
        if isinstance(node, Entry) and set(axes) <= set(node.places):
            return tuple(dict.fromkeys(place for place in node.places if place in axes))
    return axes


@dataclass(frozen=True)
class _Costs:
    """How long dimensions are taken to be where two orders of multiplication are compared."""

    rows: frozenset[Dim]

    def volume(self, axes: frozenset[Axis]) -> float:
        """How many entries these axes have."""
        volume = 1.0
        for axis in axes:
            volume *= axis.dim if isinstance(axis.dim, int) else _TYPICAL + (axis.dim in self.rows)
        return volume


def _best_pair(
    operands: Sequence[Node], over: set[Axis], kept: set[Axis], costs: _Costs
) -> tuple[tuple[Node, Node] | None, frozenset[Axis]]:
    """Which two operands to multiply first, and what is summed then; None if one pass over entries does it all.

    The choice that makes the whole contraction cheapest, by exhaustive search, at a typical length of all axes.
    """
    if len(operands) == 1 or (len(operands) == 2 and not _needs_product(operands[0], operands[1], over)):
        return None, frozenset()
    sets = [operand.axes for operand in operands]
    _, first = _cheapest(tuple(sets), frozenset(over), frozenset(kept), costs)
    if first is None:
        return None, frozenset()
    a, b = operands[first[0]], operands[first[1]]
    others = [o for o in operands if o is not a and o is not b]
    done = frozenset(axis for axis in (a.axes | b.axes) & over if not any(axis in o.axes for o in others))
    return (a, b), done


def _needs_product(a: Node, b: Node, over: set[Axis]) -> bool:
    """Whether a sum of products is a matrix product (or a product of a stored matrix and a vector)."""
    shared = a.axes & b.axes & over
    if not shared:
        return True
    if a.axes - b.axes and b.axes - a.axes:
        return True
    return isinstance(a, Entry) and isinstance(b, Entry) and a.axes != b.axes and min(len(a.axes), len(b.axes)) == 1


def _cheapest(
    sets: tuple[frozenset[Axis], ...], over: frozenset[Axis], kept: frozenset[Axis], costs: _Costs
) -> tuple[float, tuple[int, int] | None]:
    """The cost of contracting all, and the pair to begin with."""
    if len(sets) == 1:
        return 0.0, None
    best: tuple[float, tuple[int, int] | None] = (float("inf"), None)
    pairs = [(i, j) for i in range(len(sets)) for j in range(i + 1, len(sets))]
    if len(sets) > 6:  # greedy: more than 10,000 orders are not compared
        pairs = [min(pairs, key=lambda pair: (costs.volume(sets[pair[0]] | sets[pair[1]]), pair))]
    for i, j in pairs:
        others = [s for k, s in enumerate(sets) if k not in (i, j)]
        union = sets[i] | sets[j]
        outside = kept.union(*others) if others else kept
        cost = costs.volume(union) + _cheapest((union & outside, *others), over, kept, costs)[0]
        if cost < best[0]:
            best = cost, (i, j)
    return best
