"""YAML front matter: a note's title, its source, and symbn's own settings under `symbn:`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from symbn.diagnostics import NoteError, fail
from symbn.source import Span

LONGEST = 65_536
_FENCED = re.compile(r"---[ \t]*\n(?![ \t]*(?:\n|\Z))")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)


@dataclass(frozen=True)
class FrontMatter:
    """What the front matter says; `span` is all of it, with its `---` lines."""

    title: str | None
    source: str | None
    symbn: dict[str, Any]
    span: Span


def read_front_matter(text: str) -> tuple[FrontMatter | None, NoteError | None]:
    """The front matter of a note, if it has one, and what is wrong with it.

    Front matter that cannot be read still has its place, so that it is not taken for text.
    """
    opening = _FENCED.match(text)
    closing = _END.search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return None, None
    span = Span(0, closing.end())
    try:
        return _understood(text, Span(opening.end(), closing.start()), span), None
    except NoteError as error:
        return FrontMatter(None, None, {}, span), error


def _understood(text: str, content: Span, span: Span) -> FrontMatter:
    if content.end - content.start > LONGEST:
        raise fail("P016", f"the front matter is longer than {LONGEST} characters", Span(0, 3))
    # Only notes with front matter pay for YAML.
    import yaml

    try:
        data = yaml.safe_load(text[content.start : content.end])
    except yaml.MarkedYAMLError as error:
        offset = content.start + (error.problem_mark.index if error.problem_mark else 0)
        problem = error.problem or error.context or "it is malformed"
        raise fail("P016", f"the front matter is not YAML: {problem}", _line_of(text, offset, content)) from error
    except yaml.YAMLError as error:
        raise fail("P016", f"the front matter is not YAML: {str(error).splitlines()[0]}", Span(0, 3)) from error
    except (ValueError, OverflowError, AttributeError) as error:  # such as the date 2019-02-31
        raise fail("P016", f"the front matter holds a value that is none: {error}", Span(0, 3)) from error
    except RecursionError as error:
        raise fail("P016", "the front matter is nested too deeply", Span(0, 3)) from error
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise fail("P017", "the front matter is no mapping", Span(0, 3), help="write lines such as `title: …`")
    settings = data.get("symbn")
    if settings is not None and not isinstance(settings, dict):
        raise fail(
            "P017",
            "`symbn:` in the front matter is no mapping",
            _key(text, "symbn", content),
            help="write its settings as indented `name: value` lines below it",
        )
    named = {str(name): value for name, value in (settings or {}).items()}
    return FrontMatter(_as_text(data.get("title")), _as_text(data.get("source")), named, span)


def _as_text(value: object) -> str | None:
    """A scalar as one line of text; None for what is none."""
    if value is None or isinstance(value, dict | list | set | tuple):
        return None
    return " ".join(str(value).split()) or None


def _line_of(text: str, offset: int, content: Span) -> Span:
    """The place `offset`, or the line before it if it is only the end of the content."""
    offset = min(offset, content.end - 1)
    if text[offset] == "\n":
        return Span(text.rfind("\n", 0, offset) + 1, offset)
    return Span(offset, offset + 1)


def _key(text: str, key: str, content: Span) -> Span:
    found = text.find(f"{key}:", content.start, content.end)
    return Span(found, found + len(key)) if found >= 0 else Span(0, 3)
