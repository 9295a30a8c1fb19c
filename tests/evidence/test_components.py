"""Every node means what tree.py says, at sizes that are unequal; what has no rule has no value."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from flint import fmpq

from symbn.evidence.components import Evaluator, OutOfTime
from symbn.evidence.functions import Polynomial
from symbn.evidence.matrices import Matrix
from symbn.evidence.nodes import RULES
from symbn.evidence.numeric import Scalar, Undefined
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.tree import (
    At,
    Delta,
    Diagonal,
    DiagonalPart,
    Expr,
    IndexConst,
    IndexVar,
    MatrixPower,
    Product,
    Stack,
    UnitVector,
    Zero,
)

from .notation import (
    add,
    apply,
    block,
    columns,
    define,
    determinant,
    differential,
    dimension,
    elementwise,
    entry,
    entrywise,
    fill,
    function,
    gradient,
    hadamard,
    identity,
    inverse,
    jacobian,
    kronecker,
    mean,
    minus,
    number,
    ones,
    over,
    phi,
    power,
    reference,
    softmax,
    symbol,
    times,
    total,
    trace,
    transposed,
    vec,
)

SIZES = {"n": 2, "m": 3}


@dataclass
class Given:
    """A point whose values and functions are written out."""

    values: dict[str, Matrix]
    functions: dict[tuple[str, int], Polynomial]

    def symbol(self, name: str, rows: int, columns: int) -> Matrix:
        value = self.values[name]
        assert (len(value), len(value[0])) == (rows, columns)
        return value

    def polynomial(self, name: str, output: int, arity: int) -> Polynomial:
        return self.functions[name, output]

    def weights(self, rows: int) -> list[Scalar]:
        return [fmpq(1, 4), fmpq(3, 4)]

    def outcome(self, name: str, rows: int, columns: int, number: int) -> Matrix:
        """x + 4 and x, of which the mean is x + 1."""
        return [[x + (4, 0)[number] for x in row] for row in self.values[name]]


A, S, s, x, y, w = (
    symbol("A", "n", "m"),
    symbol("S", "n", "n"),
    symbol("s"),
    symbol("x", "n"),
    symbol("y", "m"),
    symbol("w", "n"),
)
i, j = IndexVar("i", "n"), IndexVar("j", "m")
VALUES: dict[str, Matrix] = {
    "A": [[1, 2, 3], [4, 5, 6]],
    "S": [[1, 2], [3, 5]],
    "s": [[fmpq(1, 2)]],
    "x": [[2], [7]],
    "y": [[1], [-1], [3]],
    "w": [[1], [10]],
}
FUNCTIONS = {
    ("f", 0): Polynomial({(0, 1): 1, (0,): 2}),
    ("f", 1): Polynomial({(0, 0): 3}),
    ("f", 2): Polynomial({(1,): -1}),
    ("phi", 0): Polynomial({(0, 0, 0): 1, (0,): 1}),
}


def value(e: Expr, context: Context | None = None, sizes: dict[str, int] | None = None, **indices: int) -> Matrix:
    return Evaluator(context or Context(), sizes or SIZES, Given(VALUES, FUNCTIONS)).evaluate(e, indices)


half = fmpq(1, 2)
KRONECKER: Matrix = [
    [1, 2, 3, 2, 4, 6],
    [4, 5, 6, 8, 10, 12],
    [3, 6, 9, 5, 10, 15],
    [12, 15, 18, 20, 25, 30],
]
JACOBIAN: Matrix = [[*[0] * 2 * k, *row, *[0] * 2 * (2 - k)] for k in range(3) for row in ([1, 2], [3, 5])]  # I ⊗ S
CASES: list[tuple[str, Expr, Matrix]] = [
    ("number", number(Fraction(-1, 2)), [[-half]]),
    ("dimension", dimension("m"), [[3]]),
    ("fixed dimension", dimension(7), [[7]]),
    ("symbol", x, [[2], [7]]),
    ("identity", identity("n"), [[1, 0], [0, 1]]),
    ("ones", ones("n", "m"), [[1, 1, 1], [1, 1, 1]]),
    ("zero", Zero(shape=("m", "n")), [[0, 0]] * 3),
    ("unit vector", UnitVector(index=IndexConst(2, "m"), shape=("m", 1)), [[0], [1], [0]]),
    ("last unit vector", UnitVector(index=IndexConst("m", "m"), shape=("m", 1)), [[0], [0], [1]]),
    ("position", total(j, times(tree.Position(index=j, shape=(1, 1)), entry(y, j))), [[8]]),
    ("delta", Delta(first=IndexConst(2, "n"), second=IndexConst("n", "n"), shape=(1, 1)), [[1]]),
    ("other delta", Delta(first=IndexConst(1, "n"), second=IndexConst("n", "n"), shape=(1, 1)), [[0]]),
    ("add", add(x, w, x), [[5], [24]]),
    ("product", times(S, A), [[9, 12, 15], [23, 31, 39]]),
    ("scaled product", times(A, s, y), [[4], [half * 17]]),
    ("outer product", times(x, transposed(y)), [[2, -2, 6], [7, -7, 21]]),
    ("inner product between", Product(factors=(y, transposed(x), w), shape=("m", 1)), [[72], [-72], [216]]),
    ("inner product before", Product(factors=(transposed(x), w, y), shape=("m", 1)), [[72], [-72], [216]]),
    ("hadamard", hadamard(x, w), [[2], [70]]),
    ("quotient by a scalar", over(x, s), [[4], [14]]),
    ("quotient by entries", over(x, w), [[2], [fmpq(7, 10)]]),
    ("power", power(x, -1), [[half], [fmpq(1, 7)]]),
    ("power with a symbolic exponent", power(x, dimension("m")), [[8], [343]]),
    ("matrix power", MatrixPower(base=S, exponent=3, shape=("n", "n")), [[43, 74], [111, 191]]),
    ("zeroth matrix power", MatrixPower(base=S, exponent=0, shape=("n", "n")), [[1, 0], [0, 1]]),
    ("symbolic power", tree.SymbolicPower(base=S, exponent=dimension("m"), shape=("n", "n")), [[43, 74], [111, 191]]),
    ("inverse", inverse(S), [[-5, 2], [3, -1]]),
    ("determinant", determinant(S), [[-1]]),
    ("kronecker", kronecker(S, A), KRONECKER),
    ("kronecker of columns", kronecker(x, w), [[2], [20], [7], [70]]),
    ("vec", vec(A), [[1], [4], [2], [5], [3], [6]]),
    ("block", block((S, x), (transposed(w), s)), [[1, 2, 2], [3, 5, 7], [1, 10, half]]),
    ("softmax", softmax(minus(x, x)), [[half], [half]]),
    ("softmax of a row", softmax(fill(s, 1, "m")), [[fmpq(1, 3)] * 3]),
    ("transpose", transposed(A), [[1, 4], [2, 5], [3, 6]]),
    ("fill", fill(s, "n", "m"), [[half] * 3] * 2),
    ("elementwise", elementwise("abs", y), [[1], [1], [3]]),
    ("apply", apply("f", ("m", 1), x), [[18], [12], [-7]]),
    ("entrywise", phi("phi", y), [[2], [-2], [30]]),
    ("primed", phi("phi", y, 1), [[4], [4], [28]]),
    ("twice primed", phi("phi", y, 2), [[6], [-6], [18]]),
    ("entry", entry(A, IndexConst(1, "n"), IndexConst("m", "m")), [[3]]),
    ("entry of a column", entry(y, IndexConst(2, "m")), [[-1]]),
    ("entry of a row", entry(transposed(y), None, IndexConst(2, "m")), [[-1]]),
    ("row", entry(A, IndexConst(2, "n")), [[4, 5, 6]]),
    ("column", entry(A, None, IndexConst(2, "m")), [[2], [5]]),
    ("trace", trace(S), [[6]]),
    ("diagonal", Diagonal(arg=x, shape=("n", "n")), [[2, 0], [0, 7]]),
    ("diagonal of a row", Diagonal(arg=transposed(x), shape=("n", "n")), [[2, 0], [0, 7]]),
    ("diagonal part", DiagonalPart(arg=S, shape=("n", 1)), [[1], [5]]),
    ("sum", total(j, entry(A, None, j)), [[6], [15]]),
    ("stack of rows", Stack(index=i, body=entry(A, i), axis="rows", shape=("n", "m")), VALUES["A"]),
    ("stack of columns", columns(j, times(entry(y, j), x)), [[2, -2, 6], [7, -7, 21]]),
    ("diagonal stack", Stack(index=i, body=entry(x, i), axis="diagonal", shape=("n", "n")), [[2, 0], [0, 7]]),
    ("jacobian", jacobian(times(transposed(A), x), x), [[1, 4], [2, 5], [3, 6]]),
    ("jacobian of a row", jacobian(times(transposed(x), A), x), [[1, 4], [2, 5], [3, 6]]),
    ("gradient", gradient(times(transposed(x), A, y), A), [[2, -2, 6], [7, -7, 21]]),
    ("jacobian of vec by vec", jacobian(vec(times(S, A)), vec(A)), JACOBIAN),
    (
        "jacobian by vec",
        jacobian(times(transposed(x), A), vec(A)),
        [[2, 7, 0, 0, 0, 0], [0, 0, 2, 7, 0, 0], [0] * 4 + [2, 7]],
    ),
    (
        "jacobian by vec of the transpose",
        jacobian(times(A, y), vec(transposed(A))),
        [[1, -1, 3, 0, 0, 0], [0, 0, 0, 1, -1, 3]],
    ),
    ("gradient by vec", gradient(times(transposed(x), A, y), vec(A)), [[2], [7], [-2], [-7], [6], [21]]),
    ("derivative of a determinant", gradient(determinant(S), S), [[5, -3], [-2, 1]]),
    ("mean without random names", mean(x), [[2], [7]]),
    ("entrywise derivative", entrywise(times(s, s, x), s), [[2], [7]]),
    ("differential", differential(hadamard(x, x), x, w), [[4], [140]]),
    ("differential of a matrix", differential(times(A, y), A, symbol("A", "n", "m")), [[8], [17]]),
    ("at zero", At(arg=add(x, times(s, w)), name="w", shape=("n", 1)), [[2], [7]]),
    ("derivative at zero", At(arg=jacobian(hadamard(w, add(w, x)), w), name="w", shape=("n", "n")), [[2, 0], [0, 7]]),
]


@pytest.mark.parametrize(("e", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_the_entries_of_a_node(e: Expr, expected: Matrix) -> None:
    assert value(e) == expected


def test_every_node_type_has_a_rule_and_occurs_above_or_in_a_reference() -> None:
    nodes = {t for t in vars(tree).values() if isinstance(t, type) and issubclass(t, Expr) and t is not Expr}
    occurring = {type(node) for _, e, _ in CASES for node in tree.walk(e)}
    assert nodes == set(RULES) == occurring | {tree.Reference}


def test_a_node_without_a_rule_raises() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Permanent(Expr):
        arg: Expr

    unknown = Permanent(arg=S, shape=(1, 1))
    for e in (unknown, add(number(1), unknown), gradient(unknown, S)):
        with pytest.raises(TypeError):
            value(e)


def test_a_reference_binds_indices_and_parameters_of_its_definition() -> None:
    context = Context()
    u = symbol("x", "m")  # a parameter hides a symbol of its name
    define(context, "column", entry(A, None, j), (j,))
    define(context, "scaled", times(entry(w, i), u), (i,), (u,))
    assert value(reference(context, "column", j), context, j=3) == [[3], [6]]
    e = reference(context, "scaled", IndexConst(2, "n"), arguments=(y,))
    assert value(e, context) == [[10], [-10], [30]]


def test_positions_beyond_a_size_are_undefined() -> None:
    third = entry(x, IndexConst(3, "n"))
    with pytest.raises(Undefined):
        value(third)
    with pytest.raises(Undefined):
        value(UnitVector(index=IndexConst(3, "n"), shape=("n", 1)))


def test_a_sum_hides_a_free_index_of_its_name() -> None:
    e = times(entry(x, i), total(i, entry(x, i)))
    assert value(e, i=1) == [[18]] and value(e, i=2) == [[63]]


def test_a_deadline_ends_an_evaluation() -> None:
    evaluator = Evaluator(Context(), SIZES, Given(VALUES, FUNCTIONS), deadline=0.0)
    with pytest.raises(OutOfTime):
        evaluator.evaluate(total(j, entry(A, None, j)))


# ---------------------------------------------------------------- derivatives


def test_a_derivative_by_a_parameter_holds_only_the_parameter() -> None:
    """f(x) := ∂(xᵀx)/∂x applied to y is 2yᵀ, although a symbol x exists."""
    context = Context()
    u = symbol("x", "m")
    define(context, "f", jacobian(times(transposed(u), u), u), (), (u,))
    assert value(reference(context, "f", arguments=(y,)), context) == [[2, -2, 6]]


def test_a_parameter_passes_a_perturbation_on() -> None:
    """∂q(Sx)/∂x = 2 xᵀSᵀS for q(u) := uᵀu."""
    context = Context()
    u = symbol("u", "n")
    define(context, "q", times(transposed(u), u), (), (u,))
    e = reference(context, "q", arguments=(times(S, x),))
    assert value(jacobian(e, x), context) == value(times(number(2), transposed(x), transposed(S), S), context)


def test_a_derivative_by_a_defined_name_holds_it_and_one_by_what_it_rests_on_goes_through_it() -> None:
    """z := Sx: ∂(zᵀz + xᵀx)/∂z = 2zᵀ, by x = 2zᵀS + 2xᵀ."""
    context = Context()
    define(context, "z", times(S, x))
    z = reference(context, "z")
    e = add(times(transposed(z), z), times(transposed(x), x))
    assert value(jacobian(e, z), context) == value(times(number(2), transposed(z)), context)
    through = add(times(number(2), transposed(z), S), times(number(2), transposed(x)))
    assert value(jacobian(e, x), context) == value(through, context)
    assert value(jacobian(e, z), context) != value(jacobian(e, x), context)


def test_members_of_a_family_are_independent_variables() -> None:
    """∂c_i/∂c_j = δ_ij I for c_j := A_{:j}."""
    context = Context()
    define(context, "c", entry(A, None, j), (j,))
    k = IndexVar("k", "m")
    e = jacobian(reference(context, "c", j), reference(context, "c", k))
    assert value(e, context, j=2, k=2) == [[1, 0], [0, 1]]
    assert value(e, context, j=2, k=3) == [[0, 0], [0, 0]]


def test_a_pinned_column_is_the_variable_through_every_name_for_it() -> None:
    """∂(1ᵀA 1)/∂A_{:j} = 1ᵀ, and a family that slices A is perturbed with it."""
    context = Context()
    define(context, "c", entry(A, None, j), (j,))
    held = tree.Target(name="A", shape=("n", "m"), column=j)
    c = reference(context, "c", j)
    assert value(jacobian(times(ones(1, "n"), A, ones("m")), c, held), context, j=2) == [[1, 1]]
    assert value(jacobian(times(transposed(x), c), c, held), context, j=2) == [[2, 7]]
    other = reference(context, "c", IndexConst(1, "m"))
    assert value(jacobian(times(transposed(x), other), c, held), context, j=2) == [[0, 0]]


def test_a_row_held_through_its_transpose_counts_the_same_entries() -> None:
    held = tree.Target(name="A", shape=("n", "m"), row=i)
    by_row = transposed(entry(A, i))
    assert value(jacobian(times(A, y), by_row, held), i=2) == [[0, 0, 0], [1, -1, 3]]
    assert value(gradient(trace(times(transposed(A), A)), by_row, held), i=2) == [[8], [10], [12]]


def test_a_gradient_by_a_transpose_is_the_transpose_of_the_gradient() -> None:
    e = times(transposed(x), A, y)
    by_transpose = gradient(e, transposed(A), tree.Target(name="A", shape=("n", "m")))
    assert value(by_transpose) == value(transposed(gradient(e, A)))


def test_a_hessian_is_a_derivative_of_a_derivative() -> None:
    """∇²(½xᵀSx) = ½(S + Sᵀ); three derivatives of the cube of s are 6."""
    q = times(number(Fraction(1, 2)), transposed(x), S, x)
    assert value(jacobian(gradient(q, x), x)) == [[1, fmpq(5, 2)], [fmpq(5, 2), 5]]
    assert value(entrywise(entrywise(entrywise(power(s, 3), s), s), s)) == [[6]]


def test_mixed_derivatives_commute() -> None:
    """∂/∂s ∂/∂x = ∂/∂x ∂/∂s of φ(s xᵀx), and through a name held in between."""
    e = phi("phi", times(s, transposed(x), x))
    one, other = entrywise(jacobian(e, x), s), jacobian(entrywise(e, s), x)
    assert value(one) == value(other) != value(jacobian(e, x))


def test_a_defined_name_held_outside_is_still_differentiated_through_inside() -> None:
    """z := s²: ∂/∂z ∂(z²)/∂s = ∂/∂z (2z · 2s) = 4s, in either order."""
    context = Context()
    define(context, "z", times(s, s))
    z = reference(context, "z")
    assert value(entrywise(entrywise(times(z, z), s), z), context) == [[2]]
    assert value(entrywise(entrywise(times(z, z), z), s), context) == [[2]]


def test_an_application_is_held_wherever_its_arguments_are_the_same() -> None:
    """h := f(x): ∂(hᵀh)/∂f(x) = 2hᵀ, also where x goes by another name; f(w) is not held."""
    context = Context()
    function(context, "f", ("m", 1), ("n", 1))
    define(context, "t", x)
    h, alias, other = (apply("f", ("m", 1), a) for a in (x, reference(context, "t"), w))
    e = add(times(transposed(h), alias), times(transposed(other), other))
    assert value(jacobian(e, h), context) == [[36, 24, -14]]
    assert value(jacobian(times(transposed(other), other), h), context) == [[0, 0, 0]]


def test_a_function_within_itself_is_held_only_inside() -> None:
    """∂φ(φ(s))/∂φ(s) = φ′(φ(s))."""
    context = Context()
    function(context, "phi", (1, 1), (1, 1))
    inner = apply("phi", (1, 1), s)
    e = entrywise(apply("phi", (1, 1), inner), inner)
    assert value(e, context) == value(phi("phi", inner, 1), context)


def test_the_chain_rule_of_an_unknown_function() -> None:
    """∂f(Sx)/∂x = ∂f(z)/∂z S at z := Sx."""
    context = Context()
    function(context, "f", ("m", 1), ("n", 1))
    define(context, "z", times(S, x))
    z = reference(context, "z")
    fz = apply("f", ("m", 1), z)
    assert value(jacobian(fz, x), context) == value(times(jacobian(fz, z), S), context)
    assert value(jacobian(fz, x), context) != value(times(jacobian(fz, z), transposed(S)), context)


def test_derivatives_at_kinks_and_edges_are_undefined() -> None:
    zero = minus(x, x)
    for e in (elementwise("abs", zero), elementwise("relu", zero), power(zero, Fraction(1, 2)), over(x, zero)):
        with pytest.raises(Undefined):
            value(jacobian(e, x))


def test_a_name_that_cannot_be_held_raises() -> None:
    context = Context()
    define(context, "c", entry(A, None, j), (j,))
    for name in ("c", "f"):
        function(context, "f", ("m", 1), ("n", 1))
        with pytest.raises(TypeError):
            value(jacobian(x, x, tree.Target(name=name, shape=("n", 1))), context)
    with pytest.raises(TypeError):
        value(At(arg=x, name="f", shape=x.shape), context)
