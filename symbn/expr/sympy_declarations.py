"""What SymPy symbols declare: sizes, indices, real scalars, matrices, unknown functions.

Symbols are real.  A symbol that some shape or range uses, or that is a positive integer, is a dimension; one that
stands in an index position is an index (from 0 in SymPy), free ones meaning: for all.  One name is one thing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import sympy
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice

from symbn.diagnostics import fail
from symbn.expr import build, tree
from symbn.expr import sympy_nodes as nodes
from symbn.expr.context import Context, FunctionDeclaration, Sign, SymbolDeclaration
from symbn.expr.shape import product_dim, shape_text, sum_dim
from symbn.expr.tree import Dim, Expr, IndexVar, Ix, Shape

_SIGNS: tuple[tuple[str, Sign], ...] = (
    ("is_positive", "positive"),
    ("is_negative", "negative"),
    ("is_nonnegative", "nonnegative"),
    ("is_nonpositive", "nonpositive"),
    ("is_nonzero", "nonzero"),
)
_SPECIAL = ("is_even", "is_odd", "is_prime", "is_composite")


class Declarations:
    """The names met so far, with what is known of them; several expressions may be read into one."""

    def __init__(self, context: Context | None = None) -> None:
        self.context = (context or Context()).copy()
        self.free: dict[Any, IndexVar] = {}
        self._symbols: dict[str, Any] = {}
        self._bound: dict[Any, tuple[IndexVar, Any]] = {}
        self._renamed = 0

    def find(self, e: Any) -> None:
        """Finds the sizes and the free indices of an expression before it is read."""
        self._find_sizes(e)
        self._find_indices(e, frozenset())

    @property
    def originals(self) -> dict[str, Any]:
        """The SymPy symbols that were read, by name: sizes, scalars and free indices."""
        return self._symbols | {index.name: symbol for symbol, index in self.free.items()}

    # Sizes ------------------------------------------------------------------------------------------------

    def _find_sizes(self, e: Any) -> None:
        for node in sympy.preorder_traversal(e):
            sizes: Sequence[Any] = ()
            if isinstance(node, sympy.MatrixSymbol | nodes.MatrixNode):
                sizes = node.args[1:] if isinstance(node, sympy.MatrixSymbol) else node.args[:2]
            elif isinstance(node, sympy.Identity | sympy.OneMatrix | sympy.ZeroMatrix):
                sizes = node.args
            elif isinstance(node, sympy.Sum):
                sizes = [limits[2] - limits[1] + 1 for limits in node.limits if len(limits) == 3]
            for size in sizes:
                if isinstance(size, sympy.Symbol):
                    self.dim(size)

    def dim(self, size: Any) -> Dim:
        """A size: a positive integer or the name of one, or a product or a sum of these."""
        size = sympy.sympify(size, strict=True)
        if isinstance(size, sympy.Mul | sympy.Add) or (isinstance(size, sympy.Pow) and size.exp.is_Integer):
            return self._composed(size)
        if isinstance(size, sympy.Integer) and size > 0:
            return int(size)
        if not isinstance(size, sympy.Symbol) or size.is_integer is False or size.is_positive is False:
            raise fail("E194", f"a size is a symbol or a positive integer, not {size}")
        if any(getattr(size, special) is not None for special in _SPECIAL):
            raise fail("E194", f"the size {size} is declared as a special integer; sizes run over all of them")
        self._same_symbol(size)
        if size.name in self.context.symbols:
            raise fail("E195", f"`{size.name}` is a size and a symbol besides")
        self.context.dimensions.setdefault(size.name, 1)
        return str(size.name)

    def _composed(self, size: Any) -> Dim:
        """m n or m + p: with the parts in the order in which a declaration has them, as SymPy keeps none."""
        declared = [s.shape for s in self.context.symbols.values()]
        declared += [d.body.shape for d in self.context.definitions.values()]
        for dim in (d for shape in declared for d in shape):
            if isinstance(dim, tree.DimProduct | tree.DimSum) and self._size_symbol(dim) == size:
                return dim
        if isinstance(size, sympy.Pow):
            parts = [self.dim(size.base)] * int(size.exp)
        else:
            parts = [self.dim(part) for part in size.args]
        return sum_dim(parts) if isinstance(size, sympy.Add) else reduce(product_dim, parts)

    def shape(self, sizes: Any) -> Shape:
        return self.dim(sizes[0]), self.dim(sizes[1])

    # Indices ----------------------------------------------------------------------------------------------

    def _find_indices(self, node: Any, bound: frozenset[Any]) -> None:
        """The ranges of free indices, from entries, slices and families in which they stand alone."""
        bound = bound | frozenset(getattr(node, "bound_symbols", ()))
        places: list[tuple[Any, Any]] = []
        if isinstance(node, MatrixElement):
            places = list(zip(node.args[1:], node.parent.shape, strict=True))
        elif isinstance(node, MatrixSlice):
            places = [(r[0], size) for r, size in zip(node.args[1:], node.parent.shape, strict=True)]
        elif isinstance(node, nodes.NamedScalar | nodes.NamedMatrix) and node.key in self.context.definitions:
            ranges = self.context.definitions[node.key].indices
            places = [(i, self._size_symbol(v.dim)) for i, v in zip(node.indices, ranges, strict=True)]
        for index, size in places:
            if isinstance(index, sympy.Symbol) and index not in bound and index.name not in self.context.dimensions:
                self._free_index(index, self.dim(size))
        for child in node.args:
            self._find_indices(child, bound)

    def _free_index(self, symbol: Any, dim: Dim) -> IndexVar:
        if symbol not in self.free:
            if symbol.name in self._symbols or any(symbol.name == other.name for other in self.free):
                raise fail("E195", f"the index `{symbol.name}` has a name that another symbol has")
            self.free[symbol] = IndexVar(symbol.name, dim)
        return self.free[symbol]

    def _size_symbol(self, dim: Dim) -> Any:
        if isinstance(dim, str):
            return self._symbols.get(dim, sympy.Symbol(dim, integer=True, positive=True))
        if isinstance(dim, tree.DimProduct):
            return sympy.Mul(*map(self._size_symbol, dim.factors))
        if isinstance(dim, tree.DimSum):
            return sympy.Add(*map(self._size_symbol, dim.parts))
        return dim

    def index(self, e: Any, size: Any) -> Ix:
        """A position in a range of a size: an index, a number (from 0), or the last one (size − 1)."""
        dim: Dim = size if isinstance(size, str | int) else self.dim(size)
        e = sympy.sympify(e, strict=True)
        if isinstance(e, sympy.Integer) and e >= 0:
            if isinstance(dim, int) and e >= dim:
                raise build.shape_error("S213", f"position {e} (from 0) in a range of {dim}", ())
            return tree.IndexConst(int(e) + 1, dim)
        if isinstance(dim, str) and sympy.expand(e + 1) == self._size_symbol(dim):
            return tree.IndexConst(dim, dim)
        variable = self._variable(e, dim)
        if variable.dim != dim:
            raise build.shape_error("S213", f"the index {e} runs over {variable.dim} places, not {dim}", ())
        return variable

    def _variable(self, e: Any, dim: Dim) -> IndexVar:
        for symbol in e.free_symbols & self._bound.keys():
            variable, first = self._bound[symbol]
            if sympy.expand(e - symbol + first) == 0:
                return variable
            raise fail("E196", f"an index that is shifted against its range: {e}")
        if isinstance(e, sympy.Symbol) and e.name not in self.context.dimensions:
            return self._free_index(e, dim)
        raise fail("E196", f"an index is a symbol or a position, not {e}")

    def range_of(self, index: Any) -> Dim | None:
        """How far an index runs, if that is known."""
        if index in self._bound:
            return self._bound[index][0].dim
        return self.free[index].dim if index in self.free else None

    def within(self, limits: Any, read: Callable[[], Expr]) -> tuple[IndexVar, Expr]:
        """What `read` gives with the index of (index, first, last) bound."""
        if len(limits) != 3:
            raise fail("E196", f"a sum without its range: {limits}")
        symbol, first, last = limits
        size = sympy.expand(last - first + 1)
        if not isinstance(size, sympy.Symbol | sympy.Integer):
            raise fail("E196", f"the range {first} … {last} is not the whole of a dimension")
        taken = {variable.name for variable, _ in self._bound.values()} | {v.name for v in self.free.values()}
        name = symbol.name
        while name in taken:
            self._renamed += 1
            name = f"{symbol.name}_{{{self._renamed}}}"
        before = self._bound.get(symbol)
        variable = IndexVar(name, self.dim(size))
        self._bound[symbol] = (variable, first)
        try:
            return variable, read()
        finally:
            del self._bound[symbol]
            if before is not None:
                self._bound[symbol] = before

    # Names ------------------------------------------------------------------------------------------------

    def _same_symbol(self, symbol: Any) -> None:
        known = self._symbols.setdefault(symbol.name, symbol)
        if known != symbol or any(symbol.name == index.name for index in self.free):
            raise fail(
                "E195",
                f"two different symbols are called `{symbol.name}`: they have different assumptions",
                help="make the symbol once and use it everywhere",
            )

    def symbol(self, e: Any) -> Expr:
        """A real scalar, or a dimension as a number."""
        if e in self._bound or e in self.free:
            return self._position(e)
        if e.name in self.context.dimensions or (e.is_integer and e.is_positive):
            return tree.Dimension(dim=self.dim(e), shape=(1, 1))
        unusable = e.is_commutative is False or e.is_real is False or e.is_integer or e.is_irrational or e.is_zero
        if unusable or e.is_finite is False:
            raise fail("E195", f"`{e.name}` is declared as no real number, or as a special one: {e.assumptions0}")
        self._same_symbol(e)
        sign: Sign = next((sign for name, sign in _SIGNS if getattr(e, name)), "real")
        return self._declared(SymbolDeclaration(e.name, (1, 1), sign))

    def _position(self, symbol: Any) -> Expr:
        """An index as the number that it is, counted from 0 where its range begins there."""
        variable, first = self._bound.get(symbol) or (self.free[symbol], 0)
        if not isinstance(first, int | sympy.Integer):
            raise fail("E196", f"the index {symbol} is used as a number, and begins at {first}")
        position = tree.Position(index=variable, shape=(1, 1))
        return tree.Add(terms=(position, build.number(int(first) - 1)), shape=(1, 1))

    def matrix_symbol(self, e: Any) -> Expr:
        return self._declared(SymbolDeclaration(e.name, self.shape(e.args[1:])))

    def _declared(self, new: SymbolDeclaration) -> tree.Symbol:
        known = self.context.symbols.setdefault(new.name, new)
        if known.shape != new.shape:
            a, b = shape_text(known.shape), shape_text(new.shape)
            raise build.shape_error("S253", f"`{new.name}` is {a} in one place and {b} in another", ())
        if new.name in self.context.dimensions:
            raise fail("E195", f"`{new.name}` is a size and a symbol besides")
        return tree.Symbol(name=new.name, shape=new.shape)

    def apply(self, name: str, arguments: tuple[Expr, ...], shape: Shape, order: int = 0) -> Expr:
        """An unknown function's value; a function ℝ → ℝ is entrywise."""
        domain = tuple(argument.shape for argument in arguments)
        declared = self.context.functions.setdefault(name, FunctionDeclaration(name, domain, shape))
        if (declared.domain, declared.codomain) != (domain, shape):
            raise build.shape_error("S254", f"`{name}` is used with arguments or values of two different shapes", ())
        return tree.Apply(name=name, arguments=arguments, entrywise=declared.entrywise, order=order, shape=shape)
