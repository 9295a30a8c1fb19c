r"""Chains of equations as rows of `align`, broken where a person would break them: before a relation, before a sign.

Widths are estimated; what is still too wide in one row is set in smaller type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from symbn.export.latex_breaks import Row, broken
from symbn.export.latex_chains import Chain, Side
from symbn.export.latex_pieces import Piece, guarded, joined, width_of

LINE = 92.0
"""What a line of the document holds, in digits."""
_WIDEST_LEFT = 0.4
"""The share of a line past which a left side stands on a row of its own."""
_INDENT = 4.0
_WITHIN = r"\enspace\enspace\enspace\enspace "
_SMALLER = ((1.0, ""), (0.9, r"\small"), (0.8, r"\footnotesize"), (0.7, r"\scriptsize"), (0.5, r"\tiny"))


@dataclass(frozen=True)
class Line:
    """A row of the display; `link`: the place of the relation whose right side ends here."""

    latex: str
    width: float
    link: int | None = None


def display(chain: Chain, ending: Callable[[int], Iterable[str]]) -> list[str]:
    """The lines of the display.  `ending` says what stands at the end of the k-th link: its label, its mark."""
    rows = list(_rows(chain))
    lines = [r"\begin{align}"]
    for place, row in enumerate(rows):
        lines.append(row.latex)
        lines += list(ending(row.link)) if row.link is not None else [r"\notag"]
        if place + 1 < len(rows):
            lines.append(r"\\")
    lines.append(r"\end{align}")
    size = _size(max(row.width for row in rows))
    return [r"\begingroup" + size, *lines, r"\endgroup"] if size else lines


def _size(width: float) -> str:
    """The type in which a row of this width fits into a line."""
    return next((size for factor, size in _SMALLER if width * factor <= LINE), _SMALLER[-1][1])


def _rows(chain: Chain) -> Iterator[Line]:
    left = width_of(_flat(chain.left))
    alone = left > _WIDEST_LEFT * LINE
    indent = _INDENT / 2 if alone else left
    if alone:
        for latex, width in _indented(broken(chain.left, LINE, LINE - _INDENT)):
            yield Line(f"& {latex}", width)
    for place, link in enumerate(chain.links):
        relation = f"{link.relation} "
        head = rf"& \quad {relation}" if alone else f"& {relation}"
        if place == 0 and not alone:
            head = f"{guarded(joined(_flat(chain.left)))} {head}"
        room = LINE - indent - 3.0
        rows = broken(link.right, room, room - _INDENT) or [()]
        for number, (latex, width) in enumerate(_indented(rows)):
            line = (head if number == 0 else "& ") + latex
            yield Line(line.rstrip(), indent + 3.0 + width, place if number + 1 == len(rows) else None)


def _indented(rows: list[Row]) -> Iterator[tuple[str, float]]:
    r"""The rows and their widths, all but the first with space before them; to a reader \qquad ends all brackets."""
    depth = 0
    for place, row in enumerate(rows):
        space = "" if place == 0 else _WITHIN if depth else r"\qquad "
        yield space + joined(list(row)), width_of(row) + (_INDENT if place else 0.0)
        depth = max(0, depth + sum((piece.role == "open") - (piece.role == "close") for piece in row))


def _flat(side: Side) -> list[Piece]:
    return [piece for row in side for piece in row]
