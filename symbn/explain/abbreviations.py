"""Parts of an expression named for a while, so that a derivative comes out in the author's own terms.

    C y / √(yᵀ C y + ε)   with  a := I − 𝟏𝟏ᵀ/n  (for C)  and  b := yᵀ a y + ε   is differentiated as   a y / √b

What is rooted or divided by, sums of matrices, and what a function is applied to entry by entry is named; the
core keeps names folded, and `written_out` puts the parts back.
"""

from __future__ import annotations

from dataclasses import fields, replace

from symbn.explain.notation import rebuilt
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.tree import Expr


class Abbreviations:
    """The names given within a copy of a context."""

    def __init__(self, context: Context) -> None:
        self.context = Context(
            dict(context.dimensions), dict(context.symbols), dict(context.functions), dict(context.definitions)
        )
        self._keys: dict[Expr, str] = {}
        self._parts: dict[str, Expr] = {}
        self._rank = max((d.rank for d in context.definitions.values()), default=0)

    def abbreviated(self, e: Expr) -> Expr:
        """e with its nameable parts as references, the innermost first; what is differentiated or set to 0 stays."""
        if isinstance(e, tree.At | tree.Derivative):
            return e
        e = rebuilt(e, self.abbreviated)
        match e:
            case tree.Power() if not _is_natural(e.exponent):
                return replace(e, base=self._named(e.base))
            case tree.Quotient():
                return replace(e, denominator=self._denominator(e.denominator))
            case tree.Elementwise() if not e.is_scalar:
                return replace(e, arg=self._named(e.arg))
            case tree.Add() if not e.is_scalar:
                return self._named(e)
        return e

    def _denominator(self, e: Expr) -> Expr:
        if isinstance(e, tree.Product) and all(f.is_scalar for f in e.factors):
            return replace(e, factors=tuple(map(self._denominator, e.factors)))
        return e if isinstance(e, tree.Power) else self._named(e)

    def _named(self, e: Expr) -> Expr:
        if isinstance(e, tree.Reference | tree.Symbol) or free_indices(e) or not _holds_names(e):
            return e
        if e not in self._keys:
            self._rank += 1
            key = f"#{self._rank}"
            self._keys[e], self._parts[key] = key, e
            self.context.definitions[key] = tree.Definition(key, (), (), e, self._rank, key)
        return tree.Reference(name=self._keys[e], shape=e.shape)

    def written_out(self, e: Expr) -> Expr:
        """e with every name that was given here replaced by what it stands for."""
        if isinstance(e, tree.Reference) and e.name in self._parts:
            return self.written_out(self._parts[e.name])
        return rebuilt(e, self.written_out)


def _is_natural(exponent: Expr) -> bool:
    return isinstance(exponent, tree.Number) and exponent.value.denominator == 1 and exponent.value >= 0


def _holds_names(e: Expr) -> bool:
    """Whether it is more than a rational function of sizes and numbers."""
    return any(
        not isinstance(n, tree.Number | tree.Dimension | tree.Add | tree.Product | tree.Quotient | tree.Power)
        for n in tree.walk(e)
    )


def free_indices(e: Expr) -> frozenset[str]:
    """The indices of an expression that no sum or stack in it binds."""
    own: set[str] = set()
    for field in fields(e):
        value = getattr(e, field.name)
        if field.name == "target":
            value = (*value.family, value.row, value.column)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, tree.IndexVar):
                own.add(one.name)
    inside = frozenset(own).union(*map(free_indices, tree.children(e)))
    return inside - {e.index.name} if isinstance(e, tree.Sum | tree.Stack) else inside
