r"""The constants that need no declaration, where one is declared: \mathbf 1 \in \mathbb{R}^n says how large 𝟏 is.

It stays what it is, and has that size wherever nothing else says one.  An I that is not square is another name, and so
is 𝟏 or 0 with a subscript that is no size of it: \mathbf 1_k \in \mathbb{R}^n.  An e_i is a unit vector where the
prose calls it one.
"""

from __future__ import annotations

import re

from symbn.diagnostics import fail
from symbn.expr.shape import is_scalar, is_square
from symbn.expr.tree import Dim, Shape
from symbn.notes.reserved import IDENTITIES, ONES, UNITS, ZEROS
from symbn.notes.scope import Scope, spelled
from symbn.notes.syntax import Binary, Commas, Name, Numeral, Script, Syntax


def constant_of(subject: Syntax, shape: Shape, scope: Scope) -> str | None:
    r"""`I`, `\mathbf 1` or `\mathbf 0` if a subject of ∈ is that constant; None for another name.

    Raises NoteError (E207) for ones that are no column.
    """
    base, sub = (subject.base, subject.sub) if isinstance(subject, Script) else (subject, None)
    name = base.latex if isinstance(base, Name) else ""
    if scope.knows(name) or scope.knows(spelled(subject) or ""):
        return None
    if isinstance(subject, Script) and (subject.sup is not None or subject.primes or not _says(sub, shape)):
        return None
    if name in IDENTITIES:
        return "I" if is_square(shape) and not is_scalar(shape) else None
    if name in ONES and sub is None and shape[1] != 1:
        raise fail(
            "E207", r"\mathbf 1 is a column of ones, and this is no column", subject.span,
            help=r"write \mathbf 1_m \mathbf 1_n^\top for a matrix of ones, or take another letter for another thing",
        )  # fmt: skip
    return r"\mathbf 1" if name in ONES else r"\mathbf 0" if name in ZEROS else None


def _says(sub: Syntax | None, shape: Shape) -> bool:
    """Whether a subscript is the size, or the sizes, of a shape."""
    rows, columns = map(str, shape)
    if isinstance(sub, Binary) and sub.op == r"\times":
        return (spelled(sub.left), spelled(sub.right)) == (rows, columns)
    return spelled(sub) == rows if sub is not None else False


_CALLED = (
    r"(?P<the>the\s+)?(?P<number>(?:\$[^$]{1,24}\$|\\\([^()]{1,24}\\\)|\b[a-z])\s?-?\s?(?:th|st|nd|rd)?\s+)?"
    r"(?P<which>(?:standard|canonical|coordinate|natural|elementary)\s+)?"
    r"(?P<what>(?:unit|basis)\s+(?:basis\s+)?vectors?\b|basis\b)"
)
_BEHIND = re.compile(rf"[\s,(]*(?:(?:which|that)\s+)?(?:(?:is|are|be|being|denotes?)\s+)?{_CALLED}", re.IGNORECASE)
_BEFORE = re.compile(rf"{_CALLED}\s*$", re.IGNORECASE)


def is_unit_vector(subject: Syntax, scope: Scope, before: str, behind: str) -> bool:
    """Whether a subject of ∈ is e_i, or e_1, …, e_n, and the prose on either side calls it a standard unit vector."""
    if not is_possible_unit(subject, scope):
        return False
    found = (_BEHIND.match(" ".join(behind[:200].split())), _BEFORE.search(" ".join(before[-200:].split())))
    return any(map(_is_standard, found))


def _is_standard(called: re.Match[str] | None) -> bool:
    """Whether the words say which unit vector: the i-th, the standard ones; a vector of norm 1 is another thing."""
    if called is None:
        return False
    vectors = called["what"].lower() != "basis"
    return called["which"] is not None or (
        called["the"] is not None and vectors and (called["number"] is not None or called["what"][0] in "uU")
    )


def is_possible_unit(subject: Syntax, scope: Scope) -> bool:
    """Whether a name is an e with one subscript, of which nothing else is known."""
    one = subject.items[-1] if isinstance(subject, Commas) else subject
    if not isinstance(one, Script) or not isinstance(one.base, Name) or one.sup is not None or one.primes:
        return False
    plain = isinstance(one.sub, Numeral) or (isinstance(one.sub, Name) and not one.sub.word)
    return plain and one.base.latex in UNITS and not scope.knows(one.base.latex)


def declare_unit(subject: Syntax, size: Dim, scope: Scope) -> None:
    """Note how many entries e_i has; e_1, …, e_n is any of them."""
    sub = subject.sub if isinstance(subject, Script) else None
    scope.sizes[f"e_{spelled(sub) if sub is not None else ''}"] = size


def declared_unit_size(sub: Syntax, scope: Scope) -> Dim | None:
    """How many entries e_i was declared to have, else all the e_j that were."""
    sizes = {name: size for name, size in scope.sizes.items() if name.startswith("e_")}
    own = sizes.get(f"e_{spelled(sub)}")
    every = set(sizes.values())
    return own if own is not None else every.pop() if len(every) == 1 else None


def is_zero_vector(subject: Syntax, shape: Shape) -> bool:
    """Whether a subject of ∈ is a plain 0 that stands for a vector or a matrix."""
    return isinstance(subject, Numeral) and subject.text == "0" and not is_scalar(shape)
