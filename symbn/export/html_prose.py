"""A note's Markdown as HTML, with its math put in by the caller.

Only what has a rule here becomes an element; HTML in a note is shown as text, pictures by their words, and links lead
to the web (http, https) only.  Each piece of math is a placeholder while Markdown is read, so that no rule of Markdown
touches it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Sequence as Many

from markdown_it import MarkdownIt
from markdown_it.token import Token

from symbn.export.html_letters import written
from symbn.export.html_pieces import Heading, Headings, Render, Shown, parted
from symbn.source import Span

_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACEHOLDER = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_ATTRIBUTES = re.compile(r"\s*\{:?\s*#[^{}\n]*\}\s*\Z")
_COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_WEB = re.compile(r"https?://[^\s]+\Z", re.IGNORECASE)

_BLOCKS = frozenset("blockquote bullet_list ordered_list list_item table thead tbody tr th td".split())
_SPANS = frozenset("em strong s".split())
_FLUSHED = frozenset("paragraph heading table".split())


class Prose:
    """The text of a note from `start` on; `math` are the places of its math."""

    def __init__(self, text: str, start: int, math: Many[Span], render: Render, title: str | None) -> None:
        self.text = text
        self.math = math
        self.render = render
        self._headings = Headings()
        self._left = set(range(len(math)))
        self._below: list[str] = []
        self._around: list[str] = []
        self._title = title
        reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
        reader.normalizeLink = lambda url: url  # type: ignore[method-assign]  # what links lead to is checked below
        reader.validateLink = lambda url: True  # type: ignore[method-assign]
        self._tokens = reader.parse(self._with_placeholders(start))

    @property
    def headings(self) -> list[Heading]:
        return self._headings.listed

    def html(self) -> str:
        """The whole text; math that Markdown does not show (in a link's title, say) stands at its end."""
        tokens = self._without_title()
        shown = "".join(self._blocks(tokens))
        missing = [self.render(number, True) for number in sorted(self._left)]
        return shown + "".join(one.inline if one.own else f"<p>{one.inline}</p>{one.below}" for one in missing)

    def _with_placeholders(self, start: int) -> str:
        parts = []
        for number, span in enumerate(self.math):
            parts += [self._clean(start, span.start), f"{_OPEN}{number}{_CLOSE}"]
            start = span.end
        return "".join([*parts, self._clean(start, len(self.text))])

    def _clean(self, start: int, end: int) -> str:
        return self.text[start:end].replace(_OPEN, "\ufffd").replace(_CLOSE, "\ufffd")

    def _without_title(self) -> list[Token]:
        """The tokens without the heading that the page shows as its title."""
        tokens = self._tokens
        if len(tokens) > 2 and tokens[0].type == "heading_open" and tokens[0].tag == "h1" and self._title:
            words = _ATTRIBUTES.sub("", self._source(tokens[1].content))
            if " ".join(words.split()).rstrip("# ") == self._title:
                return tokens[3:]
        return tokens

    # Blocks.

    def _blocks(self, tokens: list[Token]) -> Iterator[str]:
        for place, token in enumerate(tokens):
            kind = _kind(token)
            if token.nesting == 1:
                self._around.append(kind)
            elif token.nesting == -1:
                self._around.pop()
            if kind == "inline":
                yield self._running_text(token, tight=tokens[place - 1].hidden)
            elif kind == "heading" and token.nesting == 1:
                yield self._heading(int(token.tag[1]), tokens[place + 1])
            elif kind not in ("paragraph", "heading"):
                yield self._block(token, kind)
            if token.nesting <= 0 and kind in _FLUSHED and not set(self._around) & {"table", "heading"}:
                yield self._flush()

    def _block(self, token: Token, kind: str) -> str:
        if kind in _BLOCKS:
            start = token.attrGet("start") if token.nesting == 1 else None
            attribute = f' start="{int(start)}"' if start is not None else ""
            return f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}{attribute}>"
        if kind in ("fence", "code_block"):
            return f'<pre tabindex="0"><code>{_words(self._source(token.content))}</code></pre>'
        if kind == "html_block":
            return self._markup(token.content, block=True)
        if kind == "hr":
            return "<hr>"
        raise TypeError(f"no HTML for {token.type}")

    def _running_text(self, token: Token, tight: bool) -> str:
        """What stands in a paragraph or a cell; a heading is shown where it begins."""
        around = self._around[-1]
        if around == "paragraph":
            return self._joined(self._pieces(token.children or [], own=True), tight)
        return "" if around == "heading" else self._joined(self._pieces(token.children or [], own=False))

    def _heading(self, level: int, token: Token) -> str:
        content = self._joined(self._pieces(token.children or [], own=False))
        return self._headings.add(level, _ATTRIBUTES.sub("", content))

    def _joined(self, pieces: list[Shown], tight: bool = True) -> str:
        """Running text; what is said below it waits.  Not `tight`: as paragraphs."""
        self._below += [piece.below for piece in pieces if piece.below]
        return parted(pieces, bare=tight)

    def _flush(self) -> str:
        below, self._below = "".join(self._below), []
        return below

    # Running text.

    def _pieces(self, tokens: list[Token], own: bool) -> list[Shown]:
        """The pieces of running text; math may be a block where `own` is and no emphasis is open."""
        pieces: list[Shown] = []
        open_spans: list[str] = []
        for token in tokens:
            kind = _kind(token)
            if kind == "text":
                pieces += self._math_in(token.content, own and not open_spans)
            elif kind in _SPANS:
                pieces.append(Shown(f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>"))
                open_spans.append(kind) if token.nesting > 0 else open_spans.pop()
            elif kind == "link":
                pieces.append(Shown(self._link(token, open_spans)))
            elif kind == "code_inline":
                pieces.append(Shown(f"<code>{written(self._source(token.content))}</code>"))
            elif kind == "image":
                pieces.append(Shown(f'<span class="picture">[picture: {written(self._source(token.content))}]</span>'))
            elif kind in ("softbreak", "hardbreak"):
                pieces.append(Shown("\n" if kind == "softbreak" else "<br>"))
            elif kind == "html_inline":
                pieces.append(Shown(self._markup(token.content, block=False)))
            else:
                raise TypeError(f"no HTML for {token.type}")
        return pieces

    def _link(self, token: Token, open_spans: list[str]) -> str:
        if token.nesting < 0:
            return "</a>" if open_spans.pop() == "a" else "</span>"
        target = self._source(str(token.attrGet("href") or ""))
        is_web = _WEB.match(target)
        open_spans.append("a" if is_web else "span")
        return f'<a href="{written(target)}" rel="noopener noreferrer">' if is_web else "<span>"

    def _math_in(self, content: str, own: bool) -> Iterator[Shown]:
        position = 0
        for match in _PLACEHOLDER.finditer(content):
            if match.start() > position:
                yield Shown(_words(content[position : match.start()]))
            self._left.discard(int(match[1]))
            yield self.render(int(match[1]), own)
            position = match.end()
        if position < len(content):
            yield Shown(_words(content[position:]))

    def _markup(self, content: str, block: bool) -> str:
        """A note's own HTML: shown as text, without its comments."""
        shown = self._joined(list(self._math_in(_COMMENTS.sub("", content), own=False)))
        if not shown.strip():
            return ""
        return f'<p class="markup">{shown}</p>' if block else shown

    def _source(self, content: str) -> str:
        """What was written, where Markdown shows no math."""
        return _PLACEHOLDER.sub(lambda match: self._written(self.math[int(match[1])]), content)

    def _written(self, span: Span) -> str:
        return self.text[span.start : span.end]


def _kind(token: Token) -> str:
    """What a token opens, closes or is."""
    return token.type.removesuffix("_open").removesuffix("_close")


def _words(text: str) -> str:
    return "\n".join(map(written, text.split("\n")))
