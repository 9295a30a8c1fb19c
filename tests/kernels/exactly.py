"""Kernels of notes, and their results by symbn's second path: exact evaluation of the typed expression by entries.

A point of `symbn.evidence` gives every symbol a small rational value and every unknown function a polynomial; what a
kernel takes of an unknown function (its values, its derivatives) are that polynomial's, where the function stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from itertools import chain, count, product
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from flint import arb
from numpy.typing import NDArray

from symbn.evidence.components import Evaluator
from symbn.evidence.matrices import Matrix
from symbn.evidence.numeric import real, working_precision
from symbn.evidence.points import Point, Style
from symbn.kernels.identifiers import distinct, function_name
from symbn.kernels.ir import Array
from symbn.kernels.kernel import Equation, Kernel, equation_of, kernel_of
from symbn.kernels.loader import Generated
from symbn.kernels.lowering import Lowering, NoKernel
from symbn.kernels.module import Origin
from symbn.kernels.source import source_of
from symbn.note import Note
from symbn.report import Report
from symbn.verifier import Verifier

Values: TypeAlias = NDArray[Any]
Sizes: TypeAlias = Mapping[str, int]

DERIVATIONS = Path(__file__).parents[2] / "derivations"
NOTES = (
    "batchnorm", "batchnorm_affine", "batchnorm_as_published", "batchnorm_layer", "layer_norm", "rms_norm",
    "cross_entropy_layer", "attention_layer",
)  # fmt: skip

_numbers = count(1)


@dataclass(frozen=True)
class Checked:
    """A note's statements with their verdicts: those that have an equation to compute, and why the others do not."""

    note: Note
    reports: Mapping[str, Report]
    equations: Mapping[str, Equation]
    reasons: Mapping[str, str]

    def kernels(self, ids: Iterable[str] | None = None) -> dict[str, Kernel]:
        """A kernel for each equation (for those chosen), by id."""
        taken: set[str] = set()
        chosen = self.equations if ids is None else ids
        return {id: kernel_of(distinct(function_name(id), taken), [self.equations[id]]) for id in chosen}

    def fused(self, *ids: str, name: str = "fused") -> Kernel:
        return kernel_of(name, [self.equations[id] for id in ids])


def checked(note: Note) -> Checked:
    verifier = Verifier(explain=False)
    reports, equations, reasons = {}, {}, {}
    for statement in note.statements:
        report = reports[statement.id] = verifier.check(statement)
        try:
            equations[statement.id] = equation_of(statement, report)
        except NoKernel as none:
            reasons[statement.id] = str(none)
    return Checked(note, reports, equations, reasons)


def text(*lines: str) -> Checked:
    """A note of these lines, checked."""
    return checked(Note.from_text("\n\n".join(lines)))


@cache
def shipped(name: str) -> Checked:
    """A note of `derivations`, checked."""
    return checked(Note.read(DERIVATIONS / f"{name}.md"))


@cache
def shipped_kernels(name: str) -> Mapping[str, Kernel]:
    """The kernels of all equations of a note of `derivations`."""
    return shipped(name).kernels()


def loaded(kernels: Sequence[Kernel], target: str) -> ModuleType:
    """The generated module of some kernels, run."""
    name = f"kernels-under-test-{next(_numbers)}"
    source = source_of(kernels, Origin("a note", None, "-"), target)
    spec = ModuleSpec(name, Generated(source), origin=f"<{name}>")
    module = module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


# Exact evaluation -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """What a kernel is called with at a point, and what it must return then."""

    arrays: tuple[Values, ...]
    numbers: Mapping[str, Any]
    results: tuple[Values, ...]

    def errors(self, returned: Any) -> float:
        """The worst error of what was returned, over the larger of the exact entry and 1; inf for a wrong shape."""
        got = returned if isinstance(returned, tuple) else (returned,)
        if len(got) != len(self.results):
            return float("inf")
        worst = 0.0
        for found, exact in zip(got, self.results, strict=True):
            if np.shape(found) != exact.shape:
                return float("inf")
            worst = max(worst, float(np.max(abs(found - exact) / np.maximum(abs(exact), 1), initial=0)))
        return worst


def called(kernel: Kernel, equations: Sequence[Equation], sizes: Sizes, seed: int, style: Style = Style.SMALL) -> Call:
    """The arguments of a kernel at a point, and the exact values of its equations' right sides."""
    context = equations[0].context
    with working_precision(200):
        point = Point(context, seed, style)
        evaluator = Evaluator(context, dict(sizes), point)
        arguments = _Arguments(equations, evaluator, point, sizes)
        arrays = tuple(arguments.value(a.array) for a in kernel.arguments)
        numbers: dict[str, Any] = {n.name: float(_number(point.symbol(n.symbol, 1, 1)[0][0])) for n in kernel.numbers}
        numbers |= {n.name: sizes[n.symbol] for n in kernel.sizes}
        results = tuple(_exact(e, evaluator, sizes) for e in equations)
    return Call(arrays, numbers, results)


def _exact(equation: Equation, evaluator: Evaluator, sizes: Sizes) -> Values:
    """The right side: first its free indices, then rows and columns where it has more than one."""
    ranges = [_size(index.dim, sizes) for index in equation.free]
    rows, columns = (_size(d, sizes) for d in equation.right.shape)
    found = np.empty((*ranges, rows, columns))
    for places in product(*map(range, ranges)):
        indices = {index.name: k + 1 for index, k in zip(equation.free, places, strict=True)}
        found[places] = _floats(evaluator.evaluate(equation.right, indices))
    kept = [_size(d, sizes) for d in equation.right.shape if d != 1]
    return found.reshape((*ranges, *kept))


class _Arguments:
    """What the arrays of a kernel stand for, at a point."""

    def __init__(self, equations: Sequence[Equation], evaluator: Evaluator, point: Point, sizes: Sizes) -> None:
        self.context, self.evaluator, self.point, self.sizes = equations[0].context, evaluator, point, sizes
        self.lowering = Lowering(self.context)
        for equation in equations:
            rows, columns = equation.right.shape
            self.lowering.lower(equation.right, *_places(rows, columns))

    def value(self, array: Array) -> Values:
        shape = tuple(_size(d, self.sizes) for d in array.dims)
        made = self.lowering._applications.get(array)
        if made is None:
            rows, columns = (_size(d, self.sizes) for d in self.context.symbols[array.name].shape)
            return _floats(self.point.symbol(array.name, rows, columns)).reshape(shape)
        arguments = [self.evaluator.evaluate(self.lowering._written_out(a, made.frame)) for a in made.e.arguments]
        entries = [[x for row in argument for x in row] for argument in arguments]
        everything = list(chain(*entries))
        outputs = int(np.prod([_size(d, self.sizes) for d in made.e.shape]))
        polynomials = [self.point.polynomial(made.e.name, k, len(everything)) for k in range(outputs)]
        if made.slot is None:
            values = [p(everything) for p in polynomials]
        else:
            start = sum(map(len, entries[: made.slot]))
            slots = range(start, start + len(entries[made.slot]))
            values = [p.partial(k)(everything) for p in polynomials for k in slots]
        return np.array([float(_number(x)) for x in values]).reshape(shape)


def _places(rows: Any, columns: Any) -> Iterator[Any]:
    from symbn.core.terms import Index

    return (None if d == 1 else Index(label, d) for label, d in (("↓", rows), ("→", columns)))


def _size(dim: Any, sizes: Sizes) -> int:
    return dim if isinstance(dim, int) else sizes[dim]


def _floats(matrix: Matrix) -> Values:
    return np.array([[float(_number(x)) for x in row] for row in matrix])


def _number(x: Any) -> Fraction | float:
    """The float nearest to an exact number or to a ball that is narrow."""
    value = real(x)
    if isinstance(value, arb):
        assert value.rad() < 1e-20 * (1 + abs(value)), "a ball too wide to compare with"
        return float(value)
    return value if isinstance(value, int) else Fraction(int(value.p), int(value.q))


# Calls through a target -----------------------------------------------------------------------------------


def functions(kernels: Mapping[str, Kernel], target: str) -> dict[str, Callable[..., Any]]:
    """Each kernel's function in a target; `sympy` is the readable reference."""
    if target == "sympy":
        from symbn.kernels.targets.sympy import reference

        return {id: reference(kernel) for id, kernel in kernels.items()}
    module = loaded(list(kernels.values()), target)
    return {id: getattr(module, kernel.name) for id, kernel in kernels.items()}


def call(function: Callable[..., Any], kernel: Kernel, target: str, given: Call) -> Any:
    """The function at a point's arguments; one without arrays is told what to make them like, where it asks."""
    like = {"like": np.zeros(1)} if target == "array-api" and not kernel.arguments else {}
    return function(*given.arrays, **given.numbers, **like)
