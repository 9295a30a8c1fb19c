"""What the core takes as given, as named data: the rules it rests on, definitions, known derivatives.

Each derivative is one line, φ ↦ φ′ at φ's own argument, and is sampled against difference quotients in the
tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from symbn.core.contraction import multiply
from symbn.core.powers import absolute, power, scalarwise
from symbn.core.ring import Ring
from symbn.core.terms import Factor, Head, Index, Power, SumOfProducts, Tensor, Trait, constant, nested


@dataclass(frozen=True)
class Rule:
    """A named identity that a proof may rest on."""

    name: str
    statement: str


CONTRACTION = Rule("contraction", "Σ_i δ_ij F(i) = F(j), and Σ_i 1 = n")
RADICAL = Rule("radical", "(√e)² = e, and e · e⁻¹ = 1")
CLEARING = Rule("clearing denominators", "a = b if a e = b e and e ≠ 0")
UNFOLDING = Rule("unfolding", "a defined name equals its definition")
RELATIONS = Rule("inverses", "A A⁻¹ = A⁻¹ A = I, QᵀQ = QQᵀ = I for Q orthogonal, and what follows")
UPDATES = Rule("low-rank updates", "det(A + LR) = det A det(I + RA⁻¹L), and Sherman and Morrison's formula")
MATRIX_POWERS = Rule("powers of a matrix", "MᵉMᶠ = Mᵉ⁺ᶠ, and a sum over exponents may run backwards")
PERIODIC_POWERS = Rule("powers of a projection or a reflection", "Mᵏ = M for k ≥ 1 if M² = M; M²ᵏ = I if M² = I")
ENTRIES = Rule("entries", "matrices of a size that is a number are equal if all their entries are")
THROUGH = Rule("multiplying through", "A⁻¹b = c if b = A c")
ELEMENTARY_FUNCTIONS = Rule("elementary functions", "tanh u = (eᵘ − e⁻ᵘ)/(eᵘ + e⁻ᵘ), σ(u) = 1/(1 + e⁻ᵘ) and the like")

ASSUMED: Mapping[Trait, str] = {
    "symmetric": "symmetric (Aᵀ = A)",
    "definite": "positive definite (xᵀAx > 0 for x ≠ 0)",
    "orthogonal": "orthogonal (AᵀA = I)",
    "positive": "positive in every entry",
    "random": "random",
}
"""How a report says what is declared."""


DIFFERENTIALS: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("definition", "a name and what it stands for have one differential"),
        Rule("linear map", "d(A + B) = dA + dB, d(Aᵀ) = (dA)ᵀ, d tr A = tr dA, d(c A) = c dA"),
        Rule("product rule", "d(A B) = (dA) B + A dB"),
        Rule("Hadamard product", "d(A ⊙ B) = dA ⊙ B + A ⊙ dB"),
        Rule("quotient rule", "d(A/s) = dA/s − A ds/s²"),
        Rule("power rule", "d(s^r) = r s^(r−1) ds"),
        Rule("squared norm", "d(xᵀx) = 2xᵀ dx"),
        Rule("quadratic form", "d(xᵀA x) = xᵀ(A + Aᵀ) dx"),
        Rule("symmetric quadratic form", "d(xᵀA x) = 2xᵀA dx for Aᵀ = A"),
        Rule("entrywise function", "d φ(A) = φ′(A) ⊙ dA"),
        Rule("chain rule", "df(u) = (∂f/∂u) du, df(U) = tr((∇_U f)ᵀ dU)"),
        Rule("inner derivative", "a derivative equals its closed form, which is derived first"),
        Rule("collecting", "terms with one differential are one term, and names stand for what they are defined as"),
        Rule("Jacobian", "df = (∂f/∂x) dx"),
        Rule("gradient", "df = tr((∇_X f)ᵀ dX)"),
        Rule("derivative", "dF = F′ dx for a number x"),
    )
}
"""The rules by which a derivation is written down, by name; `tests/explain/test_steps.py` tries each."""


@dataclass(frozen=True)
class Signature:
    """A tensor's index dimensions (a family's own indices first), and what is declared of it."""

    dims: tuple[str | int, ...]
    traits: frozenset[Trait] = frozenset()


@dataclass(frozen=True)
class Unfolding:
    """name[indices](arguments) := body, a folded atom's definition.

    `indices` are the free indices of the body that stand for the atom's `out` indices; `parameters` name the
    tensors of the body that stand for its arguments, with the formal indices of each.
    """

    name: str
    indices: tuple[Index, ...]
    parameters: tuple[tuple[str, tuple[Index, ...]], ...]
    body: SumOfProducts
    rank: int


@dataclass(frozen=True)
class Theory:
    """What one decision may use: coefficients, signatures of all tensors, definitions by name."""

    ring: Ring
    signatures: Mapping[str, Signature]
    unfoldings: Mapping[str, Unfolding]

    @cached_property
    def _direct(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _closure(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def unfolded(self) -> dict[tuple[str, bool], dict[tuple[Head, tuple[str | int, ...]], SumOfProducts]]:
        """What heads become when a definition is unfolded in them, as far as it was needed (`unfolding`)."""
        return {}

    def traits(self, name: str) -> frozenset[Trait]:
        """What is declared of a name."""
        signature = self.signatures.get(name)
        return signature.traits if signature is not None else frozenset()

    def direct(self, name: str) -> frozenset[str]:
        """The tensors and parameters that a definition mentions; defined functions are looked through."""
        if name not in self._direct:
            unfolding = self.unfoldings[name]
            own = {parameter for parameter, _ in unfolding.parameters}
            found: set[str] = set()
            for mentioned in mentioned_names(unfolding.body) - own:
                inner = self.unfoldings.get(mentioned)
                found |= self.direct(mentioned) if inner is not None and inner.parameters else {mentioned}
            self._direct[name] = frozenset(found)
        return self._direct[name]

    def dependencies(self, name: str) -> frozenset[str]:
        """All names that a name depends on through definitions, itself included."""
        if name not in self._closure:
            found = {name}
            if name in self.unfoldings:
                for mentioned in mentioned_names(self.unfoldings[name].body):
                    found |= self.dependencies(mentioned)
            self._closure[name] = frozenset(found)
        return self._closure[name]

    def differentiates_folded(self, name: str) -> bool:
        """Whether a definition's derivative may stay folded: its body holds no derivative of a folded name."""
        return not any(
            isinstance(f.head, Tensor) and f.head.slots and f.head.name in self.unfoldings
            for f in all_factors(self.unfoldings[name].body)
        )

    @cached_property
    def functions_only(self) -> Theory:
        """The same, with every definition that has no parameters held constant."""
        return Theory(self.ring, self.signatures, {n: u for n, u in self.unfoldings.items() if u.parameters})


def all_factors(e: SumOfProducts) -> list[Factor]:
    """Every factor of a sum, nested ones included."""
    found: list[Factor] = []
    for factor in e.factors():
        found.append(factor)
        for inner in nested(factor.head):
            found += all_factors(inner)
    return found


def mentioned_names(e: SumOfProducts) -> frozenset[str]:
    """All tensors, and all dimensions and parameters in coefficients and exponents."""
    found = set(e.tensor_names)
    coefficients = list(e.terms.values())
    for factor in all_factors(e):
        coefficients += [c for inner in nested(factor.head) for c in inner.terms.values()]
        if isinstance(factor.head, Power):
            coefficients.append(factor.head.exponent)
    for coefficient in coefficients:
        found |= coefficient.variables()
    return frozenset(found)


Derivation = Callable[[SumOfProducts], SumOfProducts]


def _number(e: SumOfProducts, value: int) -> SumOfProducts:
    return constant(e.ring.rational(value))


def _f(name: str, e: SumOfProducts) -> SumOfProducts:
    return scalarwise(name, 0, e)


def _squared(e: SumOfProducts) -> SumOfProducts:
    return multiply(e, e)


KNOWN_DERIVATIVES: Mapping[str, Derivation] = {
    "exp": lambda u: _f("exp", u),
    "log": lambda u: power(u, u.ring.rational(-1)),
    "sin": lambda u: _f("cos", u),
    "cos": lambda u: -_f("sin", u),
    "tan": lambda u: _number(u, 1) + _squared(_f("tan", u)),
    "sinh": lambda u: _f("cosh", u),
    "cosh": lambda u: _f("sinh", u),
    "tanh": lambda u: _number(u, 1) - _squared(_f("tanh", u)),
    "sigmoid": lambda u: _f("sigmoid", u) - _squared(_f("sigmoid", u)),
    "softplus": lambda u: _f("sigmoid", u),
    "sign": lambda u: _number(u, 0),
}
"""φ ↦ φ′ at u; sign′ = 0 for u ≠ 0."""


def _halved(e: SumOfProducts) -> SumOfProducts:
    return e.scaled(e.ring.rational(Fraction(1, 2)))


def _over(above: SumOfProducts, below: SumOfProducts) -> SumOfProducts:
    return multiply(above, power(below, above.ring.rational(-1)))


ELEMENTARY: Mapping[str, Derivation] = {
    "sinh": lambda u: _halved(_f("exp", u) - _f("exp", -u)),
    "cosh": lambda u: _halved(_f("exp", u) + _f("exp", -u)),
    "tanh": lambda u: _over(_f("exp", u) - _f("exp", -u), _f("exp", u) + _f("exp", -u)),
    "sigmoid": lambda u: _over(_number(u, 1), _number(u, 1) + _f("exp", -u)),
    "softplus": lambda u: _f("log", _number(u, 1) + _f("exp", u)),
    "tan": lambda u: _over(_f("sin", u), _f("cos", u)),
    "sign": lambda u: _over(u, absolute(u)),
}
"""φ(u) in terms of exp, log, sin, cos and |·|: what is put in place when names alone do not decide; sign for u ≠ 0."""
