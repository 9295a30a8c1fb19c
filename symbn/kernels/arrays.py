"""Steps as statements on whole arrays: what the array-API target is made of, and the others where no loop pays.

An entry A[j, i] in an expression over the axes (i, j, k) is written `xp.permute_dims(A, (1, 0))[:, :, None]`, a
diagonal A[i, i] is `xp.linalg.diagonal(A)`; a matrix product is one `xp.matmul` of operands turned the right way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from symbn.kernels.expressions import Spelling, written
from symbn.kernels.ir import Array, Axis, Entry, Mul, Node, in_order, walk
from symbn.kernels.program import Guess, Pointwise, Product, Reduction, Step, layout


@dataclass(frozen=True)
class Dialect:
    """How a library writes what is done to whole arrays.

    eye: the identity of a size.  full: an expression in a shape.  permuted: the dimensions in another order.  summed:
    along some dimensions, in the dtype `wide`.  guess: the mean along one, rounded to `work`.  greatest: the greatest
    entry along one.  narrowed: rounded.
    """

    module: str
    function: Callable[[str, str], str]
    eye: Callable[[str], str]
    full: Callable[[str, str], str]
    diagonal: str
    permuted: Callable[[str, tuple[int, ...]], str]
    summed: Callable[[str, int | tuple[int, ...]], str]
    guess: Callable[[str, int, str], str]
    greatest: Callable[[str, int], str]
    narrowed: Callable[[str], str]


class WholeArrays:
    """Statements for the steps of one kernel; `names` are those of arrays, sizes and numbers in the code."""

    def __init__(self, dialect: Dialect, arrays: Mapping[Array, str], names: Mapping[str, str]) -> None:
        self.dialect = dialect
        self.arrays = arrays
        self.names = names

    def statement(self, step: Step) -> str:
        """The line that computes a step."""
        return f"{self.arrays[step.array]} = {self.value(step)}"

    def value(self, step: Step) -> str:
        """The expression of a step's array, its dimensions in the order of the step's axes."""
        match step:
            case Pointwise():
                return self._full(step.body, step.axes)
            case Guess():
                if step.of is not None:
                    parts = [self._aligned(e, step.axes) for e in step.of]
                    value = f"{parts[0]} / {self._size(step.along)}" if len(parts) == 1 else " + ".join(parts)
                    return self.dialect.narrowed(value)
                assert isinstance(step.body, Entry)
                grid = tuple(dict.fromkeys(step.body.places))
                value, place = self.expression(step.body, grid), grid.index(step.along)
                if step.what == "max":
                    guess = self.dialect.greatest(value, place)
                else:
                    guess = self.dialect.guess(value, place, self._size(step.along))
                return self._turned(guess, tuple(a for a in grid if a != step.along), step.axes)
            case Reduction():
                grid = layout(step.body, in_order(step.body.axes))
                places = tuple(grid.index(axis) for axis in step.over)
                total = self.dialect.summed(self.expression(step.body, grid), places[0] if len(places) == 1 else places)
                return self._turned(total, tuple(a for a in grid if a not in step.over), step.axes)
            case Product():
                return self._product(step)

    def expression(self, e: Node, order: Sequence[Axis]) -> str:
        """A pointwise expression over the axes `order`; it may lack some of them."""
        return written(e, self._spelling(tuple(order)))

    def _spelling(self, order: tuple[Axis, ...]) -> Spelling:
        return Spelling(
            entry=lambda e: self._aligned(e, order),
            delta=lambda a, b: self._identity(a, b, order),
            function=self.dialect.function,
            names=self.names,
        )

    def _identity(self, a: Axis, b: Axis, order: tuple[Axis, ...]) -> str:
        if a.is_constant and b.is_constant:
            return f"float({self._counted(a)} == {self._counted(b)})"
        eye = self.dialect.eye(self._size(a))
        if b.is_constant or a.is_constant:
            constant, axis = (b, a) if b.is_constant else (a, b)
            return self._placed(f"{eye}[:, {_position(constant)}]", (axis,), order)
        return self._placed(eye, (a, b), order)

    def _counted(self, place: Axis) -> str:
        text = str(place.label)[1:]
        return text if text.isdigit() else self.names[text]

    def _aligned(self, e: Entry, order: tuple[Axis, ...]) -> str:
        text, places = self.arrays[e.array], list(e.places)
        if any(place.is_constant for place in places):
            text += f"[{', '.join(_position(p) if p.is_constant else ':' for p in places)}]"
            places = [place for place in places if not place.is_constant]
        while len(set(places)) < len(places):
            twice = next(p for p in places if places.count(p) > 1)
            first, second = [n for n, p in enumerate(places) if p == twice][:2]
            rest = [n for n in range(len(places)) if n not in (first, second)]
            text = self._permuted(text, (*rest, first, second))
            text = f"{self.dialect.diagonal}({text})"
            places = [*(places[n] for n in rest), twice]
        return self._placed(text, tuple(places), order)

    def _placed(self, text: str, places: tuple[Axis, ...], order: tuple[Axis, ...]) -> str:
        """An array of some axes, turned and widened so that it broadcasts over `order`."""
        present = [axis for axis in order if axis in places]
        text = self._permuted(text, tuple(places.index(axis) for axis in present))
        if not present:
            return text
        leading = order.index(present[0])
        slots = [":" if axis in places else "None" for axis in order[leading:]]
        return text if "None" not in slots else f"{text}[{', '.join(slots)}]"

    def _permuted(self, text: str, permutation: tuple[int, ...]) -> str:
        return text if permutation == tuple(range(len(permutation))) else self.dialect.permuted(text, permutation)

    def _turned(self, text: str, have: tuple[Axis, ...], want: tuple[Axis, ...]) -> str:
        return self._permuted(text, tuple(have.index(axis) for axis in want))

    def _full(self, body: Node, axes: tuple[Axis, ...]) -> str:
        """A pointwise expression in its whole shape."""
        text = self.expression(body, axes)
        if body.axes == set(axes) and (axes or any(isinstance(node, Entry) for node in walk(body))):
            return text
        return self.dialect.full(text, self.shape(axes))

    def shape(self, axes: Sequence[Axis]) -> str:
        sizes = [self._size(axis) for axis in axes]
        return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"

    def _size(self, axis: Axis) -> str:
        return self.names[axis.dim] if isinstance(axis.dim, str) else str(axis.dim)

    def _product(self, step: Product) -> str:
        left, right = step.left, step.right
        over = [a for a in step.over if a in left.axes and a in right.axes]
        batch = [a for a in step.axes if a in left.axes and a in right.axes]
        own_left = [a for a in left.places if a not in right.axes]
        own_right = [a for a in right.places if a not in left.axes]
        one = len(over) == 1 == len(step.over)
        if not one or len(own_left) > 1 or len(own_right) > 1 or (batch and not (own_left and own_right)):
            return self.value(Reduction(step.array, step.axes, step.over, Mul(factors=(left, right))))
        a = self._turned(self.arrays[left.array], left.places, (*batch, *own_left, *over))
        b = self._turned(self.arrays[right.array], right.places, (*batch, *over, *own_right))
        want = step.axes
        if own_left and own_right and not batch and want == (*own_right, *own_left):
            a = self._turned(self.arrays[right.array], right.places, (*own_right, *over))
            b = self._turned(self.arrays[left.array], left.places, (*over, *own_left))
            return f"{self.dialect.module}.matmul({a}, {b})"
        return self._turned(f"{self.dialect.module}.matmul({a}, {b})", (*batch, *own_left, *own_right), want)


def _position(place: Axis) -> str:
    """A fixed position, counted from 1 in a note, from 0 in an array; a size's own name is the last."""
    text = str(place.label)[1:]
    return str(int(text) - 1) if text.isdigit() else "-1"
