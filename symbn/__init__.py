"""symbn checks matrix calculus: the equations of a Markdown note, or of SymPy expressions.

    Note.read(path).check()      a verdict for every equation of a note
    verify(claim, given)         one claim, from LaTeX
    prove(lhs, rhs)              one equation of SymPy expressions
    jacobian(expr, x), gradient(expr, X)
    kernel(statement, target=…)  a proved equation of a note as a function of arrays

Names are imported when they are first used, so that `import symbn` and the command line do not wait for SymPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symbn.api import NotProved, from_sympy, gradient, jacobian, prove, sympy_sides, to_sympy
    from symbn.decision import Decision
    from symbn.diagnostics import NoteError, ShapeError
    from symbn.expr.sympy_nodes import Gradient, Jacobian, UnknownFunction
    from symbn.grading import verify
    from symbn.kernels.lowering import NoKernel
    from symbn.kernels.source import kernel
    from symbn.note import Note
    from symbn.verifier import Limits

_HOMES = {
    "Decision": "symbn.decision",
    "Gradient": "symbn.expr.sympy_nodes",
    "Jacobian": "symbn.expr.sympy_nodes",
    "Limits": "symbn.verifier",
    "NoKernel": "symbn.kernels.lowering",
    "NotProved": "symbn.api",
    "Note": "symbn.note",
    "NoteError": "symbn.diagnostics",
    "ShapeError": "symbn.diagnostics",
    "UnknownFunction": "symbn.expr.sympy_nodes",
    "from_sympy": "symbn.api",
    "gradient": "symbn.api",
    "jacobian": "symbn.api",
    "kernel": "symbn.kernels.source",
    "prove": "symbn.api",
    "sympy_sides": "symbn.api",
    "to_sympy": "symbn.api",
    "verify": "symbn.grading",
}

__all__ = [
    "Decision",
    "Gradient",
    "Jacobian",
    "Limits",
    "NoKernel",
    "NotProved",
    "Note",
    "NoteError",
    "ShapeError",
    "UnknownFunction",
    "from_sympy",
    "gradient",
    "jacobian",
    "kernel",
    "prove",
    "sympy_sides",
    "to_sympy",
    "verify",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return __all__
