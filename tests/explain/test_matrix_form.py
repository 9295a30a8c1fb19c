"""Indices back to matrices: proved equal to the source always, and as short as an author would write it often."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from symbn.core.contraction import bind, fresh, multiply
from symbn.core.equality import Proof, decide
from symbn.core.heads import tensor
from symbn.core.powers import power as power_of
from symbn.core.powers import scalarwise
from symbn.core.terms import Index, SumOfProducts, Trait, constant
from symbn.core.unfolding import unfold_derivatives
from symbn.explain.latex import to_latex
from symbn.explain.matrix_form import matrix_form
from symbn.expr import tree
from symbn.expr.context import Context, FunctionDeclaration, SymbolDeclaration
from symbn.expr.indexing import Indexing
from symbn.expr.places import indices_of
from symbn.expr.statement import Statement
from symbn.note import Note

NOTES = sorted((Path(__file__).parents[2] / "derivations").glob("*.md"))
_WITHOUT_FORM = (tree.SymbolicPower, tree.Position)
"""What a matrix form is not written for yet: an exponent that is a size."""


def _is_plain(side: tree.Expr) -> bool:
    """Whether a side is made of plain sizes only, no products or sums of them."""
    nodes = list(tree.walk(side))
    plain = all(isinstance(dim, str | int) for node in nodes for dim in node.shape)
    return plain and not any(isinstance(node, _WITHOUT_FORM) for node in nodes)


SIDES = [
    pytest.param(statement, side, id=f"{path.stem}-{statement.id}-{number}")
    for path in NOTES
    for statement in Note.read(path).statements
    for number, side in enumerate(e for goal in statement.goals for e in (goal.left, goal.right))
    if _is_plain(side)
]
_SHAPES: dict[str, tree.Shape] = {
    "A": ("m", "n"), "B": ("n", "m"), "C": ("n", "n"), "D": ("n", "n"), "E": ("m", "m"), "G": ("n", "n"),
    "x": ("n", 1), "y": ("m", 1), "z": ("n", 1), "r": (1, "n"), "a": (1, 1),
}  # fmt: skip
_CONTEXT = Context(
    {"m": 1, "n": 1},
    {
        name: SymbolDeclaration(name, shape, structure="symmetric" if name == "G" else "general")
        for name, shape in _SHAPES.items()
    },
    {
        "f": FunctionDeclaration("f", (("n", 1),), ("m", 1)),
        "L": FunctionDeclaration("L", (("m", "n"),), (1, 1)),
        "phi": FunctionDeclaration("phi", ((1, 1),), (1, 1)),
    },
)
_TRAITS: tuple[frozenset[Trait], frozenset[Trait]] = (frozenset(), frozenset(["symmetric"]))
_ROW, _COLUMN = Index("~row", "n"), Index("~column", "n")


def proved_form(e: SumOfProducts, row: Index | None, column: Index | None, indexing: Indexing) -> tree.Expr:
    """The matrix form, which the core proves equal to its source."""
    form = matrix_form(unfold_derivatives(e, indexing.theory), row, column, indexing)
    assert isinstance(decide(indexing.to_sum(form, row, column), e, indexing.theory), Proof)
    return form


@pytest.mark.parametrize(("statement", "side"), SIDES)
def test_a_notes_claims_have_matrix_forms(statement: Statement, side: tree.Expr) -> None:
    indexing = Indexing(statement.context)
    places = indices_of(side.shape)
    source = indexing.to_sum(side, *places)
    form = proved_form(source, *places, indexing)
    assert form.shape == side.shape
    assert isinstance(decide(indexing.to_sum(form, *places), source, indexing.theory), Proof)


@pytest.mark.parametrize("label", ["eq:N10", "eq:N12", "eq:N14", "eq:N16", "eq:N17"])
def test_a_notes_derivatives_are_worked_out(label: str) -> None:
    """No derivative of anything but the unknown L is left."""
    note = Note.read(next(path for path in NOTES if path.stem == "batchnorm"))
    statement = next(s for s in note.statements if s.label == label)
    indexing = Indexing(statement.context)
    places = indices_of(statement.goals[0].left.shape)
    form = proved_form(indexing.to_sum(statement.goals[0].left, *places), *places, indexing)
    left = [node for node in tree.walk(form) if isinstance(node, tree.Derivative)]
    assert all(isinstance(node.arg, tree.Apply) and node.arg.name == "L" for node in left)
    assert not any(isinstance(node, tree.Sum) for node in tree.walk(form))


class Product:
    """Σ over bound indices of named factors, written `A ik, x k`: r and c are the row and the column."""

    def __init__(self, text: str, indexing: Indexing) -> None:
        self.indexing = indexing
        self.places: dict[str, Index] = {"r": _ROW, "c": _COLUMN}
        self.sum = constant(indexing.ring.one)
        for factor in text.split(", "):
            name, letters = factor.split(" ")
            dims = [dim for dim in _SHAPES[name] if dim != 1]
            indices = tuple(self.place(letter, str(dim)) for letter, dim in zip(letters, dims, strict=True))
            self.sum = multiply(self.sum, tensor(indexing.ring, name, indices, traits=_TRAITS[name == "G"]))
        for letter, index in self.places.items():
            if letter not in "rc" and not letter.isupper():
                self.sum = bind(self.sum, index)

    def place(self, letter: str, dim: str) -> Index:
        if letter.isupper():
            return Index(letter.lower(), dim)
        return self.places.setdefault(letter, fresh(dim))


def form_of(text: str, row: bool = True, column: bool = True) -> str:
    indexing = Indexing(_CONTEXT)
    made = Product(text, indexing).sum
    return to_latex(proved_form(made, _ROW if row else None, _COLUMN if column else None, indexing))


@pytest.mark.parametrize(
    ("indices", "matrices"),
    [
        ("C rk, D kc", "C D"),
        ("B rk, A kc", "B A"),
        ("A kr, A kc", r"A^{\top} A"),
        ("C rk, D ck", r"C D^{\top}"),
        ("x r, C rc, z c", r"\operatorname{diag}\left( x \right) C \operatorname{diag}\left( z \right)"),
        ("x r, z c", r"x z^{\top}"),
        ("r r, r c", r"r^{\top} r"),
        ("C rc, D rc", r"C \odot D"),
        ("x r", r"x \mathbf{1}_{n}^{\top}"),
        ("C rk", r"C \mathbf{1}_{n} \mathbf{1}_{n}^{\top}"),
        ("C rr, D rc", r"\operatorname{diag}\left( \operatorname{diag}\left( C \right) \right) D"),
        ("C rI", r"C_{:i} \mathbf{1}_{n}^{\top}"),
        ("G kr, G kc", "G G"),
        ("C rk, x k, D kc", r"C \operatorname{diag}\left( x \right) D"),
    ],
)
def test_matrices_of(indices: str, matrices: str) -> None:
    assert form_of(indices) == matrices


@pytest.mark.parametrize(
    ("indices", "scalar"),
    [
        ("x k, C kl, z l", r"x^{\top} C z"),
        ("C kl, D lk", r"\operatorname{tr}\left( C D \right)"),
        ("A kl, B lk", r"\operatorname{tr}\left( A B \right)"),
        ("C kk", r"\operatorname{tr}\left( C \right)"),
        ("x k", r"\mathbf{1}_{n}^{\top} x"),
        ("x k, z k", r"x^{\top} z"),
        ("C kl", r"\mathbf{1}_{n}^{\top} C \mathbf{1}_{n}"),
        ("C IJ", "C_{ij}"),
        ("A IJ", "A_{ij}"),
        ("x k, x l", r"\left( \mathbf{1}_{n}^{\top} x \right)^{2}"),
    ],
)
def test_scalars_of(indices: str, scalar: str) -> None:
    assert form_of(indices, row=False, column=False) == scalar


@pytest.mark.parametrize(
    ("indices", "column"),
    [("C rk", r"C \mathbf{1}_{n}"), ("C rk, x k", "C x"), ("A kr, y k", r"A^{\top} y"), ("x r, z r", r"x \odot z")],
)
def test_columns_of(indices: str, column: str) -> None:
    assert form_of(indices, column=False) == column


def test_what_has_no_matrix_form_is_an_explicit_sum() -> None:
    # The complete graph on four indices: three edges meet everywhere.
    form = form_of("C kl, D kp, G kq, C lp, D lq, C pq", row=False, column=False)
    assert form.count(r"\sum") == 1


def random_sum(rng: random.Random, indexing: Indexing, free: list[Index], depth: int = 0) -> SumOfProducts:
    """A random sum of products in some free indices, with nested powers and functions."""
    ring = indexing.ring
    total = constant(ring.zero)
    for _ in range(rng.randint(1, 3)):
        term = constant(ring.rational(rng.choice([1, -1, 2, -3])) * rng.choice([ring.one, ring.variable("n")]))
        bound = [fresh(rng.choice("mn")) for _ in range(rng.randint(0, 3))]
        places = [*free, *bound]
        for _ in range(rng.randint(1, 5)):
            if rng.random() < 0.75 or depth > 1:
                name = rng.choice([name for name in _SHAPES if name != "a"])
                indices = []
                for dim in (d for d in _SHAPES[name] if d != 1):
                    fitting = [place for place in places if place.dim == dim]
                    if not fitting:
                        fitting = [fresh(str(dim))]
                        bound += fitting
                        places += fitting
                    indices.append(rng.choice(fitting))
                term = multiply(term, tensor(ring, name, tuple(indices), traits=_TRAITS[name == "G"]))
                continue
            inner = random_sum(rng, indexing, rng.sample(places, min(1, len(places))), depth + 1)
            if rng.random() < 0.5:
                term = multiply(
                    term, power_of(inner + constant(ring.variable("a")), ring.rational(-1) / ring.rational(2))
                )
            else:
                term = multiply(term, scalarwise("tanh", 0, inner))
        for index in bound:
            term = bind(term, index)
        total = total + term
    return total


@pytest.mark.parametrize("seed", range(60))
def test_random_sums_have_matrix_forms(seed: int) -> None:
    rng = random.Random(seed)
    indexing = Indexing(_CONTEXT)
    row, column = rng.choice([(_ROW, _COLUMN), (_ROW, None), (None, _COLUMN), (None, None)])
    made = random_sum(rng, indexing, [i for i in (row, column) if i is not None])
    proved_form(made, row, column, indexing)


def test_unknown_functions_are_differentiated_by_name_or_by_a_shift() -> None:
    indexing = Indexing(_CONTEXT)
    x = tree.Symbol(name="x", shape=("n", 1))
    shifted = tree.Product(factors=(tree.Symbol(name="C", shape=("n", "n")), x), shape=("n", 1))
    forms = []
    for argument in (x, shifted):
        call = tree.Apply(name="f", arguments=(argument,), shape=("m", 1))
        asked = tree.Derivative(
            arg=call, variable=x, target=tree.Target("x", ("n", 1)), layout="jacobian", shape=("m", "n")
        )
        places = indices_of(asked.shape)
        forms.append(proved_form(indexing.to_sum(asked, *places), *places, indexing))
    assert to_latex(forms[0]) == r"\frac{\partial f(x)}{\partial x}"
    assert to_latex(forms[1]) == r"\left( \frac{\partial f(C x + t)}{\partial t} \right)\big|_{t = 0} C"
