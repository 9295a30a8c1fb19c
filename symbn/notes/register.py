r"""The statements of a note, each under an id: its label, or its section's number and a count; a chain's by letters.

Two statements never have one id: the second is told apart by ~2.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from symbn.diagnostics import Label, NoteError, ShapeError
from symbn.expr.context import Context
from symbn.expr.statement import Statement
from symbn.notes.markdown import MathBlock
from symbn.notes.syntax import Syntax
from symbn.notes.transcript import PLAIN, spelled_out
from symbn.report import Kind
from symbn.source import SourceFile, Span


class Register:
    """The statements of one source after the other."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.source = SourceFile("", "")
        self.notation = PLAIN
        """How the formula that is read is to be spelled out."""
        self._counts: dict[str, int] = {}
        self._ids: set[str] = set()

    def clear(self) -> None:
        """Forget all statements."""
        self.statements = []
        self._counts = {}
        self._ids = set()

    def enter(
        self, block: MathBlock, label: str | None, kind: Kind, span: Span, lhs: str, rhs: str, context: Context,
        letter: str = "", number: str | None = None,
    ) -> Statement:  # fmt: skip
        """A new statement."""
        if label is None and number is None:
            number = self.number(block)
        id_ = f"{number if label is None else label}{letter}"
        if id_ in self._ids:
            id_ = next(f"{id_}~{k}" for k in count(2) if f"{id_}~{k}" not in self._ids)
        self._ids.add(id_)
        statement = Statement(id_, label, span, kind, lhs, rhs, context)
        self.statements.append(statement)
        return statement

    def number(self, block: MathBlock) -> str:
        """The next number of a block's section."""
        self._counts[block.section] = self._counts.get(block.section, 0) + 1
        return f"{block.section}.{self._counts[block.section]}"

    def text(self, syntax: Syntax) -> str:
        """What is written there, spelled out, on one line."""
        text = spelled_out(self.source.text, syntax.span, self.notation)
        if "\\begin" not in text and "\\substack" not in text:
            text = text.replace("&", " ").replace("\\\\", " ")
        return " ".join(text.split())


def fail_statement(statement: Statement, error: NoteError) -> None:
    """Tell a statement why it could not be read, once."""
    diagnostic = error.diagnostic
    if not diagnostic.labels:
        diagnostic = replace(diagnostic, labels=(Label(statement.span),))
    if not any(d == diagnostic for d in statement.diagnostics):
        statement.diagnostics.append(diagnostic)
    statement.misshapen = isinstance(error, ShapeError)


def letter_of(place: int) -> str:
    """a, b, …, z, aa, ab, …, zz, aaa, …"""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return alphabet[place] if place < 26 else letter_of(place // 26 - 1) + alphabet[place % 26]


def letters_of(labelled: bool, count: int) -> list[str]:
    """Letters of a chain's links: a, b, c … under a label; without one the first has none."""
    if count <= 1:
        return [""] * max(count, 1)
    return [("" if place == 0 and not labelled else letter_of(place)) for place in range(count)]
