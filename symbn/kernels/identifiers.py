r"""Names of mathematics as names of Python: `\hat{Y}` is Y_hat, `\nabla_{\hat{Y}}` grad_Y_hat, `\epsilon` eps."""

from __future__ import annotations

import builtins
import keyword
import re

_LETTERS = {"epsilon": "eps", "varepsilon": "eps", "lambda": "lambda_"}
_ACCENTS = ("hat", "widehat", "bar", "tilde", "widetilde", "vec", "dot", "ddot", "check", "breve", "overline")
_FONTS = ("mathbf", "boldsymbol", "bm", "mathrm", "mathsf", "mathit", "mathcal", "mathbb", "text", "operatorname")
_RESERVED = {
    *"np xp out dtype device like work wide few given sizes where rows blocks buffers height chunk chunks".split(),
    *"driver first last start part sums i j njit prange index sys annotations check_finite ones".split(),
    *"Array Any NDArray Integral Real PathFinder FEW SMALL BLOCK array_namespace is_array_api_obj".split(),
}
"""What generated code calls something of its own."""


def identifier(latex: str) -> str:
    """A Python name for a name of a note; never a keyword, a builtin, or a name that generated code uses itself.

    It holds no two underscores in a row: generated code appends `__…` for names of its own.
    """
    text = latex.split("@")[0]
    for accent in _ACCENTS:
        text = re.sub(rf"\\{accent}(?:\s*\{{((?:[^{{}}]|\{{[^{{}}]*\}})*)\}}|\s+(\w))", rf"\1\2_{accent} ", text)
    for font in _FONTS:
        text = re.sub(rf"\\{font}\*?(?![A-Za-z])", " ", text)
    text = re.sub(r"\\nabla", " grad_", text)
    text = re.sub(r"\\([A-Za-z]+)", lambda m: f" {_LETTERS.get(m[1], m[1])} ", text)
    text = text.replace("'", "_prime").replace("-1", "_inverse")
    name = re.sub(r"_+", "_", re.sub(r"[^A-Za-z0-9_]+", "_", text)).strip("_")
    if not name:
        return "value"
    if name[0].isdigit():
        name = f"eq_{name}"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or hasattr(builtins, name) or name in _RESERVED:
        name = name.rstrip("_") + "_"
    return name


def function_name(id: str) -> str:
    """The function of a statement, from its label without a leading `eq:`, or its number: eq:N12f is N12f."""
    return identifier(id.removeprefix("eq:").replace("-", "_"))


def distinct(name: str, taken: set[str]) -> str:
    """The name itself, or with a number at its end; it is taken from then on."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found
