"""The rules of inverses, determinants, means, powers of matrices and entries broken in turn: the claims notice."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.sabotage.mutants import Mutation
from tests.sabotage.outcomes import Outcome, assert_noticed, assert_right, outcomes

TEXT = (Path(__file__).parent / "claims_of_matrices.md").read_text(encoding="utf-8")

MATRICES = "symbn.core.matrices"
APPLICATIONS = "symbn.core.applications"
EXPECTATION = "symbn.core.expectation"
REBUILDING = "symbn.core.rebuilding"
WORDS = "symbn.core.words"
CHAINS = "symbn.core.chains"
RELATIONS = "symbn.core.relations"
THROUGH = "symbn.core.through"
UPDATES = "symbn.core.updates"
ENTRIES = "symbn.core.entries"
ELEMENTARY = "symbn.core.elementary"
AXIOMS = "symbn.core.axioms"
POWERS = "symbn.core.powers"
MATRIX_POWERS = "symbn.core.matrix_powers"
POWER_CHAINS = "symbn.core.power_chains"
PERIODIC_POWERS = "symbn.core.periodic_powers"
DIFFERENTIATION = "symbn.core.differentiation"
INDEXING = "symbn.expr.indexing"

MUTATIONS = [
    # Inverses and determinants ----------------------------------------------------------------------------
    Mutation(
        "det(A B) is det A", MATRICES,
        "return multiply(determinant(left, row, place), determinant(right, place, column))",
        "return determinant(left, row, place)", ("product",),
    ),
    Mutation("det(c A) is c det A", MATRICES, "result = power(scale, size)", "result = scale", ("scaling",)),
    Mutation(
        "every inverse is symmetric", MATRICES,
        "symmetric = straight == turned and captured == captured_turned", "symmetric = True", ("symmetric",),
    ),
    Mutation(
        "rows of inverses of a family are one inverse", MATRICES,
        "return head if {row, column}.isdisjoint(indices[2:]) else None", "return head", ("family",),
    ),
    Mutation(
        "∂A⁻¹ has the sign +", MATRICES,
        "return -bind(bind(multiply(multiply(left, changed), right), row), column)",
        "return bind(bind(multiply(multiply(left, changed), right), row), column)", ("sign",),
    ),
    Mutation(
        "∂ det A has A⁻ᵀ", MATRICES,
        "turned = rename(inverse(body, row, column), {row: column, column: row})",
        "turned = inverse(body, row, column)", ("turned",),
    ),
    Mutation(
        "inverses are transposed", APPLICATIONS,
        "return rename(inverse(argument.body, row, column), {row: out[0], column: out[1]})",
        "return rename(inverse(argument.body, row, column), {row: out[1], column: out[0]})", ("inverse-turned",),
    ),
    Mutation(
        "a symmetric matrix has independent entries", DIFFERENTIATION,
        '[wanted, transposed(wanted)] if "symmetric" in head.traits else [wanted]', "[wanted]",
        ("symmetric-derivative", "symmetric-derivative-too"),
    ),
    # Means ------------------------------------------------------------------------------------------------
    Mutation(
        "the derivative of a mean is not averaged", APPLICATIONS,
        "lambda out, arguments, changed: expectation(changed)", "lambda out, arguments, changed: changed",
        ("averaged-derivative",),
    ),
    Mutation(
        "functions of what is random are not random", EXPECTATION,
        "return any(is_random(inner) for e in nested(head) for inner in e.factors())", "return False", ("outside",),
    ),
    Mutation(
        "random factors are independent", EXPECTATION,
        "certain.append(_moment([atom(ring, *factor) for factor in moment]))",
        "certain += [_moment([atom(ring, *factor)]) for factor in moment]", ("independent",),
    ),
    Mutation(
        "no function's argument is random", INDEXING,
        'frozenset(["random"] if e.name in self._averaged else [])', "frozenset()", ("averaged",),
    ),
    # Relations --------------------------------------------------------------------------------------------
    Mutation("what is not touched is dropped", REBUILDING, "kept.append(component)", "pass", ("untouched",)),
    Mutation(
        "a power is remade without its exponent", REBUILDING,
        "return power(change(opened(head.base, indices)), head.exponent)",
        "return change(opened(head.base, indices))", ("remade",),
    ),
    Mutation(
        "a rule has the opposite sign", WORDS, "scale = -e[left].inverse()", "scale = e[left].inverse()",
        ("oriented", "oriented-too"),
    ),
    Mutation(
        "overlaps are added", WORDS,
        "_add(difference, before + word, -c)", "_add(difference, before + word, c)", ("collapsed",),
    ),
    Mutation(
        "a chain forgets its numbers", CHAINS,
        "scalars = [c for c in monomial if row not in c.free and column not in c.free]", "scalars = []", ("scalars",),
    ),
    Mutation("a chain forgets what hangs at it", CHAINS, "if hanging:", "if False:", ("hanging",)),
    Mutation(
        "a joint may be free", RELATIONS,
        'or (label[:1] == "!" and host_index not in bound)', "or False", ("free-joint",),
    ),
    Mutation(
        "A⁻¹A is 2 I", RELATIONS,
        "yield bind(multiply(entry(row, joint), body(joint, column)), joint) - identity, row, column",
        "yield bind(multiply(entry(row, joint), body(joint, column)), joint) - identity - identity, row, column",
        ("collapsed",),
    ),
    Mutation(
        "a direct rule has the opposite sign", RELATIONS,
        "rest.scaled(-coefficient.inverse())", "rest.scaled(coefficient.inverse())", ("direct",),
    ),
    Mutation(
        "multiplying through leaves a term as it is", THROUGH,
        "result = result + bind(multiply(body, term), end)", "result = result + rename(term, {end: new})",
        ("through",),
    ),
    Mutation(
        "multiplying through cancels on either side", THROUGH,
        "found.head != head or (found.indices[side] != end and not (symmetric and found.indices[1 - side] == end))",
        "found.head != head", ("sides",),
    ),
    # Updates ----------------------------------------------------------------------------------------------
    Mutation(
        "det(A + u vᵀ) is det A (1 − vᵀA⁻¹u)", UPDATES,
        "constant(ring.one) + bind(rename(turned, {column: row}), row)",
        "constant(ring.one) - bind(rename(turned, {column: row}), row)", ("lemma",),
    ),
    Mutation(
        "Sherman and Morrison with the sign +", UPDATES,
        "return inverse(first, row, column) - multiply(both,", "return inverse(first, row, column) + multiply(both,",
        ("morrison",),
    ),
    # Entries ----------------------------------------------------------------------------------------------
    Mutation(
        "every permutation is even", ENTRIES,
        "sign = (-1) ** sum(a > b for k, a in enumerate(order) for b in order[k:])", "sign = 1", ("leibniz",),
    ),
    Mutation(
        "cofactors have no sign", ENTRIES,
        "sign = body.ring.rational((-1) ** (row + column))", "sign = body.ring.one", ("cramer",),
    ),
    Mutation(
        "a sum is its last term", ENTRIES,
        "total = total + contract(parts, rest)", "total = contract(parts, rest)", ("counted",),
    ),
    # Functions --------------------------------------------------------------------------------------------
    Mutation(
        "sin² is 1 + cos²", ELEMENTARY,
        "constant(e.ring.one) - multiply(cosine, cosine)", "constant(e.ring.one) + multiply(cosine, cosine)",
        ("circle",),
    ),
    Mutation(
        "sinh is cosh", AXIOMS,
        '"sinh": lambda u: _halved(_f("exp", u) - _f("exp", -u))',
        '"sinh": lambda u: _halved(_f("exp", u) + _f("exp", -u))',
        ("hyperbolic",),
    ),
    Mutation(
        "max(0, e) is |e|", POWERS,
        "return (e + absolute(e)).scaled(e.ring.rational(Fraction(1, 2)))", "return absolute(e)", ("rectified",),
    ),
    # Powers of matrices -----------------------------------------------------------------------------------
    Mutation(
        "0⁰ is 0", POWERS,
        "if not exponent.is_positive():\n            raise NoRule", "if False:\n            raise NoRule",
        ("zero-power",),
    ),
    Mutation(
        "a column of I is I", MATRIX_POWERS, "if (e - delta(ring, row, column)).is_zero():", "if _is_delta(e):",
        ("delta-power",),
    ),
    Mutation(
        "exponents of a power of a power add", MATRIX_POWERS,
        "together = multiply(inner, exponent)", "together = inner + exponent", ("power-of-power",),
    ),
    Mutation(
        "∂Mᵏ has one factor too many", MATRIX_POWERS,
        "left = _raised(matrix, at - constant(ring.one), (out[0], row))",
        "left = _raised(matrix, at, (out[0], row))", ("power-derivative",),
    ),
    Mutation(
        "of two powers side by side one is kept", POWER_CHAINS,
        "_power(first.base, before + after, start, end)", "_power(first.base, before, start, end)",
        ("side-by-side", "side-by-side-too"),
    ),
    Mutation(
        "a shifted sum forgets its last term", POWER_CHAINS,
        "total = total + _with_exponent(factor, size + added) - _with_exponent(factor, added)",
        "total = total - _with_exponent(factor, added)", ("shifted",),
    ),
    Mutation(
        "even and odd powers of a reflection are exchanged", PERIODIC_POWERS,
        "even, odd = constant(half) + sign, constant(half) - sign",
        "odd, even = constant(half) + sign, constant(half) - sign", ("reflection",),
    ),
    Mutation(
        "every matrix is a projection", PERIODIC_POWERS,
        "if is_at_least(exponent.body, 1) and is_zero(square - matrix.body):", "if is_at_least(exponent.body, 1):",
        ("idempotent",),
    ),
]  # fmt: skip


@cache
def right() -> dict[str, Outcome]:
    """What the real core says."""
    return outcomes(None, TEXT)


def test_the_real_core_gives_every_right_verdict() -> None:
    assert_right(right())
    assert len(right()) > 60


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_a_broken_rule_of_matrices_is_noticed(mutation: Mutation) -> None:
    assert_noticed(mutation, outcomes(mutation, TEXT), right())
