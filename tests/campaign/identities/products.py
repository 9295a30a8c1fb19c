"""Sums, products, quotients, powers; transposes and traces."""

from __future__ import annotations

from fractions import Fraction

from tests.campaign import trees as t
from tests.campaign.identities.setting import Setting, named
from tests.campaign.trees import Node, add, hadamard, minus, mul, quotient, transpose
from tests.campaign.worlds import POSITIVE

# Sums and products ------------------------------------------------------------------------------------------


@named("a product distributes over a sum")
def _distribute(e: Node, setting: Setting) -> Node | None:
    if e.kind not in ("mul", "hadamard"):
        return None
    sums = [k for k, f in enumerate(e.parts) if f.kind == "add"]
    if not sums:
        return None
    k = setting.random.choice(sums)
    build = mul if e.kind == "mul" else hadamard
    return add(*(build(*e.parts[:k], term, *e.parts[k + 1 :]) for term in e.parts[k].parts))


@named("a common factor is taken out")
def _factor(e: Node, setting: Setting) -> Node | None:
    if e.kind != "add":
        return None
    a, b = e.parts[:2]
    if a.kind != "mul" or b.kind != "mul":
        return None
    left, right = [p for p in a.parts if not p.is_scalar], [p for p in b.parts if not p.is_scalar]
    scales = [mul(t.ONE, *(p for p in f.parts if p.is_scalar)) for f in (a, b)]
    if len(left) < 2 or len(right) < 2:
        return None
    if left[0] == right[0]:
        common = mul(left[0], add(mul(scales[0], *left[1:]), mul(scales[1], *right[1:])))
    elif left[-1] == right[-1]:
        common = mul(add(mul(scales[0], *left[:-1]), mul(scales[1], *right[:-1])), left[-1])
    else:
        return None
    return add(common, *e.parts[2:])


@named("the order of a sum's terms is free")
def _shuffle(e: Node, setting: Setting) -> Node | None:
    if e.kind not in ("add", "hadamard"):
        return None
    parts = list(e.parts)
    setting.random.shuffle(parts)
    return add(*parts) if e.kind == "add" else hadamard(*parts)


@named("the order of scalar factors is free")
def _move_scalars(e: Node, setting: Setting) -> Node | None:
    if e.kind != "mul":
        return None
    scale = [p for p in e.parts if p.is_scalar and p.kind != "number"]
    numbers = [p for p in e.parts if p.kind == "number"]
    chain = [p for p in e.parts if not p.is_scalar]
    if not scale or (not chain and len(scale) < 2):
        return None
    setting.random.shuffle(scale)
    return mul(*numbers, *chain, *scale) if setting.random.random() < 0.3 else mul(*numbers, *scale, *chain)


@named("a term is added and taken away")
def _add_and_subtract(e: Node, setting: Setting) -> Node | None:
    if "*" in e.shape[0] or "+" in e.shape[0] or "*" in e.shape[1] or "+" in e.shape[1]:
        return None
    term = setting.grower().grow(e.shape, 2)
    return add(add(e, term), minus(term))


@named("twice is the sum with itself")
def _double(e: Node, setting: Setting) -> Node | None:
    if e.kind == "mul" and e.parts[0].kind == "number" and e.parts[0].data == 2:
        rest = mul(*e.parts[1:])
        return add(rest, rest)
    if e.kind == "number" and e.data.denominator == 1 and 1 < e.data < 5:
        return add(t.ONE, t.number(e.data - 1))
    return None


@named("a square is a product")
def _square(e: Node, setting: Setting) -> Node | None:
    if e.kind == "power" and isinstance(e.data, Fraction) and e.data.denominator == 1 and e.data >= 2:
        base = e.parts[0]
        return hadamard(base, t.power(base, e.data - 1))
    if e.kind == "matrix power" and isinstance(e.data[0], int) and e.data[0] >= 2:
        return (
            mul(e.parts[0], t.matrix_power(e.parts[0], e.data[0] - 1)) if e.data[0] > 2 else mul(e.parts[0], e.parts[0])
        )
    if e.kind == "matrix power" and isinstance(e.data[0], str):
        base, (exponent, more) = e.parts[0], e.data
        if more >= 0 and setting.random.random() < 0.5:
            return mul(base, t.matrix_power(base, exponent, more - 1))
        return mul(t.matrix_power(base, exponent, more - 1), base) if more >= 0 else None
    return None


@named("a square of a sum is opened")
def _binomial(e: Node, setting: Setting) -> Node | None:
    if e.kind != "power" or e.data != 2 or e.parts[0].kind != "add":
        return None
    first, rest = e.parts[0].parts[0], add(*e.parts[0].parts[1:])
    return add(t.power(first, 2), mul(t.TWO, hadamard(first, rest)), t.power(rest, 2))


@named("a quotient is a product with the inverse")
def _quotient(e: Node, setting: Setting) -> Node | None:
    if e.kind != "quotient":
        return None
    above, below = e.parts
    if below.is_scalar:
        return mul(t.power(below, -1), above) if setting.random.random() < 0.5 else mul(quotient(t.ONE, below), above)
    return hadamard(above, quotient(t.ones(below.shape[0]), below)) if below.is_column else None


@named("a sum over a denominator is split")
def _split_quotient(e: Node, setting: Setting) -> Node | None:
    if e.kind != "quotient" or e.parts[0].kind != "add":
        return None
    return add(*(quotient(term, e.parts[1]) for term in e.parts[0].parts))


@named("a quotient is widened")
def _widen(e: Node, setting: Setting) -> Node | None:
    if e.kind != "quotient" or not e.parts[1].is_scalar:
        return None
    by = setting.world.named(setting.random.choice(POSITIVE))
    return quotient(mul(by, e.parts[0]), mul(by, e.parts[1]))


@named("powers of one base")
def _powers(e: Node, setting: Setting) -> Node | None:
    if e.kind != "power" or isinstance(e.data, str) or not e.is_scalar:
        return None
    if e.data.denominator == 2 and e.data != Fraction(1, 2):
        return mul(t.power(e.parts[0], e.data - Fraction(1, 2)), t.power(e.parts[0], Fraction(1, 2)))
    if e.data == Fraction(1, 2):
        return quotient(e.parts[0], e)
    return quotient(t.ONE, t.power(e.parts[0], -e.data)) if e.data < 0 else None


# Transposes, traces -----------------------------------------------------------------------------------------


@named("(AB)ᵀ = BᵀAᵀ, (A + B)ᵀ = Aᵀ + Bᵀ")
def _open_transpose(e: Node, setting: Setting) -> Node | None:
    if e.kind != "transpose":
        return None
    arg = e.parts[0]
    if arg.kind == "mul":
        return mul(*(transpose(f) for f in reversed(arg.parts)))
    if arg.kind == "add":
        return add(*map(transpose, arg.parts))
    if arg.kind == "hadamard":
        return hadamard(*map(transpose, arg.parts))
    if arg.kind == "inverse":
        return t.inverse(transpose(arg.parts[0]))
    if arg.kind == "kronecker":
        return t.kronecker(*map(transpose, arg.parts))
    if arg.kind == "sum":
        return t.sum_over(*arg.data, transpose(arg.parts[0]))
    if arg.kind in ("diagonal", "hessian", "covariance"):
        return arg
    if arg.kind in ("function", "unknown"):
        return Node(arg.kind, e.shape, (transpose(arg.parts[0]),), arg.data)
    return None


@named("a transpose of the transpose")
def _close_transpose(e: Node, setting: Setting) -> Node | None:
    if e.kind != "mul" or e.is_scalar:
        return None
    return Node("transpose", e.shape, (mul(*(transpose(f) for f in reversed(e.parts))),))


@named("a scalar is its transpose")
def _scalar_transpose(e: Node, setting: Setting) -> Node | None:
    if e.kind == "mul" and e.is_scalar and not any(p.is_scalar for p in e.parts):
        return mul(*(transpose(f) for f in reversed(e.parts)))
    return None


@named("declared structure: symmetric, orthogonal")
def _structure(e: Node, setting: Setting) -> Node | None:
    structure = setting.world.structures
    if e.kind == "transpose" and e.parts[0].kind == "symbol":
        kind = structure.get(e.parts[0].data)
        if kind in ("symmetric", "positive definite"):
            return e.parts[0]
        if kind == "orthogonal":
            return t.inverse(e.parts[0])
    if e.kind == "symbol" and structure.get(e.data) in ("symmetric", "positive definite"):
        return transpose(e)
    if e.kind == "inverse" and e.parts[0].kind == "symbol" and structure.get(e.parts[0].data) == "orthogonal":
        return transpose(e.parts[0])
    if e.kind == "identity" and e.shape[0] == "n":
        name = setting.world.named(setting.random.choice("QQPMN"))
        if name.data == "Q":
            pair = [name, transpose(name)]
            setting.random.shuffle(pair)
            return mul(*pair)
        pair = [name, t.inverse(name)]
        setting.random.shuffle(pair)
        return mul(*pair)
    return None


@named("an identity is put in")
def _put_identity(e: Node, setting: Setting) -> Node | None:
    if e.is_scalar or e.shape[0] not in ("n", "m", "p") or e.kind == "identity":
        return None
    return mul(t.identity(e.shape[0]), e)


@named("an identity is left out")
def _drop_identity(e: Node, setting: Setting) -> Node | None:
    if e.kind != "mul" or not any(p.kind == "identity" for p in e.parts):
        return None
    rest = [p for p in e.parts if p.kind != "identity"]
    return mul(*rest) if any(not p.is_scalar for p in rest) else None


@named("tr(AB) = tr(BA), tr Aᵀ = tr A, tr(A + B) = tr A + tr B")
def _trace(e: Node, setting: Setting) -> Node | None:
    if e.kind != "trace":
        return None
    arg = e.parts[0]
    if arg.kind == "add":
        return add(*map(t.trace, arg.parts))
    if arg.kind == "transpose":
        return t.trace(arg.parts[0])
    if arg.kind == "identity":
        return t.size(arg.shape[0])
    if arg.kind == "kronecker" and all(part.is_square for part in arg.parts):
        return mul(*map(t.trace, arg.parts))
    if arg.kind == "mul":
        scale, chain = [p for p in arg.parts if p.is_scalar], [p for p in arg.parts if not p.is_scalar]
        if setting.random.random() < 0.3:
            return t.trace(transpose(arg))
        if scale and setting.random.random() < 0.5:
            return mul(*scale, t.trace(mul(*chain)))
        if len(chain) > 1:
            k = setting.random.randint(1, len(chain) - 1)
            turned = [*chain[k:], *chain[:k]]
            return mul(*scale, t.trace(mul(*turned)))
    return None


@named("a scalar is its trace")
def _into_trace(e: Node, setting: Setting) -> Node | None:
    if e.kind != "mul" or not e.is_scalar or any(p.is_scalar for p in e.parts) or len(e.parts) < 2:
        return None
    return t.trace(mul(*e.parts[1:], e.parts[0]))


@named("norms and inner products")
def _norms(e: Node, setting: Setting) -> Node | None:
    if e.kind == "power" and e.data == 2 and e.parts[0].kind == "norm":
        v = e.parts[0].parts[0]
        if v.shape[1] == "1":
            return mul(transpose(v), v)
        return t.trace(mul(transpose(v), v)) if setting.random.random() < 0.5 else t.inner(v, v)
    if e.kind == "norm":
        return t.power(t.power(e, 2), Fraction(1, 2))
    if e.kind == "inner":
        a, b = e.parts
        if a.shape[1] == "1":
            return mul(transpose(b), a)
        return t.trace(mul(transpose(a), b)) if setting.random.random() < 0.5 else t.inner(b, a)
    if e.kind == "mul" and e.is_scalar and len(e.parts) == 2 and e.parts[0].is_row:
        return t.inner(transpose(e.parts[0]), e.parts[1])
    return None
