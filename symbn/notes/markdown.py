r"""Finds the mathematics of a Markdown note: each piece of math, where it stands, its label and its section.

Read as math: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, ```` ```math ```` fences and bare environments such as
`\begin{align}`; in paragraphs, headings, lists, tables and block quotes.  Not math: code (fenced, indented,
spans), comments, `\$`, and money: an opening `$` has no space after it, a closing one no space before it and
no digit after it (Pandoc's rule).  Math within math is the parser's concern: an environment inside `$$…$$`
is part of its content.  A document that symbn wrote says what in it is commentary: see `markers`; tags of a site's
generator are passed over: see `templates`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from collections.abc import Sequence as Many
from dataclasses import dataclass, replace

from symbn.diagnostics import Diagnostic
from symbn.notes.blocks import BlockScanner, Heading
from symbn.notes.front_matter import FrontMatter, read_front_matter
from symbn.notes.macros import Macros, definitions_in, pieces_of
from symbn.notes.markers import Markers, Setting, read_markers, without
from symbn.notes.passages import Found
from symbn.notes.reserved import SETTLED
from symbn.notes.templates import tags_in, without_tags
from symbn.notes.tex_documents import scan_tex
from symbn.notes.transcript import PLAIN, Notation, macros_after
from symbn.source import Cell, Macro, Span

__all__ = ["FrontMatter", "MathBlock", "Scan", "scan"]

_OWN_NUMBER = re.compile(r"\s*(?:§\s*|[Ss]ection\s+)?(\d{1,9}(?:\.\d{1,9}){0,8})[.):]?(?=\s|\Z)")
_ATTRIBUTES = re.compile(r"\s*\{[#.:][^{}]*\}\s*\Z")


@dataclass(frozen=True, slots=True)
class MathBlock:
    r"""One piece of math.

    content: what stands between the delimiters; outer: with them.  segments: the content line by line without the
    markers of block quotes; one segment, the content, where there are none.
    display: standing on its own (`\[…\]`, a fence, an environment, `$$…$$` with nothing else on its line).
    environment: the bare environment that delimits it, with its star (`align*`).
    label: from `{#eq:name}` after it.  section: the number of the section it stands in, "0" before the first.
    """

    content: Span
    outer: Span
    display: bool
    environment: str | None
    label: str | None
    section: str
    segments: tuple[Span, ...]
    notation: Notation = PLAIN
    """How its text is to be spelled out."""
    inner: Notation = PLAIN
    """How a part of it is, which may use what it defines itself."""


@dataclass(frozen=True)
class Scan:
    """A note's math in the order of the text.  title: the front matter's, else the note's one title heading.

    macros: the abbreviations known at its end.  start: where its text begins.  settings: those of its markers.
    """

    front_matter: FrontMatter | None
    blocks: tuple[MathBlock, ...]
    diagnostics: tuple[Diagnostic, ...]
    title: str | None = None
    macros: tuple[Macro, ...] = ()
    start: int = 0
    settings: tuple[Setting, ...] = ()

    @property
    def settled(self) -> tuple[Setting, ...]:
        """What is settled under `symbn:` in the front matter, or by markers, each question once."""
        given = self.front_matter.symbn.items() if self.front_matter else ()
        listed = (*(Setting(name, str(value)) for name, value in given), *self.settings)
        return tuple(dict.fromkeys(one for one in listed if one.value in SETTLED.get(one.name, ())))


def scan(text: str, given: Iterable[Macro] = (), cells: Many[Cell] = ()) -> Scan:
    """Find the math of a note, in time linear in its length.  `cells`: what a notebook's text is made of.

    >>> [text := "Let $y$ cost \\\\$5.", *(text[b.content.start : b.content.end] for b in scan(text).blocks)][1:]
    ['y']
    """
    front_matter, error = read_front_matter(text)
    start = front_matter.span.end if front_matter else 0
    markers = read_markers(text)
    tags = tags_in(text) if "{%" in text or "{::" in text else ()
    plain = markers.without_commentary(without_tags(text, tags))
    read = _read(plain, start) if not cells else _read_cells(plain, start, cells)
    title, sections = _sections(text, read.headings)
    macros: Macros = {macro.name: macro for macro in (*given, *(front_matter.macros if front_matter else ()))}
    found = [replace(math, segments=without(tags, math.segments)) for math, _ in read.found]
    known, macros = _macros_at(text, found, read.definitions, macros)
    blocks = placed(text, zip(found, (sections[heading] for _, heading in read.found), known, strict=True), markers)
    if front_matter and front_matter.title:
        title = front_matter.title
    diagnostics = (*([] if error is None else [error.diagnostic]), *read.diagnostics, *markers.diagnostics)
    return Scan(front_matter, blocks, diagnostics, title, tuple(macros.values()), start, markers.settings)


@dataclass
class _Read:
    """What a text holds: its math with the number of headings before each, and its headings."""

    found: list[tuple[Found, int]]
    headings: list[Heading]
    definitions: list[Span]
    diagnostics: list[Diagnostic]


def _read(text: str, start: int) -> _Read:
    """What stands in a text from `start` on."""
    note = BlockScanner(text, start)
    read = _Read(note.found, note.headings, note.definitions, note.diagnostics)
    for raw in note.raw:
        tex = scan_tex(text, {}, raw.start, raw.end)
        before = bisect_left(read.headings, raw.start, key=lambda heading: heading.text.start)
        read.found += [(found, before) for found in tex.found]
        read.definitions += tex.definitions
        read.diagnostics += tex.diagnostics
    if note.raw:
        read.found.sort(key=lambda pair: pair[0].outer.start)
        read.definitions.sort(key=lambda span: span.start)
    return read


def _read_cells(text: str, start: int, cells: Many[Cell]) -> _Read:
    """What stands in the cells of a notebook, of which none goes on in another."""
    whole = _Read([], [], [], [])
    ends = [*(cell.start for cell in cells[1:]), len(text)]
    for cell, end in zip(cells, ends, strict=True):
        read = _read(text[cell.start : end], max(start - cell.start, 0))
        before, by = len(whole.headings), cell.start
        whole.found += [(moved(found, by), before + heading) for found, heading in read.found]
        whole.headings += [Heading(heading.level, _moved(heading.text, by)) for heading in read.headings]
        whole.definitions += [_moved(span, by) for span in read.definitions]
        whole.diagnostics += [
            replace(d, labels=tuple(replace(label, span=_moved(label.span, by)) for label in d.labels))
            for d in read.diagnostics
        ]
    return whole


def moved(found: Found, by: int) -> Found:
    """Math that stands further on in a larger text."""
    segments = tuple(_moved(segment, by) for segment in found.segments)
    return replace(found, content=_moved(found.content, by), outer=_moved(found.outer, by), segments=segments)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def placed(text: str, found: Iterable[tuple[Found, str, Macros]], markers: Markers) -> tuple[MathBlock, ...]:
    """The math that was found, each with its section and the abbreviations known there."""
    blocks: list[MathBlock] = []
    end = 0
    for math, section, macros in found:
        label = math.label or markers.label(end, math.outer.start)
        section = markers.section(math.outer.start) or section
        segments = markers.outside(math.segments)
        notation = Notation(math.coding, macros)
        after = macros_after(text, segments, notation)
        inner = notation if after is macros else Notation(math.coding, after)
        end = math.outer.end
        whole = (math.content, math.outer, math.display, math.environment, label, section, segments)
        blocks.append(MathBlock(*whole, notation, inner))
    return tuple(blocks)


def _macros_at(
    text: str, found: Iterable[Found], definitions: Iterable[Span], macros: Macros
) -> tuple[list[Macros], Macros]:
    """The abbreviations known at each formula, and at the end: as MathJax has it, from their definition on."""
    known: list[Macros] = []
    waiting = deque(definitions)
    for math in found:
        while waiting and waiting[0].start < math.outer.start:
            macros = _with_definition(text, waiting.popleft(), macros)
        known.append(macros)
        macros = macros_after(text, math.segments, Notation(math.coding, macros))
    for span in waiting:
        macros = _with_definition(text, span, macros)
    return known, macros


def _with_definition(text: str, span: Span, macros: Macros) -> Macros:
    return definitions_in(pieces_of(text, span.start, span.end), macros)


def _sections(text: str, headings: list[Heading]) -> tuple[str | None, list[str]]:
    """The note's title, and for each k the section of what follows the first k headings.

    A single first-level heading that comes first and has no number is the title; the sections are those of the
    highest level that is left.  A section has the number its heading begins with, else the next one that is not taken.
    """
    texts = [_heading_text(text, heading) for heading in headings]
    own = [_OWN_NUMBER.match(heading) for heading in texts]
    title = None
    if headings and headings[0].level == 1 and not own[0] and sum(h.level == 1 for h in headings) == 1:
        title = texts[0]
    rest = [h.level for h in headings[1 if title is not None else 0 :]]
    level = min(rest, default=0)
    taken = {number[1] for heading, number in zip(headings, own, strict=True) if number and heading.level == level}

    sections = ["0"]
    last = 0
    for position, (heading, number) in enumerate(zip(headings, own, strict=True)):
        is_section = heading.level == level and not (position == 0 and title is not None)
        if not is_section:
            sections.append(sections[-1])
        elif number:
            sections.append(number[1])
            last = int(number[1].split(".")[0])
        else:
            last += 1
            while str(last) in taken:
                last += 1
            taken.add(str(last))
            sections.append(str(last))
    return title, sections


def _heading_text(text: str, heading: Heading) -> str:
    """A heading's words, without closing #s and attributes."""
    words = " ".join(text[heading.text.start : heading.text.end].split())
    return _ATTRIBUTES.sub("", words).rstrip("#").strip() or words
