"""e at x = 0: also where x stands in a definition, or is a declared scalar."""

from __future__ import annotations

import pytest

from symbn.core.equality import Proof, decide
from symbn.core.terms import NoRule
from symbn.expr import tree
from symbn.expr.context import Context, SymbolDeclaration
from symbn.expr.indexing import Indexing
from symbn.expr.places import indices_of


def symbol(name: str, rows: tree.Dim) -> tree.Symbol:
    return tree.Symbol(name=name, shape=(rows, 1))


def at_zero(e: tree.Expr) -> tree.At:
    return tree.At(arg=e, name="t", shape=e.shape)


@pytest.mark.parametrize("rows", ["n", 1])
@pytest.mark.parametrize("folded", [False, True])
def test_a_symbol_is_zero_wherever_it_stands(rows: tree.Dim, folded: bool) -> None:
    x, t = symbol("x", rows), symbol("t", rows)
    total = tree.Add(terms=(x, t), shape=(rows, 1))
    context = Context({"n": 1}, {name: SymbolDeclaration(name, (rows, 1)) for name in "xt"})
    if folded:
        context.definitions["z"] = tree.Definition("z", (), (), total, 1, "z")
    whole: tree.Expr = tree.Reference(name="z", shape=(rows, 1)) if folded else total
    indexing = Indexing(context)
    places = indices_of(whole.shape)

    def proved(left: tree.Expr, right: tree.Expr) -> bool:
        sides = (indexing.to_sum(side, *places) for side in (left, right))
        return isinstance(decide(*sides, indexing.theory), Proof)

    if folded and rows == 1:  # a coefficient of the definition's body: refused, never passed over
        with pytest.raises(NoRule):
            proved(at_zero(whole), whole)
        return
    assert proved(at_zero(whole), x)
    assert not proved(at_zero(whole), whole)
