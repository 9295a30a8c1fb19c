"""Entries, rows and columns, sums over indices, stacks."""

from __future__ import annotations

from tests.campaign import trees as t
from tests.campaign.identities.setting import Setting, named
from tests.campaign.trees import Node, add, mul, transpose

# Indices ----------------------------------------------------------------------------------------------------


@named("products and traces by entries")
def _by_entries(e: Node, setting: Setting) -> Node | None:
    if e.kind == "entry":
        return _open_entry(e, setting)
    if e.kind == "trace" and e.parts[0].kind != "mul":
        letter = setting.letter(e.parts[0].shape[0])
        if letter is None or e.parts[0].kind not in ("symbol", "reference", "hadamard"):
            return None
        return t.sum_over(letter, e.parts[0].shape[0], t.entry(e.parts[0], letter, letter))
    if e.kind == "mul" and e.is_scalar and len(e.parts) == 2 and e.parts[0].is_row:
        letter = setting.letter(e.parts[1].shape[0])
        if letter is None:
            return None
        a, b = transpose(e.parts[0]), e.parts[1]
        return t.sum_over(letter, b.shape[0], mul(t.entry(a, letter, None), t.entry(b, letter, None)))
    return None


def _open_entry(e: Node, setting: Setting) -> Node | None:
    arg, (i, j) = e.parts[0], e.data
    if arg.kind == "add":
        return add(*(t.entry(term, i, j) for term in arg.parts))
    if arg.kind == "transpose" and i is not None and j is not None:
        return t.entry(arg.parts[0], j, i)
    if arg.kind == "hadamard":
        return mul(*(t.entry(f, i, j) for f in arg.parts))
    if arg.kind == "identity" and i != j:
        return t.delta(i, j, arg.shape[0])
    if arg.kind == "mul":
        scale, chain = [p for p in arg.parts if p.is_scalar], [p for p in arg.parts if not p.is_scalar]
        if len(chain) == 1:
            return mul(*scale, t.entry(chain[0], i, j))
        rest = mul(*chain[1:])
        inner = chain[0].shape[1]
        if inner == "1":
            return mul(*scale, t.entry(chain[0], i, None), t.entry(rest, None, j) if rest.is_row else rest)
        letter = setting.letter(inner)
        if letter is None or chain[0].is_row:
            return None
        second = t.entry(rest, letter, j) if not rest.is_column else t.entry(rest, letter, None)
        return mul(*scale, t.sum_over(letter, inner, mul(t.entry(chain[0], i, letter), second)))
    if arg.kind in ("symbol", "reference") and i is not None and arg.is_column and setting.random.random() < 0.4:
        return mul(transpose(t.unit(i, arg.shape[0])), arg)
    if arg.kind == "symbol" and i is not None and j is not None and setting.random.random() < 0.4:
        return mul(transpose(t.unit(i, arg.shape[0])), arg, t.unit(j, arg.shape[1]))
    return None


@named("sums of rows and columns")
def _by_columns(e: Node, setting: Setting) -> Node | None:
    if e.kind == "mul" and len(e.parts) == 2 and all(p.kind in ("symbol", "reference") for p in e.parts):
        a, b = e.parts
        inner = a.shape[1]
        if inner == "1" or a.is_row or b.is_scalar or (a.kind, b.kind) == ("reference", "reference"):
            return None
        letter = setting.letter()
        if letter is None:
            return None
        if b.is_column:
            return t.sum_over(letter, inner, mul(t.entry(b, letter, None), t.column(a, letter)))
        return t.sum_over(letter, inner, mul(t.column(a, letter), t.row(b, letter)))
    if e.kind == "symbol" and e.is_column and setting.random.random() < 0.5:
        letter = setting.letter()
        if letter is not None:
            return t.sum_over(letter, e.shape[0], mul(t.entry(e, letter, None), t.unit(letter, e.shape[0])))
    return None


@named("sums: split, factors out, letters, order")
def _sums(e: Node, setting: Setting) -> Node | None:
    if e.kind != "sum":
        return None
    (index, dim), body = e.data, e.parts[0]
    draw = setting.random.random()
    if body.kind == "add" and draw < 0.7:
        return add(*(t.sum_over(index, dim, term) for term in body.parts))
    if index not in t.free_indices(body):
        return mul(t.size(dim), body)
    if body.kind == "sum" and draw < 0.5 and body.data[0] != index:
        return t.sum_over(*body.data, t.sum_over(index, dim, body.parts[0]))
    if body.kind == "mul" and draw < 0.7:
        out = [p for p in body.parts if p.is_scalar and index not in t.free_indices(p)]
        chain = [p for p in body.parts if not p.is_scalar]
        rest = [p for p in body.parts if p.is_scalar and index in t.free_indices(p)]
        if out:
            return mul(*out, t.sum_over(index, dim, mul(*rest, *chain)))
        if len(chain) > 1 and index not in t.free_indices(chain[0]):
            return mul(chain[0], t.sum_over(index, dim, mul(*rest, *chain[1:])))
        if len(chain) > 1 and index not in t.free_indices(chain[-1]):
            return mul(t.sum_over(index, dim, mul(*rest, *chain[:-1])), chain[-1])
    letter = setting.letter(dim)
    if letter is None:
        return None
    return t.sum_over(letter, dim, t.with_index(body, index, letter))


@named("a delta picks a term")
def _delta(e: Node, setting: Setting) -> Node | None:
    if e.kind == "entry" and e.data[0] is not None and e.data[1] is None and e.parts[0].kind == "symbol":
        letter = setting.letter()
        if letter is None:
            return None
        dim = e.parts[0].shape[0]
        return t.sum_over(letter, dim, mul(t.delta(e.data[0], letter, dim), t.entry(e.parts[0], letter, None)))
    return None


@named("columns are products with unit vectors, matrices stacks")
def _stacks(e: Node, setting: Setting) -> Node | None:
    if e.kind == "column":
        return mul(e.parts[0], t.unit(e.data, e.parts[0].shape[1]))
    if e.kind == "row":
        return mul(transpose(t.unit(e.data, e.parts[0].shape[0])), e.parts[0])
    if e.kind == "symbol" and "1" not in e.shape and setting.random.random() < 0.4:
        letter = setting.letter()
        if letter is None:
            return None
        if setting.random.random() < 0.5:
            return t.stack(letter, e.shape[0], t.row(e, letter), "rows")
        return t.stack(letter, e.shape[1], t.column(e, letter), "columns")
    if e.kind == "diagonal" and e.parts[0].kind == "symbol":
        letter = setting.letter()
        if letter is not None:
            return t.stack(letter, e.shape[0], t.entry(e.parts[0], letter, None), "diagonal")
    return None
