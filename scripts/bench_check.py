"""How long `symbn check` takes, beside its peers, measured in one run on one machine.

    python scripts/bench_check.py [--runs 7] [--markdown]

Four tables:

1. the whole process `symbn check derivations/batchnorm.md` against `python -c "import sympy"`, interleaved;
2. each claim of the note: the time of its proof (the core's decision alone, and with the second path);
3. the one-column Jacobian N10: SymPy by explicit entries at n = 4, SymPy's own matrix `diff` (is it right?), and
   tensorgrad where it is installed, beside symbn, which proves it for every n;
4. growth: chains of k normalised layers, and products of k centering matrices.

Medians and ratios; the answers are compared before anything is timed.  Nothing here decides a test.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from symbn.core.equality import Proof, decide
from symbn.expr.indexing import Indexing, places_of
from symbn.note import Note

ROOT = Path(__file__).resolve().parent.parent
NOTE = ROOT / "derivations" / "batchnorm.md"


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def interleaved(actions: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Every action in turn, `runs` times, after one round that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for run in range(runs + 1):
        for name, action in actions.items():
            taken = seconds(action)
            if run:
                times[name].append(taken)
    return times


def whole_process(runs: int) -> None:
    check = [sys.executable, "-c", "from symbn.cli import main; main()", "check", "--no-cache", str(NOTE)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    finished = subprocess.run(check, capture_output=True, text=True, env=environment)
    assert finished.returncode == 0, finished.stdout + finished.stderr

    def run(command: list[str]) -> Callable[[], object]:
        return lambda: subprocess.run(command, capture_output=True, env=environment, check=True)

    times = interleaved({"symbn check": run(check), "import sympy": run([sys.executable, "-c", "import sympy"])}, runs)
    ratio = median(a / b for a, b in zip(times["symbn check"], times["import sympy"], strict=True))
    print("\n## Whole process\n\n| process | median seconds |\n|---|---|")
    for name, taken in times.items():
        print(f"| `{name}` | {median(taken):.3f} |")
    print(f"\nratio {ratio:.2f} (goal: at most 2)")


def claims(runs: int) -> None:
    cold, warm, full = {}, {}, {}
    note = Note.read(NOTE)
    reports = {r.id: r for r in note.check(explain=False).statements}
    for statement in note.statements:
        if statement.kind != "claim":
            continue
        assert reports[statement.id].verdict == "proved", statement.id

        def prove(indexing: Indexing, statement=statement) -> None:  # type: ignore[no-untyped-def]
            for goal in statement.goals:
                places = places_of(goal.left.shape)
                left, right = indexing.to_sum(goal.left, *places), indexing.to_sum(goal.right, *places)
                assert isinstance(decide(left, right, indexing.theory), Proof)

        cold_times, warm_times = [], []
        for _ in range(runs):
            indexing = Indexing(statement.context)
            cold_times.append(seconds(lambda i=indexing: prove(i)))
            warm_times.append(seconds(lambda i=indexing: prove(i)))
        cold[statement.id], warm[statement.id] = median(cold_times), median(warm_times)
        full[statement.id] = median(
            [
                next(r.seconds for r in note.check([statement.id], explain=False).statements if r.id == statement.id)
                for _ in range(3)
            ]
        )
    in_note = [r.seconds for r in note.check(explain=False).statements if r.kind == "claim"]
    print("\n## Claims of the note, milliseconds\n")
    print("cold: nothing unfolded before; warm: again; alone: `symbn check --select` of it, both paths\n")
    print("| claim | cold | warm | alone |\n|---|---|---|---|")
    for name in cold:
        print(f"| {name} | {cold[name] * 1e3:.1f} | {warm[name] * 1e3:.1f} | {full[name] * 1e3:.1f} |")
    cold_median, warm_median = median(cold.values()) * 1e3, median(warm.values()) * 1e3
    print(f"\nmedian proof, cold {cold_median:.1f}, warm {warm_median:.1f} (goal: under 5)")
    print(f"median claim in a run of the whole note, both paths: {median(in_note) * 1e3:.1f}")
    named = ", ".join(f"{name} {cold['eq:' + name] * 1e3:.1f}" for name in ("N10a", "N10b", "N12e"))
    print(f"{named} (goal: under 30)")


def sympy_by_entries(n: int) -> None:
    """N10 at one n: the Jacobian by explicit entries minus the closed form, simplified to 0."""
    import sympy as sp

    y = sp.Matrix(sp.symbols(f"y0:{n}", real=True))
    epsilon = sp.symbols("epsilon", positive=True)
    centering = sp.eye(n) - sp.ones(n, n) / n
    deviation = sp.sqrt((y.T * centering * y)[0, 0] / (n - 1) + epsilon)
    normalised = centering * y / deviation
    claimed = (centering - normalised * normalised.T / (n - 1)) / deviation
    difference = normalised.jacobian(y) - claimed
    assert difference.applyfunc(sp.simplify) == sp.zeros(n, n)


def sympy_matrix_diff() -> bool:
    """Whether SymPy's own matrix derivative of C y / √(yᵀCy/(n−1) + ε) keeps the rank-one term."""
    import sympy as sp

    n = sp.symbols("n", integer=True, positive=True)
    epsilon = sp.symbols("epsilon", positive=True)
    y, centering = sp.MatrixSymbol("y", n, 1), sp.MatrixSymbol("C", n, n)
    expression = centering * y / sp.sqrt((y.T * centering * y)[0, 0] / (n - 1) + epsilon)
    derivative = sp.diff(expression, y)
    return sp.Rational(-3, 2) in {power.exp for power in derivative.atoms(sp.Pow)}


def tensorgrad_opaque() -> None:
    """N10 with an opaque symmetric C, its numbers as variables: tensorgrad compares no symbolic weights."""
    from fractions import Fraction

    import sympy as sp
    import tensorgrad.functions as F
    from tensorgrad import Derivative, Product, Sum, Variable, Zero

    n = sp.Symbol("n", integer=True, positive=True)
    y, epsilon, c = Variable("y", i=n), Variable("epsilon"), Variable("c")

    def centering(a: str, b: str) -> object:
        return Variable("C", i=n, j=n).with_symmetries("i j").rename(i=a, j=b)

    def column(a: str) -> object:
        return y.rename(i=a)

    radicand = Sum([Product([c, column("a"), centering("a", "b"), column("b")]), epsilon])
    inverse = F.pow(radicand, Fraction(-1, 2))
    jacobian = Derivative(Product([inverse, centering("i", "q"), column("q")]), y, {"i": "k"}).full_simplify()
    rank_one = [c, F.pow(radicand, Fraction(-3, 2)), centering("i", "q"), column("q"), centering("k", "r"), column("r")]
    claimed = Sum([Product([inverse, centering("i", "k")]), Product(rank_one)], [1, -1])
    assert isinstance(Sum([jacobian, claimed], [1, -1]).full_simplify(), Zero)


def one_column(runs: int) -> None:
    def symbn_proves() -> None:
        note = Note.read(NOTE)
        reports = note.check(["eq:N10"], explain=False).statements
        assert all(r.verdict == "proved" for r in reports)

    actions: dict[str, Callable[[], object]] = {"symbn: read the note, prove both N10, every n": symbn_proves}
    actions["SymPy: explicit entries, `simplify`, n = 4 only"] = lambda: sympy_by_entries(4)
    try:
        tensorgrad_opaque()
        actions["tensorgrad: C opaque, every n"] = tensorgrad_opaque
    except ImportError:
        print("\n(tensorgrad is not installed)")
    times = interleaved(actions, max(2, runs // 3))
    print("\n## The one-column Jacobian N10\n\n| work | median seconds | ratio |\n|---|---|---|")
    first = median(next(iter(times.values())))
    for name, taken in times.items():
        print(f"| {name} | {median(taken):.3f} | {median(taken) / first:.1f} |")
    keeps = "keeps" if sympy_matrix_diff() else "silently drops"
    print(f"\nSymPy's own matrix `diff` of the column {keeps} the rank-one term.")


def layers(k: int) -> str:
    lines = [
        r"$h_0 \in \mathbb{R}^n$, $\epsilon > 0$",
        r"$$J := I_n - \frac1n \mathbf 1 \mathbf 1^\top$$",
        r"$$\operatorname{BN}(u) := \frac{1}{\sqrt{\frac1n u^\top J u + \epsilon}} J u$$",
        *(rf"$$h_{{{i}}} := \operatorname{{BN}}(h_{{{i - 1}}})$$" for i in range(1, k + 1)),
    ]
    factors = " ".join(rf"\frac{{\partial h_{{{i}}}}}{{\partial h_{{{i - 1}}}}}" for i in range(k, 0, -1))
    return "\n\n".join([*lines, rf"$$\frac{{\partial h_{{{k}}}}}{{\partial h_{{0}}}} = {factors}$$"])


def centerings(k: int) -> str:
    centering = r"\left( I_n - \tfrac1n \mathbf 1 \mathbf 1^\top \right)"
    return "\n\n".join([r"$x \in \mathbb{R}^n$", rf"$${centering * k} = {centering}$$"])


def growth(runs: int) -> None:
    print("\n## Growth, milliseconds a claim\n\n| k | chain of k layers | k centering matrices |\n|---|---|---|")
    sizes = (1, 2, 4, 8, 16)
    rows: dict[int, list[float]] = {k: [] for k in sizes}
    for make in (layers, centerings):
        for k in sizes:
            taken = []
            for _ in range(runs):
                note = Note.from_text(make(k))
                claims = [r for r in note.check(explain=False).statements if r.kind == "claim"]
                assert [c.verdict for c in claims] == ["proved"]
                taken.append(claims[0].seconds)
            rows[k].append(median(taken))
    for k in sizes:
        print(f"| {k} | {rows[k][0] * 1e3:.1f} | {rows[k][1] * 1e3:.1f} |")
    exponents = [math.log(rows[16][c] / rows[4][c]) / math.log(4) for c in (0, 1)]
    print(f"\nexponent of k from 4 to 16: {exponents[0]:.2f} and {exponents[1]:.2f} (goal: no worse than 2)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    print(
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    whole_process(runs)
    claims(runs)
    one_column(runs)
    growth(runs)


if __name__ == "__main__":
    main()
