"""The statements of a note as they are entered, and what they are read with: names, declarations, definitions."""

from __future__ import annotations

from collections.abc import Sequence

from symbn.expr.statement import Statement
from symbn.notes.declarations import Declarer
from symbn.notes.definitions import Definitions
from symbn.notes.markdown import MathBlock
from symbn.notes.occurrences import Defining
from symbn.notes.qualities import Said
from symbn.notes.register import Register
from symbn.notes.rereading import Passage, Place, snapshot
from symbn.notes.said_ranges import Formula
from symbn.notes.scope import Scope
from symbn.notes.sentences import NO_LEAD
from symbn.notes.syntax import (
    Chain,
)
from symbn.report import Kind
from symbn.source import Span


class Statements:
    """What all parts of the elaboration share."""

    def __init__(self, scope: Scope | None = None, defines: bool = True) -> None:
        self.scope = Scope() if scope is None else scope
        self._defines = defines
        self.definitions = Definitions(self.scope)
        self.declarer = Declarer(self.scope, self.definitions.reader)
        self.register = Register()
        self.places: dict[str, Place] = {}
        """Where each claim stands, by its id: there it can be read anew."""
        self._chains: list[Chain] = []
        self._said = Said()
        self._lead = NO_LEAD
        self._supposed: dict[Span, frozenset[str]] = {}
        """Equations that the section supposes, with the names in them."""
        self._demands: tuple[Span, ...] = ()
        """Equations that prose has imposed, where the one that is read follows from them."""
        self._lost: set[str] = set()
        """Names whose definitions could not be read: what else is said of them is no definition."""
        self._ahead: dict[Span, tuple[str, ...]] = {}
        """Names that were declared with what is said of them before, by where they stand, and what is told of each."""
        self._formulas: Sequence[Formula] = ()
        self._formula = 0
        self._text = 0
        self._section = ""
        self._sections: dict[str, str] = {}
        """Where names were declared or defined: in which section of which text."""
        self.defining: list[Defining] = []
        """The chains of the last source that begin with new names, also those that could not be read."""

    @property
    def statements(self) -> list[Statement]:
        """What has been read, in order."""
        return self.register.statements

    @property
    def chains(self) -> list[Chain]:
        """The equations, declarations and definitions of the last source that was read, a chain of them as one."""
        return [chain for chain in self._chains if chain.links]

    def _statement(
        self, block: MathBlock, label: str | None, kind: Kind, span: Span, lhs: str, rhs: str = "", letter: str = "",
        number: str | None = None,
    ) -> Statement:  # fmt: skip
        return self.register.enter(block, label, kind, span, lhs, rhs, self.scope.context, letter, number)

    def _passage(self, chain: Chain, block: MathBlock, first: int) -> Passage:
        return Passage(self.register.source, block, chain, first, snapshot(self.scope), self._chains)
