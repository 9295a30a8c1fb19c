r"""What is passed over in LaTeX: groups in braces, options in brackets, what \verb quotes and \iffalse hides.

Of each closer that does not come any more the place is kept, so that nothing is looked for twice.
"""

from __future__ import annotations

import re

_BRACES = re.compile(r"%[^\n]*|\\.|[{}]", re.DOTALL)
_CONDITION = re.compile(r"%[^\n]*|\\(?:(?!iff\b|ifthenelse)if[a-zA-Z@]*|else|fi)(?![a-zA-Z@])|\\.", re.DOTALL)
_OPTION = re.compile(r"\s*\[[^\[\]]{0,400}\]")


class TexGroups:
    """A LaTeX text up to its end, and how far its groups reach."""

    def __init__(self, text: str, end: int) -> None:
        self.text = text
        self.end = end
        self.never: dict[str, int] = {}
        """No such closer stands behind this offset."""

    def group_end(self, position: int) -> int | None:
        """The end of the group in braces that begins here, behind space; None if none does or it does not end."""
        while position < self.end and self.text[position].isspace():
            position += 1
        if position >= self.end or self.text[position] != "{" or self.never.get("}", self.end) <= position:
            return None
        depth = 0
        for brace in _BRACES.finditer(self.text, position, self.end):
            depth += (brace.group() == "{") - (brace.group() == "}")
            if depth == 0:
                return brace.end()
        self.never["}"] = position
        return None

    def groups(self, position: int, count: int) -> int:
        """Past options in brackets and so many groups in braces."""
        while (option := _OPTION.match(self.text, position, self.end)) is not None:
            position = option.end()
        for _ in range(count):
            end = self.group_end(position)
            if end is None:
                break
            position = end
            while count > 1 and (option := _OPTION.match(self.text, position, self.end)) is not None:
                position = option.end()
        return position

    def quoted(self, token: re.Match[str]) -> int:
        r"""Past what \verb quotes, if that ends on the same line."""
        closing = self.text.find(token["quote"], token.end(), self.end)
        newline = self.text.find("\n", token.end(), self.end)
        return closing + 1 if closing >= 0 and (newline < 0 or closing < newline) else token.end()

    def hidden(self, position: int) -> int:
        r"""Past what \iffalse hides: up to its \else or \fi."""
        depth = 1
        for command in _CONDITION.finditer(self.text, position, self.end):
            word = command.group()
            depth += word.startswith(r"\if")
            depth -= word == r"\fi"
            if depth == 0 or (depth == 1 and word == r"\else"):
                return command.end()
        return self.end

    def past_close(self, closer: str, position: int) -> int:
        """Past the next such closer; where the text is, if none comes."""
        if self.never.get(closer, self.end) <= position:
            return position
        closing = self.text.find(closer, position, self.end)
        if closing < 0:
            self.never[closer] = position
            return position
        return closing + len(closer)
