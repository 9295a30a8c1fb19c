r"""LaTeX math as tokens, each with its place in the note.

Kinds: `command` (\name), `letter`, `number`, `symbol` (one character), `begin`/`end` (an environment, its name in
`text`), `label` and `tag` (their argument in `text`), `prose` (\text{…} and the like with words in it), `quad`,
`rule` (a line drawn in a matrix), `over` (what \overset writes over the relation that follows), `marked relation`
(one that is another by what is written over it, as the author wrote it).
What is typesetting only (spacing, \nonumber, \displaystyle, size of delimiters, comments) leaves no token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from symbn.diagnostics import NoteError, fail
from symbn.notes.decorations import (
    ARROWS,
    FRAMES,
    LONG_EQUALS,
    MARKED,
    SIGNS_OF_AN_END,
    TEXT_FRAMES,
    UNSEEN,
    behind,
    braced,
    relation_under,
)
from symbn.notes.signs import DELIMITERS, NOTHING, PAIRS, SAID, SYNONYMS, TEXT_COMMANDS
from symbn.notes.transcript import PLAIN, Notation, transcribed
from symbn.source import Span

Side: TypeAlias = Literal["", "opens", "closes"]


@dataclass(frozen=True, slots=True)
class Token:
    """A kind, the canonical text, and where it stands."""

    kind: str
    text: str
    span: Span
    side: Side = ""
    r"""Whether a bar opens or closes something, where \left and \right or its own name say it."""

    def is_(self, *texts: str) -> bool:
        """Whether it is one of these commands or symbols."""
        return self.kind in ("command", "symbol") and self.text in texts


_FAKE_DELIMITER = re.compile(r"\\(?:left|right|middle)\s*\.")
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+\*?|.)", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3}(?![\d.]))?|\.\d+(?:[eE][+-]?\d{1,3}(?![\d.]))?")
"""12, 0.5, .5, 1e-5; an exponent of more than three digits is none."""
LONGEST_NUMBER = 1000
_ENVIRONMENT = re.compile(r"\s*\{([a-zA-Z]+\*?)\}")
_UNITS = "pt|em|ex|mm|cm|in|sp|bp|pc|dd|cc|mu"
KERN = re.compile(rf"\\(?:m?kern|[hm]skip)\s*[-+]?\s*\d*\.?\d+\s*(?:{_UNITS})")
r"""A space with its length: \mkern-1.5mu."""
_ROW_SKIP = re.compile(
    r"\*?(?:\s*\[\s*[-+]?\s*\d*\.?\d*\s*"
    rf"(?:{_UNITS}|\\(?:baselineskip|jot|parskip|lineskip|(?:small|med|big)skipamount))\s*\])?"
)
"""A length behind a row's end; what else stands in brackets there begins the next row."""
_POSITION = re.compile(r"\s*\[[tbc]\]")
_COUNTED = frozenset(["array", "alignat", "alignedat", "IEEEeqnarray"])
"""Environments with an argument that says how many columns they have."""


def tokenize(text: str, segments: Iterable[Span], notation: Notation = PLAIN) -> list[Token]:
    """The tokens of a formula whose source stands in `segments` of the text, each with its place there.

    Raises NoteError (P201) for a backslash with nothing after it, and for abbreviations that cannot be put in.
    """
    listed = tuple(segments)
    transcript = transcribed(text, listed, notation)
    if transcript is None:
        return _tokens(text, listed)
    try:
        tokens = _tokens(transcript.text, [Span(0, len(transcript.text))])
    except NoteError as error:
        labels = tuple(replace(label, span=transcript.origin(label.span)) for label in error.diagnostic.labels)
        raise NoteError(replace(error.diagnostic, labels=labels)) from error
    return [replace(token, span=transcript.origin(token.span)) for token in tokens]


def _tokens(text: str, segments: Iterable[Span]) -> list[Token]:
    tokens: list[Token] = []
    for segment in segments:
        _tokenize_segment(text, segment, tokens)
    return _without_fakes(text, _with_single_bars(text, [_with_size(text, token) for token in tokens]))


_SIZED = re.compile(r"\\(?:left|right|middle|[bB]igg?([lrm]?))\s*\Z")
_SIDES: dict[str, Side] = {r"\lvert": "opens", r"\lVert": "opens", r"\rvert": "closes", r"\rVert": "closes"}
_SIDES_OF_SIZES: dict[str, Side] = {r"\left": "opens", "l": "opens", r"\right": "closes", "r": "closes"}


def _with_size(text: str, token: Token) -> Token:
    r"""A delimiter's place begins at its \left, which says what a bar does."""
    if token.kind not in ("symbol", "command") or token.text not in DELIMITERS:
        return token
    sized = _SIZED.search(text, max(0, token.span.start - 12), token.span.start)
    if sized is None:
        return token
    is_bar = token.text in ("|", "||", r"\|")
    side: Side = _SIDES_OF_SIZES.get(sized[1] or sized.group().strip(), "") if is_bar else ""
    return Token(token.kind, token.text, Span(sized.start(), token.span.end), side)


def _with_single_bars(text: str, tokens: list[Token]) -> list[Token]:
    r"""The tokens, the || of \left||x| a\right| as two bars: \left is on the first; but \left||x\right|| is ‖x‖."""
    opened: list[int] = []
    two: set[int] = set()
    for place, token in enumerate(tokens):
        if token.kind != "fake" and token.text not in DELIMITERS:
            continue
        if text.startswith(r"\right", token.span.start) and opened:
            start = opened.pop()
            if tokens[start].is_("||") != token.is_("||"):
                two.add(start if tokens[start].is_("||") else place)
        elif text.startswith(r"\left", token.span.start):
            opened.append(place)
    return [one for place, token in enumerate(tokens) for one in (_halves(token) if place in two else [token])]


def _halves(bars: Token) -> list[Token]:
    """The two bars of ||, the first with its size."""
    middle = bars.span.end - 1
    first = Token("symbol", "|", Span(bars.span.start, middle), bars.side)
    return [first, Token("symbol", "|", Span(middle, bars.span.end))]


def _without_fakes(text: str, tokens: list[Token]) -> list[Token]:
    r"""The tokens without \left. and \right.; all that stands in \left. … \right|_{x = a} is a group before its bar."""
    found: list[Token | None] = []
    opened: list[tuple[int, Token]] = []
    for place, token in enumerate(tokens):
        fake = token.kind == "fake"
        sized = fake or token.text in DELIMITERS
        if sized and text.startswith(r"\right", token.span.start) and opened:
            start, first = opened.pop()
            if first.kind == "fake" and token.is_("|") and place + 1 < len(tokens) and tokens[place + 1].is_("_"):
                found[start] = Token("symbol", "(", first.span)
                found.append(Token("symbol", ")", Span(token.span.start, token.span.start)))
                token = replace(token, side="")
        elif sized and text.startswith(r"\left", token.span.start):
            opened.append((len(found), token))
        found.append(None if fake else token)
    return [token for token in found if token is not None]


def _tokenize_segment(text: str, segment: Span, tokens: list[Token]) -> None:
    position, end = segment.start, segment.end
    while position < end:
        character = text[position]
        if character.isspace() or character == "~":
            position += 1
        elif character == "%":
            newline = text.find("\n", position, end)
            position = end if newline < 0 else newline + 1
        elif character in "(\\" and (reference := _REFERENCE.match(text, position, end)) is not None:
            tokens.append(Token("prose", reference.group(), Span(position, reference.end())))
            position = reference.end()
        elif character == "\\":
            position = _command(text, position, end, tokens)
        elif (match := _NUMBER.match(text, position, end)) is not None and match.group().isascii():
            if character == ".":
                _check_decimal(text, segment.start, match)
            if match.end() - position > LONGEST_NUMBER:
                raise fail(
                    "P206", f"a number of more than {LONGEST_NUMBER} characters", Span(position, match.end()),
                    help="write it as a power, or give it a name",
                )  # fmt: skip
            tokens.append(Token("number", match.group(), Span(position, match.end())))
            position = match.end()
        elif character.isalpha() and character != "ᵀ":
            tokens.append(Token("letter", character, Span(position, position + 1)))
            position += 1
        elif (pair := text[position : min(position + 2, end)]) in PAIRS:
            tokens.append(Token("command" if pair == ".*" else "symbol", PAIRS[pair], Span(position, position + 2)))
            position += 2
        elif text.startswith("...", position) and position + 3 <= end:
            tokens.append(Token("command", r"\dots", Span(position, position + 3)))
            position += 3
        elif character in "—–―":
            tokens.append(Token("rule", character, Span(position, position + 1)))
            position += 1
        elif character in SYNONYMS and SYNONYMS[character].startswith("\\"):
            tokens.append(Token("command", SYNONYMS[character], Span(position, position + 1)))
            position += 1
        else:
            tokens.append(Token("symbol", SYNONYMS.get(character, character), Span(position, position + 1)))
            position += 1


_REFERENCE = re.compile(r"R|\(\s*R\s*\)".replace("R", r"\\(?:(?:eq|auto|c|C|page|name|v)?ref|cite[tp]?)\s*\{[^{}]*\}"))
r"""A reference to another formula: \eqref{…}, \ref{…} or (\ref{…}).  It states nothing."""


def _check_decimal(text: str, start: int, number: re.Match[str]) -> None:
    """Raises NoteError (P205) for the x.5 of `= x.5 a`: a decimal, or the end of a sentence and a new one?"""
    before = text[number.start() - 1] if number.start() > start else ""
    if before.isalnum() or before in (")", "]", "}"):
        raise fail(
            "P205", f"is `{number.group()}` a number, or does a sentence end at its point?",
            Span(number.start(), number.end()), help=f"write 0{number.group()}, or a space after the full stop",
        )  # fmt: skip


def _command(text: str, position: int, end: int, tokens: list[Token]) -> int:
    fake = _FAKE_DELIMITER.match(text, position, end)
    if fake:
        tokens.append(Token("fake", fake.group(), Span(position, fake.end())))
        return fake.end()
    match = _COMMAND.match(text, position, end)
    if match is None:
        raise fail("P201", "a backslash with nothing after it", Span(position, position + 1), help="remove it")
    name, after = match.group(), match.end()
    if name.endswith("*") and name != r"\operatorname*":
        name, after = name[:-1], after if name in _STARRED else after - 1
    span = Span(position, after)
    if name in _DRAWN:
        return _drawing(text, name, Span(position, after), end, tokens)
    if SYNONYMS.get(name, name) == r"\\":
        skip = _ROW_SKIP.match(text, after, end)
        after = skip.end() if skip else after
        tokens.append(Token("symbol", r"\\", span))
    elif name in NOTHING:
        pass
    elif kern := KERN.match(text, position, end):
        after = kern.end()
    elif name in (r"\quad", r"\qquad"):
        tokens.append(Token("quad", name, span))
    elif name in (r"\begin", r"\end"):
        environment = _ENVIRONMENT.match(text, after, end)
        if environment is None:
            raise fail("P202", f"{name} without an environment's name", span, help=f"write {name}{{align}}, say")
        after = environment.end()
        tokens.append(Token(name[1:], environment.group(1).removesuffix("*"), Span(position, after)))
        if name == r"\begin" and environment.group(1).removesuffix("*") in _COUNTED:
            after = behind(text, after, end, 1)
        elif name == r"\begin" and (options := _POSITION.match(text, after, end)):
            after = options.end()
    elif name in (r"\label", r"\tag"):
        inside = braced(text, after, end)
        if inside is None:
            raise fail("P203", f"{name} without its argument", span, help=f"write {name}{{eq:name}}")
        after = inside.end + 1
        said = text[inside.start : inside.end].strip(" $()")
        if said not in SIGNS_OF_AN_END:
            tokens.append(Token(name[1:], said, Span(position, after)))
    elif name in TEXT_COMMANDS:
        inside = braced(text, after, end)
        if inside is None:
            raise fail("P204", f"{name} without a braced text", span, help=f"write {name}{{…}}")
        after = inside.end + 1
        _prose(text[inside.start : inside.end], Span(position, after), tokens)
    else:
        side = _SIDES.get(name, "")
        name = SYNONYMS.get(name, name)
        kind = "command" if name.startswith("\\") and name not in (r"\{", r"\}", r"\|") else "symbol"
        tokens.append(Token(kind, name, span, side))
    return after


_STARRED = frozenset([r"\hspace*", r"\vspace*", r"\tag*"])
_DRAWN = UNSEEN | FRAMES.keys() | MARKED | ARROWS.keys() | LONG_EQUALS | SIGNS_OF_AN_END | SAID.keys() | {
    r"\rule", r"\footnotemark"
}  # fmt: skip


def _drawing(text: str, name: str, span: Span, end: int, tokens: list[Token]) -> int:
    """The tokens of what is drawn around a formula or over a relation; where the text goes on behind it."""
    after = span.end
    if name in UNSEEN:
        return behind(text, after, end, 1)
    if name == r"\footnotemark":
        return behind(text, after, end, 0)
    if name in SIGNS_OF_AN_END or name in SAID:
        tokens.append(Token("prose", SAID.get(name, name), span))
    elif name == r"\rule":
        after = behind(text, after, end, 2)
        tokens.append(Token("rule", name, Span(span.start, after)))
    elif name in ARROWS:
        after = behind(text, after, end, 1)
        tokens.append(Token("command", ARROWS[name], Span(span.start, after)))
    elif name in LONG_EQUALS:
        mark = braced(text, after, end)
        after = behind(text, after, end, 1)
        over = " ".join(text[mark.start : mark.end].split()) if mark else ""
        relation = relation_under(over, "=")
        kind, said = ("marked relation", f"{name}{{{over}}}") if relation is None else ("symbol", relation)
        tokens.append(Token(kind, said, Span(span.start, after)))
    elif name in MARKED:
        tokens.append(Token("command", name, span))
        mark = braced(text, after, end)
        if mark is not None:
            after = mark.end + 1
            tokens.append(Token("over", text[mark.start : mark.end], Span(mark.start - 1, after)))
    else:
        return _frame(text, name, span, end, tokens)
    return after


def _frame(text: str, name: str, span: Span, end: int, tokens: list[Token]) -> int:
    r"""A frame or a colour as \boxed before its argument, or as prose where it holds text."""
    after = behind(text, span.end, end, FRAMES[name])
    inside = braced(text, after, end)
    if name in TEXT_FRAMES and inside is not None and "$" not in text[inside.start : inside.end]:
        after = inside.end + 1
        _prose(text[inside.start : inside.end], Span(span.start, after), tokens)
    else:
        tokens.append(Token("command", r"\boxed", Span(span.start, after)))
    return after


def _prose(words: str, span: Span, tokens: list[Token]) -> None:
    """\\text{diag} is an operator's name, \\text{for all} is prose."""
    stripped = words.strip()
    if stripped.isalpha() and stripped.isascii() and words == stripped and stripped not in _CONNECTIVES:
        tokens.append(Token("word", stripped, span))
    elif stripped.strip(".,;: "):
        tokens.append(Token("prose", stripped, span))


_CONNECTIVES = frozenset("and or with where for if so then thus hence since as by all such that".split())
