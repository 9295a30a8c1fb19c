"""A claim has bounds of terms, numbers and memory; past them it ends undecided and says which one it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from symbn.checking import Asked, check, is_own_fault
from symbn.core.ring import Budget, BudgetExceeded, Coefficient, Ring
from symbn.evidence.components import MOST_ENTRIES
from symbn.evidence.decimals import decimal_text
from symbn.evidence.elementary import power
from symbn.memory import MEGABYTE, Allowance, held_bytes, tells_of_memory
from symbn.note import Limits, Note
from symbn.report import Report
from symbn.source import SourceFile

DECLARED = (
    "Let $A, B, C, M \\in \\mathbb{R}^{n \\times n}$, $x, y \\in \\mathbb{R}^{n}$, $a, b, c, d \\in \\mathbb{R}$ "
    "and $f : \\mathbb{R} \\to \\mathbb{R}$.\n\n"
)


def note(formula: str) -> str:
    return f"{DECLARED}$${formula}$$\n"


def checked(text: str, limits: Limits | None = None) -> list[Report]:
    return list(Note.from_text(text).check(limits=limits or Limits(5.0, 2_000), explain=False).statements)


def last(text: str, limits: Limits | None = None) -> Report:
    return checked(text, limits)[-1]


# Memory ---------------------------------------------------------------------------------------------------------


def test_an_allowance_counts_from_where_it_is_made() -> None:
    held = [500 * MEGABYTE]
    allowance = Allowance(100 * MEGABYTE, lambda: held[0])
    held[0] += 100 * MEGABYTE
    assert allowance() == ""
    held[0] += 1
    assert allowance() == "it takes more than 100 MB of memory" and tells_of_memory(allowance())
    assert not tells_of_memory("more than 100 terms were made")


def test_what_the_process_holds_grows_with_what_is_kept() -> None:
    before = held_bytes()
    kept = bytearray(b"\1") * (64 * MEGABYTE)
    assert held_bytes() >= before + 48 * MEGABYTE or before == 0
    assert len(kept)


@pytest.mark.parametrize("says", ["", "it takes more than 1 MB of memory"])
def test_a_budget_asks_for_the_memory(says: str) -> None:
    budget = Budget(terms=1_000, memory=lambda: says)
    if says:
        with pytest.raises(BudgetExceeded, match="MB of memory"):
            budget.spend(100)
    else:
        budget.spend(100)


GROWING = "((A + B)(C + M)(A + C)(B + M))^{6} x = ((B + A)(M + C)(C + A)(M + B))^{6} x"
"""Sixteen million terms on either side, which are the same: no number refutes it."""

CHILD = """
import resource, sys
import symbn.answers, symbn.cli, symbn.export.text, symbn.note, symbn.repair

with open("/proc/self/statm") as file:
    held = int(file.read().split()[0]) * resource.getpagesize()
if {room}:
    resource.setrlimit(resource.RLIMIT_AS, (held + {room}, held + {room}))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    symbn.cli.main(["check", "--no-cache", *sys.argv[1:]])
finally:
    print("grown", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, "MB")
"""


def grown(room: int, *options: str) -> tuple[int, str, int]:
    """The exit code of `symbn check -`, what it said, and by how many megabytes the process grew at most."""
    run = subprocess.run(
        [sys.executable, "-c", CHILD.format(room=room * MEGABYTE), *options, "-"],
        input=note(GROWING), capture_output=True, text=True,
    )  # fmt: skip
    said, _, rise = run.stdout.rpartition("grown ")
    assert "Traceback" not in run.stderr, run.stderr
    return run.returncode, " ".join(said.split()), int(rise.split()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_claim_that_grows_without_end_is_ended_by_its_memory() -> None:
    """Under a limit of the address space a bit above the budget; it would be ended by that otherwise."""
    code, said, rise = grown(120, "--max-memory", "12", "--max-terms", "1000000000", "--timeout", "100000")
    assert code == 1 and "the proof search ended: it takes more than 12 MB of memory" in said
    assert rise < 60


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_same_claim_is_ended_by_its_terms_first_where_memory_suffices() -> None:
    code, said, _ = grown(0, "--max-memory", "4096", "--max-terms", "500", "--timeout", "100000")
    assert code == 1 and "the proof search ended: more than 500 terms were made" in said
    assert not tells_of_memory(said)


def test_a_report_that_memory_cut_short_does_not_last() -> None:
    asked = Asked(SourceFile("a.md", note(GROWING)), seconds=1000.0, terms=200)
    assert check(asked).lasting, "terms are the same on any day"


# Numbers --------------------------------------------------------------------------------------------------------

RING = Ring({"n": 1}, {"a": "real", "b": "real", "c": "real", "d": "real"})


def sum_of_four() -> Coefficient:
    return RING.variable("a") + RING.variable("b") + RING.variable("c") + RING.variable("d")


TOO_LARGE: dict[str, Callable[[], object]] = {
    "a number's power": lambda: RING.rational(10) ** (10**10),
    "a number's negative power": lambda: RING.rational(10) ** -(10**10),
    "a power of a sum": lambda: (sum_of_four() + RING.variable("n") + RING.one) ** 64,
    "a product of numbers": lambda: (RING.rational(3) ** 2_000_000) * (RING.rational(3) ** 2_000_000),
    "the factors of a hard number": lambda: RING.primes((2**89 - 1) * (2**107 - 1)),
}
SMALL_ENOUGH: dict[str, Callable[[], object]] = {
    "a number's power": lambda: RING.rational(10) ** 100,
    "a number's negative power": lambda: RING.rational(10) ** -100,
    "a power of one": lambda: RING.one ** (10**10),
    "a variable's power": lambda: RING.variable("a") ** (10**10),
    "a power of a sum": lambda: sum_of_four() ** 12,
    "the factors of a large number": lambda: RING.primes(2**400 * 3**200 * (2**89 - 1)),
}


@pytest.fixture(autouse=True)
def own_budget() -> None:
    RING.budget = Budget()


@pytest.mark.parametrize("what", TOO_LARGE)
def test_no_coefficient_is_made_that_is_too_large(what: str) -> None:
    with pytest.raises(BudgetExceeded):
        TOO_LARGE[what]()


@pytest.mark.parametrize("what", SMALL_ENOUGH)
def test_coefficients_of_a_usual_size_are_made(what: str) -> None:
    assert SMALL_ENOUGH[what]()


def test_large_products_of_coefficients_count_as_terms() -> None:
    RING.budget = Budget(terms=10)
    with pytest.raises(BudgetExceeded, match="more than 10 terms"):
        (sum_of_four() ** 8) * (sum_of_four() ** 8)


def test_a_power_of_a_sum_is_that_sum_multiplied_out() -> None:
    s = sum_of_four()
    assert s**5 == s * s * s * s * s
    assert s**5 != s * s * s * s
    assert s**-2 == (s * s).inverse()


def test_a_huge_exact_power_becomes_a_ball_that_is_told_apart() -> None:
    huge = power(10, 10**10)
    assert power(10, 30) == 10**30
    assert decimal_text(huge) == "1.00000e10000000000 ± 1e9999999990"  # type: ignore[arg-type]
    assert decimal_text(3**9000) != decimal_text(3**9001)


# What is undecided, and what is decided nevertheless --------------------------------------------------------------

UNDECIDED = {
    r"x_{99999999999} + x_1 = x_1 + y_{99999999999} + x_{99999999999} - y_{99999999999}": "entries",
    r"2^{3^{4^{5^{6}}}} = 2^{3^{4^{5^{6}}}} + a - a": "",
    r"(a + b)^{5000} = (b + a)^{5000}": "a power above 256",
    GROWING: "more than 2000 terms",
}


@pytest.mark.parametrize("formula", UNDECIDED)
def test_what_is_past_a_bound_is_never_proved_or_refuted_wrongly(formula: str) -> None:
    report = last(note(formula))
    assert report.verdict in ("undecided", "proved"), "it is true"
    assert report.verdict == "proved" or UNDECIDED[formula] in report.message


REFUTED = ["10^{10^{10}} = 10^{10^{10}} + a", "a^{999999999} = b", "(((9^{256})^{256})^{256})^{256} = a", "x_7 = y_7"]


@pytest.mark.parametrize("formula", REFUTED)
def test_what_is_false_and_huge_is_refuted_or_undecided(formula: str) -> None:
    assert last(note(formula)).verdict in ("refuted", "undecided")


@pytest.mark.parametrize(("size", "verdict"), [(3, "refuted"), (99_999_999, "undecided")])
def test_a_matrix_that_is_too_large_is_not_written_out(size: int, verdict: str) -> None:
    report = last(f"$x \\in \\mathbb{{R}}^{{{size}}}$\n\n$$x = 2 x$$\n")
    assert report.verdict == verdict
    assert (f"a matrix would have more than {MOST_ENTRIES} entries" in report.message) == (verdict == "undecided")


# Deep, long, huge -------------------------------------------------------------------------------------------------


def nest(opening: str, inside: str, closing: str, times: int) -> str:
    return opening * times + inside + closing * times


HUGE = {
    "number": note("9" * 100_000 + " = a"),
    "decimal": note("0." + "9" * 5_000 + " = a"),
    "size": "$x \\in \\mathbb{R}^{" + "9" * 5_000 + "}$ $$x = 2 x$$",
    "fractions": note(nest(r"\frac{1}{1+", "a", "}", 3_000) + " = b"),
    "open fractions": note(nest(r"\frac{1}{1+", "a", "", 3_000) + " = b"),
    "functions": note(nest(r"\exp(", "a", ")", 3_000) + " = b"),
    "functions that are read": note(nest(r"\exp(", "a", ")", 25) + " = b"),
    "braces": note(nest("{", "a", "}", 20_000) + " = b"),
    "scripts": note(nest("a_{", "a", "}", 2_000) + " = b"),
    "powers": note("a" + "^a" * 2_000 + " = b"),
    "bars": note("|" * 2_001 + "a = b"),
    "signs": note("-" * 5_000 + "a = b"),
    "primes": note("f" + "'" * 5_000 + "(a) = b"),
    "delimiters": note(nest(r"\left(", "a", r"\right)", 2_000) + " = b"),
    "environments": "$$" + r"\begin{pmatrix}" * 2_000 + "$$",
    "begin": r"\begin{align}" * 5_000,
    "dollars": "$" * 50_001,
    "backslashes": "\\" * 50_001,
    "backticks": "".join("`" * k + " " for k in range(1, 300)),
    "quotes": "\n".join(">" * k + " $a$" for k in range(1, 300)),
    "lists": "\n".join("  " * k + "- $a$" for k in range(1, 200)),
    "comments": "<!-- " * 20_000,
    "one line": "word " * 200_000 + "$a = b$",
    "rows": DECLARED + r"\begin{align}" + r"\\".join(["a &= a"] * 60) + r"\end{align}",
    "links": note(" = ".join(["a"] * 760)),
    "names": DECLARED + "$a_{" + "x" * 1_000 + "} = b$",
    "derivatives": note(r"\frac{\partial}{\partial x} " * 8 + r"\exp(x^\top A x) = x^\top"),
    "order": note(r"\frac{\partial^{99999} a}{\partial a^{99999}} = 0"),
    "factors": note(r"\otimes".join(["(A + B)"] * 12) + " = " + r"\otimes".join(["(B + A)"] * 12)),
    "definitions": DECLARED + "\n\n".join(f"$$q_{{{k + 1}}} := q_{{{k}}} q_{{{k}}}$$" for k in range(1, 40)),
    "squares": DECLARED + "$$q_1 := a + b$$\n\n"
    + "\n\n".join(f"$$q_{{{k + 1}}} := q_{{{k}}} q_{{{k}}}$$" for k in range(1, 30)) + "\n\n$$q_{30} = a$$",
    "itself": "$L : \\mathbb{R}^{n} \\to \\mathbb{R}$, $x \\in \\mathbb{R}^{n}$ $$L(L) = L$$",
    "each other": "$f : \\mathbb{R} \\to \\mathbb{R}$, $g : \\mathbb{R} \\to \\mathbb{R}$ $$f(g) = g(f)$$ $$f = g$$",
    "root": note(f"\\sqrt{{{(2**89 - 1) * (2**107 - 1)}}} = a"),
    "surrogates": "$a = \ud800$ and \udfff",
    "control": "$a\x0c=\x0b b\x85$ \x1b[31m \x07",
}  # fmt: skip


@pytest.mark.parametrize("what", HUGE)
def test_nothing_takes_a_note_down(what: str) -> None:
    """What cannot be read or decided is told of; what symbn itself did wrong (X…) is none of it."""
    report = check(Asked(SourceFile("a.md", HUGE[what]), seconds=1.0, terms=500)).report
    assert not is_own_fault(report), [d for s in report.statements for d in s.diagnostics] + list(report.diagnostics)


@pytest.mark.parametrize("what", ["number", "fractions", "itself", "root"])
def test_the_rest_of_a_note_is_checked_nevertheless(what: str) -> None:
    honest = HUGE[what] + "\n\nWith $u, v \\in \\mathbb{R}$:\n\n$$u + v = v + u$$\n\n$$u + v = v$$\n"
    report = check(Asked(SourceFile("a.md", honest), seconds=5.0, terms=500)).report
    assert [statement.verdict for statement in report.statements[-2:]] == ["proved", "refuted"]
