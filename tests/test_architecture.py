"""What the design promises of the source itself: where imports go, who makes a proof, that nothing is guessed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import symbn
from symbn.core import terms
from symbn.core.axioms import Theory
from symbn.core.contraction import atom
from symbn.core.differentiation import Variable, differentiate
from symbn.core.ring import Ring
from symbn.core.terms import NoRule
from symbn.core.unfolding import at_zero
from symbn.evidence.nodes import RULES
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.tree import Expr

ROOT = Path(symbn.__file__).parent
STANDARD = {
    "__future__", "abc", "ast", "collections", "contextlib", "dataclasses", "datetime", "enum", "fractions",
    "functools", "graphlib", "hashlib", "heapq", "html", "importlib", "io", "itertools", "json", "math", "operator",
    "os", "pathlib", "random", "re", "string", "sys", "textwrap", "threading", "time", "types", "typing",
    "unicodedata",
}  # fmt: skip
MODULES = {
    ".".join(("symbn", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(ROOT.rglob("*.py"))
}


@cache
def source(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Import:
    """One imported module; `top` is False inside a function, `typing` is True under TYPE_CHECKING."""

    module: str
    top: bool
    typing: bool


@cache
def imports(module: str) -> tuple[Import, ...]:
    """All imports of a module, wherever they stand."""
    return tuple(_imports(source(module), module, True, False))


def _imports(node: ast.AST, module: str, top: bool, typing: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, top, typing)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{module} has a relative import"
            assert child.module is not None
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                yield Import(whole if whole in MODULES else child.module, top, typing)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from _imports(child, module, top, True)
        else:
            inner = top and not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _imports(child, module, inner, typing)


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def of(*packages: str) -> list[str]:
    return [module for module in MODULES if within(module, *packages)]


def imported(module: str) -> set[str]:
    """What a module imports when it runs."""
    return {i.module for i in imports(module) if not i.typing}


# Directions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", of("symbn.core"))
def test_the_core_imports_only_polynomials_and_itself(module: str) -> None:
    for name in imported(module):
        assert within(name, "symbn.core", "flint") or name.split(".")[0] in STANDARD, name


FORBIDDEN = {
    "symbn.core": (
        "symbn.expr",
        "symbn.notes",
        "symbn.evidence",
        "symbn.explain",
        "symbn.export",
        "symbn.verifier",
        "symbn.note",
    ),
    "symbn.evidence": (
        "symbn.core",
        "symbn.notes",
        "symbn.export",
        "symbn.explain",
        "symbn.verifier",
        "symbn.note",
        "symbn.expr.indexing",
    ),
    "symbn.notes": (
        "symbn.core",
        "symbn.evidence",
        "symbn.verifier",
        "symbn.export",
        "symbn.explain",
        "symbn.note",
        "symbn.expr.indexing",
    ),
    "symbn.export": ("symbn.core", "symbn.evidence", "symbn.verifier", "symbn.expr", "symbn.note"),
    "symbn.expr": ("symbn.notes", "symbn.evidence", "symbn.export", "symbn.verifier", "symbn.note"),
    "symbn.explain": ("symbn.notes", "symbn.export", "symbn.verifier", "symbn.note"),
    "symbn.verifier": ("symbn.notes", "symbn.export", "symbn.note", "symbn.cli"),
    "symbn.kernels": ("symbn.notes", "symbn.evidence", "symbn.cli", "symbn.api", "symbn.library"),
    "symbn.library": ("symbn",),
    "symbn.source": ("symbn",),
    "symbn.diagnostics": (
        "symbn.core",
        "symbn.expr",
        "symbn.notes",
        "symbn.evidence",
        "symbn.export",
        "symbn.verifier",
        "symbn.note",
    ),
    "symbn.report": (
        "symbn.core",
        "symbn.expr",
        "symbn.notes",
        "symbn.evidence",
        "symbn.export",
        "symbn.verifier",
        "symbn.note",
    ),
}


KERNELS_ABOVE = ("symbn.core", "symbn.expr", "symbn.notes", "symbn.evidence", "symbn.explain", "symbn.export")


@pytest.mark.parametrize("module", of(*KERNELS_ABOVE, "symbn.verifier", "symbn.note", "symbn.api"))
def test_nothing_that_checks_knows_of_kernels(module: str) -> None:
    assert not [name for name in imported(module) if within(name, "symbn.kernels", "symbn.library")]


PROGRAMS = ("ir", "rewriting", "lowering", "derivatives", "proof", "program", "passes", "kernel")


@pytest.mark.parametrize("module", [f"symbn.kernels.{name}" for name in PROGRAMS])
def test_what_is_computed_is_decided_before_how_it_is_written(module: str) -> None:
    """Programs are made and proved without a thought of Python's syntax or of any library."""
    written = ("symbn.kernels.targets", "symbn.kernels.module", "symbn.kernels.arrays", "symbn.kernels.expressions")
    assert not [name for name in imported(module) if within(name, *written, "numpy", "sympy")]


def test_one_module_loads_generated_code() -> None:
    """What is loaded was written by `kernels.module`; a note's text never reaches the loader."""
    loading = [m for m in MODULES if any(within(name, "symbn.kernels.loader") for name in imported(m))]
    assert loading == ["symbn.kernels.source"]
    assert not [m for m in MODULES if m != "symbn.kernels.loader" and "InspectLoader" in MODULES[m].read_text("utf-8")]


SPELLING = tuple(
    f"symbn.notes.{name}"
    for name in ("documents", "lexer", "markdown", "markers", "parser", "rows", "syntax", "transcript", "vocabulary")
)
"""Formulas are written anew from what an author spelled: that far an exporter may look, not into what it means."""


@pytest.mark.parametrize("layer", sorted(FORBIDDEN))
def test_imports_go_one_way(layer: str) -> None:
    modules = of(layer)
    assert modules
    for module in modules:
        wrong = [name for name in imported(module) if within(name, *FORBIDDEN[layer])]
        wrong = [name for name in wrong if layer != "symbn.export" or name not in SPELLING]
        assert not wrong, f"{module} imports {wrong}"


@pytest.mark.parametrize("module", of("symbn.export"))
def test_exporters_know_how_a_note_is_written_and_not_what_it_means(module: str) -> None:
    assert not [name for name in imported(module) if within(name, "symbn.notes") and not within(name, *SPELLING)]


def test_the_second_path_shares_nothing_with_the_core() -> None:
    """Not by a detour either: whatever evidence reaches through imports is not of the core."""
    reached: set[str] = set()
    pending = of("symbn.evidence")
    while pending:
        module = pending.pop()
        if module in reached or module not in MODULES:
            continue
        reached.add(module)
        pending += imported(module)
    assert not [module for module in reached if within(module, "symbn.core")]


def test_there_are_no_cycles() -> None:
    graph = {module: {name for name in imported(module) if name in MODULES and name != module} for module in MODULES}
    # A package's own __init__ may re-export its modules.
    for module in graph:
        graph[module] = {name for name in graph[module] if not module.startswith(name + ".")}
    assert list(TopologicalSorter(graph).static_order())


def test_the_command_line_imports_no_mathematics_to_say_what_it_can_do() -> None:
    """`symbn --help` answers at once: mathematics is imported where a note is checked."""
    heavy = (
        "sympy",
        "flint",
        "numpy",
        "symbn.core",
        "symbn.expr",
        "symbn.evidence",
        "symbn.verifier",
        "symbn.note",
        "symbn.notes",
    )
    reached: set[str] = set()
    pending = ["symbn.cli", "symbn"]
    while pending:
        module = pending.pop()
        if module in reached:
            continue
        reached.add(module)
        if module in MODULES:
            pending += [i.module for i in imports(module) if i.top and not i.typing]
    assert not [name for name in reached if within(name, *heavy)]


# Who makes a proof ------------------------------------------------------------------------------------------


def _calls(module: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source(module)) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@pytest.mark.parametrize("module", MODULES)
def test_only_equality_makes_a_proof(module: str) -> None:
    if module == "symbn.core.equality":
        assert sum(_called(call) == "Proof" for call in _calls(module)) == 1
        return
    names = {alias.asname or alias.name for node in ast.walk(source(module)) if isinstance(node, ast.ImportFrom)
             for alias in node.names if alias.name == "Proof"}  # fmt: skip
    assert names <= {"Proof"}, f"{module} renames Proof"
    for call in _calls(module):
        assert _called(call) != "Proof", f"{module}:{call.lineno} makes a Proof"
        if _called(call) in ("replace", "__new__", "copy", "deepcopy") and call.args:
            assert "proof" not in ast.unparse(call.args[0]).lower(), f"{module}:{call.lineno} changes a proof"


def test_a_proof_cannot_be_changed() -> None:
    from symbn.core.equality import Proof

    assert Proof.__dataclass_params__.frozen  # type: ignore[attr-defined]


# Nothing is evaluated, nothing is swallowed --------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_nothing_evaluates_text(module: str) -> None:
    for call in _calls(module):
        name = _called(call)
        alone = isinstance(call.func, ast.Name)
        assert not (alone and name in ("eval", "exec", "compile", "__import__")), f"{module}:{call.lineno}"
        strict = any(k.arg == "strict" and ast.unparse(k.value) == "True" for k in call.keywords)
        assert name not in ("sympify", "S") or strict, f"{module}:{call.lineno}: a string would be evaluated"
        assert name not in ("parse_expr", "parse_latex", "literal_eval", "unsafe_load"), f"{module}:{call.lineno}"
        if name == "load" and "yaml" in ast.unparse(call.func):
            assert any("Safe" in ast.unparse(k.value) for k in call.keywords), f"{module}:{call.lineno}"


FAULTS_ARE_TOLD = ("symbn.cli.endings", "symbn.checking", "symbn.grading")


@pytest.mark.parametrize("module", MODULES)
def test_no_exception_is_caught_without_a_name(module: str) -> None:
    for node in ast.walk(source(module)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{module}:{node.lineno}: a bare except"
            caught = {ast.unparse(t) for t in (node.type.elts if isinstance(node.type, ast.Tuple) else [node.type])}
            if module in FAULTS_ARE_TOLD and "own_fault(" in ast.unparse(node):
                continue  # where a fault of symbn becomes a diagnostic, and exit 3
            assert not caught & {"Exception", "BaseException"}, f"{module}:{node.lineno} catches {caught}"


@pytest.mark.parametrize("module", of("symbn.core", "symbn.evidence", "symbn.expr", "symbn.notes", "symbn.verifier"))
def test_imports_stand_at_the_top(module: str) -> None:
    """What is slow to import, SymPy, YAML and what few statements need, may wait until it is needed."""
    inside = {i.module for i in imports(module) if not i.top}
    rare = ("symbn.expr.sympy_", "symbn.explain.snippet")
    slow = {name for name in inside if name.split(".")[0] in ("sympy", "yaml") or name.startswith(rare)}
    assert inside <= slow, f"{module} imports {inside - slow} inside a function"


@pytest.mark.parametrize("module", [m for m in MODULES if MODULES[m].read_text(encoding="utf-8").strip()])
def test_every_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(source(module)), module


# A node without a rule raises ---------------------------------------------------------------------------------


class Unheard(Expr):
    """A node that nothing has a rule for."""


NODES = {
    value
    for value in vars(tree).values()
    if isinstance(value, type) and issubclass(value, Expr) and value is not Expr
}  # fmt: skip


def test_a_node_without_a_rule_has_no_index_notation() -> None:
    with pytest.raises(NoRule, match="Unheard"):
        Indexing(Context()).to_sum(Unheard(shape=(1, 1)), None, None)


def test_evidence_has_a_rule_for_every_node() -> None:
    assert set(RULES) == NODES


def test_indexing_names_every_node() -> None:
    """Each node of the tree stands in a `case` of `to_sum`."""
    text = MODULES["symbn.expr.indexing"].read_text(encoding="utf-8")
    cases = {
        ast.unparse(node.pattern.cls).removeprefix("tree.")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.match_case) and isinstance(node.pattern, ast.MatchClass)
    }
    assert {kind.__name__ for kind in NODES} <= cases


@dataclass(frozen=True)
class UnheardHead:
    """A head that the core has no rule for."""

    key: str = "9"
    symmetries: tuple[tuple[int, ...], ...] = ((),)
    name: str = "unheard"


def _unheard() -> tuple[Any, Theory]:
    ring = Ring({"n": 1}, {})
    return atom(ring, UnheardHead(), ()), Theory(ring, {}, {})  # type: ignore[arg-type]


def test_a_head_without_a_rule_has_no_derivative() -> None:
    e, theory = _unheard()
    with pytest.raises(NoRule):
        differentiate(e, Variable("x"), theory)


def test_a_head_without_a_rule_is_not_rebuilt() -> None:
    e, _ = _unheard()
    with pytest.raises(NoRule):
        at_zero(e, "x")


def test_a_head_without_a_rule_has_no_inside() -> None:
    with pytest.raises(NoRule):
        terms.nested(UnheardHead())  # type: ignore[arg-type]
    with pytest.raises(NoRule):
        terms.nested(SimpleNamespace())  # type: ignore[arg-type]
