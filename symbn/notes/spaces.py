r"""What a set says of its members: \mathbb{R}^{m \times n}, \mathbb{N}, \mathbb{S}^n_{++}, O(n), \{0, 1\}, \{1, …, m\}.

A set of one of these kinds is read whole or not at all: any other mark on it is an error (E186).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from symbn.diagnostics import NoteError, fail
from symbn.expr.context import Sign, Structure
from symbn.expr.tree import Dim, Shape
from symbn.notes.expressions import Reader
from symbn.notes.number_sets import NumberSet, Values
from symbn.notes.samples import limits
from symbn.notes.scope import spelled
from symbn.notes.syntax import (
    Binary,
    Commas,
    Group,
    Name,
    Numeral,
    Related,
    Script,
    Sequence,
    Signed,
    Syntax,
    Unread,
    unscripted,
)
from symbn.source import Span

_REALS = frozenset([r"\mathbb{R}", r"\mathbf{R}", r"\mathrm{R}", r"\boldsymbol{R}", "R"])
_NATURALS = frozenset([r"\mathbb{N}", r"\mathbf{N}"])
_INTEGERS = frozenset([r"\mathbb{Z}", r"\mathbf{Z}"])
_SYMMETRIC = frozenset([r"\mathbb{S}", r"\mathcal{S}"])
_SPACES = _REALS | _NATURALS | _INTEGERS | _SYMMETRIC
_ORTHOGONAL = frozenset(["O", r"\mathrm{O}", r"\mathcal{O}"])
_SIGNS: Mapping[str, Sign] = {
    "": "real", "+": "nonnegative", r"\ge0": "nonnegative", "++": "positive", ">0": "positive",
}  # fmt: skip
"""What the mark of a set of reals says; ℝ₊ is read as the larger of the two sets that authors mean by it."""
_ONE_OR_MORE = ("+", "++", ">0", r"\ge1")

Kind: TypeAlias = Literal["real", "dimension"]


@dataclass(frozen=True)
class Space:
    """What is in a set: numbers that count something, or real things of a shape, a structure and a sign.

    values: the numbers that it holds, where it is a set of certain numbers.
    """

    shape: Shape = (1, 1)
    structure: Structure = "general"
    sign: Sign = "real"
    kind: Kind = "real"
    values: Values | None = None


def space_of(written: Syntax, reader: Reader) -> Space:
    """What a set says.  Raises NoteError: E186 for one that is not read, E185 for ℝ^{l×m×n}."""
    if isinstance(written, Unread):
        raise NoteError(written.diagnostic)
    letter = unscripted(written)
    name = letter.latex if isinstance(letter, Name) else None
    found: Space | None = None
    if name in _REALS:
        found = _reals(written, reader)
    elif name in _NATURALS | _INTEGERS:
        found = _counting(written, natural=name in _NATURALS)
    elif name in _SYMMETRIC:
        found = _symmetric(written, reader)
    elif isinstance(written, Sequence):
        found = _group(written, reader)
    if found is None:
        raise fail(
            "E186", "this set is not read", written.span,
            help=r"declare in \mathbb{R}^{n}, \mathbb{R}^{m \times n}, \mathbb{N}, \mathbb{S}^{n}_{++} or \{1, …, m\}",
        )  # fmt: skip
    return found


def space_of_numbers(numbers: NumberSet, reader: Reader) -> Space:
    r"""\{0, 1\}^{m \times n}; that numbers are not 0 is said of a single one only.  Raises NoteError (E185)."""
    shape = (1, 1) if numbers.sizes is None else _shape(numbers.sizes, reader, numbers.span)
    sign: Sign = "real" if numbers.sign == "nonzero" and shape != (1, 1) else numbers.sign
    return Space(shape, sign=sign, values=numbers.values)


def domain_of(written: Syntax, reader: Reader) -> tuple[Shape, ...]:
    r"""The shapes of arguments from \mathbb{R}^m \times \mathbb{R}^n.  Raises NoteError."""
    if isinstance(written, Binary) and written.op == r"\times":
        return (*domain_of(written.left, reader), *domain_of(written.right, reader))
    return (space_of(written, reader).shape,)


def range_of(group: Group, reader: Reader) -> Dim:
    r"""The m of \{1, …, m\} and of [m].  Raises NoteError (E184) for what is no such range."""
    extent = limits(group)
    first, last = extent if extent is not None else (None, None)
    if isinstance(first, Numeral) and first.text == "1" and last is not None:
        return reader.dimension(last)
    content = group.content
    if extent is None and isinstance(content, Commas) and spelled(content.items[0]) == "1":
        return reader.dimension(content.items[-1])
    raise fail("E184", "an index runs over {1, …, m}", group.span, help=r"write i \in \{1, \ldots, m\}")


def is_real_space(written: Syntax) -> bool:
    r"""Whether this is \mathbb{R} with a script."""
    return isinstance(written, Script) and spelled(written.base) in _REALS


def is_natural(written: Syntax) -> bool:
    r"""Whether this is \mathbb{N}, with scripts or without."""
    return spelled(unscripted(written)) in _NATURALS


def dimensions_in(space: Syntax) -> Iterator[str]:
    r"""The names of dimensions in the exponents of a set: m, n, p of \mathbb{R}^{m \times n} \times \mathbb{R}^p."""
    if isinstance(space, Binary) and space.op == r"\times":
        yield from dimensions_in(space.left)
        yield from dimensions_in(space.right)
    elif isinstance(space, Script) and isinstance(space.base, Name) and space.base.latex in _SPACES:
        if space.sup is not None and spelled(space.sup) not in ("+", "n +"):
            yield from _names(space.sup)


def mark_of(script: Syntax | None) -> str | None:
    """What a script says of a set: `+`, `++`, `>0`, …; nothing without a script, None for what is no such mark."""
    match script:
        case None:
            return ""
        case Related(relation=relation, left=Name(latex=""), right=Numeral(text=number)):
            return relation + number
        case Group(delimiter="{", content=content):
            return mark_of(content)
    text = spelled(script)
    return None if text is None else text.replace(" ", "").replace(r"\ast", "*")


def _marks(space: Syntax) -> tuple[str | None, str | None]:
    """What stands below a set, and above it."""
    return (mark_of(space.sub), mark_of(space.sup)) if isinstance(space, Script) else ("", "")


def _reals(space: Syntax, reader: Reader) -> Space | None:
    r"""\mathbb{R}, \mathbb{R}_+, \mathbb{R}^{m \times n}, \mathbb{R}_{>0}^n."""
    below, above = _marks(space)
    sign = None if below is None else _SIGNS.get(below)
    if above in ("", "+"):
        sign = "nonnegative" if above and below in ("", "0") else sign
        return None if sign is None else Space(sign=sign)
    if not isinstance(space, Script) or space.sup is None or above == "*" or sign is None:
        return None
    return Space(_shape(space.sup, reader, space.sup.span), sign=sign)


def _counting(space: Syntax, natural: bool) -> Space:
    r"""\mathbb{N}, \mathbb{N}_+, \mathbb{Z}_{>0}.  Raises NoteError (E186) for integers that count nothing."""
    below, above = _marks(space)
    if natural:
        positive = above in ("", "+", "*") and below in ("", *_ONE_OR_MORE)
    else:
        positive = "" in (above, below) and (above or below) in _ONE_OR_MORE
    if not positive:
        raise fail(
            "E186", "a dimension is a positive integer, and this set holds other numbers too", space.span,
            help=r"declare n \in \mathbb{N}; of another integer c ∈ ℝ says less, and is read",
        )  # fmt: skip
    return Space(kind="dimension")


def _symmetric(space: Syntax, reader: Reader) -> Space | None:
    r"""\mathbb{S}^n, and \mathbb{S}^n_{++} of the positive definite ones."""
    below, _ = _marks(space)
    if not isinstance(space, Script) or space.sup is None or below not in ("", "++", ">0"):
        return None
    (size, *_) = reader.sizes(space.sup)
    return Space((size, size), "positive definite" if below else "symmetric")


def _group(space: Sequence, reader: Reader) -> Space | None:
    """O(n), the orthogonal matrices, and GL(n), the invertible ones."""
    argument = space.items[-1]
    if not isinstance(argument, Group):
        return None
    name = "".join(spelled(item) or "?" for item in space.items[:-1])
    (size, *_) = reader.sizes(argument.content)
    if name in _ORTHOGONAL:
        return Space((size, size), "orthogonal")
    return Space((size, size), "invertible") if name == "GL" else None


def _shape(sizes: Syntax, reader: Reader, span: Span) -> Shape:
    """n×1 of n, m×n of m × n.  Raises NoteError (E185) for more of them."""
    rows, *more = reader.sizes(sizes)
    if len(more) > 1:
        raise fail("E185", "a tensor of more than two dimensions", span, help="use a family of matrices")
    return rows, more[0] if more else 1


def _names(sup: Syntax) -> list[str]:
    """The names in m × n, mn, n² or m + p."""
    match sup:
        case Binary(op=r"\times" | r"\cdot" | "*"):
            return _names(sup.left) + _names(sup.right)
        case Sequence():
            return [name for item in sup.items for name in _names(item)]
        case Signed():
            return [name for _, term in sup.terms for name in _names(term)]
        case Group(delimiter="(" | "{"):
            return _names(sup.content)
        case Script(sub=None, sup=Numeral()):
            return _names(sup.base)
    name = spelled(sup) if isinstance(sup, (Name, Script)) else None
    return [] if name is None or name in ("+", r"\ast") else [name]
