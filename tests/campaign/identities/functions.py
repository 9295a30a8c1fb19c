"""Known functions, definitions, means, derivatives."""

from __future__ import annotations

from fractions import Fraction

from tests.campaign import trees as t
from tests.campaign.derivatives import NoRule, Rules, body_of
from tests.campaign.identities.setting import Setting, named
from tests.campaign.trees import Node, add, hadamard, minus, mul, quotient, transpose
from tests.campaign.worlds import POSITIVE, World

# Functions --------------------------------------------------------------------------------------------------


@named("functions: addition theorems, definitions")
def _functions(e: Node, setting: Setting) -> Node | None:
    if e.kind == "softmax":
        return _softmax(e, setting)
    if e.kind != "function":
        return None
    arg = e.parts[0]
    one = t.ONE if e.is_scalar else t.ones(e.shape[0]) if e.is_column else None
    f = t.function
    if e.data == "exp" and arg.kind == "add":
        return hadamard(*(f("exp", term) for term in arg.parts))
    if e.data == "exp" and setting.random.random() < 0.5:
        return add(f("sinh", arg), f("cosh", arg))
    if e.data == "sin" and arg.kind == "add":
        a, b = arg.parts[0], add(*arg.parts[1:])
        return add(hadamard(f("sin", a), f("cos", b)), hadamard(f("cos", a), f("sin", b)))
    if e.data == "cos" and arg.kind == "add":
        a, b = arg.parts[0], add(*arg.parts[1:])
        return add(hadamard(f("cos", a), f("cos", b)), minus(hadamard(f("sin", a), f("sin", b))))
    if e.data == "sinh":
        return mul(t.number(Fraction(1, 2)), add(f("exp", arg), minus(f("exp", minus(arg)))))
    if e.data == "cosh":
        return mul(t.number(Fraction(1, 2)), add(f("exp", arg), f("exp", minus(arg))))
    if one is not None and e.data == "sigmoid":
        if setting.random.random() < 0.5:
            return quotient(one, add(one, f("exp", minus(arg))))
        return add(one, minus(f("sigmoid", minus(arg))))
    if one is not None and e.data == "tanh":
        twice = f("exp", mul(t.TWO, arg))
        return quotient(add(twice, minus(one)), add(twice, one))
    if e.data == "relu":
        return mul(t.number(Fraction(1, 2)), add(arg, f("abs", arg)))
    if e.data == "log" and arg.kind == "power":
        return mul(t.number(arg.data), f("log", arg.parts[0])) if arg.parts[0].data in POSITIVE else None
    return None


def _softmax(e: Node, setting: Setting) -> Node | None:
    arg = e.parts[0]
    exponentials = t.function("exp", arg)
    if setting.random.random() < 0.5:
        return quotient(exponentials, mul(transpose(t.ones(e.shape[0])), exponentials))
    return t.softmax(add(arg, mul(setting.world.named("a"), t.ones(e.shape[0]))))


@named("sin² + cos² = 1")
def _pythagoras(e: Node, setting: Setting) -> Node | None:
    if e.kind == "number" and e.data == 1:
        arg = setting.world.named("b")
        return add(t.power(t.function("sin", arg), 2), t.power(t.function("cos", arg), 2))
    if e.kind == "ones" and setting.world.symbols(e.shape):
        arg = setting.random.choice(setting.world.symbols(e.shape))
        return add(t.power(t.function("sin", arg), 2), t.power(t.function("cos", arg), 2))
    return None


# Definitions, means, derivatives ----------------------------------------------------------------------------


@named("a definition is unfolded")
def _unfold(e: Node, setting: Setting) -> Node | None:
    return body_of(e, setting.world) if e.kind == "reference" else None


@named("the centring matrix is symmetric and idempotent")
def _centring(e: Node, setting: Setting) -> Node | None:
    if e.kind != "reference" or e.data[0] != "K":
        return None
    return setting.random.choice([mul(e, e), transpose(e)])


@named("means are linear")
def _means(e: Node, setting: Setting) -> Node | None:
    if e.kind == "covariance":
        x = e.parts[0]
        centred = add(x, minus(t.mean(x)))
        if setting.random.random() < 0.5:
            return add(t.mean(mul(x, transpose(x))), minus(mul(t.mean(x), transpose(t.mean(x)))))
        return t.mean(mul(centred, transpose(centred))) if _plain(x) else None
    if e.kind != "mean":
        return None
    arg = e.parts[0]
    if arg.kind == "add" and all(_is_random(p, setting.world) for p in arg.parts):
        return add(*map(t.mean, arg.parts))
    if arg.kind == "transpose":
        return transpose(t.mean(arg.parts[0]))
    if arg.kind == "trace":
        return t.trace(t.mean(arg.parts[0]))
    if arg.kind == "mul":
        fixed = [p for p in arg.parts if p.is_scalar and not _is_random(p, setting.world)]
        loose = [p for p in arg.parts if p.is_scalar and _is_random(p, setting.world)]
        chain = [p for p in arg.parts if not p.is_scalar]
        first: list[Node] = []
        last: list[Node] = []
        while len(chain) > 1 and not _is_random(chain[0], setting.world) and chain[1].shape[0] != "1":
            first.append(chain.pop(0))
        while len(chain) > 1 and not _is_random(chain[-1], setting.world) and chain[-1].shape[0] != "1":
            last.insert(0, chain.pop())
        if (fixed or first or last) and _is_random(mul(*loose, *chain), setting.world):
            return mul(*fixed, *first, t.mean(mul(*loose, *chain)), *last)
    return None


def _plain(e: Node) -> bool:
    return e.kind == "symbol"


def _is_random(e: Node, world: World) -> bool:
    return any(
        (node.kind == "symbol" and node.data in world.random) or (node.kind == "reference" and node.data[0] == "w")
        for node in t.walk(e)
        if node.kind not in ("mean",)
    )


@named("a derivative is taken")
def _derive(e: Node, setting: Setting) -> Node | None:
    if e.kind not in t.DERIVATIVES or setting.world.random:
        return None
    arg, variable = e.parts
    rules = Rules(variable, setting.world, t.ONE if e.kind == "rate" else None)
    try:
        if e.kind == "jacobian":
            found = rules.jacobian(arg)
        elif e.kind == "gradient":
            found = rules.gradient(arg)
        elif e.kind in ("differential", "rate"):
            found = rules.differential(arg)
        elif e.kind == "slope":
            found = t.entry(rules.gradient(arg), *e.data)
        else:
            found = rules.jacobian(rules.gradient(arg))
    except NoRule:
        return None
    return found if found != e else None


@named("the chain rule through a defined name")
def _chain(e: Node, setting: Setting) -> Node | None:
    if e.kind != "jacobian" or e.parts[0].kind != "apply" or e.parts[0].parts[0].kind != "reference":
        return None
    inner = e.parts[0].parts[0]
    if inner == e.parts[1] or inner.parts:
        return None
    return mul(t.jacobian(e.parts[0], inner), t.jacobian(inner, e.parts[1]))


@named("a gradient is the Jacobian, transposed")
def _layouts(e: Node, setting: Setting) -> Node | None:
    if e.kind == "gradient" and e.is_column:
        return transpose(t.jacobian(e.parts[0], e.parts[1]))
    if e.kind == "hessian":
        return t.jacobian(t.gradient(*e.parts), e.parts[1])
    return None
