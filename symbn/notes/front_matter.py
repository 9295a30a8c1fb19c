"""Front matter: a note's title, its source, and symbn's own settings under `symbn:`.

YAML between `---` lines, or TOML between `+++` lines.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from symbn.diagnostics import NoteError, fail
from symbn.notes.macros import definitions_in, pieces_of
from symbn.source import Macro, Span

LONGEST = 65_536
_FENCED = re.compile(r"---[ \t]*\n(?![ \t]*(?:\n|\Z))|\+\+\+[ \t]*\n")
_TOML_END = re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE)
_MACRO = re.compile(r"\\?[a-zA-Z]+\Z")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)


@dataclass(frozen=True)
class FrontMatter:
    """What the front matter says; `span` is all of it, with its `---` lines."""

    title: str | None
    source: str | None
    symbn: dict[str, Any]
    span: Span
    macros: tuple[Macro, ...] = ()


def read_front_matter(text: str) -> tuple[FrontMatter | None, NoteError | None]:
    """The front matter of a note, if it has one, and what is wrong with it.

    Front matter that cannot be read still has its place, so that it is not taken for text.
    """
    opening = _FENCED.match(text)
    toml = text.startswith("+")
    closing = (_TOML_END if toml else _END).search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return None, None
    span = Span(0, closing.end())
    try:
        return _understood(text, Span(opening.end(), closing.start()), span, _toml if toml else _yaml), None
    except NoteError as error:
        return FrontMatter(None, None, {}, span), error


def _understood(text: str, content: Span, span: Span, load: Callable[[str, Span], object]) -> FrontMatter:
    if content.end - content.start > LONGEST:
        raise fail("P016", f"the front matter is longer than {LONGEST} characters", Span(0, 3))
    data = load(text, content)
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
    title, source = _as_text(data.get("title")), _as_text(data.get("source"))
    return FrontMatter(title, source, named, span, tuple(_macros(data)))


def _toml(text: str, content: Span) -> object:
    try:
        return tomllib.loads(text[content.start : content.end])
    except (ValueError, RecursionError) as error:  # all of TOML's own errors are ValueErrors
        raise fail("P016", f"the front matter is not TOML: {error}", Span(0, 3)) from error


def _yaml(text: str, content: Span) -> object:
    # Only notes with front matter pay for YAML.
    import yaml

    try:
        data: object = yaml.safe_load(text[content.start : content.end])
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
    return data


def _macros(data: dict[object, object]) -> Iterator[Macro]:
    r"""Abbreviations as MyST (`math:`) and MathJax (`macros:`) have them: `R: '\mathbb{R}'`, `norm: ['\|#1\|', 1]`."""
    for key in ("math", "macros"):
        given = data.get(key)
        for name, body in given.items() if isinstance(given, dict) else ():
            text = body[0] if isinstance(body, list) and body else body.get("macro") if isinstance(body, dict) else body
            if isinstance(name, str) and isinstance(text, str) and _MACRO.match(name):
                count = max((int(number) for number in re.findall(r"#([1-9])", text)), default=0)
                command = name if name.startswith("\\") else f"\\{name}"
                yield from definitions_in(pieces_of(rf"\newcommand{{{command}}}[{count}]{{{text}}}"), {}).values()


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
