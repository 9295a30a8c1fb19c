r"""LaTeX math as tokens, each with its place in the note.

Kinds: `command` (\name), `letter`, `number`, `symbol` (one character), `begin`/`end` (an environment, its name in
`text`), `label` and `tag` (their argument in `text`), `prose` (\text{…} and the like with words in it), `quad`.
What is typesetting only (spacing, \nonumber, \displaystyle, size of delimiters, comments) leaves no token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from symbn.diagnostics import fail
from symbn.source import Span


@dataclass(frozen=True, slots=True)
class Token:
    """A kind, the canonical text, and where it stands."""

    kind: str
    text: str
    span: Span

    def is_(self, *texts: str) -> bool:
        """Whether it is one of these commands or symbols."""
        return self.kind in ("command", "symbol") and self.text in texts


_NOTHING = frozenset(
    r"""\, \: \; \! \> \  \/ \left \right \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr
    \bigm \middle \displaystyle \textstyle \scriptstyle \scriptscriptstyle \limits \nolimits \nonumber \notag \thinspace
    \medspace \thickspace \negthinspace \enspace \hfill \hline \relax \strut \null \allowbreak \noindent \centering
    \rm \bf \it \small \normalsize \mathstrut \!""".split()
) | {"\\ "}
_ARGUMENT_DROPPED = frozenset(r"\hspace \vspace \hspace* \phantom \hphantom \vphantom \mbox{} \color \cline".split())
_FAKE_DELIMITER = re.compile(r"\\(?:left|right|middle)\s*\.")
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+\*?|.)", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ENVIRONMENT = re.compile(r"\s*\{([a-zA-Z]+\*?)\}")
_BRACED = re.compile(r"\s*\{([^{}]*)\}")
_ROW_SKIP = re.compile(r"\*?\s*(?:\[[^\]\n]*\])?")
_BRACKET = re.compile(r"\s*\[[^\]\n]*\]")
_COUNTED = frozenset(["array", "alignat", "alignedat"])
"""Environments with an argument that says how many columns they have."""

_TEXT_COMMANDS = frozenset([r"\text", r"\mbox", r"\textrm", r"\textnormal", r"\textit", r"\textbf", r"\intertext"])
_SYNONYMS = {
    r"\lvert": "|", r"\rvert": "|", r"\vert": "|", r"\mid": "|", r"\lVert": r"\|", r"\rVert": r"\|", r"\Vert": r"\|",
    r"\parallel": r"\|", r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lbrack": "[", r"\rbrack": "]", r"\colon": ":",
    r"\leq": r"\le", r"\geq": r"\ge", r"\neq": r"\ne", r"\eqqcolon": "=:", r"\coloneq": r"\coloneqq",
    r"\rightarrow": r"\to", r"\longrightarrow": r"\to", r"\dotsc": r"\dots", r"\dotsb": r"\dots", r"\ldots": r"\dots",
    r"\dotsm": r"\dots", r"\dotso": r"\dots", r"\newline": r"\\", r"\cr": r"\\", r"\dag": r"\dagger",
    "−": "-", "·": r"\cdot", "×": r"\times", "…": r"\dots", "∈": r"\in", "∇": r"\nabla", "∂": r"\partial",
    "⊙": r"\odot", "∘": r"\circ", "≤": r"\le", "≥": r"\ge", "∑": r"\sum", "ᵀ": "ᵀ",
}  # fmt: skip


def tokenize(text: str, segments: Iterable[Span]) -> list[Token]:
    """The tokens of a formula whose source stands in `segments` of the text.

    Raises NoteError (P201) for a backslash with nothing after it.
    """
    tokens: list[Token] = []
    for segment in segments:
        _tokenize_segment(text, segment, tokens)
    return _without_fakes(text, [_with_size(text, token) for token in tokens])


_SIZED = re.compile(r"\\(?:left|right|middle|[bB]igg?[lrm]?)\s*\Z")


def _with_size(text: str, token: Token) -> Token:
    r"""A delimiter's place begins at its \left."""
    if token.kind not in ("symbol", "command") or token.text not in _DELIMITERS:
        return token
    sized = _SIZED.search(text, max(0, token.span.start - 12), token.span.start)
    return token if sized is None else Token(token.kind, token.text, Span(sized.start(), token.span.end))


def _without_fakes(text: str, tokens: list[Token]) -> list[Token]:
    r"""The tokens without \left. and \right.; all that stands in \left. … \right|_{x = a} is a group before its bar."""
    found: list[Token | None] = []
    opened: list[tuple[int, Token]] = []
    for place, token in enumerate(tokens):
        fake = token.kind == "fake"
        sized = fake or token.text in _DELIMITERS
        if sized and text.startswith(r"\right", token.span.start) and opened:
            start, first = opened.pop()
            if first.kind == "fake" and token.is_("|") and place + 1 < len(tokens) and tokens[place + 1].is_("_"):
                found[start] = Token("symbol", "(", first.span)
                found.append(Token("symbol", ")", Span(token.span.start, token.span.start)))
        elif sized and text.startswith(r"\left", token.span.start):
            opened.append((len(found), token))
        found.append(None if fake else token)
    return [token for token in found if token is not None]


_DELIMITERS = frozenset(["(", ")", "[", "]", r"\{", r"\}", "|", r"\|", r"\langle", r"\rangle"])


def _tokenize_segment(text: str, segment: Span, tokens: list[Token]) -> None:
    position, end = segment.start, segment.end
    while position < end:
        character = text[position]
        if character.isspace() or character == "~":
            position += 1
        elif character == "%":
            newline = text.find("\n", position, end)
            position = end if newline < 0 else newline + 1
        elif character == "\\":
            position = _command(text, position, end, tokens)
        elif character.isdigit() and character.isascii():
            match = _NUMBER.match(text, position, end)
            assert match is not None
            tokens.append(Token("number", match.group(), Span(position, match.end())))
            position = match.end()
        elif character.isalpha() and character != "ᵀ":
            tokens.append(Token("letter", character, Span(position, position + 1)))
            position += 1
        elif text.startswith(":=", position):
            tokens.append(Token("symbol", ":=", Span(position, position + 2)))
            position += 2
        elif character in _SYNONYMS and _SYNONYMS[character].startswith("\\"):
            tokens.append(Token("command", _SYNONYMS[character], Span(position, position + 1)))
            position += 1
        else:
            tokens.append(Token("symbol", _SYNONYMS.get(character, character), Span(position, position + 1)))
            position += 1


def _command(text: str, position: int, end: int, tokens: list[Token]) -> int:
    fake = _FAKE_DELIMITER.match(text, position, end)
    if fake:
        tokens.append(Token("fake", fake.group(), Span(position, fake.end())))
        return fake.end()
    match = _COMMAND.match(text, position, end)
    if match is None:
        raise fail("P201", "a backslash with nothing after it", Span(position, position + 1), help="remove it")
    name, after = match.group(), match.end()
    if name.endswith("*") and name not in (r"\operatorname*", r"\hspace*"):
        name, after = name[:-1], after - 1
    span = Span(position, after)
    if name == r"\\":
        skip = _ROW_SKIP.match(text, after, end)
        after = skip.end() if skip else after
        tokens.append(Token("symbol", r"\\", span))
    elif name in _NOTHING:
        pass
    elif name in (r"\quad", r"\qquad"):
        tokens.append(Token("quad", name, span))
    elif name in _ARGUMENT_DROPPED:
        braced = _BRACED.match(text, after, end)
        after = braced.end() if braced else after
    elif name in (r"\begin", r"\end"):
        environment = _ENVIRONMENT.match(text, after, end)
        if environment is None:
            raise fail("P202", f"{name} without an environment's name", span, help=f"write {name}{{align}}, say")
        after = environment.end()
        tokens.append(Token(name[1:], environment.group(1).removesuffix("*"), Span(position, after)))
        if name == r"\begin" and environment.group(1).removesuffix("*") in _COUNTED:
            columns = _BRACED.match(text, after, end)
            after = columns.end() if columns else after
        elif name == r"\begin" and (options := _BRACKET.match(text, after, end)):
            after = options.end() if environment.group(1) not in ("bmatrix", "pmatrix", "matrix") else after
    elif name in (r"\label", r"\tag"):
        braced = _BRACED.match(text, after, end)
        if braced is None:
            raise fail("P203", f"{name} without its argument", span, help=f"write {name}{{eq:name}}")
        after = braced.end()
        tokens.append(Token(name[1:], braced.group(1).strip(), Span(position, after)))
    elif name in _TEXT_COMMANDS:
        braced = _BRACED.match(text, after, end)
        if braced is None:
            raise fail("P204", f"{name} without a braced text", span, help=f"write {name}{{…}}")
        after = braced.end()
        _prose(braced.group(1), Span(position, after), tokens)
    else:
        name = _SYNONYMS.get(name, name)
        kind = "command" if name.startswith("\\") and name not in (r"\{", r"\}", r"\|") else "symbol"
        tokens.append(Token(kind, name, span))
    return after


def _prose(words: str, span: Span, tokens: list[Token]) -> None:
    """\\text{diag} is an operator's name, \\text{for all} is prose."""
    stripped = words.strip()
    if stripped.isalpha() and stripped.isascii() and words == stripped and stripped not in _CONNECTIVES:
        tokens.append(Token("word", stripped, span))
    elif stripped.strip(".,;: "):
        tokens.append(Token("prose", stripped, span))


_CONNECTIVES = frozenset("and or with where for if so then thus hence since as by all such that".split())
