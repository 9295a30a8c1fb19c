"""Generated modules: a note's text is never code, its names are never those of the code; kernels in memory."""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symbn
from symbn.kernels.identifiers import distinct, function_name, identifier
from symbn.kernels.kernel import Kernel
from symbn.kernels.lowering import NoKernel
from symbn.kernels.module import Origin
from symbn.kernels.source import TARGETS, kernel, source_of
from symbn.note import Note

from .exactly import Checked, call, called, checked, functions, loaded, shipped_kernels, text

IMPORTS = {
    "numpy": {"annotations", "Any", "NDArray", "np", "index", "Integral", "Real"},
    "array-api": {"annotations", "Any", "index", "Integral", "Real", "array_namespace", "device", "is_array_api_obj"},
    "numba": {
        "annotations", "Any", "NDArray", "np", "index", "Integral", "Real", "njit", "prange", "sys", "PathFinder",
    },
}  # fmt: skip
MODULES = {
    "__future__", "typing", "numpy", "numpy.typing", "operator", "numbers", "array_api_compat", "numba", "sys",
    "importlib.machinery", "math",
}  # fmt: skip
CALLED_AT_IMPORT = {"njit", "_is_importable", "_environment"}

each_target = pytest.mark.parametrize("target", TARGETS)


def source(checked: Checked, target: str, title: str | None = None, path: str = "note.md") -> str:
    return source_of(list(checked.kernels().values()), Origin(path, title, "0" * 64), target)


def tree_of(source: str) -> ast.Module:
    """The syntax tree of a module: Python reads it, and every line of it."""
    compile(source, "module", "exec")
    return ast.parse(source)


def docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """The string statements: docstrings, and those below a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value


def strings(tree: ast.Module) -> set[str]:
    """All string literals that are no docstrings."""
    documents = {id(node) for node in docstrings(tree)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents
    }


@cache
def strings_of_its_own(target: str) -> frozenset[str]:
    """The literals of a module of a note that is known."""
    layer = list(shipped_kernels("batchnorm_layer").values())
    return frozenset(strings(tree_of(source_of(layer, Origin("", None, ""), target))))


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.asname or alias.name) for alias in node.names)


def check_harmless(source: str, target: str, kernels: Mapping[str, Kernel]) -> None:
    """Only the expected is imported, nothing else runs on import, and strings are names or of symbn's own."""
    tree = tree_of(source)
    assert {module for module, _ in imported(tree)} <= MODULES
    assert {name for _, name in imported(tree)} <= IMPORTS[target]
    names = {a.name for k in kernels.values() for a in k.arguments} | {k.name for k in kernels.values()}
    names |= {r.name for k in kernels.values() for r in k.results} | {
        v for k in kernels.values() for v in k.names().values()
    }
    for literal in strings(tree) - strings_of_its_own(target):
        assert literal in names or all(part in names or not part.isidentifier() for part in literal.split()), literal
    for node in tree.body:
        assert isinstance(
            node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.Assign | ast.AnnAssign | ast.Expr
        ), ast.dump(node)
        if isinstance(node, ast.Expr):
            assert isinstance(node.value, ast.Constant)
        if not isinstance(node, ast.FunctionDef):
            calls = [c for c in ast.walk(node) if isinstance(c, ast.Call)]
            assert {c.func.id for c in calls if isinstance(c.func, ast.Name)} <= CALLED_AT_IMPORT
            assert all(isinstance(c.func, ast.Name) for c in calls)


# Text -----------------------------------------------------------------------------------------------------

HOSTILE = [
    '"""', "'''", '"', "'", "\\", '\\"', '\\"""', '"""\\', "x\\", 'x"', '""""""', '"" "', "\\N{BULLET}", "\\x00",
    "\\u0022\\u0022\\u0022", "%s {x} {{y}}", '__import__("os").abort()', '"""\nimport os\nos.abort()\n"""',
    "# type: ignore", "\t\ttabs",
    "\u2028line", "\x85line", "\x0cpage", "é ∂ 漢", "'''\\'''", "f'{1/0}'", "r\"\"\"", "a" * 300, "word " * 60,
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_titles_and_paths_stay_text(hostile: str) -> None:
    made = text(r"$x \in \mathbb{R}^{p}$", r"$$2 x = x + x \label{eq:twice}$$")
    kernels = made.kernels()
    for target in ("numpy", "array-api"):
        written = source(made, target, title=hostile, path=f"{hostile}.md")
        check_harmless(written, target, kernels)
        plain = source(made, target, title="title", path="note.md")
        assert without_docstrings(written) == without_docstrings(plain)


def without_docstrings(source: str) -> str:
    tree = tree_of(source)
    for node in docstrings(tree):
        node.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("target", ["numpy", "array-api"])
@pytest.mark.parametrize("hostile", [h for h in HOSTILE if not any(c in h for c in "{}\n$") and h[-1:] != "\\"])
def test_labels_stay_text(hostile: str, target: str) -> None:
    """They name the function, as far as they can, and stand in its docstring."""
    made = text(r"$x \in \mathbb{R}^{p}$", rf"$$2 x = x + x \label{{eq:{hostile}}}$$")
    kernels = made.kernels()
    (one,) = kernels.values()
    assert is_a_name(one.name)
    written = source(made, target)
    check_harmless(written, target, kernels)
    benign = text(r"$x \in \mathbb{R}^{p}$", rf"$$2 x = x + x \label{{eq:{one.name.rstrip('_')}}}$$")
    if [k.name for k in benign.kernels().values()] == [one.name]:
        assert without_docstrings(written) == without_docstrings(source(benign, target))


@each_target
@pytest.mark.parametrize(
    "formula",
    [
        r'2 x \text{ """ } = x + x',
        r"2 x \text{ ''' } = x + x",
        r'2 x = x + x \quad \text{for "all" x """}',
        r"2 x = x + x \text{ \"\"\" }",
        r'2 x = x + x \qquad \text{"""; __import__("os").abort()}',
        '2 x = x + x % """ comment\n',
        r'2 x = x + x \tag{"""}',
        r"\mathrm{2} x' = x' + x'",
        r"2 x'' \, = \, x'' + x''",
        "2 x\n=\nx + x",
    ],
)
def test_formulas_stay_text(formula: str, target: str) -> None:
    made = text(r"$x, x', x'' \in \mathbb{R}^{p}$", f"$$\n{formula}\n$$")
    kernels = made.kernels()
    if not kernels:
        assert all(reason.startswith("it is") for reason in made.reasons.values())
        return
    written = source(made, target)
    check_harmless(written, target, kernels)
    x = np.array([1.0, -2.0, 3.5])
    for one in kernels.values():
        function = functions({"one": one}, target)["one"]
        assert np.array_equal(function(x), 2 * x)
        assert isinstance(function.__doc__, str) and "proved" in function.__doc__


def test_a_docstring_is_the_equation_itself() -> None:
    """Backslashes and quotes are read back as they were written."""
    made = text(
        r"$x \in \mathbb{R}^{p}$",
        r'$$2 x = x + x \label{eq:\"""\}$$',
        r"$$x \oslash (1 + x \odot x) = x \oslash (1 + x \odot x)$$",
    )
    for one in made.kernels().values():
        document = functions({"one": one}, "numpy")["one"].__doc__
        (source,) = one.sources
        assert document is not None and " ".join(f"{source.lhs} = {source.rhs}".split()) in " ".join(document.split())
        assert f"{source.id}: proved" in " ".join(document.split())


def test_a_module_has_no_tabs_and_no_spaces_at_the_end_of_a_line() -> None:
    for target in TARGETS:
        kernels = list(shipped_kernels("batchnorm_affine").values())
        written = source_of(kernels, Origin("note.md", "A title", "0" * 64), target)
        assert "\t" not in written and not any(line != line.rstrip() for line in written.split("\n"))
        assert written.endswith("\n") and not written.endswith("\n\n")


# Names ----------------------------------------------------------------------------------------------------


def is_a_name(name: str) -> bool:
    return (
        name.isidentifier()
        and name.isascii()
        and not keyword.iskeyword(name)
        and not keyword.issoftkeyword(name)
        and not hasattr(builtins, name)
        and "__" not in name
        and not name.startswith("_")
    )


PIECES = [
    "x", "_", "__", "\\hat", "{", "}", " ", "'", "\\", "\\text", "\\operatorname", "\\nabla", "-1", "^", "1", "é", '"',
    "class", "print", "np", "_import_", "\\lambda", "\\epsilon", ",", "@", "\n", "n", "out", "\\mathbf*",
]  # fmt: skip


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.one_of(st.text(max_size=12), st.lists(st.sampled_from(PIECES), max_size=8).map("".join)))
def test_an_identifier_is_never_a_name_that_python_or_the_code_uses(latex: str) -> None:
    for name in (identifier(latex), function_name(f"eq:{latex}")):
        assert is_a_name(name), name


@pytest.mark.parametrize(
    "word",
    [*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "np", "xp", "out", "dtype", "Array", "Any", "FEW", "njit"],
)
def test_words_of_python_and_of_the_code_get_another_name(word: str) -> None:
    for latex in (word, rf"\operatorname{{{word}}}", rf"\text{{{word}}}", rf"\mathbf{{{word}}}"):
        assert is_a_name(identifier(latex)) and identifier(latex) != word


def test_identifiers_say_what_they_name() -> None:
    expected = {
        r"\hat{Y}": "Y_hat", r"\nabla_{\hat{Y}}": "grad_Y_hat", r"\epsilon": "eps", r"\lambda": "lambda_",
        "x'": "x_prime",
        r"\Sigma_y^{-1}": "Sigma_y_inverse", "x_{12}": "x_12", r"\mathbf{x}": "x", r"\tilde x": "x_tilde", "": "value",
        r"\operatorname{ddof}": "ddof", r"\bar{\mathbf{x}}_1": "x_bar_1",
    }  # fmt: skip
    assert {latex: identifier(latex) for latex in expected} == expected


def test_distinct_names_are_all_new() -> None:
    taken: set[str] = {"a_2"}
    names = [distinct("a", taken) for _ in range(4)]
    assert len({*names, "a_2"}) == 5 and names[0] == "a" and taken == {*names, "a_2"}


ROLES = {
    "matrix": "A", "vector": "x", "scalar": "c", "rows": "n", "columns": "p", "result": "Z", "label": "first",
}  # fmt: skip


def note_with(**roles: str) -> Checked:
    """A matrix that is centred and scaled, sums of its columns and products, under other names."""
    own = ROLES | roles
    declared = (
        rf"${own['matrix']}, E \in \mathbb{{R}}^{{{own['rows']} \times {own['columns']}}}$, "
        rf"${own['vector']} \in \mathbb{{R}}^{{{own['columns']}}}$, ${own['scalar']} > 0$, "
        rf"$M \in \mathbb{{R}}^{{{own['columns']} \times {own['columns']}}}$"
    )
    J = rf"\left( I_{{{own['rows']}}} - \frac{{1}}{{{own['rows']}}} \mathbf{{1}} \mathbf{{1}}^\top \right)"
    A, x, c = own["matrix"], own["vector"], own["scalar"]
    first = rf"{J} {A} \operatorname{{diag}}({x}) + \frac{{{c}}}{{{own['rows']} - 1}} E \odot {A}"
    second = rf"\mathbf{{1}}^\top \sin({J} {A}) M + {c} {x}^\top"
    return text(
        declared,
        rf"$${own['result']} := {first} \label{{eq:{own['label']}}}$$",
        rf"$${second} = {second} \label{{eq:second}}$$",
    )


def names_in(source: str) -> set[str]:
    """Every name in a module: of variables, parameters, attributes, functions, modules."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        for field in ("id", "arg", "attr", "name", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found.add(value)
    return found


def words() -> list[str]:
    """The names that generated code uses, as far as a note can write them."""
    made = note_with()
    found: set[str] = set()
    for target in TARGETS:
        found |= names_in(source(made, target))
        found |= names_in(source_of(list(shipped_kernels("batchnorm_layer").values()), Origin("", None, ""), target))
    return sorted(word for word in found if word.isascii() and word.isalpha())


def wrong_results(
    made: Checked, ids: list[str], target: str, at: tuple[tuple[int, int], ...] = ((4, 2), (18, 3))
) -> list[object]:
    kernels = made.kernels(ids)
    sizes = [dict(zip(kernels[ids[0]].dimensions(), s, strict=True)) for s in at]
    found: list[object] = []
    made_functions = functions(kernels, target)
    for (id, one), size in product(kernels.items(), sizes):
        given = called(one, [made.equations[id]], size, 1)
        error = given.errors(call(made_functions[id], one, target, given))
        if not error < 1e-9:
            found.append((id, size, error))
    return found


@pytest.fixture
def interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba's decorators do nothing: its modules are run by Python."""
    numba = pytest.importorskip("numba")
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)


def can_be_a_name(word: str) -> bool:
    """Whether a note may declare and define it: not the words that mathematics has, such as max."""
    name = rf"\operatorname{{{word}}}"
    declared = Note.from_text(rf"${name} > 0$, $2 {name} = {name} + {name}$").statements
    (defined,) = Note.from_text(rf"${name} := 2$").statements
    return len(declared) == 2 and bool(declared[1].goals) and defined.defined is not None


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize(("shift", "target"), list(enumerate(TARGETS)), ids=TARGETS)
def test_names_that_the_code_uses_do_no_harm(shift: int, target: str) -> None:
    """Every word that occurs in any generated module, as an argument, a number, a result or a function, in turn."""
    found = [word for word in words() if len(word) > 1 and can_be_a_name(word)]
    assert len(found) > 80 and {"first", "buffers", "index", "total", "given", "out", "least"} <= {*found}
    roles = ["matrix", "scalar", "result", "label"]
    for start in range(0, len(found), 4):
        given = dict(zip(roles[shift:] + roles[:shift], found[start : start + 4], strict=False))
        chosen = {role: word if role == "label" else rf"\operatorname{{{word}}}" for role, word in given.items()}
        made = note_with(**chosen)
        ids = [id for id in made.equations if id.startswith("eq:")]
        assert len(ids) == 2, (given, made.reasons)
        assert not wrong_results(made, ids[:1], target, ((18, 3),)), given


@pytest.mark.usefixtures("interpreted")
@each_target
@pytest.mark.parametrize(
    "roles",
    [
        {"rows": "i", "columns": "j"},
        {"rows": "k", "columns": "n"},
        {"rows": "p", "columns": "n"},
        {"vector": r"\operatorname{n}", "scalar": r"\operatorname{p}"},
        {"matrix": r"\operatorname{name}", "vector": r"\operatorname{least}", "scalar": r"\operatorname{value}"},
        {"matrix": r"\operatorname{shape}", "vector": r"\operatorname{text}", "scalar": r"\operatorname{relation}"},
        {"matrix": r"\mathbf{A}", "vector": r"\hat{A}", "scalar": r"\operatorname{A}"},
        {"matrix": "A'", "vector": "A_0", "scalar": r"\operatorname{total}"},
        {"matrix": r"\operatorname{i}", "vector": r"\operatorname{j}", "scalar": r"\operatorname{part}"},
        {"matrix": "A_1", "vector": "A_2", "scalar": "A_3"},
        {"label": "second-2", "result": r"\hat{Z}"},
        {"label": "__init__"},
        {"label": "print"},
    ],
)
def test_names_that_are_near_to_each_other_stay_apart(roles: dict[str, str], target: str) -> None:
    made = note_with(**roles)
    ids = [id for id in made.equations if id.startswith("eq:")]
    assert len(ids) == 2, made.reasons
    for one in made.kernels(ids).values():
        names = [a.name for a in one.arguments] + list(one.names().values())
        assert len(set(names)) == len(names) and all(map(is_a_name, names))
    assert not wrong_results(made, ids, target)


def test_two_symbols_of_one_identifier_get_two_names() -> None:
    made = text(r"$\mathbf{x}, x, \mathrm{x} \in \mathbb{R}^{p}$", r"$$\mathbf{x} - 2 x = \mathbf{x} - 2 x$$")
    (one,) = made.kernels().values()
    assert len({a.name for a in one.arguments}) == len(one.arguments) == 2
    x, y = np.array([1.0, 2.0, 5.0]), np.array([3.0, 1.0, -1.0])
    function = functions({"one": one}, "numpy")["one"]
    values = dict(zip([a.latex for a in one.arguments], (x, y), strict=True))
    assert np.array_equal(function(x, y), values[r"\mathbf{x}"] - 2 * values["x"])


def test_two_labels_of_one_identifier_get_two_functions() -> None:
    made = text(
        r"$x \in \mathbb{R}^{p}$",
        r"$$2 x = x + x \label{eq:a-b}$$",
        r"$$3 x = 2 x + x \label{eq:a b}$$",
        r"$$4 x = 3 x + x \label{eq:a_b}$$",
    )
    module = loaded(list(made.kernels().values()), "numpy")
    x = np.array([1.0, 2.0])
    assert [list(getattr(module, name)(x)) for name in module.__all__] == [[2, 4], [3, 6], [4, 8]]
    assert len(set(module.__all__)) == 3


# In memory ------------------------------------------------------------------------------------------------

STATEMENTS = Note.from_text(
    r"""$X \in \mathbb{R}^{n \times p}$, $w \in \mathbb{R}^{p}$, $y \in \mathbb{R}^{n}$

$f : \mathbb{R}^p \to \mathbb{R}$

$$\nabla_w \|X w - y\|^2 = 2 X^\top (X w - y) \label{eq:gradient}$$

$$\nabla_w \|X w - y\|^2 = X^\top (X w - y) \label{eq:half}$$

$$\|X w - y\|^2 = (X w - y)^\top (X w - y) \label{eq:loss}$$

$$\sin(2 w) = 2 \sin(w) \odot \cos(w) \label{eq:twice}$$

$$q(u) := u^\top u$$

$$\frac{\partial}{\partial w} f(w) \in \mathbb{R}^{1 \times p} \label{eq:shape}$$

$$r := X w - y \label{eq:residual}$$
"""
)
BY_ID = {s.id: s for s in STATEMENTS.statements}
RANDOM = np.random.default_rng(8)
X, w, y = RANDOM.normal(size=(5, 3)), RANDOM.normal(size=3), RANDOM.normal(size=5)


@pytest.mark.parametrize("target", [*TARGETS, "sympy"])
def test_a_statement_becomes_a_function(target: str) -> None:
    if target == "numba":
        pytest.importorskip("numba")
    function = symbn.kernel(BY_ID["eq:gradient"], target=target)
    assert np.allclose(function(X, w, y), 2 * X.T @ (X @ w - y), 1e-14)
    assert np.allclose(symbn.kernel(BY_ID["eq:residual"], target=target)(X, w, y), X @ w - y, 1e-14)
    assert callable(function) and function.__doc__


@pytest.mark.parametrize("target", [*TARGETS, "sympy"])
def test_several_statements_become_one_function_of_several_results(target: str) -> None:
    residual, gradient, loss = symbn.kernel([BY_ID["eq:residual"], BY_ID["eq:gradient"], BY_ID["eq:loss"]], target)(
        X, w, y
    )
    assert np.allclose(residual, X @ w - y) and np.allclose(gradient, 2 * X.T @ residual)
    assert np.allclose(loss, residual @ residual)


@pytest.mark.parametrize(
    ("id", "reason"),
    [
        ("eq:half", "it is refuted"),
        ("eq:twice", "it is undecided"),
        ("0.5", "it defines a function"),
        ("eq:shape", "it claims a shape"),
        ("0.1", "it is declaration"),
    ],
)
@pytest.mark.parametrize("target", [*TARGETS, "sympy"])
def test_what_is_not_proved_has_no_function(id: str, reason: str, target: str) -> None:
    with pytest.raises(NoKernel, match=reason):
        kernel(BY_ID[id], target)
    with pytest.raises(NoKernel, match=reason):
        kernel([BY_ID["eq:gradient"], BY_ID[id]], target)


def test_a_statement_is_checked_before_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was said of it before."""
    made: list[str] = []
    monkeypatch.setattr("symbn.kernels.source.kernel_of", lambda name, equations: made.append(name))
    with pytest.raises(NoKernel):
        kernel(BY_ID["eq:half"])
    assert not made


def test_a_target_that_does_not_exist_is_wrong() -> None:
    with pytest.raises(ValueError, match="numpy, array-api, numba, sympy, not cuda"):
        kernel(BY_ID["eq:gradient"], "cuda")


@pytest.mark.parametrize("target", ["numpy", "array-api"])
def test_a_traceback_shows_the_line_of_the_generated_code(target: str) -> None:
    function = kernel(BY_ID["eq:gradient"], target)
    with pytest.raises(ValueError, match="2 dimensions are needed, not 1") as caught:
        function(w, w, y)
    frames = traceback.extract_tb(caught.value.__traceback__)
    helper = "_refuse" if target == "numpy" else "_sizes"
    assert frames[-1].name == helper and (frames[-1].line or "").startswith("raise ValueError")
    assert frames[-2].name == "gradient" and f"{helper}({{" in (frames[-2].line or "")
    assert inspect.getsource(function).startswith("def gradient(")


def test_two_kernels_in_memory_do_not_share_their_sources() -> None:
    one, other = kernel(BY_ID["eq:gradient"]), kernel(BY_ID["eq:loss"])
    assert "def gradient(" in inspect.getsource(one) and "def loss(" in inspect.getsource(other)
    assert one.__module__ != other.__module__


def test_the_example_of_the_documentation_is_one() -> None:
    """`symbn.kernel` is the function, by whatever way it is imported."""
    assert symbn.kernel is kernel
    assert isinstance(kernel.__doc__, str) and ">>> gradient = kernel(" in kernel.__doc__


def test_checking_a_note_again_changes_nothing() -> None:
    again = checked(STATEMENTS)
    assert set(again.equations) == {"eq:gradient", "eq:loss", "eq:residual"}


SIGNATURES: dict[str, Callable[[inspect.Signature], Any]] = {
    "numpy": lambda s: s.parameters["out"].default,
    "numba": lambda s: s.parameters["out"].default,
    "array-api": lambda s: s.parameters["check_finite"].default or None,
}


@each_target
def test_what_is_optional_is_given_by_keyword(target: str) -> None:
    signature = inspect.signature(kernel(BY_ID["eq:gradient"], target))
    positional = [p.name for p in signature.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional == ["X", "w", "y"] and SIGNATURES[target](signature) is None
