"""Random typed expressions of every kind of node that has a kernel, over one context of many kinds of names."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Literal

from symbn.expr import tree
from symbn.expr.context import Context, FunctionDeclaration, SymbolDeclaration
from symbn.expr.statement import Goal, Statement
from symbn.expr.tree import Dim, Expr, IndexConst, IndexVar, Ix, Shape
from symbn.kernels.kernel import Equation
from symbn.report import Report
from symbn.source import Span

SCALAR: Shape = (1, 1)
DIMS: tuple[Dim, ...] = ("n", "p", 3)
SHAPES: tuple[Shape, ...] = (
    SCALAR, ("n", 1), ("p", 1), ("n", "p"), ("p", "p"), ("n", "n"), ("p", "n"), ("p", 3), (1, "n")
)  # fmt: skip
SYMBOLS: dict[str, Shape] = {
    "A": ("n", "p"), "B": ("n", "p"), "S": ("p", "p"), "M": ("n", "n"), "C": ("p", 3), "D": (3, "n"), "v": ("n", 1),
    "w": ("n", 1), "x": ("p", 1), "y": ("p", 1), "a": (3, 1), "r": (1, "p"), "c": SCALAR, "e": SCALAR,
}  # fmt: skip


def a_context() -> Context:
    """Declared symbols and functions; J, two functions with parameters, a family, and a name for a product."""
    context = Context(dimensions={"n": 2, "p": 2})
    for name, shape in SYMBOLS.items():
        structure = "symmetric" if name == "M" else "general"
        sign = "positive" if name == "e" else "real"
        context.symbols[name] = SymbolDeclaration(name, shape, sign, structure)  # type: ignore[arg-type]
    context.functions["f"] = FunctionDeclaration("f", (("p", 1),), ("n", 1))
    context.functions["g"] = FunctionDeclaration("g", (("n", 1), ("p", 1)), SCALAR)
    i = IndexVar("i", "n")
    k = IndexVar("k", "p")
    u, t = symbol("u", ("n", 1)), symbol("t", ("p", 1))
    ones = tree.Ones(shape=("n", 1))
    mean = over(times(ones, turned(ones)), tree.Dimension(dim="n", shape=SCALAR))
    J = plus(tree.Identity(shape=("n", "n")), minus(mean))
    total = tree.Sum(index=k, body=entry(t, k, None), shape=SCALAR)
    bodies: list[tuple[str, tuple[IndexVar, ...], tuple[tree.Symbol, ...], Expr]] = [
        ("J", (), (), J),
        ("G", (), (), times(known("A"), known("S"))),
        ("row", (i,), (), turned(entry(known("A"), i, None))),
        ("column", (k,), (), plus(entry(known("A"), None, k), times(known("c"), known("v")))),
        ("spread", (), (u,), times(turned(u), J, u)),
        ("mixed", (), (t,), plus(times(known("S"), t), times(total, t))),
    ]
    for rank, (key, indices, parameters, body) in enumerate(bodies):
        context.definitions[key] = tree.Definition(key, indices, parameters, body, rank, key)
    return context


def symbol(name: str, shape: Shape) -> tree.Symbol:
    return tree.Symbol(name=name, shape=shape)


def known(name: str) -> tree.Symbol:
    return symbol(name, SYMBOLS[name])


def number(value: int | Fraction) -> Expr:
    return tree.Number(value=Fraction(value), shape=SCALAR)


def plus(*terms: Expr) -> Expr:
    return tree.Add(terms=terms, shape=terms[0].shape)


def minus(a: Expr) -> Expr:
    return tree.Product(factors=(number(-1), a), shape=a.shape)


def over(a: Expr, b: Expr) -> Expr:
    return tree.Quotient(numerator=a, denominator=b, shape=a.shape)


def times(*factors: Expr) -> Expr:
    shapes = [f.shape for f in factors if f.shape != SCALAR]
    return tree.Product(factors=factors, shape=(shapes[0][0], shapes[-1][1]) if shapes else SCALAR)


def turned(a: Expr) -> Expr:
    return tree.Transpose(arg=a, shape=(a.shape[1], a.shape[0]))


def entry(a: Expr, row: Ix | None, column: Ix | None) -> Expr:
    return tree.Slice(
        arg=a, row=row, column=column,
        shape=(1 if row is not None else a.shape[0], 1 if column is not None else a.shape[1]),
    )  # fmt: skip


def derivative(e: Expr, by: tree.Symbol, layout: Literal["jacobian", "gradient"], shape: Shape) -> Expr:
    return tree.Derivative(arg=e, variable=by, target=tree.Target(by.name, by.shape), layout=layout, shape=shape)


def equation(e: Expr, free: tuple[IndexVar, ...] = ()) -> Equation:
    """e = e, as a proved claim."""
    statement = Statement("eq:random", None, Span(0, 0), "claim", "e", "e", CONTEXT, (Goal(e, e),), free)
    report = Report("eq:random", None, Span(0, 0), "claim", "proved", "e", "e")
    return Equation(statement, report, e, e, free)


CONTEXT = a_context()


class Expressions:
    """A stream of random expressions; `indices` are those that may occur."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.fresh = 0

    def equation(self, depth: int = 3) -> Equation:
        free = tuple(IndexVar(name, dim) for name, dim in (("i", "n"), ("k", "p")) if self.random.random() < 0.2)
        return equation(self.expression(self.shape(), depth, free), free)

    def shape(self) -> Shape:
        return self.random.choice(SHAPES)

    def expression(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        """A random expression of a shape."""
        if depth == 0:
            return self.leaf(shape, indices)
        ways = [self.sum, self.product, self.product, self.product, self.hadamard, self.transpose, self.function,
                self.quotient, self.slice, self.slice, self.total, self.reference, self.scaled]  # fmt: skip
        if shape == SCALAR:
            ways += [self.trace, self.power, self.gradient_entry]
        if shape[0] == shape[1] != 1:
            ways += [self.diagonal, self.diagonal_stack]
        if shape[1] == 1 != shape[0]:
            ways += [self.diagonal_part, self.gradient, self.applied]
        if 1 not in shape:
            ways += [self.stack, self.jacobian]
        made = self.random.choice(ways)(shape, depth - 1, indices)
        assert made.shape == shape, (made, shape)
        return made

    def leaf(self, shape: Shape, indices: tuple[IndexVar, ...]) -> Expr:
        found: list[Expr] = [known(name) for name, own in SYMBOLS.items() if own == shape]
        found += [turned(known(name)) for name, own in SYMBOLS.items() if own == shape[::-1] and 1 not in own]
        found += [turned(known(name)) for name, own in SYMBOLS.items() if own == shape[::-1] and own != shape]
        if shape == SCALAR:
            found += [
                number(self.random.choice([Fraction(2), Fraction(-1), Fraction(1, 2)])),
                tree.Dimension(dim="n", shape=SCALAR),
            ]
            found += [entry(known("A"), self.place("n", indices), self.place("p", indices))]
            found += [entry(known("v"), self.place("n", indices), None)]
            dim = self.random.choice(["n", "p"])
            found.append(tree.Delta(first=self.place(dim, indices), second=self.place(dim, indices), shape=SCALAR))
        elif shape[0] == shape[1]:
            found += [tree.Identity(shape=shape), tree.Identity(shape=shape)]
        elif shape[1] == 1:
            found.append(tree.UnitVector(index=self.place(shape[0], indices), shape=shape))
        found.append(tree.Ones(shape=shape))
        if self.random.random() < 0.05:
            return tree.Zero(shape=shape)
        return self.random.choice(found)

    def place(self, dim: Dim, indices: tuple[IndexVar, ...]) -> Ix:
        own: list[Ix] = [i for i in indices if i.dim == dim]
        if own and self.random.random() < 0.75:
            return self.random.choice(own)
        positions: list[int | str] = [1, 2, dim if isinstance(dim, str) else 3]
        return IndexConst(self.random.choice(positions), dim)

    def dim(self) -> Dim:
        return self.random.choice(DIMS)

    def index(self, dim: Dim) -> IndexVar:
        self.fresh += 1
        return IndexVar(self.random.choice(["i", "j", f"q{self.fresh}"]), dim)

    # One kind of node each --------------------------------------------------------------------------------

    def sum(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        return plus(*(self.expression(shape, depth, indices) for _ in range(self.random.choice([2, 2, 3]))))

    def scaled(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        return times(self.expression(SCALAR, depth, indices), self.expression(shape, depth, indices))

    def product(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        inner = [self.random.choice([*DIMS, 1]) for _ in range(self.random.choice([1, 1, 2]))]
        dims = [shape[0], *inner, shape[1]]
        factors = [self.expression(sides, depth, indices) for sides in pairwise(dims)]
        if _is_chain(factors, shape):
            return tree.Product(factors=tuple(factors), shape=shape)
        return factors_apart(factors, shape)

    def hadamard(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        return tree.Hadamard(factors=tuple(self.expression(shape, depth, indices) for _ in range(2)), shape=shape)

    def transpose(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        return turned(self.expression((shape[1], shape[0]), depth, indices))

    def function(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        name = self.random.choice(["tanh", "sin", "cos"])
        return tree.Elementwise(function=name, arg=self.expression(shape, depth, indices), shape=shape)

    def positive(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        """1 + e ∘ e."""
        e = self.expression(shape, depth, indices)
        one = tree.Ones(shape=shape) if shape != SCALAR else number(1)
        return plus(one, tree.Hadamard(factors=(e, e), shape=shape) if shape != SCALAR else times(e, e))

    def quotient(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        below = SCALAR if self.random.random() < 0.5 else shape
        return over(self.expression(shape, depth, indices), self.positive(below, max(depth - 1, 0), indices))

    def power(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        exponent = self.random.choice([Fraction(1, 2), Fraction(-1, 2), Fraction(-3, 2), Fraction(2, 3), Fraction(-2)])
        return tree.Power(base=self.positive(shape, depth, indices), exponent=number(exponent), shape=shape)

    def slice(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        rows, columns = shape
        if 1 not in shape:
            return self.sum(shape, depth, indices)
        row = column = None
        if rows == 1 and self.random.random() < 0.6:
            rows = self.dim()
            row = self.place(rows, indices)
        if columns == 1 and (row is None or self.random.random() < 0.6):
            columns = self.dim()
            column = self.place(columns, indices)
        if row is None and column is None:
            return self.sum(shape, depth, indices)
        return entry(self.expression((rows, columns), depth, indices), row, column)

    def total(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        index = self.index(self.random.choice(["n", "p"]))
        inside = (*(i for i in indices if i.name != index.name), index)
        return tree.Sum(index=index, body=self.expression(shape, depth, inside), shape=shape)

    def reference(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        if shape == ("n", "n"):
            return tree.Reference(name="J", shape=shape)
        if shape == ("n", "p"):
            if self.random.random() < 0.3:
                return tree.Reference(name="G", shape=shape)
            return times(tree.Reference(name="J", shape=("n", "n")), self.expression(shape, depth, indices))
        if shape == ("p", 1):
            if self.random.random() < 0.5:
                return tree.Reference(name="row", indices=(self.place("n", indices),), shape=shape)
            argument = self.expression(shape, depth, indices)
            return tree.Reference(name="mixed", arguments=(argument,), shape=shape)
        if shape == ("n", 1):
            return tree.Reference(name="column", indices=(self.place("p", indices),), shape=shape)
        if shape == SCALAR:
            argument = self.expression(("n", 1), depth, indices)
            return tree.Reference(name="spread", arguments=(argument,), shape=shape)
        return self.sum(shape, depth, indices)

    def trace(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        dim = self.dim()
        return tree.Trace(arg=self.expression((dim, dim), depth, indices), shape=shape)

    def diagonal(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        side: Shape = (shape[0], 1) if self.random.random() < 0.5 else (1, shape[0])
        return tree.Diagonal(arg=self.expression(side, depth, indices), shape=shape)

    def diagonal_part(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        return tree.DiagonalPart(arg=self.expression((shape[0], shape[0]), depth, indices), shape=shape)

    def diagonal_stack(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        index = self.index(shape[0])
        inside = (*(i for i in indices if i.name != index.name), index)
        return tree.Stack(index=index, body=self.expression(SCALAR, depth, inside), axis="diagonal", shape=shape)

    def stack(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        rows = self.random.random() < 0.5
        index = self.index(shape[0] if rows else shape[1])
        inside = (*(i for i in indices if i.name != index.name), index)
        if rows:
            return tree.Stack(index=index, body=self.expression((1, shape[1]), depth, inside), axis="rows", shape=shape)
        return tree.Stack(index=index, body=self.expression((shape[0], 1), depth, inside), axis="columns", shape=shape)

    # Derivatives ------------------------------------------------------------------------------------------

    def jacobian(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        """∂e/∂v for columns e and v."""
        by = next(known(name) for name in ("v", "x", "a") if SYMBOLS[name][0] == shape[1])
        return derivative(self.expression((shape[0], 1), depth, indices), by, "jacobian", shape)

    def gradient(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        by = next(known(name) for name in ("v", "x", "a") if SYMBOLS[name] == shape)
        return derivative(self.expression(SCALAR, depth, indices), by, "gradient", shape)

    def gradient_entry(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        """∂e/∂A_ik, or by c."""
        e = self.expression(shape, depth, indices)
        if self.random.random() < 0.3:
            return derivative(e, known("c"), "gradient", shape)
        row, column = self.place("n", indices), self.place("p", indices)
        target = tree.Target("A", ("n", "p"), row=row, column=column)
        variable = entry(known("A"), row, column)
        return tree.Derivative(arg=e, variable=variable, target=target, layout="gradient", shape=shape)

    def applied(self, shape: Shape, depth: int, indices: tuple[IndexVar, ...]) -> Expr:
        """f(e), g(e, e′) e″: arguments without free indices."""
        if shape == ("n", 1) and self.random.random() < 0.5:
            return tree.Apply(name="f", arguments=(self.expression(("p", 1), min(depth, 1), ()),), shape=shape)
        arguments = self.expression(("n", 1), min(depth, 1), ()), self.expression(("p", 1), min(depth, 1), ())
        return times(tree.Apply(name="g", arguments=arguments, shape=SCALAR), self.expression(shape, depth, indices))


def _is_chain(factors: list[Expr], shape: Shape) -> bool:
    """Whether the factors that are no scalars multiply to the shape."""
    shapes = [f.shape for f in factors if f.shape != SCALAR]
    made = (shapes[0][0], shapes[-1][1]) if shapes else SCALAR
    return made == shape and all(a[1] == b[0] for a, b in pairwise(shapes))


def factors_apart(factors: list[Expr], shape: Shape) -> Expr:
    """Their product from the left, two by two."""
    result = factors[0]
    for factor in factors[1:]:
        result = tree.Product(factors=(result, factor), shape=(result.shape[0], factor.shape[1]))
    return result
