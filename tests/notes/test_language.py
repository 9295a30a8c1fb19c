r"""What formulas are read as: inverses, determinants, blocks, differentials, means, and what only looks like them."""

from __future__ import annotations

import pytest

from symbn.diagnostics import Diagnostic
from symbn.explain.latex import to_latex
from symbn.expr import tree
from symbn.expr.statement import Statement
from symbn.expr.tree import DimProduct, DimSum, Expr
from symbn.note import Note

DECLARED = r"""$A, B \in \mathbb{R}^{n \times n}$, $C \in \mathbb{R}^{m \times n}$, $S \in \mathbb{S}^n$,
$x, y \in \mathbb{R}^n$, $a, b, t \in \mathbb{R}$, $z, w \in \mathbb{R}^n$, $z \sim p(z)$, $w \sim \mathcal{N}(x, S)$,
$u \in \mathbb{R}^{mn}$, $v \in \mathbb{R}^{m+n}$, $K \in \mathbb{R}^{n^2 \times n^2}$, $P \in \mathbb{R}^{2 \times 2}$,
$A_1, A_2 \in \mathbb{R}^{n \times n}$, $H : \mathbb{R} \to \mathbb{R}^{n \times m}$
"""


def statement(formula: str, before: str = "") -> Statement:
    """The last statement of a note with a formula in it."""
    return Note.from_text(f"{DECLARED}\n{before}\n\n$${formula}$$\n").statements[-1]


def read(formula: str, before: str = "") -> Expr:
    """What stands right of 0 =."""
    found = statement(f"0 = {formula}", before)
    assert not found.diagnostics, [str(d) for d in found.diagnostics]
    return found.goals[0].right


def error(formula: str, before: str = "") -> Diagnostic:
    (found,) = statement(f"0 = {formula}", before).diagnostics
    return found


def symbol(name: str, *shape: tree.Dim) -> tree.Symbol:
    return tree.Symbol(name=name, shape=shape or (1, 1))  # type: ignore[arg-type]


A, B = symbol("A", "n", "n"), symbol("B", "n", "n")
X = symbol("x", "n", 1)
INVERSE = tree.Inverse(arg=A, shape=("n", "n"))


# Inverses and determinants ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "meant"),
    [
        ("A^{-1}", INVERSE),
        (r"A^{-\top}", tree.Transpose(arg=INVERSE, shape=("n", "n"))),
        ("A^{-T}", tree.Transpose(arg=INVERSE, shape=("n", "n"))),
        (r"(A^{-1})^\top", tree.Transpose(arg=INVERSE, shape=("n", "n"))),
        ("A^{-2}", tree.MatrixPower(base=INVERSE, exponent=2, shape=("n", "n"))),
        ("a^{-1}", tree.Power(base=symbol("a"), exponent=tree.Number(value=-1, shape=(1, 1)), shape=(1, 1))),
        (r"\det A", tree.Determinant(arg=A, shape=(1, 1))),
        (r"\det(A)", tree.Determinant(arg=A, shape=(1, 1))),
        ("|A|", tree.Determinant(arg=A, shape=(1, 1))),
        (r"\operatorname{logdet} A", tree.Elementwise(
            function="log", arg=tree.Determinant(arg=A, shape=(1, 1)), shape=(1, 1))),
        (r"\log\det A", tree.Elementwise(
            function="log", arg=tree.Determinant(arg=A, shape=(1, 1)), shape=(1, 1))),
        (r"\ln |A|", tree.Elementwise(
            function="log", arg=tree.Determinant(arg=A, shape=(1, 1)), shape=(1, 1))),
        ("|a|", tree.Elementwise(function="abs", arg=symbol("a"), shape=(1, 1))),
        ("|x|", tree.Elementwise(function="abs", arg=X, shape=("n", 1))),
        (r"\det a", symbol("a")),
    ],
)  # fmt: skip
def test_inverses_and_determinants(formula: str, meant: Expr) -> None:
    assert read(formula) == meant


def test_a_defined_inverse_is_a_name() -> None:
    e = read(r"\Omega^{-1}", r"$$\Omega^{-1} := \operatorname{diag}(x)$$")
    assert isinstance(e, tree.Reference) and e.name == r"\Omega^{-1}"


@pytest.mark.parametrize(
    ("formula", "code", "said"),
    [
        ("A^{-1}_{ij}", "E206", "(A^{-1})_{ij}"),
        (r"A^\top_{ij}", "E206", "(A^\\top)_{ij}"),
        (r"\sin^{-1}(a)", "E201", "fraction"),
        (r"\log\det A B", "E148", "parentheses"),
        ("A^{a}", "E214", "declare"),
        (r"A^{1/2}", "E214", r"\odot"),
    ],
)
def test_where_two_things_could_be_meant_it_is_asked(formula: str, code: str, said: str) -> None:
    found = error(formula)
    assert found.code == code and found.labels and said in (found.help or "")


def test_the_shape_of_what_has_no_inverse_is_told() -> None:
    assert error("C^{-1}").code == "S209"
    assert error(r"\det C").code == "S219"


# Functions ----------------------------------------------------------------------------------------------------


def test_maxima_are_rectifiers() -> None:
    relu = tree.Elementwise(function="relu", arg=X, shape=("n", 1))
    assert read(r"\max(0, x)") == read(r"\max(x, 0)") == read(r"\operatorname{ReLU}(x)") == relu
    assert to_latex(read(r"\max(a, b)")) == r"b + \operatorname{relu}\left( a - b \right)"
    assert to_latex(read(r"\min\{a, b\}")) == r"a - \operatorname{relu}\left( a - b \right)"


@pytest.mark.parametrize("word", ["tanh", "relu", "sigmoid", "softplus", "sign", "abs"])
def test_what_is_nobodys_matrix_function_acts_on_entries(word: str) -> None:
    e = read(rf"\operatorname{{{word}}}(A)")
    assert isinstance(e, tree.Elementwise) and e.shape == ("n", "n")


@pytest.mark.parametrize("word", ["exp", "log", "sin", "cosh"])
def test_a_function_of_a_square_matrix_asks_and_two_ways_settle_it(word: str) -> None:
    found = error(rf"\{word}(A)")
    assert found.code == "E149" and rf"\{word}^{{\odot}}(A)" in (found.help or "")
    over_entries = tree.Elementwise(function=word, arg=A, shape=("n", "n"))
    assert read(rf"\{word}^{{\odot}}(A)") == over_entries
    settled = Note.from_text(f"---\nsymbn:\n  functions: elementwise\n---\n{DECLARED}\n$$0 = \\{word}(A)$$\n")
    assert settled.statements[-1].goals[0].right == over_entries and not settled.diagnostics


def test_the_norm_of_a_matrix_asks_and_two_ways_settle_it() -> None:
    assert error(r"\|A\|").code == "E145"
    settled = Note.from_text(f"---\nsymbn:\n  norm: frobenius\n---\n{DECLARED}\n$$0 = \\|A\\|$$\n")
    assert settled.statements[-1].goals[0].right == read(r"\|A\|_F")
    other = Note.from_text(f"---\nsymbn:\n  norm: spectral\n---\n{DECLARED}\n$$0 = \\|A\\|$$\n")
    assert [d.code for d in other.diagnostics] == ["P120"] and other.statements[-1].diagnostics


def test_a_note_may_define_softmax_but_not_the_trace() -> None:
    own = r"$$\operatorname{softmax}(s) := s$$"
    assert isinstance(read(r"\operatorname{softmax}(x)"), tree.Softmax)
    assert isinstance(read(r"\operatorname{softmax}(x)", own), tree.Reference)
    assert statement(r"\operatorname{tr}(s) := s").diagnostics


def test_softmax_of_a_matrix_asks() -> None:
    assert error(r"\operatorname{softmax}(A)").code == "S234"


# Sizes, ⊗ and vec ---------------------------------------------------------------------------------------------


def test_sizes_are_products_and_sums() -> None:
    symbols = statement("0 = a").context.symbols
    assert symbols["u"].shape == (DimProduct(("m", "n")), 1)
    assert symbols["v"].shape == (DimSum(("m", "n")), 1)
    assert symbols["K"].shape == (DimProduct(("n", "n")),) * 2
    assert symbols["P"].shape == (2, 2)
    assert read(r"I_{mn} u").shape == (DimProduct(("m", "n")), 1)
    assert read(r"\mathbf 1_{m+n}^\top v").is_scalar


def test_an_index_pair_is_no_size() -> None:
    (goal,) = statement("A_{ij} + B_{ij} = I_{ij}").goals
    assert isinstance(goal.right, tree.Slice) and isinstance(goal.right.arg, tree.Identity)


def test_sizes_that_are_equal_as_numbers_are_no_misfit() -> None:
    r"""ℝ^{n+m} and ℝ^{m+n}: not the same parts, but no shape that cannot be."""
    found = statement("v = r", r"$r \in \mathbb{R}^{n+m}$")
    assert [d.code for d in found.diagnostics] == ["S237"] and not found.misshapen
    other = statement("v = r", r"$r \in \mathbb{R}^{n+n}$")
    assert other.misshapen


def test_kronecker_products_and_vec() -> None:
    e = read(r"(B^\top \otimes A) \operatorname{vec}(A)")
    assert isinstance(e, tree.Product) and e.shape == (DimProduct(("n", "n")), 1)
    assert [type(factor) for factor in e.factors] == [tree.Kronecker, tree.Vec]
    assert read(r"\operatorname{vec}(x)") == X
    assert error(r"I \otimes A").code == "S230"


def test_derivatives_by_vec_and_by_entries() -> None:
    e = read(r"\frac{\partial \operatorname{vec}(A B)}{\partial \operatorname{vec} B}")
    assert isinstance(e, tree.Derivative) and e.layout == "jacobian"
    assert isinstance(e.variable, tree.Vec) and e.target == tree.Target("B", ("n", "n"))
    assert error(r"\frac{\partial \operatorname{vec} A}{\partial \operatorname{vec}(B^\top)}").code == "E135"
    entries = statement(r"\frac{\partial (A B)_{ij}}{\partial B_{kl}} = A_{ik} \delta_{jl}")
    assert not entries.diagnostics and len(entries.free) == 4
    whole = read(r"\frac{\partial A B}{\partial B_{12}}")
    assert isinstance(whole, tree.Derivative) and whole.layout == "entrywise" and whole.shape == ("n", "n")


# Differentials ------------------------------------------------------------------------------------------------

WRITTEN = r"$$0 = a \mathrm{d}A + a \mathrm{d}B - a \mathrm{d}A - a \mathrm{d}B$$"


def test_a_differential_is_by_the_names_whose_increments_are_written() -> None:
    e = read(r"\mathrm{d}(A B C^\top)", WRITTEN)
    assert isinstance(e, tree.Add) and [type(term) for term in e.terms] == [tree.Differential] * 2
    assert [term.target.name for term in e.terms] == ["A", "B"]  # type: ignore[attr-defined]
    assert to_latex(e) == r"\mathrm{d} \left( A B C^{\top} \right)"
    (notice,) = statement(r"0 = \mathrm{d}(A B)", WRITTEN).notices
    assert "A and B" in notice and "held" in notice


def test_increments_and_differentials_of_defined_names() -> None:
    assert read(r"\mathrm{d}A") == read(r"\mathrm{dA}") == symbol(r"\mathrm{d}A", "n", "n")
    e = read(r"\mathrm{d}F", WRITTEN + "\n\n$F := A^\\top A$")
    assert isinstance(e, tree.Differential) and isinstance(e.arg, tree.Reference)
    second = read(r"\mathrm{d}^2 F", WRITTEN + "\n\n$F := A^\\top A$")
    assert isinstance(second, tree.Differential) and isinstance(second.arg, tree.Differential)


def test_the_increment_of_a_symmetric_matrix_is_symmetric() -> None:
    assert statement(r"0 = \mathrm{d}S").context.symbols[r"\mathrm{d}S"].structure == "symmetric"
    assert r"\mathrm{d}A" not in statement(r"0 = \mathrm{d}A").context.symbols


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        (r"\mathrm{d}A\, B", "E207"),
        (r"\mathrm{d}A \odot B", "E207"),
        (r"2 \mathrm{d}A\, A", "E207"),
        (r"\mathrm{d}t^2", "E207"),
        (r"\mathrm{d}(C C^\top)", "E209"),
    ],
)
def test_how_far_a_d_reaches_is_asked(formula: str, code: str) -> None:
    assert error(formula, WRITTEN).code == code


@pytest.mark.parametrize(
    "formula",
    [r"(\mathrm{d}A) B", r"A \mathrm{d}A\, A", r"\mathrm{d}A^\top A", r"\mathrm{d}A\, C^\top", r"\mathrm{d}(A) C^\top"],
)
def test_where_only_one_thing_can_be_meant_nothing_is_asked(formula: str) -> None:
    assert not [n for n in tree.walk(read(formula, WRITTEN)) if isinstance(n, tree.Derivative)]


def test_a_dimension_d_makes_no_differentials() -> None:
    e = read("d A", r"$R \in \mathbb{R}^{d \times n}$")
    assert isinstance(e, tree.Product) and isinstance(e.factors[0], tree.Dimension)


# Blocks -------------------------------------------------------------------------------------------------------


def test_blocks_take_their_sizes_from_each_other() -> None:
    e = read(r"\begin{pmatrix} A & C^\top \\ 0 & I \end{pmatrix}")
    assert isinstance(e, tree.Block) and e.shape == (DimSum(("n", "m")), DimSum(("n", "m")))
    assert e.cells[2] == tree.Zero(shape=("m", "n")) and e.cells[3] == tree.Identity(shape=("m", "m"))
    assert read(r"[A, C^\top]").shape == ("n", DimSum(("n", "m")))
    assert read("[x; y]").shape == (DimSum(("n", "n")), 1)


def test_numbers_are_blocks() -> None:
    e = read(r"\begin{bmatrix} P_{22} & -P_{12} \\ -P_{21} & P_{11} \end{bmatrix} P")
    assert isinstance(e, tree.Product) and e.shape == (2, 2)
    assert isinstance(read(r"\begin{vmatrix} a & b \\ b & t \end{vmatrix}"), tree.Determinant)
    assert isinstance(read(r"\begin{pmatrix} |a| & 0 \\ 0 & 1 \end{pmatrix}").cells[0], tree.Elementwise)  # type: ignore[attr-defined]
    assert read(r"\operatorname{diag}(a, b)").shape == (2, 2)


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        (r"\begin{pmatrix} A & \\ & B \end{pmatrix}", "E211"),
        (r"\begin{pmatrix} A & 0 \\ 0 & 0 \end{pmatrix}", "S230"),
        (r"\begin{pmatrix} A & B \\ A \end{pmatrix}", "E211"),
        (r"\begin{pmatrix} A & C \end{pmatrix}", "S233"),
        (r"\begin{pmatrix} A \\ C^\top \end{pmatrix}", "S233"),
        (r"\begin{cases} a \\ b \end{cases}", "P259"),
        (r"[A, B]", "E212"),
    ],
)
def test_blocks_that_are_none(formula: str, code: str) -> None:
    assert error(formula).code == code


def test_a_bracket_may_span_rows() -> None:
    found = statement(r"\begin{aligned} A B &= A \Big[ B \\ & + A \Big] \\ &= B \end{aligned}")
    assert not found.diagnostics and found.rhs == "B"


# Ranges -------------------------------------------------------------------------------------------------------


def test_sums_and_products_over_numbers_are_written_out() -> None:
    assert to_latex(read(r"\prod_{k=1}^{2} A_k")) == "A_{1} A_{2}"
    assert to_latex(read(r"\sum_{k=0}^{2} t^k")) == "t^{0} + t^{1} + t^{2}"
    assert to_latex(read(r"\sum_{k=1}^{2} A_k")) == "A_{1} + A_{2}"
    assert isinstance(read(r"\sum_{k=1}^{n} x_k"), tree.Sum)


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        (r"\prod_{k=1}^{n} x_k", "E153"),
        (r"\sum_{i \ne j} x_i", "E253"),
        (r"\sum_{k=3}^{2} t^k", "E213"),
        (r"\prod_{k=1}^{99} t", "E213"),
    ],
)
def test_ranges_that_are_not_read(formula: str, code: str) -> None:
    assert error(formula).code == code


# Means --------------------------------------------------------------------------------------------------------


def test_what_is_random_is_declared() -> None:
    assert set(statement("0 = a").context.random) == {"z", "w"}
    law = next(s for s in Note.from_text(DECLARED).statements if s.lhs == "w" and "N" in s.rhs)
    assert law.kind == "declaration" and any("law" in notice for notice in law.notices)
    other = statement(r"f \sim g")
    assert other.kind == "unchecked"


def test_means() -> None:
    z = symbol("z", "n", 1)
    mean = tree.Expectation(arg=z, shape=("n", 1))
    assert read(r"\mathbb{E}[z]") == read(r"\mathbb E z") == read(r"\operatorname{E}(z)") == mean
    assert read(r"\mathbb{E}_{z}[z]") == mean
    assert isinstance(read(r"\mathbb{E}\|z\|^2"), tree.Expectation)
    assert read(r"\operatorname{cov}(z)") == read(r"\operatorname{Cov}(z, z)")
    assert read(r"\operatorname{cov}(A z, w)").shape == ("n", "n")
    assert read(r"\operatorname{var}(z_1)").is_scalar
    assert statement(r"\operatorname{cov}(z) = \mathbb{E}[z z^\top]").kind == "claim"


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        (r"\mathbb{E}[x]", "E203"),
        (r"\operatorname{cov}(x)", "E203"),
        (r"\mathbb{E}_{z}[z^\top w]", "E204"),
        (r"\operatorname{var}(z)", "E205"),
        (r"\mathbb{E} z^\top w", "E148"),
    ],
)
def test_means_that_ask(formula: str, code: str) -> None:
    assert error(formula).code == code


def test_a_mean_is_defined_by_nothing_but_an_explicit_definition() -> None:
    r"""𝔼[y] = y as a definition of 𝔼 would make 𝔼[f(x)] = f(𝔼[x]) true in all that follows."""
    found = Note.from_text("$r \\in \\mathbb{R}^n$ $$\\mathbb{E}[r] = r$$").statements[-1]
    assert found.kind == "claim" and [d.code for d in found.diagnostics] == ["E203"]
    own = Note.from_text("$r \\in \\mathbb{R}^n$ $$\\mathbb{E}[s] := s$$ $$\\mathbb{E}[r] = r$$").statements[-1]
    assert own.kind == "claim" and not own.diagnostics


def test_a_note_keeps_its_own_variance() -> None:
    own = statement(r"\operatorname{var}(s) = \frac{1}{n} s^\top s")
    assert own.kind == "definition"
    assert isinstance(
        read(r"\operatorname{var}(x)", r"$$\operatorname{var}(s) = \frac{1}{n} s^\top s$$"), tree.Reference
    )


# Names and declarations ---------------------------------------------------------------------------------------


def test_marks_make_names() -> None:
    for formula in (r"x^\star", "x^*", r"C^{+}", r"C^\dagger", r"x_\star", r"x_{\text{new}}"):
        found = statement(rf"{formula} := C^\top" if "C" in formula else rf"{formula} := A x")
        assert found.kind == "definition" and not found.diagnostics, formula


def test_the_subscript_of_a_known_name_is_no_mention() -> None:
    """Q = A W_Q does not define Q by itself, and q_f := W_f x is no family over f."""
    known = r"$Q \in \mathbb{R}^{n \times n}$, $W_Q, W_f \in \mathbb{R}^{n \times n}$"
    assert statement("Q = A W_Q", known).kind == "definition"
    assert statement("q_f := W_f x", known).defined == "q_{f}"
    assert statement("Q = A Q", known).kind == "claim"


def test_functions_may_have_matrix_values() -> None:
    assert read("H(t)").shape == ("n", "m")
    assert read(r"\frac{\partial H(t)}{\partial t}").shape == ("n", "m")


@pytest.mark.parametrize(
    ("formula", "kind", "goals"),
    [
        (r"A A^\top \in \mathbb{S}^n", "shape", 1),
        (r"A \in O(n)", "shape", 1),
        (r"A \in \mathbb{R}^{n \times n}", "shape", 0),
        (r"A \in \mathbb{S}^n_{++}", "unchecked", 0),
        (r"A \in GL(n)", "unchecked", 0),
        (r"a \in \mathbb{R}_{+}", "unchecked", 0),
    ],
)
def test_a_set_says_more_than_a_shape(formula: str, kind: str, goals: int) -> None:
    found = statement(formula)
    assert (found.kind, len(found.goals)) == (kind, goals) and not found.diagnostics
