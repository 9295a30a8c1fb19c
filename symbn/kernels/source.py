"""Kernels as source code, and in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from itertools import count
from types import ModuleType
from typing import Any

from symbn.expr.statement import Statement
from symbn.kernels.identifiers import function_name
from symbn.kernels.kernel import Kernel, equation_of, kernel_of
from symbn.kernels.loader import Generated
from symbn.kernels.module import Origin, Target, module_source
from symbn.kernels.targets.array_api import ArrayApi
from symbn.kernels.targets.numba import Numba
from symbn.kernels.targets.numpy import Numpy
from symbn.verifier import Verifier

TARGETS: dict[str, Callable[[], Target]] = {"numpy": Numpy, "array-api": ArrayApi, "numba": Numba}

_numbers = count(1)


def source_of(kernels: Sequence[Kernel], origin: Origin, target: str) -> str:
    """The module of some kernels for a target."""
    return module_source(kernels, origin, TARGETS[target]())


def kernel(statement: Statement | Iterable[Statement], target: str = "numpy") -> Callable[..., Any]:
    """The function that computes a proved equation of a note, compiled in memory.

    statement: one of `Note.statements`, or several of one context, whose results come as a tuple; each is checked.
    target: "numpy", "array-api", "numba", or "sympy" for the readable reference, lambdified by SymPy.
    Its arguments are what the right side speaks of (see its docstring).  Raises NoKernel for what is not proved, or
    computes nothing.

    >>> import numpy as np
    >>> from symbn import Note
    >>> declared = r"$X \\in \\mathbb{R}^{n \\times p}$, $w \\in \\mathbb{R}^p$"
    >>> note = Note.from_text(declared + r", $\\nabla_w \\|X w\\|^2 = 2 X^\\top X w$")
    >>> gradient = kernel(note.statements[-1])
    >>> gradient(np.eye(2), np.array([1.0, 3.0]))
    array([2., 6.])
    """
    statements = [statement] if isinstance(statement, Statement) else list(statement)
    verifier = Verifier(explain=False)
    equations = [equation_of(s, verifier.check(s)) for s in statements]
    name = function_name(statements[0].id) if len(statements) == 1 else "fused"
    made = kernel_of(name, equations)
    if target == "sympy":
        from symbn.kernels.targets.sympy import reference  # the one target that needs SymPy

        return reference(made)
    if target not in TARGETS:
        raise ValueError(f"a target is one of {', '.join((*TARGETS, 'sympy'))}, not {target}")
    found: Callable[..., Any] = getattr(_loaded(source_of([made], Origin("a note in memory", None, "-"), target)), name)
    return found


def _loaded(source: str) -> ModuleType:
    """A module of generated source, whose lines a traceback can show."""
    name = f"symbn-kernel-{next(_numbers)}"
    spec = ModuleSpec(name, Generated(source), origin=f"<{name}>")
    module = module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module
