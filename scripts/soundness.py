"""The soundness campaign: random statements, each judged by symbn and by an oracle that shares nothing with it.

    python scripts/soundness.py --count 200000 --seed 1 [-j 2] [--resume build/soundness.json] [--metamorphic 0.05]

A statement is two sides over declared names, made equal by rewriting with named identities, or unequal by a slip of
the pen or a trap (an equation that holds at small sizes only).  symbn reads it as LaTeX; the oracle evaluates the trees
in floating point, with dual numbers for derivatives, at sizes up to 6 (`tests/campaign`).  What must not be:

    false proof         proved, and the sides differ at a point
    false refutation    refuted, and the sides are equal by construction and at every point
    own fault           symbn failed, or its two paths disagree
    contrary            a variant that says the same has the contrary verdict (`--metamorphic`: the share that is asked)

Each such statement is shrunk and kept as a line of JSON beside the state.  The state holds seed and counters and is
written whole; with --resume a campaign goes on after its last finished block.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: E402

from tests.campaign.judging import FAULTS, Judgement, claim_of, declarations, judge, spelling_of, tally  # noqa: E402
from tests.campaign.shrinking import shrunk  # noqa: E402
from tests.campaign.statements import Statement, drawn  # noqa: E402
from tests.campaign.variants import disagreements, is_contrary  # noqa: E402

BLOCK = 200
KEPT = ("refuted, unclear", "refuted, the rewriting is wrong")
"""Outcomes that are no faults of symbn, and that a person should see: the first few are kept."""


@dataclass
class State:
    """What a campaign has done: statements 0 … next − 1 of a seed."""

    seed: int
    next: int = 0
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, path: Path) -> State:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(kept["seed"], kept["next"], kept["seconds"], Counter(kept["counts"]))

    def write(self, path: Path) -> None:
        """At once: a reader sees the state before or after, never a part."""
        kept = {
            "seed": self.seed,
            "next": self.next,
            "seconds": self.seconds,
            "counts": dict(sorted(self.counts.items())),
        }
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(beside, path)


_Result = tuple[Counter[str], list[dict[str, Any]], float]
"""Counters, failures, and the processor's seconds."""


def block(seed: int, start: int, stop: int, metamorphic: float) -> _Result:
    """The counters and failures of some statements, and the processor's seconds."""
    began = time.process_time()
    counts: Counter[str] = Counter()
    failures: list[dict[str, Any]] = []
    for number in range(start, stop):
        statement = drawn(seed, number)
        if statement is None:
            counts["outcome: not drawn"] += 1
            continue
        judgement = judge(statement)
        counts += tally(statement, judgement)
        if judgement.is_fault:
            failures.append(_failure(number, _smallest(statement, judgement), judgement))
        elif judgement.outcome in KEPT:
            failures.append(_failure(number, statement, judgement))
        elif judgement.verdict in ("proved", "refuted") and Random(f"{seed}/{number}").random() < metamorphic:
            counts["variants: asked"] += 1
            for name, verdict, message in disagreements(statement, judgement.verdict):
                contrary = is_contrary(judgement.verdict, verdict)
                counts[f"variants: {name}: {judgement.verdict} became {verdict}"] += 1
                outcome = "contrary" if contrary else "variant"
                failures.append(_failure(number, statement, judgement, f"{outcome}: {name}: {verdict}: {message}"))
    return counts, failures, time.process_time() - began


def _smallest(statement: Statement, judgement: Judgement) -> Statement:
    return shrunk(statement, lambda candidate: judge(candidate).outcome == judgement.outcome)


def _failure(number: int, statement: Statement, judgement: Judgement, outcome: str = "") -> dict[str, Any]:
    return {
        "number": number, "outcome": outcome or judgement.outcome, "code": judgement.code,
        "claim": claim_of(statement), "drawn": judgement.claim, "message": judgement.message,
        "world": statement.world, "given": declarations(statement.world, spelling_of(statement)),
        "made": list(statement.made), "free": list(statement.free),
    }  # fmt: skip


def blocks(state: State, count: int) -> Iterator[tuple[int, int]]:
    for start in range(state.next, count, BLOCK):
        yield start, min(start + BLOCK, count)


def run(state: State, path: Path, count: int, jobs: int, metamorphic: float) -> None:
    """Runs the campaign to statement number `count`; blocks are counted in their order, so that a state is exact."""
    failed = path.with_suffix(".jsonl")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    ranges = list(blocks(state, count))
    with Progress(*columns, refresh_per_second=1) as progress:
        task = progress.add_task("statements", total=count, completed=state.next)
        for (_, stop), (counts, failures, seconds) in zip(
            ranges, _results(state.seed, ranges, jobs, metamorphic), strict=True
        ):
            state.counts += counts
            state.seconds += seconds
            state.next = stop
            if failures:
                with failed.open("a", encoding="utf-8") as out:
                    out.writelines(json.dumps(failure, ensure_ascii=False) + "\n" for failure in failures)
            state.write(path)
            progress.update(task, completed=stop, description=_headline(state))


def _results(seed: int, ranges: list[tuple[int, int]], jobs: int, metamorphic: float) -> Iterator[_Result]:
    """What the blocks came to, in their order; with one job in this process."""
    if jobs == 1:
        yield from (block(seed, *each, metamorphic) for each in ranges)
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting: deque[Future[_Result]] = deque()
        for each in ranges:
            waiting.append(pool.submit(block, seed, *each, metamorphic))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def faults(state: State) -> int:
    """How many statements were judged as they must not be."""
    contrary = ("proved became refuted", "refuted became proved")
    return sum(
        count
        for name, count in state.counts.items()
        if name.removeprefix("outcome: ") in FAULTS or (name.startswith("variants: ") and name.endswith(contrary))
    )


def _headline(state: State) -> str:
    return f"{faults(state)} faults, {state.next / max(state.seconds, 1e-9):.0f} a second of processor"


def shown(state: State) -> str:
    """The counters, as a text to publish."""
    judged = state.next - state.counts["outcome: not drawn"]
    lines = [f"seed {state.seed}: {state.next} numbers, {judged} statements, {state.seconds:.0f} processor seconds"]
    for prefix in ("outcome", "made", "world", "error", "variants"):
        for name, count in sorted(state.counts.items(), key=lambda item: -item[1]):
            if name.startswith(prefix + ": "):
                lines.append(f"  {name:58} {count:8}")
    lines.append("  undecided, by what stands in the statement:")
    shares = []
    for kind in {name.split(": ")[1] for name in state.counts if name.startswith("kind: ")}:
        by = {v: state.counts[f"kind: {kind}: {v}"] for v in ("proved", "refuted", "undecided")}
        shares.append((by["undecided"] / max(sum(by.values()), 1), kind, sum(by.values())))
    lines += [f"    {kind:20} {share:7.2%} of {of}" for share, kind, of in sorted(shares, reverse=True)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=2000, help="statements in all, those of a resumed state included")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument(
        "--metamorphic", type=float, default=0.05, help="share of decided statements said in other ways"
    )
    parser.add_argument("--state", type=Path, default=ROOT / "build" / "soundness.json")
    parser.add_argument("--resume", type=Path, help="the state to go on from; its seed holds")
    options = parser.parse_args()
    if (options.resume or options.state).suffix == ".jsonl":
        parser.error("the faults are kept in a file of that ending beside the state: call the state something.json")
    path: Path = options.resume or options.state
    state = State.read(path) if options.resume else State(options.seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    run(state, path, options.count, options.jobs, options.metamorphic)
    print(shown(state))
    if faults(state):
        sys.exit(1)


if __name__ == "__main__":
    main()
