"""Every rule of the core broken in turn: the claims notice, and so does the second path.

Under a mutation (a) some claim of claims.md has another verdict than it has by right, (b) no false claim is proved
and no true one refuted, and (c) where the broken core proves a false claim, the verdict is the error X001, which says
that the two paths disagree.  The mutations are changes of source lines: when a line is rewritten, so is its mutation.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import pytest

from tests.sabotage.mutants import Mutation, mutated
from tests.sabotage.outcomes import Outcome, assert_noticed, assert_right, outcomes

TEXT = (Path(__file__).parent / "claims.md").read_text(encoding="utf-8")

CONTRACTION = "symbn.core.contraction"
HEADS = "symbn.core.heads"
POWERS = "symbn.core.powers"
CANONICAL = "symbn.core.canonical"
TERMS = "symbn.core.terms"
RING = "symbn.core.ring"
DIFFERENTIATION = "symbn.core.differentiation"
UNFOLDING = "symbn.core.unfolding"
AXIOMS = "symbn.core.axioms"
RADICALS = "symbn.core.radicals"
EQUALITY = "symbn.core.equality"
INDEXING = "symbn.expr.indexing"

MUTATIONS = [
    # Reductions -------------------------------------------------------------------------------------------
    Mutation(
        "an index bound and unused gives 1",
        CONTRACTION,
        "accumulate(total, monomial, coefficient * dimension(e.ring, index.dim))",
        "accumulate(total, monomial, coefficient)",
        ("ones", "unused"),
    ),
    Mutation(
        "an index that a δ leaves unused gives 1",
        CONTRACTION,
        "coefficient = coefficient * dimension(ring, index.dim)",
        "coefficient = coefficient",
        ("cancelled",),
    ),
    Mutation(
        "eliminating a δ drops a factor",
        CONTRACTION,
        "rest = [renamed(f, names) for f in factors if not isinstance(f.head, DeltaHead)]",
        "rest = [renamed(f, names) for f in factors if not isinstance(f.head, DeltaHead)][1:]",
        ("delta-drops",),
    ),
    Mutation(
        "a δ of free indices is forgotten",
        CONTRACTION,
        "rest += [Factor(DELTA, (kept, gone)) for gone, kept in names.items() if not gone.is_bound]",
        "rest += []",
        ("delta-forgotten", "identity"),
    ),
    Mutation(
        "δ_ii is 0",
        CONTRACTION,
        "if a == b:\n                continue",
        "if a == b:\n                return None",
        ("delta-self",),
    ),
    Mutation(
        "δ_12 is 1",
        CONTRACTION,
        "str(b.label)[1:].isdigit():\n                    return None",
        "str(b.label)[1:].isdigit():\n                    continue",
        ("constants",),
    ),
    Mutation("exponents of one base do not add", CONTRACTION, "before + head.exponent", "head.exponent", ("merge",)),
    Mutation(
        "a root of a size keeps its whole part too",
        CONTRACTION,
        "exponent = exponent - base.ring.rational(floor)",
        "exponent = exponent",
        ("root-of-size",),
    ),
    Mutation(
        "(c e)^r without c^r",
        POWERS,
        "outside = _coefficient_power(content, exponent)",
        "outside = constant(ring.one)",
        ("content",),
    ),
    Mutation(
        "any component is a sum of squares",
        POWERS,
        "return all(component.count(factor) % 2 == 0 or _is_nonnegative_factor(factor) for factor in component)",
        "return True",
        ("square",),
    ),
    Mutation(
        "the root of any square is its base",
        "symbn.core.ring",
        "return ring.is_nonnegative(product)",
        "return True",
        ("sign",),
    ),
    Mutation(
        "the whole part of a power is lost",
        POWERS,
        "outside = constant(base**whole)",
        "outside = constant(ring.one)",
        ("split",),
    ),
    Mutation(
        "factors that share an index come apart",
        CONTRACTION,
        "if bound and not bound.isdisjoint(group[0]):",
        "if False:",
        ("components",),
    ),
    Mutation(
        "a product forgets a coefficient",
        CONTRACTION,
        "accumulate(total, in_order(left + right), c * d)",
        "accumulate(total, in_order(left + right), c)",
        ("coefficient-left", "coefficient-right"),
    ),
    Mutation(
        "bound indices of two components get one name",
        CONTRACTION,
        "names[i] = Index(len(bound), i.dim)",
        "names[i] = Index(0, i.dim)",
        ("apart",),
    ),
    Mutation(
        "terms with one monomial are not added",
        TERMS,
        "total = coefficient if present is None else present + coefficient",
        "total = coefficient",
    ),
    Mutation(
        "fractions are subtracted instead of added",
        RING,
        "product(self.numerator, b) + product(other.numerator, a)",
        "product(self.numerator, b) - product(other.numerator, a)",
        ("fractions",),
    ),
    Mutation(
        "fractions are not reduced",
        RING,
        "common = numerator.gcd(denominator)",
        "common = denominator.gcd(denominator * 0 + 1)",
    ),
    Mutation("every polynomial is taken for ≥ 0", RING, "c > 0 and all(", "True or all(", ("sign",)),
    # Canonical labelling ----------------------------------------------------------------------------------
    Mutation(
        "labelling sorts the indices of every factor",
        CANONICAL,
        "if len(symmetries) == 1:\n        return factor",
        "if len(symmetries) == 1:\n        return Factor(factor.head, tuple(sorted(factor.indices, key=index_key)))",
        ("arranged", "symmetric"),
    ),
    Mutation(
        "labelling merges components that are not isomorphic",
        CANONICAL,
        "vertex: Index(number, vertex.dim) for number, vertex in enumerate(order)",
        "vertex: Index(0, vertex.dim) for number, vertex in enumerate(order)",
        ("relabelled",),
    ),
    Mutation(
        "colours see the names of bound indices",
        CANONICAL,
        'marks = [(1, colours[i], "")',
        'marks = [(1, index_key(i)[1], "")',
    ),
    Mutation(
        "every matrix is taken for symmetric",
        TERMS,
        'if "symmetric" in self.traits else',
        "if self.out == 2 else",
        ("symmetric", "arranged"),
    ),
    Mutation(
        "the parameters of a nested sum may be exchanged",
        CANONICAL,
        "return tuple(tuple(first.index(i) for i in order) for order in orders)",
        "return tuple(permutations(range(len(first))))",
        ("captured",),
    ),
    # Differentiation --------------------------------------------------------------------------------------
    Mutation("∂e^r without r", DIFFERENTIATION, "inner).scaled(head.exponent)", "inner)", ("exponent",)),
    Mutation(
        "∂e^r with e^r",
        DIFFERENTIATION,
        "power(base, head.exponent - ring.one)",
        "power(base, head.exponent)",
        ("lowered",),
    ),
    Mutation(
        "the product rule keeps its last term only",
        DIFFERENTIATION,
        "inside = inside + contract([changed_factor, *others], bound)",
        "inside = contract([changed_factor, *others], bound)",
        ("product-first", "product-last"),
    ),
    Mutation(
        "the product rule keeps its last component only",
        DIFFERENTIATION,
        "result = result + multiply(rest, inside)",
        "result = multiply(rest, inside)",
        ("component-first", "component-last"),
    ),
    Mutation(
        "functions ignore their arguments",
        DIFFERENTIATION,
        "if _sum_depends(body, by, theory):",
        "if False:",
        ("arguments",),
    ),
    Mutation(
        "functions depend on their last argument only",
        DIFFERENTIATION,
        "result = result + chain(number, places, inner)",
        "result = chain(number, places, inner)",
        ("argument-first", "argument-last"),
    ),
    Mutation(
        "the chain rule ignores one dependency",
        DIFFERENTIATION,
        "sorted(theory.direct(head.name))",
        "sorted(theory.direct(head.name))[-1:]",
        ("dependency-first", "dependency-last"),
    ),
    Mutation(
        "φ(e) has the derivative of e", DIFFERENTIATION, "return multiply(outer, inner)", "return inner", ("outer",)
    ),
    Mutation("φ has itself for its derivative", DIFFERENTIATION, "head.order + 1", "head.order", ("order",)),
    Mutation(
        "parameters in coefficients are constants",
        DIFFERENTIATION,
        "return coefficient.derivative(by.name)",
        "return ring.zero",
        ("parameter",),
    ),
    Mutation(
        "∂x_i/∂x_j is 1",
        DIFFERENTIATION,
        "product = multiply(product, delta(ring, a, b))",
        "product = product",
        ("variable",),
    ),
    Mutation(
        "exponents are constants",
        DIFFERENTIATION,
        "changed = _differentiate_coefficient(head.exponent, by)",
        "changed = ring.zero",
        ("power-of-parameter",),
    ),
    Mutation("cos′ is sin", AXIOMS, '"cos": lambda u: -_f("sin", u)', '"cos": lambda u: _f("sin", u)', ("cos",)),
    Mutation(
        "tanh′ is 1 + tanh²",
        AXIOMS,
        '_number(u, 1) - _squared(_f("tanh", u))',
        '_number(u, 1) + _squared(_f("tanh", u))',
        ("tanh",),
    ),
    Mutation("log′(u) is u", AXIOMS, '"log": lambda u: power(u, u.ring.rational(-1))', '"log": lambda u: u', ("log",)),
    Mutation("σ′ is σ", AXIOMS, '_f("sigmoid", u) - _squared(_f("sigmoid", u))', '_f("sigmoid", u)', ("sigmoid",)),
    Mutation("exp′ is 1", AXIOMS, '"exp": lambda u: _f("exp", u)', '"exp": lambda u: _number(u, 1)', ("outer",)),
    # Unfolding --------------------------------------------------------------------------------------------
    Mutation(
        "unfolding drops the slots",
        UNFOLDING,
        "body = differentiate(body, Variable(target, places), held)",
        "body = body",
        ("slots",),
    ),
    Mutation("unfolding counts what is held", UNFOLDING, "held = theory.functions_only", "held = theory", ("held",)),
    Mutation(
        "a symbol at 0 keeps its value",
        UNFOLDING,
        "return SumOfProducts(e.ring, {}) if head.name == name else None",
        "return None",
    ),
    # Zero tests -------------------------------------------------------------------------------------------
    Mutation(
        "the rewriting of a root adds what it should subtract",
        RADICALS,
        "power(base, head.exponent + ring.one) - multiply(lower,",
        "power(base, head.exponent + ring.one) + multiply(lower,",
        ("rewrite",),
    ),
    Mutation("clearing drops a group", RADICALS, "    return cleared\n", "    return cleared[1:]\n", ("group",)),
    Mutation(
        "one term is taken for none",
        EQUALITY,
        "if e.is_zero():\n        return ()\n    if not thorough:",
        "if len(e.terms) < 2:\n        return ()\n    if not thorough:",
        ("decided",),
    ),
    # Matrix notation to index notation ---------------------------------------------------------------------
    Mutation(
        "a transpose is ignored",
        INDEXING,
        "return self.to_sum(e.arg, column, row)",
        "return self.to_sum(e.arg, row, column)",
        ("transposed",),
    ),
    Mutation(
        "Jacobians are transposed",
        INDEXING,
        "inside = self.to_sum(e.arg, row if tall else None, None if tall else row)\n            free = present(column)",
        "inside = self.to_sum(e.arg, column if tall else None, None if tall else column)\n"
        "            free = present(row)",
        ("layout",),
    ),
    Mutation(
        "every entry of I is 1",
        INDEXING,
        "result = multiply(result, delta(self.ring, a, b))",
        "result = multiply(result, constant(self.ring.one))",
        ("identity",),
    ),
    Mutation(
        "a diagonal of a list fills its matrix",
        INDEXING,
        "entry = self._renamed(e.body, None, None, {index: row})\n"
        "            return multiply(delta(self.ring, row, column), entry)",
        "entry = self._renamed(e.body, None, None, {index: row})\n            return entry",
        ("stack",),
    ),
    Mutation(
        "a bound index captures a free one of its name",
        INDEXING,
        "if names.keys().isdisjoint(present(row, column)):",
        "if True:",
        ("capture",),
    ),
    Mutation(
        "a matrix's power has one factor less",
        INDEXING,
        "(e.base,) * e.exponent",
        "(e.base,) * (e.exponent - 1)",
        ("matrix-power",),
    ),
    Mutation(
        "a quotient multiplies",
        INDEXING,
        "below = power(self.to_sum(e.denominator, *places), ring.rational(-1))",
        "below = power(self.to_sum(e.denominator, *places), ring.rational(1))",
        ("quotient",),
    ),
]

EVIDENCE = [
    Mutation(
        "evidence ignores a transpose",
        "symbn.evidence.nodes",
        "return [list(column) for column in zip(*e.value(node.arg, frame), strict=True)]",
        "return e.value(node.arg, frame)",
        ("transposed",),
    ),
    Mutation(
        "evidence fills the identity",
        "symbn.evidence.nodes",
        "Identity: _constant(lambda i, j: int(i == j))",
        "Identity: _constant(lambda i, j: 1)",
        ("identity",),
    ),
]
"""What happens if it is the second path that is broken: true claims become errors, false ones stay unproved."""


TWINS = Mutation(
    "any two vertices are taken for twins", CANONICAL,
    "return Counter(map(arrange, moved)) == Counter(map(arrange, factors))", "return True",
)  # fmt: skip
"""Shows on graphs only whose vertices look alike and are not: those of tests/laws."""


@cache
def right() -> dict[str, Outcome]:
    """What the real core says."""
    return outcomes(None, TEXT)


def test_the_real_core_gives_every_right_verdict() -> None:
    assert_right(right())
    assert len(right()) > 95


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_a_broken_rule_is_noticed(mutation: Mutation) -> None:
    found = outcomes(mutation, TEXT)
    assert_noticed(mutation, found, right())


@pytest.mark.parametrize("mutation", EVIDENCE, ids=lambda m: m.name)
def test_a_broken_second_path_is_noticed(mutation: Mutation) -> None:
    found = outcomes(mutation, TEXT)
    assert any("X001" in o.codes for o in found.values() if o.truth)
    assert not any(o.verdict == "proved" for o in found.values() if not o.truth)


def test_false_twins_are_noticed_by_the_graphs() -> None:
    """A triangle and a 4-cycle under one hub: the labelling depends on which vertex came first."""
    path = Path(__file__).parent.parent / "laws" / "test_canonical_graphs.py"
    edges = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 6), (6, 3), *((7, k) for k in range(7))]
    forms = []
    for mutation in (None, TWINS):
        with mutated(mutation):
            spec = importlib.util.spec_from_file_location("graphs_of_a_mutant", path)
            assert spec is not None and spec.loader is not None
            graphs = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(graphs)
            forms.append(len({repr(graphs.component(graphs.UNDIRECTED, edges, seed)) for seed in range(12)}))
    assert forms[0] == 1 and forms[1] > 1


def test_every_false_claim_is_some_mutations_temptation() -> None:
    """No claim is there for nothing."""
    wanted = {label for m in [*MUTATIONS, *EVIDENCE] for label in m.proves}
    false = {o.label for o in right().values() if not o.truth}
    assert wanted <= false
    assert false - wanted <= {"trace", "hadamard", "gcd", "collected"}
