"""A kernel: what proved equations compute, with its arguments, its results and the program that was proved for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from symbn.core.heads import tensor
from symbn.core.ring import Budget, BudgetExceeded, Coefficient
from symbn.core.terms import Index, NoRule
from symbn.explain.conditions import ConditionFinder
from symbn.expr import tree
from symbn.expr.context import Context
from symbn.expr.indexing import Indexing
from symbn.expr.statement import Statement
from symbn.expr.tree import Expr
from symbn.kernels.identifiers import distinct, identifier
from symbn.kernels.ir import Array, Axis, Centring, Delta, Dim, Node, Pow, Scalar, walk
from symbn.kernels.lowering import Input, Lowering, NoKernel
from symbn.kernels.program import Guess, Product, Program, Scheduler, entries_of
from symbn.kernels.proof import Denotation
from symbn.report import Report

_TERMS = 2_000_000


@dataclass(frozen=True)
class Source:
    """An equation that a kernel computes: where it stands, what it says, and what its proof needs."""

    id: str
    verdict: str
    lhs: str
    rhs: str
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Argument:
    """An array argument: its Python name, how the note writes it, its shape there (None: no matrix)."""

    array: Array
    name: str
    latex: str
    shape: tuple[Dim, Dim] | None


@dataclass(frozen=True)
class Number:
    """A number given by keyword: a scalar of the note, or a size that no argument has."""

    symbol: str
    name: str
    latex: str
    sign: str


@dataclass(frozen=True)
class Result:
    """An array that a kernel returns: first the free indices of its equation, then rows and columns."""

    array: Array
    name: str
    latex: str
    axes: tuple[Axis, ...]
    indices: int


@dataclass(frozen=True)
class Requirement:
    """A condition on sizes and numbers: value > 0, ≥ 0 or ≠ 0."""

    value: Coefficient
    relation: str
    latex: str


@dataclass(frozen=True)
class Kernel:
    """One function of a generated module.

    program: with guesses that are the means, rounded; refined: with rough guesses, rounded to the means later.
    """

    name: str
    sources: tuple[Source, ...]
    arguments: tuple[Argument, ...]
    numbers: tuple[Number, ...]
    sizes: tuple[Number, ...]
    results: tuple[Result, ...]
    requirements: tuple[Requirement, ...]
    least: dict[str, int]
    program: Program
    refined: Program

    def names(self) -> dict[str, str]:
        """The Python name of each size and scalar that occurs."""
        return {n.symbol: n.name for n in (*self.numbers, *self.sizes)} | {
            dim: identifier(dim) for dim in self.dimensions()
        }

    def dimensions(self) -> tuple[str, ...]:
        """The symbolic sizes that arguments have, in the order of the arguments."""
        return tuple(dict.fromkeys(d for a in self.arguments for d in a.array.dims if isinstance(d, str)))


@dataclass(frozen=True)
class Equation:
    """What is asked for: the right side is computed, the left side names it."""

    statement: Statement
    report: Report
    left: Expr
    right: Expr
    free: tuple[tree.IndexVar, ...]

    @property
    def context(self) -> Context:
        return self.statement.context


def equation_of(statement: Statement, report: Report) -> Equation:
    """The equation of a proved claim or of a definition.  Raises NoKernel for what computes nothing."""
    context = statement.context
    if statement.kind == "definition" and report.verdict == "definition":
        if statement.defined is None:
            raise NoKernel("it defines a function; a claim or a definition that uses it has a kernel")
        definition = context.definitions[statement.defined]
        left = tree.Reference(name=definition.key, indices=definition.indices, shape=definition.body.shape)
        return Equation(statement, report, left, definition.body, definition.indices)
    if report.verdict != "proved":
        raise NoKernel(f"it is {report.verdict}")
    if not statement.goals:
        raise NoKernel("it claims a shape, which computes nothing")
    goal = statement.goals[-1]
    return Equation(statement, report, goal.left, goal.right, statement.free)


def kernel_of(name: str, equations: Sequence[Equation]) -> Kernel:
    """The kernel that computes the right sides of equations in one context, proved equal to them.

    Raises NoKernel for what cannot be lowered, NotEqual where the proof fails (a fault of symbn).
    """
    try:
        return _made(name, equations)
    except (NoRule, BudgetExceeded) as missing:
        raise NoKernel(str(missing)) from None


def _made(name: str, equations: Sequence[Equation]) -> Kernel:
    context = equations[0].context
    if any(e.context is not context for e in equations):
        raise NoKernel("between these equations a name is defined anew: they speak of different things")
    indexing = Indexing(context)
    indexing.ring.budget = Budget(_TERMS)
    lowering = Lowering(context, indexing)
    taken: set[str] = set()
    requests: list[tuple[str, Node, tuple[Axis, ...]]] = []
    for equation in equations:
        e, axes = _lowered(equation, lowering)
        requests.append((distinct(_result_name(equation, name), taken), e, axes))
    rows = [array.dims[0] for array in lowering.inputs if array.dims]
    programs = []
    for refine in (False, True):
        scheduler = Scheduler(lowering.rewriting, refine, rows)
        program = _cleaned(scheduler.program([(f"#result {n}", e, axes) for n, e, axes in requests]))
        _prove(program, equations, requests, lowering)
        programs.append(program)
    results = [
        Result(array, own, equation.statement.lhs, axes, len(equation.free))
        for equation, (own, _, axes), array in zip(equations, requests, programs[0].outputs, strict=True)
    ]
    return _named(name, equations, programs, results, lowering)


def _prove(
    program: Program,
    equations: Sequence[Equation],
    requests: Sequence[tuple[str, Node, tuple[Axis, ...]]],
    lowering: Lowering,
) -> None:
    """Each output is proved equal to its equation's right side, whatever its guesses are.  Raises NotEqual."""
    indexing = lowering.indexing
    arrays = {array: given.value for array, given in lowering.inputs.items()}
    for step in program.steps:
        if isinstance(step, Guess):
            arrays[step.array] = partial(tensor, indexing.ring, f"guess {step.array.name}")
    denotation = Denotation(indexing, arrays)
    for equation, (_, _, axes), array in zip(equations, requests, program.outputs, strict=True):
        source = indexing.to_sum(equation.right, *_places(equation.right))
        denotation.prove(program.expanded(array, axes), source)


def _lowered(equation: Equation, lowering: Lowering) -> tuple[Node, tuple[Axis, ...]]:
    row, column = _places(equation.right)
    e = lowering.lower(equation.right, row, column)
    free = tuple(Index(i.name, _size(i.dim)) for i in equation.free)
    return e, (*free, *(place for place in (row, column) if place is not None))


def _places(e: Expr) -> tuple[Axis | None, Axis | None]:
    rows, columns = e.shape
    return None if rows == 1 else Index("↓", _size(rows)), None if columns == 1 else Index("→", _size(columns))


def _size(dim: tree.Dim) -> Dim:
    assert not isinstance(dim, tree.DimVar), "a size that was not inferred"
    if not isinstance(dim, str | int):
        raise NoKernel(f"a size that is made of others, {dim}")
    return dim


def _result_name(equation: Equation, otherwise: str) -> str:
    """The name of what is computed, from the left side where it is a name or a gradient."""
    left = equation.left
    if isinstance(left, tree.Derivative) and left.layout == "gradient":
        return identifier(rf"\nabla_{{{left.target.name}}}")
    if isinstance(left, tree.Reference) and not left.arguments:
        return identifier(left.name)
    return identifier(equation.statement.id.removeprefix("eq:"))


def _cleaned(program: Program) -> Program:
    """The steps that an output needs."""
    needed = set(program.outputs)
    kept = []
    for step in reversed(program.steps):
        if step.array in needed:
            kept.append(step)
            needed |= {entry.array for entry in entries_of(step)}
    return Program(tuple(reversed(kept)), program.outputs)


def _named(
    name: str, equations: Sequence[Equation], programs: Sequence[Program], results: list[Result], lowering: Lowering
) -> Kernel:
    program = programs[0]
    context, ring = lowering.context, lowering.ring
    taken: set[str] = set()
    dims = [d for array in program.arguments() for d in array.dims if isinstance(d, str)]
    for dim in dims:
        taken.add(identifier(dim))
    arguments = tuple(
        Argument(array, distinct(identifier(given.array.name), taken), given.latex, given.shape)  # type: ignore[arg-type]
        for array, given in _in_order(program, lowering)
    )
    used = _variables(program, results)
    # What the program does not compute with cannot make it wrong.
    requirements = tuple(
        r for r in _requirements(equations, lowering) if r.value.variables() <= used | set(ring.dimensions)
    )
    used |= {v for r in requirements for v in r.value.variables()}
    numbers = tuple(
        Number(p, distinct(identifier(p), taken), p, context.symbols[p].sign) for p in ring.parameters if p in used
    )
    sizes = tuple(
        Number(d, distinct(identifier(d), taken), d, "size") for d in ring.dimensions if d in used and d not in dims
    )
    sources = tuple(
        Source(e.statement.id, e.report.verdict, e.statement.lhs, e.statement.rhs, _said(e.report)) for e in equations
    )
    least = {d: context.dimensions.get(d, 1) for d in dict.fromkeys((*dims, *(s.symbol for s in sizes)))}
    return Kernel(name, sources, arguments, numbers, sizes, tuple(results), requirements, least, *programs)


def _said(report: Report) -> tuple[str, ...]:
    """A report's side conditions as LaTeX."""
    return tuple(condition.latex for condition in report.conditions)


def _in_order(program: Program, lowering: Lowering) -> list[tuple[Array, Input]]:
    """Declared arrays in the order of their declaration, then what is handed in of unknown functions."""
    declared = {symbol: place for place, symbol in enumerate(lowering.context.symbols)}
    found = [(array, lowering.inputs[array]) for array in program.arguments()]
    return sorted(found, key=lambda pair: declared.get(pair[0].name, len(declared)))


def _variables(program: Program, results: Sequence[Result]) -> set[str]:
    """Sizes and scalars that the steps compute with."""
    found = {axis.dim for result in results for axis in result.axes if isinstance(axis.dim, str)}
    for step in program.steps:
        if isinstance(step, Product):
            continue
        for node in walk(step.body):
            match node:
                case Scalar():
                    found |= node.value.variables()
                case Pow():
                    found |= node.exponent.variables()
                case Delta() | Centring():
                    found |= {a.dim for a in (node.first, node.second) if isinstance(a.dim, str)}
                    found |= {p.label[1:] for p in (node.first, node.second) if p.is_constant}  # type: ignore[index]
    return found


def _requirements(equations: Sequence[Equation], lowering: Lowering) -> tuple[Requirement, ...]:
    """The side conditions that speak of sizes and numbers only."""
    found: dict[str, Requirement] = {}
    finder = ConditionFinder(lowering.context, lowering.indexing)
    for condition in finder.conditions([side for e in equations for side in (e.left, e.right)]):
        e = replace(condition.expression, span=None)
        if not e.is_scalar or any(isinstance(n, tree.Apply | tree.Derivative) for n in tree.walk(e)):
            continue
        if any(isinstance(n, tree.Symbol) and not n.is_scalar for n in tree.walk(e)):
            continue
        if any(isinstance(n, tree.Reference) for n in tree.walk(e)):
            continue
        value = lowering.lower(e, None, None)
        if isinstance(value, Scalar):
            found[condition.latex] = Requirement(value.value, condition.relation, condition.latex)
    return tuple(found.values())
