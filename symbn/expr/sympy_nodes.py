r"""What SymPy lacks, as small SymPy classes that print themselves in LaTeX.

    named scalar/matrix       a defined name, folded: \hat y_i, \operatorname{var}(y)
    applied scalar/matrix     f(x) of an unknown function of vectors or matrices
    derivative scalar/matrix  ∂e/∂x in one of symbn's three layouts
    at zero scalar/matrix     e at x = 0, after all derivatives inside are taken
    stack, matrix sum         rows, columns or diagonal entries that follow an index; Σ of matrices
    unit vector               e_i

The first two arguments of each are its numbers of rows and columns.  Indices count from 0, as SymPy's do.
SymPy takes an unknown node for a constant when it differentiates; these refuse instead.
"""
# SymPy ships no types, so its classes are `Any` to the type checker.
# mypy: allow-subclassing-any

from __future__ import annotations

from typing import Any, NoReturn

from sympy import Basic, Expr, Function, Integer, KroneckerDelta, Sum, Symbol, Tuple, exp, log, sympify
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixElement, MatrixExpr
from sympy.tensor.array.expressions.arrayexpr_derivatives import array_derive

_SEE = "SymPy has no rule for the derivative of {}; use symbn.jacobian or symbn.gradient"


class _Node:
    """What all nodes share: the shape stands first, and SymPy's own derivatives are refused."""

    args: Any

    def _refuse(self, *_: Any) -> NoReturn:
        raise NotImplementedError(_SEE.format(type(self).__name__))

    _eval_derivative = _refuse
    _eval_derivative_matrix_lines = _refuse


def _refuse_array(expr: _Node, x: Any) -> NoReturn:
    """SymPy's derivatives by a matrix take what they do not know for a constant."""
    expr._refuse()


array_derive.register(_Node, _refuse_array)


class ScalarNode(_Node, Expr):
    """A real number."""

    is_commutative = True
    is_real = True


class MatrixNode(_Node, MatrixExpr):
    """A matrix; its entries are not looked into."""

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.args[0], self.args[1]

    def _entry(self, i: Any, j: Any, **_: Any) -> Any:
        return MatrixElement(self, i, j)


def _joined(printer: Any, items: Any) -> str:
    return ", ".join(map(printer._print, items))


# Names ----------------------------------------------------------------------------------------------------


class _Named(_Node):
    """args: rows, columns, key, name as LaTeX, indices, arguments, and the symbols that the definition rests on."""

    @property
    def key(self) -> str:
        return str(self.args[2].name)

    @property
    def indices(self) -> Any:
        return self.args[4]

    @property
    def arguments(self) -> Any:
        return self.args[5]

    def _latex(self, printer: Any, **_: Any) -> str:
        name = str(self.args[3].name)
        name = rf"\operatorname{{{name}}}" if len(name) > 1 and name.isalpha() else name
        indices = f"_{{{_joined(printer, self.indices)}}}" if self.indices else ""
        return name + indices + (f"({_joined(printer, self.arguments)})" if self.arguments else "")

    def _sympystr(self, printer: Any) -> str:
        indices = f"[{_joined(printer, self.indices)}]" if self.indices else ""
        return str(self.args[3].name) + indices + (f"({_joined(printer, self.arguments)})" if self.arguments else "")


class NamedScalar(_Named, ScalarNode):
    """A defined scalar."""


class NamedMatrix(_Named, MatrixNode):
    """A defined vector or matrix."""


class _Applied(_Node):
    """f(e, …), f unknown.  args: rows, columns, name, arguments."""

    @property
    def name(self) -> str:
        return str(self.args[2].name)

    @property
    def arguments(self) -> Any:
        return self.args[3]

    def _latex(self, printer: Any, **_: Any) -> str:
        return f"{self.name}({_joined(printer, self.arguments)})"

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}({_joined(printer, self.arguments)})"


class AppliedScalar(_Applied, ScalarNode):
    """A scalar function of vectors or matrices (SymPy's own applied functions would not commute)."""


class AppliedMatrix(_Applied, MatrixNode):
    """A function with a vector or matrix as its value."""


class UnknownFunction:
    """A differentiable function of scalars, vectors and matrices, otherwise unknown; a scalar if no size is given.

    >>> from sympy import MatrixSymbol
    >>> f = UnknownFunction("f", 3)
    >>> f(MatrixSymbol("x", 2, 1)).shape
    (3, 1)
    """

    def __init__(self, name: str, rows: Any = 1, columns: Any = 1) -> None:
        self.name, self.rows, self.columns = name, rows, columns

    def __call__(self, *arguments: Any) -> Any:
        kind = AppliedScalar if (self.rows, self.columns) == (1, 1) else AppliedMatrix
        sizes = (sympify(size, strict=True) for size in (self.rows, self.columns))
        return kind(*sizes, Str(self.name), Tuple(*(sympify(argument, strict=True) for argument in arguments)))


# Derivatives ----------------------------------------------------------------------------------------------


class DerivativeTarget(Basic):
    """What a derivative is taken by.  args: name, shape, family, row, column (each () or one index), arguments."""


class _Derivative(_Node):
    """args: rows, columns, what is differentiated, the variable, the layout, the target (or none)."""

    @property
    def expr(self) -> Any:
        return self.args[2]

    @property
    def variable(self) -> Any:
        return self.args[3]

    @property
    def layout(self) -> str:
        return str(self.args[4].name)

    @property
    def target(self) -> Any:
        return self.args[5] if len(self.args) > 5 else None

    def _latex(self, printer: Any, **_: Any) -> str:
        body, variable = printer.parenthesize(self.expr, 60), printer._print(self.variable)
        if self.layout == "gradient":
            return rf"\nabla_{{{variable}}} {body}"
        return rf"\frac{{\partial}}{{\partial {variable}}} {body}"

    def _sympystr(self, printer: Any) -> str:
        return f"{self.layout.capitalize()}({printer._print(self.expr)}, {printer._print(self.variable)})"


class DerivativeScalar(_Derivative, ScalarNode):
    """A derivative that is 1×1."""


class DerivativeMatrix(_Derivative, MatrixNode):
    """A derivative that is a vector or matrix."""


class _Differential(_Node):
    """args: rows, columns, what changes, the variable, the target, the variable's change."""

    def _latex(self, printer: Any, **_: Any) -> str:
        return rf"\mathrm{{d}} {printer.parenthesize(self.args[2], 60)}"

    def _sympystr(self, printer: Any) -> str:
        return f"Differential({printer._print(self.args[2])}, {printer._print(self.args[3])})"


class DifferentialScalar(_Differential, ScalarNode):
    """The differential of a number."""


class DifferentialMatrix(_Differential, MatrixNode):
    """The differential of a vector or matrix."""


def _derivative(layout: str, expr: Any, variable: Any, shape: tuple[Any, Any]) -> Any:
    expr, variable = sympify(expr, strict=True), sympify(variable, strict=True)
    kind = DerivativeScalar if shape == (1, 1) else DerivativeMatrix
    return kind(*shape, expr, variable, Str(layout))


def _size(e: Any) -> tuple[Any, Any]:
    return e.shape if getattr(e, "is_Matrix", False) else (Integer(1), Integer(1))


def Jacobian(expr: Any, variable: Any) -> Any:
    """∂expr/∂variable, not worked out: numerator layout, (i, j) = ∂expr_i/∂variable_j."""
    (a, b), (p, q) = _size(expr), _size(variable)
    return _derivative("jacobian", expr, variable, (a if b == 1 else b, p if q == 1 else q))


def Gradient(expr: Any, variable: Any) -> Any:
    """∇expr by variable, not worked out: in the shape of the variable."""
    return _derivative("gradient", expr, variable, _size(variable))


class _AtZero(_Node):
    """args: rows, columns, expression, the symbol that is 0."""

    def _latex(self, printer: Any, **_: Any) -> str:
        return rf"\left. {printer._print(self.args[2])} \right|_{{{printer._print(self.args[3])} = 0}}"

    def _sympystr(self, printer: Any) -> str:
        return f"AtZero({printer._print(self.args[2])}, {printer._print(self.args[3])})"


class AtZeroScalar(_AtZero, ScalarNode):
    """A scalar at a symbol's zero."""


class AtZeroMatrix(_AtZero, MatrixNode):
    """A vector or matrix at a symbol's zero."""


# Indices --------------------------------------------------------------------------------------------------


class _Bound(MatrixNode):
    """args: rows, columns, body, (index, first, last), …"""

    @property
    def body(self) -> Any:
        return self.args[2]

    @property
    def limits(self) -> Any:
        return self.args[3]

    @property
    def bound_symbols(self) -> list[Any]:
        return [self.limits[0]]

    @property
    def free_symbols(self) -> Any:
        rest: set[Any] = set().union(*(a.free_symbols for a in (*self.args[:2], *self.limits[1:])))
        return rest | (self.body.free_symbols - {self.limits[0]})


class MatrixSum(_Bound):
    """Σ_i of vectors or matrices."""

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Any:
        return Sum(self.body._entry(i, j, **kwargs), self.limits)

    def _latex(self, printer: Any, **_: Any) -> str:
        index, first, last = map(printer._print, self.limits)
        return rf"\sum_{{{index}={first}}}^{{{last}}} {printer.parenthesize(self.body, 50)}"

    def _sympystr(self, printer: Any) -> str:
        return f"MatrixSum({printer._print(self.body)}, {printer._print(self.limits)})"


class Stacked(_Bound):
    """Row k (column k, diagonal entry k) is the body at index = k; args end with the axis."""

    @property
    def axis(self) -> str:
        return str(self.args[4].name)

    def _latex(self, printer: Any, **_: Any) -> str:
        index, first, last = self.limits
        head, tail = (printer._print(self.body.xreplace({index: at})) for at in (first, last))
        if self.axis == "diagonal":
            return rf"\operatorname{{diag}}\left( {head}, \ldots, {tail} \right)"
        between = r" \\ \vdots \\ " if self.axis == "rows" else r" & \cdots & "
        return rf"\begin{{pmatrix}} {head}{between}{tail} \end{{pmatrix}}"

    def _sympystr(self, printer: Any) -> str:
        return f"Stacked({printer._print(self.body)}, {printer._print(self.limits)}, {self.axis})"


class UnitVector(MatrixNode):
    """e_i, a column.  args: rows, 1, index."""

    def _entry(self, i: Any, j: Any, **_: Any) -> Any:
        return KroneckerDelta(self.args[2], i, (0, self.args[0] - 1))

    def _latex(self, printer: Any, **_: Any) -> str:
        return f"e_{{{printer._print(self.args[2])}}}"

    _sympystr = _latex


# Of vectors and matrices ----------------------------------------------------------------------------------


class _Operator(_Node):
    """A named operator at one argument.  args: rows, columns, argument."""

    _word = ""

    def _latex(self, printer: Any, **_: Any) -> str:
        return rf"\operatorname{{{self._word}}}\left( {printer._print(self.args[2])} \right)"

    def _sympystr(self, printer: Any) -> str:
        return f"{self._word}({printer._print(self.args[2])})"


class Vectorized(_Operator, MatrixNode):
    """vec A: the columns below each other."""

    _word = "vec"


class SoftmaxVector(_Operator, MatrixNode):
    """exp(x) / Σ exp(x_k) of a column or a row."""

    _word = "softmax"


class MeanScalar(_Operator, ScalarNode):
    """𝔼 of a number."""

    _word = "E"


class MeanMatrix(_Operator, MatrixNode):
    """𝔼 of a vector or matrix."""

    _word = "E"


# Functions ------------------------------------------------------------------------------------------------


class sigmoid(Function):
    """1 / (1 + e⁻ˣ)."""

    def fdiff(self, argindex: int = 1) -> Any:
        return self * (1 - self)

    def _eval_rewrite_as_exp(self, x: Any, **_: Any) -> Any:
        return 1 / (1 + exp(-x))


class relu(Function):
    """max(0, x)."""

    def fdiff(self, argindex: int = 1) -> Any:
        raise NotImplementedError(_SEE.format("relu"))


class softplus(Function):
    """log(1 + eˣ)."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sigmoid(self.args[0])

    def _eval_rewrite_as_log(self, x: Any, **_: Any) -> Any:
        return log(1 + exp(x))


def index_symbol(name: str) -> Any:
    """An index, counted from 0."""
    return Symbol(name, integer=True)
