"""SymPy's assumptions taken into a context: predicates `Q.symmetric(A)`, relations `n >= 2`, conjunctions of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

import sympy
from sympy.assumptions import AppliedPredicate

from symbn.diagnostics import NoteError, fail
from symbn.expr import tree
from symbn.expr.context import Sign, Structure
from symbn.expr.shape import is_scalar, is_square
from symbn.expr.sympy_declarations import Declarations

_STRUCTURES: dict[Any, Structure] = {
    sympy.Q.symmetric: "symmetric",
    sympy.Q.positive_definite: "positive definite",
    sympy.Q.orthogonal: "orthogonal",
    sympy.Q.invertible: "invertible",
}
_SIGNS: dict[Any, Sign] = {
    sympy.Q.real: "real",
    sympy.Q.positive: "positive",
    sympy.Q.negative: "negative",
    sympy.Q.nonnegative: "nonnegative",
    sympy.Q.nonpositive: "nonpositive",
    sympy.Q.nonzero: "nonzero",
}
_RELATIONS: dict[Any, Sign] = {
    sympy.StrictGreaterThan: "positive",
    sympy.StrictLessThan: "negative",
    sympy.GreaterThan: "nonnegative",
    sympy.LessThan: "nonpositive",
    sympy.Unequality: "nonzero",
}


def assume(assumptions: Any, names: Declarations) -> None:
    """Adds one assumption or several.  Raises NoteError (E198) for one that symbn cannot use."""
    if isinstance(assumptions, Iterable) and not isinstance(assumptions, sympy.Basic):
        for one in assumptions:
            assume(one, names)
        return
    one = sympy.sympify(assumptions, strict=True)
    if one == sympy.true:
        return
    if isinstance(one, sympy.And):
        assume(one.args, names)
    elif isinstance(one, AppliedPredicate) and len(one.arguments) == 1:
        _predicate(one, names)
    elif type(one) in _RELATIONS:
        _relation(one, names)
    else:
        raise _unusable(one)


def _unusable(assumption: Any) -> NoteError:
    return fail(
        "E198",
        f"symbn cannot assume {assumption}",
        help="Q.symmetric, Q.positive_definite, Q.orthogonal or Q.invertible of a matrix, x > 0 of a scalar, n >= 2",
    )


def _predicate(one: Any, names: Declarations) -> None:
    (about,) = one.arguments
    if one.function in _STRUCTURES and isinstance(about, sympy.MatrixSymbol):
        shape = names.matrix_symbol(about).shape
        if is_square(shape) and not is_scalar(shape):
            declared = names.context.symbols[about.name]
            structure = _STRUCTURES[one.function]
            if declared.structure not in ("general", structure):
                raise fail("E198", f"two structures of one matrix, {declared.structure} and {structure}")
            names.context.symbols[about.name] = replace(declared, structure=structure)
            return
    elif one.function in _SIGNS and isinstance(about, sympy.Symbol):
        _sign(about, _SIGNS[one.function], names)
        return
    raise _unusable(one)


def _relation(one: Any, names: Declarations) -> None:
    """symbol against number: a sign, or the least value of a size."""
    symbol, bound = one.lhs, one.rhs
    if isinstance(bound, sympy.Symbol):
        one = one.reversed
        symbol, bound = one.lhs, one.rhs
    if not isinstance(symbol, sympy.Symbol) or not bound.is_Rational:
        raise _unusable(one)
    read = names.symbol(symbol)
    if isinstance(read, tree.Dimension):
        least = _least(one, Fraction(int(bound.p), int(bound.q)))
        if least is None:
            raise _unusable(one)
        names.context.dimensions[symbol.name] = max(least, names.context.dimensions[symbol.name])
    elif bound == 0:
        _sign(symbol, _RELATIONS[type(one)], names)
    else:
        raise _unusable(one)


def _least(one: Any, bound: Fraction) -> int | None:
    """The least integer that n > bound or n ≥ bound allows."""
    if isinstance(one, sympy.StrictGreaterThan):
        return floor(bound) + 1
    return ceil(bound) if isinstance(one, sympy.GreaterThan) else None


def _sign(symbol: Any, sign: Sign, names: Declarations) -> None:
    if isinstance(names.symbol(symbol), tree.Dimension):
        if sign not in ("real", "positive", "nonnegative", "nonzero"):
            raise _unusable(symbol)
        return
    declared = names.context.symbols[symbol.name]
    known = declared.sign
    if "real" in (known, sign) or known == sign:
        stronger = sign if known == "real" else known
    elif {known, sign} == {"nonnegative", "nonzero"} or {known, sign} == {"nonnegative", "positive"}:
        stronger = "positive"
    elif {known, sign} == {"nonpositive", "nonzero"} or {known, sign} == {"nonpositive", "negative"}:
        stronger = "negative"
    elif {known, sign} in ({"nonzero", "positive"}, {"nonzero", "negative"}):
        stronger = sign if known == "nonzero" else known
    else:
        raise fail("E198", f"`{symbol.name}` is {known} and {sign} besides")
    names.context.symbols[symbol.name] = replace(declared, sign=stronger)
