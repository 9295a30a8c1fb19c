"""Pieces of formulas side by side: how they are joined, how wide they are, and how they are arranged in a matrix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

_COMMAND_AT_END = re.compile(r"\\[a-zA-Z]+\Z")

Role = Literal["atom", "relation", "sign", "open", "close", "comma", "row", "cell"]


@dataclass(frozen=True)
class Piece:
    """LaTeX that can be put beside other pieces, its width in digits, and what it is to those beside it."""

    latex: str
    width: float = 0.0
    role: Role = "atom"
    apart: bool = False
    """Whether its author left a space before it."""
    scripted: bool = False
    """Whether it has its scripts."""
    inside: tuple[Piece, ...] = ()
    """Of a formula in brackets that grow with it: what they hold."""
    brackets: tuple[Piece, ...] = ()
    """The two brackets in a size of their own, the closing one with the scripts."""


def joined(pieces: list[Piece]) -> str:
    """The pieces one behind the other, without rows and columns."""
    shown = [piece for piece in pieces if piece.role not in ("row", "cell")]
    parts = [piece.latex for piece in shown[:1]]
    for before, piece in pairwise(shown):
        parts.append(" " * (piece.apart or _must_part(before.latex, piece.latex)) + piece.latex)
    return "".join(parts)


def _must_part(left: str, right: str) -> bool:
    r"""Whether two pieces would become another one side by side: \hat x, 1 2, : =."""
    if (left[-1].isdigit() and right[0].isdigit()) or (left[-1], right[0]) == (":", "="):
        return True
    return right[0].isalpha() and _COMMAND_AT_END.search(left) is not None


def width_of(pieces: Iterable[Piece]) -> float:
    """How wide they are together."""
    return sum(piece.width for piece in pieces)


def with_scripts(base: Piece, scripts: str, width: float) -> Piece:
    """The base followed by its scripts, which make it wider by their width."""
    *opening, closing = base.brackets or (Piece(""),)
    brackets = (*opening, with_scripts(closing, scripts, width)) if opening else ()
    return replace(base, latex=base.latex + scripts, width=base.width + width, scripted=True, brackets=brackets)


def bracketed(shown: Piece, left: str, pieces: Iterable[Piece], right: str) -> Piece:
    r"""\left( … \right) with its inside, and with brackets of the size that it takes, as far as can be told."""
    tall = r"\begin{" in shown.latex or r"\sum" in shown.latex
    size = r"\Bigg" if tall else r"\bigg" if r"\frac" in shown.latex else r"\big"
    inside = tuple(piece for piece in pieces if piece.role not in ("row", "cell"))
    brackets = (Piece(f"{size}l{left}", 1.0, "open"), Piece(f"{size}r{right}", 1.0, "close"))
    return replace(shown, inside=inside, brackets=brackets)


def terms(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, ...]]:
    """The terms of a sum, each with its sign."""
    depth = 0
    term: list[Piece] = []
    for piece in pieces:
        depth = max(0, depth + (piece.role == "open") - (piece.role == "close"))
        if piece.role == "sign" and not depth and term and term[-1].role in ("atom", "close"):
            yield tuple(term)
            term = []
        term.append(piece)
    if term:
        yield tuple(term)


def matrix(pieces: list[Piece], room: float | None) -> tuple[int, str, float]:
    """The columns of a matrix, its inside, and how wide that is.

    Where it takes more than `room`, its cells are broken before their signs.
    """
    rows = [list(map(_cell, row)) for row in _rows(pieces)]
    if room is not None and _width_of_rows(rows) > room:
        rows = [[_tall(cell, room / 2) for cell in row] for row in rows]
    latex = r" \\ ".join(guarded(" & ".join(cell.latex for cell in row)) for row in rows)
    return max(map(len, rows)), latex, _width_of_rows(rows)


def guarded(row: str) -> str:
    r"""A row that what stands before it does not take for its option: \\[1ex], \\*, \begin{align}[t]."""
    return rf"\relax {row}" if row.startswith(("[", "*")) else row


@dataclass(frozen=True)
class _Cell:
    """What a cell of a matrix holds, as LaTeX, and how wide that is."""

    pieces: list[Piece]
    latex: str
    width: float


def _cell(pieces: list[Piece]) -> _Cell:
    return _Cell(pieces, joined(pieces), width_of(pieces))


def stacked(pieces: list[Piece], room: float | None) -> tuple[str, float]:
    """Pieces that take more than `room`, with a row for each term; the LaTeX and how wide it is."""
    cell = _cell(pieces)
    if room is not None and cell.width > room:
        cell = _tall(cell, room)
    return cell.latex, cell.width


def _tall(cell: _Cell, room: float) -> _Cell:
    """A cell with a row for each term, and more for the factors of a long one."""
    rows = [row for term in terms(cell.pieces) for row in _filled(term, room)]
    if len(rows) < 2:
        return cell
    inside = r" \\ ".join(map(joined, rows))
    return _Cell(cell.pieces, rf"\begin{{array}}{{@{{}}l@{{}}}} {inside} \end{{array}}", max(map(width_of, rows)))


def _filled(term: Iterable[Piece], room: float) -> list[list[Piece]]:
    """The factors of a term, as many in a row as there is room."""
    rows: list[list[Piece]] = [[]]
    depth = 0
    for piece in term:
        if not depth and rows[-1] and width_of(rows[-1]) + piece.width > room:
            rows.append([Piece(r"\quad", 2.0)])
        depth = max(0, depth + (piece.role == "open") - (piece.role == "close"))
        rows[-1].append(piece)
    return rows


def _width_of_rows(rows: list[list[_Cell]]) -> float:
    columns = range(max(map(len, rows)))
    return sum(max(row[k].width for row in rows if k < len(row)) for k in columns)


def _rows(pieces: list[Piece]) -> list[list[list[Piece]]]:
    """The rows of a matrix, each a list of cells; a last row with nothing in it is none."""
    rows: list[list[list[Piece]]] = [[[]]]
    for piece in pieces:
        if piece.role == "row":
            rows.append([[]])
        elif piece.role == "cell":
            rows[-1].append([])
        else:
            rows[-1][-1].append(piece)
    return rows if len(rows) == 1 or any(rows[-1]) else rows[:-1]
