r"""Random well-typed trees over a world: small ones mostly, with a tail of larger ones."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

from tests.campaign import trees as t
from tests.campaign.trees import SCALAR, Node, Shape, add, hadamard, mul, transpose
from tests.campaign.worlds import EXPONENT, LETTERS, POSITIVE, World, member

_DIMS = ("n", "n", "n", "m", "m", "p")
_SMOOTH = ("exp", "sin", "cos", "tanh", "sigmoid", "sinh", "cosh")


class Grower:
    """Grows trees; `indices` are those in scope: letter → dimension."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self.random = world, random
        self.indices: dict[str, str] = {}
        self.derivatives = True
        self.means = bool(world.random)
        self.variable: Node | None = None
        """What every leaf of its shape is, half of the time."""

    def shape(self) -> Shape:
        """A shape of a statement's sides."""
        draw = self.random.random()
        if draw < 0.4:
            return SCALAR
        if draw < 0.65:
            return (self.dim(), "1")
        if draw < 0.7:
            return ("1", self.dim())
        return (self.dim(), self.dim()) if draw < 0.8 else ("n", "n")

    def dim(self) -> str:
        return self.random.choice(_DIMS)

    def letter(self) -> str | None:
        """An index letter that is not in scope."""
        left = [letter for letter in LETTERS if letter not in self.indices]
        return self.random.choice(left) if left else None

    def grow(self, shape: Shape, size: int) -> Node:
        """A tree of a shape, of about so many nodes."""
        if size <= 1:
            return self.leaf(shape)
        for _ in range(8):
            ways = _WAYS[_class(shape)]
            found = self.random.choice(ways)(self, shape, size)
            if found is not None:
                return found
        return self.leaf(shape)

    # Leaves

    def leaf(self, shape: Shape) -> Node:
        variable, random = self.variable, self.random
        if variable is not None and random.random() < 0.5:
            if variable.shape == shape:
                return variable
            if variable.shape == (shape[1], shape[0]):
                return transpose(variable)
        if shape == SCALAR:
            return self._scalar_leaf()
        known = self.world.symbols(shape)
        turned = [transpose(name) for name in self.world.symbols((shape[1], shape[0]))]
        if shape[1] == "1":
            known += [t.ones(shape[0])] if random.random() < 0.3 else []
            known += [t.unit(i, d) for i, d in self.indices.items() if d == shape[0]]
            known += [member("d", i) for i, d in self.indices.items() if d == "m" and shape[0] == "n"] * 2
            known += [t.reference("w", shape)] if shape[0] == "m" else []
            known, turned = known or [t.ones(shape[0])], []
        elif shape[0] == "1":
            return transpose(self.leaf((shape[1], "1")))
        elif shape[0] == shape[1]:
            known += [t.identity(shape[0])] if random.random() < 0.5 else []
            known += [t.reference("K", shape)] if shape[0] == "n" else []
        if not (known or turned):
            return mul(self.leaf((shape[0], "1")), self.leaf(("1", shape[1])))
        return random.choice([*known, *turned] if random.random() < 0.4 else known or turned)

    def _scalar_leaf(self) -> Node:
        random = self.random
        draw = random.random()
        if draw < 0.15 and self.world.conditions:  # both n and m are 2 at least
            column = random.choice([*self.world.symbols(("n", "1")), *self.world.symbols(("m", "1"))])
            return t.entry(column, random.choice("12"), None)
        if draw < 0.3 and self.indices:
            found = self.entry()
            if found is not None:
                return found
        if draw < 0.55:
            return random.choice([*self.world.symbols(SCALAR)])
        if draw < 0.65:
            return t.size(random.choice(("n", "m")))
        if draw < 0.75:
            return t.number(random.choice([Fraction(2), Fraction(3), Fraction(1, 2), Fraction(-1), Fraction(2, 3)]))
        column = self.leaf(("n", "1"))
        return mul(transpose(column), self.leaf(("n", "1")))

    def entry(self) -> Node | None:
        """An entry of something, at indices in scope."""
        letters = list(self.indices)
        first = self.random.choice(letters)
        if len(letters) > 1 and self.random.random() < 0.6:
            second = self.random.choice([letter for letter in letters if letter != first])
            shape = (self.indices[first], self.indices[second])
            if shape[0] == shape[1] and self.random.random() < 0.15:
                return t.delta(first, second, shape[0])
            found = self.leaf(shape)
            if found.kind not in ("identity", "mul"):
                return t.entry(found, first, second)
        column = self.leaf((self.indices[first], "1"))
        return t.entry(column, first, None) if column.kind not in ("unit", "ones") else None

    # Any shape

    def _halves(self, size: int) -> tuple[int, int]:
        cut = self.random.randint(1, max(1, size - 2))
        return cut, max(1, size - 1 - cut)

    def _sum(self, shape: Shape, size: int) -> Node:
        a, b = self._halves(size)
        second = self.grow(shape, b)
        return add(self.grow(shape, a), t.minus(second) if self.random.random() < 0.3 else second)

    def _scaled(self, shape: Shape, size: int) -> Node:
        a, b = self._halves(size)
        return mul(self.grow(SCALAR, min(a, 5)), self.grow(shape, b))

    def _transposed(self, shape: Shape, size: int) -> Node:
        return transpose(self.grow((shape[1], shape[0]), size - 1))

    def _hadamard(self, shape: Shape, size: int) -> Node:
        a, b = self._halves(size)
        return hadamard(self.grow(shape, a), self.grow(shape, b))

    def _over(self, shape: Shape, size: int) -> Node:
        return t.quotient(self.grow(shape, max(1, size - 3)), self.positive(3))

    def _index_sum(self, shape: Shape, size: int) -> Node | None:
        letter = self.letter()
        if letter is None or size < 3:
            return None
        dim = self.random.choice(("n", "n", "m"))
        before = self.indices
        self.indices = before | {letter: dim}
        weight = self.entry() if self.random.random() < 0.5 else None
        body = self.grow(shape, size - 2)
        self.indices = before
        if weight is not None:
            body = mul(weight, body)
        return t.sum_over(letter, dim, body) if letter in t.free_indices(body) else None

    def _product(self, shape: Shape, size: int) -> Node:
        a, b = self._halves(size)
        middle = self.dim() if self.random.random() < 0.9 or shape == SCALAR else "1"
        return mul(self.grow((shape[0], middle), a), self.grow((middle, shape[1]), b))

    def _mean(self, shape: Shape, size: int) -> Node | None:
        if not self.means:
            return None
        self.means, before, self.variable = False, self.variable, self.world.named(self.random.choice("xu"))
        body = self.grow(shape, size - 1)
        self.means, self.variable = True, before
        return t.mean(body) if any(_is_random(node, self.world) for node in t.walk(body)) else None

    # Scalars

    def positive(self, size: int) -> Node:
        """A scalar that is positive everywhere."""
        if size <= 1:
            return self.world.named(self.random.choice(POSITIVE))
        squared = self.grow((self.random.choice("nm"), "1"), size - 2)
        return self.random.choice(
            [
                lambda: add(self.world.named(self.random.choice(POSITIVE)), mul(transpose(squared), squared)),
                lambda: t.function("exp", self.grow(SCALAR, min(size - 1, 3))),
                lambda: add(t.ONE, t.power(self.grow(SCALAR, min(size - 1, 3)), 2)),
                lambda: add(t.ONE, t.power(t.scalar_of("norm", squared), 2)),
            ]
        )()

    def _trace(self, shape: Shape, size: int) -> Node:
        dim = self.random.choice(("n", "n", "n", "m"))
        return t.trace(self.grow((dim, dim), size - 1))

    def _of_positive(self, shape: Shape, size: int) -> Node:
        positive = self.positive(min(size - 1, 4))
        if self.random.random() < 0.5:
            return t.function("log", positive)
        return t.power(positive, self.random.choice([Fraction(1, 2), Fraction(-1, 2), Fraction(-1), Fraction(3, 2)]))

    def _powered(self, shape: Shape, size: int) -> Node:
        return t.power(self.grow(shape, size - 1), self.random.choice([2, 2, 3]))

    def _norm(self, shape: Shape, size: int) -> Node:
        inside = self.grow(self.random.choice([("n", "1"), ("m", "1"), ("m", "n"), ("n", "n")]), size - 1)
        return t.power(t.scalar_of("norm", inside), 2)

    def _inner(self, shape: Shape, size: int) -> Node:
        a, b = self._halves(size)
        own: Shape = self.random.choice([("n", "1"), ("m", "1"), ("m", "n")])
        return t.inner(self.grow(own, a), self.grow(own, b))

    def _determinant(self, shape: Shape, size: int) -> Node:
        if self.random.random() < 0.4:
            return t.scalar_of("log determinant", self.world.named("P"))
        names = [self.world.named(name) for name in "MNPA"]
        return t.scalar_of("determinant", self.random.choice(names))

    def _value_of_unknown(self, shape: Shape, size: int) -> Node | None:
        if self.world.random:
            return None
        name = self.random.choice("gL")
        return t.apply(name, SCALAR, self.grow(("m", "1") if name == "g" else ("m", "n"), size - 1))

    def _defined(self, shape: Shape, size: int) -> Node:
        return t.reference("q", SCALAR, (), (self.grow(("n", "1"), size - 1),))

    def _rate(self, shape: Shape, size: int) -> Node | None:
        if not self.derivatives or self.world.random:
            return None
        variable = self.world.named(self.random.choice("abce"))
        body = self.with_variable(variable, shape, size - 1)
        return None if body is None else t.rate(body, variable)

    def derivative(self, size: int) -> Node | None:
        """A derivative of something of about that size."""
        way: _Way = self.random.choice(
            [_G._gradient, _G._gradient, _G._gradient, _G._jacobian, _G._jacobian, _G._hessian, _G._rate]
        )
        if way is _G._gradient:
            shape: Shape = self.random.choice([("n", "1"), ("m", "1"), ("n", "n"), ("n", "n"), ("m", "n"), ("n", "p")])
        elif way is _G._rate:
            shape = self.shape()
        else:
            shape = self.random.choice([("n", "n"), ("m", "n"), ("n", "n"), ("m", "m"), ("n", "m"), ("p", "n")])
        return way(self, shape, size)

    def _entry_of(self, shape: Shape, size: int) -> Node | None:
        if not self.indices:
            return None
        letters = list(self.indices)
        i, j = self.random.choice(letters), self.random.choice(letters)
        return t.entry(self.grow((self.indices[i], self.indices[j]), size - 1), i, j)

    def _slope(self, shape: Shape, size: int) -> Node | None:
        if not self.indices or not self.derivatives or self.world.random:
            return None
        i = self.random.choice(list(self.indices))
        variables = [v for v in self.world.symbols((self.indices[i], "1")) if v.data not in self.world.structures]
        if not variables:
            return None
        variable = self.random.choice(variables)
        body = self.with_variable(variable, SCALAR, size - 1)
        return None if body is None else t.slope(body, variable, i, None)

    # Columns and matrices

    def _entrywise(self, shape: Shape, size: int) -> Node:
        arg = self.grow(shape, size - 1)
        if arg.is_square:  # sin of a square matrix can mean two things
            return t.power(arg, 2)
        if self.random.random() < 0.3:
            return t.unknown("phi", self.random.choice((0, 0, 0, 1, 2)), arg)
        if self.random.random() < 0.1:
            return t.function(self.random.choice(("relu", "abs")), arg)
        return t.function(self.random.choice(_SMOOTH), arg)

    def _entrywise_power(self, shape: Shape, size: int) -> Node:
        return t.power(self.grow(shape, size - 1), 2)

    def _softmax(self, shape: Shape, size: int) -> Node:
        return t.softmax(self.grow(shape, size - 1))

    def _diagonal_part(self, shape: Shape, size: int) -> Node:
        return t.diagonal_part(self.grow((shape[0], shape[0]), size - 1))

    def _gradient(self, shape: Shape, size: int) -> Node | None:
        if not self.derivatives or self.world.random:
            return None
        free = [v for v in self.world.symbols(shape) if v.data not in self.world.structures]
        if not free:
            return None
        variable = self.random.choice(free)
        body = self.with_variable(variable, SCALAR, size - 1)
        return None if body is None else t.gradient(body, variable)

    def with_variable(self, variable: Node, shape: Shape, size: int) -> Node | None:
        """A body that depends on the variable; no derivative stands in it."""
        before, self.variable, self.derivatives = self.variable, variable, False
        body = self.grow(shape, size)
        self.variable, self.derivatives = before, True
        return body if t.mentions(body, variable.data) else None

    def _function(self, shape: Shape, size: int) -> Node | None:
        if shape[0] != "m" or self.world.random:
            return None
        return t.apply("f", shape, self.grow(("n", "1"), size - 1))

    def _row_or_column(self, shape: Shape, size: int) -> Node | None:
        if not self.indices:
            return None
        i = self.random.choice(list(self.indices))
        matrix = self.leaf((shape[0], self.indices[i]) if shape[1] == "1" else (self.indices[i], shape[1]))
        if matrix.kind not in ("symbol", "reference"):
            return None
        return t.column(matrix, i) if shape[1] == "1" else t.row(matrix, i)

    def _jacobian(self, shape: Shape, size: int) -> Node | None:
        if not self.derivatives or self.world.random or "1" in shape:
            return None
        variables = self.world.symbols((shape[1], "1"))
        if not variables:
            return None
        variable = self.random.choice(variables)
        if shape[1] == "m" and self.random.random() < 0.3:
            variable = t.reference("w", ("m", "1"))
        body = self.with_variable(variable, (shape[0], "1"), size - 1) if variable.kind == "symbol" else None
        return None if body is None else t.jacobian(body, variable)

    def _hessian(self, shape: Shape, size: int) -> Node | None:
        if shape[0] != shape[1] or not self.derivatives or self.world.random:
            return None
        variables = self.world.symbols((shape[0], "1"))
        if not variables:
            return None
        variable = self.random.choice(variables)
        body = self.with_variable(variable, SCALAR, min(size - 1, 6))
        return None if body is None else t.hessian(body, variable)

    def _covariance(self, shape: Shape, size: int) -> Node | None:
        if not self.means or shape[0] != shape[1]:
            return None
        own = {"n": "x", "m": "u"}.get(shape[0])
        if own is None:
            return None
        x = self.world.named(own)
        return t.covariance(mul(self.leaf((shape[0], shape[0])), x) if self.random.random() < 0.4 else x)

    def _diagonal(self, shape: Shape, size: int) -> Node | None:
        return t.diagonal(self.grow((shape[0], "1"), size - 1)) if shape[0] == shape[1] else None

    def _inverse(self, shape: Shape, size: int) -> Node | None:
        if shape != ("n", "n"):
            return None
        names = [self.world.named(name) for name in "PMNP"]
        chosen = self.random.choice(names)
        draw = self.random.random()
        if draw < 0.2:
            column = self.leaf(("n", "1"))
            return t.inverse(add(self.world.named("P"), mul(column, transpose(column))))
        if draw < 0.3:
            return t.inverse(mul(chosen, self.random.choice(names)))
        return t.inverse(chosen)

    def _matrix_power(self, shape: Shape, size: int) -> Node | None:
        if shape[0] != shape[1]:
            return None
        exponent: int | str = self.random.choice([2, 2, 3, EXPONENT])
        return t.matrix_power(self.grow(shape, min(size - 1, 3)), exponent)


def _is_random(node: Node, world: World) -> bool:
    if node.kind == "symbol":
        return node.data in world.random
    return node.kind == "reference" and node.data[0] == "w"


def _class(shape: Shape) -> str:
    if shape == SCALAR:
        return "scalar"
    return "column" if shape[1] == "1" else "row" if shape[0] == "1" else "matrix"


_Way = Callable[[Grower, Shape, int], Node | None]
_G = Grower
_EVERYWHERE: list[_Way] = [
    _G._sum, _G._sum, _G._sum, _G._scaled, _G._scaled, _G._index_sum, _G._over, _G._mean, _G._mean, _G._rate,
]  # fmt: skip
_WAYS: dict[str, list[_Way]] = {
    "scalar": [
        *_EVERYWHERE, _G._product, _G._product, _G._product, _G._trace, _G._trace, _G._trace, _G._of_positive,
        _G._powered, _G._norm, _G._inner, _G._determinant, _G._value_of_unknown, _G._defined, _G._entry_of,
        _G._slope, _G._entrywise,
    ],
    "column": [
        *_EVERYWHERE, _G._product, _G._product, _G._product, _G._product, _G._hadamard, _G._hadamard, _G._entrywise,
        _G._entrywise, _G._entrywise_power, _G._softmax, _G._diagonal_part, _G._gradient, _G._gradient, _G._gradient,
        _G._function, _G._row_or_column,
    ],
    "row": [_G._transposed, _G._product, _G._sum, _G._row_or_column],
    "matrix": [
        *_EVERYWHERE, _G._product, _G._product, _G._product, _G._product, _G._transposed, _G._transposed, _G._hadamard,
        _G._gradient, _G._gradient, _G._jacobian, _G._jacobian, _G._jacobian, _G._hessian, _G._hessian, _G._covariance,
        _G._diagonal, _G._inverse, _G._inverse, _G._matrix_power, _G._entrywise,
    ],
}  # fmt: skip
