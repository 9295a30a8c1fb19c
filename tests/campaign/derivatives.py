r"""The campaign's own derivatives, in matrix form: what an author would derive by hand.

    pulled(e, G, X)   the cotangent of X, where G is that of e: Σ G ⊙ de = Σ pulled ⊙ dX      (reverse, any scalar)
    pushed(e, x)      ∂e/∂x of a column, in numerator layout                                  (forward)
    moved(e, X)       de, linear in dX                                                        (forward, any shape)

None means: does not depend on the variable.  `NoRule` is raised where a textbook would write indices.
"""

from __future__ import annotations

from fractions import Fraction

from tests.campaign import trees as t
from tests.campaign.trees import Node, add, hadamard, minus, mul, quotient, transpose
from tests.campaign.worlds import World

Maybe = Node | None


class NoRule(Exception):
    """No rule in matrix form."""


def together(*terms: Maybe) -> Maybe:
    found = [term for term in terms if term is not None and not t.is_zero(term)]
    return add(*found) if found else None


def body_of(e: Node, world: World) -> Node:
    """The body of a reference, its index or parameter replaced."""
    name, indices = e.data
    definition = world.definitions[name]
    body = definition.body
    if definition.index is not None:
        return t.with_index(body, definition.index[0], indices[0])
    if definition.parameter is not None:
        return t.with_symbol(body, definition.parameter.data, e.parts[0])
    return body


def depends(e: Node, variable: Node, world: World) -> bool:
    """Whether an expression depends on a name, through definitions too."""
    if e.kind == variable.kind and e.data == variable.data:
        return True
    if e.kind == "reference":
        return depends(body_of(e, world), variable, world)
    return any(depends(part, variable, world) for part in e.parts)


def slope_of(e: Node) -> Node:
    """φ′ at the argument of an entrywise function."""
    arg = e.parts[0]
    if e.kind == "unknown":
        return t.unknown(e.data[0], e.data[1] + 1, arg)
    one = t.ONE if e.is_scalar else None
    if e.data == "exp":
        return e
    if e.data == "sin":
        return t.function("cos", arg)
    if e.data == "cos":
        return minus(t.function("sin", arg))
    if e.data == "sinh":
        return t.function("cosh", arg)
    if e.data == "cosh":
        return t.function("sinh", arg)
    if one is None:
        if e.data == "log" and e.is_column:
            return quotient(t.ones(e.shape[0]), arg)
        raise NoRule(e.data)
    if e.data == "log":
        return quotient(one, arg)
    if e.data == "tanh":
        return add(one, minus(t.power(e, 2)))
    if e.data == "sigmoid":
        return mul(e, add(one, minus(e)))
    raise NoRule(e.data)


class Rules:
    """Derivatives by one variable."""

    def __init__(self, variable: Node, world: World, step: Node | None = None) -> None:
        """step: what the variable changes by in differentials, d variable where none is given."""
        self.variable, self.world = variable, world
        self.step = t.increment(variable) if step is None else step

    def _constant(self, e: Node) -> bool:
        return not depends(e, self.variable, self.world)

    # Reverse

    def gradient(self, e: Node) -> Node:
        """∇e of a scalar.  Raises NoRule."""
        found = self.pulled(e, t.ONE)
        return t.zero(self.variable.shape) if found is None else found

    def pulled(self, e: Node, cotangent: Node) -> Maybe:
        if e.kind == self.variable.kind and e.data == self.variable.data:
            return cotangent
        if self._constant(e):
            return None
        rule = getattr(self, "_pull_" + e.kind.replace(" ", "_"), None)
        if rule is None:
            raise NoRule(e.kind)
        found: Maybe = rule(e, cotangent)
        return found

    def _pull_reference(self, e: Node, g: Node) -> Maybe:
        return self.pulled(body_of(e, self.world), g)

    def _pull_add(self, e: Node, g: Node) -> Maybe:
        return together(*(self.pulled(part, g) for part in e.parts))

    def _pull_mul(self, e: Node, g: Node) -> Maybe:
        found: list[Maybe] = []
        chain = [f for f in e.parts if not f.is_scalar]
        scale = [f for f in e.parts if f.is_scalar]
        for k, f in enumerate(scale):
            rest = [*scale[:k], *scale[k + 1 :]]
            found.append(self.pulled(f, mul(*rest, t.ONE, _paired(mul(*chain), g) if chain else g)))
        for k, f in enumerate(chain):
            left, right = chain[:k], chain[k + 1 :]
            factors = [*([transpose(mul(*left))] if left else []), g, *([transpose(mul(*right))] if right else [])]
            found.append(self.pulled(f, mul(*scale, *factors)))
        return together(*found)

    def _pull_transpose(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], transpose(g))

    def _pull_trace(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], mul(g, t.identity(e.parts[0].shape[0])))

    def _pull_hadamard(self, e: Node, g: Node) -> Maybe:
        parts = e.parts
        return together(*(self.pulled(f, hadamard(g, *parts[:k], *parts[k + 1 :])) for k, f in enumerate(parts)))

    def _pull_quotient(self, e: Node, g: Node) -> Maybe:
        above, below = e.parts
        if below.is_scalar:
            squared = t.power(below, 2)
            return together(
                self.pulled(above, quotient(g, below)), self.pulled(below, minus(quotient(_paired(above, g), squared)))
            )
        return together(
            self.pulled(above, quotient(g, below)),
            self.pulled(below, minus(quotient(hadamard(g, above), t.power(below, 2)))),
        )

    def _pull_power(self, e: Node, g: Node) -> Maybe:
        if isinstance(e.data, str):
            raise NoRule("a symbolic power")
        return self.pulled(e.parts[0], hadamard(g, _power_slope(e)))

    def _pull_function(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], hadamard(g, slope_of(e)))

    _pull_unknown = _pull_function

    def _pull_diagonal(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], t.diagonal_part(g))

    def _pull_diagonal_part(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], t.diagonal(g))

    def _pull_inner(self, e: Node, g: Node) -> Maybe:
        a, b = e.parts
        return together(self.pulled(a, mul(g, b)), self.pulled(b, mul(g, a)))

    def _pull_norm(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], quotient(mul(g, e.parts[0]), e))

    def _pull_inverse(self, e: Node, g: Node) -> Maybe:
        turned = transpose(e)
        return self.pulled(e.parts[0], minus(mul(turned, g, turned)))

    def _pull_determinant(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], mul(g, e, transpose(t.inverse(e.parts[0]))))

    def _pull_log_determinant(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], mul(g, transpose(t.inverse(e.parts[0]))))

    def _pull_sum(self, e: Node, g: Node) -> Maybe:
        index, dim = e.data
        found = self.pulled(e.parts[0], g)
        return None if found is None else t.sum_over(index, dim, found)

    def _pull_entry(self, e: Node, g: Node) -> Maybe:
        arg, (i, j) = e.parts[0], e.data
        left = [] if i is None else [t.unit(i, arg.shape[0])]
        right = [] if j is None else [transpose(t.unit(j, arg.shape[1]))]
        return self.pulled(arg, mul(g, *left, *right))

    def _pull_row(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], mul(t.unit(e.data, e.parts[0].shape[0]), g))

    def _pull_column(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], mul(g, transpose(t.unit(e.data, e.parts[0].shape[1]))))

    def _pull_softmax(self, e: Node, g: Node) -> Maybe:
        return self.pulled(e.parts[0], add(hadamard(e, g), minus(mul(mul(transpose(g), e), e))))

    def _pull_apply(self, e: Node, g: Node) -> Maybe:
        arg = e.parts[0]
        if arg.kind not in ("symbol", "reference") or arg.parts:
            raise NoRule("an unknown function of an expression")
        if arg.shape[1] != "1":
            return self.pulled(arg, mul(g, t.gradient(e, arg)))
        return self.pulled(arg, mul(transpose(t.jacobian(e, arg)), g))

    # Forward, by a column

    def jacobian(self, e: Node) -> Node:
        """∂e/∂x.  Raises NoRule."""
        found = self.pushed(transpose(e) if e.is_row else e)
        rows = e.shape[0] if e.shape[1] == "1" else e.shape[1]
        return t.zero((rows, self.variable.shape[0])) if found is None else found

    def pushed(self, e: Node) -> Maybe:
        if e.kind == self.variable.kind and e.data == self.variable.data:
            return t.identity(e.shape[0])
        if self._constant(e):
            return None
        if e.is_scalar:
            found = self.pulled(e, t.ONE)
            return None if found is None else transpose(found)
        rule = getattr(self, "_push_" + e.kind.replace(" ", "_"), None)
        if rule is None:
            raise NoRule(e.kind)
        pushed: Maybe = rule(e)
        return pushed

    def _push_reference(self, e: Node) -> Maybe:
        return self.pushed(body_of(e, self.world))

    def _push_add(self, e: Node) -> Maybe:
        return together(*map(self.pushed, e.parts))

    def _push_mul(self, e: Node) -> Maybe:
        scale = [f for f in e.parts if f.is_scalar]
        chain = [f for f in e.parts if not f.is_scalar]
        while len(chain) > 1:  # u vᵀ g = (vᵀ g) u
            breaks = [k for k in range(len(chain) - 1) if chain[k].shape[1] == "1"]
            if not breaks:
                break
            scale.append(mul(*chain[breaks[0] + 1 :]))
            chain = chain[: breaks[0] + 1]
        if not all(map(self._constant, chain[:-1])):
            raise NoRule("a product of matrices that depend on the variable")
        inner = self.pushed(chain[-1])
        found: list[Maybe] = [None if inner is None else mul(*scale, *chain[:-1], inner)]
        for k, s in enumerate(scale):
            row = self.pushed(s)
            rest = [*scale[:k], *scale[k + 1 :]]
            found.append(None if row is None else mul(*rest, mul(*chain), row))
        return together(*found)

    def _push_hadamard(self, e: Node) -> Maybe:
        found: list[Maybe] = []
        for k, f in enumerate(e.parts):
            inner = self.pushed(f)
            rest = hadamard(*e.parts[:k], *e.parts[k + 1 :])
            found.append(None if inner is None else mul(t.diagonal(rest), inner))
        return together(*found)

    def _scaled(self, by: Node, arg: Node) -> Maybe:
        """Diag(by) ∂arg/∂x"""
        inner = self.pushed(arg)
        return None if inner is None else mul(t.diagonal(by), inner)

    def _push_function(self, e: Node) -> Maybe:
        return self._scaled(slope_of(e), e.parts[0])

    _push_unknown = _push_function

    def _push_power(self, e: Node) -> Maybe:
        return self._scaled(_power_slope(e), e.parts[0])

    def _push_softmax(self, e: Node) -> Maybe:
        inner = self.pushed(e.parts[0])
        return None if inner is None else mul(add(t.diagonal(e), minus(mul(e, transpose(e)))), inner)

    def _push_quotient(self, e: Node) -> Maybe:
        above, below = e.parts
        if not below.is_scalar:
            raise NoRule("an entrywise quotient")
        upper, lower = self.pushed(above), self.pushed(below)
        return together(
            None if upper is None else quotient(upper, below),
            None if lower is None else minus(quotient(mul(above, lower), t.power(below, 2))),
        )

    def _push_sum(self, e: Node) -> Maybe:
        index, dim = e.data
        found = self.pushed(e.parts[0])
        return None if found is None else t.sum_over(index, dim, found)

    def _push_apply(self, e: Node) -> Maybe:
        arg = e.parts[0]
        if arg.kind not in ("symbol", "reference") or arg.parts:
            raise NoRule("an unknown function of an expression")
        inner = self.pushed(arg)
        return None if inner is None else mul(t.jacobian(e, arg), inner)

    # Differentials

    def differential(self, e: Node) -> Node:
        """d e.  Raises NoRule."""
        found = self.moved(e)
        return t.zero(e.shape) if found is None else found

    def moved(self, e: Node) -> Maybe:
        if e.kind == self.variable.kind and e.data == self.variable.data:
            return self.step
        if self._constant(e):
            return None
        if e.kind == "reference":
            return self.moved(body_of(e, self.world))
        if e.kind in ("mul", "hadamard", "kronecker", "inner"):
            return self._by_parts(e)
        if e.kind in ("add", "transpose", "trace", "diagonal", "diagonal part", "vec", "sum", "entry", "row", "column"):
            return self._by_linearity(e)
        return self._moved_function(e)

    def _by_parts(self, e: Node) -> Maybe:
        found: list[Maybe] = []
        build = {"mul": mul, "hadamard": hadamard, "kronecker": t.kronecker, "inner": t.inner}[e.kind]
        for k, f in enumerate(e.parts):
            inner = self.moved(f)
            found.append(None if inner is None else build(*e.parts[:k], inner, *e.parts[k + 1 :]))
        return together(*found)

    def _by_linearity(self, e: Node) -> Maybe:
        if e.kind == "add":
            return together(*map(self.moved, e.parts))
        inner = self.moved(e.parts[0])
        return None if inner is None else Node(e.kind, e.shape, (inner,), e.data)

    def _moved_function(self, e: Node) -> Maybe:
        if e.kind == "quotient":
            return self._moved_quotient(e)
        if e.kind not in ("function", "unknown", "power", "inverse", "determinant", "log determinant"):
            raise NoRule(e.kind)
        inner = self.moved(e.parts[0])
        if inner is None:
            return None
        if e.kind == "inverse":
            return minus(mul(e, inner, e))
        if e.kind == "power":
            return hadamard(_power_slope(e), inner)
        if e.kind in ("determinant", "log determinant"):
            relative = t.trace(mul(t.inverse(e.parts[0]), inner))
            return mul(e, relative) if e.kind == "determinant" else relative
        return hadamard(slope_of(e), inner)

    def _moved_quotient(self, e: Node) -> Maybe:
        above, below = e.parts
        upper, lower = self.moved(above), self.moved(below)
        squared = t.power(below, 2)
        second = None
        if lower is not None:
            second = minus(quotient(mul(lower, above) if below.is_scalar else hadamard(lower, above), squared))
        return together(None if upper is None else quotient(upper, below), second)


def _power_slope(e: Node) -> Node:
    if isinstance(e.data, str):
        raise NoRule("a symbolic power")
    exponent = Fraction(e.data)
    if exponent == 2:
        return mul(t.TWO, e.parts[0])
    return mul(t.number(exponent), t.power(e.parts[0], exponent - 1))


def _paired(a: Node, g: Node) -> Node:
    """Σ a ⊙ g"""
    if a.is_scalar:
        return mul(a, g)
    if a.shape[1] == "1":
        return mul(transpose(a), g)
    if a.shape[0] == "1":
        return mul(a, transpose(g))
    return t.trace(mul(transpose(g), a))
