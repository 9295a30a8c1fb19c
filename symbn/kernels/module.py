"""A generated module: its head, one function for each kernel, and how user text gets into it without being code.

A function is: docstring, checks of the arguments, the statements of its target.  Everything that stems from a note and
is no expression (labels, LaTeX, titles) stands in comments and docstrings only, where it cannot end them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Protocol

from symbn.kernels.expressions import number_text
from symbn.kernels.kernel import Argument, Kernel, Number, Requirement, Result

WIDTH = 118


@dataclass(frozen=True)
class Origin:
    """The note that kernels come from: its path, its title, the SHA-256 of its bytes."""

    path: str
    title: str | None
    sha256: str


class Target(Protocol):
    """What makes source code of kernels for one kind of library."""

    name: str
    about: str
    namespace: str
    """What its `_check_finite` is given before the arrays."""
    eager: bool
    """Whether numbers are known when a function runs: not where it is traced."""

    def head(self, kernels: Sequence[Kernel]) -> str:
        """Imports and helper functions."""

    def before(self, kernel: Kernel) -> list[str]:
        """What stands before a function: compiled passes, say."""

    def parameters(self, kernel: Kernel) -> list[str]:
        """Keyword parameters of the target's own."""

    def checks(self, kernel: Kernel) -> list[str]:
        """Statements that check the arguments and bind the sizes."""

    def body(self, kernel: Kernel) -> list[str]:
        """Statements that compute and return the results."""

    def notes(self, kernel: Kernel) -> list[str]:
        """What a docstring says of the target's own parameters."""


def module_source(kernels: Sequence[Kernel], origin: Origin, target: Target) -> str:
    """The whole module."""
    title = f", “{_plain(origin.title)}”" if origin.title else ""
    about = [
        f"Kernels of {_plain(origin.path)}{title}.",
        "",
        *wrap(target.about, WIDTH),
        "",
        "Made by symbn; every function computes the right side of an equation that symbn proved, by statements that",
        "symbn proved equal to it for all sizes.  Do not edit: change the note, and make it again.",
        "",
        f"sha256 of the note: {origin.sha256}",
    ]
    parts: list[str] = [
        "\n".join([f'"""{about[0]}', *about[1:], '"""']),
        "",
        "from __future__ import annotations",
        "",
        target.head(kernels).strip("\n"),
        "",
        "",
        "__all__ = [",
        *(f'    "{name}",' for name in sorted((k.name for k in kernels), key=_in_all)),
        "]",
        "",
    ]
    for kernel in kernels:
        parts += ["", *(part for line in function_lines(kernel, target) for part in broken(line)), ""]
    return "\n".join(parts).rstrip("\n") + "\n"


def _in_all(name: str) -> tuple[int, str]:
    """Constants first, then classes, then functions: the order that linters ask for."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name


def broken(line: str) -> list[str]:
    """A line that is too long, broken at the commas of its outermost parentheses."""
    start = line.find("(")
    if len(line) <= WIDTH or start < 0 or line.lstrip().startswith(("#", '"""', 'r"""')):
        return [line]
    depth, parts, last = 0, [], start + 1
    for place, character in enumerate(line[start:], start=start):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 1:
            parts.append(line[last:place].strip())
            last = place + 1
        if depth == 0:
            parts.append(line[last:place].strip())
            break
    else:
        return [line]
    rest, margin = line[place + 1 :], " " * (len(line) - len(line.lstrip()))
    if len(parts) < 2 or len(rest) > 40:
        return [line]
    lines = [line[: start + 1]]
    for part in parts:
        if len(lines) > 1 and len(lines[-1]) + len(part) + 2 <= WIDTH:
            lines[-1] += f" {part},"
        elif part:
            lines.append(f"{margin}    {part},")
    return [*lines, f"{margin}){rest}"]


def without_unused(lines: list[str]) -> list[str]:
    """Statements without the assignments of names that nothing mentions; checks stay."""
    while True:
        text = "\n".join(lines)
        kept = [line for line in lines if not _is_unused(line, text)]
        if len(kept) == len(lines):
            return [_unnamed(line, text) for line in lines]
        lines = kept


def _is_unused(line: str, text: str) -> bool:
    found = re.match(r"\s*(\w+) = (?!_number|_size)", line)
    return found is not None and mentions(text, found[1]) == 1


def _unnamed(line: str, text: str) -> str:
    """A check whose result nothing uses, without a name for it."""
    found = re.match(r"(\w+) = (_number|_size|_sizes)\(", line)
    return line.split(" = ", 1)[1] if found is not None and mentions(text, found[1]) == 1 else line


def mentions(text: str, name: str) -> int:
    """How often a name occurs in code, strings aside."""
    return len(re.findall(rf"(?<![\w.]){re.escape(name)}(?!\w)", re.sub(r'"[^"\n]*"', '""', text)))


def function_lines(kernel: Kernel, target: Target) -> list[str]:
    """The lines of one kernel's function, with what stands before it."""
    lines = list(target.before(kernel))
    names = [a.name for a in kernel.arguments]
    keywords = [n.name for n in (*kernel.numbers, *kernel.sizes)]
    typed = [f"{name}: Array" for name in names]
    if keywords or target.parameters(kernel):
        typed.append("*")
        typed += [f"{n.name}: float" for n in kernel.numbers] + [f"{n.name}: int" for n in kernel.sizes]
        typed += target.parameters(kernel)
    if names:
        typed += ["check_finite: bool = False"] if "*" in typed else ["*", "check_finite: bool = False"]
    returned = "Array" if len(kernel.results) == 1 else f"tuple[{', '.join(['Array'] * len(kernel.results))}]"
    head = f"def {kernel.name}({', '.join(typed)}) -> {returned}:"
    lines.append(head)
    checks = [*_number_checks(kernel), *target.checks(kernel), *_requirement_checks(kernel, target)]
    if names:
        given = ", ".join(f"{name}={name}" for name in names)
        checks += ["if check_finite:", f"    _check_finite({target.namespace}{given})"]
    statements = [*checks, *target.body(kernel)]
    body = [*_docstring(kernel, target), *without_unused(statements)]
    return [*lines, *(f"    {line}" if line else "" for line in body)]


def _number_checks(kernel: Kernel) -> list[str]:
    relations = {"positive": ">", "nonnegative": ">=", "negative": "<", "nonpositive": "<=", "nonzero": "!="}
    lines = [
        f"{n.name} = _number({n.name!r}, {n.name}, {relations.get(n.sign, '')!r})".replace("'", '"')
        for n in kernel.numbers
    ]
    return lines + [f'{n.name} = _size("{n.name}", {n.name}, {kernel.least.get(n.symbol, 1)})' for n in kernel.sizes]


def _requirement_checks(kernel: Kernel, target: Target) -> list[str]:
    names = kernel.names()
    lines = []
    for requirement in kernel.requirements:
        text, _ = number_text(requirement.value, names)
        given = [f"{names[v]}={names[v]}" for v in sorted(requirement.value.variables(), key=list(names).index)]
        relation = _relation(requirement, kernel)
        call = f'_require({text}, "{text}", "{relation}", {", ".join(given)})'
        lines += [f"if not {text} {relation} 0:", f"    {call}"] if target.eager else [call]
    return lines


def _relation(requirement: Requirement, kernel: Kernel) -> str:
    """A difference that must not be 0 must be positive: sizes are larger than what is taken off them."""
    if requirement.relation == r"\ge":
        return ">="
    value, sizes = requirement.value, set(kernel.least)
    grows = value.denominator.is_one() and not value.leads_negative() and value.variables() & sizes
    return ">" if requirement.relation == ">" or grows else "!="


# Text of a note -----------------------------------------------------------------------------------------------


def _docstring(kernel: Kernel, target: Target) -> list[str]:
    lines: list[str] = []
    for source in kernel.sources:
        lines += [*_equation(source.lhs, source.rhs), ""]
        conditions = f" where {', '.join(f'${c}$' for c in source.conditions)}" if source.conditions else ""
        how = "as it is defined" if source.verdict == "definition" else source.verdict
        lines += [*wrap(f"{source.id}: {how}{conditions}.", WIDTH - 4), ""]
    lines += [_argument_text(a) for a in kernel.arguments]
    if kernel.arguments:
        lines.append("Arrays are float32, or float64, all of them; with check_finite, infinities and NaN are refused.")
    lines += [_number_text(n) for n in (*kernel.numbers, *kernel.sizes)]
    lines += [f"Returns {'; '.join(_result_text(r) for r in kernel.results)}.", *target.notes(kernel)]
    plain = [re.sub(r"[\x00-\x1f\x7f]", " ", line).rstrip() for line in lines]
    text = "\n".join(plain)
    if '"""' in text or text.endswith(("\\", '"')):
        plain = [line.replace("\\", "\\\\").replace('"', '\\"') for line in plain]
        return [f'"""{plain[0]}', *plain[1:], '"""']
    return [f'r"""{plain[0]}' if "\\" in text else f'"""{plain[0]}', *plain[1:], '"""']


def _equation(lhs: str, rhs: str) -> list[str]:
    whole = " ".join(f"{lhs} = {rhs}".split())
    return wrap(whole, WIDTH - 8, break_long_words=False, break_on_hyphens=False) or [whole]


def _argument_text(a: Argument) -> str:
    shape = "×".join(map(str, a.shape)) if a.shape is not None else "×".join(map(str, a.array.dims))
    dims = f", dimensions ({', '.join(map(str, a.array.dims))})" if a.shape is None or 1 in a.shape else ""
    return f"{a.name} : {shape}, ${a.latex}${dims}"


def _number_text(n: Number) -> str:
    signs = {"positive": " > 0", "nonnegative": " ≥ 0", "negative": " < 0", "nonpositive": " ≤ 0", "nonzero": " ≠ 0"}
    return f"{n.name} : a {'size' if n.sign == 'size' else 'number'}{signs.get(n.sign, '')}, ${n.latex}$"


def _result_text(r: Result) -> str:
    dims = ", ".join(str(axis.dim) for axis in r.axes)
    families = ", ".join(str(axis.label) for axis in r.axes[: r.indices])
    each = f" (dimensions {dims}: one for each {families})" if families else ""
    return f"{r.name} : {'×'.join(str(axis.dim) for axis in r.axes[r.indices :]) or 'a number'}{each}"


def _plain(text: str | None) -> str:
    """Text for a docstring that is no raw string."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", text or "").replace("\\", "/").replace('"', "'")


def assembled(parts: Sequence[str]) -> str:
    """Imports, then constants, then functions, each as far apart as a formatter has them."""
    first, second, *others = (part.strip("\n") for part in parts)
    return "\n\n\n".join([f"{first}\n\n{second}", *others])


def indented(lines: Iterable[str], by: int = 4) -> list[str]:
    return [f"{' ' * by}{line}" if line else "" for line in lines]


def dims_text(names: Mapping[str, str], dims: Sequence[str | int]) -> str:
    """The dimensions of an array as a tuple of names and numbers, for a check."""
    shown = [f'"{names[d]}"' if isinstance(d, str) else str(d) for d in dims]
    return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"


NUMBER_HELPERS = '''
def _number(name: str, value: float, relation: str) -> float:
    """A number of a sign; ValueError for another sign, TypeError for no number.  What is traced is taken as it is."""
    if type(value) is float:
        pass
    elif isinstance(value, Integral):
        value = int(value)
    elif isinstance(value, Real):
        value = float(value)
    elif hasattr(value, "dtype") and getattr(value, "shape", None) == ():
        return value
    else:
        raise TypeError(f"{name}: a number is needed, not {type(value).__name__}")
    fits = {"": True, ">": value > 0, ">=": value >= 0, "<": value < 0, "<=": value <= 0, "!=": value != 0}
    if not fits[relation]:
        raise ValueError(f"{name} must be {relation} 0, not {value}")
    return value


def _size(name: str, value: int, least: int) -> int:
    """A size; ValueError for one that is too small."""
    size = index(value)
    if size < least:
        raise ValueError(f"{name} must be at least {least}, not {size}")
    return size


def _require(value: float, text: str, relation: str, /, **given: float) -> None:
    """A condition of the formula on sizes and numbers; ValueError where it does not hold."""
    known = isinstance(value, (int, float))
    if known and not {">": value > 0, ">=": value >= 0, "!=": value != 0}[relation]:
        shown = ", ".join(f"{name} = {number}" for name, number in given.items())
        raise ValueError(f"{text} must be {relation} 0, not {value}: {shown}")
'''
