r"""Typed expressions: what a note says, in the form its author gave it.

    e ::= number | dimension | position | symbol | reference         scalars, declared and defined names
        | I | 1 | 0 | e_i | δ_ij                                     constants of a shape
        | e + e | e e | e ⊙ e | e ⊗ e | e / e | e ^ e | M^k | eᵀ     sums, products, quotients, powers
        | M⁻¹ | det M | vec e | (e e; e e)                           inverses, determinants, vec, blocks
        | fill(s) | φ(e) | softmax(e) | f(e, …) | 𝔼 e                broadcast, elementwise, unknown function, mean
        | e[i, j] | tr e | Diag e | diag e | Σ_i e | stack_i e       entries, sums and stacks over an index
        | ∂e/∂v | de | e at (v := 0)                                 derivatives

Every node knows its shape (rows, columns); a scalar is 1×1, a column n×1, a row 1×n.  Shapes are checked
where nodes are made (`build`); nodes themselves are plain data, so that rules stay outside of them.
A node's `span` is where it was written; it takes no part in equality.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, Literal, TypeAlias, TypeVar

from symbn.source import Span


@dataclass(eq=False)
class DimVar:
    """A dimension still to be inferred; `shape.unify` binds it.  None is left in a finished statement.

    What nothing else fixes is `usual`, where there is such a size.
    """

    origin: str
    span: Span | None = None
    bound: Dim | None = None
    usual: Dim | None = None


@dataclass(frozen=True)
class DimProduct:
    """The size of a Kronecker product or a vec: its positions are tuples of positions, the last one fastest."""

    factors: tuple[str | int, ...]

    def __str__(self) -> str:
        spelled = list(map(str, self.factors))
        plain = all(len(f) == 1 for f in spelled) and not any(f.isdigit() for f in spelled[1:])
        return ("" if plain else "·").join(spelled)


@dataclass(frozen=True)
class DimSum:
    """The size of a block matrix: the positions of its first part, then those of the next."""

    parts: tuple[str | int, ...]

    def __str__(self) -> str:
        return "(" + "+".join(map(str, self.parts)) + ")"


Dim: TypeAlias = str | int | DimVar | DimProduct | DimSum
"""A dimension: the name of a positive integer symbol, a positive integer, one made of these, or (while a statement
is being read) one that is still to be found."""

Shape: TypeAlias = tuple[Dim, Dim]


@dataclass(frozen=True)
class IndexVar:
    """An index that runs 1 … dim: bound by a sum or a stack, or free in a statement (then: for all)."""

    name: str
    dim: Dim


@dataclass(frozen=True)
class IndexConst:
    """A fixed position in a dimension: a positive integer, or the dimension's own name (its last position)."""

    value: int | str
    dim: Dim


Ix: TypeAlias = IndexVar | IndexConst


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Expr:
    """A typed expression.

    Equality, hash and repr stand here once, over all fields but `span`: writing them for each node would cost
    every start of symbn more than all their uses.
    """

    shape: Shape
    span: Span | None = None

    def _parts(self) -> tuple[Any, ...]:
        """The values that equality compares."""
        return tuple([getattr(self, name) for name in self.__dataclass_fields__ if name != "span"])

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and self._parts() == other._parts())

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._parts()))

    def __repr__(self) -> str:
        shown = (f"{n}={getattr(self, n)!r}" for n in self.__dataclass_fields__ if n != "span")
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def is_scalar(self) -> bool:
        return self.shape == (1, 1)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Number(Expr):
    """A rational constant."""

    value: Fraction


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Dimension(Expr):
    """A dimension as a number: the n of 1/n."""

    dim: Dim


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Symbol(Expr):
    """A declared name: a free scalar, vector or matrix."""

    name: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Reference(Expr):
    """A defined name, folded.

    `name` is the key of its `Definition`; `indices` instantiate an indexed family (ŷ_i), `arguments` the
    parameters of a defined function (var(u)).
    """

    name: str
    indices: tuple[Ix, ...] = ()
    arguments: tuple[Expr, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Identity(Expr):
    """I of the shape n×n."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ones(Expr):
    """All entries 1."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Zero(Expr):
    """All entries 0."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class UnitVector(Expr):
    """e_i, a column: (e_i)_k = δ_ik."""

    index: Ix


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Delta(Expr):
    """Kronecker's δ_ij, a scalar."""

    first: Ix
    second: Ix


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Add(Expr):
    """A sum of terms of one shape; a difference has a term −1 · e."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Product(Expr):
    """A product as written: matrix products, and scalings by 1×1 factors wherever they stand."""

    factors: tuple[Expr, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Hadamard(Expr):
    """The entrywise product of factors of one shape."""

    factors: tuple[Expr, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Quotient(Expr):
    """numerator / denominator: the denominator a scalar, or of the numerator's shape (then entrywise)."""

    numerator: Expr
    denominator: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Power(Expr):
    """base ^ exponent, entrywise where the base is no scalar; the exponent is 1×1.  A square root is ^½."""

    base: Expr
    exponent: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MatrixPower(Expr):
    """A square matrix times itself, `exponent` ≥ 0 times (0: the identity)."""

    base: Expr
    exponent: int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SymbolicPower(Expr):
    """A square matrix times itself, as often as an exponent made of sizes and positions says (`exponents`): it is ≥ 0.

    What may be less than 0 is a product with a power of the inverse.
    """

    base: Expr
    exponent: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Position(Expr):
    """The number of an index's position: r = 1 … dim."""

    index: Ix


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Inverse(Expr):
    """arg⁻¹, of a square matrix (a scalar's is a `Quotient` or a `Power`)."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Determinant(Expr):
    """det arg, of a square matrix."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Kronecker(Expr):
    """left ⊗ right: block (i, j) is left_ij right; each shape is the product of theirs, right's position fastest."""

    left: Expr
    right: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Vec(Expr):
    """vec arg: the columns of a matrix m×n below each other, (n m)×1; the position in a column is the fastest."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Block(Expr):
    """A matrix of blocks, row by row, `columns` in each row; sizes are sums of those of the blocks."""

    cells: tuple[Expr, ...]
    columns: int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Transpose(Expr):
    """argᵀ."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Fill(Expr):
    """A scalar broadcast to a shape: every entry is `arg`."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Elementwise(Expr):
    """A known scalar function applied to every entry: exp, log, sin, tanh, …, abs, sign, relu."""

    function: str
    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Softmax(Expr):
    """exp(x_i) / Σ_k exp(x_k), of a column or a row."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Expectation(Expr):
    """𝔼 arg: the mean of every entry over all names that the context declares random."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Apply(Expr):
    """A declared, otherwise unknown differentiable function applied to its arguments; a column or a scalar.

    With `entrywise` the function is ℝ → ℝ (φ) and acts on every entry of its one argument, and `order` counts
    its primes (φ′ has order 1).
    """

    name: str
    arguments: tuple[Expr, ...]
    entrywise: bool = False
    order: int = 0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Slice(Expr):
    """arg[row, column]: with both an entry (1×1), with one a row (1×n) or a column (n×1).

    An entry of a column n×1 has `column=None`; an entry of a row 1×n has `row=None`.
    """

    arg: Expr
    row: Ix | None
    column: Ix | None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Trace(Expr):
    """tr arg, of a square matrix."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Diagonal(Expr):
    """Diag(v): the square matrix with the column (or row) v on its diagonal."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DiagonalPart(Expr):
    """diag(A): the diagonal of a square matrix as a column."""

    arg: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sum(Expr):
    """Σ over the whole range 1 … dim of an index."""

    index: IndexVar
    body: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Stack(Expr):
    """Row k (or column k, or diagonal entry k) is the body at index = k.

    rows: body 1×c gives m×c;  columns: body r×1 gives r×m;  diagonal: body 1×1 gives m×m.
    """

    index: IndexVar
    body: Expr
    axis: Literal["rows", "columns", "diagonal"]


@dataclass(frozen=True)
class Target:
    """What a derivative is taken by: entries of one named tensor, the rest of the world held.

    `name` is a symbol, a definition's key, or an unknown function (then `arguments` are those of the
    application h(x) that is held as the variable).  `family` instantiates an indexed family.
    `row`/`column` pin a slice of it: ∂/∂y_i with y_i := Y_{:i} is the target Y with column i pinned.
    """

    name: str
    shape: Shape
    family: tuple[Ix, ...] = ()
    row: Ix | None = None
    column: Ix | None = None
    arguments: tuple[Expr, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Derivative(Expr):
    r"""∂arg/∂variable.

    jacobian (numerator layout): arg r×1 or 1×r, variable p×1 or 1×p; (i, j) = ∂arg_i/∂variable_j, shape r×p.
    gradient: arg 1×1, variable any shape; entry (k, l) = ∂arg/∂variable_kl, the shape of the variable.
    entrywise: variable 1×1, arg any shape; entry (i, j) = ∂arg_ij/∂variable, the shape of arg.

    `variable` is what the author wrote, `target` what it means.
    The variable is `target` sliced to its pinned row or column; where the author's variable is the transpose of
    that slice (w_i := (W_{i:})ᵀ) its single free index is the same, so only its length matters in a jacobian;
    in a gradient the result has the shape of `variable`.
    """

    arg: Expr
    variable: Expr
    target: Target
    layout: Literal["jacobian", "gradient", "entrywise"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class At(Expr):
    """arg with the symbol `name` set to 0 (after all derivatives inside are taken)."""

    arg: Expr
    name: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Differential(Expr):
    """d arg = Σ ∂arg/∂target[k, l] · increment[k, l]: the change of arg, linear in that of the variable, all else held.

    The shape is arg's, that of `increment` the variable's.
    """

    arg: Expr
    variable: Expr
    target: Target
    increment: Symbol


@dataclass(frozen=True)
class Definition:
    """name[indices](parameters) := body.

    `key` is unique in a note; a defined function has one `Definition` for each tuple of argument shapes it is
    used with.  `rank` orders definitions: a body refers to lower ranks only.  `latex` is the name as written.
    """

    key: str
    indices: tuple[IndexVar, ...]
    parameters: tuple[Symbol, ...]
    body: Expr
    rank: int
    latex: str
    span: Span | None = field(default=None, compare=False, repr=False)


_PART_NAMES: dict[type, tuple[str, ...]] = {}


def part_names(kind: type[Expr]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold subexpressions; a derivative's variable is a name, not one of them."""
    found = _PART_NAMES.get(kind)
    if found is None:
        found = tuple(f.name for f in fields(kind) if f.name not in ("shape", "span", "variable", "target"))
        _PART_NAMES[kind] = found
    return found


def children(node: Expr) -> Iterator[Expr]:
    """The direct subexpressions, in order."""
    for name in part_names(type(node)):
        value = getattr(node, name)
        if isinstance(value, Expr):
            yield value
        elif isinstance(value, tuple):
            yield from (v for v in value if isinstance(v, Expr))
    if isinstance(node, Derivative | Differential):
        yield from node.target.arguments


def walk(node: Expr) -> Iterator[Expr]:
    """The node and all below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


AnyExpr = TypeVar("AnyExpr", bound=Expr)


def at_span(node: AnyExpr, span: Span | None) -> AnyExpr:
    """The same node, said to stand at `span`."""
    return replace(node, span=span)


def with_symbols(e: Expr, values: Mapping[str, Expr]) -> Expr:
    """e with expressions in place of symbols (those of derivatives' targets stay)."""
    if isinstance(e, Symbol):
        return values.get(e.name, e)
    changes: dict[str, Any] = {}
    for name in part_names(type(e)):
        value = getattr(e, name)
        if isinstance(value, Expr):
            changes[name] = with_symbols(value, values)
        elif isinstance(value, tuple) and any(isinstance(v, Expr) for v in value):
            changes[name] = tuple(with_symbols(v, values) if isinstance(v, Expr) else v for v in value)
    return replace(e, **changes) if changes else e
