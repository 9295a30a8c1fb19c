"""Short names for the nodes that these tests build by hand."""

from __future__ import annotations

from fractions import Fraction

from symbn.expr.context import Context, FunctionDeclaration, Sign, Structure, SymbolDeclaration
from symbn.expr.tree import (
    Add,
    Apply,
    Block,
    Definition,
    Derivative,
    Determinant,
    Differential,
    Dim,
    Dimension,
    DimProduct,
    DimSum,
    Elementwise,
    Expectation,
    Expr,
    Fill,
    Hadamard,
    Identity,
    IndexVar,
    Inverse,
    Ix,
    Kronecker,
    Number,
    Ones,
    Power,
    Product,
    Quotient,
    Reference,
    Shape,
    Slice,
    Softmax,
    Stack,
    Sum,
    Symbol,
    Target,
    Trace,
    Transpose,
    Vec,
)

SCALAR: Shape = (1, 1)


def symbol(name: str, rows: Dim = 1, columns: Dim = 1) -> Symbol:
    return Symbol(name=name, shape=(rows, columns))


def number(value: int | Fraction) -> Number:
    return Number(value=Fraction(value), shape=SCALAR)


def dimension(name: Dim) -> Dimension:
    return Dimension(dim=name, shape=SCALAR)


def add(*terms: Expr) -> Add:
    return Add(terms=terms, shape=terms[0].shape)


def times(*factors: Expr) -> Product:
    """A product whose factors are scalars or one chain of matching shapes."""
    shapes = [f.shape for f in factors if f.shape != SCALAR]
    return Product(factors=factors, shape=(shapes[0][0], shapes[-1][1]) if shapes else SCALAR)


def minus(a: Expr, b: Expr) -> Add:
    return add(a, times(number(-1), b))


def hadamard(*factors: Expr) -> Hadamard:
    return Hadamard(factors=factors, shape=factors[0].shape)


def over(a: Expr, b: Expr) -> Quotient:
    return Quotient(numerator=a, denominator=b, shape=a.shape)


def power(base: Expr, exponent: int | Fraction | Expr) -> Power:
    return Power(base=base, exponent=exponent if isinstance(exponent, Expr) else number(exponent), shape=base.shape)


def transposed(a: Expr) -> Transpose:
    return Transpose(arg=a, shape=(a.shape[1], a.shape[0]))


def trace(a: Expr) -> Trace:
    return Trace(arg=a, shape=SCALAR)


def inverse(a: Expr) -> Inverse:
    return Inverse(arg=a, shape=a.shape)


def determinant(a: Expr) -> Determinant:
    return Determinant(arg=a, shape=SCALAR)


def kronecker(a: Expr, b: Expr) -> Kronecker:
    return Kronecker(left=a, right=b, shape=(product(a.shape[0], b.shape[0]), product(a.shape[1], b.shape[1])))


def vec(a: Expr) -> Vec:
    return Vec(arg=a, shape=(product(a.shape[1], a.shape[0]), 1))


def block(*rows: tuple[Expr, ...]) -> Block:
    heights = tuple(_named(row[0].shape[0]) for row in rows)
    widths = tuple(_named(cell.shape[1]) for cell in rows[0])
    shape: Shape = (
        DimSum(heights) if len(heights) > 1 else heights[0],
        DimSum(widths) if len(widths) > 1 else widths[0],
    )
    return Block(cells=tuple(cell for row in rows for cell in row), columns=len(rows[0]), shape=shape)


def product(a: Dim, b: Dim) -> Dim:
    factors = [f for dim in (a, b) for f in (dim.factors if isinstance(dim, DimProduct) else (_named(dim),)) if f != 1]
    return DimProduct(tuple(factors)) if len(factors) > 1 else factors[0] if factors else 1


def _named(dim: Dim) -> str | int:
    assert isinstance(dim, str | int)
    return dim


def softmax(a: Expr) -> Softmax:
    return Softmax(arg=a, shape=a.shape)


def mean(a: Expr) -> Expectation:
    return Expectation(arg=a, shape=a.shape)


def identity(n: Dim) -> Identity:
    return Identity(shape=(n, n))


def ones(n: Dim, m: Dim = 1) -> Ones:
    return Ones(shape=(n, m))


def fill(s: Expr, n: Dim, m: Dim = 1) -> Fill:
    return Fill(arg=s, shape=(n, m))


def elementwise(name: str, a: Expr) -> Elementwise:
    return Elementwise(function=name, arg=a, shape=a.shape)


def entry(a: Expr, row: Ix | None, column: Ix | None = None) -> Slice:
    """a[row, column]: a row or a column where only one is given and a is no vector."""
    rows, columns = a.shape
    return Slice(
        arg=a, row=row, column=column, shape=(1 if row is not None else rows, 1 if column is not None else columns)
    )


def total(index: IndexVar, body: Expr) -> Sum:
    return Sum(index=index, body=body, shape=body.shape)


def columns(index: IndexVar, body: Expr) -> Stack:
    return Stack(index=index, body=body, axis="columns", shape=(body.shape[0], index.dim))


def apply(name: str, shape: Shape, *arguments: Expr) -> Apply:
    return Apply(name=name, arguments=arguments, shape=shape)


def phi(name: str, a: Expr, order: int = 0) -> Apply:
    return Apply(name=name, arguments=(a,), entrywise=True, order=order, shape=a.shape)


def target(
    name: str, shape: Shape, family: tuple[Ix, ...] = (), row: Ix | None = None, column: Ix | None = None
) -> Target:
    return Target(name=name, shape=shape, family=family, row=row, column=column)


def jacobian(a: Expr, variable: Expr, held: Target | None = None) -> Derivative:
    """∂a/∂variable in numerator layout; a symbol or reference holds itself."""
    return Derivative(
        arg=a,
        variable=variable,
        target=held or holding(variable),
        layout="jacobian",
        shape=(_length(a), _length(variable)),
    )


def gradient(a: Expr, variable: Expr, held: Target | None = None) -> Derivative:
    return Derivative(
        arg=a, variable=variable, target=held or holding(variable), layout="gradient", shape=variable.shape
    )


def differential(a: Expr, variable: Expr, increment: Symbol) -> Differential:
    return Differential(arg=a, variable=variable, target=holding(variable), increment=increment, shape=a.shape)


def entrywise(a: Expr, variable: Expr, held: Target | None = None) -> Derivative:
    return Derivative(arg=a, variable=variable, target=held or holding(variable), layout="entrywise", shape=a.shape)


def holding(variable: Expr) -> Target:
    if isinstance(variable, Vec | Transpose):
        return holding(variable.arg)
    if isinstance(variable, Symbol):
        return target(variable.name, variable.shape)
    if isinstance(variable, Apply):
        return Target(name=variable.name, shape=variable.shape, arguments=variable.arguments)
    assert isinstance(variable, Reference)
    return Target(name=variable.name, shape=variable.shape, family=variable.indices, arguments=variable.arguments)


def _length(a: Expr) -> Dim:
    rows, columns = a.shape
    return rows if columns == 1 else columns


def declare(context: Context, a: Symbol, sign: Sign = "real", structure: Structure = "general") -> Symbol:
    context.symbols[a.name] = SymbolDeclaration(a.name, a.shape, sign, structure)
    for dim in a.shape:
        if isinstance(dim, str):
            context.dimensions.setdefault(dim, 1)
    return a


def function(context: Context, name: str, codomain: Shape, *domain: Shape) -> None:
    context.functions[name] = FunctionDeclaration(name, domain, codomain)


def define(
    context: Context, key: str, body: Expr, indices: tuple[IndexVar, ...] = (), parameters: tuple[Symbol, ...] = ()
) -> None:
    context.definitions[key] = Definition(key, indices, parameters, body, len(context.definitions), key)


def reference(context: Context, key: str, *indices: Ix, arguments: tuple[Expr, ...] = ()) -> Reference:
    return Reference(name=key, indices=indices, arguments=arguments, shape=context.definitions[key].body.shape)
