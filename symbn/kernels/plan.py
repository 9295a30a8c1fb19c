"""The plan of a kernel: its stages, what each reads and writes, operations and temporaries, in symbols.

Traffic counts the entries of matrices that a stage reads from memory and writes to it; what stays in a block or in a
register costs none.  An operation is one +, −, ·, /, root or function of an entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from symbn.kernels.ir import Add, Array, Dim, Entry, Map, Mul, Node, Pow, Scalar
from symbn.kernels.kernel import Kernel
from symbn.kernels.passes import Guesses, Loop, Pass, Rows, Schedule, Stage, Statement, Vectors, schedule, steps_of
from symbn.kernels.program import Guess, Product, Program, Reduction, Step, entries_of
from symbn.kernels.targets.whole import array_names

Count = Counter[tuple[str, ...]]
"""How many of each product of sizes: {("n", "m"): 5} is 5·n·m."""


def plan_lines(kernel: Kernel, target: str) -> list[str]:
    """The plan as text, one line a stage, then the sums."""
    blocked = target != "array-api"
    program = kernel.refined if blocked else kernel.program
    plan = schedule(program) if blocked else Schedule(tuple(Statement(step) for step in program.steps), {})
    if blocked and not plan.passes():
        plan = Schedule(tuple(Statement(step) for step in kernel.program.steps), {})
        program = kernel.program
    names = array_names(kernel, program)
    given = ", ".join(f"{a.name} {_shape(a.array)}" for a in kernel.arguments) or "no arrays"
    results = ", ".join(f"{names[a]} {_shape(a)}" for a in program.outputs)
    lines = [f"{kernel.name} ({target}): {given} → {results}"]
    traffic, operations = Count(), Count()
    for number, stage in enumerate(plan.stages, start=1):
        text, moved, done = _stage(stage, plan, names)
        traffic, operations = traffic + moved, operations + done
        lines.append(f"  {number:>2}  {text}  [{_text(moved)} entries, {_text(done)} operations]")
    passes = f"{len(plan.passes())} passes over matrices; " if blocked else ""
    lines += [
        f"  in all: {passes}{_text(traffic)} entries of memory traffic, times 4 bytes in float32, 8 in float64;",
        f"  {_text(operations)} operations; temporaries: {_text(_temporaries(plan, program))} entries",
    ]
    return lines


def _stage(stage: Stage, plan: Schedule, names: dict[Array, str]) -> tuple[str, Count, Count]:
    steps = steps_of(stage)
    operations = sum((_operations(step, plan) for step in steps), Count())
    match stage:
        case Guesses():
            of = ", ".join(names[e.array] for s in stage.steps for e in entries_of(s))
            return f"guesses of the means of the columns of {of}, from some rows", Count(), Count()
        case Vectors():
            return f"vectors {', '.join(names[s.array] for s in steps)}", Count(), operations
        case Pass() | Rows():
            read = plan.read_by(stage)
            text = _loop(stage, read, names)
            moved = sum((_size(a) for a in (*read, *(w.array for w in stage.writes))), Count())
            return text, moved, operations
        case Statement():
            step = stage.step
            read = tuple(dict.fromkeys(a for e in entries_of(step) for a in plan.leaves(e)))
            moved = sum((_size(a) for a in (*read, step.array)), Count())
            what = "product" if isinstance(step, Product) else "statement"
            of = f" of {', '.join(names[a] for a in read)}" if read else ""
            return f"{what} {names[step.array]}{of}", moved, operations


def _loop(stage: Loop, read: tuple[Array, ...], names: dict[Array, str]) -> str:
    """What a loop over rows does; of sweeps along a row only the first reads from memory."""
    how = "pass" if isinstance(stage, Pass) else f"row by row, {len(stage.sweeps)} sweeps,"
    text = f"{how} over {'×'.join(map(str, stage.grid))}: read {', '.join(names[a] for a in read)}"
    if isinstance(stage, Rows) and stage.numbers:
        text += f"; numbers of rows {', '.join(names[a] for a in stage.numbers)}"
    if stage.sums:
        text += f"; sums of columns {', '.join(names[s.array] for s in stage.sums)}"
    if stage.writes:
        text += f"; write {', '.join(names[s.array] for s in stage.writes)}"
    return text


def _operations(step: Step, plan: Schedule) -> Count:
    """Operations of a step; a matrix that is not stored is computed where it is used."""
    if isinstance(step, Guess):
        return Count({_dims(step.array): 1}) if step.of is not None else Count()
    if isinstance(step, Product):
        axes = step.left.axes | step.right.axes
        return Count({_monomial(axis.dim for axis in axes): 2})
    body = step.body
    dims = _monomial(axis.dim for axis in (*step.axes, *(step.over if isinstance(step, Reduction) else ())))
    return Count({dims: _arithmetic(body, plan) + (1 if isinstance(step, Reduction) else 0)})


def _arithmetic(e: Node, plan: Schedule) -> int:
    match e:
        case Entry():
            virtual = plan.virtual.get(e.array)
            return 0 if virtual is None else _arithmetic(virtual.body, plan)
        case Add():
            return len(e.terms) - 1 + sum(_arithmetic(term, plan) for term in e.terms)
        case Mul():
            signs = sum(isinstance(f, Scalar) and f.value.as_fraction() in (1, -1) for f in e.factors)
            return len(e.factors) - 1 - signs + sum(_arithmetic(f, plan) for f in e.factors)
        case Pow():
            return 1 + _arithmetic(e.base, plan)
        case Map():
            return 1 + _arithmetic(e.arg, plan)
    return 0


def _temporaries(plan: Schedule, program: Program) -> Count:
    """What is stored and neither an argument nor a result."""
    stored = [a for stage in plan.stages for a in _stored(stage, plan, program) if a not in program.outputs]
    return sum((_size(a) for a in stored), Count())


def _stored(stage: Stage, plan: Schedule, program: Program) -> list[Array]:
    made = [step.array for step in steps_of(stage)]
    if not isinstance(stage, Rows):
        return made
    kept = plan.kept(stage, program.outputs)
    return [a for a in made if a not in stage.numbers or a in kept]


def _size(array: Array) -> Count:
    return Count({_dims(array): 1})


def _dims(array: Array) -> tuple[str, ...]:
    return _monomial(array.dims)


def _monomial(dims: Iterable[Dim]) -> tuple[str, ...]:
    return tuple(sorted(map(str, dims), key=lambda d: (len(d), d)))


def _shape(array: Array) -> str:
    return "×".join(map(str, array.dims)) or "number"


def _text(count: Count) -> str:
    terms = sorted((c for c in count.items() if c[1]), key=lambda term: (-len(term[0]), term[0]))
    return " + ".join("·".join([*([str(k)] if k != 1 or not dims else []), *dims]) for dims, k in terms) or "0"
