"""Typed expressions as NumPy code that a student can follow: one rule a node, matrices as matrices.

    column n×1, row 1×n, matrix    two-dimensional arrays        x.T @ A @ y        scalar    a float
    index i = 1 … n                0 … n − 1                     A[:, [i]]          ∂f/∂x     jacobian(lambda: f, x)

What a derivative is taken by is an array that `jacobian` moves in place: a symbol's own values, or for a defined
name what is added to its body.  A node without a rule raises NotWritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from symbn.explain.python_names import Names
from symbn.expr import tree
from symbn.expr.tree import Dim, Expr, Ix, Shape

_SUM, _PRODUCT, _POWER, _ATOM = range(4)

_FUNCTIONS = {
    "relu": "np.maximum(0, {})",
    "sigmoid": "1 / (1 + np.exp(-({})))",
    "softplus": "np.log(1 + np.exp({}))",
    **{name: f"np.{name}({{}})" for name in "exp log sin cos tan tanh sinh cosh abs sign".split()},
}


class NotWritten(Exception):
    """An expression that has no code here."""


@dataclass(frozen=True)
class Code:
    """What the code of one program calls things.

    functions: definitions that are written as functions, though they have no parameters.
    moved: name → the array that is moved to differentiate by the name.
    """

    names: Names
    functions: frozenset[str]
    moved: Mapping[str, str]

    def write(self, e: Expr, indices: Mapping[str, str]) -> str:
        """The expression; `indices` are the Python names of the indices in view."""
        return _Writer(self, dict(indices)).text(e, _SUM)

    def size(self, dim: Dim) -> str:
        if isinstance(dim, tree.DimVar):
            raise NotWritten("a size that is not known")
        if isinstance(dim, tree.DimProduct):
            return f"({' * '.join(map(self.size, dim.factors))})"
        if isinstance(dim, tree.DimSum):
            return f"({' + '.join(map(self.size, dim.parts))})"
        return str(dim) if isinstance(dim, int) else self.names.of(f"size {dim}")

    def shape(self, shape: Shape) -> str:
        return f"({self.size(shape[0])}, {self.size(shape[1])})"


class _Writer:
    def __init__(self, code: Code, indices: dict[str, str]) -> None:
        self.code, self.indices = code, indices

    def text(self, e: Expr, least: int) -> str:
        """The code, in parentheses where it binds less than it must."""
        rule = _RULES.get(type(e))
        if rule is None:
            raise NotWritten(f"{type(e).__name__} is not written with NumPy")
        text, level = rule(self, e)
        return text if level >= least else f"({text})"

    def index(self, index: Ix) -> str:
        if isinstance(index, tree.IndexVar):
            return self.indices[index.name]
        return f"{self.code.size(index.value)} - 1" if isinstance(index.value, str) else str(index.value - 1)

    def bound(self, index: tree.IndexVar, body: Expr) -> str:
        """`body for k in range(n)`."""
        taken = {*self.indices.values(), *self.code.names.taken}
        name = "k" if index.name.startswith("·") else Names(taken=set()).new(index.name)
        while name in taken:
            name += "_"
        inside = _Writer(self.code, {**self.indices, index.name: name})
        return f"{inside.text(body, _SUM)} for {name} in range({self.code.size(index.dim)})"

    # Sums and products ------------------------------------------------------------------------------------

    def add(self, e: tree.Add) -> tuple[str, int]:
        broadcast = not all(isinstance(term, tree.Fill) for term in e.terms)
        text = ""
        for term in e.terms:
            part = term.arg if isinstance(term, tree.Fill) and broadcast else term
            written = self.text(part, _SUM)
            text += written if not text else f" - {written[1:]}" if _negates(part) else f" + {written}"
        return text, _SUM

    def product(self, e: tree.Product) -> tuple[str, int]:
        first, *rest = e.factors
        if isinstance(first, tree.Number) and first.value == -1 and rest:
            others = rest[0] if len(rest) == 1 else tree.Product(factors=tuple(rest), shape=e.shape)
            return f"-{self.text(others, _PRODUCT)}", _SUM
        scalars = [f for f in e.factors if f.is_scalar]
        chain = [f for f in e.factors if not f.is_scalar]
        if any(a.shape[1] != b.shape[0] for a, b in pairwise(chain)):
            raise NotWritten("a product of several chains")
        parts = [self.text(f, _PRODUCT if place == 0 else _POWER) for place, f in enumerate(scalars)]
        if chain:
            lone = len(chain) == 1 and not parts
            joined = " @ ".join(self.text(f, _PRODUCT if lone else _POWER) for f in chain)
            parts.append(f"({joined}).item()" if e.is_scalar else joined)
        level = _PRODUCT if len(parts) > 1 or (len(chain) > 1 and not e.is_scalar) else _ATOM
        return " * ".join(parts), level if len(e.factors) > 1 else _PRODUCT

    def hadamard(self, e: tree.Hadamard) -> tuple[str, int]:
        return " * ".join(self.text(f, _POWER) for f in e.factors), _PRODUCT

    def quotient(self, e: tree.Quotient) -> tuple[str, int]:
        above = e.numerator
        if isinstance(above, tree.Fill) and not isinstance(e.denominator, tree.Fill):
            above = above.arg
        return f"{self.text(above, _PRODUCT)} / {self.text(e.denominator, _POWER)}", _PRODUCT

    def power(self, e: tree.Power) -> tuple[str, int]:
        if isinstance(e.exponent, tree.Number) and e.exponent.value == Fraction(1, 2):
            return f"np.sqrt({self.text(e.base, _SUM)})", _ATOM
        return f"{self.text(e.base, _ATOM)}**{self.text(e.exponent, _ATOM)}", _POWER

    # Parts ------------------------------------------------------------------------------------------------

    def slice(self, e: tree.Slice) -> tuple[str, int]:
        rows, columns = e.arg.shape
        row = None if e.row is None else self.index(e.row)
        column = None if e.column is None else self.index(e.column)
        arg = self.text(e.arg, _ATOM)
        if e.is_scalar:
            return f"{arg}[{'0' if rows == 1 else row}, {'0' if columns == 1 else column}]", _ATOM
        where = f"[{row}], :" if row is not None else f":, [{column}]" if column is not None else ":, :"
        return f"{arg}[{where}]", _ATOM

    def kronecker(self, e: tree.Kronecker) -> tuple[str, int]:
        return f"np.kron({self.text(e.left, _SUM)}, {self.text(e.right, _SUM)})", _ATOM

    def block(self, e: tree.Block) -> tuple[str, int]:
        cells = [self.text(cell, _SUM) for cell in e.cells]
        rows = (f"[{', '.join(cells[k : k + e.columns])}]" for k in range(0, len(cells), e.columns))
        return f"np.block([{', '.join(rows)}])", _ATOM

    def stack(self, e: tree.Stack) -> tuple[str, int]:
        join = {"rows": "np.vstack", "columns": "np.hstack", "diagonal": "np.diag"}[e.axis]
        return f"{join}([{self.bound(e.index, e.body)}])", _ATOM

    # Names ------------------------------------------------------------------------------------------------

    def reference(self, e: tree.Reference) -> tuple[str, int]:
        inside = [self.index(i) for i in e.indices] + [self.text(a, _SUM) for a in e.arguments]
        called = inside or e.name in self.code.functions
        return self.code.names.of(e.name) + (f"({', '.join(inside)})" if called else ""), _ATOM

    def apply(self, e: tree.Apply) -> tuple[str, int]:
        if e.order and not e.entrywise:
            raise NotWritten("primes of a function of many variables")
        name = self.code.names.of(e.name + "'" * e.order)
        return f"{name}({', '.join(self.text(a, _SUM) for a in e.arguments)})", _ATOM

    def differential(self, e: tree.Differential) -> tuple[str, int]:
        text = f"({self._jacobian(e)} @ np.ravel({self.text(e.increment, _SUM)}))"
        return f"{text}.item()" if e.is_scalar else f"{text}.reshape{self.code.shape(e.shape)}", _ATOM

    def _jacobian(self, e: tree.Derivative | tree.Differential) -> str:
        arg = self.text(e.arg, _SUM)
        called = isinstance(e.arg, tree.Reference) and arg.endswith("()")
        return f"jacobian({arg[:-2] if called else f'lambda: {arg}'}, {self._moved(e.target)})"

    def derivative(self, e: tree.Derivative) -> tuple[str, int]:
        if isinstance(e.variable, tree.Vec):
            raise NotWritten("a derivative by a vec, whose entries are in another order")
        text = self._jacobian(e)
        if e.shape == (1, 1):
            return f"{text}.item()", _ATOM
        if e.layout == "jacobian":
            return text, _ATOM
        turned = isinstance(e.variable, tree.Transpose) and e.target.row is None and e.target.column is None
        shape = e.shape[::-1] if turned else e.shape
        return f"{text}.reshape{self.code.shape(shape)}{'.T' if turned else ''}", _ATOM

    def _moved(self, target: tree.Target) -> str:
        """The array that is moved; of a family one member, of a pinned row or column a view."""
        text = self.code.moved[target.name]
        scalar = target.shape == (1, 1)
        if target.family:
            where = ", ".join(self.index(i) for i in target.family)
            text += f"[{where}, ...]" if scalar else f"[{where}]"
        if target.row is None and target.column is None:
            return text
        pins = [":" if pin is None else self._only(pin) for pin in (target.row, target.column)]
        return f"{text}[{', '.join(pins)}]"

    def _only(self, pin: Ix) -> str:
        return f"{self.index(pin)}:{self.index(pin)} + 1"


def _negates(e: Expr) -> bool:
    """Whether a term's code begins with a minus sign."""
    if isinstance(e, tree.Number):
        return e.value < 0
    first = e.factors[0] if isinstance(e, tree.Product) and len(e.factors) > 1 else None
    return isinstance(first, tree.Number) and first.value == -1


def _number(w: _Writer, e: tree.Number) -> tuple[str, int]:
    top, bottom = e.value.numerator, e.value.denominator
    text = str(top) if bottom == 1 else f"{top} / {bottom}"
    return text, _SUM if top < 0 else _ATOM if bottom == 1 else _PRODUCT


def _call(name: str) -> Callable[[_Writer, tree.Expr], tuple[str, int]]:
    """A function of the one subexpression."""
    return lambda w, e: (name.format(w.text(next(tree.children(e)), _SUM)), _ATOM)


def _elementwise(w: _Writer, e: tree.Elementwise) -> tuple[str, int]:
    form = _FUNCTIONS.get(e.function)
    if form is None:
        raise NotWritten(f"NumPy has no {e.function}")
    return form.format(w.text(e.arg, _SUM)), _ATOM if form.startswith("np.") else _PRODUCT


def _softmax(w: _Writer, e: tree.Softmax) -> tuple[str, int]:
    exponentials = f"np.exp({w.text(e.arg, _SUM)})"
    return f"{exponentials} / np.sum({exponentials})", _PRODUCT


def _shaped(form: str) -> Callable[[_Writer, tree.Expr], tuple[str, int]]:
    return lambda w, e: (form.format(w.code.shape(e.shape)), _ATOM)


_RULES: Mapping[type[Expr], Callable[..., tuple[str, int]]] = {
    tree.Number: _number,
    tree.Dimension: lambda w, e: (w.code.size(e.dim), _ATOM),
    tree.Symbol: lambda w, e: (w.code.names.of(e.name), _ATOM),
    tree.Reference: _Writer.reference,
    tree.Identity: lambda w, e: (f"np.eye({w.code.size(e.shape[0])})", _ATOM),
    tree.Ones: _shaped("np.ones({})"),
    tree.Zero: lambda w, e: ("0", _ATOM) if e.is_scalar else (f"np.zeros({w.code.shape(e.shape)})", _ATOM),
    tree.UnitVector: lambda w, e: (f"np.eye({w.code.size(e.shape[0])})[:, [{w.index(e.index)}]]", _ATOM),
    tree.Delta: lambda w, e: (f"float({w.index(e.first)} == {w.index(e.second)})", _ATOM),
    tree.Add: _Writer.add,
    tree.Product: _Writer.product,
    tree.Hadamard: _Writer.hadamard,
    tree.Quotient: _Writer.quotient,
    tree.Power: _Writer.power,
    tree.MatrixPower: lambda w, e: (f"np.linalg.matrix_power({w.text(e.base, _SUM)}, {e.exponent})", _ATOM),
    tree.SymbolicPower: lambda w, e: (
        f"np.linalg.matrix_power({w.text(e.base, _SUM)}, {w.text(e.exponent, _SUM)})",
        _ATOM,
    ),
    tree.Position: lambda w, e: (f"{w.index(e.index)} + 1", _SUM),
    tree.Inverse: _call("np.linalg.inv({})"),
    tree.Determinant: _call("np.linalg.det({})"),
    tree.Kronecker: _Writer.kronecker,
    tree.Vec: _call("np.reshape({}, (-1, 1), order='F')"),
    tree.Block: _Writer.block,
    tree.Softmax: _softmax,
    tree.Transpose: lambda w, e: (f"{w.text(e.arg, _ATOM)}.T", _ATOM),
    tree.Fill: lambda w, e: (f"np.full({w.code.shape(e.shape)}, {w.text(e.arg, _SUM)})", _ATOM),
    tree.Elementwise: _elementwise,
    tree.Apply: _Writer.apply,
    tree.Slice: _Writer.slice,
    tree.Trace: _call("np.trace({})"),
    tree.Diagonal: _call("np.diag(np.ravel({}))"),
    tree.DiagonalPart: _call("np.diag({})[:, None]"),
    tree.Sum: lambda w, e: (f"sum({w.bound(e.index, e.body)})", _ATOM),
    tree.Stack: _Writer.stack,
    tree.Derivative: _Writer.derivative,
    tree.Differential: _Writer.differential,
    tree.At: lambda w, e: (w.text(e.arg, _SUM), _SUM),
}


def polynomial_code(terms: Mapping[tuple[int, ...], int], entry: Callable[[int], str]) -> str:
    """Σ c · Π x_k, the entries written as `entry` says."""
    text = ""
    for monomial, c in terms.items():
        factors = [] if abs(c) == 1 and monomial else [str(abs(c))]
        for k in sorted(set(monomial)):
            power = list(monomial).count(k)
            factors.append(entry(k) if power == 1 else f"{entry(k)}**{power}")
        sign = ("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")
        text += sign + " * ".join(factors)
    return text or "0"


def broken(head: str, text: str, width: int = 100) -> list[str]:
    """A line `head text`; a long one broken before terms of the outermost sum in it.

    >>> broken("x = ", "a * (b + f(c) - d)", width=16)
    ['x = (', '    a * (b', '    + f(c)', '    - d)', ')']
    """
    if len(head) + len(text) <= width:
        return [head + text]
    signs: dict[int, list[int]] = {}
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if text[position : position + 3] in (" + ", " - "):
            signs.setdefault(depth, []).append(position)
    if not signs:
        return [head + text]
    cuts = [0]
    for position in signs[min(signs)]:
        if position - cuts[-1] > width // 4:
            cuts.append(position + 1)
    indent = " " * (len(head) - len(head.lstrip()))
    parts = [text[a:b].rstrip() for a, b in pairwise([*cuts, len(text)])]
    return [f"{head}(", *(f"{indent}    {part}" for part in parts), f"{indent})"]
