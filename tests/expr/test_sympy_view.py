"""Typed tree → SymPy → typed tree is the same expression; what SymPy cannot mean, and what cannot be, raises."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symbn.core.equality import Proof, decide
from symbn.diagnostics import NoteError, ShapeError
from symbn.expr import tree
from symbn.expr.context import Context, FunctionDeclaration, SymbolDeclaration
from symbn.expr.indexing import Indexing
from symbn.expr.places import places_of
from symbn.expr.statement import Statement
from symbn.expr.sympy_nodes import Gradient, Jacobian, UnknownFunction
from symbn.expr.sympy_view import from_sympy, to_sympy
from symbn.note import Note

NOTES = sorted((Path(__file__).parents[2] / "derivations").glob("*.md"))
SIDES = [
    pytest.param(statement, side, id=f"{path.stem}-{statement.id}-{number}")
    for path in NOTES
    for statement in Note.read(path).statements
    for number, side in enumerate(e for goal in statement.goals for e in (goal.left, goal.right))
]

m, n, p = sp.symbols("m n p", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True)
A, B = sp.MatrixSymbol("A", m, n), sp.MatrixSymbol("B", n, p)
S, x, y = sp.MatrixSymbol("S", n, n), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("y", n, 1)
a = sp.Symbol("a", real=True)


def same(left: tree.Expr, right: tree.Expr, context: Context) -> bool:
    """Whether two expressions are one tree, or have one normal form."""
    if left == right:
        return True
    indexing = Indexing(context)
    places = places_of(left.shape)
    return left.shape == right.shape and indexing.to_sum(left, *places) == indexing.to_sum(right, *places)


def equal(left: Any, right: Any) -> bool:
    """Whether two SymPy expressions are proved equal by the core."""
    first, context = from_sympy(left)
    second, context = from_sympy(right, context)
    indexing = Indexing(context)
    places = places_of(first.shape)
    answer = decide(indexing.to_sum(first, *places), indexing.to_sum(second, *places), indexing.theory)
    return isinstance(answer, Proof)


# Round trips ----------------------------------------------------------------------------------------------


def test_the_shipped_notes_are_here() -> None:
    assert len(NOTES) > 4 and len(SIDES) > 100


@pytest.mark.parametrize(("statement", "side"), SIDES)
def test_a_notes_claims_survive_sympy(statement: Statement, side: tree.Expr) -> None:
    seen = to_sympy(side, statement.context)
    sp.latex(seen), str(seen)
    back, context = from_sympy(seen, statement.context)
    assert same(side, back, context)


def node(kind: type[tree.Expr], *shape: tree.Dim, **parts: Any) -> Any:
    return kind(shape=shape or (1, 1), **parts)


_X = node(tree.Symbol, "n", 1, name="x")
_Y = node(tree.Symbol, "m", 1, name="y")
_A = node(tree.Symbol, "m", "n", name="A")
_S = node(tree.Symbol, "n", "n", name="S")
_E = node(tree.Symbol, name="e")
_T = node(tree.Symbol, "n", 1, name="t")
_N = node(tree.Dimension, dim="n")
_HALF = node(tree.Number, value=Fraction(1, 2))
_I, _K = tree.IndexVar("i", "n"), tree.IndexVar("k", "m")
_XI = node(tree.Slice, arg=_X, row=_I, column=None)
_CONTEXT = Context(
    {"m": 1, "n": 2},
    {
        s.name: s
        for s in (
            SymbolDeclaration("x", ("n", 1)),
            SymbolDeclaration("y", ("m", 1)),
            SymbolDeclaration("A", ("m", "n")),
            SymbolDeclaration("S", ("n", "n"), structure="symmetric"),
            SymbolDeclaration("e", (1, 1), "positive"),
        )
    },
    {
        f.name: f
        for f in (
            FunctionDeclaration("f", (("n", 1),), ("m", 1)),
            FunctionDeclaration("L", (("n", 1),), (1, 1)),
            FunctionDeclaration("phi", ((1, 1),), (1, 1)),
        )
    },
    {
        "v": tree.Definition("v", (), (), node(tree.Product, "m", 1, factors=(_A, _X)), 1, r"\hat v"),
        "w": tree.Definition("w", (_K,), (), node(tree.Slice, 1, "n", arg=_A, row=_K, column=None), 2, "w"),
        "q": tree.Definition(
            "q",
            (),
            (node(tree.Symbol, "n", 1, name="u"),),
            node(tree.Elementwise, "n", 1, function="exp", arg=node(tree.Symbol, "n", 1, name="u")),
            3,
            "q",
        ),
    },
)
_F = node(tree.Apply, "m", 1, name="f", arguments=(_X,))
_L = node(tree.Apply, name="L", arguments=(_X,))
_V = node(tree.Reference, "m", 1, name="v")
EVERY_NODE = [
    _HALF,
    _N,
    _E,
    _A,
    _V,
    node(tree.Reference, 1, "n", name="w", indices=(_K,)),
    node(tree.Reference, 1, "n", name="w", indices=(tree.IndexConst("m", "m"),)),
    node(tree.Reference, "n", 1, name="q", arguments=(_X,)),
    node(tree.Identity, "n", "n"),
    node(tree.Ones, "m", "n"),
    node(tree.Zero, "m", "n"),
    node(tree.UnitVector, "n", 1, index=_I),
    node(tree.UnitVector, "n", 1, index=tree.IndexConst(1, "n")),
    node(tree.Delta, first=_I, second=tree.IndexConst("n", "n")),
    node(tree.Add, terms=(_E, _N, _HALF)),
    node(tree.Add, "n", 1, terms=(_X, node(tree.Product, "n", 1, factors=(_S, _X)))),
    node(tree.Product, factors=(_E, _HALF, _N)),
    node(tree.Product, factors=(node(tree.Transpose, 1, "n", arg=_X), _S, _X)),
    node(tree.Product, "m", "n", factors=(_HALF, _A, _S, _E)),
    node(tree.Hadamard, "n", 1, factors=(_X, _X, _X)),
    node(tree.Quotient, numerator=_E, denominator=_N),
    node(tree.Quotient, "m", "n", numerator=_A, denominator=_N),
    node(tree.Quotient, "m", "n", numerator=node(tree.Ones, "m", "n"), denominator=_A),
    node(tree.Power, base=_E, exponent=_HALF),
    node(tree.Power, base=_E, exponent=_N),
    node(tree.Power, "n", 1, base=_X, exponent=node(tree.Number, value=Fraction(2))),
    node(tree.MatrixPower, "n", "n", base=_S, exponent=3),
    node(tree.MatrixPower, "n", "n", base=_S, exponent=0),
    node(tree.SymbolicPower, "n", "n", base=_S, exponent=_N),
    node(tree.Sum, index=_I, body=node(tree.Product, factors=(node(tree.Position, index=_I), _XI))),
    node(tree.Inverse, "n", "n", arg=_S),
    node(tree.MatrixPower, "n", "n", base=node(tree.Inverse, "n", "n", arg=_S), exponent=2),
    node(tree.Determinant, arg=_S),
    node(tree.Kronecker, tree.DimProduct(("m", "n")), tree.DimProduct(("n", "n")), left=_A, right=_S),
    node(tree.Vec, tree.DimProduct(("n", "m")), 1, arg=_A),
    node(tree.Block, tree.DimSum(("m", "n")), "n", cells=(_A, _S), columns=1),
    node(tree.Block, 2, 2, cells=(_E, _N, _HALF, _E), columns=2),
    node(tree.Softmax, "n", 1, arg=_X),
    node(tree.Expectation, arg=_E),
    node(tree.Expectation, "m", "n", arg=_A),
    node(tree.Transpose, "n", "m", arg=_A),
    node(tree.Fill, "m", "n", arg=_E),
    node(tree.Elementwise, function="sigmoid", arg=_E),
    *(
        node(tree.Elementwise, "n", 1, function=name, arg=_X)
        for name in ("exp", "log", "tanh", "softplus", "abs", "sign", "relu")
    ),
    _F,
    _L,
    node(tree.Apply, name="phi", arguments=(_E,), entrywise=True),
    node(tree.Apply, name="phi", arguments=(_E,), entrywise=True, order=2),
    node(tree.Apply, "n", 1, name="phi", arguments=(_X,), entrywise=True),
    node(tree.Apply, "n", 1, name="phi", arguments=(_X,), entrywise=True, order=1),
    node(tree.Slice, 1, "n", arg=_A, row=_K, column=None),
    node(tree.Slice, "m", 1, arg=_A, row=None, column=tree.IndexConst(2, "n")),
    node(tree.Slice, arg=_A, row=_K, column=_I),
    _XI,
    node(tree.Trace, arg=_S),
    node(tree.Diagonal, "n", "n", arg=_X),
    node(tree.Diagonal, "n", "n", arg=node(tree.Transpose, 1, "n", arg=_X)),
    node(tree.DiagonalPart, "n", 1, arg=_S),
    node(tree.Sum, index=_I, body=node(tree.Elementwise, function="exp", arg=_XI)),
    node(tree.Sum, "m", 1, index=_I, body=node(tree.Slice, "m", 1, arg=_A, row=None, column=_I)),
    node(tree.Stack, "n", 1, index=_I, body=_XI, axis="rows"),
    node(tree.Stack, "n", "n", index=_I, body=_XI, axis="diagonal"),
    node(tree.Stack, "n", "m", index=_K, body=node(tree.Transpose, "n", 1,
         arg=node(tree.Reference, 1, "n", name="w", indices=(_K,))), axis="columns"),
    node(tree.Derivative, "m", "n", arg=_F, variable=_X, target=tree.Target("x", ("n", 1)), layout="jacobian"),
    node(tree.Derivative, "n", 1, arg=_L, variable=_X, target=tree.Target("x", ("n", 1)), layout="gradient"),
    node(tree.Derivative, tree.DimProduct(("n", "n")), tree.DimProduct(("n", "n")),
         arg=node(tree.Vec, tree.DimProduct(("n", "n")), 1, arg=_S), target=tree.Target("S", ("n", "n")),
         variable=node(tree.Vec, tree.DimProduct(("n", "n")), 1, arg=_S), layout="jacobian"),
    node(tree.Derivative, arg=_L, variable=_XI, target=tree.Target("x", ("n", 1), row=_I), layout="entrywise"),
    node(tree.Derivative, "m", "m", arg=_V, variable=_V, target=tree.Target("v", ("m", 1)), layout="jacobian"),
    node(tree.Differential, "m", 1, arg=_F, variable=_X, target=tree.Target("x", ("n", 1)), increment=_T),
    node(tree.Differential, arg=_L, variable=_X, target=tree.Target("x", ("n", 1)), increment=_T),
    node(tree.At, "m", 1, name="t", arg=node(tree.Apply, "m", 1, name="f", arguments=(
        node(tree.Add, "n", 1, terms=(_X, _T)),))),
]  # fmt: skip


@pytest.mark.parametrize("e", EVERY_NODE, ids=lambda e: f"{type(e).__name__}-{e.shape[0]}x{e.shape[1]}")
def test_every_node_survives_sympy(e: tree.Expr) -> None:
    seen = to_sympy(e, _CONTEXT)
    assert bool(getattr(seen, "is_Matrix", False)) is not e.is_scalar
    sp.latex(seen), str(seen)
    back, context = from_sympy(seen, _CONTEXT)
    assert same(e, back, context)


def test_every_kind_of_node_is_tried() -> None:
    kinds = {kind for kind in vars(tree).values() if isinstance(kind, type) and issubclass(kind, tree.Expr)}
    assert {type(part) for e in EVERY_NODE for part in tree.walk(e)} == kinds - {tree.Expr}


def test_the_authors_form_stays() -> None:
    two = node(tree.Add, "n", 1, terms=(_X, _X))
    assert to_sympy(two, _CONTEXT).args == (sp.MatrixSymbol("x", n, 1),) * 2
    nested = node(tree.Product, "m", 1, factors=(node(tree.Product, "m", "n", factors=(_A, _S)), _X))
    assert len(to_sympy(nested, _CONTEXT).args) == 2


def test_a_node_without_a_rule_raises() -> None:
    class Unheard(tree.Expr):
        pass

    with pytest.raises(NoteError, match="E191"):
        to_sympy(Unheard(shape=("n", "n")), _CONTEXT)


@pytest.mark.parametrize(
    "misshapen",
    [
        node(tree.Add, "m", "n", terms=(_A, _S)),
        node(tree.Add, "m", "n", terms=(_A, _E)),
        node(tree.Product, "m", "m", factors=(_A, _A)),
        node(tree.Product, "m", "n", factors=(_A, _X)),
        node(tree.Hadamard, "m", "n", factors=(_A, _S)),
        node(tree.Transpose, "m", "n", arg=_A),
        node(tree.Trace, arg=_A),
        node(tree.Slice, arg=_A, row=_I, column=_I),
        node(tree.Derivative, "n", "m", arg=_F, variable=_X, target=tree.Target("x", ("n", 1)), layout="jacobian"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_shapes_are_checked_before_sympy(misshapen: tree.Expr) -> None:
    with pytest.raises(ShapeError):
        to_sympy(node(tree.At, *misshapen.shape, arg=misshapen, name="t"), _CONTEXT)


# Reading --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ill",
    [
        A + B,
        A + A.T,
        sp.MatAdd(x, x.T, evaluate=False),
        A * A,
        A * B + S,
        sp.HadamardProduct(A, B),
        x + S,
        sp.MatMul(A, S, A),
        S * sp.MatrixSymbol("S", p, p),
        sp.Sum(A[i, 0], (i, 0, n - 1)),
        sp.MatMul(A, B.T),
        sp.MatPow(A, 2, evaluate=False),
        A[1, :] + A[:, 1],
    ],
    ids=str,
)
def test_what_sympy_adds_without_complaint_is_rejected(ill: Any) -> None:
    with pytest.raises(ShapeError):
        from_sympy(ill)


@pytest.mark.parametrize(
    "foreign",
    [
        sp.Determinant(A), sp.Permanent(S), sp.pi * a, sp.Float(0.5) * a, sp.I * a, sp.oo, sp.Max(a, 0),
        sp.Integral(a, a), sp.Product(x[i, 0], (i, 0, n - 1)), sp.BlockDiagMatrix(S, S),
        sp.Adjoint(S), sp.Sum(x[i, 0], (i, 0, n - 2)), sp.Sum(x[i, 0], (i, 1, n)),
        sp.MatrixSymbol("M", n - 1, n), x[n - 2, 0], S[0:2, :], sp.Symbol("c", commutative=False),
        sp.Symbol("z", imaginary=True), sp.Symbol("o", odd=True), a + sp.Symbol("a"), sp.Symbol("x") + x[0, 0],
        sp.Derivative(S * x, x), sp.Piecewise((a, a > 0), (0, True)), sp.Derivative(a**2, (a, sp.Symbol("r"))),
    ],
    ids=str,
)  # fmt: skip
def test_a_sympy_node_without_a_meaning_raises(foreign: Any) -> None:
    with pytest.raises(NoteError):
        from_sympy(foreign)


def test_nothing_is_read_from_text() -> None:
    text = "__import__('os')"
    for read in (from_sympy, UnknownFunction("g"), lambda e: Jacobian(e, x), lambda e: Gradient(a, e)):
        with pytest.raises(sp.SympifyError):
            read(text)


EQUAL = [
    ((x.T * S * x)[0, 0], sp.Trace(x.T * S * x)),
    ((x.T * S * x)[0, 0], MatrixElement(sp.MatMul(x.T, S, x), 0, 0)),
    ((x.T * x)[0, 0] * S, (x.T * x) * S),
    ((A * B)[i, k], sp.Sum(A[i, j] * B[j, k], (j, 0, n - 1))),
    (sp.Sum(x[i, 0], (i, 0, n - 1)), sp.Sum(x[i - 1, 0], (i, 1, n))),
    (sp.Sum(x[i, 0] + sp.Sum(x[i, 0] * y[j, 0], (j, 0, n - 1)), (i, 0, n - 1)),
     (sp.OneMatrix(1, n) * x)[0, 0] * (1 + (sp.OneMatrix(1, n) * y)[0, 0])),
    (sp.Sum(S[i, j] * sp.KroneckerDelta(i, j), (i, 0, n - 1), (j, 0, n - 1)), sp.Trace(S)),
    (S.applyfunc(lambda t: t**2 + a), sp.HadamardProduct(S, S) + a * sp.OneMatrix(n, n)),
    (S.applyfunc(lambda t: t * sp.exp(-t)), sp.HadamardProduct(S, (-S).applyfunc(sp.exp))),
    (sp.FunctionMatrix(m, n, sp.Lambda((i, j), A[i, j] * x[j, 0])), A * sp.DiagMatrix(x)),
    (sp.FunctionMatrix(n, 1, sp.Lambda((i, j), x[i, 0] ** 2)), sp.HadamardPower(x, 2)),
    (sp.DiagonalMatrix(S), sp.HadamardProduct(S, sp.Identity(n))),
    (sp.DiagonalOf(A * A.T), sp.HadamardProduct(A, A) * sp.OneMatrix(n, 1)),
    (A[i, :] * B, (A * B)[i, :]),
    (sp.Matrix([[1, 2]]) * sp.MatrixSymbol("z", 2, 1), sp.MatrixSymbol("z", 2, 1).T * sp.Matrix([1, 2])),
    (sp.Derivative(sp.Trace(A * S * A.T), A), A * S + A * S.T),
    (sp.Derivative(a**3, (a, 2)), 6 * a),
    (sp.Derivative(sp.Function("g")(a**2), a), 2 * a * sp.diff(sp.Function("g")(a**2), a) / (2 * a)),
    (Jacobian(S * x, x), S),
    (Gradient((x.T * S * x)[0, 0], x), S * x + S.T * x),
    (Jacobian(UnknownFunction("g", p)(UnknownFunction("h", m)(x)), x),
     Jacobian(UnknownFunction("g", p)(UnknownFunction("h", m)(x)), UnknownFunction("h", m)(x))
     * Jacobian(UnknownFunction("h", m)(x), x)),
    (x / (x.T * x)[0, 0], x * (x.T * x) ** -1),
    (sp.E * a, sp.exp(1) * a),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), EQUAL, ids=[str(left) for left, _ in EQUAL])
def test_sympy_means_what_it_says(left: Any, right: Any) -> None:
    assert equal(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (S[i, j], S[j, i]),
        (S.applyfunc(lambda t: t**2), S * S),
        (sp.DiagonalMatrix(S), S),
        (x[0, 0], x[n - 1, 0]),
        (Jacobian(S * x, x), S.T),
        (sp.Derivative(sp.Trace(A * S * A.T), A), 2 * A * S),
        (sp.Trace(S * S), sp.Trace(S) ** 2),
        (sp.Sum(x[i, 0] * y[i, 0], (i, 0, n - 1)), sp.Sum(x[i, 0] * y[j, 0], (i, 0, n - 1), (j, 0, n - 1))),
    ],
    ids=str,
)
def test_false_twins_stay_apart(left: Any, right: Any) -> None:
    assert not equal(left, right)


def test_declarations_become_assumptions() -> None:
    e, context = from_sympy(sp.Symbol("s", positive=True) * sp.Symbol("r") * x)
    assert (context.symbols["s"].sign, context.symbols["r"].sign) == ("positive", "real")
    assert context.symbols["x"].shape == ("n", 1) and context.dimensions == {"n": 1}
    assert to_sympy(e, context).free_symbols >= {sp.Symbol("s", positive=True)}


def test_the_given_context_is_not_changed() -> None:
    before = Context()
    from_sympy(A * B, before)
    assert not before.symbols and not before.dimensions


@pytest.mark.parametrize("e", [_V, _L, _F, EVERY_NODE[-1]], ids=lambda e: type(e).__name__)
def test_sympy_may_not_differentiate_our_nodes(e: tree.Expr) -> None:
    seen, by = to_sympy(e, _CONTEXT), sp.MatrixSymbol("x", n, 1)
    assert by in seen.free_symbols
    with pytest.raises(NotImplementedError, match="symbn"):
        seen.diff(by)
    with pytest.raises(NotImplementedError, match="symbn"):
        (seen if e.is_scalar else sp.Trace(seen.T * seen)).diff(by)
