r"""Typed expressions as LaTeX, in the author's own names; what is printed reads back as the same expression."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from symbn.expr import tree
from symbn.expr.build import is_increment
from symbn.expr.reindexing import with_indices
from symbn.expr.tree import Expr, Ix

_SUM, _PRODUCT, _FACTOR, _ATOM = range(4)


_NUMBERED = re.compile(r"\^\{([(\[])\\cdot([)\]])\}_\{([^{}]*)\}")


def to_latex(e: Expr) -> str:
    """The expression as LaTeX."""
    return _latex(e)[0]


def index_latex(index: Ix) -> str:
    if isinstance(index, tree.IndexVar):
        return "k" if index.name.startswith("·") else index.name
    return str(index.value)


def dim_latex(dim: tree.Dim) -> str:
    r"""A size: n, m n, m + p."""
    match dim:
        case tree.DimProduct():
            text = dim_latex(dim.factors[0])
            for factor in dim.factors[1:]:
                text += rf" \cdot {factor}" if isinstance(factor, int) else f" {dim_latex(factor)}"
            return text
        case tree.DimSum():
            return " + ".join(map(dim_latex, dim.parts))
    return _as_word(str(dim))


def _as_word(name: str) -> str:
    r"""A name of several letters in one font, \mathrm{ddof}: without it each letter is a factor."""
    return rf"\mathrm{{{name}}}" if len(name) > 1 and name.isalpha() else name


def name_latex(name: str) -> str:
    """A symbol's or definition's name; a defined function's parameter without its definition's key."""
    plain = name.split("@")[0].removesuffix("_")
    return _NUMBERED.sub(r"^{\1\3\2}", plain)


def _in(e: Expr, level: int) -> str:
    text, own = _latex(e)
    return text if own >= level else rf"\left( {text} \right)"


def _superscriptable(e: Expr) -> str:
    """What a superscript can be put on: Σ^{-1} and W^{(1)} in parentheses, as TeX has no double superscripts."""
    text = _in(e, _ATOM)
    named = isinstance(e, tree.Symbol | tree.Reference) and "^" in name_latex(e.name)
    return rf"\left( {text} \right)" if named else text


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1:
        return str(value), _ATOM if value >= 0 else _SUM
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}", _FACTOR if value >= 0 else _SUM


def _latex(e: Expr) -> tuple[str, int]:
    match e:
        case tree.Number():
            return _number(e.value)
        case tree.Dimension():
            return dim_latex(e.dim), _ATOM
        case tree.Symbol():
            # A d reaches over the product behind it, so that an increment stands in parentheses there.
            return _as_word(name_latex(e.name)), _PRODUCT if is_increment(e) else _ATOM
        case tree.Reference():
            indices = f"_{{{''.join(map(index_latex, e.indices))}}}" if e.indices else ""
            name = name_latex(e.name)
            name = rf"\operatorname{{{name}}}" if len(name) > 1 and name.isalpha() else name
            arguments = f"({', '.join(map(to_latex, e.arguments))})" if e.arguments else ""
            return name + indices + arguments, _ATOM
        case tree.Identity():
            return f"I_{{{dim_latex(e.shape[0])}}}", _ATOM
        case tree.Ones():
            rows, columns = (f"({s})" if " + " in s else s for s in map(dim_latex, e.shape))
            size = dim_latex(e.shape[0]) if e.shape[1] == 1 else rf"{rows} \times {columns}"
            return rf"\mathbf{{1}}_{{{size}}}", _ATOM
        case tree.Zero():
            return "0", _ATOM
        case tree.UnitVector():
            return f"e_{{{index_latex(e.index)}}}", _ATOM
        case tree.Delta():
            return rf"\delta_{{{index_latex(e.first)}{index_latex(e.second)}}}", _ATOM
        case tree.Add():
            whole = _total_differential(e)
            return _latex(whole) if whole is not None else (_add(e), _SUM)
        case tree.Product():
            return _product(e)
        case tree.Hadamard():
            return r" \odot ".join(_in(f, _FACTOR) for f in e.factors), _PRODUCT
        case tree.Quotient():
            return rf"\frac{{{to_latex(e.numerator)}}}{{{to_latex(e.denominator)}}}", _FACTOR
        case tree.Power():
            return _power(e)
        case tree.MatrixPower():
            if isinstance(e.base, tree.Inverse):
                return f"{_superscriptable(e.base.arg)}^{{-{e.exponent}}}", _FACTOR
            return f"{_superscriptable(e.base)}^{{{e.exponent}}}", _FACTOR
        case tree.SymbolicPower():
            if isinstance(e.base, tree.Inverse):
                return f"{_superscriptable(e.base.arg)}^{{{_negated(e.exponent)}}}", _FACTOR
            return f"{_superscriptable(e.base)}^{{{to_latex(e.exponent)}}}", _FACTOR
        case tree.Position():
            return index_latex(e.index), _ATOM
        case tree.Inverse():
            return f"{_superscriptable(e.arg)}^{{-1}}", _FACTOR
        case tree.Determinant():
            return rf"\det\left( {to_latex(e.arg)} \right)", _ATOM
        case tree.Kronecker():
            return rf"{_in(e.left, _FACTOR)} \otimes {_in(e.right, _FACTOR)}", _PRODUCT
        case tree.Vec():
            return rf"\operatorname{{vec}}\left( {to_latex(e.arg)} \right)", _ATOM
        case tree.Block():
            return _block(e), _ATOM
        case tree.Transpose():
            if isinstance(e.arg, tree.Inverse):
                return rf"{_superscriptable(e.arg.arg)}^{{-\top}}", _FACTOR
            return rf"{_superscriptable(e.arg)}^{{\top}}", _FACTOR
        case tree.Fill():
            return _latex(e.arg)
        case tree.Elementwise():
            return _elementwise(e), _ATOM
        case tree.Softmax():
            return rf"\operatorname{{softmax}}\left( {to_latex(e.arg)} \right)", _ATOM
        case tree.Expectation():
            return rf"\mathbb{{E}}\left[ {to_latex(e.arg)} \right]", _ATOM
        case tree.Apply():
            return f"{_as_word(name_latex(e.name))}{chr(39) * e.order}({', '.join(map(to_latex, e.arguments))})", _ATOM
        case tree.Slice():
            return _slice(e), _ATOM
        case tree.Trace():
            return rf"\operatorname{{tr}}\left( {to_latex(e.arg)} \right)", _ATOM
        case tree.Diagonal() | tree.DiagonalPart():
            return rf"\operatorname{{diag}}\left( {to_latex(e.arg)} \right)", _ATOM
        case tree.Sum():
            return rf"\sum{_range(e)} {_in(e.body, _PRODUCT)}", _SUM
        case tree.Stack():
            return _stack(e), _ATOM
        case tree.Derivative():
            if e.layout == "gradient":
                return rf"\nabla_{{{to_latex(e.variable)}}} {_in(e.arg, _FACTOR)}", _PRODUCT
            if len(to_latex(e.arg)) > 20:
                return rf"\frac{{\partial}}{{\partial {to_latex(e.variable)}}} {_in(e.arg, _FACTOR)}", _PRODUCT
            return rf"\frac{{\partial {_in(e.arg, _FACTOR)}}}{{\partial {to_latex(e.variable)}}}", _FACTOR
        case tree.Differential():
            inside = to_latex(e.arg) if _latex(e.arg)[1] == _ATOM else rf"\left( {to_latex(e.arg)} \right)"
            return rf"\mathrm{{d}} {inside}", _PRODUCT
        case tree.At():
            return rf"{_in(e.arg, _ATOM)}\big|_{{{name_latex(e.name)} = 0}}", _FACTOR
    raise TypeError(f"no rule to print {type(e).__name__}")


def _negated(exponent: Expr) -> str:
    text, level = _latex(exponent)
    return f"-{text}" if level >= _PRODUCT else rf"-\left( {text} \right)"


def _range(e: tree.Sum) -> str:
    """The index of a sum; with its range where it is a number in the body, or picks no entry there: that tells none."""
    name = index_latex(e.index)
    nodes = list(tree.walk(e.body))
    counts = any(isinstance(node, tree.Position) and node.index == e.index for node in nodes)
    picks = any(isinstance(node, tree.Slice) and e.index in (node.row, node.column) for node in nodes)
    picks = picks or any(isinstance(node, tree.Reference) and e.index in node.indices for node in nodes)
    return f"_{{{name}}}" if picks and not counts else f"_{{{name}=1}}^{{{dim_latex(e.index.dim)}}}"


def _total_differential(e: tree.Add) -> tree.Differential | None:
    """d f, of a sum of the differentials of one f by each of the names that vary."""
    first = e.terms[0]
    if not isinstance(first, tree.Differential):
        return None
    return first if all(isinstance(term, tree.Differential) and term.arg == first.arg for term in e.terms) else None


def _add(e: tree.Add) -> str:
    text = ""
    for term in e.terms:
        sign, body = _signed(term.arg if isinstance(term, tree.Fill) else term)
        part = _in(body, _PRODUCT)
        text = (part if sign == "+" else f"-{part}") if not text else f"{text} {sign} {part}"
    return text


def _signed(term: Expr) -> tuple[str, Expr]:
    """A term's sign, and the term without it."""
    if isinstance(term, tree.Number) and term.value < 0:
        return "-", replace(term, value=-term.value)
    if isinstance(term, tree.Product) and isinstance(term.factors[0], tree.Number) and term.factors[0].value < 0:
        first, *rest = term.factors
        assert isinstance(first, tree.Number)
        kept = rest if first.value == -1 and rest else [replace(first, value=-first.value), *rest]
        return "-", kept[0] if len(kept) == 1 else replace(term, factors=tuple(kept))
    return "+", term


def _product(e: tree.Product) -> tuple[str, int]:
    first, *rest = e.factors
    if isinstance(first, tree.Number) and first.value == -1 and rest:
        return "-" + " ".join(_in(f, _FACTOR) for f in rest), _SUM
    parts = [_in(f, _FACTOR) for f in e.factors[:-1]]
    last = e.factors[-1]
    parts.append(_in(last, _FACTOR if isinstance(last, tree.Hadamard | tree.Kronecker) else _PRODUCT))
    text = parts[0]
    for before, part in pairwise(parts):
        text += (r" \cdot " if before[-1:].isdigit() and part[:1].isdigit() else " ") + part
    return text, _PRODUCT


_OPERATOR_NAMES = frozenset(["abs", "relu", "sigmoid", "sign", "softplus"])
"""Functions for which TeX has no command."""


def _elementwise(e: tree.Elementwise) -> str:
    r"""\exp(a), |a|; of a square matrix \exp^{\odot}(A), as \exp(A) could be another function of it."""
    inside = to_latex(e.arg)
    is_matrix = 1 not in e.shape
    if e.function == "abs" and not is_matrix and "|" not in inside:
        return rf"\left| {inside} \right|"
    if e.function in _OPERATOR_NAMES:
        return rf"\operatorname{{{e.function}}}\left( {inside} \right)"
    over_entries = r"^{\odot}" if is_matrix and e.shape[0] == e.shape[1] else ""
    return rf"\{e.function}{over_entries}\left( {inside} \right)"


def _block(e: tree.Block) -> str:
    rows = (e.cells[k : k + e.columns] for k in range(0, len(e.cells), e.columns))
    inside = r" \\ ".join(" & ".join(map(to_latex, row)) for row in rows)
    return rf"\begin{{pmatrix}} {inside} \end{{pmatrix}}"


def _power(e: tree.Power) -> tuple[str, int]:
    exponent = e.exponent.value if isinstance(e.exponent, tree.Number) else None
    if exponent == Fraction(1, 2):
        return rf"\sqrt{{{to_latex(e.base)}}}", _FACTOR
    if exponent is not None and exponent.numerator == 1 and exponent > 0 and exponent != 1:
        return rf"\sqrt[{exponent.denominator}]{{{to_latex(e.base)}}}", _FACTOR
    dot = "" if e.base.is_scalar else r"\odot "
    shown = f"{exponent.numerator}/{exponent.denominator}" if exponent and exponent.denominator != 1 else None
    base = _superscriptable(e.base)
    if isinstance(e.base, tree.Trace) and not (exponent and exponent > 0 and exponent.denominator == 1):
        base = rf"\left( {base} \right)"  # tr(M)^{-1} may be read as the trace of M⁻¹
    return f"{base}^{{{dot}{shown or to_latex(e.exponent)}}}", _FACTOR


def _slice(e: tree.Slice) -> str:
    rows, columns = e.arg.shape
    if e.row is not None and e.column is not None:
        where = index_latex(e.row) + index_latex(e.column)
    elif columns == 1 or rows == 1:
        index = e.row if e.row is not None else e.column
        assert index is not None
        where = index_latex(index)
    else:
        where = f"{index_latex(e.row)}:" if e.row is not None else f":{index_latex(e.column)}" if e.column else ":"
    inside = to_latex(e.arg)
    simple = isinstance(e.arg, (tree.Symbol, tree.Reference)) and "_" not in inside and not is_increment(e.arg)
    return f"{inside}_{{{where}}}" if simple else rf"\left( {inside} \right)_{{{where}}}"


def _stack(e: tree.Stack) -> str:
    first = to_latex(with_indices(e.body, {e.index.name: tree.IndexConst(1, e.index.dim)}))
    value = e.index.dim if isinstance(e.index.dim, str | int) else "?"
    last = to_latex(with_indices(e.body, {e.index.name: tree.IndexConst(value, e.index.dim)}))
    if e.axis == "diagonal":
        return rf"\operatorname{{diag}}\left( {first}, \ldots, {last} \right)"
    between = r" \\ \vdots \\ " if e.axis == "rows" else r" & \cdots & "
    return rf"\begin{{pmatrix}} {first}{between}{last} \end{{pmatrix}}"
