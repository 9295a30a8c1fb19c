r"""A counterexample as LaTeX: the sizes, the values as small matrices, and both sides, one below the other."""

from __future__ import annotations

import re

from symbn.report import Counterexample

_FRACTION = re.compile(r"(-?)(\d+)/(\d+)\Z")
_POWER = re.compile(r"e(-?\d+)")


def counterexample_latex(counterexample: Counterexample) -> str:
    r"""A display: `\begin{aligned} … \end{aligned}`, for math mode.

    >>> print(counterexample_latex(Counterexample({"n": 1}, {}, {"x": [["1/2"]]}, {}, [["1"]], [["2"]], (1, 1))))
    \begin{aligned}
    & n = 1 \\
    & x = \tfrac{1}{2} \\
    & \text{left side} = 1, \quad \text{right side} = 2
    \end{aligned}
    """
    numbers = {**counterexample.sizes, **counterexample.author_indices}
    rows = [[f"{name} = {value}" for name, value in numbers.items()]]
    rows += [[function] for function in counterexample.functions.values()]
    rows.append([f"{name} = {_matrix(value)}" for name, value in counterexample.values.items()])
    if counterexample.misfit:
        rows.append([rf"\text{{{counterexample.misfit}}}".replace("×", r"$\times$")])
    if counterexample.left and counterexample.right:
        sides = {"left side": counterexample.left, "right side": counterexample.right}
        rows.append([rf"\text{{{name}}} = {_matrix(value)}" for name, value in sides.items()])
        if counterexample.entry is not None and len(counterexample.left) * len(counterexample.left[0]) > 1:
            rows.append([r"\text{{they differ at row {}, column {}}}".format(*counterexample.entry)])
    lines = [r"& " + r", \quad ".join(row) for row in rows if row]
    return "\n".join([r"\begin{aligned}", " \\\\\n".join(lines), r"\end{aligned}"])


def _matrix(rows: list[list[str]]) -> str:
    if len(rows) == 1 and len(rows[0]) == 1:
        return number_latex(rows[0][0])
    inside = r" \\ ".join(" & ".join(map(number_latex, row)) for row in rows)
    return rf"\begin{{pmatrix}} {inside} \end{{pmatrix}}"


def number_latex(text: str) -> str:
    r"""A number of a counterexample.

    >>> [number_latex(text) for text in ("3", "-1/2", "-0.408248…", "1.5…e12", "0 ± 3e-39")]
    ['3', '-\\tfrac{1}{2}', '-0.408248\\ldots', '1.5\\ldots \\cdot 10^{12}', '0 \\pm 3 \\cdot 10^{-39}']
    """
    fraction = _FRACTION.match(text)
    if fraction:
        return rf"{fraction[1]}\tfrac{{{fraction[2]}}}{{{fraction[3]}}}"
    return _POWER.sub(r" \\cdot 10^{\1}", text.replace("…", r"\ldots").replace("±", r"\pm"))
