r"""Finds the mathematics of a LaTeX document, as `markdown` does for a note.

Read as math: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and the environments of `inline`, also where an abbreviation of the
document stands for their \begin and \end.  Not math: comments, `verbatim` and its kin, `\verb|…|`, pictures, what
\iffalse hides, what stands before \begin{document} or after \end{document}; abbreviations are read wherever they are
defined.  \input is not followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from symbn.diagnostics import Diagnostic, Label, Severity
from symbn.notes.macros import DEFINING, Macros, definition_at, extended
from symbn.notes.passages import ENVIRONMENTS, UNREAD_ENVIRONMENTS, Found
from symbn.notes.tex_groups import TexGroups
from symbn.source import Span

_OPENING = frozenset(["{", r"\begingroup", r"\bgroup"])
_ENDING = frozenset(["}", r"\endgroup", r"\egroup"])
SECTIONS = ("part", "chapter", "section", "subsection", "subsubsection")
_RUNNING = frozenset(["math"])
_VERBATIM = frozenset(
    """verbatim Verbatim BVerbatim LVerbatim lstlisting minted alltt comment filecontents tikzpicture pgfpicture
    tikzcd forest""".split()
)
_COLUMNS = {"tabular": 1, "longtable": 1, "tabularx": 2, "tabulary": 2, "tabular*": 2, "alignat": 1, "IEEEeqnarray": 1}
"""Environments with arguments before their content."""
_SKIPPED = frozenset(
    r"\url \path \href \label \ref \eqref \cref \Cref \autoref \pageref \cite \citet \citep \includegraphics"
    r" \bibliography \bibliographystyle \usepackage \documentclass \RequirePackage \hypersetup \newtheorem".split()
)
"""Commands whose argument is no text."""
_FOLLOWED = frozenset([r"\input", r"\include", r"\subfile"])
_TEXTS = r"\\(?:text(?:rm|bf|it|sf|tt|normal)?|mbox|hbox|(?:short)?intertext|footnote)\s*\{"

_TOKEN = re.compile(
    r"%[^\n]*|\\begin\s*\{(?P<environment>[^{}\n]{1,80})\}|\\end\s*\{[^{}\n]{1,80}\}|[{}]|"
    r"\\(?:verb\*?|lstinline|mintinline(?:\{\w*\})?)(?P<quote>[^A-Za-z\s*{])|\\[a-zA-Z@]+\*?|\\.|\$\$?",
    re.DOTALL,
)
_INSIDE = re.compile(
    rf"%[^\n]*|{_TEXTS}|\\(?:begin|end)\s*\{{[A-Za-z]+\*?\}}|\\[a-zA-Z@]+|\\.|\$\$?|\n[ \t]*(?=\n)", re.DOTALL
)
_DOCUMENT = re.compile(r"^[^%\n]*?\\begin\s*\{document\}", re.MULTILINE)
_STARRED_OPTION = re.compile(r"\s*(?:\[[^\[\]]{0,400}\])?\s*(?=\{)")
_COMMANDS = re.compile(r"\\[a-zA-Z@]+\*?|\\.|[{}~]")


@dataclass(frozen=True)
class Heading:
    """A sectioning command: its depth among SECTIONS, whether it is numbered, and where it ends."""

    level: int
    numbered: bool
    end: int


@dataclass
class TexScan:
    """What a document holds, each in the order of the text.

    known: the abbreviations known at each formula.  definitions: where there are some.  macros: those known at the end.
    start: where its text begins.
    """

    found: list[Found] = field(default_factory=list)
    known: list[Macros] = field(default_factory=list)
    definitions: list[Span] = field(default_factory=list)
    macros: Macros = field(default_factory=dict)
    headings: list[Heading] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    title: str | None = None
    start: int = 0


def scan_tex(text: str, known: Macros, start: int = 0, end: int | None = None) -> TexScan:
    """What stands in a LaTeX document, or in a part of a text that is LaTeX, in time linear in its length."""
    scanner = _Scanner(text, known, len(text) if end is None else end)
    scanner.run(start)
    scanner.result.macros = scanner.outermost
    return scanner.result


def section_numbers(headings: list[Heading]) -> list[str]:
    """For each k the section's number after the first k headings: those of the highest level that has numbers.

    Where LaTeX numbers none of them they are counted all the same.
    """
    numbered = any(heading.numbered for heading in headings)
    level = min((h.level for h in headings if h.numbered or not numbered), default=0)
    numbers = [0]
    for heading in headings:
        counts = heading.level == level and (heading.numbered or not numbered)
        numbers.append(numbers[-1] + counts)
    return list(map(str, numbers))


class _Scanner(TexGroups):
    """Reads a document from its start."""

    def __init__(self, text: str, known: Macros, end: int) -> None:
        super().__init__(text, end)
        self.known = known
        self._outside: list[Macros] = []
        """What is known outside of each group that is open here."""
        self.result = TexScan()
        self._in_body = True
        self._told: set[str] = set()
        self._given_up = 0
        """Where the text goes on behind the last formula that was not closed."""

    def run(self, position: int) -> None:
        begun = _DOCUMENT.search(self.text, position, self.end)
        self._in_body = begun is None
        self.result.start = position if begun is None else begun.end()
        while (token := _TOKEN.search(self.text, position, self.end)) is not None:
            if begun is not None and token.start() >= begun.end():
                self._in_body = True
            if self._in_body and re.fullmatch(r"\\end\s*\{document\}", token.group()):
                return
            position = max(self._past(token), token.end())

    @property
    def outermost(self) -> Macros:
        """The abbreviations known outside of all groups."""
        return self._outside[0] if self._outside else self.known

    def _past(self, token: re.Match[str]) -> int:
        """Past what a token begins."""
        written = token.group()
        if written[0] == "%":
            return token.end()
        if DEFINING.fullmatch(written.removesuffix("*")):
            return self._definition(token)
        if written in (r"\newenvironment", r"\renewenvironment"):
            return self.groups(token.end(), 3)
        if written == r"\title":
            return self._title(token)
        if written == r"\iffalse":
            return self.hidden(token.end())
        if not self._in_body:
            return token.end()
        if written in _OPENING:
            self._outside.append(self.known)
        elif written in _ENDING or written.startswith((r"\end{", r"\end ")):
            self.known = self._outside.pop() if self._outside else self.known
        if token["quote"]:
            return self.quoted(token)
        if token["environment"]:
            return self._environment(token, token["environment"], token.end())
        if written[0] == "$" or written in (r"\(", r"\["):
            return self._math(token, token.end(), None)
        if written in _FOLLOWED:
            self._tell_unfollowed(token)
        elif written in _SKIPPED:
            return self.groups(token.end(), 1)
        elif (name := written[1:].removesuffix("*")) in SECTIONS:
            self.result.headings.append(Heading(SECTIONS.index(name), not written.endswith("*"), token.end()))
        elif written in self.known:
            return self._abbreviation(token)
        return token.end()

    def _definition(self, token: re.Match[str]) -> int:
        if self.never.get("definition", self.end) <= token.start():
            return token.end()
        found = definition_at(self.text, token.start(), self.end, self.known)
        if found is None:
            self.never["definition"] = token.start()
            self._say("P283", "this definition does not end", token, "close its braces", "warning")
            return token.end()
        macro, end = found
        if macro is not None:
            self.known = extended(self.known, {macro.name: macro})
            if token.group() == r"\gdef":
                self._outside = [extended(known, {macro.name: macro}) for known in self._outside]
            self.result.definitions.append(Span(token.start(), end))
        return end

    def _title(self, token: re.Match[str]) -> int:
        option = _STARRED_OPTION.match(self.text, token.end(), self.end)
        start = option.end() if option else token.end()
        end = self.group_end(start)
        if end is None:
            return token.end()
        words = _COMMANDS.sub(" ", re.sub(r"(?<!\\)%[^\n]*", "", self.text[start + 1 : end - 1]))
        self.result.title = " ".join(words.split()) or None
        return end

    def _abbreviation(self, token: re.Match[str]) -> int:
        """At an abbreviation in running text: it may stand for the begin of a display."""
        body = "".join(self.known[token.group()].body).strip()
        begin = _TOKEN.fullmatch(body)
        if begin is not None and (begin["environment"] in _NAMES or body in ("$$", r"\[", r"\(")):
            if begin["environment"]:
                return self._environment(token, begin["environment"], token.end())
            return self._math(token, token.end(), None, body)
        if _holds_math(body) and token.group() not in self._told:
            self._told.add(token.group())
            self._say(
                "P022", f"the math in `{token.group()}` is not read", token,
                "write it where it is used: symbn puts in abbreviations within math only", "note",
            )  # fmt: skip
        return token.end()

    def _environment(self, token: re.Match[str], name: str, position: int) -> int:
        """At the begin of an environment."""
        plain = name.removesuffix("*")
        if plain in _VERBATIM:
            return self.past_close(rf"\end{{{name}}}", position)
        if plain not in ENVIRONMENTS:
            if plain in UNREAD_ENVIRONMENTS:
                known = ", ".join(sorted(ENVIRONMENTS))
                self._say("P018", f"math in the environment {plain} is not read", token, f"symbn reads these: {known}")
            self._outside.append(self.known)
            return self.groups(position, _COLUMNS[name]) if name in _COLUMNS else position
        if plain in _COLUMNS:
            position = self.groups(position, 1)
        return self._math(token, position, name)

    def _math(self, token: re.Match[str], start: int, environment: str | None, opener: str = "") -> int:
        """Past the math that a token opens."""
        opener = opener or token.group()
        close = rf"\end{{{environment}}}" if environment else _CLOSERS[opener]
        closing = self._closing(start, close, rf"\begin{{{environment}}}" if environment else None)
        if closing is None:
            what = "environment" if environment else "formula"
            self._say(
                "P012" if environment else "P011", f"this {what} is not closed", token,
                f"write {close} before the next blank line; LaTeX allows no blank line in a formula", "error",
            )  # fmt: skip
            return self._given_up
        content = Span(start, closing.start)
        if self.text[content.start : content.end].strip():
            display = opener not in ("$", r"\(") and environment not in _RUNNING
            outer = Span(token.start(), closing.end)
            self.result.found.append(Found(content, outer, display, environment, None, (content,)))
            self.result.known.append(self.known)
        return closing.end

    def _closing(self, position: int, close: str, reopen: str | None) -> Span | None:
        """Where the formula that begins here is closed; None at a blank line, or what follows it, or the end."""
        depth = 1
        while (token := _INSIDE.search(self.text, position, self.end)) is not None:
            position = token.end()
            written = "".join(token.group().split())
            if token.group()[0] == "\n":
                self._given_up = position
                return None
            if written[0] == "%":
                continue
            if written == "$$" and close == "$":
                return Span(token.start(), token.start() + 1)
            elif written.endswith("{") and written[0] == "\\" and len(written) > 2 and written[1].isalpha():
                position = self.group_end(token.end() - 1) or position
            else:
                stands_for = "".join(self.known[written].body).strip() if written in self.known else written
                depth += (stands_for == reopen) - (stands_for == close)
                if depth == 0:
                    return Span(token.start(), token.end())
        self._given_up = self.end
        return None

    def _tell_unfollowed(self, token: re.Match[str]) -> None:
        self._say(
            "P020", f"{token.group()} is not followed: symbn reads no other file", token,
            "check that file too, or give what it declares by --preamble", "note",
        )  # fmt: skip

    def _say(self, code: str, message: str, token: re.Match[str], help: str, severity: Severity = "warning") -> None:
        label = Label(Span(token.start(), token.end()))
        self.result.diagnostics.append(Diagnostic(code, message, (label,), help=help, severity=severity))


_NAMES = ENVIRONMENTS | {f"{name}*" for name in ENVIRONMENTS}
_CLOSERS = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}


def _holds_math(body: str) -> bool:
    return any(
        t.group()[0] == "$" or t.group() in (r"\(", r"\[") or t["environment"] in _NAMES for t in _TOKEN.finditer(body)
    )
