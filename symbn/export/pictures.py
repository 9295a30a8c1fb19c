"""Pictures as SVG: matrices as heat maps, and what rests on what as a layered graph.

The same data gives the same picture, character by character; colours that follow the page's theme are left to its
style sheet, by class.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from fractions import Fraction

from symbn.export.html_letters import written

_NUMBER = re.compile(r"(-?\d+(?:/\d+|\.\d+)?)…?(?:e(-?\d{1,3}))?(?: ±.*)?\Z")
_WHITE, _NEGATIVE, _POSITIVE = (255, 255, 255), (178, 24, 43), (33, 102, 172)
_CHARACTER, _CELL, _LINE = 8, 44, 34  # widths and height in CSS pixels

Colour = tuple[int, int, int]


def number(text: str) -> Fraction | None:
    """The value of a number as a counterexample shows it, as far as it is known.

    >>> number("-1/2"), number("0.25…e2"), number("0 ± 1e-38"), number("none")
    (Fraction(-1, 2), Fraction(25, 1), Fraction(0, 1), None)
    """
    shown = _NUMBER.match(text.strip())
    return None if shown is None else Fraction(shown[1]) * Fraction(10) ** int(shown[2] or 0)


def diverging(value: Fraction | None, largest: Fraction) -> Colour:
    """White at 0, blue at `largest`, red at −`largest`; between them the colours are mixed."""
    if not value or not largest:
        return _WHITE
    share = float(abs(value) / largest)
    end = _POSITIVE if value > 0 else _NEGATIVE
    red, green, blue = (round(white + (colour - white) * share) for white, colour in zip(_WHITE, end, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2: from 1 to 21."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [channel / 255 for channel in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def heat_map(name: str, rows: Many[Many[str]], largest: Fraction, entry: tuple[int, int] | None = None) -> str:
    """A matrix as coloured cells with their numbers; the one at `entry` (row, column, from 1) has a frame."""
    width = max(_CELL, *(_CHARACTER * len(text) + 14 for row in rows for text in row))
    columns = max(map(len, rows))
    places = [(i, j, text) for i, row in enumerate(rows) for j, text in enumerate(row)]
    cells = [_cell(text, j * width, i * _LINE, width, largest) for i, j, text in places]
    frame = ""
    if entry is not None:
        y, x = ((place - 1) * size + 2 for place, size in zip(entry, (_LINE, width), strict=True))
        frame = f'<rect class="differs" x="{x + 2}" y="{y + 2}" width="{width - 4}" height="{_LINE - 4}"/>'
    said = f"{name}: {'; '.join(', '.join(row) for row in rows)}"
    w, h = columns * width + 4, len(rows) * _LINE + 4
    return (
        f'<svg class="heat" role="img" aria-label="{written(said)}" width="{w}" height="{h}" viewBox="0 0 {w} {h}">'
        f"<title>{written(said)}</title>{''.join(cells)}{frame}</svg>"
    )


def _cell(text: str, x: int, y: int, width: int, largest: Fraction) -> str:
    colour = diverging(number(text), largest)
    ink = max(((0, 0, 0), _WHITE), key=lambda shade: contrast(shade, colour))
    place = f'x="{x + 2}" y="{y + 2}" width="{width}" height="{_LINE}"'
    middle = f'x="{x + 2 + width / 2:g}" y="{y + 2 + _LINE / 2:g}"'
    return f'<rect {place} fill="{_hex(colour)}"/><text {middle} fill="{_hex(ink)}">{written(text)}</text>'


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in colour)


def scale(*matrices: Many[Many[str]]) -> Fraction:
    """The largest absolute value of several matrices."""
    values = [number(text) for rows in matrices for row in rows for text in row]
    return max((abs(value) for value in values if value is not None), default=Fraction(0))


@dataclass(frozen=True)
class Node:
    """A box of a graph: what is written in it, where it leads to, and the class that gives its colours."""

    label: str
    target: str
    role: str
    said: str


_HEIGHT, _PITCH, _GAP = 26, 36, 48
_PASSAGE = 12  # the height of a place that an edge goes through


def layered_graph(name: str, nodes: Mapping[str, Node], edges: Many[tuple[str, str]]) -> str:
    """An acyclic graph in columns, each node right of all that lead to it.

    An edge that a longer path says already is left out.
    """
    return _Layout(nodes, _reduced(nodes, edges)).svg(name)


def _reduced(nodes: Mapping[str, Node], edges: Many[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges a → b for which no longer path leads from a to b; none that closes a circle."""
    after: dict[str, list[str]] = {key: [] for key in nodes}
    for a, b in dict.fromkeys(edges):
        if a not in _reached(b, after):
            after[a].append(b)
    below = {key: {other for following in after[key] for other in _reached(following, after)} for key in nodes}
    return [(a, b) for a in nodes for b in after[a] if not any(b in below[c] for c in after[a])]


def _reached(start: str, after: Mapping[str, list[str]]) -> set[str]:
    """Where paths lead to, their start included."""
    found, pending = {start}, [start]
    while pending:
        new = [key for key in after[pending.pop()] if key not in found]
        found.update(new)
        pending += new
    return found


class _Layout:
    """Columns by the longest path, order by the mean place of what leads to a node (Sugiyama's method).

    An edge over several columns goes through a free place of each; such places are keyed (a, b, column).
    """

    def __init__(self, nodes: Mapping[str, Node], edges: list[tuple[str, str]]) -> None:
        self.nodes = nodes
        self.edges = edges
        self.layer = self._layers()
        self.before: dict[object, list[object]] = {}
        self.columns: list[list[object]] = [[] for _ in range(max(self.layer.values(), default=-1) + 1)]
        for key in nodes:
            self.columns[self.layer[key]].append(key)
            self.before[key] = []
        self.paths = [self._path(a, b) for a, b in edges]
        for _ in range(4):
            self._order()
        self.y = self._heights()
        widths = [max((self._width(key) for key in column), default=0) for column in self.columns]
        self.x = [sum(widths[:place]) + _GAP * place + 4 for place in range(len(widths))]
        self.widths = widths

    def _layers(self) -> dict[str, int]:
        layer = dict.fromkeys(self.nodes, 0)
        for _ in self.nodes:
            moved = [(b, layer[a] + 1) for a, b in self.edges if layer[b] <= layer[a]]
            if not moved:
                break
            for key, place in moved:
                layer[key] = max(layer[key], place)
        return layer

    def _path(self, a: str, b: str) -> list[object]:
        path: list[object] = [a]
        for column in range(self.layer[a] + 1, self.layer[b]):
            place = (a, "", column)  # edges from one node go together as far as they can
            if place not in self.before:
                self.columns[column].append(place)
                self.before[place] = [path[-1]]
            path.append(place)
        self.before[b].append(path[-1])
        return [*path, b]

    def _order(self) -> None:
        place: dict[object, float] = {}
        for column in self.columns:
            for number, key in enumerate(column):
                earlier = [place[other] for other in self.before[key]]
                place[key] = sum(earlier) / len(earlier) if earlier else number
            column.sort(key=lambda key: place[key])
            for number, key in enumerate(column):
                place[key] = number * len(self.nodes) / max(1, len(column))

    def _heights(self) -> dict[object, float]:
        y: dict[object, float] = {}
        for column in self.columns:
            free = 4.0
            for key in column:
                pitch = _PITCH if isinstance(key, str) else _PASSAGE
                earlier = [y[other] for other in self.before[key]]
                y[key] = max(free, sum(earlier) / len(earlier) if earlier else free)
                free = y[key] + pitch
        return y

    def _width(self, key: object) -> int:
        return _CHARACTER * len(self.nodes[key].label) + 20 if isinstance(key, str) else 0

    def _middle(self, key: object) -> float:
        return self.y[key] + (_HEIGHT if isinstance(key, str) else _PASSAGE) / 2

    def svg(self, name: str) -> str:
        """The picture; its boxes are links."""
        w = (self.x[-1] + self.widths[-1] if self.x else 0) + 4
        h = max(self.y.values(), default=0) + _HEIGHT + 4
        lines = [f'<path class="edge" d="{self._curve(path)}"/>' for path in self.paths]
        boxes = [self._box(key) for column in self.columns for key in column if isinstance(key, str)]
        return (
            f'<svg class="graph" role="group" aria-label="{written(name)}" width="{w:g}" height="{h:g}"'
            f' viewBox="0 0 {w:g} {h:g}"><title>{written(name)}</title>{"".join(lines)}{"".join(boxes)}</svg>'
        )

    def _box(self, key: str) -> str:
        node, x, y = self.nodes[key], self.x[self.layer[key]], self.y[key]
        width = self._width(key)
        return (
            f'<a href="#{written(node.target)}" aria-label="{written(node.said)}"><title>{written(node.said)}</title>'
            f'<rect class="node {node.role}" x="{x}" y="{y:.4g}" width="{width}" height="{_HEIGHT}" rx="5"/>'
            f'<text x="{x + width / 2:g}" y="{y + _HEIGHT / 2:.6g}">{written(node.label)}</text></a>'
        )

    def _curve(self, path: list[object]) -> str:
        """From a box's right side through free places to a box's left side."""
        start = path[0]
        assert isinstance(start, str)
        column = self.layer[start]
        x, y = self.x[column] + self._width(start), self._middle(start)
        parts = [f"M{x:.6g} {y:.6g}"]
        for number, key in enumerate(path[1:], start=column + 1):
            to_x, to_y = self.x[number], self._middle(key)
            bend = max(20.0, (to_x - x) / 2)
            parts.append(f"C{x + bend:.6g} {y:.6g} {to_x - bend:.6g} {to_y:.6g} {to_x:.6g} {to_y:.6g}")
            x, y = to_x + (0 if isinstance(key, str) else self.widths[number]), to_y
            if not isinstance(key, str):
                parts.append(f"H{x:.6g}")
        return "".join(parts)
