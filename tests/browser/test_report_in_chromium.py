"""The page in a real browser: nothing is loaded, nothing is cut off, everybody can read and reach all of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from symbn.export.html import render_html
from symbn.note import Note

ROOT = Path(__file__).parents[2]
HOSTILE = (
    "# <img src=https://example.org/a.png onerror=alert(1)>\n\n<script>alert(2)</script>\n\n"
    "![p](https://example.org/p.png) [l](javascript:alert(3)) <svg onload=alert(4)> <style>*{display:none}</style>\n\n"
    "Let $x \\in \\mathbb{R}^n$.\n\n$$x = \\text{<img src=x onerror=alert(5)>} x$$\n\n$$x = 2 x$$\n"
)
SHORT = r"""# Short

Let $A \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$ and $B := A^\top A$, in *words* and `code`.

## One

$$\nabla_x \|A x\|^2 = 2 B x$$

$$B = B^\top = 2 B \label{eq:two}$$

$$A x = x A$$

- $\frac{x}{n - 1} (n - 1) = x$

| a | b |
|---|---|
| 1 | $\foo$ |

## Two

> [a link](https://example.org)
"""
WIDTHS = (360, 1200)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of a shipped note with errors, of a short one with a bit of everything, of one that means harm."""
    folder = tmp_path_factory.mktemp("pages")
    notes = {
        "published": Note.read(ROOT / "derivations" / "batchnorm_as_published.md"),
        "short": Note.from_text(SHORT),
        "hostile": Note.from_text(HOSTILE),
    }
    written = {}
    for name, note in notes.items():
        written[name] = folder / f"{name}.html"
        written[name].write_text(render_html(note.check()), encoding="utf-8")
    return written


@dataclass
class Seen:
    """An open page, and what it asked for and said while it loaded."""

    page: Any
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@contextmanager
def opened(chromium: Any, path: Path, width: int = 1200, **settings: Any) -> Iterator[Seen]:
    context = chromium.new_context(viewport={"width": width, "height": 900}, **settings)
    try:
        seen = Seen(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.messages.append(message.text))
        seen.page.on("dialog", lambda dialog: (seen.messages.append("dialog"), dialog.dismiss()))
        seen.page.goto(path.as_uri())
        yield seen
    finally:
        context.close()


def audit(page: Any) -> Any:
    """What axe-core says of an open page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install symbn[browser]")
    return axe.Axe().run(page).response


@pytest.mark.parametrize("name", ["published", "short", "hostile"])
def test_the_page_loads_itself_only_and_says_nothing(chromium: Any, pages: dict[str, Path], name: str) -> None:
    with opened(chromium, pages[name]) as seen:
        assert seen.requests == [pages[name].as_uri()] and seen.messages == []
        assert seen.page.locator("article").is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_no_wider_than_its_window(chromium: Any, pages: dict[str, Path], width: int) -> None:
    with opened(chromium, pages["published"], width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        wide = seen.page.evaluate(
            "[...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth + 1).length"
        )
        assert wide > 0, "wide formulas scroll within themselves"


def test_formulas_are_drawn_as_mathematics(chromium: Any, pages: dict[str, Path]) -> None:
    with opened(chromium, pages["published"]) as seen:
        heights = seen.page.evaluate(
            "[...document.querySelectorAll('.rows mfrac')].map(f => ["
            "f.children[0].getBoundingClientRect().bottom <= f.children[1].getBoundingClientRect().top + 2,"
            "f.getBoundingClientRect().height])"
        )
        assert len(heights) > 50 and all(above and height > 10 for above, height in heights)


def test_chains_are_aligned_at_their_relations(chromium: Any, pages: dict[str, Path]) -> None:
    with opened(chromium, pages["published"]) as seen:
        lefts = seen.page.evaluate(
            "[...document.querySelectorAll('.rows')].map(rows =>"
            " [...rows.querySelectorAll('.right')].map(cell => cell.getBoundingClientRect().left))"
        )
        assert max(map(len, lefts)) == 6
        assert all(max(row) - min(row) < 1 for row in lefts if row)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_a_short_page_passes_axe(chromium: Any, pages: dict[str, Path], width: int, scheme: str) -> None:
    with opened(chromium, pages["short"], width, color_scheme=scheme, bypass_csp=True) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        found = audit(seen.page)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
        assert {"color-contrast", "heading-order", "region"} <= {one["id"] for one in found["passes"]}


def test_a_long_page_passes_axe(chromium: Any, pages: dict[str, Path]) -> None:
    with opened(chromium, pages["published"], bypass_csp=True) as seen:
        assert [one["id"] for one in audit(seen.page)["violations"]] == []


def test_axe_would_find_a_fault(chromium: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    faint = tmp_path / "faint.html"
    faint.write_text(pages["short"].read_text("utf-8").replace("--quiet: #565c66", "--quiet: #c0c0c0"), "utf-8")
    with opened(chromium, faint, bypass_csp=True, color_scheme="light") as seen:
        assert [one["id"] for one in audit(seen.page)["violations"]] == ["color-contrast"]


def test_the_themes_differ(chromium: Any, pages: dict[str, Path]) -> None:
    shades = []
    for scheme in ("light", "dark"):
        with opened(chromium, pages["published"], color_scheme=scheme) as seen:
            shades.append(seen.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert shades == ["rgb(255, 255, 255)", "rgb(21, 23, 27)"]


def test_the_keyboard_reaches_the_note_first_and_opens_details(chromium: Any, pages: dict[str, Path]) -> None:
    with opened(chromium, pages["published"]) as seen:
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.className") == "skip"
        assert seen.page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, "it shows when focused"
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("location.hash") == "#note"
        derivation = seen.page.locator("details.steps").first
        derivation.locator("summary").focus()
        seen.page.keyboard.press("Enter")
        assert derivation.locator("table").is_visible()


def test_a_printed_page_shows_what_is_folded(chromium: Any, pages: dict[str, Path]) -> None:
    with opened(chromium, pages["published"]) as seen:
        visible = "document.querySelector('details.program pre').checkVisibility()"
        assert seen.page.evaluate(visible) is False
        seen.page.emulate_media(media="print")
        assert seen.page.evaluate(visible) is True
        assert not seen.page.locator("nav").is_visible()
