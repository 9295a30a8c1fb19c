"""The NumPy target: row blocks that stay in the cache, `out=` everywhere, no dependency but NumPy.

A pass over a matrix goes through blocks of rows: each block is worked on in buffers of its own size, sums of its
columns are added to totals in float64.  What is no pass is a statement on whole arrays.  With few rows, where
differences may cancel almost wholly, everything is computed on whole arrays in NumPy's widest float.
"""

from __future__ import annotations

from collections.abc import Sequence

from symbn.kernels.kernel import Kernel
from symbn.kernels.module import NUMBER_HELPERS, assembled
from symbn.kernels.passes import Guesses, Rows, schedule
from symbn.kernels.targets.blocked import BLOCK_SIZE, BLOCKS, GUESS, Blocked
from symbn.kernels.targets.blocked_rows import ROW_GUESS
from symbn.kernels.targets.ndarrays import (
    ARRAYS,
    CONSTANTS,
    argument_checks,
    few_body,
    output_lines,
    result_names,
    whole_body,
    whole_function,
)
from symbn.kernels.targets.whole import few_rows

HEAD = """
from numbers import Integral, Real
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray
"""


class Numpy:
    """See `module.Target`."""

    name = "numpy"
    namespace = ""
    eager = True
    about = (
        "NumPy target: arguments are float32 or float64 arrays of any layout and are never written to; out= takes the "
        "array (or the arrays) for the result."
    )

    def head(self, kernels: Sequence[Kernel]) -> str:
        plans = [schedule(kernel.refined) for kernel in kernels]
        passes = any(plan.passes() for plan in plans)
        parts = [HEAD, CONSTANTS + BLOCK_SIZE if passes else CONSTANTS, ARRAYS]
        if any(isinstance(stage, Guesses) for plan in plans for stage in plan.stages):
            parts.append(GUESS)
        loops = [stage for plan in plans for stage in plan.stages if isinstance(stage, Rows)]
        if any(loop.means for loop in loops):
            parts.append(ROW_GUESS)
        if passes:
            parts.append(BLOCKS)
        return assembled([*parts, NUMBER_HELPERS])

    def parameters(self, kernel: Kernel) -> list[str]:
        if len(kernel.results) == 1:
            return ["out: Array | None = None"]
        return [f"out: tuple[{', '.join(['Array | None'] * len(kernel.results))}] | None = None"]

    def notes(self, kernel: Kernel) -> list[str]:
        return []

    def before(self, kernel: Kernel) -> list[str]:
        return whole_function(kernel)

    def checks(self, kernel: Kernel) -> list[str]:
        return argument_checks(kernel)

    def body(self, kernel: Kernel) -> list[str]:
        plan = schedule(kernel.refined)
        if not plan.passes():
            return whole_body(kernel, few_rows(kernel))
        lines = output_lines(kernel)
        lines += few_body(kernel, small=True)
        return [*lines, *Blocked(kernel, plan).lines(), f"return {', '.join(result_names(kernel))}"]
