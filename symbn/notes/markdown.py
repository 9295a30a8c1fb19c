r"""Finds the mathematics of a Markdown note: each piece of math, where it stands, its label and its section.

Read as math: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, ```` ```math ```` fences and bare environments such as
`\begin{align}`; in paragraphs, headings, lists, tables and block quotes.  Not math: code (fenced, indented,
spans), comments, `\$`, and money: an opening `$` has no space after it, a closing one no space before it and
no digit after it (Pandoc's rule).  Math within math is the parser's concern: an environment inside `$$…$$`
is part of its content.  A document that symbn wrote says what in it is commentary: see `markers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symbn.diagnostics import Diagnostic
from symbn.notes.blocks import BlockScanner, Heading
from symbn.notes.front_matter import FrontMatter, read_front_matter
from symbn.notes.inline import Found
from symbn.notes.markers import Markers, read_markers
from symbn.source import Span

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


@dataclass(frozen=True)
class Scan:
    """A note's math in the order of the text.  title: the front matter's, else the note's one title heading."""

    front_matter: FrontMatter | None
    blocks: tuple[MathBlock, ...]
    diagnostics: tuple[Diagnostic, ...]
    title: str | None = None


def scan(text: str) -> Scan:
    """Find the math of a note, in time linear in its length.

    >>> [text := "Let $y$ cost \\\\$5.", *(text[b.content.start : b.content.end] for b in scan(text).blocks)][1:]
    ['y']
    """
    front_matter, error = read_front_matter(text)
    markers = read_markers(text)
    note = BlockScanner(markers.without_commentary(text), front_matter.span.end if front_matter else 0)
    title, sections = _sections(text, note.headings)
    blocks = tuple(_blocks([(found, sections[heading]) for found, heading in note.found], markers))
    if front_matter and front_matter.title:
        title = front_matter.title
    diagnostics = (*([] if error is None else [error.diagnostic]), *note.diagnostics, *markers.diagnostics)
    return Scan(front_matter, blocks, diagnostics, title)


def _blocks(found: list[tuple[Found, str]], markers: Markers) -> Iterator[MathBlock]:
    """The math that was found, each with its section."""
    end = 0
    for math, section in found:
        label = math.label or markers.label(end, math.outer.start)
        section = markers.section(math.outer.start) or section
        segments = markers.outside(math.segments)
        end = math.outer.end
        yield MathBlock(math.content, math.outer, math.display, math.environment, label, section, segments)


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
