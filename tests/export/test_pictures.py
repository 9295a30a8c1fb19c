"""Pictures: readable numbers on every colour, edges that say something, the same data the same picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from itertools import pairwise

import pytest

from symbn.export.pictures import Node, contrast, diverging, heat_map, layered_graph, number, scale

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def boxes(*keys: str) -> dict[str, Node]:
    return {key: Node(key.upper(), f"s-{key}", "proved", f"{key}: 1 proved") for key in keys}


def places(svg: str) -> dict[str, tuple[float, float]]:
    """The left upper corner of each box, by its label."""
    found = {}
    for link in ET.fromstring(svg).iter("a"):
        rect, text = link.find("rect"), link.find("text")
        assert rect is not None and text is not None and text.text
        found[text.text] = (float(rect.get("x", "")), float(rect.get("y", "")))
    return found


def edges(svg: str) -> int:
    return svg.count('class="edge"')


# Heat maps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [("2", 2), ("2e-3", Fraction(1, 500)), ("-1/3", Fraction(-1, 3)), ("-0.25…", Fraction(-1, 4)), ("1.5…e2", 150),
     ("2 ± 1e-38", 2)],
)  # fmt: skip
def test_numbers_are_read_as_a_counterexample_shows_them(text: str, value: Fraction) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["", "nan", "1e99999999999", "1/2/3", "x"])
def test_what_is_no_number_has_no_value(text: str) -> None:
    assert number(text) is None


def test_colours_diverge_from_white() -> None:
    one = Fraction(1)
    assert diverging(Fraction(0), one) == diverging(None, one) == diverging(one, Fraction(0)) == WHITE
    red, _, blue = diverging(one, one)
    assert blue > red
    red, _, blue = diverging(-one, one)
    assert red > blue


@pytest.mark.parametrize("tenths", range(-10, 11))
def test_a_number_can_be_read_on_its_colour(tenths: int) -> None:
    svg = heat_map("m", [[f"{tenths}/10"]], Fraction(1))
    fill, ink = re.findall(r'fill="#(\w{6})"', svg)
    colours = [tuple(int(code[k : k + 2], 16) for k in (0, 2, 4)) for code in (fill, ink)]
    assert contrast(*colours) >= 4.5  # type: ignore[arg-type]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(BLACK, WHITE) == contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.01)


def test_two_sides_share_one_scale() -> None:
    assert scale([["1", "-3"]], [["2"]]) == 3 and scale([["x"]]) == 0


def test_every_number_is_in_its_cell_and_the_one_that_differs_has_a_frame() -> None:
    picture = heat_map("left side", [["1", "-1/2"], ["0", "-0.408248…"]], Fraction(1), (2, 1))
    root = ET.fromstring(picture)
    texts = [node.text for node in root.iter("text")]
    assert texts == ["1", "-1/2", "0", "-0.408248…"]
    cells = [node for node in root.iter("rect") if node.get("fill")]
    (frame,) = [node for node in root.iter("rect") if node.get("class") == "differs"]
    x, y, width, height = (float(frame.get(name, "")) for name in ("x", "y", "width", "height"))
    third = {name: float(cells[2].get(name, "")) for name in ("x", "y", "width", "height")}
    assert third["x"] <= x and x + width <= third["x"] + third["width"]
    assert third["y"] <= y and y + height <= third["y"] + third["height"]
    assert "differs" not in heat_map("m", [["1"]], Fraction(1))


def test_a_picture_says_what_it_shows() -> None:
    root = ET.fromstring(heat_map("left side", [["1", "2"]], Fraction(2)))
    assert root.get("role") == "img" and root.get("aria-label") == "left side: 1, 2"
    graph = ET.fromstring(layered_graph("what rests on what", boxes("a", "b"), [("a", "b")]))
    assert graph.get("aria-label") == "what rests on what"
    assert [link.get("aria-label") for link in graph.iter("a")] == ["a: 1 proved", "b: 1 proved"]
    assert [link.get("href") for link in graph.iter("a")] == ["#s-a", "#s-b"]


# Graphs -------------------------------------------------------------------------------------------------------------


def test_what_rests_on_something_stands_right_of_it() -> None:
    arrows = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c"), ("c", "e"), ("d", "e")]
    at = places(layered_graph("g", boxes(*"abcde"), arrows))
    assert len(at) == 5
    for one, other in arrows:
        assert at[one.upper()][0] < at[other.upper()][0]


def test_boxes_do_not_overlap() -> None:
    keys = [f"n{k}" for k in range(30)]
    arrows = [(a, b) for i, a in enumerate(keys) for j, b in enumerate(keys) if i < j and (i * 7 + j * 3) % 11 == 0]
    at = sorted(places(layered_graph("g", boxes(*keys), arrows)).values())
    for (x, y), (other_x, other_y) in pairwise(at):
        assert x != other_x or other_y - y >= 26


def test_an_edge_that_a_longer_path_says_is_left_out() -> None:
    assert edges(layered_graph("g", boxes(*"abc"), [("a", "b"), ("b", "c"), ("a", "c")])) == 2
    assert edges(layered_graph("g", boxes(*"abc"), [("a", "b"), ("a", "c")])) == 2
    assert edges(layered_graph("g", boxes(*"ab"), [("a", "b"), ("a", "b")])) == 1


def test_a_circle_does_not_hang_the_page() -> None:
    svg = layered_graph("g", boxes(*"abc"), [("a", "b"), ("b", "c"), ("c", "a")])
    assert len(places(svg)) == 3 and edges(svg) == 2


def test_the_same_graph_gives_the_same_picture() -> None:
    arrows = [("a", "c"), ("b", "c"), ("a", "d")]
    assert layered_graph("g", boxes(*"abcd"), arrows) == layered_graph("g", boxes(*"abcd"), list(arrows))


def test_nothing_of_a_label_becomes_markup() -> None:
    hostile = '"><script>alert(1)</script>'
    graph = layered_graph(hostile, {"a": Node(hostile, hostile, "proved", hostile), **boxes("b")}, [("a", "b")])
    picture = heat_map(hostile, [[hostile]], Fraction(1))
    for svg in (graph, picture):
        assert not [node for node in ET.fromstring(svg).iter() if node.tag == "script"]
