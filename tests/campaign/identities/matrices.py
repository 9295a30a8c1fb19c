"""Inverses and determinants; diagonal matrices, Kronecker products, blocks."""

from __future__ import annotations

from tests.campaign import trees as t
from tests.campaign.identities.setting import Setting, named
from tests.campaign.trees import Node, add, hadamard, minus, mul, quotient, transpose
from tests.campaign.worlds import POSITIVE, World

# Inverses, determinants -------------------------------------------------------------------------------------


def _sure(e: Node, world: World) -> bool:
    """Whether an expression is surely invertible."""
    if e.kind == "symbol":
        return world.structures.get(e.data) in ("positive definite", "orthogonal", "invertible")
    if e.kind in ("transpose", "inverse"):
        return _sure(e.parts[0], world)
    return e.kind == "mul" and all(_sure(part, world) for part in e.parts)


@named("(AB)⁻¹ = B⁻¹A⁻¹")
def _open_inverse(e: Node, setting: Setting) -> Node | None:
    if e.kind != "inverse":
        return None
    arg = e.parts[0]
    if arg.kind == "mul" and all(_sure(part, setting.world) for part in arg.parts):
        return mul(*(t.inverse(f) for f in reversed(arg.parts)))
    if arg.kind == "inverse":
        return arg.parts[0]
    if arg.kind == "transpose":
        return transpose(t.inverse(arg.parts[0]))
    return None


@named("Sherman and Morrison")
def _sherman_morrison(e: Node, setting: Setting) -> Node | None:
    if e.kind != "inverse" or e.parts[0].kind != "add" or len(e.parts[0].parts) != 2:
        return None
    base, update = e.parts[0].parts
    if base.kind != "symbol" or update.kind != "mul" or len(update.parts) != 2 or not update.parts[0].is_column:
        return None
    u, v = update.parts
    inner = t.inverse(base)
    return add(inner, minus(quotient(mul(inner, u, v, inner), add(t.ONE, mul(v, inner, u)))))


@named("an inverse is put in and taken out")
def _cancel(e: Node, setting: Setting) -> Node | None:
    if e.shape[0] != "n" or e.kind not in ("symbol", "mul", "add"):
        return None
    name = setting.world.named(setting.random.choice("PMN"))
    return mul(name, mul(t.inverse(name), e)) if setting.random.random() < 0.5 else mul(t.inverse(name), mul(name, e))


@named("determinants of products, transposes, inverses")
def _determinant(e: Node, setting: Setting) -> Node | None:
    if e.kind not in ("determinant", "log determinant"):
        return None
    arg = e.parts[0]
    if e.kind == "log determinant":
        return minus(t.scalar_of(e.kind, t.inverse(arg))) if arg.kind == "symbol" else None
    if arg.kind == "mul" and all(p.is_square for p in arg.parts):
        return mul(*(t.scalar_of(e.kind, p) for p in arg.parts))
    if arg.kind == "inverse":
        return quotient(t.ONE, t.scalar_of(e.kind, arg.parts[0]))
    if arg.kind == "transpose":
        return t.scalar_of(e.kind, arg.parts[0])
    if arg.kind == "symbol":
        draw = setting.random.random()
        if draw < 0.3:
            return t.scalar_of(e.kind, transpose(arg))
        if draw < 0.6 and arg.shape[0] == "n":
            name = setting.world.named(setting.random.choice("PMN"))
            return quotient(t.scalar_of(e.kind, mul(arg, name)), t.scalar_of(e.kind, name))
        scale = setting.world.named(setting.random.choice(POSITIVE))
        if arg.shape[0] == "n":
            return quotient(t.scalar_of(e.kind, mul(scale, arg)), t.power(scale, "n"))
    return None


# Diagonals, Kronecker products ------------------------------------------------------------------------------


@named("diagonal matrices")
def _diagonals(e: Node, setting: Setting) -> Node | None:
    if e.kind == "mul":
        for k, (a, b) in enumerate(zip(e.parts, e.parts[1:], strict=False)):
            if a.kind == "diagonal" and b.kind == "diagonal":
                merged = t.diagonal(hadamard(a.parts[0], b.parts[0]))
                return mul(*e.parts[:k], merged, *e.parts[k + 2 :])
            if a.kind == "diagonal" and b.is_column:
                return mul(*e.parts[:k], hadamard(a.parts[0], b), *e.parts[k + 2 :])
    if e.kind == "diagonal" and e.parts[0].kind == "add":
        return add(*map(t.diagonal, e.parts[0].parts))
    if e.kind == "diagonal" and e.parts[0].kind == "hadamard":
        return mul(*map(t.diagonal, e.parts[0].parts))
    if e.kind == "diagonal part" and e.parts[0].kind == "diagonal":
        return e.parts[0].parts[0]
    if e.kind == "diagonal part" and e.parts[0].kind == "mul":
        parts = e.parts[0].parts
        scale, chain = [p for p in parts if p.is_scalar], [p for p in parts if not p.is_scalar]
        if len(chain) == 2:
            other = hadamard(chain[0], transpose(chain[1]))
            return mul(*scale, mul(other, t.ones(other.shape[1]))) if other.shape[1] != "1" else mul(*scale, other)
    if e.kind == "diagonal part" and e.parts[0].kind == "add":
        return add(*map(t.diagonal_part, e.parts[0].parts))
    if e.kind == "hadamard" and e.is_column:
        return mul(t.diagonal(e.parts[0]), hadamard(*e.parts[1:]))
    if e.kind == "mul" and e.shape[1] != "1" and len(e.parts) == 2 and e.parts[0].is_column and e.parts[1].is_row:
        one = t.ones(e.shape[1])
        return mul(t.diagonal(e.parts[0]), mul(t.ones(e.shape[0]), transpose(one)), t.diagonal(transpose(e.parts[1])))
    return None


@named("Kronecker products and vec")
def _kronecker(e: Node, setting: Setting) -> Node | None:
    if e.kind == "vec" and e.parts[0].kind == "mul":
        parts = e.parts[0].parts
        scale, chain = [p for p in parts if p.is_scalar], [p for p in parts if not p.is_scalar]
        if any(p.shape[0] == "1" or p.shape[1] == "1" for p in chain) or len(chain) < 2:
            return None
        if len(chain) == 2:
            left, right = chain
            return mul(*scale, t.kronecker(t.identity(right.shape[1]), left), t.vec(right))
        return mul(*scale, t.kronecker(transpose(mul(*chain[2:])), chain[0]), t.vec(chain[1]))
    if e.kind == "vec" and e.parts[0].kind == "add":
        return add(*map(t.vec, e.parts[0].parts))
    if e.kind == "mul" and len(e.parts) == 2 and all(p.kind == "kronecker" for p in e.parts):
        (a, b), (c, d) = e.parts[0].parts, e.parts[1].parts
        if a.shape[1] == c.shape[0] and b.shape[1] == d.shape[0]:
            return t.kronecker(mul(a, c), mul(b, d))
    if e.kind == "kronecker" and any(p.kind == "add" for p in e.parts):
        a, b = e.parts
        if a.kind == "add":
            return add(*(t.kronecker(term, b) for term in a.parts))
        return add(*(t.kronecker(a, term) for term in b.parts))
    if e.kind == "inverse" and e.parts[0].kind == "kronecker":
        return t.kronecker(*map(t.inverse, e.parts[0].parts))
    return None


@named("products of blocks")
def _blocks(e: Node, setting: Setting) -> Node | None:
    if e.kind == "mul" and len(e.parts) == 2 and all(p.kind == "block" for p in e.parts):
        a, b = e.parts
        rows, inner, columns = len(a.parts) // a.data, a.data, b.data
        cells = [
            add(*(mul(a.parts[i * inner + k], b.parts[k * columns + j]) for k in range(inner)))
            for i in range(rows)
            for j in range(columns)
        ]
        return cells[0] if len(cells) == 1 else t.block(columns, *cells)
    if e.kind == "transpose" and e.parts[0].kind == "block":
        a = e.parts[0]
        rows = len(a.parts) // a.data
        return t.block(rows, *(transpose(a.parts[i * a.data + j]) for j in range(a.data) for i in range(rows)))
    if e.kind == "trace" and e.parts[0].kind == "block" and e.parts[0].data == 2:
        a = e.parts[0]
        return add(t.trace(a.parts[0]), t.trace(a.parts[3])) if a.parts[0].is_square else None
    return None
