"""Differentials worked out one rule at a time, as on a board (Magnus & Neudecker, "Matrix Differential Calculus").

    d(A + B) = dA + dB    d(A B) = (dA) B + A dB    d(xᵀAx) = xᵀ(A + Aᵀ) dx    df(u) = (∂f/∂u) du    …

`Differentials.of(e)` is d e with what goes without saying done: constants vanish, and d moves inside of sums,
transposes, traces and constant factors.  `expanded` applies one rule of `core.axioms.DIFFERENTIALS` to every d that
is left.  What is written here is checked line by line elsewhere (`steps`); a wrong rule shows nothing wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbn.core.axioms import DIFFERENTIALS, Rule, mentioned_names
from symbn.core.equality import Proof, decide
from symbn.core.terms import NoRule
from symbn.explain.factors import target_of_argument
from symbn.explain.latex import to_latex
from symbn.explain.notation import hadamard, number, power, product, rebuilt, total, transpose
from symbn.explain.tidying import is_zero, summed, tidied, unit, zero
from symbn.expr import tree
from symbn.expr.indexing import Indexing
from symbn.expr.places import indices_of
from symbn.expr.tree import Expr


@dataclass
class Differentials:
    """d by one variable, its change `increment`; definitions' bodies are taken from `bodies`.

    closed: the closed form of a derivative, for second derivatives.
    used: the rules of the last expansion, in the order in which they were needed; facts: what they rest on, as LaTeX.
    """

    indexing: Indexing
    variable: Expr
    target: tree.Target
    increment: tree.Symbol
    bodies: Callable[[tree.Reference], Expr]
    closed: Callable[[tree.Derivative], Expr]
    used: list[Rule] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    # What goes without saying -------------------------------------------------------------------------------

    def whole(self, e: Expr) -> Expr:
        """d e, as it stands."""
        if e == self.variable:
            return self.increment
        return tree.Differential(
            arg=e, variable=self.variable, target=self.target, increment=self.increment, shape=e.shape
        )

    def of(self, e: Expr) -> Expr:
        """d e, d as far inside as goes without saying."""
        if e == self.variable:
            return self.increment
        if self.is_constant(e):
            return zero(e.shape)
        if isinstance(e, tree.Symbol | tree.Reference) and e.name == self.target.name and self._pin() is not None:
            return self._pinned()
        match e:
            case tree.Reference() if _is_slice(self.bodies(e)):
                return self.of(self.bodies(e))
            case tree.Add():
                return summed([self.of(term) for term in e.terms], e.shape)
            case tree.Fill():
                return replace(e, arg=self.of(e.arg))
            case tree.Transpose():
                return transpose(self.of(e.arg)) if not e.is_scalar else self.of(e.arg)
            case tree.Trace() | tree.Diagonal() | tree.DiagonalPart() | tree.Slice():
                return replace(e, arg=self.of(e.arg))
            case tree.Sum() | tree.Stack():
                return replace(e, body=self.of(e.body))
            case tree.Quotient() if self.is_constant(e.denominator):
                return replace(e, numerator=self.of(e.numerator))
            case tree.Product():
                changing = [k for k, f in enumerate(e.factors) if not self.is_constant(f)]
                if len(changing) == 1:
                    return _with_factor(e, changing[0], self.of(e.factors[changing[0]]))
            case tree.Hadamard():
                changing = [k for k, f in enumerate(e.factors) if not self.is_constant(f)]
                if len(changing) == 1:
                    return replace(e, factors=_placed(e.factors, changing[0], self.of(e.factors[changing[0]])))
        return self.whole(e)

    def _pin(self) -> tree.Ix | None:
        return self.target.row if self.target.row is not None else self.target.column

    def _pinned(self) -> Expr:
        """The change of the whole where only a slice changes: dY = dy_i e_iᵀ, dW = e_i dw_iᵀ, dX = dx_ij e_i e_jᵀ."""
        row, column, change = self.target.row, self.target.column, self.increment
        before = [unit(row)] if row is not None else []
        after = [transpose(unit(column))] if column is not None else []
        if change.is_scalar:
            return product([change, *before, *after])
        turned = change.shape[0 if before else 1] != 1
        return product([*before, transpose(change) if turned else change, *after])

    def is_constant(self, e: Expr) -> bool:
        """Whether nothing in e depends on the variable."""
        name = self._name
        value = self.indexing.to_sum(e, *indices_of(e.shape))
        theory = self.indexing.theory
        return not any(name in theory.dependencies(mentioned) for mentioned in mentioned_names(value))

    @property
    def _name(self) -> str:
        free = tuple(p for p in indices_of(self.variable.shape) if p is not None)
        probe = tree.Differential(
            arg=self.variable, variable=self.variable, target=self.target, increment=self.increment,
            shape=self.variable.shape,
        )  # fmt: skip
        return self.indexing.variable(probe, free).name

    # One rule at a time -------------------------------------------------------------------------------------

    def expanded(self, e: Expr) -> Expr:
        """e with one rule applied to each d in it.  Raises NoRule for one that no rule is for."""
        self.used, self.facts = [], []
        return tidied(self._expanded(e))

    def _expanded(self, e: Expr) -> Expr:
        if not isinstance(e, tree.Differential):
            return rebuilt(e, self._expanded)
        name, result = self._rule(e.arg)
        rule = DIFFERENTIALS[name]
        if rule not in self.used:
            self.used.append(rule)
        return result

    def _rule(self, e: Expr) -> tuple[str, Expr]:
        """The name of the rule for d e, and what it gives."""
        match e:
            case tree.Reference():
                return "definition", self.of(self.bodies(e))
            case tree.Product() | tree.Hadamard() if sum(not self.is_constant(f) for f in e.factors) == 1:
                return "linear map", self.of(e)
            case tree.Quotient() if self.is_constant(e.denominator):
                return "linear map", self.of(e)
            case tree.Product():
                return self._product(e)
            case tree.Hadamard():
                terms = [replace(e, factors=_placed(e.factors, k, self.of(f))) for k, f in enumerate(e.factors)]
                return "Hadamard product", summed(terms, e.shape)
            case tree.Quotient():
                return self._quotient(e)
            case tree.Derivative():
                return "inner derivative", self.of(self.closed(e))
            case tree.Power(exponent=tree.Number() as exponent):
                return "power rule", self._power(e.base, exponent.value)
            case tree.MatrixPower():
                return self._product(tree.Product(factors=(e.base,) * e.exponent, shape=e.shape))
            case tree.Elementwise():
                return self._elementwise(e)
            case tree.Apply(entrywise=True):
                return "entrywise function", _times(replace(e, order=e.order + 1), self.of(e.arguments[0]))
            case tree.Apply():
                return self._application(e)
            case tree.Add() | tree.Transpose() | tree.Trace() | tree.Sum() | tree.Stack() | tree.Slice():
                return "linear map", self.of(e)
        raise NoRule(f"no rule for the differential of {type(e).__name__}")

    def _product(self, e: tree.Product) -> tuple[str, Expr]:
        form = self._quadratic_form(e)
        if form is not None:
            return form
        terms = [_with_factor(e, k, self.of(f)) for k, f in enumerate(e.factors) if not self.is_constant(f)]
        return "product rule", summed(terms, e.shape)

    def _quadratic_form(self, e: tree.Product) -> tuple[str, Expr] | None:
        """d(xᵀAx) = 2xᵀA dx for A = Aᵀ, else xᵀ(A + Aᵀ) dx; constant scalars stay in front."""
        scalars = [f for f in e.factors if f.is_scalar]
        chain = [f for f in e.factors if not f.is_scalar]
        if len(scalars) == 1 and not chain and isinstance(scalars[0], tree.Product):
            return self._quadratic_form(scalars[0])
        if not e.is_scalar or len(chain) < 2 or not all(map(self.is_constant, [*scalars, *chain[1:-1]])):
            return None
        if transpose(chain[0]) != chain[-1]:
            return None
        between = chain[1:-1]
        if not between:
            return "squared norm", product([number(2), *scalars, product([chain[0], self.of(chain[-1])])])
        middle = product(between)
        if self._is_symmetric(middle):
            self._fact(rf"{to_latex(transpose(middle))} = {to_latex(middle)}", isinstance(middle, tree.Identity))
            inside = product([chain[0], *between, self.of(chain[-1])])
            return "symmetric quadratic form", product([number(2), *scalars, inside])
        both = total([middle, transpose(middle)])
        return "quadratic form", product([*scalars, product([chain[0], both, self.of(chain[-1])])])

    def _fact(self, latex: str, obvious: bool) -> None:
        if not obvious and latex not in self.facts:
            self.facts.append(latex)

    def _is_symmetric(self, e: Expr) -> bool:
        if e.shape[0] != e.shape[1]:
            return False
        row, column = indices_of(e.shape)
        sides = self.indexing.to_sum(e, row, column), self.indexing.to_sum(e, column, row)
        return isinstance(decide(*sides, self.indexing.theory), Proof)

    def _quotient(self, e: tree.Quotient) -> tuple[str, Expr]:
        above, below = e.numerator, e.denominator
        if self.is_constant(above):
            base, exponent = _as_power(below)
            changed = self._power(base, -exponent)
            plain = above.arg if isinstance(above, tree.Fill) else above
            return "power rule", changed if plain == number(1) else _scaled_by(plain, changed)
        squared = _squared(below)
        first = replace(e, numerator=self.of(above))
        second = _scaled_by(above, self.of(below)) if below.is_scalar else hadamard([above, self.of(below)])
        divided = tree.Quotient(numerator=second, denominator=squared, shape=e.shape)
        return "quotient rule", summed([first, product([number(-1), divided])], e.shape)

    def _power(self, base: Expr, exponent: Fraction) -> Expr:
        lower = power(base, exponent - 1) if exponent != 1 else None
        changed = self.of(base)
        result = changed if lower is None else _times(lower, changed)
        return result if exponent == 1 else product([number(exponent), result])

    def _elementwise(self, e: tree.Elementwise) -> tuple[str, Expr]:
        inner = self.of(e.arg)
        if e.function == "log":
            return "entrywise function", tree.Quotient(numerator=inner, denominator=e.arg, shape=e.shape)
        outer = _SLOPES.get(e.function)
        if outer is None:
            raise NoRule(f"no rule for the differential of {e.function}")
        return "entrywise function", _times(outer(e), inner)

    def _application(self, e: tree.Apply) -> tuple[str, Expr]:
        """df(u, …) = Σ (∂f/∂u) du; for a matrix tr((∇_U f)ᵀ dU)."""
        terms = []
        for argument in e.arguments:
            if self.is_constant(argument):
                continue
            columns = self._columns(argument)
            if columns is not None and e.is_scalar:
                terms.append(self._by_columns(e, *columns))
                continue
            target = target_of_argument(argument)
            if target is None:
                raise NoRule("a function's argument that has no name")
            changed = self.of(argument)
            if argument.is_scalar:
                slope = tree.Derivative(arg=e, variable=argument, target=target, layout="entrywise", shape=e.shape)
                terms.append(_scaled_by(changed, slope))
            elif argument.shape[1] == 1:
                shape = (e.shape[0], argument.shape[0])
                slope = tree.Derivative(arg=e, variable=argument, target=target, layout="jacobian", shape=shape)
                terms.append(product([slope, changed]))
            else:
                slope = tree.Derivative(
                    arg=e, variable=argument, target=target, layout="gradient", shape=argument.shape
                )
                inside = product([transpose(slope), changed])
                terms.append(tree.Trace(arg=inside, shape=(1, 1)) if argument.shape[0] != 1 else inside)
        return "chain rule", summed(terms, e.shape)

    def _columns(self, e: Expr) -> tuple[tree.Stack, tree.Reference] | None:
        """A name of a matrix whose columns are a family's members: Ŷ := (ŷ_1 … ŷ_m)."""
        body = self.bodies(e) if isinstance(e, tree.Reference) else e
        if isinstance(body, tree.Stack) and body.axis == "columns" and isinstance(body.body, tree.Reference):
            if body.body.indices == (body.index,) and not body.body.arguments:
                return body, body.body
        return None

    def _by_columns(self, e: tree.Apply, stack: tree.Stack, column: tree.Reference) -> Expr:
        """dL = Σ_k (∂L/∂ŷ_k) dŷ_k; only the pinned one, if one is."""
        pin = self._pin()
        if pin is None and len(self.target.family) == 1:
            pin = self.target.family[0]
        if pin is not None and pin.dim == stack.index.dim:
            column = replace(column, indices=(pin,))
        target = tree.Target(column.name, column.shape, column.indices)
        shape = (1, column.shape[0])
        slope = tree.Derivative(arg=e, variable=column, target=target, layout="jacobian", shape=shape)
        term = product([slope, self.of(column)])
        return tree.Sum(index=stack.index, body=term, shape=(1, 1)) if column.indices == (stack.index,) else term


# Expressions ------------------------------------------------------------------------------------------------


def _known(name: str) -> Callable[[tree.Elementwise], Expr]:
    return lambda e: replace(e, function=name)


_SLOPES: dict[str, Callable[[tree.Elementwise], Expr]] = {
    "exp": lambda e: e,
    "sin": _known("cos"),
    "cos": lambda e: product([number(-1), replace(e, function="sin")]),
    "sinh": _known("cosh"),
    "cosh": _known("sinh"),
    "tan": lambda e: total([_one(e), power(e, Fraction(2))]),
    "tanh": lambda e: total([_one(e), product([number(-1), power(e, Fraction(2))])]),
    "sigmoid": lambda e: _times(e, total([_one(e), product([number(-1), e])])),
    "softplus": _known("sigmoid"),
}
"""φ′ at φ's own argument, as an expression."""


def _one(e: Expr) -> Expr:
    return number(1) if e.is_scalar else tree.Fill(arg=number(1), shape=e.shape)


def _times(scale: Expr, e: Expr) -> Expr:
    """Entry by entry; a scalar scales."""
    if scale.is_scalar or e.is_scalar:
        return product([scale, e])
    return hadamard([scale, e])


def _scaled_by(e: Expr, scale: Expr) -> Expr:
    return product([scale, e] if scale.is_scalar else [e, scale])


def _as_power(e: Expr) -> tuple[Expr, Fraction]:
    if isinstance(e, tree.Power) and isinstance(e.exponent, tree.Number):
        return e.base, e.exponent.value
    return e, Fraction(1)


def _squared(e: Expr) -> Expr:
    base, exponent = _as_power(e)
    return power(base, 2 * exponent)


def _is_slice(e: Expr) -> bool:
    """Whether a definition only slices a name: y_i := Y_{:i}."""
    inside = e.arg if isinstance(e, tree.Transpose) else e
    return isinstance(inside, tree.Slice) and isinstance(inside.arg, tree.Symbol | tree.Reference)


def _placed(factors: tuple[Expr, ...], place: int, changed: Expr) -> tuple[Expr, ...]:
    return (*factors[:place], changed, *factors[place + 1 :])


def _with_factor(e: tree.Product, place: int, changed: Expr) -> Expr:
    if is_zero(changed):
        return zero(e.shape)
    return tree.Product(factors=_placed(e.factors, place, changed), shape=e.shape)
