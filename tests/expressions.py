"""Hypothesis strategies: typed expressions of the kinds that an author writes, over one declared context."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from hypothesis import strategies as st

from symbn.expr import tree
from symbn.expr.context import Context, FunctionDeclaration, SymbolDeclaration
from symbn.expr.shape import product_dim, sum_dim
from symbn.expr.tree import Dim, Expr, IndexVar, Shape

DECLARED = r"""$A \in \mathbb{R}^{m \times n}$, $B \in \mathbb{R}^{n \times p}$, $M \in \mathbb{R}^{n \times n}$,
$S \in \mathbb{S}^n$, $\Sigma_y \in \mathbb{R}^{p \times p}$, $u \in \mathbb{R}^m$, $x, y \in \mathbb{R}^n$,
$\hat z \in \mathbb{R}^p$, $\lambda \in \mathbb{R}$, $\epsilon > 0$,
$f : \mathbb{R}^n \to \mathbb{R}^m$, $L : \mathbb{R}^n \to \mathbb{R}$
"""
"""The context as a note declares it."""
SHAPES: dict[str, Shape] = {
    "A": ("m", "n"), "B": ("n", "p"), "M": ("n", "n"), "S": ("n", "n"), r"\Sigma_{y}": ("p", "p"), "u": ("m", 1),
    "x": ("n", 1), "y": ("n", 1), r"\hat{z}": ("p", 1), r"\lambda": (1, 1), r"\epsilon": (1, 1),
}  # fmt: skip
CONTEXT = Context(
    {"m": 1, "n": 1, "p": 1},
    {
        name: SymbolDeclaration(
            name, shape, "positive" if name == r"\epsilon" else "real", "symmetric" if name == "S" else "general"
        )
        for name, shape in SHAPES.items()
    },
    {"f": FunctionDeclaration("f", (("n", 1),), ("m", 1)), "L": FunctionDeclaration("L", (("n", 1),), (1, 1))},
)
WIDE_CONTEXT = CONTEXT.copy()
"""The same with y random, for expressions of the whole language."""
WIDE_CONTEXT.random["y"] = None
SCALAR: Shape = (1, 1)
_SIZES: tuple[Dim, ...] = ("m", "n", "p")
_SHAPES: tuple[Shape, ...] = (SCALAR, *dict.fromkeys(SHAPES.values()), ("n", "m"), ("p", "n"), (1, "n"))
_ELEMENTWISE = ("exp", "sin", "tanh")

shapes = st.sampled_from(_SHAPES)


def _symbol(name: str) -> Expr:
    return tree.Symbol(name=name, shape=SHAPES[name])


def _times(*factors: Expr) -> Expr:
    own = [factor.shape for factor in factors if factor.shape != SCALAR]
    return tree.Product(factors=factors, shape=(own[0][0], own[-1][1]) if own else SCALAR)


def _leaves(shape: Shape) -> list[Expr]:
    rows, columns = shape
    found = [_symbol(name) for name, own in SHAPES.items() if own == shape]
    turned = [name for name, own in SHAPES.items() if own == shape[::-1] != SCALAR]
    found += [tree.Transpose(arg=_symbol(name), shape=shape) for name in turned]
    if shape == SCALAR:
        found += [tree.Number(value=Fraction(value), shape=SCALAR) for value in (Fraction(2), Fraction(1, 3))]
        found += [tree.Dimension(dim=dim, shape=SCALAR) for dim in _SIZES]
    elif rows == columns:
        found.append(tree.Identity(shape=shape))
    elif columns == 1:
        found.append(tree.Ones(shape=shape))
    if not found:  # such as p×n: a product, as nothing declared has this shape
        found.append(
            _times(tree.Ones(shape=(rows, 1)), tree.Transpose(arg=tree.Ones(shape=(columns, 1)), shape=(1, columns)))
        )
    return found


@st.composite
def expressions(draw: st.DrawFn, shape: Shape | None = None, depth: int = 3, wide: bool = False) -> Expr:
    """An expression of a shape, or of any; `wide`: with inverses, blocks, means and what else the language has."""
    shape = draw(shapes) if shape is None else shape
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(_leaves(shape)))
    ways = _ways(shape, depth - 1, wide)
    if wide and draw(st.booleans()):
        ways = _wide_ways(shape, depth - 1)
    return draw(st.one_of(ways))


def _wide_ways(shape: Shape, depth: int) -> list[st.SearchStrategy[Expr]]:
    """One strategy for each kind of node of the wide language that has this shape, or is contracted to it."""

    def of(*shape: Dim) -> st.SearchStrategy[Expr]:
        return expressions((shape[0], shape[1]), depth, wide=True)

    ways = [of(*shape).map(lambda e: tree.Expectation(arg=e, shape=shape))]
    if shape == SCALAR:
        squares = st.sampled_from(_SIZES).flatmap(lambda n: of(n, n))
        ways += [
            squares.map(lambda e: tree.Determinant(arg=e, shape=SCALAR)),
            st.builds(kronecker, of("m", "m"), of("n", "n")).map(lambda e: tree.Trace(arg=e, shape=SCALAR)),
            st.builds(_product_of_vecs, of("m", "n"), of("n", "n"), of("m", "m"), of("m", "n")),
            st.builds(_bordered_determinant, of("n", "n"), of("n", 1), of(1, "n"), of(1, 1)),
        ]
    elif shape[0] == shape[1]:
        ways.append(of(*shape).map(lambda e: tree.Inverse(arg=e, shape=shape)))
    elif shape[1] == 1:
        functions = st.sampled_from(["abs", "relu", "sign"])
        ways += [
            of(*shape).map(lambda e: tree.Softmax(arg=e, shape=shape)),
            st.builds(lambda e, f: tree.Elementwise(function=f, arg=e, shape=shape), of(*shape), functions),
            st.builds(_product_of_blocks, of(shape[0], "n"), of(shape[0], "m"), of("n", 1), of("m", 1)),
        ]
    return ways


def kronecker(a: Expr, b: Expr) -> Expr:
    """a ⊗ b"""
    return tree.Kronecker(
        left=a, right=b, shape=(product_dim(a.shape[0], b.shape[0]), product_dim(a.shape[1], b.shape[1]))
    )


def vec(e: Expr) -> Expr:
    return tree.Vec(arg=e, shape=(product_dim(e.shape[1], e.shape[0]), 1))


def _product_of_vecs(a: Expr, right: Expr, left: Expr, b: Expr) -> Expr:
    """(vec a)ᵀ (right ⊗ left) vec b"""
    column = vec(a)
    return _times(tree.Transpose(arg=column, shape=(1, column.shape[0])), kronecker(right, left), vec(b))


def _bordered_determinant(a: Expr, column: Expr, row: Expr, corner: Expr) -> Expr:
    """det (a column; row corner)"""
    size = sum_dim([a.shape[0], 1])
    return tree.Determinant(arg=tree.Block(cells=(a, column, row, corner), columns=2, shape=(size, size)), shape=SCALAR)


def _product_of_blocks(a: Expr, b: Expr, x: Expr, y: Expr) -> Expr:
    """(a b) (x; y)"""
    size = sum_dim([a.shape[1], b.shape[1]])
    beside = tree.Block(cells=(a, b), columns=2, shape=(a.shape[0], size))
    return _times(beside, tree.Block(cells=(x, y), columns=1, shape=(size, 1)))


def _ways(shape: Shape, depth: int, wide: bool) -> list[st.SearchStrategy[Expr]]:
    """One strategy for each kind of node that has this shape."""

    def of(shape: Shape) -> st.SearchStrategy[Expr]:
        return expressions(shape, depth, wide)

    ways = [
        st.lists(_signed(of(shape)), min_size=2, max_size=3).map(
            lambda terms: tree.Add(terms=tuple(terms), shape=shape)
        ),
        _products(shape, depth, wide),
        st.builds(_times, of(SCALAR), of(shape)),
        st.builds(lambda e, d: tree.Quotient(numerator=e, denominator=d, shape=shape), of(shape), _positive(of)),
    ]
    if shape == SCALAR or shape[0] != shape[1]:  # of a square matrix, exp could be another function
        functions = st.sampled_from(_ELEMENTWISE)
        ways.append(st.builds(lambda e, f: tree.Elementwise(arg=e, function=f, shape=shape), of(shape), functions))
    if shape == SCALAR:
        ways += [
            st.sampled_from(_SIZES).flatmap(lambda n: of((n, n))).map(lambda e: tree.Trace(arg=e, shape=SCALAR)),
            of(SCALAR).map(lambda e: _power(e, Fraction(2))),
            st.builds(_power, _positive(of), st.sampled_from([Fraction(1, 2), Fraction(-3, 2), Fraction(-1)])),
            of(("n", 1)).map(lambda e: tree.Apply(name="L", arguments=(e,), shape=SCALAR)),
            st.builds(_summed, of(("n", 1)), of(("n", 1))),
        ]
        return ways
    ways.append(of(shape[::-1]).map(lambda e: tree.Transpose(arg=e, shape=shape)))
    ways.append(st.builds(lambda a, b: tree.Hadamard(factors=(a, b), shape=shape), of(shape), of(shape)))
    if shape[0] == shape[1]:
        ways.append(of((shape[0], 1)).map(lambda e: tree.Diagonal(arg=e, shape=shape)))
        ways.append(of(shape).map(lambda e: tree.MatrixPower(base=e, exponent=2, shape=shape)))
    if shape[1] == 1:
        ways.append(of((shape[0], shape[0])).map(lambda e: tree.DiagonalPart(arg=e, shape=shape)))
    if shape == ("m", 1):
        ways.append(of(("n", 1)).map(lambda e: tree.Apply(name="f", arguments=(e,), shape=shape)))
    for name in ("x", "M"):
        if SHAPES[name] == shape:
            ways.append(of(SCALAR).filter(_depends).map(lambda e, name=name: _derivative(e, name, "gradient", shape)))
    if shape[1] == "n" and shape[0] != 1:
        ways.append(of((shape[0], 1)).filter(_depends).map(lambda e: _derivative(e, "x", "jacobian", shape)))
    return ways


@st.composite
def _products(draw: st.DrawFn, shape: Shape, depth: int, wide: bool) -> Expr:
    inner = draw(st.lists(st.sampled_from(_SIZES), min_size=1, max_size=2))
    factors = [draw(expressions(sides, depth, wide)) for sides in pairwise([shape[0], *inner, shape[1]])]
    return tree.Product(factors=tuple(factors), shape=shape)


def _depends(e: Expr) -> bool:
    """Whether an author would take a derivative of it: of a name or a number alone, there is none to take."""
    return not isinstance(e, (tree.Symbol, tree.Number, tree.Dimension, tree.Ones))


def _signed(terms: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    minus = tree.Number(value=Fraction(-1), shape=SCALAR)
    return st.one_of(terms, terms.map(lambda e: _times(minus, e)))


def _positive(of: Callable[[Shape], st.SearchStrategy[Expr]]) -> st.SearchStrategy[Expr]:
    """vᵀv + ε"""

    def made(v: Expr) -> Expr:
        square = tree.Product(factors=(tree.Transpose(arg=v, shape=(1, "n")), v), shape=SCALAR)
        return tree.Add(terms=(square, _symbol(r"\epsilon")), shape=SCALAR)

    return of(("n", 1)).map(made)


def _power(base: Expr, exponent: Fraction) -> Expr:
    return tree.Power(base=base, exponent=tree.Number(value=exponent, shape=SCALAR), shape=base.shape)


def _summed(a: Expr, b: Expr) -> Expr:
    """Σ_j a_j b_j"""
    j = IndexVar("j", "n")
    entries = [tree.Slice(arg=e, row=j, column=None, shape=SCALAR) for e in (a, b)]
    return tree.Sum(index=j, body=_times(*entries), shape=SCALAR)


def _derivative(e: Expr, by: str, layout: Literal["gradient", "jacobian"], shape: Shape) -> Expr:
    return tree.Derivative(arg=e, variable=_symbol(by), target=tree.Target(by, SHAPES[by]), layout=layout, shape=shape)
