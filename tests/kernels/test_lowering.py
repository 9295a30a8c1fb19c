"""Every proved equation of the shipped notes has a program: lean, shared, proved for any guess; changed, refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest

from symbn.core.equality import Proof, decide
from symbn.core.ring import Budget
from symbn.expr.indexing import Indexing
from symbn.kernels.ir import Add, Array, Axis, Entry, Mul, Node, Pow, Scalar, factors_of, walk
from symbn.kernels.kernel import Equation, Kernel, _cleaned, _lowered, _prove, kernel_of
from symbn.kernels.lowering import Lowering, NoKernel
from symbn.kernels.passes import Pass, Rows, Statement, schedule
from symbn.kernels.program import Guess, Pointwise, Product, Program, Reduction, Scheduler, Step, entries_of
from symbn.kernels.proof import Denotation, NotEqual

from .exactly import NOTES, Values, checked, shipped, shipped_kernels, text
from .interpreter import Interpreter
from .random_expressions import Expressions

PUBLISHED_WRONG = {"eq:N2b", "eq:N2b-square", "eq:N7s", "eq:N12f", "eq:N17"}


@pytest.mark.parametrize("note", NOTES)
def test_every_proved_claim_and_every_definition_with_a_value_has_a_kernel(note: str) -> None:
    kernels = shipped_kernels(note)
    assert set(kernels) == set(shipped(note).equations)
    statements = {s.id: s for s in shipped(note).note.statements}
    for id, reason in shipped(note).reasons.items():
        kind, verdict = statements[id].kind, shipped(note).reports[id].verdict
        if kind == "declaration":
            continue
        if verdict == "refuted":
            assert reason == "it is refuted" and note == "batchnorm_as_published" and id in PUBLISHED_WRONG
        elif kind == "shape":
            assert reason == "it claims a shape, which computes nothing"
        else:
            assert kind == "definition" and statements[id].defined is None
            assert reason.startswith("it defines a function")


@pytest.mark.parametrize("note", NOTES)
def test_every_kernel_says_where_it_comes_from_and_what_it_needs(note: str) -> None:
    for id, kernel in shipped_kernels(note).items():
        (source,) = kernel.sources
        report = shipped(note).reports[id]
        assert (source.id, source.verdict) == (id, report.verdict)
        assert (source.lhs, source.rhs) == (report.lhs, report.rhs)
        assert source.conditions == tuple(condition.latex for condition in report.conditions)
        assert len(kernel.results) == 1 and kernel.program.outputs == kernel.refined.outputs
        assert {a.array for a in kernel.arguments} == set(kernel.program.arguments()) == set(kernel.refined.arguments())


# Lean -----------------------------------------------------------------------------------------------------


def large(dims: tuple[object, ...], dim: str = "n") -> bool:
    return dims.count(dim) > 1


def over(step: Step) -> frozenset[Axis]:
    """All axes that a step goes over."""
    inside = frozenset().union(*(entry.axes for entry in entries_of(step)))
    return inside.union(step.axes)


ROW_BY_ROW = {"layer_norm": {"1.1", "eq:jacobian", "eq:symmetric"}, "rms_norm": {"eq:jacobian"}}
"""Notes that sum along rows of length d, and what is d×d there."""


@pytest.mark.parametrize(
    ("note", "dim"),
    [*((note, "n") for note in NOTES if note.startswith("batchnorm")), *((note, "d") for note in ROW_BY_ROW)],
)
def test_nothing_of_n_times_n_is_stored_or_gone_over_unless_the_answer_is_it(note: str, dim: str) -> None:
    """A result that is n×n is written once; no step before it holds more than one dimension that is summed over."""
    answers = 0
    for kernel in shipped_kernels(note).values():
        for program in (kernel.program, kernel.refined):
            for step in program.steps:
                if large(tuple(axis.dim for axis in over(step)), dim) or large(step.array.dims, dim):
                    assert step.array in program.outputs and large(step.array.dims, dim)
                    answers += 1
    expected = {"eq:N10a", "eq:N10b", "eq:A6", "1.1", "1.2", "1.3"} if note != "batchnorm_layer" else {"1.1"}
    expected = ROW_BY_ROW.get(note, expected)
    present = expected & {id for id, k in shipped_kernels(note).items() if large(k.program.outputs[0].dims, dim)}
    assert answers == 2 * len(present) and answers > 0


@pytest.mark.parametrize("note", NOTES)
def test_nothing_larger_than_the_arguments_and_the_answer_is_stored(note: str) -> None:
    """No step stores an array of more dimensions than the largest argument or result has."""
    for kernel in shipped_kernels(note).values():
        arrays = [a.array for a in kernel.arguments] + list(kernel.program.outputs)
        most = max((len(a.dims) for a in arrays), default=0)
        for program in (kernel.program, kernel.refined):
            assert all(len(step.array.dims) <= max(most, 1) for step in program.steps)


@pytest.mark.parametrize("note", NOTES)
def test_what_is_computed_is_used_and_computed_once(note: str) -> None:
    for kernel in shipped_kernels(note).values():
        for program in (kernel.program, kernel.refined):
            used = {entry.array for step in program.steps for entry in entries_of(step)} | set(program.outputs)
            computed = [step.array for step in program.steps]
            assert set(computed) <= used and len(set(computed)) == len(computed)
            known: set[Array] = set(program.arguments())
            for step in program.steps:
                assert {entry.array for entry in entries_of(step)} <= known
                known.add(step.array)


MATRIX = r"$A, E \in \mathbb{R}^{n \times p}$, $B \in \mathbb{R}^{p \times m}$, $v, y \in \mathbb{R}^{n}$"
LEAN = [
    r"\operatorname{diag}(A E^\top) = \operatorname{diag}(A E^\top)",
    r"\operatorname{tr}(A E^\top) = \operatorname{tr}(A E^\top)",
    r"\operatorname{tr}(v y^\top A E^\top) = \operatorname{tr}(v y^\top A E^\top)",
    r"(I - 2 v v^\top) A = (I - 2 v v^\top) A",
    r"(I + v y^\top) (I + y v^\top) A = (I + v y^\top) (I + y v^\top) A",
    r"((A E^\top) \odot I) y = ((A E^\top) \odot I) y",
    r"A E^\top y = A E^\top y",
    r"A A^\top A B = A A^\top A B",
    r"\mathbf{1}^\top A E^\top \mathbf{1} = \mathbf{1}^\top A E^\top \mathbf{1}",
    r"\operatorname{diag}(y) A \operatorname{diag}(A^\top v) = \operatorname{diag}(y) A \operatorname{diag}(A^\top v)",
    r"y^\top (I - \frac{1}{n} \mathbf{1} \mathbf{1}^\top) v = y^\top (I - \frac{1}{n} \mathbf{1} \mathbf{1}^\top) v",
    r"(I - \frac{1}{n} \mathbf{1} \mathbf{1}^\top)^3 A = (I - \frac{1}{n} \mathbf{1} \mathbf{1}^\top)^3 A",
]


@pytest.mark.parametrize("claim", LEAN)
def test_no_matrix_of_n_times_n_is_gone_over_on_the_way_to_something_smaller(claim: str) -> None:
    (equation,) = text(MATRIX, f"$${claim}$$").equations.values()
    kernel = kernel_of("lean", [equation])
    for program in (kernel.program, kernel.refined):
        for step in program.steps:
            assert not large(tuple(axis.dim for axis in over(step))), step


@pytest.mark.parametrize(
    ("claim", "stored"),
    [
        (r"A B w = A B w", 1),
        (r"A A^\top y = A A^\top y", 1),
        (r"A B B^\top A^\top y = A B B^\top A^\top y", 1),
        (r"y^\top A B w = y^\top A B w", 1),
        (r"y^\top A B = y^\top A B", 1),
    ],
)
def test_a_chain_with_a_vector_is_products_of_a_matrix_and_a_vector(claim: str, stored: int) -> None:
    """Every step goes over one matrix, and stores a vector."""
    (equation,) = text(MATRIX, r"$w \in \mathbb{R}^{m}$", f"$${claim}$$").equations.values()
    for step in kernel_of("chain", [equation]).program.steps:
        assert len(step.array.dims) <= stored and len(over(step)) <= 2, step


# Shared ---------------------------------------------------------------------------------------------------

LAYER = "batchnorm_layer"
Y, GRAD_Z, GRAD_Y_HAT = "Y", r"\nabla_{Z}", r"\nabla_{\hat{Y}}"


def passes(kernel: Kernel) -> list[tuple[set[str], int, int]]:
    """(what it reads, sums that it takes, matrices that it writes) of each pass."""
    plan = schedule(kernel.refined)
    return [({a.name for a in plan.read_by(p)}, len(p.sums), len(p.writes)) for p in plan.passes()]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["eq:normalise"], [({Y}, 2, 0), ({Y}, 0, 1)]),
        (["eq:forward"], [({Y}, 2, 0), ({Y}, 0, 1)]),
        (["eq:grad-Y"], [({Y, GRAD_Z}, 4, 0), ({Y, GRAD_Z}, 0, 1)]),
        (["eq:grad-gamma"], [({Y, GRAD_Z}, 4, 0)]),
        (["eq:grad-beta"], [({GRAD_Z}, 1, 0)]),
        (["eq:grad-Y", "eq:grad-gamma", "eq:grad-beta"], [({Y, GRAD_Z}, 5, 0), ({Y, GRAD_Z}, 0, 1)]),
        (["eq:forward", "eq:grad-Y", "eq:grad-gamma", "eq:grad-beta"], [({Y, GRAD_Z}, 5, 0), ({Y, GRAD_Z}, 0, 2)]),
        (["eq:normalise", "eq:backward-normalised"], [({Y, GRAD_Y_HAT}, 4, 0), ({Y, GRAD_Y_HAT}, 0, 2)]),
    ],
)
def test_forward_and_backward_take_two_passes_together(
    ids: list[str], expected: list[tuple[set[str], int, int]]
) -> None:
    """The fused backward reads Y and the gradient twice and writes once; the forward joins its passes."""
    kernel = shipped(LAYER).fused(*ids)
    assert passes(kernel) == expected
    assert not any(isinstance(stage, Statement) for stage in schedule(kernel.refined).stages)
    stored = [s.array for stage in schedule(kernel.refined).stages if isinstance(stage, Pass) for s in stage.writes]
    assert set(stored) <= set(kernel.refined.outputs)


@pytest.mark.parametrize(
    ("note", "ids", "sweeps"),
    [
        ("layer_norm", ["eq:forward"], 2),
        ("layer_norm", ["eq:grad-X", "eq:grad-gamma", "eq:grad-beta"], 2),
        ("layer_norm", ["eq:forward", "eq:grad-X", "eq:grad-gamma", "eq:grad-beta"], 2),
        ("rms_norm", ["eq:grad-X", "eq:grad-gamma"], 2),
        ("cross_entropy_layer", ["eq:softmax"], 2),
        ("cross_entropy_layer", ["eq:softmax-backward"], 3),
    ],
)
def test_rows_with_sums_of_their_own_are_read_from_memory_once(note: str, ids: list[str], sweeps: int) -> None:
    """One loop over the rows, a few sweeps along each, and no matrix on the way; numbers of rows are not stored."""
    kernel = shipped(note).fused(*ids)
    plan = schedule(kernel.refined)
    (loop,) = plan.passes()
    assert isinstance(loop, Rows) and len(loop.sweeps) == sweeps
    assert set(plan.read_by(loop)) <= {a.array for a in kernel.arguments}
    assert {w.array for w in loop.writes} <= set(kernel.program.outputs) and not plan.kept(loop, kernel.refined.outputs)
    assert not [stage for stage in plan.stages if isinstance(stage, Statement)]


def test_a_number_of_a_row_is_stored_where_what_follows_needs_it() -> None:
    """Row sums are a vector to a product, and to a loop that reads them along the columns."""
    declared = r"$S \in \mathbb{R}^{p \times p}$, $C \in \mathbb{R}^{m \times p}$"
    for claim in (
        r"$$C \operatorname{diag}(S S^\top) = C ((S \odot S) \mathbf{1})$$",
        r"$$S \operatorname{diag}(\operatorname{diag}(S S^\top)) = S \operatorname{diag}((S \odot S) \mathbf{1})$$",
    ):
        made = text(declared, claim)
        (kernel,) = made.kernels().values()
        plan = schedule(kernel.refined)
        loop = next(stage for stage in plan.stages if isinstance(stage, Rows))
        assert plan.kept(loop, kernel.refined.outputs) == loop.numbers
        assert plan.stages[-1] is not loop


def test_a_fused_kernel_has_fewer_steps_than_its_parts_together() -> None:
    """Mean, deviation and their sums are computed once."""
    ids = ["eq:forward", "eq:grad-Y", "eq:grad-gamma", "eq:grad-beta"]
    single = [shipped_kernels(LAYER)[id] for id in ids]
    fused = shipped(LAYER).fused(*ids)
    assert len(fused.program.steps) < sum(len(k.program.steps) for k in single) - 15
    guesses = [step for step in fused.refined.steps if isinstance(step, Guess) and step.of is None]
    assert {step.body.array.name for step in guesses if isinstance(step.body, Entry)} == {Y, GRAD_Z}
    assert [r.name for r in fused.results] == ["Z", "grad_Y", "grad_gamma", "grad_beta"]


def test_the_gradients_by_weights_and_inputs_share_all_but_one_product_each() -> None:
    fused = shipped(LAYER).fused("eq:grad-W", "eq:grad-X")
    products = [step for step in fused.program.steps if isinstance(step, Product)]
    assert len(products) == 3
    assert sum({"X", "W"} == {entry.array.name for entry in entries_of(step)} for step in products) == 1


# Guesses are free -----------------------------------------------------------------------------------------

Request = tuple[str, Node, tuple[Axis, ...]]


@dataclass(frozen=True)
class Lowered:
    """What `kernel_of` proves a program with, and a point at which to run it."""

    equations: tuple[Equation, ...]
    requests: tuple[Request, ...]
    lowering: Lowering
    programs: tuple[Program, Program]

    def proves(self, program: Program) -> bool:
        try:
            _prove(program, self.equations, self.requests, self.lowering)
        except NotEqual:
            return False
        return True

    def results(self, program: Program, seed: int) -> tuple[Values, ...]:
        """What the program computes of random numbers with random guesses."""
        random = np.random.default_rng(seed)
        numbers = dict.fromkeys(self.lowering.ring.names, 0.75) | {"n": 5, "p": 3, "m": 4}
        inputs = {a: random.uniform(-2, 2, [int(numbers[str(d)]) for d in a.dims]) for a in self.lowering.inputs}
        return Interpreter(numbers, inputs, lambda shape: random.uniform(-2, 2, shape)).run(program)

    def agrees(self, program: Program) -> bool:
        """Whether a program computes what the proved one does, whatever the guesses."""
        for seed in (1, 2):
            with np.errstate(all="ignore"):
                pairs = zip(self.results(program, seed), self.results(self.programs[0], seed), strict=True)
                if not all(np.allclose(a, b, 1e-9, 1e-9) for a, b in pairs):
                    return False
        return True


def lowered(*equations: Equation) -> Lowered:
    indexing = Indexing(equations[0].context)
    indexing.ring.budget = Budget(2_000_000)
    lowering = Lowering(equations[0].context, indexing)
    requests = tuple((f"#result {place}", *_lowered(e, lowering)) for place, e in enumerate(equations))
    plain, refined = (_cleaned(Scheduler(lowering.rewriting, refine).program(requests)) for refine in (False, True))
    return Lowered(equations, requests, lowering, (plain, refined))


def layer(*ids: str) -> Lowered:
    return lowered(*(shipped(LAYER).equations[id] for id in ids))


def guesses_in(e: Node, program: Program) -> set[Array]:
    guessed = {step.array for step in program.steps if isinstance(step, Guess)}
    return {node.array for node in walk(e) if isinstance(node, Entry) and node.array in guessed}


@pytest.mark.parametrize("ids", [["eq:forward"], ["eq:grad-Y", "eq:grad-gamma"], ["eq:backward-normalised"]])
def test_what_is_proved_holds_for_any_guess(ids: list[str]) -> None:
    """Guesses stand in the expanded program, opaque; the proof does not know what they are."""
    made = layer(*ids)
    for program in made.programs:
        assert made.proves(program) and made.agrees(program)
        for array, (_, _, axes) in zip(program.outputs, made.requests, strict=True):
            assert guesses_in(program.expanded(array, axes), program)
        one = Scalar(value=made.lowering.ring.one)
        elsewhere = tuple(replace(s, body=one) if isinstance(s, Guess) else s for s in program.steps)
        assert made.proves(replace(program, steps=elsewhere))


def test_a_guess_that_is_not_taken_off_everywhere_is_noticed() -> None:
    """A program whose guesses are 0 is right; one with an opaque guess in one place and 0 in another is not."""
    made = layer("eq:normalise")
    (_, _, axes), program = made.requests[0], made.programs[0]
    (guess,) = guesses_in(program.expanded(program.outputs[0], axes), program)
    zero = Scalar(value=made.lowering.ring.zero)
    places = [n for n, step in enumerate(program.steps) if any(e.array == guess for e in entries_of(step))]
    steps = list(program.steps)
    for place in places:
        steps[place] = exchanged(steps[place], guess, zero)
    assert made.proves(replace(program, steps=tuple(steps)))
    # As one of two uses: the shifted array that is summed, and another that is centred.
    refined = made.programs[1]
    for n, step in enumerate(refined.steps):
        for array in sorted({e.array for e in entries_of(step)} & all_guesses(refined), key=lambda a: a.name):
            if not isinstance(step, Guess):
                changed = (*refined.steps[:n], exchanged(step, array, zero), *refined.steps[n + 1 :])
                assert not made.proves(replace(refined, steps=changed)), step


def all_guesses(program: Program) -> set[Array]:
    return {step.array for step in program.steps if isinstance(step, Guess)}


def exchanged(step: Step, array: Array, value: Node) -> Step:
    """The step with a value for the entries of an array."""

    def new(e: Node) -> Node:
        match e:
            case Entry():
                return value if e.array == array else e
            case Add():
                return Add(terms=tuple(map(new, e.terms)))
            case Mul():
                return Mul(factors=tuple(map(new, e.factors)))
        return e

    return step if isinstance(step, Product) else replace(step, body=new(step.body))


# Sabotage -------------------------------------------------------------------------------------------------


def changed_nodes(e: Node, made: Lowered) -> Iterator[tuple[str, Node]]:
    """The expression with one thing changed."""
    ring = made.lowering.ring
    match e:
        case Add():
            for place, term in enumerate(e.terms):
                others = (*e.terms[:place], *e.terms[place + 1 :])
                yield f"term {place} dropped", others[0] if len(others) == 1 else Add(terms=others)
                turned = Mul(factors=(Scalar(value=ring.rational(-1)), *factors_of(term)))
                yield f"term {place} of the other sign", Add(terms=(*e.terms[:place], turned, *e.terms[place + 1 :]))
                for what, new in changed_nodes(term, made):
                    if not what.startswith("1 added"):
                        yield f"{what} in term {place}", Add(terms=(*e.terms[:place], new, *e.terms[place + 1 :]))
        case Mul():
            for place, factor in enumerate(e.factors):
                others = (*e.factors[:place], *e.factors[place + 1 :])
                yield f"factor {place} dropped", others[0] if len(others) == 1 else Mul(factors=others)
                for what, new in changed_nodes(factor, made):
                    yield f"{what} in factor {place}", Mul(factors=(*e.factors[:place], new, *e.factors[place + 1 :]))
        case Pow():
            yield "exponent − 1", Pow(base=e.base, exponent=e.exponent - ring.one)
            for what, new in changed_nodes(e.base, made):
                yield f"{what} under the power", Pow(base=new, exponent=e.exponent)
        case Scalar():
            n = ring.variable("n")
            if e.value.as_fraction() is None:
                yield "a size less 1", Scalar(value=e.value * (n - ring.one) / n)
        case Entry():
            yield "1 added to an entry", Add(terms=(e, Scalar(value=ring.one)))
            if len(e.places) == 2 and e.array.dims[0] == e.array.dims[1]:
                yield "an array turned", Entry(array=e.array, places=e.places[::-1])


def changed_steps(step: Step, made: Lowered, program: Program) -> Iterator[tuple[str, Step]]:
    """The step with one thing changed, of the same arrays."""
    if isinstance(step, Product):
        for name, own in (("left", step.left), ("right", step.right)):
            for other in (*program.arguments(), *(s.array for s in program.steps)):
                if other != own.array and other.dims == own.array.dims and not is_after(other, step, program):
                    yield f"another {name} array", with_operand(step, name, Entry(array=other, places=own.places))
            if len(own.places) == 2 and own.array.dims[0] == own.array.dims[1]:
                turned = Entry(array=own.array, places=own.places[::-1])
                yield f"{name} array turned", with_operand(step, name, turned)
        return
    if isinstance(step, Guess):
        return
    for what, body in changed_nodes(step.body, made):
        if step.axes and not set(step.axes) <= body.axes and isinstance(step, Reduction):
            continue
        if isinstance(step, Reduction) and not set(step.over) <= body.axes:
            continue
        yield what, replace(step, body=body)
    if isinstance(step, Pointwise):
        twice = Mul(factors=(Scalar(value=made.lowering.ring.rational(Fraction(1, 2))), *factors_of(step.body)))
        yield "halved", replace(step, body=twice)


def with_operand(step: Product, name: str, entry: Entry) -> Product:
    return replace(step, left=entry) if name == "left" else replace(step, right=entry)


def is_after(array: Array, step: Step, program: Program) -> bool:
    order = [s.array for s in program.steps]
    return array in order and order.index(array) >= order.index(step.array)


def meant(program: Program) -> set[Array]:
    """What results rest on otherwise than through a guess."""
    found = set(program.outputs)
    for step in reversed(program.steps):
        if step.array in found and not isinstance(step, Guess):
            found |= {entry.array for entry in entries_of(step)}
    return found - all_guesses(program)


def equation_for(claim: str, *declared: str) -> Equation:
    (equation,) = text(*declared, f"$${claim}$$").equations.values()
    return equation


SABOTAGED = {
    "normalise": lambda: layer("eq:normalise"),
    "grad-gamma": lambda: layer("eq:grad-gamma"),
    "variance": lambda: lowered(shipped("batchnorm").equations["eq:N5d"]),
    "mixed": lambda: lowered(shipped("batchnorm").equations["eq:N2b"]),
    "least squares": lambda: lowered(
        equation_for(r"\nabla_B \|A B - D\|_F^2 = 2 A^\top (A B - D)", MATRIX, r"$D \in \mathbb{R}^{n \times m}$")
    ),
    "covariance": lambda: lowered(
        equation_for(
            r"\frac{1}{n-1} A^\top (I - \frac{1}{n} \mathbf{1} \mathbf{1}^\top) E"
            r" = \frac{1}{n-1} A^\top (I - \frac{1}{n} \mathbf{1} \mathbf{1}^\top) E", MATRIX,
        )
    ),
    "square matrices": lambda: lowered(
        equation_for(
            r"S T \tanh(S^\top x) + T \mathbf{1} = S T \tanh(S^\top x) + T \mathbf{1}",
            r"$S, T \in \mathbb{R}^{p \times p}$, $x \in \mathbb{R}^p$",
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("refine", [False, True], ids=["means", "refined"])
@pytest.mark.parametrize("name", SABOTAGED)
def test_a_program_with_one_step_changed_is_refused_where_it_computes_something_else(name: str, refine: bool) -> None:
    """Signs, dropped terms and factors, exponents, sizes, other and turned arrays, in every step.

    Some changes are none: another guess everywhere, the other sign of what is squared, centring one factor of two.
    """
    made = SABOTAGED[name]()
    program = made.programs[refine]
    assert made.proves(program) and made.agrees(program)
    refused: set[Array] = set()
    for place, step in enumerate(program.steps):
        for what, new in changed_steps(step, made, program):
            other = replace(program, steps=(*program.steps[:place], new, *program.steps[place + 1 :]))
            assert made.proves(other) == made.agrees(other), f"{what}: {new}"
            if not made.agrees(other):
                refused.add(step.array)
    assert refused >= {s.array for s in program.steps if not isinstance(s, Product)} & meant(program)


def test_a_denotation_proves_no_other_source() -> None:
    """Two equations with each other's programs are refused."""
    made = layer("eq:forward", "eq:grad-Y")
    program = made.programs[0]
    swapped = replace(program, outputs=program.outputs[::-1])
    assert made.proves(program) and not made.proves(swapped)


@pytest.mark.parametrize("seed", range(40))
def test_random_expressions_are_lowered_to_what_the_core_says_they_are(seed: int) -> None:
    """Before any scheduling: the tensor expression is proved equal to the typed one."""
    equation = Expressions(seed).equation(3)
    indexing = Indexing(equation.context)
    lowering = Lowering(equation.context, indexing)
    e, axes = _lowered(equation, lowering)
    places = iter(axis for axis in axes if axis.label in ("↓", "→"))
    row, column = (None if dim == 1 else next(places) for dim in equation.right.shape)
    source = indexing.to_sum(equation.right, row, column)
    arrays = {array: given.value for array, given in lowering.inputs.items()}
    assert isinstance(decide(Denotation(indexing, arrays).to_sum(e), source, indexing.theory), Proof)


# What has no kernel ---------------------------------------------------------------------------------------

NAMES = r"$x, y \in \mathbb{R}^{p}$, $S \in \mathbb{R}^{p \times p}$, $c \in \mathbb{R}$"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([r"$$x^\top y = - y^\top x$$"], "it is refuted"),
        ([r"$$\sin(2 x) = 2 \sin(x) \odot \cos(x)$$"], "it is undecided"),
        ([r"$$x^\top S \in \mathbb{R}^{1 \times p}$$"], "it claims a shape, which computes nothing"),
        ([r"$$q(u) := u^\top S u$$"], "it defines a function; a claim or a definition that uses it has a kernel"),
        ([r"$$x^\top S = S x^\top + $$"], "it is error"),
        ([r"$z \in \mathbb{R}^{p}$"], "it is declaration"),
    ],
)
def test_what_has_no_equation_to_compute_says_why(lines: list[str], reason: str) -> None:
    assert list(text(NAMES, *lines).reasons.values())[-1] == reason


@pytest.mark.parametrize(
    ("declared", "claim", "reason"),
    [
        (r"$\phi : \mathbb{R} \to \mathbb{R}$", r"\phi(x) = \phi(x)", "unknown function of every entry"),
        (
            r"$g : \mathbb{R}^p \to \mathbb{R}$",
            r"\frac{\partial^2}{\partial x \partial x^\top} g(x) = \frac{\partial^2}{\partial x \partial x^\top} g(x)",
            "a second derivative of the unknown function g",
        ),
        (
            r"$g : \mathbb{R}^p \to \mathbb{R}$",
            r"\sum_{i=1}^{p} g(S_{i:}^\top) = \sum_{j=1}^{p} g(S_{j:}^\top)",
            "g applied to a whole family of points",
        ),
        (
            r"$a > 0$",
            r"a^{\|x\|^2} = a^{x^\top x}",
            "an exponent that is no number, size or scalar argument",
        ),
    ],
)
def test_what_cannot_be_lowered_says_why(declared: str, claim: str, reason: str) -> None:
    made = text(NAMES, declared, f"$${claim}$$")
    if not made.equations:
        assert list(made.reasons.values())[-1] in ("it is undecided", "it is error")
        return
    with pytest.raises(NoKernel, match=reason):
        kernel_of("none", [made.equations[list(made.equations)[-1]]])


def test_equations_between_which_a_name_changes_are_not_fused() -> None:
    one, other = (list(text(NAMES, r"$$S x = S x$$").equations.values())[-1] for _ in range(2))
    with pytest.raises(NoKernel, match="a name is defined anew"):
        kernel_of("fused", [one, other])


def test_a_note_checked_twice_gives_the_same_programs() -> None:
    """Nothing depends on names of bound axes, on hashes or on what was made before."""
    again = checked(shipped("batchnorm_affine").note)
    for id, kernel in again.kernels(["eq:A2", "eq:A9b", "eq:A11b"]).items():
        first = shipped_kernels("batchnorm_affine")[id]
        assert [shape_of(s) for s in kernel.refined.steps] == [shape_of(s) for s in first.refined.steps]
        assert kernel.arguments == first.arguments and kernel.numbers == first.numbers


def shape_of(step: Step) -> tuple[object, ...]:
    return type(step), step.array, [entry.array for entry in entries_of(step)]
