r"""Tags that a site's generator takes out of a Markdown post before it is Markdown: Liquid's, and kramdown's own.

{% raw %} … {% endraw %}               the tags are passed over, what they hold is the post's
{% highlight python %} … {% end… %}    code;   {% comment %} … {% endcomment %}   nothing: passed over as a whole
{% include figure.html a="$5" %}       any other tag by itself
{::comment} … {:/comment}              kramdown's comment
"""

from __future__ import annotations

import re

from symbn.source import Span

_TAG = re.compile(r"\{%-?[ \t]*([a-z_]+)\b[^\n]*?%\}|\{::(comment|nomarkdown|options)\b[^{}\n]*\}")
_WHOLE = frozenset(["highlight", "comment", "codeblock", "javascript", "style"])
_SILENT = frozenset(["raw", "endraw"])
JOINER = "\u2060"
"""A character without width, which means nothing in Markdown."""
_CHARACTER = re.compile(r"[^\n]")


def tags_in(text: str) -> tuple[Span, ...]:
    """The places of the tags, and of what stands between two that hold no text of the post."""
    found: list[Span] = []
    position = 0
    never: set[str] = set()
    while (tag := _TAG.search(text, position)) is not None:
        end, name = tag.end(), tag[1] or tag[2]
        closer = _closer(tag)
        if closer is not None and closer not in never:
            closing = re.compile(closer).search(text, end)
            if closing is None:
                never.add(closer)
            else:
                end = closing.end()
        if tag[1] or name == "comment":
            found.append(Span(tag.start(), end))
        position = end
    return tuple(found)


def without_tags(text: str, tags: tuple[Span, ...]) -> str:
    """The text with something else for the tags: all places are kept.

    Spaces for a tag with a line for itself, `JOINER` for others: they indent nothing.  A line that was {% raw %} alone
    stays a line that is not blank: a display goes on over it.
    """
    parts, end = [], 0
    for span in tags:
        tag = text[span.start : span.end]
        word = tag.strip("{}%- \t").split(None, 1)[:1]
        blank = JOINER if not _is_alone(text, span) else "%" if word and word[0] in _SILENT else " "
        parts += [text[end : span.start], _CHARACTER.sub(blank, tag)]
        end = span.end
    return "".join([*parts, text[end:]])


def _closer(tag: re.Match[str]) -> str | None:
    """What closes a tag whose content is no text of the post."""
    if tag[2] == "comment":
        return r"\{:/(?:comment)?\}"
    return rf"\{{%-?[ \t]*end{tag[1]}[ \t]*-?%\}}" if tag[1] in _WHOLE else None


def _is_alone(text: str, span: Span) -> bool:
    before = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    newline = text.find("\n", span.end)
    return not before.strip() and not text[span.end : newline if newline >= 0 else len(text)].strip()
