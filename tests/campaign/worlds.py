r"""What the campaign's statements are about: declared names of every kind and a few definitions, in several spellings.

A world is read by symbn once for each spelling.  Names are canonical in trees (`A`, `x`, `phi`); a spelling says how
each is written.  Index letters (i, j, k, l, s, t) are no name of any world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.campaign.trees import (
    Node,
    Shape,
    add,
    identity,
    minus,
    mul,
    number,
    ones,
    quotient,
    reference,
    row,
    size,
    symbol,
    transpose,
)

LETTERS = ("i", "j", "k", "l", "s", "t")
DIMS = ("n", "m", "p")

_VECTORS = {"x": "n", "y": "n", "z": "n", "u": "m", "v": "m"}
_MATRICES = {"A": ("n", "n"), "B": ("n", "n"), "C": ("m", "n"), "D": ("m", "n"), "E": ("n", "p")}
_STRUCTURED = {"S": "symmetric", "P": "positive definite", "Q": "orthogonal", "M": "invertible", "N": "invertible"}
REALS, POSITIVE = ("a", "b"), ("c", "e")
EXPONENT = "r"
"""A natural number that is used as a power of matrices."""


@dataclass(frozen=True)
class Definition:
    """name := body, name_index := body, or name(parameter) := body."""

    name: str
    body: Node
    index: tuple[str, str] | None = None
    parameter: Node | None = None


@dataclass(frozen=True)
class World:
    """Names with their shapes and structures, definitions, and which names are random."""

    shapes: Mapping[str, Shape]
    structures: Mapping[str, str]
    definitions: Mapping[str, Definition]
    random: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def symbols(self, shape: Shape) -> list[Node]:
        """The declared names of one shape."""
        return [symbol(name, own) for name, own in self.shapes.items() if own == shape]

    def named(self, name: str) -> Node:
        return symbol(name, self.shapes[name])


def _shapes() -> dict[str, Shape]:
    shapes: dict[str, Shape] = {name: (dim, "1") for name, dim in _VECTORS.items()}
    shapes |= _MATRICES
    shapes |= dict.fromkeys(_STRUCTURED, ("n", "n"))
    return shapes | dict.fromkeys((*REALS, *POSITIVE), ("1", "1"))


def _definitions(shapes: Mapping[str, Shape]) -> dict[str, Definition]:
    A, C, D, u, x, a = (symbol(name, shapes[name]) for name in "ACDuxa")
    h = symbol("h", ("n", "1"))
    mean_of_ones = quotient(mul(ones("n"), transpose(ones("n"))), size("n"))
    found = [
        Definition("w", add(mul(C, x), u)),
        Definition("K", add(identity("n"), minus(mean_of_ones))),
        Definition("d", transpose(row(D, "t")), index=("t", "m")),
        Definition("q", add(mul(number(2), mul(transpose(h), A, h)), a), parameter=h),
    ]
    return {definition.name: definition for definition in found}


def member(name: str, index: str) -> Node:
    """A member of the world's family."""
    assert name == "d", "the one family"
    return reference("d", ("n", "1"), (index,))


ALGEBRA = World(_shapes(), _STRUCTURED, _definitions(_shapes()))
MEANS = World(_shapes(), _STRUCTURED, _definitions(_shapes()), random=("x", "u"))
LARGE = World(_shapes(), _STRUCTURED, _definitions(_shapes()), conditions=("n", "m"))
WORLDS = {"algebra": ALGEBRA, "means": MEANS, "large": LARGE}
"""In `large` n and m are at least 2."""


# Spellings --------------------------------------------------------------------------------------------------

_PLAIN = {name: name for name in (*DIMS, *_shapes(), "w", "K", "d", "q", "h", "f", "g", "L", EXPONENT)} | {
    "phi": r"\phi",
    "e": r"\tau",
}

_RENAMED = {
    "n": "q", "m": "n", "p": "m", "x": "y", "y": "z", "z": "x", "u": "b", "v": "u", "A": "B", "B": "A", "C": "W",
    "D": "X", "E": "V", "S": "H", "P": "M", "Q": "U", "M": "P", "N": "G", "a": "c", "b": "a", "c": r"\rho", "e": "v",
    "w": "h", "K": "C", "d": "r", "q": "g", "h": "w", "f": "F", "g": "f", "L": "J", "phi": r"\psi", EXPONENT: "p",
}  # fmt: skip

_GREEK = {
    "x": r"\theta", "y": r"\hat{y}", "z": r"\mathbf{z}", "u": r"\mu", "v": r"\boldsymbol{\nu}", "A": r"\mathbf{A}",
    "B": r"\tilde B", "C": "W", "D": r"\bar X", "S": r"\Lambda", "P": r"\Sigma", "Q": "U", "a": r"\alpha",
    "b": r"\beta", "c": r"\lambda", "e": r"\epsilon", "w": r"\hat{u}", "K": r"\mathcal{C}", "d": r"\xi", "q": r"\ell",
    "phi": r"\sigma", "f": r"\mathbf{f}", "L": r"\mathcal{L}", "g": r"\gamma",
}  # fmt: skip

SPELLINGS: tuple[Mapping[str, str], ...] = (_PLAIN, _PLAIN | _RENAMED, _PLAIN | _GREEK)


_SPACES = {
    "symmetric": r"\mathbb{S}^{%s}",
    "positive definite": r"\mathbb{S}^{%s}_{++}",
    "orthogonal": "O(%s)",
    "invertible": "GL(%s)",
}


def given(world: World, spelling: Mapping[str, str], unused: bool = False) -> str:
    """The declarations and definitions of a world, as the text of a note; `unused` adds some that nothing mentions."""
    from tests.campaign.writing import Pen

    n, m = spelling["n"], spelling["m"]
    said = [rf"{', '.join(spelling[d] for d in DIMS)} \in \mathbb{{N}}"]
    if unused:
        said.append(rf"\omega \in \mathbb{{R}}^{{{n}}}")
        said.append(rf"\Omega \in \mathbb{{R}}^{{\kappa \times {m}}}")
    for name, (rows, columns) in world.shapes.items():
        said.append(_declared(world, spelling, name, rows, columns))
    said += [
        rf"{spelling[EXPONENT]} \in \mathbb{{N}}",
        rf"{spelling['f']} : \mathbb{{R}}^{{{n}}} \to \mathbb{{R}}^{{{m}}}",
        rf"{spelling['g']} : \mathbb{{R}}^{{{m}}} \to \mathbb{{R}}",
        rf"{spelling['L']} : \mathbb{{R}}^{{{m} \times {n}}} \to \mathbb{{R}}",
        rf"{spelling['phi']} : \mathbb{{R}} \to \mathbb{{R}}",
        *(rf"{spelling[dim]} \ge 2" for dim in world.conditions),
        *(rf"{spelling[name]} \sim \mathcal{{D}}" for name in world.random),
    ]
    pen = Pen(spelling)
    for definition in world.definitions.values():
        left = spelling[definition.name]
        if definition.index is not None:
            left = f"{left}_{definition.index[0]}"
        if definition.parameter is not None:
            left = f"{left}({spelling[definition.parameter.data]})"
        said.append(f"{left} := {pen.write(definition.body)}")
    return ", ".join(f"${formula}$" for formula in said) + "."


def _declared(world: World, spelling: Mapping[str, str], name: str, rows: str, columns: str) -> str:
    written = spelling[name]
    if name in POSITIVE:
        return f"{written} > 0"
    if rows == "1":
        return rf"{written} \in \mathbb{{R}}"
    if name in world.structures:
        return rf"{written} \in {_SPACES[world.structures[name]] % spelling[rows]}"
    size_of = spelling[rows] if columns == "1" else rf"{spelling[rows]} \times {spelling[columns]}"
    return rf"{written} \in \mathbb{{R}}^{{{size_of}}}"
