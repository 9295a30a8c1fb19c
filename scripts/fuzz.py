r"""Looks for bytes that symbn stumbles over: coverage-guided, by atheris (`pip install symbn[fuzz]`).

    python scripts/fuzz.py TARGET [--seconds 900] [--folder .fuzz] [--slow 5]

The targets are those of `tests/fuzz/targets.py`.  The notes that ship and those of the tests, cut into pieces, and the
inputs that `tests/fuzz` keeps are where it begins; half of the changes are the fuzzer's own, the other half put, drop,
double and swap LaTeX tokens, and splice pieces of two inputs.

A fault does not end the run: each new one (by its exception and the places in symbn's code) is written with its input
to FOLDER/faults, and so is what takes more than `--slow` seconds of the processor.  What hangs where Python cannot be
interrupted is told with its traceback after a while, and ends the run; its input is FOLDER/now.  Inputs that reach new
code are kept in FOLDER/TARGET, and the next run begins with them.  The exit status is 1 if there was a fault.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import os
import random
import re
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["symbn"]):
    from symbn.notes import vocabulary
    from tests.fuzz.targets import TARGETS

LONGEST = 2048
_TOKEN = re.compile(rb"\\[a-zA-Z]+\*?|\\.|\$\$|[a-zA-Z]+|\d+|\s+|.", re.DOTALL)
_BUILT = r"""
    \begin{align} \end{align} \begin{pmatrix} \end{pmatrix} \begin{array}{cc} \end{array} \begin{cases} \end{cases}
    \frac{\partial \nabla_ \mathrm{d} \operatorname{ \operatorname{vec} \operatorname{diag}( \mathbb{R}^{ \mathbb{E}[
    \mathbb{S}^{n}_{++} \in\mathbb{R}^{n\times{}n} ^{\top} ^{-1} ^{1/2} ^{\odot2} ^\top _{ij} _{i:} _{:j} \prod_{i}
    \sum_{i=1}^{n} \mathbf{1} I_n e_i \left( \right) \left. \right|_ \lVert \rVert \text{if} \label{eq:a} \tag{1}
    {#eq:a} $$ $ \( \) \[ \] \\ & {} { } = := \coloneqq =? = ? O(\|dx\|^2) o(dx) ' ^{(i)} \underbrace{ }_{ \vdots ---
    symbn: declarations: ```math ``` > # * |---| <!-- --> <script> \newcommand{ #1 \sim \mathcal{N} 999999999 1e9 ^{99}
"""
DICTIONARY = sorted(
    {token.encode() for token in _BUILT.split()}
    | {
        word.encode()
        for table in vars(vocabulary).values()
        if isinstance(table, (frozenset, dict))
        for word in table
        if isinstance(word, str)
    }
)


# What it begins with ------------------------------------------------------------------------------------------


def seeds() -> Iterator[bytes]:
    """The notes of this repository in pieces: each with the paragraph that declares its letters."""
    notes = sorted([*(ROOT / "derivations").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])
    for note in notes:
        paragraphs = note.read_text(encoding="utf-8").split("\n\n")
        declared = next((p for p in paragraphs if r"\mathbb{R}" in p), "")
        for start in range(0, len(paragraphs), 2):
            piece = "\n\n".join([declared[:600], *paragraphs[start : start + 2]]).encode()
            if len(piece) <= LONGEST:
                yield piece


def formulas(piece: bytes) -> Iterator[bytes]:
    """What stands between dollars: for the targets that take a formula."""
    yield from (found for found in re.findall(rb"\$\$?([^$]+)\$", piece))


def begin(target: str, folder: Path) -> Path:
    """The folder of a target's inputs, with what it begins with."""
    inputs = folder / target
    inputs.mkdir(parents=True, exist_ok=True)
    pieces = set(seeds()) | {kept.read_bytes() for kept in (ROOT / "tests/fuzz").glob("*/*") if kept.is_file()}
    if target in ("lexer", "parser"):
        pieces |= {formula for piece in pieces for formula in formulas(piece)}
    for piece in pieces:
        (inputs / hashlib.blake2b(piece, digest_size=10).hexdigest()).write_bytes(piece)
    return inputs


# Changes ------------------------------------------------------------------------------------------------------


def changed(data: bytes, most: int, seed: int) -> bytes:
    """Another input: by the fuzzer's own means, or token by token."""
    draw = random.Random(seed)
    if draw.random() < 0.5 or not data:
        return bytes(atheris.Mutate(data, most))
    tokens = _TOKEN.findall(data)
    for _ in range(draw.choice((1, 1, 2, 4))):
        _change(tokens, draw)
    return b"".join(tokens)[:most]


def _change(tokens: list[bytes], draw: random.Random) -> None:
    place = draw.randrange(len(tokens) + 1)
    end = min(len(tokens), place + draw.choice((1, 1, 2, 5, 20)))
    match draw.randrange(6):
        case 0:
            tokens.insert(place, draw.choice(DICTIONARY))
        case 1:
            del tokens[place:end]
        case 2:
            tokens[place:end] = [draw.choice(DICTIONARY)]
        case 3:
            tokens[place:place] = tokens[place:end] * draw.choice((1, 1, 2, 8))
        case 4:
            other = draw.randrange(len(tokens) + 1)
            tokens[other:other] = tokens[place:end]
        case _:
            other = min(draw.randrange(len(tokens) + 1), len(tokens) - 1)
            if place < len(tokens) and other >= 0:
                tokens[place], tokens[other] = tokens[other], tokens[place]


def crossed(one: bytes, other: bytes, most: int, seed: int) -> bytes:
    """The beginning of one input, cut between tokens, and the end of another."""
    draw = random.Random(seed)
    left, right = _TOKEN.findall(one), _TOKEN.findall(other)
    return b"".join(left[: draw.randrange(len(left) + 1)] + right[draw.randrange(len(right) + 1) :])[:most]


# A run --------------------------------------------------------------------------------------------------------


class TooSlow(BaseException):
    """An input takes too long; not an `Exception`, so that symbn cannot take it for a fault of its own."""


class Run:
    """One target under the fuzzer: counts, and writes down what was found."""

    def __init__(self, target: str, folder: Path, slow: float) -> None:
        self._act, self._folder, self._slow = TARGETS[target], folder / "faults", slow
        self._folder.mkdir(parents=True, exist_ok=True)
        self._target = target
        self._now = os.open(folder / "now", os.O_WRONLY | os.O_CREAT)
        self.count, self.faults, self.seen = 0, 0, set[str]()
        self.longest = 0.0
        signal.signal(signal.SIGPROF, self._stop)

    @staticmethod
    def _stop(*_: object) -> None:
        raise TooSlow

    def __call__(self, data: bytes) -> None:
        """Run the target on an input; write down how it failed."""
        os.ftruncate(self._now, 0)
        os.pwrite(self._now, data, 0)
        self.count += 1
        started = time.process_time()
        faulthandler.dump_traceback_later(60 * self._slow, exit=True)
        try:
            signal.setitimer(signal.ITIMER_PROF, self._slow)
            try:
                self._act(data)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
        except (Exception, TooSlow) as error:
            self._write_down(error, data)
        self.longest = max(self.longest, time.process_time() - started)

    def _write_down(self, error: BaseException, data: bytes) -> None:
        self.faults += 1
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "/symbn/" in f.filename]
        places = "" if isinstance(error, TooSlow) else str([(f.filename, f.lineno) for f in frames[-2:]])
        said = re.sub(r"\d+", "", str(error))[:80] if isinstance(error, AssertionError) else ""
        name = hashlib.blake2b(f"{type(error)}{places}{said}".encode(), digest_size=5).hexdigest()
        if isinstance(error, TooSlow):
            name = hashlib.blake2b(str([(f.filename, f.name) for f in frames[:10]]).encode(), digest_size=5).hexdigest()
        if name in self.seen:
            return
        self.seen.add(name)
        path = self._folder / f"{self._target}-{type(error).__name__}-{name}"
        path.write_bytes(data)
        told = "".join(traceback.format_exception(error))
        path.with_suffix(".txt").write_text(told, encoding="utf-8", errors="backslashreplace")
        print(f"fault: {path}\n{told[-600:]}", file=sys.stderr, flush=True)

    def total(self) -> str:
        return (
            f"{self._target}: {self.count} inputs, {self.faults} faults ({len(self.seen)} kinds), "
            f"longest {self.longest:.1f} s, {time.process_time():.0f} s of the processor"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=900)
    parser.add_argument("--folder", type=Path, default=ROOT / ".fuzz")
    parser.add_argument("--slow", type=float, default=5.0)
    asked = parser.parse_args()
    inputs = begin(asked.target, asked.folder)
    run = Run(asked.target, asked.folder, asked.slow)
    ends = time.monotonic() + asked.seconds

    def one(data: bytes) -> None:
        run(data)
        if time.monotonic() > ends:  # libFuzzer's own limit ends the process before anything could be told
            print(run.total(), file=sys.stderr, flush=True)
            os._exit(1 if run.faults else 0)

    options = [f"-max_len={LONGEST}", "-timeout=3600", "-rss_limit_mb=4096", "-print_final_stats=1", "-reload=0"]
    atheris.Setup([sys.argv[0], str(inputs), *options], one, custom_mutator=changed, custom_crossover=crossed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
